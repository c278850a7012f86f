"""Texts without what tells who a person is, for findings, errors and samples of a column.

What is found: e-mail, web and IP addresses, telephone and other long numbers, dates in running text, street addresses and
British postcodes, names after a form of address or an introduction, and common first names with what follows them. A rare surname
by itself looks like any other word and is not found: columns that hold names must be left out by their heading
(`find_identifiers`).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

from crampstats.ingest.own.identifier_words import FIRST_NAMES, INTRODUCTIONS, STREETS, STREETS_BEFORE, TITLES

SHOWN = 60
READ = 2000  # characters of a cell that are masked before it is shortened; what is shown comes from these
BORN_BEFORE = 2010  # a cell that is nothing but a date is shown from this year on (a visit), masked before it (a birth)
LONG_NUMBER = 6

Find = Callable[[re.Match[str]], bool]

_WORD = r"[^\W\d_]"  # a letter of any script
_UPPER = r"[A-ZÀ-ÖØ-ÞŁŚŻŹĆŃŠŽČĘĄÓ]"
_NAME = rf"{_UPPER}{_WORD}*+(?:['’-]{_WORD}++)*+"
_NAMES = rf"{_NAME}(?:\s{{1,2}}(?:(?:de|da|do|dos|del|della|di|van|von|der|la|le)\s{{1,2}}){{0,2}}{_NAME}){{0,3}}"
_MONTH = (
    r"(?:jan|feb|febr|fev|fév|mar|mär|mrz|apr|abr|avr|may|mai|mayo|maggio|mag|jun|juin|giu|jul|juil|lug|aug|ago|aoû|aou|sep|set|sept"
    rf"|oct|okt|out|ott|nov|dec|dez|dic|déc|ene|gen){_WORD}*+\.?"
)
_DATE = (
    r"(?=[\dadefgjmnos])(?<![\w.,/-])(?:"
    r"(?P<y1>(?:19|20)\d\d)[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])(?P<sep>[-/.])(?:0?[1-9]|[12]\d|3[01])(?P=sep)(?P<y2>(?:19|20)\d\d|\d\d)"
    rf"|(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|\.|º|er)?[\s-]{{0,2}}(?:(?:of|de)\s)?{_MONTH},?[\s-]{{0,2}}(?:(?:de|del)\s)?(?P<y3>(?:19|20)\d\d)"
    rf"|{_MONTH}\s(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?,?\s(?P<y4>(?:19|20)\d\d)"
    r")(?!(?!T\d)[\w/-]|[.,]\d)"
)
_TIME = r"(?:[T\s]{1,2}\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d{1,9})?\s?(?:[AaPp][Mm]|Z|[+-]\d\d:?\d\d)?)?"
_ONLY_DATE = re.compile(rf"\s*{_DATE}{_TIME}\s*", re.IGNORECASE)


def _is_ip(match: re.Match[str]) -> bool:
    try:
        ipaddress.ip_address(match[0])
    except ValueError:
        return False
    return True


_DIGITS = re.compile(r"\d+")
_LISTED = frozenset({(3, 3, 4), (1, 3, 3, 4), (3, 2, 4)})


def _is_phone(match: re.Match[str]) -> bool:
    """Whether digits in groups are dialled rather than measured: a leading + or 0, or groups as numbers are written somewhere."""
    text = match[0]
    groups = tuple(len(part) for part in _DIGITS.findall(text))
    if len(groups) == 1 and not text.startswith("+"):
        return False
    if text.startswith(("+", "00")) or re.match(r"\(?0\d", text):
        return sum(groups) >= 8
    return groups in _LISTED or (groups in {(3, 3, 3), (3, 2, 2, 2)} and text[0] in "6789" and "." not in text)


def _is_long(match: re.Match[str]) -> bool:
    """Whether a number is too long for a measurement; decimals do not count ("4.1000000000000005")."""
    return len(match["whole"]) >= LONG_NUMBER or (not match["whole"] and len(match["rest"] or "") >= LONG_NUMBER)


def _holds_first_name(match: re.Match[str]) -> bool:
    return match["first"].lower() in FIRST_NAMES


def _always(match: re.Match[str]) -> bool:
    return bool(match[0])


def _one_of(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word).replace(r"\ ", r"\s{1,3}") for word in sorted(words, key=len, reverse=True))


_I = re.IGNORECASE
_INTRODUCED = r"my\sname\sis|me\sllamo|mi\schiamo|je\sm['’]appelle|ich\shei(?:ss|ß)e"
_NOT_AFTER_MR = "who|has|is|was|and|or|in|at|for|said|did"
# in the order in which they are tried: what is found by an earlier one is no longer there for a later one
_PATTERNS: tuple[tuple[str, str, int, Find], ...] = (
    ("web address", r"(?:(?:https?|ftp)://|(?<!\w)www\.)[^\s<>\"]++", _I, _always),
    ("e-mail address", r"(?<![^\s@＠,;:<>()])[^\s@＠,;:<>()]++[@＠][^\s@＠,;:<>()]++", 0, _always),
    ("e-mail address",
     r"(?<![\w.+-])[\w.+-]{1,64}+\s?(?:[@＠]|[\[(]at[\])])\s?[\w-]{1,63}+(?:\.[\w-]{1,63}+)++", _I, _always),
    ("IP address", r"(?<![\w.:])(?:\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|[0-9a-f:]{6,39}+)(?![\w:])", _I, _is_ip),
    ("date", _DATE + _TIME, _I, _always),
    ("telephone number", r"(?<![\d.,/+-])\+?\(?\d(?:[ ()./-]{0,3}\d){6,15}(?!\d)", 0, _is_phone),
    ("telephone number", r"(?<![\d.,/-])\d{3}-\d{4}(?!\s?[\w%µ]|[.,/-]\d)", 0, _always),
    ("long number", r"(?:(?<!\d)(?<!\d[.,]))(?P<whole>\d++)(?P<rest>[.,]\d++)?", 0, _is_long),
    ("identity number", r"(?<!\w)[A-Z]{6}\d\d[A-Z]\d\d[A-Z]\d{3}[A-Z](?!\w)", _I, _always),
    ("postcode", r"(?<!\w)[A-Z]{1,2}\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{2}(?!\w)", 0, _always),
    ("address", rf"(?<!\w)\d{{1,5}}[a-z]?,?\s(?:{_NAME}\s){{1,3}}(?:{_one_of(STREETS)})(?!\w)", 0, _always),
    ("address", rf"(?<!\w)\d{{1,5}}[a-z]?,?\s(?:{_WORD}{{2,20}}\s){{1,2}}(?:street|road|avenue)(?!\w)", _I, _always),
    ("address",
     rf"(?<!\w){_WORD}{{4,30}}+(?:(?<=strasse)|(?<=straße)|(?<=str))\.?\s\d{{1,4}}\s?[a-z]?(?!\w)", _I, _always),
    ("address",
     rf"(?=[abcprtv])(?<!\w)(?:{_one_of(STREETS_BEFORE)})\s(?:{_WORD}{{1,20}}\s){{0,4}}{_WORD}{{1,20}},?\s\d{{1,4}}(?!\w)",
     _I, _always),
    ("name", rf"(?<!\w)(?:{_one_of(TITLES)}|M\.)\.?\s{{1,3}}{_NAMES}", 0, _always),
    ("name", rf"(?<!\w)(?:MR|MRS|DR|mr|mrs|dr\.)\.?\s{{1,3}}(?!{_NOT_AFTER_MR}){_WORD}{{3,30}}+(?:\s{_NAME})?", 0, _always),
    ("name", rf"(?=[A-Za-z])(?<!\w)(?i:{_one_of(INTRODUCTIONS)})(?:\s?[:=]\s{{0,3}}|\s{{1,3}}){_NAMES}", 0, _always),
    ("name", rf"(?<!\w)(?:{_INTRODUCED})\s{{1,3}}{_WORD}{{2,30}}+(?:\s{_WORD}{{2,30}}+)?", _I, _always),
    ("name", rf"(?<!\w)(?<!St )(?<!St\. )(?P<first>{_UPPER}{_WORD}++)(?:[-\s]{{1,2}}{_NAMES})?(?!\w)", 0, _holds_first_name),
)
_SIGNS = tuple((kind, re.compile(pattern, flags), is_one) for kind, pattern, flags, is_one in _PATTERNS)
_ONLY_NAMES = re.compile(rf"\s*(?P<last>{_WORD}[\w'’-]{{1,30}})(?P<comma>,?)\s{{1,3}}(?P<first>{_WORD}[\w'’-]{{1,30}})\.?\s*")


def holds_identifier(text: str) -> str:
    """What in a text may tell who a person is: "e-mail address", "telephone number", "name" ...; "" if nothing is found.

    Examples
    --------
    >>> holds_identifier("write to maria@example.org"), holds_identifier("K 4.1, blood pressure 140/90")
    ('e-mail address', '')
    """
    if _is_visit(text):
        return ""
    for kind, pattern, is_one in _SIGNS:
        if any(is_one(match) for match in pattern.finditer(text)):
            return kind
    return "name" if _is_name(text) else ""


def mask_text(text: str) -> str:
    """A text without what may tell who a person is, on one line and 60 characters long at most.

    Numbers as they are measured, codes and words stay; a cell that is a date and no more is masked when it may be one of birth.

    Examples
    --------
    >>> mask_text("Mrs Jones, call 0171 555 0123 about K 4.1")
    '[name], call [telephone number] about K 4.1'
    """
    text = _printable(text[:READ])
    if not _is_visit(text):
        text = mask_identifiers(text)
    return text if len(text) <= SHOWN else text[: SHOWN - 1].rstrip() + "…"


def mask_identifiers(text: str) -> str:
    """A text of any length in which only what may tell who a person is was replaced; line breaks and the rest stay.

    Examples
    --------
    >>> mask_identifiers("quinine, as Mrs Jones said")
    'quinine, as [name] said'
    """
    if _is_name(text):
        return "[name]"
    for kind, pattern, is_one in _SIGNS:
        text = pattern.sub(lambda match, kind=kind, is_one=is_one: f"[{kind}]" if is_one(match) else match[0], text)
    return text


def _printable(text: str) -> str:
    """On one line, without control characters and halves of characters, which terminals and files refuse."""
    text = re.sub(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+", " ", text)
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").split())


def _is_visit(text: str) -> bool:
    """Whether a cell is a date and too late for the birth of most patients."""
    match = _ONLY_DATE.fullmatch(text) if len(text) <= SHOWN else None
    if match is None:
        return False
    year = int(next(part for part in (match["y1"], match["y2"], match["y3"], match["y4"]) if part))
    return year >= BORN_BEFORE or (10 <= year <= 35)


def _is_name(text: str) -> bool:
    """Whether a cell is a first name and a surname, in any order and case, and nothing else."""
    match = _ONLY_NAMES.fullmatch(text) if len(text) <= SHOWN else None
    return match is not None and any(match[part].lower() in FIRST_NAMES for part in ("last", "first"))
