"""Which mapping a file is read by: the one named, a shipped one it follows, or what can be proposed with confidence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from crampstats.core.errors import DataError
from crampstats.core.findings import Finding
from crampstats.ingest.own.applying import variable_of
from crampstats.ingest.own.converting import needs_unit, stated_unit
from crampstats.ingest.own.placements import FileMapping, Placement
from crampstats.ingest.recorded import RecordedFile

# Placements less sure than this are left to the user
CERTAIN = 0.85
PROPOSED = "proposed"


def resolve_mapping(
    mapping: FileMapping | str | Path | None, dictionary: str | Path | None
) -> tuple[FileMapping | None, str | Path | None]:
    """The mapping named, and the dictionary the file is read with.

    Parameters
    ----------
    mapping
        As for `load_survey`; a REDCap dictionary in its place becomes the dictionary, and the mapping follows from it.
    dictionary
        As for `load_survey`.

    Returns
    -------
    tuple
        None for the mapping where it follows from the file, as a shipped one does from the columns that are there.
    """
    if mapping is None or isinstance(mapping, FileMapping):
        return mapping, dictionary
    from crampstats.ingest.own.mapping_file import read_mapping
    from crampstats.ingest.own.shipped import SHIPPED

    if str(mapping) in SHIPPED:
        return None, dictionary
    path = Path(mapping)
    if path.suffix.lower() in (".csv", ".tsv"):
        if dictionary is not None:
            raise DataError(f"{path.name} is a dictionary, and {Path(dictionary).name} another: give one of them.")
        return None, path
    return read_mapping(path), dictionary


def find_mapping(file: RecordedFile, shipped: str = "") -> tuple[FileMapping, tuple[Finding, ...]]:
    """The mapping of a file that came with none: shipped if it follows one, else what can be proposed with confidence.

    Parameters
    ----------
    file
        As read.
    shipped
        Name of the shipped mapping that was asked for; "" to see whether the file follows one.

    Returns
    -------
    tuple of FileMapping and findings
        The findings name every column taken without being told, and every one left out because its unit is not stated.
    """
    from crampstats.ingest.own.proposing import propose_mapping
    from crampstats.ingest.own.shipped import SHIPPED, recognise_shipped, shipped_mapping

    if name := shipped if shipped in SHIPPED else recognise_shipped(file):
        return shipped_mapping(name, file.main), ()
    proposed = propose_mapping(file).mapping
    sure = [placement for placement in proposed.placements if placement.confidence >= CERTAIN]
    unstated = [placement for placement in sure if _lacks_unit(file, proposed, placement)]
    kept = tuple(placement for placement in sure if placement not in unstated)
    findings = [_taken(placement) for placement in kept if placement.confidence < 1]
    findings += [
        Finding(
            placement.columns[0], "unit not stated", "warning",
            f"{placement.columns[0]} looks like {placement.variable}, but nothing states its unit; it was left out.",
            "Write a mapping (crampstats map FILE --out MAPPING.toml) and state the unit there.",
        )
        for placement in unstated
    ]
    if not kept:
        findings.append(Finding(
            "", "nothing placed", "error", "no column could be placed with confidence.",
            "Write a mapping (crampstats map FILE --out MAPPING.toml), place the columns there, and give it with --mapping.",
        ))
    return replace(proposed, placements=kept, name=PROPOSED), tuple(findings)


def _lacks_unit(file: RecordedFile, mapping: FileMapping, placement: Placement) -> bool:
    if placement.how != "cells" or placement.unit or placement.unit_column:
        return False
    return needs_unit(variable_of(mapping, placement)) and not stated_unit(file.main.column(placement.columns[0]))


def _taken(placement: Placement) -> Finding:
    return Finding(
        placement.columns[0], "placed without a mapping", "note",
        f"{' / '.join(placement.columns)} was taken as {placement.variable} (confidence {placement.confidence:.2f}).",
        "Write a mapping (crampstats map FILE --out MAPPING.toml) to settle it.",
    )
