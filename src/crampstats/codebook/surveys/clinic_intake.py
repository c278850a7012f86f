"""The clinic's intake form for people with leg cramps: what it asks, and what each answer fills.

To add a question: declare its variable where it belongs (``codebook/cramp_features.py``, ...), and give it an `Item` on the page
of this folder where it stands. The first question is the record number.
"""

from __future__ import annotations

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
