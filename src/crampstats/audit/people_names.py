"""Names of people as they are compared: word by word, whatever their order, accents, hyphens and small slips of the pen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from crampstats.audit.people_words import NAMES, PARTICLES, SHORT_FORMS, TITLES

# How two names agree, the surest first
SAME, ORDER, SPELLING, SLIP, PART, INITIAL, SURNAME = (
    "the same name", "the same name in another order", "the same name spelt otherwise", "names alike but for a letter or two",
    "one name is part of the other", "an initial that fits the other's first name", "the same first name, another surname",
)
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i"})
_SOUNDS = tuple((re.compile(pattern), sound) for pattern, sound in (
    (r"(?<=[^aeiouq])([aou])e(?=[^aeiou])", r"\1"), (r"ph", "f"), (r"th", "t"), (r"sch", "sh"), (r"c[kq]", "k"),
    (r"c(?=[aoulrtn]|$)|q", "k"), (r"x", "ks"), (r"w", "v"), (r"z", "s"), (r"y", "i"), (r"(?<!^)h|(?<=^)h(?=[^aeiou])", ""),
    (r"ei", "ai"), (r"(.)\1+", r"\1"),
))
SHORT_SLIP, LONG_SLIP, LONG = 1, 2, 8  # letters that may differ in a word, and the length from which more may


@dataclass(frozen=True)
class Name:
    """The words of one person's name in plain letters.

    Parameters
    ----------
    given, family
        First names and surnames, as far as the file tells them apart.
    """

    given: tuple[str, ...] = ()
    family: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """All words."""
        return (*self.given, *self.family)

    @property
    def key(self) -> str:
        """The words in alphabetical order: the same for names that differ in order, accents, hyphens and capitals alone."""
        return " ".join(sorted(self.words))


def read_words(text: str) -> tuple[str, ...]:
    """The words of a name in plain small letters, without titles and particles.

    Examples
    --------
    >>> read_words("Dr. Jürgen MÜLLER-Weiß"), read_words("Muller Juergen"), read_words("Sinéad Mac Donald")
    (('jurgen', 'muller', 'weiss'), ('muller', 'juergen'), ('sinead', 'mcdonald'))
    """
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = re.sub(r"['’`´]", "", plain)
    plain = re.sub(r"\bma?c\s+(?=[^\W\d_]{4})", "mc", plain)
    words = re.findall(r"[^\W\d_]+", plain)
    kept = [word for word in words if word not in TITLES and word not in PARTICLES] or words
    return tuple(_plain(word) for word in kept)


def _plain(word: str) -> str:
    """A word in which Mac is written Mc."""
    return re.sub(r"^mac(?=[bcdfgklmnpqrstv][a-z]{3})", "mc", word)


_SHORT = {word: number for number, group in enumerate(SHORT_FORMS) for name in group for word in read_words(name)}
_KNOWN = frozenset(word for name in NAMES for word in read_words(name))


@lru_cache(maxsize=200_000)
def sound_of(word: str) -> str:
    """A word as it sounds, roughly: what is spelt in two ways in one language or another.

    Examples
    --------
    >>> sound_of("sophia") == sound_of("sofia"), sound_of("eric") == sound_of("erik"), sound_of("maria") == sound_of("mario")
    (True, True, False)
    """
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word


def compare_names(one: Name, other: Name, established: Collection[str] = ()) -> str:
    """How two names agree, in words; "" where they may well be two persons' names.

    Parameters
    ----------
    one, other
        The names.
    established
        First names beside those of the list that are known to be names, so that two of them are not one misspelt.

    Examples
    --------
    >>> compare_names(Name(("maria",), ("garcia",)), Name(("garcia",), ("maria",)))
    'the same name in another order'
    >>> compare_names(Name(("maria",), ("garcia",)), Name(("mario",), ("garcia",)))
    ''
    >>> compare_names(Name(("maria",), ("garcia",)), Name(("maria",), ("gracia",)))
    'names alike but for a letter or two'
    """
    if not one.words or not other.words:
        return ""
    if one.key == other.key:
        return SAME if one.words == other.words else ORDER
    if "".join(one.words) == "".join(other.words):
        return SPELLING
    return _by_words(one, other, established)


def _by_words(one: Name, other: Name, established: Collection[str]) -> str:
    few, many = (one, other) if len(one.words) <= len(other.words) else (other, one)
    left, kinds = list(many.words), []
    unmatched = []
    for word in sorted(few.words, key=lambda word: (word not in left, -len(word))):
        best = min(((_agree(word, candidate, established), candidate) for candidate in left), default=((9, ""), ""))
        if best[0][0] < _NONE:
            kinds.append(best[0])
            left.remove(best[1])
        else:
            unmatched.append(word)
    return _verdict(few, many, kinds, unmatched, left)


_EQUAL, _SOUND, _SHORTER, _FIRST_LETTER, _SLIP, _NONE = range(6)


@lru_cache(maxsize=500_000)
def _slips(one: str, other: str) -> int:
    from rapidfuzz.distance import OSA

    return int(OSA.distance(one, other))


def _agree(one: str, other: str, established: Collection[str]) -> tuple[int, int]:
    """How two words agree (smaller is surer), and by how many letters they differ."""
    if one == other:
        return _EQUAL, 0
    if sound_of(one) == sound_of(other):
        return _SOUND, 0
    if _SHORT.get(one, -1) == _SHORT.get(other, -2):
        return _SHORTER, 0
    short, long = sorted((one, other), key=len)
    if len(short) == 1:
        return (_FIRST_LETTER, 0) if long.startswith(short) else (_NONE, 0)
    if _is_name(one, established) and _is_name(other, established):
        return _NONE, 0
    if len(short) >= 4 and long.startswith(short) and len(long) - len(short) > 1:
        return _SHORTER, 0
    allowed = LONG_SLIP if len(short) >= LONG - 1 else SHORT_SLIP
    slips = _slips(one, other) if len(short) >= 3 and len(long) - len(short) <= allowed else 9
    return (_SLIP, slips) if slips <= allowed else (_NONE, slips)


def _is_name(word: str, established: Collection[str]) -> bool:
    return word in _KNOWN or word in established


def _verdict(few: Name, many: Name, kinds: list[tuple[int, int]], unmatched: list[str], left: list[str]) -> str:
    met = [kind for kind, _ in kinds]
    full = sum(kind != _FIRST_LETTER for kind in met)
    if unmatched:
        return SURNAME if _only_surnames(few, many, unmatched, left) else ""
    if full == 0 or len(met) < 2:
        return ""
    if sum(slips for _, slips in kinds) > 3 or met.count(_SLIP) > 2:
        return ""
    if _FIRST_LETTER in met:
        return INITIAL
    if left:
        return PART
    return SLIP if _SLIP in met or _SHORTER in met else SPELLING


def _only_surnames(few: Name, many: Name, unmatched: list[str], left: list[str]) -> bool:
    """Whether the first names are the same in full and a surname of each has no counterpart."""
    if not (few.given and many.given and few.family and many.family):
        return False
    return set(few.given) == set(many.given) and set(unmatched) <= set(few.family) and set(left) <= set(many.family)
