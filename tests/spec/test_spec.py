"""Runs the specifications beside it: small text tables of rows in, values out."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crampstats.codebook.rules import Rule
from crampstats.codebook.surveys import nhanes_activity, nhanes_medicines
from crampstats.codebook.surveys.nhanes import NHANES
from crampstats.core.errors import DataError
from crampstats.ingest.deriving import derive_variables
from crampstats.ingest.mapping import map_cycle

HERE = Path(__file__).parent
DERIVED = {item.name: item for item in NHANES.derived}
LABELS = NHANES.labels()
YES_OR_NO = {item.name for item in NHANES.variables if item.kind == "yes/no"}
YES_OR_NO |= {item.name for item in NHANES.derived if isinstance(item.rule, Rule)}
# Recorded columns of several rows or columns a person have a specification of their own.
REDUCED = {entry.variable for module in (nhanes_activity, nhanes_medicines) for entry in module.FIELDS}
ADULT_AGE = 40.0


def read_spec(name: str) -> dict[str, list[dict[str, str]]]:
    """Blocks of a specification: the name defined to its rows, one dictionary of cells each."""
    blocks: dict[str, list[dict[str, str]]] = {}
    for block in (HERE / name).read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if line.strip() and not line.startswith("#")]
        if lines:
            header, *rows = [[cell.strip() for cell in line.split("|")] for line in lines[1:]]
            blocks[lines[0].strip()] = [dict(zip(header, row, strict=True)) for row in rows]
    return blocks


DERIVED_SPEC = read_spec("nhanes.txt")
FIELD_SPEC = {name.strip(): rows for names, rows in read_spec("nhanes_fields.txt").items() for name in names.split(",")}


def as_variable(name: str, cells: list[str]) -> pd.Series:
    """Cells of a specification in the type the column has, recorded or derived."""
    given = [cell or None for cell in cells]
    label = LABELS[name]
    if label.levels:
        return pd.Series(pd.Categorical(given, list(label.levels)))
    if name in YES_OR_NO:
        return pd.Series([None if cell is None else cell == "yes" for cell in given], dtype="boolean")
    return pd.Series([None if cell is None else float(cell) for cell in given], dtype="Float64")


def same(value: object, written: str) -> bool:
    """A value as it is written in a specification; a number to the digits written."""
    if pd.isna(value) or not isinstance(value, (float, np.floating)):
        return as_text(value) == written
    digits = len(written.partition(".")[2])
    return bool(written) and abs(value - float(written)) <= 0.5 * 10.0**-digits


def as_text(value: object) -> str:
    if pd.isna(value):
        return ""
    return {True: "yes", False: "no"}[value] if isinstance(value, (bool, np.bool_)) else str(value)


def test_every_variable_of_the_codebook_has_a_specification():
    assert set(DERIVED_SPEC) == set(DERIVED)
    assert set(FIELD_SPEC) == {entry.variable for entry in NHANES.fields} - REDUCED


@pytest.mark.parametrize("name", DERIVED_SPEC)
def test_derived_variables_are_as_specified(name):
    rows = DERIVED_SPEC[name]
    inputs = [column for column in rows[0] if column != "value"]
    assert set(inputs) == set(DERIVED[name].rule.columns)
    table = pd.DataFrame({column: as_variable(column, [row[column] for row in rows]) for column in inputs})
    for value, row in zip(derive_variables(table, [DERIVED[name]])[name], rows, strict=True):
        assert same(value, row["value"]), (row, value)


@pytest.mark.parametrize("name", FIELD_SPEC)
@pytest.mark.parametrize("cycle", NHANES.cycles, ids=lambda cycle: cycle.name)
def test_recorded_codes_are_read_as_specified(name, cycle):
    survey = narrowed(name)
    rows = [row for row in FIELD_SPEC[name] if row["cycle"] in ("", cycle.name)]
    for row in rows:
        if row["value"] == "error":
            with pytest.raises(DataError, match="outside its codebook"):
                read(name, cycle, [row], survey)
    rows = [row for row in rows if row["value"] != "error"]
    mapped = read(name, cycle, rows, survey)
    for row, value, reason in zip(rows, mapped.table[name], mapped.reasons[name], strict=True):
        assert same(value, row["value"]), (row, value)
        assert reason == row["reason"], (row, reason)


def narrowed(name):
    """The survey with the fields of one variable and of those that decide whether it is asked."""
    wanted, names = set(), {name}
    while names - wanted:
        wanted |= names
        rules = [entry.asked for entry in NHANES.fields if entry.variable in wanted and entry.asked]
        names = {"age_years", "sex", *(column for rule in rules for column in rule.columns)}
    fields = tuple(entry for entry in NHANES.fields if entry.variable in wanted)
    return replace(NHANES, fields=fields, reductions=(), derived=(), outcomes=())


def read(name, cycle, rows, survey):
    """One adult for each row of a specification, with the recorded codes it gives."""
    tables = {table: frame.iloc[[0] * len(rows)].reset_index(drop=True) for table, frame in one_adult(cycle, survey).items()}
    for frame in tables.values():
        frame[NHANES.respondent] += np.arange(len(rows))
    (entry,) = [entry for entry in survey.fields_of(cycle) if entry.variable == name] or [None]
    for person, row in enumerate(rows):
        given = {column: row[column] for column in row if column.isupper() and row[column]}
        for column, cell in (({entry.column: row["recorded"]} if entry else {}) | given).items():
            (frame,) = [frame for frame in tables.values() if column in frame]
            frame.loc[person, column] = float(cell) if cell else np.nan
    return map_cycle(tables, survey, cycle)


def one_adult(cycle, survey=NHANES):
    """One examined man of 40 with a dietary recall and a valid record in every table."""
    tables = {table: pd.DataFrame(np.nan, [0], columns) for table, columns in survey.columns_of(cycle).items()}
    for table in tables.values():
        table[NHANES.respondent] = float(cycle.respondents[0])
    base = tables[NHANES.base_table]
    base[[NHANES.release, NHANES.stratum, NHANES.psu]] = [float(cycle.release), 1.0, 1.0]
    for weight in NHANES.weights.values():
        tables[weight.table or NHANES.base_table][weight.source_column] = 1000.0
    base[["RIDAGEYR", "RIAGENDR"]] = [ADULT_AGE, 1.0]
    return tables
