"""Units that another answer gives away, and the cells that are left open."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from crampstats.audit.decimal_slips import audit_decimals
from crampstats.audit.unit_slips import audit_units, find_unsettled

from .small_intakes import make_intake


def rules(found) -> list[tuple[int | None, str, str]]:
    return [(one.source_row, one.rule, one.severity) for one in found]


def test_a_heavy_weight_is_asked_about_and_never_called_wrong(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {
        "age_years": ["50", "50", "12", "50"], "body_weight_kg": ["176", "80", "176", "130"], "height_cm": ["175"] * 4,
    })
    # 176 / 1.75² = 57.5; as pounds 26.1. 130 / 1.75² = 42.4 is not over 45. A child is left alone.
    (finding,) = audit_units(intake)
    assert rules([finding]) == [(2, "weight perhaps in pounds", "note")]
    assert "57 kg/m²" in finding.message
    assert "it would be 26" in finding.message


def test_a_weight_whose_cell_says_kilograms_is_not_asked_about(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {"body_weight_kg": ["176 kg", "80"], "height_cm": ["175", "175"]})
    assert audit_units(intake) == []


def test_urea_in_mg_dl_is_told_by_creatinine(tmp_path: Path) -> None:
    # 30 / 0.080 = 375 times; 30 x 0.1665 = 5.0. On dialysis 30 / 0.800 = 38 times.
    intake = make_intake(tmp_path, {"serum_urea_mmol_l": ["30", "5", "30"], "serum_creatinine_umol_l": ["80", "80", "800"]})
    (finding,) = audit_units(intake)
    assert rules([finding]) == [(2, "possible unit slip", "warning")]
    assert "375 times" in finding.message
    assert "it would be 5 mmol/L" in finding.message


def test_a_whole_column_in_another_unit_is_told_once(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {"serum_calcium_mmol_l": ["9.4"] * 15 + ["2.4"] * 10})
    (finding,) = audit_units(intake)
    assert (finding.source_row, finding.rule) == (None, "unit of a column")
    assert "15 of 25 values" in finding.message
    assert find_unsettled(intake, [finding])["serum_calcium_mmol_l"].all()


@pytest.mark.parametrize(("variable", "written", "settled"), [
    ("serum_magnesium_mmol_l", "2.0", "0.84"), ("serum_calcium_mmol_l", "9.4", "2.35"), ("serum_potassium_mmol_l", "41", "4.1"),
    ("serum_magnesium_mmol_l", "1.2", "1.1"), ("height_cm", "68", "168"), ("glucose_mmol_l", "95", "5.3"),
])
def test_what_reading_doubts_is_unsettled_whether_kept_or_set_aside(
    tmp_path: Path, variable: str, written: str, settled: str,
) -> None:
    intake = make_intake(tmp_path, {variable: [written, settled, ""], "sex": ["male", "male", "male"]})
    unsettled = find_unsettled(intake, intake.data.findings.rows)
    assert unsettled[variable].tolist() == [True, False, False]
    assert "sex" not in unsettled


def test_beyond_the_list_of_findings_slips_are_unsettled_too_and_sound_values_are_not(tmp_path: Path) -> None:
    # 1,000 findings are listed of a column
    slips = [f"{value:.2f}" for value in np.linspace(1.6, 2.4, 1200)]
    intake = make_intake(tmp_path, {"serum_magnesium_mmol_l": [*slips, *["0.84"] * 1300]})
    unsettled = find_unsettled(intake, intake.data.findings.rows)["serum_magnesium_mmol_l"]
    assert unsettled.tolist() == [True] * 1200 + [False] * 1300


def test_a_weight_without_its_decimal_mark_is_told_in_adults(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {
        "age_years": ["50", "50", "1"], "body_weight_kg": ["7.2", "72", "7.2"], "height_cm": ["170", "170", "70"],
    })
    found = [one for one in audit_decimals(intake) if one.column == "body_weight_kg"]
    assert [(one.source_row, one.rule) for one in found] == [(2, "possible decimal slip")]
    assert "it would be 72 kg" in found[0].message


def test_creatinine_of_a_kidney_patient_is_no_decimal_slip(tmp_path: Path) -> None:
    # 800 with a urea of 5: 5 / 0.8 = 6 times; with 20: 25 times, as on dialysis
    intake = make_intake(tmp_path, {"serum_creatinine_umol_l": ["800", "800"], "serum_urea_mmol_l": ["5", "20"]})
    assert rules(audit_decimals(intake)) == [(2, "possible decimal slip", "warning")]
