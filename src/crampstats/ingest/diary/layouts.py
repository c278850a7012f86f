"""What a row of a diary is: a night or a cramp."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from crampstats.codebook.diary import CRAMP, CRAMPS, MINUTES, SEVERITY, SIDE, SITE
from crampstats.codebook.diary_entries import MOMENT
from crampstats.core.findings import Finding
from crampstats.ingest.diary.columns import ROW, SHEET, DiaryColumns
from crampstats.ingest.diary.moments import read_moments
from crampstats.ingest.diary.naming import names_of
from crampstats.ingest.diary.nights import night_of
from crampstats.ingest.diary.stamps import holds_moments
from crampstats.ingest.own.matching import split_words
from crampstats.ingest.recorded import RecordedTable

# what is told of one cramp
DETAILS = (SEVERITY.name, MINUTES.name, SITE.name, SIDE.name)
MOSTLY = 0.8
# words of a heading whose times are those of cramps, not of entries
OF_A_CRAMP = {"cramp", "cramps", "onset", "krampf", "calambre", "crampe", "crampo"}


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
    several = said == "" and _several_of_a_night(columns, values, table)
    layout = "events" if several or (said == "" and _is_events(columns, values, table)) else "nightly"
    why = "some tell of cramps of one night at different times" if several else "all of them tell of a cramp"
    told = () if layout == "nightly" else (Finding(
        "", "one row per cramp", "note", f"the rows were taken as one for each cramp: {why}.",
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
        # moments and nothing else are those of cramps; dates only where their heading says so, or they are nights without answers
        heading = columns.diary.night or columns.diary.entered_at
        alone = set(table.cells) <= {*columns.diary.columns.values(), ROW, SHEET}
        return alone and (bool(OF_A_CRAMP & set(split_words(heading))) or holds_moments(table, heading))
    # a pain of 0, or left open, is told of nights, not of cramps
    severity = values[SEVERITY.name].astype("Float64") if SEVERITY.name in values else pd.Series(dtype="Float64")
    told = values[details].notna().any(axis=1).mean() if details else 0.0
    return not bool((severity == 0).any()) and (float(told) >= MOSTLY or _filled(table, timed))


def _several_of_a_night(columns: DiaryColumns, values: pd.DataFrame, table: RecordedTable) -> bool:
    """Whether rows tell of cramps of one night that came at different times, beside rows of nights without one."""
    diary = columns.diary
    if CRAMP.name not in values or CRAMPS.name in values or diary.logged or diary.entered_at:
        return False
    cramps = values[CRAMP.name].eq(True).fillna(False).to_numpy(dtype=bool)
    cells = table.cells[cramps]
    if diary.night and diary.time and diary.time not in names_of(table, MOMENT):
        when, night = cells[diary.time], cells[diary.night]
    elif OF_A_CRAMP & set(split_words(moment := diary.night or diary.time)) and holds_moments(table, moment):
        when = pd.Series(read_moments(cells[moment]).wall, index=cells.index)
        night = night_of(when)
    else:
        return False
    person = cells[diary.person] if diary.person else pd.Series("", index=cells.index)
    rows = pd.DataFrame({"person": person, "night": night, "when": when}).dropna().drop_duplicates()
    return bool(rows.duplicated(["person", "night"]).any())


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
