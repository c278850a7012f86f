"""A file of one's own, rows x 40 columns of CSV: read, propose a mapping, parse and validate; seconds and peak memory.

    python benchmarks/own_file.py --rows 1e6 --out docs/benchmarks

The data are made up with a fixed seed. Every step runs in a process of its own, which reports its peak; two sums are held
against those the file was written from. Writes own_file.md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from measure import peak_mb, timed
from options import page_parser
from page import markdown_table, save_page

YES_NO = (
    "arthritis", "heart_failure", "hypertension", "diabetes", "thyroid_disease", "liver_disease", "kidney_disease", "stroke",
    "cancer", "coronary_heart_disease", "emphysema", "angina",
)
# column, mean, standard deviation, decimals
MEASURED = (
    ("Potassium (mmol/l)", 4.2, 0.4, 1), ("Sodium (mmol/l)", 140, 3, 0), ("Calcium (mg/dl)", 9.4, 0.4, 1),
    ("Chloride (mmol/l)", 103, 3, 0), ("Phosphorus (mg/dl)", 3.6, 0.5, 1), ("Albumin (g/l)", 42, 4, 1),
    ("Weight (kg)", 78, 15, 2), ("Height (cm)", 168, 10, 1),
)
VARIABLES = {
    "Potassium (mmol/l)": "serum_potassium_mmol_l", "Sodium (mmol/l)": "serum_sodium_mmol_l",
    "Calcium (mg/dl)": "serum_calcium_mmol_l", "Chloride (mmol/l)": "serum_chloride_mmol_l",
    "Phosphorus (mg/dl)": "serum_phosphorus_mmol_l", "Albumin (g/l)": "serum_albumin_g_l",
}
DRUGS = (
    "furosemide 40 mg", "Lasix", "atorvastatin 20", "simvastatn", "bendroflumethiazide", "spironolactone 25mg", "metformin",
    "salmeterol inhaler", "aspirin", "paracetamol", "none", "amlodipine 5 mg", "ramipril",
)
COLUMNS, SEED = 40, 20260101
MAP_OF = {"Age": "age_years", "Sex": "sex", "Cramps past month": "any_cramps"}


def main() -> None:
    options = parse_options()
    if options.step:
        print(json.dumps(STEPS[options.step](Path(options.folder), int(options.rows))))
        return
    rows = int(options.rows)
    with tempfile.TemporaryDirectory() as folder:
        make_file(Path(folder), rows)
        size = (Path(folder) / "intake.csv").stat().st_size
        found = {name: run(name, folder, rows) for name in STEPS}
    write_page(options.out, rows, size, found)


def parse_options() -> argparse.Namespace:
    parser = page_parser(__doc__.splitlines()[0])
    parser.add_argument("--rows", type=float, default=1e6)
    parser.add_argument("--step", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    return parser.parse_args()


def make_file(folder: Path, rows: int) -> None:
    """The file, its mapping, and what some of its columns must give."""
    rng = np.random.default_rng(SEED)
    table: dict[str, object] = {"Record": np.arange(1, rows + 1)}
    age = rng.integers(18, 95, rows)
    table |= {"Age": age, "Sex": rng.choice(["m", "f", "male", "Female"], rows)}
    cramps = rng.random(rows)
    table["Cramps past month"] = np.select([cramps < 0.31, cramps < 0.98], ["yes", "No"], "99")
    for name in YES_NO:
        table[name] = rng.choice(["1", "0", ""], rows, p=[0.15, 0.8, 0.05])
    for name, mean, spread, decimals in MEASURED:
        numbers = pd.Series(np.round(rng.normal(mean, spread, rows), decimals).astype(str))
        flagged = numbers.mask(pd.Series(rng.random(rows) < 0.01), numbers + " H")
        table[name] = flagged.mask(pd.Series(rng.random(rows) < 0.01), "n.d.")
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 2000, rows), unit="D")
    table["Visit"] = days.strftime("%Y-%m-%d")
    first, second = rng.choice(DRUGS, rows), rng.choice(DRUGS, rows)
    table["Medicines"] = np.char.add(np.char.add(first.astype(str), ", "), second.astype(str))
    for place in range(COLUMNS - len(table)):
        table[f"item_{place + 1}"] = rng.integers(0, 11, rows)
    frame = pd.DataFrame(table)
    frame.to_csv(folder / "intake.csv", index=False)
    truth = {"age": int(age.sum()), "cramps": int((frame["Cramps past month"] == "yes").sum())}
    (folder / "truth.json").write_text(json.dumps(truth), encoding="utf-8")
    (folder / "intake.toml").write_text(mapping_text(), encoding="utf-8")


def mapping_text() -> str:
    lines = ["version = 1", "[file]", 'record = "Record"', "made_up = true"]
    for column, variable in (MAP_OF | VARIABLES | dict(zip(YES_NO, YES_NO, strict=True))).items():
        lines += [f"[variables.{variable}]", f'column = "{column}"']
        lines += ['missing = { "99" = "did not know" }'] if variable == "any_cramps" else []
    for variable in ("takes_loop_diuretic", "takes_statin"):
        lines += [f"[variables.{variable}]", 'columns = ["Medicines"]', 'how = "medicines"']
    lines += ["[own.visit]", 'column = "Visit"', 'kind = "date"', 'label = "Visit"']
    for place in range(1, 12):
        lines += [f"[own.item_{place}]", f'column = "item_{place}"', 'kind = "integer"', f'label = "Item {place}"']
    return "\n".join(lines) + "\n"


def read(folder: Path, _rows: int) -> dict[str, float]:
    from crampstats.ingest.readers.opening import read_file

    return cost(lambda: read_file(folder / "intake.csv"))


def propose(folder: Path, _rows: int) -> dict[str, float]:
    from crampstats.ingest.own.proposing import propose_mapping
    from crampstats.ingest.own.writing import format_mapping
    from crampstats.ingest.readers.opening import read_file

    return cost(lambda: format_mapping(propose_mapping(read_file(folder / "intake.csv"))))


def load(folder: Path, rows: int) -> dict[str, float]:
    from crampstats.ingest.own.loading import load_survey

    held: list[object] = []
    found = cost(lambda: held.append(load_survey(folder / "intake.csv", folder / "intake.toml", key=folder / "clinic.key")))
    table = held[0].table  # type: ignore[attr-defined]
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    assert len(table) == rows
    assert int(table["age_years"].sum()) == truth["age"]
    assert int(table["any_cramps"].sum()) == truth["cramps"]
    return found


STEPS = {"read": read, "propose": propose, "load": load}
WORDS = {
    "read": "read the file as text", "propose": "read it and propose a mapping (crampstats map)",
    "load": "read, map, parse, convert, validate, derive (load_survey)",
}


def cost(work: Callable[[], object]) -> dict[str, float]:
    """Seconds, and the peak of this process."""
    _, seconds, _ = timed(work)
    return {"seconds": seconds, "peak_mb": peak_mb()}


def run(step: str, folder: str, rows: int) -> dict[str, float]:
    """One step in a process of its own."""
    command = [sys.executable, __file__, "--step", step, "--folder", folder, "--rows", str(rows)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    print(f"{step:8} {found['seconds']:8.1f} s  {found['peak_mb']:8.0f} MB", flush=True)
    return found


def write_page(out: Path, rows: int, size: int, found: dict[str, dict[str, float]]) -> None:
    """own_file.md in `out`."""
    steps = [(WORDS[name], f"{one['seconds']:.1f}", f"{one['peak_mb']:,.0f} MB") for name, one in found.items()]
    save_page(out, "own_file", [
        "# A file of one's own",
        "Written by `python benchmarks/own_file.py`; not edited by hand. A made-up CSV file with a fixed seed; each step in a "
        "process of its own, once, imports included. Two sums were held against those it was written from.",
        f"{rows:,} rows x {COLUMNS} columns, {size / 1e6:.0f} MB; {os.cpu_count()} cores; load average before the page was "
        f"written {os.getloadavg()[0]:.1f}.",
        markdown_table(("step", "seconds", "peak memory"), steps),
    ])


if __name__ == "__main__":
    main()
