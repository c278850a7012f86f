"""Files of SPSS, Stata and SAS: cells as text, with the labels and the missing values the file declares."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crampstats.core.errors import DataError
from crampstats.core.findings import Finding, Findings
from crampstats.core.flow import Flow
from crampstats.ingest.readers.portable import NotPortableError, take_missing
from crampstats.ingest.readers.sav_dictionary import find_damage
from crampstats.ingest.readers.statistics_columns import Package, read_column, with_boxes
from crampstats.ingest.readers.transport import find_special_missing, split_members
from crampstats.ingest.recorded import RecordedFile, RecordedTable

# what old files without a word on their encoding were mostly written in; the second reads any byte
FALLBACKS = ("WINDOWS-1252", "LATIN1")
# a damaged header can claim any number of rows; zlib packs a thousandfold at most, SPSS's own codes eightfold
ROWS_PER_BYTE = 10_000
# what pyreadstat raises beside its own errors where a damaged header promises what the file does not hold
BROKEN = (IndexError, KeyError, TypeError, ValueError, OverflowError, UserWarning)


@dataclass(frozen=True)
class _Format:
    """One file format: what users call it, how a file begins, and which function reads it."""

    words: str
    package: Package
    format: str
    reader: str
    begins: tuple[bytes, ...]
    at: int = 0
    options: Mapping[str, object] = field(default_factory=dict)
    any_encoding: bool = True

    def fits(self, head: bytes) -> bool:
        if self.at < 0:  # behind a title page of lines of any length
            return any(mark in head.replace(b"\r", b"").replace(b"\n", b"") for mark in self.begins)
        return any(head[self.at:].startswith(mark) for mark in self.begins)


SPSS = _Format("SPSS (.sav)", "spss", "spss", "read_sav", (b"$FL2", b"$FL3"), options={"user_missing": True})
PORTABLE = _Format("SPSS portable (.por)", "spss", "spss", "read_por", (b"SPSSPORT",), at=-1, any_encoding=False)
STATA = _Format(
    "Stata (.dta)", "stata", "stata", "read_dta",
    (b"<stata_dta>", *(bytes([release, order]) for release in range(104, 116) for order in (1, 2))),
    options={"user_missing": True},
)
SAS = _Format(
    "SAS (.sas7bdat)", "sas", "sas", "read_sas7bdat", (b"\xc2\xea\x81\x60\xb3\x14\x11\xcf\xbd\x92\x08\x00\x09\xc7\x31\x8c",),
    at=12, options={"user_missing": True},
)
TRANSPORT = _Format("SAS transport (.xpt)", "sas", "xport", "read_xport", (b"HEADER RECORD*******LIB",))


def read_spss(path: str | Path) -> RecordedFile:
    """An SPSS file (.sav, .zsav) as recorded.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    RecordedFile
        One table, a row per case. Numbers stand as text without a needless ".0", dates as 2026-11-22, times as 23:10:00. Value
        labels become the column's choices; values the file declares missing keep their text and are listed with their label as
        the reason; system-missing values are empty cells.

    Raises
    ------
    DataError
        The file is not there, no SPSS file, damaged, cut off, or holds no rows.
    """
    path = Path(path)
    _check_file(path, SPSS)
    if damage := find_damage(path):
        raise _damaged(path, SPSS, damage)
    return _read(path, SPSS)


def read_portable(path: str | Path) -> RecordedFile:
    """An SPSS portable file (.por) as recorded; as `read_spss`."""
    path = Path(path)
    _check_file(path, PORTABLE)
    raw = path.read_bytes()
    try:
        open_raw, declared = take_missing(raw)
    except NotPortableError as problem:
        table = _read_table(path, PORTABLE, raw)
        table = replace(table, findings=table.findings.add(_missing_not_told(path, problem)))
    else:
        table = _read_table(path, PORTABLE, open_raw, declared=declared)
    return RecordedFile({"": table}, PORTABLE.format)


def read_stata(path: str | Path) -> RecordedFile:
    """A Stata file (.dta) as recorded; as `read_spss`, with the tagged missing values ".a" to ".z" kept as text."""
    return _read(Path(path), STATA)


def read_sas(path: str | Path) -> RecordedFile:
    """A SAS file (.sas7bdat) as recorded; as `read_spss`, with special missing values (".A") kept as text.

    SAS keeps value labels in a catalogue of its own, so there are none here.
    """
    return _read(Path(path), SAS)


def read_transport(path: str | Path) -> RecordedFile:
    """A SAS transport file (.xpt, version 5 or 8) as recorded; as `read_sas`. A file with several tables gives them all."""
    path = Path(path)
    _check_file(path, TRANSPORT)
    raw = path.read_bytes()
    members = split_members(raw)
    if len(members) == 1:
        return RecordedFile({"": _read_table(path, TRANSPORT, raw)}, TRANSPORT.format)
    tables = {}
    for number, member in enumerate(members, start=1):
        table = _read_table(path, TRANSPORT, member, f"{path.name}, table {number} of {len(members)}")
        tables[f"table {number}"] = table
    return RecordedFile(tables, TRANSPORT.format)


def _read(path: Path, kind: _Format) -> RecordedFile:
    _check_file(path, kind)
    return RecordedFile({"": _read_table(path, kind)}, kind.format)


def _read_table(
    path: Path, kind: _Format, raw: bytes = b"", name: str = "", declared: Mapping[str, Any] | None = None
) -> RecordedTable:
    """The table of a file, or of the bytes of one, with its `name` and the ranges of missing values `declared` in it."""
    cells, about, encoding = _read_whole(path, kind, raw)
    about.missing_ranges = {**(about.missing_ranges or {}), **(declared or {})}
    tags = find_special_missing(raw, len(cells)) if raw and kind is TRANSPORT else {}
    read = [read_column(_tagged(cells[one], tags.get(one, ())), about, kind.package) for one in about.column_names]
    findings = [finding for one in read for finding in one.findings]
    if encoding:
        findings.insert(0, _guessed_encoding(path, encoding))
    columns = with_boxes([one.column for one in read], about.mr_sets or {})
    return RecordedTable(
        name or path.name, pd.DataFrame({one.column.name: one.cells for one in read}), np.arange(1, len(cells) + 1), columns,
        kind.format, Flow.start("rows in the file", len(cells)), Findings(tuple(findings)),
    )


def _tagged(values: pd.Series, tags: Sequence[tuple[int, str]]) -> pd.Series:
    """Numbers with the letters of their special missing values, as the other readers give them."""
    if not tags:
        return values
    values = values.astype(object)
    rows, letters = zip(*tags, strict=True)
    values.iloc[list(rows)] = list(letters)
    return values


def _check_file(path: Path, kind: _Format) -> None:
    if not path.is_file():
        raise DataError(f"{path.name} is not there: check the path.")
    with path.open("rb") as stream:
        head = stream.read(1024)
    if not head:
        raise DataError(f"{path.name} is empty (0 bytes): export it again.")
    if not kind.fits(head):
        raise DataError(
            f"{path.name} is no {kind.words} file, whatever its name says, or its beginning is damaged: export it again."
        )


def _read_whole(path: Path, kind: _Format, raw: bytes) -> tuple[pd.DataFrame, Any, str]:
    """Cells, what the file says of them, and the encoding that had to be guessed; "" where the file's own will do."""
    for encoding in ("", *(FALLBACKS if kind.any_encoding else ())):
        try:
            _check_extent(path, _call(path, kind, raw, encoding, metadataonly=True)[1])
            cells, about = _call(path, kind, raw, encoding)
        except UnicodeError:
            continue
        _check_rows(path, about, len(cells))
        return cells, about, encoding
    raise DataError(f"{path.name} is written in an encoding that cannot be told; save it as UTF-8 in the program it came from.")


def _call(path: Path, kind: _Format, raw: bytes, encoding: str, *, metadataonly: bool = False) -> tuple[pd.DataFrame, Any]:
    """The reader of a format called; its complaints in words."""
    import pyreadstat

    options = {**kind.options, **({"encoding": encoding} if encoding else {})}
    try:
        with warnings.catch_warnings():
            # it renames repeated columns with a warning; only damaged files have them
            warnings.simplefilter("error", UserWarning)
            return getattr(pyreadstat, kind.reader)(
                io.BytesIO(raw) if raw else str(path), metadataonly=metadataonly, disable_datetime_conversion=True, **options
            )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as problem:
        if "encoding" in str(problem) or "convert string" in str(problem):
            raise UnicodeError(str(problem)) from problem
        raise _damaged(path, kind, str(problem)) from problem
    except UnicodeError:
        raise
    except BROKEN as problem:
        raise _damaged(path, kind, "its parts do not fit together") from problem
    except MemoryError as problem:
        raise _damaged(path, kind, "it claims more rows than memory holds") from problem


def _damaged(path: Path, kind: _Format, why: str) -> DataError:
    return DataError(
        f"{path.name} cannot be read as {kind.words}: {why.rstrip('.')}. It is damaged, cut off or protected by a password: "
        "export it again, or save the table as .csv (UTF-8)."
    )


def _check_extent(path: Path, about: Any) -> None:
    names = list(about.column_names)
    if not names:
        raise DataError(f"{path.name} holds no columns: export it again.")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DataError(f"{path.name} has repeated column name(s) ({len(twice)}): it is damaged; export it again.")
    if (about.number_rows or 0) > path.stat().st_size * ROWS_PER_BYTE:
        raise DataError(
            f"{path.name} claims {about.number_rows:,} rows in {path.stat().st_size:,} bytes: it is damaged; export it again."
        )


def _check_rows(path: Path, about: Any, rows: int) -> None:
    if rows == 0:
        raise DataError(f"{path.name} holds {len(about.column_names)} column(s) and no rows.")
    if about.number_rows is not None and 0 <= about.number_rows != rows:
        raise DataError(f"{path.name} is cut off: it says {about.number_rows:,} rows and holds {rows:,}. Export it again.")


def _missing_not_told(path: Path, problem: Exception) -> Finding:
    return Finding(
        path.name, "declared missing", "warning", f"values the file declares missing are empty cells here: {problem}.",
        "Save the file as .sav in SPSS to keep why they are missing.",
    )


def _guessed_encoding(path: Path, encoding: str) -> Finding:
    return Finding(
        path.name, "encoding", "warning", f"the file does not say how its letters are encoded; they are read as {encoding}.",
        "Look at labels and texts with accents; where they are wrong, save the file as UTF-8 in the program it came from.",
    )
