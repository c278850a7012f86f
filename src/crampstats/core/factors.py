"""Factors of the terms that are summed: a number per row, computed alike by every engine and by pandas in memory.

Written once as a narwhals expression and once on numpy arrays; `core.totals` multiplies and adds them. What is missing (null or
NaN) counts 0 in every factor but `Missing`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.errors import DataError

Floats = NDArray[np.float64]


class Factor(Protocol):
    """One factor of a term: a number per row, 0 where a number it reads is missing."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        ...

    def expression(self, schema: nw.Schema) -> nw.Expr:
        """The factor on any engine, as float64."""
        ...

    def values(self, columns: Mapping[str, pd.Series[Any]]) -> Floats:
        """The factor of some rows of a pandas frame, given by column."""
        ...


@dataclass(frozen=True)
class OneColumn:
    """A factor that reads one column."""

    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The column it reads."""
        return (self.column,)


@dataclass(frozen=True)
class Number(OneColumn):
    """The column minus `centre`; missing counts 0. Centring keeps second moments from cancelling.

    A column known to be `complete` (the weights of a checked design) is read without a look for missing values.
    """

    centre: float = 0.0
    complete: bool = False

    def expression(self, schema: nw.Schema) -> nw.Expr:
        """The factor on any engine, as float64."""
        if self.complete and schema[self.column].is_numeric():
            value = nw.col(self.column).cast(nw.Float64)
            return value - self.centre if self.centre else value
        value = number_expression(self.column, schema)
        return (value - self.centre if self.centre else value).fill_null(0.0)

    def values(self, columns: Mapping[str, pd.Series[Any]]) -> Floats:
        """The factor of a pandas column."""
        value = floats(columns[self.column])
        if self.centre:
            value = value - self.centre
        return value if self.complete else np.where(np.isnan(value), 0.0, value)


@dataclass(frozen=True)
class Level(OneColumn):
    """1 where the column equals `value`, else 0; missing counts 0."""

    value: Any = True

    def expression(self, schema: nw.Schema) -> nw.Expr:
        """The factor on any engine, as float64."""
        dtype = schema[self.column]
        if not (same := _comparable([self.value], dtype)):
            return _never(self.column)
        return flag(_compared(self.column, dtype) == same[0])

    def values(self, columns: Mapping[str, pd.Series[Any]]) -> Floats:
        """The factor of a pandas column."""
        return np.asarray((columns[self.column] == self.value).to_numpy(dtype=bool, na_value=False), dtype=np.float64)


@dataclass(frozen=True)
class Present(OneColumn):
    """1 where the column holds a value, else 0."""

    def expression(self, schema: nw.Schema) -> nw.Expr:
        """The factor on any engine, as float64."""
        return nw.when(_known(self.column, schema).is_null()).then(nw.lit(0)).otherwise(nw.lit(1)).cast(nw.Float64)

    def values(self, columns: Mapping[str, pd.Series[Any]]) -> Floats:
        """The factor of a pandas column."""
        return np.asarray(~is_missing(columns[self.column]), dtype=np.float64)


@dataclass(frozen=True)
class Missing(OneColumn):
    """1 where the column holds no value, else 0."""

    def expression(self, schema: nw.Schema) -> nw.Expr:
        """The factor on any engine, as float64."""
        return flag(_known(self.column, schema).is_null())

    def values(self, columns: Mapping[str, pd.Series[Any]]) -> Floats:
        """The factor of a pandas column."""
        return np.asarray(is_missing(columns[self.column]), dtype=np.float64)


@dataclass(frozen=True)
class Between(OneColumn):
    """1 where `low` <= column <= `high`, else 0; missing counts 0."""

    low: float = -np.inf
    high: float = np.inf

    def expression(self, schema: nw.Schema) -> nw.Expr:
        """The factor on any engine, as float64."""
        value = number_expression(self.column, schema)
        bounds = [value >= self.low] if np.isfinite(self.low) else []
        bounds += [value <= self.high] if np.isfinite(self.high) else []
        if not bounds:
            return Present(self.column).expression(schema)
        # a comparison with null is null, which `when` takes for no; only a positive predicate may be relied on for that
        return flag(bounds[0] & bounds[1] if len(bounds) == 2 else bounds[0])

    def values(self, columns: Mapping[str, pd.Series[Any]]) -> Floats:
        """The factor of a pandas column."""
        value = floats(columns[self.column])
        return np.asarray((value >= self.low) & (value <= self.high), dtype=np.float64)


@dataclass(frozen=True)
class Outside(OneColumn):
    """1 where the column is below `low` or above `high`, else 0; missing counts 0."""

    low: float = -np.inf
    high: float = np.inf

    def expression(self, schema: nw.Schema) -> nw.Expr:
        """The factor on any engine, as float64."""
        value = number_expression(self.column, schema)
        bounds = [value < self.low] if np.isfinite(self.low) else []
        bounds += [value > self.high] if np.isfinite(self.high) else []
        if not bounds:
            return _never(self.column)
        return flag(bounds[0] | bounds[1] if len(bounds) == 2 else bounds[0])

    def values(self, columns: Mapping[str, pd.Series[Any]]) -> Floats:
        """The factor of a pandas column."""
        value = floats(columns[self.column])
        return np.asarray((value < self.low) | (value > self.high), dtype=np.float64)


@dataclass(frozen=True)
class Unlisted(OneColumn):
    """1 where the column holds a value that is none of `listed`, else 0; missing counts 0."""

    listed: tuple[Any, ...] = ()

    def expression(self, schema: nw.Schema) -> nw.Expr:
        """The factor on any engine, as float64."""
        known = Present(self.column).expression(schema)
        if not (listed := _comparable(self.listed, schema[self.column])):
            return known
        return known - flag(_compared(self.column, schema[self.column]).is_in(listed))

    def values(self, columns: Mapping[str, pd.Series[Any]]) -> Floats:
        """The factor of a pandas column."""
        column, listed = columns[self.column], list(self.listed)
        try:
            found = column.isin(listed)
        except TypeError:  # arrow refuses to look for numbers among texts
            is_text = pd.api.types.is_string_dtype(column.dtype)
            found = column.isin([value for value in listed if isinstance(value, str) == is_text])
        return np.asarray(~is_missing(column) & ~found.to_numpy(dtype=bool, na_value=False), dtype=np.float64)


def number_expression(name: str, schema: nw.Schema) -> nw.Expr:
    """A numeric or yes/no column as float64, missing and NaN as null.

    Raises
    ------
    DataError
        The column holds text or dates, which some engines would read as numbers and others not.
    """
    column, dtype = nw.col(name), schema[name]
    if dtype == nw.Boolean:  # casting or summing yes/no fails on some engines
        no = nw.when(column == False).then(nw.lit(0))  # noqa: E712
        return nw.when(column == True).then(nw.lit(1)).otherwise(no).cast(nw.Float64)  # noqa: E712
    if not (dtype.is_numeric() or dtype in (nw.Unknown, nw.Object)):
        raise not_numbers(name, dtype)
    # small integers wrap when multiplied, so they are made float64 before anything else
    return _known(name, schema).cast(nw.Float64)


def plain_expression(name: str, dtype: nw.dtypes.DType) -> nw.Expr:
    """A column as a key: NaN is missing, -0.0 is 0.0 (Arrow tells them apart), levels of a category are text."""
    if dtype in (nw.Categorical, nw.Enum):
        return nw.col(name).cast(nw.String)
    # decimals stay what they are: as floats, neighbours beyond 2^53 would be one key
    return nw.col(name).fill_nan(None) + 0.0 if dtype.is_float() else nw.col(name)


def _compared(name: str, dtype: nw.dtypes.DType) -> nw.Expr:
    """A column as it is compared with values that `_comparable` lets through: decimals as float64."""
    if dtype.is_float():
        return nw.col(name).fill_nan(None)
    return nw.col(name).cast(nw.Float64) if dtype == nw.Decimal else plain_expression(name, dtype)


def floats(column: pd.Series[Any]) -> Floats:
    """A numeric or yes/no column as floats, missing as NaN.

    Raises
    ------
    DataError
        The column holds text or dates.
    """
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "fiub":
        return column.to_numpy(dtype=np.float64)
    is_text = column.dtype != object and pd.api.types.is_string_dtype(column.dtype)
    if is_text or pd.api.types.is_datetime64_any_dtype(column.dtype):
        raise not_numbers(str(column.name), column.dtype)
    try:
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):  # objects that are dates or words; numpy's own message would show one
        raise not_numbers(str(column.name), column.dtype) from None


def is_missing(column: pd.Series[Any]) -> NDArray[np.bool_]:
    """Where a pandas column holds no value; nullable and arrow floats may hold NaN beside their own missing value."""
    if holds_nan_beside_null(column):
        return np.isnan(floats(column))
    return np.asarray(column.isna(), dtype=np.bool_)


def holds_nan_beside_null(column: pd.Series[Any]) -> bool:
    """True for floats that pandas or arrow hold with a missing value of their own, beside which NaN may stand."""
    return pd.api.types.is_float_dtype(column.dtype) and not isinstance(column.dtype, np.dtype)


def plain_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """A pandas frame with its columns as other engines hold them; the same frame where they are so already.

    NaN beside a missing value of arrow or pandas is missing, -0.0 beside it is 0.0, yes/no with gaps is that, and arrow's
    dictionaries are categories.
    """
    made = {}
    for name, column in frame.items():
        if holds_nan_beside_null(column) and _is_odd(column):
            made[name] = column.mask(is_missing(column)) + 0.0
        elif column.dtype == object and pd.api.types.infer_dtype(column, skipna=True) == "boolean":
            made[name] = column.astype("boolean")
        elif isinstance(column.dtype, pd.ArrowDtype) and str(column.dtype).startswith("dictionary"):
            made[name] = pd.Series(column.array.__arrow_array__().to_pandas().array, index=column.index)  # levels stay ordered
    if not made:
        return frame
    frame = frame.copy(deep=False)
    for name, column in made.items():
        frame[name] = column
    return frame


def _is_odd(column: pd.Series[Any]) -> bool:
    """Whether floats with a missing value of their own hold NaN or -0.0 too."""
    values = floats(column)
    return bool(np.isnan(values).sum() > column.isna().sum() or (np.signbit(values) & (values == 0)).any())


def not_numbers(name: str, dtype: Any) -> DataError:
    """The error for a column of another kind."""
    return DataError(f"{name!r} holds {dtype}; numbers or yes/no are expected.")


def _known(name: str, schema: nw.Schema) -> nw.Expr:
    """A column with NaN as null: pandas merges the two, other engines do not."""
    return nw.col(name).fill_nan(None) if schema[name].is_float() else nw.col(name)


def flag(predicate: nw.Expr) -> nw.Expr:
    """1 where a positive predicate holds, else 0; negated ones are wrong where a value is missing.

    Whole numbers, then cast: PostgreSQL takes 1.0 for a decimal, whose sum Ibis, which takes it for a float, cannot collect.
    """
    made: nw.Expr = nw.when(predicate).then(nw.lit(1)).otherwise(nw.lit(0)).cast(nw.Float64)
    return made


def _never(name: str) -> nw.Expr:
    """0 in every row; a bare number would be one row."""
    return flag(nw.col(name).is_null()) * 0.0


def _comparable(values: Sequence[Any], dtype: nw.dtypes.DType) -> list[Any]:
    """Those of some values that a column of that kind can hold: engines disagree on what "1" == 1 is, pandas says no."""
    plain = [value.item() if isinstance(value, np.generic) else value for value in values]
    if dtype in (nw.String, nw.Categorical, nw.Enum):
        return [value for value in plain if isinstance(value, str)]
    if dtype == nw.Boolean:
        return [bool(value) for value in plain if not isinstance(value, str) and value in (0, 1)]
    if dtype.is_numeric():  # Polars finds whole numbers among whole numbers alone, and floats among floats
        numbers = [value for value in plain if not isinstance(value, str)]
        return [int(value) for value in numbers if value == value // 1] if dtype.is_integer() else list(map(float, numbers))
    return plain
