"""What blood and urine say of metabolism, kidney, thyroid, inflammation and exposure, in SI units where they are in use."""

from __future__ import annotations

from typing import Any

import numpy as np

from crampstats.codebook import quantities
from crampstats.codebook.formulas import Cases, Formula, classify
from crampstats.codebook.model import Derived, Variable
from crampstats.codebook.rules import AllOf, AnyOf, AtLeast, Below, OneOf

NO_SAMPLE = "not examined, no sample or no result"
INKER = "Inker LA and others, N Engl J Med 2021;385:1737-1749, https://doi.org/10.1056/NEJMoa2102953"
LEVEY = "Levey AS and others, Ann Intern Med 2006;145:247-254, https://doi.org/10.7326/0003-4819-145-4-200608150-00004"
KDIGO = "KDIGO 2012, Kidney Int Suppl 2013;3:1-150, https://doi.org/10.1038/kisup.2012.73"
PLANTINGA_2011 = "Plantinga L and others, Am J Kidney Dis 2011;58:554-564, https://doi.org/10.1053/j.ajkd.2011.05.024"
PLANTINGA_2012 = "Plantinga L and others, Prev Chronic Dis 2012;9:110244 (PMC3392086)"
HOLLOWELL = "Hollowell JG and others, J Clin Endocrinol Metab 2002;87:489-499, https://doi.org/10.1210/jcem.87.2.8182"
UMOL_IN_MG_DL = 88.4
YOUNGEST_ADULT = 18


def _sample(name: str, label: str, unit: str, youngest: int, **more: Any) -> Variable:
    return Variable(
        name, label, unit=unit, missing=f"{NO_SAMPLE}; not measured below {youngest} year{'s' * (youngest > 1)}",
        population=f"persons aged {youngest}+ who were examined", **more,
    )


# Plausible limits are what instruments report in the gravest illness, no reference ranges.
CREATININE = _sample(
    "serum_creatinine_umol_l", "Serum creatinine", "µmol/L", 12, accepts=quantities.CREATININE, plausible=(15, 4000),
    usual=(20, 1600),
    known_as=(
        "crea", "creat", "creatinine", "creatinina", "créatinine", "créatininémie", "kreatinin", "serum creatinine", "scr",
    ),
)
HBA1C = _sample(
    "hba1c_percent", "Glycated haemoglobin (HbA1c)", "%", 12, plausible=(2.5, 20), ask_unit=True, usual=(3.5, 17),
    slips={"mmol/mol": (20, 200)},
    known_as=(
        "hba1c", "a1c", "hb a1c", "glycated haemoglobin", "glycated hemoglobin", "hemoglobina glicosilada",
        "hemoglobina glucosilada", "hémoglobine glyquée", "langzeitzucker", "hemoglobina glicada", "emoglobina glicata",
    ),
)
TSH = Variable(
    "tsh_miu_l", "Thyroid-stimulating hormone", unit="mIU/L",
    missing=f"{NO_SAMPLE}; not measured below 12 years, nor in 2005-2006",
    population="persons aged 12+ who were examined in 2007-2008", plausible=(0.0, 1000),
    known_as=(
        "tsh", "thyrotropin", "thyroid stimulating hormone", "tirotropina", "thyréostimuline", "thyreotropin", "tireotropina",
    ),
)
C_REACTIVE_PROTEIN = _sample(
    "c_reactive_protein_mg_l", "C-reactive protein", "mg/L", 1, accepts=quantities.C_REACTIVE_PROTEIN, plausible=(0, 700),
    known_as=("crp", "hs-crp", "c reactive protein", "proteína c reactiva", "protéine c réactive", "c-reaktives protein"),
)
RED_CELLS = _sample(
    "red_cell_count", "Red blood cells", "10¹²/L", 1, plausible=(0.5, 10),
    known_as=("rbc", "red blood cells", "erythrocytes", "eritrocitos", "hématies", "erythrozyten", "eritrócitos", "eritrociti"),
)
CADMIUM = _sample(
    "blood_cadmium_nmol_l", "Blood cadmium", "nmol/L", 1, accepts=quantities.CADMIUM, plausible=(0, 2000),
    known_as=("cd", "cadmium", "cadmio", "cádmio", "kadmium"),
)
VITAMIN_D = _sample(
    "vitamin_d_nmol_l", "Vitamin D (25-hydroxyvitamin D)", "nmol/L", 1,
    differs="one cycle measured by radioimmunoassay, brought to the scale of mass spectrometry, the other by mass spectrometry",
    accepts=quantities.VITAMIN_D, plausible=(2, 2000),
    known_as=("vitamin d", "25-oh-d", "25-oh vitamin d", "25(oh)d", "25ohd", "vitamina d", "vitamine d", "vit d"),
)
URINE_ALBUMIN = _sample(
    "urine_albumin_mg_l", "Albumin in urine", "mg/L", 6, accepts=quantities.URINE_ALBUMIN, plausible=(0, 50_000),
    known_as=("urine albumin", "microalbumin", "microalbuminuria", "albumina en orina", "albumine urinaire", "albumin im urin"),
)
URINE_CREATININE = _sample(
    "urine_creatinine_mg_dl", "Creatinine in urine", "mg/dL", 6, accepts=quantities.URINE_CREATININE, plausible=(1, 1500),
    known_as=("urine creatinine", "creatinina en orina", "créatinine urinaire", "kreatinin im urin", "creatinina urinária"),
)


def _ckd_epi_2021(creatinine: np.ndarray, age: np.ndarray, female: np.ndarray) -> np.ndarray:
    kappa, alpha = np.where(female == 1, 0.7, 0.9), np.where(female == 1, -0.241, -0.302)
    ratio = creatinine / UMOL_IN_MG_DL / kappa
    rate = 142 * np.minimum(ratio, 1) ** alpha * np.maximum(ratio, 1) ** -1.200 * 0.9938**age * 1.012**female
    return np.where(age >= YOUNGEST_ADULT, rate, np.nan)


def _mdrd_175(creatinine: np.ndarray, age: np.ndarray, female: np.ndarray, black: np.ndarray) -> np.ndarray:
    rate = 175 * (creatinine / UMOL_IN_MG_DL) ** -1.154 * np.maximum(age, 1) ** -0.203 * 0.742**female
    race = np.where(black == "non-Hispanic black", 1.212, 1.0)
    return np.where(age >= YOUNGEST_ADULT, rate * race, np.nan)


RATE = "mL/min/1.73 m²"
EGFR = Derived(
    "egfr_ml_min_1_73m2", "Estimated glomerular filtration rate (CKD-EPI 2021)",
    Formula(
        (CREATININE.name, "age_years", "female"), _ckd_epi_2021,
        "142 x min(c/k, 1)^a x max(c/k, 1)^-1.200 x 0.9938^age x 1.012 if female, with c serum creatinine in mg/dL "
        "(µmol/L / 88.4), k 0.7 and a -0.241 if female, else 0.9 and -0.302; from 18 years",
        RATE,
    ),
    INKER, "adults aged 18+ who were examined", known_as=("egfr", "gfr", "fge", "dfg", "tfg", "ckd-epi"),
)
EGFR_MDRD = Derived(
    "egfr_mdrd_ml_min_1_73m2", "Estimated glomerular filtration rate (MDRD)",
    Formula(
        (CREATININE.name, "age_years", "female", "race_ethnicity"), _mdrd_175,
        "175 x c^-1.154 x age^-0.203 x 0.742 if female x 1.212 if non-Hispanic black, with c serum creatinine in mg/dL "
        "(µmol/L / 88.4); from 18 years",
        RATE,
    ),
    f"{LEVEY}; the equation of its time, kept to reproduce studies that used it", "adults aged 18+ who were examined",
)
EGFR_STAGE = Derived(
    "egfr_stage", "Stage of glomerular filtration",
    Cases({
        "G1": AtLeast(EGFR.name, 90),
        "G2": AtLeast(EGFR.name, 60),
        "G3a": AtLeast(EGFR.name, 45),
        "G3b": AtLeast(EGFR.name, 30),
        "G4": AtLeast(EGFR.name, 15),
        "G5": Below(EGFR.name, 15),
    }, ordered=True),
    f"{KDIGO}; one measurement, while kidney disease needs three months", "adults aged 18+ who were examined",
)
ALBUMIN_CREATININE = Derived(
    "urine_albumin_creatinine_mg_g", "Albumin to creatinine in urine",
    Formula(
        (URINE_ALBUMIN.name, URINE_CREATININE.name), lambda albumin, creatinine: 100 * albumin / creatinine,
        "100 x albumin in mg/L / creatinine in mg/dL", "mg/g",
    ),
    KDIGO, URINE_ALBUMIN.population,
)
ALBUMINURIA = Derived(
    "albuminuria", "Albumin to creatinine in urine of 30 mg/g or more", AtLeast(ALBUMIN_CREATININE.name, 30),
    f"{KDIGO}; a single sample", URINE_ALBUMIN.population,
)
# Both measurements are needed, as in the study: an albumin of 0 or more is one that is known.
KIDNEY_STAGE = Derived(
    "kidney_disease_stage", "Chronic kidney disease, stage by laboratory",
    Cases({
        "none": AllOf(AtLeast(EGFR_MDRD.name, 60), Below(ALBUMIN_CREATININE.name, 30)),
        "stage 1-2": AllOf(AtLeast(EGFR_MDRD.name, 60), AtLeast(ALBUMIN_CREATININE.name, 30)),
        "stage 3-4": AllOf(AtLeast(EGFR_MDRD.name, 15), Below(EGFR_MDRD.name, 60), AtLeast(ALBUMIN_CREATININE.name, 0)),
        "stage 5": AllOf(Below(EGFR_MDRD.name, 15), AtLeast(ALBUMIN_CREATININE.name, 0)),
    }, ordered=True),
    PLANTINGA_2011, "adults aged 18+ who were examined",
)
DIABETES_OR_HBA1C = Derived(
    "diabetes_or_high_hba1c", "Diabetes, told or HbA1c of 6.5 % or more",
    AnyOf(OneOf("diabetes_status", ("yes",)), AtLeast(HBA1C.name, 6.5)),
    f"{PLANTINGA_2012}; borderline diabetes counts by HbA1c alone", HBA1C.population,
)
TSH_CLASS = classify(TSH, low=0.45, high=4.12, source=f"{HOLLOWELL}, limits of its reference population")

VARIABLES = (
    CREATININE, HBA1C, TSH, C_REACTIVE_PROTEIN, RED_CELLS, CADMIUM, VITAMIN_D, URINE_ALBUMIN, URINE_CREATININE,
)
DERIVED = (
    EGFR, EGFR_MDRD, EGFR_STAGE, ALBUMIN_CREATININE, ALBUMINURIA, KIDNEY_STAGE, DIABETES_OR_HBA1C, TSH_CLASS,
)
