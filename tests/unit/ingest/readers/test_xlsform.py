"""XLSForms and exports of KoboToolbox and ODK, made here after the XLSForm specification."""

import numpy as np
import openpyxl
import pandas as pd
import pytest

from crampstats.core.errors import DataError
from crampstats.core.flow import Flow
from crampstats.ingest.readers.xlsform import is_kobo, read_xlsform, refine_xlsform
from crampstats.ingest.recorded import RecordedColumn, RecordedTable, as_text

SURVEY = [
    ["type", "name", "label::Deutsch (de)", "label::English (en)", "relevant", "constraint"],
    ["start", "start"],
    ["begin group", "about", "Über Sie", "About you"],
    ["integer", "age", "Alter", "Age", None, ". >= 0 and . <= 120"],
    ["select_one sex", "sex", "Geschlecht", "<b>Sex</b>", "${age} > 17", "regex(., 'x')"],
    ["end group"],
    ["begin_group", "m", "Mittel", "Medicines", "${age} >= 18"],
    ["select_multiple drugs or_other", "drugs", "Welche?", "Which?"],
    ["decimal", "dose", "Dosis", "Dose", "selected(${drugs}, 'stat') and not(${sex} = '1')"],
    ["text", "why", "Warum?", "Why?", "count-selected(${drugs}) > 2"],
    ["end_group"],
    ["phonenumber", "tel"],
    ["note", "thanks", "Danke", "Thanks"],
    [],
]
CHOICES = [
    ["list_name", "name", "label::Deutsch (de)", "label::English (en)"],
    ["sex", 1, "männlich", "male"], ["sex", 2, "weiblich", "female"],
    ["drugs", "stat", "Statin", "Statin"], ["drugs", "diu", "Entwässerung", "Diuretic"],
]


def write_form(path, survey=SURVEY, choices=CHOICES):
    workbook = openpyxl.Workbook()
    workbook.active.title = "survey"
    for row in survey:
        workbook.active.append(row)
    sheet = workbook.create_sheet("choices")
    for row in choices:
        sheet.append(row)
    workbook.save(path)
    return path


@pytest.fixture
def form(tmp_path):
    return write_form(tmp_path / "form.xlsx")


def recorded(columns):
    cells = pd.DataFrame({name: as_text(texts) for name, texts in columns.items()})
    return RecordedTable(
        "export.csv", cells, np.arange(2, len(cells) + 2), tuple(RecordedColumn(name) for name in cells), "csv",
        Flow.start("rows in the file", len(cells)),
    )


def texts(table, name):
    return [None if pd.isna(text) else text for text in table.cells[name]]


def test_the_columns_of_a_form_follow_its_questions(form):
    columns = {column.name: column for column in read_xlsform(form)}
    assert list(columns) == [
        "start", "age", "sex", "drugs", "drugs/stat", "drugs/diu", "drugs/other", "dose", "why", "tel",
    ]
    assert {name: column.kind for name, column in columns.items() if column.kind} == {
        "start": "date", "age": "number", "sex": "category", "drugs": "text", "drugs/stat": "checkbox", "drugs/diu": "checkbox",
        "drugs/other": "checkbox", "dose": "number", "why": "text",
    }
    assert columns["tel"].identifier


def test_labels_and_choices_are_english_where_the_form_has_it_without_markup(form):
    columns = {column.name: column for column in read_xlsform(form)}
    assert columns["sex"].label == "Sex"
    assert dict(columns["sex"].choices) == {"1": "male", "2": "female"}
    assert columns["drugs/diu"].label == "Which? (choice=Diuretic)"


def test_the_forms_default_language_is_used_where_it_has_no_english(tmp_path):
    path = tmp_path / "form.xlsx"
    write_form(path, [["type", "name", "label::Français (fr)", "label::Deutsch (de)"], ["integer", "age", "Âge", "Alter"]])
    workbook = openpyxl.load_workbook(path)
    settings = workbook.create_sheet("settings")
    settings.append(["form_title", "default_language"])
    settings.append(["x", "Deutsch (de)"])
    workbook.save(path)
    assert read_xlsform(path)[0].label == "Alter"


def test_simple_constraints_are_limits_and_others_are_not(form):
    columns = {column.name: column for column in read_xlsform(form)}
    assert columns["age"].limits == ("0", "120")
    assert columns["sex"].limits == ("", "")


def test_conditions_of_question_and_group_hold_together(form):
    columns = {column.name: column for column in read_xlsform(form)}
    assert columns["sex"].shown_if == "[age] > 17"
    assert columns["dose"].shown_if == "([age] >= 18) and ([drugs/stat] = '1' and [sex] <> '1')"
    assert columns["why"].shown_if == ""


KOBO = {
    "start": ["2026-11-22T10:03:12.000+01:00"] * 3, "about/age": ["61", "62", "17"], "about/sex": ["1", "2", None],
    "m/drugs": ["stat diu", "other", None], "m/dose": ["4.1", None, None], "tel": ["+49 1", None, None],
    "_id": ["7", "8", "9"], "_uuid": ["a", "b", "c"], "_submission_time": ["2026-11-22T10:05:12"] * 3,
}


def test_an_export_is_told_by_the_columns_of_its_server():
    assert is_kobo(recorded(KOBO))
    assert is_kobo(recorded({"SubmissionDate": ["x"], "meta-instanceID": ["y"], "KEY": ["z"]}))
    assert not is_kobo(recorded({"id": ["1"], "age": ["2"]}))


@pytest.mark.parametrize("separator", ["/", "-"])
def test_columns_in_groups_are_described_by_the_form(form, separator):
    table = refine_xlsform(recorded({name.replace("/", separator): texts for name, texts in KOBO.items()}), form)
    sex = table.column(f"about{separator}sex")
    assert (sex.label, sex.kind, dict(sex.choices)) == ("Sex", "category", {"1": "male", "2": "female"})
    assert sex.form == "about"
    assert sex.shown_if == f"[about{separator}age] > 17"
    assert table.column("tel").identifier


def test_answers_ticked_become_boxes_where_the_export_has_none(form):
    table = refine_xlsform(recorded(KOBO), form)
    assert texts(table, "m/drugs") == ["stat diu", "other", None]
    assert texts(table, "m/drugs/stat") == ["1", "0", None]
    assert texts(table, "m/drugs/diu") == ["1", "0", None]
    assert texts(table, "m/drugs/other") == ["0", "1", None]
    assert (table.column("m/drugs/stat").field, table.column("m/drugs/stat").option) == ("m/drugs", "stat")


def test_boxes_of_the_export_are_used_where_it_has_them(form):
    there = {"m/drugs/stat": ["1", "0", None], "m/drugs/diu": ["1", "0", None]}
    table = refine_xlsform(recorded({**KOBO, **there}), form)
    assert [name for name in table.cells if name.startswith("m/drugs/")] == ["m/drugs/stat", "m/drugs/diu"]
    assert table.column("m/drugs/diu").kind == "checkbox"
    assert table.column("m/dose").shown_if == "([about/age] >= 18) and ([m/drugs/stat] = '1' and [about/sex] <> '1')"


def test_codes_the_form_lacks_are_boxes_too_and_told(form):
    table = refine_xlsform(recorded({**KOBO, "m/drugs": ["stat old", "diu", None]}), form)
    assert texts(table, "m/drugs/old") == ["1", "0", None]
    assert "codes not in the form" in {finding.rule for finding in table.findings.rows}


def test_labels_joined_in_a_cell_are_not_taken_for_codes(form):
    table = refine_xlsform(recorded({**KOBO, "m/drugs": ["Statin Diuretic", "Statin", None]}), form)
    assert [name for name in table.cells if name.startswith("m/drugs/")] == []
    assert "codes not in the form" in {finding.rule for finding in table.findings.rows}


def test_without_the_form_the_export_speaks_for_itself():
    table = refine_xlsform(recorded({**KOBO, "m/drugs/stat": ["1", "0", None], "_place_latitude": ["1.5", None, None]}))
    assert (table.column("m/drugs/stat").kind, table.column("m/drugs/stat").field) == ("checkbox", "m/drugs")
    assert table.column("_place_latitude").identifier
    assert table.column("_submission_time").kind == "date"


def test_what_the_form_asks_and_the_export_lacks_is_told(form):
    found = {finding.rule: finding for finding in refine_xlsform(recorded(KOBO), form).findings.rows}
    assert "first: why" in found["question not in the export"].message
    assert refine_xlsform(recorded(KOBO), form).flow.n == 3


def test_a_list_that_is_not_there_and_codes_twice_are_findings(tmp_path):
    path = write_form(
        tmp_path / "f.xlsx", [["type", "name", "label"], ["select_one x", "a", "A"], ["select_one y", "b", "B"]],
        [["list name", "name", "label"], ["x", "1", "one"], ["x", "1", "uno"]],
    )
    table = refine_xlsform(recorded({"a": ["1"], "b": ["1"]}), path)
    assert {finding.rule for finding in table.findings.rows} == {"no choices", "repeated code"}
    assert dict(table.column("a").choices) == {"1": "one"}


def test_what_is_no_form_is_refused_in_words(tmp_path):
    letter = tmp_path / "letter.xlsx"
    letter.write_text("Dear colleague")
    table = tmp_path / "table.xlsx"
    openpyxl.Workbook().save(table)
    headless = write_form(tmp_path / "headless.xlsx", [["question"], ["age"]])
    empty = write_form(tmp_path / "empty.xlsx", SURVEY[:1])
    for path, words in (
        (tmp_path / "absent.xlsx", "not there"), (letter, "cannot be read as a workbook"), (table, "no sheet 'survey'"),
        (headless, "lacks the headings"), (empty, "lacks the headings|holds no question"),
    ):
        with pytest.raises(DataError, match=words):
            read_xlsform(path)
