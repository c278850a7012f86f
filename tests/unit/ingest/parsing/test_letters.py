"""Spanish: hombre, mujer. French: homme, femme. English: male, female."""

from __future__ import annotations

import pytest

from crampstats.codebook.demographics import SEX
from crampstats.ingest.parsing.categories import read_category
from crampstats.ingest.parsing.letters import read_letters


def read(texts: list[str]):
    return read_letters(read_category(texts, SEX.levels, words=SEX.words), texts, SEX)


@pytest.mark.parametrize(("texts", "levels"), [
    (["M", "F"], ["male", "female"]),
    (["H", "M"], ["male", "female"]),
    (["h", "f"], ["male", "female"]),
    (["H"], ["male"]),
    (["H", "M", "mujer"], ["male", "female", "female"]),
    (["H", "M", "F"], [None, None, None]),
    (["m", "w"], ["male", "female"]),
])
def test_letters_are_read_by_those_beside_them_or_not_at_all(texts: list[str], levels: list[str | None]):
    assert read(texts).values.tolist() == levels


def test_what_was_settled_or_could_not_be_is_a_finding():
    assert [one.severity for one in read(["H", "M"]).findings] == ["warning"]
    assert [one.severity for one in read(["H", "M", "F"]).findings] == ["error"]
    assert read(["M", "F"]).findings == ()
