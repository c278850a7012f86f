"""Cramp nights and cramps per week: what is counted, over what, and how sure that is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError
from crampstats.core.labels import Label
from crampstats.estimate.diary.rates import estimate_person_rates, estimate_rates
from crampstats.estimate.diary.rolling import estimate_rolling_rates


def diary(**persons: list[float | None]) -> DiaryPanel:
    """Consecutive nights of each person; None is a missed night."""
    rows = [
        {"person": person, "night": night, "cramp": value}
        for person, values in persons.items() for night, value in enumerate(values) if value is not None
    ]
    return DiaryPanel(pd.DataFrame(rows))


def first(panel: DiaryPanel, **options) -> pd.Series:
    return estimate_rates(panel, **options).frame.iloc[0]


def test_the_ratio_counts_nights_and_the_mean_counts_persons():
    # a: 1 of 2 nights; b: 1 of 8. Ratio 7 * 2 / 10, mean of persons 7 * (1/2 + 1/8) / 2
    frame = estimate_rates(diary(a=[1, 0], b=[1] + [0] * 7)).frame
    assert frame["estimate"].tolist() == pytest.approx([1.4, 7 * 0.3125])
    assert frame["n"].tolist() == [2, 2]
    assert frame["n_nights"].tolist() == [10, 10]
    assert frame["n_events"].tolist() == [2, 2]


def test_the_standard_error_is_that_of_persons_by_hand():
    # r = 2/10; residuals a: 1 - 0.2 * 2 = 0.6, b: 1 - 0.2 * 8 = -0.6; SE = 7 sqrt(2/1 * (0.36 + 0.36)) / 10
    assert first(diary(a=[1, 0], b=[1] + [0] * 7))["std_error"] == pytest.approx(7 * np.sqrt(2 * 0.72) / 10)


def test_a_missed_night_is_not_a_night_without_cramps():
    with_gap, shorter = diary(a=[1, None, 0], b=[0, 0]), diary(a=[1, 0], b=[0, 0])
    assert first(with_gap)["estimate"] == first(shorter)["estimate"] == pytest.approx(7 / 4)
    assert "1 of 5 nights were missed" in " ".join(estimate_rates(with_gap).notes)


def test_a_night_with_an_unknown_answer_counts_as_nothing():
    panel = DiaryPanel(pd.DataFrame({"person": list("aaabb"), "night": [1, 2, 3, 1, 2], "cramp": [1, np.nan, 0, 0, 0]}))
    assert first(panel)["n_nights"] == 4


def test_cramps_and_cramp_nights_are_two_measures():
    table = pd.DataFrame({"person": list("aabb"), "night": [1, 2, 1, 2], "cramp": [1, 0, 1, 0], "cramps": [3, 0, 1, 0]})
    frame = estimate_rates(DiaryPanel(table)).frame.set_index("measure")["estimate"]
    assert frame["cramp nights per week"] == pytest.approx(7 * 2 / 4)
    assert frame["cramps per week"] == pytest.approx(7 * 4 / 4)


def test_the_number_of_cramps_is_zero_on_a_night_without_one_and_tells_of_one_where_it_is_above():
    table = pd.DataFrame({
        "person": list("aabb"), "night": [1, 2, 1, 2], "cramp": [0, np.nan, 1, 0], "cramps": [np.nan, 2, 1, np.nan],
    })
    frame = estimate_rates(DiaryPanel(table)).frame.set_index("measure")
    assert frame.loc["cramps per week", "n_nights"] == 4
    assert frame.loc["cramp nights per week", "n_events"] == 2


def test_a_diary_that_counts_cramps_alone_tells_of_nights_too():
    table = pd.DataFrame({"person": list("aabb"), "night": [1, 2, 1, 2], "cramps": [3, 0, 1, 0]})
    assert estimate_rates(DiaryPanel(table)).frame.iloc[0]["n_events"] == 2


def test_nights_that_contradict_themselves_are_refused_with_their_number():
    table = pd.DataFrame({"person": list("aabb"), "night": [1, 2, 1, 2], "cramp": [1, 0, 1, 0], "cramps": [3, 1, 0, 0]})
    with pytest.raises(DataError, match=r"2 night\(s\) contradict themselves"):
        estimate_rates(DiaryPanel(table))


def test_groups_of_persons_and_of_nights_come_in_declared_order():
    table = pd.DataFrame({
        "person": np.repeat(list("abcd"), 4), "night": np.tile(range(4), 4), "cramp": [1, 0, 0, 0] * 2 + [1, 1, 0, 0] * 2,
        "sex": np.repeat(["women", "men"], 8), "exercise": np.tile([1.0, 0.0, np.nan, 0.0], 4),
    })
    panel = DiaryPanel(table, labels={"sex": Label("Sex", levels=("women", "men"))})
    by_sex = estimate_rates(panel, by="sex").frame
    assert by_sex["sex"].tolist()[:2] == ["women", "men"]
    assert by_sex["estimate"].tolist()[:2] == pytest.approx([7 / 4, 7 / 2])
    found = estimate_rates(panel, by="exercise")
    assert found.frame["n_nights"].tolist()[:2] == [8, 4]
    assert found.frame["n"].tolist()[:2] == [4, 4]
    assert any("4 logged nights with an unknown exercise" in note for note in found.notes)


def test_a_subset_narrows_the_nights_and_not_the_persons_of_the_variance():
    panel = diary(a=[1, 0, 1], b=[0, 0, 1], c=[0, 1, 0])
    assert first(panel.subset(np.arange(9) % 3 == 0))["n_nights"] == 3


def test_no_cramps_give_an_exact_upper_bound_and_a_caution():
    row = first(diary(a=[0] * 14, b=[0] * 14))
    assert row["estimate"] == row["conf_low"] == 0
    assert row["conf_high"] == pytest.approx(7 * (1 - 0.025 ** (1 / 28)))
    assert "too narrow" in row["caution"]


def test_no_cramps_counted_give_garwoods_upper_bound():
    table = pd.DataFrame({"person": np.repeat(["a", "b"], 14), "night": np.tile(range(14), 2), "cramps": 0.0})
    frame = estimate_rates(DiaryPanel(table)).frame.set_index("measure")
    assert frame.loc["cramps per week", "conf_high"] == pytest.approx(-7 * np.log(0.025) / 28)  # Garwood at 0 events


def test_a_group_without_cramps_is_as_uncertain_as_the_clustering_of_the_others_makes_it():
    rng = np.random.default_rng(1)
    often = np.repeat(rng.beta(0.4, 0.6, 20), 14)
    table = pd.DataFrame({
        "person": np.repeat(range(30), 14), "night": np.tile(range(14), 30),
        "group": np.repeat(["some"] * 20 + ["none"] * 10, 14),
        "cramp": np.r_[rng.random(280) < often, np.zeros(140)].astype(float),
    })
    none = estimate_rates(DiaryPanel(table), by="group").frame.set_index("group").loc["none"].iloc[0]
    assert none["conf_high"] > 3 * 7 * (1 - 0.025 ** (1 / 140))
    assert "design effect" in none["caution"]


def test_cramps_every_night_stay_at_seven_with_an_exact_lower_bound():
    row = first(diary(a=[1] * 14, b=[1] * 14))
    assert row["estimate"] == row["conf_high"] == 7
    assert row["conf_low"] == pytest.approx(7 * 0.025 ** (1 / 28))


def test_intervals_never_leave_what_is_possible():
    row = first(diary(a=[1] * 20, b=[1] * 19 + [0], c=[1] * 20))
    assert 0 < row["conf_low"] < row["estimate"] < row["conf_high"] < 7


def test_one_person_has_a_rate_and_no_interval_between_persons():
    row = first(diary(a=[1, 0, 0]))
    assert row["estimate"] == pytest.approx(7 / 3)
    assert np.isnan(row["std_error"])
    assert np.isnan(row["conf_low"])
    assert row["caution"].startswith("suppress: 0 degrees of freedom")


def test_one_night_of_one_person_is_answered():
    assert first(diary(a=[1.0]))["estimate"] == 7


def test_a_person_with_most_of_the_cramps_is_told():
    assert "one person has 90 % of the cramp nights" in first(diary(a=[1] * 9 + [0] * 5, b=[1] + [0] * 13))["caution"]


def test_rates_scale_with_the_period_they_are_counted_over():
    panel = diary(a=[1, 0, 1], b=[0, 0, 1])
    week, month = estimate_rates(panel).frame, estimate_rates(panel, per=28).frame
    assert month["measure"].iloc[0] == "cramp nights per 4 weeks"
    assert month["estimate"].tolist() == pytest.approx((4 * week["estimate"]).tolist())
    assert month["conf_high"].tolist() == pytest.approx((4 * week["conf_high"]).tolist())


def test_persons_who_logged_nothing_are_counted_in_a_note():
    enrolled = pd.DataFrame({"person": ["a", "b"], "first_night": [0, 0], "last_night": [3, 3]})
    panel = DiaryPanel(pd.DataFrame({"person": ["a"] * 2, "night": [0, 1], "cramp": [1, 0]}), enrolled=enrolled)
    assert any("1 of 2 persons logged no night" in note for note in estimate_rates(panel).notes)


@pytest.mark.parametrize("per", [0, -7, np.nan, np.inf])
def test_periods_that_are_none_are_refused(per):
    with pytest.raises(OptionError, match="number of nights above 0"):
        estimate_rates(diary(a=[1, 0]), per=per)


def test_a_diary_without_either_column_is_refused_with_those_it_has():
    with pytest.raises(OptionError, match="ache"):
        estimate_rates(DiaryPanel(pd.DataFrame({"person": ["a"], "night": [1], "ache": [1.0]})))


def test_a_diary_without_any_answer_is_refused():
    with pytest.raises(DataError, match="no logged night says"):
        estimate_rates(DiaryPanel(pd.DataFrame({"person": ["a"], "night": [1], "cramp": [np.nan]})))


def test_own_rates_have_one_row_per_person_and_measure():
    frame = estimate_person_rates(diary(a=[1, 0, 0, 0], b=[0, 0])).frame
    assert frame["person"].tolist() == ["a", "b"]
    assert frame["estimate"].tolist() == pytest.approx([7 / 4, 0])
    assert frame.loc[1, "conf_high"] == pytest.approx(7 * (1 - 0.025 ** (1 / 2)))


def test_a_moving_window_over_the_whole_diary_is_its_rate():
    rng = np.random.default_rng(2)
    panel = diary(**{name: list((rng.random(21) < 0.4).astype(float)) for name in "abcd"})
    last, whole = estimate_rolling_rates(panel, 21).frame.iloc[-1], first(panel)
    for name in ("estimate", "std_error", "conf_low", "conf_high", "n_nights", "n_events"):
        assert last[name] == pytest.approx(whole[name], rel=1e-12)


def test_a_moving_window_counts_nights_of_the_calendar_and_not_rows():
    panel = diary(a=[1, None, None, 0, 1], b=[0, 0, 0, 0, 0])
    frame = estimate_rolling_rates(panel, 3).frame
    # nights 0-2: a 1 of 1, b 0 of 3; nights 2-4: a 1 of 2 (0, 1), b 0 of 3
    assert frame["n_nights"].tolist() == [4, 4, 5]
    assert frame["n_events"].tolist() == [1, 0, 1]


def test_a_moving_window_along_the_diary_begins_with_each_persons_first_night():
    table = pd.DataFrame({"person": ["a"] * 3 + ["b"] * 3, "night": [0, 1, 2, 100, 101, 102], "cramp": [1, 0, 0, 1, 0, 0]})
    frame = estimate_rolling_rates(DiaryPanel(table), 1, along="diary_night").frame
    assert frame["diary_night"].tolist() == [1, 2, 3]
    assert frame["estimate"].tolist() == pytest.approx([7, 0, 0])


def test_a_window_longer_than_the_diary_is_refused():
    with pytest.raises(DataError, match="no 30 nights in a row"):
        estimate_rolling_rates(diary(a=[1, 0], b=[0, 1]), 30)


def test_persons_who_share_one_rate_have_an_exact_interval_not_one_of_no_width():
    # 2 of 8 nights each: no variation over persons, Clopper-Pearson on 4 of 16 nights
    table = pd.DataFrame({"person": np.repeat(["a", "b"], 8), "night": list(range(8)) * 2, "cramp": [1, 1, 0, 0, 0, 0, 0, 0] * 2})
    frame = estimate_rates(DiaryPanel(table)).frame
    low, high = 7 * stats.beta.ppf(0.025, 4, 13), 7 * stats.beta.ppf(0.975, 5, 12)
    for _, row in frame.iterrows():
        assert row["estimate"] == pytest.approx(1.75)
        assert (row["conf_low"], row["conf_high"]) == pytest.approx((low, high))
        assert "2 persons with one and the same rate; exact interval" in row["caution"]
