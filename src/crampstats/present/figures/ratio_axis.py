"""A logarithmic axis of ratios: its ends, its ticks, and intervals that end in an arrow where they run beyond it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from crampstats.present.figures.sheet import line_mm, text_mm
from crampstats.present.theme import INK, QUIET

# An interval from 0.01 to 300 would squeeze all others; beyond these factors it ends in an arrow, its numbers stand beside it.
FARTHEST, BEYOND_ESTIMATE = 4.0, 1.6
MOST = 20.0  # and no axis reaches farther than this, even for an estimate: a separated term has one of thousands
NARROWEST = 1.25  # an axis shows at least 1/1.25 to 1.25
TICKS = (
    (0.9, 0.92, 0.94, 0.96, 0.98, 1, 1.02, 1.04, 1.06, 1.08, 1.1),
    (0.8, 0.85, 0.9, 0.95, 1, 1.05, 1.1, 1.15, 1.2, 1.25),
    (0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.4, 1.6, 1.8, 2),
    (0.25, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 4),
    (0.125, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8),
    (0.125, 0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8),
    (0.125, 0.25, 0.5, 1, 2, 4, 8),
    (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20),
    (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100),
    (0.001, 0.01, 0.1, 1, 10, 100, 1000),
)


@dataclass(frozen=True)
class RatioSpan:
    """Where an axis of ratios begins and ends."""

    low: float
    high: float

    def mm(self, ratio: float, length_mm: float) -> float:
        """How far from the low end a ratio stands on an axis of that length."""
        return length_mm * math.log(ratio / self.low) / math.log(self.high / self.low)


def find_span(rows: Iterable[pd.Series]) -> RatioSpan:
    """The span that holds every estimate and the intervals, very wide ones cut."""
    frame = pd.DataFrame([row[["estimate", "conf_low", "conf_high"]] for row in rows]).astype(float)
    least, most = float(frame["estimate"].min()), float(frame["estimate"].max())
    lowest, highest = float(frame.min(axis=None)), float(frame.max(axis=None))
    low = max(lowest, min(1 / FARTHEST, max(least / BEYOND_ESTIMATE, 1 / MOST)))
    high = min(highest, max(FARTHEST, min(most * BEYOND_ESTIMATE, MOST)))
    return RatioSpan(min(low / 1.04, 1 / NARROWEST), max(high * 1.04, NARROWEST))


def find_ticks(span: RatioSpan, length_mm: float, points: float, *, upright: bool = False) -> tuple[float, ...]:
    """As many round ratios as have room on an axis of that length; always 1.

    Parameters
    ----------
    span, length_mm
        The axis.
    points
        Size of the tick labels.
    upright
        True for a vertical axis, whose labels stand one above the other.
    """
    for ticks in TICKS:
        inside = [tick for tick in ticks if span.low <= tick <= span.high]
        if len(inside) < 2:
            continue
        places = [span.mm(tick, length_mm) for tick in inside]
        needs = [line_mm(points) if upright else text_mm(f"{tick:g}", points) + 2.0 for tick in inside]
        ends = [(place - need / 2, place + need / 2) for place, need in zip(places, needs, strict=True)]
        if all(sooner[1] <= later[0] for sooner, later in pairwise(ends)):
            return tuple(inside)
    return (1.0,)


def set_ratio_axis(axis: Any, span: RatioSpan, length_mm: float, points: float) -> None:
    """Logarithmic scale, round ticks and no minor ones on the x or y axis of some axes."""
    from matplotlib.ticker import NullLocator

    upright = axis.axis_name == "y"
    set_scale, set_limits = (axis.axes.set_yscale, axis.axes.set_ylim) if upright else (axis.axes.set_xscale, axis.axes.set_xlim)
    set_scale("log")
    set_limits(span.low, span.high)
    ticks = find_ticks(span, length_mm, points, upright=upright)
    axis.set_ticks(ticks, labels=[f"{tick:g}" for tick in ticks])
    axis.set_minor_locator(NullLocator())
    axis.set_tick_params(labelsize=points)


def draw_ratio(axes: Axes, row: pd.Series, middle: float, span: RatioSpan, *, colour: str, marker: str, size: float = 3.9,
               width: float = 1.1, hollow: bool = False, edge: str = INK, order: float = 3.0) -> None:
    """One ratio with its interval, lying; an end beyond the axis is an arrow, and so is a ratio."""
    low, ratio, high = (float(row[name]) for name in ("conf_low", "estimate", "conf_high"))
    low, high = (ratio, ratio) if math.isnan(low) or math.isnan(high) else (low, high)
    if low < high or not span.low <= ratio <= span.high:
        ends = [min(max(end, span.low), span.high) for end in (low, high)]
        axes.plot(ends, [middle, middle], color=colour, linewidth=width, solid_capstyle="butt", zorder=order)
        for beyond, end, arrow in ((low < span.low, ends[0], "<"), (high > span.high, ends[1], ">")):
            if beyond:
                axes.plot([end], [middle], marker=arrow, markersize=size, color=colour, linestyle="none", zorder=order,
                          markeredgewidth=0, clip_on=False)
    if not span.low <= ratio <= span.high:
        return
    axes.plot([ratio], [middle], linestyle="none", marker=marker, markersize=size, markerfacecolor="white" if hollow else colour,
              markeredgecolor=colour if hollow else edge, markeredgewidth=0.9 if hollow else 0.4, zorder=order + 1)


NO_DIFFERENCE = {"color": QUIET, "linewidth": 0.9, "zorder": 1.5}
