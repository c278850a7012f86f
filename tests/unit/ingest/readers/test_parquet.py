import datetime as dt
import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crampstats.core.errors import CrampstatsError, DataError
from crampstats.ingest.readers.parquet import read_parquet


def written(tmp_path, **columns):
    pq.write_table(pa.table({name: pa.array(*values) for name, values in columns.items()}), tmp_path / "a.parquet")
    return tmp_path / "a.parquet"


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (([1, None, -3],), ["1", None, "-3"]),
        (([2**62 + 1, None, 0],), ["4611686018427387905", None, "0"]),
        (([0.1, 3.0, None],), ["0.1", "3", None]),
        (([1e-300, float("nan"), 76.83095998201672],), ["1e-300", None, "76.83095998201672"]),
        # 0.1 in single precision is 0.100000001490116 as a double; its own shortest digits are 0.1
        ((np.array([0.1, 2.5, -0.0], dtype="float32"),), ["0.1", "2.5", "0"]),
        (([True, False, None],), ["TRUE", "FALSE", None]),
        ((["NA", "", " x "],), ["NA", None, "x"]),
        (([dt.date(2024, 3, 1), None, dt.date(1899, 1, 2)],), ["2024-03-01", None, "1899-01-02"]),
        (
            ([dt.datetime(2024, 3, 1), dt.datetime(2024, 3, 1, 10, 30), dt.datetime(2024, 3, 1, 0, 0, 0, 250_000)],),
            ["2024-03-01", "2024-03-01 10:30:00", "2024-03-01 00:00:00.25"],
        ),
        (([dt.datetime(2024, 3, 1), None, None], pa.timestamp("s", "UTC")), ["2024-03-01 00:00:00Z", None, None]),
        (([dt.time(22, 30), None, dt.time(0)],), ["22:30:00", None, "00:00:00"]),
        (([decimal.Decimal("1.50"), None, decimal.Decimal("2.00")],), ["1.50", None, "2.00"]),
        (([None, None, None],), [None, None, None]),
    ],
)
def test_typed_cells_become_text_without_loss(tmp_path, values, texts):
    cells = read_parquet(written(tmp_path, id=([1, 2, 3],), x=values)).main.cells["x"]
    assert cells.astype(object).where(cells.notna(), None).tolist() == texts
    assert str(cells.dtype) == "str"


def test_categories_keep_their_order_as_choices(tmp_path):
    table = pd.DataFrame({"often": pd.Categorical(["weekly", "never", None], ["never", "monthly", "weekly"], ordered=True)})
    table.to_parquet(tmp_path / "a.parquet")
    column = read_parquet(tmp_path / "a.parquet").main.columns[0]
    assert list(column.choices) == ["never", "monthly", "weekly"]


def test_the_types_say_what_a_column_holds(tmp_path):
    path = written(tmp_path, a=([True],), b=([dt.date(2024, 3, 1)],), c=([dt.time(1)],), d=([1],), e=(["x"],))
    assert [column.kind for column in read_parquet(path).main.columns] == ["yes/no", "date", "time", "", ""]


def test_rows_without_anything_are_counted_and_rows_are_numbered_from_one(tmp_path):
    table = read_parquet(written(tmp_path, a=([1, None, 3],), b=(["x", None, ""],))).main
    assert table.source_rows.tolist() == [1, 3]
    assert "excluded, rows without anything in them: 1" in str(table.flow)


@pytest.mark.parametrize("values", [[[1, 2]], [{"a": 1}], [b"\x00"]])
def test_nested_columns_are_refused(tmp_path, values):
    with pytest.raises(DataError, match=r"lists, records or bytes in a cell \(first: x\)"):
        read_parquet(written(tmp_path, id=([1],), x=(values,)))


def test_repeated_names_are_refused(tmp_path):
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]), tmp_path / "a.parquet")
    with pytest.raises(DataError, match=r"repeated column name\(s\) a"):
        read_parquet(tmp_path / "a.parquet")


def test_no_rows_and_no_file_are_refused(tmp_path):
    with pytest.raises(DataError, match="holds no rows"):
        read_parquet(written(tmp_path, a=([], pa.int64())))
    with pytest.raises(DataError, match="is no file"):
        read_parquet(tmp_path / "b.parquet")


def small_file():
    out = pa.BufferOutputStream()
    table = pa.table({"a": [1, 2, None], "b": pa.array(["x", "y", "x"]).dictionary_encode(), "c": [0.5, None, 2.0]})
    pq.write_table(table, out)
    return out.getvalue().to_pybytes()


SMALL = small_file()


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(SMALL) - 1), st.binary(min_size=1, max_size=4))
def test_mutated_files_are_read_or_refused(at, noise):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.parquet"
        path.write_bytes(SMALL[:at] + noise + SMALL[at + len(noise):])
        try:
            table = read_parquet(path).main
        except CrampstatsError:
            return
        assert table.flow.n == len(table.cells)
