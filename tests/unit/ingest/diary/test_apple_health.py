"""Workouts out of an Apple Health export; every export here is made up."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from crampstats.core.errors import CrampstatsError, DataError
from crampstats.ingest.diary import apple_health
from crampstats.ingest.diary.apple_health import is_apple_health, read_apple_health

BEGINS = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!ELEMENT HealthData (ExportDate,Me,(Record|Workout|ActivitySummary)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
]>
<HealthData locale="de_DE">
 <ExportDate value="2026-04-02 10:00:00 +0200"/>
 <Me HKCharacteristicTypeIdentifierDateOfBirth="1950-01-02"/>
"""
RECORD = (
    ' <Record type="HKQuantityTypeIdentifierHeartRate" sourceName="Erika\'s Watch" startDate="2026-03-01 07:13:00 +0100" '
    'endDate="2026-03-01 07:13:01 +0100" value="99"/>\n'
)
STRENGTH = """ <Workout workoutActivityType="HKWorkoutActivityTypeTraditionalStrengthTraining" duration="31.5" durationUnit="min"
  sourceName="Erika's Watch" startDate="2026-03-01 07:12:33 +0100" endDate="2026-03-01 07:44:03 +0100">
  <MetadataEntry key="HKTimeZone" value="Europe/Berlin"/>
  <MetadataEntry key="HKAverageMETs" value="6.5 kcal/hr·kg"/>
  <MetadataEntry key="HKWeatherTemperature" value="73.4 degF"/>
 </Workout>
"""
ABROAD = """ <Workout workoutActivityType="HKWorkoutActivityTypeWalking" duration="1800" durationUnit="s"
  startDate="2026-03-06 01:30:00 +0100" endDate="2026-03-06 02:00:00 +0100">
  <MetadataEntry key="HKTimeZone" value="America/New_York"/>
 </Workout>
"""
ACROSS_THE_CHANGE = """ <Workout workoutActivityType="HKWorkoutActivityTypeYoga" startDate="2026-03-29 01:30:00 +0100"
  endDate="2026-03-29 03:30:00 +0200"/>
"""
DAYS = """ <ActivitySummary dateComponents="2026-03-01" activeEnergyBurned="300" appleExerciseTime="31" appleStandHours="9"/>
 <ActivitySummary dateComponents="2026-03-02" activeEnergyBurned="0" appleExerciseTime="0" appleStandHours="0"/>
 <ActivitySummary dateComponents="2026-03-03" activeEnergyBurned="210" appleExerciseTime="0" appleStandHours="7"/>
"""
WHOLE = BEGINS + RECORD + STRENGTH + ABROAD + ACROSS_THE_CHANGE + DAYS + "</HealthData>\n"


def _written(tmp_path: Path, text: str | bytes, name: str = "export.xml") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def _zipped(tmp_path: Path, text: str, inside: str = "apple_health_export/export.xml") -> Path:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("apple_health_export/export_cda.xml", "<ClinicalDocument/>")
        archive.writestr(inside, text)
    return path


def test_kind_length_and_intensity_of_a_workout_are_read(tmp_path: Path) -> None:
    table = read_apple_health(_written(tmp_path, WHOLE)).table
    # 6.5 METs are vigorous (from 6), 1,800 s are 30 min
    assert table["kind"].tolist() == ["traditional strength training", "walking", "yoga"]
    assert table["minutes"].tolist() == [31.5, 30.0, 60.0]
    assert table["intensity"].tolist()[0] == "vigorous"
    assert table["intensity"].isna().tolist() == [False, True, True]


def test_the_clock_is_that_of_the_place_of_the_workout(tmp_path: Path) -> None:
    start = read_apple_health(_written(tmp_path, WHOLE)).table["start"]
    # the phone wrote 01:30 of its own zone on the 6th; in New York it was 19:30 on the 5th
    assert start.dt.strftime("%Y-%m-%d %H:%M").tolist() == ["2026-03-01 07:12", "2026-03-05 19:30", "2026-03-29 01:30"]


def test_a_workout_across_the_change_of_the_clocks_lasts_as_long_as_it_lasted(tmp_path: Path) -> None:
    # 01:30 +01:00 to 03:30 +02:00 is one hour, though the clock moved two
    assert read_apple_health(_written(tmp_path, WHOLE)).table["minutes"].tolist()[2] == 60.0


def test_days_are_those_on_which_the_watch_measured_anything(tmp_path: Path) -> None:
    days = read_apple_health(_written(tmp_path, WHOLE)).days
    assert days is not None
    assert pd.to_datetime(days["day"], unit="D").dt.strftime("%m-%d").tolist() == ["03-01", "03-03"]
    assert read_apple_health(_written(tmp_path, BEGINS + STRENGTH + "</HealthData>")).days is None


def test_the_archive_is_read_as_the_phone_makes_it_in_any_language(tmp_path: Path) -> None:
    for name in ("apple_health_export/export.xml", "apple_health_export/exportación.xml"):
        path = _zipped(tmp_path, WHOLE, name)
        assert is_apple_health(path)
        assert len(read_apple_health(path)) == 3


def test_nothing_else_of_the_person_is_kept(tmp_path: Path) -> None:
    read = read_apple_health(_written(tmp_path, WHOLE))
    written = read.table.to_csv() + repr(read.findings)
    for secret in ("Erika", "1950", "73.4", "Watch"):
        assert secret not in written, secret


def test_an_export_without_workouts_is_no_error_but_is_told(tmp_path: Path) -> None:
    read = read_apple_health(_written(tmp_path, BEGINS + RECORD + "</HealthData>"))
    assert (len(read), [one.rule for one in read.findings]) == (0, ["no_workouts"])


def test_a_workout_of_no_length_or_of_more_than_a_day_has_no_length(tmp_path: Path) -> None:
    endless = STRENGTH.replace('duration="31.5"', 'duration="4000"')
    none = STRENGTH.replace('duration="31.5"', 'duration="0"')
    read = read_apple_health(_written(tmp_path, BEGINS + endless + none + "</HealthData>"))
    assert read.table["minutes"].isna().all()
    assert "2 workout(s) last no time" in next(one.message for one in read.findings if one.rule == "workout_length")


def test_a_workout_without_a_zone_is_told_and_one_without_a_start_left_out(tmp_path: Path) -> None:
    broken = STRENGTH.replace('startDate="2026-03-01 07:12:33 +0100"', 'startDate="soon"')
    read = read_apple_health(_written(tmp_path, BEGINS + broken + ACROSS_THE_CHANGE + "</HealthData>"))
    assert len(read) == 1
    assert [one.rule for one in read.findings] == ["time not read", "zone_of_export"]


def test_an_unknown_zone_leaves_the_clock_as_written(tmp_path: Path) -> None:
    read = read_apple_health(_written(tmp_path, BEGINS + STRENGTH.replace("Europe/Berlin", "../../etc/passwd") + "</HealthData>"))
    assert read.table["start"].dt.hour.tolist() == [7]


@pytest.mark.parametrize("text", ["", "<html><body/></html>", "<HealthDat/>", "Participant,Start\nA,2026-03-01\n"])
def test_what_is_no_export_is_refused_in_words(tmp_path: Path, text: str) -> None:
    path = _written(tmp_path, text)
    assert not is_apple_health(path)
    with pytest.raises(DataError, match=r"Export it again"):
        read_apple_health(path)


def test_an_export_that_was_cut_off_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no whole XML file \(line \d+\)"):
        read_apple_health(_written(tmp_path, WHOLE[:-40]))


def test_a_bomb_of_entities_is_refused(tmp_path: Path) -> None:
    laughs = '<?xml version="1.0"?><!DOCTYPE HealthData [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><HealthData>&b;</HealthData>'
    with pytest.raises(DataError, match="defines entities"):
        read_apple_health(_written(tmp_path, laughs))


def test_a_bomb_of_zeros_is_refused_before_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apple_health, "UNPACKED", 10**6)
    path = _zipped(tmp_path, BEGINS + " " * 5 * 10**6 + "</HealthData>")
    with pytest.raises(DataError, match="times its size"):
        read_apple_health(path)


def test_an_entry_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apple_health, "LONGEST_ENTRY", 2**19)
    with pytest.raises(DataError, match="has an entry of more than"):
        read_apple_health(_written(tmp_path, BEGINS + "<Workout><a>" + "x" * 2**20 + "</a></Workout></HealthData>"))


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "long.xml"
    path.write_text(BEGINS + RECORD * 60_000 + "</HealthData>", encoding="utf-8")  # 11 MB
    tracemalloc.start()
    read_apple_health(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 8 * 2**20


@pytest.mark.parametrize("encoding", ["F-8", "utf-7", "idna", "big5"])
def test_an_encoding_no_export_has_is_refused(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(DataError, match="names an encoding of its letters"):
        read_apple_health(_written(tmp_path, f'<?xml version="1.0" encoding="{encoding}"?>\n<HealthData/>'))


def test_an_archive_without_an_export_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("photo.jpg", "x")
    assert not is_apple_health(path)
    with pytest.raises(DataError, match="holds no Apple Health export"):
        read_apple_health(path)
    with pytest.raises(DataError, match="check the path"):
        read_apple_health(tmp_path / "nowhere.xml")


def test_broken_exports_are_read_or_refused_in_words(tmp_path: Path) -> None:
    rng = random.Random(6)
    whole, path = WHOLE.encode(), tmp_path / "export.xml"
    zipped = _zipped(tmp_path, WHOLE).read_bytes()
    refused = []
    for number in range(400):
        given = bytearray(zipped if number % 2 else whole)
        for _ in range(rng.randint(1, 6)):
            place = rng.randrange(len(given))
            given[place:place + rng.randint(0, 3)] = rng.choice([b"", b"\x00", b"<", b">", b"&", b'"', b"\xff\xfe", b"9" * 30])
        path.write_bytes(bytes(given[: rng.randint(1, len(given))] if number % 5 == 0 else given))
        try:
            assert len(read_apple_health(path)) <= 4
        except CrampstatsError as problem:
            refused.append(str(problem))
    assert refused
    assert min(map(len, refused)) > 20
