"""The results of the regression benchmark as a page: tables, a figure with time and memory, the machine."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from figure import draw_pair, save_figure
from machine import machine
from page import engine_table, error_range, left_out, met, ratio_to, save_page, save_table, to_table
from rivals import Record, Results

STYLES = {
    "crampstats": ("#0072B2", "-", "o"), "R survey": ("#D55E00", "--", "o"), "svy": ("#CC79A7", "--", "s"),
    "svy, converged": ("#E69F00", "--", "^"), "statsmodels": ("#999999", ":", "x"),
}
WORDS = {
    "crampstats": "crampstats: fit_regression", "R survey": "R survey: svyglm (epsilon = 1e-14)", "svy": "svy: glm.fit",
    "svy, converged": "svy: glm.fit(tol = 1e-14)", "statsmodels": "statsmodels GLM, cluster-robust (another standard error)",
}
RIVALS = ("svy", "svy, converged", "R survey")
ASKED_FROM, R_FACTOR, R_FROM = 100_000, 8.0, 1_000_000


def write_page(folder: Path, results: Results) -> None:
    """regression.md, .csv and .png in `folder`."""
    table = to_table(results.records)
    save_table(folder, "regression", table)
    save_figure(draw_pair(
        table, STYLES, WORDS, "Logistic regression with 12 covariates and design-based standard errors",
        rows="Rows", seconds="Seconds of one fit (median; lines: range)",
    ), folder / "regression.png")
    save_page(folder, "regression", [
        "# Logistic regression with 12 covariates", intro(len(results.records[0]["seconds"])),
        "![Seconds of one fit and peak memory against rows, all on logarithmic axes, one line per engine; the numbers are in the "
        "tables below.](regression.png)",
        verdicts(table), *(size_part(part, rows) for rows, part in table.groupby("rows", sort=False)),
        standard_errors(results.records), left_out(results.absent), machine(results.records, results.load),
    ])


def intro(repeats: int) -> str:
    """What was done, and what the columns are."""
    return (
        "Written by `python benchmarks/regression.py`; not edited by hand. One call fits a logistic regression of a yes/no "
        "outcome on six measurements and six conditions and gives coefficients and design-based covariance under 31 strata x 2 "
        "PSUs with weights; made-up data with a fixed seed. Before this page was written, coefficients were asserted equal to "
        "1e-8 and standard errors to 1e-6 relative (svy at its default tolerance stops early: 1e-5 and 1e-4; the standard errors "
        "of R and svy use the working weights of the step before the last; statsmodels has another standard error and only its "
        "coefficients were compared).\n\n"
        "Each engine runs in a process of its own with its table in memory. `median` and `range` are wall-clock seconds of "
        f"{repeats} calls after a first one (R: 3, from 1e7 rows the first and only one); "
        "`CPU` is processor time over all threads; `first call` includes what is "
        "imported late; `design` is the time to make the design object, imports included. `peak` is the highest resident memory "
        "of the process, `above load` by how much the design and the calls raised it. A `CPU` above the "
        "median shows that more than one core was used. The engines ran one after the other; the load average is at the foot of "
        "the page."
    )


def verdicts(table: pd.DataFrame) -> str:
    """Each target beside what was measured."""
    ours = table[table["engine"] == "crampstats"].set_index("rows")
    lines = []
    for rows in ours.index:
        mine = ours.loc[rows]
        for rival in RIVALS:
            other = table[(table["engine"] == rival) & (table["rows"] == rows)]
            if other.empty:
                continue
            ratio = other["seconds_median"].iloc[0] / mine["seconds_median"]
            memory = other["peak_mb"].iloc[0] / mine["peak_mb"]
            target = asked(rows, rival, ratio)
            lines.append(f"- {rows:,} rows, {rival}: {ratio:.2f} times our time, {memory:.2f} times our memory{target}.")
    return "## Beside the rivals\n\n" + "\n".join(lines)


def asked(rows: int, rival: str, ratio: float) -> str:
    """Whether a target that was set for this comparison is met."""
    if rival == "R survey" and rows >= R_FROM:
        return f" (target {R_FACTOR:g}: {met(ratio >= R_FACTOR)})"
    if rival.startswith("svy") and rows >= ASKED_FROM:
        return f" (target 1: {met(ratio >= 1)})"
    return ""


def size_part(part: pd.DataFrame, rows: int) -> str:
    """The engines at one size."""
    ratio = "ratio to crampstats"
    columns = ("median", "range", "CPU", ratio, "first call", "design", "peak", "above load")
    return f"## {rows:,} rows\n\n" + engine_table(part, WORDS, columns, **{ratio: ratio_to(part, "crampstats")})


def standard_errors(records: list[Record]) -> str:
    """How far cluster-robust standard errors are from the design-based ones."""
    found = error_range(records, "statsmodels", "crampstats")
    if found is None:
        return ""
    rows, least, most = found
    return (
        "Cluster-robust standard errors (statsmodels) know clusters but not strata: at "
        f"{rows:,} rows they are {least:.2f} to {most:.2f} times the design-based ones."
    )
