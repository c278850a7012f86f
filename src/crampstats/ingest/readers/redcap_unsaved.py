"""Boxes of forms nobody filled in: REDCap exports them as 0, which says nothing and above all not "no"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from crampstats.core.findings import Finding
from crampstats.ingest.readers.redcap_columns import OWN, TIMESTAMP_LABEL, status_form
from crampstats.ingest.recorded import RecordedColumn

EMPTY_BOX = ("0", "Unchecked")
NOTHING_ENTERED = ("0", "Incomplete")


def empty_unsaved_boxes(
    cells: pd.DataFrame, columns: Sequence[RecordedColumn], missing: Mapping[str, str], source_rows: np.ndarray,
) -> tuple[pd.DataFrame, list[Finding]]:
    """Cells in which an unticked box is left empty where its form, or the missing-data code ticked, says that nobody answered.

    A form holds nothing in a row where its status is blank or incomplete and none of its cells but unticked boxes is filled:
    "saved without any answer" and "never opened" look the same in an export, and neither is a no.

    Parameters
    ----------
    cells, columns, source_rows
        As of a `RecordedTable`.
    missing
        Missing-data codes named by the user; a ticked box of such a code is kept, the question's unticked ones are emptied.

    Returns
    -------
    DataFrame
        The cells; only unticked boxes were changed, into missing.
    list of Finding
        One per form or question with the number of cells emptied and the first row.
    """
    emptied = cells.copy()
    findings = []
    for form in dict.fromkeys(column.form for column in columns if column.kind == "checkbox"):
        boxes = [column.name for column in columns if column.kind == "checkbox" and column.form == form]
        blank = _holds_nothing(cells, [column for column in columns if column.form == form])
        n, rows = _clear(emptied, boxes, blank)
        findings += [_noticed(boxes[0], form, n, source_rows[rows])] if n else []
    codes = {code.lower().replace("-", "_"): reason for code, reason in missing.items()}
    for column in columns:
        reason = codes.get(column.option.lower().replace("-", "_"), "") if column.kind == "checkbox" else ""
        if reason:
            boxes = [one.name for one in columns if one.field == column.field and one.name != column.name]
            ticked = cells[column.name].isin(["1", "Checked"])
            n, rows = _clear(emptied, boxes, ticked)
            findings += [_answered_missing(column, reason, n, source_rows[rows][0])] if n else []
    return emptied, findings


def _holds_nothing(cells: pd.DataFrame, columns: Sequence[RecordedColumn]) -> pd.Series:
    nothing = pd.Series(True, index=cells.index)
    for column in columns:
        cell = cells[column.name]
        if column.kind == "checkbox":
            nothing &= cell.isna() | cell.isin(EMPTY_BOX)
        elif status_form(column.name):
            nothing &= cell.isna() | cell.isin(NOTHING_ENTERED)
        # The start of a survey is no answer, and REDCap's own columns and the record's number say nothing of the form.
        elif column.label != TIMESTAMP_LABEL and column.name not in OWN and column.name != cells.columns[0]:
            nothing &= cell.isna()
    return nothing


def _clear(cells: pd.DataFrame, boxes: Sequence[str], rows: pd.Series) -> tuple[int, np.ndarray]:
    """Empties unticked boxes in place; how many, and in which rows."""
    n, touched = 0, np.zeros(len(cells), dtype=bool)
    for box in boxes:
        unticked = (rows & cells[box].isin(EMPTY_BOX)).to_numpy(dtype=bool)
        n, touched = n + int(unticked.sum()), touched | unticked
        cells[box] = cells[box].mask(unticked)
    return n, touched


def _noticed(box: str, form: str, n: int, rows: np.ndarray) -> Finding:
    named = f"the form {form!r}" if form else "the form of these boxes"
    first = int(rows[0])
    return Finding(
        box, "form_not_filled_in", "note",
        f"{named} holds no answer in {len(rows):,} row(s), first in row {first}; REDCap exports its boxes as 0 there. These "
        f"{n:,} cells are left empty: a form nobody filled in does not say no.", "Nothing to do.", first,
    )


def _answered_missing(column: RecordedColumn, reason: str, n: int, first: int) -> Finding:
    return Finding(
        column.name, "missing_data_code_ticked", "note",
        f"the question {column.field!r} was answered by a missing-data code ({reason}), first in row {first}; {n:,} unticked "
        "boxes beside it are left empty.", "Nothing to do.", int(first),
    )
