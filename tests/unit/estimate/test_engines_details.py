"""Regressions on engines where a detail decides: weights of 0, the order of levels, numbers far from 0."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError
from crampstats.estimate.association import associate
from crampstats.estimate.regression import estimate_coefficients, fit_regression

from ...agreement import assert_same_rows
from .engine_people import assert_same_fit, designs
from .engine_people import people as everybody

pytestmark = pytest.mark.usefixtures("rows_stay_there")
DOSES = ("none", "daily", "weekly")


@pytest.fixture
def people() -> pd.DataFrame:
    return everybody()


def both(people: pd.DataFrame, to_engine, formula: str):
    """The fit on an engine, and the fit in memory."""
    near, far = designs(people, to_engine)
    return fit_regression(far, formula), fit_regression(near, formula)


@pytest.mark.parametrize("formula", ["cramp ~ group + statin", "cramp ~ group + potassium"])
def test_persons_without_weight_are_not_analysed(people, to_engine, way, formula):
    """A fifth of all have no weight, and a level that only they have."""
    none = np.arange(len(people)) % 5 == 0
    group = np.where(none, "nobody else", np.where(people["age"] > 50, "old", "young"))
    people = people.assign(
        weight=people["weight"].where(~none, 0.0), group=group, potassium=people["potassium"].where(~none, 1e4),
    )
    found, expected = both(people, to_engine, formula)
    assert_same_fit(found, expected)
    assert found.n == expected.n < 0.8 * len(people)
    assert "nobody else" not in " ".join(found.rows.names)


def test_a_label_gives_levels_of_text_their_order(people, to_engine, way):
    """Text sorts as high, low, mid; the label says low, mid, high."""
    people = people.assign(education=people["education"].astype(str))
    found, expected = both(people, to_engine, "cramp ~ education")
    assert [name for name in found.rows.names if "education" in name] == ["education[T.mid]", "education[T.high]"]
    assert_same_fit(found, expected)


@pytest.mark.parametrize("middle", [1e6, -1e8])
def test_a_skewed_covariate_far_from_zero_loses_no_digits(people, to_engine, middle):
    """Its range is many spreads wide, so that its middle is far from its mean."""
    tail = np.random.default_rng(3).pareto(2.5, len(people))
    near, far = designs(people.assign(far=np.round(middle + tail, 4), here=np.round(middle + tail, 4) - middle), to_engine)
    found = fit_regression(far, "cramp ~ far + age")
    assert found.rows.summed_on
    slopes = [
        estimate_coefficients(one).frame.loc[0, ["estimate", "std_error"]].to_numpy(dtype=float)
        for one in (found, fit_regression(near, "cramp ~ here + age"))
    ]
    np.testing.assert_allclose(*slopes, rtol=1e-7)


def test_values_far_from_most_others_cost_no_digits(to_engine):
    """Numbers are centred at their mean: the middle of this range, of 1e-8 to 1e8, is far from nearly all of them."""
    random, n = np.random.default_rng(3), 4_000
    frame = pd.DataFrame({
        "far": np.exp(random.normal(0, 5, n)), "y": random.integers(0, 2, n), "age": random.integers(18, 90, n),
        "psu": np.arange(n) // 20,
    })
    found, expected = (fit_regression(SurveyDesign(one, psu="psu"), "y ~ far + age") for one in (to_engine(frame), frame))
    for name in ("estimate", "std_error"):
        values = (estimate_coefficients(one).frame[name].to_numpy(dtype=float) for one in (found, expected))
        np.testing.assert_allclose(*values, rtol=1e-11)


def dictionary(values: np.ndarray) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(values, pa.int8()), pa.array(["unused", *DOSES]))


def test_a_category_has_its_declared_order_wherever_one_is_kept():
    random = np.random.default_rng(2)
    rows = pa.table({"y": random.integers(0, 2, 400), "dose": dictionary(random.integers(1, 4, 400))})
    duckdb = pytest.importorskip("duckdb").connect()
    duckdb.register("given", rows)
    duckdb.execute("create type dose as enum ('unused', 'none', 'daily', 'weekly')")
    duckdb.execute("create table enumerated as select y, dose::varchar::dose as dose from given")
    polars = pytest.importorskip("polars")
    levels = polars.Enum(["unused", *DOSES])
    enumerated = polars.from_arrow(rows).with_columns(polars.col("dose").cast(polars.String).cast(levels))
    expected = associate(SurveyDesign(rows.to_pandas()), "y", ["dose"]).frame
    assert expected["level"].tolist()[:2] == ["daily", "weekly"]
    for table in (rows, rows.to_pandas(types_mapper=pd.ArrowDtype), duckdb.table("enumerated"), enumerated):
        assert_same_rows(associate(SurveyDesign(table), "y", ["dose"]).frame, expected)


@pytest.mark.parametrize("where", ["memory", "engine"])
def test_an_interaction_that_nobody_has_is_refused_by_name_without_an_intercept_too(people, to_engine, where):
    old, young = people["age"] > 50, people["age"] <= 40
    people = people.assign(sex=np.where(old, "f", "m"), dose=np.where(old, "none", np.where(young, "high", "low")))
    near, far = designs(people, to_engine)
    with pytest.raises(DataError, match=r"the same value in all .* analysed persons"):
        fit_regression(near if where == "memory" else far, "cramp ~ sex:dose - 1")
