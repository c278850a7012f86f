"""Findings: what a check noticed. Checks report and never raise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Finding:
    """One thing noticed.

    Parameters
    ----------
    column
        Column or file concerned.
    rule
        Short name of the check.
    severity
        error, warning or note.
    message
        What is wrong, with numbers.
    suggestion
        What to do.
    source_row
        Row of the source file, counted as the user sees it; None when it concerns the whole column.
    value
        The value, as text; may be masked.
    """

    column: str
    rule: str
    severity: Severity
    message: str
    suggestion: str = ""
    source_row: int | None = None
    value: str = ""


@dataclass(frozen=True)
class Findings:
    """Findings in the order they were made."""

    rows: tuple[Finding, ...] = ()

    def add(self, *rows: Finding) -> Findings:
        """The findings with further ones."""
        return Findings((*self.rows, *rows))

    def __len__(self) -> int:
        return len(self.rows)

    def to_frame(self) -> pd.DataFrame:
        """One row per finding."""
        import pandas as pd

        columns = ["source_row", "column", "value", "rule", "severity", "message", "suggestion"]
        return pd.DataFrame([[getattr(row, name) for name in columns] for row in self.rows], columns=columns)
