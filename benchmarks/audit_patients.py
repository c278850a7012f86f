"""Time and memory of `crampstats audit` on a file of many patients.

    python benchmarks/audit_patients.py [--patients 100000] [--folder FOLDER]

The shipped example is repeated with new record numbers, names and birth dates moved by some days, so that its planted errors come
as often but nobody is entered twice more often than there. The command runs in a process of its own; what is printed is its wall
time, its processor time and the most memory it held.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from crampstats.datasets.files import data_file

EXAMPLE, MAPPING = "clinic_intake_example.csv", "clinic_intake_example.toml"


def make_file(patients: int, path: Path) -> None:
    """The example, over and over, each time as other people."""
    example = pd.read_csv(data_file(EXAMPLE), dtype=str, keep_default_na=False)
    times = -(-patients // len(example))
    parts = []
    for number in range(times):
        part = example.copy()
        part["record_id"] = [f"{record}-{number}" if record else "" for record in part["record_id"]]
        part["patient_name"] = [f"{name} {_letters(number)}" if name else "" for name in part["patient_name"]]
        part["date_of_birth"] = [_moved(day, number) for day in part["date_of_birth"]]
        parts.append(part)
    pd.concat(parts, ignore_index=True).head(patients).to_csv(path, index=False)


def _letters(number: int) -> str:
    """A surname of its own for each repetition."""
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number:05d}").capitalize()


def _moved(day: str, number: int) -> str:
    """A date some days later in its own month, so that birth date, age and visit still agree nearly everywhere."""
    parts = day.split("-")
    return f"{parts[0]}-{parts[1]}-{(int(parts[2]) + number) % 28 + 1:02d}" if len(parts) == 3 and parts[2].isdigit() else day


def measure(path: Path, out: Path) -> dict[str, float]:
    """One run of the command."""
    command = [
        sys.executable, "-m", "crampstats.cli", "audit", str(path), "--mapping", str(data_file(MAPPING)), "--out", str(out),
        "--today", "2026-11-22",
    ]
    start = time.perf_counter()
    done = subprocess.run(command, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"}, check=False)
    wall = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        raise SystemExit(done.returncode)
    return {"seconds": wall, "processor seconds": used.ru_utime + used.ru_stime, "gigabytes": used.ru_maxrss / 2**20}


def main() -> None:
    """Make the file, run the command, print what it took."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--patients", type=int, default=100_000)
    options.add_argument("--folder", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = given.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"intake_{given.patients}.csv"
        make_file(given.patients, path)
        found = measure(path, folder / "audit")
    print(f"{given.patients:,} patients: " + ", ".join(f"{value:.1f} {name}" for name, value in found.items()))


if __name__ == "__main__":
    main()
