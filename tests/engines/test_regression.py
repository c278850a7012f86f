"""Logistic, Poisson and linear regression on every engine, by each of the three ways, against pandas in memory."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.totals import between
from crampstats.estimate import analysed_rows
from crampstats.estimate.association import associate
from crampstats.estimate.regression import estimate_coefficients, fit_regression

MODELS = [
    ("cramp ~ statin + education + twin", "logistic", "by pattern"), ("cramp ~ age + education", "logistic", "in two passes"),
    ("cramp ~ potassium*twin + education", "logistic", "by scoring"), ("nights ~ potassium + statin", "poisson", "by scoring"),
    ("bmi ~ potassium + age", "linear", "by scoring"),
]


@pytest.fixture(scope="module")
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


def both(people, engine):
    """The design in memory and on the engine, narrowed to those of 30 and older."""
    keys = {"strata": "stratum", "psu": "psu", "weights": "weight"}
    tables = (people, engine.table(rows_of(people)))
    return [SurveyDesign(table, **keys).subset(between("age", 30)) for table in tables]


def assert_same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    for name in ("estimate", "std_error", "df", "p_value", "n", "n_events"):
        np.testing.assert_allclose(
            found[name].to_numpy(dtype=float), expected[name].to_numpy(dtype=float),
            rtol=1e-7 if name == "p_value" else 1e-9, atol=1e-12, err_msg=name,
        )
    for name in ("exposure", "level", "measure", "caution"):
        assert found[name].to_list() == expected[name].to_list()


@pytest.mark.parametrize(("formula", "model", "way"), MODELS, ids=[f"{model} {way}" for _, model, way in MODELS])
def test_regressions_agree_with_memory(engine, people, monkeypatch, formula, model, way):
    monkeypatch.setattr(analysed_rows, "FEW_NUMBERS", 0)
    if way == "in two passes":
        monkeypatch.setattr(analysed_rows, "MAX_PATTERNS", 0)
    near, far = both(people, engine)
    found, expected = (fit_regression(design, formula, model=model) for design in (far, near))
    assert_same(estimate_coefficients(found, intercept=True).frame, estimate_coefficients(expected, intercept=True).frame)


def test_associations_agree_with_memory(engine, people, monkeypatch):
    monkeypatch.setattr(analysed_rows, "FEW_NUMBERS", 0)
    near, far = both(people, engine)
    found, expected = (associate(design, "cramp", ["statin", "education"], ["age"]) for design in (far, near))
    assert_same(found.frame, expected.frame)


def test_small_tables_are_brought_into_memory_with_their_types(engine, people):
    near, far = both(people, engine)
    found, expected = (fit_regression(design, "cramp ~ twin + education + bmi") for design in (far, near))
    assert not found.rows.summed_on
    assert_same(estimate_coefficients(found, intercept=True).frame, estimate_coefficients(expected, intercept=True).frame)
