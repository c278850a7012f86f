"""Rows of a clinic's figures: words and counts at the left, a mark or a bar in the middle, numbers at the right.

A hidden row says "hidden" where the others have their mark: nothing drawn would read as zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import seaborn as sns
from matplotlib.axes import Axes

from crampstats.core.source import Source
from crampstats.present.figures.sheet import EDGE_MM, GRID_LINE, Picture, Sheet, line_mm, text_mm, widest_mm, wrap_notes, wrap_to
from crampstats.present.theme import QUIET, Look

HIDDEN = "hidden"
AXIS_MM = 9.0  # ticks and the name of the axis below the plot


@dataclass(frozen=True)
class RowLine:
    """One line.

    Parameters
    ----------
    words
        What stands at the left.
    kind
        "heading", "row", or "total" (everybody, bold).
    counts
        Second column; on a line of its own in a narrow figure.
    numbers
        At the right: an estimate and, where there is one, its interval.
    draw
        Draws the mark, given the axes and the middle of the line in mm from the top; None for headings and hidden rows.
    is_hidden
        True where disclosure control forbids the numbers.
    """

    words: str
    kind: Literal["heading", "row", "total"] = "row"
    counts: str = ""
    numbers: tuple[str, ...] = ()
    draw: Callable[[Axes, float], None] | None = None
    is_hidden: bool = False


@dataclass(frozen=True)
class Heads:
    """Words above the columns and below the axis."""

    left: str = ""
    counts: str = ""
    right: str = ""
    axis: str = ""


def draw_rows(
    look: Look, lines: Sequence[RowLine], heads: Heads, *, set_axis: Callable[[Axes, float], None], notes: Sequence[str],
    source: Source,
) -> Picture:
    """Draw lines one below the other; the figure grows with their number. `set_axis` gets the axes and their length in mm."""
    columns = _Columns(look, lines, heads)
    placed = [_place(line, columns) for line in lines]
    body = sum(height for *_, height in placed) + 1.5
    foot = wrap_notes(look, notes)
    right = _right_head(heads.right, columns)
    header = EDGE_MM + max(1, len(right)) * line_mm(look.small_points) + 1.0
    sheet = Sheet(look, header + body + AXIS_MM + len(foot) * line_mm(look.small_points) + EDGE_MM)
    axes = sheet.axes(columns.plot_left, header, columns.plot_width, body)
    axes.set_ylim(body, 0)
    axes.set_yticks([])
    set_axis(axes, columns.plot_width)
    axes.grid(axis="x", **GRID_LINE)
    sns.despine(ax=axes, left=True)
    _write_heads(sheet, columns, heads, right)
    _write_axis(sheet, columns, heads.axis, header + body)
    top = 0.0
    for line, words, height in placed:
        _write(sheet, columns, line, words, header + top, height)
        if line.kind == "heading":  # grid lines must not run through words
            axes.axhspan(top, top + height, facecolor="white", edgecolor="none", zorder=2.5)
        if line.draw is not None:
            line.draw(axes, top + height / 2)
        elif line.is_hidden:
            axes.axhspan(top, top + height, facecolor="white", edgecolor="none", zorder=2.5)
            sheet.write(columns.plot_left + 1.5, header + top + height / 2, HIDDEN, style="italic", color=QUIET)
        top += height
    return sheet.finish(source, foot)


def _right_head(words: str, columns: _Columns) -> list[str]:
    """The head of the numbers, its interval on a line of its own where it does not fit."""
    first, bracket, rest = words.partition(" (")
    fits = not bracket or text_mm(words, columns.look.small_points) <= columns.numbers + 1.0
    return [words] if fits else [first, f"({rest}"]


class _Columns:
    """Where the words, the counts, the plot and the numbers stand, in mm."""

    def __init__(self, look: Look, lines: Sequence[RowLine], heads: Heads) -> None:
        self.look, width = look, look.width_mm
        inner = [line.words for line in lines if line.kind != "heading"]
        self.names = min(widest_mm(inner, look.points, bold=True) + 2.0, (0.36 if look.is_narrow else 0.32) * width)
        apart = any(line.counts for line in lines) and not look.is_narrow
        counts = widest_mm([line.counts for line in lines], look.points)
        self.counts = max(counts, text_mm(heads.counts, look.small_points)) + 3.0 if apart else 0.0
        self.size = look.small_points if look.is_narrow else look.points
        texts = [text for line in lines for text in numbers_lines(line, look)]
        self.numbers = max(widest_mm(texts, self.size, bold=True), widest_mm(heads.right.split(" "), look.small_points))
        self.counts_right = EDGE_MM + self.names + self.counts - 1.5
        self.plot_left = EDGE_MM + self.names + self.counts + 2.0
        self.plot_width = width - EDGE_MM - self.numbers - 4.0 - self.plot_left


def numbers_lines(line: RowLine, look: Look) -> tuple[str, ...]:
    """Estimate and interval on one line, or on two in a narrow figure."""
    if len(line.numbers) < 2 or not line.numbers[1]:
        return line.numbers[:1]
    return line.numbers if look.is_narrow else (f"{line.numbers[0]} ({line.numbers[1]})",)


def _place(line: RowLine, columns: _Columns) -> tuple[RowLine, tuple[str, ...], float]:
    """A line with its words wrapped and its height."""
    look = columns.look
    is_heading = line.kind == "heading"
    room = look.width_mm - 2 * EDGE_MM if is_heading else columns.names - 1.0
    words = wrap_to(line.words, room, look.points, bold=line.kind != "row")
    text = len(words) * look.line_mm + (line_mm(look.small_points) if line.counts and look.is_narrow else 0.0)
    needs = max(text, len(numbers_lines(line, look)) * look.line_mm)
    return line, tuple(words), needs + (2.0 if is_heading else 1.1)


def _write_heads(sheet: Sheet, columns: _Columns, heads: Heads, right: Sequence[str]) -> None:
    look = columns.look
    style = {"size": look.small_points, "color": QUIET}
    step = line_mm(look.small_points)
    bottom = EDGE_MM + (max(1, len(right)) - 0.5) * step
    left = " and ".join(filter(None, [heads.left, heads.counts])) if look.is_narrow else heads.left
    sheet.write(EDGE_MM, bottom, left, **style)
    if columns.counts:
        sheet.write(columns.counts_right, bottom, heads.counts, ha="right", **style)
    for place, words in enumerate(right):
        sheet.write(look.width_mm - EDGE_MM, EDGE_MM + (place + 0.5) * step, words, ha="right", **style)


def _write_axis(sheet: Sheet, columns: _Columns, words: str, bottom: float) -> None:
    look = columns.look
    half = text_mm(words, look.small_points) / 2
    middle = columns.plot_left + columns.plot_width / 2
    middle = min(max(middle, EDGE_MM + half), look.width_mm - EDGE_MM - half)
    sheet.write(middle, bottom + AXIS_MM - 2.2, words, ha="center", size=look.small_points, color=QUIET)


def _write(sheet: Sheet, columns: _Columns, line: RowLine, words: tuple[str, ...], top: float, height: float) -> None:
    """Words at the left, counts beside or below them, numbers at the right."""
    look, weight = sheet.look, "normal" if line.kind == "row" else "bold"
    small = [line.counts] if line.counts and look.is_narrow else []
    text = len(words) * look.line_mm + len(small) * line_mm(look.small_points)
    start = top + height - text - 0.2 if line.kind == "heading" else top + (height - text) / 2
    sheet.write_lines(EDGE_MM, start, words, weight=weight)
    sheet.write_lines(EDGE_MM, start + len(words) * look.line_mm, small, size=look.small_points, color=QUIET)
    if columns.counts and line.counts:
        sheet.write(columns.counts_right, top + height / 2, line.counts, ha="right", color=QUIET)
    numbers = numbers_lines(line, look)
    start = top + (height - len(numbers) * look.line_mm) / 2
    for place, number in enumerate(numbers):
        sheet.write(look.width_mm - EDGE_MM, start + (place + 0.5) * look.line_mm, number, ha="right", weight=weight,
                    size=columns.size)
