"""The Excel form: headings, lists, limits, colours, and sheets to read."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import openpyxl
import pytest

from crampstats.codebook.forms import Item
from crampstats.ingest.templates.asked import list_questions
from crampstats.ingest.templates.excel_form import FIRST_ROW, HEADING_ROW, SECTION_ROW, SHEET, format_excel_form, list_columns

from .small_form import SMALL

WORKBOOK = openpyxl.load_workbook(io.BytesIO(format_excel_form(SMALL)))
INTAKE = WORKBOOK[SHEET]
COLUMNS = list_columns(list_questions(SMALL))
LETTERS = {column.name: column.letter for column in COLUMNS}


def validation(heading: str):
    """The check of a column's cells."""
    first = f"{LETTERS[heading]}{FIRST_ROW}"
    return next(check for check in INTAKE.data_validations.dataValidation if first in check.sqref)


def colours(heading: str) -> dict[str, str]:
    """Colour to the formula that gives it."""
    first = f"{LETTERS[heading]}{FIRST_ROW}:"
    return {
        rule.dxf.fill.start_color.rgb[-6:]: rule.formula[0]
        for cells in INTAKE.conditional_formatting if str(cells.sqref).startswith(first) for rule in cells.rules
    }


def test_the_heading_row_asks_and_has_a_column_for_each_box() -> None:
    assert [cell.value for cell in INTAKE[HEADING_ROW]] == [
        "Record number", "Date of the visit", "Age", "Sex", "Are you pregnant?", "How bad is the pain?", "At what time?",
        "Do you have any of these? Diabetes", "Do you have any of these? Cirrhosis, of the liver",
        "Do you have any of these? None of these", "Dialysis?", "Weight", "Serum calcium", "Unit of the calcium",
        "Which medicines do you take?",
    ]


def test_sections_stand_above() -> None:
    assert [cell.value for cell in INTAKE[SECTION_ROW] if cell.value] == ["You", "Cramps", "Health", "Laboratory", "Medicines"]


def test_questions_that_differ_in_a_unit_alone_are_headed_by_their_fields() -> None:
    items = (Item("hba1c_percent", "HbA1c (%)"), Item("hba1c_ifcc", "HbA1c (mmol/mol)"), Item("tsh", "TSH (mIU/L)"))
    columns = list_columns(list_questions(replace(SMALL, items=(SMALL.items[0], *items))))
    assert [column.heading for column in columns] == ["Record number", "hba1c_percent", "hba1c_ifcc", "TSH (mIU/L)"]


def test_no_cell_is_filled_below_the_headings() -> None:
    assert INTAKE.max_row == HEADING_ROW


def test_lists_offer_the_words_of_the_answers() -> None:
    sheet, cells = validation("pregnant").formula1.split("!")
    assert [cell.value for (cell,) in WORKBOOK[sheet][cells.replace("$", "")]] == ["Yes", "No", "Don't know"]
    assert WORKBOOK[sheet].sheet_state == "hidden"
    assert validation("conditions___none").formula1 == '"x"'


@pytest.mark.parametrize(("heading", "kind", "low", "high"), [
    ("age", "whole", "0", "115"), ("pain", "whole", "0", "10"), ("weight", "decimal", "20", "300"),
    ("calcium", "decimal", "0", "1000000"), ("visit_date", "date", "DATE(1900,1,1)", "TODAY()"),
])
def test_numbers_and_dates_have_limits_that_warn_and_do_not_stop(heading: str, kind: str, low: str, high: str) -> None:
    check = validation(heading)
    assert (check.type, check.formula1, check.formula2, check.errorStyle) == (kind, low, high, "warning")


def test_messages_fit_what_excel_takes() -> None:
    long = "Why " + "so long " * 60
    form = replace(SMALL, items=(*SMALL.items, Item("weight_2", long, note=long)))
    checks = openpyxl.load_workbook(io.BytesIO(format_excel_form(form)))[SHEET].data_validations.dataValidation
    assert all(len(check.promptTitle) <= 32 and len(check.prompt) <= 255 and len(check.error or "") <= 225 for check in checks)


def test_a_question_that_does_not_apply_turns_grey() -> None:
    sex, age = LETTERS["sex"], LETTERS["age"]
    assert colours("pregnant") == {
        "D9D9D9": f'AND($A3<>"",NOT(AND(${sex}3="Female",AND(${age}3<>"",${age}3>=12))))',
    }


def test_a_number_its_unit_does_not_allow_turns_red_and_a_missing_unit_yellow() -> None:
    number, unit = f"${LETTERS['calcium']}3", f"${LETTERS['calcium_unit']}3"
    red = [
        rule.formula[0] for cells in INTAKE.conditional_formatting if str(cells.sqref).startswith(f"{LETTERS['calcium']}3:")
        for rule in cells.rules
    ]
    assert red == [
        f'AND(ISNUMBER({number}),{unit}="mmol/L",OR({number}<0.5,{number}>5))',
        f'AND(ISNUMBER({number}),{unit}="mg/dL",OR({number}<2,{number}>20))',
    ]
    assert colours("calcium_unit")["FFE699"] == f'AND($A3<>"",{unit}="",{number}<>"")'


def test_a_record_number_used_twice_turns_red() -> None:
    assert re.search(r"COUNTIF\(\$A\$3:\$A\$\d+,\$A3\)>1", colours("record_id")["F8CBAD"])


def test_record_numbers_are_text_and_dates_are_shown_year_first() -> None:
    assert INTAKE.column_dimensions["A"].number_format == "@"
    assert INTAKE.column_dimensions[LETTERS["visit_date"]].number_format == "yyyy-mm-dd"


def test_headings_stay_in_sight_and_on_every_page() -> None:
    assert INTAKE.freeze_panes == "B3"
    assert (INTAKE.print_title_rows, INTAKE.print_title_cols) == ("$1:$2", "$A:$A")


def test_the_intake_sheet_comes_first_and_others_explain_it() -> None:
    assert WORKBOOK.sheetnames == ["Intake", "How to fill in", "Codes", "Choices"]


def test_codes_say_what_each_answer_stands_for() -> None:
    rows = [row for row in WORKBOOK["Codes"].values if row[0] in ("pregnant", "conditions", "calcium_unit") and row[4]]
    assert [(row[0], row[4], row[6]) for row in rows] == [
        ("pregnant", "1", "pregnant = yes"), ("pregnant", "0", "pregnant = no"), ("pregnant", "9", "no answer: did not know"),
        ("conditions", "diabetes", "diabetes = yes"), ("conditions", "cirrhosis", "cirrhosis = yes"),
        ("conditions", "none", None), ("calcium_unit", "1", None), ("calcium_unit", "2", None),
    ]


def test_the_same_form_gives_the_same_bytes() -> None:
    assert format_excel_form(SMALL) == format_excel_form(SMALL)
