"""A column of dates with clock times and no other date: when the cramp came, or when the entry was made."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from crampstats.core.errors import DataError
from crampstats.ingest.diary.loading import load_diary
from crampstats.ingest.diary.recognising import is_diary
from crampstats.ingest.diary.writing import format_diary_mapping

from .files import Load, told

# Berlin changes its clocks on 29 March 2026: 02:00 becomes 03:00; both cramps came in the night of the 28th
MOMENTS = ("2026-03-28T23:30:00+01:00", "2026-03-29T03:30:00+02:00", "2026-03-30T13:00:00+02:00")
HEADINGS = ("time", "Timestamp", "datetime", "moment", "Date/time", "When")


def _events(heading: str) -> str:
    return f"id,{heading},severity\n" + "".join(f"1,{moment},5\n" for moment in MOMENTS)


def _nightly(heading: str) -> str:
    answers = ("2026-03-28T07:10:00+01:00,yes", "2026-03-29T08:30:00+02:00,no", "2026-03-30 07:00,no")
    return f"id,{heading},cramp\n" + "".join(f"1,{one}\n" for one in answers)


@pytest.mark.parametrize("heading", HEADINGS)
def test_of_rows_for_cramps_it_is_the_moment_of_the_cramp(load: Load, heading: str) -> None:
    data = load(_events(heading))
    assert [(row[1], row[3]) for row in told(data, "cramps") if row[2]] == [("2026-03-28", 2), ("2026-03-30", 1)]
    assert data.episodes is not None
    assert [str(one) for one in data.episodes["at"]] == ["2026-03-28 23:30:00", "2026-03-29 03:30:00", "2026-03-30 13:00:00"]
    assert any(one.column == heading and one.rule == "placed without a mapping" for one in data.findings.rows)


@pytest.mark.parametrize("heading", HEADINGS)
def test_of_rows_for_nights_it_is_the_moment_of_the_entry(load: Load, heading: str) -> None:
    data = load(_nightly(heading))
    assert [(row[1], row[3]) for row in told(data, "cramp")] == [
        ("2026-03-27", True), ("2026-03-28", False), ("2026-03-29", False),
    ]
    assert str(data.panel.table["entered_at"].iloc[0]) == "2026-03-28 07:10:00"
    assert any(one.column == heading and "entry was made" in one.message for one in data.findings.rows)


@pytest.mark.parametrize("text", [_events("time"), _nightly("time")])
def test_the_mapping_found_reads_it_again(load: Load, tmp_path: Path, text: str) -> None:
    found = load(text)
    path = tmp_path / "found.toml"
    path.write_text(format_diary_mapping(found.mapping), encoding="utf-8")
    pd.testing.assert_frame_equal(found.panel.table, load_diary(tmp_path / "diary.csv", path).panel.table)


def test_the_time_of_a_cramp_is_never_that_of_an_entry(load: Load) -> None:
    text = "id,cramp time,cramp\n1,2026-03-28 23:30,yes\n1,,no\n1,2026-03-30 23:30,yes\n1,,no\n"
    with pytest.raises(DataError, match="no column tells of which night a row is"):
        load(text)


def test_a_clock_time_without_a_date_is_no_moment(load: Load) -> None:
    with pytest.raises(DataError, match="no column tells of which night a row is"):
        load("id,time,severity\n1,23:30,5\n1,02:10,4\n")


def test_what_the_mapping_says_of_it_holds(load: Load) -> None:
    data = load(_events("timestamp"), '[diary]\nentered_at = "timestamp"\nlayout = "events"')
    assert data.episodes is not None
    assert data.episodes["at"].isna().all()


def test_entries_about_last_night_stay_entries(load: Load) -> None:
    text = "code,timestamp,Worst pain of the cramp last night (0-10)\na,2026-03-02 21:10,4\na,2026-03-03 21:10,5\n"
    assert [row[1] for row in told(load(text, '[diary]\nlayout = "events"'))] == ["2026-03-01", "2026-03-02"]


def test_such_a_file_is_known_as_a_diary(tmp_path: Path) -> None:
    path = tmp_path / "diary.csv"
    path.write_text("id,time,severity\n" + "".join(f"1,2026-03-{day:02d}T23:30:00,5\n" for day in range(1, 12)))
    assert is_diary(path)
