"""Dates: votes, formats, spreadsheet day numbers, and what is said of a column."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crampstats.codebook.columns import UNREADABLE
from crampstats.ingest.parsing.date_text import split_date
from crampstats.ingest.parsing.dates import EXCEL_1904, from_serial, read_dates

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
CLEAR_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d", "%d %B %Y", "%b %d, %Y"]
FIGURES = st.from_regex(r"[0-9]{1,4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,4}( 1?[0-9]:[0-5]0)?", fullmatch=True)
SHOWS_DAY_FIRST = "31/12/1999"


def read(*texts, counts=None, **choices):
    return read_dates(texts, counts or [1] * len(texts), **choices)


def rules_of(found):
    return [finding.rule for finding in found.findings]


@settings(deadline=None)
@given(st.lists(st.one_of(st.text(max_size=20), FIGURES), unique=True, max_size=8))
def test_any_text_is_read_or_given_a_reason_and_never_both(texts):
    found = read(*texts)
    for value, reason in zip(found.values, found.reasons, strict=True):
        assert (value is None) == (reason != "")


@settings(deadline=None)
@given(st.lists(DAYS, unique=True, max_size=10), st.sampled_from(CLEAR_FORMATS))
def test_a_date_we_print_is_read_back(days, form):
    assert read(*(day.strftime(form) for day in days)).values.tolist() == days


@settings(deadline=None)
@given(DAYS)
def test_day_and_month_in_figures_are_read_back_where_another_row_shows_the_order(day):
    assert read(SHOWS_DAY_FIRST, day.strftime("%d/%m/%Y")).values[1] == day


@settings(deadline=None)
@given(DAYS)
def test_a_doubtful_date_is_never_read_by_itself(day):
    # a day up to the 12th could be a month, unless both figures are the same
    doubtful = day.day <= 12 and day.day != day.month
    assert (read(day.strftime("%d/%m/%Y")).values[0] is None) == doubtful


@settings(deadline=None)
@given(DAYS)
def test_a_day_number_is_the_day_counted_from_1900_or_1904(day):
    since_1900, since_1904 = (day - date(1899, 12, 30)).days, (day - date(1904, 1, 1)).days
    if day >= date(1900, 3, 1):
        assert from_serial(since_1900) == day
    if since_1904 >= 0:
        assert from_serial(since_1904, EXCEL_1904) == day


def test_the_day_that_never_was_is_not_read():
    # 29 February 1900 is day 60 of spreadsheet programs; 59 and 61 are its neighbours
    assert [from_serial(day) for day in (59, 60, 61)] == [date(1900, 2, 28), None, date(1900, 3, 1)]


def test_an_undecided_order_is_one_error_that_counts_rows_and_says_what_to_state():
    found = read("03/04/2024", "05/06/2024", counts=[7, 3])
    (finding,) = found.findings
    assert (finding.rule, finding.severity) == ("order of day and month", "error")
    assert "10 rows" in finding.message
    assert 'dates = ["%d/%m/%Y"]' in finding.suggestion


def test_a_stated_format_settles_the_order():
    assert read("03/04/2024", formats=["%m/%d/%Y"]).values[0] == date(2024, 3, 4)
    assert read("03/04/2024", formats=["%d/%m/%Y"]).values[0] == date(2024, 4, 3)
    # of the same order, with another sign between the figures
    assert read("3-4-2024", formats=["%d/%m/%Y"]).values[0] == date(2024, 4, 3)


def test_a_stated_format_with_the_day_before_the_month_outranks_the_usual_one():
    assert read("2024-03-04", formats=["%Y-%d-%m"]).values[0] == date(2024, 4, 3)


def test_one_row_against_the_order_of_the_column_is_not_read():
    # 19 of 20 rows that show an order have the day first: 95 %
    found = read("13/02/2024", "02/13/2024", "03/04/2024", counts=[19, 1, 5])
    assert found.values.tolist() == [date(2024, 2, 13), None, date(2024, 4, 3)]
    assert rules_of(found) == ["order of day and month"]


def test_years_of_two_digits_are_completed_and_said():
    found = read("13/02/29", "13/02/30")
    assert found.values.tolist() == [date(2029, 2, 13), date(1930, 2, 13)]
    assert rules_of(found) == ["years of two digits"]
    assert not found.lossless.any()


def test_day_numbers_are_said_and_read_by_the_system_stated():
    assert rules_of(read("45355")) == ["day numbers"]
    # 4 years and a day lie between the two systems
    assert read("43893", formats=[EXCEL_1904]).values[0] == date(2024, 3, 4)


def test_dates_a_spreadsheet_program_turned_round_are_suspected():
    whole = [f"2024-{month:02d}-{day:02d}" for month, day in ((1, 2), (3, 5), (11, 12), (7, 7), (5, 1))]
    assert "dates turned round" in rules_of(read(*whole, "13/02/2024", "25/03/2024"))
    assert "dates turned round" not in rules_of(read(*whole, "2024-02-13", "25/03/2024"))


def test_a_finding_holds_no_date_of_the_file():
    found = read("13/02/1957", "03/04/1961", "02/28/1949", "17.05.58", "45355")
    said = " ".join(finding.message + finding.suggestion + finding.value for finding in found.findings)
    assert not any(year in said for year in ("1957", "1961", "1949", ".58"))


def test_a_declared_date_is_missing():
    found = read("1900-01-01", "2024-03-04", missing={"1900-01-01": "missing"})
    assert found.reasons.tolist() == ["missing", ""]
    assert found.values.tolist() == [None, date(2024, 3, 4)]


def test_formats_that_say_no_whole_date_read_nothing():
    assert read("2024", "03/2024", formats=["%Y", "%m/%Y"]).reasons.tolist() == [UNREADABLE, UNREADABLE]


@pytest.mark.slow
@pytest.mark.parametrize("form", ["%Y-%m-%dT%H:%M:%S", "%m/%d/%Y %H:%M:%S"])
def test_of_time_stamps_each_day_is_read_once(form, monkeypatch):
    import pandas as pd

    looked_at = []

    def split(text):
        looked_at.append(text)
        return split_date(text)

    monkeypatch.setattr("crampstats.ingest.parsing.dates.split_date", split)
    stamps = pd.Series(pd.date_range("2000-01-01", periods=50_000, freq="631s"))
    texts = stamps.dt.strftime(form).tolist()
    found = read_dates(texts, np.ones(len(texts)))
    assert len(looked_at) == len(set(looked_at)) <= stamps.dt.date.nunique()
    assert (found.values == stamps.dt.date.to_numpy()).all()
