from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from crampstats.core.errors import DataError, OptionError
from crampstats.present.figures import ExposureScale, plot_associations, plot_dose_response, plot_specifications, plot_subgroups
from crampstats.present.figures.ratio_axis import RatioSpan, find_span, find_ticks

from .made_up_associations import (
    CHOICES,
    MAIN,
    make_associations,
    make_doses,
    make_scales,
    make_specifications,
    make_subgroups,
)
from .test_figures import boxes_of, seen, texts_of


def markers(figure, kind):
    return [line for axes in figure.axes for line in axes.lines if line.get_marker() == kind]


def changed(found, where, **columns):
    frame = found.frame.copy()
    frame.loc[where(frame), list(columns)] = list(columns.values())
    return replace(found, frame=frame)


def test_the_forest_shows_families_levels_with_their_reference_numbers_and_counts():
    words = texts_of(plot_associations(make_associations()))
    for expected in ("Electrolytes", "Heart and vessels", "Education (vs less than 9th grade)", "some college",
                     "Serum sodium, per mmol/L", "1.42 (1.17 to 1.73)", "612/10,250", "Odds ratio (95 % CI)",
                     "Odds ratio (log scale)"):
        assert expected in words


def test_adjusted_ratios_stand_out_and_crude_ones_can_be_left_away():
    found = make_associations()
    figure = plot_associations(found)
    assert [len(markers(figure, kind)) for kind in ("o", "D")] == [12, 12]
    assert markers(figure, "o")[3].get_xdata()[0] == pytest.approx(np.exp(0.35))
    assert markers(figure, "o")[0].get_markersize() > markers(figure, "D")[0].get_markersize()
    assert not markers(plot_associations(found, crude=False), "D")
    assert "crude" not in seen(plot_associations(found, crude=False))
    only = replace(found, frame=found.frame[found.frame["adjustment"] == "crude"])
    assert "Circles: crude." in seen(plot_associations(only))


def test_cautions_are_hollow_and_lettered_and_suppressed_terms_are_named():
    found = changed(make_associations(), lambda f: (f["exposure"] == "hypertension") & (f["adjustment"] == "adjusted"),
                    caution="suppress: 3 events")
    figure = plot_associations(found)
    words = seen(figure)
    assert "1.51 (0.98 to 2.32) a" in words
    assert "a: Review: 6 degrees of freedom (< 8). b: Note: 4 events in the smallest cell." in words
    assert "Not drawn, too unreliable to show or not estimable: Hypertension." in words
    assert "1.42 (1.17" not in words
    assert sum(line.get_markerfacecolor() == "white" for line in markers(figure, "o")) == 2


def test_many_different_cautions_are_left_to_the_table():
    found = make_associations()
    frame = found.frame.assign(caution=[f"note: {place}" for place in range(len(found))])
    assert "Hollow circles: read with caution, see the table." in seen(plot_associations(replace(found, frame=frame)))


def test_sixty_rows_make_a_higher_figure_in_which_nothing_overlaps():
    few, many = (plot_associations(make_associations(times=times), width_mm=85) for times in (1, 5))
    assert many.get_size_inches()[1] > 3 * few.get_size_inches()[1]
    assert len(markers(many, "o")) == 60
    boxes = [box for _, box in boxes_of(many)]
    ends = sorted((box.y0, box.y1) for box in boxes if box.x0 < 20)
    assert all(later[0] >= sooner[1] - 0.3 * (sooner[1] - sooner[0]) for sooner, later in pairwise(ends))


def test_five_rows_without_families_or_adjustments_are_a_forest_too():
    found = make_associations()
    frame = found.frame[(found.frame["adjustment"] == "adjusted")].iloc[:5].drop(columns=["family", "adjustment"])
    figure = plot_associations(replace(found, frame=frame, groups=()))
    assert len(markers(figure, "o")) == 5
    assert "Electrolytes" not in seen(figure)


def test_an_interval_or_ratio_far_beyond_the_others_ends_in_an_arrow():
    far = changed(make_associations(), lambda f: (f["exposure"] == "stroke") & (f["adjustment"] == "adjusted"),
                  estimate=1500.0, conf_low=12.0, conf_high=1e5)
    figure = plot_associations(far, crude=False)
    low, high = figure.axes[0].get_xlim()
    assert high < 25
    assert 0.2 < low < 1
    assert len(markers(figure, ">")) == 2  # of emphysema and of stroke, which has no circle
    assert len(markers(figure, "o")) == 11
    assert "> 1,000 (12.0 to > 1,000) a" in seen(figure)


def test_the_axis_of_ratios_holds_every_ordinary_interval_and_its_ticks_have_room():
    rows = [pd.Series({"estimate": 1.1, "conf_low": 0.9, "conf_high": 1.4}), pd.Series({"estimate": 0.7, "conf_low": 0.5,
                                                                                       "conf_high": 0.95})]
    span = find_span(rows)
    assert span.low < 0.5 < 1.4 < span.high
    assert span.mm(1.0, 100) == pytest.approx(100 * np.log(1 / span.low) / np.log(span.high / span.low))
    for length in (15, 40, 100):
        ticks = find_ticks(RatioSpan(0.2, 6), length, 7)
        assert 1 in ticks
        assert ticks == tuple(sorted(ticks))
    assert len(find_ticks(RatioSpan(0.2, 6), 100, 7)) > len(find_ticks(RatioSpan(0.2, 6), 15, 7))
    assert find_ticks(RatioSpan(0.99, 1.01), 5, 7) == (1.0,)


def test_a_forest_with_nothing_to_show_or_without_ratios_is_refused():
    found = make_associations()
    with pytest.raises(DataError, match="12 terms, all suppressed"):
        plot_associations(replace(found, frame=found.frame.assign(caution="suppress: x")))
    with pytest.raises(DataError, match="no ratios"):
        plot_associations(replace(found, frame=found.frame.assign(unit="share")))
    with pytest.raises(OptionError, match="width 20 mm"):
        plot_associations(found, width_mm=20)


def test_subgroups_stand_below_everybody_with_their_test_of_interaction():
    figure = plot_subgroups(make_subgroups())
    words = texts_of(figure)
    assert words.index("Everybody") < words.index("Sex") < words.index("men") < words.index("Age group") < words.index("20-39")
    assert {"p = 0.210 for interaction", "p = 0.034 for interaction", "p < 0.001 for interaction"} <= set(words)
    assert "Hypertension. Lines: 95 % intervals; dashed: everybody." in seen(figure)
    assert "not estimable: Race and Hispanic origin: other." in seen(figure)
    dashed = [line for line in figure.axes[0].lines if line.get_linestyle() == "--"]
    assert [float(line.get_xdata()[0]) for line in dashed] == [pytest.approx(np.exp(0.35))]


def test_subgroups_need_their_columns_and_one_exposure():
    found = make_subgroups()
    with pytest.raises(OptionError, match="valid: subgroup, subgroup_level"):
        plot_subgroups(found, subgroup="by")
    two = replace(found, frame=pd.concat([found.frame, found.frame.assign(exposure="stroke")]))
    with pytest.raises(OptionError, match="one must be named"):
        plot_subgroups(two)
    assert "Stroke" not in seen(plot_subgroups(two, exposure="hypertension"))
    with pytest.raises(DataError, match="has 2 levels"):
        plot_subgroups(replace(found, frame=pd.concat([found.frame, found.frame.assign(level="maybe")])))
    with pytest.raises(DataError, match="nothing to show"):
        plot_subgroups(replace(found, frame=found.frame.assign(caution="suppress: x")))


def test_each_exposure_has_a_panel_with_curve_rug_reference_range_and_value():
    figure = plot_dose_response(make_doses(), scales=make_scales())
    assert len(figure.axes) == 4  # two curves and their rugs
    curve, rug = figure.axes[0], figure.axes[1]
    assert curve.get_xlim() == rug.get_xlim() == (132, 146)
    assert curve.get_ylim() == figure.axes[2].get_ylim()
    assert [tuple(line.get_xdata()) for line in curve.lines if line.get_marker() == "D"] == [(139,)]
    shaded = [patch.get_x() for patch in curve.patches]
    assert shaded == [135.5]
    assert len(rug.collections[0].get_segments()) == 120  # 200 different values, counted into bins
    words = seen(figure)
    assert "Serum sodium (p = 0.041)" in words
    assert "Shaded: reference range." in words
    assert words.count("mmol/L") == 2


def test_few_values_have_a_needle_each_as_high_as_their_weight():
    scale = {"serum_sodium_mmol_l": ExposureScale(values=[138, 138, 140, 150, float("nan")], weights=[1, 1, 4, 9, 9])}
    rug = plot_dose_response(make_doses(exposures=("serum_sodium_mmol_l",)), scales=scale).axes[1]
    tops = {segment[0][0]: segment[1][1] for segment in rug.collections[0].get_segments()}
    assert tops == {138: pytest.approx(0.55), 140: pytest.approx(1.1)}  # 150 lies beyond the curve


def test_a_curve_without_scale_or_test_is_drawn_and_says_less():
    found = make_doses()
    bare = replace(found, frame=found.frame[found.frame["unit"] == "ratio"])
    words = seen(plot_dose_response(bare))
    assert "(p =" not in words
    assert "Shaded" not in words
    assert "Needles" not in words
    assert "Diamond: the value compared with." in words  # read off the row without standard error


def test_a_suppressed_stretch_of_a_curve_is_a_gap():
    found = changed(make_doses(exposures=("serum_sodium_mmol_l",)), lambda f: f["exposure_value"] > 145, caution="suppress: x")
    heights = plot_dose_response(found).axes[0].lines[0].get_ydata()
    assert np.isnan(heights[-1])
    assert np.isfinite(heights[:-4]).all()


def test_five_electrolytes_fill_rows_of_three():
    found = make_doses()
    part = found.frame[found.frame["exposure"] == "serum_sodium_mmol_l"]
    five = pd.concat([part.assign(exposure=f"salt_{i}") for i in range(5)])
    figure = plot_dose_response(replace(found, frame=five, labels={}))
    tops = [round(axes.get_position().y1, 3) for axes in figure.axes[::2]]
    assert len(set(tops[:3])) == len(set(tops[3:])) == 1
    assert tops[3] < tops[0]


def test_a_dose_response_needs_values_the_adjustment_asked_for_and_equal_lengths():
    with pytest.raises(DataError, match="extra column 'exposure_value'"):
        plot_dose_response(make_associations(), outcome="frequent_cramps")
    with pytest.raises(OptionError, match="did you mean 'adjusted'"):
        plot_dose_response(make_doses(), adjustment="adjust")
    with pytest.raises(DataError, match="2 values of an exposure, but 1 weights"):
        ExposureScale(values=[1, 2], weights=[1])
    found = make_doses()
    with pytest.raises(DataError, match="82 rows with a value, none of which may be shown"):
        plot_dose_response(replace(found, frame=found.frame.assign(caution="suppress: x")))


def test_specifications_are_sorted_with_their_choices_below_and_the_main_one_marked():
    figure = plot_specifications(make_specifications(), main=MAIN)
    curve, dots = figure.axes
    words = seen(figure)
    for option in (option for options in CHOICES.values() for option in options):
        assert option in words
    assert "46 specifications; 46 ratios above 1" in words
    assert "Not drawn, not estimable or too unreliable: 2." in words
    points = sorted((x, y) for line in curve.lines if line.get_marker() == "o"
                    for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True))
    assert [x for x, _ in points] == list(range(46))
    assert [y for _, y in points] == sorted(y for _, y in points)
    (diamond,) = [line for line in curve.lines if line.get_marker() == "D"]
    assert diamond.get_ydata()[0] == pytest.approx(np.exp(0.5 - 0.12 + 0.18))  # log ratio of that combination
    assert len([line for line in dots.lines if line.get_marker() == "D"]) == len(MAIN)
    assert sum(len(line.get_xdata()) for line in dots.lines if line.get_marker() == "o") == 4 * 46
    median = np.median([y for _, y in points])
    assert f"the median ({median:.2f})" in words


def test_hundreds_of_specifications_still_fit():
    found = make_specifications()
    many = pd.concat([found.frame.assign(wave=str(i)) for i in range(10)], ignore_index=True)
    figure = plot_specifications(replace(found, frame=many, groups=(*found.groups, "wave")), width_mm=85)
    assert "460 specifications" in seen(figure)
    assert [line for line in figure.axes[1].lines if line.get_marker() == "|"]


def test_outcomes_are_a_choice_named_by_their_threshold():
    found = make_specifications()
    frame = pd.concat([found.frame, found.frame.assign(outcome="any_cramps")])
    words = seen(plot_specifications(replace(found, frame=frame), main={**MAIN, "outcome": "frequent_cramps"}))
    assert "Outcome" in words
    assert "five or more times" in words


def test_a_main_specification_that_is_not_one_row_is_refused():
    found = make_specifications()
    with pytest.raises(DataError, match="names 2 of 48 rows"):
        plot_specifications(found, main={name: option for name, option in MAIN.items() if name != "population"})
    with pytest.raises(OptionError, match="unknown choice 'model'"):
        plot_specifications(found, main={"model": "logistic"})
    with pytest.raises(OptionError, match="unknown option of population 'children'"):
        plot_specifications(found, main={**MAIN, "population": "children"})
    with pytest.raises(DataError, match="needs at least one choice"):
        plot_specifications(replace(found, frame=found.frame.iloc[:1]))
    with pytest.raises(DataError, match="1 of 49 rows repeat the choices"):
        plot_specifications(replace(found, frame=pd.concat([found.frame, found.frame.iloc[:1]])))
    with pytest.raises(DataError, match="48 rows, none"):
        plot_specifications(replace(found, frame=found.frame.assign(caution="suppress: x")))


def test_a_main_specification_that_may_not_be_shown_is_not_drawn():
    found = changed(make_specifications(), lambda f: (f[list(MAIN)] == list(MAIN.values())).all(axis=1), caution="suppress: x")
    words = seen(plot_specifications(found, main=MAIN))
    assert "Diamond" not in words
    assert "too unreliable: 3." in words
