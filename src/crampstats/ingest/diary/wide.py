"""A diary with one row per person as one row per person and night."""

from __future__ import annotations

from dataclasses import dataclass

from crampstats.core.findings import Finding
from crampstats.ingest.diary.settings import DiaryMapping
from crampstats.ingest.recorded import RecordedTable


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
    """The table with one row per entry; as it is where it has such rows already."""
    return Lengthened(table, given)
