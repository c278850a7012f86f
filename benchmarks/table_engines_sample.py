"""The made-up registry of nights that every engine is given, as Parquet files: 31 strata x 2 PSUs, 10 domains, 12 conditions.

    python benchmarks/table_engines_sample.py 1e6 FOLDER

Made and written a million rows at a time, so 1e9 rows need no more memory than 1e6.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

SEED = 20261123
STRATA, PSUS = 31, 2
SEXES, AGE_BANDS = ("female", "male"), ("20-34", "35-49", "50-64", "65-79", "80+")
FLAGS = tuple(f"flag_{i}" for i in range(1, 13))
SHARES = np.linspace(0.03, 0.36, len(FLAGS))  # how common each condition is
BLOCK, PER_FILE = 1_000_000, 10_000_000
CELLS = 620  # PSUs x domains: every PSU holds every domain, or small samples would differ in what programs call an empty PSU


def make_block(rows: int, number: int) -> dict[str, np.ndarray]:
    """Columns of some nights; the text columns as codes. Prevalence differs by PSU, so that clustering matters."""
    fixed = np.random.default_rng(SEED)
    shift, effects = fixed.normal(0, 0.3, STRATA * PSUS).astype("f4"), fixed.normal(0, 0.4, len(FLAGS)).astype("f4")
    random = np.random.default_rng([SEED, number])
    cell = np.arange(rows) % CELLS
    random.shuffle(cell)
    unit, domain = cell // 10, cell % 10
    logit = shift[unit] + np.float32(0.08) * domain.astype("f4") - np.float32(1.4)
    flags = {}
    for name, share, effect in zip(FLAGS, SHARES, effects, strict=True):
        flags[name] = (random.random(rows, dtype="f4") < share + 0.02 * (domain % 5)).astype("i1")
        logit += effect * flags[name]
    return {
        "stratum": (unit // PSUS + 1).astype("i4"), "psu": (unit % PSUS + 1).astype("i4"),
        "sex": (domain // 5).astype("i1"), "age_band": (domain % 5).astype("i1"),
        "weight": random.standard_gamma(2.0, rows) * 1e4, "cramp": random.random(rows, dtype="f4") < 1 / (1 + np.exp(-logit)),
        **flags,
    }


def arrow_block(rows: int, number: int) -> pa.Table:
    """The same as an Arrow table; sex and age band as text."""
    import pyarrow as pa

    columns = make_block(rows, number)
    words = {"sex": SEXES, "age_band": AGE_BANDS}
    arrays = {
        name: pa.DictionaryArray.from_arrays(pa.array(values), pa.array(words[name])).cast(pa.string())
        if name in words else pa.array(values)
        for name, values in columns.items()
    }
    return pa.table(arrays)


def write_sample(rows: int, folder: Path) -> None:
    """nights-000.parquet, nights-001.parquet, ..., ten million rows each, made on all cores; those that are there are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [(folder / f"nights-{number:03d}.parquet", first, min(first + PER_FILE, rows))
             for number, first in enumerate(range(0, rows, PER_FILE))]
    with ProcessPoolExecutor(min(len(files), os.cpu_count() or 1)) as pool:
        list(pool.map(write_file, files))


def write_file(part: tuple[Path, int, int]) -> None:
    """The nights from one number up to another, a block at a time; under another name until it is whole."""
    import pyarrow.parquet as pq

    path, first, last = part
    if path.exists():
        return
    writer = None
    for start in range(first, last, BLOCK):
        block = arrow_block(min(BLOCK, last - start), start // BLOCK)
        writer = writer or pq.ParquetWriter(path.with_suffix(".part"), block.schema)
        writer.write_table(block)
    assert writer is not None
    writer.close()
    path.with_suffix(".part").rename(path)


def count_sample(folder: Path) -> tuple[int, int]:
    """Rows and bytes of the files that are there."""
    import pyarrow.parquet as pq

    files = sorted(folder.glob("*.parquet"))
    return sum(pq.read_metadata(name).num_rows for name in files), sum(name.stat().st_size for name in files)


if __name__ == "__main__":
    write_sample(int(float(sys.argv[1])), Path(sys.argv[2]))
