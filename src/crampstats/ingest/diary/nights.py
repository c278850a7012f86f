"""The night of a moment: noon to noon on the local wall clock, in whichever zone it was and through every change of the clocks.

A clock that is changed is still the clock people go to bed by. So the zone is taken off first, and twelve hours are subtracted
from what the clock on the wall said; in the other order a night in which the clocks change would begin at eleven or at one.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pandas as pd

from crampstats.codebook.checks import diary as checks
from crampstats.core.errors import DataError, OptionError
from crampstats.core.findings import Finding
from crampstats.ingest.diary.moments import read_moments

NOON = np.timedelta64(12 * 3600, "s")
WALL = "datetime64[s]"
NONEXISTENT, AMBIGUOUS, ELSEWHERE = "nonexistent", "ambiguous", "elsewhere"
# Offsets in use reach from -12 h to +14 h; more is a typing mistake
FARTHEST = (-12 * 60, 14 * 60)
_Zones = tuple[np.ndarray, list[str]]


@dataclass(frozen=True, eq=False)
class WallClock:
    """What the clock on the wall said, and what is known of its zone.

    Parameters
    ----------
    wall
        datetime64[s] without a zone; missing where the column is.
    offset_minutes
        Int64: minutes the clock was ahead of UTC; missing where neither the column nor a zone tells.
    sort
        "" for a time like any other; "nonexistent": the clock was put forward over it; "ambiguous": it came twice that night;
        "elsewhere": its offset is not that of the zone stated, so the person was somewhere else.
    findings
        How many there are of each, and what was done.
    """

    wall: pd.Series
    offset_minutes: pd.Series
    sort: pd.Series
    findings: tuple[Finding, ...] = ()


def night_of(local: pd.Series) -> pd.Series:
    """The night a moment belongs to: noon to noon, named after its evening.

    Parameters
    ----------
    local
        Times of the local wall clock (datetime64 without a zone), as `to_wall` gives them.

    Returns
    -------
    pandas.Series
        Int64, days since 1970-01-01 of floor(wall clock - 12 h); missing where the time is. 02:00 on a Tuesday is Monday night,
        and noon is the first moment of the new night.

    Raises
    ------
    DataError
        The times carry a zone, or are no times.

    Examples
    --------
    >>> nights = night_of(pd.Series(pd.to_datetime(["2026-03-03 02:00", "2026-03-03 11:59", "2026-03-03 12:00"])))
    >>> nights.to_numpy("int64").astype("datetime64[D]").astype(str).tolist()
    ['2026-03-02', '2026-03-02', '2026-03-03']
    """
    _refuse_zoned(local)
    times = local.to_numpy(dtype=WALL)
    return _counted((times - NOON).astype("datetime64[D]"), local)


def day_of(local: pd.Series) -> pd.Series:
    """The calendar day of a moment, Int64 days since 1970-01-01; missing where the time is.

    What was done on a day belongs to the night that follows it: a run at seven in the morning of the 2nd precedes the night of
    the 2nd, though by the noon rule seven in the morning is still the night of the 1st.

    Examples
    --------
    >>> day_of(pd.Series(pd.to_datetime(["2026-03-02 07:00"]))).tolist() == [np.datetime64("2026-03-02").astype(int)]
    True
    """
    _refuse_zoned(local)
    return _counted(local.to_numpy(dtype=WALL).astype("datetime64[D]"), local)


def to_wall(column: pd.Series, zone: str | pd.Series | None = None) -> pd.Series:
    """Times as the clock on the wall said them, the zone taken off; see `read_wall_clock`, which also keeps the offsets."""
    return read_wall_clock(column, zone).wall


def read_wall_clock(column: pd.Series, zone: str | pd.Series | None = None) -> WallClock:
    """What the clock on the wall said.

    Parameters
    ----------
    column
        Times as text ("2026-03-01 07:12", "2026-03-01T06:12:33Z", "2026-03-01 07:12:33 +0100"), or as datetimes with or without
        a zone.
    zone
        Name of the zone the diary was kept in ("Europe/Berlin"), or one name per row for somebody who travels; None if nobody
        knows.

    Returns
    -------
    WallClock
        A written offset is that of the person's clock, and is taken off. Where a column says UTC throughout ("Z", "+00:00") a
        server wrote it: its times are put on the clock of `zone`. Times without an offset are the wall clock already.

    Raises
    ------
    DataError
        All times are of UTC and no zone is stated, or an offset is impossible.
    OptionError
        There is no such zone.

    Examples
    --------
    >>> read_wall_clock(pd.Series(["2026-07-01T22:30:00Z"]), "Europe/Berlin").wall[0]
    Timestamp('2026-07-02 00:30:00')
    >>> to_wall(pd.Series(["2026-07-01 22:30:00 -0400"]))[0]
    Timestamp('2026-07-01 22:30:00')
    """
    wall, offsets, findings = _split(column)
    zones = _zones(zone, column.index)
    if (server := ~np.isnan(offsets)).any() and not offsets[server].any():
        wall, offsets = _from_server(column, wall, offsets, zones)
    sort, offsets = _sorted_out(wall, offsets, zones)
    index, unknown = column.index, np.isnan(offsets)
    minutes = pd.arrays.IntegerArray(np.where(unknown, 0, offsets).astype(np.int64), unknown)
    return WallClock(
        pd.Series(wall, index=index, name=column.name), pd.Series(minutes, index=index),
        pd.Series(sort, index=index, dtype=object), (*findings, *_told(str(column.name or "time"), sort, wall)),
    )


def night_hours(nights: pd.Series, zone: str | pd.Series, zone_after: str | pd.Series | None = None) -> pd.Series:
    """Hours from the noon of a night to the next noon: 24, but 23 or 25 where the clocks change.

    Parameters
    ----------
    nights
        Days since 1970-01-01; missing allowed. A date that a zone skipped is a night of 0 h.
    zone
        Zone in which the night began, one name or one per row.
    zone_after
        Zone in which it ended, for somebody who travelled; None: the same.

    Returns
    -------
    pandas.Series
        float64; missing where the night is.

    Examples
    --------
    >>> nights = pd.Series(np.array(["2026-03-28", "2026-10-24", "2026-11-01"], dtype="datetime64[D]").astype(int))
    >>> night_hours(nights, "Europe/Berlin").tolist()
    [23.0, 25.0, 24.0]
    """
    known = nights.notna().to_numpy(dtype=bool)
    noons = nights.fillna(0).to_numpy(dtype=np.int64).astype("datetime64[D]").astype(WALL) + NOON
    before = _zones(zone, nights.index)
    after = before if zone_after is None else _zones(zone_after, nights.index)
    seconds = (_instants(noons + 2 * NOON, after) - _instants(noons, before)).astype(np.float64)
    return pd.Series(np.where(known, seconds / 3600, np.nan), index=nights.index)


@cache
def check_zone(name: str) -> ZoneInfo:
    """The zone of a name.

    Raises
    ------
    OptionError
        There is none; near names are listed.
    """
    known = available_timezones()
    if name in known:
        return ZoneInfo(name)
    by_lower = {one.lower(): one for one in known}
    near = get_close_matches(name.lower().replace(" ", "_"), by_lower, n=3, cutoff=0.5)
    near = near or [one for one in by_lower if one.rpartition("/")[2] == name.lower().replace(" ", "_")][:3]
    listed = ", ".join(by_lower[one] for one in near)
    raise OptionError(
        f"unknown time zone {name!r}{f' (did you mean {listed}?)' if listed else ''}; names are those of the IANA database, "
        "such as Europe/Berlin or America/New_York."
    )


def _refuse_zoned(local: pd.Series) -> None:
    if isinstance(local.dtype, pd.DatetimeTZDtype):
        raise DataError("the times carry a zone; to_wall takes it off, so that the night is that of the clock on the wall.")
    if not pd.api.types.is_datetime64_any_dtype(local.dtype):
        raise DataError(f"{_named(local)} holds {local.dtype}, no times; to_wall reads them from text.")


def _named(column: pd.Series) -> str:
    return repr(str(column.name)) if column.name is not None else "the column of times"


def _counted(days: np.ndarray, like: pd.Series) -> pd.Series:
    missing = np.isnat(days)
    numbers = np.where(missing, np.datetime64(0, "D"), days).astype(np.int64)
    return pd.Series(pd.arrays.IntegerArray(numbers, missing), index=like.index, name="night")


def _split(column: pd.Series) -> tuple[np.ndarray, np.ndarray, tuple[Finding, ...]]:
    """Wall clock and offset in minutes (NaN: not told) of every row."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        wall = column.dt.tz_localize(None).to_numpy(dtype=WALL)
        offsets = (wall - column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(dtype=WALL)).astype(np.float64) / 60
        return wall, np.where(np.isnat(wall), np.nan, offsets), ()
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return column.to_numpy(dtype=WALL), np.full(len(column), np.nan), ()
    read = read_moments(column)
    offsets = read.offset_minutes
    if (wrong := (offsets < FARTHEST[0]) | (offsets > FARTHEST[1])).any():
        raise DataError(
            f"{_named(column)}: {int(wrong.sum())} time(s) have an offset no clock on earth has (first: "
            f"{offsets[wrong][0] / 60:+g} h)."
        )
    return read.wall, offsets, read.findings


def _zones(zone: str | pd.Series | None, index: pd.Index) -> _Zones | None:
    """Number of the zone of each row, and the zones; -1 where a row states none."""
    if zone is None or (isinstance(zone, str) and not zone):
        return None
    if isinstance(zone, str):
        check_zone(zone)
        return np.zeros(len(index), dtype=np.int64), [zone]
    if len(zone) != len(index):
        raise DataError(f"zones of {len(index)} rows are needed; {len(zone)} were given.")
    codes, names = pd.factorize(zone.astype("string").str.strip().replace("", pd.NA), use_na_sentinel=True)
    for name in names:
        check_zone(str(name))
    return codes.astype(np.int64), [str(name) for name in names]


def _from_server(
    column: pd.Series, wall: np.ndarray, offsets: np.ndarray, zones: _Zones | None
) -> tuple[np.ndarray, np.ndarray]:
    """Moments of UTC on the clocks of the zones, and how far these are ahead."""
    utc = ~np.isnan(offsets)
    if zones is None or (utc & (zones[0] < 0)).any():
        raise DataError(
            f"{_named(column)}: all times are of UTC; a night is counted on the local clock. State the zone"
            f"{'' if zones is None else ' of every row'}, e.g. zone = \"Europe/Berlin\" (or \"UTC\" where that was the clock on "
            "the wall)."
        )
    local, ahead = wall.copy(), offsets.copy()
    for number, name in enumerate(zones[1]):
        here = utc & (zones[0] == number) & ~np.isnat(wall)
        local[here] = pd.DatetimeIndex(wall[here]).tz_localize("UTC").tz_convert(name).tz_localize(None).to_numpy(dtype=WALL)
        ahead[here] = (local[here] - wall[here]).astype(np.int64) / 60
    return local, ahead


def _instants(wall: np.ndarray, zones: _Zones | None) -> np.ndarray:
    """Seconds of UTC since 1970 of the wall clock; of an hour that came twice the first, one left out by the clock before it."""
    codes, names = zones if zones is not None else (np.zeros(len(wall), dtype=np.int64), ["UTC"])
    seconds = np.full(len(wall), np.nan)
    for number, name in enumerate(names):
        here = codes == number
        given, back = np.unique(wall[here], return_inverse=True)
        zone = check_zone(name)
        # pandas moves a noon within a day that was skipped to the wrong end of it; there are few different nights
        known = [one.replace(tzinfo=zone).timestamp() for one in given.tolist()]
        seconds[here] = np.array(known, dtype=np.float64)[back]
    return seconds


def _sorted_out(wall: np.ndarray, offsets: np.ndarray, zones: _Zones | None) -> tuple[np.ndarray, np.ndarray]:
    """What is to be said of each time, and its offset where it is known."""
    sort, found = np.full(len(wall), "", dtype=object), offsets.copy()
    if zones is None:
        return sort, found
    for number, name in enumerate(zones[1]):
        here = np.flatnonzero((zones[0] == number) & ~np.isnat(wall))
        early, late = _offsets_at(wall[here], name)
        told = ~np.isnan(offsets[here])
        # of an hour that came twice a written offset tells which one it was
        kind = np.where(np.isnan(early), NONEXISTENT, np.where(early != late, AMBIGUOUS, ""))
        away = told & (offsets[here] != early) & (offsets[here] != late)
        sort[here] = np.where(told, np.where(away, ELSEWHERE, ""), kind)
        found[here] = np.where(told, offsets[here], np.where(kind == "", early, np.nan))
    return sort, found


def _offsets_at(wall: np.ndarray, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Minutes ahead of UTC of each time at its first and its second coming; NaN where the clock left it out."""
    index = pd.DatetimeIndex(wall)
    found = []
    for first in (True, False):
        zoned = index.tz_localize(name, ambiguous=np.full(len(index), first), nonexistent="NaT")
        ahead = wall - zoned.tz_convert("UTC").tz_localize(None).to_numpy(dtype=WALL)
        found.append(np.where(np.isnat(ahead), np.nan, ahead.astype(np.int64) / 60))
    return found[0], found[1]


def _told(column: str, sort: np.ndarray, wall: np.ndarray) -> list[Finding]:
    """One finding for each sort that is there; none of them moves a night."""
    found = []
    for kind, (check, words) in _SAID.items():
        if n := int((sort == kind).sum()):
            first = np.datetime_as_string(wall[sort == kind][0], unit="m").replace("T", " ")
            found.append(check.finding(column, f"{n:,} time(s) {words} (first: {first})."))
    return found


_SAID = {
    NONEXISTENT: (checks.NONEXISTENT_TIME, "were left out by the clock, which was put forward that night"),
    AMBIGUOUS: (checks.AMBIGUOUS_TIME, "came twice, since the clock was put back that night"),
    ELSEWHERE: (checks.ELSEWHERE, "have another offset than the zone stated and were taken as the clock where the person was"),
}
