"""Numbers of a column: decimal commas and points by vote, flags, limits, units and words beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crampstats.codebook.columns import UNREADABLE
from crampstats.core.errors import unknown_name
from crampstats.core.findings import Finding
from crampstats.ingest.parsing.decimal_marks import Marks, Shown, decide_marks, read_shapes, say_marks
from crampstats.ingest.parsing.folding import Declared, fold
from crampstats.ingest.parsing.missing import read_missing
from crampstats.ingest.parsing.number_text import WITHOUT_FLAG, Parts, split_number, to_number
from crampstats.ingest.parsing.number_words import NOTHING, read_number_words
from crampstats.ingest.parsing.readings import NOT_READ, NumberReadings, Reading

if TYPE_CHECKING:
    import pyarrow as pa

EXACT = 2**53

_LETTERS = re.compile(r"[+-]?[0-9OolI]+(?:[.,][0-9OolI]+)?")
_PAIR = re.compile(r"\d+ ?/ ?\d+.{0,20}")
IN_WORDS = "a number in words"
NOTHING_IS_ZERO = "a word for none taken for 0"
TOO_LONG = "more digits than a number can hold; rounded"

def read_numbers(
    texts: Sequence[str], counts: Sequence[int], *, decimal: str = "", elsewhere: str = "",
    missing: Mapping[str, str] | None = None,
) -> NumberReadings:
    """Numbers of a column, with the unit each text states.

    A mark that can only be decimal ("4,1", "0.125") or only part thousands ("1,234,567") is read as such; "1,200" and "1.200" are
    read by what the other rows show (at least 95 % of those that show anything), else by what the rest of the file shows. Where
    nothing tells, they are not read, but for "1.375", as programs write it: where it ends with no 0 and no whole numbers of three
    or more digits stand beside it, the point is decimal, and a note says so.

    Parameters
    ----------
    texts, counts
        Distinct texts of the column, stripped, none empty, and how many rows hold each.
    decimal
        "." or ",", where the file or the mapping says it of the column; "" when its cells decide.
    elsewhere
        The decimal mark of the rest of the file (`decimal_marks.find_decimal`; "." where a file keeps numbers as numbers), which
        decides where the column shows none; "" when it is not known.
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
        `decimal` or `elsewhere` is none of those.

    Examples
    --------
    >>> found = read_numbers(["4,1", "3.900 H", "<3,0 mmol/l", "3-4"], [5, 1, 1, 1])
    >>> found.values.tolist(), found.units.tolist()
    ([4.1, 3900.0, 3.0, None], ['', '', 'mmol/L', ''])
    """
    for mark in (decimal, elsewhere):
        if mark not in ("", ".", ","):
            raise unknown_name("decimal mark", mark, [".", ","])
    import pyarrow as pa

    array = pa.array(np.asarray(texts, dtype=object), type=pa.string())
    shapes, rows, declared = read_shapes(array), np.asarray(counts, dtype=float), Declared(missing)
    parts = {int(i): split_number(texts[i]) for i in np.flatnonzero(shapes == "")}
    parts = _without_slashes(texts, parts)
    marks = decide_marks(Shown.of(texts, shapes, rows, parts), decimal, elsewhere)
    found = _Found.of(_to_floats(array, shapes, marks))
    _read_others(found, texts, parts, marks)
    _read_declared(found, array, declared)
    shapes[[*parts]] = [one.shape if one else "" for one in parts.values()]
    return found.readings(texts, say_marks(shapes, rows, marks))


def _without_slashes(texts: Sequence[str], parts: dict[int, Parts | None]) -> dict[int, Parts | None]:
    """Beside scores (8/10) and pairs (120/80) a fraction may be one of these and is not read."""
    if not any(one is None and _PAIR.fullmatch(texts[i]) for i, one in parts.items()):
        return parts
    return {i: None if "/" in texts[i] and one and one.value is not None else one for i, one in parts.items()}


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

    def readings(self, texts: Sequence[str], said: Finding | None) -> NumberReadings:
        """All that is no finite number and has no reason could not be read."""
        absent = ~np.isfinite(self.numbers)
        unread = absent & (self.reasons == "")
        self.reasons[unread], self.rules[unread], self.lossless[unread | (self.reasons == UNREADABLE)] = UNREADABLE, "", False
        values = self.numbers.astype(object)
        values[absent] = None
        self.units[absent] = ""
        letters = _letters([texts[i] for i in np.flatnonzero(self.reasons == UNREADABLE)[:10_000]])
        findings = tuple(one for one in (said, letters) if one is not None)
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
