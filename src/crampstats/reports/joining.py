"""Results of several analyses in one table, described by all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from crampstats.core.estimates import Estimates, concat_estimates


def join_estimates(parts: Sequence[Estimates]) -> Estimates:
    """Stack results whose methods, weights or populations differ.

    Parameters
    ----------
    parts
        At least one; group columns that a part lacks are "" in its rows.

    Returns
    -------
    Estimates
        As `concat_estimates`, but `method`, `weights` and `population` say each distinct one, in order.

    Examples
    --------
    >>> import pandas as pd
    >>> parts = [Estimates(pd.DataFrame({"estimate": [1.0]}), weights=name) for name in ("interview", "examination", "interview")]
    >>> join_estimates(parts).weights
    'interview; examination'
    """
    return replace(
        concat_estimates(parts), method=_distinct((part.method for part in parts), " "),
        weights=_distinct((part.weights for part in parts), "; "),
        population=_distinct((part.population for part in parts), "; "),
    )


def _distinct(texts: Iterable[str], between: str) -> str:
    return between.join(dict.fromkeys(text for text in texts if text))
