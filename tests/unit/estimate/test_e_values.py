from __future__ import annotations

import numpy as np
import pytest

from crampstats.core.errors import DataError, OptionError
from crampstats.estimate.e_values import approximate_risk_ratio, e_value, e_value_columns, e_value_of_limit


def test_published_examples():
    """VanderWeele & Ding 2017: formula feeding RR 3.9 (1.8-8.7): 7.2 and 3.0; breastfeeding RR 0.80 (0.71-0.91) 1.8 and 1.4."""
    assert e_value([3.9, 0.8]) == pytest.approx([7.263, 1.809], abs=5e-4)
    assert e_value_of_limit([1.8, 0.71], [8.7, 0.91]) == pytest.approx([3.0, 1.429], abs=5e-4)


def test_an_interval_around_one_needs_no_confounder():
    assert e_value_of_limit([0.9], [1.3]).tolist() == [1.0]
    assert np.isnan(e_value_of_limit([np.nan], [np.nan])).all()


def test_odds_ratios_of_a_frequent_outcome_enter_by_their_root():
    """By hand: OR 4 is RR 2 at 31 %, E = 2 + sqrt 2; at 6 % it is RR 4, E = 4 + sqrt 12. 15 % counts as frequent."""
    columns = e_value_columns([4.0], [1.44], [9.0], "odds ratio", prevalence=0.31)
    assert columns["e_value"] == pytest.approx([2 + np.sqrt(2)])
    assert columns["e_value_limit"] == pytest.approx([1.2 + np.sqrt(0.24)])
    assert e_value_columns([4.0], [1.44], [9.0], "odds ratio", prevalence=0.06)["e_value"] == pytest.approx([4 + np.sqrt(12)])
    assert approximate_risk_ratio([4.0], "odds ratio", prevalence=0.15).tolist() == [2.0]


def test_risk_ratios_enter_as_they_are_and_protection_counts_as_much():
    rates = e_value_columns([2.0, 0.5], [1.5, 0.25], [2.5, 0.75], "prevalence ratio", prevalence=0.5)
    assert rates["e_value"] == pytest.approx([2 + np.sqrt(2)] * 2)
    assert rates["e_value_limit"] == pytest.approx([1.5 + np.sqrt(0.75), 4 / 3 + np.sqrt(4 / 9)])


def test_mean_differences_are_standardised():
    """exp(0.91 x 3 / 2) = 3.916; E = 3.916 + sqrt(3.916 x 2.916) = 7.295."""
    found = e_value_columns([3.0], [-1.0], [7.0], "mean difference", standard_deviation=2.0)
    assert found["e_value"] == pytest.approx([7.295], abs=5e-4)
    assert found["e_value_limit"].tolist() == [1.0]


def test_hazard_ratios_of_a_frequent_outcome():
    """(1 - 0.5^2) / (1 - 0.5^(1/2)) = .75 / .29289 = 2.5607 for a hazard ratio of 4."""
    assert approximate_risk_ratio([4.0], "hazard ratio", prevalence=0.4) == pytest.approx([2.5607], abs=5e-5)


def test_what_has_no_e_value_gets_none_and_what_is_unknown_is_answered():
    assert np.isnan(e_value_columns([0.3], [0.1], [0.5], "probit coefficient", prevalence=0.3)["e_value"]).all()
    assert np.isnan(approximate_risk_ratio([2.0], "odds ratio")).all()
    with pytest.raises(OptionError, match=r"unknown measure 'odds ratios' \(did you mean 'odds ratio'"):
        approximate_risk_ratio([2.0], "odds ratios")
    with pytest.raises(DataError, match="2 are not"):
        e_value([0.0, -1.0, 2.0])
