"""Logistic, Poisson and linear regression on every engine, by each of the three ways, against pandas in memory."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.estimates import Estimates
from crampstats.core.totals import between
from crampstats.estimate import analysed_rows
from crampstats.estimate.association import associate
from crampstats.estimate.regression import estimate_coefficients, fit_regression

from ..agreement import assert_same, assert_same_rows

MODELS = [
    ("cramp ~ statin + education + twin", "logistic", "by pattern"), ("cramp ~ age + education", "logistic", "in two passes"),
    ("cramp ~ potassium*twin + education", "logistic", "by scoring"), ("nights ~ potassium + statin", "poisson", "by scoring"),
    ("bmi ~ potassium + age", "linear", "by scoring"),
]


@cache
def people() -> pd.DataFrame:
    """1,000 persons with NaN and null, small integers, yes/no with gaps and text."""
    chance = np.random.default_rng(5)
    n = 1_000
    age = chance.integers(18, 90, n).astype("int16")
    statin = pd.array(chance.integers(0, 2, n), dtype="Int8")
    statin[chance.random(n) < 0.05] = pd.NA
    twin = pd.array(chance.random(n) < 0.3, dtype="boolean")
    twin[chance.random(n) < 0.05] = pd.NA
    education = pd.array(chance.choice(["low", "mid", "high"], n), dtype="str")
    bmi = np.round(chance.normal(27, 4, n), 1)
    bmi[chance.random(n) < 0.05] = np.nan
    potassium = chance.normal(4.2, 0.4, n)
    cramp = pd.array(chance.random(n) < 1 / (1 + np.exp(1 - 0.03 * (age - 50) - potassium + 4.2)), dtype="boolean")
    cramp[chance.random(n) < 0.05] = pd.NA
    return pd.DataFrame({
        "stratum": chance.integers(0, 4, n), "psu": chance.integers(1, 7, n), "weight": np.exp(chance.normal(9, 0.7, n)),
        "age": age, "statin": statin, "twin": twin, "education": education, "bmi": bmi, "potassium": potassium, "cramp": cramp,
        "nights": chance.poisson(2.0, n),
    })


def rows_of(people: pd.DataFrame) -> pa.Table:
    """The rows as Arrow, NaN and null both among the missing."""
    table = pa.Table.from_pandas(people, preserve_index=False)
    bmi = pa.array([None if i % 2 and np.isnan(value) else value for i, value in enumerate(people["bmi"])], pa.float64(),
                   from_pandas=False)
    return table.set_column(table.column_names.index("bmi"), "bmi", bmi)


def adults(table: Any) -> SurveyDesign:
    """The design, narrowed to those of 30 and older."""
    return SurveyDesign(table, strata="stratum", psu="psu", weights="weight").subset(between("age", 30))


def coefficients(design: SurveyDesign, formula: str, model: str = "logistic") -> Estimates:
    return estimate_coefficients(fit_regression(design, formula, model=model), intercept=True)


def associations(design: SurveyDesign) -> Estimates:
    return associate(design, "cramp", ["statin", "education"], ["age"])


@cache
def in_memory(ask: Callable[..., Estimates], *options: str) -> Estimates:
    """What pandas says, asked once for all engines."""
    return ask(adults(people()), *options)


@pytest.fixture
def rows_stay_there(monkeypatch):
    """Tables this small would be brought into memory."""
    monkeypatch.setattr(analysed_rows, "FEW_NUMBERS", 0)


@pytest.mark.usefixtures("rows_stay_there")
@pytest.mark.parametrize(("formula", "model", "way"), MODELS, ids=[f"{model} {way}" for _, model, way in MODELS])
def test_regressions_agree_with_memory(engine, monkeypatch, formula, model, way):
    expected = in_memory(coefficients, formula, model)
    if way == "in two passes":
        monkeypatch.setattr(analysed_rows, "MAX_PATTERNS", 0)
    assert_same_rows(coefficients(adults(engine.table(rows_of(people()))), formula, model).frame, expected.frame)


@pytest.mark.usefixtures("rows_stay_there")
def test_associations_agree_with_memory(engine):
    assert_same(associations(adults(engine.table(rows_of(people())))), in_memory(associations))


def test_small_tables_are_brought_into_memory_with_their_types(engine):
    formula = "cramp ~ twin + education + bmi"
    found = fit_regression(adults(engine.table(rows_of(people()))), formula)
    assert not found.rows.summed_on
    assert_same(estimate_coefficients(found, intercept=True), in_memory(coefficients, formula))
