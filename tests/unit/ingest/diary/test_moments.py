"""Dates with a time of day, from text."""

from __future__ import annotations

import pandas as pd
import pytest

from crampstats.ingest.diary.moments import read_moments


def _wall(*texts: str | None) -> list[str]:
    return [str(one) for one in read_moments(pd.Series(list(texts), dtype="str")).wall]


def test_the_column_decides_which_figure_is_the_day() -> None:
    assert _wall("3/14/2026 11:30 pm", "1/2/2026 12:15 am") == ["2026-03-14T23:30:00", "2026-01-02T00:15:00"]
    assert _wall("14.3.2026 23:30", "1.2.2026 0:15") == ["2026-03-14T23:30:00", "2026-02-01T00:15:00"]


def test_a_date_nobody_can_order_is_not_read_and_told() -> None:
    read = read_moments(pd.Series(["03/04/2026 23:30"] * 3, name="when"))
    assert pd.isna(read.wall).all()
    assert [(one.rule, one.column) for one in read.findings] == [("order of day and month", "when"), ("time not read", "when")]


def test_a_month_by_name_is_read() -> None:
    assert _wall("Mar 1, 2026, 6:12:33 AM") == ["2026-03-01T06:12:00"]


def test_a_date_alone_has_no_moment() -> None:
    read = read_moments(pd.Series(["2026-03-01", "2026-03-02 07:00"]))
    assert pd.isna(read.wall).tolist() == [True, False]
    assert "1 time(s) could not be read" in read.findings[0].message


def test_midnight_throughout_is_a_column_of_dates() -> None:
    texts = pd.Series([f"2026-03-0{day} 00:00:00" for day in range(1, 7)])
    assert [one.rule for one in read_moments(texts).findings] == ["midnight throughout"]
    assert not read_moments(texts.head(4)).findings


def test_a_hyphen_of_a_date_is_no_offset() -> None:
    assert pd.isna(read_moments(pd.Series(["2026-03-01 07:12"])).offset_minutes).all()


@pytest.mark.parametrize(("text", "minutes"), [
    ("2026-03-01 07:12 +0100", 60), ("2026-03-01T07:12:33.25-03:30", -210), ("2026-03-01 07:12 UTC+2", 120),
    ("2026-03-01 07:12 \u22125", -300), ("2026-03-01T07:12Z", 0), ("2026-03-01 07:12 GMT", 0),
])
def test_offsets_are_read_as_they_are_written(text: str, minutes: int) -> None:
    assert read_moments(pd.Series([text])).offset_minutes.tolist() == [minutes]


def test_letters_of_a_zone_are_left_out() -> None:
    assert _wall("2026-03-01 07:12 CET") == ["2026-03-01T07:12:00"]


@pytest.mark.parametrize("text", [
    "2026-02-30 07:12", "2026-13-01 07:12", "2026-03-01 25:00", "0000-00-00 00:00", "99999-01-01 07:00", "-07:00", ":", "T",
    "07:12", "2026-03-01 07:12:33:44", "39999.99999999999999999999", "1" * 400, "\u0660\u0661", "=1+1", "'; DROP TABLE",
    "2026-03-01 07:12 +99",
])
def test_what_is_no_moment_raises_nothing(text: str) -> None:
    assert len(read_moments(pd.Series([text])).wall) == 1


def test_a_page_of_text_takes_no_time_to_refuse() -> None:
    # each "1:00" could begin an offset that the last letter breaks: seconds for one cell, were it tried
    assert _wall("1:00A" * 20_000 + "!") == ["NaT"]


def test_an_impossible_date_is_missing() -> None:
    assert _wall("2026-02-30 07:12", None, "") == ["NaT", "NaT", "NaT"]


def test_a_message_shows_the_entry_and_not_the_text() -> None:
    (told,) = read_moments(pd.Series(["2026-03-01 07:12", "called Erika Mustermann"])).findings
    assert "first: entry 2" in told.message
    assert "Erika" not in told.message + told.value + told.suggestion
