import pytest

from crampstats.ingest.readers.redcap import is_redcap, refine_redcap
from crampstats.ingest.readers.redcap_dictionary import HEADINGS, read_dictionary
from crampstats.ingest.readers.text import read_text

# Two questions and two forms share a label, as in REDCap they may.
DICTIONARY = """record_id,base,,text,Record number,,,,,,,,,,,,,
sex,base,,radio,<b>Sex</b> at birth,"0, Female | 1, Male",,,,,,,,,,,,
nervous,base,,yesno,Nervous?,,,,,,,,,,,,,
where,legs,,checkbox,Where?,"1, Calf | -9, Some, where else",,,,,,,,,,,,
nervous2,legs,,yesno,Nervous?,,,,,,,,,,,,,
score,legs,,dropdown,Score,"1, 2 | 2, 1 | 3, tie | 4, tie",,,,,,,,,,,,
"""
LABELLED = [
    'Record number,Event Name,Data Access Group,Sex at birth,Nervous?,Complete?,Survey Timestamp,Where? (choice=Calf),'
    '"Where? (choice=Some, where else)",Nervous?,Score,Complete?',
    "1,Start (Arm 1),North,Female,Yes,Complete,2024-03-06 15:52:43,Checked,Unchecked,No,1,Complete",
    "2,Start (Arm 1),,Male,No,Incomplete,,Unchecked,Unchecked,,,Incomplete",
    "3,Start (Arm 2),,Male,,Unverified,,Unchecked,Checked,Yes,tie,Unverified",
]
RAW = [
    "record_id,redcap_event_name,redcap_data_access_group,sex,nervous,base_complete,legs_timestamp,where___1,where____9,nervous2,"
    "score,legs_complete",
    "1,start_arm_1,north,0,1,2,2024-03-06 15:52:43,1,0,0,2,2",
    "2,start_arm_1,,1,0,0,,0,0,,,0",
    "3,start_arm_2,,1,,1,,0,1,1,3,1",
]


@pytest.fixture
def dictionary(tmp_path):
    path = tmp_path / "dictionary.csv"
    path.write_text(",".join(HEADINGS) + "\n" + DICTIONARY)
    return read_dictionary(path)


def export(folder, *lines):
    path = folder / "data.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_text(path)


def rules(table):
    return [finding.rule for finding in table.findings.rows]


def test_labels_become_the_names_and_codes_of_the_raw_export(tmp_path, dictionary):
    labelled = refine_redcap(export(tmp_path, *LABELLED), dictionary).main
    raw = refine_redcap(export(tmp_path, *RAW), dictionary).main
    assert list(labelled.cells) == list(raw.cells)
    same = [name for name in raw.cells if name not in ("redcap_event_name", "redcap_data_access_group", "score")]
    for name in same:
        assert labelled.cells[name].fillna("").tolist() == raw.cells[name].fillna("").tolist(), name


def test_a_label_that_is_also_a_code_is_read_as_the_label_and_one_of_two_choices_stays(tmp_path, dictionary):
    main = refine_redcap(export(tmp_path, *LABELLED), dictionary).main
    # "1" is the label of code 2; "tie" is the label of 3 and of 4, so nobody can tell.
    assert main.cells["score"].fillna("").tolist() == ["2", "", "tie"]
    found = next(finding for finding in main.findings.rows if finding.rule == "outside_choices")
    assert (found.column, found.source_row) == ("score", 4)


def test_the_change_is_counted_and_labels_stay_beside_their_codes(tmp_path, dictionary):
    main = refine_redcap(export(tmp_path, *LABELLED), dictionary).main
    found = next(finding for finding in main.findings.rows if finding.rule == "labels_to_codes")
    # sex 3, nervous 2, base_complete 3, boxes 3 + 3, nervous2 2, score 1, legs_complete 3
    assert "20 cells of 8 columns" in found.message
    assert dict(main.column("sex").choices) == {"0": "Female", "1": "Male"}
    assert main.column("where____9").label == "Where? (choice=Some, where else)"
    assert "repeated heading" not in rules(main)


def test_raw_cells_under_labels_stay(tmp_path, dictionary):
    lines = ["Record number,Sex at birth,Score,Complete?", "1,0,1,2", "2,1,2,2"]
    main = refine_redcap(export(tmp_path, *lines), dictionary).main
    assert list(main.cells) == ["record_id", "sex", "score", "legs_complete"]
    assert main.cells["score"].tolist() == ["1", "2"]


def test_labels_under_field_names_become_codes(tmp_path, dictionary):
    main = refine_redcap(export(tmp_path, "record_id,sex,where___1,base_complete", "1,Male,Calf,Complete"), dictionary).main
    assert main.cells.iloc[0].tolist() == ["1", "1", "1", "2"]


def test_a_label_two_questions_have_is_told_when_one_is_absent(tmp_path, dictionary):
    main = refine_redcap(export(tmp_path, "Record number,Nervous?,Complete?", "1,Yes,Complete"), dictionary).main
    assert "nervous" in main.cells
    found = next(finding for finding in main.findings.rows if finding.rule == "label_of_several_questions")
    assert "nervous, nervous2" in found.message


def test_without_dictionary_everything_stays_as_it_stands(tmp_path):
    table = export(tmp_path, *LABELLED)
    assert is_redcap(table)
    main = refine_redcap(table).main
    assert list(main.cells)[:4] == ["Record number", "redcap_event_name", "redcap_data_access_group", "Sex at birth"]
    assert main.cells["Sex at birth"].tolist() == ["Female", "Male", "Male"]
    box = main.column("Where? (choice=Calf)")
    assert (box.kind, box.field, box.option) == ("checkbox", "Where?", "Calf")
    assert dict(box.choices) == {"Checked": "Checked", "Unchecked": "Unchecked"}
    assert dict(main.column("Complete?").choices)["Complete"] == "Complete"
    # Record 2: the second form is incomplete and holds nothing.
    assert main.cells["Where? (choice=Calf)"].fillna("").tolist() == ["Checked", "", "Unchecked"]
    assert "outside_choices" not in rules(main)


def test_repeating_instruments_are_split_by_their_labels(tmp_path):
    lines = ["Record number,Repeat Instrument,Repeat Instance,Sex,Complete?,Systolic,Complete?",
             "1,,,Male,Complete,,", "1,Blood Pressure,1,,,120,Complete"]
    file = refine_redcap(export(tmp_path, *lines))
    assert list(file.tables) == ["", "Blood Pressure"]
    assert file.tables["Blood Pressure"].cells["Systolic"].tolist() == ["120"]
    assert "Sex" not in file.tables["Blood Pressure"].cells


def test_the_time_stamp_of_the_first_survey_follows_the_record_number(tmp_path, dictionary):
    lines = ["Record number,Survey Identifier,Survey Timestamp,Sex at birth,Complete?,Survey Timestamp,Score,Complete?",
             "1,,2024-03-06 15:52:43,Male,Complete,[not completed],,Incomplete"]
    main = refine_redcap(export(tmp_path, *lines), dictionary).main
    assert list(main.cells) == [
        "record_id", "redcap_survey_identifier", "base_timestamp", "sex", "base_complete", "legs_timestamp", "score",
        "legs_complete",
    ]
    assert main.column("legs_timestamp").kind == "date"
    assert rules(main) == ["not_in_export", "labels_to_codes"]
