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
    low, high = (np.array([profile_bound(fitted, float(window), level, sign) for window in windows]) for sign in (-1.0, 1.0))
    return low, high


def profile_bound(fitted: FittedRisk, window: float, level: float, sign: float) -> float:
    """One end of `profile_interval`: the lower (sign -1) or the upper (1)."""
    from scipy import stats

    return float(1 / (1 + np.exp(-_extreme(fitted, window, sign, float(stats.chi2.ppf(level, 1)) / 2))))


def _extreme(fitted: FittedRisk, window: float, sign: float, drop: float) -> float:
    """The smallest (sign -1) or largest (1) log odds of the period prevalence that the data allow."""
    from scipy import optimize

    minimize: Any = optimize.minimize  # its stubs know no method with constraints
    model, floor = fitted.model, fitted.log_likelihood - drop
    low, high = model.bounds.T
    at = np.array([window])

    def goal(parameters: Floats) -> Floats:
        return -sign * model.log_odds(parameters, at)[:, 0]

    def room(parameters: Floats) -> Floats:
        return model.log_likelihood(parameters) - floor

    best = float(model.log_odds(fitted.parameters, at)[0, 0])
    for start in _starts(fitted, at, sign, drop):
        inequality: Any = {"type": "ineq", "fun": lambda x: float(room(x[None])[0]), "jac": _slope(room, low, high)}
        found = minimize(
            lambda x: float(goal(x[None])[0]), start, jac=_slope(goal, low, high), method="SLSQP",
            bounds=list(zip(low.tolist(), high.tolist(), strict=True)), options={"maxiter": 100, "ftol": 1e-9},
            constraints=inequality,
        )
        inside = np.isfinite(found.x).all() and float(room(found.x[None])[0]) > -1e-4
        if inside:
            best = sign * max(sign * best, -float(found.fun))
    return best


def _starts(fitted: FittedRisk, window: Floats, sign: float, drop: float) -> list[Floats]:
    """Where a search begins: half way along the direction in which the prevalence changes most per loss of likelihood."""
    model = fitted.model
    low, high = model.bounds.T
    covariance = np.nan_to_num(fitted.covariance)
    gradient = _slope(lambda x: model.log_odds(x, window)[:, 0], low, high)(fitted.parameters)
    spread = float(gradient @ covariance @ gradient)
    if spread <= 0:
        return [fitted.parameters]
    step = covariance @ gradient * np.sqrt(2 * drop / spread)
    return [np.clip(fitted.parameters + 0.5 * sign * step, low, high)]


def _slope(function: Callable[[Floats], Floats], low: Floats, high: Floats) -> Callable[[Floats], Floats]:
    """Gradient of a function of rows by differences within the bounds."""

    def gradient(at: Floats) -> Floats:
        up, down = (np.clip(at + side * NEARBY * np.eye(len(at)), low, high) for side in (1, -1))
        values = function(np.vstack([up, down]))
        return np.asarray((values[:len(at)] - values[len(at):]) / np.diag(up - down), dtype=np.float64)

    return gradient
