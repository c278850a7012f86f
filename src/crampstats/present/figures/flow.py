"""Participant flow as STROBE asks for it: boxes for who remains, boxes for who left and why."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.patches import FancyArrowPatch, Rectangle

from crampstats.core.flow import Flow, FlowStep
from crampstats.core.source import Source
from crampstats.present.figures.sheet import EDGE_MM, Picture, Sheet, line_mm, wrap_notes, wrap_to
from crampstats.present.theme import INK, PAGE_MM, QUIET, Look, theme
from crampstats.present.wording import first_upper, format_count

PADDING_MM = 1.8
GAP_MM = 5.0


@dataclass(frozen=True)
class _Box:
    """A box and the lines in it."""

    left: float
    top: float
    width: float
    height: float
    lines: tuple[str, ...]
    bold_from: int


def plot_flow(flow: Flow, *, source: Source | None = None, width_mm: float = PAGE_MM, grey: bool = False) -> Picture:
    """Participant flow.

    Parameters
    ----------
    flow
        Steps from the persons in the files to the persons analysed.
    source
        Where the data come from; written at the foot, and stamped when made up.
    width_mm, grey
        Width of the figure and shades of grey.

    Returns
    -------
    Picture
        A matplotlib figure: at the left who remains, at the right who left and for which reason. Counts are persons.

    Raises
    ------
    OptionError
        When the width is unreadable.
    """
    source = source or Source("")
    with theme(width_mm=width_mm, grey=grey) as look:
        remaining, leaving, height = _lay_out(flow, look)
        notes = wrap_notes(look, [f"Source: {source.label}."] if source.label else [])
        sheet = Sheet(look, height + len(notes) * line_mm(look.small_points) + EDGE_MM)
        # what has no axes is taken for empty by notebooks
        sheet.axes(0, 0, look.width_mm, sheet.height_mm).set_axis_off()
        for box in remaining:
            _draw_box(sheet, box, fill=look.accent("#E8F1F8", "#EDEDED"))
        for above, below, out in zip(remaining[:-1], remaining[1:], leaving, strict=True):
            middle = above.left + above.width / 2
            _draw_arrow(sheet, (middle, above.top + above.height), (middle, below.top))
            if out:
                _draw_box(sheet, out, fill="white")
                level = out.top + out.height / 2
                _draw_arrow(sheet, (middle, level), (out.left, level))
        return sheet.finish(source, notes)


def _lay_out(flow: Flow, look: Look) -> tuple[list[_Box], list[_Box | None], float]:
    """Boxes of those who remain, of those who leave after each, and the height they take."""
    inner = look.width_mm - 2 * EDGE_MM
    left_width = 0.42 * inner
    right, right_width = EDGE_MM + 0.46 * inner, 0.54 * inner
    remaining: list[_Box] = []
    leaving: list[_Box | None] = []
    top = EDGE_MM
    for step in flow.steps:
        if remaining:
            out = _leaving_box(step, look, right, right_width, top + GAP_MM / 2)
            leaving.append(out)
            top += GAP_MM + (out.height if out else 1.0)
        remaining.append(_remaining_box(step, look, left_width, top))
        top += remaining[-1].height
    return remaining, leaving, top + EDGE_MM


def _remaining_box(step: FlowStep, look: Look, width: float, top: float) -> _Box:
    lines = wrap_to(first_upper(step.label), width - 2 * PADDING_MM, look.points)
    height = (len(lines) + 1) * look.line_mm + 2 * PADDING_MM
    return _Box(EDGE_MM, top, width, height, (*lines, f"n = {format_count(step.n)}"), len(lines))


def _leaving_box(step: FlowStep, look: Look, left: float, width: float, top: float) -> _Box | None:
    """Those who left at a step; None when the step only renames."""
    if not step.excluded:
        return None
    room = width - 2 * PADDING_MM
    gone = sum(count for _, count in step.excluded)
    lines = [f"Left out (n = {format_count(gone)})"]
    for reason, count in step.excluded:
        lines += wrap_to(f"{reason}: {format_count(count)}", room, look.points)
    return _Box(left, top, width, len(lines) * look.line_mm + 2 * PADDING_MM, tuple(lines), len(lines))


def _draw_box(sheet: Sheet, box: _Box, *, fill: str) -> None:
    """A frame with its lines; the count is bold."""
    corner = (box.left, sheet.height_mm - box.top - box.height)
    sheet.figure.add_artist(Rectangle(corner, box.width, box.height, transform=sheet.millimetres, facecolor=fill,
                                      edgecolor=QUIET, linewidth=0.7))
    for place, line in enumerate(box.lines):
        sheet.write(box.left + PADDING_MM, box.top + PADDING_MM + (place + 0.5) * sheet.look.line_mm, line,
                    weight="bold" if place >= box.bold_from else "normal", color=INK)


def _draw_arrow(sheet: Sheet, start: tuple[float, float], end: tuple[float, float]) -> None:
    points = [(x, sheet.height_mm - y) for x, y in (start, end)]
    sheet.figure.add_artist(FancyArrowPatch(*points, transform=sheet.millimetres, arrowstyle="-|>", mutation_scale=6,
                                            linewidth=0.7, color=QUIET, shrinkA=0, shrinkB=0))


__all__ = ["plot_flow"]
