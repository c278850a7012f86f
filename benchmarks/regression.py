"""Logistic regression with 12 covariates: crampstats beside R survey, svy and statsmodels, their numbers asserted equal first.

    python benchmarks/regression.py --sizes 1e4,1e5,1e6,1e7 --out docs/benchmarks --svy-python PATH

Writes regression.md, .csv and .png. Engines that are not installed are left out and named. See README.md in this folder.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from equality import check_relative
from options import add_interpreter, benchmark_parser
from regression_page import write_page
from rivals import Record, Rival, compare, python_rivals, r_script, sample_of

# relative, of coefficients and standard errors; svy stops early at its default tolerance, statsmodels has another standard error
EXACT, EARLY = (1e-8, 1e-6), (1e-5, 1e-4)
TOLERANCES = {"svy": EARLY, "statsmodels": (1e-8, math.inf)}
# rows up to which each runs; minutes, or more memory than the machine has, beyond
LAST = {"crampstats": math.inf, "svy": math.inf, "svy, converged": 1_000_000, "statsmodels": 1_000_000}
R_CALLS, R_ONE_CALL_FROM = 3, 10_000_000  # rows from which the first call is the only one


def main() -> None:
    parser = benchmark_parser(
        "Logistic regression with 12 covariates, beside rivals, numbers asserted equal.", sizes="1e4,1e5,1e6,1e7", repeats=5
    )
    add_interpreter(parser, "svy")
    options = parser.parse_args()
    results = compare(options.sizes, sample_of("regression_sample.py"), partial(list_rivals, options), check_equal)
    write_page(options.out, results)


def list_rivals(options: argparse.Namespace, rows: int, folder: Path) -> Iterator[list[Rival]]:
    """All that run at this size."""
    facts, pythons = {"rows": rows}, dict.fromkeys(("svy", "svy, converged"), options.svy_python)
    found = python_rivals("regression_engines.py", LAST, folder, facts, options, pythons)
    calls = 0 if rows >= R_ONE_CALL_FROM else min(R_CALLS, options.repeats)
    yield [*found, Rival("R survey", r_script("regression.R", folder, rows), calls, facts)]


def check_equal(records: list[Record]) -> None:
    """Coefficients and standard errors of all engines are those of crampstats.

    R's svyglm and svy take the working weights of the step before the last for their standard errors, hence the tolerance there.
    """
    ours = records[0]
    for other in records[1:]:
        for key, tolerance in zip(("estimate", "std_error"), TOLERANCES.get(other["engine"], EXACT), strict=True):
            if tolerance < math.inf:
                check_relative(key, ours, other, tolerance)


if __name__ == "__main__":
    main()
