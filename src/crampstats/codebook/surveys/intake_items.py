"""Kinds of questions on the intake form, so that its pages read as a list of questions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from crampstats.codebook.columns import DID_NOT_KNOW, NOT_DONE, Variable
from crampstats.codebook.forms import Item

DO_NOT_KNOW = "9"
YES_NO = {"1": True, "0": False}
# The printed unit of a box for units, by the codebook's spelling
UNIT_WORDS = {"years": "years", "months": "months", "minutes": "minutes", "hours": "hours", "in": "inches", "lb": "pounds"}


def yes_no(variable: Variable, question: str, **more: Any) -> Item:
    """Yes, no or don't know: a question left empty is then never taken for a no."""
    options = {"1": "Yes", "0": "No", DO_NOT_KNOW: "Don't know"}
    missing = {DO_NOT_KNOW: DID_NOT_KNOW}
    return Item(variable.name, question, variable.name, options=options, values=YES_NO, missing=missing, **more)


def finding(variable: Variable, question: str, yes: str, no: str, **more: Any) -> Item:
    """What an examination found, or that it was not done."""
    options = {"1": yes, "0": no, DO_NOT_KNOW: "Not examined"}
    return Item(variable.name, question, variable.name, options=options, values=YES_NO, missing={DO_NOT_KNOW: NOT_DONE}, **more)


def choice(
    variable: Variable, question: str, wording: Iterable[str], *, first: int = 1, other: str = "Don't know",
    reason: str = DID_NOT_KNOW, **more: Any,
) -> Item:
    """One of the levels of a category, in order, numbered from `first`; and the answer that is none."""
    levels = {str(code): level for code, level in enumerate(variable.levels, start=first)}
    options = dict(zip(levels, wording, strict=True)) | ({DO_NOT_KNOW: other} if other else {})
    missing = {DO_NOT_KNOW: reason} if other else {}
    return Item(variable.name, question, variable.name, options=options, values=levels, missing=missing, **more)


def written(variable: Variable, question: str, **more: Any) -> Item:
    """A number, date, clock time or text that is written down, in the variable's own unit."""
    return Item(variable.name, question, variable.name, **more)


def ticked(field: str, question: str, boxes: Iterable[tuple[Variable, str]], **more: Any) -> Item:
    """Several boxes, each a yes/no variable, and a last one for none of them."""
    numbered = {str(code): box for code, box in enumerate(boxes, start=1)}
    options = {code: words for code, (_, words) in numbered.items()} | {"0": "None of these"}
    return Item(
        field, question, options=options, ticks={code: variable.name for code, (variable, _) in numbered.items()},
        values={"0": False}, **more,
    )


def measured(variable: Variable, question: str, field: str, units: Iterable[str], **more: Any) -> tuple[Item, Item]:
    """A number and the box for its unit: the codebook's, or one it converts."""
    coded = {str(code): unit for code, unit in enumerate(units, start=1)}
    unit_field = f"{field}_unit"
    number = Item(field, question, variable.name, unit_field=unit_field, **more)
    words = {code: UNIT_WORDS.get(unit, unit) for code, unit in coded.items()}
    return number, Item(unit_field, f"{question.rstrip('?')}: unit", options=words, values=coded, shown_if=number.shown_if)


def section(heading: str, *items: Item | tuple[Item, ...]) -> tuple[Item, ...]:
    """Questions under one heading."""
    flat = [one for item in items for one in (item if isinstance(item, tuple) else (item,))]
    return tuple(replace(item, section=heading) for item in flat)
