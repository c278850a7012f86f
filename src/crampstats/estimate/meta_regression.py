"""Study effects explained by what distinguishes the studies, and the test for small-study effects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.estimate.intervals import check_level
from crampstats.estimate.meta_fit import Array, EffectModel, Tau2Method, Test, check_effects, fit_effect_model
from crampstats.estimate.meta_studies import merge_waves, names_of, total_cases
from crampstats.estimate.pooling import method_words

MINIMUM_TO_REGRESS = 10
TOO_FEW = "too few studies for a meta-regression"


def fit_effect_regression(
    effects: Sequence[float] | Array,
    variances: Sequence[float] | Array,
    moderators: pd.DataFrame,
    *,
    tau2: Tau2Method = "reml",
    test: Test = "knapp_hartung",
    level: float = 0.95,
) -> Estimates:
    """Random-effects meta-regression of any effects on study characteristics.

    Parameters
    ----------
    effects, variances
        One number per independent study; variances above 0.
    moderators
        One row per study, none missing. Number columns enter as they are; text columns as indicators of each level but
        the first in sorted order, which is the reference.
    tau2, test, level
        As in `pool_effects`.

    Returns
    -------
    Estimates
        "coefficient" rows (`exposure`: the moderator, "intercept" first; `level`: the category) on the scale of the
        effects, then "residual tau2", "residual I2", "R2" (share of tau2 explained, not below 0; missing for "fixed"),
        "test of moderators" (F, or chi-square under the normal test) and "residual Q". `covariance` is not given.

    Raises
    ------
    DataError
        Missing moderators, fewer studies than coefficients + 1, collinear moderators.

    Examples
    --------
    >>> table = fit_effect_regression([0.1, 0.4, 0.9, 1.1], [0.04] * 4, pd.DataFrame({"age": [20, 40, 60, 80]})).to_frame()
    >>> table["exposure"].tolist()[:2]
    ['intercept', 'age']
    """
    check_level(level)
    y, v = np.asarray(effects, dtype=float), np.asarray(variances, dtype=float)
    design, terms = _design_matrix(moderators)
    if len(design) != len(y):
        raise DataError(f"{len(y)} effects but {len(design)} rows of moderators; one row per study is expected.")
    model = fit_effect_model(y, v, design, tau2=tau2, test=test)
    alone = fit_effect_model(y, v, np.ones((len(y), 1)), tau2=tau2, test=test)
    rows = [*_coefficient_rows(model, terms, level), *_model_rows(model, alone.tau2)]
    return Estimates(
        pd.DataFrame(rows),
        method=f"Meta-regression; {method_words(tau2, test)}",
        confidence_level=level,
        weights="inverse variance",
        notes=("Differences between studies, not between persons: an association here need not hold within any study.",),
    )


def fit_study_regression(
    studies: pd.DataFrame,
    on: str | Sequence[str],
    *,
    survey: str = "survey",
    tau2: Tau2Method = "reml",
    test: Test = "knapp_hartung",
    level: float = 0.95,
    minimum: int = MINIMUM_TO_REGRESS,
) -> Estimates:
    """Meta-regression of study prevalences (log odds) on study columns such as setting and age.

    Parameters
    ----------
    studies
        As for `pool_studies`. Studies with a missing moderator are left out and named in the notes.
    on
        Moderator columns.
    survey
        Column that says which rows belong to one survey; its waves with equal moderators are added up.
    tau2, test, level
        As in `pool_effects`.
    minimum
        Fewest independent surveys that are regressed; also needed: more than coefficients + 1.

    Returns
    -------
    Estimates
        As `fit_effect_regression` in log odds, or the row "too few studies for a meta-regression" with n, cases and why.
    """
    names = names_of(on)
    lacking = [name for name in names if name not in studies]
    if lacking:
        raise DataError(f"the studies lack moderator(s) {', '.join(lacking)}; there are {', '.join(map(str, studies.columns))}.")
    complete = studies[list(names)].notna().all(axis=1)
    note = f"{int((~complete).sum())} of {len(studies)} rows lack {' or '.join(names)} and are left out."
    merged = merge_waves(studies[complete], names, survey)
    independent, needed = merged[survey].nunique(), minimum
    if independent >= minimum:
        needed = max(minimum, _design_matrix(merged[list(names)])[0].shape[1] + 2)
    if independent < needed:
        row = {
            "measure": TOO_FEW, "n": merged["n"].sum(), "n_events": total_cases(merged),
            "caution": f"{independent} independent studies with all moderators; {needed} are needed",
        }
        count = {"measure": "independent studies", "estimate": independent, "unit": "studies"}
        return Estimates(pd.DataFrame([row, count]), confidence_level=level, method="Meta-regression refused.", notes=(note,))
    fitted = fit_effect_regression(
        merged["effect"].to_numpy(), merged["variance"].to_numpy(), merged[list(names)], tau2=tau2, test=test, level=level
    )
    return fitted if complete.all() else fitted.with_notes(note)


def fit_egger_regression(
    effects: Sequence[float] | Array, variances: Sequence[float] | Array, *, level: float = 0.95
) -> Estimates:
    """Egger's test for small-study effects: effects on their standard errors, weights 1/v, free residual scale.

    Parameters
    ----------
    effects, variances
        One number per study, at least 3; variances above 0 and not all equal.
    level
        Confidence level.

    Returns
    -------
    Estimates
        One row, measure "Egger slope": the slope on the standard error, t with k - 2 degrees of freedom.

    Notes
    -----
    Equals metafor's `regtest(model = "lm")`. Egger et al. 1997, doi:10.1136/bmj.315.7109.629. With proportions the
    standard error follows the effect itself, so that the test finds "small-study effects" where there are none.
    """
    from scipy import stats

    check_level(level)
    y, v = np.asarray(effects, dtype=float), np.asarray(variances, dtype=float)
    design = np.column_stack([np.ones(len(y)), np.sqrt(v)])
    check_effects(y, v, design)
    bread = np.linalg.inv(design.T @ (design / v[:, None]))
    coefficients = bread @ (design.T @ (y / v))
    df = len(y) - 2
    scale = float(np.sum((y - design @ coefficients) ** 2 / v)) / df
    slope, std_error = float(coefficients[1]), float(np.sqrt(scale * bread[1, 1]))
    reach = float(stats.t.isf((1 - level) / 2, df)) * std_error
    row = {
        "measure": "Egger slope", "exposure": "standard error", "estimate": slope, "std_error": std_error, "df": df,
        "conf_low": slope - reach, "conf_high": slope + reach, "p_value": float(2 * stats.t.sf(abs(slope) / std_error, df)),
        "caution": "for proportions the standard error depends on the effect: not evidence of missing studies",
    }
    return Estimates(pd.DataFrame([row]), method="Egger's regression, weights 1/v.", confidence_level=level)


def _design_matrix(moderators: pd.DataFrame) -> tuple[Array, list[tuple[str, str]]]:
    """Intercept and moderators as numbers, with (moderator, category) of every column."""
    columns, terms = [np.ones(len(moderators))], [("intercept", "")]
    for name in moderators:
        column = moderators[name]
        if column.isna().any():
            absent = int(column.isna().sum())
            raise DataError(f"moderator {name!r} is missing in {absent} of {len(column)} studies; leave these out.")
        if pd.api.types.is_numeric_dtype(column):
            columns.append(column.to_numpy(dtype="float64"))
            terms.append((str(name), ""))
            continue
        for category in sorted(column.astype(str).unique())[1:]:
            columns.append((column.astype(str) == category).to_numpy(dtype="float64"))
            terms.append((str(name), category))
    return np.column_stack(columns), terms


def _coefficient_rows(model: EffectModel, terms: Sequence[tuple[str, str]], level: float) -> list[dict[str, Any]]:
    from scipy import stats

    distribution = stats.t(model.df) if np.isfinite(model.df) else stats.norm
    quantile = float(distribution.isf((1 - level) / 2))
    rows = []
    for (name, category), value, std_error in zip(terms, model.coefficients, model.std_errors, strict=True):
        rows.append({
            "measure": "coefficient", "exposure": name, "level": category, "estimate": value, "std_error": std_error,
            "conf_low": value - quantile * std_error, "conf_high": value + quantile * std_error, "df": model.df,
            "p_value": float(2 * distribution.sf(abs(value) / std_error)) if std_error > 0 else np.nan, "unit": "effect",
        })
    return rows


def _model_rows(model: EffectModel, tau2_alone: float) -> list[dict[str, Any]]:
    """What is left between the studies, what the moderators explain, and their joint test."""
    from scipy import stats

    tested = len(model.coefficients) - 1
    slopes = model.coefficients[1:]
    # residuals of zero leave no variance to test against
    wald = float(slopes @ np.linalg.solve(model.covariance[1:, 1:], slopes)) if model.scale > 0 else np.nan
    with_t = np.isfinite(model.df)
    statistic = wald / tested if with_t else wald
    p_value = stats.f.sf(statistic, tested, model.df) if with_t else stats.chi2.sf(statistic, tested)
    explained = max(0.0, (tau2_alone - model.tau2) / tau2_alone) if tau2_alone > 0 else 0.0
    return [
        {"measure": "residual tau2", "estimate": model.tau2, "unit": "squared effect"},
        {"measure": "residual I2", "estimate": model.i2, "unit": "share of variance"},
        {"measure": "R2", "estimate": explained if model.is_random else np.nan, "unit": "share of tau2"},
        {"measure": "test of moderators", "estimate": statistic, "df": tested, "p_value": float(p_value),
         "unit": "F" if with_t else "chi-square"},
        {"measure": "residual Q", "estimate": model.q, "df": model.q_df, "p_value": float(stats.chi2.sf(model.q, model.q_df)),
         "unit": "chi-square"},
    ]
