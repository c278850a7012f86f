"""Last pages of the intake form, filled in by the clinic: examination and blood tests."""

from __future__ import annotations

from crampstats.codebook import clinic_measurements as measurements
from crampstats.codebook import red_flags as signs
from crampstats.codebook import restless_legs as restless
from crampstats.codebook import veins
from crampstats.codebook.columns import NOT_DONE, Variable
from crampstats.codebook.forms import Item
from crampstats.codebook.rules import IsTrue
from crampstats.codebook.surveys.intake_items import choice, finding, measured, section, written


def _blood(variable: Variable, name: str, field: str) -> tuple[Item, ...]:
    """A result with its unit; without a box where the laboratory has but one unit."""
    if variable.accepts:
        return measured(variable, name, field, (variable.unit, *(unit for unit in variable.accepts if unit in PRINTED)))
    return (Item(field, f"{name} ({variable.unit})", variable.name),)


# Units laboratories print; the codebook reads others too
PRINTED = ("mEq/L", "mg/dL", "g/dL", "ng/dL")
SODIUM, POTASSIUM, CALCIUM, MAGNESIUM, PHOSPHORUS, BICARBONATE, CHLORIDE, ALBUMIN = measurements.ELECTROLYTES
EXAMINATION = section(
    "Examination (filled in by the clinician)",
    measured(measurements.WEIGHT, "Weight", "body_weight", ("kg", "lb")),
    measured(measurements.HEIGHT, "Height", "body_height", ("cm", "m", "in")),
    finding(signs.NO_PULSE, "Pulses of both feet", "Missing at one foot or both", "Felt at both feet"),
    finding(signs.ABNORMAL_EXAM, "Neurological examination of the legs", "Abnormal", "Normal"),
    choice(veins.CLASS, "Veins of the worse leg (clinical class of CEAP)", (
        "C0: no visible or palpable sign", "C1: spider or reticular veins", "C2: varicose veins", "C3: oedema",
        "C4: skin changes (pigmentation, eczema, hardening, white scars)", "C5: healed ulcer", "C6: open ulcer",
    ), first=0, other="Not examined", reason=NOT_DONE),
    finding(restless.EXPLAINED, "Is the urge to move the legs explained by something else alone?",
            "Yes: by muscle pain, veins, swelling, joints, cramps or posture", "No", shown_if=IsTrue(restless.URGE.name)),
)
BLOOD_TESTS = section(
    "Blood tests (filled in by the clinic)",
    written(measurements.SAMPLE_DATE, "Date of the blood test", note="All results below are of this date."),
    _blood(SODIUM, "Sodium", "sodium"),
    _blood(POTASSIUM, "Potassium", "potassium"),
    _blood(CALCIUM, "Calcium, total", "calcium"),
    _blood(MAGNESIUM, "Magnesium", "magnesium"),
    _blood(PHOSPHORUS, "Phosphate", "phosphate"),
    _blood(BICARBONATE, "Bicarbonate (total CO2)", "bicarbonate"),
    _blood(CHLORIDE, "Chloride", "chloride"),
    _blood(ALBUMIN, "Albumin", "albumin"),
    _blood(measurements.CREATININE, "Creatinine", "creatinine"),
    _blood(measurements.UREA, "Urea (not urea nitrogen)", "urea"),
    _blood(measurements.UREA_NITROGEN, "Urea nitrogen (BUN)", "urea_nitrogen"),
    _blood(measurements.GLUCOSE, "Glucose", "glucose"),
    _blood(measurements.HBA1C, "HbA1c", "hba1c_percent"),
    _blood(measurements.HBA1C_MMOL_MOL, "HbA1c", "hba1c_mmol_mol"),
    _blood(measurements.TSH, "TSH", "tsh"),
    _blood(measurements.FREE_T4, "Free T4", "free_t4"),
    _blood(measurements.CREATINE_KINASE, "Creatine kinase (CK)", "creatine_kinase"),
)

VARIABLES = (*measurements.VARIABLES, signs.NO_PULSE, signs.ABNORMAL_EXAM, veins.CLASS, restless.EXPLAINED)
ITEMS = (*EXAMINATION, *BLOOD_TESTS)
