"""Read a Parquet file as text, with what its types say of the columns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crampstats.core.errors import DataError
from crampstats.core.flow import Flow
from crampstats.ingest.readers.layout import left_out
from crampstats.ingest.recorded import RecordedColumn, RecordedFile, RecordedKind, RecordedTable, as_text

if TYPE_CHECKING:
    import pyarrow as pa


def read_parquet(path: str | Path) -> RecordedFile:
    """A Parquet file, every cell as text.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    RecordedFile
        One table. Numbers have every digit they are stored with, whole ones no ".0"; dates are ``2024-03-01`` or, with a
        time, ``2024-03-01 10:30:00``; true and false TRUE and FALSE. Categories keep their order as choices. Nulls and NaN
        are missing. Rows are counted from 1: a Parquet file has no line of headings.

    Raises
    ------
    DataError
        The file is not there, damaged, has repeated names, nested columns (lists, records, bytes) or no rows.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"{path} is no file: check the path.")
    table = _read(path)
    _refuse_strangers(table, path.name)
    texts = {field.name: _as_text(table.column(place)) for place, field in enumerate(table.schema)}
    cells = pd.DataFrame(texts, index=pd.RangeIndex(table.num_rows))
    blank = cells.isna().all(axis=1).to_numpy(dtype=bool)
    rows = np.flatnonzero(~blank) + 1
    if not len(rows):
        raise DataError(f"{path.name} holds no rows.")
    flow = left_out(Flow.start("rows in the file", len(cells)), "records", {"rows without anything in them": blank.sum()})
    columns = tuple(_described(field.name, table.column(place)) for place, field in enumerate(table.schema))
    kept = cells[~blank].reset_index(drop=True)
    return RecordedFile({"": RecordedTable(path.name, kept, rows, columns, "parquet", flow)}, "parquet")


def _read(path: Path) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            schema = file.schema_arrow
            _refuse_repeats(schema.names, path.name)
            table = file.read()
            table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError, KeyError, MemoryError) as problem:
        if isinstance(problem, DataError):
            raise
        raise DataError(
            f"{path.name} is no Parquet file, or it is cut off or damaged: write it anew, or save the table as .csv."
        ) from problem
    return table


def _refuse_repeats(names: list[str], file: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"{file} has repeated column name(s) {', '.join(twice)}: give every column its own name.")


def _refuse_strangers(table: pa.Table, file: str) -> None:
    import pyarrow as pa

    def stranger(kind: pa.DataType) -> bool:
        return pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind)

    bad = [field.name for field in table.schema if stranger(field.type) or pa.types.is_fixed_size_binary(field.type)]
    if bad:
        raise DataError(
            f"{file}: {len(bad)} column(s) hold lists, records or bytes in a cell (first: {bad[0]}); a table has one value in "
            "each. Take them out, or spread them over columns, and write the file again."
        )
    if not table.num_columns:
        raise DataError(f"{file} has no columns.")


def _as_text(column: pa.ChunkedArray) -> pd.Series:
    """Cells as text; see `read_parquet`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_floating(kind):
        return _numbers_as_text(column)
    if pa.types.is_boolean(kind):
        column = pc.if_else(column, "TRUE", "FALSE")
    if pa.types.is_timestamp(kind) or pa.types.is_time(kind):
        return _moments_as_text(column)
    if pa.types.is_null(kind):
        column = column.cast(pa.string())
    if pa.types.is_duration(kind):
        return as_text([None if value is None else str(value) for value in column.to_pylist()])
    return as_text(pd.array(column.cast(pa.string()), dtype="str"))


def _numbers_as_text(column: pa.ChunkedArray) -> pd.Series:
    """Shortest digits that give the number again in its own precision; each distinct number once."""
    numbers = column.dictionary_encode().combine_chunks()
    distinct = numbers.dictionary.to_numpy(zero_copy_only=False)
    texts = np.array([_number(value) for value in distinct], dtype=object)
    codes = numbers.indices.to_numpy(zero_copy_only=False)
    known = np.isfinite(codes.astype(float))
    out = np.full(len(codes), None, dtype=object)
    out[known] = texts[codes[known].astype(np.int64)] if len(texts) else None
    return as_text(out)


def _number(value: np.floating) -> str:
    if np.isnan(value):
        return ""
    if np.isfinite(value) and float(value).is_integer() and abs(float(value)) <= 2**53:
        return str(int(value))
    # the digits of a single-precision number, not of the double it would become
    return np.format_float_positional(value, trim="-") if 1e-5 <= abs(value) < 1e16 else str(value)


def _moments_as_text(column: pa.ChunkedArray) -> pd.Series:
    """Times and instants without the zeros their unit adds; an instant at midnight of no zone is a date."""
    import pyarrow as pa

    text = as_text(pd.array(column.cast(pa.string()), dtype="str"))
    text = text.str.replace(r"(\.\d*?)0+(?=\D|$)", r"\1", regex=True).str.replace(r"\.(?=\D|$)", "", regex=True)
    return text.str.removesuffix(" 00:00:00")


def _described(name: str, column: pa.ChunkedArray) -> RecordedColumn:
    """What the type says of the column."""
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        return RecordedColumn(name, kind=_kind(column.type))
    levels = _as_text(pa.chunked_array([column.combine_chunks().dictionary])).dropna()
    return RecordedColumn(name, choices=dict(zip(levels, levels, strict=True)), kind="category")


def _kind(kind: pa.DataType) -> RecordedKind:
    import pyarrow as pa

    if pa.types.is_boolean(kind):
        return "yes/no"
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return "date"
    return "time" if pa.types.is_time(kind) else ""
