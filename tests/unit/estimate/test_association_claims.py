"""Claims that something goes with cramps: the rule, what enters it, and what is not testable."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import pytest
from scipy import stats

from crampstats.core.claims import AssociationClaim, AttributableClaim, Claim, ClaimFamily
from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError
from crampstats.core.outcomes import Outcome
from crampstats.estimate.association_claims import check_associations, judge_association
from crampstats.estimate.claims import check_claim

CRAMPS = Outcome("any_cramps", "Leg cramps", "adults", "past month", "at least once")


def reading(name: str, exposure: str, **more: object) -> AssociationClaim:
    return AssociationClaim(
        name, f"{name} goes with cramps.", "text", "adults", "past month", "at least once", outcome="any_cramps",
        exposure=exposure, **more,
    )


def family(*readings: Claim) -> ClaimFamily:
    return ClaimFamily("made_up", "Something goes with cramps.", "text", readings)


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    """Two waves alike. Of 200 with the strong exposure 120 have cramps, of 200 without 60; the null exposure is balanced."""
    rows = [
        {"any_cramps": int(place < cases), "strong": strong, "null": place % 2, "wave": wave, "age": 30 + place % 41,
         "class": ["low", "normal", "high"][(place + strong) % 3]}
        for wave in ("first", "second") for strong, cases in ((1, 120), (0, 60)) for place in range(200)
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def design(people: pd.DataFrame) -> SurveyDesign:
    return SurveyDesign(people, outcomes=[CRAMPS], population="adults of two waves")


@pytest.mark.parametrize(("odds_ratio", "q_value", "upper", "waves", "word"), [
    (1.4, 0.05, 1.6, [1.2, 1.6], "supported"),
    (1.4, 0.051, 1.6, [1.2, 1.6], "cannot tell"),
    (1.4, 0.001, 1.6, [1.9, 0.99], "cannot tell"),
    (1.4, 0.001, 1.6, [1.4], "cannot tell"),
    (1.1, 0.01, 1.2, [1.1, 1.1], "supported"),
    (0.7, 0.01, 0.9, [0.7, 0.8], "contradicted"),
    (0.7, 0.051, 0.9, [0.7, 0.8], "cannot tell"),
    (0.7, 0.01, 1.0, [0.7, 0.8], "cannot tell"),
    (0.8, 0.04, 0.95, [0.6, 1.2], "cannot tell"),
    (1.0, 0.90, 1.01, [1.1, 0.9], "cannot tell"),
    (1.15, 0.06, 1.24, [1.1, 1.2], "cannot tell"),
    (1.09, 0.10, 1.17, [1.1, 1.08], "cannot tell"),
    (1.09, 0.04, 1.17, [1.2, 0.98], "cannot tell"),
    (0.7, 0.01, 0.9, [0.7], "cannot tell"),
    (1.0, float("nan"), float("nan"), [1.0, 1.0], "cannot tell"),
])
def test_the_rule(odds_ratio: float, q_value: float, upper: float, waves: list[float], word: str) -> None:
    assert judge_association(odds_ratio, q_value, upper, waves) == word


def test_nothing_above_one_is_ever_contradicted() -> None:
    words = {
        judge_association(1.09, q, 1.17, waves) for q in (0.001, 0.05, 0.06, 0.9) for waves in ([1.1, 1.08], [1.2, 0.9], [1.09])
    }
    assert words == {"supported", "cannot tell"}


def test_what_is_not_supported_says_what_it_could_have_shown_and_what_it_excludes(design: SurveyDesign) -> None:
    verdict = check_associations(family(reading("null", "null")), design, wave="wave").verdicts[0]
    row = verdict.estimates.frame.iloc[0]
    upper = math.exp(math.log(row["estimate"]) + stats.t.ppf(0.95, row["df"]) * row["std_error"])
    assert verdict.word == "cannot tell"
    assert f"odds ratios above {upper:.2f} are outside the 90 % interval" in verdict.reason
    assert f"smallest detectable odds ratio {row['smallest_detectable']:.2f}" in verdict.reason
    assert "the 95 % interval excludes 1 in 0 of 2 waves" in verdict.reason


def test_the_other_way_in_every_wave_is_contradicted(design: SurveyDesign) -> None:
    table = design.table.assign(weak=1 - design.table["strong"])
    other = SurveyDesign(table, outcomes=[CRAMPS], population="adults")
    verdict = check_associations(family(reading("weak", "weak")), other, wave="wave").verdicts[0]
    assert verdict.word == "contradicted"
    assert "it goes the other way" in verdict.reason


def test_a_penalised_fit_settles_nothing_and_says_so(people: pd.DataFrame) -> None:
    """Everybody exposed has cramps, forty in each wave: far apart, but the likelihood has no maximum."""
    exposed = (people["any_cramps"] == 1) & (people.groupby(["wave", "any_cramps"]).cumcount() < 40)
    design = SurveyDesign(people.assign(rare=exposed.astype(int)), outcomes=[CRAMPS], population="adults")
    verdict = check_associations(family(reading("rare", "rare")), design, wave="wave").verdicts[0]
    assert verdict.estimates.frame["p_false_discovery_rate"].iloc[0] < 0.05
    assert verdict.word == "cannot tell"
    assert "penalised fit, the data are separated" in verdict.reason
    assert "0 of 80 persons with yes are without the outcome" in verdict.reason


def test_few_persons_with_the_exposure_are_named(people: pd.DataFrame) -> None:
    rare = (people.groupby(["wave", "any_cramps"]).cumcount() < 5).astype(int)  # 5 with and 5 without cramps in each of two waves
    design = SurveyDesign(people.assign(rare=rare), outcomes=[CRAMPS], population="adults")
    verdict = check_associations(family(reading("rare", "rare")), design, wave="wave").verdicts[0]
    assert "20 persons with yes (< 30)" in verdict.estimates.frame["caution"].iloc[0]
    assert "20 persons with yes (< 30)" in verdict.reason


def test_what_the_waves_ask_in_other_words_is_judged_wave_by_wave(people: pd.DataFrame) -> None:
    """The second wave: 40 of the 120 exposed with cramps say no. By hand (80/80) / (100/140) = 1.4, less sure than 3.5."""
    told = people["strong"].where((people["wave"] == "first") | (people.index % 200 >= 40) | (people["strong"] == 0), 0)
    design = SurveyDesign(people.assign(told=told), outcomes=[CRAMPS], population="adults")
    verdict = check_associations(family(reading("told", "told", by_wave=True)), design, wave="wave").verdicts[0]
    rows = verdict.estimates.frame
    assert rows["model"].to_list() == ["second", "first"]  # no pooled row, the larger p-value first
    assert rows["estimate"].to_list() == pytest.approx([1.4, 3.5])
    assert rows["p_value"].iloc[0] > 0.05 > rows["p_value"].iloc[1]
    assert rows["p_false_discovery_rate"].iloc[0] == rows["p_value"].iloc[0]
    assert verdict.word == "cannot tell"
    assert "not pooled" in verdict.reason
    both = check_associations(family(reading("strong", "strong", by_wave=True)), design, wave="wave").verdicts[0]
    assert both.word == "supported"


def test_one_wave_of_what_is_asked_in_other_words_settles_nothing(people: pd.DataFrame) -> None:
    design = SurveyDesign(people[people["wave"] == "first"], outcomes=[CRAMPS], population="adults")
    verdict = check_associations(family(reading("strong", "strong", by_wave=True)), design, wave="wave").verdicts[0]
    assert verdict.word == "cannot tell"
    assert "no second one repeats" in verdict.reason


def test_the_odds_ratio_is_that_of_the_fourfold_table_in_all_and_in_each_wave(design: SurveyDesign) -> None:
    verdict = check_associations(family(reading("strong", "strong")), design, wave="wave").verdicts[0]
    rows = verdict.estimates.frame.set_index("model")
    # by hand: (120/80) / (60/140), the same in both waves
    assert rows.loc[["adjusted", "crude", "first", "second"], "estimate"].tolist() == pytest.approx([3.5] * 4)
    assert verdict.word == "supported"
    assert "associated" in verdict.reason
    assert "cause" not in verdict.reason


def test_the_false_discovery_rate_counts_the_readings_tested(design: SurveyDesign) -> None:
    check = check_associations(
        family(reading("strong", "strong"), reading("null", "null"), reading("absent", "absent", needs="something else")),
        design, wave="wave",
    )
    p_values = [verdict.estimates.frame["p_value"].iloc[0] for verdict in check.verdicts[:2]]
    adjusted = [verdict.estimates.frame["p_false_discovery_rate"].iloc[0] for verdict in check.verdicts[:2]]
    # Benjamini-Hochberg of two: twice the smaller, the larger as it is
    assert adjusted == pytest.approx([2 * min(p_values), max(p_values)])
    assert check.verdicts[2].word == "not testable here"
    assert check.verdicts[2].reason == "needs something else; the data lack absent"


def test_levels_and_deviations_are_contrasts_of_the_same_fit(design: SurveyDesign) -> None:
    lower, low = check_associations(
        family(reading("lower", "age", deviations=-2.0), reading("low", "class", levels=("low", "normal"))), design, wave="wave"
    ).verdicts
    table = pd.crosstab(design.table["class"], design.table["any_cramps"])
    by_hand = (table.loc["low", 1] / table.loc["low", 0]) / (table.loc["normal", 1] / table.loc["normal", 0])
    assert low.estimates.frame["estimate"].iloc[0] == pytest.approx(by_hand)
    higher = check_associations(family(reading("higher", "age", deviations=1.0)), design, wave="wave").verdicts[0]
    # two deviations down is one up, inverted and squared
    assert lower.estimates.frame["estimate"].iloc[0] == pytest.approx(higher.estimates.frame["estimate"].iloc[0] ** -2)
    assert lower.estimates.frame["level"].iloc[0] == "2 SD lower"


def test_with_and_without_what_may_lie_behind_both(people: pd.DataFrame) -> None:
    table = people.assign(drug=lambda rows: (rows["age"] % 5 == 0))
    found = check_associations(
        family(reading("strong", "strong", also=("drug",))), SurveyDesign(table, outcomes=[CRAMPS], population="adults"),
        wave="wave",
    ).verdicts[0].estimates.frame.set_index("model")
    assert found.loc["without those with: drug", "n"] == (~table["drug"]).sum()
    assert found.loc["adjusted, and for: drug", "n"] == len(table)


def test_the_smallest_detectable_odds_ratio_is_the_formula_of_the_plan(design: SurveyDesign) -> None:
    row = check_associations(family(reading("null", "null")), design, wave="wave").verdicts[0].estimates.frame.iloc[0]
    reach = stats.t.ppf(0.975, row["df"]) + stats.t.ppf(0.80, row["df"])
    assert row["smallest_detectable"] == pytest.approx(math.exp(reach * row["std_error"]))


def test_one_sample_never_settles_it(people: pd.DataFrame) -> None:
    design = SurveyDesign(people.drop(columns="wave"), outcomes=[CRAMPS], population="adults")
    verdict = check_associations(family(reading("strong", "strong")), design).verdicts[0]
    assert verdict.word == "cannot tell"
    assert "no second one repeats" in verdict.reason


def test_other_windows_and_people_are_not_testable(design: SurveyDesign) -> None:
    ever = SurveyDesign(design.table, outcomes=[replace(CRAMPS, recall_window="ever")], population="adults")
    assert "do not hold" in check_associations(family(reading("strong", "strong")), ever).verdicts[0].reason
    children = SurveyDesign(design.table, outcomes=[CRAMPS], population="children", youngest=6)
    claim = reading("strong", "strong", youngest=(18, 20))
    assert "the data of children" in check_associations(family(claim), children).verdicts[0].reason


def test_check_claim_takes_associations_too(design: SurveyDesign) -> None:
    assert check_claim(family(reading("strong", "strong")), design).verdicts[0].word == "cannot tell"  # no column "cycle"


def test_a_reading_compares_levels_or_counts_deviations() -> None:
    with pytest.raises(DataError, match="not both"):
        reading("both", "age", levels=("a", "b"), deviations=1.0)
    with pytest.raises(DataError, match="exposure"):
        reading("none", "")


@pytest.mark.parametrize(("value", "word"), [(0.10, "supported"), (0.50, "cannot tell")])
def test_a_share_is_an_attributable_fraction_and_never_contradicted(design: SurveyDesign, value: float, word: str) -> None:
    claim = AttributableClaim(
        "share", "Most cramps go with it.", "text", "adults", "past month", "at least once", value, "more than",
        outcome="any_cramps", exposures=("strong",), needs="it",
    )
    verdict = check_associations(family(claim), design).verdicts[0]
    # by hand: 360 of 800 have cramps, 240 would at the 60 of 200 of those without: 1 - 240/360
    assert verdict.estimates.frame["estimate"].iloc[0] == pytest.approx(1 / 3)
    assert verdict.word == word
    assert "not a causal share" in verdict.reason


def test_a_share_names_its_largest_parts_and_what_lowers_it(design: SurveyDesign) -> None:
    table = design.table.assign(inverse=[int(place % 5 == 0 and not had) for place, had in enumerate(design.table["any_cramps"])])
    table.loc[table.index[table["any_cramps"] == 1][:10], "inverse"] = 1
    claim = AttributableClaim(
        "share", "Most cramps go with it.", "text", "adults", "past month", "at least once", 0.5, "more than",
        outcome="any_cramps", exposures=("strong", "inverse"), needs="it",
    )
    verdict = check_associations(family(claim), SurveyDesign(table, outcomes=[CRAMPS], population="adults")).verdicts[0]
    single = verdict.estimates.frame.set_index("exposure")["estimate"]
    assert single["inverse"] < 0 < single["strong"]
    assert f"largest by themselves: strong {100 * single['strong']:.1f} %" in verdict.reason
    assert f"lowers the sum: inverse {100 * single['inverse']:.1f} %" in verdict.reason


def test_a_reading_adjusted_for_the_wave_is_looked_at_within_each(design: SurveyDesign) -> None:
    claim = reading("strong", "strong", adjust=("wave",))
    verdict = check_associations(family(claim), design, wave="wave").verdicts[0]
    assert {"first", "second"} <= set(verdict.estimates.frame["model"])
    assert verdict.word == "supported"
