"""Answers of a night that contradict each other, or that nobody can have."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from crampstats.audit.diary_listing import Bools, column_values, tell_nights
from crampstats.codebook.checks import diary as checks
from crampstats.core.diary import DiaryPanel
from crampstats.core.findings import Finding

CRAMP, COUNT, SEVERITY, MINUTES = "cramp", "cramps", "cramp_severity", "cramp_minutes"
PLACES = ("cramp_site", "cramp_side")
WOKEN = "woken_by_cramp"
LONGEST = 60.0  # minutes
SCALE = (0.0, 10.0)
NOWHERE = ("", "none", "no", "not applicable")


def audit_diary_answers(panel: DiaryPanel) -> Iterator[Finding]:
    """Each answer against the others of its night; nights and persons alone, never a person's words."""
    cramp, count = column_values(panel, CRAMP), column_values(panel, COUNT)
    against = panel.logged & (((cramp == 0) & (count > 0)) | ((cramp == 1) & (count == 0)))
    yield from tell_nights(
        panel, checks.CRAMP_COUNT, COUNT, np.flatnonzero(against),
        lambda place: f"{'a cramp' if cramp[place] else 'no cramp'}, but {count[place]:g} cramp(s)",
    )
    told = _told_in_detail(panel) & panel.logged & (cramp == 0)
    yield from tell_nights(
        panel, checks.DETAIL_WITHOUT_CRAMP, CRAMP, np.flatnonzero(told), lambda place: f"no cramp, but {_details(panel, place)}")
    yield from _beyond(panel)


def _beyond(panel: DiaryPanel) -> Iterator[Finding]:
    minutes, severity = column_values(panel, MINUTES), column_values(panel, SEVERITY)
    yield from tell_nights(
        panel, checks.LONG_CRAMP, MINUTES, np.flatnonzero(panel.logged & (minutes > LONGEST)),
        lambda place: f"a cramp of {minutes[place]:g} minutes",
    )
    yield from tell_nights(
        panel, checks.OFF_SCALE, SEVERITY, np.flatnonzero(panel.logged & ((severity < SCALE[0]) | (severity > SCALE[1]))),
        lambda place: f"a pain of {severity[place]:g} on a scale of {SCALE[0]:g} to {SCALE[1]:g}",
    )


def _told_in_detail(panel: DiaryPanel) -> Bools:
    found = (column_values(panel, SEVERITY) > 0) | (column_values(panel, MINUTES) > 0) | (column_values(panel, WOKEN) == 1)
    for name in PLACES:
        if name in panel.table:
            found |= _placed(panel.table[name])
    return np.asarray(found, dtype=np.bool_)


def _placed(column: pd.Series) -> Bools:
    words = column.astype("string").str.strip().str.lower()
    return np.asarray((words.notna() & ~words.isin(NOWHERE)).to_numpy(dtype=bool), dtype=np.bool_)


def _details(panel: DiaryPanel, place: int) -> str:
    """Which details were told; numbers are, the words of a place are not."""
    severity, minutes = column_values(panel, SEVERITY)[place], column_values(panel, MINUTES)[place]
    parts = [f"a pain of {severity:g}"] if severity > 0 else []
    parts += [f"{minutes:g} minutes"] if minutes > 0 else []
    parts += ["woken by it"] if column_values(panel, WOKEN)[place] == 1 else []
    parts += [f"{name} given" for name in PLACES if name in panel.table and _placed(panel.table[name].iloc[[place]])[0]]
    return ", ".join(parts)
