"""A file of SPSS, Stata or SAS of any size, read in parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crampstats.core.errors import DataError
from crampstats.ingest.conversion.clock_column import ClockColumn, typed_column
from crampstats.ingest.conversion.columns import TypedColumn
from crampstats.ingest.readers.epochs import Package

if TYPE_CHECKING:
    import pyarrow as pa

CELLS = 4_000_000  # cells read at a time; texts are Python objects until they are converted
READERS = {"spss": "read_sav", "stata": "read_dta", "sas": "read_sas7bdat"}


@dataclass(frozen=True)
class StatisticsSource:
    """A file of SPSS, Stata or SAS; made by `open_statistics_source`.

    Parameters
    ----------
    path
        The file.
    kind
        "spss", "stata" or "sas".
    types
        Column to the type the file declares.
    rows
        Rows it says it has.
    displays
        Column of numbers to the format it is shown in.
    labelled
        Columns whose codes have labels in the file.
    codes_missing
        Column to the ranges of codes the file declares missing.
    declared
        Values that are missing because the file declares their code so, by column; counted anew whenever the rows are read.
    """

    path: Path
    kind: Package
    types: Mapping[str, str]
    rows: int
    displays: Mapping[str, str] = field(default_factory=dict)
    labelled: tuple[str, ...] = ()
    codes_missing: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    declared: Counter[str] = field(default_factory=Counter)

    @property
    def names(self) -> tuple[str, ...]:
        """Its columns."""
        return tuple(self.types)

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return self.path.stat().st_size

    def columns(self) -> list[TypedColumn | ClockColumn]:
        """A new column for each name: dates and times by their format."""
        return [typed_column(name, self.kind, self.displays.get(name, "")) for name in self.names]

    def batches(self, told: Callable[[int], Any]) -> Iterator[pa.RecordBatch]:
        """The rows in parts; `told` is called with the bytes, by the share of rows, read since it was called before."""
        import pyarrow as pa

        self.declared.clear()
        step = max(CELLS // len(self.names), 1_000)
        for start in range(0, self.rows, step):
            part = self._read(start, min(step, self.rows - start))
            arrays = [self._array(part[name]) for name in self.names]
            yield pa.RecordBatch.from_arrays(arrays, list(self.names))
            told(self.size * len(part) // max(self.rows, 1))

    def _array(self, column: pd.Series) -> pa.Array:
        """A column as Arrow keeps it."""
        import pyarrow as pa

        name, ranges = str(column.name), self.codes_missing.get(str(column.name), [])
        if not column.notna().any():
            return pa.nulls(len(column))
        is_text = self.types[name] == "string"
        array = _texts(column, ranges) if is_text else _numbers(column, ranges)
        self.declared[name] += array.null_count - int(column.isna().sum()) - (int((column == "").sum()) if is_text else 0)
        return array

    def _read(self, start: int, rows: int) -> pd.DataFrame:
        part, _ = _call(self.path, self.kind, row_offset=start, row_limit=rows)
        if len(part) != rows:
            raise DataError(
                f"{self.path.name} is cut off: it says {self.rows:,} rows and ends after {start + len(part):,}. Export it again."
            )
        return part


def open_statistics_source(path: Path, kind: Package) -> StatisticsSource:
    """The columns of a file of SPSS, Stata or SAS, from its head.

    Raises
    ------
    DataError
        The file is damaged or does not say how many rows it has.
    """
    _, about = _call(path, kind, metadataonly=True)
    if not about.column_names or not about.number_rows or about.number_rows < 0:
        raise DataError(f"{path.name} holds no rows, or does not say how many: export it again.")
    labelled = tuple(about.variable_value_labels or {})
    types = {name: about.readstat_variable_types[name] for name in about.column_names}
    missing = {**(about.missing_ranges or {}), **_listed_missing(about)}
    shown = {name: display for name, display in about.original_variable_types.items() if display and types[name] != "string"}
    return StatisticsSource(path, kind, types, about.number_rows, shown, labelled, missing)


def _listed_missing(about: Any) -> dict[str, list[dict[str, Any]]]:
    """Values declared missing one by one, as ranges of one value."""
    told, ranged = about.missing_user_values or {}, about.missing_ranges or {}
    return {name: [{"lo": value, "hi": value} for value in values] for name, values in told.items() if name not in ranged}


def _call(path: Path, kind: Package, **choices: Any) -> tuple[pd.DataFrame, Any]:
    import pyreadstat

    try:
        # dates as numbers: which they are is decided over all of them, and a code declared missing is no date
        return getattr(pyreadstat, READERS[kind])(str(path), user_missing=True, disable_datetime_conversion=True, **choices)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeError) as problem:
        raise DataError(f"{path.name} is damaged, cut off or protected, and cannot be read: export it again.") from problem


def _numbers(column: pd.Series, ranges: list[dict[str, Any]]) -> pa.Array:
    """Numbers as floating point; codes the file declares missing, and letters in place of numbers (.A), are missing."""
    import pyarrow as pa

    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    gone = np.isnan(numbers)
    for one in ranges:
        if not isinstance(one["lo"], str):
            gone |= (numbers >= float(one["lo"])) & (numbers <= float(one["hi"]))
    return pa.array(numbers, mask=gone)


def _texts(column: pd.Series, ranges: list[dict[str, Any]]) -> pa.Array:
    """Texts; an empty one, and one the file declares missing, is missing."""
    import pyarrow as pa

    gone = {"", *(text for one in ranges for text in (one["lo"], one["hi"]) if isinstance(text, str))}
    return pa.array([cell if isinstance(cell, str) and cell not in gone else None for cell in column], pa.string())
