"""A diary: nights in order, missed nights explicit, lags by the night."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pandas as pd
import pytest

from crampstats.core.diary import DiaryPanel, read_nights
from crampstats.core.errors import DataError, OptionError
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome
from crampstats.core.source import Source

# 2026-01-01 is day 20454 since 1970-01-01: 56 years of 365 days and 14 leap days (1972 to 2024)
NEW_YEAR = 56 * 365 + 14


def entries(*rows: tuple[object, str, object]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["person", "night", "cramp"])


def three() -> DiaryPanel:
    return DiaryPanel(entries(
        ("b", "2026-01-05", True), ("a", "2026-01-03", False), ("a", "2026-01-01", True), ("c", "2026-01-01", False),
        ("c", "2026-06-01", True),
    ))


def test_a_night_between_two_entries_is_missed_and_not_without_cramps() -> None:
    made = three().table
    assert made["person"].tolist() == ["a", "a", "a", "b", "c", "c"]
    assert made["night"].tolist()[:3] == [NEW_YEAR, NEW_YEAR + 1, NEW_YEAR + 2]
    assert made["logged"].tolist() == [True, False, True, True, True, True]
    np.testing.assert_array_equal(three().values("cramp"), [1, np.nan, 0, 1, 0, 1])


def test_a_diary_taken_up_again_after_months_has_no_missed_nights_between() -> None:
    panel = DiaryPanel(entries(("c", "2026-01-01", 0), ("c", "2026-06-01", 1)))
    assert len(panel) == 2
    assert len(DiaryPanel(entries(("c", "2026-01-01", 0), ("c", "2026-06-01", 1)), longest_gap=365)) == 31 + 28 + 31 + 30 + 31 + 1


def test_enrolment_adds_missed_nights_at_both_ends_and_persons_who_logged_nothing() -> None:
    enrolled = pd.DataFrame({"person": ["a", "d"], "first_night": ["2025-12-30"] * 2, "last_night": ["2026-01-04"] * 2})
    panel = DiaryPanel(entries(("a", "2026-01-01", 1), ("a", "2026-01-03", 0)), enrolled=enrolled)
    assert panel.person_nights()[["n_nights", "n_logged"]].values.tolist() == [[6, 2], [6, 0]]
    assert panel.values("cramp")[2] == 1
    assert panel.values("cramp")[4] == 0


@pytest.mark.parametrize(("night", "person"), [("2026-02-01", "a"), ("2026-01-01", "z")])
def test_a_night_outside_the_enrolment_is_refused(night: str, person: str) -> None:
    enrolled = pd.DataFrame({"person": ["a"], "first_night": ["2025-12-30"], "last_night": ["2026-01-04"]})
    with pytest.raises(DataError, match=f"1 night\\(s\\) lie outside the enrolment.*{night}"):
        DiaryPanel(entries((person, night, 1)), enrolled=enrolled)


def test_a_lag_goes_by_the_night_and_not_by_the_row() -> None:
    panel = DiaryPanel(entries(
        ("a", "2026-01-01", 1), ("a", "2026-01-02", 0), ("a", "2026-01-04", 0), ("b", "2026-01-05", 1), ("b", "2026-01-06", 0),
    ))
    # rows: a1 a2 (a3 missed) a4 b5 b6
    np.testing.assert_array_equal(panel.lagged("cramp", 1), [np.nan, 1, 0, np.nan, np.nan, 1])
    np.testing.assert_array_equal(panel.lagged("cramp", -1), [0, np.nan, 0, np.nan, 0, np.nan])
    np.testing.assert_array_equal(panel.lagged("cramp", 0), panel.values("cramp"))
    assert np.isnan(panel.lagged("cramp", 99)).all()


def test_a_lag_does_not_reach_over_a_long_silence() -> None:
    assert np.isnan(DiaryPanel(entries(("c", "2026-01-01", 0), ("c", "2026-06-01", 1))).lagged("cramp", 1)).all()


def test_what_the_row_of_a_night_not_filled_in_holds_is_emptied() -> None:
    table = entries(("a", "2026-01-01", 0), ("a", "2026-01-02", 0)).assign(logged=[True, False])
    panel = DiaryPanel(table)
    assert panel.logged.tolist() == [True, False]
    np.testing.assert_array_equal(panel.values("cramp"), [0, np.nan])


def test_yes_and_no_stay_numbers_where_a_night_was_not_filled_in() -> None:
    table = entries(("a", "2026-01-01", True), ("a", "2026-01-02", False)).assign(logged=[True, False])
    np.testing.assert_array_equal(DiaryPanel(table).values("cramp"), [1, np.nan])


def test_a_domain_narrows_what_is_asked_about_and_keeps_the_night_before() -> None:
    panel = three().subset(three().nights > NEW_YEAR, population="nights of the new year")
    assert panel.inside.tolist() == [False, False, True, True, False, True]
    assert panel.person_nights()["n_inside"].tolist() == [1, 1, 1]
    assert panel.population == "nights of the new year"
    np.testing.assert_array_equal(panel.lagged("cramp", 2)[:3], [np.nan, np.nan, 1])
    assert panel.subset([True, True, False, True, True, True]).inside.sum() == 2


def test_description_changes_without_touching_columns_given_for_missed_nights() -> None:
    panel = three().with_columns(weekday=[0, 1, 2, 3, 4, 5]).described(source=Source("x", made_up=True), recruitment="population")
    assert panel.table["weekday"].tolist() == [0, 1, 2, 3, 4, 5]
    assert panel.source.made_up
    assert panel.recruitment == "population"
    outcome = Outcome("cramp", "Leg cramp", "diarists", "one night", "at least one")
    assert list(panel.described(outcomes=[outcome]).known_outcomes) == ["cramp"]
    with pytest.raises(OptionError, match="unknown recruitment 'volunteers'"):
        panel.described(recruitment="volunteers")
    with pytest.raises(OptionError, match="unknown description"):
        panel.described(table=None)


def test_person_means_count_each_persons_known_nights() -> None:
    panel = three()
    np.testing.assert_array_equal(panel.person_means(panel.values("cramp")), [0.5, 1, 0.5])
    np.testing.assert_array_equal(panel.person_means(panel.values("cramp"), panel.nights < NEW_YEAR + 1), [1, np.nan, 0])


def test_diaries_of_some_persons_are_picked_by_name() -> None:
    assert three().of_persons(["b", "c"]).describe() == "2 persons, 3 nights, 3 logged (100 %)"
    with pytest.raises(OptionError, match="1 of 2 persons have no diary here; it holds 3"):
        three().of_persons(["b", "z"])


def test_rows_given_in_any_order_make_the_same_panel() -> None:
    table = entries(*[(person, f"2026-01-{day:02d}", day % 2) for person in "abc" for day in (1, 2, 5, 9)])
    shuffled = table.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(DiaryPanel(table).table, DiaryPanel(shuffled).table)


def test_kinds_of_columns_survive_the_missed_nights() -> None:
    table = entries(("a", "2026-01-01", True), ("a", "2026-01-03", False)).assign(
        flag=pd.array([True, None], dtype="boolean"), text=["x", None], level=pd.Categorical(["low", "high"]),
        when=pd.to_datetime(["2026-01-02 07:00", "2026-01-04 08:00"]),
    )
    made = DiaryPanel(table).table
    assert made["flag"].tolist()[:1] == [True]
    assert made["flag"].isna().tolist() == [False, True, True]
    assert made["level"].dtype == table["level"].dtype
    assert made["when"].isna().tolist() == [False, True, False]


def test_column_names_of_ones_own_are_renamed() -> None:
    table = entries(("a", "2026-01-01", 1)).rename(columns={"person": "Participant", "night": "Evening of"})
    made = DiaryPanel(table, person="Participant", night="Evening of").table
    assert made.columns.tolist() == ["person", "night", "cramp", "logged"]


@pytest.mark.parametrize(("table", "message"), [
    (entries(), "the diary has no rows"),
    (entries(("a", "2026-01-01", 1), ("a", "2026-01-01", 1)), "1 night.s. stand in the diary twice.*2026-01-01"),
    (entries((None, "2026-01-01", 1)), "'person' is missing in 1 row"),
    (entries(("a", None, 1)), "1 row.s. of the diary have no night .first: row 1"),
    (entries(("a", "1926-01-01", 1), ("a", "2026-01-01", 1)).assign(person="a"), None),
    (entries(("a", "soon", 1)), "cannot be read as dates"),
    (entries(("a", 1.5, 1)), "no whole number of days .first: 1.5"),
    (entries(("a", "2026-01-01", 1)).assign(night=pd.to_datetime(["2026-01-01 23:00"])), "1 night.s. carry a time of day"),
    (entries(("a", "2026-01-01", 1)).assign(night=pd.to_datetime(["2026-01-01"], utc=True)), "carry a time zone"),
    (entries(("a", "2026-01-01", 1)).drop(columns="night"), "no column 'night' in the diary; it has person, cramp"),
])
def test_a_table_that_is_no_diary_is_refused_with_what_is_wrong(table: pd.DataFrame, message: str | None) -> None:
    if message is None:
        # a wrong century is a long silence, unless silences are said to be missed nights
        assert len(DiaryPanel(table)) == 2
        with pytest.raises(DataError, match=r"1 diaries would span more than 3,660 nights .first: 1926-01-01 to 2026-01-01"):
            DiaryPanel(table, longest_gap=100_000)
        return
    with pytest.raises(DataError, match=message):
        DiaryPanel(table)


def test_text_is_no_number_and_unknown_columns_are_named() -> None:
    panel = DiaryPanel(entries(("a", "2026-01-01", 1)).assign(site="calf"))
    with pytest.raises(DataError, match="'site' holds str"):
        panel.values("site")
    with pytest.raises(OptionError, match=r"unknown column of the diary 'cramps' .did you mean 'cramp'"):
        panel.values("cramps")
    with pytest.raises(DataError, match="a subset of 1 nights needs one yes/no per night; 2 were given"):
        panel.subset([True, False])


def test_nights_are_days_since_1970() -> None:
    assert read_nights(pd.Series(pd.to_datetime(["1970-01-01", "2026-01-01"]))).tolist() == [0, NEW_YEAR]
    assert DiaryPanel(entries(("a", "2026-01-01", 1))).dates.strftime("%Y-%m-%d").tolist() == ["2026-01-01"]


def test_a_diary_can_be_pickled_and_copied() -> None:
    panel = DiaryPanel(entries(("a", "2026-03-01", 1), ("a", "2026-03-03", 0)), labels={"cramp": Label("Cramps")})
    for other in (pickle.loads(pickle.dumps(panel)), copy.deepcopy(panel)):
        pd.testing.assert_frame_equal(other.table, panel.table)
        assert (other.describe(), other.labels, other.person) == (panel.describe(), panel.labels, panel.person)
        with pytest.raises(TypeError):
            other.labels["cramp"] = Label("other")  # type: ignore[index]
