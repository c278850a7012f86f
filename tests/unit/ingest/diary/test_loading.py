"""Nightly diaries: persons, nights, answers; what was not filled in is missed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from crampstats.core.errors import DataError, OptionError
from crampstats.ingest.diary.loading import load_diary

from .files import Load, rules, told

DATA = Path(__file__).parents[4] / "data"
TIDY = """
Participant,Evening of,Leg cramp,Number of cramps,Worst pain (0-10),Exercise (minutes)
ann,2026-03-01,yes,2,6,30
bob,2026-03-01,no,0,,0
ann,2026-03-03,no,,0,
bob,2026-03-02,no,0,,45
"""


def test_a_tidy_diary_loads_without_a_mapping(load: Load) -> None:
    data = load(TIDY)
    assert told(data, "cramp", "cramps", "cramp_severity", "exercise_minutes") == [
        ("P001", "2026-03-01", True, True, 2, 6.0, 30.0),
        ("P001", "2026-03-02", False, None, None, None, None),
        ("P001", "2026-03-03", True, False, 0, None, None),
        ("P002", "2026-03-01", True, False, 0, None, 0.0),
        ("P002", "2026-03-02", True, False, 0, None, 45.0),
    ]
    assert data.episodes is None
    assert data.mapping.diary.layout == "nightly"
    assert data.panel.recruitment == "not stated"


def test_every_row_is_accounted_for(load: Load) -> None:
    data = load(TIDY + ",2026-03-02,no,0,,\ncarl,,no,0,,\ncarl,2026-13-45,no,0,,\n")
    flow = data.flow.to_frame().set_index(["label", "excluded_because"])["n"]
    assert flow["entries with a person and a night", "nobody's: no person stated"] == 1
    assert flow["entries with a person and a night", "no night that can be read"] == 2
    assert data.flow.n == 4
    assert "unreadable" in rules(data)


def test_persons_are_numbered_in_the_order_of_the_file_and_their_numbers_appear_nowhere(load: Load) -> None:
    data = load("Patient name,Night of,Cramp\nZoe Miller,2026-03-01,yes\nAdam Smith,2026-03-01,no\n zoe  miller,2026-03-02,no\n")
    assert [row[:2] for row in told(data)] == [("P001", "2026-03-01"), ("P001", "2026-03-02"), ("P002", "2026-03-01")]
    everything = " ".join([
        repr(data), str(data.flow), data.findings.to_frame().to_csv(), data.log.to_frame().to_csv(), data.panel.table.to_csv(),
        repr(data.source), data.declaration.describe().to_csv(),
    ])
    assert not any(name in everything for name in ("Zoe", "Miller", "Adam", "Smith", "zoe", "miller"))


def test_the_same_key_gives_the_same_codes_in_every_run(load: Load, tmp_path: Path) -> None:
    key = tmp_path / "key.txt"
    first, second = load(TIDY, key=key), load(TIDY.replace("ann", " ANN "), key=key)
    assert list(first.panel.persons) == list(second.panel.persons)
    assert all(code.startswith("r") and len(code) == 17 for code in first.panel.persons)


def test_a_diary_without_a_column_for_persons_is_one_persons(load: Load) -> None:
    data = load("date,cramp\n2026-03-01,1\n2026-03-02,0\n")
    assert list(data.panel.persons) == ["P001"]
    assert "one person" in rules(data)


def test_a_key_without_persons_is_refused(load: Load, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no column tells persons apart"):
        load("date,cramp\n2026-03-01,1\n", key=tmp_path / "key.txt")


def test_one_night_is_a_diary(load: Load) -> None:
    assert told(load("id,night of,cramp\n7,2026-03-01,yes\n"), "cramp") == [("P001", "2026-03-01", True, True)]


@pytest.mark.parametrize(("answer", "expected"), [("no", False), ("yes", True)])
def test_diaries_without_a_cramp_and_with_nothing_but_cramps_load(load: Load, answer: str, expected: bool) -> None:
    text = "id,night of,cramp\n" + "".join(f"{who},2026-03-{day:02d},{answer}\n" for who in "ab" for day in range(1, 6))
    data = load(text)
    assert data.mapping.diary.layout == "nightly"
    assert [row[3] for row in told(data, "cramp")] == [expected] * 10


def test_a_row_without_any_answer_is_a_missed_night(load: Load) -> None:
    data = load("id,night of,cramp,fluids (L)\n1,2026-03-01,no,2\n1,2026-03-02,,\n1,2026-03-03,,1.5\n")
    assert [(row[2], row[3]) for row in told(data, "cramp")] == [(True, False), (False, None), (True, None)]


def test_a_column_that_says_whether_the_night_was_filled_in_is_believed(load: Load) -> None:
    # the export writes 0 for every night nobody filled in
    data = load("id,night of,completed,cramp\n1,2026-03-01,yes,1\n1,2026-03-02,no,0\n", '[diary]\nlogged = "completed"')
    assert told(data, "cramp") == [("P001", "2026-03-01", True, True), ("P001", "2026-03-02", False, None)]


def test_the_cramp_follows_from_the_count(load: Load) -> None:
    data = load("id,night of,number of cramps\n1,2026-03-01,0\n1,2026-03-02,3\n1,2026-03-03,\n1,2026-03-04,0\n")
    assert [row[2:] for row in told(data, "cramp", "cramps")] == [
        (True, False, 0), (True, True, 3), (False, None, None), (True, False, 0),
    ]


def test_the_cramp_follows_from_a_pain_asked_every_night_and_that_is_told(load: Load) -> None:
    data = load("id,night of,cramp pain (0-10)\n1,2026-03-01,0\n1,2026-03-02,4\n")
    assert [row[3:] for row in told(data, "cramp", "cramp_severity")] == [(False, None), (True, 4.0)]
    assert "cramp told from the pain" in rules(data)


def test_a_file_that_tells_of_no_cramps_is_refused_with_its_columns(load: Load) -> None:
    with pytest.raises(DataError, match=r"no column tells whether there was a cramp .*mood.*\[variables.cramp\]"):
        load("id,night of,mood\n1,2026-03-01,3\n1,2026-03-02,4\n", '[diary]\nlayout = "nightly"')


def test_a_file_without_a_night_is_refused(load: Load) -> None:
    with pytest.raises(DataError, match="no column tells of which night a row is"):
        load("id,cramp\n1,yes\n2,no\n")


@pytest.mark.parametrize("text", ["id,night of,cramp\n", "id,night of,cramp\n,,\n", ""])
def test_an_empty_file_is_refused(load: Load, text: str) -> None:
    with pytest.raises(DataError):
        load(text)


def test_a_wrong_year_is_named(load: Load) -> None:
    with pytest.raises(DataError, match="look for a wrong year"):
        load("id,night of,cramp\n1,2026-03-01,no\n1,2062-03-02,no\n", '[diary]\nfirst_night = ""\nnights = 20000')


def test_duplicate_nights_that_agree_are_joined_and_counted(load: Load) -> None:
    data = load("id,night of,cramp,cramps\n1,2026-03-01,yes,2\n1,2026-03-01,yes,\n1,2026-03-02,no,0\n")
    assert told(data, "cramp", "cramps") == [("P001", "2026-03-01", True, True, 2), ("P001", "2026-03-02", True, False, 0)]
    assert data.flow.n == 2


def test_duplicate_nights_that_contradict_each_other_count_as_not_recorded(load: Load) -> None:
    data = load("id,night of,cramp\n1,2026-03-01,yes\n1,2026-03-01,no\n1,2026-03-02,no\n")
    assert told(data, "cramp") == [("P001", "2026-03-01", True, None), ("P001", "2026-03-02", True, False)]
    assert "night_contradicted" in rules(data)


@pytest.mark.parametrize(("heading", "scale", "given", "expected"), [
    ("Worst pain (0-100)", "", "80", 8.0),
    ("Worst pain", "severity_scale = [0, 100]", "80", 8.0),
    ("Worst pain", "scale = [1, 10]", "10", 10.0),
    ("Worst pain", "scale = [1, 10]", "1", 0.0),  # (1 - 1) / 9 x 10
    ("Worst pain, 1 to 5", "", "3", 5.0),  # (3 - 1) / 4 x 10
    ("Worst pain /10", "", "7", 7.0),
    ("VAS (mm)", "", "55", 5.5),
])
def test_pain_on_another_scale_is_brought_to_0_to_10(
    load: Load, heading: str, scale: str, given: str, expected: float
) -> None:
    data = load(f'id,night of,cramp,"{heading}"\n1,2026-03-01,yes,{given}\n1,2026-03-02,no,\n', f"[diary]\n{scale}")
    assert told(data, "cramp_severity")[0][3] == pytest.approx(expected, abs=1e-12)
    changes = data.log.to_frame()
    assert bool(len(changes[changes["column"] == "cramp_severity"])) == (expected != float(given) or "[1, 10]" in scale)


def test_pain_beyond_10_without_a_stated_scale_is_set_aside(load: Load) -> None:
    data = load("id,night of,cramp,worst pain\n1,2026-03-01,yes,80\n1,2026-03-02,yes,7\n")
    assert [row[3] for row in told(data, "cramp_severity")] == [None, 7.0]
    assert [one.severity for one in data.findings.rows if one.rule == "scale of pain"] == ["error"]


def test_sex_age_and_treatment_are_known_on_missed_nights_where_nothing_is_in_doubt(load: Load) -> None:
    rows = [("01", "A", "f"), ("03", "A", "f"), ("05", "B", "f"), ("07", "B", "f")]
    text = "id,night of,arm,sex,cramp\n" + "".join(f"1,2026-03-{day},{arm},{sex},no\n" for day, arm, sex in rows)
    assert [row[3:] for row in told(load(text), "treatment", "sex")] == [
        ("A", "female"), ("A", "female"), ("A", "female"), (None, "female"), ("B", "female"), ("B", "female"), ("B", "female"),
    ]


def test_the_enrolment_in_the_file_makes_missed_nights(load: Load) -> None:
    text = "id,night of,start date,end date,cramp\n" + "".join(
        f"1,2026-03-{day},2026-03-01,2026-03-04,{answer}\n" for day, answer in (("03", "no"), ("02", "yes"))
    )
    assert [(row[1][-2:], row[2]) for row in told(load(text))] == [("01", False), ("02", True), ("03", True), ("04", False)]


def test_so_many_nights_from_the_first(load: Load) -> None:
    data = load("id,night of,cramp\n1,2026-03-01,no\n2,2026-03-05,no\n", "[diary]\nnights = 3")
    assert [row[:3] for row in told(data)] == [
        ("P001", "2026-03-01", True), ("P001", "2026-03-02", False), ("P001", "2026-03-03", False),
        ("P002", "2026-03-05", True), ("P002", "2026-03-06", False), ("P002", "2026-03-07", False),
    ]


def test_a_night_outside_the_enrolment_widens_it_and_is_told(load: Load) -> None:
    data = load("id,night of,start date,end date,cramp\n1,2026-03-05,2026-03-01,2026-03-04,no\n")
    assert len(data.panel) == 5
    assert "night outside the enrolment" in rules(data)


def test_an_enrolment_beside_the_diary_counts_those_who_wrote_nothing(load: Load) -> None:
    enrolment = pd.DataFrame({"person": [" BOB", "ann", "carl"], "first_night": ["2026-03-01"] * 3,
        "last_night": ["2026-03-03"] * 3})
    data = load(TIDY, enrolment=enrolment)
    assert data.panel.person_nights()[["person", "n_nights", "n_logged"]].to_numpy().tolist() == [
        ["P001", 3, 2], ["P002", 3, 2], ["P003", 3, 0],
    ]
    assert "enrolled and silent" in rules(data)


def test_an_enrolment_may_be_a_file(load: Load, tmp_path: Path) -> None:
    path = tmp_path / "enrolled.csv"
    path.write_text("Participant,start date,end date\nann,2026-02-28,2026-03-03\nbob,2026-03-01,2026-03-02\n")
    assert load(TIDY, enrolment=path).panel.person_nights()["n_nights"].tolist() == [4, 2]


def test_who_is_not_enrolled_is_refused(load: Load) -> None:
    enrolment = pd.DataFrame({"person": ["ann"], "first_night": ["2026-03-01"], "last_night": ["2026-03-03"]})
    with pytest.raises(DataError, match="outside the enrolment, or are of persons not enrolled"):
        load(TIDY, enrolment=enrolment)


def test_the_example_loads_with_and_without_its_mapping_to_the_same_answers() -> None:
    by_hand = load_diary(DATA / "cramp_diary_example.csv", DATA / "cramp_diary_example.toml")
    found = load_diary(DATA / "cramp_diary_example.csv")
    logged = [data.panel.table[data.panel.logged].reset_index(drop=True) for data in (by_hand, found)]
    pd.testing.assert_frame_equal(*logged)
    # the mapping says that everybody was enrolled for 63 nights
    assert by_hand.panel.person_nights()["n_nights"].unique().tolist() == [63]
    assert by_hand.source.made_up
    assert not found.source.made_up
    assert (by_hand.panel.recruitment, found.panel.recruitment) == ("population", "not stated")
    # every row of the file is a night of the panel: counted from the file itself
    rows = pd.read_csv(DATA / "cramp_diary_example.csv", dtype=str)
    assert int(by_hand.panel.logged.sum()) == len(rows)
    assert float(by_hand.panel.table["cramp"].sum()) == (rows["Leg cramp in the night"] == "yes").sum()
    assert by_hand.panel.table["cramps"].sum() == pd.to_numeric(rows["Number of cramps"]).sum()


def test_unknown_recruitment_is_refused_with_those_there_are(load: Load) -> None:
    with pytest.raises(DataError, match=r"recruitment of \[diary\] is 'clinic'.*'population', 'cramps', 'not stated'"):
        load(TIDY, '[diary]\nrecruitment = "clinic"')


def test_a_heading_the_mapping_names_and_the_file_lacks_is_refused(load: Load) -> None:
    with pytest.raises(DataError, match=r"\[diary\] names night = 'Evening', but .* has no such column"):
        load(TIDY, '[diary]\nnight = "Evening"')


def test_a_sheet_that_is_not_there_is_refused(load: Load, tmp_path: Path) -> None:
    book = tmp_path / "diary.xlsx"
    pd.DataFrame({"id": [1], "night of": ["2026-03-01"], "cramp": ["no"]}).to_excel(book, index=False)
    with pytest.raises((DataError, OptionError), match="Nights"):
        load_diary(book, sheet="Nights")


def test_headings_that_are_names_of_persons_are_masked_in_a_refusal(load: Load) -> None:
    with pytest.raises(DataError) as refused:
        load("Evening of,Mrs Jane Smith,Mr John Miller\n2026-03-01,yes,no\n2026-03-02,no,no\n")
    assert not any(name in str(refused.value) for name in ("Smith", "Miller"))


def test_nights_more_than_ten_years_from_the_others_are_left_out_counted_and_an_error(load: Load) -> None:
    good = "".join(f"1,2026-03-{day:02d},no\n" for day in range(1, 6))
    data = load(f"id,night of,cramp\n{good}1,2062-03-02,yes\n1,1926-03-02,yes\n")
    assert [row[1] for row in told(data)] == [f"2026-03-{day:02d}" for day in range(1, 6)]
    (found,) = (one for one in data.findings.rows if one.rule == "year of a night")
    assert (found.severity, found.source_row) == ("error", 7)
    assert found.message == (
        "2 rows are of nights more than ten years from the others (first: row 7) and left out; the year is wrong."
    )
    assert "a night more than ten years from the others" in str(data.flow)
    assert "2062" not in data.findings.to_frame().to_csv()


@pytest.mark.parametrize(("n", "first", "last"), [(999, "P001", "P999"), (1_000, "P0001", "P1000")])
def test_persons_sort_as_their_numbers_do(load: Load, n: int, first: str, last: str) -> None:
    persons = load("id,night of,cramp\n" + "".join(f"{9_000 - one},2026-03-01,no\n" for one in range(n))).panel.persons
    assert (persons[0], persons[-1]) == (first, last)
    assert [int(one[1:]) for one in persons] == list(range(1, n + 1))


def test_persons_who_wrote_nothing_sort_behind_the_others_however_many(load: Load) -> None:
    night = "2026-03-01"
    enrolment = pd.DataFrame({"person": [str(one) for one in range(1_001)], "first_night": night, "last_night": night})
    persons = load("id,night of,cramp\n7,2026-03-01,no\n3,2026-03-01,no\n", enrolment=enrolment).panel.persons
    assert list(persons[:3]) == ["P0001", "P0002", "P0003"]
    assert [int(one[1:]) for one in persons] == list(range(1, 1_002))


@pytest.mark.parametrize("layout", ["nightly", "events"])
def test_the_first_row_of_each_person_tells_who_is_who(load: Load, layout: str) -> None:
    text = "id,night of,cramp\nb,2026-03-02,yes\na,2026-03-05,yes\nb,2026-03-01,yes\n"
    assert dict(load(text, f'[diary]\nlayout = "{layout}"').first_rows) == {"P001": 2, "P002": 3}


def test_a_zone_typed_wrong_is_refused_even_where_none_is_needed(load: Load) -> None:
    with pytest.raises(OptionError, match="did you mean Europe/Berlin"):
        load("id,night of,cramp\n1,2026-03-01,no\n", zone="Europe/Berln")


def test_a_folder_is_refused_by_its_name() -> None:
    with pytest.raises(DataError, match=r"^\. is a folder"):
        load_diary(".")


def test_dates_of_which_only_some_can_be_told_are_refused_as_a_whole(load: Load) -> None:
    # 03/03 is the 3rd of March either way; to keep that row alone would be a choice by the date
    text = "id,night of,cramp\n" + "".join(f"1,0{day}/03/2026,no\n" for day in range(1, 10))
    with pytest.raises(DataError, match=r'8 rows were not read\. .*dates = .*under \[diary\]'):
        load(text)
    assert len(load(text, '[diary]\ndates = ["%d/%m/%Y"]').panel) == 9


def test_a_file_of_which_most_nights_cannot_be_read_is_refused(load: Load) -> None:
    with pytest.raises(DataError, match="3 of 5 rows have no night that can be read"):
        load("id,night of,cramp\n1,2026-03-01,no\n1,2026-03-02,no\n1,soon,no\n1,later,yes\n1,once,no\n")


def test_answers_nobody_can_read_are_told_one_by_one_and_the_column_stays(load: Load) -> None:
    answers = ["yes", "no", "maybe", "maybe", "no", "yes", "no", "yes"]
    text = "id,night of,cramp,cramps\n" + "".join(f"1,2026-03-0{day},{one},0\n" for day, one in enumerate(answers, start=1))
    data = load(text)
    assert [one.source_row for one in data.findings.rows if one.rule == "unreadable"] == [4, 5]
    assert [row[3] for row in told(data, "cramp")][:2] == [True, False]
    assert "columns not used" not in rules(data)


def test_rows_without_a_person_are_told_with_the_first_of_them(load: Load) -> None:
    data = load("id,night of,cramp\n1,2026-03-01,no\n,2026-03-02,yes\n1,2026-03-03,no\n,2026-03-04,no\n")
    (found,) = (one for one in data.findings.rows if one.rule == "rows of nobody")
    assert (found.severity, found.source_row) == ("error", 3)
    assert found.message == "2 rows do not say whose they are (first: row 3); they were left out."


def test_pains_on_a_scale_nobody_stated_are_one_finding(load: Load) -> None:
    text = "id,night of,cramp,severity\n" + "".join(f"1,2026-03-0{day},yes,65\n" for day in range(1, 6))
    assert [one.rule for one in load(text).findings.rows if one.severity == "error"] == ["scale of pain"]


def test_a_long_silence_nobody_spoke_of_is_a_warning(load: Load) -> None:
    data = load("id,night of,cramp\n1,2026-03-01,no\n1,2026-06-01,no\n")
    (found,) = (one for one in data.findings.rows if one.rule == "silences")
    # 30 nights of March, 30 of April, 31 of May
    assert found.severity == "warning"
    assert found.message.startswith("1 silence of more than 60 nights, together 91 nights, ")


@pytest.mark.parametrize("layout", ["nightly", "events"])
def test_findings_of_single_nights_tell_the_row_of_the_file(load: Load, layout: str) -> None:
    from crampstats.audit.diary_findings import audit_diary

    text = "id,night of,cramp,cramp_minutes\nb,2026-03-05,yes,5\nb,2026-03-02,yes,5\na,2026-03-02,yes,5\n"
    found = audit_diary(load(text, f'[diary]\nlayout = "{layout}"'), today=dt.date(2026, 3, 3))
    assert [(one.message[:4], one.source_row) for one in found.rows if one.rule == "night_in_future"] == [("P001", 2)]
