"""Laws that associations, their adjusted p-values, their E-values and penalised fits obey."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crampstats.core.design import SurveyDesign
from crampstats.estimate.association import associate
from crampstats.estimate.e_values import e_value, e_value_of_limit
from crampstats.estimate.multiplicity import control_false_discovery, control_family_wise
from crampstats.estimate.penalised import fit_penalised, larger_covariance
from crampstats.estimate.regression import estimate_coefficients, fit_regression
from crampstats.estimate.subgroups import estimate_by_subgroup

NUMBERS = ["estimate", "std_error", "conf_low", "conf_high", "df", "p_value", "n"]
ADJUSTED = [*NUMBERS, "p_false_discovery_rate", "p_family_wise", "e_value", "e_value_limit"]

seeds = st.integers(0, 2**20)
p_values = st.lists(st.floats(0, 1), min_size=1, max_size=30)
ratios = st.floats(0.01, 100)


def sample(seed: int, rows: int = 300) -> pd.DataFrame:
    """Six strata of three PSUs; two exposures, a category, missing answers; made up."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({
        "stratum": np.repeat(np.arange(6), rows // 6), "psu": np.tile(np.repeat([1, 2, 3], rows // 18 + 1)[: rows // 6], 6),
        "weight": random.uniform(0.5, 3, rows), "age": random.normal(55, 12, rows), "female": random.integers(0, 2, rows),
        "statin": random.integers(0, 2, rows), "group": random.choice(["a", "b", "c"], rows),
    })
    chance = 1 / (1 + np.exp(0.6 - 0.4 * frame["statin"] - 0.02 * (frame["age"] - 55)))
    frame["cramps"] = (random.random(rows) < chance).astype(float)
    frame.loc[random.random(rows) < 0.05, "statin"] = np.nan
    return frame


def design(frame: pd.DataFrame) -> SurveyDesign:
    return SurveyDesign(frame, strata="stratum", psu="psu", weights="weight")


def numbers(frame: pd.DataFrame, columns: list[str] = ADJUSTED) -> np.ndarray:
    return frame[columns].to_numpy(dtype=float, na_value=np.nan)


@settings(deadline=None)
@given(p_values)
def test_adjusted_p_values_keep_the_order_and_are_never_smaller(values):
    rate, wise = control_false_discovery(values), control_family_wise(values)
    order = np.argsort(values, kind="stable")
    assert (np.diff(rate[order]) >= -1e-15).all()
    assert (np.diff(wise[order]) >= -1e-15).all()
    assert (rate >= np.array(values) - 1e-15).all()
    assert (wise >= rate - 1e-12).all()


@settings(deadline=None)
@given(p_values, st.integers(0, 29))
def test_a_test_that_was_not_made_changes_nothing(values, place):
    with_gap = np.insert(np.array(values), min(place, len(values)), np.nan)
    for control in (control_false_discovery, control_family_wise):
        found = control(with_gap)
        np.testing.assert_allclose(found[~np.isnan(with_gap)], control(values))


@settings(deadline=None)
@given(ratios, ratios)
def test_e_values_grow_with_the_distance_from_one_on_either_side(first, second):
    assert e_value(first) == pytest.approx(float(e_value(1 / first)))
    if abs(np.log(first)) < abs(np.log(second)):
        assert e_value(first) <= e_value(second) + 1e-12
    low, high = min(first, second), max(first, second)
    assert 1 <= e_value_of_limit(low, high) <= min(e_value(first), e_value(second)) + 1e-12


@settings(max_examples=8, deadline=None)
@given(seeds)
def test_an_adjusted_association_is_a_coefficient_of_the_regression(seed):
    frame = sample(seed)
    found = associate(design(frame), "cramps", ["group"], ["age", "female"]).frame
    expected = estimate_coefficients(fit_regression(design(frame), "cramps ~ group + age + female")).frame
    np.testing.assert_allclose(
        numbers(found[found["adjustment"] == "adjusted"], NUMBERS), numbers(expected[expected["exposure"] == "group"], NUMBERS)
    )


@settings(max_examples=6, deadline=None)
@given(seeds, st.permutations(["statin", "group", "female"]))
def test_the_order_of_exposures_moves_rows_and_changes_nothing_else(seed, order):
    frame = sample(seed)
    keys = ["exposure", "adjustment", "level"]
    first = associate(design(frame), "cramps", ["statin", "group", "female"], ["age"]).frame.sort_values(keys)
    second = associate(design(frame), "cramps", order, ["age"]).frame.sort_values(keys)
    np.testing.assert_allclose(numbers(first), numbers(second))


@settings(max_examples=6, deadline=None)
@given(seeds, st.floats(1e-3, 1e6))
def test_the_scale_of_weights_and_of_the_persons_order_does_not_matter(seed, factor):
    frame = sample(seed)
    other = frame.assign(weight=frame["weight"] * factor).sample(frac=1, random_state=seed)
    first = associate(design(frame), "cramps", ["statin", "group"], ["age"]).frame
    second = associate(design(other), "cramps", ["statin", "group"], ["age"]).frame
    np.testing.assert_allclose(numbers(first), numbers(second), rtol=1e-6)


@settings(max_examples=6, deadline=None)
@given(seeds)
def test_the_other_side_of_a_yes_no_exposure_has_the_reciprocal_ratio(seed):
    frame = sample(seed)
    first = associate(design(frame), "cramps", ["statin"], ["age"]).frame
    second = associate(design(frame.assign(statin=1 - frame["statin"])), "cramps", ["statin"], ["age"]).frame
    np.testing.assert_allclose(first["estimate"] * second["estimate"], 1.0, rtol=1e-8)
    np.testing.assert_allclose(first["conf_low"] * second["conf_high"], 1.0, rtol=1e-8)
    for name in ("std_error", "p_value", "e_value", "e_value_limit"):
        np.testing.assert_allclose(first[name], second[name], rtol=1e-6)


@settings(max_examples=6, deadline=None)
@given(seeds)
def test_a_subgroup_that_splits_nothing_else_is_the_models_of_its_domains(seed):
    frame = sample(seed).dropna()
    found = estimate_by_subgroup(design(frame), "cramps", "statin", subgroups=["group"]).frame
    for level in ("a", "b", "c"):
        alone = estimate_coefficients(fit_regression(design(frame).subset(frame["group"] == level), "cramps ~ statin")).frame
        row = found[found["subgroup_level"] == level]
        both = ["estimate", "std_error"]
        np.testing.assert_allclose(numbers(row, both)[0], numbers(alone, both)[0], rtol=1e-7)


@settings(max_examples=20, deadline=None)
@given(seeds, st.integers(1, 6))
def test_the_larger_covariance_is_as_large_as_both_in_every_direction(seed, size):
    random = np.random.default_rng(seed)
    first, second = (random.normal(size=(size, size + 2)) for _ in range(2))
    first, second = first @ first.T, second @ second.T + 1e-6 * np.eye(size)
    found = larger_covariance(first, second)
    for one in (first, second):
        assert np.linalg.eigvalsh(found - one).min() > -1e-8 * np.linalg.eigvalsh(found).max()


@settings(max_examples=6, deadline=None)
@given(seeds, st.floats(1e-3, 1e6))
def test_a_penalised_fit_does_not_know_the_scale_of_weights_or_of_columns(seed, factor):
    frame = sample(seed).assign(dialysis=0)
    frame.loc[frame.index[frame["cramps"] == 1][:9], "dialysis"] = 1
    first = fit_penalised(design(frame), "cramps ~ dialysis + age")
    scaled = frame.assign(weight=frame["weight"] * factor, age=frame["age"] * 1000 + 7)
    second = fit_penalised(design(scaled), "cramps ~ dialysis + age")
    np.testing.assert_allclose(first.coefficients[1], second.coefficients[1], rtol=1e-7)
    np.testing.assert_allclose(first.coefficients[2], second.coefficients[2] * 1000, rtol=1e-6)
    np.testing.assert_allclose(np.diag(first.covariance)[1], np.diag(second.covariance)[1], rtol=1e-6)
