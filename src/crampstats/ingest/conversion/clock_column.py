"""Dates, instants and times of day that a file keeps as numbers, with a display format that says what they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from crampstats.core.errors import DataError
from crampstats.ingest.conversion.columns import TypedColumn
from crampstats.ingest.readers.epochs import DAY, Package, Unit, find_unit

if TYPE_CHECKING:
    import pyarrow as pa

MICRO = 1_000_000
FIRST = (np.datetime64("0001-01-01"), np.datetime64("9999-12-31"))  # what a date may be in Python and in SQL
WORDS = {"date": "a date", "moment": "a date and time", "time": "a time of day"}


@dataclass
class ClockColumn:
    """Numbers that are dates or times by their format; they stay numbers where one of them is none.

    Parameters
    ----------
    name
        Its name.
    display
        The format the file declares.
    unit
        What the numbers count.
    """

    name: str
    display: str
    unit: Unit
    numbers: TypedColumn = field(init=False)
    breaks: str = ""
    at_midnight: bool = True

    def __post_init__(self) -> None:
        self.numbers = TypedColumn(self.name)

    @property
    def given(self) -> int:
        """Values that are there."""
        return self.numbers.given

    @property
    def gaps(self) -> int:
        """Values that are missing."""
        return self.numbers.gaps

    def look(self, cells: pa.Array, first: int) -> None:
        """Look at some cells; `first` is the record of the first of them, from 1."""
        self.numbers.look(cells, first)
        values = _floats(cells)
        known = ~np.isnan(values)
        if self.breaks or not known.any():
            return
        wrong = known & ~self._fits(values)
        if wrong.any():
            place = first + int(wrong.argmax())
            told = f"by its format {self.display} it holds {WORDS[self.unit.kind]}, and record {place:,} is none"
            self.breaks = f"stays a number: {told}"
        elif self.unit.kind == "date" and self.unit.micros:
            self.at_midnight = self.at_midnight and bool((_micros(values[known], self.unit) % (DAY * MICRO) == 0).all())

    def dtype(self) -> pa.DataType:
        """What it is, after all its cells were looked at."""
        import pyarrow as pa

        if self.breaks or not self.given:
            return self.numbers.dtype()
        if self.unit.kind == "time":
            return pa.time64("us")
        return pa.date32() if self.unit.kind == "date" and self.at_midnight else pa.timestamp("us")

    def why(self) -> str:
        """Why it is a number although its format is that of a date or time; "" where it is none."""
        return self.breaks

    def convert(self, cells: pa.Array) -> pa.Array:
        """Cells in that type."""
        import pyarrow as pa

        dtype = self.dtype()
        if self.breaks or not self.given:
            return self.numbers.convert(cells)
        values = _floats(cells)
        gaps = np.isnan(values)
        known = np.where(gaps, 0.0, values)
        if not self.unit.micros:
            return pa.array((known.astype(np.int64) + self.unit.days).astype(np.int32), pa.int32(), mask=gaps).cast(dtype)
        whole = _micros(known, self.unit)
        if pa.types.is_date(dtype):
            return pa.array((whole // (DAY * MICRO) + self.unit.days).astype(np.int32), pa.int32(), mask=gaps).cast(dtype)
        if not pa.types.is_time(dtype):
            whole = whole + self.unit.days * DAY * MICRO
        return pa.array(whole, pa.int64(), mask=gaps).cast(dtype)

    def _fits(self, values: np.ndarray) -> np.ndarray:
        """Which numbers are what the format says: whole days, years of four digits, times before midnight."""
        with np.errstate(invalid="ignore"):
            if self.unit.kind == "time":
                return self.unit.wraps & np.isfinite(values) | (values >= 0) & (values * (self.unit.micros / MICRO) < DAY)
            days = values * (self.unit.micros / MICRO / DAY) if self.unit.micros else values
            low, high = (int((limit - np.datetime64("1970-01-01")).astype(int)) - self.unit.days for limit in FIRST)
            inside = (days >= low) & (days < high + 1)
            return inside if self.unit.micros else inside & (values == np.floor(values))


def typed_column(name: str, package: Package, display: str) -> TypedColumn | ClockColumn:
    """A column of a file that declares types and formats: dates and times where the format of its numbers says so.

    Parameters
    ----------
    name
        Its name.
    package
        Whose formats they are.
    display
        The format of its numbers; "" for texts.
    """
    unit = find_unit(package, display)
    return ClockColumn(name, display, unit) if unit else TypedColumn(name)


def _floats(cells: pa.Array) -> np.ndarray:
    import pyarrow as pa

    if not pa.types.is_floating(cells.type) and not pa.types.is_null(cells.type):
        raise DataError(f"a column of dates holds {cells.type}; numbers are expected.")
    return np.asarray(cells.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def _micros(values: np.ndarray, unit: Unit) -> np.ndarray:
    """Microseconds; whole units and their parts apart, as their product has more digits than floating point."""
    if unit.wraps:
        values = values % DAY
    whole = np.floor(values)
    found = whole.astype(np.int64) * unit.micros + np.round((values - whole) * unit.micros).astype(np.int64)
    return np.minimum(found, DAY * MICRO - 1) if unit.kind == "time" else found  # the last moment of a day rounds to the next
