"""Make the MADE-UP paired sample behind the reference values. No person stands behind any row.

Usage: python tests/reference/replicates/make_example.py     (writes data/paired.csv beside this script; the seed is fixed)

11 strata of two PSUs, weights that differ by a factor of 25, none of them 0. `x` has ties and missing values, `u` neither.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
SEED = 19690301
EDUCATION = ("basic", "school", "college", "degree")


def persons(random: np.random.Generator, n: int, place: float) -> pd.DataFrame:
    """`n` made-up persons of one PSU; `place` makes neighbours alike."""
    sex = random.choice(["men", "women"], n, p=[0.48, 0.52])
    race = random.choice(["A", "B", "C"], n, p=[0.5, 0.3, 0.2])
    step = np.clip(np.round(1.5 + 0.9 * random.standard_normal(n) + 0.4 * (race == "A") + 0.3 * place), 0, 3).astype(int)
    age = random.integers(20, 81, n)
    log_odds = -1.2 + 0.015 * (age - 50) + 0.4 * (sex == "women") - 0.2 * step + place
    y = (random.random(n) < 1 / (1 + np.exp(-log_odds))).astype(float)
    x = np.round(5 + random.standard_normal(n) + 0.3 * (sex == "women") + 0.5 * place)
    u = np.exp(0.5 * random.standard_normal(n) + 0.1 * step + 0.2 * place)
    y[random.random(n) < 0.05] = np.nan
    x[random.random(n) < 0.05] = np.nan
    frame = pd.DataFrame({"sex": sex, "race": race, "education": np.array(EDUCATION)[step], "age": age})
    frame["age_group"] = pd.cut(age, [19, 39, 59, 200], labels=["20-39", "40-59", "60+"]).astype(str)
    return frame.assign(y=y, x=x, u=u)


def main() -> None:
    """Write the file."""
    random = np.random.default_rng(SEED)
    parts = []
    for stratum in range(1, 12):
        for psu in (1, 2):
            n = int(random.integers(14, 30))
            part = persons(random, n, 0.4 * random.standard_normal())
            part.insert(0, "weight", np.exp(random.uniform(np.log(200), np.log(5000), n)))
            part.insert(0, "psu", psu)
            part.insert(0, "stratum", f"h{stratum:02d}")
            part.insert(0, "made_up", "made up")
            parts.append(part)
    (HERE / "data").mkdir(exist_ok=True)
    table = pd.concat(parts, ignore_index=True)
    table.to_csv(HERE / "data" / "paired.csv", index=False, float_format="%.17g", lineterminator="\n")


if __name__ == "__main__":
    main()
