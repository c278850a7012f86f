"""Marks that figures of diaries share: shades of a night, the strokes of a missed one, and the key that tells them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from crampstats.present.figures.sheet import EDGE_MM, Sheet, line_mm, widest_mm, wrap_to
from crampstats.present.theme import INK, QUIET, Look

BOX_MM = 3.2  # a sample in the key
APART_MM, BESIDE_MM = 4.0, 1.2  # between two entries of the key, between a sample and its words
STROKES_MM = 1.35  # between the strokes of a missed night
LIGHTEST, DARKEST = (0.976, 0.757, 0.580), (0.486, 0.192, 0.0)  # of the ramp of severity
LIGHTEST_GREY, DARKEST_GREY = (0.72, 0.72, 0.72), (0.10, 0.10, 0.10)


@dataclass(frozen=True)
class Shades:
    """Fill of each kind of night; they differ in lightness, so that grey paper tells them too.

    A missed night has a light fill where a number stands on it (`missed`) and a darker one where nothing does (`silent`).
    """

    yes: str
    no: str
    missed: str
    silent: str
    strokes: str
    outside: str = "#FFFFFF"


def shades(look: Look) -> Shades:
    """The shades of a look."""
    return Shades(look.accent("#994400", "#1F1F1F"), look.accent("#D6E8F3", "#E9E9E9"), "#D0D0D0", "#ABABAB", "#858585")


def ramp(look: Look, share: float) -> tuple[float, float, float]:
    """Fill of a cramp night by severity, 0 lightest to 1 darkest."""
    low, high = (LIGHTEST_GREY, DARKEST_GREY) if look.grey else (LIGHTEST, DARKEST)
    place = min(max(float(share), 0.0), 1.0)
    red, green, blue = (one + place * (other - one) for one, other in zip(low, high, strict=True))
    return red, green, blue


def ink_on(fill: object) -> str:
    """Black or white, whichever reads better on a fill (relative luminance of WCAG 2)."""
    from matplotlib.colors import to_rgb

    parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(fill)]  # type: ignore[arg-type]
    luminance = 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    return INK if (luminance + 0.05) / 0.06 >= 1.05 / (luminance + 0.05) else "white"


def strokes_in(left: float, top: float, width: float, height: float, *, step: float = STROKES_MM) -> np.ndarray:
    """Diagonal strokes that fill a box whose y runs down.

    Returns
    -------
    numpy.ndarray
        Segments, shape (strokes, 2, 2); they lie on lines x + y = whole multiples of `step`, so that neighbouring boxes join.
    """
    lowest, highest = left + top, left + width + top + height
    sums = step * np.arange(np.ceil(lowest / step), np.floor(highest / step) + 1)
    x_from, x_to = np.maximum(left, sums - top - height), np.minimum(left + width, sums - top)
    kept = x_to - x_from > 1e-9
    sums, x_from, x_to = sums[kept], x_from[kept], x_to[kept]
    return np.stack([np.column_stack([x_from, sums - x_from]), np.column_stack([x_to, sums - x_to])], axis=1)


def draw_strokes(axes: Axes, segments: Sequence[np.ndarray], look: Look, *, order: float = 1.2) -> None:
    """Draw strokes of missed nights."""
    from matplotlib.collections import LineCollection

    if len(segments):
        axes.add_collection(LineCollection(list(np.concatenate(segments)), colors=shades(look).strokes, linewidths=0.55,
                                           zorder=order, capstyle="butt"), autolim=False)


def box(axes: Axes, left: float, top: float, width: float, height: float, fill: object, *, edge: object = None,
        order: float = 1.0, **style: object) -> None:
    """One filled box on axes in mm."""
    from matplotlib.patches import Rectangle

    # not add_patch, which looks anew for the limits of the axes each time: they are set, and there are hundreds of boxes
    axes.add_artist(Rectangle((left, top), width, height, facecolor=fill, edgecolor=edge or "none",
                              linewidth=0.5 if edge else 0.0, zorder=order, **style))


def whole_sheet(sheet: Sheet) -> Axes:
    """Axes over the whole sheet in mm from the left and from the top, without a frame."""
    axes = sheet.axes(0.0, 0.0, sheet.look.width_mm, sheet.height_mm)
    axes.set_xlim(0, sheet.look.width_mm)
    axes.set_ylim(sheet.height_mm, 0)
    axes.set_axis_off()
    return axes


@dataclass(frozen=True)
class KeyEntry:
    """One entry of a key: how its sample is drawn (left, top, in mm), and what it means."""

    draw: Callable[[Axes, float, float], None]
    words: str
    sample_mm: float = BOX_MM


@dataclass(frozen=True)
class KeyRow:
    """Entries side by side, each with its words as lines."""

    entries: tuple[tuple[KeyEntry, tuple[str, ...]], ...]

    def height(self, look: Look) -> float:
        """Height of the row, in mm."""
        return max(len(lines) for _, lines in self.entries) * line_mm(look.small_points) + 1.2


def key_rows(look: Look, entries: Sequence[KeyEntry]) -> list[KeyRow]:
    """Entries in rows that fit the width; words too long for a row of their own are wrapped."""
    room = look.width_mm - 2 * EDGE_MM
    rows: list[list[tuple[KeyEntry, tuple[str, ...]]]] = []
    used = room
    for entry in entries:
        lines = tuple(wrap_to(entry.words, room - entry.sample_mm - BESIDE_MM, look.small_points))
        needs = _key_width(look, entry, lines)
        if not rows or used + needs - APART_MM > room:
            rows.append([])
            used = 0.0
        rows[-1].append((entry, lines))
        used += needs
    return [KeyRow(tuple(row)) for row in rows]


def _key_width(look: Look, entry: KeyEntry, lines: Sequence[str]) -> float:
    return entry.sample_mm + BESIDE_MM + widest_mm(lines, look.small_points) + APART_MM


def key_height(look: Look, rows: Sequence[KeyRow]) -> float:
    """Height of a key, in mm."""
    return sum(row.height(look) for row in rows)


def draw_key(sheet: Sheet, axes: Axes, rows: Sequence[KeyRow], top: float, left: float = EDGE_MM) -> None:
    """Draw a key from `top` on; `axes` run in mm over the whole sheet."""
    look, step = sheet.look, line_mm(sheet.look.small_points)
    for row in rows:
        x = left
        for entry, lines in row.entries:
            entry.draw(axes, x, top + 0.6 + step / 2 - BOX_MM / 2)
            sheet.write_lines(x + entry.sample_mm + BESIDE_MM, top + 0.6, lines, size=look.small_points, color=INK)
            x += _key_width(look, entry, lines)
        top += row.height(look)


def sample_box(fill: object, look: Look, *, missed: bool = False, edge: object = QUIET) -> Callable[[Axes, float, float], None]:
    """A sample of a night for the key."""
    def draw(axes: Axes, left: float, top: float) -> None:
        box(axes, left, top, BOX_MM, BOX_MM, fill, edge=edge)
        if missed:
            draw_strokes(axes, [strokes_in(left, top, BOX_MM, BOX_MM)], look)

    return draw


def sample_mark(marker: str, colour: str, *, hollow: bool = False, size: float = 3.6) -> Callable[[Axes, float, float], None]:
    """A sample of a marker for the key."""
    def draw(axes: Axes, left: float, top: float) -> None:
        axes.plot([left + BOX_MM / 2], [top + BOX_MM / 2], linestyle="none", marker=marker, markersize=size,
                  markerfacecolor="white" if hollow else colour, markeredgecolor=colour if hollow else INK,
                  markeredgewidth=0.9 if hollow else 0.4)

    return draw


def sample_line(colour: str, line: object = "-", width: float = 1.2) -> Callable[[Axes, float, float], None]:
    """A sample of a line for the key."""
    def draw(axes: Axes, left: float, top: float) -> None:
        axes.plot([left, left + BOX_MM + 1.5], [top + BOX_MM / 2] * 2, color=colour, linestyle=line, linewidth=width)

    return draw
