"""Last digits: where an even spread is to be expected, and who prefers which."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from crampstats.audit.digits import _describe, audit_digits, find_last_digits

from .small_intakes import make_intake


def texts(values: np.ndarray, places: int) -> pd.Series:
    return pd.Series([f"{value:.{places}f}" for value in values], dtype="str")


def test_narrow_values_have_digits_nobody_chose() -> None:
    rng = np.random.default_rng(1)
    assert find_last_digits(texts(rng.normal(139, 2.5, 500), 0)) is None
    assert find_last_digits(texts(rng.normal(168, 10, 500), 0)) is not None


def test_cells_in_another_precision_are_left_out() -> None:
    cells = texts(np.linspace(60, 110, 90), 0).tolist() + texts(np.linspace(0.7, 1.2, 60), 2).tolist()
    digits = find_last_digits(pd.Series(cells, dtype="str"))
    assert digits.notna().sum() == 90


def test_zeros_a_program_cut_off_are_no_preference() -> None:
    # 70.0 shown as 70: no 0 among the decimals, so nothing can be said
    assert find_last_digits(pd.Series([f"{60 + i / 7:.1f}".removesuffix(".0") for i in range(200)], dtype="str")) is None


def test_w_is_the_root_of_chi_squared_over_n() -> None:
    # 100 numbers that all end in 0 or 5, half each: chi² = 8 x 10 + 2 x (40² / 10) = 400; w = root of 4 = 2
    digits = pd.Series([0, 5] * 50, dtype="Int64")
    assert _describe(digits, 100) == "100% of 100 numbers end in 0 or 5 (20% if evenly spread; w = 2.00)"
    assert _describe(pd.Series([*range(10)] * 20, dtype="Int64"), 100) == ""


def test_the_observer_who_rounds_is_told_by_code_and_one_with_a_name_by_number(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    weights, who = rng.normal(80, 15, 400), np.array(["D1", "Kowalczyk"])[np.arange(400) % 2]
    weights[who == "Kowalczyk"] = (weights[who == "Kowalczyk"] / 5).round() * 5
    intake = make_intake(tmp_path, {"body_weight_kg": [f"{one:.1f}" for one in weights], "clinician": who.tolist()})
    (finding,) = audit_digits(intake)
    assert "observer no. 2 of 2 in alphabetical order" in finding.message
    assert "Kowalczyk" not in finding.message
    assert finding.source_row is None


def test_an_observer_who_writes_no_decimals_is_told_by_the_digits_of_the_own_cells(tmp_path: Path) -> None:
    # three observers write a tenth of a kilogram, the fourth whole kilograms in steps of five
    rng = np.random.default_rng(3)
    weights, who = rng.normal(80, 15, 400), np.array(["aa", "bb", "cc", "dd"])[np.arange(400) % 4]
    cells = [f"{round(one / 5) * 5}" if name == "dd" else f"{one:.1f}" for one, name in zip(weights, who, strict=True)]
    (finding,) = audit_digits(make_intake(tmp_path, {"body_weight_kg": cells, "clinician": who.tolist()}))
    assert "observer dd: 100% of 100 numbers end in 0 or 5" in finding.message
