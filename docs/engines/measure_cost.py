"""What a row costs: bytes in Parquet and rows a second of DuckDB and Spark, and from them 1e9 and 1e10 rows on paper.

    .venv-engines/bin/python docs/engines/measure_cost.py --rows 1e7     # writes docs/engines/cost.md

Every time is the median of some runs; the time of a run is taken as start + rows / speed, from the registry and a tenth of it.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

import crampstats as cs

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CORES = 2
FLAGS = [f"flag_{number}" for number in range(1, 13)]
DESIGN = ["stratum", "psu", "weight", "cramp"]
ANALYSES: dict[str, tuple[list[str], Callable[[cs.SurveyDesign], object]]] = {
    "prevalence by 10 domains": (
        [*DESIGN, "sex", "age_band"], lambda design: cs.estimate_prevalence(design, "cramp", by=["sex", "age_band"]),
    ),
    "logistic regression, 12 conditions": (
        [*DESIGN, *FLAGS],
        lambda design: cs.associate(design, outcome="cramp", exposures=FLAGS[:1], adjust=FLAGS[1:], crude=False),
    ),
}
TARGETS = (10**9, 10**10)


@dataclass(frozen=True)
class Speed:
    """One analysis on one engine: seconds before the first row, and rows a second of one core."""

    analysis: str
    engine: str
    start: float
    rows_per_core_second: float

    def core_hours(self, rows: int) -> float:
        return rows / self.rows_per_core_second / 3600

    def seconds(self, rows: int, cores: int) -> float:
        return self.start + rows / (self.rows_per_core_second * cores)


def main(rows: int, repeats: int, page: Path) -> None:
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="crampstats-") as folder:
        whole, tenth = (make(count, Path(folder) / str(count)) for count in (rows, rows // 10))
        sizes = bytes_per_row(whole)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what PySpark says of other packages' versions
            speeds = [one for engine, opener in ENGINES.items() for one in measure(engine, opener, whole, tenth, rows, repeats)]
    page.write_text(format_page(rows, repeats, sizes, speeds, load), encoding="utf-8")
    print(page.read_text(encoding="utf-8"))


def make(rows: int, folder: Path) -> Path:
    """The made-up registry of nights of the benchmarks."""
    subprocess.run([sys.executable, str(ROOT / "benchmarks" / "table_engines_sample.py"), str(rows), str(folder)], check=True)
    return folder


def bytes_per_row(folder: Path) -> dict[str, float]:
    """Bytes of each column in Parquet, over rows."""
    total: dict[str, int] = {}
    rows = 0
    for name in sorted(folder.glob("*.parquet")):
        head = pq.read_metadata(name)
        rows += head.num_rows
        for group in range(head.num_row_groups):
            for place in range(head.num_columns):
                column = head.row_group(group).column(place)
                total[column.path_in_schema] = total.get(column.path_in_schema, 0) + column.total_compressed_size
    return {name: size / rows for name, size in total.items()}


def open_duckdb(folder: Path) -> Any:
    from crampstats.core.engines import EngineOptions, open_parquet

    return open_parquet(folder, "duckdb", EngineOptions(threads=CORES))


def open_spark(folder: Path) -> Any:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(f"local[{CORES}]").config("spark.driver.memory", "4g")
    builder = builder.config("spark.log.level", "ERROR").config("spark.ui.enabled", "false")
    session = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    return session.read.parquet(str(folder))


ENGINES: dict[str, Callable[[Path], Any]] = {"DuckDB": open_duckdb, f"Spark local[{CORES}]": open_spark}


def measure(engine: str, opener: Callable[[Path], Any], whole: Path, tenth: Path, rows: int, repeats: int) -> list[Speed]:
    found = []
    for analysis, (_, call) in ANALYSES.items():
        clock(opener, tenth, call)  # the engine's own start, and Java's compiler
        small, large = (statistics.median(clock(opener, folder, call) for _ in range(repeats)) for folder in (tenth, whole))
        if large <= small:
            sys.exit(f"{engine}, {analysis}: {rows:,} rows took no longer than a tenth: give more, or a quieter machine")
        per_row = (large - small) / (rows - rows // 10)
        found.append(Speed(analysis, engine, max(small - per_row * (rows // 10), 0.0), 1 / (per_row * CORES)))
        print(f"{engine}, {analysis}: {small:.2f} s and {large:.2f} s", file=sys.stderr, flush=True)
    return found


def clock(opener: Callable[[Path], Any], folder: Path, call: Callable[[cs.SurveyDesign], object]) -> float:
    """Seconds from the files to the estimates, the checks of the design included."""
    began = time.perf_counter()
    call(cs.SurveyDesign(opener(folder), strata="stratum", psu="psu", weights="weight"))
    return time.perf_counter() - began


def format_page(rows: int, repeats: int, sizes: dict[str, float], speeds: list[Speed], load: float) -> str:
    used = {name: sum(sizes[column] for column in columns) for name, (columns, _) in ANALYSES.items()}
    measured = "\n".join(
        f"| {one.analysis} | {one.engine} | {one.start:.1f} | {one.rows_per_core_second / 1e6:.1f} |" for one in speeds
    )
    paper = "\n".join(format_cost(count, one, used[one.analysis]) for count in TARGETS for one in speeds)
    stored = ", ".join(f"{count * sum(sizes.values()) / 1e9:,.0f} GB for {count:,} rows" for count in TARGETS)
    words = "\n".join(f"| {name} | {used[name]:.1f} |" for name in used)
    packages = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "pyspark", "narwhals", "pyarrow"))
    busy = f"**Measured on a busy machine (load {load:.0f} on {os.cpu_count()} cores): sizes hold, speeds do not.**\n\n"
    return f"""# What 1e9 and 1e10 rows cost

{busy if load > CORES / 2 else ""}Written by `docs/engines/measure_cost.py`. [cluster.md](../cluster.md) says what to do with it.

## Measured: bytes

The made-up registry of nights of the benchmarks, {rows:,} rows. All {len(sizes)} columns: {sum(sizes.values()):.1f} bytes a row
in Parquet (snappy), of which the sampling weight {sizes["weight"]:.1f}. An analysis reads its own columns alone:

| analysis | bytes a row |
|---|--:|
{words}

## Measured: rows a second

Median of {repeats} runs on {CORES} cores, from the files to the estimates, checks of the design included: seconds = start +
rows / (speed x cores), from {rows:,} and {rows // 10:,} rows. Starting Java and Spark is left out (10 to 30 s).

| analysis | engine | start, s | million rows a second and core |
|---|---|--:|--:|
{measured}

## On paper

Stored, all columns: {stored}.

Times on {CORES}, 32 and 128 cores take for granted that cores add up and that storage keeps pace (GB read over the seconds);
neither was measured beyond {CORES} cores.

| rows | analysis | GB read | engine | core-hours | {CORES} cores | 32 cores | 128 cores |
|--:|---|--:|---|--:|--:|--:|--:|
{paper}

With what: {date.today().isoformat()}; {packages}; Python {platform.python_version()}, {os.cpu_count()} cores; load average
{load:.1f} when started.
"""


def format_cost(rows: int, speed: Speed, size: float) -> str:
    times = " | ".join(format_seconds(speed.seconds(rows, cores)) for cores in (CORES, 32, 128))
    count = f"{rows:.0e}".replace("e+0", "e").replace("e+", "e")
    return f"| {count} | {speed.analysis} | {rows * size / 1e9:,.0f} | {speed.engine} | {speed.core_hours(rows):,.2f} | {times} |"


def format_seconds(seconds: float) -> str:
    if seconds < 1:
        return "under 1 s"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=lambda text: int(float(text)), default=10_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--page", type=Path, default=HERE / "cost.md")
    chosen = parser.parse_args()
    main(chosen.rows, chosen.repeats, chosen.page)
