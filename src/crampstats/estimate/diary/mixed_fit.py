"""Maximum likelihood of a random-intercept model: Newton steps on the quadrature's own gradient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crampstats.core.errors import DataError
from crampstats.estimate.diary.gee_fit import FIRST_PERSONS, LARGE, refuse_flat, start_coefficients
from crampstats.estimate.diary.gee_patterns import PatternRows
from crampstats.estimate.diary.mixed_likelihood import MixedLikelihood, Value
from crampstats.estimate.families import Family
from crampstats.estimate.glm import SETTLED
from crampstats.estimate.narrow_products import cross_products, linear_predictor
from crampstats.estimate.scaling import Scaling
from crampstats.estimate.sums import Floats

MAX_STEPS = 100
MAX_HALVINGS = 30
CONVERGED = 1e-14  # rise of the log-likelihood that a step promises
LONGEST = 1.0  # step of the logarithm of the standard deviation
LARGEST = 100.0  # standard deviation of log odds beyond which there is none
PROFILED = 1e-9  # as CONVERGED, of a profile
SMALLEST = 1e-4  # and below which it is 0
APART = 3e-4  # distance of the gradients that give the Hessian, in standard errors


@dataclass(frozen=True, eq=False)
class MixedSolution:
    """Maximum of the likelihood, on the columns as they are.

    Parameters
    ----------
    coefficients
        One per column of the model matrix.
    sd
        Standard deviation of the random intercept; 0 where the likelihood is highest there.
    covariance
        Of (coefficients, log sd), inverse of the observed information; where the sd is 0, of the coefficients alone, with NaN for
        the last.
    loglik, loglik_without
        Log-likelihood, and that of independent nights.
    steps
        Newton steps.
    """

    coefficients: Floats
    sd: float
    covariance: Floats
    loglik: float
    loglik_without: float
    steps: int


@dataclass(frozen=True, eq=False)
class _Independent:
    """The model without a random intercept."""

    beta: Floats
    information: Floats
    loglik: float
    variance: float  # of the intercept, by one scoring step from 0; negative where nights of a person repel each other


def solve_mixed(patterns: PatternRows, family: Family, scaling: Scaling, nodes: int) -> MixedSolution:
    """Maximise the likelihood.

    Raises
    ------
    DataError
        The standard deviation has no finite maximum, or the steps do not settle.
    SeparationError
        The covariates separate nights with the outcome from those without.
    """
    alone = _independent(patterns, family, scaling)
    likelihood = MixedLikelihood(patterns, family, scaling, nodes)
    begin = float(np.clip(np.sqrt(max(alone.variance, 0.0)), 0.2, 2.0))
    turn, k, constant = scaling.back(), len(alone.beta), _constant(patterns, family)
    beta, sd, value, steps = _climbed(likelihood, *_begun(patterns, family, scaling, nodes, alone.beta, begin))
    if sd < SMALLEST or value.loglik < alone.loglik:
        covariance = np.full((k + 1, k + 1), np.nan)
        covariance[:k, :k] = turn @ np.linalg.inv(alone.information) @ turn.T
        loglik = alone.loglik + constant
        return MixedSolution(turn @ alone.beta, 0.0, covariance, loglik, loglik, steps)
    whole = np.eye(k + 1)
    whole[:k, :k] = turn
    covariance = whole @ np.linalg.inv(_information(likelihood, beta, sd, value)) @ whole.T
    return MixedSolution(turn @ beta, sd, covariance, value.loglik + constant, alone.loglik + constant, steps)


def bound_sd(
    patterns: PatternRows, family: Family, scaling: Scaling, nodes: int, solution: MixedSolution, level: float, *, upper: bool
) -> float:
    """Limit of the standard deviation by the profile likelihood: where twice its fall is the chi-squared quantile with 1 df."""
    from scipy import optimize, stats

    likelihood = MixedLikelihood(patterns, family, scaling, nodes)
    beta = np.asarray(np.linalg.solve(scaling.back(), solution.coefficients), dtype=np.float64)
    least = solution.loglik - _constant(patterns, family) - float(stats.chi2.ppf(level, 1)) / 2

    def above(log_sd: float) -> float:
        nonlocal beta
        beta, value = _at_sd(likelihood, beta, float(np.exp(log_sd)))
        return value.loglik - least

    if not upper and solution.loglik_without - solution.loglik > -float(stats.chi2.ppf(level, 1)) / 2:
        return 0.0
    step = 0.25 if upper else -0.25
    inside = float(np.log(max(solution.sd, 0.05)))
    outside = inside + step
    while above(outside) > 0 and np.log(SMALLEST) < outside < np.log(LARGEST):
        inside, outside = outside, outside + step
    return float(np.exp(optimize.brentq(above, inside, outside, xtol=1e-10)))


def finer_change(patterns: PatternRows, family: Family, scaling: Scaling, nodes: int, solution: MixedSolution) -> float:
    """By how much the log-likelihood at the solution changes with twice the nodes; 0 without a random intercept."""
    if solution.sd == 0:
        return 0.0
    beta = np.asarray(np.linalg.solve(scaling.back(), solution.coefficients), dtype=np.float64)
    coarse, fine = (MixedLikelihood(patterns, family, scaling, n).value(beta, solution.sd).loglik for n in (nodes, 2 * nodes))
    return abs(fine - coarse)


def _at_sd(likelihood: MixedLikelihood, beta: Floats, sd: float) -> tuple[Floats, Value]:
    """Coefficients that are best at a standard deviation."""
    for _ in range(MAX_STEPS):
        value = likelihood.value(beta, sd, with_curvature=True)
        assert value.curvature is not None
        move = np.asarray(np.linalg.solve(-value.curvature[:-1, :-1], value.gradient[:-1]), dtype=np.float64)
        if float(move @ value.gradient[:-1]) < PROFILED:
            return beta, value
        beta = beta + move
    raise DataError(f"the profile likelihood did not settle at a standard deviation of {sd:.3g}.")


def _begun(
    patterns: PatternRows, family: Family, scaling: Scaling, nodes: int, beta: Floats, sd: float
) -> tuple[Floats, float]:
    """Where to begin: of many persons, at the maximum of a part of them."""
    if patterns.n_persons < FIRST_PERSONS * LARGE:
        return beta, sd
    try:
        part = MixedLikelihood(patterns.some(FIRST_PERSONS), family, scaling, nodes)
        found = _climbed(part, beta, sd, tolerance=SETTLED)
    except (DataError, np.linalg.LinAlgError):
        return beta, sd
    return found[0], max(found[1], sd / 10)


def _climbed(
    likelihood: MixedLikelihood, beta: Floats, sd: float, *, tolerance: float = CONVERGED
) -> tuple[Floats, float, Value, int]:
    """Newton steps, halved until the likelihood rises: coefficients of the scaled columns, sd, value there, steps."""
    value = likelihood.value(beta, sd, with_curvature=True)
    for step in range(1, MAX_STEPS + 1):
        move = _newton(value)
        promised = float(move @ value.gradient)
        if promised < tolerance * max(1.0, abs(value.loglik) * 1e-3) or sd < SMALLEST:
            return beta, sd, value, step
        if sd > LARGEST:
            raise DataError(
                f"the standard deviation of persons' own levels grows without end (now {sd:.0f}): nights of one person are "
                "nearly all alike. Describe persons by whether they ever have the outcome instead."
            )
        move = move * min(1.0, LONGEST / max(abs(float(move[-1])), 1e-300))
        beta, sd, value = _risen(likelihood, beta, sd, value, move)
    raise DataError(f"the random-intercept model did not settle in {MAX_STEPS} steps (sd now {sd:.3g}); simplify the formula.")


def _newton(value: Value) -> Floats:
    """Step that climbs even where the likelihood is not concave."""
    assert value.curvature is not None
    size, axes = np.linalg.eigh(-value.curvature)
    size = np.maximum(np.abs(size), 1e-8 * np.abs(size).max())
    return np.asarray(axes @ ((axes.T @ value.gradient) / size), dtype=np.float64)


def _risen(
    likelihood: MixedLikelihood, beta: Floats, sd: float, value: Value, move: Floats
) -> tuple[Floats, float, Value]:
    for _ in range(MAX_HALVINGS):
        tried, own = beta + move[:-1], sd * float(np.exp(move[-1]))
        found = likelihood.value(tried, own, with_curvature=True)
        if found.loglik >= value.loglik - 1e-12 * abs(value.loglik):
            return tried, own, found
        move = move / 2
    return beta, sd, value


def _information(likelihood: MixedLikelihood, beta: Floats, sd: float, value: Value) -> Floats:
    """Minus the Hessian by (b, log sd): central differences of the gradient."""
    assert value.curvature is not None
    k = len(beta)
    apart = APART / np.sqrt(np.maximum(np.abs(np.diag(value.curvature)), 1e-12))
    found: Floats = np.empty((k + 1, k + 1))
    for i, size in enumerate(apart):
        shift = np.zeros(k + 1)
        shift[i] = size
        above = likelihood.value(beta + shift[:k], sd * float(np.exp(shift[k]))).gradient
        below = likelihood.value(beta - shift[:k], sd * float(np.exp(-shift[k]))).gradient
        found[i] = -(above - below) / (2 * size)
    return (found + found.T) / 2


def _independent(patterns: PatternRows, family: Family, scaling: Scaling) -> _Independent:
    """Fit without a random intercept, and the score test of its variance."""
    beta = start_coefficients(patterns, family, scaling)
    for _ in range(MAX_STEPS):
        loglik, score, information, variance = _independent_sums(patterns, family, scaling, beta)
        refuse_flat(patterns, family, scaling, information, beta)
        move = np.asarray(np.linalg.solve(information, score), dtype=np.float64)
        if float(move @ score) < CONVERGED * max(1.0, abs(loglik) * 1e-3):
            break
        beta = beta + move
    return _Independent(beta, information, loglik, variance)


def _independent_sums(
    patterns: PatternRows, family: Family, scaling: Scaling, beta: Floats
) -> tuple[float, Floats, Floats, float]:
    k = len(beta)
    loglik, score, information, above, below = 0.0, np.zeros(k), np.zeros((k, k)), 0.0, 0.0
    for block in patterns.blocks(scaling):
        predictor = linear_predictor(block.turned, beta) + block.offset
        mean = family.mean(predictor)
        weight, residual = block.nights * family.slope(predictor, mean), block.nights * (block.response - mean)
        loglik -= float(block.nights @ family.loss(block.response, predictor, mean))
        score += block.turned @ residual
        information += cross_products(block.turned * np.sqrt(weight))
        sums, weights = (np.add.reduceat(one, block.starts) for one in (residual, weight))
        above, below = above + float((sums**2 - weights).sum()), below + float((weights**2).sum())
    return loglik, score, information, above / below


def _constant(patterns: PatternRows, family: Family) -> float:
    """Terms of the log-likelihood in the data alone."""
    from scipy.special import gammaln

    return -float(gammaln(patterns.rows.response + 1).sum()) if family.name == "poisson" else 0.0
