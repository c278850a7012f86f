"""Exercise: what two questionnaires that asked differently have in common, and what they do not.

What is comparable between cycles is declared on every variable: `apart` for what measures different things and is analysed one
cycle at a time, `differs` for what asks alike enough to be pooled with the cycle among the covariates. Shares and means of
either are not compared between cycles.
"""

from __future__ import annotations

from crampstats.codebook.columns import Derived, Variable
from crampstats.codebook.rules import Banded

POPULATION = "persons aged 16+"
MISSING = "refused or did not know"
FRAMES = "one questionnaire asks of the past 30 days, the other of a typical week, and more persons say yes to the former"

# ten times the energy of rest, every minute of a week
MOST_MET_MINUTES = 10 * 7 * 24 * 60

ANY_VIGOROUS = Variable(
    "any_vigorous_activity", "Any vigorous activity in leisure time", kind="yes/no", missing=MISSING, population=POPULATION,
    differs=FRAMES, known_as=("vigorous activity", "vigorous exercise"),
)
ANY_MODERATE = Variable(
    "any_moderate_leisure", "Any moderate activity in leisure time", kind="yes/no", missing=MISSING, population=POPULATION,
    differs=FRAMES, known_as=("moderate activity", "moderate exercise"),
)
ACTIVE_TRAVEL = Variable(
    "walks_or_cycles_to_places", "Walks or cycles to get to places", kind="yes/no", missing=MISSING, population=POPULATION,
    differs=f"{FRAMES}; the typical week counts from ten minutes on end, the past 30 days any length",
)
MET_MINUTES = Variable(
    "met_minutes_week", "Physical activity, all that was asked", unit="MET-minutes/week",
    known_as=("met minutes", "met-min/week", "ipaq met minutes"), plausible=(0, MOST_MET_MINUTES),
    missing="refused, did not know, or gave more hours than a day has", population=POPULATION,
    apart=(
        "the 30-day questionnaire leaves out work and rates each sport by its own MET score; the typical week includes work and "
        "rates everything as 4 or 8 MET; the scores of travel and chores (4.0 and 4.5) and of the typical week are those in "
        "common use, not confirmed at their source"
    ),
)
LEISURE_MET_MINUTES = Variable(
    "leisure_met_minutes_week", "Physical activity in leisure time", unit="MET-minutes/week", plausible=(0, MOST_MET_MINUTES),
    missing="refused, did not know, or gave more hours than a day has", population=POPULATION,
    differs=f"{FRAMES}; sports are rated one by one in the former, as 4 or 8 MET in the latter",
)
HEAVY_WORK = Variable(
    "heavy_work", "Heavy work", kind="yes/no", missing=MISSING, population=POPULATION,
    known_as=(
        "heavy physical work", "manual work", "trabajo pesado", "travail pénible", "schwere arbeit", "trabalho pesado",
        "lavoro pesante",
    ),
    apart=(
        "one questionnaire asks which of four sentences describes the usual day (heavy work or heavy loads), the other whether "
        "work involves vigorous activity for ten minutes on end in a typical week"
    ),
)
SITTING = Variable(
    "sitting_hours_day", "Time spent sitting on a typical day", unit="hours/day", missing="refused or did not know",
    population=POPULATION, plausible=(0, 24),
    known_as=(
        "sitting hours", "hours sitting", "sitting time", "horas sentado", "heures assis", "stunden sitzen",
        "horas sentado por dia", "ore seduto",
    ),
)
MOSTLY_SITTING = Variable(
    "sits_most_of_the_day", "Sits during the day and does not walk about much", kind="yes/no", missing=MISSING,
    population=POPULATION,
)
STRENGTHENING = Variable(
    "muscle_strengthening", "Any muscle strengthening, past 30 days", kind="yes/no", missing=MISSING, population=POPULATION,
)

# Nobody who is active has less than 1 MET-minute a week, so the first band holds those who are not.
GUIDELINE = (
    "bands at the guideline's 150 and 300 minutes a week at 4 MET: WHO 2020, https://doi.org/10.1136/bjsports-2020-102955"
)
ACTIVITY_LEVEL = Derived(
    "leisure_activity_level", "Physical activity in leisure time, MET-minutes a week",
    Banded("leisure_met_minutes_week", {"none": 0, "below 600": 1, "600 to 1,199": 600, "1,200 or more": 1200}),
    GUIDELINE, POPULATION,
)

VARIABLES = (
    ANY_VIGOROUS, ANY_MODERATE, ACTIVE_TRAVEL, MET_MINUTES, LEISURE_MET_MINUTES, HEAVY_WORK, SITTING, MOSTLY_SITTING,
    STRENGTHENING,
)
DERIVED = (ACTIVITY_LEVEL,)
