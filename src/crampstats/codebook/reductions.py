"""Tables with several rows a person, and answers spread over several columns, brought to one row per person.

A `Reduction` makes a table of its own, from which `Field`s read like from any other. Its columns are declared, not
programmed: which rows and columns they look at, what counts, and what an unknown answer does. Unknown in, unknown out: a
person gets a number, or one of the codes of `UNKNOWN` that says why not.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
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
        Text column; its missing codes are text too.
    words
        What counts. A text may join several ("HYDROCHLOROTHIAZIDE; TRIAMTERENE"): each is looked at.
    unsure
        Texts that may stand for one of the words; without a sure one they leave the answer unknown.

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
    # special codes of the text column, and why there is no name
    nameless: tuple[tuple[str, str], ...] = ()

    @property
    def inputs(self) -> tuple[Field, ...]:
        return (self.gate, self.text)

    def evaluate(self, tables: Tables, persons: pd.Index) -> pd.Series:
        rows = tables[self.text.table]
        texts = rows[self.text.column].astype(object).where(rows[self.text.column].notna(), "").astype(str).str.strip()
        meaning = {text: self._meaning(text) for text in texts.unique()}
        codes = texts.map(meaning).astype(float)
        opened, closed = _gate(rows[self.gate.column], self.gate)
        # sure beats unsure, unsure beats no: the highest absolute value wins, and yes above all
        codes = codes.where(opened, closed.fillna(CODE_OF[NO_ANSWER]))
        strength = codes.abs().where(codes <= 0, np.inf)
        return codes.iloc[np.argsort(strength.to_numpy(), kind="stable")].groupby(level=0).last().reindex(persons).fillna(CODE_OF[NO_ANSWER])

    def _meaning(self, text: str) -> float:
        if {part.strip() for part in text.split(";")} & set(self.words):
            return YES
        if text in dict(self.nameless):
            return CODE_OF[dict(self.nameless)[text]]
        return CODE_OF[NOT_IDENTIFIED] if text in self.unsure else CODE_OF[NO_ANSWER] if text == "" else NO

    def describe(self) -> str:
        """The words, and the texts that leave it open."""
        return f"any of a person's rows names {', '.join(self.words)}" + (f"; unknown for {', '.join(self.unsure)}" if self.unsure else "")


def _gate(recorded: pd.Series, gate: Field) -> tuple[pd.Series, pd.Series]:
    """Where a yes/no item says yes; and where it does not, 0 for no or the code of why it is unknown."""
    yes = recorded.isin([code for code, value in gate.values.items() if value is True])
    codes = {code: NO for code, value in gate.values.items() if value is False}
    codes |= {code: CODE_OF[reason] for code, reason in gate.missing.items()}
    return yes, recorded.map(codes).astype(float)
