"""Diaries whose nights lie in an engine (DuckDB, Spark, a database, ...) and are added up there.

Missed nights are never made into rows: how many there are follows from the nights that are there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.diary_marks import WIDEST, NightMarks, highest_bit, lowest_bit, mark_nights
from crampstats.core.diary_nights import DOMAIN, FIRST, FURTHEST, LAST, LOGGED, LONGEST_STRETCH, NIGHT, PERSON, read_nights
from crampstats.core.errors import DataError, OptionError, unknown_name
from crampstats.core.factors import flag
from crampstats.core.tables import MAX_ROWS, collect_frame, collect_rows, engine_of, refuse_names, scan_table
from crampstats.core.totals import (
    ONE,
    ROWS,
    Term,
    group_sums,
    level,
    missing,
    num,
    plain_expression,
    sufficient_stats,
    unlisted,
)
from crampstats.core.yes_no import refuse_others

Ints = NDArray[np.int64]
_BAD, _GIVEN = "_bad_night", "_given_night"
_ENDS = "_ends_logged"


class NightsElsewhereError(DataError, AttributeError):
    """The nights lie in an engine: a panel has no table then."""


@dataclass(frozen=True, eq=False)
class EngineNights:
    """Nights in an engine, checked.

    Parameters
    ----------
    frame
        One row per person and night: ``person``, ``night`` (days since 1970-01-01), ``logged`` and everything recorded, missing
        where the night was not logged.
    people
        One row per person: ``person``, ``first_night``, ``last_night``, ``n_nights``, ``n_logged``; in memory.
    longest_gap
        As of `DiaryPanel`.
    spans
        The enrolment, where it is known.
    engine
        What holds the nights, in words.
    """

    frame: nw.LazyFrame[Any]
    people: pd.DataFrame
    longest_gap: int
    spans: pd.DataFrame | None
    engine: str

    @cached_property
    def schema(self) -> nw.Schema:
        """Columns and their types."""
        return nw.Schema(self.frame.collect_schema())

    @property
    def size(self) -> int:
        """Nights of a block of marks: no gap within one is a silence."""
        return block_size(self.longest_gap)

    @property
    def inside(self) -> Term:
        """1 on nights logged and in the domain."""
        asked = level(DOMAIN, True) if DOMAIN in self.schema else ONE
        return level(LOGGED, True) * asked

    @property
    def ends_logged(self) -> bool:
        """Whether the last night of every diary was filled in."""
        return bool(self.people[_ENDS].all())

    def marks(self, **terms: Term) -> NightMarks:
        """Nights by what is true of them."""
        return mark_nights(self.frame, terms, self.size)

    def refusal(self) -> NightsElsewhereError:
        """What is said where each night would be needed in memory."""
        return NightsElsewhereError(
            f"this needs each night in memory, and the {int(self.people['n_nights'].sum()):,} nights of {len(self.people):,} "
            f"persons lie in {self.engine}. Take some diaries (panel.of_persons([...])), a sample of whole persons "
            "(DiaryPanel(crampstats.sample_units(table, person, fraction, seed=1), ...)), or all of them where they are few "
            "(panel.in_memory()). Rates, compliance, lags, carry-over and GEE are added up where the nights lie."
        )

    def person_nights(self) -> pd.DataFrame:
        """As of `DiaryPanel`."""
        people = self.people.drop(columns=_ENDS)
        if DOMAIN not in self.schema:
            return people.assign(n_inside=people["n_logged"])
        found = sufficient_stats(self.frame, [PERSON], {}, self.inside)
        n = pd.Series(found[ROWS].to_numpy(), index=pd.Index(found[PERSON]))
        return people.assign(n_inside=n.reindex(people[PERSON]).fillna(0).to_numpy(dtype=np.int64))

    def with_columns(self, **columns: Any) -> EngineNights:
        """Further columns, as narwhals expressions of the columns there."""
        if wrong := [name for name, value in columns.items() if not isinstance(value, nw.Expr)]:
            raise DataError(
                f"{', '.join(wrong)}: a diary whose nights lie in {self.engine} takes a further column as a narwhals expression "
                "of those it has (import narwhals.stable.v2 as nw; weekend=nw.col('night') % 7 > 4); values by row have no order "
                "there. Or add the column to the table first."
            )
        return replace(self, frame=self.frame.with_columns(**columns))

    def with_lag(self, column: str, nights: int, name: str) -> EngineNights:
        """What `column` held so many nights before, by joining the table to itself: rows need not be next to each other."""
        self.refuse_far(nights)
        earlier = self.frame.select(PERSON, (nw.col(NIGHT) + nights).alias(NIGHT), nw.col(column).alias(name))
        kept = self.frame.drop(name) if name in self.schema else self.frame
        return replace(self, frame=kept.join(earlier, on=[PERSON, NIGHT], how="left"))

    def refuse_far(self, nights: int) -> None:
        """Refuse lags across a silence: there, two nights so far apart belong to different stretches of a diary."""
        if self.spans is None and abs(nights) > self.longest_gap + 1:
            raise OptionError(
                f"a lag of {nights} nights is longer than the longest gap of this diary, {self.longest_gap}; give the panel a "
                "larger longest_gap, or the enrolment."
            )

    def subset(self, where: Any) -> EngineNights:
        """The domain narrowed to a yes/no column or expression."""
        if isinstance(where, str):
            if where not in self.schema:
                raise unknown_name("column of the diary", where, [one for one in self.schema if one != DOMAIN])
            if not (self.schema[where] == nw.Boolean or self.schema[where].is_numeric()):
                raise DataError(f"{where!r} holds {self.schema[where]}; a yes/no column is expected to subset by.")
            if self.schema[where] != nw.Boolean:
                refuse_others(where, int(sufficient_stats(self.frame, [], {"n": unlisted(where, (0, 1))})["n"].iloc[0]))
            where = nw.col(where) == (True if self.schema[where] == nw.Boolean else 1)
        elif not isinstance(where, nw.Expr):
            raise DataError(
                f"a diary whose nights lie in {self.engine} takes the name of a yes/no column to subset by, or a narwhals "
                "expression (nw.col('age') >= 60); values by row have no order there."
            )
        elif (kind := self.frame.select(where.alias(DOMAIN)).collect_schema()[DOMAIN]) != nw.Boolean:
            raise DataError(f"the expression to subset by gives {kind}; true or false is expected (nw.col('age') >= 60).")
        asked = nw.when(where).then(nw.lit(True)).otherwise(nw.lit(False))
        if DOMAIN in self.schema:
            asked = nw.when(nw.col(DOMAIN) == True).then(asked).otherwise(nw.lit(False))  # noqa: E712
        return replace(self, frame=self.frame.with_columns(asked.alias(DOMAIN)))

    def collect(self, persons: Sequence[Any] | None = None) -> pd.DataFrame:
        """Rows of some persons, or all."""
        if persons is None:
            return collect_rows(self.frame, list(self.schema), "bringing a diary into memory").copy()
        absent = [one for one in persons if one not in self._persons]
        if absent:
            raise OptionError(f"{len(absent)} of {len(persons)} persons have no diary here; it holds {len(self.people)}.")
        n = self.people.set_index(PERSON).loc[list(persons), "n_nights"].sum()
        if n > MAX_ROWS:
            raise DataError(f"the diaries asked for have {n:,} nights; at most {MAX_ROWS:,} are brought into memory.")
        plain = [one.item() if isinstance(one, np.generic) else one for one in persons]
        return collect_frame(self.frame.filter(nw.col(PERSON).is_in(plain)))

    @cached_property
    def _persons(self) -> pd.Index[Any]:
        names: pd.Index[Any] = pd.Index(self.people[PERSON])
        return names


def block_size(longest_gap: int) -> int:
    """Nights of a block."""
    return max(1, min(WIDEST, longest_gap + 1))


def open_nights(table: Any, person: str, night: str, enrolled: Any, longest_gap: int) -> EngineNights:
    """Check the nights of a table of any engine, and count those of each person.

    Raises
    ------
    DataError
        As `DiaryPanel` says.
    """
    given = scan_table(table)
    schema = nw.Schema(given.collect_schema())
    frame = _renamed(given, schema, person, night)
    if LOGGED in schema and schema[LOGGED] != nw.Boolean:
        refuse_others(LOGGED, int(sufficient_stats(given, [], {"n": unlisted(LOGGED, (0, 1))})["n"].iloc[0]))
    _check_rows(frame, given, person, is_written=schema[night] == nw.String)
    frame = frame.drop(_BAD, _GIVEN)
    marks = mark_nights(frame, {"there": ONE, LOGGED: level(LOGGED, True)}, block_size(longest_gap))
    _refuse_repeats(frame, marks)
    spans = None if enrolled is None else _read_spans(enrolled)
    people = _gap_people(marks, longest_gap) if spans is None else _enrolled_people(marks, spans)
    return EngineNights(frame, people, longest_gap, spans, engine_of(given))


def _renamed(given: nw.LazyFrame[Any], schema: nw.Schema, person: str, night: str) -> nw.LazyFrame[Any]:
    """Rows with ``person``, ``night``, ``logged`` and the rest, which is missing where a night was not logged."""
    if lacking := [name for name in (person, night) if name not in schema]:
        raise DataError(f"no column {', '.join(map(repr, lacking))} in the diary; it has {', '.join(schema)}.")
    # for some engines Person and person are one column
    other = [name for name in schema if name not in (person, night, LOGGED, DOMAIN)]
    if twice := [name for name in other if name.casefold() in (PERSON, NIGHT, LOGGED, DOMAIN)]:
        raise DataError(
            f"the diary has a column {', '.join(map(repr, twice))} beside {person!r} and {night!r}, which become {PERSON!r} and "
            f"{NIGHT!r} ({LOGGED!r} says which nights were filled in); rename it first."
        )
    refuse_names(given, schema)  # all that a diary holds goes with its nights
    days, bad = _days(night, schema[night])
    logged = _yes(LOGGED, schema[LOGGED]) if LOGGED in schema else nw.lit(True)
    rest = [*other, *([DOMAIN] if DOMAIN in schema else [])]
    held = [_held(name, schema, emptied=LOGGED in schema and name != DOMAIN) for name in rest]
    return given.select(
        plain_expression(person, schema[person]).alias(PERSON), days.alias(NIGHT), logged.alias(LOGGED), *held,
        bad.alias(_BAD), (1.0 - flag(nw.col(night).is_null())).alias(_GIVEN),
    )


def _yes(name: str, dtype: nw.dtypes.DType) -> nw.Expr:
    if not (dtype == nw.Boolean or dtype.is_numeric()):
        raise DataError(f"{name!r} holds {dtype}; yes/no or 1/0 is expected.")
    return nw.when(nw.col(name) == (True if dtype == nw.Boolean else 1)).then(nw.lit(True)).otherwise(nw.lit(False))


def _held(name: str, schema: nw.Schema, *, emptied: bool) -> nw.Expr:
    value = nw.col(name).fill_nan(None) if schema[name].is_float() else nw.col(name)
    if not emptied:
        return value.alias(name)
    return nw.when(_yes(LOGGED, schema[LOGGED])).then(value).alias(name)


def _days(night: str, dtype: nw.dtypes.DType) -> tuple[nw.Expr, nw.Expr]:
    """Nights as whole days since 1970-01-01, and 1 where one is none (a missing one may have either)."""
    column = nw.col(night)
    if dtype.is_integer():
        days = column.cast(nw.Int64)
        return days, flag((days > FURTHEST) | (days < -FURTHEST))
    if dtype.is_float() or dtype.is_decimal():
        value = column.cast(nw.Float64)
        value = value.fill_nan(None)
        fits = (value >= -FURTHEST) & (value <= FURTHEST) & (value.floor() == value)
        return nw.when(fits).then(value.floor()).otherwise(nw.lit(0).cast(nw.Float64)).cast(nw.Int64), 1.0 - flag(fits)
    if dtype == nw.Date:
        return _civil_days(column), flag(column.is_null())
    if dtype == nw.Datetime:
        if getattr(dtype, "time_zone", None):
            raise DataError("the nights carry a time zone; take the zone off first, the night is that of the local wall clock.")
        parts = column.dt.hour() + column.dt.minute() + column.dt.second() + column.dt.microsecond()
        return _civil_days(column), flag(parts > 0)
    if dtype == nw.String:
        fits = column.str.contains(r"^\d{4}-\d{2}-\d{2}$")
        written = nw.when(fits).then(column)
        date = written.str.to_date(format="%Y-%m-%d")
        # some engines take 31 February for 3 March, others refuse it
        as_written = date.dt.day().cast(nw.Int64) == written.str.slice(8, 2).cast(nw.Int64)
        return _civil_days(date), 1.0 - flag(as_written)
    raise DataError(f"the nights hold {dtype}; dates, YYYY-MM-DD or whole days since 1970-01-01 are expected.")


def _civil_days(date: nw.Expr) -> nw.Expr:
    """Days since 1970-01-01 by year and day of the year, which every engine knows; 477 leap days lie before 1970."""
    before = date.dt.year().cast(nw.Int64) - 1
    leaps = before // 4 - before // 100 + before // 400 - 477
    return (before - 1969) * 365 + leaps + date.dt.ordinal_day().cast(nw.Int64) - 1


def _check_rows(frame: nw.LazyFrame[Any], given: nw.LazyFrame[Any], person: str, *, is_written: bool) -> None:
    """Refuse an empty diary, and rows without person or night; nights that are text may be of a day that no month has."""
    terms = {"persons": missing(PERSON), "given": num(_GIVEN), "bad": num(_BAD), "nights": missing(NIGHT)}
    try:
        found = sufficient_stats(frame, [], terms).iloc[0]
    except Exception as problem:  # each engine has its own error for 2026-02-31
        if not is_written or isinstance(problem, DataError):
            raise
        # what goes wrong without the nights too (a lost server, a damaged file) is no fault of theirs
        sufficient_stats(given.select(person), [], {"persons": missing(person)})
        # the engine's own words would show the cell
        raise DataError(
            f"the nights cannot be read where they lie ({type(problem).__name__}); dates, YYYY-MM-DD or whole days are expected."
        ) from None
    if not int(found[ROWS]):
        raise DataError("the diary has no rows; at least one night of one person is expected.")
    if n := int(found["persons"]):
        raise DataError(f"{person!r} is missing in {n} row(s) of the diary; every night is somebody's.")
    if n := int(found[ROWS] - found["given"]):
        raise DataError(f"{n} row(s) of the diary have no night; give each its date, or leave it out.")
    if n := int(max(found["bad"], found["nights"])):
        raise DataError(f"{n} night(s) are no date or no whole number of days; a night is a date, without a time of day.")


def _refuse_repeats(frame: nw.LazyFrame[Any], marks: NightMarks) -> None:
    if (marks.rows == np.bitwise_count(marks.masks["there"])).all():
        return
    nights = group_sums(frame, [PERSON, NIGHT], {})
    distinct = int(sufficient_stats(nights, [], {})[ROWS].iloc[0])
    raise DataError(
        f"{int(marks.rows.sum()) - distinct:,} night(s) stand in the diary twice for one person; one row per person and night is "
        "expected. load_diary joins or sets aside such entries and says so."
    )


def _read_spans(enrolled: Any) -> pd.DataFrame:
    """The enrolment, one row per person, first and last night as days."""
    have = list(scan_table(enrolled).collect_schema()) if not isinstance(enrolled, pd.DataFrame) else list(enrolled)
    if lacking := [name for name in (PERSON, FIRST, LAST) if name not in have]:
        raise DataError(f"the enrolment lacks {', '.join(lacking)}; one row per person with {FIRST} and {LAST} is expected.")
    spans = collect_rows(enrolled, [PERSON, FIRST, LAST], "an enrolment")
    spans = spans.assign(**{name: read_nights(spans[name]).to_numpy() for name in (FIRST, LAST)})
    if spans[PERSON].duplicated().any() or (spans[LAST] < spans[FIRST]).any():
        raise DataError("the enrolment has a person twice, or a last night before the first.")
    return spans.sort_values(PERSON, ignore_index=True)


def _gap_people(marks: NightMarks, longest_gap: int) -> pd.DataFrame:
    """First and last night, nights with the missed ones, and nights logged of each person, silences left out."""
    first, last = _bounds(marks)
    new = np.ones(len(first), dtype=bool)
    new[1:] = (np.diff(marks.person) > 0) | (first[1:] - last[:-1] > longest_gap + 1)
    starts = np.flatnonzero(new)
    ends = np.append(starts[1:], len(first)) - 1
    lengths = last[ends] - first[starts] + 1
    _refuse_long(first[starts], lengths)
    k = len(marks.persons)
    begins, stops = (np.searchsorted(marks.person, np.arange(k), side) for side in ("left", "right"))
    return pd.DataFrame({
        PERSON: marks.persons, FIRST: first[begins], LAST: last[stops - 1],
        "n_nights": np.bincount(marks.person[starts], lengths, k).astype(np.int64),
        "n_logged": marks.nights(marks.masks[LOGGED]).astype(np.int64), _ENDS: _last_logged(marks)[stops - 1],
    })


def _bounds(marks: NightMarks) -> tuple[Ints, Ints]:
    there = marks.masks["there"]
    return marks.night(lowest_bit(there)), marks.night(highest_bit(there))


def _last_logged(marks: NightMarks) -> NDArray[np.bool_]:
    """Whether the last night of each block was logged."""
    logged = marks.masks[LOGGED]
    return np.asarray((logged > 0) & (highest_bit(np.maximum(logged, 1)) == highest_bit(marks.masks["there"])))


def _refuse_long(first: Ints, lengths: Ints) -> None:
    if len(too_long := np.flatnonzero(lengths > LONGEST_STRETCH)):
        day = first[too_long[0]]
        begun, ended = (np.datetime64(int(one), "D") for one in (day, day + lengths[too_long[0]] - 1))
        raise DataError(
            f"{len(too_long)} diaries would span more than {LONGEST_STRETCH:,} nights (first: {begun} to {ended}); look for a "
            "wrong year among the dates."
        )


def _enrolled_people(marks: NightMarks, spans: pd.DataFrame) -> pd.DataFrame:
    """The same of persons enrolled, whether or not they logged a night."""
    place = pd.Index(spans[PERSON]).get_indexer(marks.persons)
    begun, ended = (spans[name].to_numpy(dtype=np.int64) for name in (FIRST, LAST))
    of_block = place[marks.person]
    before = np.clip(begun[of_block] - marks.night(np.zeros(len(of_block), dtype=np.int64)), 0, marks.size)
    within = np.clip(ended[of_block] - marks.night(np.zeros(len(of_block), dtype=np.int64)) + 1, 0, marks.size)
    asked = ((np.uint64(1) << within.astype(np.uint64)) - np.uint64(1)) & ~(
        (np.uint64(1) << before.astype(np.uint64)) - np.uint64(1))
    asked = np.where(of_block < 0, np.uint64(0), asked)
    if outside := int(np.bitwise_count(marks.masks["there"] & ~asked).sum()):
        raise DataError(
            f"{outside} night(s) lie outside the enrolment, or are of persons not enrolled; correct one of the two."
        )
    lengths = ended - begun + 1
    _refuse_long(begun, lengths)
    logged, ends = np.zeros(len(spans), dtype=np.int64), np.zeros(len(spans), dtype=bool)
    logged[place] = marks.nights(marks.masks[LOGGED])
    final = np.append(np.flatnonzero(np.diff(marks.person)), len(marks.person) - 1)
    ends[place] = _last_logged(marks)[final] & (_bounds(marks)[1][final] == ended[place])
    return spans.assign(**{"n_nights": lengths, "n_logged": logged, _ENDS: ends})
