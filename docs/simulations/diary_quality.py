"""How often what is said of a diary's quality is wrong: persons who cramp more also miss more nights, as such persons do.

Run it from the checkout: python docs/simulations/diary_quality.py. It writes diary_quality.md beside itself.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from crampstats.core.diary import DiaryPanel
from crampstats.estimate.diary.quality import LOGGED, MISSED_AFTER, diary_quality

SEED, REPLICATES = 20261123, 500
MEAN_MISSED = 0.15


@dataclass(frozen=True)
class Scenario:
    """Persons, nights, and the odds ratio of missing a night after one with a cramp, the same in everybody."""

    persons: int
    nights: int
    odds_ratio: float


SCENARIOS = (Scenario(60, 60, 1.0), Scenario(20, 28, 1.0), Scenario(60, 60, 2.0))


def make_diary(rng: np.random.Generator, given: Scenario) -> DiaryPanel:
    """Independent nights; a person's chance to miss one rises with that person's chance to cramp."""
    k, n = given.persons, given.nights
    cramping = np.clip(rng.beta(0.8, 4, k), 0.01, 0.95)
    missing = np.clip(rng.beta(3, 17, k) + 0.2 * (cramping - cramping.mean()), 0.01, 0.9)
    cramps = rng.random((k, n)) < cramping[:, None]
    odds = np.broadcast_to((missing / (1 - missing))[:, None], (k, n)).copy()
    odds[:, 1:] *= np.where(cramps[:, :-1], given.odds_ratio, 1.0)
    logged = rng.random((k, n)) >= odds / (1 + odds)
    return DiaryPanel(pd.DataFrame({
        "person": np.repeat(np.arange(k), n), "night": np.tile(np.arange(n), k), "logged": logged.ravel(),
        "cramp": np.where(logged, cramps, np.nan).ravel(),
    }))


def measure(given: Scenario, seed: int) -> list[str]:
    """A row of the table for each thing said."""
    rng = np.random.default_rng(seed)
    counted: dict[str, list[bool]] = defaultdict(list)
    for _ in range(REPLICATES):
        frame = diary_quality(make_diary(rng, given)).frame
        for row in frame[frame["measure"] == MISSED_AFTER].itertuples():
            truth = given.odds_ratio if "before" in str(row.exposure) else 1.0
            counted[f"night missed, {row.exposure}: odds ratio {truth:g}"].append(row.conf_low <= truth <= row.conf_high)
        first = frame[frame["exposure"] == "first week"].iloc[0]
        counted["first week against later: odds ratio 1"].append(first["conf_low"] <= 1 <= first["conf_high"])
        if given.odds_ratio == 1:
            share = frame[frame["measure"] == LOGGED].iloc[0]
            counted["share of nights logged"].append(share["conf_low"] <= 1 - MEAN_MISSED <= share["conf_high"])
    about = f"| {given.persons} | {given.nights}"
    return [f"{about} | {what} | {100 * np.mean(held):.1f} % | {len(held)} |" for what, held in counted.items()]


def main() -> None:
    """Write the table."""
    rows = [row for number, given in enumerate(SCENARIOS) for row in measure(given, SEED + number)]
    text = [
        "# What is said of a diary's quality: coverage of 95 % intervals", "",
        f"Made by `docs/simulations/diary_quality.py`: {REPLICATES} replicates a scenario, seed {SEED} fixed first, all of them",
        "shown. Nights are independent within a person; persons who cramp more miss more nights, so that a comparison between",
        "persons would find an association where there is none. Monte Carlo error of a coverage of 95 %: 1 point.", "",
        "| persons | nights | what | intervals that hold the truth | replicates with an estimate |",
        "|---|---|---|---|---|", *rows, "",
    ]
    Path(__file__).with_suffix(".md").write_text("\n".join(text), encoding="utf-8")


if __name__ == "__main__":
    main()
