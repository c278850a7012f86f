"""What an OpenDocument sheet (.ods) says that its reader leaves out: error cells, and how far the sheet reaches."""

from __future__ import annotations

import html
import io
import re
import zipfile

from crampstats.core.errors import DataError
from crampstats.ingest.readers.sheet_xml import MOST_BYTES, MOST_CELLS, SheetParts, plain_errors

TAG = re.compile(
    rb"<table:(?:(table)|(table-row)|(?:covered-)?(table-cell))(?=[\s/>])([^>]*?)/?>(?:<text:p[^>]*>([^<]*))?", re.DOTALL
)
NAME = re.compile(rb'\btable:name="([^"]*)"')
ROWS = re.compile(rb'number-rows-repeated="(\d+)"')
COLUMNS = re.compile(rb'number-columns-repeated="(\d+)"')
ERROR = b'calcext:value-type="error"'


def is_open_document(raw: bytes) -> bool:
    """Whether the bytes are an OpenDocument sheet."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return "content.xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
        return False


def read_open_parts(raw: bytes, name: str) -> dict[str, SheetParts]:
    """Of each sheet of an .ods file, given as bytes, its error cells.

    Raises
    ------
    DataError
        The file is damaged, unpacks to more than 4 GB, or a sheet reaches further than fits into memory.
    """
    with plain_errors(name), zipfile.ZipFile(io.BytesIO(raw)) as archive:
        if archive.getinfo("content.xml").file_size > MOST_BYTES:
            raise DataError(f"{name} unpacks to more than {MOST_BYTES / 1e9:.0f} GB: save the table as .csv.")
        return _parts(archive.read("content.xml"), name)


def _parts(xml: bytes, name: str) -> dict[str, SheetParts]:
    parts: dict[str, SheetParts] = {}
    errors: dict[tuple[int, int], str] = {}
    row = column = next_row = 0
    last_row = last_column = 0
    for found in TAG.finditer(xml):
        table, is_row, _, about, text = found.groups()
        if table:
            title = NAME.search(about)
            errors, row, next_row, last_row, last_column = {}, 0, 0, 0, 0
            parts[html.unescape(title.group(1).decode(errors="replace")) if title else ""] = SheetParts(errors, ())
        elif is_row:
            row, next_row, column = next_row, next_row + _times(ROWS, about), 0
        else:
            n = _times(COLUMNS, about)
            if b"value-type" in about or text:
                last_row, last_column = max(last_row, next_row), max(last_column, column + n)
            if ERROR in about:
                sign = (text or b"#N/A").decode(errors="replace")
                errors.update({(row, column + place): sign for place in range(min(n, 1024))})
            column += n
        if last_row * last_column > MOST_CELLS:
            raise DataError(
                f"{name}: something stands as far out as row {last_row:,} and column {last_column:,}; more than {MOST_CELLS:,} "
                "cells are too many. Delete the rows and columns outside the table, or save the table as .csv."
            )
    return parts


def _times(pattern: re.Pattern[bytes], about: bytes) -> int:
    found = pattern.search(about)
    return int(found.group(1)[:12]) if found else 1
