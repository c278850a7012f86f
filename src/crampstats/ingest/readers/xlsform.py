"""Answers collected with an XLSForm (KoboToolbox, ODK): their columns described by the form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from crampstats.core.findings import Finding, Findings
from crampstats.ingest.readers.xlsform_questions import MULTIPLE, XlsForm, XlsQuestion, read_form
from crampstats.ingest.readers.xpath import NotTranslatableError, translate_condition
from crampstats.ingest.recorded import RecordedColumn, RecordedKind, RecordedTable

FORMAT = "xlsform"
TICKS = {"1": "Checked", "0": "Unchecked"}
SEPARATORS = ("/", "-", ".")
# columns every server adds, by the last part of their name
META: Mapping[str, tuple[RecordedKind, bool]] = {
    "start": ("date", False), "end": ("date", False), "today": ("date", False), "_submission_time": ("date", False),
    "submissiondate": ("date", False), "_submitted_by": ("text", True), "submitterid": ("text", True),
    "submittername": ("text", True), "username": ("text", True), "deviceid": ("text", True), "phonenumber": ("text", True),
    "simserial": ("text", True), "subscriberid": ("text", True), "_geolocation": ("text", True), "_attachments": ("file", True),
    "_notes": ("text", True), "instancename": ("text", True),
}
_KOBO = ("_uuid", "_submission_time", "_id", "_index", "_status", "_validation_status", "_submitted_by", "__version__")
_ODK = ("key", "submissiondate", "instanceid", "submitterid", "formversion", "reviewstate")
_PLACE_PARTS = ("latitude", "longitude", "altitude", "precision", "accuracy")
MOST_NAMED = 3
# codes not in the form for which boxes are made; more are words of labels, not codes
MOST_STRANGERS = 20


def read_xlsform(path: str | Path) -> tuple[RecordedColumn, ...]:
    """The columns an export of an XLSForm has, named by the questions alone, boxes as "question/option".

    Parameters
    ----------
    path
        The form, a workbook with the sheets survey and choices.

    Returns
    -------
    tuple of RecordedColumn
        In the order of the form; ``shown_if`` in the writing of REDCap's branching logic, empty where a condition says what that
        cannot.

    Raises
    ------
    DataError
        The file is no XLSForm.
    """
    form = read_form(path)
    places = _Places({one.name: one.name for one in form.questions}, {}, form)
    return tuple(
        column for one in form.questions
        for column in (describe(one, one.name, places), *_made_boxes(one, one.name, f"{one.name}/", places))
    )


def is_kobo(table: RecordedTable) -> bool:
    """Whether a table is an export of KoboToolbox or ODK: it carries at least two of the columns their servers add."""
    names = {name.lower().rpartition("/")[2].removeprefix("meta-") for name in table.cells.columns}
    return sum(name in names for name in _KOBO) >= 2 or sum(name in names for name in _ODK) >= 2


def refine_xlsform(table: RecordedTable, form: str | Path | None = None) -> RecordedTable:
    """An export of KoboToolbox or ODK, its columns described by the form.

    Parameters
    ----------
    table
        As read; headings are the questions' names, with their groups ("group/question", "group-question") or without.
    form
        The XLSForm. None: only what the export says of itself is used (the server's columns, boxes of their own).

    Returns
    -------
    RecordedTable
        The same rows. A question with several answers in one cell ("a c") whose boxes are not in the export gets a column for
        each: "1" where ticked, "0" where not, empty where nothing was answered.

    Raises
    ------
    DataError
        The form is no XLSForm.
    """
    asked = read_form(form) if form is not None else XlsForm("", ())
    places = _place(asked, list(table.cells.columns))
    columns: list[RecordedColumn] = []
    cells: dict[str, pd.Series] = {}
    for column in table.columns:
        question = places.questions.get(column.name)
        box = places.boxes.get(column.name)
        cells[column.name] = table.cells[column.name]
        columns.append(_described(column, question, box, places))
        if question is not None and not places.has_boxes(column.name):
            question = _with_further_codes(question, table.cells[column.name], places)
            for made in _made_boxes(question, column.name, f"{column.name}/", places):
                if made.name not in table.cells:
                    columns.append(made)
                    cells[made.name] = _ticks(table.cells[column.name], made.option)
    columns = _guess_boxes(columns, cells)
    findings = [*asked.findings.rows, *_findings(table, asked, places)]
    return replace(
        table, cells=pd.DataFrame(cells), columns=tuple(columns), format=FORMAT,
        findings=Findings((*table.findings.rows, *findings)),
    )


@dataclass(frozen=True)
class _Box:
    question: XlsQuestion
    field: str
    option: str


class _Places:
    """Which column of the export holds which question or box, and how conditions name them."""

    def __init__(self, headings: Mapping[str, str], boxes: Mapping[str, _Box], form: XlsForm) -> None:
        self.headings, self.boxes, self.form = headings, boxes, form
        found = ((headings.get(_path(one)) or headings.get(one.name), one) for one in form.questions)
        self.questions = {heading: one for heading, one in found if heading}
        self.untranslated: dict[str, str] = {}
        self.strangers: dict[str, int] = {}

    def has_boxes(self, heading: str) -> bool:
        return any(box.field == heading for box in self.boxes.values())

    def refer(self, name: str, code: str) -> tuple[str, str]:
        question = self.form.by_name.get(name)
        heading = None if question is None else self.headings.get(_path(question)) or self.headings.get(name)
        if question is None or heading is None:
            raise NotTranslatableError(f"no single column holds {name!r}")
        if not code or question.type != MULTIPLE:
            return heading, code
        boxes = [column for column, box in self.boxes.items() if box.field == heading and box.option == code]
        return (boxes[0] if boxes else f"{heading}/{code}"), "1"

    def shown_if(self, question: XlsQuestion) -> str:
        """All conditions of a question in REDCap's writing; "" where one cannot be said so."""
        try:
            texts = [translate_condition(text, self.refer) for text in question.relevant]
        except NotTranslatableError as problem:
            self.untranslated[question.name] = str(problem)
            return ""
        return texts[0] if len(texts) == 1 else " and ".join(f"({text})" for text in texts)


def _path(question: XlsQuestion) -> str:
    return "/".join((*question.groups, question.name))


def _place(form: XlsForm, headings: Sequence[str]) -> _Places:
    """Headings found for the questions: by their whole path, else by their name, else by their label."""
    found: dict[str, str] = {}
    free = set(headings)
    for one in form.questions:
        paths = [separator.join((*one.groups, one.name)) for separator in SEPARATORS]
        ends = [heading for heading in headings if heading.endswith(tuple(f"{mark}{one.name}" for mark in SEPARATORS[:2]))]
        single = one.name in form.by_name
        names = [*paths, *([one.name, *(ends if len(ends) == 1 else ()), one.label] if single else ())]
        heading = next((name for name in names if name in free), None)
        if heading is not None:
            found[_path(one)] = heading
            free.discard(heading)
    boxes = {}
    for one in form.questions:
        if one.type == MULTIPLE and (heading := found.get(_path(one))):
            for code, label in one.choices.items():
                names = [f"{heading}{mark}{text}" for mark in SEPARATORS for text in (code, label)]
                if box := next((name for name in names if name in free), None):
                    boxes[box] = _Box(one, heading, code)
    return _Places(found, boxes, form)


def describe(question: XlsQuestion, heading: str, places: _Places) -> RecordedColumn:
    """What the form says of a question's column."""
    several = question.type == MULTIPLE
    return RecordedColumn(
        heading, question.label, choices={} if several else question.choices, kind=question.kind, limits=question.limits,
        identifier=question.is_identifying, form="".join(question.groups[:1]), shown_if=places.shown_if(question),
    )


def _made_boxes(question: XlsQuestion, field: str, stem: str, places: _Places) -> Iterator[RecordedColumn]:
    if question.type == MULTIPLE:
        for code in question.choices:
            yield _box_column(_Box(question, field, code), f"{stem}{code}", places)


def _box_column(box: _Box, heading: str, places: _Places) -> RecordedColumn:
    label = f"{box.question.label} (choice={box.question.choices.get(box.option, box.option)})".strip()
    return RecordedColumn(
        heading, label, TICKS, kind="checkbox", field=box.field, option=box.option, shown_if=places.shown_if(box.question),
        form="".join(box.question.groups[:1]),
    )


def _described(
    column: RecordedColumn, question: XlsQuestion | None, box: _Box | None, places: _Places
) -> RecordedColumn:
    if question is not None:
        return describe(question, column.name, places)
    if box is not None:
        return _box_column(box, column.name, places)
    last = column.name.lower().rpartition("/")[2].removeprefix("meta-")
    place = last.startswith("_") and last.rpartition("_")[2] in _PLACE_PARTS
    kind, identifying = META.get(last, (column.kind, place))
    return replace(column, kind=kind, identifier=column.identifier or identifying)


def _with_further_codes(question: XlsQuestion, cells: pd.Series, places: _Places) -> XlsQuestion:
    """The question with the codes its cells hold and the form lacks; without choices where the cells hold none of its codes."""
    if question.type != MULTIPLE:
        return question
    held = dict.fromkeys(code for text in cells.dropna().unique() for code in str(text).split())
    further = [code for code in held if code not in question.choices]
    if not further:
        return question
    places.strangers[question.name] = len(further)
    if len(further) == len(held) or len(further) > MOST_STRANGERS:
        return replace(question, choices={})
    return replace(question, choices={**question.choices, **{code: code for code in further}})


def _ticks(cells: pd.Series, option: str) -> pd.Series:
    """A box made from cells that list the options ticked ("a c")."""
    codes, texts = pd.factorize(cells, use_na_sentinel=True)
    ticked = pd.Series(["1" if option in str(text).split() else "0" for text in texts] + [None], dtype="str")
    return ticked.take(np.where(codes < 0, len(texts), codes)).set_axis(cells.index)


def _guess_boxes(columns: Sequence[RecordedColumn], cells: Mapping[str, pd.Series]) -> list[RecordedColumn]:
    """Boxes a form was not there to name: "question/option" beside a column "question", holding 1 and 0."""
    there = set(cells)
    found = []
    for column in columns:
        field, _, option = column.name.rpartition("/")
        plain = not column.kind and field in there and bool(option)
        if plain and set(cells[column.name].dropna().unique()) <= {"0", "1", "True", "False", "TRUE", "FALSE"}:
            column = replace(column, kind="checkbox", field=field, option=option)
        found.append(column)
    return found


def _findings(table: RecordedTable, form: XlsForm, places: _Places) -> Iterator[Finding]:
    absent = [one.name for one in form.questions if _path(one) not in places.headings and one.kind != "file"]
    if absent:
        yield Finding(
            table.name, "question not in the export", "warning",
            f"{len(absent)} of {len(form.questions)} question(s) of {form.name} have no column (first: {_some(absent)}).",
            "Export with the questions' names as headings (XML values and headers), or give the form these answers came from.",
        )
    for name, count in places.strangers.items():
        yield Finding(
            name, "codes not in the form", "warning",
            f"the cells hold {count} code(s) that {form.name} does not list for {name!r}.",
            "Export the answers as XML values, not as labels, and give the form these answers came from.",
        )
    if places.untranslated:
        first, why = next(iter(places.untranslated.items()))
        yield Finding(
            first, "condition not understood", "note",
            f"the conditions under which {len(places.untranslated)} question(s) are shown cannot be told ({first}: {why}).",
            "An empty cell of these questions counts as missing even where the form did not show them.",
        )


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:MOST_NAMED]) + (" ..." if len(names) > MOST_NAMED else "")
