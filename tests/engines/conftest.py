"""One fixture for every engine: the same rows as a table of each, and what pandas in memory says of them.

Spark and Ibis (over DuckDB) are used where they are installed. A server is used where an environment variable names it:
CRAMPSTATS_SPARK_REMOTE ("sc://localhost:15002"; it must see this machine's temporary folder) and CRAMPSTATS_POSTGRES
("postgresql://user@host/database", through Ibis). Engines named in CRAMPSTATS_ENGINES_REQUIRED ("ibis,spark") fail where they are
absent; others skip and say why.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

NULLABLE = {
    pa.bool_(): pd.BooleanDtype(), pa.int8(): pd.Int8Dtype(), pa.int16(): pd.Int16Dtype(), pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(), pa.uint8(): pd.UInt8Dtype(), pa.float32(): pd.Float32Dtype(), pa.float64(): pd.Float64Dtype(),
    pa.string(): pd.StringDtype(),
}
CONNECT, POSTGRES, REQUIRED = "CRAMPSTATS_SPARK_REMOTE", "CRAMPSTATS_POSTGRES", "CRAMPSTATS_ENGINES_REQUIRED"
SPARK_OPTIONS = {
    "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.sql.shuffle.partitions": "2",
    "spark.driver.memory": "1g", "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1",
    "spark.log.level": "ERROR",
}
IN_MEMORY = ("pandas numpy", "pandas nullable", "pandas arrow", "pyarrow", "polars", "polars lazy")
EMBEDDED = ("duckdb", "parquet file", "parquet pattern")
OTHERS = ("ibis", "spark", "spark connect", "postgres")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ibis 12 calls what DuckDB 2 has deprecated, and PySpark 4.3 doubts pandas 3, of which nothing is used: not ours."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"))
            item.add_marker(pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"))


@dataclass(frozen=True)
class Engine:
    """An engine by name, and how rows become a table of it."""

    name: str
    table: Callable[[pa.Table], Any]

    def __str__(self) -> str:
        return self.name

    @property
    def is_pandas(self) -> bool:
        return self.name.startswith("pandas")


@pytest.fixture(params=[*IN_MEMORY, *EMBEDDED, *OTHERS], ids=lambda name: name.replace(" ", "-"))
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """Each engine in turn."""
    name = request.param
    if name in ("spark", "spark connect"):
        session = request.getfixturevalue("spark" if name == "spark" else "spark_connect")
        return Engine(name, lambda rows: session.read.parquet(str(_written(rows, tmp_path))))
    if name == "ibis":
        connection = request.getfixturevalue("ibis_duckdb")
        # as docs/large_data.md asks of who opens files with DuckDB: they do not tell whether they hold NaN
        return Engine(name, lambda rows: connection.read_parquet(str(_written(rows, tmp_path)), can_have_nan=True))
    if name == "postgres":
        connection = request.getfixturevalue("postgres")
        return Engine(name, lambda rows: _into_postgres(connection, rows))
    return Engine(name, lambda rows: _local(name, rows, tmp_path))


def _local(name: str, rows: pa.Table, folder: Path) -> Any:
    """The rows as a table of an engine inside this process."""
    import duckdb
    import polars as pl

    made: dict[str, Callable[[], Any]] = {
        "pandas numpy": rows.to_pandas, "pandas nullable": lambda: rows.to_pandas(types_mapper=NULLABLE.get),
        "pandas arrow": lambda: rows.to_pandas(types_mapper=pd.ArrowDtype), "pyarrow": lambda: rows,
        "polars": lambda: pl.from_arrow(rows), "polars lazy": lambda: pl.from_arrow(rows).lazy(),
        "duckdb": lambda: duckdb.connect().from_arrow(rows), "parquet file": lambda: str(_written(rows, folder)),
        "parquet pattern": lambda: str(_written(rows, folder, parts=3).parent / "*.parquet"),
    }
    return made[name]()


_numbers = itertools.count()


def _written(rows: pa.Table, folder: Path, parts: int = 1) -> Path:
    """The rows as Parquet files; the name of the last."""
    inside = folder / f"table{next(_numbers)}"
    inside.mkdir()
    step = max(1, -(-len(rows) // parts))
    for start in range(0, max(len(rows), 1), step):
        name = inside / f"part{start:06d}.parquet"
        pq.write_table(rows.slice(start, step), name)
    return name


def _absent(engine: str, reason: str) -> None:
    """Skip, or fail where this engine must be there."""
    required = os.environ.get(REQUIRED, "").split(",")
    (pytest.fail if engine in required else pytest.skip)(reason)


def _need(engine: str, *modules: str) -> None:
    for module in modules:
        if find_spec(module) is None:
            _absent(engine, f"{module} is not installed (requirements/engines.txt holds what these tests need)")


@pytest.fixture(scope="session")
def ibis_duckdb() -> Any:
    """Ibis over DuckDB."""
    _need("ibis", "ibis", "duckdb")
    import ibis

    return ibis.duckdb.connect()


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """One Spark on two cores for all tests of a run: starting it takes longer than they do."""
    _need("spark", "pyspark")
    if os.environ.get(CONNECT):
        pytest.skip(f"a Spark of its own cannot stand beside Spark Connect in one process; the run without {CONNECT} covers it")
    if os.environ.get("JAVA_HOME") is None and shutil.which("java") is None:
        _absent("spark", "Java is not installed (Debian: openjdk-17-jre-headless)")
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("crampstats tests")
    for option, value in SPARK_OPTIONS.items():
        builder = builder.config(option, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="session")
def spark_connect() -> Iterator[Any]:
    """A Spark Connect server somebody started."""
    if not (address := os.environ.get(CONNECT)):
        pytest.skip(f"no Spark Connect server is named in {CONNECT}")
    _need("spark", "pyspark", "grpc")
    from pyspark.sql import SparkSession

    session = SparkSession.builder.remote(address).getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A PostgreSQL server somebody started; tables made there are temporary."""
    if not (address := os.environ.get(POSTGRES)):
        pytest.skip(f"no PostgreSQL server is named in {POSTGRES}")
    _need("postgres", "ibis", "psycopg")
    import ibis

    connection = ibis.connect(address)
    yield connection
    connection.disconnect()


COLUMN_KINDS = {
    "bool": "boolean", "int8": "smallint", "int16": "smallint", "int32": "integer", "int64": "bigint", "uint8": "smallint",
    "float": "real", "double": "double precision", "string": "text", "large_string": "text", "date32[day]": "date",
}


def _into_postgres(connection: Any, rows: pa.Table) -> Any:
    """The rows copied into a temporary table."""
    name = f"crampstats_test_{next(_numbers)}"
    plain = pa.table({
        field.name: rows[field.name].cast(field.type.value_type) if pa.types.is_dictionary(field.type) else rows[field.name]
        for field in rows.schema
    })
    quoted = [field.name.replace('"', '""') for field in plain.schema]
    kinds = [f'"{name}" {COLUMN_KINDS.get(str(kind), "numeric")}' for name, kind in zip(quoted, plain.schema.types, strict=True)]
    with connection.con.cursor() as cursor:
        cursor.execute(f"create temporary table {name} ({', '.join(kinds)})")
        with cursor.copy(f"copy {name} from stdin") as copy:
            for row in zip(*(column.to_pylist() for column in plain.columns), strict=True):
                copy.write_row(row)
    return connection.table(name)
