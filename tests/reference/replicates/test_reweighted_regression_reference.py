"""Regression under calibrated and replicate weights equals R's survey package on the made-up paired sample (make_reference.R)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from crampstats.core.errors import DesignError
from crampstats.estimate.by_replicates import estimate_by_replicates
from crampstats.estimate.calibration import poststratify, rake
from crampstats.estimate.regression import estimate_coefficients, fit_regression
from crampstats.estimate.replicates import make_jackknife_replicates

SHARES = {("men", "20-39"): .21, ("women", "20-39"): .20, ("men", "40-59"): .17, ("women", "40-59"): .18, ("men", "60+"): .11,
          ("women", "60+"): .13}
MODELS = {"linear": "u ~ sex + age", "logistic": "y ~ sex + u"}
R_NAMES = {"Intercept": "(Intercept)", "sex[T.women]": "sexwomen", "age": "age", "u": "u"}


@pytest.fixture(scope="module")
def complete(example_design):
    """The paired sample without missing answers."""
    design = example_design("paired")
    return replace(design, table=design.table.dropna(subset=["y"]).reset_index(drop=True))


def calibrated(design, how, total):
    if how == "poststratified":
        return poststratify(design, ["sex", "age_group"], {key: share * total for key, share in SHARES.items()})
    shares = {"sex": {"men": .49, "women": .51}, "age_group": {"20-39": .41, "40-59": .35, "60+": .24},
              "race": {"A": .45, "B": .35, "C": .2}}
    return rake(design, {name: {level: share * total for level, share in part.items()} for name, part in shares.items()})


@pytest.mark.parametrize("model", ["linear", "logistic"])
@pytest.mark.parametrize("how", ["poststratified", "raked"])
def test_coefficients_on_calibrated_weights_equal_svyglm(how, model, complete, reference):
    design = calibrated(complete, how, reference.get("regression", "population"))
    fit = fit_regression(design, MODELS[model], model=model)
    case = f"regression/{how}/{model}"
    errors = np.sqrt(np.diag(fit.covariance))
    for name, coefficient, error in zip(fit.names, fit.coefficients, errors, strict=True):
        reference.equal(coefficient, reference.get(case, "coefficient", R_NAMES[name]), f"{case} {name}")
        reference.equal(error, reference.get(case, "std_error", R_NAMES[name]), f"{case} {name}")
    assert fit.df == reference.get(case, "df")


def test_odds_ratios_by_replicates_equal_svyglm_on_a_replicate_design(complete, reference):
    design = make_jackknife_replicates(complete, centre="full sample")
    result = estimate_by_replicates(design, lambda one: estimate_coefficients(fit_regression(one, MODELS["logistic"])))
    for row, name in zip(result.frame.to_dict("records"), ["sexwomen", "u"], strict=True):
        case = "regression/jackknife/logistic"
        reference.equal(np.log(row["estimate"]), reference.get(case, "coefficient", name))
        reference.equal(row["std_error"], reference.get(case, "std_error", name))
        reference.equal(row["df"], reference.get(case, "df"))


def test_a_fit_to_a_design_with_replicates_says_where_to_turn(complete):
    with pytest.raises(DesignError, match="estimate_by_replicates"):
        fit_regression(make_jackknife_replicates(complete), MODELS["logistic"])
