"""Effects of single persons (N-of-1), sorted, with the pooled one and where a further person's would lie."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from crampstats.core.estimates import Estimates
from crampstats.present.diaries import person_words
from crampstats.present.figures.ratio_axis import FARTHEST, NO_DIFFERENCE, RatioSpan, draw_ratio, find_span, set_ratio_axis
from crampstats.present.figures.sheet import EDGE_MM, GRID_LINE, Picture, Sheet, line_mm, widest_mm, wrap_notes
from crampstats.present.rates import EXACT, PERSON, own_names, own_numbers, own_rows, pooled_rows
from crampstats.present.ratios import is_drawable, measure_words
from crampstats.present.theme import INK, PAGE_MM, QUIET, Look, theme

MOST_NAMED = 50
ROW_MM, TALLEST = 3.6, 0.9  # of the width, where persons are not named


def plot_own_effects(
    estimates: Estimates, pooled: Estimates | None = None, *, by: str = PERSON, width_mm: float = PAGE_MM, grey: bool = False,
) -> Picture:
    """Each person's own ratio, sorted, with the pooled one and where a further person's would lie.

    Parameters
    ----------
    estimates
        Ratios (unit "ratio"), one row a person.
    pooled
        Rows whose measure speaks of "pooled" and of a "prediction interval"; None for none.
    by
        The group column of the persons.
    width_mm, grey
        Width of the figure and shades of grey.

    Returns
    -------
    Picture
        A matplotlib figure on a logarithmic axis. Up to 50 persons are named with their numbers; of more the marks alone stand
        in order. Diamond and band: pooled ratio with its interval; open bar: prediction interval. Persons whose effect cannot
        be estimated are counted at the foot.

    Raises
    ------
    DataError
        No person's effect may be shown, or a row is no ratio.
    """
    rows = own_rows(estimates)
    shown = rows[[is_drawable(row) for _, row in rows.iterrows()]].sort_values("estimate", ascending=False, kind="stable")
    whole = pooled_rows(pooled)
    level = f"{100 * estimates.confidence_level:g} %"
    with theme(width_mm=width_mm, grey=grey) as look:
        named = len(shown) <= MOST_NAMED
        names = own_names(estimates, shown, by)
        columns = _OwnColumns(look, shown, whole, names if named else [])
        notes = wrap_notes(look, _own_notes(rows, shown, whole, level))
        measure = measure_words(shown)
        header = EDGE_MM + line_mm(look.small_points) + 1.0
        sheet = Sheet(look, header + columns.body + 9.5 + len(notes) * line_mm(look.small_points) + EDGE_MM)
        span = _find_span([*(row for _, row in shown.iterrows()), *whole.values()])
        axes = sheet.axes(columns.left, header, columns.width, columns.body)
        axes.set_ylim(columns.body, 0)
        axes.set_yticks([])
        set_ratio_axis(axes.xaxis, span, columns.width, look.small_points)
        axes.grid(axis="x", **GRID_LINE)
        axes.axvline(1.0, **NO_DIFFERENCE)
        sns.despine(ax=axes, left=True)
        quiet = {"size": look.small_points, "color": QUIET}
        sheet.write(columns.left + columns.width / 2, header + columns.body + 7.1, f"{measure} (log scale)", ha="center", **quiet)
        if named:
            sheet.write(EDGE_MM, EDGE_MM + line_mm(look.small_points) / 2, "Person", **quiet)
            sheet.write(look.width_mm - EDGE_MM, EDGE_MM + line_mm(look.small_points) / 2, f"{measure} ({level} CI)", ha="right",
                        **quiet)
        for place, (_, row) in enumerate(shown.iterrows()):
            middle = (place + 0.5) * columns.row
            draw_ratio(axes, row, middle, span, colour=look.strokes(0).colour, marker="o", hollow=bool(row["caution"]),
                       size=3.4 if named else max(1.0, min(3.0, 2.4 * columns.row)), width=1.0 if columns.row > 1 else 0.5)
            if named:
                sheet.write(EDGE_MM, header + middle, names[place], size=look.small_points)
                sheet.write(look.width_mm - EDGE_MM, header + middle, own_numbers(row), size=look.small_points, ha="right")
        _draw_pooled(sheet, axes, whole, columns, header, span, look)
        return sheet.finish(estimates.source, notes)


def _find_span(rows: Sequence[pd.Series]) -> RatioSpan:
    """The span of the finite ratios; where there is none, that of intervals that begin or end at 0 or infinity."""
    finite = [row for row in rows if 0 < float(row["estimate"]) < np.inf]
    return find_span(finite) if finite else RatioSpan(1 / FARTHEST, FARTHEST)


class _OwnColumns:
    """Where names, plot and numbers stand, in mm."""

    def __init__(self, look: Look, rows: pd.DataFrame, whole: dict[str, pd.Series], names: Sequence[str]) -> None:
        small = look.small_points
        told = [own_numbers(row) for row in ([row for _, row in rows.iterrows()] if names else []) + list(whole.values())]
        left = widest_mm([*names, *(_WORDS[kind] for kind in whole), *(["Person"] if names else [])], small, bold=True)
        self.left = EDGE_MM + left + 3.0
        self.width = look.width_mm - self.left - widest_mm(told, small, bold=True) - EDGE_MM - 3.0
        self.row = ROW_MM if names else min(ROW_MM, TALLEST * look.width_mm / len(rows))
        self.persons = len(rows) * self.row
        self.body = self.persons + (1.5 + len(whole) * (ROW_MM + 0.6) if whole else 0.0) + 1.0


_WORDS = {"pooled": "Pooled", "prediction": "Prediction"}


def _draw_pooled(
    sheet: Sheet, axes: Axes, whole: dict[str, pd.Series], columns: _OwnColumns, header: float, span: RatioSpan, look: Look,
) -> None:
    """Below the persons: the pooled ratio, and where a further person's would lie."""
    if "pooled" in whole:
        axes.axvline(float(whole["pooled"]["estimate"]), color=INK, linewidth=0.7, linestyle=(0, (4, 2)), zorder=1.6)
    if whole:
        axes.axhline(columns.persons + 0.75, color=QUIET, linewidth=0.6)
    for place, (kind, row) in enumerate(whole.items()):
        middle = columns.persons + 1.5 + (place + 0.5) * (ROW_MM + 0.6)
        if kind == "pooled":
            draw_ratio(axes, row, middle, span, colour=INK, marker="D", size=5.0, width=1.6)
        else:
            ends = [min(max(float(row[name]), span.low), span.high) for name in ("conf_low", "conf_high")]
            axes.plot(ends, [middle, middle], color=look.accent("#E69F00", "#8C8C8C"), linewidth=3.2, solid_capstyle="butt",
                      zorder=3)
        sheet.write(EDGE_MM, header + middle, _WORDS[kind], size=look.small_points, weight="bold")
        sheet.write(look.width_mm - EDGE_MM, header + middle, own_numbers(row), size=look.small_points, ha="right", weight="bold")


def _own_notes(rows: pd.DataFrame, shown: pd.DataFrame, whole: dict[str, pd.Series], level: str) -> list[str]:
    words = [f"Circles: persons, highest at the top; lines: {level} intervals of one person's nights."]
    if "pooled" in whole:
        how = " by the exact likelihood" if EXACT in whole["pooled"]["measure"] else ""
        words.append(f"Diamond and dashed line: pooled{how}.")
    if "prediction" in whole:
        words.append("Bar: prediction interval, where the effect of a further person would lie.")
    if (~np.isfinite(shown["estimate"]) | (shown["estimate"] == 0)).any():
        words.append("Arrows without a circle: 0 or infinite, the outcome came only without or only with the exposure.")
    if (shown["caution"] != "").any():
        words.append("Hollow: read with caution.")
    if left := len(rows) - len(shown):
        words.append(f"Without an estimate of their own (nights of one kind alone): {left} of {person_words(len(rows))}.")
    return [" ".join(words)]
