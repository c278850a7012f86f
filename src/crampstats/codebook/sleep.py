"""Sleep, and what disturbs it besides cramps: jerks of the legs, restless legs, snoring, waking."""

from __future__ import annotations

from crampstats.codebook import frequencies
from crampstats.codebook.model import Derived, Variable
from crampstats.codebook.outcomes import CRAMP_FREQUENCY
from crampstats.codebook.rules import AnyOf, Below, IsTrue, OneOf, Ticked, Unless

POPULATION = "persons aged 16+"
NOT_KNOWN = "refused or did not know; not asked below 16 years"
PLANTINGA_2011 = "Plantinga L and others, Am J Kidney Dis 2011;58:554-564, https://doi.org/10.1053/j.ajkd.2011.05.024"
PLANTINGA_2012 = "Plantinga L and others, Prev Chronic Dis 2012;9:110244 (PMC3392086)"
GRANDNER = "Grandner & Winkelman 2017, https://doi.org/10.1371/journal.pone.0178465"

OFTEN = ("often", "almost always")
EVER = ("rarely", "sometimes", *OFTEN)
# Headings of own files that ask the same
KNOWN_AS = {
    "leg_jerk_frequency": ("slq150", "leg twitching", "sacudidas de piernas", "secousses des jambes"),
    "snoring": ("snores", "ronquidos", "ronquido", "ronflement", "ronflements", "schnarchen", "ronco", "russamento"),
    "snorting": ("snorting or gasping", "stops breathing", "witnessed apnoea", "gasping"),
    "trouble_falling_asleep": ("difficulty falling asleep", "sleep onset insomnia", "einschlafprobleme", "einschlafstörung"),
    "waking_at_night": ("wakes at night", "wake up at night", "nocturnal awakenings", "durchschlafstörung"),
    "waking_too_early": ("early awakening", "wakes too early", "waking up too early", "früherwachen"),
    "unrested": ("feels unrested", "unrefreshing sleep", "feeling unrested"),
    "sleepiness": (
        "daytime sleepiness", "excessive daytime sleepiness", "somnolencia", "somnolence", "tagesmüdigkeit", "sonolência",
        "sonnolenza",
    ),
    "too_little_sleep": ("not enough sleep", "insufficient sleep"),
    "sleeping_pills": (
        "sleep medication", "hypnotics", "sleeping tablets", "somníferos", "somnifères", "schlafmittel", "sonniferi",
    ),
}


def _frequency(name: str, label: str, levels: dict[str, str] | None = None) -> Variable:
    """How often in the past month, in the words of the cramp item."""
    return Variable(
        name, label, kind="category", levels=levels or CRAMP_FREQUENCY.levels, ordered=True, missing=NOT_KNOWN,
        population=POPULATION, words=frequencies.PER_WEEK if levels else frequencies.PER_MONTH, known_as=KNOWN_AS.get(name, ()),
    )


NIGHTS = {
    "never": "never", "rarely": "1-2 nights a week", "occasionally": "3-4 nights a week",
    "frequently": "5 or more nights a week",
}
HOURS = Variable(
    "sleep_hours", "Usual sleep on weekdays or workdays", kind="integer", unit="hours", missing=NOT_KNOWN, population=POPULATION,
    plausible=(0, 24),
    known_as=(
        "hours of sleep", "sleep duration", "sleep per night", "hours slept", "horas de sueño", "heures de sommeil",
        "schlafdauer", "stunden schlaf", "horas de sono", "ore di sonno",
    ),
)
LEG_JERKS = _frequency("leg_jerk_frequency", "Leg jerks while sleeping, past month")
ITEMS = (
    _frequency("snoring", "Snoring", NIGHTS),
    _frequency("snorting", "Snorting, gasping or stopping to breathe in sleep", NIGHTS),
    _frequency("trouble_falling_asleep", "Trouble falling asleep, past month"),
    _frequency("waking_at_night", "Waking at night with trouble going back to sleep, past month"),
    _frequency("waking_too_early", "Waking too early in the morning, past month"),
    _frequency("unrested", "Feeling unrested during the day, past month"),
    _frequency("sleepiness", "Feeling overly sleepy during the day, past month"),
    _frequency("too_little_sleep", "Not getting enough sleep, past month"),
    _frequency("sleeping_pills", "Taking pills to help sleep, past month"),
)
SLEEP_DISORDER = Variable(
    "sleep_disorder", "Sleep disorder told by a doctor", kind="yes/no", missing=NOT_KNOWN, population=POPULATION,
    known_as=(
        "sleep disorder diagnosed", "trastorno del sueño", "trouble du sommeil", "schlafstörung", "distúrbio do sono",
        "disturbo del sonno",
    ),
)
WHICH = "persons told of a sleep disorder"
SLEEP_APNOEA_BOX = Variable(
    "sleep_apnoea_box", "Box for sleep apnoea", kind="category",
    levels={"ticked": "ticked", "did not know which": "did not know which sleep disorder"},
    missing="no sleep disorder, or another one", population=WHICH,
)
RESTLESS_LEGS_BOX = Variable(
    "restless_legs_box", "Box for restless legs", kind="yes/no", missing="no sleep disorder, or another one", population=WHICH
)

SHORT_SLEEP = Derived("short_sleep", "Six hours of sleep or less", Below(HOURS.name, 7), PLANTINGA_2011, POPULATION)
ANY_LEG_JERKS = Derived("leg_jerks", "Leg jerks at night", OneOf(LEG_JERKS.name, EVER), GRANDNER, POPULATION)
LEG_SYMPTOMS = Derived(
    "leg_symptoms", "Leg jerks or cramps at night", AnyOf(IsTrue(ANY_LEG_JERKS.name), IsTrue("any_cramps")), PLANTINGA_2011,
    POPULATION,
)
RESTLESS_LEGS = Derived(
    "restless_legs_diagnosed", "Restless legs told by a doctor",
    Unless(Ticked(RESTLESS_LEGS_BOX.name, SLEEP_DISORDER.name), OneOf(SLEEP_APNOEA_BOX.name, ("did not know which",))),
    "NHANES items SLQ060 and SLQ070", POPULATION,
    known_as=(
        "rls", "restless legs", "restless legs syndrome", "diagnosed restless legs", "piernas inquietas", "jambes sans repos",
        "unruhige beine", "pernas inquietas", "gambe senza riposo",
    ),
)
FREQUENT_LEG_SYMPTOMS = Derived(
    "frequent_leg_symptoms", "Leg jerks or cramps five or more times a month, or restless legs told by a doctor",
    AnyOf(OneOf(LEG_JERKS.name, OFTEN), OneOf(CRAMP_FREQUENCY.name, OFTEN), IsTrue(RESTLESS_LEGS.name)),
    PLANTINGA_2012, POPULATION,
)

VARIABLES = (HOURS, LEG_JERKS, *ITEMS, SLEEP_DISORDER, SLEEP_APNOEA_BOX, RESTLESS_LEGS_BOX)
DERIVED = (SHORT_SLEEP, ANY_LEG_JERKS, LEG_SYMPTOMS, RESTLESS_LEGS, FREQUENT_LEG_SYMPTOMS)
