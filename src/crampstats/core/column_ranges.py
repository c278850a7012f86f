"""What a column holds at most, in one cheap pass over any table: values known, the least and the greatest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.errors import DataError
from crampstats.core.factors import floats, is_missing, number_expression, plain_expression
from crampstats.core.tables import collect_frame, count_rows, refuse_names, scan_table


@dataclass(frozen=True)
class Range:
    """Values known, and the least and greatest of them (NaN for a column without numbers)."""

    known: int
    least: float = np.nan
    greatest: float = np.nan


@dataclass(frozen=True)
class Ranges:
    """Rows of a table, and the range of each column asked for."""

    rows: int
    of: Mapping[str, Range]

    def is_complete(self, name: str) -> bool:
        """True where no value is missing."""
        return self.of[name].known == self.rows


def column_ranges(table: Any, columns: Sequence[str]) -> Ranges:
    """Known values, least and greatest of some columns.

    Parameters
    ----------
    table
        Any table.
    columns
        Columns to look at. Numbers and yes/no (0 and 1) have a least and a greatest; text and dates have known values only.

    Returns
    -------
    Ranges
        Rows of the table, and one `Range` per column; NaN counts as missing.

    Raises
    ------
    DataError
        A column is absent.

    Examples
    --------
    >>> column_ranges(pd.DataFrame({"w": [1.0, None, 3.0]}), ["w"]).of["w"]
    Range(known=2, least=1.0, greatest=3.0)
    """
    names = list(dict.fromkeys(columns))
    if isinstance(table, pd.DataFrame):
        _refuse_absent(names, list(table.columns))
        return Ranges(len(table), {name: _pandas_range(table[name]) for name in names})
    return _engine_ranges(table, names)


def _refuse_absent(names: Sequence[str], have: Sequence[str]) -> None:
    if lacking := [name for name in names if name not in have]:
        raise DataError(f"no column {', '.join(map(repr, lacking))} in the table; it has {', '.join(map(str, have))}.")


def _pandas_range(column: pd.Series[Any]) -> Range:
    if column.dtype == object:  # yes/no with gaps
        column = column.convert_dtypes()
    if not (pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype)):
        return Range(int((~is_missing(column)).sum()))
    values = floats(column)
    known = values[~np.isnan(values)] if np.isnan(values).any() else values
    return Range(len(known), float(known.min()), float(known.max())) if len(known) else Range(0)


def _engine_ranges(table: Any, names: Sequence[str]) -> Ranges:
    import narwhals.stable.v2 as nw

    frame = scan_table(table)
    schema = nw.Schema(frame.collect_schema())
    _refuse_absent(names, list(schema))
    refuse_names(frame, names)
    if not names:
        return Ranges(count_rows(frame), {})
    whole = [name for name in names if schema[name].is_integer()]
    rest = [name for name in names if name not in whole]
    # DuckDB answers whole numbers from the heads of Parquet files, where nothing else is asked for
    asked = [part for part in (whole, rest) if part] if frame.implementation.is_duckdb() else [names]
    found = [_ask(frame, schema, part) for part in asked]
    of = {name: range_ for one in found for name, range_ in one.of.items()}
    return Ranges(found[0].rows, {name: of[name] for name in names})


def _ask(frame: Any, schema: Any, names: Sequence[str]) -> Ranges:
    import narwhals.stable.v2 as nw

    asked = [nw.len().alias("rows")]
    for i, name in enumerate(names):
        dtype = schema[name]
        # floats are looked through for NaN, of which the heads of files do not tell
        plain = nw.col(name) if dtype.is_integer() else plain_expression(name, dtype)
        asked.append(plain.count().alias(f"known{i}"))
        if dtype.is_numeric() or dtype == nw.Boolean:
            value = plain if dtype.is_integer() else number_expression(name, schema)
            asked += [value.min().alias(f"least{i}"), value.max().alias(f"greatest{i}")]
    found = collect_frame(frame.select(*asked)).iloc[0]
    return Ranges(int(found["rows"]), {name: _engine_range(found, i) for i, name in enumerate(names)})


def _engine_range(found: pd.Series[Any], place: int) -> Range:
    known = int(found[f"known{place}"])
    if not known or f"least{place}" not in found:
        return Range(known)
    return Range(known, float(found[f"least{place}"]), float(found[f"greatest{place}"]))
