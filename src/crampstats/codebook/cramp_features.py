"""Cramps as a clinic asks of them: ever, last month, last week, when, where, how long, how bad, and what they do to sleep.

What makes a cramp the kind that comes at night (Hallegraeff 2017, `HALLEGRAEFF`): intense pain, seconds to ten minutes, calf or
foot, seldom thigh or hamstring, pain that stays, broken sleep, distress.
"""

from __future__ import annotations

from typing import Any

from crampstats.codebook import quantities
from crampstats.codebook.clinic import POPULATION, asked, at_the_clinic
from crampstats.codebook.columns import Derived, Kind, Variable
from crampstats.codebook.outcomes import CRAMP_FREQUENCY
from crampstats.codebook.rules import Above, AllOf, AnyOf, AtLeast, IsTrue, OneOf

HALLEGRAEFF = "Hallegraeff J and others, BMC Fam Pract 2017;18:29, https://doi.org/10.1186/s12875-017-0600-x"
FORM = "this project's intake form"
LONGEST_CRAMP_MINUTES = 10
WITH_CRAMPS = "patients with cramps, ever or in the past month"
NO_CRAMPS = "did not know, or left empty; asked only of those with cramps"

EVER = asked(
    "cramps_ever", "Leg cramps, ever",
    known_as=(
        "ever had leg cramps", "ever cramps", "lifetime cramps", "leg cramps ever", "calambres alguna vez", "crampes un jour",
        "jemals wadenkrämpfe", "cãibras alguma vez", "crampi nella vita",
    ),
)
FREQUENCY = at_the_clinic(CRAMP_FREQUENCY)
NIGHTS = asked(
    "cramp_nights_past_week", "Nights with a leg cramp, past week", "integer", unit="nights", plausible=(0, 7),
    known_as=(
        "cramp nights", "nights with cramps", "cramps per week", "noches con calambres", "nuits avec crampes",
        "nächte mit krämpfen", "noites com cãibras", "notti con crampi", "noches con calambres última semana",
        "nuits avec crampes semaine passée", "nächte mit krämpfen letzte woche", "noites com cãibras última semana",
        "notti con crampi ultima settimana",
    ),
)
HAS_CRAMPS = AnyOf(IsTrue(EVER.name), OneOf(FREQUENCY.name, tuple(FREQUENCY.levels)[1:]))


def _of_those_with_cramps(name: str, label: str, kind: Kind = "yes/no", **more: Any) -> Variable:
    return asked(name, label, kind, missing=NO_CRAMPS, population=WITH_CRAMPS, **more)


TIMES = (
    _of_those_with_cramps("cramps_asleep", "Cramps while asleep"),
    _of_those_with_cramps("cramps_in_bed_awake", "Cramps in bed before sleep"),
    _of_those_with_cramps("cramps_in_the_evening", "Cramps in the evening, before bed"),
    _of_those_with_cramps("cramps_by_day", "Cramps by day", known_as=("daytime cramps", "day cramps", "cramps during the day")),
    _of_those_with_cramps("cramps_during_exercise", "Cramps during exercise",
    known_as=("exercise cramps", "exertional cramps")),
    _of_those_with_cramps("cramps_after_exercise", "Cramps in the hours after exercise"),
)
USUAL_TIME = _of_those_with_cramps(
    "cramp_usual_time", "Usual clock time of cramps", "time", known_as=("cramp time", "time of cramp", "time of cramps"),
)
SITES = (
    _of_those_with_cramps("cramps_in_calf", "Cramps in the calf",
                          known_as=("calf cramps", "calf", "pantorrilla", "mollet", "wade", "panturrilha", "polpaccio")),
    _of_those_with_cramps("cramps_in_foot", "Cramps in the foot or toes",
                          known_as=("foot cramps", "foot", "pie", "pied", "fuß", "pé", "piede")),
    _of_those_with_cramps("cramps_in_thigh", "Cramps in the front of the thigh",
                          known_as=("thigh cramps", "thigh", "muslo", "cuisse", "oberschenkel", "coxa", "coscia")),
    _of_those_with_cramps("cramps_in_hamstring", "Cramps in the back of the thigh", known_as=("hamstring cramps", "hamstring")),
    _of_those_with_cramps("cramps_in_other_leg_part", "Cramps elsewhere in the leg", known_as=("other site",)),
)
MAIN_SITE = _of_those_with_cramps(
    "cramp_main_site", "Where the cramps come most often", "category",
    levels={
        "calf": "calf", "foot": "foot or toes", "thigh": "front of the thigh", "hamstring": "back of the thigh",
        "other": "elsewhere",
    },
    words={
        "calf": (
            "calves", "lower leg", "gastrocnemius", "pantorrilla", "mollet", "wade", "waden", "panturrilha", "barriga da perna",
            "polpaccio",
        ),
        "foot": (
            "feet", "toes", "toe", "pie", "pies", "pied", "pieds", "fuß", "füße", "zehen", "pé", "pés", "piede", "piedi",
        ),
        "thigh": ("thighs", "front thigh", "quadriceps", "muslo", "cuisse", "oberschenkel", "coxa", "coscia"),
        "hamstring": ("hamstrings", "back of thigh", "isquiotibiales", "ischio-jambiers"),
        "other": ("elsewhere", "other site", "otro", "autre", "andere", "outro", "altro"),
    },
    known_as=(
        "site of cramp", "site of cramps", "cramp site", "location of cramp", "cramp location", "where are the cramps",
        "localización del calambre", "localisation de la crampe", "ort des krampfs", "lokalisation", "local da cãibra",
        "sede del crampo",
    ),
)
SIDE = _of_those_with_cramps(
    "cramp_side", "Side of the cramps", "category",
    levels={"one": "always the same leg", "either": "one leg at a time, either of them", "both": "both legs at once"},
    words={
        "one": ("left", "right", "one side", "unilateral", "same leg"),
        "either": ("alternating", "either side"),
        "both": ("both sides", "bilateral", "both legs"),
    },
    known_as=("side", "side of cramp", "laterality"),
)
SPREADS = _of_those_with_cramps(
    "cramp_spreads", "Cramps spread to other muscles of the leg", known_as=("spread", "spreads", "cramp spread"),
)
DURATION = _of_those_with_cramps(
    "cramp_duration_minutes", "Duration of a usual cramp", "number", unit="minutes", accepts=quantities.MINUTES,
    # a day and a night; the published mean is 9 minutes
    plausible=(0, 1440), slips={"seconds": (30, 1440)},
    known_as=(
        "duration", "cramp duration", "duration of cramp", "how long does a cramp last", "duration of each cramp",
        "cramp length", "durée d'une crampe", "durée des crampes", "duración del calambre", "dauer eines krampfs",
        "duração da cãibra", "durata del crampo", "duración", "durée", "dauer", "duração", "durata",
    ),
)
SEVERITY = _of_those_with_cramps(
    "cramp_severity", "Worst pain of a usual cramp", "integer", unit="points", plausible=(0, 10),
    known_as=(
        "severity", "severity 0-10", "severity 10", "cramp pain score", "intensité 0-10",
        "intensità 0-10", "intensidade 0-10", "nrs 0-10", "vas 0-10", "intensidad 0-10", "dolor 0-10", "douleur 0-10",
        "schmerzstärke 0-10", "dor 0-10", "dolore 0-10", "cramp severity", "severity of cramps", "cramp pain", "pain 0-10",
        "pain of cramp", "intensidad del calambre", "intensité de la crampe", "stärke des krampfs", "krampfstärke",
        "intensidade da cãibra", "intensità del crampo",
    ),
)
WOKEN = _of_those_with_cramps(
    "woken_by_cramps", "Woken by a cramp, past month",
    known_as=(
        "woken", "wakes", "cramps wake", "wakes up with cramps", "le despiertan", "réveillé par crampes", "wacht auf",
        "geweckt", "aufgewacht", "aufgewacht durch krämpfe", "le despierta", "despierta por calambres", "réveil par crampe",
        "acorda com cãibras", "si sveglia per crampi", "svegliato dal crampo", "svegliato dai crampi", "wakes you up",
        "cramps wake you up", "woke up from cramps", "acorda", "svegliato",
    ),
)
LINGERING = _of_those_with_cramps(
    "lingering_pain", "Pain stays after the cramp",
    known_as=("pain afterwards", "residual pain", "pain after cramp", "soreness after"),
)
DISTURB_SLEEP = _of_those_with_cramps(
    "cramps_disturb_sleep", "Cramps disturb sleep, past month",
    known_as=(
        "disturbs sleep", "sleep disturbance", "sleep disturbed", "alteran el sueño", "troublent le sommeil", "stören den schlaf",
        "perturbam o sono", "disturbano il sonno",
    ),
)
DISTRESS = _of_those_with_cramps("cramps_distressing", "Cramps are very distressing", known_as=("distress", "distressing"))
SINCE = _of_those_with_cramps(
    "cramps_since_years", "Years with cramps", "number", unit="years", accepts=quantities.YEARS, plausible=(0, 122),
    known_as=(
        "cramps since", "years with cramps", "how long cramps", "onset years ago", "calambres desde", "crampes depuis",
        "krämpfe seit", "cãibras há", "crampi da",
    ),
)
WIDESPREAD = asked(
    "cramps_in_other_muscles", "Cramps or spasms in muscles other than the legs",
    known_as=(
        "widespread cramps", "generalised cramps", "generalized cramps", "cramps in arms or trunk", "calambres en otros músculos",
        "crampes dans d'autres muscles", "krämpfe in anderen muskeln", "cãibras noutros músculos", "crampi in altri muscoli",
    ),
)
QUININE = asked("quinine_for_cramps", "Takes quinine against cramps", known_as=("quinine for cramps", "quinine against cramps"))
MAGNESIUM_SUPPLEMENT = asked(
    "magnesium_for_cramps", "Takes magnesium against cramps", known_as=("magnesium for cramps", "magnesium against cramps"),
)

OVER_TEN_MINUTES = Derived(
    "cramp_over_10_minutes", "A usual cramp lasts more than 10 minutes", Above(DURATION.name, LONGEST_CRAMP_MINUTES), HALLEGRAEFF,
    WITH_CRAMPS,
)
CALF_OR_FOOT_ONLY = Derived(
    "cramps_in_calf_or_foot", "Cramps in calf or foot", AnyOf(IsTrue("cramps_in_calf"), IsTrue("cramps_in_foot")), HALLEGRAEFF,
    WITH_CRAMPS,
)
PAST_WEEK = Derived(
    "cramps_past_week", "Leg cramps on a night of the past week", AtLeast(NIGHTS.name, 1), FORM, POPULATION,
)
ANY = OneOf(FREQUENCY.name, tuple(FREQUENCY.levels)[1:])
PAINFUL_AND_SLEEPLESS = Derived(
    "cramps_with_pain_and_lost_sleep", "Leg cramps at night with pain and lost sleep",
    AllOf(ANY, AtLeast(SEVERITY.name, 1), AnyOf(IsTrue(WOKEN.name), IsTrue(DISTURB_SLEEP.name))),
    f"{FORM}; the popular text says that cramps cause pain and sleeplessness", POPULATION,
)

VARIABLES = (
    EVER, FREQUENCY, NIGHTS, *TIMES, USUAL_TIME, *SITES, MAIN_SITE, SIDE, SPREADS, DURATION, SEVERITY, WOKEN, LINGERING,
    DISTURB_SLEEP, DISTRESS, SINCE, WIDESPREAD, QUININE, MAGNESIUM_SUPPLEMENT,
)
DERIVED = (OVER_TEN_MINUTES, CALF_OR_FOOT_ONLY, PAST_WEEK, PAINFUL_AND_SLEEPLESS)
