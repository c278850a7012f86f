"""Log-likelihoods of counts (Poisson, negative binomial, either with structural zeros), exact derivatives, and their maximum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from crampstats.core.errors import DataError
from crampstats.estimate.sums import Floats

MAX_STEPS = 200
MAX_HALVINGS = 40
CONVERGED = 1e-20  # of the Newton decrement relative to the rows: the step that follows is below rounding
LARGEST_PREDICTOR = 300.0


@dataclass(frozen=True, eq=False)
class CountLikelihood:
    """Likelihood of counts given a model matrix; parameters are coefficients, then log alpha, then logit of the structural zeros.

    Parameters
    ----------
    matrix
        Model matrix (rows x k).
    response
        Counts, one per row.
    offset
        Added to the linear predictor, one per row.
    dispersed
        Negative binomial with variance mu + alpha mu^2; otherwise Poisson.
    inflated
        A share of rows is 0 whatever their mean.
    """

    matrix: Floats
    response: Floats
    offset: Floats
    dispersed: bool
    inflated: bool

    @property
    def size(self) -> int:
        """Number of parameters."""
        return int(self.matrix.shape[1]) + int(self.dispersed) + int(self.inflated)

    def value(self, parameters: Floats) -> float:
        """Log-likelihood."""
        part, _, _ = self._counted(parameters, derivatives=False)
        return float(self._mixed(part, parameters)[0].sum())

    def rows(self, parameters: Floats) -> tuple[Floats, Floats]:
        """Log-likelihood and score (rows x parameters) of each row."""
        part, gradient, _ = self._counted(parameters)
        value, weight, share = self._mixed(part, parameters)
        scores = _expanded(self.matrix, gradient * weight[:, None])
        if self.inflated:
            scores = np.column_stack([scores, np.where(self.response == 0, 1 - weight, 0.0) - share])
        return value, scores

    def hessian(self, parameters: Floats) -> Floats:
        """Second derivatives of the log-likelihood (parameters x parameters)."""
        part, gradient, second = self._counted(parameters)
        _, weight, share = self._mixed(part, parameters)
        mixing = weight * (1 - weight)
        k, p = self.matrix.shape[1], self.size
        found: Floats = np.zeros((p, p))
        curve = weight * second[0] + mixing * gradient[:, 0] ** 2
        found[:k, :k] = self.matrix.T @ (self.matrix * curve[:, None])
        if self.dispersed:
            cross = weight * second[1] + mixing * gradient[:, 0] * gradient[:, 1]
            found[:k, k] = found[k, :k] = self.matrix.T @ cross
            found[k, k] = (weight * second[2] + mixing * gradient[:, 1] ** 2).sum()
        if self.inflated:
            found[:k, -1] = found[-1, :k] = -self.matrix.T @ (mixing * gradient[:, 0])
            if self.dispersed:
                found[k, -1] = found[-1, k] = -(mixing * gradient[:, 1]).sum()
            found[-1, -1] = mixing.sum() - len(self.response) * share * (1 - share)
        return found

    def expected(self, parameters: Floats) -> Floats:
        """Expected information of the coefficients, mu / (1 + alpha mu) x x'; of alpha the observed one, between them 0.

        Raises
        ------
        DataError
            The likelihood has structural zeros.
        """
        if self.inflated:
            raise DataError("the expected information is not computed with structural zeros; take covariance='model'.")
        k = self.matrix.shape[1]
        mean = np.exp(self.matrix @ parameters[:k] + self.offset)
        alpha = float(np.exp(parameters[k])) if self.dispersed else 0.0
        found: Floats = np.zeros((self.size, self.size))
        found[:k, :k] = self.matrix.T @ (self.matrix * (mean / (1 + alpha * mean))[:, None])
        if self.dispersed:
            found[k, k] = -self.hessian(parameters)[k, k]
        return found

    def _counted(self, parameters: Floats, *, derivatives: bool = True) -> tuple[Floats, Floats, Any]:
        """Log-probability of each count without structural zeros; derivatives by predictor (and log alpha), first and second."""
        predictor = np.clip(self.matrix @ parameters[: self.matrix.shape[1]] + self.offset, -LARGEST_PREDICTOR, LARGEST_PREDICTOR)
        mean, y = np.exp(predictor), self.response
        if not self.dispersed:
            value = y * predictor - mean - _log_factorial(y)
            return (value, np.column_stack([y - mean]), (-mean,)) if derivatives else (value, value, ())
        return _negative_binomial(y, mean, predictor, float(np.exp(-parameters[self.matrix.shape[1]])), derivatives=derivatives)

    def _mixed(self, part: Floats, parameters: Floats) -> tuple[Floats, Floats, float]:
        """Log-likelihood with structural zeros, the probability that a row is not one of them, and their share."""
        if not self.inflated:
            return part, np.ones(len(part)), 0.0
        logit = float(parameters[-1])
        log_share, log_rest = -np.logaddexp(0.0, -logit), -np.logaddexp(0.0, logit)
        is_zero = self.response == 0
        whole = np.where(is_zero, np.logaddexp(log_share, log_rest + part), log_rest + part)
        weight = np.where(is_zero, np.exp(np.minimum(log_rest + part - whole, 0.0)), 1.0)
        return whole, weight, float(np.exp(log_share))


def _negative_binomial(
    y: Floats, mean: Floats, predictor: Floats, theta: float, *, derivatives: bool
) -> tuple[Floats, Floats, Any]:
    """Of the predictor and of log alpha = -log theta."""
    from scipy.special import digamma, gammaln, polygamma

    whole = mean + theta
    # log1p keeps the digits where theta is large and the model all but Poisson
    value = (
        gammaln(y + theta) - gammaln(theta) - _log_factorial(y) + y * (predictor - np.log(whole)) - theta * np.log1p(mean / theta)
    )
    if not derivatives:
        return value, value, ()
    by_theta = digamma(y + theta) - digamma(theta) - np.log1p(mean / theta) + (mean - y) / whole
    by_theta2 = polygamma(1, y + theta) - polygamma(1, theta) + 1 / theta - 2 / whole + (y + theta) / whole**2
    gradient = np.column_stack([theta * (y - mean) / whole, -theta * by_theta])
    second = (
        -theta * mean * (y + theta) / whole**2,
        -theta * mean * (y - mean) / whole**2,
        theta * by_theta + theta**2 * by_theta2,
    )
    return value, gradient, second


def _expanded(matrix: Floats, gradient: Floats) -> Floats:
    """Scores of coefficients from those of the predictor; further columns stay."""
    return np.column_stack([matrix * gradient[:, :1], gradient[:, 1:]])


def _log_factorial(y: Floats) -> Floats:
    from scipy.special import gammaln

    return np.asarray(gammaln(y + 1), dtype=np.float64)


def maximise(likelihood: CountLikelihood, start: Floats) -> Floats:
    """Parameters at which the likelihood is highest, by Newton's method with halved steps.

    Raises
    ------
    DataError
        It does not settle: a coefficient runs away, or columns say the same.
    """
    beta, value = np.asarray(start, dtype=np.float64).copy(), likelihood.value(start)
    for _ in range(MAX_STEPS):
        gradient = likelihood.rows(beta)[1].sum(axis=0)
        step = _ascent(likelihood.hessian(beta), gradient)
        decrement = float(gradient @ step)
        beta, value, moved = _advanced(likelihood, beta, value, step)
        if decrement <= CONVERGED * len(likelihood.response) or not moved:
            break
    else:
        raise DataError("the count model does not settle; a coefficient runs away. Leave out a term, or merge sparse levels.")
    return beta


def _ascent(hessian: Floats, gradient: Floats) -> Floats:
    """Newton step; where the likelihood is not concave, the eigenvalues that bend upwards are turned."""
    values, vectors = np.linalg.eigh(-hessian)
    floor = 1e-12 * max(float(np.abs(values).max()), 1e-300)
    if values[0] <= floor * 1e-2 and np.abs(values[0]) <= floor:
        raise DataError("the count model cannot tell its coefficients apart (columns are collinear, or a level has no cramps).")
    return np.asarray(vectors @ ((vectors.T @ gradient) / np.maximum(np.abs(values), floor)), dtype=np.float64)


def _advanced(likelihood: CountLikelihood, beta: Floats, value: float, step: Floats) -> tuple[Floats, float, bool]:
    step = step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-300))  # a leap in log alpha or a logit is never meant
    for _ in range(MAX_HALVINGS):
        found = likelihood.value(beta + step)
        if np.isfinite(found) and found >= value - 1e-13 * abs(value):
            return beta + step, found, True
        step = step / 2
    return beta, value, False
