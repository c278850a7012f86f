"""Coefficients of the population that a random-intercept model implies."""

from __future__ import annotations

import numpy as np

from crampstats.estimate.diary.gee_patterns import PatternRows
from crampstats.estimate.diary.mixed_fit import MixedSolution
from crampstats.estimate.families import Family
from crampstats.estimate.sums import Floats

NODES = 61


def marginal_coefficients(patterns: PatternRows, family: Family, solution: MixedSolution) -> tuple[Floats, Floats]:
    """(X'X)^-1 X'g with g the link of the mean over persons, nights weighted alike, and its covariance by the delta method.

    Of a standard deviation of 0 these are the coefficients themselves.
    """
    beta, sd, k = solution.coefficients, solution.sd, len(solution.coefficients)
    if sd == 0:
        return beta, solution.covariance[:k, :k]
    products, moments, slopes = np.zeros((k, k)), np.zeros(k), np.zeros((k, k + 1))
    for block in patterns.blocks():
        link, by_predictor, by_log_sd = _averaged(family, beta @ block.turned + block.offset, sd)
        weighted = block.turned * block.nights
        products += weighted @ block.turned.T
        moments += weighted @ (link - block.offset)
        slopes[:, :k] += (weighted * by_predictor) @ block.turned.T
        slopes[:, k] += weighted @ by_log_sd
    jacobian = np.linalg.solve(products, slopes)
    return np.asarray(np.linalg.solve(products, moments), dtype=np.float64), jacobian @ solution.covariance @ jacobian.T


def _averaged(family: Family, predictor: Floats, sd: float) -> tuple[Floats, Floats, Floats]:
    """Link of the mean over persons, and its derivatives by the linear predictor and by log sd."""
    if family.name == "poisson":  # mean of a lognormal
        return predictor + sd**2 / 2, np.ones_like(predictor), np.full_like(predictor, sd**2)
    z, weight = np.polynomial.hermite.hermgauss(NODES)
    u, weight = sd * np.sqrt(2.0) * z, weight / np.sqrt(np.pi)
    mean = family.mean(predictor + u[:, None])
    slope = mean * (1 - mean) * weight[:, None]
    share = weight @ mean
    spread = share * (1 - share)
    return np.log(share / (1 - share)), slope.sum(axis=0) / spread, (u @ slope) / spread
