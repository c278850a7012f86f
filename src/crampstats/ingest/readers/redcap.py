"""REDCap exports: raw or with labels, with or without the dictionary, as tables that keep every cell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from crampstats.core.errors import DataError
from crampstats.core.findings import Finding, Findings
from crampstats.ingest.readers.redcap_codes import check_missing, spreadsheet_truths, strange_cells, with_missing
from crampstats.ingest.readers.redcap_columns import (
    BOX,
    LABELLED_BOX,
    OWN,
    STATUS_LABEL,
    dates_as_found,
    decimal_as_found,
    describe_columns,
    status_form,
)
from crampstats.ingest.readers.redcap_dictionary import Dictionary
from crampstats.ingest.readers.redcap_fields import STATUS, TICKED
from crampstats.ingest.readers.redcap_labels import choices_as_found, codes_for_labels, field_names, with_heading
from crampstats.ingest.readers.redcap_tables import repeated_rows, split_tables
from crampstats.ingest.readers.redcap_unsaved import empty_unsaved_boxes
from crampstats.ingest.recorded import RecordedColumn, RecordedFile, RecordedTable

FORMAT = "redcap"
SHORT_ROWS = "notes below the table"
ONE_VALUE_A_ROW = {"record", "field_name", "value"}


def is_redcap(table: RecordedTable) -> bool:
    """Whether a table is a REDCap export, raw or with labels.

    It is one when it has a column of REDCap's own (redcap_event_name ...), boxes (``field___code`` or ``Label (choice=Option)``)
    or a form status (``form_complete`` with 0, 1, 2; ``Complete?``).
    """
    names = [str(name) for name in table.cells.columns]
    if any(name in OWN or name == STATUS_LABEL for name in names):
        return True
    if any(set(names) >= needed for needed in (ONE_VALUE_A_ROW, {"Repeat Instrument", "Repeat Instance"})):
        return True
    boxes = [name for name in names if BOX.fullmatch(name) or LABELLED_BOX.fullmatch(name)]
    statuses = [name for name in names if re.fullmatch(r"[a-z][a-z0-9_]*_complete", name)]
    return (
        (bool(boxes) and all(_holds_only(table.cells[name], [*TICKED, *TICKED.values()]) for name in boxes))
        or (bool(statuses) and all(_holds_only(table.cells[name], [*STATUS, *STATUS.values()]) for name in statuses))
    )


def refine_redcap(
    table: RecordedTable, dictionary: Dictionary | None = None, missing: Mapping[str, str] | None = None,
) -> RecordedFile:
    """The tables of a REDCap project from an export.

    Parameters
    ----------
    table
        The export as read from CSV, one row per line.
    dictionary
        Questions of the project (`read_dictionary`). With it, headings that are labels become field names and cells that are
        labels become codes; both stay visible in the columns' labels and choices.
    missing
        Missing-data codes of the project to their reason, as {"-999": "not done"}; REDCap's dictionary does not hold them.

    Returns
    -------
    RecordedFile
        "" with one row per record, event and instance of a repeating event; then a table per repeating instrument. Every row
        of the export is in one table and every filled cell in one of its cells, except boxes of forms that hold no answer:
        REDCap writes them as 0, here they are missing, and a finding counts them.

    Raises
    ------
    DataError
        The export has no column, none of the dictionary's questions, or one row per value instead of one per record.
    OptionError
        A missing-data code without a reason.
    """
    codes = check_missing(missing or {})
    if set(table.cells.columns) >= ONE_VALUE_A_ROW:
        raise DataError(
            f"{table.name} holds one value a row (record, field_name, value: REDCap's EAV type). Export it as flat, one row per "
            "record."
        )
    if not len(table.cells.columns):
        raise DataError(
            f"{table.name} is empty: REDCap writes such a file when no record was chosen or the user may not export. Export "
            "again with all records."
        )
    cells, columns, findings = _named(table, dictionary)
    if dictionary is not None:
        cells, noticed = codes_for_labels(cells, columns, dictionary)
        findings += noticed
    # The record's number and REDCap's own columns have no missing-data codes.
    exempt = {cells.columns[0], *OWN}
    columns = [column if column.name in exempt else with_missing(column, codes) for column in columns]
    columns, noticed = _as_found(cells, columns, dictionary)
    findings += [*noticed, *strange_cells(cells, columns, table.source_rows), *repeated_rows(cells, table.source_rows)]
    cells, noticed = empty_unsaved_boxes(cells, columns, codes, table.source_rows)
    findings += noticed
    if not len(cells):
        findings.append(Finding(
            cells.columns[0], "no_rows", "warning", "the export has headings and no record.",
            "Check in REDCap that records exist and that the report or filter lets them through.",
        ))
    whole = replace(
        table, cells=cells, columns=tuple(columns), format=FORMAT, findings=Findings((*_still_true(table, cells), *findings)),
    )
    return RecordedFile(split_tables(whole), FORMAT)


def _named(
    table: RecordedTable, dictionary: Dictionary | None,
) -> tuple[pd.DataFrame, list[RecordedColumn], list[Finding]]:
    headings = [str(name) for name in table.cells.columns]
    names, findings = field_names(headings, dictionary)
    columns = [with_heading(column, heading) for column, heading in
               zip(describe_columns(names, dictionary), headings, strict=True)]
    if dictionary is not None:
        findings += _compared(names, dictionary, table.name)
    return table.cells.set_axis(names, axis=1), columns, findings


def _compared(names: list[str], dictionary: Dictionary, file: str) -> list[Finding]:
    expected, given = {column.name for column in dictionary.columns}, set(names)
    if not expected & given:
        raise DataError(
            f"{file} holds none of the {len(dictionary.fields)} questions of {dictionary.name}: the dictionary belongs to "
            "another project, or the headings were changed."
        )
    stray = [name for name in names if name not in expected and name not in OWN and not status_form(name)
             and not name.endswith("_timestamp") and not BOX.fullmatch(name)]
    absent = [one.name for one in dictionary.fields if one.columns and not {column.name for column in one.columns} & given]
    findings = list(dictionary.findings.rows)
    if stray:
        findings.append(Finding(
            stray[0], "not_in_dictionary", "warning",
            f"{len(stray)} column(s) are not in {dictionary.name}: {', '.join(stray[:5])}{' ...' if len(stray) > 5 else ''}.",
            "They are kept as text; use the dictionary of the same day as the export.",
        ))
    if absent:
        findings.append(Finding(
            absent[0], "not_in_export", "note",
            f"{len(absent)} question(s) of {dictionary.name} are not in the export: {', '.join(absent[:5])}"
            f"{' ...' if len(absent) > 5 else ''}.", "Nothing to do if only some forms were exported.",
        ))
    return findings


def _as_found(
    cells: pd.DataFrame, columns: list[RecordedColumn], dictionary: Dictionary | None,
) -> tuple[list[RecordedColumn], list[Finding]]:
    found, findings = [], []
    for column in columns:
        if column.kind == "date":
            column = dates_as_found(column, cells[column.name], dictionary.by_name.get(column.name) if dictionary else None)
        elif column.decimal:
            column = decimal_as_found(column, cells[column.name])
        elif column.choices:
            column = choices_as_found(column, cells[column.name]) if dictionary is None else column
            column, noticed = spreadsheet_truths(column, cells[column.name])
            findings += noticed
        found.append(column)
    return found, findings


def _still_true(table: RecordedTable, cells: pd.DataFrame) -> list[Finding]:
    # REDCap repeats labels as headings, which the dictionary told apart, and rows of an event may hold a cell or two.
    gone = set(table.cells.columns) - set(cells.columns)
    return [one for one in table.findings.rows if one.column not in gone and one.rule != SHORT_ROWS]


def _holds_only(cells: pd.Series, texts: list[str]) -> bool:
    filled = cells.dropna()
    return bool(filled.isin(texts).all())
