"""A mapping: which column of a file fills which variable, and how its cells read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from crampstats.codebook.columns import Variable
from crampstats.core.errors import DataError

VERSION = 1
How = Literal["cells", "ticks", "age", "medicines"]


@dataclass(frozen=True)
class Placement:
    """How one variable is filled.

    Parameters
    ----------
    variable
        Name of the variable in the codebook, or of one the mapping declares itself.
    columns
        Headings in the file: one for "cells"; the boxes of a question for "ticks"; date of birth and date of the visit for "age";
        one or more free texts or lists for "medicines".
    how
        "cells": the cell is the answer. "ticks": boxes of one question; this variable is yes where one of `columns` is ticked, no
        where another box of the question (`others`) is, missing where none is. "age": completed years between two dates.
        "medicines": yes where a medicine of the variable's class is recognised in the text, no where the text was
        read and has none.
    codes
        Text of a cell to the level, True or False. Empty: the words the parsers know.
    missing
        Text of a cell to the reason why there is no answer.
    unit
        Unit of the numbers; of a measured quantity it must be known from here, `unit_column` or the cells themselves.
    unit_column
        Heading of the column that states the unit row by row.
    unit_codes
        Text of that column to the unit it means, where it is coded.
    dates
        ``strptime`` formats tried on dates, in order; empty: found by vote.
    decimal
        "." or ","; empty: found by vote.
    others
        Of "ticks": the question's other boxes.
    plausible
        Lowest and highest value taken, in the variable's unit, where they are others than the codebook's.
    asked_if
        Condition over columns of the file under which the form showed the question, in REDCap's writing; empty: always.
    on_day
        Of "age" with the date of birth alone: the day to which years are counted, as "2024-06-30".
    confidence
        How sure the proposal was, 0 to 1; 1 for what the user or a dictionary said.
    line
        Line of the mapping file where it stands; 0 if it stands in none.
    """

    variable: str
    columns: tuple[str, ...]
    how: How = "cells"
    codes: Mapping[str, object] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    unit_column: str = ""
    unit_codes: Mapping[str, str] = field(default_factory=dict)
    dates: tuple[str, ...] = ()
    decimal: str = ""
    others: tuple[str, ...] = ()
    plausible: tuple[float, float] | None = None
    asked_if: str = ""
    on_day: str = ""
    confidence: float = 1.0
    line: int = 0

    def __post_init__(self) -> None:
        for name in ("codes", "missing", "unit_codes"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        if both := sorted(set(self.codes) & set(self.missing)):
            raise DataError(f"{self.variable}: {', '.join(both)} cannot be both an answer and missing; remove one of the two.")

    @property
    def reads(self) -> tuple[str, ...]:
        """Every column of the file it needs."""
        return tuple(dict.fromkeys([*self.columns, *self.others, *([self.unit_column] if self.unit_column else [])]))


@dataclass(frozen=True)
class FileMapping:
    """A file in the codebook's terms.

    Parameters
    ----------
    placements
        One per variable that is filled.
    own
        Variables the mapping declares itself, for what the codebook does not know.
    missing
        Text to reason, for every column ("-99" to "not done").
    sheet, header_row
        Of a workbook: the sheet, and the row with the headings; "" and 0 when they are to be found out.
    event
        Of a longitudinal REDCap project: the event analysed; "" for the first that has the record.
    record
        Column of the record number, which becomes a keyed hash; "" for none.
    identifiers
        Columns that tell who a person is; never carried along.
    keep
        Further columns carried into the table as text, at the user's wish.
    skip
        Columns left out on purpose.
    leave_out
        Rows of the file that are no patient, by their number as a spreadsheet program counts them, with the reason ("68" to "a
        line of totals"); the flow counts them.
    form
        Name of the shipped form whose questions the file asks, word for word; its outcomes then have their recall windows. "" for
        any other.
    population, window
        Who was asked, over which recall window, where the codebook's own window does not hold; claims are judged only with both.
    screened_for_cramps
        True where the form went only to people who complain of cramps: their prevalence then means nothing. None: not said.
    strata, psu, weights
        Columns of a complex design.
    made_up
        True where the data are invented; every figure and page that uses them is stamped.
    name
        The mapping file, or the shipped mapping, by name.
    lines
        Of each setting its line in the mapping file; empty for one that stands in none.
    """

    placements: tuple[Placement, ...]
    own: tuple[Variable, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""
    header_row: int = 0
    event: str = ""
    record: str = ""
    identifiers: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    leave_out: Mapping[str, str] = field(default_factory=dict)
    form: str = ""
    population: str = ""
    window: str = ""
    screened_for_cramps: bool | None = None
    strata: str = ""
    psu: str = ""
    weights: str = ""
    made_up: bool = False
    name: str = ""
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "missing", MappingProxyType(dict(self.missing)))
        object.__setattr__(self, "leave_out", MappingProxyType(dict(self.leave_out)))
        object.__setattr__(self, "lines", MappingProxyType(dict(self.lines)))
        names = [placement.variable for placement in self.placements]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise DataError(f"the mapping fills {', '.join(twice)} more than once; keep one of the entries.")

    def placement(self, variable: str) -> Placement | None:
        """How a variable is filled; None if it is not."""
        return next((placement for placement in self.placements if placement.variable == variable), None)
