"""Domain table of 10 groups: crampstats beside R survey, svy, statsmodels and plain pandas, their numbers asserted equal first.

    python benchmarks/domain_table.py --sizes 1e4,1e5,1e6,1e7 --out docs/benchmarks --svy-python PATH

Writes domain_table.md, .csv and .png. Engines that are not installed are left out and named. See README.md in this folder.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from domain_table_page import write_page
from equality import check_covariance, check_relative
from options import add_interpreter, benchmark_parser
from rivals import HERE, Record, Rival, compare, python_rivals, r_script, sample_of

RTOL = 1e-9
PYTHON_ENGINES = (
    "crampstats-pandas", "crampstats-pandas-text", "crampstats-polars", "crampstats-duckdb",
    "svy", "pandas-by-hand", "pandas-naive", "statsmodels",
)
# rows up to which each runs; statsmodels takes minutes and many gigabytes beyond
LAST = dict.fromkeys(PYTHON_ENGINES, math.inf) | {"statsmodels": 1_000_000}
R_ONE_CALL_FROM = 10_000_000  # rows from which a call takes minutes, and the first one is the only one
# cluster-robust least squares is another estimator of the standard error: its ratio to ours is printed instead
OTHER_VARIANCE = ("statsmodels",)


def main() -> None:
    parser = benchmark_parser(
        "Domain table of 10 groups, beside rivals, numbers asserted equal.", sizes="1e4,1e5,1e6,1e7", repeats=7
    )
    add_interpreter(parser, "svy")
    options = parser.parse_args()
    results = compare(options.sizes, sample_of("domain_table_sample.py"), partial(list_rivals, options), check_equal)
    profiles = [run_profile(rows) for rows in sorted({100_000, max(options.sizes)})]
    write_page(options.out, results, profiles)


def list_rivals(options: argparse.Namespace, rows: int, folder: Path) -> Iterator[list[Rival]]:
    """All that run at this size."""
    facts = {"rows": rows}
    found = python_rivals("domain_table_engines.py", LAST, folder, facts, options, {"svy": options.svy_python})
    calls = 0 if rows >= R_ONE_CALL_FROM else options.repeats
    yield [*found, Rival("R survey", r_script("domain_table.R", folder, rows), calls, facts)]


def check_equal(records: list[Record]) -> None:
    """Estimates, standard errors and covariances of all engines are those of crampstats on pandas."""
    ours = records[0]
    for other in records[1:]:
        check_relative("estimate", ours, other, RTOL)
        if other["std_error"] is None or other["engine"] in OTHER_VARIANCE:
            continue
        check_relative("std_error", ours, other, RTOL)
        if other["covariance"] is not None:
            check_covariance(ours, other, RTOL)


def run_profile(rows: int) -> Record:
    """Where the time of one call goes."""
    done = subprocess.run([sys.executable, HERE / "profile_call.py", str(rows)], check=True, capture_output=True, text=True)
    profile: Record = json.loads(done.stdout)
    return profile


if __name__ == "__main__":
    main()
