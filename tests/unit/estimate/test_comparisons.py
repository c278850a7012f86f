from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import stats

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.labels import Label
from crampstats.estimate.comparisons import compare_groups


def table(**cases):
    """A simple sample: for each group the number with and without the outcome."""
    return pd.DataFrame([
        {"g": g, "y": y} for g, counts in cases.items() for y, n in zip((1, 0), counts, strict=True) for _ in range(n)
    ])


def row(found, measure, level=None):
    frame = found.frame[found.frame["measure"] == measure]
    return (frame if level is None else frame[frame["level"] == level]).iloc[0]


SIMPLE = table(a=(10, 30), b=(30, 30))


def test_a_difference_and_a_ratio_by_hand():
    """p = .25 of 40 and .5 of 60; variances n/(n-1) p(1-p)/n_k with n = 100, which are independent; df = 99 - 1."""
    found = compare_groups(SurveyDesign(SIMPLE), "y", "g")
    variance = [100 / 99 * 0.1875 / 40, 100 / 99 * 0.25 / 60]
    difference = row(found, "prevalence difference", "b")
    assert difference["estimate"] == 0.25
    assert difference["std_error"] == pytest.approx(np.sqrt(sum(variance)), rel=1e-12)
    assert difference["df"] == 98.0
    assert difference["p_value"] == pytest.approx(2 * stats.t.sf(0.25 / np.sqrt(sum(variance)), 98), rel=1e-9)
    ratio = row(found, "prevalence ratio", "b")
    log_error = np.sqrt(variance[0] / 0.25**2 + variance[1] / 0.5**2)
    assert ratio["estimate"] == pytest.approx(2.0)
    assert ratio["std_error"] == pytest.approx(log_error, rel=1e-12)
    assert ratio["conf_low"] == pytest.approx(2 * np.exp(-stats.t.ppf(0.975, 98) * log_error), rel=1e-12)


def test_the_reference_can_be_chosen_and_an_unknown_one_is_answered():
    found = compare_groups(SurveyDesign(SIMPLE), "y", "g", reference="b")
    assert row(found, "prevalence ratio", "a")["estimate"] == pytest.approx(0.5)
    assert "g: compared with b." in found.notes
    with pytest.raises(OptionError, match="unknown level of g 'c'; valid: a, b"):
        compare_groups(SurveyDesign(SIMPLE), "y", "g", reference="c")


def test_equal_groups_have_ratio_one_and_statistics_of_zero():
    found = compare_groups(SurveyDesign(table(a=(10, 30), b=(20, 60))), "y", "g")
    assert row(found, "prevalence ratio", "b")["estimate"] == pytest.approx(1.0)
    assert row(found, "Rao-Scott F")["estimate"] == pytest.approx(0.0, abs=1e-12)
    assert row(found, "Rao-Scott F")["p_value"] == pytest.approx(1.0)


def test_a_trend_is_the_least_squares_slope_over_declared_places():
    """Shares .2, .4, .9 at places 0, 1, 3: slope = sum (x - 4/3)(p - 0.5) / sum (x - 4/3)^2 = 1.1 / (42/9)."""
    label = Label("Group", levels=("a", "b", "empty", "c"), ordered=True)
    design = SurveyDesign(table(c=(9, 1), a=(2, 8), b=(4, 6)), labels={"g": label})
    found = row(compare_groups(design, "y", "g"), "prevalence trend")
    places, shares = np.array([0.0, 1.0, 3.0]), np.array([0.2, 0.4, 0.9])
    slope = float((places - 4 / 3) @ (shares - 0.5) / ((places - 4 / 3) ** 2).sum())
    assert found["estimate"] == pytest.approx(slope, rel=1e-12)
    assert found["df"] == 28.0


def test_groups_without_declared_order_have_no_trend():
    found = compare_groups(SurveyDesign(table(a=(1, 2), b=(2, 2), c=(2, 1))), "y", "g")
    assert "prevalence trend" not in set(found.frame["measure"])


def test_a_prevalence_of_zero_has_a_difference_but_no_ratio():
    found = compare_groups(SurveyDesign(table(a=(0, 30), b=(10, 30))), "y", "g")
    assert row(found, "prevalence difference", "b")["estimate"] == 0.25
    assert np.isnan(row(found, "prevalence ratio", "b")["estimate"])
    assert row(found, "prevalence ratio", "b")["caution"] == "suppress: no ratio with a prevalence of 0"
    assert row(found, "Rao-Scott F")["caution"] == "note: an empty cell in the table"
    assert row(found, "Rao-Scott F")["p_value"] < 0.01


def test_one_answer_everywhere_leaves_nothing_to_test():
    found = compare_groups(SurveyDesign(table(a=(5, 0), b=(5, 0))), "y", "g")
    for measure in ("Rao-Scott F", "Rao-Scott chi-squared", "Wald F"):
        assert row(found, measure)["caution"] == "suppress: everybody analysed gave the same answer"
        assert np.isnan(row(found, measure)["estimate"])
    assert np.isnan(row(found, "prevalence difference", "b")["p_value"])


def test_units_that_are_all_alike_leave_no_test_instead_of_an_infinite_one():
    alike = pd.DataFrame({"psu": np.repeat([1, 2, 3], 8), "g": ["a", "a", "a", "a", "b", "b", "b", "b"] * 3,
                          "y": [1, 0, 0, 0, 1, 1, 0, 0] * 3})
    found = compare_groups(SurveyDesign(alike, psu="psu"), "y", "g")
    assert np.isnan(row(found, "Rao-Scott F")["p_value"])
    assert np.isnan(row(found, "Wald F")["p_value"])


def test_more_groups_than_the_units_can_tell_apart_are_said_to_have_no_degrees_of_freedom():
    many = pd.DataFrame({"psu": np.repeat([1, 2, 3], 10), "g": list("abcde") * 6, "y": [1, 0, 0, 1, 1, 0, 1, 0, 0, 1] * 3})
    many.loc[[3, 17, 22], "y"] = [0, 1, 1]
    found = compare_groups(SurveyDesign(many, psu="psu"), "y", "g")
    difference = row(found, "prevalence difference", "b")
    assert difference["df"] == -2.0
    assert np.isnan(difference["std_error"])
    assert difference["caution"].endswith("suppress: 0 degrees of freedom, no interval")
    assert np.isnan(row(found, "Wald F")["estimate"])


def test_a_group_of_weight_zero_takes_no_part():
    weighted = SIMPLE.assign(w=1.0)
    extra = pd.concat([weighted, pd.DataFrame({"g": ["c"] * 5, "y": [1, 0, 1, 0, 1], "w": 0.0})], ignore_index=True)
    found = compare_groups(SurveyDesign(extra, weights="w"), "y", "g")
    assert set(found.frame["level"]) >= {"b"}
    assert "c" not in set(found.frame["level"])
    assert row(found, "prevalence difference", "b")["estimate"] == 0.25


def test_persons_of_unknown_group_are_noted():
    unknown = pd.concat([SIMPLE, pd.DataFrame({"g": [None], "y": [1]})], ignore_index=True)
    found = compare_groups(SurveyDesign(unknown), "y", "g")
    assert row(found, "Rao-Scott F")["n"] == 100


def test_other_tables_give_the_same_numbers():
    columns = ["estimate", "std_error", "df", "p_value", "n"]
    expected = compare_groups(SurveyDesign(SIMPLE), "y", "g").frame[columns]
    pd.testing.assert_frame_equal(compare_groups(SurveyDesign(pl.from_pandas(SIMPLE)), "y", "g").frame[columns], expected)


def test_one_column_of_two_levels_is_needed():
    design = SurveyDesign(SIMPLE.assign(h="x"))
    with pytest.raises(OptionError, match="compared by one column; 2 were given"):
        compare_groups(design, "y", ["g", "h"])
    with pytest.raises(DataError, match=r"'h' has 1 level\(s\) among the analysed"):
        compare_groups(design, "y", "h")


def test_a_comparison_does_not_give_a_suppressed_prevalence_away():
    """Five persons make an effective sample below 30; the share of the others less the difference would be theirs."""
    few = table(a=(40, 100), b=(1, 5), c=(30, 100))
    found = compare_groups(SurveyDesign(few), "y", "g")
    for measure in ("prevalence difference", "prevalence ratio"):
        assert row(found, measure, "b")["caution"].startswith("suppress: the prevalence of b is suppressed")
        assert row(found, measure, "c")["caution"] == ""
    found = compare_groups(SurveyDesign(few), "y", "g", reference="b")
    assert row(found, "prevalence difference", "a")["caution"].startswith("suppress: the prevalence of b is suppressed")
    assert not row(found, "Rao-Scott F")["caution"].startswith("suppress")
