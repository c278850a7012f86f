"""A night of a cramp diary: the cramps of it, what the day before it held, and what was taken.

A night lasts from noon to noon and carries the date of its evening; what is asked of "the day" is asked of that date. Names are
those of one night, so some are shared with the intake form, which asks the same over a month or a week.
"""

from __future__ import annotations

from typing import Any

from crampstats.codebook import cramp_features, daily_life, quantities
from crampstats.codebook.columns import Kind, Variable
from crampstats.core.outcomes import Outcome

POPULATION = "nights of those who kept the diary"
WITH_CRAMPS = "nights with a cramp"
NOT_ANSWERED = "did not know, or left empty"
NO_CRAMP = "did not know, or left empty; no night without a cramp has it"
WINDOW = "one night"
SOURCE = "this project's cramp diary"
DEFINITION = "one leg cramp or more between noon of the day and noon of the next, as written down for that night."


def _of_a_night(name: str, label: str, kind: Kind = "yes/no", **more: Any) -> Variable:
    return Variable(name, label, kind=kind, **({"missing": NOT_ANSWERED, "population": POPULATION} | more))


def _of_a_cramp(name: str, label: str, kind: Kind = "yes/no", **more: Any) -> Variable:
    return _of_a_night(name, label, kind, missing=NO_CRAMP, population=WITH_CRAMPS, **more)


CRAMP = _of_a_night(
    "cramp", "Leg cramp that night",
    known_as=(
        "leg cramp", "any cramp", "cramp last night", "leg cramp last night", "cramp tonight", "cramp yes no", "had a cramp",
        "did you have a leg cramp", "did you have a cramp", "did you have a leg cramp last night", "leg cramp that night",
        "did you have a cramp last night", "any leg cramps", "any leg cramps last night", "night cramp", "cramp night",
        "did you have leg cramps last night", "leg cramps last night", "did you get a cramp", "cramps yes no",
        "wadenkrampf", "krampf", "wadenkrampf letzte nacht", "hatten sie einen wadenkrampf", "nächtlicher krampf",
        "calambre", "calambre anoche", "tuvo un calambre", "crampe", "crampe cette nuit", "avez-vous eu une crampe",
        "cãibra", "cãibra esta noite", "crampo", "crampo stanotte", "ha avuto un crampo",
    ),
)
CRAMPS = _of_a_night(
    "cramps", "Leg cramps that night", "integer", unit="cramps", plausible=(0, 100),
    known_as=(
        "number of cramps", "no of cramps", "how many cramps", "number of leg cramps", "cramp count", "count of cramps",
        "cramps per night",
        "n cramps", "leg cramps", "how many leg cramps", "how many cramps last night", "number of cramps last night",
        "how many cramps did you have", "how many leg cramps did you have", "cramps last night",
        "anzahl krämpfe", "anzahl der krämpfe", "krämpfe", "wadenkrämpfe", "número de calambres", "calambres",
        "cuántos calambres",
        "nombre de crampes", "crampes", "combien de crampes", "número de cãibras", "cãibras", "numero di crampi", "crampi",
    ),
)
SEVERITY = _of_a_cramp(
    "cramp_severity", "Worst pain of the night's cramps", "number", unit="points", plausible=(0, 10),
    known_as=(
        *cramp_features.SEVERITY.known_as, "pain", "worst pain", "how bad was the pain", "how bad was it",
        "how bad was the worst one", "how bad was the worst cramp", "how painful",
        "how painful was it", "pain score", "pain rating", "worst pain of the night", "pain of the worst cramp", "nrs", "vas",
        "worst cramp", "how bad", "schmerz", "schmerzen", "dolor", "douleur", "dor", "dolore", "intensity of pain", "pain "
        "intensity", "severity of cramp",
        "severity of the cramp", "severity of worst cramp",
    ),
)
MINUTES = _of_a_cramp(
    "cramp_minutes", "Duration of the night's longest cramp", "number", unit="minutes", accepts=quantities.MINUTES,
    plausible=(0, 720), slips={"seconds": (30, 720)},
    known_as=(
        *cramp_features.DURATION.known_as, "minutes", "how long did it last", "how long did the cramp last",
        "how long did the longest cramp last", "duration min", "cramp duration min", "longest cramp", "length of cramp",
    ),
)
SITE = _of_a_cramp(
    "cramp_site", "Where the cramp was", "category", levels=cramp_features.MAIN_SITE.levels, words=cramp_features.MAIN_SITE.words,
    known_as=(
        *cramp_features.MAIN_SITE.known_as, "site", "location", "where", "wo", "dónde", "où", "dove", "onde", "muscle", "where "
        "was the cramp", "where was it",
            "body part",
        "which muscle", "part of the leg", "where in the leg",
    ),
)
SIDE = _of_a_cramp(
    "cramp_side", "Side of the cramp", "category", levels={"left": "left leg", "right": "right leg", "both": "both legs"},
    words={
        "left": ("left side", "left leg", "links", "linkes bein", "izquierda", "izquierdo", "gauche", "esquerda", "sinistra"),
        "right": ("right side", "right leg", "rechts", "rechtes bein", "derecha", "derecho", "droite", "droit", "direita",
                  "destra"),
        "both": ("both legs", "both sides", "bilateral", "left and right", "right and left", "beide", "beidseits", "ambas",
                 "los dos", "les deux", "ambos", "entrambe"),
    },
    letters=({"l": "left", "r": "right", "b": "both"},),
    known_as=("side", "side of cramp", "which leg", "leg", "laterality", "in which leg", "seite", "lado", "côté", "lato"),
)
WOKEN = _of_a_cramp(
    "woken_by_cramp", "Woken by a cramp",
    known_as=(*cramp_features.WOKEN.known_as, "woken by cramp", "woke me", "did it wake you", "woke up", "did the cramp wake you",
              "did a cramp wake you", "awakened", "woken up"),
)
EXERCISE = _of_a_night(
    "exercise_minutes", "Exercise of the day", "number", unit="minutes", accepts=quantities.HOURS_IN_MINUTES, plausible=(0, 1440),
    known_as=(
        "exercise", "exercise min", "minutes of exercise", "exercise today", "minutes of exercise today", "sport", "training",
        "how many minutes did you exercise", "minutes exercised", "workout minutes", "physical activity", "activity minutes",
        "sport minuten", "minuten sport", "ejercicio", "minutos de ejercicio", "minutes de sport", "exercício", "esercizio",
        "exercise that day", "exercise of the day",
    ),
)
INTENSITY = _of_a_night(
    "exercise_intensity", "How hard the exercise of the day was", "category", ordered=True, levels=daily_life.INTENSITY.levels,
    words={**daily_life.INTENSITY.words, "none": (*daily_life.INTENSITY.words["none"], "no exercise", "rest", "rest day")},
    known_as=("intensity", "exercise intensity", "how hard was the exercise", "how hard did you exercise", "training intensity"),
)
UNACCUSTOMED = _of_a_night(
    "unaccustomed_exercise", "More or other exercise than usual that day",
    known_as=(
        "unusual exercise", "unusual exertion", "unaccustomed", "unaccustomed exercise today", "more exercise than usual",
        "harder than usual", "more or other exercise than usual", "unusual activity",
    ),
)
LIFTING = _of_a_night(
    "heavy_lifting", "Heavy lifting or carrying that day",
    known_as=("lifting", "lifted heavy things", "heavy carrying", "heavy lifting or carrying", "heavy lifting today",
              "schwer gehoben", "levantó peso", "port de charges"),
)
STANDING = _of_a_night(
    "standing_hours", "Time on one's feet that day", "number", unit="hours", accepts={"minutes": 1 / 60}, plausible=(0, 24),
    known_as=("standing", "hours standing", "hours on feet", "time standing", "hours on your feet", "stunden stehen",
              "horas de pie", "heures debout", "standing time"),
)
FLUIDS = _of_a_night(
    "fluids_litres", "Fluids drunk that day, without alcohol", "number", unit="L",
    accepts={"mL": 0.001, "glasses of 250 mL": 0.25}, plausible=(0, 15), usual=(0.2, 8),
    known_as=(
        "fluids", "fluid intake", "fluids l", "litres", "litres drunk", "water", "water intake", "fluid litres",
        "liters of fluid", "litres of fluid", "litres of water", "how much did you drink", "trinkmenge", "líquidos", "boissons",
        "drinks without alcohol",
    ),
)
ALCOHOL = _of_a_night(
    "alcohol_drinks", "Alcoholic drinks that day", "number", unit="drinks", plausible=(0, 60),
    known_as=("alcohol", "drinks", "alcoholic drinks", "units of alcohol", "alcohol units", "number of drinks", "alkohol",
              "alcohol today", "alcoholic drinks today", "álcool", "alcool"),
)
SLEPT = _of_a_night(
    "slept_hours", "Time slept that night", "number", unit="hours", accepts={"minutes": 1 / 60}, plausible=(0, 24),
    known_as=("sleep", "sleep hours", "hours slept", "hours of sleep", "sleep duration", "time slept", "how long did you sleep",
              "how many hours did you sleep", "schlafdauer", "horas de sueño", "heures de sommeil", "horas de sono"),
)
MAGNESIUM = _of_a_night(
    "took_magnesium", "Magnesium taken that day", known_as=("magnesium", "magnesium taken", "magnesium today", "took magnesium"),
)
QUININE = _of_a_night(
    "took_quinine", "Quinine taken that day", known_as=("quinine", "quinine taken", "quinine today", "chinin", "quinina"),
)
DIURETIC = _of_a_night(
    "took_diuretic", "Water tablet taken that day",
    known_as=("diuretic", "diuretic taken", "water tablet", "water pill", "diuretics", "diuretikum", "diurético", "diurétique"),
)
TREATMENT = _of_a_night(
    "treatment", "Treatment", "text",
    known_as=("arm", "treatment arm", "phase", "condition", "group", "allocation", "study drug", "trial arm", "treatment phase"),
)
PERIOD = _of_a_night(
    "period", "Period of the trial", "integer", unit="period", plausible=(1, 20),
    known_as=("trial period", "study period", "crossover period", "period number"),
)
NIGHT = _of_a_night("night_date", "Date of the evening on which the night begins", "date", missing="no night without it")

ABOUT_CRAMPS = (CRAMP, CRAMPS, SEVERITY, MINUTES, SITE, SIDE, WOKEN)
EXPOSURES = (
    EXERCISE, INTENSITY, UNACCUSTOMED, LIFTING, STANDING, FLUIDS, ALCOHOL, SLEPT, MAGNESIUM, QUININE, DIURETIC,
)
OF_THE_TRIAL = (TREATMENT, PERIOD)
VARIABLES = (*ABOUT_CRAMPS, *EXPOSURES, *OF_THE_TRIAL)

CRAMP_NIGHT = Outcome(CRAMP.name, "Cramp night", POPULATION, WINDOW, "one leg cramp or more", DEFINITION, SOURCE)
WAKING_CRAMP_NIGHT = Outcome(
    WOKEN.name, "Night with a cramp that woke", WITH_CRAMPS, WINDOW, "woken by a leg cramp once or more",
    "of nights with a cramp, those whose sleeper was woken by one.", SOURCE,
)
OUTCOMES = (CRAMP_NIGHT, WAKING_CRAMP_NIGHT)
