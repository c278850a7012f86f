"""The same analyses on pandas, on a Spark Connect server and on PostgreSQL, and how far their numbers are apart."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import crampstats as cs

ROOT = Path(__file__).resolve().parents[2]
TABLE = "nights"
KINDS = {
    "bool": "boolean", "int8": "smallint", "int16": "smallint", "int32": "integer", "int64": "bigint", "float": "real",
    "double": "double precision", "string": "text",
}
ANALYSES: dict[str, Callable[[cs.SurveyDesign], cs.Estimates]] = {
    "prevalence by 10 domains": lambda design: cs.estimate_prevalence(design, "cramp", by=["sex", "age_band"]),
    "mean of a condition by sex": lambda design: cs.estimate_mean(design, "flag_12", by=["sex"]),
    "associations, logistic, 3 conditions": lambda design: cs.associate(
        design, outcome="cramp", exposures=["flag_1"], adjust=["flag_2", "flag_3"]
    ),
}


@dataclass(frozen=True)
class Comparison:
    """One analysis on one server: how many numbers were compared, and the worst difference from pandas."""

    analysis: str
    engine: str
    rows: int
    numbers: int
    worst: float
    seconds: float


def compare_engines(remote: str, database: str, rows: int, folder: Path) -> list[Comparison]:
    """Every analysis on both servers against pandas."""
    made = [sys.executable, str(ROOT / "benchmarks" / "table_engines_sample.py"), str(rows), str(folder / TABLE)]
    subprocess.run(made, check=True)
    expected = {name: analysis(_design(pd.read_parquet(folder / TABLE))) for name, analysis in ANALYSES.items()}
    found = []
    for engine, opened in (("Spark Connect", _spark(remote, folder)), ("PostgreSQL through Ibis", _postgres(database, folder))):
        with opened as table:
            found += [_compare(name, engine, expected[name], table, rows) for name in ANALYSES]
    return sorted(found, key=lambda one: list(ANALYSES).index(one.analysis))


def _compare(name: str, engine: str, expected: cs.Estimates, table: Any, rows: int) -> Comparison:
    began = time.perf_counter()
    result = ANALYSES[name](_design(table))
    seconds = time.perf_counter() - began
    ours, theirs = expected.to_frame(), result.to_frame()
    numeric = list(ours.select_dtypes("number"))
    words = [column for column in ours if column not in numeric]
    if not ours[words].equals(theirs[words]):
        raise AssertionError(f"{name} on {engine}: other rows or words than pandas")
    wanted, got = (frame[numeric].to_numpy(dtype=float, na_value=np.nan) for frame in (ours, theirs))
    apart = np.abs(got - wanted) / np.maximum(np.abs(wanted), 1.0)
    if not np.array_equal(np.isnan(wanted), np.isnan(got)):
        raise AssertionError(f"{name} on {engine}: other numbers are missing than in pandas")
    return Comparison(name, engine, rows, int(np.isfinite(wanted).sum()), float(np.nanmax(apart)), seconds)


def _design(table: Any) -> cs.SurveyDesign:
    return cs.SurveyDesign(table, strata="stratum", psu="psu", weights="weight")


@contextmanager
def _spark(remote: str, folder: Path) -> Iterator[Any]:
    """The files as the server sees them: it runs on this machine."""
    from pyspark.sql import SparkSession

    session = SparkSession.builder.remote(remote).getOrCreate()
    try:
        yield session.read.parquet(str(folder / TABLE))
    finally:
        session.stop()


@contextmanager
def _postgres(database: str, folder: Path) -> Iterator[Any]:
    """The files copied into a table of the database."""
    import ibis
    import psycopg
    import pyarrow.parquet as pq

    files = pq.ParquetDataset(folder / TABLE)
    kinds = ", ".join(f'"{field.name}" {KINDS[str(field.type)]}' for field in files.schema)
    rows = files.read()
    with psycopg.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute(f"create table {TABLE} ({kinds})")
        with cursor.copy(f"copy {TABLE} from stdin") as copy:
            for row in zip(*(column.to_pylist() for column in rows.columns), strict=True):
                copy.write_row(row)
    connection = ibis.connect(database)
    try:
        yield connection.table(TABLE)
    finally:
        connection.disconnect()
