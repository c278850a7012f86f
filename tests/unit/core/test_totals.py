"""What the laws in tests/properties do not cover: errors, key types and edges of the grouped sum."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from crampstats.core.errors import DataError
from crampstats.core.totals import ROWS, between, level, num, outside, plain_key, present, sufficient_stats

W = {"w": num("w")}


def keys_and_sums(frame, by):
    sums = sufficient_stats(frame, [by], W)
    return [(None if key is pd.NA or key != key else key, w) for key, w in zip(sums[by].astype(object), sums["w"], strict=True)]


@pytest.mark.parametrize("group", [
    pd.array([1, 2, None, 1], dtype="Int64"),
    pd.array([1.0, 2.0, np.nan, 1.0], dtype="float64"),
    pd.array([1.0, 2.0, None, 1.0], dtype="Float64"),
    pd.Series([1, 2, None, 1], dtype=object),
    pd.Categorical([1, 2, None, 1]),
    pd.Categorical([1.0, 2.0, None, 1.0], categories=[2.0, 1.0, 7.0]),
    pd.array([1, 2, None, 1], dtype="int64[pyarrow]"),
    pd.array([1.0, 2.0, None, 1.0], dtype="double[pyarrow]"),
], ids=lambda group: str(group.dtype))
def test_whole_numbers_are_the_same_keys_in_every_dtype_and_missing_is_a_group(group):
    frame = pd.DataFrame({"g": group, "w": [1.0, 2.0, 4.0, 8.0]})
    assert keys_and_sums(frame, "g") == [(1, 9.0), (2, 2.0), (None, 4.0)]


@pytest.mark.parametrize("group", [
    pd.array([False, True, None, False], dtype="boolean"),
    pd.Series([False, True, None, False], dtype=object),
    pd.Categorical([False, True, None, False]),
    pd.array([False, True, None, False], dtype="bool[pyarrow]"),
], ids=lambda group: str(group.dtype))
def test_yes_and_no_are_the_same_keys_in_every_dtype(group):
    frame = pd.DataFrame({"g": group, "w": [1.0, 2.0, 4.0, 8.0]})
    assert keys_and_sums(frame, "g") == [(False, 9.0), (True, 2.0), (None, 4.0)]


@pytest.mark.parametrize("group", [
    pd.array(["a", "b", None, "a"], dtype="str"),
    pd.array(["a", "b", None, "a"], dtype="string"),
    pd.Series(["a", "b", None, "a"], dtype=object),
    pd.Categorical(["a", "b", None, "a"], categories=["unused", "b", "a"], ordered=True),
    pd.array(["a", "b", None, "a"], dtype="string[pyarrow]"),
    pd.array(["a", "b", None, "a"], dtype=pd.ArrowDtype(pa.string())),
    pd.array(["a", "b", None, "a"], dtype=pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))),
], ids=lambda group: str(group.dtype)[:30])
def test_text_is_the_same_keys_in_every_dtype(group):
    frame = pd.DataFrame({"g": group, "w": [1.0, 2.0, 4.0, 8.0]})
    assert keys_and_sums(frame, "g") == [("a", 9.0), ("b", 2.0), (None, 4.0)]


def test_rows_are_found_by_place_so_repeated_row_labels_do_no_harm():
    frame = pd.DataFrame({"g": ["a", "b", "a"], "w": [1.0, 2.0, 4.0]}, index=[5, 5, 5])
    assert keys_and_sums(frame, "g") == [("a", 5.0), ("b", 2.0)]


def test_missing_and_nan_numbers_count_nothing():
    frame = pd.DataFrame({"x": pd.array([1.0, None, 2.0], dtype="Float64"), "y": [np.nan, 3.0, 4.0]})
    sums = sufficient_stats(frame, [], {"xy": num("x") * num("y"), "known": present("x") * present("y")})
    assert sums.loc[0, ["xy", "known"]].tolist() == [8.0, 1.0]


def test_bounds_are_inclusive_for_between_and_exclusive_for_outside():
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0, np.nan]})
    sums = sufficient_stats(frame, [], {"inside": between("x", 1.0, 3.0), "outside": outside("x", 1.0, 2.0)})
    assert sums.loc[0, ["inside", "outside"]].tolist() == [3.0, 1.0]


def test_a_table_without_rows_sums_to_nothing():
    assert sufficient_stats(pd.DataFrame({"w": pd.array([], dtype="float64")}), [], W).loc[0, [ROWS, "w"]].tolist() == [0, 0]
    assert sufficient_stats(pd.DataFrame({"g": pd.array([], dtype="int64"), "w": pd.array([], dtype="float64")}), ["g"], W).empty


@pytest.mark.parametrize("frame", [pd.DataFrame({"w": [1.0]}), pl.DataFrame({"w": [1.0]})], ids=["pandas", "polars"])
def test_absent_columns_are_named_with_those_there_are(frame):
    with pytest.raises(DataError, match="no column 'g', 'y' in the table; it has w"):
        sufficient_stats(frame, ["g"], {"wy": num("w") * level("y", 1)})


def test_a_fractional_key_is_refused_with_the_first_example():
    with pytest.raises(DataError, match=r"holds 2 fractional or infinite numbers and can be .*cut it into bands"):
        sufficient_stats(pd.DataFrame({"g": [1.0, 0.5, 2.5], "w": 1.0}), ["g"], W)


def test_a_key_named_like_a_sum_is_refused():
    with pytest.raises(DataError, match=r"key column\(s\) w share a name with a sum"):
        sufficient_stats(pd.DataFrame({"w": [1.0, 2.0]}), ["w"], W)


@pytest.mark.parametrize("engine", ["pandas", "polars"])
def test_small_integers_do_not_wrap(engine):
    frame = pd.DataFrame({"x": np.array([100, 100], dtype="int8")})
    table = frame if engine == "pandas" else pl.from_pandas(frame)
    assert sufficient_stats(table, [], {"xx": num("x") * num("x")}).loc[0, "xx"] == 20_000.0


def test_keys_sort_as_numbers_not_as_text():
    keys = sufficient_stats(pd.DataFrame({"g": pd.Categorical([10, 9, 100]), "w": 1.0}), ["g"], W)["g"]
    assert keys.tolist() == [9, 10, 100]


def test_a_mixed_column_becomes_text():
    assert plain_key(pd.Series(["a", 1, None], dtype=object)).tolist()[:2] == ["a", "1"]
