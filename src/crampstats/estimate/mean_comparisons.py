"""Do groups differ in a measured variable? Design-based t test of means and rank tests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError, unknown_name
from crampstats.core.estimates import Estimates
from crampstats.core.factors import is_missing
from crampstats.core.totals import num, present
from crampstats.estimate.cautions import df_cautions
from crampstats.estimate.engine_ranks import engine_score_sums
from crampstats.estimate.intervals import check_level, t_quantile
from crampstats.estimate.means import domain_centre, numeric_column, unit_of
from crampstats.estimate.prevalence import ALL, describe_result, pick_rows
from crampstats.estimate.sums import DomainSums, Floats, group_columns, ratio_sums
from crampstats.estimate.variance import ratio_covariance, ratio_values

RankScore = Literal["wilcoxon", "van_der_waerden", "median"]

SCORE = "_rank_score"
ROUNDING = 1e-12  # the person in the middle is not above the median
SCORE_WORDS = {
    "wilcoxon": "estimated population ranks (Wilcoxon; Kruskal-Wallis with more than two groups)",
    "van_der_waerden": "normal scores of estimated population ranks (van der Waerden)",
    "median": "whether estimated population ranks are above the median (Mood)",
}


@dataclass(frozen=True)
class _Groups:
    """Mean of each group with their covariance, the design degrees of freedom, persons, and persons of unknown group."""

    names: list[str]
    means: Floats
    covariance: Floats
    df: float
    n: Floats
    unknown: int


def compare_means(
    design: SurveyDesign, variable: str, by: str, *, reference: str | None = None, level: float = 0.95
) -> Estimates:
    """Compare the mean of a measured variable between the levels of one column by the design-based t test.

    Parameters
    ----------
    design
        Design whose domain is the population asked about.
    variable
        Numeric column; missing is left out.
    by
        Group column with at least two levels; missing is left out.
    reference
        Level the others are compared with; default the first in the declared order.
    level
        Confidence level.

    Returns
    -------
    Estimates
        "mean difference", one row per other level (`exposure` is the group column): mean_k - mean_ref in the variable's unit,
        standard error from the domain covariance, t interval and two-sided p with df = design df - (levels - 1), `n` of both
        groups. With more than two levels also "Wald F": all differences at once, on levels - 1 and the same df. R: `svyttest`.

    Raises
    ------
    OptionError
        Unknown column or reference.
    DataError
        The variable is not numeric, or fewer than two levels are left.
    DesignError
        A stratum has a single PSU and the design's rule is "error".

    References
    ----------
    Korn EL, Graubard BI 1990, doi:10.1080/00031305.1990.10475737.

    Examples
    --------
    >>> people = pd.DataFrame({"age": [20.0, 40.0, 60.0, 80.0], "sex": ["f", "m", "f", "m"]})
    >>> compare_means(SurveyDesign(people), "age", "sex").frame[["level", "estimate", "df"]].values.tolist()
    [['m', 20.0, 2.0]]
    """
    check_level(level)
    name = numeric_column(design, variable)
    groups = _group_means(design, name, domain_centre(design, name), by)
    base = _place(groups.names, reference, by)
    rows = [*_differences(groups, base, "mean difference", unit_of(design, name), level), *_overall(groups)]
    return _wrap(design, groups, rows, name, by, level, "Means are compared by design-based t tests.").with_notes(
        f"{by}: compared with {groups.names[base]}."
    )


def compare_ranks(
    design: SurveyDesign, variable: str, by: str, *, score: RankScore = "wilcoxon", reference: str | None = None,
    level: float = 0.95,
) -> Estimates:
    """Compare where the values of a variable lie between groups by a design-based rank test.

    Parameters
    ----------
    design
        Design with one row per person.
    variable, by, reference, level
        As in `compare_means`; the variable may be ordinal.
    score
        Of the estimated population rank r, a share between 0 and 1: "wilcoxon" r, "van_der_waerden" its normal quantile,
        "median" whether it is above 1/2.

    Returns
    -------
    Estimates
        Two groups: one row "difference in mean rank score" with t test on design df - 1. More: one row each against the
        reference, and "rank F", all groups at once (Kruskal-Wallis for "wilcoxon"), on levels - 1 and design df - (levels - 1).
        R: `svyranktest`.

    Raises
    ------
    OptionError, DataError, DesignError
        As in `compare_means`; DataError on pre-aggregated cells, or where a table outside memory has too many different values.

    Notes
    -----
    The rank of a value is the weighted share of persons below it plus half of those who share it. R takes the mean over rows of
    the cumulated weights instead, which among tied rows of unequal weights depends on the order of the rows; without ties, or
    with equal weights, the two are the same. Under replicate weights the scores stay and the group means are computed anew.

    References
    ----------
    Lumley T, Scott AJ 2013, doi:10.1093/biomet/ast039.

    Examples
    --------
    >>> people = pd.DataFrame({"age": [20.0, 40.0, 60.0, 80.0], "sex": ["f", "m", "f", "m"]})
    >>> float(compare_ranks(SurveyDesign(people), "age", "sex").frame.loc[0, "estimate"])
    0.25
    """
    check_level(level)
    if score not in get_args(RankScore):
        raise unknown_name("rank score", score, get_args(RankScore))
    name = numeric_column(design, variable)
    if design.counts:
        raise DataError(f"ranks of {name!r} need one row per person; cells hold sums only.")
    (group,) = _one_group(design, by)
    if isinstance(design.table, pd.DataFrame):
        scored = replace(design, table=design.table.assign(**{SCORE: _scores(design, name, group, score)}))
        groups = _group_means(scored, SCORE, domain_centre(scored, SCORE), by)
    else:
        groups = _means_of(design, *engine_score_sums(design, name, group, lambda rank: _score(rank, score)), group)
    base = _place(groups.names, reference, by)
    rows = [*_differences(groups, base, "difference in mean rank score", "rank score", level), *_overall(groups, "rank F")]
    result = _wrap(design, groups, rows, name, by, level, f"Groups are compared by {SCORE_WORDS[score]}.")
    return result.with_notes(f"{by}: compared with {groups.names[base]}.")


def _one_group(design: SurveyDesign, by: str) -> tuple[str, ...]:
    groups = group_columns(design, by)
    if len(groups) != 1:
        raise OptionError(f"groups are compared by one column; {len(groups)} were given.")
    return groups


def _group_means(design: SurveyDesign, name: str, centre: float, by: str) -> _Groups:
    """Domain means with their covariance."""
    (group,) = _one_group(design, by)
    return _means_of(design, ratio_sums(design, num(name, centre), present(name), (group,)), centre, group)


def _means_of(design: SurveyDesign, sums: DomainSums, centre: float, by: str) -> _Groups:
    """Means of the groups from sums of a variable less its centre."""
    rows = pick_rows(sums, (by,), design.labels, overall=False)
    names = [str(key) for key in rows.frame[by]]
    if len(names) < 2:
        raise DataError(f"{by!r} has {len(names)} level(s) among the analysed; at least two are needed to compare.")
    known = rows.pick.sum(axis=0, keepdims=True)
    return _Groups(
        names, ratio_values(sums, rows.pick) + centre, ratio_covariance(sums, rows.pick, design.lonely),
        float(sums.degrees_of_freedom(known)[0]), rows.pick @ sums.n, rows.unknown,
    )


def _place(names: list[str], reference: str | None, by: str) -> int:
    if reference is None:
        return 0
    if str(reference) not in names:
        raise unknown_name(f"level of {by}", reference, names)
    return names.index(str(reference))


def _differences(groups: _Groups, base: int, measure: str, unit: str, level: float) -> list[dict[str, Any]]:
    """Each other group less the reference, with t interval and p."""
    from scipy import stats

    df = groups.df - (len(groups.names) - 1)
    found = []
    for k in (i for i in range(len(groups.names)) if i != base):
        pair = [k, base]
        variance = float(np.array([1.0, -1.0]) @ groups.covariance[np.ix_(pair, pair)] @ np.array([1.0, -1.0]))
        value, std_error = float(groups.means[k] - groups.means[base]), float(np.sqrt(max(variance, 0.0))) if df >= 1 else np.nan
        half = float(t_quantile(np.array([df]), level)[0]) * std_error
        p_value = 2 * float(stats.t.sf(abs(value) / std_error, df)) if std_error > 0 else np.nan
        found.append({
            "measure": measure, "level": groups.names[k], "estimate": value, "std_error": std_error, "conf_low": value - half,
            "conf_high": value + half, "df": df, "p_value": p_value, "n": groups.n[k] + groups.n[base], "unit": unit,
        })
    return found


def _overall(groups: _Groups, measure: str = "Wald F") -> list[dict[str, Any]]:
    """Wald F of all differences at once, where there are more than two groups."""
    from scipy import stats

    free = len(groups.names) - 1
    if free < 2:
        return []
    df = groups.df - free
    contrast = np.column_stack([-np.ones(free), np.eye(free)])
    apart, spread = contrast @ groups.means, contrast @ groups.covariance @ contrast.T
    is_known = df >= 1 and np.isfinite(spread).all() and np.linalg.matrix_rank(spread, hermitian=True) == free
    statistic = float(apart @ np.linalg.solve(spread, apart)) / free if is_known else np.nan
    return [{"measure": measure, "level": f"{free} numerator df", "estimate": statistic, "df": df, "unit": "statistic",
             "p_value": float(stats.f.sf(statistic, free, df)), "n": float(groups.n.sum())}]


def _wrap(
    design: SurveyDesign, groups: _Groups, rows: list[dict[str, Any]], name: str, by: str, level: float, method: str
) -> Estimates:
    frame = pd.DataFrame(rows).assign(outcome=name, exposure=by)
    frame["caution"] = df_cautions(np.fmin(groups.df, frame["df"]))
    result = describe_result(design, frame, (), (), level, None, groups.unknown, method)
    return replace(result, labels={one: design.labels[one] for one in (name, by) if one in design.labels})


def _scores(design: SurveyDesign, name: str, by: str, score: RankScore) -> Floats:
    """Rank score of each person analysed; NaN elsewhere."""
    table = design.table
    weight = table[design.weights].to_numpy(dtype=np.float64) if design.weights else np.ones(len(table))
    inside = ~is_missing(table[name]) & ~is_missing(table[by]) & (table[by].astype(object) != ALL).to_numpy() & (weight > 0)
    if design.domain:
        inside &= table[design.domain].to_numpy(dtype=bool)
    value = table.loc[inside, name].to_numpy(dtype=np.float64)
    distinct, place = np.unique(value, return_inverse=True)
    held = np.bincount(place.ravel(), weight[inside], len(distinct))
    rank = (np.cumsum(held) - held / 2) / max(float(held.sum()), np.finfo(float).tiny)
    scores = np.full(len(table), np.nan)
    scores[inside] = _score(rank, score)[place.ravel()]
    return scores


def _score(rank: Floats, score: RankScore) -> Floats:
    if score == "median":
        return (rank > 0.5 + ROUNDING).astype(np.float64)
    if score == "van_der_waerden":
        from scipy import stats

        return np.asarray(stats.norm.ppf(rank), dtype=np.float64)
    return rank
