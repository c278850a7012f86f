"""Outcomes among patients: the survey's thresholds on the survey's question, and what only the form asks.

Patients who fill in a form are no population, and every definition says so.
"""

from __future__ import annotations

from dataclasses import replace

from crampstats.codebook import cramp_features, outcomes
from crampstats.codebook.clinic import POPULATION, derived_at_the_clinic
from crampstats.core.outcomes import Outcome

PATIENTS = "Patients who filled in a form are not the population."


def _of_patients(outcome: Outcome) -> Outcome:
    """The survey's outcome, asked on the form in the survey's words."""
    return replace(
        outcome, population=POPULATION, definition=f"{outcome.definition} {PATIENTS}",
        source=f"{outcome.source}; asked on the intake form in the same words",
    )


def _of_the_form(name: str, label: str, window: str, threshold: str, definition: str) -> Outcome:
    return Outcome(name, label, POPULATION, window, threshold, f"{definition} {PATIENTS}", cramp_features.FORM)


EVER = _of_the_form(
    cramp_features.EVER.name, cramp_features.EVER.label, "ever", "at least once",
    "yes to “Have you ever had a leg cramp?”, by day or by night.",
)
PAST_WEEK = _of_the_form(
    cramp_features.PAST_WEEK.name, cramp_features.PAST_WEEK.label, "past week", "on one night or more",
    "one or more nights in answer to “On how many of the last 7 nights did you have a leg cramp?”.",
)
PAINFUL_AND_SLEEPLESS = _of_the_form(
    cramp_features.PAINFUL_AND_SLEEPLESS.name, cramp_features.PAINFUL_AND_SLEEPLESS.label, outcomes.RECALL_WINDOW,
    "at least once, with pain and lost sleep",
    "leg cramps while trying to sleep in the past month, pain of 1 or more of 10, and woken by a cramp or sleep disturbed.",
)

DERIVED = tuple(derived_at_the_clinic(item) for item in outcomes.DERIVED)
OUTCOMES = (*(_of_patients(item) for item in outcomes.OUTCOMES), PAST_WEEK, EVER, PAINFUL_AND_SLEEPLESS)
