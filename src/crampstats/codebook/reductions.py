"""Tables with several rows a person, and answers spread over several columns, brought to one row per person.

A `Reduction` makes a table of its own, from which `Field`s read like from any other. Its columns are declared, not
programmed: which rows and columns they look at, what counts, and what an unknown answer does. Unknown in, unknown out: a
person gets a number, or one of the codes of `UNKNOWN` that says why not.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import pandas as pd

from crampstats.codebook.columns import DID_NOT_KNOW, NO_ANSWER, REFUSED, Field

YES, NO = 1.0, 0.0
IMPOSSIBLE = "impossible amount of time"
NOT_IDENTIFIED = "medicine not identified"
# Codes of a reduced column for why there is no value; all negative, so that no value can be mistaken for one.
UNKNOWN = MappingProxyType({-7.0: REFUSED, -9.0: DID_NOT_KNOW, -1.0: NO_ANSWER, -2.0: IMPOSSIBLE, -3.0: NOT_IDENTIFIED})
CODE_OF = MappingProxyType({reason: code for code, reason in UNKNOWN.items()})


def codes_of(*reasons: str) -> dict[float, str]:
    """Of the codes of `UNKNOWN`, those of some reasons, as a field lists them; no answer at all has none and is empty.

    Examples
    --------
    >>> codes_of("refused")
    {-7.0: 'refused'}
    """
    return {CODE_OF[reason]: reason for reason in reasons}


# WHO, Global Physical Activity Questionnaire analysis guide, data cleaning: more than 16 hours a day are implausible, and the
# person is left out of totals.
LONGEST_MINUTES_A_DAY = 16 * 60.0

Tables = Mapping[str, pd.DataFrame]


class Reduced(ABC):
    """A column of one value per person."""

    name: str

    @property
    @abstractmethod
    def inputs(self) -> tuple[Field, ...]:
        """The recorded columns it looks at, with their codes."""

    @abstractmethod
    def evaluate(self, tables: Tables, persons: pd.Index) -> pd.Series:
        """One number per person, or a code of `UNKNOWN`; tables are indexed by respondent."""

    @abstractmethod
    def describe(self) -> str:
        """The column in words."""


@dataclass(frozen=True)
class Reduction:
    """A table of one row per person made of tables that may have several.

    Parameters
    ----------
    name
        Name of the table it makes, as fields give it.
    persons
        Table whose respondents get a row, each once; respondents of no other table are left over.
    columns
        Its columns.
    several
        Tables that may hold several rows, or none, for a person.
    cycles
        Cycles it is for; empty for all.
    """

    name: str
    persons: str
    columns: tuple[Reduced, ...]
    several: tuple[str, ...] = ()
    cycles: tuple[str, ...] = ()

    @property
    def reads(self) -> dict[str, list[str]]:
        """Recorded table to the columns read from it."""
        reads: dict[str, list[str]] = {self.persons: []}
        for entry in (entry for column in self.columns for entry in column.inputs):
            there = reads.setdefault(entry.table, [])
            there += [entry.column] if entry.column not in there else []
        return reads

    def column(self, name: str) -> Reduced:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True)
class NamesOneOf(Reduced):
    """Yes when any of a person's rows names one of the words, no when none does.

    Parameters
    ----------
    name
        Name of the column.
    gate
        Yes/no item that comes first; a "no" is a no without any row.
    text
        Text column.
    words
        What counts. A text may join several ("HYDROCHLOROTHIAZIDE; TRIAMTERENE"): the whole and each part are looked at.
    unsure
        Texts that may stand for one of the words; without a sure one they leave the answer unknown.
    nameless
        Special codes of the text column, and why there is no name.

    Examples
    --------
    >>> gate = Field("", "RX", "USE", values={1.0: True, 2.0: False})
    >>> statins = NamesOneOf("statin", gate, Field("", "RX", "DRUG"), ("SIMVASTATIN",))
    >>> rows = pd.DataFrame({"USE": [1.0, 1.0, 2.0], "DRUG": ["QUININE", "EZETIMIBE; SIMVASTATIN", ""]}, index=[5, 5, 6])
    >>> statins.evaluate({"RX": rows}, pd.Index([5, 6])).tolist()
    [1.0, 0.0]
    """

    name: str
    gate: Field
    text: Field
    words: tuple[str, ...]
    unsure: tuple[str, ...] = ()
    nameless: Mapping[str, str] = field(default_factory=dict)

    @property
    def inputs(self) -> tuple[Field, ...]:
        return (self.gate, self.text)

    def evaluate(self, tables: Tables, persons: pd.Index) -> pd.Series:
        rows = tables[self.text.table]
        texts = rows[self.text.column].astype(object).where(rows[self.text.column].notna(), "").astype(str).str.strip()
        meanings = {text: self._meaning(text) for text in texts.unique()}
        opened, closed = _gate(rows[self.gate.column], self.gate)
        answers = texts.map(meanings).where(opened, closed)
        # what a person's rows come to: a yes beats an unknown, an unknown beats a no
        strongest = answers.abs().where(answers != YES, np.inf).groupby(level=0).max().reindex(persons)
        return (-strongest).replace({-np.inf: YES, -0.0: NO}).fillna(CODE_OF[NO_ANSWER])

    def _meaning(self, text: str) -> float:
        if {text, *(part.strip() for part in text.split(";"))} & set(self.words):
            return YES
        if text in self.nameless:
            return CODE_OF[self.nameless[text]]
        return CODE_OF[NOT_IDENTIFIED] if text in self.unsure else NO if text else CODE_OF[NO_ANSWER]

    def describe(self) -> str:
        """The words, and the texts that leave it open."""
        unsure = f"; unknown when only {', '.join(self.unsure)}" if self.unsure else ""
        return f"any row names {', '.join(self.words)}{unsure}"


@dataclass(frozen=True)
class Activity:
    """One kind of activity: whether, how often, how long and how hard.

    Parameters
    ----------
    label
        Words for it.
    gates
        Yes/no items that come first; all "no" is no time at all.
    times, minutes
        How often in the days covered, and how long each time, in the rows of one table.
    met
        Metabolic equivalents: one for all, or a column.
    days
        Days the answer covers.
    unit
        Column that says what a time is counted by; its values are times in the days covered. None when all are.
    at_most
        Most times that count (minutes told per day count once a day).
    """

    label: str
    gates: tuple[Field, ...]
    times: Field
    minutes: Field
    met: float | Field
    days: float
    unit: Field | None = None
    at_most: float = np.inf

    @property
    def inputs(self) -> tuple[Field, ...]:
        """The recorded columns it looks at."""
        extra = [one for one in (self.unit, self.met) if isinstance(one, Field)]
        return (*self.gates, self.times, self.minutes, *extra)

    def week(self, tables: Tables, persons: pd.Index) -> pd.DataFrame:
        """A person's minutes and MET-minutes a week, and a code of `UNKNOWN` (0: known)."""
        rows = tables[self.minutes.table]
        columns = [one for one in (self.times, self.minutes, self.unit) if one is not None]
        known = {one.column: _known(rows[one.column], one) for one in columns}
        times = known[self.times.column] * (known[self.unit.column] if self.unit else 1.0)
        minutes = times.clip(upper=self.at_most) * known[self.minutes.column] * (7.0 / self.days)
        met = rows[self.met.column] if isinstance(self.met, Field) else self.met
        codes = pd.concat([_code(rows[one.column], one) for one in columns], axis=1).min(axis=1)
        codes = codes.where(~(known[self.minutes.column] > LONGEST_MINUTES_A_DAY), CODE_OF[IMPOSSIBLE])
        by_person = pd.DataFrame({"minutes": minutes, "met_minutes": minutes * met, "code": codes}).groupby(level=0)
        sums = by_person[["minutes", "met_minutes"]].sum().join(by_person["code"].min()).reindex(persons)
        return self._gated(sums, tables, persons)

    def _gated(self, sums: pd.DataFrame, tables: Tables, persons: pd.Index) -> pd.DataFrame:
        """The sums of those who said yes, nothing for those who said no, and the code of those who said neither."""
        gates = [_gate(tables[gate.table][gate.column], gate) for gate in self.gates]
        opened = pd.concat([opened for opened, _ in gates], axis=1).any(axis=1).reindex(persons, fill_value=False)
        closed = pd.concat([closed.where(~opened, NO) for opened, closed in gates], axis=1).min(axis=1, skipna=False)
        closed = closed.reindex(persons).fillna(CODE_OF[NO_ANSWER])
        sums = sums.assign(code=sums["code"].fillna(CODE_OF[NO_ANSWER]))
        nothing = pd.DataFrame(0.0, sums.index, sums.columns)
        return sums.where(opened, nothing).assign(code=sums["code"].where(opened & (closed == NO), closed))

    def describe(self) -> str:
        """Kind and intensity."""
        return f"{self.label} ({f'MET of {self.met.column}' if isinstance(self.met, Field) else f'{self.met:g} MET'})"


@dataclass(frozen=True)
class MetMinutes(Reduced):
    """MET-minutes a week over several kinds of activity; unknown as soon as one of them is, or when no day has so many hours.

    Parameters
    ----------
    name
        Name of the column.
    activities
        What is added up.
    """

    name: str
    activities: tuple[Activity, ...]

    @property
    def inputs(self) -> tuple[Field, ...]:
        return tuple(entry for activity in self.activities for entry in activity.inputs)

    def evaluate(self, tables: Tables, persons: pd.Index) -> pd.Series:
        weeks = [activity.week(tables, persons) for activity in self.activities]
        codes = pd.concat([week["code"] for week in weeks], axis=1).min(axis=1)
        minutes = sum(week["minutes"] for week in weeks)
        codes = codes.where((minutes / 7.0 <= LONGEST_MINUTES_A_DAY) | (codes < 0), CODE_OF[IMPOSSIBLE])
        return sum(week["met_minutes"] for week in weeks).where(codes == 0, codes)

    def describe(self) -> str:
        """What is added up."""
        return f"minutes a week x MET, over {', '.join(activity.describe() for activity in self.activities)}"


def _gate(recorded: pd.Series, gate: Field) -> tuple[pd.Series, pd.Series]:
    """Where a yes/no item says yes; and where it does not, 0 for no or the code of why it is unknown."""
    yes = recorded.isin([code for code, value in gate.values.items() if value is True])
    codes = {code: NO for code, value in gate.values.items() if value is False}
    codes |= {code: CODE_OF[reason] for code, reason in gate.missing.items()}
    return yes, recorded.map(codes).astype(float).fillna(CODE_OF[NO_ANSWER])


def _known(recorded: pd.Series, entry: Field) -> pd.Series:
    """The numbers of a column, NaN where it gives none; of a column with values, those."""
    numbers = recorded.map(dict(entry.values)) if entry.values else recorded.mask(recorded.isin(list(entry.missing)))
    return numbers.astype(float)


def _code(recorded: pd.Series, entry: Field) -> pd.Series:
    """0 where a column gives a number, else the code of why not."""
    codes = recorded.map({code: CODE_OF[reason] for code, reason in entry.missing.items()}).astype(float)
    return codes.fillna(0.0).where(recorded.notna(), CODE_OF[NO_ANSWER])
