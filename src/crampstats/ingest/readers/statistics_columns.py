"""Columns of SPSS, Stata and SAS files: values as text, with labels, missing values and kind as the file declares them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from crampstats.core.findings import Finding
from crampstats.ingest.readers.epochs import ISO_DATE, ISO_MOMENT, ISO_PRECISE, Clock, find_clock
from crampstats.ingest.recorded import RecordedColumn, RecordedKind, as_text

DECLARED = "declared missing in the file"
TAGGED = "missing, tagged {tag} in the file"
Package = Literal["spss", "stata", "sas"]


@dataclass(frozen=True, eq=False)
class ReadColumn:
    """One column as recorded, its cells, and what was noticed."""

    column: RecordedColumn
    cells: pd.Series
    findings: tuple[Finding, ...] = ()


def read_column(values: pd.Series, about: Any, package: Package) -> ReadColumn:
    """One column of a file of SPSS, Stata or SAS.

    Parameters
    ----------
    values
        As pyreadstat gives them without conversion of dates: numbers, texts, or letters of tagged missing values among numbers.
    about
        What pyreadstat says of the file.
    package
        Whose dates they are.
    """
    name = str(values.name)
    labels = about.variable_value_labels.get(name) or {}
    storage = about.readstat_variable_types.get(name, "")
    clock = None if storage == "string" else find_clock(package, about.original_variable_types.get(name) or "")
    write = _Writer(clock, single=storage == "float", text=storage == "string")
    codes, distinct = pd.factorize(values, use_na_sentinel=True)
    texts = [write(value) for value in distinct]
    missing = _missing(distinct, texts, labels, about.missing_ranges.get(name) or (), write)
    labelled = {write(code): str(label) for code, label in labels.items()}
    choices = {text: label for text, label in labelled.items() if text not in missing}
    valid = {text for text in texts if text not in missing}
    measure = about.variable_measure.get(name, "unknown")
    column = RecordedColumn(
        name, label=(about.column_names_to_labels.get(name) or "").strip(), choices=choices, missing=missing,
        kind=_kind(storage, clock, write, choices, valid, measure), formats=_formats(clock, valid),
    )
    return ReadColumn(column, _spread(texts, codes, values.index), _date_findings(name, write, about))


def with_boxes(columns: Sequence[RecordedColumn], sets: Mapping[str, Mapping[str, Any]]) -> tuple[RecordedColumn, ...]:
    """Columns of a multiple response set of SPSS as the boxes of one question, where 1 is what the set counts."""
    boxes = {
        str(name).lower(): (question, one)
        for question, one in sets.items() if one.get("is_dichotomy") and one.get("counted_value") == 1
        for name in one.get("variable_list") or ()
    }
    found = []
    for column in columns:
        if column.name.lower() in boxes and column.kind not in ("date", "time"):
            question, one = boxes[column.name.lower()]
            option = column.label or column.name
            label = f"{one.get('label') or question} (choice={option})"
            column = replace(column, kind="checkbox", field=question, option=option, label=label)
        found.append(column)
    return tuple(found)


class _Writer:
    """One column's numbers as text; counts what a date format could not say."""

    def __init__(self, clock: Clock | None, *, single: bool, text: bool) -> None:
        self.clock, self.single, self.text = clock, single, text
        self.no_dates: set[str] = set()

    def __call__(self, value: object) -> str:
        if isinstance(value, str):
            return value.strip() if self.text else f".{value}"
        if self.clock is None:
            return write_number(float(value), single=self.single)  # type: ignore[arg-type]
        try:
            return self.clock.write(float(value))  # type: ignore[arg-type]
        except (ValueError, OverflowError):
            text = write_number(float(value), single=self.single)  # type: ignore[arg-type]
            self.no_dates.add(text)
            return text


def write_number(value: float, *, single: bool = False) -> str:
    """A number as the shortest text that reads back as it.

    Parameters
    ----------
    value
        The number.
    single
        Whether it was kept in single precision (Stata's float), of which seven digits mean something.

    Examples
    --------
    >>> write_number(33.0), write_number(-1000.3), write_number(1.100000023841858, single=True), write_number(0.00001)
    ('33', '-1000.3', '1.1', '0.00001')
    """
    text = str(np.float32(value)) if single else repr(value)
    if "e" not in text and "n" not in text:
        return "0" if text == "-0.0" else text.removesuffix(".0")
    if abs(value) < 1e15 and value == int(value):
        return str(int(value))
    if not 1e-9 < abs(value) < 1e15:
        return text
    return np.format_float_positional(np.float32(value) if single else value, trim="-")


def _spread(texts: list[str], codes: np.ndarray, index: pd.Index) -> pd.Series:
    """Texts of the distinct values over the rows; code -1 is a missing value."""
    known = as_text([*texts, None])
    return known.take(np.where(codes < 0, len(texts), codes)).set_axis(index)


def _missing(
    distinct: Iterable[object], texts: list[str], labels: Mapping[object, object], ranges: Iterable[Mapping[str, Any]],
    write: _Writer,
) -> dict[str, str]:
    """Text to reason of what the file declares missing: single values, ranges as far as cells hold them, and tags."""
    ranges = list(ranges)
    tagged = not write.text and any(isinstance(value, str) for value in [*distinct, *labels])
    if not ranges and not tagged:
        return {}
    single = [span["lo"] for span in ranges if span["lo"] == span["hi"]]
    values = dict(zip(texts, distinct, strict=True)) | {write(value): value for value in [*single, *labels]}
    known = {write(value): str(label) for value, label in labels.items()}
    found = {}
    for text, value in values.items():
        if tagged and isinstance(value, str):
            found[text] = known.get(text, "").strip() or TAGGED.format(tag=text)
        elif any(_within(value, span) for span in ranges):
            found[text] = known.get(text, "").strip() or DECLARED
    return found


def _within(value: object, span: Mapping[str, Any]) -> bool:
    low, high = span["lo"], span["hi"]
    if isinstance(value, str) or isinstance(low, str):
        return str(value).rstrip() == str(low).rstrip()
    return bool(low <= value <= high)


def _kind(
    storage: str, clock: Clock | None, write: _Writer, choices: Mapping[str, str], valid: set[str], measure: str
) -> RecordedKind:
    if clock is not None:
        return "" if valid and valid <= write.no_dates else clock.kind
    if choices and (measure == "nominal" or valid <= choices.keys()):
        return "category"
    return "text" if storage == "string" else "number"


def _formats(clock: Clock | None, valid: set[str]) -> tuple[str, ...]:
    """The ``strptime`` formats of the dates a column holds."""
    if clock is None or clock.kind != "date":
        return ()
    # none for months, quarters and weeks: nobody knows the day
    lengths = {10: ISO_DATE, 19: ISO_MOMENT, 26: ISO_PRECISE}
    found = {lengths.get(len(text)) for text in valid}
    return tuple(pattern for pattern in lengths.values() if pattern in found)


def _date_findings(name: str, write: _Writer, about: Any) -> tuple[Finding, ...]:
    found = []
    if write.no_dates:
        found.append(Finding(
            name, "no date", "warning", f"{len(write.no_dates)} value(s) of a date column are no dates; their numbers are kept.",
            "Look at the column in the program the file came from.",
        ))
    if "tC" in str(about.original_variable_types.get(name)):
        found.append(Finding(
            name, "leap seconds", "note", "the times count leap seconds (%tC): they may stand up to 27 seconds late.",
            "Where seconds matter, convert the column to %tc in Stata.",
        ))
    return tuple(found)
