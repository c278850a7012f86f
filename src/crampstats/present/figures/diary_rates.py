"""Rates of a diary, of everybody and by group."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.present.figures.clinic_rows import Heads, RowLine, draw_rows
from crampstats.present.figures.diary_axes import plain_number, rate_ticks, upper_rate
from crampstats.present.figures.sheet import (
    Picture,
    draw_interval,
    text_mm,
)
from crampstats.present.rates import level_order, rate_counts, rate_numbers, rate_parts
from crampstats.present.ratios import is_drawable
from crampstats.present.reading import label_of, level_words
from crampstats.present.theme import INK, PAGE_MM, Look, theme
from crampstats.present.wording import first_upper

EVERYBODY = "All"
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
