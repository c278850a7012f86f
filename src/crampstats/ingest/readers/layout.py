"""What text tables and sheets have in common: where the headings stand, how columns are named, which rows are none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crampstats.core.errors import DataError, OptionError
from crampstats.core.findings import Finding, Findings
from crampstats.core.flow import Flow
from crampstats.ingest.own.masking import mask_identifiers, mask_text
from crampstats.ingest.readers.no_records import find_no_records
from crampstats.ingest.recorded import RecordedColumn, RecordedKind, RecordedTable

if TYPE_CHECKING:
    import pyarrow as pa

# Rows looked at for the headings; a title of more lines is nowhere seen.
ROWS_TO_SEARCH = 60
# A heading row may lack some headings, a title row fills a cell or two: this share of the fullest row tells them apart.
HEADING_SHARE = 0.75
LETTER = re.compile(r"[^\W\d_]")
# Notes below a table are few and fill few of its columns.
SPARSE_ROWS, SPARSE_SHARE = 10, 0.34
# Of rows with the same trouble so many are told one by one, the rest in one sum.
ROWS_TOLD = 20


@dataclass(frozen=True, eq=False)
class Grid:
    """Cells below the headings, before columns are named and empty rows left out.

    Parameters
    ----------
    name
        What is read, as the user knows it.
    heading
        Cells of the heading row as they stand; one per column.
    columns
        Arrow arrays of text, one per heading, nothing trimmed.
    rows
        Of each row its number as a spreadsheet program shows it.
    flow
        From all rows of the file to these.
    findings
        So far.
    """

    name: str
    heading: Sequence[str]
    columns: Sequence[pa.Array | pa.ChunkedArray]
    rows: np.ndarray
    flow: Flow
    findings: Findings


def find_heading(rows: Sequence[Sequence[str]], header_row: int = 0) -> int:
    """The place of the heading row among the first rows of a table.

    Parameters
    ----------
    rows
        First rows, cells as text, empty ones "".
    header_row
        Where the user says it is, counted from 1; 0 when it is to be found.

    Returns
    -------
    int
        Counted from 0. Empty rows are never it. When the first row with anything in it fills every column, or every one but
        the first, it is that; else the first row that has at least three quarters as many cells with letters as the row that
        has most, or one below it that fills every column with words of which none stands again below it in its column, when
        some column goes on with numbers (notes may be as wide as a table); else (numbers alone) the first row with anything
        in it.

    Raises
    ------
    DataError
        No row holds anything, or that named by the user does not.

    Examples
    --------
    >>> find_heading([["Intake 2024", "", ""], ["", "", ""], ["id", "age", "sex"], ["1", "71", "f"]])
    2
    """
    if header_row:
        return _named_row(rows, header_row)
    head = [[cell.strip() for cell in row] for row in rows[:ROWS_TO_SEARCH]]
    candidates = [place for place, row in enumerate(head) if any(row)]
    if not candidates:
        raise DataError("no row holds anything.")
    used = {place for row in head for place, cell in enumerate(row) if cell}
    width = len(used)
    first = candidates[0]
    # R and pandas write row names under no heading
    unnamed = 0 in used and not head[first][0]
    if sum(map(bool, head[first])) + unnamed >= width:
        return first
    letters = [sum(bool(LETTER.search(cell)) for cell in row) for row in head]
    enough = HEADING_SHARE * max(letters)
    worded = [place for place in candidates if letters[place] and letters[place] >= enough]
    fuller = (place for place in worded if letters[place] == width and _names_columns(head, place))
    return next(fuller, worded[0] if worded else first)


def _names_columns(head: Sequence[Sequence[str]], place: int) -> bool:
    """Whether a row of words names the columns: all different, none again in its column below, and numbers below some."""
    cells = [cell.casefold() for cell in head[place] if cell]
    below = [(column, cell) for row in head[place + 1 :] for column, cell in enumerate(row) if cell]
    here = {(column, cell.casefold()) for column, cell in enumerate(head[place])}
    if len(set(cells)) < len(cells) or not here.isdisjoint((column, cell.casefold()) for column, cell in below):
        return False
    numbers, words = Counter(), Counter()
    for column, cell in below:
        (words if LETTER.search(cell) else numbers)[column] += 1
    # where every column holds words, a record is as full of words as the headings
    return any(count > words[column] for column, count in numbers.items())


def _named_row(rows: Sequence[Sequence[str]], header_row: int) -> int:
    if header_row < 0:
        raise OptionError(f"header_row is {header_row}: give the number of the row that holds the headings, counted from 1.")
    if header_row > len(rows):
        raise DataError(f"row {header_row} was named as the row of headings, but there are only {len(rows)} rows.")
    if not any(cell.strip() for cell in rows[header_row - 1]):
        raise DataError(f"row {header_row} was named as the row of headings, but it is empty.")
    return header_row - 1


def heading_text(cell: str) -> str:
    """A heading on one line, without invisible characters.

    Examples
    --------
    >>> heading_text("Age  (years)\\n ")
    'Age (years)'
    """
    return " ".join(cell.replace("\ufeff", "").replace("\u200b", "").split())


def rows_told(rows: Sequence[tuple[int, int]], describe: Callable[[int], Finding]) -> tuple[Finding, ...]:
    """Findings of single rows: the first twenty one by one, all others as one that counts them.

    Parameters
    ----------
    rows
        Number of the row as a spreadsheet program shows it, and how many cells it has.
    describe
        The finding of a row with so many cells.
    """
    told = [replace(describe(n_cells), source_row=row) for row, n_cells in rows[:ROWS_TOLD]]
    rest = rows[ROWS_TOLD:]
    if rest:
        message = f"{len(rest):,} further row(s) with the same trouble, in rows {rest[0][0]} to {rest[-1][0]}."
        told.append(replace(describe(rest[0][1]), message=message, value=""))
    return tuple(told)


def title_found(name: str, above: Sequence[Sequence[str]], header_row: int) -> tuple[Finding, ...]:
    """The finding that tells where the headings were found, unless nothing stands above them or the user said where."""
    n = sum(any(cell.strip() for cell in row) for row in above)
    if header_row or not n:
        return ()
    place = len(above)
    return (
        Finding(
            name, "title rows", "note", f"the headings were found in row {place + 1}; the {place} row(s) above were left out.",
            "If that is not the row of headings, name it with header_row.", source_row=place + 1,
        ),
    )


def group_labels(above: Sequence[str], heading: Sequence[str]) -> list[str]:
    """Of headings that stand more than once a label with the group written above them, as over merged cells; else "".

    Examples
    --------
    >>> group_labels(["", "Start", "", "End", ""], ["id", "wt", "bp", "wt", "bp"])
    ['', 'Start: wt', 'Start: bp', 'End: wt', 'End: bp']
    """
    times, groups, group = Counter(heading), [], ""
    for cell in above:
        group = heading_text(cell) or group
        groups.append(group)
    pairs = zip(groups, heading, strict=False)
    return [f"{one}: {heading_text(cell)}" if one and cell and times[cell] > 1 else "" for one, cell in pairs]


def lay_out(
    grid: Grid, format: str, kinds: Sequence[RecordedKind] = (), labels: Sequence[str] = ()
) -> RecordedTable:
    """A recorded table from a grid.

    Parameters
    ----------
    grid
        Cells below the headings.
    format
        As in `RecordedTable`.
    kinds
        Of each column of the grid what the file says it holds; none says nothing.
    labels
        Of each column of the grid its longer label; none says nothing.

    Returns
    -------
    RecordedTable
        White space around cells removed, empty cells missing. Rows without anything in them, rows that repeat the headings,
        the row of units and what looks like totals or sub-headings are left out (flow). Columns without heading and content
        are left out, those without heading are called unnamed_1 by their place, repeated headings get _2, _3 (findings).
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = [_trimmed(column) for column in grid.columns]
    blank = _all_true([pc.is_null(column) for column in columns], len(grid.rows))
    repeated = _repeats_heading(columns, grid.heading, len(grid.rows)) & ~blank
    aside = find_no_records(grid.name, columns, grid.rows, blank | repeated)
    keep = ~(blank | repeated | aside.totals | aside.units)
    if not keep.all():
        columns = [column.filter(pa.array(keep)) for column in columns]
    names, places, naming = _names(grid, [column.null_count < len(column) for column in columns])
    cells = pd.DataFrame(
        {name: pd.array(columns[place], dtype="str") for name, place in zip(names, places, strict=True)},
        index=pd.RangeIndex(int(keep.sum())),
    )
    findings = grid.findings.add(
        *naming, *_repeats_told(grid, repeated), *aside.findings, *_sparse_end(grid.name, cells, grid.rows[keep]),
        *_lost_letters(names, [columns[place] for place in places], grid.rows[keep]),
    )
    flow = left_out(grid.flow, "records", {
        "rows without anything in them": blank.sum(), "headings repeated": repeated.sum(),
        "the row of units": aside.units.sum(), "rows that look like totals or sub-headings": aside.totals.sum(),
    })
    described = tuple(
        RecordedColumn(
            name, label=labels[place] if labels else "", kind=kinds[place] if kinds else "", unit=aside.unit_of.get(place, "")
        )
        for name, place in zip(names, places, strict=True)
    )
    return RecordedTable(grid.name, cells, grid.rows[keep], described, format, flow, findings)


def left_out(flow: Flow, label: str, excluded: dict[str, int]) -> Flow:
    """The flow with a step, unless nothing is left out there.

    Examples
    --------
    >>> print(left_out(Flow.start("rows in the file", 5), "records", {"empty rows": 0}))
    rows in the file: 5
    """
    gone = {reason: int(count) for reason, count in excluded.items() if count}
    return flow.leave(label, gone) if gone else flow


def _trimmed(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    # eight times as fast, where letters beyond ASCII do not forbid it
    trim = pc.ascii_trim_whitespace if _is_ascii(column) else pc.utf8_trim_whitespace
    text = trim(column)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, text.type), text)


def _is_ascii(column: pa.Array | pa.ChunkedArray) -> bool:
    import pyarrow.compute as pc

    return pc.all(pc.string_is_ascii(column), min_count=0).as_py()


def _all_true(masks: Sequence[pa.ChunkedArray], n: int) -> np.ndarray:
    together = np.ones(n, dtype=bool)
    for mask in masks:
        if not together.any():
            break
        together &= np.asarray(mask)
    return together


def _repeats_heading(columns: Sequence[pa.ChunkedArray], heading: Sequence[str], n: int) -> np.ndarray:
    """Rows whose cells are the headings again, as where files were put one under another."""
    import pyarrow.compute as pc

    stripped = [cell.strip() for cell in heading]
    if sum(bool(cell) for cell in stripped) < 2:
        return np.zeros(n, dtype=bool)
    same = (
        pc.fill_null(pc.equal(column, cell), False) if cell else pc.is_null(column)
        for column, cell in zip(columns, stripped, strict=True)
    )
    return _all_true(same, n)


def _repeats_told(grid: Grid, repeated: np.ndarray) -> tuple[Finding, ...]:
    if not repeated.any():
        return ()
    return (
        Finding(
            grid.name, "headings repeated", "warning",
            f"{int(repeated.sum())} row(s) repeat the headings and were left out, as where files were put one under another.",
            source_row=int(grid.rows[repeated][0]),
        ),
    )


def _names(grid: Grid, filled: Sequence[bool]) -> tuple[list[str], list[int], list[Finding]]:
    """Names of the columns kept, their places, and what was done to the headings."""
    headings = [heading_text(cell) for cell in grid.heading]
    places = [place for place, heading in enumerate(headings) if heading or filled[place]]
    names, findings, given = [], [], {heading for heading in headings if heading}
    for place in places:
        name = _free_name(headings[place], place, taken=set(names), given=given)
        if name != headings[place]:
            findings.append(_renamed(name, headings[place], place))
        names.append(name)
    if empty := len(headings) - len(places):
        findings.append(
            Finding(grid.name, "empty columns", "note", f"{empty} column(s) without heading and content were left out.")
        )
    return names, places, findings


def _free_name(heading: str, place: int, *, taken: set[str], given: set[str]) -> str:
    """The heading, or the nearest name to it that no other column has."""
    name = heading or f"unnamed_{place + 1}"
    if heading and heading not in taken:
        return heading
    number = 2
    candidate = f"{name}_{number}" if heading else name
    while candidate in taken or candidate in given:
        candidate, number = f"{name}_{number}", number + 1
    return candidate


def _renamed(name: str, heading: str, place: int) -> Finding:
    if heading:
        return Finding(
            mask_identifiers(name), "repeated heading", "warning",
            f"the heading {mask_text(heading)!r} stands more than once; that in column {place + 1} is called {mask_text(name)!r} "
            "here.", "Give every column its own heading.", value=mask_text(heading),
        )
    return Finding(
        name, "empty heading", "warning", f"column {place + 1} has no heading; it is called {name!r} here.",
        "Give every column a heading.",
    )


def _sparse_end(name: str, cells: pd.DataFrame, rows: np.ndarray) -> tuple[Finding, ...]:
    """Notes below a table look like records that hold a cell or two."""
    last = cells.tail(SPARSE_ROWS + 1)
    filled = last.notna().sum(axis=1).to_numpy()
    few = filled <= SPARSE_SHARE * cells.shape[1]
    n = int(np.argmin(few[::-1])) if not few.all() else 0
    if not n or n > SPARSE_ROWS:
        return ()
    return (
        Finding(
            name, "notes below the table", "note", f"the last {n} row(s) hold a cell or two; they may be notes, not records.",
            "If they are notes, delete them.", source_row=int(rows[-n]),
        ),
    )


def _lost_letters(names: Sequence[str], columns: Sequence[pa.ChunkedArray], rows: np.ndarray) -> list[Finding]:
    """Cells that hold the sign for a letter that was lost."""
    import pyarrow.compute as pc

    findings = []
    for name, column in zip(names, columns, strict=True):
        lost = [] if _is_ascii(column) else np.flatnonzero(pc.fill_null(pc.match_substring(column, "\ufffd"), False))
        if len(lost):
            findings.append(
                Finding(
                    mask_identifiers(name), "lost letters", "warning", f"{len(lost):,} cell(s) hold \ufffd in place of a letter.",
                    "Export the file again as .csv (UTF-8) from the program it comes from.", source_row=int(rows[lost[0]]),
                )
            )
    return findings
