"""Laws of the recall window: longer windows hold more, one night is the mean rate, never-crampers dilute, order is nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crampstats.core.diary import DiaryPanel
from crampstats.estimate.diary.recall import estimate_period_prevalence
from crampstats.estimate.diary.recall_counted import window_shares
from crampstats.estimate.diary.recall_likelihood import MODELS
from crampstats.estimate.diary.recall_models import fit_risk
from crampstats.estimate.diary.recall_nights import cramp_nights
from crampstats.estimate.diary.recall_short import estimate_short_diaries

DIARIES = st.lists(st.text("01-", min_size=1, max_size=12).filter(lambda marks: set(marks) != {"-"}), min_size=2, max_size=12)
QUICK = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def make(diaries: list[str]) -> DiaryPanel:
    rows = [(f"P{place:03d}", night, mark == "1") for place, marks in enumerate(diaries) for night, mark in enumerate(marks)
            if mark != "-"]
    return DiaryPanel(pd.DataFrame(rows, columns=["person", "night", "cramp"]))


@QUICK
@given(n=st.integers(1, 400), data=st.data())
def test_a_longer_window_holds_at_least_as_much(n, data):
    s = data.draw(st.integers(0, n))
    shares = np.array([window_shares([n], [s], window)[0] for window in range(1, n + 1)])
    assert (np.diff(shares) > -1e-9).all()
    assert shares[0] == np.float64(0) or abs(shares[0] - s / n) < 1e-9
    assert shares[-1] == (s > 0)


@QUICK
@given(diaries=DIARIES)
def test_one_night_is_the_mean_rate_of_persons_by_both_methods(diaries):
    panel = make(diaries)
    rate = np.mean([marks.count("1") / (marks.count("1") + marks.count("0")) for marks in diaries])
    for method in ("u_statistic", "kaplan_meier"):
        assert abs(estimate_period_prevalence(panel, "cramp", 1, method=method).frame["estimate"][0] - rate) < 1e-9


@QUICK
@given(diaries=DIARIES, window=st.integers(1, 4))
def test_one_more_person_who_never_cramps_lowers_every_share(diaries, window):
    more = [*diaries, "0" * 12]
    for method in ("u_statistic", "kaplan_meier"):
        before, after = (
            estimate_period_prevalence(make(one), "cramp", window, method=method).frame["estimate"][0] for one in (diaries, more)
        )
        assert np.isnan(before) or after <= before + 1e-9


@QUICK
@given(diaries=DIARIES, window=st.integers(1, 6), seed=st.integers(0, 9))
def test_the_order_of_persons_does_not_matter(diaries, window, seed):
    mixed = [diaries[place] for place in np.random.default_rng(seed).permutation(len(diaries))]
    for method in ("u_statistic", "kaplan_meier"):
        one, other = (estimate_period_prevalence(make(some), "cramp", window, method=method).frame for some in (diaries, mixed))
        for column in ("estimate", "std_error", "conf_low", "conf_high"):
            np.testing.assert_allclose(one[column].to_numpy(float), other[column].to_numpy(float), atol=1e-9)


@QUICK
@given(diaries=DIARIES, window=st.integers(1, 8))
def test_short_diaries_enclose_what_everybody_could_show(diaries, window):
    panel = make(diaries)
    low, high = estimate_short_diaries(panel, "cramp", window).frame["estimate"]
    row = estimate_period_prevalence(panel, "cramp", window).frame.iloc[0]
    assert -1e-9 <= low <= high + 1e-9 <= 1 + 2e-9
    if row["n_short"] == 0:
        assert abs(low - row["estimate"]) < 1e-9
        assert abs(high - row["estimate"]) < 1e-9


@QUICK
@given(diaries=DIARIES, window=st.integers(1, 12))
def test_estimates_lie_inside_their_intervals_and_intervals_between_0_and_1(diaries, window):
    for method in ("u_statistic", "kaplan_meier"):
        row = estimate_period_prevalence(make(diaries), "cramp", window, method=method).frame.iloc[0]
        if not np.isnan(row["conf_low"]):
            assert -1e-12 <= row["conf_low"] <= row["estimate"] + 1e-9
            assert row["estimate"] - 1e-9 <= row["conf_high"] <= 1 + 1e-12


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000))
def test_every_model_rises_from_0_nights_and_is_concave_in_the_window(seed):
    random = np.random.default_rng(seed)
    diaries = ["".join(str(int(random.random() < p)) for _ in range(20)) for p in random.beta(0.6, 3, 15)]
    nights = cramp_nights(make(diaries), "cramp")
    windows = np.arange(0, 200, dtype=float)
    for kind in MODELS:
        shares = fit_risk(kind, nights).shares(windows)
        steps = np.diff(shares)
        assert abs(shares[0]) < 1e-9
        assert (steps > -1e-9).all()
        assert (np.diff(steps) < 1e-9).all()
