"""Signs that a cramp, or what is taken for one, needs a doctor: the safety questions of the form and the level each sign gives.

A screening aid. The levels follow no single guideline: each sign has its source beside it, and a clinician signs the set off
before it is used. An unanswered question is unknown, never no: whoever left a patient's question open has to be asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from crampstats.codebook import clinic_conditions, veins
from crampstats.codebook.clinic import POPULATION, asked
from crampstats.codebook.clinic_measurements import CRITICAL, CRITICAL_SOURCE
from crampstats.codebook.columns import Derived
from crampstats.codebook.cramp_features import DISTURB_SLEEP, FREQUENCY, HAS_CRAMPS, SINCE, WIDESPREAD
from crampstats.codebook.rules import AllOf, AnyOf, AskedOf, AtLeast, IsTrue, OneOf, Rule
from crampstats.core.errors import DataError, unknown_name

Level = Literal["urgent", "see soon"]
Teller = Literal["patient", "clinician", "laboratory"]

NHS_CRAMPS = "NHS, Leg cramps, when to seek (immediate) medical advice, as printed by nidirect.gov.uk"
NHS_CLOT = "NHS, Deep vein thrombosis: https://www.nhs.uk/conditions/deep-vein-thrombosis-dvt/"
ISCHAEMIA = "the six Ps of acute limb ischaemia: Royal College of Emergency Medicine, RCEMLearning, Acute limb ischaemia"
CAUDA_EQUINA = "warning signs of cauda equina syndrome: cards of Greenhalgh, Finucane and Mercer as used by the NHS"
RHABDOMYOLYSIS = "signs and symptoms of rhabdomyolysis: NIOSH, https://www.cdc.gov/niosh/rhabdo/"
SECONDARY = "conditions that go with leg cramps: Allen RE, Kirby KA, Am Fam Physician 2012;86:350-355"
BEST_PRACTICE = "BMJ Best Practice, Muscle cramps: signs that suggest an organic cause"
MAYO = (
    "Mayo Clinic, Muscle cramp, when to see a doctor: "
    "https://www.mayoclinic.org/diseases-conditions/muscle-cramp/symptoms-causes/syc-20350820"
)
# No source gives a length; three months, as chronic pain is counted. A choice of this project.
PERSISTENT_YEARS = 0.25

HOT_CALF = asked("calf_hot_or_tender", "Hot, tender or swollen calf",
    known_as=(
        "hot calf", "tender calf", "swollen calf", "pantorrilla caliente", "mollet chaud", "wade heiß", "heiße wade",
        "panturrilha quente", "polpaccio caldo", "pantorrilla caliente o dolorosa", "mollet chaud ou sensible",
        "wade heiß oder empfindlich", "panturrilha quente ou dolorosa", "polpaccio caldo o dolente",
    ),
)
ONE_LEG_SWOLLEN = asked(
    "one_leg_swollen", "One leg more swollen than the other",
    known_as=(
        "unilateral swelling", "one-sided swelling", "swelling one leg", "una pierna hinchada", "une jambe gonflée",
        "ein bein geschwollen", "uma perna inchada", "una gamba gonfia",
    ),
)
BOTH_LEGS_SWOLLEN = asked(
    "both_legs_swollen", "Both legs swollen",
    # swelling of which nobody says that it is on both sides may be on one, which is urgent
    known_as=(
        "bilateral swelling", "two-sided swelling", "bilateral oedema", "bilateral edema", "ambas piernas hinchadas",
        "deux jambes gonflées", "beide beine geschwollen", "ambas as pernas inchadas", "gambe gonfie entrambe",
        "entrambe le gambe gonfie",
    ),
)
CHEST_OR_BREATH = asked(
    "chest_pain_or_breathless", "Chest pain or breathlessness now or in the past days",
    known_as=(
        "chest pain or breathlessness", "chest pain or shortness of breath", "chest pain or dyspnoea",
        "dolor de pecho o falta de aire", "douleur thoracique ou essoufflement", "brustschmerz oder atemnot",
        "dor no peito ou falta de ar", "dolore al petto o affanno",
    ),
)
COLD_LEG = asked("leg_cold_or_pale", "Cold or pale leg or foot",
    known_as=(
        "cold leg", "pale leg", "cold foot", "cold or pale leg", "pierna fría o pálida", "jambe froide ou pâle",
        "bein kalt oder blass", "perna fria ou pálida", "gamba fredda o pallida",
    ),
)
NO_PULSE = asked(
    "foot_pulse_absent", "No pulse felt at a foot", missing="not examined",
    known_as=("pulseless", "foot pulses absent", "absent pulses", "pedal pulses absent"),
)
PAIN_AT_REST = asked(
    "leg_pain_at_rest", "Pain in leg or foot at rest that is no cramp",
    known_as=(
        "rest pain", "ischaemic rest pain", "pain at rest", "dolor de pierna en reposo", "douleur de jambe au repos",
        "beinschmerz in ruhe", "ruheschmerz", "dor na perna em repouso", "dolore alla gamba a riposo",
    ),
)
SADDLE = asked(
    "saddle_numbness", "Numbness between the legs or around the back passage",
    known_as=(
        "saddle anaesthesia", "saddle anesthesia", "perineal numbness", "entumecimiento en silla de montar",
        "anestesia en silla de montar", "anesthésie en selle", "taubheit im reithosenbereich", "reithosenanästhesie",
        "dormência em sela", "anestesia em sela", "anestesia a sella",
    ),
)
BLADDER_BOWEL = asked(
    "bladder_or_bowel_change", "New trouble with bladder or bowel",
    known_as=(
        "incontinence", "bladder change", "bowel change", "bladder bowel change", "cambio de vejiga o intestino",
        "trouble urinaire ou fécal", "blase oder darm verändert", "alteração da bexiga ou intestino",
        "disturbi di vescica o intestino",
    ),
)
NOT_EASING = asked(
    "cramp_not_easing", "A cramp over 10 minutes that did not get better",
    known_as=(
        "cramp longer than 10 minutes", "prolonged cramp", "calambre de más de 10 min sin ceder",
        "crampe de plus de 10 min sans céder", "krampf über 10 min löst sich nicht", "cãibra de mais de 10 min sem ceder",
        "crampo oltre 10 min non cede", "cramp over 10 min not easing",
    ),
)
TETANUS = asked(
    "tetanus_risk", "Dirty wound, stiff jaw or spreading spasms",
    known_as=(
        "tetanus", "tetanus exposure", "possible tetanus", "tétanos posible", "tétanos possible", "tetanus möglich",
        "tétano possível", "tetano possibile",
    ),
)
TOXIN = asked("toxin_contact", "Contact with lead, mercury or another poison",
    known_as=(
        "toxin exposure", "poison contact", "toxins", "contacto con tóxicos", "contact avec un toxique", "kontakt mit gift",
        "contacto com tóxicos", "contatto con tossici",
    ),
)
DARK_URINE = asked(
    "dark_urine_muscle_pain", "Dark urine with severe muscle pain",
    known_as=(
        "dark urine", "cola urine", "rhabdomyolysis symptoms", "orina oscura y dolor muscular", "urines foncées et myalgies",
        "dunkler urin und muskelschmerz", "urina escura e dor muscular", "urine scure e dolore muscolare",
    ),
)
WEAKNESS = asked(
    "weakness_or_wasting", "Leg muscles weaker or thinner",
    known_as=(
        "weakness", "muscle wasting", "wasting", "leg weakness", "atrophy", "debilidad", "faiblesse", "schwäche", "fraqueza",
        "debolezza", "debilidad o atrofia", "faiblesse ou fonte musculaire", "schwäche oder muskelschwund",
        "fraqueza ou atrofia", "debolezza o atrofia",
    ),
)
NUMBNESS = asked(
    "numbness_or_tingling", "Numbness or tingling in legs or feet",
    known_as=(
        "numbness", "tingling", "paraesthesia", "paresthesia", "pins and needles", "hormigueo", "fourmillements", "kribbeln",
        "formigamento", "formicolio", "entumecimiento u hormigueo", "engourdissement ou fourmillements",
        "taubheit oder kribbeln", "dormência ou formigamento", "intorpidimento o formicolio",
    ),
)
SKIN = asked(
    "skin_change", "Skin of the leg changed colour, hardened or broke",
    known_as=(
        "skin changes", "leg skin changes", "skin discoloration", "discolouration", "cambios en la piel", "peau modifiée",
        "hautveränderung", "hautveränderungen", "alterações da pele", "alterazioni della pelle",
    ),
)
ABNORMAL_EXAM = asked(
    "abnormal_neurological_exam", "Abnormal neurological examination of the legs", missing="not examined",
    known_as=("neurological examination abnormal", "abnormal neuro exam", "neuro exam", "neurological exam"),
)


@dataclass(frozen=True)
class RedFlag:
    """A sign, the level it gives, and the words for it.

    Parameters
    ----------
    name
        Short name.
    level
        "urgent" or "see soon".
    reason
        The sign in words, as a reason on a list.
    rule
        When it is there; unknown where an answer is missing.
    source
        Who says so.
    told_by
        Who answers: what a patient left open has to be asked again; what was not examined or measured is no question left open.
    advice
        What to do, where more than the level is to be said.

    Examples
    --------
    >>> RED_FLAGS[0].level, RED_FLAGS[0].questions
    ('urgent', ('calf_hot_or_tender',))
    """

    name: str
    level: Level
    reason: str
    rule: Rule
    source: str
    told_by: Teller = "patient"
    advice: str = ""

    def __post_init__(self) -> None:
        if self.level not in get_args(Level):
            raise unknown_name("level of a red flag", self.level, get_args(Level))
        if self.told_by not in get_args(Teller):
            raise unknown_name("teller of a red flag", self.told_by, get_args(Teller))
        if not (self.name and self.reason and self.source):
            raise DataError(f"red flag {self.name!r} needs a name, a reason and a source.")

    @property
    def questions(self) -> tuple[str, ...]:
        """Columns it looks at."""
        return self.rule.columns

    def describe(self) -> str:
        """One line of documentation."""
        return f"{self.level}: {self.reason} ({self.rule.describe()}). Source: {self.source}."


def _yes(level: Level, variable: str, reason: str, source: str, told_by: Teller = "patient", advice: str = "") -> RedFlag:
    return RedFlag(variable, level, reason, IsTrue(variable), source, told_by, advice)


EMERGENCY = "chest pain or breathlessness now: call the emergency services"
OVER_TEN_MINUTES = f"{NHS_CRAMPS}; {BEST_PRACTICE}"
RED_FLAGS = (
    _yes("urgent", HOT_CALF.name, "hot, tender or swollen calf", NHS_CLOT),
    _yes("urgent", ONE_LEG_SWOLLEN.name, "one leg more swollen than the other", NHS_CLOT),
    _yes("urgent", CHEST_OR_BREATH.name, "chest pain or breathlessness", NHS_CLOT, advice=EMERGENCY),
    _yes("urgent", COLD_LEG.name, "cold or pale leg", ISCHAEMIA),
    _yes("urgent", NO_PULSE.name, "no pulse at a foot", ISCHAEMIA, "clinician"),
    _yes("urgent", PAIN_AT_REST.name, "leg pain at rest that is no cramp", ISCHAEMIA),
    _yes("urgent", SADDLE.name, "numbness between the legs", CAUDA_EQUINA),
    _yes("urgent", BLADDER_BOWEL.name, "new trouble with bladder or bowel", CAUDA_EQUINA),
    _yes("urgent", NOT_EASING.name, "cramp over 10 minutes that did not get better", OVER_TEN_MINUTES),
    _yes("urgent", TETANUS.name, "possible tetanus", NHS_CRAMPS),
    _yes("urgent", TOXIN.name, "contact with a poison such as lead or mercury", NHS_CRAMPS),
    _yes("urgent", DARK_URINE.name, "dark urine with severe muscle pain", RHABDOMYOLYSIS),
    *(
        RedFlag(f"critical_{name}", "urgent", f"critical {name} in blood", rule, CRITICAL_SOURCE, "laboratory")
        for name, rule in CRITICAL.items()
    ),
    _yes("see soon", WEAKNESS.name, "weaker or thinner leg muscles", NHS_CRAMPS),
    _yes("see soon", NUMBNESS.name, "numbness or tingling", NHS_CRAMPS),
    _yes("see soon", SKIN.name, "changed skin of the leg", MAYO),
    _yes("see soon", BOTH_LEGS_SWOLLEN.name, "both legs swollen", f"{NHS_CRAMPS}; {MAYO}"),
    _yes("see soon", WIDESPREAD.name, "cramps in muscles other than the legs", BEST_PRACTICE),
    RedFlag(
        "frequent_and_persistent", "see soon", "five or more cramps a month, for three months or longer",
        AllOf(OneOf(FREQUENCY.name, tuple(FREQUENCY.levels)[3:]), AtLeast(SINCE.name, PERSISTENT_YEARS)),
        f"{NHS_CRAMPS}; five a month is Grandner and Winkelman's moderate to severe, three months a choice of this project",
    ),
    RedFlag(
        "disturbs_sleep", "see soon", "cramps disturb sleep", AskedOf(IsTrue(DISTURB_SLEEP.name), HAS_CRAMPS), NHS_CRAMPS,
    ),
    _yes("see soon", clinic_conditions.DIALYSIS.name, "dialysis", SECONDARY),
    _yes("see soon", clinic_conditions.CIRRHOSIS.name, "cirrhosis of the liver", SECONDARY),
    _yes("see soon", ABNORMAL_EXAM.name, "abnormal neurological examination", BEST_PRACTICE, "clinician"),
    RedFlag(
        "skin_change_seen", "see soon", "changed skin or ulcer of the leg, seen by the clinician (CEAP C4 to C6)",
        OneOf(veins.CLASS.name, ("C4", "C5", "C6")), f"{MAYO}; {veins.CEAP}", "clinician",
    ),
    RedFlag(
        "swelling_seen", "see soon", "swelling from the veins, seen by the clinician (CEAP C3)",
        OneOf(veins.CLASS.name, ("C3",)), f"{NHS_CRAMPS}; {veins.CEAP}", "clinician",
    ),
)
# Questions whose silence is no "no"
MUST_BE_ANSWERED = tuple(dict.fromkeys(
    name for flag in RED_FLAGS if flag.told_by == "patient" for name in flag.questions
))


def _any_of(level: Level) -> Rule:
    return AnyOf(*(flag.rule for flag in RED_FLAGS if flag.level == level and flag.told_by == "patient"))


SIGNED_OFF = "rule set of this project, which a clinician signs off; each sign has its source in codebook/red_flags.py"
URGENT_SIGN = Derived("urgent_sign_told", "An urgent sign, as told by the patient", _any_of("urgent"), SIGNED_OFF, POPULATION)
SOON_SIGN = Derived(
    "see_soon_sign_told", "A sign to be seen soon, as told by the patient", _any_of("see soon"), SIGNED_OFF, POPULATION
)

VARIABLES = (
    HOT_CALF, ONE_LEG_SWOLLEN, BOTH_LEGS_SWOLLEN, CHEST_OR_BREATH, COLD_LEG, NO_PULSE, PAIN_AT_REST, SADDLE, BLADDER_BOWEL,
    NOT_EASING, TETANUS, TOXIN, DARK_URINE, WEAKNESS, NUMBNESS, SKIN, ABNORMAL_EXAM,
)
DERIVED = (URGENT_SIGN, SOON_SIGN)
