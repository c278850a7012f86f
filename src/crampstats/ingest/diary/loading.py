"""Load a diary: read, map, place each entry in its night, join what belongs together, and account for every row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from crampstats.codebook import diary as codebook
from crampstats.codebook.forms import Form
from crampstats.codebook.surveys.cramp_diary import CRAMP_DIARY
from crampstats.core.cleaning import Change, CleaningLog
from crampstats.core.diary import LONGEST_GAP, NIGHT, PERSON, DiaryPanel
from crampstats.core.errors import DataError
from crampstats.core.findings import Finding, Findings
from crampstats.core.source import Source
from crampstats.ingest.diary.columns import ROW, SHEET, DiaryColumns
from crampstats.ingest.diary.diary_data import DiaryData
from crampstats.ingest.diary.enrolment import Enrolment, add_silent, find_enrolment, read_enrolment, read_enrolment_file
from crampstats.ingest.diary.entries import SOURCE_ROW, join_entries, mark_entries
from crampstats.ingest.diary.episodes import NO_QUIET_NIGHTS, collapse_episodes, fill_quiet_nights
from crampstats.ingest.diary.mapping_file import resolve_diary_mapping
from crampstats.ingest.diary.opening import open_diary
from crampstats.ingest.diary.persons import Persons
from crampstats.ingest.diary.placing import Placed, place_entries
from crampstats.ingest.diary.settings import DiaryMapping
from crampstats.ingest.diary.silences import tell_silences
from crampstats.ingest.diary.tidying import derive_answers, drop_empty_details, fill_constants
from crampstats.ingest.diary.wide import lengthen
from crampstats.ingest.diary.words import worded
from crampstats.ingest.own.columns import masked_finding
from crampstats.ingest.own.identifiers import mask_headings
from crampstats.ingest.own.keys import read_record
from crampstats.ingest.own.masking import mask_text
from crampstats.ingest.own.placements import FileMapping
from crampstats.ingest.own.proposing import OF_THE_TOOL
from crampstats.ingest.own.resolving import PROPOSED
from crampstats.ingest.recorded import RecordedFile, RecordedTable

# rows of a night that has one already, from which a diary without a column for persons is not one person's
FEWEST_AGAIN, MOST_AGAIN = 3, 0.2


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
        and the other sources of `load_survey`. One row per person and night, per cramp, or per person.
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
    records = _records(file)
    enrolment = read_enrolment_file(enrolment) if isinstance(enrolment, str | Path) else enrolment
    placed = place_entries(long.table, long.mapping, key, expected=_expected(enrolment, records))
    enrolled, persons = _enrolment(placed, enrolment, records)
    nights = _nights(placed, enrolled)
    panel = fill_constants(_panel(nights.table, placed, enrolled))
    exercise: tuple[Finding, ...] = ()
    if workouts is not None:
        panel, exercise = _with_workouts(panel, workouts, persons, placed.columns.diary.zone)
    table, findings = placed.table, (
        *map(masked_finding, placed.table.findings.rows), *long.findings,
        *placed.findings, *nights.findings, *(enrolled.findings if enrolled else ()),
        *exercise, *tell_silences(panel, placed.columns.diary, enrolled), *_left_out(placed),
    )
    return DiaryData(
        panel=panel, episodes=nights.episodes, declaration=_declaration(panel, placed.columns), source=panel.source,
        flow=placed.flow.leave("nights with an entry", nights.reasons),
        log=CleaningLog().add(*placed.changes, *nights.changes),
        findings=Findings(worded(mask_headings(findings, map(str, table.cells)))),
        mapping=DiaryMapping(placed.columns.mapping, placed.columns.diary),
        source_rows=_rows_of(panel, nights.table),
        first_rows=placed.entries.groupby(PERSON, sort=False)[SOURCE_ROW].first().astype(int).to_dict(),
    )


@dataclass(frozen=True, eq=False)
class _Nights:
    """One row per person and night that has an entry."""

    table: pd.DataFrame
    episodes: pd.DataFrame | None
    reasons: dict[str, int]
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]


def _records(file: RecordedFile) -> RecordedTable | None:
    """Of a REDCap project led by a repeating instrument the table of its records."""
    return file.tables[""] if file.format == "redcap" and "" in file.tables and file.tables[""] is not file.main else None


def _expected(enrolment: pd.DataFrame | None, records: RecordedTable | None) -> int:
    """How many persons are enrolled or have a record; 0 where only the entries tell."""
    if enrolment is not None:
        return len(enrolment)
    return 0 if records is None else int(records.cells.iloc[:, 0].nunique())


def _enrolment(
    placed: Placed, given: pd.DataFrame | None, records: RecordedTable | None
) -> tuple[Enrolment | None, Persons]:
    if given is not None:
        return read_enrolment(given, placed.persons)
    diary, dates = placed.columns.diary, placed.columns.diary.dates
    found = find_enrolment(placed.table, diary, placed.persons.names, placed.dated.nights, dates)
    return add_silent(found, records, diary, placed.persons, dates)


def _nights(placed: Placed, enrolled: Enrolment | None) -> _Nights:
    """The entries as one row per night."""
    if placed.columns.diary.layout == "events":
        made = collapse_episodes(placed.entries)
        quiet = fill_quiet_nights(made.nights, enrolled.table if enrolled else None, placed.columns.diary)
        findings = [one for one in made.findings if not (quiet.changes and one.rule == NO_QUIET_NIGHTS)]
        return _Nights(mark_entries(quiet.table), made.episodes, made.reasons, (*made.changes, *quiet.changes), (*findings,
            *quiet.findings))
    _refuse_several_persons(placed)
    derived = derive_answers(placed.entries)
    joined = join_entries(derived.table)
    quiet = fill_quiet_nights(joined.table, enrolled.table if enrolled else None, placed.columns.diary)
    tidy = drop_empty_details(quiet.table)
    return _Nights(
        mark_entries(tidy.table), None, joined.reasons, (*derived.changes, *joined.changes, *quiet.changes, *tidy.changes),
        (*derived.findings, *joined.findings, *quiet.findings),
    )


def _refuse_several_persons(placed: Placed) -> None:
    """Refuse nights with several rows each where no column tells persons apart: they are not one person's."""
    if placed.columns.diary.person:
        return
    again = placed.entries.duplicated([PERSON, NIGHT])
    if int(again.sum()) >= FEWEST_AGAIN and float(again.mean()) > MOST_AGAIN:
        raise DataError(
            f"{mask_text(placed.table.name)}: {int(again.sum())} of {len(again)} rows are of a night that has a row already "
            "(first: row "
            f"{int(placed.entries[SOURCE_ROW][again].iloc[0])}), and no column tells persons apart. Name it in a mapping: "
            "[diary] "
            'person = "HEADING"; or, of a file with one row per cramp, say [diary] layout = "events".'
        )


def _panel(nights: pd.DataFrame, placed: Placed, enrolled: Enrolment | None) -> DiaryPanel:
    mapping, name = placed.columns.mapping, mask_text(_of_the_file(placed.table.name))
    known = {one.name: one.to_label() for one in (*mapping.own, codebook.CRAMP, codebook.CRAMPS)}
    population = mapping.population or f"those who kept the diary {name}"
    outcomes = [replace(one, population=population) for one in CRAMP_DIARY.outcomes if one.name in nights]
    return DiaryPanel(
        nights.drop(columns=[SOURCE_ROW], errors="ignore"), enrolled=enrolled.table if enrolled else None, outcomes=outcomes,
        labels={column: label for column, label in known.items() if column in nights},
        source=Source(f"the diary {name}", made_up=mapping.made_up, detail=_how(mapping)), population=population,
        recruitment=placed.columns.diary.recruitment or "not stated",
        longest_gap=placed.columns.diary.longest_gap or LONGEST_GAP,
    )


def _rows_of(panel: DiaryPanel, nights: pd.DataFrame) -> pd.Series | None:
    """Row of the file of each night of the panel."""
    if SOURCE_ROW not in nights:
        return None
    known = nights[[PERSON, NIGHT, SOURCE_ROW]].astype({SOURCE_ROW: "Int64"})
    return panel.table[[PERSON, NIGHT]].merge(known, on=[PERSON, NIGHT], how="left", validate="one_to_one")[SOURCE_ROW]


def _of_the_file(name: str) -> str:
    """The name of the file without that of its sheet or instrument, which is the program's or a person's."""
    file, _, part = name.rpartition(", ")
    return file if file and "." not in part else name


def _how(mapping: FileMapping) -> str:
    return "columns found by their headings" if mapping.name in ("", PROPOSED) else f"mapped by {mask_text(mapping.name)}"


def _declaration(panel: DiaryPanel, columns: DiaryColumns) -> Form:
    own = {one.name: one for one in (*columns.mapping.own, *CRAMP_DIARY.variables)}
    variables = tuple(own[name] for name in panel.table if name in own)
    return Form(
        CRAMP_DIARY.name, CRAMP_DIARY.label, panel.population, variables, (), tuple(panel.known_outcomes.values()),
    )


def _left_out(placed: Placed) -> list[Finding]:
    """Columns that fill nothing."""
    redcap = placed.table.format == "redcap"
    used = {name for one in placed.columns.mapping.placements for name in one.reads} | set(placed.columns.diary.columns.values())
    meant = {*used, *placed.columns.mapping.keep, *placed.columns.mapping.skip, *OF_THE_TOOL, ROW, SHEET}
    unused = [name for name in placed.table.cells if name not in meant and not (redcap and str(name).endswith("_complete"))]
    told = [name for name in unused if placed.table.cells[name].notna().any()]
    if not told:
        return []
    listed = ", ".join(mask_text(str(name)) for name in told[:10]) + (" ..." if len(told) > 10 else "")
    return [Finding(
        "", "columns not used", "note", f"left out were {len(told)} column(s) that answer no question of the diary: {listed}.",
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
