"""Nights of the same person compared, given the person: logistic and Poisson models with a random intercept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError, unknown_name
from crampstats.core.estimates import Estimates
from crampstats.estimate.cautions import FEW_PERSONS, join_cautions
from crampstats.estimate.diary.gee_patterns import PatternRows, build_patterns, scale_patterns
from crampstats.estimate.diary.gee_words import (
    count_events,
    event_caution,
    level_cautions,
    level_words,
    panel_notes,
    ratios,
)
from crampstats.estimate.diary.mixed_fit import MixedSolution, bound_sd, finer_change, solve_mixed
from crampstats.estimate.diary.mixed_marginal import marginal_coefficients
from crampstats.estimate.diary.rows import PanelRows, build_panel_rows
from crampstats.estimate.families import FAMILIES, Family
from crampstats.estimate.intervals import check_level
from crampstats.estimate.model_matrix import INTERCEPT
from crampstats.estimate.scaling import Scaling
from crampstats.estimate.sums import Floats

Model = Literal["logistic", "poisson"]
MODELS = get_args(Model)
NODES, MOST_NODES = 25, 200
TOO_FEW = "review: too few nodes, the numbers still move with more"
AT_BOUNDARY = "note: the estimate lies at the boundary, the upper limit is by profile likelihood"
COARSE = 0.01  # change of the log-likelihood with twice the nodes above which these are too few
FITTED = {"logistic": "Logistic regression", "poisson": "Poisson regression with log link"}
PERSON = "person"


@dataclass(frozen=True, eq=False)
class MixedFit:
    """A random-intercept model fitted to nights, from which `estimate_mixed` and `estimate_mixed_marginal` read.

    Parameters
    ----------
    rows
        The nights analysed.
    patterns
        The same, alike nights of a person in one row.
    family
        What was fitted.
    nodes
        Of the quadrature.
    solution
        Coefficients, standard deviation of the random intercept, covariance, log-likelihood.
    notes
        What a reader must know of the fit.
    coarse
        Twice the nodes change the log-likelihood by more than 0.01.
    """

    rows: PanelRows
    patterns: PatternRows
    family: Family
    nodes: int
    solution: MixedSolution
    notes: tuple[str, ...] = ()
    coarse: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return self.rows.names

    @property
    def coefficients(self) -> Floats:
        """Coefficients (k,), given the person."""
        return self.solution.coefficients

    @property
    def covariance(self) -> Floats:
        """Covariance of the coefficients (k x k), from the observed information of coefficients and log sd together."""
        return self.solution.covariance[:-1, :-1]

    @property
    def sd(self) -> float:
        """Standard deviation of the random intercept, on the scale of the linear predictor; 0 at the boundary."""
        return self.solution.sd

    @property
    def loglik(self) -> float:
        """Log-likelihood, with every constant of single nights."""
        return self.solution.loglik

    def __repr__(self) -> str:
        return (
            f"<MixedFit: {self.family.name} {self.rows.formula}; {len(self.rows.sizes):,} persons, {len(self.rows):,} nights, "
            f"sd {self.sd:.3g}>"
        )


def fit_random_intercept(
    panel: DiaryPanel, formula: str, *, model: Model = "logistic", nodes: int | None = None, offset: str | None = None
) -> MixedFit:
    """Fit a model in which every person has an own level, normally distributed over persons.

    Parameters
    ----------
    panel
        The diary. Missed nights, nights outside the domain and nights that lack a column of the formula are left out.
    formula
        "outcome ~ terms" over columns of the panel; the random intercept of the person is added.
    model
        "logistic" for a yes/no outcome, "poisson" for counts.
    nodes
        Of the adaptive Gauss-Hermite quadrature. None: 25, doubled (up to 200) while twice as many change the log-likelihood by
        more than 0.01, as they do where persons differ much and cramps are rare. A number is taken as it is, with a note and a
        `caution` where it is too small. 1 is Laplace's approximation, biased in short diaries of rare or very unequal cramps.
    offset
        Column added to the linear predictor.

    Returns
    -------
    MixedFit
        Read it with `estimate_mixed`.

    Raises
    ------
    OptionError
        Model, number of nodes or formula are unknown, or a column is not there.
    DataError
        The outcome is not what the model needs or does not vary, nights of one person never differ, a term does not vary or
        follows from others, or the steps do not settle.
    SeparationError
        The covariates separate nights with the outcome from those without.

    Notes
    -----
    log L = sum_i log int prod_j f(y_ij | x_ij b + sd u) phi(u) du, with nodes about the mode of each person's integrand; nights
    of a person that are alike in every column are one row, which leaves the likelihood as it is. The covariance is the inverse of
    the observed information of (b, log sd): central differences of the exact gradient of the quadrature sum. glmer's `vcov` is
    the same by differences of its deviance.

    References
    ----------
    Pinheiro JC, Bates DM 1995, doi:10.1080/10618600.1995.10474663. Bates D et al. 2015 (lme4), doi:10.18637/jss.v067.i01.

    Examples
    --------
    >>> nights = pd.DataFrame({"person": [1, 1, 1, 2, 2, 2], "night": [1, 2, 3] * 2, "cramps": [3, 4, 3, 0, 1, 1]})
    >>> fit = fit_random_intercept(DiaryPanel(nights.assign(late=[0, 0, 1] * 2)), "cramps ~ late", model="poisson")
    >>> fit.sd > 0.5
    True
    """
    if model not in MODELS:
        raise unknown_name("model", model, MODELS)
    used = NODES if nodes is None else nodes
    if isinstance(used, bool) or used != int(used) or not 1 <= used <= MOST_NODES:
        raise OptionError(f"nodes is {nodes}; a whole number from 1 to {MOST_NODES} is expected (25).")
    family = FAMILIES[model]
    rows = build_panel_rows(panel, formula, kind=family.response, offset=offset)
    if model == "logistic":
        _refuse_alike(rows)
    patterns = build_patterns(rows)
    used, scaling = int(used), scale_patterns(patterns)
    solution = solve_mixed(patterns, family, scaling, used)
    change = _change(patterns, family, scaling, used, solution)
    while nodes is None and change > COARSE:
        used *= 2
        solution = solve_mixed(patterns, family, scaling, used)
        change = _change(patterns, family, scaling, used, solution)
    notes = (*_notes(rows, solution), *_coarse_note(used, change))
    return MixedFit(rows, patterns, family, used, solution, notes, change > COARSE)


def _change(patterns: PatternRows, family: Family, scaling: Scaling, nodes: int, solution: MixedSolution) -> float:
    """What twice the nodes change; 0 where there are no more."""
    return finer_change(patterns, family, scaling, nodes, solution) if 1 < nodes <= MOST_NODES // 2 else 0.0


def _coarse_note(nodes: int, change: float) -> tuple[str, ...]:
    if change <= COARSE:
        return ()
    return (f"{nodes} nodes are too few: with {2 * nodes} the log-likelihood changes by {change:.2g}. Leave the number out.",)


def estimate_mixed(
    fit: MixedFit, *, intercept: bool = False, sd_interval: Literal["wald", "profile"] = "wald", level: float = 0.95
) -> Estimates:
    """Conditional odds or rate ratios, and how much persons differ.

    Parameters
    ----------
    fit
        From `fit_random_intercept`.
    intercept
        Also give the intercept: odds or rate of a person at the middle of the distribution.
    sd_interval
        Of the standard deviation: "wald" on the log scale, or "profile" likelihood. At the boundary the upper limit is that of
        the profile either way.
    level
        Confidence level.

    Returns
    -------
    Estimates
        One row per coefficient, in the order of the formula: exp(b), standard error of b, Wald interval exp(b -/+ z SE). The last
        row (`exposure` "person") is the standard deviation of the random intercept, with the standard error of its logarithm;
        its p is that of the likelihood ratio against none, half a chi-squared with 1 df. `df` is infinite; the further column
        `n_persons` counts persons, `n` nights.

    Raises
    ------
    OptionError
        Unknown interval, or a level not between 0 and 1.

    Notes
    -----
    These ratios compare nights of one person, or of two persons with the same own level; odds ratios lie further from 1 than
    marginal ones (`estimate_gee`; `estimate_mixed_marginal` turns these into such).

    References
    ----------
    Self SG, Liang KY 1987 (test at the boundary), doi:10.1080/01621459.1987.10478472.
    """
    check_level(level)
    if sd_interval not in ("wald", "profile"):
        raise unknown_name("sd_interval", sd_interval, ("wald", "profile"))
    places = [i for i, name in enumerate(fit.names) if intercept or name != INTERCEPT]
    frame = _ratio_rows(fit, fit.coefficients, fit.covariance, places, level, "conditional")
    frame = pd.concat([frame, pd.DataFrame([_sd_row(fit, sd_interval, level)])], ignore_index=True)
    kept = [*places, len(fit.names)]
    covariance = fit.solution.covariance[np.ix_(kept, kept)]
    effects = "conditional effects (nights of the same person)"
    return _wrapped(fit, frame, level, covariance, f"{effects}; Wald intervals, observed information")


def estimate_mixed_marginal(fit: MixedFit, *, intercept: bool = False, level: float = 0.95) -> Estimates:
    """Population-averaged ratios that a random-intercept model implies, to stand beside those of `estimate_gee`.

    Parameters
    ----------
    fit
        From `fit_random_intercept`.
    intercept
        Also give the intercept.
    level
        Confidence level.

    Returns
    -------
    Estimates
        As `estimate_mixed` gives, without the row of the standard deviation.

    Notes
    -----
    g_j = logit of the mean over u of expit(x_j b + sd u), by 61 nodes, for every night; b_marginal = (X'X)^-1 X'g, standard
    errors by the delta method over (b, log sd). Under a log link marginal and conditional ratios are the same.

    References
    ----------
    Hedeker D et al. 2018, doi:10.1111/biom.12707.
    """
    check_level(level)
    beta, covariance = marginal_coefficients(fit.patterns, fit.family, fit.solution)
    places = [i for i, name in enumerate(fit.names) if intercept or name != INTERCEPT]
    frame = _ratio_rows(fit, beta, covariance, places, level, "marginal")
    words = "effects averaged over persons (least squares on the implied marginal log odds); delta-method intervals"
    return _wrapped(fit, frame, level, covariance[np.ix_(places, places)], words)


def _refuse_alike(rows: PanelRows) -> None:
    """A yes/no outcome that no person has on some nights and not on others leaves the spread between persons infinite."""
    if not rows.differs_within:
        raise DataError(
            f"no person has nights with and nights without {rows.outcome!r} ({len(rows.sizes):,} persons, {len(rows):,} nights): "
            "a random intercept has no finite spread. Describe persons by whether they ever have the outcome instead."
        )


def _notes(rows: PanelRows, solution: MixedSolution) -> tuple[str, ...]:
    if solution.sd > 0:
        return panel_notes(rows)
    return (*panel_notes(rows), (
        "The likelihood is highest at a standard deviation of 0 between persons: nights of one person are no more alike than "
        "nights of different persons, and the coefficients are those of independent nights."
    ))


def _ratio_rows(
    fit: MixedFit, beta: Floats, covariance: Floats, places: list[int], level: float, kind: str
) -> pd.DataFrame:
    from scipy import stats

    values, std_error = beta[places], np.sqrt(np.diag(covariance))[places]
    half = stats.norm.ppf((1 + level) / 2) * std_error
    named = [fit.rows.coefficients[i] for i in places]
    sparse, general = level_cautions(fit.rows), (_few_persons(fit.rows), event_caution(fit.rows), TOO_FEW if fit.coarse else "")
    return pd.DataFrame({
        "measure": [_measure(fit, kind, one.name == INTERCEPT) for one in named],
        "exposure": [INTERCEPT.lower() if one.name == INTERCEPT else one.term for one in named],
        "level": [one.level or level_words(fit.rows, one.term) for one in named],
        "estimate": ratios(values), "std_error": std_error, "conf_low": ratios(values - half), "conf_high": ratios(values + half),
        "df": np.inf, "p_value": 2 * stats.norm.sf(np.abs(values / std_error)), "unit": "ratio",
        "caution": [join_cautions(*general, sparse[i]) for i in places],
    })


def _few_persons(rows: PanelRows) -> str:
    persons, k = len(rows.sizes), len(rows.names)
    return f"review: {persons} persons for {k} coefficients; Wald intervals are too short" if persons - k < FEW_PERSONS else ""


def _sd_row(fit: MixedFit, interval: str, level: float) -> dict[str, Any]:
    """The row of the standard deviation."""
    from scipy import stats

    found = fit.solution
    ratio = max(2 * (found.loglik - found.loglik_without), 0.0)
    std_error = float(np.sqrt(found.covariance[-1, -1]))
    half = float(stats.norm.ppf((1 + level) / 2)) * std_error
    low, high = found.sd * np.exp(-half), found.sd * np.exp(half)
    if found.sd == 0 or interval == "profile":
        scaling = scale_patterns(fit.patterns)
        low = bound_sd(fit.patterns, fit.family, scaling, fit.nodes, found, level, upper=False) if found.sd > 0 else 0.0
        high = bound_sd(fit.patterns, fit.family, scaling, fit.nodes, found, level, upper=True)
    scale = "log odds" if fit.family.name == "logistic" else "log rate"
    return {
        "measure": "standard deviation between persons", "exposure": PERSON, "level": scale, "estimate": found.sd,
        "std_error": std_error, "conf_low": low, "conf_high": high, "df": np.inf,
        "p_value": float(stats.chi2.sf(ratio, 1)) / 2 if ratio > 0 else 1.0, "unit": scale,
        "caution": (TOO_FEW if fit.coarse else "") if found.sd > 0 else AT_BOUNDARY,
    }


def _measure(fit: MixedFit, kind: str, at_reference: bool) -> str:
    if fit.family.name == "logistic":
        return f"odds at reference ({kind})" if at_reference else f"odds ratio ({kind})"
    what = "prevalence" if fit.rows.is_yes_no else "rate"
    return f"{what} at reference ({kind})" if at_reference else f"{what} ratio ({kind})"


def _wrapped(fit: MixedFit, frame: pd.DataFrame, level: float, covariance: Floats, effects: str) -> Estimates:
    rows, panel = fit.rows, fit.rows.panel
    outcome = panel.known_outcomes.get(rows.outcome)
    frame = frame.assign(outcome=rows.outcome, n=len(rows), n_events=count_events(rows), n_persons=float(len(rows.sizes)))
    quadrature = "Laplace's approximation" if fit.nodes == 1 else f"adaptive Gauss-Hermite quadrature with {fit.nodes} nodes"
    method = (
        f"{FITTED[fit.family.name]} with a normal random intercept per person, {rows.formula}; maximum likelihood by "
        f"{quadrature}; {effects}; {len(rows.sizes):,} persons."
    )
    return Estimates(
        frame, (), method, level, labels={name: panel.labels[name] for name in rows.matrix.columns if name in panel.labels},
        outcomes={outcome.name: outcome} if outcome else {}, population=panel.population, weights="unweighted",
        source=panel.source, notes=fit.notes, covariance=covariance, extras=("n_persons",),
    )
