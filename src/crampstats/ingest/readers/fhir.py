"""FHIR QuestionnaireResponses (JSON): one row per response, one column per question."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.errors import DataError
from crampstats.core.findings import Finding, Findings
from crampstats.core.flow import Flow
from crampstats.ingest.readers.fhir_answers import KINDS, Answer, as_json, flatten, objects
from crampstats.ingest.readers.fhir_forms import FormQuestion, read_questions
from crampstats.ingest.recorded import RecordedColumn, RecordedFile, RecordedKind, RecordedTable, as_text

FORMAT = "fhir"
RESPONSE = "QuestionnaireResponse"
VOID = "entered-in-error"
TICKS = {"1": "Checked", "0": "Unchecked"}
# columns about the response itself, named as FHIR names paths so that no linkId is like them
ABOUT: Mapping[str, tuple[RecordedKind, bool]] = {
    "id": ("", False), "identifier": ("", True), "questionnaire": ("", False), "status": ("", False), "subject": ("", True),
    "encounter": ("", True), "authored": ("date", False), "author": ("", True), "source": ("", True),
}
BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# no format for "2026-11" and "2026": FHIR allows them, and nobody knows the day
_FORMATS = {10: "%Y-%m-%d", 19: "%Y-%m-%dT%H:%M:%S", 20: "%Y-%m-%dT%H:%M:%SZ", 25: "%Y-%m-%dT%H:%M:%S%z"}


def read_fhir(path: str | Path) -> RecordedFile:
    """FHIR QuestionnaireResponses as recorded.

    Parameters
    ----------
    path
        A JSON file with one response, a Bundle or an array of them, or one per line (NDJSON).

    Returns
    -------
    RecordedFile
        One table, a row per response; its source row is the number of the resource in the file. Every question has a column
        named by its linkId. Further answers to one question stand in "linkId#2", "linkId#3"; where they are coded, each code
        has a box "linkId/code" besides ("1" where given, "0" where another answer was, empty where none). Questions in a group
        that is repeated have "linkId@2". Numbers keep their digits; a quantity's unit belongs to its column, or stands in
        "linkId.unit" where it changes. What the file says of absent values is a missing value with its reason. Responses
        entered in error, and other resources, leave in the flow.

    Raises
    ------
    DataError
        The file is not there, no JSON, damaged, or holds no response.
    """
    path = Path(path)
    resources = _resources(_parse(path), path.name)
    others = Counter(_type(resource) for _, resource in resources if _type(resource) != RESPONSE)
    responses = [(number, resource) for number, resource in resources if _type(resource) == RESPONSE]
    if not responses:
        raise DataError(_no_response(path.name, others))
    valid = [(number, resource) for number, resource in responses if resource.get("status") != VOID]
    if not valid:
        raise DataError(f"{path.name} holds {len(responses)} response(s), all marked as entered in error.")
    flow = Flow.start("resources in the file", len(resources))
    flow = flow.leave("questionnaire responses", {f"other resources ({name})": count for name, count in others.items()})
    flow = flow.leave("valid responses", {"entered in error": len(responses) - len(valid)})
    asked = read_questions(resource for _, resource in resources)
    made, findings = _assemble([response for _, response in valid], _collect(valid, path.name, asked))
    table = RecordedTable(
        path.name, pd.DataFrame(made.cells), np.array([number for number, _ in valid]), tuple(made.columns), FORMAT, flow,
        Findings(tuple(findings)),
    )
    return RecordedFile({"": table}, FORMAT)


def _parse(path: Path) -> list[tuple[int, Any]]:
    """What the file holds at its outside, with the number of each: one value, or one per line."""
    text = _text(path)
    try:
        return [(1, _load(text))]
    except ValueError as problem:
        whole = problem
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    found: list[tuple[int, Any]] = []
    for number, line in lines:
        try:
            found.append((number, _load(line)))
        except ValueError as problem:
            if not found:
                raise DataError(f"{path.name} is no JSON, or it is cut off: {_words(whole)}. Export it again.") from problem
            raise DataError(
                f"{path.name} is no JSON in line {number}, or it is cut off there: {_words(problem)}. Export it again."
            ) from problem
    return found


def _text(path: Path) -> str:
    if not path.is_file():
        raise DataError(f"{path.name} is not there: check the path.")
    raw = path.read_bytes()
    if not raw.strip():
        raise DataError(f"{path.name} is empty.")
    encoding = next((name for mark, name in BYTE_ORDER_MARKS if raw.startswith(mark)), "utf-8")
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as problem:
        raise DataError(f"{path.name} is no JSON text in UTF-8 (byte {problem.start}): export it again.") from problem


def _load(text: str) -> Any:
    """JSON with its numbers as text: 4.10 stays 4.10."""
    try:
        value = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
        if "\\ud" in text.lower():  # one half of a character that JSON writes in two
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as problem:
        raise ValueError("it is nested too deeply") from problem
    except UnicodeEncodeError as problem:
        raise ValueError("it holds half a character (an escape of D800 to DFFF by itself)") from problem
    return value


def _words(problem: ValueError) -> str:
    if isinstance(problem, json.JSONDecodeError):
        return f"{problem.msg.lower()} in line {problem.lineno}, column {problem.colno}"
    return str(problem)


def _resources(parts: Sequence[tuple[int, Any]], name: str) -> list[tuple[int, dict[str, Any]]]:
    """Single resources with their number: bundles and arrays are opened."""
    lines = len(parts) > 1
    found: list[tuple[int, dict[str, Any]]] = []
    for number, part in parts:
        opened = part if isinstance(part, list) else [part]
        for one in opened:
            if not isinstance(one, dict):
                raise DataError(f"{name} holds a bare value or list where a FHIR resource is expected; it is no FHIR file.")
            inside = _entries(one, name) if one.get("resourceType") == "Bundle" else [one]
            found += [(number if lines else len(found) + place, resource) for place, resource in enumerate(inside, start=1)]
    return found


def _entries(bundle: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    resources = [entry.get("resource", {}) for entry in objects(bundle, "entry", name)]
    if not all(isinstance(resource, dict) for resource in resources):
        raise DataError(f"{name} holds a Bundle with an entry that is no resource; it is damaged or no FHIR.")
    return resources


def _type(resource: Mapping[str, Any]) -> str:
    found = resource.get("resourceType")
    return found if isinstance(found, str) and found else "of no type"


def _no_response(name: str, others: Mapping[str, int]) -> str:
    there = ", ".join(f"{count} {kind}" for kind, count in list(others.items())[:5]) or "nothing"
    hint = " A Questionnaire is the form without answers." if "Questionnaire" in others else ""
    return f"{name} holds no QuestionnaireResponse (it holds: {there}).{hint} Export the responses as JSON."


@dataclass
class _Collected:
    """Answers of one column over the responses."""

    texts: dict[int, str] = field(default_factory=dict)
    units: dict[int, str] = field(default_factory=dict)
    choices: dict[str, str] = field(default_factory=dict)
    systems: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    types: set[str] = field(default_factory=set)
    label: str = ""
    repeats: bool = False

    def add(self, row: int, answer: Answer) -> None:
        text = answer.text
        self.label = self.label or answer.label
        if answer.type == "valueCoding" and text:
            if self.systems.setdefault(text, answer.system) != answer.system:
                text = f"{answer.system}|{text}"
            self.choices.setdefault(text, answer.meaning)
        elif not answer.type and text:
            self.missing[text] = answer.meaning
        if answer.type:
            self.types.add(answer.type)
        self.texts[row] = text
        if answer.type == "valueQuantity":
            self.units[row] = answer.unit


# linkId (with "@2" of a repeated group) and which answer to it; of the response's own properties the FHIR path and 1
_Key = tuple[str, int]


def _collect(
    responses: Sequence[tuple[int, dict[str, Any]]], name: str, asked: Mapping[str, FormQuestion]
) -> dict[_Key, _Collected]:
    columns: dict[_Key, _Collected] = {}
    for row, (number, response) in enumerate(responses):
        seen: Counter[str] = Counter()
        for answer in flatten(response, f"{name}, resource {number},"):
            seen[answer.column] += 1
            columns.setdefault((answer.column, seen[answer.column]), _Collected()).add(row, answer)
    if not columns:
        raise DataError(f"{name} holds {len(responses)} response(s) without a single answer.")
    for (column, _), one in columns.items():
        question = asked.get(column.partition("@")[0], FormQuestion())
        one.label = one.label or question.text
        if "valueCoding" in one.types:
            one.choices = {**question.choices, **one.choices}
            one.repeats = question.repeats
    return columns


def _about(value: object) -> str:
    """A property of the response itself; of a reference or an identifier what it points to."""
    if isinstance(value, dict):
        parts = [value.get(key) for key in ("reference", "value", "display")]
        return next((part.strip() for part in parts if isinstance(part, str) and part.strip()), as_json(value))
    return as_json(value)


class _Table:
    """Columns put side by side; a name that is taken gets a mark, so that nothing is overwritten."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.columns: list[RecordedColumn] = []
        self.cells: dict[str, pd.Series] = {}

    def put(self, column: RecordedColumn, texts: Mapping[int, str]) -> None:
        name = column.name
        while name in self.cells:
            name += "'"
        self.columns.append(replace(column, name=name))
        self.cells[name] = as_text([texts.get(row) for row in range(self.rows)])


def _assemble(responses: Sequence[dict[str, Any]], collected: Mapping[_Key, _Collected]) -> tuple[_Table, list[Finding]]:
    table = _Table(len(responses))
    for key, (kind, identifier) in ABOUT.items():
        texts = {row: text for row, response in enumerate(responses) if (text := _about(response.get(key)))}
        if texts:
            formats = _formats(texts.values(), kind)
            table.put(RecordedColumn(f"{RESPONSE}.{key}", kind=kind, identifier=identifier, formats=formats), texts)
    for (name, number), one in collected.items():
        heading = name if number == 1 else f"{name}#{number}"
        table.put(_describe(heading, one), one.texts)
        if len(set(one.units.values())) > 1:
            table.put(RecordedColumn(f"{heading}.unit", f"{one.label} (unit)".strip(), kind="text"), one.units)
        for box, texts in _boxes(name, collected) if number == 1 else ():
            table.put(box, texts)
    files = [(name, one) for (name, _), one in collected.items() if "valueAttachment" in one.types]
    return table, [
        Finding(name, "attachment", "note", f"{len(one.texts)} answer(s) are attached files; only their names are read.")
        for name, one in files
    ]


def _describe(name: str, one: _Collected) -> RecordedColumn:
    units = set(one.units.values())
    kinds = {KINDS.get(kind, "") for kind in one.types}
    if "valueCoding" in one.types:  # an open choice: codes, and text for "other"
        kinds = {"category"}
    kind: RecordedKind = kinds.pop() if len(kinds) == 1 else ""
    return RecordedColumn(
        name, one.label, one.choices, one.missing, kind, formats=_formats(one.texts.values(), kind),
        unit=units.pop() if len(units) == 1 else "", identifier="valueReference" in one.types,
    )


def _formats(texts: Iterable[str], kind: str) -> tuple[str, ...]:
    if kind != "date":
        return ()
    lengths = {len(text) for text in texts if text[:4].isdigit()}
    return tuple(form for length, form in _FORMATS.items() if length in lengths)


def _boxes(name: str, collected: Mapping[_Key, _Collected]) -> Iterator[tuple[RecordedColumn, dict[int, str]]]:
    """Boxes of a question that somebody answered with several codes, or that its form lets answer so."""
    several = [collected[name, 1]]
    while (name, len(several) + 1) in collected:
        several.append(collected[name, len(several) + 1])
    choices = {code: label for one in several for code, label in one.choices.items()}
    if not choices or (len(several) == 1 and not several[0].repeats):
        return
    answered = sorted({row for one in several for row, text in one.texts.items() if text and text not in one.missing})
    for code, label in choices.items():
        given = {row for one in several for row, text in one.texts.items() if text == code}
        box = RecordedColumn(
            f"{name}/{code}", f"{several[0].label} (choice={label})".strip(), TICKS, kind="checkbox", field=name, option=code,
        )
        yield box, {row: "1" if row in given else "0" for row in answered}
