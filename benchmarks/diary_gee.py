"""GEE of nights: crampstats beside statsmodels and geepack, their numbers asserted equal first.

    python benchmarks/diary_gee.py --persons 1e3,1e4,1e5 --out docs/benchmarks

Writes diary.md, diary.csv and diary.png. geepack is left out, and named, where it is not installed. See README.md beside this.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from diary_gee_page import write_page
from diary_sample import count_nights
from equality import check_in_errors, check_relative
from options import benchmark_parser
from rivals import Record, Rival, compare, python_script, r_script, sample_of

CORRELATIONS = ("exchangeable", "independence")
ENGINES = ("crampstats", "statsmodels", "geepack")
# coefficients in standard errors, standard errors relative, correlations relative; the rivals stop at tolerances of their own
TOLERANCES = (1e-3, 1e-5, 1e-4)
ONE_CALL_FROM = {"statsmodels": 100_000, "geepack": 1_000}  # persons; minutes for every call
LAST = {"geepack": 1_000}  # persons; a minute for a thousand of them; --all runs it anyway


def main() -> None:
    words = "GEE of nights, beside rivals, numbers asserted equal."
    options = benchmark_parser(words, sizes="1e3,1e4,1e5", repeats=3, unit="persons").parse_args()
    results = compare(options.sizes, sample_of("diary_sample.py"), partial(list_rivals, options), check_equal)
    write_page(options.out, results)


def list_rivals(options: argparse.Namespace, persons: int, folder: Path) -> Iterator[list[Rival]]:
    """All that run at this size, a working correlation at a time."""
    rows = count_nights(folder)
    for correlation in CORRELATIONS:
        found = []
        for engine in ENGINES:
            name = f"{engine}, {correlation}"
            command = python_script("diary_gee_engines.py", name, folder)
            if engine == "geepack":
                command = r_script("diary_gee.R", folder, rows, correlation)
            calls = 0 if persons >= ONE_CALL_FROM.get(engine, persons + 1) else options.repeats
            if persons <= LAST.get(engine, persons) or options.all:
                found.append(Rival(name, command, calls, {"rows": rows, "persons": persons}))
        yield found


def check_equal(records: list[Record]) -> None:
    """Coefficients, standard errors and correlation of all engines are those of crampstats; how far apart they are is noted."""
    ours = records[0]
    in_errors, of_errors, of_correlation = TOLERANCES
    for other in records[1:]:
        check_in_errors(ours, other, in_errors)
        check_relative("std_error", ours, other, of_errors)
        check_relative("covariance", ours, other, of_correlation, near_zero=1e-12)
        other["apart"] = float(np.max(np.abs(np.divide(other["estimate"], ours["estimate"]) - 1)))


if __name__ == "__main__":
    main()
