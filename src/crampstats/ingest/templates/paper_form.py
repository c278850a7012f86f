"""The form on paper: a sheet to print, filled in by hand and typed into the Excel form afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from crampstats.codebook.forms import Form
from crampstats.ingest.templates.asked import Asked, list_questions
from crampstats.ingest.templates.excel_pages import HEADING_FILL, QUIET, fit_heights, fit_to_width, letters, number_words, widen
from crampstats.ingest.templates.steady_zip import workbook_bytes
from crampstats.present.files import write_whole

PAPER_SHEET = "Printed form"
EMPTY_BOX = "☐"
BLANKS = {
    "integer": "________", "number": "________", "date": "____-__-__  (year-month-day)", "time": "__:__  (24 hours)",
    "text": "____________________", "long text": "______________________________________________",
}


def format_paper_form(form: Form) -> bytes:
    """A form to be printed: the questions one below the other, with boxes to tick and room to write.

    Parameters
    ----------
    form
        A declared form.

    Returns
    -------
    bytes
        An .xlsx file, A4. A unit stands beside its number, and a condition once for all the questions it is for. The same form
        gives the same bytes.

    Raises
    ------
    DataError
        The declaration cannot be made into a form; every reason is named.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Border, PatternFill, Side

    questions, workbook = list_questions(form), Workbook()
    sheet = workbook.active
    sheet.title = PAPER_SHEET
    widen(sheet, (5, 52, 44))
    sheet.append([form.label])
    sheet["A1"].font = letters(bold=True, size=14)
    wrapped, line = Alignment(wrap_text=True, vertical="top"), Border(bottom=Side("hair", color=QUIET))
    for number, question, space in _paper_lines(questions):
        sheet.append([number, question, space])
        for cell in sheet[sheet.max_row]:
            if number is None and space is None:
                cell.font, cell.fill = letters(bold=True, size=12), PatternFill("solid", fgColor=HEADING_FILL)
            elif number is None:
                cell.font = letters(italic=True)
            cell.alignment, cell.border = wrapped, line
    sheet.print_title_rows = "1:1"
    fit_heights(sheet)
    fit_to_width(sheet, "portrait")
    return workbook_bytes(workbook)


def write_paper_form(form: Form, path: Path) -> Path:
    """Write the printed form, whole or not at all; see `format_paper_form`."""
    return write_whole(path, format_paper_form(form))


def _paper_lines(questions: Sequence[Asked]) -> Iterator[tuple[int | None, str, str | None]]:
    """Number, question and room for the answer; a section without both, a condition for the questions after it without number."""
    writing = number_words(questions)
    units = {asked.item.field: asked for asked in questions}
    listed = [asked for asked in questions if asked.item.field not in {other.item.unit_field for other in questions}]
    for condition, some in groupby(listed, key=lambda asked: asked.shown_if):
        together = list(some)
        first, last = (writing.numbers[asked.item.field] for asked in (together[0], together[-1]))
        for asked in together:
            if asked.begins:
                yield None, asked.begins, None
            if condition and asked is together[0]:
                which = f"Question {first}" if first == last else f"Questions {first} to {last}"
                yield None, f"{which}: only if {condition.write(writing)}.", ""
            unit = units.get(asked.item.unit_field)
            space = f"{_space(asked)}   {_space(unit, '   ')}" if unit else _space(asked)
            question = "\n".join(text for text in (asked.item.question, asked.hint) if text)
            yield writing.numbers[asked.item.field], question, space


def _space(asked: Asked, between: str = "\n") -> str:
    """Where the answer is written or ticked."""
    if asked.item.options:
        return between.join(f"{EMPTY_BOX} {wording}" for wording in asked.item.options.values())
    if asked.answer == "rating" and asked.limits:
        low, high = (int(limit) for limit in asked.limits)
        return "   ".join(str(number) for number in range(low, high + 1))
    return f"{BLANKS[asked.answer]} {asked.unit}".rstrip()
