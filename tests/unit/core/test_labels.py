from __future__ import annotations

from crampstats.core.labels import Label


def test_declared_levels_come_first_in_their_order_and_others_follow_by_name():
    label = Label("Age", levels=("young", "old"), ordered=True)
    assert sorted(["zebra", "old", "apple", "young"], key=label.rank) == ["young", "old", "apple", "zebra"]


def test_levels_are_compared_as_text_so_that_numbers_keep_their_declared_order():
    assert sorted([1, 2], key=Label("Sex", levels=("2", "1")).rank) == [2, 1]
