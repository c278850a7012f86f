"""The results of the engines benchmark as a page: what was asked, tables, a figure with time and memory, the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from page import left_out, machine, seconds, to_table

mpl.use("Agg")
import matplotlib.pyplot as plt

Record = dict[str, Any]
OURS, HAND = "crampstats-duckdb", "sql-by-hand"
STYLES = {
    "crampstats-duckdb": ("#000000", "-", "D"), "crampstats-pandas": ("#0072B2", "-", "o"),
    "crampstats-polars": ("#009E73", "-", "^"), "crampstats-polars-lazy": ("#56B4E9", "-", "v"),
    "crampstats-spark": ("#D55E00", "-", "s"), "sql-by-hand": ("#E69F00", "--", "D"), "pandas-by-hand": ("#CC79A7", "--", "o"),
}
WORDS = {
    "crampstats-duckdb": "crampstats, DuckDB on Parquet files", "crampstats-pandas": "crampstats, pandas frame in memory",
    "crampstats-polars": "crampstats, Polars frame in memory",
    "crampstats-polars-lazy": "crampstats, Polars on Parquet files (scan_parquet)",
    "crampstats-spark": "crampstats, Spark local[2] on Parquet files", "sql-by-hand": "DuckDB, SQL and numpy written by hand",
    "pandas-by-hand": "pandas frame in memory, sums and numpy written by hand",
}
TITLES = {"prevalence": "Prevalence in 10 domains", "logistic": "Logistic regression with 12 covariates"}
BIG, HUGE = 100_000_000, 1_000_000_000
ASKED_SECONDS, ASKED_MB = {"prevalence": 10.0, "logistic": 20.0}, 500.0
ASKED_RATIO, TIMES_MORE = 1.3, 10.0


def write_page(folder: Path, name: str, records: list[Record], absent: dict[str, str], load: float) -> None:
    """NAME.md, .csv and .png in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    table = to_table(records).assign(task=[one["task"] for one in records], file_mb=[one["file_mb"] for one in records])
    table.to_csv(folder / f"{name}.csv", index=False, float_format="%.6g", lineterminator="\n")
    draw(table, folder / f"{name}.png")
    parts = [
        "# One estimate, several engines", intro(),
        "![Seconds of one call and peak memory against rows, all on logarithmic axes, one line per engine; the numbers are in "
        f"the tables below.]({name}.png)",
        verdicts(table), *(size_part(part) for _, part in table.groupby(["rows", "task"], sort=False)), left_out(absent),
        machine(records, load),
    ]
    (folder / f"{name}.md").write_text("\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")


def intro() -> str:
    """What was done, and what the columns are."""
    return (
        "Written by `python benchmarks/table_engines.py`; not edited by hand. A made-up registry of nights with a fixed seed: 31 "
        "strata x 2 PSUs, weights, sex and age band as text (10 domains), a yes/no outcome and 12 yes/no conditions. One call of "
        "*prevalence* gives shares, standard errors and their covariance of the 10 domains (crampstats: Korn-Graubard intervals "
        "and cautions too); one call of *logistic* fits the outcome on the 12 conditions with the design-based covariance. "
        "Before this page was written, estimates (in standard errors), standard errors and covariances of all engines were "
        "asserted equal to 1e-9.\n\n"
        "Each engine runs in a process of its own. `median` and `range` are wall-clock seconds of the calls after a first one "
        "(from 1e9 rows, on Polars files from 1e8, of the first and only one); "
        "an engine on files reads them in every call, from the system's cache where "
        "they fit. `CPU` is processor time over all threads of the process (Spark works in another). `load` is the time to open "
        "the table, or to read it into memory, and `design` that of making the design object and checking it, both with imports. "
        "`peak` is the highest resident memory of the process and of those it started, everything included."
    )


def verdicts(table: pd.DataFrame) -> str:
    """Each target beside what was measured."""
    lines = [line for task in TITLES for line in task_verdicts(table[table["task"] == task], task)]
    return "## Targets, crampstats with DuckDB\n\n" + "\n".join(lines) if lines else ""


def task_verdicts(table: pd.DataFrame, task: str) -> list[str]:
    """Time, memory, beside SQL by hand, and ten times the rows."""
    ours = table[table["engine"] == OURS].set_index("rows")
    hand = table[table["engine"] == HAND].set_index("rows")["seconds_median"]
    lines = []
    if BIG in ours.index:
        row = ours.loc[BIG]
        whole = row["seconds_load"] + row["seconds_design"] + row["seconds_first_call"]
        lines += [
            f"- {BIG:,} rows, {task}: {seconds(row['seconds_median'])} (target {ASKED_SECONDS[task]:g} s: "
            f"**{met(row['seconds_median'] < ASKED_SECONDS[task])}**), {row['peak_mb']:,.0f} MB (target {ASKED_MB:g} MB: "
            f"**{met(row['peak_mb'] < ASKED_MB)}**); {seconds(whole)} with imports, opening the files and checking the design."
        ]
    for rows in sorted(set(ours.index) & set(hand.index)):
        ratio = ours.loc[rows, "seconds_median"] / hand[rows]
        asked = f" (target {ASKED_RATIO:g}: **{met(ratio <= ASKED_RATIO)}**)" if rows >= BIG else ""
        lines.append(f"- {rows:,} rows, {task}: {ratio:.2f} times the time of SQL written by hand{asked}.")
    if {BIG, HUGE} <= set(ours.index):
        ratio = ours.loc[HUGE, "seconds_median"] / ours.loc[BIG, "seconds_median"]
        lines.append(
            f"- {HUGE:,} rows, {task}: {seconds(ours.loc[HUGE, 'seconds_median'])}, {ratio:.1f} times the time of {BIG:,} rows "
            f"(target {TIMES_MORE:g}: **{met(ratio <= TIMES_MORE)}**), {ours.loc[HUGE, 'peak_mb']:,.0f} MB."
        )
    return lines


def met(kept: bool) -> str:
    return "met" if kept else "missed"


def size_part(part: pd.DataFrame) -> str:
    """The engines at one task and size, fastest first."""
    rows, task, size = part["rows"].iloc[0], part["task"].iloc[0], part["file_mb"].iloc[0]
    ours = part.loc[part["engine"] == OURS, "seconds_median"]
    head = ("engine", "median", "range", "CPU", "ratio to crampstats on DuckDB", "first call", "load", "design", "peak")
    lines = [f"## {TITLES[task]}, {rows:,} rows", "", f"{size:,.1f} MB of Parquet, {size * 1e6 / rows:.1f} bytes a row.", ""]
    lines += ["| " + " | ".join(head) + " |", "|---" + "|--:" * (len(head) - 1) + "|"]
    for _, row in part.sort_values("seconds_median").iterrows():
        cells = [
            WORDS[row["engine"]], seconds(row["seconds_median"]),
            f"{seconds(row['seconds_min'])} to {seconds(row['seconds_max'])}",
            "" if row["engine"] == "crampstats-spark" else seconds(row["cpu_seconds_median"]),
            f"{row['seconds_median'] / ours.iloc[0]:.2f}" if len(ours) else "",
            *(seconds(row[f"seconds_{what}"]) for what in ("first_call", "load", "design")), f"{row['peak_mb']:,.0f} MB",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def draw(table: pd.DataFrame, path: Path) -> None:
    """Seconds and memory against rows, a row of panels a task, on logarithmic axes."""
    figure, panels = plt.subplots(2, 2, figsize=(10, 8.5), layout="constrained", sharex=True)
    for (task, title), (left, right) in zip(TITLES.items(), panels, strict=True):
        for engine, part in table[table["task"] == task].groupby("engine", sort=False):
            colour, line, marker = STYLES[engine]
            style = {"color": colour, "marker": marker, "markersize": 5, "label": WORDS[engine]}
            left.plot(part["rows"], part["seconds_median"], line, **style)
            left.vlines(part["rows"], part["seconds_min"], part["seconds_max"], color=colour, linewidth=1, alpha=0.5)
            right.plot(part["rows"], part["peak_mb"], line, **style)
        for axes, target, words in (
            (left, ASKED_SECONDS[task], "Seconds of one call (median; lines: range)"),
            (right, ASKED_MB, "Peak memory, MB"),
        ):
            axes.plot(BIG, target, marker="_", color="black", markersize=22, markeredgewidth=2, linestyle="none")
            axes.annotate("target", (BIG, target), xytext=(-14, -3), textcoords="offset points", ha="right", fontsize=8)
            axes.set(xscale="log", yscale="log", ylabel=words, title=title)
            axes.grid(which="major", color="0.9")
            axes.spines[["top", "right"]].set_visible(False)
    for axes in panels[1]:
        axes.set_xlabel("Rows")
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False, fontsize=8)
    figure.savefig(path, dpi=150, metadata={"Software": None})
    plt.close(figure)
