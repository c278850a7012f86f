"""A SAS transport file of any size, read in parts. Its layout: SAS technical note TS-140, https://support.sas.com/techsup/."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from crampstats.core.errors import DataError
from crampstats.ingest.conversion.clock_column import ClockColumn, typed_column
from crampstats.ingest.conversion.columns import TypedColumn
from crampstats.ingest.xport import check_xport

if TYPE_CHECKING:
    import pyarrow as pa

RECORD = 80
NUMBER = 1
MEMBER, NAMES, ROWS = b"HEADER RECORD*******MEM", b"HEADER RECORD*******NAM", b"HEADER RECORD*******OBS"
LONG_NAMES = b"HEADER RECORD*******NAMSTV8"
LONG_ROWS = b"HEADER RECORD*******OBSV8"
LARGEST_HEAD = 1 << 24
CHUNK = 1 << 24  # bytes of rows read at a time


@dataclass(frozen=True)
class _Field:
    """A column of a row: where it stands, how long it is, whether it is a number, and the format it is shown in."""

    name: str
    is_number: bool
    start: int
    length: int
    display: str = ""


@dataclass(frozen=True)
class TransportSource:
    """A transport file with one table; made by `open_transport_source`.

    Parameters
    ----------
    path
        The file.
    fields
        Its columns.
    width
        Bytes of a row.
    start
        Where the first row begins.
    rows
        Rows the file says it has; None for version 5, which does not say.
    """

    path: Path
    fields: tuple[_Field, ...]
    width: int
    start: int
    rows: int | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Its columns."""
        return tuple(field.name for field in self.fields)

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return self.path.stat().st_size

    def columns(self) -> list[TypedColumn | ClockColumn]:
        """A new column for each name: dates and times by their format."""
        return [typed_column(field.name, "sas", field.display if field.is_number else "") for field in self.fields]

    def batches(self, told: Callable[[int], Any]) -> Iterator[pa.RecordBatch]:
        """The rows in parts, numbers as floating point; `told` is called with the bytes read since it was called before.

        Missing values of every kind (., .A to .Z, ._) are missing; texts end at their last letter, and an empty one is missing.
        """
        import pyarrow as pa

        step, left = max(CHUNK // self.width, 1) * self.width, self.rows
        end = b""
        with self.path.open("rb") as file:
            file.seek(self.start)
            told(self.start)
            while raw := file.read(step):
                rows = len(raw) // self.width
                if left is not None:
                    rows = min(rows, left)
                    left -= rows
                elif len(raw) < step:
                    rows = _without_padding(raw, self.width)
                block = np.frombuffer(raw, dtype=np.uint8, count=rows * self.width).reshape(rows, self.width)
                _refuse_further_table(self.path.name, end + raw)
                end = raw[-len(MEMBER) :]  # a mark may stand across two parts
                arrays = [_numbers(block, field) if field.is_number else _texts(block, field) for field in self.fields]
                yield pa.RecordBatch.from_arrays(arrays, list(self.names))
                told(len(raw))
        if left:
            raise _damaged(self.path, f"it says {self.rows:,} rows and ends after {self.rows - left:,}")


def open_transport_source(path: Path) -> TransportSource:
    """The columns of a transport file, from its head.

    Raises
    ------
    DataError
        The file is damaged, or no transport file.
    """
    check_xport(path)
    with path.open("rb") as file:
        head = file.read(LARGEST_HEAD)
    names, rows = _record(head, NAMES), _record(head, ROWS)
    if names < 0 or rows < 0:
        raise _damaged(path, "its description of the columns does not end")
    fields = _fields(head, names, rows, path)
    width = sum(field.length for field in fields)
    if not fields:
        raise _damaged(path, "it describes no column")
    return TransportSource(path, fields, width, rows + RECORD, _stated_rows(head, rows))


def _stated_rows(head: bytes, rows: int) -> int | None:
    """Rows by the header above them, which version 8 has."""
    digits = head[rows + 48 : rows + 63].strip()
    return int(digits) if head.startswith(LONG_ROWS, rows) and digits.isdigit() else None


def _in_order(fields: list[_Field], path: Path, *, is_long: bool) -> tuple[_Field, ...]:
    """Fields where their values stand: one after another.

    In version 8 the place a description names may be that in the data set the file was made from (SAS's %LOC2XPT writes so), and
    not that in a row. Version 5 names the place in a row; readers differ on a file in which it is another than the order.
    """
    starts = np.cumsum([0, *(field.length for field in fields)]).tolist()
    if not is_long and any(field.start != start for field, start in zip(fields, starts, strict=False)):
        raise DataError(
            f"{path.name} describes its columns in another order than their values stand in, which programs read differently. "
            "Save the table as .sas7bdat or .csv, or as version 8 of the transport format."
        )
    return tuple(replace(field, start=start) for field, start in zip(fields, starts, strict=False))


def _fields(head: bytes, names: int, rows: int, path: Path) -> tuple[_Field, ...]:
    """Columns by their descriptions, 140 bytes each: type, length, name and place."""
    is_long = head.startswith(LONG_NAMES, names)
    digits = head[names + 48 : names + 58] if is_long else head[names + 54 : names + 58]
    found = []
    for number in range(int(digits) if digits.strip().isdigit() else 0):
        place = names + RECORD + 140 * number
        if place + 140 > rows:
            raise _damaged(path, "it describes more columns than it holds")
        kind, length = struct.unpack_from(">h2xh", head, place)
        (start,) = struct.unpack_from(">i", head, place + 84)
        long = head[place + 88 : place + 120] if is_long else b""
        name = (long.rstrip(b"\x00 ") or head[place + 8 : place + 16].rstrip(b"\x00 ")).decode("latin-1")
        if length < 1 or start < 0 or (kind == NUMBER and length > 8):
            raise _damaged(path, "a column has an impossible length")
        display = head[place + 56 : place + 64].rstrip(b"\x00 ").decode("latin-1")
        found.append(_Field(name, kind == NUMBER, start, length, display))
    return _in_order(found, path, is_long=is_long)


def _record(head: bytes, mark: bytes) -> int:
    """Place of a header record; -1 where there is none."""
    place = head.find(mark)
    while place >= 0 and place % RECORD:
        place = head.find(mark, place + 1)
    return place


def _without_padding(raw: bytes, width: int) -> int:
    """Rows in the last part of a file: blanks fill up its last record of 80 bytes, which short rows may be lost in."""
    rows = len(raw) // width
    last = len(raw) - RECORD
    while rows and (rows - 1) * width > last and not raw[(rows - 1) * width : rows * width].strip(b" "):
        rows -= 1
    return rows


def _refuse_further_table(name: str, raw: bytes) -> None:
    if MEMBER in raw:
        raise DataError(
            f"{name} holds several tables; a Parquet file holds one. Export each as a file of its own, or read the tables with "
            "crampstats.read_file."
        )


def _numbers(block: np.ndarray, field: _Field) -> pa.Array:
    """Numbers of IBM mainframes: sign, exponent of 16 with 64 added, fraction of 56 bits; NaN for a missing value."""
    import pyarrow as pa

    wide = np.zeros((len(block), 8), dtype=np.uint8)
    wide[:, : field.length] = block[:, field.start : field.start + field.length]
    bits = wide.view(">u8").ravel().astype(np.uint64)
    fraction = (bits & np.uint64(0x00FFFFFFFFFFFFFF)).astype(np.float64)  # 56 bits in 53: rounded to the nearest
    exponent = ((bits >> np.uint64(56)) & np.uint64(0x7F)).astype(np.int64)
    value = np.ldexp(fraction, 4 * (exponent - 64) - 56)
    value = np.where(bits >> np.uint64(63) == 1, -value, value)
    # a first byte that is no zero before an empty fraction is ".", ".A" ... or "._"
    is_missing = (fraction == 0) & (wide[:, 0] != 0)
    return pa.array(value, mask=is_missing)


def _texts(block: np.ndarray, field: _Field) -> pa.Array:
    """Texts without the blanks that fill them up; an empty one is missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = np.ascontiguousarray(block[:, field.start : field.start + field.length]).view(f"S{field.length}").ravel()
    raw = pa.array(cells, pa.binary())
    try:
        text = raw.cast(pa.string())
    except pa.ArrowInvalid:
        text = pa.array([cell.decode("cp1252", errors="replace") for cell in cells.tolist()], pa.string())
    text = pc.utf8_rtrim_whitespace(text)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _damaged(path: Path, why: str) -> DataError:
    return DataError(f"{path.name} is damaged or cut off ({why}): fetch or export it again.")
