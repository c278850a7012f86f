"""One FHIR QuestionnaireResponse flattened: a text for every answer, under the linkId of its question."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crampstats.codebook.columns import DID_NOT_KNOW, NOT_APPLICABLE, NOT_ASKED, NOT_DONE, REFUSED
from crampstats.core.errors import DataError
from crampstats.ingest.recorded import RecordedKind

# a form of groups within groups needs five or six levels
DEEPEST = 40
ABSENT = "data-absent-reason"
REASONS: Mapping[str, str] = {
    "asked-declined": REFUSED, "asked-unknown": DID_NOT_KNOW, "not-asked": NOT_ASKED, "not-applicable": NOT_APPLICABLE,
    "not-performed": NOT_DONE,
}
KINDS: Mapping[str, RecordedKind] = {
    "valueBoolean": "yes/no", "valueDecimal": "number", "valueInteger": "number", "valueQuantity": "number", "valueDate": "date",
    "valueDateTime": "date", "valueInstant": "date", "valueTime": "time", "valueString": "text", "valueMarkdown": "text",
    "valueUri": "text", "valueUrl": "text", "valueCode": "category", "valueCoding": "category", "valueReference": "text",
    "valueAttachment": "file",
}


@dataclass(frozen=True)
class Answer:
    """One answer.

    Parameters
    ----------
    column
        linkId of the question, with "@2", "@3" where a group around it is repeated.
    text
        The value as text; "" where the answer holds none.
    type
        Its ``value[x]``; empty where there is none.
    label
        Text of the question.
    meaning
        Display of a coded answer; reason why a value is absent.
    system
        Of a coded answer.
    unit
        Of a quantity.
    """

    column: str
    text: str
    type: str = ""
    label: str = ""
    meaning: str = ""
    system: str = ""
    unit: str = ""


def flatten(response: Mapping[str, Any], place: str) -> Iterator[Answer]:
    """Every answer of a response, in its order.

    Parameters
    ----------
    response
        The resource, its numbers kept as text.
    place
        Where it stands in the file, for messages.

    Raises
    ------
    DataError
        It is not built as a QuestionnaireResponse is.
    """
    yield from _items(response, "", place, 0)


def _items(parent: Mapping[str, Any], repeat: str, place: str, depth: int) -> Iterator[Answer]:
    if depth > DEEPEST:
        raise DataError(f"{place} nests its questions more than {DEEPEST} levels deep; it is damaged or no form.")
    groups: dict[str, int] = {}
    for item in objects(parent, "item", place):
        name = item.get("linkId")
        if not isinstance(name, str) or not name.strip():
            raise DataError(f"{place} holds a question without a linkId; it is no valid QuestionnaireResponse.")
        if "answer" in item:
            yield from _answers(item, f"{name.strip()}{repeat}", repeat, place, depth)
        elif absent := _absent_reason(item):
            yield Answer(f"{name.strip()}{repeat}", absent, label=_label(item), meaning=REASONS.get(absent, absent))
        else:
            groups[name] = groups.get(name, 0) + 1
        inner = repeat if groups.get(name, 1) == 1 else f"{repeat}@{groups[name]}"
        yield from _items(item, inner, place, depth + 1)


def _answers(item: Mapping[str, Any], column: str, repeat: str, place: str, depth: int) -> Iterator[Answer]:
    for number, answer in enumerate(objects(item, "answer", place), start=1):
        yield _answer(answer, column, _label(item), place)
        yield from _items(answer, repeat if number == 1 else f"{repeat}@{number}", place, depth + 1)


def objects(parent: Mapping[str, Any], key: str, place: str) -> list[dict[str, Any]]:
    """A list of objects under a key; a single object counts as a list of one."""
    found = parent.get(key)
    if found is None:
        return []
    found = [found] if isinstance(found, dict) else found
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise DataError(f"{place} should hold a list of objects under {key!r}; it is damaged or no FHIR.")
    return found


def _label(item: Mapping[str, Any]) -> str:
    text = item.get("text")
    return " ".join(text.split()) if isinstance(text, str) else ""


def _answer(answer: Mapping[str, Any], column: str, label: str, place: str) -> Answer:
    keys = [key for key in answer if key.startswith("value")]
    if not keys:
        absent = _absent_reason(answer)
        return Answer(column, absent, label=label, meaning=REASONS.get(absent, absent))
    key, value = keys[0], answer[keys[0]]
    if key == "valueCoding":
        return _coding(value, column, label, place)
    if key == "valueQuantity":
        return _quantity(value, column, label, place)
    if key in ("valueReference", "valueAttachment"):
        parts = [value.get(part) for part in ("reference", "url", "title", "display")] if isinstance(value, dict) else [value]
        return Answer(column, next((part for part in parts if isinstance(part, str)), as_json(value)), key, label)
    return Answer(column, as_json(value), key, label)


def _coding(value: object, column: str, label: str, place: str) -> Answer:
    coding = _object(value, "valueCoding", place)
    code, display, system = (_plain(coding, key, place) for key in ("code", "display", "system"))
    return Answer(column, code or display, "valueCoding", label, display or code, system)


def _quantity(value: object, column: str, label: str, place: str) -> Answer:
    quantity = _object(value, "valueQuantity", place)
    number, unit, code, sign = (_plain(quantity, key, place) for key in ("value", "unit", "code", "comparator"))
    return Answer(column, f"{sign}{number}", "valueQuantity", label, unit=unit or code)


def _object(value: object, key: str, place: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise DataError(f"{place} should hold an object under {key!r}; it is damaged or no FHIR.")
    return value


def _plain(value: Mapping[str, Any], key: str, place: str) -> str:
    found = value.get(key)
    if isinstance(found, dict | list):
        raise DataError(f"{place} should hold a plain text under {key!r}; it is damaged or no FHIR.")
    return "" if found is None else as_json(found)


def as_json(value: object) -> str:
    """A value as text: true and false as JSON writes them, anything built of parts as JSON."""
    if isinstance(value, str):
        return value.strip()
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _absent_reason(element: Mapping[str, Any]) -> str:
    """The code of a data-absent-reason, at the element itself or at the value that is not there."""
    spots = [element, *(value for key, value in element.items() if key.startswith("_value"))]
    for spot in spots:
        extensions = spot.get("extension") if isinstance(spot, dict) else None
        for extension in extensions if isinstance(extensions, list) else ():
            if isinstance(extension, dict) and str(extension.get("url", "")).endswith(ABSENT):
                return str(extension.get("valueCode") or "unknown")
    return ""
