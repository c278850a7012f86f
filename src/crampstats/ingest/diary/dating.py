"""Of which night an entry is: by its date, its date and clock time, its number, or the time it was made."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from crampstats.codebook.checks.diary import TIME_NOT_READ
from crampstats.codebook.diary_entries import OF_THE_EVENING, OF_THE_MORNING
from crampstats.core.cleaning import Change
from crampstats.core.errors import DataError
from crampstats.core.findings import Finding
from crampstats.ingest.diary.nights import day_of, night_of, read_wall_clock
from crampstats.ingest.diary.settings import DiarySettings
from crampstats.ingest.own.columns import find_distinct
from crampstats.ingest.own.headings import find_times
from crampstats.ingest.own.masking import mask_text
from crampstats.ingest.own.matching import split_words
from crampstats.ingest.parsing.date_text import MIDNIGHT, TIME
from crampstats.ingest.parsing.dates import read_dates
from crampstats.ingest.parsing.times import read_times
from crampstats.ingest.recorded import RecordedTable

Ints = np.ndarray
MISSING = np.iinfo(np.int64).min
NO_TIME = np.datetime64("NaT", "s")
HALF_A_DAY = 12 * 60
MOSTLY = 0.5
# an evening's date told apart from a morning's by when entries were made: so many of them must agree
AGREEING, FEWEST = 0.8, 5


@dataclass(frozen=True, eq=False)
class Dated:
    """The night of each row.

    Parameters
    ----------
    nights
        (rows,) days since 1970-01-01; `MISSING` where the row tells none.
    at
        (rows,) of datetime64[s]: when the cramp came, by the clock on the wall; missing where no time is told.
    entered
        The same, of when the entry was made; None where the file does not tell.
    numbered
        True where nights have numbers and no dates.
    findings, changes
        What was assumed and what was done.
    """

    nights: Ints
    at: np.ndarray
    entered: np.ndarray | None
    numbered: bool = False
    findings: tuple[Finding, ...] = ()
    changes: tuple[Change, ...] = ()


def date_entries(table: RecordedTable, diary: DiarySettings, *, dates: tuple[str, ...] = ()) -> Dated:
    """The night of each row of a diary.

    Parameters
    ----------
    table
        One row per entry (a night, or a cramp).
    diary
        Which columns tell; with `layout` settled.
    dates
        ``strptime`` formats of the dates, where the mapping says them.

    Raises
    ------
    DataError
        No column tells the night, or none of its cells can be read.
    """
    entered, found = _entered(table, diary)
    if diary.night:
        made = _by_date(table, diary, dates, entered)
    elif diary.day:
        made = _by_number(table, diary, dates)
    elif entered is not None:
        made = _by_entry(table, diary, entered)
    else:
        raise DataError(
            f"{mask_text(table.name)}: no column tells of which night a row is. Name it in a mapping: [diary] "
            'night = "HEADING" (a date), day = "HEADING" (a number), or entered_at = "HEADING" (when the entry was made).'
        )
    return Dated(made.nights, made.at, entered, made.numbered, (*found, *made.findings), made.changes)


def _entered(table: RecordedTable, diary: DiarySettings) -> tuple[np.ndarray | None, tuple[Finding, ...]]:
    if not diary.entered_at:
        return None, ()
    clock = read_wall_clock(table.cells[diary.entered_at], diary.zone or None)
    return clock.wall.to_numpy(dtype="datetime64[s]"), clock.findings


def _by_date(table: RecordedTable, diary: DiarySettings, dates: tuple[str, ...], entered: np.ndarray | None) -> Dated:
    cells = table.cells[diary.night]
    if _carries_times(cells):
        return _by_moment(table, diary, dates)
    days, found = read_days(table, diary.night, dates)
    clock, more = _clock_times(table, diary)
    if diary.layout == "events" and clock is not None and not diary.night_is and not _end_of_night(table, diary.night):
        return _by_date_and_time(days, clock, (*found, *more))
    is_morning, told = _which_end(table, diary, days, entered)
    nights = np.where(days != MISSING, days - is_morning, MISSING)
    return Dated(nights, _moments_of(nights, clock), None, False, (*found, *more, *told), _moved(diary.night, nights, is_morning))


def _carries_times(cells: pd.Series) -> bool:
    """Whether most cells have a time of day beside the date, other than midnight throughout."""
    texts = pd.Series(find_distinct(cells).texts, dtype="str")
    if not len(texts):
        return False
    timed = texts.str.contains(TIME.replace("(?:", "(?:"), regex=True) & ~texts.str.contains(MIDNIGHT, regex=True)
    return bool(timed.mean() > MOSTLY)


def _by_moment(table: RecordedTable, diary: DiarySettings, dates: tuple[str, ...]) -> Dated:
    """Date and time in one cell: the noon rule; a date without its time is taken as the evening's."""
    clock = read_wall_clock(table.cells[diary.night], diary.zone or None)
    at = clock.wall.to_numpy(dtype="datetime64[s]")
    nights = _whole(night_of(clock.wall))
    bare = (nights == MISSING) & table.cells[diary.night].notna().to_numpy()
    found = list(clock.findings)
    if bare.any():
        days, more = read_days(table, diary.night, dates, where=bare)
        nights = np.where(bare, days, nights)
        found = [one for one in found if one.rule != TIME_NOT_READ.name]
        found += [*more, _no_clock_time(diary.night, int((days != MISSING).sum()))]
    told = Finding(
        diary.night, "night of a clock time", "note", "date and time together tell the night: it lasts from noon to noon, so "
        "that an "
        "entry at 02:00 belongs to the evening before.", "",
    )
    return Dated(nights, at, None, False, (*found, told))


def _no_clock_time(heading: str, n: int) -> Finding:
    return Finding(
        heading, "date without a time", "warning", f"{n} row(s) have a date without a time of day; it was taken as that of the "
        "evening.", "A cramp after midnight belongs to the evening before: correct such dates.",
    )


def read_days(
    table: RecordedTable, heading: str, dates: tuple[str, ...] = (), where: np.ndarray | None = None
) -> tuple[Ints, list[Finding]]:
    """Calendar days of a column, and what could not be read."""
    column = table.column(heading)
    cells = table.cells[heading] if where is None else table.cells[heading].where(where)
    distinct = find_distinct(cells)
    readings = read_dates(distinct.texts, distinct.counts, formats=dates or column.formats, missing=column.missing)
    values = np.array([MISSING if one is None else np.datetime64(one, "D").astype(np.int64) for one in readings.values],
        dtype=np.int64)
    days = np.append(values, MISSING)[distinct.codes]
    unread = np.append(~readings.is_read, False)[distinct.codes]
    found = [replace(one, column=heading) for one in readings.findings]
    if unread.any():
        first = int(table.source_rows[np.flatnonzero(unread)[0]])
        found.append(Finding(
            heading, "unreadable", "error", f"{int(unread.sum())} date(s) could not be read (first: row {first}); their "
            "rows were "
            "left out.", "Correct them, or say in the mapping how they are written.", first,
        ))
    return days, found


def _clock_times(table: RecordedTable, diary: DiarySettings) -> tuple[np.ndarray | None, list[Finding]]:
    """Minutes after midnight, NaN where no time is told; None without such a column."""
    if not diary.time:
        return None, []
    distinct = find_distinct(table.cells[diary.time])
    readings = read_times(distinct.texts, missing=table.column(diary.time).missing)
    minutes = [np.nan if one is None else 60 * int(str(one)[:2]) + int(str(one)[3:]) for one in readings.values]
    found = [replace(one, column=diary.time) for one in readings.findings]
    unread = np.append(~readings.is_read, False)[distinct.codes]
    if unread.any():
        first = int(table.source_rows[np.flatnonzero(unread)[0]])
        found.append(Finding(
            diary.time, "unreadable", "warning", f"{int(unread.sum())} clock time(s) could not be read (first: row "
            f"{first}).",
            'Write them as "23:30".', first,
        ))
    return np.append(np.array(minutes, dtype=np.float64), np.nan)[distinct.codes], found


def _by_date_and_time(days: Ints, clock: np.ndarray, found: tuple[Finding, ...]) -> Dated:
    """Calendar date and clock time of a cramp: before noon it belongs to the evening before."""
    known, timed = days != MISSING, ~np.isnan(clock)
    nights = np.where(known & timed & (clock < HALF_A_DAY), days - 1, days)
    at = np.full(len(days), NO_TIME)
    both = known & timed
    at[both] = days[both].astype("datetime64[D]").astype("datetime64[s]") + (clock[both] * 60).astype("timedelta64[s]")
    more = [Finding(
        "", "night of a clock time", "note", "the date was taken as the calendar date of the cramp: one before noon belongs to "
        "the "
        "evening before.", 'If it is the date of the evening throughout, say so in a mapping: [diary] night_is = "evening".',
    )]
    if n := int((known & ~timed).sum()):
        more.append(_no_clock_time("", n))
    return Dated(nights, at, None, False, (*found, *more))


def _which_end(
    table: RecordedTable, diary: DiarySettings, days: Ints, entered: np.ndarray | None
) -> tuple[bool, list[Finding]]:
    """Whether the date is that of the morning, and what tells."""
    said = diary.night_is or _end_of_night(table, diary.night)
    if diary.night_is:
        return diary.night_is == "morning", _against_entries(diary, days, entered)
    if said:
        return said == "morning", [Finding(
            diary.night, "which end of the night", "note", f"the heading says that the date is that of the {said}.",
            f'If it is not, say so in a mapping: [diary] night_is = "{"evening" if said == "morning" else "morning"}".',
        ), *_against_entries(diary, days, entered)]
    return False, [Finding(
        diary.night, "which end of the night", "warning", "nothing says whether the date is that of the evening on which the "
        "night "
        "begins or of the morning on which it ends; it was taken as the evening's.",
        'Say which in a mapping: [diary] night_is = "evening" or "morning".',
    ), *_against_entries(diary, days, entered)]


def _end_of_night(table: RecordedTable, heading: str) -> str:
    """"evening" or "morning" where heading or question say one of the two; else ""."""
    column = table.column(heading)
    text = " ".join(" ".join(split_words(one)) for one in (column.name, column.label) if one)

    def says(words: tuple[str, ...]) -> bool:
        return any(f" {' '.join(split_words(word))} " in f" {text} " for word in words)

    evening, morning = says(OF_THE_EVENING), says(OF_THE_MORNING)
    return "" if evening == morning else "evening" if evening else "morning"


def _against_entries(diary: DiarySettings, days: Ints, entered: np.ndarray | None) -> list[Finding]:
    """A warning where entries were made in the morning of the very date that was taken as the evening's."""
    if entered is None or diary.night_is:
        return []
    known = ~np.isnat(entered) & (days != MISSING)
    wall = entered[known]
    hours = (wall - wall.astype("datetime64[D]")).astype("timedelta64[h]").astype(np.int64)
    early = (wall.astype("datetime64[D]").astype(np.int64) == days[known]) & (hours >= 3) & (hours < 12)
    if known.sum() < FEWEST or early.mean() < AGREEING:
        return []
    return [Finding(
        diary.night, "which end of the night", "warning", f"{int(early.sum())} of {int(known.sum())} entries were made in the "
        "morning of the "
        "date they give, so that it looks like the date of the morning.", 'If it is, say so: [diary] night_is = "morning".',
    )]


def _moved(heading: str, nights: Ints, is_morning: bool) -> tuple[Change, ...]:
    if not is_morning:
        return ()
    return (Change(
        "night", "date of the morning", "date of the evening", int((nights != MISSING).sum()), "a night carries the date of "
        "its evening",
        source_column=heading,
    ),)


def _moments_of(nights: Ints, clock: np.ndarray | None) -> np.ndarray:
    """When a cramp of a night came: before noon it was the next calendar day."""
    at = np.full(len(nights), NO_TIME)
    if clock is None:
        return at
    known = (nights != MISSING) & ~np.isnan(clock)
    days = nights[known] + (clock[known] < HALF_A_DAY)
    at[known] = days.astype("datetime64[D]").astype("datetime64[s]") + (clock[known] * 60).astype("timedelta64[s]")
    return at


def _by_number(table: RecordedTable, diary: DiarySettings, dates: tuple[str, ...]) -> Dated:
    """Nights by number: counted from each person's first night, or without any date."""
    from crampstats.ingest.parsing.numbers import read_numbers

    distinct = find_distinct(table.cells[diary.day])
    readings = read_numbers(distinct.texts, distinct.counts)
    values = [MISSING if one is None or float(one) != int(float(one)) else int(float(one)) for one in readings.values]
    numbers = np.append(np.array(values, dtype=np.int64), MISSING)[distinct.codes]
    known = numbers != MISSING
    found = []
    if lacking := int((~known & table.cells[diary.day].notna().to_numpy()).sum()):
        found.append(Finding(diary.day, "unreadable", "error", f"{lacking} number(s) of nights could not be read.", ""))
    least = int(numbers[known].min()) if known.any() else 1
    if not diary.first_night:
        found.append(Finding(
            diary.day, "nights without dates", "warning", "nights have numbers and no dates: weekdays and seasons mean nothing "
            "here.",
            'Name the column of the first night in a mapping: [diary] first_night = "HEADING".',
        ))
        return Dated(np.where(known, numbers - min(least, 1), MISSING), np.full(len(numbers), NO_TIME), None, True, tuple(found))
    first, more = read_days(table, diary.first_night, dates)
    # night 0 is the first where the numbers begin with it
    nights = np.where(known & (first != MISSING), first + numbers - min(least, 1), MISSING)
    clock, further = _clock_times(table, diary)
    return Dated(nights, _moments_of(nights, clock), None, False, (*found, *more, *further))


def _by_entry(table: RecordedTable, diary: DiarySettings, entered: np.ndarray) -> Dated:
    """Nights by the time entries were made: the noon rule, or the night that ended that day where "last night" is asked for."""
    wall = pd.Series(entered)
    last = asks_of_last_night(table) if not diary.night_is else np.full(len(entered), diary.night_is == "morning")
    before = _whole(day_of(wall))
    nights = np.where(last & (before != MISSING), before - 1, _whole(night_of(wall)))
    how = "each entry was put into the night, from noon to noon, in which it was made"
    if asks_last := bool(last.any()):
        how = "each entry was taken to tell of the night that ended on the day it was made"
    why = ", as the questions ask for the last night" if asks_last and not diary.night_is else ""
    found = Finding(
        diary.entered_at, "night of the entry", "note" if diary.night_is or asks_last else "warning",
        f"no column holds the date of the night; {how}{why}.",
        'Say in a mapping what entries are about: [diary] night_is = "morning" (the night before) or "evening" (the night to '
        'come).',
    )
    return Dated(nights, np.full(len(nights), NO_TIME), None, False, (found,))


def asks_of_last_night(table: RecordedTable) -> np.ndarray:
    """Rows that answer a question about the last night."""
    names = [one.name for one in table.columns if any("last night" in find_times(text) for text in (one.name, one.label) if text)]
    return table.cells[names].notna().any(axis=1).to_numpy(dtype=bool) if names else np.zeros(len(table.cells), dtype=bool)


def _whole(nights: pd.Series) -> Ints:
    return nights.to_numpy(dtype=np.int64, na_value=MISSING)
