"""Marginal models of nights equal R (make_reference.R beside this): geepack, and small-sample covariances by whole matrices."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.estimate.diary.gee import COVARIANCES, estimate_gee, fit_gee

HERE = Path(__file__).parent
VALUES = pd.read_csv(HERE / "values.csv", keep_default_na=False).set_index(["case", "stat", "key"])["value"].sort_index()
CASES = {
    "logistic": ("cramp ~ age + arm + heavy * alcohol", {}),
    "poisson": ("cramps ~ arm + heavy", {"model": "poisson", "offset": "log_slept"}),
    "linear": ("pain ~ age + heavy + alcohol", {"model": "linear"}),
    "patterns": ("cramp ~ arm + heavy", {}),
    "corrected": ("cramp ~ age + arm + heavy * alcohol", {"corrected_moments": True}),
    "fixed scale": ("cramp ~ age + arm + heavy * alcohol", {"fixed_scale": True}),
    "negative binomial": ("cramps ~ arm + heavy", {"model": "negative binomial", "theta": 1.5, "offset": "log_slept"}),
}
R_STATS = {"mancl_derouen": "mancl_derouen", "kauermann_carroll": "kauermann_carroll", "liang_zeger": "std_error"}


@pytest.fixture(scope="module")
def panel():
    return DiaryPanel(pd.read_csv(HERE / "diary.csv"))


@pytest.fixture(scope="module", params=sorted({str(case) for case in VALUES.index.get_level_values("case")}))
def fitted(request, panel):
    kind, correlation = request.param.split("/")
    formula, options = CASES[kind]
    return request.param, fit_gee(panel, formula, correlation=correlation, **options)


def r_values(case, stat, fit):
    """Values of R in our order; R names an intercept and a level otherwise."""
    names = ["(Intercept)" if name == "Intercept" else name.replace("[T.", "").replace("]", "") for name in fit.names]
    return VALUES[case, stat][names].to_numpy()


def test_coefficients_equal_r(fitted):
    case, fit = fitted
    np.testing.assert_allclose(fit.coefficients, r_values(case, "estimate", fit), rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("kind", COVARIANCES)
def test_robust_errors_equal_r(fitted, kind):
    case, fit = fitted
    np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance(kind))), r_values(case, R_STATS[kind], fit), rtol=1e-8)


def test_correlation_scale_and_the_models_own_errors_equal_r(fitted):
    case, fit = fitted
    np.testing.assert_allclose(fit.scale, VALUES[case, "scale", ""], rtol=1e-9)
    if case.endswith("exchangeable"):
        np.testing.assert_allclose(fit.correlation, VALUES[case, "alpha", ""], rtol=1e-8)
    else:
        assert fit.correlation == 0
    np.testing.assert_allclose(np.sqrt(np.diag(fit.solution.model)), r_values(case, "model_error", fit), rtol=1e-8)


def test_the_printed_interval_and_p_equal_r(fitted):
    """Mancl-DeRouen, t with persons - coefficients df."""
    case, fit = fitted
    frame = estimate_gee(fit, intercept=True).frame
    for column in ("conf_low", "conf_high", "p_value"):
        np.testing.assert_allclose(frame[column], r_values(case, column, fit), rtol=1e-7, atol=1e-12, err_msg=column)
    assert (frame["df"] == 48 - len(fit.names)).all()
