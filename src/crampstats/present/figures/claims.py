"""Each testable reading of a claim: what is claimed, what was found, the verdict."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from crampstats.core.claims import ClaimCheck, Verdict
from crampstats.core.errors import DataError
from crampstats.core.source import Source
from crampstats.present.figures.sheet import (
    EDGE_MM,
    GRID_LINE,
    Picture,
    Sheet,
    draw_interval,
    line_mm,
    percent_ticks,
    upper_share,
    widest_mm,
    wrap_notes,
    wrap_to,
)
from crampstats.present.reading import is_suppressed
from crampstats.present.theme import INK, PAGE_MM, QUIET, Look, theme
from crampstats.present.wording import first_upper, format_count, format_share

TRACK_MM = 4.6
INNER = "90 % interval"  # the measure of the row whose interval the verdict rests on ends so
WORDS = ("supported", "contradicted", "cannot tell", "not testable here", "not a test")


@dataclass(frozen=True)
class _Reading:
    """A verdict with the row it rests on and the lines that are written about it."""

    verdict: Verdict
    row: pd.Series
    inner: pd.Series | None
    statement: tuple[str, ...]
    details: tuple[str, ...]


def plot_claim_readings(
    check: ClaimCheck, *, margin: float | None = 0.05, width_mm: float = PAGE_MM, grey: bool = False,
) -> Picture:
    """Each testable reading of a statement: estimate with interval, claimed value with its margin, verdict.

    Parameters
    ----------
    check
        Verdicts on the readings. Drawn are the first row of a verdict's estimates and, as a thick line, its row
        "prevalence, 90 % interval" where there is one.
    margin
        Half width of the band around the claimed value that counts as "about"; None for no band. Readings that say
        "up to" or "more than" have no band.
    width_mm, grey
        Width of the figure and shades of grey.

    Returns
    -------
    Picture
        A matplotlib figure, one block a reading. Readings that are not testable or whose estimate is suppressed are
        left out; a note at the foot counts them.

    Raises
    ------
    DataError
        When no reading has an estimate that may be shown.
    OptionError
        When the width is unreadable.
    """
    tested = [verdict for verdict in check.verdicts if _may_be_shown(verdict)]
    if not tested:
        raise DataError(f"none of the {len(check.verdicts)} readings of {check.family.name!r} has an estimate to draw.")
    with theme(width_mm=width_mm, grey=grey) as look:
        layout = _Layout(look)
        readings = [_read(verdict, layout) for verdict in tested]
        notes = wrap_notes(look, _notes(check, tested, margin))
        header, heights = 0.6 * look.line_mm, [layout.height(reading) for reading in readings]
        body = sum(heights)
        sheet = Sheet(look, EDGE_MM + header + body + 6.5 + len(notes) * line_mm(look.small_points) + EDGE_MM)
        axes = sheet.axes(layout.plot_left, EDGE_MM + header, layout.plot_width, body)
        _dress(axes, readings, margin, body, layout)
        top = 0.0
        for reading, height in zip(readings, heights, strict=True):
            layout.write(sheet, reading, EDGE_MM + header + top, height)
            if look.is_narrow:  # the grid must not run through words
                axes.axhspan(top, top + layout.text_mm(reading), facecolor="white", edgecolor="none", zorder=0.5)
            _draw(axes, reading, top + layout.track(reading, height), margin, look)
            top += height
        return sheet.finish(_source(tested), notes)


class _Layout:
    """Words beside the plot on a page; above each track in a column."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.verdicts = widest_mm(WORDS[:3], look.points, bold=True) + 5.0
        inner = look.width_mm - 2 * EDGE_MM
        self.text_width = inner if look.is_narrow else 0.4 * inner
        self.plot_left = EDGE_MM + (3.0 if look.is_narrow else self.text_width + 5.0)
        self.plot_width = look.width_mm - EDGE_MM - self.verdicts - self.plot_left - 2.0
        self.verdict_left = look.width_mm - EDGE_MM - self.verdicts + 2.5

    def text_mm(self, reading: _Reading) -> float:
        """Height of the words of a reading."""
        return len(reading.statement) * self.look.line_mm + len(reading.details) * line_mm(self.look.small_points)

    def height(self, reading: _Reading) -> float:
        """Height of the block of a reading."""
        words = self.text_mm(reading)
        return words + TRACK_MM + 2.5 if self.look.is_narrow else max(words, TRACK_MM) + 3.0

    def track(self, reading: _Reading, height: float) -> float:
        """Where in its block the interval is drawn."""
        return self.text_mm(reading) + 0.6 + TRACK_MM / 2 if self.look.is_narrow else height / 2

    def write(self, sheet: Sheet, reading: _Reading, top: float, height: float) -> None:
        """Statement, details and verdict word of one reading."""
        look = self.look
        start = top if look.is_narrow else top + (height - self.text_mm(reading)) / 2
        sheet.write_lines(EDGE_MM, start, reading.statement)
        sheet.write_lines(EDGE_MM, start + len(reading.statement) * look.line_mm, reading.details, size=look.small_points,
                          color=QUIET)
        sheet.write(self.verdict_left, top + self.track(reading, height), reading.verdict.word, weight="bold")


def _may_be_shown(verdict: Verdict) -> bool:
    """True when there is an estimate that no caution forbids."""
    if verdict.estimates is None or not len(verdict.estimates):
        return False
    row = verdict.estimates.frame.iloc[0]
    return bool(pd.notna(row["estimate"])) and not is_suppressed(row["caution"])


def _read(verdict: Verdict, layout: _Layout) -> _Reading:
    assert verdict.estimates is not None
    claim, row, look = verdict.claim, verdict.estimates.frame.iloc[0], layout.look
    share = format_share(row["estimate"])
    if pd.notna(row["conf_low"]) and pd.notna(row["conf_high"]):
        share += f" ({100 * row['conf_low']:.1f} to {100 * row['conf_high']:.1f})"
    n = "" if pd.isna(row["n"]) else f"; n = {format_count(row['n'])}"
    value = "" if claim.value is None else f"Claimed {claim.direction} {format_share(claim.value, digits=0)}, found "
    details = first_upper(f"{claim.population}; {claim.recall_window}; {claim.threshold}. {value or 'Found '}{share}{n}")
    return _Reading(verdict, row, _inner_row(verdict), tuple(wrap_to(claim.statement, layout.text_width, look.points)),
                    tuple(wrap_to(details, layout.text_width, look.small_points)))


def _inner_row(verdict: Verdict) -> pd.Series | None:
    """The row with the interval that the verdict rests on; None when it is not told."""
    assert verdict.estimates is not None
    frame = verdict.estimates.frame
    found = frame[frame["measure"].str.endswith(INNER)]
    return None if found.empty else found.iloc[0]


def _notes(check: ClaimCheck, tested: list[Verdict], margin: float | None) -> list[str]:
    level = tested[0].estimates.confidence_level if tested[0].estimates else 0.95
    inner = "; thick: 90 %, on which the verdict rests" if any(_inner_row(verdict) is not None for verdict in tested) else ""
    band = f"; band: within {100 * margin:g} points of it" if margin else ""
    notes = [f"Marks: estimates; lines: {100 * level:g} % intervals{inner}. Dashed: the claimed value{band}."]
    left_out = len(check.verdicts) - len(tested)
    if left_out:
        notes.append(f"Not drawn, because there is no estimate to show: {left_out} of {len(check.verdicts)} readings.")
    if any(verdict.estimates is not None and verdict.estimates.frame["caution"].iloc[0] for verdict in tested):
        notes.append("Hollow marks: read with caution, see the table.")
    return notes


def _dress(axes: Axes, readings: list[_Reading], margin: float | None, body: float,
           layout: _Layout) -> None:
    """Percent axis; y runs in mm from the top."""
    highest = max(row["conf_high"] if pd.notna(row["conf_high"]) else row["estimate"] for row in (r.row for r in readings))
    claimed = max(reading.verdict.claim.value or 0.0 for reading in readings)
    upper = upper_share(float(highest), claimed + (margin or 0.0) - 0.05)
    axes.set_xlim(0, upper)
    axes.set_ylim(body, 0)
    axes.set_yticks([])
    percent_ticks(axes.xaxis, upper, layout.plot_width, layout.look.small_points)
    axes.grid(axis="x", **GRID_LINE)
    sns.despine(ax=axes, left=True)


def _draw(axes: Axes, reading: _Reading, middle: float, margin: float | None, look: Look) -> None:
    """Claimed value with its band, and the estimate, on one track."""
    claim, row, half = reading.verdict.claim, reading.row, TRACK_MM / 2
    if claim.value is not None:
        if margin and claim.direction == "about":
            axes.add_patch(Rectangle((claim.value - margin, middle - half), 2 * margin, TRACK_MM, linewidth=0,
                                     facecolor=look.accent("#F3D9C8", "#DDDDDD"), zorder=1))
        axes.plot([claim.value] * 2, [middle - half, middle + half], color=INK, linewidth=1.0, linestyle=(0, (3, 1.5)),
                  zorder=2)
    strokes = look.strokes({"supported": 2, "contradicted": 0}.get(reading.verdict.word, 1))
    if reading.inner is not None:
        axes.plot(reading.inner[["conf_low", "conf_high"]].to_list(), [middle, middle], color=strokes.colour, linewidth=2.8,
                  solid_capstyle="butt", zorder=3)
    draw_interval(axes, row[["estimate", "conf_low", "conf_high"]].to_list(), [middle], color=strokes.colour,
                  marker=strokes.marker, markersize=3.2, hollow=bool(row["caution"]))


def _source(tested: list[Verdict]) -> Source:
    """The source of the estimates; a made-up one wins, so that the stamp is never missed."""
    sources = [verdict.estimates.source for verdict in tested if verdict.estimates is not None]
    return next((source for source in sources if source.made_up), sources[0])
