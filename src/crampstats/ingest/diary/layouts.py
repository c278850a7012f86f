"""What a row of a diary is: a night or a cramp."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from crampstats.codebook.diary import CRAMP, CRAMPS, MINUTES, SEVERITY, SIDE, SITE
from crampstats.core.findings import Finding
from crampstats.ingest.diary.columns import ROW, SHEET, DiaryColumns
from crampstats.ingest.diary.naming import names_of
from crampstats.ingest.recorded import RecordedTable

# what is told of one cramp
DETAILS = (SEVERITY.name, MINUTES.name, SITE.name, SIDE.name)
MOSTLY = 0.8


def settle_layout(columns: DiaryColumns, values: pd.DataFrame, table: RecordedTable) -> DiaryColumns:
    """The columns with the layout settled: as the mapping says, else by what the rows hold.

    Parameters
    ----------
    columns
        What the columns are.
    values
        The variables, typed.
    table
        One row per entry.
    """
    said = columns.diary.layout
    if said in ("nightly", "events"):
        return columns
    layout = "events" if said == "" and _is_events(columns, values, table) else "nightly"
    told = () if layout == "nightly" else (Finding(
        "", "one row per cramp", "note", "the rows were taken as one for each cramp: all of them tell of a cramp.",
        'If they are one for each night, say so in a mapping: [diary] layout = "nightly".',
    ),)
    return replace(columns, diary=replace(columns.diary, layout=layout), findings=(*columns.findings, *told))


def _is_events(columns: DiaryColumns, values: pd.DataFrame, table: RecordedTable) -> bool:
    if columns.diary.logged or unread_cramps(columns, table):
        return False
    details = [name for name in DETAILS if name in values]
    timed = columns.diary.time
    if CRAMP.name in values:
        known = values[CRAMP.name].dropna()
        return bool(len(known)) and bool(known.all()) and (_filled(table, timed) or _repeats(columns, table))
    if CRAMPS.name in values:
        return False
    if not (details or timed):
        # dates and nothing else: each tells of a cramp, or of nothing at all
        return set(table.cells) <= {*columns.diary.columns.values(), ROW, SHEET}
    # a pain of 0, or left open, is told of nights, not of cramps
    severity = values[SEVERITY.name].astype("Float64") if SEVERITY.name in values else pd.Series(dtype="Float64")
    return not bool((severity == 0).any())


def unread_cramps(columns: DiaryColumns, table: RecordedTable) -> list[str]:
    """Headings that ask for a cramp and fill nothing, for their cells are empty or in codes nobody explains."""
    placed = {one.variable for one in columns.mapping.placements}
    used = {name for one in columns.mapping.placements for name in one.reads} | set(columns.diary.columns.values())
    if placed & {CRAMP.name, CRAMPS.name}:
        return []
    return [name for variable in (CRAMP, CRAMPS) for name in names_of(table, variable) if name not in used]


def _filled(table: RecordedTable, heading: str) -> bool:
    return bool(heading) and float(table.cells[heading].notna().mean()) >= MOSTLY


def _repeats(columns: DiaryColumns, table: RecordedTable) -> bool:
    """Whether persons have several rows for one date."""
    names = [name for name in (columns.diary.person, columns.diary.night) if name]
    return bool(columns.diary.night) and bool(np.any(table.cells[names].duplicated()))
