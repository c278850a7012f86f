"""Keys and listed values that engines hold in ways of their own: decimals, negative zero, NaN beside null, names with dots."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError
from crampstats.core.totals import group_sums, level, num, sufficient_stats, unlisted
from crampstats.estimate import analysed_rows
from crampstats.estimate.calibration import poststratify
from crampstats.estimate.diary.rates import estimate_rates
from crampstats.estimate.mean_comparisons import compare_ranks
from crampstats.estimate.means import estimate_mean
from crampstats.estimate.prevalence import estimate_prevalence
from crampstats.estimate.quantiles import estimate_quantiles
from crampstats.estimate.regression import estimate_coefficients, fit_regression

BIG = 2**60  # floats tell whole numbers apart up to 2^53
NAN = float("nan")


def decimals(values: list[int | None], scale: int = 0) -> pa.Array:
    return pa.array(values, pa.int64()).cast(pa.decimal128(38, scale))


@pytest.mark.parametrize("scale", [0, 4])
def test_whole_decimals_beyond_2_to_the_53_stay_apart(engine, scale):
    table = engine.table(pa.table({"id": decimals([BIG, BIG + 1, BIG + 2, BIG + 2, None], scale)}))
    found = sufficient_stats(table, ["id"], {})
    assert found["id"].dropna().tolist() == [BIG, BIG + 1, BIG + 2]
    assert found["rows"].tolist() == [1, 1, 2, 1]
    assert str(found["id"].dtype) == "Int64"


def test_sampling_units_whose_numbers_are_long_decimals_are_as_many_as_there_are(engine):
    ids = [BIG + i // 5 for i in range(50)]
    rows = pa.table({"psu": decimals(ids), "y": [int(i % 3 == 0) for i in range(50)]})
    found = estimate_prevalence(SurveyDesign(engine.table(rows), psu="psu"), "y").frame
    assert found["df"].tolist() == [9.0]  # ten units


def test_fractional_decimals_are_no_key(engine):
    table = engine.table(pa.table({"g": decimals([1, 2, 5], 2), "h": [1.0, 2.0, 2.5]}))
    assert sufficient_stats(table, ["g"], {})["g"].tolist() == [1, 2, 5]
    tenths = pa.table({"g": pa.array([1.0, 2.0, 2.5]).cast(pa.decimal128(38, 2))})
    with pytest.raises(DataError, match="g holds 1 fractional or infinite numbers"):
        sufficient_stats(engine.table(tenths), ["g"], {})


def test_negative_zero_is_zero_in_sums_of_sums(engine):
    if engine.is_pandas:
        pytest.skip("sums of sums are of engines")
    table = engine.table(pa.table({"g": [0.0, -0.0, 1.0, -0.0], "k": ["a", "a", "b", "b"]}))
    once = group_sums(table, ["g", "k"], {})
    assert sufficient_stats(once, [], {"entries": num("rows") * level("k", "a")})["rows"].tolist() == [3]


def test_whole_numbers_are_listed_among_floats_and_yes_no_among_whole_numbers(engine):
    small = pa.array([1, 2, 3, None], pa.int8())
    table = engine.table(pa.table({"code": [1.0, 2.0, 7.0, None], "k": [0, 1, 2, None], "small": small}))
    found = sufficient_stats(table, [], {
        "code": unlisted("code", (1, 2)), "k": unlisted("k", (True, False)), "small": unlisted("small", (1.0, 2.5)),
    })
    assert found[["code", "k", "small"]].iloc[0].tolist() == [1.0, 1.0, 2.0]


def test_a_domain_may_be_given_as_1_0_in_floats_with_gaps(engine):
    rows = pa.table({"adult": [1.0, 0.0, 1.0, None] * 10, "y": [1, 1, 0, 0] * 10})
    found = estimate_prevalence(SurveyDesign(engine.table(rows)).subset("adult"), "y").frame
    assert found[["n", "estimate"]].iloc[0].tolist() == [20, 0.5]


def test_a_name_with_a_dot_groups_or_is_refused(engine):
    rows = pa.table({"a.b": ["p", "q"] * 20, "y": [1, 0, 1, 1] * 10, "x": [float(i) for i in range(40)]})
    design = SurveyDesign(engine.table(rows))
    if engine.name.startswith("spark"):
        with pytest.raises(DataError, match="Spark cannot read the column"):
            estimate_prevalence(design, "y", by="a.b")
        return
    assert estimate_prevalence(design, "y", by="a.b").frame["estimate"].tolist() == [1.0, 0.5]
    assert estimate_quantiles(design, "x", [0.5], by="a.b").frame["estimate"].tolist() == [18.0, 19.0]


def test_numbers_that_only_unsigned_columns_hold_are_keys(engine):
    if engine.name == "postgres":
        pytest.skip("PostgreSQL has no unsigned numbers")
    table = engine.table(pa.table({"u": pa.array([2**63, 2**63 + 1, 2**63] * 4, pa.uint64())}))
    found = sufficient_stats(table, ["u"], {})
    assert found["u"].tolist() == [2**63, 2**63 + 1]
    assert found["rows"].tolist() == [8, 4]


def with_nan() -> pa.Table:
    return pa.table({
        "g": pa.array([0.0, 1.0, None, NAN, -0.0] * 40, pa.float64(), from_pandas=False),
        "v": np.random.default_rng(1).normal(size=200), "psu": [i // 10 for i in range(200)],
    })


def test_nan_beside_null_is_in_no_group_of_ranks(engine):
    found, expected = (
        compare_ranks(SurveyDesign(table), "v", "g").frame["estimate"].to_numpy(dtype=float)
        for table in (engine.table(with_nan()), with_nan().to_pandas())
    )
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_nan_beside_null_is_no_level_to_calibrate_on(engine):
    with pytest.raises(DataError, match=r"80 row\(s\) with a weight lack a level to calibrate on \(g: 80"):
        poststratify(SurveyDesign(engine.table(with_nan()), psu="psu"), "g", {0: 100.0, 1: 100.0})


@pytest.mark.parametrize("where", ["of pandas", "of arrow", "of Polars"])
def test_levels_nobody_has_change_nothing(where, monkeypatch):
    monkeypatch.setattr(analysed_rows, "FEW_NUMBERS", 0)  # rows stay where they are
    random = np.random.default_rng(3)
    frame = pd.DataFrame({
        "g": pd.Categorical(random.choice(["a", "b", "c"], 400), categories=["none", "a", "b", "between", "c", "last"]),
        "y": random.integers(0, 2, 400), "x": random.normal(size=400),
    })
    plain = frame.assign(g=pd.Categorical(frame["g"].astype(str), categories=["a", "b", "c"]))
    made = {"of pandas": lambda: frame, "of arrow": lambda: pa.Table.from_pandas(frame), "of Polars": lambda: polars_of(frame)}
    found, expected = (
        estimate_coefficients(fit_regression(SurveyDesign(table), "y ~ g + x")).frame for table in (made[where](), plain)
    )
    assert found["level"].tolist() == expected["level"].tolist()
    for name in ("estimate", "std_error", "df"):
        np.testing.assert_allclose(found[name].to_numpy(dtype=float), expected[name].to_numpy(dtype=float), rtol=1e-9)


def polars_of(frame: pd.DataFrame) -> object:
    """The frame with its category as an enumeration, which has an order."""
    import polars as pl

    return pl.from_pandas(frame).with_columns(pl.col("g").cast(pl.String).cast(pl.Enum(list(frame["g"].cat.categories))))


def test_nan_beside_null_is_no_group_of_nights(engine):
    rows = with_nan().append_column("cramp", pa.array([0, 1, 1, 0, 1] * 40))
    rows = rows.append_column("person", pa.array([i // 20 for i in range(200)]))
    rows = rows.append_column("night", pa.array([100 + i % 20 for i in range(200)]))
    found = estimate_rates(DiaryPanel(engine.table(rows.drop_columns(["v", "psu"]))), by="g").frame
    # cramps in half of the nights of 0.0 and -0.0 and in every night of 1.0, of 10 persons each
    assert found["g"].astype(float).tolist()[:2] == [0.0, 1.0]
    assert found["n"].tolist() == [10] * len(found)
    assert found["estimate"].tolist()[:2] == [3.5, 7.0]


def test_yes_no_with_gaps_is_yes_no_everywhere(engine):
    rows = pa.table({
        "b": pa.array([None if i % 9 == 0 else i % 2 == 1 for i in range(90)]), "y": [int(i % 3 == 0) for i in range(90)],
        "x": [float(i * 7 % 90) for i in range(90)], "psu": [i // 5 for i in range(90)],
    })
    design = SurveyDesign(engine.table(rows), psu="psu")
    share = rows.to_pandas()["b"].dropna().astype(float).mean()
    assert estimate_mean(design, "b").frame["estimate"].tolist() == pytest.approx([share], rel=1e-12)
    assert fit_regression(design, "b ~ x").n == 80
    assert estimate_coefficients(fit_regression(design, "y ~ b")).frame["level"].tolist() == ["yes"]
    assert len(compare_ranks(design, "b", "y").frame)


def test_the_sum_of_a_group_without_any_value_is_0_before_it_is_collected(engine):
    if engine.is_pandas:
        pytest.skip("sums of sums are of engines")
    table = engine.table(pa.table({"g": [1, 1, 2, 2], "x": pa.array([None, NAN, 1.0, None], pa.float64(), from_pandas=False)}))
    once = group_sums(table, ["g"], {"x": num("x")})
    found = sufficient_stats(once, ["x"], {})  # as keys: null would be a group beside 0
    assert found["x"].tolist() == [0, 1]


@pytest.mark.parametrize("by", [[], ["g"]])
def test_infinite_values_of_both_signs_have_no_sum(engine, by):
    table = engine.table(pa.table({"g": [1, 1, 2], "x": [float("inf"), -float("inf"), 1.0]}))
    with pytest.raises(DataError, match=r"1 sum\(s\) of 'x' are no numbers: there are infinite values of both signs"):
        sufficient_stats(table, by, {"x": num("x")})
