"""Coverage of rates, and of trial estimates, in made-up diaries of known truth: writes diary_rates.md and diary_rates.csv.

    python docs/simulations/diary_rates.py [--replicates 2000] [--workers 2]

Seed fixed before the first run; all scenarios are listed. Persons' probabilities of a cramp night are beta distributed; nights of
a person depend on each other by a latent autoregressive state that leaves each night's probability alone; nights are missed at
random, each person at a rate of her own (beta, mean 0.2, standard deviation 0.1). Trials are drawn by `crampstats power`.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from crampstats.core.diary import DiaryPanel
from crampstats.estimate.diary.power import estimate_power
from crampstats.estimate.diary.power_studies import CrossoverTrial, ParallelTrial, _probabilities, _uniform
from crampstats.estimate.diary.rates import estimate_rates

HERE = Path(__file__).parent
SEED = 20261123
# persons, nights, cramp nights per week, their standard deviation between persons, correlation from night to night
RATES = (
    (12, 42, 1.4, 0.9, 0.0), (30, 42, 1.4, 0.9, 0.0), (60, 42, 1.4, 0.9, 0.0), (60, 42, 1.4, 0.9, 0.6), (60, 14, 1.4, 0.9, 0.6),
    (30, 42, 0.7, 1.0, 0.3), (60, 42, 0.7, 1.0, 0.3), (200, 42, 0.7, 1.0, 0.3),
)
TRIALS = {
    "parallel, 40 persons": ParallelTrial(40, 28, 0.7, 5.0),
    "parallel, 100 persons": ParallelTrial(100, 28, 0.7, 5.0),
    "parallel, 100 persons, baseline and at least 4 cramps for entry": ParallelTrial(
        100, 28, 0.7, 5.0, baseline_nights=14, entry_minimum=4),
    "crossover, 20 persons": CrossoverTrial(20, 28, 0.8, 5.0),
    "crossover, 40 persons, runs of cramps": CrossoverTrial(40, 28, 0.8, 5.0, correlation=0.6, period_ratio=0.8),
    "crossover, 40 persons, no effect": CrossoverTrial(40, 28, 1.0, 5.0, period_ratio=0.8, dropout=0.1),
}


def draw(scenario: tuple[int, int, float, float, float], number: int) -> DiaryPanel:
    """One diary; each replicate has a random stream of its own."""
    persons, nights, rate, spread, correlation = scenario
    rng = np.random.default_rng([SEED, RATES.index(scenario), number])
    own = _probabilities(rng, rate / 7, spread / 7, persons, "beta")
    cramp = _uniform(rng, (persons, nights), correlation) < own[:, None]
    missed = _probabilities(rng, 0.2, 0.1, persons, "beta")
    who, when = np.nonzero(rng.random((persons, nights)) >= missed[:, None])
    return DiaryPanel(pd.DataFrame({"person": who, "night": when, "cramp": cramp[who, when].astype(float)}))


def one(scenario: tuple[int, int, float, float, float], number: int) -> list[tuple[float, float, bool, bool]]:
    """Estimate, standard error, whether the truth lies below or above the interval; of the ratio and of the mean of persons."""
    rows = estimate_rates(draw(scenario, number)).frame
    truth = scenario[2]
    return [(row.estimate, row.std_error, truth < row.conf_low, truth > row.conf_high) for row in rows.itertuples()]


def rates(scenario: tuple[int, int, float, float, float], replicates: int, pool: ProcessPoolExecutor) -> list[dict[str, object]]:
    """Coverage of both estimators in one scenario."""
    found = np.array(list(pool.map(partial(one, scenario), range(replicates), chunksize=50)), dtype=float)
    made = []
    for place, name in enumerate(("ratio", "mean of persons")):
        value, error, below, above = found[:, place].T
        made.append({
            "persons": scenario[0], "nights": scenario[1], "cramp_nights_per_week": scenario[2],
            "sd_between_persons": scenario[3], "correlation": scenario[4], "estimator": name, "replicates": replicates,
            "bias": value.mean() - scenario[2],
            "se_ratio": np.sqrt((error**2).mean()) / value.std(ddof=1), "coverage": 1 - (below + above).mean(),
            "truth_below": below.mean(), "truth_above": above.mean(),
        })
    return made


def main() -> None:
    """Run everything and write both files."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--replicates", type=int, default=2_000)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    with ProcessPoolExecutor(asked.workers) as pool:
        table = pd.DataFrame([row for scenario in RATES for row in rates(scenario, asked.replicates, pool)])
    trials = []
    for name, study in TRIALS.items():
        row = estimate_power(study, replicates=asked.replicates, seed=SEED, workers=asked.workers).frame.iloc[0]
        trials.append({
            "trial": name, "truth": study.effect, "mean_estimate": row["mean_ratio"], "coverage": row["coverage"],
            "power": row["estimate"], "not_estimable": row["not_estimable"], "replicates": asked.replicates,
        })
    trial_table = pd.DataFrame(trials)
    pd.concat([table, trial_table]).to_csv(HERE / "diary_rates.csv", index=False, float_format="%.6g", lineterminator="\n")
    (HERE / "diary_rates.md").write_text(text(table, trial_table, asked.replicates), encoding="utf-8")


def text(table: pd.DataFrame, trials: pd.DataFrame, replicates: int) -> str:
    """The page."""
    error = 100 * np.sqrt(0.95 * 0.05 / replicates)
    lines = [
        "# Coverage of rates and trial estimates from diaries", "",
        f"Seed {SEED}, fixed before the first run; {replicates:,} diaries of each scenario, all of them listed. The simulation's",
        f"standard error of a coverage of 95 % is {error:.1f} points. Made by `python docs/simulations/diary_rates.py`, whose",
        "head says how diaries are drawn; the numbers are in [diary_rates.csv](diary_rates.csv).", "",
        "- *SE*: root mean square of the standard errors by the standard deviation of the estimates",
        "- *truth below, above*: how often the interval lies above the truth, and below it; 2.5 % each is expected", "",
        "## Cramp nights per week", "",
        "| persons | nights | rate | SD between persons | correlation | estimator | bias | SE | coverage | truth below | "
        "truth above |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in table.itertuples():
        lines.append(
            f"| {row.persons} | {row.nights} | {row.cramp_nights_per_week:g} | {row.sd_between_persons:g} | "
            f"{row.correlation:g} | {row.estimator} | {row.bias:+.3f} | {row.se_ratio:.3f} | {100 * row.coverage:.1f} % | "
            f"{100 * row.truth_below:.1f} % | {100 * row.truth_above:.1f} % |"
        )
    lines += [
        "", "Where persons differ more than they cramp on average (SD 1.0 at 0.7 nights a week: most never, few often), few",
        "persons fall short of 95 %: a sample often holds none of those who cramp most, and its standard error does not know.",
        "",
        "## Rate ratios of trials", "",
        "| trial | truth | geometric mean | coverage | significant | not estimable |", "|---|---|---|---|---|---|",
    ]
    for row in trials.itertuples():
        lines.append(
            f"| {row.trial} | {row.truth:g} | {row.mean_estimate:.3f} | {100 * row.coverage:.1f} % | {100 * row.power:.1f} % | "
            f"{100 * row.not_estimable:.1f} % |"
        )
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
