"""The results of the diary benchmark as a page: tables, a figure with time and memory, the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from page import left_out, machine, seconds, to_table

mpl.use("Agg")
import matplotlib.pyplot as plt

Record = dict[str, Any]
COLOURS = {"crampstats": ("#0072B2", "o"), "statsmodels": ("#999999", "x"), "geepack": ("#D55E00", "s")}
LINES = {"exchangeable": "-", "independence": "--"}
WORDS = {"crampstats": "crampstats: fit_gee", "statsmodels": "statsmodels: GEE.fit", "geepack": "geepack: geeglm"}
ASKED_PERSONS, ASKED_TIME, ASKED_MEMORY = 100_000, 15.0, 5.0


def write_page(folder: Path, records: list[Record], absent: dict[str, str], load: float) -> None:
    """diary.md, .csv and .png in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    table = to_table(records).assign(persons=[one["persons"] for one in records])
    table[["engine", "correlation"]] = table["engine"].str.split(", ", expand=True)
    table.to_csv(folder / "diary.csv", index=False, float_format="%.6g", lineterminator="\n")
    draw(table, folder / "diary.png")
    parts = [
        "# GEE of nights, four exposures, 90 nights a person", intro(records),
        "![Seconds of one fit and peak memory against nights, all on logarithmic axes, one line per engine and working "
        "correlation; the numbers are in the tables below.](diary.png)",
        verdicts(table), *(size_part(table, persons) for persons in table["persons"].unique()), left_out(absent),
        machine(records, load),
    ]
    (folder / "diary.md").write_text("\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")


def intro(records: list[Record]) -> str:
    """What was done, and what the columns are."""
    apart = max((one["apart"] for one in records if "apart" in one), default=0.0)
    return (
        "Written by `python benchmarks/diary_gee.py`; not edited by hand. One call fits a logistic marginal model of a yes/no "
        "night on two exposures of the person and two of the night, one of which is a number that is never the same twice, so "
        "that collapsing alike nights cannot help; 5 % of nights are not there; made-up data with a fixed seed. Before this page "
        "was written, standard errors (Liang-Zeger) were asserted equal to 1e-5 relative, correlations to 1e-4 and coefficients "
        "to a thousandth of their standard error: the rivals stop at tolerances of their own, ours at 1e-9 standard errors "
        f"(largest relative difference of a coefficient: {apart:.1e}).\n\n"
        "Each engine runs in a process of its own with its table in memory. `median` and `range` are wall-clock seconds of 3 "
        "calls after a first one; where one call takes minutes it is the first and only one. `CPU` is processor time, which "
        "suffers less from other work on the machine. crampstats gives two small-sample covariances besides. `design` is the "
        "time to make the `DiaryPanel`, imports included; the rivals are given the model matrix. `peak` is the highest resident "
        "memory of the process, panel included, `above load` by how much panel and calls raised it. One process at a time; the "
        "load average is at the foot of the page."
    )


def verdicts(table: pd.DataFrame) -> str:
    """The targets beside what was measured."""
    lines = []
    for (persons, correlation), part in table.groupby(["persons", "correlation"], sort=False):
        by_engine = part.set_index("engine")
        ours = by_engine.loc["crampstats"]
        for rival in by_engine.index.drop("crampstats"):
            other = by_engine.loc[rival]
            time, memory = other["seconds_median"] / ours["seconds_median"], other["peak_mb"] / ours["peak_mb"]
            busy = other["cpu_seconds_median"] / ours["cpu_seconds_median"]
            whole = other["seconds_median"] / (ours["seconds_median"] + ours["seconds_design"])
            asked = ""
            if rival == "statsmodels" and persons == ASKED_PERSONS:
                asked = (
                    f" (targets {ASKED_TIME:g} times: **{'met' if time >= ASKED_TIME else 'missed'}**; "
                    f"{ASKED_MEMORY:g} times the memory: **{'met' if memory >= ASKED_MEMORY else 'missed'}**)"
                )
            lines.append(
                f"- {persons:,} persons, {correlation}: {rival} takes {time:.1f} times our time ({busy:.1f} times our CPU time; "
                f"{whole:.1f} times our time with making the panel) and {memory:.1f} times our memory{asked}."
            )
    return "## Beside the rivals\n\n" + "\n".join(lines)


def size_part(table: pd.DataFrame, persons: int) -> str:
    """The engines at one size, fastest first."""
    part = table[table["persons"] == persons]
    head = ("engine", "correlation", "median", "range", "CPU", "first call", "design", "peak", "above load")
    lines = [f"## {persons:,} persons, {part['rows'].iloc[0]:,} nights", ""]
    lines += ["| " + " | ".join(head) + " |", "|---|---" + "|--:" * 7 + "|"]
    for _, row in part.sort_values("seconds_median").iterrows():
        cells = [
            WORDS[row["engine"]], row["correlation"], seconds(row["seconds_median"]),
            f"{seconds(row['seconds_min'])} to {seconds(row['seconds_max'])}", seconds(row["cpu_seconds_median"]),
            seconds(row["seconds_first_call"]), seconds(row["seconds_design"]),
            f"{row['peak_mb']:,.0f} MB", f"{row['peak_mb'] - row['loaded_mb']:,.0f} MB",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def draw(table: pd.DataFrame, path: Path) -> None:
    """Seconds and memory against nights, on logarithmic axes."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 5), layout="constrained")
    for (engine, correlation), part in table.groupby(["engine", "correlation"], sort=False):
        colour, marker = COLOURS[engine]
        style = {"color": colour, "marker": marker, "markersize": 5, "label": f"{WORDS[engine]}, {correlation}"}
        left.plot(part["rows"], part["seconds_median"], LINES[correlation], **style)
        right.plot(part["rows"], part["peak_mb"], LINES[correlation], **style)
    for axes, words in ((left, "Seconds of one fit (median)"), (right, "Peak memory of the process, MB")):
        axes.set(xscale="log", yscale="log", xlabel="Nights", ylabel=words)
        axes.grid(which="major", color="0.9")
        axes.spines[["top", "right"]].set_visible(False)
    figure.suptitle("GEE of nights: four exposures, 90 nights a person")
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False, fontsize=8)
    figure.savefig(path, dpi=150, metadata={"Software": None})
    plt.close(figure)
