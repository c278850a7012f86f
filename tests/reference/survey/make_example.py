"""Make the MADE-UP example data behind the reference values. No person stands behind any row.

Usage: python tests/reference/survey/make_example.py     (writes data/*.csv beside this script; the seed is fixed)

Each file carries a first column `made_up` that reads "made up" in every row, so that no copy of it is taken for data.
Numbers have 17 significant digits; an empty cell is missing.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
SEED = 20051108
AGE_GROUPS = ("20-39", "40-59", "60+")
RACES = ("A", "B", "C", "D")


def persons(random: np.random.Generator, n: int, place: np.ndarray) -> pd.DataFrame:
    """`n` made-up persons; `place` shifts outcomes so that neighbours are alike (positive design effects)."""
    age = random.integers(20, 81, n)
    sex = random.choice(["men", "women"], n, p=[0.47, 0.53])
    race = random.choice(RACES, n, p=[0.5, 0.25, 0.2, 0.05])
    log_odds = -2.0 + 0.02 * (age - 20) + 0.35 * (sex == "women") + place
    y = (random.random(n) < 1 / (1 + np.exp(-log_odds))).astype(float)
    rare = (random.random(n) < 0.02).astype(float)
    lopsided = np.where(race == "A", 0.0, np.where(race == "B", 1.0, y))
    x = np.round(7 + 0.6 * random.standard_normal(n) + 0.3 * place, 1)
    z = np.exp(random.normal(1.0, 0.6, n))
    y[random.random(n) < 0.06] = np.nan
    x[random.random(n) < 0.08] = np.nan
    frame = pd.DataFrame({"sex": sex, "age": age, "race": race})
    frame["age_group"] = pd.cut(age, [19, 39, 59, 200], labels=AGE_GROUPS).astype(str)
    return frame.assign(y=y, rare=rare, lopsided=lopsided, x=x, z=z)


def complex_survey(random: np.random.Generator) -> pd.DataFrame:
    """12 strata of 2 to 5 PSUs whose ids repeat, weights over two orders of magnitude, some of them zero."""
    rows = []
    for stratum in range(1, 13):
        n_psus = 2 + (stratum % 4)
        population = n_psus * int(random.integers(3, 12))
        for psu in range(1, n_psus + 1):
            size = int(random.integers(14, 34))
            part = persons(random, size, np.full(size, 0.5 * random.standard_normal()))
            part.insert(0, "fpc", population)
            part.insert(0, "psu", psu)
            part.insert(0, "stratum", stratum)
            rows.append(part)
    frame = pd.concat(rows, ignore_index=True)
    weight = np.exp(random.uniform(np.log(50), np.log(9000), len(frame)))
    weight[random.random(len(frame)) < 0.04] = 0.0
    frame.insert(3, "weight", weight)
    # One PSU without any weight: it is still one of the PSUs drawn, but gives no degree of freedom.
    frame.loc[(frame["stratum"] == 11) & (frame["psu"] == 5), "weight"] = 0.0
    # A domain that touches six strata only, the first of them in one PSU.
    left_out = (frame["stratum"] > 6) | ((frame["stratum"] == 1) & (frame["psu"] > 1)) | (frame["age"] >= 70)
    return frame.assign(in_pocket=(~left_out).astype(int))


def lonely_survey(frame: pd.DataFrame) -> pd.DataFrame:
    """The complex survey with strata 4 and 9 cut down to their first PSU."""
    return frame[~(frame["stratum"].isin([4, 9]) & (frame["psu"] > 1))]


def simple_sample(random: np.random.Generator) -> pd.DataFrame:
    """300 of 2,000 persons at random, no weights."""
    frame = persons(random, 300, np.zeros(300))
    frame.insert(0, "population", 2000)
    return frame


def stratified_elements(random: np.random.Generator) -> pd.DataFrame:
    """Persons drawn within four strata at different rates, one stratum sampled whole."""
    sizes = {"north": (60, 400), "south": (90, 300), "east": (40, 2500), "west": (25, 25)}
    parts = []
    for stratum, (size, population) in sizes.items():
        part = persons(random, size, np.zeros(size))
        part.insert(0, "weight", population / size)
        part.insert(0, "fpc", population)
        part.insert(0, "stratum", stratum)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def one_stage_clusters(random: np.random.Generator) -> pd.DataFrame:
    """18 of 120 clusters taken whole."""
    parts = []
    for cluster in range(1, 19):
        size = int(random.integers(5, 30))
        part = persons(random, size, np.full(size, 0.7 * random.standard_normal()))
        part.insert(0, "weight", 120 / 18)
        part.insert(0, "fpc", 120)
        part.insert(0, "cluster", cluster * 7)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def two_stages(random: np.random.Generator) -> pd.DataFrame:
    """15 of 60 clusters, then 4 to 9 of 12 to 30 persons in each; weights are the product of both stages."""
    parts = []
    for cluster in range(1, 16):
        size, population = int(random.integers(4, 10)), int(random.integers(12, 31))
        part = persons(random, size, np.full(size, 0.6 * random.standard_normal()))
        part.insert(0, "weight", 60 / 15 * population / size)
        part.insert(0, "fpc2", population)
        part.insert(0, "fpc1", 60)
        part.insert(0, "person", np.arange(1, size + 1))
        part.insert(0, "cluster", cluster)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def write(frame: pd.DataFrame, name: str) -> None:
    """One CSV with the stamp first and 17 significant digits."""
    frame = frame.copy()
    frame.insert(0, "made_up", "made up")
    (HERE / "data").mkdir(exist_ok=True)
    frame.to_csv(HERE / "data" / f"{name}.csv", index=False, float_format="%.17g", lineterminator="\n")


def main() -> None:
    """Write every example file."""
    random = np.random.default_rng(SEED)
    survey = complex_survey(random)
    write(survey, "complex")
    write(lonely_survey(survey), "lonely")
    write(simple_sample(random), "simple")
    write(stratified_elements(random), "stratified")
    write(one_stage_clusters(random), "clusters")
    write(two_stages(random), "two_stages")


if __name__ == "__main__":
    main()
