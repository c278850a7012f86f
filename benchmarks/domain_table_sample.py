"""The made-up survey every engine is given: 31 strata x 2 PSUs like NHANES, weights, a yes/no outcome, 10 domains."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from columns import read_columns, write_columns

SEED = 20121117
STRATA, PSUS, DOMAINS = 31, 2, 10
COLUMNS = {"stratum": "i4", "psu": "i4", "domain": "i4", "cramps": "i4", "weight": "f8"}


def make_sample(rows: int) -> dict[str, np.ndarray]:
    """Columns of `rows` persons. Prevalence differs by PSU, stratum and domain, so that clustering matters."""
    random = np.random.default_rng([SEED, rows])
    # every PSU holds every domain, or small samples would differ in what programs call an empty PSU
    cell = np.arange(rows) % (STRATA * PSUS * DOMAINS)
    random.shuffle(cell)
    stratum, psu, domain = cell // (PSUS * DOMAINS), cell // DOMAINS % PSUS, cell % DOMAINS
    shift = random.normal(0, 0.3, (STRATA, PSUS))
    share = 1 / (1 + np.exp(1.2 - 0.08 * domain - shift[stratum, psu]))
    columns = {
        "stratum": stratum + 1, "psu": psu + 1, "domain": domain, "cramps": random.random(rows) < share,
        "weight": random.gamma(2.0, 1e4, rows),
    }
    return {name: np.ascontiguousarray(columns[name], dtype=kind) for name, kind in COLUMNS.items()}


def write_sample(rows: int, folder: Path) -> None:
    """One raw file a column, and the same as Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = make_sample(rows)
    write_columns(columns, folder)
    pq.write_table(pa.table(columns), folder / "sample.parquet")


def read_sample(folder: Path) -> dict[str, np.ndarray]:
    """The columns as they were written."""
    return read_columns(COLUMNS, folder)


if __name__ == "__main__":
    write_sample(int(sys.argv[1]), Path(sys.argv[2]))
