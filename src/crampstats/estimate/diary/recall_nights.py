"""The nights of an outcome that are known, with what the recall window needs of them: totals, runs, waiting times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

CELLS_AT_ONCE = 4_000_000  # persons x nights of waiting held together


@dataclass(frozen=True, eq=False)
class CrampNights:
    """Nights with a known outcome, sorted by person and night.

    Parameters
    ----------
    codes
        Person of each night, 0 to persons - 1; every person has at least one night.
    nights
        Night, days since 1970-01-01.
    cramps
        Whether it was a cramp night.
    unknown
        Persons of the diary without any night on which the outcome is known.
    """

    codes: Ints
    nights: Ints
    cramps: Bools
    unknown: int = 0

    @cached_property
    def n(self) -> Ints:
        """Known nights of each person."""
        return np.bincount(self.codes).astype(np.int64)

    @cached_property
    def s(self) -> Ints:
        """Cramp nights of each person."""
        return np.bincount(self.codes[self.cramps], minlength=len(self.n)).astype(np.int64)

    @cached_property
    def patterns(self) -> tuple[Ints, Ints, Floats]:
        """Distinct (known nights, cramp nights) and how many persons have them."""
        pairs, counts = np.unique(np.column_stack([self.n, self.s]), axis=0, return_counts=True)
        return pairs[:, 0], pairs[:, 1], counts.astype(np.float64)

    @cached_property
    def is_next(self) -> Bools:
        """Whether the row above is the night before, of the same person; one per night."""
        found = np.zeros(len(self.codes), dtype=bool)
        found[1:] = (self.codes[1:] == self.codes[:-1]) & (self.nights[1:] - self.nights[:-1] == 1)
        return found

    @cached_property
    def run_left(self) -> Ints:
        """Nights from each one to the end of its unbroken run, itself included."""
        rows = np.arange(len(self.codes), dtype=np.int64)
        last = np.r_[~self.is_next[1:], True]
        end = np.minimum.accumulate(np.where(last, rows, len(rows))[::-1])[::-1]
        return np.asarray(end - rows + 1, dtype=np.int64)

    @cached_property
    def waits(self) -> tuple[Ints, Bools]:
        """From each night on: nights until the next cramp night (1 is the night itself), and whether it was seen.

        A night that was missed, or the end of the diary, ends the waiting without a cramp having been seen (censoring).
        """
        rows = np.arange(len(self.codes), dtype=np.int64)
        following = np.minimum.accumulate(np.where(self.cramps, rows, 2 * len(rows))[::-1])[::-1]
        until = following - rows + 1
        return np.minimum(until, self.run_left), until <= self.run_left

    @cached_property
    def longest_runs(self) -> Ints:
        """Longest unbroken run of each person, nights."""
        runs = np.zeros(len(self.n), dtype=np.int64)
        np.maximum.at(runs, self.codes, self.run_left)
        return runs

    def blocks(self, width: int) -> Iterator[tuple[Floats, Floats]]:
        """For some persons at a time: share of their starts that end in a cramp on night k, and that are still waiting then.

        Yields
        ------
        tuple of arrays
            Persons x nights (1 to `width`); starts of one person weigh 1 together.
        """
        wait, seen = self.waits
        starts = np.concatenate([[0], np.cumsum(self.n)])
        step = max(1, CELLS_AT_ONCE // width)
        for low in range(0, len(self.n), step):
            high = min(low + step, len(self.n))
            rows = slice(starts[low], starts[high])
            place = (self.codes[rows] - low) * width + np.minimum(wait[rows], width) - 1
            weight = 1.0 / self.n[self.codes[rows]]
            ended = seen[rows] & (wait[rows] <= width)
            size = (high - low) * width
            events: Floats = np.bincount(place[ended], weight[ended], size).astype(np.float64).reshape(-1, width)
            exits: Floats = np.bincount(place, weight, size).astype(np.float64).reshape(-1, width)
            yield events, np.cumsum(exits[:, ::-1], axis=1)[:, ::-1]


def cramp_nights(panel: DiaryPanel, outcome: str) -> CrampNights:
    """The nights on which the outcome is known.

    Parameters
    ----------
    panel
        The diary; missed nights, nights outside the domain and nights without an answer are gaps.
    outcome
        Yes/no column.

    Raises
    ------
    OptionError
        There is no such column.
    DataError
        The column holds anything but yes and no, or is known on no night.
    """
    values = panel.values(outcome)
    known = panel.inside & ~np.isnan(values)
    chosen = values[known]
    if not len(chosen):
        raise DataError(f"{outcome!r} is known on no night of the diary; no recall window can be estimated.")
    if bad := int(((chosen != 0) & (chosen != 1)).sum()):
        raise DataError(f"{outcome!r} holds {bad:,} value(s) other than yes and no; yes/no is expected.")
    persons, codes = np.unique(panel.codes[known], return_inverse=True)
    return CrampNights(codes.astype(np.int64), panel.nights[known], chosen == 1, len(panel.persons) - len(persons))


LONGEST = 1_000_000  # nights of a window: longer than any life


def check_windows(windows: object) -> Ints:
    """Windows in nights, as given; whole numbers of at least 1 are expected."""
    given = np.atleast_1d(np.asarray(windows))
    is_number = given.size > 0 and given.dtype.kind in "iuf"
    if not is_number or not ((given == np.floor(given)) & (given >= 1) & (given <= LONGEST)).all():
        raise OptionError(
            f"windows are {windows!r}; whole numbers of nights from 1 to {LONGEST:,} are expected (28, or [7, 28])."
        )
    return given.astype(np.int64)
