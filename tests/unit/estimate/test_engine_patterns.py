"""Terms of columns without gaps: the same factor on an engine and on a pandas frame."""

from __future__ import annotations

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest

from crampstats.core.totals import ROWS, level, sufficient_stats
from crampstats.estimate.engine_patterns import plain

TABLE = pd.DataFrame({"sex": ["f", "m", "f"], "w": [1.5, 2.0, 4.0], "y": [1.0, 0.0, 1.0]})


@pytest.mark.parametrize("dtype", ["float64", "float32", "Float64", "int16", "Int64"])
def test_the_column_itself_is_the_factor_as_float64(dtype):
    values = plain("w").factors[0].values({"w": pd.Series([3, -1, 250], dtype=dtype)})
    assert values.dtype == np.float64
    assert values.tolist() == [3.0, -1.0, 250.0]


def test_pandas_sums_are_those_of_engines(to_engine):
    terms = {"w": plain("w"), "ww": plain("w", "w"), "wy": plain("w", "y"), "women": plain("w") * level("sex", "f")}
    for table in (TABLE, to_engine(TABLE)):
        sums = sufficient_stats(table, ["sex"], terms)
        assert sums[ROWS].tolist() == [2, 1]
        # by hand: 1.5 + 4 and 2; their squares; those with an outcome; those of women
        assert sums[list(terms)].to_numpy().tolist() == [[5.5, 18.25, 5.5, 5.5], [2.0, 4.0, 0.0, 0.0]]


def test_the_expression_and_the_values_of_a_factor_agree():
    frame = nw.from_native(TABLE)
    found = frame.select(plain("w").factors[0].expression(frame.schema)).to_native()["w"]
    np.testing.assert_array_equal(found, plain("w").factors[0].values({"w": TABLE["w"]}))
