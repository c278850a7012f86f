"""The clinic's intake form for people with leg cramps: what it asks, and what each answer fills.

To add a question: declare its variable where it belongs (``codebook/cramp_features.py``, ...), and give it an `Item` on the page
of this folder where it stands. The first question is the record number.
"""

from __future__ import annotations

from types import MappingProxyType

from crampstats.codebook import (
    clinic_measurements,
    clinic_medicines,
    clinic_outcomes,
    cramp_features,
    daily_life,
    demographics,
    red_flags,
    restless_legs,
    veins,
)
from crampstats.codebook.clinic import POPULATION
from crampstats.codebook.forms import Form
from crampstats.codebook.surveys import intake_cramps, intake_examination, intake_health

PAGES = (intake_cramps, intake_health, intake_examination)
# Why each section is asked; what has no purpose is not asked
PURPOSES = MappingProxyType({
    "The visit (filled in by the clinic)":
        "Counts by month, site and clinician, and whether they may be compared with expected numbers: not where only patients "
        "with cramps got the form.",
    "About you": "Age and sex decide what is expected; schooling is adjusted for in associations; cramps go with pregnancy.",
    "Leg cramps": "How common, by the question and the window of NHANES, so that the two compare; and what the popular text says "
                  "of time of night, site, spread, pain and lost sleep.",
    "Questions for your safety": "Signs that make somebody be seen at once or soon. None may be left open.",
    "Restless legs": "They are taken for cramps, and are none.",
    "Veins and arteries": "Causes that can be treated.",
    "Exercise and daily life": "What may bring cramps and can be changed.",
    "Conditions": "Causes, and conditions that go with cramps in surveys, asked as NHANES asks.",
    "Medicines": "Medicines that go with cramps; quinine can harm, and magnesium has mostly failed in trials.",
    "Examination (filled in by the clinician)": "Signs a patient cannot tell, and the body mass index.",
    "Blood tests (filled in by the clinic)": "Electrolytes out of range, and causes in kidney, thyroid, muscle and sugar.",
})

CLINIC_INTAKE = Form(
    name="clinic_intake",
    label="Leg cramp intake form",
    population=POPULATION,
    variables=tuple(variable for page in PAGES for variable in page.VARIABLES),
    derived=(
        *demographics.DERIVED_FROM_AGE_AND_SEX, *clinic_outcomes.DERIVED, *cramp_features.DERIVED, *restless_legs.DERIVED,
        *veins.DERIVED, *daily_life.DERIVED, *clinic_measurements.DERIVED, *clinic_medicines.DERIVED, *red_flags.DERIVED,
    ),
    outcomes=clinic_outcomes.OUTCOMES,
    items=tuple(item for page in PAGES for item in page.ITEMS),
)
