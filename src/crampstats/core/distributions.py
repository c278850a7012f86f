"""The distribution function of a column inverted on any engine: a histogram first, then the exact values of the bins that matter.

A quantile needs an order, which engines have, but not one that can be weighted, split by group and asked for many probabilities
at once. Sums by bin can: bins are made by arithmetic that keeps the order, each remembers its least and greatest value, and only
the bins in which a cumulated weight passes its goal are read value by value (or cut again where they hold many). The answer is
an observed value, the same that sorting in memory finds.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.factors import Between, Number, Present, plain_expression
from crampstats.core.tables import collect_frame, scan_table
from crampstats.core.totals import plain_key

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
Bounds = tuple[float, float]

VALUE, WEIGHT, BIN, KEPT = "_value", "_weight", "_bin", "_kept"
LOW, HIGH, COUNT = "_low", "_high", "_count"
BINS = 8_192
MOST_SUMS = 2_000_000  # groups times bins, or values, that are collected at once
LEAF = 1_000_000  # rows that are read value by value
NO_KEY = "\0"


@dataclass(frozen=True)
class Goal:
    """A share of the weight of some cells (1 or 0 for each) that the values up to the wanted one must reach."""

    cells: Floats
    share: float


@dataclass(frozen=True)
class _Sums:
    """Sums of the values between two bounds; an entry is a bin, or one value, in one cell."""

    cell: Codes
    bin: Codes
    low: Floats
    high: Floats
    weight: Floats
    count: Floats


@dataclass(eq=False)
class Distribution:
    """Weighted values of a column by cell, on the engine that holds them.

    Parameters
    ----------
    frame
        Lazy frame of the rows analysed with their keys, value and weight (`scan_values`).
    cells
        Keys of each cell, in plain dtypes.
    """

    frame: nw.LazyFrame[Any]
    cells: pd.DataFrame
    _known: dict[Bounds, _Sums] = field(default_factory=dict)

    def invert(self, goals: Sequence[Goal]) -> Floats:
        """The least value at which the cumulated weight reaches each goal; NaN where its cells hold no weight."""
        found = np.full(len(goals), np.nan)
        whole = self._whole()
        rows = float(self._known[whole].count.sum())
        waiting = [(place, whole, 0.0, goal.share * self._weight(whole, goal.cells), rows) for place, goal in enumerate(goals)]
        waiting = [one for one in waiting if one[3] > 0]
        while waiting:
            turn = self._take_turn({bounds: rows for _, bounds, _, _, rows in waiting})
            inner = []
            for place, bounds, below, wanted, rows in waiting:
                if bounds in turn:
                    bounds, below, rows = _step(self._known[bounds], goals[place].cells, below, wanted)
                    found[place] = bounds[0]
                if bounds not in turn or bounds[0] < bounds[1]:
                    inner.append((place, bounds, below, wanted, rows))
            waiting = inner
        return found

    def _take_turn(self, needed: Mapping[Bounds, float]) -> set[Bounds]:
        """Those of some bounds whose sums are known now; where none is, as many are read as may be collected at once."""
        if known := {bounds for bounds in needed if bounds in self._known}:
            return known
        if sum(len(one.cell) for one in self._known.values()) > MOST_SUMS:  # what is needed again can be read again
            whole = self._whole()
            self._known = {whole: self._known[whole]}
        turn: dict[Bounds, float] = {}
        for bounds, rows in needed.items():
            if turn and sum(turn.values()) + rows > MOST_SUMS:
                break
            turn[bounds] = rows
        self._read(turn)
        return set(turn)

    def _whole(self) -> Bounds:
        """The bounds of all values, whose sums are known afterwards."""
        if self._known:
            return next(iter(self._known))
        import narwhals.stable.v2 as nw

        value = nw.col(VALUE)
        found = collect_frame(self.frame.select(value.min().alias(LOW), value.max().alias(HIGH), nw.len().alias(COUNT))).iloc[0]
        bounds = (float(found[LOW]), float(found[HIGH])) if found[COUNT] else (0.0, 0.0)
        self._read({bounds: float(found[COUNT])})
        return bounds

    def _weight(self, bounds: Bounds, cells: Floats) -> float:
        known = self._known[bounds]
        return float((known.weight * cells[known.cell]).sum())

    def _read(self, needed: Mapping[Bounds, float]) -> None:
        """Sums between bounds that hold this many rows: by value where they are few, else by bin."""
        wanted = {bounds: count for bounds, count in needed.items() if bounds not in self._known}
        small = [bounds for bounds, count in wanted.items() if count <= LEAF or not _can_be_cut(bounds)]
        for bounds in wanted.keys() - set(small):
            self._known[bounds] = self._by_bin(bounds)
        if small:
            values = self._by_value(small)
            for low, high in small:
                inside = (values.low >= low) & (values.low <= high)
                self._known[low, high] = _Sums(*(getattr(values, name)[inside] for name in _Sums.__dataclass_fields__))

    def _by_value(self, several: Sequence[Bounds]) -> _Sums:
        import narwhals.stable.v2 as nw

        value = nw.col(VALUE)
        inside = reduce(lambda one, other: one | other, [(value >= low) & (value <= high) for low, high in several])
        summed = self.frame.filter(inside).group_by(*_short(self.cells), VALUE).agg(nw.col(WEIGHT).sum(), nw.len().alias(COUNT))
        found = collect_frame(summed)
        values = found[VALUE].to_numpy(dtype=np.float64)
        place = np.unique(values, return_inverse=True)[1]
        return self._sums(found, place, values, values)

    def _by_bin(self, bounds: Bounds) -> _Sums:
        import narwhals.stable.v2 as nw

        low, high = bounds
        bins = int(np.clip(MOST_SUMS // max(len(self.cells), 1), 64, BINS))
        # halves, because the distance of two floats may be none; rounding keeps the order, so a bin holds neighbours alone
        scale = bins / (high / 2 - low / 2)
        value = nw.col(VALUE)
        place = ((value / 2 - low / 2) * scale).floor().clip(0, bins - 1).cast(nw.Int64)
        inside = self.frame.filter((value >= low) & (value <= high)).with_columns(place.alias(BIN))
        summed = inside.group_by(*_short(self.cells), BIN).agg(
            nw.col(WEIGHT).sum(), value.min().alias(LOW), value.max().alias(HIGH), nw.len().alias(COUNT),
        )
        found = collect_frame(summed)
        return self._sums(found, found[BIN].to_numpy(dtype=np.intp), *(found[name].to_numpy(dtype=float) for name in (LOW, HIGH)))

    def _sums(self, found: pd.DataFrame, place: Codes, low: Floats, high: Floats) -> _Sums:
        cell = match_cells(found.rename(columns=dict(zip(_short(self.cells), self.cells, strict=True))), self.cells)
        weight, count = (found[name].to_numpy(dtype=np.float64) for name in (WEIGHT, COUNT))
        return _Sums(cell, place, low, high, weight, count)


def scan_values(table: Any, by: Sequence[str], value: str, weight: str | None, domain: str | None) -> nw.LazyFrame[Any]:
    """Keys, value and weight of the rows analysed, lazily: inside the domain, of positive weight, with a value.

    Parameters
    ----------
    table
        Any table.
    by
        Key columns.
    value, weight
        Numeric or yes/no column, and column of weights; None: all 1.
    domain
        Yes/no column of the rows asked about; None: all.
    """
    import narwhals.stable.v2 as nw

    frame = scan_table(table)
    schema = nw.Schema(frame.collect_schema())
    kept = Present(value).expression(schema)
    if domain:
        kept = kept * Number(domain).expression(schema)
    if weight:
        kept = kept * Between(weight, float(np.nextafter(0.0, 1.0))).expression(schema)
    weights = Number(weight).expression(schema) if weight else nw.lit(1).cast(nw.Float64)
    columns = {VALUE: Number(value).expression(schema), WEIGHT: weights, KEPT: kept}
    keys = [plain_expression(name, schema[name]).alias(made) for name, made in zip(by, _short(by), strict=True)]
    chosen = frame.select(*keys, *(one.alias(name) for name, one in columns.items()))
    return chosen.filter(nw.col(KEPT) > 0.0)


def _short(keys: Iterable[Hashable]) -> list[str]:
    """Names by which every engine can group; DuckDB cannot by one with a dot."""
    return [f"_key{place}" for place, _ in enumerate(keys)]


def match_cells(frame: pd.DataFrame, cells: pd.DataFrame) -> Codes:
    """The row of `cells` each row of a frame with the same keys belongs to; a missing key is a key."""
    if not len(cells.columns):
        return np.zeros(len(frame), dtype=np.intp)
    return np.asarray(_texts(cells, cells).get_indexer(_texts(frame, cells)), dtype=np.intp)


def _can_be_cut(bounds: Bounds) -> bool:
    low, high = bounds
    return high / 2 - low / 2 > float(np.finfo(float).tiny) * BINS


def _step(known: _Sums, cells: Floats, below: float, wanted: float) -> tuple[Bounds, float, float]:
    """Bounds of the bin in which the cumulated weight reaches what is wanted (one value: twice the same), weight below it, rows.

    Bounds and rows are those of all cells, so that goals share what is read; of one value where the goal's cells hold no other.
    """
    own = cells[known.cell] > 0
    bins, place = np.unique(known.bin[own], return_inverse=True)
    cumulated = below + np.cumsum(np.bincount(place, known.weight[own], len(bins)))
    first = min(int(np.searchsorted(cumulated, wanted, side="left")), len(bins) - 1)
    under = float(cumulated[first - 1]) if first else below
    whole, mine = known.bin == bins[first], own & (known.bin == bins[first])
    low, high = float(known.low[mine].min()), float(known.high[mine].max())
    if low == high:
        return (low, low), under, 0.0
    return (float(known.low[whole].min()), float(known.high[whole].max())), under, float(known.count[whole].sum())


def _texts(frame: pd.DataFrame, cells: pd.DataFrame) -> pd.MultiIndex:
    """Keys as text, missing ones too, so that one cell has one name on every engine."""
    return pd.MultiIndex.from_arrays([
        plain_key(frame[name]).astype("string").fillna(NO_KEY).astype(object) for name in cells
    ])
