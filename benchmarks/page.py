"""What every page of a benchmark is made of: its table and text as files, tables of engines, numbers in words."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from rivals import Record

Cell = Callable[["pd.Series[Any]"], str]


def save_page(folder: Path, name: str, parts: Iterable[str]) -> None:
    """NAME.md in `folder`; parts that are empty are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text("\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")


def save_table(folder: Path, name: str, table: pd.DataFrame) -> None:
    """NAME.csv in `folder`, which the README's table is made of."""
    folder.mkdir(parents=True, exist_ok=True)
    table.to_csv(folder / f"{name}.csv", index=False, float_format="%.6g", lineterminator="\n")


def to_table(records: list[Record]) -> pd.DataFrame:
    """One row per engine and size."""
    return pd.DataFrame([
        {
            "engine": one["engine"], "rows": one["rows"],
            "seconds_median": statistics.median(one["seconds"]), "seconds_min": min(one["seconds"]),
            "seconds_max": max(one["seconds"]), "cpu_seconds_median": statistics.median(one["cpu"]),
            "seconds_first_call": one["first"], "seconds_design": one["design"],
            "seconds_load": one.get("load"),
            "peak_mb": one["peak_mb"], "loaded_mb": one["loaded_mb"],
        }
        for one in records
    ])


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]], align: str = "") -> str:
    """A table; `align` is a letter a column, l or r (the first to the left, the others to the right)."""
    rule = ["---" if side == "l" else "--:" for side in align or "l" + "r" * (len(head) - 1)]
    lines = [" | ".join(cells) for cells in (head, *rows)]
    return "\n".join([f"| {lines[0]} |", "|" + "|".join(rule) + "|", *(f"| {line} |" for line in lines[1:])])


def engine_table(part: pd.DataFrame, words: Mapping[str, str], columns: Sequence[str], align: str = "", **own: Cell) -> str:
    """The engines at one size, fastest first. Columns are those of CELLS; others are given by name."""
    cells = {**CELLS, **own}
    rows = [[words[row["engine"]], *(cells[name](row) for name in columns)]
            for _, row in part.sort_values("seconds_median").iterrows()]
    return markdown_table(("engine", *columns), rows, align)


def ratio_to(part: pd.DataFrame, engine: str) -> Cell:
    """Median seconds beside those of one engine; nothing where that one did not run."""
    ours = part.loc[part["engine"] == engine, "seconds_median"]
    return lambda row: f"{row['seconds_median'] / ours.iloc[0]:.2f}" if len(ours) else ""


def seconds(value: float) -> str:
    """Seconds in the unit a reader would choose."""
    return f"{value:.2f} s" if value >= 1 else f"{value * 1e3:.0f} ms" if value >= 0.01 else f"{value * 1e3:.1f} ms"


def met(kept: bool) -> str:
    """Whether a target is met, as the pages put it."""
    return "**met**" if kept else "**missed**"


def error_range(records: list[Record], engine: str, ours: str) -> tuple[int, float, float] | None:
    """At the largest size of an engine with another standard error: rows, and the range of its standard errors beside ours."""
    found = [one for one in records if one["engine"] == engine]
    if not found:
        return None
    last = found[-1]
    own = next(one for one in records if one["engine"] == ours and one["rows"] == last["rows"])
    ratios = [theirs / mine for theirs, mine in zip(last["std_error"], own["std_error"], strict=True)]
    return last["rows"], min(ratios), max(ratios)


def left_out(absent: dict[str, str]) -> str:
    """Engines that were not run, or not at the last size, and why."""
    lacking = sorted(name for name, reason in absent.items() if reason != "no memory")
    stopped = sorted(set(absent) - set(lacking))
    words = ["Left out, because not installed: " + ", ".join(lacking) + "."] if lacking else []
    words += ["Stopped, because the memory of the machine did not do: " + ", ".join(stopped) + "."] if stopped else []
    return " ".join(words)


CELLS: dict[str, Cell] = {
    "median": lambda row: seconds(row["seconds_median"]),
    "range": lambda row: f"{seconds(row['seconds_min'])} to {seconds(row['seconds_max'])}",
    "CPU": lambda row: seconds(row["cpu_seconds_median"]),
    "first call": lambda row: seconds(row["seconds_first_call"]),
    "load": lambda row: seconds(row["seconds_load"]),
    "design": lambda row: seconds(row["seconds_design"]),
    "peak": lambda row: f"{row['peak_mb']:,.0f} MB",
    "above load": lambda row: f"{row['peak_mb'] - row['loaded_mb']:,.0f} MB",
}
