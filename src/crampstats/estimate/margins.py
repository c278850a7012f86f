"""Adjusted prevalence: what a model expects if everybody analysed had one value of an exposure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.errors import DataError, OptionError, unknown_name
from crampstats.core.estimates import Estimates
from crampstats.estimate.cautions import join_cautions, share_cautions
from crampstats.estimate.intervals import Shares, check_level, proportion_interval, t_quantile
from crampstats.estimate.means import unit_of
from crampstats.estimate.model_matrix import YES
from crampstats.estimate.model_rows import Block
from crampstats.estimate.regression import Regression, wrap_rows
from crampstats.estimate.sums import Floats

Setting = Mapping[str, Any]
ORDERED: str = "proportional odds"  # the family of `fit_ordinal`, which has no mean


@dataclass(frozen=True, eq=False)
class StandardisedMeans:
    """Weighted means of fitted values under settings of the exposures.

    Parameters
    ----------
    settings
        What each column is set to for everybody; an empty mapping leaves everything as it is.
    mean
        Weighted mean of the fitted values under each setting.
    gradient
        Its derivative by the coefficients (settings x k).
    """

    settings: tuple[Setting, ...]
    mean: Floats
    gradient: Floats


def standardise_means(fit: Regression, settings: Sequence[Setting]) -> StandardisedMeans:
    """Weighted means of the fitted values of all analysed rows under each setting, with their gradients."""
    means, gradient = np.zeros(len(settings)), np.zeros((len(settings), len(fit.coefficients)))
    for block in fit.rows.blocks():
        for place, setting in enumerate(settings):
            matrix = fit.rows.matrix_with(block.rows, setting)
            predictor = matrix @ fit.coefficients + block.offset
            mean = fit.family.mean(predictor)
            means[place] += block.weight @ mean
            gradient[place] += (block.weight * fit.family.slope(predictor, mean)) @ matrix
    return StandardisedMeans(tuple(settings), means, gradient)


def fitted_under(fit: Regression, block: Block, settings: Sequence[Setting]) -> Floats:
    """Fitted values of the rows of a block under each setting (rows x settings)."""
    columns = [
        fit.family.mean(fit.rows.matrix_with(block.rows, setting) @ fit.coefficients + block.offset) for setting in settings
    ]
    return np.column_stack(columns)


def estimate_adjusted_prevalence(
    fit: Regression, exposure: str, *, levels: Sequence[Any] | None = None, reference: Any = None, level: float = 0.95
) -> Estimates:
    """Prevalence with everybody's exposure set to each level, and differences and ratios of these prevalences.

    Parameters
    ----------
    fit
        A fitted model of a yes/no outcome (of another outcome the rows are adjusted means).
    exposure
        A column of the formula. It is set wherever it stands, also in interactions and splines.
    levels
        Values it is set to; None: every level of a category, or no and yes. A number needs its values given.
    reference
        The level the others are compared with; None: the first.
    level
        Confidence level.

    Returns
    -------
    Estimates
        "adjusted prevalence", one row per level: theta_a = sum w mu_i(a) / sum w over the complete cases, a t interval on the
        logit scale with the design's df (on the scale of the mean where that is impossible). Then per other level
        "prevalence difference" theta_a - theta_ref and "prevalence ratio" (`std_error` that of the log ratio), t intervals and p
        with the df of the regression. `covariance` holds all rows, ratios on the log scale.

    Raises
    ------
    OptionError
        The exposure is not in the model, a level was not observed, or a number comes without values.
    DataError
        A value is infinite.

    Notes
    -----
    The variance is unconditional: scores w (mu_i(a) - theta_a) / W + gradient . influence of the coefficients, so that the
    covariates count as sampled too, together with their covariance with the coefficients (R's `svypredmeans` leaves it out).
    Adjusted is not caused: it compares groups alike in the covariates of the model, and in nothing else.

    References
    ----------
    Graubard BI, Korn EL 1999, doi:10.1111/j.0006-341X.1999.00652.x. Lane PW, Nelder JA 1982, doi:10.2307/2530043.

    Examples
    --------
    >>> from crampstats.core.design import SurveyDesign
    >>> from crampstats.estimate.regression import fit_regression
    >>> people = pd.DataFrame({"cramps": [1, 0, 0, 1, 1, 0, 1, 1], "old": [0, 0, 0, 0, 1, 1, 1, 1]})
    >>> fit = fit_regression(SurveyDesign(people), "cramps ~ old")
    >>> estimate_adjusted_prevalence(fit, "old").frame["estimate"].round(3).tolist()
    [0.5, 0.75, 0.25, 1.5]
    """
    check_level(level)
    values = _levels(fit, exposure, levels)
    base = _reference(exposure, values, reference)
    means = standardise_means(fit, [{exposure: value} for value in values])
    covariance = fit.rows.covariance(
        lambda block: fitted_under(fit, block, means.settings) - means.mean + fit.influence(block) @ means.gradient.T
    )
    turn = _comparisons(means.mean, base, ratios=_is_share(fit))
    spread = turn @ covariance @ turn.T
    words = [describe_value(fit, exposure, value) for value in values]
    frame = pd.concat([
        _mean_rows(fit, means.mean, np.sqrt(np.diag(covariance)), words, level),
        *_comparison_rows(fit, means.mean, np.sqrt(np.diag(spread)[len(values):]), words, base, level),
    ], ignore_index=True)
    frame["caution"] = [join_cautions(text, beyond_analysed(fit, exposure, value)) for text, value in zip(
        frame["caution"].fillna(""), [*values, *[value for i, value in enumerate(values) if i != base] * 2], strict=False
    )]
    found = wrap_rows(fit, frame.assign(exposure=exposure), level, covariance=spread)
    method = (
        f"{found.method} Means of the fitted values with {exposure} set to each level for everybody (marginal standardisation), "
        "with the unconditional design variance; intervals on the logit scale for prevalences."
    )
    return replace(found, method=method).with_notes(f"{exposure}: compared with {words[base]}.")


def describe_value(fit: Regression, exposure: str, value: Any) -> str:
    """A value of an exposure in words: no and yes, a level, or a number."""
    column = fit.rows.columns[exposure]
    if isinstance(column, pd.Categorical):
        return str(value)
    if is_yes_no(column):
        return YES if value else "no"
    return f"{value:g}"


def is_yes_no(column: Any) -> bool:
    """Whether a column holds nothing but 0 and 1."""
    return not isinstance(column, pd.Categorical) and bool(np.isin(column, (0, 1)).all())


def require_exposure(fit: Regression, exposure: str) -> None:
    """Refuse an exposure the formula does not read, and a model without a mean."""
    if fit.family.name == ORDERED:
        raise OptionError(f"{fit.outcome!r} is an ordered category; standardise a model of one of its yes/no outcomes.")
    if exposure not in fit.rows.columns:
        raise unknown_name("exposure of the model", exposure, fit.rows.columns)


def _levels(fit: Regression, exposure: str, levels: Sequence[Any] | None) -> list[Any]:
    require_exposure(fit, exposure)
    column = fit.rows.columns[exposure]
    if levels is not None:
        return check_values(exposure, column, levels)
    if isinstance(column, pd.Categorical):
        return list(column.categories)
    if is_yes_no(column):
        return [0, 1]
    raise OptionError(
        f"{exposure!r} is a number; say at which values the prevalence is asked, levels=[{np.min(column):g}, {np.max(column):g}] "
        "being the smallest and the largest analysed."
    )


def check_values(exposure: str, column: Any, values: Sequence[Any]) -> list[Any]:
    """Values an exposure may be set to: at least one, finite, none twice; levels of a category must have been observed."""
    kept = list(values)
    if not kept or len(set(kept)) < len(kept):
        raise OptionError(f"levels of {exposure!r} must be given at least once and each once; got {kept}.")
    if isinstance(column, pd.Categorical):
        if foreign := [value for value in kept if value not in column.categories]:
            raise unknown_name(f"level of {exposure}", foreign[0], column.categories)
    elif not all(isinstance(value, (int, float, np.number)) and np.isfinite(value) for value in kept):
        raise DataError(f"{exposure!r} is a number and can be set to finite numbers only; got {kept}.")
    return kept


def _reference(exposure: str, values: list[Any], reference: Any) -> int:
    if reference is None:
        return 0
    if reference not in values:
        raise unknown_name(f"reference of {exposure}", reference, values)
    return values.index(reference)


def _comparisons(means: Floats, base: int, *, ratios: bool) -> Floats:
    """Derivatives of means, differences and log ratios by the means."""
    k = len(means)
    others = np.delete(np.eye(k), base, axis=0)
    parts = [np.eye(k), others - np.eye(k)[base]]
    if ratios:
        parts.append((others - np.eye(k)[base]) / means)
    return np.vstack(parts)


def _is_share(fit: Regression) -> bool:
    return bool(np.isfinite(fit.n_events))


def _mean_rows(fit: Regression, means: Floats, std_error: Floats, words: Sequence[str], level: float) -> pd.DataFrame:
    """One row per level, on the logit scale where the outcome is yes/no."""
    df = np.full(len(means), fit.rows.df)
    half = t_quantile(df, level) * std_error
    low, high, caution = means - half, means + half, [""] * len(means)
    if _is_share(fit):
        shares = Shares(means, std_error, df, np.full(len(means), float(fit.n)))
        possible = (means > 0) & (means < 1)  # a log-linear model may expect more than 1
        inside = Shares(np.where(possible, means, 0.5), std_error, df, shares.n)
        logit = proportion_interval(inside, "logit", level)
        low, high = np.where(possible, logit[0], low), np.where(possible, logit[1], high)
        caution = [
            text if fine else f"suppress: the {fit.family.name} model expects {share:.3g}, which is no share"
            for text, fine, share in zip(share_cautions(inside), possible, means, strict=True)
        ]
    return pd.DataFrame({
        "measure": "adjusted prevalence" if _is_share(fit) else "adjusted mean", "level": words, "estimate": means,
        "std_error": std_error, "conf_low": low, "conf_high": high, "df": df, "p_value": np.nan,
        "unit": "share" if _is_share(fit) else unit_of(fit.design, fit.outcome), "caution": caution,
    })


def _comparison_rows(
    fit: Regression, means: Floats, std_error: Floats, words: Sequence[str], base: int, level: float
) -> list[pd.DataFrame]:
    """Differences from the reference, and, of shares, ratios to it."""
    others = [i for i in range(len(means)) if i != base]
    named = [words[i] for i in others]
    unit = "share" if _is_share(fit) else unit_of(fit.design, fit.outcome)
    kind = "prevalence" if _is_share(fit) else "mean"
    found = [t_rows(means[others] - means[base], std_error[: len(others)], fit.df, level).assign(
        measure=f"{kind} difference", level=named, unit=unit
    )]
    if _is_share(fit):
        ratios = t_rows(np.log(means[others] / means[base]), std_error[len(others):], fit.df, level)
        ratios[["estimate", "conf_low", "conf_high"]] = np.exp(ratios[["estimate", "conf_low", "conf_high"]])
        found.append(ratios.assign(measure="prevalence ratio", level=named, unit="ratio"))
    return found


def t_rows(values: Floats, std_error: Floats, df: float, level: float) -> pd.DataFrame:
    """Estimate, standard error, t interval, df and two-sided p."""
    from scipy import stats

    half = t_quantile(np.full(len(values), df), level) * std_error
    t = np.divide(values, std_error, out=np.full(len(values), np.nan), where=std_error > 0)
    return pd.DataFrame({
        "estimate": values, "std_error": std_error, "conf_low": values - half, "conf_high": values + half, "df": df,
        "p_value": 2 * stats.t.sf(np.abs(t), df) if df >= 1 else np.nan,
    })


def beyond_analysed(fit: Regression, exposure: str, value: Any) -> str:
    """A caution where a number lies beyond those analysed."""
    column = fit.rows.columns[exposure]
    if isinstance(column, pd.Categorical):
        return ""
    low, high = float(np.min(column)), float(np.max(column))
    return "" if low <= value <= high else f"suppress: {value:g} lies beyond the values analysed ({low:g} to {high:g})"
