"""When a night was written down."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.errors import DataError
from crampstats.estimate.diary.entry_times import entry_delays, sitting_nights


def test_a_night_ends_at_the_noon_after_its_evening() -> None:
    night = np.array([0])  # the night of 1970-01-01, over at noon of the 2nd
    assert entry_delays(night, pd.Series(pd.to_datetime(["1970-01-02 12:00"]))).tolist() == [0.0]
    assert entry_delays(night, pd.Series(pd.to_datetime(["1970-01-01 12:00"]))).tolist() == [-24.0]


def test_an_entry_without_a_time_has_no_delay_and_no_sitting() -> None:
    when = pd.Series(pd.to_datetime([None, None]))
    assert np.isnan(entry_delays(np.array([0, 1]), when)).all()
    assert sitting_nights(np.array([0, 0]), np.array([0, 1]), when).tolist() == [0, 0]


def test_times_with_a_zone_are_refused() -> None:
    with pytest.raises(DataError, match="take it off first"):
        entry_delays(np.array([0]), pd.Series(pd.to_datetime(["1970-01-02 12:00"], utc=True)))


def test_a_sitting_goes_on_while_entries_follow_each_other() -> None:
    # 07:00, 07:25, 07:50 follow each other within half an hour; 08:30 does not; order in the file does not matter
    when = pd.Series(pd.to_datetime(["1970-01-09 07:50", "1970-01-09 07:00", "1970-01-09 08:30", "1970-01-09 07:25"]))
    assert sitting_nights(np.zeros(4, dtype=int), np.array([3, 1, 4, 2]), when).tolist() == [3, 3, 1, 3]


def test_a_night_entered_twice_in_a_sitting_is_one_night() -> None:
    when = pd.Series(pd.to_datetime(["1970-01-09 07:00", "1970-01-09 07:01"]))
    assert sitting_nights(np.zeros(2, dtype=int), np.array([1, 1]), when).tolist() == [1, 1]
