"""A table as it stands in a file: every cell as text, with what the file itself says of its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd

from crampstats.core.errors import DataError, unknown_name
from crampstats.core.findings import Findings
from crampstats.core.flow import Flow

RecordedKind = Literal["", "yes/no", "category", "checkbox", "number", "date", "time", "text", "file", "calculated"]


@dataclass(frozen=True)
class RecordedColumn:
    """What a file says of one of its columns.

    Parameters
    ----------
    name
        Heading as it stands; unique within the table.
    label
        Question or longer label, where the file has one.
    choices
        Cell text to its label, where the file lists them ("1" to "Yes"); also where the cells hold the labels themselves.
    missing
        Cell text to the reason, of values the file itself declares missing (SPSS user-missing, REDCap codes named by the user).
    kind
        What the file says it holds; empty where it does not say.
    formats
        ``strptime`` formats of its dates where the file says them ("%d-%m-%Y").
    decimal
        "." or "," where the file says which.
    unit
        Unit where the file states it.
    limits
        Lowest and highest value the file's own form accepts, as text; "" for none.
    identifier
        Whether the file marks it as identifying.
    field, option
        Of a checkbox: the question, and the code of the box.
    form
        Instrument it belongs to.
    shown_if
        Condition under which the form shows it, as the file writes it.
    """

    name: str
    label: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    kind: RecordedKind = ""
    formats: tuple[str, ...] = ()
    decimal: str = ""
    unit: str = ""
    limits: tuple[str, str] = ("", "")
    identifier: bool = False
    field: str = ""
    option: str = ""
    form: str = ""
    shown_if: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "choices", MappingProxyType(dict(self.choices)))
        object.__setattr__(self, "missing", MappingProxyType(dict(self.missing)))


@dataclass(frozen=True, eq=False)
class RecordedTable:
    """Rows of one table of a file, all cells as text.

    Parameters
    ----------
    name
        What is read, as the user knows it ("intake.xlsx, sheet Data"); no folder.
    cells
        One row per record, dtype ``str``; a cell the file leaves empty is missing, all else is its text, nothing trimmed
        of it but surrounding white space. The index is 0 to n - 1.
    source_rows
        Of each row its number as the user sees it: the line of the sheet in a spreadsheet program, headings included.
    columns
        One per column of `cells`, in order.
    format
        "csv", "excel", "redcap", "spss", "stata", "sas", "xport", "parquet", "fhir", "qualtrics", "xlsform" ...
    flow
        Rows of the file to rows of the table (title rows, empty rows, rows of another length ...).
    findings
        What was noticed while reading.
    """

    name: str
    cells: pd.DataFrame
    source_rows: np.ndarray
    columns: tuple[RecordedColumn, ...]
    format: str
    flow: Flow
    findings: Findings = field(default_factory=Findings)

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if names != list(self.cells.columns) or len(set(names)) != len(names):
            raise DataError(f"{self.name}: the columns described ({names[:5]} ...) are not those of its cells.")
        if len(self.source_rows) != len(self.cells) or self.flow.n != len(self.cells):
            raise DataError(
                f"{self.name}: {len(self.cells)} rows, but {len(self.source_rows)} row numbers and a flow that ends with "
                f"{self.flow.n}: a row is unaccounted for."
            )

    def column(self, name: str) -> RecordedColumn:
        """What the file says of a column; an `OptionError` lists the columns there are."""
        for column in self.columns:
            if column.name == name:
                return column
        raise unknown_name("column", name, list(self.cells.columns))


@dataclass(frozen=True, eq=False)
class RecordedFile:
    """The tables of one file.

    Parameters
    ----------
    tables
        By name: of a workbook its sheets, of a REDCap project "" (one row per record and event) and its repeating
        instruments; the table to analyse comes first.
    format
        As for the table.
    """

    tables: Mapping[str, RecordedTable]
    format: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "tables", MappingProxyType(dict(self.tables)))
        if not self.tables:
            raise DataError("the file holds no table.")

    @property
    def main(self) -> RecordedTable:
        """The table to analyse."""
        return next(iter(self.tables.values()))


def as_text(values: object) -> pd.Series:
    """Cells as text of dtype ``str``, empty ones missing, white space around them removed.

    Examples
    --------
    >>> as_text([" a ", "", None]).tolist()
    ['a', nan, nan]
    """
    text = pd.Series(values, dtype="str").str.strip()
    return text.mask(text == "")
