from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.estimate.quantiles import estimate_quantiles

PEOPLE = pd.DataFrame({"x": [3.0, 1.0, 2.0, np.nan], "w": [2.0, 1.0, 1.0, 5.0], "sex": ["f", "f", "m", "m"]})


def values(design, *args, **options):
    return estimate_quantiles(design, "x", *args, **options).frame["estimate"].tolist()


def test_a_quantile_is_the_smallest_value_whose_weight_reaches_it():
    """Cumulated shares of 1, 2, 3 are 1/4, 2/4, 4/4."""
    design = SurveyDesign(PEOPLE, weights="w")
    assert values(design, (0.25, 0.26, 0.5, 0.51, 0.99)) == [1.0, 2.0, 2.0, 3.0, 3.0]


def test_the_median_of_ten_thirds_is_not_missed_by_rounding():
    """Ten weights of 0.1 sum to 0.9999999999999999: the fifth of ten still reaches one half."""
    assert values(SurveyDesign(pd.DataFrame({"x": np.arange(1.0, 11.0), "w": 0.1}), weights="w")) == [5.0]


def test_repeated_row_labels_and_missing_groups_do_no_harm():
    design = SurveyDesign(PEOPLE.assign(sex=["f", "f", None, "m"]).set_axis([1, 1, 1, 1]))
    found = estimate_quantiles(design, "x", by="sex", overall=True).frame
    assert found[["sex", "estimate", "n"]].values.tolist() == [["", 2.0, 3], ["f", 1.0, 2]]


def test_a_blank_group_is_not_taken_for_everybody():
    design = SurveyDesign(PEOPLE.assign(sex=["", "", "m", "m"]))
    assert estimate_quantiles(design, "x", by="sex").frame[["sex", "estimate", "n"]].values.tolist() == [["m", 2.0, 1]]


def test_the_bounds_carry_the_interval_of_the_share_back():
    """100 values 1..100: share .5 at the median, SE = sqrt(.25/99), t(99) = 1.984: .4003 to .5997, reached at 41 and 60."""
    found = estimate_quantiles(SurveyDesign(pd.DataFrame({"x": np.arange(1.0, 101.0)})), "x").frame.iloc[0]
    assert found[["estimate", "conf_low", "conf_high"]].tolist() == [50.0, 41.0, 60.0]
    assert found["std_error"] == pytest.approx((60 - 41) / (2 * 1.98422), rel=1e-5)


@pytest.mark.parametrize("interval", ["wald", "korn_graubard", "logit"])
def test_a_bound_beyond_the_data_is_missing(interval):
    found = estimate_quantiles(SurveyDesign(pd.DataFrame({"x": np.arange(5.0)})), "x", (0.95,), interval=interval).frame.iloc[0]
    assert found["estimate"] == 4.0
    assert np.isnan(found["conf_high"])


def test_rows_of_weight_zero_have_no_part_in_it():
    design = SurveyDesign(PEOPLE.assign(w=[2.0, 0.0, 0.0, 0.0]), weights="w")
    assert estimate_quantiles(design, "x", by="sex").frame[["sex", "estimate", "n"]].values.tolist() == [["f", 3.0, 1]]


@pytest.mark.parametrize("p", [0, 1, 50, -0.5])
def test_probabilities_are_strictly_between_0_and_1(p):
    with pytest.raises(OptionError, match=f"strictly between 0 and 1; got {p}"):
        values(SurveyDesign(PEOPLE), (0.5, p))


def test_text_and_cells_are_refused():
    with pytest.raises(DataError, match="'sex' holds String, not numbers"):
        estimate_quantiles(SurveyDesign(PEOPLE), "sex")
    with pytest.raises(DataError, match="need one row per person; cells hold sums only"):
        values(SurveyDesign(PEOPLE.assign(k=1), psu="sex", counts="k"))
