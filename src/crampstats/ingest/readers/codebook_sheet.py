"""A sheet of a workbook that describes the columns of another: names, meaning, unit and range, as people write codebooks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from crampstats.core.findings import Finding
from crampstats.ingest.recorded import RecordedColumn, RecordedFile, RecordedTable

# A sheet describes a table when this share of its rows, and at least this many, name a column of it
SHARE, FEWEST = 0.5, 3
WORDS: Mapping[str, tuple[str, ...]] = {
    "label": ("label", "description", "details", "meaning", "question", "beschreibung", "bedeutung", "etiqueta", "descripción",
              "libellé", "description de la variable", "descrizione", "descrição"),
    "unit": ("unit", "units", "einheit", "unidad", "unidades", "unité", "unités", "unità", "unidade"),
    "limits": ("range", "limits", "valid range", "wertebereich", "rango", "plage", "intervallo", "intervalo"),
}
_SPAN = re.compile(r"\s*(-?\d+(?:[.,]\d+)?)\s*(?:-|–|to|bis|a|à)\s*(-?\d+(?:[.,]\d+)?)\s*")


def describe_by_sheet(file: RecordedFile) -> RecordedFile:
    """The file, its main table's columns described by a sheet of the same workbook where there is one.

    Parameters
    ----------
    file
        A workbook.

    Returns
    -------
    RecordedFile
        Labels, units and limits added where the table itself states none; a finding names the sheet. A range that is no plain
        "low-high" of two numbers is left alone.
    """
    for name, sheet in file.tables.items():
        if sheet is file.main:
            continue
        names = _naming_column(sheet, file.main)
        if names is None:
            continue
        table = _described(file.main, sheet, names)
        note = Finding(
            table.name, "described by a sheet", "note",
            f"the sheet {name!r} describes its columns; labels, units and ranges are taken from there.",
            "Correct that sheet where it is wrong.",
        )
        main = replace(table, findings=table.findings.add(note))
        return replace(file, tables={key: main if one is file.main else one for key, one in file.tables.items()})
    return file


def _naming_column(sheet: RecordedTable, main: RecordedTable) -> str | None:
    """The column of a sheet in which the headings of the main table stand."""
    headings = {_plain(name) for name in main.cells}
    for name in sheet.cells:
        found = sheet.cells[name].dropna().map(_plain).isin(headings)
        if int(found.sum()) >= FEWEST and found.mean() >= SHARE:
            return str(name)
    return None


def _described(main: RecordedTable, sheet: RecordedTable, names: str) -> RecordedTable:
    named = sheet.cells[sheet.cells[names].notna()]
    rows = {_plain(name): row for name, row in zip(named[names], named.to_dict("records"), strict=True)}
    places = {what: next((name for name in sheet.cells if _plain(name) in words), "") for what, words in WORDS.items()}
    return replace(main, columns=tuple(_described_column(column, rows, places) for column in main.columns))


def _described_column(
    column: RecordedColumn, rows: Mapping[str, Mapping[str, object]], places: Mapping[str, str]
) -> RecordedColumn:
    row = rows.get(_plain(column.name))
    if row is None:
        return column
    said = {what: str(row[place]) for what, place in places.items() if place and isinstance(row[place], str)}
    span = _SPAN.fullmatch(said.get("limits", ""))
    return replace(
        column, label=column.label or said.get("label", ""), unit=column.unit or said.get("unit", ""),
        limits=(span[1].replace(",", "."), span[2].replace(",", ".")) if span and not any(column.limits) else column.limits,
    )


def _plain(name: str) -> str:
    return " ".join(str(name).casefold().replace("_", " ").split())
