"""Exports of Qualtrics: the header rows under the headings become labels, and the columns about the respondent are told apart."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from crampstats.core.errors import DataError
from crampstats.core.findings import Finding
from crampstats.ingest.recorded import RecordedColumn, RecordedKind, RecordedTable

FORMAT = "qualtrics"
# Names of the export's own columns, which stay English in every language: in legacy exports they stand in the second row.
IDENTIFYING = frozenset({
    "ipaddress", "name", "emailaddress", "recipientlastname", "recipientfirstname", "recipientemail", "externalreference",
    "externaldatareference", "externaldata", "locationlatitude", "locationlongitude", "locationaccuracy", "contactid",
    "recipientphone",
})
KINDS: dict[str, RecordedKind] = {
    "startdate": "date", "enddate": "date", "recordeddate": "date", "duration": "number", "durationinseconds": "number",
    "progress": "number", "finished": "yes/no",
}
UNITS = {"duration": "seconds", "durationinseconds": "seconds", "progress": "%"}
STATUS = {
    "0": "IP Address", "1": "Survey Preview", "2": "Survey Test", "4": "Imported", "8": "Spam", "9": "Survey Preview Spam",
    "12": "Imported Spam", "16": "Offline", "17": "Offline Survey Preview",
}
TRIALS = frozenset({"1", "2", "9", "17", "survey preview", "survey test", "survey preview spam", "offline survey preview"})
SPAM = frozenset({"8", "9", "12", "spam", "imported spam", "survey preview spam"})
UNFINISHED = frozenset({"0", "false", "no", "falsch", "faux", "falso", "nein", "non"})
_MOMENT = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
_LEGACY_FIRST = "responseid"
_SELECTED = " - Selected Choice - "


@dataclass(frozen=True)
class _Headers:
    """The header rows under the headings: question texts, and the keys Qualtrics knows the columns by."""

    labels: tuple[str, ...]
    keys: tuple[str, ...]
    rows: int


def is_qualtrics(table: RecordedTable) -> bool:
    """Whether a table is an export of Qualtrics: a row of import ids under the headings, or the legacy headings V1, V2 ..."""
    return _find_headers(table) is not None


def refine_qualtrics(table: RecordedTable) -> RecordedTable:
    """A Qualtrics export with its further header rows read as what they are.

    Parameters
    ----------
    table
        As read from the CSV or Excel file: headings from the first row, the further header rows still among the cells.

    Returns
    -------
    RecordedTable
        One row per response. The question text is the column's label; columns about the respondent's person are marked as
        identifying; options of a question where several may be ticked are checkboxes. Previews, spam and unfinished responses
        stay and are counted in a finding; the header rows leave in the flow.

    Raises
    ------
    DataError
        The table is no export of Qualtrics, or holds no response.
    """
    headers = _find_headers(table)
    if headers is None:
        raise DataError(f"{table.name} is no export of Qualtrics: no row of import ids stands under its headings.")
    if len(table.cells) == headers.rows:
        raise DataError(f"{table.name} holds the headings of a Qualtrics export and no response.")
    cells = table.cells.iloc[headers.rows:].reset_index(drop=True)
    described = [
        _describe(column, label, key, cells[column.name])
        for column, label, key in zip(table.columns, headers.labels, headers.keys, strict=True)
    ]
    kept = [column for column in _with_boxes(described, headers.keys, cells) if not _is_trailing(column, table)]
    names = [column.name for column in kept]
    flow = table.flow.leave("responses", {"further header rows of Qualtrics": headers.rows})
    return replace(
        table, cells=cells[names], source_rows=table.source_rows[headers.rows:], columns=tuple(kept), format=FORMAT, flow=flow,
        findings=table.findings.add(*_response_findings(table.name, kept, headers, cells, described)),
    )


def _find_headers(table: RecordedTable) -> _Headers | None:
    for row in range(min(2, len(table.cells))):
        texts = _row(table, row)
        given = [text for text in texts if text]
        if given and sum(_import_id(text) != "" for text in given) * 2 > len(given):
            labels = _row(table, 0) if row else ("",) * len(texts)
            return _Headers(labels, tuple(_import_id(text) for text in texts), row + 1)
    legacy = [column.name for column in table.columns if re.fullmatch(r"V\d+", column.name)]
    if len(legacy) < 3 or table.cells.empty or _plain(_row(table, 0)[0]) != _LEGACY_FIRST:
        return None
    labels = _row(table, 0)
    return _Headers(labels, labels, 1)


def _row(table: RecordedTable, row: int) -> tuple[str, ...]:
    return tuple(table.cells.iloc[row].fillna("").astype(str))


def _import_id(text: str) -> str:
    """The key in ``{"ImportId":"QID1"}``; "" where the text is something else."""
    if not text.startswith("{") or "ImportId" not in text:
        return ""
    try:
        entry = json.loads(text)
    except (ValueError, RecursionError):
        return "unreadable"
    return str(entry.get("ImportId") or "unreadable") if isinstance(entry, dict) else ""


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def _describe(column: RecordedColumn, label: str, key: str, cells: pd.Series) -> RecordedColumn:
    own = {_plain(column.name), _plain(key)}
    kind = next((KINDS[name] for name in own if name in KINDS), "text" if key.endswith("_TEXT") else column.kind)
    given = cells.dropna()
    moments = kind == "date" and bool(given.size) and bool(given.str.fullmatch(_MOMENT).all())
    coded = "status" in own and bool(given.size) and bool(given.isin(STATUS.keys()).all())
    return replace(
        column, label=label or column.label, kind="category" if coded else kind, choices=STATUS if coded else column.choices,
        formats=("%Y-%m-%d %H:%M:%S",) if moments else column.formats, identifier=column.identifier or bool(own & IDENTIFYING),
        unit=next((UNITS[name] for name in own if name in UNITS), column.unit),
    )


def _with_boxes(columns: Sequence[RecordedColumn], keys: Sequence[str], cells: pd.DataFrame) -> list[RecordedColumn]:
    """Options of one question as checkboxes: each cell is empty or holds the one text that says ticked."""
    groups: dict[str, list[int]] = {}
    for place, (column, key) in enumerate(zip(columns, keys, strict=True)):
        if (box := re.fullmatch(r"(Q(?:ID)?\d+)_\d+", key)) and " - " in column.label:
            groups.setdefault(box.group(1), []).append(place)
    found = list(columns)
    for places in groups.values():
        if len(places) > 1 and all(_is_box(columns[place], cells[columns[place].name]) for place in places):
            for place in places:
                found[place] = _as_box(columns[place])
    return found


def _is_box(column: RecordedColumn, cells: pd.Series) -> bool:
    texts = set(cells.dropna().unique())
    # a row of a matrix may hold one text throughout as well: only the words of the option, or Qualtrics' own mark, tell a box
    return texts <= {column.label.rpartition(" - ")[2].strip(), *(["1"] if _SELECTED in column.label else [])}


def _as_box(column: RecordedColumn) -> RecordedColumn:
    stem, _, option = column.label.rpartition(_SELECTED if _SELECTED in column.label else " - ")
    field = column.name.rpartition("_")[0] or stem
    label = f"{stem.strip()} (choice={option.strip()})"
    return replace(column, label=label, kind="checkbox", field=field, option=option.strip())


def _is_trailing(column: RecordedColumn, table: RecordedTable) -> bool:
    """Legacy exports end every line with a comma: a column without heading, label or content."""
    last = table.columns[-1].name == column.name
    return last and not column.label and bool(table.cells[column.name].isna().all())


def _response_findings(
    name: str, kept: Sequence[RecordedColumn], headers: _Headers, cells: pd.DataFrame, described: Sequence[RecordedColumn]
) -> list[Finding]:
    by_key = {}
    for column, label, key in zip(described, headers.labels, headers.keys, strict=True):
        for known in (key, column.name, label):
            by_key.setdefault(_plain(known), column.name)
    status, finished = (cells[by_key[key]].str.lower() if key in by_key else None for key in ("status", "finished"))
    found = []
    if status is not None:
        found += _counted(name, by_key["status"], "preview", status.isin(TRIALS), "are previews or tests, no participants")
        found += _counted(name, by_key["status"], "spam", status.isin(SPAM), "are marked as spam by Qualtrics")
    if finished is not None:
        found += _counted(name, by_key["finished"], "unfinished", finished.isin(UNFINISHED), "end before the end of the form")
    if len(kept) < len(described):
        found.append(Finding(name, "empty column", "note", "one column without heading and content at the end was left out."))
    return found


def _counted(name: str, column: str, rule: str, where: pd.Series, what: str) -> list[Finding]:
    if not where.any():
        return []
    return [Finding(
        column, rule, "warning", f"{int(where.sum())} of {len(where)} response(s) in {name} {what}; they are kept.",
        f"Decide whether they count; if not, remove them by {column} in the file.",
    )]
