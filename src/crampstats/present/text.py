"""Estimates as plain text for a terminal."""

from __future__ import annotations

import pandas as pd

from crampstats.core.estimates import Estimates
from crampstats.present.reading import is_suppressed, label_of, level_words, term_words
from crampstats.present.wording import format_count, format_p_value, format_row


def format_text(estimates: Estimates) -> str:
    """Rows as aligned text: groups, measure, estimate with interval, p, n, cases and caution; empty columns are left out.

    Parameters
    ----------
    estimates
        What to print. A suppressed estimate prints "suppressed", without its cases and p-value.

    Returns
    -------
    str
        Lines without a trailing newline.
    """
    frame, hidden = estimates.frame, estimates.frame["caution"].map(is_suppressed)
    shown = {label_of(estimates, name).label: frame[name].map(level_words) for name in estimates.groups}
    for name in ("outcome", "exposure", "level"):
        if (frame[name] != "").any() and not (name == "outcome" and frame[name].nunique() == 1 and len(frame) > 1):
            shown[name] = _terms(estimates, name)
    shown["measure"] = _terms(estimates, "measure")
    shown[f"estimate ({100 * estimates.confidence_level:g} % interval)"] = pd.Series(
        [format_row(estimates, row) for _, row in frame.iterrows()])
    if frame["p_value"].notna().any():
        shown["p"] = frame["p_value"].mask(hidden).map(lambda p: "" if pd.isna(p) else format_p_value(p))
    # cases beside n would give a suppressed share away
    for heading, counts in (("n", frame["n"]), ("cases", frame["n_events"].mask(hidden))):
        if counts.notna().any():
            shown[heading] = counts.map(lambda count: "" if pd.isna(count) else format_count(count))
    if (frame["caution"] != "").any():
        shown["caution"] = frame["caution"].str.replace("_", " ")
    return pd.DataFrame(shown).to_string(index=False)


def _terms(estimates: Estimates, name: str) -> pd.Series:
    return estimates.frame[name].map(lambda term: term_words(estimates, name, term))
