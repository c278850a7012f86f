"""Run the tests on a Spark Connect server and on PostgreSQL, the job for spark-submit too, and keep how they compare with pandas.

    make test-engines                                        # once: makes .venv-engines
    .venv-engines/bin/python docs/engines/run_servers.py     # writes docs/engines/servers.md

It starts both servers itself and ends them; it needs Java 17 and PostgreSQL (Debian: openjdk-17-jre-headless postgresql).
Exit 1 where a test fails, nothing ran, or a number differs by more than 1e-9; exit 2 where a server does not start.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from datetime import date
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

from same_numbers import Comparison, compare_engines
from servers import ServerError, postgres, spark_connect

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = HERE / "servers.md"
ENGINES = {"spark-connect": "Spark Connect", "postgres": "PostgreSQL through Ibis"}
PACKAGES = ("pyspark", "ibis-framework", "psycopg", "narwhals", "pandas", "pyarrow")
TOLERANCE = 1e-9


def main(rows: int, page: Path) -> int:
    began, load = time.perf_counter(), os.getloadavg()[0]
    with spark_connect() as remote, postgres() as database, tempfile.TemporaryDirectory(prefix="crampstats-") as folder:
        print(f"Spark Connect at {remote}, PostgreSQL at {database}", flush=True)
        counts, seconds, code = run_tests(remote, database, Path(folder))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what PySpark and Ibis say about versions of other packages
            numbers = compare_engines(remote, database, rows, Path(folder))
            servers = server_versions(remote, database)
    text = format_page(counts, seconds, numbers, servers, load, time.perf_counter() - began)
    page.write_text(text, encoding="utf-8")
    print(text)
    good = code == 0 and all(counts[one]["passed"] for one in ENGINES) and all(one.worst <= TOLERANCE for one in numbers)
    return 0 if good else 1


def run_tests(remote: str, database: str, folder: Path) -> tuple[dict[str, Counter[str]], float, int]:
    """tests/engines on both servers: outcomes by engine, seconds, pytest's exit code."""
    report = folder / "report.xml"
    places = {"CRAMPSTATS_SPARK_REMOTE": remote, "CRAMPSTATS_POSTGRES": database, "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "tests/engines", "-k", " or ".join(ENGINES), f"--junitxml={report}"]
    began = time.perf_counter()
    code = subprocess.run(command, cwd=ROOT, env=os.environ | places, check=False).returncode
    return read_report(report), time.perf_counter() - began, code


def read_report(report: Path) -> dict[str, Counter[str]]:
    """Passed, failed and skipped by engine, from pytest's report; an engine's tests hold its name between brackets."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in ENGINES}
    for case in ElementTree.parse(report).iter("testcase"):
        inside = case.get("name", "").partition("[")[2].rstrip("]")
        outcome = next((kind for kind in ("failure", "error", "skipped") if case.find(kind) is not None), "passed")
        for name in ENGINES:
            if name in inside:
                counts[name][outcome] += 1
    return counts


def server_versions(remote: str, database: str) -> str:
    import psycopg
    from pyspark.sql import SparkSession

    session = SparkSession.builder.remote(remote).getOrCreate()
    spark = session.version
    session.stop()
    with psycopg.connect(database) as connection:
        number = connection.info.server_version
    return f"Spark {spark}, PostgreSQL {number // 10_000}.{number % 10_000}"


def format_page(
    counts: dict[str, Counter[str]], seconds: float, numbers: list[Comparison], servers: str, load: float, total: float
) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    tests = "\n".join(
        f"| {words} | {counts[name]['passed']} | {counts[name]['failure'] + counts[name]['error']} | {counts[name]['skipped']} |"
        for name, words in ENGINES.items()
    )
    rows = "\n".join(
        f"| {one.analysis} | {one.engine} | {one.numbers} | {one.worst:.0e} | {one.seconds:.1f} |" for one in numbers
    )
    return f"""# The same numbers from spark-submit, Spark Connect and PostgreSQL

Written by `docs/engines/run_servers.py`, which starts both servers; [cluster.md](../cluster.md) says how to run it.

## tests/engines

| server | passed | failed | skipped |
|---|--:|--:|--:|
{tests}

{seconds:.0f} s.

## Against pandas in memory

The made-up registry of nights of the benchmarks, {numbers[0].rows:,} rows. The worst difference is over all estimates, standard
errors, limits and p-values, relative to the number (absolute below 1); {TOLERANCE:.0e} is allowed. Seconds are for information;
those of spark-submit are of the whole job, [spark_job.py](spark_job.py) on local[2], the start of Java and Spark included.

| analysis | engine | numbers compared | worst difference | seconds |
|---|---|--:|--:|--:|
{rows}

## With what

{date.today().isoformat()}; {servers}; {packages}; Python {platform.python_version()}, {os.cpu_count()} cores, load average
{load:.1f} when started; {total:.0f} s in all.
"""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=lambda text: int(float(text)), default=200_000, help="rows compared with pandas")
    parser.add_argument("--page", type=Path, default=PAGE, help="where the page is written")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers end with it
    try:
        sys.exit(main(chosen.rows, chosen.page))
    except ServerError as problem:
        print(f"run_servers.py: {problem}", file=sys.stderr)
        sys.exit(2)
