"""Kinds of regression: mean from linear predictor, variance, likelihood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from crampstats.core.errors import unknown_name
from crampstats.estimate.sums import Floats

Model = Literal["logistic", "poisson", "log-binomial", "linear", "probit", "complementary log-log"]
Kind = Literal["yes/no", "count", "number"]
TINY = 1e-300


@dataclass(frozen=True)
class Family:
    """One kind of regression: mean from linear predictor, working weights, deviance.

    Parameters
    ----------
    name
        As in `Model`.
    measure
        What exp(coefficient), or the coefficient itself, is called; `is_ratio` says which.
    response
        What the outcome must be.
    """

    name: Model
    measure: str
    is_ratio: bool
    response: Kind

    def mean(self, predictor: Floats) -> Floats:
        """Mean of the response."""
        if self.name == "logistic":
            return _expit(predictor)
        if self.name == "probit":
            return np.asarray(_normal().cdf(predictor), dtype=np.float64)
        if self.name == "complementary log-log":
            return np.asarray(-np.expm1(-np.exp(predictor)), dtype=np.float64)
        return predictor if self.name == "linear" else np.exp(predictor)

    def slope(self, predictor: Floats, mean: Floats) -> Floats:
        """Derivative of the mean by the linear predictor."""
        if self.name == "logistic":
            return mean * (1 - mean)
        if self.name == "probit":
            return np.asarray(_normal().pdf(predictor), dtype=np.float64)
        if self.name == "complementary log-log":
            return np.exp(predictor - np.exp(predictor))
        return np.ones_like(mean) if self.name == "linear" else mean

    def variance(self, mean: Floats) -> Floats:
        """Variance of the response as a function of its mean, up to a constant."""
        if self.response == "yes/no":
            return mean * (1 - mean)
        return np.ones_like(mean) if self.name == "linear" else mean

    def is_valid(self, mean: Floats) -> bool:
        """Whether every mean is one the family can have."""
        return bool(np.isfinite(mean).all() and (self.name != "log-binomial" or (mean < 1).all()))

    def working(self, response: Floats, predictor: Floats) -> tuple[Floats, Floats, Floats]:
        """Mean, score by the linear predictor, and expected curvature of each row."""
        with np.errstate(over="ignore"):
            mean = self.mean(predictor)
        if self.name in ("logistic", "poisson", "linear"):  # canonical links: the score is the residual
            return mean, response - mean, self.slope(predictor, mean)
        slope, variance = self.slope(predictor, mean), self.variance(mean)
        ratio = np.divide(slope, variance, out=np.zeros_like(slope), where=variance > 0)
        return mean, (response - mean) * ratio, slope * ratio

    @property
    def is_canonical(self) -> bool:
        """Whether Fisher scoring is Newton's method."""
        return self.name in ("logistic", "poisson", "linear")

    def loss(self, response: Floats, predictor: Floats, mean: Floats) -> Floats:
        """Minus the log-likelihood of each row, up to a constant."""
        if self.name == "logistic":
            return np.logaddexp(0.0, predictor) - response * predictor
        if self.name == "poisson":
            return mean - response * predictor
        if self.name == "linear":
            return 0.5 * (response - mean) ** 2
        inside = np.clip(mean, TINY, 1 - 1e-16)
        return -(response * np.log(inside) + (1 - response) * np.log1p(-inside))

    def intercept(self, mean: float) -> float:
        """Linear predictor of a constant mean."""
        if self.name == "logistic":
            return float(np.log(mean / (1 - mean)))
        if self.name == "probit":
            return float(_normal().ppf(mean))
        if self.name == "complementary log-log":
            return float(np.log(-np.log1p(-mean)))
        return mean if self.name == "linear" else float(np.log(mean))


FAMILIES: Mapping[str, Family] = {
    "logistic": Family("logistic", "odds ratio", True, "yes/no"),
    "poisson": Family("poisson", "prevalence ratio", True, "count"),
    "log-binomial": Family("log-binomial", "prevalence ratio", True, "yes/no"),
    "linear": Family("linear", "mean difference", False, "number"),
    "probit": Family("probit", "probit coefficient", False, "yes/no"),
    "complementary log-log": Family("complementary log-log", "hazard ratio", True, "yes/no"),
}


def find_family(model: str) -> Family:
    """The family of that name; an `OptionError` lists the names there are."""
    if model not in FAMILIES:
        raise unknown_name("model", model, get_args(Model))
    return FAMILIES[model]


def _normal() -> Any:
    from scipy import stats

    return stats.norm


def _expit(predictor: Floats) -> Floats:
    small = np.exp(-np.abs(predictor))
    return np.asarray(np.where(predictor >= 0, 1.0, small) / (1.0 + small), dtype=np.float64)
