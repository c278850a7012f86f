"""When a night was written down: hours after it ended, and nights written down in one sitting."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.errors import DataError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# A night ends at noon; twelve hours later that day is over too. Whoever writes the night down on a later day has slept another
# night since, and may take one for the other (Stone and others, BMJ 2002;324:1193, https://doi.org/10.1136/bmj.324.7347.1193:
# paper diaries were filled in for days at once).
LATE_HOURS = 12.0
# Nobody can know at ten in the evening what the night will bring
NIGHT_IS_OVER = -12.0
# Entries no further apart than this were made in one sitting
SITTING_MINUTES = 30.0


def entry_delays(nights: Ints, entered: pd.Series[pd.Timestamp]) -> Floats:
    """Hours from the noon that ends a night to the moment it was written down, on the clock on the wall.

    Parameters
    ----------
    nights
        Days since 1970-01-01, one per entry.
    entered
        Wall clock of each entry; missing allowed.

    Returns
    -------
    numpy.ndarray
        Negative before that noon (the same morning), above `LATE_HOURS` when it was done on a later day; NaN where the entry has
        no time.

    Raises
    ------
    DataError
        The times carry a zone.

    Examples
    --------
    >>> entry_delays(np.array([0, 0]), pd.Series(pd.to_datetime(["1970-01-02 08:00", "1970-01-04 12:00"])))
    array([-4., 48.])
    """
    if isinstance(entered.dtype, pd.DatetimeTZDtype):
        raise DataError("times of entries carry a zone; take it off first, delays are counted on the clock on the wall.")
    times = entered.to_numpy(dtype="datetime64[s]")
    ended = (nights + 1).astype("datetime64[D]").astype("datetime64[s]") + np.timedelta64(12 * 3600, "s")
    delays = times - ended
    return np.asarray(np.where(np.isnat(delays), np.nan, delays.astype(np.int64) / 3600), dtype=np.float64)


def sitting_nights(persons: Ints, nights: Ints, entered: pd.Series[pd.Timestamp], minutes: float = SITTING_MINUTES) -> Ints:
    """How many nights were written down in the same sitting as each entry; 0 where the entry has no time.

    Parameters
    ----------
    persons
        Number of the person of each entry.
    nights
        Night of each entry; entries of one night count once.
    entered
        Wall clock of each entry.
    minutes
        Entries no further apart than this belong to one sitting.

    Examples
    --------
    >>> when = pd.Series(pd.to_datetime(["1970-01-04 08:00", "1970-01-04 08:10", "1970-01-05 08:00"]))
    >>> sitting_nights(np.array([0, 0, 0]), np.array([0, 1, 2]), when)
    array([2, 2, 1])
    """
    times = entered.to_numpy(dtype="datetime64[s]")
    found: Ints = np.zeros(len(times), dtype=np.int64)
    known = np.flatnonzero(~np.isnat(times))
    if not len(known):
        return found
    who, seconds = persons[known], times[known].astype(np.int64)
    order = np.lexsort((seconds, who))
    new = np.ones(len(known), dtype=bool)
    new[1:] = (np.diff(who[order]) != 0) | (np.diff(seconds[order]) > 60 * minutes)
    sitting = np.empty(len(known), dtype=np.int64)
    sitting[order] = np.cumsum(new) - 1
    by_night = np.lexsort((nights[known], sitting))
    first = np.ones(len(known), dtype=bool)
    first[1:] = (np.diff(sitting[by_night]) != 0) | (np.diff(nights[known][by_night]) != 0)
    found[known] = np.bincount(sitting[by_night], first.astype(np.float64)).astype(np.int64)[sitting]
    return found
