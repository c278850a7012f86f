"""What is held against cramps on the intake form beyond the exposures it shares with NHANES (`codebook.exposures.FAMILIES`)."""

from __future__ import annotations

from crampstats.codebook import clinic_conditions, clinic_medicines, daily_life, restless_legs, veins
from crampstats.codebook.exposures import ExposureFamily

DAILY_LIFE = ExposureFamily(
    "daily_life", "Exercise and daily life, as the form asks",
    (
        "exercise_minutes_week", "exercise_intensity", "unaccustomed_exercise", "warms_up", "stretches_before_bed",
        "heavy_lifting_days_week", "standing_hours_day", "sitting_hours_day", daily_life.FLUID.name, "alcohol_drinks_week",
    ),
)
LEGS = ExposureFamily(
    "legs", "Veins, arteries and nerves of the legs",
    (
        veins.VARICOSE.name, veins.DISEASE.name, veins.CLAUDICATION.name, clinic_conditions.PERIPHERAL_ARTERY.name,
        clinic_conditions.CLOT.name, clinic_conditions.NEUROPATHY.name, clinic_conditions.SPINAL_STENOSIS.name,
        clinic_conditions.MOTOR_NEURONE.name, restless_legs.POSSIBLE.name,
    ),
)
ORGANS = ExposureFamily("organs", "Cirrhosis and dialysis", (clinic_conditions.CIRRHOSIS.name, clinic_conditions.DIALYSIS.name))
BLOOD = ExposureFamily(
    "further_blood", "Blood tests a survey of 2005-2008 has not",
    ("serum_magnesium_mmol_l", "serum_magnesium_class", "glucose_mmol_l", "creatine_kinase_u_l", "free_t4_pmol_l"),
)
MEDICINES = ExposureFamily(
    "further_medicines", "Further medicines", tuple(item.name for item in clinic_medicines.FURTHER)
)

CLINIC_FAMILIES = (DAILY_LIFE, LEGS, ORGANS, BLOOD, MEDICINES)
