"""One text as the parts of a number: what stands before it, its digits, what stands after it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from crampstats.core.units import read_unit
from crampstats.ingest.parsing.folding import fold, fold_words

# How the marks within the digits can be understood: "integer" has none, "point" and "comma" a decimal mark that can be nothing
# else, "grouping point" and "grouping comma" thousands marks that can be nothing else, "point?" and "comma?" are either.
Shape = Literal["integer", "point", "comma", "grouping point", "grouping comma", "point?", "comma?", ""]
ON_LIMIT = "a limit of what was measured; the limit stands in for the value"
APPROXIMATE = "given as approximate; taken as it stands"
WITHOUT_FLAG = "the flag beside the number left out"
WITHOUT_TIMES = "the word for times left out"
WITHOUT_GROUPS = "thousands marks left out"
FRACTION = "a fraction as a decimal number"

LONGEST = 80
_CORE = r"(?:[1-9]\d{0,2}(?:[ ']\d{3})+(?:[.,]\d+)?|\d[\d.,]*|[.,]\d+)(?:[eE][+-]?\d{1,3}(?![\d.,]))?"
_NUMBER = re.compile(rf"(?P<head>[^\d]*?)(?P<sign>[+-]?) ?(?P<core>{_CORE})(?P<tail>.*)", re.DOTALL)
_VULGAR = re.compile(r"^(\d{0,9}) ?([¼-¾⅐-⅞])(.*)$", re.DOTALL)
# 8/10 is a score out of ten; a fraction of an amount has a small denominator
_FRACTION = re.compile(r"^(?:(\d{1,3}) )?([1-3])/([2-4])(?![\d/])(.*)$", re.DOTALL)
_SHAPES: tuple[tuple[Shape, re.Pattern[str]], ...] = (
    ("integer", re.compile(r"\d+")),
    ("point?", re.compile(r"[1-9]\d{0,2}\.\d{3}")),
    ("comma?", re.compile(r"[1-9]\d{0,2},\d{3}")),
    ("point", re.compile(r"\d*\.\d+|\d+\.|[1-9]\d{0,2}(?:,\d{3})+\.\d+")),
    ("comma", re.compile(r"\d*,\d+|[1-9]\d{0,2}(?:\.\d{3})+,\d+")),
    ("grouping point", re.compile(r"[1-9]\d{0,2}(?:\.\d{3}){2,}")),
    ("grouping comma", re.compile(r"[1-9]\d{0,2}(?:,\d{3}){2,}")),
)
_SIGNS = str.maketrans({"−": "-", "－": "-", "＋": "+", "’": "'", "٫": ".", "٬": "'", "．": ".", "，": ",", "‘": "'", "ʼ": "'"})

_LIMITS_BEFORE = fold_words(
    "<,>,<=,>=,=<,=>,≤,≥,⩽,⩾,«,less than,more than,fewer than,greater than,under,over,below,above,at least,at most,up to,lt,gt",
    "menos de,más de,menor de,mayor de,menor que,mayor que,al menos,como máximo,hasta,inferior a,superior a",
    "moins de,plus de,au moins,au plus,jusqu'à,inférieur à,supérieur à,sous",
    "unter,über,weniger als,mehr als,mindestens,höchstens,bis,bis zu,kleiner als,größer als,kleiner,größer",
    "menos que,mais de,mais que,pelo menos,no máximo,até,abaixo de,acima de",
    "meno di,più di,almeno,al massimo,fino a,sotto,sopra,inferiore a,superiore a",
)
_LIMITS_AFTER = fold_words(
    "+,or more,or less,and more,and over,and above,or over,or above,or below,or under,or fewer,oder mehr,oder weniger,und mehr",
    "o más,o menos,y más,ou plus,ou moins,et plus,ou mais,ou menos,e mais,o più,o meno,e oltre",
)
APPROXIMATELY = fold_words(
    "~,≈,≃,∼,ca,ca.,c.,circa,about,approx,approx.,approximately,around,roughly,almost,nearly,etwa,ungefähr,rund,zirka,fast,knapp",
    "aprox,aprox.,aproximadamente,unos,unas,alrededor de,casi,cerca de,environ,env,env.,presque,à peu près,vers",
    "por volta de,quase,intorno a,più o meno,quasi,?,(?),ish,+/-,±",
)
_FLAG_WORDS = fold_words(
    "high,low,normal,abnormal,critical,crit,abn,hoch,niedrig,tief,erhöht,erniedrigt,alto,alta,bajo,baja,elevado,elevada",
    "haut,bas,élevé,élevée,baixo,baixa,basso,bassa,alterado",
)
_FLAG_SIGNS = "*!↑↓▲▼⬆⬇⇧⇩†‡#⁎∗"
_FLAG_LETTERS = ("H", "L", "HH", "LL", "A", "AA", "N", "H*", "L*")
_TIMES = fold_words("x,×,times,time,mal,veces,vez,fois,vezes,volte,volta")


@dataclass(frozen=True)
class Parts:
    """A text that holds one number.

    Parameters
    ----------
    core
        Sign and digits with their marks, as written.
    shape
        How the marks can be understood.
    unit
        As `core.units.read_unit` spells it, "" for none.
    rules
        What was left out or taken for what.
    lossless
        False for a limit, an approximation and a fraction.
    flag
        The flag beside it; "L" and "H" without brackets may be units instead, which the column decides.
    value
        Where the text writes a fraction: its value.
    """

    core: str
    shape: Shape
    unit: str = ""
    rules: tuple[str, ...] = ()
    lossless: bool = True
    flag: str = ""
    value: float | None = None


def plain_digits(text: str) -> str:
    """The text with figures of any script as 0 to 9, any blank as a blank, and one kind of minus and apostrophe.

    Examples
    --------
    >>> plain_digits("４.１"), plain_digits("1\u202f200"), plain_digits("٣٫٧")
    ('4.1', '1 200', '3.7')
    """
    if text.isascii():
        return text
    signs = text.translate(_SIGNS)
    return "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else " " if letter.isspace() else letter for letter in signs
    )


def split_number(text: str) -> Parts | None:
    """The parts of a text that holds one number; None where it holds none, several, or words unknown here.

    Examples
    --------
    >>> parts = split_number("4,1 mmol/l (H)")
    >>> parts.core, parts.shape, parts.unit, parts.flag
    ('4,1', 'comma', 'mmol/L', '(H)')
    >>> split_number("3-4") is None, split_number("63 apples") is None
    (True, True)
    """
    if len(text) > LONGEST:
        return None
    plain = plain_digits(text)
    if "/" in plain or not plain.isascii():
        plain, value = _without_fraction(plain)
    else:
        value = None
    match = _NUMBER.fullmatch(plain)
    if match is None:
        return None
    head, core = match["head"], match["core"]
    if core[0] in ".," and head and head[-1].isalpha():
        # "ca.5" is five, not a half
        head, core = head + core[0], core[1:]
    before, after = _read_head(head.strip()), _read_tail(match["tail"].strip())
    if before is None or after is None or (value is not None and match["sign"]):
        return None
    shape = "integer" if value is not None else read_shape(core)
    return _put_together(match["sign"] + core, shape, (*before, *after), value) if shape else None


def read_shape(core: str) -> Shape:
    """How the marks within digits can be understood; "" where they make no number ("4.1.2").

    Examples
    --------
    >>> [read_shape(core) for core in ("4,1", "1,200", "1.200,5", "1,234,567", "0.125", "4.1.2")]
    ['comma', 'comma?', 'comma', 'grouping comma', 'point', '']
    """
    digits = re.split("[eE]", core)[0].lstrip("+-")
    if " " in digits or "'" in digits:
        return _decimal_shape(re.sub(r"[ ']", "", digits))
    return next((shape for shape, pattern in _SHAPES if pattern.fullmatch(digits)), "")


def _decimal_shape(digits: str) -> Shape:
    """Where blanks part the thousands, a point or comma can only be the decimal mark."""
    return "integer" if digits.isdigit() else "point" if "." in digits else "comma"


def to_number(core: str, decimal: str) -> float:
    """The number of digits whose decimal mark is known; not finite or not a number where a float cannot hold it.

    Examples
    --------
    >>> to_number("1.200,5", ","), to_number("1 200", "."), to_number("-4.1", ".")
    (1200.5, 1200.0, -4.1)
    """
    grouping = "," if decimal == "." else "."
    digits = core.replace(" ", "").replace("'", "").replace(grouping, "").replace(decimal, ".")
    try:
        number = float(digits)
    except ValueError:
        return float("nan")
    vanished = number == 0 and any(figure in "123456789" for figure in re.split("[eE]", digits)[0])
    return float("nan") if vanished else number


def _without_fraction(text: str) -> tuple[str, float | None]:
    """The text with a plain 0 in place of a fraction, and the fraction's value."""
    if match := _VULGAR.match(text):
        whole, sign, rest = match.groups()
        return f"0 {rest}", int(whole or 0) + unicodedata.numeric(sign)
    if (match := _FRACTION.match(text)) and int(match[2]) < int(match[3]):
        whole, above, below, rest = match.groups()
        return f"0 {rest}", int(whole or 0) + int(above) / int(below)
    return text, None


_RULES = {"limit": ON_LIMIT, "about": APPROXIMATE, "flag": WITHOUT_FLAG, "times": WITHOUT_TIMES}
# What a word beside a number is: ("limit" | "about" | "flag" | "unit" | "times", the word)
Word = tuple[str, str]


@lru_cache(maxsize=4096)
def _read_head(head: str) -> tuple[Word, ...] | None:
    if not head:
        return ()
    word = fold(head)
    for kind, words in (("limit", _LIMITS_BEFORE), ("about", APPROXIMATELY), ("times", frozenset("x"))):
        if word in words or word.rstrip(":= ") in words:
            return ((kind, head),)
    if flag := _flag(head):
        return (("flag", flag),)
    if word in ("=", ":"):
        return ()
    first, _, rest = head.partition(" ")
    return _both(_read_head(first), _read_head(rest.strip())) if rest else None


@lru_cache(maxsize=4096)
def _read_tail(tail: str) -> tuple[Word, ...] | None:
    if not tail:
        return ()
    word = fold(tail)
    word = word.strip("()") or word
    for kind, words in (("limit", _LIMITS_AFTER), ("about", APPROXIMATELY), ("times", _TIMES)):
        if word in words:
            return ((kind, tail),)
    if flag := _flag(tail):
        return (("flag", flag),)
    if unit := _unit(tail):
        return (("unit", unit),)
    return _read_tail_apart(tail)


def _read_tail_apart(tail: str) -> tuple[Word, ...] | None:
    """Unit and flag after one another: "mmol/L H", "mmol/L*", "% (H)"."""
    if tail[-1] in _FLAG_SIGNS + "?":
        return _both(_read_tail(tail[:-1].rstrip()), _read_tail(tail[-1]))
    if tail[0] in _FLAG_SIGNS + "+":
        return _both(_read_tail(tail[0]), _read_tail(tail[1:].lstrip()))
    first, blank, last = tail.rpartition(" ")
    return _both(_read_tail(first.rstrip()), _read_tail(last)) if blank else None


def _both(first: tuple[Word, ...] | None, second: tuple[Word, ...] | None) -> tuple[Word, ...] | None:
    return None if first is None or second is None else (*first, *second)


def _flag(text: str) -> str:
    bare = text.strip("()[]{}, ")
    is_flag = bare in _FLAG_LETTERS or fold(bare) in _FLAG_WORDS or (bare and all(sign in _FLAG_SIGNS for sign in bare))
    # in brackets it is no unit: the caller sees a flag that cannot be one
    return (bare if bare == text else f"({bare})") if is_flag else ""


def _unit(text: str) -> str:
    word = re.sub(r"\s+(?:old|of age|alt)$", "", text.strip("()[], ").rstrip("."), flags=re.IGNORECASE)
    return read_unit(word) or read_unit(word.replace(".", ""))


def _put_together(core: str, shape: Shape, words: tuple[Word, ...], value: float | None) -> Parts | None:
    kinds = {kind for kind, _ in words}
    units = {word for kind, word in words if kind == "unit"}
    if len(units) > 1:
        return None
    rules = [rule for kind, rule in _RULES.items() if kind in kinds]
    rules += [WITHOUT_GROUPS] if " " in core or "'" in core else []
    rules += [FRACTION] if value is not None else []
    flag = next((word for kind, word in words if kind == "flag"), "")
    return Parts(core, shape, "".join(units), tuple(rules), not kinds & {"limit", "about"} and value is None, flag, value)
