from __future__ import annotations

import io
from dataclasses import replace

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from crampstats.core.errors import DataError, OptionError
from crampstats.present.figures import (
    plot_age_curve,
    plot_claim_readings,
    plot_forest,
    plot_prevalence_by_threshold_age_sex,
)
from crampstats.present.figures.sheet import STAMP, text_mm, wrap_to
from crampstats.present.files import draw_figure
from crampstats.present.theme import SMALLEST_POINTS


def texts_of(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]


def seen(figure: Figure) -> str:
    return " ".join(texts_of(figure)).replace("\n", " ")


def boxes_of(figure: Figure):
    """Extents of all texts in pixels, the stamp excepted."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    found = [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible() and text.get_gid() != STAMP]
    return [(text.get_text(), text.get_window_extent(canvas.get_renderer())) for text in found]


@pytest.mark.parametrize("width", [85, 170])
@pytest.mark.parametrize("grey", [False, True])
def test_no_text_is_cut_or_covers_another(draw, figure_name, width, grey):
    figure = draw(figure_name, width_mm=width, grey=grey)
    boxes = boxes_of(figure)
    for words, box in boxes:
        assert box.x0 >= -1, words
        assert box.y0 >= -1, words
        assert box.x1 <= figure.bbox.x1 + 1, words
        assert box.y1 <= figure.bbox.y1 + 1, words
    for place, (words, box) in enumerate(boxes):
        for others, other in boxes[place + 1:]:
            across = min(box.x1, other.x1) - max(box.x0, other.x0)
            down = min(box.y1, other.y1) - max(box.y0, other.y0)
            # line boxes include room for descenders: a quarter of a line may be shared, letters then do not touch
            assert across <= 0.5 or down <= 0.25 * min(box.height, other.height), f"{words!r} covers {others!r}"


@pytest.mark.parametrize("width", [85, 170])
def test_a_figure_has_the_width_asked_for_and_readable_type(draw, figure_name, width):
    figure = draw(figure_name, width_mm=width)
    assert figure.get_size_inches()[0] * 25.4 == pytest.approx(width)
    assert min(text.get_fontsize() for text in figure.findobj(Text) if text.get_text().strip()) >= SMALLEST_POINTS


def test_made_up_data_are_stamped_on_every_figure(draw, figure_name):
    figure = draw(figure_name, made_up=True)
    stamps = [text for text in figure.findobj(Text) if text.get_gid() == STAMP]
    assert [stamp.get_text() for stamp in stamps] == ["MADE-UP DATA"]
    assert STAMP.encode() in draw_figure(figure, "svg")


def test_real_data_are_not_stamped(draw, figure_name):
    assert "MADE-UP" not in seen(draw(figure_name))


def test_the_same_result_gives_the_same_bytes(draw, figure_name):
    first, again = draw(figure_name, width_mm=85), draw(figure_name, width_mm=85)
    for format in ("png", "svg", "pdf", "tiff"):
        assert draw_figure(first, format, dpi=60) == draw_figure(again, format, dpi=60)


def test_drawing_leaves_no_setting_and_no_pyplot_figure_behind(draw, figure_name):
    from matplotlib import pyplot

    before = dict(mpl.rcParams)
    draw(figure_name)
    assert dict(mpl.rcParams) == before
    assert pyplot.get_fignums() == []


def test_a_notebook_shows_the_figure_without_pyplot(draw):
    assert draw("flow")._repr_png_().startswith(b"\x89PNG")


def test_prevalence_shows_every_threshold_age_and_sex_and_the_claimed_line(draw):
    words = seen(draw("prevalence"))
    for expected in ("At least once", "Five or more times", "20-39", "60+", "male", "female", "claimed 60 %", "past month",
                     "adults aged 20 and over", "95 % CI"):
        assert expected in words


def test_without_a_claim_there_is_no_line(estimates):
    assert "claimed" not in seen(plot_prevalence_by_threshold_age_sex(estimates))


def test_long_names_of_levels_and_thresholds_wrap_inside_the_figure(estimates):
    frame = estimates.frame.replace("20-39", "9th to 11th grade, and 12th with no diploma")
    outcomes = {name: replace(outcome, threshold=f"{outcome.threshold} in the past month, by own account")
                for name, outcome in estimates.outcomes.items()}
    figure = plot_prevalence_by_threshold_age_sex(replace(estimates, frame=frame, outcomes=outcomes, labels={}), width_mm=70)
    assert all(box.x0 >= -1 and box.x1 <= figure.bbox.x1 + 1 for _, box in boxes_of(figure))
    assert "At least once in the past month, by own account" in seen(figure)


def test_a_threshold_of_which_nothing_may_be_shown_keeps_its_panel(estimates):
    frame = estimates.frame.assign(caution=["suppress: x" if name == "any_cramps" else "" for name in estimates.frame["outcome"]])
    words = seen(plot_prevalence_by_threshold_age_sex(replace(estimates, frame=frame)))
    assert "At least once" in words
    assert "female" in words


def test_a_suppressed_estimate_is_left_out_and_named(suppressed, estimates):
    def marks(figure: Figure) -> int:
        return sum(len(axes.lines) for axes in figure.axes)

    figure = plot_prevalence_by_threshold_age_sex(suppressed)
    assert "five or more times, 20-39, male" in seen(figure)
    assert marks(plot_prevalence_by_threshold_age_sex(estimates)) - marks(figure) == 2  # its mark and its interval


def test_an_estimate_with_another_caution_is_hollow(suppressed):
    figure = plot_prevalence_by_threshold_age_sex(suppressed)
    hollow = [line for axes in figure.axes for line in axes.lines if line.get_markerfacecolor() == "white"]
    assert [round(float(line.get_xdata()[0]), 3) for line in hollow] == [0.41]
    assert "Hollow marks: read with caution" in seen(figure)


def test_the_axis_reaches_beyond_the_claim_and_never_cuts_an_interval(estimates):
    high = replace(estimates, frame=estimates.frame.assign(conf_high=0.93))
    assert plot_prevalence_by_threshold_age_sex(estimates, claimed=0.6).axes[0].get_xlim() == (0, 0.7)
    assert plot_prevalence_by_threshold_age_sex(high, claimed=0.6).axes[0].get_xlim() == (0, 1.0)


def test_an_age_curve_without_sex_has_one_line_per_threshold(estimates):
    men = estimates.frame.query("sex == 'male'")
    figure = plot_age_curve(replace(estimates, frame=men, groups=("age_group",)), claimed=0.6)
    assert len(figure.axes) == 1
    assert {"at least once", "five or more times"} <= {text.replace("\n", " ") for text in texts_of(figure)}


def test_a_curve_has_a_gap_where_an_estimate_is_suppressed(estimates):
    frame = estimates.frame.query("sex == 'male' and outcome == 'any_cramps'").reset_index(drop=True)
    frame.loc[1, "caution"] = "suppress: too few"
    figure = plot_age_curve(replace(estimates, frame=frame, groups=("age_group",)))
    curve = figure.axes[0].lines[0]
    assert [value != value for value in curve.get_ydata()] == [False, True, False]


def test_a_forest_plot_pools_where_there_is_a_pooled_row_and_says_so_where_not(draw):
    words = texts_of(draw("forest"))
    assert words.count("Pooled") == 1
    assert words.count("Prediction interval") == 1
    assert words.count("too few studies to pool") == 1
    assert "61.0 (40.0 to 78.0)" in words
    assert "General population, recall window not stated" in words


def test_other_measures_of_the_pooling_do_not_stretch_the_axis(forest):
    assert plot_forest(forest, claimed=0.6).axes[0].get_xlim() == (0, 0.9)


def test_a_study_without_n_or_interval_is_still_drawn(draw):
    narrow = seen(draw("forest", width_mm=85))
    assert "n not printed" in narrow
    assert "10.0" in narrow


def test_the_flow_shows_every_step_and_reason_with_its_count(draw):
    words = seen(draw("flow"))
    for expected in ("Persons in the files", "n = 1,000", "younger than 20 years: 400", "refused: 3", "did not know: 7",
                     "n = 590"):
        assert expected in words


def test_readings_show_claim_finding_and_verdict_and_count_what_is_not_drawn(draw):
    words = seen(draw("readings"))
    for expected in ("contradicted", "about 60 %", "30.0 %", "1 of 2 readings", "thick: 90 %"):
        assert expected in words


def test_a_missing_group_column_lists_those_there_are(estimates):
    with pytest.raises(OptionError, match="valid: age_group, sex"):
        plot_prevalence_by_threshold_age_sex(estimates, age="age")
    with pytest.raises(OptionError, match="unknown group column 'study'"):
        plot_forest(estimates)


def test_nothing_to_show_is_an_error_that_says_why(estimates, check):
    hidden = replace(estimates, frame=estimates.frame.assign(caution="suppress: too few"))
    with pytest.raises(DataError, match="12 rows, 12 of them suppressed"):
        plot_prevalence_by_threshold_age_sex(hidden)
    with pytest.raises(DataError, match="none of the 2 readings"):
        plot_claim_readings(replace(check, verdicts=(check.verdicts[1], check.verdicts[1])))


def test_text_written_by_others_is_drawn_as_it_stands(forest):
    forest = replace(forest, frame=forest.frame.replace("Elm 2004", "$x^2_{ <b>&"))
    file = io.BytesIO()
    plot_forest(forest).savefig(file, format="svg")
    assert b"<b>" not in file.getvalue()


def test_wrapped_lines_fit_and_keep_numbers_with_their_signs():
    lines = wrap_to("found 30.9 % of n = 10,902 persons, Donaudampfschifffahrtsgesellschaft", 20, 7)
    assert max(text_mm(line, 7) for line in lines) <= 20
    assert any("30.9 %" in line for line in lines)
    assert any("n = 10,902" in line for line in lines)
    assert "".join(lines).replace(" ", "").endswith("Donaudampfschifffahrtsgesellschaft")


def test_an_age_curve_whose_ages_are_all_suppressed_is_refused_though_all_ages_could_be_shown(estimates):
    men = estimates.frame.query("sex == 'male' and outcome == 'any_cramps'")
    by_age = men.assign(caution="suppress: effective sample size 4.0 (< 30)")
    frame = pd.concat([men.head(1).assign(age_group=""), by_age], ignore_index=True)
    with pytest.raises(DataError, match="age curve has nothing to show"):
        plot_age_curve(replace(estimates, frame=frame, groups=("age_group",)))
