"""Generalised linear models by weighted Fisher scoring over blocks of rows, and their design-based covariance.

Weights are scaled to sum to 1 and columns are centred and scaled, so that raw survey weights and large covariates neither
overflow nor cancel. The covariance is the sandwich H^-1 V(U) H^-1 with H the expected information at the fitted values and V(U)
the design covariance of the weighted scores (Binder 1983, doi:10.2307/1402588).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from crampstats.core.errors import DataError, SeparationError, unknown_name
from crampstats.estimate.model_rows import Block, Kind, ModelRows
from crampstats.estimate.sums import Floats

Model = Literal["logistic", "poisson", "log-binomial", "linear", "probit", "complementary log-log"]
MAX_STEPS = 200
MAX_HALVINGS = 30
# of the Newton decrement per unit of weight: a step this small moves a coefficient by less than 1e-10 of its spread
CONVERGED = 1e-22
FLOOR = 1e-18  # below it, a decrement that no longer falls is rounding
COLLINEAR = 1e-9  # smallest eigenvalue of the correlation matrix of the columns
TINY = 1e-300
WARM_START = 300_000  # above so many rows the first steps use a part of them


@dataclass(frozen=True)
class Family:
    """One kind of regression: mean from linear predictor, working weights, deviance.

    Parameters
    ----------
    name
        As in `Model`.
    measure
        What exp(coefficient), or the coefficient itself, is called; `is_ratio` says which.
    response
        What the outcome must be.
    """

    name: Model
    measure: str
    is_ratio: bool
    response: Kind

    def mean(self, predictor: Floats) -> Floats:
        """Mean of the response."""
        if self.name == "logistic":
            return _expit(predictor)
        if self.name == "probit":
            return np.asarray(_normal().cdf(predictor), dtype=np.float64)
        if self.name == "complementary log-log":
            return np.asarray(-np.expm1(-np.exp(predictor)), dtype=np.float64)
        return predictor if self.name == "linear" else np.exp(predictor)

    def slope(self, predictor: Floats, mean: Floats) -> Floats:
        """Derivative of the mean by the linear predictor."""
        if self.name == "logistic":
            return mean * (1 - mean)
        if self.name == "probit":
            return np.asarray(_normal().pdf(predictor), dtype=np.float64)
        if self.name == "complementary log-log":
            return np.exp(predictor - np.exp(predictor))
        return np.ones_like(mean) if self.name == "linear" else mean

    def variance(self, mean: Floats) -> Floats:
        """Variance of the response as a function of its mean, up to a constant."""
        if self.response == "yes/no":
            return mean * (1 - mean)
        return np.ones_like(mean) if self.name == "linear" else mean

    def is_valid(self, mean: Floats) -> bool:
        """Whether every mean is one the family can have."""
        return bool(np.isfinite(mean).all() and (self.name != "log-binomial" or (mean < 1).all()))

    def loss(self, response: Floats, predictor: Floats, mean: Floats) -> Floats:
        """Minus the log-likelihood of each row, up to a constant."""
        if self.name == "logistic":
            return np.logaddexp(0.0, predictor) - response * predictor
        if self.name == "poisson":
            return mean - response * predictor
        if self.name == "linear":
            return 0.5 * (response - mean) ** 2
        inside = np.clip(mean, TINY, 1 - 1e-16)
        return -(response * np.log(inside) + (1 - response) * np.log1p(-inside))

    def intercept(self, mean: float) -> float:
        """Linear predictor of a constant mean."""
        if self.name == "logistic":
            return float(np.log(mean / (1 - mean)))
        if self.name == "probit":
            return float(_normal().ppf(mean))
        if self.name == "complementary log-log":
            return float(np.log(-np.log1p(-mean)))
        return mean if self.name == "linear" else float(np.log(mean))


FAMILIES: Mapping[str, Family] = {
    "logistic": Family("logistic", "odds ratio", True, "yes/no"),
    "poisson": Family("poisson", "prevalence ratio", True, "count"),
    "log-binomial": Family("log-binomial", "prevalence ratio", True, "yes/no"),
    "linear": Family("linear", "mean difference", False, "number"),
    "probit": Family("probit", "probit coefficient", False, "yes/no"),
    "complementary log-log": Family("complementary log-log", "hazard ratio", True, "yes/no"),
}


def find_family(model: str) -> Family:
    """The family of that name; an `OptionError` lists the names there are."""
    if model not in FAMILIES:
        raise unknown_name("model", model, get_args(Model))
    return FAMILIES[model]


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


@dataclass(frozen=True, eq=False)
class Scaling:
    """Centre and spread of each column; the intercept is neither centred nor scaled."""

    centre: Floats
    spread: Floats
    intercept: int | None

    def apply(self, matrix: Floats) -> Floats:
        return (matrix - self.centre) / self.spread

    def back(self) -> Floats:
        """Matrix that turns coefficients of scaled columns into those of the columns as they are."""
        turn = np.diag(1 / self.spread)
        if self.intercept is not None:
            turn[self.intercept] -= self.centre / self.spread
        return turn


def fit_glm(rows: ModelRows, family: Family) -> Fit:
    """Fit by Fisher scoring and give the design-based sandwich covariance.

    Raises
    ------
    DataError
        Columns are constant or collinear, or scoring does not converge.
    SeparationError
        Covariates separate those with the outcome from those without.
    """
    scaling = scale_columns(rows)
    beta = _start(rows, family, scaling)
    if len(rows) > WARM_START:
        beta = _scored(_sampled(rows), family, scaling, beta, 1e-8)[0]
    beta, information, steps = _scored(rows, family, scaling, beta, CONVERGED)
    turn = scaling.back()
    bread = turn @ np.linalg.inv(information) @ turn.T
    coefficients = turn @ beta
    covariance = rows.covariance(lambda block: score_rows(block, family, coefficients) @ bread)
    return Fit(coefficients, covariance, bread, steps)


def score_rows(block: Block, family: Family, coefficients: Floats) -> Floats:
    """Score of each row per unit of its weight: x (y - mu) mu' / V(mu)."""
    predictor = block.matrix @ coefficients + block.offset
    mean = family.mean(predictor)
    residual = (block.response - mean) * family.slope(predictor, mean) / family.variance(mean)
    return np.asarray(block.matrix * residual[:, None], dtype=np.float64)


def scale_columns(rows: ModelRows) -> Scaling:
    """Weighted mean and spread of every column; columns that are constant or follow from others are refused by name."""
    k = len(rows.coefficients)
    shift: Floats | None = None
    first, second = np.zeros(k), np.zeros((k, k))
    for block in rows.blocks():
        shift = block.matrix[0].copy() if shift is None else shift
        centred = block.matrix - shift
        first += block.weight @ centred
        second += (centred * block.weight[:, None]).T @ centred
    covariance = second - np.outer(first, first)
    mean = first + (shift if shift is not None else 0.0)
    size = np.maximum(np.abs(mean), np.sqrt(np.abs(np.diag(second))))
    constant = np.sqrt(np.maximum(np.diag(covariance), 0.0)) <= 1e-10 * np.where(size > 0, size, 1.0)
    intercept = next((i for i, one in enumerate(rows.coefficients) if one.name == "Intercept"), None)
    _refuse_constant(rows, constant, intercept)
    spread = np.where(constant, 1.0, np.sqrt(np.maximum(np.diag(covariance), 0.0)))
    free = [i for i in range(k) if not constant[i]]
    if free:
        _refuse_collinear(rows, covariance[np.ix_(free, free)], free)
    if intercept is None:
        return Scaling(np.zeros(k), spread, None)
    return Scaling(np.where(constant, 0.0, mean), spread, intercept)


def _refuse_constant(rows: ModelRows, constant: NDArray[np.bool_], intercept: int | None) -> None:
    bad = [rows.names[i] for i in np.flatnonzero(constant) if i != intercept]
    if bad and (intercept is not None or len(bad) > 1):
        raise DataError(
            f"{', '.join(map(repr, bad))}: the same value in all {rows.persons:,} analysed persons, so no coefficient can be "
            "estimated; leave the variable out or analyse a population in which it varies."
        )


def _refuse_collinear(rows: ModelRows, covariance: Floats, free: list[int]) -> None:
    """Refuse the first column that follows from those before it."""
    spread = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(spread, spread)
    if np.linalg.eigvalsh(correlation)[0] > COLLINEAR:
        return
    for size in range(2, len(free) + 1):
        if np.linalg.eigvalsh(correlation[:size, :size])[0] <= COLLINEAR:
            others = [rows.names[free[i]] for i in np.flatnonzero(np.abs(correlation[size - 1, : size - 1]) > 1e-6)]
            raise DataError(
                f"{rows.names[free[size - 1]]!r} follows from {', '.join(others) or 'the other terms'} in the "
                f"{rows.persons:,} analysed persons (collinear); leave one of them out."
            )


def _start(rows: ModelRows, family: Family, scaling: Scaling) -> Floats:
    beta = np.zeros(len(rows.coefficients))
    if scaling.intercept is not None:
        beta[scaling.intercept] = family.intercept(float(rows.weight @ rows.response) / rows.scale)
        if rows.offset is not None:
            beta[scaling.intercept] -= float(rows.weight @ rows.offset) / rows.scale
    elif family.name == "log-binomial":
        raise DataError("a log-binomial model needs an intercept to start from; leave out '- 1', or fit a Poisson model.")
    return beta


def _sampled(rows: ModelRows) -> list[Block]:
    """Every so-many-th block of rows, for a first approximation."""
    step = max(len(rows) // WARM_START, 1)
    kept = []
    for block in rows.blocks():
        matrix, response, weight = block.matrix[::step], block.response[::step], block.weight[::step]
        offset = block.offset[::step] if isinstance(block.offset, np.ndarray) else block.offset
        kept.append(Block(block.rows, matrix.copy(), response, weight * step, offset))
    return kept


def _scored(
    rows: ModelRows | list[Block], family: Family, scaling: Scaling, beta: Floats, tolerance: float
) -> tuple[Floats, Floats, int]:
    """Fisher scoring with halved steps; coefficients of the scaled columns, information, steps."""
    loss, score, information = _pass(rows, family, scaling, beta)
    before = np.inf
    for step in range(1, MAX_STEPS + 1):
        move = np.linalg.solve(information, score)
        decrement = float(move @ score)
        if decrement < tolerance or (decrement < FLOOR and decrement >= before):
            return beta + move, _pass(rows, family, scaling, beta + move)[2], step
        before = decrement
        for _ in range(MAX_HALVINGS):
            found = _pass(rows, family, scaling, beta + move)
            if found[0] <= loss + 1e-12 * abs(loss):
                break
            move = move / 2
        else:
            raise DataError(
                f"the {family.name} model does not converge: no step improves the fit after {step} steps"
                + ("; fit a Poisson model for prevalence ratios." if family.name == "log-binomial" else ".")
            )
        beta = beta + move
        loss, score, information = found
        _refuse_separation(rows, family, scaling, beta, information)
    raise DataError(f"the {family.name} model did not converge in {MAX_STEPS} steps (decrement {before:.1e}).")


def _pass(
    rows: ModelRows | list[Block], family: Family, scaling: Scaling, beta: Floats
) -> tuple[float, Floats, Floats]:
    """Loss, score and expected information over all rows; an infinite loss where a mean is impossible."""
    k = len(beta)
    loss, score, information = 0.0, np.zeros(k), np.zeros((k, k))
    for block in rows.blocks() if isinstance(rows, ModelRows) else rows:
        matrix = scaling.apply(block.matrix)
        predictor = matrix @ beta + block.offset
        with np.errstate(over="ignore"):
            mean = family.mean(predictor)
        if not family.is_valid(mean):
            return np.inf, score, information
        slope, variance = family.slope(predictor, mean), family.variance(mean)
        ratio = np.divide(slope, variance, out=np.zeros_like(slope), where=variance > 0)
        loss += float(block.weight @ family.loss(block.response, predictor, mean))
        score += (block.weight * (block.response - mean) * ratio) @ matrix
        information += (matrix * (block.weight * slope * ratio)[:, None]).T @ matrix
    return loss, score, information


def _refuse_separation(
    rows: ModelRows | list[Block], family: Family, scaling: Scaling, beta: Floats, information: Floats
) -> None:
    """Stop where probabilities run to 0 or 1: the coefficients grow without end."""
    if family.name == "linear" or isinstance(rows, list):
        return
    smallest = float(np.linalg.eigvalsh(information)[0])
    if smallest > 1e-9 and np.abs(beta).max() < 1e3:
        return
    turn = scaling.back() @ beta
    grown = [rows.coefficients[i] for i in np.argsort(-np.abs(beta)) if rows.names[i] != "Intercept"][:2]
    named = ", ".join(f"{one.term} {one.level}".strip() for one in grown)
    raise SeparationError(
        f"the covariates separate persons with {rows.outcome!r} from those without (look at {named}; coefficient "
        f"{turn[rows.names.index(grown[0].name)]:.3g} and growing): no finite coefficient fits best. Merge levels, or use "
        "associate(), which falls back to a penalised fit."
    )


def _normal() -> Any:
    from scipy import stats

    return stats.norm


def _expit(predictor: Floats) -> Floats:
    small = np.exp(-np.abs(predictor))
    return np.asarray(np.where(predictor >= 0, 1.0, small) / (1.0 + small), dtype=np.float64)
