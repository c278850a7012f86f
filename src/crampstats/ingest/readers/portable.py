"""SPSS portable files: the missing values they declare, which readers of them turn into empty cells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

LINE = 80
# title page, table of signs, then the file's mark
MARK, START = b"SPSSPORT", 456
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRST"
LONGEST_NUMBER = 60
LARGEST_POWER = 200
# records of the dictionary with one number (how many columns, precision) or one text (who made it, weight, label of a column)
NUMBERS, TEXTS = ("4", "5"), ("1", "2", "3", "6", "C")
SINGLE, UP_TO, FROM, BETWEEN = "8", "9", "A", "B"
VARIABLE, LABELS, DOCUMENTS, DATA = "7", "D", "E", "F"


class NotPortableError(ValueError):
    """The dictionary is not built as that of a portable file."""


def take_missing(raw: bytes) -> tuple[bytes, dict[str, list[dict[str, Any]]]]:
    """A portable file without its declarations of missing values, and the declarations.

    Parameters
    ----------
    raw
        The file.

    Returns
    -------
    tuple
        The file, in which values declared missing are values like others; and column to the ranges declared missing, each
        ``{"lo": ..., "hi": ...}`` as pyreadstat gives them for other files.

    Raises
    ------
    NotPortableError
        The dictionary cannot be followed (damaged, or written in other signs than ASCII).
    """
    text = "".join(line.rstrip("\r").ljust(LINE) for line in raw.decode("latin-1").split("\n"))
    if text[START:START + len(MARK)].encode("latin-1") != MARK:
        raise NotPortableError("its mark is not where it should be")
    reader = _Reader(text, START + len(MARK) + 1)
    reader.text_field()
    reader.text_field()
    kept, missing = [text[:reader.place]], dict[str, list[dict[str, Any]]]()
    for start, record, entry in _records(reader):
        if record in (SINGLE, UP_TO, FROM, BETWEEN):
            missing.setdefault(entry[0], []).append(entry[1])
        else:
            kept.append(text[start:reader.place])
    if not missing:
        return raw, {}
    kept.append(text[reader.place:])
    whole = "".join(kept).rstrip()
    if whole.endswith("Z"):  # the end of a whole file; one cut off must stay so
        whole = whole.ljust(-(-len(whole) // LINE) * LINE, "Z")
    lines = (whole[place:place + LINE] for place in range(0, len(whole), LINE))
    return "".join(f"{line}\r\n" for line in lines).encode("latin-1"), missing


def _records(reader: _Reader) -> Iterator[tuple[int, str, tuple[str, dict[str, Any]]]]:
    """Records of the dictionary up to the data: where each starts, its letter, and what it declares missing."""
    name, is_text = "", False
    while True:
        start, record = reader.place, reader.sign()
        entry: tuple[str, dict[str, Any]] = (name, {})
        if record == DATA:
            reader.place = start
            return
        if record == VARIABLE:
            name, is_text = reader.variable()
        elif record == SINGLE:
            value = reader.text_field() if is_text else reader.number()
            entry = (name, {"lo": value, "hi": value})
        elif record in (UP_TO, FROM, BETWEEN):
            low = float("-inf") if record == UP_TO else reader.number()
            entry = (name, {"lo": low, "hi": float("inf") if record == FROM else reader.number()})
        elif record == LABELS:
            reader.labels()
        elif record == DOCUMENTS:
            for _ in range(reader.count()):
                reader.text_field()
        elif record in NUMBERS:
            reader.number()
        elif record in TEXTS:
            reader.text_field()
        else:
            raise NotPortableError(f"a record {record!r} is not known")
        yield start, record, entry


class _Reader:
    """Signs of a portable file from the left; numbers are written to the base of 30 and end with a stroke."""

    def __init__(self, text: str, place: int) -> None:
        self.text, self.place = text, place
        self.texts: set[str] = set()

    def sign(self) -> str:
        return self._take(1)

    def _take(self, length: int) -> str:
        if not 0 <= length <= len(self.text) - self.place:
            raise NotPortableError("it breaks off")
        self.place += length
        return self.text[self.place - length:self.place]

    def number(self) -> float:
        """A number; not a number where it is the system's missing value."""
        while self.text[self.place:self.place + 1] == " ":
            self.place += 1
        if self.text[self.place:self.place + 2] == "*.":
            self.place += 2
            return float("nan")
        end = self.text.find("/", self.place, self.place + LONGEST_NUMBER)
        if end < 0:
            raise NotPortableError("a number does not end")
        written = self._take(end - self.place)
        self.place += 1
        return _to_number(written)

    def count(self) -> int:
        number = self.number()
        if not 0 <= number <= len(self.text) or number != int(number):
            raise NotPortableError("a count is no count")
        return int(number)

    def text_field(self) -> str:
        return self._take(self.count())

    def variable(self) -> tuple[str, bool]:
        """Name of a column, and whether it holds texts; width, name, and three numbers for each of two formats."""
        is_text = self.number() > 0
        name = self.text_field()
        for _ in range(6):
            self.number()
        if is_text:
            self.texts.add(name)
        return name, is_text

    def labels(self) -> None:
        names = [self.text_field() for _ in range(self.count())]
        texts = bool(names) and names[0] in self.texts
        for _ in range(self.count()):
            if texts:
                self.text_field()
            else:
                self.number()
            self.text_field()


def _to_number(written: str) -> float:
    """A number to the base of 30: sign, digits, a point, and an exponent after "+" or "-".

    Examples
    --------
    >>> _to_number("1A"), _to_number("-3.F"), _to_number("1+2")
    (40.0, -3.5, 900.0)
    """
    negative, digits = written.startswith("-"), written.removeprefix("-")
    cut = max(digits.find("+"), digits.find("-"))
    mantissa, exponent = (digits, 0.0) if cut < 0 else (digits[:cut], _whole(digits[cut + 1:]))
    whole, _, fraction = mantissa.partition(".")
    power = (-exponent if cut >= 0 and digits[cut] == "-" else exponent) - len(fraction)
    if abs(power) > LARGEST_POWER:
        raise NotPortableError("a number is beyond all numbers")
    value = _whole(whole + fraction) * 30.0**power
    return -value if negative else value


def _whole(digits: str) -> float:
    if not digits or any(digit not in DIGITS for digit in digits):
        raise NotPortableError("a number has signs that are no digits")
    return float(int(digits, 30))
