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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from crampstats.codebook.columns import Variable
from crampstats.core.units import find_unit, read_unit
from crampstats.ingest.own.matching_words import CONTRADICTING, FILLERS, SHORT_WORDS

EXACT, LISTED, SIMILAR, ABBREVIATED = 1.0, 0.97, 0.93, 0.75
_BRACKETS = re.compile(r"[\[(][^\[\]()]*[\])]")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[a-z]{2})(?=\d)")
_WORD = re.compile(r"[a-z0-9]+")
_FILLER_WEIGHT, _DIGIT_WEIGHT = 0.08, 0.35
_LEAST_ALIKE, _SHORTEST_FUZZY = 84, 5
_CONTRADICTED = 0.4


@lru_cache(maxsize=20_000)
def split_words(text: str) -> tuple[str, ...]:
    """The words of a heading or question: lower case, without accents, signs and units in brackets.

    Examples
    --------
    >>> split_words("Años_cumplidos"), split_words("serumK (mmol/L)"), split_words("HowOftenLegCramps?")
    (('anos', 'cumplidos'), ('serum', 'k'), ('how', 'often', 'leg', 'cramps'))
    """
    without = _BRACKETS.sub(lambda found: " " if find_unit(found.group()) else found.group(), text)
    spread = _CAMEL.sub(" ", without)
    plain = unicodedata.normalize("NFKD", spread.replace("ß", "ss").replace("ø", "o")).casefold()
    return tuple(_WORD.findall("".join(sign for sign in plain if not unicodedata.combining(sign))))


def without_unit(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words before a unit that ends them ("ca mg dl", "age years")."""
    for length in (4, 3, 2, 1):
        if len(words) > length and (read_unit("/".join(words[-length:])) or read_unit("_".join(words[-length:]))):
            # one letter is no unit by itself ("vitamin d")
            return words if length == 1 and len(words[-1]) == 1 else words[:-length]
    return words


@dataclass(frozen=True)
class KnownName:
    """One name of a variable.

    Parameters
    ----------
    words
        Its words.
    confidence
        Of a heading that says exactly this.
    """

    words: tuple[str, ...]
    confidence: float


@dataclass(frozen=True, eq=False)
class NameIndex:
    """The names of variables, and how much each of their words tells.

    Parameters
    ----------
    names
        Variable to its names.
    """

    names: Mapping[str, tuple[KnownName, ...]]

    @classmethod
    def of(cls, variables: Iterable[Variable]) -> NameIndex:
        """The index of these variables: name, label and what else they are known as."""
        return cls({variable.name: _names_of(variable) for variable in variables})

    @cached_property
    def _weights(self) -> Mapping[str, float]:
        """Rare words tell more: "potassium" leads to one variable, "leg" to many."""
        heard = Counter(word for some in self.names.values() for word in {word for one in some for word in one.words})
        most = math.log(1 + len(self.names))
        return {word: max(0.25, math.log(1 + len(self.names) / n) / most) for word, n in heard.items()}

    def weight(self, word: str) -> float:
        """How much a word tells, 0 to 1; one no variable has tells that something else is meant."""
        if word in FILLERS:
            return _FILLER_WEIGHT
        return _DIGIT_WEIGHT if word.isdigit() else self._weights.get(word, 1.0)

    def score(self, text: str, variable: str) -> float:
        """How well a heading or question names a variable, 0 to 1.

        Parameters
        ----------
        text
            As it stands in the file.
        variable
            One of the index.

        Returns
        -------
        float
            1 for its name itself; the share of the weight of all words, of heading and name, that both have. Words that speak of
            something else, such as "mother" or "menarche", bring it to less than half.
        """
        words = without_unit(split_words(text))
        if not words:
            return 0.0
        some = self.names[variable]
        best = max((self._alike(words, one) for one in some), default=0.0)
        own = {word for one in some for word in one.words}
        return best * (_CONTRADICTED if any(word in CONTRADICTING and word not in own for word in words) else 1.0)

    def _alike(self, words: tuple[str, ...], name: KnownName) -> float:
        from rapidfuzz import fuzz

        told, known = ([word for word in some if word not in FILLERS] for some in (words, name.words))
        if words == name.words or "".join(words) == "".join(name.words) or (told and told == known):
            short = "".join(told or words)
            return min(name.confidence, ABBREVIATED) if len(short) < 4 and short not in SHORT_WORDS else name.confidence
        joined = fuzz.ratio("".join(words), "".join(name.words))
        spelt = SIMILAR * joined / 100 if joined >= 90 and len("".join(words)) >= 6 and _same_digits(words, name.words) else 0.0
        return max(spelt, min(SIMILAR, name.confidence) * self._shared(words, name.words))

    def _shared(self, words: tuple[str, ...], known: tuple[str, ...]) -> float:
        left, shared, lacking = list(dict.fromkeys(words)), 0.0, 0.0
        for word in dict.fromkeys(known):
            likeness, found = max(((_likeness(word, one), one) for one in left), default=(0.0, ""))
            weight = self.weight(word)
            shared += weight * likeness
            lacking += weight * (1 - likeness)
            if likeness:
                left.remove(found)
        extra = sum(self.weight(word) for word in left)
        return shared / (shared + lacking + extra) if shared else 0.0


def _names_of(variable: Variable) -> tuple[KnownName, ...]:
    own = split_words(variable.name)
    names = [KnownName(own, EXACT), KnownName(without_unit(own), LISTED), KnownName(split_words(variable.label), LISTED)]
    for text in variable.known_as:
        words = without_unit(split_words(text))
        names.append(KnownName(words, LISTED))
    best: dict[tuple[str, ...], float] = {}
    for one in names:
        if one.words:
            best[one.words] = max(best.get(one.words, 0.0), one.confidence)
    return tuple(KnownName(words, confidence) for words, confidence in best.items())


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
