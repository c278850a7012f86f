"""The forest of ratios: words at the left, ratios on a logarithmic axis, numbers at the right. Lines come from the callers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from crampstats.core.source import Source
from crampstats.present.figures.ratio_axis import NO_DIFFERENCE, RatioSpan, draw_ratio, find_span, find_ticks, set_ratio_axis
from crampstats.present.figures.sheet import (
    EDGE_MM,
    GRID_LINE,
    Picture,
    Sheet,
    line_mm,
    text_mm,
    widest_mm,
    wrap_notes,
    wrap_to,
)
from crampstats.present.ratios import format_ratio_interval
from crampstats.present.theme import INK, QUIET, Look

AXIS_MM = 9.5  # ticks and the name of the axis below the plot
TALL_MM = 120.0  # a plot higher than this repeats its ticks at the top
APART_MM = 0.9  # main and quiet mark stand this far above and below the middle of a line


@dataclass(frozen=True)
class Line:
    """One line of a forest.

    Parameters
    ----------
    kind
        "heading", bold; "name", over the levels of one exposure; "row", with a ratio; "total", a row of everybody, bold.
    words
        What stands at the left.
    indent
        Steps to the right.
    main, quiet
        The ratio, and one drawn lightly beside it (the crude one).
    counts
        Cases and persons.
    aside
        What stands at the right of a line without a ratio (p of an interaction).
    letter
        Mark of a caution; "" for none.
    """

    kind: Literal["heading", "name", "row", "total"]
    words: str
    indent: int = 0
    main: pd.Series | None = None
    quiet: pd.Series | None = None
    counts: str = ""
    aside: str = ""
    letter: str = ""


def draw_forest(
    look: Look, lines: Sequence[Line], *, left_head: str, right_head: str, axis_words: str, notes: Sequence[str], source: Source,
) -> Picture:
    """Draw lines one below the other; the figure grows with their number."""
    span = find_span([line.main for line in lines if line.main is not None])
    columns = _Columns(look, lines, right_head)
    placed = [_place(line, columns) for line in lines]
    body = sum(one.height for one in placed) + 1.5
    foot = wrap_notes(look, notes)
    right = wrap_to(right_head, columns.numbers + 1.0, look.small_points)
    is_tall = body > TALL_MM
    header = EDGE_MM + max(1, len(right)) * line_mm(look.small_points) + (4.5 if is_tall else 1.0)
    sheet = Sheet(look, header + body + AXIS_MM + len(foot) * line_mm(look.small_points) + EDGE_MM)
    axes = sheet.axes(columns.plot_left, header, columns.plot_width, body)
    _dress(sheet, axes, lines, columns, span, body, header, axis_words, is_tall=is_tall)
    _write_heads(sheet, columns, left_head, right)
    top = 0.0
    for one in placed:
        _write(sheet, columns, one, header + top)
        if _reaches_plot(one, columns):  # grid and line of no difference must not run through words
            axes.axhspan(top, top + one.height, facecolor="white", edgecolor="none", zorder=2.5)
        _draw(axes, one.line, top + one.height / 2, span, look)
        top += one.height
    return sheet.finish(source, foot)


class _Columns:
    """Where the words, the counts, the plot and the numbers stand, in mm."""

    def __init__(self, look: Look, lines: Sequence[Line], right_head: str) -> None:
        self.look, width = look, look.width_mm
        self.has_counts = any(line.counts for line in lines)
        inner = [f"{'  ' * line.indent}{line.words}" for line in lines if line.kind != "heading"]
        widest = widest_mm(inner, look.points) + 3.0
        self.names = min(widest, (0.36 if look.is_narrow else 0.34) * width)
        apart = self.has_counts and not look.is_narrow
        self.counts = widest_mm([line.counts for line in lines] + ["cases/n"], look.points) + 3.0 if apart else 0.0
        texts = [text for line in lines for text in _numbers(line, look)]
        size = look.small_points if look.is_narrow else look.points
        self.numbers = max(widest_mm(texts, size), widest_mm(right_head.split(" ("), look.small_points))
        self.counts_right = EDGE_MM + self.names + self.counts - 2.0
        self.plot_left = EDGE_MM + self.names + self.counts + 2.0
        self.plot_width = width - EDGE_MM - self.numbers - 4.0 - self.plot_left


@dataclass(frozen=True)
class _Placed:
    """A line with its words wrapped, its numbers and its height."""

    line: Line
    words: tuple[str, ...]
    small: tuple[str, ...]
    numbers: tuple[str, ...]
    height: float


def _place(line: Line, columns: _Columns) -> _Placed:
    look = columns.look
    is_heading = line.kind == "heading"
    aside = text_mm(line.aside, look.small_points) + 4.0 if line.aside else 0.0
    room = look.width_mm - 2 * EDGE_MM - aside if line.main is None else columns.names - 1.0 - _indent(line)
    words = wrap_to(line.words, room, look.points, bold=line.kind in ("heading", "total", "name"))
    small = (line.counts,) if line.counts and look.is_narrow else ()
    numbers = _numbers(line, look)
    text = len(words) * look.line_mm + len(small) * line_mm(look.small_points)
    needs = max(text, len(numbers) * look.line_mm, 4.0 if line.quiet is not None else 0.0)
    return _Placed(line, tuple(words), small, numbers, needs + (2.0 if is_heading else 0.9))


def _reaches_plot(one: _Placed, columns: _Columns) -> bool:
    """True for a line without a ratio whose words stand in the way of the plot."""
    if one.line.main is not None:
        return False
    look = columns.look
    right = EDGE_MM + _indent(one.line) + widest_mm(one.words, look.points, bold=True)
    left = look.width_mm - EDGE_MM - text_mm(one.line.aside, look.small_points)
    return right > columns.plot_left - 1.0 or left < columns.plot_left + columns.plot_width + 1.0


def _indent(line: Line) -> float:
    return 2.2 * line.indent


def _numbers(line: Line, look: Look) -> tuple[str, ...]:
    """Ratio and interval: on one line, or on two in a narrow figure."""
    if line.main is None:
        return ()
    ratio, interval = format_ratio_interval(line.main)
    mark = f" {line.letter}" if line.letter else ""
    if look.is_narrow:
        return (f"{ratio}{mark}", interval) if interval else (f"{ratio}{mark}",)
    return (f"{ratio} ({interval}){mark}" if interval else f"{ratio}{mark}",)


def _dress(sheet: Sheet, axes: Axes, lines: Sequence[Line], columns: _Columns, span: RatioSpan, body: float, header: float,
           words: str, *, is_tall: bool) -> None:
    """Axis, grid, the line of no difference and the dashed one at the ratio of everybody; y runs in mm from the top."""
    look = columns.look
    axes.set_ylim(body, 0)
    axes.set_yticks([])
    set_ratio_axis(axes.xaxis, span, columns.plot_width, look.small_points)
    axes.grid(axis="x", **GRID_LINE)
    axes.axvline(1.0, **NO_DIFFERENCE)
    for line in (line for line in lines if line.kind == "total" and line.main is not None):
        axes.axvline(line.main["estimate"], color=INK, linewidth=0.7, linestyle=(0, (4, 2)), zorder=1.6)
    sns.despine(ax=axes, left=True)
    middle = columns.plot_left + columns.plot_width / 2
    half = text_mm(words, look.small_points) / 2
    middle = min(max(middle, EDGE_MM + half), look.width_mm - EDGE_MM - half)
    sheet.write(middle, header + body + AXIS_MM - 2.4, words, ha="center", size=look.small_points, color=QUIET)
    if is_tall:
        for tick in find_ticks(span, columns.plot_width, look.small_points):
            sheet.write(columns.plot_left + span.mm(tick, columns.plot_width), header - 1.8, f"{tick:g}", ha="center",
                        size=look.small_points)


def _write_heads(sheet: Sheet, columns: _Columns, left: str, right: Sequence[str]) -> None:
    look = columns.look
    style = {"size": look.small_points, "color": QUIET}
    step = line_mm(look.small_points)
    bottom = EDGE_MM + (len(right) - 0.5) * step
    counts = " and cases/n" if columns.has_counts and look.is_narrow else ""
    sheet.write(EDGE_MM, bottom, left + counts, **style)
    if columns.counts:
        sheet.write(columns.counts_right, bottom, "cases/n", ha="right", **style)
    for place, words in enumerate(right):
        sheet.write(look.width_mm - EDGE_MM, EDGE_MM + (place + 0.5) * step, words, ha="right", **style)


def _write(sheet: Sheet, columns: _Columns, one: _Placed, top: float) -> None:
    """Words at the left, counts beside or below them, numbers at the right."""
    look, line = sheet.look, one.line
    weight = "normal" if line.kind in ("row", "name") else "bold"
    text = len(one.words) * look.line_mm + len(one.small) * line_mm(look.small_points)
    start = top + one.height - text - 0.2 if line.kind == "heading" else top + (one.height - text) / 2
    left = EDGE_MM + _indent(line)
    sheet.write_lines(left, start, one.words, weight=weight)
    sheet.write_lines(left, start + len(one.words) * look.line_mm, one.small, size=look.small_points, color=QUIET)
    if columns.counts and line.counts:
        sheet.write(columns.counts_right, top + one.height / 2, line.counts, ha="right", color=QUIET)
    if line.aside:
        sheet.write(look.width_mm - EDGE_MM, start + (len(one.words) - 0.5) * look.line_mm, line.aside, ha="right",
                    size=look.small_points, color=QUIET)
    start = top + (one.height - len(one.numbers) * look.line_mm) / 2
    for place, words in enumerate(one.numbers):
        sheet.write(look.width_mm - EDGE_MM, start + (place + 0.5) * look.line_mm, words, ha="right", weight=weight,
                    size=look.small_points if look.is_narrow else look.points)


def _draw(axes: Axes, line: Line, middle: float, span: RatioSpan, look: Look) -> None:
    """The ratio, and lightly below it the quiet one."""
    if line.main is None:
        return
    colour = INK if line.kind == "total" else look.strokes(0).colour
    shift = APART_MM if line.quiet is not None else 0.0
    if line.quiet is not None:
        light = look.accent("#8A8A8A", "#8A8A8A")
        draw_ratio(axes, line.quiet, middle + shift + 0.2, span, colour=light, marker="D", size=2.4, width=0.7, edge=light)
    draw_ratio(axes, line.main, middle - shift, span, colour=colour, marker="D" if line.kind == "total" else "o",
               hollow=bool(line.main["caution"]), order=4.0)
