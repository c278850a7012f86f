"""Random-intercept logistic regression of nights: crampstats beside R's lme4::glmer, their numbers asserted equal first.

    python benchmarks/diary_mixed.py --persons 1e2,1e3 --out docs/benchmarks

Writes diary_mixed.md and .csv. The same quadrature (7 nodes), the same diaries as those of `diary_gee.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from diary_sample import read_sample
from domain_table import Record, run
from domain_table_engines import Call, Design, Result, measure
from page import left_out, machine, seconds, to_table

HERE = Path(__file__).resolve().parent
FORMULA = "cramp ~ age + female + heavy + minutes"
NODES = 7
ONE_CALL_FROM = 1_000  # persons from which glmer takes a minute, and is called once
# glmer searches without derivatives and stops at tolerances of its own: in standard errors, relative, relative
TOLERANCES = (1e-2, 1e-2, 1e-3)
WORDS = {"crampstats": "crampstats: fit_random_intercept", "glmer": "lme4: glmer"}


def main() -> None:
    options = parse_options()
    if options.folder:
        json.dump(measure("crampstats", options.folder, options.repeats, {"crampstats": crampstats}), sys.stdout)
        return
    load = os.getloadavg()[0]
    records: list[Record] = []
    absent: dict[str, str] = {}
    for persons in options.persons:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, HERE / "diary_sample.py", str(persons), folder], check=True)
            found = run_engines(persons, Path(folder), options.repeats, absent)
        check_equal(found)
        records += found
    write_page(options.out, records, absent, load)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Random-intercept models of nights, beside glmer, numbers asserted equal.")
    parser.add_argument("--persons", type=lambda text: [int(float(part)) for part in text.split(",")], default="1e2,1e3")
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks"))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def crampstats(folder: Path) -> Design:
    """A panel in memory, then one fit a call."""
    table = pd.DataFrame(read_sample(folder), copy=False)

    def design() -> Call:
        from crampstats.core.diary import DiaryPanel
        from crampstats.estimate.diary.mixed import fit_random_intercept

        panel = DiaryPanel(table)

        def call() -> Result:
            solution = fit_random_intercept(panel, FORMULA, nodes=NODES).solution
            errors = np.sqrt(np.diag(solution.covariance))[:-1]
            return {"estimate": solution.coefficients, "std_error": errors, "covariance": [solution.sd]}

        return call

    return design


def run_engines(persons: int, folder: Path, repeats: int, absent: dict[str, str]) -> list[Record]:
    """Both, one after the other, each in a process of its own."""
    rows = len(np.load(folder / "cramp.npy", mmap_mode="r"))
    calls = str(0 if persons >= ONE_CALL_FROM else repeats)
    commands = {
        "crampstats": [sys.executable, Path(__file__), "--folder", folder, "--repeats", str(repeats)],
        "glmer": ["Rscript", HERE / "diary_mixed.R", folder, str(rows), calls, str(NODES)],
    }
    found = []
    for name, command in commands.items():
        if record := run(name, command, absent):
            print(f"{persons:>9,} persons  {name:12} {min(record['seconds']):9.3f} s {record['peak_mb']:8.0f} MB", flush=True)
            found.append(record | {"rows": rows, "persons": persons})
    return found


def check_equal(records: list[Record]) -> None:
    """Coefficients, standard errors and the standard deviation of persons are the same."""
    ours = records[0]
    for other in records[1:]:
        label = f"{other['engine']} at {other['persons']} persons"
        apart = np.abs(np.subtract(other["estimate"], ours["estimate"])) / ours["std_error"]
        np.testing.assert_array_less(apart, TOLERANCES[0], err_msg=label)
        np.testing.assert_allclose(other["std_error"], ours["std_error"], rtol=TOLERANCES[1], err_msg=label)
        np.testing.assert_allclose(other["covariance"], ours["covariance"], rtol=TOLERANCES[2], err_msg=label)
        other["apart"] = float(apart.max())


def write_page(folder: Path, records: list[Record], absent: dict[str, str], load: float) -> None:
    """diary_mixed.md and .csv in `folder`."""
    table = to_table(records).assign(persons=[one["persons"] for one in records])
    folder.mkdir(parents=True, exist_ok=True)
    table.to_csv(folder / "diary_mixed.csv", index=False, float_format="%.6g", lineterminator="\n")
    apart = max((one["apart"] for one in records if "apart" in one), default=0.0)
    intro = (
        "Written by `python benchmarks/diary_mixed.py`; not edited by hand. One call fits a logistic model with a random "
        "intercept of the person to made-up diaries of 90 nights, two exposures of the person and two of the night, by adaptive "
        f"quadrature with {NODES} nodes. Before this page was written, coefficients, standard errors and the standard deviation "
        "of the random intercept were asserted equal as far as glmer goes by default (largest difference of a "
        f"coefficient: {apart:.1e} standard errors). A process each; `median` is of 3 calls after a first one, or the first and "
        "only one where a call takes a minute; `peak` is the highest resident memory of the process."
    )
    head = "| persons | nights | engine | median | CPU | ratio to crampstats | peak |\n|--:|--:|---|--:|--:|--:|--:|"
    ours = table[table["engine"] == "crampstats"].set_index("persons")["seconds_median"]
    lines = [
        f"| {row['persons']:,} | {row['rows']:,} | {WORDS[row['engine']]} | {seconds(row['seconds_median'])} | "
        f"{seconds(row['cpu_seconds_median'])} | {row['seconds_median'] / ours[row['persons']]:.1f} | {row['peak_mb']:,.0f} MB |"
        for _, row in table.iterrows()
    ]
    parts = ["# Random-intercept models of nights", intro, "\n".join([head, *lines]), left_out(absent), machine(records, load)]
    (folder / "diary_mixed.md").write_text("\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
