"""Do intervals of rates and of trials hold the truth? A short run; docs/simulations/diary_rates.md holds the full one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.estimate.diary.power import estimate_power
from crampstats.estimate.diary.power_studies import CrossoverTrial, ParallelTrial
from crampstats.estimate.diary.rates import estimate_rates

pytestmark = pytest.mark.slow

DIARIES = 200
# if coverage is 95 %, the share that covers lies within 3.29 binomial standard errors (99.9 %)
BAND = 3.29 * np.sqrt(0.95 * 0.05 / DIARIES)


def test_rates_of_sixty_persons_who_differ_hold_the_truth():
    held, above = [], []
    for number in range(DIARIES):
        rng = np.random.default_rng([20261123, number])
        own, missed = rng.beta(2, 8, 60), rng.beta(3, 12, 60)
        cramp = rng.random((60, 30)) < own[:, None]
        who, when = np.nonzero(rng.random((60, 30)) >= missed[:, None])
        panel = DiaryPanel(pd.DataFrame({"person": who, "night": when, "cramp": cramp[who, when].astype(float)}))
        row = estimate_rates(panel).frame.iloc[0]
        held.append(row["conf_low"] <= 1.4 <= row["conf_high"])  # 7 * 2 / (2 + 8)
        above.append(row["conf_high"] < 1.4)
    assert np.mean(held) == pytest.approx(0.95, abs=BAND)
    assert np.mean(above) < 0.07


@pytest.mark.parametrize("study", [
    CrossoverTrial(40, 28, 0.8, 5.0, correlation=0.5, period_ratio=0.8),
    ParallelTrial(100, 28, 0.7, 5.0, baseline_nights=14),
], ids=["crossover", "parallel"])
def test_rate_ratios_of_trials_hold_the_truth(study):
    row = estimate_power(study, replicates=DIARIES, seed=20261123).frame.iloc[0]
    assert row["coverage"] == pytest.approx(0.95, abs=BAND)
    assert row["mean_ratio"] == pytest.approx(study.rate_ratio, rel=0.03)
