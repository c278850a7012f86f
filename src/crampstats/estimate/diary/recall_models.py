"""Fit distributions of risk over persons, and say how common cramps are over any window if they are right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crampstats.core.errors import DataError
from crampstats.estimate.diary.recall_likelihood import RiskModel
from crampstats.estimate.diary.recall_nights import Bools, CrampNights, Floats

STEP = 1e-3  # of second differences; their error is about 1e-7 of them
NEAR = 1e-4  # of first differences
CONVERGED = 1e-8
ROUNDS = 200
NO_HETEROGENEITY = 0.5  # log-likelihood gained over one probability for all


@dataclass(frozen=True, eq=False)
class FittedRisk:
    """A fitted distribution of risk.

    Parameters
    ----------
    model
        The family with the data.
    parameters
        Maximum-likelihood estimates.
    log_likelihood
        At the estimates, binomial coefficients included.
    covariance
        Inverse of the observed information; NaN in parameters that lie on their bound.
    alike
        True where one probability for all persons fits as well.
    """

    model: RiskModel
    parameters: Floats
    log_likelihood: float
    covariance: Floats
    alike: bool

    def shares(self, windows: Floats) -> Floats:
        """Period prevalence over each window."""
        free = self.model.free_of_cramps(self.parameters[None], np.asarray(windows, dtype=np.float64))[0]
        return np.asarray(1 - free, dtype=np.float64)


def why_not(kind: type[RiskModel], nights: CrampNights) -> str:
    """Why a distribution of risk cannot be fitted; "" where it can."""
    if not nights.s.any():
        return "no cramp night in any diary"
    if (nights.s == nights.n).all():
        return "every known night of everybody is a cramp night"
    if len(nights.n) < 3:
        return f"{len(nights.n)} person(s)"
    if nights.n.max() < kind.nights_needed:
        return f"no diary of {kind.nights_needed} nights or more"
    return ""


def fit_risk(kind: type[RiskModel], nights: CrampNights) -> FittedRisk:
    """Maximum likelihood by Newton's method with differences, from several starts, within the bounds.

    Raises
    ------
    DataError
        The diaries cannot tell how persons differ (`why_not`), or nothing converged.
    """
    if reason := why_not(kind, nights):
        raise DataError(f"the {kind.words} cannot be fitted: {reason}.")
    model = kind(*nights.patterns)
    found = [climb(model, start) for start in model.starts]
    best = max(found, key=lambda pair: pair[1])
    if not np.isfinite(best[1]):
        raise DataError(f"the {kind.words} did not converge.")
    parameters, height = best
    n, s, persons = (np.asarray(part, dtype=np.float64) for part in (model.n, model.s, model.persons))
    share = float(persons @ s) / float(persons @ n)
    same = float(persons @ (s * np.log(share) + (n - s) * np.log1p(-share))) + model.constant
    return FittedRisk(model, parameters, height, observed_covariance(model, parameters), height - same < NO_HETEROGENEITY)


def climb(model: RiskModel, start: Floats) -> tuple[Floats, float]:
    """Damped Newton steps until the slope is flat; (parameters, log-likelihood)."""
    low, high = model.bounds.T
    at = np.clip(start, low, high)
    height, damping = float(model.log_likelihood(at)[0]), 1e-3
    for _ in range(ROUNDS):
        slope, curvature = derivatives(model, at, np.ones(len(at), dtype=bool))
        free = ~(((at <= low) & (slope < 0)) | ((at >= high) & (slope > 0)))
        if not free.all():
            slope, curvature = derivatives(model, at, free)
        if not free.any() or np.abs(slope[free]).max() < CONVERGED * max(1.0, float(model.persons.sum())):
            break
        tried = [damping * 10.0**power for power in (-2, 0, 2, 4, 6)]
        points = np.array([np.clip(at + _step(slope, curvature, free, size), low, high) for size in tried])
        heights = model.log_likelihood(points)
        best = int(np.nanargmax(heights))
        if not heights[best] > height:
            break
        moved = float(np.abs(points[best] - at).max())
        at, height, damping = points[best], float(heights[best]), max(tried[best], 1e-12)
        if moved < 1e-11:
            break
    return at, height


def _step(slope: Floats, curvature: Floats, free: Bools, damping: float) -> Floats:
    """Newton's step among the free parameters; damping makes it short and uphill where the curvature is wrong."""
    values, vectors = np.linalg.eigh(-curvature[np.ix_(free, free)])
    size = np.abs(values) + damping * max(1.0, float(np.abs(values).max()))
    step = np.zeros(len(slope))
    step[free] = np.clip(vectors @ ((vectors.T @ slope[free]) / size), -3.0, 3.0)
    return step


def derivatives(model: RiskModel, at: Floats, free: Bools) -> tuple[Floats, Floats]:
    """Slope and curvature of the log-likelihood by central differences; 0 in parameters that are not free."""
    low, high = model.bounds.T
    centre = np.where(free, np.clip(at, low + STEP, high - STEP), at)
    size = len(at)
    unit = np.diag(free.astype(np.float64))
    pairs = [(i, j) for i in range(size) for j in range(i)]
    points = [centre, *(centre + NEAR * unit), *(centre - NEAR * unit), *(centre + STEP * unit), *(centre - STEP * unit)]
    for i, j in pairs:
        both, across = STEP * (unit[i] + unit[j]), STEP * (unit[i] - unit[j])
        points += [centre + both, centre - both, centre + across, centre - across]
    heights = model.log_likelihood(np.array(points))
    near, far = heights[1:1 + 2 * size].reshape(2, size), heights[1 + 2 * size:1 + 4 * size].reshape(2, size)
    curvature = np.diag((far[0] + far[1] - 2 * heights[0]) / STEP**2)
    for (i, j), four in zip(pairs, heights[1 + 4 * size:].reshape(-1, 4), strict=True):
        curvature[i, j] = curvature[j, i] = (four[0] + four[1] - four[2] - four[3]) / (4 * STEP**2)
    return (near[0] - near[1]) / (2 * NEAR) + curvature @ (at - centre), curvature


def observed_covariance(model: RiskModel, at: Floats) -> Floats:
    """Inverse of minus the curvature among the parameters inside their bounds."""
    low, high = model.bounds.T
    free = (at > low + 2 * STEP) & (at < high - 2 * STEP)
    covariance = np.full((len(at), len(at)), np.nan)
    if free.any():
        information = -derivatives(model, at, free)[1][np.ix_(free, free)]
        if np.linalg.eigvalsh(information).min() > 0:
            covariance[np.ix_(free, free)] = np.linalg.inv(information)
    return covariance
