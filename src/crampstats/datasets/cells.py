"""NHANES as grouped totals: enough for the cramp outcomes by cycle, sex and age band, with their full variance.

A cell is everybody of one cycle, stratum, PSU, age band, sex and recorded cramp frequency. Because strata and PSUs are kept,
estimates at band edges equal those from the microdata.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from crampstats.codebook import demographics, outcomes
from crampstats.codebook.model import DID_NOT_KNOW, NOT_ASKED, REFUSED, Cycle
from crampstats.codebook.surveys.nhanes import NHANES
from crampstats.core.cleaning import Change, CleaningLog
from crampstats.core.errors import DataError
from crampstats.core.flow import Flow
from crampstats.core.source import Source
from crampstats.datasets.files import data_file
from crampstats.ingest.cycle_data import CycleData
from crampstats.ingest.deriving import derive_variables
from crampstats.ingest.mapping import share_weights

SCHEMA = "crampstats NHANES cells"
SCHEMA_VERSION = 1
KEYS = ["cycle", "stratum", "psu", "age_from", "sex", "cramp_frequency"]
TOTALS = ["n", "n_examined", "weight_interview", "weight_exam"]
FREQUENCIES = {"0": "never", "1": "rarely", "2": "sometimes", "3-4": "often"}
REASONS = {"unknown": f"{REFUSED} or {DID_NOT_KNOW}", "not asked": NOT_ASKED}
COUNTS = {"interview": "n", "exam": "n_examined"}
# Only what is constant within a cell may be derived from cells.
DERIVED = (*demographics.DERIVED_FROM_AGE_AND_SEX, *outcomes.DERIVED)
AGE_STARTS = {name: int(start) for name, start in demographics.DECADES.starts.items()}


def load_cells(path: str | Path | None = None, *, cycles: Sequence[str] | None = None) -> CycleData:
    """The NHANES cells that ship, as a survey whose rows are grouped totals.

    Parameters
    ----------
    path
        A CSV of cells with its JSON description beside it; None for the shipped one.
    cycles
        Cycles to keep; None for all. Weights are divided by their number.

    Returns
    -------
    CycleData
        One row per cell. ``age_group``, ``age_decade``, ``sex``, ``female``, ``cycle`` and the outcomes stand as in the
        microdata; everything else needs the microdata.

    Raises
    ------
    DataError
        The description is of an unknown version, or the cells are not those it describes.

    Examples
    --------
    >>> load_cells().adults(20).describe()[:13]
    'survey sample'
    """
    path = data_file("nhanes_cells.csv") if path is None else Path(path)
    description = _described(path)
    cells = _read_cells(path)
    kept = [cycle for cycle in NHANES.cycles if cycles is None or cycle.name in cycles]
    cells = cells[cells["cycle"].isin([cycle.name for cycle in kept])].reset_index(drop=True)
    table, divided = share_weights(_analysis_table(cells), NHANES, len(kept))
    return CycleData(
        table=table,
        declaration=NHANES,
        source=nhanes_source(kept, "embedded cells (grouped totals)"),
        reasons=pd.DataFrame({"cramp_frequency": cells["cramp_frequency"].map(REASONS).fillna("").astype("category")}),
        flow=Flow.start("persons in the files", int(cells["n"].sum())),
        log=CleaningLog().add(_unknown_answers(cells), *divided),
        counts=COUNTS,
        edges=tuple(description["age_edges"]),
    )


def group_cells(survey: CycleData) -> pd.DataFrame:
    """Microdata as cells.

    Parameters
    ----------
    survey
        NHANES microdata of one cycle, so that the weights are the published two-year ones.

    Returns
    -------
    DataFrame
        One row per cell, sorted by its keys: the keys as text and whole numbers, persons, persons examined, and the sums
        of both weights. Sums are correctly rounded, so they do not depend on the order of the rows.
    """
    table = survey.table
    frequency = table["cramp_frequency"].astype(object).map({level: code for code, level in FREQUENCIES.items()})
    frequency = frequency.mask(table["cramp_frequency"] == "almost always", "3-4")
    asked = survey.reasons["cramp_frequency"].astype(object) != NOT_ASKED
    keyed = pd.DataFrame({
        "cycle": table["cycle"].astype(str),
        "stratum": table["stratum"].astype(int),
        "psu": table["psu"].astype(int),
        "age_from": table["age_decade"].astype(object).map(AGE_STARTS).astype(int),
        "sex": table["sex"].astype(str),
        "cramp_frequency": frequency.fillna("unknown").where(asked, "not asked"),
        "n": 1,
        "n_examined": (table["weight_exam"] > 0).astype(int),
        "weight_interview": table["weight_interview"].astype(float),
        "weight_exam": table["weight_exam"].astype(float),
    })
    sums = {name: math.fsum if name.startswith("weight") else "sum" for name in TOTALS}
    return keyed.groupby(KEYS, sort=True).agg(sums).reset_index()


def nhanes_source(cycles: Sequence[Cycle], detail: str) -> Source:
    """Origin of the data for captions: the period covered and how it was read."""
    period = f"{cycles[0].name[:4]}-{cycles[-1].name[-4:]}"
    return Source(f"NHANES {period}, public files", citation=NHANES.citation, detail=detail)


def cells_hash(path: Path) -> str:
    """SHA-256 of a text file with its line ends as on Unix, so that a checkout on Windows has the same."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def _described(path: Path) -> dict[str, Any]:
    """The description beside the cells, once it is known to belong to them."""
    beside = path.with_suffix(".json")
    if not path.is_file() or not beside.is_file():
        raise DataError(f"{path.name} needs {beside.name} beside it; make both with data/scripts/make_nhanes_cells.py.")
    description: dict[str, Any] = json.loads(beside.read_text(encoding="utf-8"))
    found = (description.get("schema"), description.get("schema_version"))
    if found != (SCHEMA, SCHEMA_VERSION):
        raise DataError(
            f"{beside.name} describes {found[0]!r} version {found[1]!r}; this crampstats reads {SCHEMA!r} version "
            f"{SCHEMA_VERSION}. Update crampstats, or make the cells again with data/scripts/make_nhanes_cells.py."
        )
    if cells_hash(path) != description["sha256"]:
        raise DataError(
            f"{path.name} is not the file that {beside.name} describes: it was changed or is incomplete. Install crampstats "
            "again, or make the cells again with data/scripts/make_nhanes_cells.py."
        )
    return description


def _read_cells(path: Path) -> pd.DataFrame:
    cells = pd.read_csv(path, dtype=str, keep_default_na=False)[[*KEYS, *TOTALS]]
    whole = ["stratum", "psu", "age_from", *COUNTS.values()]
    # Python's float is correctly rounded; pandas' parser is not in every version, and the sums are given to their last digit
    weights = {column: cells[column].map(float) for column in TOTALS if column not in whole}
    return cells.astype(dict.fromkeys(whole, "int64")).astype(dict.fromkeys(whole, "Int64")).assign(**weights)


def _analysis_table(cells: pd.DataFrame) -> pd.DataFrame:
    """Cells with the columns microdata have, as far as a cell knows them."""
    cycles = pd.CategoricalDtype([cycle.name for cycle in NHANES.cycles], ordered=True)
    frequency = outcomes.CRAMP_FREQUENCY
    table = cells.assign(
        cycle=cells["cycle"].astype(cycles),
        weight_interview=cells["weight_interview"].astype("Float64"),
        weight_exam=cells["weight_exam"].astype("Float64"),
        sex=pd.Categorical(cells["sex"], list(demographics.SEX.levels)),
        # stand-ins that are right for every rule in DERIVED, and dropped once those are applied
        age_years=cells["age_from"],
        cramp_frequency=pd.Categorical(cells["cramp_frequency"].map(FREQUENCIES), list(frequency.levels), ordered=True),
    )
    return derive_variables(table, DERIVED).drop(columns=["age_years", "cramp_frequency"])


def _unknown_answers(cells: pd.DataFrame) -> Change:
    unknown = cells["cramp_frequency"] == "unknown"
    return Change("cramp_frequency", "7 or 9", "missing", int(cells.loc[unknown, "n"].sum()), REASONS["unknown"])
