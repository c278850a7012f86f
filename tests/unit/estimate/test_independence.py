from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.estimate.independence import compare_categories

CELLS = {("a", "x"): 12, ("a", "y"): 30, ("a", "z"): 9, ("b", "x"): 25, ("b", "y"): 18, ("b", "z"): 14}
PEOPLE = pd.DataFrame([key for key, count in CELLS.items() for _ in range(count)], columns=["row", "column"])


def test_in_a_simple_sample_the_first_order_statistic_is_nearly_pearsons():
    found = compare_categories(SurveyDesign(PEOPLE), "row", "column").frame.set_index("measure")
    table = np.array([[12, 30, 9], [25, 18, 14]])
    pearson = stats.chi2_contingency(table, correction=False).statistic
    # design effects at the observed proportions are 1 under independence and near it otherwise
    assert found.loc["Rao-Scott chi-squared", "estimate"] == pytest.approx(pearson, rel=0.1)
    assert found.loc["Rao-Scott chi-squared", "df"] == 2
    assert found.loc["Wald F", "level"] == "2 numerator df"
    assert found["n"].tolist() == [108] * 3


def test_missing_rows_and_columns_are_counted():
    frame = pd.concat([PEOPLE, pd.DataFrame({"row": ["a", None], "column": [None, "x"]})], ignore_index=True)
    found, expected = (compare_categories(SurveyDesign(part), "row", "column") for part in (frame, PEOPLE))
    assert found.frame["n"].tolist() == [108] * 3
    assert found.frame["p_value"][0] == pytest.approx(expected.frame["p_value"][0], rel=0.05)


def test_an_empty_cell_is_a_note():
    frame = PEOPLE[~((PEOPLE["row"] == "a") & (PEOPLE["column"] == "z"))]
    found = compare_categories(SurveyDesign(frame), "row", "column").frame
    assert found["caution"].tolist() == ["note: an empty cell in the table"] * 3


def test_few_units_leave_the_wald_test_without_degrees_of_freedom():
    frame = PEOPLE.assign(psu=np.arange(len(PEOPLE)) % 2)
    found = compare_categories(SurveyDesign(frame, psu="psu"), "row", "column").frame.set_index("measure")
    assert pd.isna(found.loc["Wald F", "estimate"])
    assert "review: 1 degrees of freedom" in found.loc["Wald F", "caution"]


def test_one_level_and_one_column_twice_are_refused():
    with pytest.raises(DataError, match="'one' has 1 level"):
        compare_categories(SurveyDesign(PEOPLE.assign(one="k")), "row", "one")
    with pytest.raises(OptionError, match="as row and as column"):
        compare_categories(SurveyDesign(PEOPLE), "row", "row")
    with pytest.raises(OptionError, match="unknown column 'colum'"):
        compare_categories(SurveyDesign(PEOPLE), "row", "colum")
