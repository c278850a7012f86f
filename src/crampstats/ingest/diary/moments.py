"""Dates with a time of day, from text: what the clock said, and the offset where one is written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from crampstats.codebook.checks import diary as checks
from crampstats.core.findings import Finding
from crampstats.ingest.parsing.dates import read_dates
from crampstats.ingest.parsing.times import read_times

SECONDS = "datetime64[s]"
# From this many times on, midnight throughout is a date without a time of day
ALL_MIDNIGHT = 5
# "Wednesday, 25 September 2026, at 11:30:00 p.m. [America/Argentina/ComodRivadavia]" has 81 letters
LONGEST = 100
_OFFSET = re.compile(
    r"(?P<rest>.*\d{1,2}[:.h]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?(?:\s?[AaPp]\.?\s?[Mm]\.?)?)\s*"
    r"(?:(?P<utc>Z|UTC|GMT)|(?:UTC|GMT)?(?P<sign>[+\-\u2212])(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?|\[?[A-Z][A-Za-z_/]{2,}\]?)"
)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?")
_APART = re.compile(
    r"(?P<date>.*\d)(?:,?\s+|T|,)(?:at\s+|um\s+|à\s+|a las\s+)?(?P<time>\d{1,2}[:.h]\d{2}.*|\d{1,2}\s?[AaPp]\.?\s?[Mm]\.?)"
)
_SERIAL = re.compile(r"(?P<day>[34]\d{4})[.,](?P<part>\d+)")
_LAST_MIDNIGHT = "24:00 as 00:00"


@dataclass(frozen=True, eq=False)
class Moments:
    """Times read from text.

    Parameters
    ----------
    wall
        (n,) of datetime64[s]; missing where there is no text, no time of day, or it could not be read.
    offset_minutes
        (n,) of float: minutes ahead of UTC as written; NaN where none is.
    findings
        What could not be read, and what was read as something else.
    """

    wall: np.ndarray
    offset_minutes: np.ndarray
    findings: tuple[Finding, ...] = ()


def read_moments(column: pd.Series) -> Moments:
    """Times of a column of text, each distinct text read once.

    Parameters
    ----------
    column
        Text such as "2026-03-01 07:12", "2026-03-01T06:12:33Z", "1.3.2026 7:12", "3/1/2026 7:12:33 PM", or a day number of a
        spreadsheet program with its part of the day ("46082.3"). Which of two figures is the day is decided by the column
        (`read_dates`).

    Returns
    -------
    Moments
        A date without a time of day has no moment: midnight would put it into the night before.

    Examples
    --------
    >>> read = read_moments(pd.Series(["2026-03-01 07:12:33 +0100", "28/02/2026 23:30", "2026-03-01"]))
    >>> [str(one) for one in read.wall], read.offset_minutes.tolist()
    (['2026-03-01T07:12:33', '2026-02-28T23:30:00', 'NaT'], [60.0, nan, nan])
    """
    texts = column.astype("string").str.strip().replace("", pd.NA)
    codes, distinct = pd.factorize(texts, use_na_sentinel=True)
    counts = np.bincount(codes[codes >= 0], minlength=len(distinct))
    # a page of text in a column of times is no time, however long it takes to find that out
    rests, offsets = _offsets([str(text) if len(text) <= LONGEST else "" for text in distinct])
    wall, findings = _read(rests, counts)
    taken = np.where(codes < 0, len(distinct), codes)
    full = np.append(wall, np.datetime64("NaT", "s"))[taken]
    name = str(column.name or "time")
    findings = (*findings, *_unread(codes, wall, counts), *_only_midnight(full))
    return Moments(full, np.append(offsets, np.nan)[taken], tuple(_named(findings, name)))


def _offsets(texts: list[str]) -> tuple[list[str], np.ndarray]:
    """The texts without what they say of the zone, and minutes ahead of UTC."""
    rests, offsets = [], np.full(len(texts), np.nan)
    for number, text in enumerate(texts):
        match = None if _ISO.fullmatch(text) else _OFFSET.fullmatch(text)
        rests.append(match["rest"] if match else text)
        if match and match["utc"]:
            offsets[number] = 0
        elif match and match["sign"]:
            ahead = int(match["hours"]) * 60 + int(match["minutes"] or 0)
            offsets[number] = ahead if match["sign"] == "+" else -ahead
    return rests, offsets


def _read(texts: list[str], counts: np.ndarray) -> tuple[np.ndarray, list[Finding]]:
    wall = np.full(len(texts), np.datetime64("NaT", "s"), dtype=SECONDS)
    iso = np.array([_ISO.fullmatch(text) is not None for text in texts], dtype=bool)
    if iso.any():
        picked = [text.replace("T", " ") for text, is_iso in zip(texts, iso, strict=True) if is_iso]
        wall[iso] = pd.to_datetime(pd.Series(picked), format="ISO8601", errors="coerce").to_numpy(dtype=SECONDS)
    for number in np.flatnonzero(~iso):
        if match := _SERIAL.fullmatch(texts[number]):
            wall[number] = _from_serial(match["day"], match["part"])
    rest = [number for number in np.flatnonzero(np.isnat(wall) & ~iso) if _APART.fullmatch(texts[number])]
    if not rest:
        return wall, []
    wall[rest], findings = _read_apart([texts[number] for number in rest], counts[rest])
    return wall, findings


def _from_serial(day: str, part: str) -> np.datetime64:
    seconds = round(float(f"0.{part[:15]}") * 86_400)
    return np.datetime64("1899-12-30", "s") + np.timedelta64(int(day) * 86_400 + seconds, "s")


def _read_apart(texts: list[str], counts: np.ndarray) -> tuple[np.ndarray, list[Finding]]:
    """Date and time of day read by themselves, as the column of dates and the column of times they are."""
    parts = [match for text in texts if (match := _APART.fullmatch(text))]
    dates, date_codes = np.unique([match["date"].rstrip(",") for match in parts], return_inverse=True)
    times, time_codes = np.unique([match["time"].strip() for match in parts], return_inverse=True)
    read = read_dates([str(one) for one in dates], np.bincount(date_codes, counts).astype(int))
    clock = read_times([str(one) for one in times])
    days = np.array([np.datetime64(one, "D") if one is not None else np.datetime64("NaT", "D") for one in read.values])
    minutes = np.array([_minutes(value, rule) for value, rule in zip(clock.values, clock.rules, strict=True)])
    known = ~np.isnan(minutes[time_codes])
    added = np.where(known, np.nan_to_num(minutes[time_codes]) * 60, 0).astype("timedelta64[s]")
    wall = days.astype(SECONDS)[date_codes] + added
    return np.where(known, wall, np.datetime64("NaT", "s")), [*read.findings, *clock.findings]


def _minutes(value: object, rule: str) -> float:
    if value is None:
        return np.nan
    hour, minute = str(value).split(":")
    # 24:00 is the end of its day
    return int(hour) * 60 + int(minute) + (1440 if _LAST_MIDNIGHT in rule else 0)


def _unread(codes: np.ndarray, wall: np.ndarray, counts: np.ndarray) -> list[Finding]:
    bad = np.isnat(wall)
    if not bad.any():
        return []
    first = int(np.flatnonzero(bad[np.maximum(codes, 0)] & (codes >= 0))[0]) + 1
    return [checks.TIME_NOT_READ.finding(
        "", f"{int(counts[bad].sum()):,} time(s) could not be read as a date with a time of day (first: entry {first}); they are "
        "missing.", suggestion="Write them as 2026-03-01 23:30. A date alone says its night only in a column of nights.",
    )]


def _only_midnight(wall: np.ndarray) -> list[Finding]:
    known = wall[~np.isnat(wall)]
    if len(known) < ALL_MIDNIGHT or (known != known.astype("datetime64[D]")).any():
        return []
    return [checks.MIDNIGHT.finding(
        "", f"All {len(known):,} times are midnight, so these are dates without a time of day; by the noon rule midnight belongs "
        "to the night before.",
    )]


def _named(findings: Iterable[Finding], name: str) -> list[Finding]:
    return [replace(one, column=one.column or name) for one in findings]
