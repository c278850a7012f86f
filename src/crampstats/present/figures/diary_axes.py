"""Axes of nights: ticks by diary day or by date, and an upright axis of ratios."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crampstats.core.calendar import MONTHS, WEEK, weekday_of
from crampstats.present.figures.ratio_axis import RatioSpan
from crampstats.present.figures.sheet import text_mm
from crampstats.present.theme import INK

DAY_STEPS = (1, 2, 7, 14, 28, 56, 91, 182, 364, 728)
MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60)
SHORT_NIGHTS = 45  # up to so many nights the ticks are Mondays or single days, not months


def day_ticks(n: int, length_mm: float, points: float) -> list[int]:
    """Days 1, 1 + step ... of n days that have room side by side.

    Examples
    --------
    >>> day_ticks(60, 100.0, 7.0), day_ticks(1, 10.0, 7.0)
    ([1, 8, 15, 22, 29, 36, 43, 50, 57], [1])
    """
    room = text_mm(str(n), points) + 2.0
    step = next((step for step in DAY_STEPS if length_mm * step / n >= room), DAY_STEPS[-1])
    return list(range(1, n + 1, step))


def date_ticks(first: int, last: int, length_mm: float, points: float) -> tuple[list[int], list[str]]:
    """Nights that get a tick, and their words: days and Mondays of a short span, first days of months of a long one.

    Examples
    --------
    >>> date_ticks(20513, 20513 + 30, 80.0, 7.0)  # March 2026
    ([20514, 20521, 20528, 20535, 20542], ['2 Mar', '9 Mar', '16 Mar', '23 Mar', '30 Mar'])
    >>> date_ticks(20400, 20600, 60.0, 7.0)[1]
    ['Jan 2026', 'Mar 2026', 'May 2026']
    """
    n = last - first + 1
    if n <= SHORT_NIGHTS:
        room = text_mm("30 Mar", points) + 2.0
        step = next((step for step in (1, 7, 14, 28) if length_mm * step / n >= room), 28)
        nights = np.arange(first, last + 1)
        nights = nights if step == 1 else nights[weekday_of(nights) == 0][::step // WEEK]
        nights = nights if len(nights) else np.array([first])
        return nights.tolist(), [_day_words(night) for night in nights]
    months = np.arange(np.datetime64(first, "D").astype("datetime64[M]").astype(int),
                       np.datetime64(last, "D").astype("datetime64[M]").astype(int) + 1)
    room = text_mm("Mar 2026", points) + 2.5
    step = next((step for step in MONTH_STEPS if length_mm * step * 30.4 / n >= room), MONTH_STEPS[-1])
    chosen = [int(month) for month in months if month % step == 0]
    starts = [int(np.datetime64(month, "M").astype("datetime64[D]").astype(int)) for month in chosen]
    told = [(night, f"{MONTHS[month % 12][:3]} {1970 + month // 12}") for night, month in zip(starts, chosen, strict=True)
            if first <= night <= last]
    return ([night for night, _ in told], [words for _, words in told]) if told else ([first], [_day_words(first)])


def years_words(first: int, last: int) -> str:
    """The year or years of a span of nights.

    Examples
    --------
    >>> years_words(20513, 20540), years_words(20400, 20600)
    ('2026', '2025-2026')
    """
    years = [1970 + int(np.datetime64(night, "D").astype("datetime64[Y]").astype(int)) for night in (first, last)]
    return str(years[0]) if years[0] == years[1] else f"{years[0]}-{years[1]}"


def _day_words(night: int) -> str:
    month = int(np.datetime64(int(night), "D").astype("datetime64[M]").astype(int))
    day = int(night) - int(np.datetime64(month, "M").astype("datetime64[D]").astype(int)) + 1
    return f"{day} {MONTHS[month % 12][:3]}"


def rate_ticks(upper: float, length_mm: float, room_mm: float) -> list[float]:
    """Round numbers from 0 to `upper`, as many as have room."""
    from matplotlib.ticker import MaxNLocator

    ticks = MaxNLocator(nbins=max(1, int(length_mm / room_mm)), steps=[1, 2, 2.5, 5, 10]).tick_values(0.0, upper)
    return [round(float(tick), 9) for tick in ticks if -1e-9 <= tick <= upper + 1e-9]


def upper_rate(highest: float) -> float:
    """Where an axis of rates ends: a round number that holds the highest.

    Examples
    --------
    >>> [upper_rate(x) for x in (0.0, 0.31, 2.2, 6.9, 13.0)]
    [1.0, 0.4, 2.5, 7.0, 15.0]
    """
    if not highest > 0:
        return 1.0
    size = 10.0 ** math.floor(math.log10(highest))
    return round(next(size * step for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 10) if highest <= size * step * (1 + 1e-9)), 9)


def draw_upright_ratio(axes: Axes, row: pd.Series, x: float, span: RatioSpan, *, colour: str, marker: str, size: float = 4.0,
                       hollow: bool = False) -> None:
    """One ratio with its interval, standing; an end beyond the axis is an arrow, and so is a ratio."""
    low, ratio, high = (float(row[name]) for name in ("conf_low", "estimate", "conf_high"))
    low, high = (ratio, ratio) if math.isnan(low) or math.isnan(high) else (low, high)
    ends = [min(max(end, span.low), span.high) for end in (low, high)]
    if low < high:
        axes.plot([x, x], ends, color=colour, linewidth=1.1, solid_capstyle="butt", zorder=3)
    for beyond, end, arrow in ((low < span.low, ends[0], "v"), (high > span.high, ends[1], "^")):
        if beyond:
            axes.plot([x], [end], marker=arrow, markersize=size, color=colour, linestyle="none", zorder=3, markeredgewidth=0,
                      clip_on=False)
    if span.low <= ratio <= span.high:
        axes.plot([x], [ratio], linestyle="none", marker=marker, markersize=size, markerfacecolor="white" if hollow else colour,
                  markeredgecolor=colour if hollow else INK, markeredgewidth=0.9 if hollow else 0.4, zorder=4)


def words_that_fit(words: str, short: str, room_mm: float, points: float) -> str:
    """Words beside an axis, or shorter ones where they would run beyond it.

    Examples
    --------
    >>> words_that_fit("nights a week with a leg cramp that woke", "nights a week", 30.0, 7.0)
    'nights a week'
    """
    return words if text_mm(words, points) <= room_mm else short


def plain_number(value: float) -> str:
    """A tick without needless decimals."""
    return f"{value:.10g}"


def find_runs(wanted: Sequence[bool] | np.ndarray) -> list[tuple[int, int]]:
    """First place and length of each stretch that is true.

    Examples
    --------
    >>> find_runs([False, True, True, False, True])
    [(1, 2), (4, 1)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], np.asarray(wanted, dtype=bool), [False]]).astype(np.int8)))
    return [(int(start), int(end - start)) for start, end in zip(edges[::2], edges[1::2], strict=True)]
