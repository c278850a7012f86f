"""Words as they are compared, and codes however they are written."""

from hypothesis import given, settings
from hypothesis import strategies as st

from crampstats.ingest.parsing.folding import Declared, fold, same_number


@settings(deadline=None)
@given(st.text(max_size=20))
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@settings(deadline=None)
@given(st.integers(-10**6, 10**6))
def test_a_whole_number_is_one_code_however_it_is_written(number):
    assert same_number(f"{number}.0") == same_number(f"{number:05d}") == str(number)


def test_a_text_as_written_goes_before_one_in_another_case():
    codes = Declared({"A": 1, "a": 2})
    assert (codes["A"], codes["a"]) == (1, 2)


def test_nothing_declared_holds_nothing():
    assert not Declared(None)
    assert "1" not in Declared({})
