"""The results of the diary benchmark as a page: tables, a figure with time and memory, the machine."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from figure import draw_pair, save_figure
from machine import machine
from page import engine_table, left_out, met, save_page, save_table, to_table
from rivals import Record, Results

COLOURS = {"crampstats": ("#0072B2", "o"), "statsmodels": ("#999999", "x"), "geepack": ("#D55E00", "s")}
LINES = {"exchangeable": "-", "independence": "--"}
WORDS = {"crampstats": "crampstats: fit_gee", "statsmodels": "statsmodels: GEE.fit", "geepack": "geepack: geeglm"}
ASKED_PERSONS, ASKED_TIME, ASKED_MEMORY = 100_000, 15.0, 5.0


def write_page(folder: Path, results: Results) -> None:
    """diary.md, .csv and .png in `folder`."""
    records = results.records
    table = to_table(records).assign(persons=[one["persons"] for one in records])
    draw(table, folder / "diary.png")
    table[["engine", "correlation"]] = table["engine"].str.split(", ", expand=True)
    save_table(folder, "diary", table)
    save_page(folder, "diary", [
        "# GEE of nights, four exposures, 90 nights a person", intro(records),
        "![Seconds of one fit and peak memory against nights, all on logarithmic axes, one line per engine and working "
        "correlation; the numbers are in the tables below.](diary.png)",
        verdicts(table), *(size_part(part, persons) for persons, part in table.groupby("persons", sort=False)),
        left_out(results.absent), machine(records, results.load),
    ])


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
        "Each engine runs in a process of its own with its table in memory. `median` and `range` are wall-clock seconds of "
        f"{len(records[0]['seconds'])} calls after a first one; where one call takes minutes it is the first and only one. `CPU` "
        "is processor time, which suffers less from other work on the machine. crampstats gives two small-sample covariances "
        "besides. `design` is the time to make the `DiaryPanel`, imports included; the rivals are given the model matrix. `peak` "
        "is the highest resident memory of the process, panel included, `above load` by how much panel and calls raised it. One "
        "process at a time; the load average is at the foot of the page."
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
                    f" (targets {ASKED_TIME:g} times: {met(time >= ASKED_TIME)}; "
                    f"{ASKED_MEMORY:g} times the memory: {met(memory >= ASKED_MEMORY)})"
                )
            lines.append(
                f"- {persons:,} persons, {correlation}: {rival} takes {time:.1f} times our time ({busy:.1f} times our CPU time; "
                f"{whole:.1f} times our time with making the panel) and {memory:.1f} times our memory{asked}."
            )
    return "## Beside the rivals\n\n" + "\n".join(lines)


def size_part(part: pd.DataFrame, persons: int) -> str:
    """The engines at one size, fastest first."""
    columns = ("correlation", "median", "range", "CPU", "first call", "design", "peak", "above load")
    table = engine_table(part, WORDS, columns, align="ll" + "r" * 7, correlation=lambda row: row["correlation"])
    return f"## {persons:,} persons, {part['rows'].iloc[0]:,} nights\n\n{table}"


def draw(table: pd.DataFrame, path: Path) -> None:
    """Seconds and memory against nights, a line an engine and working correlation."""
    pairs = [(engine, correlation) for engine in WORDS for correlation in LINES]
    styles = {f"{engine}, {kind}": (COLOURS[engine][0], LINES[kind], COLOURS[engine][1]) for engine, kind in pairs}
    words = {f"{engine}, {kind}": f"{WORDS[engine]}, {kind}" for engine, kind in pairs}
    save_figure(draw_pair(
        table, styles, words, "GEE of nights: four exposures, 90 nights a person",
        rows="Nights", seconds="Seconds of one fit (median)", spread=False,
    ), path)
