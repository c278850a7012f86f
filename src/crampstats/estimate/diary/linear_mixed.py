"""Linear mixed model with a random intercept for each person, by restricted maximum likelihood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crampstats.core.errors import DataError
from crampstats.estimate.sums import Floats

LOWEST, HIGHEST = -16.0, 14.0  # log of the variance ratio that is searched
STEP = 1e-4  # relative, of the differences that give the curvature


@dataclass(frozen=True, eq=False)
class MixedSolution:
    """Estimates of a random-intercept model.

    Parameters
    ----------
    coefficients
        Fixed effects.
    covariance
        Theirs, at the estimated variances.
    sd_person, sd_night
        Standard deviations between persons, and between nights of a person.
    loglik
        Restricted log-likelihood, as lme4 counts it.
    sums
        What it was computed from.
    """

    coefficients: Floats
    covariance: Floats
    sd_person: float
    sd_night: float
    loglik: float
    sums: PersonSums

    def degrees_of_freedom(self, contrast: Floats) -> float:
        """Satterthwaite's df of a combination of fixed effects: 2 v^2 / (g' W g), g the gradient of its variance v by the two
        variances, W their covariance."""
        variances = np.array([self.sd_night**2, self.sd_person**2])
        if variances[1] <= 0:
            return float(self.sums.n - len(self.coefficients))
        curvature = _curvature(self.sums.deviance, variances)
        gradient = _gradient(lambda at: self.sums.variance(at, contrast), variances)
        spread = float(gradient @ np.linalg.solve(curvature / 2, gradient))
        return 2 * self.sums.variance(variances, contrast) ** 2 / spread if spread > 0 else float(self.sums.n)


@dataclass(frozen=True, eq=False)
class PersonSums:
    """Sums over each person's rows, and over all, of a model matrix and a response."""

    sizes: Floats
    rows: Floats
    values: Floats
    whole: tuple[Floats, Floats, float]

    @property
    def n(self) -> int:
        """Rows."""
        return int(self.sizes.sum())

    def at(self, ratio: float) -> tuple[Floats, Floats, float]:
        """X'V^-1 X, coefficients and residual sum of squares at a ratio of person to night variance (V in night variances)."""
        shrink = ratio / (1 + self.sizes * ratio)
        inner = self.whole[0] - self.rows.T @ (self.rows * shrink[:, None])
        right = self.whole[1] - self.rows.T @ (self.values * shrink)
        beta = np.asarray(np.linalg.solve(inner, right), dtype=np.float64)
        return inner, beta, float(self.whole[2] - (shrink * self.values**2).sum() - right @ beta)

    def profile(self, ratio: float) -> float:
        """Restricted deviance with the night variance at its best."""
        inner, _, rest = self.at(ratio)
        free = self.n - len(inner)
        return float(free * np.log(rest / free) + np.log1p(self.sizes * ratio).sum() + np.linalg.slogdet(inner)[1])

    def slope(self, ratio: float) -> float:
        """Derivative of `profile`."""
        inner, beta, rest = self.at(ratio)
        weight = 1 / (1 + self.sizes * ratio) ** 2
        by_rest = -float((weight * (self.values - self.rows @ beta) ** 2).sum())
        by_inner = -self.rows.T @ (self.rows * weight[:, None])
        free = self.n - len(inner)
        trace = float(np.trace(np.linalg.solve(inner, by_inner)))
        return float(free * by_rest / rest + (self.sizes / (1 + self.sizes * ratio)).sum() + trace)

    def deviance(self, variances: Floats) -> float:
        """Restricted deviance at the variances of nights and persons."""
        ratio = float(variances[1] / variances[0])
        inner, _, rest = self.at(ratio)
        free = self.n - len(inner)
        return float(
            free * np.log(variances[0]) + np.log1p(self.sizes * ratio).sum() + np.linalg.slogdet(inner)[1] + rest / variances[0]
        )

    def variance(self, variances: Floats, contrast: Floats) -> float:
        """Variance of a combination of fixed effects at the variances of nights and persons."""
        inner = self.at(float(variances[1] / variances[0]))[0]
        return float(variances[0] * contrast @ np.linalg.solve(inner, contrast))


def fit_random_means(matrix: Floats, response: Floats, starts: NDArray[np.int64]) -> MixedSolution:
    """Fit y = X b + person + night, person and night normal, by REML.

    Parameters
    ----------
    matrix, response
        Rows sorted by person.
    starts
        First row of each person, and the number of rows.

    Raises
    ------
    DataError
        Fewer rows than coefficients, collinear columns, or no person with two rows.
    """
    if np.linalg.matrix_rank(matrix) < matrix.shape[1]:
        raise DataError("columns of the model say the same; leave one out.")
    sizes = np.diff(starts).astype(np.float64)
    if len(response) <= matrix.shape[1] or len(sizes) < 2 or not (sizes > 1).any():
        raise DataError("persons and nights cannot be told apart: at least two persons, one of them with two nights, are needed.")
    centre = float(response.mean())
    moved = response - centre
    sums = PersonSums(
        sizes, np.add.reduceat(matrix, starts[:-1], axis=0), np.add.reduceat(moved, starts[:-1]),
        (matrix.T @ matrix, matrix.T @ moved, float(moved @ moved)),
    )
    ratio = _best_ratio(sums)
    inner, beta, rest = sums.at(ratio)
    free = len(response) - matrix.shape[1]
    if not rest > 1e-12 * float(moved @ moved):
        raise DataError("every night is told exactly by the model; nothing is left to estimate its error from.")
    night = rest / free
    # the centre goes back through the columns that span the constant
    back = np.linalg.lstsq(matrix, np.full(len(response), centre), rcond=None)[0]
    if float(np.abs(matrix @ back - centre).max()) > 1e-8 * max(1.0, abs(centre)):
        raise DataError("the model needs an intercept, or a column for each level.")
    loglik = -(sums.profile(ratio) + free * (1 + np.log(2 * np.pi))) / 2
    return MixedSolution(
        beta + back, np.asarray(night * np.linalg.inv(inner), dtype=np.float64), float(np.sqrt(ratio * night)),
        float(np.sqrt(night)), float(loglik), sums,
    )


def _best_ratio(sums: PersonSums) -> float:
    """Ratio of variances of the lowest deviance; 0 where persons do not differ more than their nights make them."""
    from scipy import optimize

    grid = np.linspace(LOWEST, HIGHEST, 61)
    values = [sums.profile(float(np.exp(at))) for at in grid]
    place = int(np.argmin(values))
    if place == 0:
        return 0.0
    low, high = np.exp(grid[max(place - 1, 0)]), np.exp(grid[min(place + 1, len(grid) - 1)])
    if sums.slope(low) >= 0 or sums.slope(high) <= 0:
        return float(np.exp(grid[place]))
    found = float(optimize.brentq(sums.slope, low, high, xtol=1e-300, rtol=1e-14))
    return found if sums.profile(found) <= sums.profile(0.0) else 0.0


def _gradient(function: Callable[[Floats], float], at: Floats) -> Floats:
    found = np.empty(len(at))
    for i in range(len(at)):
        step = np.zeros(len(at))
        step[i] = STEP * at[i]
        found[i] = (function(at + step) - function(at - step)) / (2 * step[i])
    return found


def _curvature(function: Callable[[Floats], float], at: Floats) -> Floats:
    """Second derivatives by differences of five points (error of the fourth order)."""
    steps = 10 * STEP * at
    found = np.empty((2, 2))
    for i in range(2):
        e = np.zeros(2)
        e[i] = steps[i]
        values = [function(at + k * e) for k in (-2, -1, 0, 1, 2)]
        found[i, i] = (-values[0] + 16 * values[1] - 30 * values[2] + 16 * values[3] - values[4]) / (12 * steps[i] ** 2)
    corners = [function(at + np.array([a, b]) * steps) for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
    found[0, 1] = found[1, 0] = (corners[0] - corners[1] - corners[2] + corners[3]) / (4 * steps[0] * steps[1])
    return found
