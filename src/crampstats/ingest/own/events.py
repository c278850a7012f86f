"""Longitudinal projects: one row per record out of the rows of its events."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from crampstats.core.findings import Finding
from crampstats.ingest.recorded import RecordedTable


def join_events(table: RecordedTable, record: str, event: str) -> RecordedTable:
    """One row per record: its first row, with the answers that only another event asks for joined to it.

    Parameters
    ----------
    table
        One row per record and event.
    record, event
        Columns of the record number and of the event.

    Returns
    -------
    RecordedTable
        A column filled in one event alone (over all records) comes from the record's row of that event. A column filled in
        several keeps the value of the record's first row, and a finding names it: which visit counts is for the user to say.
        The row number is that of the first row; the flow counts the rows joined.
    """
    first = ~table.cells[record].duplicated().to_numpy(dtype=bool)
    if first.all():
        return table
    cells = table.cells[first].reset_index(drop=True)
    places = table.cells[event].dropna().unique().tolist()
    homes = {name: _events_with(table.cells, name, event, places) for name in table.cells if name not in (record, event)}
    joined = {name: some[0] for name, some in homes.items() if len(some) == 1}
    for home in dict.fromkeys(joined.values()):
        rows = table.cells[table.cells[event] == home].drop_duplicates(subset=record).set_index(record)
        names = [name for name, place in joined.items() if place == home]
        fetched = rows[names].reindex(cells[record]).reset_index(drop=True)
        cells = cells.assign(**{name: fetched[name].array for name in names})
    further = {"further events of a record, joined to its first row": int((~first).sum())}
    flow = table.flow.leave("records, their events joined", further)
    several = [name for name, some in homes.items() if len(some) > 1]
    return replace(
        table, cells=cells[list(table.cells)], source_rows=table.source_rows[first], flow=flow,
        findings=table.findings.add(*_told(several, event)),
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


def _events_with(cells: pd.DataFrame, name: str, event: str, places: list[str]) -> list[str]:
    """Events in which anybody has a value in a column, in the file's order."""
    having = set(cells.loc[cells[name].notna(), event].dropna().unique())
    return [place for place in places if place in having]


def _told(several: list[str], event: str) -> list[Finding]:
    if not several:
        return []
    listed = ", ".join(several[:8]) + (f" and {len(several) - 8} more" if several[8:] else "")
    return [Finding(
        event, "several events", "warning",
        f"{len(several)} column(s) are filled in several events ({listed}); the value of each record's first row was taken.",
        'Name the event that counts in the mapping: [file] event = "..."; its rows alone are read then.',
    )]
