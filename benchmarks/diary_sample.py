"""The made-up diary of the benchmark: persons x nights, two exposures of the person and two of the night, clustered outcomes."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

NIGHTS = 90
SEED = 20260301
COLUMNS = ("person", "night", "cramp", "age", "female", "heavy", "minutes")
FOR_R = {"person": np.int32, "cramp": np.int32, "age": np.float64, "female": np.int32, "heavy": np.int32, "minutes": np.float64}


def write_sample(folder: Path, persons: int, *, for_r: bool = True) -> None:
    """Columns as .npy files (and .bin files for R).

    Age (decades) and minutes (hours of exercise) are numbers without two alike in a diary, so that nights cannot be collapsed;
    female and heavy are 0/1. 5 % of nights are not there.
    """
    rng = np.random.default_rng(SEED)
    size = persons * NIGHTS
    person = np.repeat(np.arange(persons, dtype=np.int64), NIGHTS)
    night = np.tile(np.arange(20_000, 20_000 + NIGHTS, dtype=np.int64), persons)
    age, female = rng.normal(0, 1.2, persons)[person], rng.integers(0, 2, persons, dtype=np.int8)[person]
    own = rng.normal(0, 1.0, persons)[person]
    heavy = (rng.random(size) < 1 / (1 + np.exp(1.5 - 0.5 * own))).astype(np.int8)
    minutes = rng.gamma(2.0, 0.4, size)
    eta = -2.0 + 0.15 * age + 0.2 * female + 0.4 * heavy + 0.1 * minutes + own
    cramp = (rng.random(size) < 1 / (1 + np.exp(-eta))).astype(np.int8)
    kept = rng.random(size) >= 0.05
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in zip(COLUMNS, (person, night, cramp, age, female, heavy, minutes), strict=True):
        np.save(folder / f"{name}.npy", values[kept])
        if for_r and name in FOR_R:
            values[kept].astype(FOR_R[name]).tofile(folder / f"{name}.bin")


def read_sample(folder: Path) -> dict[str, np.ndarray]:
    """The columns of the sample."""
    return {name: np.load(folder / f"{name}.npy") for name in COLUMNS}


def count_nights(folder: Path) -> int:
    """How many nights the sample holds."""
    return len(np.load(folder / "cramp.npy", mmap_mode="r"))


if __name__ == "__main__":
    write_sample(Path(sys.argv[2]), int(float(sys.argv[1])))
