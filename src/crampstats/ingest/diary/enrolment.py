"""From which night to which each person kept, or should have kept, the diary."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from crampstats.core.diary import FIRST, LAST, NIGHT, PERSON, read_nights
from crampstats.core.errors import DataError
from crampstats.core.findings import Finding
from crampstats.ingest.diary.dating import MISSING, read_days
from crampstats.ingest.diary.persons import Persons
from crampstats.ingest.diary.settings import DiarySettings
from crampstats.ingest.own.keys import read_record
from crampstats.ingest.own.masking import mask_text
from crampstats.ingest.recorded import RecordedTable


@dataclass(frozen=True, eq=False)
class Enrolment:
    """Who was enrolled when.

    Parameters
    ----------
    table
        One row per person: ``person``, ``first_night``, ``last_night``; None where no dates are known.
    findings
        What was noticed.
    """

    table: pd.DataFrame | None
    findings: tuple[Finding, ...] = ()


def read_enrolment(given: pd.DataFrame | str | Path, persons: Persons) -> tuple[Enrolment, Persons]:
    """An enrolment that was given beside the diary.

    Parameters
    ----------
    given
        One row per person, or the file of one: the diary's own number of the person (``person``), ``first_night`` and
        ``last_night``.
    persons
        Those of the diary; who is enrolled and wrote nothing is added behind them.

    Raises
    ------
    DataError
        A column is lacking, or somebody of the diary is not enrolled.
    """
    table = read_enrolment_file(given) if isinstance(given, str | Path) else given
    if lacking := [name for name in (PERSON, FIRST, LAST) if name not in table]:
        raise DataError(f"the enrolment lacks {', '.join(lacking)}; one row per person with {PERSON}, {FIRST} and {LAST} is "
        "expected.")
    records = [read_record(str(one)) for one in table[PERSON]]
    extended = persons.with_further(records)
    names = [extended.known[one] for one in records]
    spans = pd.DataFrame({
        PERSON: names, FIRST: read_nights(_as_dates(table[FIRST])).to_numpy(),
            LAST: read_nights(_as_dates(table[LAST])).to_numpy(),
    })
    silent = len(set(names) - {one for one in persons.names if one is not None})
    found = Finding(
        "", "enrolled and silent", "note", f"{silent} person(s) were enrolled and wrote nothing; their nights are missed ones.",
        "",
    )
    return Enrolment(spans, (found,) if silent else ()), extended


def find_enrolment(
    table: RecordedTable, diary: DiarySettings, names: np.ndarray, nights: np.ndarray, dates: tuple[str, ...] = ()
) -> Enrolment | None:
    """The enrolment the diary itself tells; None where it tells none.

    Parameters
    ----------
    table
        One row per entry.
    diary
        Headings of the first and last night, or how many nights each person was enrolled for.
    names, nights
        (rows,) person and night of each row; None and `MISSING` where there is none.
    dates
        Formats of the dates.
    """
    if not (diary.last_night or diary.nights):
        return None
    frame = pd.DataFrame({PERSON: names, NIGHT: nights})
    frame[FIRST] = read_days(table, diary.first_night, dates)[0] if diary.first_night else MISSING
    frame[LAST] = read_days(table, diary.last_night, dates)[0] if diary.last_night else MISSING
    frame = frame[frame[PERSON].notna()]
    known = frame[frame[NIGHT] != MISSING].groupby(PERSON)[NIGHT]
    spans = pd.DataFrame({FIRST: _stated(frame, FIRST).fillna(known.min()), "_first": known.min(), "_last": known.max()})
    last = _stated(frame, LAST) if diary.last_night else spans[FIRST] + diary.nights - 1
    spans[LAST] = last.fillna(spans["_last"])
    spans = spans.dropna(subset=[FIRST, LAST])
    outside = int(((frame[PERSON].map(spans[FIRST]) > frame[NIGHT]) | (frame[PERSON].map(spans[LAST]) < frame[NIGHT]))[
        frame[NIGHT] != MISSING].sum())
    spans[FIRST], spans[LAST] = spans[[FIRST, "_first"]].min(axis=1), spans[[LAST, "_last"]].max(axis=1)
    told = Finding(
        diary.first_night or diary.last_night, "night outside the enrolment", "warning",
        f"{outside} row(s) are of nights before the first or after the last night enrolled; the enrolment was widened to hold "
        "them.",
        "Correct the nights or the enrolment.",
    )
    made = spans[[FIRST, LAST]].astype("int64").reset_index(names=PERSON)
    return Enrolment(made, (told,) if outside else ())


def add_silent(
    found: Enrolment | None, base: RecordedTable | None, diary: DiarySettings, persons: Persons, dates: tuple[str, ...] = ()
) -> tuple[Enrolment | None, Persons]:
    """The enrolment with those of whom the project has a record and no entry.

    Parameters
    ----------
    found
        What the entries tell; None for nothing.
    base
        One row per record (of a REDCap project with a repeating instrument); None where there is no such table.
    diary
        Headings of the first and last night.
    persons
        Those of the diary.
    dates
        Formats of the dates.

    Returns
    -------
    tuple
        Without the dates of their enrolment the silent are told in a finding alone: how many nights they missed is not known.
    """
    if base is None:
        return found, persons
    records = base.cells.iloc[:, 0].map(read_record, na_action="ignore")
    silent = records.notna().to_numpy() & ~records.isin(list(persons.known)).to_numpy() & ~records.duplicated().to_numpy()
    if not silent.any():
        return found, persons
    first = read_days(base, diary.first_night, dates)[0] if diary.first_night in base.cells else np.full(len(silent), MISSING)
    last = read_days(base, diary.last_night, dates)[0] if diary.last_night in base.cells else np.full(len(silent), MISSING)
    last = np.where((last == MISSING) & (first != MISSING) & (diary.nights > 0), first + diary.nights - 1, last)
    dated = silent & (first != MISSING) & (last != MISSING) & (last >= first)
    told = _silent(int(silent.sum()), int((silent & ~dated).sum()) if found is not None else int(silent.sum()))
    if found is None or not dated.any():
        return (replace(found, findings=(*found.findings, told)) if found else Enrolment(None, (told,))), persons
    extended = persons.with_further(records[dated])
    more = pd.DataFrame({PERSON: [extended.known[one] for one in records[dated]], FIRST: first[dated], LAST: last[dated]})
    return Enrolment(pd.concat([found.table, more], ignore_index=True), (*found.findings, told)), extended


def _silent(n: int, undated: int) -> Finding:
    without = f"; of {undated} of them the first or last night is not known, so that they are not in the diary" if undated else ""
    return Finding(
        "", "enrolled and silent", "note", f"{n} person(s) were enrolled and wrote nothing; their nights are missed "
        f"ones{without}.",
        "Report how many they are.",
    )


def _stated(frame: pd.DataFrame, name: str) -> pd.Series:
    """The date each person's rows state first; missing where none does."""
    return frame[frame[name] != MISSING].groupby(PERSON)[name].first().reindex(pd.unique(frame[PERSON])).astype("Float64")


def _as_dates(column: pd.Series) -> pd.Series:
    return column if not pd.api.types.is_object_dtype(column.dtype) else pd.Series(pd.to_datetime(column), index=column.index)


def read_enrolment_file(path: str | Path) -> pd.DataFrame:
    """An enrolment file, its columns found by name: ``person`` as text, ``first_night`` and ``last_night``.

    Raises
    ------
    DataError
        It cannot be read, or lacks one of the three.
    """
    from crampstats.codebook.diary_entries import FIRST_NIGHT, LAST_NIGHT
    from crampstats.codebook.diary_entries import PERSON as WHO
    from crampstats.ingest.diary.naming import place_by_name
    from crampstats.ingest.readers.opening import read_file

    table = read_file(Path(path)).main
    places = {one.variable: one.columns[0] for one in place_by_name(table, (WHO, FIRST_NIGHT, LAST_NIGHT))}
    if lacking := [one.name for one in (WHO, FIRST_NIGHT, LAST_NIGHT) if one.name not in places]:
        raise DataError(
            f"{mask_text(table.name)}: no column for {', '.join(lacking)}; an enrolment has person, first_night and last_night."
        )
    days = {name: read_days(table, places[name])[0] for name in (FIRST, LAST)}
    return pd.DataFrame({PERSON: table.cells[places[PERSON]], **{name: days[name].astype("datetime64[D]") for name in days}})
