"""Seconds and memory of engines against the size of the data, on logarithmic axes: the figure of a page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd

mpl.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

Styles = Mapping[str, tuple[str, str, str]]  # engine: colour, line, marker


def draw_seconds(axes: Axes, table: pd.DataFrame, styles: Styles, words: Mapping[str, str], *, spread: bool = True) -> None:
    """A line an engine through its medians; with `spread` the range of its calls as well."""
    draw_lines(axes, table, "seconds_median", styles, words)
    for engine, part in table.groupby("engine", sort=False) if spread else ():
        axes.vlines(part["rows"], part["seconds_min"], part["seconds_max"], color=styles[engine][0], linewidth=1, alpha=0.5)


def draw_lines(axes: Axes, table: pd.DataFrame, column: str, styles: Styles, words: Mapping[str, str]) -> None:
    """A line an engine."""
    for engine, part in table.groupby("engine", sort=False):
        colour, line, marker = styles[engine]
        axes.plot(part["rows"], part[column], line, color=colour, marker=marker, markersize=5, label=words[engine])


def mark_target(axes: Axes, rows: int, limit: float) -> None:
    """A bar at what was asked for, its word on the side where there is room; after the lines, which say where that is."""
    side = 1 if rows < 1.01 * axes.dataLim.x0 else -1  # its limits are rounded
    axes.plot(rows, limit, marker="_", color="black", markersize=22, markeredgewidth=2, linestyle="none")
    axes.annotate("target", (rows, limit), xytext=(14 * side, -3), textcoords="offset points",
                  ha="left" if side > 0 else "right", fontsize=8)


def set_axes(axes: Axes, **words: Any) -> None:
    """Logarithmic axes, a light grid; `words` are the labels."""
    axes.set(xscale="log", yscale="log", **words)
    axes.grid(which="major", color="0.9")
    axes.spines[["top", "right"]].set_visible(False)


def draw_pair(
    table: pd.DataFrame, styles: Styles, words: Mapping[str, str], title: str, *, rows: str, seconds: str, spread: bool = True
) -> Figure:
    """Seconds and peak memory side by side; `rows` and `seconds` label their axes."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 5), layout="constrained")
    draw_seconds(left, table, styles, words, spread=spread)
    draw_lines(right, table, "peak_mb", styles, words)
    set_axes(left, xlabel=rows, ylabel=seconds)
    set_axes(right, xlabel=rows, ylabel="Peak memory of the process, MB")
    figure.suptitle(title)
    return figure


def save_figure(figure: Figure, path: Path) -> None:
    """With one legend below all panels; the same bytes for the same numbers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    legend = figure.axes[0].get_legend_handles_labels()
    figure.legend(*legend, loc="outside lower center", ncols=2, frameon=False, fontsize=8)
    figure.savefig(path, dpi=150, metadata={"Software": None})
    plt.close(figure)
