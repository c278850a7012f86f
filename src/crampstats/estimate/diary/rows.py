"""The nights of a diary that a formula can use, with their model matrix, sorted by person and night."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError
from crampstats.core.flow import Flow
from crampstats.estimate.families import Kind
from crampstats.estimate.model_matrix import Coefficient, ModelMatrix, build_model_matrix, columns_read, read_formula
from crampstats.estimate.model_rows import model_column
from crampstats.estimate.sums import Floats

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PanelRows:
    """Logged nights of the domain in which every column of a formula is known.

    Parameters
    ----------
    panel
        The diary.
    formula
        As given.
    outcome
        Column of the response.
    places
        Rows of `panel.table` analysed, in order.
    matrix
        Model matrix, made for some rows at a time (`matrix.rows(slice)`).
    response
        Response of each row.
    starts
        Place (among the analysed rows) of the first row of each person analysed, and the number of rows (persons + 1).
    persons
        Number (in `panel.persons`) of each person analysed.
    offset
        What is added to the linear predictor; None for nothing.
    """

    panel: DiaryPanel
    formula: str
    outcome: str
    places: Ints
    matrix: ModelMatrix
    response: Floats
    starts: Ints
    persons: Ints
    offset: Floats | None = None

    def __len__(self) -> int:
        return len(self.response)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns of the model matrix."""
        return self.matrix.names

    @property
    def coefficients(self) -> tuple[Coefficient, ...]:
        """What each column of the model matrix stands for."""
        return self.matrix.coefficients

    @cached_property
    def sizes(self) -> Ints:
        """Nights analysed of each person."""
        return np.diff(self.starts)

    @cached_property
    def codes(self) -> Ints:
        """Number of the person of each row among those analysed, from 0."""
        return np.repeat(np.arange(len(self.sizes), dtype=np.int64), self.sizes)

    @cached_property
    def is_yes_no(self) -> bool:
        """Whether the outcome is 1 or 0 in every night analysed."""
        return bool(((self.response == 0) | (self.response == 1)).all())

    @property
    def differs_within(self) -> bool:
        """Whether the response of anybody differs between nights."""
        low, high = (one.reduceat(self.response, self.starts[:-1]) for one in (np.minimum, np.maximum))
        return bool((low < high).any())

    @property
    def total(self) -> float:
        """Sum of the response."""
        return float(self.response.sum())

    def mean(self, values: Floats) -> float:
        """Mean over the nights of a value of each row."""
        return float(values.mean())

    @property
    def flow(self) -> Flow:
        """Nights of the diary, logged, of the domain, complete."""
        nights, logged, inside = len(self.panel), int(self.panel.n_logged.sum()), int(self._inside())
        flow = Flow.start("nights of the diaries", nights).leave("nights logged", {"missed": nights - logged})
        if inside < logged:
            flow = flow.leave("nights asked about", {"outside the population": logged - inside})
        return flow.leave("nights analysed", {"something the model reads was not recorded": inside - len(self)})

    def _inside(self) -> int:
        return int(self.panel.inside.sum())


@dataclass(frozen=True, eq=False)
class PatternedRows(PanelRows):
    """The same of a diary that lies in an engine: rows are the nights of a person that are alike in everything read.

    Parameters
    ----------
    nights, within
        Nights of each row, and sum of squares of the response about its mean, which is `response`.
    yes_no
        Whether the outcome is 1 or 0 in every night.
    asked
        Nights logged and in the domain.
    """

    nights: Floats = field(default_factory=lambda: np.zeros(0))
    within: Floats = field(default_factory=lambda: np.zeros(0))
    yes_no: bool = False
    asked: int = 0

    def __len__(self) -> int:
        return round(float(self.nights.sum()))

    @cached_property
    def sizes(self) -> Ints:
        """Nights analysed of each person."""
        return np.add.reduceat(self.nights, self.starts[:-1]).astype(np.int64)

    @cached_property
    def is_yes_no(self) -> bool:
        """Whether the outcome is 1 or 0 in every night analysed."""
        return self.yes_no

    @property
    def differs_within(self) -> bool:
        """Whether the response of anybody differs between nights."""
        return bool((self.within > 0).any()) or super().differs_within

    @property
    def total(self) -> float:
        """Sum of the response."""
        return float(self.nights @ self.response)

    def mean(self, values: Floats) -> float:
        """Mean over the nights of a value of each row."""
        return float(self.nights @ values / self.nights.sum())

    def _inside(self) -> int:
        return self.asked


def build_panel_rows(panel: DiaryPanel, formula: str, *, kind: Kind, offset: str | None = None) -> PanelRows:
    """The nights a formula can use.

    Parameters
    ----------
    panel
        The diary; nights that were missed, lie outside the domain or lack a column of the formula are left out and counted.
    formula
        "outcome ~ terms" over columns of the panel.
    kind
        What the response must be: "yes/no", "count" or "number".
    offset
        Column added to the linear predictor.

    Raises
    ------
    OptionError
        The formula cannot be read or names a column the diary lacks.
    DataError
        Nothing is left, or a column holds what its role does not allow.
    """
    outcome, right = read_formula(formula)
    used = columns_read(right)
    panel.require(outcome, *used, *([offset] if offset else []))
    if outcome in used:
        raise OptionError(f"{outcome!r} stands on both sides of the formula.")
    read = list(dict.fromkeys([outcome, *used, *([offset] if offset else [])]))
    known = panel.inside.copy()
    for name in read:  # one by one, and below as well: a large diary should not be copied whole
        known &= panel.table[name].notna().to_numpy(dtype=bool)
    places = np.flatnonzero(known)
    if not len(places):
        raise DataError(f"no night of the diary has {', '.join(map(repr, read))} all recorded; nothing can be fitted.")
    whole = len(places) == len(panel)
    table = {
        name: panel.table[name] if whole else pd.Series(panel.table[name].array.take(places), name=name, copy=False)
        for name in read
    }
    columns = {name: model_column(table[name], panel.labels, name) for name in used}
    refuse_constant(columns, len(places))
    bounds = np.searchsorted(places, panel.starts)
    persons = np.flatnonzero(np.diff(bounds))
    return PanelRows(
        panel, formula, outcome, places, build_model_matrix(right, columns), _response(table[outcome], outcome, kind),
        np.append(bounds[persons], len(places)).astype(np.int64), persons.astype(np.int64),
        None if offset is None else np.asarray(model_column(table[offset], panel.labels, offset), dtype=np.float64),
    )


def refuse_constant(columns: Mapping[str, Any], nights: int) -> None:
    """Refuse a category that does not vary: it would have no column, and would leave the model unseen."""
    bad = [
        f"{name!r} ({column.categories[0]})" for name, column in columns.items()
        if isinstance(column, pd.Categorical) and len(column.categories) == 1
    ]
    if bad:
        raise DataError(f"{', '.join(bad)}: the same value in all {nights:,} analysed nights; leave it out of the formula.")


def _response(column: pd.Series[Any], outcome: str, kind: Kind) -> Floats:
    if not (pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_numeric_dtype(column.dtype)):
        expected = "1, 0 or missing" if kind == "yes/no" else "numbers"
        raise DataError(f"outcome {outcome!r} holds {column.dtype}; {expected} are expected.")
    values = column.to_numpy(dtype=np.float64)
    too_low = (values < 0) & (kind == "count")
    bad = (values != 0) & (values != 1) if kind == "yes/no" else ~np.isfinite(values) | too_low
    if bad.any():
        expected = {"yes/no": "neither 1 nor 0", "count": "no finite numbers of at least 0"}.get(kind, "not finite")
        raise DataError(f"outcome {outcome!r} holds {int(bad.sum()):,} value(s) that are {expected}.")
    if (values == values[0]).all():
        raise DataError(
            f"outcome {outcome!r} is {values[0]:g} in all {len(values):,} analysed nights; a model needs an outcome that varies."
        )
    return values
