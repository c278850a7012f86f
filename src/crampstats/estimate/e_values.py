"""How strong an unmeasured confounder would have to be to explain an association away.

VanderWeele TJ, Ding P 2017, doi:10.7326/M16-2607.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from crampstats.core.errors import DataError, unknown_name
from crampstats.estimate.sums import Floats

COMMON = 0.15  # an outcome this frequent makes odds and hazard ratios overstate risk ratios (VanderWeele & Ding 2017)
PER_STANDARD_DEVIATION = 0.91  # log risk ratio of a dichotomised outcome per standardised difference (Chinn 2000, ibid.)

AS_THEY_ARE = ("risk ratio", "prevalence ratio", "rate ratio")
ODDS = ("odds ratio", "cumulative odds ratio")


def e_value(risk_ratio: ArrayLike) -> Floats:
    """E-value of risk ratios: RR + sqrt(RR (RR - 1)), of 1/RR below 1.

    Parameters
    ----------
    risk_ratio
        Risk ratios > 0; NaN stays NaN.

    Returns
    -------
    ndarray
        The risk ratio by which a confounder would have to go with the exposure and also with the outcome, given everything
        adjusted for, to explain the association away; 1 for no association.

    Raises
    ------
    DataError
        A ratio of 0 or less.

    References
    ----------
    VanderWeele TJ, Ding P 2017, doi:10.7326/M16-2607.

    Examples
    --------
    >>> e_value([3.9, 1.0]).round(2).tolist()
    [7.26, 1.0]
    """
    ratio = np.asarray(risk_ratio, dtype=np.float64)
    if (ratio <= 0).any():
        raise DataError(f"an E-value is of ratios above 0; {int((ratio <= 0).sum())} are not.")
    away = np.maximum(ratio, 1 / ratio)
    return np.asarray(away + np.sqrt(away * (away - 1)), dtype=np.float64)


def e_value_of_limit(low: ArrayLike, high: ArrayLike) -> Floats:
    """E-value of the limit of an interval of risk ratios that is nearest 1; 1 where the interval covers 1.

    Parameters
    ----------
    low, high
        Limits; NaN gives NaN.

    Returns
    -------
    ndarray
        One per interval.

    Examples
    --------
    >>> e_value_of_limit([1.8, 0.8, 0.2], [8.7, 1.2, 0.8]).round(2).tolist()
    [3.0, 1.0, 1.81]
    """
    lower, upper = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    covers = (lower <= 1) & (upper >= 1)
    nearest = np.where(covers, 1.0, np.where(lower > 1, lower, upper))
    return np.where(np.isnan(lower) | np.isnan(upper), np.nan, e_value(nearest))


def approximate_risk_ratio(
    values: ArrayLike, measure: str, *, prevalence: float = np.nan, standard_deviation: float = np.nan
) -> Floats:
    """Risk ratios that go with estimates of another measure.

    Parameters
    ----------
    values
        Estimates or limits of intervals.
    measure
        "risk ratio", "prevalence ratio", "rate ratio": as they are. "odds ratio", "cumulative odds ratio": as they are where the
        outcome is rare, their square root where it reaches 15 %. "hazard ratio": as it is where rare, else
        (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1/HR)). "mean difference": exp(0.91 d / SD).
    prevalence
        Share with the outcome among the analysed (weighted); of an ordinal outcome above its lowest level.
    standard_deviation
        Of the outcome among the analysed, for mean differences.

    Returns
    -------
    ndarray
        Approximate risk ratios; NaN where the prevalence or standard deviation needed is NaN.

    Raises
    ------
    OptionError
        The measure is none of these.

    References
    ----------
    VanderWeele TJ, Ding P 2017, doi:10.7326/M16-2607. VanderWeele TJ 2020 (square root), doi:10.1111/biom.13197.

    Examples
    --------
    >>> approximate_risk_ratio([4.0], "odds ratio", prevalence=0.31).tolist()
    [2.0]
    """
    ratio = np.asarray(values, dtype=np.float64)
    if measure in AS_THEY_ARE:
        return ratio
    if measure == "mean difference":
        return np.exp(PER_STANDARD_DEVIATION * ratio / standard_deviation)
    if measure not in (*ODDS, "hazard ratio"):
        raise unknown_name("measure", measure, (*AS_THEY_ARE, *ODDS, "hazard ratio", "mean difference"))
    if np.isnan(prevalence):
        return np.full_like(ratio, np.nan)
    if prevalence < COMMON:
        return ratio
    root = np.sqrt(ratio)
    return np.asarray(root if measure in ODDS else (1 - 0.5**root) / (1 - 0.5 ** (1 / root)), dtype=np.float64)


def has_e_value(measure: str) -> bool:
    """Whether `approximate_risk_ratio` knows the measure."""
    return measure in (*AS_THEY_ARE, *ODDS, "hazard ratio", "mean difference")


def e_value_columns(
    estimate: ArrayLike, low: ArrayLike, high: ArrayLike, measure: str, **analysed: Any
) -> dict[str, Floats]:
    """The columns `e_value` and `e_value_limit` of rows of one measure; `analysed` as `approximate_risk_ratio` takes it."""
    points = np.asarray(estimate, dtype=np.float64)
    if not has_e_value(measure):
        return {"e_value": np.full(len(points), np.nan), "e_value_limit": np.full(len(points), np.nan)}
    with np.errstate(over="ignore"):  # an interval of a penalised fit may be as wide as numbers go
        ratio, lower, upper = (
            np.clip(approximate_risk_ratio(values, measure, **analysed), 1e-150, 1e150) for values in (points, low, high)
        )
    return {"e_value": e_value(ratio), "e_value_limit": e_value_of_limit(lower, upper)}
