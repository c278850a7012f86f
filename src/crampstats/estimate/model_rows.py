"""The analysed rows of a design as blocks of a model matrix, and sums of scores over its sampling units."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.design import DOMAIN, SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.group_codes import block_codes, group_codes
from crampstats.core.totals import ONE, ROWS, num, plain_key, sufficient_stats
from crampstats.estimate.model_matrix import Coefficient, Column, ModelMatrix, build_model_matrix, columns_read, read_formula
from crampstats.estimate.sums import (
    Codes,
    Floats,
    Units,
    counted_terms,
    design_terms,
    entry_keys,
    require_column,
    sampling_units,
)
from crampstats.estimate.variance import row_covariance, taylor_covariance

KEPT = 1_000_000  # numbers a model matrix may hold to be kept (8 MB)
BLOCK = 16_384  # rows at a time; a block of a dozen columns stays in the processor's cache
WORTH_GROUPING = 8  # rows a pattern must stand for on average before grouping them pays

Kind = Literal["yes/no", "count", "number"]
ScoreFunction = Callable[["Block"], Floats]


@dataclass(frozen=True, eq=False)
class Block:
    """Some of the analysed rows: place in the whole, model matrix, response, weight (which sums to 1 over all rows), offset."""

    rows: slice
    matrix: Floats
    response: Floats
    weight: Floats
    offset: Floats | float = 0.0


@dataclass(frozen=True, eq=False)
class ModelRows:
    """The rows a regression reads: inside the domain, of positive weight, with every variable of the formula answered.

    Parameters
    ----------
    design
        The design they come from.
    formula, outcome
        As fitted; column of the response.
    matrix
        The model matrix.
    response
        The response, one entry per row.
    weight, squares
        Sum of the weights and of their squares in each row; a row is a person, or all persons alike in everything read.
    persons, events
        Persons analysed, and those with a yes/no outcome (NaN otherwise).
    scale
        Sum of the weights.
    units, unit
        The sampling units of the whole design, and the unit of each row.
    df
        PSUs less strata among the rows.
    offset
        What is added to the linear predictor of each row; None for nothing.
    each
        Persons in each row; None: one.
    """

    design: SurveyDesign
    formula: str
    outcome: str
    matrix: ModelMatrix
    response: Floats
    weight: Floats
    squares: Floats
    persons: int
    events: float
    scale: float
    units: Units
    unit: Codes
    df: float
    offset: Floats | None = None
    each: Floats | None = None

    def __len__(self) -> int:
        return len(self.response)

    @property
    def columns(self) -> Mapping[str, Column]:
        """Columns the formula reads, one entry per row."""
        return self.matrix.columns

    @property
    def coefficients(self) -> tuple[Coefficient, ...]:
        """What each column of the model matrix stands for."""
        return self.matrix.coefficients

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns of the model matrix."""
        return self.matrix.names

    @cached_property
    def terms(self) -> dict[str, list[int]]:
        """Places of the coefficients of each term."""
        places: dict[str, list[int]] = {}
        for place, one in enumerate(self.coefficients):
            places.setdefault(one.term, []).append(place)
        return places

    def blocks(self) -> Iterator[Block]:
        """The rows in blocks, with their model matrix."""
        kept = self._kept
        for start in range(0, len(self), BLOCK):
            rows = slice(start, min(start + BLOCK, len(self)))
            matrix = self.matrix.rows(rows) if kept is None else kept[rows]
            offset = 0.0 if self.offset is None else self.offset[rows]
            yield Block(rows, matrix, self.response[rows], self.weight[rows] / self.scale, offset)

    @cached_property
    def _kept(self) -> Floats | None:
        """The whole model matrix where it is small; a large one is made again, block by block, whenever it is read."""
        whole = len(self) * len(self.coefficients) <= KEPT
        return self.matrix.rows(slice(0, len(self))) if whole else None

    def matrix_with(self, rows: slice, changed: Mapping[str, Any]) -> Floats:
        """The model matrix of some rows with columns set to one value for everybody."""
        return self.matrix.rows(rows, changed)

    def covariance(self, scores: ScoreFunction) -> Floats:
        """Design covariance of sum w s over the rows, with s (rows x estimates) given block by block.

        Every sampling unit of the design counts, with score 0 where it holds no row.
        """
        return self.covariance_of(*self.unit_sums(scores))

    def covariance_of(self, sums: Floats, inner: Floats | None) -> Floats:
        """Design covariance from sums by sampling unit, as `unit_sums` gives them."""
        if inner is None:
            return taylor_covariance(sums, self.units, self.design.lonely)
        return row_covariance(sums, inner, self.units, self.design.lonely)

    def unit_sums(self, scores: ScoreFunction) -> tuple[Floats, Floats | None]:
        """Sums of w s by sampling unit, and, where rows are the units, of w w s s' by stratum."""
        collector: UnitSums | None = None
        for block in self.blocks():
            found = scores(block)
            collector = collector or UnitSums(self, found.shape[1])
            collector.add(block, found)
        if collector is None:
            raise DataError("nobody is left to analyse: no row of the domain has an answer to everything.")
        return collector.sums, collector.inner


class UnitSums:
    """Collects scores of blocks into sums by sampling unit (`sums`, units x estimates).

    Parameters
    ----------
    rows
        The analysed rows.
    size
        Number of estimates.

    Attributes
    ----------
    inner
        Where rows are the units, the sums of w w s s' by stratum; otherwise None.
    """

    def __init__(self, rows: ModelRows, size: int) -> None:
        self.rows = rows
        n_units = len(rows.units.rows)
        self.sums: Floats = np.zeros((n_units, size))
        self.inner: Floats | None = np.zeros((n_units, size, size)) if rows.units.rows_are_units else None

    def add(self, block: Block, scores: Floats) -> None:
        """Add the scores (rows x estimates) of a block, which are per unit of weight."""
        unit = self.rows.unit[block.rows]
        for column in range(scores.shape[1]):
            self.sums[:, column] += np.bincount(unit, scores[:, column] * block.weight, len(self.sums))
        if self.inner is not None:
            _add_products(self.inner, unit, scores, self.rows.squares[block.rows] / self.rows.scale**2)


def build_model_rows(design: SurveyDesign, formula: str, *, kind: Kind, offset: str | None = None) -> ModelRows:
    """Complete cases of a formula.

    Parameters
    ----------
    design
        Design whose domain is the population asked about.
    formula
        "outcome ~ terms", names of columns in backticks where they are no Python names.
    kind
        What the response must be: "yes/no" (1, 0 or missing), "count" (0 or more) or "number".
    offset
        Column added to the linear predictor.

    Raises
    ------
    OptionError
        The formula cannot be read or names a column the design lacks.
    DataError
        Infinite values, text where numbers are needed, a yes/no response with other values, or nobody left.
    """
    outcome, right = read_formula(formula)
    used = columns_read(right)
    for name in (outcome, *used):
        require_column(design, name)
    if outcome in used:
        raise OptionError(f"{outcome!r} stands on both sides of the formula.")
    read = [*used, *([require_column(design, offset)] if offset and offset not in used else [])]
    table = _plain_table(design, [outcome, *read])
    long = _grouped(design, table, outcome, read)
    dtypes = dict(table.dtypes)
    rows = _row_sums(design, table, outcome, read) if long is None else _pattern_sums(design, long, dtypes, outcome, read)
    columns = {name: _model_column(rows.columns[name], design, name) for name in used}
    _refuse_one_level(columns, rows.persons.sum())
    response = _response(rows.columns[outcome], outcome, kind)
    events = float(rows.persons @ response) if ((response == 0) | (response == 1)).all() else np.nan
    added = np.asarray(_model_column(rows.columns[offset], design, offset), dtype=np.float64) if offset else None
    return ModelRows(
        design, formula, outcome, build_model_matrix(right, columns), response, rows.weight, rows.squares,
        int(rows.persons.sum()), events, float(rows.weight.sum()), rows.units, rows.unit, _degrees_of_freedom(rows), added,
        rows.persons if len(rows.persons) < rows.persons.sum() else None,
    )


def _refuse_one_level(columns: Mapping[str, Column], persons: float) -> None:
    """Refuse a category that does not vary: it would have no column, and would leave the model unseen."""
    bad = [
        f"{name!r} ({column.categories[0]})" for name, column in columns.items()
        if isinstance(column, pd.Categorical) and len(column.categories) == 1
    ]
    if bad:
        raise DataError(
            f"{', '.join(bad)}: the same value in all {persons:,.0f} analysed persons, so no coefficient can be estimated; leave "
            "the variable out or analyse a population in which it varies."
        )


@dataclass(frozen=True, eq=False)
class _Rows:
    """Analysed rows before the formula is applied."""

    columns: pd.DataFrame
    weight: Floats
    squares: Floats
    persons: Floats
    units: Units
    unit: Codes


def _plain_table(design: SurveyDesign, names: Sequence[str]) -> pd.DataFrame:
    """The columns needed as a pandas frame."""
    keys = [*entry_keys(design), design.weights, design.counts, design.domain, *design.corrections]
    wanted = list(dict.fromkeys([*(name for name in keys if name), *names]))
    if isinstance(design.table, pd.DataFrame):
        return design.table[wanted]
    import narwhals.stable.v2 as nw

    collected: pd.DataFrame = nw.from_native(design.table).lazy().select(*wanted).collect().to_pandas()
    return collected


def _grouped(design: SurveyDesign, table: pd.DataFrame, outcome: str, used: Sequence[str]) -> pd.DataFrame | None:
    """Sums by sampling unit and pattern of everything read, where patterns are far fewer than rows; otherwise None."""
    keys = list(dict.fromkeys([*entry_keys(design), *([design.domain] if design.domain else []), outcome, *used]))
    size = float(WORTH_GROUPING)
    for name in keys:
        size *= _n_values(table[name])
        if size > len(table):
            return None
    weight = num(design.weights) if design.weights else num(design.counts) if design.counts else None
    terms = {"_w": weight, "_ww": weight * weight} if weight else {}
    terms |= {"_n": counted_terms(design, ONE)["_n"]}
    sums = sufficient_stats(table, keys, terms | design_terms(design))
    for name in ("_w", "_ww"):
        if name not in sums:
            sums[name] = sums[ROWS].astype(np.float64)
    return sums


def _n_values(column: pd.Series[Any]) -> float:
    """Number of values a column can hold when that is known without counting; infinite otherwise."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return 3
    if isinstance(column.dtype, pd.CategoricalDtype):
        return len(column.dtype.categories) + 1
    if pd.api.types.is_integer_dtype(column.dtype) and column.notna().any():
        return int(column.max()) - int(column.min()) + 2
    return np.inf


def _pattern_sums(
    design: SurveyDesign, long: pd.DataFrame, dtypes: Mapping[Any, Any], outcome: str, used: Sequence[str]
) -> _Rows:
    units, unit = sampling_units(design, long)
    weighted = long["_w"].to_numpy() > 0
    kept = _analysed(design, long, [outcome, *used], weighted)
    columns = long.loc[kept, [outcome, *used]].reset_index(drop=True)
    for name in columns:
        if isinstance(dtypes[name], pd.CategoricalDtype):
            columns[name] = _category_again(columns[name], dtypes[name])
    return _Rows(
        columns, long["_w"].to_numpy()[kept], long["_ww"].to_numpy()[kept], long["_n"].to_numpy()[kept], units, unit[kept],
    )


def _category_again(keys: pd.Series[Any], levels: pd.CategoricalDtype) -> pd.Series[Any]:
    """Keys of groups as the category they were made of, whose levels have an order and may be numbers."""
    numeric = pd.api.types.is_numeric_dtype(levels.categories.dtype) or pd.api.types.is_bool_dtype(levels.categories.dtype)
    name: type[Any] = float if numeric else str
    places = {name(level): place for place, level in enumerate(levels.categories)}
    return pd.Series(pd.Categorical.from_codes([places[name(key)] for key in keys], dtype=levels), index=keys.index)


def _row_sums(design: SurveyDesign, table: pd.DataFrame, outcome: str, used: Sequence[str]) -> _Rows:
    units, unit = _units_of_rows(design, table)
    name = design.weights or design.counts
    weight = table[name].to_numpy(dtype=np.float64) if name else np.ones(len(table))
    kept = _analysed(design, table, [outcome, *used], weight > 0)
    chosen = table[list(dict.fromkeys([outcome, *used]))]
    if not kept.all():
        chosen, weight, unit = chosen.loc[kept].reset_index(drop=True), weight[kept], unit[kept]
    persons = table[design.counts].to_numpy(dtype=np.float64)[kept] if design.counts else np.ones(len(chosen))
    return _Rows(chosen, weight, weight**2, persons, units, unit)


def _analysed(design: SurveyDesign, table: pd.DataFrame, names: Sequence[str], weighted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Rows inside the domain, of positive weight and complete."""
    kept = weighted & table[list(names)].notna().all(axis=1).to_numpy()
    if design.domain:
        kept &= table[DOMAIN].to_numpy(dtype=bool, na_value=False)
    if not kept.any():
        raise DataError(f"nobody is left to analyse: no row of the domain has an answer to all of {', '.join(names)}.")
    return kept


def _units_of_rows(design: SurveyDesign, table: pd.DataFrame) -> tuple[Units, Codes]:
    """The sampling units, and the unit of each row."""
    keys = entry_keys(design)
    parts, found = group_codes(table, keys) if keys else ([], pd.DataFrame(index=pd.RangeIndex(1)))
    codes = block_codes(parts, slice(0, len(table)))
    counts = np.bincount(codes, minlength=len(found))
    long = pd.DataFrame({name: plain_key(found[name]) for name in keys}, index=found.index)
    long[ROWS] = counts
    if design.calibration is not None:
        weight = table[design.calibration.weights].to_numpy(dtype=np.float64)
        long["_calibrated"] = np.bincount(codes, weight, len(found))
    for i, name in enumerate(design.corrections):
        value = table[name].to_numpy(dtype=np.float64)
        long[f"_fpc{i}"] = np.bincount(codes, value, len(found))
        long[f"_fpc{i}_squared"] = np.bincount(codes, value**2, len(found))
    there = counts > 0
    units, unit = sampling_units(design, long[there].reset_index(drop=True))
    place = np.zeros(len(found), dtype=np.intp)
    place[there] = unit
    return units, place[codes]


def _model_column(column: pd.Series[Any], design: SurveyDesign, name: str) -> Column:
    """A complete column as numbers, or as a category with the levels observed in their declared order."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return column.to_numpy(dtype=np.int8)
    if pd.api.types.is_numeric_dtype(column.dtype):
        values = column.to_numpy() if isinstance(column.dtype, np.dtype) else column.to_numpy(dtype=np.float64)
        infinite = ~np.isfinite(values)
        if infinite.any():
            raise DataError(
                f"{name!r} holds {int(infinite.sum())} infinite value(s) among the analysed; give them a number or make them "
                "missing."
            )
        return values
    levels = _levels(column, design, name)
    return pd.Categorical(column.astype(object), categories=levels)


def _levels(column: pd.Series[Any], design: SurveyDesign, name: str) -> list[Any]:
    """Levels observed, in the order of the dtype, else of the label, else sorted."""
    observed = set(column.unique())
    if isinstance(column.dtype, pd.CategoricalDtype):
        return [level for level in column.dtype.categories if level in observed]
    declared = design.labels[name].levels if name in design.labels else ()
    known = [level for level in declared if level in observed]
    return [*known, *sorted(observed - set(known), key=str)]


def _response(column: pd.Series[Any], outcome: str, kind: Kind) -> Floats:
    """The response as floats, of the kind a model needs."""
    yes_no = kind == "yes/no"
    if not (pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_numeric_dtype(column.dtype)):
        raise DataError(f"outcome {outcome!r} holds {column.dtype}; {'1, 0 or missing' if yes_no else 'numbers'} are expected.")
    values = column.to_numpy(dtype=np.float64)
    # a yes/no answer coded 1/2 would pass for a count
    yes_no = yes_no or (kind == "count" and bool(((values == 1) | (values == 2)).all()))
    bad = (values != 0) & (values != 1) if yes_no else ~np.isfinite(values) | ((values < 0) & (kind == "count"))
    if bad.any():
        found, counts = np.unique(values[bad], return_counts=True)
        first = ", ".join(f"{value:g} in {count:,}" for value, count in list(zip(found, counts, strict=True))[:5])
        expected = "neither 1/true nor 0/false; recode it to 1, 0 or missing" if yes_no else (
            "no finite numbers of at least 0" if kind == "count" else "no finite numbers"
        )
        raise DataError(f"outcome {outcome!r} holds {int(bad.sum()):,} value(s) that are {expected} ({first} rows).")
    if (values == values[0]).all():
        raise DataError(
            f"outcome {outcome!r} is {values[0]:g} in all {len(values):,} analysed rows; a regression needs an outcome that "
            "varies."
        )
    return values


def _degrees_of_freedom(rows: _Rows) -> float:
    """PSUs less strata among analysed rows."""
    units = rows.units
    held = np.flatnonzero(np.bincount(rows.unit, minlength=len(units.rows)))
    strata = len(np.unique(units.stages[0][held]))
    if units.rows_are_units:
        return float(rows.persons.sum() - strata)
    return float(len(np.unique(units.stages[1][held])) - strata)


def _add_products(inner: Floats, unit: Codes, scores: Floats, squares: Floats) -> None:
    """Add sums of squares * s s' by unit."""
    if len(inner) == 1:
        inner[0] += (scores * squares[:, None]).T @ scores
        return
    order = np.argsort(unit, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(unit[order]) > 0])
    for first, last in zip(starts, [*starts[1:], len(order)], strict=True):
        chosen = order[first:last]
        inner[unit[chosen[0]]] += (scores[chosen] * squares[chosen, None]).T @ scores[chosen]
