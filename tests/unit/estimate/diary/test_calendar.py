"""Weekday, season and diary-day trends: who is compared with whom, and when the answer is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError
from crampstats.estimate.diary.calendar import (
    estimate_calendar,
    estimate_reactivity,
    estimate_season,
    estimate_weekdays,
)

NEW_YEAR = 20_089  # 2025-01-01, a Wednesday


def drawn(persons: int, span: int, chance, seed: int = 1, missed: float = 0.1, first: int = NEW_YEAR) -> DiaryPanel:
    """Persons of different rates; `chance` adds to the logit of day numbers."""
    rng = np.random.default_rng(seed)
    day = np.arange(span)
    logit = rng.normal(-1, 1, persons)[:, None] + chance(day)[None, :]
    cramp = (rng.random((persons, span)) < 1 / (1 + np.exp(-logit))).astype(float)
    kept = rng.random((persons, span)) >= missed
    who, when = np.nonzero(kept)
    return DiaryPanel(pd.DataFrame({"person": who, "night": first + when, "cramp": cramp[kept]}))


def test_the_night_of_a_weekday_is_that_of_its_evening():
    # cramps on Friday evenings alone: 2025-01-03 was a Friday
    panel = drawn(30, 56, lambda day: np.where((day + 3 - 1) % 7 == 4, 2.0, -1.0))
    frame = estimate_weekdays(panel).frame.set_index("level")
    assert frame["estimate"].drop("six weekdays vs Monday").idxmax() == "Friday"
    assert frame.loc["Friday", "conf_low"] > 5
    assert frame.loc["six weekdays vs Monday", "p_value"] < 1e-6
    assert frame.loc["Friday", "measure"] == "odds ratio (conditional)"


def test_exchanging_the_reference_weekday_leaves_the_joint_test_alone():
    panel = drawn(20, 42, lambda day: 0.0 * day)
    one, other = (estimate_weekdays(panel, reference=day).frame.iloc[-1] for day in ("Monday", "Sunday"))
    assert one["estimate"] == pytest.approx(other["estimate"], rel=1e-8)


def test_weekdays_never_logged_are_named():
    panel = drawn(10, 5, lambda day: 0.0 * day)
    with pytest.raises(DataError, match="no night of Monday, Tuesday was logged"):
        estimate_weekdays(panel)
    with pytest.raises(OptionError, match="valid: Monday, Tuesday"):
        estimate_weekdays(drawn(10, 20, lambda day: 0.0 * day), reference="Funday")


def test_a_trend_along_the_diary_is_found_within_persons():
    frame = estimate_reactivity(drawn(60, 56, lambda day: -0.3 * day / 7)).frame
    cramps = frame[frame["outcome"] == "cramp"].iloc[0]
    assert cramps["conf_low"] < np.exp(-0.3) < cramps["conf_high"] < 1
    logged = frame[frame["outcome"] == "logged"].iloc[0]
    assert logged["conf_low"] < 1 < logged["conf_high"]


def test_fatigue_with_the_diary_shows_in_the_logging():
    rng = np.random.default_rng(4)
    who, day = np.repeat(np.arange(40), 60), np.tile(np.arange(60), 40)
    kept = rng.random(2400) < 1 / (1 + np.exp(-(2.5 - 0.4 * day / 7)))
    kept |= (day == 0) | (day == 59)
    table = pd.DataFrame({"person": who, "night": NEW_YEAR + day, "cramp": (rng.random(2400) < 0.3).astype(float)})[kept]
    frame = estimate_reactivity(DiaryPanel(table)).frame.set_index("outcome")
    assert frame.loc["logged", "conf_low"] < np.exp(-0.4) < frame.loc["logged", "conf_high"] < 1
    assert frame.loc["logged", "level"] == "per week of diary"


def test_without_a_missed_night_the_logging_has_no_trend():
    found = estimate_reactivity(drawn(20, 30, lambda day: 0.0 * day, missed=0.0))
    assert found.frame["outcome"].tolist() == ["cramp"]
    assert any("No night was missed" in note for note in found.notes)


WAVE = {"north": "July, summer", "south": "July, winter"}


@pytest.mark.parametrize("within", [False, True])
@pytest.mark.parametrize("hemisphere", ["north", "south"])
def test_the_season_has_its_height_and_its_peak(hemisphere, within):
    panel = drawn(40, 365, lambda day: 0.5 * np.cos(2 * np.pi * (day - 195) / 365.2425))
    frame = estimate_season(panel, hemisphere=hemisphere, within=within).frame
    peak = frame.loc[1]
    assert peak["conf_low"] < 196 < peak["conf_high"]
    assert peak["level"].endswith(WAVE[hemisphere])
    if within:  # of peak against trough: exp(2 * 0.5)
        assert frame.loc[0, "conf_low"] < np.e < frame.loc[0, "conf_high"]
    else:  # averaged over persons it lies nearer 1
        assert 1 < frame.loc[0, "estimate"] < np.e
    assert frame.loc[0, "p_value"] < 1e-6


def test_without_a_season_the_peak_has_no_interval_and_the_height_a_caution():
    frame = estimate_season(drawn(20, 365, lambda day: 0.0 * day, seed=3)).frame
    assert frame.loc[0, "p_value"] > 0.05
    assert frame.loc[0, "conf_low"] == 1
    assert np.isnan(frame.loc[1, "conf_low"])
    assert "no season told from chance" in frame.loc[1, "caution"]


def test_a_diary_of_two_months_has_no_season():
    with pytest.raises(DataError, match="span 63 nights in 3 month"):
        estimate_season(drawn(20, 63, lambda day: 0.0 * day, missed=0.0))


def test_two_summers_are_no_year():
    panel = drawn(10, 60, lambda day: 0.0 * day, first=NEW_YEAR + 150)
    later = panel.table.assign(night=panel.table["night"] + 365)
    both = DiaryPanel(pd.concat([panel.table, later])[["person", "night", "cramp"]].dropna())
    with pytest.raises(DataError, match="3 month"):
        estimate_season(both)


def test_the_calendar_by_name_is_the_same():
    panel = drawn(15, 40, lambda day: 0.0 * day)
    assert estimate_calendar(panel, by="diary_day").to_json() == estimate_reactivity(panel).to_json()
    with pytest.raises(OptionError, match="weekday, season, diary_day"):
        estimate_calendar(panel, by="month")


@pytest.mark.parametrize("persons", [2, 6])
def test_few_persons_are_too_few_to_test_seven_weekdays(persons):
    rng = np.random.default_rng(4)
    table = pd.DataFrame({"person": np.repeat(range(persons), 30), "night": list(range(30)) * persons,
                          "cramp": rng.integers(0, 2, 30 * persons)})
    row = estimate_weekdays(DiaryPanel(table)).frame.iloc[-1]
    assert row["measure"] == "Wald F"
    assert np.isnan(row["estimate"])
    assert row["caution"] == "suppress: too few persons to test 6 ratios together"
