"""A made-up folder with the shape of NHANES: eight persons a cycle, two strata of two PSUs.

DEMO and SLQ hold values; every other table that is declared holds its columns for the eight persons, without a value.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat

from crampstats.codebook.surveys.nhanes import NHANES
from crampstats.datasets.files import PublishedFile

FIRST = {"D": 31127, "E": 41475}
CYCLES = {"D": "2005-2006", "E": "2007-2008"}
TOP = {"D": 85.0, "E": 80.0}
NAN = float("nan")


def _demo(suffix: str) -> pd.DataFrame:
    """Ages 0, 15, 16, 19, 20, 45, 60 and the oldest published; the last was interviewed only."""
    return pd.DataFrame({
        "SEQN": [float(FIRST[suffix] + place) for place in range(8)],
        "SDDSRVYR": 4.0 if suffix == "D" else 5.0,
        "RIDAGEYR": [0.0, 15.0, 16.0, 19.0, 20.0, 45.0, 60.0, TOP[suffix]],
        "RIAGENDR": [1.0, 2.0] * 4,
        "RIDRETH1": [1.0, 2.0, 3.0, 4.0, 5.0, 1.0, 2.0, 3.0],
        "DMDEDUC2": [NAN, NAN, NAN, NAN, 1.0, 7.0, 9.0, 5.0],
        "INDFMPIR": [0.0, 1.5, NAN, 2.0, 3.0, 4.0, 4.99, 5.0],
        "WTINT2YR": [1000.0 * (place + 1) for place in range(8)],
        "WTMEC2YR": [*[1100.0 * (place + 1) for place in range(7)], 0.0],
        "SDMVSTRA": (44.0 if suffix == "D" else 59.0) + pd.Series([0, 0, 0, 0, 1, 1, 1, 1]),
        "SDMVPSU": [1.0, 1.0, 2.0, 2.0, 1.0, 1.0, 2.0, 2.0],
    })


def _slq(suffix: str) -> pd.DataFrame:
    """Answers of the six persons aged 16 and over: never, once, 2-4 times, refused, did not know, almost always."""
    return pd.DataFrame({
        "SEQN": [float(FIRST[suffix] + place) for place in range(2, 8)],
        "SLD010H": [8.0, 77.0, 99.0, 1.0, 12.0, 6.0],
        "SLQ160": [0.0, 1.0, 2.0, 7.0, 9.0, 4.0],
    })


MADE = {"DEMO": _demo, "SLQ": _slq}


def small_tables(suffix: str) -> dict[str, pd.DataFrame]:
    """Every table declared for a cycle, with the columns declared."""
    cycle = NHANES.cycle(CYCLES[suffix])
    return {name: _with(columns, name, suffix) for name, columns in NHANES.columns_of(cycle).items()}


def demo(suffix: str) -> pd.DataFrame:
    return small_tables(suffix)["DEMO"]


def slq(suffix: str) -> pd.DataFrame:
    return small_tables(suffix)["SLQ"]


def _with(columns: list[str], name: str, suffix: str) -> pd.DataFrame:
    made = MADE.get(name, lambda suffix: _demo(suffix)[["SEQN"]])(suffix)
    return made.reindex(columns=[*made, *(column for column in columns if column not in made)])


PUBLISHED = {
    f"{name}_{suffix}": PublishedFile(f"{name}_{suffix}", CYCLES[suffix], *table.shape)
    for suffix in FIRST
    for name, table in small_tables(suffix).items()
}


def write_table(path: Path, table: pd.DataFrame) -> Path:
    pyreadstat.write_xport(table, path, table_name="TABLE", file_format_version=5)
    return path


def write_small_nhanes(folder: Path) -> Path:
    """All files of both cycles."""
    folder.mkdir(parents=True, exist_ok=True)
    for suffix in FIRST:
        for name, table in small_tables(suffix).items():
            write_table(folder / f"{name}_{suffix}.XPT", table)
    return folder
