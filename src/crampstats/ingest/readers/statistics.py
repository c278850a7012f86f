"""Files of SPSS, Stata and SAS: cells as text, with the labels and the missing values the file declares."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from crampstats.core.errors import DataError
from crampstats.core.findings import Finding, Findings
from crampstats.core.flow import Flow
from crampstats.ingest.readers.epochs import ISO_DATE, ISO_MOMENT, ISO_PRECISE, Clock, find_clock
from crampstats.ingest.readers.sav_dictionary import find_damage
from crampstats.ingest.readers.transport import find_special_missing, split_members
from crampstats.ingest.recorded import RecordedColumn, RecordedFile, RecordedKind, RecordedTable, as_text

DECLARED = "declared missing in the file"
TAGGED = "missing, tagged {tag} in the file"
# what old files without a word on their encoding were mostly written in; the second reads any byte
FALLBACKS = ("WINDOWS-1252", "LATIN1")
# a damaged header can claim any number of rows; no packing keeps a row in less than a hundredth of a byte per column
ROWS_PER_BYTE = 10_000
# what pyreadstat raises beside its own errors where a damaged header promises what the file does not hold
BROKEN = (IndexError, KeyError, TypeError, ValueError, OverflowError, UserWarning)
Package = Literal["spss", "stata", "sas"]


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
    return _read(Path(path), PORTABLE)


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


def _read_table(path: Path, kind: _Format, raw: bytes = b"", name: str = "") -> RecordedTable:
    """The table of a file, or of the bytes of one with its `name`."""
    cells, about, encoding = _read_whole(path, kind, raw)
    tags = find_special_missing(raw, len(cells)) if raw else {}
    read = [_read_column(_tagged(cells[one], tags.get(one, ())), about, kind.package) for one in about.column_names]
    findings = [finding for one in read for finding in one.findings]
    if encoding:
        findings.insert(0, _guessed_encoding(path, encoding))
    return RecordedTable(
        name or path.name, pd.DataFrame({one.column.name: one.cells for one in read}), np.arange(1, len(cells) + 1),
        tuple(one.column for one in read), kind.format, Flow.start("rows in the file", len(cells)), Findings(tuple(findings)),
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


def _guessed_encoding(path: Path, encoding: str) -> Finding:
    return Finding(
        path.name, "encoding", "warning", f"the file does not say how its letters are encoded; they are read as {encoding}.",
        "Look at labels and texts with accents; where they are wrong, save the file as UTF-8 in the program it came from.",
    )


@dataclass(frozen=True, eq=False)
class _Column:
    column: RecordedColumn
    cells: pd.Series
    findings: tuple[Finding, ...] = ()


def _read_column(values: pd.Series, about: Any, package: Package) -> _Column:
    name = str(values.name)
    labels = about.variable_value_labels.get(name) or {}
    storage = about.readstat_variable_types.get(name, "")
    clock = None if storage == "string" else find_clock(package, about.original_variable_types.get(name) or "")
    write = _Writer(clock, single=storage == "float", text=storage == "string")
    codes, distinct = pd.factorize(values, use_na_sentinel=True)
    texts = [write(value) for value in distinct]
    missing = _missing(distinct, texts, labels, about.missing_ranges.get(name) or (), write)
    labelled = {write(code): str(label) for code, label in labels.items()}
    choices = {text: label for text, label in labelled.items() if text not in missing}
    valid = {text for text in texts if text not in missing}
    measure = about.variable_measure.get(name, "unknown")
    column = RecordedColumn(
        name, label=(about.column_names_to_labels.get(name) or "").strip(), choices=choices, missing=missing,
        kind=_kind(storage, clock, write, choices, valid, measure), formats=_formats(clock, valid),
    )
    return _Column(column, _spread(texts, codes, values.index), _date_findings(name, write, about))


class _Writer:
    """One column's numbers as text; counts what a date format could not say."""

    def __init__(self, clock: Clock | None, *, single: bool, text: bool) -> None:
        self.clock, self.single, self.text = clock, single, text
        self.no_dates: set[str] = set()

    def __call__(self, value: object) -> str:
        if isinstance(value, str):
            return value.strip() if self.text else f".{value}"
        if self.clock is None:
            return write_number(float(value), single=self.single)  # type: ignore[arg-type]
        try:
            return self.clock.write(float(value))  # type: ignore[arg-type]
        except (ValueError, OverflowError):
            text = write_number(float(value), single=self.single)  # type: ignore[arg-type]
            self.no_dates.add(text)
            return text


def write_number(value: float, *, single: bool = False) -> str:
    """A number as the shortest text that reads back as it.

    Parameters
    ----------
    value
        The number.
    single
        Whether it was kept in single precision (Stata's float), of which seven digits mean something.

    Examples
    --------
    >>> write_number(33.0), write_number(-1000.3), write_number(1.100000023841858, single=True), write_number(0.00001)
    ('33', '-1000.3', '1.1', '0.00001')
    """
    text = str(np.float32(value)) if single else repr(value)
    if "e" not in text and "n" not in text:
        return "0" if text == "-0.0" else text.removesuffix(".0")
    if abs(value) < 1e15 and value == int(value):
        return str(int(value))
    if not 1e-9 < abs(value) < 1e15:
        return text
    return np.format_float_positional(np.float32(value) if single else value, trim="-")


def _spread(texts: list[str], codes: np.ndarray, index: pd.Index) -> pd.Series:
    """Texts of the distinct values over the rows; code -1 is a missing value."""
    known = as_text([*texts, None])
    return known.take(np.where(codes < 0, len(texts), codes)).set_axis(index)


def _missing(
    distinct: Iterable[object], texts: list[str], labels: Mapping[object, object], ranges: Iterable[Mapping[str, Any]],
    write: _Writer,
) -> dict[str, str]:
    """Text to reason of what the file declares missing: single values, ranges as far as cells hold them, and tags."""
    ranges = list(ranges)
    tagged = not write.text and any(isinstance(value, str) for value in [*distinct, *labels])
    if not ranges and not tagged:
        return {}
    single = [span["lo"] for span in ranges if span["lo"] == span["hi"]]
    values = dict(zip(texts, distinct, strict=True)) | {write(value): value for value in [*single, *labels]}
    known = {write(value): str(label) for value, label in labels.items()}
    found = {}
    for text, value in values.items():
        if tagged and isinstance(value, str):
            found[text] = known.get(text, "").strip() or TAGGED.format(tag=text)
        elif any(_within(value, span) for span in ranges):
            found[text] = known.get(text, "").strip() or DECLARED
    return found


def _within(value: object, span: Mapping[str, Any]) -> bool:
    low, high = span["lo"], span["hi"]
    if isinstance(value, str) or isinstance(low, str):
        return str(value).rstrip() == str(low).rstrip()
    return bool(low <= value <= high)


def _kind(
    storage: str, clock: Clock | None, write: _Writer, choices: Mapping[str, str], valid: set[str], measure: str
) -> RecordedKind:
    if clock is not None:
        return "" if valid and valid <= write.no_dates else clock.kind
    if choices and (measure == "nominal" or valid <= choices.keys()):
        return "category"
    return "text" if storage == "string" else "number"


def _formats(clock: Clock | None, valid: set[str]) -> tuple[str, ...]:
    """The ``strptime`` formats of the dates a column holds."""
    if clock is None or clock.kind != "date":
        return ()
    # none for months, quarters and weeks: nobody knows the day
    lengths = {10: ISO_DATE, 19: ISO_MOMENT, 26: ISO_PRECISE}
    found = {lengths.get(len(text)) for text in valid}
    return tuple(pattern for pattern in lengths.values() if pattern in found)


def _date_findings(name: str, write: _Writer, about: Any) -> tuple[Finding, ...]:
    found = []
    if write.no_dates:
        found.append(Finding(
            name, "no date", "warning", f"{len(write.no_dates)} value(s) of a date column are no dates; their numbers are kept.",
            "Look at the column in the program the file came from.",
        ))
    if "tC" in str(about.original_variable_types.get(name)):
        found.append(Finding(
            name, "leap seconds", "note", "the times count leap seconds (%tC): they may stand up to 27 seconds late.",
            "Where seconds matter, convert the column to %tc in Stata.",
        ))
    return tuple(found)
