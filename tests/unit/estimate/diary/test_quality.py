"""How well a diary was kept; shares and odds ratios are held against R in tests/reference/diary/quality."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import OptionError
from crampstats.estimate.diary import quality
from crampstats.estimate.diary.quality import diary_quality, estimate_compliance


def _panel(nights: dict[str, str], **columns: list[object]) -> DiaryPanel:
    """Persons and their nights: "1" a cramp, "0" none, "." missed."""
    every = [(person, place, one) for person, text in nights.items() for place, one in enumerate(text)]
    rows = [(person, place, None if one == "." else float(one)) for person, place, one in every]
    table = pd.DataFrame(rows, columns=["person", "night", "cramp"]).assign(**columns)
    return DiaryPanel(table.assign(logged=table["cramp"].notna()))


def _row(panel: DiaryPanel, measure: str, level: str = "") -> pd.Series:
    frame = diary_quality(panel).frame
    found = frame[(frame["measure"] == measure) & frame["level"].str.startswith(level)]
    assert len(found) == 1, frame[["measure", "level"]]
    return found.iloc[0]


def test_the_share_logged_is_of_nights_and_its_spread_over_persons() -> None:
    found = estimate_compliance(_panel({"a": "01..", "b": "0000"})).frame.iloc[0]
    # 6 of 8 nights; residuals 2 - .75 * 4 = -1 and 4 - 3 = 1: variance 2 / 1 * 2 / 64 = 1 / 16
    assert (found["estimate"], found["std_error"], found["df"]) == (0.75, 0.25, 1)
    assert (found["n"], found["n_events"]) == (8, 6)


def test_long_diaries_weigh_more_in_the_share_of_nights_than_in_the_mean_of_persons() -> None:
    nights, persons = estimate_compliance(_panel({"a": "0" * 30, "b": "0......0"})).frame["estimate"]
    assert (nights, persons) == (32 / 38, (1 + 2 / 8) / 2)


def test_one_person_has_no_spread_over_persons() -> None:
    found = estimate_compliance(_panel({"a": "01.0"})).frame.iloc[0]
    assert found["estimate"] == 0.75
    assert np.isnan([found["std_error"], found["conf_low"], found["conf_high"]]).all()
    assert "one person" in found["caution"]


def test_every_night_logged_has_an_interval_of_so_many_persons() -> None:
    found = estimate_compliance(_panel(dict.fromkeys("abcdefghijkl", "0000"))).frame.iloc[0]
    # Clopper and Pearson for 12 of 12: lower bound 0.025 ** (1 / 12)
    assert found["conf_low"] == pytest.approx(0.025 ** (1 / 12))
    assert (found["estimate"], found["conf_high"]) == (1.0, 1.0)
    assert "no spread over persons" in found["caution"]


def test_nights_before_giving_up_are_seen_with_the_enrolment_alone() -> None:
    table = pd.DataFrame({"person": "a", "night": [0, 1], "cramp": [0, 1]})
    enrolled = pd.DataFrame({"person": ["a"], "first_night": [0], "last_night": [3]})
    without, with_it = (estimate_compliance(DiaryPanel(table, enrolled=one)) for one in (None, enrolled))
    assert (without.frame["estimate"][0], with_it.frame["estimate"][0]) == (1.0, 0.5)
    assert "gave up" in without.notes[0]
    assert with_it.notes == ()


def test_entries_made_late_are_counted_among_those_with_a_time() -> None:
    # nights 0 to 3 end at noon of days 1 to 4: the same evening, 13 h late, unknown, the same morning
    when = pd.to_datetime(["1970-01-02 23:00", "1970-01-04 01:00", None, "1970-01-05 08:00"])
    found = _row(_panel({"a": "0100"}, entered_at=list(when)), quality.BACKFILLED)
    assert (found["n"], found["n_events"]) == (3, 1)


def test_times_of_missed_nights_do_not_count() -> None:
    when = pd.to_datetime(["1970-01-20 08:00"] * 4)
    found = _row(_panel({"a": "01.."}, entered_at=list(when)), quality.TOGETHER)
    assert (found["n"], found["n_events"]) == (2, 0)


def test_weeks_of_the_diary_count_from_each_persons_first_night() -> None:
    panel = _panel({"a": "1" * 7 + "0" * 30, "b": "1" * 7 + "0" * 7})
    assert _row(panel, quality.BY_WEEK, "week 1")["estimate"] == 1.0
    assert _row(panel, quality.BY_WEEK, "week 4 and later")["n"] == 37 - 21


def test_the_first_week_is_compared_within_persons() -> None:
    # a: 2 of 7 then 1 of 7; b: 1 of 7 then 1 of 7: sum ad/n = (2 * 6 + 1 * 6) / 14, sum bc/n = (5 * 1 + 6 * 1) / 14
    found = _row(_panel({"a": "1100000" + "1000000", "b": "1000000" + "0100000"}), quality.FIRST_WEEK)
    assert found["estimate"] == pytest.approx(18 / 11)
    assert found["measure"].startswith("odds ratio (conditional)")


def test_nights_missed_after_a_cramp_are_compared_within_persons() -> None:
    frame = diary_quality(_panel({"a": "1.001.0010010.01", "b": "01.00010.001000"})).frame
    rows = frame[frame["measure"] == quality.MISSED_AFTER].set_index("exposure")
    # pairs of neighbours with the cramp known, by hand: a after a cramp 2 of 4 missed, after none 1 of 8; b 1 of 3 and 1 of 9
    a, b = (2 * 7 / 12, 2 * 1 / 12), (1 * 8 / 12, 2 * 1 / 12)
    assert rows.loc["cramp the night before", "estimate"] == pytest.approx((a[0] + b[0]) / (a[1] + b[1]))
    assert rows.loc["cramp the night before", "n_events"] == 5
    # no night before a cramp was missed: an odds ratio of 0 has no interval, and is left out
    assert rows.index.tolist() == ["cramp the night before"]


def test_lengths_in_whole_five_minutes_are_counted() -> None:
    found = _row(_panel({"a": "1111"}, cramp_minutes=[5.0, 10.0, 3.0, np.nan]), quality.FIVES)
    assert (found["n"], found["n_events"]) == (3, 2)


@pytest.mark.parametrize("nights", [{"a": "0"}, {"a": "1"}, {"a": "1111"}, {"a": "0000", "b": "0000"}, {"a": "1.1", "b": "."}])
def test_diaries_that_tell_little_raise_nothing(nights: dict[str, str]) -> None:
    assert quality.LOGGED in set(diary_quality(_panel(nights)).frame["measure"])


def test_an_unknown_outcome_is_refused_with_the_columns() -> None:
    with pytest.raises(OptionError, match="unknown column of the diary 'cramsp'"):
        diary_quality(_panel({"a": "01"}), outcome="cramsp")
    with pytest.raises(OptionError, match="level is 95"):
        estimate_compliance(_panel({"a": "01"}), level=95)


def test_a_million_nights_take_a_moment() -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"person": np.repeat(np.arange(10_000), 100), "night": np.tile(np.arange(100), 10_000)})
    table = table.assign(cramp=rng.integers(0, 2, len(table)), logged=rng.random(len(table)) < 0.9)
    found = diary_quality(DiaryPanel(table)).frame
    after = found[found["measure"] == quality.MISSED_AFTER]
    # nights are missed at random here, so that both intervals hold 1 (seed fixed)
    assert ((after["conf_low"] < 1) & (after["conf_high"] > 1)).all()
