"""The results as a page: a table, a figure, the machine, and where the time goes."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd

mpl.use("Agg")
import matplotlib.pyplot as plt

Record = dict[str, Any]
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


def write_page(
    folder: Path,
    records: list[Record],
    absent: dict[str, str],
    profiles: list[Record],
    load: float,
) -> None:
    """domain_table.md, .csv and .png in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    table = to_table(records)
    table.to_csv(folder / "domain_table.csv", index=False, float_format="%.6g", lineterminator="\n")
    draw(table, folder / "domain_table.png")
    parts = [
        "# Domain table of 10 groups", intro(len(records[0]["seconds"])),
        "![Seconds of one call against rows, both on logarithmic axes, one line per engine; the numbers are in the tables "
        "below.](domain_table.png)",
        verdicts(table), *(size_table(table, rows) for rows in table["rows"].unique()), standard_errors(records),
        left_out(absent), profile_words(profiles), machine(records, load),
    ]
    (folder / "domain_table.md").write_text("\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")


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
            kept = "met" if row["seconds_median"] < limit else "missed"
            lines.append(
                f"- {words}: **{kept}**, {seconds(row['seconds_median'])} wall clock, {seconds(row['cpu_seconds_median'])} CPU "
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
                asked = f" (target {target:g}: **{'met' if ratio >= target else 'missed'}**)" if rows >= RATIO_ROWS else ""
                lines.append(f"- {rows:,} rows: {rival} takes {ratio:.1f} times our time{asked}.")
    return lines


def size_table(
    table: pd.DataFrame, rows: int, words: Mapping[str, str] = WORDS, engine: str = "crampstats-pandas"
) -> str:
    """The engines at one size, fastest first, beside one of them."""
    part = table[table["rows"] == rows]
    ours = part.loc[part["engine"] == engine, "seconds_median"].iloc[0]
    head = ("engine", "median", "range", "CPU", "ratio to crampstats", "first call", "design", "peak", "above load")
    lines = [f"## {rows:,} rows", "", "| " + " | ".join(head) + " |", "|---" + "|--:" * (len(head) - 1) + "|"]
    for _, row in part.sort_values("seconds_median").iterrows():
        cells = [
            words[row["engine"]], seconds(row["seconds_median"]),
            f"{seconds(row['seconds_min'])} to {seconds(row['seconds_max'])}", seconds(row["cpu_seconds_median"]),
            f"{row['seconds_median'] / ours:.2f}", seconds(row["seconds_first_call"]), seconds(row["seconds_design"]),
            f"{row['peak_mb']:,.0f} MB", f"{row['peak_mb'] - row['loaded_mb']:,.0f} MB",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def standard_errors(records: list[Record]) -> str:
    """How far cluster-robust least squares is from the design-based standard error."""
    found = [one for one in records if one["engine"] == "statsmodels"]
    if not found:
        return ""
    last = found[-1]
    ours = next(one for one in records if one["engine"] == "crampstats-pandas" and one["rows"] == last["rows"])
    ratios = [theirs / own for theirs, own in zip(last["std_error"], ours["std_error"], strict=True)]
    return (
        "Cluster-robust least squares gives the same shares, but not the same standard errors, because it does not know the "
        f"strata: at {last['rows']:,} rows they are {min(ratios):.2f} to {max(ratios):.2f} times the design-based ones."
    )


def left_out(absent: dict[str, str]) -> str:
    """Engines that were not run, or not at the last size, and why."""
    lacking = sorted(name for name, reason in absent.items() if reason != "no memory")
    stopped = sorted(set(absent) - set(lacking))
    words = ["Left out, because not installed: " + ", ".join(lacking) + "."] if lacking else []
    words += ["Stopped, because the memory of the machine did not do: " + ", ".join(stopped) + "."] if stopped else []
    return " ".join(words)


def profile_words(profiles: list[Record]) -> str:
    """The profiles, by own time and by crampstats' functions."""
    parts = [
        "## Where the time goes", "One warm call of crampstats on a pandas frame under cProfile, which makes many small calls "
        "look slower than they are.",
    ]
    for one in profiles:
        lines = [f"### {one['rows']:,} rows: {seconds(one['total'])} under the profiler", ""]
        lines += ["| own time | function |", "|--:|---|"]
        lines += [f"| {seconds(own)} | `{name}` |" for name, own, _ in one["own"]]
        lines += ["", "| with what it calls | function of crampstats |", "|--:|---|"]
        lines += [f"| {seconds(total)} | `{name}` |" for name, _, total in one["with_callees"]]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def machine(records: list[Record], load: float) -> str:
    """What it ran on."""
    versions = {name: number for one in records for name, number in one["versions"].items()}
    listed = ", ".join(f"{name} {number}" for name, number in sorted(versions.items()))
    return (
        f"## Machine\n\n{date.today().isoformat()}; {processor()}, {os.cpu_count()} cores, {memory()}; {platform.system()}, "
        f"Python {platform.python_version()}; {listed}. Load average when started {load:.1f}, "
        f"at the end {os.getloadavg()[0]:.1f}. crampstats at commit {commit()}."
    )


def commit() -> str:
    """The commit that was measured, and whether the package differed from it."""
    here = Path(__file__).resolve().parents[1]
    asked = [["git", "rev-parse", "--short", "HEAD"], ["git", "status", "--porcelain", "--", "src"]]
    try:
        done = [subprocess.run(one, cwd=here, capture_output=True, text=True, check=True) for one in asked]
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    name, changed = (one.stdout.strip() for one in done)
    return f"{name} with changes not committed" if changed else name


def processor() -> str:
    """Name of the processor, as far as the system tells."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB memory"


def seconds(value: float) -> str:
    """Seconds in the unit a reader would choose."""
    return f"{value:.2f} s" if value >= 1 else f"{value * 1e3:.0f} ms" if value >= 0.01 else f"{value * 1e3:.1f} ms"


def draw(table: pd.DataFrame, path: Path) -> None:
    """Seconds against rows, both on logarithmic axes, with the range of the calls."""
    figure, axes = plt.subplots(figsize=(8, 5.5), layout="constrained")
    for engine, part in table.groupby("engine", sort=False):
        colour, line, marker = STYLES[engine]
        axes.plot(part["rows"], part["seconds_median"], line, color=colour, marker=marker, markersize=5, label=WORDS[engine])
        axes.vlines(part["rows"], part["seconds_min"], part["seconds_max"], color=colour, linewidth=1, alpha=0.5)
    for rows, limit, _ in TARGETS:
        axes.plot(rows, limit, marker="_", color="black", markersize=22, markeredgewidth=2, linestyle="none")
        axes.annotate("target", (rows, limit), xytext=(-14, -3), textcoords="offset points", ha="right", fontsize=8)
    axes.set(xscale="log", yscale="log", xlabel="Rows", ylabel="Seconds of one call (median; lines: range)",
             title="Prevalence in 10 domains with design-based standard errors")
    axes.grid(which="major", color="0.9")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False, fontsize=8)
    figure.savefig(path, dpi=150, metadata={"Software": None})
    plt.close(figure)
