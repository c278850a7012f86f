"""Laws of a diary: no night is invented, none is lost, and a lag is the same person's night so many nights before."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from crampstats.core.diary import DiaryPanel

NIGHTS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 40)), min_size=1, max_size=30, unique=True)


def panel_of(nights: list[tuple[str, int]], longest_gap: int = 60) -> DiaryPanel:
    table = pd.DataFrame(nights, columns=["person", "night"]).assign(cramp=[hash_of(*one) for one in nights])
    return DiaryPanel(table, longest_gap=longest_gap)


def hash_of(person: str, night: int) -> float:
    """A number that tells which night a cell came from."""
    return 1000.0 * ord(person) + night


@given(nights=NIGHTS, longest_gap=st.integers(0, 60))
@settings(deadline=None)
def test_every_logged_night_stays_where_it_was_and_the_others_are_missed(nights: list[tuple[str, int]], longest_gap: int) -> None:
    panel = panel_of(nights, longest_gap)
    kept = list(zip(panel.table["person"][panel.logged], panel.nights[panel.logged].tolist(), strict=True))
    assert kept == sorted(nights)
    np.testing.assert_array_equal(panel.values("cramp")[panel.logged], [hash_of(*one) for one in sorted(nights)])
    assert np.isnan(panel.values("cramp")[~panel.logged]).all()


@given(nights=NIGHTS)
@settings(deadline=None)
def test_nights_of_a_person_follow_one_another(nights: list[tuple[str, int]]) -> None:
    panel = panel_of(nights)
    same = np.diff(panel.codes) == 0
    assert (np.diff(panel.nights)[same] == 1).all()
    assert (np.diff(panel.codes) >= 0).all()


@given(nights=NIGHTS, longest_gap=st.integers(0, 60), lag=st.integers(-5, 5))
@settings(deadline=None)
def test_a_lag_is_the_same_persons_night_so_many_nights_before(
    nights: list[tuple[str, int]], longest_gap: int, lag: int
) -> None:
    panel = panel_of(nights, longest_gap)
    # written out by hand for each night: what stands in the diary, unless a longer silence parts the two nights
    silent = longest_gap < 5
    for person, night, found in zip(panel.table["person"], panel.nights, panel.lagged("cramp", lag), strict=True):
        expected = hash_of(person, night - lag) if (person, night - lag) in nights else np.nan
        if silent and np.isnan(found):
            continue
        np.testing.assert_array_equal(found, expected)


@given(nights=NIGHTS, seed=st.integers(0, 100))
@settings(deadline=None)
def test_the_order_of_the_rows_does_not_matter(nights: list[tuple[str, int]], seed: int) -> None:
    shuffled = [nights[place] for place in np.random.default_rng(seed).permutation(len(nights))]
    pd.testing.assert_frame_equal(panel_of(nights).table, panel_of(shuffled).table)
