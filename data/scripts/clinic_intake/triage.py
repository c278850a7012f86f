"""Who needs to be seen: the table of METHODS section 6, read by itself, on what a form really says.

What the table leaves open, and how it is read here:

- "frequent and persistent" is five or more cramps a month ("often", "almost always") for three months or longer.
- "no cramps" is none ever and none in the past month; who has had cramps, ever, is no "none". A night with a cramp in the past
  week tells of cramps, whatever else is said. Who came because of cramps tells of them too, but not against a no to all else:
  then nobody knows.
- skin change and swelling count whoever saw them: class C4, C5 or C6 of the veins is changed skin, C3 is swelling.
- "disturbing sleep" is the question of that name, of those with cramps; being woken is another question. It is open for whoever
  tells of cramps and was not shown it.
- a known sign counts although another question is open: the level is then urgent or see soon, and the open question is listed.
- what would decide nothing is no open question: who has a cramp a month need not tell since when.
- what the clinician did not examine, and blood that was not drawn, is no unanswered question. A result that could be critical,
  or a finding of the examination, which is written and cannot be used, is one: nobody knows what it says.
- an answer nobody can have, or that cannot be read, is an unanswered question.
"""

from __future__ import annotations

from typing import Any

from clinic_intake.people import FREQUENCIES, Missing, Patient
from clinic_intake.spoiling import UNUSABLE

URGENT = (
    "calf_hot_or_tender", "one_leg_swollen", "chest_pain_or_breathless", "leg_cold_or_pale", "leg_pain_at_rest",
    "saddle_numbness", "bladder_or_bowel_change", "cramp_not_easing", "tetanus_risk", "toxin_contact", "dark_urine_muscle_pain",
)
SOON = (
    "weakness_or_wasting", "numbness_or_tingling", "skin_change", "both_legs_swollen", "cramps_in_other_muscles", "dialysis",
    "cirrhosis",
)
EXAMINED = ("foot_pulse_absent", "abnormal_neurological_exam", "ceap_class")
SEEN_AT_THE_VEINS = ("C3", "C4", "C5", "C6")
CRITICAL = ("serum_sodium_mmol_l", "serum_potassium_mmol_l", "serum_calcium_mmol_l")
PERSISTENT_YEARS = 0.25


def level_of(person: Patient, asked: frozenset[str]) -> str:
    """urgent, see soon, ask, routine or none; `asked` are the variables the form has at all."""
    def answer(name: str) -> bool | None:
        """Yes, no, or open."""
        value = person.get(name)
        return value if isinstance(value, bool) and name in asked else None

    def number(name: str) -> float | None:
        value = person.get(name)
        return None if value is None or isinstance(value, Missing) or name not in asked else float(value)

    cramps = _has_cramps(person, asked)
    veins = "ceap_class" in asked and person.get("ceap_class") in SEEN_AT_THE_VEINS
    if any(answer(name) for name in (*URGENT, "foot_pulse_absent")) or _critical(number):
        return "urgent"
    told = [_frequent_and_persistent(person, cramps, number), _disturbs_sleep(cramps, answer)]
    if any(answer(name) for name in (*SOON, "abnormal_neurological_exam")) or veins or True in told:
        return "see soon"
    unread = any(person.get(name) is UNUSABLE for name in (*EXAMINED, *CRITICAL) if name in asked)
    if cramps is None or unread or None in told or any(answer(name) is None for name in (*URGENT, *SOON) if name in asked):
        return "ask"
    return "routine" if cramps else "none"


def _has_cramps(person: Patient, asked: frozenset[str]) -> bool | None:
    ever, frequency = person.get("cramps_ever"), person.get("cramp_frequency")
    nights = person.get("cramp_nights_past_week")
    if ever is True or frequency in FREQUENCIES[1:] or (isinstance(nights, int) and nights > 0):
        return True
    denied = ever is False and frequency == "never"
    if "complains_of_cramps" in asked and person.get("complains_of_cramps") is True:
        return None if denied else True
    return False if denied else None


def _critical(number: Any) -> bool:
    sodium, potassium, calcium = (number(f"serum_{name}_mmol_l") for name in ("sodium", "potassium", "calcium"))
    return any((
        sodium is not None and (sodium < 120 or sodium > 160), potassium is not None and (potassium <= 2.7 or potassium >= 6.0),
        # 7 and 12 mg/dL
        calcium is not None and (calcium < 1.75 or calcium > 3.0),
    ))


def _frequent_and_persistent(person: Patient, cramps: bool | None, number: Any) -> bool | None:
    frequency, since = person.get("cramp_frequency"), number("cramps_since_years")
    often = frequency in FREQUENCIES[3:] if isinstance(frequency, str) else None
    # who has no cramps was not asked since when
    long = since >= PERSISTENT_YEARS if since is not None else None if cramps is not False else False
    if often is False or long is False:
        return False
    return None if often is None or long is None else True


def _disturbs_sleep(cramps: bool | None, answer: Any) -> bool | None:
    disturbed = answer("cramps_disturb_sleep")
    if cramps is False or disturbed is False:
        return False
    return None if cramps is None or disturbed is None else True
