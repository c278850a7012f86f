from __future__ import annotations

import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.labels import Label
from crampstats.estimate.mean_comparisons import compare_means, compare_ranks

PEOPLE = pd.DataFrame({"g": list("aabbcc"), "x": [1.0, 3, 2, 4, 9, 11], "w": [1.0, 1, 1, 3, 1, 1], "word": "z"})


def test_the_reference_is_the_first_level_or_the_one_asked_for():
    found = compare_means(SurveyDesign(PEOPLE), "x", "g").frame
    assert found["level"].tolist() == ["b", "c", "2 numerator df"]
    assert found["estimate"][:2].tolist() == [1, 8]
    other = compare_means(SurveyDesign(PEOPLE), "x", "g", reference="c").frame
    assert other["estimate"][:2].tolist() == [-8, -7]
    assert other["estimate"][2] == pytest.approx(found["estimate"][2])


def test_ranks_share_ties_and_weights_by_hand():
    # weight 8 in all; 2 and 2 tied at ranks (1 + 1)/8: below 1, half of 2
    frame = pd.DataFrame({"g": list("aabb"), "x": [1.0, 2, 2, 5], "w": [1.0, 1, 1, 5]})
    row = compare_ranks(SurveyDesign(frame, weights="w"), "x", "g").frame.iloc[0]
    low, tied, high = 0.5 / 8, 2 / 8, 5.5 / 8
    assert row["estimate"] == pytest.approx((tied + 5 * high) / 6 - (low + tied) / 2)
    assert row["unit"] == "rank score"


def test_declared_order_of_levels_is_kept():
    design = SurveyDesign(PEOPLE, labels={"g": Label("Group", levels=("c", "b", "a"), ordered=True)})
    assert compare_means(design, "x", "g").frame["level"].tolist()[:2] == ["b", "a"]


def test_rows_of_weight_0_and_of_unknown_group_are_outside():
    frame = pd.concat([PEOPLE, PEOPLE.assign(g=["a", "", None, "b", "c", "c"], w=[0, 1, 1, 0, 0, 0])])
    frame = frame[frame["g"].isin(["a", "b", ""]) | frame["g"].isna()].reset_index(drop=True)
    plain = PEOPLE[PEOPLE["g"] != "c"]
    for compare in (compare_means, compare_ranks):
        found, expected = compare(SurveyDesign(frame, weights="w"), "x", "g"), compare(SurveyDesign(plain, weights="w"), "x", "g")
        assert found.frame["estimate"].tolist() == pytest.approx(expected.frame["estimate"].tolist())
        assert found.frame["n"].tolist() == [4]


def test_what_cannot_be_compared_is_refused():
    design = SurveyDesign(PEOPLE)
    with pytest.raises(OptionError, match="unknown level of g 'z'"):
        compare_means(design, "x", "g", reference="z")
    with pytest.raises(OptionError, match="unknown rank score 'savage'"):
        compare_ranks(design, "x", "g", score="savage")
    with pytest.raises(DataError, match="'word' has 1 level"):
        compare_means(design, "x", "word")
    with pytest.raises(DataError, match="'word' holds"):
        compare_ranks(design, "word", "g")
    with pytest.raises(OptionError, match="one column; 2 were given"):
        compare_means(design, "x", ["g", "word"])


def test_identical_groups_have_no_test_statistic_but_an_estimate():
    frame = pd.DataFrame({"g": list("aabb"), "x": [2.0, 2, 2, 2]})
    row = compare_means(SurveyDesign(frame), "x", "g").frame.iloc[0]
    assert row["estimate"] == 0
    assert pd.isna(row["p_value"])
