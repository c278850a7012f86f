"""Columns that fill a variable together: dates that give an age, texts that name medicines, a column with the unit beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crampstats.codebook.clinic_medicines import RECOGNISED
from crampstats.codebook.columns import Variable
from crampstats.core.units import read_unit
from crampstats.ingest.own.fitting import Profile, is_dated, is_written
from crampstats.ingest.own.headings import last_part, plain_question
from crampstats.ingest.own.mapping_file import spell_unit
from crampstats.ingest.own.matching import split_words, without_unit
from crampstats.ingest.own.matching_words import FILLERS, MEDICINES, TAKING, UNIT_WORDS, VISITED
from crampstats.ingest.own.placements import Placement

FROM_DATES = 0.9
FROM_TEXTS = 0.8
ENOUGH = 0.8
# of the cells of a text of medicines, so many must name one that is known
SOME_KNOWN = 0.2


def place_age(age: Variable, born: Sequence[str], profiles: Sequence[Profile], visit: Sequence[str]) -> list[Placement]:
    """Completed years from a date of birth to the date of the visit, where the file has one of each; else nothing.

    Parameters
    ----------
    age
        The variable.
    born
        Columns that may be the date of birth.
    profiles
        All columns.
    visit
        The column already known to be the date of the visit, if any.
    """
    births = [profile.column.name for profile in profiles if profile.column.name in born and is_dated(profile)]
    phrases = {tuple(split_words(phrase)): order for order, phrase in enumerate(VISITED)}
    visits = [(-1, 0, name) for name in visit]
    for profile in profiles:
        named = [split_words(text) for text in (profile.column.name, profile.column.label)]
        order = min((phrases[words] for words in named if words in phrases), default=None)
        if order is not None and profile.column.name not in births and is_dated(profile):
            visits.append((order, profile.place, profile.column.name))
    if len(births) != 1 or not visits:
        return []
    return [Placement(age.name, (births[0], min(visits)[2]), "age", confidence=FROM_DATES)]


def find_medicines(profiles: Sequence[Profile]) -> list[str]:
    """Columns with free text or lists of medicines."""
    phrases = {_asked_for(phrase) for phrase in MEDICINES}
    found = []
    for profile in profiles:
        headings = (profile.column.name, last_part(profile.column.name), profile.column.label)
        named = any(_asked_for(plain_question(text)) in phrases for text in headings if text)
        if named and not profile.column.choices and is_written(profile) and _names_medicines(profile):
            found.append(profile.column.name)
    return found


def _asked_for(text: str) -> tuple[str, ...]:
    """The words of a question about medicines that tell: "Which medicines do you take regularly?" asks for "medicines"."""
    words = split_words(text)
    return tuple(word for word in words if word not in FILLERS and word not in TAKING) or words


def _names_medicines(profile: Profile) -> bool:
    from crampstats.ingest.parsing.medicines import recognise_medicines

    return profile.share([bool(recognise_medicines(text)) for text in profile.texts]) >= SOME_KNOWN


def place_medicines(variables: Sequence[str], columns: Sequence[str]) -> list[Placement]:
    """Each class of medicines that is recognised in texts, from these columns."""
    if not columns:
        return []
    # those alone that are read from texts; what is derived from them follows by itself
    read = {name for names in RECOGNISED.values() for name in names}
    return [Placement(name, tuple(columns), "medicines", confidence=FROM_TEXTS) for name in variables if name in read]


def find_unit_column(heading: str, profiles: Sequence[Profile], variable: Variable) -> tuple[str, Mapping[str, str]] | None:
    """The column that states a measurement's unit row by row: "K unit" beside "K", or a column "Unit" next to it."""
    by_name = {profile.column.name: profile for profile in profiles}
    place, words = by_name[heading].place, set(without_unit(split_words(heading)))
    for profile in profiles:
        own = split_words(profile.column.name)
        rest = {word for word in own if word not in UNIT_WORDS}
        named = len(rest) < len(set(own)) and (rest == words or (not rest and profile.place == place + 1))
        if named and (codes := _unit_codes(profile, variable)) is not None:
            return profile.column.name, codes
    return None


def _unit_codes(profile: Profile, variable: Variable) -> dict[str, str] | None:
    """What its codes mean; None where the column does not state units of the variable."""
    means = {text: spell_unit(profile.column.choices.get(text, text), variable) for text in profile.texts}
    if not means or profile.share([bool(means[text]) for text in profile.texts]) < ENOUGH:
        return None
    listed = {code: spell_unit(label, variable) for code, label in profile.column.choices.items()}
    return {text: unit for text, unit in {**listed, **means}.items() if unit and not read_unit(text)}
