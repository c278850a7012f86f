"""What "the same numbers" means for two results: an engine's, and those of pandas in memory."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crampstats.core.estimates import Estimates

RELATIVE = 1e-9
P_VALUES = ("p_value", "p_false_discovery_rate", "p_family_wise")


def assert_same_rows(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Numbers to 1e-9 (p-values near 0 are as wrong as their exponent times that), words and what is missing as they are."""
    assert list(found) == list(expected)
    assert len(found) == len(expected)
    for name, column in expected.items():
        if pd.api.types.is_numeric_dtype(column):
            numbers = [one.to_numpy(dtype=np.float64, na_value=np.nan) for one in (found[name], column)]
            loose = RELATIVE * (100 if name in P_VALUES else 1)
            np.testing.assert_allclose(*numbers, rtol=loose, atol=1e-12, err_msg=str(name))
        else:
            assert found[name].astype(str).tolist() == column.astype(str).tolist(), name


def assert_same(found: Estimates, expected: Estimates) -> None:
    """The same rows, and the same words about them."""
    assert_same_rows(found.frame, expected.frame)
    assert found.notes == expected.notes
    assert found.method == expected.method
