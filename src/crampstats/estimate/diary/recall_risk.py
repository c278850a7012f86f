"""Beta-binomial regression of diaries: how a person's mean probability of a cramp night goes with what the person is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.estimate.cautions import FEW_PERSONS, join_cautions
from crampstats.estimate.diary.recall_likelihood import Beta
from crampstats.estimate.diary.recall_models import climb, observed_covariance
from crampstats.estimate.diary.recall_nights import Floats
from crampstats.estimate.diary.rows import PanelRows, build_panel_rows
from crampstats.estimate.intervals import check_level

RATIO = "odds ratio of a person's mean probability (beta-binomial)"
SPREAD = "correlation of two nights of one person"
INTERCEPT = "Intercept"
NO_GAIN = 1e-4  # log-likelihood by which a correlation inside its bounds must beat one on them
AT_BOUND = {
    0.0: "review: persons differ no more than chance, correlation at its bound of 0: a binomial model of nights",
    1.0: "review: everybody cramps on all nights or on none, correlation at its bound of 1: a binomial model of persons",
}
SEPARATED = "suppress: no interval, too far out (a level without cramp nights or with no other, or a unit too small)"
WIDEST = 50.0  # standard errors of a log odds ratio above it say that it has no end


@dataclass(frozen=True, eq=False)
class BetaRegression(Beta):
    """p is beta with a logit-linear mean and one correlation for all: parameters are the coefficients, then its logit."""

    design: Floats

    name: ClassVar[str] = "beta regression"

    @property
    def bounds(self) -> Floats:
        return np.array([[-25.0, 25.0]] * self.design.shape[1] + [[-14.0, 10.0]])

    @property
    def starts(self) -> Floats:
        mean, correlation = super().starts[0]
        slopes, *_ = np.linalg.lstsq(self.design, np.full(len(self.design), mean), rcond=None)
        return np.array([[*slopes, correlation]])

    def log_terms(self, parameters: Floats) -> Floats:
        from scipy.special import betaln, expit

        means, total = parameters[:, :-1] @ self.design.T, np.exp(-parameters[:, -1:])
        a, b = expit(means) * total, expit(-means) * total
        return np.asarray(betaln(a + self.s, b + self.n - self.s) - betaln(a, b), dtype=np.float64)


class BinomialRegression(BetaRegression):
    """What the beta regression becomes where its correlation is 0: every night for itself; parameters are the coefficients."""

    name: ClassVar[str] = "binomial regression"

    @property
    def bounds(self) -> Floats:
        return super().bounds[:-1]

    @property
    def starts(self) -> Floats:
        return super().starts[:, :-1]

    def log_terms(self, parameters: Floats) -> Floats:
        logits = parameters @ self.design.T
        return np.asarray(self.s * logits - self.n * np.logaddexp(0, logits), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class BetaBinomialFit:
    """A fitted beta-binomial regression.

    Parameters
    ----------
    rows
        Nights analysed.
    parameters
        Coefficients in the order of `names`, then the logit of the correlation of two nights, rho = 1 / (1 + a + b); -inf or inf
        where the correlation lies on its bound, 0 or 1.
    covariance
        Inverse of the observed information; NaN in parameters that lie on their bounds.
    log_likelihood
        Binomial coefficients included.
    """

    rows: PanelRows
    parameters: Floats
    covariance: Floats
    log_likelihood: float

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return self.rows.names

    @property
    def bound(self) -> float | None:
        """The bound on which the correlation lies, 0 or 1; None inside."""
        return None if np.isfinite(self.parameters[-1]) else float(self.parameters[-1] > 0)


def fit_beta_binomial(panel: DiaryPanel, formula: str) -> BetaBinomialFit:
    """Beta-binomial regression of persons' numbers of cramp nights by maximum likelihood.

    Parameters
    ----------
    panel
        The diary; nights that lack the outcome or a covariate are left out.
    formula
        "cramp ~ female + age_years"; every term must be the same on all nights of a person. "cramp ~ 1": the mean alone.

    Raises
    ------
    OptionError, DataError
        As in `build_panel_rows`; a covariate that changes within persons, or diaries that cannot tell how persons differ.

    Notes
    -----
    s_i ~ beta-binomial(n_i, a_i, b_i) with a_i / (a_i + b_i) = expit(x_i b) and 1 / (1 + a_i + b_i) = rho for all; as VGAM's
    `betabinomial(zero = 2)` and glmmTMB's `betabinomial`, whose dispersion is 1 / rho - 1. Where persons differ no more than
    chance the likelihood is highest at rho = 0, a binomial model of nights; where all of them always or never cramp at rho = 1,
    one yes or no per person. The fit is then that model's.
    """
    rows = build_panel_rows(panel, formula, kind="yes/no")
    night = rows.matrix.rows(slice(0, len(rows)))
    first = rows.starts[:-1]
    for name, column in zip(rows.names, night.T, strict=True):
        if np.ptp(column - column[first][rows.codes]) > 1e-12:
            raise DataError(f"{name!r} changes within persons; a beta-binomial takes what a person has throughout.")
    if rows.sizes.max() < 2:
        raise DataError("no person has two nights that the formula can use; how persons differ cannot be told.")
    s = np.add.reduceat(rows.response, first).astype(np.int64)
    model = BetaRegression(rows.sizes, s, np.ones(len(first)), np.asarray(night[first], dtype=np.float64))
    if np.linalg.matrix_rank(model.design) < model.design.shape[1]:
        raise DataError("the terms of the formula are not independent of each other over persons; leave one out.")
    parameters, height = climb(model, model.starts[0])
    for bound, limit in _limits(model):
        found, level = climb(limit, limit.starts[0])
        if level >= height - NO_GAIN:
            covariance = np.full((len(parameters), len(parameters)), np.nan)
            covariance[:-1, :-1] = observed_covariance(limit, found)
            return BetaBinomialFit(rows, np.append(found, bound), covariance, level)
    return BetaBinomialFit(rows, parameters, observed_covariance(model, parameters), height)


def _limits(model: BetaRegression) -> list[tuple[float, BinomialRegression]]:
    """The models at both ends of the correlation: nights on their own, and persons who always or never cramp."""
    nights = [(-np.inf, BinomialRegression(model.n, model.s, model.persons, model.design))]
    if ((model.s > 0) & (model.s < model.n)).any():
        return nights
    one = BinomialRegression(np.ones_like(model.n), (model.s > 0).astype(np.int64), model.persons, model.design)
    return [(np.inf, one), *nights]


def estimate_beta_binomial(fit: BetaBinomialFit, *, level: float = 0.95) -> Estimates:
    """Odds ratios of a beta-binomial regression, and the correlation of two nights of one person.

    Parameters
    ----------
    fit
        From `fit_beta_binomial`.
    level
        Confidence level.

    Returns
    -------
    Estimates
        One row per term: exp(b), `std_error` of b, interval exp(b -/+ z SE). Last the correlation of two nights, `std_error` of
        its logit, the interval made on that scale. The odds ratios are marginal: they compare persons' mean probabilities. A
        correlation on its bound, 0 or 1, has no interval, and all rows say which model they are of.
    """
    from scipy import stats
    from scipy.special import expit

    z, count = float(stats.norm.ppf((1 + check_level(level)) / 2)), len(fit.rows.sizes)
    error = np.sqrt(np.diag(fit.covariance))
    error[:-1] = np.where(error[:-1] < WIDEST, error[:-1], np.nan)
    low, high = fit.parameters - z * error, fit.parameters + z * error
    few = f"review: {count} persons (< {FEW_PERSONS})" if count < FEW_PERSONS else ""
    caution = join_cautions(AT_BOUND[fit.bound] if fit.bound is not None else "", few)
    records = [
        {"measure": RATIO, "exposure": one.term, "level": one.level, "estimate": np.exp(fit.parameters[place]), "unit": "ratio",
         "conf_low": np.exp(low[place]), "conf_high": np.exp(high[place]), "std_error": error[place],
         "p_value": 2 * float(stats.norm.sf(abs(fit.parameters[place]) / error[place])),
         "caution": caution if np.isfinite(error[place]) else join_cautions(SEPARATED, caution)}
        for place, one in enumerate(fit.rows.coefficients) if one.name != INTERCEPT
    ]
    records.append({"measure": SPREAD, "estimate": float(expit(fit.parameters[-1])), "conf_low": float(expit(low[-1])),
                    "conf_high": float(expit(high[-1])), "std_error": error[-1], "unit": "correlation",
                    "caution": caution})
    panel, outcome = fit.rows.panel, fit.rows.outcome
    known = panel.known_outcomes
    frame = pd.DataFrame(records).assign(outcome=outcome, n=len(fit.rows), n_persons=count)
    return Estimates(
        frame.assign(n_events=int(fit.rows.response.sum())),
        method="Beta-binomial regression by maximum likelihood; Wald intervals. Odds ratios are marginal.",
        confidence_level=level, outcomes={outcome: known[outcome]} if outcome in known else {}, population=panel.population,
        weights="unweighted", source=panel.source, extras=("n_persons",),
    )
