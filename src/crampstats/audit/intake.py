"""A clinic's file as the audit sees it: in the codebook's terms, and as it stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from crampstats.audit.stray_codes import leave_stray_codes
from crampstats.codebook.columns import NOT_APPLICABLE, NOT_ASKED, Variable
from crampstats.core.errors import DataError
from crampstats.ingest.own.applying import variable_of
from crampstats.ingest.own.file_data import FileData
from crampstats.ingest.own.identifiers import BIRTH, DIRECT, RECORD, Identifier
from crampstats.ingest.own.loading import map_survey, open_survey, select_rows
from crampstats.ingest.own.masking import mask_text
from crampstats.ingest.own.placements import FileMapping, Placement
from crampstats.ingest.parsing.dates import read_dates
from crampstats.ingest.recorded import RecordedTable

# a question that was not put lacks no answer
NO_GAP = (NOT_ASKED, NOT_APPLICABLE)


@dataclass(frozen=True, eq=False, repr=False)
class Intake:
    """Intake data with all the audit needs, the identifying columns among it: it never leaves the audit.

    Parameters
    ----------
    data
        In the codebook's terms.
    rows
        The same rows as text, with every column of the file.
    identifiers
        Columns of `rows` that tell who somebody is.
    today
        Day of the audit; later dates lie in the future.
    """

    data: FileData
    rows: RecordedTable
    identifiers: tuple[Identifier, ...]
    today: dt.date

    def __repr__(self) -> str:
        return f"<Intake: {len(self.table):,} rows>"

    @property
    def table(self) -> pd.DataFrame:
        """One row per row of the file; columns as `FileData.table`."""
        return self.data.table

    @property
    def source_rows(self) -> np.ndarray:
        """Row numbers of the original file, one per row of the table."""
        return self.rows.source_rows

    @cached_property
    def placements(self) -> Mapping[str, Placement]:
        """The placement that filled each variable."""
        return {one.variable: one for one in self.data.mapping.placements}

    @cached_property
    def variables(self) -> Mapping[str, Variable]:
        """The variables the file fills, by name."""
        return {name: variable_of(self.data.mapping, one) for name, one in self.placements.items()}

    def has(self, *names: str) -> bool:
        """Whether the table has all of the columns."""
        return all(name in self.table for name in names)

    def heading(self, name: str) -> str:
        """Heading of the file under which a variable stands, without what tells a person; a derived one's own label."""
        if name in self.placements:
            return mask_text(" / ".join(self.placements[name].columns))
        return self.label(name)

    def label(self, name: str) -> str:
        """Words for a variable."""
        labels = self.data.declaration.labels()
        return labels[name].label if name in labels else name.replace("_", " ")

    def written(self, name: str) -> pd.Series:
        """A variable's cells as they stand in the file; missing where empty, or where it was read from several columns."""
        columns = self.placements[name].columns if name in self.placements else ()
        if len(columns) != 1 or {one.column for one in self.identifiers} & set(columns):
            return pd.Series(pd.NA, index=self.table.index, dtype="str")
        return self.rows.cells[columns[0]]

    def shown(self, name: str, place: int) -> str:
        """One cell as it stands, masked where it may tell who somebody is; "" where there is none."""
        text = self.written(name).iloc[place]
        return "" if pd.isna(text) else mask_text(str(text))

    def asked(self, name: str) -> np.ndarray:
        """True for each row in which the form showed the question."""
        if name not in self.data.reasons:
            return np.ones(len(self.table), dtype=bool)
        gone: np.ndarray = self.data.reasons[name].isin(NO_GAP).to_numpy(dtype=bool)
        return ~gone

    def of_kind(self, kind: str) -> tuple[Identifier, ...]:
        """Identifying columns of one kind (`identifiers.DIRECT`, `BIRTH`, `RECORD` ...)."""
        return tuple(one for one in self.identifiers if one.kind == kind)

    @cached_property
    def birth_dates(self) -> pd.Series:
        """Date of birth of each row; missing where the file has none or it cannot be read."""
        columns = self.of_kind(BIRTH)
        if not columns:
            return pd.Series(pd.NaT, index=self.table.index, dtype="datetime64[s]")
        cells = self.rows.cells[columns[0].column]
        counts = cells.value_counts()
        formats = self.rows.column(columns[0].column).formats
        read = read_dates([str(text) for text in counts.index], counts.tolist(), formats=formats)
        known = {text: value for text, value in zip(counts.index, read.values, strict=True) if value is not None}
        return pd.to_datetime(cells.map(known)).astype("datetime64[s]")

    @cached_property
    def names(self) -> pd.Series:
        """Names of each row, from all its columns of names, with a blank between; "" where there is none."""
        columns = [one.column for one in self.of_kind(DIRECT) if "name" in one.why]
        cells = [self.rows.cells[name].fillna("").astype(object) for name in columns]
        joined = pd.Series("", index=self.table.index, dtype=object)
        for one in cells:
            joined = joined + " " + one
        return joined.str.strip()

    @cached_property
    def records(self) -> pd.Series:
        """The clinic's own record number of each row; missing where the file has none."""
        named = self.data.mapping.record or next((one.column for one in self.of_kind(RECORD)), "")
        if named not in self.rows.cells:
            return pd.Series(pd.NA, index=self.table.index, dtype="str")
        return self.rows.cells[named]


def narrow_intake(intake: Intake, kept: pd.Series, reason: str) -> Intake:
    """The file with some of its rows alone, under their own row numbers.

    Parameters
    ----------
    intake
        The file.
    kept
        (rows,) True for those that stay.
    reason
        Why the others leave, for the flow of the rows.
    """
    inside = kept.to_numpy(dtype=bool)
    data, rows = intake.data, intake.rows
    table, reasons = (frame[inside].reset_index(drop=True) for frame in (data.table, data.reasons))
    flow = rows.flow.leave("rows kept", {reason: int((~inside).sum())})
    cells = rows.cells[inside].reset_index(drop=True)
    return replace(
        intake, data=replace(data, table=table, reasons=reasons),
        rows=replace(rows, cells=cells, source_rows=rows.source_rows[inside], flow=flow),
    )


def open_intake(
    path: str | Path, mapping: FileMapping | str | Path | None = None, *, today: dt.date, sheet: str = "", header_row: int = 0,
    dictionary: str | Path | None = None, missing: Mapping[str, str] | None = None, key: str | Path | None = None,
    population: str = "", window: str = "",
) -> Intake:
    """A clinic's intake file, ready to be audited.

    Parameters
    ----------
    path, mapping, sheet, header_row, dictionary, missing, key
        As for `load_survey`.
    today
        Day of the audit.
    population, window
        Who was asked, and over which time, in words; empty: what the mapping says.

    Raises
    ------
    CrampstatsError
        The file cannot be read or the mapping does not fit it; the message says what to do.
    """
    opened = open_survey(path, mapping, sheet=sheet, header_row=header_row, dictionary=dictionary, missing=missing)
    if not opened.mapping.placements:
        raise DataError(
            f"no column of {mask_text(opened.file.main.name)} could be understood, so there is nothing to audit. Say which "
            "column is what in a mapping: crampstats map FILE --out mapping.toml writes one to edit."
        )
    said = {name: value for name, value in (("population", population), ("window", window)) if value}
    mapping = replace(opened.mapping, **said)
    rows = select_rows(opened.file, mapping)
    mapping, stray = leave_stray_codes(mapping, rows)
    data = map_survey(opened.file, mapping, noted=(*opened.noted, *stray), key=key)
    return Intake(data, rows, data.identifiers, today)
