from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from crampstats.core.source import Source
from crampstats.present.captions_diary import (
    alt_crossover,
    alt_lasagna,
    alt_person_calendar,
    alt_rolling_rates,
    caption_crossover,
    caption_lasagna,
    caption_person_calendar,
    caption_rolling_rates,
)
from crampstats.present.captions_diary_effects import (
    alt_calendar_effects,
    alt_lags,
    alt_own_effects,
    alt_rates,
    alt_triggers,
    caption_calendar_effects,
    caption_lags,
    caption_own_effects,
    caption_rates,
    caption_triggers,
)

from . import made_up_diary as diary

WORDS = {
    "caption_person_calendar": lambda source: caption_person_calendar(diary.make_panel(source=source), "Ada"),
    "alt_person_calendar": lambda source: alt_person_calendar(diary.make_panel(source=source), "Ada"),
    "caption_lasagna": lambda source: caption_lasagna(diary.make_panel(source=source)),
    "alt_lasagna": lambda source: alt_lasagna(diary.make_panel(source=source)),
    "caption_rolling_rates": lambda source: caption_rolling_rates(diary.make_panel(source=source), 3),
    "alt_rolling_rates": lambda source: alt_rolling_rates(diary.make_panel(source=source), 3),
    "caption_crossover": lambda source: caption_crossover(diary.make_trial(source)),
    "alt_crossover": lambda source: alt_crossover(diary.make_trial(source)),
    "caption_lags": lambda source: caption_lags(diary.make_lags(source)),
    "alt_lags": lambda source: alt_lags(diary.make_lags(source)),
    "caption_triggers": lambda source: caption_triggers(diary.make_triggers(source)),
    "alt_triggers": lambda source: alt_triggers(diary.make_triggers(source)),
    "caption_own_effects": lambda source: caption_own_effects(diary.make_own(source=source), diary.make_pooled(source)),
    "alt_own_effects": lambda source: alt_own_effects(diary.make_own(source=source), diary.make_pooled(source)),
    "caption_rates": lambda source: caption_rates(diary.make_rates(source)),
    "alt_rates": lambda source: alt_rates(diary.make_rates(source)),
    "caption_calendar_effects": lambda source: caption_calendar_effects(diary.make_weekdays(source)),
    "alt_calendar_effects": lambda source: alt_calendar_effects(diary.make_weekdays(source)),
}


@pytest.mark.parametrize("name", WORDS)
def test_made_up_diaries_are_announced_first_and_no_name_is_told(name):
    told = WORDS[name](Source("invented", made_up=True))
    assert told.startswith("MADE-UP DATA")
    assert "MADE-UP" not in WORDS[name](diary.DIARY)
    assert not any(person in told for person in diary.SECRET)
    assert told.endswith(".")
    assert "nan" not in told


@pytest.mark.parametrize("name", [name for name in WORDS if name.startswith("caption")])
def test_captions_end_with_the_source(name):
    assert WORDS[name](diary.DIARY).endswith("Source: a diary of 2026.")


def test_a_calendar_is_told_by_month_and_around_a_change_with_missed_nights_apart():
    change, exposures = {"2026-03-04": "magnesium"}, ["unaccustomed_exercise"]
    told = alt_person_calendar(diary.make_panel(), "Ada", changes=change, exposures=exposures)
    # Y N N . Y ? N
    assert ("Calendar of P001, 1 March 2026 to 7 March 2026, nights with leg cramp: 2 of 5 nights told, 1 missed, "
            "1 not answered.") in told
    assert "2026-03: 2 of 5 nights told" in told
    assert ("Before 4 March 2026 (magnesium): 1 of 3 nights told; from then on: 1 of 2 nights told, 1 missed, "
            "1 not answered.") in told
    assert "Unaccustomed exercise: 2 of 6 nights recorded." in told
    assert "A missed night is no night without cramps" in caption_person_calendar(diary.make_panel(), "Ada")
    assert "missed" not in caption_person_calendar(diary.make_panel(), "Bea")


def test_a_lasagna_plot_is_told_with_its_counts():
    told = alt_lasagna(diary.make_panel())
    # Ada 2 of 5, Bea 0 of 5, Cyd 4 of 5 nights; 3 missed and 1 not answered of 19
    assert "6 nights with, 9 without, 3 missed, 1 not answered, of 19." in told
    assert "highest 5.6, median 2.8, lowest 0.0; without any: 1." in told
    assert "Persons logged 71 % to 100 % of their nights, median 86 %." in told
    assert "3 persons, 19 nights, 16 logged (84.2 %)" in caption_lasagna(diary.make_panel())


def test_words_of_a_thinned_lasagna_plot_say_how_many_are_drawn():
    panel = diary.make_many(30, 10)
    assert "12 of 30 persons are drawn" in caption_lasagna(panel, most=12)
    assert "12 of 30 persons are drawn" in alt_lasagna(panel, most=12)
    assert "are drawn" not in alt_lasagna(panel)


def test_rolling_rates_are_told_at_their_ends_and_extremes_with_dates():
    told = alt_rolling_rates(diary.make_panel(), 3)
    # cramps of nights told over nights 1-3, 2-4, 3-5, 4-6 and 5-7: 4 of 9, 3 of 8, 3 of 7, 2 of 4, 1 of 4
    assert "First 3.11 on 3 March 2026; lowest 1.75 on 7 March 2026; highest 3.50 on 6 March 2026" in told
    assert "over the last 3 nights, 1 March 2026 to 7 March 2026." in told
    gaps = alt_rolling_rates(diary.make_panel({"Ada": "YY....NN"}), 2)
    assert "3 nights lie in gaps." in gaps
    assert "Gaps: nobody told" in caption_rolling_rates(diary.make_panel({"Ada": "YY....NN"}), 2)


def test_lags_are_told_one_by_one_and_leads_are_counted():
    told = alt_lags(diary.make_lags())
    assert "Unaccustomed exercise: 2 days after 0.95 (0.64 to 1.41); day after 1.05 (0.71 to 1.55); same day 1.40" in told
    assert "2 days before not shown" in told
    assert "Of 4 leads, the negative controls, 0 have an interval that excludes 1." in told
    assert "Leads lie after the night" in caption_lags(diary.make_lags())
    noted = replace(diary.make_lags(), notes=("A lead is a negative control.",))
    assert "Leads lie after" not in caption_lags(noted)  # the estimates say it themselves


def test_triggers_are_told_with_their_numbers_and_the_missing_are_named():
    told = alt_triggers(diary.make_triggers())
    assert "2 intervals lie wholly above 1, 1 wholly below." in told
    assert "Unaccustomed exercise: day before (lag 1): 2.40 (1.62 to 3.55)." in told
    assert "Not shown: heavy lifting." in told
    assert "26 persons" in caption_triggers(diary.make_triggers())


def test_of_many_triggers_those_farthest_from_1_are_told():
    rows = [diary.ratio(1.0 + place / 10, exposure=f"exposure_{place}", level="yes") for place in range(40)]
    told = alt_triggers(diary.wrap(rows))
    assert "Exposure 39: 4.90" in told
    assert "Exposure 3:" not in told
    assert "25 nearer to 1 are not told." in told


def test_own_effects_are_told_with_the_pooled_one_and_the_prediction_interval():
    told = alt_own_effects(diary.make_own(), diary.make_pooled())
    assert "P005 \N{INFINITY} (0.04 to \N{INFINITY}); P004 1.40" in told
    assert "Pooled 1.90 (1.56 to 2.31). Prediction interval 0.71 to 5.06. Without an estimate of their own: 1 person." in told
    many = alt_own_effects(diary.make_own(100))
    assert "Highest P099" in many
    assert "P050" not in many


def test_rates_are_told_by_group_and_hidden_ones_as_not_shown():
    told = alt_rates(diary.make_rates())
    assert told == ("Cramp nights per week with intervals. All: 1.26 (0.88 to 1.76, 154 of 855). By sex: female 1.50 "
                    "(1.05 to 2.10, 154 of 855); male 1.00 (0.70 to 1.40, 154 of 855); not stated not shown.")


def test_weekdays_are_told_in_order_and_tests_in_the_caption():
    assert "by weekday. Monday 1.20 (0.84 to 1.68, 154 of 855); Tuesday 1.30" in alt_calendar_effects(diary.make_weekdays())
    found = diary.make_weekdays()
    test = pd.DataFrame([{"weekday": "", "measure": "all weekdays equal", "unit": "statistic", "p_value": 0.4, "caution": ""}])
    assert "All weekdays equal: p = 0.400." in caption_calendar_effects(replace(found, frame=pd.concat([found.frame, test])))


def test_a_crossover_is_told_by_order_with_means_of_whole_persons():
    told = alt_crossover(diary.make_trial())
    # Ada 3.5 and 0, Dot 7 and 1.75 nights a week
    assert "2 persons, mean magnesium 5.25, then placebo 0.88 nights a week; 2 of 2 had less in the last period" in told
    assert "Magnesium: 1 person." in told
