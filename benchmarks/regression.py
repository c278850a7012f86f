"""Logistic regression with 12 covariates: crampstats beside R survey, svy and statsmodels, their numbers asserted equal first.

    python benchmarks/regression.py --sizes 1e4,1e5,1e6,1e7 --out docs/benchmarks --svy-python PATH

Writes regression.md, .csv and .png. Engines that are not installed are left out and named. See README.md in this folder.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from domain_table import Record, run
from regression_page import write_page

HERE = Path(__file__).resolve().parent
# relative, of coefficients and standard errors; svy stops early at its default tolerance, statsmodels has another standard error
EXACT, EARLY = (1e-8, 1e-6), (1e-5, 1e-4)
TOLERANCES = {"svy": EARLY, "statsmodels": (1e-8, np.inf)}
PYTHON_ENGINES = ("crampstats", "svy", "svy, converged", "statsmodels")
# minutes, or more memory than the machine has, beyond; --all runs them anyway
SMALL_ONLY = {"svy, converged": 1_000_000, "statsmodels": 1_000_000}
ONE_CALL_FROM = {"R survey": 10_000_000}  # rows from which the first call is the only one
SLOW = {"R survey": 3}


def main() -> None:
    options = parse_options()
    load = os.getloadavg()[0]
    records: list[Record] = []
    absent: dict[str, str] = {}
    for rows in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            make = [sys.executable, HERE / "regression_sample.py", str(rows), folder]
            subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
            found = run_engines(rows, Path(folder), options, absent)
        check_equal(found)
        records += found
    write_page(options.out, records, absent, load)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Logistic regression with 12 covariates, beside rivals, numbers asserted equal.")
    parser.add_argument("--sizes", type=lambda text: [int(float(part)) for part in text.split(",")], default="1e4,1e5,1e6,1e7")
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks"))
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--svy-python", default=sys.executable, help="interpreter of an environment that holds svy")
    parser.add_argument("--all", action="store_true", help="every engine at every size")
    return parser.parse_args()


def run_engines(rows: int, folder: Path, options: argparse.Namespace, absent: dict[str, str]) -> list[Record]:
    """Every engine that is installed, one after the other, each in a process of its own."""
    commands = {}
    for name in PYTHON_ENGINES:
        python = options.svy_python if name.startswith("svy") else sys.executable
        commands[name] = [python, HERE / "regression_engines.py", name, folder]
    commands["R survey"] = ["Rscript", HERE / "regression.R", folder, str(rows)]
    found = []
    for name, command in commands.items():
        if rows > SMALL_ONLY.get(name, rows) and not options.all:
            continue
        calls = 0 if rows >= ONE_CALL_FROM.get(name, rows + 1) else min(options.repeats, SLOW.get(name, options.repeats))
        record = run(name, [*command, str(calls)], absent)
        if record:
            middle = sorted(record["seconds"])[len(record["seconds"]) // 2]
            print(f"{rows:>12,} rows  {name:16} {middle:10.4f} s  {record['peak_mb']:8.0f} MB", flush=True)
            found.append(record | {"rows": rows})
    return found


def check_equal(records: list[Record]) -> None:
    """Coefficients and standard errors of all engines are those of crampstats.

    R's svyglm and svy take the working weights of the step before the last for their standard errors, hence the tolerance there.
    """
    ours = records[0]
    for other in records[1:]:
        label = f"{other['engine']} at {other['rows']} rows"
        for key, tolerance in zip(("estimate", "std_error"), TOLERANCES.get(other["engine"], EXACT), strict=True):
            if np.isfinite(tolerance):
                np.testing.assert_allclose(other[key], ours[key], rtol=tolerance, atol=0, err_msg=f"{key} of {label}")


if __name__ == "__main__":
    main()
