"""The sheets of the Excel form that are read, not typed into: how to fill it in, the codes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from crampstats.codebook.forms import Form
from crampstats.ingest.templates.asked import Asked
from crampstats.ingest.templates.writings import WordsWriting

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.styles import Font
    from openpyxl.worksheet.worksheet import Worksheet

INSTRUCTIONS_SHEET, CODES_SHEET = "How to fill in", "Codes"
CODES_HEADINGS = ("Field", "Number", "Question", "Asked only if", "Code", "Answer", "Stands for")
QUIET = "7F7F7F"
HEADING_FILL = "D9E2F3"
SECTION_FILLS = ("DDEBF7", "E2EFDA", "FFF2CC", "FCE4D6", "EDEDED")
LINE = 1.35  # height of a line in units of its letters


def add_instructions(workbook: Workbook, form: Form, sheet_name: str, first_row: int) -> None:
    """A sheet that says in plain words how the form is filled in."""
    sheet = workbook.create_sheet(INSTRUCTIONS_SHEET)
    widen(sheet, (74,))
    lines = (
        (form.label, True), ("", False),
        ("Typing", True),
        (f"Type into the sheet “{sheet_name}”, one row for each {form.row}, from row {first_row} on.", False),
        ("Click a cell: a note says what belongs there. An arrow beside the cell opens a list to choose from.", False),
        ("Questions in bold need an answer. A yellow cell still waits for one.", False),
        ("Leave grey cells empty: the question does not apply to this {form.row}.", False),
        (f"A red cell needs a second look: a {'date' if form.once else 'record number'} used twice, or a number that its unit "
        "does not "
         "allow.", False),
        ("Where several answers can apply, each has a column: put x where it applies. If none applies, put x under the column "
         "that says so, so that we know the question was asked.", False),
        ("", False),
        ("When there is no answer", True),
        ("Leave the cell empty if you do not know why there is no answer. If you know why, and the list has no such answer, type "
         "one of: not done, not asked, refused, unknown. Excel then asks whether to go on: choose Yes.", False),
        ("Never type 0 or -99 for an answer that is missing.", False),
        ("", False),
        ("Dates, times, numbers", True),
        ("Type dates as year-month-day (2026-03-31) and times with 24 hours (23:30).", False),
        ("Type numbers without their unit. Where the next column asks for the unit, choose the one on the laboratory's report; "
         "do not convert.", False),
        ("A value below what the laboratory can measure may be typed as it is reported, such as <0.10.", False),
        ("", False),
        ("Please do not", True),
        ("change, move or delete the questions in row 2; by them the file is read. Notes of your own may go into further columns "
         "on the right.", False),
        ("type names, addresses, telephone numbers or e-mail addresses into free text.", False),
        ("", False),
        ("Other sheets", True),
        (f"“{CODES_SHEET}” lists every question with its answers and their codes.", False),
    )
    _write_lines(sheet, lines)


def add_codes(workbook: Workbook, questions: Sequence[Asked]) -> None:
    """A sheet with every question and, below it, its answers with their codes and meanings."""
    from openpyxl.styles import Alignment, PatternFill

    sheet = workbook.create_sheet(CODES_SHEET)
    sheet.append(CODES_HEADINGS)
    writing = number_words(questions)
    for asked in questions:
        condition = asked.shown_if.write(writing) if asked.shown_if else ""
        number = writing.numbers[asked.item.field]
        sheet.append([asked.item.field, number, asked.item.question, condition or None, None, _expected(asked), None])
        for code, wording in asked.item.options.items():
            sheet.append([asked.item.field, None, None, None, code, wording, _stands_for(asked, code)])
    widen(sheet, (24, 8, 60, 44, 14, 40, 34))
    for row in sheet.iter_rows():
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cell in sheet[1]:
        cell.font, cell.fill = letters(bold=True), PatternFill("solid", fgColor=HEADING_FILL)
    sheet.freeze_panes = "A2"
    fit_heights(sheet)
    fit_to_width(sheet, "landscape")


def _expected(asked: Asked) -> str | None:
    """What is written where nothing is chosen."""
    if asked.item.options:
        return None
    kind = {"integer": "whole number", "rating": "whole number", "long text": "text"}.get(asked.answer, asked.answer)
    return " ".join(part for part in (kind, asked.range_words or (f"in {asked.unit}" if asked.unit else "")) if part)


def _stands_for(asked: Asked, code: str) -> str | None:
    item = asked.item
    if code in item.ticks:
        return f"{item.ticks[code]} = yes"
    if code in item.missing:
        return f"no answer: {item.missing[code]}"
    value = item.values[code]
    said = {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    return f"{item.variable} = {said}" if item.variable else None


def number_words(questions: Sequence[Asked]) -> WordsWriting:
    """Conditions in words; a unit has the number of the question it belongs to."""
    units = {asked.item.unit_field for asked in questions}
    counted = accumulate(int(asked.item.field not in units) for asked in questions)
    numbers = {asked.item.field: number for asked, number in zip(questions, counted, strict=True)}
    return WordsWriting(numbers, {asked.item.field: asked.item.options for asked in questions})


def _write_lines(sheet: Worksheet, lines: Iterable[tuple[str, bool]]) -> None:
    from openpyxl.styles import Alignment

    for row, (text, bold) in enumerate(lines, start=1):
        cell = sheet.cell(row, 1, text or None)
        cell.font = letters(bold=bold, size=14 if row == 1 else 11)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    fit_heights(sheet)
    fit_to_width(sheet, "portrait")


def fit_heights(sheet: Worksheet) -> None:
    """Rows as high as their wrapped text needs: not every spreadsheet program finds that out by itself."""
    for row in sheet.iter_rows():
        heights = [_lines(cell, sheet.column_dimensions[cell.column_letter].width) * _size(cell) for cell in row]
        sheet.row_dimensions[row[0].row].height = round(max(heights) * LINE + 3)


def _lines(cell: Cell, width: float) -> int:
    """Lines a cell takes, about; widths are counted in digits of 11 points."""
    if cell.value is None or not cell.alignment.wrap_text:
        return 1
    fitting = width * 0.95 * 11 / _size(cell)
    return sum(max(1, math.ceil(len(line) / fitting)) for line in str(cell.value).split("\n"))


def _size(cell: Cell) -> float:
    return float(cell.font.sz or 11)


def letters(**how: Any) -> Font:
    """A font of the workbook's own family; one left unnamed is another in some programs."""
    from openpyxl.styles import Font

    return Font(**{"name": "Calibri", "size": 11, **how})


def widen(sheet: Worksheet, widths: Sequence[float]) -> None:
    from openpyxl.utils import get_column_letter

    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width


def fit_to_width(sheet: Worksheet, orientation: str) -> None:
    sheet.page_setup.orientation = orientation
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
