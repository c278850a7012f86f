"""Rows of a recall curve as figures, captions and texts read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.present.reading import is_suppressed

MODEL, NIGHTS = "model", "nights"
COUNTED = ("U-statistic", "Kaplan-Meier")
NAMED = ((1, "night"), (7, "week"), (30, "month"), (365, "year"), (3_653, "10 years"), (21_915, "lifetime"))


@dataclass(frozen=True, eq=False)
class RecallRows:
    """A recall curve, taken apart.

    Parameters
    ----------
    counted
        Rows of what the diaries count, by method, shortest window first.
    models
        Rows of each distribution of risk.
    longest
        Nights of the longest diary.
    """

    counted: dict[str, pd.DataFrame]
    models: dict[str, pd.DataFrame]
    longest: int

    @property
    def drawn(self) -> dict[str, pd.DataFrame]:
        """Rows of what the diaries count, as far as half of the persons' diaries reach."""
        parts = {name: rows[rows["n"] >= rows["n"].max() / 2] for name, rows in self.counted.items()}
        return {name: rows for name, rows in parts.items() if len(rows)}

    @property
    def beyond(self) -> dict[str, pd.DataFrame]:
        """Rows of each model from where the U-statistic is no longer drawn."""
        start = self.drawn[COUNTED[0]][NIGHTS].max() if COUNTED[0] in self.drawn else 1.0
        parts = {name: rows[rows[NIGHTS] >= start] for name, rows in self.models.items()}
        return {name: rows for name, rows in parts.items() if len(rows)}

    @property
    def last(self) -> float:
        """The longest window of any row."""
        return float(max(rows[NIGHTS].max() for rows in (*self.counted.values(), *self.models.values())))


def read_recall(estimates: Estimates, longest_diary: int) -> RecallRows:
    """Rows that may be shown, by method.

    Raises
    ------
    DataError
        These are no rows of a recall curve, or none may be shown.
    """
    if MODEL not in estimates.groups or NIGHTS not in estimates.extras:
        raise DataError("a recall curve has a group column 'model' and the extra column 'nights'; these estimates have not.")
    frame = estimates.frame
    shown = frame[frame["estimate"].notna() & ~frame["caution"].map(is_suppressed)]
    if shown.empty:
        raise DataError("the recall curve has no row that may be shown.")
    parts = {str(name): rows.sort_values(NIGHTS, ignore_index=True) for name, rows in shown.groupby(MODEL, sort=False)}
    return RecallRows(
        {name: rows for name, rows in parts.items() if name in COUNTED},
        {name: rows for name, rows in parts.items() if name not in COUNTED}, int(longest_diary),
    )


def at_window(rows: pd.DataFrame, window: float) -> pd.Series | None:
    """The row of a window; None where there is none."""
    found = rows[rows[NIGHTS] == window]
    return None if found.empty else found.iloc[0]


def window_words(window: float) -> str:
    """A window in words.

    Examples
    --------
    >>> window_words(30), window_words(60)
    ('a month', '60 nights')
    """
    named = {1: "one night", 7: "a week", 30: "a month", 365: "a year", 3_653: "10 years", 21_915: "a lifetime (60 adult years)"}
    return named.get(int(window), f"{window:,.0f} nights")


def named_windows(rows: Sequence[pd.DataFrame]) -> list[int]:
    """Windows with names that some of the rows hold."""
    return [window for window, _ in NAMED if any((part[NIGHTS] == window).any() for part in rows)]
