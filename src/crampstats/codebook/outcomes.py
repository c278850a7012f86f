"""Cramp outcomes: the recorded frequency, the thresholds cut from it, and what each of them does not say."""

from __future__ import annotations

from crampstats.codebook import frequencies
from crampstats.codebook.model import Derived, Variable
from crampstats.codebook.rules import OneOf
from crampstats.core.outcomes import Outcome

POPULATION = "persons aged 16 and over interviewed at home, U.S. civilian noninstitutionalised population"
RECALL_WINDOW = "past month"
QUESTION = "In the past month, how often did you have leg cramps while trying to sleep?"
LIMITATION = (
    "The item counts times in the month, not nights, while trying to sleep; it measures neither pain nor sleeplessness "
    "and cannot tell cramps from restless legs."
)
SOURCE = "NHANES 2005-2008, sleep disorders questionnaire, SLQ160"
GRANDNER = "Grandner & Winkelman 2017, https://doi.org/10.1371/journal.pone.0178465"

CRAMP_FREQUENCY = Variable(
    "cramp_frequency",
    "Leg cramps while trying to sleep, past month",
    kind="category",
    levels={
        "never": "never",
        "rarely": "once a month",
        "sometimes": "2-4 times a month",
        "often": "5-15 times a month",
        "almost always": "16-30 times a month",
    },
    ordered=True,
    missing="refused or did not know; not asked below 16 years",
    population=POPULATION,
    words=frequencies.PER_MONTH,
    known_as=(
        "slq160", "leg cramps", "leg cramps past month", "cramps past month", "how often do you get leg cramps",
        "con qué frecuencia tuvo calambres", "à quelle fréquence avez-vous des crampes", "wie oft hatten sie wadenkrämpfe",
        "com que frequência teve cãibras", "con quale frequenza ha avuto crampi", "häufigkeit wadenkrämpfe",
        "wie oft wadenkrämpfe im letzten monat", "wadenkrämpfe im letzten monat", "calambres en el último mes",
        "calambres en las piernas", "crampes au cours du dernier mois", "crampes aux jambes", "crampes dans les jambes",
        "cãibras no último mês", "cãibras nas pernas", "crampi nell'ultimo mese", "crampi alle gambe", "leg cramps at night",
        "night leg cramps", "frequency of leg cramps", "leg cramp frequency", "cramps per month", "number of cramps per month",
        "night cramps", "nocturnal leg cramps", "cramp frequency", "how often leg cramps", "frequency of cramps",
        "leg cramps while trying to sleep", "calambres", "frecuencia de calambres", "calambres nocturnos", "crampes",
        "fréquence des crampes", "crampes nocturnes", "wadenkrämpfe", "häufigkeit der krämpfe", "nächtliche wadenkrämpfe",
        "cãibras", "frequência de cãibras", "cãibras noturnas", "crampi", "frequenza dei crampi", "crampi notturni",
    ),
)


def _at_least(level: str) -> OneOf:
    levels = list(CRAMP_FREQUENCY.levels)
    return OneOf(CRAMP_FREQUENCY.name, tuple(levels[levels.index(level):]))


ANY = Derived(
    "any_cramps", "Leg cramps at night", _at_least("rarely"), SOURCE, POPULATION,
    known_as=(
        "any leg cramps", "cramps yes no", "leg cramps yes no", "has cramps", "has leg cramps", "suffers from leg cramps",
        "leg cramps present", "tiene calambres", "a des crampes", "hat wadenkrämpfe", "tem cãibras", "ha crampi",
    ),
)
TWO_OR_MORE = Derived(
    "cramps_two_or_more", "Leg cramps at night, two or more times a month", _at_least("sometimes"), SOURCE, POPULATION
)
FREQUENT = Derived(
    "frequent_cramps", "Leg cramps at night, five or more times a month", _at_least("often"),
    f"{GRANDNER} (moderate to severe)", POPULATION,
)
MILD = Derived(
    "mild_cramps", "Leg cramps at night, one to four times a month",
    OneOf(CRAMP_FREQUENCY.name, ("rarely", "sometimes")), f"{GRANDNER} (mild)", POPULATION,
)


def _outcome(derived: Derived, threshold: str) -> Outcome:
    return Outcome(
        name=derived.name,
        label=derived.label,
        population=POPULATION,
        recall_window=RECALL_WINDOW,
        threshold=threshold,
        definition=f"{derived.rule.describe()}, answering \"{QUESTION}\" {LIMITATION}",
        source=derived.source,
    )


ANY_CRAMPS = _outcome(ANY, "at least once")
CRAMPS_TWO_OR_MORE = _outcome(TWO_OR_MORE, "two or more times")
FREQUENT_CRAMPS = _outcome(FREQUENT, "five or more times")
MILD_CRAMPS = _outcome(MILD, "one to four times")

VARIABLES = (CRAMP_FREQUENCY,)
DERIVED = (ANY, TWO_OR_MORE, FREQUENT, MILD)
OUTCOMES = (ANY_CRAMPS, CRAMPS_TWO_OR_MORE, FREQUENT_CRAMPS, MILD_CRAMPS)
