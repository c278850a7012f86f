"""Quantiles of a table that is not in memory: its distribution function is inverted where the rows lie."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.distributions import Distribution, Goal, match_cells, scan_values
from crampstats.core.factors import Number, flag
from crampstats.core.tables import scan_table
from crampstats.core.totals import present
from crampstats.estimate.engine_lookup import added
from crampstats.estimate.intervals import Interval, Shares, proportion_interval, t_quantile
from crampstats.estimate.prevalence import estimate_shares, masked_sums
from crampstats.estimate.sums import DomainSums, Floats, ratio_sums

TIE = 1e-12  # cumulated weights that should equal p may miss it by rounding
PASSED = "_quantiles_passed"  # column: how many of some quantiles lie below the row's value
AT_ONCE = 64  # quantiles compared with each row in one query


def engine_quantiles(
    design: SurveyDesign, name: str, sums: DomainSums, pick: Floats, probabilities: Sequence[float], interval: Interval,
    level: float,
) -> list[dict[str, float]]:
    """Quantile, Woodruff bounds, standard error, df and n of each row of `pick` and probability.

    Parameters
    ----------
    design
        Any table, one row per person.
    name
        Numeric or yes/no column.
    sums
        Sums of the persons with a value, by the groups of `pick`.
    pick
        Rows of the result x cells.
    probabilities, interval, level
        As in `estimate_quantiles`.
    """
    frame = scan_values(design.table, list(map(str, sums.cells)), name, design.weights, design.domain)
    distribution = Distribution(frame, sums.cells)
    wanted = [(row, p) for row in range(len(pick)) for p in probabilities]
    quantiles = distribution.invert([Goal(pick[row], p * (1 - TIE)) for row, p in wanted])
    shares = _shares_below(design, name, sums.cells, pick, [row for row, _ in wanted], quantiles)
    limits = [[float(bound[0]) for bound in proportion_interval(one, interval, level)] for one in shares]
    # a share of exactly 0 or 1 is reached by every value beyond the data, so it bounds nothing
    goals = [(place, side) for place, pair in enumerate(limits) for side in (0, 1) if 0 < pair[side] < 1]
    bounds = np.full((len(wanted), 2), np.nan)
    found = distribution.invert([Goal(pick[wanted[place][0]], limits[place][side] * (1 - TIE)) for place, side in goals])
    for (place, side), value in zip(goals, found, strict=True):
        bounds[place, side] = value
    return [_described(*parts, level) for parts in zip(quantiles, bounds, shares, strict=True)]


def _described(quantile: float, bounds: Floats, shares: Shares, level: float) -> dict[str, float]:
    std_error = (bounds[1] - bounds[0]) / (2 * float(t_quantile(shares.df, level)[0]))
    return {"estimate": float(quantile), "conf_low": float(bounds[0]), "conf_high": float(bounds[1]), "std_error": std_error,
            "df": float(shares.df[0]), "n": float(shares.n[0])}


def _shares_below(
    design: SurveyDesign, name: str, cells: pd.DataFrame, pick: Floats, rows: Sequence[int], quantiles: Floats
) -> list[Shares]:
    """Share at or below each quantile in its row of `pick`, in one query for each `AT_ONCE` quantiles."""
    made: dict[int, Shares] = {}
    distinct = np.unique(quantiles)
    for start in range(0, len(distinct), AT_ONCE):
        chosen = distinct[start : start + AT_ONCE]
        sums = _passed_sums(design, name, list(map(str, cells)), chosen)
        fine = pick[:, match_cells(sums.cells, cells)] if len(cells.columns) else np.ones((len(pick), len(sums.cells)))
        passed = sums.cells[PASSED].to_numpy(dtype=np.int64)
        for place in np.flatnonzero(np.isin(quantiles, chosen)).tolist():
            below = passed <= int(np.searchsorted(chosen, quantiles[place]))
            made[place] = estimate_shares(masked_sums(sums, below.astype(np.float64)), fine[[rows[place]]], design)[0]
    return [made[place] for place in range(len(rows))]


def _passed_sums(design: SurveyDesign, name: str, groups: Sequence[str], quantiles: Floats) -> DomainSums:
    """Sums of persons by group and by how many of the quantiles lie below their value."""
    frame = scan_table(design.table)
    value = Number(name).expression(nw.Schema(frame.collect_schema()))
    flags = [flag(value > float(quantile)) for quantile in quantiles]
    table = nw.to_native(frame.with_columns(added(flags).cast(nw.Int64).alias(PASSED)))
    return ratio_sums(design.over(table), present(name), present(name), (*groups, PASSED))
