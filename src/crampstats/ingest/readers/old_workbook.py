"""Workbooks of Excel before 2007 (.xls): a damaged one is told before its reader runs in a circle, and its error cells are found.

Layout after [MS-CFB] (the container: sectors in chains) and [MS-XLS] (the records within its stream "Workbook").
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from crampstats.core.errors import DataError
from crampstats.ingest.readers.sheet_xml import MOST_CELLS, SheetParts, damaged

# [MS-CFB] 2.1: sector numbers from here on are no sectors but signs (end of chain, free ...).
LARGEST_SECTOR = 0xFFFFFFFA
HEADER_BYTES = 512
SECTOR_SHIFTS = (9, 12)
ENTRY_BYTES = 128
STREAM, ROOT = 2, 5
# [MS-XLS] 2.3: the records read here.
BOUND_SHEET, BOOLEAN_OR_ERROR, FORMULA, BEGINNING, END, DIMENSIONS, STRINGS = 0x85, 0x205, 0x06, 0x809, 0x0A, 0x200, 0xFC
# Records that begin with row and column of their cell; the reader keeps all cells up to the last one they name.
CELLS = (0x06, 0xBD, 0xBE, 0xD6, 0xFD, 0x201, 0x203, 0x204, 0x205, 0x27E)
MOST_COLUMNS = 256
# [MS-XLS] 2.5.10
ERROR_SIGNS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


@dataclass(frozen=True)
class _Entry:
    name: str
    kind: int
    start: int
    length: int


def read_old_parts(raw: bytes, name: str) -> dict[str, SheetParts]:
    """Of each sheet of an .xls file, given as bytes, its error cells.

    Raises
    ------
    DataError
        The file is damaged: it is no compound file, or one of its chains of sectors runs in a circle.
    """
    try:
        stream = _workbook_stream(raw, name)
        return dict(_sheets(stream, name)) if stream else {}
    except (struct.error, IndexError, ValueError) as problem:
        if isinstance(problem, DataError):
            raise
        raise damaged(name) from problem


def _workbook_stream(raw: bytes, name: str) -> bytes:
    """The stream that holds the sheets; empty when there is none."""
    (shift,) = struct.unpack_from("<H", raw, 30)
    n_fat, first_entry = struct.unpack_from("<I", raw, 44)[0], struct.unpack_from("<I", raw, 48)[0]
    cutoff, first_mini = struct.unpack_from("<II", raw, 56)
    if shift not in SECTOR_SHIFTS or n_fat > len(raw) >> shift:
        raise damaged(name)
    size = 1 << shift
    fat = _numbers(_sectors(raw, _fat_sectors(raw, n_fat, size, name), size))
    mini_fat = _numbers(_sectors(raw, _chain(fat, first_mini, name), size))
    entries = list(_entries(_sectors(raw, _chain(fat, first_entry, name), size)))
    for entry in entries:
        _chain(fat if entry.kind == ROOT or entry.length >= cutoff else mini_fat, entry.start, name)
    found = {entry.name: entry for entry in entries}
    book = found.get("Workbook") or found.get("Book")
    if book is None:
        return b""
    if book.length >= cutoff:
        return _sectors(raw, _chain(fat, book.start, name), size)[: book.length]
    root = next((entry for entry in entries if entry.kind == ROOT), None)
    small = _sectors(raw, _chain(fat, root.start, name), size) if root else b""
    return b"".join(small[64 * place : 64 * place + 64] for place in _chain(mini_fat, book.start, name))[: book.length]


def _numbers(content: bytes) -> np.ndarray:
    return np.frombuffer(content[: len(content) // 4 * 4], dtype="<u4").astype(np.int64)


def _sectors(raw: bytes, places: list[int], size: int) -> bytes:
    # the header takes the place of a sector: sector 0 comes after it
    return b"".join(raw[(place + 1) * size : (place + 2) * size] for place in places)


def _fat_sectors(raw: bytes, n: int, size: int, name: str) -> list[int]:
    """Sectors that hold the allocation table: 109 of them listed in the header, further ones in a chain of their own."""
    listed = list(struct.unpack_from("<109I", raw, 76))
    (following,) = struct.unpack_from("<I", raw, 68)
    seen: set[int] = set()
    while following < LARGEST_SECTOR:
        sector = _numbers(_sectors(raw, [following], size))
        if following in seen or not len(sector):
            raise damaged(name)
        seen.add(following)
        listed += sector[:-1].tolist()
        following = int(sector[-1])
    return [place for place in listed if place < LARGEST_SECTOR][:n]


def _chain(fat: np.ndarray, start: int, name: str) -> list[int]:
    """Sectors of a stream in order; a chain that runs in a circle, which the reader would follow for ever, is damage."""
    chain = []
    while start < len(fat):
        chain.append(start)
        start = int(fat[start])
        if len(chain) > len(fat):
            raise damaged(name)
    return chain


def _entries(content: bytes) -> Iterator[_Entry]:
    """Streams that hold anything, and the root."""
    for at in range(0, len(content) - ENTRY_BYTES + 1, ENTRY_BYTES):
        n_bytes, kind = struct.unpack_from("<HB", content, at + 64)
        name = content[at : at + max(min(n_bytes, 64) - 2, 0)].decode("utf-16-le", errors="replace")
        start, length = struct.unpack_from("<II", content, at + 116)
        if kind == ROOT or (kind == STREAM and length):
            yield _Entry(name, kind, start, length)


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _sheets(stream: bytes, name: str) -> Iterator[tuple[str, SheetParts]]:
    for kind, content in _records(stream, 0):
        if kind == END:
            return
        # as many strings as claimed are made room for before they are read
        if kind == STRINGS and struct.unpack_from("<I", content, 4)[0] > len(stream):
            raise damaged(name)
        if kind == BOUND_SHEET and len(content) > 8:
            (at,) = struct.unpack_from("<I", content, 0)
            wide = content[7] & 1
            title = content[8 : 8 + content[6] * (1 + wide)].decode("utf-16-le" if wide else "latin-1", errors="replace")
            yield title, SheetParts(_error_cells(stream, at, name), ())


def _error_cells(stream: bytes, at: int, name: str) -> dict[tuple[int, int], str]:
    errors, depth = {}, 0
    for kind, content in _records(stream, at):
        # a chart within the sheet begins and ends on its own
        depth += (kind == BEGINNING) - (kind == END)
        if kind == END and depth <= 0:
            break
        if kind in CELLS and struct.unpack_from("<H", content, 2)[0] >= MOST_COLUMNS:
            raise damaged(name)
        if kind == DIMENSIONS and _claims_too_much(content):
            raise damaged(name)
        code = _error_code(kind, content)
        if code in ERROR_SIGNS:
            errors[struct.unpack_from("<HH", content)] = ERROR_SIGNS[code]
    return errors


def _claims_too_much(content: bytes) -> bool:
    """Whether a sheet says it reaches further than fits into memory: room for that many cells is made before they are read."""
    first_row, row, first_column, column = struct.unpack_from("<IIHH" if len(content) >= 12 else "<HHHH", content)
    backwards = (row and row < first_row) or (column and column < first_column)
    return backwards or (row - first_row) * (column - first_column) > MOST_CELLS


def _error_code(kind: int, content: bytes) -> int | None:
    """Code of the error a cell holds, by itself or as the result of its formula."""
    if kind == BOOLEAN_OR_ERROR and len(content) >= 8 and content[7] == 1:
        return content[6]
    if kind == FORMULA and len(content) >= 14 and content[12:14] == b"\xff\xff" and content[6] == 2:
        return content[8]
    return None
