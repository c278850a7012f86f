"""The one grouped sum. Estimators ask it for totals and never loop over rows themselves.

`group_sums` is written on narwhals, so it answers from pandas, pyarrow, Polars, DuckDB or Spark tables. For pandas frames in
memory `sufficient_stats` answers by `numpy.bincount` instead, which is several times faster there; a property test holds the two
equal. Terms are products of a few factors (`num`, `level`, `present`, ...), so that every engine can evaluate them.
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
from crampstats.core.group_codes import block_codes, group_codes

Floats = NDArray[np.float64]
ROWS = "rows"
MAX_GROUPS = 5_000_000  # collecting more groups than this is no summary any more
BLOCK = 65_536  # rows summed at a time; columns of this length stay in cache, where whole columns go to memory and back


class Factor(Protocol):
    """One factor of a term: a number per row, 0 where a number is missing."""

    @property
    def column(self) -> str:
        """The column it reads."""
        ...

    def expression(self, dtype: nw.dtypes.DType) -> nw.Expr:
        """The factor on any engine, as float64."""
        ...

    def values(self, column: pd.Series[Any]) -> Floats:
        """The factor of a pandas column."""
        ...


@dataclass(frozen=True)
class Number:
    """The column minus `centre`; missing counts 0. Centring keeps second moments from cancelling."""

    column: str
    centre: float = 0.0

    def expression(self, dtype: nw.dtypes.DType) -> nw.Expr:
        if dtype == nw.Boolean:  # casting yes/no to numbers fails on some engines
            value = nw.when(nw.col(self.column) == True).then(nw.lit(1.0)).otherwise(nw.lit(0.0))  # noqa: E712
            return (value - self.centre) * Present(self.column).expression(dtype)
        return (_no_nan(nw.col(self.column).cast(nw.Float64), dtype) - self.centre).fill_null(0.0)

    def values(self, column: pd.Series[Any]) -> Floats:
        value = _floats(column) - self.centre
        return np.where(np.isnan(value), 0.0, value)


@dataclass(frozen=True)
class Level:
    """1 where the column equals `value`, else 0; missing counts 0."""

    column: str
    value: Any

    def expression(self, dtype: nw.dtypes.DType) -> nw.Expr:
        value = bool(self.value) if dtype == nw.Boolean else self.value
        return nw.when(nw.col(self.column) == value).then(nw.lit(1.0)).otherwise(nw.lit(0.0))

    def values(self, column: pd.Series[Any]) -> Floats:
        return np.asarray((column == self.value).to_numpy(dtype=bool, na_value=False), dtype=np.float64)


@dataclass(frozen=True)
class Present:
    """1 where the column holds a value, else 0."""

    column: str

    def expression(self, dtype: nw.dtypes.DType) -> nw.Expr:
        return nw.when(_no_nan(nw.col(self.column), dtype).is_null()).then(nw.lit(0.0)).otherwise(nw.lit(1.0))

    def values(self, column: pd.Series[Any]) -> Floats:
        return np.asarray(column.notna(), dtype=np.float64)


@dataclass(frozen=True)
class Missing:
    """1 where the column holds no value, else 0."""

    column: str

    def expression(self, dtype: nw.dtypes.DType) -> nw.Expr:
        return nw.when(_no_nan(nw.col(self.column), dtype).is_null()).then(nw.lit(1.0)).otherwise(nw.lit(0.0))

    def values(self, column: pd.Series[Any]) -> Floats:
        return np.asarray(column.isna(), dtype=np.float64)


@dataclass(frozen=True)
class Between:
    """1 where `low` <= column <= `high`, else 0; missing counts 0."""

    column: str
    low: float = -np.inf
    high: float = np.inf

    def expression(self, dtype: nw.dtypes.DType) -> nw.Expr:
        value = _no_nan(nw.col(self.column).cast(nw.Float64), dtype)
        inside = nw.lit(1.0)
        for bound, holds in ((self.low, value >= self.low), (self.high, value <= self.high)):
            if np.isfinite(bound):
                inside = inside * nw.when(holds).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
        return inside * Present(self.column).expression(dtype)

    def values(self, column: pd.Series[Any]) -> Floats:
        value = _floats(column)
        return np.asarray((value >= self.low) & (value <= self.high), dtype=np.float64)


@dataclass(frozen=True)
class Outside:
    """1 where the column is below `low` or above `high`, else 0; missing counts 0."""

    column: str
    low: float
    high: float

    def expression(self, dtype: nw.dtypes.DType) -> nw.Expr:
        value = _no_nan(nw.col(self.column).cast(nw.Float64), dtype)
        beyond = (value < self.low) | (value > self.high)
        return nw.when(beyond).then(nw.lit(1.0)).otherwise(nw.lit(0.0))

    def values(self, column: pd.Series[Any]) -> Floats:
        value = _floats(column)
        return np.asarray((value < self.low) | (value > self.high), dtype=np.float64)


@dataclass(frozen=True)
class Term:
    """A product of factors; an empty product is 1, so its sum counts rows."""

    factors: tuple[Factor, ...] = ()

    def __mul__(self, other: Term) -> Term:
        return Term((*self.factors, *other.factors))


ONE = Term()


def num(column: str, centre: float = 0.0) -> Term:
    """The column's value less `centre`; missing counts 0."""
    return Term((Number(column, centre),))


def level(column: str, value: Any) -> Term:
    """1 where the column equals `value`."""
    return Term((Level(column, value),))


def present(column: str) -> Term:
    """1 where the column holds a value."""
    return Term((Present(column),))


def missing(column: str) -> Term:
    """1 where the column holds no value."""
    return Term((Missing(column),))


def between(column: str, low: float = -np.inf, high: float = np.inf) -> Term:
    """1 where `low` <= column <= `high`."""
    return Term((Between(column, low, high),))


def outside(column: str, low: float, high: float) -> Term:
    """1 where the column lies outside [`low`, `high`]."""
    return Term((Outside(column, low, high),))


def group_sums(frame: Any, by: Sequence[str], terms: Mapping[str, Term], where: Term = ONE) -> Any:
    """Sums of terms by group as a lazy narwhals frame, to be summed again or collected.

    Parameters
    ----------
    frame
        Any table narwhals understands.
    by
        Key columns; a missing key is a group of its own. Empty: one group.
    terms
        Name of each sum and its term.
    where
        Rows for which this term is 0 are left out. A domain is a key, never this filter: the variance needs its other rows.

    Returns
    -------
    narwhals.LazyFrame
        Key columns, `rows` (Int64) and one float64 column a term, unsorted.
    """
    table = nw.from_native(frame).lazy()
    schema = table.collect_schema()
    _check_columns(list(schema), by, terms, where)
    if where.factors:
        table = table.filter(_product(where, schema) > 0.0)
    # expressions are selected before the group-by: pandas aggregates simple reductions only
    keys = [_no_nan(nw.col(name), schema[name]).alias(name) for name in by]
    sums = [_product(term, schema).alias(name) for name, term in terms.items()]
    chosen = table.select(*keys, *sums, nw.lit(1).alias(ROWS))
    reductions = [nw.col(ROWS).sum(), *(nw.col(name).sum() for name in terms)]
    return chosen.group_by(*by).agg(*reductions) if by else chosen.select(*reductions)


def sufficient_stats(
    frame: Any, by: Sequence[str], terms: Mapping[str, Term], where: Term = ONE
) -> pd.DataFrame:
    """Sums of terms by group, collected, sorted by key, keys in plain dtypes.

    Parameters
    ----------
    frame, by, terms, where
        As in `group_sums`.

    Returns
    -------
    pandas.DataFrame
        One row per observed combination of keys (missing keys sort last): key columns (text as str, whole numbers as Int64,
        yes/no as boolean), `rows` (int64) and one float64 column per term.

    Raises
    ------
    DataError
        A column is absent, a key is a fractional number, or there are more groups than can be collected.

    Examples
    --------
    >>> frame = pd.DataFrame({"sex": ["f", "m", "f"], "w": [1.0, 2.0, 4.0], "y": [1, 1, 0]})
    >>> sufficient_stats(frame, ["sex"], {"w": num("w"), "wy": num("w") * level("y", 1)})
      sex  rows    w   wy
    0   f     2  5.0  1.0
    1   m     1  2.0  2.0
    """
    if isinstance(frame, pd.DataFrame):
        _check_columns(list(frame.columns), by, terms, where)
        sums = _bincount_sums(frame, by, terms, where)
    else:
        sums = _collected_sums(frame, by, terms, where)
    if len(sums) > MAX_GROUPS:
        raise DataError(f"{len(sums):,} groups by {', '.join(by)}; at most {MAX_GROUPS:,} can be collected: group coarser.")
    return _tidy(sums, by, terms)


def _collected_sums(frame: Any, by: Sequence[str], terms: Mapping[str, Term], where: Term) -> pd.DataFrame:
    """The narwhals answer, collected to pandas."""
    collected: pd.DataFrame = group_sums(frame, by, terms, where).collect().to_pandas()
    return collected


def _bincount_sums(frame: pd.DataFrame, by: Sequence[str], terms: Mapping[str, Term], where: Term) -> pd.DataFrame:
    """The same sums of a pandas frame by `numpy.bincount`, in blocks of rows small enough for the processor's cache."""
    parts, keys = group_codes(frame, by)
    factors = dict.fromkeys(factor for term in (where, *terms.values()) for factor in term.factors)
    columns = {factor.column: frame[factor.column] for factor in factors}
    counts, sums = np.zeros(len(keys), dtype=np.int64), {name: np.zeros(len(keys)) for name in terms}
    # each block is added to every group, so it must not have fewer rows than there are groups
    step = max(BLOCK, len(keys))
    for start in range(0, len(frame), step):
        rows = slice(start, min(start + step, len(frame)))
        codes = block_codes(parts, rows)
        values = {factor: factor.values(columns[factor.column].iloc[rows]) for factor in factors}
        if where.factors:
            kept = _values(where, values) > 0.0
            codes, values = codes[kept], {factor: value[kept] for factor, value in values.items()}
        found = np.bincount(codes, minlength=len(keys))
        counts += found
        for name, term in terms.items():
            sums[name] += np.bincount(codes, _values(term, values), len(keys)) if term.factors else found
    table = pd.concat([keys, pd.DataFrame({ROWS: counts, **sums}, index=keys.index)], axis=1)
    return table[counts > 0] if by else table


def _tidy(sums: pd.DataFrame, by: Sequence[str], terms: Mapping[str, Term]) -> pd.DataFrame:
    """Keys in plain dtypes and sorted, missing last; sums as float64, rows as int64."""
    columns = {name: plain_key(sums[name]) for name in by}
    columns[ROWS] = sums[ROWS].fillna(0).astype("int64")
    columns |= {name: sums[name].astype("float64").fillna(0.0) for name in terms}
    out = pd.DataFrame(columns, index=sums.index)
    return (out.sort_values(list(by), na_position="last") if by else out).reset_index(drop=True)


def plain_key(column: pd.Series[Any]) -> pd.Series[Any]:
    """A key column in a plain dtype: text, whole numbers (Int64) or yes/no (boolean); fractional numbers are refused."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        levels = column.dtype.categories.dtype
        is_plain = pd.api.types.is_numeric_dtype(levels) or pd.api.types.is_bool_dtype(levels)
        column = column.astype(object if is_plain else "str")
    elif isinstance(column.dtype, pd.ArrowDtype) and str(column.dtype).startswith("dictionary"):  # which arrow cannot sort
        column = column.astype("str")
    if column.dtype == object:  # yes/no with gaps, or mixed values
        column = column.convert_dtypes()
    if pd.api.types.is_bool_dtype(column.dtype):
        return column.astype("boolean")
    if pd.api.types.is_integer_dtype(column.dtype):
        return column.astype("Int64")
    if pd.api.types.is_float_dtype(column.dtype):
        known = column.dropna().to_numpy(dtype=np.float64)
        broken = ~np.isfinite(known) | (known != np.floor(known))
        if broken.any():
            raise DataError(
                f"{column.name} holds {int(broken.sum())} fractional or infinite numbers (first: {known[broken][0]}) "
                "and can be neither a group nor a yes/no outcome; cut it into bands first."
            )
        return column.astype("Float64").astype("Int64")
    return column.astype("str") if column.dtype == object else column


def _check_columns(have: Sequence[str], by: Sequence[str], terms: Mapping[str, Term], where: Term) -> None:
    """Refuse columns that are not there and names that collide."""
    wanted = [*by, *(factor.column for term in (*terms.values(), where) for factor in term.factors)]
    lacking = sorted({name for name in wanted if name not in have})
    if lacking:
        raise DataError(f"no column {', '.join(map(repr, lacking))} in the table; it has {', '.join(map(str, have))}.")
    clash = sorted(set(by) & {*terms, ROWS})
    if clash:
        raise DataError(f"key column(s) {', '.join(clash)} share a name with a sum; rename them.")


def _values(term: Term, values: Mapping[Factor, Floats]) -> Floats:
    """A term as the product of the values of its factors."""
    product = values[term.factors[0]]
    for factor in term.factors[1:]:
        product = product * values[factor]
    return product


def _product(term: Term, schema: nw.Schema) -> nw.Expr:
    """A term as a narwhals expression."""
    if not term.factors:
        first = next(iter(schema))
        return Present(first).expression(schema[first]) + Missing(first).expression(schema[first])
    product = term.factors[0].expression(schema[term.factors[0].column])
    for factor in term.factors[1:]:
        product = product * factor.expression(schema[factor.column])
    return product


def _no_nan(expression: nw.Expr, dtype: nw.dtypes.DType) -> nw.Expr:
    """NaN as null: pandas merges the two, other engines do not."""
    return expression.fill_nan(None) if dtype.is_float() else expression


def _floats(column: pd.Series[Any]) -> Floats:
    """A numeric or yes/no column as floats, missing as NaN."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "fiub":
        return column.to_numpy(dtype=np.float64)
    return column.to_numpy(dtype=np.float64, na_value=np.nan)
