"""Persons for regressions and associations on engines, their design in memory and there, and what memory says of them."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.labels import Label
from crampstats.estimate.regression import Regression, compare_terms, estimate_coefficients, fit_regression

from ...agreement import assert_same_rows

DESIGN = {"strata": "stratum", "psu": "psu", "weights": "weight"}
LABELS = {"education": Label("Education", levels=("low", "mid", "high"))}


@cache
def people() -> pd.DataFrame:
    """4,000 persons: nullable small integers, a category in an order of its own, yes/no with gaps, NaN, weights of 0."""
    chance = np.random.default_rng(7)
    n = 4_000
    age = chance.integers(18, 90, n).astype("int16")
    education = pd.Categorical(chance.choice(["low", "mid", "high"], n), categories=["low", "mid", "high"])
    statin = pd.array(chance.integers(0, 2, n), dtype="Int8")
    statin[chance.random(n) < 0.02] = pd.NA
    sex = pd.array(chance.choice(["female", "male"], n), dtype="str")
    sex[chance.random(n) < 0.01] = pd.NA
    bmi = np.round(chance.normal(27, 4, n), 1)
    bmi[chance.random(n) < 0.02] = np.nan
    potassium = chance.normal(4.2, 0.4, n)
    weight = np.exp(chance.normal(9, 0.7, n))
    weight[chance.random(n) < 0.01] = 0
    predictor = -1.5 + 0.03 * (age - 50) + 0.2 * education.codes + 0.4 * (potassium - 4.2)
    cramp = pd.array(chance.random(n) < 1 / (1 + np.exp(-predictor)), dtype="boolean")
    cramp[chance.random(n) < 0.03] = pd.NA
    return pd.DataFrame({
        "stratum": chance.integers(0, 5, n), "psu": chance.integers(1, 9, n), "weight": weight, "age": age, "sex": sex,
        "education": education, "statin": statin, "bmi": bmi, "potassium": potassium, "cramp": cramp,
        "nights": chance.poisson(np.exp(predictor / 3)), "log_weeks": np.log(chance.integers(1, 9, n)), "flat": True,
    })


def design_of(table, **changed) -> SurveyDesign:
    return SurveyDesign(table, **{**DESIGN, "labels": LABELS, **changed})


def designs(frame: pd.DataFrame, to_engine, **changed) -> tuple[SurveyDesign, SurveyDesign]:
    """The design in memory and on an engine."""
    return design_of(frame, **changed), design_of(to_engine(frame), **changed)


@cache
def fit_in_memory(formula: str, model: str = "logistic", offset: str | None = None) -> Regression:
    """The model of all persons, fitted once for all engines and ways."""
    return fit_regression(design_of(people()), formula, model=model, offset=offset)


@cache
def rows_of(fit: Regression) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Coefficients and Wald tests."""
    return estimate_coefficients(fit, intercept=True).frame, compare_terms(fit).frame


def assert_same_fit(found: Regression, expected: Regression) -> None:
    for one, other in zip(rows_of(found), rows_of(expected), strict=True):
        assert_same_rows(one, other)
    spread = np.sqrt(np.diag(expected.covariance))
    outer = np.outer(spread, spread)
    np.testing.assert_allclose(found.covariance / outer, expected.covariance / outer, atol=1e-9)
    assert (found.n, found.df) == (expected.n, expected.df)
