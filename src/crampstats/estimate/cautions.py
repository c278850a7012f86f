"""Which estimates may be shown: the NCHS data presentation standards, coded with their wording.

Proportions: Parker JD et al. 2017, Vital and Health Statistics Series 2 No. 175. Counts: Series 2 No. 200 (2023).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from crampstats.estimate.intervals import Floats, Shares, effective_size, proportion_interval, t_quantile

MIN_EFFECTIVE_SIZE = 30
NARROW_WIDTH = 0.05
WIDE_WIDTH = 0.30
RELATIVE_WIDTH = 1.30
MIN_DF = 8
MIN_COUNT = 10
COUNT_RELATIVE_WIDTH = 1.60
# conventions of this project: below them a ratio to the level hangs on single persons
FEW_PERSONS = 30
FEW_EVENTS = 10


def join_cautions(*parts: str) -> str:
    """Cautions in one cell, each once, without empty ones; what suppresses the number first, where readers look for it."""
    ordered = sorted(parts, key=lambda part: not part.startswith("suppress"))
    return "; ".join(dict.fromkeys(text for part in ordered if part for text in part.split("; ")))


def few_caution(n: float, n_events: float, words: str) -> str:
    """What is sparse about one level of a covariate; "" where nothing is. `n_events` is NaN unless the outcome is yes/no."""
    if n < FEW_PERSONS:
        return f"review: {n:.0f} persons with {words} (< {FEW_PERSONS})"
    if n_events < FEW_EVENTS:
        return f"review: {n_events:.0f} of {n:,.0f} persons with {words} have the outcome (< {FEW_EVENTS})"
    if n - n_events < FEW_EVENTS:
        return f"review: {n - n_events:.0f} of {n:,.0f} persons with {words} are without the outcome (< {FEW_EVENTS})"
    return ""


def share_cautions(shares: Shares) -> list[str]:
    """A caution per proportion by the NCHS standard; empty where it may be shown as it is.

    The rules read the 95 % Korn-Graubard interval, whichever interval is printed. "suppress" starts the text of an estimate
    that the standard does not present, "review" of one a statistician should see.
    """
    low, high = proportion_interval(shares, "korn_graubard", 0.95)
    size = np.minimum(effective_size(shares), shares.n)
    # with 0 or n events the standard sets the width to 0 for its rules; the interval printed stays exact
    extreme = (shares.share <= 0) | (shares.share >= 1)
    width = np.where(extreme, 0.0, high - low)
    return [
        _share_caution(*values)
        for values in zip(shares.share, size, width, shares.df, extreme, shares.std_error, strict=True)
    ]


def _share_caution(share: float, size: float, width: float, df: float, extreme: bool, std_error: float) -> str:
    if not df >= 1:
        return f"suppress: {max(df, 0):.0f} degrees of freedom, no interval"
    review = join_cautions(
        f"review: {df:.0f} degrees of freedom (< {MIN_DF})" if df < MIN_DF else "",
        "review: 0 or 100 %" if extreme else "",
        "review: standard error 0 away from 0 and 100 %" if std_error <= 0 and not extreme else "",
    )
    return join_cautions(_reliability(share, size, width), review)


def _reliability(share: float, size: float, width: float) -> str:
    """Rules 1 to 4 of the standard and its footnote on the complement."""
    if size < MIN_EFFECTIVE_SIZE:
        return f"suppress: effective sample size {size:.1f} (< {MIN_EFFECTIVE_SIZE})"
    if width <= NARROW_WIDTH:
        return ""
    if width >= WIDE_WIDTH:
        return f"suppress: interval {100 * width:.1f} points wide (>= {100 * WIDE_WIDTH:.0f})"
    if width > RELATIVE_WIDTH * share:
        return f"suppress: interval {100 * width / share:.0f} % of the estimate wide (> {100 * RELATIVE_WIDTH:.0f} %)"
    if width > RELATIVE_WIDTH * (1 - share):
        return f"note: the complement is unreliable (interval {100 * width / (1 - share):.0f} % of it wide)"
    return ""


def count_cautions(total: Floats, std_error: Floats, df: Floats, n: Floats) -> list[str]:
    """A caution per estimated number of persons by the NCHS standard for counts; `n` persons of the sample are in it.

    The rules read the 95 % interval, whichever is printed.
    """
    width = 2 * t_quantile(df, 0.95) * std_error
    return [_count_caution(*values) for values in zip(total, width, df, n, strict=True)]


def _count_caution(total: float, width: float, df: float, n: float) -> str:
    if not df >= 1:
        return f"suppress: {max(df, 0):.0f} degrees of freedom, no interval"
    review = f"review: {df:.0f} degrees of freedom (< {MIN_DF})" if df < MIN_DF else ""
    if n < MIN_COUNT:
        return join_cautions(f"suppress: {n:.0f} persons behind it (< {MIN_COUNT})", review)
    if total > 0 and width > COUNT_RELATIVE_WIDTH * total:
        wide = f"interval {100 * width / total:.0f} % of the count wide (> {100 * COUNT_RELATIVE_WIDTH:.0f} %)"
        return join_cautions(f"suppress: {wide}", review)
    return review


def df_cautions(df: Iterable[float]) -> list[str]:
    """A caution where the design leaves few degrees of freedom; for means, quantiles and comparisons."""
    texts = []
    for value in df:
        if not value >= 1:
            texts.append(f"suppress: {max(value, 0):.0f} degrees of freedom, no interval")
        else:
            texts.append(f"review: {value:.0f} degrees of freedom (< {MIN_DF})" if value < MIN_DF else "")
    return texts
