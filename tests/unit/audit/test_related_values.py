"""Robust distances: what they are on numbers worked out by hand, and that odd rows do not hide themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from crampstats.audit.related_values import _consistency, _fit, audit_related, find_odd_ratios, find_odd_rows

from .small_intakes import make_intake


def test_the_factor_of_consistency_is_that_of_two_normal_variables() -> None:
    # chi² with 2 df: q = -2 ln(1 - a); with 4 df: F(q) = 1 - (1 - a)(1 - ln(1 - a)). a = 0.75: 0.75 / (1 - 0.25 x 2.386294)
    assert _consistency(0.75, 2) == pytest.approx(0.75 / (1 - 0.25 * (1 + np.log(4))), rel=1e-9)


def test_a_fifth_of_odd_rows_moves_neither_centre_nor_covariance_far() -> None:
    rng = np.random.default_rng(3)
    clean = rng.multivariate_normal([140, 104], [[6.25, 4.0], [4.0, 9.0]], 2000)
    spoilt = clean.copy()
    spoilt[:400] = rng.multivariate_normal([170, 70], np.eye(2), 400)
    centre, inverse = _fit(spoilt)
    assert centre == pytest.approx([140, 104], abs=0.3)
    assert np.linalg.inv(inverse) == pytest.approx(np.array([[6.25, 4.0], [4.0, 9.0]]), rel=0.2)


def test_the_value_that_stands_out_is_named_with_what_it_would_be() -> None:
    rng = np.random.default_rng(4)
    first = rng.normal(0, 1, 500)
    values = np.column_stack([first, first + rng.normal(0, 0.3, 500)])
    values[7] = [0.0, 3.0]
    found = find_odd_rows(values, far=25.0)
    assert found.rows.tolist() == [7]
    # both lie 3.0 apart; the second is the further from the line given the first only by its smaller spread, 0.3 against 1
    assert abs(found.expected[7] - (0.0 if found.odd[7] == 1 else 3.0)) < 0.4


def test_results_rounded_to_whole_numbers_are_no_obstacle() -> None:
    rng = np.random.default_rng(5)
    values = rng.normal([139, 104, 25], [2.5, 2.5, 2.2], (200, 3)).round()
    assert find_odd_rows(values, far=30.0).rows.tolist() == []


def test_a_column_that_does_not_vary_is_not_compared() -> None:
    assert find_odd_rows(np.column_stack([np.ones(150), np.arange(150.0)]), far=25.0) is None


def test_a_ratio_far_from_the_rest_is_found_and_both_high_together_is_not() -> None:
    rng = np.random.default_rng(6)
    creatinine = rng.normal(np.log(80), 0.25, 300)
    values = np.column_stack([creatinine, creatinine + rng.normal(-2.8, 0.3, 300)])
    values[5] = [np.log(700), np.log(700) - 2.8]
    values[9, 1] += 2.2
    assert find_odd_ratios(values, far=25.0).rows.tolist() == [9]


def test_too_few_rows_are_said_to_be_too_few(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {"serum_calcium_mmol_l": ["2.3", "2.4"] * 20, "serum_albumin_g_l": ["40", "43"] * 20})
    (finding,) = audit_related(intake)
    assert (finding.rule, finding.severity) == ("related results not compared", "note")
    assert "40 rows have all of them, and 100 are needed" in finding.message


def test_an_exchanged_result_is_found_and_said_in_words(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    sodium, bicarbonate = rng.normal(139, 2.5, 300), rng.normal(25, 2, 300)
    chloride = sodium - bicarbonate - rng.normal(10, 2, 300)
    chloride[20] = 125
    columns = {"serum_sodium_mmol_l": sodium, "serum_chloride_mmol_l": chloride, "serum_bicarbonate_mmol_l": bicarbonate}
    intake = make_intake(tmp_path, {name: [f"{one:.0f}" for one in values] for name, values in columns.items()})
    (finding,) = audit_related(intake)
    assert (finding.source_row, finding.column, finding.value) == (22, "serum_chloride_mmol_l", "125")
    assert "beside serum sodium" in finding.message
