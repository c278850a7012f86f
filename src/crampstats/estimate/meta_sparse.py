"""Binomial-normal model: random log odds between studies, exact binomial counts within them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from crampstats.core.errors import DataError, OptionError

Array = np.ndarray[Any, np.dtype[np.float64]]

CONVERGED = 1e-12
ITERATIONS = 200
GUARD = 1e-6
# standard deviations of z; no mode of real counts lies farther out
FARTHEST = 60.0


@dataclass(frozen=True, eq=False)
class BinomialNormal:
    """Fitted binomial-normal model: mean log odds, between-study standard deviation and their covariance (2, 2)."""

    mean: float
    tau: float
    covariance: Array


def fit_binomial_normal(cases: Array, n: Array, *, nodes: int = 25) -> BinomialNormal:
    """Maximum likelihood of `cases ~ Binomial(n, expit(mean + tau z))`, z standard normal.

    The integral over z is adaptive Gauss-Hermite with `nodes` points around each study's mode; score and information
    follow Fisher's and Louis' identities. Studies with 0 or n cases need no correction.

    Parameters
    ----------
    cases, n
        Counts, shape (k,), 0 <= cases <= n, at least 3 studies, not all 0 and not all n.
    nodes
        Quadrature points.

    References
    ----------
    Stijnen, Hamza and Ozdemir 2010, doi:10.1002/sim.4040.
    """
    if len(cases) < 3 or not 0 < cases.sum() < n.sum():
        raise DataError(
            f"{len(cases)} studies with {cases.sum():g} cases of {n.sum():g}: the binomial-normal model needs at least "
            "3 studies, some cases and some without; show the exact study intervals instead."
        )
    points, log_weights = _hermite(nodes)
    start = np.log((cases + 0.5) / (n - cases + 0.5))
    parameters = np.array([start.mean(), max(0.3, start.std())])
    best = _evaluate(parameters, cases, n, points, log_weights)
    for _ in range(ITERATIONS):
        _, gradient, information = best
        step = _ascent(gradient, information)
        if np.abs(step).max() <= CONVERGED * (1 + np.abs(parameters).max()):
            covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
            return BinomialNormal(float(parameters[0]), abs(float(parameters[1])), covariance)
        parameters, best = _climb(parameters, step, best, cases, n, points, log_weights)
        if abs(parameters[1]) < 1e-8:
            break
    raise OptionError("the binomial-normal model has no between-study variance or did not converge; use pool_studies.")


def _hermite(nodes: int) -> tuple[Array, Array]:
    """Points and log weights for integrals of a function against dz (the Gaussian factor put back in)."""
    points, weights = np.polynomial.hermite_e.hermegauss(nodes)
    return points, np.log(weights) + points**2 / 2


def _evaluate(
    parameters: Array, cases: Array, n: Array, points: Array, log_weights: Array
) -> tuple[float, Array, Array]:
    """Log-likelihood (without binomial coefficients), its gradient and the observed information."""
    from scipy.special import expit

    mean, tau = parameters
    mode, spread = _modes(mean, tau, cases, n)
    z = mode[:, None] + spread[:, None] * points
    logit = mean + tau * z
    joint = cases[:, None] * logit - n[:, None] * np.logaddexp(0, logit) - z**2 / 2 + log_weights + np.log(spread)[:, None]
    top = joint.max(axis=1)
    share = np.exp(joint - top[:, None])
    total = share.sum(axis=1)
    share /= total[:, None]
    risk = np.asarray(expit(logit), dtype=np.float64)
    residual = cases[:, None] - n[:, None] * risk
    curvature = n[:, None] * risk * (1 - risk)
    scores = np.stack([residual, residual * z])
    basis = np.stack([np.ones_like(z), z])
    mean_scores = np.einsum("aij,ij->ai", scores, share)
    complete = np.einsum("aij,bij,ij,ij->ab", basis, basis, curvature, share)
    missing = np.einsum("aij,bij,ij->ab", scores, scores, share) - mean_scores @ mean_scores.T
    return float(np.sum(top + np.log(total))), mean_scores.sum(axis=1), complete - missing


def _modes(mean: float, tau: float, cases: Array, n: Array) -> tuple[Array, Array]:
    """Mode and curvature-based spread of z in each study.

    Newton inside a shrinking bracket: with a large tau plain Newton swings to and fro across the logistic's bend.
    """
    mode = np.zeros(len(cases))
    low, high = np.full(len(cases), -FARTHEST), np.full(len(cases), FARTHEST)
    for _ in range(ITERATIONS):
        slope, curvature = _slope(mode, mean, tau, cases, n)
        low, high = np.where(slope > 0, mode, low), np.where(slope < 0, mode, high)
        new = mode + slope / curvature
        new = np.where((new > low) & (new < high), new, np.where(slope == 0, mode, (low + high) / 2))
        change, mode = np.abs(new - mode).max(), new
        if change < 1e-13:
            break
    return mode, 1 / np.sqrt(_slope(mode, mean, tau, cases, n)[1])


def _slope(z: Array, mean: float, tau: float, cases: Array, n: Array) -> tuple[Array, Array]:
    """First derivative and negative second derivative of each study's log posterior of z."""
    from scipy.special import expit

    risk = np.asarray(expit(mean + tau * z), dtype=np.float64)
    return tau * (cases - n * risk) - z, 1 + tau**2 * n * risk * (1 - risk)


def _ascent(gradient: Array, information: Array) -> Array:
    """Newton step; where the information is not positive definite its eigenvalues are made so."""
    values, vectors = np.linalg.eigh(information)
    values = np.maximum(np.abs(values), 1e-8)
    step: Array = vectors @ ((vectors.T @ gradient) / values)
    return step


def _climb(
    parameters: Array, step: Array, best: tuple[float, Array, Array],
    cases: Array, n: Array, points: Array, log_weights: Array,
) -> tuple[Array, tuple[float, Array, Array]]:
    """Halve the step until the likelihood does not fall.

    Score and likelihood are two quadratures, equal to about 1e-8: the guard must be wider than that or it blocks the end.
    """
    for _ in range(40):
        candidate = parameters + step
        new = _evaluate(candidate, cases, n, points, log_weights)
        if new[0] >= best[0] - GUARD * (1 + abs(best[0])):
            break
        step = step / 2
    return candidate, new
