"""The one grouped sum. Estimators ask it for totals and never loop over rows themselves.

`group_sums` is written on narwhals, so it answers from pandas, pyarrow, Polars, DuckDB, Spark and Ibis tables and from Parquet
files, each where its rows lie. For pandas frames in memory `sufficient_stats` answers by `numpy.bincount` instead, which is
several times faster there; a property test holds the two equal. Terms are products of a few factors (`num`, `level`, ...), which
every engine can evaluate.
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
from crampstats.core.tables import collect_frame, scan_table

Floats = NDArray[np.float64]
ROWS = "rows"
MAX_GROUPS = 5_000_000  # collecting more groups than this is no summary any more
BLOCK = 65_536  # rows summed at a time; columns of this length stay in cache, where whole columns go to memory and back


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
    """The column minus `centre`; missing counts 0. Centring keeps second moments from cancelling."""

    centre: float = 0.0

    def expression(self, schema: nw.Schema) -> nw.Expr:
        """The factor on any engine, as float64."""
        if schema[self.column] == nw.Boolean:  # casting yes/no to numbers fails on some engines
            value = nw.when(nw.col(self.column) == True).then(nw.lit(1.0)).otherwise(nw.lit(0.0))  # noqa: E712
            return (value - self.centre) * Present(self.column).expression(schema)
        # small integers wrap when multiplied, so they are made float64 before anything else
        value = _known(self.column, schema).cast(nw.Float64)
        return (value - self.centre if self.centre else value).fill_null(0.0)

    def values(self, columns: Mapping[str, pd.Series[Any]]) -> Floats:
        """The factor of a pandas column."""
        value = floats(columns[self.column])
        if self.centre:
            value = value - self.centre
        return np.where(np.isnan(value), 0.0, value)


@dataclass(frozen=True)
class Level(OneColumn):
    """1 where the column equals `value`, else 0; missing counts 0."""

    value: Any = True

    def expression(self, schema: nw.Schema) -> nw.Expr:
        """The factor on any engine, as float64."""
        dtype = schema[self.column]
        value = bool(self.value) if dtype == nw.Boolean else self.value
        return _flag(plain_expression(self.column, dtype) == value)

    def values(self, columns: Mapping[str, pd.Series[Any]]) -> Floats:
        """The factor of a pandas column."""
        return np.asarray((columns[self.column] == self.value).to_numpy(dtype=bool, na_value=False), dtype=np.float64)


@dataclass(frozen=True)
class Present(OneColumn):
    """1 where the column holds a value, else 0."""

    def expression(self, schema: nw.Schema) -> nw.Expr:
        """The factor on any engine, as float64."""
        return nw.when(_known(self.column, schema).is_null()).then(nw.lit(0.0)).otherwise(nw.lit(1.0))

    def values(self, columns: Mapping[str, pd.Series[Any]]) -> Floats:
        """The factor of a pandas column."""
        return np.asarray(columns[self.column].notna(), dtype=np.float64)


@dataclass(frozen=True)
class Missing(OneColumn):
    """1 where the column holds no value, else 0."""

    def expression(self, schema: nw.Schema) -> nw.Expr:
        """The factor on any engine, as float64."""
        return _flag(_known(self.column, schema).is_null())

    def values(self, columns: Mapping[str, pd.Series[Any]]) -> Floats:
        """The factor of a pandas column."""
        return np.asarray(columns[self.column].isna(), dtype=np.float64)


@dataclass(frozen=True)
class Between(OneColumn):
    """1 where `low` <= column <= `high`, else 0; missing counts 0."""

    low: float = -np.inf
    high: float = np.inf

    def expression(self, schema: nw.Schema) -> nw.Expr:
        """The factor on any engine, as float64."""
        value = _known(self.column, schema).cast(nw.Float64)
        bounds = [value >= self.low] if np.isfinite(self.low) else []
        bounds += [value <= self.high] if np.isfinite(self.high) else []
        if not bounds:
            return Present(self.column).expression(schema)
        # a comparison with null is null, which `when` takes for no; only a positive predicate may be relied on for that
        return _flag(bounds[0] & bounds[1] if len(bounds) == 2 else bounds[0])

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
        value = _known(self.column, schema).cast(nw.Float64)
        return _flag((value < self.low) | (value > self.high))

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
        if not self.listed:
            return known
        return known - _flag(plain_expression(self.column, schema[self.column]).is_in(list(self.listed)))

    def values(self, columns: Mapping[str, pd.Series[Any]]) -> Floats:
        """The factor of a pandas column."""
        column = columns[self.column]
        return np.asarray((column.notna() & ~column.isin(list(self.listed))).to_numpy(dtype=bool), dtype=np.float64)


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


def unlisted(column: str, listed: Sequence[Any]) -> Term:
    """1 where the column holds a value that is none of `listed`."""
    return Term((Unlisted(column, tuple(listed)),))


def group_sums(table: Any, by: Sequence[str], terms: Mapping[str, Term], where: Term = ONE) -> Any:
    """Sums of terms by group as a lazy narwhals frame, to be summed again or collected.

    Parameters
    ----------
    table
        Any table: a frame of pandas, pyarrow or Polars, a DuckDB relation, a Spark or Ibis table, the name of a Parquet file or a
        pattern of names, or what this function returned.
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

    Raises
    ------
    DataError
        A column is absent, or two names differ in nothing but upper and lower case, which some engines take for one.
    """
    frame = scan_table(table)
    schema = nw.Schema(frame.collect_schema())
    _check_columns(list(schema), by, terms, where)
    _refuse_alike([*by, *terms, ROWS])
    if where.factors:
        frame = frame.filter(_product(where, schema) > 0.0)
    # expressions are selected before the group-by: pandas aggregates simple reductions only
    keys = [plain_expression(name, schema[name]).alias(name) for name in by]
    sums = {name: _product(term, schema).alias(name) for name, term in terms.items() if term.factors}
    counted = [nw.len().alias(ROWS), *(nw.col(name).sum() for name in sums)]
    chosen = frame.select(*keys, *sums.values()) if keys or sums else frame.select(next(iter(schema)))
    summed = chosen.group_by(*by).agg(*counted) if by else chosen.select(*counted)
    rows = nw.col(ROWS).cast(nw.Int64)
    plain = [nw.col(name) if name in sums else rows.cast(nw.Float64).alias(name) for name in terms]
    return summed.select(*by, rows, *plain)


def sufficient_stats(
    table: Any, by: Sequence[str], terms: Mapping[str, Term], where: Term = ONE
) -> pd.DataFrame:
    """Sums of terms by group, collected, sorted by key, keys in plain dtypes.

    Parameters
    ----------
    table, by, terms, where
        As in `group_sums`.

    Returns
    -------
    pandas.DataFrame
        One row per observed combination of keys (missing keys sort last): key columns (text as str, whole numbers as Int64,
        yes/no as boolean), `rows` (int64) and one float64 column per term. Engines add in their own order, so the last digits of
        a sum may differ from run to run.

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
    if isinstance(table, pd.DataFrame):
        _check_columns(list(table.columns), by, terms, where)
        sums = _bincount_sums(table, by, terms, where)
    else:
        sums = _collected_sums(table, by, terms, where)
    if len(sums) > MAX_GROUPS:
        raise DataError(f"more than {MAX_GROUPS:,} groups by {', '.join(by)}; no more can be collected: group coarser.")
    return _tidy(sums, by, terms)


def _collected_sums(table: Any, by: Sequence[str], terms: Mapping[str, Term], where: Term) -> pd.DataFrame:
    """The narwhals answer, collected to pandas; no more groups than are needed to see that they are too many."""
    sums = group_sums(table, by, terms, where)
    return collect_frame(sums.head(MAX_GROUPS + 1) if by else sums)


def _bincount_sums(frame: pd.DataFrame, by: Sequence[str], terms: Mapping[str, Term], where: Term) -> pd.DataFrame:
    """The same sums of a pandas frame by `numpy.bincount`, in blocks of rows small enough for the processor's cache."""
    parts, keys = group_codes(frame, by)
    factors = dict.fromkeys(factor for term in (where, *terms.values()) for factor in term.factors)
    columns = {name: frame[name] for factor in factors for name in factor.columns}
    counts, sums = np.zeros(len(keys), dtype=np.int64), {name: np.zeros(len(keys)) for name in terms}
    # each block is added to every group, so it must not have fewer rows than there are groups
    step = max(BLOCK, len(keys))
    for start in range(0, len(frame), step):
        rows = slice(start, min(start + step, len(frame)))
        codes = block_codes(parts, rows)
        block = {name: column.iloc[rows] for name, column in columns.items()}
        values = {factor: factor.values(block) for factor in factors}
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
    wanted = [*by, *(name for term in (*terms.values(), where) for factor in term.factors for name in factor.columns)]
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
    """A term of at least one factor as a narwhals expression."""
    product = term.factors[0].expression(schema)
    for factor in term.factors[1:]:
        product = product * factor.expression(schema)
    return product


def _refuse_alike(names: Sequence[str]) -> None:
    """Refuse names that differ in nothing but upper and lower case: some engines take them for one column."""
    folded = [name.casefold() for name in names]
    if alike := [name for name in names if folded.count(name.casefold()) > 1]:
        raise DataError(f"the columns {', '.join(alike)} differ in upper and lower case only; rename all but one.")


def plain_expression(name: str, dtype: nw.dtypes.DType) -> nw.Expr:
    """A column as a key: NaN is missing, and levels of a category are text."""
    if dtype in (nw.Categorical, nw.Enum):
        return nw.col(name).cast(nw.String)
    return nw.col(name).fill_nan(None) if dtype.is_float() else nw.col(name)


def _known(name: str, schema: nw.Schema) -> nw.Expr:
    """A column with NaN as null: pandas merges the two, other engines do not."""
    return nw.col(name).fill_nan(None) if schema[name].is_float() else nw.col(name)


def _flag(predicate: nw.Expr) -> nw.Expr:
    """1 where a positive predicate holds, else 0; negated ones are wrong where a value is missing."""
    return nw.when(predicate).then(nw.lit(1.0)).otherwise(nw.lit(0.0))


def floats(column: pd.Series[Any]) -> Floats:
    """A numeric or yes/no column as floats, missing as NaN."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "fiub":
        return column.to_numpy(dtype=np.float64)
    return column.to_numpy(dtype=np.float64, na_value=np.nan)
