"""A crossover trial: each person's rate in one period and the next, by the order of the treatments."""

from __future__ import annotations

from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from crampstats.core.calendar import WEEK
from crampstats.core.diary import DiaryPanel
from crampstats.present.crossover import crossover_note, tally_periods
from crampstats.present.diaries import diary_label, lower_first
from crampstats.present.figures.diary_axes import plain_number, rate_ticks, upper_rate, words_that_fit
from crampstats.present.figures.diary_marks import KeyEntry, draw_key, key_height, key_rows, sample_line, whole_sheet
from crampstats.present.figures.grid import Grid
from crampstats.present.figures.sheet import EDGE_MM, GRID_LINE, Picture, Sheet, line_mm, text_mm, wrap_notes
from crampstats.present.reading import level_words
from crampstats.present.theme import INK, PAGE_MM, QUIET, Look, theme
from crampstats.present.wording import first_upper

HEIGHT_MM, BELOW_MM = 48.0, 8.5


def plot_crossover(
    panel: DiaryPanel, outcome: str = "cramp", *, treatment: str = "treatment", period: str = "period", width_mm: float = PAGE_MM,
    grey: bool = False,
) -> Picture:
    """Each person's rate by period, one panel for each order of the treatments.

    Parameters
    ----------
    panel
        The diary of the trial.
    outcome
        Yes/no column of a night.
    treatment, period
        Columns of the treatment taken and the period of each night; nights without either are not counted.
    width_mm, grey
        Width of the figure and shades of grey.

    Returns
    -------
    Picture
        A matplotlib figure. Thin lines: persons, nights with the outcome a week among the nights told; thick line: mean of the
        persons who told of all periods.

    Raises
    ------
    DataError
        A person has two treatments in one period, or nobody told of a night in a period.
    """
    rates = tally_periods(panel, outcome, treatment=treatment, period=period)
    orders = list(dict.fromkeys(rates["order"]))
    with theme(width_mm=width_mm, grey=grey) as look:
        upper = min(float(WEEK), upper_rate(float(rates["rate"].max())))
        ticks = rate_ticks(upper, HEIGHT_MM, 8.0)
        left = EDGE_MM + line_mm(look.small_points) + text_mm("0.0", look.small_points) + 3.5
        titles = [f"{order} ({rates[rates['order'] == order]['person'].nunique()})" for order in orders]
        grid = Grid(look, titles, left=left, right=EDGE_MM + 3.0, height=HEIGHT_MM, above=1.5, below=BELOW_MM, repeats_axis=True)
        key = key_rows(look, _entries(look))
        notes = wrap_notes(look, [crossover_note(rates)])
        foot = key_height(look, key) + 0.5
        sheet = Sheet(look, grid.total_height + foot + len(notes) * line_mm(look.small_points) + EDGE_MM)
        overlay = whole_sheet(sheet)
        words = f"nights a week with {lower_first(diary_label(panel, outcome).label)}"
        for place, order in enumerate(orders):
            axes = sheet.axes(*grid.place(place))
            _draw(axes, rates[rates["order"] == order], look)
            axes.set_ylim(0, upper)
            axes.set_yticks(ticks, labels=[plain_number(tick) for tick in ticks])
            axes.tick_params(labelsize=look.small_points, labelleft=grid.is_leftmost(place))
            grid.write_title(sheet, place)
            if grid.is_leftmost(place):
                sheet.write(EDGE_MM + line_mm(look.small_points) / 2, grid.place(place)[1] + HEIGHT_MM / 2,
                            words_that_fit(words, "nights a week", HEIGHT_MM + 6.0, look.small_points), rotation=90, ha="center",
                            size=look.small_points, color=QUIET)
        draw_key(sheet, overlay, key, grid.total_height)
        return sheet.finish(panel.source, notes)


def _draw(axes: Axes, rates: pd.DataFrame, look: Look) -> None:
    """Persons and, where all told of all periods, their mean."""
    periods = sorted(rates["period"].unique())
    places = {period: place for place, period in enumerate(periods)}
    for _, mine in rates.groupby("person", sort=False):
        axes.plot(mine["period"].map(places), mine["rate"], color=look.accent("#9DBBD0", "#A8A8A8"), linewidth=0.7, marker="o",
                  markersize=2.2, markeredgewidth=0, zorder=2, clip_on=False)
    whole = rates[rates["is_whole"]]
    if len(whole):
        means = whole.groupby("period")["rate"].mean()
        axes.plot(means.index.map(places), means, color=look.strokes(1).colour, linewidth=2.0, marker="D", markersize=5,
                  markeredgecolor=INK, markeredgewidth=0.5, zorder=4, clip_on=False)
    names = {row["period"]: row["treatment"] for _, row in rates.iterrows()}
    axes.set_xticks(range(len(periods)), labels=[first_upper(level_words(names[period])) for period in periods])
    axes.set_xlim(-0.3, len(periods) - 0.7)
    axes.grid(axis="y", **GRID_LINE)
    sns.despine(ax=axes)


def _entries(look: Look) -> list[KeyEntry]:
    def mean(axes: Axes, left: float, top: float) -> None:
        axes.plot([left, left + 4.7], [top + 1.6] * 2, color=look.strokes(1).colour, linewidth=2.0)
        axes.plot([left + 2.35], [top + 1.6], marker="D", markersize=5, color=look.strokes(1).colour, markeredgecolor=INK,
                  markeredgewidth=0.5)

    thin: Any = sample_line(look.accent("#9DBBD0", "#A8A8A8"), width=0.9)
    return [KeyEntry(thin, "one person", 4.7), KeyEntry(mean, "mean of the persons of that order", 4.7)]
