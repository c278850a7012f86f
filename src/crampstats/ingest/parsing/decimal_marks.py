"""What the marks within numbers mean: decimal or between thousands, decided by what a column and its file show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from crampstats.core.findings import Finding
from crampstats.ingest.parsing.number_text import Parts, Shape, split_number

if TYPE_CHECKING:
    import pyarrow as pa

# Rows of one kind of mark that outvote those of the other: a slip in 1 of 20 does not unsettle a column.
MAJORITY = 0.95
LOOKED_AT = 1000
# What RE2 recognises at once; texts it does not are taken apart one by one.
PLAIN: Mapping[Shape, str] = MappingProxyType({
    "integer": r"^[+-]?[0-9]+$",
    "point": r"^[+-]?[0-9]*\.[0-9]+$",
    "comma": r"^[+-]?[0-9]*,[0-9]+$",
    "point?": r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$",
    "comma?": r"^[+-]?[1-9][0-9]{0,2},[0-9]{3}$",
})
_SHOWS: Mapping[Shape, str] = MappingProxyType({"point": ".", "grouping comma": ".", "comma": ",", "grouping point": ","})


@dataclass(frozen=True)
class Marks:
    """What the marks of a column's numbers mean.

    Parameters
    ----------
    point, comma
        The decimal mark by which "1.200" and "1,200" are to be read: "." or ",", "" where nobody can tell.
    finding
        What must be said of it; None when there is nothing to say.
    """

    point: str = "."
    comma: str = ""
    finding: Finding | None = None


def read_shapes(array: pa.Array) -> np.ndarray:
    """The shape of each plain number, "" for all other texts."""
    import pyarrow.compute as pc

    shapes = np.full(len(array), "", dtype=object)
    for shape, pattern in PLAIN.items():
        shapes[pc.match_substring_regex(array, pattern).to_numpy(zero_copy_only=False).astype(bool)] = shape
    return shapes


@dataclass(frozen=True)
class Shown:
    """What the numbers of a column show of their marks.

    Parameters
    ----------
    point, comma
        Rows whose marks can only mean a decimal point, or only a decimal comma.
    either_point, either_comma
        First text whose mark can be decimal or part thousands, "" for none.
    large
        Whether a whole number of three or more digits stands without a mark.
    rounded
        Whether a number such as 7.200 ends with 0, as programs that write no more digits than needed never end it.
    """

    point: float
    comma: float
    either_point: str
    either_comma: str
    large: bool
    rounded: bool

    @classmethod
    def of(cls, texts: Sequence[str], shapes: np.ndarray, rows: np.ndarray, parts: Mapping[int, Parts | None]) -> Shown:
        shown = {mark: rows[shapes == shape].sum() for shape, mark in (("point", "."), ("comma", ","))}
        first = {shape: int(np.argmax(shapes == shape)) for shape in ("point?", "comma?") if (shapes == shape).any()}
        for i, one in parts.items():
            if one and one.shape in _SHOWS:
                shown[_SHOWS[one.shape]] += rows[i]
            elif one and one.shape in ("point?", "comma?"):
                first.setdefault(one.shape, i)
        large = any(len(texts[i].lstrip("+-")) >= 3 for i in np.flatnonzero(shapes == "integer")[:10_000])
        rounded = any(texts[i].endswith("0") for i in np.flatnonzero(shapes == "point?")[:10_000])
        either = (texts[first[shape]] if shape in first else "" for shape in ("point?", "comma?"))
        return cls(shown["."], shown[","], *either, large, rounded)


def decide_marks(shown: Shown, decimal: str, elsewhere: str) -> Marks:
    """By which decimal mark the doubtful numbers of a column are read: the mark stated, else its own, else that of its file."""
    total = shown.point + shown.comma
    if decimal or (total and max(shown.point, shown.comma) >= MAJORITY * total):
        mark = decimal or ("." if shown.point > shown.comma else ",")
        return Marks(mark, mark, _mixed(shown, mark) if shown.point and shown.comma and not decimal else None)
    if total:
        return Marks("", "", _mixed(shown, ""))
    if elsewhere and (shown.either_comma or shown.either_point):
        return Marks(elsewhere, elsewhere, _taken_from_file(shown.either_comma or shown.either_point, elsewhere))
    if shown.either_comma or shown.rounded or (shown.either_point and shown.large):
        return Marks("", "", _undecided(shown))
    return Marks(".", "", _taken_as_point(shown.either_point) if shown.either_point else None)


def say_marks(shapes: np.ndarray, rows: np.ndarray, marks: Marks) -> Finding | None:
    """What was done to the marks of a column's numbers: the finding of the decision, else how many had other marks than a point.

    Parameters
    ----------
    shapes, rows
        Shape of every text of the column, and how many rows hold it.
    marks
        As they were decided.
    """
    commas = rows[(shapes == "comma") | ((shapes == "comma?") & (marks.comma == ","))].sum()
    groups = rows[((shapes == "comma?") & (marks.comma == ".")) | ((shapes == "point?") & (marks.point == ","))].sum()
    if marks.finding is not None or not commas + groups:
        return marks.finding
    said = [f"{n:.0f} {'row has' if n == 1 else 'rows have'} a {what}" for n, what in (
        (commas, "decimal comma"), (groups, "mark between thousands")) if n]
    return Finding("", "decimal marks", "note", f"{' and '.join(said)}, and {'were' if commas + groups > 1 else 'was'} read so.")


def find_decimal(columns: Iterable[Sequence[str]]) -> str:
    """The decimal mark of a file, by the columns whose numbers show one.

    Parameters
    ----------
    columns
        Distinct texts of each column; the first 1,000 of each are looked at.

    Returns
    -------
    str
        "." or ",", where at least 95 % of the columns that show a mark show that one; else "".

    Examples
    --------
    >>> find_decimal([["4.1", "3.9"], ["1,200", "3,400"], ["yes"]]), find_decimal([["4.1"], ["3,9"]])
    ('.', '')
    """
    marks = [mark for texts in columns if (mark := _own_mark(texts[:LOOKED_AT]))]
    return next((mark for mark in ".," if marks and marks.count(mark) >= MAJORITY * len(marks)), "")


def _own_mark(texts: Sequence[str]) -> str:
    import pyarrow as pa

    shapes = read_shapes(pa.array(np.asarray(texts, dtype=object), type=pa.string()))
    parts = {int(i): split_number(texts[i]) for i in np.flatnonzero(shapes == "")}
    shown = Shown.of(texts, shapes, np.ones(len(texts)), parts)
    return decide_marks(shown, "", "").comma if shown.point or shown.comma else ""


def _taken_from_file(text: str, mark: str) -> Finding:
    return Finding(
        "", "decimal marks", "note",
        f"Nothing in the column tells what the mark in {text} means; {mark!r}, the decimal mark of the rest of the file, was "
        "taken for that of the column.",
        'If that is wrong here, state decimal = "," or decimal = "." in the mapping.', value=text,
    )


def _mixed(shown: Shown, mark: str) -> Finding:
    rest = "read by the greater number" if mark else "not read"
    return Finding(
        "", "decimal marks", "warning",
        f"{shown.point:.0f} rows have a decimal point and {shown.comma:.0f} a decimal comma; each was read as it stands. "
        f"Numbers such as 1,200, which could be either, were {rest}.",
        'State the decimal mark in the mapping (decimal = "," or decimal = ".") if one of them is wrong.',
    )


def _undecided(shown: Shown) -> Finding:
    text = shown.either_comma or shown.either_point
    digits = text.replace(",", "").replace(".", "")
    return Finding(
        "", "decimal marks", "error",
        f"{text} could be {text.replace(',', '.')} or {digits}, and nothing else in the column tells; such were not read.",
        'State the decimal mark in the mapping: decimal = "," or decimal = ".".', value=text,
    )


def _taken_as_point(text: str) -> Finding:
    return Finding(
        "", "decimal marks", "note",
        f"{text} was read with a decimal point; with a point between thousands it would be {text.replace('.', '')}.",
        'If so, state decimal = "," in the mapping.', value=text,
    )
