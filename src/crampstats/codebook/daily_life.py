"""What a usual week holds that may bring cramps: exercise, stretching, lifting, standing, fluids, alcohol, smoking."""

from __future__ import annotations

from crampstats.codebook import exercise, habits
from crampstats.codebook.clinic import POPULATION, asked, at_the_clinic
from crampstats.codebook.columns import Derived
from crampstats.codebook.formulas import Formula

EXERCISE_MINUTES = asked(
    "exercise_minutes_week", "Exercise in a usual week", "number", unit="minutes/week", plausible=(0, 10_080),
    accepts={"hours/week": 60, "minutes/day": 7, "hours/day": 420},
    known_as=(
        "exercise", "exercise minutes", "exercise min week", "exercise min wk", "exercise per week",
        "exercise minutes per week", "sport min woche", "minutes of exercise per week", "physical activity minutes",
        "ejercicio", "activité physique", "sport", "sport minuten pro woche", "exercício", "esercizio fisico",
    ),
)
INTENSITY = asked(
    "exercise_intensity", "How hard the exercise is", "category", ordered=True,
    levels={
        "none": "no exercise",
        "light": "light: breathing as usual (strolling, gentle stretching)",
        "moderate": "moderate: breathing harder, can still talk (brisk walking, cycling at ease)",
        "vigorous": "vigorous: out of breath, only a few words (running, ball games)",
    },
    words={
        "none": ("ninguno", "aucun", "keine", "nenhum", "nessuno"),
        "light": ("mild", "low", "leve", "ligero", "léger", "leicht", "leggero"),
        "moderate": ("medium", "moderado", "modéré", "mittel", "moderat", "moderato"),
        "vigorous": ("hard", "high", "intense", "vigoroso", "intenso", "intensif", "anstrengend", "intensiv"),
    },
    known_as=("intensity", "exercise intensity"),
)
UNACCUSTOMED = asked(
    "unaccustomed_exercise", "More or other exercise than usual, past week", known_as=("unusual exercise", "unusual exertion"),
)
WARMS_UP = asked("warms_up", "Warms up before exercise",
known_as=("warm-up", "warm up", "calentamiento", "échauffement", "aufwärmen"))
STRETCHES = asked(
    "stretches_before_bed", "Stretches the calves before going to bed",
    known_as=(
        "stretching", "stretches before bed", "estiramientos", "étirements", "dehnen", "alongamento", "stretching before bed",
    ),
)
LIFTING = asked(
    "heavy_lifting_days_week", "Days with heavy lifting or carrying, usual week", "integer", unit="days", plausible=(0, 7),
    known_as=("heavy lifting", "lifting days", "heavy lifting days"),
)
STANDING = asked(
    "standing_hours_day", "Time on one's feet on a usual day", "number", unit="hours/day", plausible=(0, 24),
    accepts={"minutes/day": 1 / 60},
    known_as=(
        "standing hours", "hours standing", "standing", "horas de pie", "heures debout", "stunden stehen", "horas em pé",
        "ore in piedi",
    ),
)
SITTING = at_the_clinic(exercise.SITTING)
GLASSES = asked(
    "fluid_glasses_day", "Glasses drunk on a usual day, without alcohol", "number", unit="glasses of 250 mL", plausible=(0, 60),
    known_as=(
        "glasses of water", "glasses per day", "vasos de agua", "verres d'eau", "gläser pro tag", "copos de água",
        "bicchieri d'acqua",
    ),
)
SMOKING = asked(
    "smoking", "Smoking", "category", levels={"never": "never smoked", "former": "used to smoke", "current": "smokes now"},
    words={
        "never": ("never smoked", "non-smoker", "nonsmoker", "nunca", "no fumador", "jamais", "non-fumeur", "nie", "nichtraucher",
                  "nunca fumou", "mai", "non fumatore"),
        "former": ("ex-smoker", "ex", "past", "quit", "exfumador", "ancien fumeur", "ex-fumeur", "exraucher", "ex-raucher",
                   "ex-fumante", "ex fumatore"),
        "current": ("smoker", "current smoker", "fumador", "fumeur", "raucher", "fumante", "fumatore"),
    },
    known_as=(
        "smoking status", "tobacco", "smoker", "tabaco", "tabaquismo", "tabac", "rauchen", "raucher", "tabagismo", "fumo",
    ),
)
# NHANES derives it from four questions; the form asks it at once.
ALCOHOL = asked(
    habits.DRINKS_A_WEEK.name, "Alcoholic drinks a week, past 12 months", "number", unit="drinks", plausible=(0, 400),
    known_as=(
        "alcohol", "drinks per week", "alcohol units wk", "alcohol units per week", "alcohol drinks per week",
        "alcohol per week", "bebidas por semana", "verres par semaine", "alkohol", "álcool", "alcol", "alcool",
        "units per week",
    ),
)
FLUID = Derived(
    "fluid_litres_day", "Fluids on a usual day, without alcohol",
    Formula((GLASSES.name,), lambda glasses: 0.25 * glasses, "0.25 x glasses of 250 mL", "L"), "volume of the form's glass",
    POPULATION,
    known_as=(
        "fluid intake", "fluids", "fluids per day", "litres per day", "liters per day", "water intake", "litros de agua al día",
        "litres d'eau par jour", "trinkmenge", "litros de água por dia", "litri d'acqua al giorno",
    ),
)

VARIABLES = (
    EXERCISE_MINUTES, INTENSITY, UNACCUSTOMED, WARMS_UP, STRETCHES, LIFTING, STANDING, SITTING, GLASSES, ALCOHOL, SMOKING,
)
DERIVED = (FLUID,)
