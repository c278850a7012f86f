"""REDCap exports with labels: headings brought to field names, cells to the codes of the dictionary."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from crampstats.core.findings import Finding
from crampstats.ingest.readers.redcap_columns import LABELLED_BOX, OWN, STATUS_LABEL, TIMESTAMP_LABEL
from crampstats.ingest.readers.redcap_dictionary import Dictionary
from crampstats.ingest.readers.redcap_fields import plain
from crampstats.ingest.recorded import RecordedColumn

OWN_BY_LABEL = {column.label: name for name, column in OWN.items()}
# What a reader adds to a heading that stands twice.
COUNTED = re.compile(r"(?: \(\d+\)| \[\d+\]|[._]\d+)$")


def field_names(headings: Sequence[str], dictionary: Dictionary | None) -> tuple[list[str], list[Finding]]:
    """The name of every column in a raw export.

    Parameters
    ----------
    headings
        As they stand. REDCap's own columns have fixed labels; other labels need the dictionary and are taken in its order, since
        several questions may have the same label.
    dictionary
        Without it the labels of questions stay the names.

    Returns
    -------
    list of str
        One per heading, without repetition.
    list of Finding
        Headings that fit several questions.
    """
    slots = _slots(dictionary) if dictionary else []
    raw = {name for _, name in slots} | set(OWN)
    place_of = {name: at for at, (_, name) in enumerate(slots)}
    by_label: dict[str, list[str]] = {}
    for label, name in slots:
        by_label.setdefault(label, []).append(name)
    names: list[str] = []
    # What a heading names outright, no label may take.
    used = set(headings)
    place = 0
    for heading in headings:
        name = heading if heading in raw else OWN_BY_LABEL.get(heading, "")
        if not name:
            free = [one for one in _labelled(by_label, heading) if one not in used]
            name = next((one for one in free if place_of[one] >= place), free[0] if free else "")
        names.append(name if name and (name == heading or name not in used) else heading)
        used.add(names[-1])
        place = place_of.get(names[-1], place)
    return names, _ambiguous(headings, names, by_label)


def codes_for_labels(
    cells: pd.DataFrame, columns: Sequence[RecordedColumn], dictionary: Dictionary,
) -> tuple[pd.DataFrame, list[Finding]]:
    """Cells that hold the labels of choices, as the codes of these choices; everything else as it stands.

    Whether the file holds labels is decided for the file as a whole: "1" may be the code of one choice and the label of another.
    """
    if not _holds_labels(cells, columns, dictionary):
        return cells, []
    coded = cells.copy()
    changed = {}
    for column in columns:
        codes = _code_of_label(column, dictionary)
        if codes:
            text = cells[column.name].str.casefold().map(codes)
            coded[column.name] = text.fillna(cells[column.name]).astype("str")
            changed[column.name] = int((text.notna() & (text != cells[column.name])).sum())
    n = sum(changed.values())
    return coded, [Finding(
        next(iter(changed)), "labels_to_codes", "note",
        f"the export holds labels; {n:,} cells of {sum(count > 0 for count in changed.values())} columns were brought to the "
        f"codes of {dictionary.name}.", "Nothing to do; every code stands beside its label in the choices of its column.",
    )] if n else []


def choices_as_found(column: RecordedColumn, cells: pd.Series) -> RecordedColumn:
    """The column with its labels as the choices, where its cells hold labels and nothing else (an export without dictionary)."""
    texts = [text for text in cells.dropna().unique() if text not in column.missing]
    labels = set(column.choices.values())
    if not texts or all(text in column.choices for text in texts):
        return column
    if all(text in labels for text in texts):
        return replace(column, choices={label: label for label in column.choices.values()})
    # A ticked box may be written by its own label.
    if column.kind == "checkbox" and len(texts) == 1 and texts[0].casefold() not in ("true", "false"):
        return replace(column, choices={texts[0]: "Checked"})
    return column


def with_heading(column: RecordedColumn, heading: str) -> RecordedColumn:
    """The column with the heading of the file as its label, where it says more than the name."""
    return replace(column, label=heading) if heading != column.name and not column.label else column


def _slots(dictionary: Dictionary) -> list[tuple[str, str]]:
    slots = []
    for form in dictionary.forms:
        columns = [(_key(column.label), column.name) for column in dictionary.columns if column.form == form]
        # The record's number comes before everything, also before the time stamp of its form.
        first = 1 if columns and columns[0][1] == dictionary.record else 0
        stamp, status = (TIMESTAMP_LABEL.casefold(), f"{form}_timestamp"), (STATUS_LABEL.casefold(), f"{form}_complete")
        slots += [*columns[:first], stamp, *columns[first:], status]
    return slots


def _labelled(by_label: Mapping[str, list[str]], heading: str) -> list[str]:
    return by_label.get(_key(heading)) or by_label.get(_key(COUNTED.sub("", heading)), [])


def _ambiguous(headings: Sequence[str], names: Sequence[str], by_label: Mapping[str, list[str]]) -> list[Finding]:
    findings = []
    given = set(names)
    for heading, name in zip(headings, names, strict=True):
        of_forms = heading.startswith((TIMESTAMP_LABEL, STATUS_LABEL)) or name in OWN
        alike = _labelled(by_label, heading) if name != heading and not of_forms else []
        absent = [one for one in alike if one not in given]
        if absent and len(alike) > 1:
            findings.append(Finding(
                name, "label_of_several_questions", "warning",
                f"the heading {heading[:60]!r} fits {len(alike)} questions ({', '.join(alike[:4])}), of which the file does not "
                f"hold all; it was taken for {name}.", "Export the raw data instead, or check the column in the mapping.",
            ))
    return findings


def _holds_labels(cells: pd.DataFrame, columns: Sequence[RecordedColumn], dictionary: Dictionary) -> bool:
    labels = codes = 0
    for column in columns:
        of_label = _code_of_label(column, dictionary)
        if of_label:
            found = set(cells[column.name].dropna().unique())
            as_label = {text for text in found if text.casefold() in of_label}
            labels += len(as_label - set(column.choices))
            codes += len((found & set(column.choices)) - as_label)
    return labels > codes


def _code_of_label(column: RecordedColumn, dictionary: Dictionary) -> dict[str, str]:
    folded = [label.casefold() for label in column.choices.values()]
    # Two choices with one label cannot be told apart: such cells keep the label.
    codes = {label.casefold(): code for code, label in column.choices.items() if folded.count(label.casefold()) == 1}
    question = dictionary.by_name.get(column.field) if column.kind == "checkbox" else None
    if question and column.option in question.choices:
        codes.setdefault(question.choices[column.option].casefold(), "1")
    return codes


def _key(heading: str) -> str:
    box = LABELLED_BOX.fullmatch(heading)
    return f"{plain(box[1])} (choice={plain(box[2])})".casefold() if box else plain(heading).casefold()
