"""Key columns of a pandas frame as integers, so that rows can be counted into groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.factors import floats, holds_nan_beside_null


@dataclass(frozen=True)
class KeyCodes:
    """One key column as integers: row i holds `values[codes[i] - low]`."""

    codes: NDArray[Any]
    low: int
    values: pd.Series[Any]


def group_codes(frame: pd.DataFrame, by: Sequence[str]) -> tuple[list[KeyCodes], pd.DataFrame]:
    """The key columns as integers, and the keys of each combination of them."""
    if mixed := [name for name in by if holds_nan_beside_null(frame[name])]:
        frame = frame[list(by)].assign(**{name: floats(frame[name]) for name in mixed})
    parts = [_codes(frame[name]) for name in by]
    size = math.prod(len(part.values) for part in parts)
    if size > 4 * max(len(frame), 1000):  # too sparse for one slot a combination: keep the observed ones
        return _observed_codes(frame, by)
    slots = np.arange(size)
    keys: dict[str, pd.Series[Any]] = {}
    for name, part in zip(reversed(by), reversed(parts), strict=True):
        keys[name] = part.values.iloc[slots % len(part.values)].reset_index(drop=True)
        slots = slots // len(part.values)
    return parts, pd.DataFrame({name: keys[name] for name in by}, index=pd.RangeIndex(size))


def block_codes(parts: Sequence[KeyCodes], rows: slice) -> NDArray[np.intp]:
    """The code of the key combination of each row of a block."""
    codes: NDArray[np.intp] = np.zeros(rows.stop - rows.start, dtype=np.intp)
    for part in parts:
        codes *= len(part.values)
        codes += part.codes[rows].astype(np.intp)
        codes -= part.low
    return codes


def _observed_codes(frame: pd.DataFrame, by: Sequence[str]) -> tuple[list[KeyCodes], pd.DataFrame]:
    """Codes of the observed combinations only, by pandas' own grouping."""
    numbers = frame.groupby(list(by), dropna=False, observed=True, sort=False).ngroup().to_numpy(dtype=np.intp)
    _, first = np.unique(numbers, return_index=True)
    keys = frame[list(by)].iloc[first].reset_index(drop=True)
    return [KeyCodes(numbers, 0, pd.Series(keys.index))], keys


def _codes(column: pd.Series[Any]) -> KeyCodes:
    """Integer codes of a column and the value of each code; a missing value has a code of its own, the last."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iub" and len(column):
        low, high = int(column.min()), int(column.max())
        # a small range needs no hashing, and no copy; codes are signed
        if high - low < 100_000 and high <= np.iinfo(np.int64).max:
            return KeyCodes(column.to_numpy(), low, pd.Series(np.arange(low, high + 1)).astype(column.dtype))
    found, values = pd.factorize(column, use_na_sentinel=True)
    known = pd.Series(values).astype(column.dtype)
    codes: NDArray[np.intp] = np.asarray(found, dtype=np.intp)
    if (codes < 0).any():
        codes = np.where(codes < 0, len(known), codes)
        known = pd.concat([known, pd.Series([None], dtype=known.dtype)], ignore_index=True)
    return KeyCodes(codes, 0, known)
