"""Dates of a column by explicit formats; which of two figures is the day is decided by the column, or by nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from crampstats.codebook.columns import UNREADABLE
from crampstats.core.findings import Finding
from crampstats.ingest.parsing.date_text import MIDNIGHT, TIME, DateParts, split_date
from crampstats.ingest.parsing.folding import Declared
from crampstats.ingest.parsing.missing import read_missing
from crampstats.ingest.parsing.readings import NOT_READ, Reading, Readings, collect

# Rows that show one order of day and month must be this share of all that show any.
MAJORITY = 0.95
# Nobody living was born earlier, and no visit lies later; also what timestamps in nanoseconds can hold.
YEARS = (1900, 2100)
# As spreadsheet programs complete years: 00-29 are 2000-2029, 30-99 are 1930-1999.
PIVOT = 30
# Day numbers taken for dates unasked: 1 January 1910 to 31 December 2099.
SERIALS = (3654, 73050)
EXCEL_1900, EXCEL_1904 = "excel 1900", "excel 1904"
WITHOUT_TIME = "time of day left out"
TWO_DIGITS = "a year of two digits completed: 00-29 as 2000-2029, 30-99 as 1930-1999"
SERIAL_RULES = {EXCEL_1900: "a day number of a spreadsheet program, counted from 1900",
                EXCEL_1904: "a day number of a spreadsheet program, counted from 1904"}

_ISO = (r"^(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
        r"(?:[T ](?:[01][0-9]|2[0-4]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?$")
_ISO_MIDNIGHT = r"^.{10}(?:[T ](?:00|24):00(?::00(?:\.0+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?$"
# A format that says all of a date; its times; one with the year first and the day before the month
_IS_DATE = re.compile(r"^(?=.*%d)(?=.*%[mbB])(?=.*%[yY])")
_TIME_FORMAT = re.compile(r"[ T,]*%[HI].*$")
_YEAR_FIRST = re.compile(r"%Y.*%d.*%m")
# Dates of the program needed before they are suspected to be turned round
TURNED = 5
_SERIAL = re.compile(r"\d{1,6}(?:[.,]\d+)?")


def read_dates(
    texts: Sequence[str], counts: Sequence[int], *, formats: Sequence[str] = (), missing: Mapping[str, str] | None = None
) -> Readings:
    """Dates of a column.

    Read are year-month-day, day and month in figures with the year last, months by name in six languages, any of them with a time
    of day, and day numbers of spreadsheet programs. Whether day or month comes first is taken from `formats`, else from the rows
    where only one is possible (at least 95 % of them must agree, for each sign between the figures by itself); where no row
    tells, doubtful dates are not read.

    Parameters
    ----------
    texts, counts
        Distinct texts of the column, stripped, none empty, and how many rows hold each.
    formats
        ``strptime`` formats the file or the mapping states ("%d/%m/%Y"), tried first; "excel 1900" or "excel 1904" for day
        numbers.
    missing
        Text to the reason why there is no answer; tried first.

    Returns
    -------
    Readings
        Of ``datetime.date`` from 1900 to 2100; impossible dates, months without a day and years alone are not read.

    Examples
    --------
    >>> found = read_dates(["2024-03-04", "13/02/2024", "03/04/2024", "31.2.2024"], [1, 1, 1, 1])
    >>> [str(value) for value in found.values]
    ['2024-03-04', '2024-02-13', '2024-04-03', 'None']
    >>> read_dates(["03/04/2024"], [9]).findings[0].rule
    'order of day and month'
    """
    declared, rows = Declared(missing), np.asarray(counts, dtype=float)
    found = _read_iso(texts) if not any(_YEAR_FIRST.match(form) for form in formats) else _nothing(len(texts))
    _read_declared(found, texts, declared)
    rest = np.flatnonzero(found.reasons == UNREADABLE)
    days = _Days.of([texts[i] for i in rest], rows[rest])
    parts = [split_date(day) for day in days.texts]
    orders = _orders(parts, days.rows, formats)
    read = [_read_stated(day, formats) or _read_parts(one, orders) or _read_serial(day, formats) or _read_word(day)
            for day, one in zip(days.texts, parts, strict=True)]
    days.spread(read, found, rest)
    return replace(found, findings=tuple(_findings(rows, parts, days.rows, orders, found)))


@dataclass(frozen=True, eq=False)
class _Days:
    """Texts without their times of day, each once: a million time stamps have few days.

    Parameters
    ----------
    texts
        Distinct texts.
    rows
        How many rows hold each.
    codes
        Of each original text its place in `texts`.
    timed
        Of each original text whether a time other than midnight was left out.
    """

    texts: list[str]
    rows: np.ndarray
    codes: np.ndarray
    timed: np.ndarray

    @classmethod
    def of(cls, texts: Sequence[str], rows: np.ndarray) -> _Days:
        import pyarrow as pa
        import pyarrow.compute as pc

        array = pa.array(texts, type=pa.string())
        bare = pc.utf8_trim_whitespace(pc.replace_substring_regex(array, TIME, "")).dictionary_encode()
        codes = bare.indices.to_numpy(zero_copy_only=False).astype(np.intp)
        timed = pc.and_not(pc.match_substring_regex(array, TIME), pc.match_substring_regex(array, MIDNIGHT))
        distinct = bare.dictionary.to_pylist()
        return cls(distinct, np.bincount(codes, rows, len(distinct)), codes, timed.to_numpy(zero_copy_only=False).astype(bool))

    def spread(self, read: Sequence[Reading], found: Readings, places: np.ndarray) -> None:
        """Write the readings of the days to the texts they came from."""
        days, timed = collect(read), self.timed & ~np.isin(self.codes, [i for i, one in enumerate(read) if one.value is None])
        with_time = np.array([f"{rule}; {WITHOUT_TIME}" for rule in days.rules], dtype=object)
        found.values[places], found.reasons[places] = days.values[self.codes], days.reasons[self.codes]
        found.rules[places] = np.where(timed, with_time[self.codes], days.rules[self.codes]) if len(places) else ""
        found.lossless[places] = days.lossless[self.codes]


def _read_iso(texts: Sequence[str]) -> Readings:
    """Year, month and day with or without a time, all at once; what is no such date is left unread."""
    import pyarrow as pa
    import pyarrow.compute as pc

    array = pa.array(np.asarray(texts, dtype=object), type=pa.string())
    is_iso = pc.match_substring_regex(array, _ISO)
    days = pc.utf8_slice_codeunits(pc.if_else(is_iso, array, pa.scalar(None, pa.string())), 0, 10).dictionary_encode()
    dates = np.array([*(_date_of(*map(int, text.split("-"))) for text in days.dictionary.to_pylist()), None], dtype=object)
    values = dates[pc.fill_null(days.indices, len(dates) - 1).to_numpy(zero_copy_only=False)]
    timed = ~pc.match_substring_regex(array, _ISO_MIDNIGHT).to_numpy(zero_copy_only=False).astype(bool)
    read = np.array([value is not None for value in values], dtype=bool)
    rules = np.where(read & timed, WITHOUT_TIME, "").astype(object)
    return Readings(values, np.where(read, "", NOT_READ.reason).astype(object), rules, read)


def _date_of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if YEARS[0] <= year <= YEARS[1] else None
    except ValueError:
        return None


def _nothing(n: int) -> Readings:
    return collect([NOT_READ] * n)


def _read_declared(found: Readings, texts: Sequence[str], declared: Declared) -> None:
    places = [i for i, text in enumerate(texts) if text in declared] if declared else []
    for i in places:
        found.values[i], found.reasons[i], found.rules[i], found.lossless[i] = None, declared[texts[i]], "declared missing", True


def _read_stated(text: str, formats: Sequence[str]) -> Reading | None:
    """By the formats the file or the user states; the times of day in them have been left out with those of the texts."""
    for form in formats:
        day_form = _TIME_FORMAT.sub("", form)
        if form in SERIAL_RULES or not _IS_DATE.search(day_form):
            continue
        try:
            moment = datetime.strptime(text, day_form)
        except (ValueError, re.error):
            continue
        short = "%y" in day_form
        day = _date_of(_full_year(moment.year % 100) if short else moment.year, moment.month, moment.day)
        rules = [f"read as {form}", *([TWO_DIGITS] if short else [])]
        return Reading(day, rule="; ".join(rules), lossless=not short) if day else NOT_READ
    return None


def _full_year(two_digits: int) -> int:
    return two_digits + (2000 if two_digits < PIVOT else 1900)


def _orders(parts: Sequence[DateParts | None], rows: np.ndarray, formats: Sequence[str]) -> dict[str, str]:
    """Sign between the figures to what comes first: "day", "month", "" where nobody can tell."""
    year_last = [form for form in formats if 0 <= form.find("%d") < _year_at(form)]
    stated = {"day" if form.find("%d") < form.find("%m") else "month" for form in year_last}
    votes: dict[str, dict[str, float]] = {}
    for one, n in zip(parts, rows, strict=True):
        if one is not None and one.order in ("day", "month", ""):
            votes.setdefault(one.mark, {"day": 0.0, "month": 0.0, "": 0.0})[one.order] += n
    return {mark: next(iter(stated)) if len(stated) == 1 else _outvotes(some) for mark, some in votes.items()}


def _year_at(form: str) -> int:
    return max(form.find("%Y"), form.find("%y"))


def _outvotes(votes: Mapping[str, float]) -> str:
    for order in ("day", "month"):
        if votes[order] and votes[order] >= MAJORITY * (votes["day"] + votes["month"]):
            return order
    return ""


def _read_parts(one: DateParts | None, orders: Mapping[str, str]) -> Reading | None:
    if one is None:
        return None
    settled = orders.get(one.mark, "") if one.order in ("day", "month", "") else one.order
    order = settled or one.order
    if not order or (settled and one.order in ("day", "month") and one.order != settled):
        return NOT_READ
    year = _full_year(one.year) if one.short else one.year
    month, day = (one.first, one.second) if order in ("month", "year") else (one.second, one.first)
    value = _date_of(year, month, day)
    rules = [_SAYS[order], *([TWO_DIGITS] if one.short else [])]
    return Reading(value, rule="; ".join(rules), lossless=not one.short) if value else NOT_READ


def _read_serial(text: str, formats: Sequence[str]) -> Reading | None:
    """A day number of a spreadsheet program; unasked only in a range where it can be nothing else in a column of dates."""
    if not _SERIAL.fullmatch(text):
        return None
    number = float(text.replace(",", "."))
    stated = [form for form in formats if form in SERIAL_RULES]
    if not stated and not SERIALS[0] <= number <= SERIALS[1]:
        return None
    system = stated[0] if stated else EXCEL_1900
    value = from_serial(number, system)
    rules = SERIAL_RULES[system] + (f"; {WITHOUT_TIME}" if number % 1 else "")
    return Reading(value, rule=rules) if value else None


def from_serial(number: float, system: str = EXCEL_1900) -> date | None:
    """The day a spreadsheet program means by a number.

    Counted from 1900, day 60 is 29 February 1900, which never was, and all later numbers are one too high because of it.

    Parameters
    ----------
    number
        Days, with a time of day as fraction.
    system
        "excel 1900" or "excel 1904" (old workbooks of Macintosh computers).

    Returns
    -------
    datetime.date or None
        None for day 60 and for days before the first or after 2100.

    Examples
    --------
    >>> print(from_serial(45355), from_serial(59), from_serial(60), from_serial(61), from_serial(43893, "excel 1904"))
    2024-03-04 1900-02-28 None 1900-03-01 2024-03-04
    """
    day = int(number)
    if system == EXCEL_1904:
        return _in_years(date(1904, 1, 1) + timedelta(days=day)) if 0 <= day < 10**5 else None
    if day == 60 or not 1 <= day < 10**5:
        return None
    return _in_years(date(1899, 12, 30 if day > 60 else 31) + timedelta(days=day))


def _in_years(day: date) -> date | None:
    return day if YEARS[0] <= day.year <= YEARS[1] else None


def _read_word(text: str) -> Reading:
    reason = read_missing(text)
    return Reading(reason=reason, rule="a word or sign for missing") if reason else NOT_READ


def _findings(
    rows: np.ndarray, parts: Sequence[DateParts | None], rows_of_parts: np.ndarray, orders: Mapping[str, str], found: Readings
) -> Iterator[Finding]:
    """What must be said of the column; examples are made up, for a date of birth may not stand in a finding."""
    for mark, order in orders.items():
        against = [i for i, one in enumerate(parts) if one and one.mark == mark and one.order in _AGAINST[order]]
        if against:
            yield (_against_the_rest if order else _order_unknown)(int(rows_of_parts[against].sum()), mark)
    if _may_be_turned(parts, found):
        yield _turned_round()
    ruled, rules = pd.factorize(found.rules)
    for rule, say in _SAY.items():
        some = np.isin(ruled, [i for i, text in enumerate(rules) if rule in text])
        if some.any():
            yield say(int(rows[some].sum()))


def _may_be_turned(parts: Sequence[DateParts | None], found: Readings) -> bool:
    """Days up to 12 all year-month-day, later days all as typed: what a spreadsheet program set to another country leaves."""
    typed = {one.order for one in parts if one is not None and one.order in ("day", "month", "")}
    if typed not in ({"day"}, {"month"}):
        return False
    whole = {value for value, rule in zip(found.values, found.rules, strict=True) if value and rule in ("", WITHOUT_TIME)}
    return len(whole) >= TURNED and all(value.day <= 12 for value in whole)


def _turned_round() -> Finding:
    return Finding(
        "", "dates turned round", "warning",
        "Days up to the 12th are dates of the spreadsheet program, later days are text: it probably took the day for the month.",
        "Compare some dates with the forms; open the original file again with the country's date settings.",
    )


def _order_unknown(n: int, mark: str) -> Finding:
    return Finding(
        "", "order of day and month", "error",
        f"Nothing tells whether the day or the month comes first in dates like 03{mark}04{mark}2024; {_rows(n)} not read.",
        f'State it in the mapping: dates = ["%d{mark}%m{mark}%Y"] where the day comes first, ["%m{mark}%d{mark}%Y"] where the '
        "month does.",
    )


def _against_the_rest(n: int, mark: str) -> Finding:
    return Finding(
        "", "order of day and month", "warning",
        f"Day and month stand the other way round than in the rest of the column, in dates with {mark!r}; {_rows(n)} not read.",
        "Correct these dates in the file.",
    )


def _short_years(n: int) -> Finding:
    return Finding(
        "", "years of two digits", "warning",
        f"The year has two digits in {n} {'row' if n == 1 else 'rows'}; 00-29 were taken for 2000-2029, 30-99 for 1930-1999.",
        "Check dates of birth before 1930, and write years with four digits.",
    )


def _serials(n: int) -> Finding:
    return Finding(
        "", "day numbers", "note",
        f"Dates stand as day numbers of a spreadsheet program in {n} {'row' if n == 1 else 'rows'}; 45355 is read as 2024-03-04.",
        f'If dates come out 4 years and 1 day too early, state dates = ["{EXCEL_1904}"] in the mapping.',
    )


def _times(n: int) -> Finding:
    where = "1 row" if n == 1 else f"{n} rows"
    return Finding("", "time of day left out", "note", f"A time of day follows the date in {where}; the date was kept.")


def _rows(n: int) -> str:
    return "1 row was" if n == 1 else f"{n} rows were"


# what contradicts the order of the column: where it is unknown, all that needs it
_AGAINST = {"": ("",), "day": ("month",), "month": ("day",)}
_SAYS = {"year": "year, month, day", "day": "day, month, year", "month": "month, day, year", "named": "month by name",
         "same": "day and month alike"}
_SAY = {TWO_DIGITS: _short_years, SERIAL_RULES[EXCEL_1900]: _serials, WITHOUT_TIME: _times}
