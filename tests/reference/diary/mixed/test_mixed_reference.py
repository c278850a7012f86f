"""Random-intercept models of nights equal R (make_reference.R beside this): glmer at equal nodes, and exact integrals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.estimate.diary.mixed import estimate_mixed, estimate_mixed_marginal, fit_random_intercept

HERE = Path(__file__).parent
VALUES = pd.read_csv(HERE / "values.csv", keep_default_na=False).set_index(["case", "stat", "key"])["value"].sort_index()
MODELS = {
    "logistic": ("cramp ~ old + arm + heavy", {"model": "logistic"}),
    "poisson": ("cramps ~ arm + heavy", {"model": "poisson", "offset": "log_slept"}),
}


@pytest.fixture(scope="module")
def panel():
    table = pd.read_csv(HERE.parent / "gee" / "diary.csv")
    return DiaryPanel(table.assign(old=(table["age"] - 62) / 10))


def r_values(case, stat, names):
    """Values of R in our order; R names an intercept and a level otherwise."""
    known = ["(Intercept)" if name == "Intercept" else name.replace("[T.", "").replace("]", "") for name in names]
    return VALUES[case, stat][known].to_numpy()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("nodes", [1, 5, 25])
def test_numbers_equal_glmer_at_equal_nodes(panel, model, nodes):
    formula, options = MODELS[model]
    fit, case = fit_random_intercept(panel, formula, nodes=nodes, **options), f"{model}/{nodes}"
    np.testing.assert_allclose(fit.coefficients, r_values(case, "estimate", fit.names), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance)), r_values(case, "std_error", fit.names), rtol=1e-3)
    assert fit.sd == pytest.approx(VALUES[case, "sd", ""], rel=1e-4)
    assert fit.loglik == pytest.approx(VALUES[case, "loglik", ""], abs=1e-5)


@pytest.mark.parametrize("model", MODELS)
def test_25_nodes_are_exact(panel, model):
    """Against integrals of R taken one person at a time: estimate, error, p, spread, likelihoods, profile interval."""
    formula, options = MODELS[model]
    fit, case = fit_random_intercept(panel, formula, **options), f"{model}/exact"
    frame = estimate_mixed(fit, intercept=True, sd_interval="profile").frame
    np.testing.assert_allclose(fit.coefficients, r_values(case, "estimate", fit.names), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(frame["std_error"][:-1], r_values(case, "std_error", fit.names), rtol=1e-5)
    np.testing.assert_allclose(frame["p_value"][:-1], r_values(case, "p_value", fit.names), rtol=1e-4)
    assert fit.sd == pytest.approx(VALUES[case, "sd", ""], rel=1e-5)
    assert frame["std_error"].iloc[-1] == pytest.approx(VALUES[case, "log_sd_error", ""], rel=1e-4)
    assert fit.loglik == pytest.approx(VALUES[case, "loglik", ""], abs=1e-5)
    assert fit.solution.loglik_without == pytest.approx(VALUES[case, "loglik_without", ""], abs=1e-8)
    np.testing.assert_allclose(frame[["conf_low", "conf_high"]].iloc[-1], VALUES[case, "profile"][["low", "high"]], rtol=1e-4)


def test_marginal_odds_ratios_equal_r(panel):
    formula, options = MODELS["logistic"]
    fit = fit_random_intercept(panel, formula, **options)
    frame = estimate_mixed_marginal(fit, intercept=True).frame
    np.testing.assert_allclose(np.log(frame["estimate"]), r_values("logistic/exact", "marginal", fit.names), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(frame["std_error"], r_values("logistic/exact", "marginal_error", fit.names), rtol=1e-5)
