"""Make data/nhanes_files.csv: rows and columns of every NHANES file used or usable here, and the hash where it is CDC's own.

    python data/scripts/make_nhanes_files.py FOLDER

FOLDER holds the .XPT files and a MANIFEST.csv (file, bytes, rows, columns, origin, sha256) that says which of them are
the files as CDC serves them; files that were rewritten have other bytes, so their hash is left out.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

CYCLES = {"D": "2005-2006", "E": "2007-2008"}
DATA = Path(__file__).resolve().parents[1]


def main(folder: Path) -> None:
    with (folder / "MANIFEST.csv").open(newline="") as stream:
        entries = sorted(csv.DictReader(stream), key=lambda entry: entry["file"])
    with (DATA / "nhanes_files.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["table", "cycle", "rows", "columns", "sha256"])
        for entry in entries:
            table = entry["file"].removesuffix(".XPT")
            sha256 = entry["sha256"] if entry["origin"] == "CDC file" else ""
            writer.writerow([table, CYCLES[table[-1]], entry["rows"], entry["columns"], sha256])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
