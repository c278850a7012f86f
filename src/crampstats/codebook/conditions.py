"""Conditions a doctor told of: yes or no, as the person reports them.

Reported, not examined: a condition nobody has told the person of counts as no. Each item asks "ever told"; borderline diabetes
is neither yes nor no.
"""

from __future__ import annotations

from crampstats.codebook.model import Variable

ADULTS = "adults aged 20+"
NOT_KNOWN = "refused or did not know; not asked below 20 years"


def _told(name: str, label: str, *, missing: str = NOT_KNOWN, population: str = ADULTS) -> Variable:
    """A condition a doctor ever told of."""
    return Variable(name, label, kind="yes/no", missing=missing, population=population)


HEART_AND_VESSELS = (
    _told(
        "hypertension", "High blood pressure", missing="refused or did not know; not asked below 16 years",
        population="persons aged 16+",
    ),
    _told("heart_failure", "Heart failure"),
    _told("coronary_heart_disease", "Coronary heart disease"),
    _told("angina", "Angina"),
    _told("heart_attack", "Heart attack"),
    _told("stroke", "Stroke"),
)
LUNGS = (
    _told("emphysema", "Emphysema"),
    _told("chronic_bronchitis", "Chronic bronchitis"),
)
METABOLISM_AND_KIDNEY = (
    _told(
        "diabetes", "Diabetes", missing="borderline, refused or did not know; not asked below 1 year",
        population="persons aged 1+",
    ),
    _told("thyroid_disease", "Thyroid disease"),
    _told("liver_disease", "Liver disease"),
    _told("kidney_disease", "Weak or failing kidneys"),
    _told(
        "dialysis", "Dialysis in the past 12 months", missing="asked only of those told of weak or failing kidneys",
        population="adults told of weak or failing kidneys",
    ),
)
OTHER = (
    _told("arthritis", "Arthritis"),
    _told("cancer", "Cancer"),
)

VARIABLES = (*HEART_AND_VESSELS, *LUNGS, *METABOLISM_AND_KIDNEY, *OTHER)
