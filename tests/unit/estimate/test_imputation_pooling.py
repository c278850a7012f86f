"""Pooling imputed results. Numbers against R's mice and mitml are in tests/reference/imputation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crampstats.core.errors import DataError, DesignError, OptionError
from crampstats.core.estimates import Estimates
from crampstats.estimate.imputation_pooling import pool_imputations, pool_rubin, pool_wald_test


def part(estimate: object, std_error: object = 1.0, df: object = 30.0, **columns: object) -> Estimates:
    """A result of mean differences, one row per number."""
    estimate = np.atleast_1d(estimate)
    row = {"measure": "mean difference", "exposure": [f"x{i}" for i in range(len(estimate))], "estimate": estimate,
           "std_error": std_error, "df": df, "p_value": 0.5, "n": 100, "n_events": 7}
    frame = pd.DataFrame({**row, **{name: value for name, value in columns.items() if name != "covariance"}})
    return Estimates(frame, groups=tuple(name for name in ("sex",) if name in frame), covariance=columns.get("covariance"))


def test_rubins_rules_by_hand():
    """Estimates 4, 5, 6 with variance 1: U = 1, B = 1, T = 1 + 4/3; lambda = 4/7, df = 2 / lambda^2 without complete-data df."""
    row = pool_imputations([part(value, df=np.nan) for value in (4.0, 5.0, 6.0)]).frame.iloc[0]
    assert row["estimate"] == pytest.approx(5)
    assert row["std_error"] == pytest.approx(np.sqrt(7 / 3))
    assert row["relative_variance_increase"] == pytest.approx(4 / 3)
    assert row["df"] == pytest.approx(2 * (7 / 4) ** 2)
    assert row["fraction_missing_information"] == pytest.approx((4 / 3 + 2 / (row["df"] + 3)) / (7 / 3))


def test_ratios_are_averaged_on_the_log_scale():
    """The geometric mean of 1 and 4 is 2; B of the logs is log(4)^2 / 2, times 1.5; the interval is symmetric about log 2."""
    row = pool_imputations([part(value, std_error=0.5, unit="ratio") for value in (1.0, 4.0)]).frame.iloc[0]
    assert row["estimate"] == pytest.approx(2)
    assert row["std_error"] == pytest.approx(np.sqrt(0.25 + 1.5 * np.log(4) ** 2 / 2))
    assert row["conf_low"] * row["conf_high"] == pytest.approx(4)


def test_rows_are_matched_by_their_keys_not_their_order():
    first = part([1.0, 10.0])
    second = part([12.0, 3.0], exposure=["x1", "x0"])
    assert pool_imputations([first, second]).frame["estimate"].tolist() == [2.0, 11.0]


def test_groups_are_part_of_the_key():
    parts = [part([value, value + 1], exposure="x", sex=["men", "women"]) for value in (0.0, 2.0)]
    pooled = pool_imputations(parts)
    assert pooled.groups == ("sex",)
    assert pooled.frame["estimate"].tolist() == [1.0, 2.0]


def test_a_row_that_no_imputed_value_touched_stays_as_it_is():
    parts = [part([1.0, value], conf_low=[0.25, 0.0], caution=["note: kept", ""]) for value in (4.0, 5.0)]
    row = pool_imputations(parts).frame.iloc[0]
    assert row[["estimate", "std_error", "df", "conf_low", "p_value"]].tolist() == [1.0, 1.0, 30.0, 0.25, 0.5]
    assert row["caution"] == "note: kept"
    assert row["fraction_missing_information"] == row["relative_variance_increase"] == 0


def test_a_test_statistic_is_not_pooled_and_says_so():
    row = pool_imputations([part(value, std_error=np.nan) for value in (3.0, 4.0)]).frame.iloc[0]
    assert np.isnan(row["estimate"])
    assert row["caution"] == "suppress: no standard error to pool by in 2 of 2 imputations"


def test_all_variance_between_imputations_leaves_no_df_and_no_interval():
    rubin = pool_rubin(np.array([[1.0], [2.0]]), np.zeros((2, 1)), np.array([20.0]))
    assert rubin.df[0] == 0
    assert rubin.fraction[0] == 1
    row = pool_imputations([part(value, std_error=0.0, df=20.0) for value in (1.0, 2.0)]).frame.iloc[0]
    assert np.isnan(row["conf_low"])
    assert row["caution"].startswith("suppress: 0 degrees of freedom")


def test_a_prevalence_keeps_to_0_and_1_and_the_presentation_standard_reads_the_pooled_error():
    parts = [part(value, std_error=0.02, measure="prevalence", unit="share", n=60, p_value=np.nan) for value in (0.02, 0.06)]
    row = pool_imputations(parts).frame.iloc[0]
    assert 0 < row["conf_low"] < row["conf_high"] < 1
    assert "suppress" in row["caution"]
    wald = pool_imputations(parts, interval="wald").frame.iloc[0]
    assert wald["conf_low"] < 0


def test_an_adjusted_prevalence_keeps_its_logit_interval():
    """By hand at df without limit: logit 0.5 is 0, so the bounds are symmetric about one half."""
    parts = [part(value, std_error=0.05, df=np.nan, measure="adjusted prevalence", unit="share", p_value=np.nan)
             for value in (0.45, 0.55)]
    row = pool_imputations(parts).frame.iloc[0]
    assert row["estimate"] == pytest.approx(0.5)
    assert row["conf_low"] == pytest.approx(1 - row["conf_high"])
    half = stats.t.ppf(0.975, row["df"]) * row["std_error"] / 0.25
    assert row["conf_high"] == pytest.approx(1 / (1 + np.exp(-half)))


def test_cautions_that_differ_in_their_numbers_only_are_one():
    texts = ("review: 7 degrees of freedom (< 8); suppress: interval 31.0 points wide (>= 30)",
             "suppress: interval 35.5 points wide (>= 30)", "")
    parts = [part(value, caution=text) for value, text in zip((1.0, 1.1, 1.2), texts, strict=True)]
    assert pool_imputations(parts).frame["caution"][0] == "suppress: interval 31.0 points wide (>= 30) (in 2 of 3 imputations)"


def test_test_statistics_are_one_row_whatever_their_numerator_df():
    parts = [part(3.0, std_error=np.nan, exposure="smoking", level=f"{df} numerator df", unit="statistic") for df in (1.9, 1.8)]
    assert len(pool_imputations(parts)) == 1


def test_cautions_say_in_how_many_imputations_they_held():
    parts = [part(value, caution=text) for value, text in ((1.0, "note: sparse"), (2.0, ""), (3.0, "note: sparse"))]
    assert "note: sparse (in 2 of 3 imputations)" in pool_imputations(parts).frame["caution"][0]


def test_too_few_imputations_for_the_missing_information_are_noted():
    notes = " ".join(pool_imputations([part(value) for value in (1.0, 3.0)]).notes)
    assert "2 imputations, " in notes
    assert "or more are advised" in notes


def test_further_columns_are_left_out_and_named():
    parts = [part(value) for value in (1.0, 2.0)]
    parts = [Estimates(one.frame.assign(e_value=2.0), extras=("e_value",)) for one in parts]
    pooled = pool_imputations(parts)
    assert "e_value" not in pooled.frame
    assert any("e_value" in note for note in pooled.notes)


def test_counts_are_rounded_means():
    parts = [part(1.0, n_events=7), part(2.0, n_events=8), part(3.0, n_events=8)]
    assert pool_imputations(parts).frame[["n", "n_events"]].iloc[0].tolist() == [100, 8]


def test_the_covariance_is_pooled_and_its_diagonal_is_the_squared_standard_error():
    covariances = [np.array([[1.0, 0.3], [0.3, 2.0]]), np.array([[1.2, 0.1], [0.1, 1.8]])]
    pooled = pool_imputations([
        part(value, std_error=np.sqrt(np.diag(covariance)), covariance=covariance)
        for value, covariance in zip(([1.0, 2.0], [2.0, 5.0]), covariances, strict=True)
    ])
    np.testing.assert_allclose(np.diag(pooled.covariance), pooled.frame["std_error"] ** 2)
    # U = 0.2, B = 1/2 * (1)(3) = 1.5, times 1.5
    assert pooled.covariance[0, 1] == pytest.approx(0.2 + 1.5 * 1.5)


@pytest.mark.parametrize(("parts", "words"), [
    ([part(1.0)], "at least 2 imputed tables"),
    ([part([1.0, 2.0]), part([1.0])], "differ in 1 row.*group coarser"),
    ([part([1.0, 2.0], exposure="x")] * 2, "occur twice"),
])
def test_results_that_do_not_match_are_refused(parts, words):
    with pytest.raises(DataError, match=words):
        pool_imputations(parts)


def test_one_coefficient_tested_jointly_is_its_t_test():
    """With k = 1, D1 is the squared t statistic."""
    parts = [part(value, covariance=np.array([[1.0]])) for value in (4.0, 5.0, 6.5, 4.2, 5.1, 5.0)]
    row = pool_imputations(parts).frame.iloc[0]
    joint = pool_wald_test(parts).frame.iloc[0]
    assert joint["estimate"] == pytest.approx((row["estimate"] / row["std_error"]) ** 2)
    assert joint["relative_variance_increase"] == pytest.approx(row["relative_variance_increase"])


def test_a_joint_test_takes_the_rows_of_its_exposures():
    parts = [part([value, 2.0, value], covariance=np.eye(3)) for value in (1.0, 1.2, 0.8)]
    row = pool_wald_test(parts, exposures=["x0", "x2"]).frame.iloc[0]
    assert (row["exposure"], row["level"]) == ("x0, x2", "2 numerator df")
    with pytest.raises(OptionError, match="x1"):
        pool_wald_test(parts, exposures="x9")


def test_joint_test_with_next_to_no_df_says_that_its_df_are_approximate():
    parts = [part([value, -value], df=4.0, covariance=np.eye(2) * 0.1) for value in (1.0, 2.0, 0.2, 3.0)]
    row = pool_wald_test(parts).frame.iloc[0]
    assert "note: approximate denominator df" in row["caution"]
    assert 0 < row["df"] < 4


def test_joint_test_needs_covariances_of_full_rank():
    with pytest.raises(DataError, match="2 of 2 results have no covariance"):
        pool_wald_test([part(1.0), part(2.0)])
    with pytest.raises(DesignError, match="cannot be told apart"):
        pool_wald_test([part([1.0, 1.0], covariance=np.ones((2, 2)))] * 2)
