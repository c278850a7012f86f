"""Laws of comparisons within a person: what does not vary cancels, who tells nothing changes nothing, names do not matter."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError
from crampstats.estimate.diary.conditional import ConditionalFit, fit_conditional
from crampstats.estimate.diary.triggers import estimate_lags

few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])


@st.composite
def diaries(draw):
    """Some persons with some nights each, gaps among them."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    persons, nights = draw(st.integers(4, 9)), draw(st.integers(8, 25))
    person = np.repeat(np.arange(persons), nights)
    table = pd.DataFrame({
        "person": person, "night": np.tile(20_000 + np.arange(nights), persons),
        "minutes": random.gamma(2, 1, len(person)).round(2),
        "lifting": (random.random(len(person)) < draw(st.floats(0.2, 0.8))).astype(float),
        "cramp": (random.random(len(person)) < random.beta(2, 2, persons)[person]).astype(float),
    })
    return table[random.random(len(table)) < 0.85]


def fitted(table, formula="cramp ~ minutes + lifting") -> ConditionalFit:
    try:
        return fit_conditional(DiaryPanel(table), formula)
    except DataError:
        assume(False)
        raise


def assert_same(one, two, sign=1):
    np.testing.assert_allclose(one.coefficients, sign * two.coefficients, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(one.corrected_covariance, two.corrected_covariance, rtol=1e-5, atol=1e-10)
    np.testing.assert_allclose(one.model_covariance, two.model_covariance, rtol=1e-6)
    np.testing.assert_allclose(one.log_likelihood, two.log_likelihood, rtol=1e-9)


@few
@given(diaries(), st.floats(-50, 50))
def test_adding_to_a_covariate_something_of_each_person_changes_nothing(table, size):
    assert_same(fitted(table.assign(minutes=table["minutes"] + size * (table["person"] % 3))), fitted(table))


@few
@given(diaries(), st.integers(1, 9), st.integers(0, 1))
def test_a_person_whose_nights_are_all_alike_changes_nothing(table, nights, cramp):
    more = pd.DataFrame({"person": 999, "night": range(nights), "minutes": np.arange(nights, dtype=float),
                         "lifting": np.arange(nights) % 2.0, "cramp": float(cramp)})
    assert_same(fitted(pd.concat([table, more])), fitted(table))


@few
@given(diaries(), st.randoms(use_true_random=False))
def test_names_of_persons_and_order_of_rows_do_not_matter(table, random):
    names = [f"P{i:03d}" for i in range(10)]
    random.shuffle(names)
    renamed = table.assign(person=[names[one] for one in table["person"]]).sample(frac=1, random_state=random.randint(0, 2**31))
    assert_same(fitted(renamed), fitted(table))


@few
@given(diaries())
def test_asking_for_nights_without_turns_the_sign(table):
    assert_same(fitted(table.assign(cramp=1 - table["cramp"])), fitted(table), sign=-1)


@few
@given(diaries(), st.integers(-1_000, 1_000))
def test_moving_all_nights_in_time_changes_no_lag(table, days):
    moved = table.assign(night=table["night"] + days)
    one, two = (estimate_lags(DiaryPanel(part), "cramp", "lifting") for part in (table, moved))
    pd.testing.assert_frame_equal(one.frame, two.frame)


@few
@given(diaries())
def test_turning_the_exposure_round_turns_the_ratio_round(table):
    turned = table.assign(lifting=1 - table["lifting"])
    one, two = (estimate_lags(DiaryPanel(part), "cramp", "lifting").frame for part in (table, turned))
    np.testing.assert_allclose(np.log(one["estimate"]), -np.log(two["estimate"]), atol=1e-10)
    np.testing.assert_allclose(one["std_error"], two["std_error"], rtol=1e-9)
