"""Rows below the headings that are no records: lines of totals and means, sub-headings, and the row that gives the units."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from crampstats.core.findings import Finding
from crampstats.core.units import read_unit
from crampstats.ingest.own.masking import mask_text
from crampstats.ingest.readers.summary_words import ALSO_NAMES, is_month, read_label

if TYPE_CHECKING:
    import pyarrow as pa

TOTAL, SUBHEADING, MAYBE = "line of totals", "sub-heading", "maybe a line of totals"
# A line of totals or a sub-heading fills few of the columns; what stands at the end was looked at so far up.
FEW_SHARE, ROWS_AT_END = 0.34, 12
# So many cells of a column tell what it holds; sums are worked out for tables as people type them.
SAMPLE, MOST_SUMMED = 200, 20_000
ROWS_TOLD = 20
_DIGIT = re.compile(r"\d")
_FIGURE = re.compile(r"(?:n\s?=\s?)?[-+]?\d[\d.,]*+(?:\s?%)?(?:\s?(?:±|\+/-|\(|/|-|–)\s?\d[\d.,]*+(?:\s?%)?\)?){0,4}")
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_DESCRIBED = re.compile(
    r"[-–/]|n/?a|units?|unit[àée]s?|einheit(?:en)?|unidade?s?|y/n|yes/no|m/f|f/m|dates?|dd[./-]mm[./-]yyyy|\d+\s?[-–]\s?\d+"
)
_BRACKETS = "()[]{} "

Columns = Sequence["pa.Array | pa.ChunkedArray"]


@dataclass(frozen=True, eq=False)
class Aside:
    """Rows to set aside and what is told of them.

    Parameters
    ----------
    totals, units
        Of each row whether it is a total or sub-heading, and whether it gives the units.
    unit_of
        Place of a column to its unit as it is written.
    findings
        One per row set aside, and per row that may be a total and was kept.
    """

    totals: np.ndarray
    units: np.ndarray
    unit_of: Mapping[int, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, eq=False)
class _Row:
    place: int
    cells: dict[int, str]
    at_end: bool
    after_gap: bool


def find_no_records(name: str, columns: Columns, rows: np.ndarray, ignored: np.ndarray) -> Aside:
    """Rows that are no records.

    Parameters
    ----------
    name
        What is read, as the user knows it.
    columns
        Arrow arrays of text, white space removed, empty cells missing.
    rows
        Number of each row as a spreadsheet program shows it.
    ignored
        Rows that are left out already: empty ones and headings repeated.

    Returns
    -------
    Aside
        A line that begins with such a word as "Total" is set aside when it is at the end of the table and holds figures, or
        fills few of the columns; also a last line of sums without a word, a month alone in its row, and a word alone in its
        row among record numbers. What may be a person (Max, Media) is kept, with a finding, unless its figures are those of
        the columns above.
    """
    totals, units = np.zeros(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool)
    used = np.flatnonzero(~ignored)
    if len(used) < 2 or len(columns) < 2:
        return Aside(totals, units)
    found = []
    unit_of = _units(_cells(columns, used[0]), columns, used[1:])
    if unit_of:
        units[used[0]] = True
        found.append(_units_told(name, int(rows[used[0]]), len(unit_of)))
        used = used[1:]
    for row in _candidates(columns, used):
        if what := _judge(row, columns, used):
            totals[row.place] = what != MAYBE
            found.append(_told(name, what, row, int(rows[row.place])))
    return Aside(totals, units, unit_of, _some_told(name, sorted(found, key=lambda one: one.source_row or 0)))


def _some_told(name: str, found: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings one by one as far as somebody reads them, the others counted; none is lost of which a row was kept."""
    kept = [one for one in found if one.rule != SUBHEADING]
    heads = [one for one in found if one.rule == SUBHEADING]
    rest = heads[ROWS_TOLD:]
    message = f"{len(rest)} further row(s) look like headings within the list and were left out."
    more = [Finding(name, SUBHEADING, "warning", message, source_row=rest[0].source_row)] if rest else []
    return (*kept, *heads[:ROWS_TOLD], *more)


def _cells(columns: Columns, place: int) -> dict[int, str]:
    cells = {number: column[int(place)].as_py() for number, column in enumerate(columns)}
    return {number: cell for number, cell in cells.items() if cell is not None}


def _candidates(columns: Columns, used: np.ndarray) -> Iterable[_Row]:
    """Rows that fill few columns and begin with a word, and the last rows as far up as they may be no records."""
    import pyarrow as pa
    import pyarrow.compute as pc

    filled = sum(np.asarray(pc.is_valid(column)).astype(np.int16) for column in columns)[used]
    few = _few(columns)
    sparse = used[filled <= few]
    firsts = pc.coalesce(*(column.take(pa.array(sparse)) for column in columns)).to_pylist() if len(sparse) else []
    alone = set(used[filled == 1].tolist())
    words = {text for text in set(firsts) if read_label(text) or is_month(text)}
    heads = {text for text in set(firsts) if not _DIGIT.search(text)} if _has_digits(columns[0], used) else set()
    begin = zip(sparse.tolist(), firsts, strict=True)
    wanted = {place for place, text in begin if text in words or (text in heads and place in alone)}
    gaps = {int(place) for place, before in zip(used[1:], used, strict=False) if place - before > 1}
    for place in used[-1 : -ROWS_AT_END - 1 : -1].tolist():
        row = _Row(place, _cells(columns, place), True, place in gaps)
        wanted.discard(place)
        yield row
        if len(row.cells) > few and not _judge(row, columns, used):
            break
    yield from (_Row(place, _cells(columns, place), False, False) for place in sorted(wanted))


def _few(columns: Columns) -> int:
    width = sum(column.null_count < len(column) for column in columns)
    return max(1, int(FEW_SHARE * width)) if width > 2 else 0


def _judge(row: _Row, columns: Columns, used: np.ndarray) -> str:
    """What a row is: TOTAL, SUBHEADING or MAYBE; "" for a record."""
    (first, text), *others = row.cells.items()
    label, named = read_label(text), not _has_digits(columns[first], used)
    figures = all(_FIGURE.fullmatch(cell) for _, cell in others)
    few = len(row.cells) <= _few(columns)
    if not label:
        return _judge_unlabelled(row, columns, used, figures=figures)
    if named and label in ALSO_NAMES:
        return "" if not figures else TOTAL if _is_computed(row, columns, used) else MAYBE
    if few or (row.at_end and (figures or (not named and 2 * len(row.cells) <= len(columns)))):
        return TOTAL
    return MAYBE if row.at_end and not named else ""


def _judge_unlabelled(row: _Row, columns: Columns, used: np.ndarray, *, figures: bool) -> str:
    first, text = next(iter(row.cells.items()))
    if len(row.cells) == 1 and _few(columns):
        lone = first == 0 and not _DIGIT.search(text) and _has_digits(columns[0], used)
        # what stands below the last record is a note rather than a heading
        return SUBHEADING if is_month(text) or (lone and not row.at_end) else ""
    if not (row.at_end and figures):
        return ""
    if _is_computed(row, columns, used, only_sums=first == 0):
        return TOTAL
    return MAYBE if first and row.after_gap and _is_full(columns[0], used[used < row.place]) else ""


def _is_full(column: pa.Array | pa.ChunkedArray, places: np.ndarray) -> bool:
    import pyarrow as pa

    return len(places) > 2 and column.take(pa.array(places)).null_count == 0


def _has_digits(column: pa.Array | pa.ChunkedArray, used: np.ndarray) -> bool:
    """Whether most cells of a column hold a digit, as record numbers do and names do not."""
    cells = [cell for place in used[:SAMPLE].tolist() if (cell := column[place].as_py())]
    return 2 * sum(bool(_DIGIT.search(cell)) for cell in cells) > len(cells)


def _is_computed(row: _Row, columns: Columns, used: np.ndarray, *, only_sums: bool = False) -> bool:
    """Whether the figures of a row, two at least, are sums, means ... of those above it in their columns."""
    given = {number: cell for number, cell in row.cells.items() if _NUMBER.fullmatch(cell)}
    if len(given) < 2 or len(used) > MOST_SUMMED:
        return False
    above = used[used < row.place]
    near = [place for place in above[-ROWS_AT_END:].tolist() if not read_label(next(iter(_cells(columns, place).values())))]
    above = np.array([*above[:-ROWS_AT_END], *near], dtype=int)
    fitting = [_statistics_like(cell, _numbers(columns[number], above)) for number, cell in given.items()]
    common = set.intersection(*fitting)
    return "sum" in common if only_sums else bool(common)


def _numbers(column: pa.Array | pa.ChunkedArray, places: np.ndarray) -> list[float]:
    import pyarrow as pa

    cells = column.take(pa.array(places)).to_pylist()
    return [float(cell.replace(",", ".")) for cell in cells if cell and _NUMBER.fullmatch(cell)]


def _statistics_like(cell: str, above: list[float]) -> set[str]:
    """Names of what a figure may be of those above it, to the decimals it is written with."""
    if len(above) < 3:
        return set()
    value, decimals = float(cell.replace(",", ".")), len(re.split("[.,]", cell)[1]) if re.search("[.,]", cell) else 0
    may_be = {
        "mean": statistics.fmean(above), "median": statistics.median(above), "sd": statistics.stdev(above), "least": min(above),
        "most": max(above),
    }
    if min(above) >= 0 and sum(above) > max(above):
        may_be["sum"] = sum(above)
    return {what for what, one in may_be.items() if abs(one - value) <= 0.5 * 10.0**-decimals + 1e-9}


def _units(cells: Mapping[int, str], columns: Columns, below: np.ndarray) -> dict[int, str]:
    """Units of the columns, when the first row below the headings gives them; empty when it is a record."""
    units = {number: cell.strip(_BRACKETS) for number, cell in cells.items() if read_unit(cell.strip(_BRACKETS))}
    others = [cell for number, cell in cells.items() if number not in units]
    if not any(len(unit) > 1 for unit in units.values()) or len(units) < len(others):
        return {}
    if not all(_DESCRIBED.fullmatch(cell.strip(_BRACKETS).casefold()) for cell in others):
        return {}
    return units if all(_has_digits(columns[number], below) or not _any(columns[number], below) for number in units) else {}


def _any(column: pa.Array | pa.ChunkedArray, places: np.ndarray) -> bool:
    return any(column[place].as_py() for place in places[:SAMPLE].tolist())


def _units_told(name: str, source_row: int, n: int) -> Finding:
    return Finding(
        name, "row of units", "note", f"the row below the headings gives the units of {n} column(s); it is no record and was "
        "left out.", "See that each unit is that of its column.", source_row=source_row,
    )


def _told(name: str, what: str, row: _Row, source_row: int) -> Finding:
    begins = mask_text(next(iter(row.cells.values())))
    if what == MAYBE:
        return Finding(
            name, MAYBE, "warning",
            f"the row begins with {begins!r} and may be a line of totals or means; it was kept as a record.",
            f'If it is none, write leave_out = {{"{source_row}" = "a line of totals"}} under [file] of the mapping.',
            source_row=source_row, value=begins,
        )
    like = "a line of totals or means" if what == TOTAL else "a heading within the list"
    return Finding(
        name, what, "warning", f"the row begins with {begins!r} and looks like {like}, not a patient; it was left out.",
        "If it is a patient after all, write the record number into its first column.", source_row=source_row, value=begins,
    )
