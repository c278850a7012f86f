"""The edges of the NCHS presentation standards, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from crampstats.estimate.cautions import _reliability, count_cautions, df_cautions, join_cautions, share_cautions
from crampstats.estimate.intervals import Shares


def caution(share, std_error, df, n):
    return share_cautions(Shares(*(np.array([float(number)]) for number in (share, std_error, df, n))))[0]


@pytest.mark.parametrize(("share", "size", "width", "word"), [
    (0.50, 29.99, 0.01, "suppress: effective sample size 30.0 (< 30)"),  # rule 1 comes before the narrow width
    (0.50, 30.0, 0.05, ""),  # rule 2, edge included
    (0.02, 30.0, 0.05, ""),  # rule 2 comes before the relative width of 250 %
    (0.50, 30.0, 0.30, "suppress: interval 30.0 points wide (>= 30)"),  # rule 3, edge included
    (0.50, 30.0, 0.2999, ""),
    (0.10, 30.0, 0.13, ""),  # rule 4: exactly 130 % may be shown
    (0.10, 30.0, 0.1301, "suppress: interval 130 % of the estimate wide (> 130 %)"),
    (0.90, 30.0, 0.129, ""),
    (0.90, 30.0, 0.14, "note: the complement is unreliable (interval 140 % of it wide)"),
    (0.99, 30.0, 0.05, ""),  # the footnote is for estimates that passed by rule 4 only
])
def test_the_rules_in_their_order_and_at_their_edges(share, size, width, word):
    assert _reliability(share, size, width) == word


def test_nobody_of_thirty_is_shown_for_review_and_nobody_of_29_is_suppressed():
    assert caution(0, 0, 31, 30) == "review: 0 or 100 %"
    assert caution(1, 0, 31, 30) == "review: 0 or 100 %"
    assert caution(0, 0, 31, 29) == "suppress: effective sample size 29.0 (< 30); review: 0 or 100 %"


def test_fewer_than_eight_degrees_of_freedom_ask_for_review_and_none_for_suppression():
    assert caution(0.5, 0.01, 8, 3000) == ""
    assert caution(0.5, 0.01, 7, 3000) == "review: 7 degrees of freedom (< 8)"
    assert caution(0.5, float("nan"), 0, 3000) == "suppress: 0 degrees of freedom, no interval"
    assert df_cautions([8, 7, 0, -2, float("nan")]) == [
        "", "review: 7 degrees of freedom (< 8)", *["suppress: 0 degrees of freedom, no interval"] * 2,
        "suppress: nan degrees of freedom, no interval",
    ]


def test_the_effective_size_never_exceeds_the_sample():
    """25 persons with an implausibly small standard error stay 25."""
    assert caution(0.5, 0.01, 20, 25).startswith("suppress: effective sample size 25.0")


def test_no_variation_between_units_is_for_review():
    assert caution(0.5, 0.0, 20, 2000) == "review: standard error 0 away from 0 and 100 %"


def counts(total, std_error, df, n):
    return count_cautions(*(np.array([float(number)]) for number in (total, std_error, df, n)))[0]


def test_counts_need_ten_cases_and_a_narrow_interval():
    """t(20) = 2.086: a relative standard error of .383 is 160 % wide."""
    assert counts(1000, 380, 20, 10) == ""
    assert counts(1000, 100, 20, 9) == "suppress: 9 persons behind it (< 10)"
    assert counts(1000, 385, 20, 10) == "suppress: interval 161 % of the count wide (> 160 %)"
    assert counts(1000, 100, 7, 10) == "review: 7 degrees of freedom (< 8)"
    assert counts(1000, float("nan"), 0, 10) == "suppress: 0 degrees of freedom, no interval"


def test_cautions_are_joined_without_gaps():
    assert join_cautions("a", "", "b") == "a; b"
