"""Find and read the files of one survey cycle, and refuse a table that is not what its name says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from crampstats.codebook.model import Cycle, Survey
from crampstats.core.errors import DataError
from crampstats.ingest.xport import check_extent, read_xport

ENDING = ".XPT"


def find_tables(folder: str | Path) -> dict[str, Path]:
    """Transport files in a folder, by their name in capitals without ending ("SLQ_D"), whatever the letter case.

    Raises
    ------
    DataError
        The folder is not there, or holds two files that differ in letter case only.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DataError(f"{folder} is no folder: name the folder that holds the .XPT files.")
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.upper() != ENDING:
            continue
        name = path.stem.upper()
        if name in found:
            raise DataError(f"{found[name].name} and {path.name} are the same table twice: remove one of them.")
        found[name] = path
    return found


def read_cycle(
    folder: str | Path, survey: Survey, cycle: Cycle, expected_rows: Mapping[str, int]
) -> dict[str, pd.DataFrame]:
    """The tables of one cycle that the survey's declaration needs, as they stand.

    Parameters
    ----------
    folder
        Where the files are.
    survey, cycle
        What is read.
    expected_rows
        Published number of rows by file name ("SLQ_D"); a name that is not listed is not checked.

    Returns
    -------
    dict
        Table name without suffix ("SLQ") to its rows, only the columns the declaration names; one row per respondent but in
        the tables the survey reduces. Tables that are not there are left out, so that what they hold is missing; those of the
        design and the outcomes must be there.

    Raises
    ------
    DataError
        All tables that must be there and are not, at once; otherwise the first table that is damaged, cut off, of another
        cycle or inconsistent.
    """
    found = find_tables(folder)
    needed = {f"{table}_{cycle.suffix}" for table in survey.needed_tables(cycle)}
    absent = [name for name in survey.files_of(cycle) if name in needed - found.keys()]
    if absent:
        raise DataError(
            f"{folder} lacks {', '.join(name + ENDING for name in absent)} ({survey.label} {cycle.name}); it holds "
            f"{_listing(found)}. Add the file(s), or fetch them: crampstats data fetch."
        )
    tables = {}
    for table, columns in survey.columns_of(cycle).items():
        path = found.get(f"{table}_{cycle.suffix}")
        if path is None:
            continue
        tables[table] = read_xport(path, columns)
        _check_cycle(tables[table], path.name, survey, cycle)
        rows = expected_rows.get(path.stem.upper(), len(tables[table]))
        check_extent(path.name, len(tables[table]), None, rows, 0)
    _check_respondents(tables, survey, cycle)
    return tables


def _check_cycle(table: pd.DataFrame, name: str, survey: Survey, cycle: Cycle) -> None:
    """The respondents, and the release number where the table carries it, must be the cycle's."""
    respondents = table[survey.respondent]
    if respondents.empty:
        raise DataError(f"{name} is cut off: it has a header and no rows. Fetch it again.")
    first, last = cycle.respondents
    release = table[survey.release] if survey.release in table else pd.Series([float(cycle.release)])
    if respondents.between(first, last).all() and (release == cycle.release).all():
        return
    low, high = respondents.min(), respondents.max()
    others = [one.name for one in survey.cycles if one.respondents[0] <= low and high <= one.respondents[1]]
    truth = f"of {others[0]}: it was saved under the wrong name" if others else "of no cycle: it is damaged or another file"
    raise DataError(
        f"{name} should hold {survey.label} {cycle.name} (respondents {first} to {last}), but its respondents "
        f"{low:.0f} to {high:.0f} are {truth}. Fetch {name} again."
    )


def _check_respondents(tables: Mapping[str, pd.DataFrame], survey: Survey, cycle: Cycle) -> None:
    """One row per respondent but where more are declared, and nobody who is not in the base table."""
    several = survey.several_rows(cycle)
    base = set(tables[survey.base_table][survey.respondent])
    for table, rows in tables.items():
        respondents = rows[survey.respondent]
        twice = respondents[respondents.duplicated() & (table not in several)]
        strangers = respondents[~respondents.isin(base)]
        for problem, some in (("more than once", twice), (f"but not {survey.base_table}_{cycle.suffix}", strangers)):
            if len(some):
                raise DataError(
                    f"{table}_{cycle.suffix} holds {len(some)} respondent(s) {problem} (first: {some.iloc[0]:.0f} in row "
                    f"{some.index[0] + 1}): the file was edited or is another one; fetch it again."
                )


def _listing(found: Mapping[str, Path]) -> str:
    names = [path.name for path in found.values()]
    return "no .XPT file" if not names else ", ".join(names[:12]) + (f" and {len(names) - 12} more" if names[12:] else "")
