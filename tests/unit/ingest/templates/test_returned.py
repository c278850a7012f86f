"""The Excel form that comes back is known by its own sheet of codes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from crampstats.codebook.forms import Form
from crampstats.ingest.readers.excel import read_excel
from crampstats.ingest.recorded import RecordedFile
from crampstats.ingest.templates.excel_form import FIRST_ROW, SHEET, write_excel_form
from crampstats.ingest.templates.returned import name_columns_by_field

from .small_form import SMALL

FIELDS = [
    "record_id", "visit_date", "age", "sex", "pregnant", "pain", "usual_time", "conditions___diabetes", "conditions___cirrhosis",
    "conditions___none", "dialysis", "weight", "calcium", "calcium_unit", "medicines",
]


def filled(form: Form, path: Path, headings: dict[str, str] | None = None) -> RecordedFile:
    """The form with one patient typed in, and some headings changed."""
    workbook = openpyxl.load_workbook(write_excel_form(form, path))
    sheet = workbook[SHEET]
    for cell in sheet[FIRST_ROW - 1]:
        cell.value = (headings or {}).get(cell.value, cell.value)
        sheet.cell(FIRST_ROW, cell.column, f"answer {cell.column}")
    workbook.save(path)
    return read_excel(path)


def test_columns_get_the_names_of_their_fields_and_keep_the_questions_as_labels(tmp_path: Path) -> None:
    before = filled(SMALL, tmp_path / "intake.xlsx")
    after = name_columns_by_field(before)
    assert list(after.main.cells) == FIELDS
    assert [column.label for column in after.main.columns] == list(before.main.cells)
    assert after.main.cells.to_numpy().tolist() == before.main.cells.to_numpy().tolist()


def test_a_box_says_whose_it_is(tmp_path: Path) -> None:
    box = name_columns_by_field(filled(SMALL, tmp_path / "intake.xlsx")).main.column("conditions___cirrhosis")
    assert (box.kind, box.field, box.option) == ("checkbox", "conditions", "cirrhosis")


def test_a_form_with_other_words_is_read_all_the_same(tmp_path: Path) -> None:
    worded = tuple(replace(item, question=f"Please tell: {item.question}") for item in SMALL.items)
    file = filled(replace(SMALL, items=worded), tmp_path / "intake.xlsx")
    assert list(name_columns_by_field(file).main.cells) == FIELDS


def test_a_heading_the_clinic_changed_or_added_is_left_as_it_is(tmp_path: Path) -> None:
    file = filled(SMALL, tmp_path / "intake.xlsx", {"Weight": "Weight on our scales", "Sex": "age"})
    names = list(name_columns_by_field(file).main.cells)
    assert "Weight on our scales" in names
    assert names.count("age") == 1  # what the clinic calls so; the question of that field keeps its words
    assert "Age" in names


@pytest.mark.parametrize("changed", [True, False])
def test_another_workbook_is_left_as_it_is(tmp_path: Path, changed: bool) -> None:
    path = tmp_path / "other.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active.append(["a", "b"])
    workbook.active.append(["1", "2"])
    if changed:
        codes = workbook.create_sheet("Codes")
        codes.append(["Field", "Number", "Question", "Asked only if", "Code", "Answer", "Stands for"])
        codes.append(["age", "1", "Age", "", "", "number", ""])
    workbook.save(path)
    file = read_excel(path)
    assert name_columns_by_field(file) is file
