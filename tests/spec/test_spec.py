"""Runs the specifications beside it: small text tables of rows in, values out."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crampstats.codebook.surveys import nhanes_activity, nhanes_medicines
from crampstats.codebook.surveys.nhanes import NHANES
from crampstats.core.errors import DataError
from crampstats.ingest.deriving import derive_variables
from crampstats.ingest.mapping import map_cycle

HERE = Path(__file__).parent
DERIVED = {item.name: item for item in NHANES.derived}
VARIABLES = {item.name: item for item in NHANES.variables}
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
FIELD_SPEC = read_spec("nhanes_fields.txt")


def as_variable(name: str, cells: list[str]) -> pd.Series:
    """Cells of a specification in the type the variable has."""
    given = [cell or None for cell in cells]
    if VARIABLES[name].kind == "category":
        return pd.Series(pd.Categorical(given, list(VARIABLES[name].levels)))
    return pd.Series([None if cell is None else float(cell) for cell in given], dtype="Float64")


def as_text(value: object) -> str:
    if pd.isna(value):
        return ""
    return {True: "yes", False: "no"}[value] if isinstance(value, (bool, np.bool_)) else str(value)


def test_every_variable_of_the_codebook_has_a_specification():
    assert set(DERIVED_SPEC) == set(DERIVED)
    # test_reduced_spec.py specifies what is read from several rows or columns of a person
    elsewhere = {entry.variable for entry in (*nhanes_activity.FIELDS, *nhanes_medicines.FIELDS)}
    assert set(FIELD_SPEC) | elsewhere == {entry.variable for entry in NHANES.fields}


@pytest.mark.parametrize("name", DERIVED_SPEC)
def test_derived_variables_are_as_specified(name):
    rows = DERIVED_SPEC[name]
    inputs = [column for column in rows[0] if column != "value"]
    table = pd.DataFrame({column: as_variable(column, [row[column] for row in rows]) for column in inputs})
    derived = derive_variables(table, [DERIVED[name]])[name]
    assert [as_text(value) for value in derived] == [row["value"] for row in rows]


@pytest.mark.parametrize("name", FIELD_SPEC)
@pytest.mark.parametrize("cycle", NHANES.cycles, ids=lambda cycle: cycle.name)
def test_recorded_codes_are_read_as_specified(name, cycle):
    for row in FIELD_SPEC[name]:
        if row["cycle"] not in ("", cycle.name):
            continue
        if row["value"] == "error":
            with pytest.raises(DataError, match="outside its codebook"):
                read_one(name, cycle, row["recorded"])
            continue
        value, reason = read_one(name, cycle, row["recorded"])
        expected = float(row["value"]) if VARIABLES[name].kind in ("integer", "number") and row["value"] else row["value"]
        assert ((value if as_text(value) else ""), reason) == (expected, row["reason"]), row


def read_one(name, cycle, recorded):
    """Value and reason of one adult's recorded code."""
    tables = one_adult(cycle)
    (entry,) = [entry for entry in NHANES.fields_of(cycle) if entry.variable == name]
    tables[entry.table][entry.column] = float(recorded) if recorded else np.nan
    mapped = map_cycle(tables, NHANES, cycle)
    return mapped.table[name].iloc[0], mapped.reasons[name].iloc[0]


def one_adult(cycle):
    """One person of 40 with a valid record in every table."""
    tables = {table: pd.DataFrame(np.nan, [0], columns) for table, columns in NHANES.columns_of(cycle).items()}
    for table in tables.values():
        table[NHANES.respondent] = float(cycle.respondents[0])
    base = tables[NHANES.base_table]
    base[[NHANES.release, NHANES.stratum, NHANES.psu]] = [float(cycle.release), 1.0, 1.0]
    base["RIDAGEYR"] = ADULT_AGE
    return tables
