"""Events and nights of each person, added up where the nights lie; persons alike in all of it become one entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.diary import DiaryPanel
from crampstats.core.diary_engine import EngineNights
from crampstats.core.diary_marks import collect_groups
from crampstats.core.diary_nights import PERSON
from crampstats.core.errors import DataError
from crampstats.core.factors import flag, number_expression
from crampstats.core.totals import ONE, ROWS, Term, group_sums, num, present, sufficient_stats
from crampstats.estimate.diary.rate_sums import Events, RateCounts, RateSums, group_names, order_groups

Ints = NDArray[np.int64]
_SOME, _MANY, _BAD_SOME, _BAD_MANY, _ODD = "_some", "_many", "_bad_some", "_bad_many", "_odd"
_SUMS = {"cramp nights": ("_e1", "_n1"), "cramps": ("_e2", "_n2")}


@dataclass(frozen=True, eq=False)
class _Cramps:
    """Nights with columns of whether there was a cramp, and how many."""

    far: EngineNights
    frame: nw.LazyFrame[Any]
    kinds: dict[str, tuple[str, str]]  # words: column of the diary, column here

    def terms(self) -> dict[str, Term]:
        """Events and nights of each kind."""
        return {
            name: term for words, (_, column) in self.kinds.items()
            for name, term in zip(_SUMS[words], (num(column), present(column)), strict=True)
        }


def count_engine_rates(panel: DiaryPanel, by: str | Sequence[str] | None, nights: str, count: str) -> RateCounts:
    """Sums for rates by group of a diary whose nights lie in an engine.

    Raises
    ------
    DataError, OptionError
        As `estimate_rates` says.
    """
    names = group_names(panel, by)
    cramps, lost = _read_cramps(panel, names, nights, count)
    persons = int((panel.n_logged > 0).sum())
    sums = _alike(cramps, names)
    group, frame = _numbered(panel, names, sums)
    whole = _alike(cramps, ()) if names else sums
    events = []
    for words, (column, _) in cramps.kinds.items():
        of_all = _rate_sums(whole, words, np.zeros(len(whole), dtype=np.int64), 1, persons)
        own = _rate_sums(sums, words, group, len(frame), persons) if names else of_all
        if len(of_all.nights):
            events.append(Events(words, column, column == nights, own, of_all))
    return RateCounts(names, frame, tuple(events), lost)


def _numbered(panel: DiaryPanel, names: tuple[str, ...], sums: pd.DataFrame) -> tuple[Ints, pd.DataFrame]:
    """Number of the group of each entry, and the groups, in declared order."""
    if not names:
        return np.zeros(len(sums), dtype=np.int64), pd.DataFrame(index=pd.RangeIndex(1))
    number = sums.groupby(list(names), sort=False).ngroup().to_numpy()
    keys = sums[list(names)].drop_duplicates().astype(object).itertuples(index=False, name=None)
    place, frame = order_groups(panel, names, list(keys))
    return place[number], frame


def sum_engine_persons(panel: DiaryPanel, nights: str, count: str) -> tuple[Events, ...]:
    """Sums of each person, one entry per person."""
    cramps, _ = _read_cramps(panel, (), nights, count)
    assert panel.far is not None
    found = collect_groups(group_sums(cramps.frame, [PERSON], cramps.terms(), panel.far.inside))
    codes = panel.persons.get_indexer(pd.Index(found[PERSON].to_numpy()))
    found = found.iloc[np.argsort(codes)]
    codes, persons, events = np.sort(codes), int((panel.n_logged > 0).sum()), []
    for words, (column, _) in cramps.kinds.items():
        y, n = (found[name].to_numpy(dtype=np.float64) for name in _SUMS[words])
        if (some := n > 0).any():
            sums = RateSums(np.zeros(int(some.sum()), dtype=np.int64), codes[some], y[some], n[some], 1, persons)
            events.append(Events(words, column, column == nights, sums, sums))
    return tuple(events)


def _read_cramps(panel: DiaryPanel, names: Sequence[str], nights: str, count: str) -> tuple[_Cramps, int]:
    """Whether there was a cramp and how many, as `cramp_values` reads them, and how many nights asked about have no group."""
    far = panel.far
    assert far is not None
    have = [name for name in (nights, count) if name in far.schema]
    if not have:
        panel.require(nights)
    some = number_expression(nights, far.schema) if nights in have else None
    many = number_expression(count, far.schema) if count in have else None
    checked = _checks(far.frame, some, many)
    known = ONE
    for name in names:
        known = known * present(name)
    checks = [one for one in (_BAD_SOME, _BAD_MANY, _ODD) if one in checked.collect_schema()]
    found = sufficient_stats(checked, [], {
        "_inside": far.inside, "_known": far.inside * known, **{name: num(name) for name in checks},
    }).iloc[0]
    _refuse_values(found, nights, count)
    if names and not found["_known"]:
        raise DataError(f"no logged night has a known {' and '.join(names)}; nothing can be grouped by it.")
    kinds = {"cramp nights": (nights, _SOME)} | ({"cramps": (count, _MANY)} if many is not None else {})
    return _Cramps(far, _both(far.frame, some, many), kinds), int(found["_inside"] - found["_known"])


def _checks(frame: nw.LazyFrame[Any], some: nw.Expr | None, many: nw.Expr | None) -> nw.LazyFrame[Any]:
    """Columns that are 1 where a value cannot be."""
    made = {}
    if some is not None:
        made[_BAD_SOME] = 1.0 - flag((some == 0.0) | (some == 1.0)) - flag(some.is_null())
    if many is not None:
        made[_BAD_MANY] = 1.0 - flag((many >= 0.0) & (many <= np.finfo(np.float64).max)) - flag(many.is_null())
    if some is not None and many is not None:
        made[_ODD] = flag(((some == 0.0) & (many > 0.0)) | ((some == 1.0) & (many == 0.0)))
    return frame.with_columns(**made)


def _refuse_values(found: pd.Series[Any], nights: str, count: str) -> None:
    if n := int(found.get(_BAD_SOME, 0)):
        raise DataError(f"{nights!r} holds {n} value(s) that are neither 1 nor 0.")
    if n := int(found.get(_BAD_MANY, 0)):
        raise DataError(f"{count!r} holds {n} value(s) that are no counts.")
    if n := int(found.get(_ODD, 0)):
        raise DataError(
            f"{n} night(s) contradict themselves: {nights!r} and {count!r} disagree on whether there was a cramp; "
            "mend them or leave one column out."
        )


def _both(frame: nw.LazyFrame[Any], some: nw.Expr | None, many: nw.Expr | None) -> nw.LazyFrame[Any]:
    """A night without a cramp has 0 cramps, and one with a number of cramps has an answer to whether there was one."""
    if many is None:
        assert some is not None
        return frame.with_columns(some.alias(_SOME))
    any_of_many = nw.when(~many.is_null()).then(flag(many > 0.0))
    if some is None:
        return frame.with_columns(any_of_many.alias(_SOME), many.alias(_MANY))
    return frame.with_columns(
        nw.when(some.is_null()).then(any_of_many).otherwise(some).alias(_SOME),
        nw.when(many.is_null() & (some == 0.0)).then(nw.lit(0).cast(nw.Float64)).otherwise(many).alias(_MANY),
    )


def _alike(cramps: _Cramps, names: Sequence[str]) -> pd.DataFrame:
    """Persons (`rows`) by group and by their events and nights of each kind."""
    where = cramps.far.inside
    for name in names:
        where = where * present(name)
    terms = cramps.terms()
    by_person = group_sums(cramps.frame, [*names, PERSON], terms, where)
    return collect_groups(group_sums(by_person, [*names, *terms], {}))


def _rate_sums(found: pd.DataFrame, words: str, group: Ints, groups: int, persons: int) -> RateSums:
    y, n = (found[name].to_numpy(dtype=np.float64) for name in _SUMS[words])
    some = n > 0
    times = found[ROWS].to_numpy(dtype=np.float64)[some]
    return RateSums(
        group[some], np.full(int(some.sum()), -1, dtype=np.int64), y[some], n[some], groups, persons,
        times,
    )
