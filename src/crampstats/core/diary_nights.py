"""The nights of a diary in memory: checked, sorted, and with the missed ones filled in as rows of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.errors import DataError
from crampstats.core.yes_no import read_yes_no

Ints = NDArray[np.int64]
PERSON, NIGHT, LOGGED, DOMAIN = "person", "night", "logged", "_in_domain"
FIRST, LAST = "first_night", "last_night"
LONGEST_GAP = 60  # nights; a longer silence is a diary put down and taken up again, not nights missed
FURTHEST = 1_000_000  # days from 1970; a night beyond is no date of a diary
# of one stretch; more than ten years is a wrong date, not a patient diarist
LONGEST_STRETCH = 3_660


def complete_nights(
    table: pd.DataFrame, person: str, night: str, enrolled: pd.DataFrame | None, longest_gap: int
) -> pd.DataFrame:
    """Rows sorted by person and night, missed nights filled in.

    Raises
    ------
    DataError
        As `DiaryPanel` says.
    """
    if lacking := [name for name in (person, night) if name not in table]:
        raise DataError(f"no column {', '.join(map(repr, lacking))} in the diary; it has {', '.join(map(str, table.columns))}.")
    if not len(table):
        raise DataError("the diary has no rows; at least one night of one person is expected.")
    given = table.rename(columns={person: PERSON, night: NIGHT}).reset_index(drop=True)
    given = given.assign(**{PERSON: _persons(given[PERSON]), NIGHT: read_nights(given[NIGHT])})
    given = _sorted(given.assign(**{LOGGED: read_yes_no(given[LOGGED], LOGGED) if LOGGED in given else True}))
    _refuse_repeats(given)
    # a night that was not filled in has no content: defaults of an export must not pass for answers
    if (hidden := ~given[LOGGED].to_numpy(dtype=bool)).any():
        told = [str(name) for name in given if name not in (PERSON, NIGHT, LOGGED, DOMAIN)]
        kept = np.flatnonzero(~hidden)
        given = given.assign(**{name: _placed(given[name], kept, kept, len(given)) for name in told})
    spans, stretch = _stretches(given, longest_gap) if enrolled is None else _enrolled_spans(given, enrolled)
    return _filled(given, spans, stretch)


def _sorted(given: pd.DataFrame) -> pd.DataFrame:
    """Rows by person and night; rows that are in order already are not touched, because a large diary takes seconds to sort."""
    codes, nights = pd.factorize(given[PERSON], sort=True)[0], given[NIGHT].to_numpy()
    steps = np.diff(codes)
    if ((steps > 0) | ((steps == 0) & (np.diff(nights) >= 0))).all():
        return given
    return given.iloc[np.lexsort((nights, codes))].reset_index(drop=True)


def _persons(column: pd.Series[Any]) -> pd.Series[Any]:
    if n := int(column.isna().sum()):
        first = int(np.flatnonzero(column.isna().to_numpy())[0]) + 1
        raise DataError(f"{column.name!r} is missing in {n} row(s) of the diary (first: row {first}); every night is somebody's.")
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.astype(column.dtype.categories.dtype)
    return column


def read_nights(column: pd.Series[Any]) -> pd.Series[Any]:
    """Nights as whole days since 1970-01-01, from dates or such numbers.

    Raises
    ------
    DataError
        A night is missing, carries a time of day or a zone, or is no whole number.

    Examples
    --------
    >>> read_nights(pd.Series(pd.to_datetime(["2026-03-01"]))).tolist()
    [20513]
    """
    if n := int(column.isna().sum()):
        first = int(np.flatnonzero(column.isna().to_numpy())[0]) + 1
        raise DataError(f"{n} row(s) of the diary have no night (first: row {first}); give each its date, or leave it out.")
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        raise DataError("the nights carry a time zone; take the zone off first, the night is that of the local wall clock.")
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        days = column.to_numpy().astype("datetime64[D]")
        if (timed := column.to_numpy() != days).any():
            raise DataError(
                f"{int(timed.sum())} night(s) carry a time of day (first: {column[timed].iloc[0]}); a night is a date. "
                "load_diary puts entries with a time into their night."
            )
        _refuse_far(days.astype(np.int64))
        return pd.Series(days.astype(np.int64), index=column.index, name=NIGHT)
    if pd.api.types.is_numeric_dtype(column.dtype):
        values = column.to_numpy(dtype=np.float64)
        if (broken := values != np.floor(values)).any():
            raise DataError(f"{int(broken.sum())} night(s) are no whole number of days (first: {values[broken][0]:g}).")
        _refuse_far(values)
        return pd.Series(values.astype(np.int64), index=column.index, name=NIGHT)
    try:
        dates = pd.to_datetime(column, format="%Y-%m-%d", errors="coerce")
    except (ValueError, TypeError) as problem:
        raise DataError(
            f"the nights cannot be read as dates ({type(problem).__name__}); YYYY-MM-DD or whole days are expected."
        ) from None
    if n := int(dates.isna().sum()):  # what they hold is not shown: a cell may be anything
        first = int(np.flatnonzero(dates.isna().to_numpy())[0]) + 1
        raise DataError(
            f"{n} night(s) cannot be read as dates (first: row {first}); YYYY-MM-DD or whole days are expected."
        )
    return read_nights(dates)


def _refuse_far(days: NDArray[Any]) -> None:
    if n := int((np.abs(days) > FURTHEST).sum()):
        raise DataError(f"{n} night(s) are no date: more than {FURTHEST:,} days from 1970; look for a wrong unit or year.")


def _refuse_repeats(given: pd.DataFrame) -> None:
    nights, persons = given[NIGHT].to_numpy(), given[PERSON].to_numpy()
    twice = np.flatnonzero((nights[1:] == nights[:-1]) & (persons[1:] == persons[:-1]))
    if len(twice):
        first = np.datetime64(int(nights[twice[0]]), "D")
        raise DataError(
            f"{len(twice)} night(s) stand in the diary twice for one person (first: the night of {first}); one row per person "
            "and night is expected. load_diary joins or sets aside such entries and says so."
        )


def _stretches(given: pd.DataFrame, longest_gap: int) -> tuple[pd.DataFrame, Ints]:
    """Stretches of nights without a longer silence (person, first and last night), and the stretch of each row."""
    nights, persons = given[NIGHT].to_numpy(dtype=np.int64), given[PERSON].to_numpy()
    new = np.ones(len(given), dtype=bool)
    new[1:] = (persons[1:] != persons[:-1]) | (nights[1:] - nights[:-1] > longest_gap + 1)
    starts = np.flatnonzero(new)
    ends = np.concatenate([starts[1:], [len(given)]]) - 1
    spans = pd.DataFrame({PERSON: persons[starts], FIRST: nights[starts], LAST: nights[ends]})
    return spans, np.repeat(np.arange(len(starts), dtype=np.int64), ends - starts + 1)


def _enrolled_spans(given: pd.DataFrame, enrolled: pd.DataFrame) -> tuple[pd.DataFrame, Ints]:
    """The enrolment of each person as one stretch, and the stretch of each row."""
    if lacking := [name for name in (PERSON, FIRST, LAST) if name not in enrolled]:
        raise DataError(
            f"the enrolment lacks {', '.join(lacking)}; one row per person with {FIRST} and {LAST} is expected."
        )
    spans = enrolled[[PERSON, FIRST, LAST]].assign(
        **{FIRST: read_nights(enrolled[FIRST]).to_numpy(), LAST: read_nights(enrolled[LAST]).to_numpy()}
    )
    if spans[PERSON].duplicated().any() or (spans[LAST] < spans[FIRST]).any():
        raise DataError("the enrolment has a person twice, or a last night before the first.")
    spans = spans.sort_values(PERSON, ignore_index=True)
    stretch, nights = pd.Index(spans[PERSON]).get_indexer(pd.Index(given[PERSON])), given[NIGHT].to_numpy(dtype=np.int64)
    first, last = spans[FIRST].to_numpy(dtype=np.int64)[stretch], spans[LAST].to_numpy(dtype=np.int64)[stretch]
    outside = (stretch < 0) | (nights < first) | (nights > last)
    if outside.any():
        raise DataError(
            f"{int(outside.sum())} night(s) lie outside the enrolment, or are of persons not enrolled (first: the night of "
            f"{np.datetime64(int(nights[outside][0]), 'D')}); correct one of the two."
        )
    return spans, stretch.astype(np.int64)


def _filled(given: pd.DataFrame, spans: pd.DataFrame, stretch: Ints) -> pd.DataFrame:
    """Every night of every stretch; those that were absent are missed."""
    begins = spans[FIRST].to_numpy(dtype=np.int64)
    lengths = spans[LAST].to_numpy(dtype=np.int64) - begins + 1
    if len(too_long := np.flatnonzero(lengths > LONGEST_STRETCH)):
        first, last = (np.datetime64(int(spans[name].iloc[too_long[0]]), "D") for name in (FIRST, LAST))
        raise DataError(
            f"{len(too_long)} diaries would span more than {LONGEST_STRETCH:,} nights (first: {first} to {last}); look for a "
            "wrong year among the dates."
        )
    total = int(lengths.sum())
    if total == len(given):
        return given
    offsets = np.cumsum(lengths) - lengths
    # place of night 0 in each stretch, so that a row's place is this plus its night
    zero = offsets - begins
    places = zero[stretch] + given[NIGHT].to_numpy(dtype=np.int64)
    rows = np.arange(len(given))
    columns: dict[Any, Any] = {
        PERSON: pd.Series(np.repeat(spans[PERSON].to_numpy(), lengths), dtype=given[PERSON].dtype),
        NIGHT: np.arange(total) - np.repeat(zero, lengths),
    }
    logged = np.zeros(total, dtype=bool)
    logged[places] = given[LOGGED].to_numpy(dtype=bool)
    columns[LOGGED] = logged
    for name in given:
        if name not in columns:
            columns[name] = _placed(given[name], rows, places, total)
    return pd.DataFrame(columns, copy=False)


def _placed(column: pd.Series[Any], rows: Ints, places: Ints, total: int) -> Any:
    """Some rows of a column at their places, the others missing; whole numbers and yes/no become numbers that can be missing."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iubf":
        # half of the memory where nothing is lost
        kind = np.float32 if column.dtype.itemsize == 1 or column.dtype == np.float32 else np.float64
        made: NDArray[Any] = np.full(total, np.nan, dtype=kind)
        made[places] = column.to_numpy()[rows]
        return made
    from pandas.api.extensions import take

    source: Ints = np.full(total, -1, dtype=np.int64)
    source[places] = rows
    return take(column.array, source, allow_fill=True)
