"""Regression where the rows lie: by patterns, by patterns and one pass for the variance, or by Fisher scoring on the engine.

Patterns by sampling unit answer everything, so they are taken where there is room for them. Where units make them too many (a
unit for each person), the patterns alone are fitted here and the engine adds up the scores by unit at the fitted coefficients.
Where a covariate has too many values, every round of scoring is a query. All three are the same maximum likelihood and the same
sandwich.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.tables import MAX_ROWS, collect_frame, engine_of, is_in_memory
from crampstats.core.totals import ROWS, group_sums, num, sufficient_stats
from crampstats.core.value_counts import MOST_CODES, tell_many, tell_values
from crampstats.estimate.analysed_rows import AnalysedRows, is_small, patterns_by_unit
from crampstats.estimate.engine_columns import COUNT, WEIGHT, AnalysedTable, HeldColumn
from crampstats.estimate.engine_patterns import MAX_PATTERNS, count_patterns, count_units, plain, room
from crampstats.estimate.engine_scores import FAMILIES, OFFSET, RESPONSE, EngineMatrix, ModelSums
from crampstats.estimate.families import Family
from crampstats.estimate.glm import Fit, begin_with, finish_fit, fit_glm, settle_scaling, solve, solve_rows
from crampstats.estimate.model_matrix import YES, Column, build_model_matrix, columns_read, depends_on_rows, read_formula
from crampstats.estimate.model_rows import (
    MOST_GRADES,
    Block,
    ModelRows,
    build_model_rows,
    columns_needed,
    model_column,
    read_model_rows,
    read_response,
    refuse_one_level,
    same_value,
    wrong_values,
)
from crampstats.estimate.scaling import ColumnMoments, Scaling
from crampstats.estimate.sparse_levels import NO
from crampstats.estimate.sums import Codes, Floats, Units, sampling_units

SAMPLE = 50_000  # rows on which scoring begins
SAME = 1e-13  # coefficients that differ by rounding
LARGEST_START = 20.0  # of a coefficient of a scaled column; larger ones come from rows that are not like the others


def fit_design(design: SurveyDesign, formula: str, family: Family, offset: str | None = None) -> tuple[ModelRows, Fit]:
    """The analysed rows and the fit, from a table of any engine.

    Raises
    ------
    OptionError, DataError, SeparationError, DesignError
        As for `fit_regression`.
    """
    if not is_in_memory(design.table):
        found = _fit_on_engine(design, formula, family, offset)
        if found is not None:
            return found
    rows = build_model_rows(design, formula, kind=family.response, offset=offset)
    return rows, fit_glm(rows, family)


def _fit_on_engine(
    design: SurveyDesign, formula: str, family: Family, offset: str | None
) -> tuple[ModelRows, Fit] | None:
    """The fit where the rows lie; None where they are few, or where the formula needs each of them and they are not too many."""
    outcome, read = columns_needed(design, formula, offset)
    if depends_on_rows(read_formula(formula)[1]) or is_small(design, [outcome, *read]):
        return None
    table = AnalysedTable(design, (outcome, *read))
    long = count_units(table)
    if (patterns := patterns_by_unit(table, long, squares=not design.stages)) is not None:
        rows = read_model_rows(design, formula, patterns, kind=family.response, offset=offset)
        return rows, fit_glm(rows, family)
    table.require_rows()
    _check_response(table, outcome, family)
    matrix = _engine_matrix(table, formula, family, outcome, offset)
    if matrix is None:
        _refuse_many_rows(design, formula, family)
        return None
    units, unit = sampling_units(design, long)
    if room(list(table.held.values())) <= MAX_PATTERNS and design.stages:
        return _two_passes(matrix, formula, units, unit, long)
    return _scored(matrix, formula, units, unit, long)


def _refuse_many_rows(design: SurveyDesign, formula: str, family: Family) -> None:
    """Refuse a model that can be fitted neither where the rows lie nor, being many, in memory."""
    if (rows := design.rows) > MAX_ROWS:
        raise DataError(
            f"{formula!r} ({family.name}) cannot be fitted to the {rows:,} rows of {engine_of(design.table)} where they lie: its "
            f"covariates have too many different values to be counted, and only {', '.join(FAMILIES)} models whose terms are "
            "columns and products of columns are added up row by row. Round or group the numbers (age in years, bands), make "
            "the transformed column beforehand, or draw a sample of whole sampling units (crampstats.sample_units)."
        )


def _check_response(table: AnalysedTable, outcome: str, family: Family) -> None:
    """Refuse an outcome of the wrong kind, with counts over all rows."""
    held, kind = table.held[outcome], family.response
    if held.levels:
        read_response(pd.Series(held.levels), np.ones(len(held.levels)), outcome, kind)  # refuses text
    # a yes/no answer coded 1/2 would pass for a count
    yes_no = kind == "yes/no" or (kind == "count" and held.scale == 1 and held.low >= 1 and held.high <= 2)
    is_bad = not held.is_binary if yes_no else kind == "count" and held.low < 0
    if is_bad:
        raise _wrong_on_engine(table, held, family, yes_no=yes_no)
    if held.low == held.high:
        raise same_value(outcome, held.low, float(sufficient_stats(table.frame, [], {"n": plain(COUNT)})["n"].iloc[0]))


def _wrong_on_engine(table: AnalysedTable, held: HeldColumn, family: Family, *, yes_no: bool) -> DataError:
    """What does not fit, counted over all rows; its different values may be too many to bring."""
    frame = table.frame.with_columns(held.number().alias(RESPONSE))
    value = nw.col(RESPONSE)
    bad = group_sums(frame.filter((value != 0.0) & (value != 1.0) if yes_no else value < 0.0), [RESPONSE], {"n": plain(COUNT)})
    whole = sufficient_stats(bad, [], {"n": num("n")}).iloc[0]
    few = collect_frame(bad.sort(RESPONSE).head(MOST_CODES + 1))
    told = tell_values(few[RESPONSE], few["n"]) if len(few) <= MOST_CODES else tell_many(int(whole[ROWS]), whole["n"])
    some = collect_frame(group_sums(frame, [RESPONSE], {}).head(MOST_GRADES + 1)) if yes_no else few.head(0)
    grades = np.unique(some[RESPONSE].to_numpy(dtype=np.float64))
    return wrong_values(held.name, family.response, told, float(whole["n"]), grades=grades)


def _engine_matrix(
    table: AnalysedTable, formula: str, family: Family, outcome: str, offset: str | None
) -> EngineMatrix | None:
    """The model matrix as columns of the engine; None where the formula or the family is more than an engine can do."""
    right = read_formula(formula)[1]
    columns = {name: _example(table.held[name], table.design) for name in columns_read(right)}
    size = max([len(column) for column in columns.values()], default=1)
    columns = {name: _as_long(column, size) for name, column in columns.items()}
    refuse_one_level(columns, table.rows)
    try:
        matrix = build_model_matrix(right, columns)
    except OptionError:  # a level named in the formula may be none of the few values; of the rows themselves more is known
        return None
    if matrix.products is None or family.name not in FAMILIES:
        return None
    numbers = [table.held[name] for name in columns if not table.held[name].levels and not table.held[name].is_binary]
    middle = {one.name: (one.low + one.high) / 2 for one in numbers}  # near the values, so that their sums lose no digits
    return EngineMatrix(table, matrix, outcome, offset, family, middle)


def _example(held: HeldColumn, design: SurveyDesign) -> Column:
    """A few values that show what a column can hold: every level, or the ends of its range and a fraction where it has some."""
    if held.levels:
        return model_column(pd.Series(pd.Categorical(list(held.levels), categories=list(held.levels))), design.labels, held.name)
    if held.is_yes_no:
        return np.array([0, 1], dtype=np.int8)
    inner = [] if held.scale == 1 else [held.low + 0.381966 * (held.high - held.low)]
    return np.array([held.low, held.high, *inner])


def _as_long(column: Column, size: int) -> Column:
    places = np.arange(size) % len(column)
    return column.take(places) if isinstance(column, pd.Categorical) else column[places]


def _two_passes(matrix: EngineMatrix, formula: str, units: Units, unit: Codes, long: pd.DataFrame) -> tuple[ModelRows, Fit]:
    """Patterns without their sampling units are fitted here; the engine adds up the scores by unit at the fitted coefficients."""
    table, family = matrix.table, matrix.family
    found = count_patterns(table, list(table.held.values()), by_unit=False, squares=False)
    nowhere = np.zeros(len(found.weight), dtype=np.intp)
    analysed = AnalysedRows(found.columns, found.weight, found.squares, found.persons, units, nowhere)
    rows = read_model_rows(table.design, formula, analysed, kind=family.response, offset=matrix.offset)
    assert rows.names == matrix.matrix.names, "levels and products are made of the same observed levels"
    work, beta, steps = solve_rows(rows, family)
    information = work.sums(beta, with_loss=False)[2]
    turn = _turned(matrix, matrix.turn, work.scaling)
    sums, held = matrix.unit_scores(turn.T @ beta, long)
    rows = _with_df(rows, units, unit, held, engine_of(table.design.table))
    folded = _folded(sums, unit, len(units.rows)) @ turn.T / rows.scale
    return rows, finish_fit(rows, work.scaling.back(), (beta, steps), information, folded, None)


def _scored(matrix: EngineMatrix, formula: str, units: Units, unit: Codes, long: pd.DataFrame) -> tuple[ModelRows, Fit]:
    """Fisher scoring on the engine."""
    table, totals = matrix.table, matrix.totals()
    matrix = _centred(matrix, totals)
    rows = _stand_in(matrix, formula, totals, units, engine_of(table.design.table))
    work = EngineWork(rows, matrix, _first_beta(matrix, totals))
    beta, steps = solve(work, _begun(work))
    information = work.sums(beta, with_loss=False)[2]
    sums, held = matrix.unit_scores(work.turn.T @ beta, long)
    rows = _with_df(rows, units, unit, held, rows.summed_on)
    folded = _folded(sums, unit, len(units.rows)) @ work.turn.T / rows.scale
    inner = None
    if units.rows_are_units:
        products = matrix.score_products(work.turn.T @ beta, long)
        inner = work.turn @ products @ work.turn.T / rows.scale**2
    return rows, finish_fit(rows, work.back, (beta, steps), information, folded, inner)


@dataclass(frozen=True, eq=False)
class EngineWork:
    """Fisher scoring whose sums an engine adds up.

    Parameters
    ----------
    rows
        What the rows are of.
    matrix
        The model matrix on the engine.
    first
        Coefficients of the engine's columns to start from.
    """

    rows: ModelRows
    matrix: EngineMatrix
    first: Floats
    known: dict[bytes, tuple[float, Floats, Floats]] = field(default_factory=dict)

    @property
    def family(self) -> Family:
        """What is fitted."""
        return self.matrix.family

    @cached_property
    def scaling(self) -> Scaling:
        """Centre and spread of each column, each person counted by the curvature at the start."""
        return settle_scaling(self.rows, self._moments)

    @property
    def basis(self) -> Floats:
        """The columns fitted, from the engine's: these themselves where they are as many as the model's, else the model's."""
        return np.eye(len(self.matrix.parts)) if self.matrix.is_whole else self.matrix.turn

    @cached_property
    def turn(self) -> Floats:
        """The scaled columns fitted, from the engine's columns."""
        return _turned(self.matrix, self.basis, self.scaling)

    @property
    def back(self) -> Floats:
        """Coefficients of the model's columns from those of the scaled columns fitted."""
        back = self.scaling.back()
        return np.asarray(np.linalg.solve(self.matrix.turn.T, back), dtype=np.float64) if self.matrix.is_whole else back

    @cached_property
    def _moments(self) -> ColumnMoments:
        information = self._engine_sums(self.first)[2]
        constant = self.matrix.constant
        products = information / information[constant, constant]
        mean = products[constant]
        centre = self.basis @ mean
        spread = self.basis @ (products - np.outer(mean, mean)) @ self.basis.T
        return ColumnMoments(self.rows.names, centre, spread, np.sqrt(np.maximum(np.diag(spread), 0.0) + centre**2))

    def sums(self, beta: Floats, *, with_loss: bool) -> tuple[float, Floats, Floats]:  # noqa: ARG002  the loss costs nothing here
        """Loss, score and expected information of the scaled columns, per unit of weight."""
        loss, score, information = self._engine_sums(self.turn.T @ beta)
        scale, turn = self.rows.scale, self.turn
        return loss / scale, turn @ score / scale, turn @ information @ turn.T / scale

    def loss(self, beta: Floats) -> float:
        """Minus the log-likelihood per unit of weight, up to a constant."""
        return self.sums(beta, with_loss=True)[0]

    def refuse_dependent(self) -> None:
        """Refuse columns that are constant or follow from others, by name."""
        settle_scaling(self.rows, self._moments)

    def _engine_sums(self, beta: Floats) -> tuple[float, Floats, Floats]:
        """One query, unless these coefficients were asked about before."""
        if np.abs(beta - self.first).max() <= SAME * (1.0 + np.abs(self.first).max()):
            beta = self.first
        key = beta.tobytes()
        if key not in self.known:
            found = self.matrix.sums(beta)
            whole = all(np.isfinite(part).all() for part in found)
            self.known[key] = found if whole else (np.inf, found[1], found[2])
        return self.known[key]


def _begun(work: EngineWork) -> Floats:
    """Coefficients to start from: those of the first rows, where they fit all rows better than a constant."""
    start: Floats = np.asarray(np.linalg.lstsq(work.turn.T, work.first, rcond=None)[0], dtype=np.float64)
    if work.family.name == "linear":  # one step solves it from anywhere
        return start
    found = collect_frame(work.matrix.frame.head(SAMPLE))
    columns = np.column_stack([
        found[name].to_numpy(dtype=np.float64) if part else np.ones(len(found))
        for name, part in zip(work.matrix.names, work.matrix.parts, strict=True)
    ])
    weight = found[WEIGHT].to_numpy(dtype=np.float64)
    offset = found[OFFSET].to_numpy(dtype=np.float64) if work.matrix.offset else 0.0
    response = found[RESPONSE].to_numpy(dtype=np.float64)
    block = Block(slice(0, len(found)), columns @ work.basis.T, response, weight / weight.sum(), offset)
    with np.errstate(all="ignore"):
        beta = begin_with(work.rows, [block], work.family, work.scaling, start)
    if not np.isfinite(beta).all() or np.abs(beta).max() > LARGEST_START:
        return start
    return beta if work.loss(beta) < work.loss(start) else start


def _first_beta(matrix: EngineMatrix, totals: ModelSums) -> Floats:
    """A constant mean, where the model has an intercept."""
    beta = np.zeros(len(matrix.parts))
    if () in matrix.products:
        beta[matrix.constant] = matrix.family.intercept(totals.response / totals.weight) - totals.offset / totals.weight
    return beta


def _centred(matrix: EngineMatrix, totals: ModelSums) -> EngineMatrix:
    """The matrix with each number centred at its mean."""
    return replace(matrix, centre={name: middle + totals.numbers[name] / totals.weight for name, middle in matrix.centre.items()})


def _turned(matrix: EngineMatrix, basis: Floats, scaling: Scaling) -> Floats:
    """Scaled columns from the engine's columns, of which `basis` makes them unscaled."""
    turn = basis.copy()
    turn[:, matrix.constant] -= scaling.centre
    return turn / scaling.spread[:, None]


def _folded(sums: Floats, unit: Codes, n_units: int) -> Floats:
    """Sums by row of the units' table as sums by sampling unit."""
    out = np.zeros((n_units, sums.shape[1]))
    np.add.at(out, unit, sums)
    return out


def _with_df(rows: ModelRows, units: Units, unit: Codes, held: Floats, engine: str) -> ModelRows:
    """The rows with the design degrees of freedom of the units that hold any of them."""
    members = np.zeros(len(units.rows))
    np.add.at(members, unit, held)
    there = members > 0
    strata = len(np.unique(units.stages[0][there]))
    size = float(rows.persons) if units.rows_are_units else float(len(np.unique(units.stages[1][there])))
    return replace(rows, df=size - strata, summed_on=engine)


def _stand_in(matrix: EngineMatrix, formula: str, totals: ModelSums, units: Units, engine: str) -> ModelRows:
    """What a fit says of its rows, where they stayed on the engine: counts and moments, no row.

    Weight and response are those of two rows that have the mean and the spread of all: no and yes, where the response is that.
    """
    table, outcome = matrix.table, matrix.table.held[matrix.outcome]
    is_yes_no = outcome.is_binary
    mean = totals.response / totals.weight
    if is_yes_no:
        response, share = np.array([0.0, 1.0]), np.array([1.0 - mean, mean])
        each = np.array([totals.persons - totals.events, totals.events])
    else:
        spread = np.sqrt(max(totals.response_square / totals.weight - mean**2, 0.0))
        response, share = np.array([mean - spread, mean + spread]), np.array([0.5, 0.5])
        each = np.array([totals.persons / 2] * 2)
    weight = share * totals.weight
    return ModelRows(
        table.design, formula, matrix.outcome, matrix.matrix, response, weight, weight**2, round(totals.persons),
        totals.events if is_yes_no else np.nan, totals.weight, units, np.zeros(2, dtype=np.intp), np.nan, None, each,
        engine, _level_counts(matrix, totals, is_yes_no=is_yes_no),
    )


def _level_counts(
    matrix: EngineMatrix, totals: ModelSums, *, is_yes_no: bool
) -> dict[str, tuple[list[str], Floats, Floats]]:
    """Persons and persons with the outcome of each level, of categories and yes/no columns that are terms of their own."""
    found: dict[str, tuple[list[str], Floats, Floats]] = {}
    for name, held in matrix.table.held.items():
        if not held.levels and not held.is_binary:
            continue
        column = matrix.matrix.columns.get(name)
        levels = [str(one) for one in column.categories] if isinstance(column, pd.Categorical) else [NO, YES]
        n, events = np.full(len(levels), np.nan), np.full(len(levels), np.nan)
        for part in totals.members:
            if part[0][0] == name:
                code = 1 if part[0][1] is None else part[0][1]
                n[code], events[code] = totals.members[part], totals.cases[part]
        if np.isnan(n).sum() == 1:  # the reference is what is left
            rest = int(np.flatnonzero(np.isnan(n))[0])
            n[rest], events[rest] = totals.persons - np.nansum(n), totals.events - np.nansum(events)
        if np.isfinite(n).all():
            found[name] = levels, n, events if is_yes_no else np.full(len(levels), np.nan)
    return found
