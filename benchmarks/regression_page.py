"""The results of the regression benchmark as a page: tables, a figure with time and memory, the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from page import left_out, machine, size_table, to_table

mpl.use("Agg")
import matplotlib.pyplot as plt

Record = dict[str, Any]
STYLES = {
    "crampstats": ("#0072B2", "-", "o"), "R survey": ("#D55E00", "--", "o"), "svy": ("#CC79A7", "--", "s"),
    "svy, converged": ("#E69F00", "--", "^"), "statsmodels": ("#999999", ":", "x"),
}
WORDS = {
    "crampstats": "crampstats: fit_regression", "R survey": "R survey: svyglm (epsilon = 1e-14)", "svy": "svy: glm.fit",
    "svy, converged": "svy: glm.fit(tol = 1e-14)", "statsmodels": "statsmodels GLM, cluster-robust (another standard error)",
}
RIVALS = ("svy", "svy, converged", "R survey", "statsmodels")
ASKED_FROM, R_FACTOR, R_FROM = 100_000, 8.0, 1_000_000


def write_page(folder: Path, records: list[Record], absent: dict[str, str], load: float) -> None:
    """regression.md, .csv and .png in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    table = to_table(records)
    table.to_csv(folder / "regression.csv", index=False, float_format="%.6g", lineterminator="\n")
    draw(table, folder / "regression.png")
    parts = [
        "# Logistic regression with 12 covariates", intro(len(records[0]["seconds"])),
        "![Seconds of one fit and peak memory against rows, all on logarithmic axes, one line per engine; the numbers are in the "
        "tables below.](regression.png)",
        verdicts(table), *(size_table(table, rows, WORDS, "crampstats") for rows in table["rows"].unique()),
        standard_errors(records), left_out(absent), machine(records, load),
    ]
    (folder / "regression.md").write_text("\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")


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
        "of the process, `above load` by how much the design and the calls raised it. crampstats fits on one core; svy may use "
        "all. The engines ran one after the other; the load average is at the foot of the page."
    )


def verdicts(table: pd.DataFrame) -> str:
    """Each target beside what was measured."""
    ours = table[table["engine"] == "crampstats"].set_index("rows")
    lines = []
    for rows in ours.index:
        mine = ours.loc[rows]
        for rival in RIVALS:
            other = table[(table["engine"] == rival) & (table["rows"] == rows)]
            if other.empty or rival == "statsmodels":
                continue
            ratio = other["seconds_median"].iloc[0] / mine["seconds_median"]
            memory = other["peak_mb"].iloc[0] / mine["peak_mb"]
            target = asked(rows, rival, ratio)
            lines.append(f"- {rows:,} rows, {rival}: {ratio:.2f} times our time, {memory:.2f} times our memory{target}.")
    return "## Beside the rivals\n\n" + "\n".join(lines)


def asked(rows: int, rival: str, ratio: float) -> str:
    """Whether a target that was set for this comparison is met."""
    if rival == "R survey" and rows >= R_FROM:
        return f" (target {R_FACTOR:g}: **{'met' if ratio >= R_FACTOR else 'missed'}**)"
    if rival.startswith("svy") and rows >= ASKED_FROM:
        return f" (target 1: **{'met' if ratio >= 1 else 'missed'}**)"
    return ""


def standard_errors(records: list[Record]) -> str:
    """How far cluster-robust standard errors are from the design-based ones."""
    found = [one for one in records if one["engine"] == "statsmodels"]
    if not found:
        return ""
    last = found[-1]
    ours = next(one for one in records if one["engine"] == "crampstats" and one["rows"] == last["rows"])
    ratios = [theirs / own for theirs, own in zip(last["std_error"], ours["std_error"], strict=True)]
    return (
        "Cluster-robust standard errors (statsmodels) know clusters but not strata: at "
        f"{last['rows']:,} rows they are {min(ratios):.2f} to {max(ratios):.2f} times the design-based ones."
    )


def draw(table: pd.DataFrame, path: Path) -> None:
    """Seconds and memory against rows, on logarithmic axes."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 5), layout="constrained")
    for engine, part in table.groupby("engine", sort=False):
        colour, line, marker = STYLES[engine]
        style = {"color": colour, "marker": marker, "markersize": 5, "label": WORDS[engine]}
        left.plot(part["rows"], part["seconds_median"], line, **style)
        left.vlines(part["rows"], part["seconds_min"], part["seconds_max"], color=colour, linewidth=1, alpha=0.5)
        right.plot(part["rows"], part["peak_mb"], line, **style)
    for axes, words in ((left, "Seconds of one fit (median; lines: range)"), (right, "Peak memory of the process, MB")):
        axes.set(xscale="log", yscale="log", xlabel="Rows", ylabel=words)
        axes.grid(which="major", color="0.9")
        axes.spines[["top", "right"]].set_visible(False)
    figure.suptitle("Logistic regression with 12 covariates and design-based standard errors")
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False, fontsize=8)
    figure.savefig(path, dpi=150, metadata={"Software": None})
    plt.close(figure)


