"""One look for every figure: Okabe-Ito colours, sizes that stay readable at column width, bytes that repeat."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from crampstats.core.errors import OptionError

MM_PER_INCH = 25.4
MM_PER_POINT = MM_PER_INCH / 72
COLUMN_MM = 85.0
PAGE_MM = 170.0
NARROWEST_MM, WIDEST_MM = 70.0, 400.0
SMALLEST_POINTS = 6.5  # below this, type in a printed column is no longer read

# Okabe M, Ito K. Color Universal Design (2008), https://jfly.uni-koeln.de/color/ ; the weak yellow is left out,
# sky blue comes last and every marker carries an outline.
OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
GREYS = ("#000000", "#6B6B6B", "#3D3D3D", "#8C8C8C", "#565656", "#A3A3A3")
MARKERS = ("o", "s", "^", "D", "v", "P")
LINES = ("-", (0, (4, 1.5)), (0, (1, 1)), (0, (4, 1, 1, 1)), (0, (6, 1, 1, 1, 1, 1)), (0, (2, 2)))
INK, QUIET, FAINT = "#1A1A1A", "#555555", "#D9D9D9"

# The bundled face: the same glyphs, so the same layout and the same bytes, on every machine.
FONT = "DejaVu Sans"
SAVING = {
    "svg.hashsalt": "crampstats", "svg.fonttype": "path", "pdf.fonttype": 42, "ps.fonttype": 42, "pdf.compression": 6,
    "text.hinting": "no_hinting",
    "savefig.bbox": None, "savefig.facecolor": "white", "savefig.edgecolor": "white", "savefig.transparent": False,
}


@dataclass(frozen=True)
class Strokes:
    """How one series is told from the others: colour, marker and line, so that any one of them is enough."""

    colour: str
    marker: str
    line: object


@dataclass(frozen=True)
class Look:
    """The look in force inside `theme`.

    Parameters
    ----------
    width_mm
        Width of the finished figure.
    grey
        True for shades of grey.
    """

    width_mm: float = PAGE_MM
    grey: bool = False

    @property
    def is_narrow(self) -> bool:
        """True when panels are stacked and rows take two lines."""
        return self.width_mm < 120

    @property
    def points(self) -> float:
        """Size of ordinary text."""
        return 7.0 if self.is_narrow else 8.0

    @property
    def small_points(self) -> float:
        """Size of the smallest text."""
        return SMALLEST_POINTS if self.is_narrow else 7.0

    @property
    def line_mm(self) -> float:
        """Distance between two lines of ordinary text."""
        return self.points * MM_PER_POINT * 1.3

    def strokes(self, position: int) -> Strokes:
        """Colour, marker and line of the series at `position`; they repeat after six."""
        place = position % len(MARKERS)
        return Strokes((GREYS if self.grey else OKABE_ITO)[place], MARKERS[place], LINES[place])

    def accent(self, colour: str, grey: str) -> str:
        """`colour`, or `grey` in shades of grey."""
        return grey if self.grey else colour


@contextmanager
def theme(*, width_mm: float = PAGE_MM, grey: bool = False) -> Iterator[Look]:
    """Put the one theme in force; matplotlib's settings are as before when the block ends.

    Parameters
    ----------
    width_mm
        Width of the finished figure: 85 for a journal column, 170 for the page.
    grey
        True for shades of grey, told apart by marker and line.

    Yields
    ------
    Look
        Sizes and strokes for the drawing code.

    Raises
    ------
    OptionError
        When the width cannot hold readable text.

    Examples
    --------
    >>> with theme(width_mm=85) as look:
    ...     look.points, look.strokes(0).colour
    (7.0, '#0072B2')
    """
    if not NARROWEST_MM <= width_mm <= WIDEST_MM:
        raise OptionError(
            f"width {width_mm:g} mm cannot be drawn readably; {NARROWEST_MM:g} to {WIDEST_MM:g} mm is expected "
            f"(a journal column is {COLUMN_MM:g}, a page {PAGE_MM:g})."
        )
    import matplotlib as mpl

    look = Look(float(width_mm), grey)
    with mpl.rc_context(_settings(look)):
        yield look


def _settings(look: Look) -> dict[str, object]:
    """matplotlib settings of a look, on top of seaborn's "ticks" style and matplotlib's own defaults."""
    import matplotlib as mpl
    import seaborn as sns

    sizes = ("font.size", "axes.labelsize", "axes.titlesize", "figure.titlesize", "legend.fontsize")
    defaults = {name: mpl.rcParamsDefault[name] for name in mpl.rcParamsDefault if not name.startswith("backend")}
    return defaults | sns.axes_style("ticks") | SAVING | dict.fromkeys(sizes, look.points) | {
        "font.family": [FONT], "font.sans-serif": [FONT], "text.parse_math": False, "text.color": INK,
        "xtick.labelsize": look.small_points, "ytick.labelsize": look.points,
        "axes.edgecolor": QUIET, "axes.labelcolor": INK, "xtick.color": QUIET, "ytick.color": QUIET,
        "xtick.labelcolor": INK, "ytick.labelcolor": INK, "axes.linewidth": 0.6, "axes.unicode_minus": False,
        "xtick.major.width": 0.6, "ytick.major.width": 0.6, "xtick.major.size": 2.5, "ytick.major.size": 2.5,
        "xtick.major.pad": 2, "ytick.major.pad": 2, "axes.labelpad": 3, "lines.linewidth": 1.1, "lines.markersize": 4,
        "figure.dpi": 150, "figure.constrained_layout.use": False, "figure.autolayout": False,
    }
