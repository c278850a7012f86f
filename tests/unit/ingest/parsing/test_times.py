"""Times of day: clocks of 12 and 24 hours and what is said of a column."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crampstats.codebook.columns import UNREADABLE
from crampstats.ingest.parsing.times import read_times

MINUTES = [(hour, minute) for hour in range(24) for minute in range(60)]


@settings(deadline=None)
@given(st.lists(st.one_of(st.text(max_size=15), st.from_regex(r"[0-9]{1,2}[:.h]?[0-9]{0,2} ?(am|pm|h|Uhr)?", fullmatch=True)),
                unique=True, max_size=8))
def test_any_text_is_read_or_given_a_reason_and_never_both(texts):
    found = read_times(texts)
    for value, reason in zip(found.values, found.reasons, strict=True):
        assert (value is None) == (reason != "")


@pytest.mark.parametrize("form", [
    "{:02d}:{:02d}", "{:02d}h{:02d}", "{:02d}.{:02d} Uhr", "{:02d}{:02d}", "1899-12-31T{:02d}:{:02d}:00",
])
def test_every_minute_of_the_day_is_read_back(form):
    read = read_times([form.format(hour, minute) for hour, minute in MINUTES])
    assert read.values.tolist() == [f"{hour:02d}:{minute:02d}" for hour, minute in MINUTES]


def test_every_minute_of_a_clock_of_twelve_hours_is_read_back():
    texts = [f"{(hour - 1) % 12 + 1}:{minute:02d} {'am' if hour < 12 else 'pm'}" for hour, minute in MINUTES]
    assert read_times(texts).values.tolist() == [f"{hour:02d}:{minute:02d}" for hour, minute in MINUTES]


def test_every_minute_kept_as_a_share_of_the_day_is_read_back():
    shares = [repr((60 * hour + minute) / 1440) for hour, minute in MINUTES if hour or minute]
    assert read_times(shares).values.tolist() == [f"{hour:02d}:{minute:02d}" for hour, minute in MINUTES if hour or minute]


def test_an_hour_without_am_or_pm_beside_others_that_say_it_is_an_error():
    found = read_times(["11:30 pm", "2:00", "14:00"])
    assert found.values.tolist() == ["23:30", None, "14:00"]
    (finding,) = found.findings
    assert finding.severity == "error"
    assert "2:00" in finding.message


def test_a_column_without_an_afternoon_is_a_warning():
    found = read_times(["11:30", "2:00", "3:15"])
    assert found.values.tolist() == ["11:30", "02:00", "03:15"]
    assert [finding.severity for finding in found.findings] == ["warning"]


def test_a_number_by_itself_is_no_time():
    assert set(read_times(["12", "7", "23", "1"]).reasons) == {UNREADABLE}


def test_an_approximate_time_is_kept_and_said_to_be():
    found = read_times(["about 11 pm", "at 11 pm"])
    assert found.values.tolist() == ["23:00", "23:00"]
    assert found.lossless.tolist() == [False, True]


def test_a_declared_code_is_missing():
    assert read_times(["99:99", "23:30"], missing={"99:99": "did not know"}).reasons.tolist() == ["did not know", ""]
