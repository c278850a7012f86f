"""Read a table kept as text: comma, semicolon, tab or bar between the cells, in whatever shape it arrives."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from crampstats.core.errors import DataError, OptionError
from crampstats.core.findings import Finding, Findings
from crampstats.ingest.readers.decoding import decode_text
from crampstats.ingest.readers.layout import Grid, find_heading, lay_out, title_found
from crampstats.ingest.readers.no_headings import no_headings_found, refuse_no_headings
from crampstats.ingest.readers.records import (
    DELIMITERS,
    NO_DELIMITER,
    SAMPLE_RECORDS,
    Record,
    TextFile,
    cells_of_any_length,
    find_delimiter,
    read_records,
    split_lines,
)
from crampstats.ingest.readers.text_columns import read_regular, read_tolerant
from crampstats.ingest.recorded import RecordedTable

SEPARATOR_LINE = re.compile(rb'"?sep=([^\r\n"])"?[ \t]*(?:\r\n|\n|\r|$)', re.IGNORECASE)
WRAPPED = r'^\s*="([^"]*)"\s*$'
SAMPLE_BYTES = 1 << 20


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
        The file is not there, empty, no text, holds headings and no row, or a first record in place of headings.
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
    delimiter = delimiter or find_delimiter(split_lines(_sample(content)), ("\t", *DELIMITERS) if tab_first else DELIMITERS)
    return TextFile(path.name, content, delimiter, decoded.findings)


def read_opened(file: TextFile, *, header_row: int = 0) -> RecordedTable:
    """The table of an opened text file; see `read_text`."""
    with cells_of_any_length():
        place, heading, start, told = _above_records(file, header_row)
        grid = read_regular(file, heading, start, place) or read_tolerant(file, heading, start, place)
    grid, unwrapped = _without_formulas(grid, file)
    findings = Findings((*file.findings.rows, *told, *grid.findings.rows, *unwrapped))
    table = lay_out(replace(grid, findings=findings), "csv")
    if not len(table.cells) and any(finding.rule == "row set aside" for finding in grid.findings.rows):
        raise DataError(
            f"{file.name}: no row has one cell for each of the {len(heading)} headings: the "
            "delimiter or the quotation marks are wrong. Save the table as .csv from the program it comes from."
        )
    if not len(table.cells):
        raise _no_rows(file.name, heading)
    refuse_no_headings(table.findings)
    return replace(table, findings=Findings((*table.findings.rows, *_swallowed_told(table, file, len(heading)))))


def _above_records(file: TextFile, header_row: int) -> tuple[int, list[str], int, tuple[Finding, ...]]:
    """Place of the heading row, the headings, where the records begin in the content, and what was noticed."""
    lines = split_lines(file.content if header_row > SAMPLE_RECORDS else _sample(file.content))
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
    found = no_headings_found(file.name, rows[place], rows[place + 1 :], place, is_said=bool(header_row))
    return place, heading, start, (*told, *_headings_told(records[place], place, file.name), *found)


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
    if not record.astray:
        return ()
    message = "a quotation mark in the headings does not close its cell and was read as a letter."
    return (Finding(name, "quotation mark", "warning", message, source_row=place + 1),)


def _sample(content: bytes) -> bytes:
    """The first lines, whole."""
    if len(content) <= SAMPLE_BYTES:
        return content
    end = max(content.rfind(b"\n", 0, SAMPLE_BYTES), content.rfind(b"\r", 0, SAMPLE_BYTES))
    return content[: end + 1] if end > 0 else content
