"""Workouts joined to a diary: minutes of exercise on the day before each night."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pandas as pd

from crampstats.codebook.checks import diary as checks
from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError, unknown_name
from crampstats.core.findings import Finding
from crampstats.core.labels import Label
from crampstats.ingest.diary.apple_health import is_apple_health, read_apple_health
from crampstats.ingest.diary.nights import WALL, day_of
from crampstats.ingest.diary.workout_data import END, INTENSITIES, INTENSITY, MINUTES, PERSON, START, Workouts
from crampstats.ingest.diary.workout_tables import read_workout_table

Covered = Literal["between", "every night", "workout days"]
DAY = "day"
DEVICE_MINUTES, DEVICE_INTENSITY = "workout_minutes", "workout_intensity"
EXERCISE_MINUTES, EXERCISE_INTENSITY = "exercise_minutes", "exercise_intensity"


@dataclass(frozen=True, eq=False)
class _OfNights:
    """What the device says of the day of each row of a panel.

    Parameters
    ----------
    minutes
        Minutes of exercise; 0 on a day the device covers without a workout, NaN where it does not cover the day.
    intensity
        Number of the highest intensity in `INTENSITIES`; -1 where unknown.
    findings
        What was noticed.
    """

    minutes: np.ndarray
    intensity: np.ndarray
    findings: tuple[Finding, ...]


def read_workouts(path: str | Path, *, zone: str | None = None) -> Workouts:
    """Workouts from an Apple Health export (export.zip or export.xml) or any table of workouts.

    Parameters
    ----------
    path
        The file; what it is, its content tells.
    zone
        Zone of the wall clock, for tables whose times are written in UTC.

    Returns
    -------
    Workouts
        One row per workout, and the days the device is known to have covered.

    Raises
    ------
    DataError
        The file is damaged, or holds no workouts that can be read.
    """
    return read_apple_health(path) if is_apple_health(path) else read_workout_table(path, zone=zone)


def join_workouts(panel: DiaryPanel, workouts: Workouts, *, covered: Covered = "between", person: str = "") -> DiaryPanel:
    """The diary with minutes and intensity of exercise on the calendar day each night belongs to.

    A workout counts for the calendar day on which it began: a run at seven in the morning of the 2nd precedes the night of the
    2nd, and cannot have caused a cramp in the night that was over. Workouts that overlap (a watch and an app recording the same
    hour) count no longer than from the first start to the last end.

    Parameters
    ----------
    panel
        The diary.
    workouts
        As `read_workouts` gives them, ``person`` named as in the panel.
    covered
        Days on which no workout means no exercise, where the device does not say itself (`Workouts.days`): "between" the first
        and the last workout of each person; "every night" of the diary; "workout days" alone. On other days exercise is not
        recorded.
    person
        Whose workouts they are, where the file does not tell and the diary is of several persons.

    Returns
    -------
    DiaryPanel
        With `workout_minutes` and `workout_intensity` (none, light, moderate, vigorous; missing where the device does not tell),
        and with `exercise_minutes` and `exercise_intensity` where the diary has no such column.

    Raises
    ------
    OptionError
        No such person or `covered`.
    DataError
        Nobody says whose workouts they are.

    Examples
    --------
    >>> from crampstats.core.diary import DiaryPanel
    >>> panel = DiaryPanel(pd.DataFrame({"person": "a", "night": ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"]}))
    >>> runs = pd.DataFrame({"start": pd.to_datetime(["2026-03-01 07:00", "2026-03-03 23:50"]), "end": pd.NaT,
    ...     "minutes": [30.0, 20.0], "kind": "run", "intensity": None})
    >>> join_workouts(panel, Workouts(runs)).values("exercise_minutes").tolist()
    [30.0, 0.0, 20.0, nan]
    """
    held = _place(panel, workouts, covered, person)
    words = pd.Categorical.from_codes(held.intensity, categories=list(INTENSITIES), ordered=True)
    made = {DEVICE_MINUTES: held.minutes, DEVICE_INTENSITY: words}
    made |= {name: made[device] for name, device in ((EXERCISE_MINUTES, DEVICE_MINUTES), (EXERCISE_INTENSITY, DEVICE_INTENSITY))
             if name not in panel.table}
    labels = {DEVICE_MINUTES: Label("Exercise recorded by a device", "min"),
              DEVICE_INTENSITY: Label("Highest intensity recorded by a device", levels=INTENSITIES, ordered=True)}
    return panel.with_columns(**made).described(labels={**labels, **panel.labels})


def audit_workouts(
    panel: DiaryPanel, workouts: Workouts, *, covered: Covered = "between", person: str = ""
) -> tuple[Finding, ...]:
    """What reading and joining the workouts noticed; parameters and errors as for `join_workouts`."""
    return (*workouts.findings, *_place(panel, workouts, covered, person).findings)


def rename_persons(workouts: Workouts, known: dict[str, str]) -> Workouts:
    """The workouts with the persons' numbers in the file replaced by their names in the diary; those of others are left out."""
    if not workouts.has_persons:
        return workouts
    named = workouts.table.assign(**{PERSON: workouts.table[PERSON].map(known)})
    lost = int(named[PERSON].isna().sum())
    told = (checks.WORKOUTS_NOT_PLACED.finding(PERSON, f"{lost:,} workout(s) are of persons without a diary."),) if lost else ()
    return replace(workouts, table=named[named[PERSON].notna()].reset_index(drop=True), findings=(*workouts.findings, *told))


def _place(panel: DiaryPanel, workouts: Workouts, covered: Covered, person: str) -> _OfNights:
    if covered not in get_args(Covered):
        raise unknown_name("covered", covered, get_args(Covered))
    codes = _codes(panel, workouts.table, person)
    table, known = workouts.table[codes >= 0].reset_index(drop=True), codes[codes >= 0]
    days = day_of(table[START]).to_numpy(dtype=np.int64)
    minutes, overlapping = _counted_once(table, known)
    rows = _rows(panel, known, days)
    placed = rows >= 0
    total = np.bincount(rows[placed], np.nan_to_num(minutes[placed]), len(panel))
    unknown = np.bincount(rows[placed], np.isnan(minutes[placed]).astype(float), len(panel)) > 0
    n = np.bincount(rows[placed], minlength=len(panel))
    told = (n > 0) | _covered(panel, workouts, covered, known, days, person)
    found = np.where(told & ~unknown, total, np.nan)
    findings = _findings(workouts, codes, placed, overlapping, told)
    return _OfNights(found, _highest(table, rows, n, told, len(panel)), tuple(findings))


def _codes(panel: DiaryPanel, table: pd.DataFrame, person: str) -> np.ndarray:
    """Number of the person of each row of a table in the panel; -1 for persons without a diary."""
    if person and person not in panel.persons:
        raise OptionError(f"no such person has a diary here; it holds {len(panel.persons)}.")
    if PERSON in table and not person:
        return np.asarray(panel.persons.get_indexer(pd.Index(table[PERSON])), dtype=np.int64)
    if not person and len(panel.persons) > 1:
        raise DataError(
            f"the workouts do not tell whose they are, and the diary is of {len(panel.persons)} persons; name the one they are "
            "of (person=... of join_workouts), or give a table of workouts with a column of participants."
        )
    return np.full(len(table), panel.persons.get_loc(person) if person else 0, dtype=np.int64)


def _rows(panel: DiaryPanel, codes: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Row of the panel of each person and day; -1 where there is none."""
    if not len(codes):
        return np.empty(0, dtype=np.int64)
    low = min(int(panel.nights.min()), int(days.min()))
    wide = max(int(panel.nights.max()), int(days.max())) - low + 1
    keys = panel.codes * wide + (panel.nights - low)
    wanted = codes * wide + (days - low)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, at, -1)


def _counted_once(table: pd.DataFrame, codes: np.ndarray) -> tuple[np.ndarray, int]:
    """Minutes of each workout, and how many overlap others; these together last from first start to last end at most."""
    minutes = table[MINUTES].to_numpy(dtype=np.float64).copy()
    start = table[START].to_numpy(dtype=WALL).astype(np.int64)
    end = table[END].to_numpy(dtype=WALL)
    length = np.where(np.isnat(end), np.nan_to_num(minutes) * 60, (end - table[START].to_numpy(dtype=WALL)).astype(np.int64))
    stop = start + np.where(length > 0, length, 0).astype(np.int64)
    order = np.lexsort((start, codes))
    group = _overlapping(codes[order], start[order], stop[order])
    n = np.bincount(group) if len(group) else np.zeros(0, dtype=np.int64)
    several = n[group] > 1 if len(group) else np.zeros(0, dtype=bool)
    if not several.any():
        return minutes, 0
    first = np.full(len(n), np.iinfo(np.int64).max)
    last = np.full(len(n), np.iinfo(np.int64).min)
    np.minimum.at(first, group, start[order])
    np.maximum.at(last, group, stop[order])
    total = np.bincount(group, np.nan_to_num(minutes[order]), len(n))
    most = (last - first) / 60
    shrink = np.where(total > most, most / np.maximum(total, 1e-12), 1.0)
    minutes[order] *= shrink[group]
    return minutes, int(several.sum())


def _overlapping(codes: np.ndarray, start: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """Number of the run of overlapping workouts of each, sorted by person and start."""
    if not len(codes):
        return np.empty(0, dtype=np.int64)
    # ends of one person must not reach into the next: each person's times are moved behind all earlier ones
    span = int(stop.max() - start.min()) + 1
    base = codes * span
    reached = np.maximum.accumulate(base + (stop - start.min()))
    new = np.ones(len(codes), dtype=bool)
    new[1:] = (base + (start - start.min()))[1:] >= reached[:-1]
    new[1:] |= np.diff(codes) != 0
    return np.cumsum(new) - 1


def _covered(
    panel: DiaryPanel, workouts: Workouts, covered: Covered, codes: np.ndarray, days: np.ndarray, person: str
) -> np.ndarray:
    """Rows of whose day a missing workout means none."""
    found = np.zeros(len(panel), dtype=bool)
    if workouts.days is not None:
        own = _codes(panel, workouts.days, person)
        rows = _rows(panel, own[own >= 0], workouts.days[DAY].to_numpy(dtype=np.int64)[own >= 0])
        found[rows[rows >= 0]] = True
    elif covered == "every night":
        found[:] = True
    elif covered == "between" and len(codes):
        k = len(panel.persons)
        first, last = np.full(k, np.iinfo(np.int64).max), np.full(k, np.iinfo(np.int64).min)
        np.minimum.at(first, codes, days)
        np.maximum.at(last, codes, days)
        found = (panel.nights >= first[panel.codes]) & (panel.nights <= last[panel.codes])
    return found


def _highest(table: pd.DataFrame, rows: np.ndarray, n: np.ndarray, told: np.ndarray, size: int) -> np.ndarray:
    """Highest intensity of the workouts of a day; none without a workout; -1 where one that does not tell may be higher."""
    levels = pd.Categorical(table[INTENSITY], categories=list(INTENSITIES)).codes.astype(np.int64)
    highest, lowest = np.full(size, -1, dtype=np.int64), np.full(size, len(INTENSITIES), dtype=np.int64)
    placed = rows >= 0
    np.maximum.at(highest, rows[placed], levels[placed])
    np.minimum.at(lowest, rows[placed], levels[placed])
    sure = (lowest >= 0) | (highest == len(INTENSITIES) - 1)
    return np.where(told & (n == 0), 0, np.where((n > 0) & sure, highest, -1))


def _findings(
    workouts: Workouts, codes: np.ndarray, placed: np.ndarray, overlapping: int, told: np.ndarray
) -> list[Finding]:
    found = []
    if overlapping:
        found.append(checks.WORKOUTS_OVERLAP.finding(START, f"{overlapping:,} workouts overlap; what they share counts once."))
    strangers, elsewhere = int((codes < 0).sum()), int((~placed).sum())
    if strangers or elsewhere:
        found.append(checks.WORKOUTS_NOT_PLACED.finding(
            START, f"{strangers:,} of {len(workouts):,} workouts are of persons without a diary, {elsewhere:,} of days outside."))
    if not told.all():
        found.append(checks.DAYS_NOT_COVERED.finding(
            DEVICE_MINUTES, f"The device did not record on the day of {int((~told).sum()):,} of {len(told):,} nights."))
    return found
