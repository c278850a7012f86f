"""Numbers of one record held against those of another: a page is written only after these have passed."""

from __future__ import annotations

import numpy as np
from rivals import Record


def check_relative(key: str, ours: Record, other: Record, tolerance: float, *, near_zero: float = 0.0) -> None:
    """Numbers are the same but for a share of their own size; `near_zero` is what may be between two that are 0."""
    np.testing.assert_allclose(
        other[key], ours[key], rtol=tolerance, atol=near_zero, equal_nan=False, err_msg=f"{key} of {_label(ours, other)}"
    )


def check_in_errors(ours: Record, other: Record, tolerance: float) -> float:
    """Estimates are the same but for a share of their standard errors (one of them may be near 0); the largest such share."""
    apart = np.abs(np.subtract(other["estimate"], ours["estimate"])) / ours["std_error"]
    np.testing.assert_array_less(apart, tolerance, err_msg=f"estimate of {_label(ours, other)}")
    return float(apart.max())


def check_covariance(ours: Record, other: Record, tolerance: float) -> None:
    """Covariances are the same but for a share of the product of the standard errors."""
    gap = np.abs(np.subtract(other["covariance"], ours["covariance"])) / np.outer(ours["std_error"], ours["std_error"])
    words = f"{_label(ours, other)}: covariances differ by {gap.max():.1e} of the product of standard errors"
    assert gap.max() < tolerance, words


def _label(ours: Record, other: Record) -> str:
    return f"{other['engine']} at {other['rows']} rows beside {ours['engine']}"
