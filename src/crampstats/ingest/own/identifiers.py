"""Columns that tell who a person is: by the file's own mark, by their heading, and by what their cells look like."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import pandas as pd

from crampstats.core.findings import Finding
from crampstats.ingest.own.identifier_words import (
    BIRTH,
    BORN,
    COUNTING,
    DIRECT,
    FIRST_NAMES,
    FREE,
    FREE_TEXT,
    OF_BIRTH,
    OF_RECORDS,
    PEOPLE,
    PERSONS,
    PHRASES,
    PLACE,
    POLICIES,
    POSITIONS,
    QUALIFIERS,
    RECORD,
    THINGS,
    WEAK,
)
from crampstats.ingest.own.masking import holds_identifier, mask_identifiers, mask_text
from crampstats.ingest.own.placements import FileMapping
from crampstats.ingest.recorded import RecordedColumn, RecordedTable

__all__ = [
    "BIRTH", "DIRECT", "FREE_TEXT", "PLACE", "RECORD", "Identifier", "find_identifiers", "holds_identifier", "list_identifiers",
    "mask_headings", "mask_text", "warn_kept",
]

SAMPLE = 2_000  # distinct texts of a column looked at, spread over the file
FREE_TEXTS = 20_000  # distinct free texts looked at
MOST = 0.6
ROWS_FIRST = 10_000  # in which a column is looked at before all of it is
DIFFERENT = 0.7  # of the rows of a column of names, at least
CODED = ("yes/no", "category", "checkbox")
_ANSWERS = frozenset({
    *"0123456789", "-9", "99", "yes", "no", "y", "n", "true", "false", "si", "sí", "sim", "ja", "nein", "oui", "non", "nao",
    "não", "unknown", "none", "checked", "unchecked",
})
_WORDS_OF_MANY, LONG = 3, 25
LONG_HEADING = 8  # words; a longer one may speak of records without holding their numbers
SENTENCES = 0.3  # of the rows of a free text, at least

_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]+\.[^\s@.]+")
_PHONE = re.compile(r"(?=(?:.*\d){7})(?:\+|\(|0|\d{3}[-. ]\d{3}[-. ])[\d\s()./-]{6,24}(?:\s?(?:x|ext\.?)\s?\d{1,5})?")
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.{0,15}|\d{1,2}[-/. ](?:\d{1,2}|[^\W\d_]{3,10}\.?)[-/. ]\d{2,4}.{0,15}")
_SERIAL = re.compile(r"\d{4,5}(?:\.0*)?|(?:19|20)\d{6}")
_IP = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}")
_POSITION = re.compile(r"-?\d{1,3}[.,]\d{3,}")
_NAMED = re.compile(r"[^\W\d_][\w'’.-]*(?:,?\s[^\W\d_][\w'’.-]*){0,3}")
_LONG_NUMBER = re.compile(r"[A-Za-z]{0,4}[- ]?\d{3,}")
_WORDED = re.compile(r"(?:[^\W\d_]+\. ?){0,2}[A-ZÀ-ÖØ-Þ][^\W\d_].*")
_PART = r"[^\W\d_][\w'’]*(?:-[^\W\d_][\w'’]*)?"
_CAPITALS = re.compile(rf"{_PART},?\s(?:(?:de|da|do|dos|del|della|di|van|von|der|la|le)\s){{0,2}}{_PART}(?:\s{_PART})?")


@dataclass(frozen=True)
class Identifier:
    """A column that tells, or may tell, who a person is.

    Parameters
    ----------
    column
        Heading as it stands.
    kind
        `DIRECT` (a name, an e-mail address ...), `BIRTH` (a date of birth, from which an age may be made), `RECORD` (the number
        that becomes a keyed hash), `PLACE` (smaller than a state) or `FREE_TEXT` (text some of whose cells hold one of these).
    why
        What told it, in words that show no value.
    """

    column: str
    kind: str
    why: str


def list_identifiers(table: RecordedTable) -> tuple[Identifier, ...]:
    """The columns of a table that tell who a person is, in the table's order, with their kind."""
    found = (_identify(column, table.cells[column.name]) for column in table.columns)
    return tuple(one for one in found if one is not None)


def find_identifiers(table: RecordedTable) -> dict[str, str]:
    """The columns of a table that tell who a person is, each with the kind and what told it.

    The file's own mark comes first, then its heading and label (English, German, French, Spanish, Portuguese, Italian), then the
    cells: of a column of any heading those that look like e-mail addresses, telephone numbers, network addresses or names of
    people; under a heading about birth, dates; of free text, any cell in which `holds_identifier` finds something (in at most
    20,000 different texts). A column of codes, or of yes and no, is none, whatever its heading says.

    Examples
    --------
    >>> import numpy as np
    >>> from crampstats.core.flow import Flow
    >>> cells = pd.DataFrame({"Surname": ["Jones"], "drug name": ["quinine"]}, dtype="str")
    >>> columns = (RecordedColumn("Surname"), RecordedColumn("drug name"))
    >>> table = RecordedTable("x.csv", cells, np.array([2]), columns, "csv", Flow.start("rows", 1))
    >>> find_identifiers(table)
    {'Surname': 'direct: its heading says name'}
    """
    return {one.column: f"{one.kind}: {one.why}" for one in list_identifiers(table)}


def warn_kept(table: RecordedTable, mapping: FileMapping) -> tuple[Finding, ...]:
    """A warning for each column the mapping keeps though it tells, or may tell, who a person is."""
    told = (_identify(column, table.cells[column.name]) for column in table.columns if column.name in mapping.keep)
    kept = [one for one in told if one is not None]
    return tuple(Finding(
        one.column, "identifying column kept", "warning",
        f"the mapping keeps this column as it stands, but {one.why} ({one.kind}): the table can tell who a person is.",
        "Take it out of [file] keep before the table is shared.",
    ) for one in kept)


def mask_headings(findings: Iterable[Finding], headings: Iterable[str]) -> tuple[Finding, ...]:
    """Findings in which headings that hold the name of a person are masked.

    Examples
    --------
    >>> (one,) = mask_headings([Finding("Diabetes of Mr. John Smith", "x", "note", "m", "s")], ["Diabetes of Mr. John Smith"])
    >>> one.column
    'Diabetes of [name]'
    """
    masked = {name: mask_identifiers(name) for name in headings}
    telling = {name: shown for name, shown in masked.items() if shown != name}
    return tuple(_with_headings(one, telling) if telling else one for one in findings)


def _with_headings(finding: Finding, telling: Mapping[str, str]) -> Finding:
    for name, shown in telling.items():
        finding = replace(
            finding, column=finding.column.replace(name, shown), message=finding.message.replace(name, shown),
            suggestion=finding.suggestion.replace(name, shown),
        )
    return finding


def _identify(column: RecordedColumn, cells: pd.Series) -> Identifier | None:
    texts = _sample(cells, SAMPLE)
    told = _by_heading(column, texts, cells)
    if column.identifier:
        kind = told[0] if told else DIRECT
        return Identifier(column.name, kind, "the file marks it as identifying")
    if column.kind == "file":
        return Identifier(column.name, DIRECT, "it holds a file or a signature")
    told = told or _by_cells(column, texts, cells) or _by_free_text(column, texts, cells)
    return Identifier(column.name, *told) if told else None


def _sample(cells: pd.Series, most: int) -> list[str]:
    """Different texts of a column, spread over the file."""
    known = cells.dropna()
    if len(known) > 50 * most:
        known = known.iloc[:: len(known) // (50 * most)]
    distinct = known.unique()
    return [str(text) for text in distinct[:: max(1, -(-len(distinct) // most))]]


def _by_heading(column: RecordedColumn, texts: Sequence[str], cells: pd.Series) -> tuple[str, str] | None:
    if column.choices or column.kind in CODED:
        return None
    answers = bool(texts) and all(text.lower() in _ANSWERS for text in texts)
    for heading, where in ((column.name, "heading"), (column.label, "label")):
        told = _by_words(_words(heading), texts, cells)
        if told and not (answers and (told[0] != RECORD or 2 * len(texts) <= cells.count())):
            return told[0], f"its {where} says {told[1]}"
    return None


def _by_words(words: tuple[str, ...], texts: Sequence[str], cells: pd.Series) -> tuple[str, str] | None:
    if not words:
        return None
    text = f" {' '.join(words)} "
    for phrase, (kind, what) in _phrases().items():
        if phrase in text and (kind != RECORD or (len(words) <= LONG_HEADING and _tells_apart(cells))):
            return kind, what
    for what, (kind, heads) in WEAK.items():
        others = QUALIFIERS | _all_weak() | (OF_RECORDS if kind == RECORD else frozenset())
        if heads & set(words) and set(words) - heads <= others and (kind != RECORD or _tells_apart(cells)):
            return kind, what
    return _borne_out(words, texts, cells)


def _borne_out(words: tuple[str, ...], texts: Sequence[str], cells: pd.Series) -> tuple[str, str] | None:
    """Headings that tell only where the cells look it."""
    given, rest = set(words), QUALIFIERS | OF_BIRTH
    if given & BORN and given - BORN <= rest and (_share(texts, _DATE) > MOST or _share(texts, _SERIAL) > MOST):
        return BIRTH, "birth, and its cells are dates"
    if given & POSITIONS and given - POSITIONS <= rest and _share(texts, _POSITION) > MOST:
        return DIRECT, "position on the map"
    if given & PEOPLE and given - PEOPLE <= QUALIFIERS and _share(texts, _WORDED) > MOST:
        return DIRECT, "a person"
    if given & POLICIES and _share(texts, re.compile(r"(?=(?:.*\d){5})[\w /.-]+")) > MOST:
        return DIRECT, "number of an insurance or identity card"
    if given == {"pt"} and len(texts) > 1 and _share(texts, _LONG_NUMBER) > 0.8 and _is_unique(cells):  # no prothrombin time
        return RECORD, "a patient, and no two rows share a number"
    counts = given & COUNTING and given <= COUNTING | OF_RECORDS | {"the", "of", "de", "id"}
    if counts and len(texts) > 1 and _share(texts, re.compile(r".*\d.*")) > 0.8 and _is_unique(cells):
        return RECORD, "a number, and no two rows share one"
    return None


def _by_cells(column: RecordedColumn, texts: Sequence[str], cells: pd.Series) -> tuple[str, str] | None:
    if column.choices or column.kind in CODED or not texts:
        return None
    for pattern, what in ((_EMAIL, "e-mail addresses"), (_IP, "network addresses")):
        if _share(texts, pattern) > MOST:
            return DIRECT, f"most of its cells look like {what}"
    if _share(texts, _PHONE) > MOST and _share(texts, _DATE) < 0.2:
        return DIRECT, "most of its cells look like telephone numbers"
    if len(texts) >= 3 and _share(texts, _NAMED) > 0.8 and _first_names(texts) > 0.4:
        return DIRECT, "many of its cells are names of people"
    if THINGS & {*_words(column.name), *_words(column.label)} or not (_tells_a_person(column) or _first_names(texts) >= 1 / 3):
        return None
    if _look_like_names(texts) and _differ(cells):
        return DIRECT, "its cells look like first names and surnames"
    return None


def _tells_a_person(column: RecordedColumn) -> bool:
    """Whether a heading speaks of a person and of nothing else."""
    return any(
        (PERSONS | PEOPLE) & set(words) and set(words) <= PERSONS | PEOPLE | QUALIFIERS
        for words in (_words(column.name), _words(column.label))
    )


def _look_like_names(texts: Sequence[str]) -> bool:
    """Two or three words, each with a capital, of which hardly one is a medicine."""
    from crampstats.ingest.parsing.medicines import recognise_medicines

    named = [text for text in texts if _CAPITALS.fullmatch(text[:80]) and all(_is_capital(word) for word in _words_of(text))]
    if len(texts) < 2 or len(named) <= 0.8 * len(texts):
        return False
    some = named[:: max(1, len(named) // 100)]
    return sum(bool(recognise_medicines(text)) for text in some) <= 0.2 * len(some)


def _words_of(text: str) -> list[str]:
    return [word for word in re.findall(r"[^\W\d_]+", text) if len(word) > 3 or word[0].isupper()]


def _is_capital(word: str) -> bool:
    return word[0].isupper() and (len(word) == 1 or not word.isupper())


def _differ(cells: pd.Series) -> bool:
    """Whether most rows hold a text of their own, as far as the first rows show."""
    known = cells.dropna().iloc[:ROWS_FIRST]
    return known.nunique() >= DIFFERENT * len(known)


def _is_unique(cells: pd.Series) -> bool:
    first = cells.iloc[:ROWS_FIRST].dropna()
    return bool(first.is_unique and (len(cells) <= ROWS_FIRST or cells.dropna().is_unique))


def _by_free_text(column: RecordedColumn, texts: Sequence[str], cells: pd.Series) -> tuple[str, str] | None:
    dates = _share(texts, _DATE) > MOST
    if column.choices or column.kind in CODED or not texts or dates or not _is_written(column, cells):
        return None
    kinds = [kind for kind in map(holds_identifier, _sample(cells, FREE_TEXTS)) if kind]
    if not kinds:
        return None
    often = max(sorted(set(kinds)), key=kinds.count)
    return FREE_TEXT, f"in {len(kinds)} of its different texts there is what looks like {_article(often)} {often}"


def _is_written(column: RecordedColumn, cells: pd.Series) -> bool:
    """Whether a column is free text: by its heading, or because many of its rows are sentences (a few do not make it so)."""
    if FREE & {*_words(column.name), *_words(column.label)}:
        return True
    known = cells.dropna().iloc[:: max(1, len(cells) // (10 * SAMPLE))]
    long = (known.str.len() > LONG) | (known.str.count(" ") >= _WORDS_OF_MANY)
    return bool(len(known) and long.mean() >= SENTENCES)


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiouAEIOU" else "a"


def _share(texts: Sequence[str], pattern: re.Pattern[str]) -> float:
    return sum(pattern.fullmatch(text[:80]) is not None for text in texts) / len(texts) if texts else 0.0


def _first_names(texts: Sequence[str]) -> float:
    """Share of texts in which one of the words is a common first name."""
    return sum(any(word in FIRST_NAMES for word in re.findall(r"[^\W\d_]+", text.lower())) for text in texts) / len(texts)


def _tells_apart(cells: pd.Series) -> bool:
    """Whether a column can be a record number: not the same in all of several rows."""
    known = cells.dropna()
    return len(known) < 3 or known.iloc[:1000].nunique() > 1 or known.nunique() > 1


@lru_cache(maxsize=1)
def _phrases() -> dict[str, tuple[str, str]]:
    """Every phrase between blanks, also written in one word, with its kind and meaning."""
    found = {}
    for what, (kind, phrases) in PHRASES.items():
        for phrase in phrases:
            found[f" {phrase} "] = (kind, what)
            if len(phrase) >= 5:
                found[f" {phrase.replace(' ', '')} "] = (kind, what)
    return found


@lru_cache(maxsize=1)
def _all_weak() -> frozenset[str]:
    return frozenset().union(*(heads for kind, heads in WEAK.values() if kind != RECORD))


def _words(heading: str) -> tuple[str, ...]:
    """Words of a heading in lower case without accents; "PatientID" and "patient_id" alike.

    Examples
    --------
    >>> _words("RecipientLastName"), _words("Fecha de nacimiento"), _words("IPAddress")
    (('recipient', 'last', 'name'), ('fecha', 'de', 'nacimiento'), ('ip', 'address'))
    """
    letters = unicodedata.normalize("NFKD", heading[:300].replace("ß", "ss"))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    plain = re.sub(r"e-mail", "email", plain, flags=re.IGNORECASE)
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", plain)
    return tuple(re.findall(r"[^\W\d_]+", plain.lower()))
