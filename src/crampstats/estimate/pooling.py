"""Published studies put together: exact study intervals, logit effects, random-effects pooling with prediction interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.estimates import Estimates
from crampstats.estimate.intervals import Shares, check_level, proportion_interval
from crampstats.estimate.meta_fit import (
    TAU2_WORDS,
    Array,
    EffectModel,
    Tau2Method,
    Test,
    fit_effect_model,
    profile_tau2,
)
from crampstats.estimate.meta_sparse import fit_binomial_normal
from crampstats.estimate.meta_studies import floats, merge_waves, names_of, read_studies, total_cases

MINIMUM_TO_POOL = 3
TOO_FEW = "too few studies to pool"
LEAD = "Read the prediction interval first: it says where the prevalence of a further study of this kind would lie."
BACK_TRANSFORM = (
    "Prevalences are expit of the log odds, bounds likewise; the pooled one is the prevalence of the median study, "
    "and the standard error and p-value belong to the log odds."
)


def estimate_study_prevalence(
    studies: pd.DataFrame, *, by: str | Sequence[str] = ("setting", "recall_window"), level: float = 0.95
) -> Estimates:
    """Prevalence of each study with its exact (Clopper-Pearson) interval.

    Parameters
    ----------
    studies
        One row per study: text `study`, counts `cases` and `n` (missing allowed), the `by` columns; optionally `share`
        with `share_low` and `share_high` (0 to 1, as printed) for studies without a count, `threshold` and `caution`.
    by
        Columns that group the studies; they come first in the result, then `study`.
    level
        Confidence level of the exact intervals. A printed interval keeps its own level.

    Returns
    -------
    Estimates
        One row per study in the order given, measure "prevalence", on the scale 0 to 1. A study without cases shows its
        printed share and interval; without n, no interval. A study with neither cases nor share has no row and is
        named in the notes.

    Raises
    ------
    DataError
        A column is lacking, or counts are impossible (n below 1, cases below 0 or above n).

    Notes
    -----
    Clopper-Pearson: lower `qbeta(a/2, x, n - x + 1)`, upper `qbeta(1 - a/2, x + 1, n - x)` with x cases.
    It takes every study for a simple sample; where that is wrong, `caution` should say so.
    Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404.

    Examples
    --------
    >>> studies = pd.DataFrame({"study": ["A"], "setting": ["clinic"], "cases": [0], "n": [30]})
    >>> frame = estimate_study_prevalence(studies, by="setting").to_frame()
    >>> [round(float(frame[column][0]), 4) for column in ("estimate", "conf_low", "conf_high")]
    [0.0, 0.0, 0.1157]
    """
    check_level(level)
    groups = names_of(by)
    table = read_studies(studies, (*groups, "study"))
    shown = table[table["share"].notna()]
    dropped = table.loc[table["share"].isna(), "study"].astype(str).tolist()
    counted = shown["cases"].notna().to_numpy()
    share, n = floats(shown["share"]), floats(shown["n"])
    low, high = floats(shown["share_low"]), floats(shown["share_high"])
    unknown = np.full(len(shown), np.nan)
    exact = proportion_interval(Shares(share, np.zeros(len(shown)), unknown, n), "exact", level)
    rows = shown[[*groups, "study", "n", "caution"]].assign(
        measure="prevalence",
        outcome=shown["threshold"],
        estimate=share,
        std_error=np.where(counted, np.sqrt(share * (1 - share) / n), np.nan),
        conf_low=np.where(counted, exact[0], low),
        conf_high=np.where(counted, exact[1], high),
        n_events=shown["cases"],
        unit="share of persons",
    )
    notes = (f"Without a percentage that can be drawn: {'; '.join(dropped)}.",) if dropped else ()
    return Estimates(
        rows,
        groups=(*groups, "study"),
        method="Exact (Clopper-Pearson) intervals of each study; where only a percentage was printed, its printed interval.",
        confidence_level=level,
        weights="unweighted",
        notes=notes,
    )


def pool_effects(
    effects: Sequence[float] | Array,
    variances: Sequence[float] | Array,
    *,
    tau2: Tau2Method = "reml",
    test: Test = "knapp_hartung",
    level: float = 0.95,
) -> Estimates:
    """Pool effects of any kind, given each study's effect and sampling variance.

    Parameters
    ----------
    effects, variances
        One number per independent study, finite; variances above 0. At least 2 studies.
    tau2
        Between-study variance: "reml", "ml", "dl" (DerSimonian-Laird), "pm" (Paule-Mandel), "fixed" (none).
    test
        "knapp_hartung" (t with k - 1 degrees of freedom) or "normal"; "fixed" always uses the normal.
    level
        Confidence level, also of the prediction interval.

    Returns
    -------
    Estimates
        One row per measure, on the scale of the effects: "prediction interval" (first), "pooled effect" (p-value: effect
        0), "tau2" (Q-profile interval), "I2" (share), "H2", "Q" (p-value: no heterogeneity), "independent studies".
        The fixed-effect model has no prediction interval and no tau2.

    Raises
    ------
    DataError
        Fewer than 2 studies, effects or variances not finite, variances not above 0.
    OptionError
        Unknown `tau2` or `test`.

    Notes
    -----
    Prediction interval: `b -/+ q sqrt(SE^2 + tau2)`, q from t with k - 1 degrees of freedom under Knapp-Hartung and from
    the normal otherwise (metafor's convention; Higgins, Thompson and Spiegelhalter 2009 use k - 2,
    doi:10.1111/j.1467-985X.2008.00552.x).

    Examples
    --------
    >>> frame = pool_effects([0.1, 0.4, 0.9], [0.04, 0.05, 0.03]).to_frame()
    >>> frame["measure"].tolist()[:3]
    ['prediction interval', 'pooled effect', 'tau2']
    """
    check_level(level)
    y, v = np.asarray(effects, dtype=float), np.asarray(variances, dtype=float)
    model, rows = _pooled_rows(y, v, tau2, test, level)
    return Estimates(
        pd.DataFrame(rows), method=method_words(tau2, test), confidence_level=level, weights="inverse variance",
        notes=(LEAD,) if model.is_random else (),
    )


def pool_studies(
    studies: pd.DataFrame,
    *,
    by: str | Sequence[str] = ("setting", "recall_window"),
    survey: str = "survey",
    tau2: Tau2Method = "reml",
    test: Test = "knapp_hartung",
    level: float = 0.95,
    minimum: int = MINIMUM_TO_POOL,
) -> Estimates:
    """Random-effects pooled prevalence within each group of studies, on the logit scale.

    Parameters
    ----------
    studies
        As for `derive_effects`, one row per sample of persons; persons must not appear in two rows of one group.
    by
        Columns within which studies are pooled; () pools all.
    survey
        Column that says which rows belong to one survey. Its waves in a group are added up and count as one study.
    tau2, test, level
        As in `pool_effects`.
    minimum
        Fewest independent studies that are pooled.

    Returns
    -------
    Estimates
        Per group: "prediction interval" and "pooled prevalence" on the scale 0 to 1, then "pooled log odds", "tau2"
        (logit scale), "I2", "H2", "Q" and "independent studies" (`estimate` holds the number; with the other rows, `n`
        and `n_events` are persons and cases; `n_events` is missing where a study printed no count). A group below
        `minimum` has the rows "too few studies to pool" (no estimate) and "independent studies".

    Raises
    ------
    DataError
        A column is lacking, counts are impossible, or waves of one survey cannot be added up for want of counts.
    OptionError
        Unknown `tau2` or `test`.

    Notes
    -----
    Back-transformation: `expit` of the pooled log odds and of both bounds, no correction; see `BACK_TRANSFORM`.

    Examples
    --------
    >>> studies = pd.DataFrame({"survey": list("AABC"), "cases": [9, 11, 14, 30], "n": [50, 50, 40, 60]})
    >>> frame = pool_studies(studies, by=()).to_frame()
    >>> float(frame.loc[frame["measure"] == "independent studies", "estimate"].iloc[0])
    3.0
    """
    check_level(level)
    groups = names_of(by)
    rows: list[dict[str, Any]] = []
    for key, part in _split(merge_waves(studies, groups, survey), groups):
        totals = {**key, "n": part["n"].sum(), "n_events": total_cases(part)}
        found = (
            _too_few(len(part), minimum)
            if len(part) < minimum
            else _prevalence_rows(_pooled_rows(floats(part["effect"]), floats(part["variance"]), tau2, test, level)[1])
        )
        rows += [{**totals, **row} for row in found]
    return Estimates(
        pd.DataFrame(rows, columns=None if rows else [*groups, "measure"]),
        groups=groups,
        method=f"Log odds of the studies; {method_words(tau2, test)}",
        confidence_level=level,
        weights="inverse variance",
        notes=(LEAD, BACK_TRANSFORM, f"Pooled at {minimum} or more independent studies; waves of one survey count once."),
    )


def pool_sparse_studies(
    studies: pd.DataFrame,
    *,
    by: str | Sequence[str] = ("setting", "recall_window"),
    survey: str = "survey",
    level: float = 0.95,
    minimum: int = MINIMUM_TO_POOL,
    nodes: int = 25,
) -> Estimates:
    """Pooled prevalence by the binomial-normal model, for few cases: no half case is ever added.

    Parameters
    ----------
    studies, by, survey, level, minimum
        As in `pool_studies`; studies without counts are left out.
    nodes
        Points of the adaptive Gauss-Hermite quadrature.

    Returns
    -------
    Estimates
        Per group: "prediction interval", "pooled prevalence" (0 to 1), "pooled log odds", "tau2" (maximum likelihood) and
        "independent studies", or the rows for too few studies.

    Raises
    ------
    DataError
        As `pool_studies`; no cases at all, or nothing but cases.
    OptionError
        The likelihood has its maximum at no between-study variance.

    Notes
    -----
    Intervals are normal (metafor's `rma.glmm(measure="PLO")`, which `tests/reference/meta` holds it against).
    """
    from scipy.stats import norm

    check_level(level)
    groups = names_of(by)
    z = float(norm.isf((1 - level) / 2))
    merged = merge_waves(studies, groups, survey)
    rows: list[dict[str, Any]] = []
    for key, part in _split(merged[merged["cases"].notna()], groups):
        cases, n = floats(part["cases"]), floats(part["n"])
        totals = {**key, "n": int(n.sum()), "n_events": int(cases.sum())}
        if len(part) < minimum:
            rows += [{**totals, **row} for row in _too_few(len(part), minimum)]
            continue
        fit = fit_binomial_normal(cases, n, nodes=nodes)
        std_error = float(np.sqrt(fit.covariance[0, 0]))
        pooled = [
            _around("prediction interval", fit.mean, float(np.hypot(std_error, fit.tau)), z, np.inf),
            _around("pooled effect", fit.mean, std_error, z, np.inf) | {"p_value": float(2 * norm.sf(abs(fit.mean) / std_error))},
            {"measure": "tau2", "estimate": fit.tau**2, "unit": "squared log odds"},
            {"measure": "independent studies", "estimate": len(part), "unit": "studies"},
        ]
        rows += [{**totals, **row} for row in _prevalence_rows(pooled)]
    return Estimates(
        pd.DataFrame(rows, columns=None if rows else [*groups, "measure"]),
        groups=groups,
        method=f"Binomial-normal random-effects model, maximum likelihood, adaptive Gauss-Hermite with {nodes} points.",
        confidence_level=level,
        weights="likelihood",
        notes=(LEAD, BACK_TRANSFORM),
    )


def _pooled_rows(
    effects: Array, variances: Array, tau2: Tau2Method, test: Test, level: float
) -> tuple[EffectModel, list[dict[str, Any]]]:
    """The fitted intercept model and its rows on the scale of the effects."""
    from scipy import stats

    design = np.ones((len(effects), 1))
    model = fit_effect_model(effects, variances, design, tau2=tau2, test=test)
    center, std_error = float(model.coefficients[0]), float(model.std_errors[0])
    distribution = stats.t(model.df) if np.isfinite(model.df) else stats.norm
    quantile = float(distribution.isf((1 - level) / 2))
    rows = [
        {**_around("pooled effect", center, std_error, quantile, model.df), "caution": _agreement(model, quantile, level),
         "p_value": float(2 * distribution.sf(abs(center) / std_error)) if std_error > 0 else np.nan},
        {"measure": "I2", "estimate": model.i2, "unit": "share of variance"},
        {"measure": "H2", "estimate": model.h2, "unit": "ratio"},
        {"measure": "Q", "estimate": model.q, "df": model.q_df, "unit": "chi-square",
         "p_value": float(stats.chi2.sf(model.q, model.q_df))},
        {"measure": "independent studies", "estimate": len(effects), "unit": "studies"},
    ]
    if not model.is_random:
        return model, rows
    low, high = profile_tau2(effects, variances, design, level=level)
    spread = {"measure": "tau2", "estimate": model.tau2, "conf_low": low, "conf_high": high, "unit": "squared effect"}
    reach = _around("prediction interval", center, float(np.hypot(std_error, np.sqrt(model.tau2))), quantile, model.df)
    return model, [reach, rows[0], spread, *rows[1:]]


def _around(measure: str, center: float, std_error: float, quantile: float, df: float) -> dict[str, Any]:
    return {
        "measure": measure, "estimate": center, "std_error": std_error, "df": df, "unit": "effect",
        "conf_low": center - quantile * std_error, "conf_high": center + quantile * std_error,
    }


def _agreement(model: EffectModel, quantile: float, level: float) -> str:
    """Knapp-Hartung intervals shrink when studies agree by chance (doi:10.1186/1471-2288-14-25): say so."""
    from scipy.stats import norm

    if quantile * np.sqrt(model.scale) < float(norm.isf((1 - level) / 2)) * (1 - 1e-12):
        return "studies agree more closely than sampling error allows: the interval is narrower than the normal one, too narrow"
    return ""


def _prevalence_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows on the logit scale as rows on the prevalence scale; the pooled log odds stay beside the pooled prevalence."""
    result = []
    for row in rows:
        if row["measure"] in ("prediction interval", "pooled effect"):
            name = row["measure"].replace("effect", "prevalence")
            bounds = {column: _expit(row[column]) for column in ("estimate", "conf_low", "conf_high")}
            result.append({**row, **bounds, "measure": name, "std_error": np.nan, "p_value": np.nan, "unit": "share of persons"})
        if row["measure"] == "pooled effect":
            result.append({**row, "measure": "pooled log odds", "unit": "log odds"})
        elif row["measure"] != "prediction interval":
            result.append({**row, "unit": "squared log odds" if row["measure"] == "tau2" else row["unit"]})
    return result


def _too_few(k: int, minimum: int) -> list[dict[str, Any]]:
    caution = f"{k} independent {'study' if k == 1 else 'studies'}; {minimum} are needed to pool"
    return [
        {"measure": TOO_FEW, "caution": caution},
        {"measure": "independent studies", "estimate": k, "unit": "studies"},
    ]


def _split(table: pd.DataFrame, groups: Sequence[str]) -> list[tuple[dict[str, Any], pd.DataFrame]]:
    """Each group's key columns with its rows, in the order of the keys."""
    if not groups:
        return [({}, table)] if len(table) else []
    pairs = table.groupby(list(groups), sort=True, dropna=False)
    return [(dict(zip(groups, key, strict=True)), part) for key, part in pairs]


def method_words(tau2: Tau2Method, test: Test) -> str:
    """How it was computed, for a methods paragraph."""
    words = f"inverse-variance weights, between-study variance by {TAU2_WORDS[tau2]}"
    if tau2 == "fixed":
        return f"{words}, normal intervals."
    return f"{words}, {'Knapp-Hartung' if test == 'knapp_hartung' else 'normal'} intervals, Q-profile interval of tau2."


def _expit(logit: float) -> float:
    from scipy.special import expit

    return float(expit(logit))
