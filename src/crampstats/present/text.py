"""Estimates as plain text for a terminal."""

from __future__ import annotations

import pandas as pd

from crampstats.core.estimates import Estimates
from crampstats.present.reading import is_suppressed, label_of, level_words, term_words
from crampstats.present.wording import format_count, format_p_value, format_row

HEADINGS = {
    "p_false_discovery_rate": "p (FDR)", "p_family_wise": "p (Holm)", "e_value": "E-value", "e_value_limit": "E-value of limit",
}


def format_text(estimates: Estimates) -> str:
    """Rows as aligned text: groups, measure, estimate with interval, p, further columns, n, cases, caution; no empty columns.

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
    for name in estimates.extras:
        if frame[name].notna().any():
            write = _written_p if name.startswith("p_") else _written
            shown[HEADINGS.get(name, name.replace("_", " "))] = frame[name].mask(hidden).map(write)
    # cases beside n would give a suppressed share away
    for heading, counts in (("n", frame["n"]), ("cases", frame["n_events"].mask(hidden))):
        if counts.notna().any():
            shown[heading] = counts.map(lambda count: "" if pd.isna(count) else format_count(count))
    if (frame["caution"] != "").any():
        shown["caution"] = frame["caution"].str.replace("_", " ")
    return pd.DataFrame(shown).to_string(index=False)


def _written_p(value: float) -> str:
    return "" if pd.isna(value) else format_p_value(value)


def _written(value: float) -> str:
    return "" if pd.isna(value) else f"{value:.3g}"


def _terms(estimates: Estimates, name: str) -> pd.Series:
    return estimates.frame[name].map(lambda term: term_words(estimates, name, term))
