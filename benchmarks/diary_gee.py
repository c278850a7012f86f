"""GEE of nights: crampstats beside statsmodels and geepack, their numbers asserted equal first.

    python benchmarks/diary_gee.py --persons 1e3,1e4,1e5 --out docs/benchmarks

Writes diary.md, diary.csv and diary.png. geepack is left out, and named, where it is not installed. See README.md beside this.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from diary_gee_page import write_page
from domain_table import Record, run

HERE = Path(__file__).resolve().parent
CORRELATIONS = ("exchangeable", "independence")
# relative, of coefficients and standard errors; statsmodels and geepack stop at tolerances of their own
TOLERANCE = 1e-5
CALLS = {"crampstats": 3, "statsmodels": 3, "geepack": 3}
ONE_CALL_FROM = {"statsmodels": 100_000, "geepack": 1_000}  # persons; minutes for every call
LAST = {"geepack": 1_000}  # persons; a minute for a thousand of them


def main() -> None:
    options = parse_options()
    load = os.getloadavg()[0]
    records: list[Record] = []
    absent: dict[str, str] = {}
    for persons in options.persons:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, HERE / "diary_sample.py", str(persons), folder], check=True)
            records += run_engines(persons, Path(folder), absent)
    write_page(options.out, records, absent, load)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="GEE of nights, beside rivals, numbers asserted equal.")
    parser.add_argument("--persons", type=lambda text: [int(float(part)) for part in text.split(",")], default="1e3,1e4,1e5")
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks"))
    return parser.parse_args()


def run_engines(persons: int, folder: Path, absent: dict[str, str]) -> list[Record]:
    """Every engine, one after the other, each in a process of its own."""
    rows = len(np.load(folder / "cramp.npy", mmap_mode="r"))
    found = []
    for correlation in CORRELATIONS:
        same = []
        for engine in CALLS:
            if persons > LAST.get(engine, persons):
                continue
            calls = 0 if persons >= ONE_CALL_FROM.get(engine, persons + 1) else CALLS[engine]
            name = f"{engine}, {correlation}"
            command = [sys.executable, HERE / "diary_gee_engines.py", name, folder, str(calls)]
            if engine == "geepack":
                command = ["Rscript", HERE / "diary_gee.R", folder, str(rows), str(calls), correlation]
            record = run(name, command, absent)
            if record:
                if not record["seconds"]:
                    record |= {"seconds": [record["first"]]}
                print(f"{persons:>9,} persons  {name:28} {min(record['seconds']):9.3f} s {record['peak_mb']:8.0f} MB", flush=True)
                same.append(record | {"rows": rows, "persons": persons})
        check_equal(same)
        found += same
    return found


def check_equal(records: list[Record]) -> None:
    """Coefficients, standard errors and correlation of all engines are those of crampstats."""
    ours = records[0]
    for other in records[1:]:
        label = f"{other['engine']} at {other['persons']} persons"
        # of coefficients in standard errors: one of them may be near 0
        apart = np.abs(np.subtract(other["estimate"], ours["estimate"])) / ours["std_error"]
        np.testing.assert_array_less(apart, 1e-3, err_msg=label)
        np.testing.assert_allclose(other["std_error"], ours["std_error"], rtol=TOLERANCE, err_msg=label)
        np.testing.assert_allclose(other["covariance"], ours["covariance"], rtol=1e-4, atol=1e-12, err_msg=label)
        other["apart"] = float(np.max(np.abs(np.divide(other["estimate"], ours["estimate"]) - 1)))


if __name__ == "__main__":
    main()
