"""P-values that count how many tests were made."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crampstats.core.errors import DataError
from crampstats.estimate.sums import Floats


def control_false_discovery(p_values: Sequence[float] | Floats) -> Floats:
    """P-values adjusted for the false-discovery rate, by Benjamini and Hochberg.

    Parameters
    ----------
    p_values
        One per test of the family; NaN: not tested, not counted.

    Returns
    -------
    ndarray
        min over j >= i of m p_(j) / j for the i-th smallest of m tests, at most 1; NaN where nothing was tested.
        Rejecting what is <= q keeps the expected share of false discoveries at q for independent or positively dependent tests.

    Raises
    ------
    DataError
        A p-value outside 0 to 1.

    References
    ----------
    Benjamini Y, Hochberg Y 1995, doi:10.1111/j.2517-6161.1995.tb02031.x.

    Examples
    --------
    >>> control_false_discovery([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    from scipy import stats

    values, tested = _tested(p_values)
    adjusted = np.full(len(values), np.nan)
    if tested.any():
        adjusted[tested] = stats.false_discovery_control(values[tested], method="bh")
    return adjusted


def control_family_wise(p_values: Sequence[float] | Floats) -> Floats:
    """P-values adjusted for the chance of any false rejection, by Holm; valid under any dependence.

    Parameters
    ----------
    p_values
        One per test of the family; NaN: not tested, not counted.

    Returns
    -------
    ndarray
        max over j <= i of (m - j + 1) p_(j) for the i-th smallest of m tests, at most 1; NaN where nothing was tested.

    Raises
    ------
    DataError
        A p-value outside 0 to 1.

    References
    ----------
    Holm S 1979, Scandinavian Journal of Statistics 6:65-70.

    Examples
    --------
    >>> control_family_wise([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    values, tested = _tested(p_values)
    adjusted = np.full(len(values), np.nan)
    order = np.flatnonzero(tested)[np.argsort(values[tested], kind="stable")]
    left = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(left * values[order]), 1.0)
    return adjusted


def _tested(p_values: Sequence[float] | Floats) -> tuple[Floats, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
    values = np.asarray(p_values, dtype=np.float64)
    tested = ~np.isnan(values)
    if bad := [f"{value:g}" for value in values[tested] if not 0 <= value <= 1]:
        raise DataError(f"{len(bad)} p-value(s) are outside 0 to 1 (first: {bad[0]}).")
    return values, tested
