"""Make data/nhanes_counts.csv: the frequencies NCHS printed in its codebooks for every column this project uses.

    python data/scripts/make_nhanes_counts.py CODEBOOK_COUNTS.csv

The input has one row per code of every table (table, variable, label, target, code, value, count), as transcribed from the
codebooks at https://wwwn.cdc.gov/nchs/nhanes/; it repeats some rows, which are kept once.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from crampstats.codebook.surveys.nhanes import NHANES

DATA = Path(__file__).resolve().parents[1]


def main(source: Path) -> None:
    counts = pd.read_csv(source, dtype=str, keep_default_na=False).drop_duplicates()
    used = {
        (f"{table}_{cycle.suffix}", column)
        for cycle in NHANES.cycles
        for table, columns in NHANES.columns_of(cycle).items()
        for column in columns
    }
    kept = counts[[pair in used for pair in zip(counts["table"], counts["variable"], strict=True)]]
    kept = kept.sort_values(["table", "variable"], kind="stable").rename(columns={"value": "meaning"})
    columns = ["table", "variable", "code", "meaning", "count"]
    kept[columns].to_csv(DATA / "nhanes_counts.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
