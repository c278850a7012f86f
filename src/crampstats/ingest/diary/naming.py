"""Headings that say, word for word, what a diary asks: within a diary "Side" can be nothing but the side of the cramp."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import MappingProxyType

from crampstats.codebook.columns import Variable
from crampstats.codebook.diary import CRAMP
from crampstats.ingest.own.fitting import Fit, Profile, fit_values, profile_table
from crampstats.ingest.own.headings import plain_question
from crampstats.ingest.own.matching import split_words, without_unit
from crampstats.ingest.own.naming import read_headings
from crampstats.ingest.own.placements import Placement
from crampstats.ingest.recorded import RecordedTable

# of the cells, the share that must read as what the heading says
FITTING = 0.8
# ... and of the one question that every diary asks: the other cells are told one by one
ASKED = 0.4
UNIT_WORDS = MappingProxyType({
    **dict.fromkeys(("minute", "minutes", "min", "mins", "minuten", "minutos", "minuti"), "minutes"),
    **dict.fromkeys(("hour", "hours", "hrs", "stunden", "horas", "heures", "ore"), "hours"),
    **dict.fromkeys(("second", "seconds", "sec", "secs", "sekunden", "segundos", "secondes", "secondi"), "seconds"),
    **dict.fromkeys(("litre", "litres", "liter", "liters", "litros", "litri"), "L"),
    **dict.fromkeys(("ml", "millilitres", "milliliters"), "mL"),
})
_SCALE = re.compile(
    r"[\[(]?\s*(?<![\d.])(\d{1,2})\s*(?:-|–|—|\bto\b|\bbis\b|\ba\b|\bà\b|\bau\b|\.\.+|…)\s*(\d{1,3})(?![\d.])\s*[\])]?"
    r"|[\[(]?(?:/|\bout of\b)\s*(\d{1,3})\s*[\])]?"
)


# a visual analogue scale is a line of 100 mm
_MILLIMETRES = re.compile(r"\b(?:vas|nrs|pain|severity|schmerz\w*|dolor|douleur)\b.*\bmm\b", re.IGNORECASE)


def place_by_name(table: RecordedTable, variables: Iterable[Variable]) -> list[Placement]:
    """Placements of the columns whose heading or question is a name of one of the variables, and whose cells fit it.

    Parameters
    ----------
    table
        One row per entry.
    variables
        What to look for. A column that has the name of two of them, and a variable named by two columns, are left out, unless the
        file declares one of the columns to be of the variable's kind.
    """
    variables = tuple(variables)
    names, kinds = _names(variables), {one.name: one.kind for one in variables}
    found: dict[str, list[Placement]] = {}
    for profile in read_headings(profile_table(table)):
        named = _named(profile, names)
        fitting = [
            (variable, fit) for variable in named
            if (fit := _fit(profile, variable)).share >= (ASKED if variable.name == CRAMP.name and profile.texts else FITTING)
        ]
        if len(fitting) == 1:
            variable, fit = fitting[0]
            found.setdefault(variable.name, []).append(Placement(
                variable.name, (profile.column.name,), codes=fit.codes, missing=fit.missing,
                unit=fit.unit or said_unit(variable, profile.column.name, profile.column.label),
            ))
    return [kept[0] for variable, places in found.items() if len(kept := _declared(places, kinds[variable], table)) == 1]


def _declared(places: Sequence[Placement], kind: str, table: RecordedTable) -> Sequence[Placement]:
    """Of several columns with one name those that the file declares to be of the variable's kind, else all."""
    if len(places) == 1:
        return places
    return [one for one in places if table.column(one.columns[0]).kind == kind] or places


def names_of(table: RecordedTable, variable: Variable) -> list[str]:
    """Headings that are a name of a variable, word for word, whatever their cells hold."""
    names = _names([variable])
    return [
        column.name for column in table.columns
        if any(words in names for text in (column.name, column.label) for words in _wordings(text))
    ]


def stated_scale(*texts: str) -> tuple[float, float] | None:
    """The scale that a heading or question states; None where none does.

    Examples
    --------
    >>> stated_scale("Pain (0-100)"), stated_scale("Worst cramp, 1 to 10"), stated_scale("VAS (mm)"), stated_scale("Pain")
    ((0.0, 100.0), (1.0, 10.0), (0.0, 100.0), None)
    """
    for text in texts:
        if found := _SCALE.search(text or ""):
            low, high = (found[1] or "0"), (found[2] or found[3])
            if float(low) < float(high):
                return float(low), float(high)
        if _MILLIMETRES.search(text or ""):
            return 0.0, 100.0
    return None


def said_unit(variable: Variable, *texts: str) -> str:
    """The unit that a question says in words ("How many minutes did you exercise?"); "" where it says none, or several.

    Examples
    --------
    >>> from crampstats.codebook.diary import EXERCISE
    >>> said_unit(EXERCISE, "How many hours did you exercise?"), said_unit(EXERCISE, "Exercise")
    ('hours', '')
    """
    for text in texts:
        words = set(split_words(text or "")) | set(re.findall(r"[a-z]+", (text or "").casefold()))
        said = {UNIT_WORDS[word] for word in words if word in UNIT_WORDS} & {variable.unit, *variable.accepts}
        if len(said) == 1:
            return said.pop()
    return ""


def _names(variables: Iterable[Variable]) -> dict[tuple[str, ...], list[Variable]]:
    found: dict[tuple[str, ...], list[Variable]] = {}
    for variable in variables:
        own = {tuple(variable.name.split("_")), *(split_words(text) for text in (variable.label, *variable.known_as))}
        for words in own | {without_unit(words) for words in own}:
            found.setdefault(words, []).append(variable)
    return found


def _named(profile: Profile, names: dict[tuple[str, ...], list[Variable]]) -> Sequence[Variable]:
    for text in (profile.column.name, profile.column.label):
        for words in _wordings(text):
            if words in names:
                return names[words]
    return ()


def _wordings(text: str) -> list[tuple[str, ...]]:
    """The words of a heading as they stand, without its number and codes, without its unit, and without its scale."""
    if not text:
        return []
    plain = plain_question(text)
    bare = _SCALE.sub(" ", plain)
    whole = [words for one in (text, plain, bare) for words in (split_words(one), without_unit(split_words(one))) if words]
    return [*whole, *(words[:-1] for words in whole if len(words) > 1 and words[-1] in UNIT_WORDS)]


def _fit(profile: Profile, variable: Variable) -> Fit:
    """How the cells fit; a pain on another scale is converted later, so its limits are not held against it."""
    if variable.name == "cramp_severity":
        return fit_values(profile, replace(variable, plausible=None))
    if variable.kind == "text":
        return Fit(1.0 if profile.texts else 0.0)
    return fit_values(profile, variable)
