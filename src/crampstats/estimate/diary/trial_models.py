"""Small models of trials: one row per person, covariances that hold in few persons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crampstats.core.errors import DataError
from crampstats.estimate.diary.count_likelihood import CountLikelihood, maximise
from crampstats.estimate.sums import Floats

MAX_STEPS = 60
CONVERGED = 1e-13
ROUNDING = 1e-13  # a standard error that small is one of 0


@dataclass(frozen=True, eq=False)
class SmallFit:
    """Coefficients, their covariance and the degrees of freedom of t."""

    coefficients: Floats
    covariance: Floats
    df: float


@dataclass(frozen=True)
class Comparison:
    """One difference (or log ratio) with what goes with it."""

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    df: float
    p_value: float


def compare_coefficient(fit: SmallFit, place: int, level: float) -> Comparison:
    """One coefficient with t interval and two-sided p."""
    spread = float(fit.covariance[place, place])
    return compare_by_t(float(fit.coefficients[place]), np.sqrt(spread) if spread >= 0 else np.nan, fit.df, level)


def compare_by_t(estimate: float, std_error: float, df: float, level: float) -> Comparison:
    """Estimate -/+ t SE; without degrees of freedom or variance there is no interval."""
    from scipy import stats

    if not (df > 0 and std_error > ROUNDING * max(1.0, abs(estimate))):
        return Comparison(estimate, std_error if df > 0 else np.nan, np.nan, np.nan, df, np.nan)
    half = float(stats.t.ppf((1 + level) / 2, df)) * std_error
    p_value = float(2 * stats.t.sf(abs(estimate) / std_error, df))
    return Comparison(estimate, std_error, estimate - half, estimate + half, df, p_value)


def fit_split(active: Floats, reference: Floats, offset: Floats, matrix: Floats) -> SmallFit:
    """How each person's events split between two periods: binomial of the total, logit = offset + x b, with HC3 covariance.

    Conditioning on the person's total takes the person's own rate away (the conditional likelihood of Poisson counts); the
    covariance does not need the counts to be Poisson.

    Raises
    ------
    DataError
        All events fall on one side, so that no finite ratio fits best.
    """
    total = active + reference
    beta = np.zeros(matrix.shape[1])
    for _ in range(MAX_STEPS):
        share = 1 / (1 + np.exp(-np.clip(offset + matrix @ beta, -500, 500)))
        weight = total * share * (1 - share)
        information = matrix.T @ (matrix * weight[:, None])
        if not np.isfinite(information).all() or np.linalg.cond(information) > 1e12:
            raise DataError("no cramps in a period or on a treatment, or one order alone; no rate ratio can be estimated.")
        step = np.linalg.solve(information, matrix.T @ (active - total * share))
        beta = beta + np.clip(step, -5, 5)
        if float(np.abs(step).max()) < CONVERGED:
            break
    if float(np.abs(beta).max()) > 30:
        raise DataError("all cramps fall on one treatment or period; no finite rate ratio fits best.")
    share = 1 / (1 + np.exp(-(offset + matrix @ beta)))
    weight = total * share * (1 - share)
    return _with_hc3(matrix, weight, active - total * share, beta)


def fit_line(response: Floats, matrix: Floats, *, robust: bool) -> SmallFit:
    """Least squares, with the classical covariance (equal variances) or HC3."""
    _refuse_collinear(matrix)
    beta = np.asarray(np.linalg.lstsq(matrix, response, rcond=None)[0], dtype=np.float64)
    residual, df = response - matrix @ beta, len(response) - matrix.shape[1]
    if robust:
        return _with_hc3(matrix, np.ones(len(response)), residual, beta)
    scale = float(residual @ residual) / df if df > 0 else np.nan
    return SmallFit(beta, np.linalg.inv(matrix.T @ matrix) * scale, df)


def fit_count_ratio(events: Floats, nights: Floats, matrix: Floats) -> tuple[SmallFit, list[str]]:
    """Negative binomial regression of totals with offset log(nights), covariance from the observed information.

    Where totals vary less than by chance alone it is Poisson's, with a robust covariance, and the note says so. Column 1 of the
    matrix is the arm (1 or 0).

    Raises
    ------
    DataError
        An arm has no cramps, or the fit does not settle.
    """
    offset = np.log(nights)
    for arm in (0, 1):
        if not events[matrix[:, 1] == arm].sum() > 0:
            raise DataError("one arm has no cramps at all; no rate ratio can be estimated (the difference of rates can).")
    poisson = CountLikelihood(matrix, events, offset, dispersed=False, inflated=False)
    start = np.zeros(matrix.shape[1])
    start[0] = np.log(events.sum() / nights.sum())
    beta = maximise(poisson, start)
    mean = np.exp(matrix @ beta + offset)
    df = len(events) - matrix.shape[1]
    if ((events - mean) ** 2 - events).sum() > 0:
        model = CountLikelihood(matrix, events, offset, dispersed=True, inflated=False)
        found = maximise(model, np.r_[beta, 0.0])
        inverse = np.asarray(np.linalg.inv(-model.hessian(found)), dtype=np.float64)
        return SmallFit(found[:-1], inverse[:-1, :-1], df), []
    scores, bread = poisson.rows(beta)[1], np.linalg.inv(-poisson.hessian(beta))
    spread = np.asarray(bread @ (scores.T @ scores) @ bread * len(events) / max(len(events) - 1, 1), dtype=np.float64)
    return SmallFit(beta, spread, df), [
        "Totals vary less than by chance alone (a minimum of cramps for entry does that): Poisson with robust standard errors."
    ]


def _with_hc3(matrix: Floats, weight: Floats, residual: Floats, beta: Floats) -> SmallFit:
    """Covariance H^-1 (sum x x' (e / (1 - h))^2) H^-1 with h the leverage of each row; as near a jackknife over persons."""
    bread = np.linalg.inv(matrix.T @ (matrix * weight[:, None]))
    leverage = weight * np.einsum("ij,jk,ik->i", matrix, bread, matrix)
    df = len(residual) - matrix.shape[1]
    if df <= 0 or (leverage > 1 - 1e-10).any():
        return SmallFit(beta, np.full_like(bread, np.nan), df)
    scores = matrix * (residual / (1 - leverage))[:, None]
    return SmallFit(beta, np.asarray(bread @ (scores.T @ scores) @ bread, dtype=np.float64), df)


def _refuse_collinear(matrix: Floats) -> None:
    if np.linalg.matrix_rank(matrix) < matrix.shape[1]:
        raise DataError("all persons had one order, one arm or one baseline; effects cannot be told apart.")


def welch(means: tuple[float, float], variances: tuple[float, float], sizes: tuple[int, int], level: float) -> Comparison:
    """Difference of two means, first less second, without equal variances (Welch's t).

    Examples
    --------
    Change of cramps per week in Roguin Maor et al. 2017, doi:10.1001/jamainternmed.2016.9261, who print P = .67:

    >>> round(welch((-3.41, -3.03), (4.05**2, 4.53**2), (48, 46), 0.95).p_value, 2)
    0.67
    """
    if min(sizes) < 2:
        return compare_by_t(means[0] - means[1], np.nan, 0.0, level)
    parts = [variance / size for variance, size in zip(variances, sizes, strict=True)]
    whole = sum(parts)
    if not whole > 0:
        return compare_by_t(means[0] - means[1], 0.0, float(sum(sizes) - 2), level)
    df = whole**2 / sum(part**2 / (size - 1) for part, size in zip(parts, sizes, strict=True))
    return compare_by_t(means[0] - means[1], float(np.sqrt(whole)), float(df), level)


def two_means(first: Floats, second: Floats, level: float) -> Comparison:
    """`welch` of two samples."""
    variances = (_variance(first), _variance(second))
    return welch((float(first.mean()), float(second.mean())), variances, (len(first), len(second)), level)


def pooled_means(first: Floats, second: Floats, level: float) -> Comparison:
    """Difference of two means with equal variances (Student's t)."""
    df = len(first) + len(second) - 2
    if df < 1 or not len(first) or not len(second):
        return compare_by_t(float(first.mean() - second.mean()), np.nan, 0.0, level)
    ss = float(((first - first.mean()) ** 2).sum() + ((second - second.mean()) ** 2).sum())
    return compare_by_t(
        float(first.mean() - second.mean()), float(np.sqrt(ss / df * (1 / len(first) + 1 / len(second)))), float(df), level
    )


def _variance(values: Floats) -> float:
    return float(values.var(ddof=1)) if len(values) > 1 else np.nan


