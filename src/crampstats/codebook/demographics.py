"""Who a person is: age, sex, origin, schooling, income, and how long they sleep."""

from __future__ import annotations

from crampstats.codebook.model import Derived, Variable
from crampstats.codebook.rules import Banded, OneOf

# The oldest age two cycles have in common: 2007-08 publishes everyone of 80 and over as 80.
OLDEST_PUBLISHED_AGE = 80

AGE = Variable("age_years", "Age", kind="integer", unit="years", missing="not recorded")
SEX = Variable("sex", "Sex", kind="category", levels={"male": "men and boys", "female": "women and girls"})
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
)
INCOME = Variable(
    "income_poverty_ratio", "Family income relative to the poverty threshold", unit="ratio",
    missing="income not given",
)
SLEEP = Variable(
    "sleep_hours", "Usual sleep on weekdays or workdays", kind="integer", unit="hours",
    missing="refused or did not know; not asked below 16 years", population="persons aged 16+",
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

VARIABLES = (AGE, SEX, RACE_ETHNICITY, EDUCATION, INCOME, SLEEP)
DERIVED = (AGE_GROUP, AGE_DECADE, FEMALE)
