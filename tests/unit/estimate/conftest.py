"""Tables of several engines with the same rows, made of one pandas frame."""

from __future__ import annotations

import polars as pl
import pyarrow as pa
import pytest

from crampstats.estimate import analysed_rows


def _duckdb(table: pa.Table):
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect()
    connection.register("given", table)
    connection.execute("create table rows as select * from given")
    return connection.table("rows")


# pyarrow, Spark, Ibis and files are tried on the boundary itself (tests/engines)
ENGINES = {"polars": lambda table: pl.from_arrow(table).lazy(), "duckdb": _duckdb}


@pytest.fixture(params=ENGINES)
def to_engine(request):
    """A pandas frame as a table of an engine."""
    return lambda frame: ENGINES[request.param](pa.Table.from_pandas(frame, preserve_index=False))


@pytest.fixture
def rows_stay_there(monkeypatch):
    """Tables this small would be brought into memory."""
    monkeypatch.setattr(analysed_rows, "FEW_NUMBERS", 0)


WAYS = {"patterns": 1_500_000, "no patterns by unit": 0}


@pytest.fixture(params=WAYS)
def way(request, monkeypatch):
    """Patterns by sampling unit, or what is done where there is no room for them (two passes, or scoring by queries)."""
    monkeypatch.setattr(analysed_rows, "MAX_PATTERNS", WAYS[request.param])
    return request.param
