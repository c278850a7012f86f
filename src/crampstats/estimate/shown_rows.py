"""The rows of one group column whose counts may be used: what funnels and charts over time are made of."""

from __future__ import annotations

import pandas as pd

from crampstats.core.errors import DataError, unknown_name
from crampstats.core.estimates import Estimates

HIDDEN = "suppressed"  # how the caution of a row begins that disclosure control hides
UNRELIABLE = "suppress:"  # how that of a share begins that the NCHS standard does not present alone


def pick_column(estimates: Estimates, by: str | None, what: str) -> str:
    """The group column asked for, or the only one; `what` says in the error what needs it."""
    if by is None and len(estimates.groups) != 1:
        listed = ", ".join(estimates.groups) or "none"
        raise DataError(f"{what} needs one group column; the estimates have {listed}.")
    if by is not None and by not in estimates.groups:
        raise unknown_name("group column", by, estimates.groups)
    return by if by is not None else estimates.groups[0]


def pick_shown(estimates: Estimates, column: str) -> tuple[pd.DataFrame, int]:
    """Rows of single groups with counts, and how many are hidden or empty.

    A share of few persons, which the NCHS standard does not present by itself, stays: limits widen with its size, and its
    caution is dropped.
    """
    frame = estimates.frame
    others = [name for name in estimates.groups if name != column]
    single = frame[(frame[column].astype(str) != "") & (frame[others].astype(str) == "").all(axis=1)]
    hidden = single["caution"].str.startswith(HIDDEN) | single["n"].isna() | single["n_events"].isna()
    shown = single[~hidden & (single["n"] > 0).fillna(False).astype(bool)].reset_index(drop=True)
    return shown.assign(caution=[_own_caution(text) for text in shown["caution"]]), len(single) - len(shown)


def _own_caution(text: str) -> str:
    return "; ".join(part for part in text.split("; ") if part and not part.startswith(UNRELIABLE))
