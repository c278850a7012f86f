"""Sensitivity to values that are not missing at random."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import OptionError
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.estimate.imputation import fit_imputed, impute
from crampstats.estimate.imputation_delta import derive_tipping_points, fit_delta_adjusted
from crampstats.estimate.means import estimate_mean
from crampstats.estimate.prevalence import estimate_prevalence

N = 1000


def people() -> pd.DataFrame:
    """x says nothing of y, a fifth of either is missing at random; half of the known have y."""
    random = np.random.default_rng(8)
    table = pd.DataFrame({"x": random.normal(10, 2, N), "y": np.tile([0.0, 1.0], N // 2)})
    table.loc[:199, "y"] = np.nan
    table.loc[200:399, "x"] = np.nan
    return table


DESIGN = SurveyDesign(people(), labels={"x": Label("X", "kg")})


def prevalence(design):
    return estimate_prevalence(design, "y")


def delta_adjusted(**changes):
    call = {"outcome": "y", "shifted": "y", "deltas": [0, 1.5], "m": 10, "iterations": 2, "seed": 6} | changes
    return fit_delta_adjusted(DESIGN, ["x"], call.pop("analyse", prevalence), **call)


def test_delta_is_the_log_odds_ratio_of_the_missing_against_those_alike():
    """Odds 1 times exp(1.5) are a share of 0.8176 among the 200 missing; the pooled prevalence is 0.8 * 0.5 + 0.2 * 0.8176.

    The mean of 10 imputations of 200 persons, with coefficients drawn anew, has a standard error below 0.2 * 0.05 / sqrt(10).
    """
    frame = delta_adjusted().frame
    assert frame["delta"].tolist() == [0.0, 1.5]
    expected = [0.5, 0.8 * 0.5 + 0.2 / (1 + np.exp(-1.5))]
    np.testing.assert_allclose(frame["estimate"], expected, atol=4 * 0.2 * 0.05 / np.sqrt(10))


def test_delta_0_is_the_analysis_under_missing_at_random():
    at_zero = delta_adjusted().frame.iloc[[0]].drop(columns="delta")
    plain = fit_imputed(impute(DESIGN, ["x"], outcome="y", m=10, iterations=2, seed=6), prevalence).frame
    pd.testing.assert_frame_equal(at_zero, plain)


def test_a_measured_column_is_shifted_in_its_unit():
    """200 of 1,000 values 3 kg higher raise the mean by 0.6, with the same seed and so the same donors."""
    result = delta_adjusted(analyse=lambda design: estimate_mean(design, "x"), shifted="x", deltas=[-3, 0, 3], iterations=1)
    low, middle, high = result.frame["estimate"]
    assert middle - low == pytest.approx(0.6)
    assert high - middle == pytest.approx(0.6)
    assert result.labels["delta"].unit == "kg"
    assert result.groups == ("delta",)


def test_progress_counts_over_the_whole_grid():
    told = []
    delta_adjusted(deltas=[0, 1], m=2, progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize(("changes", "words"), [
    ({"deltas": [1, 2]}, "0 \\(missing at random\\) among them"),
    ({"deltas": [0, 1, 1]}, "distinct"),
    ({"deltas": [0, np.inf]}, "finite"),
    ({"shifted": "z"}, "unknown column to shift"),
])
def test_a_grid_without_0_or_an_unknown_column_is_refused(changes, words):
    with pytest.raises(OptionError, match=words):
        delta_adjusted(**changes)


def test_the_tipping_point_is_the_delta_nearest_to_0_with_another_conclusion():
    """An odds ratio that is above 1 at 0 and above, no longer at -1, below 1 at -2; another that never changes."""
    frame = pd.DataFrame({
        "delta": np.repeat([-2.0, -1.0, 0.0, 1.0], 2), "measure": "odds ratio", "exposure": ["a", "b"] * 4, "unit": "ratio",
        "conf_low": [0.5, 1.1, 0.8, 1.2, 1.1, 1.3, 1.5, 1.4], "conf_high": [0.9, 2, 1.5, 2, 2, 2, 2, 2], "p_value": 0.01,
    })
    points = derive_tipping_points(Estimates(frame, groups=("delta",))).set_index("exposure")
    assert points.loc["a", ["conclusion", "below"]].tolist() == [1, -1.0]
    assert np.isnan(points.loc["a", "above"])
    assert points.loc["b", ["below", "above"]].isna().all()


def test_the_notes_say_where_conclusions_change():
    def difference(design):
        # the share with y among all against one half, by a t test
        one = estimate_mean(design, "y")
        shifted = one.frame["estimate"] - 0.5
        half = 1.96 * one.frame["std_error"]
        return Estimates(one.frame.assign(measure="difference from one half", estimate=shifted, p_value=0.5,
                                          conf_low=shifted - half, conf_high=shifted + half))

    notes = " ".join(delta_adjusted(analyse=difference, deltas=[-2, -0.1, 0, 0.1, 2]).notes)
    assert "difference from one half: the conclusion changes at delta -2 and +2." in notes
