"""The XLSForm workbook: sheets, types, conditions, limits."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import openpyxl
import pytest

from crampstats.ingest.templates.xls_form import CHOICES, SETTINGS, SURVEY, format_xlsform

from .small_form import SMALL


def sheet_rows(content: bytes, sheet: str) -> list[dict[str, str]]:
    rows = [[cell or "" for cell in row] for row in openpyxl.load_workbook(io.BytesIO(content))[sheet].values]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


SURVEY_ROWS = sheet_rows(format_xlsform(SMALL), "survey")
QUESTIONS = {row["name"]: row for row in SURVEY_ROWS if row["name"]}


def test_the_sheets_and_headings_are_those_of_xlsform() -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(format_xlsform(SMALL)))
    assert {sheet.title: tuple(next(sheet.values)) for sheet in workbook} == {
        "survey": SURVEY, "choices": CHOICES, "settings": SETTINGS,
    }


@pytest.mark.parametrize(("field", "kind"), [
    ("record_id", "text"), ("visit_date", "date"), ("age", "integer"), ("sex", "select_one male_female"), ("pain", "range"),
    ("pregnant", "select_one yes_no_don_t_know"), ("usual_time", "time"), ("dialysis", "select_one yes_no"),
    ("conditions", "select_multiple conditions"), ("weight", "decimal"), ("medicines", "text"),
])
def test_types(field: str, kind: str) -> None:
    assert QUESTIONS[field]["type"] == kind


def test_every_list_used_is_listed_with_its_codes_as_text() -> None:
    choices = sheet_rows(format_xlsform(SMALL), "choices")
    used = {row["type"].split()[1] for row in SURVEY_ROWS if row["type"].startswith("select")}
    assert used == {row["list_name"] for row in choices}
    assert [(row["name"], row["label"]) for row in choices if row["list_name"] == "yes_no"] == [("1", "Yes"), ("0", "No")]


def test_groups_open_and_close_in_turn() -> None:
    marks = [row["type"] for row in SURVEY_ROWS if row["type"].endswith("_group")]
    assert marks == ["begin_group", "end_group"] * 5


def test_every_field_a_formula_names_is_a_question() -> None:
    named = {name for row in SURVEY_ROWS for name in re.findall(r"\$\{(\w+)\}", row["relevant"] + row["constraint"])}
    assert named == {"sex", "age", "conditions", "calcium"}
    assert named <= set(QUESTIONS)


def test_limits_become_constraints_with_words() -> None:
    assert QUESTIONS["weight"]["constraint"] == ". >= 20 and . <= 300"
    assert QUESTIONS["weight"]["constraint_message"] == "Expected is a number from 20 to 300 kg."
    assert QUESTIONS["calcium"]["constraint"] == ""
    assert QUESTIONS["visit_date"]["constraint"] == ". <= today()"
    assert QUESTIONS["pain"]["parameters"] == "start=0 end=10 step=1"


def test_a_unit_that_its_number_does_not_allow_is_questioned() -> None:
    # 0.5 to 5 mmol/L of calcium are 2 to 20 mg/dL
    assert QUESTIONS["calcium_unit"]["constraint"] == (
        "(. != '1' or ${calcium} = '' or (${calcium} >= 0.5 and ${calcium} <= 5)) and "
        "(. != '2' or ${calcium} = '' or (${calcium} >= 2 and ${calcium} <= 20))"
    )


def test_none_of_these_stands_alone() -> None:
    assert QUESTIONS["conditions"]["constraint"] == "not((selected(., 'none')) and count-selected(.) > 1)"


def test_the_same_form_gives_the_same_bytes_and_a_changed_question_another_version() -> None:
    assert format_xlsform(SMALL) == format_xlsform(SMALL)
    changed = replace(SMALL, items=(*SMALL.items[:-1], replace(SMALL.items[-1], question="Your medicines?")))
    before, after = (sheet_rows(format_xlsform(form), "settings")[0] for form in (SMALL, changed))
    assert (before["form_id"], before["form_title"]) == ("small_intake", "Small intake form")
    assert before["version"] != after["version"]
