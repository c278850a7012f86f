"""The questions of a form as a program for forms needs them: what kind of answer, within which limits, shown when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from crampstats.codebook.columns import MEASURED, Variable
from crampstats.codebook.forms import Form, Item
from crampstats.core.errors import DataError
from crampstats.ingest.templates.conditions import Condition, Given, Joined, find_condition, plain

Answer = Literal["one of", "boxes", "rating", "integer", "number", "date", "time", "text", "long text"]

TOP_OF_RATING = 10
# What REDCap takes as a name; XLSForm and spreadsheets take more.
FIELD = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
LONGEST_FIELD = 26
CODE = re.compile(r"-?[A-Za-z0-9_]+")
BOX_CODE = re.compile(r"[a-z0-9_]+")
# in REDCap "|" parts the choices, "<" opens HTML and "[" names a field, as "${" does in XLSForm; line breaks part rows
FORBIDDEN = re.compile(r"[<>|\[\]\r\n]|\$\{")


@dataclass(frozen=True)
class Asked:
    """One question, ready to be written.

    Parameters
    ----------
    item
        The question as declared.
    answer
        What is written or chosen.
    begins
        Section that begins with it; "" where it goes on.
    limits
        Lowest and highest number accepted, in the unit asked for; None where there are none or the unit is chosen.
    unit
        Unit of the number; "" where it has none or it is chosen.
    limits_by_unit
        Where the unit is chosen: the limits under each code of the unit's question.
    shown_if
        When it is shown; None for always.
    required
        Whether the form insists.
    """

    item: Item
    answer: Answer
    begins: str = ""
    limits: tuple[float, float] | None = None
    unit: str = ""
    limits_by_unit: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    shown_if: Condition | None = None
    required: bool = False

    @property
    def hint(self) -> str:
        """Small print: the note, and the unit where neither note nor question says it."""
        said = f"{self.item.question} {self.item.note}"
        told = self.unit in said or self.answer == "rating"
        unit = f"In {self.unit}." if self.unit and not told else ""
        return " ".join(part for part in (self.item.note, unit) if part)

    @property
    def range_words(self) -> str:
        """The limits in words; "" without limits."""
        if not self.limits:
            return ""
        low, high = (plain(limit) for limit in self.limits)
        return f"from {low} to {high}{f' {self.unit}' if self.unit else ''}"

    @property
    def exclusive(self) -> tuple[str, ...]:
        """Of boxes: the codes that exclude all others ("none of these", "don't know")."""
        return tuple(code for code in self.item.options if code not in self.item.ticks) if self.item.ticks else ()


def list_questions(form: Form) -> tuple[Asked, ...]:
    """The questions of a form in order.

    Parameters
    ----------
    form
        A declared form; its first item is the record number.

    Returns
    -------
    tuple of Asked
        One per item. A field in which the unit of a number is chosen is shown, and then required, where the number is given.

    Raises
    ------
    DataError
        The declaration cannot be made into a form; every reason is named.
    """
    problems = list(_problems(form))
    if problems:
        raise DataError(f"the form {form.name!r} cannot be written: {'; '.join(problems)}.")
    variables = {variable.name: variable for variable in form.variables}
    numbers = _numbers_by_unit_field(form)
    befores = ["", *(item.section for item in form.items)]
    begins = ["" if item.section == before else item.section for item, before in zip(form.items, befores, strict=False)]
    return tuple(
        _ask(item, variables.get(item.variable), section, numbers.get(item.field, ()), form)
        for item, section in zip(form.items, begins, strict=True)
    )


def _ask(item: Item, variable: Variable | None, begins: str, numbers: tuple[str, ...], form: Form) -> Asked:
    # the unit of a number that is not shown is not wanted either
    shown = _any_given(numbers) or (find_condition(item.shown_if, form) if item.shown_if else None)
    measured = variable if variable and variable.kind in MEASURED and not item.options and not item.unit_field else None
    return Asked(
        item, _answer(item, variable), begins,
        limits=measured.plausible if measured else None,
        unit=measured.unit if measured else "",
        limits_by_unit=_limits_by_unit(variable, form.item(item.unit_field)) if variable and item.unit_field else {},
        shown_if=shown, required=item.required or bool(numbers),
    )


def _limits_by_unit(variable: Variable, units: Item) -> dict[str, tuple[float, float]]:
    """The limits of a number in each unit offered for it; none for a unit the codebook does not know for it."""
    if not variable.plausible:
        return {}
    factors = {variable.unit: 1.0, **variable.accepts}
    low, high = variable.plausible
    return {code: (low / factors[str(unit)], high / factors[str(unit)]) for code, unit in units.values.items()
            if str(unit) in factors}


def _answer(item: Item, variable: Variable | None) -> Answer:
    if item.ticks:
        return "boxes"
    if item.options:
        return "one of"
    if variable is None:
        return "date" if "date" in item.field.split("_") else "text"
    if variable.kind == "integer":
        return "rating" if variable.plausible == (0, TOP_OF_RATING) else "integer"
    if variable.kind == "text":
        # a label ("Site of the clinic") wants a word, a question an answer in words
        return "long text" if item.question.endswith("?") else "text"
    return variable.kind  # type: ignore[return-value]


def _any_given(fields: tuple[str, ...]) -> Condition | None:
    if len(fields) > 1:
        return Joined("or", tuple(Given(field) for field in fields))
    return Given(fields[0]) if fields else None


def _numbers_by_unit_field(form: Form) -> Mapping[str, tuple[str, ...]]:
    units = dict.fromkeys(item.unit_field for item in form.items if item.unit_field)
    return {unit: tuple(item.field for item in form.items if item.unit_field == unit) for unit in units}


def _problems(form: Form) -> Iterator[str]:
    """Everything that some program for forms would refuse."""
    if not form.items:
        yield "it has no questions"
        return
    first = form.items[0]
    if first.options or first.variable or not first.identifier:
        yield f"it must begin with the record number, not with {first.field!r}"
    variables = {variable.name: variable for variable in form.variables}
    questions = [item.question.casefold() for item in form.items]
    if twice := [item.field for item in form.items if questions.count(item.question.casefold()) > 1]:
        yield f"{', '.join(map(repr, twice))} ask in the same words"
    for item in form.items:
        yield from _field_problems(item, form.name)
        yield from _option_problems(item)
        variable = variables.get(item.variable)
        if variable and variable.kind in ("yes/no", "category") and not item.options:
            yield f"{item.field!r} fills {item.variable!r} ({variable.kind}) and needs options"


def _field_problems(item: Item, form_name: str) -> Iterator[str]:
    if not FIELD.fullmatch(item.field) or len(item.field) > LONGEST_FIELD:
        yield (f"{item.field!r} must be at most {LONGEST_FIELD} of a-z, 0-9 and single _ between them, and begin with a letter")
    if item.field.startswith("redcap_") or item.field == f"{form_name}_complete":
        yield f"{item.field!r} is a name REDCap keeps for itself"
    for words in (item.question, item.note, item.section):
        if FORBIDDEN.search(words):
            yield f"{item.field!r} has a line break or one of < > | [ ] ${{ in {words!r}"
    if not item.question.strip():
        yield f"{item.field!r} asks nothing"


def _option_problems(item: Item) -> Iterator[str]:
    allowed = BOX_CODE if item.ticks else CODE
    for code, wording in item.options.items():
        if not allowed.fullmatch(code):
            yield f"{item.field!r} has the code {code!r}; only {'a-z, 0-9 and _' if item.ticks else 'letters, digits and _'} are"
        if FORBIDDEN.search(wording) or not wording.strip():
            yield f"{item.field!r} has a line break, one of < > | [ ] ${{, or nothing in the wording of {code!r}"
    wordings = [wording.casefold() for wording in item.options.values()]
    if len(set(wordings)) < len(wordings):
        yield f"{item.field!r} words two answers alike"
