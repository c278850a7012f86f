"""Rates of a diary by group, and along weekdays, seasons or days of the diary."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.present.diaries import MONTHS, WEEKDAYS
from crampstats.present.figures.clinic_rows import Heads, RowLine, draw_rows
from crampstats.present.figures.diary_axes import draw_upright_ratio, plain_number, rate_ticks, upper_rate
from crampstats.present.figures.ratio_axis import NO_DIFFERENCE, find_span, find_ticks, set_ratio_axis
from crampstats.present.figures.sheet import (
    EDGE_MM,
    GRID_LINE,
    Picture,
    Sheet,
    draw_interval,
    line_mm,
    text_mm,
    widest_mm,
    wrap_notes,
)
from crampstats.present.rates import calendar_rows, level_order, rate_counts, rate_numbers, rate_parts
from crampstats.present.ratios import is_drawable
from crampstats.present.reading import label_of, level_words
from crampstats.present.theme import INK, PAGE_MM, QUIET, Look, theme
from crampstats.present.wording import first_upper

EVERYBODY = "All"
LEVEL_STEPS = (1, 2, 5, 7, 10, 14, 28, 50, 100, 200)  # of very many levels every n-th is named
HOLLOW_NOTE = "Hollow marks: read with caution, see the table."


def plot_rates(
    parts: Estimates | Sequence[Estimates], *, measure: str | None = None, width_mm: float = PAGE_MM, grey: bool = False,
) -> Picture:
    """Rates with their intervals, of everybody and by group.

    Parameters
    ----------
    parts
        Rates, each by one group column (its label is the heading) or by none; a row of everybody is drawn once, at the top.
    measure
        Which measure is drawn; None for the first. "cramp nights per week" counts every logged night the same.
    width_mm, grey
        Width of the figure and shades of grey.

    Returns
    -------
    Picture
        A matplotlib figure. One mark is one group, hollow with a caution; events and nights stand beside it.

    Raises
    ------
    OptionError
        There is no such measure.
    DataError
        There is no row that may be shown.
    """
    parts = rate_parts(parts, measure)
    rows = pd.concat([part.frame for part in parts])
    shown = [row for _, row in rows.iterrows() if is_drawable(row)]
    if not shown:
        raise DataError(f"a figure of rates has nothing to show: {len(rows)} rows, all suppressed or without an estimate.")
    highest = max(float(row["estimate"] if pd.isna(row["conf_high"]) else row["conf_high"]) for row in shown)
    upper, level = upper_rate(highest), f"{100 * parts[0].confidence_level:g} %"
    words = str(shown[0]["measure"])
    with theme(width_mm=width_mm, grey=grey) as look:
        def set_axis(axes: Axes, length: float) -> None:
            axes.set_xlim(0, upper)
            ticks = rate_ticks(upper, length, text_mm("0.25", look.small_points) + 4.0)
            axes.set_xticks(ticks, labels=[plain_number(tick) for tick in ticks])
            axes.tick_params(axis="x", labelsize=look.small_points)

        counted = f"{shown[0]['unit'] or 'events'}/nights" if any(map(rate_counts, shown)) else ""
        notes = [f"Line: {level} interval." + (f" {first_upper(counted)}: of those logged and answered." if counted else "")]
        notes += [HOLLOW_NOTE] if any(row["caution"] for row in shown) else []
        heads = Heads("Diarists", counted, f"rate ({level} CI)", words)
        return draw_rows(look, _rate_lines(parts, look), heads, set_axis=set_axis, notes=[" ".join(notes)],
                         source=parts[0].source)


def _rate_lines(parts: Sequence[Estimates], look: Look) -> list[RowLine]:
    """Everybody once, then each part under its heading."""
    lines: list[RowLine] = []
    for part in parts:
        if not part.groups and len(part) and not lines:
            lines.append(_rate_line(EVERYBODY, "total", part.frame.iloc[0], look))
    for part in (part for part in parts if part.groups):
        by = part.groups[0]
        everybody = part.frame[part.frame[by].astype(str) == ""]
        if len(everybody) and not any(line.kind == "total" for line in lines):
            lines.insert(0, _rate_line(EVERYBODY, "total", everybody.iloc[0], look))
        lines.append(RowLine(first_upper(label_of(part, by).label), "heading"))
        levels = [str(level) for level in part.frame[by] if str(level)]
        for level in level_order(part, by, list(dict.fromkeys(levels))):
            row = part.frame[part.frame[by].astype(str) == level].iloc[0]
            lines.append(_rate_line(first_upper(level_words(level)), "row", row, look))
    return lines


def _rate_line(words: str, kind, row: pd.Series, look: Look) -> RowLine:
    def draw(axes: Axes, middle: float) -> None:
        x = [row["estimate"], row["conf_low"], row["conf_high"]] if pd.notna(row["conf_low"]) else [row["estimate"]]
        strokes = look.strokes(0)
        draw_interval(axes, x, [middle], hollow=bool(row["caution"]), color=INK if kind == "total" else strokes.colour,
                      marker="D" if kind == "total" else strokes.marker)

    return RowLine(words, kind, rate_counts(row), rate_numbers(row), draw if is_drawable(row) else None)


def plot_calendar_effects(
    estimates: Estimates, *, by: str | None = None, measure: str | None = None, width_mm: float = PAGE_MM, grey: bool = False,
) -> Picture:
    """Rates or ratios along weekdays, months, seasons or days of the diary.

    Parameters
    ----------
    estimates
        One row per level: rates, or ratios (unit "ratio", drawn on a logarithmic axis with a line at 1).
    by
        The group column of the levels, or "level"; None for the first group column, or the level where there is none.
    measure
        Which measure is drawn; None for the first.
    width_mm, grey
        Width of the figure and shades of grey.

    Returns
    -------
    Picture
        A matplotlib figure; the levels stand side by side in reading order. Levels that may not be shown leave a gap.

    Raises
    ------
    OptionError
        There is no such measure or column.
    DataError
        There is no row that may be shown.
    """
    rows, by = calendar_rows(estimates, by, measure)
    shown = rows[[is_drawable(row) for _, row in rows.iterrows()]]
    is_ratio = bool((shown["unit"] == "ratio").all())
    levels = list(rows[by].astype(str))
    level = f"{100 * estimates.confidence_level:g} %"
    with theme(width_mm=width_mm, grey=grey) as look:
        height = 0.45 * width_mm if look.is_narrow else 0.32 * width_mm
        span = find_span([row for _, row in shown.iterrows()]) if is_ratio else None
        upper = upper_rate(float(shown[["estimate", "conf_high"]].max(axis=None)))
        ticks = find_ticks(span, height, look.small_points, upright=True) if span else rate_ticks(upper, height, 9.0)
        left = EDGE_MM + line_mm(look.small_points) + widest_mm([plain_number(tick) for tick in ticks], look.small_points) + 3.0
        width = look.width_mm - left - EDGE_MM - 2.0
        notes = wrap_notes(look, [_effects_note(rows, shown, level, is_ratio=is_ratio)])
        sheet = Sheet(look, EDGE_MM + 1.5 + height + 10.5 + len(notes) * line_mm(look.small_points) + EDGE_MM)
        axes = sheet.axes(left, EDGE_MM + 1.5, width, height)
        if span:
            set_ratio_axis(axes.yaxis, span, height, look.small_points)
            axes.axhline(1.0, **NO_DIFFERENCE)
        else:
            axes.set_ylim(0, upper)
            axes.set_yticks(ticks, labels=[plain_number(tick) for tick in ticks])
        _draw_levels(axes, rows, span, levels, look)
        _level_ticks(axes, levels, width, look)
        axes.tick_params(labelsize=look.small_points)
        axes.grid(axis="y", **GRID_LINE)
        sns.despine(ax=axes)
        style = {"ha": "center", "size": look.small_points, "color": QUIET}
        words = str(shown["measure"].iloc[0]) + (" (log scale)" if span else "")
        sheet.write(EDGE_MM + line_mm(look.small_points) / 2, EDGE_MM + 1.5 + height / 2, words, rotation=90, **style)
        beneath = label_of(estimates, by).label if by in estimates.groups else _exposure(estimates, rows)
        sheet.write(left + width / 2, EDGE_MM + 1.5 + height + 7.4, beneath, **style)
        return sheet.finish(estimates.source, notes)


def _exposure(estimates: Estimates, rows: pd.DataFrame) -> str:
    names = [name for name in dict.fromkeys(rows["exposure"]) if name]
    return " / ".join(label_of(estimates, name).label for name in names)


def _draw_levels(axes: Axes, rows: pd.DataFrame, span, levels: Sequence[str], look: Look) -> None:
    axes.set_xlim(-0.6, len(levels) - 0.4)
    strokes = look.strokes(0)
    for place, (_, row) in enumerate(rows.iterrows()):
        if not is_drawable(row):
            continue
        if span:
            draw_upright_ratio(axes, row, place, span, colour=strokes.colour, marker=strokes.marker, hollow=bool(row["caution"]))
        else:
            y = [row["estimate"], row["conf_low"], row["conf_high"]] if pd.notna(row["conf_low"]) else [row["estimate"]]
            draw_interval(axes, [place], y, hollow=bool(row["caution"]), color=strokes.colour, marker=strokes.marker)


def _level_ticks(axes: Axes, levels: Sequence[str], width: float, look: Look) -> None:
    """All names, short where they would touch; of very many every n-th."""
    room = width / (len(levels) + 0.2) - 1.5
    names = [first_upper(level_words(level)) for level in levels]
    if widest_mm(names, look.small_points) > room and all(name in (*WEEKDAYS, *MONTHS) for name in names):
        names = [name[:3] for name in names]
    needs = widest_mm(names, look.small_points) + 1.5
    step = next((step for step in LEVEL_STEPS if needs <= step * (room + 1.5)), 365)
    axes.set_xticks(range(0, len(names), step), labels=names[::step])


def _effects_note(rows: pd.DataFrame, shown: pd.DataFrame, level: str, *, is_ratio: bool) -> str:
    words = [f"Line: {level} interval."]
    against = rows[(rows["estimate"] - 1).abs().lt(1e-12) & rows["conf_low"].isna()] if is_ratio else rows.iloc[:0]
    words += ["Level at 1 without a line: the one compared with."] if len(against) else []
    words += [HOLLOW_NOTE] if (shown["caution"] != "").any() else []
    if left := len(rows) - len(shown):
        words.append(f"{left} level(s) not drawn: too unreliable to show, or not estimable.")
    return " ".join(words)
