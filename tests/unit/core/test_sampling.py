from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import crampstats.core.sampling as sampling
from crampstats.core.errors import DataError, OptionError
from crampstats.core.sampling import sample_units

ROWS = 3_000
NIGHTS = pd.DataFrame({
    "row": np.arange(ROWS), "stratum": np.arange(ROWS) % 4, "person": np.arange(ROWS) // 6,
    "small": (np.arange(ROWS) // 6 % 256 - 128).astype("int8"),
    "large": (np.arange(ROWS) // 6 * 4_611_686_018_427_387 - 2**61),
    "hashed": (np.arange(ROWS) // 6).astype("uint64") * np.uint64(18_446_744_073_709_551),
    "code": [f"P{row // 6:05d}" for row in range(ROWS)], "float": np.arange(ROWS) // 6 - 100.0,
})
KEYS = ["person", "small", "large", "hashed", "code", ["stratum", "person"], ["stratum", "code"], ["code", "float"]]


def as_duckdb(table: pa.Table):
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect()
    connection.register("given", table)
    connection.execute("create table nights as select * from given")
    return connection.table("nights")


ENGINES = {
    "nullable": lambda table: table.to_pandas().convert_dtypes(),
    "arrow": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "pyarrow": lambda table: table, "polars": pl.from_arrow, "lazy": lambda table: pl.from_arrow(table).lazy(),
    "duckdb": as_duckdb,
}


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_draws_the_same_units(engine):
    table = ENGINES[engine](pa.Table.from_pandas(NIGHTS, preserve_index=False))
    for unit in KEYS:
        want = sample_units(NIGHTS, unit, 0.2, seed=5)["row"]
        assert sorted(sample_units(table, unit, 0.2, seed=5)["row"]) == want.tolist()


@pytest.mark.parametrize("unit", ["person", "code", ["stratum", "person"]])
def test_units_are_drawn_whole(unit):
    drawn = sample_units(NIGHTS, unit, 0.3, seed=1)
    assert drawn.groupby(unit).size().equals(NIGHTS.groupby(unit).size().loc[drawn.groupby(unit).size().index])


def test_the_order_of_the_rows_does_not_matter():
    mixed = NIGHTS.sample(frac=1, random_state=3)
    assert sorted(sample_units(mixed, "code", 0.1, seed=2)["row"]) == sample_units(NIGHTS, "code", 0.1, seed=2)["row"].tolist()


@pytest.mark.parametrize("unit", ["person", "code"])
def test_a_smaller_sample_is_part_of_a_larger_one_and_another_seed_draws_others(unit):
    choices = ((0.1, 4), (0.4, 4), (0.1, 9))
    small, large, other = (set(sample_units(NIGHTS, unit, fraction, seed=seed)[unit]) for fraction, seed in choices)
    assert small < large
    assert len(small & other) < len(small) / 2


@pytest.mark.parametrize("unit", ["person", "code"])
@pytest.mark.parametrize("fraction", [0.05, 0.5])
def test_the_number_drawn_is_binomial(unit, fraction):
    """Over 30 seeds the mean of 2,000 f lies within 4 standard errors, and the variance within the bounds of chi-squared(29)."""
    persons = pd.DataFrame({"person": np.arange(2_000)})
    persons["code"] = "P" + persons["person"].astype(str)
    counts = np.array([len(sample_units(persons, unit, fraction, seed=seed)) for seed in range(30)])
    variance = 2_000 * fraction * (1 - fraction)
    assert abs(counts.mean() - 2_000 * fraction) < 4 * np.sqrt(variance / 30)
    assert 10 < 29 * counts.var(ddof=1) / variance < 60


def test_neighbours_are_drawn_independently():
    """The chance that the next person is drawn too is the fraction."""
    persons = np.zeros(100_000, dtype=bool)
    persons[sample_units(pd.DataFrame({"person": np.arange(100_000)}), "person", 0.1, seed=3)["person"]] = True
    assert persons[1:][persons[:-1]].mean() == pytest.approx(0.1, abs=0.012)


@pytest.mark.parametrize("seed", range(4))
def test_units_in_a_row_are_drawn_independently_where_one_remainder_is_the_same_in_all(seed):
    """Four in a row are drawn with chance f^4, 320 times in 200,000; without the last step of the chain 192 to 420 times.

    Runs of four overlap: the variance is about n f^4 (1 + 2 f + 2 f^2 + 2 f^3), so that 4 standard deviations are 88.
    """
    n, fraction = 200_000, 0.2
    place = np.arange(n, dtype=np.int64)
    drawn = np.zeros(n, dtype=bool)
    persons = pd.DataFrame({"person": sampling.PRIMES[0] * place, "place": place})
    drawn[sample_units(persons, "person", fraction, seed=seed)["place"]] = True
    four = drawn[3:] & drawn[2:-1] & drawn[1:-2] & drawn[:-3]
    assert abs(four.sum() - n * fraction**4) < 88


def test_all_units_are_drawn_at_a_fraction_of_one():
    assert len(sample_units(NIGHTS, "person", 1, seed=1)) == ROWS


def test_whole_numbers_held_as_floats_are_the_same_units():
    floats = NIGHTS.assign(person=NIGHTS["person"].astype("float64"))
    want = sample_units(NIGHTS, "person", 0.1, seed=1)["row"].tolist()
    for table in (floats, pl.from_pandas(floats)):
        assert sample_units(table, "person", 0.1, seed=1)["row"].tolist() == want
    # beside text too, where a float would be written with its ".0"
    want = sample_units(NIGHTS, ["code", "person"], 0.1, seed=1)["row"].tolist()
    for table in (floats, pl.from_pandas(floats), as_duckdb(pa.Table.from_pandas(floats, preserve_index=False))):
        assert sorted(sample_units(table, ["code", "person"], 0.1, seed=1)["row"]) == want


def test_categories_are_the_same_units_as_their_text():
    want = sample_units(NIGHTS, "code", 0.1, seed=1)["row"].tolist()
    levels = NIGHTS.assign(code=NIGHTS["code"].astype("category"))
    for table in (levels, pl.from_pandas(levels), pa.Table.from_pandas(levels, preserve_index=False)):
        assert sample_units(table, "code", 0.1, seed=1)["row"].tolist() == want


@pytest.mark.parametrize("fraction", [0, -0.1, 1.5])
def test_a_fraction_beyond_0_to_1_is_refused(fraction):
    with pytest.raises(OptionError, match="at most 1 is expected"):
        sample_units(NIGHTS, "person", fraction, seed=1)


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_what_tells_no_units_apart_is_refused(make):
    with pytest.raises(OptionError, match=r"unknown column of units 'persn' .did you mean 'person'"):
        sample_units(make({"person": [1, 2]}), "persn", 0.5, seed=1)
    with pytest.raises(DataError, match=r"'person' is missing in 1 row.s.; every row must belong to a unit"):
        sample_units(make({"person": ["a", None]}), "person", 0.5, seed=1)
    with pytest.raises(DataError, match="'x': fractional numbers"):
        sample_units(make({"x": [1.0, 2.5]}), "x", 0.5, seed=1)
    with pytest.raises(DataError, match="'day' holds Datetime"):
        sample_units(make({"day": [pd.Timestamp("2026-11-23")]}), "day", 0.5, seed=1)


def test_nobody_drawn_is_no_empty_table():
    with pytest.raises(DataError, match="no unit was drawn at a fraction of 1e-06"):
        sample_units(NIGHTS, "person", 1e-6, seed=1)


def test_a_sample_too_large_for_memory_names_the_fraction_that_fits(monkeypatch):
    monkeypatch.setattr(sampling, "MAX_ROWS", 100)
    with pytest.raises(DataError, match=r"at most 100 are brought into memory from Polars: draw a fraction of 0\.032 or less"):
        sample_units(pl.from_pandas(NIGHTS), "person", 0.8, seed=1)


def test_too_many_units_of_text_are_refused(monkeypatch):
    monkeypatch.setattr(sampling, "MAX_TEXTS", 10)
    with pytest.raises(DataError, match="at most 10 can be named to an engine"):
        sample_units(NIGHTS, "code", 0.5, seed=1)
    monkeypatch.setattr("crampstats.core.tables.MAX_ROWS", 499)
    with pytest.raises(DataError, match=r"^more than 499 units of text; no more can be collected: number the units"):
        sample_units(NIGHTS, "code", 0.5, seed=1)
