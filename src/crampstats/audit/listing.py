"""Findings of many rows: one for each, up to a number, and one that counts the rest."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
import pandas as pd

from crampstats.audit.intake import Intake
from crampstats.codebook.checks.model import Check
from crampstats.core.findings import Finding
from crampstats.ingest.own.columns import FINDINGS_PER_RULE
from crampstats.ingest.own.masking import mask_text


def list_findings(check: Check, column: str, wanted: np.ndarray, told: Callable[[int], Finding]) -> list[Finding]:
    """A finding for each row wanted, in the file's order; beyond `FINDINGS_PER_RULE` one more says how many there are.

    Parameters
    ----------
    check
        Kind of the findings.
    column
        Heading the last one names.
    wanted
        (rows,) True where there is one.
    told
        The finding of a row, by its place in the table.
    """
    places = np.flatnonzero(wanted)
    found = [told(int(place)) for place in places[:FINDINGS_PER_RULE]]
    if more := len(places) - len(found):
        found.append(check.finding(column, f"{more:,} further rows of this kind.", severity=found[0].severity))
    return found


def row_at(intake: Intake, place: int) -> int:
    """Row of the original file."""
    return int(intake.source_rows[place])


def rows_found(intake: Intake, variable: str, rules: Collection[str]) -> np.ndarray:
    """True for each row of which reading has told something of these kinds about a variable's cell."""
    rows = {
        one.source_row for one in intake.data.findings.rows
        if one.rule in rules and one.source_row is not None and one.column == intake.heading(variable)
    }
    return np.isin(intake.source_rows, list(rows)) if rows else np.zeros(len(intake.table), dtype=bool)


def shown_cells(intake: Intake, name: str) -> Callable[[int], str]:
    """Each cell of a variable as `Intake.shown` has it, quick where many are asked for."""
    texts = intake.written(name).to_numpy(dtype=object)
    masked: dict[str, str] = {}

    def shown(place: int) -> str:
        text = texts[place]
        if pd.isna(text):
            return ""
        if text not in masked:
            masked[text] = mask_text(str(text))
        return masked[text]

    return shown


def padded(table: pd.DataFrame, columns: Collection[str]) -> pd.DataFrame:
    """The columns of a table that a rule reads; one that is not there is unknown in every row."""
    unknown = pd.arrays.FloatingArray(np.ones(len(table)), np.ones(len(table), dtype=bool))
    return pd.DataFrame({name: table.get(name, unknown) for name in columns}, index=table.index)


def in_words(value: object) -> str:
    """A value of the table as a person reads it; "missing" where there is none."""
    if pd.isna(value):
        return "missing"
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return f"{value:.4g}" if isinstance(value, (int, float, np.integer, np.floating)) else str(value)
