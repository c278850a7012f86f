"""Conditions of XLSForms (XPath) in the writing of REDCap's branching logic, as far as both can say the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# nobody writes conditions this deep; a damaged form may
DEEPEST = 40
Refer = Callable[[str, str], tuple[str, str]]
_TOKEN = re.compile(
    r"\s*(?:(?P<field>\$\{\s*[^{}]+?\s*\})|(?P<text>'[^']*'|\"[^\"]*\"|‘[^’]*’)|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<sign><=|>=|!=|=|<|>)|(?P<word>[A-Za-z][\w.-]*)|(?P<mark>[(),]))"
)
_OPPOSITE = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_MIRRORED = {"=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


class NotTranslatableError(ValueError):
    """The condition says something REDCap's branching logic cannot, or is no condition at all."""


@dataclass(frozen=True)
class _Compared:
    """One comparison; `ticked` is the code of a box where a list of ticked answers is asked."""

    field: str
    sign: str
    value: str
    ticked: str = ""

    def write(self, refer: Refer) -> str:
        column, value = refer(self.field, self.ticked)
        return f"[{column}] {self.sign} " + (f"'{value}'" if self.ticked else self.value)

    def negated(self) -> _Compared | _Joined:
        opposite = _Compared(self.field, _OPPOSITE[self.sign], self.value, self.ticked)
        if self.sign in ("=", "<>"):
            return opposite
        # an empty answer is neither below nor above anything, so "not below" holds for it
        return _Joined("or", (opposite, _Compared(self.field, "=", "''")))


@dataclass(frozen=True)
class _Joined:
    """Conditions joined by one word, "and" or "or"."""

    word: str
    parts: tuple[_Compared | _Joined, ...]

    def write(self, refer: Refer) -> str:
        texts = (f"({part.write(refer)})" if isinstance(part, _Joined) else part.write(refer) for part in self.parts)
        return f" {self.word} ".join(texts)

    def negated(self) -> _Joined:
        return _Joined({"and": "or", "or": "and"}[self.word], tuple(part.negated() for part in self.parts))


def translate_condition(text: str, refer: Refer) -> str:
    """A condition of an XLSForm in REDCap's writing.

    Parameters
    ----------
    text
        XPath with comparisons, ``selected()``, ``not()``, "and" and "or".
    refer
        From the name of a question, and the code that ``selected()`` asks for or "", to the column the result names, and the
        text that column holds where the code was selected: a box of its own holds "1", a single choice the code.

    Returns
    -------
    str
        The condition; "" for an empty text.

    Raises
    ------
    NotTranslatableError
        The condition uses anything else (arithmetic, dates, counts), or cannot be read.

    Examples
    --------
    >>> boxes = lambda field, code: (f"{field}/{code}", "1") if code else (field, "")
    >>> translate_condition("${age} > 18 and not(selected(${drugs}, 'a'))", boxes)
    "[age] > 18 and [drugs/a] <> '1'"
    """
    if not text.strip():
        return ""
    reader = _Reader(list(_tokens(text)))
    condition = reader.either(0)
    if reader.rest:
        raise NotTranslatableError(f"{reader.rest[0][1]!r} stands where the condition should end")
    return condition.write(refer)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    text = text.strip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            raise NotTranslatableError(f"{text[place:place + 10]!r} is no part of a condition that can be read")
        yield found.lastgroup, found.group(found.lastgroup)
        place = found.end()


class _Reader:
    """Tokens read from the left: or, and, then single comparisons."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.rest = tokens

    def either(self, depth: int) -> _Compared | _Joined:
        return self._joined("or", self._both, depth)

    def _both(self, depth: int) -> _Compared | _Joined:
        return self._joined("and", self._one, depth)

    def _joined(self, word: str, part: Callable[[int], _Compared | _Joined], depth: int) -> _Compared | _Joined:
        parts = [part(depth)]
        while self._next() == ("word", word):
            self.rest.pop(0)
            parts.append(part(depth))
        return parts[0] if len(parts) == 1 else _Joined(word, tuple(parts))

    def _one(self, depth: int) -> _Compared | _Joined:
        if depth > DEEPEST:
            raise NotTranslatableError("it is nested too deeply")
        kind, text = self._next()
        if (kind, text) == ("mark", "("):
            return self._bracketed(depth)
        if kind == "word" and text == "not":
            self.rest.pop(0)
            return self._bracketed(depth).negated()
        return self._selected() if kind == "word" and text in ("selected", "jr:selected") else self._compared()

    def _bracketed(self, depth: int) -> _Compared | _Joined:
        self._take("mark", "(")
        inside = self.either(depth + 1)
        self._take("mark", ")")
        return inside

    def _selected(self) -> _Compared:
        self.rest.pop(0)
        self._take("mark", "(")
        field = self._take("field")
        self._take("mark", ",")
        kind, code = self._next()
        if kind not in ("text", "number"):
            raise NotTranslatableError("selected() asks for something that is no code")
        self.rest.pop(0)
        self._take("mark", ")")
        return _Compared(_name(field), "=", "", ticked=code.strip("'\"‘’"))

    def _compared(self) -> _Compared:
        left, sign, right = self._operand(), self._take("sign"), self._operand()
        sign = "<>" if sign == "!=" else sign
        if left[0] == "field" and right[0] != "field":
            return _Compared(_name(left[1]), sign, _value(right))
        if right[0] == "field" and left[0] != "field":
            return _Compared(_name(right[1]), _MIRRORED[sign], _value(left))
        raise NotTranslatableError("it compares no question with a value")

    def _operand(self) -> tuple[str, str]:
        kind, text = self._next()
        if kind not in ("field", "text", "number"):
            raise NotTranslatableError(f"{text!r} is no question and no value" if text else "it ends too early")
        return self.rest.pop(0)

    def _take(self, kind: str, text: str = "") -> str:
        found = self._next()
        if found[0] != kind or (text and found[1] != text):
            expected = repr(text) if text else f"a {kind}"
            raise NotTranslatableError(f"{found[1]!r} stands where {expected} should" if found[1] else "it ends too early")
        return self.rest.pop(0)[1]

    def _next(self) -> tuple[str, str]:
        return self.rest[0] if self.rest else ("", "")


def _name(field: str) -> str:
    return re.sub(r"[${}\s]", "", field)


def _value(token: tuple[str, str]) -> str:
    kind, text = token
    return text if kind == "number" else "'" + text.strip("'\"‘’") + "'"
