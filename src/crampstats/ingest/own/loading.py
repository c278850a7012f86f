"""Load a file of one's own: read, map, parse, convert, derive, with every step accounted for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, overload

import numpy as np
import pandas as pd

from crampstats.codebook.catalogue import DERIVED, VARIABLES
from crampstats.codebook.columns import Derived
from crampstats.codebook.forms import Form
from crampstats.codebook.outcomes import SOURCE as NHANES_QUESTION
from crampstats.codebook.surveys.clinic_intake import CLINIC_INTAKE
from crampstats.core.cleaning import CleaningLog
from crampstats.core.errors import DataError, OptionError, unknown_name
from crampstats.core.findings import Finding
from crampstats.core.outcomes import Outcome
from crampstats.core.source import Source
from crampstats.ingest.deriving import derive_possible
from crampstats.ingest.own.applying import apply_mapping, variable_of
from crampstats.ingest.own.checking import check_mapping
from crampstats.ingest.own.columns import masked_finding
from crampstats.ingest.own.events import join_events, join_record
from crampstats.ingest.own.file_data import FileData
from crampstats.ingest.own.identifiers import Identifier, list_identifiers, mask_headings, warn_kept
from crampstats.ingest.own.keys import hash_records, open_key, read_record
from crampstats.ingest.own.masking import mask_text
from crampstats.ingest.own.placements import FileMapping
from crampstats.ingest.own.profiling import profile_columns
from crampstats.ingest.own.resolving import PROPOSED, find_mapping, resolve_mapping
from crampstats.ingest.own.sampling import read_sampling
from crampstats.ingest.readers.opening import find_kind, read_file
from crampstats.ingest.recorded import RecordedFile, RecordedTable

if TYPE_CHECKING:
    from crampstats.core.engines import Engine, EngineOptions
    from crampstats.ingest.engine_tables import EngineData

EVENT = "redcap_event_name"
# 31 days of a month
LONGEST_SCALE = 31


@overload
def load_survey(
    path: str | Path, mapping: FileMapping | str | Path | None = None, *, sheet: str = "", header_row: int = 0,
    dictionary: str | Path | None = None, missing: Mapping[str, str] | None = None, key: str | Path | None = None,
    engine: None = None, options: None = None,
) -> FileData: ...


@overload
def load_survey(path: str | Path, *, engine: Engine, options: EngineOptions | None = None) -> EngineData: ...


def load_survey(
    path: str | Path, mapping: FileMapping | str | Path | None = None, *, sheet: str = "", header_row: int = 0,
    dictionary: str | Path | None = None, missing: Mapping[str, str] | None = None, key: str | Path | None = None,
    engine: Engine | None = None, options: EngineOptions | None = None,
) -> FileData | EngineData:
    """A survey or intake file as an analysis table, with the log of everything that was done to it.

    Parameters
    ----------
    path
        The file: CSV or TSV, Excel, SPSS, Stata, SAS, Parquet, FHIR JSON, or an export of REDCap, Qualtrics, Google Forms or
        Kobo.
    mapping
        A mapping file (TOML, as `crampstats map` writes it), a REDCap dictionary (CSV), the name of a shipped mapping
        ("clinic_intake", "nhanes"), or a `FileMapping`. None: a file that follows a shipped mapping is known by its headings; of
        any other file what `propose_mapping` is sure of is used, and the findings say so.
    sheet, header_row
        Of a workbook: its sheet, and the row of the headings; empty and 0 to have them found. Of a REDCap project `sheet` may
        name a repeating instrument; then every row of it is a row of the table.
    dictionary
        REDCap dictionary or XLSForm that belongs to the file.
    missing
        Text of a cell to the reason why there is no answer, for every column ("-99" to "not done").
    key
        File with the clinic's key; made if it is not there. With it the table has the column ``record``: the same record number
        gives the same code in every run. Without it no record number is carried at all.
    engine
        "duckdb", "spark" or "pandas", for tidy Parquet files that are left where they are: `path` may then be a folder or a
        pattern ("nights/*.parquet"), nothing is mapped, and with DuckDB and Spark only sums come into memory.
    options
        Memory, folder and cores of the engine.

    Returns
    -------
    FileData
        One row per row of the file, in its order. Columns that identify persons are left out. With an engine: `EngineData`, the
        rows and columns as they stand in the files.

    Raises
    ------
    CrampstatsError
        The file cannot be read or the mapping does not fit it; the message says what to do.
    """
    if engine is not None or options is not None:
        from crampstats.ingest.engine_tables import load_engine_data

        if mapping is not None or sheet or header_row or dictionary is not None or missing or key is not None:
            raise OptionError(
                "an engine reads tidy Parquet as it stands: leave mapping, sheet, header_row, dictionary, missing and key out, "
                "or map the file first (crampstats prepare FILE --parquet)."
            )
        return load_engine_data(path, engine, options)
    opened = open_survey(
        path, mapping, sheet=sheet, header_row=header_row, dictionary=dictionary, missing=missing,
    )
    return map_survey(opened.file, opened.mapping, noted=opened.noted, key=key)


@dataclass(frozen=True, eq=False)
class OpenedSurvey:
    """A file and how it will be read.

    Parameters
    ----------
    file
        As it stands.
    mapping
        The one given, or found.
    noted
        What was noticed in finding it.
    """

    file: RecordedFile
    mapping: FileMapping
    noted: tuple[Finding, ...] = ()


def open_survey(
    path: str | Path, mapping: FileMapping | str | Path | None = None, *, sheet: str = "", header_row: int = 0,
    dictionary: str | Path | None = None, missing: Mapping[str, str] | None = None,
) -> OpenedSurvey:
    """A file and its mapping, before anything is done to it; parameters and errors as for `load_survey`."""
    given, dictionary = resolve_mapping(mapping, dictionary)
    wanted, is_workbook = sheet or (given.sheet if given else ""), find_kind(path) == "excel"
    file = read_file(
        Path(path), sheet=wanted if is_workbook else "", header_row=header_row or (given.header_row if given else 0),
        dictionary=dictionary, missing={**(given.missing if given else {}), **(missing or {})} or None,
    )
    file = file if is_workbook or not wanted else _led_by(file, wanted)
    found, noted = (given, ()) if given else find_mapping(file, str(mapping or ""))
    return OpenedSurvey(file, replace(found, missing={**found.missing, **(missing or {})}), noted)


def _led_by(file: RecordedFile, name: str) -> RecordedFile:
    """The file with another of its tables (a repeating instrument) as the one to analyse."""
    if name not in file.tables:
        raise unknown_name("table of the file", name, [one for one in file.tables if one])
    others = {key: table for key, table in file.tables.items() if key != name}
    leading = file.tables[name] if file.tables[name] is file.main else join_record(file.tables[name], file.main, EVENT)
    return replace(file, tables={name: leading, **others})


def map_survey(
    file: RecordedFile, mapping: FileMapping, *, noted: tuple[Finding, ...] = (), key: str | Path | None = None,
) -> FileData:
    """A recorded file as an analysis table.

    Parameters
    ----------
    file
        As it stands.
    mapping
        How it is read; it is held against the file first.
    noted
        Findings to carry along.
    key
        As for `load_survey`; result and errors too.
    """
    table = select_rows(file, mapping)
    if mapping.placements or mapping.name != PROPOSED:
        check_mapping(mapping, table)
    telling = list_identifiers(table)
    identifiers = _identifiers(table, mapping, telling)
    applied = apply_mapping(table, mapping, hidden=identifiers)
    design, design_changes = read_sampling(table, mapping)
    leading = {"source_row": pd.array(table.source_rows, dtype="Int64"), **_records(table, mapping, key), **design}
    made = _derived(pd.DataFrame(leading).join(applied.table), mapping)
    kept = {name: table.cells[name] for name in mapping.keep if name not in made.table}
    placed = {name for placement in mapping.placements for name in placement.reads}
    left_out = {*identifiers, *mapping.skip, mapping.strata, mapping.psu, mapping.weights}
    declared = {name for one in mapping.placements if one.codes or one.missing for name in one.columns}
    declared |= {column.name for column in table.columns if column.choices}
    odd = profile_columns(table, placed=placed, left_out=left_out - placed, declared=declared, scales=_scales(mapping))
    findings = (
        *_unnamed(table), *noted, *_unread_instruments(file), *_left_out(telling, mapping), *_repeated_records(table, mapping),
        *warn_kept(table, mapping), *applied.findings, *odd,
    )
    return FileData(
        table=made.table.assign(**kept),
        declaration=_declaration(made, mapping, table),
        source=Source(f"the file {mask_text(table.name)}", made_up=mapping.made_up, detail=_how(mapping)),
        reasons=applied.reasons,
        flow=table.flow.leave("records in the table", {}),
        log=CleaningLog().add(*design_changes, *applied.changes),
        findings=type(table.findings)(mask_headings(findings, map(str, table.cells))),
        recorded={mask_text(table.name): table.cells.drop(columns=[name for name in identifiers if name not in mapping.keep])},
        mapping=mapping,
        identifiers=telling,
    )


def select_rows(file: RecordedFile, mapping: FileMapping) -> RecordedTable:
    """The rows of a file that a mapping analyses, as text with every column: those of the table `map_survey` makes, in order.

    It holds what tells who somebody is, so it goes no further than a check needs it.
    """
    return _event_of(_without_rows(file.main, mapping), mapping)


def _scales(mapping: FileMapping) -> set[str]:
    """Columns of whole numbers that can have few values: a value outside is told as implausible, none inside is far off."""
    found = set()
    for placement in mapping.placements:
        variable = variable_of(mapping, placement)
        if variable.kind == "integer" and variable.plausible and variable.plausible[1] - variable.plausible[0] <= LONGEST_SCALE:
            found.update(placement.columns)
    return found


@dataclass(frozen=True, eq=False)
class _Made:
    table: pd.DataFrame
    derived: tuple[Derived, ...]


def _derived(table: pd.DataFrame, mapping: FileMapping) -> _Made:
    """The table with everything the codebook derives from what is there."""
    own = {variable.name for variable in mapping.own}
    made = _within_limits(derive_possible(table, [item for item in DERIVED.values() if item.name not in own]), table)
    return _Made(made, tuple(item for item in DERIVED.values() if item.name in made and item.name not in table))


def _without_rows(table: RecordedTable, mapping: FileMapping) -> RecordedTable:
    """The table without the rows the mapping says are no patient, counted by reason."""
    if not mapping.leave_out:
        return table
    places = {str(row): place for place, row in enumerate(table.source_rows)}
    told = {str(one.source_row) for one in table.findings.rows}
    if absent := [row for row in mapping.leave_out if row not in places and row not in told]:
        raise DataError(
            f"the mapping leaves out row {absent[0]}, but {table.name} has no such row among its records (they are rows "
            f"{table.source_rows[0]} to {table.source_rows[-1]}); correct [file] leave_out."
        )
    kept = np.ones(len(table.cells), dtype=bool)
    there = [row for row in mapping.leave_out if row in places]
    kept[[places[row] for row in there]] = False
    reasons = pd.Series([mapping.leave_out[row] for row in there], dtype="str").value_counts(sort=False)
    flow = table.flow.leave("rows the mapping keeps", {f"left out by the mapping, {why}": int(n) for why, n in reasons.items()})
    return replace(table, cells=table.cells[kept].reset_index(drop=True), source_rows=table.source_rows[kept], flow=flow)


def _within_limits(made: pd.DataFrame, recorded: pd.DataFrame) -> pd.DataFrame:
    """Derived numbers that no living person can have are missing: an input was wrong in a way that no limit of its own shows."""
    for name in made.columns.difference(recorded.columns, sort=False):
        limits = VARIABLES[name].plausible if name in VARIABLES else None
        if limits is not None:
            made = made.assign(**{name: made[name].where(made[name].between(*limits))})
    return made


def _event_of(table: RecordedTable, mapping: FileMapping) -> RecordedTable:
    """Of a longitudinal project the rows of the event named, or one row per record joined from its events."""
    if EVENT not in table.cells:
        if mapping.event:
            raise DataError(f"the mapping names the event {mapping.event!r}, but {table.name} has no events; leave it out.")
        return table
    events = table.cells[EVENT]
    if mapping.event and not (events == mapping.event).any():
        raise unknown_name(f"event of {table.name}", mapping.event, list(events.dropna().unique()))
    if not mapping.event:
        return join_events(table, mapping.record or str(table.cells.columns[0]), EVENT)
    kept = (events == mapping.event).to_numpy(dtype=bool)
    flow = table.flow.leave(f"rows of the event {mapping.event}", {"of another event": int((~kept).sum())})
    return replace(table, cells=table.cells[kept].reset_index(drop=True), source_rows=table.source_rows[kept], flow=flow)


def _identifiers(table: RecordedTable, mapping: FileMapping, telling: Iterable[Identifier]) -> list[str]:
    """Columns that tell who a person is, in the file's order."""
    known = {*(one.column for one in telling), *mapping.identifiers, *([mapping.record] if mapping.record else [])}
    return [name for name in table.cells if name in known]


def _records(table: RecordedTable, mapping: FileMapping, key: str | Path | None) -> dict[str, object]:
    if key is None:
        return {}
    if not mapping.record:
        raise DataError(
            "a key was given, but the mapping names no record number: add [file] record = \"HEADING\", the column that holds it."
        )
    texts = table.cells[mapping.record]
    hashed = hash_records(texts.astype(object).where(texts.notna(), None).tolist(), open_key(Path(key)))
    return {"record": pd.array(hashed, dtype="str")}


def _left_out(telling: Iterable[Identifier], mapping: FileMapping) -> list[Finding]:
    """Columns left out because they tell who a person is, without the mapping saying so."""
    named = {*mapping.identifiers, *mapping.keep, mapping.record, *(name for one in mapping.placements for name in one.reads)}
    return [
        Finding(
            mask_text(one.column), "left out as identifying", "note", f"the column was left out: {one.kind}: {one.why}.",
            "If it tells nobody, place it or list it under [file] keep in the mapping.",
        )
        for one in telling if one.column not in named
    ]


def _unread_instruments(file: RecordedFile) -> list[Finding]:
    """Repeating instruments beside the table analysed: how many rows they have, and records that stand there alone."""
    if file.format != "redcap":
        return []
    found, main = [], file.main
    known = set(main.cells[main.cells.columns[0]].dropna())
    for name, table in file.tables.items():
        if table is main or not name:
            continue
        alone = len(set(table.cells[table.cells.columns[0]].dropna()) - known)
        also = f"; {alone} record(s) stand there alone and are not in the table" if alone else ""
        found.append(Finding(
            name, "instrument not read", "warning" if alone else "note",
            f"the repeating instrument {name!r} has {len(table.cells):,} row(s), which were not read{also}.",
            f"To analyse its rows: --sheet {name}, or [file] sheet = \"{name}\" in the mapping.",
        ))
    return found


def _unnamed(table: RecordedTable) -> list[Finding]:
    """What was noticed in reading, without the name of a person after whom a file or sheet may be called."""
    found = []
    names = {name: mask_text(name) for name in (table.name, table.name.split(", sheet ")[0])}
    for one in table.findings.rows:
        for name, masked in names.items():
            one = replace(one, column=one.column.replace(name, masked), message=one.message.replace(name, masked))
        found.append(masked_finding(one))
    return found


def _repeated_records(table: RecordedTable, mapping: FileMapping) -> tuple[Finding, ...]:
    """Record numbers in several rows: noted, with the rows and without the numbers."""
    if not mapping.record:
        return ()
    texts = table.cells[mapping.record].map(read_record, na_action="ignore")
    twice = texts.duplicated(keep=False) & texts.notna()
    rows = table.source_rows[twice.to_numpy(dtype=bool)]
    if not len(rows):
        return ()
    listed = ", ".join(map(str, rows[:10])) + (" ..." if len(rows) > 10 else "")
    return (Finding(
        mapping.record, "repeated record number", "warning",
        f"{texts[twice].nunique()} record number(s) stand in several rows ({len(rows)} rows: {listed}); all rows were kept.",
        "See whether a person was entered twice.", int(rows[0]),
    ),)


def _declaration(made: _Made, mapping: FileMapping, table: RecordedTable) -> Form:
    variables = tuple(variable_of(mapping, placement) for placement in mapping.placements)
    population = mapping.population or f"persons in {mask_text(table.name)}"
    derived = tuple(replace(item, source=_cut_from(item, mapping)) for item in made.derived)
    return Form("own_file", table.name, population, variables, derived, _outcomes(made.table, mapping, population))


def _cut_from(item: Derived, mapping: FileMapping) -> str:
    """Where a definition comes from; what NHANES cut from its own question was cut here from the file's."""
    columns = [heading for name in item.rule.columns if (one := mapping.placement(name)) for heading in one.columns]
    if item.source != NHANES_QUESTION or not columns:
        return item.source
    return f"cut from the column {' / '.join(map(mask_text, columns))}, as the codebook cuts NHANES' question"


def _outcomes(table: pd.DataFrame, mapping: FileMapping, population: str) -> tuple[Outcome, ...]:
    """The codebook's outcomes the table holds, for its own population; the window is the mapping's, or that of a shipped form."""
    shipped = mapping.form == CLINIC_INTAKE.name
    return tuple(
        replace(outcome, population=population, recall_window=mapping.window or (outcome.recall_window if shipped else ""))
        for outcome in CLINIC_INTAKE.outcomes if outcome.name in table and table[outcome.name].notna().any()
    )


def _how(mapping: FileMapping) -> str:
    return f"mapped by {mask_text(mapping.name)}" if mapping.name else "mapped"

