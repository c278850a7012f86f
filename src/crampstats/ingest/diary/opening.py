"""A file opened as a diary: its table of entries, led by the repeating instrument where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from crampstats.core.errors import unknown_name
from crampstats.core.findings import Finding, Findings
from crampstats.core.flow import Flow
from crampstats.ingest.diary.columns import SHEET
from crampstats.ingest.diary.mpath import refine_mpath_file
from crampstats.ingest.diary.nights import check_zone
from crampstats.ingest.diary.settings import DiaryMapping
from crampstats.ingest.own.events import join_record
from crampstats.ingest.readers.opening import find_kind, read_file
from crampstats.ingest.recorded import RecordedColumn, RecordedFile

EVENT = "redcap_event_name"
# what the reader says of the sheets it leaves aside; a sheet may be called after a person
TOLD_OF_SHEETS = ("sheets alike", "sheet taken")


def open_diary(
    path: Path, given: DiaryMapping, *, sheet: str = "", header_row: int = 0, dictionary: str | Path | None = None,
    missing: Mapping[str, str] | None = None, zone: str = "",
) -> tuple[RecordedFile, DiaryMapping]:
    """A file whose first table holds the entries, and the mapping with what the call itself says; errors as for `load_diary`."""
    if zone:
        check_zone(zone)
    wanted, is_workbook = sheet or given.file.sheet, find_kind(path) == "excel"
    file = read_file(
        path, sheet=wanted if is_workbook else "", header_row=header_row or given.file.header_row, dictionary=dictionary,
        missing={**given.file.missing, **(missing or {})} or None,
    )
    file = _with_sheets_alike(file, wanted) if is_workbook else _led_by_entries(refine_mpath_file(file), wanted)
    mapping = replace(given.file, missing={**given.file.missing, **(missing or {})})
    return file, replace(given, file=mapping, diary=replace(given.diary, zone=zone or given.diary.zone))


def _with_sheets_alike(file: RecordedFile, wanted: str) -> RecordedFile:
    """The workbook with the rows of all sheets headed like the first: one for each person, or for each month."""
    headings = list(file.main.cells)
    alike = {name: table for name, table in file.tables.items() if list(table.cells) == headings}
    if wanted or len(alike) < 2:
        return file
    cells = pd.concat([table.cells.assign(**{SHEET: name}) for name, table in alike.items()], ignore_index=True)
    n = len(cells)
    told = Finding(
        "", "sheets alike", "note", f"{len(alike)} sheets have the same headings; their {n:,} rows were read together.",
        "To read one of them: --sheet NAME.",
    )
    joined = replace(
        file.main, cells=cells.astype("str"), source_rows=np.concatenate([table.source_rows for table in alike.values()]),
        columns=(*file.main.columns, RecordedColumn(SHEET)), flow=Flow.start(f"rows of {len(alike)} sheets", n),
        findings=Findings((
            *(one for table in alike.values() for one in table.findings.rows if one.rule not in TOLD_OF_SHEETS), told,
        )),
    )
    first = next(iter(file.tables))
    return replace(file, tables={first: joined, **{name: one for name, one in file.tables.items() if name not in alike}})


def _led_by_entries(file: RecordedFile, name: str) -> RecordedFile:
    """The file led by the instrument named, else by the longest repeating one, each row with what was asked once beside it."""
    if name and name not in file.tables:
        raise unknown_name("table of the file", name, [one for one in file.tables if one])
    instruments = [one for one, table in file.tables.items() if one and table is not file.main]
    if file.format == "redcap" and not name and instruments:
        name = max(instruments, key=lambda one: len(file.tables[one].cells))
    if not name:
        return file
    others = {key: table for key, table in file.tables.items() if key != name}
    leading = file.tables[name] if file.tables[name] is file.main else join_record(file.tables[name], file.main, EVENT)
    return replace(file, tables={name: leading, **others})
