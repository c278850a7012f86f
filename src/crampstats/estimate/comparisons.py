"""Do groups differ in prevalence? Differences, ratios, tests of independence, and trend over ordered groups."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError, unknown_name
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome
from crampstats.estimate.cautions import df_cautions, join_cautions, share_cautions
from crampstats.estimate.independence import Table, independence_tests
from crampstats.estimate.intervals import Floats, Shares, check_level, t_quantile
from crampstats.estimate.prevalence import describe_result, estimate_shares, pick_rows
from crampstats.estimate.sums import DomainSums, find_outcome, group_columns, yes_no_sums

PAIRED = ("prevalence difference", "prevalence ratio")


def compare_groups(
    design: SurveyDesign, outcome: str | Outcome, by: str, *, reference: str | None = None, level: float = 0.95
) -> Estimates:
    """Compare the prevalence of an outcome between the levels of one column.

    Parameters
    ----------
    design
        Design whose domain is the population asked about.
    outcome
        Outcome or yes/no column; missing is left out.
    by
        Group column with at least two levels; missing is left out.
    reference
        Level the others are compared with; default the first in the declared order.
    level
        Confidence level.

    Returns
    -------
    Estimates
        Rows, in this order (`exposure` is the group column, `level` the level compared with the reference):
        "prevalence difference", one per other level: p_k - p_ref, standard error from the domain covariance, t interval and p;
        "prevalence ratio", one per other level: p_k / p_ref, `std_error` that of the log ratio, interval by exponentiation;
        "prevalence trend" when the levels are ordered: least-squares slope of the prevalences on their place in the declared
        order (per step up);
        "Rao-Scott F" and "Wald F" (adjusted), "Rao-Scott chi-squared": `estimate` is the statistic, `df` its denominator
        (chi-squared: its) degrees of freedom. Differences and ratios have df = design df - (levels - 1), trend design df - 1.

    Raises
    ------
    OptionError, DataError, DesignError
        As in `estimate_prevalence`; DataError with fewer than two levels.

    References
    ----------
    Rao JNK, Scott AJ 1984, doi:10.1214/aos/1176346391. Thomas DR, Rao JNK 1987, doi:10.1080/01621459.1987.10478475.
    """
    check_level(level)
    declared = find_outcome(design, outcome)
    groups = group_columns(design, by)
    if len(groups) != 1:
        raise OptionError(f"groups are compared by one column; {len(groups)} were given.")
    group = groups[0]
    sums = yes_no_sums(design, declared.name, (group,))
    rows = pick_rows(sums, (group,), design.labels, overall=False)
    names = [str(key) for key in rows.frame[group]]
    if len(names) < 2:
        raise DataError(f"{group!r} has {len(names)} level(s) among the analysed; at least two are needed to compare.")
    base = _reference(names, reference, group)
    shares, covariance = estimate_shares(sums, rows.pick, design)
    known = rows.pick.sum(axis=0, keepdims=True)
    df = float(sums.degrees_of_freedom(known)[0])
    n = float((known @ sums.n)[0])
    label = design.labels.get(group)
    found = [*_differences(names, base, shares, covariance, df, level), *_ratios(names, base, shares, covariance, df, level)]
    if label is not None and label.ordered and len(names) > 2:
        found.append(_trend(_positions(names, label), shares, covariance, df, level))
    found += independence_tests(_two_answers(sums, rows.pick), design, n, df)
    hidden = {name for name, text in zip(names, share_cautions(shares), strict=True) if text.startswith("suppress")}
    found = [_without_hidden(row, hidden, names[base]) for row in found]
    frame = pd.DataFrame(found).assign(outcome=declared.name, exposure=group)
    own = frame["caution"].fillna("") if "caution" in frame else [""] * len(frame)
    # a difference of many groups can be left without degrees of freedom where the design still has some
    left = np.fmin(frame["df_design"], frame["df"].where(frame["unit"] != "statistic"))
    frame["caution"] = [join_cautions(*both) for both in zip(own, df_cautions(left), strict=True)]
    result = describe_result(
        design, frame.drop(columns="df_design"), (), (declared,), level, None, rows.unknown,
        "Groups are compared with their reference by t tests on the domain covariance and by the second-order Rao-Scott "
        "test.",
    )
    named = replace(result, labels={group: label} if label else {})
    return named.with_notes(f"{label.label if label else group}: compared with {names[base]}.")


def _without_hidden(row: dict[str, Any], hidden: set[str], reference: str) -> dict[str, Any]:
    """A comparison with a suppressed prevalence would give it away, so it carries the same caution."""
    if row.get("level") not in hidden and (reference not in hidden or row["measure"] not in PAIRED):
        return row
    text = f"suppress: the prevalence of {row['level'] if row.get('level') in hidden else reference} is suppressed"
    return {**row, "caution": join_cautions(text, row.get("caution", ""))}


def _reference(names: list[str], reference: str | None, group: str) -> int:
    if reference is None:
        return 0
    if str(reference) not in names:
        raise unknown_name(f"level of {group}", reference, names)
    return names.index(str(reference))


def _differences(
    names: list[str], base: int, shares: Shares, covariance: Floats, design_df: float, level: float
) -> list[dict[str, Any]]:
    """p_k - p_ref for each other level."""
    found = []
    for k in (i for i in range(len(names)) if i != base):
        contrast = np.zeros(len(names))
        contrast[[k, base]] = 1.0, -1.0
        row = _contrast_row(shares.share, covariance, contrast, design_df - (len(names) - 1), level)
        found.append({"measure": "prevalence difference", "level": names[k], "unit": "share", "n": shares.n[k] + shares.n[base],
                      "df_design": design_df, **row})
    return found


def _ratios(
    names: list[str], base: int, shares: Shares, covariance: Floats, design_df: float, level: float
) -> list[dict[str, Any]]:
    """p_k / p_ref for each other level, on the log scale."""
    found = []
    for k in (i for i in range(len(names)) if i != base):
        row: dict[str, Any] = {"estimate": np.nan, "caution": "suppress: no ratio with a prevalence of 0"}
        if shares.share[k] > 0 and shares.share[base] > 0:
            gradient = np.zeros(len(names))
            gradient[k], gradient[base] = 1 / shares.share[k], -1 / shares.share[base]
            logs = np.log(np.where(shares.share > 0, shares.share, 1.0))
            sign = np.sign(gradient)
            variance = float(gradient @ covariance @ gradient)
            row = _t_row(float(sign @ logs), variance, design_df - (len(names) - 1), level)
            row |= {name: float(np.exp(row[name])) for name in ("estimate", "conf_low", "conf_high")}
        found.append({"measure": "prevalence ratio", "level": names[k], "unit": "ratio", "n": shares.n[k] + shares.n[base],
                      "df_design": design_df, **row})
    return found


def _positions(names: list[str], label: Label) -> Floats:
    """Place of each level in the declared order; a declared level without anybody keeps its place empty."""
    declared = list(label.levels)
    if not set(names) <= set(declared):
        return np.arange(len(names), dtype=np.float64)
    return np.array([declared.index(name) for name in names], dtype=np.float64)


def _trend(score: Floats, shares: Shares, covariance: Floats, design_df: float, level: float) -> dict[str, Any]:
    """Least-squares slope of the prevalences on the place of their level."""
    centred = score - score.mean()
    row = _contrast_row(shares.share, covariance, centred / (centred @ centred), design_df - 1, level)
    base = {"measure": "prevalence trend", "level": "per step up", "unit": "share"}
    return {**base, "n": shares.n.sum(), "df_design": design_df, **row}


def _contrast_row(values: Floats, covariance: Floats, contrast: Floats, df: float, level: float) -> dict[str, float]:
    return _t_row(float(contrast @ values), float(contrast @ covariance @ contrast), df, level)


def _t_row(value: float, variance: float, df: float, level: float) -> dict[str, float]:
    """Estimate, standard error, t interval and two-sided p."""
    from scipy import stats

    std_error = float(np.sqrt(max(variance, 0.0))) if df >= 1 else np.nan
    half = float(t_quantile(np.array([df]), level)[0]) * std_error
    p_value = 2 * float(stats.t.sf(abs(value) / std_error, df)) if std_error > 0 else np.nan
    return {"estimate": value, "std_error": std_error, "conf_low": value - half, "conf_high": value + half, "df": df,
            "p_value": p_value}


def _two_answers(sums: DomainSums, pick: Floats) -> Table:
    """The table of groups (rows) by answer, no then yes."""
    def counts(y: Floats, x: Floats) -> Floats:
        return np.stack([(x - y) @ pick.T, y @ pick.T], axis=2).reshape(len(y), -1)

    made = sums.replicates
    return Table(
        (len(pick), 2), sums.units, counts(sums.y, sums.x),
        None if sums.moments is None else counts(sums.moments[0], sums.moments[2]),
        None if made is None else counts(made.y, made.x), None if made is None else made.rule,
    )
