from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from crampstats.core.errors import DataError
from crampstats.core.estimates import COLUMNS, Estimates, concat_estimates
from crampstats.core.labels import Label


def made(**columns):
    return Estimates(pd.DataFrame(columns))


def test_columns_are_complete_ordered_and_typed_whatever_came_in():
    found = Estimates(pd.DataFrame({"n": [3.0], "estimate": [1], "sex": ["f"]}, index=[7]), ("sex",))
    assert found.frame.columns.tolist() == ["sex", *COLUMNS]
    assert found.frame.index.tolist() == [0]
    assert found.frame["n"].dtype == "Int64"
    assert found.frame["n_events"].isna().all()
    assert found.frame["caution"].tolist() == [""]


def test_the_frame_handed_in_stays_as_it_was_and_the_frame_handed_out_is_a_copy():
    given = pd.DataFrame({"estimate": [0.5]})
    found = Estimates(given)
    copy = found.to_frame()
    copy.loc[0, "estimate"] = 9.0
    assert given.columns.tolist() == ["estimate"]
    assert found.frame.loc[0, "estimate"] == 0.5


def test_json_has_plain_values_at_full_precision_and_null_for_what_is_missing():
    found = Estimates(pd.DataFrame({"estimate": [0.1 + 0.2], "p_value": [np.inf], "n": [3], "flag": [True]}), ("flag",))
    (row,) = json.loads(found.to_json())
    assert row["estimate"] == 0.1 + 0.2
    assert row["p_value"] is None
    assert row["n_events"] is None
    assert row["n"] == 3
    assert row["flag"] is True


def test_a_missing_group_column_or_a_covariance_of_another_size_is_refused():
    with pytest.raises(DataError, match=r"lack group column\(s\) sex"):
        Estimates(pd.DataFrame({"estimate": [1.0]}), ("sex",))
    with pytest.raises(DataError, match=r"covariance is \(1, 1\); 2 x 2 was expected"):
        Estimates(pd.DataFrame({"estimate": [1.0, 2.0]}), covariance=np.ones((1, 1)))


def test_notes_are_added_not_replaced():
    first = made(estimate=[1.0]).with_notes("a")
    second = first.with_notes("b")
    assert (first.notes, second.notes) == (("a",), ("a", "b"))
    pd.testing.assert_frame_equal(second.frame, first.frame)


def test_stacked_results_keep_all_groups_labels_and_notes_once_and_drop_the_covariance():
    one = Estimates(pd.DataFrame({"sex": ["f"], "estimate": [0.1]}), ("sex",), labels={"sex": Label("Sex")}, notes=("n",),
                    covariance=np.ones((1, 1)))
    other = Estimates(pd.DataFrame({"age": [1], "estimate": [0.2]}), ("age",), notes=("n", "m"))
    both = concat_estimates([one, other])
    assert both.groups == ("sex", "age")
    assert both.frame["age"].tolist() == ["", 1]
    assert both.notes == ("n", "m")
    assert both.covariance is None
    with pytest.raises(DataError, match="at least one"):
        concat_estimates([])


def test_the_notebook_view_escapes_what_comes_from_the_file():
    found = made(estimate=[0.5], measure=["<b>share</b>"]).with_notes("1 person with an unknown <script> is in no group.")
    shown = found._repr_html_()
    assert "<script>" not in shown
    assert "<b>share" not in shown


def test_further_numeric_columns_stand_last_and_survive_stacking_with_results_that_lack_them():
    with_e_value = Estimates(pd.DataFrame({"estimate": [2.0], "e_value": [3.41]}), extras=("e_value",))
    stacked = concat_estimates([with_e_value, Estimates(pd.DataFrame({"estimate": [1.0]}))])
    assert stacked.extras == ("e_value",)
    assert list(stacked.frame.columns)[-1] == "e_value"
    assert stacked.frame["e_value"].iloc[0] == 3.41
    assert np.isnan(stacked.frame["e_value"].iloc[1])


def test_a_declared_further_column_that_is_not_there_is_refused():
    with pytest.raises(DataError, match=r"lack further column\(s\) e_value"):
        Estimates(pd.DataFrame({"estimate": [2.0]}), extras=("e_value",))
