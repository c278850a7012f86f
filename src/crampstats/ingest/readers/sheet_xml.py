"""What the parts of an .xlsx file say of a sheet that its reader leaves out: error cells, formulas never computed, its extent."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from xml.etree import ElementTree

from crampstats.core.errors import DataError

# Cells between the first and the last filled one, empty ones included: more do not fit into memory.
MOST_CELLS = 50_000_000
# Bytes a workbook may unpack to; a sheet of a million rows and 40 columns takes about 2 GB.
MOST_BYTES = 4_000_000_000
REFERENCE = re.compile(rb"""<(?:\w+:)?(?:c|row)\s[^>]*?\br=["']([A-Za-z]*)([0-9]+)["']""")
ERROR_CELL = re.compile(
    rb"""<(?:\w+:)?c\s(?=[^>]*\bt=["']e["'])[^>]*?\br=["']([A-Za-z]+)([0-9]+)["'][^>]*>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<""",
    re.DOTALL,
)
# A formula followed by no value, or by an empty one.
NEVER_COMPUTED = re.compile(
    rb"""<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>|</(?:\w+:)?c>)"""
)
SPACED_VALUE = re.compile(rb"(<(?:\w+:)?v>)\s*([^<]*?)\s*(</(?:\w+:)?v>)")
CELL_START = re.compile(rb"""\br=["']([A-Za-z]+)([0-9]+)["']""")
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True)
class SheetParts:
    """Of one sheet: error cells and formulas without a result, by (row, column) from 0."""

    errors: dict[tuple[int, int], str]
    never_computed: tuple[tuple[int, int], ...]


def read_sheet_parts(raw: bytes, name: str) -> dict[str, SheetParts]:
    """Of each sheet of an .xlsx or .xlsm file, given as bytes, what its reader does not tell.

    Raises
    ------
    DataError
        The file is damaged, unpacks to more than 4 GB, or a sheet reaches further than fits into memory.
    """
    with _plain_errors(name), zipfile.ZipFile(io.BytesIO(raw)) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > MOST_BYTES:
            raise DataError(f"{name} unpacks to {unpacked / 1e9:.1f} GB, too much for a workbook: save the table as .csv.")
        return {sheet: _parts(archive.read(part), sheet, name) for sheet, part in _sheets(archive)}


def is_plain_workbook(raw: bytes) -> bool:
    """Whether the bytes are a workbook whose sheets are XML (.xlsx, .xlsm), not binary (.xlsb) and no OpenDocument."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError, UnicodeError):
        return False


def with_numbers_trimmed(raw: bytes) -> bytes:
    """An .xlsx file without white space around its stored values: Excel reads " 41" as a number, the reader refuses it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, SPACED_VALUE.sub(rb"\1\2\3", content) if name.startswith("xl/worksheets/") else content)
    return out.getvalue()


def cell_name(row: int, column: int) -> str:
    """A cell as spreadsheet programs call it, from row and column counted from 0.

    Examples
    --------
    >>> cell_name(6, 27)
    'AB7'
    """
    letters, number = "", column + 1
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row + 1}"


def damaged(name: str) -> DataError:
    """The error that says so of a workbook."""
    return DataError(
        f"{name} is a damaged workbook and cannot be opened; open it in Excel or LibreOffice, save it anew as .xlsx, and give "
        "that file."
    )


@contextmanager
def _plain_errors(name: str) -> Iterator[None]:
    try:
        yield
    except (
        zipfile.BadZipFile, zlib.error, ElementTree.ParseError, KeyError, EOFError, NotImplementedError, RuntimeError, OSError,
        UnicodeError,
    ) as problem:
        raise damaged(name) from problem


def _sheets(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Names of the sheets and the parts that hold them, of those that are there."""
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {one.get("Id"): one.get("Target", "") for one in relations}
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    known, found = set(archive.namelist()), []
    for sheet in book.iter():
        target = targets.get(sheet.get(RELATION)) if sheet.tag.endswith("}sheet") else None
        if target:
            part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
            found += [(sheet.get("name", ""), part)] if part in known else []
    return found


def _parts(xml: bytes, sheet: str, name: str) -> SheetParts:
    _refuse_far_cells(xml, sheet, name)
    errors = {}
    if b't="e"' in xml or b"t='e'" in xml:
        errors = {_place(*found.group(1, 2)): found.group(3).decode(errors="replace") for found in ERROR_CELL.finditer(xml)}
    empty = []
    for found in NEVER_COMPUTED.finditer(xml):
        cell = CELL_START.search(xml, max(xml.rfind(b"<c ", 0, found.start()), 0), found.start())
        empty += [_place(*cell.group(1, 2))] if cell else []
    return SheetParts(errors, tuple(empty))


def _refuse_far_cells(xml: bytes, sheet: str, name: str) -> None:
    """The reader keeps every cell up to the last one, and ends the program when they do not fit into memory."""
    rows, columns = [0], [0]
    for letters, numbers in set(REFERENCE.findall(xml)):
        row, column = _place(letters, numbers)
        rows.append(row)
        columns.append(column)
    row, column = max(rows), max(columns)
    if (row + 1) * (column + 1) > MOST_CELLS:
        raise DataError(
            f"{name}, sheet {sheet}: something stands as far out as row {row + 1:,} and column {column + 1:,}; more than "
            f"{MOST_CELLS:,} cells are too many. Delete the rows and columns outside the table, or save the table as .csv."
        )


def _place(letters: bytes, numbers: bytes) -> tuple[int, int]:
    column = 0
    for letter in letters.upper():
        column = column * 26 + letter - ord("A") + 1
    return int(numbers[:12]) - 1, column - 1
