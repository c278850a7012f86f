"""Entries of a diary as one row per person and night: what was written twice is joined, what was written late is marked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crampstats.codebook.checks import diary as checks
from crampstats.core.cleaning import Change
from crampstats.core.diary import LOGGED, NIGHT, PERSON
from crampstats.core.errors import DataError
from crampstats.core.findings import Finding
from crampstats.estimate.diary.entry_times import LATE_HOURS, entry_delays, sitting_nights
from crampstats.ingest.diary.words import label_of

ENTERED_AT, DELAY, BACKFILLED, SITTING = "entered_at", "entry_delay_hours", "backfilled", "sitting_nights"
SOURCE_ROW = "source_row"
# Findings that are told one by one; beyond, their number
MOST_TOLD = 200


@dataclass(frozen=True, eq=False)
class JoinedEntries:
    """One row per person and night.

    Parameters
    ----------
    table
        The entries by person (in order of appearance) and night; of a night written down several times one row.
    reasons
        Rows that went, by the reason: for the flow.
    findings
        A finding for each night written down several times.
    changes
        Cells in which entries of a night contradict each other, for the cleaning log.
    """

    table: pd.DataFrame
    reasons: dict[str, int]
    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]


def join_entries(
    entries: pd.DataFrame, *, person: str = PERSON, night: str = NIGHT, entered: str = ENTERED_AT, source_row: str = SOURCE_ROW
) -> JoinedEntries:
    """Nights written down more than once, joined.

    Parameters
    ----------
    entries
        One row per entry. Not for diaries with one row per cramp.
    person, night, entered, source_row
        Columns of the person, the night, the wall clock of the entry, and the row of the file; the last two need not be there.

    Returns
    -------
    JoinedEntries
        Entries that agree, or of which one fills in what the other left open, become one. Where they contradict each other, the
        entry made last holds as a whole, as a correction would; where no entry time tells which was last, the answers in which
        they differ are not recorded (with "cramp" all that was told of it): to take either would be a guess. Both are told, as
        findings and in the log.

    Raises
    ------
    DataError
        A column is not there, or a person or night is missing.

    Examples
    --------
    >>> twice = pd.DataFrame({"person": ["a", "a", "a"], "night": [1, 1, 2], "cramp": [1.0, 0.0, 0.0], "slept": [6, None, 7]})
    >>> join_entries(twice).table[["cramp", "slept"]].to_numpy().tolist()
    [[nan, 6.0], [0.0, 7.0]]
    """
    _require(entries, person, night)
    given = _in_order(entries, person, night, entered)
    keys = given[[person, night]]
    twice = keys.duplicated(keep=False).to_numpy(dtype=bool)
    if not twice.any():
        return JoinedEntries(given, {}, (), ())
    first = ~keys.duplicated().to_numpy(dtype=bool)
    some = given[twice].reset_index(drop=True)
    group = np.cumsum(first[twice]) - 1
    joined, contradicted = _joined(some, group, person, night, entered, source_row)
    table = given[first].reset_index(drop=True)
    places = np.flatnonzero(twice[first])
    for name in table:
        table[name] = _put(table[name], places, joined[name])
    extra = int((~first).sum())
    return JoinedEntries(
        table, {"further entries of a night, joined to one": extra},
        _findings(some, group, contradicted, night, entered, source_row), _changes(contradicted, entered in entries),
    )


def mark_entries(
    table: pd.DataFrame, *, person: str = PERSON, night: str = NIGHT, entered: str = ENTERED_AT, late_hours: float = LATE_HOURS
) -> pd.DataFrame:
    """The rows with how late each was written down.

    Parameters
    ----------
    table
        One row per entry or night, with the wall clock at which it was entered.
    person, night, entered
        Columns of the person, the night and the wall clock of the entry.
    late_hours
        An entry made more than so many hours after the noon that ends its night counts as backfilled.

    Returns
    -------
    pandas.DataFrame
        With ``entry_delay_hours`` (hours after the noon that ends the night; negative on the same morning), ``backfilled``
        (yes/no, missing without a time) and ``sitting_nights`` (nights entered in the same sitting). As given where there is no
        `entered`.
    """
    if entered not in table:
        return table
    _require(table, person, night)
    nights = table[night].to_numpy(dtype=np.int64)
    delays = entry_delays(nights, table[entered])
    late = pd.Series(pd.arrays.BooleanArray(np.nan_to_num(delays) > late_hours, np.isnan(delays)), index=table.index)
    sittings = sitting_nights(pd.factorize(table[person])[0].astype(np.int64), nights, table[entered])
    known = pd.Series(pd.arrays.IntegerArray(sittings, sittings == 0), index=table.index)
    return table.assign(**{DELAY: delays, BACKFILLED: late, SITTING: known})


def _require(table: pd.DataFrame, person: str, night: str) -> None:
    for name in (person, night):
        if name not in table:
            raise DataError(f"no column {name!r} in the diary; it has {', '.join(map(str, table.columns))}.")
        if n := int(table[name].isna().sum()):
            raise DataError(f"{name!r} is missing in {n} row(s) of the diary; set these rows aside first.")


def _in_order(entries: pd.DataFrame, person: str, night: str, entered: str) -> pd.DataFrame:
    """Entries by person, night and time of entry; those without a time keep their order and come first."""
    persons = pd.factorize(entries[person], sort=False)[0]
    when = np.zeros(len(entries), dtype=np.int64)
    if entered in entries:
        times = entries[entered].to_numpy(dtype="datetime64[s]")
        when = np.where(np.isnat(times), np.iinfo(np.int64).min, times.astype(np.int64))
    order = np.lexsort((np.arange(len(entries)), when, entries[night].to_numpy(dtype=np.int64), persons))
    return entries.iloc[order].reset_index(drop=True)


def _joined(
    some: pd.DataFrame, group: np.ndarray, person: str, night: str, entered: str, source_row: str
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """One row per group, and for each column which groups contradict themselves in it."""
    groups = some.groupby(group, sort=True)
    told_last = _last_is_known(some, group, entered)
    joined = groups.last().reset_index(drop=True)
    answers = [str(name) for name in some if name not in (person, night, entered, source_row, LOGGED)]
    differing = {name: groups[name].nunique().to_numpy() > 1 for name in answers}
    contradicted = {name: differ for name, differ in differing.items() if differ.any()}
    if contradicted:
        whole = told_last & np.logical_or.reduce(list(contradicted.values()))
        last = some.iloc[np.flatnonzero(np.r_[np.diff(group) != 0, True])].reset_index(drop=True)
        for name in answers:
            joined[name] = joined[name].where(~whole, last[name]).where(~(_lost(name, differing) & ~told_last))
    if source_row in some:
        joined[source_row] = groups[source_row].first().to_numpy()
    if LOGGED in some:
        joined[LOGGED] = groups[LOGGED].max().to_numpy()
    return joined, contradicted


def _lost(name: str, differing: dict[str, np.ndarray]) -> np.ndarray:
    """Groups in which a column is lost when nobody knows the last entry: with the cramp goes all that was told of it."""
    of_cramp = name.startswith("cramp") or name == "woken_by_cramp"
    return differing[name] | differing["cramp"] if of_cramp and "cramp" in differing else differing[name]


def _last_is_known(some: pd.DataFrame, group: np.ndarray, entered: str) -> np.ndarray:
    """Groups all of whose entries have times, no two of them the same."""
    n = int(group[-1]) + 1
    if entered not in some:
        return np.zeros(n, dtype=bool)
    times = some[entered].groupby(group).nunique().to_numpy()
    return np.asarray(times == np.bincount(group, minlength=n))


def _put(column: pd.Series, places: np.ndarray, values: pd.Series) -> pd.Series:
    """The column with values at some places; a whole or yes/no column becomes able to be missing where it must."""
    if values.isna().any() and isinstance(column.dtype, np.dtype) and column.dtype.kind in "iub":
        column = column.astype("boolean" if column.dtype.kind == "b" else "Int64")
    made = column.copy()
    typed = values.astype(made.dtype)
    made.iloc[places] = typed.to_numpy() if isinstance(made.dtype, np.dtype) else typed.array
    return made


def _findings(
    some: pd.DataFrame, group: np.ndarray, contradicted: dict[str, np.ndarray], night: str, entered: str, source_row: str
) -> tuple[Finding, ...]:
    first = np.flatnonzero(np.r_[True, np.diff(group) != 0])
    sizes = np.diff(np.r_[first, len(group)])
    told_last = _last_is_known(some, group, entered)
    found = []
    for number in range(min(len(first), MOST_TOLD)):
        names = [name for name, differ in contradicted.items() if differ[number]]
        date = np.datetime64(int(some[night].iloc[first[number]]), "D")
        row = int(some[source_row].iloc[first[number]]) if source_row in some else None
        found.append(_told(names, date, int(sizes[number]), row, bool(told_last[number])))
    if len(first) > MOST_TOLD:
        found.append(checks.DUPLICATE_NIGHT.finding(
            night, f"{len(first) - MOST_TOLD:,} further nights were entered several times; they were treated alike."))
    return tuple(found)


def _told(names: list[str], date: np.datetime64, entries: int, row: int | None, told_last: bool) -> Finding:
    what = f"The night of {date} was entered {entries} times"
    if not names:
        return checks.DUPLICATE_NIGHT.finding(NIGHT, f"{what}; the entries agree and were joined.", source_row=row)
    done = "the last one holds" if told_last else "nobody knows which was the last, so that is not recorded"
    unlike = ", ".join(map(label_of, names))
    return checks.NIGHT_CONTRADICTED.finding(NIGHT, f"{what}, not alike in {unlike}; {done}.", source_row=row)


def _changes(contradicted: dict[str, np.ndarray], timed: bool) -> tuple[Change, ...]:
    after = "that of the last entry, or not recorded" if timed else "not recorded"
    return tuple(
        Change(name, "entries of one night that contradict each other", after, int(differ.sum()), "one row per person and night")
        for name, differ in contradicted.items()
    )
