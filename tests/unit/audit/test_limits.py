"""Values that are possible but seldom seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from crampstats.audit.limits import audit_limits
from crampstats.codebook.catalogue import DERIVED, VARIABLES
from crampstats.codebook.limits import SOFT_LIMITS, SoftLimit
from crampstats.core.errors import DataError

from .small_intakes import make_intake


def test_a_value_beyond_a_soft_limit_is_told_with_limit_and_source(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {"serum_potassium_mmol_l": ["4.1", "6.0", "6.4", ""]})
    (found,) = audit_limits(intake)
    assert (found.source_row, found.rule, found.severity, found.value) == (4, "seldom_seen", "warning", "6.4")
    assert "2.4 to 6 mmol/L" in found.message
    assert "NHANES" in found.message


def test_a_suspected_unit_slip_is_not_told_a_second_time(tmp_path: Path) -> None:
    # 2.0 mg/dL of magnesium is usual, 2.0 mmol/L beyond the soft limit of 1.4
    intake = make_intake(tmp_path, {"serum_magnesium_mmol_l": ["0.8", "2.0"]})
    assert [one.rule for one in intake.data.findings.rows if one.source_row == 3] == ["possible unit slip"]
    assert audit_limits(intake) == []


def test_a_value_set_aside_in_reading_is_not_told_a_second_time(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {"cramp_duration_minutes": ["5", "5000"]})
    assert audit_limits(intake) == []


def test_limits_of_adults_hold_for_those_known_to_be_adults(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {"age_years": ["17", "18", ""], "height_cm": ["110", "110", "110"]})
    assert [one.source_row for one in audit_limits(intake)] == [3]


def test_a_long_usual_cramp_is_a_note(tmp_path: Path) -> None:
    # 90 minutes: no second is as likely, since 1.5 minutes would be usual; 61 to 1,440 minutes can be
    intake = make_intake(tmp_path, {"cramp_duration_minutes": ["5", "61"]})
    told = {one.source_row for one in intake.data.findings.rows if one.rule == "possible unit slip"}
    assert {one.severity for one in audit_limits(intake)} <= {"note"}
    assert told | {one.source_row for one in audit_limits(intake)} == {3}


@pytest.mark.parametrize("name", SOFT_LIMITS)
def test_soft_limits_lie_within_what_a_living_person_can_have(name: str) -> None:
    assert name in VARIABLES or name in DERIVED
    one = SOFT_LIMITS[name]
    low, high = (VARIABLES[name].plausible if name in VARIABLES else None) or (-float("inf"), float("inf"))
    assert one.low is None or low <= one.low
    assert one.high is None or one.high <= high


def test_a_soft_limit_needs_a_source_and_limits_in_order() -> None:
    with pytest.raises(DataError, match="needs a source"):
        SoftLimit("age_years", None, 105, "")
    with pytest.raises(DataError, match="lower comes first"):
        SoftLimit("age_years", 105, 5, "x")
