"""Random-intercept models of nights: against integrals one person at a time, and on diaries that do not allow them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError, SeparationError
from crampstats.estimate.diary.gee_patterns import build_patterns, scale_patterns
from crampstats.estimate.diary.mixed import estimate_mixed, estimate_mixed_marginal, fit_random_intercept
from crampstats.estimate.diary.mixed_likelihood import MixedLikelihood
from crampstats.estimate.diary.rows import build_panel_rows
from crampstats.estimate.families import FAMILIES

FORMULAS = {"logistic": "cramp ~ minutes + heavy", "poisson": "cramps ~ minutes + heavy"}


def nights(persons=30, seed=11, sd=1.2):
    rng = np.random.default_rng(seed)
    sizes = np.where(np.arange(persons) % 10 == 0, 1, rng.integers(3, 12, persons))
    person = np.repeat(np.arange(persons), sizes)
    table = pd.DataFrame({
        "person": person, "night": np.concatenate([np.arange(size) for size in sizes]),
        "heavy": rng.integers(0, 2, len(person)), "minutes": rng.gamma(2, 20, len(person)).round(),
    })
    eta = -0.8 + sd * rng.normal(0, 1, persons)[person] + 0.5 * table["heavy"]
    return table.assign(cramp=rng.binomial(1, 1 / (1 + np.exp(-eta))), cramps=rng.poisson(np.exp(eta)))


@pytest.fixture(scope="module")
def table():
    return nights()


def likelihood(table, model, nodes):
    rows = build_panel_rows(DiaryPanel(table), FORMULAS[model], kind=FAMILIES[model].response)
    patterns = build_patterns(rows)
    return rows, MixedLikelihood(patterns, FAMILIES[model], scale_patterns(patterns), nodes)


def by_integrals(table, model, beta, sd):
    """Log-likelihood, every person's integral by the trapezoid rule on 401 points; of counts without log y!."""
    u = np.linspace(-10, 10, 401)
    y = table["cramp" if model == "logistic" else "cramps"].to_numpy()[:, None]
    eta = (beta[0] + beta[1] * table["minutes"] + beta[2] * table["heavy"]).to_numpy()[:, None] + sd * u
    log = y * eta - (np.logaddexp(0, eta) if model == "logistic" else np.exp(eta))
    own = np.array([log[table["person"] == one].sum(axis=0) for one in table["person"].unique()]) - u**2 / 2
    return np.log(np.exp(own).sum(axis=1) * (u[1] - u[0]) / np.sqrt(2 * np.pi)).sum()


@pytest.mark.parametrize("model", FORMULAS)
def test_the_likelihood_is_that_of_integrals(table, model):
    rows, found = likelihood(table, model, 40)
    fit = fit_random_intercept(DiaryPanel(table), FORMULAS[model], model=model, nodes=40)
    beta, sd = np.array([-0.5, 0.01, 0.3]), 0.9
    scaled = np.linalg.solve(found.scaling.back(), beta)
    exact = by_integrals(table, model, beta, sd)
    assert found.value(scaled, sd).loglik == pytest.approx(exact, abs=2e-5)
    constant = 0.0 if model == "logistic" else -sum(np.log(np.arange(1, y + 1)).sum() for y in rows.response.astype(int))
    assert fit.loglik == pytest.approx(by_integrals(table, model, fit.coefficients, fit.sd) + constant, abs=2e-5)


@pytest.mark.parametrize("model", FORMULAS)
@pytest.mark.parametrize("nodes", [1, 4, 25])
def test_the_gradient_is_that_of_the_quadrature(table, model, nodes):
    """Central differences of the log-likelihood, nodes moving along."""
    found = likelihood(table, model, nodes)[1]
    at = np.array([-0.4, 0.2, 0.1, np.log(0.8)])
    gradient = found.value(at[:3], 0.8).gradient
    for place in range(4):
        step = np.zeros(4)
        step[place] = 1e-5
        high, low = ((at + sign * step) for sign in (1, -1))
        slope = (found.value(high[:3], np.exp(high[3])).loglik - found.value(low[:3], np.exp(low[3])).loglik) / 2e-5
        assert gradient[place] == pytest.approx(slope, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("model", FORMULAS)
def test_no_place_nearby_is_more_likely(table, model):
    fit = fit_random_intercept(DiaryPanel(table), FORMULAS[model], model=model)
    best = by_integrals(table, model, fit.coefficients, fit.sd)
    for place in range(4):
        for sign in (-1, 1):
            beta, sd = fit.coefficients.copy(), fit.sd
            if place < 3:
                beta[place] += sign * 0.05 * np.sqrt(fit.covariance[place, place])
            else:
                sd *= 1 + 0.02 * sign
            assert by_integrals(table, model, beta, sd) < best


def test_collapsing_alike_nights_changes_nothing(table, monkeypatch):
    panel = DiaryPanel(table)
    short = fit_random_intercept(panel, "cramp ~ heavy")
    assert len(short.patterns) < 0.5 * len(short.rows)
    monkeypatch.setattr("crampstats.estimate.diary.gee_patterns.CELLS_PER_NIGHT", 0)
    long = fit_random_intercept(panel, "cramp ~ heavy")
    assert len(long.patterns) == len(long.rows)
    one, other = ([*fit.coefficients, fit.sd, fit.loglik] for fit in (short, long))
    np.testing.assert_allclose(one, other, rtol=1e-8)
    np.testing.assert_allclose(short.covariance, long.covariance, rtol=1e-6)


def test_a_fit_begun_on_a_part_and_made_in_blocks_is_the_same(table, monkeypatch):
    panel = DiaryPanel(table)
    whole = fit_random_intercept(panel, FORMULAS["logistic"])
    monkeypatch.setattr("crampstats.estimate.diary.mixed_fit.FIRST_PERSONS", 6)
    monkeypatch.setattr("crampstats.estimate.diary.mixed_likelihood.KEPT", 1)
    monkeypatch.setattr("crampstats.estimate.diary.gee_patterns.BLOCK", 40)
    parts = fit_random_intercept(panel, FORMULAS["logistic"])
    np.testing.assert_allclose(parts.coefficients, whole.coefficients, rtol=1e-6)
    np.testing.assert_allclose(parts.covariance, whole.covariance, rtol=1e-5)


def test_independent_nights_have_no_spread_between_persons(table):
    """Every person has as many cramps as every other: fewer differences than chance would make."""
    even = table[table["person"] % 10 > 0].copy()
    even["cramp"] = even.groupby("person").cumcount() % 2
    fit = fit_random_intercept(DiaryPanel(even), "cramp ~ heavy")
    assert fit.sd == 0
    assert any("standard deviation of 0" in note for note in fit.notes)
    row = estimate_mixed(fit).frame.iloc[-1]
    assert (row["conf_low"], row["p_value"]) == (0, 1)
    assert 0 < row["conf_high"] < 1
    assert "boundary" in row["caution"]
    ordinary = estimate_mixed_marginal(fit).frame
    pd.testing.assert_series_equal(ordinary["estimate"], estimate_mixed(fit).frame["estimate"].iloc[:1])


def test_the_profile_limit_is_where_the_likelihood_has_fallen(table):
    """By integrals, coefficients maximised at the limit, twice the fall is 3.841 (chi-squared, 1 df)."""
    from scipy.optimize import minimize

    fit = fit_random_intercept(DiaryPanel(table), FORMULAS["poisson"], model="poisson", nodes=40)
    best = by_integrals(table, "poisson", fit.coefficients, fit.sd)
    row = estimate_mixed(fit, sd_interval="profile").frame.iloc[-1]
    for limit in (row["conf_low"], row["conf_high"]):
        def loss(beta, limit=limit):
            return -by_integrals(table, "poisson", beta * [1, 0.01, 1], limit)

        found = minimize(loss, fit.coefficients / [1, 0.01, 1], method="Nelder-Mead", options={"fatol": 1e-5, "xatol": 1e-4})
        assert 2 * (best + found.fun) == pytest.approx(3.841, abs=0.01)


def test_marginal_odds_of_two_groups_are_means_over_persons(table):
    """With one yes/no term the least squares are exact: logit of int expit(a + sd u) phi(u) du, by scipy."""
    from scipy.integrate import quad

    fit = fit_random_intercept(DiaryPanel(table), "cramp ~ heavy")
    frame = estimate_mixed_marginal(fit, intercept=True).frame

    def mean(a):
        return quad(lambda u: np.exp(-u * u / 2) / np.sqrt(2 * np.pi) / (1 + np.exp(-a - fit.sd * u)), -12, 12, epsabs=1e-12)[0]

    odds = [p / (1 - p) for p in (mean(fit.coefficients[0]), mean(fit.coefficients.sum()))]
    np.testing.assert_allclose(frame["estimate"], [odds[0], odds[1] / odds[0]], rtol=1e-9)
    assert frame["measure"].tolist() == ["odds at reference (marginal)", "odds ratio (marginal)"]
    conditional = estimate_mixed(fit).frame.iloc[0]
    assert 1 < frame["estimate"][1] < conditional["estimate"]


def test_marginal_and_conditional_rate_ratios_are_the_same(table):
    fit = fit_random_intercept(DiaryPanel(table), FORMULAS["poisson"], model="poisson")
    marginal, conditional = estimate_mixed_marginal(fit, intercept=True).frame, estimate_mixed(fit, intercept=True).frame
    np.testing.assert_allclose(marginal["estimate"][1:], conditional["estimate"][1:3], rtol=1e-9)
    np.testing.assert_allclose(marginal["std_error"][1:], conditional["std_error"][1:3], rtol=1e-9)
    assert marginal["estimate"][0] == pytest.approx(conditional["estimate"][0] * np.exp(fit.sd**2 / 2), rel=1e-9)


def test_the_rows_say_that_they_are_conditional(table):
    result = estimate_mixed(fit_random_intercept(DiaryPanel(table), FORMULAS["logistic"]))
    assert result.frame["measure"].tolist() == ["odds ratio (conditional)"] * 2 + ["standard deviation between persons"]
    assert result.frame["exposure"].tolist() == ["minutes", "heavy", "person"]
    assert "25 nodes" in result.method
    assert "same person" in result.method
    assert result.covariance.shape == (3, 3)


@pytest.mark.parametrize("changed", [lambda t: t["person"] % 2, lambda t: t["person"] % 3 == 0])
def test_persons_who_always_or_never_cramp_have_no_finite_spread(table, changed):
    with pytest.raises(DataError, match="no finite spread"):
        fit_random_intercept(DiaryPanel(table.assign(cramp=changed(table))), "cramp ~ heavy")


def test_separated_nights_are_named(table):
    separated = table.assign(cramp=np.where(table["heavy"] == 1, 1, table["cramp"]))
    with pytest.raises(SeparationError, match="heavy"):
        fit_random_intercept(DiaryPanel(separated), "cramp ~ heavy")


@pytest.mark.parametrize("options", [{"nodes": 0}, {"nodes": 2.5}, {"nodes": 1_000}, {"model": "linear"}])
def test_options_that_do_not_exist_are_refused(table, options):
    with pytest.raises(OptionError):
        fit_random_intercept(DiaryPanel(table), FORMULAS["logistic"], **options)


def test_another_interval_is_refused(table):
    with pytest.raises(OptionError, match="sd_interval"):
        estimate_mixed(fit_random_intercept(DiaryPanel(table), "cramp ~ heavy"), sd_interval="bayes")


def test_long_diaries_of_extreme_persons_are_found(table):
    """1,000 nights of a few persons, some of whom nearly always cramp: modes lie far from 0."""
    rng = np.random.default_rng(1)
    person = np.repeat(np.arange(8), 1_000)
    share = np.array([0.001, 0.002, 0.01, 0.3, 0.5, 0.9, 0.995, 0.999])[person]
    far = pd.DataFrame({"person": person, "night": np.tile(np.arange(1_000), 8), "heavy": rng.integers(0, 2, 8_000)})
    fit = fit_random_intercept(DiaryPanel(far.assign(cramp=rng.binomial(1, share))), "cramp ~ heavy")
    assert 3 < fit.sd < 7  # sd of the persons' log odds is about 5


def test_nodes_are_doubled_where_persons_differ_much_and_cramps_are_rare():
    rng = np.random.default_rng(3)
    persons, length = 300, 60
    own, z = rng.normal(-12, 4.5, persons), rng.integers(0, 2, persons)
    cramps = rng.binomial(length, 1 / (1 + np.exp(-own)))
    table = pd.DataFrame({
        "person": np.repeat(np.arange(persons), length), "night": np.tile(np.arange(length), persons), "z": np.repeat(z, length),
        "cramp": (np.tile(np.arange(length), persons) < np.repeat(cramps, length)).astype(float),
    })
    panel = DiaryPanel(table)
    fit, coarse = fit_random_intercept(panel, "cramp ~ z"), fit_random_intercept(panel, "cramp ~ z", nodes=25)
    assert fit.nodes > 25
    assert not fit.coarse

    def exact(found):
        """Every person's integral by the trapezoid rule on 8,001 points."""
        u = np.linspace(-12, 12, 8_001)
        eta = found.coefficients[0] + found.coefficients[1] * z[:, None] + found.sd * u
        log = cramps[:, None] * eta - length * np.logaddexp(0, eta) - u**2 / 2
        return np.log(np.exp(log).sum(axis=1) * (u[1] - u[0]) / np.sqrt(2 * np.pi)).sum()

    assert fit.loglik == pytest.approx(exact(fit), abs=0.02)
    assert abs(coarse.loglik - exact(coarse)) > 0.05
    assert exact(fit) > exact(coarse)  # the finer maximum is the better one
    assert any(note.startswith("25 nodes are too few") for note in coarse.notes)
    assert estimate_mixed(coarse).frame["caution"].str.contains("too few nodes").all()
    assert not estimate_mixed(fit).frame["caution"].str.contains("too few nodes").any()
