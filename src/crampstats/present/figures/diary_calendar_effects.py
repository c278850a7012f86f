"""Rates or ratios along weekdays, months, seasons or days of the diary."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from crampstats.core.calendar import MONTHS, WEEKDAYS
from crampstats.core.estimates import Estimates
from crampstats.present.figures.diary_axes import draw_upright_ratio, plain_number, rate_ticks, upper_rate
from crampstats.present.figures.diary_rates import HOLLOW_NOTE
from crampstats.present.figures.ratio_axis import NO_DIFFERENCE, RatioSpan, find_span, find_ticks, set_ratio_axis
from crampstats.present.figures.sheet import EDGE_MM, GRID_LINE, Picture, Sheet, draw_interval, line_mm, widest_mm, wrap_notes
from crampstats.present.rates import CalendarLevels, read_calendar
from crampstats.present.ratios import is_drawable
from crampstats.present.reading import level_words
from crampstats.present.theme import INK, PAGE_MM, QUIET, Look, theme
from crampstats.present.wording import first_upper

LEVEL_STEPS = (1, 2, 5, 7, 10, 14, 28, 50, 100, 200)  # of very many levels every n-th is named
TOP_MM = EDGE_MM + 1.5


def plot_calendar_effects(
    estimates: Estimates, *, by: str | None = None, measure: str | None = None, width_mm: float = PAGE_MM, grey: bool = False,
) -> Picture:
    """Rates or ratios along weekdays, months, seasons or days of the diary.

    Parameters
    ----------
    estimates
        One row per level: rates, or ratios (unit "ratio", drawn on a logarithmic axis with a line at 1).
    by
        The group column of the levels, or "level"; None for the first group column, or the level where there is none.
    measure
        Which measure is drawn; None for the first.
    width_mm, grey
        Width of the figure and shades of grey.

    Returns
    -------
    Picture
        A matplotlib figure; the levels stand side by side in reading order, the one that ratios are compared with as a diamond
        at 1. Levels that may not be shown leave a gap.

    Raises
    ------
    OptionError
        There is no such measure or column.
    DataError
        There is no row that may be shown, or two rows are of one level.
    """
    found = read_calendar(estimates, by, measure)
    with theme(width_mm=width_mm, grey=grey) as look:
        height = 0.45 * width_mm if look.is_narrow else 0.32 * width_mm
        span = find_span([row for _, row in found.shown.iterrows()]) if found.are_ratios else None
        upper = upper_rate(float(found.shown[["estimate", "conf_high"]].max(axis=None)))
        ticks = find_ticks(span, height, look.small_points, upright=True) if span else rate_ticks(upper, height, 9.0)
        left = EDGE_MM + line_mm(look.small_points) + widest_mm([plain_number(tick) for tick in ticks], look.small_points) + 3.0
        width = look.width_mm - left - EDGE_MM - 2.0
        notes = wrap_notes(look, [_note(found, f"{100 * estimates.confidence_level:g} %")])
        sheet = Sheet(look, TOP_MM + height + 10.5 + len(notes) * line_mm(look.small_points) + EDGE_MM)
        axes = sheet.axes(left, TOP_MM, width, height)
        if span:
            set_ratio_axis(axes.yaxis, span, height, look.small_points)
            axes.axhline(1.0, **NO_DIFFERENCE)
        else:
            axes.set_ylim(0, upper)
            axes.set_yticks(ticks, labels=[plain_number(tick) for tick in ticks])
        _draw_levels(axes, found, span, look)
        _level_ticks(axes, found.levels, width, look)
        axes.tick_params(labelsize=look.small_points)
        axes.grid(axis="y", **GRID_LINE)
        sns.despine(ax=axes)
        style = {"ha": "center", "size": look.small_points, "color": QUIET}
        words = str(found.rows["measure"].iloc[0]) + (" (log scale)" if span else "")
        sheet.write(EDGE_MM + line_mm(look.small_points) / 2, TOP_MM + height / 2, words, rotation=90, **style)
        sheet.write(left + width / 2, TOP_MM + height + 7.4, found.heading, **style)
        return sheet.finish(estimates.source, notes)


def _draw_levels(axes: Axes, found: CalendarLevels, span: RatioSpan | None, look: Look) -> None:
    axes.set_xlim(-0.6, len(found.levels) - 0.4)
    strokes = look.strokes(0)
    for _, row in found.shown.iterrows():
        place, hollow = int(row["place"]), bool(row["caution"])
        if span:
            draw_upright_ratio(axes, row, place, span, colour=strokes.colour, marker=strokes.marker, hollow=hollow)
        else:
            y = [row["estimate"], row["conf_low"], row["conf_high"]] if pd.notna(row["conf_low"]) else [row["estimate"]]
            draw_interval(axes, [place], y, hollow=hollow, color=strokes.colour, marker=strokes.marker)
    if found.reference:
        axes.plot([found.levels.index(found.reference)], [1.0], linestyle="none", marker="D", markersize=4.2, color=INK,
                  markeredgecolor="white", markeredgewidth=0.6, zorder=5)


def _level_ticks(axes: Axes, levels: Sequence[str], width: float, look: Look) -> None:
    """All names, short where they would touch; of very many every n-th."""
    each = width / (len(levels) + 0.2)
    names = [first_upper(level_words(level)) for level in levels]
    if widest_mm(names, look.small_points) + 1.5 > each and all(name in (*WEEKDAYS, *MONTHS) for name in names):
        names = [name[:3] for name in names]
    needs = widest_mm(names, look.small_points) + 1.5
    step = next((step for step in LEVEL_STEPS if needs <= step * each), 365)
    axes.set_xticks(range(0, len(names), step), labels=names[::step])


def _note(found: CalendarLevels, level: str) -> str:
    words = [f"Line: {level} interval."]
    words += [f"Diamond: {level_words(found.reference)}, which the others are compared with."] if found.reference else []
    words += [HOLLOW_NOTE] if (found.shown["caution"] != "").any() else []
    if left := sum(not is_drawable(row) for _, row in found.rows.iterrows()):
        words.append(f"{left} level(s) not drawn: too unreliable to show, or not estimable.")
    return " ".join(words)
