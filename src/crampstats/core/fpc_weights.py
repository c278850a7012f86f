"""Sampling weights from finite population corrections: population units by sampled units, over all stages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.column_ranges import Ranges
from crampstats.core.errors import DesignError
from crampstats.core.tables import refuse_names
from crampstats.core.totals import between, sufficient_stats

FPC_WEIGHT = "_weight_from_fpc"


def add_fpc_weights(table: Any, strata: str | None, stages: Sequence[str], corrections: Sequence[str], ranges: Ranges) -> Any:
    """The table with the column `FPC_WEIGHT`: the product over stages of population units by sampled units, or of 1/fraction.

    Raises
    ------
    DesignError
        A correction holds zeros.
    """
    for column in corrections:
        if not ranges.of[column].least > 0:
            zeros = int(sufficient_stats(table, [], {"zeros": between(column, high=0.0)})["zeros"].iloc[0])
            raise DesignError(f"{column!r} holds {zeros} zeros, from which no weight follows; give weights=.")
    keys = [strata] if strata else []
    drawn: list[str | None] = [*stages] or [None]
    plan = [(stage, column, bool(ranges.of[column].greatest <= 1)) for stage, column in zip(drawn, corrections, strict=False)]
    return _in_memory(table, keys, plan) if isinstance(table, pd.DataFrame) else _on_engine(table, keys, plan)


def _in_memory(table: pd.DataFrame, keys: list[str], plan: Sequence[tuple[str | None, str, bool]]) -> pd.DataFrame:
    weight = np.ones(len(table))
    for stage, column, is_fraction in plan:
        size = table[column].to_numpy(dtype=float)
        weight = weight / size if is_fraction else weight * size / _units_in_parent(table, keys, stage)
        keys = [*keys, stage] if stage else keys
    return table.assign(**{FPC_WEIGHT: weight})


def _units_in_parent(table: pd.DataFrame, keys: list[str], stage: str | None) -> np.ndarray[Any, Any]:
    """Sampled units of one stage in the parent unit of each row."""
    parent = pd.Series(0, index=table.index) if not keys else table.groupby(keys, sort=False).ngroup()
    unit = pd.Series(np.arange(len(table)), index=table.index) if stage is None else table[stage]
    return unit.groupby(parent).transform("nunique").to_numpy(dtype=float)


def _on_engine(table: Any, keys: list[str], plan: Sequence[tuple[str | None, str, bool]]) -> Any:
    """Sampled units are counted by parent, and their number joined to the rows."""
    import narwhals.stable.v2 as nw

    frame, weight = nw.from_native(table), nw.lit(1).cast(nw.Float64)
    refuse_names(frame, frame.collect_schema())  # a join names every column
    counts: list[str] = []
    for stage, column, is_fraction in plan:
        size = nw.col(column).cast(nw.Float64)
        if is_fraction:
            weight = weight / size
        else:
            counts.append(f"{FPC_WEIGHT}_{len(counts)}")
            found = _units_by_parent(frame, keys, stage or column, counts[-1], distinct=stage is not None)
            frame = frame.join(found, on=keys, how="left") if keys else frame.join(found, how="cross")
            weight = weight * size / nw.col(counts[-1]).cast(nw.Float64)
        keys = [*keys, stage] if stage else keys
    return nw.to_native(frame.with_columns(weight.alias(FPC_WEIGHT)).drop(*counts))


def _units_by_parent(frame: Any, keys: Sequence[str], unit: str, name: str, *, distinct: bool) -> Any:
    """Units of each parent, or its rows, in a column of that name; keys have plain names meanwhile: DuckDB groups by no dot."""
    import narwhals.stable.v2 as nw

    short = [f"{FPC_WEIGHT}_key{place}" for place in range(len(keys))]
    units = frame.select(*(nw.col(key).alias(made) for key, made in zip(keys, short, strict=True)), nw.col(unit).alias(name))
    units = units.unique() if distinct else units
    if not keys:
        return units.select(nw.len().cast(nw.Float64).alias(name))
    counted = units.group_by(*short).agg(nw.len().alias(f"{name}_n"))
    named = [nw.col(made).alias(key) for key, made in zip(keys, short, strict=True)]
    return counted.select(*named, nw.col(f"{name}_n").alias(name))
