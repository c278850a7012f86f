"""How persons differ in their probability of a cramp night: four families of distributions, each with likelihood and curve.

All functions take several parameter vectors at once (one per row), so that derivatives by differences cost one call.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from crampstats.estimate.diary.recall_nights import Floats, Ints

EDGE = 30.0  # logits; a person beyond them never cramps, or always
STEP = 0.1
BIGGEST_SPREAD = 12.0  # standard deviation of logits


@dataclass(frozen=True, eq=False)
class RiskModel(ABC):
    """A family of distributions of p, the probability of a cramp night, over persons; nights of one person are independent.

    Parameters
    ----------
    n, s, persons
        Distinct (known nights, cramp nights) and how many persons have them.
    """

    n: Ints
    s: Ints
    persons: Floats

    name: ClassVar[str]
    words: ClassVar[str]
    nights_needed: ClassVar[int] = 2  # of one person, or the distribution cannot be told from others of its family

    @property
    @abstractmethod
    def bounds(self) -> Floats:
        """Lowest and highest value of each parameter, one row each."""

    @property
    @abstractmethod
    def starts(self) -> Floats:
        """Parameter vectors to begin with, one per row."""

    @abstractmethod
    def log_terms(self, parameters: Floats) -> Floats:
        """Log-likelihood of each pattern without the binomial coefficient; parameter vectors x patterns."""

    @abstractmethod
    def free_of_cramps(self, parameters: Floats, windows: Floats) -> Floats:
        """E (1 - p)^w; parameter vectors x windows, which may be fractions of nights."""

    @cached_property
    def constant(self) -> float:
        """Logarithms of the binomial coefficients."""
        from scipy.special import gammaln

        n, s = self.n.astype(np.float64), self.s.astype(np.float64)
        return float(self.persons @ (gammaln(n + 1) - gammaln(s + 1) - gammaln(n - s + 1)))

    def log_likelihood(self, parameters: Floats) -> Floats:
        """One value per parameter vector."""
        return self.log_terms(np.atleast_2d(parameters)) @ self.persons + self.constant

    def log_odds(self, parameters: Floats, windows: Floats) -> Floats:
        """Logit of the period prevalence; parameter vectors x windows."""
        free = np.clip(self.free_of_cramps(np.atleast_2d(parameters), windows), 1e-300, 1 - 1e-16)
        return np.asarray(np.log1p(-free) - np.log(free), dtype=np.float64)

    @cached_property
    def moments(self) -> tuple[float, float]:
        """Share of cramp nights, and a rough correlation of two nights of one person; both inside (0, 1)."""
        share = np.clip(float(self.persons @ self.s) / float(self.persons @ self.n), 1e-4, 1 - 1e-4)
        rates, size = self.s / self.n, float(self.persons @ self.n) / float(self.persons.sum())
        spread = float(self.persons @ (rates - share) ** 2) / float(self.persons.sum())
        rough = (spread - share * (1 - share) / size) / (share * (1 - share))
        return float(share), float(np.clip(rough, 0.01, 0.9))


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))


def _shapes(parameters: Floats) -> tuple[Floats, Floats]:
    """a and b of the beta distribution with mean expit(first) and correlation 1 / (1 + a + b) = expit(second)."""
    from scipy.special import expit

    total = np.exp(-parameters[:, 1])
    return expit(parameters[:, 0]) * total, expit(-parameters[:, 0]) * total


class Beta(RiskModel):
    """p is beta distributed: parameters are the logits of its mean and of the correlation of two nights, 1 / (1 + a + b)."""

    name = "beta"
    words = "beta-binomial"

    @property
    def bounds(self) -> Floats:
        return np.array([[-20.0, 20.0], [-14.0, 10.0]])

    @property
    def starts(self) -> Floats:
        share, correlation = self.moments
        return np.array([[_logit(share), _logit(correlation)]])

    def log_terms(self, parameters: Floats) -> Floats:
        from scipy.special import betaln

        a, b = (shape[:, None] for shape in _shapes(parameters))
        return np.asarray(betaln(a + self.s, b + self.n - self.s) - betaln(a, b), dtype=np.float64)

    def free_of_cramps(self, parameters: Floats, windows: Floats) -> Floats:
        from scipy.special import betaln

        a, b = (shape[:, None] for shape in _shapes(parameters))
        return np.asarray(np.exp(betaln(a, b + windows) - betaln(a, b)), dtype=np.float64)


class BetaNever(Beta):
    """A share of persons never cramps, p of the others is beta distributed; the share is the third parameter."""

    name = "beta with never-crampers"
    words = "beta-binomial with a share of persons who never cramp"
    nights_needed = 3

    @property
    def bounds(self) -> Floats:
        return np.vstack([super().bounds, [0.0, 0.999]])

    @property
    def starts(self) -> Floats:
        plain = super().starts[0]
        without = float(self.persons[self.s == 0].sum() / self.persons.sum())
        return np.array([
            [*plain, 0.0], [plain[0] + 0.3, plain[1] - 0.5, 0.5 * without], [plain[0] + 0.5, plain[1] - 1.0, 0.9 * without],
        ])

    def log_terms(self, parameters: Floats) -> Floats:
        never = parameters[:, 2:3]
        terms = super().log_terms(parameters) + np.log1p(-never)
        with np.errstate(divide="ignore"):
            return np.where(self.s == 0, np.logaddexp(np.log(never), terms), terms)

    def free_of_cramps(self, parameters: Floats, windows: Floats) -> Floats:
        never = parameters[:, 2:3]
        return never + (1 - never) * super().free_of_cramps(parameters, windows)


class OnLogits(RiskModel):
    """Families without a closed form: summed over an even grid of logits.

    For a smooth density the trapezoidal rule is then as good as exact: its error falls like exp(-2 pi^2 d^2 / step^2) with d the
    standard deviation of the narrower of density and likelihood (Trefethen & Weideman 2014, doi:10.1137/130932132).
    """

    @cached_property
    def step(self) -> float:
        """Distance of neighbouring logits; half the narrowest likelihood of a person is 1 / sqrt(n)."""
        return min(STEP, 1.5 / float(np.sqrt(self.n.max())))

    @cached_property
    def logits(self) -> Floats:
        """The grid."""
        return np.linspace(-EDGE, EDGE, 2 * int(np.ceil(EDGE / self.step)) + 1)

    @cached_property
    def kernel(self) -> tuple[Floats, Floats]:
        """Likelihood of each pattern at each logit, over its largest; logarithm of the largest."""
        softplus = np.logaddexp(0, self.logits)
        logs = self.s[:, None] * self.logits - self.n[:, None] * softplus
        top = logs.max(axis=1)
        return np.exp(logs - top[:, None]), top

    @abstractmethod
    def density(self, parameters: Floats) -> Floats:
        """Density of the logit of p on the grid, with what lies beyond its edges put on them (in units of 1 / step)."""

    def weights(self, parameters: Floats) -> Floats:
        """Weight of each logit; they add up to 1."""
        density = self.density(parameters)
        return np.asarray(density / density.sum(axis=1, keepdims=True), dtype=np.float64)

    def log_terms(self, parameters: Floats) -> Floats:
        likelihood, top = self.kernel
        return np.asarray(np.log(np.maximum(self.weights(parameters) @ likelihood.T, 1e-300)) + top, dtype=np.float64)

    def free_of_cramps(self, parameters: Floats, windows: Floats) -> Floats:
        powers = np.exp(-np.logaddexp(0, self.logits)[:, None] * windows)
        return np.asarray(self.weights(parameters) @ powers, dtype=np.float64)

    def with_tails(self, density: Floats, below: Floats, above: Floats) -> Floats:
        """Ends of the trapezoidal rule count half; what lies beyond them is added."""
        density[:, 0] = 0.5 * density[:, 0] + below / self.step
        density[:, -1] = 0.5 * density[:, -1] + above / self.step
        return density


class LogitNormal(OnLogits):
    """The logit of p is normal: parameters are its mean and the logarithm of its standard deviation."""

    name = "logit-normal"
    words = "logit-normal mixture (random intercept)"

    @property
    def bounds(self) -> Floats:
        return np.array([[-25.0, 25.0], [np.log(self.step), np.log(BIGGEST_SPREAD)]])

    @property
    def starts(self) -> Floats:
        share, correlation = self.moments
        spread = float(np.sqrt(np.pi**2 / 3 * correlation / (1 - correlation) / max(1 - correlation, 0.2)))
        return np.array([[_logit(share) * np.sqrt(1 + 0.35 * spread**2), np.log(np.clip(spread, 0.3, 4.0))]])

    def density(self, parameters: Floats) -> Floats:
        from scipy.special import ndtr

        mean, spread = parameters[:, :1], np.exp(parameters[:, 1:2])
        density = np.exp(-0.5 * ((self.logits - mean) / spread) ** 2) / (spread * np.sqrt(2 * np.pi))
        below, above = ndtr((-EDGE - mean) / spread), ndtr((mean - EDGE) / spread)
        return self.with_tails(density, below[:, 0], above[:, 0])


class Gamma(OnLogits):
    """Cramps come at a rate l per night, p = 1 - exp(-l), l is gamma distributed: logarithms of its mean and its shape."""

    name = "gamma-Poisson"
    words = "gamma-Poisson mixture"

    @property
    def bounds(self) -> Floats:
        return np.array([[-20.0, 6.0], [-6.0, -2 * np.log(self.step)]])

    @property
    def starts(self) -> Floats:
        share, correlation = self.moments
        shape = share * (1 - correlation) / correlation
        return np.array([[np.log(-np.log1p(-share)), np.log(np.clip(shape, 0.05, 20.0))]])

    def density(self, parameters: Floats) -> Floats:
        from scipy.special import gammainc, gammaincc, gammaln

        mean, shape = np.exp(parameters[:, :1]), np.exp(parameters[:, 1:2])
        rates = np.logaddexp(0, self.logits)
        slope = self.logits - rates  # logarithm of p, by which the rate grows with the logit
        logs = shape * np.log(shape / mean) + (shape - 1) * np.log(rates) - shape * rates / mean - gammaln(shape) + slope
        below, above = gammainc(shape, shape * rates[0] / mean), gammaincc(shape, shape * rates[-1] / mean)
        return self.with_tails(np.exp(logs), below[:, 0], above[:, 0])

    def free_of_cramps(self, parameters: Floats, windows: Floats) -> Floats:
        mean, shape = np.exp(parameters[:, :1]), np.exp(parameters[:, 1:2])
        return np.asarray(np.exp(-shape * np.log1p(windows * mean / shape)), dtype=np.float64)


MODELS: tuple[type[RiskModel], ...] = (Beta, BetaNever, LogitNormal, Gamma)
