"""Made-up diaries for the reference values beside this: `python make_example.py` writes diary.csv, crossover.csv, parallel.csv.

No person stands behind any row. Rates differ between persons (gamma), counts are overdispersed, nights are missing.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
FIRST = 20_300  # 2025-07-31


def severity(value: float) -> int:
    """On the scale of 0 to 10."""
    return int(np.clip(round(value), 0, 10))


def make_diary(persons: int = 40, nights: int = 45, seed: int = 61) -> pd.DataFrame:
    """A cohort: cramps depend on sex, the night before's standing, the weekend; severity and minutes on cramp nights."""
    rng = np.random.default_rng(seed)
    own = rng.gamma(1.2, 0.18, persons)
    woman = rng.integers(0, 2, persons)
    mood = rng.normal(0, 1.2, persons)
    rows = []
    for i in range(persons):
        stays = int(rng.integers(nights // 2, nights + 1))
        for day in range(stays):
            night = FIRST + int(i % 5) + day
            if rng.random() < 0.15:
                continue
            standing = round(float(rng.gamma(4, 1.2)), 1)
            weekend = int((night + 3) % 7 >= 5)
            rate = own[i] * np.exp(0.4 * woman[i] + 0.08 * (standing - 5) + 0.25 * weekend - 0.008 * day)
            cramps = int(rng.poisson(rate * rng.gamma(2, 0.5)))
            hurt = bool(cramps)
            rows.append({
                "person": f"P{i + 1:03d}", "night": night, "sex": "women" if woman[i] else "men", "day": day + 1,
                "weekend": weekend, "standing_hours": standing, "cramp": int(hurt), "cramps": cramps,
                "cramp_severity": severity(5 + mood[i] + 0.2 * (standing - 5) + rng.normal(0, 1.3)) if hurt else "",
                "cramp_minutes": round(float(np.exp(1.5 + 0.3 * mood[i] + rng.normal(0, 0.6))), 1) if hurt else "",
                "cramp_site": rng.choice(["calf", "foot", "thigh"], p=[0.7, 0.2, 0.1]) if hurt else "",
                "woken_by_cramp": int(rng.random() < 0.6) if hurt else "",
            })
    return pd.DataFrame(rows)


def make_crossover(persons: int = 30, nights: int = 28, seed: int = 62) -> pd.DataFrame:
    """Two periods, two sequences: treatment lowers the rate by a fifth, the second period by a quarter; some drop out."""
    rng = np.random.default_rng(seed)
    own = rng.gamma(2.5, 0.16, persons)
    rows = []
    for i in range(persons):
        first = "magnesium" if i % 2 else "placebo"
        for period in (1, 2):
            if period == 2 and i in (7, 18):
                continue
            arm = first if period == 1 else {"magnesium": "placebo", "placebo": "magnesium"}[first]
            for day in range(nights):
                if rng.random() < 0.1:
                    continue
                rate = own[i] * (0.8 if arm == "magnesium" else 1.0) * (0.75 if period == 2 else 1.0)
                rows.append({
                    "person": f"P{i + 1:03d}", "night": FIRST + (period - 1) * (nights + 14) + day, "treatment": arm,
                    "period": period, "cramps": int(rng.poisson(rate * rng.gamma(3, 1 / 3))),
                })
    return pd.DataFrame(rows).assign(cramp=lambda table: (table["cramps"] > 0).astype(int))


def make_parallel(persons: int = 60, seed: int = 63) -> pd.DataFrame:
    """14 nights before and 28 after the start of treatment, two arms; treatment lowers the rate by a third."""
    rng = np.random.default_rng(seed)
    own = rng.gamma(2.0, 0.3, persons)
    rows = []
    for i in range(persons):
        arm = "vitamin K2" if i % 2 else "placebo"
        for day in range(-14, 28 if i % 9 else 12):
            if rng.random() < 0.08:
                continue
            rate = own[i] * (1.0 if day < 0 else 0.85 * (0.67 if arm == "vitamin K2" else 1.0))
            rows.append({
                "person": f"P{i + 1:03d}", "night": FIRST + 14 + day, "treatment": arm, "phase": "before" if day < 0 else "after",
                "cramps": int(rng.poisson(rate * rng.gamma(2, 0.5))),
            })
    return pd.DataFrame(rows).assign(cramp=lambda table: (table["cramps"] > 0).astype(int))


def make_zeros(persons: int = 400, seed: int = 64) -> pd.DataFrame:
    """One night of many persons; a third never cramp, the others' counts are overdispersed."""
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 1, persons).round(3)
    can = rng.random(persons) >= 0.35
    cramps = rng.poisson(np.exp(1.0 + 0.4 * x) * rng.gamma(2.5, 0.4, persons)) * can
    return pd.DataFrame({"person": [f"P{i + 1:03d}" for i in range(persons)], "night": FIRST, "x": x, "cramps": cramps})


if __name__ == "__main__":
    made_up = {"diary": make_diary(), "crossover": make_crossover(), "parallel": make_parallel(), "zeros": make_zeros()}
    for name, made in made_up.items():
        made.to_csv(HERE / f"{name}.csv", index=False, lineterminator="\n")
