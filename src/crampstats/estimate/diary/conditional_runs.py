"""How much likelier an outcome is after a night with it, within a person: the exact likelihood of runs.

Of a stretch of consecutive nights on which logit P(y_t) = a + g y_{t-1}, with a level a of each person, the chance of the nights
given the first and the last night and the number k with the outcome is proportional to exp(g s), s the number of nights with the
outcome that follow such a night: a cancels (Cox 1958, doi:10.1111/j.2517-6161.1958.tb00292.x; Chamberlain 1985). With r runs of
nights with the outcome s = k - r, and C(k - 1, r - 1) C(n - k - 1, z - 1) sequences have them, z = r + 1 less one for each end at
which the outcome stands.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, SeparationError
from crampstats.estimate.diary.conditional_tables import Support
from crampstats.estimate.sums import Floats

Ints = NDArray[np.int64]
MAX_STEPS = 100
CONVERGED = 1e-10
FLAT = 1e-8  # share left of the variance at 0, below which the coefficient runs away


@dataclass(frozen=True, eq=False)
class Stretches:
    """Consecutive nights on which the outcome was recorded, one entry per stretch.

    Parameters
    ----------
    person
        Number of the person.
    nights, events
        Nights, and those with the outcome.
    follows
        Nights with the outcome right after such a night.
    ends
        How many of first and last night have the outcome (0, 1 or 2).
    """

    person: Ints
    nights: Ints
    events: Ints
    follows: Ints
    ends: Ints


@dataclass(frozen=True, eq=False)
class RunsFit:
    """Log odds ratio of a night after a night with the outcome, its standard errors, and what it rests on."""

    coefficient: float
    model_std_error: float
    robust_std_error: float
    persons: int
    nights: int
    events: int


def find_stretches(panel: DiaryPanel, values: Floats) -> Stretches:
    """Stretches of consecutive nights with a known value, 1 or 0; a missed night ends one."""
    places = np.flatnonzero(~np.isnan(values))
    codes, nights, y = panel.codes[places], panel.nights[places], values[places]
    new = np.ones(len(places), dtype=bool)
    new[1:] = (codes[1:] != codes[:-1]) | (np.diff(nights) != 1)
    first = np.flatnonzero(new)
    last = np.concatenate([first[1:], [len(places)]]) - 1
    pairs = np.where(new, 0.0, y * np.concatenate([[0.0], y[:-1]]))
    counts = [np.add.reduceat(one, first).astype(np.int64) for one in (np.ones(len(y)), y, pairs)]
    return Stretches(codes[first], counts[0], counts[1], counts[2], (y[first] + y[last]).astype(np.int64))


def runs_support(stretches: Stretches) -> tuple[Support, NDArray[np.bool_]]:
    """Possible numbers of nights with the outcome that follow one, and which stretches have more than one possibility."""
    from scipy.special import gammaln

    n, k, ends = stretches.nights, stretches.events, stretches.ends
    without = n - k
    # r runs with the outcome leave r + 1 - ends runs without
    low = np.maximum(1, ends)
    low = np.maximum(low, np.where(without > 0, ends, 1))
    high = np.minimum(k, without - 1 + ends)
    telling = (k > 0) & (without > 0) & (high > low)
    n, k, without, ends, low, high = (one[telling] for one in (n, k, without, ends, low, high))
    if not len(n):
        return Support(np.zeros((0, 1)), np.zeros((0, 1))), telling
    runs = np.minimum(low[:, None] + np.arange(int((high - low).max()) + 1), high[:, None]).astype(np.float64)

    def choose(of: Floats, some: Floats) -> Floats:
        return np.asarray(gammaln(of + 1) - gammaln(some + 1) - gammaln(of - some + 1), dtype=np.float64)

    other = runs + 1 - ends[:, None]
    # a stretch with the outcome at both ends has one run without less than with; C(m - 1, r - 1) holds for at least one run
    weights = choose(k[:, None] - 1.0, runs - 1) + choose(without[:, None] - 1.0, other - 1)
    beyond = low[:, None] + np.arange(runs.shape[1]) > high[:, None]
    return Support(k[:, None] - runs, np.where(beyond, -np.inf, weights)), telling


def fit_runs(stretches: Stretches, outcome: str) -> RunsFit:
    """The conditional maximum likelihood, persons as clusters of the robust variance.

    Raises
    ------
    DataError
        No stretch of nights tells of it.
    SeparationError
        In every stretch the nights with the outcome stand together (or apart) as far as can be.
    """
    kinds, kind = _kinds(stretches)
    support, some = runs_support(kinds)
    telling = some[kind]
    if not telling.any():
        raise DataError(
            f"no stretch of consecutive nights tells whether {outcome!r} follows {outcome!r}: at least four nights with some of "
            "both kinds are needed."
        )
    follows, person = stretches.follows[telling].astype(np.float64), stretches.person[telling]
    # stretches alike in nights, nights with the outcome and ends have the same moments, which are looked for once
    which = (np.cumsum(some) - 1)[kind[telling]]
    g, n_kinds = 0.0, int(some.sum())
    at_zero = float(support.moments(np.zeros(n_kinds))[2][which].sum())
    for _ in range(MAX_STEPS):
        mean, variance = (one[which] for one in support.moments(np.full(n_kinds, g))[1:])
        information = float(variance.sum())
        if information < FLAT * at_zero:
            break
        move = float((follows - mean).sum()) / information
        if abs(move) < CONVERGED:
            sums = np.bincount(person, follows - mean)
            persons = len(np.unique(person))
            # the score of one person alone is 0 at the maximum, which is no precision
            robust = float(np.sqrt((sums**2).sum())) / information if persons > 1 else np.nan
            return RunsFit(
                g + move, information**-0.5, robust, persons, int(stretches.nights[telling].sum()),
                int(stretches.events[telling].sum()),
            )
        g += float(np.clip(move, -1.0, 1.0))
    raise SeparationError(
        f"in every stretch the nights with {outcome!r} stand as close together (or as far apart) as they can: no finite odds "
        "ratio fits best."
    )


def _kinds(stretches: Stretches) -> tuple[Stretches, Ints]:
    """One stretch of each kind, and the kind of every stretch."""
    most = int(stretches.events.max(initial=0)) + 1
    key = (stretches.nights * most + stretches.events) * 3 + stretches.ends
    first, kind = np.unique(key, return_index=True, return_inverse=True)[1:]
    shown = (one[first] for one in (
        stretches.person, stretches.nights, stretches.events, stretches.follows, stretches.ends,
    ))
    return Stretches(*shown), kind.astype(np.int64)


def expected_log_ratio(stretches: Stretches, persons: int) -> float:
    """Log of what the Mantel-Haenszel odds ratio of a night on the night before is near to where nights do not hang together.

    All orders of a person's k of n nights are then alike, so that of the pairs of nights k (k - 1) / (n (n - 1)) are with-with,
    and so on. NaN where it has no value.
    """
    n = np.bincount(stretches.person, stretches.nights, persons)
    k = np.bincount(stretches.person, stretches.events, persons)
    pairs = np.bincount(stretches.person, stretches.nights - 1, persons)
    some = (n > 1) & (pairs > 0)
    n, k, pairs = n[some], k[some], pairs[some]
    total = n * (n - 1)
    both, mixed, neither = k * (k - 1) / total, k * (n - k) / total, (n - k) * (n - k - 1) / total
    numerator, denominator = float((pairs * both * neither).sum()), float((pairs * mixed**2).sum())
    return float(np.log(numerator / denominator)) if numerator > 0 and denominator > 0 else np.nan
