"""Are two categories independent? Rao-Scott and Wald tests of a rows x columns table under the sampling design."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.estimates import Estimates
from crampstats.core.reweighting import Replicates
from crampstats.core.totals import present
from crampstats.estimate.cautions import df_cautions, join_cautions
from crampstats.estimate.intervals import Floats
from crampstats.estimate.prevalence import describe_result, pick_rows
from crampstats.estimate.sums import DomainSums, Units, ratio_sums, require_column
from crampstats.estimate.variance import row_covariance, taylor_covariance

NO_VARIANCE = 1e-12  # of a mean design effect, which is about 1

MEASURES = ("Rao-Scott F", "Rao-Scott chi-squared", "Wald F")


@dataclass(frozen=True)
class Table:
    """Weighted counts of a rows x columns table; its cells run row by row.

    Parameters
    ----------
    shape
        Number of rows and columns.
    units
        The sampling units.
    counts
        Sums of weights, units x cells.
    squares
        Sums of squared weights, strata x cells; only where table rows of the data are the units.
    replicates, rule
        Sums of weights under each replicate weight, replicates x cells, and how they make a variance; None: linearisation.
    """

    shape: tuple[int, int]
    units: Units
    counts: Floats
    squares: Floats | None
    replicates: Floats | None = None
    rule: Replicates | None = None


def compare_categories(design: SurveyDesign, row: str, column: str) -> Estimates:
    """Compare the shares of one category between the levels of another: tests of independence, whatever the number of levels.

    Parameters
    ----------
    design
        Design whose domain is the population asked about.
    row, column
        Columns with two or more levels each; persons with either missing are left out.

    Returns
    -------
    Estimates
        Three rows: "Rao-Scott F" (second order: X2 / tr D on d0 and d0 df degrees of freedom, d0 = (tr D)^2 / tr D^2, with D the
        generalised design effects at the observed proportions), "Rao-Scott chi-squared" (first order: X2 over the mean of D's
        eigenvalues, on (r - 1)(c - 1)), "Wald F" (adjusted, on (r - 1)(c - 1) and df - (r - 1)(c - 1) + 1). `estimate` is the
        statistic, `df` its denominator (chi-squared: its) degrees of freedom, `level` names the numerator's; `outcome` and
        `exposure` are `row` and `column`. X2 is Pearson's statistic of the weighted table scaled to n persons. R: `svychisq`.

    Raises
    ------
    OptionError
        Unknown columns, or the same one twice.
    DataError
        A column has fewer than two levels among the analysed.
    DesignError
        A stratum has a single PSU and the design's rule is "error".

    References
    ----------
    Rao JNK, Scott AJ 1984, doi:10.1214/aos/1176346391. Thomas DR, Rao JNK 1987, doi:10.1080/01621459.1987.10478475.
    Koch GG, Freeman DH, Freeman JL 1975, doi:10.2307/1402660.

    Examples
    --------
    >>> people = pd.DataFrame({"cramps": list("abcabcabca"), "smoker": list("yynnynynny")})
    >>> tests = compare_categories(SurveyDesign(people), "cramps", "smoker").frame
    >>> tests["measure"].tolist()
    ['Rao-Scott F', 'Rao-Scott chi-squared', 'Wald F']
    """
    for name in (row, column):
        require_column(design, name)
    if row == column:
        raise OptionError(f"{row!r} is given as row and as column; two different columns are expected.")
    sums = ratio_sums(design, present(row) * present(column), present(row) * present(column), (row, column))
    table, known = _cross_table(sums, row, column, design)
    df = float(sums.degrees_of_freedom(known)[0])
    found = independence_tests(table, design, float((known @ sums.n)[0]), df)
    frame = pd.DataFrame(found).assign(outcome=row, exposure=column)
    frame["caution"] = [join_cautions(*both) for both in zip(frame["caution"], df_cautions(frame["df_design"]), strict=True)]
    result = describe_result(
        design, frame.drop(columns="df_design"), (), (), 0.95, None, round(float(sums.n.sum() - (known @ sums.n)[0])),
        f"Independence of {row} and {column} is tested by the second-order Rao-Scott statistic.",
    )
    labels = {name: design.labels[name] for name in (row, column) if name in design.labels}
    return replace(result, labels=labels)


def _cross_table(sums: DomainSums, row: str, column: str, design: SurveyDesign) -> tuple[Table, Floats]:
    """The table of all levels, those combined in nobody included, and which domain cells are in it."""
    sides = [pick_rows(sums, (name,), design.labels, overall=False) for name in (row, column)]
    for name, side in zip((row, column), sides, strict=True):
        if len(side.pick) < 2:
            raise DataError(f"{name!r} has {len(side.pick)} level(s) among the analysed; at least two are needed.")
    pick = np.vstack([one * other for one in sides[0].pick for other in sides[1].pick])
    made = sums.replicates
    table = Table(
        (len(sides[0].pick), len(sides[1].pick)), sums.units, sums.y @ pick.T,
        None if sums.moments is None else sums.moments[0] @ pick.T,
        None if made is None else made.y @ pick.T, None if made is None else made.rule,
    )
    return table, pick.sum(axis=0, keepdims=True)


def independence_tests(table: Table, design: SurveyDesign, n: float, df: float) -> list[dict[str, Any]]:
    """Rao-Scott and Wald tests as rows of a result; `n` persons are in the table, `df` are the design degrees of freedom."""
    from scipy import stats

    shares, covariance, covariance_of_totals = _table_proportions(table, design)
    numerator = (table.shape[0] - 1) * (table.shape[1] - 1)
    base = {"unit": "statistic", "n": n, "df_design": df}
    sides = np.concatenate([shares.reshape(table.shape).sum(axis=axis) for axis in (0, 1)])
    if df < 1 or sides.min() <= 0:
        text = "suppress: everybody analysed gave the same answer" if df >= 1 else ""
        return [{**base, "measure": name, "caution": text} for name in MEASURES]
    base["caution"] = "note: an empty cell in the table" if (shares <= 0).any() else ""
    pearson, delta = _pearson_and_deltas(shares.reshape(table.shape), covariance, n)
    trace, squares = float(np.trace(delta)), float(np.trace(delta @ delta))
    # without sampling variance (every PSU alike) there is no reference distribution
    trace, squares = (trace, squares) if trace > NO_VARIANCE else (np.nan, np.nan)
    d0 = trace**2 / squares
    first, second = pearson * numerator / trace, pearson / trace
    wald, wald_df = _adjusted_wald(shares.reshape(table.shape), covariance_of_totals, df)
    return [
        {**base, "measure": "Rao-Scott F", "level": f"{d0:.4g} numerator df", "estimate": second, "df": d0 * df,
         "p_value": float(stats.f.sf(second, d0, d0 * df))},
        {**base, "measure": "Rao-Scott chi-squared", "estimate": first, "df": float(numerator),
         "p_value": float(stats.chi2.sf(first, numerator))},
        {**base, "measure": "Wald F", "level": f"{numerator} numerator df", "estimate": wald, "df": wald_df,
         "p_value": float(stats.f.sf(wald, numerator, wald_df))},
    ]


def _table_proportions(table: Table, design: SurveyDesign) -> tuple[Floats, Floats, Floats]:
    """Proportions of the table, their covariance, and that of the totals over their sum."""
    total = float(table.counts.sum())
    counts = table.counts / total
    shares: Floats = counts.sum(axis=0)
    if table.rule is not None and table.replicates is not None:
        values = table.replicates / total
        of_shares = table.rule.covariance(values / values.sum(axis=1, keepdims=True), shares)
        return shares, of_shares, table.rule.covariance(values, shares)
    if table.squares is None:
        of_totals = taylor_covariance(counts, table.units, design.lonely)
    else:
        inner = np.einsum("hc,cd->hcd", table.squares / total**2, np.eye(len(shares)))
        of_totals = row_covariance(counts, inner, table.units, design.lonely)
    # proportions are totals over their sum: linearise
    jacobian = np.eye(len(shares)) - np.outer(shares, np.ones(len(shares)))
    return shares, jacobian @ of_totals @ jacobian.T, of_totals


def _pearson_and_deltas(table: Floats, covariance: Floats, n: float) -> tuple[float, Floats]:
    """Pearson's statistic at sample size n, and the matrix of generalised design effects at the observed proportions."""
    shares = table.ravel()
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    pearson = n * float(((table - expected) ** 2 / expected).sum())
    interaction = _interaction(*table.shape)
    # an empty cell has no weight, as in R's svychisq
    scaled = interaction * np.where(shares > 0, 1 / np.where(shares > 0, shares, 1.0), 0.0)[:, None]
    deltas: Floats = np.asarray(np.linalg.solve(interaction.T @ scaled / n, scaled.T @ covariance @ scaled), dtype=np.float64)
    return pearson, deltas


def _interaction(rows: int, columns: int) -> Floats:
    """Interaction columns of the saturated model, residualised on the main effects."""
    row, column = np.repeat(np.arange(rows), columns), np.tile(np.arange(columns), rows)
    row_effects = (row[:, None] == np.arange(1, rows)).astype(np.float64)
    column_effects = (column[:, None] == np.arange(1, columns)).astype(np.float64)
    main = np.column_stack([np.ones(len(row)), row_effects, column_effects])
    crossed = (row_effects[:, :, None] * column_effects[:, None, :]).reshape(len(row), -1)
    return np.asarray(crossed - main @ np.linalg.lstsq(main, crossed, rcond=None)[0], dtype=np.float64)


def _adjusted_wald(table: Floats, covariance_of_totals: Floats, df: float) -> tuple[float, float]:
    """Wald F and its denominator degrees of freedom; missing with more cells than the sampling units can tell apart."""
    free = (table.shape[0] - 1) * (table.shape[1] - 1)
    left = df - free + 1
    return (_wald(table, covariance_of_totals) * left / (df * free), left) if left >= 1 else (np.nan, left)


def _wald(table: Floats, covariance_of_totals: Floats) -> float:
    """Wald statistic of T_ij - T_i T_j / T = 0 over the free cells (Koch, Freeman & Freeman 1975, doi:10.2307/1402660)."""
    row, column = table.sum(axis=1), table.sum(axis=0)
    eye_row, eye_column = np.eye(len(row)), np.eye(len(column))
    # with T = 1: derivative by T_kl of T_ij - T_i T_j / T
    slopes = (
        np.einsum("ik,jl->ijkl", eye_row, eye_column) - np.einsum("ik,j->ijk", eye_row, column)[:, :, :, None]
        - np.einsum("jl,i->ijl", eye_column, row)[:, :, None, :] + np.outer(row, column)[:, :, None, None]
    )[1:, 1:].reshape((len(row) - 1) * (len(column) - 1), -1)
    residual = (table - np.outer(row, column))[1:, 1:].ravel()
    spread = slopes @ covariance_of_totals @ slopes.T
    if np.linalg.matrix_rank(spread, hermitian=True) < len(residual):
        return np.nan
    return float(residual @ np.linalg.solve(spread, residual))
