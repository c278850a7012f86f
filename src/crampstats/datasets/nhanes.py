"""NHANES, from a folder, from the user's cache, or from the grouped totals that ship."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from crampstats.codebook.model import Cycle
from crampstats.codebook.surveys.nhanes import NHANES
from crampstats.core.errors import DataError
from crampstats.core.findings import Finding, Findings
from crampstats.datasets.cells import load_cells, nhanes_source
from crampstats.datasets.files import PublishedFile, published_files
from crampstats.ingest.cycle_data import CycleData, pool_cycles
from crampstats.ingest.mapping import map_cycle
from crampstats.ingest.reading import find_tables, read_cycle

FOLDER_VARIABLE = "CRAMPSTATS_NHANES"
CURE = "What it holds is missing until the file is there: crampstats data fetch."
CYCLES = tuple(cycle.name for cycle in NHANES.cycles)


def load_nhanes(
    folder: str | Path | None = None,
    *,
    cycles: Sequence[str] = CYCLES,
    published: Mapping[str, PublishedFile] | None = None,
) -> CycleData:
    """NHANES 2005-2008, ready to analyse.

    Looked for in this order: `folder`; the folder named by the environment variable ``CRAMPSTATS_NHANES``; the files
    fetched into the user's cache, when those of the design and the cramp item are there; the grouped totals that ship with
    the package. Nothing is downloaded. What other files hold is missing when they are not there, and ``.findings`` lists them.

    Parameters
    ----------
    folder
        Folder of .XPT files, in any letter case.
    cycles
        "2005-2006", "2007-2008" or both. Weights are divided by their number.
    published
        Extent of each file, by name; None for what NCHS published.

    Returns
    -------
    CycleData
        One row per person of the files, all ages; one row per cell when the shipped totals are used.
        ``.source.detail`` says which.

    Raises
    ------
    OptionError
        A cycle is unknown.
    DataError
        A named folder lacks DEMO or SLQ, or a file is damaged, cut off, of another cycle or not as published. A folder that
        was named is never passed over in silence.

    Examples
    --------
    >>> survey = load_nhanes(cycles=["2005-2006"])
    >>> survey.source.label
    'NHANES 2005-2006, public files'
    """
    wanted = [NHANES.cycle(name) for name in _chosen(cycles)]
    named = folder or os.environ.get(FOLDER_VARIABLE)
    if named:
        return _from_folder(Path(named).expanduser(), wanted, "microdata from a local folder", published)
    cache = nhanes_cache()
    if is_complete(cache, wanted):
        return _from_folder(cache, wanted, "microdata downloaded from NCHS", published)
    return load_cells(cycles=[cycle.name for cycle in wanted])


def nhanes_cache() -> Path:
    """The user's cache folder for NHANES files."""
    import pooch

    return Path(pooch.os_cache("crampstats")) / "nhanes"


def is_complete(folder: Path, cycles: Sequence[Cycle] = NHANES.cycles) -> bool:
    """True when a folder holds every table without which a cycle cannot be analysed (its design and the cramp item)."""
    if not folder.is_dir():
        return False
    found = find_tables(folder)
    return all(f"{table}_{cycle.suffix}" in found for cycle in cycles for table in NHANES.needed_tables(cycle))


def nhanes_terms() -> str:
    """Terms under which NCHS gives the files, in plain words."""
    return NHANES.terms


def _chosen(cycles: Sequence[str]) -> list[str]:
    """The cycles asked for, once each, in the survey's order where they are known."""
    asked = [cycles] if isinstance(cycles, str) else list(cycles)
    if not asked:
        raise DataError(f"no cycle was asked for; choose from {', '.join(CYCLES)}.")
    return sorted(dict.fromkeys(asked))


def _from_folder(
    folder: Path, cycles: Sequence[Cycle], detail: str, published: Mapping[str, PublishedFile] | None
) -> CycleData:
    rows = {name: entry.rows for name, entry in (published_files() if published is None else published).items()}
    tables = {cycle.suffix: read_cycle(folder, NHANES, cycle, rows) for cycle in cycles}
    parts = [map_cycle(tables[cycle.suffix], NHANES, cycle) for cycle in cycles]
    recorded = {f"{name}_{suffix}": table for suffix, some in tables.items() for name, table in some.items()}
    absent = [name for cycle in cycles for name in NHANES.files_of(cycle) if name not in recorded]
    findings = Findings(tuple(Finding(name, "table present", "warning", f"{name}.XPT is not there.", CURE) for name in absent))
    return pool_cycles(parts, NHANES, nhanes_source(cycles, detail), findings=findings, recorded=recorded)
