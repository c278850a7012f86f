"""Profile-likelihood intervals of a period prevalence under a distribution of risk."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crampstats.estimate.diary.recall_models import FittedRisk
from crampstats.estimate.diary.recall_nights import Floats

NEARBY = 1e-5
RAYS = {2: 48, 3: 500}  # by number of parameters; half in standard errors, half in ranges
DOUBLINGS, HALVINGS = 14, 30
STARTS = {2: 1, 3: 1}  # of the constrained search
# windows gone through on the way, by number of parameters: of a third one far windows see little
LADDER: dict[int, tuple[float, ...]] = {2: (), 3: (7.0, 30.0, 91.0, 365.0, 1_461.0, 7_305.0, 21_915.0)}
ON_CONTOUR = 1e-6  # of the log-likelihood


def profile_interval(fitted: FittedRisk, windows: Floats, level: float) -> tuple[Floats, Floats]:
    """Lowest and highest period prevalence among all parameters whose log-likelihood is within chi2_1 / 2 of the largest.

    Parameters
    ----------
    fitted
        A fitted distribution of risk.
    windows
        Nights.
    level
        Confidence level.

    Returns
    -------
    tuple of arrays
        One bound per window. Bounds of parameters (nobody never cramps) need no special treatment.
    """
    drop = _drop(level)
    ladder = np.unique(np.append(windows, LADDER[len(fitted.parameters)]))
    ends = np.empty((2, len(ladder)))
    for side, sign in enumerate((-1.0, 1.0)):
        order = np.arange(len(ladder))
        before: list[Floats] = []
        # what is reached over one window bounds the next: a cramp within a week is one within a month
        for place in order if sign > 0 else order[::-1]:
            ends[side, place], at = _extreme(fitted, float(ladder[place]), sign, drop, before)
            before = [at]
    low, high = 1 / (1 + np.exp(-ends[:, np.searchsorted(ladder, windows)]))
    return low, high


def share_error(fitted: FittedRisk, windows: Floats) -> Floats:
    """Standard error of the period prevalence by the delta method, on the scale of the share.

    Parameters
    ----------
    fitted
        A fitted distribution of risk.
    windows
        Nights.

    Returns
    -------
    array
        sqrt(g' V g), g the slope of the share in the parameters and V the inverse of the observed information. Missing where a
        parameter lies on its bound (nobody never cramps): the delta method does not hold there.
    """
    low, high = fitted.model.bounds.T
    moves = NEARBY * np.eye(len(low))
    up, down = (np.clip(fitted.parameters + side * moves, low, high) for side in (1, -1))
    logits = fitted.model.log_odds(np.vstack([up, down]), windows)
    shares = fitted.shares(windows)
    slopes = ((logits[:len(low)] - logits[len(low):]) / np.diag(up - down)[:, None] * shares * (1 - shares)).T
    return np.asarray(np.sqrt(np.einsum("wi,ij,wj->w", slopes, fitted.covariance, slopes)), dtype=np.float64)


def _drop(level: float) -> float:
    from scipy import stats

    return float(stats.chi2.ppf(level, 1)) / 2


def _extreme(
    fitted: FittedRisk, window: float, sign: float, drop: float, others: list[Floats]
) -> tuple[float, Floats]:
    """The smallest (sign -1) or largest (1) log odds of the period prevalence that the data allow, and the parameters there.

    The furthest point of the contour found along rays from the estimate is improved by constrained search; a search that ends
    nowhere better leaves that point, so that the bound is never the estimate for want of a result.
    """
    from scipy import optimize

    minimize: Any = optimize.minimize  # its stubs know no method with constraints
    model, floor = fitted.model, fitted.log_likelihood - drop
    low, high = model.bounds.T
    at = np.array([window])

    def goal(parameters: Floats) -> Floats:
        return sign * model.log_odds(parameters, at)[:, 0]

    def room(parameters: Floats) -> Floats:
        return model.log_likelihood(parameters) - floor

    known = np.vstack([_contour(fitted, drop), *others])
    reached = goal(known)
    best, value = known[int(np.argmax(reached))], float(reached.max())
    inequality: Any = {"type": "ineq", "fun": lambda x: float(room(x[None])[0]), "jac": _slope(room, low, high)}
    steepest = _slope(goal, low, high)
    for start in known[np.argsort(-reached)[:STARTS[len(low)]]]:
        found = minimize(
            lambda x: -float(goal(x[None])[0]), start, jac=lambda x: -steepest(x), method="SLSQP",
            bounds=list(zip(low.tolist(), high.tolist(), strict=True)), options={"maxiter": 100, "ftol": 1e-9},
            constraints=inequality,
        )
        if not np.isfinite(found.x).all():
            continue
        inside = np.clip(found.x, low, high)
        if float(room(inside[None])[0]) > -ON_CONTOUR and float(goal(inside[None])[0]) > value:
            best, value = inside, float(goal(inside[None])[0])
    return sign * value, best


@lru_cache(maxsize=32)  # one fit is asked about many windows
def _contour(fitted: FittedRisk, drop: float) -> Floats:
    """Points where rays from the estimate leave the parameters that the data allow; rays bend along bounds (rows: parameters)."""
    model, centre = fitted.model, fitted.parameters
    low, high = model.bounds.T
    rays = _rays(fitted)
    floor = fitted.log_likelihood - drop

    def allowed(lengths: Floats) -> NDArray[np.bool_]:
        return np.asarray(model.log_likelihood(np.clip(centre + lengths[:, None] * rays, low, high)) >= floor)

    inside, outside = np.zeros(len(rays)), np.full(len(rays), np.inf)
    length = np.ones(len(rays))
    for _ in range(DOUBLINGS):
        fits = allowed(length)
        inside, outside = np.where(fits, length, inside), np.where(fits, outside, np.minimum(outside, length))
        length = np.where(np.isfinite(outside), length, 2 * length)
    # where the likelihood never falls that far, the end of the ray is a bound of the parameters, and allowed
    closed = np.isfinite(outside)
    for _ in range(HALVINGS):
        middle = np.where(closed, (inside + np.where(closed, outside, inside)) / 2, inside)
        fits = allowed(middle)
        inside, outside = np.where(fits, middle, inside), np.where(fits | ~closed, outside, middle)
    return np.vstack([centre, np.clip(centre + inside[:, None] * rays, low, high)])


def _rays(fitted: FittedRisk) -> Floats:
    """Directions over the whole circle or sphere, in units of the parameters' standard errors, or of their ranges."""
    size = len(fitted.parameters)
    drawn = np.random.default_rng(0).normal(size=(RAYS[size], size))
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    low, high = fitted.model.bounds.T
    known = np.isfinite(np.diag(fitted.covariance))
    root = np.diag(np.where(known, 0.0, np.minimum((high - low) / 3, 1.0)))
    if known.any():
        root[np.ix_(known, known)] = np.linalg.cholesky(fitted.covariance[np.ix_(known, known)])
    # ridges are far longer than standard errors say where parameters stand in for one another
    return np.vstack([drawn @ root.T, drawn * np.minimum((high - low) / 3, 1.0)])


def _slope(function: Callable[[Floats], Floats], low: Floats, high: Floats) -> Callable[[Floats], Floats]:
    """Gradient of a function of rows by differences within the bounds."""

    def gradient(at: Floats) -> Floats:
        up, down = (np.clip(at + side * NEARBY * np.eye(len(at)), low, high) for side in (1, -1))
        values = function(np.vstack([up, down]))
        return np.asarray((values[:len(at)] - values[len(at):]) / np.diag(up - down), dtype=np.float64)

    return gradient
