"""What the columns of a regression hold, asked of any engine in one cheap pass: ranges, whole numbers, levels.

It settles how the rows are summed up before anything is counted: a column of few values is part of a pattern; one of many is a
number that enters the model's own sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crampstats.core.column_ranges import column_ranges
from crampstats.core.design import DOMAIN, SurveyDesign
from crampstats.core.errors import DataError
from crampstats.core.factors import flag
from crampstats.core.tables import collect_frame, engine_of, levels_have_order, scan_table
from crampstats.core.totals import group_sums, plain_expression
from crampstats.estimate.sums import entry_keys

MAX_LEVELS = 1_000  # levels of a category that a model may have
HEAD = 20_000  # rows in which a column of free text shows itself
SCALES = (1, 10)  # numbers with one decimal are whole numbers of tenths
WEIGHT, COUNT = "_model_weight", "_model_count"


@dataclass(frozen=True)
class HeldColumn:
    """What one column holds among the analysed rows.

    Parameters
    ----------
    name
        Its name.
    dtype
        Its type on the engine.
    low, high
        Smallest and largest number; 0 and 1 of yes/no.
    scale
        All values are whole numbers of 1/scale; 0 where they are not. Levels have 0.
    levels
        Of a category or text, its levels in the order of their declaration, else as text sorts; empty for numbers.
    """

    name: str
    dtype: nw.dtypes.DType
    low: float = 0.0
    high: float = 1.0
    scale: int = 1
    levels: tuple[Any, ...] = ()

    @property
    def size(self) -> float:
        """Number of values there is room for; infinite for fractions."""
        if self.levels:
            return float(len(self.levels))
        if self.is_yes_no:
            return 2.0
        return (self.high - self.low) * self.scale + 1.0 if self.scale else np.inf

    @property
    def is_constant(self) -> bool:
        """Whether it is the same in everybody."""
        return len(self.levels) == 1 if self.levels else self.low == self.high

    @property
    def is_binary(self) -> bool:
        """Whether it holds nothing but 0 and 1."""
        return not self.levels and self.scale == 1 and self.low >= 0 and self.high <= 1

    @property
    def is_yes_no(self) -> bool:
        """Whether the engine has it as true and false."""
        return bool(self.dtype == nw.Boolean)

    def number(self) -> nw.Expr:
        """A number or yes/no column as float64, where it is not missing."""
        if self.is_yes_no:  # casting yes/no to numbers fails on some engines
            return flag(nw.col(self.name) == True)  # noqa: E712
        return nw.col(self.name).cast(nw.Float64)

    def key(self) -> nw.Expr:
        """The column as a key, levels as text."""
        return plain_expression(self.name, self.dtype)

    def code(self, width: type[nw.Int32] | type[nw.Int64]) -> nw.Expr:
        """The place of the value among those there is room for, as a whole number of that type."""
        if self.levels:
            place: Any = nw.lit(len(self.levels) - 1)
            for code, level in reversed(list(enumerate(self.levels[:-1]))):
                place = nw.when(self.key() == level).then(nw.lit(code)).otherwise(place)
            coded: nw.Expr = place.cast(width)
            return coded
        if self.is_yes_no:
            return nw.when(nw.col(self.name) == True).then(nw.lit(1)).otherwise(nw.lit(0)).cast(width)  # noqa: E712
        if self.dtype.is_integer():
            wide = max(abs(self.low), abs(self.high)) >= 2**31
            value = nw.col(self.name).cast(nw.Int64 if wide else width)
            return (value - int(self.low) if self.low else value).cast(width)
        tenths = self.number() * float(self.scale) - self.low * self.scale
        return (tenths + 0.5).floor().cast(width)

    def decoded(self, codes: np.ndarray[Any, Any]) -> pd.Series[Any]:
        """The values of codes, in a narrow type."""
        if self.levels:
            order = pd.CategoricalDtype(list(self.levels))
            return pd.Series(pd.Categorical.from_codes(codes.astype(np.int16), dtype=order))
        if self.is_yes_no:
            return pd.Series(codes == 1)
        whole = codes + round(self.low * self.scale)
        if self.scale > 1:
            return pd.Series(whole / self.scale)
        narrow = np.int8 if self.is_binary else np.int32 if max(abs(self.low), abs(self.high)) < 2**31 else np.int64
        return pd.Series(whole.astype(narrow))


@dataclass(frozen=True, eq=False)
class AnalysedTable:
    """The rows of a design's table that a model analyses, where they lie.

    Parameters
    ----------
    design
        The design.
    names
        Columns that must be answered.
    """

    design: SurveyDesign
    names: tuple[str, ...]

    @cached_property
    def whole(self) -> nw.LazyFrame[Any]:
        """Every row, of the columns needed alone, with `WEIGHT` and `COUNT` (persons) as float64."""
        design = self.design
        cell = design.calibration.cell if design.calibration else None
        wanted = [*entry_keys(design), *self.names, design.domain, design.weights, design.counts, cell, *design.corrections]
        frame = scan_table(design.table).select(*dict.fromkeys(name for name in wanted if name))
        return frame.with_columns(
            _as_number(design.weights or design.counts).alias(WEIGHT), _as_number(design.counts).alias(COUNT),
        )

    @cached_property
    def schema(self) -> Mapping[str, nw.dtypes.DType]:
        """Types of the columns."""
        return dict(self.whole.collect_schema())

    @cached_property
    def frame(self) -> nw.LazyFrame[Any]:
        """The rows inside the domain, of positive weight, with an answer to everything."""
        return self.inside(self.names)

    def inside(self, names: Sequence[str]) -> nw.LazyFrame[Any]:
        """The rows inside the domain, of positive weight, with an answer to some columns."""
        predicate = [nw.col(WEIGHT) > 0.0] if self.design.weights or self.design.counts else []
        predicate += [nw.col(DOMAIN) == True] if self.design.domain else []  # noqa: E712
        known = [~plain_expression(name, self.schema[name]).is_null() for name in dict.fromkeys(names)]
        return self.whole.filter(*predicate, *known) if predicate or known else self.whole

    @cached_property
    def _held(self) -> tuple[int, Mapping[str, HeldColumn]]:
        """Number of analysed rows, and what their columns hold."""
        types = {name: self.schema[name] for name in dict.fromkeys(self.names)}
        numbers = [name for name, dtype in types.items() if dtype.is_numeric() or dtype == nw.Boolean]
        found = _ranges(self.frame, numbers, self.schema)
        rows = int(found["_rows"])
        if rows == 0:
            return 0, {}
        held = {}
        for name, dtype in types.items():
            if dtype == nw.Boolean:
                held[name] = HeldColumn(name, dtype, float(found[f"{name}.low"]), float(found[f"{name}.high"]))
            elif name in numbers:
                held[name] = self._number(name, found, rows)
            else:
                held[name] = HeldColumn(name, dtype, scale=0, levels=self._levels(name))
        return rows, held

    @property
    def rows(self) -> int:
        """Number of analysed rows."""
        return self._held[0]

    @property
    def held(self) -> Mapping[str, HeldColumn]:
        """What each column holds among the analysed rows; empty where there is none."""
        return self._held[1]

    @cached_property
    def rough(self) -> Mapping[str, HeldColumn]:
        """What whole numbers, yes/no columns and levels hold in any row, analysed or not; with other columns among them `held`.

        Bounds of all rows cost nothing where an engine reads them from the heads of files, and only leave room to spare.
        """
        types = {name: self.schema[name] for name in dict.fromkeys(self.names)}
        if any(dtype.is_numeric() and not dtype.is_integer() for dtype in types.values()):
            return self.held
        whole = [name for name, dtype in types.items() if dtype.is_integer()]
        of = column_ranges(scan_table(self.design.table), whole).of
        if any(not one.known or max(abs(one.least), abs(one.greatest)) >= 2**53 for one in of.values()):
            return self.held
        return {
            name: HeldColumn(name, dtype) if dtype == nw.Boolean
            else HeldColumn(name, dtype, of[name].least, of[name].greatest) if name in of
            else HeldColumn(name, dtype, scale=0, levels=self._levels(name))
            for name, dtype in types.items()
        }

    def require_rows(self) -> None:
        """Refuse a table of which nobody is left."""
        if not self.rows:
            raise self.nobody()

    def nobody(self) -> DataError:
        """The error for a table of which nobody is left."""
        return DataError(f"nobody is left to analyse: no row of the domain has an answer to all of {', '.join(self.names)}.")

    def _number(self, name: str, found: Mapping[str, Any], rows: int) -> HeldColumn:
        low, high = float(found[f"{name}.low"]), float(found[f"{name}.high"])
        if not np.isfinite([low, high]).all():
            value, most = nw.col(name).cast(nw.Float64), float(np.finfo(float).max)
            endless = flag((value > most) | (value < -most)).alias("n")
            count = int(collect_frame(self.frame.select(endless).select(nw.col("n").sum()))["n"].iloc[0])
            raise DataError(
                f"{name!r} holds {count} infinite value(s) among the analysed; give them a number or make them missing."
            )
        scales = SCALES[:1] if self.schema[name].is_integer() else SCALES
        scale = next((one for one in scales if int(found.get(f"{name}.{one}", rows)) == rows), 0)  # integers are whole
        if max(abs(low), abs(high)) * scale >= 2**53:  # whole numbers that floats cannot tell apart
            scale = 0
        return HeldColumn(name, self.schema[name], low, high, scale)

    def _levels(self, name: str) -> tuple[Any, ...]:
        """Observed levels of a category or text: as its type orders them, else as its label, else as they sort."""
        dtype = self.schema[name]
        key = plain_expression(name, dtype).alias(name)
        column = self.frame.select(key)
        found: list[Any] = []
        for part in (column.head(HEAD), column):  # free text shows itself in the first rows, before it fills the memory
            if len(found) <= MAX_LEVELS:
                found = list(collect_frame(group_sums(part, [name], {}).head(MAX_LEVELS + 1))[name])
        if len(found) > MAX_LEVELS:
            raise DataError(
                f"{name!r} holds more than {MAX_LEVELS:,} different values of {dtype} on {engine_of(self.design.table)}; a "
                "category has few levels: merge them, or give a number."
            )
        label = self.design.labels.get(name)
        declared = [*_type_levels(self.frame, name, dtype), *(label.levels if label else ())]
        known = [level for level in dict.fromkeys(declared) if level in found]
        return (*known, *sorted(set(found) - set(known), key=str))


def _as_number(name: str | None) -> nw.Expr:
    return nw.col(name).cast(nw.Float64) if name else nw.lit(1).cast(nw.Float64)


def _type_levels(frame: nw.LazyFrame[Any], name: str, dtype: nw.dtypes.DType) -> Sequence[Any]:
    """Levels in the order of the type, where the type has one."""
    if isinstance(dtype, nw.Enum):
        return list(dtype.categories)
    if dtype == nw.Categorical and levels_have_order(frame, name):  # any row knows all
        return [str(level) for level in frame.select(name).head(1).collect()[name].cat.get_categories().to_list()]
    return ()


def _ranges(frame: nw.LazyFrame[Any], names: Sequence[str], schema: Mapping[str, nw.dtypes.DType]) -> Mapping[str, Any]:
    """Smallest and largest value of each column, and of those with fractions how many are whole at each scale."""
    asked, made = [nw.len().alias("_rows")], []
    titles = {"_rows": "_rows"}  # what is asked has plain names: dots mean something to Spark
    for place, name in enumerate(names):
        column = nw.col(name)
        if schema[name] == nw.Boolean:
            made.append(flag(column == True).alias(f"_yes{place}"))  # noqa: E712
            column = nw.col(f"_yes{place}")
        asked += [column.min().alias(f"_low{place}"), column.max().alias(f"_high{place}")]
        titles |= {f"_low{place}": f"{name}.low", f"_high{place}": f"{name}.high"}
        if schema[name].is_integer() or schema[name] == nw.Boolean:
            continue
        value = column.cast(nw.Float64)
        for scale in SCALES:
            whole = (value * float(scale) + 0.5).floor() / float(scale) == value
            made.append(flag(whole).alias(f"_whole{place}_{scale}"))
            asked.append(nw.col(f"_whole{place}_{scale}").sum())
            titles[f"_whole{place}_{scale}"] = f"{name}.{scale}"
    found = collect_frame((frame.with_columns(*made) if made else frame).select(*asked))
    return {title: found[name].iloc[0] for name, title in titles.items()}
