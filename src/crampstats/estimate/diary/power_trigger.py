"""Conditional logistic regression with one yes/no covariate, fast enough to be repeated thousands of times."""

from __future__ import annotations

from typing import Any

import numpy as np

from crampstats.estimate.sums import Floats

MAX_STEPS = 40
RUNAWAY = 20.0


def fit_common_odds(exposed: Any, cramp: Any, logged: Any) -> tuple[float, float, float]:
    """Log odds ratio within persons, its person-robust standard error and degrees of freedom.

    A person's number of cramp nights with the exposure, given how many nights were exposed and how many had a cramp, follows
    Fisher's noncentral hypergeometric distribution; its likelihood is the exact conditional one of a single yes/no covariate.
    The covariance is that of Mancl & DeRouen, df the telling persons less 1: what `estimate_conditional` gives.

    Parameters
    ----------
    exposed, cramp, logged
        Yes/no, persons x nights; nights that are not logged must be no in the first two.

    Returns
    -------
    tuple
        NaN where nothing can be estimated, or the odds ratio is infinite.
    """
    nights, marked, with_cramp, both = (one.sum(axis=1) for one in (logged, exposed, cramp, exposed & cramp))
    telling = (marked > 0) & (marked < nights) & (with_cramp > 0) & (with_cramp < nights)
    if int(telling.sum()) < 2:
        return np.nan, np.nan, np.nan
    nights, marked, with_cramp, both = (one[telling] for one in (nights, marked, with_cramp, both))
    support, weights = _supports(nights, marked, with_cramp)
    if both.sum() in (np.maximum(0, marked + with_cramp - nights).sum(), np.minimum(marked, with_cramp).sum()):
        return np.nan, np.nan, np.nan
    beta = 0.0
    for _ in range(MAX_STEPS):
        mean, variance = _moments(support, weights, beta)
        step = float((both - mean).sum() / variance.sum())
        beta += max(-2.0, min(2.0, step))
        if abs(step) < 1e-10 or abs(beta) > RUNAWAY:
            break
    mean, variance = _moments(support, weights, beta)
    whole = float(variance.sum())
    scores = (both - mean) / (1 - variance / whole)
    std_error = float(np.sqrt((scores**2).sum())) / whole
    if abs(beta) > RUNAWAY or not std_error > 0:
        return np.nan, np.nan, np.nan
    return beta, std_error, float(len(both) - 1)


def _supports(nights: Any, marked: Any, with_cramp: Any) -> tuple[Floats, Floats]:
    """Possible numbers of cramp nights with the exposure (persons x values), and their log weights at odds ratio 1."""
    from scipy.special import gammaln

    low = np.maximum(0, marked + with_cramp - nights)
    high = np.minimum(marked, with_cramp)
    values = low[:, None] + np.arange(int((high - low).max()) + 1)[None, :]
    possible = values <= high[:, None]
    u = np.where(possible, values, low[:, None]).astype(np.float64)
    k, n, s = (one[:, None].astype(np.float64) for one in (marked, nights, with_cramp))
    logs = -(gammaln(u + 1) + gammaln(k - u + 1) + gammaln(s - u + 1) + gammaln(n - k - s + u + 1))
    return u, np.where(possible, logs, -np.inf)


def _moments(support: Floats, weights: Floats, beta: float) -> tuple[Floats, Floats]:
    """Mean and variance of each person's number at a log odds ratio."""
    logs = weights + beta * support
    share = np.exp(logs - logs.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    mean = (share * support).sum(axis=1)
    return mean, (share * (support - mean[:, None]) ** 2).sum(axis=1)
