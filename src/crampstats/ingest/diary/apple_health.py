"""Workouts out of an Apple Health export: read in one pass, and nothing of it but workouts and the days the watch was worn.

`export.xml` holds a person's whole health record. Of each workout its start, end, length, kind, zone and mean intensity are read,
of the summaries of days their date and whether anything was measured; devices, birth date, heart rates and routes are not.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

import numpy as np
import pandas as pd

from crampstats.codebook.checks import diary as checks
from crampstats.core.errors import DataError, OptionError
from crampstats.core.findings import Finding
from crampstats.ingest.diary.moments import read_moments
from crampstats.ingest.diary.nights import WALL, check_zone
from crampstats.ingest.diary.workout_data import END, INTENSITY, KIND, LONGEST, MINUTES, START, Workouts, intensity_of_mets
from crampstats.ingest.readers.oversized import TIMES, UNPACKED

ROOT = b"<HealthData"
HEAD, BLOCK = 2**16, 2**18
# what one entry of an export takes at most; a workout with a thousand laps takes a tenth of it
LONGEST_ENTRY = 8 * 2**20
# an export of ten years of a watch has 2 to 4 GB
LARGEST = 40 * 10**9
# what the archive's reader raises for what is broken in it
DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, EOFError, OSError, LookupError, UnicodeError,
)
PREFIX = "HKWorkoutActivityType"
MINUTES_OF = {"min": 1.0, "s": 1 / 60, "sec": 1 / 60, "hr": 60.0, "h": 60.0}
ATTRIBUTES = ("workoutActivityType", "duration", "durationUnit", "startDate", "endDate")
ZONE, METS = "HKTimeZone", "HKAverageMETs"
WORN = ("appleStandHours", "activeEnergyBurned", "appleExerciseTime")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NUMBER = re.compile(r"\s*(\d+(?:[.,]\d+)?)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
EXPORT_AGAIN = "Export it again: in Health on the phone, your picture, “Export All Health Data”."


@dataclass
class _Collected:
    """What the pass over the file has found."""

    workouts: list[dict[str, str]] = field(default_factory=list)
    days: list[str] = field(default_factory=list)


def is_apple_health(path: str | Path) -> bool:
    """Whether a file is an Apple Health export: its export.xml, or the zip archive that holds it."""
    path = Path(path)
    if not path.is_file():
        return False
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                return _member(archive) is not None
        except DAMAGED:
            return False
    with path.open("rb") as file:
        head = file.read(HEAD)
    return ROOT in head or b"<!DOCTYPE HealthData" in head


def read_apple_health(path: str | Path) -> Workouts:
    """Workouts of one person.

    Parameters
    ----------
    path
        ``export.zip`` as the phone makes it, or the ``export.xml`` in it.

    Returns
    -------
    Workouts
        Times are those of the clock where the workout was, by the zone the watch noted beside it; where it noted none, of the
        clock the phone wrote. `days` are those of which the watch sent a summary with anything in it; None where there is none.

    Raises
    ------
    DataError
        The file is no such export, damaged, cut off, or made to fill the memory.
    """
    path = Path(path)
    with _opened(path) as file:
        collected = _collect(file, path.name)
    return _made(collected, path.name)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    if not path.is_file():
        raise DataError(f"{path} is no file: check the path.")
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            yield file
        return
    try:
        with zipfile.ZipFile(path) as archive:
            name = _member(archive)
            if name is None:
                raise DataError(f"{path.name} holds no Apple Health export: no file in it begins so. {EXPORT_AGAIN}")
            _refuse_bomb(archive.getinfo(name), path)
            with archive.open(name) as member:
                yield member
    except DAMAGED as problem:
        raise DataError(f"{path.name} is damaged, protected or cut off: copy it again. {EXPORT_AGAIN}") from problem


def _member(archive: zipfile.ZipFile) -> str | None:
    """The part that is the export; its name differs by the language of the phone, and export_cda.xml is another thing."""
    for info in archive.infolist():
        if not info.filename.lower().endswith(".xml") or info.is_dir():
            continue
        with archive.open(info) as file:
            if ROOT in file.read(HEAD):
                return info.filename
    return None


def _refuse_bomb(info: zipfile.ZipInfo, path: Path) -> None:
    times = info.file_size / max(info.compress_size, 1)
    if info.file_size > LARGEST or (info.file_size > UNPACKED and times > TIMES):
        raise DataError(
            f"{path.name} unpacks to {info.file_size / 1e9:.1f} GB, {times:,.0f} times its size; it was not opened."
        )


def _collect(file: IO[bytes], name: str) -> _Collected:
    """One pass; each entry of the file is forgotten once it was looked at."""
    found, parser = _Collected(), XMLPullParser(events=("start", "end"))
    root: Element | None = None
    depth = since = 0
    try:
        while block := file.read(BLOCK):
            if b"<!ENTITY" in block:
                raise DataError(f"{name} defines entities, which no export of Apple Health does: it was not read.")
            since += len(block)
            parser.feed(block)
            for event, element in parser.read_events():
                if event == "start":
                    root = element if root is None else root
                    depth += 1
                    continue
                depth -= 1
                if depth == 1 and root is not None:
                    since = 0
                    _look(element, found)
                    root.clear()
            if since > LONGEST_ENTRY:
                raise DataError(f"{name} has an entry of more than {LONGEST_ENTRY // 2**20} MB, as no export has: not read.")
        parser.close()
    except ParseError as problem:
        raise DataError(
            f"{name} is no whole XML file (line {problem.position[0]:,}): it is damaged or was cut off. {EXPORT_AGAIN}"
        ) from problem
    except DataError:
        raise
    except (LookupError, ValueError) as problem:
        raise DataError(f"{name} names an encoding of its letters that no export has: it is damaged. {EXPORT_AGAIN}") from problem
    if root is None or root.tag != "HealthData":
        raise DataError(f"{name} is no Apple Health export: it does not begin with <HealthData>. {EXPORT_AGAIN}")
    return found


def _look(element: Element, found: _Collected) -> None:
    if element.tag == "Workout":
        given = {key: element.get(key, "") for key in ATTRIBUTES} | {ZONE: "", METS: ""}
        for entry in element.iterfind("MetadataEntry"):
            if entry.get("key") in (ZONE, METS):
                given[str(entry.get("key"))] = entry.get("value", "")
        found.workouts.append(given)
    elif element.tag == "ActivitySummary" and any(_number(element.get(name, "")) > 0 for name in WORN):
        found.days.append(element.get("dateComponents", ""))


def _number(text: str) -> float:
    match = _NUMBER.match(text)
    return float(match[1].replace(",", ".")) if match else np.nan


def _made(found: _Collected, name: str) -> Workouts:
    given = pd.DataFrame(found.workouts, columns=[*ATTRIBUTES, ZONE, METS], dtype=object)
    start, end = read_moments(given["startDate"].rename(START)), read_moments(given["endDate"].rename(END))
    elapsed = _seconds(end.wall, end.offset_minutes) - _seconds(start.wall, start.offset_minutes)
    minutes = np.where(_told(given).isna(), elapsed / 60, _told(given))
    bad = ~((minutes > 0) & (minutes <= LONGEST))
    zones = _zones(given[ZONE])
    table = pd.DataFrame({
        START: _there(start.wall, start.offset_minutes, zones), END: _there(end.wall, end.offset_minutes, zones),
        MINUTES: np.where(bad, np.nan, minutes), KIND: given["workoutActivityType"].map(_kind).astype("str"),
        INTENSITY: intensity_of_mets(given[METS].map(_number).to_numpy(dtype=np.float64)),
    })
    known = table[START].notna()
    days = sorted({one for one in found.days if _DAY.fullmatch(one)})
    covered = None if not days else pd.DataFrame({"day": _days(days)})
    return Workouts(table[known].reset_index(drop=True), covered, tuple(_findings(name, known, bad, zones)))


def _days(texts: list[str]) -> np.ndarray:
    read = pd.to_datetime(pd.Series(texts), format="%Y-%m-%d", errors="coerce").dropna()
    return read.to_numpy().astype("datetime64[D]").astype(np.int64)


def _told(given: pd.DataFrame) -> pd.Series:
    factors = given["durationUnit"].replace("", "min").map(MINUTES_OF)
    return pd.to_numeric(given["duration"].str.replace(",", ".", regex=False), errors="coerce") * factors


def _seconds(wall: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    seconds = np.where(np.isnat(wall), np.nan, np.where(np.isnat(wall), np.datetime64(0, "s"), wall).astype(np.int64))
    return np.asarray(seconds - 60 * np.nan_to_num(offsets), dtype=np.float64)


def _zones(column: pd.Series) -> pd.Series:
    """The zones that there are; others, and none, are missing."""
    def known(name: str) -> str | None:
        try:
            return name if name and check_zone(name) else None
        except OptionError:
            return None

    names = {name: known(name) for name in column.unique()}
    return column.map(names)


def _there(wall: np.ndarray, offsets: np.ndarray, zones: pd.Series) -> pd.Series:
    """The clock where the workout was: by its own zone where it and the offset are known, else as written."""
    made = wall.copy()
    for name in zones.dropna().unique():
        here = (zones == name).to_numpy(dtype=bool) & ~np.isnan(offsets) & ~np.isnat(wall)
        utc = wall[here] - (offsets[here] * 60).astype("timedelta64[s]")
        made[here] = pd.DatetimeIndex(utc).tz_localize("UTC").tz_convert(name).tz_localize(None).to_numpy(dtype=WALL)
    return pd.Series(made)


def _kind(text: str) -> str:
    """ "HKWorkoutActivityTypeTraditionalStrengthTraining" as "traditional strength training"."""
    return _CAMEL.sub(" ", text.removeprefix(PREFIX)).lower()


def _findings(name: str, known: pd.Series, bad: np.ndarray, zones: pd.Series) -> Iterator[Finding]:
    if not len(known):
        yield checks.NO_WORKOUTS.finding(name, "The export holds no workout; that exercise was not recorded does not mean none.")
    if n := int((~known).sum()):
        yield checks.TIME_NOT_READ.finding(START, f"{n:,} workout(s) have no start that can be read; they were left out.")
    if n := int((bad & known.to_numpy()).sum()):
        yield checks.WORKOUT_LENGTH.finding(MINUTES, f"{n:,} workout(s) last no time or over a day; their length is missing.")
    if n := int((zones.isna() & known).sum()):
        yield checks.ZONE_OF_EXPORT.finding(
            START, f"{n:,} workout(s) note no zone of their own; the clock is the one the phone wrote on exporting the data.")
