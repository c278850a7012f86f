from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from crampstats.core.errors import DataError, OptionError
from crampstats.present.figures import (
    plot_calendar_effects,
    plot_crossover,
    plot_lags,
    plot_own_effects,
    plot_rates,
    plot_rolling_rates,
    plot_triggers,
)

from . import made_up_diary as diary
from .test_diary_calendar import assert_nothing_covered
from .test_figures import seen, texts_of


def test_lags_stand_at_their_place_and_leads_are_grey_diamonds_on_grey_ground():
    figure = plot_lags(diary.make_lags())
    first = figure.axes[1]
    marks = {line.get_marker(): [] for line in first.lines}
    for line in first.lines:
        marks[line.get_marker()].append((line.get_xdata()[0], line.get_ydata()[0]))
    assert marks["D"] == [(-2.0, 0.95), (-1.0, 1.05)]
    assert marks["o"] == [(0.0, 1.4), (1.0, 2.1), (2.0, 1.3)]
    (ground,) = first.patches
    assert ground.get_x() + ground.get_width() == pytest.approx(-0.5)
    assert first.get_yscale() == "log"
    assert any(line.get_ydata()[0] == line.get_ydata()[-1] == 1.0 for line in first.lines)
    assert "1 lag(s) not drawn" in seen(figure)


def test_lags_are_read_from_levels_or_from_a_group_and_must_be_told():
    triggers = diary.make_triggers()
    with_lag = replace(triggers, frame=triggers.frame[triggers.frame["lag"] != ""])
    assert len(plot_lags(with_lag).axes) == 3  # the sheet and two exposures
    with pytest.raises(DataError, match="no row tells a lag"):
        plot_lags(diary.make_own())
    twice = diary.make_lags()
    with pytest.raises(DataError, match="one exposure and lag"):
        plot_lags(replace(twice, frame=pd.concat([twice.frame, twice.frame])))


def test_triggers_are_named_with_their_lags_numbers_and_what_cannot_be_shown():
    words = texts_of(plot_triggers(diary.make_triggers()))
    for expected in ("Unaccustomed exercise", "same day (lag 0)", "day before (lag 1)", "per drink, same day (lag 0)",
                     "took diuretic", "310/2,210", "1.20 (0.81 to 1.78)", "2.40 (1.62 to 3.55) a"):
        assert expected in words
    assert "not estimable: heavy lifting." in seen(plot_triggers(diary.make_triggers()))


def test_own_effects_go_by_size_and_infinite_ones_are_arrows_without_a_circle():
    figure = plot_own_effects(diary.make_own(), diary.make_pooled())
    axes = figure.axes[0]
    circles = [line for line in axes.lines if line.get_marker() == "o"]
    assert [line.get_xdata()[0] for line in circles] == pytest.approx([1.4, 1.3, 1.2, 1.1])
    words = texts_of(figure)
    assert words.index("P005") < words.index("P004") < words.index("P001")
    assert "\N{INFINITY} (0.04 to \N{INFINITY})" in words
    assert "P006" not in words
    assert "Without an estimate of their own (nights of one kind alone): 1 of 6 persons." in seen(figure)
    assert {"Pooled", "Prediction", "1.90 (1.56 to 2.31)", "1.90 (0.71 to 5.06)"} <= set(words)


def test_many_own_effects_stand_in_order_without_names():
    figure = plot_own_effects(diary.make_own(200), diary.make_pooled(), width_mm=85)
    assert "P001" not in texts_of(figure)
    assert sum(line.get_marker() == "o" for line in figure.axes[0].lines) == 198
    assert figure.get_size_inches()[1] < 6


def test_nobody_with_an_effect_of_his_own_is_refused():
    own = diary.make_own()
    with pytest.raises(DataError, match="no person"):
        plot_own_effects(replace(own, frame=own.frame[own.frame["caution"].str.startswith("suppress")]))


def test_only_infinite_effects_are_still_drawn():
    own = diary.make_own()
    figure = plot_own_effects(replace(own, frame=own.frame[np.isinf(own.frame["estimate"])]))
    assert {"<", ">"} <= {line.get_marker() for line in figure.axes[0].lines}


def test_the_exact_pool_goes_before_the_one_that_adds_half_a_night():
    pooled = diary.make_pooled()
    exact = pd.DataFrame([diary.ratio(1.5, 0.1) | {"measure": "odds ratio (hypergeometric-normal)"}])
    both = replace(pooled, frame=pd.concat([pooled.frame, exact]))
    figure = plot_own_effects(diary.make_own(), both)
    assert "1.50 (1.23 to 1.82)" in texts_of(figure)
    assert "pooled by the exact likelihood" in seen(figure)


# rates

def test_rates_show_everybody_once_groups_in_order_and_what_is_not_shown():
    words = texts_of(plot_rates(diary.make_rates()))
    assert [word for word in words if word in ("All", "Sex", "Female", "Male", "Not stated")] == [
        "All", "Sex", "Female", "Male", "Not stated"]
    assert {"1.26 (0.88 to 1.76)", "not shown"} <= set(words)
    assert words.count("154/855") == 3  # everybody and two groups; the suppressed one tells no counts
    assert "2.50" not in " ".join(words)
    assert "3.50" in seen(plot_rates(diary.make_rates()[:1], measure="cramps per week"))
    with pytest.raises(OptionError, match="cramps per week"):
        plot_rates(diary.make_rates(), measure="cramps per day")


def test_weekdays_stand_from_monday_to_sunday_whatever_their_order():
    figure = plot_calendar_effects(diary.make_weekdays())
    axes = figure.axes[0]
    assert [tick.get_text() for tick in axes.get_xticklabels()][:2] == ["Monday", "Tuesday"]
    marks = {line.get_xdata()[0]: line.get_ydata()[0] for line in axes.lines if line.get_marker() == "o"}
    assert marks[0] == pytest.approx(1.2)  # Monday
    assert marks[6] == pytest.approx(1.0)  # Sunday


def test_the_weekday_compared_with_stands_at_1_and_is_named():
    days = ("Sunday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
    found = diary.wrap([diary.ratio(1.3, exposure="weekday", level=day) for day in days])
    figure = plot_calendar_effects(found)
    axes = figure.axes[0]
    assert axes.get_xticklabels()[0].get_text() == "Monday"
    (diamond,) = [line for line in axes.lines if line.get_marker() == "D"]
    assert (diamond.get_xdata()[0], diamond.get_ydata()[0]) == (0, 1.0)
    assert "Diamond: Monday, which the others are compared with." in seen(figure)
    twice = replace(found, frame=pd.concat([found.frame, found.frame]))
    with pytest.raises(DataError, match="6 row"):
        plot_calendar_effects(twice)


def test_days_of_the_diary_are_sorted_as_numbers_and_ratios_go_on_a_logarithmic_axis():
    rows = [diary.ratio(1.0 + place / 100, day=str(day)) for place, day in enumerate((10, 2, 1, 30, 20))]
    axes = plot_calendar_effects(diary.wrap(rows, groups=("day",))).axes[0]
    assert axes.get_yscale() == "log"
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["1", "2", "10", "20", "30"]


# over time

def test_rolling_rates_are_the_share_of_the_nights_told_in_the_window():
    figure = plot_rolling_rates(diary.make_panel(), 3)
    line = figure.axes[0].lines[0]
    # nights 3 and 4: of nights 1 to 3 all nine were told but none missed, 1 + 0 + 3 cramps; then 0 + 0 + 3 of 8, Ada missed one
    assert line.get_ydata()[2:4] == pytest.approx([7 * 4 / 9, 7 * 3 / 8])
    assert np.isnan(line.get_ydata()[:2]).all()


def test_a_window_in_which_nobody_told_anything_is_a_gap():
    figure = plot_rolling_rates(diary.make_panel({"Ada": "YY....NN"}), 2)
    values = figure.axes[0].lines[0].get_ydata()
    assert np.isnan(values).tolist() == [True, False, False, True, True, True, False, False]
    assert "Gaps" in seen(figure)
    assert "Gaps" not in seen(plot_rolling_rates(diary.make_panel(), 3))


def test_rates_that_were_estimated_bring_their_band_and_hidden_ones_are_gaps():
    rows = [diary.rate(1.0 + place, night=f"2026-03-{day:02d}") for place, day in enumerate((1, 8, 22, 29))]
    rows[3] |= {"caution": "suppress: 2 persons"}
    found = diary.wrap(rows, groups=("night",), extras=("n_nights",))
    figure = plot_rolling_rates(found)
    assert figure.axes[0].lines[0].get_ydata()[:3] == pytest.approx([1.0, 2.0, np.nan], nan_ok=True)  # 15 March has no row
    assert np.isnan(figure.axes[0].lines[0].get_ydata()[4])
    assert len(figure.axes[0].collections) == 1
    assert "band: 95 % interval" in seen(figure)


def test_windows_that_are_no_number_of_nights_or_never_full_are_refused():
    with pytest.raises(OptionError, match="whole number"):
        plot_rolling_rates(diary.make_panel(), 0)
    with pytest.raises(DataError, match="shorter window"):
        plot_rolling_rates(diary.make_panel(), 30)


# crossover

def test_a_crossover_has_a_line_a_person_by_order_and_means_of_whole_persons():
    figure = plot_crossover(diary.make_trial())
    words = texts_of(figure)
    arrow = "\N{RIGHTWARDS ARROW}"
    assert {f"Magnesium {arrow} Placebo (2)", f"Placebo {arrow} Magnesium (1)", "Magnesium (1)"} <= set(words)
    assert "1 person(s) told of a part of the periods only and are not in the means." in seen(figure)
    assert_nothing_covered(figure)


def test_the_rates_of_a_crossover_are_those_of_its_nights():
    axes = next(axes for axes in plot_crossover(diary.make_trial()).axes[1:] if len(axes.lines) == 3)
    # Ada 2 of 4 and 0 of 4 nights, Dot 4 of 4 and 1 of 4; the mean of both
    assert [line.get_ydata()[0] for line in axes.lines] == pytest.approx([3.5, 7.0, 5.25])
    assert [line.get_ydata()[1] for line in axes.lines] == pytest.approx([0.0, 1.75, 0.875])


def test_two_treatments_in_one_period_are_refused_without_a_name():
    panel = diary.make_trial()
    panel = panel.with_columns(period=1)
    with pytest.raises(DataError, match="one treatment a period") as told:
        plot_crossover(panel)
    assert not any(name in str(told.value) for name in diary.SECRET)
