"""Triggers within a person equal R's survival, stats and metafor (make_reference.R beside this) on a made-up diary."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.estimate.diary.conditional import estimate_conditional, fit_conditional
from crampstats.estimate.diary.conditional_mantel_haenszel import count_nights
from crampstats.estimate.diary.single import estimate_own_effects, pool_own_effects
from crampstats.estimate.diary.single_mixed import fit_common
from crampstats.estimate.diary.triggers import estimate_lags

HERE = Path(__file__).parent
VALUES = pd.read_csv(HERE / "values.csv").set_index(["case", "stat", "key"])["value"].sort_index()
FORMULAS = {
    "numbers": "cramp ~ minutes + lifting", "categories": "cramp ~ minutes + intensity", "yes_no": "cramp ~ lifting",
    "one_number": "cramp ~ minutes", "interaction": "cramp ~ minutes * lifting",
}


@pytest.fixture(scope="module")
def panel():
    return DiaryPanel(pd.read_csv(HERE / "diary.csv"))


def r_names(names):
    return [name.replace("[T.", "").replace("]", "") for name in names]


@pytest.mark.parametrize("case", FORMULAS)
def test_coefficients_errors_and_likelihood_equal_clogit_exact(panel, case):
    fit = fit_conditional(panel, FORMULAS[case])
    names = r_names(fit.names)
    np.testing.assert_allclose(fit.coefficients, VALUES[case, "estimate"][names], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.model_covariance)), VALUES[case, "std_error"][names], rtol=1e-8)
    np.testing.assert_allclose(fit.log_likelihood, VALUES[case, "loglik", "fitted"], rtol=1e-12)
    np.testing.assert_allclose(fit.null_log_likelihood, VALUES[case, "loglik", "at zero"], rtol=1e-12)


@pytest.mark.parametrize("case", FORMULAS)
@pytest.mark.parametrize("kind", ["robust", "mancl_derouen"])
def test_person_robust_errors_equal_base_r(panel, case, kind):
    found = estimate_conditional(fit_conditional(panel, FORMULAS[case]), covariance=kind.replace("robust", "liang_zeger"))
    names = r_names(fit_conditional(panel, FORMULAS[case]).names)
    np.testing.assert_allclose(found.frame["std_error"], VALUES[case, kind][names], rtol=1e-8)


def test_lags_and_leads_equal_mantelhaen_test(panel):
    lags = [-2, -1, 0, 1, 2, 3]
    frame = estimate_lags(panel, "cramp", "lifting", lags=lags).frame
    for column in ("estimate", "conf_low", "conf_high", "p_value"):
        expected = [VALUES[f"lag {lag}", column, "lifting"] for lag in lags]
        np.testing.assert_allclose(frame[column], expected, rtol=1e-10)


def test_one_odds_ratio_for_all_equals_the_exact_mantelhaen_test(panel):
    """`mantelhaen.test(exact = TRUE)` finds its root to 1e-4; the exact fit of the yes/no exposure settles the rest."""
    tables = count_nights(panel.values("lifting"), panel.values("cramp"), panel.codes, len(panel.persons))
    common = fit_common(tables)
    np.testing.assert_allclose(np.exp(common.center), VALUES["exact", "estimate", "lifting"], rtol=1e-3)
    np.testing.assert_allclose(common.center, VALUES["yes_no", "estimate", "lifting"], rtol=1e-8)
    np.testing.assert_allclose(common.std_error, VALUES["yes_no", "std_error", "lifting"], rtol=1e-8)


def test_own_odds_ratios_equal_fishers_test(panel):
    expected = pd.read_csv(HERE / "own.csv", skipinitialspace=True)
    own = estimate_own_effects(panel, "cramp", "lifting").frame
    told = own[own["log_ratio_to_pool"].notna()].reset_index(drop=True)
    assert told["person"].tolist() == expected["person"].str.strip().tolist()
    for column in ("estimate", "conf_low", "conf_high", "p_value"):
        np.testing.assert_allclose(told[column], expected[column], rtol=1e-9)


def test_the_pool_of_own_effects_equals_metafor(panel):
    pooled = pool_own_effects(estimate_own_effects(panel, "cramp", "lifting")).frame.set_index("measure")
    expected = VALUES["pool"]
    assert expected["tau2", "estimate"] > 0
    for measure, column in expected.index:
        np.testing.assert_allclose(pooled.loc[measure, column], expected[measure, column], rtol=1e-7)


def test_the_hypergeometric_normal_model_equals_metafor(panel):
    """metafor integrates and differentiates numerically, so agreement ends at its own errors."""
    pooled = pool_own_effects(estimate_own_effects(panel, "cramp", "lifting")).frame.set_index("measure")
    normal, expected = pooled.loc["odds ratio (hypergeometric-normal)"], VALUES["glmm"]
    assert expected["tau2", "estimate"] > 0
    np.testing.assert_allclose(np.log(normal["estimate"]), expected["center", "estimate"], atol=1e-5)
    np.testing.assert_allclose(normal["std_error"], expected["center", "std_error"], rtol=1e-4)
    np.testing.assert_allclose(pooled.loc["tau2 (hypergeometric-normal)", "estimate"], expected["tau2", "estimate"], rtol=1e-4)
