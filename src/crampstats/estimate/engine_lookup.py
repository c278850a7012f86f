"""Sums and look-ups as expressions of an engine that stay shallow however long they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray


def added(terms: Sequence[nw.Expr]) -> nw.Expr:
    """The sum of one or more expressions, in pairs."""
    if len(terms) == 1:
        return terms[0]
    half = len(terms) // 2
    return added(terms[:half]) + added(terms[half:])


def looked_up(column: str, values: NDArray[Any]) -> nw.Expr:
    """`values[i]` where the column holds the whole number i, by halving the runs of equal values."""
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
    return _between(column, starts.tolist(), values[starts].astype(np.float64).tolist())


def _between(column: str, starts: Sequence[int], values: Sequence[float]) -> nw.Expr:
    if len(starts) == 1:
        return nw.lit(values[0])
    half = len(starts) // 2
    below, above = _between(column, starts[:half], values[:half]), _between(column, starts[half:], values[half:])
    found: nw.Expr = nw.when(nw.col(column) < float(starts[half])).then(below).otherwise(above)
    return found
