"""What is held against cramps: exposures by family, the adjustment of the paper reproduced, and one that should do nothing.

An exposure is a column; its label, unit, levels and population stand where it is declared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from crampstats.codebook import electrolytes, laboratory
from crampstats.codebook.claims import ADJUSTMENT, REGISTER
from crampstats.codebook.formulas import Cases
from crampstats.codebook.model import Derived
from crampstats.codebook.rules import Between
from crampstats.core.claims import AssociationClaim

# Grandner & Winkelman 2017 adjusted every association for these: https://doi.org/10.1371/journal.pone.0178465
GRANDNER_ADJUSTMENT = ADJUSTMENT

# Trouble seeing even with glasses, told in the same interview as the conditions by the same people, to the same yes or no. No way
# is known by which poor sight makes a leg muscle cramp, nor the other way round. But it goes with what confounds the others: age,
# schooling, income, diabetes and its vessels, how much somebody sees a doctor, and a readiness to report complaints. An adjusted
# odds ratio away from 1 therefore measures what adjustment leaves behind, and how much of that to expect of the others.
NEGATIVE_CONTROL = "trouble_seeing"


@dataclass(frozen=True)
class ExposureFamily:
    """Exposures that are shown together and share one correction for their number.

    Parameters
    ----------
    name, label
        Short name, and words for figures.
    exposures
        Columns, in the order they are shown.
    also_adjust
        Columns without which the family's associations have no meaning, beside the usual adjustment: energy for what is eaten.
    """

    name: str
    label: str
    exposures: tuple[str, ...]
    also_adjust: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReferenceRange:
    """The normal range of a measured quantity, both limits normal themselves, and whose it is."""

    low: float
    high: float
    source: str


ELECTROLYTES = ExposureFamily("electrolytes", "Electrolytes in serum", (
    "serum_sodium_mmol_l", "serum_potassium_mmol_l", "serum_calcium_mmol_l", "serum_calcium_corrected_mmol_l",
    "serum_phosphorus_mmol_l", "serum_bicarbonate_mmol_l", "serum_chloride_mmol_l", "serum_osmolality_mmol_kg",
))
ELECTROLYTE_CLASSES = ExposureFamily("electrolyte_classes", "Electrolytes in serum against the reference range", (
    "serum_sodium_class", "serum_potassium_class", "serum_calcium_class", "serum_calcium_corrected_class",
    "serum_phosphorus_class", "serum_bicarbonate_class", "serum_chloride_class",
))
DIET = ExposureFamily(
    "diet", "Electrolytes in the diet",
    ("dietary_magnesium_mg", "dietary_potassium_mg", "dietary_calcium_mg", "dietary_sodium_mg"),
    also_adjust=("dietary_energy_kcal",),
)
EXERCISE = ExposureFamily(
    "exercise", "Exercise and exertion",
    ("any_vigorous_activity", "any_moderate_leisure", "leisure_met_minutes_week", "walks_or_cycles_to_places", "heavy_work"),
)
HEART_AND_VESSELS = ExposureFamily("heart_and_vessels", "Heart and vessels", (
    "hypertension", "heart_failure", "coronary_heart_disease", "angina", "heart_attack", "stroke", "breathless_on_stairs",
    "exertional_chest_pain",
))
LUNGS = ExposureFamily("lungs", "Lungs", ("emphysema", "chronic_bronchitis", "asthma"))
METABOLISM_AND_KIDNEY = ExposureFamily("metabolism_and_kidney", "Metabolism, liver and kidney", (
    "diabetes", "hba1c_percent", "thyroid_disease", "tsh_class", "liver_disease", "kidney_disease", "egfr_ml_min_1_73m2",
    "albuminuria",
))
OTHER_CONDITIONS = ExposureFamily("other_conditions", "Other conditions", ("arthritis", "cancer"))
MOOD_AND_SLEEP = ExposureFamily("mood_and_sleep", "Mood, sleep and health as a whole", (
    "depression_score", "short_sleep", "leg_jerks", "snoring", "snorting", "trouble_falling_asleep", "waking_at_night",
    "unrested", "sleepiness", "sleeping_pills", "self_rated_health",
))
BODY_AND_HABITS = ExposureFamily("body_and_habits", "Body, habits and work", (
    "body_mass_index", "smoking", "alcohol_use", "pregnant", "no_job", "unemployed",
))
BLOOD_MARKERS = ExposureFamily("blood_markers", "Blood markers", (
    "c_reactive_protein_mg_l", "red_cell_count", "blood_cadmium_nmol_l", "vitamin_d_nmol_l", "serum_albumin_g_l",
))
MEDICINES = ExposureFamily("medicines", "Medicines", (
    "takes_loop_diuretic", "takes_thiazide_diuretic", "takes_potassium_sparing_diuretic", "takes_any_diuretic", "takes_statin",
    "takes_long_acting_beta_agonist",
))

FAMILIES = (
    ELECTROLYTES, ELECTROLYTE_CLASSES, DIET, EXERCISE, HEART_AND_VESSELS, LUNGS, METABOLISM_AND_KIDNEY, OTHER_CONDITIONS,
    MOOD_AND_SLEEP, BODY_AND_HABITS, BLOOD_MARKERS, MEDICINES,
)


def _ranges(derived: tuple[Derived, ...]) -> Mapping[str, ReferenceRange]:
    """The ranges that the declared classes are made with, by the measured column."""
    normal = [(item.rule.rules.get("normal"), item.source) for item in derived if isinstance(item.rule, Cases)]
    return MappingProxyType({
        rule.column: ReferenceRange(rule.low, rule.high, source) for rule, source in normal if isinstance(rule, Between)
    })


REFERENCE_RANGES = _ranges((*electrolytes.DERIVED, *laboratory.DERIVED))
CLAIM_EXPOSURES = MappingProxyType({
    family.name: tuple(dict.fromkeys(one.exposure for one in family.readings if isinstance(one, AssociationClaim)))
    for family in REGISTER
    if any(isinstance(one, AssociationClaim) for one in family.readings)
})
