"""Workouts out of any table: a training log, a sheet, what an app exports."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from crampstats.codebook.checks import diary as checks
from crampstats.codebook.diary_entries import PERSON as PERSONS
from crampstats.core.errors import DataError
from crampstats.core.findings import Finding
from crampstats.ingest.diary.nights import WALL, read_wall_clock
from crampstats.ingest.diary.workout_data import END, INTENSITY, KIND, LONGEST, MINUTES, PERSON, START, Workouts
from crampstats.ingest.parsing.dates import read_dates
from crampstats.ingest.readers.opening import read_file
from crampstats.ingest.recorded import RecordedTable

KNOWN_AS = {
    PERSON: (PERSONS.name, *PERSONS.known_as),
    START: ("start", "start time", "start date", "started", "started at", "begin", "began at", "start datetime", "date and time",
            "activity date", "workout date", "date", "day", "beginn", "startzeit", "datum", "tag", "inicio", "fecha", "début",
            "inizio"),
    END: ("end", "end time", "end date", "ended", "ended at", "stop", "stop time", "finish", "finished at", "end datetime",
          "ende", "endzeit", "fin", "fine", "fim"),
    MINUTES: ("duration", "minutes", "length", "workout duration", "exercise minutes", "moving time", "elapsed time", "time",
              "dauer", "minuten", "duración", "duracion", "minutos", "durée", "durata", "duração"),
    KIND: ("kind", "type", "activity", "activity type", "workout type", "sport", "sport type", "exercise", "sportart",
           "aktivität", "aktivitätstyp", "actividad", "tipo", "tipo de actividad", "activité", "type d'activité", "attività"),
    INTENSITY: ("intensity", "effort", "exertion", "intensität", "anstrengung", "intensidad", "intensité", "intensità"),
}
# an export of Strava: its times are of UTC, its lengths in seconds
STRAVA = frozenset({"activity id", "activity date", "activity type", "elapsed time"})
WORDS = {
    "light": ("light", "easy", "low", "leicht", "gering", "ligera", "suave", "légère", "faible", "leggera", "leve"),
    "moderate": ("moderate", "medium", "mittel", "moderat", "mäßig", "moderada", "modérée", "moyenne", "moderata"),
    "vigorous": ("vigorous", "hard", "high", "intense", "heavy", "strenuous", "hoch", "stark", "intensiv", "anstrengend",
                 "intensa", "vigorosa", "forte", "élevée"),
}
_UNITS = {
    **dict.fromkeys(("min", "mins", "minute", "minutes", "minuten", "minutos", "minuti"), 1.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "stunden", "std", "horas", "heures", "ore"), 60.0),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "sekunden"), 1 / 60),
}
_UNIT = re.compile(r"[(\[,/]\s*(?P<unit>[^\W\d_]+)\.?\s*[)\]]?\s*$")
_CLOCK = re.compile(r"(?:(?P<hours>\d{1,3}):)?(?P<minutes>\d{1,3}):(?P<seconds>\d{2})(?:[.,]\d+)?")
_WORDED = re.compile(
    r"(?:(?P<hours>\d+(?:[.,]\d+)?)\s*h\w*)?\s*(?:(?P<minutes>\d+(?:[.,]\d+)?)\s*m\w*)?\s*(?:(?P<seconds>\d+)\s*s\w*)?"
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


def read_workout_table(path: str | Path, *, zone: str | None = None) -> Workouts:
    """Workouts of any table that can be read.

    Parameters
    ----------
    path
        A table with a start (or a date) and an end or a length, one row per workout; further columns found by their headings:
        person, kind, intensity.
    zone
        Zone of the wall clock, for times written in UTC.

    Returns
    -------
    Workouts
        `days` is None: a table of workouts does not tell on which days the device was off.

    Raises
    ------
    DataError
        No column is a start, or the unit of the length is not stated.
    """
    table = read_file(path).main
    found = _find(table)
    if START not in found:
        raise DataError(
            f"{table.name}: no column says when a workout began; headings such as {', '.join(KNOWN_AS[START][:4])} or date are "
            f"expected, the table has {', '.join(map(str, table.cells.columns[:12]))}."
        )
    strava = set(map(_folded, table.cells.columns)) >= STRAVA
    start, dated, told = _starts(table, found[START], "UTC" if strava else "", zone)
    end, more = _ends(table, found, zone)
    minutes = _minutes(table, found, strava, start, end)
    bad = ~np.isnan(minutes) & ~((minutes > 0) & (minutes <= LONGEST))
    made = pd.DataFrame({
        START: start, END: end, MINUTES: np.where(bad, np.nan, minutes), KIND: _texts(table, found, KIND),
        INTENSITY: _intensities(table, found),
    })
    if PERSON in found:
        made.insert(0, PERSON, table.cells[found[PERSON]])
    known = made[START].notna() & (made[PERSON].notna() if PERSON in made else True)
    findings = (*table.findings.rows, *told, *more, *_told(int((~known).sum()), int((bad & known.to_numpy()).sum()), dated))
    return Workouts(made[known].reset_index(drop=True), None, findings)


def _find(table: RecordedTable) -> dict[str, str]:
    """The column of each part; of several the one whose heading is known best."""
    folded = {str(name): _folded(str(name)) for name in table.cells}
    found: dict[str, str] = {}
    for part, words in KNOWN_AS.items():
        for word in words:
            match = next((name for name, text in folded.items() if text == word and name not in found.values()), None)
            if match is not None:
                found[part] = match
                break
    return found


def _folded(heading: str) -> str:
    return " ".join(_UNIT.sub("", heading).lower().replace("_", " ").replace("-", " ").split())


def _starts(
    table: RecordedTable, name: str, written_in: str, zone: str | None
) -> tuple[np.ndarray, bool, tuple[Finding, ...]]:
    """When workouts began; where the column holds dates alone, the beginning of the day, which is all the join needs."""
    cells = table.cells[name]
    if written_in and zone is None:
        raise DataError(f"{table.name}: {name} is written in UTC; state the zone of the local clock, e.g. \"Europe/Berlin\".")
    clock = read_wall_clock(cells + " UTC" if written_in else cells, zone)
    wall = clock.wall.to_numpy(dtype=WALL)
    if not np.isnat(wall).all() or not cells.notna().any():
        return wall, False, clock.findings
    codes, texts = pd.factorize(cells, use_na_sentinel=True)
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    read = read_dates([str(text) for text in texts], [int(n) for n in counts])
    days = np.array([np.datetime64("NaT") if one is None else np.datetime64(one) for one in [*read.values, None]], dtype=WALL)
    return days[np.where(codes < 0, len(texts), codes)], True, tuple(replace(one, column=name) for one in read.findings)


def _ends(table: RecordedTable, found: dict[str, str], zone: str | None) -> tuple[np.ndarray, tuple[Finding, ...]]:
    if END not in found:
        return np.full(len(table.cells), np.datetime64("NaT", "s"), dtype=WALL), ()
    clock = read_wall_clock(table.cells[found[END]], zone)
    return clock.wall.to_numpy(dtype=WALL), clock.findings


def _minutes(table: RecordedTable, found: dict[str, str], strava: bool, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The length told, else from start to end on the clock."""
    between = np.where(np.isnat(end) | np.isnat(start), np.nan, (end - start).astype(np.int64) / 60)
    if MINUTES not in found:
        return between
    cells, heading = table.cells[found[MINUTES]], found[MINUTES]
    unit = _UNIT.search(heading)
    factor = 1 / 60 if strava else _UNITS.get(unit["unit"].lower() if unit else _folded(heading).split()[-1])
    told = {text: _length(str(text), factor) for text in cells.dropna().unique()}
    if (bare := [text for text, value in told.items() if value is None]) and factor is None:
        raise DataError(
            f"{table.name}: {heading!r} holds {len(bare)} different length(s) without a unit (first: {str(bare[0])[:20]}); a "
            f"unit is never guessed. Write it into the heading: \"{heading} (min)\"."
        )
    lengths = cells.map(told).to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isnan(lengths), between, lengths)


def _length(text: str, factor: float | None) -> float | None:
    """Minutes of "45", "0:45:00" or "1 h 5 min"; NaN for what is no length, None for a number without a unit."""
    if _NUMBER.fullmatch(text):
        return None if factor is None else float(text.replace(",", ".")) * factor
    match = _CLOCK.fullmatch(text) or (_WORDED.fullmatch(text.strip().lower()) if text.strip() else None)
    if match is None or not any(match.groupdict().values()):
        return np.nan
    parts = {key: float((value or "0").replace(",", ".")) for key, value in match.groupdict().items()}
    return 60 * parts["hours"] + parts["minutes"] + parts["seconds"] / 60


def _texts(table: RecordedTable, found: dict[str, str], part: str) -> pd.Series:
    if part not in found:
        return pd.Series([None] * len(table.cells), dtype="str")
    return table.cells[found[part]].str.lower()


def _intensities(table: RecordedTable, found: dict[str, str]) -> pd.Series:
    meant = {word: level for level, words in WORDS.items() for word in words}
    return _texts(table, found, INTENSITY).map(meant).astype(object)


def _told(lost: int, bad: int, dated: bool) -> Iterable[Finding]:
    if lost:
        yield checks.TIME_NOT_READ.finding(START, f"{lost:,} workout(s) have no start that can be read; they were left out.")
    if bad:
        yield checks.WORKOUT_LENGTH.finding(MINUTES, f"{bad:,} workout(s) last no time or over a day; their length is missing.")
    if dated:
        yield checks.WORKOUTS_DATED.finding(START, "The workouts have a date and no time of day; each counts for its date.")
