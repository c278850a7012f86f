from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.audit.disclosure.narrowest import narrowest_bounds
from crampstats.audit.disclosure.profiles import PROFILES
from crampstats.audit.disclosure.release import release_tables
from crampstats.audit.disclosure.tables import CountTable


def tables(seed: int) -> list[CountTable]:
    """Cramps by site and by age, of random people."""
    rng = np.random.default_rng(seed)
    people = pd.DataFrame({
        "cramps": rng.choice(["yes", "no"], 300), "site": rng.choice(list("ABCDE"), 300, p=[0.5, 0.3, 0.1, 0.07, 0.03]),
        "age": rng.choice(["20-39", "40-59", "60+"], 300, p=[0.7, 0.26, 0.04]),
    })
    return [
        CountTable(name, people.groupby([name, "cramps"]).size().unstack(fill_value=0).stack().rename("n").reset_index())
        for name in ("site", "age")
    ]


@pytest.mark.parametrize("profile", ["cms", "nhs", "opensafely"])
@pytest.mark.parametrize("seed", range(6))
def test_the_number_known_best_is_the_narrowest_of_all_bounds(seed, profile):
    release = release_tables(tables(seed), PROFILES[profile])
    every = release.bounds()
    width = (every["high"] - every["low"]).min()
    low, high = narrowest_bounds(release)
    assert high - low == pytest.approx(width)


def test_where_nothing_is_hidden_there_is_none():
    counts = pd.DataFrame({"site": ["A", "B"], "n": [100, 50]})
    assert narrowest_bounds(release_tables([CountTable("site", counts)], PROFILES["cms"])) is None
