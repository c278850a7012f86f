"""Beta-binomial regression where its correlation lies on a bound, and where nothing can be fitted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError
from crampstats.estimate.diary.recall_risk import estimate_beta_binomial, fit_beta_binomial

from .recall_diaries import make


def with_group(*diaries: str) -> DiaryPanel:
    """Every second person is old."""
    panel = make(*diaries)
    return panel.with_columns(old=pd.Series(panel.codes % 2))


def test_where_persons_differ_no_more_than_chance_the_odds_ratio_is_that_of_the_fourfold_table():
    # 15 young persons with 3 cramp nights of 10, 15 old ones with 5 of 10: 45, 105 and 75, 75 nights
    fit = fit_beta_binomial(with_group(*["1110000000", "1111100000"] * 15), "cramp ~ old")
    row, spread = estimate_beta_binomial(fit).frame.to_dict("records")
    assert fit.bound == 0
    error = np.sqrt(1 / 45 + 1 / 105 + 1 / 75 + 1 / 75)
    assert row["estimate"] == pytest.approx((75 / 75) / (45 / 105), rel=1e-6)
    assert row["std_error"] == pytest.approx(error, rel=1e-5)
    assert row["conf_low"] == pytest.approx(7 / 3 * np.exp(-1.959964 * error), rel=1e-5)
    assert row["p_value"] < 0.05
    assert "correlation at its bound of 0" in row["caution"]
    assert spread["estimate"] == 0
    assert np.isnan(spread["conf_high"])
    assert "correlation at its bound of 0" in spread["caution"]


def test_where_everybody_always_or_never_cramps_persons_are_counted():
    # 3 of 15 young and 9 of 15 old persons cramp, on every night: odds ratio (9 / 6) / (3 / 12)
    young, old = ["1111"] * 3 + ["0000"] * 12, ["1111"] * 9 + ["0000"] * 6
    fit = fit_beta_binomial(with_group(*(one for pair in zip(young, old, strict=True) for one in pair)), "cramp ~ old")
    row, spread = estimate_beta_binomial(fit).frame.to_dict("records")
    assert fit.bound == 1
    assert row["estimate"] == pytest.approx(6, rel=1e-6)
    assert row["std_error"] == pytest.approx(np.sqrt(1 / 9 + 1 / 6 + 1 / 3 + 1 / 12), rel=1e-5)
    assert spread["estimate"] == 1
    assert "correlation at its bound of 1" in row["caution"]


@pytest.mark.parametrize("seed", range(12))
def test_diaries_without_differences_between_persons_have_an_interval(seed):
    random = np.random.default_rng(seed)
    panel = with_group(*("".join("01"[int(one)] for one in random.random(30) < 0.3) for _ in range(40)))
    fit = fit_beta_binomial(panel, "cramp ~ old")
    row = estimate_beta_binomial(fit).frame.iloc[0]
    assert row["conf_low"] < row["estimate"] < row["conf_high"]
    assert ("at its bound" in row["caution"]) == (fit.bound is not None)


def test_persons_who_differ_have_a_correlation_inside_its_bounds():
    random = np.random.default_rng(3)
    panel = with_group(*("".join("01"[int(one)] for one in random.random(30) < p) for p in random.beta(0.5, 2, 40)))
    fit = fit_beta_binomial(panel, "cramp ~ old")
    assert fit.bound is None
    assert estimate_beta_binomial(fit).frame["caution"].tolist() == ["", ""]
    assert np.isfinite(fit.covariance).all()


def test_a_group_without_a_cramp_night_has_no_interval_and_says_why():
    random = np.random.default_rng(4)
    diaries = ["0" * 20 if place % 2 else "".join("01"[int(one)] for one in random.random(20) < 0.4) for place in range(40)]
    row = estimate_beta_binomial(fit_beta_binomial(with_group(*diaries), "cramp ~ old")).frame.iloc[0]
    assert row["caution"].startswith("suppress: no interval")
    assert np.isnan(row["conf_high"])


@pytest.mark.parametrize(("diaries", "words"), [(["000"] * 5, "is 0 in all 15"), (["111"] * 5, "is 1 in all 15")])
def test_diaries_with_only_one_kind_of_night_are_refused(diaries, words):
    with pytest.raises(DataError, match=words):
        fit_beta_binomial(with_group(*diaries), "cramp ~ old")
