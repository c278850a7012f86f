"""Rate ratios of numbers of cramps: Poisson, negative binomial and zero-inflated models with the nights observed as offset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, unknown_name
from crampstats.core.estimates import Estimates
from crampstats.estimate.cautions import FEW_EVENTS, df_cautions, join_cautions
from crampstats.estimate.diary.count_likelihood import CountLikelihood, maximise
from crampstats.estimate.diary.rows import PanelRows, build_panel_rows
from crampstats.estimate.diary.unit_words import per_unit
from crampstats.estimate.intervals import check_level, t_quantile
from crampstats.estimate.model_matrix import INTERCEPT, Coefficient
from crampstats.estimate.sums import Floats

Model = Literal["poisson", "negative_binomial", "zero_inflated", "zero_inflated_negative_binomial"]
Unit = Literal["persons", "nights"]
Covariance = Literal["model", "expected", "robust"]
WORDS = {
    "poisson": "Poisson regression", "negative_binomial": "Negative binomial regression (variance mu + alpha mu^2)",
    "zero_inflated": "Zero-inflated Poisson regression",
    "zero_inflated_negative_binomial": "Zero-inflated negative binomial regression (variance mu + alpha mu^2)",
}
UNDER = (
    "Counts vary less than by chance alone (Pearson dispersion {0:.2f} under a Poisson model): a minimum of cramps for entry, or "
    "answers in habitual numbers, does that. Alpha is 0, its lowest value."
)
NO_SPREAD = "review: no variation over persons, so no standard error and no interval"
ROUNDING, NOTHING = 1e-7, 1e-13  # of a coefficient, and in itself; a standard error that small is one of 0
NO_ZEROS = "There are no more zeros than the counts make by themselves: the share of structural zeros is 0, its lowest value."


@dataclass(frozen=True, eq=False)
class CountFit:
    """A fitted count model; read it with `estimate_counts` and `estimate_dispersion`.

    Parameters
    ----------
    panel
        The diary.
    formula, model, unit
        As asked.
    outcome
        Column of the counts.
    coefficients
        What each coefficient stands for.
    parameters
        Coefficients, then log alpha (negative binomial), then the logit of the share of structural zeros.
    covariance
        Of the parameters, on that scale.
    errors
        Which covariance: "model", "expected" or "robust".
    loglik
        Log-likelihood at the maximum.
    pearson
        sum (y - mu)^2 / mu over rows - k, of the Poisson model: 1 when counts vary as chance makes them, less under a minimum.
    n, n_nights, n_events
        Persons, nights and cramps analysed.
    inflated
        Whether there is a share of structural zeros above 0.
    notes
        What a reader must know.
    """

    panel: DiaryPanel
    formula: str
    model: Model
    unit: Unit
    outcome: str
    coefficients: tuple[Coefficient, ...]
    parameters: Floats
    covariance: Floats
    errors: Covariance
    loglik: float
    pearson: float
    n: int
    n_nights: int
    n_events: float
    inflated: bool
    notes: tuple[str, ...] = ()

    @property
    def df(self) -> float:
        """Persons less coefficients."""
        return self.n - len(self.coefficients)

    @property
    def dispersed(self) -> bool:
        """Whether the model has an alpha above 0."""
        return len(self.parameters) - len(self.coefficients) - int(self.inflated) == 1

    @property
    def aic(self) -> float:
        """Akaike's criterion, 2 parameters - 2 log-likelihood; of no meaning where nights of a person depend on each other."""
        return 2 * len(self.parameters) - 2 * self.loglik


def fit_counts(
    panel: DiaryPanel,
    formula: str,
    *,
    model: Model = "negative_binomial",
    unit: Unit = "persons",
    covariance: Covariance | None = None,
) -> CountFit:
    """Fit a model of numbers of cramps per night observed.

    Parameters
    ----------
    panel
        The diary; nights that were missed, lie outside the domain or lack a column of the formula are left out.
    formula
        "cramps ~ sex + age_years"; "cramps ~ 1" for one rate.
    model
        "negative_binomial" (variance mu + alpha mu^2), "poisson", "zero_inflated" (Poisson) or
        "zero_inflated_negative_binomial"; the share of structural zeros is one number.
    unit
        "persons": totals of persons with offset log(nights); terms must be the same in all nights of a person. "nights": every
        night is a row, for terms that change from night to night.
    covariance
        "model": inverse of the observed information, right if the model is; "expected": of the expected information, as MASS's
        glm.nb; "robust": sandwich over persons, with m / (m - 1) sum u u'. None: "model" for totals under a negative binomial
        or zero-inflated model, "robust" otherwise.

    Returns
    -------
    CountFit
        By maximum likelihood. Where a negative binomial finds no more variance than Poisson's, alpha is 0 and a note says so.

    Raises
    ------
    OptionError
        Formula, model or unit are unknown.
    DataError
        Counts are negative or all the same, a term varies within persons (totals), or the fit does not settle.

    Notes
    -----
    log-likelihood sum log f(y; mu, alpha), log mu = x b + log(nights); f is mixed with a mass pi at 0 where zeros are inflated.
    Newton's method with exact second derivatives.

    References
    ----------
    Lawless JF 1987, doi:10.2307/3314912. Lambert D 1992, doi:10.2307/1269547. Cameron AC, Trivedi PK 2013, ISBN 978-1107667273.

    Examples
    --------
    >>> nights = {"person": list("aabbcc"), "night": [1, 2] * 3, "cramps": [0, 1, 4, 2, 1, 1], "old": [0, 0, 1, 1, 0, 0]}
    >>> fit = fit_counts(DiaryPanel(pd.DataFrame(nights)), "cramps ~ old", model="poisson")
    >>> float(np.exp(fit.parameters[1]).round(6))
    4.0
    """
    _check(model, unit, covariance)
    rows = build_panel_rows(panel, formula, kind="count")
    matrix, response, offset = _person_totals(rows) if unit == "persons" else _nights(rows)
    plain = CountLikelihood(matrix, response, offset, dispersed=False, inflated=False)
    poisson = maximise(plain, _start(rows, response, offset))
    pearson = _pearson(matrix, response, offset, poisson)
    errors = covariance or ("robust" if unit == "nights" or model == "poisson" else "model")
    wants = model in ("negative_binomial", "zero_inflated_negative_binomial")
    is_over = wants and _is_overdispersed(matrix, response, offset, poisson)
    notes: list[str] = []
    if wants and not is_over:
        notes.append(UNDER.format(pearson))
        errors = covariance or "robust"
    likelihood = CountLikelihood(matrix, response, offset, dispersed=is_over, inflated=False)
    found = maximise(likelihood, _beginning(likelihood, poisson, pearson)) if is_over else poisson
    if model.startswith("zero_inflated"):
        inflated = replace(likelihood, inflated=True)
        if _has_more_zeros(likelihood, found):
            likelihood, found = inflated, maximise(inflated, _beginning(inflated, poisson, pearson))
        else:
            notes.append(NO_ZEROS)
    spread = _covariance(likelihood, found, rows, unit, errors)
    return CountFit(
        panel, formula, model, unit, rows.outcome, rows.coefficients, found, spread, errors, likelihood.value(found), pearson,
        len(rows.sizes), len(rows), float(response.sum()), likelihood.inflated, tuple(notes),
    )


def estimate_counts(fit: CountFit, *, intercept: bool = False, level: float = 0.95) -> Estimates:
    """Rate ratios, one row per coefficient.

    Parameters
    ----------
    fit
        A fitted model.
    intercept
        Also give exp(intercept), the cramps per night at the reference.
    level
        Confidence level.

    Returns
    -------
    Estimates
        exp(b); `std_error` is that of b; interval exp(b -/+ t SE) and two-sided p with t on persons - coefficients. Under
        structural zeros the ratio is one among those who can have cramps, and `measure` says so. `n` persons, `n_events` cramps.
    """
    from scipy import stats

    check_level(level)
    places = [i for i, one in enumerate(fit.coefficients) if intercept or one.name != INTERCEPT]
    values, spread = fit.parameters[places], fit.covariance[np.ix_(places, places)]
    variance = np.diag(spread)
    settled = ~(variance > np.maximum(ROUNDING * np.abs(values), NOTHING) ** 2)  # persons do not vary: no error, no interval
    std_error = np.sqrt(np.where(settled, np.nan, variance))
    half = t_quantile(np.full(len(places), float(fit.df)), level) * std_error
    with np.errstate(over="ignore"):
        low, high = np.exp(values - half), np.exp(values + half)
    named = [fit.coefficients[i] for i in places]
    among = " (among those who can have cramps)" if fit.inflated else ""
    frame = pd.DataFrame({
        "measure": ["cramps per night at reference" if one.name == INTERCEPT else f"rate ratio{among}" for one in named],
        "outcome": fit.outcome, "exposure": ["intercept" if one.name == INTERCEPT else one.term for one in named],
        "level": [one.level or ("" if one.name == INTERCEPT else per_unit(_unit(fit, one.term))) for one in named],
        "estimate": np.exp(values), "std_error": std_error, "conf_low": low, "conf_high": high,
        "df": float(fit.df), "p_value": 2 * stats.t.sf(np.abs(values) / std_error, fit.df), "n": fit.n,
        "n_events": round(fit.n_events), "unit": "ratio", "n_nights": float(fit.n_nights),
        "caution": [join_cautions(_caution(fit), NO_SPREAD if none else "") for none in settled],
    })
    return _wrap(fit, frame, level, spread)


def _unit(fit: CountFit, term: str) -> str:
    """Unit of a number; "" where the diary names none."""
    return fit.panel.labels[term].unit if term in fit.panel.labels else ""


def estimate_dispersion(fit: CountFit, *, level: float = 0.95) -> Estimates:
    """How much more (or less) than by chance the counts vary, and the share of structural zeros.

    Parameters
    ----------
    fit
        A fitted model.
    level
        Confidence level.

    Returns
    -------
    Estimates
        "Pearson dispersion" of the Poisson model, without interval; "alpha" of a negative binomial model, interval on the log
        scale; "share of structural zeros", interval on the logit scale. `std_error` is on the scale of `estimate` (delta method).
    """
    from scipy import stats
    from scipy.special import expit

    check_level(level)
    rows: list[dict[str, Any]] = [{"measure": "Pearson dispersion", "estimate": fit.pearson, "unit": "variance / mean"}]
    z, k = float(stats.norm.ppf((1 + level) / 2)), len(fit.coefficients)
    lowest = {"estimate": 0.0, "caution": "note: at its lowest value"}
    if fit.dispersed:
        at, error = float(fit.parameters[k]), float(np.sqrt(fit.covariance[k, k]))
        alpha = np.exp(at)
        rows.append({
            "measure": "alpha", "estimate": alpha, "std_error": alpha * error, "conf_low": np.exp(at - z * error),
            "conf_high": np.exp(at + z * error), "unit": "variance mu + alpha mu^2",
        })
    elif fit.model in ("negative_binomial", "zero_inflated_negative_binomial"):
        rows.append({"measure": "alpha", "unit": "variance mu + alpha mu^2", **lowest})
    if fit.model.startswith("zero_inflated") and not fit.inflated:
        rows.append({"measure": "share of structural zeros", "unit": f"share of {fit.unit}", **lowest})
    elif fit.inflated:
        at, error = float(fit.parameters[-1]), float(np.sqrt(fit.covariance[-1, -1]))
        share = float(expit(at))
        rows.append({
            "measure": "share of structural zeros", "estimate": share, "std_error": share * (1 - share) * error,
            "conf_low": float(expit(at - z * error)), "conf_high": float(expit(at + z * error)), "unit": f"share of {fit.unit}",
        })
    frame = pd.DataFrame(rows).assign(outcome=fit.outcome, n=fit.n, n_events=round(fit.n_events), n_nights=float(fit.n_nights))
    return _wrap(fit, frame, level, None)


def _check(model: str, unit: str, covariance: str | None) -> None:
    for kind, given, valid in (("model", model, Model), ("unit", unit, Unit), ("covariance", covariance or "model", Covariance)):
        if given not in get_args(valid):
            raise unknown_name(kind, given, get_args(valid))


def _person_totals(rows: PanelRows) -> tuple[Floats, Floats, Floats]:
    """Model matrix, total and log(nights) of each person."""
    matrix, first = rows.matrix.rows(slice(0, len(rows))), rows.starts[:-1]
    low, high = np.minimum.reduceat(matrix, first, axis=0), np.maximum.reduceat(matrix, first, axis=0)
    if (varying := (low != high).any(axis=0)).any():
        names = dict.fromkeys(one.term for one, bad in zip(rows.coefficients, varying, strict=True) if bad)
        raise DataError(
            f"{', '.join(names)}: not the same in all nights of a person; totals of persons need that. Use unit='nights'."
        )
    return matrix[first], np.add.reduceat(rows.response, first), np.log(rows.sizes.astype(np.float64))


def _nights(rows: PanelRows) -> tuple[Floats, Floats, Floats]:
    return rows.matrix.rows(slice(0, len(rows))), rows.response, np.zeros(len(rows))


def _start(rows: PanelRows, response: Floats, offset: Floats) -> Floats:
    start = np.zeros(len(rows.coefficients))
    if INTERCEPT in rows.names:
        start[rows.names.index(INTERCEPT)] = np.log(response.sum() / np.exp(offset).sum())
    return start


def _beginning(likelihood: CountLikelihood, poisson: Floats, pearson: float) -> Floats:
    """Where to begin: the Poisson coefficients, a moderate alpha, zeros beyond what Poisson expects."""
    start = list(poisson)
    if likelihood.dispersed:
        mean = float(np.exp(likelihood.matrix @ poisson + likelihood.offset).mean())
        start.append(float(np.log(np.clip((pearson - 1) / mean, 0.05, 5.0))))
    if likelihood.inflated:
        expected = float(np.exp(-np.exp(likelihood.matrix @ poisson + likelihood.offset)).mean())
        extra = np.clip(float((likelihood.response == 0).mean()) - expected, 0.02, 0.9)
        start.append(float(np.log(extra / (1 - extra))))
    return np.array(start, dtype=np.float64)


def _pearson(matrix: Floats, response: Floats, offset: Floats, beta: Floats) -> float:
    mean = np.exp(matrix @ beta + offset)
    df = len(response) - len(beta)
    return float(((response - mean) ** 2 / mean).sum() / df) if df > 0 else np.nan


def _is_overdispersed(matrix: Floats, response: Floats, offset: Floats, beta: Floats) -> bool:
    """Whether the likelihood rises as alpha leaves 0: sum (y - mu)^2 - y > 0 at the Poisson fit."""
    mean = np.exp(matrix @ beta + offset)
    return bool(((response - mean) ** 2 - response).sum() > 0)


def _has_more_zeros(likelihood: CountLikelihood, at: Floats) -> bool:
    """Whether the likelihood rises as the share of structural zeros leaves 0: sum over zeros of 1 / f(0) exceeds the rows."""
    value = likelihood.rows(at)[0]
    with np.errstate(over="ignore"):
        return bool(np.exp(-value[likelihood.response == 0]).sum() > len(value))


def _covariance(likelihood: CountLikelihood, at: Floats, rows: PanelRows, unit: Unit, errors: Covariance) -> Floats:
    if errors == "expected":
        return _inverse(likelihood.expected(at))
    bread = _inverse(-likelihood.hessian(at))
    if errors == "model":
        return bread
    scores = likelihood.rows(at)[1]
    by_person = scores if unit == "persons" else np.add.reduceat(scores, rows.starts[:-1], axis=0)
    m = len(by_person)
    if m < 2:
        return np.full_like(bread, np.nan)
    return np.asarray(bread @ (by_person.T @ by_person) @ bread * m / (m - 1), dtype=np.float64)


def _inverse(matrix: Floats) -> Floats:
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def _caution(fit: CountFit) -> str:
    few = df_cautions([fit.df])[0]
    terms = max(len(fit.coefficients) - 1, 1)
    sparse = f"review: {fit.n_events:.0f} cramps for {terms} coefficient(s) (< {FEW_EVENTS} each)" if (
        fit.n_events < FEW_EVENTS * terms) else ""
    return join_cautions(few, sparse)


def _wrap(fit: CountFit, frame: pd.DataFrame, level: float, covariance: Floats | None) -> Estimates:
    errors = {"robust": "robust standard errors over persons", "model": "standard errors from the observed information",
              "expected": "standard errors from the expected information"}[fit.errors]
    rows = "totals of persons with offset log(nights)" if fit.unit == "persons" else "one row per night"
    panel = fit.panel
    return Estimates(
        frame, (), f"{WORDS[fit.model]}, {fit.formula}; {rows}; {errors}; t intervals with {fit.df:g} df.", level,
        labels={one.term: panel.labels[one.term] for one in fit.coefficients if one.term in panel.labels},
        population=panel.population, weights="unweighted", source=panel.source, notes=fit.notes, covariance=covariance,
        extras=("n_nights",),
    )
