"""Nights written down twice, and nights written down late."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.errors import DataError
from crampstats.ingest.diary.entries import MOST_TOLD, join_entries, mark_entries


def _entries(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame(columns)


def test_a_diary_without_repeats_comes_back_in_order() -> None:
    made = join_entries(_entries(person=["b", "a", "a"], night=[5, 2, 1], cramp=[True, False, True]))
    assert made.table[["person", "night"]].to_numpy().tolist() == [["b", 5], ["a", 1], ["a", 2]]
    assert (made.reasons, made.findings, made.changes) == ({}, (), ())


def test_entries_that_agree_are_one_and_fill_in_each_others_gaps() -> None:
    made = join_entries(_entries(person=["a", "a"], night=[1, 1], cramp=[True, None], cramps=[None, 2.0], source_row=[2, 3]))
    assert made.table.to_numpy().tolist() == [["a", 1, True, 2.0, 2]]
    assert made.reasons == {"further entries of a night, joined to one": 1}
    (told,) = made.findings
    assert (told.rule, told.severity, told.source_row) == ("night_entered_twice", "note", 2)


def test_of_entries_that_contradict_each_other_the_last_one_holds_as_a_whole() -> None:
    when = pd.to_datetime(["1970-01-03 09:00", "1970-01-03 08:00"])
    # the earlier entry told of a cramp of pain 6; the later one, a line above it in the file, says that there was none
    given = _entries(person=["a", "a"], night=[1, 1], cramp=[False, True], cramp_severity=[None, 6.0], entered_at=when)
    made = join_entries(given)
    assert made.table["cramp"].tolist() == [False]
    assert made.table["cramp_severity"].isna().all()
    assert [one.rule for one in made.findings] == ["night_contradicted"]
    assert "not alike in leg cramp that night; the last one holds" in made.findings[0].message
    assert [(one.column, one.n) for one in made.changes] == [("cramp", 1)]


@pytest.mark.parametrize("entered", [None, ["1970-01-03 08:00", "1970-01-03 08:00"], ["1970-01-03 08:00", None]])
def test_where_nobody_knows_the_last_entry_a_contradiction_is_not_recorded(entered: list[str | None] | None) -> None:
    given = _entries(person=["a", "a"], night=[1, 1], cramp=[False, True], cramp_severity=[None, 6.0], slept_hours=[7.0, 7.0])
    if entered is not None:
        given["entered_at"] = pd.to_datetime(pd.Series(entered))
    table = join_entries(given).table
    # with the cramp goes all that was told of it; what agrees stays
    assert table[["cramp", "cramp_severity"]].isna().to_numpy().all()
    assert table["slept_hours"].tolist() == [7.0]


def test_a_contradiction_in_one_answer_does_not_cost_the_others() -> None:
    made = join_entries(_entries(person=["a"] * 2, night=[1, 1], cramp=[True, True], cramps=[1, 2], slept_hours=[7, 7]))
    assert made.table["cramp"].tolist() == [True]
    assert made.table["cramps"].isna().tolist() == [True]
    assert made.table["slept_hours"].tolist() == [7]


def test_a_night_filled_in_in_one_entry_is_filled_in() -> None:
    made = join_entries(_entries(person=["a"] * 2, night=[1, 1], logged=[True, False], cramp=[True, None]))
    assert made.table["logged"].tolist() == [True]
    assert [one.rule for one in made.findings] == ["night_entered_twice"]


def test_the_same_night_of_two_persons_is_two_nights() -> None:
    assert len(join_entries(_entries(person=["a", "b"], night=[1, 1], cramp=[True, False])).table) == 2


def test_three_entries_are_one() -> None:
    made = join_entries(_entries(person=["a"] * 3, night=[1] * 3, cramp=[True] * 3))
    assert len(made.table) == 1
    assert made.reasons == {"further entries of a night, joined to one": 2}
    assert "entered 3 times" in made.findings[0].message


def test_types_stay_what_they_are_where_nothing_is_lost() -> None:
    given = _entries(person=["a", "a", "b"], night=[1, 1, 1], cramp=[True, True, False], cramps=[1, 1, 0])
    table = join_entries(given.assign(site=pd.Categorical(["calf", "calf", None]))).table
    assert table.dtypes.astype(str).to_dict() | {"person": ""} == {
        "person": "", "night": "int64", "cramp": "bool", "cramps": "int64", "site": "category"}


def test_many_repeats_are_told_one_by_one_up_to_a_limit() -> None:
    night = np.repeat(np.arange(MOST_TOLD + 5), 2)
    made = join_entries(_entries(person=["a"] * len(night), night=night.tolist(), cramp=[True] * len(night)))
    assert len(made.findings) == MOST_TOLD + 1
    assert "5 further nights" in made.findings[-1].message


def test_a_night_nobody_slept_is_refused() -> None:
    with pytest.raises(DataError, match=r"'person' is missing in 1 row\(s\)"):
        join_entries(_entries(person=["a", None], night=[1, 2]))
    with pytest.raises(DataError, match="no column 'night'"):
        join_entries(_entries(person=["a"]))


def test_lateness_is_counted_from_the_noon_that_ends_the_night() -> None:
    # the night of 1970-01-02 (day 1) ends at noon of the 3rd
    when = pd.to_datetime(["1970-01-03 08:00", "1970-01-04 00:00", "1970-01-04 00:01", None])
    marked = mark_entries(_entries(person=list("abcd"), night=[1] * 4, entered_at=when))
    assert marked["entry_delay_hours"].round(3).tolist()[:3] == [-4.0, 12.0, 12.017]
    assert marked["backfilled"].tolist()[:3] == [False, False, True]
    assert marked["backfilled"].isna().tolist() == [False, False, False, True]


def test_nights_of_one_sitting_are_counted_once_each() -> None:
    when = pd.to_datetime(["1970-01-09 08:00", "1970-01-09 08:20", "1970-01-09 08:45", "1970-01-09 09:30", "1970-01-09 08:00"])
    marked = mark_entries(_entries(person=["a"] * 4 + ["b"], night=[1, 2, 3, 4, 1], entered_at=when))
    # each of the first three within half an hour of the one before; the fourth 45 min later; another person's is his own
    assert marked["sitting_nights"].tolist() == [3, 3, 3, 1, 1]


def test_a_diary_without_times_of_entry_is_left_as_it_is() -> None:
    given = _entries(person=["a"], night=[1])
    assert mark_entries(given) is given


def test_a_million_entries_take_seconds() -> None:
    rng = np.random.default_rng(1)
    n = 1_000_000
    given = pd.DataFrame({
        "person": rng.integers(0, 20_000, n), "night": rng.integers(0, 100, n), "cramp": rng.integers(0, 2, n) == 1,
        "entered_at": rng.integers(0, 10**7, n).astype("datetime64[s]"),
    })
    made = join_entries(given)
    assert len(made.table) == len(given.drop_duplicates(["person", "night"]))
    assert len(mark_entries(made.table)) == len(made.table)
