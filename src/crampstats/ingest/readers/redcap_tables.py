"""The tables of a REDCap project: one row per record and event, and one table for every repeating instrument."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from crampstats.core.findings import Finding, Findings
from crampstats.ingest.readers.redcap_columns import INSTANCE, INSTRUMENT, OWN
from crampstats.ingest.readers.redcap_fields import EVENT
from crampstats.ingest.recorded import RecordedColumn, RecordedTable


def split_tables(table: RecordedTable) -> dict[str, RecordedTable]:
    """The rows of an export by what they are a row of.

    Every row goes to one table, and every filled cell goes with its row: a column stands in each table whose form it belongs to
    or whose rows fill it, next to the record's number and REDCap's own columns.

    Parameters
    ----------
    table
        The whole export, with field names.

    Returns
    -------
    dict of str to RecordedTable
        "" for the rows of records and events (repeating events included), then the repeating instruments in order of appearance.
        Without any row of records and events there is no "" table.
    """
    if INSTRUMENT not in table.cells:
        return {"": table}
    of_row = table.cells[INSTRUMENT].fillna("").to_numpy(dtype=object)
    instruments = [name for name in dict.fromkeys(of_row) if name]
    names = ([""] if (of_row == "").any() or not instruments else []) + instruments
    chosen = _columns_of_tables(table, of_row, names)
    return {name: _part(table, name, of_row == name, chosen[name]) for name in names}


def repeated_rows(cells: pd.DataFrame, source_rows: np.ndarray) -> list[Finding]:
    """Findings on rows without a record number, and on records that stand twice for the same event, instrument and instance."""
    record = cells.columns[0]
    findings = []
    lacking = cells[record].isna().to_numpy()
    if lacking.any():
        findings.append(Finding(
            record, "no_record_number", "error",
            f"{int(lacking.sum()):,} row(s) have no record number, first row {source_rows[lacking][0]}.",
            "Look them up in REDCap; without a number they count as persons of their own.", int(source_rows[lacking][0]),
        ))
    keys = cells[[record, *(name for name in (EVENT, INSTRUMENT, INSTANCE) if name in cells)]].fillna("")
    again = keys.duplicated().to_numpy() & ~lacking
    if again.any():
        findings.append(Finding(
            record, "record_twice", "warning",
            f"{int(again.sum()):,} row(s) repeat a record already in the file, first row {source_rows[again][0]}.",
            "REDCap writes each record once: files were put together, or it was edited. Keep one row of each.",
            int(source_rows[again][0]),
        ))
    return findings


def _columns_of_tables(table: RecordedTable, of_row: np.ndarray, names: Sequence[str]) -> dict[str, list[str]]:
    filled = {name: table.cells.loc[of_row == name].notna().any() for name in names}
    repeating = {_slug(name) for name in names if name}
    chosen: dict[str, list[str]] = {name: [] for name in names}
    for place, column in enumerate(table.columns):
        form = _slug(column.form)
        everywhere = place == 0 or column.name in OWN
        takers = [name for name in names if everywhere or filled[name][column.name]
                  or (form == _slug(name) if name else form not in repeating)]
        for name in takers or names[:1]:
            chosen[name].append(column.name)
    return chosen


def _part(table: RecordedTable, name: str, rows: np.ndarray, columns: Sequence[str]) -> RecordedTable:
    whose = f"the repeating instrument {name!r}" if name else "records and events"
    elsewhere = int((~rows).sum())
    described: list[RecordedColumn] = [column for column in table.columns if column.name in set(columns)]
    findings = [one for one in table.findings.rows if one.column in set(columns) or one.column not in table.cells]
    return RecordedTable(
        name=f"{table.name}, {name}" if name else table.name,
        cells=table.cells.loc[rows, list(columns)].reset_index(drop=True), source_rows=table.source_rows[rows],
        columns=tuple(described), format=table.format,
        flow=table.flow.leave(f"rows of {whose}", {"rows of the project's other tables": elsewhere} if elsewhere else {}),
        findings=Findings(tuple(findings)),
    )


def _slug(form: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", form.lower()).strip("_")
