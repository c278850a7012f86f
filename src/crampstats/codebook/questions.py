"""What an intake file ought to ask, and what cannot be said without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from crampstats.codebook import clinic_measurements, cramp_features, red_flags, restless_legs, veins, visit
from crampstats.codebook.clinic_medicines import CLASSES
from crampstats.codebook.demographics import AGE, SEX
from crampstats.codebook.forms import Item
from crampstats.codebook.rules import Rule
from crampstats.codebook.surveys.clinic_intake import CLINIC_INTAKE


@dataclass(frozen=True)
class Group:
    """Questions that serve one purpose.

    Parameters
    ----------
    name, label
        Short name, and words for the questions.
    variables
        What they fill.
    without
        What cannot be said without them.

    Examples
    --------
    >>> GROUPS["expected"].variables
    ('age_years', 'sex', 'cramp_frequency', 'form_given_to')
    """

    name: str
    label: str
    variables: tuple[str, ...]
    without: str


_GROUPS = (
    Group(
        "safety", "questions for the patients' safety", red_flags.MUST_BE_ANSWERED,
        "nobody can be told to need no doctor, and patients stay on the list of those to be asked",
    ),
    Group(
        "visit", "questions about the visit", (visit.VISIT_DATE.name, visit.SITE.name, visit.CLINICIAN.name),
        "months, sites and clinicians cannot be compared",
    ),
    Group(
        "expected", "questions on who was asked and how often cramps come",
        (AGE.name, SEX.name, cramp_features.FREQUENCY.name, visit.GIVEN_TO.name),
        "whether cramps are commoner than expected cannot be said",
    ),
)
GROUPS: Mapping[str, Group] = MappingProxyType({one.name: one for one in _GROUPS})

# Questions of the form by what they fill, boxes among them
ITEMS: Mapping[str, Item] = MappingProxyType({name: item for item in CLINIC_INTAKE.items for name in item.variables})
SHOWN_IF: Mapping[str, Rule] = MappingProxyType({name: item.shown_if for name, item in ITEMS.items() if item.shown_if})
REQUIRED = tuple(name for name, item in ITEMS.items() if item.required)
# What a clinician examines or a laboratory measures: not every patient has it, and none of it is an answer left open
MEASURED = (
    *(one.name for one in clinic_measurements.VARIABLES), red_flags.NO_PULSE.name, red_flags.ABNORMAL_EXAM.name,
    veins.CLASS.name, restless_legs.EXPLAINED.name,
)
# "Leave empty if it varies", says the form; classes of medicines are read from the text and have no question of their own
MAY_BE_EMPTY = (cramp_features.USUAL_TIME.name, *(one.name for one in CLASSES))
