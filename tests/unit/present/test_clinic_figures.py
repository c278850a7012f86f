from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest
from matplotlib.text import Text

from crampstats.core.errors import DataError
from crampstats.core.source import Source
from crampstats.present.captions_clinic import (
    format_clinic_caption,
    format_control_chart_alt,
    format_counts_caption,
    format_findings_alt,
    format_funnel_alt,
    format_group_prevalence_alt,
    format_observed_expected_alt,
    format_triage_alt,
)
from crampstats.present.figures import (
    plot_control_chart,
    plot_findings,
    plot_funnel,
    plot_group_prevalence,
    plot_observed_expected,
    plot_triage,
)
from crampstats.present.files import draw_figure

from . import made_up_clinic as clinic

SOURCE = Source("a clinic of 2026")


def words_of(figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]


def marks_of(figure) -> int:
    return sum(len(axes.lines) + len(axes.patches) for axes in figure.axes)


def test_a_hidden_site_is_named_and_says_hidden():
    words = words_of(plot_group_prevalence(clinic.make_sites(SOURCE)))
    assert "hidden place" in words
    assert words.count("hidden") == 1
    assert "40/100" in words


def test_a_hidden_site_and_a_site_with_nobody_look_different():
    words = words_of(plot_group_prevalence(clinic.make_sites(SOURCE)))
    assert "0/40" in words
    assert any(text.startswith("0.0 (") for text in words)


def test_no_mark_is_drawn_for_a_hidden_row():
    sites = clinic.make_sites(SOURCE)
    without = replace(sites, frame=sites.frame[sites.frame["caution"] != clinic.HIDDEN])
    # the hidden row adds the white band behind its word, no mark and no interval
    lines = [len(figure.axes[0].lines) for figure in map(plot_group_prevalence, (sites, without))]
    assert lines[0] == lines[1]


def test_numbers_left_in_a_hidden_row_by_mistake_are_not_drawn_either():
    sites = clinic.make_sites(SOURCE)
    leaky = replace(sites, frame=sites.frame.assign(
        n=sites.frame["n"].fillna(7), n_events=sites.frame["n_events"].fillna(3), estimate=sites.frame["estimate"].fillna(3 / 7)))
    assert draw_figure(plot_group_prevalence(leaky), "svg") == draw_figure(plot_group_prevalence(sites), "svg")
    assert format_group_prevalence_alt(leaky) == format_group_prevalence_alt(sites)


@pytest.mark.parametrize("draw", [
    lambda: plot_group_prevalence(clinic.make_sites(SOURCE)), lambda: plot_observed_expected(clinic.make_expected(SOURCE)),
    lambda: plot_triage(clinic.make_levels(), SOURCE), lambda: plot_findings(clinic.make_counts(), SOURCE),
])
def test_an_svg_holds_no_text_and_no_names_of_rows(draw):
    svg = draw_figure(draw(), "svg").decode()
    assert "<text" not in svg
    assert not re.search(r"\bid=\"(?!figure_|axes_|patch_|line2d_|text_|matplotlib\.|xtick_|ytick_|DejaVu|p[0-9a-f]+|m[0-9a-f]+|"
                         r"PolyCollection|LineCollection|C\d|PathCollection)", svg)
    assert "hidden place" not in re.sub(r"<!--.*?-->", "", svg)


def test_comments_of_an_svg_tell_only_what_the_picture_tells():
    """matplotlib writes each text as outlines with the text itself in a comment."""
    svg = draw_figure(plot_group_prevalence(clinic.make_sites(SOURCE)), "svg").decode()
    told = {text.strip().replace("&#45;", "-") for text in re.findall(r"<!--(.*?)-->", svg, flags=re.DOTALL)}
    assert told <= set(words_of(plot_group_prevalence(clinic.make_sites(SOURCE)))) | {""}


def test_everybody_stands_once_at_the_top_whatever_the_number_of_parts():
    words = words_of(plot_group_prevalence([clinic.make_sites(SOURCE), clinic.make_sites(SOURCE)]))
    assert words.count("All patients") == 1
    assert words.count("Site of the clinic") == 2


def test_a_ratio_of_nobody_is_an_arrow_at_the_end_of_the_axis():
    figure = plot_observed_expected(clinic.make_expected(SOURCE))
    assert "0/12.5" in words_of(figure)
    assert "<" in {line.get_marker() for line in figure.axes[0].lines}


def test_two_group_columns_in_one_part_are_refused():
    sites = clinic.make_sites(SOURCE)
    two = replace(sites, frame=sites.frame.assign(sex="f"), groups=("clinic_site", "sex"))
    with pytest.raises(DataError, match="one group column"):
        plot_group_prevalence(two)


def test_nothing_to_show_is_refused_for_ratios_and_said_for_shares():
    gone = clinic.make_expected(SOURCE)
    gone = replace(gone, frame=gone.frame.assign(caution=clinic.HIDDEN))
    with pytest.raises(DataError, match="no group"):
        plot_observed_expected(gone)
    sites = clinic.make_sites(SOURCE)
    assert words_of(plot_group_prevalence(replace(sites, frame=sites.frame.assign(caution=clinic.HIDDEN)))).count("hidden") == 5


def test_units_outside_the_limits_have_marks_of_their_own_and_names():
    figure = plot_funnel(*clinic.make_funnel(SOURCE))
    words = words_of(figure)
    assert {"south", "west"} <= set(words)
    assert "north" not in words
    drawn = {line.get_marker(): len(line.get_xdata()) for line in figure.axes[0].lines if line.get_linestyle() == "None"}
    assert drawn == {"o": 1, "^": 1, "D": 1}


def test_a_hidden_unit_is_no_part_of_the_funnel():
    units, curve, centre = clinic.make_funnel(SOURCE)
    hidden = replace(units, frame=units.frame.assign(caution=["", "", clinic.HIDDEN]))
    assert "west" not in " ".join(words_of(plot_funnel(hidden, curve, centre)))
    assert "west" not in format_funnel_alt(hidden, centre)


def test_a_hidden_month_breaks_the_line():
    figure = plot_control_chart(clinic.make_months(SOURCE))
    joined = [line for line in figure.axes[0].lines if line.get_linestyle() == "-" and line.get_linewidth() == 0.9]
    assert [list(line.get_xdata()) for line in joined] == [[0.0, 1.0, 2.0], [4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0]]
    assert any("Gaps" in text for text in words_of(figure))


def test_a_month_beyond_its_limit_is_a_triangle():
    figure = plot_control_chart(clinic.make_months(SOURCE), signals=("2025-09: above the 3-sigma limit.",))
    triangles = [line for line in figure.axes[0].lines if line.get_marker() == "^"]
    assert [list(line.get_xdata()) for line in triangles] == [[8.0]]
    assert "2025-09: above the 3-sigma limit." in " ".join(words_of(figure))


def test_what_age_and_sex_expect_is_dotted_where_it_is_given():
    months = clinic.make_months(SOURCE)
    expected = replace(months, frame=months.frame.assign(expected_share=0.31), extras=("expected_share",))
    assert "dotted" in " ".join(words_of(plot_control_chart(months, expected=expected)))
    assert "dotted" not in " ".join(words_of(plot_control_chart(months)))


def test_bars_of_triage_are_as_many_as_the_levels_with_somebody():
    figure = plot_triage(clinic.make_levels(), SOURCE)
    bars = [patch.get_width() for patch in figure.axes[0].patches if patch.get_facecolor()[:3] != (1.0, 1.0, 1.0)]
    assert bars == [123.0, 45.0, 1200.0]
    assert {"hidden", "0", "1,200"} <= set(words_of(figure))


def test_findings_stand_by_severity_whatever_their_order():
    words = words_of(plot_findings(clinic.make_counts(), SOURCE))
    assert [word for word in words if word in ("Integrity", "Errors", "Warnings", "Notes", "Accuracy")] == [
        "Integrity", "Errors", "Warnings", "Notes", "Accuracy", "Errors", "Warnings", "Notes"]


def test_counts_without_the_columns_are_refused_by_name():
    with pytest.raises(DataError, match="severity"):
        plot_findings(clinic.make_counts().drop(columns="severity"), SOURCE)
    with pytest.raises(DataError, match="no count"):
        plot_triage(clinic.make_levels().iloc[:0], SOURCE)


def test_alternative_texts_tell_the_shown_numbers_and_name_the_hidden():
    told = format_group_prevalence_alt(clinic.make_sites(SOURCE), claimed=0.6)
    for words in ("All patients: 35.0 %", "north 40.0 %", "Hidden: hidden place.",
                  "3 of 4 intervals lie wholly below the claimed 60 %"):
        assert words in told
    assert "Of 3 intervals 2 lie wholly above 1" in format_observed_expected_alt(clinic.make_expected(SOURCE))
    assert format_triage_alt(clinic.make_levels(), SOURCE) == (
        "Patients by triage level: urgent hidden; see soon 123; ask 45; routine 1,200; none 0.")
    assert "Integrity: notes 30, errors 14 and warnings hidden." in format_findings_alt(clinic.make_counts(), SOURCE)


def test_the_alternative_text_of_a_funnel_names_who_is_outside():
    units, _, centre = clinic.make_funnel(SOURCE)
    told = format_funnel_alt(units, centre, words="The units differ by chance.")
    assert "Above the 95 % limits: south, 43.0 %" in told
    assert "Below the 99.8 % limits: west, 20.0 %" in told
    assert told.endswith("The units differ by chance.")


def test_the_alternative_text_of_a_chart_tells_span_centre_and_signals():
    told = format_control_chart_alt(clinic.make_months(SOURCE), signals=("2025-09: above the 3-sigma limit.",))
    assert told == (
        "Control chart of leg cramps at night, past month: 12 points from 2025-01 to 2026-01. Centre line 30.0 %. Lowest "
        "2025-11, 26.0 %; highest 2025-09, 50.0 %. 2025-09: above the 3-sigma limit.")


def test_a_caption_states_everybody_or_nobody_never_the_sum_of_what_is_shown():
    sites = clinic.make_sites(SOURCE)
    assert "patients aged 16+; n = 200." in format_clinic_caption(sites)
    without_all = replace(sites, frame=sites.frame[sites.frame["clinic_site"] != ""])
    assert "n =" not in format_clinic_caption(without_all)
    assert "Hidden groups" in format_clinic_caption(sites)


@pytest.mark.parametrize("made", [
    lambda source: format_group_prevalence_alt(clinic.make_sites(source)),
    lambda source: format_triage_alt(clinic.make_levels(), source),
    lambda source: format_clinic_caption(clinic.make_sites(source)),
    lambda source: format_counts_caption(clinic.make_levels(), source, title="Patients by level"),
    lambda source: format_funnel_alt(clinic.make_funnel(source)[0], 0.35),
])
def test_made_up_data_are_announced_first(made):
    assert made(Source("invented", made_up=True)).startswith("MADE-UP DATA")
    assert "MADE-UP" not in made(SOURCE)


def test_rows_of_missing_text_print_their_count():
    levels = pd.DataFrame({"level": ["ask"], "n": pd.array([1234], dtype="Int64")})
    assert "1,234" in words_of(plot_triage(levels, SOURCE))
