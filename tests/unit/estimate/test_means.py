from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import stats

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome
from crampstats.estimate.means import estimate_mean, estimate_ratio, estimate_total

PEOPLE = pd.DataFrame({
    "age": [20.0, 40.0, 60.0, np.nan], "nights": [1.0, 2.0, 6.0, 5.0], "w": [1.0, 1.0, 2.0, 9.0], "sex": ["f", "f", "m", "m"],
    "y": [1, 0, 1, 1],
})


def first(found):
    return found.frame.iloc[0]


def test_the_mean_of_a_simple_sample_by_hand():
    """(20 + 40 + 60)/3; s = 20, SE = 20/sqrt 3, but with 4 sampled persons: 4/3 x 800/9 = (10.887)^2; df = 3 - 1."""
    found = first(estimate_mean(SurveyDesign(PEOPLE, labels={"age": Label("Age", "years")}), "age"))
    assert found["estimate"] == 40.0
    assert found["std_error"] == pytest.approx(np.sqrt(4 / 3 * 800 / 9))
    assert found["conf_high"] == pytest.approx(40 + stats.t.ppf(0.975, 2) * found["std_error"])
    assert found[["df", "n", "unit"]].tolist() == [2.0, 3, "years"]


def test_weighted_means_and_ratios_by_hand():
    """Ages (20 + 40 + 120)/4; nights per year of age (1 + 2 + 12)/(20 + 40 + 120): the fourth lacks an age."""
    design = SurveyDesign(PEOPLE, weights="w")
    assert first(estimate_mean(design, "age"))["estimate"] == 45.0
    assert first(estimate_ratio(design, "nights", "age"))["estimate"] == pytest.approx(15 / 180)
    assert first(estimate_ratio(design, "nights", "age"))["n"] == 3


def test_totals_add_nothing_for_the_missing():
    assert first(estimate_total(SurveyDesign(PEOPLE, weights="w"), "age"))["estimate"] == 20 + 40 + 120
    assert first(estimate_total(SurveyDesign(PEOPLE), "age"))["estimate"] == 120


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas, lambda frame: pl.from_pandas(frame).lazy()])
def test_other_tables_give_the_same_numbers(convert):
    columns = ["estimate", "std_error", "df", "n"]
    for estimate in (estimate_mean, estimate_total):
        expected = estimate(SurveyDesign(PEOPLE, weights="w"), "age", by="sex").frame[columns]
        found = estimate(SurveyDesign(convert(PEOPLE), weights="w"), "age", by="sex").frame[columns]
        pd.testing.assert_frame_equal(found, expected, rtol=1e-12)


def test_negative_numbers_and_yes_no_columns_have_means():
    assert first(estimate_mean(SurveyDesign(pd.DataFrame({"x": [-5.0, 1.0]})), "x"))["estimate"] == -2.0
    flags = pd.DataFrame({"x": pd.array([True, False, None, False], dtype="boolean")})
    assert first(estimate_mean(SurveyDesign(flags), "x"))[["estimate", "n"]].tolist() == [pytest.approx(1 / 3), 3]


@pytest.mark.parametrize("estimate", [estimate_mean, estimate_total, lambda design, x: estimate_ratio(design, "w", x)])
def test_infinite_numbers_are_refused_with_their_count(estimate):
    table = PEOPLE.assign(age=[20.0, np.inf, -np.inf, 50.0])
    with pytest.raises(DataError, match=r"'age' holds 2 infinite value\(s\)"):
        estimate(SurveyDesign(table), "age")
    outside = SurveyDesign(table).subset([True, False, False, True])
    assert np.isfinite(first(estimate(outside, "age"))[["estimate", "std_error"]].tolist()).all()


def test_text_is_refused_and_unknown_names_are_answered():
    with pytest.raises(DataError, match="'sex' holds String, not numbers"):
        estimate_mean(SurveyDesign(PEOPLE), "sex")
    with pytest.raises(OptionError, match=r"unknown variable 'agee' \(did you mean 'age'"):
        estimate_total(SurveyDesign(PEOPLE), "agee")


def test_a_domain_of_one_person_has_no_standard_error():
    found = first(estimate_mean(SurveyDesign(PEOPLE).subset([True, False, False, False]), "age"))
    assert found[["estimate", "df"]].tolist() == [20.0, 0.0]
    assert np.isnan(found["std_error"])
    assert found["caution"].startswith("suppress: 0 degrees of freedom")


def test_the_number_of_cases_is_judged_by_the_cases_behind_it():
    """9 cases among 1000 persons: the standard for counts asks for 10 in the count, not in the sample."""
    cramps = Outcome("y", "Cramps", "adults", "past month", "at least once")
    for cases, word in ((9, "suppress: 9 persons behind it (< 10)"), (10, "")):
        table = pd.DataFrame({"y": [1] * cases + [0] * (1000 - cases), "w": 50.0})
        found = first(estimate_total(SurveyDesign(table, weights="w", outcomes=[cramps]), "y"))
        assert found[["estimate", "n", "n_events", "unit"]].tolist() == [50.0 * cases, 1000, cases, "persons"]
        assert found["caution"] == word


def test_the_caution_on_counts_does_not_depend_on_the_level_printed():
    cramps = Outcome("y", "Cramps", "adults", "past month", "at least once")
    table = pd.DataFrame({"psu": np.repeat(range(12), 5), "y": [1] * 15 + [0] * 45})
    design = SurveyDesign(table, psu="psu", outcomes=[cramps])
    cautions = {first(estimate_total(design, "y", level=level))["caution"] for level in (0.1, 0.95)}
    assert len(cautions) == 1
    assert cautions.pop().startswith("suppress: interval")


def test_a_ratio_over_nothing_is_missing():
    found = first(estimate_ratio(SurveyDesign(PEOPLE.assign(zero=0.0)), "age", "zero"))
    assert found[["estimate", "std_error", "conf_low"]].isna().all()
