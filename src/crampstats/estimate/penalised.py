"""Regression where covariates separate those with the outcome from those without: likelihood penalised by Jeffreys' prior."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.estimate.families import Family, find_family
from crampstats.estimate.glm import Fit, scale_columns
from crampstats.estimate.model_rows import Block, ModelRows, build_model_rows
from crampstats.estimate.regression import Regression
from crampstats.estimate.scaling import Scaling
from crampstats.estimate.sums import Floats

PENALISED = ("logistic", "poisson")
MAX_STEPS = 200
LARGEST_STEP = 2.0  # of a standardised coefficient; flat likelihoods send longer steps astray
CONVERGED = 1e-22  # Newton decrement per unit of weight
FLOOR = 1e-18  # below it, a decrement that no longer falls is rounding
NEAR = 1e-6  # from here on steps take the curvature of the penalty along
DIFFERENCE = 1e-5  # of a standardised coefficient

NOTE = (
    "Penalised fit: covariates separate persons with the outcome from those without, so the likelihood was penalised (Firth); "
    "standard errors are the larger, in every direction, of the design-based sandwich and the model's own times the design "
    "effect of the weights."
)


def fit_penalised(design: SurveyDesign, formula: str, *, model: str = "logistic") -> Regression:
    """Fit a regression whose likelihood is penalised by Jeffreys' prior (Firth), which is finite under separation.

    Parameters
    ----------
    design
        Design whose domain is the population asked about.
    formula
        As for `fit_regression`.
    model
        "logistic" or "poisson".

    Returns
    -------
    Regression
        Read it as any other. Its `notes`, and the caution of every row read from it, say that it is penalised.

    Raises
    ------
    OptionError
        Another model, or the formula cannot be read.
    DataError
        As for `fit_regression`, separation excepted.

    Notes
    -----
    Weights are scaled to sum to the n persons analysed: the penalty then weighs as much as in a simple sample of n. Solves
    sum a x [(y - mu) + q m(mu)] = 0 with a the scaled weights, v = mu (1 - mu) (Poisson: mu), q = v x' I^-1 x, I = sum a v x x',
    and m(mu) = 1/2 - mu (Poisson: 1/2). Under separation residuals vanish and with them the sandwich S; the covariance is
    M^(1/2) max(1, M^(-1/2) S M^(-1/2)) M^(1/2) (eigenvalues raised to at least 1), where M = I^-1 n sum(w^2) / sum(w)^2 is the
    model's covariance times Kish's design effect. Intervals are therefore conservative by construction; clustering counts in the
    directions in which the sandwich is the larger. P-values are Wald tests, which under separation have little power.

    References
    ----------
    Firth D 1993, doi:10.1093/biomet/80.1.27. Heinze G, Schemper M 2002, doi:10.1002/sim.1047.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"cramps": [1, 1, 1, 0, 0, 1], "dialysis": [1, 1, 1, 0, 0, 0]})
    >>> fit = fit_penalised(SurveyDesign(people), "cramps ~ dialysis")
    >>> round(float(np.exp(fit.coefficients[1])), 3)  # (3.5 / 0.5) / (1.5 / 2.5), half a person added to each cell
    11.667
    """
    if model not in PENALISED:
        raise OptionError(f"a penalised fit is for {' and '.join(PENALISED)} models; got {model!r}.")
    family = find_family(model)
    rows = build_model_rows(design, formula, kind=family.response)
    return Regression(rows, family, _fit(rows, family), (NOTE,), penalised=True)


def is_penalised(fit: Regression) -> bool:
    """Whether a fit is one of `fit_penalised`."""
    return fit.penalised


def _fit(rows: ModelRows, family: Family) -> Fit:
    scaling = scale_columns(rows)
    beta = np.zeros(len(rows.coefficients))
    if scaling.intercept is not None:
        beta[scaling.intercept] = family.intercept(float(rows.weight @ rows.response) / rows.scale)
    state = _evaluate(rows, family, scaling, beta)
    before = np.inf
    for step in range(1, MAX_STEPS + 1):
        move = np.linalg.solve(state.information, state.score)
        decrement = float(move @ state.score)
        if decrement < CONVERGED or (decrement < FLOOR and decrement >= before):
            return _finish(state, step)
        if decrement < NEAR:
            state = _evaluate(rows, family, scaling, state.beta + np.linalg.solve(_curvature(state), state.score))
        else:
            state = _improved(state, np.asarray(move * min(1.0, LARGEST_STEP / np.abs(move).max()), dtype=np.float64))
        before = decrement
    raise DataError(f"the penalised {family.name} model did not converge in {MAX_STEPS} steps; leave out terms or merge levels.")


def _curvature(state: _State) -> Floats:
    """Minus the derivative of the penalised score, by differences.

    The information leaves out how the penalty bends, and steps by it alone circle round the maximum where few persons decide.
    """
    columns = []
    for move in np.eye(len(state.beta)) * DIFFERENCE:
        ahead, behind = (
            _evaluate(state.rows, state.family, state.scaling, state.beta + sign * move).score for sign in (1.0, -1.0)
        )
        columns.append((behind - ahead) / (2 * DIFFERENCE))
    return np.column_stack(columns)


@dataclass(frozen=True, eq=False)
class _State:
    """Penalised loss, score and information at one vector of coefficients of the scaled columns."""

    rows: ModelRows
    family: Family
    scaling: Scaling
    beta: Floats
    loss: float
    score: Floats
    information: Floats

    def scores(self, block: Block) -> Floats:
        """Penalised score of each row per unit of its weight, for the scaled columns."""
        matrix, mean, slope = _means(block, self.family, self.scaling, self.beta)
        return _score_rows(block, self.family, matrix, mean, slope, self.information, self.rows.persons)


def _evaluate(rows: ModelRows, family: Family, scaling: Scaling, beta: Floats) -> _State:
    k = len(beta)
    loss, score, information = 0.0, np.zeros(k), np.zeros((k, k))
    for block in rows.blocks():
        matrix, mean, slope = _means(block, family, scaling, beta)
        loss += float(block.weight @ family.loss(block.response, matrix @ beta, mean))
        information += (matrix * (block.weight * slope)[:, None]).T @ matrix
    sign, size = np.linalg.slogdet(information)
    if sign <= 0 or not np.isfinite(loss):
        return _State(rows, family, scaling, beta, np.inf, score, information)
    for block in rows.blocks():
        matrix, mean, slope = _means(block, family, scaling, beta)
        score += block.weight @ _score_rows(block, family, matrix, mean, slope, information, rows.persons)
    return _State(rows, family, scaling, beta, loss - float(size) / (2 * rows.persons), score, information)


def _means(block: Block, family: Family, scaling: Scaling, beta: Floats) -> tuple[Floats, Floats, Floats]:
    matrix = scaling.apply(block.matrix)
    with np.errstate(over="ignore"):
        mean = family.mean(matrix @ beta)
    return matrix, mean, family.slope(matrix @ beta, mean)


def _score_rows(
    block: Block, family: Family, matrix: Floats, mean: Floats, slope: Floats, information: Floats, persons: int
) -> Floats:
    leverage = slope * np.einsum("ij,ji->i", matrix, np.linalg.solve(information, matrix.T)) / persons
    pull = 0.5 - mean if family.name == "logistic" else 0.5
    return np.asarray(matrix * (block.response - mean + leverage * pull)[:, None], dtype=np.float64)


def _improved(state: _State, move: Floats) -> _State:
    """The state after the longest of ever halved steps that lowers the penalised loss."""
    for _ in range(30):
        found = _evaluate(state.rows, state.family, state.scaling, state.beta + move)
        if found.loss <= state.loss + 1e-13 * abs(state.loss):
            return found
        move = move / 2
    raise DataError(f"the penalised {state.family.name} model does not converge: no step improves the fit.")


def _finish(state: _State, steps: int) -> Fit:
    rows, turn = state.rows, state.scaling.back()
    bread = np.linalg.inv(state.information)
    sandwich = rows.covariance(lambda block: state.scores(block) @ bread)
    effect = rows.persons * float(rows.squares.sum()) / rows.scale**2
    covariance = larger_covariance(sandwich, bread * effect / rows.persons)
    return Fit(turn @ state.beta, turn @ covariance @ turn.T, turn @ bread @ turn.T, steps)


def larger_covariance(first: Floats, second: Floats) -> Floats:
    """A covariance at least as large as either of two in every direction.

    Examples
    --------
    >>> larger_covariance(np.diag([1.0, 9.0]), np.diag([4.0, 4.0])).round(12).tolist()
    [[4.0, 0.0], [0.0, 9.0]]
    """
    root = np.linalg.cholesky(second)
    inverse = np.linalg.inv(root)
    values, vectors = np.linalg.eigh(inverse @ first @ inverse.T)
    turned = root @ vectors
    return np.asarray((turned * np.maximum(values, 1.0)) @ turned.T, dtype=np.float64)
