"""The made-up survey of the regression benchmark: 31 strata x 2 PSUs, weights, 12 covariates, a yes/no outcome."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from columns import read_columns, write_columns

SEED = 20170612
STRATA, PSUS = 31, 2
NUMBERS = tuple(f"number_{i}" for i in range(1, 7))
FLAGS = tuple(f"flag_{i}" for i in range(1, 7))
COVARIATES = (*NUMBERS, *FLAGS)
COLUMNS = {
    "stratum": "i4", "psu": "i4", "weight": "f8", "cramps": "i4", **dict.fromkeys(NUMBERS, "f8"), **dict.fromkeys(FLAGS, "i4"),
}


def make_sample(rows: int) -> dict[str, np.ndarray]:
    """Columns of `rows` persons: six correlated measurements, six yes/no conditions; clustering by PSU."""
    random = np.random.default_rng([SEED, rows])
    unit = np.arange(rows) % (STRATA * PSUS)
    random.shuffle(unit)
    stratum, psu = unit // PSUS, unit % PSUS
    columns: dict[str, np.ndarray] = {"stratum": stratum + 1, "psu": psu + 1, "weight": random.gamma(2.0, 1e4, rows)}
    shared = random.normal(0, 1, rows)
    predictor = random.normal(0, 0.2, STRATA * PSUS)[unit] - 1.0
    for i, name in enumerate(NUMBERS):
        value = 0.5 * shared + random.normal(0, 1, rows)
        columns[name] = 100.0 * i + 10.0 * value  # measured quantities are seldom centred at 0
        predictor += 0.1 * (i - 2.5) * value
    for i, name in enumerate(FLAGS):
        columns[name] = random.random(rows) < 0.05 + 0.08 * i
        predictor += 0.1 * (i - 2.5) * columns[name]
    columns["cramps"] = random.random(rows) < 1 / (1 + np.exp(-predictor))
    return {name: np.ascontiguousarray(columns[name], dtype=kind) for name, kind in COLUMNS.items()}


def write_sample(rows: int, folder: Path) -> None:
    """One raw file a column."""
    write_columns(make_sample(rows), folder)


def read_sample(folder: Path) -> dict[str, np.ndarray]:
    """The columns as they were written."""
    return read_columns(COLUMNS, folder)


if __name__ == "__main__":
    write_sample(int(sys.argv[1]), Path(sys.argv[2]))
