"""Persons' fourfold tables together, by exact likelihood: one odds ratio for all, or log odds ratios normal over persons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crampstats.estimate.diary.conditional_mantel_haenszel import NightTables
from crampstats.estimate.diary.conditional_tables import Support, support_of
from crampstats.estimate.sums import Floats

NODES = 40
MAX_STEPS = 60
CONVERGED = 1e-10
BOUNDS = (-12.0, 3.0)  # of the log of the standard deviation between persons
STARTS = (0.1, 0.4, 1.0, 2.5)
STEP = 1e-4  # of the differences that give the observed information


@dataclass(frozen=True)
class MixedRatio:
    """Mean log odds ratio of persons, its standard error, and the variance between persons (0: the same for all)."""

    center: float
    std_error: float
    tau2: float


@dataclass(frozen=True, eq=False)
class _Distinct:
    """Distinct tables, how many persons have each, and the number of exposed nights with the outcome."""

    support: Support
    seen: Floats
    persons: Floats


def fit_common(tables: NightTables) -> MixedRatio:
    """The exact conditional maximum likelihood of one odds ratio for everybody; NaN where it is not finite."""
    distinct = _distinct(tables)
    center = 0.0
    size = len(distinct.seen)
    above = float(distinct.persons @ (distinct.seen - distinct.support.counts[:, 0]))
    below = float(distinct.persons @ (distinct.support.counts[:, -1] - distinct.seen))
    if above <= 0 or below <= 0:
        return MixedRatio(np.nan, np.nan, 0.0)
    for _ in range(MAX_STEPS):
        _, mean, variance = distinct.support.moments(np.full(size, center))
        information = float(distinct.persons @ variance)
        move = float(distinct.persons @ (distinct.seen - mean)) / information
        center += float(np.clip(move, -1.0, 1.0))
        if abs(move) < CONVERGED:
            break
    return MixedRatio(center, information**-0.5, 0.0)


def fit_normal(tables: NightTables) -> MixedRatio:
    """The hypergeometric-normal model: log odds ratios normal over persons, by maximum likelihood.

    Notes
    -----
    Each person's likelihood is integrated by Gauss-Hermite with 40 points, placed around that person's own mode and curvature.
    The model takes the margins (how many nights had the outcome, how many were exposed) as saying nothing on the person's own
    odds ratio; where a large odds ratio itself makes for many such nights, the mean is somewhat too large.
    Standard error of the mean from the observed information of mean and log of the standard deviation, of the mean
    alone where the variance is 0.
    """
    from scipy.optimize import minimize

    distinct, common = _distinct(tables), fit_common(tables)
    if not np.isfinite(common.center):
        return common

    def loss(at: Floats) -> float:
        return -_log_likelihood(distinct, float(at[0]), float(np.exp(np.clip(at[1], *BOUNDS))))

    starts = [np.array([common.center, np.log(tau)]) for tau in STARTS]
    found = minimize(loss, min(starts, key=loss), method="BFGS", options={"gtol": 1e-7})
    at_zero = -_log_likelihood(distinct, common.center, 0.0)
    if at_zero <= float(found.fun) + 1e-9:
        return common
    center, tau = float(found.x[0]), float(np.exp(np.clip(found.x[1], *BOUNDS)))
    return MixedRatio(center, _std_error(distinct, center, tau), tau**2)


def _distinct(tables: NightTables) -> _Distinct:
    telling = tables.telling
    whole = np.column_stack([tables.nights, tables.events, tables.exposed, tables.exposed_with]).astype(np.int64)[telling]
    found, persons = np.unique(whole, axis=0, return_counts=True)
    support = support_of(found[:, 0], found[:, 1], found[:, 2])
    return _Distinct(support, found[:, 3].astype(np.float64), persons.astype(np.float64))


def _log_likelihood(distinct: _Distinct, center: float, tau: float) -> float:
    """Sum over persons of the log of the integrated likelihood."""
    from scipy.special import logsumexp

    if tau <= 0:
        norm = distinct.support.moments(np.full(len(distinct.seen), center))[0]
        return float(distinct.persons @ (distinct.seen * center - norm))
    mode, spread = _modes(distinct, center, tau)
    nodes, weights = np.polynomial.hermite.hermgauss(NODES)
    total = np.empty((len(mode), NODES))
    for place, node in enumerate(nodes):
        at = mode + np.sqrt(2) * spread * node
        norm = distinct.support.moments(at)[0]
        total[:, place] = distinct.seen * at - norm - 0.5 * ((at - center) / tau) ** 2 + node**2 + np.log(weights[place])
    integrated = logsumexp(total, axis=1) + np.log(spread / (tau * np.sqrt(np.pi)))
    return float(distinct.persons @ integrated)


def _modes(distinct: _Distinct, center: float, tau: float) -> tuple[Floats, Floats]:
    """Where each person's log odds ratio is likeliest, and the spread around it."""
    at = np.full(len(distinct.seen), center)
    for _ in range(MAX_STEPS):
        _, mean, variance = distinct.support.moments(at)
        move = (distinct.seen - mean - (at - center) / tau**2) / (variance + 1 / tau**2)
        at = at + np.clip(move, -2.0, 2.0)
        if np.abs(move).max() < 1e-8:
            break
    variance = distinct.support.moments(at)[2]
    return at, 1 / np.sqrt(variance + 1 / tau**2)


def _std_error(distinct: _Distinct, center: float, tau: float) -> float:
    def value(first: float, second: float) -> float:
        return _log_likelihood(distinct, center + first * STEP * 10, tau * np.exp(second * STEP * 10))

    middle = value(0, 0)
    h = (STEP * 10) ** 2
    own = -(value(1, 0) - 2 * middle + value(-1, 0)) / h
    other = -(value(0, 1) - 2 * middle + value(0, -1)) / h
    cross = -(value(1, 1) - value(1, -1) - value(-1, 1) + value(-1, -1)) / (4 * h)
    information = own - cross**2 / other if other > 0 else own
    return float(information**-0.5) if information > 0 else np.nan
