"""Tables of any engine: opened, asked for their columns, and collected.

An engine is what holds the rows and adds them up: pandas, pyarrow and Polars in memory, DuckDB over Parquet files, Spark, or a
database behind Ibis. Everything here goes through narwhals, so that an estimator never asks which one it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from crampstats.core.errors import DataError, is_interrupt

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw
    import pyarrow as pa

EAGER_BLOCK = 1_048_576  # rows of an arrow table summed at a time: the terms of all rows at once would double the memory
MAX_ROWS = 5_000_000  # rows, or sums of them, that may be brought into memory
NAMES = {
    "pandas": "pandas", "pyarrow": "pyarrow", "polars": "Polars", "duckdb": "DuckDB", "pyspark": "Spark",
    "pyspark[connect]": "Spark", "pyspark_connect": "Spark", "ibis": "Ibis", "sqlframe": "SQLFrame", "dask": "Dask",
}


def is_in_memory(table: Any) -> bool:
    """True for a pandas frame, whose rows can be looked at one by one."""
    return isinstance(table, pd.DataFrame)


def scan_table(table: Any) -> nw.LazyFrame[Any]:
    """Any table as a lazy narwhals frame.

    Parameters
    ----------
    table
        A frame of pandas, pyarrow or Polars, a DuckDB relation, a Spark or Ibis table, a narwhals frame, or the name of a
        Parquet file, of a folder of them, or a pattern of names.

    Raises
    ------
    DataError
        It is nothing that narwhals knows, or no file has that name.
    """
    import narwhals.stable.v2 as nw

    if isinstance(table, nw.LazyFrame):
        return table
    if isinstance(table, (str, Path)):
        from crampstats.core.engines import open_parquet

        table = open_parquet(table)
    try:
        frame: nw.LazyFrame[Any] = nw.from_native(table).lazy()
    except TypeError as problem:
        raise DataError(
            f"a table of type {type(table).__module__}.{type(table).__qualname__} is not understood; give a frame of pandas, "
            "pyarrow or Polars, a DuckDB relation, a Spark or Ibis table, or the name of a Parquet file."
        ) from problem
    return frame


def eager_blocks(table: Any) -> Iterator[Any]:
    """The rows of a table in blocks where its engine would make whole columns of every term (pyarrow); else the table itself."""
    import narwhals.stable.v2 as nw

    frame = nw.from_native(table, pass_through=True)
    if not (isinstance(frame, nw.DataFrame) and frame.implementation.is_pyarrow() and len(frame) > EAGER_BLOCK):
        yield table
        return
    for start in range(0, len(frame), EAGER_BLOCK):
        yield frame[start : start + EAGER_BLOCK]


def refuse_names(frame: nw.LazyFrame[Any], names: Iterable[str]) -> None:
    """Refuse names an engine takes for something else: Spark reads a dot as a field of a column.

    Raises
    ------
    DataError
        One of the names holds a dot or a backtick, and Spark holds the table.
    """
    if frame.implementation.is_spark_like() and (bad := sorted({name for name in names if "." in name or "`" in name})):
        raise DataError(f"Spark cannot read the column(s) {', '.join(map(repr, bad))}: rename them without dots and backticks.")


def readable_name(names: Iterable[str]) -> str:
    """The first name that no engine takes for something else, where there is one; to count the rows any column will do."""
    return min(names, key=lambda name: "." in name or "`" in name)


def column_names(table: Any) -> list[str]:
    """Names of the columns of any table, in order."""
    if isinstance(table, pd.DataFrame):
        return list(table.columns)
    return list(scan_table(table).collect_schema().names())


def holds_yes_no(table: Any, column: str) -> bool:
    """True for a column of true and false."""
    import narwhals.stable.v2 as nw

    if isinstance(table, pd.DataFrame):
        return pd.api.types.is_bool_dtype(table[column].dtype)
    return bool(scan_table(table).collect_schema()[column] == nw.Boolean)


def levels_have_order(table: Any, column: str) -> bool:
    """Whether a category's levels stand in an order of their own: Arrow's and enumerations'; that of Polars is of its rows."""
    import narwhals.stable.v2 as nw

    frame = scan_table(table)
    dtype = frame.collect_schema()[column]
    return isinstance(dtype, nw.Enum) or bool(dtype == nw.Categorical and frame.implementation.is_pyarrow())


def engine_of(table: Any) -> str:
    """What holds a table, in words: "pandas", "DuckDB", "Spark", ..."""
    if isinstance(table, pd.DataFrame):
        return "pandas"
    if isinstance(table, (str, Path)):
        return "Parquet files"
    name = str(scan_table(table).implementation).rpartition(".")[2].lower()
    return NAMES.get(name, name)


def count_rows(table: Any) -> int:
    """Number of rows."""
    import narwhals.stable.v2 as nw

    if isinstance(table, pd.DataFrame):
        return len(table)
    frame = scan_table(table)
    counted = collect_frame(frame.select(readable_name(frame.collect_schema())).select(nw.len().alias("rows")))
    return int(counted["rows"].iloc[0])


def collect_frame(frame: nw.LazyFrame[Any]) -> pd.DataFrame:
    """A lazy frame as a pandas frame; whole numbers and yes/no with gaps stay whole numbers and yes/no (Int64, boolean).

    Through pandas' own defaults a number of a person beyond 2^53 would lose its last digits where one is missing.
    Ctrl-C is a KeyboardInterrupt, also where an engine has a word of its own for it.
    """
    import pyarrow as pa

    try:
        made = None if frame.implementation.is_pandas() else frame.collect("pyarrow").to_native()
    except RuntimeError as problem:
        if is_interrupt(problem):
            raise KeyboardInterrupt from problem
        raise
    if made is None:
        collected: pd.DataFrame = frame.collect().to_pandas()
        return collected
    made = _without_decimals(made)
    kinds = {
        pa.bool_(): pd.BooleanDtype(), pa.int8(): pd.Int64Dtype(), pa.int16(): pd.Int64Dtype(), pa.int32(): pd.Int64Dtype(),
        pa.int64(): pd.Int64Dtype(), pa.uint8(): pd.Int64Dtype(), pa.uint16(): pd.Int64Dtype(), pa.uint32(): pd.Int64Dtype(),
        pa.uint64(): pd.UInt64Dtype(),
    }
    gaps = {name for name in made.column_names if made[name].null_count}
    out: pd.DataFrame = made.to_pandas(
        types_mapper=lambda kind: kinds.get(kind) if gaps else None, integer_object_nulls=False, ignore_metadata=True,
    )
    return out


def _without_decimals(made: pa.Table) -> pa.Table:
    """Decimals as whole numbers where all are whole, to the last digit, else as floats; beyond 64 bits they stay decimals."""
    import pyarrow as pa

    for place, column in enumerate(made.schema):
        if not pa.types.is_decimal(column.type):
            continue
        for kind in (pa.int64(), pa.uint64(), pa.float64() if column.type.scale else column.type):
            try:
                cast = made.column(place).cast(kind)
            except pa.ArrowInvalid:  # digits would be lost
                continue
            made = made.set_column(place, column.name, cast)
            break
    return made


def collect_sums(sums: nw.LazyFrame[Any], what: str, instead: str, most: int | None = None) -> pd.DataFrame:
    """Sums by group as a pandas frame, no more of them than are needed to see that they are too many.

    Parameters
    ----------
    sums
        Lazy sums (`core.totals.group_sums`).
    what, instead
        What they are, and what to do where there are too many, for the message.
    most
        How many may be collected; None: `MAX_ROWS`.

    Raises
    ------
    DataError
        There are more.
    """
    most = MAX_ROWS if most is None else most
    found = collect_frame(sums.head(most + 1))
    if len(found) > most:
        raise too_many_sums(what, instead, most)
    return found


def too_many_sums(what: str, instead: str, most: int | None = None) -> DataError:
    """The error for sums that are more than may be collected."""
    return DataError(f"more than {MAX_ROWS if most is None else most:,} {what}; no more can be collected: {instead}.")


def collect_rows(table: Any, columns: list[str], what: str) -> pd.DataFrame:
    """Some columns of all rows as a pandas frame, where they are few enough to be held in memory.

    Parameters
    ----------
    table
        Any table.
    columns
        Columns to bring.
    what
        The analysis that needs each row, for the message.

    Raises
    ------
    DataError
        The table has more than `MAX_ROWS` rows.
    """
    if isinstance(table, pd.DataFrame):
        return table[columns]
    if (rows := count_rows(table)) > MAX_ROWS:
        raise DataError(
            f"{what} needs each row, and {engine_of(table)} holds {rows:,} of them; at most {MAX_ROWS:,} are brought into "
            "memory. Draw a sample of whole persons or sampling units (crampstats.sample_units), or sum the rows up first."
        )
    return collect_frame(scan_table(table).select(*columns))
