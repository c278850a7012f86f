"""Penalised fits equal R's brglm2 (make_reference.R beside this) where the data are separated."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import SeparationError
from crampstats.estimate.penalised import fit_penalised
from crampstats.estimate.regression import fit_regression

HERE = Path(__file__).parent
VALUES = pd.read_csv(HERE / "values.csv").set_index(["case", "stat", "key"])["value"].sort_index()
FORMULAS = {"logistic": "cramps ~ dialysis + age + group", "poisson": "nights ~ group + age"}


@pytest.fixture(scope="module")
def people():
    return pd.read_csv(HERE / "separated.csv")


def r_names(names):
    return ["(Intercept)" if name == "Intercept" else name.replace("[T.", "").replace("]", "") for name in names]


@pytest.mark.parametrize("model", ["logistic", "poisson"])
@pytest.mark.parametrize("kind", ["simple", "weighted"])
def test_coefficients_and_the_models_own_errors_equal_r(people, model, kind):
    """`bread` is the inverse information per unit of weight: divided by n it is the model's covariance."""
    fit = fit_penalised(SurveyDesign(people, weights="weight" if kind == "weighted" else None), FORMULAS[model], model=model)
    names, case = r_names(fit.names), f"{model}/{kind}"
    np.testing.assert_allclose(fit.coefficients, VALUES[case, "estimate"][names].to_numpy(), rtol=1e-7, atol=1e-9)
    own = np.sqrt(np.diag(fit.fit.bread) / fit.n)
    np.testing.assert_allclose(own, VALUES[case, "std_error"][names].to_numpy(), rtol=1e-7)


@pytest.mark.parametrize("model", ["logistic", "poisson"])
def test_these_data_have_no_finite_fit_without_the_penalty(people, model):
    with pytest.raises(SeparationError, match="look at"):
        fit_regression(SurveyDesign(people), FORMULAS[model], model=model)


def test_errors_are_never_below_the_models_own_times_the_design_effect(people):
    """Kish's effect n sum w^2 / (sum w)^2 of these weights, by hand."""
    design = SurveyDesign(people, psu="unit", weights="weight")
    fit = fit_penalised(design, FORMULAS["logistic"])
    effect = len(people) * (people["weight"] ** 2).sum() / people["weight"].sum() ** 2
    own = np.sqrt(np.diag(fit.fit.bread) * effect / fit.n)
    assert (np.sqrt(np.diag(fit.covariance)) >= own * (1 - 1e-9)).all()
