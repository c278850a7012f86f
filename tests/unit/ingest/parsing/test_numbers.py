"""Numbers of a column: votes, units, what is said of the column, and that nothing is lost."""


import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crampstats.codebook.columns import UNREADABLE
from crampstats.core.errors import OptionError
from crampstats.ingest.parsing.decimal_marks import find_decimal
from crampstats.ingest.parsing.number_text import split_number
from crampstats.ingest.parsing.numbers import read_numbers

FINITE = st.floats(allow_nan=False, allow_infinity=False)
NUMERIC = st.from_regex(r"[<>~]? ?-?[0-9]{0,4}[.,/ ']?[0-9]{1,4} ?(H|L|mg/dl|%|\*|kg)?", fullmatch=True)
CELLS = st.lists(st.one_of(st.text(max_size=20), NUMERIC), unique=True, max_size=8)


def read(*texts, counts=None, **choices):
    return read_numbers(texts, counts or [1] * len(texts), **choices)


def rules_of(found):
    return [finding.rule for finding in found.findings]


@settings(deadline=None)
@given(CELLS)
def test_any_text_is_read_or_given_a_reason_and_never_both(texts):
    found = read(*texts)
    for value, reason in zip(found.values, found.reasons, strict=True):
        assert (value is None) == (reason != "")
        assert value is None or np.isfinite(value)


@settings(deadline=None)
@given(st.lists(FINITE, unique=True, min_size=1, max_size=20))
def test_a_number_we_print_is_read_back(numbers):
    assert read(*(repr(number) for number in numbers), decimal=".").values.tolist() == numbers


@settings(deadline=None)
@given(st.lists(FINITE, unique=True, min_size=1, max_size=20))
def test_a_number_printed_with_a_decimal_comma_is_read_back(numbers):
    texts = [repr(number).replace(".", ",") for number in numbers]
    assert read(*texts, decimal=",").values.tolist() == numbers


@settings(deadline=None)
@given(st.integers(0, 10**12))
def test_thousands_parted_by_blanks_are_read_back(number):
    assert read(f"{number:,}".replace(",", "\u202f")).values[0] == number


@settings(deadline=None)
@given(CELLS)
def test_a_text_is_read_the_same_wherever_it_stands(texts):
    there, back = read(*texts), read(*texts[::-1])
    assert there.values.tolist() == back.values.tolist()[::-1]


def test_one_slip_in_twenty_rows_does_not_unsettle_the_column():
    # 95 rows with a decimal comma, 5 with a point: 95 % is enough, and 1,200 is 1.2
    found = read("4,1", "4.2", "1,200", counts=[95, 5, 1])
    assert found.values.tolist() == [4.1, 4.2, 1.2]
    assert rules_of(found) == ["decimal marks"]
    assert read("4,1", "4.2", "1,200", counts=[94, 6, 1]).reasons[2] == UNREADABLE


def test_what_nobody_can_tell_is_said_once_for_the_column_with_what_to_state():
    (finding,) = read("1,200", "3,400").findings
    assert finding.severity == "error"
    assert "1,200 could be 1.200 or 1200" in finding.message
    assert "decimal" in finding.suggestion


def test_decimal_commas_and_thousands_are_counted_in_a_note():
    (finding,) = read("4,1", "3,9", "1.200", counts=[5, 2, 1]).findings
    assert finding.severity == "note"
    assert "7 rows have a decimal comma and 1 row has a mark between thousands" in finding.message
    assert not read("4.1", "3").findings


def test_the_decimal_mark_of_the_file_decides():
    assert read("1,200", decimal=",").values[0] == 1.2
    assert read("1,200", decimal=".").values[0] == 1200.0
    assert read("1.200", decimal=",").values[0] == 1200.0


def test_the_rest_of_the_file_decides_where_the_column_does_not():
    assert read("1,200", "950", elsewhere=".").values.tolist() == [1200.0, 950.0]
    assert read("7.200", elsewhere=".").values[0] == 7.2
    assert read("7.200", elsewhere=",").values[0] == 7200.0
    assert read("4,1", "7.200", elsewhere=".").values[1] == 7200.0
    assert [finding.severity for finding in read("7.200", elsewhere=",").findings] == ["note"]


@pytest.mark.parametrize(("columns", "mark"), [
    ([["4.1"], ["1,200"], ["yes"]], "."), ([["4,1"], ["1.200", "<3,5"]], ","), ([["4.1"], ["4,1"]], ""),
    ([["12"], ["1,200"]], ""), ([], ""),
])
def test_a_file_shows_its_decimal_mark_by_its_columns(columns, mark):
    assert find_decimal(columns) == mark


def test_a_mark_that_cannot_part_thousands_is_decimal_whatever_the_file_says():
    assert read("4.25", decimal=",").values[0] == 4.25


def test_another_decimal_mark_is_refused():
    with pytest.raises(OptionError, match="unknown decimal mark ';'"):
        read("1", decimal=";")


def test_a_declared_code_is_missing_however_the_number_is_written():
    found = read("-99", "-99.0", "4.1", "Hemolyzed", missing={"-99": "not done", "hemolyzed": "not done"})
    assert found.reasons.tolist() == ["not done", "not done", "", "not done"]
    assert found.values.tolist() == [None, None, 4.1, None]


def test_a_number_is_no_code_for_missing_unless_it_is_declared():
    assert read("-99", "999", "9").values.tolist() == [-99.0, 999.0, 9.0]


def test_letters_among_figures_are_named_and_left():
    found = read("4O", "l0", "4.1")
    assert found.reasons.tolist() == [UNREADABLE, UNREADABLE, ""]
    (finding,) = found.findings
    assert "40" in finding.suggestion


def test_more_digits_than_a_float_holds_are_not_called_lossless():
    # 2**53 + 1 is the first whole number a float cannot hold
    found = read("9007199254740993", "9007199254740991")
    assert found.lossless.tolist() == [False, True]


def test_a_capital_letter_is_a_flag_beside_flags_and_a_unit_among_its_kin():
    assert read("3.1 L", "5.9 H").units.tolist() == ["", ""]
    assert read("3.1 L", "4.0 mmol/L").units.tolist() == ["", "mmol/L"]
    assert read("2 L", "1500 ml").units.tolist() == ["L", "mL"]
    assert read("8 H", "7 h").units.tolist() == ["hours", "hours"]


def test_limits_and_approximations_keep_their_number_and_say_so():
    found = read("<3.0", "~5", "4")
    assert found.lossless.tolist() == [False, False, True]
    assert found.values.tolist() == [3.0, 5.0, 4.0]


@pytest.mark.slow
@pytest.mark.parametrize("mark", [".", ","])
def test_plain_numbers_are_read_all_at_once_and_only_the_others_one_by_one(mark, monkeypatch):
    looked_at = []

    def split(text):
        looked_at.append(text)
        return split_number(text)

    monkeypatch.setattr("crampstats.ingest.parsing.numbers.split_number", split)
    texts = [f"{number / 7:.9f}".replace(".", mark) for number in range(50_000)] + ["4.1 mmol/l"]
    found = read_numbers(texts, np.ones(len(texts)))
    assert looked_at == ["4.1 mmol/l"]
    assert found.values[7] == pytest.approx(1, abs=1e-9)
