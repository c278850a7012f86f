"""Where NHANES keeps what was asked at home: who people are, how they sleep, what a doctor told them."""

from __future__ import annotations

from crampstats.codebook import body, demographics, outcomes, sleep
from crampstats.codebook.model import REFUSED, Field
from crampstats.codebook.rules import AtLeast, IsTrue, OneOf, Rule
from crampstats.codebook.surveys.nhanes_codes import ONE_DIGIT, TWO_DIGITS, YES_NO

ADULTS = AtLeast("age_years", 20)
FROM_16 = AtLeast("age_years", 16)
FROM_40 = AtLeast("age_years", 40)
INFANTS_LEFT_OUT = AtLeast("age_years", 1)


def _told(variable: str, table: str, column: str, asked: Rule = ADULTS) -> Field:
    """A yes/no item with 7 for refused and 9 for did not know."""
    return Field(variable, table, column, values=YES_NO, missing=ONE_DIGIT, asked=asked)


def _frequency(variable: str, column: str, note: str = "") -> Field:
    """A sleep item with the answers of the cramp item."""
    levels = dict(enumerate(outcomes.CRAMP_FREQUENCY.levels))
    return Field(variable, "SLQ", column, values=levels, missing=ONE_DIGIT, asked=FROM_16, note=note)


def _nights(variable: str, column: str) -> Field:
    """A sleep item answered in nights a week."""
    return Field(variable, "SLQ", column, values=dict(enumerate(sleep.NIGHTS)), missing=ONE_DIGIT, asked=FROM_16)


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
        "work_last_week", "OCQ", "OCD150", values=dict(enumerate(demographics.WORK.levels, start=1)), missing=ONE_DIGIT,
        asked=FROM_16,
    ),
    Field(
        "reason_for_no_work", "OCQ", "OCQ380", values=dict(enumerate(demographics.NO_WORK.levels, start=1)), missing=TWO_DIGITS,
        asked=OneOf("work_last_week", ("not working",)),
    ),
    Field(
        "examined_may_to_october", "DEMO", "RIDEXMON", values={1.0: False, 2.0: True}, component="exam",
        note="half-year, not month, is published",
    ),
    _frequency("cramp_frequency", "SLQ160", note="SLQ150 is leg jerks, another item"),
    Field(
        "sleep_hours", "SLQ", "SLD010H", limits=(1, 12), missing=TWO_DIGITS, asked=FROM_16,
        note="12 stands for 12 or more",
    ),
    _frequency("leg_jerk_frequency", "SLQ150"),
    _nights("snoring", "SLQ030"),
    _nights("snorting", "SLQ040"),
    _frequency("trouble_falling_asleep", "SLQ080"),
    _frequency("waking_at_night", "SLQ090"),
    _frequency("waking_too_early", "SLQ100"),
    _frequency("unrested", "SLQ110"),
    _frequency("sleepiness", "SLQ120"),
    _frequency("too_little_sleep", "SLQ130"),
    _frequency("sleeping_pills", "SLQ140"),
    _told("sleep_disorder", "SLQ", "SLQ060", FROM_16),
    Field(
        "sleep_apnoea_box", "SLQ", "SLQ070A", values={1.0: "ticked", 9.0: "did not know which"}, missing={7.0: REFUSED},
        asked=IsTrue("sleep_disorder"), note="the first of four boxes holds the codes of all four",
    ),
    Field("restless_legs_box", "SLQ", "SLQ070C", values={3.0: True}, asked=IsTrue("sleep_disorder")),
    _told("hypertension", "BPQ", "BPQ020", FROM_16),
    _told("heart_failure", "MCQ", "MCQ160B"),
    _told("coronary_heart_disease", "MCQ", "MCQ160C"),
    _told("angina", "MCQ", "MCQ160D"),
    _told("heart_attack", "MCQ", "MCQ160E"),
    _told("stroke", "MCQ", "MCQ160F"),
    _told("chest_pain", "CDQ", "CDQ001", FROM_40),
    Field(
        "chest_pain_uphill", "CDQ", "CDQ002", values=YES_NO, missing={3.0: "never walks uphill or hurries", **ONE_DIGIT},
        asked=IsTrue("chest_pain"),
    ),
    _told("breathless_on_stairs", "CDQ", "CDQ010", FROM_40),
    _told("emphysema", "MCQ", "MCQ160G"),
    _told("chronic_bronchitis", "MCQ", "MCQ160K"),
    _told("asthma", "MCQ", "MCQ010", INFANTS_LEFT_OUT),
    Field(
        "diabetes", "DIQ", "DIQ010", values=YES_NO, missing={3.0: "borderline", **ONE_DIGIT}, asked=INFANTS_LEFT_OUT,
        note="borderline is set aside: neither yes nor no",
    ),
    Field(
        "diabetes_status", "DIQ", "DIQ010", values={1.0: "yes", 2.0: "no", 3.0: "borderline"}, missing=ONE_DIGIT,
        asked=INFANTS_LEFT_OUT,
    ),
    _told("thyroid_disease", "MCQ", "MCQ160M"),
    _told("liver_disease", "MCQ", "MCQ160L"),
    _told("kidney_disease", "KIQ_U", "KIQ022"),
    _told("dialysis", "KIQ_U", "KIQ025", IsTrue("kidney_disease")),
    _told("arthritis", "MCQ", "MCQ160A"),
    _told("cancer", "MCQ", "MCQ220"),
    _told("trouble_seeing", "MCQ", "MCQ140", AtLeast("age_years", 2)),
    Field(
        "self_rated_health", "HUQ", "HUQ010", values=dict(enumerate(body.HEALTH.levels, start=1)), missing=ONE_DIGIT,
        note="asked at home of everyone; HSD010 of HSQ asks it again of those examined",
    ),
    _told("smoked_100_cigarettes", "SMQ", "SMQ020"),
    Field(
        "smokes_now", "SMQ", "SMQ040", values={1.0: "every day", 2.0: "some days", 3.0: "not at all"}, missing=ONE_DIGIT,
        asked=IsTrue("smoked_100_cigarettes"),
    ),
)
