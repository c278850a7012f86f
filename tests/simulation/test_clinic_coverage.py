"""Do a clinic's intervals, limits and rules err as often as they say? Many clinics are drawn whose truth is known."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq
from scipy.special import expit, logit

from crampstats.core.design import SurveyDesign
from crampstats.core.estimates import Estimates
from crampstats.estimate.control_chart import fit_control_chart
from crampstats.estimate.funnel import fit_funnel
from crampstats.estimate.observed_expected import compare_with_expected
from crampstats.estimate.screening import Accuracy, correct_for_screening
from crampstats.reports.expected import expected_reference

pytestmark = pytest.mark.slow

CLINICS, TOGETHER = 600, 40


def band(hits: pd.Series) -> float:
    """3.29 standard errors (99.9 %) of a share of clinics, of which 40 at a time have a drawn reference in common."""
    blocks = hits.to_numpy(dtype=float).reshape(-1, TOGETHER).mean(axis=1)
    return 3.29 * max(np.sqrt(0.95 * 0.05 / CLINICS), blocks.std(ddof=1) / np.sqrt(len(blocks)))


@cache
def simulate_ratios(n: int, ratio: float) -> pd.DataFrame:
    """600 clinics of n patients.

    Patients' odds are those of the reference times what makes `ratio` of the expected number. The reference that is used is drawn
    around the true one with its covariance; 40 clinics at a time have one.
    """
    random = np.random.default_rng(1000 * n + round(10 * ratio))
    true = expected_reference()
    share, spread = true.frame["estimate"].to_numpy(), np.linalg.cholesky(np.asarray(true.covariance))
    mix = random.multinomial(n, random.dirichlet(np.full(len(share), 3.0)))
    shift = brentq(lambda d: mix @ expit(logit(share) + d) - ratio * (mix @ share), -20, 20)
    group = np.repeat(np.arange(len(share)), mix)
    ages, sexes = (true.frame[name].astype(str).to_numpy()[group] for name in ("age_decade", "sex"))
    made = []
    for _ in range(CLINICS // TOGETHER):
        drawn = share + spread @ random.standard_normal(len(share))
        reference = Estimates(
            true.frame.assign(estimate=drawn), true.groups, covariance=true.covariance, labels=true.labels, source=true.source)
        cramps = (random.random((TOGETHER, n)) < expit(logit(share) + shift)[group]).astype(int).ravel()
        table = pd.DataFrame({
            "site": np.repeat(np.arange(TOGETHER), n), "age_decade": np.tile(ages, TOGETHER), "sex": np.tile(sexes, TOGETHER),
            "y": cramps})
        made.append(compare_with_expected(SurveyDesign(table), "y", reference, by="site", overall=False).frame)
    return pd.concat(made, ignore_index=True)


# Small groups: a score interval of counts covers 93 to 98 %, as counts have few values (Agresti & Coull 1998,
# doi:10.1080/00031305.1998.10480550); 3.29 binomial standard errors are added below.
@pytest.mark.parametrize(("n", "ratio", "lowest"), [
    (5, 1.0, 0.93), (8, 1.0, 0.93), (8, 2.0, 0.93), (12, 1.6, 0.93), (20, 0.5, 0.94), (20, 1.3, 0.94), (60, 1.0, 0.95),
    (60, 1.6, 0.95), (300, 0.7, 0.95), (300, 1.3, 0.95), (1500, 1.0, 0.95),
])
def test_the_interval_of_observed_over_expected_holds_the_truth(n, ratio, lowest):
    made = simulate_ratios(n, ratio)
    covered = (made["conf_low"] <= ratio) & (ratio <= made["conf_high"].fillna(np.inf))
    assert covered.mean() > lowest - band(covered)


@pytest.mark.parametrize("n", [8, 60, 1500])
def test_the_null_hypothesis_is_rejected_no_more_often_than_said(n):
    rejected = simulate_ratios(n, 1.0)["p_value"] < 0.05
    assert rejected.mean() < 0.05 + band(rejected)


@pytest.mark.parametrize(("truth", "sensitivity", "specificity", "n", "n_known"), [
    (0.0, 0.9, 0.9, 100, 50), (0.05, 0.9, 0.95, 200, 60), (0.3, 0.85, 0.9, 150, 40), (0.31, 0.95, 0.8, 60, 30),
    (0.6, 0.8, 0.85, 300, 80), (0.9, 0.9, 0.9, 80, 30),
])
@pytest.mark.parametrize("method", ["lang_reiczigel", "monte_carlo"])
def test_the_corrected_prevalence_holds_the_truth(truth, sensitivity, specificity, n, n_known, method):
    random = np.random.default_rng(round(1000 * truth) + n)
    covered = []
    # 10 samples share an estimate of the question's accuracy in each study, so that one call corrects 10 rows
    for _ in range(60 if method == "lang_reiczigel" else 24):
        right, clear = random.binomial(n_known, sensitivity), random.binomial(n_known, specificity)
        positive = random.binomial(n, truth * sensitivity + (1 - truth) * (1 - specificity), 10)
        asked = Estimates(pd.DataFrame({"measure": "prevalence", "estimate": positive / n, "n": n, "n_events": positive}))
        row = correct_for_screening(
            asked, Accuracy.from_counts(right, n_known), Accuracy.from_counts(clear, n_known), method=method).frame
        covered.append(((row["conf_low"] <= truth) & (truth <= row["conf_high"])).mean())
    # the studies, not the samples, are independent
    assert np.mean(covered) > 0.95 - 3.29 * max(np.std(covered) / np.sqrt(len(covered)), 0.005)


def shares(random: np.random.Generator, n: np.ndarray, share: np.ndarray | float) -> Estimates:
    events = random.binomial(n, share)
    frame = pd.DataFrame({"unit_name": [f"{place:03d}" for place in range(len(n))], "measure": "prevalence", "unit": "share",
                          "estimate": events / n, "n": n, "n_events": events})
    return Estimates(frame, ("unit_name",))


def test_units_alike_are_seldom_outside_and_seldom_called_overdispersed():
    random = np.random.default_rng(7)
    funnels = [fit_funnel(shares(random, random.integers(20, 500, 20), 0.33)) for _ in range(60)]
    outside = pd.concat([one.estimates.frame["outside"].abs() for one in funnels])
    # 1,200 units: 5 % and 0.2 % are beyond the limits by definition, 3.29 binomial standard errors are 2.1 and 0.42 points
    assert (outside >= 1).mean() < 0.05 + 0.021
    assert (outside >= 2).mean() < 0.002 + 0.0042
    assert np.mean([one.adjustment != "none" for one in funnels]) < 0.05 + 3.29 * np.sqrt(0.05 * 0.95 / 60)


@pytest.mark.parametrize("overdispersion", ["additive", "multiplicative"])
def test_limits_widened_without_winsorising_hold_units_that_differ(overdispersion):
    random = np.random.default_rng(8)
    outside = []
    for _ in range(60):
        # all of one size, so that both models of overdispersion are the same and right
        share = np.sin(np.arcsin(np.sqrt(0.33)) + 0.08 * random.standard_normal(30)) ** 2
        funnel = fit_funnel(shares(random, np.full(30, 150), share), overdispersion=overdispersion, winsorised=0.0)
        assert funnel.adjustment == overdispersion
        outside.append((funnel.estimates.frame["outside"].abs() >= 1).mean())
    # 1,800 units, 3.29 binomial standard errors are 1.7 points
    assert abs(np.mean(outside) - 0.05) < 0.017 + 0.005


def test_a_steady_share_seldom_signals_and_a_changed_one_mostly():
    random = np.random.default_rng(9)
    steady, changed = [], []
    for _ in range(100):
        n = random.integers(80, 150, 24)
        steady.append(bool(fit_control_chart(shares(random, n, 0.33)).signals))
        changed.append(bool(fit_control_chart(shares(random, n, np.where(np.arange(24) < 12, 0.28, 0.40))).signals))
    # three rules at a few percent each (Anhoej & Olesen 2014, doi:10.1371/journal.pone.0113825)
    assert np.mean(steady) < 0.20
    assert np.mean(changed) > 0.80
