"""Sums of scores and information at given coefficients, added up where the rows lie.

Each column of the model matrix becomes a column of the engine's table; numbers are centred, so that their second moments do not
cancel. A round of Fisher scoring is one query that returns some hundred sums, and the sums of scores by sampling unit, from which
the variance comes, are one more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crampstats.core.totals import ROWS, Term, sufficient_stats
from crampstats.estimate.engine_columns import COUNT, WEIGHT, AnalysedTable, HeldColumn
from crampstats.estimate.engine_patterns import match_keys, plain
from crampstats.estimate.families import Family
from crampstats.estimate.model_matrix import ModelMatrix, Product
from crampstats.estimate.sums import Codes, Floats, entry_keys

FAMILIES = ("logistic", "poisson", "linear")  # whose score is the residual, and whose mean every engine can compute
LARGEST = 300.0  # of a linear predictor; beyond it some engines fail at exp, and means are 0 or 1 to the last digit long before
RESPONSE, OFFSET = "_model_response", "_model_offset"
RESIDUAL, CURVATURE, LOSS, PREDICTOR, MEAN = (
    "_model_residual", "_model_curvature", "_model_loss", "_model_predictor", "_model_mean",
)


@dataclass(frozen=True)
class ModelSums:
    """Sums over the analysed rows: of w, of w times each column (centred), and of the response."""

    weight: float
    columns: Floats
    response: float
    response_square: float
    offset: float
    persons: float
    events: float
    members: Floats
    cases: Floats


@dataclass(frozen=True, eq=False)
class EngineMatrix:
    """The model matrix as columns of an engine's table: a constant, then each column that is none, less its centre.

    Parameters
    ----------
    table
        The analysed rows.
    matrix
        The model matrix, whose columns are products of columns of the table.
    outcome, offset
        Columns.
    family
        What is fitted.
    centre
        What is taken off each column of the model matrix; 0 for yes/no and levels, which have nothing to cancel.
    """

    table: AnalysedTable
    matrix: ModelMatrix
    outcome: str
    offset: str | None
    family: Family
    centre: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def products(self) -> tuple[Product, ...]:
        """The columns as products."""
        return self.matrix.products or ()

    @cached_property
    def names(self) -> list[str]:
        """The engine's columns but the constant: one for each product that is none."""
        return [f"_model_x{place}" for place, product in enumerate(self.products) if product]

    @cached_property
    def turn(self) -> Floats:
        """The model matrix' columns from the constant and the engine's columns (k x columns)."""
        turn = np.zeros((len(self.products), len(self.names) + 1))
        for place, product in enumerate(self.products):
            if product:
                turn[place, 1 + self.names.index(f"_model_x{place}")] = 1.0
                turn[place, 0] = self.centre[place]
            else:
                turn[place, 0] = 1.0
        return turn

    @cached_property
    def is_binary(self) -> list[bool]:
        """Whether each column of the model matrix holds 0 and 1 alone."""
        held = self.table.held
        return [all(code is not None or held[name].is_binary for name, code in product) for product in self.products]

    @cached_property
    def frame(self) -> nw.LazyFrame[Any]:
        """The analysed rows: unit keys, weight, persons, response, offset and the columns."""
        held = self.table.held
        made = [held[self.outcome].number().alias(RESPONSE)]
        made += [held[self.offset].number().alias(OFFSET)] if self.offset else []
        columns = [
            (_multiplied(product, self.matrix, held) - float(self.centre[place])).alias(f"_model_x{place}")
            for place, product in enumerate(self.products) if product
        ]
        kept = [*entry_keys(self.table.design), WEIGHT, COUNT, RESPONSE, *([OFFSET] if self.offset else []), *self.names]
        return self.table.frame.with_columns(*made, *columns).select(*kept)

    def at(self, beta: Floats) -> nw.LazyFrame[Any]:
        """The rows with predictor, residual (per unit of the linear predictor), curvature and loss, times the weight.

        `beta` belongs to the constant and the engine's columns.
        """
        predictor: Any = nw.lit(float(beta[0]))
        for name, value in zip(self.names, beta[1:], strict=True):
            if value:
                predictor = predictor + nw.col(name) * float(value)
        if self.offset:
            predictor = predictor + nw.col(OFFSET)
        if self.family.name != "linear":
            predictor = predictor.clip(-LARGEST, LARGEST)
        frame = self.frame.with_columns(predictor.alias(PREDICTOR))
        frame = frame.with_columns(_mean(self.family).alias(MEAN))
        residual, curvature, loss = _working(self.family)
        weight = nw.col(WEIGHT)
        return frame.with_columns(
            (weight * residual).alias(RESIDUAL), (weight * curvature).alias(CURVATURE), (weight * loss).alias(LOSS),
        )

    def sums(self, beta: Floats) -> tuple[float, Floats, Floats]:
        """Sums of loss, score and information of the constant and the engine's columns."""
        size = len(beta)
        pairs = {f"i{a}_{b}": (a, b) for a in range(size) for b in range(a, size) if not self._exclusive(a, b)}
        terms = {name: plain(CURVATURE, *self._both(*pair)) for name, pair in pairs.items()}
        terms |= {f"s{place}": plain(RESIDUAL, *self._both(place, 0)) for place in range(size)}
        found = sufficient_stats(self.at(beta), [], {**terms, "loss": plain(LOSS)}).iloc[0]
        information = np.zeros((size, size))
        for name, (a, b) in pairs.items():
            information[a, b] = information[b, a] = float(found[name])
        score = np.array([float(found[f"s{place}"]) for place in range(size)])
        return float(found["loss"]), score, information

    def totals(self) -> ModelSums:
        """Sums of the columns and the response, before anything is fitted; one query."""
        terms: dict[str, Term] = {"w": plain(WEIGHT), "wy": plain(WEIGHT, RESPONSE), "wyy": plain(WEIGHT, RESPONSE, RESPONSE)}
        terms |= {"n": plain(COUNT), "events": plain(COUNT, RESPONSE)}
        terms |= {"offset": plain(WEIGHT, OFFSET)} if self.offset else {}
        for name in self.names:
            terms |= {f"w{name}": plain(WEIGHT, name), f"n{name}": plain(COUNT, name), f"e{name}": plain(COUNT, name, RESPONSE)}
        found = sufficient_stats(self.frame, [], terms).iloc[0]

        def of(kind: str) -> Floats:
            return np.array([float(found[f"{kind}_model_x{place}"]) if product else np.nan
                             for place, product in enumerate(self.products)])

        return ModelSums(
            float(found["w"]), of("w"), float(found["wy"]), float(found["wyy"]), float(found["offset"]) if self.offset else 0.0,
            float(found["n"]), float(found["events"]), of("n"), of("e"),
        )

    def unit_scores(self, beta: Floats, long: pd.DataFrame) -> tuple[Floats, Floats]:
        """Sums of scores of the constant and the engine's columns by sampling unit, and rows analysed in each."""
        keys = entry_keys(self.table.design)
        terms = {f"s{place}": plain(RESIDUAL, *self._both(place, 0)) for place in range(len(beta))}
        found = sufficient_stats(self.at(beta), keys, terms)
        place: Codes = match_keys(found, long, keys) if keys else np.zeros(1, dtype=np.intp)
        sums, rows = np.zeros((len(long), len(beta))), np.zeros(len(long))
        sums[place] = found[list(terms)].to_numpy(dtype=np.float64)
        rows[place] = found[ROWS].to_numpy(dtype=np.float64)
        return sums, rows

    def score_products(self, beta: Floats, long: pd.DataFrame) -> Floats:
        """Where rows are the units, sums of z z' by stratum, z the weighted scores of the constant and the engine's columns."""
        keys, size = entry_keys(self.table.design), len(beta)
        pairs = {f"p{a}_{b}": (a, b) for a in range(size) for b in range(a, size) if not self._exclusive(a, b)}
        terms = {name: plain(RESIDUAL, RESIDUAL, *self._both(*pair)) for name, pair in pairs.items()}
        found = sufficient_stats(self.at(beta), keys, terms)
        place: Codes = match_keys(found, long, keys) if keys else np.zeros(1, dtype=np.intp)
        products = np.zeros((len(long), size, size))
        for name, (a, b) in pairs.items():
            products[place, a, b] = products[place, b, a] = found[name].to_numpy(dtype=np.float64)
        return products

    def _both(self, a: int, b: int) -> tuple[str, ...]:
        """Columns whose product is that of two engine's columns (0 is the constant); of yes/no the square is itself."""
        names = [self.names[place - 1] for place in (a, b) if place]
        if a == b and a and self._flags[a - 1]:
            return (names[0],)
        return tuple(names)

    def _exclusive(self, a: int, b: int) -> bool:
        """Whether two columns are never both 1, being levels of one category."""
        if not a or not b or a == b:
            return False
        one, other = (dict(self._kept[place - 1]) for place in (a, b))
        return any(code is not None and other.get(name, code) not in (None, code) for name, code in one.items())

    @cached_property
    def _kept(self) -> list[Product]:
        return [product for product in self.products if product]

    @cached_property
    def _flags(self) -> list[bool]:
        return [flag for flag, product in zip(self.is_binary, self.products, strict=True) if product]


def _multiplied(product: Product, matrix: ModelMatrix, held: Mapping[str, HeldColumn]) -> nw.Expr:
    """A column of the model matrix as an expression."""
    made: nw.Expr | None = None
    for name, code in product:
        if code is None:
            factor = held[name].number()
        else:
            level = matrix.columns[name].categories[code]  # type: ignore[union-attr]
            factor = nw.when(held[name].key() == level).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
        made = factor if made is None else made * factor
    return nw.lit(1.0) if made is None else made


def _mean(family: Family) -> nw.Expr:
    predictor: Any = nw.col(PREDICTOR)
    if family.name == "linear":
        return nw.col(PREDICTOR)
    if family.name == "logistic":
        small = (predictor.abs() * -1.0).exp()
        made: nw.Expr = nw.when(predictor >= 0.0).then(1.0 / (small + 1.0)).otherwise(small / (small + 1.0))
        return made
    raised: nw.Expr = predictor.exp()
    return raised


def _working(family: Family) -> tuple[nw.Expr, nw.Expr, nw.Expr]:
    """Score by the linear predictor, expected curvature and loss of each row, as `Family` has them."""
    y, mean, predictor = nw.col(RESPONSE), nw.col(MEAN), nw.col(PREDICTOR)
    one = nw.lit(1.0)
    if family.name == "linear":
        return y - mean, one, (y - mean) * (y - mean) * 0.5
    if family.name == "poisson":
        return y - mean, mean, mean - y * predictor
    positive = nw.when(predictor > 0.0).then(predictor).otherwise(nw.lit(0.0))
    loss = positive + ((predictor.abs() * -1.0).exp() + 1.0).log() - y * predictor
    return y - mean, mean * (one - mean), loss
