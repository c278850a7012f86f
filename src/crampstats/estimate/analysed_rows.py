"""The rows a regression analyses, from any table a design holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.design import DOMAIN, SurveyDesign
from crampstats.core.errors import DataError
from crampstats.core.factors import is_missing
from crampstats.core.group_codes import block_codes, group_codes
from crampstats.core.tables import collect_rows, is_in_memory, levels_have_order, scan_table
from crampstats.core.totals import ONE, ROWS, num, plain_key, sufficient_stats
from crampstats.estimate.engine_columns import AnalysedTable
from crampstats.estimate.engine_patterns import MAX_PATTERNS, count_patterns, count_units, place_in_units, room
from crampstats.estimate.sums import Codes, Floats, Units, counted_terms, design_terms, entry_keys, sampling_units

WORTH_GROUPING = 8  # rows a pattern must stand for on average before grouping them pays
FEW_NUMBERS = 5_000_000  # rows times columns that an engine's table may have to be brought into memory at once (40 MB)


@dataclass(frozen=True, eq=False)
class AnalysedRows:
    """Complete cases before a formula is applied: one entry per person, or per pattern of everything read.

    Parameters
    ----------
    columns
        What was asked for, complete.
    weight, squares
        Sums of the weights and of their squares.
    persons
        Persons an entry stands for.
    units, unit
        The sampling units of the whole design, and the unit of each entry.
    """

    columns: pd.DataFrame
    weight: Floats
    squares: Floats
    persons: Floats
    units: Units
    unit: Codes

    @property
    def df(self) -> float:
        """PSUs less strata among the entries."""
        held = np.flatnonzero(np.bincount(self.unit, minlength=len(self.units.rows)))
        strata = len(np.unique(self.units.stages[0][held]))
        if self.units.rows_are_units:
            return float(self.persons.sum() - strata)
        return float(len(np.unique(self.units.stages[1][held])) - strata)


def pick_analysed_rows(design: SurveyDesign, outcome: str, others: Sequence[str], *, each_row: bool = False) -> AnalysedRows:
    """The rows inside the domain, of positive weight, with an answer to everything; grouped where that makes them far fewer.

    Parameters
    ----------
    design
        The design; a table of another engine than pandas is summed up there, and brought into memory only where it is small.
    outcome, others
        Columns that must be answered.
    each_row
        Rows must not be grouped, because a term of the formula depends on how many there are of each value.

    Raises
    ------
    DataError
        Nobody is left, or an engine holds more patterns and more rows than may be brought into memory.
    """
    if not is_in_memory(design.table) and not each_row and not is_small(design, [outcome, *others]):
        lying = AnalysedTable(design, (outcome, *others))
        found = patterns_by_unit(lying, count_units(lying), squares=True)
        if found is not None:
            return found
    table = bring_rows(design, [outcome, *others])
    long = None if each_row else _grouped(design, table, outcome, others)
    if long is None:
        return _from_rows(design, table, outcome, others)
    return _from_patterns(design, long, dict(table.dtypes), outcome, others)


def is_small(design: SurveyDesign, names: Sequence[str]) -> bool:
    """Whether the rows of an engine are so few that bringing them costs less than asking the engine again and again."""
    return design.rows * len(_wanted(design, names)) <= FEW_NUMBERS


def patterns_by_unit(table: AnalysedTable, long: pd.DataFrame, *, squares: bool) -> AnalysedRows | None:
    """The analysed rows of any engine by sampling unit and pattern; None where that could be too many to bring."""
    held = list(table.rough.values())
    if not held:
        raise table.nobody()
    if room(held) * len(long) > MAX_PATTERNS:
        table.require_rows()
        held = list(table.held.values())  # bounds of the analysed rows alone may leave less room
    if room(held) * len(long) > MAX_PATTERNS:
        return None
    found = count_patterns(table, held, by_unit=True, squares=squares)
    units, unit = place_in_units(found, long, table)
    return AnalysedRows(found.columns, found.weight, found.squares, found.persons, units, unit)


def _wanted(design: SurveyDesign, names: Sequence[str]) -> list[str]:
    """The columns a model and the design need."""
    keys = [*entry_keys(design), design.weights, design.counts, design.domain, *design.corrections]
    return list(dict.fromkeys([*(name for name in keys if name), *names]))


def bring_rows(design: SurveyDesign, names: Sequence[str]) -> pd.DataFrame:
    """The columns needed as a pandas frame.

    Raises
    ------
    DataError
        An engine holds more rows than may be brought into memory.
    """
    if isinstance(design.table, pd.DataFrame):
        return design.table[_wanted(design, names)]
    found = collect_rows(design.table, _wanted(design, names), f"a model of {', '.join(names)}, of too many different values,")
    # where levels have no order of their own, it would be that of the rows
    schema = scan_table(design.table).collect_schema()
    loose = [name for name in map(str, found) if schema[name] == nw.Categorical and not levels_have_order(design.table, name)]
    return found.astype(dict.fromkeys(loose, object))


def _grouped(design: SurveyDesign, table: pd.DataFrame, outcome: str, used: Sequence[str]) -> pd.DataFrame | None:
    """Sums by sampling unit and pattern of everything read, where patterns are far fewer than rows; otherwise None."""
    keys = list(dict.fromkeys([*entry_keys(design), *([design.domain] if design.domain else []), outcome, *used]))
    size = float(WORTH_GROUPING)
    for name in keys:
        size *= _n_values(table[name])
        if size > len(table):
            return None
    weight = num(design.weights) if design.weights else num(design.counts) if design.counts else None
    terms = {"_w": weight, "_ww": weight * weight} if weight else {}
    terms |= {"_n": counted_terms(design, ONE)["_n"]}
    sums = sufficient_stats(table, keys, terms | design_terms(design))
    for name in ("_w", "_ww"):
        if name not in sums:
            sums[name] = sums[ROWS].astype(np.float64)
    return sums


def _n_values(column: pd.Series[Any]) -> float:
    """Number of values a column can hold when that is known without counting; infinite otherwise."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return 3
    if isinstance(column.dtype, pd.CategoricalDtype):
        return len(column.dtype.categories) + 1
    if pd.api.types.is_integer_dtype(column.dtype) and column.notna().any():
        return int(column.max()) - int(column.min()) + 2
    return np.inf


def _from_patterns(
    design: SurveyDesign, long: pd.DataFrame, dtypes: Mapping[Any, Any], outcome: str, used: Sequence[str]
) -> AnalysedRows:
    units, unit = sampling_units(design, long)
    weighted = long["_w"].to_numpy() > 0
    kept = _analysed(design, long, [outcome, *used], weighted)
    columns = long.loc[kept, [outcome, *used]].reset_index(drop=True)
    for name in columns:
        if isinstance(dtypes[name], pd.CategoricalDtype):
            columns[name] = _category_again(columns[name], dtypes[name])
    return AnalysedRows(
        columns, long["_w"].to_numpy()[kept], long["_ww"].to_numpy()[kept], long["_n"].to_numpy()[kept], units, unit[kept],
    )


def _category_again(keys: pd.Series[Any], levels: pd.CategoricalDtype) -> pd.Series[Any]:
    """Keys of groups as the category they were made of, whose levels have an order and may be numbers."""
    numeric = pd.api.types.is_numeric_dtype(levels.categories.dtype) or pd.api.types.is_bool_dtype(levels.categories.dtype)
    name: type[Any] = float if numeric else str
    places = {name(level): place for place, level in enumerate(levels.categories)}
    return pd.Series(pd.Categorical.from_codes([places[name(key)] for key in keys], dtype=levels), index=keys.index)


def _from_rows(design: SurveyDesign, table: pd.DataFrame, outcome: str, used: Sequence[str]) -> AnalysedRows:
    units, unit = _units_of_rows(design, table)
    name = design.weights or design.counts
    weight = table[name].to_numpy(dtype=np.float64) if name else np.ones(len(table))
    kept = _analysed(design, table, [outcome, *used], weight > 0)
    chosen = table[list(dict.fromkeys([outcome, *used]))]
    if not kept.all():
        chosen, weight, unit = chosen.loc[kept].reset_index(drop=True), weight[kept], unit[kept]
    persons = table[design.counts].to_numpy(dtype=np.float64)[kept] if design.counts else np.ones(len(chosen))
    return AnalysedRows(chosen, weight, weight**2, persons, units, unit)


def _analysed(design: SurveyDesign, table: pd.DataFrame, names: Sequence[str], weighted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Rows inside the domain, of positive weight and complete."""
    kept = weighted.copy()
    for name in dict.fromkeys(names):
        kept &= ~is_missing(table[name])  # Arrow's columns of pandas hold NaN besides null
    if design.domain:
        kept &= table[DOMAIN].to_numpy(dtype=bool, na_value=False)
    if not kept.any():
        raise DataError(f"nobody is left to analyse: no row of the domain has an answer to all of {', '.join(names)}.")
    return kept


def _units_of_rows(design: SurveyDesign, table: pd.DataFrame) -> tuple[Units, Codes]:
    """The sampling units, and the unit of each row."""
    keys = entry_keys(design)
    parts, found = group_codes(table, keys) if keys else ([], pd.DataFrame(index=pd.RangeIndex(1)))
    codes = block_codes(parts, slice(0, len(table)))
    counts = np.bincount(codes, minlength=len(found))
    long = pd.DataFrame({name: plain_key(found[name]) for name in keys}, index=found.index)
    long[ROWS] = counts
    if design.calibration is not None:
        weight = table[design.calibration.weights].to_numpy(dtype=np.float64)
        long["_calibrated"] = np.bincount(codes, weight, len(found))
    for i, name in enumerate(design.corrections):
        value = table[name].to_numpy(dtype=np.float64)
        long[f"_fpc{i}"] = np.bincount(codes, value, len(found))
        long[f"_fpc{i}_squared"] = np.bincount(codes, value**2, len(found))
    there = counts > 0
    units, unit = sampling_units(design, long[there].reset_index(drop=True))
    place = np.zeros(len(found), dtype=np.intp)
    place[there] = unit
    return units, place[codes]
