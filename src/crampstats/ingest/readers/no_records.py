"""Rows below the headings that are no records: lines of totals and means, sub-headings, and the row that gives the units."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from crampstats.core.findings import Finding
from crampstats.core.units import read_unit
from crampstats.ingest.readers.summary_words import ALSO_NAMES, is_month, is_strong, read_label

if TYPE_CHECKING:
    import pyarrow as pa

TOTAL, UNITS = "line of totals", "row of units"
# These rows are kept; what the mapping may say of them, should the user see that they are no patients.
MAYBE, MAYBE_HEADING, MAYBE_UNITS = "maybe a line of totals", "maybe a sub-heading", "maybe a row of units"
DOUBTFUL = {MAYBE: "a line of totals", MAYBE_HEADING: "a sub-heading", MAYBE_UNITS: "the row of units"}
LEFT_OUT = (TOTAL, UNITS)
# A line of totals or a sub-heading fills few of the columns; what stands at the end was looked at so far up.
FEW_SHARE, ROWS_AT_END = 0.34, 12
# So many cells of a column tell what it holds; sums are worked out for tables as people type them.
SAMPLE, MOST_SUMMED = 200, 20_000
ROWS_TOLD = 20
# A column of record numbers or names: most cells are distinct, or hold digits and are not all the same few answers.
DISTINCT_SHARE, DIGITS_SHARE, DISTINCT_OF_NUMBERED, FEWEST_NAMES = 0.8, 0.9, 0.25, 4
# Sums and means are those of the columns above only where columns that vary say so.
FITTING_COLUMNS, DISTINCT_VALUES = 2, 4
_DIGIT = re.compile(r"\d")
_FIGURE = re.compile(r"(?:n\s?=\s?)?[-+]?\d[\d.,]*+(?:\s?%)?(?:\s?(?:±|\+/-|\(|/|-|–)\s?\d[\d.,]*+(?:\s?%)?\)?){0,4}")
# "17", "P-017", "NC 2601", not "1-2 a week"
_NUMBERED = re.compile(r"(?:\S+\s)?\S*\d\S*")
_NUMBERED_LENGTH = 40
_COUNTED = re.compile(rf"(?:{_FIGURE.pattern})(?:\s[^\W\d_]+)?")
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
        Of each row whether it is a line of totals, and whether it gives the units.
    unit_of
        Place of a column to its unit as it is written.
    findings
        One per row set aside, and per row that may be no record and was kept. None shows a cell: of a line of totals its word.
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
    in_block: bool = False


@dataclass(frozen=True, eq=False)
class _Seen:
    """Of a column whether most cells are numbered, whether they are record numbers or names, and the words of totals in it."""

    numbered: bool
    is_identifying: bool
    labels: Counter[str]


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
        A row is set aside as a line of totals only by a word: "Total" or the like alone in the first column, which holds record
        numbers or names, in the last rows of the table, and nowhere else in that column. Words that are answers or names as
        well (Mean, Max, Media) need figures that are the sums or means of those above. Everything else is kept, with a finding.
    """
    totals, units = np.zeros(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool)
    used = np.flatnonzero(~ignored)
    if len(used) < 2 or len(columns) < 2:
        return Aside(totals, units)
    found = []
    is_sure, unit_of = _units(_cells(columns, used[0]), columns, used[1:])
    if unit_of:
        units[used[0]] = is_sure
        found.append(_units_told(name, int(rows[used[0]]), len(unit_of), is_sure=is_sure))
        used = used[1:]
    seen: dict[int, _Seen] = {}
    for row in _candidates(columns, used, seen):
        if what := _judge(row, columns, used, seen):
            totals[row.place] = what == TOTAL
            found.append(_told(name, what, row, int(rows[row.place])))
    told = _some_told(name, sorted(found, key=lambda one: one.source_row or 0))
    return Aside(totals, units, unit_of if is_sure else {}, told)


def _some_told(name: str, found: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings one by one as far as somebody reads them, the further ones that may be sub-headings counted."""
    others = [one for one in found if one.rule != MAYBE_HEADING]
    heads = [one for one in found if one.rule == MAYBE_HEADING]
    rest = heads[ROWS_TOLD:]
    message = f"{len(rest)} further row(s) may be headings within the list; they were kept as records."
    more = [Finding(name, "maybe further sub-headings", "warning", message, source_row=rest[0].source_row)] if rest else []
    return (*others, *heads[:ROWS_TOLD], *more)


def _cells(columns: Columns, place: int) -> dict[int, str]:
    cells = {number: column[int(place)].as_py() for number, column in enumerate(columns)}
    return {number: cell for number, cell in cells.items() if cell is not None}


def _candidates(columns: Columns, used: np.ndarray, seen: dict[int, _Seen]) -> Iterable[_Row]:
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
    first, in_block = _first_filled(columns), True
    for place in used[-1 : -ROWS_AT_END - 1 : -1].tolist():
        cells = _cells(columns, place)
        in_block = in_block and bool(read_label(cells.get(first, "")))
        row = _Row(place, cells, True, place in gaps, in_block)
        wanted.discard(place)
        yield row
        if len(row.cells) > few and not _judge(row, columns, used, seen):
            break
    yield from (_Row(place, _cells(columns, place), False, False) for place in sorted(wanted))


def _few(columns: Columns) -> int:
    width = sum(column.null_count < len(column) for column in columns)
    return max(1, int(FEW_SHARE * width)) if width > 2 else 0


def _first_filled(columns: Columns) -> int:
    """Place of the first column that has values; there record numbers stand."""
    return next(number for number, column in enumerate(columns) if column.null_count < len(column))


def _judge(row: _Row, columns: Columns, used: np.ndarray, seen: dict[int, _Seen]) -> str:
    """What a row is: TOTAL, MAYBE or MAYBE_HEADING; "" for a record."""
    (first, text), *others = row.cells.items()
    if not (label := read_label(text)):
        return _judge_unlabelled(row, columns, used)
    if first not in seen:
        seen[first] = _look_at(columns[first], used)
    one, again = seen[first], seen[first].labels[label] > 1
    counted = all(_COUNTED.fullmatch(cell) for _, cell in others)
    if row.in_block and first == _first_filled(columns) and one.is_identifying and counted and not again:
        suffices = is_strong(text) and (one.numbered or (len(row.cells) <= _few(columns) and label not in ALSO_NAMES))
        if suffices or _is_computed(row, columns, used):
            return TOTAL
    if again and not one.is_identifying:
        return ""
    return MAYBE if len(row.cells) <= _few(columns) or (row.at_end and (counted or one.numbered)) else ""


def _look_at(column: pa.Array | pa.ChunkedArray, used: np.ndarray) -> _Seen:
    """What the cells of a column are; lines of totals among them do not count."""
    import pyarrow as pa

    times = Counter(column.take(pa.array(used)).drop_null().to_pylist())
    word_of = {text: read_label(text) for text in times}
    labels: Counter[str] = Counter()
    for text, word in word_of.items():
        labels[word] += times[text]
    cells = {text: count for text, count in times.items() if not word_of[text]}
    n, distinct = sum(cells.values()), len({text.casefold() for text in cells})
    digits = sum(count for text, count in cells.items() if _NUMBERED.fullmatch(text[:_NUMBERED_LENGTH]))
    if n and digits >= DIGITS_SHARE * n:
        return _Seen(True, distinct >= DISTINCT_OF_NUMBERED * n, labels)
    return _Seen(False, distinct >= max(FEWEST_NAMES, DISTINCT_SHARE * n), labels)


def _judge_unlabelled(row: _Row, columns: Columns, used: np.ndarray) -> str:
    """A row without a word of totals is always kept; whether it is told of."""
    (first, text), *others = row.cells.items()
    if len(row.cells) == 1 and _few(columns):
        # what stands below the last record is a note rather than a heading
        lone = first == 0 and not row.at_end and not _DIGIT.search(text)
        return MAYBE_HEADING if is_month(text) or (lone and _has_digits(columns[0], used)) else ""
    if not (row.at_end and all(_FIGURE.fullmatch(cell) for _, cell in others)):
        return ""
    if first and row.after_gap and _is_full(columns[0], used[used < row.place]):
        return MAYBE
    return MAYBE if _is_computed(row, columns, used, only_sums=first == 0) else ""


def _is_full(column: pa.Array | pa.ChunkedArray, places: np.ndarray) -> bool:
    import pyarrow as pa

    return len(places) > 2 and column.take(pa.array(places)).null_count == 0


def _has_digits(column: pa.Array | pa.ChunkedArray, used: np.ndarray) -> bool:
    """Whether most cells of a column hold a digit, as record numbers do and names do not."""
    cells = [cell for place in used[:SAMPLE].tolist() if (cell := column[place].as_py())]
    return 2 * sum(bool(_DIGIT.search(cell)) for cell in cells) > len(cells)


def _is_computed(row: _Row, columns: Columns, used: np.ndarray, *, only_sums: bool = False) -> bool:
    """Whether the figures of a row are the sums, or are the means, of those above it, in two columns at least that vary."""
    given = {number: cell for number, cell in row.cells.items() if _NUMBER.fullmatch(cell)}
    if len(given) < FITTING_COLUMNS or len(used) > MOST_SUMMED:
        return False
    above = used[used < row.place]
    near = [place for place in above[-ROWS_AT_END:].tolist() if not read_label(next(iter(_cells(columns, place).values())))]
    above = np.array([*above[:-ROWS_AT_END], *near], dtype=int)
    figures = {number: _numbers(columns[number], above) for number in given}
    fitting = [_computed_like(cell, figures[number]) for number, cell in given.items() if figures[number]]
    varied = sum(len(set(some)) >= DISTINCT_VALUES for some in figures.values())
    common = set.intersection(*fitting) if fitting else set()
    return varied >= FITTING_COLUMNS and ("sum" in common if only_sums else bool(common))


def _numbers(column: pa.Array | pa.ChunkedArray, places: np.ndarray) -> list[float]:
    import pyarrow as pa

    cells = column.take(pa.array(places)).to_pylist()
    return [float(cell.replace(",", ".")) for cell in cells if cell and _NUMBER.fullmatch(cell)]


def _computed_like(cell: str, above: list[float]) -> set[str]:
    """Whether a figure is the sum or the mean of those above it, to the decimals it is written with."""
    value, decimals = float(cell.replace(",", ".")), len(re.split("[.,]", cell)[1]) if re.search("[.,]", cell) else 0
    may_be = {"mean": statistics.fmean(above), "sum": sum(above)}
    return {what for what, one in may_be.items() if abs(one - value) <= 0.5 * 10.0**-decimals + 1e-9}


def _units(cells: Mapping[int, str], columns: Columns, below: np.ndarray) -> tuple[bool, dict[int, str]]:
    """Whether the first row below the headings holds units, two at least, and nothing else; and the units it holds.

    They are empty when it is a record.
    """
    units = {number: cell.strip(_BRACKETS) for number, cell in cells.items() if read_unit(cell.strip(_BRACKETS))}
    others = [cell for number, cell in cells.items() if number not in units]
    if not any(len(unit) > 1 for unit in units.values()) or len(units) < len(others):
        return False, {}
    if not all(_DESCRIBED.fullmatch(cell.strip(_BRACKETS).casefold()) for cell in others):
        return False, {}
    if not all(_has_digits(columns[number], below) or not _any(columns[number], below) for number in units):
        return False, {}
    return len(units) > 1 and not others, units


def _any(column: pa.Array | pa.ChunkedArray, places: np.ndarray) -> bool:
    return any(column[place].as_py() for place in places[:SAMPLE].tolist())


def _units_told(name: str, source_row: int, n: int, *, is_sure: bool) -> Finding:
    if not is_sure:
        return Finding(
            name, MAYBE_UNITS, "warning", "the row below the headings may give the units; it was kept as a record.",
            _advice(source_row, MAYBE_UNITS), source_row=source_row,
        )
    return Finding(
        name, UNITS, "note", f"the row below the headings gives the units of {n} column(s); it is no record and was "
        "left out.", "See that each unit is that of its column.", source_row=source_row,
    )


def _advice(source_row: int, what: str) -> str:
    return f'If it is none, write leave_out = {{"{source_row}" = "{DOUBTFUL[what]}"}} under [file] of the mapping.'


def _told(name: str, what: str, row: _Row, source_row: int) -> Finding:
    """What is told of a row: never a cell of it, only the word of totals it begins with."""
    word = read_label(next(iter(row.cells.values())))
    begins = f"the row begins with the word {word!r} and" if word else "the row"
    if what == TOTAL:
        return Finding(
            name, TOTAL, "warning", f"{begins} looks like a line of totals or means, not a patient; it was left out.",
            "If it is a patient after all, write the record number into its first column.", source_row=source_row, value=word,
        )
    like = "a line of totals or means" if what == MAYBE else "a heading within the list"
    message = f"{begins} may be {like}; it was kept as a record."
    return Finding(name, what, "warning", message, _advice(source_row, what), source_row=source_row, value=word)
