"""Panels of one figure: side by side on a page, one below the other in a column."""

from __future__ import annotations

from collections.abc import Sequence

from crampstats.present.figures.sheet import EDGE_MM, Sheet, wrap_to
from crampstats.present.theme import Look
from crampstats.present.wording import first_upper

BETWEEN_MM = 7.0  # holds half a tick label of either neighbour
NARROWEST_PANEL_MM = 32.0


class Grid:
    """Where panels stand, and how high they are with their titles.

    Parameters
    ----------
    look
        The look in force.
    titles
        One a panel; "" for none.
    left, right
        Room beside the panels, for labels.
    height
        Height of a panel's frame.
    above, below
        Room between title and frame, and for the axis below the frame.
    repeats_axis
        True when stacked panels carry an axis each.
    """

    def __init__(self, look: Look, titles: Sequence[str], *, left: float, right: float, height: float, above: float,
                 below: float, repeats_axis: bool) -> None:
        self.look, self.left, self.right, self.height, self.below = look, left, right, height, below
        self.count = len(titles)
        self.is_stacked = look.is_narrow or self._width(self.count) < NARROWEST_PANEL_MM
        self.width = self._width(1 if self.is_stacked else self.count)
        self.titles = [wrap_to(first_upper(title), self.width, look.points, bold=True) if title else [] for title in titles]
        self.header = max(map(len, self.titles)) * look.line_mm + above
        self.between = below if repeats_axis else 2.0

    def _width(self, across: int) -> float:
        return (self.look.width_mm - self.left - self.right - (across - 1) * BETWEEN_MM) / across

    @property
    def total_height(self) -> float:
        """Height of all panels with their titles and the last axis."""
        down = self.count if self.is_stacked else 1
        return EDGE_MM + down * (self.header + self.height) + (down - 1) * self.between + self.below

    def place(self, number: int) -> tuple[float, float, float, float]:
        """Left, top, width and height of a panel's frame."""
        down, across = (number, 0) if self.is_stacked else (0, number)
        top = EDGE_MM + self.header + down * (self.header + self.height + self.between)
        return self.left + across * (self.width + BETWEEN_MM), top, self.width, self.height

    def write_title(self, sheet: Sheet, number: int) -> None:
        """Write the title of a panel above its frame."""
        left, top, *_ = self.place(number)
        sheet.write_lines(left, top - self.header, self.titles[number], weight="bold")

    def is_leftmost(self, number: int) -> bool:
        """True for panels that carry the labels of the rows."""
        return self.is_stacked or number == 0

    def is_lowest(self, number: int) -> bool:
        """True for panels below which no other stands."""
        return not self.is_stacked or number == self.count - 1
