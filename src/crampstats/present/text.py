"""Estimates as plain text for a terminal."""

from __future__ import annotations

import pandas as pd

from crampstats.core.estimates import Estimates
from crampstats.present.reading import is_suppressed, level_words
from crampstats.present.wording import format_count, format_p_value, format_row


def format_text(estimates: Estimates) -> str:
    """Rows as aligned text: groups, measure, estimate with interval, df, p, n and caution; empty columns are left out.

    Parameters
    ----------
    estimates
        What to print. Suppressed estimates print "suppressed".

    Returns
    -------
    str
        Lines without a trailing newline.
    """
    frame = estimates.frame
    shown = {name: frame[name].map(level_words) for name in estimates.groups}
    for name in ("outcome", "exposure", "level"):
        if (frame[name] != "").any() and not (name == "outcome" and frame[name].nunique() == 1 and len(frame) > 1):
            shown[name] = frame[name].astype(str)
    shown["measure"] = frame["measure"].astype(str)
    shown[f"estimate ({100 * estimates.confidence_level:g} % interval)"] = pd.Series(
        ["suppressed" if is_suppressed(row["caution"]) else format_row(estimates, row) for _, row in frame.iterrows()]
    )
    if frame["p_value"].notna().any():
        shown["p"] = frame["p_value"].map(lambda p: "" if pd.isna(p) else format_p_value(p))
    hidden = frame["caution"].map(is_suppressed)
    for name in ("n", "n_events"):
        if frame[name].notna().any():
            # events beside n would give a suppressed share away
            counts = frame[name].mask(hidden) if name == "n_events" else frame[name]
            shown[name] = counts.map(lambda count: "" if pd.isna(count) else format_count(count))
    if (frame["caution"] != "").any():
        shown["caution"] = frame["caution"].astype(str)
    return pd.DataFrame(shown).to_string(index=False)
