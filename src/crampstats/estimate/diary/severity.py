"""How bad and how long: severity and minutes of cramp nights, where they strike, whether they wake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates, concat_estimates
from crampstats.core.labels import Label
from crampstats.estimate.cautions import FEW_PERSONS, df_cautions, join_cautions, share_cautions
from crampstats.estimate.diary.conditional_rows import level_words, wrap_diary
from crampstats.estimate.diary.linear_mixed import MixedSolution, fit_random_means
from crampstats.estimate.diary.rate_sums import group_nights, sum_by_person
from crampstats.estimate.diary.rates import exact_interval, rate_interval
from crampstats.estimate.diary.rows import PanelRows, build_panel_rows
from crampstats.estimate.intervals import Shares, check_level, t_quantile
from crampstats.estimate.model_matrix import INTERCEPT
from crampstats.estimate.sums import Floats

SEVERITY, MINUTES = "cramp_severity", "cramp_minutes"
FEATURES = ("cramp_site", "cramp_side", "woken_by_cramp")
GROUP = "_group"


@dataclass(frozen=True, eq=False)
class SeverityFit:
    """A linear mixed model of severity or minutes; read it with `estimate_severity_terms`.

    Parameters
    ----------
    rows
        Cramp nights analysed.
    solution
        Fixed effects and variances.
    is_log
        The outcome was taken as its logarithm.
    notes
        What a reader must know.
    """

    rows: PanelRows
    solution: MixedSolution
    is_log: bool
    notes: tuple[str, ...] = ()


def fit_severity(panel: DiaryPanel, formula: str = "cramp_severity ~ 1", *, log: bool = False) -> SeverityFit:
    """Fit severity (or, with `log`, minutes) of cramp nights with a random intercept for each person.

    Parameters
    ----------
    panel
        The diary. Nights without the outcome, which are those without a cramp, are left out.
    formula
        "cramp_severity ~ standing_hours"; with an intercept.
    log
        Model the logarithm; ratios of geometric means. Values of 0 are left out and counted.

    Returns
    -------
    SeverityFit
        By restricted maximum likelihood.

    Raises
    ------
    OptionError, DataError
        As in `build_panel_rows`; also when persons and nights cannot be told apart.

    References
    ----------
    Laird NM, Ware JH 1982, doi:10.2307/2529876. Bates D et al. 2015 (lme4), doi:10.18637/jss.v067.i01.
    """
    notes: list[str] = []
    outcome = formula.split("~")[0].strip().strip("`")
    if log and outcome in panel.table:
        values = panel.values(outcome)
        if lost := int((panel.inside & (values <= 0)).sum()):
            notes.append(f"{lost:,} nights with {outcome.replace('_', ' ')} of 0 have no logarithm and are left out.")
        panel = panel.subset(values > 0)
    rows = build_panel_rows(panel, formula, kind="number")
    response = np.log(rows.response) if log else rows.response
    solution = fit_random_means(np.ascontiguousarray(rows.matrix.rows(slice(0, len(rows)))), response, rows.starts)
    if solution.sd_person == 0:
        notes.append("Persons differ no more than their nights make them: the standard deviation between them is 0.")
    return SeverityFit(rows, solution, log, tuple(notes))


def estimate_severity_terms(fit: SeverityFit, *, level: float = 0.95) -> Estimates:
    """Differences (or ratios of geometric means), one row per coefficient besides the intercept.

    Parameters
    ----------
    fit
        From `fit_severity`.
    level
        Confidence level.

    Returns
    -------
    Estimates
        "mean difference", or "ratio of geometric means" (`std_error` is then that of the logarithm); t intervals and two-sided p
        with Satterthwaite's degrees of freedom. `n` persons; ``n_nights`` cramp nights.
    """
    check_level(level)
    named = [(i, one) for i, one in enumerate(fit.rows.coefficients) if one.name != INTERCEPT]
    rows = []
    for place, one in named:
        contrast = np.eye(len(fit.rows.coefficients))[place]
        rows.append({**_combined(fit, contrast, level), "exposure": one.term, "level": level_words(fit.rows.panel, one)})
    frame = pd.DataFrame(rows).assign(measure="ratio of geometric means" if fit.is_log else "mean difference")
    if fit.is_log:
        frame["unit"] = "ratio"
    return _wrapped(fit, frame, level)


def estimate_severity(
    panel: DiaryPanel, *, by: str | None = None, outcomes: Sequence[str] = (SEVERITY, MINUTES), level: float = 0.95
) -> Estimates:
    """Mean severity and geometric mean of minutes of cramp nights, and how much persons differ.

    Parameters
    ----------
    panel
        The diary.
    by
        Column of groups, of persons or nights.
    outcomes
        Columns; those the diary lacks are left out. Minutes are taken as logarithms.
    level
        Confidence level.

    Returns
    -------
    Estimates
        For each outcome and group "mean" or "geometric mean" of a cramp night of an average person (random intercept, REML; t
        interval with Satterthwaite's df; `std_error` of a geometric mean is that of its logarithm), then "standard deviation
        between persons" and "... between nights of a person" (of logarithms for minutes). `n` persons, ``n_nights`` cramp nights.

    Raises
    ------
    OptionError
        The diary has none of the columns, or not that of the groups.
    DataError
        No cramp night has an answer, or persons and nights cannot be told apart.
    """
    check_level(level)
    known = [name for name in outcomes if name in panel.table]
    if not known:
        panel.require(*outcomes)
    return concat_estimates([_means(panel, name, by, level) for name in known])


def estimate_cramp_features(
    panel: DiaryPanel, *, features: Sequence[str] = FEATURES, cramp: str = "cramp", level: float = 0.95
) -> Estimates:
    """Shares of cramp nights: site, side, woken.

    Parameters
    ----------
    panel
        The diary.
    features
        Columns; those the diary lacks are left out.
    cramp
        Yes/no column that says which nights have a cramp; without it every night with an answer counts.
    level
        Confidence level.

    Returns
    -------
    Estimates
        "share of cramp nights" of each level (`exposure` the column), with persons as sampling units and logit intervals; shares
        of one column sum to 1. Nights without an answer are left out of that column. `n` persons, `n_events` nights of the level,
        ``n_nights`` nights with an answer.

    Raises
    ------
    OptionError
        The diary has none of the columns.
    DataError
        No cramp night has an answer.
    """
    check_level(level)
    known = [name for name in features if name in panel.table]
    if not known:
        panel.require(*features)
    nights = panel.subset(panel.values(cramp) == 1) if cramp in panel.table else panel
    parts = [part for name in known for part in _feature_rows(nights, name, level)]
    if not parts:
        raise DataError(f"no cramp night has an answer to {', '.join(known)}.")
    return wrap_diary(
        panel, pd.DataFrame(parts), level, outcome=cramp, extras=("n_nights",),
        method="Shares of cramp nights with persons as sampling units; logit intervals with t on persons - 1.",
    )


def _means(panel: DiaryPanel, outcome: str, by: str | None, level: float) -> Estimates:
    """Means of one outcome by group, and the standard deviations."""
    is_log, levels = outcome == MINUTES, [""]
    if not (panel.inside & ~np.isnan(panel.values(outcome))).any():
        raise DataError(f"no cramp night has an answer to {outcome!r}.")
    if by is not None:
        panel.require(by)
        groups = group_nights(panel.subset(~np.isnan(panel.values(outcome))), by)
        levels = [str(one) for one in groups.frame[by]]
        numbers = pd.Series(groups.code).astype(str).where(groups.code >= 0).to_numpy(dtype=object)
        panel = panel.with_columns(**{GROUP: numbers})
        order = Label(by, levels=tuple(str(i) for i in range(len(levels))))
        panel = panel.described(labels={**panel.labels, GROUP: order})
    split = by is not None and len(levels) > 1
    fit = fit_severity(panel, f"{outcome} ~ {GROUP}" if split else f"{outcome} ~ 1", log=is_log)
    rows = []
    for place, words in enumerate(levels):
        contrast = np.zeros(len(fit.rows.coefficients))
        contrast[0] = 1.0
        if place:
            contrast[place] = 1.0
        members = _members(fit.rows, place if split else None)
        measure = "geometric mean" if is_log else "mean"
        rows.append({**_combined(fit, contrast, level), **members, "measure": measure, "level": words})
    spreads = (("between persons", fit.solution.sd_person), ("between nights of a person", fit.solution.sd_night))
    for words, value in spreads:
        measure = f"standard deviation {words}{' of logarithms' if is_log else ''}"
        rows.append({"measure": measure, "estimate": value, **_members(fit.rows, None)})
    frame = pd.DataFrame(rows).assign(outcome=outcome, exposure=by or "")
    return _wrapped(fit, frame, level)


def _members(rows: PanelRows, place: int | None) -> dict[str, Any]:
    """Persons and nights of one group."""
    where = np.ones(len(rows), dtype=bool)
    if place is not None:
        where = rows.panel.table[GROUP].astype(str).to_numpy()[rows.places] == str(place)
    return {"n": len(np.unique(rows.codes[where])), "n_nights": float(where.sum())}


def _combined(fit: SeverityFit, contrast: Floats, level: float) -> dict[str, Any]:
    """A combination of fixed effects with interval, df and p; exponentiated where logarithms were modelled."""
    from scipy import stats

    solution = fit.solution
    value = float(contrast @ solution.coefficients)
    std_error = float(np.sqrt(contrast @ solution.covariance @ contrast))
    df = solution.degrees_of_freedom(contrast)
    # with hardly a degree of freedom the bound of a ratio is infinite
    with np.errstate(over="ignore"):
        return {**_bounds(fit, value, std_error, df, level), "p_value": float(2 * stats.t.sf(abs(value) / std_error, df))}


def _bounds(fit: SeverityFit, value: float, std_error: float, df: float, level: float) -> dict[str, Any]:
    shown = np.exp if fit.is_log else float
    half = float(t_quantile(np.array([df]), level)[0]) * std_error
    few = len(fit.rows.sizes)
    return {
        "estimate": float(shown(value)), "std_error": std_error, "conf_low": float(shown(value - half)),
        "conf_high": float(shown(value + half)), "df": df,
        "unit": fit.rows.panel.labels[fit.rows.outcome].unit if fit.rows.outcome in fit.rows.panel.labels else "",
        "caution": join_cautions(df_cautions([df])[0], f"review: {few} persons (< {FEW_PERSONS})" if few < FEW_PERSONS else ""),
    }


def _wrapped(fit: SeverityFit, frame: pd.DataFrame, level: float) -> Estimates:
    counts = {"n": len(fit.rows.sizes), "n_nights": float(len(fit.rows))}
    frame = frame.assign(outcome=fit.rows.outcome, **{name: value for name, value in counts.items() if name not in frame})
    # a mean is not tested against 0
    frame.loc[frame["measure"].isin(["mean", "geometric mean"]), "p_value"] = np.nan
    return wrap_diary(
        fit.rows.panel, frame, level, outcome=fit.rows.outcome, notes=fit.notes, extras=("n_nights",),
        method=f"Linear mixed model of {'the logarithm of ' if fit.is_log else ''}{fit.rows.outcome.replace('_', ' ')} in cramp "
        "nights, random intercept for each person, REML; t intervals with Satterthwaite's degrees of freedom.",
    )


def _feature_rows(panel: DiaryPanel, name: str, level: float) -> list[dict[str, Any]]:
    """A share for each level of a column."""
    column = panel.table[name]
    known = panel.inside & column.notna().to_numpy(dtype=bool)
    if not known.any():
        return []
    groups = group_nights(panel.subset(known), name)
    every = group_nights(panel, None)
    found = []
    for place, words in enumerate(groups.frame[name]):
        values = np.where(known, groups.code == place, np.nan)
        sums = sum_by_person(panel, values.astype(np.float64), every)
        share, residuals = sums.ratio()
        df, nights, events = sums.members - 1, sums.total(sums.nights), sums.total(sums.events)
        std_error = np.sqrt(sums.variance(residuals))
        low, high = rate_interval(share, std_error, df, level, is_share=True)
        exact = exact_interval(events, nights, level, is_share=True)
        flat = not 0 < share[0] < 1
        found.append({
            "measure": "share of cramp nights", "outcome": "cramp", "exposure": name, "level": _words(words),
            "estimate": share[0], "std_error": std_error[0], "conf_low": (exact[0] if flat else low)[0],
            "conf_high": (exact[1] if flat else high)[0], "df": df[0], "n": sums.members[0],
            "n_events": round(float(events[0])), "n_nights": nights[0], "unit": "share",
            "caution": share_cautions(Shares(share, std_error, df, nights))[0],
        })
    return found


def _words(level: object) -> str:
    """A level as text; yes/no columns say yes or no."""
    if isinstance(level, (bool, np.bool_)) or level in (0, 1):
        return "yes" if level else "no"
    return str(level)
