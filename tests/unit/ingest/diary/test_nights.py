"""The night of a moment; the table of cases is tests/spec/diary_nights.txt."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.errors import DataError, OptionError
from crampstats.ingest.diary.nights import check_zone, day_of, night_hours, night_of, read_wall_clock, to_wall


def _nights(*dates: str) -> list[int]:
    return [int(np.datetime64(one, "D").astype(int)) for one in dates]


def test_a_missing_time_has_no_night_and_the_index_stays() -> None:
    local = pd.Series(pd.to_datetime(["2026-03-03 02:00", None]), index=[7, 3])
    found = night_of(local)
    assert found.dtype == "Int64"
    assert found.index.tolist() == [7, 3]
    assert found[7] == _nights("2026-03-02")[0]
    assert pd.isna(found[3])


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_the_unit_of_the_times_does_not_matter(unit: str) -> None:
    local = pd.Series(np.array(["2026-03-03T11:59:59", "2026-03-03T12:00:00"], dtype=f"datetime64[{unit}]"))
    assert night_of(local).tolist() == _nights("2026-03-02", "2026-03-03")


def test_times_with_a_zone_are_refused_with_the_function_that_takes_it_off() -> None:
    zoned = pd.Series(pd.to_datetime(["2026-03-03 02:00"])).dt.tz_localize("Europe/Berlin")
    with pytest.raises(DataError, match="to_wall takes it off"):
        night_of(zoned)
    assert night_of(to_wall(zoned)).tolist() == _nights("2026-03-02")


def test_text_is_no_time() -> None:
    with pytest.raises(DataError, match=r"'when' holds .*; to_wall reads them from text"):
        night_of(pd.Series(["2026-03-03 02:00"], name="when"))


def test_a_run_in_the_morning_precedes_the_night_of_its_own_day() -> None:
    run = pd.Series(pd.to_datetime(["2026-03-02 07:00"]))
    assert day_of(run).tolist() == _nights("2026-03-02")
    assert night_of(run).tolist() == _nights("2026-03-01")


def test_a_zone_of_datetimes_is_taken_off_and_its_offset_kept() -> None:
    zoned = pd.Series(pd.to_datetime(["2026-10-25 02:30"])).dt.tz_localize("Europe/Berlin", ambiguous=[False])
    clock = read_wall_clock(zoned)
    assert (str(clock.wall[0]), clock.offset_minutes[0]) == ("2026-10-25 02:30:00", 60)


def test_utc_alone_is_refused_until_the_zone_is_stated() -> None:
    with pytest.raises(DataError, match=r"'entered': all times are of UTC; .* State the zone"):
        to_wall(pd.Series(["2026-07-01T22:30:00Z"], name="entered"))
    zones = pd.Series(["Europe/Berlin", None])
    with pytest.raises(DataError, match="zone of every row"):
        to_wall(pd.Series(["2026-07-01T22:30:00Z", "2026-07-02T22:30:00Z"]), zones)


def test_london_in_winter_is_no_server_where_summer_is_in_the_same_column() -> None:
    clock = read_wall_clock(pd.Series(["2026-03-28T23:00:00+00:00", "2026-03-29T23:00:00+01:00"]))
    assert clock.wall.dt.hour.tolist() == [23, 23]
    assert clock.offset_minutes.tolist() == [0, 60]


def test_somebody_who_travels_has_two_zones_in_one_diary() -> None:
    moments = pd.Series(["2026-07-01T21:00:00Z", "2026-07-02T21:00:00Z"])
    clock = read_wall_clock(moments, pd.Series(["Europe/Berlin", "America/New_York"]))
    assert clock.wall.dt.hour.tolist() == [23, 17]
    assert night_of(clock.wall).tolist() == _nights("2026-07-01", "2026-07-02")
    assert clock.offset_minutes.tolist() == [120, -240]


def test_times_left_out_and_times_that_came_twice_are_told_and_keep_their_night() -> None:
    given = pd.Series(["2026-03-29 02:30", "2026-10-25 02:30", "2026-07-01 23:00 -0400"], name="when")
    clock = read_wall_clock(given, "Europe/Berlin")
    assert [one.rule for one in clock.findings] == ["nonexistent time", "ambiguous time", "elsewhere time"]
    assert {one.severity for one in clock.findings} == {"note"}
    assert night_of(clock.wall).tolist() == _nights("2026-03-28", "2026-10-24", "2026-07-01")


def test_an_offset_no_clock_has_is_refused() -> None:
    with pytest.raises(DataError, match=r"1 time\(s\) have an offset no clock on earth has \(first: \+25 h\)"):
        to_wall(pd.Series(["2026-07-01 23:00 +2500"]))


def test_an_unknown_zone_is_refused_with_near_names() -> None:
    with pytest.raises(OptionError, match="did you mean Europe/Berlin"):
        check_zone("Berlin")
    with pytest.raises(OptionError, match="names are those of the IANA database"):
        to_wall(pd.Series(["2026-07-01 23:00"]), "Nowhere/Nothing")


def test_as_many_zones_as_rows_are_needed() -> None:
    with pytest.raises(DataError, match="zones of 2 rows are needed; 1 were given"):
        to_wall(pd.Series(["2026-07-01 23:00", "2026-07-02 23:00"]), pd.Series(["Europe/Berlin"]))


def test_the_night_of_a_date_an_island_skipped_has_no_hours() -> None:
    # Samoa went from 29 to 31 December 2011 at midnight (IANA, zone Pacific/Apia): from noon of the 29th to noon of the 31st 24 h
    nights = pd.Series(_nights("2011-12-28", "2011-12-29", "2011-12-30", "2011-12-31"))
    assert night_hours(nights, "Pacific/Apia").tolist() == [24.0, 24.0, 0.0, 24.0]


def test_hours_of_a_missing_night_are_missing() -> None:
    assert night_hours(pd.Series([20513, None], dtype="Int64"), "UTC").isna().tolist() == [False, True]


def test_hours_over_a_year_add_up_to_the_year() -> None:
    first, last = _nights("2026-01-01", "2027-01-01")
    assert night_hours(pd.Series(np.arange(first, last)), "America/New_York").sum() == 365 * 24


def test_the_right_order_is_zone_first_on_every_night_of_a_year() -> None:
    # one moment a quarter of an hour all year: the night must change at local noon and nowhere else
    utc = pd.Series(pd.date_range("2026-01-01", "2027-01-01", freq="15min", tz="UTC"))
    wall = to_wall(utc, "Europe/Berlin")
    changes = wall[night_of(wall).diff().fillna(0) != 0]
    assert set(changes.dt.strftime("%H:%M")) == {"12:00"}
    assert len(changes) == 365


def test_an_empty_column_is_an_empty_column() -> None:
    empty = pd.Series([], dtype="str")
    assert len(to_wall(empty)) == len(night_of(to_wall(empty))) == len(night_hours(pd.Series([], dtype="Int64"), "UTC")) == 0
