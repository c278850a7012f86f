"""Laws of the grouped sum on tables drawn at random; what engines are known to do otherwise is in tests/engines/test_pitfalls."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crampstats.core import totals
from crampstats.core.design import DOMAIN, SurveyDesign
from crampstats.core.totals import (
    ONE,
    ROWS,
    _collected_sums,
    _tidy,
    between,
    group_sums,
    level,
    missing,
    num,
    outside,
    present,
    sufficient_stats,
)

TERMS = {
    "w": num("w"), "wy": num("w") * level("y", 1), "wx": num("w") * num("x", 2.5), "ww": num("w") * num("w"),
    "known": present("x"), "unknown": missing("y"), "far": outside("x", -1.0, 1.0), "inside": between("x", -1.0, 1.0),
    "count": ONE, "yes": num("flag"), "flagged": level("flag", True),
}


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """Small tables with missing keys, missing numbers, yes/no and text."""
    n = draw(st.integers(1, 40))

    def column(values: st.SearchStrategy) -> list:
        return draw(st.lists(values, min_size=n, max_size=n))

    number = st.one_of(st.none(), st.floats(-5, 5, allow_nan=False).map(lambda x: round(x, 3)))
    return pd.DataFrame({
        "stratum": pd.array(column(st.integers(1, 3)), dtype="int64"),
        "sex": pd.array(column(st.sampled_from(["f", "m", None])), dtype="str"),
        "y": pd.array(column(st.sampled_from([0, 1, None])), dtype="Int64"),
        "x": pd.array(column(number), dtype="Float64"),
        "w": pd.array(column(st.floats(0, 1000).map(lambda x: round(x, 2))), dtype="float64"),
        "flag": pd.array(column(st.sampled_from([True, False, None])), dtype="boolean"),
    })


def same(one: pd.DataFrame, other: pd.DataFrame, by: list[str]) -> None:
    assert len(one) == len(other)
    for name in by:
        assert one[name].astype("object").where(one[name].notna(), None).tolist() == \
            other[name].astype("object").where(other[name].notna(), None).tolist()
    np.testing.assert_array_equal(one[ROWS], other[ROWS])
    for name in TERMS:
        np.testing.assert_allclose(one[name], other[name], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("by", [[], ["stratum"], ["sex", "stratum"], ["stratum", "y", "flag"]])
@given(frame=frames())
@settings(max_examples=20, deadline=None)
def test_bincount_and_narwhals_agree_on_pandas(by: list[str], frame: pd.DataFrame) -> None:
    where = present("w") * between("w", 1.0)
    slow = _tidy(_collected_sums(frame, by, TERMS, where), by, TERMS)
    same(sufficient_stats(frame, by, TERMS, where), slow, by)


@pytest.mark.parametrize("engine", ["numpy", "pyarrow", "lazy", "duckdb"])
@given(frame=frames())
@settings(max_examples=15, deadline=None)
def test_every_engine_gives_the_same_totals(engine: str, frame: pd.DataFrame) -> None:
    by = ["sex", "stratum", "y"]
    numpy_backed = frame.assign(
        x=frame["x"].to_numpy(dtype=float, na_value=np.nan), y=frame["y"].to_numpy(dtype=float, na_value=np.nan),
    )
    arrow = pa.Table.from_pandas(frame, preserve_index=False)
    other = {
        "numpy": lambda: numpy_backed, "pyarrow": lambda: arrow, "lazy": lambda: pl.from_arrow(arrow).lazy(),
        "duckdb": lambda: duckdb.connect().from_arrow(arrow),
    }[engine]()
    same(sufficient_stats(frame, by, TERMS), sufficient_stats(other, by, TERMS), by)


@given(frame=frames(), seed=st.integers(0, 2**16))
@settings(max_examples=20, deadline=None)
def test_order_of_rows_does_not_matter(frame: pd.DataFrame, seed: int) -> None:
    shuffled = frame.sample(frac=1, random_state=seed)
    same(sufficient_stats(frame, ["sex", "y"], TERMS), sufficient_stats(shuffled, ["sex", "y"], TERMS), ["sex", "y"])


@given(frame=frames())
@settings(max_examples=20, deadline=None)
def test_groups_add_up_to_the_whole(frame: pd.DataFrame) -> None:
    parts, whole = sufficient_stats(frame, ["sex", "stratum"], TERMS), sufficient_stats(frame, [], TERMS)
    for name in TERMS:
        assert parts[name].sum() == pytest.approx(whole[name].iloc[0], rel=1e-9, abs=1e-9)
    assert parts[ROWS].sum() == len(frame)


def test_categories_and_text_make_the_same_keys() -> None:
    frame = pd.DataFrame({"g": pd.Categorical(["b", "a", None, "b"], categories=["b", "a", "unused"]), "w": [1.0, 2.0, 4.0, 8.0]})
    one = sufficient_stats(frame, ["g"], {"w": num("w")})
    other = sufficient_stats(frame.assign(g=frame["g"].astype("str")), ["g"], {"w": num("w")})
    assert one["w"].tolist() == other["w"].tolist() == [2.0, 9.0, 4.0]


def test_many_key_combinations_fall_back_to_the_observed_ones() -> None:
    n = 3000
    frame = pd.DataFrame({"a": np.arange(n), "b": np.arange(n) % 997, "w": 1.0})
    sums = sufficient_stats(frame, ["a", "b"], {"w": num("w")})
    assert len(sums) == n
    assert sums["w"].eq(1.0).all()


@given(frame=frames(), block=st.integers(1, 9))
@settings(max_examples=20, deadline=None)
def test_blocks_of_rows_add_up(frame: pd.DataFrame, block: int) -> None:
    """Large frames are summed block by block; small blocks must give what the engines' own sum gives."""
    by = ["sex", "y"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(totals, "BLOCK", block)
        blocked = sufficient_stats(frame, by, TERMS, between("w", 1.0))
    same(blocked, _tidy(_collected_sums(frame, by, TERMS, between("w", 1.0)), by, TERMS), by)


@given(frame=frames())
@settings(max_examples=20, deadline=None)
def test_rows_left_out_by_a_term_are_those_outside_its_domain(frame: pd.DataFrame) -> None:
    """A domain as a key and the same domain as a filter give the same sums; only the rows outside are gone."""
    inside = level("sex", "f") * between("x", -1.0)
    design = SurveyDesign(pa.Table.from_pandas(frame, preserve_index=False)).subset(inside)
    kept = sufficient_stats(frame, ["stratum"], TERMS, inside)
    by_key = sufficient_stats(design.table, ["stratum", DOMAIN], TERMS)
    same(kept, by_key[by_key[DOMAIN].to_numpy(dtype=bool)].reset_index(drop=True), ["stratum"])


@given(frame=frames())
@settings(max_examples=20, deadline=None)
def test_sums_of_sums_are_the_sums(frame: pd.DataFrame) -> None:
    """Two levels, as per person and then overall, add up to one."""
    inner = group_sums(pa.Table.from_pandas(frame, preserve_index=False), ["stratum", "sex", "y"], TERMS)
    twice = sufficient_stats(inner, ["sex"], {name: num(name) for name in TERMS} | {"persons": num(ROWS)})
    once = sufficient_stats(frame, ["sex"], TERMS)
    same(once, twice.drop(columns=ROWS).rename(columns={"persons": ROWS}).astype({ROWS: "int64"}), ["sex"])
