"""All checks together: what is said of a cell is said once."""

from __future__ import annotations

import datetime as dt

from crampstats.audit.intake import open_intake
from crampstats.audit.run import audit_findings
from crampstats.datasets.files import data_file

TODAY = dt.date(2026, 11, 22)


def _messy() -> list[tuple[str, int | None, str]]:
    intake = open_intake(data_file("messy_intake_example.xlsx"), data_file("messy_intake_example.toml"), today=TODAY)
    return [(one.column, one.source_row, one.rule) for one in audit_findings(intake).rows]


def test_a_date_that_fills_visit_and_age_is_told_once() -> None:
    # row 20 of the list holds 31/02/2026 (messy_intake_problems.csv); the age is made of the same cell
    assert _messy().count(("Date of visit", 20, "unreadable")) == 1


def test_a_lost_decimal_mark_is_not_also_told_as_far_from_the_rest() -> None:
    told = {rule for column, row, rule in _messy() if (column, row) == ("Potassium (mmol/L)", 36)}
    assert told == {"decimal slip"}


def test_a_height_in_metres_that_says_so_is_no_height_far_from_the_rest() -> None:
    # row 13 holds "1,72 m", which is read as 172 cm; row 14 a magnesium of "2.0 mg/dL"
    assert not [rule for _, row, rule in _messy() if row in (13, 14) and rule == "far from the rest"]


def test_the_checks_see_the_columns_that_tell_who_somebody_is_and_the_table_does_not() -> None:
    intake = open_intake(data_file("clinic_intake_example.csv"), data_file("clinic_intake_example.toml"), today=TODAY)
    telling = {one.column for one in intake.identifiers}
    assert {"patient_name", "date_of_birth"} <= telling
    assert not telling & set(intake.table)
    assert intake.birth_dates.notna().mean() > 0.9


def test_every_step_is_named_before_it_is_taken() -> None:
    seen: list[tuple[str, int, int]] = []
    intake = open_intake(data_file("messy_intake_example.xlsx"), data_file("messy_intake_example.toml"), today=TODAY)
    audit_findings(
        intake, further=(("the clinic's own rules", lambda _: ()),),
        progress=lambda label, done, total: seen.append((label, done, total)),
    )
    assert seen[0][1] == 0
    assert seen[-1] == ("the clinic's own rules", len(seen) - 1, len(seen))
