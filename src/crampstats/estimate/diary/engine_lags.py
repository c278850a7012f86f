"""Nights and the nights before them, from marks of nights that an engine has added up by person."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from crampstats.core.diary import DiaryPanel
from crampstats.core.diary_engine import EngineNights
from crampstats.core.diary_marks import TAKEN, Masks, NightMarks
from crampstats.core.errors import DataError
from crampstats.core.factors import number_expression
from crampstats.core.tables import MAX_ROWS
from crampstats.core.totals import Term, level, present, sufficient_stats
from crampstats.estimate.diary.conditional_mantel_haenszel import NightTables
from crampstats.estimate.diary.conditional_runs import Stretches

Ints = NDArray[np.int64]


def count_engine_lags(panel: DiaryPanel, outcome: str, exposure: str, lags: Sequence[int]) -> list[NightTables]:
    """Tables of persons at each lag, of a diary whose nights lie in an engine.

    Raises
    ------
    OptionError
        A column is not there, or a lag is longer than the longest gap.
    DataError
        A column is not yes/no, or the persons are too many.
    """
    far = panel.far
    assert far is not None
    for lag in lags:
        far.refuse_far(lag)
    happened, exposed = _yes_and_no(panel, outcome, exposure)
    marks = far.marks(
        with_it=far.inside * happened[0], without=far.inside * happened[1], exposed=exposed[0], unexposed=exposed[1],
    )
    with_it, without, yes, no = (marks.masks[name] for name in ("with_it", "without", "exposed", "unexposed"))
    return [_tables(marks, marks.shifted(yes, lag), marks.shifted(no, lag), with_it, without) for lag in lags]


def engine_night_to_night(panel: DiaryPanel, outcome: str) -> tuple[Stretches, NightTables]:
    """Stretches of consecutive nights asked about, and tables of each night on the one before.

    Raises
    ------
    OptionError, DataError
        As of `count_engine_lags`.
    """
    far = panel.far
    assert far is not None
    happened = _yes_and_no(panel, outcome)[0]
    marks = far.marks(with_it=far.inside * happened[0], without=far.inside * happened[1])
    yes, no = marks.masks["with_it"], marks.masks["without"]
    tables = _tables(marks, marks.shifted(yes, 1), marks.shifted(no, 1), yes, no)
    return _stretches(marks, yes, yes | no), tables


def _yes_and_no(panel: DiaryPanel, *names: str) -> list[tuple[Term, Term]]:
    """Of each column 1 on nights with it, and on nights without; refuses columns that are not yes/no."""
    far = panel.far
    assert isinstance(far, EngineNights)
    panel.require(*names)
    for name in names:
        number_expression(name, far.schema)
    pairs = [(level(name, 1), level(name, 0)) for name in names]
    terms = {f"known{i}": present(name) for i, name in enumerate(names)}
    terms |= {f"{kind}{i}": term for i, pair in enumerate(pairs) for kind, term in zip(("yes", "no"), pair, strict=True)}
    found = sufficient_stats(far.frame, [], terms).iloc[0]
    for i, name in enumerate(names):
        if odd := int(found[f"known{i}"] - found[f"yes{i}"] - found[f"no{i}"]):
            raise DataError(
                f"{name!r} holds {odd:,} value(s) that are neither yes nor no; derive a yes/no column first, or use "
                "compare_triggers on the diaries of a sample of persons, which takes numbers."
            )
    return pairs


def _tables(marks: NightMarks, exposed: Masks, unexposed: Masks, with_it: Masks, without: Masks) -> NightTables:
    return NightTables(*(
        marks.nights(before & now) for before in (exposed, unexposed) for now in (with_it, without)
    ))


def _stretches(marks: NightMarks, yes: Masks, known: Masks) -> Stretches:
    """Stretches of consecutive known nights, as `find_stretches` counts them.

    A stretch begins on a known night after one that is not, and ends on one before such; what lies between is told apart by how
    many begun before it.
    """
    begun, ended = known & ~marks.shifted(known, 1), known & ~marks.shifted(known, -1)
    n = int(np.bitwise_count(begun).sum())
    if n > MAX_ROWS:
        raise DataError(
            f"the diary has {n:,} stretches of consecutive nights; at most {MAX_ROWS:,} are looked at. Take a sample of whole "
            "persons (crampstats.sample_units)."
        )
    follows = yes & marks.shifted(yes, 1)
    nights, events, after = (_by_stretch(marks, begun, one, n) for one in (known, yes, follows))
    first, last = (_flags(marks, one, yes) for one in (begun, ended))
    return Stretches(marks.person[marks.bits(begun)[0]], nights, events, after, first + last)


def _by_stretch(marks: NightMarks, begun: Masks, mask: Masks, n: int) -> Ints:
    """Marked nights of each stretch; all of them lie in one."""
    found: Ints = np.zeros(n, dtype=np.int64)
    before = np.concatenate([[0], np.cumsum(np.bitwise_count(begun).astype(np.int64))])
    for low in range(0, len(mask), TAKEN):
        taken = slice(low, low + TAKEN)
        block, bit = marks.bits(mask[taken])
        # stretches begun up to and with this night, less one
        up_to = (np.uint64(2) << bit.astype(np.uint64)) - np.uint64(1)
        place = before[low + block] + np.bitwise_count(begun[taken][block] & up_to) - 1
        if len(place):
            counted = np.bincount(place - place[0])
            found[place[0]:place[0] + len(counted)] += counted
    return found


def _flags(marks: NightMarks, places: Masks, mask: Masks) -> Ints:
    """Whether a mask holds on each of some nights, in order."""
    block, bit = marks.bits(places)
    return ((mask[block] >> bit.astype(np.uint64)) & np.uint64(1)).astype(np.int64)
