"""Diaries with one row per cramp: counted by night; a night without a row is missed unless somebody says otherwise."""

from __future__ import annotations

import pytest

from crampstats.core.errors import DataError
from crampstats.ingest.diary.loading import load_diary

from .files import Load, rules, told

CRAMPS = """
Patient,Date of cramp,Time of cramp,Severity (0-10),Duration min,Which leg,Where,Exercise min
17,2026-03-02,23:40,4,2,left,calf,30
17,2026-03-03,02:10,8,1,right,foot,30
17,2026-03-05,03:00,5,5,left,calf,0
22,2026-03-03,01:00,2,1,both,thigh,
"""


def test_cramps_are_counted_by_night_and_the_worst_is_told(load: Load) -> None:
    data = load(CRAMPS)
    assert data.mapping.diary.layout == "events"
    names = ("cramp", "cramps", "cramp_severity", "cramp_minutes", "cramp_side", "cramp_site", "exercise_minutes")
    assert told(data, *names) == [
        ("P001", "2026-03-02", True, True, 2, 8.0, 2.0, "right", "foot", 30.0),
        ("P001", "2026-03-03", False, *[None] * 7),
        ("P001", "2026-03-04", True, True, 1, 5.0, 5.0, "left", "calf", 0.0),
        ("P002", "2026-03-02", True, True, 1, 2.0, 1.0, "both", "thigh", None),
    ]
    assert data.episodes is not None
    assert data.episodes[["person", "source_row"]].to_numpy().tolist() == [["P001", 2], ["P001", 3], ["P001", 4], ["P002", 5]]


def test_nights_without_a_row_are_missed_and_that_is_told(load: Load) -> None:
    data = load(CRAMPS)
    (found,) = [one for one in data.findings.rows if one.rule == "nights without a cramp"]
    assert found.severity == "warning"
    assert "no rate can be told" in found.message
    assert data.panel.table["cramp"].dropna().all()


def test_nights_without_a_row_pass_without_a_cramp_where_the_mapping_says_so(load: Load) -> None:
    data = load(CRAMPS, """
[diary]
nights_without_events = "no cramp"
""")
    assert [row[3:] for row in told(data, "cramp", "cramps") if row[0] == "P001"] == [(True, 2), (False, 0), (True, 1)]
    assert {"enrolment not stated"} <= set(rules(data))
    assert "nights without a cramp" not in rules(data)


def test_with_the_enrolment_quiet_nights_reach_from_its_first_to_its_last(load: Load) -> None:
    text = "\n".join(f"{line},2026-03-01,2026-03-06" if line[:1].isdigit() else f"{line},start date,end date"
                     for line in CRAMPS.strip().splitlines())
    data = load(text, '[diary]\nnights_without_events = "no cramp"')
    assert [row[3] for row in told(data, "cramps") if row[0] == "P001"] == [0, 2, 0, 1, 0, 0]
    assert "enrolment not stated" not in rules(data)


def test_a_row_that_says_no_cramps_is_a_night_without_one(load: Load) -> None:
    data = load(CRAMPS + "22,2026-03-04,,,,,no cramps,10\n")
    assert told(data, "cramp", "cramps", "exercise_minutes")[-1] == ("P002", "2026-03-04", True, False, 0, 10.0)
    assert "unreadable" not in rules(data)
    assert [one.severity for one in data.findings.rows if one.rule == "nights without a cramp"] == ["note"]


def test_no_cramps_beside_a_cramp_of_the_same_night_is_told(load: Load) -> None:
    data = load(CRAMPS + "22,2026-03-02,22:00,,,,none,10\n")
    assert told(data, "cramp", "cramps")[-1] == ("P002", "2026-03-02", True, True, 1)
    assert "no cramps beside a cramp" in rules(data)


def test_a_cramp_entered_twice_to_the_minute_counts_once(load: Load) -> None:
    data = load(CRAMPS + "22,2026-03-03,01:00,2,1,both,thigh,\n")
    assert told(data, "cramps")[-1][3] == 1
    assert "cramp entered twice" in rules(data)


def test_two_rows_alike_without_a_clock_time_may_be_two_cramps(load: Load) -> None:
    data = load("id,date of cramp,where\n1,2026-03-02,calf\n1,2026-03-02,calf\n", '[diary]\nnight_is = "evening"')
    assert told(data, "cramps") == [("P001", "2026-03-02", True, 2)]


def test_rows_of_a_night_that_tell_of_the_day_differently_leave_it_open(load: Load) -> None:
    data = load(CRAMPS.replace("right,foot,30", "right,foot,60"))
    assert told(data, "exercise_minutes")[0][3] is None
    assert "answers of one night differ" in rules(data)


def test_a_number_of_cramps_in_a_row_is_added(load: Load) -> None:
    data = load("id,date of cramp,number of cramps\n1,2026-03-02,2\n1,2026-03-02,1\n1,2026-03-03,0\n", """
[diary]
layout = "events"
night_is = "evening"
""")
    assert told(data, "cramp", "cramps") == [("P001", "2026-03-02", True, True, 3), ("P001", "2026-03-03", True, False, 0)]


def test_times_alone_are_cramps_of_one_person(load: Load) -> None:
    data = load("when\n2026-03-02 23:40\n2026-03-03 02:10\n2026-03-05 03:00\n")
    assert told(data, "cramps") == [("P001", "2026-03-02", True, 2), ("P001", "2026-03-03", False, None), ("P001", "2026-03-04",
        True, 1)]


def test_a_diary_of_nights_that_all_have_cramps_is_one_of_cramps_only_with_clock_times_or_repeats(load: Load) -> None:
    nightly = load("id,night of,cramp\n1,2026-03-01,yes\n1,2026-03-02,yes\n")
    assert nightly.mapping.diary.layout == "nightly"
    repeated = load("id,date,cramp,pain\n1,2026-03-01,yes,4\n1,2026-03-01,yes,6\n1,2026-03-02,yes,2\n")
    assert repeated.mapping.diary.layout == "events"
    assert told(repeated, "cramps", "cramp_severity")[0][3:] == (2, 6.0)


def test_flow_closes(load: Load) -> None:
    data = load(CRAMPS + "22,2026-03-03,01:00,2,1,both,thigh,\n,2026-03-03,01:00,2,1,both,thigh,\n")
    frame = data.flow.to_frame()
    gone = dict(zip(frame["excluded_because"], frame["n"], strict=True))
    assert gone["nobody's: no person stated"] == 1
    assert gone["a cramp in several rows, alike to the minute"] == 1
    assert gone["further rows of a night, joined to one"] == 1
    assert data.flow.n == 3


def test_an_unknown_rule_for_quiet_nights_is_refused(load: Load) -> None:
    with pytest.raises(DataError, match=r"line 4: nights_without_events of \[diary\] is 'zero'"):
        load(CRAMPS, '\n[diary]\nnights_without_events = "zero"')


@pytest.mark.parametrize("text", [
    "id,Cramp at,Cramp\n1,2026-03-01 23:30,no\n1,2026-03-02 23:30,yes\n1,2026-03-03 02:10,yes\n1,2026-03-03 23:30,no\n",
    "id,date,time of cramp,cramp\n1,2026-03-01,,no\n1,2026-03-02,23:30,yes\n1,2026-03-02,23:50,yes\n1,2026-03-03,,no\n",
])
def test_cramps_of_one_night_at_different_times_are_counted_beside_nights_without(load: Load, text: str) -> None:
    data = load(text)
    assert [row[1:] for row in told(data, "cramp", "cramps")] == [
        ("2026-03-01", True, False, 0), ("2026-03-02", True, True, 2), ("2026-03-03", True, False, 0),
    ]
    assert any("of one night at different times" in one.message for one in data.findings.rows)


def test_one_entry_sent_twice_is_not_two_cramps(load: Load) -> None:
    text = "id,timestamp,Cramp\n1,2026-03-02 07:00,yes\n1,2026-03-02 07:01,yes\n1,2026-03-03 07:00,no\n"
    assert "cramps" not in load(text).panel.table


def test_cramps_told_by_their_moments_beside_the_night_are_counted(load: Load) -> None:
    data = load("""
Participant,Night of,Cramp,Cramp at,Severity
A,2026-03-04,no,,
A,2026-03-05,yes,2026-03-05 23:30,5
A,2026-03-05,yes,2026-03-06 00:30,7
""")
    assert [row[1:] for row in told(data, "cramp", "cramps", "cramp_severity")] == [
        ("2026-03-04", True, False, 0, None), ("2026-03-05", True, True, 2, 7.0),
    ]
    assert data.episodes is not None
    assert [str(one) for one in data.episodes["at"]] == ["2026-03-05 23:30:00", "2026-03-06 00:30:00"]


def test_dates_and_nothing_else_are_no_cramps_unless_their_heading_says_so(tmp_path):
    path = tmp_path / "diary.csv"
    path.write_text("Participant,Evening of\nA,2026-01-01\nA,2026-01-02\n", encoding="utf-8")
    with pytest.raises(DataError, match="no column tells whether there was a cramp"):
        load_diary(path)
    path.write_text("Participant,Date of the cramp\nA,2026-01-01\nA,2026-01-02\n", encoding="utf-8")
    assert load_diary(path).panel.values("cramp").tolist() == [1, 1]


def test_rows_that_mostly_tell_nothing_of_a_cramp_are_nights(tmp_path):
    # the columns of yes or no and of the number were lost; nine of ten nights have no pain
    rows = "".join(f"A,2026-01-{day:02d},{'6' if day == 5 else ''},{day}\n" for day in range(1, 11))
    path = tmp_path / "diary.csv"
    path.write_text("Participant,Evening of,Worst cramp (0 to 10),Exercise (minutes)\n" + rows, encoding="utf-8")
    panel = load_diary(path).panel
    assert (panel.values("cramp") == 1).sum() == 1
    assert len(panel) == 10
