"""Diaries: one row per person and night, with missed nights as rows of their own.

A night is counted from noon to noon on the local wall clock and carries the date of its evening. It is kept as a whole number,
days since 1970-01-01, so that gaps are gaps of that number and clocks that change cannot move it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.diary_nights import DOMAIN as DOMAIN
from crampstats.core.diary_nights import FIRST as FIRST
from crampstats.core.diary_nights import LAST as LAST
from crampstats.core.diary_nights import LOGGED as LOGGED
from crampstats.core.diary_nights import LONGEST_GAP as LONGEST_GAP
from crampstats.core.diary_nights import LONGEST_STRETCH as LONGEST_STRETCH
from crampstats.core.diary_nights import NIGHT as NIGHT
from crampstats.core.diary_nights import PERSON as PERSON
from crampstats.core.diary_nights import complete_nights
from crampstats.core.diary_nights import read_nights as read_nights
from crampstats.core.errors import DataError, OptionError, unknown_name
from crampstats.core.factors import plain_frame
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome
from crampstats.core.source import Source
from crampstats.core.yes_no import read_yes_no

if TYPE_CHECKING:
    from crampstats.core.diary_engine import EngineNights

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Recruitment = Literal["population", "cramps", "not stated"]
RECRUITMENTS = get_args(Recruitment)


@dataclass(frozen=True, eq=False, repr=False)
class DiaryPanel:
    """A diary, one row per person and night; a missed night is a row in which nothing is known, never a night without cramps.

    Parameters
    ----------
    table
        One row per person and night: `person`, `night`, and a column for each thing recorded. Nights of one person that are
        absent between the first and the last one are filled in as missed. With a column ``logged`` (yes/no) nights that are there
        but were not filled in are missed too; what their rows hold is emptied. Rows come back sorted by person and night.
        A pandas frame is held in memory. Nights of any other table (pyarrow, Polars, DuckDB, Spark, Ibis, the name of a Parquet
        file) stay where they are and are added up there (`far`): rates, compliance, lags, carry-over and GEE answer as from
        memory; what needs each night says so.
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

    table: pd.DataFrame | Any
    person: str = PERSON
    night: str = NIGHT
    enrolled: pd.DataFrame | None = None
    longest_gap: int = LONGEST_GAP
    outcomes: Mapping[str, Outcome] | Iterable[Outcome] = field(default_factory=dict)
    labels: Mapping[str, Label] = field(default_factory=dict)
    source: Source = field(default_factory=lambda: Source("data not described"))
    population: str = ""
    recruitment: Recruitment = "not stated"

    far: ClassVar[EngineNights | None] = None  # nights that lie in an engine; None: they are in memory

    def __post_init__(self) -> None:
        self._check_description()
        if not isinstance(self.table, pd.DataFrame):
            from crampstats.core.diary_engine import open_nights

            object.__setattr__(self, "far", open_nights(self.table, self.person, self.night, self.enrolled, self.longest_gap))
            object.__delattr__(self, "table")  # whoever asks for rows from here on is refused, see __getattr__
        else:
            made = complete_nights(plain_frame(self.table), self.person, self.night, self.enrolled, self.longest_gap)
            object.__setattr__(self, "table", made)
        object.__setattr__(self, "person", PERSON)
        object.__setattr__(self, "night", NIGHT)
        object.__setattr__(self, "enrolled", None)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            # properties that need the rows come here as well, because the refusal is an AttributeError: hasattr answers no
            if self.far is not None and (name == "table" or hasattr(type(self), name)):
                raise self.far.refusal()
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __getstate__(self) -> dict[str, Any]:
        """What is pickled: declarations as plain dictionaries."""
        return {name: dict(value) if isinstance(value, MappingProxyType) else value for name, value in vars(self).items()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._check_description()

    def __len__(self) -> int:
        return len(self.table) if self.far is None else int(self.far.people["n_nights"].sum())

    @property
    def columns(self) -> list[str]:
        """Names of what the diary holds."""
        have = self.table if self.far is None else self.far.schema
        return [str(name) for name in have if name != DOMAIN]

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
        names: pd.Index[Any] = pd.Index(
            self.table[PERSON].to_numpy()[self.starts[:-1]] if self.far is None else self.far.people[PERSON])
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
        have = self.table if self.far is None else self.far.schema
        for name in names:
            if name not in have:
                raise unknown_name("column of the diary", name, self.columns)

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

    @property
    def n_logged(self) -> Ints:
        """Nights logged of each person."""
        if self.far is not None:
            return self.far.people["n_logged"].to_numpy(dtype=np.int64)
        return np.bincount(self.codes[self.logged], minlength=len(self.persons)).astype(np.int64)

    def person_nights(self) -> pd.DataFrame:
        """One row per person: ``person``, ``first_night``, ``last_night``, ``n_nights``, ``n_logged``, ``n_inside`` (of the
        domain)."""
        if self.far is not None:
            return self.far.person_nights()
        k, first, last = len(self.persons), self.starts[:-1], self.starts[1:] - 1
        return pd.DataFrame({
            PERSON: self.persons, FIRST: self.nights[first], LAST: self.nights[last], "n_nights": np.diff(self.starts),
            "n_logged": self.n_logged,
            "n_inside": np.bincount(self.codes[self.inside], minlength=k),
        })

    @property
    def ends_logged(self) -> bool:
        """Whether the last night of every person was filled in."""
        return bool(self.logged[self.starts[1:] - 1].all()) if self.far is None else self.far.ends_logged

    def with_columns(self, **columns: Any) -> DiaryPanel:
        """The panel with further columns, one value per row, kept as given on missed nights too (a weekday, an arm).

        Where the nights lie in an engine a column is a narwhals expression of those there: ``nw.col("minutes") > 30``.
        """
        if self.far is not None:
            return self._with(far=self.far.with_columns(**columns))
        return self._with(self.table.assign(**columns))

    def with_lag(self, column: str, nights: int = 1, *, name: str) -> DiaryPanel:
        """The panel with a further column `name`: what `column` held `nights` nights before, missing as `lagged` says.

        Examples
        --------
        >>> panel = DiaryPanel(pd.DataFrame({"person": ["a"] * 3, "night": [1, 2, 4], "cramp": [1, 0, 0]}))
        >>> panel.with_lag("cramp", name="cramp_before").table["cramp_before"].tolist()
        [nan, 1.0, 0.0, nan]
        """
        self.require(column)
        if name in (PERSON, NIGHT, LOGGED, DOMAIN):
            raise OptionError(f"{name!r} is a column of every diary; choose another name for the lag.")
        if self.far is not None:
            return self._with(far=self.far.with_lag(column, nights, name))
        return self.with_columns(**{name: self.lagged(column, nights)})

    def subset(self, where: Any, population: str | None = None) -> DiaryPanel:
        """The panel with its domain narrowed; rows stay, so that lags still find the night before.

        Parameters
        ----------
        where
            Name of a yes/no column (true/false or 1/0), or one boolean per row (of an engine's table: a narwhals expression).
            Missing is outside.
        population
            Words for who or which nights remain.

        Raises
        ------
        OptionError
            No such column.
        DataError
            The column or the values are not yes/no, or not one for each night.
        """
        if self.far is not None:
            far = self._with(far=self.far.subset(where))
            return far if population is None else far.described(population=population)
        name = "the subset"
        if isinstance(where, str):
            self.require(where)
            name, where = where, self.table[where]
        chosen = read_yes_no(pd.Series(where), name)
        if len(chosen) != len(self):
            raise DataError(f"a subset of {len(self)} nights needs one yes/no per night; {len(chosen)} were given.")
        if DOMAIN in self.table:
            chosen &= self.table[DOMAIN].to_numpy(dtype=bool)
        made = self._with(self.table.assign(**{DOMAIN: chosen}))
        return made if population is None else made.described(population=population)

    def of_persons(self, persons: Sequence[Any]) -> DiaryPanel:
        """The diaries of some persons, in memory.

        Raises
        ------
        OptionError
            A person has no diary here.
        DataError
            They are more nights of an engine than are brought into memory.
        """
        if self.far is not None:
            return self._brought(persons)
        absent = [one for one in persons if one not in self.persons]
        if absent:
            raise OptionError(f"{len(absent)} of {len(persons)} persons have no diary here; it holds {len(self.persons)}.")
        return self._with(self.table[self.table[PERSON].isin(list(persons))].reset_index(drop=True))

    def in_memory(self) -> DiaryPanel:
        """The same diaries with their nights in memory; those that lie in an engine are brought where they are few.

        Raises
        ------
        DataError
            They are more than are brought into memory.
        """
        return self if self.far is None else self._brought(None)

    def described(self, **changes: Any) -> DiaryPanel:
        """The same rows with other `outcomes`, `labels`, `source`, `population` or `recruitment`."""
        if strange := [name for name in changes if name not in _DESCRIPTION]:
            raise unknown_name("description", strange[0], _DESCRIPTION)
        made = self._with(None if self.far is not None else self.table, self.far)
        for name, value in changes.items():
            object.__setattr__(made, name, value)
        made._check_description()
        return made

    def describe(self) -> str:
        """One line: persons, nights, nights logged."""
        nights, logged = len(self), int(self.logged.sum() if self.far is None else self.n_logged.sum())
        return f"{len(self.persons):,} persons, {nights:,} nights, {logged:,} logged ({100 * logged / nights:.0f} %)"

    def __repr__(self) -> str:
        return f"<DiaryPanel: {self.describe()}>"

    def _check_description(self) -> None:
        if self.recruitment not in RECRUITMENTS:
            raise unknown_name("recruitment", self.recruitment, RECRUITMENTS)
        outcomes = self.outcomes.values() if isinstance(self.outcomes, Mapping) else self.outcomes
        object.__setattr__(self, "outcomes", MappingProxyType({outcome.name: outcome for outcome in outcomes}))
        object.__setattr__(self, "labels", MappingProxyType(dict(self.labels)))

    def _brought(self, persons: Sequence[Any] | None) -> DiaryPanel:
        """Diaries of an engine, in memory."""
        assert self.far is not None
        table, spans = self.far.collect(persons), self.far.spans
        if spans is not None and persons is not None:
            spans = spans[spans[PERSON].isin(list(persons))]
        kept = {name: getattr(self, name) for name in ("longest_gap", *_DESCRIPTION)}
        made = DiaryPanel(table.rename(columns={DOMAIN: _ASKED}), enrolled=spans, **kept)
        if DOMAIN not in table:
            return made
        made = made.subset(_ASKED)
        return made._with(made.table.drop(columns=_ASKED))

    def _with(self, table: pd.DataFrame | None = None, far: EngineNights | None = None) -> DiaryPanel:
        """A panel of rows that are known to be complete."""
        made = object.__new__(DiaryPanel)
        for name in ("person", "night", "enrolled", "longest_gap", *_DESCRIPTION):
            object.__setattr__(made, name, getattr(self, name))
        object.__setattr__(made, *(("table", table) if far is None else ("far", far)))
        return made


_ASKED = "_asked_about"
_DESCRIPTION = ("outcomes", "labels", "source", "population", "recruitment")
