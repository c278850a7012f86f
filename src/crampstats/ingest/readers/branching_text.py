"""The signs of REDCap's branching logic: a condition cut into names, values and operators."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from crampstats.core.errors import DataError

TokenKind = Literal["value", "number", "field", "word", "operator", "open", "close", "comma", "end"]
# Word processors turn straight quotation marks into curly ones; REDCap's own editor mends them, a copied condition keeps them.
QUOTES = {"'": "'", '"': '"', "\u2018": "\u2019", "\u201c": "\u201d", "\u2019": "\u2019", "\u201d": "\u201d"}
COMMENT = re.compile(r"^[ \t]*(?:#|//).*$", flags=re.MULTILINE)
SIGNS = re.compile(
    r"(?P<space>\s+)|(?P<number>\d+(?:\.\d*)?|\.\d+)|(?P<field>\[[^\[\]]*\])|(?P<word>@?[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<operator><>|!=|<=|>=|==|&&|\|\||[=<>+\-*/^%!])|(?P<open>\()|(?P<close>\))|(?P<comma>,)"
)
LONGEST = 100_000
EXCERPT = 30


@dataclass(frozen=True)
class Token:
    """One sign of a condition: its kind, its text without quotes or brackets, and where it stands."""

    kind: TokenKind
    text: str
    start: int
    end: int


def without_comments(text: str) -> str:
    """A condition with lines of comment (``#``, ``//``) blanked, so that places stay the same."""
    return COMMENT.sub(lambda found: " " * len(found[0]), text)


def read_tokens(text: str) -> list[Token]:
    """The signs of a condition in order, closed by one of kind "end".

    Raises
    ------
    DataError
        A sign REDCap does not know, a quotation mark that is not closed, or a condition of absurd length.

    Examples
    --------
    >>> [token.kind for token in read_tokens("[age] >= 18")]
    ['field', 'operator', 'number', 'end']
    """
    if len(text) > LONGEST:
        raise DataError(f"the condition is {len(text):,} characters long; REDCap's are at most a few thousand.")
    return [*_tokens(text), Token("end", "", len(text), len(text))]


def unreadable(text: str, place: int, why: str) -> DataError:
    """An error that shows where a condition breaks off."""
    before, after = text[max(0, place - EXCERPT):place], text[place:place + EXCERPT]
    where = f"after {before.strip()!r}" if before.strip() else "at the start"
    return DataError(f"the condition cannot be read {where}: {why}{f', found {after.strip()!r}' if after.strip() else ''}.")


def _tokens(text: str) -> Iterator[Token]:
    place = 0
    while place < len(text):
        closing = QUOTES.get(text[place])
        if closing is not None:
            end = text.find(closing, place + 1)
            if end < 0:
                raise unreadable(text, place, "a quotation mark is not closed")
            yield Token("value", text[place + 1:end], place, end + 1)
            place = end + 1
            continue
        found = SIGNS.match(text, place)
        if found is None:
            raise unreadable(text, place, "a sign REDCap does not know")
        kind = str(found.lastgroup)
        if kind != "space":
            yield Token(kind, found[0][1:-1].strip() if kind == "field" else found[0], place, found.end())  # type: ignore[arg-type]
        place = found.end()
