"""Runs the specification of the intake form: its signs, and what follows from the answers."""

import pandas as pd
import pytest

from crampstats.codebook import red_flags
from crampstats.codebook.columns import Derived
from crampstats.codebook.rules import Rule
from crampstats.codebook.surveys.clinic_intake import CLINIC_INTAKE
from crampstats.codebook.surveys.nhanes import NHANES

from .test_spec import read_spec, same

SPEC = read_spec("clinic_intake.txt")
SIGNS = SPEC.pop("signs")
LABELS = CLINIC_INTAKE.labels()
RULES: dict[str, Derived | Rule] = {flag.name: flag.rule for flag in red_flags.RED_FLAGS} | {
    item.name: item.rule for item in CLINIC_INTAKE.derived
}
YES_OR_NO = {item.name for item in CLINIC_INTAKE.variables if item.kind == "yes/no"}
SURVEYED = {item.name: item.rule for item in NHANES.derived}
# what "any urgent sign" and "any sign to be seen soon" join is specified sign by sign
JOINED = {item.name for item in red_flags.DERIVED}


def as_cells(name, cells):
    given = [cell or None for cell in cells]
    if LABELS[name].levels:
        return pd.Series(pd.Categorical(given, list(LABELS[name].levels)))
    if name in YES_OR_NO:
        return pd.Series([None if cell is None else cell == "yes" for cell in given], dtype="boolean")
    return pd.Series([None if cell is None else float(cell) for cell in given], dtype="Float64")


def test_every_sign_of_the_rule_set_is_declared_and_no_other():
    wanted = sorted((row["level"], tuple(row["questions"].split(" + ")), row["told by"]) for row in SIGNS)
    assert sorted((flag.level, flag.questions, flag.told_by) for flag in red_flags.RED_FLAGS) == wanted


def test_every_question_of_a_sign_stands_on_the_form():
    asked = {name for item in CLINIC_INTAKE.items for name in item.variables}
    assert {name for flag in red_flags.RED_FLAGS for name in flag.questions} <= asked


def test_every_sign_names_its_source_and_chest_pain_calls_the_emergency_services():
    assert all(flag.source for flag in red_flags.RED_FLAGS)
    (chest,) = [flag for flag in red_flags.RED_FLAGS if flag.name == "chest_pain_or_breathless"]
    assert "emergency services" in chest.advice


def test_what_follows_from_the_answers_is_specified_here_or_with_the_survey():
    own = {item.name for item in CLINIC_INTAKE.derived} - JOINED
    assert own - set(SPEC) <= set(SURVEYED)
    for name in own - set(SPEC):
        assert RULES[name] == SURVEYED[name], name


@pytest.mark.parametrize("name", SPEC)
def test_derived_variables_and_signs_are_as_specified(name):
    rows = SPEC[name]
    inputs = [column for column in rows[0] if column != "value"]
    assert set(inputs) == set(RULES[name].columns)
    table = pd.DataFrame({column: as_cells(column, [row[column] for row in rows]) for column in inputs})
    for value, row in zip(RULES[name].evaluate(table), rows, strict=True):
        assert same(value, row["value"]), (row, value)


@pytest.mark.parametrize("level", ["urgent", "see soon"])
def test_any_sign_of_a_level_is_yes_and_silence_is_never_no(level):
    (joined,) = [item for item in red_flags.DERIVED if item.name.startswith(level.replace(" ", "_"))]
    told = [flag for flag in red_flags.RED_FLAGS if flag.level == level and flag.told_by == "patient"]
    assert set(joined.rule.columns) == {name for flag in told for name in flag.questions}
    single = [flag.name for flag in told if flag.questions == (flag.name,)]
    all_no = {name: "never" if name == "cramp_frequency" else "no" if name in YES_OR_NO else "" for name in joined.rule.columns}
    rows = [all_no, *(all_no | {name: ""} for name in single), *(all_no | {name: "yes"} for name in single)]
    table = pd.DataFrame({name: as_cells(name, [row[name] for row in rows]) for name in joined.rule.columns})
    n = len(single)
    assert joined.rule.evaluate(table).tolist() == [False, *[pd.NA] * n, *[True] * n]


def test_labels_of_screening_say_so():
    for item in CLINIC_INTAKE.derived:
        if item.name.startswith("restless_legs"):
            assert "screening" in item.label
