"""A sheet measured in millimetres: what is placed where is known before anything is drawn, so nothing overlaps."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D

from crampstats.core.source import Source
from crampstats.present.reading import row_words, shown_rows, suppressed_rows
from crampstats.present.theme import FAINT, FONT, INK, MM_PER_INCH, MM_PER_POINT, QUIET, SAVING, Look
from crampstats.present.wording import MADE_UP, NO_BREAK, format_share, keep_together

EDGE_MM = 1.5
SCREEN_SLACK = 1.03  # on coarse screens letters are set on whole pixels and run up to 3 % wider
STAMP = "made-up-stamp"  # id of the stamp in the figure and in the SVG


class Picture(Figure):
    """A figure that a notebook shows without any pyplot state."""

    def _repr_png_(self) -> bytes:
        import matplotlib as mpl

        file = io.BytesIO()
        with mpl.rc_context(SAVING):
            self.savefig(file, format="png", dpi=self.dpi, metadata={"Software": None})
        return file.getvalue()


class Sheet:
    """A figure on which positions are millimetres from the left and from the top.

    Parameters
    ----------
    look
        The look in force.
    height_mm
        Height of the finished figure.
    """

    def __init__(self, look: Look, height_mm: float) -> None:
        self.look, self.height_mm = look, height_mm
        self.figure = Picture(figsize=(look.width_mm / MM_PER_INCH, height_mm / MM_PER_INCH))
        FigureCanvasAgg(self.figure)
        self.millimetres = Affine2D().scale(1 / MM_PER_INCH) + self.figure.dpi_scale_trans

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes whose frame has these measures."""
        whole_width, whole_height = self.look.width_mm, self.height_mm
        box = (left / whole_width, 1 - (top + height) / whole_height, width / whole_width, height / whole_height)
        return self.figure.add_axes(box)

    def write(self, left: float, top: float, text: str, **style: Any) -> None:
        """Write a line whose middle is `top` below the upper edge."""
        style = {"va": "center", "ha": "left", "size": self.look.points} | style
        self.figure.text(left, self.height_mm - top, text, transform=self.millimetres, **style)

    def write_lines(self, left: float, top: float, lines: Sequence[str], **style: Any) -> None:
        """Write lines one below the other; `top` is the upper edge of the first."""
        step = line_mm(style.get("size", self.look.points))
        for place, line in enumerate(lines):
            self.write(left, top + (place + 0.5) * step, line, **style)

    def finish(self, source: Source, notes: Sequence[str] = ()) -> Picture:
        """Write the notes at the foot, stamp made-up data and hand over the figure."""
        size = self.look.small_points
        top = self.height_mm - EDGE_MM - len(notes) * line_mm(size)
        self.write_lines(EDGE_MM, top, notes, size=size, color=QUIET)
        if source.made_up:
            self._stamp()
        # ticks are made when first drawn: they must be made under the look in force
        self.figure.draw_without_rendering()
        return self.figure

    def _stamp(self) -> None:
        """Write across the whole figure that the data were made up."""
        from math import atan2, cos, degrees, hypot, radians, sin

        diagonal = hypot(self.look.width_mm, self.height_mm)
        tilt = degrees(atan2(self.height_mm, self.look.width_mm))
        size = 0.8 * diagonal / text_mm(MADE_UP, 1.0, bold=True)
        # on a high narrow sheet the words would run out at the sides
        across = text_mm(MADE_UP, 1.0, bold=True) * cos(radians(min(tilt, 60.0))) + MM_PER_POINT * sin(radians(min(tilt, 60.0)))
        size = min(size, 0.98 * self.look.width_mm / across)
        colour, alpha = (INK, 0.16) if self.look.grey else ("#B00020", 0.22)
        self.figure.text(0.5, 0.5, MADE_UP, rotation=min(tilt, 60.0), ha="center", va="center", weight="bold",
                         size=min(size, 60.0), alpha=alpha, color=colour, zorder=1000, gid=STAMP)


def line_mm(points: float) -> float:
    """Distance between lines of text of that size, in mm."""
    return points * MM_PER_POINT * 1.3


def text_mm(text: str, points: float, *, bold: bool = False) -> float:
    """Width of a text, in mm."""
    return _width_at_100_points(text, bold) * points / 100 * MM_PER_POINT * SCREEN_SLACK


@lru_cache(maxsize=4096)
def _width_at_100_points(text: str, bold: bool) -> float:
    """Measured once per text: laying out a page asks for the same words again and again."""
    face = FontProperties(family=[FONT], size=100, weight="bold" if bold else "normal")
    return float(text_to_path.get_text_width_height_descent(text, face, False)[0])


def widest_mm(texts: Sequence[str], points: float, *, bold: bool = False) -> float:
    """Width of the widest of several texts, in mm; 0 when there is none."""
    return max((text_mm(text, points, bold=bold) for text in texts), default=0.0)


def wrap_to(text: str, width_mm: float, points: float, *, bold: bool = False) -> list[str]:
    """Text as lines that fit a width; a single word wider than that is cut into pieces.

    Returns
    -------
    list of str
        At least one line.
    """
    lines = [""]
    for word in keep_together(text).split(" "):
        for piece in _pieces(word, width_mm, points, bold):
            longer = f"{lines[-1]} {piece}".strip()
            if text_mm(longer, points, bold=bold) <= width_mm:
                lines[-1] = longer
            else:
                lines.append(piece)
    return [line.replace(NO_BREAK, " ") for line in lines if line] or [""]


def _pieces(word: str, width_mm: float, points: float, bold: bool) -> list[str]:
    """A word, cut where it is wider than the line."""
    if text_mm(word, points, bold=bold) <= width_mm:
        return [word]
    pieces = [""]
    for letter in word:
        if pieces[-1] and text_mm(pieces[-1] + letter, points, bold=bold) > width_mm:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def wrap_notes(look: Look, notes: Sequence[str]) -> list[str]:
    """Notes as lines across the whole width, in the small size."""
    width = look.width_mm - 2 * EDGE_MM
    return [line for note in notes if note for line in wrap_to(note, width, look.small_points)]


def caution_notes(estimates: Any) -> list[str]:
    """Notes that say which rows were left out and which were drawn hollow."""
    hidden = list(dict.fromkeys(row_words(estimates, row) for _, row in suppressed_rows(estimates).iterrows()))
    notes = []
    if hidden:
        named = "; ".join(hidden[:4]) + (f" and {len(hidden) - 4} more" if len(hidden) > 4 else "")
        notes.append(f"Not drawn, too unreliable to show (NCHS presentation standard): {named}.")
    if (shown_rows(estimates)["caution"] != "").any():
        notes.append("Hollow marks: read with caution, see the table.")
    return notes


def upper_share(highest: float, claimed: float | None) -> float:
    """Where a percent axis ends: a whole ten percent that holds every interval and leaves room beyond the claim."""
    from math import ceil

    return min(1.0, max(ceil(10 * highest - 1e-9) / 10, 0.0 if claimed is None else round(claimed + 0.1, 9), 0.1))


def percent_ticks(axis: Any, upper: float, length_mm: float, points: float) -> None:
    """Whole percents along an axis from 0 to `upper`, as many as have room."""
    room = text_mm("100 %", points) + 1.5 if axis.axis_name == "x" else 1.6 * line_mm(points)
    step = next((step for step in (0.1, 0.2, 0.25) if length_mm * step / upper >= room), 0.5)
    ticks = [round(step * place, 9) for place in range(int(upper / step + 1e-9) + 1)]
    axis.set_ticks(ticks, labels=[format_share(tick, digits=0) for tick in ticks])


def draw_interval(axes: Axes, x: Sequence[float], y: Sequence[float], *, hollow: bool = False, **style: Any) -> None:
    """One estimate with its interval: `x` and `y` are a (value, low, high) each, or a single number."""
    colour = style["color"]
    axes.plot(x[1:] if len(x) > 1 else [x[0]] * 2, y[1:] if len(y) > 1 else [y[0]] * 2,
              color=colour, linewidth=1.1, solid_capstyle="butt", zorder=3)
    axes.plot(x[0], y[0], linestyle="none", marker=style["marker"], markersize=style.get("markersize", 3.9),
              markerfacecolor="white" if hollow else colour, markeredgecolor=colour if hollow else INK,
              markeredgewidth=0.9 if hollow else 0.4, zorder=4)


def darker(colour: str) -> str:
    """A series colour dark enough for words on white (contrast of 4.5 and more)."""
    from matplotlib.colors import to_hex, to_rgb

    return to_hex([0.72 * part for part in to_rgb(colour)])


def claim_words(claimed: float) -> str:
    """The label of the line at a claimed share."""
    return f"claimed {format_share(claimed, digits=0 if abs(100 * claimed - round(100 * claimed)) < 1e-9 else 1)}"


CLAIM_LINE = {"color": INK, "linewidth": 0.9, "linestyle": (0, (4, 2)), "zorder": 2}
GRID_LINE = {"color": FAINT, "linewidth": 0.5, "zorder": 0}
