"""Whether the row taken as headings is a record: then the table has none, and its first patient would name the columns."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from crampstats.core.errors import DataError
from crampstats.core.findings import Finding, Findings
from crampstats.ingest.own.masking import mask_text

NO_HEADINGS = "no headings"
# Questions numbered 1, 2, 3, 5 or years as headings lie close together; the measurements of a patient do not.
CLOSE = 3
# So many cells that are dates, decimals or names, as in the column below, make a record of the row.
FEWEST_FITTING = 2
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_DECIMAL = re.compile(r"[-+]?\d+[.,]\d+")
_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?!\w)|[^\W\d_]{2,}")
_SAID = re.compile(
    r"\d{1,4}([-./])\d{1,2}\1\d{1,4}(?:[ T]\d.*)?|\d{1,2}[. ]\s?[^\W\d_]{3,9}\.?\s\d{4}|\d{1,2}:\d\d(?::\d\d)?|\d+/\d+"
    r"|[^\s@]+@[^\s@]+\.\w+|[-+]?\d+(?:[.,]\d+)?\s?(?:kg|cm|m|mg|lbs?|mmol/l|mg/dl|meq/l|years?|j|min|h|%)",
    re.IGNORECASE,
)


def no_headings_found(
    name: str, headings: Sequence[str], below: Sequence[Sequence[str]], place: int, *, is_said: bool
) -> tuple[Finding, ...]:
    """The finding that the headings look like a record; none where they look like headings. No cell of it is shown.

    Parameters
    ----------
    name
        What is read, as the user knows it.
    headings
        Cells of the row taken as headings.
    below
        Rows below it, as many as were looked at.
    place
        Of the heading row, counted from 0.
    is_said
        Whether the user named the row of headings; then it is a warning and the table is read. So it is where a heading is a
        word that does not stand again in its column, or most are whole numbers, as years, minutes and codes are.

    Examples
    --------
    >>> (finding,) = no_headings_found("a.csv", ["P1", "1956-04-03", "4.1", "f"], [["P2", "1960-01-01", "3.9", "f"]], 0,
    ...                                is_said=False)
    >>> finding.rule, finding.severity
    ('no headings', 'error')
    >>> no_headings_found("a.csv", ["id", "age"], [["1", "70"]], 0, is_said=False)
    ()
    """
    cells = [cell.strip() for cell in headings]
    given = [cell for cell in cells if cell]
    numbers = [float(cell.replace(",", ".")) for cell in given if _NUMBER.fullmatch(cell)]
    said = sum(_SAID.fullmatch(cell) is not None for cell in given)
    again = _stand_again(cells, below)
    if not (numbers or said) or 2 * (len(numbers) + said + again) < len(given):
        return ()
    if not (said or again) and _are_counted(numbers):
        return _numbers_told(name, place) if 2 * len(numbers) > len(given) else ()
    message = (
        f"row {place + 1} was taken as the row of headings, but looks like a record: {len(numbers) + said} of its {len(given)} "
        f"cells are numbers, dates or measurements, {again} further stand(s) again below. The table seems to have no headings"
    )
    advice = "Write a row of headings above the first record; if these are headings, name their row with --header-row."
    severity = "error" if not is_said and _is_record(cells, below) else "warning"
    return (Finding(name, NO_HEADINGS, severity, f"{message}.", advice, source_row=place + 1),)


def _is_record(cells: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether no cell is a word as headings are, and half of them at least are dates, decimals or names as those below."""
    fitting = []
    for place, cell in enumerate(cells):
        column = [row[place].strip() for row in below if place < len(row) and row[place].strip()]
        kind = _kind(cell)
        if kind and 2 * sum(_kind(other) == kind for other in column) > len(column):
            fitting.append(cell)
        elif _WORD.search(cell) and not _SAID.fullmatch(cell) and cell not in column:
            return False
    given = sum(bool(cell) for cell in cells)
    decimals = [float(cell.replace(",", ".")) for cell in fitting if _DECIMAL.fullmatch(cell)]
    if len(decimals) == len(fitting) and all(before < after for before, after in itertools.pairwise(decimals)):
        return False  # doses rise from column to column
    return len(fitting) >= FEWEST_FITTING and 2 * len(fitting) >= given


def _kind(cell: str) -> str:
    if _DECIMAL.fullmatch(cell):
        return "decimal"
    if _SAID.fullmatch(cell):
        return "date or measurement"
    return "name" if mask_text(cell) != cell else ""


def refuse_no_headings(findings: Findings) -> None:
    """Refuse a table without headings: what its first patient answered would stand as names of columns everywhere.

    Raises
    ------
    DataError
        The table has no headings, and the user did not name a row of headings.
    """
    for one in findings.rows:
        if one.rule == NO_HEADINGS and one.severity == "error":
            raise DataError(f"{one.column}: {one.message} {one.suggestion}")


def _stand_again(cells: Sequence[str], below: Sequence[Sequence[str]]) -> int:
    """How many of the words stand again in their column, as answers do; rows that repeat the headings do not count."""
    others = [row for row in below if [cell.strip() for cell in row] != list(cells)]
    words = [
        place for place, cell in enumerate(cells) if cell and not _NUMBER.fullmatch(cell) and not _SAID.fullmatch(cell)
    ]
    return sum(any(place < len(row) and row[place].strip() == cells[place] for row in others) for place in words)


def _are_counted(numbers: Sequence[float]) -> bool:
    """Whether numbers rise and lie close together, as those of questions and years do."""
    rising = all(before < after for before, after in itertools.pairwise(numbers))
    return rising and numbers[-1] - numbers[0] <= CLOSE * len(numbers)


def _numbers_told(name: str, place: int) -> tuple[Finding, ...]:
    return (
        Finding(
            name, "headings are numbers", "warning", "most headings are numbers: the table may have no headings at all.",
            "If so, write headings into the first row; else its first record is lost.", source_row=place + 1,
        ),
    )
