"""Tables of any engine: opened, asked for columns and rows, collected in types that lose nothing."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from crampstats.core import tables
from crampstats.core.errors import DataError
from crampstats.core.tables import collect_frame, collect_rows, eager_blocks, engine_of, holds_yes_no, scan_table

ROWS = pa.table({
    "id": pa.array([2**60 + 1, None, 3], pa.int64()), "u": pa.array([2**63 + 1, 2, None], pa.uint64()),
    "yes": pa.array([True, None, False]), "w": [1.0, None, 2.0], "s": ["a", None, "b"],
})


def test_what_is_no_table_is_refused_with_those_that_are():
    with pytest.raises(DataError, match=r"a table of type builtins\.dict is not understood; give a frame of pandas"):
        scan_table({"a": [1]})


@pytest.mark.parametrize("table", [ROWS, pl.from_arrow(ROWS), pl.from_arrow(ROWS).lazy()], ids=["pyarrow", "polars", "lazy"])
def test_whole_numbers_and_yes_no_with_gaps_are_collected_as_they_are(table):
    frame = collect_frame(scan_table(table))
    assert frame["id"].tolist() == [2**60 + 1, pd.NA, 3]
    assert frame["u"].tolist()[:2] == [2**63 + 1, 2]
    assert [str(frame[name].dtype) for name in ("id", "u", "yes", "w")] == ["Int64", "UInt64", "boolean", "float64"]


def test_only_columns_asked_for_are_collected_and_their_number_is_capped(monkeypatch):
    assert list(collect_rows(ROWS, ["s", "w"], "a plot of every row")) == ["s", "w"]
    monkeypatch.setattr(tables, "MAX_ROWS", 2)
    with pytest.raises(DataError, match="a plot of every row needs each row, and pyarrow holds 3 of them; at most 2"):
        collect_rows(ROWS, ["s"], "a plot of every row")


def test_engines_are_named_in_words():
    made = (ROWS.to_pandas(), ROWS, pl.from_arrow(ROWS), "nights.parquet")
    assert [engine_of(table) for table in made] == ["pandas", "pyarrow", "Polars", "Parquet files"]


def test_only_long_arrow_tables_are_cut_into_blocks(monkeypatch):
    monkeypatch.setattr(tables, "EAGER_BLOCK", 2)
    assert [len(block) for block in eager_blocks(ROWS)] == [2, 1]
    for whole in (pl.from_arrow(ROWS), ROWS.to_pandas(), scan_table(ROWS), "nights.parquet"):
        assert [block is whole for block in eager_blocks(whole)] == [True]
    monkeypatch.undo()
    assert [block is ROWS for block in eager_blocks(ROWS)] == [True]


def test_yes_no_columns_are_known_by_their_type():
    for table in (ROWS, pl.from_arrow(ROWS), ROWS.to_pandas(types_mapper=pd.ArrowDtype)):
        assert holds_yes_no(table, "yes")
        assert not holds_yes_no(table, "id")
