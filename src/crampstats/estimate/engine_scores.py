"""Sums of scores and information at given coefficients, added up where the rows lie.

Each column of the model matrix becomes a column of the engine's table; numbers are centred, so that their second moments do not
cancel. A round of Fisher scoring is one query that returns some hundred sums, and the sums of scores by sampling unit, from which
the variance comes, are one more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crampstats.core.factors import flag
from crampstats.core.totals import ROWS, Term, sufficient_stats
from crampstats.estimate.engine_columns import COUNT, WEIGHT, AnalysedTable
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
    """Sums over the analysed rows: of w, w y, w y y, w times the offset and each number; persons and persons with the outcome.

    `members` and `cases` are persons, and persons with the outcome, of each part that is yes or no.
    """

    weight: float
    response: float
    response_square: float
    offset: float
    numbers: Mapping[str, float]
    persons: float
    events: float
    members: Mapping[Product, float]
    cases: Mapping[Product, float]


@dataclass(frozen=True, eq=False)
class EngineMatrix:
    """The model matrix as columns of an engine's table.

    A column of the model is a product of numbers and levels. The engine has the products of the *centred* numbers; the model's
    columns are combinations of those and of products of fewer of them (x z = (x - a)(z - b) + b (x - a) + a (z - b) + a b).

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
        What is taken off each number; yes/no columns have nothing to cancel and are left as they are.
    """

    table: AnalysedTable
    matrix: ModelMatrix
    outcome: str
    offset: str | None
    family: Family
    centre: Mapping[str, float]

    @cached_property
    def products(self) -> tuple[Product, ...]:
        """The columns of the model as products."""
        return self.matrix.products or ()

    @cached_property
    def parts(self) -> tuple[Product, ...]:
        """The engine's columns as products: those of the model first, then what else centring needs; () is the constant."""
        lower = [part for product in self.products for part, _ in self._expanded(product)]
        return tuple(dict.fromkeys([*self.products, *lower, ()]))

    @cached_property
    def constant(self) -> int:
        """Place of the constant among the parts."""
        return self.parts.index(())

    @cached_property
    def names(self) -> list[str]:
        """The engine's columns; that of the constant is never made."""
        return [f"_model_x{place}" for place in range(len(self.parts))]

    @cached_property
    def turn(self) -> Floats:
        """The columns of the model from the engine's columns (k x parts)."""
        turn = np.zeros((len(self.products), len(self.parts)))
        for place, product in enumerate(self.products):
            for part, value in self._expanded(product):
                turn[place, self.parts.index(part)] += value
        return turn

    @property
    def is_whole(self) -> bool:
        """Whether the engine's columns are as many as the model's, so that the model can be fitted in them."""
        return len(self.parts) == len(self.products)

    def is_binary(self, product: Product) -> bool:
        """Whether a product holds 0 and 1 alone."""
        return all(code is not None or self.table.held[name].is_binary for name, code in product)

    def _expanded(self, product: Product) -> list[tuple[Product, float]]:
        """A product as a sum of products of centred numbers, each with its multiplier."""
        found: list[tuple[Product, float]] = [((), 1.0)]
        for name, code in product:
            centre = self.centre.get(name, 0.0) if code is None else 0.0
            found = [
                one for part, value in found
                for one in [((*part, (name, code)), value), *([(part, value * centre)] if centre else [])]
            ]
        return found

    @cached_property
    def frame(self) -> nw.LazyFrame[Any]:
        """The analysed rows: unit keys, weight, persons, response, offset and the columns."""
        held = self.table.held
        made = [held[self.outcome].number().alias(RESPONSE)]
        made += [held[self.offset].number().alias(OFFSET)] if self.offset else []
        columns = [self._made(part).alias(name) for name, part in zip(self.names, self.parts, strict=True) if part]
        kept = [*entry_keys(self.table.design), WEIGHT, COUNT, RESPONSE, *([OFFSET] if self.offset else [])]
        made_names = [name for name, part in zip(self.names, self.parts, strict=True) if part]
        return self.table.frame.with_columns(*made, *columns).select(*kept, *made_names)

    def _made(self, part: Product) -> nw.Expr:
        """One of the engine's columns."""
        made: nw.Expr | None = None
        for name, code in part:
            held = self.table.held[name]
            if code is None:
                factor = held.number() - float(self.centre[name]) if self.centre.get(name) else held.number()
            else:
                level = self.matrix.columns[name].categories[code]  # type: ignore[union-attr]
                factor = flag(held.key() == level)
            made = factor if made is None else made * factor
        return nw.lit(1).cast(nw.Float64) if made is None else made

    def at(self, beta: Floats) -> nw.LazyFrame[Any]:
        """The rows with predictor, residual (per unit of the linear predictor), curvature and loss, times the weight.

        `beta` belongs to the engine's columns.
        """
        predictor: Any = nw.lit(float(beta[self.constant])).cast(nw.Float64)
        for name, part, value in zip(self.names, self.parts, beta, strict=True):
            if value and part:
                predictor = predictor + nw.col(name) * float(value)
        if self.offset:
            predictor = predictor + nw.col(OFFSET)
        if self.family.name != "linear" and not self._largest(beta) < LARGEST:
            predictor = predictor.clip(-LARGEST, LARGEST)
        frame = self.frame.with_columns(predictor.alias(PREDICTOR))
        frame = frame.with_columns(_mean(self.family).alias(MEAN))
        residual, curvature, loss = _working(self.family)
        weight = nw.col(WEIGHT)
        return frame.with_columns(
            (weight * residual).alias(RESIDUAL), (weight * curvature).alias(CURVATURE), (weight * loss).alias(LOSS),
        )

    def _largest(self, beta: Floats) -> float:
        """A bound on the size of the linear predictor, from the ranges of what it reads."""
        held = self.table.held
        bound = max(abs(held[self.offset].low), abs(held[self.offset].high)) if self.offset else 0.0
        for value, part in zip(beta, self.parts, strict=True):
            size = 1.0
            for name in (name for name, code in part if code is None):
                centre = self.centre.get(name, 0.0)
                size *= max(abs(held[name].low - centre), abs(held[name].high - centre))
            bound += abs(float(value)) * size
        return bound

    def sums(self, beta: Floats) -> tuple[float, Floats, Floats]:
        """Sums of loss, score and information of the engine's columns, in one query."""
        size = len(self.parts)
        pairs = self._pairs
        # curvature times a column is made once, not in each of its products
        curved = [f"{name}_curved" if part else CURVATURE for name, part in zip(self.names, self.parts, strict=True)]
        products = [
            (nw.col(CURVATURE) * nw.col(name)).alias(f"{name}_curved")
            for name, part in zip(self.names, self.parts, strict=True) if part
        ]
        terms = {name: plain(curved[a], *self._second(a, b)) for name, (a, b) in pairs.items()}
        terms |= self._score_terms
        frame = self.at(beta).with_columns(*products) if products else self.at(beta)
        found = sufficient_stats(frame, [], {**terms, "loss": plain(LOSS)}).iloc[0]
        information = np.zeros((size, size))
        for name, (a, b) in pairs.items():
            information[a, b] = information[b, a] = float(found[name])
        return float(found["loss"]), np.array([float(found[name]) for name in self._score_terms]), information

    def totals(self) -> ModelSums:
        """Sums of the numbers, the levels and the response before anything is fitted, in one query."""
        terms: dict[str, Term] = {"w": plain(WEIGHT), "wy": plain(WEIGHT, RESPONSE), "wyy": plain(WEIGHT, RESPONSE, RESPONSE)}
        terms |= {"n": plain(COUNT), "events": plain(COUNT, RESPONSE)}
        terms |= {"offset": plain(WEIGHT, OFFSET)} if self.offset else {}
        numbers = {name: f"number{place}" for place, name in enumerate(self.centre)}
        terms |= {made: plain(WEIGHT, f"_model_{made}") for made in numbers.values()}
        flags = {part: name for part, name in zip(self.parts, self.names, strict=True) if len(part) == 1 and self.is_binary(part)}
        for name in flags.values():
            terms |= {f"n{name}": plain(COUNT, name), f"e{name}": plain(COUNT, name, RESPONSE)}
        frame = self.table.frame.with_columns(
            self.table.held[self.outcome].number().alias(RESPONSE),
            *([self.table.held[self.offset].number().alias(OFFSET)] if self.offset else []),
            *(self._made(part).alias(name) for part, name in flags.items()),
            *(self._made(((name, None),)).alias(f"_model_{made}") for name, made in numbers.items()),
        )
        found = sufficient_stats(frame, [], terms).iloc[0]
        return ModelSums(
            float(found["w"]), float(found["wy"]), float(found["wyy"]), float(found["offset"]) if self.offset else 0.0,
            {name: float(found[made]) for name, made in numbers.items()}, float(found["n"]), float(found["events"]),
            {part: float(found[f"n{name}"]) for part, name in flags.items()},
            {part: float(found[f"e{name}"]) for part, name in flags.items()},
        )

    def unit_scores(self, beta: Floats, long: pd.DataFrame) -> tuple[Floats, Floats]:
        """Sums of scores of the engine's columns by sampling unit, and rows analysed in each."""
        keys, terms = entry_keys(self.table.design), self._score_terms
        found = sufficient_stats(self.at(beta), keys, terms)
        place: Codes = match_keys(found, long, keys) if keys else np.zeros(1, dtype=np.intp)
        sums, rows = np.zeros((len(long), len(beta))), np.zeros(len(long))
        sums[place] = found[list(terms)].to_numpy(dtype=np.float64)
        rows[place] = found[ROWS].to_numpy(dtype=np.float64)
        return sums, rows

    def score_products(self, beta: Floats, long: pd.DataFrame) -> Floats:
        """Where rows are the units, sums of z z' by stratum, z the weighted scores of the engine's columns."""
        keys, size, pairs = entry_keys(self.table.design), len(self.parts), self._pairs
        terms = {name: plain(RESIDUAL, RESIDUAL, *self._first(a), *self._second(a, b)) for name, (a, b) in pairs.items()}
        found = sufficient_stats(self.at(beta), keys, terms)
        place: Codes = match_keys(found, long, keys) if keys else np.zeros(1, dtype=np.intp)
        products = np.zeros((len(long), size, size))
        for name, (a, b) in pairs.items():
            products[place, a, b] = products[place, b, a] = found[name].to_numpy(dtype=np.float64)
        return products

    @cached_property
    def _pairs(self) -> dict[str, tuple[int, int]]:
        """Pairs of columns whose product is not 0 throughout."""
        size = len(self.parts)
        return {f"i{a}_{b}": (a, b) for a in range(size) for b in range(a, size) if not self._exclusive(a, b)}

    @cached_property
    def _score_terms(self) -> dict[str, Term]:
        return {f"s{place}": plain(RESIDUAL, *self._first(place)) for place in range(len(self.parts))}

    def _first(self, place: int) -> tuple[str, ...]:
        """A column as a factor; the constant is none."""
        return (self.names[place],) if self.parts[place] else ()

    def _second(self, a: int, b: int) -> tuple[str, ...]:
        """What a column is multiplied with to be the product of two; the square of yes or no is itself."""
        return () if a == b and self.is_binary(self.parts[a]) else self._first(b)

    def _exclusive(self, a: int, b: int) -> bool:
        """Whether two columns are never both other than 0, belonging to two levels of one category."""
        one, other = dict(self.parts[a]), dict(self.parts[b])
        return any(code is not None and other.get(name, code) != code for name, code in one.items())


def _mean(family: Family) -> nw.Expr:
    predictor: Any = nw.col(PREDICTOR)
    if family.name == "linear":
        return nw.col(PREDICTOR)
    if family.name == "logistic":
        made: nw.Expr = 1.0 / ((predictor * -1.0).exp() + 1.0)
        return made
    raised: nw.Expr = predictor.exp()
    return raised


def _working(family: Family) -> tuple[nw.Expr, nw.Expr, nw.Expr]:
    """Score by the linear predictor, expected curvature and loss of each row, as `Family` has them."""
    y, mean, predictor = nw.col(RESPONSE), nw.col(MEAN), nw.col(PREDICTOR)
    one = nw.lit(1).cast(nw.Float64)
    if family.name == "linear":
        return y - mean, one, (y - mean) * (y - mean) * 0.5
    if family.name == "poisson":
        return y - mean, mean, mean - y * predictor
    positive = nw.when(predictor > 0.0).then(predictor).otherwise(nw.lit(0).cast(nw.Float64))
    loss = positive + ((predictor.abs() * -1.0).exp() + 1.0).log() - y * predictor
    return y - mean, mean * (one - mean), loss
