"""The parts of a REDCap condition: values, fields, comparisons, and what only REDCap itself could work out.

Every part knows the columns it reads, describes itself, and answers for a table of text: a value per row (missing where it cannot
be told) and yes, no or unknown.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crampstats.ingest.readers.redcap_fields import EVENT

NUMBER = r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d{1,3})?"
ISO_DATE = r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2})?)?"
BOX_CELLS: Mapping[str, str] = {"Checked": "1", "Unchecked": "0", "": "0"}
WORDS = {"=": "is", "<>": "is not", "<": "below", ">": "above", "<=": "at most", ">=": "at least"}


@dataclass(frozen=True, eq=False)
class Rows:
    """The table a condition is asked of: its cells as text, and the column with the record's number ("" if not known)."""

    cells: pd.DataFrame
    record: str = ""


class Part(ABC):
    """A part of a condition."""

    @property
    @abstractmethod
    def columns(self) -> tuple[str, ...]:
        """Columns read."""

    @abstractmethod
    def describe(self) -> str:
        """The part in words."""

    @abstractmethod
    def values(self, rows: Rows) -> pd.Series:
        """Text per row, "" where blank, missing where it cannot be told."""

    def evaluate(self, rows: Rows) -> pd.Series:
        """Yes, no or unknown per row; a value of its own is a yes unless blank or 0."""
        texts = self.values(rows)
        return (~texts.isin(["", "0"])).astype("boolean").mask(texts.isna())


class Answer(Part):
    """A part that is true or false."""

    def values(self, rows: Rows) -> pd.Series:
        return self.evaluate(rows).map({True: "1", False: "0"}).astype("str")


@dataclass(frozen=True)
class Value(Part):
    """A value written in the condition."""

    text: str

    @property
    def columns(self) -> tuple[str, ...]:
        return ()

    def describe(self) -> str:
        return self.text if re.fullmatch(NUMBER, self.text) else repr(self.text)

    def values(self, rows: Rows) -> pd.Series:
        return pd.Series(self.text, index=rows.cells.index, dtype="str")


@dataclass(frozen=True)
class FieldValue(Part):
    """The value of a field, or of a box of it, in the row's own event or in another of the record."""

    column: str
    event: str = ""
    box: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column, EVENT) if self.event else (self.column,)

    def describe(self) -> str:
        what = f"box {self.box} of {self.column.partition('___')[0]}" if self.box else self.column
        return f"{what} at {self.event}" if self.event else what

    def values(self, rows: Rows) -> pd.Series:
        cells = rows.cells
        if self.column not in cells or (self.event and EVENT not in cells):
            return pd.Series(np.nan, index=rows.cells.index, dtype="str")
        texts = self._at_event(rows) if self.event else cells[self.column].astype("str").fillna("")
        # Boxes of a form nobody filled in are missing in the table; to REDCap they are not ticked.
        return texts.replace(dict(BOX_CELLS)) if self.box else texts

    def _at_event(self, rows: Rows) -> pd.Series:
        cells, record = rows.cells, rows.record
        there = cells[EVENT] == self.event
        texts = cells[self.column].astype("str").fillna("")
        if record not in cells:
            return texts.where(there)
        found = pd.DataFrame({"record": cells[record], "text": texts})[there].drop_duplicates("record").set_index("record")
        return cells[record].map(found["text"]).astype("str").fillna("")


@dataclass(frozen=True)
class Unknown(Part):
    """What only REDCap can work out: a function, a smart variable, a calculation."""

    text: str
    reads: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return self.reads

    def describe(self) -> str:
        return f"{' '.join(self.text.split())} (cannot be told here)"

    def values(self, rows: Rows) -> pd.Series:
        return pd.Series(np.nan, index=rows.cells.index, dtype="str")


@dataclass(frozen=True)
class Comparison(Answer):
    """Two values compared: as numbers where both are, else as text; blank equals only blank and is neither above nor below."""

    left: Part
    operator: str
    right: Part

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.left.columns, *self.right.columns)

    def describe(self) -> str:
        if isinstance(self.right, Value) and isinstance(self.left, FieldValue) and self.operator in ("=", "<>"):
            if self.left.box and self.right.text in ("0", "1"):
                ticked = (self.right.text == "1") == (self.operator == "=")
                return f"{self.left.describe()} is {'ticked' if ticked else 'not ticked'}"
            if not self.right.text:
                return f"{self.left.describe()} is {'blank' if self.operator == '=' else 'filled in'}"
        return f"{self.left.describe()} {WORDS[self.operator]} {self.right.describe()}"

    def evaluate(self, rows: Rows) -> pd.Series:
        left, right = self.left.values(rows), self.right.values(rows)
        unknown = left.isna() | right.isna()
        if self.operator in ("=", "<>"):
            same = _equal(left, right)
            return (same if self.operator == "=" else ~same).mask(unknown)
        return _ordered(left, self.operator, right).mask(unknown)


@dataclass(frozen=True)
class AllOf(Answer):
    """True when all parts are; without parts always."""

    parts: tuple[Part, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(column for part in self.parts for column in part.columns)

    def describe(self) -> str:
        return " and ".join(f"({part.describe()})" if isinstance(part, AnyOf) else part.describe() for part in self.parts)

    def evaluate(self, rows: Rows) -> pd.Series:
        answer = pd.Series(True, index=rows.cells.index, dtype="boolean")
        for part in self.parts:
            answer &= part.evaluate(rows)
        return answer


@dataclass(frozen=True)
class AnyOf(Answer):
    """True when at least one part is."""

    parts: tuple[Part, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(column for part in self.parts for column in part.columns)

    def describe(self) -> str:
        return " or ".join(part.describe() for part in self.parts)

    def evaluate(self, rows: Rows) -> pd.Series:
        answer = pd.Series(False, index=rows.cells.index, dtype="boolean")
        for part in self.parts:
            answer |= part.evaluate(rows)
        return answer


@dataclass(frozen=True)
class Opposite(Answer):
    """True when the part is false."""

    part: Part

    @property
    def columns(self) -> tuple[str, ...]:
        return self.part.columns

    def describe(self) -> str:
        return f"not ({self.part.describe()})"

    def evaluate(self, rows: Rows) -> pd.Series:
        return ~self.part.evaluate(rows)


def _numbers(texts: pd.Series) -> np.ndarray:
    places, distinct = pd.factorize(texts.fillna(""))
    numbers = np.array([float(text.replace(",", ".")) if re.fullmatch(NUMBER, text) else np.nan for text in distinct])
    return numbers[places] if len(distinct) else np.empty(0)


def _equal(left: pd.Series, right: pd.Series) -> pd.Series:
    as_left, as_right = _numbers(left), _numbers(right)
    numeric = ~np.isnan(as_left) & ~np.isnan(as_right)
    same = np.where(numeric, as_left == as_right, (left.fillna("") == right.fillna("")).to_numpy(dtype=bool))
    return pd.Series(same, index=left.index, dtype="boolean")


def _ordered(left: pd.Series, operator: str, right: pd.Series) -> pd.Series:
    as_left, as_right = _numbers(left), _numbers(right)
    known = ~np.isnan(as_left) & ~np.isnan(as_right)
    order = np.sign(as_left - as_right)
    dates = (left.str.fullmatch(ISO_DATE).fillna(False) & right.str.fullmatch(ISO_DATE).fillna(False)).to_numpy(dtype=bool)
    if dates.any():
        later = np.where(left[dates] > right[dates], 1.0, np.where(left[dates] < right[dates], -1.0, 0.0))
        order[dates] = later
    blank = ((left == "") | (right == "")).to_numpy(dtype=bool)
    met = {"<": order < 0, ">": order > 0, "<=": order <= 0, ">=": order >= 0}[operator]
    return pd.Series(met & ~blank, index=left.index, dtype="boolean").mask(~(known | dates | blank))
