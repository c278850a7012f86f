"""Exact conditional logistic regression: this package, statsmodels and R's survival on the same made-up diaries, in one run.

    python benchmarks/diary_conditional.py --out docs/benchmarks

Processor seconds of one fit, the reading of the file left out for everybody (a DiaryPanel here, a data frame there).
Coefficients, standard errors and log-likelihood are asserted equal. The second half is a diary of 1,500 nights each. statsmodels
takes minutes, so it fits the first model alone; `--statsmodels-persons 1000` gives it, and us for its line, so many persons.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels
from measure import timed
from options import page_parser
from page import save_page
from rivals import r_script
from statsmodels.discrete.conditional_models import ConditionalLogit

from crampstats.core.diary import DiaryPanel
from crampstats.estimate.diary.conditional import ConditionalFit, fit_conditional

SEED = 20_261_123
FORMULAS = {"both": "cramp ~ minutes + lifting", "one": "cramp ~ lifting"}


@dataclass(frozen=True)
class Run:
    """Processor seconds, and coefficients, standard errors and log-likelihood (None: no answer, and why)."""

    seconds: float
    estimate: np.ndarray | None
    std_error: np.ndarray | None = None
    log_likelihood: float = np.nan
    why: str = ""


def make_diary(persons: int, nights: int, seed: int) -> pd.DataFrame:
    """Made-up nights: persons differ, a seventh of the nights is missed, minutes in hours, lifting yes or no."""
    random = np.random.default_rng(seed)
    person = np.repeat(np.arange(persons), nights)
    minutes, lifting = random.gamma(2, 0.5, persons * nights), random.random(persons * nights) < 0.3
    log_odds = random.normal(-1.6, 1, persons)[person] + 0.3 * minutes + 0.2 * lifting
    table = pd.DataFrame({
        "person": person, "night": np.tile(20_000 + np.arange(nights), persons), "minutes": minutes,
        "lifting": lifting.astype(float), "cramp": (random.random(len(person)) < 1 / (1 + np.exp(-log_odds))).astype(float),
    })
    return table[random.random(len(table)) < 6 / 7].reset_index(drop=True)


def run_ours(table: pd.DataFrame, model: str, repeats: int = 3) -> Run:
    panel = DiaryPanel(table)
    seconds, fit = _least(lambda: fit_conditional(panel, FORMULAS[model]), repeats)
    assert isinstance(fit, ConditionalFit)
    return Run(seconds, fit.coefficients, np.sqrt(np.diag(fit.model_covariance)), fit.log_likelihood)


def run_statsmodels(table: pd.DataFrame, model: str) -> Run:
    columns = ["minutes", "lifting"] if model == "both" else ["lifting"]

    def fit() -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ConditionalLogit(table["cramp"].to_numpy(), table[columns].to_numpy(), groups=table["person"].to_numpy()).fit(
                disp=False, method="newton"
            )

    try:
        seconds, found = _least(fit, 1)
    except RecursionError:
        return Run(np.nan, None, why="RecursionError")
    if not np.isfinite(found.params).all():
        return Run(seconds, None, why="no finite answer")
    return Run(seconds, np.asarray(found.params), np.asarray(found.bse), float(found.llf))


def run_r(table: pd.DataFrame) -> tuple[dict[str, Run], str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "nights.csv")
        table.to_csv(path, index=False)
        command = [str(part) for part in r_script("diary_conditional.R", path)]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines = [line.split(",") for line in text.splitlines()]
    runs = {}
    for model in FORMULAS:
        seconds = next(float(line[2]) for line in lines if line[:2] == ["seconds", model])
        values = np.array([[_number(value) for value in line[3:6]] for line in lines if line[:2] == ["value", model]])
        fine = len(values) > 0 and np.isfinite(values).all()
        runs[model] = Run(seconds, *values[:, :2].T, float(values[0, 2])) if fine else Run(seconds, None, why="NA")
    return runs, next(",".join(line[1:]).strip() for line in lines if line[0] == "version")


def assert_equal(ours: Run, other: Run, tolerance: float) -> float:
    """The largest difference of coefficients and standard errors, relative to the standard error."""
    if other.estimate is None or ours.std_error is None or other.std_error is None:
        return np.nan
    gap = max(np.abs(other.estimate - ours.estimate).max(), np.abs(other.std_error - ours.std_error).max()) / ours.std_error.min()
    assert gap < tolerance, gap
    assert abs(other.log_likelihood - ours.log_likelihood) < tolerance * abs(ours.log_likelihood)
    return float(gap)


def compare(table: pd.DataFrame, statsmodels_persons: int) -> tuple[list[str], str]:
    """Lines of the table for one diary, and R's version."""
    by_r, version = run_r(table)
    lines = []
    for model, formula in FORMULAS.items():
        ours = run_ours(table, model)
        lines.append(f"| `{formula}` | crampstats | {ours.seconds:.3f} | 1 | |")
        lines.append(_line("R survival::clogit(exact)", ours, by_r[model], 1e-6))
        print("\n".join(lines[-2:]), flush=True)
    some = table[table["person"] < statsmodels_persons]
    name = "statsmodels ConditionalLogit" + (f", first {statsmodels_persons:,} persons" if len(some) < len(table) else "")
    lines.insert(2, _line(name, run_ours(some, "both"), run_statsmodels(some, "both"), 1e-3))
    print(lines[2], flush=True)
    return lines, version


def _line(name: str, ours: Run, run: Run, tolerance: float) -> str:
    gap = assert_equal(ours, run, tolerance)
    answer = f"{gap:.0e} of a standard error" if run.estimate is not None else f"no answer: {run.why}"
    times = f"{run.seconds:.2f} | {run.seconds / ours.seconds:,.0f}" if np.isfinite(run.seconds) else "- | -"
    return f"| | {name} | {times} | {answer} |"


def _number(text: str) -> float:
    return np.nan if text == "NA" else float(text)


def _least(call: Callable[[], object], repeats: int) -> tuple[float, object]:
    """Least processor seconds of some calls, and what the last one gave."""
    runs = [timed(call) for _ in range(repeats)]
    return min(busy for _, _, busy in runs), runs[-1][0]


def main() -> None:
    parser = page_parser(__doc__.splitlines()[0])
    parser.add_argument("--persons", type=int, default=10_000)
    parser.add_argument("--nights", type=int, default=60)
    parser.add_argument("--statsmodels-persons", type=int)
    chosen = parser.parse_args()
    table, long = make_diary(chosen.persons, chosen.nights, SEED), make_diary(60, 1_500, SEED + 1)
    head = "| model | program | processor seconds | times ours | difference |\n|---|---|---|---|---|"
    first, version = compare(table, chosen.statsmodels_persons or chosen.persons)
    second, _ = compare(long, 60)
    python = ".".join(map(str, sys.version_info[:3]))
    text = "\n".join([
        "# Conditional logistic regression of diaries: speed, with equal numbers", "",
        "Made by `python benchmarks/diary_conditional.py --out docs/benchmarks`; made-up diaries, one",
        "run on one core, processor seconds of one fit (ours: the least of three). Coefficients, standard errors and",
        "log-likelihoods are asserted equal; *difference* is the largest of coefficients and standard errors, in standard",
        "errors. statsmodels is held against a fit of ours timed once more right before it.",
        f"{version}; Python {python}, statsmodels {statsmodels.__version__}, numpy {np.__version__}.", "",
        f"## {chosen.persons:,} persons, {len(table):,} nights, a cramp on {100 * table['cramp'].mean():.0f} % of them", "",
        head, *first, "",
        f"## 60 persons, {len(long):,} nights: about 1,300 each", "", head, *second,
    ])
    print(text)
    save_page(chosen.out, "diary_conditional", [text])


if __name__ == "__main__":
    main()
