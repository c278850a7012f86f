"""One text as the parts of a date."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crampstats.ingest.parsing.folding import fold
from crampstats.ingest.parsing.number_text import plain_digits

# English, Spanish, French, German, Portuguese, Italian; full names and the short forms in use, all folded
_MONTHS = (
    "january jan enero ene janvier janv januar jaenner janner jänner janeiro gennaio gen",
    "february feb febrero fevrier fev fevr februar fevereiro febbraio febr",
    "march mar marzo mars marz maerz mrz mar marco",
    "april apr abril abr avril avr aprile",
    "may mayo mai maio maggio mag",
    "june jun junio juin juni junho giugno giu",
    "july jul julio juillet juil juli julho luglio lug",
    "august aug agosto ago aout aou",
    "september sep sept septiembre setiembre set septembre setembro settembre sett",
    "october oct octubre octobre oktober okt outubro out ottobre ott",
    "november nov noviembre novembre novembro",
    "december dec diciembre dic decembre dezember dez dezembro dicembre",
)
MONTHS = {fold(name): number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
_WEEKDAYS = frozenset(fold(
    "monday mon tuesday tue tues wednesday wed thursday thu thur thurs friday fri saturday sat sunday sun "
    "lunes lun martes mie miercoles jueves jue viernes vie sabado sab domingo dom "
    "lundi mardi mer mercredi jeudi jeu vendredi ven samedi sam dimanche dim "
    "montag mo dienstag di mittwoch mi donnerstag do freitag fr samstag sonntag so sa sonnabend "
    "segunda terca quarta quinta sexta segunda-feira terca-feira quarta-feira quinta-feira sexta-feira "
    "lunedi martedi mercoledi giovedi gio venerdi domenica"
).split())
_FILLERS = frozenset(("de", "del", "of", "the", "di", "le", "el", "den", "der", "am", "den", "il", "em"))

# "GMT+1" and the letters of a zone are how Google Forms ends a time stamp
_ZONE = r"\s*(?:Z|(?:UTC|GMT)(?:[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{2}:?\d{2}|[A-Z]{2,4}T|[MO]E[SW]?Z)?$"
# A time of day after a date, for both of Python's and pyarrow's regular expressions; and one that is midnight
TIME = (r"(?:,?\s+|[Tt])(?:[01]?\d|2[0-4])[:.h][0-5]\d(?:[:.][0-5]\d(?:[.,]\d+)?)?\s*(?:[aApP]\.?\s?[mM]\.?|[Uu]hr|h)?" + _ZONE)
MIDNIGHT = r"(?:,?\s+|[Tt])(?:(?:0?0|24):00(?::00(?:[.,]0+)?)?|12:00(?::00)?\s*[aA]\.?[mM]\.?)" + _ZONE
_FIGURES = re.compile(r"(\d{1,4})\s?([-/. ])\s?(\d{1,2})\s?\2\s?(\d{1,4})\.?")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_WORDY = re.compile(r"(\d+|[^\W\d_]+)")


@dataclass(frozen=True)
class DateParts:
    """A text that holds one date, as far as the text alone says.

    Parameters
    ----------
    year
        As written; below 100 where two digits are.
    first, second
        Day and month where `order` is "day" or "same", month and day where it is "month" or "year"; either where it is "".
    order
        What comes first: "year" (so the month follows), "day" or "month" where the figures allow nothing else, "named" where the
        month has its name, "same" where day and month are one figure, "" where the text does not tell.
    short
        Whether the year has two digits.
    mark
        The sign between the figures.
    """

    year: int
    first: int
    second: int
    order: str
    short: bool = False
    mark: str = ""


def split_date(text: str) -> DateParts | None:
    """The parts of a date without a time of day; None where the text holds none, or one without its day.

    Examples
    --------
    >>> split_date("3. März 2024")
    DateParts(year=2024, first=3, second=3, order='named', short=False, mark='')
    >>> split_date("03/04/24").short, split_date("2024-03") is None
    (True, True)
    """
    if len(text) > 60:
        return None
    plain = plain_digits(text).strip()
    if match := _FIGURES.fullmatch(plain):
        return _from_figures(*match.groups())
    if match := _COMPACT.fullmatch(plain):
        return DateParts(int(match[1]), int(match[2]), int(match[3]), "year")
    return _from_words(plain)


def _from_figures(first: str, mark: str, second: str, third: str) -> DateParts | None:
    if len(first) == 4 and len(third) <= 2:
        return DateParts(int(first), int(second), int(third), "year", mark=mark)
    if len(first) > 2 or len(third) not in (2, 4):
        return None
    a, b, short = int(first), int(second), len(third) == 2
    order = "same" if a == b else "day" if a > 12 else "month" if b > 12 else ""
    return DateParts(int(third), a, b, order, short, mark)


def _from_words(text: str) -> DateParts | None:
    """Day, month by name and year: "3rd of March 2024", "Mar 3, 2024", "03MAR2024", "2024 March 3"."""
    if not any(letter.isalpha() for letter in text):
        return None
    words = _WORDY.findall(fold(text))
    months = [MONTHS[word] for word in words if word in MONTHS and not word.isdigit()]
    figures = [word for word in words if word.isdecimal() and word.isascii()]
    rest = [word for word in words if word not in MONTHS and not word.isdecimal()]
    if len(months) != 1 or len(figures) != 2 or not all(_is_filler(word, figures) for word in rest):
        return None
    day, year = figures if len(figures[1]) in (2, 4) and len(figures[0]) <= 2 else figures[::-1]
    if len(day) > 2 or len(year) not in (2, 4):
        return None
    return DateParts(int(year), int(day), months[0], "named", len(year) == 2)


def _is_filler(word: str, figures: list[str]) -> bool:
    return word in _FILLERS or word in _WEEKDAYS or (word in ("st", "nd", "rd", "th", "er", "o", "a", "º") and bool(figures))
