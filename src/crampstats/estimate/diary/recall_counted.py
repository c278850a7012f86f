"""Period prevalence as the diary itself counts it: U-statistic over subsets of nights, Kaplan-Meier over nights in a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crampstats.estimate.diary.recall_nights import Bools, CrampNights, Floats, Ints
from crampstats.estimate.intervals import Shares, proportion_interval

MOST_DF = 1e6  # more is as good as infinite
FEW_FREE = 3


@dataclass(frozen=True)
class Counted:
    """Period prevalence over several windows; arrays of one length.

    Parameters
    ----------
    share, std_error
        Estimate and person-level standard error; NaN where no diary reaches the window.
    persons
        Persons whose diaries reach the window.
    short
        Persons whose diaries do not.
    df
        Degrees of freedom of the interval (`_spread`).
    binomial
        Variance over persons as a share of p (1 - p): 1 where persons are cases or not, small where all have something of both.
    few_free
        Fewer than three persons' worth without a cramp, so that a standard error tells too little.
    """

    share: Floats
    std_error: Floats
    persons: Ints
    short: Ints
    df: Floats
    binomial: Floats
    few_free: Bools | None = None

    @property
    def by_persons(self) -> Bools:
        """Windows whose interval counts persons: no error, or one that tells too little."""
        alike = ~(self.std_error > 0)
        return alike if self.few_free is None else alike | self.few_free

    def interval(self, level: float) -> tuple[Floats, Floats]:
        """Between Wilson's interval, weighing `binomial`, and the logit interval; Clopper-Pearson where it is `by_persons`.

        Wilson's is right where persons are cases or not, and the logit interval too wide there; where persons' shares lie
        between 0 and 1 and are skewed it is the other way round.
        """
        shares = Shares(self.share, self.std_error, self.df, self.persons.astype(np.float64))
        wilson, odds = proportion_interval(shares, "wilson", level), proportion_interval(shares, "logit", level)
        exact = proportion_interval(shares, "exact", level)
        mixed = [self.binomial * one + (1 - self.binomial) * other for one, other in zip(wilson, odds, strict=True)]
        low, high = (np.where(self.by_persons, other, one) for one, other in zip(mixed, exact, strict=True))
        some = self.persons > 1
        return np.where(some, low, np.nan), np.where(some, high, np.nan)


def variance_df(kurtosis: Any, persons: Any) -> Floats:
    """Degrees of freedom of a variance over m persons: 2 m / (kurtosis - (m - 3) / (m - 1)), at most m - 1.

    A few persons with many cramps make the variance itself uncertain; for normal values (kurtosis 3) it is m - 1, for a rare
    yes/no about twice the number of events (Satterthwaite's moment match, doi:10.2307/3002019).
    """
    m, kurtosis = np.asarray(persons, dtype=np.float64), np.asarray(kurtosis, dtype=np.float64)
    some = m > 1
    excess = np.where(some, kurtosis - (m - 3) / np.where(some, m - 1, 1.0), 1.0)
    matched = np.where(excess > 0, 2 * m / np.where(excess > 0, excess, 1.0), np.inf)
    return np.asarray(np.where(some, np.clip(matched, 1.0, np.maximum(m - 1, 1.0)), 0.0), dtype=np.float64)


def window_shares(n: Any, s: Any, window: int, at_least: int = 1) -> Floats:
    """Share of all subsets of `window` of a person's n nights that hold at least so many of the s cramp nights.

    1 - C(n - s, w) / C(n, w) for one cramp night; NaN where n < w. The average over all subsets is unbiased for the
    probability in w nights, whatever the person's own probability of a night, as long as nights are exchangeable.

    Examples
    --------
    >>> window_shares([4], [2], 2).round(4)  # 5 of the 6 pairs of nights hold a cramp night
    array([0.8333])
    """
    from scipy.special import gammaln

    n, s = np.asarray(n, dtype=np.float64), np.asarray(s, dtype=np.float64)
    reached = n >= window
    total = np.where(reached, n, window)
    fewer = np.zeros(n.shape)
    for count in range(at_least):
        possible = reached & (s >= count) & (total - s >= window - count) & (window >= count)
        hits, free, left = np.where(possible, s, count), np.where(possible, total - s, window), window - count
        log_ways = (
            gammaln(hits + 1) - gammaln(count + 1) - gammaln(hits - count + 1)
            + gammaln(free + 1) - gammaln(left + 1) - gammaln(free - left + 1)
            - gammaln(total + 1) + gammaln(window + 1) + gammaln(total - window + 1)
        )
        fewer += np.where(possible, np.exp(log_ways), 0.0)
    return np.where(reached, np.clip(1 - fewer, 0.0, 1.0), np.nan)


def count_subsets(nights: CrampNights, windows: Ints, *, at_least: int = 1) -> Counted:
    """U-statistic: mean over persons of `window_shares`, with the standard error of a mean over persons.

    The delete-one-person jackknife of a mean is that same standard error.
    """
    n, s, counts = nights.patterns
    return counted_mean([window_shares(n, s, int(window), at_least) for window in windows], counts)


def counted_mean(values: Sequence[Floats], counts: Floats) -> Counted:
    """Mean over persons of one value per pattern, for each window; NaN for patterns that do not reach it."""
    rows = [_mean(one, counts) for one in values]
    share, error, persons, df, binomial = (np.array(column) for column in zip(*rows, strict=True))
    reached = persons.astype(np.int64)
    return Counted(share, error, reached, int(counts.sum()) - reached, df, binomial)


def _mean(values: Floats, counts: Floats) -> tuple[float, float, float, float, float]:
    """Mean, standard error, persons, df and binomial part; values of persons who do not reach the window are NaN."""
    known = ~np.isnan(values)
    m = float(counts[known].sum())
    if m == 0:
        return np.nan, np.nan, 0.0, 0.0, 1.0
    mean = float(counts[known] @ values[known]) / m
    deviation, df, binomial = _spread(values[known] - mean, counts[known], mean)
    return mean, deviation / np.sqrt(m), m, df, binomial


def _spread(deviations: Floats, counts: Floats, share: float) -> tuple[float, float, float]:
    """Standard deviation (m - 1) of persons' values about their mean, degrees of freedom, binomial part of the variance.

    An interval takes the binomial part of the variance from the share itself, so only its multiple s2 / (p (1 - p)) is uncertain;
    the rest is as uncertain as a variance is. With b the binomial part and v the relative variance of that multiple,
    1 / df = b v / 2 + (1 - b) / df of the variance. Rounding does not pass for variation.
    """
    m = float(counts.sum())
    squares = float(counts @ deviations**2)
    if m < 2 or squares <= 1e-24 * m:
        return 0.0, max(m - 1, 0.0), 1.0
    variance, room = squares / m, max(share * (1 - share), 1e-12)
    binomial = min(squares / (m - 1) / room, 1.0)
    multiple = deviations**2 / variance - 1 - (1 - 2 * share) / room * deviations
    wobble = float(counts @ multiple**2) / m**2
    kurtosis = float(counts @ deviations**4) / m / variance**2
    inverse = binomial * wobble / 2 + (1 - binomial) / float(variance_df(kurtosis, m))
    return np.sqrt(squares / (m - 1)), 1 / max(inverse, 1 / MOST_DF), binomial


def wait_for_cramps(nights: CrampNights, windows: Ints) -> Counted:
    """Kaplan-Meier of the waiting time from every known night to the next cramp night, jackknifed over persons.

    F(w) = 1 - prod_{k <= w} (1 - D_k / R_k); D_k and R_k add up, over persons, the share of a person's starts that meet the first
    cramp on night k, and that are still waiting at its beginning. Missed nights and the end of the diary censor. Near 1 the
    jackknife sees nothing or has less than one degree of freedom: where fewer than three of those with such runs would be without
    a cramp the interval counts them.
    """
    share, left_out = jackknife_waits(nights, windows)
    m = len(left_out)
    # pseudo-values: their mean deviation is 0, their standard error that of the jackknife
    pseudo = (m - 1) * (left_out.mean(axis=0) - left_out)
    spreads = [_spread(column, np.ones(m), float(one)) for column, one in zip(pseudo.T, share, strict=True)]
    deviation, df, binomial = (np.array(column) for column in zip(*spreads, strict=True))
    persons = np.array([int((nights.longest_runs >= window).sum()) for window in windows], dtype=np.int64)
    reached = persons > 0
    few_free = (df < 1) | ((persons * (1 - share) < FEW_FREE) & (binomial > 0.5))
    return Counted(
        np.where(reached, share, np.nan), np.where(reached, deviation / np.sqrt(m), np.nan), persons, len(nights.n) - persons,
        np.minimum(df, np.maximum(persons - 1, 0)), binomial, few_free,
    )


def jackknife_waits(nights: CrampNights, windows: Ints) -> tuple[Floats, Floats]:
    """Kaplan-Meier over each window, and without each person in turn (persons x windows)."""
    width = int(min(windows.max(), nights.longest_runs.max()))
    chosen = np.minimum(windows, width) - 1
    events, waiting = np.zeros(width), np.zeros(width)
    for ended, left in nights.blocks(width):
        events, waiting = events + ended.sum(axis=0), waiting + left.sum(axis=0)
    left_out = [_kaplan_meier(events - ended, waiting - left)[:, chosen] for ended, left in nights.blocks(width)]
    return _kaplan_meier(events, waiting)[chosen], np.concatenate(left_out)


def _kaplan_meier(events: Floats, waiting: Floats) -> Floats:
    """1 - prod (1 - D_k / R_k) along the last axis; where nobody waits any more nothing is added."""
    some = waiting > 1e-12
    hazard = np.clip(np.where(some, events, 0.0) / np.where(some, waiting, 1.0), 0.0, 1.0)
    return np.asarray(1 - np.cumprod(1 - hazard, axis=-1), dtype=np.float64)
