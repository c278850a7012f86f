"""How findings of a diary are told: whose night it is, and no more of them than anybody reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from crampstats.codebook.checks.model import Check
from crampstats.core.diary import DiaryPanel
from crampstats.core.findings import Finding

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
# Findings of one kind told one by one; of the rest the number
MOST_TOLD = 50
SOURCE_ROW = "source_row"
_NUMBERED = re.compile(r"P\d{3,}")


def person_name(panel: DiaryPanel, code: int) -> str:
    """What a person is called: P001, P002 ... in the order of the rows, never what the file calls him."""
    name = str(panel.persons[code])
    return name if _NUMBERED.fullmatch(name) else f"P{code + 1:03d}"


def night_words(panel: DiaryPanel, place: int) -> str:
    """Whose night and which, for a message."""
    return f"{person_name(panel, int(panel.codes[place]))}, night of {np.datetime64(int(panel.nights[place]), 'D')}"


def tell_nights(
    panel: DiaryPanel, check: Check, column: str, places: NDArray[np.int64], words: Callable[[int], str]
) -> Iterator[Finding]:
    """A finding for each night, and one for those that are too many to list."""
    rows = panel.table[SOURCE_ROW].to_numpy(dtype=np.float64, na_value=np.nan) if SOURCE_ROW in panel.table else None
    for place in places[:MOST_TOLD]:
        row = None if rows is None or np.isnan(rows[place]) else int(rows[place])
        yield check.finding(column, f"{night_words(panel, int(place))}: {words(int(place))}.", source_row=row)
    if (more := len(places) - MOST_TOLD) > 0:
        yield check.finding(column, f"{more:,} further night(s) alike.")


def tell_persons(
    panel: DiaryPanel, check: Check, column: str, codes: NDArray[np.int64], words: Callable[[int], str]
) -> Iterator[Finding]:
    """A finding for each person, and one for those that are too many to list."""
    for code in codes[:MOST_TOLD]:
        yield check.finding(column, f"{person_name(panel, int(code))}: {words(int(code))}.")
    if (more := len(codes) - MOST_TOLD) > 0:
        yield check.finding(column, f"{more:,} further person(s) alike.")


def column_values(panel: DiaryPanel, name: str) -> Floats:
    """A yes/no or numeric column as numbers; NaN throughout where the diary has no such column."""
    if name not in panel.table:
        return np.full(len(panel), np.nan)
    from pandas.api import types

    dtype = panel.table[name].dtype
    if not (types.is_bool_dtype(dtype) or types.is_numeric_dtype(dtype)):
        return np.full(len(panel), np.nan)
    return panel.values(name)
