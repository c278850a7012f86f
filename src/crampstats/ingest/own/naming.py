"""Which variables the headings and questions of a column name, and what speaks against one that is named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

from crampstats.codebook.catalogue import DERIVED, VARIABLES
from crampstats.codebook.columns import Variable
from crampstats.codebook.surveys.clinic_intake import CLINIC_INTAKE
from crampstats.ingest.own.fitting import Profile
from crampstats.ingest.own.headings import (
    find_objection,
    holds_for_a_month,
    is_only_part,
    last_part,
    listed_codes,
    plain_question,
    without_time,
)
from crampstats.ingest.own.matching import ABOUT_ANYTHING, NameIndex, split_words, without_unit
from crampstats.ingest.own.matching_words import CONTRADICTING

NUMBERED, LEAST = 0.8, 0.6
# a kind of the disease named for the disease; a question in a path of groups
ONLY_PART, IN_A_GROUP = 0.8, 0.97
# of the different cells, so many are codes that the heading lists
HELD = 0.5
FREQUENCY, ANY = "cramp_frequency", "any_cramps"
_NUMBER = re.compile(r"[_ ]?\d+$")
_CENTRAL = re.compile(r"[\w.]+(?:-[\w.]+)+")


@dataclass(frozen=True)
class Named:
    """How well a column names a variable.

    Parameters
    ----------
    score
        0 to 1.
    why
        What speaks against it, or makes it less sure; "" for nothing.
    """

    score: float
    why: str = ""


@dataclass(frozen=True, eq=False)
class Naming:
    """The names of the variables looked for.

    Parameters
    ----------
    variables
        By name.
    questions, boxes
        Names and how forms ask; names and what stands beside boxes.
    dashes
        Whether the file puts its groups before a dash, as ODK does.
    """

    variables: Mapping[str, Variable]
    questions: NameIndex
    boxes: NameIndex
    dashes: bool = False

    @classmethod
    def of(cls, variables: Mapping[str, Variable], *, dashes: bool = False) -> Naming:
        """Of these variables, with the wordings of the intake form."""
        recorded = [variable for variable in variables.values() if not _is_ready_made(variable)]
        questions, boxes = _wordings()
        return cls(variables, NameIndex.of(recorded, questions), NameIndex.of(recorded, boxes), dashes)

    def name(self, profile: Profile) -> dict[str, Named]:
        """The variables heading or question name; of a box what stands beside it."""
        column = profile.column
        if column.kind == "file":
            return {}
        if profile.option:
            scores = self.boxes.score(profile.option)
            return {name: Named(score) for name, score in scores.items() if self.variables[name].kind == "yes/no"}
        found = self._scores(column.name, column.label)
        if FREQUENCY in found and ANY in self.variables:
            # "leg cramps" with yes and no: over which time is for the user to say
            found[ANY] = min(found[FREQUENCY], ABOUT_ANYTHING)
        own = "_".join(split_words(column.name))
        named = {name: self._weigh(score, profile, self.variables[name]) for name, score in found.items()}
        return named | ({own: Named(1.0)} if own in self.variables and _is_ready_made(self.variables[own]) else {})

    def _scores(self, heading: str, label: str) -> dict[str, float]:
        by_heading, by_label = self._of_heading(heading), self._of_question(label)
        without = self.questions.score(_NUMBER.sub("", heading)) if _NUMBER.search(heading) else {}
        found = {}
        for name in {**by_heading, **by_label}:
            # "weight2" beside "weight", both asking for the weight: the number tells that it is not the first
            numbered = without.get(name, 0.0) >= LEAST and by_heading.get(name, 0.0) < without[name]
            asked = by_label.get(name, 0.0) * (NUMBERED if numbered else 1.0)
            found[name] = max(by_heading.get(name, 0.0), asked)
        return found

    def _of_heading(self, heading: str) -> dict[str, float]:
        found = self._of_question(heading)
        last = last_part(heading) or (heading.rpartition("-")[2] if self.dashes and _CENTRAL.fullmatch(heading) else "")
        # "mother/age" and "urine/sodium" say what is meant before the stroke
        if last and not CONTRADICTING & set(split_words(heading)):
            for name, score in self.questions.score(last).items():
                found[name] = max(found.get(name, 0.0), IN_A_GROUP * score)
        return found

    def _of_question(self, text: str) -> dict[str, float]:
        """With and without its number, its codes and, of what tells of the past month, the time it names."""
        found = self.questions.score(plain_question(text))
        timeless = without_time(text)
        for name, score in self.questions.score(timeless).items() if timeless else ():
            if holds_for_a_month(self.variables[name]):
                found[name] = max(found.get(name, 0.0), score)
        return found

    def _weigh(self, score: float, profile: Profile, variable: Variable) -> Named:
        column = profile.column
        texts = [text for text in (column.name, column.label) if text]
        strange = [text for text in texts if not self._is_own(text, variable)]
        against = next(filter(None, (find_objection(text, variable) for text in strange)), "") or _other_limits(profile, variable)
        if against:
            return Named(min(score, ABOUT_ANYTHING), against)
        part = next(filter(None, (is_only_part(text, variable) for text in texts)), "")
        return Named(min(score, ONLY_PART), part) if part else Named(score)

    @cached_property
    def _wordings(self) -> Mapping[str, set[tuple[str, ...]]]:
        found: dict[str, set[tuple[str, ...]]] = {}
        for name in self.questions.names:
            found.setdefault(name.variable, set()).add(name.words)
        return found

    def _is_own(self, text: str, variable: Variable) -> bool:
        """Whether a text is one of the variable's names or questions, word for word."""
        words = split_words(text)
        names = self._wordings.get(variable.name, frozenset())
        return words in names or ("no" not in words[:1] and without_unit(words) in names)


def read_headings(profiles: Iterable[Profile]) -> list[Profile]:
    """The profiles, with the codes that headings or labels list ("Sex (1=male, 2=female)") as the columns' own choices."""
    found = []
    for profile in profiles:
        column = profile.column
        codes = {} if column.choices or column.kind == "checkbox" else listed_codes(column.name, column.label)
        # the ends of a scale alone ("0=none, 10=worst") explain no codes
        held = codes and sum(text in codes for text in profile.texts) > HELD * len(profile.texts)
        found.append(replace(profile, column=replace(column, choices=codes)) if held else profile)
    return found


def _other_limits(profile: Profile, variable: Variable) -> str:
    """A rating whose form states another scale."""
    low, high = profile.column.limits
    if variable.unit.split(" ")[0] != "points" or variable.plausible is None or not (low and high):
        return ""
    try:
        same = (float(low), float(high)) == variable.plausible
    except ValueError:
        return ""
    return "" if same else f"the file says a scale of {low} to {high}"


def _is_ready_made(variable: Variable) -> bool:
    """Whether a variable is one the codebook derives; a file has it ready-made only where it says its very name."""
    return variable.name in DERIVED and variable.name not in VARIABLES


def _wordings() -> tuple[Mapping[str, Sequence[str]], Mapping[str, Sequence[str]]]:
    """How the intake form asks for each variable, and what it writes beside the box of each."""
    questions: dict[str, list[str]] = {}
    boxes: dict[str, list[str]] = {}
    for item in CLINIC_INTAKE.items:
        if item.variable:
            questions.setdefault(item.variable, []).append(item.question)
        for code, variable in item.ticks.items():
            boxes.setdefault(variable, []).append(item.options[code])
    return MappingProxyType(questions), MappingProxyType(boxes)
