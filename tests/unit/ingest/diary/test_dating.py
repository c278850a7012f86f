"""Of which night a row is: by date, by date and time, by number, by when it was entered."""

from __future__ import annotations

import numpy as np
import pytest

from crampstats.core.errors import DataError

from .files import Load, rules, told


def _nights(rows: list[tuple[object, ...]]) -> list[str]:
    return [str(row[1])[5:] for row in rows if row[2]]


@pytest.mark.parametrize(("heading", "said", "first", "is_told"), [
    ("date", "", "03-02", "warning"),
    ("date", '[diary]\nnight_is = "evening"', "03-02", ""),
    ("date", '[diary]\nnight_is = "morning"', "03-01", ""),
    ("evening of", "", "03-02", "note"),
    ("morning of", "", "03-01", "note"),
    ("morning of", '[diary]\nnight_is = "evening"', "03-02", ""),
])
def test_a_date_is_the_evenings_unless_somebody_says_otherwise(
    load: Load, heading: str, said: str, first: str, is_told: str
) -> None:
    data = load(f"id,{heading},cramp\n1,2026-03-02,no\n1,2026-03-03,yes\n", said)
    assert _nights(told(data))[0] == first
    found = [one.severity for one in data.findings.rows if one.rule == "which end of the night"]
    assert found == ([is_told] if is_told else [])


def test_dates_of_the_morning_are_moved_and_logged(load: Load) -> None:
    changes = load("id,morning of,cramp\n1,2026-03-02,no\n1,2026-03-03,yes\n").log.to_frame()
    assert changes.loc[changes["column"] == "night", ["before", "after", "n"]].to_numpy().tolist() == [
        ["date of the morning", "date of the evening", 2],
    ]


def test_entries_made_in_the_morning_of_their_date_raise_a_doubt(load: Load) -> None:
    rows = "".join(f"1,2026-03-{day:02d},no,2026-03-{day:02d} 07:10\n" for day in range(2, 9))
    data = load(f"id,date,cramp,entered at\n{rows}")
    assert sum("looks like the date of the morning" in one.message for one in data.findings.rows) == 1


@pytest.mark.parametrize(("moment", "night"), [
    ("2026-03-02 23:40", "03-02"),
    ("2026-03-03 00:05", "03-02"),
    ("2026-03-03 02:00", "03-02"),  # 02:00 on Tuesday is Monday night
    ("2026-03-03 11:59", "03-02"),
    ("2026-03-03 12:00", "03-03"),
    ("03.03.2026 2:00", "03-02"),
    ("2026-03-03T02:00:00+01:00", "03-02"),  # the zone is taken off before the twelve hours
])
def test_a_clock_time_tells_the_night_by_noon(load: Load, moment: str, night: str) -> None:
    data = load(f"id,cramp at\n1,{moment}\n1,13.03.2026 23:00\n", '[diary]\nnight = "cramp at"\nlayout = "events"')
    assert _nights(told(data))[0] == night


def test_date_and_clock_time_of_a_cramp_are_put_together(load: Load) -> None:
    data = load("id,date of cramp,time of cramp\n1,2026-03-02,23:40\n1,2026-03-03,02:10\n1,2026-03-05,03:00\n")
    assert [row[1:] for row in told(data, "cramps") if row[2]] == [("2026-03-02", True, 2), ("2026-03-04", True, 1)]
    assert data.episodes is not None
    assert [str(one) for one in data.episodes["at"]] == ["2026-03-02 23:40:00", "2026-03-03 02:10:00", "2026-03-05 03:00:00"]


def test_a_date_said_to_be_the_evenings_is_not_moved_by_the_clock_time(load: Load) -> None:
    text = "id,date of cramp,time of cramp\n1,2026-03-02,23:40\n1,2026-03-02,02:10\n"
    data = load(text, '[diary]\nnight_is = "evening"')
    assert _nights(told(data)) == ["03-02"]
    assert data.episodes is not None
    # 02:10 of the night of the 2nd is on the 3rd
    assert [str(one) for one in data.episodes["at"]] == ["2026-03-02 23:40:00", "2026-03-03 02:10:00"]


def test_a_clock_time_beside_the_date_of_a_night_moves_nothing(load: Load) -> None:
    data = load("id,night of,cramp,time of cramp\n1,2026-03-02,yes,02:10\n1,2026-03-03,no,\n")
    assert _nights(told(data)) == ["03-02", "03-03"]


def test_two_zones_are_each_their_own_clock(load: Load) -> None:
    # 23:30 in New York and 23:30 in Berlin are both in the night of the 2nd; in UTC they would be the 3rd and the 2nd
    text = "id,timestamp,cramp\n1,2026-03-02T23:30:00-05:00,yes\n2,2026-03-02T23:30:00+01:00,no\n"
    assert [row[:2] for row in told(load(text))] == [("P001", "2026-03-02"), ("P002", "2026-03-02")]


def test_times_of_utc_need_the_zone_of_the_diary(load: Load) -> None:
    text = "id,timestamp,cramp\n1,2026-07-02T11:30:00Z,yes\n1,2026-07-03T09:30:00Z,no\n"
    with pytest.raises(DataError, match="State the zone"):
        load(text)
    # 11:30 UTC is 13:30 in Berlin in summer: the night of the 2nd has begun; 09:30 is 11:30: still the night of the 2nd
    assert _nights(told(load(text, zone="Europe/Berlin"))) == ["07-02"]


def test_an_unknown_zone_is_refused_with_its_line(load: Load) -> None:
    with pytest.raises(DataError, match=r"line 3: unknown time zone 'Europe/Berlyn' \(did you mean Europe/Berlin"):
        load("id,night of,cramp\n1,2026-03-02,no\n", '[diary]\nzone = "Europe/Berlyn"')


@pytest.mark.parametrize(("first", "numbers"), [(1, "1 2 4"), (0, "0 1 3")])
def test_numbered_nights_are_counted_from_each_persons_first(load: Load, first: int, numbers: str) -> None:
    rows = "".join(f"{who},{start},{number},no\n" for who, start in (("a", "2026-03-01"), ("b", "2026-04-01"))
                   for number in numbers.split())
    data = load(f"id,start date,study day,cramp\n{rows}")
    assert _nights(told(data)) == ["03-01", "03-02", "03-04", "04-01", "04-02", "04-04"]


def test_numbers_without_any_date_are_kept_apart_and_told(load: Load) -> None:
    data = load("id,night number,cramp\n1,1,no\n1,3,yes\n")
    assert data.panel.nights.tolist() == [0, 1, 2]
    assert data.panel.logged.tolist() == [True, False, True]
    assert "nights without dates" in rules(data)


def test_an_entry_made_in_the_morning_tells_of_the_night_before(load: Load) -> None:
    data = load("Timestamp,Email Address,Cramp\n2026/03/02 7:12:33,a@x.org,Yes\n2026/03/02 23:10:00,a@x.org,No\n")
    assert _nights(told(data)) == ["03-01", "03-02"]
    assert "night of the entry" in rules(data)


def test_an_entry_about_last_night_made_in_the_evening_tells_of_the_night_before_too(load: Load) -> None:
    data = load("Timestamp,Code,Did you have a leg cramp last night?\n2026/03/02 7:12:33,a,Yes\n2026/03/03 21:10:00,a,No\n")
    assert _nights(told(data)) == ["03-01", "03-02"]


def test_nights_are_those_of_the_clock_through_its_changes(load: Load) -> None:
    # Berlin, 29 March 2026: 02:00 becomes 03:00; 25 October 2026: 03:00 becomes 02:00
    moments = ["2026-03-28 23:30", "2026-03-29 03:30", "2026-03-29 12:30", "2026-10-25 02:30", "2026-10-25 11:59"]
    text = "id,cramp at\n" + "".join(f"1,{one}\n" for one in moments)
    data = load(text, '[diary]\nnight = "cramp at"\nlayout = "events"\nzone = "Europe/Berlin"')
    nights = data.episodes["night"].to_numpy().astype("datetime64[D]")  # type: ignore[index]
    assert [str(np.datetime64(one, "D")) for one in nights] == [
        "2026-03-28", "2026-03-28", "2026-03-29", "2026-10-24", "2026-10-24",
    ]


def test_dates_nobody_can_tell_day_from_month_of_are_not_guessed(load: Load) -> None:
    with pytest.raises(DataError, match="Nothing tells whether the day or the month comes first"):
        load("id,night of,cramp\n1,03/04/2026,no\n1,05/04/2026,yes\n")
    data = load("id,night of,cramp\n1,03/04/2026,no\n1,05/04/2026,yes\n1,13/04/2026,no\n")
    assert _nights(told(data)) == ["04-03", "04-05", "04-13"]


def test_day_numbers_of_a_spreadsheet_under_a_heading_for_the_night_are_dates(load: Load) -> None:
    # 46082 is 2026-03-01, counted from 1900
    data = load("id,Date,Cramp\n1,46082,Yes\n1,46083,No\n")
    assert _nights(told(data)) == ["03-01", "03-02"]
    assert "day numbers" in rules(data)
