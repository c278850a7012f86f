"""Make data/nhanes_associations.json: every association of the report, computed from the public NHANES files.

    python data/scripts/make_nhanes_associations.py FOLDER

FOLDER holds the .XPT files of both cycles. The same files give the same numbers; imputations have a fixed seed. Takes minutes:
with OPENBLAS_NUM_THREADS=1 fewer, because threads of the linear algebra wait for each other on matrices as small as these.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from crampstats.codebook.surveys.nhanes import NHANES
from crampstats.datasets.stored import write_stored
from crampstats.ingest.reading import find_tables
from crampstats.reports.associations import gather_associations
from crampstats.reports.inputs import open_study
from crampstats.reports.stored_associations import FILE, pack_associations

DATA = Path(__file__).resolve().parents[1]
WORKERS = 2


def main(folder: Path) -> None:
    study = open_study("nhanes", nhanes=folder)
    found = gather_associations(study, slow=True, workers=WORKERS, progress=lambda *step: print(*step, flush=True))
    if found.left_out:
        raise SystemExit(f"not estimated: {found.left_out}")
    tables = find_tables(folder)
    names = [name for cycle in NHANES.cycles for name in NHANES.files_of(cycle) if name in tables]
    inputs = {f"{name}.XPT": hashlib.sha256(tables[name].read_bytes()).hexdigest() for name in names}
    write_stored(
        DATA / FILE, pack_associations(found), made_by="data/scripts/make_nhanes_associations.py", inputs=inputs
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
