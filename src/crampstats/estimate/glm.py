"""Generalised linear models by weighted Fisher scoring over blocks of rows, and their design-based covariance.

Weights are scaled to sum to 1 and columns are centred and scaled, so that raw survey weights and large covariates neither
overflow nor cancel. The covariance is the sandwich H^-1 V(U) H^-1 with H the expected information at the fitted values and V(U)
the design covariance of the weighted scores (Binder 1983, doi:10.2307/1402588).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isqrt
from typing import Protocol

import numpy as np

from crampstats.core.errors import DataError, SeparationError
from crampstats.estimate.families import Family
from crampstats.estimate.model_matrix import INTERCEPT
from crampstats.estimate.model_rows import BLOCK, KEPT, Block, ModelRows, UnitSums
from crampstats.estimate.narrow_products import cross_products, linear_predictor, weighted_sums
from crampstats.estimate.scaling import ColumnMoments, Scaling
from crampstats.estimate.sums import Floats

MAX_STEPS = 200
MAX_HALVINGS = 30
# Of the Newton decrement per unit of weight. Its root is the distance from the solution in standard deviations of one person;
# the step that follows squares the distance where the link is canonical and only shortens it where it is not.
CONVERGED = 1e-15
CONVERGED_SLOWLY = 1e-22
FLOOR = 1e-18  # below it, a decrement that no longer falls is rounding
NEAR = 1e-2  # below it, a full step cannot overshoot, and the loss need not be looked at
FLAT = 1e-9  # smallest eigenvalue of the information of scaled columns; below it the coefficients run away
RUNAWAY = 1e3
PARTS = (3_000, 100_000)  # rows of the parts on which a large fit is begun
SETTLED = 1e-7  # decrement at which a part has said what it can
PENALISED = ("logistic", "poisson")  # families that have a penalised fit, which imports this module
POISSON_INSTEAD = "fit model='poisson' (associate() falls back to a penalised fit there)"
LARGE = 8  # a part is worth a fit when it is at most one in so many rows


@dataclass(frozen=True, eq=False)
class Fit:
    """A converged fit.

    Parameters
    ----------
    coefficients
        One per column of the model matrix.
    covariance
        Their design covariance.
    bread
        Inverse of the expected information per unit of weight.
    steps
        Scoring steps over all rows.
    """

    coefficients: Floats
    covariance: Floats
    bread: Floats
    steps: int


def fit_glm(rows: ModelRows, family: Family) -> Fit:
    """Fit by Fisher scoring and give the design-based sandwich covariance.

    Raises
    ------
    DataError
        Columns are constant or collinear, or scoring does not converge.
    SeparationError
        Covariates separate those with the outcome from those without.
    """
    work, beta, steps = solve_rows(rows, family)
    information, sums, inner = work.unit_sums(beta)
    return finish_fit(rows, work.scaling.back(), (beta, steps), information, sums, inner)


def solve_rows(rows: ModelRows, family: Family) -> tuple[_Work, Floats, int]:
    """Coefficients of the scaled columns, and the number of steps; the covariance is not looked at."""
    parts = [_part(rows, size) for size in PARTS if size * LARGE <= len(rows)]
    scaling = scale_columns(rows, parts[-1] if parts else None)
    beta = _start(rows, family, scaling)
    for part in parts:
        beta = begin_with(rows, part, family, scaling, beta)
    work = _Work(rows, family, scaling)
    try:
        return work, *solve(work, beta)
    except DataError:
        if not parts:
            raise
        return work, *solve(work, _start(rows, family, scaling))  # a part can lead astray


def finish_fit(
    rows: ModelRows, turn: Floats, solution: tuple[Floats, int], information: Floats, sums: Floats, inner: Floats | None
) -> Fit:
    """The fit in the columns as they are, from the solution and the sums of scores of the scaled ones.

    `turn` makes coefficients of the columns as they are from those of the scaled ones.
    """
    beta, steps = solution
    bread = np.linalg.inv(information)
    inner = None if inner is None else bread @ inner @ bread
    covariance = turn @ rows.covariance_of(sums @ bread, inner) @ turn.T
    return Fit(turn @ beta, covariance, turn @ bread @ turn.T, steps)


def score_rows(block: Block, family: Family, coefficients: Floats) -> Floats:
    """Score of each row per unit of its weight: x (y - mu) mu' / V(mu)."""
    predictor = block.matrix @ coefficients + block.offset
    mean = family.mean(predictor)
    residual = (block.response - mean) * family.slope(predictor, mean) / family.variance(mean)
    return np.asarray(block.matrix * residual[:, None], dtype=np.float64)


class Work(Protocol):
    """What scoring needs of rows, wherever they lie: sums at coefficients of scaled columns."""

    @property
    def rows(self) -> ModelRows:
        """What the rows are of."""
        ...

    @property
    def family(self) -> Family:
        """What is fitted."""
        ...

    @property
    def scaling(self) -> Scaling:
        """How columns were scaled."""
        ...

    def sums(self, beta: Floats, *, with_loss: bool) -> tuple[float, Floats, Floats]:
        """Loss, score and expected information."""
        ...

    def loss(self, beta: Floats) -> float:
        """Minus the log-likelihood per unit of weight, up to a constant."""
        ...

    def refuse_dependent(self) -> None:
        """Refuse columns that are constant or follow from others, by name."""
        ...


@dataclass(frozen=True, eq=False)
class _Work:
    """Rows with scaled columns, and sums over them."""

    rows: ModelRows
    family: Family
    scaling: Scaling
    part: list[Block] | None = None

    def blocks(self) -> Iterator[Block]:
        """The rows, scaled: kept when they are few, made again when they are many."""
        if self._kept is not None:
            yield from self._kept
        else:
            for block in self.rows.blocks():
                yield replace(block, matrix=self.scaling.apply(block.matrix))

    @cached_property
    def _kept(self) -> list[Block] | None:
        if self.part is None and len(self.rows) * len(self.rows.coefficients) > KEPT:
            return None
        blocks = self.rows.blocks() if self.part is None else self.part
        return [replace(block, matrix=self.scaling.apply(block.matrix)) for block in blocks]

    def sums(self, beta: Floats, *, with_loss: bool) -> tuple[float, Floats, Floats]:
        """Loss (0 when not asked for), score and expected information; an infinite loss where a mean is impossible."""
        k = len(beta)
        loss, score, information = 0.0, np.zeros(k), np.zeros((k, k))
        for block in self.blocks():
            turned = block.matrix.T
            predictor = linear_predictor(turned, beta) + block.offset
            mean, residual, curvature = self.family.working(block.response, predictor)
            if not self.family.is_valid(mean):
                return np.inf, score, information
            if with_loss:
                loss += float(block.weight @ self.family.loss(block.response, predictor, mean))
            score += weighted_sums(turned, block.weight * residual)
            information += cross_products(turned * np.sqrt(block.weight * curvature))
        return loss, score, information

    def loss(self, beta: Floats) -> float:
        """Minus the log-likelihood per unit of weight, up to a constant."""
        total = 0.0
        for block in self.blocks():
            predictor = linear_predictor(block.matrix.T, beta) + block.offset
            total += float(block.weight @ self.family.loss(block.response, predictor, self.family.mean(predictor)))
        return total

    def refuse_dependent(self) -> None:
        """Refuse columns that are constant or follow from others, by name; a part of the rows cannot tell."""
        if self.part is None:
            scale_columns(self.rows)

    def unit_sums(self, beta: Floats) -> tuple[Floats, Floats, Floats | None]:
        """Information, and the sums of scores by sampling unit that the variance needs."""
        information = np.zeros((len(beta), len(beta)))
        collector = UnitSums(self.rows, len(beta))
        for block in self.blocks():
            predictor = linear_predictor(block.matrix.T, beta) + block.offset
            _, residual, curvature = self.family.working(block.response, predictor)
            information += cross_products(block.matrix.T * np.sqrt(block.weight * curvature))
            collector.add(block, block.matrix * residual[:, None])
        return information, collector.sums, collector.inner


def _part(rows: ModelRows, size: int) -> list[Block]:
    """Every so-many-th row, for a first approximation.

    Patterns stand in the order of their values; a step that shared a factor with their numbers would meet some levels alone.
    """
    step = next(one for one in range(len(rows) // size, len(rows)) if all(one % factor for factor in range(2, isqrt(one) + 1)))
    scale = float(rows.weight[::step].sum())
    blocks = []
    for start in range(0, len(rows), BLOCK * step):
        every = slice(start, min(start + BLOCK * step, len(rows)), step)
        offset = 0.0 if rows.offset is None else rows.offset[every]
        blocks.append(Block(every, rows.matrix.rows(every), rows.response[every], rows.weight[every] / scale, offset))
    return blocks


def scale_columns(rows: ModelRows, part: list[Block] | None = None) -> Scaling:
    """Weighted mean and spread of every column, of all rows or of a part.

    Raises
    ------
    DataError
        Of all rows, a column is constant or follows from others; it is named.
    """
    if part is not None and (moments := _moments(part, rows.names)).all_vary:
        return moments.scaling()
    return settle_scaling(rows, _moments(rows.blocks(), rows.names))


def settle_scaling(rows: ModelRows, moments: ColumnMoments) -> Scaling:
    """Centre and spread of columns from their moments over all rows.

    Raises
    ------
    DataError
        A column is constant or follows from others; it is named.
    """
    moments.refuse_dependent(f"{rows.persons:,} analysed persons")
    return moments.scaling()


def _moments(blocks: Iterable[Block], names: Sequence[str]) -> ColumnMoments:
    """Moments of each column, free of cancellation."""
    k = len(names)
    shift: Floats | None = None
    first, second = np.zeros(k), np.zeros((k, k))
    for block in blocks:
        shift = block.matrix[0].copy() if shift is None else shift
        centred = (block.matrix - shift).T
        first += weighted_sums(centred, block.weight)
        second += cross_products(centred * np.sqrt(block.weight))
    mean = first + (shift if shift is not None else 0.0)
    size = np.maximum(np.abs(mean), np.sqrt(np.diag(second)))
    return ColumnMoments(names, mean, second - np.outer(first, first), size)


def begin_with(rows: ModelRows, part: list[Block], family: Family, scaling: Scaling, beta: Floats) -> Floats:
    """Coefficients of a part of the rows; where the part cannot be fitted, the start as it was."""
    try:
        return _solved(_Work(rows, family, scaling, part), beta, SETTLED)[0]
    except (DataError, np.linalg.LinAlgError):
        return beta


def _start(rows: ModelRows, family: Family, scaling: Scaling) -> Floats:
    beta = np.zeros(len(rows.coefficients))
    if scaling.intercept is not None:
        beta[scaling.intercept] = family.intercept(float(rows.weight @ rows.response) / rows.scale)
        if rows.offset is not None:
            beta[scaling.intercept] -= float(rows.weight @ rows.offset) / rows.scale
    elif family.name == "log-binomial":
        raise DataError("a log-binomial model needs an intercept to start from; leave out '- 1', or fit a Poisson model.")
    return beta


def solve(work: Work, beta: Floats) -> tuple[Floats, int]:
    """Coefficients of the scaled columns, and the number of steps."""
    return _solved(work, beta, CONVERGED if work.family.is_canonical else CONVERGED_SLOWLY)


def _solved(work: Work, beta: Floats, tolerance: float) -> tuple[Floats, int]:
    """Fisher scoring with halved steps: coefficients of the scaled columns, and the number of steps."""
    found = work.sums(beta, with_loss=False)
    _refuse_flat(work, found[2], beta, first=True)
    before = np.inf
    for step in range(1, MAX_STEPS + 1):
        _, score, information = found
        move = np.asarray(np.linalg.solve(information, score), dtype=np.float64)
        decrement = float(move @ score)
        if decrement < tolerance or (decrement < FLOOR and decrement >= before):
            return beta + move, step
        if decrement < min(NEAR, before) and work.family.is_canonical:
            beta, found = beta + move, work.sums(beta + move, with_loss=False)
        else:
            beta, found = _stepped(work, beta, move, step)
        before = decrement
        _refuse_flat(work, found[2], beta)
    raise DataError(
        f"the {work.family.name} model did not converge in {MAX_STEPS} steps (decrement {before:.1e})"
        + (f"; {POISSON_INSTEAD}." if work.family.name == "log-binomial" else ".")
    )


def _stepped(work: Work, beta: Floats, move: Floats, step: int) -> tuple[Floats, tuple[float, Floats, Floats]]:
    """The step, halved until it does not make the fit worse."""
    loss = work.loss(beta)
    for _ in range(MAX_HALVINGS):
        found = work.sums(beta + move, with_loss=True)
        if found[0] <= loss + 1e-12 * abs(loss):
            return beta + move, found
        move = move / 2
    raise DataError(
        f"the {work.family.name} model does not converge: no step improves the fit after {step} steps"
        + (f"; {POISSON_INSTEAD}." if work.family.name == "log-binomial" else ".")
    )


def _refuse_flat(work: Work, information: Floats, beta: Floats, *, first: bool = False) -> None:
    """Stop where the information vanishes: columns that follow from others, or probabilities that run to 0 or 1."""
    smallest = float(np.linalg.eigvalsh(information)[0])
    if smallest > FLAT and np.abs(beta).max() < RUNAWAY:
        return
    if first:
        work.refuse_dependent()
    if work.family.name == "linear" or first:
        return
    rows = work.rows
    turn = work.scaling.back() @ beta
    grown = [rows.coefficients[i] for i in np.argsort(-np.abs(beta)) if rows.names[i] != INTERCEPT][:2]
    named = ", ".join(f"{one.term} {one.level}".strip() for one in grown)
    raise SeparationError(
        f"the covariates separate persons with {rows.outcome!r} from those without (look at {named}; coefficient "
        f"{turn[rows.names.index(grown[0].name)]:.3g} and growing): no finite coefficient fits best. Merge levels, or "
        + ("use associate(), which falls back to a penalised fit." if work.family.name in PENALISED
           else f"{POISSON_INSTEAD}.")
    )
