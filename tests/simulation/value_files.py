"""Clinics whose values are made up with known slips among them, as files in three formats.

Distributions are those a clinic sees: electrolytes of outpatients, body mass index with a heavy right tail, 1.5 % on dialysis and
3 % with failing kidneys, whose creatinine, urea, phosphate, magnesium and potassium are far out and right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

SLIPS = frozenset({"unit slip", "possible unit slip", "decimal slip", "possible decimal slip"})
OF_GROUPS = ["Na (mmol/L)", "Cl (mmol/L)", "HCO3 (mmol/L)", "Ca (mmol/L)", "Albumin (g/L)"]
RELATED = frozenset({"odd beside related results"})
SAFETY = (
    "calf_hot_or_tender", "one_leg_swollen", "both_legs_swollen", "chest_pain_or_breathless", "leg_cold_or_pale",
    "leg_pain_at_rest", "saddle_numbness", "bladder_or_bowel_change",
)
VARIABLES = {
    "Age": "age_years", "Weight (kg)": "body_weight_kg", "Height (cm)": "height_cm", "Na (mmol/L)": "serum_sodium_mmol_l",
    "K (mmol/L)": "serum_potassium_mmol_l", "Ca (mmol/L)": "serum_calcium_mmol_l", "Mg (mmol/L)": "serum_magnesium_mmol_l",
    "PO4 (mmol/L)": "serum_phosphorus_mmol_l", "HCO3 (mmol/L)": "serum_bicarbonate_mmol_l",
    "Cl (mmol/L)": "serum_chloride_mmol_l",
    "Albumin (g/L)": "serum_albumin_g_l", "Creatinine (umol/L)": "serum_creatinine_umol_l", "Urea (mmol/L)": "serum_urea_mmol_l",
    "Glucose (mmol/L)": "glucose_mmol_l", "HbA1c (%)": "hba1c_percent", "Free T4 (pmol/L)": "free_t4_pmol_l",
    "Duration (min)": "cramp_duration_minutes", "Kidney disease": "kidney_disease", "Dialysis": "dialysis", "Site": "clinic_site",
    "Clinician code": "clinician", "Visit": "visit_date", **{name: name for name in SAFETY},
}
DECIMALS = {
    "Weight (kg)": 1, "Height (cm)": 0, "Na (mmol/L)": 0, "K (mmol/L)": 1, "Ca (mmol/L)": 2, "Mg (mmol/L)": 2, "PO4 (mmol/L)": 2,
    "HCO3 (mmol/L)": 0, "Cl (mmol/L)": 0, "Albumin (g/L)": 0, "Creatinine (umol/L)": 0, "Urea (mmol/L)": 1,
    "Glucose (mmol/L)": 1, "HbA1c (%)": 1, "Free T4 (pmol/L)": 1, "Duration (min)": 1,
}


@dataclass(frozen=True)
class Slip:
    """A kind of error: where, what it makes of the number, to how many decimals, and which findings tell of it."""

    column: str
    spoil: Callable[[np.ndarray], np.ndarray]
    decimals: int
    rules: frozenset[str] = SLIPS


KINDS = {
    "magnesium in mg/dL": Slip("Mg (mmol/L)", lambda x: x / 0.4114, 1),
    "calcium in mg/dL": Slip("Ca (mmol/L)", lambda x: x / 0.25, 1),
    "phosphate in mg/dL": Slip("PO4 (mmol/L)", lambda x: x / 0.3229, 1),
    "albumin in g/dL": Slip("Albumin (g/L)", lambda x: x / 10, 1),
    "creatinine in mg/dL": Slip("Creatinine (umol/L)", lambda x: x / 88.4, 2),
    "urea in mg/dL": Slip("Urea (mmol/L)", lambda x: x / 0.1665, 0),
    "glucose in mg/dL": Slip("Glucose (mmol/L)", lambda x: x / 0.05551, 0),
    "HbA1c in mmol/mol": Slip("HbA1c (%)", lambda x: 10.93 * x - 23.5, 0),
    "free T4 in ng/dL": Slip("Free T4 (pmol/L)", lambda x: x / 12.9, 2),
    "height in inches": Slip("Height (cm)", lambda x: x / 2.54, 0),
    "height in metres": Slip("Height (cm)", lambda x: x / 100, 2),
    "sodium, decimal mark": Slip("Na (mmol/L)", lambda x: x / 10, 1),
    "potassium, decimal mark": Slip("K (mmol/L)", lambda x: x * 10, 0),
    "calcium, decimal mark": Slip("Ca (mmol/L)", lambda x: x * 10, 1),
    "magnesium, decimal mark": Slip("Mg (mmol/L)", lambda x: x * 10, 1),
    "phosphate, decimal mark": Slip("PO4 (mmol/L)", lambda x: x / 10, 3),
    "bicarbonate, decimal mark": Slip("HCO3 (mmol/L)", lambda x: x / 10, 1),
    "creatinine, decimal mark": Slip("Creatinine (umol/L)", lambda x: x * 10, 0),
    "glucose, decimal mark": Slip("Glucose (mmol/L)", lambda x: x * 10, 0),
    "weight, decimal mark": Slip("Weight (kg)", lambda x: x / 10, 2),
    "sodium beside chloride": Slip("Na (mmol/L)", lambda x: x - 18, 0, RELATED),
    "calcium beside albumin": Slip("Ca (mmol/L)", lambda x: x + 0.8, 2, RELATED | SLIPS),
}
UNCOUNTED = {"weight in pounds": Slip("Weight (kg)", lambda x: x / 0.45359, 0, frozenset({"weight perhaps in pounds"}))}


def make_clinic(n: int, seed: int) -> pd.DataFrame:
    """Clean patients: numbers as numbers, NaN where nothing was measured."""
    rng = np.random.default_rng(seed)
    female, dialysis = rng.random(n) < 0.6, rng.random(n) < 0.015
    failing = dialysis | (rng.random(n) < 0.03)
    height = np.where(female, rng.normal(163, 6.5, n), rng.normal(176, 7, n))
    index = np.clip(27 * np.exp(rng.gamma(4, 0.095, n) - 0.38), 16, 70)
    albumin, sodium, bicarbonate = rng.normal(42, 3, n), rng.normal(139, 2.5, n), rng.normal(25, 2.2, n)
    creatinine = np.exp(rng.normal(np.log(76), 0.24, n)) * np.where(failing, rng.uniform(1.8, 4, n), 1)
    creatinine = np.where(dialysis, rng.uniform(350, 1000, n), creatinine)
    urea = creatinine / 1000 * np.exp(rng.normal(np.log(62), 0.28, n))
    urea = np.where(dialysis, rng.uniform(12, 26, n), urea)
    diabetic = rng.random(n) < 0.15
    table = pd.DataFrame({
        "Record": np.arange(1, n + 1), "Age": rng.integers(20, 90, n), "Weight (kg)": index * (height / 100) ** 2,
        "Height (cm)": height, "Na (mmol/L)": sodium, "K (mmol/L)": rng.normal(np.where(dialysis, 5.0, 4.1), 0.4, n),
        "Ca (mmol/L)": 2.35 + 0.015 * (albumin - 42) + rng.normal(0, 0.075, n),
        "Mg (mmol/L)": rng.normal(np.where(dialysis, 1.0, 0.84), np.where(dialysis, 0.12, 0.08), n),
        "PO4 (mmol/L)": rng.normal(np.where(dialysis, 1.7, 1.15), np.where(dialysis, 0.35, 0.17), n),
        "HCO3 (mmol/L)": bicarbonate,
        "Cl (mmol/L)": sodium - bicarbonate - rng.normal(11, 2, n), "Albumin (g/L)": albumin, "Creatinine (umol/L)": creatinine,
        "Urea (mmol/L)": urea,
        "Glucose (mmol/L)": np.exp(rng.normal(np.where(diabetic, 2.15, 1.67), np.where(diabetic, 0.3, 0.1), n)),
        "HbA1c (%)": rng.normal(np.where(diabetic, 7.4, 5.5), np.where(diabetic, 1.1, 0.35), n),
        "Free T4 (pmol/L)": rng.normal(15, 2.3, n),
        "Duration (min)": np.clip(np.exp(rng.normal(1.1, 0.9, n)), 0.5, 25),
    })
    table = table.mask(rng.random(table.shape) < np.where(table.columns.isin(["Record", "Age"]), 0, 0.08))
    table["Kidney disease"], table["Dialysis"] = np.where(failing, "yes", "no"), np.where(dialysis, "yes", "no")
    table["Site"], table["Clinician code"] = rng.choice(["S1", "S2", "S3"], n), rng.choice(["D1", "D2", "D3", "D4"], n)
    table["Visit"] = pd.Timestamp("2025-01-06") + pd.to_timedelta(rng.integers(0, 540, n), unit="D")
    for name in SAFETY:
        table[name] = np.where(rng.random(n) < 0.1, "yes", "no")
    table["Remarks"] = rng.choice(["cramps at night, better with stretching", "magnesium 400 mg, 3 months", "K 4.1 last week"], n)
    return table


def plant(table: pd.DataFrame, seed: int, each: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The clinic as texts with errors in it, and their truth: place, column, kind."""
    rng = np.random.default_rng(seed + 1000)
    texts = _as_texts(table)
    free, truth = rng.permutation(len(table)), []
    # what a slip makes of a patient with failing kidneys is another matter, and weight needs its height
    plain = (table["Dialysis"] == "no") & (table["Kidney disease"] == "no") & table["Height (cm)"].notna()
    for kind, slip in {**KINDS, **UNCOUNTED}.items():
        usable = free[table[slip.column].notna().to_numpy()[free]]
        if slip.rules & RELATED:
            usable = usable[table[OF_GROUPS].notna().all(axis=1).to_numpy()[usable]]
        if kind.startswith(("urea", "creatinine, dec")):
            usable = usable[(table["Urea (mmol/L)"].notna() & table["Creatinine (umol/L)"].notna()).to_numpy()[usable]]
        usable = usable[plain.to_numpy()[usable]]
        chosen = usable[:each]
        free = free[~np.isin(free, chosen)]
        spoilt = slip.spoil(table[slip.column].to_numpy(dtype=float)[chosen])
        texts.loc[chosen, slip.column] = [f"{value:.{slip.decimals}f}" for value in spoilt]
        truth += [(place, slip.column, kind) for place in chosen]
    return texts, pd.DataFrame(truth, columns=["place", "column", "kind"])


def _as_texts(table: pd.DataFrame) -> pd.DataFrame:
    texts = table.copy()
    for column, places in DECIMALS.items():
        texts[column] = [f"{value:.{places}f}" if value == value else "" for value in table[column]]
    texts["Visit"] = table["Visit"].dt.strftime("%Y-%m-%d")
    return texts.astype(str)


def write_clinic(texts: pd.DataFrame, folder: Path, form: str) -> tuple[Path, Path]:
    """The file ("point", "comma" or "excel") and its mapping."""
    folder.mkdir(parents=True, exist_ok=True)
    mapping, path = folder / f"{form}.toml", folder / f"{form}.{'xlsx' if form == 'excel' else 'csv'}"
    entries = "".join(f'[variables.{name}]\ncolumn = "{heading}"\n' for heading, name in VARIABLES.items())
    mapping.write_text('version = 1\n[file]\nrecord = "Record"\n' + entries, encoding="utf-8")
    if form == "excel":
        numbers = texts.copy()
        for column in DECIMALS:
            numbers[column] = pd.to_numeric(texts[column].replace("", np.nan))
        numbers.to_excel(path, index=False)
    elif form == "comma":
        commas = {one: texts[one].str.replace(".", ",", regex=False) for one in DECIMALS}
        texts.assign(**commas).to_csv(path, sep=";", index=False)
    else:
        texts.to_csv(path, index=False)
    return path, mapping
