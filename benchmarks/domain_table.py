"""Domain table of 10 groups: crampstats beside R survey, svy, statsmodels and plain pandas, their numbers asserted equal first.

    python benchmarks/domain_table.py --sizes 1e4,1e5,1e6,1e7 --out docs/benchmarks --svy-python PATH

Writes domain_table.md, .csv and .png. Engines that are not installed are left out and named. See README.md in this folder.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from page import write_page

HERE = Path(__file__).resolve().parent
RTOL = 1e-9
PYTHON_ENGINES = (
    "crampstats-pandas", "crampstats-pandas-text", "crampstats-polars", "crampstats-duckdb",
    "svy", "pandas-by-hand", "pandas-naive", "statsmodels",
)
SMALL_ONLY = {"statsmodels": 1_000_000}  # minutes and many gigabytes beyond; --all runs them anyway
ONE_CALL_FROM = {"R survey": 10_000_000}  # rows from which a call takes minutes, and the first one is the only one
# cluster-robust least squares is another estimator of the standard error: its ratio to ours is printed instead
OTHER_VARIANCE = ("statsmodels",)
Record = dict[str, Any]


def main() -> None:
    options = parse_options()
    load = os.getloadavg()[0]
    records, absent = [], {}
    for rows in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, HERE / "sample.py", str(rows), folder], check=True, stdout=subprocess.DEVNULL)
            found = run_engines(rows, Path(folder), options, absent)
        check_equal(found)
        records += found
    profiles = [run_profile(rows) for rows in sorted({100_000, max(options.sizes)})]
    write_page(options.out, records, absent, profiles, load)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Domain table of 10 groups, beside rivals, numbers asserted equal.")
    parser.add_argument("--sizes", type=lambda text: [int(float(part)) for part in text.split(",")], default="1e4,1e5,1e6,1e7")
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks"))
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--svy-python", default=sys.executable, help="interpreter of an environment that holds svy")
    parser.add_argument("--all", action="store_true", help="every engine at every size")
    return parser.parse_args()


def run_engines(rows: int, folder: Path, options: argparse.Namespace, absent: dict[str, str]) -> list[Record]:
    """Every engine that is installed, one after the other, each in a process of its own."""
    commands = {name: [sys.executable, HERE / "domain_table_engines.py", name, folder] for name in PYTHON_ENGINES}
    commands["svy"][0] = options.svy_python
    commands["R survey"] = ["Rscript", HERE / "domain_table.R", folder, str(rows)]
    found = []
    for name, command in commands.items():
        if rows > SMALL_ONLY.get(name, rows) and not options.all:
            continue
        calls = 0 if rows >= ONE_CALL_FROM.get(name, rows + 1) else options.repeats
        record = run(name, [*command, str(calls)], absent)
        if record:
            print(f"{rows:>12,} rows  {name:24} {sorted(record['seconds'])[len(record['seconds']) // 2]:10.4f} s", flush=True)
            found.append(record | {"rows": rows})
    return found


def run(name: str, command: list[Any], absent: dict[str, str]) -> Record | None:
    """The record one engine prints; None, with the reason noted, where it cannot run."""
    if name in absent:
        return None
    if shutil.which(str(command[0])) is None:
        absent[name] = f"{Path(command[0]).name} not found"
        return None
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit {done.returncode}"
        no_memory = done.returncode == -signal.SIGKILL or "cannot allocate" in done.stderr or "MemoryError" in reason
        if not no_memory and "ModuleNotFoundError" not in reason and "no package called" not in done.stderr:
            raise RuntimeError(f"{name} failed: {done.stderr}")
        absent[name] = "no memory" if no_memory else reason
        return None
    return json.loads(done.stdout)


def check_equal(records: list[Record]) -> None:
    """Estimates, standard errors and covariances of all engines are those of crampstats on pandas."""
    import numpy as np

    ours = records[0]
    scale = np.outer(ours["std_error"], ours["std_error"])
    for other in records:
        label = f"{other['engine']} at {other['rows']} rows"
        np.testing.assert_allclose(other["estimate"], ours["estimate"], rtol=RTOL, atol=0, err_msg=label)
        if other["std_error"] is None or other["engine"] in OTHER_VARIANCE:
            continue
        np.testing.assert_allclose(other["std_error"], ours["std_error"], rtol=RTOL, atol=0, err_msg=label)
        if other["covariance"] is not None:
            gap = np.abs(np.subtract(other["covariance"], ours["covariance"])) / scale
            assert gap.max() < RTOL, f"{label}: covariances differ by {gap.max():.1e} of the product of standard errors"


def run_profile(rows: int) -> Record:
    """Where the time of one call goes."""
    done = subprocess.run([sys.executable, HERE / "profile_call.py", str(rows)], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


if __name__ == "__main__":
    main()
