"""The intake form filled in with made-up answers, as Excel, REDCap and KoboToolbox give it back."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
from hypothesis import strategies as st

from crampstats.codebook.surveys.clinic_intake import CLINIC_INTAKE
from crampstats.ingest.templates.asked import Asked, list_questions
from crampstats.ingest.templates.conditions import box_name
from crampstats.ingest.templates.excel_form import BOX, FIRST_ROW, SHEET, list_columns, write_excel_form

QUESTIONS = list_questions(CLINIC_INTAKE)
# one answer: a code, the codes ticked, a number, a day, a time, a text; None where there is none
Answer = str | frozenset[str] | int | float | datetime.date | datetime.time | None
Patient = Mapping[str, Answer]


@st.composite
def patients(draw: st.DrawFn) -> Patient:
    """Answers of one patient; a number and its unit come together."""
    answers: dict[str, Answer] = {}
    for asked in QUESTIONS:
        field = asked.item.field
        if field not in answers:
            answers[field] = draw(_answers(asked))
        if asked.item.unit_field:
            units = CLINIC_INTAKE.item(asked.item.unit_field)
            chosen = draw(st.sampled_from(sorted(units.options)))
            low, high = asked.limits_by_unit.get(chosen, (1, 2))
            answers[field] = draw(st.none() | _numbers(low, high))
            answers[units.field] = None if answers[field] is None else chosen
    return answers


def _answers(asked: Asked) -> st.SearchStrategy[Answer]:
    options = sorted(asked.item.options)
    match asked.answer:
        case "one of":
            return st.none() | st.sampled_from(options)
        case "boxes":
            several = st.frozensets(st.sampled_from(sorted(asked.item.ticks)))
            return several | st.sampled_from([frozenset({code}) for code in asked.exclusive])
        case "integer" | "rating":
            low, high = asked.limits or (0, 10)
            return st.none() | st.integers(int(low), int(high))
        case "number":
            return st.none() | _numbers(*(asked.limits or (0, 10)))
        case "date":
            return st.none() | st.dates(datetime.date(2024, 1, 13), datetime.date(2026, 6, 30))
        case "time":
            return st.none() | st.times().map(lambda time: time.replace(second=0, microsecond=0))
    return st.none() | st.sampled_from(["Q7", "north"])


def _numbers(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False).map(lambda number: min(max(round(number, 2), low), high))


def write_redcap_export(people: Sequence[Patient], path: Path) -> Path:
    """The raw export of the imported dictionary: a column per field, a column of 0 and 1 per box."""
    done = {"clinic_intake_complete": "2"}
    return _write_csv([{**_record(number), **_cells(person, boxes="0"), **done} for number, person in _numbered(people)], path)


def write_kobo_export(people: Sequence[Patient], path: Path) -> Path:
    """KoboToolbox's export: the codes ticked in one cell, and a column of 0 and 1 per box, empty where nothing is ticked."""
    rows = []
    for number, person in _numbered(people):
        cells = {name.replace("___", "/"): text for name, text in _cells(person, boxes="").items()}
        ticked = {asked.item.field: " ".join(sorted(person[asked.item.field])) for asked in QUESTIONS if asked.answer == "boxes"}
        rows.append({**_record(number), **cells, **ticked, "_id": str(number), "_uuid": f"u{number}", "_index": str(number)})
    return _write_csv(rows, path)


def write_filled_workbook(people: Sequence[Patient], path: Path) -> Path:
    """The Excel form with a row typed for each patient."""
    workbook = openpyxl.load_workbook(write_excel_form(CLINIC_INTAKE, path))
    sheet, columns = workbook[SHEET], list_columns(QUESTIONS)
    for number, person in _numbered(people):
        for column in columns:
            item, answer = column.asked.item, person[column.asked.item.field]
            if column.code:
                answer = BOX if column.code in answer else None
            elif item.field == QUESTIONS[0].item.field:
                answer = _record(number)[item.field]
            elif answer is not None and item.options:
                answer = item.options[answer]
            sheet[f"{column.letter}{FIRST_ROW + number - 1}"].value = answer
    workbook.save(path)
    return path


def _numbered(people: Sequence[Patient]) -> list[tuple[int, Patient]]:
    return list(enumerate(people, start=1))


def _record(number: int) -> dict[str, str]:
    return {QUESTIONS[0].item.field: f"P{number:03d}"}


def _cells(person: Patient, boxes: str) -> dict[str, str]:
    """Field or box to the text of its cell; boxes of a question in which nothing is ticked hold `boxes`."""
    cells = {}
    for asked in QUESTIONS[1:]:
        answer = person[asked.item.field]
        if asked.answer == "boxes":
            empty = "0" if answer else boxes
            cells |= {box_name(asked.item.field, code): "1" if code in answer else empty for code in asked.item.options}
        else:
            cells[asked.item.field] = "" if answer is None else _text(answer)
    return cells


def _text(answer: Answer) -> str:
    return answer.strftime("%H:%M") if isinstance(answer, datetime.time) else str(answer)


def _write_csv(rows: Sequence[Mapping[str, str]], path: Path) -> Path:
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path
