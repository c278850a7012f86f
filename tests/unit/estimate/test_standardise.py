from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.estimate.prevalence import estimate_prevalence
from crampstats.estimate.standardise import STANDARDS, Standard, estimate_standardised_prevalence

BANDS = ("20-39", "40-59", "60+")


def people(**cases):
    """For each sex, with and without the outcome by age band."""
    return pd.DataFrame([
        {"sex": sex, "age_group": band, "y": y}
        for sex, bands in cases.items() for band, counts in zip(BANDS, bands, strict=True)
        for y, n in zip((1, 0), counts, strict=True) for _ in range(n)
    ])


BOTH = people(f=((10, 10), (10, 30), (30, 10)), m=((4, 16), (10, 10), (10, 10)))


def test_a_standardised_share_and_its_variance_by_hand():
    """.3966 x .5 + .3718 x .25 + .2316 x .75 = .46495; V = sum W^2 n/(n-1) p(1-p)/n_a with n = 100."""
    women = BOTH[BOTH["sex"] == "f"]
    found = estimate_standardised_prevalence(SurveyDesign(women), "y").frame
    assert len(found) == 1
    assert found.loc[0, "estimate"] == pytest.approx(0.46495, rel=1e-12)
    variance = 100 / 99 * (0.3966**2 * 0.25 / 20 + 0.3718**2 * 0.1875 / 40 + 0.2316**2 * 0.1875 / 40)
    assert found.loc[0, "std_error"] == pytest.approx(np.sqrt(variance), rel=1e-12)
    assert found.loc[0, ["n", "n_events"]].tolist() == [100, 50]


def test_one_row_for_each_group_and_one_for_all():
    found = estimate_standardised_prevalence(SurveyDesign(BOTH), "y", by="sex", overall=True).frame
    assert found["sex"].tolist() == ["", "f", "m"]
    assert found["n"].tolist() == [160, 100, 60]
    assert found["estimate"].tolist()[1:] == pytest.approx([0.46495, 0.3966 * 0.2 + 0.3718 * 0.5 + 0.2316 * 0.5])
    assert found["estimate"].iloc[0] == pytest.approx(0.3966 * 14 / 40 + 0.3718 * 20 / 60 + 0.2316 * 40 / 60)


def test_groups_of_the_standards_own_age_structure_keep_their_share():
    standard = Standard("own", "own", {"20-39": 20, "40-59": 40, "60+": 40}, "this test")
    women = SurveyDesign(BOTH[BOTH["sex"] == "f"])
    found = estimate_standardised_prevalence(women, "y", standard=standard).frame
    assert found.loc[0, "estimate"] == pytest.approx(estimate_prevalence(women, "y").frame.loc[0, "estimate"], rel=1e-12)


def test_ages_nobody_analysed_has_are_left_out_of_the_standard_and_the_weights_are_printed():
    """.3966 and .3718 of their sum .7684."""
    younger = BOTH[(BOTH["sex"] == "f") & (BOTH["age_group"] != "60+")]
    found = estimate_standardised_prevalence(SurveyDesign(younger), "y")
    assert found.frame.loc[0, "estimate"] == pytest.approx((0.3966 * 0.5 + 0.3718 * 0.25) / 0.7684, rel=1e-12)
    assert "20-39: 0.5161, 40-59: 0.4839" in found.method


def test_a_group_without_anybody_of_an_age_has_no_estimate():
    gap = people(f=((10, 10), (10, 30), (30, 10)), m=((4, 16), (10, 10), (0, 0)))
    found = estimate_standardised_prevalence(SurveyDesign(gap), "y", by="sex").frame
    assert found["caution"].iloc[1] == "suppress: nobody in age_group 60+"
    assert found.loc[1, ["estimate", "std_error", "conf_low", "conf_high"]].isna().all()
    assert found["estimate"].iloc[0] == pytest.approx(0.46495)


def test_persons_of_unknown_age_are_left_out_and_noted():
    unknown = pd.concat([BOTH, pd.DataFrame({"sex": ["f"] * 3, "age_group": [None] * 3, "y": [1, 1, 0]})], ignore_index=True)
    found = estimate_standardised_prevalence(SurveyDesign(unknown), "y", by="sex")
    assert "3 persons without age_group (20-39, 40-59, 60+) are left out." in found.notes
    assert found.frame["n_events"].sum() == BOTH["y"].sum()  # the two cases of unknown age are not counted either
    assert found.frame["n"].tolist() == [100, 60]


@pytest.mark.parametrize(("cases", "share"), [((0, 20), 0.0), ((20, 0), 1.0)])
def test_nobody_and_everybody_have_an_interval_and_are_for_review(cases, share):
    for standard in STANDARDS:
        found = estimate_standardised_prevalence(SurveyDesign(people(f=(cases,) * 3)), "y", standard=standard).frame.iloc[0]
        assert found[["estimate", "std_error"]].tolist() == [share, 0.0]
        assert found["conf_high"] - found["conf_low"] == pytest.approx(1 - 0.025 ** (1 / 60))
        assert found["caution"] == "review: 0 or 100 %"


@pytest.mark.parametrize("by", ["age_group", "age_years", ["sex", "age"]])
def test_age_standardised_by_age_is_refused(by):
    with pytest.raises(OptionError, match="cannot be given by age"):
        estimate_standardised_prevalence(SurveyDesign(BOTH.assign(age_years=30, age=30)), "y", by=by)


def test_a_group_that_only_sounds_like_age_is_fine():
    assert len(estimate_standardised_prevalence(SurveyDesign(BOTH.assign(agency="x")), "y", by="agency")) == 1


def test_foreign_ages_unknown_standards_and_exact_intervals_are_refused():
    with pytest.raises(DataError, match=r"age_group has 1 group\(s\) the US 2000 .* does not give \(0-19\); it gives 20-39"):
        estimate_standardised_prevalence(SurveyDesign(BOTH.assign(age_group="0-19")), "y")
    with pytest.raises(OptionError, match="did you mean 'us2000'"):
        estimate_standardised_prevalence(SurveyDesign(BOTH), "y", standard="us200")
    with pytest.raises(OptionError, match="exact binomial interval does not hold"):
        estimate_standardised_prevalence(SurveyDesign(BOTH), "y", interval="exact")


def test_the_us_standard_sums_to_one_and_the_world_standard_to_its_adults():
    """WHO 2001, table 4: ages 0-4 to 15-19 are 8.86, 8.69, 8.60 and 8.47 of 100 (printed with rounding)."""
    assert sum(STANDARDS["us2000"].weights.values()) == pytest.approx(1.0, abs=1e-12)
    assert sum(STANDARDS["who"].weights.values()) == pytest.approx(100 - 8.86 - 8.69 - 8.60 - 8.47, abs=0.15)


@pytest.mark.parametrize("youngest", [16, 18, 30])
def test_a_population_that_begins_inside_or_before_the_standard_is_refused(youngest):
    design = SurveyDesign(BOTH, youngest=youngest, population=f"adults aged {youngest}+")
    with pytest.raises(OptionError, match=rf"begins at {youngest}: choose a youngest age of 20, 40, 60"):
        estimate_standardised_prevalence(design, "y")
