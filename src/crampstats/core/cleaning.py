"""The cleaning log: no value is changed in silence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crampstats.core.errors import DataError

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
    source_rows
        Rows of the source file, counted as the user sees them, where each is to be seen by itself (a correction, a value that
        could not be read); empty for what is lossless or holds for the whole column.
    source_column
        Its name in the file; empty where the column of the table says it.

    Raises
    ------
    DataError
        The rows listed are not `n`.
    """

    column: str
    before: str
    after: str
    n: int
    rule: str
    source_rows: tuple[int, ...] = ()
    source_column: str = ""

    def __post_init__(self) -> None:
        if self.source_rows and len(self.source_rows) != self.n:
            raise DataError(f"a change of {self.column!r} names {len(self.source_rows)} rows, but counts {self.n}.")


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
        """One row per change, or per source row where the change names them: column, before, after, n, rule and where."""
        import pandas as pd

        columns = ["column", "before", "after", "n", "rule", "source_column", "source_row"]
        rows = [line for change in self.changes for line in _lines(change)]
        return pd.DataFrame(rows, columns=columns).astype({"n": "int64", "source_row": "Int64"})


def _lines(change: Change) -> list[tuple[object, ...]]:
    what = (change.column, change.before, change.after)
    if not change.source_rows:
        return [(*what, change.n, change.rule, change.source_column, None)]
    return [(*what, 1, change.rule, change.source_column, row) for row in change.source_rows]
