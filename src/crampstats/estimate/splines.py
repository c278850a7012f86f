"""Spline functions for formulas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crampstats.core.errors import OptionError

MIN_KNOTS = 3


def rcs(values: Any, knots: Sequence[float]) -> NDArray[np.float64]:
    """Restricted cubic spline basis: linear beyond the outer knots, one column per knot but one.

    Parameters
    ----------
    values
        Numbers, one per row.
    knots
        At least three rising numbers t_1 < ... < t_k, fixed beforehand so that the basis does not depend on the rows shown.

    Returns
    -------
    ndarray
        Rows x (k - 1): the value itself, then for j = 1 .. k-2 the column
        [(x - t_j)+^3 - (x - t_{k-1})+^3 (t_k - t_j)/(t_k - t_{k-1}) + (x - t_k)+^3 (t_{k-1} - t_j)/(t_k - t_{k-1})]
        / (t_k - t_1)^2.

    Raises
    ------
    OptionError
        Fewer than three knots, or knots that do not rise.

    References
    ----------
    Stone CJ, Koo CY 1985, Additive splines in statistics. Harrell FE 2015, doi:10.1007/978-3-319-19425-7, section 2.4.5.

    Examples
    --------
    >>> rcs([0.0, 2.0, 4.0], (1, 2, 3)).round(3).tolist()
    [[0.0, 0.0], [2.0, 0.25], [4.0, 3.0]]
    """
    place = np.asarray(knots, dtype=np.float64)
    if len(place) < MIN_KNOTS or (np.diff(place) <= 0).any():
        raise OptionError(f"a restricted cubic spline needs at least {MIN_KNOTS} rising knots; got {list(map(float, place))}.")
    x = np.asarray(values, dtype=np.float64)
    cubes = np.maximum(x[:, None] - place, 0.0) ** 3
    last, before = place[-1], place[-2]
    gap = last - before
    bends = cubes[:, :-2] - cubes[:, -2:-1] * (last - place[:-2]) / gap + cubes[:, -1:] * (before - place[:-2]) / gap
    return np.column_stack([x, bends / (last - place[0]) ** 2])


FORMULA_FUNCTIONS: Mapping[str, Any] = {"rcs": rcs}
