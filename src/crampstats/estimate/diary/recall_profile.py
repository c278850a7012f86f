"""Profile-likelihood intervals of a period prevalence under a distribution of risk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from crampstats.estimate.diary.recall_models import FittedRisk
from crampstats.estimate.diary.recall_nights import Floats

NEARBY = 1e-5


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
    ends = np.empty((2, len(windows)))
    for side, sign in enumerate((-1.0, 1.0)):
        before: Floats | None = None
        for place in np.argsort(windows):
            # parameters change little from one window to the next
            ends[side, place], before = _extreme(fitted, float(windows[place]), sign, drop, before)
    return 1 / (1 + np.exp(-ends[0])), 1 / (1 + np.exp(-ends[1]))


def profile_bound(fitted: FittedRisk, window: float, level: float, sign: float) -> float:
    """One end of `profile_interval`: the lower (sign -1) or the upper (1)."""
    return float(1 / (1 + np.exp(-_extreme(fitted, window, sign, _drop(level), None)[0])))


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
    fitted: FittedRisk, window: float, sign: float, drop: float, before: Floats | None
) -> tuple[float, Floats | None]:
    """The smallest (sign -1) or largest (1) log odds of the period prevalence that the data allow, and the parameters there."""
    from scipy import optimize

    minimize: Any = optimize.minimize  # its stubs know no method with constraints
    model, floor = fitted.model, fitted.log_likelihood - drop
    low, high = model.bounds.T
    at = np.array([window])

    def goal(parameters: Floats) -> Floats:
        return -sign * model.log_odds(parameters, at)[:, 0]

    def room(parameters: Floats) -> Floats:
        return model.log_likelihood(parameters) - floor

    inequality: Any = {"type": "ineq", "fun": lambda x: float(room(x[None])[0]), "jac": _slope(room, low, high)}
    for start in ([] if before is None else [before]) + [_start(fitted, at, sign, drop)]:
        found = minimize(
            lambda x: float(goal(x[None])[0]), start, jac=_slope(goal, low, high), method="SLSQP",
            bounds=list(zip(low.tolist(), high.tolist(), strict=True)), options={"maxiter": 100, "ftol": 1e-9},
            constraints=inequality,
        )
        inside = np.isfinite(found.x).all() and abs(float(room(found.x[None])[0])) < 1e-4
        if found.success and inside:
            return -sign * float(found.fun), found.x
    # the likelihood never falls that far on this side: the last point, if it is allowed, else the estimate itself
    last = found.x if np.isfinite(found.x).all() and float(room(found.x[None])[0]) > -1e-4 else fitted.parameters
    best = max(sign * float(model.log_odds(one, at)[0, 0]) for one in (last, fitted.parameters))
    return sign * best, None


def _start(fitted: FittedRisk, window: Floats, sign: float, drop: float) -> Floats:
    """Where a search begins: half way along the direction in which the prevalence changes most per loss of likelihood."""
    model = fitted.model
    low, high = model.bounds.T
    covariance = np.nan_to_num(fitted.covariance)
    gradient = _slope(lambda x: model.log_odds(x, window)[:, 0], low, high)(fitted.parameters)
    spread = float(gradient @ covariance @ gradient)
    if spread <= 0:
        return fitted.parameters
    step = covariance @ gradient * np.sqrt(2 * drop / spread)
    return np.asarray(np.clip(fitted.parameters + 0.5 * sign * step, low, high), dtype=np.float64)


def _slope(function: Callable[[Floats], Floats], low: Floats, high: Floats) -> Callable[[Floats], Floats]:
    """Gradient of a function of rows by differences within the bounds."""

    def gradient(at: Floats) -> Floats:
        up, down = (np.clip(at + side * NEARBY * np.eye(len(at)), low, high) for side in (1, -1))
        values = function(np.vstack([up, down]))
        return np.asarray((values[:len(at)] - values[len(at):]) / np.diag(up - down), dtype=np.float64)

    return gradient
