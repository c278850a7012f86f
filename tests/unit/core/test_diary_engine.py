"""Diaries whose nights lie in an engine are checked and counted as those in memory."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.core.diary_marks import NightMarks, highest_bit, lowest_bit
from crampstats.core.errors import DataError, OptionError

ENGINES: dict[str, Callable[[pa.Table], Any]] = {
    "pyarrow": lambda rows: rows, "polars": pl.from_arrow, "duckdb": lambda rows: duckdb.connect().from_arrow(rows),
}
DAY = 20_513  # 2026-03-01


@pytest.fixture(params=ENGINES)
def opened(request: pytest.FixtureRequest) -> Callable[[pa.Table], Any]:
    return ENGINES[request.param]


def rows_of(**columns: Any) -> pa.Table:
    """Three nights of a and one of b, unless told otherwise; a missed the night of the 2nd."""
    held = {"person": ["a", "b", "a", "a"], "night": [DAY + 2, DAY, DAY, DAY + 3], "cramp": [1, 0, None, 0]}
    return pa.table(held | columns)


def counts(panel: DiaryPanel) -> list[Any]:
    return panel.person_nights().to_numpy().tolist()


def random_diary(seed: int, persons: int = 40) -> pd.DataFrame:
    """Diaries with gaps of every length, in no order."""
    rng = np.random.default_rng(seed)
    parts = []
    for person in range(persons):
        steps = rng.choice([1, 1, 1, 2, 3, 8, 47, 48, 49, 50, 61, 62, 90], size=rng.integers(1, 40))
        night = int(rng.integers(-500, 500)) + np.cumsum(steps)
        parts.append(pd.DataFrame({"person": person, "night": night, "logged": rng.random(len(night)) < 0.8}))
    return pd.concat(parts).sample(frac=1, random_state=seed).reset_index(drop=True)


@pytest.mark.parametrize("nights", [
    pa.array([DAY + 2, DAY, DAY, DAY + 3], pa.int16()), pa.array([float(DAY + i) for i in (2, 0, 0, 3)]),
    pa.array([datetime.date(2026, 3, i) for i in (3, 1, 1, 4)]), pa.array([datetime.datetime(2026, 3, i) for i in (3, 1, 1, 4)]),
    pa.array([f"2026-03-0{i}" for i in (3, 1, 1, 4)]), pa.array([Decimal(DAY + i) for i in (2, 0, 0, 3)]),
], ids=["whole numbers", "floats", "dates", "times at midnight", "text", "decimals"])
def test_nights_may_be_dates_text_or_days(nights: pa.Array, opened: Callable[[pa.Table], Any]) -> None:
    panel = DiaryPanel(opened(rows_of(night=nights)))
    assert counts(panel) == [["a", DAY, DAY + 3, 4, 3, 3], ["b", DAY, DAY, 1, 1, 1]]
    assert panel.describe() == "2 persons, 5 nights, 4 logged (80 %)"


def test_days_since_1970_are_those_of_the_calendar_in_leap_years_and_before_1970(opened: Callable[[pa.Table], Any]) -> None:
    dates = pd.to_datetime(["1968-02-29", "1969-12-31", "1970-01-01", "1972-12-31", "1900-03-01", "2000-02-29", "2100-03-01"])
    panel = DiaryPanel(opened(pa.table({"person": list("abcdefg"), "night": pa.array(dates.date)})))
    assert panel.person_nights()["first_night"].tolist() == (dates - pd.Timestamp(0)).days.tolist()


@pytest.mark.parametrize("longest_gap", [60, 47, 46, 8, 1, 0])
def test_missed_nights_and_silences_are_those_of_the_diary_in_memory(
    longest_gap: int, opened: Callable[[pa.Table], Any]
) -> None:
    table = random_diary(longest_gap)
    found = DiaryPanel(opened(pa.Table.from_pandas(table)), longest_gap=longest_gap)
    expected = DiaryPanel(table, longest_gap=longest_gap)
    assert counts(found) == counts(expected)
    assert found.ends_logged == expected.ends_logged
    assert len(found) == len(expected)


def test_the_enrolment_adds_missed_nights_and_persons_who_logged_nothing(opened: Callable[[pa.Table], Any]) -> None:
    enrolled = pd.DataFrame({
        "person": ["b", "a", "c"], "first_night": [DAY - 1, DAY, DAY], "last_night": [DAY + 100, DAY + 3, DAY + 1],
    })
    panel = DiaryPanel(opened(rows_of()), enrolled=enrolled)
    assert counts(panel) == [["a", DAY, DAY + 3, 4, 3, 3], ["b", DAY - 1, DAY + 100, 102, 1, 1], ["c", DAY, DAY + 1, 2, 0, 0]]
    assert counts(panel.of_persons(["b", "c"])) == counts(panel)[1:]
    short = enrolled.assign(first_night=[DAY - 1, DAY + 1, DAY], last_night=[DAY, DAY + 2, DAY + 1])
    with pytest.raises(DataError, match=r"^2 night\(s\) lie outside the enrolment"):
        DiaryPanel(opened(rows_of()), enrolled=short)


def test_nights_not_filled_in_hold_nothing_whatever_the_export_put_there(opened: Callable[[pa.Table], Any]) -> None:
    for logged in ([True, True, None, False], [1, 1, None, 0]):
        panel = DiaryPanel(opened(rows_of(logged=logged, cramp=[1, 0, 1, 1])))
        assert counts(panel) == [["a", DAY, DAY + 3, 4, 1, 1], ["b", DAY, DAY, 1, 1, 1]]
        np.testing.assert_array_equal(panel.in_memory().values("cramp"), [np.nan, np.nan, 1, np.nan, 0])


@pytest.mark.parametrize(("columns", "message"), [
    ({"person": ["a", "b", None, "a"]}, r"'person' is missing in 1 row\(s\)"),
    ({"night": [DAY, DAY, None, DAY + 1]}, r"1 row\(s\) of the diary have no night"),
    ({"night": [DAY, DAY, DAY + 0.5, float("inf")]}, r"2 night\(s\) are no date"),
    ({"night": ["2026-03-01", "2026-03-01", "1 March", "2026-03-02"]}, r"1 night\(s\) are no date"),
    ({"night": [datetime.datetime(2026, 3, i, 22) for i in (3, 1, 1, 4)]}, r"4 night\(s\) are no date"),
    ({"night": [DAY, DAY, DAY, DAY + 1]}, r"1 night\(s\) stand in the diary twice"),
    ({"night": [DAY, DAY, DAY + 50_000, DAY + 50_001]}, None),
    ({"night": [True, False, True, True]}, r"the nights hold Boolean"),
    ({"logged": ["yes", "no", "yes", "yes"]}, r"'logged' holds String"),
])
def test_what_cannot_be_a_diary_is_refused(columns: Any, message: str | None, opened: Callable[[pa.Table], Any]) -> None:
    if message is None:  # a silence, not a gap
        assert len(DiaryPanel(opened(rows_of(**columns)))) == 4
        return
    with pytest.raises(DataError, match=f"^{message}"):
        DiaryPanel(opened(rows_of(**columns)))


def test_a_day_that_no_month_has_is_refused_without_showing_it(opened: Callable[[pa.Table], Any]) -> None:
    with pytest.raises(DataError) as refused:
        DiaryPanel(opened(rows_of(night=["2026-02-31", "2026-03-01", "2026-03-01", "2026-03-02"])))
    assert "02-31" not in str(refused.value)
    with pytest.raises(DataError, match=r"^1 night\(s\) cannot be read as dates \(first: row 1\)") as refused:
        DiaryPanel(pd.DataFrame({"person": ["a", "b"], "night": ["2026-02-31", "2026-03-01"]}))
    assert "02-31" not in str(refused.value)


@pytest.mark.parametrize("night", [DAY + 2, "2026-03-03"])
def test_what_is_no_fault_of_the_nights_is_not_said_of_them(night: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: Any, **__: Any) -> None:
        raise ConnectionError("server closed the connection")

    monkeypatch.setattr("crampstats.core.diary_engine.sufficient_stats", lost)
    with pytest.raises(ConnectionError, match="server closed"):
        DiaryPanel(pa.table({"person": ["a"], "night": [night]}))


@pytest.mark.parametrize("night", [1_000_001, -1_000_001, 1_000_001.0, 2**62])
def test_days_further_than_those_of_any_diary_are_refused(night: Any, opened: Callable[[pa.Table], Any]) -> None:
    with pytest.raises(DataError, match=r"^1 night\(s\) are no date"):
        DiaryPanel(opened(pa.table({"person": ["a", "b"], "night": [night, 0]})))
    with pytest.raises(DataError, match=r"^1 night\(s\) are no date"):
        DiaryPanel(pd.DataFrame({"person": ["a", "b"], "night": [night, 0]}))
    furthest = DiaryPanel(opened(pa.table({"person": ["a"], "night": [1_000_000]})))
    assert furthest.person_nights()["first_night"].tolist() == [1_000_000]


def test_a_wrong_year_is_refused_as_a_stretch_too_long(opened: Callable[[pa.Table], Any]) -> None:
    with pytest.raises(DataError, match=r"^1 diaries would span more than 3,660 nights"):
        DiaryPanel(opened(rows_of(night=[DAY, DAY, DAY + 4_000, DAY + 1])), longest_gap=5_000)


def test_an_empty_table_and_absent_columns_are_refused(opened: Callable[[pa.Table], Any]) -> None:
    with pytest.raises(DataError, match=r"^the diary has no rows"):
        DiaryPanel(opened(rows_of().slice(0, 0).cast(pa.schema(
            [("person", pa.string()), ("night", pa.int64()), ("cramp", pa.int64())]))))
    with pytest.raises(DataError, match=r"^no column 'who' in the diary; it has person, night, cramp\."):
        DiaryPanel(opened(rows_of()), person="who")
    with pytest.raises(DataError, match=r"^the diary has a column 'person' beside 'who'"):
        DiaryPanel(opened(rows_of(who=[1, 2, 3, 4])), person="who")
    with pytest.raises(DataError, match=r"^the diary has a column 'Logged' beside"):
        DiaryPanel(opened(rows_of(Logged=[1, 1, 1, 1])))


def test_many_rows_of_one_night_are_counted_and_not_carried_into_other_nights(opened: Callable[[pa.Table], Any]) -> None:
    for size in (2, 48, 49, 1_000):
        rows = pa.table({"person": ["a"] * size, "night": [DAY] * size})
        with pytest.raises(DataError, match=rf"^{size - 1:,} night\(s\) stand in the diary twice"):
            DiaryPanel(opened(rows))


def test_one_night_is_a_diary(opened: Callable[[pa.Table], Any]) -> None:
    assert DiaryPanel(opened(rows_of().slice(1, 1))).describe() == "1 persons, 1 nights, 1 logged (100 %)"


def test_persons_may_be_categories_and_numbers_beyond_those_a_float_tells_apart(opened: Callable[[pa.Table], Any]) -> None:
    large = [2**53 + i for i in (1, 2, 1, 1)]
    assert DiaryPanel(opened(rows_of(person=large))).persons.tolist() == [2**53 + 1, 2**53 + 2]
    category = pa.array(["a", "b", "a", "a"]).dictionary_encode()
    assert DiaryPanel(opened(rows_of(person=category))).persons.tolist() == ["a", "b"]


def test_a_domain_keeps_all_nights_and_narrows_with_each_subset(opened: Callable[[pa.Table], Any]) -> None:
    panel = DiaryPanel(opened(rows_of(old=[True, True, None, True], asked=[1, 0, 1, None])))
    narrow = panel.subset("old").subset("asked", population="old and asked")
    assert narrow.population == "old and asked"
    assert narrow.person_nights()["n_inside"].tolist() == [1, 0]
    assert narrow.person_nights()["n_logged"].tolist() == [3, 1]
    assert panel.subset(nw.col("night") > DAY).person_nights()["n_inside"].tolist() == [2, 0]
    with pytest.raises(OptionError, match="column of the diary"):
        panel.subset("young")
    with pytest.raises(DataError, match="'person' holds String; a yes/no column"):
        panel.subset("person")
    with pytest.raises(DataError, match="values by row have no order"):
        panel.subset([True] * 5)


def test_a_lag_of_a_column_goes_by_the_calendar(opened: Callable[[pa.Table], Any]) -> None:
    panel = DiaryPanel(opened(rows_of()))
    for nights in (1, 2, 3, -1):
        found = panel.with_lag("cramp", nights, name="other").in_memory()
        expected = panel.in_memory().with_lag("cramp", nights, name="other")
        np.testing.assert_array_equal(found.values("other"), np.where(expected.logged, expected.values("other"), np.nan))
    with pytest.raises(OptionError, match="a lag of 62 nights is longer than the longest gap of this diary, 60"):
        panel.with_lag("cramp", 62, name="other")
    with pytest.raises(OptionError, match="is a column of every diary"):
        panel.with_lag("cramp", 1, name="night")


def test_further_columns_are_expressions(opened: Callable[[pa.Table], Any]) -> None:
    panel = DiaryPanel(opened(rows_of())).with_columns(late=nw.col("night") > DAY)
    assert panel.columns == ["person", "night", "logged", "cramp", "late"]
    with pytest.raises(DataError, match=r"^late: a diary whose nights lie in"):
        panel.with_columns(late=[1, 2, 3, 4])


def test_what_goes_by_row_is_refused_and_the_way_out_named(opened: Callable[[pa.Table], Any]) -> None:
    panel = DiaryPanel(opened(rows_of()))
    for ask in (lambda: panel.table, lambda: panel.values("cramp"), lambda: panel.lagged("cramp"), lambda: panel.starts,
                lambda: panel.codes, lambda: panel.nights, lambda: panel.dates, lambda: panel.logged, lambda: panel.inside):
        with pytest.raises(DataError, match=r"5 nights of 2 persons lie in .*of_persons.*sample_units.*in_memory"):
            ask()
    with pytest.raises(OptionError, match="1 of 2 persons have no diary here; it holds 2"):
        panel.of_persons(["a", "z"])
    assert not hasattr(panel, "table")
    with pytest.raises(AttributeError, match="has no attribute 'tabel'"):
        panel.tabel  # noqa: B018


def test_more_nights_than_memory_is_given_are_refused_before_they_are_brought(
    monkeypatch: pytest.MonkeyPatch, opened: Callable[[pa.Table], Any]
) -> None:
    panel = DiaryPanel(opened(rows_of()))
    monkeypatch.setattr("crampstats.core.diary_engine.MAX_ROWS", 3)
    monkeypatch.setattr("crampstats.core.tables.MAX_ROWS", 3)
    for ask in (panel.in_memory, lambda: panel.of_persons(["a"])):
        with pytest.raises(DataError, match="at most 3 are brought into memory"):
            ask()
    monkeypatch.setattr("crampstats.core.tables.MAX_ROWS", 1)
    with pytest.raises(DataError, match="more than 1 sums of persons"):
        DiaryPanel(opened(rows_of()))


@pytest.mark.parametrize("size", [48, 7, 1])
def test_shifted_marks_are_those_of_single_nights(size: int) -> None:
    rng = np.random.default_rng(size)
    truth = {(person, night) for person in range(5) for night in range(3 * size + 5) if rng.random() < 0.4}
    key = sorted({(person, night // size) for person, night in truth})
    mask = [sum(1 << (night % size) for one, night in truth if (one, night // size) == (person, block)) for person, block in key]
    person, block = (np.array(one, dtype=np.int64) for one in zip(*key, strict=True))
    marks = NightMarks(pd.Index(range(5)), person, block, size, np.ones(len(key), dtype=np.int64), {})
    for lag in (-2 * size - 1, -size, -1, 0, 1, 2, size - 1, size, size + 1, 2 * size):
        places, bits = marks.bits(marks.shifted(np.array(mask, dtype=np.uint64), lag))
        found = set(zip(person[places].tolist(), (block[places] * size + bits).tolist(), strict=True))
        # marks beyond the blocks that are there have no place
        assert found == {(one, night + lag) for one, night in truth if (one, (night + lag) // size) in key}


def test_highest_and_lowest_bits_of_whole_blocks() -> None:
    masks = np.array([1, 2**47, 2**48 - 1, 2**47 + 8], dtype=np.uint64)
    assert highest_bit(masks).tolist() == [0, 47, 47, 47]
    assert lowest_bit(masks).tolist() == [0, 47, 0, 3]
