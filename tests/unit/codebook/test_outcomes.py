import pytest

from crampstats.codebook.outcomes import OUTCOMES


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: outcome.name)
def test_every_outcome_says_who_when_how_often_and_what_it_does_not_tell(outcome):
    assert outcome.is_comparable
    assert outcome.recall_window == "past month"
    assert "16 and over" in outcome.population
    assert "civilian noninstitutionalised" in outcome.population
    for words in ("counts times in the month", "while trying to sleep", "neither pain nor sleeplessness", "restless legs"):
        assert words in outcome.definition


def test_thresholds_are_said_in_words():
    assert [outcome.threshold for outcome in OUTCOMES] == [
        "at least once", "two or more times", "five or more times", "one to four times"
    ]
