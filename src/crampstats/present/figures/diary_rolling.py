"""Rates over time: the trailing rate by night, and how many diarists told of that night beneath."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from crampstats.core.calendar import WEEK
from crampstats.core.diary import DiaryPanel
from crampstats.core.estimates import Estimates
from crampstats.present.figures.diary_axes import (
    date_ticks,
    day_ticks,
    plain_number,
    rate_ticks,
    upper_rate,
    words_that_fit,
    years_words,
)
from crampstats.present.figures.sheet import EDGE_MM, GRID_LINE, Picture, Sheet, line_mm, text_mm, wrap_notes
from crampstats.present.rolling import GAPS, RollingRows, read_rolling
from crampstats.present.theme import PAGE_MM, QUIET, Look, theme

BENEATH_MM, BETWEEN_MM, BELOW_MM = 12.0, 3.5, 9.5


def plot_rolling_rates(
    panel: DiaryPanel | Estimates, window: int = WEEK, *, outcome: str = "cramp", width_mm: float = PAGE_MM, grey: bool = False,
) -> Picture:
    """The rate of cramp nights over trailing windows, and the diarists behind it.

    Parameters
    ----------
    panel
        A diary, whose nights are counted as they are; or rolling rates that were estimated, one row a night (a group column of
        dates, or of days of the diary), whose intervals become the band.
    window
        Nights in a window, its last night where the rate stands; of a diary only.
    outcome
        Yes/no column; of a diary only.
    width_mm, grey
        Width of the figure and shades of grey.

    Returns
    -------
    Picture
        A matplotlib figure. Where no night of a window was told there is a gap. Beneath: persons who told of each night.

    Raises
    ------
    OptionError
        The window is no whole number of at least 1.
    DataError
        There is nothing to show.
    """
    found = read_rolling(panel, window, outcome=outcome)
    rows = found.rows
    first, last = int(rows["night"].iloc[0]), int(rows["night"].iloc[-1])
    with theme(width_mm=width_mm, grey=grey) as look:
        height = 0.45 * width_mm if look.is_narrow else 0.30 * width_mm
        upper = upper_rate(float(np.nanmax(rows[["rate", "high"]].to_numpy())))
        most = max(1.0, float(np.nan_to_num(rows["n_persons"].to_numpy(dtype=float)).max()))
        labels = [plain_number(tick) for tick in rate_ticks(upper, height, 8.0)] + [f"{most:,.0f}"]
        left = EDGE_MM + line_mm(look.small_points) + max(text_mm(words, look.small_points) for words in labels) + 3.0
        width = look.width_mm - left - EDGE_MM - 5.0
        notes = wrap_notes(look, [_note(found)])
        top = EDGE_MM + 1.5
        sheet = Sheet(look, top + height + BETWEEN_MM + BENEATH_MM + BELOW_MM + len(notes) * line_mm(look.small_points) + EDGE_MM)
        axes = sheet.axes(left, top, width, height)
        _draw_rates(axes, found, upper, height, look)
        beneath = sheet.axes(left, top + height + BETWEEN_MM, width, BENEATH_MM)
        _draw_persons(beneath, rows, most, look)
        for one in (axes, beneath):
            one.set_xlim(first - 0.5, max(last, first + 1) + 0.5)
        words = _time_axis(beneath, found, first, last, width, look)
        axes.set_xticks(beneath.get_xticks(), labels=[])
        style = {"ha": "center", "size": look.small_points, "color": QUIET}
        column = EDGE_MM + line_mm(look.small_points) / 2
        sheet.write(column, top + height / 2, words_that_fit(found.measure, "nights a week", height + 3.0, look.small_points),
                    rotation=90, **style)
        sheet.write(column, top + height + BETWEEN_MM + BENEATH_MM / 2, "diarists", rotation=90, **style)
        sheet.write(left + width / 2, top + height + BETWEEN_MM + BENEATH_MM + 7.0, words, **style)
        return sheet.finish(found.source, notes)


def _draw_rates(axes: Axes, found: RollingRows, upper: float, height: float, look: Look) -> None:
    """Line and band; NaN breaks both. A rate with none beside it is a mark."""
    rows, strokes = found.rows, look.strokes(0)
    nights, rate = rows["night"].to_numpy(), rows["rate"].to_numpy(dtype=float)
    if found.has_band:
        axes.fill_between(nights, rows["low"].to_numpy(dtype=float), rows["high"].to_numpy(dtype=float), color=strokes.colour,
                          alpha=0.2, linewidth=0, zorder=2)
    axes.plot(nights, rate, color=strokes.colour, linewidth=1.3, zorder=3)
    known = np.concatenate([[False], ~np.isnan(rate), [False]])
    alone = known[1:-1] & ~known[:-2] & ~known[2:]
    axes.plot(nights[alone], rate[alone], linestyle="none", marker="o", markersize=2.6, color=strokes.colour, zorder=3,
              clip_on=False)
    axes.set_ylim(0, 1.01 * upper)
    ticks = rate_ticks(upper, height, 8.0)
    axes.set_yticks(ticks, labels=[plain_number(tick) for tick in ticks])
    axes.tick_params(labelsize=look.small_points)
    axes.grid(axis="y", **GRID_LINE)
    sns.despine(ax=axes)


def _draw_persons(axes: Axes, rows: pd.DataFrame, most: float, look: Look) -> None:
    """Who told of each night, a bar a night."""
    told = np.nan_to_num(rows["n_persons"].to_numpy(dtype=float))
    axes.fill_between(rows["night"], told, step="mid", color="#A8A8A8", linewidth=0)
    axes.set_ylim(0, most * 1.02)
    axes.set_yticks([0, most], labels=["0", f"{most:,.0f}"])
    axes.tick_params(labelsize=look.small_points)
    sns.despine(ax=axes)


def _time_axis(axes: Axes, found: RollingRows, first: int, last: int, width: float, look: Look) -> str:
    """Ticks along the nights, and the words below them."""
    if found.by_date:
        ticks, labels = date_ticks(first, last, width, look.small_points)
        axes.set_xticks(ticks, labels=labels)
        return f"night ({years_words(first, last)})"
    ticks = [first - 1 + day for day in day_ticks(last - first + 1, width, look.small_points)]
    axes.set_xticks(ticks, labels=[str(tick) for tick in ticks])
    return "night of the diary"


def _note(found: RollingRows) -> str:
    band = f"; band: {100 * found.level:g} % interval" if found.has_band else ""
    over = f" over the last {found.window} nights" if found.window else ""
    gaps = f"{GAPS}. " if found.has_gaps else ""
    beneath = "who told of that night" if found.window else "whose nights the rate is of"
    return f"Line: rate{over}{band}. {gaps}Beneath: diarists {beneath}."
