"""Rules over columns: small objects that decide, validate and describe themselves in words.

Unknown in, unknown out: a rule answers yes, no or unknown (pandas ``boolean``), and rules combine by Kleene's logic, so
"yes or unknown" is yes and "no or unknown" is unknown.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import ClassVar

import pandas as pd

from crampstats.core.errors import DataError, unknown_name


class Derivation(ABC):
    """Anything that gives every row of a table one value, and says in words how; what it gives is in `levels` and `unit`."""

    levels: ClassVar[tuple[str, ...]] = ()
    ordered: ClassVar[bool] = False
    unit: ClassVar[str] = ""

    @property
    @abstractmethod
    def columns(self) -> tuple[str, ...]:
        """Columns read."""

    @abstractmethod
    def evaluate(self, table: pd.DataFrame) -> pd.Series:
        """One value per row; missing where the columns do not tell."""

    @abstractmethod
    def describe(self) -> str:
        """The definition in words."""


@dataclass(frozen=True)
class Rule(Derivation):
    """Anything that answers yes, no or unknown for every row of a table, as pandas ``boolean``."""

    def fails(self, table: pd.DataFrame) -> pd.Series:
        """True where the rule is known not to hold; unknown is no failure."""
        return (~self.evaluate(table)).fillna(False).astype(bool)


@dataclass(frozen=True)
class ColumnRule(Rule):
    """A rule that reads one column."""

    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)


@dataclass(frozen=True)
class Below(ColumnRule):
    """True when the column lies strictly below the limit.

    Examples
    --------
    >>> Below("serum_potassium_mmol_l", 3.5).describe()
    'serum_potassium_mmol_l below 3.5'
    """

    limit: float

    def evaluate(self, table: pd.DataFrame) -> pd.Series:
        return _numbers(table, self.column) < self.limit

    def describe(self) -> str:
        return f"{self.column} below {self.limit:g}"


@dataclass(frozen=True)
class Above(ColumnRule):
    """True when the column lies strictly above the limit."""

    limit: float

    def evaluate(self, table: pd.DataFrame) -> pd.Series:
        return _numbers(table, self.column) > self.limit

    def describe(self) -> str:
        return f"{self.column} above {self.limit:g}"


@dataclass(frozen=True)
class AtLeast(ColumnRule):
    """True when the column reaches the limit."""

    limit: float

    def evaluate(self, table: pd.DataFrame) -> pd.Series:
        return _numbers(table, self.column) >= self.limit

    def describe(self) -> str:
        return f"{self.column} {self.limit:g} or more"


@dataclass(frozen=True)
class AtMost(ColumnRule):
    """True when the column does not pass the limit.

    Examples
    --------
    >>> AtMost("serum_potassium_mmol_l", 2.7).evaluate(pd.DataFrame({"serum_potassium_mmol_l": [2.7, 2.8, None]})).tolist()
    [True, False, <NA>]
    """

    limit: float

    def evaluate(self, table: pd.DataFrame) -> pd.Series:
        return _numbers(table, self.column) <= self.limit

    def describe(self) -> str:
        return f"{self.column} {self.limit:g} or less"


@dataclass(frozen=True)
class Between(ColumnRule):
    """True when the column lies between two limits, both included."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise DataError(f"Between({self.column!r}, {self.low}, {self.high}) is empty: the lower limit comes first.")

    def evaluate(self, table: pd.DataFrame) -> pd.Series:
        numbers = _numbers(table, self.column)
        return (numbers >= self.low) & (numbers <= self.high)

    def describe(self) -> str:
        return f"{self.column} {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class OneOf(ColumnRule):
    """True when the column holds one of the values."""

    values: tuple[object, ...]

    def __post_init__(self) -> None:
        if isinstance(self.values, str) or not self.values:
            raise DataError(f"OneOf({self.column!r}, ...) needs a tuple of values; got {self.values!r}.")

    def evaluate(self, table: pd.DataFrame) -> pd.Series:
        column = _column(table, self.column)
        return column.isin(list(self.values)).astype("boolean").mask(column.isna())

    def describe(self) -> str:
        return f"{self.column} {_or([str(value) for value in self.values])}"


@dataclass(frozen=True)
class IsTrue(ColumnRule):
    """True when a yes/no column says yes."""

    def evaluate(self, table: pd.DataFrame) -> pd.Series:
        return _column(table, self.column).astype("boolean")

    def describe(self) -> str:
        return self.column


@dataclass(frozen=True)
class Ticked(Rule):
    """True where a box is ticked, false where it is left or was not offered; unknown where the question before it is.

    Parameters
    ----------
    box
        Column that holds something where the box is ticked.
    question
        Yes/no column: those who said yes were offered the boxes.

    Examples
    --------
    >>> table = pd.DataFrame({"box": [1.0, None, None, None], "told": pd.array([True, True, False, None])})
    >>> Ticked("box", "told").evaluate(table).tolist()
    [True, False, False, <NA>]
    """

    box: str
    question: str

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.question, self.box)

    def evaluate(self, table: pd.DataFrame) -> pd.Series:
        offered = _column(table, self.question).astype("boolean")
        return (_column(table, self.box).notna() & offered.fillna(False)).astype("boolean").mask(offered.isna())

    def describe(self) -> str:
        return f"{self.box} ticked after {self.question}"


@dataclass(frozen=True, init=False)
class _Several(Rule):
    """Rules held together."""

    rules: tuple[Rule, ...]

    def __init__(self, *rules: Rule) -> None:
        if not rules:
            raise DataError(f"{type(self).__name__}() needs at least one rule.")
        object.__setattr__(self, "rules", rules)

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(column for rule in self.rules for column in rule.columns))

    def _parts(self) -> list[str]:
        return [f"({rule.describe()})" if isinstance(rule, _Several) else rule.describe() for rule in self.rules]


class AllOf(_Several):
    """True when every rule holds; false as soon as one does not, even if others are unknown."""

    def evaluate(self, table: pd.DataFrame) -> pd.Series:
        answer = self.rules[0].evaluate(table)
        for rule in self.rules[1:]:
            answer = answer & rule.evaluate(table)
        return answer

    def describe(self) -> str:
        return " and ".join(self._parts())


class AnyOf(_Several):
    """True as soon as one rule holds, even if others are unknown; false only when every one is.

    Examples
    --------
    >>> table = pd.DataFrame({"weak": pd.array([True, False, None]), "numb": pd.array([None, None, False])})
    >>> AnyOf(IsTrue("weak"), IsTrue("numb")).evaluate(table).tolist()
    [True, <NA>, <NA>]
    """

    def evaluate(self, table: pd.DataFrame) -> pd.Series:
        answer = self.rules[0].evaluate(table)
        for rule in self.rules[1:]:
            answer = answer | rule.evaluate(table)
        return answer

    def describe(self) -> str:
        return " or ".join(self._parts())


@dataclass(frozen=True)
class Not(Rule):
    """True when the rule is known not to hold; unknown stays unknown."""

    rule: Rule

    @property
    def columns(self) -> tuple[str, ...]:
        return self.rule.columns

    def evaluate(self, table: pd.DataFrame) -> pd.Series:
        return ~self.rule.evaluate(table)

    def describe(self) -> str:
        return f"not ({self.rule.describe()})"


@dataclass(frozen=True)
class Unless(Rule):
    """The answer of a rule, but unknown where another rule holds and the answer is not yes.

    Examples
    --------
    >>> table = pd.DataFrame({"ticked": [True, False, False], "unsure": [True, True, False]})
    >>> Unless(IsTrue("ticked"), IsTrue("unsure")).evaluate(table).tolist()
    [True, <NA>, False]
    """

    rule: Rule
    unknown: Rule

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.rule.columns, *self.unknown.columns)))

    def evaluate(self, table: pd.DataFrame) -> pd.Series:
        answer = self.rule.evaluate(table)
        unsure = self.unknown.evaluate(table).fillna(False)
        return answer.mask(unsure & ~answer.fillna(False))

    def describe(self) -> str:
        return f"{self.rule.describe()}, unknown if {self.unknown.describe()}"


@dataclass(frozen=True)
class AskedOf(Rule):
    """The answer of a rule to a question put to some only: no for those who are known to be none of them and left it open.

    Parameters
    ----------
    rule
        What was answered; an answer counts whoever gave it.
    whom
        Those who were asked.

    Examples
    --------
    >>> table = pd.DataFrame({"sleep": pd.array([True, None, None]), "cramps": pd.array([False, False, None])})
    >>> AskedOf(IsTrue("sleep"), IsTrue("cramps")).evaluate(table).tolist()
    [True, False, <NA>]
    """

    rule: Rule
    whom: Rule

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.whom.columns, *self.rule.columns)))

    def evaluate(self, table: pd.DataFrame) -> pd.Series:
        answer = self.rule.evaluate(table)
        return answer.mask(answer.isna() & self.whom.fails(table), False)

    def describe(self) -> str:
        return f"{self.rule.describe()}, asked of those with {self.whom.describe()}"


@dataclass(frozen=True)
class Banded(Derivation):
    """Bands of a number, each from its first value to just below the next band's.

    Parameters
    ----------
    column
        Numeric column.
    starts
        First value of each band by the band's name, rising. The last band has no end.

    Notes
    -----
    Values below the first band, and missing ones, belong to no band and stay missing.

    Examples
    --------
    >>> Banded("age_years", {"20-39": 20, "40-59": 40, "60+": 60}).describe()
    'age_years in bands 20-39 (from 20), 40-59 (from 40), 60+ (from 60); none below 20'
    """

    ordered: ClassVar[bool] = True
    column: str
    starts: Mapping[str, float]

    def __post_init__(self) -> None:
        edges = list(self.starts.values())
        if not edges or any(low >= high for low, high in pairwise(edges)):
            raise DataError(f"the bands of {self.column!r} must start at rising values; got {edges}.")
        object.__setattr__(self, "starts", MappingProxyType(dict(self.starts)))

    @property
    def columns(self) -> tuple[str, ...]:
        """The column banded."""
        return (self.column,)

    @property
    def levels(self) -> tuple[str, ...]:  # type: ignore[override]
        """Names of the bands, in order."""
        return tuple(self.starts)

    def evaluate(self, table: pd.DataFrame) -> pd.Series:
        """The band of each row, as an ordered category."""
        numbers = _numbers(table, self.column).to_numpy(dtype="float64", na_value=math.nan)
        edges = [*self.starts.values(), math.inf]
        bands = pd.cut(numbers, edges, right=False, labels=list(self.starts))
        return pd.Series(bands, index=table.index, name=self.column)

    def describe(self) -> str:
        """The bands in words."""
        bands = ", ".join(f"{name} (from {start:g})" for name, start in self.starts.items())
        return f"{self.column} in bands {bands}; none below {next(iter(self.starts.values())):g}"


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    if name not in table:
        raise unknown_name("column", name, table.columns)
    return table[name]


def _numbers(table: pd.DataFrame, name: str) -> pd.Series:
    """The column as nullable numbers, so that comparing an unknown value gives unknown."""
    column = _column(table, name)
    if not pd.api.types.is_numeric_dtype(column.dtype):
        raise DataError(f"column {name!r} holds {column.dtype}; numbers were expected.")
    return column.astype("Float64")


def _or(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
