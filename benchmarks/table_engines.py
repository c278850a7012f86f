"""The same estimates on pandas, Polars, DuckDB and Spark, beside SQL written by hand, their numbers asserted equal first.

    python benchmarks/table_engines.py --sizes 1e4,1e5,1e6,1e7,1e8 --out docs/benchmarks --spark-python PATH

Writes engines.md, engines.csv and engines.png. 1e9 rows are made and run when they are asked for (see README.md beside this).
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
from domain_table import Record, run
from table_engines_calls import ENGINES, TASKS
from table_engines_page import write_page
from table_engines_sample import count_sample, write_sample

HERE = Path(__file__).resolve().parent
RTOL = 1e-9
NAMES = list(dict.fromkeys(name.partition(", ")[0] for name in ENGINES))
# tables in memory, and an engine that is for data on a cluster, stop here; --all runs them anyway
LAST = {"crampstats-pandas": 1e7, "crampstats-polars": 1e7, "pandas-by-hand": 1e7, "crampstats-spark": 1e7}
FIRST = {"crampstats-spark": 1e6}  # half a minute to start, whatever the size
FEWER_FROM, FEWER, ONE_FROM = 100_000_000, 3, 1_000_000_000  # rows from which there are fewer calls, or the first one alone
SLOW = ("crampstats-polars-lazy",)  # the first one alone where others have fewer


def main() -> None:
    options = parse_options()
    load = os.getloadavg()[0]
    records: list[Record] = []
    absent: dict[str, str] = {}
    for rows in options.sizes:
        with tempfile.TemporaryDirectory() as scratch:
            folder = (options.data or Path(scratch)) / f"nights-{rows}"
            size = make_sample(rows, folder)
            for task in TASKS:
                found = run_engines(rows, task, folder, options, absent)
                check_equal(found)
                records += [one | {"file_mb": size / 1e6} for one in found]
    write_page(options.out, options.name, records, absent, load)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The same estimates on several engines, numbers asserted equal.")
    parser.add_argument("--sizes", type=whole_numbers, default="1e4,1e5,1e6,1e7,1e8")
    parser.add_argument("--engines", type=lambda text: text.split(","), default=NAMES, help=f"some of {', '.join(NAMES)}")
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks"))
    parser.add_argument("--name", default="engines", help="name of the page")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--data", type=Path, help="folder to keep the made-up files in; they are used again when they are there")
    parser.add_argument("--spark-python", default=sys.executable, help="interpreter of an environment that holds PySpark")
    parser.add_argument("--all", action="store_true", help="every engine at every size")
    options = parser.parse_args()
    if unknown := set(options.engines) - set(NAMES):
        parser.error(f"no engine {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    return options


def whole_numbers(text: str) -> list[int]:
    return [int(float(part)) for part in text.split(",")]


def make_sample(rows: int, folder: Path) -> int:
    """The files, made where they are not there already; their size in bytes."""
    if count_sample(folder)[0] != rows:
        write_sample(rows, folder)
    found, size = count_sample(folder)
    assert found == rows, f"{folder} holds {found} rows, not {rows}"
    return size


def run_engines(rows: int, task: str, folder: Path, options: argparse.Namespace, absent: dict[str, str]) -> list[Record]:
    """Every engine that is installed, one after the other, each in a process of its own."""
    found = []
    for name in options.engines:
        if not FIRST.get(name, rows) <= rows <= LAST.get(name, rows) and not options.all:
            continue
        calls = 0 if rows >= (FEWER_FROM if name in SLOW else ONE_FROM) else options.repeats
        calls = min(FEWER, calls) if rows >= FEWER_FROM else calls
        python = options.spark_python if name == "crampstats-spark" else sys.executable
        record = run(name, [python, HERE / "table_engines_calls.py", f"{name}, {task}", folder, str(calls)], absent)
        if record:
            # where a call takes minutes the first one is the only one
            times = {} if record["seconds"] else {"seconds": [record["first"]], "cpu": [record["first_cpu"]]}
            record |= {**times, "engine": name, "task": task, "rows": rows}
            middle = sorted(record["seconds"])[len(record["seconds"]) // 2]
            print(f"{rows:>13,} rows  {task:10}  {name:22} {middle:10.4f} s  {record['peak_mb']:8.0f} MB", flush=True)
            found.append(record)
    return found


def check_equal(records: list[Record]) -> None:
    """Estimates, standard errors and covariances of all engines are those of the first; coefficients in standard errors."""
    if not records:
        return
    first = records[0]
    errors = np.asarray(first["std_error"])
    for other in records[1:]:
        label = f"{other['engine']}, {other['task']}, at {other['rows']} rows beside {first['engine']}"
        apart = np.abs(np.subtract(other["estimate"], first["estimate"])) / errors
        np.testing.assert_array_less(apart, RTOL, err_msg=label)
        np.testing.assert_allclose(other["std_error"], errors, rtol=RTOL, atol=0, err_msg=label)
        gap = np.abs(np.subtract(other["covariance"], first["covariance"])) / np.outer(errors, errors)
        assert gap.max() < RTOL, f"{label}: covariances differ by {gap.max():.1e} of the product of standard errors"


if __name__ == "__main__":
    main()
