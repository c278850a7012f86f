"""Likelihood of the proportional-odds model, row by row and summed, stable far from the thresholds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crampstats.estimate.model_rows import ModelRows
from crampstats.estimate.sums import Codes, Floats


@dataclass(frozen=True, eq=False)
class Pieces:
    """What each row adds, with a = upper threshold - x b and b = lower threshold - x b.

    Parameters
    ----------
    code
        Level of the outcome, 0, 1, ...
    loss
        Minus the log-likelihood.
    upper, lower
        Derivatives of the log-likelihood by a and by b.
    upper_curve, lower_curve
        F(1 - F) at a and at b, F the logistic distribution function.
    shared
        Minus the mixed derivative; it adds to the curvature by a and by b too.
    """

    code: Codes
    loss: Floats
    upper: Floats
    lower: Floats
    upper_curve: Floats
    lower_curve: Floats
    shared: Floats


def likelihood_pieces(response: Floats, predictor: Floats, thresholds: Floats) -> Pieces:
    """Likelihood of each row and its derivatives.

    log(F(a) - F(b)) = log F(a) + log F(-b) + log(1 - exp(b - a)), which loses nothing where both are near 0 or 1.
    """
    from scipy.special import expit, log_expit

    code = response.astype(np.intp)
    a = np.append(thresholds, np.inf)[code] - predictor
    b = np.append(-np.inf, thresholds)[code] - predictor
    ratio = np.exp(b - a)
    shared = ratio / (1 - ratio)
    above, below = expit(a), expit(b)
    rest_above, rest_below = expit(-a), expit(-b)
    loss = -(log_expit(a) + log_expit(-b) + np.log1p(-ratio))
    return Pieces(
        code, loss, rest_above + shared, -below - shared, above * rest_above, below * rest_below, shared * (1 + shared)
    )


def likelihood_sums(rows: ModelRows, centre: Floats, spread: Floats, theta: Floats) -> tuple[float, Floats, Floats]:
    """Loss, score and observed information over all rows, in the coefficients of centred and scaled columns and the thresholds.

    The loss is infinite where thresholds do not rise.
    """
    k, size = len(centre), len(theta)
    thresholds = theta[k:]
    loss, score, information = 0.0, np.zeros(size), np.zeros((size, size))
    if (np.diff(thresholds) <= 0).any():
        return np.inf, score, information
    for block in rows.blocks():
        matrix = (block.matrix - centre) / spread
        pieces = likelihood_pieces(block.response, matrix @ theta[:k] + block.offset, thresholds)
        loss += float(block.weight @ pieces.loss)
        score += _score_sums(matrix, block.weight, pieces, len(thresholds))
        information += _information_sums(matrix, block.weight, pieces, len(thresholds))
    return loss, score, information


def _score_sums(matrix: Floats, weight: Floats, pieces: Pieces, n_thresholds: int) -> Floats:
    slopes = -(weight * (pieces.upper + pieces.lower)) @ matrix
    return np.concatenate([slopes, _edges(pieces, weight * pieces.upper, weight * pieces.lower, n_thresholds)])


def _information_sums(matrix: Floats, weight: Floats, pieces: Pieces, n_thresholds: int) -> Floats:
    k = matrix.shape[1]
    upper, lower, shared = weight * pieces.upper_curve, weight * pieces.lower_curve, weight * pieces.shared
    out = np.zeros((k + n_thresholds, k + n_thresholds))
    out[:k, :k] = (matrix * (upper + lower)[:, None]).T @ matrix
    for column in range(k):
        mixed = _edges(pieces, upper * matrix[:, column], lower * matrix[:, column], n_thresholds)
        out[column, k:] = out[k:, column] = -mixed
    at = np.arange(k, k + n_thresholds)
    out[at, at] = _edges(pieces, upper + shared, lower + shared, n_thresholds)
    between = np.bincount(pieces.code, shared, n_thresholds + 1)[1:-1]
    out[at[1:], at[:-1]] = out[at[:-1], at[1:]] = -between
    return out


def _edges(pieces: Pieces, upper: Floats, lower: Floats, n_thresholds: int) -> Floats:
    """Sum by threshold: `upper` of the rows just below it and `lower` of those just above."""
    below = np.bincount(pieces.code, upper, n_thresholds + 1)[:-1]
    return np.asarray(below + np.bincount(pieces.code, lower, n_thresholds + 1)[1:], dtype=np.float64)
