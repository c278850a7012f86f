"""The form as an XLSForm workbook, which ODK, KoboToolbox, SurveyCTO and Ona turn into a form for phones and browsers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crampstats.codebook.forms import Form
from crampstats.ingest.templates.asked import Asked, list_questions
from crampstats.ingest.templates.conditions import plain
from crampstats.ingest.templates.steady_zip import workbook_bytes
from crampstats.ingest.templates.writings import XPathWriting
from crampstats.present.files import write_whole

if TYPE_CHECKING:
    from openpyxl import Workbook

SURVEY = (
    "type", "name", "label", "hint", "required", "relevant", "constraint", "constraint_message", "appearance", "parameters",
)
CHOICES = ("list_name", "name", "label")
SETTINGS = ("form_title", "form_id", "version")
TYPES = {"rating": "range", "long text": "text"}
LONGEST_LIST_NAME = 30
WIDTHS = {"label": 60, "hint": 40, "relevant": 40, "constraint": 40, "constraint_message": 40}


def format_xlsform(form: Form) -> bytes:
    """A form as an XLSForm workbook.

    Parameters
    ----------
    form
        A declared form. Its sections become groups, each on a screen of its own.

    Returns
    -------
    bytes
        An .xlsx file with the sheets survey, choices and settings. The same form gives the same bytes; the version changes
        where a question or an answer does.

    Raises
    ------
    DataError
        The declaration cannot be made into a form; every reason is named.
    """
    from openpyxl import Workbook

    questions = list_questions(form)
    lists = _list_names(questions)
    survey = _survey_rows(questions, lists)
    choices = [(lists[options], code, words) for options in lists for code, words in options]
    workbook = Workbook()
    workbook.remove(workbook.active)
    _add_sheet(workbook, "survey", SURVEY, ([row.get(name, "") for name in SURVEY] for row in survey))
    _add_sheet(workbook, "choices", CHOICES, choices)
    _add_sheet(workbook, "settings", SETTINGS, [(form.label, form.name, _version(survey, choices))])
    return workbook_bytes(workbook)


def write_xlsform(form: Form, path: Path) -> Path:
    """Write the XLSForm of a form, whole or not at all; see `format_xlsform`."""
    return write_whole(path, format_xlsform(form))


def _survey_rows(questions: Sequence[Asked], lists: Mapping[tuple, str]) -> list[dict[str, str]]:
    """A row per question, between the rows that begin and end the group of its section."""
    rows = list(_grouped_rows(questions, lists))
    units = {asked.item.unit_field for asked in questions if asked.limits_by_unit}
    for row in rows:
        if row.get("name") in units:
            row["constraint"] = _unit_constraint(questions, row["name"])
            row["constraint_message"] = "The number above is hardly possible in this unit; please check both."
    return rows


def _unit_constraint(questions: Iterable[Asked], unit_field: str) -> str:
    """A unit is taken only where the number lies within its limits in that unit."""
    parts = []
    for asked in questions:
        if asked.item.unit_field == unit_field:
            number = f"${{{asked.item.field}}}"
            parts += [
                f"(. != '{code}' or {number} = '' or ({number} >= {plain(low)} and {number} <= {plain(high)}))"
                for code, (low, high) in asked.limits_by_unit.items()
            ]
    return " and ".join(parts)


def _grouped_rows(questions: Iterable[Asked], lists: Mapping[tuple, str]) -> Iterator[dict[str, str]]:
    inside = ""
    for asked in questions:
        if asked.begins:
            if inside:
                yield {"type": "end_group"}
            inside = asked.begins
            # the first question of a section names its group, for names must be unique
            yield {"type": "begin_group", "name": f"group_{asked.item.field}", "label": inside, "appearance": "field-list"}
        yield _question_row(asked, lists)
    if inside:
        yield {"type": "end_group"}


def _question_row(asked: Asked, lists: Mapping[tuple, str]) -> dict[str, str]:
    item = asked.item
    constraint, message = _constraint(asked)
    row = {
        "type": _type(asked, lists), "name": item.field, "label": item.question, "hint": asked.hint,
        "required": "yes" if asked.required else "",
        "relevant": asked.shown_if.write(XPathWriting()) if asked.shown_if else "",
        "constraint": constraint, "constraint_message": message,
        "appearance": "multiline" if asked.answer == "long text" else "",
    }
    if asked.answer == "rating" and asked.limits:
        low, high = (plain(limit) for limit in asked.limits)
        row["parameters"] = f"start={low} end={high} step=1"
    return row


def _type(asked: Asked, lists: Mapping[tuple, str]) -> str:
    if asked.item.options:
        kind = "select_multiple" if asked.answer == "boxes" else "select_one"
        return f"{kind} {lists[tuple(asked.item.options.items())]}"
    return {"number": "decimal"}.get(asked.answer, TYPES.get(asked.answer, asked.answer))


def _constraint(asked: Asked) -> tuple[str, str]:
    if asked.exclusive:
        words = " or ".join(f'"{asked.item.options[code]}"' for code in asked.exclusive)
        alone = " or ".join(f"selected(., '{code}')" for code in asked.exclusive)
        return f"not(({alone}) and count-selected(.) > 1)", f"{words} cannot be ticked together with another answer."
    if asked.answer == "date":
        return ". <= today()", "The date lies in the future."
    if asked.limits and asked.answer != "rating":
        low, high = (plain(limit) for limit in asked.limits)
        return f". >= {low} and . <= {high}", f"Expected is a number {asked.range_words}."
    return "", ""


def _list_names(questions: Iterable[Asked]) -> dict[tuple[tuple[str, str], ...], str]:
    """One list for all questions with the same answers, named after them or, where they are long, after its first question."""
    names: dict[tuple[tuple[str, str], ...], str] = {}
    for asked in questions:
        options = tuple(asked.item.options.items())
        if options and options not in names:
            spelled = re.sub(r"[^a-z0-9]+", "_", " ".join(words for _, words in options).lower()).strip("_")
            free = len(spelled) <= LONGEST_LIST_NAME and not spelled[:1].isdigit() and spelled not in names.values()
            names[options] = spelled if free else asked.item.field
    return names


def _version(survey: Sequence[Mapping[str, str]], choices: Sequence[tuple[str, ...]]) -> str:
    return hashlib.sha256(repr((survey, choices)).encode("utf-8")).hexdigest()[:10]


def _add_sheet(workbook: Workbook, title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = workbook.create_sheet(title)
    sheet.append(list(headings))
    for row in rows:
        sheet.append([cell or None for cell in row])
    for number, heading in enumerate(headings, start=1):
        sheet.cell(1, number).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(number)].width = WIDTHS.get(heading, 24)
    sheet.freeze_panes = "A2"
