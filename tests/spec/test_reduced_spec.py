"""Runs the specifications of what is read from several rows or several columns of a person."""

from dataclasses import replace

import numpy as np
import pytest

from crampstats.codebook.surveys import nhanes_activity, nhanes_medicines
from crampstats.codebook.surveys.nhanes import NHANES
from crampstats.ingest.mapping import map_cycle

from .test_spec import as_text, one_adult, read_spec

ACTIVITY, MEDICINES = read_spec("nhanes_activity.txt"), read_spec("nhanes_medicines.txt")
# Only what is specified here, and the ages that say who was asked: reading every column of the survey takes its time.
READ = {*(entry.variable for entry in (*nhanes_activity.FIELDS, *nhanes_medicines.FIELDS)), "age_years"}
SURVEY = replace(NHANES, fields=tuple(entry for entry in NHANES.fields if entry.variable in READ), outcomes=())
KINDS = {variable.name: variable.kind for variable in NHANES.variables}


def variable_of(block):
    return block.split(" in ")[0]


def adults(cycle, n):
    """Several persons of 40 years with a valid record in every table."""
    tables = {name: table.iloc[[0] * n].reset_index(drop=True) for name, table in one_adult(cycle).items()}
    for table in tables.values():
        table[NHANES.respondent] += np.arange(n)
    return tables


def assert_read_as(name, tables, cycle, rows):
    """Each row of the specification is one person."""
    mapped = map_cycle(tables, SURVEY, cycle)
    for row, value, reason in zip(rows, mapped.table[name], mapped.reasons[name], strict=True):
        number = KINDS[name] == "number" and row["value"]
        assert (value if number else as_text(value)) == (pytest.approx(float(row["value"])) if number else row["value"]), row
        assert reason == row["reason"], row


def test_every_variable_of_the_two_modules_has_a_specification():
    assert {variable_of(block) for block in ACTIVITY} == {entry.variable for entry in nhanes_activity.FIELDS}
    assert set(MEDICINES) == {entry.variable for entry in nhanes_medicines.FIELDS}


@pytest.mark.parametrize("block", ACTIVITY)
@pytest.mark.parametrize("cycle", NHANES.cycles, ids=lambda cycle: cycle.name)
def test_exercise_is_read_as_specified(block, cycle):
    rows = [row for row in ACTIVITY[block] if row["cycle"] == cycle.name]
    if not rows:
        return
    tables = adults(cycle, len(rows))
    for column in rows[0].keys() & set(tables["PAQ"]):
        tables["PAQ"][column] = [float(row[column]) if row[column] else np.nan for row in rows]
    if "PAQIAF" in tables:
        tables["PAQIAF"] = sports_of(tables["PAQIAF"], [row.get("sports", "") for row in rows])
    assert_read_as(variable_of(block), tables, cycle, rows)


def sports_of(template, cells):
    """One row for each activity of each person."""
    told = [(person, part.strip().split("x")) for person, cell in enumerate(cells) for part in cell.split(",") if part.strip()]
    rows = template.iloc[[person for person, _ in told]].reset_index(drop=True)
    for place, column in enumerate(("PADTIMES", "PADDURAT", "PADMETS")):
        rows[column] = [np.nan if numbers[place] == "." else float(numbers[place]) for _, numbers in told]
    return rows


@pytest.mark.parametrize("name", MEDICINES)
@pytest.mark.parametrize("cycle", NHANES.cycles, ids=lambda cycle: cycle.name)
def test_medicines_are_recognised_as_specified(name, cycle):
    tables = adults(cycle, len(MEDICINES[name]))
    told = [
        (person, row["RXDUSE"], medicine.strip())
        for person, row in enumerate(MEDICINES[name])
        for medicine in row["RXDDRUG"].split("+")
    ]
    rows = tables["RXQ_RX"].iloc[[person for person, _, _ in told]].reset_index(drop=True)
    used = [float(use) if use else np.nan for _, use, _ in told]
    tables["RXQ_RX"] = rows.assign(RXDUSE=used, RXDDRUG=[medicine for _, _, medicine in told])
    assert_read_as(name, tables, cycle, MEDICINES[name])
