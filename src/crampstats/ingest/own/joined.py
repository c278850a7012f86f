"""Variables that take more than one cell: boxes of a question, an age from two dates, classes of medicines from free text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from crampstats.codebook.columns import NO_ANSWER, NOT_ASKED, UNREADABLE, Variable
from crampstats.core.cleaning import Change
from crampstats.core.findings import Finding
from crampstats.ingest.own.columns import FilledColumn, fill_column, find_distinct, without_values
from crampstats.ingest.own.masking import mask_text
from crampstats.ingest.own.placements import FileMapping, Placement
from crampstats.ingest.parsing.readings import Readings
from crampstats.ingest.recorded import RecordedTable

# nobody has lived longer than 122 years
OLDEST = 122


def fill_from_ticks(
    recorded: RecordedTable, placement: Placement, variable: Variable, asked: np.ndarray | None
) -> FilledColumn:
    """Yes where one of the variable's boxes is ticked, no where only other boxes of the question are, missing where none is.

    Parameters
    ----------
    recorded
        The table.
    placement
        `columns` are the variable's boxes, `others` the question's other boxes.
    variable
        Yes/no.
    asked
        (rows,) whether the form showed the question; None for always.
    """
    ticked, unread = _ticked(recorded, placement.columns)
    elsewhere, unread_too = _ticked(recorded, placement.others)
    some = ticked | elsewhere
    words = ["", NO_ANSWER, NOT_ASKED, UNREADABLE]
    codes = np.where(some, 0, 1)
    codes[~some & unread] = words.index(UNREADABLE)
    if asked is not None:
        codes[~some & ~asked] = words.index(NOT_ASKED)
    heading = " / ".join(placement.columns)
    changes = (
        Change(variable.name, "ticked", "yes", int(ticked.sum()), "box of a question", source_column=heading),
        Change(
            variable.name, "not ticked, another box of the question is", "no", int((some & ~ticked).sum()), "box of a question",
            source_column=heading,
        ),
        Change(
            variable.name, "no box of the question is ticked", "missing", int((~some).sum()),
            "an empty question is not a no", source_column=heading,
        ),
    )
    reasons = pd.Categorical.from_codes(codes, words).remove_unused_categories()
    findings = _strange_ticks(recorded, (*placement.columns, *placement.others)) if (unread | unread_too).any() else ()
    return FilledColumn(pd.arrays.BooleanArray(ticked, ~some), reasons, changes, findings)


def _ticked(recorded: RecordedTable, columns: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Rows where one of the boxes is ticked, and rows where one could not be read."""
    ticked, unread = np.zeros(len(recorded.cells), dtype=bool), np.zeros(len(recorded.cells), dtype=bool)
    for name in columns:
        distinct = find_distinct(recorded.cells[name])
        answers = [_is_tick(text, name, recorded) for text in distinct.texts]
        ticked |= np.array([*(answer is True for answer in answers), False], dtype=bool)[distinct.codes]
        unread |= np.array([*(answer is None for answer in answers), False], dtype=bool)[distinct.codes]
    return ticked, unread


def _is_tick(text: str, name: str, recorded: RecordedTable) -> bool | None:
    """Whether a cell of a box is ticked; a label export writes the box's own label."""
    from crampstats.ingest.parsing.yes_no import read_yes_no

    column = recorded.column(name)
    if text in (column.label, column.option, name) and text not in ("0", "1"):
        return True
    value = read_yes_no([text]).values[0]
    return None if value is None else bool(value)


def _strange_ticks(recorded: RecordedTable, columns: Sequence[str]) -> tuple[Finding, ...]:
    found = []
    for name in columns:
        distinct = find_distinct(recorded.cells[name])
        strange = np.array([_is_tick(text, name, recorded) is None for text in distinct.texts], dtype=bool)
        for place, rows in distinct.rows_of(strange):
            text = mask_text(distinct.texts[place])
            found.append(Finding(
                name, "unreadable", "error", f"{text!r} in {len(rows)} row(s) says neither ticked nor not ticked.",
                "Correct it in the source.", int(recorded.source_rows[rows[0]]), text,
            ))
    return tuple(found)


def fill_age(recorded: RecordedTable, mapping: FileMapping, placement: Placement, variable: Variable) -> FilledColumn:
    """Completed years between the date of birth and the date of the visit.

    Parameters
    ----------
    recorded
        The table.
    mapping
        Missing codes of the whole file.
    placement
        `columns` are the date of birth and the date of the visit, or the date of birth alone with `on_day`.
    variable
        Age in years.

    Returns
    -------
    FilledColumn
        Missing where either date is. A visit before birth, or an age above 122, is not read: it stands in the findings. The
        date of birth itself is shown nowhere.
    """
    born = _days(recorded, mapping, placement, placement.columns[0])
    visited = _same_day(recorded, placement) if placement.on_day else _days(recorded, mapping, placement, placement.columns[1])
    years = _completed_years(born.values, visited.values)
    known = ~np.isnan(years)
    strange = known & ((years < 0) | (years > OLDEST))
    reasons = np.where(born.reasons.astype(object) != "", born.reasons.astype(object), visited.reasons.astype(object))
    reasons = np.where(strange, UNREADABLE, reasons)
    kept = known & ~strange
    rows = recorded.source_rows[strange]
    heading = placement.columns[0]
    changes = [
        Change(
            variable.name, "date of birth and date of the visit", "completed years", int(kept.sum()), "age at the visit",
            source_column=heading,
        ),
        Change(
            variable.name, "dates that give no age", "missing", len(rows), "visit before birth, or age above 122",
            tuple(int(row) for row in rows), heading,
        ),
    ]
    findings = [Finding(
        heading, "impossible age", "error", "the dates of birth and visit give an age below 0 or above 122.",
        "Correct the dates in the source.", int(row),
    ) for row in rows]
    values = pd.arrays.IntegerArray(np.where(kept, years, 0).astype("int64"), ~kept)
    return FilledColumn(
        values, pd.Categorical(reasons), (*born.changes, *visited.changes, *changes),
        (*born.findings, *visited.findings, *findings),
    )


def _same_day(recorded: RecordedTable, placement: Placement) -> FilledColumn:
    """The day the mapping states, for everybody."""
    n = len(recorded.cells)
    days = pd.array(np.full(n, np.datetime64(placement.on_day, "s")), dtype="datetime64[s]")
    return FilledColumn(days, pd.Categorical([""] * n))


def _days(recorded: RecordedTable, mapping: FileMapping, placement: Placement, name: str) -> FilledColumn:
    """A column of dates; what it holds is not shown, since one of the two is a date of birth."""
    from crampstats.ingest.parsing.dates import read_dates

    column, distinct = recorded.column(name), find_distinct(recorded.cells[name])
    missing = {**column.missing, **mapping.missing, **placement.missing}
    formats = placement.dates or column.formats
    readings: Readings = read_dates(distinct.texts, distinct.counts, formats=formats, missing=missing)
    date = Variable("date", "date", kind="date")
    filled = fill_column(readings, distinct, date, heading=name, source_rows=recorded.source_rows)
    # only what could not be read is of interest to the log of an age
    kept = replace(filled, changes=tuple(replace(one, column=placement.variable) for one in filled.changes if one.source_rows))
    return without_values(kept)


def _completed_years(born: object, visited: object) -> np.ndarray:
    first, last = pd.DatetimeIndex(born), pd.DatetimeIndex(visited)
    before_birthday = (last.month < first.month) | ((last.month == first.month) & (last.day < first.day))
    return np.asarray(last.year - first.year, dtype="float64") - np.asarray(before_birthday, dtype="float64")


def fill_from_medicines(
    recorded: RecordedTable, mapping: FileMapping, placement: Placement, variable: Variable, asked: np.ndarray | None
) -> FilledColumn:
    """Yes where a medicine of the variable's class is recognised in one of the texts; no where they were read and have none.

    Parameters
    ----------
    recorded
        The table.
    mapping, placement
        Missing codes; `columns` are the texts (several are read as one list).
    variable
        One of the takes_... variables.
    asked
        As in `fill_from_ticks`.
    """
    from crampstats.ingest.parsing.medicine_showing import show_medicines
    from crampstats.ingest.parsing.medicines import common_words, read_medicines

    cells = _joined(recorded, placement.columns)
    distinct = find_distinct(cells)
    missing = {**mapping.missing, **placement.missing}
    counts = distinct.counts.tolist()
    readings = read_medicines(distinct.texts, variable.name, counts=counts, missing=missing)
    common = common_words(distinct.texts, counts)
    shown = [text if text in missing else show_medicines(text, common) for text in distinct.texts]
    return fill_column(
        readings, replace(distinct, texts=shown), variable, heading=" / ".join(placement.columns),
        source_rows=recorded.source_rows, asked=asked,
    )


def _joined(recorded: RecordedTable, columns: Sequence[str]) -> pd.Series:
    first, *rest = (recorded.cells[name] for name in columns)
    for cells in rest:
        both = first + "; " + cells
        first = both.fillna(first).fillna(cells)
    return first
