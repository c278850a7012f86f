"""Smoking and alcohol, as told."""

from __future__ import annotations

import numpy as np

from crampstats.codebook.formulas import Cases, Formula
from crampstats.codebook.model import Derived, Variable
from crampstats.codebook.rules import AllOf, AnyOf, AtLeast, Between, IsTrue, Not, OneOf

ADULTS = "adults aged 20+"
EXAMINED = "adults aged 20+ who were examined"
NOT_KNOWN = "refused or did not know; not asked below 20 years"
NOT_KNOWN_EXAMINED = f"not examined, {NOT_KNOWN}"
NCHS_SMOKING = "NCHS Health, United States: 100 cigarettes in life, and smoking now"
NCHS_ALCOHOL = "NCHS Health, United States: 12 drinks in life, and in the past year"
WEEKS_A_YEAR = 365.25 / 7
PERIODS_A_WEEK = {"week": 1.0, "month": 12 / WEEKS_A_YEAR, "year": 1 / WEEKS_A_YEAR}

HUNDRED_CIGARETTES = Variable(
    "smoked_100_cigarettes", "100 cigarettes or more in life", kind="yes/no", missing=NOT_KNOWN, population=ADULTS,
    known_as=("100 cigarettes", "ever smoked 100 cigarettes"),
)
SMOKES_NOW = Variable(
    "smokes_now", "Smokes cigarettes now", kind="category",
    levels={"not at all": "not at all", "some days": "some days", "every day": "every day"}, ordered=True,
    missing="refused or did not know; asked only of those with 100 cigarettes in life",
    known_as=("smokes cigarettes now",),
    population="adults aged 20+ who smoked 100 cigarettes or more in life",
)
SMOKING = Derived(
    "smoking", "Smoking",
    Cases({
        "never": Not(IsTrue(HUNDRED_CIGARETTES.name)),
        "former": AllOf(IsTrue(HUNDRED_CIGARETTES.name), OneOf(SMOKES_NOW.name, ("not at all",))),
        "current": AllOf(IsTrue(HUNDRED_CIGARETTES.name), OneOf(SMOKES_NOW.name, ("some days", "every day"))),
    }),
    NCHS_SMOKING, ADULTS,
)

DRINKS_IN_A_YEAR = Variable(
    "alcohol_12_drinks_in_a_year", "12 alcoholic drinks or more in any one year", kind="yes/no", missing=NOT_KNOWN_EXAMINED,
    population=EXAMINED,
)
DRINKS_IN_LIFE = Variable(
    "alcohol_12_drinks_in_life", "12 alcoholic drinks or more in life", kind="yes/no",
    missing="refused or did not know; asked only of those without 12 drinks in a year", population=EXAMINED,
)
DRINKERS = "examined adults aged 20+ with 12 alcoholic drinks or more in life"
DAYS = Variable(
    "alcohol_days_per_period", "Days with alcohol, per week, month or year", kind="integer", unit="days", plausible=(0, 366),
    missing="did not know; asked only of those with 12 drinks in life", population=DRINKERS,
)
PERIOD = Variable(
    "alcohol_period", "Period the days with alcohol are of", kind="category",
    levels={"week": "week", "month": "month", "year": "year"},
    missing="no day with alcohol; asked only of those with 12 drinks in life", population=DRINKERS,
)
DRINKS = Variable(
    "alcohol_drinks_per_day", "Alcoholic drinks on a day with alcohol", kind="integer", unit="drinks", plausible=(0, 150),
    known_as=("drinks per day", "drinks on a drinking day"),
    missing="did not know; asked only of those with a day with alcohol in the past 12 months", population=DRINKERS,
)


def _drinks_a_week(
    in_life: np.ndarray, in_year: np.ndarray, days: np.ndarray, period: np.ndarray, drinks: np.ndarray
) -> np.ndarray:
    a_week = np.select([period == name for name in PERIODS_A_WEEK], list(PERIODS_A_WEEK.values()), np.nan)
    none = (days == 0) | ((in_year == 0) & (in_life == 0))
    return np.where(none, 0.0, days * a_week * drinks)


DRINKS_A_WEEK = Derived(
    "alcohol_drinks_week", "Alcoholic drinks a week, past 12 months",
    Formula(
        (DRINKS_IN_LIFE.name, DRINKS_IN_A_YEAR.name, DAYS.name, PERIOD.name, DRINKS.name), _drinks_a_week,
        "days with alcohol a week (per month x 12 / 52.18, per year / 52.18) x drinks on such a day; 0 for those without a day "
        "with alcohol in the past 12 months or without 12 drinks in life",
        "drinks",
    ),
    "NHANES items ALQ101 to ALQ130", EXAMINED,
)
ALCOHOL = Derived(
    "alcohol_use", "Alcohol",
    Cases({
        "never": AllOf(Not(IsTrue(DRINKS_IN_A_YEAR.name)), Not(IsTrue(DRINKS_IN_LIFE.name))),
        "former": Between(DAYS.name, 0, 0),
        "current": AllOf(AnyOf(IsTrue(DRINKS_IN_A_YEAR.name), IsTrue(DRINKS_IN_LIFE.name)), AtLeast(DAYS.name, 1)),
    }),
    NCHS_ALCOHOL, EXAMINED,
)

VARIABLES = (HUNDRED_CIGARETTES, SMOKES_NOW, DRINKS_IN_A_YEAR, DRINKS_IN_LIFE, DAYS, PERIOD, DRINKS)
DERIVED = (SMOKING, DRINKS_A_WEEK, ALCOHOL)
