"""Runs the specification of contradictions: which answers cannot both be right."""

import pandas as pd
import pytest

from crampstats.codebook.catalogue import as_recorded
from crampstats.codebook.contradictions import CONTRADICTIONS

from .test_spec import read_spec, same

SPEC = read_spec("contradictions.txt")
# reads a text, which a table of cells with blanks for unknown cannot hold
OF_TEXT = {"medicines_none_but_taken"}


def as_cells(name: str, cells: list[str]) -> pd.Series:
    given, variable = [cell or None for cell in cells], as_recorded(name)
    if variable.levels:
        return pd.Series(pd.Categorical(given, list(variable.levels)))
    if variable.kind == "yes/no":
        return pd.Series([None if cell is None else cell == "yes" for cell in given], dtype="boolean")
    return pd.Series([None if cell is None else float(cell) for cell in given], dtype="Float64")


def test_every_contradiction_is_specified() -> None:
    assert set(SPEC) == set(CONTRADICTIONS) - OF_TEXT


@pytest.mark.parametrize("name", SPEC)
def test_contradictions_are_as_specified(name: str) -> None:
    rows, rule = SPEC[name], CONTRADICTIONS[name].rule
    inputs = [column for column in rows[0] if column != "value"]
    assert set(inputs) == set(rule.columns)
    table = pd.DataFrame({column: as_cells(column, [row[column] for row in rows]) for column in inputs})
    for value, row in zip(rule.evaluate(table), rows, strict=True):
        assert same(value, row["value"]), (row, value)


@pytest.mark.parametrize("name", SPEC)
def test_every_contradiction_has_answers_that_make_it_and_answers_that_do_not(name: str) -> None:
    given = {row["value"] for row in SPEC[name]}
    assert {"yes", "no"} <= given
