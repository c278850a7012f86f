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

import numpy as np

from crampstats.core.errors import DataError

# Cells between the first and the last filled one, empty ones included: more do not fit into memory.
MOST_CELLS = 50_000_000
# Bytes a workbook may unpack to; a sheet of a million rows and 40 columns takes about 2 GB.
MOST_BYTES = 4_000_000_000
BLOCK_BYTES = 1 << 24
# The longest reference Excel writes is XFD1048576.
REFERENCE_BYTES = 12
SPACED_VALUE = re.compile(rb"(<(?:\w+:)?v>)\s*([^<]*?)\s*(</(?:\w+:)?v>)")
CELL_START = re.compile(rb"""\br=["']([A-Za-z]+)([0-9]+)["']""")
# Of each byte: its place in the alphabet, its digit, whether it is white space.
LETTER = np.zeros(256)
LETTER[ord("A") : ord("Z") + 1] = LETTER[ord("a") : ord("z") + 1] = np.arange(1, 27)
DIGIT = np.full(256, -1.0)
DIGIT[ord("0") : ord("9") + 1] = np.arange(10)
SPACE = np.zeros(256, dtype=bool)
SPACE[[9, 10, 13, 32]] = True
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
    with plain_errors(name), zipfile.ZipFile(io.BytesIO(raw)) as archive:
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


def with_numbers_trimmed(raw: bytes, name: str) -> bytes:
    """An .xlsx file without white space around its stored values: Excel reads " 41" as a number, the reader refuses it."""
    out = io.BytesIO()
    with plain_errors(name), zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            new.writestr(part, SPACED_VALUE.sub(rb"\1\2\3", content) if part.startswith("xl/worksheets/") else content)
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
def plain_errors(name: str) -> Iterator[None]:
    """What goes wrong with the parts of a damaged workbook becomes a `DataError` that says so."""
    try:
        yield
    except (
        zipfile.BadZipFile, zlib.error, ElementTree.ParseError, LookupError, EOFError, NotImplementedError, RuntimeError, OSError,
        ValueError,
    ) as problem:
        if isinstance(problem, DataError):
            raise
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
    row, column = furthest_cell(xml)
    # the reader keeps every cell up to the last one, and ends the program when they do not fit into memory
    if (row + 1) * (column + 1) > MOST_CELLS:
        raise DataError(
            f"{name}, sheet {sheet}: something stands as far out as row {row + 1:,} and column {column + 1:,}; more than "
            f"{MOST_CELLS:,} cells are too many. Delete the rows and columns outside the table, or save the table as .csv."
        )
    named = re.search(rb"<(\w+:)?sheetData", xml)
    prefix = named.group(1) or b"" if named else b""
    return SheetParts(_error_cells(xml, prefix), _never_computed(xml, prefix))


def _error_cells(xml: bytes, prefix: bytes) -> dict[tuple[int, int], str]:
    cell = re.compile(rb"<%sc\s[^>]*>.*?<%sv>([^<]*)<" % (prefix, prefix), re.DOTALL)
    errors = {}
    for mark in re.finditer(rb"""\st=["']e["']""", xml):
        found = cell.match(xml, xml.rfind(b"<", 0, mark.start()))
        place = CELL_START.search(found.group()) if found else None
        if found and place:
            errors[_place(*place.group(1, 2))] = found.group(1).decode(errors="replace")
    return errors


def _never_computed(xml: bytes, prefix: bytes) -> tuple[tuple[int, int], ...]:
    """Cells with a formula followed by no value, or by an empty one."""
    formula = rb"<%sf(?:\s[^>]*?)?(?:/>|>[^<]*</%sf>)\s*(?:<%sv\s*/>|<%sv></%sv>|</%sc>)" % ((prefix,) * 6)
    cells = []
    for found in re.finditer(formula, xml):
        cell = CELL_START.search(xml, max(xml.rfind(b"<%sc " % prefix, 0, found.start()), 0), found.start())
        cells += [_place(*cell.group(1, 2))] if cell else []
    return tuple(cells)


def furthest_cell(xml: bytes) -> tuple[int, int]:
    """Last row and last column a sheet names, counted from 0.

    Examples
    --------
    >>> furthest_cell(b'<row r="2"><c r="A2"/><c r="AB2"/></row>')
    (1, 27)
    """
    row = column = 1.0
    data = np.frombuffer(xml + bytes(REFERENCE_BYTES + 4), dtype=np.uint8)
    for start in range(0, len(xml), BLOCK_BYTES):
        block = data[start : start + BLOCK_BYTES + REFERENCE_BYTES + 4]
        quoted = (block[3:] == ord('"')) | (block[3:] == ord("'"))
        at = np.flatnonzero(SPACE[block[:-3]] & (block[1:-2] == ord("r")) & (block[2:-1] == ord("=")) & quoted)
        rows, columns = _references(block, at[at < len(block) - REFERENCE_BYTES - 4] + 4)
        row, column = max(row, rows.max(initial=0)), max(column, columns.max(initial=0))
    return int(row) - 1, int(column) - 1


def _references(block: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of references like AB12, counted from 1, that begin at the given places."""
    rows, columns, goes_on = np.zeros(len(at)), np.zeros(len(at)), np.ones(len(at), dtype=bool)
    for offset in range(REFERENCE_BYTES):
        sign = block[at + offset]
        letter, digit = LETTER[sign], DIGIT[sign]
        goes_on &= (letter > 0) | (digit >= 0)
        columns = np.where(goes_on & (letter > 0), columns * 26 + letter, columns)
        rows = np.where(goes_on & (digit >= 0), rows * 10 + digit, rows)
    return rows, columns


def _place(letters: bytes, numbers: bytes) -> tuple[int, int]:
    rows, columns = _references(np.frombuffer(letters + numbers + bytes(REFERENCE_BYTES), dtype=np.uint8), np.array([0]))
    return int(rows[0]) - 1, int(columns[0]) - 1
