"""Read an XLSForm (ODK, KoboToolbox): its questions with their choices, groups and conditions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from pathlib import Path

from crampstats.core.errors import DataError
from crampstats.core.findings import Finding, Findings
from crampstats.ingest.recorded import RecordedKind

KINDS: Mapping[str, RecordedKind] = {
    "select_one": "category", "select_one_from_file": "category", "integer": "number", "decimal": "number", "range": "number",
    "date": "date", "datetime": "date", "start": "date", "end": "date", "today": "date", "time": "time", "text": "text",
    "calculate": "calculated", "image": "file", "photo": "file", "audio": "file", "video": "file", "file": "file",
    "background-audio": "file", "acknowledge": "category", "trigger": "category", "rank": "text",
    "select_multiple_from_file": "text", "select_multiple": "text",
}
IDENTIFYING = frozenset({
    "geopoint", "geotrace", "geoshape", "start-geopoint", "phonenumber", "email", "username", "deviceid", "device_id",
    "subscriberid", "simserial",
})
# what stands in a form and has no column in an export, or none with answers
UNASKED = frozenset({"note", "xml-external", "csv-external", "audit"})
BUILT_IN: Mapping[str, Mapping[str, str]] = {"acknowledge": {"OK": "OK"}, "trigger": {"OK": "OK"}}
MULTIPLE = "select_multiple"
OTHER = {"other": "Other"}
_LIMIT = re.compile(r"\.\s*(<=|>=|<|>)\s*(-?\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class XlsQuestion:
    """One question of an XLSForm.

    Parameters
    ----------
    name
        Name of the question.
    type
        Its type in lower case, without the name of its list ("select_one").
    groups
        The groups it stands in, from the outside.
    label
        Question in the language chosen, without markup.
    choices
        Code to label.
    relevant
        Conditions under which it is shown, its groups' first, as written (XPath).
    limits
        Lowest and highest number its constraint accepts, as text.
    row
        Row of the survey sheet.
    """

    name: str
    type: str
    groups: tuple[str, ...] = ()
    label: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    relevant: tuple[str, ...] = ()
    limits: tuple[str, str] = ("", "")
    row: int = 0

    @property
    def kind(self) -> RecordedKind:
        """What its answers are."""
        return KINDS.get(self.type, "")

    @property
    def is_identifying(self) -> bool:
        """Whether its type tells who or where a person is."""
        return self.type in IDENTIFYING


@dataclass(frozen=True, eq=False)
class XlsForm:
    """The questions of an XLSForm, in order; notes are left out.

    Parameters
    ----------
    name
        The file, without its folder.
    questions
        What an export has columns of.
    findings
        What was noticed while reading.
    """

    name: str
    questions: tuple[XlsQuestion, ...]
    findings: Findings = field(default_factory=Findings)

    @cached_property
    def by_name(self) -> Mapping[str, XlsQuestion]:
        """The questions by name; a name that stands twice, in two groups, is left out."""
        names = [one.name for one in self.questions]
        return {one.name: one for one in self.questions if names.count(one.name) == 1}


def read_form(path: str | Path) -> XlsForm:
    """The questions of an XLSForm workbook.

    Parameters
    ----------
    path
        The workbook (.xlsx, .xls), with a sheet "survey" and, for questions with choices, a sheet "choices".

    Raises
    ------
    DataError
        The file is not there, no workbook, damaged, protected, or has no survey sheet with the columns type and name.
    """
    path = Path(path)
    sheets = _sheets(path)
    survey = sheets.get("survey")
    if survey is None:
        there = ", ".join(repr(name) for name in list(sheets)[:5])
        raise DataError(f"{path.name} is no XLSForm: it has no sheet 'survey' (its sheets: {there}). Give the form itself.")
    rows = _records(survey)
    if not rows or not {"type", "name"} <= rows[0][1].keys():
        raise DataError(f"{path.name} is no XLSForm: its sheet 'survey' lacks the headings 'type' and 'name' in its first row.")
    language = _language(rows[0][1], _records(sheets.get("settings") or []))
    choices, findings = _choices(_records(sheets.get("choices") or []), language)
    questions = tuple(_questions(rows, choices, language, findings))
    if not questions:
        raise DataError(f"{path.name}: its sheet 'survey' holds no question.")
    return XlsForm(path.name, questions, Findings(tuple(findings)))


def _sheets(path: Path) -> dict[str, list[list[object]]]:
    import python_calamine

    if not path.is_file():
        raise DataError(f"{path.name} is not there: check the path.")
    try:
        with python_calamine.CalamineWorkbook.from_path(str(path)) as workbook:
            return {name.strip().lower(): workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names}
    except python_calamine.PasswordError as problem:
        raise DataError(f"{path.name} is protected by a password: save it without one.") from problem
    except (python_calamine.CalamineError, OSError, ValueError) as problem:
        raise DataError(f"{path.name} cannot be read as a workbook ({problem}): save the form as .xlsx again.") from problem


def _text(cell: object) -> str:
    """A cell as it is typed: codes that Excel keeps as numbers without ".0"."""
    if isinstance(cell, float) and cell == cell and abs(cell) < 1e15 and cell == int(cell):
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _records(rows: Sequence[Sequence[object]]) -> list[tuple[int, dict[str, str]]]:
    """Rows with their number in the sheet and their cells by heading; empty rows are left out."""
    if not rows:
        return []
    headings = [re.sub(r"\s*(::?)\s*", "::", _text(cell).lower()) for cell in rows[0]]
    records = []
    for number, row in enumerate(rows[1:], start=2):
        texts = [_text(cell) for cell in row]
        if any(texts):
            records.append((number, {heading: text for heading, text in zip(headings, texts, strict=False) if heading}))
    return records


def _language(headings: Mapping[str, str], settings: Sequence[tuple[int, Mapping[str, str]]]) -> str:
    """The label column used: English where the form has it, else the form's default language, else the first."""
    labels = [heading for heading in headings if heading == "label" or heading.startswith("label::")]
    default = (settings[0][1].get("default_language", "") if settings else "").lower()
    wanted = [f"label::{default}"] if default else []
    for heading in [*(one for one in labels if "english" in one or one.endswith("(en)")), *wanted, *labels]:
        if heading in labels:
            return heading
    return "label"


def _label(record: Mapping[str, str], language: str) -> str:
    """Label in the language chosen, else in any the row has; no markup and no references to other answers."""
    others = [text for heading, text in record.items() if heading.startswith("label") and text]
    text = record.get(language, "") or (others[0] if others else "")
    return " ".join(unescape(re.sub(r"<[^<>]{1,200}>|\*\*", "", re.sub(r"(?i)<br ?/?>", " ", text))).split())


def _choices(
    records: Sequence[tuple[int, Mapping[str, str]]], language: str
) -> tuple[dict[str, dict[str, str]], list[Finding]]:
    lists: dict[str, dict[str, str]] = {}
    twice: list[int] = []
    for number, record in records:
        options = lists.setdefault(record.get("list_name") or record.get("list name") or record.get("list", ""), {})
        code = record.get("name") or record.get("value", "")
        if code in options:
            twice.append(number)
        elif code:
            options[code] = _label(record, language) or code
    if not twice:
        return lists, []
    return lists, [Finding(
        "choices", "repeated code", "warning",
        f"the sheet 'choices' lists {len(twice)} code(s) twice in one list (first: row {twice[0]}); the first label is used.",
        "Give every choice of a list its own code.", source_row=twice[0],
    )]


@dataclass(frozen=True)
class _Group:
    name: str
    relevant: str


def _questions(
    rows: Sequence[tuple[int, Mapping[str, str]]], choices: Mapping[str, Mapping[str, str]], language: str,
    findings: list[Finding],
) -> Iterator[XlsQuestion]:
    groups: list[_Group] = []
    for number, record in rows:
        kind, _, rest = " ".join(record.get("type", "").split()).partition(" ")
        kind = kind.lower()
        if rest.lower() in ("group", "repeat") and kind in ("begin", "end"):
            kind = f"{kind}_{rest.lower()}"
        if kind in ("begin_group", "begin_repeat"):
            groups.append(_Group(record.get("name", ""), record.get("relevant", "")))
        elif kind in ("end_group", "end_repeat"):
            if groups:
                groups.pop()
        elif kind and kind not in UNASKED and record.get("disabled", "").lower() not in ("yes", "true"):
            yield _question(number, kind, rest, record, groups, choices, language, findings)


def _question(
    number: int, kind: str, rest: str, record: Mapping[str, str], groups: Sequence[_Group],
    choices: Mapping[str, Mapping[str, str]], language: str, findings: list[Finding],
) -> XlsQuestion:
    kind = {"multiple": MULTIPLE, "one": "select_one", "select1": "select_one"}.get(kind, kind)
    name = record.get("name", "") or kind
    conditions = [*(group.relevant for group in groups), record.get("relevant", "")]
    return XlsQuestion(
        name, kind, tuple(group.name for group in groups if group.name), _label(record, language),
        _offered(number, name, kind, rest, choices, findings), tuple(text for text in conditions if text),
        _limits(record.get("constraint", "")), number,
    )


def _offered(
    number: int, name: str, kind: str, rest: str, choices: Mapping[str, Mapping[str, str]], findings: list[Finding]
) -> Mapping[str, str]:
    if kind not in ("select_one", MULTIPLE, "rank"):
        return BUILT_IN.get(kind, {})
    listed = rest.replace("or specify other", "or_other").split()
    offered = choices.get(listed[0], {}) if listed else {}
    if not offered:
        findings.append(Finding(
            name, "no choices", "warning", f"row {number} of the sheet 'survey' asks {name!r} from a list that is not there.",
            "Add the list to the sheet 'choices'.", source_row=number,
        ))
    return {**offered, **(OTHER if "or_other" in listed[1:] else {})}


def _limits(constraint: str) -> tuple[str, str]:
    """The bounds of ". >= 0 and . <= 120"; none where the constraint says anything else as well."""
    if not constraint or re.sub(r"\band\b|[\s()]", "", _LIMIT.sub("", constraint)):
        return "", ""
    found = {sign[0]: number for sign, number in _LIMIT.findall(constraint)}
    return found.get(">", ""), found.get("<", "")
