"""Codes that no answer has, in a few rows: an audit reports them row by row, where a loader refuses the whole file."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from crampstats.codebook.checks.catalogue import CHECKS
from crampstats.codebook.columns import UNREADABLE, Variable
from crampstats.core.errors import CrampstatsError
from crampstats.core.findings import Finding
from crampstats.ingest.own.applying import variable_of
from crampstats.ingest.own.checking import find_unexplained_codes, find_unexplained_units
from crampstats.ingest.own.masking import mask_text
from crampstats.ingest.own.placements import FileMapping, Placement
from crampstats.ingest.recorded import RecordedTable

# Beyond this share of a column's answers a code is no slip: nobody has said what it means, and the mapping has to.
MOST = 0.05


def leave_stray_codes(mapping: FileMapping, table: RecordedTable) -> tuple[FileMapping, tuple[Finding, ...]]:
    """A mapping by which codes that stand in few rows cannot be read, and a finding for each such cell.

    Parameters
    ----------
    mapping
        How the file is read.
    table
        The rows that are read.

    Returns
    -------
    mapping, findings
        A column in which such codes are more than `MOST` of its answers stays as it is, so that reading it refuses.
    """
    placements, found = [], []
    for placement in mapping.placements:
        stray, told = _of_column(placement, mapping, table)
        placed = replace(placement, missing={**placement.missing, **dict.fromkeys(stray, UNREADABLE)})
        # a number beside a unit nobody knows is then not read, and reading tells of its cell
        units = {text: f"unknown unit {mask_text(text)}" for text in _of_units(placement, mapping, table)}
        placements.append(replace(placed, unit_codes={**placement.unit_codes, **units}))
        found += told
    return replace(mapping, placements=tuple(placements)), tuple(found)


def _variable(placement: Placement, mapping: FileMapping, table: RecordedTable) -> Variable | None:
    """The variable a placement of one column fills; None where reading the file will say what is wrong with it."""
    if placement.how != "cells" or len(placement.columns) != 1 or any(name not in table.cells for name in placement.reads):
        return None
    try:
        return variable_of(mapping, placement)
    except CrampstatsError:
        return None


def _are_few(stray: list[str], cells: pd.Series) -> bool:
    return bool(stray) and bool(cells.isin(stray).sum() <= MOST * cells.notna().sum())


def _of_units(placement: Placement, mapping: FileMapping, table: RecordedTable) -> list[str]:
    variable = _variable(placement, mapping, table)
    if variable is None or not placement.unit_column:
        return []
    stray = find_unexplained_units(placement, variable, table)
    return stray if _are_few(stray, table.cells[placement.unit_column]) else []


def _of_column(placement: Placement, mapping: FileMapping, table: RecordedTable) -> tuple[list[str], list[Finding]]:
    variable = _variable(placement, mapping, table)
    if variable is None or variable.kind not in ("yes/no", "category"):
        return [], []
    cells = table.cells[placement.columns[0]]
    stray = find_unexplained_codes(placement, variable, table, mapping)
    if not _are_few(stray, cells):
        return [], []
    places = np.flatnonzero(cells.isin(stray))
    listed = ", ".join(variable.levels) or "yes and no"
    heading = mask_text(placement.columns[0])
    return stray, [
        CHECKS["unreadable"].finding(
            heading, f"{mask_text(str(cells.iloc[place]))} is no code of {variable.label}: it is asked for {listed}.",
            source_row=int(table.source_rows[place]), value=mask_text(str(cells.iloc[place])),
        )
        for place in places
    ]
