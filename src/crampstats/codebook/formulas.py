"""Categories chosen by the first rule that holds, and numbers computed from others: definitions that run and read aloud."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import pandas as pd

from crampstats.codebook.columns import Derived, Variable
from crampstats.codebook.rules import Above, AtLeast, Below, Between, Derivation, Not, Rule
from crampstats.core.errors import DataError, unknown_name


@dataclass(frozen=True)
class Cases(Derivation):
    """The first level whose rule holds.

    Parameters
    ----------
    rules
        Level to its rule, in the order they are tried and shown. The first level is the one others are compared with.
    ordered
        True when the order of the levels carries meaning.

    Notes
    -----
    Where a rule is unknown before one holds, the level is unknown; where none holds there is none.

    Examples
    --------
    >>> from crampstats.codebook.rules import Above, Below
    >>> risk = Cases({"high": Above("x", 2), "low": Below("x", 1)})
    >>> risk.describe()
    'high if x above 2; low if x below 1'
    >>> risk.evaluate(pd.DataFrame({"x": [3.0, 0.0, 1.5, None]})).tolist()
    ['high', 'low', nan, nan]
    """

    rules: Mapping[str, Rule]
    ordered: bool = False

    def __post_init__(self) -> None:
        if not self.rules:
            raise DataError("Cases(...) needs at least one level with its rule.")
        object.__setattr__(self, "rules", MappingProxyType(dict(self.rules)))

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column a rule reads."""
        return tuple(dict.fromkeys(column for rule in self.rules.values() for column in rule.columns))

    @property
    def levels(self) -> tuple[str, ...]:  # type: ignore[override]
        """The levels, in the order they are tried."""
        return tuple(self.rules)

    def evaluate(self, table: pd.DataFrame) -> pd.Series:
        """The level of each row, as a category."""
        codes = np.full(len(table), -1)
        undecided = np.ones(len(table), dtype=bool)
        for code, rule in enumerate(self.rules.values()):
            answer = rule.evaluate(table)
            codes[undecided & answer.fillna(False).to_numpy(dtype=bool)] = code
            undecided &= ~answer.fillna(True).to_numpy(dtype=bool)
        return pd.Series(pd.Categorical.from_codes(codes, list(self.levels), ordered=self.ordered), index=table.index)

    def describe(self) -> str:
        """The levels with their rules in words."""
        return "; ".join(f"{level} if {rule.describe()}" for level, rule in self.rules.items())


@dataclass(frozen=True)
class Formula(Derivation):
    """A number computed from other columns.

    Parameters
    ----------
    inputs
        Columns, in the order `compute` takes them: numbers as floats with NaN for unknown, yes/no as 1 and 0 with NaN, a
        category as its levels with None.
    compute
        Function of one array per input, all of the same length. It decides what an unknown input means.
    words
        The formula in words.
    unit
        Unit of what is computed.

    Notes
    -----
    A result that is not finite (an unknown input, a division by zero) is unknown.

    Examples
    --------
    >>> double = Formula(("x",), lambda x: 2 * x, "twice x", "mg")
    >>> double.evaluate(pd.DataFrame({"x": pd.array([1.0, None])})).tolist()
    [2.0, <NA>]
    """

    inputs: tuple[str, ...]
    compute: Callable[..., np.ndarray] = field(compare=False)
    words: str
    unit: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The inputs."""
        return self.inputs

    def evaluate(self, table: pd.DataFrame) -> pd.Series:
        """The number of each row, as pandas ``Float64``."""
        with np.errstate(divide="ignore", invalid="ignore"):
            result = self.compute(*(_array(table, name) for name in self.inputs))
        known = np.isfinite(result)
        values = pd.arrays.FloatingArray(np.where(known, result, 1.0).astype("float64"), ~known)
        return pd.Series(values, index=table.index)

    def describe(self) -> str:
        """The formula in words."""
        return self.words


def classify(variable: Variable | Derived, *, low: float | None = None, high: float | None = None, source: str) -> Derived:
    """A low / normal / high category of a measured quantity against a reference range.

    Parameters
    ----------
    variable
        The quantity; its name without the unit becomes the column's, with ``_class``.
    low, high
        Limits of the normal range, in the variable's unit, both normal themselves; None where the range is open.
    source
        Whose range it is.

    Returns
    -------
    Derived
        Levels normal, low, high: normal first, because it is what the others are compared with. Unknown stays unknown.

    Raises
    ------
    DataError
        No limit is given, or the lower lies above the higher.

    Examples
    --------
    >>> from crampstats.codebook.electrolytes import POTASSIUM
    >>> own = classify(POTASSIUM, low=3.6, high=5.2, source="laboratory of our clinic")
    >>> own.name, own.rule.levels
    ('serum_potassium_class', ('normal', 'low', 'high'))
    """
    if low is None and high is None:
        raise DataError(f"classify({variable.name!r}) needs a low or a high limit.")
    column = variable.name
    rules: dict[str, Rule] = {"normal": _within(column, low, high)}
    rules |= {"low": Below(column, low)} if low is not None else {}
    rules |= {"high": Above(column, high)} if high is not None else {}
    return Derived(f"{stem(variable)}_class", f"{variable.label}, class", Cases(rules), source, variable.population)


def _within(column: str, low: float | None, high: float | None) -> Rule:
    if low is not None and high is not None:
        return Between(column, low, high)
    return AtLeast(column, low) if low is not None else Not(Above(column, high))


def stem(variable: Variable | Derived) -> str:
    """A column's name without its unit ("serum_potassium" of "serum_potassium_mmol_l")."""
    unit = variable.to_label().unit
    for printed, written in WRITTEN_UNITS.items():
        if unit == printed and variable.name.endswith(f"_{written}"):
            return variable.name.removesuffix(f"_{written}")
    if unit and unit not in WRITTEN_UNITS:
        raise unknown_name("unit in a column name", unit, WRITTEN_UNITS)
    return variable.name


# How a unit is written in a column's name
WRITTEN_UNITS = {
    "mmol/L": "mmol_l", "mmol/kg": "mmol_kg", "g/L": "g_l", "mIU/L": "miu_l", "nmol/L": "nmol_l", "µmol/L": "umol_l",
    "mg/L": "mg_l", "%": "percent",
}


def _array(table: pd.DataFrame, name: str) -> np.ndarray:
    if name not in table:
        raise unknown_name("column", name, table.columns)
    column = table[name]
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.astype(object).where(column.notna(), None).to_numpy()
    return column.astype("Float64").to_numpy(dtype="float64", na_value=math.nan)
