"""Conditions of a clinic's own rules: ``age_years < 18``, ``cramp_frequency >= often``, ``visit_date > today``."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from crampstats.codebook.columns import MEASURED, Variable
from crampstats.core.errors import DataError
from crampstats.ingest.own.mapping_entries import nearest

Sign = Literal["<", "<=", ">", ">=", "=", "!=", "missing", "known"]
TODAY = "today"
EXAMPLES = '"age_years < 18", "takes_statin = yes", "cramp_frequency >= often", "blood_sample_date > visit_date + 30"'
_WRITTEN = re.compile(r"\s*(?P<left>[^\s<>=!≤≥≠]+)\s*(?P<sign><=|>=|==|!=|<>|=<|=>|<|>|=|≤|≥|≠)\s*(?P<right>.*?)\s*", re.DOTALL)
_OPEN = re.compile(r"\s*(?P<left>\S+)\s+(?:is\s+)?(?P<sign>missing|known)\s*", re.IGNORECASE)
_NAMED = re.compile(r"(?P<name>[A-Za-z_]\w*)(?:\s*(?P<sign>[+-])\s*(?P<plus>\d+(?:\.\d+)?))?")
_SIGNS: Mapping[str, Sign] = {
    "<": "<", "<=": "<=", "=<": "<=", "≤": "<=", ">": ">", ">=": ">=", "=>": ">=", "≥": ">=", "=": "=", "==": "=", "!=": "!=",
    "<>": "!=", "≠": "!=",
}
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_YES_NO = {"yes": True, "no": False, "true": True, "false": False}
EPOCH = pd.Timestamp("1970-01-01")


@dataclass(frozen=True)
class Condition:
    """A variable held against a value, or against another variable.

    Parameters
    ----------
    left
        The variable.
    sign
        How they compare; "missing" and "known" need no right side.
    right
        A number, yes or no as a bool, a level, a text, a clock time, or a day.
    other
        The other variable, or `TODAY`, in place of `right`; "" for none.
    plus
        Added to the other variable: in its unit, of dates in days.
    levels
        Levels of a category, in order.
    written
        As the user wrote it.
    """

    left: str
    sign: Sign
    right: object = None
    other: str = ""
    plus: float = 0.0
    levels: tuple[str, ...] = ()
    written: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Variables it reads."""
        return (self.left, *([self.other] if self.other and self.other != TODAY else []))

    def evaluate(self, table: pd.DataFrame, today: dt.date) -> pd.Series:
        """Yes, no or unknown for each row; a missing answer is unknown, unless it is what is asked for.

        Examples
        --------
        >>> table = pd.DataFrame({"age_years": pd.array([17, 18, None], dtype="Int64")})
        >>> Condition("age_years", "<", 18.0).evaluate(table, dt.date(2026, 11, 22)).tolist()
        [True, False, <NA>]
        """
        if self.sign in ("missing", "known"):
            return (table[self.left].isna() == (self.sign == "missing")).astype("boolean")
        left, right = self._keys(table[self.left]), self._right(table, today)
        unknown = pd.isna(left) | pd.isna(right)
        with np.errstate(invalid="ignore"):
            held = _compared(np.where(unknown, 0, left), self.sign, np.where(unknown, 0, right))
        return pd.Series(pd.arrays.BooleanArray(held.astype(bool), unknown.astype(bool)), index=table.index)

    def _right(self, table: pd.DataFrame, today: dt.date) -> np.ndarray:
        if not self.other:
            return self._keys(pd.Series([self.right] * len(table), index=table.index))
        if self.other == TODAY:
            return np.full(len(table), _days(pd.Series([pd.Timestamp(today)]))[0] + self.plus, dtype=object)
        keys = self._keys(table[self.other])
        return keys if not self.plus else np.array([None if pd.isna(one) else one + self.plus for one in keys], dtype=object)

    def _keys(self, values: pd.Series) -> np.ndarray:
        """What compares: levels by their order, dates by their day, texts without case."""
        if self.levels:
            order = {level: float(place) for place, level in enumerate(self.levels)}
            return values.astype(object).map(order).to_numpy(dtype=object)
        if pd.api.types.is_datetime64_any_dtype(values.dtype) or isinstance(self.right, dt.date):
            return _days(pd.to_datetime(values)).astype(object)
        if pd.api.types.is_bool_dtype(values.dtype) or pd.api.types.is_numeric_dtype(values.dtype):
            return values.astype("Float64").to_numpy(dtype="float64", na_value=np.nan).astype(object)
        return values.astype("str").str.strip().str.casefold().astype(object).to_numpy()


def _days(values: pd.Series) -> np.ndarray:
    days: np.ndarray = ((values - EPOCH) / pd.Timedelta(days=1)).to_numpy(dtype="float64", na_value=np.nan)
    return days


def _compared(left: np.ndarray, sign: Sign, right: np.ndarray) -> np.ndarray:
    answers: dict[Sign, np.ndarray] = {"=": left == right, "!=": left != right}
    if sign in answers:
        return answers[sign]
    below, same = left < right, left == right
    return {"<": below, "<=": below | same, ">": ~(below | same), ">=": ~below}[sign]  # type: ignore[index]


def read_condition(written: str, variables: Mapping[str, Variable]) -> Condition:
    """A condition as a clinic writes it.

    Parameters
    ----------
    written
        ``VARIABLE SIGN VALUE``, ``VARIABLE SIGN OTHER [+ NUMBER]``, ``VARIABLE missing`` or ``VARIABLE known``. Signs are
        < <= > >= = !=. A value is a number in the variable's unit, yes or no, a level of a category, a day as 2026-03-31, or
        today.
    variables
        Those that may be named.

    Raises
    ------
    DataError
        It cannot be read, or compares what does not compare; the message says what is valid.

    Examples
    --------
    >>> from crampstats.codebook.catalogue import VARIABLES
    >>> read_condition("cramp_frequency >= often", VARIABLES).right
    'often'
    >>> read_condition("blood_sample_date > visit_date + 30", VARIABLES).plus
    30.0
    """
    found = _WRITTEN.fullmatch(written)
    if found is None:
        return _open_condition(written, variables)
    left, sign, right = found["left"], _SIGNS[found["sign"]], found["right"].strip().strip("\"'").strip()
    variable = _known(left, variables)
    if not right:
        raise DataError(f"{written!r} lacks what {left} is compared with; write such as {EXAMPLES}.")
    _check_sign(variable, sign)
    if other := _other(right, variable, variables):
        return Condition(left, sign, other=other[0], plus=other[1], levels=tuple(variable.levels), written=written.strip())
    return Condition(left, sign, _value(right, variable), levels=tuple(variable.levels), written=written.strip())


def _open_condition(written: str, variables: Mapping[str, Variable]) -> Condition:
    found = _OPEN.fullmatch(written)
    if found is None:
        raise DataError(f"{written!r} is no condition; write a variable, a sign and a value, such as {EXAMPLES}.")
    variable = _known(found["left"], variables)
    return Condition(variable.name, "missing" if found["sign"].lower() == "missing" else "known", written=written.strip())


def _known(name: str, variables: Mapping[str, Variable]) -> Variable:
    if name not in variables:
        raise DataError(f"the codebook has no variable {name!r}{nearest(name, variables)}; take the names of a mapping's tables.")
    return variables[name]


def _check_sign(variable: Variable, sign: Sign) -> None:
    if sign in ("=", "!=") or variable.kind in (*MEASURED, "date", "time") or variable.ordered:
        return
    raise DataError(f"{variable.name} is {variable.kind}, which has no more and no less; compare it by = or !=.")


def _other(right: str, variable: Variable, variables: Mapping[str, Variable]) -> tuple[str, float] | None:
    """The other variable and what is added to it; None where the right side is a value."""
    found = _NAMED.fullmatch(right)
    if found is None or right in variable.levels or (variable.kind == "yes/no" and right.casefold() in _YES_NO):
        return None
    name, plus = found["name"], float(found["plus"] or 0) * (-1 if found["sign"] == "-" else 1)
    if name == TODAY and variable.kind == "date":
        return TODAY, plus
    if name not in variables:
        return None
    other = variables[name]
    if _sort(other) != _sort(variable):
        raise DataError(f"{variable.name} is {variable.kind} and {name} is {other.kind}: they cannot be compared.")
    if variable.kind in MEASURED and variable.unit != other.unit:
        raise DataError(f"{variable.name} is in {variable.unit or 'no unit'} and {name} in {other.unit or 'no unit'}: one cannot "
                        "be held against the other.")
    if plus and variable.kind not in (*MEASURED, "date"):
        raise DataError(f"{variable.name} is {variable.kind}; nothing can be added to it.")
    return name, plus


def _sort(variable: Variable) -> object:
    """What compares with what: numbers with numbers, categories of the same levels."""
    return "number" if variable.kind in MEASURED else (variable.kind, tuple(variable.levels))


def _value(right: str, variable: Variable) -> object:
    """The right side as a value of the variable."""
    if variable.kind in MEASURED:
        if _NUMBER.fullmatch(right):
            return float(right)
        unit = f" in {variable.unit}" if variable.unit else ""
        raise DataError(f"{right!r} is no number; {variable.name} is compared with a number{unit}, written as 3.5.")
    if variable.kind == "yes/no":
        if right.casefold() in _YES_NO:
            return _YES_NO[right.casefold()]
        raise DataError(f"{right!r} is neither yes nor no; {variable.name} is one of them.")
    if variable.levels:
        if right in variable.levels:
            return right
        raise DataError(
            f"{variable.name} has no level {right!r}{nearest(right, variable.levels)}; levels: {', '.join(variable.levels)}."
        )
    if variable.kind == "date":
        return _day(right, variable)
    if variable.kind == "time" and not _TIME.fullmatch(right):
        raise DataError(f"{right!r} is no time of day; write it as 02:30.")
    return right.casefold()


def _day(right: str, variable: Variable) -> dt.date:
    try:
        return dt.date.fromisoformat(right)
    except ValueError:
        raise DataError(f"{right!r} is no day; {variable.name} is compared with a day as 2026-03-31, or with today.") from None
