"""Attributable fractions: hand calculations, words, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import OptionError
from crampstats.estimate.attributable import estimate_attributable_fraction
from crampstats.estimate.ordinal import fit_ordinal
from crampstats.estimate.regression import fit_regression


@pytest.fixture
def people():
    """Exposed 200, of whom 80 with cramps; others 800, of whom 160; strain on half of either."""
    parts = [(1, 80, 120), (0, 160, 640)]
    rows = [pd.DataFrame({"low": low, "cramps": [1] * yes + [0] * no}) for low, yes, no in parts]
    frame = pd.concat(rows, ignore_index=True)
    return frame.assign(psu=np.arange(1000) % 50, strain=np.arange(1000) % 2, age=np.arange(1000) % 61 + 20.0)


def fit(people, formula="cramps ~ low"):
    return fit_regression(SurveyDesign(people, psu="psu"), formula)


def test_a_two_by_two_table_gives_levins_formula(people):
    # prevalence ratio .4/.2 = 2 and exposure .2: .2 (2 - 1) / (1 + .2 (2 - 1)) = 1/6
    row = estimate_attributable_fraction(fit(people), ["low"]).frame.iloc[0]
    assert row["estimate"] == pytest.approx(1 / 6, rel=1e-10)
    assert row["measure"] == "attributable fraction (not causal)"
    assert row["level"] == "set to no"
    assert row["n_events"] == 240


def test_interval_is_t_on_the_scale_of_log_1_minus_the_fraction(people):
    from scipy import stats

    row = estimate_attributable_fraction(fit(people), ["low"], level=0.9).frame.iloc[0]
    half = stats.t.ppf(0.95, row["df"]) * row["std_error"] / (1 - row["estimate"])
    bounds = 1 - (1 - row["estimate"]) * np.exp([half, -half])
    np.testing.assert_allclose([row["conf_low"], row["conf_high"]], bounds)
    assert row["df"] == 48


def test_several_exposures_get_a_joint_row_that_is_not_their_sum(people):
    found = estimate_attributable_fraction(fit(people, "cramps ~ low + strain"), ["low", "strain"])
    assert found.frame["exposure"].tolist() == ["low", "strain", "low + strain"]
    assert found.frame.loc[2, "level"] == "set to no, set to no"
    assert found.covariance.shape == (3, 3)
    assert any("which it causes" in note or "share it causes" in note for note in found.notes)


def test_references_may_be_given(people):
    made = fit(people, "cramps ~ low + age")
    # everybody exposed: .4 of 1,000 in place of 240 cases, about 67 % more cases than observed
    exposed = estimate_attributable_fraction(fit(people), {"low": 1}).frame.iloc[0]
    assert exposed["estimate"] == pytest.approx(1 - 400 / 240, rel=1e-10)
    assert exposed["level"] == "set to yes"
    assert estimate_attributable_fraction(made, {"age": 40}).frame.loc[0, "level"] == "set to 40"


def test_categories_are_set_to_their_first_level(people):
    made = people.assign(calcium=np.where(people["low"] == 1, "low", "normal"))
    made["calcium"] = pd.Categorical(made["calcium"], ["normal", "low"])
    row = estimate_attributable_fraction(fit(made, "cramps ~ calcium"), ["calcium"]).frame.iloc[0]
    assert row["estimate"] == pytest.approx(1 / 6, rel=1e-10)
    assert row["level"] == "set to normal"


def test_what_has_no_attributable_fraction_is_refused(people):
    made = fit(people, "cramps ~ low + age")
    with pytest.raises(OptionError, match="'age' is a number; say to which value"):
        estimate_attributable_fraction(made, ["age"])
    with pytest.raises(OptionError, match="unknown exposure of the model 'strain'"):
        estimate_attributable_fraction(made, ["strain"])
    for none in ([], {}, "low"):
        with pytest.raises(OptionError, match="list of columns"):
            estimate_attributable_fraction(made, none)
    linear = fit_regression(SurveyDesign(people, psu="psu"), "age ~ low", model="linear")
    with pytest.raises(OptionError, match="not yes/no"):
        estimate_attributable_fraction(linear, ["low"])
    ordinal = fit_ordinal(SurveyDesign(people.assign(grade=people["cramps"] + people["strain"]), psu="psu"), "grade ~ low")
    with pytest.raises(OptionError, match="yes/no"):
        estimate_attributable_fraction(ordinal, ["low"])
