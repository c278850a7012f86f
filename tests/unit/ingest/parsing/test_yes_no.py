"""Yes and no: what the other cells of the column change, and what is said of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crampstats.codebook.columns import UNREADABLE
from crampstats.ingest.parsing.yes_no import NO, YES, read_yes_no


@settings(deadline=None)
@given(st.lists(st.text(max_size=15), unique=True, max_size=8))
def test_any_text_is_read_or_given_a_reason_and_never_both(texts):
    found = read_yes_no(texts)
    for value, reason in zip(found.values, found.reasons, strict=True):
        assert (value is None) == (reason != "")
        assert value in (None, True, False)


def test_no_word_says_both():
    assert not YES & NO


@pytest.mark.parametrize("change", [str.upper, str.title, lambda word: f" {word}.", lambda word: f"({word})"])
def test_case_blanks_stops_and_brackets_do_not_matter(change):
    assert read_yes_no([change("oui"), change("nein")]).values.tolist() == [True, False]


def test_one_and_two_are_read_with_a_warning_that_asks_for_the_codes():
    found = read_yes_no(["1", "2", "n.d."])
    assert found.values.tolist() == [True, False, None]
    (finding,) = found.findings
    assert (finding.severity, finding.rule) == ("warning", "codes assumed")
    assert 'codes = {"1" = true, "2" = false}' in finding.suggestion


@pytest.mark.parametrize("figures", [["0", "1", "2"], ["1", "2", "9"], ["2"], ["3"], ["-1", "1"]])
def test_other_figures_are_not_read_and_the_column_says_which(figures):
    found = read_yes_no(figures)
    assert set(found.reasons) == {UNREADABLE}
    (finding,) = found.findings
    assert finding.severity == "error"
    assert all(figure in finding.message for figure in figures)


def test_stated_codes_are_read_and_others_not_guessed():
    found = read_yes_no(["1", "2.0", "0"], codes={"1": False, "2": True})
    assert found.values.tolist() == [False, True, None]
    assert [finding.rule for finding in found.findings] == ["codes unknown"]


def test_words_are_read_beside_stated_codes():
    assert read_yes_no(["7", "yes"], codes={"7": False}).values.tolist() == [False, True]


def test_a_declared_code_for_missing_leaves_one_and_two_readable():
    found = read_yes_no(["1", "2", "9"], missing={"9": "did not know"})
    assert found.values.tolist() == [True, False, None]
    assert found.reasons[2] == "did not know"


def test_database_programs_store_yes_as_minus_one():
    assert read_yes_no(["-1", "0"]).values.tolist() == [True, False]
