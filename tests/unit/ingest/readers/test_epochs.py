"""Dates of the statistics packages: expected texts worked out from the packages' documented epochs."""

import pytest

from crampstats.ingest.readers.epochs import find_clock, write_time


@pytest.mark.parametrize(("package", "display", "value", "text"), [
    # SPSS: seconds since 14 October 1582, 137,775 days before 1 January 1960
    ("spss", "EDATE10", 137_775 * 86_400 + 43_200, "1960-01-01 12:00:00"),
    ("spss", "ADATE10", 137_775 * 86_400, "1960-01-01"),
    ("spss", "DATETIME20", 137_775 * 86_400, "1960-01-01 00:00:00"),
    ("spss", "TIME8", 36_610, "10:10:10"),
    ("spss", "DTIME11", 90_000, "25:00:00"),
    # Stata: days, milliseconds, months, quarters, half-years and weeks since 1960
    ("stata", "%td", 0, "1960-01-01"),
    ("stata", "%d", -1, "1959-12-31"),
    ("stata", "%tdDD/NN/CCYY", 366, "1961-01-01"),
    ("stata", "%tc", 1_000, "1960-01-01 00:00:01"),
    ("stata", "%tcHH:MM", 82_800_000, "23:00:00"),
    ("stata", "%tm", 13, "1961-02"),
    ("stata", "%tm", -1, "1959-12"),
    ("stata", "%tq", 5, "1961q2"),
    ("stata", "%th", 3, "1961h2"),
    ("stata", "%tw", 53, "1961w2"),
    # SAS: days or seconds since 1960
    ("sas", "DATE9", 366, "1961-01-01"),
    ("sas", "YYMMDD10", -1, "1959-12-31"),
    ("sas", "DATETIME20", 86_399.5, "1960-01-01 23:59:59.500000"),
    ("sas", "E8601DT", 0, "1960-01-01 00:00:00"),
    ("sas", "TOD", 86_400 + 60, "00:01:00"),
    ("sas", "HHMM", 3_660, "01:01:00"),
])
def test_a_number_reads_as_the_date_its_package_shows(package, display, value, text):
    assert find_clock(package, display).write(value) == text


@pytest.mark.parametrize(("package", "display"), [
    ("spss", "F8.2"), ("spss", "WKDAY9"), ("spss", "A10"), ("stata", "%9.0g"), ("stata", "%ty"), ("stata", "%20s"),
    ("sas", "BEST12"), ("sas", "$CHAR20"), ("sas", "DOLLAR8"), ("sas", ""),
])
def test_other_formats_are_no_dates(package, display):
    assert find_clock(package, display) is None


def test_part_of_a_day_is_no_date():
    with pytest.raises(ValueError, match="part of a day"):
        find_clock("sas", "DATE9").write(0.5)


def test_a_span_before_midnight_keeps_its_sign():
    assert write_time(-3_661.5) == "-01:01:01.500000"
