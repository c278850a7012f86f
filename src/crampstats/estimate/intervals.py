"""Confidence intervals for proportions under a sampling design, all defined at 0 and at n events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from crampstats.core.errors import OptionError, unknown_name

Floats = NDArray[np.float64]
Interval = Literal["korn_graubard", "beta", "logit", "wilson", "asin", "wald", "exact"]


@dataclass(frozen=True)
class Shares:
    """Estimated shares and what an interval needs of each; arrays of one length.

    Parameters
    ----------
    share
        Estimate, 0 to 1.
    std_error
        Design-based standard error.
    df
        Design degrees of freedom.
    n
        Persons analysed, unweighted.
    """

    share: Floats
    std_error: Floats
    df: Floats
    n: Floats

    @property
    def at_bound(self) -> NDArray[np.bool_]:
        """Where nobody or everybody has the outcome: the standard error is 0 and says nothing."""
        return np.asarray((self.share <= 0) | (self.share >= 1) | (self.std_error <= 0))


def check_level(level: float) -> float:
    """`level` if it lies strictly between 0 and 1."""
    if not 0 < level < 1:
        raise OptionError(f"level is {level}; a confidence level strictly between 0 and 1 is expected (0.95).")
    return level


def proportion_interval(shares: Shares, interval: Interval = "korn_graubard", level: float = 0.95) -> tuple[Floats, Floats]:
    """Lower and upper bounds.

    Parameters
    ----------
    shares
        Estimates with standard error, df and n.
    interval
        korn_graubard
            Clopper-Pearson form at n* = min(n, n_eff (t_{n-1} / t_df)^2), n_eff = p (1 - p) / SE^2: the interval of the NCHS
            presentation standard (Korn & Graubard 1998; Parker et al. 2017, Series 2 No. 175).
        beta
            The same without the cap at n, as R's `svyciprop(method = "beta")`.
        logit
            expit(logit p -/+ t_df SE / (p (1 - p))).
        wilson
            Wilson's score interval at n_eff with the t_df quantile (n at 0 and n events).
        asin
            sin^2 of arcsin(sqrt p) -/+ t_df SE / (2 sqrt(p (1 - p))).
        wald
            p -/+ t_df SE, not clipped to [0, 1].
        exact
            Clopper-Pearson at n; right for a simple sample only.
    level
        Confidence level.

    Returns
    -------
    tuple of arrays
        conf_low, conf_high; NaN where df < 1. With 0 or n events n* = n, and logit, asin and wald, which have no
        width there, give the Korn-Graubard bounds.

    Examples
    --------
    >>> low, high = proportion_interval(Shares(*map(np.array, ([0.0], [0.0], [31.0], [30.0]))))
    >>> round(float(high[0]), 3)
    0.116
    """
    if interval not in get_args(Interval):
        raise unknown_name("interval", interval, get_args(Interval))
    check_level(level)
    low, high = _BOUNDS[interval](shares, level)
    exact_low, exact_high = _beta_bounds(shares.share, shares.n, level)
    if interval in ("logit", "asin", "wald"):
        low, high = np.where(shares.at_bound, exact_low, low), np.where(shares.at_bound, exact_high, high)
    usable = (shares.df >= 1) | (interval == "exact")
    return np.where(usable, low, np.nan), np.where(usable, high, np.nan)


def t_quantile(df: Floats, level: float) -> Floats:
    """Two-sided Student t quantile; NaN where df < 1."""
    from scipy import stats

    return np.asarray(stats.t.ppf((1 + level) / 2, np.where(df >= 1, df, np.nan)), dtype=np.float64)


def effective_size(shares: Shares) -> Floats:
    """p (1 - p) / SE^2; n where the standard error is 0."""
    variance = np.where(shares.at_bound, 1.0, shares.std_error**2)
    return np.where(shares.at_bound, shares.n, shares.share * (1 - shares.share) / variance)


def adjusted_size(shares: Shares, level: float, *, capped: bool) -> Floats:
    """n* = n_eff (t_{n-1} / t_df)^2, at most n when `capped`; n where the standard error is 0."""
    size = effective_size(shares) * (t_quantile(shares.n - 1, level) / t_quantile(shares.df, level)) ** 2
    size = np.minimum(size, shares.n) if capped else size
    return np.where(shares.at_bound, shares.n, size)


def _beta_bounds(share: Floats, size: Floats, level: float) -> tuple[Floats, Floats]:
    """Clopper-Pearson bounds of `share` at a (possibly fractional) sample size."""
    from scipy import stats

    events, tail = share * size, (1 - level) / 2
    with np.errstate(invalid="ignore"):
        low = stats.beta.ppf(tail, events, size - events + 1)
        high = stats.beta.ppf(1 - tail, events + 1, size - events)
    return np.where(share <= 0, 0.0, low), np.where(share >= 1, 1.0, high)


def _korn_graubard(shares: Shares, level: float) -> tuple[Floats, Floats]:
    return _beta_bounds(shares.share, adjusted_size(shares, level, capped=True), level)


def _beta(shares: Shares, level: float) -> tuple[Floats, Floats]:
    return _beta_bounds(shares.share, adjusted_size(shares, level, capped=False), level)


def _exact(shares: Shares, level: float) -> tuple[Floats, Floats]:
    return _beta_bounds(shares.share, shares.n, level)


def _logit(shares: Shares, level: float) -> tuple[Floats, Floats]:
    from scipy.special import expit, logit

    inside = np.where(shares.at_bound, 0.5, shares.share)
    half = t_quantile(shares.df, level) * shares.std_error / (inside * (1 - inside))
    return expit(logit(inside) - half), expit(logit(inside) + half)


def _asin(shares: Shares, level: float) -> tuple[Floats, Floats]:
    inside = np.where(shares.at_bound, 0.5, shares.share)
    half = t_quantile(shares.df, level) * shares.std_error / (2 * np.sqrt(inside * (1 - inside)))
    middle = np.arcsin(np.sqrt(inside))
    # beyond 0 and pi/2 the sine turns back, which would fold the interval over
    low, high = np.clip(middle - half, 0, np.pi / 2), np.clip(middle + half, 0, np.pi / 2)
    return np.sin(low) ** 2, np.sin(high) ** 2


def _wilson(shares: Shares, level: float) -> tuple[Floats, Floats]:
    size, t = effective_size(shares), t_quantile(shares.df, level)
    middle = (shares.share + t**2 / (2 * size)) / (1 + t**2 / size)
    half = t / (1 + t**2 / size) * np.sqrt(shares.share * (1 - shares.share) / size + t**2 / (4 * size**2))
    return np.where(shares.share <= 0, 0.0, middle - half), np.where(shares.share >= 1, 1.0, middle + half)


def _wald(shares: Shares, level: float) -> tuple[Floats, Floats]:
    half = t_quantile(shares.df, level) * shares.std_error
    return shares.share - half, shares.share + half


_BOUNDS: dict[str, Callable[[Shares, float], tuple[Floats, Floats]]] = {
    "korn_graubard": _korn_graubard, "beta": _beta, "logit": _logit, "wilson": _wilson, "asin": _asin, "wald": _wald,
    "exact": _exact,
}
