"""Mantel-Haenszel odds ratios with persons as strata: fourfold tables of nights, one per person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crampstats.estimate.sums import Floats

Ints = NDArray[np.int64]
MEASURE_MH = "odds ratio (Mantel-Haenszel)"


@dataclass(frozen=True, eq=False)
class NightTables:
    """One fourfold table per person, counts of nights (persons,).

    Parameters
    ----------
    exposed_with, exposed_without, unexposed_with, unexposed_without
        Nights by exposure and outcome.
    """

    exposed_with: Floats
    exposed_without: Floats
    unexposed_with: Floats
    unexposed_without: Floats

    @property
    def nights(self) -> Floats:
        """Nights of each person."""
        return self.exposed_with + self.exposed_without + self.unexposed_with + self.unexposed_without

    @property
    def events(self) -> Floats:
        """Nights with the outcome of each person."""
        return self.exposed_with + self.unexposed_with

    @property
    def exposed(self) -> Floats:
        """Exposed nights of each person."""
        return self.exposed_with + self.exposed_without

    @property
    def telling(self) -> NDArray[np.bool_]:
        """Persons with nights of both kinds, exposed and not: only they tell of the odds ratio."""
        events, exposed, nights = self.events, self.exposed, self.nights
        return np.asarray((events > 0) & (events < nights) & (exposed > 0) & (exposed < nights))


@dataclass(frozen=True)
class PooledRatio:
    """A Mantel-Haenszel odds ratio: its logarithm, two standard errors of it, and the test of Mantel and Haenszel.

    Parameters
    ----------
    log_ratio
        NaN where no finite odds ratio exists.
    std_error
        Of Robins, Breslow and Greenland: nights of a person are independent.
    robust_std_error
        Root of the sum over persons of (R_i / R - S_i / S)^2: whatever the dependence between nights of one person.
    p_value
        Chi-squared of the sum of exposed nights with the outcome against its hypergeometric moments, no continuity correction.
    """

    log_ratio: float
    std_error: float
    robust_std_error: float
    p_value: float


def count_nights(exposed: Floats, outcome: Floats, codes: Ints, persons: int) -> NightTables:
    """Tables of the nights on which both are known (1 or 0; NaN is not known), one per person."""
    known = ~(np.isnan(exposed) | np.isnan(outcome))
    cell = codes[known] * 4 + (exposed[known] == 0) * 2 + (outcome[known] == 0)
    counts = np.bincount(cell.astype(np.int64), minlength=4 * persons).astype(np.float64).reshape(persons, 4)
    return NightTables(*counts.T)


def pool_tables(tables: NightTables) -> PooledRatio:
    """Mantel-Haenszel odds ratio of all persons.

    Notes
    -----
    With a, b exposed nights with and without, c, d unexposed ones, n all: R_i = a d / n, S_i = b c / n, P = (a + d) / n,
    Q = (b + c) / n; ratio R / S of the sums, variance of its logarithm sum(P R) / 2R^2 + sum(P S + Q R) / 2RS + sum(Q S) / 2S^2.

    References
    ----------
    Mantel N, Haenszel W 1959, doi:10.1093/jnci/22.4.719. Robins J, Breslow N, Greenland S 1986, doi:10.2307/2531052.

    Examples
    --------
    >>> tables = NightTables(*(np.array([one]) for one in (6.0, 2.0, 3.0, 4.0)))
    >>> round(float(np.exp(pool_tables(tables).log_ratio)), 9)  # of one table: the cross-product ratio 24 / 6
    4.0
    """
    some = tables.nights > 0
    a, b, c, d = (one[some] for one in (
        tables.exposed_with, tables.exposed_without, tables.unexposed_with, tables.unexposed_without,
    ))
    n = a + b + c + d
    for_it, against = a * d / n, b * c / n
    total_for, total_against = float(for_it.sum()), float(against.sum())
    p_value = _score_test(a, b, c, d)
    if total_for <= 0 or total_against <= 0:
        return PooledRatio(np.nan, np.nan, np.nan, p_value)
    same, crossed = (a + d) / n, (b + c) / n
    variance = (
        (same * for_it).sum() / (2 * total_for**2)
        + (same * against + crossed * for_it).sum() / (2 * total_for * total_against)
        + (crossed * against).sum() / (2 * total_against**2)
    )
    robust = float(np.sqrt(((for_it / total_for - against / total_against) ** 2).sum())) if tables.telling.sum() > 1 else np.nan
    return PooledRatio(float(np.log(total_for / total_against)), float(np.sqrt(variance)), robust, p_value)


def _score_test(a: Floats, b: Floats, c: Floats, d: Floats) -> float:
    from scipy import stats

    n = a + b + c + d
    expected = (a + b) * (a + c) / n
    variance = (a + b) * (c + d) * (a + c) * (b + d) / (n**2 * np.maximum(n - 1, 1))
    total = float(variance.sum())
    return float(stats.chi2.sf((a.sum() - expected.sum()) ** 2 / total, 1)) if total > 0 else np.nan
