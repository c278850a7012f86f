"""Exports of m-Path: one row per prompt, questions as columns that end in their kind, and clocks in seconds.

The format is that of the app's CSV export as the R package mpathr 1.0.3 reads it (https://cran.r-project.org/package=mpathr). Its
time stamps count seconds since 1970 *on the participant's own clock*: they are the wall clock already, and the offset of the zone
beside them must not be added.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd

from crampstats.codebook.checks import diary as checks
from crampstats.core.errors import DataError
from crampstats.core.findings import Findings
from crampstats.ingest.recorded import RecordedColumn, RecordedFile, RecordedTable

FORMAT = "m-path"
PERSON, START, STOP, OFFSET, LIST = "connectionId", "timeStampStart", "timeStampStop", "timeZoneOffset", "questionListName"
STAMPS = ("timeStampScheduled", "timeStampSent", START, STOP, "originalTimeStampSent")
# who somebody is, and numbers of the app's own
DROPPED = (
    "legacyCode", "code", "alias", "initials", "accountCode", "scheduledBeepId", "sentBeepId", "reminderForOriginalSentBeepId",
    "fromProtocolName", "questionListLabel", "deltaUTC", "originalTimeStampSent",
)
LABELS = {PERSON: "participant", START: "started at", STOP: "completed at", LIST: "question list", OFFSET: "zone of the clock"}
WRITTEN = "%Y-%m-%d %H:%M:%S"
# the kind of a question, and of a choice which of its three columns it is
_KIND = re.compile(
    r"(?P<name>.+?)_(?P<kind>multipleChoice|yesno|open|basic|slider\w*|steps|number|numeric|date|time|dropdown|text|appUsage|\w*[lL]ist)"
    r"(?:_(?P<part>index|string|likert|yesno))?"
)
_QUOTED = re.compile(r'^".*"$', re.DOTALL)
_SECONDS = r"-?\d{1,11}"


def is_mpath(table: RecordedTable) -> bool:
    """Whether a table is an export of m-Path, by its headings."""
    return {PERSON, START, STOP, LIST} <= set(table.cells.columns)


def refine_mpath_file(file: RecordedFile) -> RecordedFile:
    """The file with its first table refined where it is an export of m-Path; any other as it is."""
    if not is_mpath(file.main):
        return file
    first = next(iter(file.tables))
    return RecordedFile({**file.tables, first: refine_mpath(file.main)}, FORMAT)


def refine_mpath(table: RecordedTable) -> RecordedTable:
    """An export of m-Path as a table like others.

    Parameters
    ----------
    table
        As read from the CSV export ("basic" data; semicolons).

    Returns
    -------
    RecordedTable
        A row for each prompt that was answered; those that were not are counted in the flow. Time stamps are dates with a time on
        the participant's clock. Names, codes and initials are gone; the number of the connection tells participants apart. Of a
        choice the words are kept, not the numbers; of texts and lists the quotation marks are taken off.

    Raises
    ------
    DataError
        The table is no export of m-Path, a spreadsheet program has spoilt it, or a time stamp is no number.

    Notes
    -----
    The app leaves off the empty cells at the end of a row; that rows are short is no finding here.
    """
    if not is_mpath(table):
        raise DataError(f"{table.name} is no export of m-Path: it lacks {PERSON}, {START}, {STOP} or {LIST}.")
    _refuse_spoilt(table)
    answered = _seconds(table, STOP) > 0
    cells = table.cells[answered].reset_index(drop=True)
    kept = replace(
        table, cells=cells, source_rows=table.source_rows[answered], format=FORMAT,
        flow=table.flow.leave("prompts answered", {"prompts not answered": int((~answered).sum())}),
        findings=_findings(table, cells),
    )
    columns, made = [], {}
    for column in kept.columns:
        described = _described(column, kept.cells)
        if described is not None:
            columns.append(described)
            made[column.name] = _cells(kept, column.name)
    return replace(kept, cells=pd.DataFrame(made, index=cells.index), columns=tuple(columns))


def _refuse_spoilt(table: RecordedTable) -> None:
    """Refuse what a spreadsheet program has made of the numbers: 1,71E+09 has lost its seconds."""
    for name in (one for one in STAMPS if one in table.cells):
        given = table.cells[name].dropna()
        bad = ~given.str.fullmatch(_SECONDS)
        if bad.any():
            row = int(table.source_rows[int(np.flatnonzero(bad.to_numpy())[0])])
            raise DataError(
                f"{table.name}: {name} holds {int(bad.sum())} cell(s) that are no whole seconds (first: row {row}). A "
                "spreadsheet program has probably saved the file: download it from m-Path again and give it unopened."
            )


def _seconds(table: RecordedTable, name: str) -> np.ndarray:
    return table.cells[name].fillna("0").astype("int64").to_numpy()


def _findings(table: RecordedTable, cells: pd.DataFrame) -> Findings:
    kept = [one for one in table.findings.rows if one.rule != "short row"]
    lists = int(cells[LIST].nunique())
    if lists > 1:
        kept.append(checks.SEVERAL_LISTS.finding(
            LIST, f"The file has answers to {lists} question lists; each is an entry of its night."))
    if n := len(table.cells) - len(cells):
        kept.append(checks.PROMPTS_UNANSWERED.finding(
            STOP, f"{n:,} prompt(s) were not answered; their nights are missed, not free of cramps."))
    return Findings(tuple(kept))


def _described(column: RecordedColumn, cells: pd.DataFrame) -> RecordedColumn | None:
    """What is known of a column of the export; None for those that are left out."""
    if column.name in DROPPED:
        return None
    if column.name in STAMPS:
        return replace(column, label=LABELS.get(column.name, column.label), kind="date", formats=(WRITTEN,))
    if column.name in LABELS:
        return replace(column, label=LABELS[column.name], unit="s" if column.name == OFFSET else "")
    match = _KIND.fullmatch(column.name)
    if match is None:
        return column
    if match["kind"] == "basic" or (match["part"] in ("index", "likert") and _has_words(match["name"], match["kind"], cells)):
        return None
    label = " ".join(match["name"].split("_"))
    if match["kind"] == "yesno":
        return replace(column, label=label, kind="yes/no", choices={"1": "Yes", "0": "No"})
    number = match["kind"].startswith("slider") or match["kind"] in ("steps", "number", "numeric")
    return replace(column, label=label, kind="number" if number else "")


def _has_words(name: str, kind: str, cells: pd.DataFrame) -> bool:
    words = f"{name}_{kind}_string"
    return words in cells and bool(cells[words].notna().any())


def _cells(table: RecordedTable, name: str) -> pd.Series:
    column = table.cells[name]
    if name in STAMPS:
        seconds = _seconds(table, name)
        text = pd.Series(seconds.astype("datetime64[s]")).dt.strftime(WRITTEN)
        return text.where(seconds > 0).astype("str").set_axis(column.index)
    if name in (PERSON, OFFSET, LIST):
        return column
    codes, texts = pd.factorize(column, use_na_sentinel=True)
    plain = pd.Series([*(_plain(str(text)) for text in texts), None], dtype="str")
    return plain.take(np.where(codes < 0, len(texts), codes)).set_axis(column.index)


def _plain(text: str) -> str | None:
    """A text or a list without the quotation marks it is exported with; nothing for an empty one."""
    if not _QUOTED.match(text):
        return text
    try:
        parts = json.loads(f"[{text}]")
    except ValueError:
        return text.strip('"') or None
    return ", ".join(str(part).strip() for part in parts if str(part).strip()) or None
