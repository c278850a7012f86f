"""Make data/nhanes_cells.csv and its description nhanes_cells.json from the public NHANES files.

    python data/scripts/make_nhanes_cells.py FOLDER

FOLDER holds DEMO_D, DEMO_E, SLQ_D and SLQ_E as .XPT. The same files give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import pandas as pd

from crampstats.codebook.surveys.nhanes import NHANES
from crampstats.datasets.cells import AGE_STARTS, KEYS, SCHEMA, SCHEMA_VERSION, cells_hash, group_cells
from crampstats.datasets.nhanes import load_nhanes
from crampstats.ingest.reading import find_tables

DATA = Path(__file__).resolve().parents[1]
INPUTS = ("DEMO_D", "DEMO_E", "SLQ_D", "SLQ_E")
COLUMNS = {
    "cycle": "NHANES cycle",
    "stratum": "masked variance stratum (SDMVSTRA)",
    "psu": "masked variance unit within the stratum (SDMVPSU)",
    "age_from": "first age of the band, years; the bands start at age_edges, the last has no end",
    "sex": "male or female (RIAGENDR)",
    "cramp_frequency": "recorded answer (SLQ160): 0 never, 1 rarely, 2 sometimes, 3-4 often or almost always, "
    "unknown = refused or did not know, not asked = below 16 years",
    "n": "persons",
    "n_examined": "persons with an examination weight above zero",
    "weight_interview": "sum of two-year interview weights (WTINT2YR)",
    "weight_exam": "sum of two-year examination weights (WTMEC2YR)",
}


def main(folder: Path) -> None:
    cells = pd.concat([group_cells(load_nhanes(folder, cycles=[cycle.name])) for cycle in NHANES.cycles])
    cells = cells.sort_values(KEYS)
    target = DATA / "nhanes_cells.csv"
    cells.to_csv(target, index=False, float_format="%.17g", lineterminator="\n")
    files = find_tables(folder)
    description = {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "made_by": "data/scripts/make_nhanes_cells.py",
        "inputs_sha256": {f"{name}.XPT": hashlib.sha256(files[name].read_bytes()).hexdigest() for name in INPUTS},
        "sha256": cells_hash(target),
        "rows": len(cells),
        "persons": int(cells["n"].sum()),
        "age_edges": list(AGE_STARTS.values()),
        "columns": COLUMNS,
    }
    target.with_suffix(".json").write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
