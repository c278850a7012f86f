"""Laws of pooling, whatever the numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from crampstats.core.estimates import Estimates
from crampstats.estimate.imputation_pooling import pool_imputations, pool_rubin

effects = st.floats(-5, 5, allow_nan=False).map(lambda value: round(value, 6))
errors = st.floats(0.01, 3).map(lambda value: round(value, 6))
complete_df = st.floats(1, 200)
imputations = st.lists(st.tuples(effects, errors), min_size=2, max_size=8)
NUMBERS = ["estimate", "std_error", "conf_low", "conf_high", "df", "p_value", "fraction_missing_information"]


def results(values: list[tuple[float, float]], df: float, *, unit: str = "", change=lambda effect: effect) -> list[Estimates]:
    return [
        Estimates(pd.DataFrame({"measure": ["a"], "estimate": change(effect), "std_error": error, "df": df, "p_value": 0.5,
                                "conf_low": 0.0, "conf_high": 0.0, "unit": unit}))
        for effect, error in values
    ]


def numbers(values: list[tuple[float, float]], df: float, **options: object) -> np.ndarray:
    return pool_imputations(results(values, df, **options)).frame[NUMBERS].to_numpy(dtype=float)[0]


@settings(deadline=None)
@given(imputations, complete_df)
def test_pooling_adds_uncertainty_and_never_df(values, df):
    effect, error = (np.array(column)[:, None] for column in zip(*values, strict=True))
    rubin = pool_rubin(effect, error**2, np.array([df]))
    assert rubin.std_error[0] ** 2 >= (error**2).mean() * (1 - 1e-12)
    assert 0 <= rubin.df[0] <= df
    assert rubin.df[0] <= pool_rubin(effect, error**2, np.array([np.inf])).df[0]
    assert 0 <= rubin.fraction[0] <= 1
    assert effect.min() - 1e-12 <= rubin.estimate[0] <= effect.max() + 1e-12


@settings(deadline=None, max_examples=25)
@given(imputations, complete_df)
def test_the_order_of_imputations_does_not_matter(values, df):
    if len(set(values)) > 1:
        np.testing.assert_allclose(numbers(values, df), numbers(values[::-1], df), rtol=1e-9, atol=1e-12)


@settings(deadline=None, max_examples=25)
@given(imputations, complete_df)
def test_a_ratio_and_its_inverse_are_pooled_to_inverses(values, df):
    ratio = numbers(values, df, unit="ratio", change=np.exp)
    inverse = numbers(values, df, unit="ratio", change=lambda effect: np.exp(-effect))
    if len(set(values)) > 1 and np.isfinite(ratio).all() and abs(np.log(ratio[2:4])).max() < 300:
        np.testing.assert_allclose(np.log(ratio[[0, 2, 3]]), -np.log(inverse[[0, 3, 2]]), rtol=1e-7, atol=1e-7)
        np.testing.assert_allclose(ratio[[1, 4, 5, 6]], inverse[[1, 4, 5, 6]], rtol=1e-7, atol=1e-12)


@settings(deadline=None, max_examples=25)
@given(effects, errors, complete_df, st.integers(2, 6))
def test_equal_results_are_returned_as_they_are(effect, error, df, m):
    parts = results([(effect, error)] * m, df)
    pooled = pool_imputations(parts).frame
    pd.testing.assert_frame_equal(pooled[parts[0].frame.columns], parts[0].frame, check_dtype=False)
