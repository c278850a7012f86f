"""Levels of a category in their spellings, and what is never taken for one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crampstats.codebook.columns import UNREADABLE
from crampstats.ingest.parsing.categories import read_category

SEX = {"male": "men and boys", "female": "women and girls"}
SEX_WORDS = {"male": ("m", "man", "hombre"), "female": ("f", "woman", "mujer")}


@settings(deadline=None)
@given(st.lists(st.one_of(st.text(max_size=15), st.sampled_from(["Male", "femal", "mal", "W", "men and boys"])), unique=True))
def test_any_text_is_read_or_given_a_reason_and_never_both(texts):
    found = read_category(texts, SEX, words=SEX_WORDS)
    for value, reason in zip(found.values, found.reasons, strict=True):
        assert (value is None) == (reason != "")
        assert value in (None, *SEX)


@settings(deadline=None)
@given(st.lists(st.text(min_size=1, max_size=12), unique=True, min_size=1))
def test_a_level_is_always_itself(levels):
    assert read_category(levels, dict.fromkeys(levels, "")).values.tolist() == levels


def test_words_descriptions_case_and_marks_lead_to_the_level():
    found = read_category(["Male", "HOMBRE", "men-and_boys", "F", "mujer"], SEX, words=SEX_WORDS)
    assert found.values.tolist() == ["male", "male", "male", "female", "female"]
    assert found.lossless.all()


def test_a_slip_of_the_pen_is_read_as_a_correction():
    found = read_category(["femlae", "femael", "mle"], SEX)
    assert found.values.tolist() == ["female", "female", None]
    assert not found.lossless.any()
    assert "slip of the pen" in found.rules[0]


@pytest.mark.parametrize(("text", "levels"), [
    ("hypothyroid", ["hyperthyroid"]), ("unmarried", ["married"]), ("not hispanic", ["hispanic"]), ("stage 2", ["stage 1"]),
    ("C4", ["C3"]), ("female", ["male"]), ("man", ["men"]), ("ax", ["an"]), ("inactive", ["active"]),
])
def test_another_meaning_is_no_slip_of_the_pen(text, levels):
    assert read_category([text], dict.fromkeys(levels, "")).reasons[0] == UNREADABLE


def test_a_slip_between_two_levels_is_left():
    assert read_category(["laft"], {"left": "", "lift": ""}).reasons[0] == UNREADABLE


def test_a_sign_can_be_a_word():
    assert read_category(["♀"], SEX, words={"female": ("♀",), "male": ("♂",)}).values[0] == "female"


def test_codes_go_first_and_are_found_as_whole_numbers_of_a_spreadsheet_program():
    found = read_category(["1", "2.0", "9"], SEX, codes={"1": "male", "2": "female"}, missing={"9": "refused"})
    assert found.values.tolist() == ["male", "female", None]
    assert found.reasons[2] == "refused"


def test_a_word_for_two_levels_stands_for_neither():
    assert read_category(["other"], {"a": "other", "b": "other"}).reasons[0] == UNREADABLE


def test_a_level_that_looks_like_a_word_for_missing_is_the_level():
    levels = {"did not know": "did not know which", "not applicable": ""}
    assert read_category(["Did not know", "not applicable"], levels).values.tolist() == list(levels)
