from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, DesignError, OptionError
from crampstats.estimate.calibration import poststratify, rake
from crampstats.estimate.means import estimate_mean, estimate_total
from crampstats.estimate.prevalence import estimate_prevalence
from crampstats.estimate.replicates import make_jackknife_replicates
from crampstats.estimate.standardise import estimate_standardised_prevalence

PEOPLE = pd.DataFrame({
    "sex": ["f", "f", "f", "m", "m", "m"], "old": [0, 1, 1, 0, 0, 1], "y": [1.0, 0, 1, 0, 0, np.nan], "w": [1.0, 2, 1, 2, 1, 1],
})
POPULATION = {"f": 60, "m": 40}


def test_a_poststratified_share_by_hand():
    # women: shares of weight 1/4, 2/4, 1/4, so 60 people hold 2/4 yes; men 2/4, 1/4 no and 1/4 unknown
    result = estimate_prevalence(poststratify(SurveyDesign(PEOPLE, weights="w"), "sex", POPULATION), "y")
    assert result.frame.loc[0, "estimate"] == pytest.approx(30 / (60 + 30))
    assert result.frame.loc[0, "n"] == 5


def test_the_result_says_what_it_was_calibrated_to():
    design = rake(SurveyDesign(PEOPLE, weights="w"), {"sex": POPULATION, "old": {0: 50, 1: 50}})
    assert design.weights_label == "weights w, raked to sex, old"
    assert "residuals from a regression on the raking margins sex, old" in estimate_prevalence(design, "y").notes[0]


def test_every_kind_of_level_is_matched_with_its_total():
    frame = PEOPLE.assign(yes=PEOPLE["old"].astype(bool), number=PEOPLE["old"].astype(float), text=PEOPLE["old"].astype(str))
    totals = {"old": {0: 5, 1: 6}, "yes": {False: 5, True: 6}, "number": {0: 5, 1.0: 6}, "text": {"0": 5, "1": 6}}
    for column, population in totals.items():
        design = poststratify(SurveyDesign(frame), column, population)
        assert design.table.groupby("old")[design.weights].sum().tolist() == pytest.approx([5, 6])


def test_a_domain_is_kept_and_all_rows_are_adjusted():
    design = SurveyDesign(PEOPLE).subset(PEOPLE["old"] == 1)
    adjusted = poststratify(design, "sex", POPULATION)
    assert adjusted.table.groupby("sex")[adjusted.weights].sum().tolist() == pytest.approx([60, 40])
    assert estimate_total(adjusted, "old").frame.loc[0, "estimate"] == pytest.approx(40 + 40 / 3)


def test_rows_of_weight_0_need_no_level():
    frame = PEOPLE.assign(sex=["f", "f", "f", "m", "m", None], w=[1.0, 1, 1, 1, 1, 0])
    adjusted = poststratify(SurveyDesign(frame, weights="w"), "sex", POPULATION)
    assert adjusted.table[adjusted.weights].tolist() == pytest.approx([20, 20, 20, 20, 20, 0])
    assert estimate_mean(adjusted, "y").frame.loc[0, "n"] == 5


def test_rows_outside_the_domain_without_a_level_keep_their_weight():
    frame = pd.concat([PEOPLE.assign(age=50), PEOPLE.assign(age=5, sex=None, y=1)], ignore_index=True)
    design = SurveyDesign(frame, weights="w")
    adults = poststratify(design.subset(frame["age"] > 17), "sex", POPULATION)
    alone = poststratify(SurveyDesign(PEOPLE, weights="w"), "sex", POPULATION)
    assert adults.table[adults.weights].tolist() == pytest.approx([*alone.table[alone.weights], *PEOPLE["w"]])
    # a level of their own, as R needs it, is the same
    named = poststratify(SurveyDesign(frame.fillna({"sex": "child"}), weights="w").subset(frame["age"] > 17), "sex",
                         {**POPULATION, "child": PEOPLE["w"].sum()})
    one, other = (estimate_mean(made, "y").frame.iloc[0] for made in (adults, named))
    assert one[["estimate", "std_error"]].tolist() == pytest.approx(other[["estimate", "std_error"]].tolist(), rel=1e-12)


def test_a_group_of_nobody_does_not_spoil_the_others():
    # nobody among the men is aged 60+, so that their standardised share is missing
    frame = pd.DataFrame({
        "sex": list("ffffffmmmm"), "age_group": ["20-39", "40-59", "60+"] * 2 + ["20-39", "40-59"] * 2, "y": [0, 1] * 5,
    })
    design = poststratify(SurveyDesign(frame), "sex", POPULATION)
    result = estimate_standardised_prevalence(design, "y", by="sex").frame.set_index("sex")
    assert result.loc["f", ["estimate", "std_error"]].notna().all()
    assert pd.isna(result.loc["m", "estimate"])


def test_calibrated_replicates_reach_the_totals_in_each_replicate():
    twice = pd.concat([PEOPLE, PEOPLE], ignore_index=True).assign(one=1.0)
    made = rake(make_jackknife_replicates(SurveyDesign(twice, weights="w")), {"sex": POPULATION, "old": {0: 50, 1: 50}})
    total = estimate_total(made, "one", by="sex").frame
    assert total["estimate"].tolist() == pytest.approx([60, 40])
    assert total["std_error"].tolist() == pytest.approx([0, 0], abs=1e-8)


@pytest.mark.parametrize(("population", "message"), [
    ({"f": 60}, "1 level\\(s\\) of sex have no population total \\(m\\)"),
    ({"f": 60, "m": 40, "x": 5}, "nobody in the sample has level x of sex"),
    ({"f": 60, "m": 0}, "must be positive and finite \\(m: 0\\)"),
    ({"f": 60, "m": np.inf}, "must be positive and finite \\(m: inf\\)"),
    ({"f": 60, "m": "many"}, "must be positive and finite \\(m: many\\)"),
    ({"f": 60, "m": 40, ("f", 1): 1}, "need 1 level\\(s\\) for each; f/1 names 2"),
])
def test_impossible_totals_are_refused(population, message):
    with pytest.raises(DataError, match=message):
        poststratify(SurveyDesign(PEOPLE), "sex", population)


def test_one_level_written_in_two_ways_is_refused():
    with pytest.raises(DataError, match=r"level.s. 1 of old have two population totals"):
        poststratify(SurveyDesign(PEOPLE), "old", {0: 1, 1: 2, "1": 3})


def test_a_missing_level_is_refused_with_its_row():
    with pytest.raises(DataError, match=r"2 row.s. with a weight lack a level .*sex: 2; first in row 2"):
        poststratify(SurveyDesign(PEOPLE.assign(sex=["f", None, "f", None, "m", "m"])), "sex", POPULATION)


def test_margins_of_different_populations_are_refused():
    with pytest.raises(DataError, match=r"different populations .sex: 100, old: 90."):
        rake(SurveyDesign(PEOPLE), {"sex": POPULATION, "old": {0: 50, 1: 40}})


def test_margins_that_cannot_be_reached_together_are_refused():
    # all women are old and all men young, so the margins fix each other
    frame = pd.DataFrame({"sex": ["f", "m"], "old": [1, 0], "y": [1, 0]})
    with pytest.raises(DesignError, match=r"did not converge in 30 rounds .*% off"):
        rake(SurveyDesign(frame), {"sex": POPULATION, "old": {0: 70, 1: 30}}, max_iterations=30)


def test_weights_are_calibrated_once():
    adjusted = poststratify(SurveyDesign(PEOPLE), "sex", POPULATION)
    with pytest.raises(DesignError, match="calibrated already"):
        poststratify(adjusted, "sex", POPULATION)
    with pytest.raises(DesignError, match="make replicates first"):
        make_jackknife_replicates(adjusted)


def test_other_weights_do_not_go_with_a_calibration():
    adjusted = poststratify(SurveyDesign(PEOPLE), "sex", POPULATION)
    with pytest.raises(DesignError, match="belong to the weights '_calibrated_weight', not to 'w'"):
        replace(adjusted, weights="w")


def test_unknown_columns_and_other_tables_are_refused():
    with pytest.raises(OptionError, match="unknown calibration column 'sax'"):
        rake(SurveyDesign(PEOPLE), {"sax": POPULATION})
    with pytest.raises(OptionError, match="no column to calibrate on"):
        rake(SurveyDesign(PEOPLE), {})
    with pytest.raises(DesignError, match="pandas table only"):
        poststratify(SurveyDesign(pl.DataFrame({"sex": ["f"]})), "sex", {"f": 1})


def test_a_replicate_without_a_post_stratum_is_named():
    frame = PEOPLE.assign(sex=["f", "f", "f", "f", "f", "m"])
    with pytest.raises(DesignError, match="replicate 6 of 6 cannot be calibrated: nobody in the sample has level m"):
        poststratify(make_jackknife_replicates(SurveyDesign(frame)), "sex", POPULATION)
