"""Who a person is: age, sex, origin, schooling, income and work, and in which half of the year they were examined."""

from __future__ import annotations

from crampstats.codebook.formulas import Cases
from crampstats.codebook.model import Derived, Variable
from crampstats.codebook.rules import AllOf, AnyOf, Banded, OneOf, Unless

# The oldest age two cycles have in common: 2007-08 publishes everyone of 80 and over as 80.
OLDEST_PUBLISHED_AGE = 80

AGE = Variable(
    "age_years", "Age", kind="integer", unit="years", missing="not recorded",
    known_as=(
        "age", "age at visit", "patient age", "edad", "edad en años", "âge", "age en années", "alter", "lebensalter", "idade",
        "età", "eta",
    ),
    # the longest documented life is 122 years
    plausible=(0, 122),
)
SEX = Variable(
    "sex", "Sex", kind="category", levels={"male": "men and boys", "female": "women and girls"},
    # "h" is in no words on purpose: with "m" it means hombre and mujer, homem and mulher, where "m" is a woman
    letters=({"h": "male", "m": "female"}, {"h": "male", "f": "female"}),
    words={
        "male": (
            "m", "man", "men", "boy", "masc", "masculine", "masculino", "masculin", "hombre", "varón", "varon", "homme", "garçon",
            "männlich", "maennlich", "mann", "herr", "junge", "homem", "uomo", "maschio", "maschile", "♂",
        ),
        "female": (
            "f", "woman", "women", "girl", "fem", "feminine", "femenino", "femenina", "mujer", "femme", "fille", "féminin",
            "feminin",
            "w", "weiblich", "frau", "mädchen", "feminino", "feminina", "mulher", "donna", "femmina", "femminile", "♀",
        ),
    },
    known_as=("gender", "sexo", "género", "sexe", "genre", "geschlecht", "gênero", "sesso", "genere", "m/f", "sex at birth"),
)
RACE_ETHNICITY = Variable(
    "race_ethnicity",
    "Race and Hispanic origin",
    kind="category",
    levels={
        "Mexican American": "Mexican American",
        "other Hispanic": "Hispanic, other than Mexican American",
        "non-Hispanic white": "non-Hispanic white",
        "non-Hispanic black": "non-Hispanic black",
        "other": "other race, including multiracial",
    },
    words={
        "Mexican American": ("mexican-american",), "other Hispanic": ("hispanic other",),
        "non-Hispanic white": ("white non-hispanic",), "non-Hispanic black": ("black non-hispanic",),
    },
    known_as=("race", "ethnicity", "race/ethnicity", "race and hispanic origin", "ridreth1"),
)
EDUCATION = Variable(
    "education",
    "Education",
    kind="category",
    levels={
        "less than 9th grade": "less than 9th grade",
        "9th to 11th grade": "9th to 11th grade, and 12th with no diploma",
        "high school": "high school graduate or equivalent",
        "some college": "some college or associate degree",
        "college graduate": "college graduate or above",
    },
    ordered=True,
    missing="refused or did not know; not asked below 20 years",
    population="adults aged 20+",
    known_as=(
        "education level", "schooling", "highest education", "educación", "estudios", "nivel de estudios", "niveau d'études",
        "bildung", "schulbildung", "bildungsabschluss", "escolaridade", "educação", "istruzione", "titolo di studio",
    ),
)
INCOME = Variable(
    "income_poverty_ratio", "Family income relative to the poverty threshold", unit="ratio",
    missing="income not given",
)
WORK = Variable(
    "work_last_week", "Work in the past week", kind="category",
    levels={
        "working": "at a job or business",
        "not at work": "with a job or business, but not at work",
        "looking for work": "looking for work",
        "not working": "not working at a job or business",
    },
    missing="refused; not asked below 16 years", population="persons aged 16+",
)
NO_WORK = Variable(
    "reason_for_no_work", "Main reason for not working in the past week", kind="category",
    levels={
        "home": "taking care of house or family",
        "school": "going to school",
        "retired": "retired",
        "health": "unable to work for health reasons",
        "layoff": "on layoff",
        "disabled": "disabled",
        "other": "another reason",
    },
    missing="refused; asked only of those not working", population="persons aged 16+ who were not working",
)
SEASON = Variable(
    "examined_may_to_october", "Examined between May and October", kind="yes/no", missing="not examined",
    population="persons who were examined",
)

BANDS = "bands of this project, the age groups of NCHS reports"
AGE_GROUP = Derived(
    "age_group", "Age group", Banded("age_years", {"20-39": 20, "40-59": 40, "60+": 60}), BANDS, "adults aged 20+"
)
DECADES = Banded("age_years", {
    "0-15": 0, "16-17": 16, "18-19": 18, "20-29": 20, "30-39": 30, "40-49": 40, "50-59": 50, "60-69": 60, "70-79": 70, "80+": 80,
})
AGE_DECADE = Derived(
    "age_decade",
    "Age in ten-year bands",
    DECADES,
    "bands of this project; the youngest part where the cramp item begins (16) and where adulthood does (18, 20)",
)
FEMALE = Derived("female", "Female sex", OneOf("sex", ("female",)), "recorded sex")

# What cells can tell; the others need the person-level files.
DERIVED_FROM_AGE_AND_SEX = (AGE_GROUP, AGE_DECADE, FEMALE)

AT_WORK = OneOf(WORK.name, ("working", "not at work"))
SEEKING = AnyOf(
    OneOf(WORK.name, ("looking for work",)), AllOf(OneOf(WORK.name, ("not working",)), OneOf(NO_WORK.name, ("layoff",)))
)
EMPLOYMENT = Derived(
    "employment", "Employment",
    Cases({
        "employed": AT_WORK,
        "unemployed": SEEKING,
        "home or school": OneOf(NO_WORK.name, ("home", "school")),
        "retired": OneOf(NO_WORK.name, ("retired",)),
        "unable to work": OneOf(NO_WORK.name, ("health", "disabled")),
        "other": OneOf(NO_WORK.name, ("other",)),
    }),
    "NHANES items OCD150 and OCQ380", "persons aged 16+",
)
UNEMPLOYED = Derived(
    "unemployed", "Unemployed: looking for work or on layoff",
    Unless(SEEKING, OneOf("employment", ("home or school", "retired", "unable to work", "other"))),
    "International Labour Organization: those outside the labour force are neither employed nor unemployed",
    "persons aged 16+ in the labour force",
)
NO_JOB = Derived(
    "no_job", "No job in the past week, for whatever reason", OneOf(WORK.name, ("looking for work", "not working")),
    "NHANES item OCD150", "persons aged 16+",
)

VARIABLES = (AGE, SEX, RACE_ETHNICITY, EDUCATION, INCOME, WORK, NO_WORK, SEASON)
DERIVED = (*DERIVED_FROM_AGE_AND_SEX, EMPLOYMENT, UNEMPLOYED, NO_JOB)
