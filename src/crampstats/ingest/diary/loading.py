"""Load a diary: read, map, place each entry in its night, join what belongs together, and account for every row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from crampstats.codebook import diary as codebook
from crampstats.codebook.diary_entries import NO_CRAMP
from crampstats.codebook.forms import Form
from crampstats.codebook.surveys.cramp_diary import CRAMP_DIARY
from crampstats.core.cleaning import Change, CleaningLog
from crampstats.core.diary import LOGGED, NIGHT, PERSON, DiaryPanel
from crampstats.core.errors import DataError
from crampstats.core.findings import Finding, Findings
from crampstats.core.flow import Flow
from crampstats.core.source import Source
from crampstats.ingest.diary.columns import KNOWN, DiaryColumns, find_columns
from crampstats.ingest.diary.dating import MISSING, Dated, date_entries
from crampstats.ingest.diary.diary_data import DiaryData
from crampstats.ingest.diary.enrolment import Enrolment, find_enrolment, read_enrolment
from crampstats.ingest.diary.entries import ENTERED_AT, SOURCE_ROW, join_entries, mark_entries
from crampstats.ingest.diary.episodes import AT, NO_QUIET_NIGHTS, OF_A_CRAMP, SAID_NONE, collapse_episodes, fill_quiet_nights
from crampstats.ingest.diary.layouts import settle_layout
from crampstats.ingest.diary.mapping_file import resolve_diary_mapping
from crampstats.ingest.diary.opening import open_diary
from crampstats.ingest.diary.persons import Persons, name_persons
from crampstats.ingest.diary.scales import find_scale
from crampstats.ingest.diary.settings import DiaryMapping
from crampstats.ingest.diary.tidying import derive_answers, drop_empty_details, fill_constants, find_answered
from crampstats.ingest.diary.wide import lengthen
from crampstats.ingest.own.applying import apply_mapping
from crampstats.ingest.own.checking import check_mapping
from crampstats.ingest.own.columns import find_distinct
from crampstats.ingest.own.identifiers import list_identifiers, mask_headings
from crampstats.ingest.own.keys import read_record
from crampstats.ingest.own.masking import mask_text
from crampstats.ingest.own.placements import FileMapping, Placement
from crampstats.ingest.own.resolving import PROPOSED
from crampstats.ingest.parsing.folding import fold
from crampstats.ingest.recorded import RecordedFile, RecordedTable

ABOUT_A_CRAMP = (codebook.CRAMP.name, codebook.CRAMPS.name, *OF_A_CRAMP)
NO_NIGHT, NOBODY = "no night that can be read", "nobody's: no person stated"


def load_diary(
    path: str | Path, mapping: DiaryMapping | FileMapping | str | Path | None = None, *, sheet: str = "", header_row: int = 0,
    dictionary: str | Path | None = None, missing: Mapping[str, str] | None = None, key: str | Path | None = None,
    zone: str | None = None, workouts: str | Path | None = None, enrolment: pd.DataFrame | str | Path | None = None,
) -> DiaryData:
    """A cramp diary as a panel of persons and nights, with the log of everything that was done to it.

    Parameters
    ----------
    path
        The file: CSV, Excel, SPSS, Stata, SAS, Parquet, or an export of REDCap (repeating instruments too), Google Forms, m-Path
        and
        the other sources of `load_survey`. One row per person and night, per cramp, or per person.
    mapping
        A mapping file (TOML) with ``[diary]``, or a `DiaryMapping`. None: headings are held against the names of the diary's own
        questions, and the findings say what was taken for what.
    sheet, header_row
        Of a workbook: its sheet, and the row of the headings. Of a REDCap project `sheet` names the repeating instrument.
    dictionary
        REDCap dictionary or XLSForm that belongs to the file.
    missing
        Text of a cell to the reason why there is no answer, for every column.
    key
        File with the clinic's key: persons then have codes that stay the same in every run. None: P001, P002, ... in the order
        of the file.
    zone
        Zone the clocks were in ("Europe/Berlin"); needed only where times carry one.
    workouts
        Apple Health export or table of workouts; its minutes are joined by night.
    enrolment
        One row per person: the file's own number of the person (``person``), ``first_night``, ``last_night``; a table or a file.
        Nights enrolled but not logged are then missed, and who logged nothing is counted.

    Returns
    -------
    DiaryData
        A night without an entry is missed, never a night without cramps.

    Raises
    ------
    CrampstatsError
        The file cannot be read, or nothing tells persons or nights apart; the message says what to do.
    """
    given = resolve_diary_mapping(mapping)
    file, given = open_diary(
        Path(path), given, sheet=sheet, header_row=header_row, dictionary=dictionary, missing=missing, zone=zone or "",
    )
    return map_diary(file, given, key=key, workouts=workouts, enrolment=enrolment)


def map_diary(
    file: RecordedFile, given: DiaryMapping, *, key: str | Path | None = None, workouts: str | Path | None = None,
    enrolment: pd.DataFrame | str | Path | None = None,
) -> DiaryData:
    """A recorded file as a diary; parameters, result and errors as for `load_diary`."""
    long = lengthen(file.main, given)
    placed = _place(long.table, long.mapping, key)
    enrolled, persons = _enrolment(placed, enrolment)
    nights = _nights(placed, enrolled)
    panel = fill_constants(_panel(nights.table, placed, enrolled))
    exercise: tuple[Finding, ...] = ()
    if workouts is not None:
        panel, exercise = _with_workouts(panel, workouts, persons, placed.columns.diary.zone)
    table, findings = placed.table, (
        *placed.table.findings.rows, *long.findings, *placed.findings, *nights.findings, *(enrolled.findings if enrolled else ()),
        *exercise, *_left_out(placed),
    )
    return DiaryData(
        panel=panel, episodes=nights.episodes, declaration=_declaration(panel, placed.columns), source=panel.source,
        flow=placed.flow.leave("nights with an entry", nights.reasons),
        log=CleaningLog().add(*placed.changes, *nights.changes),
        findings=Findings(mask_headings(findings, map(str, table.cells))),
        mapping=DiaryMapping(placed.columns.mapping, placed.columns.diary),
    )


@dataclass(frozen=True, eq=False)
class _Placed:
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


@dataclass(frozen=True, eq=False)
class _Nights:
    """One row per person and night that has an entry."""

    table: pd.DataFrame
    episodes: pd.DataFrame | None
    reasons: dict[str, int]
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]


def _place(table: RecordedTable, given: DiaryMapping, key: str | Path | None) -> _Placed:
    scale = find_scale(table, find_columns(table, given))
    columns = _with_words_for_none(scale.columns, table)
    check_mapping(columns.mapping, table, redeclared=tuple(KNOWN)) if columns.mapping.placements else None
    hidden = [one.column for one in list_identifiers(table)]
    applied = apply_mapping(table, columns.mapping, hidden=hidden)
    values, scaled = scale.bring(applied.table)
    columns = settle_layout(columns, values, table)
    _refuse_without_cramps(columns, table)
    persons = name_persons(table, columns.diary.person, key)
    dated = date_entries(table, columns.diary, dates=_formats(columns))
    kept, flow = _flow(table, persons, dated)
    entries = _entries(table, columns, values, persons, dated)[kept].reset_index(drop=True)
    return _Placed(
        table, columns, persons, dated, entries, flow, (*applied.changes, *scaled, *dated.changes),
        (*columns.findings, *scale.findings, *persons.findings, *dated.findings, *applied.findings),
    )


def _with_words_for_none(columns: DiaryColumns, table: RecordedTable) -> DiaryColumns:
    """The columns with "no cramps" as a reason why there is no pain, site or duration."""
    words = {fold(word) for word in NO_CRAMP}

    def told(one: Placement) -> Placement:
        if one.variable not in OF_A_CRAMP or one.how != "cells" or one.columns[0] not in table.cells:
            return one
        texts = [text for text in find_distinct(table.cells[one.columns[0]]).texts if fold(text) in words and text not in one.codes]
        return replace(one, missing={**dict.fromkeys(texts, "no cramp"), **one.missing})

    placements = tuple(told(one) for one in columns.mapping.placements)
    return replace(columns, mapping=replace(columns.mapping, placements=placements))


def _refuse_without_cramps(columns: DiaryColumns, table: RecordedTable) -> None:
    """Refuse a file in which nothing tells of cramps: rows of a diary of cramps are told by their date or their details."""
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


def _formats(columns: DiaryColumns) -> tuple[str, ...]:
    placement = columns.mapping.placement(NIGHT)
    return placement.dates if placement else ()


def _flow(table: RecordedTable, persons: Persons, dated: Dated) -> tuple[np.ndarray, Flow]:
    """Rows with a person and a night, and what became of the others."""
    nobody = np.array([one is None for one in persons.names], dtype=bool)
    undated = ~nobody & (dated.nights == MISSING)
    gone = {NOBODY: int(nobody.sum()), NO_NIGHT: int(undated.sum())}
    kept = ~(nobody | undated)
    if not kept.any():
        what = "the file has no rows" if not len(table.cells) else f"none of its {len(table.cells):,} rows has a person and a "
        "night"
        raise DataError(f"{mask_text(table.name)} is no diary: {what}. Name the columns in a mapping: [diary] person, night.")
    return kept, table.flow.leave("entries with a person and a night", {why: n for why, n in gone.items() if n})


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


def _enrolment(placed: _Placed, given: pd.DataFrame | str | Path | None) -> tuple[Enrolment | None, Persons]:
    if given is not None:
        return read_enrolment(given, placed.persons)
    found = find_enrolment(placed.table, placed.columns.diary, placed.persons.names, placed.dated.nights,
        _formats(placed.columns))
    return found, placed.persons


def _nights(placed: _Placed, enrolled: Enrolment | None) -> _Nights:
    """The entries as one row per night."""
    if placed.columns.diary.layout == "events":
        made = collapse_episodes(placed.entries)
        quiet = fill_quiet_nights(made.nights, enrolled.table if enrolled else None, placed.columns.diary)
        findings = [one for one in made.findings if not (quiet.changes and one.rule == NO_QUIET_NIGHTS)]
        return _Nights(mark_entries(quiet.table), made.episodes, made.reasons, (*made.changes, *quiet.changes), (*findings,
            *quiet.findings))
    derived = derive_answers(placed.entries)
    joined = join_entries(derived.table)
    quiet = fill_quiet_nights(joined.table, enrolled.table if enrolled else None, placed.columns.diary)
    tidy = drop_empty_details(quiet.table)
    return _Nights(
        mark_entries(tidy.table), None, joined.reasons, (*derived.changes, *joined.changes, *quiet.changes, *tidy.changes),
        (*derived.findings, *joined.findings, *quiet.findings),
    )


def _panel(nights: pd.DataFrame, placed: _Placed, enrolled: Enrolment | None) -> DiaryPanel:
    mapping, name = placed.columns.mapping, mask_text(placed.table.name)
    known = {one.name: one.to_label() for one in (*mapping.own, codebook.CRAMP, codebook.CRAMPS)}
    population = mapping.population or f"those who kept the diary {name}"
    outcomes = [replace(one, population=population) for one in CRAMP_DIARY.outcomes if one.name in nights]
    return DiaryPanel(
        nights.drop(columns=[SOURCE_ROW], errors="ignore"), enrolled=enrolled.table if enrolled else None, outcomes=outcomes,
        labels={column: label for column, label in known.items() if column in nights},
        source=Source(f"the diary {name}", made_up=mapping.made_up, detail=_how(mapping)), population=population,
        recruitment=placed.columns.diary.recruitment or "not stated",
    )


def _how(mapping: FileMapping) -> str:
    return "columns found by their headings" if mapping.name in ("", PROPOSED) else f"mapped by {mask_text(mapping.name)}"


def _declaration(panel: DiaryPanel, columns: DiaryColumns) -> Form:
    own = {one.name: one for one in (*columns.mapping.own, *CRAMP_DIARY.variables)}
    variables = tuple(own[name] for name in panel.table if name in own)
    return Form(
        CRAMP_DIARY.name, CRAMP_DIARY.label, panel.population, variables, (), tuple(panel.known_outcomes.values()),
    )


def _left_out(placed: _Placed) -> list[Finding]:
    """Columns that fill nothing."""
    used = {name for one in placed.columns.mapping.placements for name in one.reads} | set(placed.columns.diary.columns.values())
    unused = [name for name in placed.table.cells if name not in {*used, *placed.columns.mapping.keep,
        *placed.columns.mapping.skip}]
    told = [name for name in unused if placed.table.cells[name].notna().any()]
    if not told:
        return []
    listed = ", ".join(mask_text(str(name)) for name in told[:10]) + (" ..." if len(told) > 10 else "")
    return [Finding(
        "", "columns not used", "note", f"{len(told)} column(s) fill nothing of a night and were left out: {listed}.",
        "Place them in a mapping: [variables.NAME], or [own.NAME] for what the diary does not ask.",
    )]


def _with_workouts(
    panel: DiaryPanel, workouts: str | Path, persons: Persons, zone: str
) -> tuple[DiaryPanel, tuple[Finding, ...]]:
    """The panel with the exercise that a watch or a table of workouts tells, and what was noticed."""
    from crampstats.ingest.diary.workouts import audit_workouts, join_workouts, read_workouts, rename_persons

    read = read_workouts(workouts, zone=zone or None)
    if read.has_persons:
        numbers = {str(one): persons.known.get(read_record(str(one)), "") for one in read.table[PERSON].unique()}
        read = rename_persons(read, {number: name for number, name in numbers.items() if name})
    return join_workouts(panel, read), audit_workouts(panel, read)
