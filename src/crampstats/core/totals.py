"""The one grouped sum. Estimators ask it for totals and never loop over rows themselves.

`group_sums` is written on narwhals, so it answers from pandas, pyarrow, Polars, DuckDB, Spark and Ibis tables and from Parquet
files, each where its rows lie. For pandas frames in memory `sufficient_stats` answers by `numpy.bincount` instead, which is
several times faster there; a property test holds the two equal. Terms are products of a few factors (`num`, `level`, ...), which
every engine can evaluate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core import tables
from crampstats.core.errors import DataError
from crampstats.core.factors import Between, Level, Missing, Number, Outside, Present, Unlisted, holds_nan_beside_null, is_missing
from crampstats.core.factors import Factor as Factor
from crampstats.core.factors import Floats as Floats
from crampstats.core.factors import OneColumn as OneColumn
from crampstats.core.factors import floats as floats
from crampstats.core.factors import plain_expression as plain_expression
from crampstats.core.group_codes import block_codes, group_codes
from crampstats.core.tables import (
    collect_frame,
    collect_sums,
    eager_blocks,
    readable_name,
    refuse_names,
    scan_table,
    too_many_sums,
)

ROWS = "rows"
BLOCK = 65_536  # rows summed at a time; columns of this length stay in cache, where whole columns go to memory and back


@dataclass(frozen=True)
class Term:
    """A product of factors; an empty product is 1, so its sum counts rows."""

    factors: tuple[Factor, ...] = ()

    def __mul__(self, other: Term) -> Term:
        return Term((*self.factors, *other.factors))


ONE = Term()


def num(column: str, centre: float = 0.0, *, complete: bool = False) -> Term:
    """The column's value less `centre`; missing counts 0, which costs nothing where a column is known to be `complete`."""
    return Term((Number(column, centre, complete),))


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


def outside(column: str, low: float = -np.inf, high: float = np.inf) -> Term:
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
    refuse_names(frame, _read(by, (*terms.values(), where)))
    if where.factors:
        frame = frame.filter(_product(where, schema) > 0.0)
    # expressions are selected before the group-by: pandas aggregates simple reductions only
    short = {name: f"_key{place}" if "." in name else name for place, name in enumerate(by)}  # DuckDB cannot group by dots
    keys = [plain_expression(name, schema[name]).alias(short[name]) for name in by]
    first = _distinct_terms(terms)
    sums = {name: _product(term, schema).alias(name) for term, name in first.items() if term.factors}
    counted = [nw.len().alias(ROWS), *(nw.col(name).sum() for name in sums)]
    chosen = frame.select(*keys, *sums.values()) if keys or sums else frame.select(readable_name(schema))
    summed = chosen.group_by(*short.values()).agg(*counted) if by else chosen.select(*counted)
    rows = nw.col(ROWS).cast(nw.Int64)
    named = [
        (nw.col(first[term]) if term.factors else rows.cast(nw.Float64)).alias(name) for name, term in terms.items()
    ]
    return summed.select(*(nw.col(made).alias(name) for name, made in short.items()), rows, *named)


def sufficient_stats(
    table: Any, by: Sequence[str], terms: Mapping[str, Term], where: Term = ONE, *, keep_undefined: bool = False
) -> pd.DataFrame:
    """Sums of terms by group, collected, sorted by key, keys in plain dtypes.

    Parameters
    ----------
    table, by, terms, where
        As in `group_sums`.
    keep_undefined
        Leave a sum that is no number NaN, for callers who look at some of the groups alone.

    Returns
    -------
    pandas.DataFrame
        One row per observed combination of keys (missing keys sort last): key columns (text as str, whole numbers as Int64,
        yes/no as boolean), `rows` (int64) and one float64 column per term. Engines add in their own order, so the last digits of
        a sum may differ from run to run.

    Raises
    ------
    DataError
        A column is absent, a key is a fractional number, there are more groups than can be collected, or a sum is no number:
        of infinite values of both signs, or of a NaN that the engine overlooks.

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
    if len(sums) > tables.MAX_ROWS:
        raise too_many_sums(*_coarser(by))
    tidy = _tidy(sums, by, terms)
    if not keep_undefined:
        for name, term in terms.items():
            # factors that are complete are the caller's own, to answer for
            if not all(getattr(factor, "complete", False) for factor in term.factors):
                refuse_undefined(tidy[name], [name for factor in term.factors for name in factor.columns])
    return tidy


def refuse_undefined(sums: Any, columns: Iterable[str]) -> None:
    """Refuse sums of some columns that are no numbers.

    Raises
    ------
    DataError
        There are such sums.
    """
    if lost := int(np.isnan(np.asarray(sums, dtype=np.float64)).sum()):
        raise DataError(
            f"{lost} sum(s) of {', '.join(map(repr, dict.fromkeys(columns)))} are no numbers: there are infinite values of both "
            "signs, or NaN that the engine overlooks (DuckDB 2.0 in Parquet files; give crampstats their name, or read them with "
            "can_have_nan=true)."
        )


def _collected_sums(table: Any, by: Sequence[str], terms: Mapping[str, Term], where: Term) -> pd.DataFrame:
    """The narwhals answer, collected to pandas; no more groups than are needed to see that they are too many."""
    parts = []
    for block in eager_blocks(table):
        sums = group_sums(block, by, terms, where)
        parts.append(collect_sums(sums, *_coarser(by)) if by else collect_frame(sums))
    return parts[0] if len(parts) == 1 else _added_up(pd.concat(parts, ignore_index=True), by)


def _coarser(by: Sequence[str]) -> tuple[str, str]:
    return f"groups by {', '.join(by)}", "group coarser"


def _added_up(sums: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Sums of parts of a table as those of the whole."""
    if not by:
        return sums.sum().to_frame().T
    return sums.groupby(list(by), dropna=False, observed=True, sort=False).sum().reset_index()


def _bincount_sums(frame: pd.DataFrame, by: Sequence[str], terms: Mapping[str, Term], where: Term) -> pd.DataFrame:
    """The same sums of a pandas frame by `numpy.bincount`, in blocks of rows small enough for the processor's cache."""
    parts, keys = group_codes(frame, by)
    factors = dict.fromkeys(factor for term in (where, *terms.values()) for factor in term.factors)
    columns = {name: frame[name] for factor in factors for name in factor.columns}
    first = _distinct_terms(terms)
    counts, sums = np.zeros(len(keys), dtype=np.int64), {name: np.zeros(len(keys)) for name in first.values()}
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
        for term, name in first.items():
            sums[name] += np.bincount(codes, _values(term, values), len(keys)) if term.factors else found
    named = {name: sums[first[term]] for name, term in terms.items()}
    table = pd.concat([keys, pd.DataFrame({ROWS: counts, **named}, index=keys.index)], axis=1)
    return table[counts > 0] if by else table


def _tidy(sums: pd.DataFrame, by: Sequence[str], terms: Mapping[str, Term]) -> pd.DataFrame:
    """Keys in plain dtypes and sorted, missing last; sums as float64 (NaN where one is no number), rows as int64."""
    columns = {name: plain_key(sums[name]) for name in by}
    columns[ROWS] = sums[ROWS].fillna(0).astype("int64")
    columns |= {name: sums[name].astype("float64") for name in terms}
    if (nothing := columns[ROWS] == 0).any():  # the sum of no rows
        columns |= {name: columns[name].mask(nothing, 0.0) for name in terms}
    out = pd.DataFrame(columns, index=sums.index)
    if any(_may_merge(sums[name]) for name in by) and out.duplicated(list(by)).any():
        out = _added_up(out, by)
    return (out.sort_values(list(by), na_position="last") if by else out).reset_index(drop=True)


def _may_merge(key: pd.Series[Any]) -> bool:
    """True where two keys of an engine may be one plain key: 0.0 and -0.0 are 0."""
    return pd.api.types.is_float_dtype(key.dtype) or key.dtype == object


def _distinct_terms(terms: Mapping[str, Term]) -> dict[Term, str]:
    """Each term and the first of its names: what is asked for twice is summed once."""
    first: dict[Term, str] = {}
    for name, term in terms.items():
        first.setdefault(term, name)
    return first


def plain_key(column: pd.Series[Any]) -> pd.Series[Any]:
    """A key column in a plain dtype: text, whole numbers (Int64) or yes/no (boolean); fractional numbers are refused."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        levels = column.dtype.categories.dtype
        is_plain = pd.api.types.is_numeric_dtype(levels) or pd.api.types.is_bool_dtype(levels)
        column = column.astype(object if is_plain else "str")
    elif isinstance(column.dtype, pd.ArrowDtype) and str(column.dtype).startswith("dictionary"):  # which arrow cannot sort
        column = column.astype("str")
    elif isinstance(column.dtype, pd.ArrowDtype) and str(column.dtype).startswith("decimal"):
        column = column.astype(object)
    if column.dtype == object:  # yes/no with gaps, decimals, or mixed values
        is_decimal = pd.api.types.infer_dtype(column, skipna=True) == "decimal"
        column = _plain_decimals(column) if is_decimal else column.convert_dtypes()
    if pd.api.types.is_bool_dtype(column.dtype):
        return column.astype("boolean")
    if pd.api.types.is_integer_dtype(column.dtype):
        return _whole_numbers(column)
    if pd.api.types.is_float_dtype(column.dtype):
        column = column.mask(is_missing(column)) if holds_nan_beside_null(column) else column
        known = column.dropna().to_numpy(dtype=np.float64)
        broken = ~np.isfinite(known) | (known != np.floor(known))
        if broken.any():
            raise DataError(
                f"{column.name} holds {int(broken.sum())} fractional or infinite numbers "
                "and can be neither a group nor a yes/no outcome; cut it into bands first."
            )
        return column.astype("Float64").astype("Int64")
    return column.astype("str") if column.dtype == object else column


def _plain_decimals(column: pd.Series[Any]) -> pd.Series[Any]:
    """Decimals as whole numbers, to the last digit; as floats where one is a fraction."""
    known = column.dropna()
    whole = [int(value) for value in known if value.is_finite() and value == value.to_integral_value()]
    if len(whole) < len(known):
        return column.astype("float64")
    is_large = max(whole, default=0) > np.iinfo(np.int64).max
    try:
        plain = pd.Series(whole, known.index, "UInt64" if is_large else "Int64", column.name)
    except (OverflowError, TypeError) as problem:
        raise DataError(f"{column.name} holds whole numbers beyond 64 bits and cannot be a group; make it text.") from problem
    return plain.reindex(column.index)


def _whole_numbers(column: pd.Series[Any]) -> pd.Series[Any]:
    """Whole numbers as Int64 (UInt64 beyond 2^63); those arrow holds do not pass through floats, which end at 2^53."""
    is_large = pd.api.types.is_unsigned_integer_dtype(column.dtype) and bool((column > np.iinfo(np.int64).max).any())
    if not isinstance(column.dtype, pd.ArrowDtype):
        return column.astype("UInt64") if is_large else column.astype("Int64")
    known = column.notna().to_numpy(dtype=bool)
    values = column.to_numpy(dtype=np.uint64 if is_large else np.int64, na_value=0)
    return pd.Series(pd.arrays.IntegerArray(values, ~known), index=column.index, name=column.name)


def _check_columns(have: Sequence[str], by: Sequence[str], terms: Mapping[str, Term], where: Term) -> None:
    """Refuse columns that are not there and names that collide."""
    lacking = sorted({name for name in _read(by, (*terms.values(), where)) if name not in have})
    if lacking:
        raise DataError(f"no column {', '.join(map(repr, lacking))} in the table; it has {', '.join(map(str, have))}.")
    clash = sorted(set(by) & {*terms, ROWS})
    if clash:
        raise DataError(f"key column(s) {', '.join(clash)} share a name with a sum; rename them.")


def _read(by: Sequence[str], terms: Iterable[Term]) -> list[str]:
    """Columns read."""
    return [*by, *(name for term in terms for factor in term.factors for name in factor.columns)]


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


def mask_expression(term: Term, schema: nw.Schema) -> nw.Expr:
    """Rows where a term is above 0 as true, all others as false, on any engine."""
    return nw.when(_product(term, schema) > 0.0).then(nw.lit(True)).otherwise(nw.lit(False))


def mask_values(frame: pd.DataFrame, term: Term) -> NDArray[np.bool_]:
    """Rows of a pandas frame where a term is above 0."""
    _check_columns(list(frame.columns), [], {}, term)
    columns = {name: frame[name] for factor in term.factors for name in factor.columns}
    return np.asarray(_values(term, {factor: factor.values(columns) for factor in term.factors}) > 0.0)


def _refuse_alike(names: Sequence[str]) -> None:
    """Refuse names that differ in nothing but upper and lower case: some engines take them for one column."""
    folded = [name.casefold() for name in names]
    if alike := [name for name in names if folded.count(name.casefold()) > 1]:
        raise DataError(f"the columns {', '.join(alike)} differ in upper and lower case only; rename all but one.")
