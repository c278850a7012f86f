"""Nights and when they were written down: ahead, late, many at once, or after a long silence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd

from crampstats.audit.diary_listing import Floats, tell_nights, tell_persons
from crampstats.codebook.checks import diary as checks
from crampstats.core.diary import LONGEST_GAP, NIGHT, DiaryPanel
from crampstats.core.findings import Finding
from crampstats.estimate.diary.entry_times import LATE_HOURS, NIGHT_IS_OVER, entry_delays, sitting_nights

ENTERED = "entered_at"
# before the noon that begins the night, as hours from the noon that ends it
BEGINS = -24.0
MUCH_BACKFILLED, FEWEST_ENTRIES = 0.25, 5
MANY_AT_ONCE = 5


def audit_diary_nights(panel: DiaryPanel, today: dt.date) -> Iterator[Finding]:
    """Dates of nights and times of entries."""
    ahead = np.flatnonzero(panel.logged & (panel.nights > np.datetime64(today, "D").astype(np.int64)))
    yield from tell_nights(panel, checks.NIGHT_IN_FUTURE, NIGHT, ahead, lambda _: f"after the day of the audit ({today})")
    yield from _taken_up_again(panel)
    if ENTERED in panel.table and pd.api.types.is_datetime64_any_dtype(panel.table[ENTERED].dtype):
        yield from _entries(panel)


def _taken_up_again(panel: DiaryPanel) -> Iterator[Finding]:
    # shorter ones are no part of the diary only where somebody said so: the washout of a crossover is no silence
    gaps = np.flatnonzero((np.diff(panel.codes) == 0) & (np.diff(panel.nights) > LONGEST_GAP + 1))
    codes = np.unique(panel.codes[gaps])
    longest = np.zeros(len(panel.persons), dtype=np.int64)
    np.maximum.at(longest, panel.codes[gaps], np.diff(panel.nights)[gaps] - 1)
    yield from tell_persons(panel, checks.TAKEN_UP_AGAIN, NIGHT, codes, lambda code: f"a silence of {longest[code]:,} nights")


def _entries(panel: DiaryPanel) -> Iterator[Finding]:
    entered = panel.table[ENTERED].where(panel.logged)
    delays = entry_delays(panel.nights, entered)
    known = ~np.isnan(delays)
    early = {checks.ENTRY_BEFORE_NIGHT: delays < BEGINS, checks.ENTRY_IN_NIGHT: (delays >= BEGINS) & (delays < NIGHT_IS_OVER)}
    for check, where in early.items():
        if n := int(where.sum()):
            first = int(np.flatnonzero(where)[0])
            yield from tell_nights(
                panel, check, ENTERED, np.array([first]),
                lambda place, n=n: f"entered {-delays[place]:.0f} h before the noon that ended it, the first of {n:,} such "
                f"entries among {int(known.sum()):,}",
            )
    yield from _late(panel, delays)
    at_once = sitting_nights(panel.codes, panel.nights, entered)
    most = np.zeros(len(panel.persons), dtype=np.int64)
    np.maximum.at(most, panel.codes, at_once)
    yield from tell_persons(
        panel, checks.SEVERAL_IN_SITTING, ENTERED, np.flatnonzero(most >= MANY_AT_ONCE),
        lambda code: f"{most[code]} nights within half an hour",
    )


def _late(panel: DiaryPanel, delays: Floats) -> Iterator[Finding]:
    """One finding on the diary as a whole, and one on everybody who filled in much afterwards."""
    known, k = ~np.isnan(delays), len(panel.persons)
    late = np.bincount(panel.codes[known & (np.nan_to_num(delays) > LATE_HOURS)], minlength=k)
    entries = np.bincount(panel.codes[known], minlength=k)
    if not late.sum():
        return
    yield checks.BACKFILLED.finding(
        ENTERED, f"{late.sum():,} of {entries.sum():,} entries ({100 * late.sum() / entries.sum():.0f} %) were made on a later "
        f"day, more than {LATE_HOURS:.0f} h after the noon that ended their night.", severity="note",
    )
    much = (entries >= FEWEST_ENTRIES) & (late > MUCH_BACKFILLED * entries)
    yield from tell_persons(
        panel, checks.BACKFILLED, ENTERED, np.flatnonzero(much),
        lambda code: f"{late[code]} of {entries[code]} nights were written late",
    )
