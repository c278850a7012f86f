"""Attributable fraction: the share of cases a model would not expect with exposures at their reference. Not a causal share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.errors import DataError, OptionError
from crampstats.core.estimates import Estimates
from crampstats.estimate.intervals import check_level, t_quantile
from crampstats.estimate.margins import (
    Setting,
    check_values,
    describe_value,
    fitted_under,
    is_yes_no,
    require_exposure,
    standardise_means,
)
from crampstats.estimate.model_rows import Block
from crampstats.estimate.regression import Regression, wrap_rows
from crampstats.estimate.sums import Floats

MEASURE = "attributable fraction (not causal)"
NOTE = (
    "An attributable fraction supposes that the exposure causes the outcome, that the covariates remove all confounding, and "
    "that nothing else would change with it. A cross-sectional survey shows none of these: read it as the share of cases that go "
    "with the exposure, not as the share it causes."
)


def estimate_attributable_fraction(
    fit: Regression, exposures: Sequence[str] | Mapping[str, Any], *, level: float = 0.95
) -> Estimates:
    """Share of the cases that would be fewer if the exposures stood at their reference and the model were a law of nature.

    Parameters
    ----------
    fit
        A fitted model of a yes/no outcome, adjusted for what confounds.
    exposures
        Columns of the formula; as a mapping, each with its reference. Without one it is "no", or the first level of a category.
        A number needs its reference.
    level
        Confidence level.

    Returns
    -------
    Estimates
        One row per exposure by itself, and with several a last row for all of them together ("a + b"); the single fractions do
        not add up to the joint one. `measure` "attributable fraction (not causal)", estimate 1 - sum w mu_i(reference) / sum w y,
        negative where the exposure goes with fewer cases; `level` the reference, interval by t on the scale of log(1 - fraction)
        and p of no difference, with the df of the regression.

    Raises
    ------
    OptionError
        No exposure, an exposure that is not in the model, a number without a reference, or an outcome that is not yes/no.
    DataError
        A reference is not finite.

    Notes
    -----
    Linearised: with R = sum w mu_i(reference) / sum w y, the scores of R are [w mu_i - R w y_i] / sum w y plus the gradient of R
    by the coefficients times their influence, so that the distribution of exposures and covariates counts as sampled.

    References
    ----------
    Bruzzi P et al. 1985, doi:10.1093/oxfordjournals.aje.a114174. Greenland S, Drescher K 1993, doi:10.2307/2532206.
    Graubard BI, Fears TR 2005 (complex samples), doi:10.1111/j.1541-0420.2005.00355.x.

    Examples
    --------
    >>> from crampstats.core.design import SurveyDesign
    >>> from crampstats.estimate.regression import fit_regression
    >>> people = pd.DataFrame({"cramps": [1, 0, 0, 0, 1, 1, 0, 1], "old": [0, 0, 0, 0, 1, 1, 1, 1]})
    >>> fit = fit_regression(SurveyDesign(people), "cramps ~ old")
    >>> float(estimate_attributable_fraction(fit, ["old"]).frame.loc[0, "estimate"].round(3))
    0.5
    """
    check_level(level)
    if not np.isfinite(fit.n_events):
        raise OptionError(f"an attributable fraction is a share of cases; {fit.outcome!r} is not yes/no.")
    references = _references(fit, exposures)
    settings: list[Setting] = [{name: value} for name, value in references.items()]
    if len(references) > 1:
        settings.append(references)
    ratio, covariance = _ratios(fit, settings)
    frame = _rows(fit, settings, ratio, np.sqrt(np.diag(covariance)), level)
    found = wrap_rows(fit, frame, level, covariance=covariance)
    method = (
        f"{found.method} Attributable fractions are 1 less the ratio of the fitted cases with the exposure at its reference to "
        "the cases observed, with linearised design variance and intervals on the scale of the logarithm of that ratio."
    )
    return replace(found, method=method).with_notes(NOTE)


def _references(fit: Regression, exposures: Sequence[str] | Mapping[str, Any]) -> dict[str, Any]:
    """Each exposure with its reference."""
    if isinstance(exposures, str) or not exposures:
        raise OptionError("exposures are given as a list of columns, or as a mapping of columns to their reference.")
    given = dict(exposures) if isinstance(exposures, Mapping) else dict.fromkeys(exposures)
    for name, value in given.items():
        require_exposure(fit, name)
        column = fit.rows.columns[name]
        if value is not None:
            check_values(name, column, [value])
        elif isinstance(column, pd.Categorical):
            given[name] = column.categories[0]
        elif is_yes_no(column):
            given[name] = 0
        else:
            raise OptionError(
                f"{name!r} is a number; say to which value it is set, such as {{{name!r}: {np.median(column):g}}} (its median)."
            )
    return given


def _ratios(fit: Regression, settings: Sequence[Setting]) -> tuple[Floats, Floats]:
    """Cases fitted at each setting over cases observed, and their covariance."""
    means = standardise_means(fit, settings)
    observed = float(fit.rows.weight @ fit.rows.response) / fit.rows.scale
    if not observed > 0:
        raise DataError(f"nobody analysed has {fit.outcome!r}; there are no cases to share out.")
    ratio = means.mean / observed

    def scores(block: Block) -> Floats:
        direct = fitted_under(fit, block, settings) - ratio * block.response[:, None]
        return np.asarray((direct + fit.influence(block) @ means.gradient.T) / observed, dtype=np.float64)

    return ratio, fit.rows.covariance(scores)


def _rows(fit: Regression, settings: Sequence[Setting], ratio: Floats, std_error: Floats, level: float) -> pd.DataFrame:
    from scipy import stats

    log_error = std_error / ratio
    half = t_quantile(np.full(len(ratio), fit.df), level) * log_error
    t = np.divide(np.log(ratio), log_error, out=np.full(len(ratio), np.nan), where=log_error > 0)
    return pd.DataFrame({
        "measure": MEASURE, "exposure": [" + ".join(setting) for setting in settings],
        "level": [", ".join(f"set to {describe_value(fit, *pair)}" for pair in setting.items()) for setting in settings],
        "estimate": 1 - ratio, "std_error": std_error,
        "conf_low": 1 - ratio * np.exp(half), "conf_high": 1 - ratio * np.exp(-half), "df": fit.df,
        "p_value": 2 * stats.t.sf(np.abs(t), fit.df) if fit.df >= 1 else np.nan, "unit": "share",
    })
