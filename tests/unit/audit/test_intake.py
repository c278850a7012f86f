"""A clinic's file as the audit sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from crampstats.audit.intake import open_intake
from crampstats.core.errors import DataError

from .small_intakes import TODAY, make_intake


def test_a_file_of_which_nothing_is_understood_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n3,4\n", encoding="utf-8")
    with pytest.raises(DataError, match="crampstats map FILE"):
        open_intake(tmp_path / "other.csv", today=TODAY)


def test_names_and_birth_dates_are_at_hand_for_checks_and_nowhere_in_the_table(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {
        "Patient name": ["Anna Keller", "John Smith"], "Date of birth": ["1950-02-03", "31/02/1960"], "age_years": ["76", "60"],
    })
    assert intake.names.tolist() == ["Anna Keller", "John Smith"]
    assert intake.birth_dates.dt.strftime("%Y-%m-%d").tolist()[0] == "1950-02-03"
    assert intake.birth_dates.isna().tolist() == [False, True]
    assert "Keller" not in intake.table.to_csv()
    assert "Keller" not in repr(intake)


def test_a_question_the_form_did_not_show_counts_as_not_asked(tmp_path: Path) -> None:
    intake = make_intake(
        tmp_path, {"cramps_ever": ["1", "0"], "cramp_severity": ["", ""]},
        entries={"cramps_ever": 'codes = {"1" = "yes", "0" = "no"}', "cramp_severity": "asked_if = \"[cramps_ever] = '1'\""},
    )
    assert intake.asked("cramp_severity").tolist() == [True, False]
