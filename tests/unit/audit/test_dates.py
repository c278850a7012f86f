"""Dates that cannot be, or hardly can."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from crampstats.audit.dates import audit_dates, completed_years, visits_around

from .small_intakes import TODAY, make_intake, rows_of

# one visit on every day from 1 January to 29 June 2026
DAYS = [day.date().isoformat() for day in pd.date_range("2026-01-01", periods=180)]


def test_dates_after_the_day_of_the_audit_are_told(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {
        "visit_date": ["2026-11-22", "2026-11-23", "2026-10-01"], "blood_sample_date": ["2026-11-20", "2026-11-20", "2027-10-01"],
    })
    found = audit_dates(intake)
    assert TODAY.isoformat() == "2026-11-22"
    assert [(one.source_row, one.column) for one in found if one.rule == "date_in_future"] == [
        (3, "visit_date"), (4, "blood_sample_date"),
    ]
    # a date in the future is not told as far from the visit too
    assert rows_of(found, "sample_far_from_visit") == []


def test_a_visit_before_birth_is_told_once_and_shows_no_birth_date(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {
        "date_of_birth": ["1960-05-04", "1961-07-08", "1950-01-02"], "visit_date": ["1926-03-01", "2026-03-01", "1999-12-31"],
    })
    found = audit_dates(intake)
    assert rows_of(found, "date_before_birth") == [2]
    assert rows_of(found, "date_long_ago") == [4]
    assert not any("1960" in one.message + one.value for one in found)


def test_birth_dates_in_the_future_or_of_nobody_alive_are_told_and_nothing_else_of_their_rows(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {
        "date_of_birth": ["2031-05-04", "1901-05-04", "1980-05-04", "2026-03-01"],
        "visit_date": ["2026-03-01", "2026-03-01", "2026-03-01", "2026-03-01"], "age_years": ["45", "46", "45", "45"],
    })
    found = [(one.rule, one.source_row) for one in audit_dates(intake)]
    # 1980-05-04 to 2026-03-01 are 45 completed years
    assert found == [("date_in_future", 2), ("birth_date_impossible", 3), ("birth_date_is_visit", 5)]


def test_a_birth_date_is_never_shown(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {"date_of_birth": ["2031-05-04", "1901-06-07"], "visit_date": ["2026-03-01", "2026-03-01"]})
    said = " ".join(one.message + one.value for one in audit_dates(intake))
    assert not [year for year in ("2031", "1901") if year in said]


@pytest.mark.parametrize(("age", "told"), [("45", False), ("46", False), ("44", False), ("47", True), ("54", True)])
def test_an_age_may_differ_by_a_year_from_birth_date_and_visit(tmp_path: Path, age: str, told: bool) -> None:
    # completed years from 1980-05-04 to 2026-03-01: 45
    intake = make_intake(tmp_path, {"date_of_birth": ["1980-05-04"], "visit_date": ["2026-03-01"], "age_years": [age]})
    assert rows_of(audit_dates(intake), "age_against_birth_date") == ([2] if told else [])


def test_a_visit_in_another_year_than_all_others_is_told(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {"visit_date": [*DAYS, "2025-03-03"]})
    assert rows_of(audit_dates(intake), "date_far_from_rest") == [182]


def test_a_visit_a_year_off_the_rows_around_it_is_told_where_the_file_is_in_order(tmp_path: Path) -> None:
    three_years = [day.date().isoformat() for day in pd.date_range("2023-01-01", periods=300, freq="3D")]
    # the hundred-and-first visit, 300 days after the first, is 2023-10-28; as 2024-10-28 it has others within 45 days
    three_years[100] = three_years[100].replace("2023", "2024")
    found = audit_dates(make_intake(tmp_path, {"visit_date": three_years}))
    assert [(one.rule, one.source_row) for one in found] == [("visit_year_slip", 102)]
    shuffled = three_years[::2] + three_years[1::2][::-1]
    assert audit_dates(make_intake(tmp_path, {"visit_date": shuffled})) == []


def test_the_first_weeks_of_a_clinic_and_few_visits_are_not_far_from_the_rest(tmp_path: Path) -> None:
    assert rows_of(audit_dates(make_intake(tmp_path, {"visit_date": DAYS})), "date_far_from_rest") == []
    few = [f"20{year}-03-03" for year in range(10, 25)]
    assert rows_of(audit_dates(make_intake(tmp_path, {"visit_date": few})), "date_far_from_rest") == []


def test_a_blood_test_half_a_year_away_is_a_note_and_a_year_away_probably_a_slip(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {
        "visit_date": ["2026-06-30"] * 4, "blood_sample_date": ["2026-06-01", "2025-12-01", "2025-06-20", "2026-01-01"],
    })
    # 29, 211, 375 and 180 days before
    found = {one.source_row: one for one in audit_dates(intake) if one.rule == "sample_far_from_visit"}
    assert {row: one.severity for row, one in found.items()} == {3: "note", 4: "warning"}
    assert "211 days before" in found[3].message
    assert "1 year(s) less or more" in found[4].message


def test_years_are_completed_on_the_birthday() -> None:
    born = pd.to_datetime(pd.Series(["1980-05-04", "1980-05-04", "2030-01-01"]))
    on = pd.to_datetime(pd.Series(["2026-05-03", "2026-05-04", "2026-01-01"]))
    assert completed_years(born, on).tolist() == [45.0, 46.0, -4.0]


def test_visits_around_counts_45_days_either_way() -> None:
    # 1 January and 15 February are 45 days apart, 16 February one more
    days = pd.to_datetime(pd.Series(["2026-01-01", "2026-02-15", "2026-02-16"]))
    assert visits_around(days).tolist() == [2.0, 3.0, 2.0]
