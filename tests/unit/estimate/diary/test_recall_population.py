"""A diary's population is a claim's only where it is stated plainly; every narrower word is a reason."""

from __future__ import annotations

import pytest

from crampstats.codebook.claims import REGISTER, SIXTY_PERCENT
from crampstats.core.claims import Claim
from crampstats.core.source import Source
from crampstats.estimate.diary.recall_claims import check_recall_claim
from crampstats.estimate.diary.recall_population import other_population

from .recall_diaries import make, random_panel


def claim(population: str = "adults", youngest: tuple[int, int] | None = (18, 20)) -> Claim:
    return Claim("c", "About 60 %.", "somebody", population, "past month", "at least once", 0.6, needs="a survey",
                 youngest=youngest)


def diary(population: str, **more):
    return make("01", "00", population=population, recruitment="population", **more)


@pytest.mark.parametrize("population", [
    "adults", "Adults", "all adults of Testland", "adults of one town", "adults of the United States",
    "adults living in Lower Saxony", "adult population of Norway", "a random sample of adults of a village",
    "adults aged 18 and over", "adults (18+) of Testland", "adults aged 20 years or older in the city of Graz",
    "adults of a village, sampled whether or not they cramp",
])
def test_adults_of_a_place_are_adults(population):
    assert other_population(claim(), diary(population)) == ""


@pytest.mark.parametrize("population", [
    "", "adult patients of a cramp clinic", "adult women of Z", "adults of one practice", "men of Y", "made-up adults",
    "adults with cramps", "adults aged 65 and over", "adults aged 18 to 40", "adults over 65", "older adults",
    "young adults of Z",
    "pregnant adults", "adults of the Springfield Running Club", "adults of the Universitätsklinik Wien", "adults (men) of Z",
    "adults who run", "adults of Z, women only", "adults-only resort guests", "adults taking statins", "people", "adult athletes",
    "adults aged 18 and over with cramps", "volunteers among adults", "adults of a cohort", "adults with diabetes in Norway",
])
def test_whatever_may_narrow_adults_is_a_reason(population):
    assert "the claim speaks of adults, the diary of" in other_population(claim(), diary(population))


def test_a_claim_without_an_age_is_held_against_the_population_too():
    assert other_population(claim(youngest=None), diary("adult women of Z"))
    assert other_population(claim(youngest=None), diary("adults of Z")) == ""
    assert other_population(claim(youngest=None), diary("adults aged 18 and over"))


def test_a_claim_on_a_narrower_population_is_met_by_those_words_alone():
    of_women = claim("adult women")
    assert other_population(of_women, diary("adult women of Z")) == ""
    assert other_population(of_women, diary("adults of Z"))
    assert other_population(of_women, diary("pregnant adult women"))


def test_a_made_up_town_is_a_town_for_an_illustration_alone():
    words = "made-up adults of a made-up town, sampled whether or not they cramp"
    assert other_population(claim(), diary(words, source=Source("made", made_up=True))) == ""
    assert other_population(claim(), diary(words))
    assert other_population(claim(), diary("made-up patients", source=Source("made", made_up=True)))


@pytest.mark.parametrize("population", ["adult patients of a cramp clinic", "adult women of Z", "made-up adults", "men of Y"])
def test_no_claim_of_the_register_is_judged_by_part_of_the_adults(population):
    panel = random_panel(persons=20, recruitment="population", population=population)
    for family in REGISTER:
        check = check_recall_claim(family, panel)
        assert {verdict.word for verdict in check.verdicts} == {"not testable here"}
        assert check.bounds is None


def test_the_shipped_example_is_an_illustration():
    words = "made-up adults of a made-up town, sampled whether or not they cramp"
    panel = random_panel(recruitment="population", population=words, source=Source("made", made_up=True))
    verdict = check_recall_claim(SIXTY_PERCENT, panel).verdicts[0]
    assert verdict.word == "not a test"
    assert "an illustration, no verdict" in verdict.reason
    assert verdict.estimates is not None
