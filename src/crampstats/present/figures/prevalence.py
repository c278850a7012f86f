"""Prevalence against a claimed share: by threshold, age and sex, and along age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.present.figures.grid import Grid
from crampstats.present.figures.sheet import (
    CLAIM_LINE,
    EDGE_MM,
    GRID_LINE,
    Picture,
    Sheet,
    caution_notes,
    claim_words,
    darker,
    draw_interval,
    line_mm,
    percent_ticks,
    text_mm,
    upper_share,
    widest_mm,
    wrap_notes,
    wrap_to,
)
from crampstats.present.reading import (
    label_of,
    levels_of,
    outcome_words,
    outcomes_of,
    population_of,
    require_rows,
    shown_rows,
    threshold_words,
    windows_of,
)
from crampstats.present.theme import INK, PAGE_MM, Look, Strokes, theme

MARK_MM, BETWEEN_ROWS_MM = 2.6, 2.0
AXIS_MM = 6.5


@dataclass(frozen=True)
class Series:
    """Points drawn alike: which column holds them apart, which level they are, how they look."""

    column: str
    level: str
    words: str
    strokes: Strokes


def plot_prevalence_by_threshold_age_sex(
    estimates: Estimates, *, age: str = "age_group", sex: str = "sex", claimed: float | None = None,
    width_mm: float = PAGE_MM, grey: bool = False,
) -> Picture:
    """Prevalence by threshold (panels), age group (rows) and sex (marks), against a claimed share.

    Parameters
    ----------
    estimates
        Prevalences of one or more outcomes with the group columns `age` and `sex`; "" in either reads all.
    age, sex
        Names of the group columns.
    claimed
        Share at which the dashed line stands; None for no line.
    width_mm
        Width of the figure. Below 120 mm the panels stand one below the other.
    grey
        True for shades of grey.

    Returns
    -------
    Picture
        A matplotlib figure. One mark is one estimate, its line the interval. Suppressed rows are left out and named
        at the foot; rows with another caution are hollow.

    Raises
    ------
    OptionError
        When a group column is not there or the width is unreadable.
    DataError
        When no row may be shown.
    """
    require_rows(estimates, "a figure of prevalence")
    with theme(width_mm=width_mm, grey=grey) as look:
        ages, series = levels_of(estimates, age), _series(estimates, sex, look)
        panels, upper = outcomes_of(estimates), upper_share(float(_highest(estimates)), claimed)
        names = [wrap_to(_level_words(label_of(estimates, age), level), 0.28 * width_mm, look.points) for level in ages]
        notes = wrap_notes(look, [_axis_words(estimates), *caution_notes(estimates)])
        row_mm = max(len(series) * MARK_MM, max(map(len, names)) * look.line_mm) + BETWEEN_ROWS_MM
        grid = Grid(look, [threshold_words(estimates, panel) for panel in panels], repeats_axis=False,
                    left=EDGE_MM + widest_mm([line for lines in names for line in lines], look.points) + 2.5, right=4.0,
                    height=len(ages) * row_mm, above=1.1 * look.line_mm, below=AXIS_MM)
        sheet = Sheet(look, grid.total_height + len(notes) * line_mm(look.small_points) + EDGE_MM)
        for place, outcome in enumerate(panels):
            axes = sheet.axes(*grid.place(place))
            rows = shown_rows(estimates).query("outcome == @outcome")
            _draw_rows(axes, rows, age, ages, series, MARK_MM / row_mm)
            _dress_panel(sheet, axes, grid, place, upper, claimed)
            labels = ["\n".join(lines) if grid.is_leftmost(place) else "" for lines in names]
            axes.set_yticks(range(len(ages)), labels=labels)
            axes.set_ylim(len(ages) - 0.5, -0.5)
            if outcome == shown_rows(estimates)["outcome"].iloc[0]:
                _name_series(axes, rows, age, ages, series, look, MARK_MM / row_mm)
        return sheet.finish(estimates.source, notes)


def plot_age_curve(
    estimates: Estimates, *, age: str = "age_group", sex: str = "sex", claimed: float | None = None,
    width_mm: float = PAGE_MM, grey: bool = False,
) -> Picture:
    """Prevalence along age, with intervals and direct labels, against a claimed share.

    Parameters
    ----------
    estimates
        Prevalences with the group column `age`, its levels in order. One line per outcome; where `sex` is a group
        column too, one line per sex and one panel per outcome.
    age, sex
        Names of the group columns; rows for all ages are not part of a curve and are left out.
    claimed
        Share at which the dashed line stands; None for no line.
    width_mm, grey
        Width of the figure and shades of grey.

    Returns
    -------
    Picture
        A matplotlib figure. Suppressed rows leave a gap in their line and are named at the foot.

    Raises
    ------
    OptionError
        When there is no such group column or the width is unreadable.
    DataError
        When no row may be shown.
    """
    if age in estimates.groups:
        estimates = replace(estimates, frame=estimates.frame[estimates.frame[age].astype(str) != ""])
    require_rows(estimates, "an age curve")
    with theme(width_mm=width_mm, grey=grey) as look:
        ages = [level for level in levels_of(estimates, age) if level]
        by_sex = sex in estimates.groups
        series = _series(estimates, sex, look) if by_sex else _outcome_series(estimates, look)
        panels = outcomes_of(estimates) if by_sex else [""]
        upper = upper_share(float(_highest(estimates)), claimed)
        label = label_of(estimates, age)
        notes = wrap_notes(look, [_axis_words(estimates), *caution_notes(estimates)])
        names = _direct_labels(series, look)
        height = 48.0 if look.is_narrow or len(panels) > 1 else 70.0
        grid = Grid(look, [panel and threshold_words(estimates, panel) for panel in panels], repeats_axis=True,
                    left=EDGE_MM + text_mm("100 %", look.small_points) + 2.0,
                    right=EDGE_MM + 1.5 + widest_mm([line for lines in names for line in lines], look.points),
                    height=height, above=0.5 * look.line_mm, below=AXIS_MM + 4.0)
        sheet = Sheet(look, grid.total_height + len(notes) * line_mm(look.small_points) + EDGE_MM)
        for place, panel in enumerate(panels):
            axes = sheet.axes(*grid.place(place))
            rows = shown_rows(estimates)
            rows = rows[(rows["outcome"] == panel) | (panel == "")]
            _draw_curves(axes, rows, age, ages, series)
            _dress_curve(sheet, axes, grid, place, ages, label, upper, claimed)
            if place == len(panels) - 1 or grid.is_stacked:
                _name_curves(axes, rows, age, ages, series, names, upper, height, look)
        return sheet.finish(estimates.source, notes)


def _series(estimates: Estimates, column: str, look: Look) -> list[Series]:
    """One series for each level of a group column; "all" comes last, in black."""
    label, levels = label_of(estimates, column), levels_of(estimates, column)
    black = Strokes(INK, "D", "-")
    return [Series(column, level, _level_words(label, level, all_words="all"), look.strokes(place) if level else black)
            for place, level in enumerate(levels)]


def _outcome_series(estimates: Estimates, look: Look) -> list[Series]:
    """One series for each outcome, named by its threshold."""
    return [Series("outcome", name, threshold_words(estimates, name), look.strokes(place))
            for place, name in enumerate(outcomes_of(estimates))]


def _level_words(label: Label, level: str, *, all_words: str = "") -> str:
    """A level as printed; "" as all."""
    return level or all_words or f"All {_plural(label.label)}"


def _plural(word: str) -> str:
    """"Age group" as "ages", any other label as "levels"; used for the row of everybody."""
    return "ages" if word.lower().startswith("age") else "groups"


def _axis_words(estimates: Estimates) -> str:
    """What the percentages are percentages of: population and window, with what the lines are."""
    who, windows = population_of(estimates) or "population not stated", ", ".join(windows_of(estimates))
    words = "" if len(outcomes_of(estimates)) > 1 else f"{outcome_words(estimates, outcomes_of(estimates)[0])}. "
    return f"{words}Percent of {who}; {windows or 'recall window not stated'}; {100 * estimates.confidence_level:g} % CI."


def _highest(estimates: Estimates) -> float:
    """Largest number that will be drawn."""
    rows = shown_rows(estimates)
    return rows[["estimate", "conf_high"]].max().max()


def _is_hollow(row: pd.Series) -> bool:
    return bool(row["caution"])


def _draw_rows(axes: Axes, rows: pd.DataFrame, age: str, ages: list[str], series: list[Series], step: float) -> None:
    """One mark per age group and series."""
    for place, one in enumerate(series):
        shift = _shift(place, len(series), step)
        for _, row in rows[rows[one.column].astype(str) == one.level].iterrows():
            at = ages.index(str(row[age])) + shift
            draw_interval(axes, row[["estimate", "conf_low", "conf_high"]].to_list(), [at], color=one.strokes.colour,
                          marker=one.strokes.marker, hollow=_is_hollow(row))


def _shift(place: int, count: int, step: float) -> float:
    """How far a series stands from the middle of its row."""
    return (place - (count - 1) / 2) * step


def _dress_panel(sheet: Sheet, axes: Axes, grid: Grid, place: int, upper: float, claimed: float | None) -> None:
    """Axis, grid, title and the claimed line of one panel of rows."""
    look, (left, top, width, _) = sheet.look, grid.place(place)
    axes.set_xlim(0, upper)
    percent_ticks(axes.xaxis, upper, width, look.small_points)
    axes.grid(axis="x", **GRID_LINE)
    axes.tick_params(axis="y", length=0)
    if not grid.is_lowest(place):
        axes.tick_params(axis="x", labelbottom=False, length=0)
    sns.despine(ax=axes, left=True)
    grid.write_title(sheet, place)
    if claimed is not None:
        axes.axvline(claimed, **CLAIM_LINE)
        sheet.write(left + width * claimed / upper, top - 0.45 * line_mm(look.small_points), claim_words(claimed),
                    ha="center", size=look.small_points, color=INK)


def _name_series(axes: Axes, rows: pd.DataFrame, age: str, ages: list[str], series: list[Series], look: Look,
                 step: float) -> None:
    """Write each series' name beside its mark in the row where most of them are and the marks reach least far."""
    rows = rows.assign(reach=rows["conf_high"].fillna(rows["estimate"]), level=rows[age].astype(str))
    found = rows.groupby("level")["reach"].agg(["count", "max"]).sort_values(["count", "max"], ascending=[False, True])
    level = found.index[0]
    for place, one in enumerate(series):
        row = rows[(rows[one.column].astype(str) == one.level) & (rows["level"] == level)]
        if row.empty:
            continue
        at = ages.index(level) + _shift(place, len(series), step)
        axes.annotate(one.words, (float(row["reach"].iloc[0]), at), xytext=(3, 0), textcoords="offset points",
                      va="center", ha="left", size=look.small_points, color=INK)


def _draw_curves(axes: Axes, rows: pd.DataFrame, age: str, ages: list[str], series: list[Series]) -> None:
    """One line per series; a band without an estimate leaves a gap."""
    for place, one in enumerate(series):
        mine = rows[rows[one.column].astype(str) == one.level]
        mine = mine.assign(at=[ages.index(str(level)) + _shift(place, len(series), 0.08) for level in mine[age]])
        by_age = mine.set_index(mine[age].astype(str)).reindex(ages)
        axes.plot(by_age["at"], by_age["estimate"], color=one.strokes.colour, linestyle=one.strokes.line, zorder=2.5)
        for _, row in mine.iterrows():
            draw_interval(axes, [row["at"]], row[["estimate", "conf_low", "conf_high"]].to_list(),
                          color=one.strokes.colour, marker=one.strokes.marker, hollow=_is_hollow(row))


def _dress_curve(sheet: Sheet, axes: Axes, grid: Grid, place: int, ages: list[str], label: Label, upper: float,
                 claimed: float | None) -> None:
    """Axes, grid and the claimed line of one panel of curves."""
    look = sheet.look
    axes.set_xlim(-0.4, len(ages) - 0.6)
    axes.set_ylim(0, upper)
    percent_ticks(axes.yaxis, upper, grid.height, look.small_points)
    axes.tick_params(axis="y", labelsize=look.small_points)
    axes.set_xticks(range(len(ages)), labels=_thin_labels(ages, grid.width, look))
    axes.set_xlabel(label.label + (f" ({label.unit})" if label.unit else ""))
    axes.grid(axis="y", **GRID_LINE)
    if not grid.is_leftmost(place):
        axes.tick_params(axis="y", labelleft=False)
    sns.despine(ax=axes)
    grid.write_title(sheet, place)
    if claimed is not None:
        axes.axhline(claimed, **CLAIM_LINE)
        if grid.is_leftmost(place):
            axes.annotate(claim_words(claimed), (-0.4, claimed), xytext=(3, 2), textcoords="offset points", va="bottom",
                          ha="left", size=look.small_points, color=INK)


def _thin_labels(ages: Sequence[str], width_mm: float, look: Look) -> list[str]:
    """Tick labels; every second one is left blank where they would touch."""
    room = width_mm / len(ages)
    crowded = widest_mm(ages, look.small_points) + 1.0 > room
    return [level if not crowded or place % 2 == 0 else "" for place, level in enumerate(ages)]


def _direct_labels(series: list[Series], look: Look) -> list[list[str]]:
    """The names written beside the curves, wrapped."""
    return [wrap_to(one.words, 0.24 * look.width_mm, look.points) for one in series]


def _name_curves(axes: Axes, rows: pd.DataFrame, age: str, ages: list[str], series: list[Series],
                 names: list[list[str]], upper: float, height_mm: float, look: Look) -> None:
    """Write each name at the end of its curve, moved apart where they would touch."""
    ends = []
    for one, lines in zip(series, names, strict=True):
        mine = rows[rows[one.column].astype(str) == one.level]
        if len(mine):
            last = mine.loc[max(mine.index, key=lambda i: ages.index(str(mine.at[i, age])))]
            ends.append([float(last["estimate"]), len(lines) * look.line_mm / height_mm * upper, "\n".join(lines), one])
    ends.sort(key=lambda end: end[0])
    for below, end in pairwise(ends):
        end[0] = max(end[0], below[0] + (below[1] + end[1]) / 2)
    for middle, _, words, one in ends:
        axes.annotate(words, (len(ages) - 0.6, middle), xytext=(4, 0), textcoords="offset points", va="center", ha="left",
                      size=look.points, color=darker(one.strokes.colour), annotation_clip=False)


__all__ = ["plot_age_curve", "plot_prevalence_by_threshold_age_sex"]
