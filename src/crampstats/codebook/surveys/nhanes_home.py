"""Where NHANES keeps what was asked at home: who people are, how they sleep, what a doctor told them."""

from __future__ import annotations

from crampstats.codebook import demographics, outcomes
from crampstats.codebook.model import Field
from crampstats.codebook.rules import AtLeast, IsTrue, Rule
from crampstats.codebook.surveys.nhanes_codes import ONE_DIGIT, TWO_DIGITS, YES_NO

ADULTS = AtLeast("age_years", 20)
FROM_16 = AtLeast("age_years", 16)


def _told(variable: str, table: str, column: str, asked: Rule = ADULTS) -> Field:
    """A yes/no item with 7 for refused and 9 for did not know."""
    return Field(variable, table, column, values=YES_NO, missing=ONE_DIGIT, asked=asked)


FIELDS = (
    Field(
        "age_years", "DEMO", "RIDAGEYR", limits=(0, 85), top=demographics.OLDEST_PUBLISHED_AGE, cycles=("2005-2006",),
        note="published up to 85",
    ),
    Field("age_years", "DEMO", "RIDAGEYR", limits=(0, 80), cycles=("2007-2008",), note="published up to 80"),
    Field("sex", "DEMO", "RIAGENDR", values={1.0: "male", 2.0: "female"}),
    Field("race_ethnicity", "DEMO", "RIDRETH1", values=dict(enumerate(demographics.RACE_ETHNICITY.levels, start=1))),
    Field(
        "education", "DEMO", "DMDEDUC2", values=dict(enumerate(demographics.EDUCATION.levels, start=1)),
        missing=ONE_DIGIT, asked=ADULTS,
    ),
    Field("income_poverty_ratio", "DEMO", "INDFMPIR", limits=(0, 5), note="5 stands for 5 or more"),
    Field(
        "cramp_frequency", "SLQ", "SLQ160", values=dict(enumerate(outcomes.CRAMP_FREQUENCY.levels)), missing=ONE_DIGIT,
        asked=FROM_16, note="SLQ150 is leg jerks, another item",
    ),
    Field(
        "sleep_hours", "SLQ", "SLD010H", limits=(1, 12), missing=TWO_DIGITS, asked=FROM_16,
        note="12 stands for 12 or more",
    ),
    _told("hypertension", "BPQ", "BPQ020", FROM_16),
    _told("heart_failure", "MCQ", "MCQ160B"),
    _told("coronary_heart_disease", "MCQ", "MCQ160C"),
    _told("angina", "MCQ", "MCQ160D"),
    _told("heart_attack", "MCQ", "MCQ160E"),
    _told("stroke", "MCQ", "MCQ160F"),
    _told("emphysema", "MCQ", "MCQ160G"),
    _told("chronic_bronchitis", "MCQ", "MCQ160K"),
    Field(
        "diabetes", "DIQ", "DIQ010", values=YES_NO, missing={3.0: "borderline", **ONE_DIGIT}, asked=AtLeast("age_years", 1),
        note="borderline is set aside: neither yes nor no",
    ),
    _told("thyroid_disease", "MCQ", "MCQ160M"),
    _told("liver_disease", "MCQ", "MCQ160L"),
    _told("kidney_disease", "KIQ_U", "KIQ022"),
    _told("dialysis", "KIQ_U", "KIQ025", IsTrue("kidney_disease")),
    _told("arthritis", "MCQ", "MCQ160A"),
    _told("cancer", "MCQ", "MCQ220"),
)
