"""Records of a text table: lines cut into cells, quotation marks that do not close told from those that do."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from crampstats.core.findings import Findings

DELIMITERS = (",", ";", "\t", "|")
# What stands between the cells of a table of one column: a character no text has.
NO_DELIMITER = "\x1f"
SAMPLE_RECORDS = 200


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


@dataclass(frozen=True)
class Record:
    """One record of a text table: its cells, whether a quotation mark had to be taken as a letter, lines it spans."""

    cells: list[str]
    astray: bool
    n_lines: int


def find_delimiter(lines: Sequence[str], candidates: Sequence[str] = DELIMITERS) -> str:
    """What stands between the cells: the character that cuts most records into as many cells, the headings among them.

    Returns
    -------
    str
        One of the candidates; a character no text has when none cuts the records alike (a table of one column).

    Examples
    --------
    >>> find_delimiter(["id;height;weight", "1;1,70;70,5", "2;1,65;61,2"])
    ';'
    """
    scores = {one: _evenness(lines, one) for one in dict.fromkeys(candidates)}
    best = max(scores, key=lambda one: scores[one])
    return best if scores[best][0] > 0 else NO_DELIMITER


def _evenness(lines: Sequence[str], delimiter: str) -> tuple[float, int]:
    """Share of the records that have the commonest number of cells, half as much again if the first has it; that number."""
    with cells_of_any_length():
        records = itertools.islice(read_records(lines, delimiter), SAMPLE_RECORDS)
        # a delimiter at which quotation marks no longer enclose cells is none
        widths = [0 if one.astray else len(one.cells) for one in records if any(cell.strip() for cell in one.cells)]
    counts = Counter(width for width in widths if width > 1)
    if not counts:
        return 0.0, 0
    width, count = max(counts.items(), key=lambda item: (item[1], item[0]))
    share = count / len(widths)
    headed = any(one == width for one in widths[:1])
    # a comma now and then in a table of one column: neither most records nor the first are cut
    if share < 0.5 and widths[0] <= 1:
        return 0.0, 0
    return share + 0.5 * headed, width


def read_records(lines: Sequence[str], delimiter: str) -> Iterator[Record]:
    """Records of a text table; a quotation mark that does not close its cell is a letter, and the next line goes on as usual.

    Examples
    --------
    >>> [record.cells for record in read_records(['1,"a\\n', 'b"\\n', '2,"c\\n', '3,d'], ",")]
    [['1', 'a\\nb'], ['2', '"c'], ['3', 'd']]
    """
    position = 0
    while position < len(lines):
        # not a slice: a file with many broken quotation marks would be copied as often
        rest = map(lines.__getitem__, range(position, len(lines)))
        reader = csv.reader(rest, delimiter=delimiter, strict=True, skipinitialspace=delimiter != " ")
        start = position
        try:
            for cells in reader:
                n_lines = start + reader.line_num - position
                position += n_lines
                yield Record(cells, False, n_lines)
        except csv.Error:
            yield _split_line(lines[position], delimiter)
            position += 1


def _split_line(line: str, delimiter: str) -> Record:
    """The cells of one line, quotation marks taken as such only where they enclose a whole cell."""
    text, end, around = line.rstrip("\r\n"), re.escape(delimiter), "" if delimiter == " " else " *"
    cell = re.compile(rf'{around}"((?:[^"]|"")*+)"{around}(?={end}|$)|([^{end}]*)')
    cells, astray, position = [], False, 0
    while True:
        found = cell.match(text, position)
        quoted, plain = found.group(1), found.group(2)
        astray |= quoted is None and '"' in plain
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        if found.end() >= len(text):
            return Record(cells, astray, 1)
        position = found.end() + 1


def split_lines(content: bytes) -> list[str]:
    """Lines with their ends: LF, CR LF or CR, nothing else (a form feed within a cell is none)."""
    return list(io.StringIO(content.decode(), newline=""))


@contextmanager
def cells_of_any_length() -> Iterator[None]:
    """While it lasts the csv module takes cells of any length, not of 131,072 characters at most."""
    limit = csv.field_size_limit(2**31 - 1)
    try:
        yield
    finally:
        csv.field_size_limit(limit)
