"""Categories: levels of the codebook in their many spellings, and odd labels of a column without a codebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crampstats.ingest.parsing.folding import Declared, fold
from crampstats.ingest.parsing.missing import read_missing
from crampstats.ingest.parsing.readings import NOT_READ, Reading, Readings, collect

# Letters by which a word may differ from one it is taken for, by its length; shorter words are too close to one another.
ONE_LETTER_FROM, TWO_LETTERS_FROM = 4, 7
# Beginnings that turn a word into its opposite: no slip of the pen.
_OPPOSITES = (("hypo", "hyper"), ("un", ""), ("in", ""), ("non", ""), ("not ", ""), ("in", "ex"), ("pre", "post"), ("uni", "bi"),
              ("a", ""), ("no ", ""))


def read_category(
    texts: Sequence[str], levels: Mapping[str, str], *, words: Mapping[str, Sequence[str]] | None = None,
    codes: Mapping[str, str] | None = None, missing: Mapping[str, str] | None = None,
) -> Readings:
    """Levels of a category.

    Parameters
    ----------
    texts
        Distinct texts of the column, stripped, none empty.
    levels
        Level to its description; both are recognised whatever the case, the accents, the blanks and the hyphens.
    words
        Level to further words for it (`Variable.words`).
    codes
        Text to level, as the file or the mapping states it; tried first.
    missing
        Text to the reason why there is no answer; tried first.

    Returns
    -------
    Readings
        Of levels. A text that differs from one level alone by one letter (4 to 6 letters long) or by at most two (longer) is
        taken for it, which is a correction and not lossless; figures and opposites (hypo-, hyper-) are never corrected.

    Examples
    --------
    >>> found = read_category(["Male", "F", "femal", "diverse"], {"male": "men", "female": "women"}, words={"female": ["f", "w"]})
    >>> found.values.tolist(), found.lossless.tolist()
    (['male', 'female', 'female', None], [True, True, False, False])
    """
    known, declared, absent = _spellings(levels, words or {}), Declared(codes), Declared(missing)
    return collect([_read_one(text, levels, known, declared, absent) for text in texts])


def _spellings(levels: Mapping[str, str], words: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Every spelling, folded, to its level; what stands for two levels stands for none. Levels go before their descriptions."""
    known: dict[str, str] = {}
    for source in ([(level, level) for level in levels], [(word, level) for level, some in words.items() for word in some],
                   [(text, level) for level, text in levels.items()]):
        found: dict[str, set[str]] = {}
        for word, level in source:
            found.setdefault(bare_word(word), set()).add(level)
        known = {word: next(iter(some)) for word, some in found.items() if len(some) == 1 and word} | known
    return known


def bare_word(text: str) -> str:
    """Letters and figures alone; a sign that tells levels apart (+, <, >, %) stays, and so does a text of signs alone.

    Examples
    --------
    >>> bare_word("Not  Hispanic"), bare_word("65+"), bare_word("♂")
    ('nothispanic', '65+', '♂')
    """
    folded = fold(text)
    return "".join(letter for letter in folded if letter.isalnum() or letter in "+<>%=±/") or folded


def _read_one(text: str, levels: Mapping[str, str], known: Mapping[str, str], declared: Declared, absent: Declared) -> Reading:
    if text in declared:
        return Reading(declared[text], rule="code as stated")
    if text in absent:
        return Reading(reason=absent[text], rule="declared missing")
    if text in levels:
        return Reading(text)
    word = bare_word(text)
    if word in known:
        return Reading(known[word], rule="another spelling or word for it")
    if reason := read_missing(text):
        return Reading(reason=reason, rule="a word or sign for missing")
    return _nearest(word, known)


def _nearest(word: str, known: Mapping[str, str]) -> Reading:
    near = {other: letters for other in known if (letters := letters_apart(word, other))}
    if not near:
        return NOT_READ
    best = {known[other] for other, letters in near.items() if letters == min(near.values())}
    if len({known[other] for other in near}) > 1 or len(best) > 1:
        return NOT_READ
    letters = min(near.values())
    rule = f"taken for a slip of the pen: {letters} {'letter differs' if letters == 1 else 'letters differ'}"
    return Reading(best.pop(), rule=rule, lossless=False)


def letters_apart(word: str, other: str) -> int:
    """How many letters make the difference between two words that are probably one; 0 where they are not.

    Examples
    --------
    >>> letters_apart("hispamnic", "hispanic"), letters_apart("hypothyroid", "hyperthyroid"), letters_apart("male", "female")
    (1, 0, 0)
    """
    from rapidfuzz.distance import OSA

    length = min(len(word), len(other))
    allowed = 0 if length < ONE_LETTER_FROM else 1 if length < TWO_LETTERS_FROM else 2
    if not allowed or abs(len(word) - len(other)) > allowed or word[0] != other[0] or _figures(word) != _figures(other):
        return 0
    letters = OSA.distance(word, other, score_cutoff=allowed)
    return letters if letters <= allowed and not _are_opposites(word, other) else 0


def _figures(word: str) -> str:
    return "".join(letter for letter in word if not letter.isalpha())


def _are_opposites(word: str, other: str) -> bool:
    return any(
        first.startswith(begin) and second.startswith(end) and first[len(begin):] == second[len(end):]
        for begin, end in _OPPOSITES for first, second in ((word, other), (other, word))
    )
