"""A file opened as a diary: its table of entries, led by the repeating instrument where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from crampstats.core.errors import unknown_name
from crampstats.ingest.diary.mpath import refine_mpath_file
from crampstats.ingest.diary.settings import DiaryMapping
from crampstats.ingest.own.events import join_record
from crampstats.ingest.readers.opening import find_kind, read_file
from crampstats.ingest.recorded import RecordedFile

EVENT = "redcap_event_name"


def open_diary(
    path: Path, given: DiaryMapping, *, sheet: str = "", header_row: int = 0, dictionary: str | Path | None = None,
    missing: Mapping[str, str] | None = None, zone: str = "",
) -> tuple[RecordedFile, DiaryMapping]:
    """A file whose first table holds the entries, and the mapping with what the call itself says; errors as for `load_diary`."""
    wanted, is_workbook = sheet or given.file.sheet, find_kind(path) == "excel"
    file = read_file(
        path, sheet=wanted if is_workbook else "", header_row=header_row or given.file.header_row, dictionary=dictionary,
        missing={**given.file.missing, **(missing or {})} or None,
    )
    file = file if is_workbook else _led_by_entries(refine_mpath_file(file), wanted)
    mapping = replace(given.file, missing={**given.file.missing, **(missing or {})})
    return file, replace(given, file=mapping, diary=replace(given.diary, zone=zone or given.diary.zone))


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
