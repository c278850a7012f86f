"""Words for missing, and numbers that are probably codes for it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crampstats.codebook.columns import DID_NOT_KNOW, NO_ANSWER, NOT_APPLICABLE, NOT_DONE, REFUSED
from crampstats.ingest.parsing.missing import WORDS, read_missing, suspect_codes
from crampstats.ingest.parsing.number_words import read_number_words
from crampstats.ingest.parsing.yes_no import NO, YES

REASONS = {NO_ANSWER, DID_NOT_KNOW, REFUSED, NOT_DONE, NOT_APPLICABLE}


def codes(texts, counts=None):
    return [finding.value for finding in suspect_codes(texts, counts or [1] * len(texts))]


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_gives_a_reason_or_none(text):
    assert read_missing(text) in {"", *REASONS}


@settings(deadline=None)
@given(st.from_regex(r"-?[0-9]+([.,][0-9]+)?", fullmatch=True))
def test_a_figure_is_never_missing(text):
    assert read_missing(text) == ""


def test_a_word_has_one_reason_and_is_no_answer():
    words = [word for some in WORDS.values() for word in some]
    assert set(WORDS) == REASONS
    assert len(set(words)) == len(words)
    assert not set(words) & (YES | NO)
    assert not read_number_words(words)


@pytest.mark.parametrize("texts", [
    ["137", "141", "-99"], ["0", "3", "-9"], ["18", "35", "64", "999"], ["1", "2", "3", "4", "9999"],
    ["2", "3", "5", "77", "88", "99"], ["3.5", "4.1", "-999"],
])
def test_a_code_far_from_the_rest_is_named(texts):
    assert codes(texts) == [text for text in texts if text.lstrip("-")[0] in "789" and len(set(text.lstrip("-"))) == 1]


@pytest.mark.parametrize("texts", [
    ["18", "64", "99"], ["-12", "-9", "4"], ["7", "8", "9"], ["70", "77", "81", "88"], ["-99"], ["9", "9.0"], ["hemolyzed", "99"],
])
def test_a_number_among_its_like_is_not(texts):
    assert codes(texts) == []


def test_the_finding_says_how_many_rows_and_what_to_write():
    (finding,) = suspect_codes(["137", "141", "-99"], [20, 12, 4])
    assert "4 rows" in finding.message
    assert 'missing = {"-99"' in finding.suggestion
    assert finding.severity == "warning"
