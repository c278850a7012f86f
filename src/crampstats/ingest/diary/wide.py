"""A diary with one row per person as one row per person and night."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from crampstats.codebook.diary import CRAMP, CRAMPS, SEVERITY, VARIABLES
from crampstats.core.errors import DataError
from crampstats.core.findings import Finding, Findings
from crampstats.core.flow import Flow
from crampstats.ingest.diary.columns import ROW
from crampstats.ingest.diary.naming import place_by_name
from crampstats.ingest.diary.settings import DiaryMapping
from crampstats.ingest.diary.wide_headings import Family, find_families
from crampstats.ingest.own.masking import mask_text
from crampstats.ingest.own.placements import Placement
from crampstats.ingest.recorded import RecordedColumn, RecordedTable

NIGHT, DAY = "date (of the heading)", "night number (of the heading)"
# columns of one question that make a file wide where nobody says so
FEWEST = 3
TELLING = (CRAMP.name, CRAMPS.name, SEVERITY.name)


@dataclass(frozen=True, eq=False)
class Lengthened:
    """A table with one row per entry.

    Parameters
    ----------
    table
        The rows.
    mapping
        The mapping, in the headings the table now has.
    findings
        What was done.
    """

    table: RecordedTable
    mapping: DiaryMapping
    findings: tuple[Finding, ...] = ()


def lengthen(table: RecordedTable, given: DiaryMapping) -> Lengthened:
    """The table with one row per person and night; as it is where it has rows for nights or cramps already.

    Parameters
    ----------
    table
        As read.
    given
        With ``layout = "wide"`` the columns of the nights must be there. Where it says nothing, three columns or more that ask of
        a cramp, or are headed by nothing but nights, make a file wide.

    Returns
    -------
    Lengthened
        The columns of one question become one, headed by "#" where each had its night ("cramp_d#"); the night stands in a column
        of
        its own. Rows are those of the first person, night by night, then those of the second.

    Raises
    ------
    DataError
        The file is said to be wide, and no heading repeats.
    """
    said = given.diary.layout
    if said not in ("", "wide"):
        return Lengthened(table, given)
    families = find_families(table.cells.columns, given.diary.dates)
    chosen = _chosen(table, families, given)
    if not chosen:
        if said == "wide":
            listed = ", ".join(repr(mask_text(str(name))) for name in list(table.cells)[:8])
            raise DataError(
                f"{mask_text(table.name)} is said to be wide, but no question has a column for each night (such as cramp_d1, "
                f"cramp_d2 or 2026-03-01, 2026-03-02); its columns begin with {listed}."
            )
        return Lengthened(table, given)
    long, places = _melt(table, chosen)
    mapping = _in_new_headings(given, chosen, places)
    return Lengthened(long, mapping, (_told(table, chosen, long),))


def _chosen(table: RecordedTable, families: Sequence[Family], given: DiaryMapping) -> list[Family]:
    """The families of the nights: those of the kind (dated or numbered) that tells of cramps."""
    named = {heading for one in given.file.placements for heading in one.reads}
    said = given.diary.layout == "wide"
    for dated in (True, False):
        some = [one for one in families if one.dated == dated and len(one.columns) >= (2 if said else FEWEST)]
        if any(one.heading in named for one in some):
            return some
        asked = {one.heading: _asks(table, one) for one in some}
        telling = [one for one in some if asked[one.heading] in TELLING or not one.stem]
        if telling:
            return [one for one in some if asked[one.heading] or not one.stem or said]
    return []


def _asks(table: RecordedTable, family: Family) -> str:
    """The variable that a family's stem names; "" for none."""
    first = next(iter(family.columns.values()))
    column = replace(table.column(first), name=family.stem or family.heading, label="")
    cells = pd.DataFrame({column.name: _stacked(table, family)})
    one = RecordedTable(table.name, cells, np.arange(len(cells)), (column,), table.format, Flow.start("cells", len(cells)))
    found = place_by_name(one, VARIABLES)
    return found[0].variable if found else ""


def _stacked(table: RecordedTable, family: Family) -> pd.Series:
    return pd.concat([table.cells[name] for name in family.columns.values()], ignore_index=True)


def _melt(table: RecordedTable, families: Sequence[Family]) -> tuple[RecordedTable, dict[str, str]]:
    """One row per row and night, and of each family its new heading."""
    nights = list(dict.fromkeys(night for one in families for night in one.columns))
    nights.sort(key=(lambda night: night) if families[0].dated else int)
    inside = {name for one in families for name in one.columns.values()}
    n, k = len(table.cells), len(nights)
    rows = np.repeat(np.arange(n), k)
    cells = {name: table.cells[name].take(rows).reset_index(drop=True) for name in table.cells if name not in inside}
    columns: list[RecordedColumn] = [column for column in table.columns if column.name not in inside]
    when = NIGHT if families[0].dated else DAY
    cells[when] = pd.Series(np.tile(np.array(nights, dtype=object), n), dtype="str")
    columns.append(RecordedColumn(when, kind="date" if families[0].dated else ""))
    cells[ROW] = pd.Series(table.source_rows[rows].astype(str), dtype="str")
    columns.append(RecordedColumn(ROW))
    headings = {}
    for family in families:
        heading = _heading(family, table, set(cells))
        empty = pd.Series([None] * n, dtype="str")
        parts = [table.cells[family.columns[night]] if night in family.columns else empty for night in nights]
        stacked = pd.concat(parts, ignore_index=True)
        cells[heading] = stacked.take(np.arange(n * k).reshape(k, n).T.ravel()).reset_index(drop=True)
        first = table.column(next(iter(family.columns.values())))
        columns.append(replace(first, name=heading, label=family.stem))
        headings[family.heading] = heading
    flow = Flow.start(f"nights in the columns of {n:,} row(s)", n * k)
    made = RecordedTable(
        table.name, pd.DataFrame(cells), table.source_rows[rows], tuple(columns), table.format, flow,
        # a row of dates looks like a record, and is the row of headings all the same
        Findings(tuple(one for one in table.findings.rows if one.rule != "no headings")),
    )
    return made, headings


def _heading(family: Family, table: RecordedTable, taken: set[str]) -> str:
    """The heading of a melted column; one that is headed by nights alone tells of cramps, or counts them."""
    if family.stem:
        return family.heading
    filled = _stacked(table, family).dropna()
    numbers = pd.to_numeric(filled, errors="coerce").dropna()
    counts = 2 * len(numbers) > len(filled) and float(numbers.max()) > 1
    name = CRAMPS.name if counts else CRAMP.name
    return family.heading if name in taken else name


def _in_new_headings(
    given: DiaryMapping, families: Sequence[Family], headings: dict[str, str]
) -> DiaryMapping:
    """The mapping in the headings the table now has."""
    def moved(one: Placement) -> Placement:
        return replace(one, columns=tuple(headings.get(name, name) for name in one.columns))

    placements = tuple(moved(one) for one in given.file.placements if one.variable != "night")
    when = {"night": NIGHT, "night_is": given.diary.night_is} if families[0].dated else {"day": DAY, "night": ""}
    return replace(
        given, file=replace(given.file, placements=placements), diary=replace(given.diary, layout="nightly", **when),
    )


def _told(table: RecordedTable, families: Sequence[Family], long: RecordedTable) -> Finding:
    listed = ", ".join(one.heading for one in families[:6]) + (" ..." if len(families) > 6 else "")
    nights = len(long.cells) // max(1, len(table.cells))
    return Finding(
        "", "one row per person", "note", f"{nights} columns of each of {len(families)} question(s) ({listed}) were taken as "
        "the nights of the "
        "person in their row; a night without any answer was missed.", 'If rows are nights, say so: [diary] layout = "nightly".',
    )
