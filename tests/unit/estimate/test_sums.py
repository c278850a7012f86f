from __future__ import annotations

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, DesignError, OptionError
from crampstats.core.outcomes import Outcome
from crampstats.estimate.prevalence import estimate_prevalence
from crampstats.estimate.sums import find_outcome, group_columns, yes_no_sums


def people(**changes):
    return pd.DataFrame({"cramps": [1, 0, 0, 1, 1, 0], "sex": ["f", "m", "f", "m", "f", "m"]}).assign(**changes)


def share(table):
    return estimate_prevalence(SurveyDesign(table), "cramps").frame.loc[0, ["estimate", "n", "n_events"]].tolist()


@pytest.mark.parametrize("answers", [
    [1, 0, None, 1, 1, 0],
    pd.array([1, 0, None, 1, 1, 0], dtype="Int8"),
    pd.array([True, False, None, True, True, False], dtype="boolean"),
    pd.Series([True, False, None, True, True, False], dtype=object),
    pd.Categorical([1, 0, None, 1, 1, 0]),
    pd.array([1, 0, None, 1, 1, 0], dtype="int64[pyarrow]"),
    pd.array([True, False, None, True, True, False], dtype="bool[pyarrow]"),
], ids=lambda column: str(getattr(column, "dtype", "float")))
def test_an_outcome_reads_the_same_in_every_dtype_and_missing_answers_are_left_out(answers):
    assert share(people(cramps=answers)) == [pytest.approx(3 / 5), 5, 3]


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas, lambda frame: pl.from_pandas(frame).lazy()])
def test_an_outcome_reads_the_same_from_other_tables(convert):
    answers = pd.array([True, False, None, True, True, False], dtype="boolean")
    assert share(convert(people(cramps=answers))) == [pytest.approx(3 / 5), 5, 3]


@pytest.mark.parametrize(("answers", "message"), [
    ([1, 2, 2, 1, 1, 2], r"holds 3 value\(s\) that are neither 1/true nor 0/false \(2 in 3 rows\); recode it"),
    ([1, 0, 7, 9, 9, 0], r"holds 3 value\(s\) .*\(9 in 2, 7 in 1 rows\)"),
    (["yes", "no", "no", "yes", "no", None], r"holds 5 value\(s\) .*\(2 different texts in 5 rows\)"),
    ([1.0, 0.5, 0.0, 1.0, 1.0, 0.0], r"holds 1 fractional or infinite numbers"),
])
def test_an_outcome_with_other_codes_is_refused_with_its_codes(answers, message):
    with pytest.raises(DataError, match=message):
        share(people(cramps=answers))


def test_an_outcome_without_any_answer_leaves_nobody():
    for nothing in (None, float("nan"), pd.array([None] * 6, dtype="Int64"), pd.array([None] * 6, dtype="str")):
        with pytest.raises(DataError, match="nobody is left to analyse"):
            share(people(cramps=nothing))


def test_rows_of_weight_zero_stand_for_nobody():
    """They are none of the analysed, but their sampling unit was drawn."""
    table = people(w=[1.0, 1.0, 0.0, 2.0, 0.0, 0.0], psu=[1, 1, 1, 2, 3, 3])
    found = estimate_prevalence(SurveyDesign(table, psu="psu", weights="w"), "cramps", by="sex", overall=True).frame
    assert found["n"].tolist() == [3, 1, 2]
    assert found["estimate"].tolist() == [0.75, 1.0, pytest.approx(2 / 3)]
    assert found["df"].tolist() == [1.0, 0.0, 1.0]


def test_a_group_that_is_also_the_outcome_or_is_given_twice_is_refused():
    with pytest.raises(DataError, match="'cramps' cannot be outcome and group"):
        yes_no_sums(SurveyDesign(people()), "cramps", ["cramps"])
    with pytest.raises(DataError, match=r"group column\(s\) sex given twice"):
        group_columns(SurveyDesign(people()), ["sex", "sex"])


@pytest.mark.parametrize("name", ["level", "n", "estimate", "outcome", "caution"])
def test_a_group_named_like_a_column_of_the_result_is_refused_before_it_is_overwritten(name):
    with pytest.raises(DataError, match=rf"{name} share a name with a column of the result; rename"):
        estimate_prevalence(SurveyDesign(people().rename(columns={"sex": name})), "cramps", by=name)


def test_unknown_names_list_what_there_is():
    design = SurveyDesign(people())
    with pytest.raises(OptionError, match=r"unknown outcome 'cramp' \(did you mean 'cramps'\?\); valid: cramps, sex"):
        find_outcome(design, "cramp")
    with pytest.raises(OptionError, match=r"unknown group column 'sexx'.*valid: cramps, sex\."):
        group_columns(design.subset([True] * 6), "sexx")
    with pytest.raises(OptionError, match="unknown group column 'sexx'"):
        group_columns(SurveyDesign(people().rename(columns={"cramps": 0})), "sexx")


def test_an_undeclared_column_is_an_outcome_whose_window_is_not_stated():
    assert find_outcome(SurveyDesign(people(), population="adults"), "cramps") == Outcome("cramps", "cramps", "adults", "", "")


def test_strata_can_be_groups_too():
    found = estimate_prevalence(SurveyDesign(people(), strata="sex"), "cramps", by="sex").frame
    assert found["estimate"].tolist() == [pytest.approx(2 / 3), pytest.approx(1 / 3)]
    assert found["df"].tolist() == [2.0, 2.0]


def test_a_correction_that_varies_inside_a_stratum_is_refused():
    """R's survey warns here; a wrong population size would silently change the standard error."""
    table = people(psu=[1, 1, 2, 2, 3, 3], size=[10, 10, 10, 10, 12, 12], w=5.0)
    with pytest.raises(DesignError, match=r"stage 1: the correction varies .*\(first: 1[02] and 1[02]\)"):
        estimate_prevalence(SurveyDesign(table, psu="psu", weights="w", fpc="size"), "cramps")
    inside = table.assign(size=[10, 11, 10, 10, 10, 10])
    with pytest.raises(DesignError, match="varies inside a sampling unit"):
        estimate_prevalence(SurveyDesign(inside, psu="psu", weights="w", fpc="size"), "cramps")
    tiny = table.assign(size=[1e-6, 2e-6, 1e-6, 1e-6, 1e-6, 1e-6])
    with pytest.raises(DesignError, match="varies inside a sampling unit"):
        estimate_prevalence(SurveyDesign(tiny, psu="psu", weights="w", fpc="size"), "cramps")


def test_cells_count_persons_not_rows():
    cells = pd.DataFrame({"psu": [1, 1, 2, 2], "cramps": [1, 0, 1, 0], "w": [30.0, 70.0, 20.0, 80.0], "k": [3, 7, 2, 8]})
    found = estimate_prevalence(SurveyDesign(cells, psu="psu", weights="w", counts="k"), "cramps").frame.iloc[0]
    assert found[["estimate", "n", "n_events", "df"]].tolist() == [0.25, 20, 5, 1.0]


@pytest.mark.parametrize(("answers", "told"), [
    (["Jane Roe", "John Doe", None, "Jane Roe", "J. Poe", "J. Poe"], "3 different texts in 5 rows"),
    ([10_482, 10_483, 10_484, 10_485, 10_486, 10_487], "6 different numbers in 6 rows"),
    ([10_482, 0, 1, 0, 1, 0], "1 different number in 1 rows"),
    ([3, 4, 5, 6, 7, 8], "6 different numbers in 6 rows"),
])
def test_what_may_be_about_a_person_is_counted_and_not_repeated(answers, told):
    with pytest.raises(DataError) as refused:
        share(people(cramps=answers))
    assert told in str(refused.value)
    assert not any(word in str(refused.value) for word in ("Roe", "Doe", "10482", "10,482", "10483"))
