"""Time and memory of `crampstats audit` on a file of many patients.

    python benchmarks/audit_patients.py [--patients 100000] [--folder FOLDER]

The shipped example is repeated with new record numbers, names and birth dates moved by some days, so that its planted errors come
as often but nobody is entered twice more often than there. The command runs in a process of its own; what is printed is its wall
time, its processor time and the most memory it held.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pandas as pd
from cost import Cost, command_cost

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


def audit_cost(path: Path, out: Path) -> Cost:
    """One run of the command."""
    command = [
        sys.executable, "-m", "crampstats.cli", "audit", str(path), "--mapping", str(data_file(MAPPING)), "--out", str(out),
        "--today", "2026-11-22",
    ]
    cost = command_cost(command, {**os.environ, "OPENBLAS_NUM_THREADS": "1"})
    if cost.status not in (0, 1):  # 1: there are findings
        raise SystemExit(cost.status)
    return cost


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
        with ProcessPoolExecutor(1) as aside:  # what making the file needs is not held here, or it would count as the command's
            aside.submit(make_file, given.patients, path).result()
        cost = audit_cost(path, folder / "audit")
    words = f"{cost.wall:.1f} seconds, {cost.processor:.1f} processor seconds, {cost.peak_mb / 1e3:.1f} gigabytes"
    print(f"{given.patients:,} patients: {words}")


if __name__ == "__main__":
    main()
