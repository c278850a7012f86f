"""Longitudinal projects: one row per record out of the rows of its events."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from crampstats.core.findings import Finding
from crampstats.ingest.recorded import RecordedTable


def join_events(table: RecordedTable, record: str, event: str) -> RecordedTable:
    """One row per record: of every column the first answer among the record's rows.

    Parameters
    ----------
    table
        One row per record and event (or instance of a repeating event).
    record, event
        Columns of the record number and of the event.

    Returns
    -------
    RecordedTable
        What one event alone asks comes from there. Where a record answered a column several times and not alike, its first answer
        is taken and a finding names column and number of records: which visit counts is for the user to say. The row number is
        that of the record's first row; the flow counts the rows joined.
    """
    first = ~table.cells[record].duplicated().to_numpy(dtype=bool)
    if first.all():
        return table
    grouped = table.cells.groupby(record, sort=False, dropna=False)
    names = [name for name in table.cells if name not in (record, event)]
    cells = grouped.first().reset_index()
    cells[event] = table.cells.loc[first, event].array
    differing = (grouped[names].nunique() > 1).sum()
    further = {"further rows of a record (events, instances), joined to its first": int((~first).sum())}
    return replace(
        table, cells=cells[list(table.cells)], source_rows=table.source_rows[first],
        flow=table.flow.leave("records, their rows joined", further),
        findings=table.findings.add(*_told({str(name): int(n) for name, n in differing.items() if n}, event)),
    )


def join_record(repeated: RecordedTable, base: RecordedTable, event: str) -> RecordedTable:
    """A repeating instrument with what its records answered once beside every row.

    Parameters
    ----------
    repeated
        One row per record and instance; its first column is the record number.
    base
        One row per record (and event), with the same record column.
    event
        Column of the event, in a longitudinal project.

    Returns
    -------
    RecordedTable
        The rows of `repeated`, with the columns of `base` it does not have; missing for a record that has no row there.
    """
    record = str(repeated.cells.columns[0])
    if record not in base.cells:
        return repeated
    once = join_events(base, record, event) if event in base.cells else base
    new = [name for name in once.cells if name not in repeated.cells]
    rows = once.cells.drop_duplicates(subset=record).set_index(record)[new].reindex(repeated.cells[record]).reset_index(drop=True)
    return replace(
        repeated, cells=pd.concat([repeated.cells, rows], axis=1),
        columns=(*repeated.columns, *(once.column(name) for name in new)),
    )


def _told(differing: dict[str, int], event: str) -> list[Finding]:
    if not differing:
        return []
    listed = ", ".join(f"{name} ({n})" for name, n in list(differing.items())[:8])
    more = f" and {len(differing) - 8} more" if len(differing) > 8 else ""
    return [Finding(
        event, "several answers of a record", "warning",
        f"{len(differing)} column(s) hold different answers of one record in several of its rows ({listed}{more}; records in "
        "brackets); its first answer was taken.",
        'Name the event that counts in the mapping: [file] event = "..."; its rows alone are read then.',
    )]
