"""Odds ratios around an exposure: by how many nights it lies before the night, and, as negative controls, after it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from crampstats.core.estimates import Estimates
from crampstats.present.figures.diary_axes import draw_upright_ratio
from crampstats.present.figures.diary_marks import (
    KeyEntry,
    box,
    draw_key,
    key_height,
    key_rows,
    sample_mark,
    whole_sheet,
)
from crampstats.present.figures.grid import BETWEEN_MM, NARROWEST_PANEL_MM
from crampstats.present.figures.ratio_axis import NO_DIFFERENCE, RatioSpan, find_span, find_ticks, set_ratio_axis
from crampstats.present.figures.sheet import EDGE_MM, GRID_LINE, Picture, Sheet, line_mm, widest_mm, wrap_notes, wrap_to
from crampstats.present.lags import lag_rows
from crampstats.present.ratios import exposure_words, is_drawable, measure_words
from crampstats.present.theme import PAGE_MM, QUIET, Look, theme
from crampstats.present.wording import first_upper

ACROSS, HEIGHT_MM, BELOW_MM = 3, 42.0, 10.0
AXIS_WORDS = "nights from exposure to night (lag)"


def plot_lags(
    estimates: Estimates, *, outcome: str | None = None, width_mm: float = PAGE_MM, grey: bool = False,
) -> Picture:
    """Ratios by lag, one panel an exposure, on one logarithmic axis.

    Parameters
    ----------
    estimates
        Ratios (unit "ratio") whose `level` tells the lag: "lag 1" is an exposure on the day before, "lag 0" on the day the night
        belongs to, "lead 1" on the day after, which cannot have caused a cramp.
    outcome
        Outcome to show; may be left out where there is only one.
    width_mm, grey
        Width of the figure and shades of grey. Below 120 mm the panels stand one below the other.

    Returns
    -------
    Picture
        A matplotlib figure. Circles: lags; grey diamonds on grey ground: leads, the negative controls. Hollow: read with
        caution. Rows that may not be shown leave their place empty.

    Raises
    ------
    OptionError
        Several outcomes and none named, or an unreadable width.
    DataError
        No row tells a lag or may be shown, or one is no ratio.
    """
    rows = lag_rows(estimates, outcome)
    exposures = list(dict.fromkeys(rows["exposure"]))
    drawable = [is_drawable(row) for _, row in rows.iterrows()]
    span = find_span([row for _, row in rows[drawable].iterrows()])
    with theme(width_mm=width_mm, grey=grey) as look:
        panels = _Panels(look, [exposure_words(estimates, name) for name in exposures], span)
        key = key_rows(look, _entries(rows, look, f"{100 * estimates.confidence_level:g} %"))
        notes = wrap_notes(look, _notes(rows, drawable))
        foot = key_height(look, key) + 0.5
        sheet = Sheet(look, panels.height + foot + len(notes) * line_mm(look.small_points) + EDGE_MM)
        overlay = whole_sheet(sheet)
        words = f"{measure_words(rows)} (log scale)"
        lags = (int(rows["lag"].min()), int(rows["lag"].max()))
        for place, name in enumerate(exposures):
            left, top = panels.place(place)
            axes = sheet.axes(left, top, panels.width, HEIGHT_MM)
            _draw(axes, rows[rows["exposure"] == name], span, lags, look)
            axes.tick_params(axis="y", labelleft=place % panels.across == 0)
            title = panels.titles[place]
            sheet.write_lines(left, top - 1.2 - len(title) * look.line_mm, title, weight="bold")
            style = {"ha": "center", "size": look.small_points, "color": QUIET}
            sheet.write(left + panels.width / 2, top + HEIGHT_MM + 6.2, AXIS_WORDS, **style)
            if place % panels.across == 0:
                sheet.write(EDGE_MM + line_mm(look.small_points) / 2, top + HEIGHT_MM / 2, words, rotation=90, **style)
        draw_key(sheet, overlay, key, panels.height)
        return sheet.finish(estimates.source, notes)


class _Panels:
    """Where the panels stand, in mm."""

    def __init__(self, look: Look, titles: Sequence[str], span: RatioSpan) -> None:
        ticks = [f"{tick:g}" for tick in find_ticks(span, HEIGHT_MM, look.small_points, upright=True)]
        self.left = EDGE_MM + line_mm(look.small_points) + widest_mm(ticks, look.small_points) + 2.5
        room = look.width_mm - self.left - EDGE_MM - 2.0
        narrowest = max(NARROWEST_PANEL_MM, widest_mm([AXIS_WORDS], look.small_points))
        fitting = max(1, int((room + BETWEEN_MM) // (narrowest + BETWEEN_MM)))
        self.across = 1 if look.is_narrow else min(ACROSS, len(titles), fitting)
        most = 1 if look.is_narrow else min(2, fitting)  # a single panel is not stretched over a page
        self.width = min((room - (self.across - 1) * BETWEEN_MM) / self.across, 1.1 * (room - (most - 1) * BETWEEN_MM) / most)
        self.titles = [wrap_to(first_upper(title), self.width, look.points, bold=True) for title in titles]
        self.header = max(map(len, self.titles)) * look.line_mm + 1.5
        self.down = -(-len(titles) // self.across)
        self.step = self.header + HEIGHT_MM + BELOW_MM
        self.height = EDGE_MM + self.down * self.step

    def place(self, number: int) -> tuple[float, float]:
        """Left and top of a frame."""
        down, across = divmod(number, self.across)
        return self.left + across * (self.width + BETWEEN_MM), EDGE_MM + down * self.step + self.header


def _draw(axes: Axes, rows: pd.DataFrame, span: RatioSpan, lags: tuple[int, int], look: Look) -> None:
    """One panel; leads stand on grey ground."""
    set_ratio_axis(axes.yaxis, span, HEIGHT_MM, look.small_points)
    low, high = lags
    axes.set_xlim(low - 0.6, high + 0.6)
    step = 1 if high - low <= 10 else 2 if high - low <= 20 else 7
    ticks = [lag for lag in range(low, high + 1) if lag % step == 0]
    axes.set_xticks(ticks, labels=[f"\N{MINUS SIGN}{-lag}" if lag < 0 else str(lag) for lag in ticks])
    axes.tick_params(axis="x", labelsize=look.small_points)
    axes.grid(axis="y", **GRID_LINE)
    axes.axhline(1.0, **NO_DIFFERENCE)
    if low < 0:
        axes.axvspan(low - 0.6, -0.5, facecolor="#ECECEC", edgecolor="none", zorder=-1)
    for _, row in rows.iterrows():
        if is_drawable(row):
            is_lead = int(row["lag"]) < 0
            draw_upright_ratio(axes, row, float(row["lag"]), span, colour=QUIET if is_lead else look.strokes(0).colour,
                               marker="D" if is_lead else "o", size=3.6 if is_lead else 4.4, hollow=bool(row["caution"]))
    sns.despine(ax=axes)


def _entries(rows: pd.DataFrame, look: Look, level: str) -> list[KeyEntry]:
    """What the marks mean; only those that are there."""
    entries = []
    if (rows["lag"] >= 0).any():
        entries.append(KeyEntry(sample_mark("o", look.strokes(0).colour), f"exposure before the night ({level} interval)"))
    if (rows["lag"] < 0).any():
        def lead(axes: Axes, left: float, top: float) -> None:
            box(axes, left, top, 3.2, 3.2, "#ECECEC")
            sample_mark("D", QUIET, size=3.2)(axes, left, top)

        entries.append(KeyEntry(lead, "lead: exposure after the night (negative control)"))
    return entries


def _notes(rows: pd.DataFrame, drawable: Sequence[bool]) -> list[str]:
    shown = rows[list(drawable)]
    notes = ["Hollow marks: read with caution, see the table."] if (shown["caution"] != "").any() else []
    if hidden := len(rows) - len(shown):
        notes.append(f"{hidden} lag(s) not drawn: too unreliable to show, or not estimable.")
    return [" ".join(notes)] if notes else []
