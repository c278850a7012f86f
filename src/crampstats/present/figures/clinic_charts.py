"""Sites against each other, and months one after the other: the funnel and the run or control chart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.present.figures.clinic import count_ticks, is_hidden
from crampstats.present.figures.sheet import (
    EDGE_MM,
    GRID_LINE,
    Picture,
    Sheet,
    line_mm,
    percent_ticks,
    text_mm,
    wrap_notes,
)
from crampstats.present.reading import label_of, level_words, outcome_words, population_of, windows_of
from crampstats.present.theme import INK, PAGE_MM, QUIET, Look, theme
from crampstats.present.wording import format_share

BOTTOM_MM = 10.0
SOLID, DASHED, DOTTED = "-", (0, (4, 2)), (0, (1, 1.5))
GAPS_NOTE = "Gaps: months that are hidden or without patients."
SHARE_WORDS = "share with the outcome"
WIDEST_GAP = 3  # months
MONTH = re.compile(r"(\d{4})-(\d{2})$")


def plot_funnel(
    estimates: Estimates, curve: pd.DataFrame, centre: float, *, by: str | None = None, width_mm: float = PAGE_MM,
    grey: bool = False,
) -> Picture:
    """Sites or clinicians against limits that widen as they see fewer patients.

    Parameters
    ----------
    estimates, curve, centre
        Of a `Funnel`: its rows with `size` and `outside`, its limits along the size, its centre.
    by
        The group column of the units; None for the first.
    width_mm, grey
        Width of the figure and shades of grey.

    Returns
    -------
    Picture
        A matplotlib figure. Units outside the limits have marks of their own and their names beside them.

    Raises
    ------
    DataError
        There is no unit that may be shown.
    """
    by = by or estimates.groups[0]
    rows = estimates.frame[[not is_hidden(row) for _, row in estimates.frame.iterrows()]]
    if rows.empty:
        raise DataError("a funnel plot has no unit that may be shown.")
    is_ratio = bool((rows["unit"] == "ratio").all())
    with theme(width_mm=width_mm, grey=grey) as look:
        height = 0.62 * width_mm if look.is_narrow else 0.45 * width_mm
        upper = _upper(max(float(curve["high_998"].max()), float(rows["estimate"].max())), is_ratio)
        # shares begin at 0; ratios where the lowest limit leaves room
        least = min(float(curve["low_998"].min()), float(rows["estimate"].min()))
        lower = max(0.0, float(np.floor((least - 0.05) * 5) / 5)) if is_ratio else 0.0
        left = EDGE_MM + line_mm(look.points) + text_mm("0.00" if is_ratio else "100 %", look.small_points) + 3.0
        width = width_mm - left - text_mm("99.8 %", look.small_points) - EDGE_MM - 2.0
        most = 1.03 * max(float(curve["size"].max()), float(rows["size"].max()))
        to_mm = np.array([width / most, height / (upper - lower)])
        labels, unnamed = _place_labels(rows, by, (to_mm, lower), (width, height), look)
        notes = wrap_notes(look, [
            _title(estimates, rows["outcome"].iloc[0], ", observed over expected number" if is_ratio else ""),
            f"Level line: {f'{centre:.2f}' if is_ratio else format_share(centre)}, all together. Dashed: 95 % limits; solid: "
            "99.8 % limits. Triangles: outside 95 %; diamonds: outside 99.8 %.",
            f"Outside, without room for a name: {', '.join(unnamed)}." if unnamed else "",
        ])
        sheet = Sheet(look, 2 * EDGE_MM + height + BOTTOM_MM + len(notes) * line_mm(look.small_points) + EDGE_MM)
        axes = sheet.axes(left, 2 * EDGE_MM, width, height)
        axes.set_xlim(0, most)
        axes.set_ylim(lower, upper)
        _dress(axes, look, (lower, upper, most), height, width, is_ratio=is_ratio)
        _draw_limits(sheet, axes, curve, centre, look, (left + width, 2 * EDGE_MM + height), (to_mm, lower))
        _draw_units(axes, rows, look)
        for words, x, y, side in labels:
            sheet.write(left + x, 2 * EDGE_MM + height - y, words, size=look.small_points, ha=side)
        beside = "observed / expected" if is_ratio else SHARE_WORDS
        _write_axes(sheet, left, width, height, _size_words(is_ratio), beside)
        return sheet.finish(estimates.source, notes)


def plot_control_chart(
    estimates: Estimates, *, by: str | None = None, expected: Estimates | None = None, signals: Sequence[str] = (),
    width_mm: float = PAGE_MM, grey: bool = False,
) -> Picture:
    """A share over time, with its centre line and, where there are limits, the limits.

    Parameters
    ----------
    estimates
        Of a `ControlChart`: rows in the order of time with `centre`, `low`, `high` and `beyond`.
    by
        The group column of time; None for the first.
    expected
        Observed / expected of the same points, whose `expected_share` is drawn as a dotted line: what age and sex alone would
        make of the share.
    signals
        Sentences for the foot.
    width_mm, grey
        Width of the figure and shades of grey.

    Returns
    -------
    Picture
        A matplotlib figure. Months that are hidden are gaps in the line.

    Raises
    ------
    DataError
        There is no point that may be shown.
    """
    by = by or estimates.groups[0]
    rows = estimates.frame[[not is_hidden(row) for _, row in estimates.frame.iterrows()]].reset_index(drop=True)
    if rows.empty:
        raise DataError("a chart over time has no point that may be shown.")
    names = [level_words(name) for name in rows[by]]
    places, has_gaps = find_places(names)
    has_limits = bool(rows["high"].notna().any())
    dotted = _expected_shares(expected, rows[by])
    with theme(width_mm=width_mm, grey=grey) as look:
        height = 0.5 * width_mm if look.is_narrow else 0.34 * width_mm
        numbers = [rows["estimate"].max(), rows["high"].max(), rows["centre"].max(), dotted.max()]
        upper = _upper(float(np.nanmax(np.array(numbers, dtype=float))), False)
        left = EDGE_MM + line_mm(look.points) + text_mm("100 %", look.small_points) + 3.0
        width = width_mm - left - EDGE_MM - 4.0
        notes = wrap_notes(look, [
            _title(estimates, rows["outcome"].iloc[0]),
            _chart_key(rows, has_limits, bool(dotted.notna().any())), *signals, GAPS_NOTE if has_gaps else "",
        ])
        sheet = Sheet(look, 2 * EDGE_MM + height + BOTTOM_MM + len(notes) * line_mm(look.small_points) + EDGE_MM)
        axes = sheet.axes(left, 2 * EDGE_MM, width, height)
        axes.set_xlim(places[0] - 0.6, places[-1] + 0.6)
        axes.set_ylim(0, upper)
        _dress_time(axes, look, upper, height, width, places, names)
        _draw_time(axes, rows, places, dotted, look, breaks=has_gaps)
        _write_axes(sheet, left, width, height, label_of(estimates, by).label, SHARE_WORDS)
        return sheet.finish(estimates.source, notes)


def find_places(names: Sequence[str]) -> tuple[list[float], bool]:
    """Where points in time stand, and whether months are left out between them.

    Months ("2026-03") stand as far apart as they are, but a gap of more than three as three, so that one stray date does not
    squeeze all others; anything else stands side by side.

    Examples
    --------
    >>> find_places(["2025-12", "2026-01", "2026-04"]), find_places(["1925-03", "2025-03"]), find_places(["spring", "summer"])
    (([0.0, 1.0, 4.0], True), ([0.0, 3.0], True), ([0.0, 1.0], False))
    """
    found = [MONTH.match(name) for name in names]
    if not all(found):
        return [float(place) for place in range(len(names))], False
    months = [12 * int(one.group(1)) + int(one.group(2)) for one in found if one]
    steps = [later - sooner for sooner, later in pairwise(months)]
    places = np.concatenate([[0.0], np.cumsum([min(step, WIDEST_GAP) for step in steps])])
    return [float(place) for place in places], any(step > 1 for step in steps)


def _upper(highest: float, is_ratio: bool) -> float:
    """Where the upright axis ends."""
    if is_ratio:
        return float(np.ceil(1.05 * max(highest, 1.1) * 5) / 5)
    return min(1.0, float(np.ceil(10 * min(1.05 * highest, 1.0) - 1e-9) / 10))


def _dress(
    axes: Axes, look: Look, ends: tuple[float, float, float], height: float, width: float, *, is_ratio: bool,
) -> None:
    """Ticks of both axes; `ends` are the lower and upper end of the upright one and the end of the other."""
    from matplotlib.ticker import MaxNLocator

    lower, upper, most = ends
    if is_ratio:
        steps = MaxNLocator(nbins=max(3, int(height / 10)), steps=[1, 2, 2.5, 5, 10]).tick_values(lower, upper)
        ticks = [tick for tick in steps if lower - 1e-9 <= tick <= upper + 1e-9]
        axes.yaxis.set_ticks(ticks, labels=[f"{tick:.2f}" for tick in ticks])
    else:
        percent_ticks(axes.yaxis, upper, height, look.small_points)
    count_ticks(axes.xaxis, most, max(3, int(width / 18)))
    axes.tick_params(labelsize=look.small_points)
    axes.grid(axis="y", **GRID_LINE)
    sns.despine(ax=axes)


def _draw_limits(
    sheet: Sheet, axes: Axes, curve: pd.DataFrame, centre: float, look: Look, corner: tuple[float, float],
    scale: tuple[np.ndarray, float],
) -> None:
    """Both pairs of limits, named at their right end."""
    axes.axhline(centre, color=INK, linewidth=0.7, zorder=1.5)
    for name, line in (("95", DASHED), ("998", SOLID)):
        for side in ("low", "high"):
            axes.plot(curve["size"], curve[f"{side}_{name}"], color=QUIET, linestyle=line, linewidth=0.8, zorder=1.6)
    ends = sorted([(float(curve["high_95"].iloc[-1]), "95 %"), (float(curve["high_998"].iloc[-1]), "99.8 %")])
    tops = [(end - scale[1]) * scale[0][1] for end, _ in ends]
    apart = line_mm(look.small_points)
    tops[1] = max(tops[1], tops[0] + apart)
    for top, (_, words) in zip(tops, ends, strict=True):
        sheet.write(corner[0] + 1.0, corner[1] - top, words, size=look.small_points, color=QUIET)


def _draw_units(axes: Axes, rows: pd.DataFrame, look: Look) -> None:
    for code, place, size in ((0, 0, 3.6), (1, 2, 4.6), (2, 3, 4.4)):
        mine = rows[rows["outside"].abs() == code]
        strokes = look.strokes(0 if code == 0 else 1)
        axes.plot(mine["size"], mine["estimate"], linestyle="none", marker=("o", "s", "^", "D")[place], markersize=size,
                  markerfacecolor=strokes.colour, markeredgecolor=INK, markeredgewidth=0.5, zorder=4, clip_on=False)


def _place_labels(
    rows: pd.DataFrame, by: str, scale: tuple[np.ndarray, float], room: tuple[float, float], look: Look,
) -> tuple[list[tuple[str, float, float, str]], list[str]]:
    """Names of the units outside, beside their marks where nothing else stands; and the names for which there is no room."""
    marks = (rows[["size", "estimate"]].to_numpy(dtype=float) - [0.0, scale[1]]) * scale[0]
    taken = [(x - 1.2, y - 1.2, x + 1.2, y + 1.2) for x, y in marks]
    placed, unnamed = [], []
    high = line_mm(look.small_points)
    order = rows["outside"].abs().sort_values(ascending=False, kind="stable").index
    for index in (index for index in order if rows.at[index, "outside"] != 0):
        words = level_words(rows.at[index, by])
        x, y = marks[rows.index.get_loc(index)]
        wide = text_mm(words, look.small_points)
        for left, bottom, at, side in (
            (x + 1.8, y - high / 2, x + 1.8, "left"), (x - 1.8 - wide, y - high / 2, x - 1.8, "right"),
            (x - wide / 2, y + 1.4, x, "center"), (x - wide / 2, y - 1.4 - high, x, "center"),
        ):
            box = (left, bottom, left + wide, bottom + high)
            inside = left >= 0.5 and bottom >= 0.5 and box[2] <= room[0] and box[3] <= room[1]
            if inside and not any(_touch(box, other) for other in taken):
                placed.append((words, float(at), float(bottom + high / 2), side))
                taken.append(box)
                break
        else:
            unnamed.append(words)
    return placed, unnamed


def _touch(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _write_axes(sheet: Sheet, left: float, width: float, height: float, below: str, beside: str) -> None:
    look = sheet.look
    style = {"size": look.small_points, "color": QUIET, "ha": "center"}
    sheet.write(left + width / 2, 2 * EDGE_MM + height + BOTTOM_MM - 2.4, below, **style)
    sheet.write(EDGE_MM + line_mm(look.small_points) / 2, 2 * EDGE_MM + height / 2, beside, rotation=90, **style)


def _size_words(is_ratio: bool) -> str:
    return "number expected" if is_ratio else "patients with an answer"


def _title(estimates: Estimates, name: str, aside: str = "") -> str:
    """Outcome, window and population in one line."""
    words = [outcome_words(estimates, name) + aside, *windows_of(estimates), population_of(estimates)]
    return f"{'; '.join(filter(None, words))}."


def _expected_shares(expected: Estimates | None, points: pd.Series) -> pd.Series:
    """Expected share of each point; missing where there is none or it is hidden."""
    if expected is None:
        return pd.Series(np.nan, index=points.index)
    frame = expected.frame
    shares = dict(zip(frame[expected.groups[0]].astype(str), frame["expected_share"], strict=True))
    return points.astype(str).map(shares).astype(float)


def _chart_key(rows: pd.DataFrame, has_limits: bool, has_expected: bool) -> str:
    steady = rows["centre"].nunique() == 1
    middle = f" ({format_share(rows['centre'].iloc[0])})" if steady else ", moving with age and sex"
    words = [f"Solid line: {'centre' if has_limits else 'median'}{middle}"]
    if has_limits:
        words.append("dashed: 3-sigma limits; triangles: beyond them")
    if has_expected:
        words.append("dotted: share that age and sex alone would make")
    return "; ".join(words) + "."


def _dress_time(
    axes: Axes, look: Look, upper: float, height: float, width: float, places: Sequence[float], names: Sequence[str],
) -> None:
    percent_ticks(axes.yaxis, upper, height, look.small_points)
    apart = width / (places[-1] - places[0] + 1.2)
    ticks, labels, free = [], [], -np.inf
    for place, name in zip(places, names, strict=True):
        half = text_mm(name, look.small_points) / 2 + 1.0
        middle = (place - places[0] + 0.6) * apart
        if middle - half >= free and middle + half <= width + 4.0:
            ticks.append(place)
            labels.append(name)
            free = middle + half
    axes.set_xticks(ticks, labels=labels)
    axes.tick_params(labelsize=look.small_points)
    axes.grid(axis="y", **GRID_LINE)
    sns.despine(ax=axes)


def _draw_time(
    axes: Axes, rows: pd.DataFrame, places: Sequence[float], dotted: pd.Series, look: Look, *, breaks: bool,
) -> None:
    """Lines and marks; a gap of hidden months breaks the line."""
    x = np.array(places)
    cut = np.flatnonzero(np.diff(x) > 1) + 1 if breaks else np.array([], dtype=int)

    def line(values: pd.Series, **style: object) -> None:
        for piece in np.split(np.arange(len(x)), cut):
            axes.plot(x[piece], values.to_numpy(dtype=float)[piece], **style)

    def steps(values: pd.Series, **style: object) -> None:
        edges = np.ravel(np.column_stack([x - 0.5, x + 0.5]))
        for piece in np.split(np.arange(len(x)), cut):
            chosen = np.ravel(np.column_stack([2 * piece, 2 * piece + 1]))
            axes.plot(edges[chosen], np.repeat(values.to_numpy(dtype=float), 2)[chosen], **style)

    steps(rows["centre"], color=INK, linewidth=0.7, zorder=1.5)
    for side in ("low", "high"):
        steps(rows[side], color=QUIET, linewidth=0.8, linestyle=DASHED, zorder=1.6)
    line(dotted, color=look.strokes(2).colour, linewidth=1.2, linestyle=DOTTED, zorder=2)
    strokes = look.strokes(0)
    line(rows["estimate"], color=strokes.colour, linewidth=0.9, zorder=3)
    for code, marker, place, size in ((0, "o", 0, 3.4), (1, "^", 1, 5.0), (-1, "v", 1, 5.0)):
        mine = (rows["beyond"] == code).to_numpy(dtype=bool)
        axes.plot(x[mine], rows["estimate"].to_numpy(dtype=float)[mine], linestyle="none", marker=marker, markersize=size,
                  markerfacecolor=look.strokes(place).colour, markeredgecolor=INK, markeredgewidth=0.5, zorder=4, clip_on=False)
