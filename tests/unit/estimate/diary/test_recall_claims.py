"""Verdicts only from diarists of a population, within the diaries' length; everything else says why not."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from crampstats.core.claims import Claim, ClaimFamily
from crampstats.core.errors import OptionError
from crampstats.core.source import Source
from crampstats.estimate.diary.recall_checks import AGREEMENT
from crampstats.estimate.diary.recall_claims import _doubt, _failed, check_recall_claim, window_nights

from .recall_diaries import make, random_panel

POPULATION = {"recruitment": "population", "population": "adults of one town"}


def about(share: float, window: str = "past month", **more) -> Claim:
    return Claim(f"claim_{share}_{window}", f"About {share} of adults.", "somebody", "adults", window,
                 more.pop("threshold", "at least once"), share, needs="a survey", youngest=(18, 20), **more)


def few_crampers(seed: int = 1, **described):
    """120 persons of whom about one in eight ever cramps."""
    random = np.random.default_rng(seed)
    risk = np.where(random.random(120) < 0.85, 0.0, 0.3)
    diaries = ["".join(str(int(random.random() < p)) for _ in range(35)) for p in risk]
    return make(*diaries, **(POPULATION | described))


def test_a_claim_far_from_what_the_diaries_show_is_contradicted():
    check = check_recall_claim(about(0.60), few_crampers())
    verdict = check.verdicts[0]
    assert verdict.word == "contradicted"
    assert "all wholly outside 55 to 65 %" in verdict.reason
    assert "past month (30 nights)" in verdict.reason
    # the first row is the share printed, at the level asked for
    assert verdict.estimates.frame["measure"].iloc[0] == "period prevalence"
    assert check.to_frame()["estimate"].iloc[0] == verdict.estimates.frame["estimate"].iloc[0]


def test_a_claim_the_diaries_show_is_supported():
    # every second person cramps on half of the nights: 50 % over a month, known within 5 points from 1,000 persons
    random = np.random.default_rng(2)
    diaries = [diary for _ in range(500) for diary in ("".join("01"[night] for night in random.integers(0, 2, 36)), "0" * 36)]
    verdict = check_recall_claim(about(0.50), make(*diaries, **POPULATION)).verdicts[0]
    assert verdict.word == "supported"
    assert "all inside 45 to 55 %" in verdict.reason


def test_a_claim_near_what_the_diaries_show_cannot_be_told():
    assert check_recall_claim(about(0.15), few_crampers()).verdicts[0].word == "cannot tell"


def test_a_one_sided_claim_is_judged_on_its_side():
    panel = few_crampers()
    words = [check_recall_claim(about(0.60, direction=way), panel).verdicts[0].word for way in ("up to", "more than")]
    assert words == ["supported", "contradicted"]


def test_beyond_the_diaries_length_nothing_is_told_but_the_models_range():
    check = check_recall_claim(ClaimFamily("f", "s", "x", (about(0.60, "past 12 months"), about(0.60, "ever"))), few_crampers())
    assert [verdict.word for verdict in check.verdicts] == ["cannot tell", "cannot tell"]
    assert all("the models' word, not the diary's" in verdict.reason for verdict in check.verdicts)
    assert len(check.bounds) == 2
    assert (check.bounds.frame["conf_high"] == 1).all()


def test_no_single_models_interval_stands_for_a_window_beyond_the_diaries():
    check = check_recall_claim(about(0.60, "past year"), few_crampers())
    # whoever prints one row per reading prints no number, and every model stands below
    row = check.to_frame().iloc[0]
    assert row[["estimate", "conf_low", "conf_high"]].isna().all()
    models = check.verdicts[0].estimates.frame.iloc[1:]
    assert len(models) >= 2
    assert models["estimate"].notna().all()


def clustered(missed_every: int = 0, persons: int = 900) -> list[str]:
    """A night keeps the state of the night before with probability 0.85, so that the U-statistic says too much."""
    random = np.random.default_rng(0)
    risk = random.beta(1.07, 6, persons)
    nights = [random.random(persons) < risk]
    for _ in range(59):
        nights.append(np.where(random.random(persons) < 0.85, nights[-1], random.random(persons) < risk))
    marks = np.where(np.array(nights).T, "1", "0")
    if missed_every:
        marks[:, missed_every - 1::missed_every] = "-"
    return ["".join(row) for row in marks]


def test_without_kaplan_meier_nothing_is_supported():
    # true share over 30 nights 47.6 %; nobody logged 30 nights in a row, and the U-statistic, pushed up by runs, says 60 %
    verdict = check_recall_claim(about(0.60), make(*clustered(missed_every=20), **POPULATION)).verdicts[0]
    printed = verdict.estimates.frame.set_index("model")["estimate"].groupby(level=0).first()
    assert 0.55 < printed["U-statistic"] < 0.65
    # whoever prints the first row prints Kaplan-Meier's, which is empty, not a share that is known to be too high
    assert np.isnan(verdict.estimates.frame["estimate"].iloc[0])
    assert verdict.word == "cannot tell"
    assert "no interval by Kaplan-Meier" in verdict.reason
    assert "90 % intervals" not in verdict.reason


def test_cramp_nights_in_runs_leave_it_open():
    verdict = check_recall_claim(about(0.60), make(*clustered(), **POPULATION)).verdicts[0]
    assert verdict.word == "cannot tell"


def test_where_cramp_nights_come_in_runs_kaplan_meier_leads_and_all_must_agree():
    verdict = check_recall_claim(about(0.90), make(*clustered(persons=400), **POPULATION)).verdicts[0]
    assert verdict.word == "contradicted"
    assert "so Kaplan-Meier leads" in verdict.reason
    frame = verdict.estimates.frame
    assert frame["model"].iloc[0] == "Kaplan-Meier"
    assert not frame["model"].str.startswith("U-statistic, short").any()


def test_short_diaries_can_change_kaplan_meier_too_where_cramp_nights_come_in_runs():
    # a third of the diaries end after 20 nights: had all of their writers cramped by the 30th, three in five would have
    whole = clustered(persons=600)
    cut = [diary[:20] if place % 3 == 0 else diary for place, diary in enumerate(whole)]
    verdict = check_recall_claim(about(0.75), make(*cut, **POPULATION)).verdicts[0]
    assert check_recall_claim(about(0.75), make(*whole, **POPULATION)).verdicts[0].word == "contradicted"
    assert verdict.word == "cannot tell"
    rows = verdict.estimates.frame.set_index("model")["estimate"]
    by_all = rows["Kaplan-Meier"].iloc[0]
    assert rows["Kaplan-Meier, short diaries at their lowest"] == pytest.approx(by_all * 2 / 3)
    assert rows["Kaplan-Meier, short diaries at their highest"] == pytest.approx(by_all * 2 / 3 + 1 / 3)


def test_methods_that_differ_without_a_reason_leave_it_open():
    curve = SimpleNamespace(checks=SimpleNamespace(frame=pd.DataFrame({"measure": [AGREEMENT], "p_value": [0.001]})))
    assert "differ for no reason found" in _doubt(_failed(curve))


def test_a_bound_is_not_taken_from_longer_diaries_of_persons_who_cramp_more():
    random = np.random.default_rng(5)
    diaries = ["".join("01"[int(random.random() < p)] for _ in range(60 if p > 0.1 else 20)) for p in random.beta(1, 8, 80)]
    check = check_recall_claim(about(0.60, "ever"), make(*diaries, **POPULATION))
    assert check.bounds is None


def test_runs_do_not_lift_the_bound_from_below():
    check = check_recall_claim(about(0.60, "ever"), make(*clustered(missed_every=20), **POPULATION))
    assert "Kaplan-Meier" in check.bounds.method
    # the true share over 60 nights, by 4,000 persons of the same kind without missed nights, is above the bound
    truth = np.mean(["1" in diary for diary in clustered(persons=4_000)])
    assert check.bounds.frame["conf_low"].iloc[0] < truth


def test_short_diaries_that_could_change_the_answer_leave_it_open():
    # 60 diaries of 35 nights without cramps, 60 of 5 nights without: over a month anything from 0 to half is possible
    panel = make(*["0" * 35] * 60, *["0" * 5] * 60, **POPULATION)
    assert check_recall_claim(about(0.40), panel).verdicts[0].word == "cannot tell"
    assert check_recall_claim(about(0.80), panel).verdicts[0].word == "contradicted"


def test_nights_that_are_missed_after_cramps_leave_it_open():
    random = np.random.default_rng(7)
    diaries = []
    for p in np.where(random.random(120) < 0.8, 0.0, 0.3):
        nights = random.random(45) < p
        gone = np.r_[False, nights[:-1]] & (random.random(45) < 0.7)
        diaries.append("".join("-" if away else "01"[int(night)] for night, away in zip(nights, gone, strict=True)))
    verdict = check_recall_claim(about(0.60), make(*diaries, **POPULATION)).verdicts[0]
    assert verdict.word == "cannot tell"
    assert "not missed at random" in verdict.reason


def test_a_made_up_diary_is_an_illustration_without_a_verdict():
    check = check_recall_claim(about(0.60), few_crampers(source=Source("made", made_up=True)))
    assert check.verdicts[0].word == "not a test"
    assert check.verdicts[0].reason.startswith("made-up diary, an illustration, no verdict")
    assert check.notes[0] == "Made-up diary: an illustration, no verdict."


@pytest.mark.parametrize(("recruitment", "word", "reason"), [
    ("cramps", "not a test", "taken in because they cramp"), ("not stated", "not testable here", "recruited is not stated"),
])
def test_diarists_who_are_no_sample_are_refused(recruitment, word, reason):
    check = check_recall_claim(about(0.60), few_crampers(recruitment=recruitment))
    assert check.verdicts[0].word == word
    assert reason in check.verdicts[0].reason
    assert check.verdicts[0].estimates is None
    assert check.bounds is None


@pytest.mark.parametrize(("claim", "reason"), [
    (about(0.60, threshold="five or more times"), "a diary's night holds a cramp or none"),
    (about(0.60, "not stated in the text"), "is no number of nights"),
    (Claim("c", "s", "x", "adults with leg cramps", "past month", "at least once", 0.5, needs="n"), "adults with leg cramps"),
    (Claim("c", "s", "x", "children", "past month", "at least once", 0.5, needs="n", youngest=(5, 6)), "speaks of children"),
    (Claim("c", "s", "x", "adults", "past month", "at least once", needs="somebody who counts"), "needs somebody who counts"),
])
def test_readings_the_nights_do_not_speak_of_are_not_testable(claim, reason):
    verdict = check_recall_claim(claim, random_panel(persons=20, **POPULATION)).verdicts[0]
    assert verdict.word == "not testable here"
    assert reason in verdict.reason


def test_a_diary_without_a_population_is_no_test_of_a_claim_on_adults():
    verdict = check_recall_claim(about(0.60), random_panel(persons=20, recruitment="population")).verdicts[0]
    assert verdict.word == "not testable here"
    assert "a population not stated" in verdict.reason


def test_a_margin_of_60_points_is_refused():
    with pytest.raises(OptionError, match="margin"):
        check_recall_claim(about(0.60), few_crampers(), margin=0.6)


def test_windows_of_the_register_have_nights():
    from crampstats.codebook.claims import SIXTY_PERCENT

    assert {window_nights(one.recall_window) for one in SIXTY_PERCENT.readings} == {30, 365, 21_915}


def test_every_reading_of_the_sixty_percent_claim_has_a_word_and_none_is_judged_beyond_the_diary():
    from crampstats.codebook.claims import SIXTY_PERCENT

    check = check_recall_claim(SIXTY_PERCENT, few_crampers())
    words = {verdict.claim.name: verdict.word for verdict in check.verdicts}
    assert words["sixty_past_month_any"] == "contradicted"
    assert {words[name] for name in ("sixty_past_year_any", "sixty_ever", "up_to_sixty_ever")} == {"cannot tell"}
    rest = ("sixty_past_month_two_or_more", "sixty_past_month_frequent", "sixty_with_pain", "sixty_of_those_with_cramps")
    assert {words[name] for name in rest} == {"not testable here"}
