"""Columns of a model on one scale, and the refusal of columns that do not vary or follow from others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crampstats.core.errors import DataError
from crampstats.estimate.model_matrix import INTERCEPT
from crampstats.estimate.sums import Floats

COLLINEAR = 1e-9  # smallest eigenvalue of the correlation matrix of the columns
ROUNDING = 1e-10  # of the size of a column; a spread below it is none


@dataclass(frozen=True, eq=False)
class Scaling:
    """Centre and spread of each column; the intercept is neither centred nor scaled."""

    centre: Floats
    spread: Floats
    intercept: int | None

    def apply(self, matrix: Floats) -> Floats:
        """The scaled columns, as a new matrix with contiguous columns."""
        scaled = np.asfortranarray(matrix - self.centre)
        scaled /= self.spread
        return scaled

    def back(self) -> Floats:
        """Matrix that turns coefficients of scaled columns into those of the columns as they are."""
        turn = np.diag(1 / self.spread)
        if self.intercept is not None:
            turn[self.intercept] -= self.centre / self.spread
        return turn


@dataclass(frozen=True, eq=False)
class ColumnMoments:
    """Weighted mean, covariance and largest size of each column; the size is for rounding."""

    names: Sequence[str]
    mean: Floats
    covariance: Floats
    size: Floats

    @property
    def intercept(self) -> int | None:
        """Place of the intercept."""
        return self.names.index(INTERCEPT) if INTERCEPT in self.names else None

    @property
    def spread(self) -> Floats:
        """Standard deviation of each column."""
        return np.asarray(np.sqrt(np.maximum(np.diag(self.covariance), 0.0)))

    @property
    def constant(self) -> NDArray[np.bool_]:
        """Columns that do not vary, the intercept among them."""
        return np.asarray(self.spread <= ROUNDING * np.where(self.size > 0, self.size, 1.0))

    @property
    def all_vary(self) -> bool:
        """Whether every column but the intercept varies."""
        return all(place == self.intercept for place in np.flatnonzero(self.constant))

    def scaling(self) -> Scaling:
        """Each column by its mean and spread; without an intercept there is nothing that could take up a centre."""
        constant = self.constant
        centre = np.where(constant | (self.intercept is None), 0.0, self.mean)
        return Scaling(centre, np.where(constant, 1.0, self.spread), self.intercept)

    def refuse_dependent(self, analysed: str) -> None:
        """Refuse columns that are constant or follow from others, by name; `analysed` says in what ("812 analysed persons").

        Raises
        ------
        DataError
            There is such a column.
        """
        self._refuse_constant(analysed)
        # without an intercept columns need not vary, and may add up to a constant
        products = self.covariance if self.intercept is not None else self.covariance + np.outer(self.mean, self.mean)
        kept = np.flatnonzero(~self.constant if self.intercept is not None else self.size > 0).tolist()
        if kept:
            self._refuse_collinear(products[np.ix_(kept, kept)], kept, analysed)

    def _refuse_constant(self, analysed: str) -> None:
        bad = [place for place in np.flatnonzero(self.constant).tolist() if place != self.intercept]
        if self.intercept is None and len(bad) == 1 and self.size[bad[0]] > 0:  # it stands for the intercept
            return
        if bad:
            raise DataError(
                f"{', '.join(repr(self.names[place]) for place in bad)}: the same value in all {analysed}, so no coefficient "
                "can be estimated; leave the variable out or analyse data in which it varies."
            )

    def _refuse_collinear(self, products: Floats, kept: list[int], analysed: str) -> None:
        """Refuse the first column that follows from those before it."""
        spread = np.sqrt(np.diag(products))
        correlation = products / np.outer(spread, spread)
        if np.linalg.eigvalsh(correlation)[0] > COLLINEAR:
            return
        for size in range(2, len(kept) + 1):
            if np.linalg.eigvalsh(correlation[:size, :size])[0] <= COLLINEAR:
                others = [self.names[kept[i]] for i in np.flatnonzero(np.abs(correlation[size - 1, : size - 1]) > 1e-6)]
                raise DataError(
                    f"{self.names[kept[size - 1]]!r} follows from {', '.join(others) or 'the other terms'} in the {analysed} "
                    "(collinear); leave one of them out."
                )
