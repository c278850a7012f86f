"""Medicines in free text: names of substances and brands in any of six languages, with slips of the pen, by class.

A text is taken apart at commas, semicolons, slashes, line breaks and words for "and"; doses, forms, times of day and makers are
left aside. Names are compared in a spelling in which English, German, French, Spanish, Portuguese and Italian agree
("hydrochlorothiazide", "Hidroclorotiazida"), first as they stand, then with one wrong letter in 5 to 7 and two in 8 or more
(letters changed, missing, added or swapped), and only where no other medicine is as near.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from crampstats.codebook.medicine_names import (
    CLASS_OF,
    CLASS_WORDS,
    INHALED_STEROIDS,
    LONG_ACTING_CLASS,
    VAGUE,
    WITH_STEROID_VARIABLE,
    find_classes,
)
from crampstats.codebook.reductions import NOT_IDENTIFIED
from crampstats.core.errors import unknown_name
from crampstats.core.findings import Finding
from crampstats.ingest.own.masking import mask_identifiers, mask_text
from crampstats.ingest.parsing.folding import Declared, fold
from crampstats.ingest.parsing.medicine_clauses import (
    ALLERGY,
    NOW,
    RESTARTED,
    UNSURE,
    first_negation,
    is_for_a_time,
    is_somebody_elses,
    is_stopped_at_the_end,
    may_part,
    says_of_taking,
    says_stopped_before,
    split_items,
)
from crampstats.ingest.parsing.medicine_matching import KnownName, match_name, spell_alike
from crampstats.ingest.parsing.medicine_words import NEGATIONS, NOISE, NONE, NOT_TAKEN
from crampstats.ingest.parsing.missing import read_missing
from crampstats.ingest.parsing.readings import Reading, Readings, collect

LISTED = 20
_LONGEST = 4  # words of a name

_PARTS = re.compile(r"[/+&,]|(?<!\w)(?:and|und|y|et|ed|e|with|mit|con|avec|com)(?!\w)")
_PURPOSE = re.compile(r"(?<!\w)(?:for|für|fur|gegen|wegen|para|pour|contre|contra|per|against|because|due to|bei)(?!\w).*")
_PURPOSE_IS_ALLERGY = re.compile(r"(?<!\w)(?:for|wegen|para|pour|per|because of|due to|bei)\s+(?:\w+\s)?al+erg")
_MASKED = re.compile(r"\[[a-zA-Z -]{4,20}\]")
WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_HIDES_A_THIAZIDE = re.compile(r".{3,}(?:pril|sartan|olol)")  # "ramipril comp" is mostly, but not always, with a thiazide
_PLUS = frozenset(("comp", "plus", "combi", "compositum", "zid", "diu", "d"))


@dataclass(frozen=True)
class FoundMedicine:
    """A medicine of one of the classes.

    Parameters
    ----------
    written
        As the text has it, folded to lower case without accents.
    substance
        Generic name.
    classes
        Names of its classes.
    distance
        Letters that differ from the name it was taken for; 0 where it stands as it should.
    variables
        Yes/no variables that are true of whoever takes it.
    """

    written: str
    substance: str
    classes: tuple[str, ...]
    distance: int
    variables: tuple[str, ...]


@dataclass(frozen=True)
class Medicines:
    """What a text says of medicines; true in a condition where it names any medicine that is known.

    Parameters
    ----------
    found
        Medicines of the classes, in the order written; a combination once for each part.
    others
        Known medicines of none of the classes.
    unknown
        Words that were not recognised.
    open
        Variables that vague words ("water pill", "something for cholesterol") leave open.
    not_taken
        Medicines of the classes the text says are not, or no longer, taken.
    says_none
        Whether the text says that no medicine is taken, and names none.
    is_list
        Whether it looks like a list of medicines: one is known, or there is a dose. Only of such texts are words repeated, for
        anything may stand in the others.
    """

    found: tuple[FoundMedicine, ...] = ()
    others: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    not_taken: tuple[FoundMedicine, ...] = ()
    says_none: bool = False
    is_list: bool = False

    def __bool__(self) -> bool:
        return bool(self.found or self.others or self.not_taken)

    @property
    def variables(self) -> frozenset[str]:
        """Every variable the text makes true."""
        return frozenset(name for one in self.found for name in one.variables)


@lru_cache(maxsize=100_000)
def recognise_medicines(text: str) -> Medicines:
    """The medicines a free text names.

    A medicine after "no", "stopped", "allergic to" and the like is not taken. What a medicine is for ("for blood pressure") is
    left aside. A combination counts for each of its parts.

    Examples
    --------
    >>> medicines = recognise_medicines("Furosimid 40 mg 1-0-0, ramipril; Symbicort")
    >>> [(one.written, one.substance, one.distance) for one in medicines.found]
    [('furosimid', 'furosemide', 1), ('symbicort', 'formoterol', 0)]
    >>> medicines.others, medicines.unknown
    (('ramipril', 'budesonide'), ())
    """
    masked = mask_identifiers(text)
    folded = "\n".join(fold(line) for line in _MASKED.sub(" ", masked).splitlines())
    if folded.strip(" .!-") in NONE:
        return Medicines(says_none=True)
    items = _read_items(split_items(folded))
    found, others, unknown, left_open, not_taken = (
        tuple(dict.fromkeys(one for item in items for one in getattr(item, name)))
        for name in ("found", "others", "unknown", "open", "not_taken")
    )
    if "[name]" in masked:
        unknown = (*unknown, "[name]")  # whose medicines, or which, nobody can tell
    return Medicines(
        found, others, unknown, left_open, not_taken, says_none=bool(items) and all(item.says_none for item in items),
        is_list=bool(found or others or not_taken) or re.search(r"\d", folded) is not None,
    )


def read_medicines(
    texts: Sequence[str], variable: str, *, counts: Sequence[int] | None = None, missing: Mapping[str, str] | None = None,
) -> Readings:
    """Whether texts name a medicine of a class.

    Missing is never no: only a text that names medicines, all of them known, or says that there is none, reads as no. One with
    a name that was not recognised, or a vague one that may hide the class ("something for cholesterol" and statins), has no
    answer, with the reason "medicine not identified"; the finding lists names of two rows or more, so that they can be corrected
    in the file. One that stands in a single row may be a person's and is only counted.

    Parameters
    ----------
    texts
        Distinct texts, stripped, not empty.
    variable
        "takes_statin" and the like.
    counts
        Rows that hold each text; one each if not given.
    missing
        Text to the reason why there is no answer, tried first.

    Returns
    -------
    Readings
        True, False, or a reason. A misspelt name is a rule that loses something, so that it is listed row by row.

    Raises
    ------
    OptionError
        No class of medicines fills the variable.

    Examples
    --------
    >>> readings = read_medicines(["Sortis 20", "aspirin", "none", "qwertil"], "takes_statin")
    >>> readings.values.tolist(), readings.reasons.tolist()
    ([True, False, False, None], ['', '', '', 'medicine not identified'])
    """
    if variable not in VARIABLES:
        raise unknown_name("variable of medicines", variable, VARIABLES)
    declared = Declared(missing)
    known = [recognise_medicines(text) if not _reason(text, declared) else None for text in texts]
    readings = [
        Reading(reason=_reason(text, declared)) if one is None else _read_one(one, variable)
        for text, one in zip(texts, known, strict=True)
    ]
    hidden = [one for one, reading in zip(known, readings, strict=True) if one is not None and reading.reason == NOT_IDENTIFIED]
    return collect(readings, _unrecognised(variable, hidden, common_words(texts, counts)))


def common_words(texts: Sequence[str], counts: Sequence[int] | None = None) -> frozenset[str]:
    """Words of lists of medicines that were not recognised and stand in two rows or more."""
    rows: dict[str, int] = {}
    for text, n in zip(texts, counts if counts is not None else [1] * len(texts), strict=True):
        medicines = recognise_medicines(text)
        for word in set(medicines.unknown) if medicines.is_list else ():
            rows[word] = rows.get(word, 0) + int(n)
    return frozenset(word for word, n in rows.items() if n > 1)


def _reason(text: str, declared: Declared) -> str:
    return str(declared[text]) if text in declared else read_missing(text)


def _read_one(medicines: Medicines, variable: str) -> Reading:
    if variable == ALONE:
        return _read_alone(_read_one(medicines, LONG_ACTING), _read_one(medicines, WITH_STEROID_VARIABLE))
    meant = [one for one in medicines.found if variable in one.variables]
    if meant:
        best = min(meant, key=lambda one: one.distance)
        if best.distance:
            return Reading(True, rule=f"{best.written!r} read as {best.substance}", lossless=False)
        return Reading(True, rule=f"names {best.substance}")
    if medicines.unknown or variable in medicines.open or not (medicines or medicines.says_none):
        return Reading(reason=NOT_IDENTIFIED)
    if any(variable in one.variables for one in medicines.not_taken):
        return Reading(False, rule="says that it is not taken")
    return Reading(False, rule="says that there is none" if medicines.says_none else "names no medicine of this class")


def _read_alone(long_acting: Reading, with_steroid: Reading) -> Reading:
    """As the codebook derives it: a long-acting beta-agonist, and not the combination with a steroid."""
    if long_acting.value is not True:
        return long_acting
    return Reading(False, rule="combined with a steroid") if with_steroid.value else long_acting


def _unrecognised(variable: str, hidden: Sequence[Medicines], common: Collection[str]) -> tuple[Finding, ...]:
    """One finding with the names that stand between a text and a no."""
    if not hidden:
        return ()
    words = {word for one in hidden if one.is_list for word in one.unknown if word != "[name]"}
    listed = sorted({mask_text(word) for word in words & {*common}})
    single = len(words - {*common})
    named = f"names not recognised: {', '.join(listed[:LISTED])}" if listed else ""
    named += f" and {len(listed) - LISTED} more" if len(listed) > LISTED else ""
    if single:
        each = "each in one row" if single > 1 else "in one row"
        kind = f"further name{'s' if single > 1 else ''}," if listed else f"name{'s' if single > 1 else ''} not recognised,"
        named += f"{'; ' if listed else ''}{single} {kind} {each}"
    named = named or "only a vague word stands there"
    return (Finding(
        variable, "medicine not identified", "warning",
        f"{len(hidden)} different text(s) name no medicine of this class, but something that may be one, so they are missing and "
        f"not no ({named}).", "Write the generic name in the file where you know it.",
    ),)


# ---- one item of a list

def _read_items(texts: Sequence[str]) -> list[Medicines]:
    """Every statement; one that only says "stopped" is about the one before it."""
    read: list[Medicines] = []
    last = -1  # the statement before that names a medicine, if none else stands between
    for place, text in enumerate(texts):
        one = _read_item(text)
        if not one and last == place - 1 >= 0 and read[last].found:
            says = says_stopped_before(text)
            dosed = re.search(r"\d", texts[last]) is not None
            if says:
                read[last] = _as_not_taken(read[last])
            elif says is None and not dosed:
                read[last] = _as_open(read[last])
            one = Medicines(says_none=one.says_none) if says else one
        last = place if one.found else last
        read.append(one)
    if any(RESTARTED.search(text) for text in texts):
        return [_as_doubtful(one) for one in read]
    return read


def _read_item(item: str) -> Medicines:
    kept = item if ALLERGY.search(item) and not _PURPOSE_IS_ALLERGY.search(item) else _PURPOSE.sub("", item)
    stopped_behind = is_stopped_at_the_end(item[len(kept):])
    parts = [part for part in _PARTS.split(kept) if part.strip()] or [kept]
    read = [_read_part(part) for part in parts]
    read = [_as_open(one) if stopped_behind else one for one in _without_stopped(parts, read, cut=kept != item)]
    read = [_as_doubtful(one) for one in read] if is_for_a_time(item) else read
    found = tuple(one for part in read for one in part.found)
    others = tuple(name for part in read for name in part.others)
    named = found or others or any(part.not_taken or part.open for part in read)
    vague = () if named or _is_denied(item) else _vague(item)
    words = tuple(word for part in read for word in part.unknown)
    open_ = tuple(name for part in read for name in part.open) + vague
    if ("?" in item or UNSURE.search(item)) and found:
        return Medicines((), others, words, (*open_, *(name for one in found for name in one.variables)))
    return Medicines(
        tuple(_with_steroid(found, others)), others, () if vague else words, open_,
        tuple(one for part in read for one in part.not_taken), all(part.says_none for part in read),
    )


def _is_denied(item: str) -> bool:
    words = WORDS.findall(item)
    return bool(words) and (words[0] in NEGATIONS or says_of_taking(words[0], "", dosed=False) is False)


def _without_stopped(parts: Sequence[str], read: Sequence[Medicines], *, cut: bool) -> Iterator[Medicines]:
    """Parts of a statement: "stopped" before the first of them is about all, until one is said to be taken now."""
    carried = False
    for place, (text, one) in enumerate(zip(parts, read, strict=True)):
        if not one.found:
            yield one
            continue
        before, after = _around(text, one)
        dosed = re.search(r"\d", text) is not None
        taken = says_of_taking(before, after, dosed=dosed)
        ahead = says_of_taking(before, "", dosed=dosed) is False
        carried = (ahead and not any(read[:place])) or (carried and not NOW.search(text))
        elses = is_somebody_elses(text, before)
        goes_on = (cut or place < len(parts) - 1) and after.rpartition(" ")[2] in {*NEGATIONS, "start"}  # "not with food"
        alone = len({each.substance for each in one.found}) == 1
        if elses or ahead or carried or (taken is False and alone and not goes_on):
            yield _as_not_taken(one)
        elif elses is None or not taken or (len(one.found) > 1 and may_part(text)):
            yield _as_open(one)
        else:
            yield one


def _around(text: str, one: Medicines) -> tuple[str, str]:
    """What stands before the first medicine of a part and behind the last."""
    spelt = " ".join(re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+", text))
    places = [(spelt.find(each.written), spelt.rfind(each.written) + len(each.written)) for each in one.found]
    if any(first < 0 for first, _ in places):
        return "", ""
    return spelt[:min(first for first, _ in places)].strip(), spelt[max(last for _, last in places):].strip()


def _as_open(part: Medicines) -> Medicines:
    """Whether it is taken, the text does not tell."""
    return Medicines(
        (), part.others, part.unknown, (*part.open, *(name for one in part.found for name in one.variables)), part.not_taken,
    )


def _as_doubtful(part: Medicines) -> Medicines:
    """Something is said to be taken again: what was not taken may be it."""
    names = tuple(name for one in part.not_taken for name in one.variables)
    return Medicines(part.found, part.others, part.unknown, (*part.open, *names), (), part.says_none and not names)


def _as_not_taken(part: Medicines) -> Medicines:
    return Medicines((), part.others, (), (), (*part.not_taken, *part.found), part.says_none)


def _with_steroid(found: tuple[FoundMedicine, ...], others: tuple[str, ...]) -> Iterator[FoundMedicine]:
    """A long-acting beta-agonist beside an inhaled steroid in one item is the combination."""
    steroid = any(name in INHALED_STEROIDS for name in others)
    for one in found:
        both = steroid and one.substance in LONG_ACTING_CLASS.substances and WITH_STEROID_VARIABLE not in one.variables
        yield FoundMedicine(
            one.written, one.substance, one.classes, one.distance,
            (*one.variables, WITH_STEROID_VARIABLE) if both else one.variables,
        )


def _read_part(part: str) -> Medicines:
    words = WORDS.findall(part)
    if " ".join(words) in NONE or (not words and part.strip() in NONE):
        return Medicines(says_none=True)
    read = _read_words(words)
    negated = first_negation(words)
    if negated == len(words) or UNSURE.search(part):
        return read
    # what is denied and is no medicine ("no side effects") is nothing anybody takes
    ahead = _read_words(words[:negated])
    none = not (read or ahead.unknown or read.open) and not _read_words(words[negated:]).unknown
    return Medicines(read.found, read.others, ahead.unknown, read.open, says_none=none)


def _read_words(words: Sequence[str]) -> Medicines:
    found: list[FoundMedicine] = []
    others: list[str] = []
    unknown: list[str] = []
    left_open: list[str] = []
    place = 0
    while place < len(words):
        known, length, distance = match_name(tuple(words[place: place + _LONGEST]))
        written = " ".join(words[place: place + length])
        if known is None:
            unknown.append(written)
        elif known.substances or known.variables:
            found += _found(written, known, distance)
            others += [name for name in known.substances if name not in CLASS_OF]
            left_open += _left_open(known)
        elif known.name:
            others.append(known.name)
        place += length
    unknown = [word for word in unknown if _may_be_a_name(word)]
    if len(others) == 1 and not found and _HIDES_A_THIAZIDE.fullmatch(spell_alike(others[0])) and _PLUS & set(words):
        left_open += CLASS_OF["hydrochlorothiazide"].variables
    none = not (found or others or unknown) and bool((NONE | NOT_TAKEN) & set(words))
    return Medicines(tuple(found), tuple(others), tuple(unknown), tuple(left_open), says_none=none)


def _found(written: str, known: KnownName, distance: int) -> list[FoundMedicine]:
    if known.variables:
        return [FoundMedicine(written, known.name, (), distance, known.variables)]
    return [
        FoundMedicine(written, name, find_classes(name), distance, CLASS_OF[name].variables)
        for name in known.substances if name in CLASS_OF
    ]


def _left_open(known: KnownName) -> tuple[str, ...]:
    """A "diuretic" or a "water pill" may be of any of the three kinds."""
    diuretics = [one for one in VARIABLES if one.endswith("_diuretic")]
    return tuple(name for name in diuretics if name not in known.variables) if known.variables == ("takes_any_diuretic",) else ()


def _vague(item: str) -> tuple[str, ...]:
    words = f" {' '.join(WORDS.findall(item))} "
    said = [names for names, phrases in _VAGUE if any(phrase in words for phrase in phrases)]
    return tuple(name for names in said for name in names)


def _may_be_a_name(word: str) -> bool:
    return len(word) >= 3 and word not in NOISE | NOT_TAKEN | NEGATIONS | NONE


_VAGUE = tuple((names, tuple(f" {fold(phrase)} " for phrase in phrases)) for names, phrases in VAGUE.items())
ALONE, LONG_ACTING = "takes_beta_agonist_alone", "takes_long_acting_beta_agonist"
VARIABLES = tuple(dict.fromkeys([
    *(name for one in CLASS_OF.values() for name in one.variables), *CLASS_WORDS, WITH_STEROID_VARIABLE, ALONE,
]))
