"""Read a table kept as text: comma, semicolon, tab or bar between the cells, in whatever shape it arrives."""

from __future__ import annotations

import io
import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from crampstats.core.errors import DataError, OptionError
from crampstats.core.findings import Finding, Findings
from crampstats.core.flow import Flow
from crampstats.ingest.readers.decoding import decode_text
from crampstats.ingest.readers.layout import Grid, find_heading, lay_out, left_out, numbers_found, rows_told, title_found
from crampstats.ingest.readers.records import (
    DELIMITERS,
    NO_DELIMITER,
    SAMPLE_RECORDS,
    Record,
    cells_of_any_length,
    find_delimiter,
    read_records,
)
from crampstats.ingest.recorded import RecordedTable

if TYPE_CHECKING:
    import pyarrow as pa

SEPARATOR_LINE = re.compile(rb'"?sep=([^\r\n"])"?[ \t]*(?:\r\n|\n|\r|$)', re.IGNORECASE)
WRAPPED = r'^\s*="([^"]*)"\s*$'
SAMPLE_BYTES = 1 << 20
BLOCK_BYTES = 1 << 24
RECORDS_AT_ONCE = 20_000
QUOTE = ord('"')


@dataclass(frozen=True)
class TextFile:
    """A text table opened: its content from the first row on, and what stands between the cells.

    Parameters
    ----------
    name
        File name, without folder.
    content
        UTF-8 from the first row a spreadsheet program shows; empty lines at the end are no rows.
    delimiter
        One character.
    findings
        About the encoding.
    """

    name: str
    content: bytes
    delimiter: str
    findings: Findings


def read_text(path: str | Path, *, delimiter: str = "", header_row: int = 0) -> RecordedTable:
    """A table kept as text (.csv, .tsv, .txt), every cell as text.

    Parameters
    ----------
    path
        The file. Its encoding is found out (`decode_text`); a first line like ``sep=;`` is obeyed.
    delimiter
        What stands between the cells; by default found out of comma, semicolon, tab and bar from the first 200 records.
    header_row
        Row of the headings as a spreadsheet program numbers it; by default found (`find_heading`), below title lines.

    Returns
    -------
    RecordedTable
        No text stands for missing but the empty one: "NA" stays "NA". Short rows are filled up, rows with more cells than
        there are headings are set aside; a quotation mark that never closes is taken as a letter, and the row is set aside
        unless it has its cells: each with a finding that names the row. `source_rows` count rows as a spreadsheet program
        does: title lines, headings and empty rows included, a cell with line breaks as one row.

    Raises
    ------
    DataError
        The file is not there, empty, no text, or holds headings and no row.
    OptionError
        The delimiter is no single character, or `header_row` negative.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "intake.csv"
    >>> _ = path.write_text("id;cramps\\n1;yes\\n2;NA\\n")
    >>> table = read_text(path)
    >>> table.cells["cramps"].tolist(), table.source_rows.tolist()
    (['yes', 'NA'], [2, 3])
    """
    return read_opened(open_text(path, delimiter=delimiter), header_row=header_row)


def open_text(path: str | Path, *, delimiter: str = "") -> TextFile:
    """The content of a text table as UTF-8, and its delimiter.

    Raises
    ------
    DataError
        The file is not there, empty or no text.
    OptionError
        The delimiter is no single character.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"{path} is no file: check the path.")
    if delimiter and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise OptionError(f"the delimiter {delimiter!r} is not one character; give for example ',' or ';'.")
    decoded = decode_text(path.read_bytes(), path.name)
    start, content = 0, decoded.content
    if line := SEPARATOR_LINE.match(content):
        start, delimiter = line.end(), delimiter or line.group(1).decode("ascii", errors="replace")
    if not content[start:SAMPLE_BYTES].strip() and not content[start:].strip():
        raise DataError(f"{path.name} is empty: nothing was written into it. Export the table again, with all records.")
    content = content[start:].rstrip(b"\r\n")
    tab_first = path.suffix.lower() in (".tsv", ".tab")
    delimiter = delimiter or find_delimiter(_lines(_sample(content)), ("\t", *DELIMITERS) if tab_first else DELIMITERS)
    return TextFile(path.name, content, delimiter, decoded.findings)


def read_opened(file: TextFile, *, header_row: int = 0) -> RecordedTable:
    """The table of an opened text file; see `read_text`."""
    with cells_of_any_length():
        place, heading, start, told = _above_records(file, header_row)
        grid = _regular(file, heading, start, place) or _tolerant(file, heading, start, place)
    grid, unwrapped = _without_formulas(grid, file)
    findings = Findings((*file.findings.rows, *told, *grid.findings.rows, *unwrapped))
    table = lay_out(replace(grid, findings=findings), "csv")
    if not len(table.cells):
        raise _no_rows(file.name, heading)
    return replace(table, findings=Findings((*table.findings.rows, *_swallowed_told(table, file, len(heading)))))


def _above_records(file: TextFile, header_row: int) -> tuple[int, list[str], int, tuple[Finding, ...]]:
    """Place of the heading row, the headings, where the records begin in the content, and what was noticed."""
    lines = _lines(file.content if header_row > SAMPLE_RECORDS else _sample(file.content))
    records = list(itertools.islice(read_records(lines, file.delimiter), max(SAMPLE_RECORDS, header_row)))
    rows = [record.cells for record in records]
    try:
        place = find_heading(rows, header_row)
    except DataError as problem:
        raise DataError(f"{file.name}: {problem}") from None
    heading, widening = _heading(rows, place, file.name)
    n_lines = sum(record.n_lines for record in records[: place + 1])
    start = sum(len(line.encode()) for line in lines[:n_lines])
    if start >= len(file.content):
        raise _no_rows(file.name, heading)
    told = (*title_found(file.name, rows[:place], header_row), *_one_column(file), *widening)
    return place, heading, start, (*told, *_headings_told(records[place], place, file.name))


def _without_formulas(grid: Grid, file: TextFile) -> tuple[Grid, tuple[Finding, ...]]:
    """Cells like ="007", by which programs keep Excel from dropping zeros, as Excel shows them."""
    import pyarrow.compute as pc

    if b'="' not in file.content:
        return grid, ()
    counts = [pc.sum(pc.match_substring_regex(column, WRAPPED)).as_py() or 0 for column in grid.columns]
    if not any(counts):
        return grid, ()
    columns = [
        pc.replace_substring_regex(column, WRAPPED, r"\1") if count else column
        for column, count in zip(grid.columns, counts, strict=True)
    ]
    message = f'{sum(counts):,} cell(s) like ="007" were read as the text within, as Excel shows them.'
    return replace(grid, columns=columns), (Finding(file.name, "cells as formulas", "note", message),)


def _no_rows(name: str, heading: Sequence[str]) -> DataError:
    # not the headings themselves: in a table without any they are somebody's answers
    return DataError(f"{name} holds headings ({len(heading)} columns) and no rows below them: export it again with its records.")


def _heading(rows: Sequence[list[str]], place: int, name: str) -> tuple[list[str], tuple[Finding, ...]]:
    """Headings, as many as most rows below have cells.

    R writes row names and no heading for them: then the first column is called row_names.
    """
    cells, below = rows[place], [row for row in rows[place + 1 :] if any(cell.strip() for cell in row)]
    usual, count = Counter(len(row) for row in below).most_common(1)[0] if below else (len(cells), 0)
    filled = max((place for place, cell in enumerate(cells, start=1) if cell.strip()), default=1)
    if usual < len(cells):
        return cells[: max(usual, filled)], ()
    if usual == len(cells) or count <= len(below) / 2:
        return cells, ()
    full = [row for row in below if len(row) == usual]
    if not any(cell.strip() for row in full for cell in row[len(cells) :]):
        return [*cells, *[""] * (usual - len(cells))], ()
    named = usual == len(cells) + 1 and len(full) > 1 and len({row[0] for row in full}) == len(full)
    what = "the first column is taken as row names, as R writes them" if named else "the last columns have no heading"
    finding = Finding(
        name, "fewer headings than cells", "warning", f"the rows have {usual} cells and there are {len(cells)} headings; {what}.",
        "Check that every heading stands over its own column.", source_row=place + 2, value=str(usual),
    )
    unnamed = [""] * (usual - len(cells))
    return (["row_names", *cells] if named else [*cells, *unnamed]), (finding,)


def _swallowed_told(table: RecordedTable, file: TextFile, width: int) -> list[Finding]:
    """Cells that hold whole rows, as when two quotation marks are missing and each closes the other's cell."""
    # a record takes at least one line: no cell has more
    if width < 3 or file.content.count(b"\n") < table.flow.steps[0].n:
        return []
    findings = []
    for name in table.cells:
        wide = table.cells[name][table.cells[name].str.contains("\n", regex=False, na=False)]
        inner = wide.str.split("\n").map(lambda lines: sum(line.count(file.delimiter) == width - 1 for line in lines[1:-1]))
        if inner.sum():
            first = inner.index[inner > 0][0]
            findings.append(
                Finding(
                    str(name), "rows within a cell", "error", f"{int((inner > 0).sum())} cell(s) hold {int(inner.sum()):,} "
                    "line(s) that look like rows of the table: a quotation mark is probably missing; these rows are not read.",
                    "Look at the row and close the quotation mark.", source_row=int(table.source_rows[first]),
                )
            )
    return findings


def _one_column(file: TextFile) -> tuple[Finding, ...]:
    if file.delimiter != NO_DELIMITER:
        return ()
    return (
        Finding(
            file.name, "one column", "warning", "no comma, semicolon, tab or bar cuts the lines alike: one column is read.",
            "If there are more, save the table as .csv.",
        ),
    )


def _headings_told(record: Record, place: int, name: str) -> tuple[Finding, ...]:
    found = numbers_found(name, record.cells, place)
    if not record.astray:
        return found
    message = "a quotation mark in the headings does not close its cell and was read as a letter."
    return (Finding(name, "quotation mark", "warning", message, source_row=place + 1), *found)


def _regular(file: TextFile, heading: list[str], start: int, place: int) -> Grid | None:
    """The rows by Arrow, when every quotation mark encloses a cell and every row has its cells; None otherwise."""
    import pyarrow as pa
    import pyarrow.csv as arrow_csv

    data = np.frombuffer(file.content, dtype=np.uint8)[start:]
    ends_plainly = file.content.count(b"\r", start) == file.content.count(b"\r\n", start)
    if not (ends_plainly and file.delimiter.isascii() and quotes_enclose_cells(data, file.delimiter)):
        return None
    names = [str(number) for number in range(len(heading))]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(pa.py_buffer(file.content).slice(start)),
            read_options=arrow_csv.ReadOptions(column_names=names, block_size=BLOCK_BYTES),
            parse_options=arrow_csv.ParseOptions(
                delimiter=file.delimiter, newlines_in_values=file.content.find(b'"', start) >= 0, ignore_empty_lines=False
            ),
            # as text, and no text means missing: "NA" and "null" stay what they are
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False, null_values=[]
            ),
        )
    except pa.ArrowInvalid:
        return None
    rows = np.arange(place + 2, place + 2 + table.num_rows)
    return Grid(file.name, heading, table.columns, rows, _below_headings(table.num_rows, place), Findings())


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


def _tolerant(file: TextFile, heading: list[str], start: int, place: int) -> Grid:
    """The rows one by one: short ones filled up, long ones set aside."""
    width, first = len(heading), place + 2
    pieces, good, numbers = [], [], []
    short, long, astray = [], [], []
    n = 0
    for n, record in enumerate(read_records(_lines(file.content[start:]), file.delimiter), start=1):
        cells, row = record.cells, first + n - 1
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            cells = cells[:width]
        if record.astray:
            astray.append((row, _astray(file.name, len(cells), width)))
        if len(cells) > width or (record.astray and len(cells) < width):
            long.append((row, _set_aside(file.name, len(cells), width)))
            continue
        if len(cells) < width:
            if any(cell.strip() for cell in cells):
                short.append((row, _short(file.name, len(cells), width)))
            cells = cells + [""] * (width - len(cells))
        good.append(cells)
        numbers.append(row)
        if len(good) == RECORDS_AT_ONCE:
            pieces.append(_arrays(good))
            good = []
    if good:
        pieces.append(_arrays(good))
    flow = left_out(_below_headings(n, place), "rows of the table's width", {"another number of cells": len(long)})
    findings = Findings().add(*rows_told(astray), *rows_told(long), *rows_told(short))
    return Grid(file.name, heading, _joined(pieces, width), np.array(numbers, dtype=np.int64), flow, findings)


def _arrays(rows: list[list[str]]) -> list[pa.Array]:
    import pyarrow as pa

    return [pa.array(column, pa.large_string()) for column in zip(*rows, strict=True)]


def _joined(pieces: list[list[pa.Array]], width: int) -> list[pa.ChunkedArray]:
    import pyarrow as pa

    return [pa.chunked_array([piece[place] for piece in pieces], type=pa.large_string()) for place in range(width)]


def _below_headings(n: int, place: int) -> Flow:
    above = {"title rows above the headings": place, "the row of headings": 1}
    return left_out(Flow.start("rows in the file", n + place + 1), "rows below the headings", above)


def _short(name: str, n_cells: int, width: int) -> Finding:
    return Finding(
        name, "short row", "warning", f"the row has {n_cells} cells where {width} are expected; the last were taken as empty.",
        "Look at the row: a line break within a cell shifts the cells after it.", value=str(n_cells),
    )


def _set_aside(name: str, n_cells: int, width: int) -> Finding:
    return Finding(
        name, "row set aside", "error", f"the row has {n_cells} cells where {width} are expected; it was set aside.",
        "Put text that holds the delimiter into quotation marks, and read the file again.", value=str(n_cells),
    )


def _astray(name: str, n_cells: int, width: int) -> Finding:
    kept = "the row was kept" if n_cells == width else "the row was set aside"
    return Finding(
        name, "quotation mark", "warning", f"a quotation mark does not close its cell and was read as a letter; {kept}.",
        'Write a quotation mark within a cell twice ("") and enclose the cell.',
    )


def _sample(content: bytes) -> bytes:
    """The first lines, whole."""
    if len(content) <= SAMPLE_BYTES:
        return content
    end = max(content.rfind(b"\n", 0, SAMPLE_BYTES), content.rfind(b"\r", 0, SAMPLE_BYTES))
    return content[: end + 1] if end > 0 else content


def _lines(content: bytes) -> list[str]:
    """Lines with their ends: LF, CR LF or CR, nothing else (a form feed within a cell is none)."""
    return list(io.StringIO(content.decode(), newline=""))
