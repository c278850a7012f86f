from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, DesignError, OptionError
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome
from crampstats.estimate.prevalence import estimate_prevalence

PEOPLE = pd.DataFrame({
    "cramps": [1, 0, 1, 0, 0, 1, 1, 0], "sex": ["m", "m", "m", "f", "f", "f", "f", None],
    "age": [9, 9, 10, 10, 100, 100, 9, 9], "w": [1.0, 3.0, 2.0, 2.0, 1.0, 1.0, 2.0, 4.0],
})


def rows(*columns, design=None, **options):
    return estimate_prevalence(design or SurveyDesign(PEOPLE), "cramps", **options).frame[list(columns)].values.tolist()


def test_weighted_shares_by_hand():
    """Men 3 of 6, women 3 of 6, everybody 6 of 16 (the eighth person is of unknown sex)."""
    weighted = SurveyDesign(PEOPLE, weights="w")
    assert rows("sex", "estimate", "n", "n_events", design=weighted, by="sex", overall=True) == [
        ["", 6 / 16, 8, 4], ["f", 0.5, 4, 2], ["m", 0.5, 3, 2],
    ]


def test_persons_of_unknown_group_are_counted_in_a_note_and_in_the_overall_row_only():
    found = estimate_prevalence(SurveyDesign(PEOPLE), "cramps", by=["sex", "age"])
    assert "1 persons with an unknown sex or age are in no group." in found.notes
    assert found.frame["n"].sum() == 7


def test_blank_text_is_an_unknown_group_because_blank_means_all():
    table = PEOPLE.assign(sex=["m", "m", "m", "f", "f", "f", "f", ""])
    assert rows("sex", "n", design=SurveyDesign(table), by="sex", overall=True) == [["", 8], ["f", 4], ["m", 3]]


def test_a_group_nobody_is_known_to_be_in_is_refused_unless_an_overall_row_is_left():
    empty = SurveyDesign(PEOPLE.assign(sex=None))
    with pytest.raises(DataError, match="nobody analysed has a known sex; all 8 are unknown"):
        estimate_prevalence(empty, "cramps", by="sex")
    assert rows("sex", "n", design=empty, by="sex", overall=True) == [["", 8]]


def test_numbers_sort_by_size_and_labels_by_their_declared_order():
    assert [row[0] for row in rows("age", by="age")] == [9, 10, 100]
    ordered = SurveyDesign(PEOPLE, labels={"sex": Label("Sex", levels=("m", "f"))})
    assert [row[0] for row in rows("sex", design=ordered, by="sex")] == ["m", "f"]


def test_only_observed_combinations_are_rows():
    assert rows("sex", "age", by=["sex", "age"]) == [["f", 9], ["f", 10], ["f", 100], ["m", 9], ["m", 10]]


def test_by_nothing_and_by_an_empty_list_are_the_same():
    assert rows("estimate", "std_error") == rows("estimate", "std_error", by=[])
    assert rows("estimate", "std_error") == rows("estimate", "std_error", by=[], overall=True)


def test_row_labels_of_the_table_do_not_matter():
    moved = SurveyDesign(PEOPLE.set_axis([3] * 8))
    assert rows("sex", "estimate", "std_error", design=moved, by="sex") == rows("sex", "estimate", "std_error", by="sex")


def test_one_person_has_a_share_but_neither_standard_error_nor_interval():
    with pytest.raises(DesignError, match="single PSU"):
        estimate_prevalence(SurveyDesign(PEOPLE.iloc[:1]), "cramps")
    found = estimate_prevalence(SurveyDesign(PEOPLE.iloc[:1], lonely="remove"), "cramps").frame.iloc[0]
    assert found[["estimate", "n", "df"]].tolist() == [1.0, 1, 0.0]
    assert found[["std_error", "conf_low", "conf_high"]].isna().all()
    assert found["caution"].startswith("suppress: 0 degrees of freedom")


def test_nobody_and_everybody_have_standard_error_zero_and_an_interval():
    table = PEOPLE.assign(cramps=[1, 1, 1, 0, 0, 0, 0, 0])
    found = estimate_prevalence(SurveyDesign(table, weights="w"), "cramps", by="sex", interval="logit").frame
    assert found["estimate"].tolist() == [0.0, 1.0]
    assert found["std_error"].tolist() == [0.0, 0.0]
    # exact bounds at n: 1 - .025^(1/4) above 0 of 4, .025^(1/3) below 3 of 3
    assert found["conf_high"].iloc[0] == pytest.approx(1 - 0.025 ** (1 / 4))
    assert found["conf_low"].iloc[1] == pytest.approx(0.025 ** (1 / 3))
    assert "note: Korn-Graubard bounds, the logit interval has no width here" in found["caution"].iloc[0]


def test_rounding_is_not_taken_for_a_standard_error():
    """One third in every PSU: the scores cancel up to rounding, which must not make an interval of no width."""
    weights = np.repeat([0.1, 0.7, 1.3, 3.1, 0.9, 2.3, 5.7], 3)
    table = pd.DataFrame({"psu": np.repeat(range(7), 3), "cramps": [1, 0, 0] * 7, "w": weights})
    found = estimate_prevalence(SurveyDesign(table, psu="psu", weights="w"), "cramps", interval="beta").frame.iloc[0]
    assert found["std_error"] == 0.0
    assert found["conf_high"] - found["conf_low"] > 0.3
    assert "standard error 0" in found["caution"]


def test_the_exact_interval_is_refused_for_anything_but_a_simple_sample():
    assert rows("conf_low", interval="exact", by="sex")[0][0] > 0
    with pytest.raises(OptionError, match="for a simple sample"):
        rows("conf_low", design=SurveyDesign(PEOPLE, weights="w"), interval="exact")


@pytest.mark.parametrize(("options", "message"), [
    ({"level": 95}, "level is 95"), ({"level": 0}, "level is 0"), ({"interval": "walt"}, "did you mean 'wald'"),
    ({"by": "sx"}, "did you mean 'sex'"), ({"by": ["sex", "sx"]}, "did you mean 'sex'"),
])
def test_wrong_options_are_refused_with_what_was_expected(options, message):
    with pytest.raises(OptionError, match=message):
        rows("estimate", **options)


def test_a_fractional_group_is_refused():
    with pytest.raises(DataError, match=r"holds 1 fractional or infinite numbers and can"):
        rows("estimate", design=SurveyDesign(PEOPLE.assign(age=[9.5, *[9.0] * 7])), by="age")


def test_infinite_values_are_no_answer():
    with pytest.raises(DataError, match="cramps holds 1 fractional or infinite numbers"):
        rows("estimate", design=SurveyDesign(PEOPLE.assign(cramps=[np.inf, *[0.0] * 7])))


def test_what_is_not_stated_about_the_outcome_is_noted_and_what_is_stated_travels():
    assert "cramps: recall window not stated." in estimate_prevalence(SurveyDesign(PEOPLE), "cramps").notes
    declared = Outcome("cramps", "Cramps", "adults", "past month", "at least once")
    found = estimate_prevalence(SurveyDesign(PEOPLE, population="nurses"), declared)
    assert found.notes == ("Standard errors are those of a simple random sample.",)
    assert found.outcomes["cramps"] is declared
    assert (found.population, found.weights) == ("nurses", "unweighted")


def test_the_covariance_has_a_row_for_each_estimate_on_the_scale_of_the_standard_errors():
    found = estimate_prevalence(SurveyDesign(PEOPLE), "cramps", by="sex", overall=True)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(found.frame["std_error"].tolist())
