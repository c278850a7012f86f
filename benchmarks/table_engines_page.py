"""The results of the engines benchmark as a page: what was asked, tables, a figure with time and memory, the machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from figure import draw_lines, draw_seconds, mark_target, plt, save_figure, set_axes
from machine import machine
from page import engine_table, left_out, met, ratio_to, save_page, save_table, seconds, to_table
from rivals import Record, Results

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


def write_page(folder: Path, name: str, results: Results) -> None:
    """NAME.md, .csv and .png in `folder`."""
    records = results.records
    table = to_table(records).assign(task=[one["task"] for one in records], file_mb=[one["file_mb"] for one in records])
    save_table(folder, name, table)
    draw(table, folder / f"{name}.png")
    save_page(folder, name, [
        "# One estimate, several engines", intro(), ran(records, name) if table["rows"].max() >= HUGE else "",
        "![Seconds of one call and peak memory against rows, all on logarithmic axes, one line per engine; the numbers are in "
        f"the tables below.]({name}.png)",
        verdicts(table), *(size_part(part) for _, part in table.groupby(["rows", "task"], sort=False)),
        left_out(results.absent), machine(records, results.load),
    ])


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


def ran(records: list[Record], name: str) -> str:
    """What was asked for, and how often each size was called: a page of 1e9 rows is not one of every day."""
    calls: dict[int, set[str]] = {}
    for one in records:
        later = f"the median of {len(one['seconds'])} calls after a first one"
        words = "one call, the first of its process" if one["seconds"] == [one["first"]] else later
        calls.setdefault(one["rows"], set()).add(words)
    sizes = ",".join(f"{rows:.0e}".replace("e+0", "e") for rows in calls)
    engines = ",".join(dict.fromkeys(one["engine"] for one in records))
    told = "; ".join(f"{rows:,} rows: {' or '.join(sorted(words))}" for rows, words in calls.items())
    return (
        f"Asked for by hand: `python benchmarks/table_engines.py --sizes {sizes} --engines {engines} --name {name}`. What was "
        f"run, for each engine and task: {told}."
    )


def verdicts(table: pd.DataFrame) -> str:
    """Each target beside what was measured."""
    lines = [line for task in TITLES for line in task_verdicts(table[table["task"] == task], task)]
    return "## Targets, crampstats with DuckDB\n\n" + "\n".join(lines) if lines else ""


def task_verdicts(table: pd.DataFrame, task: str) -> Iterator[str]:
    """Time, memory, beside SQL by hand, and ten times the rows."""
    ours, hand = (table[table["engine"] == engine].set_index("rows") for engine in (OURS, HAND))
    if BIG in ours.index:
        yield big_verdict(ours.loc[BIG], task)
    for rows in sorted(set(ours.index) & set(hand.index)):
        ratio = ours.loc[rows, "seconds_median"] / hand.loc[rows, "seconds_median"]
        asked = f" (target {ASKED_RATIO:g}: {met(ratio <= ASKED_RATIO)})" if rows >= BIG else ""
        yield f"- {rows:,} rows, {task}: {ratio:.2f} times the time of SQL written by hand{asked}."
    if {BIG, HUGE} <= set(ours.index):
        yield huge_verdict(ours.loc[BIG], ours.loc[HUGE], task)
    if {BIG, HUGE} <= set(hand.index):
        yield f"- {HUGE:,} rows, {task}, SQL written by hand: {growth(hand.loc[BIG], hand.loc[HUGE])}."


def big_verdict(row: pd.Series, task: str) -> str:
    """Time and memory at 1e8 rows."""
    whole = row["seconds_load"] + row["seconds_design"] + row["seconds_first_call"]
    return (
        f"- {BIG:,} rows, {task}: {seconds(row['seconds_median'])} (target {ASKED_SECONDS[task]:g} s: "
        f"{met(row['seconds_median'] < ASKED_SECONDS[task])}), {row['peak_mb']:,.0f} MB (target {ASKED_MB:g} MB: "
        f"{met(row['peak_mb'] < ASKED_MB)}); {seconds(whole)} with imports, opening the files and checking the design."
    )


def huge_verdict(big: pd.Series, huge: pd.Series, task: str) -> str:
    """1e9 rows: within ten times the time of 1e8, and within ten times its limit; the same limit of memory."""
    ratio, limit = huge["seconds_median"] / big["seconds_median"], TIMES_MORE * ASKED_SECONDS[task]
    return (
        f"- {HUGE:,} rows, {task}: {growth(big, huge)}. Targets: {TIMES_MORE:g} times the time of {BIG:,} rows: "
        f"{met(ratio <= TIMES_MORE)}; {TIMES_MORE:g} times the limit of {BIG:,} rows, {limit:g} s: "
        f"{met(huge['seconds_median'] < limit)}; the same memory, {ASKED_MB:g} MB: {met(huge['peak_mb'] < ASKED_MB)}."
    )


def growth(big: pd.Series, huge: pd.Series) -> str:
    """Time and memory of 1e9 rows beside those of 1e8. Calls beside their like as well: the first one imports and reads more."""
    ratio = {name: huge[name] / big[name] for name in ("seconds_median", "seconds_first_call", "peak_mb")}
    return (
        f"{seconds(huge['seconds_median'])}, {ratio['seconds_median']:.1f} times the median of {BIG:,} rows "
        f"({ratio['seconds_first_call']:.1f} times, first call beside first call); "
        f"{huge['peak_mb']:,.0f} MB, {ratio['peak_mb']:.2f} times the memory"
    )


def size_part(part: pd.DataFrame) -> str:
    """The engines at one task and size, fastest first."""
    rows, task, size = part["rows"].iloc[0], part["task"].iloc[0], part["file_mb"].iloc[0]
    ratio = "ratio to crampstats on DuckDB"
    own = {ratio: ratio_to(part, OURS), "CPU": own_processor}
    table = engine_table(part, WORDS, ("median", "range", "CPU", ratio, "first call", "load", "design", "peak"), **own)
    return f"## {TITLES[task]}, {rows:,} rows\n\n{size:,.1f} MB of Parquet, {size * 1e6 / rows:.1f} bytes a row.\n\n{table}"


def own_processor(row: pd.Series) -> str:
    """Processor time, where it is the process's own (Spark works in another)."""
    return "" if row["engine"] == "crampstats-spark" else seconds(row["cpu_seconds_median"])


def draw(table: pd.DataFrame, path: Path) -> None:
    """Seconds and memory against rows, a row of panels a task, on logarithmic axes."""
    figure, panels = plt.subplots(2, 2, figsize=(10, 8.5), layout="constrained", sharex=True)
    for (task, title), (left, right) in zip(TITLES.items(), panels, strict=True):
        part = table[table["task"] == task]
        draw_seconds(left, part, STYLES, WORDS)
        draw_lines(right, part, "peak_mb", STYLES, WORDS)
        for axes, target, words in (
            (left, ASKED_SECONDS[task], "Seconds of one call (median; lines: range)"),
            (right, ASKED_MB, "Peak memory, MB"),
        ):
            mark_target(axes, BIG, target)
            if part["rows"].max() >= HUGE:
                mark_target(axes, HUGE, target * TIMES_MORE if axes is left else target)
            set_axes(axes, ylabel=words, title=title)
    for axes in panels[1]:
        axes.set_xlabel("Rows")
    save_figure(figure, path)
