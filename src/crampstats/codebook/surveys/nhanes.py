"""NHANES 2005-2006 and 2007-2008: the only national microdata with a leg-cramp question.

To add a variable: declare it where it belongs (``codebook/electrolytes.py``, ...), add that module's ``VARIABLES`` and
``DERIVED`` below, and give it one `Field` (one per cycle where the cycles differ).
"""

from __future__ import annotations

from crampstats.codebook import demographics, outcomes
from crampstats.codebook.model import DID_NOT_KNOW, REFUSED, Cycle, Field, Survey, Weight
from crampstats.codebook.rules import AtLeast

ONE_DIGIT = {7.0: REFUSED, 9.0: DID_NOT_KNOW}
TWO_DIGITS = {77.0: REFUSED, 99.0: DID_NOT_KNOW}

TERMS = """\
The files are public-use data of the National Center for Health Statistics (NCHS). Whoever uses them agrees to NCHS's
data user agreement, in short:
  - use them for statistical reporting and analysis only;
  - make no attempt to learn who any participant is; should it happen by accident, make no use of it and tell NCHS;
  - do not link them with data in which persons can be identified;
  - do no work on breaking the measures that protect participants;
  - cite NCHS as the source.
The agreement in full: https://www.cdc.gov/nchs/policy/data-user-agreement.html"""

CITATION = (
    "Centers for Disease Control and Prevention (CDC), National Center for Health Statistics (NCHS). National Health and "
    "Nutrition Examination Survey Data 2005-2006 and 2007-2008. Hyattsville, MD: U.S. Department of Health and Human "
    "Services. https://wwwn.cdc.gov/nchs/nhanes/"
)

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
        missing=ONE_DIGIT, asked=AtLeast("age_years", 20),
    ),
    Field("income_poverty_ratio", "DEMO", "INDFMPIR", limits=(0, 5), note="5 stands for 5 or more"),
    Field(
        "cramp_frequency", "SLQ", "SLQ160", values=dict(enumerate(outcomes.CRAMP_FREQUENCY.levels)), missing=ONE_DIGIT,
        asked=AtLeast("age_years", 16), note="SLQ150 is leg jerks, another item",
    ),
    Field(
        "sleep_hours", "SLQ", "SLD010H", limits=(1, 12), missing=TWO_DIGITS, asked=AtLeast("age_years", 16),
        note="12 stands for 12 or more",
    ),
)

NHANES = Survey(
    name="nhanes",
    label="NHANES",
    citation=CITATION,
    terms=TERMS,
    population="U.S. civilian noninstitutionalised population",
    cycles=(
        Cycle("2005-2006", "D", "2005", release=4, respondents=(31127, 41474)),
        Cycle("2007-2008", "E", "2007", release=5, respondents=(41475, 51623)),
    ),
    base_table="DEMO",
    respondent="SEQN",
    stratum="SDMVSTRA",
    psu="SDMVPSU",
    release="SDDSRVYR",
    weights={
        "interview": Weight("WTINT2YR", "weight_interview", "interview weights", "answers given at home only"),
        "exam": Weight(
            "WTMEC2YR", "weight_exam", "examination weights",
            "as soon as an examination or laboratory variable enters; zero for those interviewed only",
        ),
    },
    variables=(*demographics.VARIABLES, *outcomes.VARIABLES),
    derived=(*demographics.DERIVED, *outcomes.DERIVED),
    outcomes=outcomes.OUTCOMES,
    fields=FIELDS,
)
