"""Exact conditional logistic regression: against enumeration, exact decimals and hand calculations; what is refused."""

from __future__ import annotations

from decimal import Decimal, getcontext
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError, SeparationError
from crampstats.estimate.diary.conditional import estimate_conditional, fit_conditional
from crampstats.estimate.diary.conditional_likelihood import evaluate, pack_persons


def made_up(persons=8, nights=20, seed=1):
    random = np.random.default_rng(seed)
    person = np.repeat(np.arange(persons), nights)
    table = pd.DataFrame({
        "person": person, "night": np.tile(20_000 + np.arange(nights), persons), "minutes": random.gamma(2, 15, len(person)),
        "lifting": (random.random(len(person)) < 0.4).astype(float),
    })
    chance = 1 / (1 + np.exp(1 - random.normal(size=persons)[person] - 0.01 * table["minutes"]))
    return table.assign(cramp=(random.random(len(person)) < chance).astype(float))


def paired(with_lifting, without, kind=float):
    """Pairs of nights, one with lifting: the cramp on that night in some persons, on the other in the others."""
    n = with_lifting + without
    cramp = [1, 0] * with_lifting + [0, 1] * without
    lifting = [kind(1), kind(0)] * n
    return pd.DataFrame({"person": np.repeat(range(n), 2), "night": [1, 2] * n, "cramp": cramp, "lifting": lifting})


def enumerate_choices(matrix, events, beta):
    """Log of the sum over all choices, mean and covariance of the sum of covariates, by writing down every choice."""
    sums = np.array([matrix[list(choice)].sum(axis=0) for choice in combinations(range(len(matrix)), events)])
    weights = np.exp(sums @ beta)
    mean = weights @ sums / weights.sum()
    return np.log(weights.sum()), mean, (weights[:, None] * (sums - mean)).T @ (sums - mean) / weights.sum()


@pytest.mark.parametrize("events", [1, 3, 5, 8])
def test_likelihood_score_and_information_equal_enumeration(events):
    random = np.random.default_rng(events)
    matrix, beta = random.normal(size=(9, 2)), np.array([0.7, -1.1])
    response = (np.arange(9) < events).astype(float)
    chunks = pack_persons(matrix, response, np.array([0, 9]))
    found = evaluate(chunks, beta, 1)
    total, mean, covariance = enumerate_choices(matrix, events, beta)
    observed = matrix[:events].sum(axis=0)
    np.testing.assert_allclose(found.loss[0], total - observed @ beta, rtol=1e-12)
    np.testing.assert_allclose(found.score[0], observed - mean, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(found.information[0], covariance, rtol=1e-10)


@pytest.mark.parametrize("order", ["as drawn", "rising"])
def test_a_thousand_and_more_nights_of_one_person_equal_exact_decimals(order):
    """The recursion in 60 decimal digits, where floating point would have overflowed many times over."""
    getcontext().prec = 60
    random = np.random.default_rng(7)
    x = random.normal(size=1_200)
    x = np.sort(x) if order == "rising" else x
    response = np.zeros(1_200)
    response[random.choice(1_200, 130, replace=False)] = 1
    sums = [Decimal(1)] + [Decimal(0)] * 130
    for value in x:
        weight = Decimal(float(2 * value)).exp()
        for j in range(130, 0, -1):
            sums[j] += weight * sums[j - 1]
    expected = float(sums[130].ln()) - 2 * x[response == 1].sum()
    found = evaluate(pack_persons(x[:, None], response, np.array([0, 1_200])), np.array([2.0]), 1)
    np.testing.assert_allclose(found.loss[0], expected, rtol=1e-12)


def test_three_thousand_nights_with_a_cramp_on_half_of_them_are_fitted():
    random = np.random.default_rng(3)
    x = random.normal(size=3_000)
    cramp = (random.random(3_000) < 1 / (1 + np.exp(-0.5 * x))).astype(float)
    fit = fit_conditional(DiaryPanel(pd.DataFrame({"person": 1, "night": range(3_000), "cramp": cramp, "x": x})), "cramp ~ x")
    assert abs(fit.coefficients[0] - 0.5) < 4 * np.sqrt(fit.model_covariance[0, 0])


@pytest.mark.parametrize("kind", [float, bool])
def test_of_pairs_the_odds_ratio_is_that_of_discordant_pairs(kind):
    """McNemar: 6 pairs for, 2 against; ratio 3, variance of the log 1/6 + 1/2, information 8 x 1/4 x 3/4."""
    frame = estimate_conditional(fit_conditional(DiaryPanel(paired(6, 2, kind)), "cramp ~ lifting"), covariance="model").frame
    np.testing.assert_allclose(frame["estimate"], 3.0, rtol=1e-10)
    np.testing.assert_allclose(frame["std_error"], np.sqrt(1 / 6 + 1 / 2), rtol=1e-10)


def test_the_plain_sandwich_of_pairs_is_worked_out_by_hand():
    """Scores 1/4 in 6 persons and -3/4 in 2 sum to squares 1.5; information 1.5; so the variance is 1 / 1.5 = 2/3."""
    fit = fit_conditional(DiaryPanel(paired(6, 2)), "cramp ~ lifting")
    np.testing.assert_allclose(fit.robust_covariance, [[2 / 3]], rtol=1e-10)
    # each person has an eighth of the information, so each score grows by 8/7
    np.testing.assert_allclose(fit.corrected_covariance, [[2 / 3 * (8 / 7) ** 2]], rtol=1e-10)


def test_two_ways_to_the_same_fit_agree():
    """A yes/no exposure goes by fourfold tables; beside a column of tiny effect the recursion is taken."""
    panel = DiaryPanel(made_up())
    alone = fit_conditional(panel, "cramp ~ lifting")
    random = np.random.default_rng(0)
    beside = fit_conditional(panel.with_columns(noise=random.normal(size=len(panel))), "cramp ~ lifting + noise")
    at = beside.coefficients.copy()
    assert abs(at[0] - alone.coefficients[0]) < 0.2
    direct = evaluate(
        pack_persons(panel.values("lifting")[:, None], panel.values("cramp"), panel.starts), alone.coefficients,
        len(panel.persons),
    )
    np.testing.assert_allclose(direct.score.sum(), 0, atol=1e-8)
    np.testing.assert_allclose(direct.information.sum(), 1 / alone.model_covariance[0, 0], rtol=1e-10)
    np.testing.assert_allclose(-direct.loss.sum(), alone.log_likelihood, rtol=1e-12)


def test_persons_who_never_or_always_cramp_are_counted_and_change_nothing():
    table = made_up()
    silent = pd.DataFrame({"person": [100] * 3 + [101] * 4, "night": [1, 2, 3, 1, 2, 3, 4], "minutes": [5, 9, 1, 3, 4, 8, 2.0],
                           "lifting": 1.0, "cramp": [0] * 3 + [1] * 4})
    fit, more = (fit_conditional(DiaryPanel(one), "cramp ~ minutes") for one in (table, pd.concat([table, silent])))
    np.testing.assert_allclose(more.coefficients, fit.coefficients, rtol=1e-12)
    assert "of 10 persons had nights of both kinds" in more.notes[0]
    assert "1 never had 'cramp', 1 every night" in more.notes[0]
    gone = dict(more.flow.steps[-1].excluded)
    assert gone == {"of persons without a night of 'cramp'": 3, "of persons with 'cramp' every night": 4}


def test_nights_without_the_exposure_recorded_are_left_out_and_counted():
    table = made_up()
    table.loc[[3, 50], "minutes"] = np.nan
    fit = fit_conditional(DiaryPanel(table), "cramp ~ minutes")
    assert len(fit.rows) == len(table) - 2
    assert dict(fit.flow.steps[2].excluded) == {"something the model reads was not recorded": 2}


def test_three_state_exposures_keep_missing_apart_from_no():
    table = paired(6, 2)
    known = pd.array([value == 1 for value in table["lifting"]], dtype="boolean")
    known[0] = pd.NA
    fit = fit_conditional(DiaryPanel(table.assign(lifting=known)), "cramp ~ lifting")
    assert fit.persons == 7  # the first person is left with one night
    np.testing.assert_allclose(np.exp(fit.coefficients[0]), 5 / 2, rtol=1e-10)


@pytest.mark.parametrize("formula", ["cramp ~ lifting", "cramp ~ minutes"])
def test_separation_is_refused_and_named(formula):
    table = made_up().assign(lifting=lambda one: one["cramp"], minutes=lambda one: one["minutes"] + 500 * one["cramp"])
    with pytest.raises(SeparationError, match=r"nights with 'cramp' are those with the most of '(lifting|minutes)'"):
        fit_conditional(DiaryPanel(table), formula)


def test_separation_by_a_combination_is_refused():
    table = made_up()
    # neither separates by itself, their sum does
    noise = np.random.default_rng(5).normal(size=len(table)) * 3
    table = table.assign(first=noise, second=table["cramp"] * 0.5 - noise)
    for single in ("first", "second"):
        fit_conditional(DiaryPanel(table), f"cramp ~ {single}")
    with pytest.raises(SeparationError, match="combination of terms"):
        fit_conditional(DiaryPanel(table), "cramp ~ first + second")


def test_a_strong_trigger_is_no_separation():
    """999 pairs for and 1 against: an odds ratio of 999 is found, not refused."""
    fit = fit_conditional(DiaryPanel(paired(999, 1)), "cramp ~ lifting")
    np.testing.assert_allclose(np.exp(fit.coefficients[0]), 999, rtol=1e-8)


def test_what_does_not_vary_within_anybody_is_dropped_and_named():
    table = made_up()
    female = (table["person"] % 2).astype(float)
    fit, more = (fit_conditional(DiaryPanel(table.assign(female=female)), formula) for formula in
                 ("cramp ~ minutes", "cramp ~ minutes + female"))
    np.testing.assert_array_equal(more.coefficients, fit.coefficients)
    assert more.dropped == ("female",)
    assert any("female" in note for note in more.notes)
    with pytest.raises(DataError, match="nothing to compare within a person"):
        fit_conditional(DiaryPanel(table.assign(female=female)), "cramp ~ female")
    both = fit_conditional(DiaryPanel(table.assign(female=female)), "cramp ~ minutes * female")
    assert both.names == ("minutes", "minutes:female")


def test_terms_collinear_within_persons_are_refused_though_they_differ_between_persons():
    table = made_up().assign(hours=lambda one: one["minutes"] / 60 + one["person"])
    with pytest.raises(DataError, match=r"'hours' follows within every person from 'minutes'"):
        fit_conditional(DiaryPanel(table), "cramp ~ minutes + hours")


def test_nobody_with_both_kinds_of_nights_is_refused():
    table = pd.DataFrame({"person": [1, 1, 2, 2], "night": [1, 2, 1, 2], "cramp": [0, 0, 1, 1], "lifting": [0, 1, 0, 1]})
    with pytest.raises(DataError, match="nobody of 2 persons has nights with 'cramp' and nights without"):
        fit_conditional(DiaryPanel(table), "cramp ~ lifting")


def test_one_person_has_no_person_robust_interval_but_a_model_one():
    fit = fit_conditional(DiaryPanel(made_up(persons=1, nights=60)), "cramp ~ minutes")
    robust = estimate_conditional(fit).frame.iloc[0]
    assert np.isnan([robust["std_error"], robust["conf_low"], robust["p_value"]]).all()
    assert robust["caution"].startswith("suppress: one person alone decides a coefficient")
    model = estimate_conditional(fit, covariance="model").frame.iloc[0]
    assert model["conf_low"] < robust["estimate"] < model["conf_high"]
    assert "suppress" not in model["caution"]


def test_a_level_that_one_person_alone_has_gets_no_standard_error_of_zero():
    table = made_up()
    rare = ((table["person"] == 0) & (np.arange(len(table)) % 3 == 0)).astype(float)
    frame = estimate_conditional(fit_conditional(DiaryPanel(table.assign(rare=rare)), "cramp ~ minutes + rare"),
                                 covariance="liang_zeger").frame
    assert frame["std_error"].isna().all()


def test_an_exposure_in_other_units_has_the_same_answer():
    table = made_up()
    fit = fit_conditional(DiaryPanel(table), "cramp ~ minutes")
    far = fit_conditional(DiaryPanel(table.assign(minutes=1e6 + 60 * table["minutes"])), "cramp ~ minutes")
    np.testing.assert_allclose(60 * far.coefficients, fit.coefficients, rtol=1e-8)
    np.testing.assert_allclose(far.log_likelihood, fit.log_likelihood, rtol=1e-12)


def test_the_same_diary_gives_the_same_bytes():
    one, two = (fit_conditional(DiaryPanel(made_up(30, 40)), "cramp ~ minutes + lifting") for _ in range(2))
    assert one.coefficients.tobytes() == two.coefficients.tobytes()
    assert one.corrected_covariance.tobytes() == two.corrected_covariance.tobytes()


def test_a_subset_of_nights_is_fitted_by_its_domain():
    table = made_up()
    some = table["night"] < 20_012
    by_domain = fit_conditional(DiaryPanel(table).subset(some.to_numpy()), "cramp ~ minutes")
    by_rows = fit_conditional(DiaryPanel(table[some]), "cramp ~ minutes")
    np.testing.assert_allclose(by_domain.coefficients, by_rows.coefficients, rtol=1e-12)


def test_unknown_choices_are_refused():
    fit = fit_conditional(DiaryPanel(paired(6, 2)), "cramp ~ lifting")
    with pytest.raises(OptionError, match="unknown covariance 'robust'"):
        estimate_conditional(fit, covariance="robust")
    with pytest.raises(OptionError, match="level is 95"):
        estimate_conditional(fit, level=95)
    with pytest.raises(OptionError, match="no_such"):
        fit_conditional(DiaryPanel(paired(6, 2)), "cramp ~ no_such")


@pytest.mark.parametrize("scale", [1, 300, 3_000])
@pytest.mark.parametrize("events", [1, 4, 7, 10])
def test_wild_covariates_neither_overflow_nor_lose_digits(scale, events):
    """Linear predictors in the thousands, against enumeration in logarithms."""
    from scipy.special import logsumexp

    random = np.random.default_rng(events)
    x = random.standard_cauchy(11) * scale
    sums = np.array([x[list(choice)].sum() for choice in combinations(range(11), events)])
    response = (np.arange(11) < events).astype(float)
    found = evaluate(pack_persons(x[:, None], response, np.array([0, 11])), np.array([1.0]), 1)
    shares = np.exp(sums - logsumexp(sums))
    np.testing.assert_allclose(found.loss[0], logsumexp(sums) - x[:events].sum(), rtol=1e-12, atol=1e-10 * scale)
    np.testing.assert_allclose(found.score[0, 0], x[:events].sum() - shares @ sums, rtol=1e-10, atol=1e-10 * scale)


def test_without_an_intercept_all_levels_are_too_many_and_the_message_says_what_to_write():
    table = made_up().assign(kind=lambda one: np.array(["a", "b", "c"])[one["night"] % 3])
    with pytest.raises(DataError, match="write the formula without '- 1'"):
        fit_conditional(DiaryPanel(table), "cramp ~ kind - 1")
