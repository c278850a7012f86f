from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crampstats.core.errors import DataError, OptionError
from crampstats.estimate.meta_fit import fit_effect_model, profile_tau2
from crampstats.estimate.meta_regression import fit_effect_regression, fit_egger_regression, fit_study_regression
from crampstats.estimate.meta_sparse import fit_binomial_normal
from crampstats.estimate.meta_studies import derive_effects
from crampstats.estimate.pooling import (
    TOO_FEW,
    estimate_study_prevalence,
    pool_effects,
    pool_sparse_studies,
    pool_studies,
)


def studies(cases, n, survey=None, **columns) -> pd.DataFrame:
    names = [f"study {number}" for number in range(len(n))]
    return pd.DataFrame({"study": names, "survey": survey or names, "cases": pd.array(cases, "Int64"), "n": n, **columns})


def measures(estimates) -> pd.DataFrame:
    return estimates.to_frame().set_index("measure")


FIVE = studies([10, 30, 22, 41, 5], [40, 90, 100, 80, 30])
counts = st.lists(st.tuples(st.integers(1, 200), st.integers(0, 200)), min_size=3, max_size=8)


def test_a_study_with_no_case_of_30_reaches_to_eleven_percent():
    # by hand: 1 - 0.025 ** (1 / 30) = 0.11570
    row = estimate_study_prevalence(studies([0], [30]), by=()).to_frame().iloc[0]
    assert (row["estimate"], row["conf_low"]) == (0, 0)
    assert row["conf_high"] == pytest.approx(1 - 0.025 ** (1 / 30), rel=1e-12)


def test_a_printed_interval_is_shown_where_no_count_was_printed():
    table = studies([pd.NA], [516], share=[0.46], share_low=[0.38], share_high=[0.53], caution=["adjusted"])
    row = estimate_study_prevalence(table, by=()).to_frame().iloc[0]
    assert row[["estimate", "conf_low", "conf_high", "caution"]].tolist() == [0.46, 0.38, 0.53, "adjusted"]
    assert pd.isna(row["n_events"])
    assert np.isnan(row["std_error"])


def test_a_study_without_n_has_no_interval_and_one_without_percentage_is_named():
    table = pd.DataFrame({"study": ["A", "B"], "cases": [None, None], "n": [None, None], "share": [0.06, None]})
    result = estimate_study_prevalence(table, by=())
    assert result.to_frame()[["conf_low", "conf_high"]].isna().all(axis=None)
    assert len(result) == 1
    assert result.notes == ("Without a percentage that can be drawn: B.",)


def test_impossible_counts_are_refused_with_their_row():
    with pytest.raises(DataError, match=r"1 studies have impossible counts \(first: row 2, 31 cases of 30\)"):
        estimate_study_prevalence(studies([1, 31], [30, 30]), by=())


def test_half_a_case_is_added_only_to_studies_without_cases_or_without_others():
    # by hand: 0 of 9 -> log(0.5/9.5), 1/0.5 + 1/9.5; 10 of 20 -> 0, 1/10 + 1/10
    table = derive_effects(studies([0, 10, 9], [9, 20, 9]))
    np.testing.assert_allclose(table["effect"], [np.log(0.5 / 9.5), 0, np.log(9.5 / 0.5)], rtol=1e-14)
    np.testing.assert_allclose(table["variance"], [2 + 1 / 9.5, 0.2, 2 + 1 / 9.5], rtol=1e-14)
    assert table["corrected"].tolist() == [True, False, True]


def test_the_variance_of_a_printed_interval_keeps_its_design_effect():
    table = derive_effects(studies([pd.NA], [516], share=[0.46], share_low=[0.38], share_high=[0.53]))
    width = np.log(0.53 / 0.47) - np.log(0.38 / 0.62)
    assert table["variance"][0] == pytest.approx((width / (2 * 1.959963984540054)) ** 2, rel=1e-12)
    assert table["variance"][0] > 1 / (516 * 0.46 * 0.54)


def test_the_fixed_effect_is_the_inverse_variance_mean():
    # by hand: weights 25, 20: (25 * 0.1 + 20 * 0.4) / 45, SE 1 / sqrt(45)
    row = measures(pool_effects([0.1, 0.4], [0.04, 0.05], tau2="fixed")).loc["pooled effect"]
    assert row["estimate"] == pytest.approx(10.5 / 45, rel=1e-14)
    assert row["std_error"] == pytest.approx(45**-0.5, rel=1e-14)
    assert row["conf_high"] == pytest.approx(10.5 / 45 + 1.959963984540054 * 45**-0.5, rel=1e-12)


def test_the_fixed_effect_has_no_prediction_interval():
    assert "prediction interval" not in measures(pool_effects([0.1, 0.4], [0.04, 0.05], tau2="fixed")).index


@pytest.mark.parametrize("method", ["dl", "pm"])
def test_moment_estimators_equal_statsmodels(method):
    from statsmodels.stats.meta_analysis import combine_effects

    table = derive_effects(FIVE)
    options = {} if method == "dl" else {"atol": 1e-12}
    theirs = combine_effects(table["effect"].to_numpy(), table["variance"].to_numpy(), method, use_t=True, **options)
    ours = measures(pool_effects(table["effect"], table["variance"], tau2=method))
    assert ours.loc["tau2", "estimate"] == pytest.approx(theirs.tau2, rel=1e-9)
    assert ours.loc["pooled effect", "estimate"] == pytest.approx(theirs.mean_effect_re, rel=1e-9)
    assert ours.loc["pooled effect", "std_error"] == pytest.approx(theirs.sd_eff_w_re_hksj, rel=1e-9)


def test_the_prediction_interval_leads_and_contains_the_interval():
    result = pool_studies(FIVE, by=())
    frame = result.to_frame()
    assert frame["measure"].tolist()[:2] == ["prediction interval", "pooled prevalence"]
    assert frame["conf_low"][0] < frame["conf_low"][1] < frame["conf_high"][1] < frame["conf_high"][0]
    assert result.notes[0].startswith("Read the prediction interval first")


@pytest.mark.parametrize("method", ["reml", "ml", "dl", "pm"])
def test_identical_studies_have_no_between_study_variance(method):
    rows = measures(pool_studies(studies([20] * 4, [50] * 4), by=(), tau2=method))
    assert rows.loc["tau2", ["estimate", "conf_low", "conf_high"]].tolist() == [0, 0, 0]
    assert rows.loc["I2", "estimate"] == 0
    assert rows.loc["pooled prevalence", "estimate"] == pytest.approx(0.4, rel=1e-12)


def test_studies_that_agree_too_well_get_a_caution():
    assert "too narrow" in measures(pool_studies(studies([20] * 4, [50] * 4), by=())).loc["pooled prevalence", "caution"]
    assert measures(pool_studies(FIVE, by=())).loc["pooled prevalence", "caution"] == ""


def test_one_study_without_cases_leaves_everything_finite():
    rows = measures(pool_studies(studies([0, 9, 14], [30, 40, 50]), by=()))
    assert np.isfinite(rows.loc[["prediction interval", "pooled prevalence"], ["conf_low", "conf_high"]]).all(axis=None)


def test_two_studies_are_too_few_and_say_so():
    result = pool_studies(studies([10, 12], [50, 60]), by=()).to_frame()
    assert result["measure"].tolist() == [TOO_FEW, "independent studies"]
    assert result["caution"][0] == "2 independent studies; 3 are needed to pool"
    assert result["estimate"].isna().tolist() == [True, False]
    assert (result["n"][0], result["n_events"][0]) == (110, 22)


def test_waves_of_one_survey_are_one_study():
    waves = studies([10, 12, 30], [50, 60, 70], survey=["S", "S", "T"])
    assert pool_studies(waves, by=()).to_frame()["estimate"].tolist()[1] == 2
    four = studies([10, 12, 30, 9], [50, 60, 70, 40], survey=["S", "S", "T", "U"])
    three = studies([22, 30, 9], [110, 70, 40])
    columns = ["measure", "estimate", "conf_low", "conf_high", "n", "n_events"]
    pd.testing.assert_frame_equal(
        pool_studies(four, by=()).to_frame()[columns], pool_studies(three, by=()).to_frame()[columns], rtol=1e-12
    )


def test_waves_without_counts_cannot_be_added_up():
    table = studies([10, pd.NA], [50, 60], survey=["S", "S"], share=[None, 0.2], share_low=[None, 0.1], share_high=[None, 0.3])
    with pytest.raises(DataError, match="survey 'S' has 2 rows to add up"):
        pool_studies(table, by=())


def test_studies_are_pooled_within_setting_and_window_only():
    table = studies([10, 12, 30, 9], [50, 60, 70, 40], setting=["a", "a", "a", "b"], recall_window=["month"] * 4)
    result = pool_studies(table).to_frame()
    assert set(result.loc[result["setting"] == "a", "measure"]) >= {"prediction interval", "tau2"}
    assert result.loc[result["setting"] == "b", "measure"].tolist()[0] == TOO_FEW
    alone = pool_studies(table.iloc[:3], by=())
    np.testing.assert_array_equal(
        result.loc[result["setting"] == "a", "estimate"].to_numpy(), alone.to_frame()["estimate"].to_numpy()
    )


def test_nothing_to_pool_gives_no_rows():
    assert len(pool_studies(FIVE.iloc[:0], by=())) == 0


@settings(max_examples=40, deadline=None)
@given(counts, st.randoms())
def test_the_order_of_the_studies_does_not_matter(pairs, random):
    table = studies([min(a, b) for a, b in pairs], [a for a, _ in pairs])
    order = list(range(len(table)))
    random.shuffle(order)
    columns = ["estimate", "conf_low", "conf_high"]
    one, other = pool_studies(table, by=(), tau2="pm").to_frame(), pool_studies(table.iloc[order], by=(), tau2="pm").to_frame()
    np.testing.assert_allclose(one[columns], other[columns], rtol=1e-12)


@settings(max_examples=40, deadline=None)
@given(counts)
def test_counting_those_without_cramps_mirrors_every_interval(pairs):
    table = studies([min(a, b) for a, b in pairs], [a for a, _ in pairs])
    mirrored = table.assign(cases=table["n"] - table["cases"])
    names = ["prediction interval", "pooled prevalence"]
    one = measures(pool_studies(table, by=(), tau2="pm")).loc[names]
    other = measures(pool_studies(mirrored, by=(), tau2="pm")).loc[names]
    np.testing.assert_allclose(one["conf_low"], 1 - other["conf_high"], rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(one["estimate"], 1 - other["estimate"], rtol=1e-7, atol=1e-9)


def test_splitting_a_survey_into_waves_does_not_matter():
    split = studies([4, 6, 30, 22, 41, 5], [15, 25, 90, 100, 80, 30], survey=["A", "A", "B", "C", "D", "E"])
    columns = ["estimate", "conf_low", "conf_high", "p_value"]
    np.testing.assert_allclose(
        pool_studies(split, by=()).to_frame()[columns], pool_studies(FIVE, by=()).to_frame()[columns], rtol=1e-12
    )


def test_the_profile_bounds_put_q_at_the_chi_square_quantiles():
    from scipy.stats import chi2

    table = derive_effects(FIVE)
    y, v = table["effect"].to_numpy(), table["variance"].to_numpy()
    for bound, tail in zip(profile_tau2(y, v, np.ones((5, 1))), (0.975, 0.025), strict=True):
        weights = 1 / (v + bound)
        mean = weights @ y / weights.sum()
        assert weights @ (y - mean) ** 2 == pytest.approx(chi2.ppf(tail, 4), rel=1e-10)


def test_unknown_options_list_the_valid_ones():
    with pytest.raises(OptionError, match="did you mean 'reml'"):
        pool_effects([0.1, 0.2], [1, 1], tau2="rmel")
    with pytest.raises(OptionError, match="valid: knapp_hartung, normal"):
        pool_effects([0.1, 0.2], [1, 1], test="t")


def test_a_single_effect_cannot_be_pooled():
    with pytest.raises(DataError, match="at least 2 studies"):
        pool_effects([0.1], [0.2])


def test_a_variance_of_zero_is_refused():
    with pytest.raises(DataError, match=r"1 of 2 studies .*study 2"):
        pool_effects([0.1, 0.2], [0.2, 0.0])


def test_sparse_studies_agree_with_the_logit_model_when_studies_are_large():
    large = studies([3000, 4100, 2500, 3900], [10_000] * 4)
    sparse, logit = measures(pool_sparse_studies(large, by=())), measures(pool_studies(large, by=(), tau2="ml", test="normal"))
    assert sparse.loc["pooled prevalence", "estimate"] == pytest.approx(logit.loc["pooled prevalence", "estimate"], rel=1e-4)
    assert sparse.loc["tau2", "estimate"] == pytest.approx(logit.loc["tau2", "estimate"], rel=1e-2)


def test_more_quadrature_points_change_nothing():
    cases, n = np.array([3.0, 0, 11, 25, 2]), np.array([40.0, 30, 60, 70, 55])
    coarse, fine = fit_binomial_normal(cases, n, nodes=25), fit_binomial_normal(cases, n, nodes=80)
    assert coarse.mean == pytest.approx(fine.mean, rel=1e-8)
    assert coarse.tau == pytest.approx(fine.tau, rel=1e-7)


def test_very_different_studies_still_converge():
    # plain Newton for the modes swings across the bend here; 100 points are the check
    cases, n = np.array([63.0, 0, 39, 1]), np.array([107.0, 37, 228, 259])
    coarse, fine = fit_binomial_normal(cases, n), fit_binomial_normal(cases, n, nodes=100)
    assert coarse.tau == pytest.approx(fine.tau, rel=1e-4)
    assert coarse.mean == pytest.approx(fine.mean, rel=1e-4)


def test_sparse_studies_without_any_case_are_refused():
    with pytest.raises(DataError, match="some cases and some without"):
        pool_sparse_studies(studies([0, 0, 0], [30, 40, 50]), by=())


def test_sparse_studies_that_do_not_differ_say_where_to_turn():
    with pytest.raises(OptionError, match="use pool_studies"):
        pool_sparse_studies(studies([20, 20, 20], [50, 50, 50]), by=())


def test_nine_studies_are_too_few_for_a_meta_regression():
    table = studies(list(range(5, 14)), [50] * 9, age=list(range(20, 65, 5)))
    result = fit_study_regression(table, "age").to_frame()
    assert result["measure"].tolist() == ["too few studies for a meta-regression", "independent studies"]
    assert "9 independent studies" in result["caution"][0]


def test_studies_without_the_moderator_are_counted_in_a_note():
    table = studies(list(range(5, 17)), [50] * 12, age=[None, *range(20, 75, 5)])
    result = fit_study_regression(table, "age")
    assert result.notes[-1] == "1 of 12 rows lack age and are left out."
    assert result.to_frame()["exposure"].tolist()[:2] == ["intercept", "age"]


def test_an_exact_line_through_the_effects_is_found():
    ages = [20, 30, 40, 50, 60]
    result = fit_effect_regression([0.1 * age for age in ages], [0.1, 0.2, 0.1, 0.3, 0.2], pd.DataFrame({"age": ages}))
    assert result.to_frame()["estimate"].tolist()[:2] == pytest.approx([0, 0.1], abs=1e-12)
    assert measures(result).loc["R2", "estimate"] == 1
    assert np.isnan(measures(result).loc["test of moderators", "estimate"])


def test_the_first_category_is_the_reference():
    moderators = pd.DataFrame({"setting": ["b", "a", "c", "a", "b", "c"]})
    frame = fit_effect_regression([1, 0, 2, 0.1, 1.1, 2.2], [0.1] * 6, moderators).to_frame()
    assert frame["level"].tolist()[:3] == ["", "b", "c"]
    # by hand, equal variances: category means 0.05, 1.05, 2.1
    assert frame["estimate"].tolist()[:3] == pytest.approx([0.05, 1.0, 2.05], abs=1e-12)


def test_collinear_moderators_are_refused():
    moderators = pd.DataFrame({"age": [1.0, 2, 3, 4], "double": [2.0, 4, 6, 8]})
    with pytest.raises(DataError, match="collinear"):
        fit_effect_regression([1, 2, 3, 5], [1.0] * 4, moderators)


def test_missing_moderators_are_refused_by_name():
    with pytest.raises(DataError, match="moderator 'age' is missing in 1 of 3"):
        fit_effect_regression([1, 2, 3], [1.0] * 3, pd.DataFrame({"age": [1.0, None, 3]}))


def test_a_lacking_moderator_lists_the_columns():
    with pytest.raises(DataError, match="lack moderator"):
        fit_study_regression(FIVE, "country")


def test_egger_needs_standard_errors_that_differ():
    with pytest.raises(DataError, match="collinear"):
        fit_egger_regression([0.1, 0.2, 0.4], [0.1, 0.1, 0.1])


def test_the_residual_scale_of_one_study_per_coefficient_is_refused():
    with pytest.raises(DataError, match="2 studies cannot carry 2 coefficients"):
        fit_effect_model(np.array([0.1, 0.2]), np.array([1.0, 1.0]), np.array([[1.0, 1], [1, 2]]))
