"""Whether a file is a diary: many nights of each person, not one row per patient."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from crampstats.codebook.surveys.cramp_diary import CRAMP_DIARY
from crampstats.core.errors import CrampstatsError
from crampstats.ingest.diary.columns import DiaryColumns, find_columns
from crampstats.ingest.diary.opening import open_diary
from crampstats.ingest.diary.settings import DiaryMapping
from crampstats.ingest.diary.stamps import holds_moments
from crampstats.ingest.recorded import RecordedTable

# Rows of the median person from which a table is no list of patients, and the share of them that must be of different nights
ROWS_EACH, DIFFERENT = 7, 0.8
OF_A_NIGHT = ("cramp", "cramps", "cramp_severity", "cramp_minutes")


def is_diary(
    path: str | Path, mapping: str | Path | None = None, *, sheet: str = "", header_row: int = 0,
    dictionary: str | Path | None = None, missing: Mapping[str, str] | None = None,
) -> bool:
    """Whether a file is a diary of nights.

    Parameters
    ----------
    path
        The file.
    mapping
        Its mapping: one with ``[diary]`` is of a diary, any other is not.
    sheet, header_row, dictionary, missing
        As for `load_diary`.

    Returns
    -------
    bool
        Without a mapping: the headings tell persons, a date or time, and something of a cramp at night, and the median person has
        seven rows or more, most of them of different nights. A file that cannot be read is no diary; its reader says what it is.
    """
    if mapping is not None:
        return str(mapping) == CRAMP_DIARY.name or _says_diary(Path(mapping))
    try:
        file, given = open_diary(
            Path(path), DiaryMapping(), sheet=sheet, header_row=header_row, dictionary=dictionary, missing=missing)
        columns = find_columns(file.main, given)
    except CrampstatsError:
        return False
    return _is_of_nights(file.main, columns)


def _says_diary(mapping: Path) -> bool:
    try:
        return "diary" in tomllib.loads(mapping.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, tomllib.TOMLDecodeError):
        return False


def _is_of_nights(table: RecordedTable, columns: DiaryColumns) -> bool:
    diary = columns.diary
    person, night = diary.person, diary.night or diary.day or diary.entered_at
    night = night or (diary.time if holds_moments(table, diary.time) else "")
    placed = {one.variable for one in columns.mapping.placements}
    if person not in table.cells or night not in table.cells or not placed & set(OF_A_NIGHT):
        return False
    rows = pd.DataFrame({"person": table.cells[person], "night": table.cells[night].str.slice(0, 10)}).dropna()
    each = rows.groupby("person").size()
    return bool(len(each)) and bool(each.median() >= ROWS_EACH) and len(rows.drop_duplicates()) >= DIFFERENT * len(rows)
