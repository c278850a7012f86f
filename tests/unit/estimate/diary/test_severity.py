"""Severity, minutes, site and side of cramp nights."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError
from crampstats.estimate.diary.linear_mixed import fit_random_means
from crampstats.estimate.diary.severity import (
    estimate_cramp_features,
    estimate_severity,
    estimate_severity_terms,
    fit_severity,
)


def nights(values: dict[str, list[float]], name: str = "cramp_severity", **columns) -> DiaryPanel:
    rows = [
        {"person": person, "night": i, "cramp": 1.0, name: value} for person, own in values.items() for i, value in enumerate(own)
    ]
    return DiaryPanel(pd.DataFrame(rows).assign(**columns))


BALANCED = {"a": [2.0, 4.0], "b": [5.0, 7.0], "c": [8.0, 6.0]}


def test_balanced_nights_give_the_textbook_variance_components():
    # person means 3, 6, 7: mean 16/3; MS between 2 * var(means) = 2 * 13/3, within 2 (each pair differs by 2)
    fit = fit_severity(nights(BALANCED))
    between = 2 * np.var([3, 6, 7], ddof=1)
    assert fit.solution.sd_night**2 == pytest.approx(2.0)
    assert fit.solution.sd_person**2 == pytest.approx((between - 2) / 2)
    row = estimate_severity(nights(BALANCED)).frame.iloc[0]
    assert row["estimate"] == pytest.approx(16 / 3)
    assert row["std_error"] == pytest.approx(np.sqrt(between / 6))
    assert row["df"] == pytest.approx(2, rel=1e-4)  # persons less 1, exactly so in balanced nights
    assert row["measure"] == "mean"


def test_statsmodels_mixedlm_has_the_same_fit():
    from statsmodels.regression.mixed_linear_model import MixedLM

    rng = np.random.default_rng(3)
    person = np.repeat(np.arange(30), 6)
    x = rng.normal(size=180)
    y = 5 + 0.4 * x + rng.normal(0, 1.5, 30)[person] + rng.normal(0, 1, 180)
    theirs = MixedLM(y, np.column_stack([np.ones(180), x]), person).fit(reml=True)
    ours = fit_random_means(np.column_stack([np.ones(180), x]), y, np.arange(0, 181, 6))
    np.testing.assert_allclose(ours.coefficients, theirs.fe_params, rtol=1e-4)
    assert ours.loglik >= theirs.llf - 1e-8
    assert ours.loglik == pytest.approx(theirs.llf, abs=1e-4)


def test_persons_that_do_not_differ_have_no_variance_between_them():
    panel = nights({"a": [2.0, 8.0], "b": [8.0, 2.0], "c": [3.0, 7.0]})
    fit = fit_severity(panel)
    assert fit.solution.sd_person == 0
    assert "differ no more than their nights" in fit.notes[0]
    assert estimate_severity(panel).frame.loc[0, "estimate"] == pytest.approx(5)


def test_a_large_constant_costs_no_digits():
    fit = fit_severity(nights({name: [1e6 + value for value in own] for name, own in BALANCED.items()}))
    assert fit.solution.sd_night**2 == pytest.approx(2.0, rel=1e-6)


def test_minutes_are_geometric_means_and_zeros_are_counted():
    panel = nights({"a": [2.0, 8.0, 0.0], "b": [4.0, 4.0], "c": [1.0, 16.0]}, "cramp_minutes")
    found = estimate_severity(panel, outcomes=["cramp_minutes"])
    assert found.frame.loc[0, "measure"] == "geometric mean"
    assert found.frame.loc[0, "estimate"] == pytest.approx(4.0)  # every person's geometric mean is 4
    assert "1 nights with cramp minutes of 0" in found.notes[0]


def test_groups_have_a_row_each_with_their_persons_and_nights():
    panel = nights(BALANCED, sex=["m"] * 2 + ["f"] * 4)
    frame = estimate_severity(panel, by="sex").frame
    assert frame["level"].tolist()[:2] == ["f", "m"]
    assert frame["estimate"].tolist()[:2] == pytest.approx([6.5, 3.0])
    assert frame["n"].tolist()[:2] == [2, 1]
    assert frame["n_nights"].tolist()[:2] == [4, 2]


def test_terms_are_differences_and_of_logarithms_ratios():
    panel = nights({"a": [2.0, 4.0], "b": [5.0, 10.0], "c": [6.0, 12.0]}, late=[0, 1] * 3)
    row = estimate_severity_terms(fit_severity(panel, "cramp_severity ~ late")).frame.iloc[0]
    assert row["estimate"] == pytest.approx((2 + 5 + 6) / 3)
    assert row["measure"] == "mean difference"
    doubled = nights({"a": [2.0, 4.1], "b": [5.0, 10.0], "c": [6.0, 11.9]}, "cramp_minutes", late=[0, 1] * 3)
    row = estimate_severity_terms(fit_severity(doubled, "cramp_minutes ~ late", log=True)).frame.iloc[0]
    assert row["estimate"] == pytest.approx((4.1 / 2 * 2 * 11.9 / 6) ** (1 / 3))
    assert row["measure"] == "ratio of geometric means"


def test_a_diary_without_severity_lists_what_it_has():
    with pytest.raises(OptionError, match="ache"):
        estimate_severity(DiaryPanel(pd.DataFrame({"person": ["a"], "night": [1], "ache": [1.0]})))


def test_one_night_each_cannot_tell_persons_from_nights():
    with pytest.raises(DataError, match="cannot be told apart"):
        estimate_severity(nights({"a": [2.0], "b": [5.0]}))


def test_shares_of_a_column_sum_to_one_over_nights_with_an_answer():
    panel = nights(BALANCED, cramp_site=["calf", "calf", "foot", None, "calf", "foot"])
    frame = estimate_cramp_features(panel).frame
    assert frame["level"].tolist() == ["calf", "foot"]
    assert frame["estimate"].sum() == pytest.approx(1)
    assert frame["estimate"].iloc[0] == pytest.approx(3 / 5)
    assert frame["n_nights"].tolist() == [5, 5]


def test_nights_without_a_cramp_are_not_among_the_sites():
    panel = nights(BALANCED, cramp_site="calf", woken_by_cramp=[1.0, 0, 1, 1, 0, 0]).with_columns(cramp=[1, 1, 1, 0, 0, 0])
    frame = estimate_cramp_features(panel).frame.set_index(["exposure", "level"])
    assert frame.loc[("cramp_site", "calf"), "n_nights"] == 3
    assert frame.loc[("woken_by_cramp", "yes"), "estimate"] == pytest.approx(2 / 3)
    assert frame.loc[("cramp_site", "calf"), "conf_high"] == 1
