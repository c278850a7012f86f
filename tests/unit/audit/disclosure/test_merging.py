"""Merging small groups."""

from __future__ import annotations

import pandas as pd
import pytest

from crampstats.audit.disclosure.merging import merge_small_groups
from crampstats.audit.disclosure.profiles import PROFILES
from crampstats.core.errors import DataError

CMS = PROFILES["cms"]


def _counts(**groups):
    return pd.DataFrame({"g": list(groups), "n": list(groups.values())})


def test_groups_that_can_be_shown_keep_their_names():
    assert merge_small_groups(_counts(a=11, b=50), "g", CMS) == {"a": "a", "b": "b"}


def test_small_neighbours_are_merged_until_they_can_be_shown():
    # 4 + 9 = 13; 30 stands alone
    assert merge_small_groups(_counts(a=4, b=9, c=30), "g", CMS) == {"a": "a to b", "b": "a to b", "c": "c"}


def test_what_is_left_over_joins_the_group_before():
    assert merge_small_groups(_counts(a=20, b=30, c=4), "g", CMS) == {"a": "a", "b": "b to c", "c": "b to c"}


def test_the_order_is_that_of_the_rows():
    assert merge_small_groups(_counts(z=4, a=9), "g", CMS) == {"z": "z to a", "a": "z to a"}


def test_each_level_of_the_split_must_be_shown_too():
    # January has 3 yes; with February 15 yes and 60 no
    rows = [("Jan", "yes", 3), ("Jan", "no", 30), ("Feb", "yes", 12), ("Feb", "no", 30), ("Mar", "yes", 11), ("Mar", "no", 11)]
    counts = pd.DataFrame(rows, columns=["month", "cramps", "n"])
    found = merge_small_groups(counts, "month", CMS, split="cramps")
    assert found == {"Jan": "Jan to Feb", "Feb": "Jan to Feb", "Mar": "Mar"}


def test_a_group_without_a_level_of_the_split_is_merged_unless_it_tells_nothing():
    rows = [("A", "yes", 0), ("A", "no", 30), ("B", "yes", 12), ("B", "no", 30), ("B", "not known", 40), ("A", "not known", 0)]
    counts = pd.DataFrame(rows, columns=["g", "cramps", "n"])
    assert set(merge_small_groups(counts, "g", CMS, split="cramps").values()) == {"A to B"}
    counts.loc[0, "n"] = 20
    assert set(merge_small_groups(counts, "g", CMS, split="cramps").values()) == {"A", "B"}


def test_small_sites_are_pooled_with_the_smallest_others():
    # 3 alone is small: 12 joins it
    found = merge_small_groups(_counts(a=100, b=3, c=12, d=40), "g", CMS, other="other sites")
    assert found == {"a": "a", "b": "other sites", "c": "other sites", "d": "d"}


def test_all_together_are_one_group_where_nothing_else_can_be_shown():
    assert set(merge_small_groups(_counts(a=1, b=2), "g", CMS).values()) == {"a to b"}
    assert set(merge_small_groups(_counts(a=1, b=2), "g", CMS, other="others").values()) == {"others"}


def test_nothing_is_merged_where_nothing_is_hidden():
    assert merge_small_groups(_counts(a=1, b=2), "g", PROFILES["none"]) == {"a": "a", "b": "b"}


def test_a_missing_column_is_refused():
    with pytest.raises(DataError, match="lack column"):
        merge_small_groups(_counts(a=1), "month", CMS)
