"""Regression under the sampling design: coefficients, tests of terms, contrasts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError, unknown_name
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.estimate.cautions import MIN_DF, join_cautions
from crampstats.estimate.engine_regression import fit_design
from crampstats.estimate.families import Family, find_family
from crampstats.estimate.glm import Fit, score_rows
from crampstats.estimate.intervals import check_level, t_quantile
from crampstats.estimate.model_matrix import INTERCEPT
from crampstats.estimate.model_rows import Block, ModelRows
from crampstats.estimate.sparse_levels import level_cautions
from crampstats.estimate.sums import Floats

FEW_EVENTS = 10  # events or non-events per coefficient below which estimates are known to be biased (Peduzzi 1996)
PENALISED = "note: penalised fit, the data are separated"


@dataclass(frozen=True, eq=False)
class Regression:
    """A fitted model, from which coefficients, tests, contrasts and adjusted prevalences are read.

    Parameters
    ----------
    rows
        The analysed rows.
    family
        What was fitted.
    fit
        Coefficients, covariance, bread.
    notes
        What a reader must know of the fit.
    penalised
        The likelihood was penalised because the data are separated; every row read from it says so.
    """

    rows: ModelRows
    family: Family
    fit: Fit
    notes: tuple[str, ...] = ()
    penalised: bool = field(default=False, kw_only=True)

    @property
    def design(self) -> SurveyDesign:
        """The design fitted."""
        return self.rows.design

    @property
    def formula(self) -> str:
        """The formula as given."""
        return self.rows.formula

    @property
    def outcome(self) -> str:
        """Column of the response."""
        return self.rows.outcome

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return self.rows.names

    @property
    def coefficients(self) -> Floats:
        """Coefficients (k,)."""
        return self.fit.coefficients

    @property
    def covariance(self) -> Floats:
        """Design covariance of the coefficients (k x k)."""
        return self.fit.covariance

    @property
    def df(self) -> float:
        """Design degrees of freedom of the complete cases, less the coefficients besides the intercept."""
        return self.rows.df - len(self.names) + 1

    @property
    def n(self) -> int:
        """Persons analysed."""
        return self.rows.persons

    @property
    def n_events(self) -> float:
        """Persons analysed with the outcome; NaN unless it is yes/no."""
        return self.rows.events

    @cached_property
    def terms(self) -> Mapping[str, list[int]]:
        """Places of the coefficients of each term, without the intercept."""
        return {name: places for name, places in self.rows.terms.items() if name != "1"}

    def influence(self, block: Block) -> Floats:
        """Influence of each row of a block on the coefficients, per unit of its weight (rows x k)."""
        return np.asarray(score_rows(block, self.family, self.coefficients) @ self.fit.bread, dtype=np.float64)

    def __repr__(self) -> str:
        return f"<Regression: {self.family.name} {self.formula}; n = {self.n:,}, df = {self.df:g}>"


def fit_regression(
    design: SurveyDesign, formula: str, *, model: str = "logistic", offset: str | None = None
) -> Regression:
    """Fit a regression to the complete cases of a design's domain.

    Parameters
    ----------
    design
        Design whose domain is the population asked about; a simple sample takes the same call.
    formula
        "outcome ~ terms" (formulaic: ``+ * : -``, functions; ``rcs(x, (k1, k2, k3))`` is a restricted cubic spline). Categories
        are compared with their first level in declared order; levels nobody analysed has are left out.
    model
        "logistic" (odds ratios), "poisson" (log link, prevalence ratios by the robust covariance), "log-binomial" (prevalence
        ratios by maximum likelihood), "linear" (mean differences), "probit", "complementary log-log". Poisson takes counts too,
        and then gives rate ratios.
    offset
        Column added to the linear predictor, such as the logarithm of the time observed.

    Returns
    -------
    Regression
        Read it with `estimate_coefficients`, `compare_terms`, `estimate_contrast`.

    Raises
    ------
    OptionError
        Model or formula are unknown, or a column is not there.
    DataError
        Outcome not yes/no, infinite values, a term without variation or collinear with others, no convergence.
    SeparationError
        The covariates separate those with the outcome from those without.
    DesignError
        A stratum has one PSU and the design does not say what that means.

    Notes
    -----
    Persons with any variable of the formula missing, or of weight 0, are outside the model but their sampling units count for the
    variance. Covariance H^-1 V H^-1, H = sum w mu'^2/V(mu) x x', V the design covariance of the weighted scores.

    References
    ----------
    Binder DA 1983, doi:10.2307/1402588. Zou G 2004 (Poisson for ratios), doi:10.1093/aje/kwh090.

    Examples
    --------
    >>> people = pd.DataFrame({"cramps": [1, 0, 0, 1, 1, 0, 1, 0], "old": [0, 0, 0, 0, 1, 1, 1, 1]})
    >>> float(fit_regression(SurveyDesign(people), "cramps ~ old").coefficients.round(6)[1])
    0.0
    """
    family = find_family(model)
    rows, fit = fit_design(design, formula, family, offset)
    if family.response == "count" and not np.isfinite(rows.events):
        family = replace(family, measure="rate ratio")
    if not np.isfinite(fit.covariance).all():
        raise DataError(f"the covariance of {formula!r} is not finite; simplify the model.")
    return Regression(rows, family, fit)


def estimate_coefficients(fit: Regression, *, intercept: bool = False, level: float = 0.95) -> Estimates:
    """Coefficients as ratios (or, of a linear model, differences), one row each.

    Parameters
    ----------
    fit
        A fitted model.
    intercept
        Also give the intercept (odds or mean at the reference; `measure` says which).
    level
        Confidence level.

    Returns
    -------
    Estimates
        In the order of the formula. `exposure` is the term, `level` the level of a category, "yes", or "per unit". Of ratios
        `estimate` is exp(b), `std_error` that of b, the interval exp(b -/+ t SE); p is two-sided by the t distribution with
        df = design df of the complete cases - k + 1 for k coefficients.

    Raises
    ------
    OptionError
        The level is not between 0 and 1.
    """
    check_level(level)
    places = [i for i, name in enumerate(fit.names) if intercept or name != INTERCEPT]
    pick = np.eye(len(fit.names))[places]
    values, spread = pick @ fit.coefficients, pick @ fit.covariance @ pick.T
    frame = linear_rows(fit, values, np.sqrt(np.diag(spread)), level)
    named = [fit.rows.coefficients[i] for i in places]
    frame["exposure"] = [INTERCEPT.lower() if one.name == INTERCEPT else one.term for one in named]
    frame["level"] = [level_words(fit, one.term, one.level) for one in named]
    sparse = level_cautions(fit.rows)
    frame["caution"] = [sparse[i] for i in places]
    baseline = fit.family.measure.split()[0].replace("probit", "coefficient")
    frame["measure"] = [f"{baseline} at reference" if one.name == INTERCEPT else fit.family.measure for one in named]
    return wrap_rows(fit, frame, level, covariance=spread)


def compare_terms(fit: Regression, *terms: str, level: float = 0.95) -> Estimates:
    """Wald tests: is every coefficient of a term (or of several terms together) zero?

    Parameters
    ----------
    fit
        A fitted model.
    terms
        Names of terms tested together; none: each term of the model by itself.
    level
        Carried to the result.

    Returns
    -------
    Estimates
        One row per test: `measure` "Wald F", `estimate` F = b' V^-1 b / q, `level` the numerator df q, `df` the denominator
        df (as for coefficients), p by F(q, df).

    Raises
    ------
    OptionError
        A term is not in the model.
    """
    for name in terms:
        if name not in fit.terms:
            raise unknown_name("term", name, fit.terms)
    sets = [tuple(terms)] if terms else [(name,) for name in fit.terms]
    frame = pd.DataFrame([wald_row(fit, " + ".join(names), [i for name in names for i in fit.terms[name]]) for names in sets])
    return wrap_rows(fit, frame, level)


def estimate_contrast(
    fit: Regression, weights: Mapping[str, float] | Mapping[str, Mapping[str, float]], *, level: float = 0.95
) -> Estimates:
    """Linear combinations of coefficients, such as a level against another or an effect within a group.

    Parameters
    ----------
    fit
        A fitted model.
    weights
        Coefficient name to its weight, or name of a contrast to such a mapping.
    level
        Confidence level.

    Returns
    -------
    Estimates
        One row per contrast, `exposure` its name: exp(sum c b) for ratio models, sum c b for linear ones; interval, p and df as
        for coefficients.

    Raises
    ------
    OptionError
        A name is no coefficient of the model.
    """
    check_level(level)
    sets: dict[str, Mapping[str, float]] = {}
    for name, value in weights.items():
        if isinstance(value, Mapping):
            sets[name] = value
        else:
            sets.setdefault("contrast", {})
            sets["contrast"] = {**sets["contrast"], name: float(value)}
    pick = np.zeros((len(sets), len(fit.names)))
    for row, chosen in enumerate(sets.values()):
        for name, value in chosen.items():
            if name not in fit.names:
                raise unknown_name("coefficient", name, fit.names)
            pick[row, fit.names.index(name)] = value
    spread = pick @ fit.covariance @ pick.T
    frame = linear_rows(fit, pick @ fit.coefficients, np.sqrt(np.diag(spread)), level)
    return wrap_rows(fit, frame.assign(measure=fit.family.measure, exposure=list(sets)), level, covariance=spread)


def linear_rows(fit: Regression, values: Floats, std_error: Floats, level: float) -> pd.DataFrame:
    """Estimate, standard error, interval, df and p of linear combinations of coefficients; ratios are exponentiated."""
    from scipy import stats

    half = t_quantile(np.full(len(values), fit.df), level) * std_error
    # a difference without sampling variance has no test
    t = np.divide(values, std_error, out=np.full(len(values), np.nan), where=std_error > 0)
    p_value = 2 * stats.t.sf(np.abs(t), fit.df) if fit.df >= 1 else np.full(len(values), np.nan)
    shown = np.exp if fit.family.is_ratio else np.asarray
    return pd.DataFrame({
        "estimate": shown(values), "std_error": std_error, "conf_low": shown(values - half), "conf_high": shown(values + half),
        "df": fit.df, "p_value": p_value, "unit": "ratio" if fit.family.is_ratio else _unit(fit.design, fit.outcome),
    })


def wrap_rows(fit: Regression, frame: pd.DataFrame, level: float, *, covariance: Floats | None = None) -> Estimates:
    """Rows with what they rest on: outcome, n, events, cautions, method."""
    design, outcome = fit.design, fit.design.known_outcomes.get(fit.outcome)
    frame = frame.assign(outcome=fit.outcome, n=fit.n, n_events=fit.n_events)
    own = frame["caution"] if "caution" in frame else pd.Series("", index=frame.index)
    frame["caution"] = [join_cautions(*fit_cautions(fit), text) for text in own]
    return Estimates(
        frame, (), _method(fit), level, labels=_labels(fit), outcomes={outcome.name: outcome} if outcome else {},
        population=design.population, weights=design.weights_label, source=design.source, notes=fit.notes,
        covariance=covariance,
    )


def fit_cautions(fit: Regression) -> list[str]:
    """What is weak about a fit: separated data, spent degrees of freedom, few events for its coefficients."""
    texts = [PENALISED] if fit.penalised else []
    if not fit.df >= 1:
        texts.append(f"suppress: {max(fit.df, 0):.0f} degrees of freedom are left by {len(fit.names)} coefficients, no interval")
    elif fit.df < MIN_DF:
        texts.append(f"review: {fit.df:.0f} degrees of freedom (< {MIN_DF}) are left by {len(fit.names)} coefficients")
    if np.isfinite(fit.n_events):
        few = min(fit.n_events, fit.n - fit.n_events)
        if few < FEW_EVENTS * (len(fit.names) - 1):
            kind = "events" if fit.n_events <= fit.n - fit.n_events else "persons without the outcome"
            texts.append(f"review: {few:.0f} {kind} for {len(fit.names) - 1} coefficients (< {FEW_EVENTS} each)")
    return texts


def level_words(fit: Regression, term: str, level: str) -> str:
    """Level of a coefficient; of a number "per" its unit."""
    if level:
        return level
    unit = re.sub(r"^([A-Za-z-]{3,})s\b", r"\1", _unit(fit.design, term))  # "per year", whatever the unit is called
    return f"per {unit}" if unit else "per unit"


def quote_name(name: str) -> str:
    """A column name as a formula needs it."""
    return name if name.isidentifier() else f"`{name}`"


def write_formula(outcome: str, terms: Sequence[str]) -> str:
    """"outcome ~ a + b" from names of columns.

    Examples
    --------
    >>> write_formula("cramps", ["age_years", "body mass"])
    'cramps ~ age_years + `body mass`'
    """
    if not terms:
        raise OptionError("a regression needs at least one term.")
    return f"{quote_name(outcome)} ~ {' + '.join(quote_name(name) for name in dict.fromkeys(terms))}"


def wald_row(fit: Regression, name: str, places: Sequence[int]) -> dict[str, Any]:
    """Wald test that the coefficients at some places are all zero; `name` is what they stand for."""
    from scipy import stats

    places = list(places)
    values, spread = fit.coefficients[places], fit.covariance[np.ix_(places, places)]
    q = len(places)
    row = {"measure": "Wald F", "exposure": name, "level": f"{q} numerator df", "df": fit.df, "unit": "statistic"}
    scale = np.sqrt(np.diag(spread))
    if not (scale > 0).all() or np.linalg.matrix_rank(spread / np.outer(scale, scale), hermitian=True) < q:
        return {**row, "estimate": np.nan, "caution": f"suppress: the design cannot tell {q} coefficients apart, no test"}
    statistic = float(values @ np.linalg.solve(spread, values)) / q
    return {**row, "estimate": statistic, "p_value": float(stats.f.sf(statistic, q, fit.df)) if fit.df >= 1 else np.nan}


def _labels(fit: Regression) -> dict[str, Label]:
    return {name: fit.design.labels[name] for name in fit.rows.columns if name in fit.design.labels}


def _unit(design: SurveyDesign, name: str) -> str:
    return design.labels[name].unit if name in design.labels else ""


def _method(fit: Regression) -> str:
    kinds = {
        "logistic": "Logistic regression", "poisson": "Poisson regression with log link",
        "log-binomial": "Log-binomial regression", "linear": "Linear regression", "probit": "Probit regression",
        "complementary log-log": "Complementary log-log regression", "proportional odds": "Proportional-odds regression",
    }
    simple = "robust (sandwich) standard errors" if fit.design.is_simple_sample else (
        "standard errors by Taylor linearisation under the sampling design"
    )
    return f"{kinds[fit.family.name]}, {fit.formula}; {fit.design.weights_label}; {simple}; t intervals with {fit.df:g} df."


