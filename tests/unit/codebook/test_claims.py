from __future__ import annotations

import pytest

from crampstats.codebook.claims import REGISTER, SIXTY_PERCENT
from crampstats.codebook.outcomes import OUTCOMES

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
