"""Answers missing where the form asked for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from crampstats.audit.completeness import audit_completeness
from crampstats.codebook.questions import GROUPS, ITEMS, REQUIRED

from .small_intakes import make_intake, rows_of

FORM = ('form = "clinic_intake"',)
# questions to the patient, none of them for safety, all yes/no and always shown
PLAIN = (
    "hypertension", "heart_failure", "coronary_heart_disease", "angina", "heart_attack", "stroke", "thyroid_disease",
    "liver_disease", "kidney_disease", "arthritis", "cancer", "asthma",
)


def _of_column(found: list, rule: str) -> list[tuple[str, str]]:
    return [(one.column, one.severity) for one in found if one.rule == rule]


def test_a_question_for_safety_left_open_is_told_and_a_do_not_know_is_a_note(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {"saddle_numbness": ["no", "", "don't know", "yes"], "sex": ["male"] * 4})
    found = audit_completeness(intake)
    assert rows_of(found, "safety_question_open") == [3]
    assert rows_of(found, "safety_question_not_known") == [4]


def test_a_question_that_was_not_shown_lacks_no_answer(tmp_path: Path) -> None:
    cells = {"cramps_ever": ["no", "yes", "yes"], "cramp_frequency": ["never", "often", "often"],
             "cramps_disturb_sleep": ["", "", "yes"]}
    found = audit_completeness(make_intake(tmp_path, cells, file=FORM))
    assert rows_of(found, "safety_question_open") == [3]


def test_the_condition_of_a_form_of_ones_own_is_kept(tmp_path: Path) -> None:
    cells = {"varicose_veins": ["yes", "no", "yes"], "skin_change": ["", "", "no"]}
    entries = {"skin_change": "asked_if = \"[varicose_veins] = 'yes'\""}
    assert rows_of(audit_completeness(make_intake(tmp_path, cells, entries=entries)), "safety_question_open") == [2]


def test_years_with_cramps_are_needed_of_frequent_cramps_alone(tmp_path: Path) -> None:
    cells = {"cramp_frequency": ["rarely", "often", "never"], "cramps_since_years": ["", "", ""]}
    assert rows_of(audit_completeness(make_intake(tmp_path, cells)), "safety_question_open") == [3]


def test_an_unreadable_cell_is_left_to_reading(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {"age_years": ["40", "forty-ish", ""], "sex": ["male", "female", "female"]})
    assert rows_of(audit_completeness(intake), "required_question_open") == [4]


def test_a_missing_age_beside_heart_failure_is_told_once(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {"age_years": ["40", "", ""], "heart_failure": ["no", "yes", "no"]})
    assert rows_of(audit_completeness(intake), "required_question_open") == [4]


@pytest.mark.parametrize(("missing", "severity"), [(1, None), (2, "note"), (4, "note"), (5, "warning")])
def test_the_share_missing_is_a_note_above_5_and_a_warning_above_20_per_cent(
    tmp_path: Path, missing: int, severity: str | None
) -> None:
    # 1, 2, 4 and 5 of 20 are 5, 10, 20 and 25 per cent
    cells = {"varicose_veins": [""] * missing + ["no"] * (20 - missing), "diabetes": ["no"] * 20}
    found = _of_column(audit_completeness(make_intake(tmp_path, cells)), "much_missing")
    assert found == ([("varicose_veins", severity)] if severity else [])


def test_a_question_nobody_answered_is_one_finding(tmp_path: Path) -> None:
    cells = {"saddle_numbness": [""] * 12, "diabetes": ["no"] * 12}
    found = audit_completeness(make_intake(tmp_path, cells))
    assert _of_column(found, "question_never_answered") == [("saddle_numbness", "warning")]
    assert rows_of(found, "safety_question_open") == []


def test_blood_tests_not_taken_are_no_gap(tmp_path: Path) -> None:
    cells = {"serum_sodium_mmol_l": ["140", *[""] * 19], "diabetes": ["no"] * 20}
    assert _of_column(audit_completeness(make_intake(tmp_path, cells)), "much_missing") == []


def test_a_row_with_next_to_no_answer_is_told_as_a_whole(tmp_path: Path) -> None:
    cells = {"visit_date": ["2026-03-01", "2026-03-02"], **{name: ["no", ""] for name in PLAIN}, "saddle_numbness": ["no", ""]}
    found = audit_completeness(make_intake(tmp_path, cells))
    assert rows_of(found, "row_nearly_empty") == [3]
    assert rows_of(found, "safety_question_open") == []


def test_a_form_left_half_way_is_told_with_the_last_question_answered(tmp_path: Path) -> None:
    cells = {name: ["no", "no" if place < 6 else ""] for place, name in enumerate(PLAIN)} | {"saddle_numbness": ["no", ""]}
    found = audit_completeness(make_intake(tmp_path, cells))
    (one,) = [one for one in found if one.rule == "form_abandoned"]
    # six of thirteen questions were answered; the other seven, one of them for safety, were not
    assert one.source_row == 3
    assert one.message == "After 'stroke' none of 7 questions is answered, 1 of them for the patient's safety."
    assert rows_of(found, "safety_question_open") == []


def test_a_form_with_gaps_here_and_there_was_not_left_half_way(tmp_path: Path) -> None:
    cells = {name: ["no", "no" if place % 2 else ""] for place, name in enumerate(PLAIN)}
    assert rows_of(audit_completeness(make_intake(tmp_path, cells)), "form_abandoned") == []


def test_questions_the_file_lacks_are_told_by_what_cannot_be_said(tmp_path: Path) -> None:
    found = [one for one in audit_completeness(make_intake(tmp_path, {"sex": ["male"]})) if one.rule == "questions_lacking"]
    assert len(found) == len(GROUPS)
    assert "commoner than expected" in found[2].message
    assert "lacks 3" in found[2].message


def test_each_answer_the_form_should_not_have_asked_is_told_those_of_a_row_together(tmp_path: Path) -> None:
    cells = {"cramps_ever": ["no", "no", "yes", "no"], "cramp_frequency": ["never", "never", "often", "never"],
             "cramp_severity": ["5", "", "7", "6"], "lingering_pain": ["", "", "no", "no"]}
    entries = dict.fromkeys(("cramp_severity", "lingering_pain"), "asked_if = \"[cramps_ever] = 'yes'\"")
    intake = make_intake(tmp_path, cells, entries=entries)
    told = [(one.source_row, one.column) for one in intake.data.findings.rows if one.rule == "answered though not asked"]
    # reading tells the first row of each column
    assert told == [(2, "cramp_severity"), (5, "lingering_pain")]
    found = [(one.source_row, one.column) for one in audit_completeness(intake) if one.rule == "answered though not asked"]
    assert found == [(5, "cramp_severity")]


def test_the_shipped_form_knows_its_conditions_without_a_mapping_that_says_them(tmp_path: Path) -> None:
    cells = {"cramps_ever": ["no", "yes"], "cramp_frequency": ["never", "often"], "cramp_severity": ["5", "7"],
             "lingering_pain": ["yes", "no"]}
    found = audit_completeness(make_intake(tmp_path, cells, file=FORM))
    assert [(one.source_row, one.column) for one in found if one.rule == "answered though not asked"] == [
        (2, "cramp_severity / lingering_pain"),
    ]


def test_required_questions_are_those_of_the_form() -> None:
    assert {"age_years", "sex", "visit_date", "cramps_ever", "cramp_frequency", "saddle_numbness", "dialysis"} <= set(REQUIRED)
    assert "cramps_in_calf" in ITEMS
