"""The nights of a diary as rows for sums by person: nights of one person that are alike in everything read become one row.

A likelihood or an estimating function needs of such nights how many they are, their mean response and its spread alone, so
nothing is lost; a diary of 90 nights and two yes/no exposures has at most four rows per person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.estimate.diary.rows import PanelRows, PatternedRows
from crampstats.estimate.model_matrix import Column, ModelMatrix
from crampstats.estimate.model_rows import BLOCK
from crampstats.estimate.narrow_products import cross_products, weighted_sums
from crampstats.estimate.scaling import ColumnMoments, Scaling
from crampstats.estimate.sums import Floats

Ints = NDArray[np.int64]
CELLS_PER_NIGHT = 1  # cells looked through per night; where more would be needed, few nights are alike
MOST_LEVELS = 16  # distinct values of a column whose nights are worth collapsing
TAKEN = 131_072  # nights at a time when they are collapsed


@dataclass(frozen=True, eq=False)
class NightBlock:
    """Whole persons: model matrix turned (k x rows), nights and mean response of each row, spread of the response within rows.

    Parameters
    ----------
    persons
        Which of the persons analysed.
    turned
        Model matrix, one row per column.
    nights
        Nights of each row.
    response
        Mean response of each row.
    within
        Sum of squares of the response about that mean.
    offset
        Added to the linear predictor.
    starts
        Place of the first row of each person, from 0.
    """

    persons: slice
    turned: Floats
    nights: Floats
    response: Floats
    within: Floats
    offset: Floats | float
    starts: Ints

    @property
    def sizes(self) -> Ints:
        """Rows of each person."""
        return np.diff(np.append(self.starts, len(self.response)))


@dataclass(frozen=True, eq=False)
class PatternRows:
    """Rows that stand for one or several nights of a person.

    Parameters
    ----------
    rows
        The nights themselves.
    matrix
        Model matrix of the rows.
    nights, response, within, offset
        As in `NightBlock`, over all rows; None: every row is one night (`within` 0), nothing is added.
    starts
        Place of the first row of each person, and the number of rows at the end.
    """

    rows: PanelRows
    matrix: ModelMatrix
    starts: Ints
    response: Floats
    nights: Floats | None = None
    within: Floats | None = None
    offset: Floats | None = None

    def __len__(self) -> int:
        return len(self.response)

    @property
    def n_persons(self) -> int:
        """Persons analysed."""
        return len(self.starts) - 1

    @property
    def n_nights(self) -> int:
        """Nights the rows stand for."""
        return len(self) if self.nights is None else round(float(self.nights.sum()))

    def blocks(self, scaling: Scaling | None = None) -> Iterator[NightBlock]:
        """Whole persons at a time, with scaled columns."""
        for first, last in self._cuts:
            low, high = int(self.starts[first]), int(self.starts[last])
            rows = slice(low, high)
            yield NightBlock(
                slice(first, last), _turned(self.matrix.rows(rows), scaling),
                np.ones(high - low) if self.nights is None else self.nights[rows], self.response[rows],
                np.zeros(high - low) if self.within is None else self.within[rows],
                0.0 if self.offset is None else self.offset[rows], self.starts[first:last] - low,
            )

    def some(self, persons: int) -> PatternRows:
        """So many persons, for a first approximation; drawn, because every so-many-th may be all of one group."""
        drawn = np.random.default_rng(0).choice(self.n_persons, min(persons, self.n_persons), replace=False)
        chosen = np.sort(drawn)
        sizes = np.diff(self.starts)[chosen]
        starts = np.concatenate([[0], np.cumsum(sizes)])
        places = np.repeat(self.starts[chosen] - starts[:-1], sizes) + np.arange(starts[-1])
        columns = {name: column[places] for name, column in self.matrix.columns.items()}
        return PatternRows(
            self.rows, replace(self.matrix, columns=columns), starts, self.response[places],
            *(None if one is None else one[places] for one in (self.nights, self.within, self.offset)),
        )

    @cached_property
    def _cuts(self) -> list[tuple[int, int]]:
        """First person and the one after the last of each block."""
        wanted = np.arange(BLOCK, len(self) + BLOCK, BLOCK)
        ends = np.unique(np.minimum(np.searchsorted(self.starts, wanted), self.n_persons))
        return list(zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True))


def build_patterns(rows: PanelRows) -> PatternRows:
    """Collapse the nights of each person that are alike in every column of the formula, where that leaves clearly fewer rows."""
    if isinstance(rows, PatternedRows):
        return PatternRows(rows, rows.matrix, rows.starts, rows.response, rows.nights, rows.within, rows.offset)
    columns: dict[str, Column] = dict(rows.matrix.columns)
    if rows.offset is not None:
        columns[_OFFSET] = rows.offset
    within = {name: column for name, column in columns.items() if _varies(column, rows.starts)}
    levels = {name: _levels(column) for name, column in within.items()}
    cells = int(np.prod([len(one) if one is not None else MOST_LEVELS**9 for one in levels.values()], dtype=np.float64))
    if cells * len(rows.sizes) > CELLS_PER_NIGHT * len(rows):
        return PatternRows(rows, rows.matrix, rows.starts, rows.response, offset=rows.offset)
    known = {name: one for name, one in levels.items() if one is not None}
    return _collapsed(rows, columns, known, cells)


_OFFSET = "\0offset"  # no column of a formula can have this name


def scale_patterns(patterns: PatternRows) -> Scaling:
    """Centre and spread of every column over all nights.

    Raises
    ------
    DataError
        A column is constant or follows from others; it is named.
    """
    rows = patterns.rows
    moments = _moments(patterns, rows.names)
    moments.refuse_dependent(f"{len(rows):,} analysed nights of {len(rows.sizes):,} persons")
    return moments.scaling()


def _turned(matrix: Floats, scaling: Scaling | None) -> Floats:
    scaled = np.asfortranarray(matrix) if scaling is None else scaling.apply(matrix)
    return np.ascontiguousarray(scaled.T)


def _varies(column: Column, starts: Ints) -> bool:
    """Whether a column changes between nights of one person."""
    values = column.codes if isinstance(column, pd.Categorical) else column
    for first in range(0, len(values), TAKEN):  # in parts, which overlap by one, to hold little
        part = values[first:first + TAKEN + 1]
        changed = np.flatnonzero(part[1:] != part[:-1]) + first + 1
        if len(changed) and (starts[np.minimum(np.searchsorted(starts, changed), len(starts) - 1)] != changed).any():
            return True
    return False


def _levels(column: Column) -> NDArray[Any] | None:
    """Distinct values of a column, sorted; None where they are many."""
    values = column.codes if isinstance(column, pd.Categorical) else column
    found: NDArray[Any] = np.unique(values[:1])
    for first in range(0, len(values), TAKEN):
        part = values[first:first + TAKEN]
        # what is known already is passed by without sorting
        new = part[~_among(part, found)]
        if len(new):
            found = np.union1d(found, new[:TAKEN] if len(found) <= MOST_LEVELS else new[:1])
        if len(found) > MOST_LEVELS:
            return None
    return found


def _among(part: NDArray[Any], levels: NDArray[Any]) -> NDArray[np.bool_]:
    known: NDArray[np.bool_] = part == levels[0]
    for level in levels[1:]:
        known |= part == level
    return known


def _collapsed(rows: PanelRows, columns: dict[str, Column], levels: dict[str, NDArray[Any]], cells: int) -> PatternRows:
    """One row per person and pattern, in the order of persons; patterns in the order of their codes."""
    centre = float(rows.response.mean())  # sums of squares about it do not cancel
    parts: list[tuple[Ints, Floats, Floats, Floats]] = []
    first = 0
    while first < len(rows.sizes):
        last = max(first + 1, int(np.searchsorted(rows.starts, rows.starts[first] + TAKEN, side="right")) - 1)
        parts.append(_cells_of(rows, columns, levels, cells, first, last, centre))
        first = last
    cell, nights, total, squares = (np.concatenate([part[i] for part in parts]) for i in range(4))
    person, pattern = np.divmod(cell, cells)
    within = np.maximum(squares - total**2 / nights, 0.0)
    # of yes/no answers the spread within a row is known without rounding
    if ((rows.response == 0) | (rows.response == 1)).all():
        events = np.rint(total + centre * nights)
        response, within = events / nights, events - events**2 / nights
    else:
        response = centre + total / nights
    made = _columns_of(rows, columns, levels, person, pattern)
    offset = made.pop(_OFFSET, None)
    starts = np.searchsorted(person, np.arange(len(rows.sizes) + 1)).astype(np.int64)
    return PatternRows(
        rows, replace(rows.matrix, columns=made), starts, response, nights, within,
        None if offset is None else np.asarray(offset, dtype=np.float64),
    )


def _cells_of(
    rows: PanelRows, columns: dict[str, Column], levels: dict[str, NDArray[Any]], cells: int, first: int, last: int, centre: float
) -> tuple[Ints, Floats, Floats, Floats]:
    """Cells (person x pattern) some persons have nights in: number of the cell, nights, sum and squares of the response."""
    taken = slice(int(rows.starts[first]), int(rows.starts[last]))
    key = np.repeat(np.arange(last - first), rows.sizes[first:last])
    for name, known in levels.items():
        column = columns[name]
        values = column.codes[taken] if isinstance(column, pd.Categorical) else column[taken]
        key = key * len(known) + np.searchsorted(known, values)
    response = rows.response[taken] - centre
    size = (last - first) * cells
    nights = np.bincount(key, minlength=size).astype(np.float64)
    held = np.flatnonzero(nights)
    total, squares = (np.asarray(np.bincount(key, part, size)[held], dtype=np.float64) for part in (response, response**2))
    return np.asarray(held + first * cells, dtype=np.int64), nights[held], total, squares


def _columns_of(
    rows: PanelRows, columns: dict[str, Column], levels: dict[str, NDArray[Any]], person: Ints, pattern: Ints
) -> dict[str, Any]:
    """Columns of the formula for rows of a person and a pattern."""
    made: dict[str, Any] = {}
    for name in reversed(list(levels)):
        pattern, code = np.divmod(pattern, len(levels[name]))
        made[name] = levels[name][code]
    first = rows.starts[:-1][person]
    for name, column in columns.items():
        if isinstance(column, pd.Categorical):
            made[name] = pd.Categorical.from_codes(made.get(name, column.codes[first]), dtype=column.dtype)
        elif name not in made:
            made[name] = column[first]
    return made


def _moments(patterns: PatternRows, names: Sequence[str]) -> ColumnMoments:
    """Moments of each column over the nights, free of cancellation."""
    k = len(names)
    shift: Floats | None = None
    first, second = np.zeros(k), np.zeros((k, k))
    for block in patterns.blocks():
        shift = block.turned[:, 0].copy() if shift is None else shift
        centred = block.turned - shift[:, None]
        first += weighted_sums(centred, block.nights)
        second += cross_products(centred * np.sqrt(block.nights))
    first, second = first / patterns.n_nights, second / patterns.n_nights
    mean = first + (shift if shift is not None else 0.0)
    size = np.maximum(np.abs(mean), np.sqrt(np.diag(second)))
    return ColumnMoments(names, mean, second - np.outer(first, first), size)
