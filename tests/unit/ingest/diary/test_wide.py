"""Diaries with one row per person: columns by number or by date become nights."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from crampstats.core.errors import DataError
from crampstats.ingest.diary.loading import load_diary
from crampstats.ingest.diary.wide_headings import find_families

from .files import Load, rules, told


def test_numbered_columns_are_nights_from_each_persons_first(load: Load) -> None:
    data = load("""
id,sex,start date,cramp_d1,cramp_d2,cramp_d3,pain_d1,pain_d2,pain_d3
A,m,2026-03-01,1,0,1,5,,7
B,f,2026-03-03,0,,0,,,
""")
    assert told(data, "cramp", "cramp_severity", "sex") == [
        ("P001", "2026-03-01", True, True, 5.0, "male"), ("P001", "2026-03-02", True, False, None, "male"),
        ("P001", "2026-03-03", True, True, 7.0, "male"), ("P002", "2026-03-03", True, False, None, "female"),
        ("P002", "2026-03-04", False, None, None, "female"), ("P002", "2026-03-05", True, False, None, "female"),
    ]
    assert "one row per person" in rules(data)


@pytest.mark.parametrize("headings", [
    "2026-03-01,2026-03-02,2026-03-03", "01/03/2026,02/03/2026,13/03/2026", "1 Mar 2026,2 Mar 2026,3 Mar 2026",
    "cramp 2026-03-01,cramp 2026-03-02,cramp 2026-03-03", "cramp_20260301,cramp_20260302,cramp_20260303",
    "2026-03-01 00:00:00,2026-03-02 00:00:00,2026-03-03 00:00:00", "3/1/2026,3/2/2026,3/13/2026",
])
def test_a_column_for_each_date(load: Load, headings: str) -> None:
    data = load(f"person,{headings}\nA,yes,no,no\nB,no,,yes\n")
    answers = [row[3] for row in told(data, "cramp") if row[2]]
    assert answers == [True, False, False, False, True]
    assert told(data)[0][1] == "2026-03-01"
    assert "no headings" not in rules(data)


@pytest.mark.parametrize("headings", [
    "cramp_1,cramp_2,cramp_3", "cramp1,cramp2,cramp3", "Cramp night 1,Cramp night 2,Cramp night 3", "Night 1: cramp,Night 2: "
    "cramp,Night 3: cramp",
    "d1_cramp,d2_cramp,d3_cramp", "cramp.d01,cramp.d02,cramp.d03", "Day 1,Day 2,Day 3", "N1,N2,N3", "1,2,3",
])
def test_headings_as_people_number_them(load: Load, headings: str) -> None:
    data = load(f"person,{headings}\nA,yes,no,no\nB,no,,yes\n")
    assert [row[2:] for row in told(data, "cramp")] == [
        (True, True), (True, False), (True, False), (True, False), (False, None), (True, True),
    ]


def test_counts_under_dates_are_counts(load: Load) -> None:
    data = load("person,2026-03-01,2026-03-02,2026-03-03\nA,0,2,1\nB,0,,0\n")
    assert [row[3:] for row in told(data, "cramp", "cramps") if row[2]] == [
        (False, 0), (True, 2), (True, 1), (False, 0), (False, 0),
    ]


def test_nights_that_are_not_numbered_in_order_of_the_file_come_in_order(load: Load) -> None:
    data = load("id,cramp_d10,cramp_d2,cramp_d1\n1,1,0,\n2,0,0,1\n")
    assert [row[3] for row in told(data, "cramp")][:2] == [None, False]
    assert data.panel.nights.tolist() == [*range(10), *range(10)]
    assert [row[3] for row in told(data, "cramp")][10:12] == [True, False]


def test_a_mapping_names_the_columns_of_a_question_by_a_sign(load: Load) -> None:
    text = "id,x1,x2,y1,y2\n1,1,0,40,\n2,0,1,,80\n"
    mapping = """
[diary]
layout = "wide"
severity_scale = [0, 100]
[variables.cramp]
column = "x#"
[variables.cramp_severity]
column = "y#"
"""
    assert [row[3:] for row in told(load(text, mapping), "cramp", "cramp_severity")] == [
        (True, 4.0), (False, None), (False, None), (True, 8.0),
    ]


def test_nights_left_open_count_as_free_of_cramps_only_where_the_mapping_says_so(load: Load) -> None:
    text = "id,2026-03-01,2026-03-02,2026-03-03\n1,x,,x\n2,,,x\n"
    missed = load(text)
    assert [row[3] for row in told(missed, "cramp") if row[0] == "P001"] == [True, None, True]
    quiet = load(text, '[diary]\nnights_without_events = "no cramp"')
    assert [row[3] for row in told(quiet, "cramp") if row[0] == "P001"] == [True, False, True]


def test_a_file_said_to_be_wide_that_is_not_is_refused(load: Load) -> None:
    with pytest.raises(DataError, match="said to be wide, but no question has a column for each night"):
        load("id,night of,cramp\n1,2026-03-01,no\n", '[diary]\nlayout = "wide"')


def test_a_nightly_diary_with_numbered_questions_stays_one(load: Load) -> None:
    data = load("id,night of,cramp,stretch_1,stretch_2,stretch_3\n1,2026-03-01,no,1,1,0\n1,2026-03-02,yes,1,1,0\n")
    assert told(data, "cramp") == [("P001", "2026-03-01", True, False), ("P001", "2026-03-02", True, True)]


def test_dates_in_the_headings_of_a_workbook_are_read(tmp_path: Path) -> None:
    table = pd.DataFrame({"Person": ["A", "B"], **{day: [1, 0] for day in pd.date_range("2026-03-01", periods=4)}})
    path = tmp_path / "wide.xlsx"
    table.to_excel(path, index=False)
    data = load_diary(path)
    assert [row[1] for row in told(data)][:4] == ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"]
    assert [row[3] for row in told(data, "cramp")] == [True] * 4 + [False] * 4


def test_families_of_headings() -> None:
    found = {one.heading: list(one.columns) for one in find_families(["id", "age", "q1", "cramp_d1", "cramp_d2", "2026-03-01"])}
    assert found == {"cramp_d#": ["1", "2"]}


def test_source_rows_stay_those_of_the_file(load: Load) -> None:
    data = load("id,cramp_d1,cramp_d2,cramp_d3\n1,yes,no,maybe\n2,no,no,no\n")
    (odd,) = [one for one in data.findings.rows if one.rule == "unreadable"]
    assert odd.source_row == 2
