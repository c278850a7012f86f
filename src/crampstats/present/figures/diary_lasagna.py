"""The lasagna plot: a row a person, a column a night, sorted by rate; how much was logged, and the rate, at the right."""

from __future__ import annotations

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes

from crampstats.core.calendar import WEEK
from crampstats.core.diary import DiaryPanel
from crampstats.present.diaries import MISSED, NO, OUTSIDE, UNANSWERED, YES, diary_label, lower_first
from crampstats.present.figures.diary_axes import date_ticks, day_ticks, find_runs, plain_number, upper_rate, years_words
from crampstats.present.figures.diary_marks import (
    KeyEntry,
    draw_key,
    draw_strokes,
    key_height,
    key_rows,
    sample_box,
    shades,
    strokes_in,
    whole_sheet,
)
from crampstats.present.figures.sheet import EDGE_MM, Picture, Sheet, line_mm, text_mm, widest_mm, wrap_notes, wrap_to
from crampstats.present.lasagna import MOST, Across, LasagnaRows, lasagna_note, read_lasagna
from crampstats.present.theme import FAINT, PAGE_MM, QUIET, Look, theme
from crampstats.present.wording import format_count, format_share, keep_together

TALLEST_MM, ROW_MM = 135.0, 3.4
NAMED = 40  # up to so many persons have their name and numbers beside the row
STROKED_MM = 1.5  # rows at least so high have strokes in missed nights
WIDEST_NIGHT_MM, NARROWEST_MM = 6.0, 25.0
AXIS_MM = 9.5


def plot_lasagna(
    panel: DiaryPanel, outcome: str = "cramp", *, across: Across = "diary_day", most: int = MOST, width_mm: float = PAGE_MM,
    grey: bool = False,
) -> Picture:
    """Every night of every person: with the outcome, without, or missed.

    Parameters
    ----------
    panel
        The diary.
    outcome
        Yes/no column of a night.
    across
        "diary_day": the first night of each person is 1; "date": by the calendar.
    most
        Of more persons than these, so many are drawn, evenly spaced in the order of the rate; the figure says so.
    width_mm, grey
        Width of the figure and shades of grey.

    Returns
    -------
    Picture
        A matplotlib figure. Most frequent at the top; missed and unanswered nights are grey, hatched where rows are high
        enough; nights without a diary are blank. Bars at the right: nights logged, and nights with the outcome a week among
        those told.

    Raises
    ------
    OptionError
        `across` or `most` is none of those that are possible.
    DataError
        The outcome is not yes/no, or no night is in the domain.
    """
    rows = read_lasagna(panel, outcome, across=across, most=most)
    with theme(width_mm=width_mm, grey=grey) as look:
        columns = _Columns(look, rows)
        key = key_rows(look, _entries(panel, outcome, rows, look, stroked=columns.row >= STROKED_MM))
        notes = wrap_notes(look, [lasagna_note(rows)])
        heads = columns.heads
        top = EDGE_MM + max(map(len, heads)) * line_mm(look.small_points) + 1.0
        foot = key_height(look, key) + 0.5
        sheet = Sheet(look, top + columns.body + AXIS_MM + foot + len(notes) * line_mm(look.small_points) + EDGE_MM)
        axes = sheet.axes(columns.left, top, columns.width, columns.body)
        _draw_grid(axes, rows, look)
        _dress(sheet, axes, rows, columns, top, across, look)
        overlay = whole_sheet(sheet)
        if columns.row >= STROKED_MM:
            _draw_strokes(overlay, rows, columns, top, look)
        _draw_bars(sheet, rows, columns, top, look)
        draw_key(sheet, overlay, key, top + columns.body + AXIS_MM)
        return sheet.finish(panel.source, notes)


class _Columns:
    """Where the rows and the bars stand, in mm."""

    def __init__(self, look: Look, rows: LasagnaRows) -> None:
        self.look = look
        n, nights = rows.grid.shape
        self.is_named = n <= NAMED
        self.row = min(ROW_MM, TALLEST_MM / n)
        self.body = max(n * self.row, 0.0)
        small = look.small_points
        names = widest_mm(list(rows.tallies["name"]), small) + 1.5 if self.is_named else line_mm(small) + 1.0
        self.left = EDGE_MM + names
        self.bar = 9.0 if look.is_narrow else 15.0
        self.number = text_mm("100 %", look.small_points) + 1.5 if self.is_named and not look.is_narrow else 0.0
        gap, edge = (3.0, EDGE_MM) if self.number else (4.5, EDGE_MM + 1.5)  # half a tick stands beyond a bar
        right = 2 * (self.bar + self.number) + gap + edge
        room = look.width_mm - self.left - right - 3.0
        self.width = min(room, max(NARROWEST_MM, nights * WIDEST_NIGHT_MM))
        self.bars = [self.left + self.width + 3.0, self.left + self.width + 3.0 + self.bar + self.number + gap]
        self.heads = [self._head("% logged"), self._head("nights a week")]

    def _head(self, words: str) -> list[str]:
        return wrap_to(words, self.bar + self.number + 3.0, self.look.small_points)


def _draw_grid(axes: Axes, rows: LasagnaRows, look: Look) -> None:
    """The nights as one image, a pixel a night."""
    from matplotlib.colors import to_rgb

    fills, n = shades(look), rows.grid.shape
    colours = np.ones((5, 3))
    for state, fill in ((MISSED, fills.silent), (UNANSWERED, fills.silent), (NO, fills.no), (YES, fills.yes)):
        colours[state] = to_rgb(fill)
    axes.imshow(colours[rows.grid], aspect="auto", interpolation="nearest", extent=(0.5, n[1] + 0.5, n[0] + 0.5, 0.5))


def _dress(sheet: Sheet, axes: Axes, rows: LasagnaRows, columns: _Columns, top: float, across: str, look: Look) -> None:
    """Ticks of nights, names of persons or the words beside them."""
    n, nights = rows.grid.shape
    small = look.small_points
    if across == "diary_day":
        ticks: list[int] = day_ticks(nights, columns.width, small)
        axes.set_xticks(ticks, labels=[str(tick) for tick in ticks])
        words = "night of the diary"
    else:
        found, labels = date_ticks(rows.first, rows.first + nights - 1, columns.width, small)
        axes.set_xticks([night - rows.first + 1 for night in found], labels=labels)
        words = f"night ({years_words(rows.first, rows.first + nights - 1)})"
    axes.set_yticks([])
    axes.tick_params(axis="x", labelsize=small)
    sns.despine(ax=axes, left=True)
    half = text_mm(words, small) / 2
    middle = max(columns.left + columns.width / 2, EDGE_MM + half)
    sheet.write(middle, top + columns.body + AXIS_MM - 2.4, words, ha="center", size=small, color=QUIET)
    if columns.is_named:
        for place, name in enumerate(rows.tallies["name"]):
            sheet.write(columns.left - 1.5, top + (place + 0.5) * columns.row, name, size=small, ha="right")
            if place:  # rows are told apart by a thin white line
                axes.axhline(place + 0.5, color="white", linewidth=0.8)
    else:
        sheet.write(EDGE_MM + line_mm(small) / 2, top + columns.body / 2, f"{format_count(n)} persons, highest rate at the top",
                    rotation=90, ha="center", size=small, color=QUIET)


def _draw_strokes(overlay: Axes, rows: LasagnaRows, columns: _Columns, top: float, look: Look) -> None:
    """Strokes over missed nights, so that they stay missed on grey paper."""
    wide = columns.width / rows.grid.shape[1]
    segments = [
        strokes_in(columns.left + start * wide, top + place * columns.row, length * wide, columns.row)
        for place, states in enumerate(rows.grid) for start, length in find_runs((states == MISSED) | (states == UNANSWERED))
    ]
    draw_strokes(overlay, segments, look)


def _draw_bars(sheet: Sheet, rows: LasagnaRows, columns: _Columns, top: float, look: Look) -> None:
    """Nights logged, and nights with the outcome a week."""
    rates = WEEK * rows.tallies["share"].to_numpy()
    upper = min(float(WEEK), upper_rate(float(np.nanmax(rates)) if not np.isnan(rates).all() else 0.0))
    for left, values, most, fill, head, words in (
        (columns.bars[0], rows.tallies["compliance"].to_numpy(), 1.0, "#8C8C8C", columns.heads[0], _percent),
        (columns.bars[1], rates, upper, shades(look).yes, columns.heads[1], _rate),
    ):
        axes = sheet.axes(left, top, columns.bar, columns.body)
        places = np.arange(1, len(values) + 1)
        height = 0.7 if columns.row >= STROKED_MM else 1.0
        axes.barh(places, np.nan_to_num(values), height=height, color=fill, linewidth=0)
        axes.set_xlim(0, most)
        axes.set_ylim(len(values) + 0.5, 0.5)
        axes.set_yticks([])
        axes.set_xticks([0, most], labels=["0", "100" if words is _percent else plain_number(most)])
        axes.tick_params(axis="x", labelsize=look.small_points)
        axes.axvline(most, color=FAINT, linewidth=0.5, zorder=0)
        sns.despine(ax=axes)
        sheet.write_lines(left, top - 1.0 - len(head) * line_mm(look.small_points), head, size=look.small_points, color=QUIET)
        if columns.number:
            for place, value in enumerate(values):
                sheet.write(left + columns.bar + columns.number, top + (place + 0.5) * columns.row, words(float(value)),
                            ha="right", size=look.small_points)


def _percent(value: float) -> str:
    return "–" if np.isnan(value) else format_share(value, digits=0)


def _rate(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.1f}"


def _entries(panel: DiaryPanel, outcome: str, rows: LasagnaRows, look: Look, *, stroked: bool) -> list[KeyEntry]:
    """What the shades mean; only those that are there."""
    label, fills = lower_first(diary_label(panel, outcome).label), shades(look)
    there = [(state in rows.grid) for state in (YES, NO, MISSED, UNANSWERED, OUTSIDE)]
    missed = " or ".join(words for words, is_there in (("missed", there[2]), ("not answered", there[3])) if is_there)
    entries = [KeyEntry(sample_box(fills.yes, look), label)] if there[0] else []
    entries += [KeyEntry(sample_box(fills.no, look), f"no {label}")] if there[1] else []
    entries += [KeyEntry(sample_box(fills.silent, look, missed=stroked), keep_together(missed))] if missed else []
    return entries + ([KeyEntry(sample_box(fills.outside, look), "no diary")] if there[4] else [])
