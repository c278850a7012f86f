"""Codes that no answer has, in a few rows: an audit reports them row by row, where a loader refuses the whole file."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from crampstats.codebook.checks.catalogue import CHECKS
from crampstats.codebook.columns import UNREADABLE
from crampstats.core.errors import CrampstatsError
from crampstats.core.findings import Finding
from crampstats.ingest.own.applying import variable_of
from crampstats.ingest.own.checking import find_unexplained_codes
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
        placements.append(replace(placement, missing={**placement.missing, **dict.fromkeys(stray, UNREADABLE)}))
        found += told
    return replace(mapping, placements=tuple(placements)), tuple(found)


def _of_column(placement: Placement, mapping: FileMapping, table: RecordedTable) -> tuple[list[str], list[Finding]]:
    if placement.how != "cells" or len(placement.columns) != 1 or placement.columns[0] not in table.cells:
        return [], []
    try:
        variable = variable_of(mapping, placement)
    except CrampstatsError:
        return [], []
    if variable.kind not in ("yes/no", "category"):
        return [], []
    stray = find_unexplained_codes(placement, variable, table, mapping)
    cells = table.cells[placement.columns[0]]
    places = np.flatnonzero(cells.isin(stray)) if stray else np.array([], dtype="int64")
    if not 0 < len(places) <= MOST * cells.notna().sum():
        return [], []
    listed = ", ".join(variable.levels) or "yes and no"
    heading = mask_text(placement.columns[0])
    return stray, [
        CHECKS["unreadable"].finding(
            heading, f"{mask_text(str(cells.iloc[place]))} is no code of {variable.label}: it is asked for {listed}.",
            source_row=int(table.source_rows[place]), value=mask_text(str(cells.iloc[place])),
        )
        for place in places
    ]
