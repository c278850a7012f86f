"""Read the user's own tidy table: one row per person, one column per variable, names in the first line."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from crampstats.core.errors import DataError
from crampstats.ingest.readers.records import TextFile
from crampstats.ingest.readers.text import open_text, read_opened
from crampstats.ingest.recorded import RecordedTable

TEXT = (".csv", ".tsv", ".tab", ".txt")
PARQUET = (".parquet", ".pq")
MISSING = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", ".")
# How files that are no text begin, whatever they are called.
STRANGERS = {
    b"%PDF": "a PDF", b"PK\x03\x04": "an Excel, Word or zip file", b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
    b"\x1f\x8b": "a gzip file", b"PAR1\x15": "a Parquet file", b"$FL2": "an SPSS file", b"HEADER RECORD": "a SAS transport file",
    b"\x89PNG": "a picture", b"<!DOCTYPE": "a web page", b"<!doctype": "a web page", b"<html": "a web page",
}


def read_tidy(path: str | Path) -> pd.DataFrame:
    """A tidy table from a CSV, TSV or Parquet file.

    Parameters
    ----------
    path
        The file. Of a text file encoding and delimiter are found out (`read_text`); with semicolons, decimal commas are read
        as such.

    Returns
    -------
    DataFrame
        One row per line that holds anything. Columns that hold whole numbers, numbers or true/false throughout become
        ``Int64``, ``Float64`` or ``boolean``; all others stay text, also numbers with leading zeros. Empty cells, NA, N/A,
        NaN, null and "." are missing.

    Raises
    ------
    DataError
        The file is not there, empty, of another kind than its name says, or has repeated names, uneven rows or no row.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"{path} is no file: check the path.")
    if path.suffix.lower() in PARQUET:
        return _read_parquet(path)
    if path.suffix.lower() not in TEXT:
        raise DataError(
            f"{path.name}: files ending in {path.suffix or 'nothing'} cannot be read; save the table as .csv (UTF-8), .tsv "
            "or .parquet."
        )
    _refuse_strangers(path)
    file = open_text(path)
    table = read_opened(file)
    _refuse_uneven(table, file)
    return pd.DataFrame({name: _typed(table.cells[name], decimal_comma=file.delimiter == ";") for name in table.cells})


def _read_parquet(path: Path) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from crampstats.ingest.parquet_heads import read_head

    try:
        schema = pq.read_schema(path)
        _refuse_repeats(schema.names, path)
        table = pd.read_parquet(path, dtype_backend="numpy_nullable")
    except (pa.ArrowInvalid, OSError) as problem:
        read_head(path)  # says what the file is where it is no Parquet
        raise DataError(f"{path.name} is a Parquet file that cannot be read to its end ({problem}): write it anew.") from problem
    if table.empty:
        raise DataError(f"{path.name} holds no rows.")
    # databases write amounts with a fixed number of digits; no estimate is made of Python's Decimal
    fixed = [field.name for field in schema if pa.types.is_decimal(field.type)]
    return table.assign(**{name: _as_floats(table[name]) for name in fixed}).reset_index(drop=True)


def _as_floats(column: pd.Series) -> pd.Series:
    values = [None if value is None or value is pd.NA else float(value) for value in column]
    return pd.Series(pd.array(values, dtype="Float64"), index=column.index)


def _refuse_strangers(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(4096).lstrip()
    for start, kind in STRANGERS.items():
        if head.startswith(start):
            raise DataError(f"{path.name} is {kind}, not a text table: save the table as .csv (UTF-8) and give that file.")


def _refuse_uneven(table: RecordedTable, file: TextFile) -> None:
    """What the reader mends with a finding is refused here: a tidy table comes without findings."""
    found = {finding.rule: finding for finding in reversed(table.findings.rows)}
    if astray := found.get("quotation mark"):
        raise DataError(
            f"{file.name} has a quotation mark that never closes, or stands astray (first in row {astray.source_row}): write a "
            'quotation mark within a cell twice ("").'
        )
    twice = sorted({finding.value for finding in table.findings.rows if finding.rule == "repeated heading"})
    if twice:
        raise _repeats(twice, file.name)
    for rule in ("fewer headings than cells", "row set aside", "short row"):
        if uneven := found.get(rule):
            raise DataError(
                f"{file.name} has rows of another length (first: row {uneven.source_row} with {uneven.value} cells); "
                "one cell is expected for each name."
            )
    for rule in ("title rows", "headings repeated"):
        if rule in found:
            raise DataError(
                f"{file.name} has rows that are no records: {found[rule].message} A tidy table has its names in the first row, "
                "once: delete the others."
            )


def _refuse_repeats(names: list[str], path: Path) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _repeats(twice, path.name)


def _repeats(twice: list[str], name: str) -> DataError:
    return DataError(f"{name} has repeated column name(s) {', '.join(twice)}: give every column its own name.")


def _typed(column: pd.Series, *, decimal_comma: bool) -> pd.Series:
    """The column as numbers or true/false where every cell allows it, else as text."""
    cells = column.str.strip()
    cells = cells.mask(cells.isin(MISSING))
    given = cells.dropna()
    if given.empty:
        return cells.astype("Float64")
    lower = given.str.lower()
    if lower.isin(["true", "false"]).all():
        return (cells.str.lower() == "true").astype("boolean").mask(cells.isna())
    if given.str.match(r"-?0\d").any():
        return cells
    numbers = pd.to_numeric(cells.str.replace(",", ".", regex=False) if decimal_comma else cells, errors="coerce")
    if numbers.notna().sum() < len(given):
        return cells
    if given.str.fullmatch(r"[+-]?\d{1,18}").all():
        return given.astype("int64").astype("Int64").reindex(cells.index)
    return numbers.astype("Float64")
