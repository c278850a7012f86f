"""Between a table and the chained equations: which kind a column is, its codes, and the design as predictors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError
from crampstats.core.labels import Label
from crampstats.estimate.imputation_chain import Column, Floats, Predictors

MOST_INDICATORS = 400  # columns for strata and PSUs; more make the models slow and say little
FEW_KNOWN = 10  # known values below which no model is fitted


def rows_to_impute(design: SurveyDesign) -> NDArray[np.intp]:
    """Places of the persons of the domain who have weight."""
    inside = np.ones(len(design.table), dtype=np.bool_)
    if design.domain:
        inside &= design.table[design.domain].to_numpy(dtype=np.bool_)
    if design.weights:
        inside &= design.table[design.weights].to_numpy(dtype=np.float64) > 0
    return np.flatnonzero(inside)


def read_column(design: SurveyDesign, name: str, rows: NDArray[np.intp]) -> Column:
    """A column of the table as the chain takes it, for the rows to impute.

    Raises
    ------
    DataError
        It holds dates or infinite values, or has gaps and next to no values.
    """
    series, label = design.table[name].iloc[rows], design.labels.get(name)
    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        raise DataError(f"{name!r} holds dates, which cannot be imputed; turn them into numbers first (days since a fixed day).")
    numbers = _numbers(series)
    if numbers is not None and np.isin(numbers[~np.isnan(numbers)], (0.0, 1.0)).all():
        column = Column(name, "yes/no", numbers, (0, 1))
    elif numbers is not None and not (label and label.levels):
        column = Column(name, "measured", numbers)
    else:
        levels, ordered = _levels(series, label)
        codes = pd.Categorical(series, categories=levels).codes.astype(np.float64)
        column = Column(name, "ordered" if ordered else "category", np.where(codes < 0, np.nan, codes), tuple(levels))
    _check(column)
    return column


def _numbers(series: pd.Series[Any]) -> Floats | None:
    """The values as numbers (true/false as 1/0); None where they are text or categories."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        return None
    are_flags = series.dropna().map(lambda value: isinstance(value, (bool, np.bool_))).all()
    are_numbers = pd.api.types.is_numeric_dtype(series.dtype) or pd.api.types.is_bool_dtype(series.dtype)
    if not (are_numbers or (series.dtype == object and are_flags)):
        return None
    return np.asarray(series.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)


def _levels(series: pd.Series[Any], label: Label | None) -> tuple[list[Any], bool]:
    """Levels that somebody has, in order, and whether the order carries meaning."""
    have = list(series.dropna().unique())
    if label is not None and label.levels:
        return sorted(have, key=label.rank), label.ordered and {str(level) for level in have} <= set(label.levels)
    if isinstance(series.dtype, pd.CategoricalDtype):
        return [level for level in series.dtype.categories if level in set(have)], bool(series.dtype.ordered)
    return sorted(have, key=str), False


def _check(column: Column) -> None:
    known = column.values[~column.gaps]
    if np.isinf(known).any():
        raise DataError(f"{column.name!r} holds {int(np.isinf(known).sum())} infinite values; set them to missing or mend them.")
    if column.gaps.any() and len(known) < FEW_KNOWN:
        raise DataError(
            f"{column.name!r} has {len(known)} known values among {len(column.values):,} persons asked about; at least "
            f"{FEW_KNOWN} are needed to impute the rest."
        )


def design_predictors(design: SurveyDesign, rows: NDArray[np.intp]) -> tuple[Predictors, tuple[str, ...]]:
    """Log weight, strata and PSUs as predictors of the rows to impute, and what had to be left out."""
    strata = _codes(design, [design.strata] if design.strata else [], rows)
    units = _codes(design, [name for name in (design.strata, *design.stages[:1]) if name], rows)
    notes = []
    if design.stages and units.max() >= MOST_INDICATORS:
        notes.append(_too_many(units, "PSUs"))
    if strata.max() >= MOST_INDICATORS:
        notes.append(_too_many(strata, "strata"))
    unit = units if design.stages and units.max() < MOST_INDICATORS else strata
    first = np.unique(unit, return_index=True)[1]
    # PSU effects have a prior of their own, so none is left out; of the strata the first is
    own = np.eye(len(first)) if unit is units else np.empty((len(first), 0))
    of_strata = _indicators(strata[first])[:, 1:] if strata.max() < MOST_INDICATORS else np.empty((len(first), 0))
    is_psu = np.repeat([False, True], [of_strata.shape[1], own.shape[1]])
    return Predictors(_log_weight(design, rows), unit, np.hstack([of_strata, own]), is_psu), tuple(notes)


def _codes(design: SurveyDesign, keys: list[str], rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Codes 0, 1, ... of the combinations of the keys among the rows."""
    if not keys:
        return np.zeros(len(rows), dtype=np.intp)
    return np.asarray(design.table[keys].iloc[rows].groupby(keys, sort=True).ngroup(), dtype=np.intp)


def _indicators(codes: NDArray[np.intp]) -> Floats:
    return np.asarray(codes[:, None] == np.arange(codes.max() + 1), dtype=np.float64)


def _too_many(codes: NDArray[np.intp], what: str) -> str:
    return f"{codes.max() + 1:,} {what} are too many for the imputation models, which do without them."


def _log_weight(design: SurveyDesign, rows: NDArray[np.intp]) -> Floats:
    """Standardised logarithm of the weights, rows x 1; without a column where all are alike."""
    if not design.weights:
        return np.empty((len(rows), 0))
    logs = np.log(design.table[design.weights].to_numpy(dtype=np.float64)[rows])
    spread = float(logs.std())
    return np.asarray((logs - logs.mean())[:, None] / spread if spread > 0 else np.empty((len(rows), 0)), dtype=np.float64)


def complete_design(
    design: SurveyDesign, columns: Sequence[Column], values: Mapping[str, Floats], rows: NDArray[np.intp]
) -> SurveyDesign:
    """The design with the gaps filled; a column without gaps is shared with the original."""
    filled = {
        column.name: _filled(design.table[column.name], column, rows[column.gaps], values[column.name][column.gaps])
        for column in columns if column.gaps.any()
    }
    return replace(design, table=design.table.assign(**filled))


def _filled(series: pd.Series[Any], column: Column, places: NDArray[np.intp], drawn: Floats) -> pd.Series[Any]:
    """The series with what was drawn at its gaps, in the type it had."""
    found: Any
    if column.kind in ("ordered", "category"):
        found = np.array(column.levels, dtype=object)[drawn.astype(np.intp)]
    else:
        are_flags = series.dtype == object or pd.api.types.is_bool_dtype(series.dtype)
        found = drawn.astype(np.bool_) if column.kind == "yes/no" and are_flags else drawn
    # a measured value shifted by delta is no whole number any more
    whole = pd.api.types.is_integer_dtype(series.dtype) and column.kind == "measured" and (drawn % 1 != 0).any()
    result = series.astype("float64") if whole else series.copy()
    if pd.api.types.is_numeric_dtype(result.dtype):
        found = pd.Series(found).astype(result.dtype).array
    result.iloc[places] = found
    return result
