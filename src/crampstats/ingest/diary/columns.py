"""Which column of a diary is what: whose the row is, of which night, and what it says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from crampstats.codebook.catalogue import VARIABLES as OF_PERSONS
from crampstats.codebook.columns import Variable
from crampstats.codebook.demographics import AGE, SEX
from crampstats.codebook.diary import NIGHT, VARIABLES
from crampstats.codebook.diary_entries import DATE, ENTERED, PERSON, PLACES
from crampstats.codebook.surveys.cramp_diary import CRAMP_DIARY
from crampstats.core.errors import DataError
from crampstats.core.findings import Finding
from crampstats.ingest.diary.naming import names_of, place_by_name, said_unit
from crampstats.ingest.diary.settings import HEADINGS, DiaryMapping, DiarySettings
from crampstats.ingest.diary.words import label_of
from crampstats.ingest.own.converting import needs_unit, stated_unit
from crampstats.ingest.own.fitting import is_dated, profile_table
from crampstats.ingest.own.form_columns import find_form_columns
from crampstats.ingest.own.identifiers import BIRTH, DIRECT, RECORD, list_identifiers
from crampstats.ingest.own.masking import mask_text
from crampstats.ingest.own.placements import FileMapping, Placement
from crampstats.ingest.own.proposing import propose_mapping
from crampstats.ingest.own.resolving import CERTAIN, PROPOSED
from crampstats.ingest.own.shipped import place_items
from crampstats.ingest.recorded import RecordedFile, RecordedTable

KNOWN: Mapping[str, Variable] = {one.name: one for one in (*VARIABLES, OF_PERSONS[SEX.name], OF_PERSONS[AGE.name])}
# where nothing else tells persons apart: the row of a file with one for each of them, the sheet of a workbook
ROW, SHEET = "row of the file", "sheet of the workbook"


@dataclass(frozen=True, eq=False)
class DiaryColumns:
    """What the columns of a diary are.

    Parameters
    ----------
    mapping
        The placements, and what else the mapping says of the file.
    diary
        The settings, each heading that was found filled in.
    findings
        What was taken without being told.
    """

    mapping: FileMapping
    diary: DiarySettings
    findings: tuple[Finding, ...] = ()


def find_columns(table: RecordedTable, given: DiaryMapping) -> DiaryColumns:
    """The columns of a diary: as the mapping names them, else by their headings.

    Parameters
    ----------
    table
        One row per entry.
    given
        What is said; settings it leaves open are looked for, and so are all variables where it places none.

    Raises
    ------
    DataError
        A heading the mapping names is not there.
    """
    _refuse_absent(table, given)
    proposed, record = _proposals(table, given)
    diary, found = _settle(given.diary, table, proposed, record)
    taken = {*diary.columns.values()}
    if given.file.placements:
        placements, more = given.file.placements, []
    else:
        placements, more = _sure([one for one in proposed if one.variable in KNOWN and not taken & set(one.reads)], table)
    placements = [_with_unit(one, table) for one in placements]
    known = {one.name for one in given.file.own}
    own = (*given.file.own, *(KNOWN[one.variable] for one in placements if one.variable not in known))
    mapping = replace(given.file, placements=tuple(placements), own=own, name=given.file.name or PROPOSED)
    return DiaryColumns(mapping, diary, (*found, *more))


def _with_unit(one: Placement, table: RecordedTable) -> Placement:
    """A placement with the unit its question says in words, where nothing else states one."""
    variable = KNOWN.get(one.variable)
    if variable is None or one.how != "cells" or one.unit or one.unit_column or one.columns[0] not in table.cells:
        return one
    column = table.column(one.columns[0])
    return one if stated_unit(column) else replace(one, unit=said_unit(variable, column.name, column.label))


def _refuse_absent(table: RecordedTable, given: DiaryMapping) -> None:
    absent = [f"{part} = {heading!r}" for part, heading in given.diary.columns.items() if heading not in table.cells]
    if absent:
        listed = ", ".join(repr(mask_text(str(name))) for name in list(table.cells)[:8])
        raise DataError(
            f"[diary] names {', '.join(absent)}, but {mask_text(table.name)} has no such column; its {len(table.columns)} "
            "columns begin "
            "with "
            f"{listed}."
        )


def _proposals(table: RecordedTable, given: DiaryMapping) -> tuple[list[Placement], str]:
    """Placements for every variable and every part of an entry; and the column of the record's number, "" for none."""
    named = set(given.diary.columns.values())
    of_form = _of_the_form(table)
    taken = named | {heading for one in of_form for heading in one.reads}
    open_table = _without(table, taken)
    wanted = [one for one in (*KNOWN.values(), *PLACES) if one.name not in {found.variable for found in of_form}]
    by_name = place_by_name(open_table, wanted)
    open_table = _without(open_table, {heading for one in by_name for heading in one.reads})
    wanted = [one for one in wanted if one.name not in {found.variable for found in by_name}]
    if not open_table.columns:
        return [*of_form, *by_name], ""
    proposal = propose_mapping(RecordedFile({"": open_table}, table.format), variables=wanted)
    return [*of_form, *by_name, *proposal.mapping.placements], proposal.mapping.record


def _of_the_form(table: RecordedTable) -> list[Placement]:
    """Questions of the shipped diary, by field name or wording, with the codes of their answers."""
    columns = find_form_columns(CRAMP_DIARY, table)
    asked = [item for item in CRAMP_DIARY.items if item.variables and columns.has(item)]
    # a word or two in common is no form
    if len(asked) < 4:
        return []
    placed = [replace(one, variable="night") if one.variable == NIGHT.name else one for one in place_items(columns)]
    stamps = [columns.heading(item.field) for item in CRAMP_DIARY.items if item.stamped and columns.has(item)]
    return [*placed, *(Placement(ENTERED.name, (heading,)) for heading in stamps)]


def _without(table: RecordedTable, taken: set[str]) -> RecordedTable:
    kept = tuple(column for column in table.columns if column.name not in taken)
    return replace(table, cells=table.cells[[column.name for column in kept]], columns=kept)


def _settle(
    said: DiarySettings, table: RecordedTable, proposed: Sequence[Placement], record: str
) -> tuple[DiarySettings, list[Finding]]:
    """The settings with the headings that were found."""
    found: list[Finding] = []
    headings: dict[str, str] = {}
    person = said.person or _find_person(table, record, set(said.columns.values()))
    if person and not said.person:
        headings["person"] = person
    for one in proposed:
        if one.variable in HEADINGS and one.variable != PERSON.name and one.how == "cells":
            heading = one.columns[0]
            if not getattr(said, one.variable) and heading not in (person, *headings.values(), *said.columns.values()):
                headings[one.variable] = heading
    if not any(getattr(said, part) or part in headings for part in ("night", "day", "entered_at")):
        headings |= _only_date(table, {*said.columns.values(), *headings.values()})
    for part, heading in headings.items():
        found.append(Finding(
            heading, "placed without a mapping", "note", f"{heading} was taken as the {WORDS[part]}.",
            f'To settle it: [diary] {part} = "{heading}" in a mapping.',
        ))
    return replace(said, **headings), found


def _only_date(table: RecordedTable, taken: set[str]) -> dict[str, str]:
    """The one column that holds dates, whatever it is called."""
    dated = [one.column.name for one in profile_table(table) if one.column.name not in taken and is_dated(one)]
    births = {one.column for one in list_identifiers(table) if one.kind == BIRTH}
    dated = [name for name in dated if name not in births]
    # a heading for the night whose cells are no dates at first sight (a spreadsheet's day numbers) is better than none
    named = [name for name in names_of(table, DATE) if name not in taken and table.cells[name].notna().any()]
    chosen = dated if len(dated) == 1 else named
    return {"night": chosen[0]} if len(chosen) == 1 else {}


WORDS = {
    "person": "column that tells persons apart", "night": "date of the night", "time": "clock time of the cramp",
    "entered_at": "time at which the entry was made", "logged": "sign that the night was filled in",
    "day": "number of the night", "first_night": "first night enrolled", "last_night": "last night enrolled",
}


def _find_person(table: RecordedTable, record: str, taken: Iterable[str]) -> str:
    """Heading of the column that tells persons apart: a name for persons, else a number or a name of theirs; "" for none."""
    if table.format == "redcap":
        return table.columns[0].name
    of_form = find_form_columns(CRAMP_DIARY, table).heading(CRAMP_DIARY.items[0].field)
    if of_form and of_form not in taken:
        return of_form
    named = [name for name in names_of(table, PERSON) if name not in taken and table.cells[name].notna().any()]
    if named:
        return named[0]
    telling = [one for one in list_identifiers(table) if one.column not in taken]
    for kind in (RECORD, DIRECT):
        for one in telling:
            if one.kind == kind and table.cells[one.column].notna().mean() > 0.5:
                return one.column
    if record in table.cells and record not in taken:
        return record
    return next((name for name in (ROW, SHEET) if name in table.cells), "")


def _sure(placements: Sequence[Placement], table: RecordedTable) -> tuple[list[Placement], list[Finding]]:
    """The placements nobody need ask about, with what is to be said of the others."""
    kept, found = [], []
    for one in placements:
        if one.confidence < CERTAIN:
            continue
        variable, heading = KNOWN[one.variable], one.columns[0]
        one = _with_unit(one, table)
        stated = one.unit or one.unit_column or stated_unit(table.column(heading))
        if one.how == "cells" and needs_unit(variable) and not stated:
            found.append(Finding(
                heading, "unit not stated", "warning",
                f"{heading} looks like the {label_of(one.variable)}, but nothing states its unit; it was left out.",
                f'State it in a mapping: [variables.{one.variable}] column = "{heading}", unit = "{variable.unit}".',
            ))
            continue
        kept.append(one)
        if one.confidence < 1:
            found.append(Finding(
                heading, "placed without a mapping", "note",
                f"{' / '.join(one.columns)} was taken as the {label_of(one.variable)} (confidence {one.confidence:.2f}).",
                f"Write a mapping with [variables.{one.variable}] to settle it.",
            ))
    return kept, found
