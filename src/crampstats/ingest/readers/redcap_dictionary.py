"""Read a REDCap data dictionary: what every question of a project is called, asks and accepts."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

from crampstats.core.errors import DataError, unknown_name
from crampstats.core.findings import Finding, Findings
from crampstats.ingest.readers.branching import read_condition
from crampstats.ingest.readers.decoding import decode_text
from crampstats.ingest.readers.redcap_fields import (
    BUILT_IN_CHOICES,
    CHOICE_TYPES,
    FIELD_TYPES,
    DictionaryField,
    is_identifying,
    plain,
    read_choices,
)
from crampstats.ingest.recorded import RecordedColumn, RecordedTable

# The columns in REDCap's order, with their name in its metadata and further headings, letters and digits alone. A dictionary
# downloaded in another language keeps the order.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "field_name": ("variablefieldname", "fieldname", "variable", "variablename"),
    "form_name": ("formname", "form", "instrument", "instrumentname"),
    "section_header": ("sectionheader",),
    "field_type": ("fieldtype",),
    "field_label": ("fieldlabel",),
    "select_choices_or_calculations": (
        "choicescalculationsorsliderlabels", "selectchoicesorcalculations", "choicesorcalculations", "choices",
    ),
    "field_note": ("fieldnote", "fieldunits"),
    "text_validation_type_or_show_slider_number": (
        "textvalidationtypeorshowslidernumber", "textvalidationtype", "validationtype",
    ),
    "text_validation_min": ("textvalidationmin", "validationmin"),
    "text_validation_max": ("textvalidationmax", "validationmax"),
    "identifier": ("identifier",),
    "branching_logic": ("branchinglogicshowfieldonlyif", "branchinglogic"),
    "required_field": ("requiredfield", "required"),
    "custom_alignment": ("customalignment",),
    "question_number": ("questionnumbersurveysonly", "questionnumber"),
    "matrix_group_name": ("matrixgroupname",),
    "matrix_ranking": ("matrixranking",),
    "field_annotation": ("fieldannotation",),
}
NEEDED = ("field_name", "field_type")
# A slider runs from 0 to 100 unless the form says otherwise.
SLIDER_ENDS = {"text_validation_min": "0", "text_validation_max": "100"}
MOST_NAMED = 5
LONGEST_CELL = 131_072


@dataclass(frozen=True, eq=False)
class Dictionary:
    """The questions of a REDCap project, in the order of its forms.

    Parameters
    ----------
    name
        The file, without its folder.
    fields
        Its questions; the first holds the record's number.
    findings
        What was noticed while reading.
    """

    name: str
    fields: tuple[DictionaryField, ...]
    findings: Findings = field(default_factory=Findings)

    @cached_property
    def by_name(self) -> Mapping[str, DictionaryField]:
        """The questions by field name."""
        return {one.name: one for one in self.fields}

    @property
    def record(self) -> str:
        """Field with the record's number."""
        return self.fields[0].name

    @property
    def forms(self) -> tuple[str, ...]:
        """The instruments, in order."""
        return tuple(dict.fromkeys(one.form for one in self.fields if one.form))

    @cached_property
    def columns(self) -> tuple[RecordedColumn, ...]:
        """Every column a raw export of the questions has; form statuses and REDCap's own columns come in the export."""
        return tuple(column for one in self.fields for column in one.columns)

    def question(self, name: str) -> DictionaryField:
        """A question by field name; an `OptionError` suggests the nearest."""
        if name not in self.by_name:
            raise unknown_name("field", name, self.by_name)
        return self.by_name[name]


def read_dictionary(path: str | Path) -> Dictionary:
    """A REDCap dictionary from the CSV that REDCap downloads, or from the metadata its programming interface gives.

    Parameters
    ----------
    path
        The file: UTF-8, UTF-16 or Windows-1252; comma, semicolon or tab; or a workbook. Columns are found by their headings, in
        REDCap's wording; where the headings are in another language, by REDCap's order.

    Returns
    -------
    Dictionary
        Every row of the file is one question.

    Raises
    ------
    DataError
        The file is not there, is no dictionary, or rows are not what REDCap writes; all of them are named, with their row.
    """
    path = Path(path)
    if path.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".ods"):
        from crampstats.ingest.readers.excel import read_excel

        return dictionary_of(read_excel(path).main)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"the dictionary {path.name} cannot be read: {error.strerror or 'it is no file'}.") from None
    rows = list(_rows(content, path.name))
    if not rows:
        raise DataError(f"the dictionary {path.name} is empty: download it again (Data Dictionary, 'Download the current').")
    return _dictionary(path.name, rows[0][1], rows[1:])


def dictionary_of(table: RecordedTable) -> Dictionary:
    """A REDCap dictionary that was already read as a table (from a workbook, say).

    Raises
    ------
    DataError
        As `read_dictionary`.
    """
    rows = table.cells.fillna("").itertuples(index=False, name=None)
    numbered = list(zip((int(row) for row in table.source_rows), (list(map(str, row)) for row in rows), strict=True))
    return _dictionary(table.name, list(table.cells.columns), numbered)


def is_dictionary(table: RecordedTable) -> bool:
    """Whether a table is a REDCap dictionary rather than data: it has a field name, a field type and a form or a label."""
    named = {_letters(str(heading)) for heading in table.cells.columns}
    known = {key for key, names in HEADINGS.items() if named & set(names)}
    return {*NEEDED} <= known and bool({"form_name", "field_label"} & known) and len(known) > len(NEEDED) + 1


def _rows(content: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    text = decode_text(content, name).content.decode()
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max((",", ";", "\t"), key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = 0
    try:
        for row in reader:
            number += 1
            if any(cell.strip() for cell in row):
                yield number, [cell.strip() for cell in row]
    except csv.Error:
        raise DataError(
            f"the dictionary {name} holds a cell of more than {LONGEST_CELL:,} characters after row {number}: most likely a "
            "quotation mark is not closed there. Download it from REDCap again."
        ) from None


def _dictionary(name: str, headings: Sequence[str], rows: Sequence[tuple[int, list[str]]]) -> Dictionary:
    places = _places(name, headings, rows)
    if not rows:
        raise DataError(f"the dictionary {name} has headings but no question.")
    fields, problems, findings = [], [], Findings()
    for number, row in rows:
        cells = {key: row[place] if place < len(row) else "" for key, place in places.items()}
        try:
            question, noticed = _readable(_field(number, cells))
        except DataError as error:
            problems.append(f"row {number}: {error}")
            continue
        fields.append(question)
        findings = findings.add(*noticed, *_noticed(question, len(row) - len(headings)))
    problems += _repeated(fields)
    if problems:
        more = f" and {len(problems) - MOST_NAMED} more" if len(problems) > MOST_NAMED else ""
        raise DataError(
            f"the dictionary {name} has {len(problems)} row(s) that REDCap would not write: {' '.join(problems[:MOST_NAMED])}"
            f"{more} Mend them, or download the dictionary from REDCap again."
        )
    return Dictionary(name, tuple(fields), findings)


def _places(name: str, headings: Sequence[str], rows: Sequence[tuple[int, list[str]]]) -> dict[str, int]:
    found = [_letters(heading) for heading in headings]
    places = {key: found.index(word) for key, words in HEADINGS.items() for word in reversed(words) if word in found}
    if all(key in places for key in NEEDED):
        return places
    types = [row[3].lower() for _, row in rows if len(row) > 3]
    if len(headings) >= len(HEADINGS) - 3 and types and all(one in FIELD_TYPES for one in types):
        return {key: place for place, key in enumerate(HEADINGS) if place < len(headings)}
    raise DataError(
        f"{name} is no REDCap dictionary: its first line lacks 'Variable / Field Name' and 'Field Type'. Download it in REDCap "
        "under Data Dictionary."
    )


def _field(number: int, cells: Mapping[str, str]) -> DictionaryField:
    # Dictionaries written by R hold NA for an empty cell.
    given = {key: "" if text == "NA" and key != "field_label" else text for key, text in cells.items()}
    name, type_ = given["field_name"].lower(), given["field_type"].lower()
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", name):
        raise DataError(f"{given['field_name'][:40]!r} is no field name (letters, digits and underscores).")
    if type_ not in FIELD_TYPES:
        near = get_close_matches(type_, FIELD_TYPES, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise DataError(f"the field type {given['field_type'][:40]!r} of {name!r} is none of REDCap's{hint}.")
    if type_ == "slider":
        given = {**given, **{key: given.get(key) or end for key, end in SLIDER_ENDS.items()}}
    options = given.get("select_choices_or_calculations", "")
    validation = given.get("text_validation_type_or_show_slider_number", "").lower()
    return DictionaryField(
        name=name, form=given.get("form_name", ""), type=type_, label=plain(given.get("field_label", "")),
        choices=read_choices(options) if type_ in CHOICE_TYPES else BUILT_IN_CHOICES.get(type_, {}),
        calculation="" if type_ in CHOICE_TYPES else options, note=plain(given.get("field_note", "")), validation=validation,
        limits=(given.get("text_validation_min", ""), given.get("text_validation_max", "")),
        identifier=given.get("identifier", "").lower() in ("y", "yes") or (type_ == "text" and is_identifying(validation)),
        shown_if=given.get("branching_logic", ""), required=given.get("required_field", "").lower() in ("y", "yes"),
        section=plain(given.get("section_header", "")), matrix=given.get("matrix_group_name", ""),
        annotation=given.get("field_annotation", ""), row=number,
    )


def _readable(one: DictionaryField) -> tuple[DictionaryField, list[Finding]]:
    """The question without branching logic that cannot be read, and a finding that quotes it."""
    try:
        read_condition(one.shown_if)
    except DataError as error:
        return replace(one, shown_if=""), [Finding(
            one.name, "branching_logic_not_read", "warning", f"row {one.row}: the branching logic of {one.name!r}: {error}",
            "The question counts as shown to everybody; mend the logic in REDCap.", one.row, one.shown_if,
        )]
    return one, []


def _noticed(one: DictionaryField, surplus: int) -> list[Finding]:
    findings = []
    if one.type in CHOICE_TYPES and not one.choices:
        findings.append(Finding(
            one.name, "no_choices", "warning", f"the dictionary lists no choices for {one.name!r} ({one.type}).",
            "Its cells are kept as text; say in the mapping what they mean.", one.row,
        ))
    if surplus > 0:
        findings.append(Finding(
            one.name, "surplus_cells", "warning", f"row {one.row} of the dictionary has {surplus} cell(s) beyond its headings.",
            "They are not read; a comma or quotation mark may be missing there.", one.row,
        ))
    return findings


def _repeated(fields: Sequence[DictionaryField]) -> list[str]:
    first: dict[str, int] = {}
    problems = []
    for one in fields:
        for name in {one.name, *(column.name for column in one.columns)} - {""}:
            if name in first and first[name] != one.row:
                problems.append(f"row {one.row}: the field {name!r} stands in row {first[name]} already.")
            first.setdefault(name, one.row)
        boxes = [column.name for column in one.columns]
        problems += [f"row {one.row}: two choices of {one.name!r} give the column {box!r}." for box in sorted(set(boxes))
                     if boxes.count(box) > 1]
    return problems


def _letters(heading: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", heading.lower())
