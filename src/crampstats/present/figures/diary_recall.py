"""The recall curve: how many persons have had a cramp night, from one night to a lifetime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.present.figures.sheet import (
    CLAIM_LINE,
    EDGE_MM,
    GRID_LINE,
    Picture,
    Sheet,
    claim_words,
    line_mm,
    percent_ticks,
    text_mm,
    wrap_notes,
)
from crampstats.present.reading import outcome_words, population_of
from crampstats.present.recall import COUNTED, NAMED, NIGHTS, RecallRows, read_recall
from crampstats.present.theme import INK, PAGE_MM, QUIET, Look, Strokes, theme
from crampstats.present.wording import first_upper

Entry = tuple[str, dict[str, Any]]
Placed = tuple[float, str, dict[str, Any]]

BELOW_MM = 12.5
SAMPLE_MM = 7.0  # of a line in the key
COUNTED_WIDTH, MODEL_WIDTH = 1.6, 1.3
BEYOND = "#F1F1F1"
ORDER = (1, 21_915, 30, 365, 7, 3_653)  # which names of windows are written first where room is short
HEAD_ROOM = 1.12  # of the longest window, so that its tick has room


def plot_recall_curve(
    estimates: Estimates, longest_diary: int, *, claimed: float | None = 0.6, survey: Estimates | None = None,
    survey_nights: float = 30, width_mm: float = PAGE_MM, grey: bool = False,
) -> Picture:
    """Period prevalence by recall window on a logarithmic time axis.

    Parameters
    ----------
    estimates, longest_diary
        Of a `RecallCurve`: rows by method (group column "model") and window (extra column "nights"), and the nights of the
        longest diary.
    claimed
        Share at which the dashed line stands; None for no line.
    survey, survey_nights
        One prevalence of a survey and the nights it asked about; drawn as a diamond with its interval.
    width_mm, grey
        Width of the figure and shades of grey.

    Returns
    -------
    Picture
        A matplotlib figure. As far as half of the diaries reach: U-statistic with its band, Kaplan-Meier. From there on one line
        for each model and no band, since the interval of one says nothing of the others; beyond the longest diary the ground is
        grey.

    Raises
    ------
    DataError
        These are no rows of a recall curve, none may be shown, or the survey is not one row.
    OptionError
        The width is unreadable.
    """
    rows = read_recall(estimates, longest_diary)
    if survey is not None and len(survey) != 1:
        raise DataError(f"the survey has {len(survey)} rows; one prevalence is expected.")
    with theme(width_mm=width_mm, grey=grey) as look:
        height = 0.66 * width_mm if look.is_narrow else 0.4 * width_mm
        left = EDGE_MM + line_mm(look.points) + text_mm("100 %", look.small_points) + 3.0
        width = width_mm - left - EDGE_MM - 2.0
        entries = _entries(rows, look, claimed, survey)
        key = _lay_out(entries, width_mm - 2 * EDGE_MM, look)
        notes = wrap_notes(look, _notes(estimates, rows))
        key_height, top = len(key) * line_mm(look.small_points) * 1.15, EDGE_MM + line_mm(look.small_points) + 1.0
        below = top + height + BELOW_MM
        sheet = Sheet(look, below + key_height + 1.0 + len(notes) * line_mm(look.small_points) + EDGE_MM)
        axes = sheet.axes(left, top, width, height)
        upper = rows.last * HEAD_ROOM
        axes.set_xscale("log")
        axes.set_xlim(1 / HEAD_ROOM**0.5, upper)
        axes.set_ylim(0, 1)
        _draw(axes, rows, look, claimed)
        if survey is not None:
            _draw_survey(axes, survey, survey_nights)
        _dress(sheet, axes, rows, (left, top, width, height), look)
        _draw_key(sheet, key, below, look)
        source = survey.source if survey is not None and survey.source.made_up else estimates.source
        return sheet.finish(source, notes)


def _strokes(rows: RecallRows, look: Look) -> dict[str, Strokes]:
    """U-statistic first; the models follow."""
    return {name: look.strokes(place) for place, name in enumerate((*COUNTED, *rows.models))}


def _draw(axes: Axes, rows: RecallRows, look: Look, claimed: float | None) -> None:
    strokes = _strokes(rows, look)
    right = axes.get_xlim()[1]
    if rows.last > rows.longest:
        axes.axvspan(rows.longest, right, facecolor=BEYOND, edgecolor="none", zorder=0)
        axes.axvline(rows.longest, color=QUIET, linewidth=0.7, zorder=1)
    axes.grid(axis="y", **GRID_LINE)
    axes.set_axisbelow(True)
    if claimed is not None:
        axes.axhline(claimed, **CLAIM_LINE)
    for name, part in rows.drawn.items():
        style = {"color": strokes[name].colour, "linestyle": strokes[name].line, "linewidth": COUNTED_WIDTH}
        if name == COUNTED[0]:
            axes.fill_between(part[NIGHTS], part["conf_low"], part["conf_high"], color=style["color"], alpha=0.2, linewidth=0,
                              zorder=2)
        axes.plot(part[NIGHTS], part["estimate"], marker="o" if len(part) == 1 else "", zorder=4, **style)
    for name, part in rows.beyond.items():
        axes.plot(part[NIGHTS], part["estimate"], color=strokes[name].colour, linestyle=strokes[name].line, linewidth=MODEL_WIDTH,
                  marker="o" if len(part) == 1 else "", zorder=3)


def _draw_survey(axes: Axes, survey: Estimates, nights: float) -> None:
    row = survey.frame.iloc[0]
    axes.plot([nights, nights], [row["conf_low"], row["conf_high"]], color=INK, linewidth=1.1, zorder=5)
    axes.plot([nights], [row["estimate"]], linestyle="none", marker="D", markersize=4.2, markerfacecolor=INK,
              markeredgecolor="white", markeredgewidth=0.5, zorder=6)


def _dress(sheet: Sheet, axes: Axes, rows: RecallRows, box: tuple[float, float, float, float], look: Look) -> None:
    """Ticks with names, words of the axes, the mark of the longest diary."""
    import seaborn as sns

    left, top, width, height = box
    ends = np.log(axes.get_xlim())
    places = [(window, words, left + width * (np.log(window) - ends[0]) / (ends[1] - ends[0]))
              for window, words in NAMED if window <= rows.last]
    axes.set_xticks([window for window, _, _ in places], labels=[""] * len(places))
    axes.xaxis.set_minor_locator(_nothing())
    percent_ticks(axes.yaxis, 1.0, height, look.small_points)
    sns.despine(ax=axes)
    axes.tick_params(axis="y", labelsize=look.small_points)
    for middle, words in _with_room({window: (words, x) for window, words, x in places}, look):
        sheet.write(middle, top + height + 3.4, words, ha="center", size=look.small_points)
    sheet.write(left + width / 2, top + height + 8.2, "recall window (log scale)", ha="center", size=look.small_points)
    sheet.write(EDGE_MM + line_mm(look.points) / 2, top + height / 2, "persons with a cramp night", rotation=90, ha="center",
                size=look.small_points)
    if rows.last > rows.longest:
        x = left + width * (np.log(rows.longest) - ends[0]) / (ends[1] - ends[0])
        words = f"longest diary, {rows.longest:,} night{'' if rows.longest == 1 else 's'}"
        half = text_mm(words, look.small_points) / 2
        middle = min(max(x, EDGE_MM + half), look.width_mm - EDGE_MM - half)
        sheet.write(middle, top - line_mm(look.small_points) / 2 - 0.3, words, ha="center", size=look.small_points, color=QUIET)


def _with_room(places: Mapping[int, tuple[str, float]], look: Look) -> list[tuple[float, str]]:
    """Names of windows that do not touch each other; where room is short the outermost come first."""
    taken: list[tuple[float, float, str]] = []
    for window in sorted(places, key=lambda one: ORDER.index(one)):
        words, x = places[window]
        half = text_mm(words, look.small_points) / 2
        middle = min(x, look.width_mm - EDGE_MM - half)
        if all(middle + half + 1.0 < low or middle - half - 1.0 > high for low, high, _ in taken):
            taken.append((middle - half, middle + half, words))
    return [((low + high) / 2, words) for low, high, words in taken]


def _nothing() -> object:
    from matplotlib.ticker import NullLocator

    return NullLocator()


def _entries(rows: RecallRows, look: Look, claimed: float | None, survey: Estimates | None) -> list[Entry]:
    """Words and style of each sample in the key."""
    strokes = _strokes(rows, look)
    widths = dict.fromkeys(rows.drawn, COUNTED_WIDTH) | dict.fromkeys(rows.beyond, MODEL_WIDTH)
    entries: list[Entry] = [
        (name, {"color": strokes[name].colour, "linestyle": strokes[name].line, "linewidth": width})
        for name, width in widths.items()
    ]
    if survey is not None:
        entries.append(("survey", {"color": INK, "linestyle": "none", "marker": "D", "markersize": 4.2}))
    if claimed is not None:
        entries.append((claim_words(claimed), {key: CLAIM_LINE[key] for key in ("color", "linewidth", "linestyle")}))
    return entries


def _lay_out(entries: Sequence[Entry], width: float, look: Look) -> list[list[Placed]]:
    """Entries in lines that fit the width, each with its left edge."""
    lines: list[list[Placed]] = [[]]
    at = 0.0
    for words, style in entries:
        room = SAMPLE_MM + 1.2 + text_mm(words, look.small_points)
        if lines[-1] and at + room > width:
            lines.append([])
            at = 0.0
        lines[-1].append((at, words, style))
        at += room + 4.0
    return lines


def _draw_key(sheet: Sheet, lines: Sequence[Sequence[Placed]], top: float, look: Look) -> None:
    step = line_mm(look.small_points) * 1.15
    key = sheet.axes(EDGE_MM, top, look.width_mm - 2 * EDGE_MM, step * len(lines))
    key.set_xlim(0, look.width_mm - 2 * EDGE_MM)
    key.set_ylim(step * len(lines), 0)
    key.set_axis_off()
    for place, line in enumerate(lines):
        y = (place + 0.5) * step
        for left, words, style in line:
            alone = "marker" in style
            key.plot([left + SAMPLE_MM / 2] if alone else [left, left + SAMPLE_MM], [y] if alone else [y, y], **style)
            sheet.write(EDGE_MM + left + SAMPLE_MM + 1.2, top + y, words, size=look.small_points)


def _notes(estimates: Estimates, rows: RecallRows) -> list[str]:
    name = str(estimates.frame["outcome"].iloc[0])
    who = population_of(estimates)
    level = f"{100 * estimates.confidence_level:g} %"
    counted = f"U-statistic (band: {level} interval) and Kaplan-Meier: what the diaries count, as far as half of them reach."
    models = "Other lines: models of how persons differ, without a band: the uncertainty is at least how far they are apart."
    if len(rows.beyond) == 1:
        models = "Other line: one model of how persons differ, without a band: another model may say otherwise."
    return [
        f"{first_upper(outcome_words(estimates, name))}{f'; {who}' if who else ''}.",
        " ".join([counted if rows.drawn else "", models if rows.beyond else "",
                  "Grey ground: beyond the longest diary." if rows.last > rows.longest else ""]).strip(),
    ]

