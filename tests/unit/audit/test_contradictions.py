"""Answers that contradict each other, in a file: which rows, which cells, which words."""

from __future__ import annotations

from pathlib import Path

from crampstats.audit.contradictions import audit_contradictions
from crampstats.codebook.checks.catalogue import CHECKS

from .small_intakes import make_intake, rows_of


def test_a_contradiction_names_row_headings_and_cells(tmp_path: Path) -> None:
    cells = {"cramps_ever": ["yes", "no", "no"], "cramp_frequency": ["often", "2-4 times a month", "never"]}
    intake = make_intake(tmp_path, cells)
    (found,) = audit_contradictions(intake)
    assert (found.source_row, found.column, found.value) == (3, "cramps_ever / cramp_frequency", "no / 2-4 times a month")
    assert CHECKS[found.rule].severity == found.severity == "error"
    assert found.message.startswith("Never had a leg cramp, but had them in the past month")
    assert "sometimes" in found.message


def test_a_missing_answer_contradicts_nothing(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {"sex": ["male", "", "male"], "pregnant": ["", "yes", "yes"]})
    assert rows_of(audit_contradictions(intake), "male_and_pregnant") == [4]


def test_a_column_the_file_lacks_contradicts_nothing(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {"cramps_ever": ["no", "no"], "varicose_veins": ["yes", "no"]})
    assert audit_contradictions(intake) == []


def test_heart_failure_without_age_is_told_unless_the_age_was_unreadable(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {"age_years": ["70", "", "old", "400"], "heart_failure": ["yes", "yes", "yes", "yes"]})
    # row 4 is unreadable and row 5 implausible: reading has told of both
    assert rows_of(audit_contradictions(intake), "condition_without_age") == [3]


def test_a_file_without_ages_is_not_told_of_each_condition(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {"sex": ["male", "female"], "heart_failure": ["yes", "yes"]})
    assert rows_of(audit_contradictions(intake), "condition_without_age") == []


def test_a_derived_answer_does_not_repeat_the_contradiction_of_the_recorded_one(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {"cramps_ever": ["no"], "cramp_frequency": ["often"]})
    assert [one.rule for one in audit_contradictions(intake)] == ["no_cramps_ever_but_monthly"]
    both = make_intake(tmp_path, {"any_cramps": ["no"], "cramp_frequency": ["often"]})
    assert [one.rule for one in audit_contradictions(both)] == ["no_cramps_but_monthly"]


def test_no_medicines_and_a_medicine_ticked_is_a_contradiction_that_repeats_no_text(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {"medicines": ["None", "statin", "none"], "takes_statin": ["yes", "yes", "no"]})
    (found,) = [one for one in audit_contradictions(intake) if one.rule == "medicines_none_but_taken"]
    assert (found.source_row, found.message) == (2, "Takes no medicines, but a medicine is recorded as taken.")


def test_a_box_with_none_of_these_is_told_with_every_box_ticked(tmp_path: Path) -> None:
    boxes = {"calf": ["1", "1", ""], "foot": ["1", "", ""], "none of these": ["1", "", "1"]}
    entry = '[variables.{}]\nhow = "ticks"\ncolumn = "{}"\nothers = ["{}", "none of these"]'
    further = [entry.format("cramps_in_calf", "calf", "foot"), entry.format("cramps_in_foot", "foot", "calf")]
    (found,) = audit_contradictions(make_intake(tmp_path, boxes, further=further))
    assert (found.rule, found.source_row, found.column) == ("box_and_none", 2, "calf / foot / none of these")


def test_cramps_described_though_there_are_none_are_told_where_no_form_hides_the_questions(tmp_path: Path) -> None:
    cells = {"cramps_ever": ["no", "no"], "cramp_frequency": ["never", "never"], "cramp_severity": ["7", "0"]}
    assert rows_of(audit_contradictions(make_intake(tmp_path, cells)), "no_cramps_but_described") == [2]
    hidden = make_intake(tmp_path, cells, entries={"cramp_severity": "asked_if = \"[cramps_ever] = 'yes'\""})
    assert rows_of(audit_contradictions(hidden), "no_cramps_but_described") == []


def test_nothing_in_the_data_is_changed(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {"sex": ["male", "female"], "pregnant": ["yes", "yes"]})
    before = intake.table.copy()
    audit_contradictions(intake)
    assert intake.table.equals(before)
