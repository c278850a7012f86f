from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb

from crampstats.core.errors import DataError, OptionError
from crampstats.core.source import Source
from crampstats.present.diaries import MISSED, NO, OUTSIDE, UNANSWERED, YES
from crampstats.present.figures import (
    plot_crossover,
    plot_lasagna,
    plot_person_calendar,
)
from crampstats.present.figures.diary_marks import shades, strokes_in
from crampstats.present.files import draw_figure
from crampstats.present.lasagna import read_lasagna
from crampstats.present.theme import Look

from . import made_up_diary as diary
from .test_figures import boxes_of, seen, texts_of


def fills(figure) -> list[tuple[float, ...]]:
    """Fill of each box of the sheet but those of the key, which are the smallest."""
    boxes = [patch for patch in figure.axes[0].patches if patch.get_width() > 3.3]
    return [to_rgb(patch.get_facecolor()[:3]) for patch in boxes]


def strokes(figure) -> int:
    """Number of strokes of missed nights."""
    found = [one for axes in figure.axes for one in axes.collections if isinstance(one, LineCollection)]
    return sum(len(one.get_segments()) for one in found)


def assert_nothing_covered(figure) -> None:
    boxes = boxes_of(figure)
    for place, (words, box) in enumerate(boxes):
        assert min(box.x0, box.y0) >= -1, words
        assert box.x1 <= figure.bbox.x1 + 1, words
        for others, other in boxes[place + 1:]:
            across = min(box.x1, other.x1) - max(box.x0, other.x0)
            down = min(box.y1, other.y1) - max(box.y0, other.y0)
            assert across <= 0.5 or down <= 0.25 * min(box.height, other.height), f"{words!r} covers {others!r}"


# calendar

def test_a_calendar_has_a_box_for_each_night_of_the_diary_and_no_other():
    figure = plot_person_calendar(diary.make_panel(), "Ada")
    assert len(fills(figure)) == 7


def test_missed_nights_are_grey_with_strokes_and_nights_without_cramps_are_white():
    look = shades(Look(170.0))
    found = fills(plot_person_calendar(diary.make_panel(), "Ada"))
    # Y N N . Y ? N
    assert [fill == (1.0, 1.0, 1.0) for fill in found] == [False, True, True, False, False, False, True]
    assert found[3] == found[5] == to_rgb(look.missed)
    assert found[0] not in (to_rgb(look.missed), (1.0, 1.0, 1.0))


def test_only_missed_nights_have_strokes():
    assert strokes(plot_person_calendar(diary.make_panel({"Ada": "YNNY?"}), "Ada")) == 0
    one, two = (strokes(plot_person_calendar(diary.make_panel({"Ada": f"Y{'.' * n}Y"}), "Ada")) for n in (1, 2))
    assert 0 < one < two


def test_severity_stands_in_the_box_and_darkens_it():
    figure = plot_person_calendar(diary.make_panel({"Ada": "YYYYYYYYYY"}), "Ada")
    assert [sum(fill) for fill in fills(figure)] == sorted((sum(fill) for fill in fills(figure)), reverse=True)
    # 1 March 2026 is a Sunday; the severity is the number of nights before
    words = texts_of(figure)
    assert [words.count(str(number)) for number in (0, 9)] == [1, 2]
    assert "severity" in seen(figure)


def test_without_severity_the_number_of_cramps_stands_in_the_box():
    panel = diary.make_panel({"Ada": "YN."})
    panel = panel.with_columns(cramp_severity=np.full(len(panel), np.nan))
    figure = plot_person_calendar(panel, "Ada")
    assert texts_of(figure).count("2") == 2  # the count, and the second day of the month
    assert "number of cramps" in seen(figure)
    assert "number:" not in seen(plot_person_calendar(panel, "Ada", number=""))


def test_exposures_have_marks_where_they_were_and_a_dash_where_a_logged_night_does_not_tell():
    figure = plot_person_calendar(diary.make_panel(), "Ada", exposures=["unaccustomed_exercise", "alcohol_drinks"])
    lines = [line for line in figure.axes[0].lines if line.get_zorder() == 3]
    # exercise on nights 1, 3 and 5, of which 3 was missed; alcohol never, and not recorded on night 1
    assert sum(line.get_marker() == "o" for line in lines) == 2
    assert sum(line.get_marker() == "s" for line in lines) == 0
    assert sum(len(line.get_xdata()) == 2 for line in lines) == 1
    assert "not recorded" in seen(figure)


def test_long_words_of_the_key_are_wrapped_inside_the_figure():
    panel = diary.make_panel()
    labels = {name: replace(label, label=f"{label.label}, as it was asked in the morning of the day after, by own account")
              for name, label in panel.labels.items()}
    exposures = ["unaccustomed_exercise", "alcohol_drinks"]
    for width in (85, 170):
        assert_nothing_covered(plot_person_calendar(panel.described(labels=labels), "Ada", exposures=exposures, width_mm=width))
        assert_nothing_covered(plot_lasagna(panel.described(labels=labels), width_mm=width))


def test_a_change_is_a_line_before_its_night_and_is_told():
    figure = plot_person_calendar(diary.make_panel(), "Ada", changes={dt.date(2026, 3, 4): "magnesium"})
    (line,) = [line for line in figure.axes[0].lines if line.get_linewidth() == 2.0]
    boxes = [patch for patch in figure.axes[0].patches if patch.get_width() > 3.3]
    assert line.get_xdata()[1] == pytest.approx(boxes[3].get_x())
    assert min(line.get_ydata()) == pytest.approx(boxes[3].get_y())
    assert "Thick line: from 4 March 2026 on, magnesium." in seen(figure)


def test_a_change_outside_the_diary_is_told_and_not_drawn():
    figure = plot_person_calendar(diary.make_panel(), "Ada", changes={"2027-01-01": "magnesium"})
    assert "Outside the diary: from 1 January 2027 on, magnesium." in seen(figure)
    assert not [line for line in figure.axes[0].lines if line.get_linewidth() == 2.0]


def test_the_year_and_a_leap_day_are_where_they_belong():
    figure = plot_person_calendar(diary.make_panel({"Ada": "N" * 40}, start="2025-12-10"), "Ada")
    assert {"December 2025", "January 2026"} <= set(texts_of(figure))
    leap = texts_of(plot_person_calendar(diary.make_panel({"Ada": "NNN"}, start="2024-02-28"), "Ada"))
    assert {"February 2024", "March 2024", "29"} <= set(leap)
    assert "29" not in texts_of(plot_person_calendar(diary.make_panel({"Ada": "N" * 3}, start="2026-02-26"), "Ada"))


def test_of_a_diary_of_years_the_last_two_are_drawn_and_the_rest_is_counted():
    figure = plot_person_calendar(diary.make_panel({"Ada": "N" * 800}, start="2023-01-01"), "Ada")
    # 800 nights from 1 January 2023 end on 10 March 2025; 24 months begin with April 2023, after 31 + 28 + 31 nights
    assert "90 earlier nights are not drawn." in seen(figure)
    assert "March 2023" not in texts_of(figure)
    assert "April 2023" in texts_of(figure)


def test_a_gap_between_two_stretches_has_no_boxes():
    first = int(np.datetime64("2026-01-01", "D").astype(int))
    table = pd.DataFrame({"person": "a", "night": [first, first + 1, first + 120], "cramp": [1, 0, 1]})
    figure = plot_person_calendar(diary.DiaryPanel(table), "a")
    assert len(fills(figure)) == 3
    assert {"January 2026", "May 2026"} <= set(texts_of(figure))
    assert "March 2026" not in texts_of(figure)


def test_persons_are_told_by_code_never_by_name():
    for figure in (plot_person_calendar(diary.make_panel(), "Cyd"), plot_lasagna(diary.make_panel()),
                   plot_crossover(diary.make_trial())):
        assert not any(name in seen(figure) for name in diary.SECRET)
        assert not any(name in draw_figure(figure, "svg").decode() for name in diary.SECRET)
    assert "P003" in seen(plot_person_calendar(diary.make_panel(), "Cyd"))


def test_an_unknown_person_is_refused_without_being_named():
    with pytest.raises(OptionError, match="3 persons") as told:
        plot_person_calendar(diary.make_panel(), "Eve")
    assert "Eve" not in str(told.value)


def test_more_exposures_than_a_box_holds_are_refused():
    with pytest.raises(OptionError, match="room for 4"):
        plot_person_calendar(diary.make_panel(), "Ada", exposures=["cramp"] * 5)


@pytest.mark.parametrize(("nights", "width"), [("Y", 85), ("N.......", 170), (".......N", 85), ("YN.?" * 30, 170)])
def test_short_long_and_nearly_empty_diaries_are_drawn_without_overlap(nights, width):
    panel = diary.make_panel({"Ada": nights})
    for figure in (plot_person_calendar(panel, "Ada", width_mm=width), plot_lasagna(panel, width_mm=width)):
        assert_nothing_covered(figure)


# lasagna

def test_rows_of_a_lasagna_plot_go_by_rate_and_cells_are_the_nights():
    rows = read_lasagna(diary.make_panel(), "cramp")
    assert list(rows.tallies["name"]) == ["P003", "P001", "P002"]  # 4 of 5, 2 of 5, 0 of 5
    letters = {YES: "Y", NO: "N", MISSED: ".", UNANSWERED: "?", OUTSIDE: " "}
    assert ["".join(letters[state] for state in row) for row in rows.grid] == ["YYYY..N", "YNN.Y?N", "NNNNN  "]


def test_the_image_shows_missed_nights_grey_and_nights_without_a_diary_blank():
    figure = plot_lasagna(diary.make_panel())
    image = figure.axes[0].images[0].get_array()
    look = shades(Look(170.0))
    assert image.shape == (3, 7, 3)
    assert tuple(image[0, 4]) == tuple(image[1, 5]) == pytest.approx(to_rgb(look.silent))
    assert tuple(image[2, 6]) == (1.0, 1.0, 1.0)
    assert tuple(image[0, 0]) == pytest.approx(to_rgb(look.yes))
    assert strokes(figure) > 0


def test_shades_differ_in_lightness_enough_for_grey_paper():
    for grey in (False, True):
        look = shades(Look(170.0, grey))
        light = [0.299 * red + 0.587 * green + 0.114 * blue
                 for red, green, blue in map(to_rgb, (look.yes, look.silent, look.no, look.outside))]
        assert np.diff(light).min() > 0.08, light
        assert light[1] - light[0] > 0.3
        assert light[2] - light[1] > 0.15


def test_bars_tell_the_share_logged_and_the_nights_a_week():
    figure = plot_lasagna(diary.make_panel())
    logged, rates = ([bar.get_width() for bar in axes.patches] for axes in figure.axes[2:4])
    assert logged == pytest.approx([5 / 7, 6 / 7, 1.0])
    assert rates == pytest.approx([7 * 4 / 5, 7 * 2 / 5, 0.0])
    assert {"5.6", "2.8", "0.0", "71 %", "86 %", "100 %"} <= set(texts_of(figure))


def test_a_person_who_told_nothing_comes_last_and_has_no_rate():
    panel = diary.make_panel({"Ada": "N..N", "Bea": "????"})
    figure = plot_lasagna(panel)
    assert list(read_lasagna(panel, "cramp").tallies["name"]) == ["P001", "P002"]
    assert "–" in texts_of(figure)


def test_a_thousand_persons_are_thinned_evenly_by_rate_and_the_figure_says_so():
    panel = diary.make_many(1000, 40)
    figure = plot_lasagna(panel, width_mm=85)
    assert figure.axes[0].images[0].get_array().shape[:2] == (400, 40)
    assert "400 of 1,000 persons are drawn, evenly spaced in the order of the rate." in seen(figure)
    shares = read_lasagna(panel, "cramp").tallies["share"]
    assert shares.is_monotonic_decreasing
    everyone = read_lasagna(panel, "cramp", most=1000).tallies["share"]
    assert [shares.iloc[0], shares.iloc[-1]] == [everyone.iloc[0], everyone.iloc[-1]]
    assert_nothing_covered(figure)


def test_by_date_nights_stand_under_their_date():
    panel = diary.make_panel({"Ada": "YN", "Bea": "NY"}).with_columns(x=0)
    later = diary.make_panel({"Cyd": "Y"}, start="2026-03-04").table
    both = diary.DiaryPanel(pd.concat([panel.table[["person", "night", "cramp"]], later[["person", "night", "cramp"]]]))
    rows = read_lasagna(both, "cramp", across="date")
    assert rows.grid.shape == (3, 4)
    assert rows.grid[0].tolist() == [OUTSIDE, OUTSIDE, OUTSIDE, YES]
    assert read_lasagna(both, "cramp").grid.shape == (3, 2)
    assert "night (2026)" in seen(plot_lasagna(both, across="date"))


def test_nights_beyond_the_eight_hundredth_are_counted_not_squeezed():
    figure = plot_lasagna(diary.make_panel({"Ada": "N" * 900}))
    assert "100 nights after the first 800 are not drawn." in seen(figure)


def test_a_narrowed_domain_leaves_nights_blank():
    panel = diary.make_panel()
    rows = read_lasagna(panel.subset(panel.table["person"] == "Ada"), "cramp")
    assert (len(rows.grid), rows.n_persons) == (1, 1)
    with pytest.raises(DataError, match="domain"):
        plot_lasagna(panel.subset(np.zeros(len(panel), dtype=bool)))


def test_only_yes_and_no_make_a_lasagna_plot():
    with pytest.raises(DataError, match="other than yes and no"):
        plot_lasagna(diary.make_panel(), "cramps")
    with pytest.raises(OptionError, match="diary_day"):
        plot_lasagna(diary.make_panel(), across="week")


def test_strokes_stay_inside_their_box_and_join_at_its_neighbour():
    segments = strokes_in(2.0, 3.0, 5.0, 4.0, step=1.0)
    assert segments[..., 0].min() >= 2.0
    assert segments[..., 0].max() <= 7.0
    assert segments[..., 1].min() >= 3.0
    assert segments[..., 1].max() <= 7.0
    assert np.allclose(segments.sum(axis=2), np.round(segments.sum(axis=2)))  # on x + y = whole numbers, wherever the box is
    assert len(strokes_in(0.1, 0.1, 0.2, 0.2, step=1.0)) == 0


@pytest.mark.parametrize("made_up", [False, True])
def test_panels_and_rates_of_made_up_data_are_stamped(made_up):
    figure = plot_person_calendar(diary.make_panel({"Ada": "Y" * 400}, Source("invented", made_up=made_up)), "Ada", width_mm=85)
    assert ("MADE-UP DATA" in seen(figure)) is made_up
    for text in figure.texts:
        if text.get_text() == "MADE-UP DATA":
            box = text.get_window_extent()
            assert box.x0 >= -1
            assert box.x1 <= figure.bbox.x1 + 1
