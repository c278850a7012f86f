"""Dates whose year is wrong: nights further from the others than any diary lasts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from crampstats.core.diary import LONGEST_STRETCH
from crampstats.core.findings import Finding
from crampstats.ingest.diary.dating import MISSING, Dated
from crampstats.ingest.recorded import RecordedTable


def set_aside_years(dated: Dated, table: RecordedTable, heading: str) -> tuple[Dated, np.ndarray]:
    """The nights without those more than ten years from the middle one of the file, and which rows they are.

    Parameters
    ----------
    dated
        The night of each row.
    table
        One row per entry; its row numbers are told.
    heading
        Column the nights come from; "" where several do.

    Returns
    -------
    tuple
        The nights, and (rows,) of bool: the rows set aside. An error tells how many they are and where the first one stands. No
        calendar of today is asked, so that a file reads the same on every day; a night that has not been yet is the audit's.
    """
    known = np.flatnonzero(dated.nights != MISSING)
    far = np.zeros(len(dated.nights), dtype=bool)
    if not len(known):
        return dated, far
    # of two nights the later one: a century typed wrong lies in the past more often than not
    middle = np.partition(dated.nights[known], len(known) // 2)[len(known) // 2]
    far[known] = np.abs(dated.nights[known] - middle) > LONGEST_STRETCH
    if not far.any():
        return dated, far
    first = int(table.source_rows[np.flatnonzero(far)[0]])
    told = Finding(
        heading, "year of a night", "error", f"{rows(int(far.sum()))} of nights more than ten years from the others (first: row "
        f"{first}) and left out; the year is wrong.", "Correct the dates in the source.", first,
    )
    return replace(dated, nights=np.where(far, MISSING, dated.nights), findings=(*dated.findings, told)), far


def rows(n: int) -> str:
    """How many rows there are, with their verb."""
    return f"{n:,} row is" if n == 1 else f"{n:,} rows are"
