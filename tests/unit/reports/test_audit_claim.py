"""A claim about adults beside patients: their shares stand there, and no verdict does."""

from __future__ import annotations

import pandas as pd
import pytest

from crampstats.audit.disclosure.profiles import PROFILES
from crampstats.audit.disclosure.release import release_tables
from crampstats.audit.disclosure.tables import CountTable
from crampstats.codebook.claims import SIXTY_PERCENT
from crampstats.core.estimates import Estimates
from crampstats.core.outcomes import Outcome
from crampstats.reports.audit_claim import is_of_adults, show_beside

WHO = "patients of a clinic"
OUTCOMES = (
    Outcome("any_cramps", "Leg cramps at night", WHO, "past month", "at least once"),
    Outcome("cramps_two_or_more", "Twice or more", WHO, "past month", "two or more times"),
    Outcome("frequent_cramps", "Often", WHO, "past month", "five or more times"),
    Outcome("cramps_ever", "Ever", WHO, "ever", "at least once"),
)


def shares(yes: int, no: int, name: str) -> Estimates:
    table = CountTable(name, pd.DataFrame({name: ["yes", "no"], "n": [yes, no]}), split=name)
    return release_tables([table], PROFILES["cms"]).table(name).shares({name: "yes"}, {name: ("yes", "no")})


@pytest.fixture(scope="module")
def check():
    """200 of 500 once, 100 of 500 twice, 3 of 500 often: the last is hidden by CMS."""
    counts = zip(OUTCOMES, (200, 100, 3, 300), strict=True)
    found = {one.name: shares(n, 500 - n, one.name) for one, n in counts}
    return show_beside(SIXTY_PERCENT, found, OUTCOMES, asks_time_of_day=True)


def test_no_reading_gets_a_verdict(check):
    assert {one.word for one in check.verdicts} == {"not a test"}
    assert check.bounds is None
    assert check.closest is None


def test_each_reading_the_file_asks_for_has_its_share(check):
    told = {one.claim.name: one.estimates.frame["estimate"].iloc[0] for one in check.verdicts if one.estimates is not None}
    assert told == {"sixty_past_month_any": pytest.approx(0.4), "sixty_past_month_two_or_more": pytest.approx(0.2)}


def test_a_reading_whose_number_is_hidden_says_so(check):
    frequent = next(one for one in check.verdicts if one.claim.name == "sixty_past_month_frequent")
    assert "too small to be shown" in frequent.reason


def test_a_share_of_cramps_by_day_or_by_night_is_not_put_beside_a_claim_on_the_night(check):
    ever = next(one for one in check.verdicts if one.claim.name == "sixty_ever")
    assert "by day or by night" in ever.reason


def test_a_question_the_form_asks_is_not_said_to_be_needed(check):
    by_day = check.verdicts[-1]
    assert "needs a question" not in by_day.reason
    assert "the form asks when cramps come" in check.to_frame()["needs"].iloc[-1]


@pytest.mark.parametrize(("words", "told"), [
    ("adults of the town of X", True), ("residents aged 18 and over", True), ("adult outpatients", False),
    ("made-up patients of a made-up clinic", False), ("", False), ("adults seen at the clinic", False),
])
def test_a_population_of_adults_is_told_from_patients(words, told):
    assert is_of_adults(words) is told
