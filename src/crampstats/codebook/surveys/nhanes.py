"""NHANES 2005-2006 and 2007-2008: the only national microdata with a leg-cramp question.

To add a variable: declare it where it belongs (``codebook/electrolytes.py``, ...), and give it one `Field` (one per cycle
where the cycles differ) in the module of this folder that reads its table. A new module of variables or of fields is added
to `PARTS` or `FIELDS` below.
"""

from __future__ import annotations

from crampstats.codebook import (
    body,
    conditions,
    demographics,
    diet,
    electrolytes,
    exercise,
    habits,
    laboratory,
    medicines,
    mood,
    outcomes,
    sleep,
)
from crampstats.codebook.model import Cycle, Survey, Weight
from crampstats.codebook.surveys import nhanes_activity, nhanes_home, nhanes_labs, nhanes_medicines

PARTS = (
    demographics, outcomes, sleep, conditions, body, habits, mood, electrolytes, laboratory, diet,
    exercise, medicines,
)
FIELDS = (*nhanes_home.FIELDS, *nhanes_labs.FIELDS, *nhanes_activity.FIELDS, *nhanes_medicines.FIELDS)
REDUCTIONS = (*nhanes_activity.REDUCTIONS, *nhanes_medicines.REDUCTIONS)

# Tables of which not everybody interviewed can have a row; DEMO's pregnancy item says so itself.
COMPONENTS = {
    **dict.fromkeys(("ALB_CR", "ALQ", "BIOPRO", "BMX", "CBC", "CRP", "DPQ", "GHB", "PBCD", "THYROD", "VID"), "exam"),
    "DR1TOT": "diet",
}

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
            needs="the examination or its laboratory", carriers="examined", absent="interviewed only",
        ),
        "diet": Weight(
            "WTDRD1", "weight_diet", "day-1 dietary weights",
            "as soon as the 24-hour recall of the first day enters; zero for those without a reliable one",
            table="DR1TOT", needs="the dietary recall of the first day", carriers="with a dietary recall",
            absent="no reliable dietary recall",
        ),
    },
    components=COMPONENTS,
    variables=tuple(variable for part in PARTS for variable in part.VARIABLES),
    derived=tuple(item for part in PARTS for item in getattr(part, "DERIVED", ())),
    outcomes=outcomes.OUTCOMES,
    fields=FIELDS,
    reductions=REDUCTIONS,
)
