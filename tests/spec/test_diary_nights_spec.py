"""Runs the specification of the night: what is written, in which zone, and of which night it is."""

import numpy as np
import pandas as pd
import pytest

from crampstats.ingest.diary.nights import night_hours, night_of, read_wall_clock

from .test_spec import read_spec

SPEC = read_spec("diary_nights.txt")
HOURS = SPEC.pop("Hours of a night")
ROWS = [(block, row) for block, rows in SPEC.items() for row in rows]


@pytest.mark.parametrize("row", [row for _, row in ROWS], ids=[f"{block}: {row['written']} {row['zone']}" for block, row in ROWS])
def test_a_moment_belongs_to_the_night_specified(row):
    clock = read_wall_clock(pd.Series([row["written"]]), row["zone"] or None)
    night = night_of(clock.wall)
    wall = "" if pd.isna(clock.wall[0]) else clock.wall[0].strftime("%Y-%m-%d %H:%M")
    evening = "" if pd.isna(night[0]) else str(np.datetime64(int(night[0]), "D"))
    offset = "" if pd.isna(clock.offset_minutes[0]) else str(clock.offset_minutes[0])
    assert (wall, evening, offset, clock.sort[0]) == (row["wall"], row["night"], row["offset"], row["said"])


@pytest.mark.parametrize("row", HOURS, ids=[f"{row['night']} {row['zone']} {row['after']}" for row in HOURS])
def test_a_night_is_as_long_as_specified(row):
    nights = pd.Series([np.datetime64(row["night"], "D").astype(int)])
    assert night_hours(nights, row["zone"], row["after"] or None).tolist() == [float(row["hours"])]
