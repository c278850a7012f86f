"""What a SAS transport file holds that readers of it leave out: further tables, and the letters of special missing values."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

RECORD = 80
MEMBER = b"HEADER RECORD*******MEMB"
NAMES = b"HEADER RECORD*******NAM"
ROWS = b"HEADER RECORD*******OBS"
LONG_NAMES = b"HEADER RECORD*******NAMSTV"
NUMBER = 1
# .A to .Z and ._ ; "." is the ordinary missing value
LETTERS = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ_", dtype=np.uint8)


@dataclass(frozen=True)
class _Number:
    """Where a numeric column stands in a row."""

    name: str
    start: int
    length: int


def split_members(raw: bytes) -> list[bytes]:
    """The tables of a transport file, each as a transport file of its own."""
    starts = _records(raw, MEMBER)
    if len(starts) < 2:
        return [raw]
    ends = [*starts[1:], len(raw)]
    return [raw[:starts[0]] + raw[start:end] for start, end in zip(starts, ends, strict=True)]


def find_special_missing(raw: bytes, n_rows: int) -> dict[str, list[tuple[int, str]]]:
    """The special missing values of a transport file with one table.

    Parameters
    ----------
    raw
        The file.
    n_rows
        Rows it was found to have.

    Returns
    -------
    dict
        Column to its rows (from 0) with their letter; columns without any are left out. Empty where the file is not built as
        it should be: then nothing can be told.
    """
    names, rows = _records(raw, NAMES), _records(raw, ROWS)
    if len(names) != 1 or len(rows) != 1 or n_rows == 0:
        return {}
    columns, width = _columns(raw, names[0], rows[0])
    start = rows[0] + RECORD
    if width == 0 or start + n_rows * width > len(raw):
        return {}
    cells = np.frombuffer(raw, dtype=np.uint8, count=n_rows * width, offset=start).reshape(n_rows, width)
    found = {column.name: _letters(cells[:, column.start:column.start + column.length]) for column in columns}
    return {name: letters for name, letters in found.items() if letters}


def _letters(block: np.ndarray) -> list[tuple[int, str]]:
    """Rows whose number is a letter followed by zeros, which no ordinary number is."""
    if block.shape[1] < 2:
        return []
    rows = np.flatnonzero(np.isin(block[:, 0], LETTERS) & ~block[:, 1:].any(axis=1))
    return [(int(row), chr(block[row, 0])) for row in rows]


def _records(raw: bytes, mark: bytes) -> list[int]:
    """Places of header records; what looks like one within a record is data."""
    places, place = [], raw.find(mark)
    while place >= 0:
        if place % RECORD == 0:
            places.append(place)
        place = raw.find(mark, place + 1)
    return places


def _columns(raw: bytes, names: int, rows: int) -> tuple[list[_Number], int]:
    """Numeric columns, and the width of a row, from the descriptions of the columns (NAMESTR records of 140 bytes)."""
    # columns need not stand in the order they are described in, but they fill the row
    header = raw[names:names + RECORD]
    digits = header[54:58] if not header.startswith(LONG_NAMES) else header[48:58]
    size, count = 140, int(digits) if digits.strip().isdigit() else 0
    found, lengths, width = [], 0, 0
    for number in range(count):
        place = names + RECORD + number * size
        if place + size > rows:
            return [], 0
        kind, length = struct.unpack_from(">h2xh", raw, place)
        (start,) = struct.unpack_from(">i", raw, place + 84)
        long = raw[place + 88:place + 120] if header.startswith(LONG_NAMES) else b""
        name = (long.rstrip(b"\x00 ") or raw[place + 8:place + 16].rstrip(b"\x00 ")).decode("latin-1")
        if length < 1 or start < 0:
            return [], 0
        lengths, width = lengths + length, max(width, start + length)
        if kind == NUMBER:
            found.append(_Number(name, start, length))
    return (found, width) if lengths == width else ([], 0)
