"""The clinic's intake form for people with leg cramps: what it asks, and what each answer fills."""

from __future__ import annotations

from crampstats.codebook import conditions, demographics, electrolytes, outcomes
from crampstats.codebook.forms import Form

CLINIC_INTAKE = Form(
    name="clinic_intake",
    label="Leg cramp intake form",
    population="patients who filled in the intake form",
    variables=(demographics.AGE, demographics.SEX, *outcomes.VARIABLES, *electrolytes.VARIABLES, *conditions.VARIABLES),
    derived=(*outcomes.DERIVED,),
    outcomes=outcomes.OUTCOMES,
    items=(),
)
