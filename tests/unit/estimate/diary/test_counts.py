"""Count models: what is fitted, what is said when the data vary less than chance, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError
from crampstats.core.labels import Label
from crampstats.estimate.diary.count_likelihood import CountLikelihood
from crampstats.estimate.diary.counts import estimate_counts, estimate_dispersion, fit_counts


def panel_of(counts: np.ndarray, **columns: np.ndarray) -> DiaryPanel:
    """Persons x nights of counts; columns hold one value per person."""
    persons, nights = counts.shape
    table = {"person": np.repeat(np.arange(persons), nights), "night": np.tile(np.arange(nights), persons)}
    held = {name: np.repeat(values, nights) for name, values in columns.items()}
    return DiaryPanel(pd.DataFrame({**table, "cramps": counts.ravel(), **held}))


def drawn(seed: int = 1, persons: int = 60, nights: int = 14) -> DiaryPanel:
    rng = np.random.default_rng(seed)
    old = np.arange(persons) % 2
    counts = rng.poisson((rng.gamma(1.5, 0.2, persons) * np.exp(0.5 * old))[:, None], (persons, nights)).astype(float)
    return panel_of(counts, old=old)


@pytest.mark.parametrize("dispersed", [False, True])
@pytest.mark.parametrize("inflated", [False, True])
def test_derivatives_are_those_of_the_likelihood(dispersed, inflated):
    rng = np.random.default_rng(3)
    matrix = np.column_stack([np.ones(50), rng.normal(size=50)])
    model = CountLikelihood(matrix, rng.poisson(1.5, 50).astype(float), rng.normal(0, 0.2, 50), dispersed, inflated)
    at = np.array([0.2, 0.3, -0.4, -1.0])[: model.size]
    score = model.rows(at)[1].sum(axis=0)
    np.testing.assert_allclose(score, approx_fprime(at, model.value, 1e-6), rtol=1e-4, atol=1e-4)
    step = 1e-5
    ends = [(model.rows(at + step * e)[1].sum(axis=0), model.rows(at - step * e)[1].sum(axis=0)) for e in np.eye(len(at))]
    columns = [(after - before) / (2 * step) for after, before in ends]
    np.testing.assert_allclose(model.hessian(at), np.column_stack(columns), rtol=1e-6, atol=1e-6)


def test_the_models_of_statsmodels_have_the_same_maximum():
    from statsmodels.discrete.count_model import ZeroInflatedPoisson
    from statsmodels.discrete.discrete_model import NegativeBinomialP

    panel = drawn()
    totals = panel.table.groupby("person").agg(y=("cramps", "sum"), n=("cramps", "size"), old=("old", "first"))
    matrix = np.column_stack([np.ones(len(totals)), totals["old"]])
    model = NegativeBinomialP(totals["y"].to_numpy(), matrix, offset=np.log(totals["n"].to_numpy()))
    theirs = model.fit(disp=0, maxiter=500)
    ours = fit_counts(panel, "cramps ~ old")
    assert ours.loglik == pytest.approx(theirs.llf, abs=1e-7)
    np.testing.assert_allclose(ours.parameters[:2], theirs.params[:2], rtol=1e-4)
    nights = panel.table
    matrix = np.column_stack([np.ones(len(nights)), nights["old"]])
    theirs = ZeroInflatedPoisson(nights["cramps"].to_numpy(), matrix, exog_infl=np.ones((len(nights), 1))).fit(
        method="bfgs", disp=0, maxiter=2_000)
    ours = fit_counts(panel, "cramps ~ old", model="zero_inflated", unit="nights")
    assert ours.loglik == pytest.approx(theirs.llf, abs=1e-6)
    np.testing.assert_allclose(ours.parameters, theirs.params[[1, 2, 0]], rtol=1e-3)


def test_with_one_group_the_rate_is_events_over_nights():
    panel = drawn()
    fit = fit_counts(panel, "cramps ~ 1", model="poisson")
    row = estimate_counts(fit, intercept=True).frame.iloc[0]
    assert row["estimate"] == pytest.approx(panel.table["cramps"].sum() / len(panel))
    assert row["measure"] == "cramps per night at reference"


def test_missed_nights_are_time_not_observed():
    table = drawn().table.drop(columns="logged")
    kept = table[np.random.default_rng(5).random(len(table)) < 0.7]
    whole, part = (estimate_counts(fit_counts(DiaryPanel(one), "cramps ~ old")).frame.iloc[0] for one in (table, kept))
    assert part["estimate"] == pytest.approx(whole["estimate"], rel=0.25)
    assert part["n_nights"] < whole["n_nights"]


def test_persons_with_equal_numbers_are_said_to_vary_less_than_chance():
    counts = np.zeros((40, 14))
    counts[:, :6] = 1.0
    counts[::2, 6] = 1.0
    fit = fit_counts(panel_of(counts, old=(np.arange(40) % 4 < 2).astype(int)), "cramps ~ old")
    assert not fit.dispersed
    assert "vary less than by chance" in fit.notes[0]
    assert fit.errors == "robust"
    found = estimate_dispersion(fit).frame.set_index("measure")
    assert found.loc["alpha", "estimate"] == 0
    assert found.loc["Pearson dispersion", "estimate"] < 0.2


def test_alpha_of_gamma_mixed_counts_is_found_with_its_interval():
    rng = np.random.default_rng(7)
    counts = rng.poisson(rng.gamma(2.0, 0.25, 3_000)[:, None], (3_000, 7)).astype(float)  # alpha = 1 / 2
    row = estimate_dispersion(fit_counts(panel_of(counts), "cramps ~ 1")).frame.set_index("measure").loc["alpha"]
    assert row["conf_low"] < 0.5 < row["conf_high"]
    assert row["estimate"] == pytest.approx(0.5, rel=0.1)


def test_a_term_that_varies_within_persons_needs_nights():
    panel = drawn().with_columns(standing=np.arange(60 * 14) % 5)
    with pytest.raises(DataError, match="standing: not the same in all nights"):
        fit_counts(panel, "cramps ~ standing")
    assert fit_counts(panel, "cramps ~ standing", unit="nights").errors == "robust"


def test_a_level_without_any_cramps_has_no_finite_ratio():
    counts = np.ones((20, 5))
    counts[:10] = 0
    counts[10:, ::2] = 3
    with pytest.raises(DataError, match="a level has no cramps"):
        fit_counts(panel_of(counts, old=np.repeat([1, 0], 10)), "cramps ~ old")


def test_few_cramps_are_told():
    counts = np.zeros((12, 7))
    counts[[0, 3, 5, 8], 0] = 1
    frame = estimate_counts(fit_counts(panel_of(counts, old=np.arange(12) % 2), "cramps ~ old", model="poisson")).frame
    assert "4 cramps for 1 coefficient(s)" in frame["caution"].iloc[0]


def test_negative_and_unchanging_counts_are_refused():
    with pytest.raises(DataError, match="no finite numbers of at least 0"):
        fit_counts(panel_of(np.array([[1.0, -1.0], [0.0, 2.0]])), "cramps ~ 1")
    with pytest.raises(DataError, match="varies"):
        fit_counts(panel_of(np.ones((3, 3))), "cramps ~ 1")


@pytest.mark.parametrize("option", [{"model": "gamma"}, {"unit": "weeks"}, {"covariance": "sandwich"}])
def test_unknown_choices_list_what_there_is(option):
    with pytest.raises(OptionError, match="valid:"):
        fit_counts(drawn(), "cramps ~ old", **option)


def test_persons_with_equal_totals_have_no_interval_of_no_width():
    table = pd.DataFrame({"person": np.repeat(list("abcdef"), 4), "night": list(range(4)) * 6, "cramps": [0, 1, 2, 0] * 6,
                          "old": np.repeat([0, 1, 0, 1, 0, 1], 4)})
    row = estimate_counts(fit_counts(DiaryPanel(table), "cramps ~ old")).frame.iloc[0]
    assert row["estimate"] == pytest.approx(1.0)
    assert np.isnan([row["conf_low"], row["conf_high"], row["std_error"], row["p_value"]]).all()
    assert "no variation over persons" in row["caution"]


def test_a_number_is_told_per_one_of_its_unit():
    rng = np.random.default_rng(5)
    table = pd.DataFrame({"person": np.repeat(range(30), 5), "night": list(range(5)) * 30, "cramps": rng.poisson(1.0, 150),
                          "age_years": np.repeat(rng.integers(30, 80, 30), 5)})
    panel = DiaryPanel(table, labels={"age_years": Label("Age", "years")})
    assert estimate_counts(fit_counts(panel, "cramps ~ age_years")).frame["level"].tolist() == ["per year"]


@pytest.mark.parametrize("model", ["zero_inflated", "zero_inflated_negative_binomial"])
def test_nights_of_no_or_three_cramps_leave_the_mean_without_an_interval(model):
    # every count above 0 is the same, so that persons do not vary in the mean of those who can have cramps
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"person": np.repeat(range(9), 20), "night": list(range(20)) * 9, "cramps": 3 * rng.integers(0, 2, 180)})
    row = estimate_counts(fit_counts(DiaryPanel(table), "cramps ~ 1", model=model, unit="nights"), intercept=True).frame.iloc[0]
    assert np.isnan([row["conf_low"], row["conf_high"], row["std_error"]]).all()
    assert "no variation over persons" in row["caution"]


def test_a_covariate_of_large_numbers_keeps_its_small_standard_error():
    rng = np.random.default_rng(2)
    table = pd.DataFrame({"person": np.repeat(range(40), 5), "night": list(range(5)) * 40, "cramps": rng.poisson(1.0, 200),
                          "steps": np.repeat(rng.random(40), 5)})
    small = estimate_counts(fit_counts(DiaryPanel(table), "cramps ~ steps", model="poisson")).frame.iloc[0]
    large = estimate_counts(fit_counts(DiaryPanel(table.assign(steps=table["steps"] * 1e4)), "cramps ~ steps", model="poisson"))
    assert large.frame["std_error"].iloc[0] == pytest.approx(small["std_error"] / 1e4, rel=1e-6)
