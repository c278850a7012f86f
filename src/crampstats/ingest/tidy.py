"""Read the user's own tidy table: one row per person, one column per variable, names in the first line."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from crampstats.core.errors import DataError

DELIMITERS = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
PARQUET = (".parquet", ".pq")
MISSING = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", ".")
BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# How files that are no text begin, whatever they are called.
STRANGERS = {
    b"%PDF": "a PDF", b"PK\x03\x04": "an Excel, Word or zip file", b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
    b"\x1f\x8b": "a gzip file", b"PAR1": "a Parquet file", b"$FL2": "an SPSS file", b"HEADER RECORD": "a SAS transport file",
    b"\x89PNG": "a picture", b"<!DOCTYPE": "a web page", b"<!doctype": "a web page", b"<html": "a web page",
}


def read_tidy(path: str | Path) -> pd.DataFrame:
    """A tidy table from a CSV, TSV or Parquet file.

    Parameters
    ----------
    path
        The file. Of a text file the encoding (UTF-8, UTF-16 by its mark, else Windows-1252) and the delimiter (comma,
        semicolon, tab or bar, by the first line) are found out; with semicolons, decimal commas are read as such.

    Returns
    -------
    DataFrame
        One row per line. Columns that hold whole numbers, numbers or true/false throughout become ``Int64``, ``Float64`` or
        ``boolean``; all others stay text, also numbers with leading zeros. Empty cells, NA, N/A, NaN, null and "." are
        missing.

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
    if path.suffix.lower() not in (*DELIMITERS, ".txt"):
        raise DataError(
            f"{path.name}: files ending in {path.suffix or 'nothing'} cannot be read; save the table as .csv (UTF-8), .tsv "
            "or .parquet."
        )
    text = _text(path)
    delimiter, text = _delimiter(text, path)
    table = _parsed(text, delimiter, path)
    return pd.DataFrame({name: _typed(table[name], decimal_comma=delimiter == ";") for name in table})


def _read_parquet(path: Path) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(path)
        _refuse_repeats(schema.names, path)
        table = pd.read_parquet(path, dtype_backend="numpy_nullable")
    except (pa.ArrowInvalid, OSError) as problem:
        raise DataError(f"{path.name} is no Parquet file, or it is cut off: {problem}") from problem
    if table.empty:
        raise DataError(f"{path.name} holds no rows.")
    return table.reset_index(drop=True)


def _text(path: Path) -> str:
    raw = path.read_bytes()
    if not raw.strip():
        raise DataError(f"{path.name} is empty.")
    for start, kind in STRANGERS.items():
        if raw.lstrip().startswith(start):
            raise DataError(f"{path.name} is {kind}, not a text table: save the table as .csv (UTF-8) and give that file.")
    for mark, encoding in BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, errors="replace")
    if b"\x00" in raw[:4096]:
        raise DataError(f"{path.name} holds binary data, not a text table: save the table as .csv (UTF-8).")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _delimiter(text: str, path: Path) -> tuple[str, str]:
    """The delimiter, and the text without the ``sep=`` line Excel may put first."""
    text = text.lstrip("\r\n")
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        return first.strip()[4], rest
    usual = DELIMITERS.get(path.suffix.lower(), ",")
    counts = {one: first.count(one) for one in (usual, ",", ";", "\t", "|")}
    return max(counts, key=lambda one: counts[one]), text


def _parsed(text: str, delimiter: str, path: Path) -> pd.DataFrame:
    """Everything as text, once names and row lengths are sound."""
    try:
        names, *rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if row]
    except csv.Error as problem:
        raise DataError(f"{path.name} has a quotation mark that never closes, or stands astray ({problem}).") from problem
    # R writes its row names under an empty heading
    names = [name.strip() or f"unnamed_{place}" for place, name in enumerate(names, start=1)]
    _refuse_repeats(names, path)
    uneven = [place for place, row in enumerate(rows, start=2) if len(row) != len(names)]
    if uneven:
        raise DataError(
            f"{path.name} has {len(uneven)} row(s) of another length (first: row {uneven[0]} with {len(rows[uneven[0] - 2])} "
            f"cells); {len(names)} are expected, one for each name."
        )
    if not rows:
        raise DataError(f"{path.name} holds names ({', '.join(names[:5])}) and no rows.")
    return pd.DataFrame(rows, columns=names, dtype="str")


def _refuse_repeats(names: list[str], path: Path) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"{path.name} has repeated column name(s) {', '.join(twice)}: give every column its own name.")


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
