"""How well the words of a heading fit the names a variable is known by.

False friends cost more than gaps: a variable that is not found can be added by hand, one filled from the wrong column is
believed. So every word of a heading counts that the variable's names leave unexplained, and a word that speaks of another
person, another time, another sample or another part of the body ("mother", "menarche", "urine", "abdomen") counts most.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType

from crampstats.codebook.columns import Variable
from crampstats.core.units import find_unit, read_unit
from crampstats.ingest.own.matching_words import CONTRADICTING, FILLERS, SHORT_WORDS, SPANS, VAGUE, WINDOWS

EXACT, LISTED, SIMILAR, ABBREVIATED, ABOUT_ANYTHING = 1.0, 0.97, 0.93, 0.75, 0.55
_BRACKETS = re.compile(r"[\[(][^\[\]()]*[\])]")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[a-z]{2})(?=\d)")
# a unit after the words ("magnesium mg/dL"); its capitals begin no word
_ENDING = re.compile(r"[\s,_-]+(\S*[/%]\S*)$")
_WORD = re.compile(r"[a-z0-9]+")
_FILLER_WEIGHT, _DIGIT_WEIGHT, _OTHER_NAME = 0.08, 0.35, 0.2
_LEAST_ALIKE, _SHORTEST_FUZZY = 84, 5
_JOINED_ALIKE, _SHORTEST_JOINED = 90, 6
_CONTRADICTED, _WINDOW_UNSAID = 0.4, 0.8


@lru_cache(maxsize=20_000)
def split_words(text: str) -> tuple[str, ...]:
    """The words of a heading or question: lower case, without accents, signs and units in brackets.

    Examples
    --------
    >>> split_words("Años_cumplidos"), split_words("serumK (mmol/L)"), split_words("HowOftenLegCramps?")
    (('anos', 'cumplidos'), ('serum', 'k'), ('how', 'often', 'leg', 'cramps'))
    """
    without = _BRACKETS.sub(lambda found: " " if find_unit(found.group()) else found.group(), text)
    spread = _CAMEL.sub(" ", _ENDING.sub(lambda found: "" if read_unit(found.group(1)) else found.group(), without.strip()))
    plain = unicodedata.normalize("NFKD", spread.replace("ß", "ss").replace("ø", "o")).casefold()
    return tuple(_WORD.findall("".join(sign for sign in plain if not unicodedata.combining(sign))))


def without_unit(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words before a unit that ends them ("ca mg dl", "age years"); a span of time may be part of the question itself."""
    for length in (4, 3, 2, 1):
        ending = words[-length:]
        unit = read_unit("/".join(ending)) or read_unit("_".join(ending)) if len(words) > length else ""
        # one letter is no unit by itself ("vitamin d")
        if unit and unit not in SPANS and (length > 1 or len(words[-1]) > 1):
            return words[:-length]
    return words


@dataclass(frozen=True)
class KnownName:
    """One name of a variable.

    Parameters
    ----------
    variable
        The variable.
    words
        The words of this name of it.
    confidence
        Of a heading that says exactly this.
    """

    variable: str
    words: tuple[str, ...]
    confidence: float

    @property
    def telling(self) -> tuple[str, ...]:
        """Its words that are no fillers."""
        return tuple(word for word in self.words if word not in FILLERS)


@dataclass(frozen=True, eq=False)
class NameIndex:
    """The names of variables, and how much each of their words tells.

    Parameters
    ----------
    names
        Every name of every variable.
    """

    names: tuple[KnownName, ...]

    @classmethod
    def of(cls, variables: Iterable[Variable], asked: Mapping[str, Sequence[str]] = MappingProxyType({})) -> NameIndex:
        """The index of these variables: name, label, what else they are known as, and how forms ask for them (`asked`)."""
        return cls(tuple(name for variable in variables for name in _names_of(variable, asked.get(variable.name, ()))))

    def score(self, text: str) -> dict[str, float]:
        """How well a heading or question names each variable; those it does not name are left out.

        Parameters
        ----------
        text
            As it stands in the file.

        Returns
        -------
        dict
            Variable to a number from 0 to 1: 1 for its name itself, else the share of the weight of all words, of heading and
            name, that both have. Words that speak of something else, such as "mother" or "menarche", bring it to less than half.
        """
        whole = split_words(text)
        words = without_unit(whole)
        told = [word for word in words if word not in FILLERS]
        limit = ABOUT_ANYTHING if len(told) == 1 and told[0] in VAGUE else EXACT
        best: dict[str, float] = {}
        for name, likenesses in self._candidates(words):
            alike = EXACT if whole == name.words and name.confidence == EXACT else self._alike(words, name, likenesses)
            best[name.variable] = max(min(alike, limit), best.get(name.variable, 0.0))
        contradicting = [word for word in words if word in CONTRADICTING]
        return {
            variable: alike
            * (_CONTRADICTED if any(word not in self._own_words[variable] for word in contradicting) else 1.0)
            * (_WINDOW_UNSAID if _windows(variable) - set(words) else 1.0)
            for variable, alike in best.items() if alike
        }

    def weight(self, word: str) -> float:
        """How much a word tells, 0 to 1; one no variable has tells that something else is meant."""
        if word in FILLERS:
            return _FILLER_WEIGHT
        return _DIGIT_WEIGHT if word.isdigit() else self._weights.get(word, 1.0)

    @cached_property
    def _own_words(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {}
        for name in self.names:
            found.setdefault(name.variable, set()).update(name.words)
        return found

    @cached_property
    def _weights(self) -> Mapping[str, float]:
        """Rare words tell more: "potassium" leads to one variable, "leg" to many."""
        heard = Counter(word for some in self._own_words.values() for word in some)
        most = math.log(1 + len(self._own_words))
        return {word: max(0.25, math.log(1 + len(self._own_words) / n) / most) for word, n in heard.items()}

    @cached_property
    def _names_with(self) -> Mapping[str, tuple[int, ...]]:
        found: dict[str, list[int]] = {}
        for place, name in enumerate(self.names):
            for word in dict.fromkeys(name.telling or name.words):
                found.setdefault(word, []).append(place)
        return {word: tuple(places) for word, places in found.items()}

    @cached_property
    def _joined(self) -> tuple[str, ...]:
        return tuple("".join(name.words) for name in self.names)

    def _candidates(self, words: tuple[str, ...]) -> Iterator[tuple[KnownName, Mapping[str, Mapping[str, float]]]]:
        """Names that share a word with the heading, or are written nearly as it is, with the likeness of words to its words."""
        from rapidfuzz import fuzz, process

        likenesses = {word: self._like(word) for word in dict.fromkeys(words)}
        places = {place for some in likenesses.values() for word in some for place in self._names_with.get(word, ())}
        joined = "".join(words)
        near = process.extract(joined, self._joined, scorer=fuzz.ratio, score_cutoff=_JOINED_ALIKE, limit=None) if joined else []
        for place in sorted(places | {place for *_, place in near}):
            yield self.names[place], likenesses

    def _like(self, word: str) -> Mapping[str, float]:
        """Words of the names that are this word or a misspelling of it."""
        if word not in self._likenesses:
            found = {other: likeness for other in self._names_with if (likeness := _likeness(word, other))}
            self._likenesses[word] = found
        return self._likenesses[word]

    @cached_property
    def _likenesses(self) -> dict[str, Mapping[str, float]]:
        return {}

    def _alike(self, words: tuple[str, ...], name: KnownName, likenesses: Mapping[str, Mapping[str, float]]) -> float:
        from rapidfuzz import fuzz

        told, joined = tuple(word for word in words if word not in FILLERS), "".join(words)
        if words == name.words or joined == "".join(name.words):
            return _confidence(words, name)
        if told and told == name.telling:
            return min(LISTED, _confidence(told, name))
        ratio = fuzz.ratio(joined, "".join(name.words))
        alike = ratio >= _JOINED_ALIKE and len(joined) >= _SHORTEST_JOINED and _same_digits(words, name.words)
        spelt = SIMILAR * ratio / 100 if alike else 0.0
        limit = min(SIMILAR, _confidence(name.telling or name.words, name))
        return max(min(limit, spelt), limit * self._shared(words, name, likenesses))

    def _shared(
        self, words: tuple[str, ...], name: KnownName, likenesses: Mapping[str, Mapping[str, float]]
    ) -> float:
        left, shared, lacking = list(dict.fromkeys(words)), 0.0, 0.0
        for word in dict.fromkeys(name.words):
            likeness, found = max(
                ((likenesses[one].get(word, 1.0 if one == word else 0.0), one) for one in left), default=(0.0, "")
            )
            weight = self.weight(word)
            shared += weight * likeness
            lacking += weight * (1 - likeness)
            if likeness:
                left.remove(found)
        # a word of another name of the variable explains itself ("Sex / sexo")
        own = self._own_words[name.variable]
        extra = sum(self.weight(word) * (_OTHER_NAME if word in own else 1.0) for word in left)
        return shared / (shared + lacking + extra) if shared else 0.0


def _windows(variable: str) -> set[str]:
    """Words of a variable's name that say over which time it holds: "cramps" need not be "cramps ever"."""
    return WINDOWS & set(variable.split("_"))


def _confidence(words: tuple[str, ...], name: KnownName) -> float:
    """Of a heading that says a name exactly: less where the name is an abbreviation, or a word that may be about anything."""
    short = "".join(words)
    if name.confidence == EXACT:
        return EXACT
    if len(words) == 1 and short in VAGUE:
        return ABOUT_ANYTHING
    return min(name.confidence, ABBREVIATED) if len(short) < 4 and short not in SHORT_WORDS else name.confidence


def _names_of(variable: Variable, asked: Sequence[str]) -> list[KnownName]:
    own = tuple(variable.name.split("_"))
    best = {own: EXACT}
    for text in (variable.label, *variable.known_as, *asked):
        best.setdefault(without_unit(split_words(text)), LISTED)
    best.setdefault(without_unit(own), LISTED)
    return [KnownName(variable.name, words, confidence) for words, confidence in best.items() if words]


def _likeness(word: str, other: str) -> float:
    """1 for the same word, less for a misspelt one, 0 for another; short words must be the same."""
    from rapidfuzz import fuzz

    if word == other or word.rstrip("s") == other.rstrip("s") != "":
        return 1.0
    if min(len(word), len(other)) < _SHORTEST_FUZZY or word[0] != other[0]:
        return 0.0
    ratio = fuzz.ratio(word, other)
    return ratio / 100 if ratio >= _LEAST_ALIKE else 0.0


def _same_digits(words: tuple[str, ...], known: tuple[str, ...]) -> bool:
    return [word for word in words if word.isdigit()] == [word for word in known if word.isdigit()]
