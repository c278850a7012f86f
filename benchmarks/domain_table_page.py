"""The results of the domain table as a page: tables, a figure, the machine, and where the time goes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from figure import draw_seconds, mark_target, plt, save_figure, set_axes
from machine import machine
from page import engine_table, error_range, left_out, markdown_table, met, ratio_to, save_page, save_table, seconds, to_table
from rivals import Record, Results

# Okabe-Ito colours; ours are solid, rivals dashed, what gives no design-based standard error dotted
STYLES = {
    "crampstats-pandas": ("#0072B2", "-", "o"), "crampstats-pandas-text": ("#56B4E9", "-", "s"),
    "crampstats-polars": ("#009E73", "-", "^"), "crampstats-duckdb": ("#000000", "-", "D"),
    "R survey": ("#D55E00", "--", "o"), "svy": ("#CC79A7", "--", "s"), "pandas-by-hand": ("#E69F00", "--", "^"),
    "pandas-naive": ("#999999", ":", "v"), "statsmodels": ("#999999", ":", "x"),
}
WORDS = {
    "crampstats-pandas": "crampstats, pandas frame",
    "crampstats-pandas-text": "crampstats, pandas frame, text domains, nullable outcome",
    "crampstats-polars": "crampstats, Polars frame",
    "crampstats-duckdb": "crampstats, DuckDB on a Parquet file (reads the file each time)",
    "R survey": "R survey: svyby(svymean, covmat = TRUE)",
    "svy": "svy: estimation.mean(by=)",
    "pandas-by-hand": "plain pandas, formula written out for this design",
    "pandas-naive": "plain pandas, weighted means, no standard error",
    "statsmodels": "statsmodels WLS, cluster-robust (another standard error)",
}
RATIO_TARGETS = {"svy": 15.0, "R survey": 60.0}  # at the largest size
RATIO_ROWS = 10_000_000
TARGETS = ((100_000, 0.01, "milliseconds at 1e5 rows, read as under 10 ms"), (10_000_000, 1.0, "under a second at 1e7 rows"))


def write_page(folder: Path, results: Results, profiles: list[Record]) -> None:
    """domain_table.md, .csv and .png in `folder`."""
    table = to_table(results.records)
    save_table(folder, "domain_table", table)
    draw(table, folder / "domain_table.png")
    save_page(folder, "domain_table", [
        "# Domain table of 10 groups", intro(len(results.records[0]["seconds"])),
        "![Seconds of one call against rows, both on logarithmic axes, one line per engine; the numbers are in the tables "
        "below.](domain_table.png)",
        verdicts(table), *(size_part(part, rows) for rows, part in table.groupby("rows", sort=False)),
        standard_errors(results.records), left_out(results.absent), profile_words(profiles),
        machine(results.records, results.load),
    ])


def intro(repeats: int) -> str:
    """What was done, and what the columns are."""
    return (
        "Written by `python benchmarks/domain_table.py`; not edited by hand. One call gives prevalence, standard error and the "
        "10 x 10 covariance of 10 domains (crampstats: Korn-Graubard intervals and cautions too) under a design of 31 strata x "
        "2 PSUs with weights; made-up data with a fixed seed. Before this page was written, the estimates, standard errors and "
        "covariances of all engines that give them were asserted equal to 1e-9 relative (covariances: of the product of "
        "standard errors).\n\n"
        "Each engine runs in a process of its own with its table in memory. `median` and `range` are wall-clock seconds of "
        f"{repeats} calls after a first one (R from 1e7 rows: of the first and only one); "
        "`CPU` is processor time over all threads, which suffers less from other work on the "
        "machine; `first call` includes what is imported late; `design` is the time to make the design object, imports "
        "included. `peak` is the highest resident memory of the process, `above load` by how much the design and the calls "
        "raised it (0 where making the table itself had needed more). crampstats on pandas, plain pandas and R use one core; "
        "Polars, DuckDB and svy may use all. The engines ran one after the other; on a machine shared with other "
        "work, wall-clock ratios have differed by a factor of two between runs. The load average is at the foot of the page."
    )


def verdicts(table: pd.DataFrame) -> str:
    ours = table[table["engine"] == "crampstats-pandas"].set_index("rows")
    lines = []
    for rows, limit, words in TARGETS:
        if rows in ours.index:
            row = ours.loc[rows]
            lines.append(
                f"- {words}: {met(row['seconds_median'] < limit)}, {seconds(row['seconds_median'])} wall clock, "
                f"{seconds(row['cpu_seconds_median'])} CPU "
                f"(range {seconds(row['seconds_min'])} to {seconds(row['seconds_max'])})."
            )
    return "## Targets, crampstats on a pandas frame\n\n" + "\n".join(lines + ratio_verdicts(table)) if len(ours) else ""


def ratio_verdicts(table: pd.DataFrame) -> list[str]:
    """How many times our time the rivals take, and whether a target for that is met."""
    lines = []
    for rows, part in table.groupby("rows"):
        taken = part.set_index("engine")["seconds_median"]
        for rival, target in RATIO_TARGETS.items():
            if rival in taken and "crampstats-pandas" in taken:
                ratio = taken[rival] / taken["crampstats-pandas"]
                asked = f" (target {target:g}: {met(ratio >= target)})" if rows >= RATIO_ROWS else ""
                lines.append(f"- {rows:,} rows: {rival} takes {ratio:.1f} times our time{asked}.")
    return lines


def size_part(part: pd.DataFrame, rows: int) -> str:
    """The engines at one size, beside crampstats on pandas."""
    ratio = "ratio to crampstats"
    columns = ("median", "range", "CPU", ratio, "first call", "design", "peak", "above load")
    return f"## {rows:,} rows\n\n" + engine_table(part, WORDS, columns, **{ratio: ratio_to(part, "crampstats-pandas")})


def standard_errors(records: list[Record]) -> str:
    """How far cluster-robust least squares is from the design-based standard error."""
    found = error_range(records, "statsmodels", "crampstats-pandas")
    if found is None:
        return ""
    rows, least, most = found
    return (
        "Cluster-robust least squares gives the same shares, but not the same standard errors, because it does not know the "
        f"strata: at {rows:,} rows they are {least:.2f} to {most:.2f} times the design-based ones."
    )


def profile_words(profiles: list[Record]) -> str:
    """The profiles, by own time and by crampstats' functions."""
    parts = [
        "## Where the time goes", "One warm call of crampstats on a pandas frame under cProfile, which makes many small calls "
        "look slower than they are.",
    ]
    for one in profiles:
        own = [(seconds(time), f"`{name}`") for name, time, _ in one["own"]]
        inside = [(seconds(time), f"`{name}`") for name, _, time in one["with_callees"]]
        parts += [
            f"### {one['rows']:,} rows: {seconds(one['total'])} under the profiler",
            markdown_table(("own time", "function"), own, "rl"),
            markdown_table(("with what it calls", "function of crampstats"), inside, "rl"),
        ]
    return "\n\n".join(parts)


def draw(table: pd.DataFrame, path: Path) -> None:
    """Seconds against rows, both on logarithmic axes, with the range of the calls."""
    figure, axes = plt.subplots(figsize=(8, 5.5), layout="constrained")
    draw_seconds(axes, table, STYLES, WORDS)
    for rows, limit, _ in TARGETS:
        mark_target(axes, rows, limit)
    set_axes(axes, xlabel="Rows", ylabel="Seconds of one call (median; lines: range)",
             title="Prevalence in 10 domains with design-based standard errors")
    save_figure(figure, path)
