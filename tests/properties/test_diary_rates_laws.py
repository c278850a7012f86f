"""Laws of rates, counts and trials that hold for any diary."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import CrampstatsError
from crampstats.estimate.diary.counts import estimate_counts, fit_counts
from crampstats.estimate.diary.rates import estimate_person_rates, estimate_rates
from crampstats.estimate.diary.rolling import estimate_rolling_rates
from crampstats.estimate.diary.trials import compare_treatments_crossover

NUMBERS = ["estimate", "std_error", "conf_low", "conf_high", "df"]
ANSWERS = st.one_of(st.none(), st.integers(0, 4))


@st.composite
def diaries(draw: st.DrawFn) -> DiaryPanel:
    """Up to six persons with up to twelve nights of counts, some missing."""
    persons = draw(st.lists(st.lists(ANSWERS, min_size=1, max_size=12), min_size=1, max_size=6))
    rows = [
        {"person": f"p{i}", "night": night, "cramps": np.nan if value is None else float(value), "group": "ab"[(i + night) % 2]}
        for i, own in enumerate(persons) for night, value in enumerate(own)
    ]
    return DiaryPanel(pd.DataFrame(rows))


def answered(function, *given_):
    try:
        return function(*given_)
    except CrampstatsError:
        return None


@given(diaries())
@settings(max_examples=30, deadline=None)
def test_every_diary_gets_rates_inside_their_bounds_or_a_clear_refusal(panel):
    found = answered(estimate_rates, panel)
    if found is None:
        assert panel.table["cramps"].isna().all()
        return
    frame = found.frame
    nights = frame["measure"].str.startswith("cramp nights")
    assert ((frame["estimate"] >= 0) & (frame["estimate"] <= 7 + 1e-9) | ~nights).all()
    held = frame["conf_low"].notna()
    assert (frame.loc[held, "conf_low"] <= frame.loc[held, "estimate"] + 1e-9).all()
    assert (frame.loc[held, "conf_high"] >= frame.loc[held, "estimate"] - 1e-9).all()
    assert (frame["conf_high"][nights & held] <= 7 + 1e-9).all()


@given(diaries(), st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_the_order_of_rows_and_the_names_of_persons_do_not_matter(panel, random):
    first = answered(estimate_rates, panel)
    if first is None:
        return
    table = panel.table.drop(columns="logged")
    names = dict(zip(panel.persons, random.sample(range(100), len(panel.persons)), strict=True))
    table = table.assign(person=table["person"].map(names)).iloc[random.sample(range(len(table)), len(table))]
    other = estimate_rates(DiaryPanel(table))
    np.testing.assert_allclose(first.frame[NUMBERS].to_numpy(float), other.frame[NUMBERS].to_numpy(float), rtol=1e-10, atol=1e-12)


@given(diaries())
@settings(max_examples=20, deadline=None)
def test_rates_of_groups_average_to_the_whole_by_their_nights(panel):
    whole, parts = answered(estimate_rates, panel), answered(lambda one: estimate_rates(one, by="group"), panel)
    if whole is None or parts is None:
        return
    for measure in ("cramp nights per week", "cramps per week"):
        rows = parts.frame[parts.frame["measure"] == measure]
        mean = (rows["estimate"] * rows["n_nights"]).sum() / rows["n_nights"].sum()
        np.testing.assert_allclose(mean, whole.frame.set_index("measure").loc[measure, "estimate"], rtol=1e-9, atol=1e-12)


@given(diaries())
@settings(max_examples=15, deadline=None)
def test_own_rates_weighted_by_nights_are_the_ratio(panel):
    whole, own = answered(estimate_rates, panel), answered(estimate_person_rates, panel)
    if whole is None or own is None:
        return
    rows = own.frame[own.frame["measure"] == "cramps per week"]
    mean = (rows["estimate"] * rows["n_nights"]).sum() / rows["n_nights"].sum()
    np.testing.assert_allclose(mean, whole.frame.set_index("measure").loc["cramps per week", "estimate"], rtol=1e-9, atol=1e-12)


@given(diaries(), st.integers(1, 12))
@settings(max_examples=15, deadline=None)
def test_windows_of_one_night_count_every_logged_night_once(panel, window):
    frame = answered(lambda one: estimate_rolling_rates(one, 1), panel)
    if frame is not None:
        assert frame.frame["n_nights"].sum() == panel.table["cramps"].notna().sum()
    longer = answered(lambda one: estimate_rolling_rates(one, window), panel)
    if longer is not None:
        assert (longer.frame["n_nights"] <= window * len(panel.persons)).all()


@given(diaries())
@settings(max_examples=15, deadline=None)
def test_a_poisson_rate_without_covariates_is_events_over_nights(panel):
    fit = answered(lambda one: fit_counts(one, "cramps ~ 1", model="poisson"), panel)
    if fit is not None:
        row = estimate_counts(fit, intercept=True).frame.iloc[0]
        np.testing.assert_allclose(row["estimate"], panel.table["cramps"].mean(), rtol=1e-8)


CELLS = st.tuples(st.integers(1, 30), st.integers(1, 30), st.integers(3, 20), st.integers(3, 20))


@given(st.lists(CELLS, min_size=4, max_size=8))
@settings(max_examples=20, deadline=None)
def test_numbering_the_periods_the_other_way_turns_their_ratio_alone(cells):
    rows = []
    for i, (first, second, n1, n2) in enumerate(cells):
        for period, count, nights in ((1, first, n1), (2, second, n2)):
            arm = "placebo" if (i + period) % 2 else "magnesium"
            rows += [{"person": i, "night": 100 * period + night, "period": period, "treatment": arm,
                      "cramps": float(count) if night == 0 else 0.0} for night in range(nights)]
    table = pd.DataFrame(rows)
    one = answered(compare_treatments_crossover, DiaryPanel(table))
    other = answered(compare_treatments_crossover, DiaryPanel(table.assign(period=3 - table["period"])))
    assert (one is None) == (other is None)
    if one is not None:
        np.testing.assert_allclose(one.frame.loc[[0, 2], "estimate"], other.frame.loc[[0, 2], "estimate"], rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(one.frame.loc[1, "estimate"], 1 / other.frame.loc[1, "estimate"], rtol=1e-7)
