"""Numbers in words of six languages."""

import pytest

from crampstats.ingest.parsing.number_words import read_number_words

WORDS = {
    "English": {0: "zero", 7: "seven", 12: "twelve", 40: "forty", 99: "ninety-nine", 100: "one hundred"},
    "German": {7: "sieben", 16: "sechzehn", 17: "siebzehn", 21: "einundzwanzig", 32: "zweiunddreißig", 55: "fünfundfünfzig",
               100: "hundert"},
    "Spanish": {0: "cero", 16: "dieciséis", 21: "veintiuno", 22: "veintidós", 31: "treinta y uno", 100: "cien"},
    "French": {11: "onze", 17: "dix-sept", 21: "vingt et un", 71: "soixante et onze", 80: "quatre-vingts",
               91: "quatre-vingt-onze", 99: "quatre-vingt-dix-neuf"},
    "Italian": {16: "sedici", 17: "diciassette", 21: "ventuno", 28: "ventotto", 33: "trentatré", 88: "ottantotto"},
    "Portuguese": {14: "catorze", 16: "dezesseis", 21: "vinte e um", 32: "trinta e dois", 99: "noventa e nove", 100: "cem"},
}


@pytest.mark.parametrize("language", WORDS)
def test_words_of_a_language_are_their_numbers(language):
    assert read_number_words(list(WORDS[language].values())) == {word: float(number) for number, word in WORDS[language].items()}


def test_words_typed_without_accents_and_umlauts_are_read():
    assert read_number_words(["fuenf", "funf", "tres", "zwoelf"]) == {"fuenf": 5.0, "funf": 5.0, "tres": 3.0, "zwoelf": 12.0}


def test_once_is_one_or_eleven_by_its_neighbours_and_nothing_without_them():
    assert read_number_words(["once", "doce"])["once"] == 11
    assert read_number_words(["once", "three"])["once"] == 1
    assert read_number_words(["once"]) == {}
    assert "once" not in read_number_words(["once", "doce", "three"])


@pytest.mark.parametrize("text", ["a few", "several", "some", "threee", "three or four", "Null", ""])
def test_vague_and_unknown_words_are_no_numbers(text):
    assert read_number_words([text]) == {}
