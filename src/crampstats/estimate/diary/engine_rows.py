"""The nights a formula can use, summed up where they lie: nights of a person alike in everything read become one row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crampstats.core.diary import DiaryPanel
from crampstats.core.diary_engine import EngineNights
from crampstats.core.diary_marks import collect_groups
from crampstats.core.diary_nights import PERSON
from crampstats.core.errors import DataError, OptionError
from crampstats.core.factors import flag, number_expression
from crampstats.core.totals import ROWS, Term, group_sums, num, present, sufficient_stats
from crampstats.estimate.diary.rows import PatternedRows, refuse_constant
from crampstats.estimate.families import Kind
from crampstats.estimate.model_matrix import build_model_matrix, columns_read, read_formula
from crampstats.estimate.model_rows import model_column
from crampstats.estimate.sums import Floats

_Y, _FITS, _ZERO_ONE, _ASKED, _SUM, _SQUARES = "_y", "_fits", "_zero_or_one", "_asked", "_sum", "_squares"


@dataclass(frozen=True)
class _Response:
    """The outcome over all nights analysed: how many, those asked about, mean, and whether it is 1 or 0 in all."""

    nights: int
    asked: int
    mean: float
    yes_no: bool


def build_engine_rows(panel: DiaryPanel, formula: str, *, kind: Kind, offset: str | None = None) -> PatternedRows:
    """The nights a formula can use, of a diary whose nights lie in an engine.

    Parameters
    ----------
    panel, formula, kind, offset
        As in `build_panel_rows`.

    Raises
    ------
    OptionError
        The formula cannot be read or names a column the diary lacks.
    DataError
        Nothing is left, a column holds what its role does not allow, or the nights differ in too many ways.
    """
    far = panel.far
    assert far is not None
    outcome, right = read_formula(formula)
    used = columns_read(right)
    panel.require(outcome, *used, *([offset] if offset else []))
    if outcome in used:
        raise OptionError(f"{outcome!r} stands on both sides of the formula.")
    read = list(dict.fromkeys([*used, *([offset] if offset else [])]))
    frame, complete = _prepared(far, outcome, read)
    response = _check_response(frame, far.inside, complete, outcome, read, kind)
    y = num(_Y, response.mean)
    by = list(dict.fromkeys([PERSON, *read]))
    found = collect_groups(group_sums(frame, by, {_SUM: y, _SQUARES: y * y}, complete))
    codes = panel.persons.get_indexer(pd.Index(found[PERSON].to_numpy()))
    order = np.argsort(codes, kind="stable")
    found, codes = found.iloc[order].reset_index(drop=True), codes[order]
    columns = {name: model_column(_declared(found[name], far.schema[name]), panel.labels, name) for name in used}
    refuse_constant(columns, response.nights)
    starts = np.append(np.flatnonzero(np.diff(codes, prepend=-1)), len(codes)).astype(np.int64)
    nights, mean, within = _moments(found, response)
    _refuse_flat(mean, within, outcome, response.nights)
    return PatternedRows(
        panel, formula, outcome, np.zeros(0, dtype=np.int64), build_model_matrix(right, columns), mean, starts,
        codes[starts[:-1]].astype(np.int64),
        None if offset is None else np.asarray(model_column(found[offset], panel.labels, offset), dtype=np.float64),
        nights, within, response.yes_no, response.asked,
    )


def _prepared(far: EngineNights, outcome: str, read: list[str]) -> tuple[nw.LazyFrame[Any], Term]:
    """The nights with the outcome as a number, and which of them are complete."""
    decimals = [nw.col(name).cast(nw.Float64) for name in read if far.schema[name].is_decimal()]
    complete = far.inside * present(_Y)
    for name in read:
        complete = complete * present(name)
    if not (far.schema[outcome] == nw.Boolean or far.schema[outcome].is_numeric()):
        raise DataError(f"outcome {outcome!r} holds {far.schema[outcome]}; numbers or yes/no are expected.")
    return far.frame.with_columns(number_expression(outcome, far.schema).alias(_Y), *decimals), complete


def _check_response(
    frame: nw.LazyFrame[Any], inside: Term, complete: Term, outcome: str, read: list[str], kind: Kind
) -> _Response:
    """Refuse an outcome that the model cannot have, and a formula of which no night has everything."""
    y, largest = nw.col(_Y), float(np.finfo(np.float64).max)
    zero_one = flag((y == 0.0) | (y == 1.0))
    fits = {"yes/no": zero_one, "count": flag((y >= 0.0) & (y <= largest))}.get(kind, flag((y >= -largest) & (y <= largest)))
    checked = frame.with_columns(fits.alias(_FITS), zero_one.alias(_ZERO_ONE))
    found = sufficient_stats(checked, [], {
        _ASKED: inside, ROWS + "_": complete, _FITS: complete * num(_FITS), _ZERO_ONE: complete * num(_ZERO_ONE),
        _SUM: complete * num(_FITS) * num(_Y),
    }).iloc[0]
    nights = int(found[ROWS + "_"])
    if not nights:
        named = ", ".join(map(repr, dict.fromkeys([outcome, *read])))
        raise DataError(f"no night of the diary has {named} all recorded; nothing can be fitted.")
    if bad := nights - int(found[_FITS]):
        expected = {"yes/no": "neither 1 nor 0", "count": "no finite numbers of at least 0"}.get(kind, "not finite")
        raise DataError(f"outcome {outcome!r} holds {bad:,} value(s) that are {expected}.")
    return _Response(nights, int(found[_ASKED]), float(found[_SUM]) / nights, int(found[_ZERO_ONE]) == nights)


def _declared(column: pd.Series[Any], dtype: nw.dtypes.DType) -> pd.Series[Any]:
    """A category with the levels the engine declares, in that order."""
    levels = getattr(dtype, "categories", None)
    return column.astype(pd.CategoricalDtype(list(levels))) if levels else column


def _moments(found: pd.DataFrame, response: _Response) -> tuple[Floats, Floats, Floats]:
    """Nights of each row, mean of the response, and its sum of squares about it."""
    nights, total, squares = (found[name].to_numpy(dtype=np.float64) for name in (ROWS, _SUM, _SQUARES))
    if response.yes_no:  # known without rounding
        events = np.rint(total + response.mean * nights)
        return nights, events / nights, events - events**2 / nights
    return nights, response.mean + total / nights, np.where(nights > 1, np.maximum(squares - total**2 / nights, 0.0), 0.0)


def _refuse_flat(mean: Floats, within: Floats, outcome: str, nights: int) -> None:
    if not within.any() and (mean == mean[0]).all():
        raise DataError(
            f"outcome {outcome!r} is {mean[0]:g} in all {nights:,} analysed nights; a model needs an outcome that varies."
        )
