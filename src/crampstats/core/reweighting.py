"""What a design carries when its weights were calibrated to the population, or when its variance comes from replicate weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.errors import DesignError, unknown_name
from crampstats.core.totals import plain_key

Floats = NDArray[np.float64]
Centre = Literal["replicates", "full sample"]

CALIBRATION_CELL = "_calibration_cell"
CALIBRATED_WEIGHT = "_calibrated_weight"
REPLICATE_UNIT = "_replicate_unit"
REPLICATE_WEIGHT = "_replicate_weight"

RANK_TOLERANCE = 1e-5  # a column of weights this near to the span of the others is none of its own: the tolerance of R's degf


@dataclass(frozen=True, eq=False)
class Calibration:
    """Weights were adjusted until they reach known population totals; the variance is that of the residuals from them.

    Parameters
    ----------
    weights
        Column of the adjusted weights.
    cell
        Column with the code of each row's cell: a combination of the levels of all columns calibrated on.
    margins
        Cells x population totals: 1 where persons of the cell count towards the total.
    start
        Sum of the weights before, by cell.
    words
        What was calibrated on, for a methods paragraph.
    """

    weights: str
    cell: str
    margins: Floats
    start: Floats
    words: str

    def fitted(self, cell_scores: Floats, cell_weights: Floats) -> Floats:
        """Fitted score of one person in each cell (cells x estimates), from the sums of scores and of adjusted weights by cell.

        Least squares of the scores on the margins, weighted by the weights before the adjustment.
        """
        per_person = cell_scores / np.where(cell_weights > 0, cell_weights, 1.0)[:, None]
        root = np.sqrt(self.start)[:, None]
        known = np.isfinite(cell_scores).all(axis=0)  # an estimate of nobody has no scores
        fitted = np.full(cell_scores.shape, np.nan)
        fitted[:, known] = self.margins @ np.linalg.lstsq(root * self.margins, root * per_person[:, known], rcond=None)[0]
        return fitted


@dataclass(frozen=True, eq=False)
class Replicates:
    """Replicate weights: the full-sample weights times a multiplier for each unit and replicate.

    Parameters
    ----------
    weights
        Column of the weights that are multiplied; None: all 1.
    unit
        Column that says which row of `multipliers` holds for a row of the table; "" where `members` says it.
    multipliers
        Units x replicates.
    scale, rscales
        The variance is `scale` times the sum over replicates of rscales_r (theta_r - centre)^2, as in R's survey package.
    centre
        "replicates": deviations from the mean of the replicates (R: mse = FALSE); "full sample": from the estimate (mse = TRUE).
    words
        Which replicates, for a methods paragraph.
    members
        Key columns (stratum, sampling unit) of each row of `multipliers`, in plain dtypes; None where the table has a column
        `unit`. So a table that cannot be written to needs no further column.

    Raises
    ------
    DesignError
        Multipliers or scales do not fit together or are not finite.
    OptionError
        An unknown centre.
    """

    weights: str | None
    unit: str
    multipliers: Floats
    scale: float
    rscales: Floats
    centre: Centre = "replicates"
    words: str = "replicate weights"
    members: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        if self.centre not in get_args(Centre):
            raise unknown_name("centre of the replicates", self.centre, get_args(Centre))
        count = self.multipliers.shape[1] if self.multipliers.ndim == 2 else 0
        if count < 2:
            raise DesignError(f"{count} replicate(s); a variance needs at least two.")
        if self.rscales.shape != (count,):
            raise DesignError(f"{self.rscales.size} value(s) of rscales for {count} replicates; one for each is expected.")
        scales = np.append(self.rscales, self.scale)
        if not np.isfinite(scales).all() or (scales < 0).any() or not np.isfinite(self.multipliers).all():
            raise DesignError("replicate weights, scale and rscales must be finite, the scales at least 0.")

    def __len__(self) -> int:
        return int(self.multipliers.shape[1])

    @property
    def keys(self) -> tuple[str, ...]:
        """Columns that say which row of `multipliers` holds for a row of the table."""
        return (self.unit,) if self.members is None else tuple(self.members.columns)

    def units_of(self, frame: pd.DataFrame) -> NDArray[np.intp]:
        """Row of `multipliers` of each row of a frame with the columns `keys`.

        Raises
        ------
        DesignError
            Rows of a unit for which there are no replicate weights.
        """
        if self.members is None:
            return frame[self.unit].to_numpy(dtype=np.intp)
        plain = pd.DataFrame({name: plain_key(frame[name]) for name in self.keys})
        place = pd.MultiIndex.from_frame(self.members).get_indexer(pd.MultiIndex.from_frame(plain))
        if (place < 0).any():
            raise DesignError(
                f"{int((place < 0).sum())} group(s) of rows belong to a sampling unit ({', '.join(self.keys)}) without replicate "
                "weights; make the replicates of this table."
            )
        return np.asarray(place, dtype=np.intp)

    def covariance(self, values: Floats, full: Floats) -> Floats:
        """Covariance of estimates (estimates x estimates) from their values in each replicate and in the full sample.

        A replicate without a value (NaN) is left out for that estimate, as R does.
        """
        known = np.isfinite(values)
        counted = known & (self.rscales > 0)[:, None]
        size = counted.sum(axis=0)
        mean = np.where(counted, values, 0.0).sum(axis=0) / np.where(size == 0, np.nan, size)
        centre = mean if self.centre == "replicates" else np.where(size == 0, np.nan, full)
        apart = np.where(known, values - centre, 0.0 * centre) * np.sqrt(self.rscales)[:, None]
        return np.asarray(self.scale * (apart.T @ apart), dtype=np.float64)

    def degrees_of_freedom(self, used: NDArray[np.bool_]) -> float:
        """Rank of the replicate weights among the units used, less 1 (R: degf of a replicate design)."""
        return float(max(column_rank(self.multipliers[used]) - 1, 0)) if used.any() else 0.0


def column_rank(matrix: Floats) -> int:
    """Number of columns that add a direction to those before them, by R's rule for `qr`.

    Examples
    --------
    >>> column_rank(np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]))
    2
    """
    triangle: Floats = np.asarray(np.linalg.qr(matrix, mode="r") if matrix.shape[0] > matrix.shape[1] else matrix)
    basis = np.zeros((triangle.shape[0], 0))
    for column in triangle.T:
        left = column - basis @ (basis.T @ column)
        left = left - basis @ (basis.T @ left)
        if np.linalg.norm(left) > RANK_TOLERANCE * np.linalg.norm(column):
            basis = np.column_stack([basis, left / np.linalg.norm(left)])
    return int(basis.shape[1])
