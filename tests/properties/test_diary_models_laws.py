"""Laws of models of nights: what must not matter does not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crampstats.core.diary import DiaryPanel
from crampstats.estimate.diary.gee import fit_gee
from crampstats.estimate.diary.mixed import fit_random_intercept

FORMULA = "cramp ~ minutes + arm"
FITS = {
    "gee": lambda table: fit_gee(DiaryPanel(table), FORMULA, correlation="exchangeable"),
    "mixed": lambda table: fit_random_intercept(DiaryPanel(table), FORMULA, nodes=9),
}


def made(seed):
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(24), 9)
    own = rng.normal(0, 1, 24)[person]
    return pd.DataFrame({
        "person": person, "night": np.tile(np.arange(9), 24), "minutes": rng.integers(0, 4, 216) * 10.0,
        "arm": rng.permutation(np.repeat(["a", "b"], 12))[person], "cramp": rng.binomial(1, 1 / (1 + np.exp(0.5 - own))),
    })


@pytest.mark.parametrize("kind", FITS)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_order_of_rows_and_names_of_persons_do_not_matter(kind, seed):
    table = made(seed)
    plain = FITS[kind](table)
    names = np.random.default_rng(seed).permutation([f"p{i:02d}" for i in range(24)])
    mixed = table.assign(person=names[table["person"]]).sample(frac=1, random_state=seed)
    other = FITS[kind](mixed)
    np.testing.assert_allclose(other.coefficients, plain.coefficients, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(covariance(other), covariance(plain), rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("kind", FITS)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.sampled_from([1e-6, 0.1, 3.0, 1e7]), shift=st.sampled_from([0.0, -5.0, 1e4]))
def test_unit_and_origin_of_a_covariate_move_its_coefficient_alone(kind, seed, size, shift):
    table = made(seed)
    plain, other = FITS[kind](table), FITS[kind](table.assign(minutes=(table["minutes"] + shift) * size))
    place = plain.names.index("minutes")
    arm = plain.names.index("arm[T.b]")
    assert other.coefficients[place] * size == pytest.approx(plain.coefficients[place], rel=1e-5, abs=1e-8)
    assert other.coefficients[arm] == pytest.approx(plain.coefficients[arm], rel=1e-5, abs=1e-7)
    errors = [np.sqrt(np.diag(covariance(one))) for one in (plain, other)]
    assert errors[1][place] * size == pytest.approx(errors[0][place], rel=1e-5)


@pytest.mark.parametrize("kind", FITS)
def test_swapping_yes_and_no_turns_every_odds_ratio_over(kind):
    table = made(3)
    plain, other = FITS[kind](table), FITS[kind](table.assign(cramp=1 - table["cramp"]))
    np.testing.assert_allclose(other.coefficients, -plain.coefficients, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(covariance(other), covariance(plain), rtol=1e-6)


def test_nights_written_twice_leave_an_independence_gee_as_it_is():
    """Every night twice doubles H and each person's score: coefficients and Liang-Zeger errors stay."""
    table = made(8)
    twice = pd.concat([table, table.assign(night=table["night"] + 20)])
    plain, other = (fit_gee(DiaryPanel(one), FORMULA) for one in (table, twice))
    np.testing.assert_allclose(other.coefficients, plain.coefficients, rtol=1e-9)
    np.testing.assert_allclose(other.covariance("liang_zeger"), plain.covariance("liang_zeger"), rtol=1e-9)


def covariance(fit):
    return fit.covariance("mancl_derouen") if callable(fit.covariance) else fit.covariance
