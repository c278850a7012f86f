from __future__ import annotations

import pytest

from crampstats.codebook.claims import REGISTER, SIXTY_PERCENT
from crampstats.codebook.outcomes import OUTCOMES
from crampstats.codebook.surveys.nhanes import NHANES
from crampstats.core.claims import AssociationClaim, AttributableClaim

READINGS = [reading for family in REGISTER for reading in family.readings]
NAMED = {outcome.name: outcome for outcome in OUTCOMES}


def test_every_family_and_reading_has_a_name_of_its_own():
    names = [family.name for family in REGISTER]
    assert len(set(names)) == len(names)
    assert len({reading.name for reading in READINGS}) == len(READINGS)


@pytest.mark.parametrize("words", [
    "60 percent", "at night", "feet and thighs", "keeps people awake", "electrolytes", "warm-up", "blood flow", "Nerve", "Liver",
    "Heart", "Thyroid", "Most cramps are due to", "harmless", "Infrequent", "call for a doctor",
])
def test_the_register_holds_every_checkable_statement_of_the_popular_text(words):
    assert any(words in family.statement for family in REGISTER)


@pytest.mark.parametrize("reading", [one for one in READINGS if one.is_testable], ids=lambda one: one.name)
def test_a_testable_reading_asks_with_the_words_of_its_outcome(reading):
    outcome = NAMED[reading.outcome]
    assert (reading.recall_window, reading.threshold) == (outcome.recall_window, outcome.threshold)


@pytest.mark.parametrize("reading", [one for one in READINGS if not one.is_testable], ids=lambda one: one.name)
def test_a_reading_that_cannot_be_tested_says_what_it_needs(reading):
    assert reading.needs


def test_bounds_name_known_outcomes():
    bounds = {name for one in READINGS for name in (one.bounded_below_by, one.bounded_above_by) if name}
    assert bounds <= set(NAMED)


def test_the_sixty_percent_claim_is_read_in_each_declared_way():
    windows = {reading.recall_window for reading in SIXTY_PERCENT.readings}
    assert windows == {"past month", "past 12 months", "ever"}
    assert {reading.value for reading in SIXTY_PERCENT.readings} == {0.60}
    assert [one.name for one in SIXTY_PERCENT.readings if one.direction == "up to"] == ["up_to_sixty_ever"]


ASSOCIATED = [one for one in READINGS if isinstance(one, AssociationClaim | AttributableClaim)]


@pytest.mark.parametrize("reading", ASSOCIATED, ids=lambda one: one.name)
def test_what_a_claim_on_associations_names_is_declared_in_the_survey(reading):
    labels = NHANES.labels()
    if isinstance(reading, AttributableClaim):
        assert {*reading.exposures, *reading.adjust, reading.outcome} <= set(labels)
        return
    assert {reading.exposure, *reading.adjust, *reading.also, reading.outcome} <= set(labels)
    assert {level for level in reading.levels if level} <= set(labels[reading.exposure].levels)


@pytest.mark.parametrize("reading", ASSOCIATED, ids=lambda one: one.name)
def test_what_the_cycles_ask_in_other_words_is_never_pooled(reading):
    names = reading.exposures if isinstance(reading, AttributableClaim) else (reading.exposure,)
    assert bool(NHANES.apart(names)) == getattr(reading, "by_wave", False)


def test_low_electrolytes_are_asked_for_in_the_direction_of_the_claim():
    (family,) = [family for family in REGISTER if family.name == "low_electrolytes"]
    readings = [one for one in family.readings if isinstance(one, AssociationClaim)]
    assert all(one.deviations < 0 or one.levels[0] == "low" for one in readings)
    assert [one.name for one in readings if one.also] == [
        "low_sodium", "lower_sodium", "low_potassium", "lower_potassium", "low_calcium", "lower_calcium",
    ]


def test_every_association_has_one_primary_outcome():
    assert {one.outcome for one in ASSOCIATED} == {"any_cramps"}
