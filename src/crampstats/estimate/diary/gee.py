"""Exposures compared between persons of a diary: generalised estimating equations (GEE), which answer for a population."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError, unknown_name
from crampstats.core.estimates import Estimates
from crampstats.estimate.cautions import MIN_DF, join_cautions
from crampstats.estimate.diary.engine_rows import build_engine_rows
from crampstats.estimate.diary.gee_fit import CORRELATIONS, Correlation, GeeSolution, Moments, NegativeBinomial, solve_gee
from crampstats.estimate.diary.gee_patterns import build_patterns, scale_patterns
from crampstats.estimate.diary.gee_words import (
    count_events,
    event_caution,
    level_cautions,
    level_words,
    panel_notes,
    ratios,
    unit_of,
)
from crampstats.estimate.diary.rows import PanelRows, build_panel_rows
from crampstats.estimate.families import FAMILIES, Family
from crampstats.estimate.intervals import check_level, t_quantile
from crampstats.estimate.model_matrix import INTERCEPT
from crampstats.estimate.sums import Floats

Model = Literal["logistic", "poisson", "linear", "negative binomial"]
Covariance = Literal["mancl_derouen", "liang_zeger", "kauermann_carroll"]
MODELS, COVARIANCES = get_args(Model), get_args(Covariance)
WORDS = {"mancl_derouen": "Mancl-DeRouen", "liang_zeger": "Liang-Zeger", "kauermann_carroll": "Kauermann-Carroll"}
FITTED = {
    "logistic": "Logistic regression", "poisson": "Poisson regression with log link", "linear": "Linear regression",
    "negative binomial": "Negative binomial regression with log link",
}


@dataclass(frozen=True, eq=False)
class GeeFit:
    """A model of nights fitted by generalised estimating equations, from which `estimate_gee` reads.

    Parameters
    ----------
    rows
        The nights analysed.
    model
        As asked.
    family
        What was fitted.
    moments
        How correlation and scale were had.
    solution
        Coefficients and their covariances.
    notes
        What a reader must know of the fit.
    """

    rows: PanelRows
    model: Model
    family: Family
    moments: Moments
    solution: GeeSolution
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return self.rows.names

    @property
    def coefficients(self) -> Floats:
        """Coefficients (k,)."""
        return self.solution.coefficients

    @property
    def correlation(self) -> float:
        """Working correlation between two nights of one person; 0 under independence."""
        return self.solution.correlation

    @property
    def scale(self) -> float:
        """Mean square of the Pearson residuals, or the scale as fixed."""
        return self.solution.scale

    @property
    def df(self) -> float:
        """Persons less coefficients."""
        return float(len(self.rows.sizes) - len(self.names))

    def covariance(self, kind: Covariance = "mancl_derouen") -> Floats:
        """Robust covariance of the coefficients (k x k).

        Raises
        ------
        OptionError
            Unknown kind.
        DataError
            One person alone decides a coefficient, so that a correction for leverage has no value.
        """
        if kind not in COVARIANCES:
            raise unknown_name("covariance", kind, COVARIANCES)
        found: Floats = getattr(self.solution, kind)
        if not np.isfinite(found).all():
            raise DataError(
                f"the {WORDS[kind]} covariance of {self.rows.formula!r} does not exist: one person alone decides a coefficient "
                "(a level or value that nobody else has). Leave the term out or merge levels; covariance='liang_zeger' would be "
                "far too small."
            )
        return found

    def __repr__(self) -> str:
        return f"<GeeFit: {self.model} {self.rows.formula}; {len(self.rows.sizes):,} persons, {len(self.rows):,} nights>"


def fit_gee(
    panel: DiaryPanel, formula: str, *, model: Model = "logistic", correlation: Correlation = "independence",
    offset: str | None = None, fixed_scale: bool | float = False, theta: float | None = None, corrected_moments: bool = False,
) -> GeeFit:
    """Fit a marginal model to the nights of a diary.

    Parameters
    ----------
    panel
        The diary. Missed nights, nights outside the domain and nights that lack a column of the formula are left out. Where the
        nights lie in an engine, those of a person that are alike in all columns of the formula are summed up there; the sums may
        be five million at most, so that numbers that differ from night to night are cut into bands, or a sample is taken.
    formula
        "outcome ~ terms" over columns of the panel.
    model
        "logistic" (odds ratios), "poisson" (log link: rate ratios of counts, prevalence ratios of a yes/no outcome), "linear"
        (mean differences), "negative binomial" (log link, variance mu + mu^2 / theta with `theta` given).
    correlation
        Working correlation between nights of one person. Coefficients are consistent under either where exposures vary between
        persons alone or the mean is right; "independence" needs least.
    offset
        Column added to the linear predictor, such as the logarithm of the time observed.
    fixed_scale
        True: the scale is 1. A number: that scale. False: the mean square of the Pearson residuals. It changes the working
        correlation, and little else; robust errors do not contain it.
    theta
        Of a negative binomial.
    corrected_moments
        Divide the moments of scale and correlation by nights and pairs less coefficients, as R's gee and statsmodels do, instead
        of by nights and pairs, as geepack.

    Returns
    -------
    GeeFit
        Read it with `estimate_gee`.

    Raises
    ------
    OptionError
        Model, correlation or formula are unknown, a column is not there, or theta or scale are not positive.
    DataError
        The outcome is not what the model needs or does not vary, a term does not vary or follows from others, no correlation can
        be estimated (nobody has two nights), or the equations do not settle.
    SeparationError
        The covariates separate nights with the outcome from those without.

    Notes
    -----
    sum D_i' V_i^-1 (y_i - mu_i) = 0 with V_i = scale A^1/2 R(a) A^1/2; scale = sum r^2 / N and
    a = sum_{j<k} r_j r_k / (scale x pairs) over Pearson residuals r, as geepack's moments. Persons with one night count for the
    coefficients and bring no pair.

    References
    ----------
    Liang KY, Zeger SL 1986, doi:10.1093/biomet/73.1.13. Halekoh U et al. 2006 (geepack), doi:10.18637/jss.v015.i02.

    Examples
    --------
    >>> nights = pd.DataFrame({"person": [1, 1, 2, 2, 3, 3], "night": [1, 2] * 3, "cramp": [1, 0, 1, 0, 0, 1]})
    >>> fit = fit_gee(DiaryPanel(nights.assign(old=[0, 0, 1, 1, 1, 1])), "cramp ~ old")
    >>> float(fit.coefficients.round(6)[1])
    0.0
    """
    family = _family(model, theta)
    if correlation not in CORRELATIONS:
        raise unknown_name("correlation", correlation, CORRELATIONS)
    build = build_panel_rows if panel.far is None else build_engine_rows
    rows = build(panel, formula, kind=family.response, offset=offset)
    if correlation == "exchangeable" and rows.is_yes_no and (rows.sizes > 1).any() and not rows.differs_within:
        raise DataError(
            f"every person has {rows.outcome!r} in all nights or in none: the correlation between nights is 1. Use "
            "correlation='independence'; the robust errors know that persons, not nights, were sampled."
        )
    how = Moments(correlation, _fixed(fixed_scale), len(rows.names) if corrected_moments else 0)
    patterns = build_patterns(rows)
    solution = solve_gee(patterns, family, scale_patterns(patterns), how)
    return GeeFit(rows, model, family, how, solution, panel_notes(rows))


def estimate_gee(
    fit: GeeFit, *, covariance: Covariance = "mancl_derouen", intercept: bool = False, level: float = 0.95
) -> Estimates:
    """Marginal odds ratios, rate ratios or mean differences of a fitted model, one row per coefficient.

    Parameters
    ----------
    fit
        From `fit_gee`.
    covariance
        Robust (sandwich) covariance: "mancl_derouen" corrects for the leverage of persons and is the default because diaries have
        few persons; "liang_zeger" does not, and is too small below about 50 persons; "kauermann_carroll" lies between.
    intercept
        Also give the intercept.
    level
        Confidence level.

    Returns
    -------
    Estimates
        In the order of the formula. Of ratios `estimate` is exp(b), `std_error` that of b, the interval exp(b -/+ t SE); p is
        two-sided by the t distribution with df = persons - coefficients. `n` counts nights, `n_events` nights with a yes/no
        outcome, the further column `n_persons` persons.

    Raises
    ------
    OptionError
        Unknown covariance, or a level not between 0 and 1.
    DataError
        One person alone decides a coefficient, so that the correction has no value.

    Notes
    -----
    LZ = H^-1 (sum u u') H^-1; Mancl-DeRouen takes (I - H_i H^-1)^-1 u_i for u_i on both sides, Kauermann-Carroll on one side,
    symmetrised. A marginal odds ratio compares populations and lies nearer 1 than a conditional one (`fit_conditional`,
    `fit_random_intercept`), which compares nights of the same person; neither is an approximation of the other.

    References
    ----------
    Mancl LA, DeRouen TA 2001, doi:10.1111/j.0006-341X.2001.00126.x. Kauermann G, Carroll RJ 2001, doi:10.1198/016214501753382309.
    """
    check_level(level)
    places = [i for i, name in enumerate(fit.names) if intercept or name != INTERCEPT]
    spread = fit.covariance(covariance)[np.ix_(places, places)]
    frame = _linear_rows(fit, fit.coefficients[places], np.sqrt(np.diag(spread)), level)
    named = [fit.rows.coefficients[i] for i in places]
    frame["exposure"] = [INTERCEPT.lower() if one.name == INTERCEPT else one.term for one in named]
    frame["level"] = [one.level or level_words(fit.rows, one.term) for one in named]
    frame["measure"] = [_measure(fit, one.name == INTERCEPT) for one in named]
    sparse = level_cautions(fit.rows)
    general = (_df_caution(fit), event_caution(fit.rows))
    frame["caution"] = [join_cautions(*general, sparse[i]) for i in places]
    return _wrapped(fit, frame, level, covariance, spread)


def _family(model: str, theta: float | None) -> Family:
    if model not in MODELS:
        raise unknown_name("model", model, MODELS)
    if (model == "negative binomial") != (theta is not None):
        raise OptionError("theta is given with model='negative binomial', and with no other model.")
    if theta is None:
        return FAMILIES[model]
    if not (np.isfinite(theta) and theta > 0):
        raise OptionError(f"theta is {theta:g}; a positive number is expected.")
    return NegativeBinomial("poisson", "rate ratio", True, "count", theta=theta)


def _fixed(fixed_scale: bool | float) -> float | None:
    if fixed_scale is False:
        return None
    value = float(fixed_scale)
    if not (np.isfinite(value) and value > 0):
        raise OptionError(f"fixed_scale is {value:g}; True, False or a positive number is expected.")
    return value


def _linear_rows(fit: GeeFit, values: Floats, std_error: Floats, level: float) -> pd.DataFrame:
    from scipy import stats

    half = t_quantile(np.full(len(values), fit.df), level) * std_error
    t = np.divide(values, std_error, out=np.full(len(values), np.nan), where=std_error > 0)
    p_value = 2 * stats.t.sf(np.abs(t), fit.df) if fit.df >= 1 else np.full(len(values), np.nan)
    shown = ratios if fit.family.is_ratio else np.asarray
    return pd.DataFrame({
        "estimate": shown(values), "std_error": std_error, "conf_low": shown(values - half), "conf_high": shown(values + half),
        "df": fit.df, "p_value": p_value, "unit": "ratio" if fit.family.is_ratio else unit_of(fit.rows, fit.rows.outcome),
    })


def _measure(fit: GeeFit, at_reference: bool) -> str:
    if fit.model == "linear":
        return "mean at reference" if at_reference else "mean difference"
    if fit.model == "logistic":
        return "odds at reference (marginal)" if at_reference else "odds ratio (marginal)"
    kind = "prevalence" if fit.rows.is_yes_no else "rate"
    return f"{kind} at reference (marginal)" if at_reference else f"{kind} ratio (marginal)"


def _df_caution(fit: GeeFit) -> str:
    persons, k = len(fit.rows.sizes), len(fit.names)
    if fit.df < 1:
        return f"suppress: {persons} persons for {k} coefficients, no interval"
    few = f"review: {fit.df:.0f} degrees of freedom (< {MIN_DF}): {persons} persons, {k} coefficients"
    return few if fit.df < MIN_DF else ""


def _wrapped(fit: GeeFit, frame: pd.DataFrame, level: float, covariance: Covariance, spread: Floats) -> Estimates:
    rows, panel = fit.rows, fit.rows.panel
    outcome = panel.known_outcomes.get(rows.outcome)
    frame = frame.assign(outcome=rows.outcome, n=len(rows), n_events=count_events(rows), n_persons=float(len(rows.sizes)))
    working = "independent nights" if fit.moments.correlation == "independence" else (
        f"exchangeable nights (correlation {fit.correlation:.3f})"
    )
    method = (
        f"{FITTED[fit.model]} by generalised estimating equations, {rows.formula}; working correlation: {working}; marginal "
        f"(population-averaged) effects; {WORDS[covariance]} robust standard errors over {len(rows.sizes):,} persons; t "
        f"intervals with {fit.df:g} df (persons less coefficients)."
    )
    return Estimates(
        frame, (), method, level, labels={name: panel.labels[name] for name in rows.matrix.columns if name in panel.labels},
        outcomes={outcome.name: outcome} if outcome else {}, population=panel.population, weights="unweighted",
        source=panel.source, notes=fit.notes, covariance=spread, extras=("n_persons",),
    )
