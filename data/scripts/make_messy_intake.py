"""Make data/messy_intake_example.xlsx and data/messy_intake_problems.csv: a made-up intake list typed by hand, and its problems.

    python data/scripts/make_messy_intake.py [FOLDER]

No patient exists. Answers are drawn from a seeded generator, written down in the ways people write (two languages, commas and
points, units in cells), and then single cells are spoilt on purpose. The list of these is the second file, so that a test can ask
whether each was found. FOLDER is where to, data/ by default. The mapping beside them, messy_intake_example.toml, is written by
`crampstats map` and edited by hand.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
from openpyxl import Workbook

from crampstats.ingest.templates.steady_zip import workbook_bytes
from crampstats.present.files import write_whole

DATA = Path(__file__).resolve().parents[1]
SEED, PATIENTS = 20260122, 60
TITLE = ("Night cramp clinic - intake list", "MADE-UP EXAMPLE: no patient exists; typed January to March 2026", "")
HEADING_ROW = len(TITLE) + 1
EMPTY_AFTER, TWICE = 30, 42  # an empty row after one patient, another patient typed twice

YES, NO = ("yes", "Yes", "Y", "sí", "si", "SI"), ("no", "No", "N", "no ", "NO")
SEX = {"female": ("f", "F", "female", "mujer", "Mujer"), "male": ("m", "M", "male", "hombre", "Hombre")}
FREQUENCY = {
    "never": ("never", "Never", "nunca"), "rarely": ("rarely", "once a month"),
    "sometimes": ("sometimes", "Sometimes", "2-4 times a month"), "often": ("often", "Often"),
    "almost always": ("almost always", "Almost always"),
}
SHARES = (0.66, 0.13, 0.12, 0.06, 0.03)
MEDICINES = (
    "none", "none", "ninguno", "furosemide 40 mg", "simvastatin 20 mg", "atorvastatin, aspirin", "metformin 850",
    "salbutamol inhaler", "hydrochlorothiazide 12.5 mg; lisinopril", "omeprazole", "paracetamol if needed", "spironolactone 25",
)
HEADINGS = (
    "Patient no.", "Date of birth", "Date of visit", "Sex / sexo", "Leg cramps at night, past month",
    "Woken by a cramp?", "Pain 0-10", "How long does a cramp last", "Diabetes", "Varicose veins", "Heavy lifting, days per week",
    "Weight (kg)", "Height", "", "Potassium (mmol/L)", "Calcium", "Calcium unit", "Magnesium", "Medicines", "Remarks",
)


class Problem(NamedTuple):
    """One spoilt cell, and what a careful reader makes of it; value empty and a reason where it says nothing usable."""

    patient: int
    column: str
    written: object
    problem: str
    variable: str
    value: str
    reason: str = ""


PROBLEMS = (
    Problem(4, "Sex / sexo", "femle", "misspelt", "sex", "female"),
    Problem(19, "Sex / sexo", "?", "no answer", "sex", "", "missing"),
    Problem(6, "Leg cramps at night, past month", "somtimes", "misspelt", "cramp_frequency", "sometimes"),
    Problem(22, "Leg cramps at night, past month", "a veces", "other language", "cramp_frequency", "sometimes"),
    Problem(35, "Leg cramps at night, past month", "-99", "code for missing", "cramp_frequency", "", "missing"),
    Problem(8, "Woken by a cramp?", "x", "cross for yes", "woken_by_cramps", "True"),
    Problem(27, "Woken by a cramp?", "don't know", "reason in the cell", "woken_by_cramps", "", "did not know"),
    Problem(40, "Woken by a cramp?", "sometimes", "answer to another question", "woken_by_cramps", "", "could not be read"),
    Problem(5, "Pain 0-10", "8/10", "scale in the cell", "cramp_severity", "", "could not be read"),
    Problem(14, "Pain 0-10", "seven", "number in words", "cramp_severity", "7"),
    Problem(33, "Pain 0-10", 12, "beyond the scale: set aside", "cramp_severity", "", "implausible"),
    Problem(2, "How long does a cramp last", "30 sec", "unit in the cell", "cramp_duration_minutes", "0.5"),
    Problem(25, "How long does a cramp last", "a while", "no number", "cramp_duration_minutes", "", "could not be read"),
    Problem(11, "Weight (kg)", "71,5", "decimal comma", "body_weight_kg", "71.5"),
    Problem(29, "Weight (kg)", "154 lb", "another unit in the cell", "body_weight_kg", "69.853225"),
    Problem(9, "Height", "1,72 m", "another unit in the cell", "height_cm", "172"),
    Problem(12, "Potassium (mmol/L)", "3.2 low", "flag of the laboratory", "serum_potassium_mmol_l", "3.2"),
    Problem(23, "Potassium (mmol/L)", "not done", "reason in the cell", "serum_potassium_mmol_l", "", "not done"),
    Problem(31, "Potassium (mmol/L)", 41, "decimal point lost: set aside", "serum_potassium_mmol_l", "", "implausible"),
    Problem(46, "Potassium (mmol/L)", "-99", "code for missing", "serum_potassium_mmol_l", "", "missing"),
    Problem(17, "Calcium", "9.4", "unit of its own", "serum_calcium_mmol_l", "2.35"),
    Problem(38, "Calcium unit", None, "unit not stated", "serum_calcium_mmol_l", "", "could not be read"),
    Problem(10, "Magnesium", "2.0 mg/dL", "another unit in the cell", "serum_magnesium_mmol_l", "0.8228"),
    Problem(44, "Magnesium", "haemolysed", "reason in the cell", "serum_magnesium_mmol_l", "", "could not be read"),
    Problem(16, "Date of visit", "31/02/2026", "no such day", "visit_date", "", "could not be read"),
    Problem(3, "Medicines", "furosemid 20mg", "misspelt", "takes_loop_diuretic", "True"),
    Problem(20, "Medicines", "simvastatine", "misspelt", "takes_statin", "True"),
    Problem(36, "Medicines", "hydroclorothiazide", "misspelt", "takes_thiazide_diuretic", "True"),
)


# who has a problem with one of these has cramps: a pain in somebody without would be another problem
OF_CRAMPS = ("Leg cramps at night, past month", "Woken by a cramp?", "Pain 0-10", "How long does a cramp last")
HAVE_CRAMPS = frozenset(problem.patient for problem in PROBLEMS if problem.column in OF_CRAMPS)


def main(folder: Path) -> None:
    rows = _typed(np.random.default_rng(SEED))
    sheet_rows = {patient: HEADING_ROW + patient + (patient > EMPTY_AFTER) for patient in rows}
    for problem in PROBLEMS:
        rows[problem.patient][problem.column] = problem.written
    rows[17]["Calcium unit"] = "mg/dL"
    rows[48]["Remarks"] = "please write to maria.lopez@example.org about the results"
    rows[52]["Remarks"] = "call daughter, 555 0100"
    write_whole(folder / "messy_intake_example.xlsx", _workbook(rows, sheet_rows))
    with (folder / "messy_intake_problems.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["source_row", "column", "written", "problem", "variable", "value", "reason"])
        for patient, *rest in sorted(PROBLEMS, key=lambda problem: sheet_rows[problem.patient]):
            writer.writerow([sheet_rows[patient], *rest])


def _typed(rng: np.random.Generator) -> dict[int, dict[str, object]]:
    """Each patient's row as typed: the answer drawn first, then how it is written."""
    return {number: _row(number, rng) for number in range(1, PATIENTS + 1)}


def _row(number: int, rng: np.random.Generator) -> dict[str, object]:
    def pick(choices: tuple[str, ...]) -> str:
        return choices[int(rng.integers(len(choices)))]

    drawn = str(rng.choice(list(FREQUENCY), p=SHARES))
    frequency = "sometimes" if drawn == "never" and number in HAVE_CRAMPS else drawn
    visit = date(2026, 1, 5) + timedelta(days=int(rng.integers(0, 80)))
    birth = date(1935, 1, 1) + timedelta(days=int(rng.integers(0, 60 * 365)))
    cramps = frequency != "never"
    calcium = round(float(rng.normal(2.35, 0.09)), 2)
    in_mg = rng.random() < 0.4
    return {
        "Patient no.": f"NC-{2600 + number}", "Date of birth": f"{birth:%d/%m/%Y}", "Date of visit": f"{visit:%d/%m/%Y}",
        "Sex / sexo": pick(SEX[str(rng.choice(["female", "male"], p=(0.6, 0.4)))]),
        "Leg cramps at night, past month": pick(FREQUENCY[frequency]),
        "Woken by a cramp?": pick(YES if cramps and rng.random() < 0.6 else NO),
        "Pain 0-10": int(rng.integers(3, 10)) if cramps else None,
        "How long does a cramp last": f"{int(rng.integers(1, 9))} min" if cramps else None,
        "Diabetes": pick(YES if rng.random() < 0.2 else NO), "Varicose veins": pick(YES if rng.random() < 0.3 else NO),
        "Heavy lifting, days per week": int(rng.integers(0, 6)),
        "Weight (kg)": round(float(rng.normal(76, 13)), 1), "Height": f"{int(rng.normal(168, 9))} cm",
        "Potassium (mmol/L)": _comma(round(float(rng.normal(4.2, 0.35)), 1), rng),
        "Calcium": _comma(round(calcium * 4, 1) if in_mg else calcium, rng), "Calcium unit": "mg/dL" if in_mg else "mmol/L",
        "Magnesium": f"{_comma(round(float(rng.normal(0.84, 0.07)), 2), rng)} mmol/L", "Medicines": pick(MEDICINES),
        "Remarks": None,
    }


def _comma(number: float, rng: np.random.Generator) -> str | float:
    """A number as typed: one in three with a decimal comma, which the spreadsheet keeps as text."""
    return str(number).replace(".", ",") if rng.random() < 1 / 3 else number


def _workbook(rows: Mapping[int, Mapping[str, object]], sheet_rows: Mapping[int, int]) -> bytes:
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "List"
    for row, text in enumerate(TITLE, start=1):
        sheet.cell(row, 1, text or None)
    sheet.merge_cells("A1:H1")
    placed = {**sheet_rows, PATIENTS + 1: max(sheet_rows.values()) + 1}
    for number, row in placed.items():
        for place, heading in enumerate(HEADINGS, start=1):
            sheet.cell(HEADING_ROW, place, heading or None)
            sheet.cell(row, place, rows[TWICE if number > PATIENTS else number].get(heading))
    sheet.cell(max(placed.values()) + 2, 1, f"Total: {PATIENTS + 1} forms")
    return workbook_bytes(workbook)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
