"""Medians and other quantiles of measured variables with Woodruff intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.estimates import Estimates
from crampstats.core.factors import is_missing
from crampstats.core.totals import between, plain_key, present
from crampstats.estimate.cautions import df_cautions
from crampstats.estimate.engine_quantiles import TIE, engine_quantiles
from crampstats.estimate.intervals import Interval, check_level, proportion_interval, t_quantile
from crampstats.estimate.means import numeric_column, unit_of
from crampstats.estimate.prevalence import ALL, describe_result, estimate_shares, pick_rows
from crampstats.estimate.sums import Floats, group_columns, ratio_sums


def estimate_quantiles(
    design: SurveyDesign,
    variable: str,
    probabilities: Sequence[float] = (0.5,),
    *,
    by: str | Sequence[str] | None = None,
    overall: bool = False,
    interval: Interval = "wald",
    level: float = 0.95,
) -> Estimates:
    """Quantiles of a measured variable.

    Parameters
    ----------
    design
        Design with one row per person.
    variable
        Numeric column; missing is left out.
    probabilities
        Between 0 and 1, exclusive; 0.5 is the median.
    by, overall, level
        As in `estimate_prevalence`.
    interval
        Interval of the share at or below the quantile, which is carried back through the distribution function.

    Returns
    -------
    Estimates
        One row per group and probability (`level` column: "0.5"): the smallest value at which the weighted distribution
        function reaches p (R's qrule "math"); `std_error` is the interval's width over 2 t. A bound beyond the observed
        distribution is missing.

    Raises
    ------
    OptionError, DataError, DesignError
        As in `estimate_mean`; DataError on pre-aggregated cells.

    References
    ----------
    Woodruff RS 1952, doi:10.1080/01621459.1952.10483443.

    Examples
    --------
    >>> people = pd.DataFrame({"age": [20.0, 40.0, 60.0, 80.0]})
    >>> float(estimate_quantiles(SurveyDesign(people), "age").frame.loc[0, "estimate"])
    40.0
    """
    check_level(level)
    if bad := [p for p in probabilities if not 0 < p < 1]:
        raise OptionError(f"probabilities must lie strictly between 0 and 1; got {', '.join(map(str, bad))}.")
    name = numeric_column(design, variable)
    if design.counts:
        raise DataError(f"quantiles of {name!r} need one row per person; cells hold sums only.")
    groups = group_columns(design, by)
    sums = ratio_sums(design, present(name), present(name), groups)
    rows = pick_rows(sums, groups, design.labels, overall=overall)
    if isinstance(design.table, pd.DataFrame):
        found = [
            _one_quantile(design, name, inside, p, interval, level)
            for _, keys in rows.frame.iterrows() for inside in [_members(design, name, keys)] for p in probabilities
        ]
    else:
        found = engine_quantiles(design, name, sums, rows.pick, probabilities, interval, level)
    shown = [{**keys, "level": f"{p:g}"} for _, keys in rows.frame.iterrows() for p in probabilities]
    frame = pd.DataFrame([{**keys, **one} for keys, one in zip(shown, found, strict=True)])
    frame = frame.assign(measure="quantile", outcome=name, unit=unit_of(design, name))
    frame["caution"] = df_cautions(frame["df"])
    return describe_result(
        design, frame, groups, (), level, None, rows.unknown,
        f"Quantiles invert the weighted distribution function, with Woodruff ({interval}) intervals.",
    )


def weighted_quantiles(values: Floats, weights: Floats, probabilities: Sequence[float]) -> Floats:
    """Smallest values at which the weighted distribution function reaches each probability; all weights are positive.

    Examples
    --------
    >>> weighted_quantiles(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 2.0]), [0.25, 0.5, 0.75]).tolist()
    [1.0, 2.0, 3.0]
    """
    ordered, cumulated = _cumulated(values, weights)
    return np.array([_inverse(ordered, cumulated, p) for p in probabilities], dtype=np.float64)


def _members(design: SurveyDesign, name: str, keys: pd.Series[Any]) -> pd.Series[Any]:
    """Rows of the domain with a value, in the group of `keys`."""
    table = design.table
    inside = pd.Series(~is_missing(table[name]), index=table.index) & (table[design.domain] if design.domain else True)
    for column, key in keys.items():
        if key != ALL:
            inside = inside & (plain_key(table[column]) == key).fillna(False)
    members: pd.Series[Any] = inside.astype(bool)
    return members


def _one_quantile(
    design: SurveyDesign, name: str, inside: pd.Series[Any], p: float, interval: Interval, level: float
) -> dict[str, float]:
    """Quantile, Woodruff bounds, standard error, df and n of one group."""
    values, cumulated = _distribution(design, name, inside)
    quantile = _inverse(values, cumulated, p)
    narrow = design.subset(inside)
    sums = ratio_sums(narrow, between(name, high=quantile), present(name), ())
    shares, _ = estimate_shares(sums, np.ones((1, 1)), narrow)
    low, high = (float(bound[0]) for bound in proportion_interval(shares, interval, level))
    # a share of exactly 0 or 1 is reached by every value beyond the data, so it bounds nothing
    bounds = [np.nan if not 0 < bound < 1 else _inverse(values, cumulated, bound) for bound in (low, high)]
    std_error = (bounds[1] - bounds[0]) / (2 * float(t_quantile(shares.df, level)[0]))
    return {"estimate": quantile, "conf_low": bounds[0], "conf_high": bounds[1], "std_error": std_error,
            "df": float(shares.df[0]), "n": float(shares.n[0])}


def _distribution(design: SurveyDesign, name: str, inside: pd.Series[Any]) -> tuple[Floats, Floats]:
    """Values with positive weight in order, and the weighted distribution function at each."""
    values = design.table.loc[inside, name].to_numpy(dtype=np.float64)
    weights = design.table.loc[inside, design.weights].to_numpy(dtype=np.float64) if design.weights else np.ones(len(values))
    return _cumulated(values[weights > 0], weights[weights > 0])


def _cumulated(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    order = np.argsort(values, kind="stable")
    cumulated = np.cumsum(weights[order])
    return values[order], cumulated / cumulated[-1]


def _inverse(values: Floats, cumulated: Floats, p: float) -> float:
    """Smallest value whose distribution function reaches p."""
    return float(values[min(int(np.searchsorted(cumulated, p * (1 - TIE), side="left")), len(values) - 1)])
