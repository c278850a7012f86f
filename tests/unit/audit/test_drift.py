"""Sites, observers and months that stand out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from crampstats.audit.drift import _chi2, _exact, _p_value, audit_drift, is_discovery

from .small_intakes import make_intake


def test_benjamini_and_hochberg_reject_up_to_the_last_one_below_the_line() -> None:
    # the example of their paper (1995), 15 p-values at a rate of 5 %: the 4 smallest are rejected
    p_values = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
    ]
    assert is_discovery(np.array(p_values), 0.05).sum() == 4
    assert is_discovery(np.zeros(0), 0.05).tolist() == []


def test_chi_squared_of_a_table_is_pearsons() -> None:
    # 10 30 / 20 20: expected 15 25 / 15 25, so 4 x 25 / 15 ... = 25/15 + 25/25 + 25/15 + 25/25 = 5.3333
    assert _chi2(np.array([[[10, 30], [20, 20]]])) == pytest.approx([16 / 3])


def test_in_time_the_best_split_pays_for_its_choice() -> None:
    # chi² of 1 df of 3.841459 has p = 0.05: of ten splits 0.5
    assert _p_value(0.0, 1, 3.841458820694124, 10, 1, in_time=True) == pytest.approx(0.5)
    assert _p_value(3.841458820694124, 2, 99.0, 10, 1, in_time=False) == pytest.approx(0.05)


def test_few_expected_are_tested_exactly() -> None:
    # Fisher's tea: 3 1 / 1 3, two-sided p = 34 / 70
    assert _exact(np.array([[3, 1], [1, 3]]), 1) == pytest.approx(34 / 70)


def test_a_site_of_few_patients_is_not_judged(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {
        "clinic_site": ["A1"] * 100 + ["B1"] * 20, "dialysis": ["no"] * 100 + ["yes"] * 20,
    })
    assert audit_drift(intake) == []


def test_a_site_that_answers_otherwise_is_named_with_both_shares(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {
        "clinic_site": ["A1", "B1"] * 100, "dialysis": ["no", "yes", "no", "yes", "no", "no", "yes", "yes", "no", "no"] * 20,
    })
    (finding,) = audit_drift(intake)
    # A1: 1 of 5 yes; B1: 3 of 5
    assert finding.rule == "differs by site"
    assert 'site A1: 20% "yes" (of 100), elsewhere 60% (of 100)' in finding.message


def test_a_site_is_called_by_its_name_unless_it_has_that_of_a_person(tmp_path: Path) -> None:
    answers = ["no", "yes", "no", "yes", "no", "no", "yes", "yes", "no", "no"] * 20
    told = {}
    for site in ("North", "Dr Hallowell"):
        (finding,) = audit_drift(make_intake(tmp_path, {"clinic_site": [site, "West"] * 100, "dialysis": answers}))
        told[site] = finding.message
    assert 'site North: 20% "yes"' in told["North"]
    assert "Hallowell" not in told["Dr Hallowell"]


def test_a_step_in_what_is_missing_names_its_month(tmp_path: Path) -> None:
    months = [f"2026-{1 + i // 40:02d}-15" for i in range(240)]
    open_later = ["" if i >= 160 and i % 2 else "no" for i in range(240)]
    intake = make_intake(tmp_path, {"visit_date": months, "dialysis": open_later, "sex": ["male", "female"] * 120})
    (finding,) = audit_drift(intake)
    assert finding.rule == "changes by month"
    assert "from 2026-05 on 50% missing (of 80), before 0% (of 160)" in finding.message


def test_a_large_difference_of_few_months_is_not_told_in_a_small_file(tmp_path: Path) -> None:
    visits, answers = ["2026-01-15"] * 20 + ["2026-02-15"] * 20, ["no"] * 20 + ["yes"] * 20
    intake = make_intake(tmp_path, {"visit_date": visits, "dialysis": answers})
    assert audit_drift(intake) == []
