"""The same estimates on pandas, Polars, DuckDB and Spark, beside SQL written by hand, their numbers asserted equal first.

    python benchmarks/table_engines.py --sizes 1e4,1e5,1e6,1e7,1e8 --out docs/benchmarks --spark-python PATH

Writes engines.md, engines.csv and engines.png. 1e9 rows are made and run when they are asked for (see README.md beside this).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from equality import check_covariance, check_in_errors, check_relative
from options import add_interpreter, benchmark_parser
from rivals import Record, Rival, compare, python_script
from table_engines_calls import ENGINES, TASKS
from table_engines_page import write_page
from table_engines_sample import count_sample, write_sample

RTOL = 1e-9
NAMES = list(dict.fromkeys(name.partition(", ")[0] for name in ENGINES))
# tables in memory, and an engine that is for data on a cluster, stop here; --all runs them anyway
LAST = {"crampstats-pandas": 1e7, "crampstats-polars": 1e7, "pandas-by-hand": 1e7, "crampstats-spark": 1e7}
FIRST = {"crampstats-spark": 1e6}  # half a minute to start, whatever the size
FEWER_FROM, FEWER, ONE_FROM = 100_000_000, 3, 1_000_000_000  # rows from which there are fewer calls, or the first one alone
SLOW = ("crampstats-polars-lazy",)  # the first one alone where others have fewer


def main() -> None:
    options = parse_options()
    results = compare(options.sizes, partial(make_sample, options.data), partial(list_rivals, options), check_equal)
    write_page(options.out, options.name, results)


def parse_options() -> argparse.Namespace:
    parser = benchmark_parser(
        "The same estimates on several engines, numbers asserted equal.", sizes="1e4,1e5,1e6,1e7,1e8", repeats=5
    )
    parser.add_argument("--engines", type=lambda text: text.split(","), default=NAMES, help=f"some of {', '.join(NAMES)}")
    parser.add_argument("--name", default="engines", help="name of the page")
    parser.add_argument("--data", type=Path, help="folder to keep the made-up files in; they are used again when they are there")
    add_interpreter(parser, "PySpark")
    options = parser.parse_args()
    if unknown := set(options.engines) - set(NAMES):
        parser.error(f"no engine {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    return options


def make_sample(kept: Path | None, rows: int, scratch: Path) -> Path:
    """The folder of the files, made where they are not there already."""
    folder = (kept or scratch) / f"nights-{rows}"
    if count_sample(folder)[0] != rows:
        write_sample(rows, folder)
    found, _ = count_sample(folder)
    assert found == rows, f"{folder} holds {found} rows, not {rows}"
    return folder


def list_rivals(options: argparse.Namespace, rows: int, folder: Path) -> Iterator[list[Rival]]:
    """All that run at this size, a task at a time."""
    names = [name for name in options.engines if FIRST.get(name, rows) <= rows <= LAST.get(name, rows) or options.all]
    _, size = count_sample(folder)
    for task in TASKS:
        found = []
        for name in names:
            python = options.spark_python if name == "crampstats-spark" else sys.executable
            command = python_script("table_engines_calls.py", f"{name}, {task}", folder, python=python)
            facts = {"engine": name, "task": task, "rows": rows, "file_mb": size / 1e6}
            found.append(Rival(name, command, calls_at(rows, name, options.repeats), facts))
        yield found


def calls_at(rows: int, name: str, repeats: int) -> int:
    """Calls after the first one; none where a call takes minutes."""
    if rows >= (FEWER_FROM if name in SLOW else ONE_FROM):
        return 0
    return min(FEWER, repeats) if rows >= FEWER_FROM else repeats


def check_equal(records: list[Record]) -> None:
    """Estimates, standard errors and covariances of all engines are those of the first; estimates in standard errors."""
    for other in records[1:]:
        check_in_errors(records[0], other, RTOL)
        check_relative("std_error", records[0], other, RTOL)
        check_covariance(records[0], other, RTOL)


if __name__ == "__main__":
    main()
