"""Which counts each rule shows, and what a printed number stands for."""

from __future__ import annotations

import pytest

from crampstats.audit.disclosure.profiles import PROFILES, Profile, read_profile
from crampstats.core.errors import OptionError


def test_cms_hides_one_to_ten_and_shows_zero():
    assert [PROFILES["cms"].shown(n) for n in (0, 1, 10, 11)] == [0, None, None, 11]


def test_nhs_style_hides_one_to_seven_and_rounds_the_rest_to_five():
    assert [PROFILES["nhs"].shown(n) for n in (0, 1, 7, 8, 12, 13, 17, 18)] == [0, None, None, 10, 10, 15, 15, 20]


def test_opensafely_hides_zero_to_seven_and_rounds_the_rest_to_five():
    assert [PROFILES["opensafely"].shown(n) for n in (0, 7, 8, 1_233)] == [None, None, 10, 1_235]


def test_none_hides_nothing():
    assert [PROFILES["none"].shown(n) for n in (0, 1, 8)] == [0, 1, 8]


@pytest.mark.parametrize("name", list(PROFILES))
def test_a_printed_number_stands_for_exactly_the_counts_that_are_printed_like_it(name):
    profile = PROFILES[name]
    for printed in {profile.shown(n) for n in range(200)} - {None}:
        low, high = profile.range_of(printed)
        assert [n for n in range(300) if profile.shown(n) == printed] == list(range(low, high + 1))


def test_a_number_is_a_threshold_of_ones_own():
    own = read_profile(" 7 ")
    assert (own.hide_up_to, own.round_to, own.shown(0), own.shown(7), own.shown(8)) == (7, 1, 0, None, 8)


@pytest.mark.parametrize("text", ["cmss", "0", "-3", "7.5", "", "²", "99999"])
def test_what_is_no_profile_is_refused(text):
    with pytest.raises(OptionError, match="unknown disclosure profile"):
        read_profile(text)


def test_a_profile_with_a_negative_threshold_is_refused():
    with pytest.raises(OptionError, match="at least 0 and 1"):
        Profile("x", "x", -1, 1, "")
