"""Specification curve: one estimate for every reasonable set of choices, sorted, with the choices as dots below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import seaborn as sns
from matplotlib.axes import Axes

from crampstats.core.estimates import Estimates
from crampstats.present.curves import (
    Specifications,
    choice_words,
    option_words,
    options_of,
    read_specifications,
    subject_words,
)
from crampstats.present.figures.ratio_axis import NO_DIFFERENCE, RatioSpan, find_span, find_ticks, set_ratio_axis
from crampstats.present.figures.sheet import (
    EDGE_MM,
    GRID_LINE,
    Picture,
    Sheet,
    line_mm,
    widest_mm,
    wrap_notes,
    wrap_to,
)
from crampstats.present.ratios import format_ratio, measure_words
from crampstats.present.theme import FAINT, INK, MM_PER_POINT, PAGE_MM, QUIET, Look, theme
from crampstats.present.wording import format_count

CURVE_MM = 46.0
BETWEEN_MM = 2.5
WIDEST_STRIPE_MM = 5.0


def plot_specifications(
    estimates: Estimates, *, main: Mapping[str, str] | None = None, width_mm: float = PAGE_MM, grey: bool = False,
) -> Picture:
    """Sorted ratios with their intervals, and below them which choices each was made with.

    Parameters
    ----------
    estimates
        Ratios of one exposure (or its forms), one row per specification; the group columns, and the outcomes where there are
        several, are the choices. Labels name the choices and order their options.
    main
        Option of each choice in the specification that was declared beforehand.
    width_mm, grey
        Width of the figure and shades of grey.

    Returns
    -------
    Picture
        A matplotlib figure. Dark: the interval excludes 1; light: it holds 1; diamond on a stripe: the declared main
        specification; dashed: the median. What could not be fitted is counted at the foot.

    Raises
    ------
    OptionError
        `main` names a choice or option that is not there, or the width is unreadable.
    DataError
        There is no choice, no row to show, a row that is no ratio or repeats another, or `main` is not exactly one row.
    """
    found = read_specifications(estimates, main=main)
    options = options_of(estimates, found)
    span = find_span([row for _, row in found.rows.iterrows()])
    level = f"{100 * estimates.confidence_level:g} %"
    with theme(width_mm=width_mm, grey=grey) as look:
        matrix = _Matrix(estimates, options, look)
        notes = wrap_notes(look, _notes(estimates, found, level))
        top = EDGE_MM + 1.5
        sheet = Sheet(look, top + CURVE_MM + BETWEEN_MM + matrix.height + 1.0 + len(notes) * line_mm(look.small_points) + EDGE_MM)
        width = look.width_mm - EDGE_MM - 1.0 - matrix.left
        curve = sheet.axes(matrix.left, top, width, CURVE_MM)
        dots = sheet.axes(matrix.left, top + CURVE_MM + BETWEEN_MM, width, matrix.height)
        _draw_curve(curve, found, span, width, look)
        _draw_dots(dots, found, matrix, width, look)
        words = f"{measure_words(found.rows)} (log scale)"
        ticks = [f"{tick:g}" for tick in find_ticks(span, CURVE_MM, look.small_points, upright=True)]
        at = matrix.left - widest_mm(ticks, look.small_points) - 2.0 - line_mm(look.small_points)
        sheet.write(at, top + CURVE_MM / 2, words, rotation=90, ha="center", size=look.small_points)
        matrix.write(sheet, top + CURVE_MM + BETWEEN_MM)
        return sheet.finish(estimates.source, notes)


class _Matrix:
    """Rows of the dot matrix: each choice as a heading, below it its options."""

    def __init__(self, estimates: Estimates, options: Mapping[str, Sequence[str]], look: Look) -> None:
        self.look, self.options = look, options
        room = (0.33 if look.is_narrow else 0.26) * look.width_mm
        size = look.small_points
        self.lines: list[tuple[str, str, list[str]]] = []
        for name, levels in options.items():
            self.lines.append((name, "", wrap_to(choice_words(estimates, name), room, size, bold=True)))
            self.lines += [(name, level, wrap_to(option_words(estimates, name, level), room - 2.0, size)) for level in levels]
        self.left = EDGE_MM + 2.0 + widest_mm([line for *_, lines in self.lines for line in lines], size, bold=True) + 2.5
        self.step = line_mm(size)
        self.middles: dict[tuple[str, str], float] = {}
        top = 0.0
        for name, level, lines in self.lines:
            top += 0.0 if level else 1.0
            self.middles[name, level] = top + len(lines) * self.step / 2
            top += len(lines) * self.step + 0.35
        self.height = top + 0.5

    def write(self, sheet: Sheet, top: float) -> None:
        """Write choices and options at the left."""
        for name, level, lines in self.lines:
            start = top + self.middles[name, level] - len(lines) * self.step / 2
            sheet.write_lines(EDGE_MM + (2.0 if level else 0.0), start, lines, size=self.look.small_points,
                              weight="normal" if level else "bold")


def _draw_curve(axes: Axes, found: Specifications, span: RatioSpan, width: float, look: Look) -> None:
    """Sorted estimates with their intervals, the main one and the median."""
    rows, n = found.rows, len(found.rows)
    set_ratio_axis(axes.yaxis, span, CURVE_MM, look.small_points)
    axes.set_xlim(-0.7, n - 0.3)
    axes.set_xticks([])
    axes.grid(axis="y", **GRID_LINE)
    axes.axhline(1.0, **NO_DIFFERENCE)
    sns.despine(ax=axes, bottom=True)
    step = width / n / MM_PER_POINT
    dark, light = look.strokes(0).colour, look.accent("#9DB8C9", "#ABABAB")
    excludes = (rows["conf_low"] > 1) | (rows["conf_high"] < 1)
    low, high = rows["conf_low"].clip(lower=span.low), rows["conf_high"].clip(upper=span.high)
    for mask, colour in ((~excludes, light), (excludes, dark)):
        places = rows.index[mask]
        axes.vlines(places, low[mask], high[mask], color=colour, linewidth=min(1.1, 0.45 * step), zorder=2.5)
        for hollow in (False, True):
            some = [place for place in places if bool(rows["caution"].iloc[place]) == hollow]
            axes.plot(some, rows["estimate"].iloc[some], linestyle="none", marker="o", markersize=min(3.4, max(0.9, 0.75 * step)),
                      markerfacecolor="white" if hollow else colour, markeredgecolor=colour, markeredgewidth=0.7 if hollow else 0,
                      zorder=3)
    axes.axhline(found.median, color=INK, linewidth=0.8, linestyle=(0, (4, 2)), zorder=2)
    if found.main is not None:
        _stripe(axes, found.main, width, n, look)
        strokes = look.strokes(1)
        row = rows.iloc[found.main]
        colour = look.accent(strokes.colour, INK)
        axes.vlines([found.main], low.iloc[found.main], high.iloc[found.main], color=colour, linewidth=1.4, zorder=4)
        axes.plot([found.main], [row["estimate"]], marker="D", markersize=5.0, color=colour, markeredgecolor=INK,
                  markeredgewidth=0.5, zorder=5)


def _stripe(axes: Axes, place: int, width: float, n: int, look: Look) -> None:
    """Mark the main specification through curve and dots."""
    half = min(0.5, WIDEST_STRIPE_MM / 2 * n / width)
    axes.axvspan(place - half, place + half, facecolor=look.accent("#F9E3D3", "#DDDDDD"), edgecolor="none", zorder=0.5)


def _draw_dots(axes: Axes, found: Specifications, matrix: _Matrix, width: float, look: Look) -> None:
    """One dot for each choice of each specification; y runs in mm from the top."""
    n = len(found.rows)
    axes.set_xlim(-0.7, n - 0.3)
    axes.set_ylim(matrix.height, 0)
    axes.set_xticks([])
    axes.set_yticks([])
    sns.despine(ax=axes, left=True, bottom=True)
    step = width / n / MM_PER_POINT
    size = min(3.6, max(0.9, 0.8 * step))
    for (name, level), middle in matrix.middles.items():
        if not level:
            continue
        axes.axhline(middle, color=FAINT, linewidth=0.5, zorder=1)
        chosen = found.rows.index[found.rows[name].astype(str) == level]
        dot = {"marker": "o", "markersize": size, "markeredgewidth": 0} if step > 3 else {
            "marker": "|", "markersize": 5, "markeredgewidth": min(1.0, 0.8 * step)}  # dots would run into each other
        axes.plot(chosen, [middle] * len(chosen), linestyle="none", color=QUIET, zorder=2, **dot)
        if found.main is not None and found.main in chosen:
            axes.plot([found.main], [middle], linestyle="none", marker="D", markersize=max(size, 3.0),
                      color=look.accent(look.strokes(1).colour, INK), markeredgewidth=0, zorder=3)
    if found.main is not None:
        _stripe(axes, found.main, width, n, look)


def _notes(estimates: Estimates, found: Specifications, level: str) -> list[str]:
    """What the marks mean, and what was counted."""
    term = subject_words(estimates, found)
    n = len(found.rows)
    marks = f"Lines: {level} intervals, dark where they exclude 1. Dashed: the median ({format_ratio(found.median)})."
    if found.main is not None:
        ratio = format_ratio(float(found.rows["estimate"].iloc[found.main]))
        marks += f" Diamond: the declared main specification ({ratio})."
    if (found.rows["caution"] != "").any():
        marks += " Hollow: read with caution."
    counted = (f"{format_count(n)} specifications; {format_count(found.above)} ratios above 1; {format_count(found.excluding)} "
               "intervals exclude 1.")
    gone = f" Not drawn, not estimable or too unreliable: {format_count(found.left_out)}." if found.left_out else ""
    return [f"{term}. {marks}" if term else marks, counted + gone]
