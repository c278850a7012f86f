from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest

import crampstats.core.distributions as distributions
from crampstats.core.distributions import Distribution, Goal, scan_values

SHARES = (1e-9, 0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.999, 1.0)


def sorted_inverse(value, weight, share):
    """The least value whose cumulated weight reaches the share, by sorting."""
    order = np.argsort(value, kind="stable")
    cumulated = np.cumsum(weight[order])
    return value[order][min(np.searchsorted(cumulated, share * cumulated[-1]), len(value) - 1)]


def whole_numbers(random, size):
    return random.integers(-3, 4, size).astype(float)


VALUES = {
    "normal": lambda random, size: random.normal(27, 5, size),
    "one decimal": lambda random, size: random.normal(27, 5, size).round(1),
    "whole numbers": whole_numbers, "all the same": lambda random, size: np.full(size, 3.5),
    "one outlier": lambda random, size: np.append(random.normal(0, 1, size - 1), 1e300),
    "both ends of the floats": lambda random, size: np.append(random.normal(0, 1, size - 2), [-1.7e308, 1.7e308]),
    "next to each other": lambda random, size: 1.0 + random.integers(0, 4, size) * np.finfo(float).eps,
    "smallest floats": lambda random, size: random.integers(0, 50, size) * 5e-324,
    "mostly zero": lambda random, size: np.where(random.random(size) < 0.9, 0.0, random.exponential(1e-6, size)),
}


@pytest.mark.parametrize("leaf", [1_000_000, 20])
@pytest.mark.parametrize("kind", VALUES)
def test_every_goal_is_reached_at_the_value_that_sorting_finds(kind, leaf, monkeypatch):
    monkeypatch.setattr(distributions, "LEAF", leaf)
    monkeypatch.setattr(distributions, "MOST_SUMS", 200)
    random = np.random.default_rng(7)
    table = pl.DataFrame({
        "x": VALUES[kind](random, 3_000), "w": random.integers(0, 4, 3_000), "g": random.choice(["a", "b"], 3_000),
        "inside": random.random(3_000) < 0.8,
    })
    made = Distribution(scan_values(table, ["g"], "x", "w", "inside"), pd.DataFrame({"g": ["a", "b"]}))
    goals = [(cells, share) for cells in ((1.0, 0.0), (0.0, 1.0), (1.0, 1.0)) for share in SHARES]
    found = made.invert([Goal(np.array(cells), share) for cells, share in goals])
    for (cells, share), value in zip(goals, found, strict=True):
        chosen = table.filter(pl.col("inside") & (pl.col("w") > 0) & pl.col("g").is_in(["ab"[i] for i in (0, 1) if cells[i]]))
        assert value == sorted_inverse(chosen["x"].to_numpy(), chosen["w"].to_numpy().astype(float), share)


def test_cells_without_weight_have_no_value():
    table = pl.DataFrame({"x": [1.0, None, float("nan")], "g": ["a", "b", None]})
    made = Distribution(scan_values(table, ["g"], "x", None, None), pd.DataFrame({"g": ["a", "b", None]}, dtype="str"))
    found = made.invert([Goal(np.array(cells), 0.5) for cells in ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))])
    assert found[0] == 1.0
    assert np.isnan(found[1:]).all()


def test_a_table_whose_values_are_all_missing_has_no_quantiles():
    table = pl.DataFrame({"x": pl.Series([None, None], dtype=pl.Float64)})
    made = Distribution(scan_values(table, [], "x", None, None), pd.DataFrame(index=pd.RangeIndex(1)))
    assert np.isnan(made.invert([Goal(np.ones(1), 0.5)])).all()


def test_no_more_values_are_brought_at_once_than_may_be(monkeypatch):
    """Twenty groups that lie apart ask for the values of some hundred bins, each of which alone might be read."""
    random, most = np.random.default_rng(4), 1_000
    monkeypatch.setattr(distributions, "LEAF", 300)
    monkeypatch.setattr(distributions, "MOST_SUMS", most)
    monkeypatch.setattr(distributions, "BINS", 64)
    sizes, collect = [], distributions.collect_frame

    def told(frame):
        sizes.append(len(found := collect(frame)))
        return found

    monkeypatch.setattr(distributions, "collect_frame", told)
    names = [f"g{i:02d}" for i in range(20)]
    table = pl.DataFrame({"x": random.normal(size=20_000), "g": random.choice(names, 20_000)})
    table = table.with_columns(x=pl.col("x") + pl.col("g").str.slice(1).cast(pl.Int64) / 10)
    made = Distribution(scan_values(table, ["g"], "x", None, None), pd.DataFrame({"g": names}))
    goals = [(place, share) for place in range(20) for share in (0.1, 0.5, 0.9)]
    found = made.invert([Goal(np.eye(20)[place], share) for place, share in goals])
    for (place, share), value in zip(goals, found, strict=True):
        own = table.filter(pl.col("g") == names[place])["x"].to_numpy()
        assert value == sorted_inverse(own, np.ones(len(own)), share)
    assert max(sizes) <= 64 * 20  # the bins of the first cut; values come in turns
    assert sum(size > 300 for size in sizes) > 2
