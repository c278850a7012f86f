"""Diaries: one row per person and night, with missed nights as rows of their own.

A night is counted from noon to noon on the local wall clock and carries the date of its evening. It is kept as a whole number,
days since 1970-01-01, so that gaps are gaps of that number and clocks that change cannot move it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.errors import DataError, OptionError, unknown_name
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome
from crampstats.core.source import Source

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Recruitment = Literal["population", "cramps", "not stated"]
RECRUITMENTS = get_args(Recruitment)

PERSON, NIGHT, LOGGED, DOMAIN = "person", "night", "logged", "_in_domain"
FIRST, LAST = "first_night", "last_night"
LONGEST_GAP = 60  # nights; a longer silence is a diary put down and taken up again, not nights missed
# of one stretch; more than ten years is a wrong date, not a patient diarist
LONGEST_STRETCH = 3_660


@dataclass(frozen=True, eq=False, repr=False)
class DiaryPanel:
    """A diary, one row per person and night; a missed night is a row in which nothing is known, never a night without cramps.

    Parameters
    ----------
    table
        One row per person and night: `person`, `night`, and a column for each thing recorded. Nights of one person that are
        absent between the first and the last one are filled in as missed. With a column ``logged`` (yes/no) nights that are there
        but were not filled in are missed too; what their rows hold is emptied. Rows come back sorted by person and night.
    person
        Column that tells persons apart; it is renamed to ``person``.
    night
        Column of the night: a date (that of the evening) or whole days since 1970-01-01; it is renamed to ``night``.
    enrolled
        One row per person (``person``, ``first_night``, ``last_night``): nights enrolled but not logged before the first and
        after the last entry are then missed nights too, and persons who logged nothing have rows. None: enrolled from the first
        entry to the last.
    longest_gap
        Silences longer than this many nights are no missed nights: the diary was put down and taken up again.
    outcomes
        Yes/no outcomes of a night.
    labels
        Label, unit and order of levels of each column.
    source
        Where the data come from.
    population
        Who the diarists are.
    recruitment
        "population": sampled whether or not they cramp; "cramps": taken in because they cramp; "not stated".

    Raises
    ------
    DataError
        A person or night is missing, two rows are of one night, a night lies outside the enrolment, or a date is impossible.

    Examples
    --------
    >>> nights = ["2026-03-01", "2026-03-03", "2026-03-02"]
    >>> panel = DiaryPanel(pd.DataFrame({"person": ["a", "a", "b"], "night": nights, "cramp": [1, 0, 0]}))
    >>> panel.table["cramp"].tolist()
    [1.0, nan, 0.0, 0.0]
    >>> panel.describe()
    '2 persons, 4 nights, 3 logged (75 %)'
    """

    table: pd.DataFrame
    person: str = PERSON
    night: str = NIGHT
    enrolled: pd.DataFrame | None = None
    longest_gap: int = LONGEST_GAP
    outcomes: Mapping[str, Outcome] | Iterable[Outcome] = field(default_factory=dict)
    labels: Mapping[str, Label] = field(default_factory=dict)
    source: Source = field(default_factory=lambda: Source("data not described"))
    population: str = ""
    recruitment: Recruitment = "not stated"

    def __post_init__(self) -> None:
        self._check_description()
        made = _complete(self.table, self.person, self.night, self.enrolled, self.longest_gap)
        object.__setattr__(self, "table", made)
        object.__setattr__(self, "person", PERSON)
        object.__setattr__(self, "night", NIGHT)
        object.__setattr__(self, "enrolled", None)

    def __len__(self) -> int:
        return len(self.table)

    @property
    def known_outcomes(self) -> Mapping[str, Outcome]:
        """Declared outcomes by name."""
        return self.outcomes if isinstance(self.outcomes, Mapping) else {one.name: one for one in self.outcomes}

    @cached_property
    def starts(self) -> Ints:
        """Place of the first row of each person, and the number of rows at the end (persons + 1)."""
        persons = self.table[PERSON].to_numpy()
        changes = np.flatnonzero(persons[1:] != persons[:-1]) + 1 if len(persons) else np.array([], dtype=np.int64)
        return np.concatenate([[0], changes, [len(persons)]]).astype(np.int64)

    @cached_property
    def codes(self) -> Ints:
        """Number of the person of each row, from 0, in order."""
        return np.repeat(np.arange(len(self.persons), dtype=np.int64), np.diff(self.starts))

    @cached_property
    def persons(self) -> pd.Index[Any]:
        """The persons, in the order of the rows."""
        names: pd.Index[Any] = pd.Index(self.table[PERSON].to_numpy()[self.starts[:-1]])
        return names

    @cached_property
    def nights(self) -> Ints:
        """Night of each row, days since 1970-01-01."""
        return self.table[NIGHT].to_numpy(dtype=np.int64)

    @property
    def dates(self) -> pd.DatetimeIndex:
        """Date of the evening of each row."""
        return pd.DatetimeIndex(self.nights.astype("datetime64[D]"))

    @cached_property
    def logged(self) -> Bools:
        """Whether the night of each row was filled in."""
        return self.table[LOGGED].to_numpy(dtype=bool)

    @cached_property
    def inside(self) -> Bools:
        """Whether the row is one of those asked about: logged, and in the domain."""
        return self.logged & self.table[DOMAIN].to_numpy(dtype=bool) if DOMAIN in self.table else self.logged

    def require(self, *names: str) -> None:
        """Refuse columns that are not there; an `OptionError` lists those that are."""
        for name in names:
            if name not in self.table:
                raise unknown_name("column of the diary", name, [one for one in self.table if one != DOMAIN])

    def values(self, name: str) -> Floats:
        """A yes/no or numeric column as numbers, one per row; missing, and everything of a missed night, is NaN."""
        self.require(name)
        column = self.table[name]
        if not (pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_numeric_dtype(column.dtype)):
            raise DataError(f"{name!r} holds {column.dtype}; numbers or yes/no are expected.")
        return column.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)

    def lagged(self, name: str, nights: int = 1) -> Floats:
        """What a column held `nights` nights before, same person; NaN where that night was missed or lies outside the diary.

        Negative nights look ahead (a lead, the negative control of a trigger).
        """
        values = self.values(name)
        if nights == 0:
            return values
        found: Floats = np.full(len(values), np.nan)
        size = abs(nights)
        if size >= len(values):
            return found
        later, earlier = slice(size, None), slice(None, -size)
        same = (self.codes[later] == self.codes[earlier]) & (self.nights[later] - self.nights[earlier] == size)
        # rows are complete within a stretch, so the row so many places away is that night, or another stretch or person
        if nights > 0:
            found[later] = np.where(same, values[earlier], np.nan)
        else:
            found[earlier] = np.where(same, values[later], np.nan)
        return found

    def person_means(self, values: Floats, where: Bools | None = None) -> Floats:
        """Mean of row values over each person's rows that have one (and are in `where`), one per person; NaN without any."""
        known = ~np.isnan(values) if where is None else where & ~np.isnan(values)
        n = np.bincount(self.codes[known], minlength=len(self.persons))
        sums = np.bincount(self.codes[known], values[known], len(self.persons))
        with np.errstate(invalid="ignore"):
            return np.asarray(np.where(n > 0, sums / n, np.nan), dtype=np.float64)

    def person_nights(self) -> pd.DataFrame:
        """One row per person: ``person``, ``first_night``, ``last_night``, ``n_nights``, ``n_logged``, ``n_inside`` (of the
        domain)."""
        k, first, last = len(self.persons), self.starts[:-1], self.starts[1:] - 1
        return pd.DataFrame({
            PERSON: self.persons, FIRST: self.nights[first], LAST: self.nights[last], "n_nights": np.diff(self.starts),
            "n_logged": np.bincount(self.codes[self.logged], minlength=k),
            "n_inside": np.bincount(self.codes[self.inside], minlength=k),
        })

    def with_columns(self, **columns: Any) -> DiaryPanel:
        """The panel with further columns, one value per row, kept as given on missed nights too (a weekday, an arm)."""
        return self._with(self.table.assign(**columns))

    def subset(self, where: Any, population: str | None = None) -> DiaryPanel:
        """The panel with its domain narrowed; rows stay, so that lags still find the night before.

        Parameters
        ----------
        where
            Name of a yes/no column, or one boolean per row. Missing is outside.
        population
            Words for who or which nights remain.
        """
        if isinstance(where, str):
            self.require(where)
            where = self.table[where]
        chosen = pd.Series(where).astype("boolean").fillna(False).to_numpy(dtype=bool)
        if len(chosen) != len(self):
            raise DataError(f"a subset of {len(self)} nights needs one yes/no per night; {len(chosen)} were given.")
        if DOMAIN in self.table:
            chosen &= self.table[DOMAIN].to_numpy(dtype=bool)
        made = self._with(self.table.assign(**{DOMAIN: chosen}))
        return made if population is None else made.described(population=population)

    def of_persons(self, persons: Sequence[Any]) -> DiaryPanel:
        """The diaries of some persons.

        Raises
        ------
        OptionError
            A person has no diary here.
        """
        absent = [one for one in persons if one not in self.persons]
        if absent:
            raise OptionError(f"{len(absent)} of {len(persons)} persons have no diary here; it holds {len(self.persons)}.")
        return self._with(self.table[self.table[PERSON].isin(list(persons))].reset_index(drop=True))

    def described(self, **changes: Any) -> DiaryPanel:
        """The same rows with other `outcomes`, `labels`, `source`, `population` or `recruitment`."""
        allowed = ("outcomes", "labels", "source", "population", "recruitment")
        if strange := [name for name in changes if name not in allowed]:
            raise unknown_name("description", strange[0], allowed)
        made = self._with(self.table)
        for name, value in changes.items():
            object.__setattr__(made, name, value)
        made._check_description()
        return made

    def describe(self) -> str:
        """One line: persons, nights, nights logged."""
        nights, logged = len(self), int(self.logged.sum())
        return f"{len(self.persons):,} persons, {nights:,} nights, {logged:,} logged ({100 * logged / nights:.0f} %)"

    def __repr__(self) -> str:
        return f"<DiaryPanel: {self.describe()}>"

    def _check_description(self) -> None:
        if self.recruitment not in RECRUITMENTS:
            raise unknown_name("recruitment", self.recruitment, RECRUITMENTS)
        outcomes = self.outcomes.values() if isinstance(self.outcomes, Mapping) else self.outcomes
        object.__setattr__(self, "outcomes", MappingProxyType({outcome.name: outcome for outcome in outcomes}))
        object.__setattr__(self, "labels", MappingProxyType(dict(self.labels)))

    def _with(self, table: pd.DataFrame) -> DiaryPanel:
        """A panel of rows that are known to be complete."""
        made = object.__new__(DiaryPanel)
        for name in ("person", "night", "enrolled", "longest_gap", "outcomes", "labels", "source", "population", "recruitment"):
            object.__setattr__(made, name, getattr(self, name))
        object.__setattr__(made, "table", table)
        return made


def _complete(
    table: pd.DataFrame, person: str, night: str, enrolled: pd.DataFrame | None, longest_gap: int
) -> pd.DataFrame:
    """Rows sorted by person and night, missed nights filled in."""
    if lacking := [name for name in (person, night) if name not in table]:
        raise DataError(f"no column {', '.join(map(repr, lacking))} in the diary; it has {', '.join(map(str, table.columns))}.")
    if not len(table):
        raise DataError("the diary has no rows; at least one night of one person is expected.")
    given = table.rename(columns={person: PERSON, night: NIGHT}).reset_index(drop=True)
    given = given.assign(**{PERSON: _persons(given[PERSON]), NIGHT: read_nights(given[NIGHT])})
    filled_in = given[LOGGED].astype("boolean").fillna(False) if LOGGED in given else pd.Series(True, index=given.index)
    given = _sorted(given.assign(**{LOGGED: filled_in.to_numpy(dtype=bool)}))
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
        return pd.Series(days.astype(np.int64), index=column.index, name=NIGHT)
    if pd.api.types.is_numeric_dtype(column.dtype):
        values = column.to_numpy(dtype=np.float64)
        if (broken := values != np.floor(values)).any():
            raise DataError(f"{int(broken.sum())} night(s) are no whole number of days (first: {values[broken][0]:g}).")
        return pd.Series(values.astype(np.int64), index=column.index, name=NIGHT)
    try:
        dates = pd.to_datetime(column, format="%Y-%m-%d")
    except (ValueError, TypeError) as problem:
        raise DataError(f"the nights cannot be read as dates ({problem}); YYYY-MM-DD or whole days are expected.") from None
    return read_nights(dates)


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
