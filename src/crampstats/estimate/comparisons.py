"""Do groups differ? Differences, ratios, Rao-Scott and Wald tests, and trend over ordered groups."""

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
from crampstats.estimate.intervals import Floats, Shares, check_level, t_quantile
from crampstats.estimate.prevalence import describe_result, estimate_shares, pick_rows
from crampstats.estimate.sums import DomainSums, find_outcome, group_columns, yes_no_sums
from crampstats.estimate.variance import row_covariance, taylor_covariance

NO_VARIANCE = 1e-12  # of a mean design effect, which is about 1

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
    found += _table_tests(sums, rows.pick, design, n, df)
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


def _table_tests(sums: DomainSums, pick: Floats, design: SurveyDesign, n: float, df: float) -> list[dict[str, Any]]:
    """Rao-Scott and Wald tests of independence in the outcome x group table."""
    from scipy import stats

    shares, covariance, covariance_of_totals = _table_proportions(sums, pick, design)
    k = pick.shape[0]
    base = {"unit": "statistic", "n": n, "df_design": df}
    if df < 1 or (answers := shares.reshape(k, 2).sum(axis=0)).min() <= 0:
        text = "suppress: everybody analysed gave the same answer" if df >= 1 and answers.min() <= 0 else ""
        return [{**base, "measure": name, "caution": text} for name in ("Rao-Scott F", "Rao-Scott chi-squared", "Wald F")]
    base["caution"] = "note: an empty cell in the outcome x group table" if (shares <= 0).any() else ""
    pearson, delta = _pearson_and_deltas(shares, covariance, k, n)
    trace, squares = float(np.trace(delta)), float(np.trace(delta @ delta))
    # without sampling variance (every PSU alike) there is no reference distribution
    trace, squares = (trace, squares) if trace > NO_VARIANCE else (np.nan, np.nan)
    d0 = trace**2 / squares
    first, second = pearson * (k - 1) / trace, pearson / trace
    wald, wald_df = _adjusted_wald(shares, covariance_of_totals, k, df)
    return [
        {**base, "measure": "Rao-Scott F", "level": f"{d0:.4g} numerator df", "estimate": second, "df": d0 * df,
         "p_value": float(stats.f.sf(second, d0, d0 * df))},
        {**base, "measure": "Rao-Scott chi-squared", "estimate": first, "df": float(k - 1),
         "p_value": float(stats.chi2.sf(first, k - 1))},
        {**base, "measure": "Wald F", "level": f"{k - 1} numerator df", "estimate": wald, "df": wald_df,
         "p_value": float(stats.f.sf(wald, k - 1, wald_df))},
    ]


def _table_proportions(sums: DomainSums, pick: Floats, design: SurveyDesign) -> tuple[Floats, Floats, Floats]:
    """Proportions of the 2 x k table (no then yes, group by group), their covariance, and that of the totals over their sum."""
    yes, all_ = sums.y @ pick.T, sums.x @ pick.T
    total = float(all_.sum())
    counts = np.stack([all_ - yes, yes], axis=2).reshape(len(yes), -1) / total
    shares = counts.sum(axis=0)
    if sums.moments is None:
        of_totals = taylor_covariance(counts, sums.units, design.lonely)
    else:
        yy, _, xx = (moment @ pick.T for moment in sums.moments)
        squares = np.stack([xx - yy, yy], axis=2).reshape(len(yy), -1) / total**2
        of_totals = row_covariance(counts, np.einsum("hc,cd->hcd", squares, np.eye(len(shares))), sums.units, design.lonely)
    # proportions are totals over their sum: linearise
    jacobian = np.eye(len(shares)) - np.outer(shares, np.ones(len(shares)))
    return shares, jacobian @ of_totals @ jacobian.T, of_totals


def _pearson_and_deltas(shares: Floats, covariance: Floats, k: int, n: float) -> tuple[float, Floats]:
    """Pearson's statistic at sample size n, and the matrix of generalised design effects at the observed proportions."""
    table = shares.reshape(k, 2)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    pearson = n * float(((table - expected) ** 2 / expected).sum())
    interaction = _interaction(k)
    # an empty cell has no weight, as in R's svychisq
    scaled = interaction * np.where(shares > 0, 1 / np.where(shares > 0, shares, 1.0), 0.0)[:, None]
    deltas: Floats = np.asarray(np.linalg.solve(interaction.T @ scaled / n, scaled.T @ covariance @ scaled), dtype=np.float64)
    return pearson, deltas


def _interaction(k: int) -> Floats:
    """Interaction columns of the saturated 2 x k model, residualised on the main effects."""
    group, answer = np.repeat(np.arange(k), 2), np.tile([0.0, 1.0], k)
    groups = (group[:, None] == np.arange(1, k)).astype(np.float64)
    main = np.column_stack([np.ones(2 * k), groups, answer])
    columns = groups * answer[:, None]
    return np.asarray(columns - main @ np.linalg.lstsq(main, columns, rcond=None)[0], dtype=np.float64)


def _adjusted_wald(shares: Floats, covariance_of_totals: Floats, k: int, df: float) -> tuple[float, float]:
    """Wald F and its denominator degrees of freedom; missing with more groups than the sampling units can tell apart."""
    left = df - (k - 1) + 1
    return (_wald(shares, covariance_of_totals, k) * left / (df * (k - 1)), left) if left >= 1 else (np.nan, left)


def _wald(shares: Floats, covariance_of_totals: Floats, k: int) -> float:
    """Wald statistic of T_gy - T_g T_y / T = 0 over the free cells (Koch, Freeman & Freeman 1975, doi:10.2307/1402660)."""
    table = shares.reshape(k, 2)
    row, column = table.sum(axis=1), table.sum(axis=0)
    jacobian = np.full((k - 1, k, 2), 0.0)
    for g in range(1, k):
        jacobian[g - 1] += row[g] * column[1]
        jacobian[g - 1, g, 1] += 1.0
        jacobian[g - 1, g, :] -= column[1]
        jacobian[g - 1, :, 1] -= row[g]
    flat, residual = jacobian.reshape(k - 1, -1), table[1:, 1] - row[1:] * column[1]
    spread = flat @ covariance_of_totals @ flat.T
    if np.linalg.matrix_rank(spread, hermitian=True) < k - 1:
        return np.nan
    return float(residual @ np.linalg.solve(spread, residual))
