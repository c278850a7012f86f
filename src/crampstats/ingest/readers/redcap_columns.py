"""What the columns of a REDCap export are: questions of the dictionary, boxes, form statuses and REDCap's own columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from crampstats.codebook.columns import NOT_DONE
from crampstats.core.units import find_unit
from crampstats.ingest.readers.redcap_dictionary import Dictionary
from crampstats.ingest.readers.redcap_fields import EVENT, ISO_DAY, STATUS, TICKED, DictionaryField
from crampstats.ingest.recorded import RecordedColumn

INSTRUMENT, INSTANCE = "redcap_repeat_instrument", "redcap_repeat_instance"
GROUP, SURVEY_IDENTIFIER = "redcap_data_access_group", "redcap_survey_identifier"
# REDCap's own columns: their heading in an export with labels, and what they hold.
OWN: Mapping[str, RecordedColumn] = {
    EVENT: RecordedColumn(EVENT, "Event Name", kind="category"),
    INSTRUMENT: RecordedColumn(INSTRUMENT, "Repeat Instrument", kind="category"),
    INSTANCE: RecordedColumn(INSTANCE, "Repeat Instance", kind="number"),
    GROUP: RecordedColumn(GROUP, "Data Access Group", kind="category"),
    SURVEY_IDENTIFIER: RecordedColumn(SURVEY_IDENTIFIER, "Survey Identifier", kind="text", identifier=True),
}
STATUS_LABEL, TIMESTAMP_LABEL = "Complete?", "Survey Timestamp"
NOT_COMPLETED = "[not completed]"
BOX = re.compile(r"([a-z_][a-z0-9_]*?)___([a-z0-9_]+)")
LABELLED_BOX = re.compile(r"(.*) \(choice=(.*)\)(?: \(\d+\)|[._]\d+)?", flags=re.DOTALL)
ISO_FORMATS = (ISO_DAY, f"{ISO_DAY} %H:%M", f"{ISO_DAY} %H:%M:%S")


def describe_columns(names: Sequence[str], dictionary: Dictionary | None) -> list[RecordedColumn]:
    """One description per column of a raw export (or of one brought to field names).

    Parameters
    ----------
    names
        Headings, in order; the first holds the record's number.
    dictionary
        Questions of the project; without it the headings alone tell boxes, statuses and, by their order, the forms.
    """
    known = {column.name: column for column in dictionary.columns} if dictionary else {}
    forms = dict(zip(names, forms_by_order(names), strict=True))
    found = []
    for place, name in enumerate(names):
        column = known.get(name) or OWN.get(name) or _by_name(name, names, dictionary) or RecordedColumn(name)
        if dictionary and name in dictionary.by_name and column.kind == "number":
            column = replace(column, unit=_unit(dictionary.by_name[name]))
        if not column.form and name not in OWN and place:
            column = replace(column, form=forms[name])
        found.append(column)
    return found


def forms_by_order(names: Sequence[str]) -> list[str]:
    """The form of every column, as the status that closes each form tells; empty where none follows."""
    form, forms = "", []
    for name in reversed(names):
        form = status_form(name) or form
        forms.append(form)
    return forms[::-1]


def status_form(name: str) -> str:
    """Form whose status a column holds; empty for any other column.

    Examples
    --------
    >>> status_form("intake_complete"), status_form("Complete? (2)"), status_form("complete_study")
    ('intake', 'Complete? (2)', '')
    """
    if name.startswith(STATUS_LABEL):
        return name
    return name.removesuffix("_complete") if name.endswith("_complete") else ""


def dates_as_found(column: RecordedColumn, cells: pd.Series, question: DictionaryField | None) -> RecordedColumn:
    """The column with the date formats its cells really have.

    REDCap writes dates with the year first whatever the form shows; a file saved again by a spreadsheet program need not. Where
    neither REDCap's format nor the form's fits every cell the formats stay open, so that all cells together decide.
    """
    texts = pd.Series(cells.dropna().unique(), dtype="str")
    texts = texts[~texts.isin(list(column.missing))]
    for formats in (column.formats, ISO_FORMATS, question.shown_formats if question else ()):
        rest = texts
        for one in formats:
            rest = rest[pd.to_datetime(rest, format=one, errors="coerce").isna()]
        if formats and rest.empty:
            return replace(column, formats=formats)
    return replace(column, formats=())


def decimal_as_found(column: RecordedColumn, cells: pd.Series) -> RecordedColumn:
    """The column with the decimal mark the dictionary states, unless its cells hold only the other one."""
    texts = pd.Series(cells.dropna().unique(), dtype="str")
    other = "." if column.decimal == "," else ","
    contrary = texts.str.contains(other, regex=False).any() and not texts.str.contains(column.decimal, regex=False).any()
    return replace(column, decimal="") if contrary else column


def _by_name(name: str, names: Sequence[str], dictionary: Dictionary | None) -> RecordedColumn | None:
    form = status_form(name)
    if form and (dictionary is None or form in dictionary.forms or name not in dictionary.by_name):
        return RecordedColumn(name, STATUS_LABEL, choices=STATUS, kind="category", form=form)
    started = name.removesuffix("_timestamp")
    stamped = started != name and (f"{started}_complete" in names or (dictionary is not None and started in dictionary.forms))
    if stamped or name.startswith(TIMESTAMP_LABEL):
        return RecordedColumn(
            name, TIMESTAMP_LABEL, kind="date", formats=(ISO_FORMATS[2],), missing={NOT_COMPLETED: NOT_DONE},
            form=started if stamped else "",
        )
    return _box(name, dictionary)


def _box(name: str, dictionary: Dictionary | None) -> RecordedColumn | None:
    if labelled := LABELLED_BOX.fullmatch(name):
        return RecordedColumn(name, name, choices=TICKED, kind="checkbox", field=labelled[1], option=labelled[2])
    raw = BOX.fullmatch(name)
    if raw is None:
        return None
    question = dictionary.by_name.get(raw[1]) if dictionary else None
    if question is not None and question.type == "checkbox":
        # Signs other than a minus were once written as underscores. What is no choice is a missing-data code of the project.
        code = next((one for one in question.choices if re.sub(r"[^a-z0-9]", "_", one.lower()) == raw[2]), raw[2])
        return replace(question.box(code), name=name)
    return RecordedColumn(name, choices=TICKED, kind="checkbox", field=raw[1], option=raw[2])


def _unit(question: DictionaryField) -> str:
    return find_unit(question.note) or find_unit(question.label)
