"""FHIR Questionnaires that stand beside the responses: question texts and choices the responses leave out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from crampstats.ingest.readers.fhir_answers import DEEPEST, as_json

FORM = "Questionnaire"


@dataclass(frozen=True)
class FormQuestion:
    """A question as a form asks it: its text, code to display of its choices, and whether it takes several answers."""

    text: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    repeats: bool = False


def read_questions(resources: Iterable[Mapping[str, Any]]) -> dict[str, FormQuestion]:
    """Questions by linkId from all forms among the resources, and from those the responses contain.

    Parameters
    ----------
    resources
        Of any type.

    Returns
    -------
    dict
        The first form that asks a question counts; what is not built as a form is passed over, for the answers do not need it.
    """
    found: dict[str, FormQuestion] = {}
    for resource in resources:
        contained = resource.get("contained")
        for one in (resource, *(contained if isinstance(contained, list) else ())):
            if isinstance(one, dict) and one.get("resourceType") == FORM:
                for name, question in _questions(one, 0):
                    found.setdefault(name, question)
    return found


def _questions(parent: Mapping[str, Any], depth: int) -> Iterator[tuple[str, FormQuestion]]:
    items = parent.get("item")
    for item in items if isinstance(items, list) and depth <= DEEPEST else ():
        if not isinstance(item, dict):
            continue
        name, text = item.get("linkId"), item.get("text")
        if isinstance(name, str):
            words = " ".join(text.split()) if isinstance(text, str) else ""
            yield name.strip(), FormQuestion(words, _choices(item), item.get("repeats") is True)
        yield from _questions(item, depth + 1)


def _choices(item: Mapping[str, Any]) -> dict[str, str]:
    options = item.get("answerOption")
    found = {}
    for option in options if isinstance(options, list) else ():
        coding = option.get("valueCoding") if isinstance(option, dict) else None
        if isinstance(coding, dict):
            code, display = (as_json(coding.get(key)) for key in ("code", "display"))
            found[code or display] = display or code
    return {code: display for code, display in found.items() if code}
