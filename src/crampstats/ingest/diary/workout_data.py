"""Workouts as a device or an app recorded them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crampstats.core.errors import DataError
from crampstats.core.findings import Finding

PERSON, START, END, MINUTES, KIND, INTENSITY = "person", "start", "end", "minutes", "kind", "intensity"
COLUMNS = (START, END, MINUTES, KIND, INTENSITY)
INTENSITIES = ("none", "light", "moderate", "vigorous")
# METs below 3 are light, from 6 on vigorous: Haskell and others, Circulation 2007;116:1081,
# https://doi.org/10.1161/CIRCULATIONAHA.107.185649
MODERATE_METS, VIGOROUS_METS = 3.0, 6.0
LONGEST = 24 * 60.0  # minutes; longer is a clock that was not stopped


@dataclass(frozen=True, eq=False)
class Workouts:
    """Workouts, one per row.

    Parameters
    ----------
    table
        ``person`` (only where the file tells), ``start`` and ``end`` (the clock on the wall; ``end`` may be missing), ``minutes``
        (missing where neither end nor length is told), ``kind`` (text), ``intensity`` (light, moderate, vigorous or missing).
    days
        One row per day on which the device is known to have recorded: ``day`` (days since 1970-01-01), and ``person`` where the
        file tells; a day in it without a workout is a day without exercise. None: nobody knows.
    findings
        What was noticed while reading.
    """

    table: pd.DataFrame
    days: pd.DataFrame | None = None
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        if lacking := [name for name in COLUMNS if name not in self.table]:
            raise DataError(f"workouts lack {', '.join(lacking)}; {', '.join(COLUMNS)} are expected.")

    @property
    def has_persons(self) -> bool:
        """Whether the file tells whose workouts they are."""
        return PERSON in self.table

    def __len__(self) -> int:
        return len(self.table)


def intensity_of_mets(mets: np.ndarray) -> np.ndarray:
    """Light below 3 METs, moderate below 6, vigorous from there; None where unknown.

    Examples
    --------
    >>> intensity_of_mets(np.array([2.9, 3.0, 6.0, np.nan])).tolist()
    ['light', 'moderate', 'vigorous', None]
    """
    words = np.select([mets < MODERATE_METS, mets < VIGOROUS_METS, mets >= VIGOROUS_METS], ["light", "moderate", "vigorous"], "")
    return np.where(words == "", None, words.astype(object))
