"""The form as an Excel workbook to type into: a row per patient or night, lists to choose from, limits, and no macros."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crampstats.codebook.forms import Form
from crampstats.ingest.own.matching import split_words
from crampstats.ingest.templates.asked import Asked, list_questions
from crampstats.ingest.templates.conditions import box_name, plain
from crampstats.ingest.templates.excel_pages import (
    QUIET,
    SECTION_FILLS,
    add_codes,
    add_instructions,
    fit_heights,
    letters,
)
from crampstats.ingest.templates.steady_zip import workbook_bytes
from crampstats.ingest.templates.writings import SheetWriting
from crampstats.present.files import write_whole

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

SHEET, DIARY_SHEET = "Intake", "Diary"
SECTION_ROW, HEADING_ROW, FIRST_ROW = 1, 2, 3
LAST_ROW = 2002  # rows with lists and limits
CHOICES_SHEET = "Choices"
BOX = "x"
# what Excel takes as the title of a prompt, as the prompt, and as the complaint
LONGEST_TITLE, LONGEST_PROMPT, LONGEST_ERROR = 32, 255, 225
NUMBER_FORMATS = {"date": "yyyy-mm-dd", "time": "hh:mm", "text": "@", "long text": "@"}
WIDTHS = {"long text": 44, "boxes": 14, "text": 18, "date": 14, "time": 10, "integer": 12, "number": 12, "rating": 12}
NOT_ASKED, WANTING, DOUBTFUL = "D9D9D9", "FFE699", "F8CBAD"


@dataclass(frozen=True)
class Column:
    """One column of the sheet: a question, or one box of it.

    Parameters
    ----------
    asked
        The question.
    code
        Code of the box; "" where the question has one column.
    letter
        Column of the sheet.
    heading
        What the person reads above it, and by which it is found again: the question, or the field's name where the words of
        another question are the same but for a unit.
    """

    asked: Asked
    code: str
    letter: str
    heading: str

    @property
    def name(self) -> str:
        """The field or box it is for."""
        return box_name(self.asked.item.field, self.code) if self.code else self.asked.item.field

    @property
    def words(self) -> str:
        """The question, with the words of the box."""
        item = self.asked.item
        return f"{item.question} {item.options[self.code]}" if self.code else item.question

    @property
    def cell(self) -> str:
        """Its first cell, for formulas copied down."""
        return f"${self.letter}{FIRST_ROW}"

    @property
    def cells(self) -> str:
        """All its cells."""
        return f"{self.letter}{FIRST_ROW}:{self.letter}{LAST_ROW}"


def format_excel_form(form: Form) -> bytes:
    """A form as an Excel workbook.

    Parameters
    ----------
    form
        A declared form.

    Returns
    -------
    bytes
        An .xlsx file. The sheet "Intake" (of a form filled in again and again "Diary") takes the answers: row 1 names the
        section,
        row 2 holds the questions, by which the file is read again, and from row 3 each row is a patient (a night). A question
        with boxes has a column per box, headed by the question
        and the words of the box. Further sheets say how to fill it in and list the codes. The same form gives the same bytes.

    Raises
    ------
    DataError
        The declaration cannot be made into a form; every reason is named.
    """
    from openpyxl import Workbook

    questions = list_questions(form)
    workbook = Workbook()
    intake = workbook.active
    intake.title = DIARY_SHEET if form.once else SHEET
    columns = list_columns(questions)
    _write_headings(intake, columns)
    add_instructions(workbook, form, intake.title, FIRST_ROW)
    add_codes(workbook, questions)
    _add_validations(intake, columns, _add_choices(workbook, questions))
    _add_colours(intake, columns, once=not form.once)
    _lay_out(intake, columns)
    return workbook_bytes(workbook)


def write_excel_form(form: Form, path: Path) -> Path:
    """Write the Excel form of a form, whole or not at all; see `format_excel_form`."""
    return write_whole(path, format_excel_form(form))


def list_columns(questions: Iterable[Asked]) -> tuple[Column, ...]:
    """The columns of the sheet, in order."""
    from openpyxl.utils import get_column_letter

    pairs = [(asked, code) for asked in questions for code in (asked.item.options if asked.answer == "boxes" else ("",))]
    columns = [Column(asked, code, get_column_letter(number), "") for number, (asked, code) in enumerate(pairs, start=1)]
    told = Counter(split_words(column.words) for column in columns)
    return tuple(
        replace(column, heading=column.words if told[split_words(column.words)] == 1 else column.name) for column in columns
    )


def _write_headings(sheet: Worksheet, columns: Sequence[Column]) -> None:
    from openpyxl.styles import Alignment, Border, PatternFill, Side

    wrapped = Alignment(wrap_text=True, vertical="top")
    line = Border(bottom=Side("thin", color=QUIET))
    section, shade = "", -1
    for column in columns:
        begins = column.asked.begins if column.asked.begins != section else ""
        section, shade = (begins, shade + 1) if begins else (section, max(shade, 0))
        fill = PatternFill("solid", fgColor=SECTION_FILLS[shade % len(SECTION_FILLS)])
        above, heading = sheet[f"{column.letter}{SECTION_ROW}"], sheet[f"{column.letter}{HEADING_ROW}"]
        above.value, above.font, above.fill = begins or None, letters(bold=True, size=12), fill
        heading.value, heading.font, heading.fill = column.heading, letters(bold=column.asked.required), fill
        heading.alignment, heading.border = wrapped, line


def _add_choices(workbook: Workbook, questions: Iterable[Asked]) -> dict[str, str]:
    """The wordings on a sheet of their own, and where each field finds them."""
    from openpyxl.utils import get_column_letter

    sheet = workbook.create_sheet(CHOICES_SHEET)
    sheet.sheet_state = "hidden"
    places: dict[tuple[str, ...], str] = {}
    fields = {}
    for asked in questions:
        if asked.answer != "one of":
            continue
        words = tuple(asked.item.options.values())
        if words not in places:
            letter = get_column_letter(len(places) + 1)
            for row, text in enumerate((asked.item.field, *words), start=1):
                sheet[f"{letter}{row}"] = text
            places[words] = f"{CHOICES_SHEET}!${letter}$2:${letter}${len(words) + 1}"
        fields[asked.item.field] = places[words]
    return fields


def _add_validations(sheet: Worksheet, columns: Iterable[Column], choices: dict[str, str]) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    for column in columns:
        rule, expected = _validation(column, choices)
        # a warning, not a stop: "not done" and "<0.10" must pass, or they would be typed as a made-up number
        check = DataValidation(allow_blank=True, errorStyle="warning", **rule)
        check.showErrorMessage, check.showInputMessage = bool(rule), True
        check.errorTitle, check.error = "Please check", expected[:LONGEST_ERROR]
        check.promptTitle = _shorten(column.asked.item.options.get(column.code, column.heading), LONGEST_TITLE)
        check.prompt = _shorten(" ".join(part for part in (column.asked.hint, expected) if part) or "Free text.", LONGEST_PROMPT)
        check.add(column.cells)
        sheet.add_data_validation(check)


def _validation(column: Column, choices: dict[str, str]) -> tuple[dict[str, Any], str]:
    """What a cell takes, for the program and in words."""
    asked = column.asked
    match asked.answer:
        case "one of":
            return {"type": "list", "formula1": choices[asked.item.field]}, "Choose from the list."
        case "boxes":
            return {"type": "list", "formula1": f'"{BOX}"'}, f"Put {BOX} where it applies; leave the others empty."
        case "date":
            return _between("date", "DATE(1900,1,1)", "TODAY()"), "A day that is not in the future, such as 2026-03-31."
        case "time":
            return _between("time", "0", "0.99999"), "A time of day such as 23:30."
        case "integer" | "rating":
            low, high = asked.limits or (0, 1_000_000)
            return _between("whole", plain(low), plain(high)), f"A whole number {asked.range_words}.".replace(" .", ".")
        case "number":
            low, high = asked.limits or (0, 1_000_000)
            return _between("decimal", plain(low), plain(high)), f"A number {asked.range_words}.".replace(" .", ".")
    return {}, ""


def _between(kind: str, low: str, high: str) -> dict[str, str]:
    return {"type": kind, "operator": "between", "formula1": low, "formula2": high}


def _shorten(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _add_colours(sheet: Worksheet, columns: Sequence[Column], *, once: bool) -> None:
    """Grey: leave empty; yellow: still wanting; red: a record number (a person's date) twice, or a number its unit does not "
    "allow."""
    from openpyxl.formatting.rule import FormulaRule
    from openpyxl.styles import PatternFill

    wordings = {column.asked.item.field: column.asked.item.options for column in columns}
    writing = SheetWriting({column.name: column.cell for column in columns}, wordings)
    record = columns[0]
    # what may stand once: the record number, or, of a form filled in again and again, a person's date
    keys = [record] if once else [record, next((column for column in columns if column.asked.answer == "date"), record)]
    counted = ",".join(f"${key.letter}${FIRST_ROW}:${key.letter}${LAST_ROW},{key.cell}" for key in keys)
    twice = f"COUNTIF{'S' if len(keys) > 1 else ''}({counted})>1"
    rules = [(keys[-1], f'AND({keys[-1].cell}<>"",{twice})', DOUBTFUL)]
    for column in columns:
        shown = column.asked.shown_if.write(writing) if column.asked.shown_if else ""
        if shown:
            rules.append((column, f'AND({record.cell}<>"",NOT({shown}))', NOT_ASKED))
        if column.asked.required and column is not record:
            asked = f",{shown}" if shown else ""
            rules.append((column, f'AND({record.cell}<>"",{column.cell}=""{asked})', WANTING))
        rules += [(column, formula, DOUBTFUL) for formula in _beyond_its_unit(column, writing)]
    for column, formula, colour in rules:
        fill = PatternFill("solid", start_color=colour, end_color=colour)
        sheet.conditional_formatting.add(column.cells, FormulaRule([formula], fill=fill, stopIfTrue=True))


def _beyond_its_unit(column: Column, writing: SheetWriting) -> Iterator[str]:
    for code, (low, high) in column.asked.limits_by_unit.items():
        chosen = writing.chosen(column.asked.item.unit_field, code)
        yield f"AND(ISNUMBER({column.cell}),{chosen},OR({column.cell}<{plain(low)},{column.cell}>{plain(high)}))"


def _lay_out(sheet: Worksheet, columns: Iterable[Column]) -> None:
    for column in columns:
        size = sheet.column_dimensions[column.letter]
        size.width = WIDTHS.get(column.asked.answer, 20)
        # kept as text, a record number keeps the noughts before it
        size.number_format = NUMBER_FORMATS.get(column.asked.answer, "General")
    fit_heights(sheet)
    sheet.freeze_panes = f"B{FIRST_ROW}"
    sheet.print_title_rows = f"{SECTION_ROW}:{HEADING_ROW}"
    sheet.print_title_cols = "A:A"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
