from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DesignError
from crampstats.estimate.means import estimate_mean, estimate_total
from crampstats.estimate.prevalence import estimate_prevalence

PSUS = pd.DataFrame({
    "h": [1, 1, 1, 1, 2, 2, 2, 2], "psu": [1, 1, 2, 2, 1, 1, 2, 2], "y": [1, 1, 0, 1, 0, 0, 1, 0], "w": 10.0,
})


def std_error(design, estimate=estimate_prevalence):
    return estimate(design, "y").frame.loc[0, "std_error"]


def test_the_standard_error_of_a_simple_sample_is_the_textbook_one():
    """3 of 10: sqrt(0.3 x 0.7 / 9), and that of the total 10 times as large."""
    design = SurveyDesign(pd.DataFrame({"y": [1] * 3 + [0] * 7}))
    assert std_error(design) == pytest.approx(np.sqrt(0.21 / 9), rel=1e-12)
    assert std_error(design, estimate_total) == pytest.approx(10 * np.sqrt(0.21 / 9), rel=1e-12)


def test_clusters_in_strata_by_hand():
    """p = 4/8; PSU scores sum(y - p)/8 are .125, 0 | -.125, 0: V = 2 strata x 2/1 x 2 x .0625^2 = .03125; df = 4 - 2."""
    found = estimate_prevalence(SurveyDesign(PSUS, strata="h", psu="psu", weights="w"), "y").frame.iloc[0]
    assert found["std_error"] == pytest.approx(np.sqrt(0.03125), rel=1e-12)
    assert found["df"] == 2.0


def test_one_psu_number_in_two_strata_is_two_psus():
    """Without strata the two PSUs sum to 0 each, so that nothing varies."""
    assert std_error(SurveyDesign(PSUS, psu="psu", weights="w")) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("fpc", [8, 0.25])
def test_a_quarter_of_the_psus_drawn_leaves_three_quarters_of_the_variance(fpc):
    design = SurveyDesign(PSUS.assign(f=fpc), strata="h", psu="psu", weights="w", fpc="f")
    assert std_error(design) == pytest.approx(np.sqrt(0.75 * 0.03125), rel=1e-12)


def test_two_stages_by_hand():
    """Stage 1: 2 of 8 PSUs, 3/4 of .03125. Stage 2: 2 of 4 rows in each PSU: z = +-.0625 in PSUs 1.2 and 2.2, 0 elsewhere:
    f1 x (1 - 1/2) x 2/1 x (2 x .0625^2) each = .25 x .5 x 2 x .0078125 = .001953125, two of them."""
    table = PSUS.assign(row=range(8), psus=8, rows=4)
    design = SurveyDesign(table, strata="h", psu=["psu", "row"], weights="w", fpc=["psus", "rows"])
    assert std_error(design) == pytest.approx(np.sqrt(0.0234375 + 2 * 0.001953125), rel=1e-12)


def test_more_units_than_their_population_is_refused_with_the_first():
    with pytest.raises(DesignError, match=r"stage 1: 2 parent\(s\) hold more .* than their population \(first: 2 of 1\.5\)"):
        std_error(SurveyDesign(PSUS.assign(f=1.5), strata="h", psu="psu", weights="w", fpc="f"))


LONELY = pd.DataFrame({"h": [1, 1, 2, 2, 3], "psu": [1, 2, 1, 2, 1], "y": [1, 0, 0, 0, 1]})


def test_lonely_strata_are_named():
    for psu in ("psu", None):
        with pytest.raises(DesignError, match=r"1 stratum/strata hold a single PSU \(3\).*lonely='adjust'"):
            std_error(SurveyDesign(LONELY, strata="h", psu=psu))


@pytest.mark.parametrize("psu", ["psu", None])
@pytest.mark.parametrize(("rule", "variance"), [
    # p = 2/5, scores (y - p)/5: .12, -.08 | -.08, -.08 | .12; mean of all 0; strata 1 and 2 give 2 x (2 x .1^2) and 0
    ("remove", 0.04), ("certainty", 0.04), ("adjust", 0.04 + 0.12**2), ("average", 0.04 * 3 / 2),
])
def test_lonely_rules_by_hand_whether_psus_are_named_or_rows_are_the_units(rule, variance, psu):
    found = estimate_prevalence(SurveyDesign(LONELY, strata="h", psu=psu, lonely=rule), "y").frame.iloc[0]
    assert found["std_error"] == pytest.approx(np.sqrt(variance), rel=1e-12)
    assert found["df"] == 2.0


@pytest.mark.parametrize("psu", ["psu", None])
def test_a_lonely_stratum_is_corrected_for_its_finite_population(psu):
    """Half of stratum 3 was drawn: adjust adds (1 - 1/2) x its squared distance (checked with R: svydesign with fpc)."""
    table = LONELY.assign(size=[20, 20, 20, 20, 2], w=[10.0, 10.0, 10.0, 10.0, 2.0])
    design = SurveyDesign(table, strata="h", psu=psu, weights="w", fpc="size", lonely="adjust")
    p = 12 / 42
    scores = table["w"] * (table["y"] - p) / 42
    expected = 0.9 * 2 * 2 * (5 / 42) ** 2 + 0.5 * float(scores.iloc[4]) ** 2
    assert std_error(design) == pytest.approx(np.sqrt(expected), rel=1e-12)


@pytest.mark.parametrize("psu", ["psu", None])
@pytest.mark.parametrize("rule", ["error", "adjust", "average", "remove"])
def test_a_stratum_taken_whole_is_not_lonely(rule, psu):
    table = LONELY.assign(size=[20, 20, 20, 20, 1], w=[10.0, 10.0, 10.0, 10.0, 1.0])
    design = SurveyDesign(table, strata="h", psu=psu, weights="w", fpc="size", lonely=rule)
    assert std_error(design) == pytest.approx(np.sqrt(0.9 * 2 * 2 * (5 / 41) ** 2), rel=1e-12)


@pytest.mark.parametrize("rule", ["adjust", "average", "remove"])
def test_a_single_stratum_with_a_single_psu_has_no_standard_error_under_any_rule(rule):
    found = estimate_prevalence(SurveyDesign(PSUS.assign(psu=1), psu="psu", lonely=rule), "y").frame.iloc[0]
    assert found["df"] == 0.0
    assert found[["std_error", "conf_low", "conf_high"]].isna().all()
    assert found["caution"] == "suppress: 0 degrees of freedom, no interval"


def test_enormous_weights_change_nothing():
    plain = SurveyDesign(PSUS, strata="h", psu="psu", weights="w")
    for weight in (1e-12, 1e12, 1e60):
        for psu in ("psu", None):
            large = SurveyDesign(PSUS.assign(w=weight), strata="h", psu=psu, weights="w")
            expected = std_error(plain if psu else SurveyDesign(PSUS, strata="h", weights="w"))
            assert std_error(large) == pytest.approx(expected, rel=1e-9)


def test_a_domain_filtered_away_understates_and_a_subset_does_not():
    """PSUs without a member of the domain still count: 3 PSUs, one of them empty of women.

    p = 2/4; PSU scores .25, -.25, 0: V = 3/2 x .125; the filtered table would give 2/1 x .125 with 1 df fewer to boot.
    """
    table = pd.DataFrame({"psu": [1, 1, 2, 2, 3], "y": [1, 1, 0, 0, 1], "sex": ["f", "f", "f", "f", "m"]})
    women = SurveyDesign(table, psu="psu").subset(table["sex"] == "f")
    assert std_error(women) == pytest.approx(np.sqrt(1.5 * 2 * 0.25**2), rel=1e-12)
    assert std_error(SurveyDesign(table[table["sex"] == "f"], psu="psu")) == pytest.approx(np.sqrt(2 * 2 * 0.25**2), rel=1e-12)


def test_means_of_far_away_numbers_keep_their_standard_error():
    near = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0]})
    for shift in (0.0, 1e9):
        row = estimate_mean(SurveyDesign(near + shift), "x").frame.iloc[0]
        assert row["std_error"] == pytest.approx(np.sqrt(5 / 3 / 4), rel=1e-9)  # s^2 = 5/3


def test_many_strata_of_one_unit_are_counted_and_not_named():
    """So many are rather record numbers that were named as strata."""
    people = pd.DataFrame({"cramps": [0, 1] * 8, "person": range(10_482, 10_498)})
    with pytest.raises(DesignError, match=r"^16 stratum/strata hold a single PSU, so") as told:
        estimate_prevalence(SurveyDesign(people, strata="person"), "cramps")
    assert "10482" not in str(told.value)
