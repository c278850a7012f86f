"""Body mass, pregnancy and how people rate their own health."""

from __future__ import annotations

from crampstats.codebook.formulas import Cases
from crampstats.codebook.model import Derived, Variable
from crampstats.codebook.rules import AllOf, AtLeast, Below

WHO = "WHO Technical Report Series 894, 2000"
EXAMINED = "persons aged 2+ who were examined"

BODY_MASS_INDEX = Variable(
    "body_mass_index", "Body mass index", unit="kg/m²",
    missing="not examined, or height or weight not taken; not given below 2 years", population=EXAMINED,
    known_as=(
        "bmi", "imc", "body mass index", "índice de masa corporal", "indice de masse corporelle", "körpermasseindex",
        "índice de massa corporal", "indice di massa corporea",
    ),
    # the lightest and heaviest adults on record had some 7 and 210
    plausible=(7, 210),
)
PREGNANT = Variable(
    "pregnant", "Pregnant at the examination", kind="yes/no",
    missing="not examined, or not ascertained; published for women aged 8-59 in 2005-2006 and 20-44 in 2007-2008",
    population="women aged 8-59 (2005-2006) or 20-44 (2007-2008) who were examined",
    differs="published for women aged 8-59 in 2005-2006, 20-44 in 2007-2008: compare within the ages both have",
    known_as=(
        "pregnant", "pregnancy", "embarazo", "embarazada", "enceinte", "grossesse", "schwanger", "schwangerschaft", "grávida",
        "gravidez", "incinta", "gravidanza",
    ),
)
HEALTH = Variable(
    "self_rated_health", "General health, self-rated", kind="category",
    levels={"excellent": "excellent", "very good": "very good", "good": "good", "fair": "fair", "poor": "poor"}, ordered=True,
    missing="refused or did not know",
    words={
        "excellent": ("excelente", "ausgezeichnet", "eccellente"),
        "very good": ("muy buena", "très bonne", "sehr gut", "muito boa", "molto buona"),
        "good": ("buena", "bonne", "gut", "boa", "buona"),
        "fair": ("regular", "moyenne", "assez bonne", "mittelmäßig", "razoável", "discreta"),
        "poor": ("mala", "mauvaise", "schlecht", "ruim", "má", "cattiva", "scadente"),
    },
    known_as=(
        "general health", "self-rated health", "salud general", "santé générale", "allgemeiner gesundheitszustand",
        "saúde geral", "salute generale",
    ),
)
TROUBLE_SEEING = Variable(
    "trouble_seeing", "Trouble seeing, even with glasses or contact lenses", kind="yes/no",
    missing="blind, refused or did not know; not asked below 2 years", population="persons aged 2+",
)

# Adults only: children are judged by age and sex, which these limits do not know.
ADULT = AtLeast("age_years", 20)
CLASSES = Derived(
    "body_mass_class", "Body mass index, class",
    Cases({
        "normal weight": AllOf(ADULT, AtLeast(BODY_MASS_INDEX.name, 18.5), Below(BODY_MASS_INDEX.name, 25)),
        "underweight": AllOf(ADULT, Below(BODY_MASS_INDEX.name, 18.5)),
        "overweight": AllOf(ADULT, AtLeast(BODY_MASS_INDEX.name, 25), Below(BODY_MASS_INDEX.name, 30)),
        "obese": AllOf(ADULT, AtLeast(BODY_MASS_INDEX.name, 30)),
    }),
    WHO, "adults aged 20+ who were examined",
)

VARIABLES = (BODY_MASS_INDEX, PREGNANT, HEALTH, TROUBLE_SEEING)
DERIVED = (CLASSES,)
