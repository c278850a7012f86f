"""Rows of any engine as patterns: everything alike in what a model reads is one entry, counted where the rows lie.

A pattern is one whole number on the engine (the places of its values in mixed radix), so that a group has one key besides the
sampling unit's, and comes back as eight bytes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.errors import DataError
from crampstats.core.factors import Number
from crampstats.core.tables import collect_sums
from crampstats.core.totals import ROWS, Term, group_sums, plain_key, sufficient_stats
from crampstats.estimate.engine_columns import COUNT, WEIGHT, AnalysedTable, HeldColumn
from crampstats.estimate.sums import Codes, Floats, Units, design_terms, entry_keys, sampling_units

MAX_PATTERNS = 1_500_000  # groups brought into memory: about 100 MB at their peak
PATTERN = "_model_pattern"


def plain(*columns: str) -> Term:
    """The product of columns without gaps."""
    return Term(tuple(Number(name, complete=True) for name in columns))


@dataclass(frozen=True, eq=False)
class Patterns:
    """Patterns and their sums, one entry each.

    Parameters
    ----------
    columns
        Value of each column of the model in each pattern.
    weight, squares
        Sums of the weights and of their squares; NaN where squares were not asked for.
    persons
        Persons analysed.
    keys
        Columns of the sampling unit of each; none where units were left out.
    """

    columns: pd.DataFrame
    weight: Floats
    squares: Floats
    persons: Floats
    keys: pd.DataFrame


def count_units(table: AnalysedTable) -> pd.DataFrame:
    """The sampling units of the whole design, one row each: keys, rows, and the sums that corrections and calibration need."""
    return sufficient_stats(table.whole, entry_keys(table.design), design_terms(table.design))


def room(held: Sequence[HeldColumn]) -> float:
    """Number of patterns there is room for."""
    return math.prod(one.size for one in held)


def count_patterns(table: AnalysedTable, held: Sequence[HeldColumn], *, by_unit: bool, squares: bool) -> Patterns:
    """The analysed rows by pattern of everything read, and by sampling unit where that is asked for.

    Parameters
    ----------
    table
        The analysed rows.
    held
        What the columns hold at most.
    by_unit
        Count each pattern by sampling unit.
    squares
        Add up squared weights too, which are needed where rows are the units and by penalised fits.

    Raises
    ------
    DataError
        There are more than can be collected, or nobody is left.
    """
    design = table.design
    keys = entry_keys(design) if by_unit else []
    weighted = bool(design.weights or design.counts)
    terms = {"_w": plain(WEIGHT)} if weighted else {}
    terms |= {"_ww": plain(WEIGHT, WEIGHT)} if weighted and squares else {}
    if design.counts:
        terms["_n"] = plain(COUNT)
    sums = group_sums(table.frame.with_columns(pattern_code(held).alias(PATTERN)), [*keys, PATTERN], terms)
    found = collect_sums(sums, f"patterns of {', '.join(table.names)}", "round or group the numbers", MAX_PATTERNS)
    if not len(found):
        raise table.nobody()
    # engines give groups in any order; sums over them are to be the same from run to run
    found = found.sort_values([*keys, PATTERN], ignore_index=True)
    rows = found[ROWS].to_numpy(dtype=np.float64)
    weight = found["_w"].to_numpy(dtype=np.float64) if "_w" in found else rows
    unknown = np.full(len(rows), np.nan) if weighted else rows
    squared = found["_ww"].to_numpy(dtype=np.float64) if "_ww" in found else unknown
    persons = found["_n"].to_numpy(dtype=np.float64) if "_n" in found else rows
    columns = decode_patterns(found[PATTERN].to_numpy(dtype=np.int64), held)
    return Patterns(columns, weight, squared, persons, found[keys])


def pattern_code(held: Sequence[HeldColumn]) -> nw.Expr:
    """The pattern of each row as one whole number."""
    code: nw.Expr | None = None
    width = nw.Int32 if room(held) < 2**31 else nw.Int64  # half as wide is twice as fast
    for one in held:
        code = one.code(width) if code is None else code * int(one.size) + one.code(width)
    if code is None:
        raise DataError("a pattern needs at least one column.")
    return code


def decode_patterns(codes: NDArray[np.int64], held: Sequence[HeldColumn]) -> pd.DataFrame:
    """The columns of patterns."""
    columns = {}
    for one in reversed(held):
        codes, place = np.divmod(codes, int(one.size))
        columns[one.name] = one.decoded(place)
    return pd.DataFrame({one.name: columns[one.name] for one in held})


def place_in_units(patterns: Patterns, long: pd.DataFrame, table: AnalysedTable) -> tuple[Units, Codes]:
    """The sampling units of the whole design, and the unit of each pattern."""
    units, unit = sampling_units(table.design, long)
    keys = entry_keys(table.design)
    if not keys:
        return units, np.zeros(len(patterns.weight), dtype=np.intp)
    if patterns.keys.empty:
        raise DataError("these patterns were counted without their sampling units.")
    return units, unit[match_keys(patterns.keys, long, keys)]


def match_keys(chosen: pd.DataFrame, long: pd.DataFrame, keys: Sequence[str]) -> Codes:
    """Row of `long` that holds the keys of each row of `chosen`."""
    wanted = pd.DataFrame({name: plain_key(chosen[name]) for name in keys})
    known = long[list(keys)].assign(_place=np.arange(len(long)))
    return wanted.merge(known, on=list(keys), how="left")["_place"].to_numpy(dtype=np.intp)
