"""The cleaning log: no value is changed in silence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Change:
    """One kind of change made to one column.

    Parameters
    ----------
    column
        Column of the analysis table that changed.
    before, after
        Value or rule before and after, as text.
    n
        Rows changed.
    rule
        Why.
    """

    column: str
    before: str
    after: str
    n: int
    rule: str


@dataclass(frozen=True)
class CleaningLog:
    """Every conversion, recode and correction, in the order it was made; one row is one rule on one column."""

    changes: tuple[Change, ...] = ()

    def add(self, *changes: Change) -> CleaningLog:
        """The log with further changes; those that touched no row are left out."""
        return CleaningLog((*self.changes, *(change for change in changes if change.n)))

    def __len__(self) -> int:
        return len(self.changes)

    def to_frame(self) -> pd.DataFrame:
        """One row per change: column, before, after, n, rule."""
        import pandas as pd

        columns = ["column", "before", "after", "n", "rule"]
        return pd.DataFrame([[getattr(change, name) for name in columns] for change in self.changes], columns=columns)
