from __future__ import annotations

import matplotlib as mpl
import pytest

from crampstats.core.errors import OptionError
from crampstats.present.theme import GREYS, LINES, MARKERS, OKABE_ITO, SMALLEST_POINTS, theme


def test_settings_are_as_before_when_the_block_ends():
    before = dict(mpl.rcParams)
    with theme(width_mm=85, grey=True):
        assert mpl.rcParams["text.parse_math"] is False
    assert dict(mpl.rcParams) == before


def test_settings_are_as_before_when_the_block_fails():
    before = dict(mpl.rcParams)
    with pytest.raises(RuntimeError), theme():
        raise RuntimeError
    assert dict(mpl.rcParams) == before


def test_settings_of_the_user_do_not_reach_a_figure():
    with mpl.rc_context({"font.size": 40, "axes.facecolor": "red"}), theme() as look:
        assert mpl.rcParams["font.size"] == look.points
        assert mpl.rcParams["axes.facecolor"] == "white"


@pytest.mark.parametrize("width", [70, 85, 170, 400])
def test_no_text_is_smaller_than_can_be_read_in_print(width):
    with theme(width_mm=width) as look:
        assert min(look.points, look.small_points, mpl.rcParams["xtick.labelsize"]) >= SMALLEST_POINTS


def test_series_differ_in_colour_marker_and_line_so_that_grey_is_enough():
    for kinds in (OKABE_ITO, GREYS, MARKERS, LINES):
        assert len({str(kind) for kind in kinds}) == 6
    with theme(grey=True) as look:
        assert {look.strokes(place).marker for place in range(6)} == set(MARKERS)
        assert all(len({look.strokes(place).colour[i:i + 2] for i in (1, 3, 5)}) == 1 for place in range(6))


@pytest.mark.parametrize("width", [20, 69.9, 401])
def test_a_width_that_cannot_be_read_is_refused_with_the_bounds(width):
    with pytest.raises(OptionError, match="70 to 400 mm is expected"), theme(width_mm=width):
        pass
