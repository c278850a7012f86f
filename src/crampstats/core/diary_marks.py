"""The nights of a person as bits of whole numbers, which any engine can add up and which a processor can shift.

Nights are cut into blocks of at most 48. Within one, night i is the i-th bit; the sum of 2^i over the nights of which something
is true marks those nights, exactly, because it stays below 2^53. A diary of 90 nights is two or three such sums, so that 1e8
nights are three million numbers: gaps, the night before and runs are then found in memory, with no sorting and no joining of the
rows themselves. A night that stands there twice would be carried into the next bit; it shows because fewer bits are set than
there are rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.diary_nights import NIGHT, PERSON
from crampstats.core.tables import collect_sums
from crampstats.core.totals import ROWS, Term, group_sums, num

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Masks = NDArray[np.uint64]
WIDEST = 48  # nights of a block: 48 sums of at most 2^47 stay below 2^53
TAKEN = 32_768  # blocks at a time whose nights are looked at one by one
BLOCK, BIT = "_block", "_bit"
FIRST_DAY = 1_000_000  # days before 1970 from which nights are counted, so that none is negative


@dataclass(frozen=True, eq=False)
class NightMarks:
    """Nights of which something is true, by person and block, in the order of persons and nights.

    Parameters
    ----------
    persons
        The persons, sorted.
    person
        Number of the person of each block.
    block
        Which block.
    size
        Nights of a block.
    rows
        Rows of each block.
    masks
        By name, a bit for each night of the block.
    """

    persons: pd.Index[Any]
    person: Ints
    block: Ints
    size: int
    rows: Ints
    masks: Mapping[str, Masks]

    def nights(self, mask: Masks) -> Floats:
        """Marked nights of each person."""
        return np.bincount(self.person, np.bitwise_count(mask), len(self.persons)).astype(np.float64)

    def night(self, bit: Ints) -> Ints:
        """The night of a bit of each block, days since 1970-01-01."""
        return self.block * self.size + bit - first_day(self.size)

    def shifted(self, mask: Masks, nights: int) -> Masks:
        """For each night, what was marked `nights` nights before in the same person; negative nights look ahead.

        Examples
        --------
        >>> one = np.array([1, 1]), np.array([0, 0]), np.array([7, 8])
        >>> marks = NightMarks(pd.Index(["a"]), one[1], one[2], 4, one[0], {})
        >>> marks.shifted(np.array([0b1001, 0b0001], dtype=np.uint64), 1).tolist() == [0b0010, 0b0011]
        True
        """
        whole, part = divmod(nights, self.size)
        full = np.uint64((1 << self.size) - 1)
        moved: Masks = (self._from(mask, whole) << np.uint64(part)) & full
        if part:
            moved |= self._from(mask, whole + 1) >> np.uint64(self.size - part)
        return moved

    def bits(self, mask: Masks) -> tuple[Ints, Ints]:
        """Block and bit of each marked night, in order."""
        parts = []
        for low in range(0, len(mask), TAKEN):
            octets = mask[low:low + TAKEN].astype("<u8").view(np.uint8)
            parts.append(np.flatnonzero(np.unpackbits(octets, bitorder="little")) + 64 * low)
        places = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
        return places // 64, places % 64

    def _from(self, mask: Masks, back: int) -> Masks:
        """The mask so many blocks before, 0 where there is none."""
        if back == 0:
            return mask
        wanted = self._key - back
        place = np.minimum(np.searchsorted(self._key, wanted), len(mask) - 1)
        same = (self.person[place] == self.person) & (self.block[place] == self.block - back)
        return np.where(same, mask[place], np.uint64(0))

    @cached_property
    def _key(self) -> Ints:
        """Persons and blocks as one number, rising."""
        low, high = int(self.block.min(initial=0)), int(self.block.max(initial=0))
        return self.person * (high - low + 1) + (self.block - low)


def first_day(size: int) -> int:
    """Days before 1970 of the first night of the first block."""
    return -(-FIRST_DAY // size) * size


def lowest_bit(mask: Masks) -> Ints:
    """Place of the lowest bit set; the mask is not 0.

    Examples
    --------
    >>> lowest_bit(np.array([1, 12], dtype=np.uint64)).tolist(), highest_bit(np.array([1, 12], dtype=np.uint64)).tolist()
    ([0, 2], [0, 3])
    """
    return highest_bit(mask & (~mask + np.uint64(1)))


def highest_bit(mask: Masks) -> Ints:
    """Place of the highest bit set; the mask is not 0."""
    return np.asarray(np.frexp(mask.astype(np.float64))[1] - 1, dtype=np.int64)


def mark_nights(frame: nw.LazyFrame[Any], terms: Mapping[str, Term], size: int) -> NightMarks:
    """Marks of nights of which a term is 1, by person.

    Parameters
    ----------
    frame
        One row per night, with ``person`` and ``night`` (days since 1970-01-01).
    terms
        What is marked, each 1 or 0.
    size
        Nights of a block, at most 48.

    Raises
    ------
    DataError
        More blocks than are brought into memory.
    """
    since = nw.col(NIGHT) + first_day(size)
    place = since - size * (since // size)
    cut = frame.with_columns((since // size).alias(BLOCK), (nw.lit(2).cast(nw.Float64) ** place.cast(nw.Float64)).alias(BIT))
    found = collect_groups(group_sums(cut, [PERSON, BLOCK], {name: num(BIT) * term for name, term in terms.items()}))
    persons, codes = sorted_persons(found[PERSON])
    block = found[BLOCK].to_numpy(dtype=np.int64)
    order = np.lexsort((block, codes))
    masks = {name: found[name].to_numpy(dtype=np.float64, na_value=0.0)[order] for name in terms}
    rows = found[ROWS].to_numpy(dtype=np.int64)[order]
    # more rows than nights are told by `rows`; their sums may exceed what a float holds, and are not read
    few = {name: np.where(rows <= size, mask, 0.0).astype(np.uint64) for name, mask in masks.items()}
    return NightMarks(persons, codes[order], block[order], size, rows, few)


def sorted_persons(column: pd.Series[Any]) -> tuple[pd.Index[Any], Ints]:
    """The persons of a column, sorted, and the number of each row's person."""
    if pd.api.types.is_extension_array_dtype(column.dtype) and pd.api.types.is_integer_dtype(column.dtype):
        column = column.astype(np.dtype(column.dtype.kind + "8"))
    codes, persons = pd.factorize(column, sort=True)
    return pd.Index(persons), codes.astype(np.int64)


def collect_groups(sums: nw.LazyFrame[Any]) -> pd.DataFrame:
    """Sums by group as a pandas frame, no more of them than are needed to see that they are too many.

    Raises
    ------
    DataError
        There are more than `core.tables.MAX_ROWS`.
    """
    return collect_sums(
        sums, "sums of persons by group or stretch of nights",
        "analyse a part of the persons at a time, or a sample of them (crampstats.sample_units); numbers with many values are "
        "better cut into bands",
    )
