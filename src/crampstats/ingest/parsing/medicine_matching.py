"""One name of a medicine: as it stands, as other languages write it, or with a slip of the pen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from crampstats.codebook.medicine_names import CLASS_WORDS, NAMES, OTHERS
from crampstats.ingest.own.identifier_words import FIRST_NAMES
from crampstats.ingest.parsing.folding import fold
from crampstats.ingest.parsing.medicine_words import NOISE, NOT_TAKEN, ORDINARY

ONE_SLIP, TWO_SLIPS = 5, 8  # letters from which one and two may be wrong
# how one sound is written in one language and in another
_ALIKE = (
    ("ph", "f"), ("th", "t"), ("ch", "c"), ("h", ""), ("y", "i"), ("k", "c"), ("x", "s"), ("oe", "e"), ("ae", "e"), ("ct", "t"),
)
# endings by which the names of a family are known (WHO: Use of stems in the selection of international nonproprietary names)
_STEMS = re.compile(
    r".{3,}(?:pril|sartan|olol|dipin|prazol|cilin|micin|floxacin|ciclin|gliptin|gliflozin|glutid|xaban|gatran|azepam|zolam|triptan"
    r"|coxib|conazol|mab|tinib|parin|setron|tidin|oxetin|azosin|lucast|tropium|caina?|barbital|profen|dronat|trexat|vir|stigmin|vaptan)",
)


@dataclass(frozen=True)
class KnownName:
    """What a name means.

    Parameters
    ----------
    name
        As listed.
    substances
        Generic names of what it holds; empty for a medicine of none of the classes, and for a word for a class.
    variables
        Of a word for a class ("statin"): what it makes true.
    exact
        Whether no slip is forgiven.
    """

    name: str
    substances: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    exact: bool = False


def spell_alike(name: str) -> str:
    """A name as all six languages would write it alike, without blanks.

    Examples
    --------
    >>> spell_alike("hydrochlorothiazide") == spell_alike("Hidroclorotiazida") == spell_alike("idroclorotiazide")
    True
    >>> spell_alike("oestradiol") == spell_alike("estradiol"), spell_alike("espironolactona") == spell_alike("spironolacton")
    (True, True)
    """
    letters = _bare(name)
    for there, here in _ALIKE:
        letters = letters.replace(there, here)
    letters = re.sub(r"(.)\1+", r"\1", letters)
    letters = re.sub(r"^es(?=[bcdfglmnpqrtv])", "s", letters)
    return re.sub(r"(?<=...)[aeo]+$", "", letters) or letters


@lru_cache(maxsize=1)
def _index() -> tuple[dict[str, KnownName], dict[str, KnownName]]:
    """Names as they stand (folded, without blanks), and as all languages write them."""
    known = [KnownName(name, (), (variable,)) for variable, names in CLASS_WORDS.items() for name in names]
    known += [KnownName(one.name, one.substances, (), one.exact) for one in NAMES]
    known += [KnownName(name) for name in OTHERS]
    plain: dict[str, KnownName] = {}
    alike: dict[str, KnownName] = {}
    for one in known:
        plain.setdefault(_bare(one.name), one)
        alike.setdefault(spell_alike(one.name), one)
    return plain, alike


@lru_cache(maxsize=200_000)
def match_name(words: tuple[str, ...]) -> tuple[KnownName | None, int, int]:
    """The longest run of words that is a name, how many words, and letters that differ; a single word left over is None."""
    plain, alike = _index()
    for length in range(len(words), 0, -1):
        name = _bare("".join(words[:length]))
        known = plain.get(name) or (alike.get(spell_alike(name)) if length > 1 and len(name) >= TWO_SLIPS else None)
        if known is not None and not (known.exact and name not in plain):
            return known, length, 0
    if words[0] in NOISE or words[0] in NOT_TAKEN:
        return KnownName(""), 1, 0
    known, distance = _nearest(words[0])
    if known is None and len(words) > 1 and words[1] not in NOISE and min(map(len, words[:2])) >= 2:
        known, distance = _nearest("".join(words[:2]))
        if known is not None:
            return known, 2, distance
    if known is None and _STEMS.fullmatch(spell_alike(words[0])):
        return KnownName(words[0]), 1, 0
    return known, 1, distance


@lru_cache(maxsize=200_000)
def _nearest(word: str) -> tuple[KnownName | None, int]:
    """The one medicine a misspelt name is nearest to; None where there is none near enough, or two are as near.

    A name that is the same only as all languages write it stands behind its neighbours as written: "lival" may be Livalo or
    Livial.
    """
    if word in ORDINARY or word in FIRST_NAMES or len(word) < ONE_SLIP - 1:
        return None, 0
    near: dict[str, tuple[int, int, KnownName]] = {}
    forms = (word, spell_alike(word)) if len(word) >= ONE_SLIP else (word,)
    for behind, (form, names) in enumerate(zip(forms, _index(), strict=False)):
        for distance, name in _within(form, tuple(names), _allowed(form)):
            known = names[name]
            if known.exact or distance > max(min(_slips(known.name), _slips(name)), int(_is_short(known))):
                continue
            rank = (distance + behind, distance, known)
            before = near.get(known.name, rank)
            near[known.name] = (min(rank[0], before[0]), min(rank[1], before[1]), known)
    best = min((rank for rank, _, _ in near.values()), default=0)
    nearest = [(distance, known) for rank, distance, known in near.values() if rank == best]
    if len({(known.substances, known.variables) for _, known in nearest}) != 1 or any(_is_short(one) for _, one in nearest):
        return None, 0
    return min(nearest, key=lambda one: (one[0], one[1].name))[1], min(distance for distance, _ in nearest)


def _is_short(known: KnownName) -> bool:
    """Another medicine of four letters: too short to be forgiven a slip, but near enough to stand in the way of a class."""
    return len(known.name) == ONE_SLIP - 1 and not (known.substances or known.variables)


def _bare(name: str) -> str:
    return re.sub(r"[^a-z]", "", fold(name))


def _allowed(written: str) -> int:
    """Slips looked for; one letter may be missing, and shorter words are too often ordinary ones."""
    return 2 if len(written) >= TWO_SLIPS - 1 else 1 if len(written) >= ONE_SLIP - 1 else 0


def _slips(name: str) -> int:
    letters = len(_bare(name))
    return 2 if letters >= TWO_SLIPS else 1 if letters >= ONE_SLIP else 0


def _within(form: str, names: tuple[str, ...], allowed: int) -> list[tuple[int, str]]:
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    return [(int(distance), name) for name, distance, _ in process.extract(
        form, names, scorer=OSA.distance, score_cutoff=allowed, limit=None,
    )]
