"""What a clinic measures beside what NHANES did: weight and height, urea, glucose, creatine kinase, free thyroxine."""

from __future__ import annotations

from typing import Any

from crampstats.codebook import body, electrolytes, laboratory, quantities
from crampstats.codebook.clinic import NOT_MEASURED, POPULATION, asked, at_the_clinic, derived_at_the_clinic
from crampstats.codebook.columns import Derived, Variable
from crampstats.codebook.formulas import Formula
from crampstats.codebook.rules import Above, AnyOf, AtLeast, AtMost, Below


def _measured(name: str, label: str, unit: str, **more: Any) -> Variable:
    return asked(name, label, "number", unit=unit, missing=NOT_MEASURED, **more)


# The heaviest and the tallest person on record had 635 kg and 272 cm, the smallest adult 55 cm.
WEIGHT = _measured(
    "body_weight_kg", "Weight", "kg", accepts=quantities.WEIGHT, plausible=(2, 650),
    known_as=("weight", "wt", "body weight", "peso", "poids", "gewicht", "körpergewicht"),
)
HEIGHT = _measured(
    "height_cm", "Height", "cm", accepts=quantities.HEIGHT, plausible=(45, 275),
    # of adults; what a child measures is no slip in another unit either
    usual=(120, 215), slips={"in": (48, 84), "ft": (4, 7.2)},
    known_as=(
        "height", "ht", "body height", "talla", "estatura", "altura", "taille", "größe", "körpergröße", "altezza", "statura",
    ),
)
SAMPLE_DATE = asked(
    "blood_sample_date", "Date of the blood test", "date", missing="no blood test, or not written down",
    known_as=(
        "blood test date", "lab date", "sample date", "date of blood test", "collection date", "fecha de analítica",
        "date de prise de sang", "blutentnahme", "datum der blutentnahme", "data da coleta", "data del prelievo",
    ),
)
UREA = _measured(
    "serum_urea_mmol_l", "Urea in blood", "mmol/L", accepts=quantities.UREA, plausible=(0.2, 150),
    usual=(1.0, 45),
    known_as=("urea", "urée", "harnstoff", "ureia", "serum urea"),
)
# the same quantity in mmol/L; in mg/dL only the nitrogen is weighed, hence another factor
UREA_NITROGEN = _measured(
    "urea_nitrogen_mmol_l", "Urea nitrogen in blood (BUN)", "mmol/L", accepts=quantities.UREA_NITROGEN, plausible=(0.2, 150),
    usual=(1.0, 45),
    known_as=("bun", "urea nitrogen", "blood urea nitrogen", "nitrógeno ureico", "azote uréique"),
)
GLUCOSE = _measured(
    "glucose_mmol_l", "Glucose in blood", "mmol/L", accepts=quantities.GLUCOSE, plausible=(0.3, 110), usual=(2.0, 40),
    known_as=(
        "glucose", "glu", "blood sugar", "fasting glucose", "glucosa", "glucemia", "glycémie", "glukose", "blutzucker",
        "glicose", "glicemia",
    ),
)
CREATINE_KINASE = _measured(
    "creatine_kinase_u_l", "Creatine kinase", "U/L", plausible=(1, 2_000_000),
    known_as=(
        "ck", "cpk", "creatine kinase", "creatina quinasa", "créatine kinase", "kreatinkinase", "creatinoquinase",
        "creatinchinasi",
    ),
)
FREE_T4 = _measured(
    "free_t4_pmol_l", "Free thyroxine", "pmol/L", accepts=quantities.FREE_T4, plausible=(0.5, 300), usual=(4, 60),
    known_as=("ft4", "free t4", "t4 libre", "t4 libera", "freies t4", "t4 livre"),
)
HBA1C_MMOL_MOL = _measured("hba1c_mmol_mol", "Glycated haemoglobin (HbA1c), IFCC", "mmol/mol", plausible=(5, 200), ask_unit=True,
                           usual=(15, 160), slips={"%": (3.5, 15)},
                           known_as=("hba1c ifcc", "ifcc hba1c"))

ELECTROLYTES = tuple(
    at_the_clinic(item, NOT_MEASURED)
    for item in (
        electrolytes.SODIUM, electrolytes.POTASSIUM, electrolytes.CALCIUM, electrolytes.MAGNESIUM, electrolytes.PHOSPHORUS,
        electrolytes.BICARBONATE, electrolytes.CHLORIDE, electrolytes.ALBUMIN,
    )
)
CREATININE = at_the_clinic(laboratory.CREATININE, NOT_MEASURED)
TSH = at_the_clinic(laboratory.TSH, NOT_MEASURED)
HBA1C = at_the_clinic(laboratory.HBA1C, NOT_MEASURED)

BODY_MASS_INDEX = Derived(
    body.BODY_MASS_INDEX.name, body.BODY_MASS_INDEX.label,
    Formula((WEIGHT.name, HEIGHT.name), lambda weight, height: weight / (height / 100) ** 2, "weight in kg / (height in m)²",
            body.BODY_MASS_INDEX.unit),
    body.WHO, POPULATION,
)
# Critical values of a laboratory (Scripps Health): sodium below 120 or above 160, potassium 2.7 and less or 6.0 and more mmol/L,
# calcium below 7 or above 12 mg/dL. A clinic sets those of its own laboratory.
CRITICAL_SOURCE = "critical values of the Scripps Health laboratory; calcium from mg/dL"
CRITICAL = {
    "sodium": AnyOf(Below(electrolytes.SODIUM.name, 120), Above(electrolytes.SODIUM.name, 160)),
    "potassium": AnyOf(AtMost(electrolytes.POTASSIUM.name, 2.7), AtLeast(electrolytes.POTASSIUM.name, 6.0)),
    "calcium": AnyOf(Below(electrolytes.CALCIUM.name, 1.75), Above(electrolytes.CALCIUM.name, 3.0)),
}
CRITICAL_DERIVED = tuple(
    Derived(f"critical_{name}", f"Critical serum {name}", rule, CRITICAL_SOURCE, POPULATION) for name, rule in CRITICAL.items()
)

_SHARED = (
    electrolytes.CORRECTED_CALCIUM.name, *(f"serum_{name}_class" for name in (
        "sodium", "potassium", "calcium", "calcium_corrected", "phosphorus", "bicarbonate", "chloride", "magnesium",
    )),
)
VARIABLES = (
    WEIGHT, HEIGHT, SAMPLE_DATE, *ELECTROLYTES, CREATININE, UREA, UREA_NITROGEN, GLUCOSE, HBA1C, HBA1C_MMOL_MOL, TSH, FREE_T4,
    CREATINE_KINASE,
)
DERIVED = (
    BODY_MASS_INDEX, derived_at_the_clinic(body.CLASSES),
    *(derived_at_the_clinic(item) for item in electrolytes.DERIVED if item.name in _SHARED),
    *CRITICAL_DERIVED,
    *(derived_at_the_clinic(item) for item in (laboratory.EGFR, laboratory.EGFR_STAGE, laboratory.TSH_CLASS)),
)
