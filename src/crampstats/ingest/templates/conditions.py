"""When a question is shown: a rule over variables in the writing of REDCap, of XLSForm and of a spreadsheet.

A question is shown where its rule is known to hold. So *not* is carried inwards first: "not sometimes" are the other answers of
the question, never its "don't know" or an empty field.
"""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crampstats.codebook.forms import Form, Item
from crampstats.codebook.rules import Above, AllOf, AnyOf, AtLeast, Below, Between, IsTrue, Not, OneOf, Rule, Unless
from crampstats.core.errors import DataError

SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "<>": operator.ne,
}
OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "=": "<>", "<>": "="}


class Condition(ABC):
    """When a form shows a question, in terms of its fields and codes."""

    @abstractmethod
    def write(self, writing: Writing) -> str:
        """The condition in a program's own writing."""


@dataclass(frozen=True)
class Given(Condition):
    """The field is filled in."""

    field: str

    def write(self, writing: Writing) -> str:
        return writing.given(self.field)


@dataclass(frozen=True)
class Chosen(Condition):
    """One of these codes was chosen."""

    field: str
    codes: tuple[str, ...]

    def write(self, writing: Writing) -> str:
        return writing.join("or", writing.choices(self.field, self.codes))


@dataclass(frozen=True)
class Boxed(Condition):
    """A box of a question is ticked."""

    field: str
    code: str

    def write(self, writing: Writing) -> str:
        return writing.boxed(self.field, self.code)


@dataclass(frozen=True)
class Unboxed(Condition):
    """A box is left empty, and another one of its question is ticked."""

    field: str
    code: str
    others: tuple[str, ...]

    def write(self, writing: Writing) -> str:
        other = writing.join("or", [writing.boxed(self.field, code) for code in self.others])
        return writing.join("and", [writing.unboxed(self.field, self.code), other])


@dataclass(frozen=True)
class Compared(Condition):
    """The number written lies on one side of a limit."""

    field: str
    sign: str
    limit: float

    def write(self, writing: Writing) -> str:
        # an empty field counts as 0 in some programs
        return writing.join("and", [writing.given(self.field), writing.compared(self.field, self.sign, plain(self.limit))])


@dataclass(frozen=True)
class Joined(Condition):
    """Conditions joined by "and" or "or"."""

    word: str
    parts: tuple[Condition, ...]

    def write(self, writing: Writing) -> str:
        return writing.join(self.word, [text for part in self.leaves for text in self._texts(part, writing)])

    @property
    def leaves(self) -> tuple[Condition, ...]:
        """The parts, with those joined by the same word taken apart: fewer brackets to read."""
        alike = [part.leaves if isinstance(part, Joined) and part.word == self.word else (part,) for part in self.parts]
        return tuple(leaf for leaves in alike for leaf in leaves)

    def _texts(self, part: Condition, writing: Writing) -> list[str]:
        if isinstance(part, Chosen) and self.word == "or":
            return writing.choices(part.field, part.codes)
        return [part.write(writing)]


class Writing(ABC):
    """How a program writes conditions."""

    @abstractmethod
    def given(self, field: str) -> str:
        """The field is filled in."""

    @abstractmethod
    def chosen(self, field: str, code: str) -> str:
        """The code was chosen."""

    @abstractmethod
    def boxed(self, field: str, code: str) -> str:
        """The box is ticked."""

    @abstractmethod
    def unboxed(self, field: str, code: str) -> str:
        """The box is left empty."""

    @abstractmethod
    def compared(self, field: str, sign: str, limit: str) -> str:
        """The number lies so."""

    def choices(self, field: str, codes: tuple[str, ...]) -> list[str]:
        """One of the codes was chosen, as parts to be joined by "or"."""
        return [self.chosen(field, code) for code in codes]

    def join(self, word: str, parts: list[str]) -> str:
        """Parts joined by "and" or "or", in brackets where there are several."""
        return parts[0] if len(parts) == 1 else f"({f' {word} '.join(parts)})"


def find_condition(rule: Rule, form: Form) -> Condition:
    """A rule over variables as a condition over the fields of a form.

    Parameters
    ----------
    rule
        Any of `IsTrue`, `OneOf`, `Below`, `Above`, `AtLeast`, `Between`, joined by `AllOf`, `AnyOf`, `Not`; `Unless` outside a
        `Not`.
    form
        Form whose items fill the variables.

    Returns
    -------
    Condition
        True where the rule is known to hold; write it with `RedcapWriting`, `XPathWriting` or `SheetWriting`.

    Raises
    ------
    DataError
        The rule is of another kind, reads a variable the form does not ask, compares a number whose unit is chosen, or can
        never hold.

    Examples
    --------
    >>> from crampstats.codebook.columns import Variable
    >>> from crampstats.ingest.templates.writings import RedcapWriting
    >>> item = Item("woken", "Woken?", "woken", options={"1": "Yes", "0": "No"}, values={"1": True, "0": False})
    >>> form = Form("small", "Small", "patients", (Variable("woken", "Woken", kind="yes/no"),), items=(item,))
    >>> find_condition(Not(IsTrue("woken")), form).write(RedcapWriting())
    "[woken] = '0'"
    """
    return _translate(rule, form, holds=True)


def box_name(field: str, code: str) -> str:
    """Heading of a box of a question, as REDCap's exports write it.

    Examples
    --------
    >>> box_name("conditions", "diabetes")
    'conditions___diabetes'
    """
    return f"{field}___{code}"


def plain(number: float) -> str:
    """A number without exponent or trailing noughts.

    Examples
    --------
    >>> plain(250000.0), plain(0.1)
    ('250000', '0.1')
    """
    return f"{number:.12g}"


def _translate(rule: Rule, form: Form, *, holds: bool) -> Condition:
    """Where the rule is known to hold, or known not to."""
    match rule:
        case Not(inner):
            return _translate(inner, form, holds=not holds)
        case AllOf() | AnyOf():
            word = "and" if isinstance(rule, AllOf) == holds else "or"
            return Joined(word, tuple(_translate(part, form, holds=holds) for part in rule.rules))
        case Unless(inner, _) if holds:
            return _translate(inner, form, holds=True)
        case IsTrue(column):
            return _equal(column, (True,), form, holds)
        case OneOf(column, values):
            return _equal(column, values, form, holds)
        case Between(column, low, high):
            return _between(column, low, high, form, holds)
        case Below(column, limit):
            return _compared(column, "<", limit, form, holds)
        case Above(column, limit):
            return _compared(column, ">", limit, form, holds)
        case AtLeast(column, limit):
            return _compared(column, ">=", limit, form, holds)
    raise DataError(f"no form can show a question by the rule \"{rule.describe()}\"; write it with IsTrue, OneOf, Below, Above, "
                    "AtLeast, Between, AllOf, AnyOf and Not.")


def _equal(variable: str, values: tuple[object, ...], form: Form, holds: bool) -> Condition:
    item = _item(variable, form)
    if item.ticks:
        code = next(code for code, name in item.ticks.items() if name == variable)
        others = tuple(other for other in item.options if other != code)
        return Boxed(item.field, code) if (True in values) == holds else Unboxed(item.field, code, others)
    if not item.options:
        numbers = [value for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)]
        if len(numbers) != len(values):
            raise DataError(f"field {item.field!r} offers no answers to choose from; a condition may only compare its number.")
        parts = tuple(_compared(variable, "=", number, form, holds) for number in numbers)
        return parts[0] if len(parts) == 1 else Joined("or" if holds else "and", parts)
    return _chosen(item, lambda value: (value in values) == holds)


def _between(variable: str, low: float, high: float, form: Form, holds: bool) -> Condition:
    item = _item(variable, form)
    if item.options:
        return _chosen(item, lambda value: (low <= float(value) <= high) == holds)  # type: ignore[arg-type]
    ends = (_compared(variable, ">=", low, form, holds), _compared(variable, "<=", high, form, holds))
    return Joined("and" if holds else "or", ends)


def _compared(variable: str, sign: str, limit: float, form: Form, holds: bool) -> Condition:
    item = _item(variable, form)
    if item.unit_field:
        raise DataError(f"field {item.field!r} is written in a unit of choice ({item.unit_field}); no condition may compare it.")
    if item.options:
        return _chosen(item, lambda value: SIGNS[sign](float(value), limit) == holds)  # type: ignore[arg-type]
    return Compared(item.field, sign if holds else OPPOSITE[sign], limit)


def _chosen(item: Item, fits: Callable[[object], bool]) -> Condition:
    codes = tuple(code for code, value in item.values.items() if fits(value))
    if not codes:
        raise DataError(f"a question that depends on {item.field!r} would never be shown: no answer of it fits the condition.")
    return Chosen(item.field, codes)


def _item(variable: str, form: Form) -> Item:
    for item in form.items:
        if variable in item.variables:
            return item
    raise DataError(f"a question depends on {variable!r}, which the form {form.name!r} does not ask.")
