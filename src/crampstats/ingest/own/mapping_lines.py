"""The lines of a mapping file: where each entry stands, which the TOML reader of the standard library does not tell."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from crampstats.core.errors import DataError

KeyPath = tuple[str, ...]

# a mapping is written by hand; what is larger than this is a data file given in its place
LARGEST = 5_000_000
_WHERE = re.compile(r"\(at line (\d+), column (\d+)\)")
_BARE = re.compile(r"[A-Za-z0-9_\-]+")
_SCALAR = re.compile(r"[^,\]}\n#]+")
_SPACE = " \t\r"
_CURLY = "“”„«»‘’"
_KINDS_OF_FILE = (
    (b"PK\x03\x04", "a workbook or another zipped file"), (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"%PDF", "a PDF"), (b"$FL", "an SPSS file"), (b"PAR1", "a Parquet file"), (b"<stata", "a Stata file"),
    (b"HEADER RECORD", "a SAS transport file"),
)


def read_toml(path: Path) -> tuple[dict[str, Any], Mapping[KeyPath, int]]:
    """What a TOML file says, and the line of each of its entries.

    Raises
    ------
    DataError
        It cannot be read, is no text or no TOML; the message names the line.
    """
    text = _read_text(path)
    try:
        return tomllib.loads(text), find_lines(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise DataError(_syntax_problem(path.name, text, str(problem))) from problem


def find_lines(text: str) -> Mapping[KeyPath, int]:
    """The line, from 1, of each table and key of a text that is TOML.

    Examples
    --------
    >>> lines = find_lines('version = 1\\n[variables.sex]\\ncolumn = "S"\\ncodes = {"1" = "male"}\\n')
    >>> lines["variables", "sex"], lines["variables", "sex", "codes", "1"]
    (2, 4)
    """
    return _Scanner(text).scan()


def _read_text(path: Path) -> str:
    if path.is_dir():
        raise DataError(f"{path.name} is a folder; a mapping is a text file such as mapping.toml.")
    try:
        data = path.read_bytes() if path.stat().st_size <= LARGEST else b"\x00"
    except FileNotFoundError as problem:
        raise DataError(
            f"there is no mapping file {path.name}; make one with `crampstats map FILE --out {path.name}`."
        ) from problem
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", "") or problem
        raise DataError(f"the mapping file {path.name!r} cannot be opened: {reason}.") from problem
    for start, what in _KINDS_OF_FILE:
        if data.startswith(start):
            raise DataError(f"{path.name} is {what}, not a mapping; a mapping is a text file such as mapping.toml.")
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as problem:
        raise DataError(
            f"{path.name} is no text in UTF-8 (first at byte {problem.start + 1}): save the mapping as text with encoding UTF-8."
        ) from problem
    if "\x00" in text:
        raise DataError(f"{path.name} is not a mapping: it holds no text or is far too long; a mapping is a short text file.")
    return text.replace("\r\n", "\n")


def _syntax_problem(name: str, text: str, problem: str) -> str:
    """Where the text stops being TOML and what to do; the line itself is not shown, it may come from a data file."""
    found = _WHERE.search(problem)
    line = int(found.group(1)) if found else text.count("\n") + 1
    reason = _WHERE.sub("", problem).replace("(at end of document)", "").strip() or "too many brackets within one another"
    there = text.split("\n")[line - 1] if line <= text.count("\n") + 1 else ""
    if any(mark in there for mark in _CURLY):
        advice = 'it has typographic quotation marks; write straight ones ("...")'
    elif "\\" in there:
        advice = "it has a backslash, which must stand between single quotes ('a\\b') or be doubled"
    elif "Cannot" in reason and ("twice" in reason or "overwrite" in reason):
        advice = "the same entry stands there a second time; keep one of the two"
    else:
        advice = 'write entries as name = "text", lists as ["a", "b"], codes as {"1" = true}, and put # before remarks'
    column = f", column {found.group(2)}" if found else ""
    return f"{name}, line {line}{column}: this is no valid TOML ({reason}); {advice}."


class _Scanner:
    """Walks through a text known to be TOML and notes where keys stand."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._line, self._passed = text, 0, 1, 0
        self._repeated: dict[KeyPath, int] = {}
        self._found: dict[KeyPath, int] = {}

    def scan(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        while self._skip_blank():
            if self._here() == "[":
                table = self._heading()
            else:
                self._entry(table)
        return self._found

    def _heading(self) -> KeyPath:
        depth = 2 if self._text.startswith("[[", self._at) else 1
        self._at += depth
        path, line = self._key(()), self._now()
        self._skip(_SPACE)
        self._at += depth
        if depth == 2:  # of tables of one name each is known by its number, from 1
            self._repeated[path] = self._repeated.get(path, 0) + 1
            path = (*path, str(self._repeated[path]))
            self._found[path] = line
        return path

    def _entry(self, table: KeyPath) -> None:
        path = self._key(table)
        self._skip(_SPACE + "=")
        self._value(path)

    def _key(self, table: KeyPath) -> KeyPath:
        """A key with its dots; every part is noted once, where it first stands."""
        path = table
        while True:
            self._skip(_SPACE)
            line = self._now()
            path = (*path, self._string() if self._here() in "\"'" else self._bare())
            self._found.setdefault(path, line)
            self._skip(_SPACE)
            if self._here() != ".":
                return path
            self._at += 1

    def _value(self, path: KeyPath) -> None:
        here = self._here()
        if here in "\"'" and here:
            self._string()
        elif here == "[":
            for _ in self._members("]"):
                self._value(path)
        elif here == "{":
            for _ in self._members("}"):
                self._entry(path)
        else:
            found = _SCALAR.match(self._text, self._at)
            self._at = found.end() if found else self._at + 1

    def _members(self, close: str) -> Iterator[None]:
        """Stops at each member of a list or inline table."""
        self._at += 1
        while self._skip_blank() and self._here() != close:
            if self._here() == ",":
                self._at += 1
                continue
            yield
        self._at += 1

    def _string(self) -> str:
        quote = self._here()
        mark = quote * 3 if self._text.startswith(quote * 3, self._at) else quote
        start = end = self._at + len(mark)
        while end < len(self._text) and not self._text.startswith(mark, end):
            end += 2 if quote == '"' and self._text[end] == "\\" else 1
        while len(mark) == 3 and self._text.startswith(quote, end + 3):  # up to two quotes may stand before the closing three
            end += 1
        self._at = end + len(mark)
        written = self._text[start - len(mark):self._at]
        return str(tomllib.loads(f"x = {written}")["x"]) if len(mark) == 1 else ""

    def _bare(self) -> str:
        found = _BARE.match(self._text, self._at)
        self._at = found.end() if found else self._at + 1
        return found.group() if found else ""

    def _here(self) -> str:
        return self._text[self._at:self._at + 1]

    def _now(self) -> int:
        self._line += self._text.count("\n", self._passed, self._at)
        self._passed = self._at
        return self._line

    def _skip(self, some: str) -> None:
        while self._here() and self._here() in some:
            self._at += 1

    def _skip_blank(self) -> bool:
        """Past white space, line ends and remarks; False at the end of the text."""
        while True:
            self._skip(_SPACE + "\n")
            if self._here() != "#":
                return self._at < len(self._text)
            end = self._text.find("\n", self._at)
            self._at = len(self._text) if end < 0 else end
