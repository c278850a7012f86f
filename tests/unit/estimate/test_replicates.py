from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, DesignError, OptionError
from crampstats.core.reweighting import Replicates
from crampstats.estimate.by_replicates import estimate_by_replicates
from crampstats.estimate.comparisons import compare_groups
from crampstats.estimate.means import estimate_mean
from crampstats.estimate.prevalence import estimate_prevalence
from crampstats.estimate.replicates import (
    make_balanced_replicates,
    make_bootstrap_replicates,
    make_given_replicates,
    make_jackknife_replicates,
)

PAIRS = pd.DataFrame({"h": [1, 1, 2, 2, 3, 3], "u": [1, 2, 1, 2, 1, 2], "x": [1.0, 3, 2, 2, 5, 1], "w": 1.0, "g": list("ababab")})
DESIGN = SurveyDesign(PAIRS, strata="h", psu="u", weights="w")


def test_jackknife_weights_by_hand():
    rule = make_jackknife_replicates(DESIGN).replicates
    assert rule.multipliers[:, 0].tolist() == [0, 2, 1, 1, 1, 1]
    assert rule.rscales.tolist() == [0.5] * 6
    assert rule.scale == 1


def test_a_jackknife_with_a_finite_population():
    frame = PAIRS.assign(N=[4, 4, 2, 2, 8, 8])
    rule = make_jackknife_replicates(SurveyDesign(frame, strata="h", psu="u", fpc="N")).replicates
    # stratum 2 is taken whole; the others have (1 - f)(n - 1)/n
    assert rule.rscales.tolist() == [0.25, 0.25, 0.375, 0.375]


def test_balanced_weights_by_hand():
    rule = make_balanced_replicates(DESIGN, fay=0.25).replicates
    assert rule.multipliers.shape == (6, 4)
    assert set(rule.multipliers.ravel()) == {0.25, 1.75}
    # one of each pair in every replicate, and every pair of strata in all four combinations
    np.testing.assert_allclose(rule.multipliers[0::2] + rule.multipliers[1::2], 2.0)
    assert len({tuple(column) for column in rule.multipliers[::2].T}) == 4
    assert rule.scale == pytest.approx(1 / (4 * 0.75**2))


def test_bootstrap_weights_keep_the_size_of_each_stratum_and_follow_the_seed():
    frame = pd.DataFrame({"h": [1] * 4 + [2] * 3, "x": range(7)})
    design = SurveyDesign(frame, strata="h")
    one, same, other = (
        make_bootstrap_replicates(design, replicates=30, seed=seed).replicates.multipliers for seed in (1, 1, 2)
    )
    np.testing.assert_allclose(one[:4].sum(axis=0), 4)
    np.testing.assert_allclose(one[4:].sum(axis=0), 3)
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_a_bootstrap_of_a_whole_population_does_not_vary():
    frame = pd.DataFrame({"x": [1.0, 2, 3], "N": 3})
    rule = make_bootstrap_replicates(SurveyDesign(frame, fpc="N"), replicates=20, seed=1).replicates
    np.testing.assert_array_equal(rule.multipliers, 1.0)


def test_a_statistic_may_return_a_number_several_a_mapping_or_estimates():
    design = make_jackknife_replicates(DESIGN)

    def mean(one):
        return float(np.average(one.table["x"], weights=one.table[one.weights]))

    number = estimate_by_replicates(design, mean, measure="mean", unit="cm").frame
    assert number[["measure", "level", "unit"]].iloc[0].tolist() == ["mean", "", "cm"]
    several = estimate_by_replicates(design, lambda one: [mean(one), 2 * mean(one)])
    assert several.frame["level"].tolist() == ["1", "2"]
    assert several.covariance[0, 1] == pytest.approx(2 * several.covariance[0, 0])
    named = estimate_by_replicates(design, lambda one: {"mean": mean(one)}).frame
    assert named["level"].tolist() == ["mean"]
    rows = estimate_by_replicates(design, lambda one: estimate_mean(one, "x")).frame
    for frame in (several.frame, named, rows):
        assert frame["std_error"][0] == pytest.approx(number["std_error"][0])
    assert rows["n"][0] == 6


def test_ratios_are_treated_as_logarithms():
    frame = PAIRS.loc[PAIRS.index.repeat(4)].reset_index(drop=True).assign(g=list("ab") * 12, y=[0, 1, 1, 1, 0, 0] * 4)
    design = make_jackknife_replicates(SurveyDesign(frame, strata="h", psu="u"))
    by_statistic = estimate_by_replicates(design, lambda one: compare_groups(one, "y", "g"))
    row = by_statistic.frame.set_index("measure").loc["prevalence ratio"]
    assert np.sqrt(row["conf_low"] * row["conf_high"]) == pytest.approx(row["estimate"])
    assert np.log(row["conf_high"] / row["estimate"]) / row["std_error"] == pytest.approx(3.182446, rel=1e-6)  # t(.975), 3 df


def test_what_the_full_weights_alone_support_is_left_out():
    def tests(one):
        found = compare_groups(one, "y", "g")
        return replace(found, frame=found.frame.assign(e_value=1.0), extras=("e_value",))

    frame = PAIRS.loc[PAIRS.index.repeat(4)].reset_index(drop=True).assign(g=list("ab") * 12, y=[0, 1, 1, 1, 0, 0] * 4)
    result = estimate_by_replicates(make_jackknife_replicates(SurveyDesign(frame, strata="h", psu="u")), tests)
    assert result.extras == ()
    tested = result.frame.loc[result.frame["p_value"].notna(), "measure"].tolist()
    assert tested == ["prevalence difference", "prevalence ratio"]
    assert len(result) == 5


def test_a_replicate_without_a_value_is_left_out_and_counted():
    calls = iter(range(100))

    def sometimes(one):
        return float("nan") if next(calls) == 1 else float(np.average(one.table["x"], weights=one.table[one.weights]))

    result = estimate_by_replicates(make_jackknife_replicates(DESIGN), sometimes)
    assert result.frame["std_error"].notna().all()
    assert result.notes[-1] == "1 of 6 replicates gave no value for some row and were left out there."


def test_progress_is_told_and_may_stop_the_work():
    seen = []
    design = make_jackknife_replicates(DESIGN)
    estimate_by_replicates(design, lambda one: 1.0, progress=lambda done, count: seen.append((done, count)))
    assert seen == [(i, 6) for i in range(1, 7)]

    def stop(done, count):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        estimate_by_replicates(make_jackknife_replicates(DESIGN), lambda one: 1.0, progress=stop)


def test_a_statistic_that_changes_its_rows_is_refused():
    answers = iter([{"a": 1}, {"a": 1, "b": 2}])
    with pytest.raises(DataError, match=r"gave 2 row.s. under replicate 1 and 1 under the full weights"):
        estimate_by_replicates(make_jackknife_replicates(DESIGN), lambda one: next(answers))
    for returned, message in ((np.eye(2), "array of 2 dimensions"), ("many", "a str that holds other things"), (None, "nothing"),
                              ([], "nothing")):
        with pytest.raises(DataError, match=f"the statistic returned .*{message}"):
            estimate_by_replicates(make_jackknife_replicates(DESIGN), lambda one, returned=returned: returned)


def test_the_degrees_of_freedom_of_a_test_may_vary():
    frame = PAIRS.loc[PAIRS.index.repeat(9)].reset_index(drop=True)
    frame = frame.assign(g=list("abc") * 18, y=[0, 1, 1, 1, 0, 0, 1] * 7 + [0] * 5)
    design = make_jackknife_replicates(SurveyDesign(frame, strata="h", psu="u"))
    result = estimate_by_replicates(design, lambda one: compare_groups(one, "y", "g"))
    assert result.frame["measure"].tolist()[-3:] == ["Rao-Scott F", "Rao-Scott chi-squared", "Wald F"]


def test_a_design_without_replicates_is_refused():
    with pytest.raises(DesignError, match="no replicates; make them"):
        estimate_by_replicates(DESIGN, lambda one: 1.0)


def test_the_words_of_a_result_name_the_replicates():
    result = estimate_mean(make_jackknife_replicates(DESIGN, centre="full sample"), "x")
    assert result.notes[0] == "Standard errors by the jackknife (JKn, 6 replicates), around the full-sample estimate."


def test_balanced_replication_needs_pairs():
    with pytest.raises(DesignError, match=r"two PSUs in every stratum; 1 have another number .3: 1."):
        make_balanced_replicates(SurveyDesign(PAIRS.iloc[:5], strata="h", psu="u"))
    with pytest.raises(OptionError, match="Fay's factor is 1"):
        make_balanced_replicates(DESIGN, fay=1)


@pytest.mark.parametrize(("matrix", "message"), [
    (np.ones((4, 4)), "no Hadamard matrix"), (np.ones((2, 4)), "2 x 4"),
    ([[1, 1], [1, -1]], "order 2 serves fewer than 2 strata"),
])
def test_other_matrices_are_refused(matrix, message):
    with pytest.raises(DesignError, match=message):
        make_balanced_replicates(DESIGN, hadamard=matrix)


def test_single_psus_are_refused_unless_there_is_a_rule():
    lonely = SurveyDesign(PAIRS.iloc[:5], strata="h", psu="u")
    with pytest.raises(DesignError, match=r"1 stratum/strata hold a single PSU .3."):
        make_jackknife_replicates(lonely)
    with pytest.raises(DesignError, match="the bootstrap cannot treat as 'average'"):
        make_bootstrap_replicates(replace(lonely, lonely="average"), seed=1)
    assert len(make_jackknife_replicates(replace(lonely, lonely="remove")).replicates) == 4


def test_too_few_bootstrap_replicates_are_refused():
    with pytest.raises(OptionError, match="19 bootstrap replicates; at least 20"):
        make_bootstrap_replicates(DESIGN, replicates=19, seed=1)


def test_given_weights_are_checked():
    frame = PAIRS.assign(r1=[2.0, 0, 1, 1, 1, 1], r2=[0, 2.0, 1, 1, 1, np.nan], zero=[0.0, 1, 1, 1, 1, 1])
    design = SurveyDesign(frame, weights="w")
    with pytest.raises(DataError, match=r"1 replicate weight.s. are missing or infinite .first: r2 in row 6."):
        make_given_replicates(design, ["r1", "r2"], scale=1)
    with pytest.raises(OptionError, match="unknown replicate weight 'r3'"):
        make_given_replicates(design, ["r1", "r3"], scale=1)
    with pytest.raises(DataError, match=r"1 row.s. have weight 0 but replicate weights .first: row 1."):
        make_given_replicates(SurveyDesign(frame, weights="zero"), ["r1", "w"], scale=1)
    with pytest.raises(DesignError, match=r"1 replicate.s.; a variance needs at least two"):
        make_given_replicates(design, ["r1"], scale=1)
    with pytest.raises(DesignError, match=r"3 value.s. of rscales for 2 replicates"):
        make_given_replicates(design, ["r1", "w"], scale=1, rscales=[1, 1, 1])
    with pytest.raises(DesignError, match="scales at least 0"):
        make_given_replicates(design, ["r1", "w"], scale=-1)


def test_an_unknown_centre_is_refused():
    with pytest.raises(OptionError, match="unknown centre of the replicates 'mean'"):
        make_jackknife_replicates(DESIGN, centre="mean")


def test_replicates_of_rows_are_made_in_memory():
    with pytest.raises(DesignError, match=r"replicates of rows are made for a pandas table only. Name the sampling"):
        make_jackknife_replicates(SurveyDesign(pl.DataFrame({"x": [1, 2]})))


def test_other_weights_do_not_go_with_the_replicates():
    with pytest.raises(DesignError, match="belong to the weights 'w', not to 'x'"):
        replace(make_jackknife_replicates(DESIGN), weights="x")


def test_a_group_missing_from_a_replicate_is_left_out_of_its_own_row_only():
    # group c is in one PSU: without it there is no estimate, as R discards such replicates
    frame = pd.DataFrame({"u": range(8), "g": list("aaaabbbc"), "y": [1, 0, 1, 0, 1, 1, 0, 1]})
    result = estimate_prevalence(make_jackknife_replicates(SurveyDesign(frame, psu="u")), "y", by="g").frame
    assert result["estimate"].tolist() == pytest.approx([1 / 2, 2 / 3, 1])
    assert result["df"].tolist() == [3, 2, 0]


def test_covariance_without_any_value_is_missing():
    rule = Replicates(None, "u", np.ones((2, 2)), 1.0, np.ones(2))
    assert np.isnan(rule.covariance(np.full((2, 1), np.nan), np.array([np.nan]))).all()
