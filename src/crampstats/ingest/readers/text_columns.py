"""The two ways from the text of a table to its columns: Arrow where every row is regular, record by record where not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from crampstats.core.findings import Finding, Findings
from crampstats.core.flow import Flow
from crampstats.ingest.readers.layout import Grid, left_out, rows_told
from crampstats.ingest.readers.records import Record, TextFile, read_records, split_lines

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK_BYTES = 1 << 24
LARGEST_BLOCK = 2**31 - 1
QUOTE = ord('"')


def read_regular(file: TextFile, heading: Sequence[str], start: int, place: int) -> Grid | None:
    """The rows by Arrow, when every quotation mark encloses a cell and every row has its cells; None otherwise.

    Parameters
    ----------
    file
        The opened file.
    heading
        One text per column.
    start
        Where the records begin in the content.
    place
        Of the heading row, counted from 0.
    """
    import pyarrow as pa

    data = np.frombuffer(file.content, dtype=np.uint8)[start:]
    ends_plainly = file.content.count(b"\r", start) == file.content.count(b"\r\n", start)
    if not (ends_plainly and file.delimiter.isascii() and quotes_enclose_cells(data, file.delimiter)):
        return None
    try:
        table = _by_arrow(pa.py_buffer(file.content).slice(start), file.delimiter, len(heading), BLOCK_BYTES)
    except pa.ArrowInvalid:
        return None
    rows = np.arange(place + 2, place + 2 + table.num_rows)
    return Grid(file.name, heading, table.columns, rows, _below_headings(table.num_rows, place), Findings())


def _by_arrow(content: pa.Buffer, delimiter: str, width: int, block_size: int) -> pa.Table:
    import pyarrow as pa
    import pyarrow.csv as arrow_csv

    names = [str(number) for number in range(width)]
    return arrow_csv.read_csv(
        pa.BufferReader(content),
        read_options=arrow_csv.ReadOptions(column_names=names, block_size=_whole_line_ends(content, block_size)),
        parse_options=arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False),
        # as text, and no text means missing: "NA" and "null" stay what they are
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False, null_values=[]
        ),
    )


def _whole_line_ends(content: pa.Buffer, block_size: int) -> int:
    """The next larger size at which no block ends between CR and LF: Arrow drops such an LF, also within a cell."""
    data = memoryview(content)
    while any(data[end - 1] == ord("\r") for end in range(block_size, len(data), block_size)):
        block_size += 1
    return block_size


def quotes_enclose_cells(data: np.ndarray, delimiter: str) -> bool:
    """Whether every quotation mark opens or closes a whole cell, or is doubled within one.

    Parameters
    ----------
    data
        Bytes of the text, ``uint8``, from the beginning of a row; ends of lines are LF or CR LF.
    delimiter
        ASCII.
    """
    before, after = np.zeros(256, dtype=bool), np.zeros(256, dtype=bool)
    before[[ord(delimiter), ord("\n"), QUOTE]] = True
    after[[ord(delimiter), ord("\n"), ord("\r"), QUOTE]] = True
    seen = 0
    for start in range(0, len(data), BLOCK_BYTES):
        marks = np.flatnonzero(data[start : start + BLOCK_BYTES] == QUOTE) + start
        opening, closing = marks[seen % 2 :: 2], marks[1 - seen % 2 :: 2]
        if not (before[data[opening[opening > 0] - 1]].all() and after[data[closing[closing < len(data) - 1] + 1]].all()):
            return False
        seen += len(marks)
    return seen % 2 == 0


def read_tolerant(file: TextFile, heading: Sequence[str], start: int, place: int) -> Grid:
    """The rows record by record: short ones filled up, long ones set aside, a finding for each; parameters as `read_regular`."""
    lines, width, row, line = split_lines(file.content[start:]), len(heading), place + 1, 0
    plain, spaced = file.delimiter.isascii() and width > 1, f"{file.delimiter} "
    mended = _Mended(width, file.delimiter if file.delimiter.isascii() else ",")
    for record in read_records(lines, file.delimiter):
        row += 1
        text = lines[line]
        line += record.n_lines
        regular = plain and record.n_lines == 1 and len(record.cells) == width and not record.astray
        # most stay as they are even here; but Arrow takes a quotation mark after a space for a letter
        if regular and ('"' not in text or not (text.startswith(" ") or spaced in text)):
            mended.keep(row, text.rstrip("\r\n"))
        else:
            mended.add(row, record)
    excluded = {"another number of cells": len(mended.long)}
    flow = left_out(_below_headings(row - place - 1, place), "rows of the table's width", excluded)
    findings = Findings((
        *rows_told(mended.astray, partial(_astray, file.name, width)),
        *rows_told(mended.long, partial(_set_aside, file.name, width)),
        *rows_told(mended.short, partial(_short, file.name, width)),
    ))
    return Grid(file.name, heading, mended.columns(), np.array(mended.rows, dtype=np.int64), flow, findings)


@dataclass
class _Mended:
    """Records written down again, each with as many cells as the table is wide, and what had to be done to them."""

    width: int
    delimiter: str
    texts: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    short: list[tuple[int, int]] = field(default_factory=list)
    long: list[tuple[int, int]] = field(default_factory=list)
    astray: list[tuple[int, int]] = field(default_factory=list)

    def keep(self, row: int, text: str) -> None:
        self.rows.append(row)
        self.texts.append(text)

    def add(self, row: int, record: Record) -> None:
        cells, width = record.cells, self.width
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            cells = cells[:width]
        if record.astray:
            self.astray.append((row, len(cells)))
        if len(cells) > width or (record.astray and len(cells) < width):
            self.long.append((row, len(cells)))
            return
        if len(cells) < width and any(cell.strip() for cell in cells):
            self.short.append((row, len(cells)))
        quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells] + ['""'] * (width - len(cells))
        self.keep(row, self.delimiter.join(quoted))

    def columns(self) -> list[pa.ChunkedArray]:
        import pyarrow as pa

        if not self.texts:
            return [pa.chunked_array([], type=pa.large_string())] * self.width
        content = pa.py_buffer("\n".join(self.texts).encode())
        try:
            return _by_arrow(content, self.delimiter, self.width, BLOCK_BYTES).columns
        except pa.ArrowInvalid:
            # a record longer than a block
            return _by_arrow(content, self.delimiter, self.width, min(content.size + 1, LARGEST_BLOCK)).columns


def _below_headings(n: int, place: int) -> Flow:
    above = {"title rows above the headings": place, "the row of headings": 1}
    return left_out(Flow.start("rows in the file", n + place + 1), "rows below the headings", above)


def _short(name: str, width: int, n_cells: int) -> Finding:
    return Finding(
        name, "short row", "warning", f"the row has {n_cells} cells where {width} are expected; the last were taken as empty.",
        "Look at the row: a line break within a cell shifts the cells after it.", value=str(n_cells),
    )


def _set_aside(name: str, width: int, n_cells: int) -> Finding:
    return Finding(
        name, "row set aside", "error", f"the row has {n_cells} cells where {width} are expected; it was set aside.",
        "Put text that holds the delimiter into quotation marks, and read the file again.", value=str(n_cells),
    )


def _astray(name: str, width: int, n_cells: int) -> Finding:
    kept = "the row was kept" if n_cells == width else "the row was set aside"
    return Finding(
        name, "quotation mark", "warning", f"a quotation mark does not close its cell and was read as a letter; {kept}.",
        'Write a quotation mark within a cell twice ("") and enclose the cell.',
    )
