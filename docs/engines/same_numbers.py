"""The same analyses on pandas, by spark-submit, on Spark Connect and on PostgreSQL, and how far their numbers are apart."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

import crampstats as cs

ROOT = Path(__file__).resolve().parents[2]
TABLE = "nights"
Row = dict[str, Any]
SUBMIT = "spark-submit"
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
    """Every analysis on both servers, and those of the job for spark-submit, against pandas."""
    made = [sys.executable, str(ROOT / "benchmarks" / "table_engines_sample.py"), str(rows), str(folder / TABLE)]
    subprocess.run(made, check=True)
    expected = {name: analysis(_design(pd.read_parquet(folder / TABLE))) for name, analysis in ANALYSES.items()}
    found = submit(expected, rows, folder)
    for engine, opened in (("Spark Connect", _spark(remote, folder)), ("PostgreSQL through Ibis", _postgres(database, folder))):
        with opened as table:
            found += [_compare(name, engine, expected[name], table, rows) for name in ANALYSES]
    return sorted(found, key=lambda one: list(ANALYSES).index(one.analysis))


def submit(expected: dict[str, cs.Estimates], rows: int, folder: Path) -> list[Comparison]:
    """The job for spark-submit on two cores of this machine, as a user starts it."""
    began, out = time.perf_counter(), folder / "out.json"
    options = ["--master", "local[2]", "--conf", "spark.log.level=ERROR"]
    command = [Path(sys.executable).with_name("spark-submit"), *options, ROOT / "docs" / "engines" / "spark_job.py"]
    subprocess.run([*command, folder / TABLE, out], check=True, env=os.environ | {"PYSPARK_PYTHON": sys.executable})
    seconds = time.perf_counter() - began
    found = json.loads(out.read_text(encoding="utf-8"))
    parts = (("prevalence by 10 domains", "prevalence"), ("associations, logistic, 3 conditions", "odds_ratios"))
    return [
        _apart(name, SUBMIT, json.loads(expected[name].to_json()), found[part], rows, seconds) for name, part in parts
    ]


def _compare(name: str, engine: str, expected: cs.Estimates, table: Any, rows: int) -> Comparison:
    began = time.perf_counter()
    result = ANALYSES[name](_design(table))
    seconds = time.perf_counter() - began
    return _apart(name, engine, json.loads(expected.to_json()), json.loads(result.to_json()), rows, seconds)


def _apart(name: str, engine: str, wanted: list[Row], got: list[Row], rows: int, seconds: float) -> Comparison:
    """The worst difference of any number; words, rows and what is missing must be the same."""
    if [_words(row) for row in wanted] != [_words(row) for row in got]:
        raise AssertionError(f"{name} on {engine}: other rows, words or missing numbers than pandas")
    pairs = [(row[key], other[key]) for row, other in zip(wanted, got, strict=True) for key in row if _is_number(row[key])]
    worst = max(abs(theirs - ours) / max(abs(ours), 1.0) for ours, theirs in pairs)
    return Comparison(name, engine, rows, len(pairs), worst, seconds)


def _words(row: Row) -> dict[str, Any]:
    """A row with a mark where a number stands."""
    return {key: "a number" if _is_number(value) else value for key, value in row.items()}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


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
