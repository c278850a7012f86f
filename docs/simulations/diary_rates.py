"""Coverage of rates, and of trial estimates, in made-up diaries of known truth: writes diary_rates.md and diary_rates.csv.

    python docs/simulations/diary_rates.py [--replicates 2000] [--workers 2]

Seed fixed before the first run; all scenarios are listed. Persons' probabilities of a cramp night are beta distributed; nights of
a person depend on each other by a latent autoregressive state that leaves each night's probability alone; nights are missed at
random, each person at a rate of her own (beta, mean 0.2, standard deviation 0.1). Trials are drawn by `crampstats power`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from crampstats.core.diary import DiaryPanel
from crampstats.estimate.diary.power import estimate_power
from crampstats.estimate.diary.power_studies import CrossoverTrial, ParallelTrial, _probabilities, _uniform
from crampstats.estimate.diary.rate_sums import RateSums
from crampstats.estimate.diary.rates import estimate_rates, rate_interval

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


def draw(scenario: tuple[int, int, float, float, float], number: int) -> tuple[np.ndarray, np.ndarray]:
    """Cramp nights and logged nights (persons x nights) of one diary; each replicate has a random stream of its own."""
    persons, nights, rate, spread, correlation = scenario
    rng = np.random.default_rng([SEED, RATES.index(scenario), number])
    own = _probabilities(rng, rate / 7, spread / 7, persons, "beta")
    cramp = _uniform(rng, (persons, nights), correlation) < own[:, None]
    missed = _probabilities(rng, 0.2, 0.1, persons, "beta")
    return cramp, rng.random((persons, nights)) >= missed[:, None]


def check(cramp: np.ndarray, logged: np.ndarray, row: np.ndarray) -> None:
    """The sums used here give what `estimate_rates` gives for the diary itself."""
    who, when = np.nonzero(logged)
    table = pd.DataFrame({"person": who, "night": when, "cramp": cramp[who, when].astype(float)})
    found = estimate_rates(DiaryPanel(table)).frame[["estimate", "std_error", "conf_low", "conf_high"]].to_numpy(float)
    np.testing.assert_allclose(row, found, rtol=1e-12)


def rates(scenario: tuple[int, int, float, float, float], replicates: int) -> list[dict[str, object]]:
    """Coverage of both estimators in one scenario; each replicate is a group of the sums that `estimate_rates` works on."""
    persons, truth = scenario[0], scenario[2]
    drawn = [draw(scenario, number) for number in range(replicates)]
    events = np.array([(cramp & logged).sum(axis=1) for cramp, logged in drawn], dtype=float)
    nights = np.array([logged.sum(axis=1) for _, logged in drawn], dtype=float)
    group, person = np.nonzero(nights)
    sums = RateSums(group, person, events[group, person], nights[group, person], replicates, persons)
    found = []
    for value, residuals in (sums.ratio(), sums.person_mean()):
        error = np.sqrt(sums.variance(residuals))
        low, high = rate_interval(value, error, sums.members - 1, 0.95, is_share=True)
        found.append(7 * np.array([value, error, low, high]))
    if (nights > 0).all() and (events.sum(axis=1) > 0).all():
        check(*drawn[0], np.array([one[:, 0] for one in found]))
    return [_row(scenario, name, truth, *values) for name, values in zip(("ratio", "mean of persons"), found, strict=True)]


def _row(
    scenario: tuple[int, int, float, float, float], name: str, truth: float, value: np.ndarray, error: np.ndarray,
    low: np.ndarray, high: np.ndarray,
) -> dict[str, object]:
    # no cramps at all: the exact interval, which begins at 0 and holds these truths
    return {
        "persons": scenario[0], "nights": scenario[1], "cramp_nights_per_week": truth, "sd_between_persons": scenario[3],
        "correlation": scenario[4], "estimator": name, "replicates": len(value), "bias": value.mean() - truth,
        "se_ratio": np.sqrt((error**2).mean()) / value.std(ddof=1), "coverage": 1 - ((truth < low) | (truth > high)).mean(),
        "truth_below": (truth < low).mean(), "truth_above": (truth > high).mean(), "without_cramps": (value == 0).mean(),
    }


def main() -> None:
    """Run everything and write both files."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--replicates", type=int, default=2_000)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    table = pd.DataFrame([row for scenario in RATES for row in rates(scenario, asked.replicates)])
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
        "", "Where persons differ more than they cramp on average (SD 1.0 at 0.7 nights a week: most never, few often), 30",
        "persons fall a little short: a sample often holds none of those who cramp most, and cannot know of them.", "",
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
