"""U-statistic, Kaplan-Meier and distributions of risk against R (`make_reference.R`; versions in `session.txt`)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError
from crampstats.estimate.diary.recall import estimate_period_prevalence, estimate_recall_curve
from crampstats.estimate.diary.recall_likelihood import Beta, BetaNever, Gamma, LogitNormal
from crampstats.estimate.diary.recall_models import fit_risk
from crampstats.estimate.diary.recall_nights import cramp_nights
from crampstats.estimate.diary.recall_risk import estimate_beta_binomial, fit_beta_binomial

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def panel() -> DiaryPanel:
    return DiaryPanel(pd.read_csv(HERE / "nights.csv"))


@pytest.fixture(scope="module")
def r() -> pd.Series:
    return pd.read_csv(HERE / "values.csv", index_col="name")["value"]


@pytest.mark.parametrize("window", [1, 7, 14, 28])
def test_the_u_statistic_is_that_of_choose(panel, r, window):
    row = estimate_period_prevalence(panel, "cramp", window).frame.iloc[0]
    assert row["estimate"] == pytest.approx(r[f"u_{window}"], abs=1e-12)
    assert row["std_error"] == pytest.approx(r[f"u_se_{window}"], abs=1e-12)
    assert row["n"] == r[f"u_n_{window}"]


@pytest.mark.parametrize("window", [1, 7, 14])
def test_kaplan_meier_and_its_jackknife_are_those_of_survfit(panel, r, window):
    row = estimate_period_prevalence(panel, "cramp", window, method="kaplan_meier").frame.iloc[0]
    assert row["estimate"] == pytest.approx(r[f"km_{window}"], abs=1e-12)
    assert row["std_error"] == pytest.approx(r[f"km_se_{window}"], abs=1e-12)


def test_the_beta_binomial_is_that_of_vgam_and_glmmtmb(panel, r):
    fitted = fit_risk(Beta, cramp_nights(panel, "cramp"))
    mean, correlation = fitted.parameters
    assert mean == pytest.approx(r["vgam_logit_mean"], abs=1e-6)
    assert correlation == pytest.approx(r["vgam_logit_rho"], abs=1e-6)
    assert mean == pytest.approx(r["tmb_logit_mean"], abs=1e-6)
    assert np.exp(-correlation) == pytest.approx(r["tmb_phi"], abs=1e-6)
    assert fitted.log_likelihood == pytest.approx(r["vgam_loglik"], abs=1e-9)
    assert np.sqrt(fitted.covariance[0, 0]) == pytest.approx(r["tmb_se_logit_mean"], abs=1e-6)


@pytest.mark.parametrize("window", [7, 28, 365, 21915])
def test_the_beta_binomial_share_is_that_of_lbeta(panel, r, window):
    row = estimate_period_prevalence(panel, "cramp", window, method="beta_binomial").frame.iloc[0]
    assert row["estimate"] == pytest.approx(r[f"tmb_share_{window}"], abs=1e-7)


@pytest.mark.parametrize("window", [28, 365])
def test_the_interval_is_the_profile_likelihood_found_by_a_search_along_one_shape(panel, r, window):
    curve = estimate_recall_curve(panel, "cramp", windows=[window], methods=["beta_binomial", "logit_normal"])
    row = curve.rows("beta").iloc[0]  # beyond the longest diary only beside another model
    assert row["conf_low"] == pytest.approx(r[f"profile_low_{window}"], abs=1e-6)
    assert row["conf_high"] == pytest.approx(r[f"profile_high_{window}"], abs=1e-6)


@pytest.mark.parametrize("window", [7, 28, 365])
def test_the_standard_error_is_the_delta_method_on_glmmtmbs_covariance(panel, r, window):
    curve = estimate_recall_curve(panel, "cramp", windows=[window], methods=["beta_binomial", "logit_normal"])
    assert curve.rows("beta")["std_error"].iloc[0] == pytest.approx(r[f"tmb_se_share_{window}"], rel=1e-5)


def test_never_crampers_are_those_of_a_zero_inflated_beta_binomial(panel, r):
    fitted = fit_risk(BetaNever, cramp_nights(panel, "cramp"))
    assert fitted.parameters[0] == pytest.approx(r["zi_logit_mean"], abs=2e-5)
    assert np.exp(-fitted.parameters[1]) == pytest.approx(r["zi_phi"], rel=2e-5)
    assert fitted.parameters[2] == pytest.approx(r["zi_never"], abs=2e-5)
    assert fitted.log_likelihood == pytest.approx(r["zi_loglik"], abs=1e-8)


def test_the_logit_normal_is_that_of_glmer_with_75_nodes(panel, r):
    fitted = fit_risk(LogitNormal, cramp_nights(panel, "cramp"))
    assert fitted.parameters[0] == pytest.approx(r["glmer_mean"], abs=1e-6)
    assert np.exp(fitted.parameters[1]) == pytest.approx(r["glmer_sd"], abs=2e-5)  # glmer stops its search at about 1e-5


def test_the_gamma_poisson_is_that_of_numerical_integration(panel, r):
    fitted = fit_risk(Gamma, cramp_nights(panel, "cramp"))
    assert fitted.parameters[0] == pytest.approx(r["gamma_log_mean"], abs=1e-6)
    assert fitted.parameters[1] == pytest.approx(r["gamma_log_shape"], abs=1e-6)
    assert fitted.log_likelihood == pytest.approx(r["gamma_loglik"], abs=1e-9)


def test_beta_binomial_regression_is_that_of_vgam_and_glmmtmb(panel, r):
    number = panel.table["person"].str[1:].astype(int)
    fit = fit_beta_binomial(panel.with_columns(even=(number % 2 == 0).astype(float)), "cramp ~ even")
    assert fit.names == ("Intercept", "even")
    assert fit.parameters == pytest.approx([r["reg_vgam_intercept"], r["reg_vgam_even"], r["reg_vgam_logit_rho"]], abs=1e-6)
    assert fit.parameters[1] == pytest.approx(r["reg_tmb_even"], abs=1e-6)
    assert np.sqrt(fit.covariance[1, 1]) == pytest.approx(r["reg_tmb_se_even"], abs=1e-6)
    assert fit.log_likelihood == pytest.approx(r["reg_tmb_loglik"], abs=1e-9)
    row = estimate_beta_binomial(fit).frame.iloc[0]
    assert row["estimate"] == pytest.approx(np.exp(r["reg_tmb_even"]), abs=1e-6)


def test_without_covariates_the_regression_is_the_beta_binomial(panel, r):
    fit = fit_beta_binomial(panel, "cramp ~ 1")
    assert fit.parameters == pytest.approx([r["vgam_logit_mean"], r["vgam_logit_rho"]], abs=1e-6)


def test_what_changes_from_night_to_night_is_refused(panel):
    with pytest.raises(DataError, match="changes within persons"):
        fit_beta_binomial(panel.with_columns(evening=panel.nights % 2 * 1.0), "cramp ~ evening")
