"""The Excel form when it comes back: its columns named by their fields, which stay the same when a question is worded anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pandas as pd

from crampstats.ingest.recorded import RecordedColumn, RecordedFile, RecordedTable
from crampstats.ingest.templates.conditions import box_name
from crampstats.ingest.templates.excel_pages import CODES_HEADINGS, CODES_SHEET

FIELD, QUESTION, CODE, ANSWER = (CODES_HEADINGS[place] for place in (0, 2, 4, 5))
# a workbook whose codes sheet knows fewer of the headings is something else
SHARED = 0.5


def name_columns_by_field(file: RecordedFile) -> RecordedFile:
    """A filled-in Excel form with its columns named by field instead of question; any other file as it is.

    The form's own sheet of codes says which question belongs to which field, so a form made by another version, with other
    words, is read too.

    Parameters
    ----------
    file
        A workbook as read, its sheets by name.

    Returns
    -------
    RecordedFile
        The first table with headings such as ``cramp_where___1``, the question as label of each column; columns that are none
        of the form's keep their headings.
    """
    codes = file.tables.get(CODES_SHEET)
    if codes is None or not set(CODES_HEADINGS) <= set(codes.cells):
        return file
    places = dict(_places(codes.cells))
    known = [heading for heading in file.main.cells if heading in places]
    if len(known) < SHARED * len(file.main.columns):
        return file
    main, *others = file.tables.items()
    return RecordedFile({main[0]: _named(main[1], places), **dict(others)}, file.format)


def _places(codes: pd.DataFrame) -> Iterator[tuple[str, RecordedColumn]]:
    """Heading of the sheet to the column it is: the question, or the question with the words of a box."""
    questions = codes[codes[QUESTION].notna()].set_index(FIELD)[QUESTION].to_dict()
    for field, question in questions.items():
        yield question, RecordedColumn(str(field), label=question)
    for field, code, answer in codes.loc[codes[CODE].notna(), [FIELD, CODE, ANSWER]].itertuples(index=False):
        question = questions.get(field, "")
        box = RecordedColumn(
            box_name(field, code), label=f"{question} {answer}", kind="checkbox", field=str(field), option=str(code),
        )
        yield box.label, box


def _named(table: RecordedTable, places: Mapping[str, RecordedColumn]) -> RecordedTable:
    taken = {heading for heading in table.cells if heading not in places}
    columns = tuple(
        replace(column, **_described(places[column.name]))
        if column.name in places and places[column.name].name not in taken else column
        for column in table.columns
    )
    return replace(table, cells=table.cells.set_axis([column.name for column in columns], axis=1), columns=columns)


def _described(place: RecordedColumn) -> dict[str, str]:
    told = {"name": place.name, "label": place.label}
    return told | {"kind": "checkbox", "field": place.field, "option": place.option} if place.option else told
