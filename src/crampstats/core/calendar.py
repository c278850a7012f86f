"""Days of the week and months by name: those of the standard library follow the machine's language."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

WEEK = 7
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)
EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday


def weekday_of(nights: NDArray[np.int64]) -> NDArray[np.int64]:
    """Day of the week, 0 Monday to 6 Sunday.

    Examples
    --------
    >>> weekday_of(np.array([0, 20513])).tolist()  # 1 January 1970 was a Thursday, 1 March 2026 a Sunday
    [3, 6]
    """
    return np.asarray((nights + EPOCH_WEEKDAY) % WEEK, dtype=np.int64)


def weekday_names(nights: NDArray[np.int64]) -> NDArray[Any]:
    """Day of the week by name.

    Examples
    --------
    >>> weekday_names(np.array([0, 20513])).tolist()
    ['Thursday', 'Sunday']
    """
    return np.array(WEEKDAYS, dtype=object)[weekday_of(nights)]
