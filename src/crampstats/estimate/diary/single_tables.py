"""Exact inference on the odds ratio of one fourfold table each, many tables at a time, as in Fisher's test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from crampstats.estimate.diary.conditional_mantel_haenszel import NightTables
from crampstats.estimate.diary.conditional_tables import Support, support_of
from crampstats.estimate.sums import Floats

REACH = 40.0  # log odds ratios beyond which nobody's nights can tell
HALVINGS = 70
ALIKE = 1e-7  # relative error within which two chances are the same, as R's fisher.test


@dataclass(frozen=True, eq=False)
class OwnRatios:
    """Conditional maximum likelihood, exact interval and p-value of each table; -inf and inf where a cell settles it.

    Parameters
    ----------
    log_ratio, std_error
        Of the conditional maximum likelihood; the standard error is NaN where the estimate is not finite.
    low, high
        Exact bounds of the log odds ratio (Clopper-Pearson: each tail has half of what the level leaves).
    p_value
        Fisher's exact test: chance of all counts no likelier than the one seen.
    """

    log_ratio: Floats
    std_error: Floats
    low: Floats
    high: Floats
    p_value: Floats


def exact_ratios(tables: NightTables, level: float) -> OwnRatios:
    """Exact results of each table, alike tables worked out once."""
    whole = np.column_stack([tables.nights, tables.events, tables.exposed, tables.exposed_with]).astype(np.int64)
    distinct, place = np.unique(whole, axis=0, return_inverse=True)
    support = support_of(distinct[:, 0], distinct[:, 1], distinct[:, 2])
    seen = distinct[:, 3].astype(np.float64)
    at_low, at_high = seen <= support.counts[:, 0], seen >= support.counts[:, -1]
    ratio = np.where(at_high, np.inf, np.where(at_low, -np.inf, _root(lambda b: support.moments(b)[1] - seen, len(seen))))
    finite = np.isfinite(ratio)
    variance = support.moments(np.where(finite, ratio, 0.0))[2]
    std_error = np.where(finite, 1 / np.sqrt(np.where(finite, variance, 1.0)), np.nan)
    tail = (1 - level) / 2
    low = np.where(at_low, -np.inf, _root(lambda b: _at_least(support, seen, b) - tail, len(seen)))
    high = np.where(at_high, np.inf, _root(lambda b: tail - _at_most(support, seen, b), len(seen)))
    nothing = at_low & at_high
    ratio = np.where(nothing, np.nan, ratio)
    back = place.reshape(-1)
    return OwnRatios(*(one[back] for one in (ratio, std_error, low, high, _fisher(support, seen))))


def smallest_margins(tables: NightTables) -> Floats:
    """Nights of the rarest kind of each table: with or without the outcome, exposed or not."""
    margins = np.array([tables.events, tables.nights - tables.events, tables.exposed, tables.nights - tables.exposed])
    return np.asarray(margins.min(axis=0), dtype=np.float64)


def half_added(tables: NightTables) -> tuple[Floats, Floats]:
    """Log odds ratio with half a night added to each cell, and its standard error (Gart 1966; Firth's penalty of a 2 x 2 table).

    Examples
    --------
    >>> one = NightTables(*(np.array([value]) for value in (3.0, 0.0, 1.0, 2.0)))
    >>> round(float(np.exp(half_added(one)[0][0])), 6)  # (3.5 x 2.5) / (0.5 x 1.5)
    11.666667
    """
    a, b, c, d = (one + 0.5 for one in (
        tables.exposed_with, tables.exposed_without, tables.unexposed_with, tables.unexposed_without,
    ))
    return np.log(a * d / (b * c)), np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)


def score_difference(tables: NightTables, level: float) -> tuple[Floats, Floats, Floats]:
    """Share of nights with the outcome, exposed less unexposed, with Newcombe's interval (1998, method 10), by person.

    NaN where a person has no exposed or no unexposed night.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        exposed, unexposed = tables.exposed, tables.nights - tables.exposed
        first, low_1, high_1 = _wilson(tables.exposed_with, exposed, level)
        second, low_2, high_2 = _wilson(tables.unexposed_with, unexposed, level)
        difference = first - second
        low = difference - np.sqrt((first - low_1) ** 2 + (high_2 - second) ** 2)
        high = difference + np.sqrt((high_1 - first) ** 2 + (second - low_2) ** 2)
    return difference, low, high


def _wilson(events: Floats, n: Floats, level: float) -> tuple[Floats, Floats, Floats]:
    from scipy.stats import norm

    z = float(norm.isf((1 - level) / 2))
    share = events / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return share, centre - half, centre + half


def _root(function: Callable[[Floats], Floats], size: int) -> Floats:
    """Where an increasing function of the log odds ratio crosses 0, by halving, for each table."""
    low, high = np.full(size, -REACH), np.full(size, REACH)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        below = function(middle) < 0
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2, dtype=np.float64)


def _at_least(support: Support, seen: Floats, log_ratio: Floats) -> Floats:
    chances = np.exp(support.log_chances(log_ratio))
    return np.asarray(np.where(support.counts >= seen[:, None], chances, 0.0).sum(axis=1), dtype=np.float64)


def _at_most(support: Support, seen: Floats, log_ratio: Floats) -> Floats:
    chances = np.exp(support.log_chances(log_ratio))
    return np.asarray(np.where(support.counts <= seen[:, None], chances, 0.0).sum(axis=1), dtype=np.float64)


def _fisher(support: Support, seen: Floats) -> Floats:
    chances = np.exp(support.log_chances(np.zeros(len(seen))))
    own = np.where((support.counts == seen[:, None]) & np.isfinite(support.log_weights), chances, 0.0).sum(axis=1)
    total = np.where(chances <= own[:, None] * (1 + ALIKE), chances, 0.0).sum(axis=1)
    return np.asarray(np.minimum(total, 1.0), dtype=np.float64)
