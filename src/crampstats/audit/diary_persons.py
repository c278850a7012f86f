"""Who kept the diary how: too few nights, only the bad ones, the same every night, or silent after a cramp."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from crampstats.audit.diary_listing import Bools, column_values, tell_persons
from crampstats.codebook.checks import diary as checks
from crampstats.core.calendar import WEEK
from crampstats.core.diary import LOGGED, NIGHT, DiaryPanel
from crampstats.core.findings import Finding
from crampstats.estimate.diary.quality import FIVES, MISSED_AFTER, diary_quality

CRAMP, MINUTES = "cramp", "cramp_minutes"
DETAILS = ("cramps", "cramp_severity", "cramp_minutes")
HALF = 0.5
# nights of a diary without any "no" before that is more than chance; of one person; of one person with a cramp every night
DIARY_OF_CRAMPS, PERSON_OF_CRAMPS, EVERY_NIGHT = 10, 5, 14
ALIKE = 10
MUCH_ROUNDED, FEWEST_LENGTHS = 0.6, 20


def audit_diary_persons(panel: DiaryPanel) -> Iterator[Finding]:
    """Persons, one by one and together."""
    held = panel.person_nights()
    logged, nights = held["n_logged"].to_numpy(), held["n_nights"].to_numpy()
    yield from tell_persons(
        panel, checks.FEW_NIGHTS, NIGHT, np.flatnonzero(logged < WEEK), lambda code: f"{logged[code]} night(s) filled in")
    if logged.sum() < HALF * nights.sum():
        yield checks.LOW_COMPLIANCE.finding(LOGGED, f"{logged.sum():,} of {nights.sum():,} nights were filled in.")
    yield from _cramp_nights(panel, logged, nights)
    yield from _alike(panel)
    yield from _of_quality(panel)


def _cramp_nights(panel: DiaryPanel, logged: np.ndarray, nights: np.ndarray) -> Iterator[Finding]:
    """Nobody, or somebody, who never wrote down a night without a cramp."""
    values, k = column_values(panel, CRAMP), len(panel.persons)
    known = panel.logged & ~np.isnan(values)
    yes, asked = (np.bincount(panel.codes[where], minlength=k) for where in (known & (values == 1), known))
    if asked.sum() >= DIARY_OF_CRAMPS and yes.sum() == asked.sum():
        yield checks.ONLY_CRAMP_NIGHTS.finding(
            CRAMP, f"All {yes.sum():,} nights of {int((asked > 0).sum()):,} person(s) have a cramp; none without was logged.")
        return
    alone = (yes == asked) & (asked >= PERSON_OF_CRAMPS)
    yield from tell_persons(
        panel, checks.PERSON_ONLY_CRAMPS, CRAMP, np.flatnonzero(alone & (logged < HALF * nights)),
        lambda code: f"{yes[code]} nights, all with a cramp, and {nights[code] - logged[code]} missed",
    )
    always = alone & (logged >= HALF * nights) & (asked >= EVERY_NIGHT)
    yield from tell_persons(
        panel, checks.EVERY_NIGHT, CRAMP, np.flatnonzero(always), lambda code: f"a cramp in all {yes[code]} nights")


def _alike(panel: DiaryPanel) -> Iterator[Finding]:
    """Persons whose cramp nights agree in every detail, at least two of them told each time."""
    cramp = panel.logged & (column_values(panel, CRAMP) == 1)
    k = len(panel.persons)
    told, same = np.zeros(k, dtype=np.int64), np.ones(k, dtype=bool)
    n = np.bincount(panel.codes[cramp], minlength=k)
    for name in DETAILS:
        values = column_values(panel, name)
        known = cramp & ~np.isnan(values)
        told += (np.bincount(panel.codes[known], minlength=k) == n) & (n > 0)
        same &= _constant(panel, values, known, k)
    yield from tell_persons(
        panel, checks.ALL_ALIKE, CRAMP, np.flatnonzero((n >= ALIKE) & same & (told >= 2)),
        lambda code: f"{n[code]} cramp nights, all with the same answers",
    )


def _constant(panel: DiaryPanel, values: np.ndarray, known: Bools, k: int) -> Bools:
    low, high = np.full(k, np.inf), np.full(k, -np.inf)
    np.minimum.at(low, panel.codes[known], values[known])
    np.maximum.at(high, panel.codes[known], values[known])
    return np.asarray(~(high > low), dtype=np.bool_)


def _of_quality(panel: DiaryPanel) -> Iterator[Finding]:
    """What the numbers on the diary's quality say loudly enough for a finding."""
    if np.isnan(column_values(panel, CRAMP)).all():
        return
    rows = diary_quality(panel).frame
    for row in rows[rows["measure"] == MISSED_AFTER].itertuples():
        if row.conf_low > 1 or row.conf_high < 1:
            more = "more" if row.estimate > 1 else "less"
            side = "after" if "before" in str(row.exposure) else "before"
            yield checks.MISSING_AFTER_CRAMP.finding(
                LOGGED, f"Nights {side} one with a cramp were missed {more} often than others of the same person: odds ratio "
                f"{row.estimate:.2f} (95 % interval {row.conf_low:.2f} to {row.conf_high:.2f}).",
            )
    for row in rows[rows["measure"] == FIVES].itertuples():
        if row.n >= FEWEST_LENGTHS and row.estimate > MUCH_ROUNDED:
            yield checks.HEAPED_MINUTES.finding(MINUTES, f"{row.n_events:,} of {row.n:,} lengths are whole five minutes.")
