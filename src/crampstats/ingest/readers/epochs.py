"""Dates and times as SPSS, Stata and SAS keep them: numbers since an epoch, with a display format that says which."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

ISO_DATE = "%Y-%m-%d"
ISO_MOMENT = "%Y-%m-%d %H:%M:%S"
ISO_PRECISE = "%Y-%m-%d %H:%M:%S.%f"
GREGORIAN = datetime(1582, 10, 14)
SIXTIES = datetime(1960, 1, 1)
DAY = 86_400
UNIX = datetime(1970, 1, 1)
Package = Literal["spss", "stata", "sas"]
Kind = Literal["date", "moment", "time"]

_SPSS: dict[Kind, re.Pattern[str]] = {
    "date": re.compile(r"(DATE|ADATE|EDATE|JDATE|SDATE|QYR|MOYR|WKYR)[\d.]*"),
    "moment": re.compile(r"(DATETIME|YMDHMS)[\d.]*"),
    "time": re.compile(r"(TIME|DTIME|MTIME)[\d.]*"),
}
_STATA_TIME = re.compile(r"%-?t[cC](?=[Hh])[HhMSsAaPpm.:_+]+")
_STATA = re.compile(r"%-?(?:t([cCdwmqh])|(d))")
_SAS: dict[Kind, re.Pattern[str]] = {
    "date": re.compile(
        r"(DATE|DAY|DDMMYY[BCDNPS]?|MMDDYY[BCDNPS]?|YYMMDD[BCDNPS]?|MMYY[CDNPS]?|YYMM[CDNPS]?|YYQR?[CDNPS]?|YYMON|MONYY|"
        r"MONNAME|MONTH|QTRR?|YEAR|WEEKDAY|DOWNAME|WEEKDATE|WEEKDATX|WORDDATE|WORDDATX|JULIAN|JULDAY|WEEK[UVW]|EURDF\w+|"
        r"NLDATE\w*|[EB]8601DA|IS8601DA|\$?N8601DA)"
    ),
    "moment": re.compile(
        r"(DATETIME|DATEAMPM|MDYAMPM|DTDATE|DTMONYY|DTWKDATX|DTYEAR|DTYYQC|NLDATM\w*|[EB]8601D[TNZ]|IS8601D[TN]|EURDFDT)"
    ),
    "time": re.compile(r"(TIME|TIMEAMPM|TOD|HHMM|HOUR|MMSS|NLTI?MA?P?|[EB]8601TM|IS8601TM)"),
}


@dataclass(frozen=True)
class Clock:
    """How a column of numbers reads as dates or times.

    Parameters
    ----------
    kind
        Whether the column holds dates (with or without a time of day) or times.
    write
        From a number to its text; raises ``ValueError`` or ``OverflowError`` where it is no date.
    """

    kind: Literal["date", "time"]
    write: Callable[[float], str]


@dataclass(frozen=True)
class Unit:
    """What the numbers of a date or time count.

    Parameters
    ----------
    kind
        What they are: dates, dates with a time of day, or times of day.
    micros
        Microseconds of one unit; 0 for whole days.
    days
        The day they count from, in days since 1970-01-01.
    wraps
        Whether they are moments of which only the time of day is shown.
    """

    kind: Kind
    micros: int = 0
    days: int = 0
    wraps: bool = False


def find_unit(package: Package, display: str) -> Unit | None:
    """What a display format says the numbers count, for columns converted as a whole; None for numbers, months and quarters.

    Examples
    --------
    >>> find_unit("sas", "DATE9"), find_unit("stata", "%tm")
    (Unit(kind='date', micros=0, days=-3653, wraps=False), None)
    """
    return {"spss": _spss_unit, "stata": _stata_unit, "sas": _sas_unit}[package](display)


def find_clock(package: Package, display: str) -> Clock | None:
    """The clock a display format stands for; None for a number that is no date.

    Examples
    --------
    >>> find_clock("spss", "EDATE10").write(13744944000.0), find_clock("stata", "%td").write(21310)
    ('2018-05-06', '2018-05-06')
    >>> find_clock("sas", "TIME20.3").write(83410.5), find_clock("stata", "%tm").write(700), find_clock("sas", "BEST12")
    ('23:10:10.500000', '2018-05', None)
    """
    return {"spss": _spss_clock, "stata": _stata_clock, "sas": _sas_clock}[package](display)


def _spss_kind(display: str) -> Kind | None:
    return next((kind for kind, pattern in _SPSS.items() if pattern.fullmatch(display.upper())), None)


def _sas_kind(display: str) -> tuple[Kind | None, str]:
    """The kind of a format, and its name without width."""
    name = re.sub(r"\d*\.?\d*$", "", display.upper())
    return next((kind for kind, pattern in _SAS.items() if pattern.fullmatch(name)), None), name


def _spss_unit(display: str) -> Unit | None:
    kind = _spss_kind(display)
    return Unit(kind, 1_000_000, 0 if kind == "time" else (GREGORIAN - UNIX).days) if kind else None


def _sas_unit(display: str) -> Unit | None:
    kind, name = _sas_kind(display)
    if kind is None:
        return None
    since = (SIXTIES - UNIX).days
    return Unit("date", days=since) if kind == "date" else Unit(kind, 1_000_000, since, wraps=name == "TOD")


def _stata_unit(display: str) -> Unit | None:
    since = (SIXTIES - UNIX).days
    if _STATA_TIME.fullmatch(display):
        return Unit("time", 1_000)
    letter = (unit.group(1) or "d") if (unit := _STATA.match(display)) else ""
    if letter in ("c", "C"):
        return Unit("moment", 1_000, since)
    return Unit("date", days=since) if letter == "d" else None


def _spss_clock(display: str) -> Clock | None:
    kind = _spss_kind(display)
    if kind is None or kind == "time":
        return Clock("time", write_time) if kind else None
    return Clock("date", _seconds_since(GREGORIAN, dates=kind == "date"))


def _sas_clock(display: str) -> Clock | None:
    kind, name = _sas_kind(display)
    if kind == "time":
        # TOD shows the time of day of a moment; the other formats show spans
        return Clock("time", (lambda value: write_time(value % DAY)) if name == "TOD" else write_time)
    if kind is None:
        return None
    return Clock("date", _days_since(SIXTIES) if kind == "date" else _seconds_since(SIXTIES))


def _stata_clock(display: str) -> Clock | None:
    if _STATA_TIME.fullmatch(display):
        return Clock("time", lambda value: write_time(value / 1000))
    unit = _STATA.match(display)
    if unit is None:
        return None
    letter = unit.group(1) or "d"
    if letter in "cC":
        since = _seconds_since(SIXTIES)
        return Clock("date", lambda value: since(value / 1000))
    if letter == "d":
        return Clock("date", _days_since(SIXTIES))
    return Clock("date", {"m": _months, "w": _parts("w", 52), "q": _parts("q", 4), "h": _parts("h", 2)}[letter])


def _seconds_since(epoch: datetime, *, dates: bool = False) -> Callable[[float], str]:
    """Moments as text; with `dates` those at midnight as their date, for a package that keeps both in one kind of number."""
    def write(value: float) -> str:
        moment = epoch + timedelta(microseconds=round(value * 1e6))
        return moment.date().isoformat() if dates and moment.time() == datetime.min.time() else moment.isoformat(" ")

    return write


def _days_since(epoch: datetime) -> Callable[[float], str]:
    def write(value: float) -> str:
        if value != int(value):
            raise ValueError("part of a day")
        return (epoch.date() + timedelta(days=int(value))).isoformat()

    return write


def write_time(seconds: float) -> str:
    """Seconds as hours, minutes and seconds; spans of a day and more keep their hours.

    Examples
    --------
    >>> write_time(36610), write_time(90000.25), write_time(-60)
    ('10:10:10', '25:00:00.250000', '-00:01:00')
    """
    whole, micro = divmod(round(abs(seconds) * 1_000_000), 1_000_000)
    text = f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}" + (f".{micro:06d}" if micro else "")
    return f"-{text}" if seconds < 0 else text


def _months(value: float) -> str:
    year, month = _split(value, 12)
    return date(year, month, 1).isoformat()[:7]


def _parts(letter: str, per_year: int) -> Callable[[float], str]:
    def write(value: float) -> str:
        year, part = _split(value, per_year)
        return f"{year}{letter}{part}"

    return write


def _split(value: float, per_year: int) -> tuple[int, int]:
    if value != int(value):
        raise ValueError("part of a period")
    years, part = divmod(int(value), per_year)
    return 1960 + years, part + 1
