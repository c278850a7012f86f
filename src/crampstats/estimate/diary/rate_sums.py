"""Events and logged nights of each person, and what standard errors over persons need of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError
from crampstats.core.estimates import COLUMNS
from crampstats.core.labels import Label
from crampstats.estimate.sums import Floats

Ints = NDArray[np.int64]
MAX_GROUPS = 1_000
PERIODS = {1: "night", 7: "week", 14: "2 weeks", 28: "4 weeks", 30: "30 nights", 365: "year"}


@dataclass(frozen=True, eq=False)
class RateSums:
    """Sums of events and of nights of each person in each group; one entry for every person with nights in the group.

    Parameters
    ----------
    group, person
        Number of group and person of each entry.
    events, nights
        Sums over the nights whose events are known.
    groups
        Number of groups.
    persons
        Persons of the whole diary with a logged night, whether or not they are in a group.
    times
        Persons an entry stands for, who are alike in all of it; None: one.
    """

    group: Ints
    person: Ints
    events: Floats
    nights: Floats
    groups: int
    persons: int
    times: Floats | None = None

    def total(self, values: Floats) -> Floats:
        """Sum over the entries of each group."""
        weighted = values if self.times is None else values * self.times
        return np.bincount(self.group, weighted, self.groups).astype(np.float64)

    @property
    def members(self) -> Floats:
        """Persons of each group."""
        return self.total(np.ones(len(self.group)))

    def ratio(self) -> tuple[Floats, Floats]:
        """Events per night, and the residual of each entry's events, per night of its group."""
        nights = self.total(self.nights)
        rate = np.divide(self.total(self.events), nights, out=np.full(self.groups, np.nan), where=nights > 0)
        return rate, (self.events - rate[self.group] * self.nights) / nights[self.group]

    def person_mean(self) -> tuple[Floats, Floats]:
        """Mean of the persons' own rates, and the residual of each entry."""
        own, members = self.events / self.nights, self.members
        mean = np.divide(self.total(own), members, out=np.full(self.groups, np.nan), where=members > 0)
        return mean, (own - mean[self.group]) / members[self.group]

    def variance(self, residuals: Floats) -> Floats:
        """Variance with persons as sampling units: m / (m - 1) sum r^2 over the entries of a group, m persons in the diary."""
        return self.total(residuals**2) * self._factor()

    def largest_share(self) -> Floats:
        """Largest part of a group's events that one person has; 0 without events."""
        largest = np.zeros(self.groups)
        np.maximum.at(largest, self.group, self.events)
        total = self.total(self.events)
        return np.divide(largest, total, out=np.zeros(self.groups), where=total > 0)

    def _factor(self) -> float:
        return self.persons / (self.persons - 1) if self.persons > 1 else np.nan


@dataclass(frozen=True, eq=False)
class Events:
    """What is counted each night, and its sums by person.

    Parameters
    ----------
    counted
        In words.
    column
        Column it comes from.
    is_share
        Whether a night has at most one.
    sums
        In the groups asked for.
    whole
        Of all nights, whatever their group.
    """

    counted: str
    column: str
    is_share: bool
    sums: RateSums
    whole: RateSums


@dataclass(frozen=True, eq=False)
class RateCounts:
    """Sums of a diary for rates by group.

    Parameters
    ----------
    names
        Group columns.
    frame
        The levels of each group, in declared order.
    events
        Each kind of event the diary tells of.
    lost
        Logged nights whose group is unknown.
    """

    names: tuple[str, ...]
    frame: pd.DataFrame
    events: tuple[Events, ...]
    lost: int


@dataclass(frozen=True, eq=False)
class NightGroups:
    """The group of each night.

    Parameters
    ----------
    names
        Group columns.
    code
        Number of the group of each row of the panel; -1 where it is unknown.
    frame
        The levels of each group, in declared order.
    """

    names: tuple[str, ...]
    code: Ints
    frame: pd.DataFrame

    def __len__(self) -> int:
        return len(self.frame)


def group_nights(panel: DiaryPanel, by: str | Sequence[str] | None) -> NightGroups:
    """The groups of the nights asked about, by columns of persons or of nights; None puts all nights in one."""
    names = group_names(panel, by)
    if not names:
        return NightGroups((), np.zeros(len(panel), dtype=np.int64), pd.DataFrame(index=pd.RangeIndex(1)))
    chosen = panel.table[list(names)]
    known = chosen.notna().all(axis=1).to_numpy(dtype=bool) & panel.inside
    if not known.any():
        raise DataError(f"no logged night has a known {' and '.join(names)}; nothing can be grouped by it.")
    number = _numbered(chosen[known])
    first = np.unique(number, return_index=True)[1]
    keys = [tuple(row) for row in chosen[known].iloc[first].astype(object).itertuples(index=False, name=None)]
    place, frame = order_groups(panel, names, keys)
    code: Ints = np.full(len(panel), -1, dtype=np.int64)
    code[known] = place[number]
    return NightGroups(names, code, frame)


def group_names(panel: DiaryPanel, by: str | Sequence[str] | None) -> tuple[str, ...]:
    """The group columns, if the diary has them and the result can."""
    names = () if by is None else (by,) if isinstance(by, str) else tuple(by)
    panel.require(*names)
    if taken := [name for name in names if name in COLUMNS]:
        raise OptionError(f"group column(s) {', '.join(taken)} share a name with a column of the result; rename them.")
    return names


def order_groups(panel: DiaryPanel, names: tuple[str, ...], keys: list[tuple[Any, ...]]) -> tuple[Ints, pd.DataFrame]:
    """Place of each group in declared order, and the groups in that order.

    Raises
    ------
    OptionError
        They are too many.
    """
    if len(keys) > MAX_GROUPS:
        raise OptionError(f"{len(keys):,} groups by {', '.join(names)}; at most {MAX_GROUPS:,} can be told apart: group coarser.")
    order = sorted(range(len(keys)), key=lambda i: [_rank(*pair) for pair in zip(keys[i], _labels(panel, names), strict=True)])
    columns = {name: pd.Series([_plain(keys[i][j]) for i in order], dtype=object) for j, name in enumerate(names)}
    return np.argsort(order).astype(np.int64), pd.DataFrame(columns)


def sum_by_person(panel: DiaryPanel, values: Floats, groups: NightGroups) -> RateSums:
    """Events and nights of each person and group; nights whose value is unknown count neither as nights nor as events."""
    known = panel.inside & ~np.isnan(values) & (groups.code >= 0)
    key = panel.codes[known] * len(groups) + groups.code[known]
    size = len(panel.persons) * len(groups)
    nights = np.bincount(key, minlength=size)
    held = np.flatnonzero(nights)
    persons = int((panel.n_logged > 0).sum())
    return RateSums(
        held % len(groups), held // len(groups), np.bincount(key, values[known], size)[held].astype(np.float64),
        nights[held].astype(np.float64), len(groups), persons,
    )


def cramp_values(panel: DiaryPanel, nights: str = "cramp", count: str = "cramps") -> tuple[Floats | None, Floats | None]:
    """Whether there was a cramp and how many there were, each night; None where the diary asks for neither.

    A night without a cramp has 0 cramps, and one with a number of cramps has an answer to whether there was one.

    Raises
    ------
    OptionError
        The diary has neither column.
    DataError
        Yes/no values other than 1 and 0, negative or infinite counts, or nights where the two contradict one another.
    """
    if nights not in panel.table and count not in panel.table:
        panel.require(nights)
    some = panel.values(nights) if nights in panel.table else None
    many = panel.values(count) if count in panel.table else None
    _refuse_values(some, many, nights, count)
    if some is not None and many is not None:
        many = np.where(np.isnan(many) & (some == 0), 0.0, many)
        some = np.where(np.isnan(some) & ~np.isnan(many), many > 0, some)
    elif many is not None:
        some = np.where(np.isnan(many), np.nan, many > 0)
    return some, many


def _refuse_values(some: Floats | None, many: Floats | None, nights: str, count: str) -> None:
    if some is not None and (bad := ~np.isnan(some) & (some != 0) & (some != 1)).any():
        raise DataError(f"{nights!r} holds {int(bad.sum())} value(s) that are neither 1 nor 0.")
    if many is not None and (bad := ~np.isnan(many) & ~((many >= 0) & np.isfinite(many))).any():
        raise DataError(f"{count!r} holds {int(bad.sum())} value(s) that are no counts.")
    if some is not None and many is not None and (odd := ((some == 0) & (many > 0)) | ((some == 1) & (many == 0))).any():
        raise DataError(
            f"{int(odd.sum())} night(s) contradict themselves: {nights!r} and {count!r} disagree on whether there was a cramp; "
            "mend them or leave one column out."
        )


def period_words(per: float) -> str:
    """What a rate is counted over.

    Examples
    --------
    >>> period_words(7), period_words(10)
    ('week', '10 nights')
    """
    return PERIODS.get(int(per), f"{per:g} nights") if per == int(per) else f"{per:g} nights"


def check_period(per: float) -> float:
    """`per` if it is a number of nights above 0."""
    if not (np.isfinite(per) and per > 0):
        raise OptionError(f"per is {per}; a number of nights above 0 is expected (7 for a week, 28 for 4 weeks).")
    return float(per)


def _numbered(chosen: pd.DataFrame) -> Ints:
    """Number of the combination of values of each row, from 0."""
    number: Ints = np.zeros(len(chosen), dtype=np.int64)
    for name in chosen:
        codes, levels = pd.factorize(chosen[name])
        number = np.unique(number * len(levels) + codes, return_inverse=True)[1].astype(np.int64)
    return number


def _labels(panel: DiaryPanel, names: Sequence[str]) -> list[Label | None]:
    return [panel.labels.get(name) for name in names]


def _rank(key: Any, label: Label | None) -> tuple[int, float, str]:
    """Sorting key: declared order, then numbers by size, then text."""
    if label is not None and label.levels:
        position, name = label.rank(key)
        return position, 0.0, name
    is_number = isinstance(key, (bool, int, float, np.integer, np.floating, np.bool_))
    return 0, float(key) if is_number else 0.0, str(key)


def _plain(key: Any) -> Any:
    return key.item() if isinstance(key, np.generic) else key
