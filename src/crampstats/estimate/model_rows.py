"""The analysed rows of a design as blocks of a model matrix, and sums of scores over its sampling units."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.labels import Label
from crampstats.core.value_counts import tell_values
from crampstats.estimate.analysed_rows import AnalysedRows, pick_analysed_rows
from crampstats.estimate.families import Kind
from crampstats.estimate.model_matrix import (
    Coefficient,
    Column,
    ModelMatrix,
    build_model_matrix,
    columns_read,
    depends_on_rows,
    read_formula,
)
from crampstats.estimate.sums import Codes, Floats, Units, require_column
from crampstats.estimate.variance import row_covariance, taylor_covariance

KEPT = 1_000_000  # numbers a model matrix may hold to be kept (8 MB)
BLOCK = 16_384  # rows at a time; a block of a dozen columns stays in the processor's cache
MOST_GRADES = 10  # values an outcome in grades may have
ORDINAL_INSTEAD = "Grades in order take proportional odds: fit_ordinal, or --model ordinal on the command line."

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
    summed_on
        Engine that summed the scores up where the rows lie, so that what is here does not know its sampling unit; "" where
        everything is here.
    counted
        Of rows that stayed on an engine: the levels of each covariate that has some, persons in each, and those with the outcome.
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
    summed_on: str = ""
    counted: Mapping[str, tuple[list[str], Floats, Floats]] | None = None

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
        if self.counted is not None:
            raise self._not_here("each row")
        kept = self._kept
        for start in range(0, len(self), BLOCK):
            rows = slice(start, min(start + BLOCK, len(self)))
            matrix = self.matrix.rows(rows) if kept is None else kept[rows]
            offset = 0.0 if self.offset is None else self.offset[rows]
            yield Block(rows, matrix, self.response[rows], self.weight[rows] / self.scale, offset)

    def _not_here(self, what: str) -> DataError:
        """Why a result that needs the rows themselves cannot be had of a fit whose rows stayed on an engine."""
        return DataError(
            f"this needs {what}, and {self.summed_on} summed up the {self.persons:,} persons of {self.formula!r} where they lie: "
            "they have too many different values to be brought into memory. Round or group the covariates (age in years, bands), "
            "or draw a sample of whole sampling units (crampstats.sample_units)."
        )

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
        if self.summed_on:
            raise self._not_here("each row with its sampling unit")
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
    outcome, read = columns_needed(design, formula, offset)
    rows = pick_analysed_rows(design, outcome, read, each_row=depends_on_rows(read_formula(formula)[1]))
    return read_model_rows(design, formula, rows, kind=kind, offset=offset)


def columns_needed(design: SurveyDesign, formula: str, offset: str | None) -> tuple[str, list[str]]:
    """The response of a formula, and the other columns a model reads; all of them are there."""
    outcome, right = read_formula(formula)
    used = columns_read(right)
    for name in (outcome, *used):
        require_column(design, name)
    if outcome in used:
        raise OptionError(f"{outcome!r} stands on both sides of the formula.")
    return outcome, [*used, *([require_column(design, offset)] if offset and offset not in used else [])]


def read_model_rows(
    design: SurveyDesign, formula: str, rows: AnalysedRows, *, kind: Kind, offset: str | None = None
) -> ModelRows:
    """Complete cases as the rows of a model."""
    outcome, right = read_formula(formula)
    columns = {name: model_column(rows.columns[name], design.labels, name) for name in columns_read(right)}
    refuse_one_level(columns, rows.persons.sum())
    response = read_response(rows.columns[outcome], rows.persons, outcome, kind)
    events = float(rows.persons @ response) if ((response == 0) | (response == 1)).all() else np.nan
    added = np.asarray(model_column(rows.columns[offset], design.labels, offset), dtype=np.float64) if offset else None
    return ModelRows(
        design, formula, outcome, build_model_matrix(right, columns), response, rows.weight, rows.squares,
        int(rows.persons.sum()), events, float(rows.weight.sum()), rows.units, rows.unit, rows.df, added,
        rows.persons if len(rows.persons) < rows.persons.sum() else None,
    )


def refuse_one_level(columns: Mapping[str, Column], persons: float) -> None:
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


def model_column(column: pd.Series[Any], labels: Mapping[str, Label], name: str) -> Column:
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
    levels = _levels(column, labels, name)
    return pd.Categorical(column.astype(object), categories=levels)


def _levels(column: pd.Series[Any], labels: Mapping[str, Label], name: str) -> list[Any]:
    """Levels observed, in the order of the dtype, else of the label, else sorted."""
    observed = set(column.unique())
    if isinstance(column.dtype, pd.CategoricalDtype):
        return [level for level in column.dtype.categories if level in observed]
    declared = labels[name].levels if name in labels else ()
    known = [level for level in declared if level in observed]
    return [*known, *sorted(observed - set(known), key=str)]


def read_response(column: pd.Series[Any], persons: Floats, outcome: str, kind: Kind) -> Floats:
    """The response as floats, of the kind a model needs; complaints count persons, however many a row stands for."""
    yes_no = kind == "yes/no"
    if not (pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_numeric_dtype(column.dtype)):
        is_ordered = isinstance(column.dtype, pd.CategoricalDtype) and bool(column.dtype.ordered)
        held = "an ordered category" if is_ordered else column.dtype
        raise DataError(
            f"outcome {outcome!r} holds {held}; {'1, 0 or missing' if yes_no else 'numbers'} are expected."
            + (f" {ORDINAL_INSTEAD}" if is_ordered else "")
        )
    values = column.to_numpy(dtype=np.float64)
    # a yes/no answer coded 1/2 would pass for a count
    yes_no = yes_no or (kind == "count" and bool(((values == 1) | (values == 2)).all()))
    bad = (values != 0) & (values != 1) if yes_no else ~np.isfinite(values) | ((values < 0) & (kind == "count"))
    if bad.any():
        found, place = np.unique(values[bad], return_inverse=True)
        raise wrong_values(
            outcome, kind, tell_values(found, np.bincount(place, persons[bad])), float(persons[bad].sum()),
            grades=np.unique(values) if yes_no else np.array([]),
        )
    if (values == values[0]).all():
        raise same_value(outcome, float(values[0]), float(persons.sum()))
    return values


def wrong_values(outcome: str, kind: Kind, told: str, persons: float, *, grades: Floats) -> DataError:
    """Which codes of the outcome do not fit (`told`), in how many persons, and what to do.

    `grades` are the different values of an outcome that is yes or no, or is read as that.
    """
    is_graded = 3 <= len(grades) <= MOST_GRADES and bool(np.isin(grades, np.arange(MOST_GRADES + 1)).all())
    expected = "neither 1/true nor 0/false; recode it to 1, 0 or missing" if len(grades) else (
        "no finite numbers of at least 0" if kind == "count" else "no finite numbers"
    )
    return DataError(
        f"outcome {outcome!r} holds {persons:,.0f} value(s) that are {expected} ({told} persons)."
        + (f" {ORDINAL_INSTEAD}" if is_graded else "")
    )


def same_value(outcome: str, value: float, persons: float) -> DataError:
    """The error for an outcome that does not vary."""
    return DataError(
        f"outcome {outcome!r} is {value:g} in all {persons:,.0f} analysed persons; a regression needs an outcome that varies."
    )


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
