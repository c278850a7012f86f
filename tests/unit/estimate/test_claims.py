from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import stats

from crampstats.core.claims import Claim, ClaimFamily
from crampstats.core.design import SurveyDesign
from crampstats.core.errors import OptionError
from crampstats.core.outcomes import Outcome
from crampstats.estimate.claims import check_claim, judge_interval
from crampstats.estimate.intervals import Shares, proportion_interval
from crampstats.estimate.prevalence import estimate_prevalence

CRAMPS = Outcome("cramps", "Cramps", "adults", "past month", "at least once")
HALF = Claim("half", "Half have it.", "a page", "adults", "past month", "at least once", 0.5, outcome="cramps")


def sample(cases, n, **columns):
    return pd.DataFrame({"cramps": [1] * cases + [0] * (n - cases), **columns})


def design(table, *outcomes):
    return SurveyDesign(table, outcomes=outcomes or (CRAMPS,), population="adults")


def verdict(claim, cases, n, **options):
    (found,) = check_claim(claim, design(sample(cases, n)), **options).verdicts
    return found


@pytest.mark.parametrize(("direction", "low", "high", "word"), [
    ("about", 0.45, 0.55, "supported"), ("about", 0.45, 0.5501, "cannot tell"), ("about", 0.5501, 0.60, "contradicted"),
    ("about", 0.55, 0.60, "cannot tell"), ("about", 0.30, 0.4499, "contradicted"), ("about", 0.30, 0.45, "cannot tell"),
    ("about", 0.40, 0.60, "cannot tell"),
    ("up to", 0.10, 0.50, "supported"), ("up to", 0.50, 0.60, "cannot tell"), ("up to", 0.5001, 0.60, "contradicted"),
    ("more than", 0.50, 0.90, "supported"), ("more than", 0.40, 0.50, "cannot tell"), ("more than", 0.40, 0.4999, "contradicted"),
    ("about", float("nan"), float("nan"), "cannot tell"),
])
def test_the_verdict_rule_at_its_edges(direction, low, high, word):
    assert judge_interval(replace(HALF, direction=direction, value=0.5), low, high, margin=0.05) == word


def test_a_large_sample_supports_or_contradicts_and_a_small_one_cannot_tell():
    assert verdict(HALF, 5000, 10_000).word == "supported"
    assert verdict(HALF, 3000, 10_000).word == "contradicted"
    assert verdict(HALF, 10, 20).word == "cannot tell"
    assert "adults, past month, at least once: 30 % (n = 10,000); the 90 % interval" in verdict(HALF, 3000, 10_000).reason
    assert verdict(HALF, 3000, 10_000).reason.endswith("lies wholly outside 45 to 55 %")


@pytest.mark.parametrize("direction", ["about", "up to", "more than"])
@pytest.mark.parametrize("cases", [0, 150, 170, 180, 190, 200, 210, 220, 230, 400])
def test_the_test_of_the_rule_rejects_at_5_percent_exactly_where_the_verdict_is_supported(direction, cases):
    found = verdict(replace(HALF, direction=direction), cases, 400, margin=0.1)
    p_value = found.estimates.frame["p_value"].iloc[3]
    assert (p_value <= 0.05) == (found.word == "supported")


def test_the_rows_behind_a_verdict_by_hand():
    """30 of 100, simple sample: SE = sqrt(.21/99), df 99, n* = n_eff = 99."""
    frame = verdict(HALF, 30, 100).estimates.frame
    std_error = np.sqrt(0.21 / 99)
    assert frame["measure"].tolist() == [
        "prevalence", "prevalence, 90 % interval", "difference from claim", "equivalence to claim",
        "posterior probability of reaching the claim",
    ]
    assert frame["estimate"].tolist()[:4] == pytest.approx([0.3, 0.3, -0.2, 0.05])
    assert frame["p_value"].iloc[2] == pytest.approx(2 * stats.t.sf(0.2 / std_error, 99), rel=1e-9)
    # Jeffreys: Beta(.5 + 29.7, .5 + 69.3)
    assert frame["estimate"].iloc[4] == pytest.approx(stats.beta.sf(0.5, 30.2, 69.8), rel=1e-9)
    # the larger of: p <= 45 % (nearly 1) and p >= 55 %
    assert frame["p_value"].iloc[3] == pytest.approx(stats.beta.cdf(0.45, 29.7, 99 - 29.7 + 1), rel=1e-9)


def test_the_level_printed_changes_neither_verdict_nor_tests_nor_posterior():
    one, other = (verdict(HALF, 180, 400, level=level) for level in (0.5, 0.99))
    assert one.word == other.word
    columns = ["estimate", "p_value"]
    pd.testing.assert_frame_equal(one.estimates.frame.loc[2:, columns], other.estimates.frame.loc[2:, columns])


@pytest.mark.parametrize(("cases", "word"), [(0, "contradicted"), (1000, "contradicted")])
def test_none_and_all_are_judged_too(cases, word):
    found = verdict(HALF, cases, 1000)
    assert found.word == word
    assert found.estimates.frame["estimate"].iloc[4] in (pytest.approx(0.0, abs=1e-9), pytest.approx(1.0, abs=1e-9))


def test_without_degrees_of_freedom_nothing_is_told():
    table = sample(30, 100).assign(psu=1)
    lonely = SurveyDesign(table, psu="psu", lonely="remove", outcomes=[CRAMPS], population="adults")
    (found,) = check_claim(HALF, lonely).verdicts
    assert found.word == "cannot tell"
    assert "no interval" in found.reason
    assert "nan" not in found.reason
    assert found.estimates.frame["p_value"].isna().all()
    assert np.isnan(found.estimates.frame["estimate"].iloc[4])


@pytest.mark.parametrize(("changes", "reason"), [
    ({"recall_window": "ever"}, "the data hold past month, at least once"),
    ({"threshold": "five or more times"}, "the claim speaks of past month, five or more times"),
    ({"outcome": "", "value": None, "needs": "a diary"}, "needs a diary"),
    ({"domain": "pregnant"}, "needs the column 'pregnant'"),
])
def test_another_window_threshold_or_population_is_not_testable_here(changes, reason):
    found = verdict(replace(HALF, **changes), 30, 100)
    assert found.word == "not testable here"
    assert reason in found.reason
    assert found.estimates is None


def test_an_outcome_of_the_claimed_name_but_another_threshold_is_not_taken_for_it():
    often = replace(CRAMPS, threshold="five or more times")
    (found,) = check_claim(HALF, design(sample(50, 100), often)).verdicts
    assert found.word == "not testable here"


def test_an_outcome_of_another_name_with_the_same_window_and_threshold_is():
    renamed = sample(300, 1000).rename(columns={"cramps": "q12"})
    (found,) = check_claim(HALF, design(renamed, replace(CRAMPS, name="q12"))).verdicts
    assert (found.word, found.estimates.frame["outcome"].iloc[0]) == ("contradicted", "q12")


@pytest.mark.parametrize("gap", ["population", "recall_window", "threshold"])
def test_an_outcome_that_does_not_say_what_it_measures_is_judged_on_nothing(gap):
    asked = replace(CRAMPS, **{gap: ""})
    (found,) = check_claim(HALF, design(sample(50, 100), asked)).verdicts
    assert found.word == "not testable here"


def test_a_domain_narrows_the_population_and_stands_in_the_reason():
    table = sample(60, 100, old=[True] * 50 + [False] * 50)
    (found,) = check_claim(replace(HALF, domain="old", direction="more than"), design(table)).verdicts
    assert found.estimates.frame["n"].iloc[0] == 50
    assert found.word == "supported"
    assert found.reason.startswith("adults, those with old, past month")


def test_a_domain_nobody_is_in_is_not_testable_and_stops_no_other_reading():
    family = ClaimFamily("f", "s", "a page", (replace(HALF, name="nobody", domain="old"), HALF))
    words = [one.word for one in check_claim(family, design(sample(30, 100, old=False))).verdicts]
    assert words == ["not testable here", "contradicted"]


FAMILY = ClaimFamily("f", "Half have it.", "a page", (
    HALF, replace(HALF, name="ever", recall_window="ever", outcome="", needs="a survey", bounded_below_by="cramps"),
    replace(HALF, name="painful", threshold="with pain", outcome="", needs="a question", bounded_above_by="cramps"),
))


def test_bounds_are_the_one_sided_limits_of_what_can_only_be_rarer_or_more_frequent():
    bounds = check_claim(FAMILY, design(sample(30, 100))).bounds
    plain = estimate_prevalence(design(sample(30, 100)), CRAMPS).frame.iloc[0]
    assert bounds.frame[["measure", "exposure", "conf_low", "conf_high"]].values.tolist() == [
        ["bound from below", "ever", plain["conf_low"], 1.0], ["bound from above", "painful", 0.0, plain["conf_high"]],
    ]
    assert bounds.confidence_level == 0.975


def test_an_outcome_of_another_window_bounds_nothing():
    """A column named cramps that asks "ever" is no lower bound of a shorter window."""
    assert check_claim(FAMILY, design(sample(30, 100), replace(CRAMPS, recall_window="ever"))).bounds is None


def test_the_search_covers_every_subgroup_with_simultaneous_intervals_nearest_first():
    """One threshold: all, 2 ages, 2 sexes, 4 both: 9 intervals, each at 1 - .05/9."""
    table = pd.DataFrame({
        "cramps": [1, 0, 0, 1] * 50, "sex": ["f", "m"] * 100, "age_group": (["20-39"] * 2 + ["60+"] * 2) * 50,
    })
    closest = check_claim(replace(HALF, value=0.9), design(table)).closest
    assert len(closest) == 9
    distance = (closest.frame["estimate"] - 0.9).abs()
    assert distance.is_monotonic_increasing
    assert closest.frame["caution"].str.startswith("post hoc").all()
    whole = closest.frame[(closest.frame["sex"] == "") & (closest.frame["age_group"] == "")].iloc[0]
    plain = estimate_prevalence(design(table), CRAMPS).frame.iloc[0]
    shares = Shares(*(np.array([float(plain[name])]) for name in ("estimate", "std_error", "df", "n")))
    low, _ = proportion_interval(shares, "korn_graubard", 1 - 0.05 / 9)
    assert whole["conf_low"] == pytest.approx(float(low[0]), rel=1e-9)
    assert "99.44 %" in closest.method


def test_subgroups_nobody_is_known_to_be_in_are_left_out_of_the_search():
    closest = check_claim(HALF, design(sample(50, 100, sex=None))).closest
    assert len(closest) == 1


def test_an_unweighted_sample_is_said_to_speak_for_its_own_members():
    assert any("speaks for its own members" in note for note in check_claim(HALF, design(sample(50, 100))).notes)
    weighted = SurveyDesign(sample(50, 100, w=2.0), weights="w", outcomes=[CRAMPS], population="adults")
    assert not any("own members" in note for note in check_claim(HALF, weighted).notes)


def test_other_tables_are_judged_the_same():
    table = sample(300, 1000, sex=["f", "m"] * 500)
    one = check_claim(FAMILY, design(table)).to_frame().drop(columns="needs")
    other = check_claim(FAMILY, design(pl.from_pandas(table))).to_frame().drop(columns="needs")
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize("margin", [0, 0.5, 5, -0.1])
def test_a_margin_in_points_is_refused_with_what_is_meant(margin):
    with pytest.raises(OptionError, match=r"0\.05 is 5 points"):
        check_claim(HALF, design(sample(50, 100)), margin=margin)


@pytest.mark.parametrize(("population", "youngest", "judged"), [
    ("adults aged 20+", 20, True), ("adults aged 18+", 18, True), ("adults aged 60+", 60, False), ("persons aged 16+", 16, False),
    ("adult patients of a practice", None, True), ("children aged 8 to 12", None, False), ("persons in a file", None, False),
])
def test_a_claim_on_adults_is_held_against_adults_alone(population, youngest, judged):
    people = SurveyDesign(sample(60, 200), outcomes=(CRAMPS,), population=population, youngest=youngest)
    (found,) = check_claim(replace(HALF, youngest=(18, 20)), people).verdicts
    assert (found.word != "not testable here") == judged
    if not judged:
        assert found.reason == f"the claim speaks of adults, the data of {population}"


def test_an_unreliable_subgroup_is_no_candidate_for_the_nearest():
    """Five persons, half of them cases but one, would head the list if they were shown."""
    table = sample(60, 200, sex=["f"] * 200)
    few = pd.DataFrame({"cramps": [1, 1, 0, 0, 1], "sex": ["m"] * 5})
    found = check_claim(HALF, design(pd.concat([table, few], ignore_index=True)), subgroups=("sex",)).closest
    assert found.frame["sex"].tolist() == ["", "f"]
    assert "1 unreliable estimates are left out" in found.method
