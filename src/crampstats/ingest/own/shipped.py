"""Mappings that ship: files that follow the clinic's intake form or carry NHANES's own names need no mapping by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from crampstats.codebook.catalogue import VARIABLES
from crampstats.codebook.columns import MEASURED, Field, Variable
from crampstats.codebook.forms import Item
from crampstats.codebook.outcomes import RECALL_WINDOW
from crampstats.codebook.rules import Rule
from crampstats.codebook.surveys.clinic_intake import CLINIC_INTAKE
from crampstats.codebook.surveys.nhanes import NHANES
from crampstats.core.errors import DataError, unknown_name
from crampstats.core.flow import Flow
from crampstats.ingest.own.form_columns import FormColumns, find_form_columns
from crampstats.ingest.own.placements import FileMapping, Placement
from crampstats.ingest.own.survey_columns import condition_on_fields
from crampstats.ingest.recorded import RecordedFile, RecordedTable

CLINIC, NAMES_OF_NHANES = CLINIC_INTAKE.name, NHANES.name
SHIPPED = (CLINIC, NAMES_OF_NHANES)
# a clinic may leave questions out of the form; a file that shares fewer than this with it is another form
SHARED_FIELDS = 0.5
FEWEST_COLUMNS = 3
MEDICINES = "medicines"


def shipped_mapping(name: str, table: RecordedTable | None = None) -> FileMapping:
    """A mapping that ships.

    Parameters
    ----------
    name
        "clinic_intake" for the clinic's intake form, "nhanes" for a flat file with NHANES's own column names.
    table
        The table it is for; what the table lacks is left out, and headings are those it has (field names, questions, boxes as
        REDCap, Kobo or the workbook write them). None: the mapping of a raw export with everything in it.

    Returns
    -------
    FileMapping
        Its name is `name`.

    Raises
    ------
    OptionError
        No mapping of that name ships.
    """
    if name == CLINIC:
        return _clinic(find_form_columns(CLINIC_INTAKE, table))
    if name == NAMES_OF_NHANES:
        return _nhanes(table)
    raise unknown_name("shipped mapping", name, SHIPPED)


def recognise_shipped(file: RecordedFile) -> str:
    """Name of the shipped mapping the main table of a file follows; "" if it follows none.

    Parameters
    ----------
    file
        As read. It follows the intake form where it has at least half of its questions, NHANES where it has SEQN and at least
        three more of its columns.
    """
    table = file.main
    names = set(table.cells.columns)
    known = {entry.column for entry in NHANES.fields}
    if NHANES.respondent in names and len(names & known) >= FEWEST_COLUMNS:
        return NAMES_OF_NHANES
    found = find_form_columns(CLINIC_INTAKE, table)
    asked = [item for item in CLINIC_INTAKE.items if item.variables]
    shared = sum(found.has(item) for item in asked)
    return CLINIC if asked and shared >= SHARED_FIELDS * len(asked) else ""


def mapping_from_dictionary(path: str | Path) -> FileMapping:
    """The mapping a REDCap dictionary gives by itself: its fields, choices and conditions, before there are any data.

    Parameters
    ----------
    path
        The dictionary, CSV as REDCap downloads it.

    Raises
    ------
    DataError
        It is no dictionary, or none of its fields is a variable of the codebook.
    """
    from crampstats.ingest.own.proposing import propose_mapping
    from crampstats.ingest.readers.redcap_dictionary import read_dictionary

    dictionary = read_dictionary(path)
    file = RecordedFile({"": _without_rows(dictionary.name, dictionary.columns)}, "redcap")
    if name := recognise_shipped(file):
        return shipped_mapping(name, file.main)
    mapping = propose_mapping(file).mapping
    if not mapping.placements:
        raise DataError(
            f"no field of {dictionary.name} is a variable of the codebook; write a mapping with `crampstats map FILE`."
        )
    return mapping


def _without_rows(name: str, columns: tuple) -> RecordedTable:
    import pandas as pd

    cells = pd.DataFrame({column.name: pd.Series([], dtype="str") for column in columns})
    return RecordedTable(name, cells, np.array([], dtype="int64"), tuple(columns), "redcap", Flow.start("rows", 0))


def _clinic(columns: FormColumns) -> FileMapping:
    placements = place_items(columns)
    placements += _of_medicines(columns, {placement.variable for placement in placements})
    identifiers = [columns.heading(item.field) for item in CLINIC_INTAKE.items if item.identifier and columns.has(item)]
    return FileMapping(
        tuple(placements), record=identifiers[0] if identifiers else "", identifiers=tuple(identifiers),
        population=CLINIC_INTAKE.population, name=CLINIC, form=CLINIC,
    )


def place_items(columns: FormColumns) -> list[Placement]:
    """How each question of a form that a table has fills its variables, codes and wordings included."""
    variables = {variable.name: variable for variable in columns.form.variables}
    placements: list[Placement] = []
    for item in columns.form.items:
        placements += _of_boxes(item, columns) if item.ticks else _of_item(item, columns, variables)
    return placements


def _of_item(item: Item, columns: FormColumns, variables: Mapping[str, Variable]) -> list[Placement]:
    if not item.variable or not columns.has(item):
        return []
    codes, missing = _with_wordings(item)
    unit, unit_column, unit_codes = _unit(item, columns, variables[item.variable])
    return [Placement(
        item.variable, (columns.heading(item.field),), codes=codes, missing=missing, unit=unit, unit_column=unit_column,
        unit_codes=unit_codes, asked_if=columns.condition(item.shown_if),
    )]


def _with_wordings(item: Item) -> tuple[dict[str, object], dict[str, str]]:
    """What a cell can hold: the code, or the words the person read."""
    def both(some: Mapping[str, object]) -> dict[str, object]:
        return {**some, **{item.options[code]: value for code, value in some.items() if code in item.options}}

    missing = {text: str(reason) for text, reason in both(item.missing).items()}
    return {text: value for text, value in both(item.values).items() if text not in missing}, missing


def _unit(item: Item, columns: FormColumns, variable: Variable) -> tuple[str, str, Mapping[str, str]]:
    """The unit the question fixes, or where the person chose it."""
    if item.unit_field:
        beside = columns.form.item(item.unit_field)
        if columns.has(beside):
            codes, _ = _with_wordings(beside)
            return "", columns.heading(beside.field), {text: str(unit) for text, unit in codes.items()}
        return "", "", {}
    return (variable.unit if variable.kind in MEASURED else ""), "", {}


def _of_boxes(item: Item, columns: FormColumns) -> list[Placement]:
    boxes = {code: columns.heading(item.field, code) for code in item.options if columns.heading(item.field, code)}
    found = []
    for code, variable in item.ticks.items():
        if code in boxes:
            # a box that says why there is no answer makes no other box a no
            others = tuple(boxes[one] for one in boxes if one != code and one not in item.missing)
            found.append(Placement(variable, (boxes[code],), "ticks", others=others, asked_if=columns.condition(item.shown_if)))
    return found


def _of_medicines(columns: FormColumns, filled: set[str]) -> list[Placement]:
    heading = next((columns.heading(item.field) for item in CLINIC_INTAKE.items if item.variable == MEDICINES), "")
    wanted = [one.name for one in CLINIC_INTAKE.variables if one.name.startswith("takes_") and one.name not in filled]
    return [Placement(name, (heading,), "medicines") for name in wanted] if heading else []


def _nhanes(table: RecordedTable | None) -> FileMapping:
    there = set(table.cells.columns) if table is not None else None
    fields: dict[str, Field] = {}
    made = {reduction.name for reduction in NHANES.reductions}
    for entry in NHANES.fields:
        # what is made of several rows or converted by a formula has no column of its own in a flat file
        plain = entry.table not in made and (entry.factor, entry.offset) == (1.0, 0.0)
        if plain and (there is None or entry.column in there):
            fields.setdefault(entry.variable, entry)
    weight = next(iter(NHANES.weights.values())).source_column
    named = {"strata": NHANES.stratum, "psu": NHANES.psu, "weights": weight}
    design = {key: name for key, name in named.items() if there is None or name in there}
    return FileMapping(
        tuple(_of_field(entry, fields) for entry in fields.values()), record=NHANES.respondent, identifiers=(NHANES.respondent,),
        population=NHANES.population, window=RECALL_WINDOW, name=NAMES_OF_NHANES, **design,
    )


def _of_field(entry: Field, fields: Mapping[str, Field]) -> Placement:
    variable = VARIABLES[entry.variable]
    return Placement(
        entry.variable, (entry.column,), codes={f"{code:g}": value for code, value in entry.values.items()},
        missing={f"{code:g}": reason for code, reason in entry.missing.items()},
        unit=variable.unit if variable.kind in MEASURED else "", asked_if=_asked(entry.asked, fields),
    )


def _asked(rule: Rule | None, fields: Mapping[str, Field]) -> str:
    return condition_on_fields(rule, fields) if rule is not None else ""
