"""Numbers of a column: decimal commas and points by vote, flags, limits, units and words beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from crampstats.codebook.columns import UNREADABLE
from crampstats.core.errors import unknown_name
from crampstats.core.findings import Finding
from crampstats.ingest.parsing.folding import Declared, fold
from crampstats.ingest.parsing.missing import read_missing
from crampstats.ingest.parsing.number_text import WITHOUT_FLAG, Parts, Shape, split_number, to_number
from crampstats.ingest.parsing.number_words import NOTHING, read_number_words
from crampstats.ingest.parsing.readings import NOT_READ, NumberReadings, Reading

if TYPE_CHECKING:
    import pyarrow as pa

# Rows of one kind of mark that outvote those of the other: a slip in 1 of 20 does not unsettle a column.
MAJORITY = 0.95
EXACT = 2**53

# What RE2 recognises at once; texts it does not are taken apart one by one.
_PLAIN: Mapping[Shape, str] = MappingProxyType({
    "integer": r"^[+-]?[0-9]+$",
    "point": r"^[+-]?[0-9]*\.[0-9]+$",
    "comma": r"^[+-]?[0-9]*,[0-9]+$",
    "point?": r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$",
    "comma?": r"^[+-]?[1-9][0-9]{0,2},[0-9]{3}$",
})
_SHOWS: Mapping[Shape, str] = MappingProxyType({"point": ".", "grouping comma": ".", "comma": ",", "grouping point": ","})
_LETTERS = re.compile(r"[+-]?[0-9OolI]+(?:[.,][0-9OolI]+)?")
_PAIR = re.compile(r"\d+ ?/ ?\d+.{0,20}")
IN_WORDS = "a number in words"
NOTHING_IS_ZERO = "a word for none taken for 0"
TOO_LONG = "more digits than a number can hold; rounded"

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


def read_numbers(
    texts: Sequence[str], counts: Sequence[int], *, decimal: str = "", missing: Mapping[str, str] | None = None
) -> NumberReadings:
    """Numbers of a column, with the unit each text states.

    A mark that can only be decimal ("4,1", "0.125") or only part thousands ("1,234,567") is read as such; "1,200" and "1.200" are
    read by what the other rows show (at least 95 % of those that show anything). Without such rows "1,200" is not read; "1.200"
    is read as 1.2, with a warning, unless whole numbers of three or more digits stand beside it.

    Parameters
    ----------
    texts, counts
        Distinct texts of the column, stripped, none empty, and how many rows hold each.
    decimal
        "." or ",", where the file or the mapping says it; "" when the column decides.
    missing
        Text to the reason why there is no answer; tried first. No number is a code for missing unless it is declared here.

    Returns
    -------
    NumberReadings
        Of finite floats. Limits ("<3.0") and approximations ("ca. 5") are read as the number and not lossless; ranges, several
        numbers in a cell and words unknown here are not read.

    Raises
    ------
    OptionError
        `decimal` is none of those.

    Examples
    --------
    >>> found = read_numbers(["4,1", "3.900 H", "<3,0 mmol/l", "3-4"], [5, 1, 1, 1])
    >>> found.values.tolist(), found.units.tolist()
    ([4.1, 3900.0, 3.0, None], ['', '', 'mmol/L', ''])
    """
    if decimal not in ("", ".", ","):
        raise unknown_name("decimal mark", decimal, [".", ","])
    import pyarrow as pa

    array = pa.array(np.asarray(texts, dtype=object), type=pa.string())
    shapes, rows, declared = _classify(array), np.asarray(counts, dtype=float), Declared(missing)
    parts = {int(i): split_number(texts[i]) for i in np.flatnonzero(shapes == "")}
    parts = _without_slashes(texts, parts)
    marks = _decide(_Shown.of(texts, shapes, rows, parts), decimal)
    found = _Found.of(_to_floats(array, shapes, marks))
    _read_others(found, texts, parts, marks)
    _read_declared(found, array, declared)
    return found.readings(texts, marks)


def _without_slashes(texts: Sequence[str], parts: dict[int, Parts | None]) -> dict[int, Parts | None]:
    """Beside scores (8/10) and pairs (120/80) a fraction may be one of these and is not read."""
    if not any(one is None and _PAIR.fullmatch(texts[i]) for i, one in parts.items()):
        return parts
    return {i: None if "/" in texts[i] and one and one.value is not None else one for i, one in parts.items()}


def _classify(array: pa.Array) -> np.ndarray:
    """The shape of each plain number, "" for all other texts."""
    import pyarrow.compute as pc

    shapes = np.full(len(array), "", dtype=object)
    for shape, pattern in _PLAIN.items():
        shapes[pc.match_substring_regex(array, pattern).to_numpy(zero_copy_only=False).astype(bool)] = shape
    return shapes


@dataclass(frozen=True)
class _Shown:
    """What the numbers of a column show of their marks.

    Parameters
    ----------
    point, comma
        Rows whose marks can only mean a decimal point, or only a decimal comma.
    either_point, either_comma
        First text whose mark can be decimal or part thousands, "" for none.
    large
        Whether a whole number of three or more digits stands without a mark.
    """

    point: float
    comma: float
    either_point: str
    either_comma: str
    large: bool

    @classmethod
    def of(cls, texts: Sequence[str], shapes: np.ndarray, rows: np.ndarray, parts: Mapping[int, Parts | None]) -> _Shown:
        shown = {mark: rows[shapes == shape].sum() for shape, mark in (("point", "."), ("comma", ","))}
        first = {shape: int(np.argmax(shapes == shape)) for shape in ("point?", "comma?") if (shapes == shape).any()}
        for i, one in parts.items():
            if one and one.shape in _SHOWS:
                shown[_SHOWS[one.shape]] += rows[i]
            elif one and one.shape in ("point?", "comma?"):
                first.setdefault(one.shape, i)
        large = any(len(texts[i].lstrip("+-")) >= 3 for i in np.flatnonzero(shapes == "integer")[:10_000])
        either = (texts[first[shape]] if shape in first else "" for shape in ("point?", "comma?"))
        return cls(shown["."], shown[","], *either, large)


def _decide(shown: _Shown, decimal: str) -> Marks:
    """By which decimal mark the doubtful numbers are read."""
    total = shown.point + shown.comma
    if decimal or (total and max(shown.point, shown.comma) >= MAJORITY * total):
        mark = decimal or ("." if shown.point > shown.comma else ",")
        return Marks(mark, mark, _mixed(shown, mark) if shown.point and shown.comma and not decimal else None)
    if total:
        return Marks("", "", _mixed(shown, ""))
    if shown.either_comma or (shown.either_point and shown.large):
        return Marks("", "", _undecided(shown))
    return Marks(".", "", _taken_as_point(shown.either_point) if shown.either_point else None)


def _mixed(shown: _Shown, mark: str) -> Finding:
    rest = "read by the greater number" if mark else "not read"
    return Finding(
        "", "decimal marks", "warning",
        f"{shown.point:.0f} rows have a decimal point and {shown.comma:.0f} a decimal comma; each was read as it stands. "
        f"Numbers such as 1,200, which could be either, were {rest}.",
        'State the decimal mark in the mapping (decimal = "," or decimal = ".") if one of them is wrong.',
    )


def _undecided(shown: _Shown) -> Finding:
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


def _to_floats(array: pa.Array, shapes: np.ndarray, marks: Marks) -> np.ndarray:
    """Plain numbers as floats; NaN for all other texts and for what stays doubtful."""
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = (shapes != "") & ~((shapes == "point?") & (marks.point == "")) & ~((shapes == "comma?") & (marks.comma == ""))
    decimal_comma = (shapes == "comma") | ((shapes == "comma?") & (marks.comma == ","))
    grouped = ((shapes == "comma?") & (marks.comma == ".")) | ((shapes == "point?") & (marks.point == ","))
    digits = pc.utf8_ltrim(array, "+")
    if decimal_comma.any():
        digits = pc.if_else(pa.array(decimal_comma), pc.replace_substring(digits, ",", "."), digits)
    if grouped.any():
        digits = pc.if_else(pa.array(grouped), pc.replace_substring_regex(digits, "[.,]", ""), digits)
    numbers = pc.if_else(pa.array(plain), digits, pa.scalar(None, pa.string())).cast(pa.float64())
    return numbers.to_numpy(zero_copy_only=False)


@dataclass(eq=False)
class _Found:
    """The readings of a column while they are made."""

    numbers: np.ndarray
    reasons: np.ndarray
    rules: np.ndarray
    lossless: np.ndarray
    units: np.ndarray

    @classmethod
    def of(cls, numbers: np.ndarray) -> _Found:
        n = len(numbers)
        reasons, rules, units = (np.full(n, "", dtype=object) for _ in range(3))
        found = cls(numbers.copy(), reasons, rules, np.ones(n, dtype=bool), units)
        huge = np.flatnonzero(np.abs(found.numbers) >= EXACT)
        found.rules[huge], found.lossless[huge] = TOO_LONG, False
        return found

    def put(self, i: int, one: Reading, unit: str = "") -> None:
        self.numbers[i] = np.nan if one.value is None else one.value
        self.reasons[i], self.rules[i], self.lossless[i], self.units[i] = one.reason, one.rule, one.lossless, unit

    def readings(self, texts: Sequence[str], marks: Marks) -> NumberReadings:
        """All that is no finite number and has no reason could not be read."""
        absent = ~np.isfinite(self.numbers)
        unread = absent & (self.reasons == "")
        self.reasons[unread], self.rules[unread], self.lossless[unread | (self.reasons == UNREADABLE)] = UNREADABLE, "", False
        values = self.numbers.astype(object)
        values[absent] = None
        self.units[absent] = ""
        letters = _letters([texts[i] for i in np.flatnonzero(self.reasons == UNREADABLE)[:10_000]])
        findings = tuple(one for one in (marks.finding, letters) if one is not None)
        return NumberReadings(values, self.reasons, self.rules, self.lossless, findings, self.units)


def _read_others(found: _Found, texts: Sequence[str], parts: Mapping[int, Parts | None], marks: Marks) -> None:
    """What is no plain number: numbers with something beside them, words, and words for missing."""
    flags = {one.flag for one in parts.values() if one}
    units = {one.unit for one in parts.values() if one and one.unit}
    words = read_number_words([texts[i] for i, one in parts.items() if one is None])
    for i, one in parts.items():
        if one is not None:
            found.put(i, *_read_parts(one, marks, flags, units))
        else:
            found.put(i, _read_word(texts[i], words))


def _read_parts(one: Parts, marks: Marks, flags: set[str], units: set[str]) -> tuple[Reading, str]:
    decimal = {"point?": marks.point, "comma?": marks.comma, "comma": ",", "grouping point": ","}.get(one.shape, ".")
    if not decimal:
        return NOT_READ, ""
    number = one.value if one.value is not None else to_number(one.core, decimal)
    if not np.isfinite(number):
        return NOT_READ, ""
    unit, rules = one.unit, one.rules
    if not unit and one.flag in ("L", "H") and _is_unit(one.flag, flags, units):
        unit, rules = {"L": "L", "H": "hours"}[one.flag], tuple(rule for rule in rules if rule != WITHOUT_FLAG)
    return Reading(number, rule="; ".join(rules), lossless=one.lossless), unit


def _is_unit(letter: str, flags: set[str], units: set[str]) -> bool:
    """Whether a capital L or H is litres or hours: not where other cells have flags or another unit."""
    kin = {"L": {"L", "mL"}, "H": {"hours", "minutes"}}[letter]
    if letter == "H":
        return bool(units & kin)
    return flags <= {"L", ""} and units <= kin


def _read_word(text: str, words: Mapping[str, float]) -> Reading:
    if text in words:
        return Reading(words[text], rule=IN_WORDS)
    if len(text) < 20 and fold(text) in NOTHING:
        return Reading(0.0, rule=NOTHING_IS_ZERO, lossless=False)
    reason = read_missing(text)
    return Reading(reason=reason, rule="a word or sign for missing") if reason else NOT_READ


def _read_declared(found: _Found, array: pa.Array, declared: Declared) -> None:
    """Texts and numbers declared missing, whichever way the number is written."""
    import pyarrow.compute as pc

    lower = pc.utf8_lower(array) if declared else array
    for key in declared:
        alike = pc.equal(lower, key.lower()).to_numpy(zero_copy_only=False).astype(bool)
        number = _as_number(key)
        if number is not None:
            alike |= (found.numbers == number) & (found.rules == "")
        for i in np.flatnonzero(alike):
            found.put(int(i), Reading(reason=declared[key], rule="declared missing"))


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _letters(unread: Sequence[str]) -> Finding | None:
    """Letters typed for figures are named, never put right."""
    some = [text for text in unread if len(text) < 20 and any(figure in text for figure in "0123456789")
            and any(letter in text for letter in "OolI") and _LETTERS.fullmatch(text)]
    if not some:
        return None
    meant = some[0].translate(str.maketrans("OolI", "0011"))
    return Finding(
        "", "letters among figures", "warning",
        f"{len(some)} different {'text has' if len(some) == 1 else 'texts have'} letters among the figures, first {some[0]}.",
        f"Not read; correct the file where {some[0]} means {meant}.", value=some[0],
    )
