"""Each row of a diary with its person, its night and its answers, and what became of the rows that have none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from crampstats.codebook import diary as codebook
from crampstats.codebook.diary_entries import NO_CRAMP
from crampstats.core.cleaning import Change
from crampstats.core.diary import LOGGED, NIGHT, PERSON
from crampstats.core.errors import DataError
from crampstats.core.findings import Finding
from crampstats.core.flow import Flow
from crampstats.ingest.diary.columns import KNOWN, DiaryColumns, find_columns
from crampstats.ingest.diary.dating import MISSING, Dated, date_entries
from crampstats.ingest.diary.entries import ENTERED_AT, SOURCE_ROW
from crampstats.ingest.diary.episodes import AT, OF_A_CRAMP, SAID_NONE
from crampstats.ingest.diary.layouts import settle_layout, unread_cramps
from crampstats.ingest.diary.persons import Persons, name_persons
from crampstats.ingest.diary.scales import find_scale
from crampstats.ingest.diary.settings import DiaryMapping
from crampstats.ingest.diary.stamps import settle_moments
from crampstats.ingest.diary.tidying import find_answered
from crampstats.ingest.diary.words import counted
from crampstats.ingest.diary.years import set_aside_years
from crampstats.ingest.own.applying import apply_mapping
from crampstats.ingest.own.checking import check_mapping
from crampstats.ingest.own.columns import find_distinct
from crampstats.ingest.own.identifiers import list_identifiers
from crampstats.ingest.own.masking import mask_text
from crampstats.ingest.own.placements import Placement
from crampstats.ingest.parsing.folding import fold
from crampstats.ingest.recorded import RecordedTable

ABOUT_A_CRAMP = (codebook.CRAMP.name, codebook.CRAMPS.name, *OF_A_CRAMP)
NO_NIGHT, NOBODY = "no night that can be read", "nobody's: no person stated"
WRONG_YEAR = "a night more than ten years from the others"


@dataclass(frozen=True, eq=False)
class Placed:
    """Entries with their person and night.

    Parameters
    ----------
    table, columns, persons, dated
        The file's rows, what its columns are, whose each row is and of which night.
    entries
        One row per entry that has both, with its answers.
    flow, changes, findings
        What became of every row.
    """

    table: RecordedTable
    columns: DiaryColumns
    persons: Persons
    dated: Dated
    entries: pd.DataFrame
    flow: Flow
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]


def place_entries(table: RecordedTable, given: DiaryMapping, key: str | Path | None, *, expected: int = 0) -> Placed:
    """The entries of a table with one row for each.

    Parameters
    ----------
    table
        One row per night or cramp.
    given
        How it is read, as far as that is said.
    key
        The clinic's key file; None: persons are numbered.
    expected
        How many persons there will be with those who have no row.

    Raises
    ------
    DataError
        Nothing tells of cramps, persons or nights, or the mapping does not fit.
    """
    scale = find_scale(table, find_columns(table, given))
    columns = _with_words_for_none(scale.columns, table)
    check_mapping(columns.mapping, table, redeclared=tuple(KNOWN)) if columns.mapping.placements else None
    hidden = [one.column for one in list_identifiers(table)]
    applied = apply_mapping(table, columns.mapping, hidden=hidden)
    values, scaled = scale.bring(applied.table)
    columns = settle_moments(settle_layout(columns, values, table), table, given.diary)
    _refuse_without_cramps(columns, table)
    persons = name_persons(table, columns.diary.person, key, expected=expected)
    dated, far = set_aside_years(
        date_entries(table, columns.diary, dates=columns.diary.dates), table, columns.diary.night or columns.diary.entered_at,
    )
    kept, flow = _flow(table, persons, dated, far)
    entries = _entries(table, columns, values, persons, dated)[kept].reset_index(drop=True)
    return Placed(
        table, columns, persons, dated, entries, flow, (*applied.changes, *scaled, *dated.changes),
        (*columns.findings, *scale.findings, *persons.findings,
         *_nobodys(table, persons, columns.diary.person), *dated.findings, *scale.without_slips(applied.findings)),
    )


def _with_words_for_none(columns: DiaryColumns, table: RecordedTable) -> DiaryColumns:
    """The columns with "no cramps" as a reason why there is no pain, site or duration."""
    words = {fold(word) for word in NO_CRAMP}

    def told(one: Placement) -> Placement:
        if one.variable not in OF_A_CRAMP or one.how != "cells" or one.columns[0] not in table.cells:
            return one
        held = find_distinct(table.cells[one.columns[0]]).texts
        texts = [text for text in held if fold(text) in words and text not in one.codes]
        return replace(one, missing={**dict.fromkeys(texts, "no cramp"), **one.missing})

    placements = tuple(told(one) for one in columns.mapping.placements)
    return replace(columns, mapping=replace(columns.mapping, placements=placements))


def _refuse_without_cramps(columns: DiaryColumns, table: RecordedTable) -> None:
    """Refuse a file in which nothing tells of cramps: rows of a diary of cramps are told by their date or their details."""
    if columns.diary.layout != "events" and (unread := unread_cramps(columns, table)):
        held = [mask_text(one) for one in find_distinct(table.cells[unread[0]]).texts]
        texts = ", ".join(map(repr, held[:3]))
        raise DataError(
            f"{mask_text(table.name)}: {mask_text(unread[0])!r} asks for a cramp, but "
            f"{f'holds {texts}' if texts else 'is empty'}. Say in "
            f'a mapping what its cells mean: [variables.cramp] column = "{mask_text(unread[0])}", codes = '
            f'{{{_example_codes(held)}}}.'
        )
    placed = {one.variable for one in columns.mapping.placements}
    if columns.diary.layout == "events" or placed & {codebook.CRAMP.name, codebook.CRAMPS.name, codebook.SEVERITY.name}:
        return
    raise DataError(
        f"{mask_text(table.name)}: no column tells whether there was a cramp (its columns: "
        f"{', '.join(mask_text(str(name)) for name in list(table.cells)[:12])}). Name it in a mapping: [variables.cramp] "
        "column = "
        '"HEADING" (yes or no), or [variables.cramps] (how many); or, of a file with one row per cramp, [diary] layout = '
        '"events".'
    )


def _example_codes(held: list[str]) -> str:
    """Codes of yes and no as a mapping writes them, such as the cells may have."""
    if {"0", "1"} <= set(held):
        return '"1" = true, "0" = false'
    yes, no = held[:2] if len(held) == 2 and {*held} != {"1", "2"} else ("1", "2")
    return f'"{yes}" = true, "{no}" = false'


def _flow(table: RecordedTable, persons: Persons, dated: Dated, far: np.ndarray) -> tuple[np.ndarray, Flow]:
    """Rows with a person and a night, and what became of the others."""
    nobody = np.array([one is None for one in persons.names], dtype=bool)
    undated = ~nobody & (dated.nights == MISSING)
    gone = {NOBODY: int(nobody.sum()), NO_NIGHT: int((undated & ~far).sum()), WRONG_YEAR: int((undated & far).sum())}
    kept = ~(nobody | undated)
    _refuse_unread(table, dated, int((undated & ~far).sum()))
    if not kept.any():
        what = "the file has no rows"
        if len(table.cells):
            what = f"none of its {len(table.cells):,} rows has a person and a night"
        why = next((f" {one.message} {one.suggestion}" for one in dated.findings if one.severity == "error"), "")
        raise DataError(
            f"{mask_text(table.name)} is no diary: {what}.{why or ' Name the columns in a mapping: [diary] person, night.'}"
        )
    return kept, table.flow.leave("entries with a person and a night", {why: n for why, n in gone.items() if n})


def _refuse_unread(table: RecordedTable, dated: Dated, undated: int) -> None:
    """Refuse dates whose day and month nobody can tell apart, and a file of which most dates cannot be read.

    What is left of such a file would be a choice by the date: 03/03 can be read and 03/04 cannot.
    """
    errors = [one for one in dated.findings if one.severity == "error"]
    undecided = [one for one in errors if one.rule == "order of day and month"]
    if undecided:
        why = undecided[0]
        raise DataError(f"{mask_text(table.name)}: {why.message} {why.suggestion} There it belongs under [diary].")
    if errors and undated > len(table.cells) / 2:
        raise DataError(
            f"{mask_text(table.name)}: {undated:,} of {len(table.cells):,} rows have no night that can be read. "
            f"{counted(errors[0].message)} {errors[0].suggestion}"
        )


def _nobodys(table: RecordedTable, persons: Persons, heading: str) -> tuple[Finding, ...]:
    nobody = np.flatnonzero([one is None for one in persons.names])
    if not len(nobody):
        return ()
    first = int(table.source_rows[nobody[0]])
    return (Finding(
        heading, "rows of nobody", "error", f"{len(nobody):,} row(s) do not say whose they are (first: row {first}); they were "
        "left out.", "Complete the column in the source; a number stated once above the rows of a person must stand in each.",
        first,
    ),)


def _entries(
    table: RecordedTable, columns: DiaryColumns, values: pd.DataFrame, persons: Persons, dated: Dated
) -> pd.DataFrame:
    leading: dict[str, object] = {
        PERSON: persons.names, NIGHT: dated.nights, SOURCE_ROW: table.source_rows, LOGGED: _logged(table, columns, values),
    }
    if dated.entered is not None:
        leading[ENTERED_AT] = dated.entered
    if columns.diary.layout == "events":
        leading |= {AT: dated.at, SAID_NONE: _says_none(table, columns)}
    kept = {name: table.cells[name] for name in columns.mapping.keep if name not in values}
    return pd.DataFrame(leading).join(values).assign(**kept)


def _logged(table: RecordedTable, columns: DiaryColumns, values: pd.DataFrame) -> np.ndarray:
    """Whether each row was filled in: as the file says, else whether it answers anything."""
    answered = find_answered(values)
    if columns.diary.layout == "events" or not columns.diary.logged:
        return np.ones(len(values), dtype=bool) if columns.diary.layout == "events" else answered
    from crampstats.ingest.parsing.yes_no import read_yes_no

    distinct = find_distinct(table.cells[columns.diary.logged])
    read = read_yes_no(distinct.texts, missing=table.column(columns.diary.logged).missing)
    return np.append(np.array([one is True for one in read.values], dtype=bool), False)[distinct.codes]


def _says_none(table: RecordedTable, columns: DiaryColumns) -> np.ndarray:
    """Rows in which words say that there was no cramp."""
    words = {fold(word) for word in NO_CRAMP}
    found = np.zeros(len(table.cells), dtype=bool)
    headings = [one.columns[0] for one in columns.mapping.placements if one.variable in ABOUT_A_CRAMP and one.how == "cells"]
    for heading in [*headings, *([columns.diary.time] if columns.diary.time else [])]:
        distinct = find_distinct(table.cells[heading])
        none = np.array([fold(text) in words for text in distinct.texts], dtype=bool)
        found |= np.append(none, False)[distinct.codes]
    return found
