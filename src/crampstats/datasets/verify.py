"""Hold NHANES tables against the frequencies NCHS printed in its codebooks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from crampstats.codebook.surveys.nhanes import NHANES
from crampstats.core.errors import DataError
from crampstats.core.findings import Finding, Findings
from crampstats.datasets.cells import FREQUENCIES, REASONS
from crampstats.datasets.files import data_file, published_files
from crampstats.ingest.cycle_data import CycleData
from crampstats.ingest.reading import find_tables
from crampstats.ingest.xport import read_xport

RULE = "published frequency"
CURE = "Fetch the file again: crampstats data fetch."
MISSING = "."
RANGE = " to "
# Codebooks of text columns count what was recorded and what was left empty.
RECORDED = "Value was recorded"
BLANK = "< blank >"


@dataclass(frozen=True)
class PublishedCount:
    """One printed frequency: a code, a range of values, or "." for missing."""

    table: str
    variable: str
    code: str
    meaning: str
    count: int


@cache
def published_counts() -> tuple[PublishedCount, ...]:
    """The printed frequencies of every column used, from the shipped ``nhanes_counts.csv``."""
    rows = pd.read_csv(data_file("nhanes_counts.csv"), dtype={"count": int}, keep_default_na=False)
    return tuple(PublishedCount(*row) for row in rows.itertuples(index=False))


def verify_nhanes(data: CycleData | str | Path) -> Findings:
    """What differs between NHANES tables and their published codebooks.

    Parameters
    ----------
    data
        A loaded survey (microdata or cells), or a folder of .XPT files; of a folder, every table used that is there.

    Returns
    -------
    Findings
        One row per column with values the codebook does not list and per frequency that differs ("error"), per table that
        is not there ("warning"), and per file whose bytes are not CDC's own ("note"); empty when all agree. Cells are held to
        what they keep: persons, sex and answers to the cramp item by cycle.

    Raises
    ------
    DataError
        The folder holds none of the tables, or a file cannot be read.

    Examples
    --------
    >>> from crampstats.datasets.cells import load_cells
    >>> len(verify_nhanes(load_cells()))
    0
    """
    if isinstance(data, CycleData):
        return Findings(tuple(_verify_cells(data) if data.is_cells else _verify_tables(data.recorded)))
    found = {name: path for name, path in find_tables(data).items() if name in _used_tables()}
    if not found:
        raise DataError(f"{data} holds none of the tables used: {', '.join(sorted(_used_tables()))}.")
    findings = _verify_tables({name: read_xport(path) for name, path in found.items()})
    absent = sorted(_used_tables() - found.keys())
    missing = [Finding(name, "table present", "warning", f"{name}.XPT is not there.", CURE) for name in absent]
    return Findings((*findings, *missing, *_changed_bytes(found)))


def n_published_counts(data: CycleData | str | Path) -> int:
    """How many printed frequencies `verify_nhanes` holds the data against."""
    if isinstance(data, CycleData) and data.is_cells:
        return len(_expected_of_cells(data))
    held = data.recorded if isinstance(data, CycleData) else find_tables(data)
    return sum(entry.table in held for entry in published_counts())


def _used_tables() -> set[str]:
    return {name for cycle in NHANES.cycles for name in NHANES.files_of(cycle)}


def _verify_tables(tables: Mapping[str, pd.DataFrame]) -> list[Finding]:
    entries: dict[tuple[str, str], list[PublishedCount]] = {}
    for entry in published_counts():
        if entry.table in tables:
            entries.setdefault((entry.table, entry.variable), []).append(entry)
    return [
        finding
        for (table, variable), printed in entries.items()
        for finding in _verify_column(tables[table], table, variable, printed)
    ]


def _verify_column(table: pd.DataFrame, name: str, variable: str, printed: list[PublishedCount]) -> list[Finding]:
    """Each code, each range and the missing of one column; then what none of them covers."""
    if variable not in table:
        return [_finding(f"{name}.{variable}", f"{name} lacks column {variable}.")]
    values = table[variable]
    if any(entry.code == BLANK for entry in printed):
        return _verify_text(values, name, variable, printed)
    codes = [float(entry.code) for entry in printed if entry.code != MISSING and RANGE not in entry.code]
    covered = pd.Series(False, index=values.index)
    findings = []
    for entry in printed:
        rows = _rows_of(values, entry.code, codes)
        covered |= rows
        if int(rows.sum()) != entry.count:
            findings.append(_differs(f"{name}.{variable}", entry.code, entry.meaning, int(rows.sum()), entry.count))
    strange = values[~covered]
    if len(strange):
        first = f"first: {strange.iloc[0]:g} in row {strange.index[0] + 1}"
        what = f"{len(strange)} value(s) the codebook does not list ({first})."
        findings.append(_finding(f"{name}.{variable}", f"{name}.{variable}: {what}"))
    return findings


def _verify_text(values: pd.Series, name: str, variable: str, printed: list[PublishedCount]) -> list[Finding]:
    """Special codes, what was recorded besides them, and the empty cells of a column of words."""
    texts = values.astype(object).where(values.notna(), "").astype(str).str.strip()
    special = {entry.code for entry in printed if entry.meaning != RECORDED}
    rows = {
        entry: (texts != "") & ~texts.isin(special) if entry.meaning == RECORDED
        else texts == ("" if entry.code == BLANK else entry.code)
        for entry in printed
    }
    return [
        _differs(f"{name}.{variable}", entry.code, entry.meaning, int(found.sum()), entry.count)
        for entry, found in rows.items()
        if int(found.sum()) != entry.count
    ]


def _rows_of(values: pd.Series, code: str, codes: list[float]) -> pd.Series:
    """Rows a printed line counts; a range leaves out the codes listed by themselves."""
    if code == MISSING:
        return values.isna()
    if RANGE not in code:
        return values == float(code)
    low, high = code.split(RANGE)
    # limits are printed with fewer digits than recorded, so each reaches half a unit of its last digit further
    inside = (values >= float(low) - _half_unit(low)) & (values <= float(high) + _half_unit(high))
    return inside & ~values.isin(codes)


def _half_unit(number: str) -> float:
    decimals = len(number.partition(".")[2])
    return 0.5 * 10.0**-decimals if decimals else 0.0


def _verify_cells(cells: CycleData) -> list[Finding]:
    return [
        _differs(f"{table}.{variable}", code, meaning, held, count)
        for (table, variable, code), (meaning, held, count) in _expected_of_cells(cells).items()
        if held != count
    ]


def _expected_of_cells(cells: CycleData) -> dict[tuple[str, str, str], tuple[str, int, int]]:
    """Frequencies the cells keep, as (meaning, held, printed) by table, variable and code; codes 3-4 and 7-9 as sums."""
    printed = {(entry.table, entry.variable, entry.code): entry.count for entry in published_counts()}
    groups = {"3-4": ("3", "4"), "7 or 9": ("7", "9")}
    expected = {}
    for cycle in NHANES.cycles:
        if cycle.name not in cells.cycles:
            continue
        sexes, answers = f"DEMO_{cycle.suffix}", f"SLQ_{cycle.suffix}"
        for code, level in (("1", "male"), ("2", "female")):
            held = _persons(cells, cycle.name, cells.table["sex"] == level)
            expected[sexes, "RIAGENDR", code] = (level, held, printed[sexes, "RIAGENDR", code])
        for code, rows in _answers(cells).items():
            count = sum(printed[answers, "SLQ160", one] for one in groups.get(code, (code,)))
            expected[answers, "SLQ160", code] = ("cramp item", _persons(cells, cycle.name, rows), count)
    return expected


def _answers(cells: CycleData) -> dict[str, pd.Series]:
    """Rows of each answer, told apart by the outcomes they lead to."""
    table, unknown = cells.table, cells.reasons["cramp_frequency"] == REASONS["unknown"]
    any_cramps, frequent = table["any_cramps"].fillna(False), table["frequent_cramps"].fillna(False)
    two_or_more = table["cramps_two_or_more"].fillna(False)
    rows = (table["any_cramps"] == False, any_cramps & ~two_or_more, two_or_more & ~frequent, frequent)  # noqa: E712
    return dict(zip(FREQUENCIES, rows, strict=True)) | {"7 or 9": unknown}


def _persons(cells: CycleData, cycle: str, rows: pd.Series) -> int:
    inside = (cells.table["cycle"] == cycle) & rows.fillna(False).astype(bool)
    return int(cells.table.loc[inside, cells.counts["interview"]].sum())


def _changed_bytes(found: Mapping[str, Path]) -> list[Finding]:
    known = published_files()
    return [
        Finding(
            path.name, "bytes as published", "note", f"the bytes of {path.name} are not those CDC published.",
            "If the frequencies agree, the file was rewritten by another program; the content counts.",
        )
        for name, path in found.items()
        if name in known and known[name].sha256
        and hashlib.sha256(path.read_bytes()).hexdigest() != known[name].sha256
    ]


def _differs(column: str, code: str, meaning: str, held: int, printed: int) -> Finding:
    kind = "values" if RANGE in code else "code"
    what = "missing" if code == MISSING else f"{kind} {code}" + ("" if RANGE in code else f" ({meaning})")
    return _finding(column, f"{column}: {what} found in {held:,} rows; the codebook prints {printed:,}.", code)


def _finding(column: str, message: str, value: str = "") -> Finding:
    return Finding(column, RULE, "error", message, CURE, value=value)
