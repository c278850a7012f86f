"""Curves of a ratio along a measured exposure, with the distribution of the exposure and its reference range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.present.curves import VALUE, dose_curves, linearity_p
from crampstats.present.figures.grid import BETWEEN_MM, NARROWEST_PANEL_MM, Grid
from crampstats.present.figures.ratio_axis import NO_DIFFERENCE, RatioSpan, find_span, find_ticks, set_ratio_axis
from crampstats.present.figures.sheet import EDGE_MM, GRID_LINE, Picture, Sheet, line_mm, text_mm, widest_mm, wrap_notes
from crampstats.present.ratios import ADJUSTED, exposure_words, is_drawable, measure_words
from crampstats.present.reading import label_of
from crampstats.present.theme import INK, PAGE_MM, Look, theme
from crampstats.present.wording import format_p_value

RUG_MM = 4.5
RIGHT_MM = EDGE_MM + 3.0  # half a tick label
SURE = 1e-6  # a standard error below this is that of the value compared with, where the ratio is 1 by construction
MOST_NEEDLES = 120  # more distinct values are counted into as many bins
ACROSS = 3  # panels beside each other on a page


@dataclass(frozen=True)
class ExposureScale:
    """What stands along the axis of an exposure, beside its curve.

    Parameters
    ----------
    values
        Values of the persons analysed, for the rug; missing ones are left out. Empty: no rug.
    weights
        Weight of each value; None: all 1.
    reference_low, reference_high
        Reference range, which is shaded; None where it is open.
    reference
        Value at which the ratio is 1 by construction; None: where the curve has a row without standard error.
    """

    values: Sequence[float] | np.ndarray = ()
    weights: Sequence[float] | np.ndarray | None = None
    reference_low: float | None = None
    reference_high: float | None = None
    reference: float | None = None

    def __post_init__(self) -> None:
        if self.weights is not None and len(self.weights) != len(self.values):
            raise DataError(f"{len(self.values)} values of an exposure, but {len(self.weights)} weights; one each is expected.")


def plot_dose_response(
    estimates: Estimates, *, scales: Mapping[str, ExposureScale] | None = None, outcome: str | None = None,
    adjustment: str = ADJUSTED, width_mm: float = PAGE_MM, grey: bool = False,
) -> Picture:
    """How the ratio changes along one or more measured exposures: one panel each, on one logarithmic axis.

    Parameters
    ----------
    estimates
        Ratios (unit "ratio") along each exposure: `exposure`, and its value in the extra column "exposure_value". A row of unit
        "statistic" carries in `p_value` the test of non-linearity of its exposure; where several do, the one whose measure
        speaks of it.
    scales
        By exposure: the persons' values, reference range and reference value.
    outcome
        Outcome to show; may be left out where there is only one.
    adjustment
        Which rows are drawn where there is a group column "adjustment".
    width_mm, grey
        Width of the figure and shades of grey. Below 120 mm the panels stand one below the other.

    Returns
    -------
    Picture
        A matplotlib figure. Line: ratio; band: its interval; needles: how the persons' values are distributed; shaded: reference
        range; diamond: reference value. Bands that run far beyond the curves are cut. Suppressed rows leave a gap.

    Raises
    ------
    OptionError
        There is no such adjustment or outcome, or the width is unreadable.
    DataError
        There is no column "exposure_value", no row may be shown, or a row is no ratio.
    """
    curves = dose_curves(estimates, outcome, adjustment)
    given = scales or {}
    scales = {exposure: _with_reference(given.get(exposure, ExposureScale()), curve) for exposure, curve in curves.items()}
    tests = {exposure: linearity_p(estimates, exposure, outcome) for exposure in curves}
    span = find_span([row for curve in curves.values() for _, row in curve.iterrows() if is_drawable(row)])
    level = f"{100 * estimates.confidence_level:g} %"
    with theme(width_mm=width_mm, grey=grey) as look:
        notes = wrap_notes(look, _notes(list(scales.values()), level, tested=any(p is not None for p in tests.values())))
        axis_words = f"{measure_words(pd.concat(list(curves.values())))} (log scale)"
        height = 40.0 if look.is_narrow or len(curves) > 1 else 58.0
        ticks = [f"{tick:g}" for tick in find_ticks(span, height, look.small_points, upright=True)]
        titles = [_title(estimates, exposure, tests[exposure]) for exposure in curves]
        left = EDGE_MM + line_mm(look.points) + widest_mm(ticks, look.small_points) + 2.5
        layout = _Rows(look, titles, left, height)
        sheet = Sheet(look, layout.total_height + len(notes) * line_mm(look.small_points) + EDGE_MM)
        for place, (exposure, curve) in enumerate(curves.items()):
            left, top, width, _ = layout.place(place)
            axes = sheet.axes(left, top, width, height)
            rug = sheet.axes(left, top + height, width, RUG_MM)
            sheet.write_lines(left, top - layout.header(place), layout.titles(place), weight="bold")
            _draw_curve(axes, curve, span, look)
            _dress(axes, rug, curve, scales[exposure], span, height, look)
            axes.tick_params(axis="y", labelleft=layout.is_leftmost(place))
            unit = label_of(estimates, exposure).unit
            sheet.write(left + width / 2, top + height + RUG_MM + 6.4, unit or "value", ha="center", size=look.small_points)
            if layout.is_leftmost(place):
                sheet.write(EDGE_MM + line_mm(look.points) / 2, top + height / 2, axis_words, rotation=90, ha="center",
                            size=look.small_points)
        return sheet.finish(estimates.source, notes)


class _Rows:
    """Panels in rows of up to three; in a narrow figure one below the other."""

    def __init__(self, look: Look, titles: Sequence[str], left: float, height: float) -> None:
        room = look.width_mm - left - RIGHT_MM
        fitting = int((room + BETWEEN_MM) // (NARROWEST_PANEL_MM + BETWEEN_MM))
        self.across = across = 1 if look.is_narrow else min(ACROSS, len(titles), fitting)
        chunks = [titles[start:start + across] for start in range(0, len(titles), across)]
        # a last row with fewer panels keeps the width of the others
        self.grids = [Grid(look, [*chunk, *[""] * (across - len(chunk))], left=left, right=RIGHT_MM, height=height, above=1.5,
                           below=RUG_MM + 9.5, repeats_axis=True) for chunk in chunks]
        self.tops = [sum(grid.total_height - EDGE_MM for grid in self.grids[:place]) for place in range(len(self.grids))]
        self.total_height = EDGE_MM + sum(grid.total_height - EDGE_MM for grid in self.grids)

    def place(self, number: int) -> tuple[float, float, float, float]:
        """Left, top, width and height of a panel's frame."""
        left, top, width, height = self.grids[number // self.across].place(number % self.across)
        return left, top + self.tops[number // self.across], width, height

    def titles(self, number: int) -> list[str]:
        """The wrapped title of a panel."""
        return self.grids[number // self.across].titles[number % self.across]

    def header(self, number: int) -> float:
        """Room above the frame."""
        return self.grids[number // self.across].header

    def is_leftmost(self, number: int) -> bool:
        """True for panels that carry the labels of the ratios."""
        return number % self.across == 0


def _with_reference(scale: ExposureScale, curve: pd.DataFrame) -> ExposureScale:
    """The scale with the value compared with, read off the curve where it was not given."""
    compared = curve[(curve["std_error"] < SURE) & (curve["estimate"] - 1).abs().lt(SURE)]
    return scale if scale.reference is not None or compared.empty else replace(scale, reference=float(compared[VALUE].iloc[0]))


def _title(estimates: Estimates, exposure: str, p_value: float | None) -> str:
    words = exposure_words(estimates, exposure)
    return words if p_value is None else f"{words} ({format_p_value(p_value)})"


def _notes(known: Sequence[ExposureScale], level: str, *, tested: bool) -> list[str]:
    """What the marks mean; only those that are there."""
    has_range = any(scale.reference_low is not None or scale.reference_high is not None for scale in known)
    parts = [
        f"Line: ratio; band: {level} interval.",
        "Needles below: how the values of the persons analysed are distributed." if any(len(s.values) for s in known) else "",
        "Shaded: reference range." if has_range else "",
        "Diamond: the value compared with." if any(scale.reference is not None for scale in known) else "",
        "p: test of non-linearity." if tested else "",
    ]
    return [" ".join(part for part in parts if part)]


def _draw_curve(axes: Axes, curve: pd.DataFrame, span: RatioSpan, look: Look) -> None:
    """Line and band; rows that may not be shown are gaps."""
    drawable = pd.Series([is_drawable(row) for _, row in curve.iterrows()], index=curve.index)
    shown = curve[["estimate", "conf_low", "conf_high"]].where(drawable, axis=0)
    strokes = look.strokes(0)
    clipped = shown.clip(span.low, span.high)
    axes.fill_between(curve[VALUE], clipped["conf_low"], clipped["conf_high"], color=strokes.colour, alpha=0.2, linewidth=0,
                      zorder=2)
    axes.plot(curve[VALUE], shown["estimate"], color=strokes.colour, linewidth=1.4, zorder=3)


def _dress(axes: Axes, rug: Axes, curve: pd.DataFrame, scale: ExposureScale, span: RatioSpan, height: float,
           look: Look) -> None:
    """Axes, reference range and value, rug."""
    set_ratio_axis(axes.yaxis, span, height, look.small_points)
    axes.set_xlim(float(curve[VALUE].min()), float(curve[VALUE].max()))
    axes.grid(axis="y", **GRID_LINE)
    axes.axhline(1.0, **NO_DIFFERENCE)
    axes.set_xticks([])
    sns.despine(ax=axes, bottom=True)
    rug.set_xlim(axes.get_xlim())
    rug.set_ylim(0, 1.25)
    rug.set_yticks([])
    rug.tick_params(axis="x", labelsize=look.small_points)
    sns.despine(ax=rug, left=True)
    _thin_ticks(rug, look)
    _shade(axes, rug, scale, look)
    _needles(rug, scale, look)
    if scale.reference is not None:
        axes.plot([scale.reference], [1.0], marker="D", markersize=4.2, color=INK, markeredgecolor="white", markeredgewidth=0.6,
                  zorder=5, clip_on=False)


def _thin_ticks(rug: Axes, look: Look) -> None:
    """As many round values as have room."""
    from matplotlib.ticker import MaxNLocator

    width = rug.get_position().width * look.width_mm
    room = text_mm("0000.0", look.small_points) + 1.5
    left, right = rug.get_xlim()
    # matplotlib offers one tick beyond each end
    ticks = [tick for tick in MaxNLocator(nbins=max(2, int(width / room) - 1), steps=[1, 2, 2.5, 5, 10]).tick_values(left, right)
             if left <= tick <= right]
    rug.set_xticks(ticks, labels=[f"{tick:.10g}" for tick in ticks])


def _shade(axes: Axes, rug: Axes, scale: ExposureScale, look: Look) -> None:
    """The reference range; open ends reach to the edge."""
    if scale.reference_low is None and scale.reference_high is None:
        return
    left, right = axes.get_xlim()
    low = left if scale.reference_low is None else max(left, scale.reference_low)
    high = right if scale.reference_high is None else min(right, scale.reference_high)
    for one in (axes, rug):
        one.axvspan(low, high, facecolor=look.accent("#E3EFE6", "#EBEBEB"), edgecolor="none", zorder=0)


def _needles(rug: Axes, scale: ExposureScale, look: Look) -> None:
    """One needle a value, as high as it is frequent; of many values one a bin."""
    values = np.asarray(scale.values, dtype=float)
    weights = np.ones(len(values)) if scale.weights is None else np.asarray(scale.weights, dtype=float)
    left, right = rug.get_xlim()
    inside = np.isfinite(values) & (values >= left) & (values <= right) & (weights > 0)
    values, weights = values[inside], weights[inside]
    if not len(values):
        return
    places, found = np.unique(values, return_inverse=True)
    heights = np.bincount(found, weights=weights)
    if len(places) > MOST_NEEDLES:
        heights, edges = np.histogram(values, bins=MOST_NEEDLES, range=(left, right), weights=weights)
        places = (edges[1:] + edges[:-1]) / 2
    rug.vlines(places, 0.0, 1.1 * heights / heights.max(), color=look.accent("#555555", "#555555"),
               linewidth=max(0.5, min(1.4, 100 / len(places))), zorder=2)
