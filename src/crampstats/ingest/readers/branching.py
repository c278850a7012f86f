"""REDCap's branching logic: who was shown a question.

A recursive-descent parser over ``[field] = '1'``, ``[checkbox(2)] = '1'``, ``[event][field]``, comparisons, and / or / not and
parentheses. Functions, calculations and smart variables are kept and answer "cannot tell".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pandas as pd

from crampstats.ingest.readers.branching_nodes import AllOf, AnyOf, Comparison, FieldValue, Opposite, Part, Rows, Unknown, Value
from crampstats.ingest.readers.branching_text import Token, read_tokens, unreadable, without_comments
from crampstats.ingest.readers.redcap_fields import EVENT, box_name

DEEPEST = 40
COMPARISONS = {"=": "=", "==": "=", "<>": "<>", "!=": "<>", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
ARITHMETIC = ("+", "-", "*", "/", "^", "%")
FIELD = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:\(\s*([^()]+?)\s*\))?(?::value)?")
OWN_EVENT = "event-name"


@dataclass(frozen=True)
class Condition:
    """A condition that was read.

    Parameters
    ----------
    text
        As written.
    root
        Its parts.
    """

    text: str
    root: Part = field(repr=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of a raw export it reads, each once; boxes by their column (``meds___2``)."""
        return tuple(dict.fromkeys(self.root.columns))

    def describe(self) -> str:
        """The condition in words; "always" for an empty one.

        Examples
        --------
        >>> read_condition("[sex] = '0' and [meds(2)] = '1'").describe()
        'sex is 0 and box 2 of meds is ticked'
        """
        return self.root.describe() or "always"

    def evaluate(self, cells: pd.DataFrame, *, record: str = "") -> pd.Series:
        """Whether each row met the condition.

        Parameters
        ----------
        cells
            The export's cells as text; a missing cell counts as blank, as in REDCap: ``[x] <> '1'`` holds where x is blank.
        record
            Column with the record's number, for conditions over another event of the same record; without it they are known
            only in the rows of that event.

        Returns
        -------
        Series of boolean
            (n,) by the index of `cells`. Unknown only where a function, a smart variable or a column the table lacks decides:
            "no and unknown" is no, "yes or unknown" is yes.

        Examples
        --------
        >>> cells = pd.DataFrame({"age": ["17", "40", None]}, dtype="str")
        >>> read_condition("[age] >= 18").evaluate(cells).tolist()
        [False, True, False]
        """
        return self.root.evaluate(Rows(cells, record))


def read_condition(text: str) -> Condition:
    """A condition in REDCap's writing.

    Parameters
    ----------
    text
        Branching logic; empty means always.

    Returns
    -------
    Condition
        What it reads, says and answers.

    Raises
    ------
    DataError
        It is no condition REDCap would take: an open parenthesis or quotation mark, a value missing, a word without quotation
        marks, or more than 40 parentheses within each other. The message shows the place.

    Examples
    --------
    >>> read_condition("[age] > 17 and ([sex] = '0' or datediff([dob], 'today', 'y') > 50)").columns
    ('age', 'sex', 'dob')
    """
    cleaned = without_comments(text)
    tokens = read_tokens(cleaned)
    if len(tokens) == 1:
        return Condition(text, AllOf(()))
    parser = _Parser(cleaned, tokens)
    root = parser.either(0)
    if parser.token.kind != "end":
        raise unreadable(cleaned, parser.token.start, "expected and, or, or the end")
    return Condition(text, root)


class _Parser:
    """Reads tokens from left to right; each method takes what it knows and leaves the rest."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text, self.tokens, self.place = text, tokens, 0

    @property
    def token(self) -> Token:
        return self.tokens[self.place]

    def take(self) -> Token:
        self.place += 1
        return self.tokens[self.place - 1]

    def sees(self, *signs: str) -> bool:
        return self.token.kind in ("word", "operator") and self.token.text.lower() in signs

    def either(self, depth: int) -> Part:
        if depth > DEEPEST:
            raise unreadable(self.text, self.token.start, f"more than {DEEPEST} parentheses within each other")
        parts = [self.both(depth)]
        while self.sees("or", "||"):
            self.take()
            parts.append(self.both(depth))
        return AnyOf(tuple(parts)) if len(parts) > 1 else parts[0]

    def both(self, depth: int) -> Part:
        parts = [self.maybe_not(depth)]
        while self.sees("and", "&&"):
            self.take()
            parts.append(self.maybe_not(depth))
        return AllOf(tuple(parts)) if len(parts) > 1 else parts[0]

    def maybe_not(self, depth: int) -> Part:
        times = 0
        while self.sees("not", "!"):
            self.take()
            times += 1
        part = self.comparison(depth)
        return Opposite(part) if times % 2 else part

    def comparison(self, depth: int) -> Part:
        start = self.token.start
        left = self.amount(depth)
        if self.token.kind != "operator" or self.token.text not in COMPARISONS:
            return left
        operator = COMPARISONS[self.take().text]
        found: Part = Comparison(left, operator, self.amount(depth))
        # "1 < [x] < 5" compares a truth with a number in REDCap; nobody means that.
        while self.token.kind == "operator" and self.token.text in COMPARISONS:
            self.take()
            found = self.unknown(start, found, self.amount(depth))
        return found

    def amount(self, depth: int) -> Part:
        start = self.token.start
        found = self.single(depth)
        while self.sees(*ARITHMETIC):
            self.take()
            found = self.unknown(start, found, self.single(depth))
        return found

    def single(self, depth: int) -> Part:
        start = self.token.start
        signs = ""
        while self.sees("+", "-"):
            signs += self.take().text
        found = self.plain(depth)
        if not signs:
            return found
        if isinstance(found, Value) and re.fullmatch(r"[\d.]+", found.text):
            return Value(f"-{found.text}" if signs.count("-") % 2 else found.text)
        return self.unknown(start, found)

    def plain(self, depth: int) -> Part:
        token = self.take()
        if token.kind in ("value", "number"):
            return Value(token.text)
        if token.kind == "field":
            return self.field(token)
        if token.kind == "open":
            inside = self.either(depth + 1)
            if self.take().kind != "close":
                raise unreadable(self.text, self.tokens[self.place - 1].start, "expected a closing parenthesis")
            return inside
        if token.kind == "word" and self.token.kind == "open":
            return self.function(token)
        self.place -= 1
        why = "a word stands without quotation marks" if token.kind == "word" else "expected a field, a value or a parenthesis"
        raise unreadable(self.text, token.start, why)

    def field(self, first: Token) -> Part:
        squares = [first]
        while self.token.kind == "field":
            squares.append(self.take())
        texts = [square.text for square in squares]
        written = self.text[first.start:squares[-1].end]
        if len(texts) == 1:
            return FieldValue(EVENT) if texts[0].lower() == OWN_EVENT else _field(texts[0], "", written)
        if len(texts) == 2 and re.fullmatch(r"[a-z0-9_]+", texts[0]) and FIELD.fullmatch(texts[1]):
            return _field(texts[1], texts[0], written)
        # An instance of a repeating form, or an event found by a smart variable.
        return Unknown(written, tuple(_name(found) for found in map(FIELD.fullmatch, texts[:1]) if found))

    def function(self, name: Token) -> Part:
        depth, reads = 0, []
        while True:
            token = self.take()
            depth += (token.kind == "open") - (token.kind == "close")
            if token.kind == "field" and (found := FIELD.fullmatch(token.text)):
                reads.append(_name(found))
            if token.kind == "end":
                raise unreadable(self.text, name.start, f"the parenthesis of {name.text} is not closed")
            if depth == 0:
                return Unknown(self.text[name.start:token.end], tuple(reads))

    def unknown(self, start: int, *parts: Part) -> Unknown:
        reads = tuple(dict.fromkeys(column for part in parts for column in part.columns))
        return Unknown(self.text[start:self.tokens[self.place - 1].end], reads)


def _field(text: str, event: str, written: str) -> Part:
    found = FIELD.fullmatch(text)
    if found is None:
        return Unknown(written)
    return FieldValue(_name(found), event, found[2] or "")


def _name(found: re.Match[str]) -> str:
    return box_name(found[1].lower(), found[2]) if found[2] else found[1].lower()
