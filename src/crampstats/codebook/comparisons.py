"""Rules that hold answers against each other: numbers that do not go together, questions left open, a text that says "none"."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from crampstats.codebook.formulas import Formula
from crampstats.codebook.rules import ColumnRule, Rule
from crampstats.core.errors import unknown_name

# What people write who take no medicine, lower case, without a full stop
NONE_WRITTEN = (
    "none", "no", "nil", "nothing", "no medicines", "no medication", "no medications", "no meds", "no drugs", "-", "ninguno",
    "ninguna", "nada", "no toma", "aucun", "aucune", "rien", "keine", "keiner", "nichts", "nenhum", "nenhuma", "nessuno",
    "nessuna", "niente",
)


@dataclass(frozen=True)
class Exceeds(Rule):
    """True where a number computed from other columns lies above the limit; unknown where one of them is.

    Parameters
    ----------
    formula
        The number.
    limit
        In the formula's unit.

    Examples
    --------
    >>> gap = Formula(("years", "age"), lambda years, age: years - age, "years less age", "years")
    >>> Exceeds(gap, 1).evaluate(pd.DataFrame({"years": [30.0, 12.0, None], "age": [28.0, 40.0, 50.0]})).tolist()
    [True, False, <NA>]
    """

    formula: Formula
    limit: float

    @property
    def columns(self) -> tuple[str, ...]:
        return self.formula.columns

    def evaluate(self, table: pd.DataFrame) -> pd.Series:
        return self.formula.evaluate(table) > self.limit

    def describe(self) -> str:
        return f"{self.formula.describe()} above {self.limit:g} {self.formula.unit}".rstrip()


@dataclass(frozen=True)
class Unanswered(ColumnRule):
    """True where the column holds nothing; the one rule that is never unknown.

    Examples
    --------
    >>> Unanswered("age_years").evaluate(pd.DataFrame({"age_years": [40.0, None]})).tolist()
    [False, True]
    """

    def evaluate(self, table: pd.DataFrame) -> pd.Series:
        return _column(table, self.column).isna().astype("boolean")

    def describe(self) -> str:
        return f"{self.column} is missing"


@dataclass(frozen=True)
class SaysNone(ColumnRule):
    """True where a text says that there is none, false where it says anything else.

    Examples
    --------
    >>> SaysNone("medicines").evaluate(pd.DataFrame({"medicines": ["None.", "statin", None]}, dtype="str")).tolist()
    [True, False, <NA>]
    """

    def evaluate(self, table: pd.DataFrame) -> pd.Series:
        texts = _column(table, self.column)
        plain = texts.astype("str").str.strip().str.rstrip(".").str.casefold()
        return plain.isin(NONE_WRITTEN).astype("boolean").mask(texts.isna())

    def describe(self) -> str:
        return f"{self.column} says none"


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    if name not in table:
        raise unknown_name("column", name, table.columns)
    return table[name]
