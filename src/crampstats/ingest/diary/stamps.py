"""A column of dates with clock times and no other date beside it: when the cramp came, or when the entry was made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from crampstats.codebook.diary_entries import MOMENT
from crampstats.core.findings import Finding
from crampstats.ingest.diary.columns import DiaryColumns
from crampstats.ingest.diary.dating import asks_of_last_night
from crampstats.ingest.diary.moments import read_moments
from crampstats.ingest.diary.naming import names_of
from crampstats.ingest.diary.settings import DiarySettings
from crampstats.ingest.own.columns import find_distinct
from crampstats.ingest.recorded import RecordedTable

# so many different texts tell what a column holds
LOOKED_AT, MOSTLY = 400, 0.5
# filled so often, a time of the cramp stands in rows without one too, and tells their night
ALWAYS = 0.8
OF_CRAMPS = "when the cramp came, by date and clock time"
OF_ENTRIES = "when the entry was made, by date and clock time"


def holds_moments(table: RecordedTable, heading: str) -> bool:
    """Whether most cells of a column hold a date with a clock time.

    Parameters
    ----------
    table
        One row per entry.
    heading
        The column; "" holds none.
    """
    if not heading:
        return False
    texts = find_distinct(table.cells[heading]).texts[:LOOKED_AT]
    return bool(texts) and float((~np.isnat(read_moments(pd.Series(texts, dtype="str")).wall)).mean()) > MOSTLY


def settle_moments(columns: DiaryColumns, table: RecordedTable, said: DiarySettings) -> DiaryColumns:
    """The columns with the one column of moments put to its use, where no other tells the night.

    Parameters
    ----------
    columns
        What the columns are, the layout settled.
    table
        One row per entry.
    said
        What the mapping says; it is left as it is.

    Returns
    -------
    DiaryColumns
        Of one row per cramp the moment is that of the cramp, of one row per night that of the entry; with a finding. As
        given where a column of dates or of night numbers tells the night.
    """
    part, heading = _moment(columns.diary, table, said)
    if not part:
        return columns
    always = float(table.cells[heading].notna().mean()) >= ALWAYS and heading not in names_of(table, MOMENT)
    use = "night" if columns.diary.layout == "events" or always else "entered_at"
    # when a cramp came is not when the entry was made, and a night without one has no such time
    if use == part or (use == "entered_at" and heading not in names_of(table, MOMENT)):
        return columns
    diary = replace(columns.diary, **{part: "", use: heading})
    what = OF_CRAMPS if use == "night" else OF_ENTRIES
    told = Finding(
        heading, "placed without a mapping", "note", f"{heading} was taken as {what}; no column holds a date alone.",
        f'To settle it: [diary] {use} = "{heading}" in a mapping.',
    )
    kept = tuple(one for one in columns.findings if (one.column, one.rule) != (heading, told.rule))
    return replace(columns, diary=diary, findings=(*kept, told))


def _moment(diary: DiarySettings, table: RecordedTable, said: DiarySettings) -> tuple[str, str]:
    """The part that the column of moments was taken for, and its heading; "" where another column tells the night."""
    if diary.day or said.night or said.entered_at:
        return "", ""
    if not diary.night and not diary.entered_at:
        return ("time", diary.time) if holds_moments(table, diary.time) else ("", "")
    named = names_of(table, MOMENT)
    if diary.night and not diary.entered_at and diary.night in named and holds_moments(table, diary.night):
        return "night", diary.night
    if diary.entered_at in named and not diary.night and not said.night_is and not asks_of_last_night(table).any():
        return ("entered_at", diary.entered_at) if holds_moments(table, diary.entered_at) else ("", "")
    return "", ""
