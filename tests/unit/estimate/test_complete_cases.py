"""Complete cases: who left for which column."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.flow import Flow
from crampstats.core.labels import Label
from crampstats.estimate.complete_cases import flow_of_complete_cases

# six persons: the last is outside the domain, the fifth has weight 0; of the four asked about one lacks age,
# one lacks both age and cramps, one lacks cramps, one nothing
PEOPLE = pd.DataFrame({
    "age": [50.0, None, None, 61.0, None, None],
    "cramps": [1.0, 0.0, None, None, 1.0, None],
    "w": [1.0, 2.0, 1.0, 3.0, 0.0, 2.0],
    "adult": [True, True, True, True, True, False],
})
DESIGN = SurveyDesign(PEOPLE, weights="w", labels={"age": Label("Age", "years")}).subset("adult", "adults")


def reasons(flow: Flow) -> dict[str, int]:
    return {reason: n for step in flow.steps for reason, n in step.excluded}


def test_each_person_leaves_for_the_first_column_missing_in_the_order_given():
    assert reasons(flow_of_complete_cases(DESIGN, ["age", "cramps"])) == {
        "outside the population asked about": 1, "of weight 0": 1, "Age missing": 2, "cramps missing": 1,
    }
    assert reasons(flow_of_complete_cases(DESIGN, ["cramps", "age"]))["cramps missing"] == 2


def test_steps_name_the_population_and_end_with_the_complete_cases():
    flow = flow_of_complete_cases(DESIGN, ["age", "cramps"])
    assert [(step.label, step.n) for step in flow.steps] == [
        ("persons in the table", 6), ("adults", 4), ("complete cases", 1),
    ]


def test_a_row_of_cells_counts_the_persons_it_stands_for():
    cells = pd.DataFrame({"psu": [1, 2, 3], "n": [10, 20, 30], "age": ["20-39", None, "40-59"]})
    flow = flow_of_complete_cases(SurveyDesign(cells, psu="psu", counts="n"), ["age"])
    assert flow.n == 40
    assert reasons(flow) == {"age missing": 20}


def test_two_columns_with_one_label_are_told_apart_by_their_names():
    table = PEOPLE.assign(age_at_home=PEOPLE["age"])
    labels = {"age": Label("Age"), "age_at_home": Label("Age")}
    flow = flow_of_complete_cases(SurveyDesign(table, labels=labels), ["cramps", "age", "age_at_home"])
    assert "age missing" in reasons(flow)


def test_a_polars_table_gives_the_same_flow():
    lazy = SurveyDesign(pl.DataFrame(PEOPLE.drop(columns="adult")).lazy(), weights="w")
    pandas = SurveyDesign(PEOPLE.drop(columns="adult"), weights="w")
    assert flow_of_complete_cases(lazy, ["age", "cramps"]) == flow_of_complete_cases(pandas, ["age", "cramps"])


def test_nobody_complete_is_a_flow_that_ends_at_0():
    assert flow_of_complete_cases(SurveyDesign(pd.DataFrame({"x": [np.nan, np.nan]})), ["x"]).n == 0


def test_an_unknown_column_and_no_column_are_refused():
    with pytest.raises(OptionError, match="did you mean 'age'"):
        flow_of_complete_cases(DESIGN, ["agee"])
    with pytest.raises(DataError, match="at least one column"):
        flow_of_complete_cases(DESIGN, [])


@given(st.lists(st.tuples(*[st.sampled_from([None, 0.0, 1.0])] * 3), min_size=1, max_size=30))
def test_the_flow_closes_and_ends_with_the_rows_pandas_calls_complete(rows):
    table = pd.DataFrame(rows, columns=["a", "b", "c"], dtype="float64")
    for order in (["a", "b", "c"], ["c", "a", "b"]):
        assert flow_of_complete_cases(SurveyDesign(table), order).n == len(table.dropna())
