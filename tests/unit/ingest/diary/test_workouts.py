"""Workouts of any table, and how they are joined to nights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError
from crampstats.ingest.diary.workout_data import Workouts
from crampstats.ingest.diary.workouts import audit_workouts, join_workouts, read_workouts, rename_persons

NIGHTS = [f"2026-03-0{day}" for day in range(1, 7)]


def _panel(*persons: str) -> DiaryPanel:
    rows = [(person, night, False) for person in persons or ("a",) for night in NIGHTS]
    return DiaryPanel(pd.DataFrame(rows, columns=["person", "night", "cramp"]))


def _workouts(*rows: tuple[str | None, str, str | None, float, str | None], days: list[str] | None = None) -> Workouts:
    """Person (None: the file does not tell), start, end, minutes, intensity."""
    table = pd.DataFrame({
        "person": [one[0] for one in rows], "start": pd.to_datetime([one[1] for one in rows]),
        "end": pd.to_datetime([one[2] for one in rows]), "minutes": [one[3] for one in rows], "kind": "run",
        "intensity": [one[4] for one in rows],
    })
    covered = None if days is None else pd.DataFrame({"day": np.array(days, dtype="datetime64[D]").astype(np.int64)})
    return Workouts(table if rows and rows[0][0] else table.drop(columns="person"), covered)


def _minutes(panel: DiaryPanel, workouts: Workouts, **options: str) -> list[float | None]:
    found = join_workouts(panel, workouts, **options).values("workout_minutes")  # type: ignore[arg-type]
    return [None if np.isnan(one) else float(one) for one in found]


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "workouts.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_workout_counts_for_its_calendar_day_at_any_hour() -> None:
    early, late = (None, "2026-03-02 00:10", None, 20.0, None), (None, "2026-03-04 23:50", None, 30.0, None)
    assert _minutes(_panel(), _workouts(early, late)) == [None, 20.0, 0.0, 30.0, None, None]


def test_no_workout_is_none_only_on_days_the_device_covers() -> None:
    run = _workouts((None, "2026-03-02 07:00", None, 20.0, None))
    assert _minutes(_panel(), run, covered="workout days") == [None, 20.0, None, None, None, None]
    assert _minutes(_panel(), run, covered="every night") == [0.0, 20.0, 0.0, 0.0, 0.0, 0.0]
    worn = _workouts((None, "2026-03-02 07:00", None, 20.0, None), days=["2026-03-02", "2026-03-05", "2026-05-01"])
    assert _minutes(_panel(), worn) == [None, 20.0, None, None, 0.0, None]


def test_no_workouts_at_all_say_nothing_unless_the_device_covers() -> None:
    assert _minutes(_panel(), _workouts()) == [None] * 6
    assert _minutes(_panel(), _workouts(), covered="every night") == [0.0] * 6


def test_several_workouts_of_a_day_add_up_and_the_highest_intensity_stands() -> None:
    runs = _workouts((None, "2026-03-01 07:00", "2026-03-01 07:30", 30.0, "light"),
                     (None, "2026-03-01 18:00", "2026-03-01 18:20", 20.0, "vigorous"))
    panel = join_workouts(_panel(), runs)
    assert panel.values("workout_minutes")[0] == 50.0
    assert panel.table["workout_intensity"].tolist()[0] == "vigorous"


def test_intensity_is_unknown_where_a_workout_that_does_not_tell_may_be_higher() -> None:
    runs = _workouts((None, "2026-03-01 07:00", None, 30.0, "light"), (None, "2026-03-01 18:00", None, 20.0, None),
                     (None, "2026-03-02 07:00", None, 30.0, "vigorous"), (None, "2026-03-02 18:00", None, 20.0, None),
                     (None, "2026-03-04 18:00", None, 20.0, "moderate"))
    words = join_workouts(_panel(), runs).table["workout_intensity"]
    assert words.isna().tolist() == [True, False, False, False, True, True]
    assert words.tolist()[1:4] == ["vigorous", "none", "moderate"]


def test_an_hour_recorded_by_watch_and_app_counts_once() -> None:
    both = _workouts((None, "2026-03-01 07:00", "2026-03-01 08:00", 60.0, None),
                     (None, "2026-03-01 07:00", "2026-03-01 08:00", 60.0, None))
    assert _minutes(_panel(), both)[0] == 60.0
    # 07:00 to 08:00 and 07:30 to 08:30 are an hour and a half
    shifted = _workouts((None, "2026-03-01 07:00", "2026-03-01 08:00", 60.0, None),
                        (None, "2026-03-01 07:30", "2026-03-01 08:30", 60.0, None))
    assert _minutes(_panel(), shifted)[0] == pytest.approx(90.0)
    assert "2 workouts overlap" in audit_workouts(_panel(), shifted)[0].message


def test_pauses_are_not_filled_in_and_neighbours_do_not_overlap() -> None:
    # 40 min of moving within an hour, and the next beginning as the first ends
    runs = _workouts((None, "2026-03-01 07:00", "2026-03-01 08:00", 40.0, None),
                     (None, "2026-03-01 08:00", "2026-03-01 09:00", 60.0, None))
    assert _minutes(_panel(), runs)[0] == 100.0


def test_the_same_hour_of_two_persons_counts_for_both() -> None:
    runs = _workouts(("a", "2026-03-01 07:00", "2026-03-01 08:00", 60.0, None),
                     ("b", "2026-03-01 07:00", "2026-03-01 08:00", 60.0, None))
    assert _minutes(_panel("a", "b"), runs) == [60.0, *[None] * 5, 60.0, *[None] * 5]


def test_a_workout_of_unknown_length_makes_the_day_unknown_and_not_none() -> None:
    runs = _workouts((None, "2026-03-01 07:00", None, 30.0, None), (None, "2026-03-02 07:00", None, np.nan, None),
                     (None, "2026-03-03 07:00", None, 10.0, None))
    assert _minutes(_panel(), runs) == [30.0, None, 10.0, None, None, None]


def test_what_the_diary_asks_itself_is_kept() -> None:
    asked = _panel().with_columns(exercise_minutes=5.0)
    panel = join_workouts(asked, _workouts((None, "2026-03-01 07:00", None, 30.0, "light")))
    assert panel.values("exercise_minutes").tolist() == [5.0] * 6
    assert panel.values("workout_minutes")[0] == 30.0
    joined = join_workouts(_panel(), _workouts((None, "2026-03-01 07:00", None, 30.0, "light")))
    assert joined.values("exercise_minutes")[0] == 30.0


def test_missed_nights_have_the_exercise_of_their_day_too() -> None:
    panel = DiaryPanel(pd.DataFrame({"person": "a", "night": ["2026-03-01", "2026-03-03"], "cramp": [1, 0]}))
    assert _minutes(panel, _workouts((None, "2026-03-02 07:00", None, 30.0, None))) == [None, 30.0, None]


def test_workouts_without_a_person_need_one_named_in_a_diary_of_several() -> None:
    run = _workouts((None, "2026-03-01 07:00", None, 30.0, None))
    with pytest.raises(DataError, match="the diary is of 2 persons"):
        join_workouts(_panel("a", "b"), run)
    assert _minutes(_panel("a", "b"), run, person="b")[6] == 30.0
    with pytest.raises(OptionError, match="no such person"):
        join_workouts(_panel("a", "b"), run, person="c")
    with pytest.raises(OptionError, match="unknown covered"):
        join_workouts(_panel(), run, covered="always")  # type: ignore[arg-type]


def test_workouts_of_strangers_and_of_other_days_are_counted() -> None:
    runs = _workouts(("a", "2026-03-01 07:00", None, 30.0, None), ("z", "2026-03-01 07:00", None, 30.0, None),
                     ("a", "2020-01-01 07:00", None, 30.0, None))
    told = {one.rule: one.message for one in audit_workouts(_panel(), runs)}
    assert "1 of 3 workouts are of persons without a diary, 1 of days outside" in told["workouts_not_placed"]
    renamed = rename_persons(runs, {"a": "P001"})
    assert renamed.table["person"].tolist() == ["P001", "P001"]
    assert "1 workout(s) are of persons without a diary" in renamed.findings[0].message


def test_a_training_log_is_read_by_its_headings(tmp_path: Path) -> None:
    lines = ("Teilnehmer;Startzeit;Dauer (min);Sportart;Intensität", "A;01.03.2026 07:00;45;Laufen;leicht",
             "B;13.03.2026 18:30;30;Rad;anstrengend")
    read = read_workouts(_file(tmp_path, "\n".join(lines) + "\n"))
    assert read.table[["person", "minutes", "kind", "intensity"]].to_numpy().tolist() == [
        ["A", 45.0, "laufen", "light"], ["B", 30.0, "rad", "vigorous"]]
    assert read.table["start"].dt.strftime("%m-%d %H:%M").tolist() == ["03-01 07:00", "03-13 18:30"]


@pytest.mark.parametrize(("heading", "cell", "minutes"), [
    ("Duration (min)", "45", 45.0), ("Duration (h)", "1,5", 90.0), ("Duration [s]", "90", 1.5), ("Minutes", "45", 45.0),
    ("Duration", "0:45:30", 45.5), ("Duration", "1:15:00", 75.0), ("Duration", "1 h 15 min", 75.0), ("Duration", "45 min", 45.0),
    ("Duration", "90s", 1.5), ("Duration (min)", "none", np.nan), ("Duration (min)", "", np.nan),
])
def test_lengths_are_read_in_their_unit(tmp_path: Path, heading: str, cell: str, minutes: float) -> None:
    read = read_workouts(_file(tmp_path, f"Start;{heading}\n2026-03-01 07:00;{cell}\n2026-03-02 07:00;10 min\n"))
    assert read.table["minutes"].tolist()[0] == pytest.approx(minutes, nan_ok=True)


def test_a_length_without_a_unit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="a unit is never guessed"):
        read_workouts(_file(tmp_path, "Start;Duration\n2026-03-01 07:00;45\n"))


def test_without_a_length_it_is_from_start_to_end(tmp_path: Path) -> None:
    read = read_workouts(_file(tmp_path, "Start;End\n2026-03-01 07:00;2026-03-01 07:45\n2026-03-02 07:00;2026-03-02 06:00\n"))
    assert read.table["minutes"].tolist()[0] == 45.0
    assert read.table["minutes"].isna().tolist() == [False, True]
    assert "workout_length" in [one.rule for one in read.findings]


def test_an_export_of_strava_is_in_seconds_and_utc(tmp_path: Path) -> None:
    text = 'Activity ID,Activity Date,Activity Type,Elapsed Time\n1,"Mar 3, 2026, 11:30:00 PM",Run,1890\n'
    with pytest.raises(DataError, match="written in UTC; state the zone"):
        read_workouts(_file(tmp_path, text))
    read = read_workouts(_file(tmp_path, text), zone="Europe/Berlin")
    assert read.table["start"].dt.strftime("%m-%d %H:%M").tolist() == ["03-04 00:30"]
    assert read.table["minutes"].tolist() == [31.5]


def test_a_log_of_dates_counts_for_its_dates(tmp_path: Path) -> None:
    read = read_workouts(_file(tmp_path, "Date,Minutes\n2026-03-01,45\n2026-03-03,30\n"))
    assert _minutes(_panel(), read) == [45.0, 0.0, 30.0, None, None, None]
    assert "workouts_dated" in [one.rule for one in read.findings]


def test_a_table_without_a_start_is_refused_with_its_headings(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no column says when a workout began; .* the table has Sport, Minutes"):
        read_workouts(_file(tmp_path, "Sport,Minutes\nrun,45\n"))


def test_a_million_workouts_join_in_a_moment() -> None:
    rng = np.random.default_rng(1)
    n, persons = 1_000_000, 10_000
    whose, night = np.repeat(np.arange(persons), 30), np.tile(np.arange(30) + 20_000, persons)
    panel = DiaryPanel(pd.DataFrame({"person": whose, "night": night}))
    start = (20_000 * 86_400 + rng.integers(0, 30 * 86_400, n)).astype("datetime64[s]")
    table = pd.DataFrame({"person": rng.integers(0, persons, n), "start": start, "end": start + np.timedelta64(60, "s")})
    table = table.assign(minutes=1.0, kind="run", intensity=None)
    joined = join_workouts(panel, Workouts(table), covered="every night").values("workout_minutes")
    assert joined.sum() == pytest.approx(n, rel=0.05)  # overlapping minutes count once
