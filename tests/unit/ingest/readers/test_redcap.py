import numpy as np
import pandas as pd
import pytest

from crampstats.codebook.columns import NOT_DONE
from crampstats.core.errors import DataError, OptionError
from crampstats.core.flow import Flow
from crampstats.ingest.readers.redcap import is_redcap, refine_redcap
from crampstats.ingest.readers.redcap_dictionary import HEADINGS, read_dictionary
from crampstats.ingest.readers.text import read_text
from crampstats.ingest.recorded import RecordedColumn, RecordedTable

# Made up: a baseline form, a form with boxes, and blood pressures that repeat.
QUESTIONS = {
    "record_id": ("base", "text", "Record number"),
    "sex": ("base", "radio", "Sex", "0, Female | 1, Male"),
    "seen": ("base", "text", "Date of visit", "", "date_dmy"),
    "mass": ("base", "text", "Body mass (kg)", "", "number_comma_decimal"),
    "cramps": ("legs", "yesno", "Leg cramps?"),
    "where": ("legs", "checkbox", "Where?", "1, Calf | 2, Foot | -9, Elsewhere"),
    "pressure": ("bp", "text", "Systolic", "", "integer"),
}


@pytest.fixture
def dictionary(tmp_path):
    rows = []
    for name, (form, type_, label, *more) in QUESTIONS.items():
        choices, validation = (*more, "", "")[:2]
        rows.append(f'{name},{form},,{type_},{label},"{choices}",,{validation},,,,,,,,,,')
    path = tmp_path / "dictionary.csv"
    path.write_text("\n".join([",".join(HEADINGS), *rows]))
    return read_dictionary(path)


def export(folder, *lines):
    path = folder / "data.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_text(path)


def rules(table):
    return [finding.rule for finding in table.findings.rows]


def finding_of(table, rule):
    return next(finding for finding in table.findings.rows if finding.rule == rule)


def assert_every_cell_is_kept(table, file):
    """Each filled cell of the export stands, once, in the row with the same number; returns the cells that do not."""
    kept = [
        (row, name, text) for part in file.tables.values()
        for row, cells in zip(part.source_rows, part.cells.to_dict("records"), strict=True) for name, text in cells.items()
        if text == text
    ]
    wanted = [
        (row, name, text) for row, cells in zip(table.source_rows, table.cells.to_dict("records"), strict=True)
        for name, text in cells.items() if text == text
    ]
    rows = [row for part in file.tables.values() for row in part.source_rows]
    assert sorted(rows) == list(table.source_rows)
    assert len(kept) == len(set(kept))
    assert set(kept) <= set(wanted)
    return [cell for cell in wanted if cell not in kept]


LONGITUDINAL = [
    "record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,redcap_data_access_group,sex,seen,mass,"
    "base_complete,cramps,where___1,where___2,where____9,legs_complete,pressure,bp_complete",
    '1,start_arm_1,,,north,0,2024-03-14,"70,5",2,1,1,0,0,2,,',
    "1,visit_arm_1,,1,north,,,,,1,0,1,0,2,,",
    "1,visit_arm_1,,2,north,,,,,0,0,0,0,2,,",
    "1,start_arm_1,bp,1,north,,,,,,,,,,120,2",
    "1,start_arm_1,bp,2,north,,,,,,,,,,118,0",
    '2,start_arm_2,,,south,1,2024-04-02,"81,0",0,,0,0,0,0,,',
]


@pytest.mark.parametrize("known", [True, False])
def test_two_arms_repeating_event_and_instrument_lose_no_row_and_no_cell(tmp_path, dictionary, known):
    table = export(tmp_path, *LONGITUDINAL)
    file = refine_redcap(table, dictionary if known else None)
    assert list(file.tables) == ["", "bp"]
    assert file.main.source_rows.tolist() == [2, 3, 4, 7]
    assert file.tables["bp"].source_rows.tolist() == [5, 6]
    assert file.tables["bp"].cells["pressure"].tolist() == ["120", "118"]
    assert file.tables["bp"].cells["record_id"].tolist() == ["1", "1"]
    assert "pressure" not in file.main.cells
    assert "sex" not in file.tables["bp"].cells
    # Record 2 has legs_complete 0 and no answer on that form: three boxes say nothing.
    assert assert_every_cell_is_kept(table, file) == [(7, name, "0") for name in ("where___1", "where___2", "where____9")]
    assert (file.main.flow.n, file.tables["bp"].flow.n) == (4, 2)
    assert file.main.flow.steps[-1].excluded == (("rows of the project's other tables", 2),)


def test_a_form_with_a_saved_no_keeps_its_unticked_boxes(tmp_path, dictionary):
    main = refine_redcap(export(tmp_path, *LONGITUDINAL), dictionary).main
    assert main.cells["where___2"].fillna("").tolist() == ["0", "1", "0", ""]
    found = finding_of(main, "form_not_filled_in")
    assert (found.source_row, found.column) == (7, "where___1")
    assert "1 row(s), first in row 7" in found.message
    assert "These 3 cells" in found.message


@pytest.mark.parametrize(("line", "boxes"), [
    ("1,,0,0,0,", ["", "", ""]),
    ("1,,0,0,0,0", ["", "", ""]),
    ("1,,0,0,0,1", ["0", "0", "0"]),
    ("1,,0,0,0,2", ["0", "0", "0"]),
    ("1,0,0,0,0,0", ["0", "0", "0"]),
    ("1,,0,1,0,0", ["0", "1", "0"]),
    ("1,,,,,", ["", "", ""]),
])
def test_boxes_say_no_only_where_their_form_says_something(tmp_path, dictionary, line, boxes):
    main = refine_redcap(export(tmp_path, "record_id,cramps,where___1,where___2,where____9,legs_complete", line), dictionary).main
    assert main.cells[["where___1", "where___2", "where____9"]].iloc[0].fillna("").tolist() == boxes


def test_columns_carry_what_the_dictionary_says(tmp_path, dictionary):
    main = refine_redcap(export(tmp_path, *LONGITUDINAL), dictionary).main
    assert dict(main.column("sex").choices) == {"0": "Female", "1": "Male"}
    assert (main.column("seen").kind, main.column("seen").formats) == ("date", ("%Y-%m-%d",))
    assert (main.column("mass").kind, main.column("mass").decimal, main.column("mass").unit) == ("number", ",", "kg")
    box = main.column("where____9")
    assert (box.kind, box.field, box.option, box.form) == ("checkbox", "where", "-9", "legs")
    status = main.column("legs_complete")
    assert (status.form, dict(status.choices)) == ("legs", {"0": "Incomplete", "1": "Unverified", "2": "Complete"})
    assert main.column("redcap_event_name").label == "Event Name"
    assert main.column("redcap_repeat_instance").kind == "number"
    assert main.format == "redcap"


def test_without_dictionary_the_order_tells_the_forms(tmp_path):
    main = refine_redcap(export(tmp_path, *LONGITUDINAL)).main
    assert [main.column(name).form for name in ("record_id", "sex", "where___1", "legs_complete")] == ["", "base", "legs", "legs"]
    assert (main.column("where____9").field, main.column("where____9").option) == ("where", "_9")


@pytest.mark.parametrize(("cells", "formats"), [
    (["2024-03-14", "2024-12-01"], ("%Y-%m-%d",)),
    (["14-03-2024", "01-12-2024"], ("%d-%m-%Y",)),
    (["3/14/2024", "12/1/2024"], ()),
    (["", "2024-12-01"], ("%Y-%m-%d",)),
    (["2024-12-01 10:30", "2024-12-01"], ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S")),
])
def test_dates_take_the_format_their_cells_have(tmp_path, dictionary, cells, formats):
    lines = [f"{number},{cell}" for number, cell in enumerate(cells)]
    assert refine_redcap(export(tmp_path, "record_id,seen", *lines), dictionary).main.column("seen").formats == formats


def test_a_decimal_mark_the_cells_contradict_is_left_open(tmp_path, dictionary):
    main = refine_redcap(export(tmp_path, "record_id,mass", "1,70.5", "2,81"), dictionary).main
    assert main.column("mass").decimal == ""


def test_a_survey_keeps_its_time_stamp_and_its_identifier_is_marked(tmp_path):
    lines = ["record_id,redcap_survey_identifier,legs_timestamp,cramps,legs_complete",
             "1,anna@example.org,2024-03-06 15:52:43,1,2", "2,,[not completed],,0"]
    table = export(tmp_path, *lines)
    file = refine_redcap(table)
    stamp = file.main.column("legs_timestamp")
    assert (stamp.kind, stamp.formats) == ("date", ("%Y-%m-%d %H:%M:%S",))
    assert dict(stamp.missing) == {"[not completed]": NOT_DONE}
    assert file.main.column("redcap_survey_identifier").identifier
    assert assert_every_cell_is_kept(table, file) == []


def test_missing_data_codes_are_reasons_where_they_are_no_choice(tmp_path, dictionary):
    lines = ["record_id,sex,mass,cramps,legs_complete", "1,UNK,-999,UNK,2", "2,0,70,1,2"]
    main = refine_redcap(export(tmp_path, *lines), dictionary, {"-999": "not done", "UNK": "did not know", "1": "x"}).main
    assert main.column("sex").missing == {"-999": "not done", "UNK": "did not know"}
    assert main.column("mass").missing == {"-999": "not done", "UNK": "did not know", "1": "x"}
    assert main.column("record_id").missing == {}
    assert "missing_code_suspected" not in rules(main)
    assert main.cells["sex"].tolist() == ["UNK", "0"]


def test_a_missing_data_code_nobody_named_is_found(tmp_path, dictionary):
    lines = ["record_id,sex,mass,cramps,legs_complete", "1,UNK,-999,UNK,2", "2,0,70,1,2", "3,1,-999,0,2"]
    main = refine_redcap(export(tmp_path, *lines), dictionary).main
    found = {finding.value: finding for finding in main.findings.rows if finding.rule == "missing_code_suspected"}
    assert set(found) == {"UNK", "-999"}
    assert "'UNK' stands 2 times in 2 column(s) (sex, cramps), first in row 2" in found["UNK"].message


def test_a_single_stranger_is_named_with_its_row_and_text_is_not_shown(tmp_path, dictionary):
    lines = ["record_id,sex,cramps,legs_complete", "1,0,Mrs Miller,2", "2,7,1,2"]
    main = refine_redcap(export(tmp_path, *lines), dictionary).main
    found = {finding.column: finding for finding in main.findings.rows if finding.rule == "outside_choices"}
    assert "first: 7 in row 3" in found["sex"].message.replace("'", "")
    assert "Miller" not in str(found["cramps"])
    assert found["cramps"].source_row == 2


def test_a_surname_in_capitals_is_no_code(tmp_path, dictionary):
    lines = ["record_id,sex,mass,cramps,legs_complete", "1,MILLER,70,MILLER,2", "2,0,70,1,2"]
    main = refine_redcap(export(tmp_path, *lines), dictionary).main
    assert "MILLER" not in str(main.findings.rows)


def test_a_ticked_missing_data_code_empties_the_other_boxes(tmp_path, dictionary):
    lines = ["record_id,cramps,where___1,where___2,where____9,where___unk,legs_complete", "1,1,0,0,0,1,2", "2,1,1,0,0,0,2"]
    main = refine_redcap(export(tmp_path, *lines), dictionary, {"UNK": "did not know"}).main
    assert main.cells["where___1"].fillna("").tolist() == ["", "1"]
    assert main.cells["where___unk"].tolist() == ["1", "0"]
    assert finding_of(main, "missing_data_code_ticked").source_row == 2


@pytest.mark.parametrize("missing", [{"": "x"}, {"-9": " "}])
def test_a_missing_data_code_needs_a_reason(tmp_path, missing):
    with pytest.raises(OptionError, match="needs a code and a reason"):
        refine_redcap(export(tmp_path, "record_id,a_complete", "1,2"), None, missing)


def test_true_and_false_for_codes_are_read_and_told(tmp_path, dictionary):
    main = refine_redcap(export(tmp_path, "record_id,sex,base_complete", "1,TRUE,2", "2,FALSE,2"), dictionary).main
    assert main.column("sex").choices["TRUE"] == "Male"
    assert finding_of(main, "truth_values_for_codes").column == "sex"
    assert main.cells["sex"].tolist() == ["TRUE", "FALSE"]


def test_columns_unknown_to_the_dictionary_and_questions_left_out_are_told(tmp_path, dictionary):
    main = refine_redcap(export(tmp_path, "record_id,sex,extra,base_complete", "1,0,x,2"), dictionary).main
    assert "extra" in finding_of(main, "not_in_dictionary").message
    assert "5 question(s)" in finding_of(main, "not_in_export").message
    assert main.cells["extra"].tolist() == ["x"]


def test_records_that_stand_twice_and_rows_without_number_are_found(tmp_path):
    main = refine_redcap(export(tmp_path, "record_id,a,a_complete", "1,x,2", "1,y,2", ",z,0")).main
    assert finding_of(main, "record_twice").source_row == 3
    assert finding_of(main, "no_record_number").source_row == 4


def test_an_export_of_a_repeating_instrument_alone_has_no_empty_main_table(tmp_path):
    heading = "record_id,redcap_repeat_instrument,redcap_repeat_instance,p,bp_complete,note"
    table = export(tmp_path, heading, "1,bp,1,120,2,", "1,bp,2,118,2,")
    file = refine_redcap(table)
    assert list(file.tables) == ["bp"]
    assert list(file.main.cells) == list(table.cells)


def test_a_cell_of_another_form_goes_with_its_row(tmp_path):
    lines = ["record_id,redcap_repeat_instrument,redcap_repeat_instance,sex,base_complete,p,bp_complete",
             "1,,,0,2,,", "1,bp,1,1,,120,2"]
    table = export(tmp_path, *lines)
    file = refine_redcap(table)
    assert file.tables["bp"].cells["sex"].tolist() == ["1"]
    assert assert_every_cell_is_kept(table, file) == []


def test_an_export_without_columns_or_of_another_project_is_refused(tmp_path, dictionary):
    table = export(tmp_path, "number,gender", "1,0")
    with pytest.raises(DataError, match="holds none of the 7 questions"):
        refine_redcap(table, dictionary)


@pytest.mark.parametrize("heading", [
    "id,redcap_event_name", "id,a,form_complete", "id,a___1", "id,Complete?", "id,Where? (choice=Calf)",
    "id,Repeat Instrument,Repeat Instance", "id,redcap_data_access_group",
])
def test_an_export_is_recognised(tmp_path, heading):
    cells = ",".join(["1"] * (heading.count(",") + 1))
    assert is_redcap(export(tmp_path, heading, cells))


@pytest.mark.parametrize("lines", [["id,age,cramps", "1,40,yes"], ["id,treatment_complete", "1,yes"], ["id,a___1", "1,7"],
                                   ["id,Event Name", "1,concert"]])
def test_other_tables_are_no_export(tmp_path, lines):
    assert not is_redcap(export(tmp_path, *lines))


def test_an_export_with_one_value_a_row_is_refused(tmp_path):
    table = export(tmp_path, "record,field_name,value", "1,sex,0")
    assert is_redcap(table)
    with pytest.raises(DataError, match="one value a row"):
        refine_redcap(table)


@pytest.mark.parametrize(("pressures", "found"), [
    (["120", "-9", "-9", "110"], ["-9"]),
    (["120", "999", "999", "110"], ["999"]),
    (["88", "88", "99", "99"], []),
    (["120", "ND", "ND", "110"], ["ND"]),
    (["700", "999", "999", "800"], []),
    (["-3", "-9", "-9", "2"], ["-9"]),
    (["-20", "-9", "-9", "2"], []),
    (["", "", "", ""], []),
])
def test_a_number_is_taken_for_a_code_only_where_it_stands_apart(tmp_path, dictionary, pressures, found):
    lines = [f"{number},{text}" for number, text in enumerate(pressures, start=1)]
    main = refine_redcap(export(tmp_path, "record_id,pressure", *lines), dictionary).main
    assert [finding.value for finding in main.findings.rows if finding.rule == "missing_code_suspected"] == found


def test_zeros_of_other_forms_in_rows_of_a_repeating_instrument_are_no_answers(tmp_path, dictionary):
    own = "record_id,redcap_repeat_instrument,redcap_repeat_instance"
    table = export(
        tmp_path, f"{own},cramps,where___1,where___2,legs_complete,pressure,bp_complete", "1,,,1,1,0,2,,", "1,bp,1,,0,0,,120,2",
    )
    file = refine_redcap(table, dictionary)
    assert "where___1" not in file.tables["bp"].cells
    assert assert_every_cell_is_kept(table, file) == [(3, "where___1", "0"), (3, "where___2", "0")]
    assert file.main.cells["where___2"].tolist() == ["0"]


@pytest.mark.parametrize("heading", ["where___a_b", "where___ab"])
def test_a_code_with_other_signs_is_found_however_its_heading_is_written(tmp_path, heading):
    path = tmp_path / "dictionary.csv"
    path.write_text(",".join(HEADINGS) + '\nrecord_id,f,,text,R,,,,,,,,,,,,,\nwhere,f,,checkbox,Where,"A.b, Calf",,,,,,,,,,,,')
    column = refine_redcap(export(tmp_path, f"record_id,{heading}", "1,1"), read_dictionary(path)).main.columns[1]
    assert (column.name, column.option, column.label) == (heading, "A.b", "Where (choice=Calf)")


def table_without_rows(*names):
    columns = tuple(RecordedColumn(name) for name in names)
    cells = pd.DataFrame({name: pd.Series(dtype="str") for name in names})
    return RecordedTable("data.csv", cells, np.array([], dtype="int64"), columns, "csv", Flow.start("rows in the file", 0))


def test_an_export_with_headings_alone_has_no_rows_and_says_so(dictionary):
    names = ["record_id", "redcap_repeat_instrument", "redcap_repeat_instance", "sex", "seen", "where___1", "legs_complete"]
    table = table_without_rows(*names)
    assert is_redcap(table)
    for known in (None, dictionary):
        file = refine_redcap(table, known, {"-9": "not done"})
        assert list(file.tables) == [""]
        assert list(file.main.cells) == names
        assert (len(file.main.cells), file.main.flow.n) == (0, 0)
        assert "no_rows" in rules(file.main)


def test_an_export_without_anything_is_refused():
    with pytest.raises(DataError, match="is empty: REDCap writes such a file when no record was chosen"):
        refine_redcap(table_without_rows())
