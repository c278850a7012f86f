"""Random-intercept logistic regression of nights: crampstats beside R's lme4::glmer, their numbers asserted equal first.

    python benchmarks/diary_mixed.py --persons 1e2,1e3 --out docs/benchmarks

Writes diary_mixed.md and .csv. The same quadrature (7 nodes), the same diaries as those of `diary_gee.py`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pandas as pd
from diary_mixed_engines import NODES
from diary_sample import count_nights
from equality import check_in_errors, check_relative
from machine import machine
from options import benchmark_parser
from page import CELLS, left_out, markdown_table, save_page, save_table, to_table
from rivals import Record, Results, Rival, compare, python_script, r_script, sample_of

GLMER_ONE_CALL_FROM = 1_000  # persons from which glmer takes a minute, and is called once
# glmer searches without derivatives and stops at tolerances of its own: in standard errors, relative, relative
TOLERANCES = (1e-2, 1e-2, 1e-3)
WORDS = {"crampstats": "crampstats: fit_random_intercept", "glmer": "lme4: glmer"}


def main() -> None:
    words = "Random-intercept models of nights, beside glmer, numbers asserted equal."
    options = benchmark_parser(words, sizes="1e2,1e3", repeats=3, unit="persons").parse_args()
    results = compare(options.sizes, sample_of("diary_sample.py"), partial(list_rivals, options), check_equal)
    write_page(options.out, results)


def list_rivals(options: argparse.Namespace, persons: int, folder: Path) -> Iterator[list[Rival]]:
    """Both."""
    rows = count_nights(folder)
    facts = {"rows": rows, "persons": persons}
    calls = 0 if persons >= GLMER_ONE_CALL_FROM else options.repeats
    yield [
        Rival("crampstats", python_script("diary_mixed_engines.py", "crampstats", folder), options.repeats, facts),
        Rival("glmer", r_script("diary_mixed.R", folder, rows, NODES), calls, facts),
    ]


def check_equal(records: list[Record]) -> None:
    """Coefficients, standard errors and the standard deviation of persons are the same; how far apart they are is noted."""
    ours = records[0]
    in_errors, of_errors, of_spread = TOLERANCES
    for other in records[1:]:
        other["apart"] = check_in_errors(ours, other, in_errors)
        check_relative("std_error", ours, other, of_errors)
        check_relative("covariance", ours, other, of_spread)


def write_page(folder: Path, results: Results) -> None:
    """diary_mixed.md and .csv in `folder`."""
    table = to_table(results.records).assign(persons=[one["persons"] for one in results.records])
    save_table(folder, "diary_mixed", table)
    save_page(folder, "diary_mixed", [
        "# Random-intercept models of nights", intro(results.records), engines(table), left_out(results.absent),
        machine(results.records, results.load),
    ])


def intro(records: list[Record]) -> str:
    """What was done, and what the columns are."""
    apart = max((one["apart"] for one in records if "apart" in one), default=0.0)
    return (
        "Written by `python benchmarks/diary_mixed.py`; not edited by hand. One call fits a logistic model with a random "
        "intercept of the person to made-up diaries of 90 nights, two exposures of the person and two of the night, by adaptive "
        f"quadrature with {NODES} nodes. Before this page was written, coefficients, standard errors and the standard deviation "
        "of the random intercept were asserted equal as far as glmer goes by default (largest difference of a "
        f"coefficient: {apart:.1e} standard errors). A process each; `median` is of {len(records[0]['seconds'])} calls after a "
        "first one, or the first and only one where a call takes a minute; `peak` is the highest resident memory of the process."
    )


def engines(table: pd.DataFrame) -> str:
    """Both at every size."""
    ours = table[table["engine"] == "crampstats"].set_index("persons")["seconds_median"]
    head = ("persons", "nights", "engine", "median", "CPU", "ratio to crampstats", "peak")
    rows = [
        (f"{row['persons']:,}", f"{row['rows']:,}", WORDS[row["engine"]], CELLS["median"](row), CELLS["CPU"](row),
         f"{row['seconds_median'] / ours[row['persons']]:.1f}", CELLS["peak"](row))
        for _, row in table.iterrows()
    ]
    return markdown_table(head, rows, "rrlrrrr")


if __name__ == "__main__":
    main()
