"""What is masked before a cell may be shown, and what stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crampstats.ingest.own.masking import SHOWN, holds_identifier, mask_identifiers, mask_text


@pytest.mark.parametrize("text", [
    "4.1", "1200", "140/90", "1 200", "1,200,000", "3.7 H", "<3.0", "4.1000000000000005", "1e-06", "-99", "12,5 mg", "C03CA01",
    "G47.62", "1-0-1", "2-3 times", "45-50", "250-1000 mg", "10:22:33", "22:30", "140 4.1 102 24", "BP 140/90 on 3 visits",
    "B12 1MG", "vitamin D 25-OH 50.5 nmol/L", "not asked", "Left leg", "St John's wort", "since 2010", "2024-03-04",
    "04/03/2024", "2024-03-04 10:22:33", "hydrochlorothiazide 12.5 mg", "often, in bed",
])
def test_measurements_codes_and_words_stay(text: str) -> None:
    assert mask_text(text) == text
    assert holds_identifier(text) == ""


@pytest.mark.parametrize(("text", "masked"), [
    ("maria@example.org", "[e-mail address]"),
    ("write to maria (at) example.org!", "write to [e-mail address]!"),
    ("see www.example.org/maria", "see [web address]"),
    ("192.168.1.12", "[IP address]"),
    ("2001:db8::1", "[IP address]"),
    ("(405) 321-5555", "[telephone number]"),
    ("call +49 171 1234567 at 8", "call [telephone number] at 8"),
    ("0171 555 0123", "[telephone number]"),
    ("06 12 34 56 78", "[telephone number]"),
    ("612 345 678", "[telephone number]"),
    ("555-1234", "[telephone number]"),
    ("123-45-6789", "[telephone number]"),
    ("MRN1234567", "MRN[long number]"),
    ("1234567.0", "[long number]"),
    ("12/03/1950", "[date]"),
    ("31.12.49", "[date]"),
    ("1950-01-31T00:00:00", "[date]"),
    ("born 5 March 1961 in May", "born [date] in May"),
    ("seen 04/03/2024 again", "seen [date] again"),
    ("RSSMRA80A01H501U", "[identity number]"),
    ("lives SW1A 1AA", "lives [postcode]"),
    ("lives Hauptstraße 12", "lives [address]"),
    ("12 High Street", "[address]"),
    ("Calle Mayor 3", "[address]"),
    ("Mrs Jones said yes", "[name] said yes"),
    ("Dr. Müller-Lüdenscheid", "[name]"),
    ("Frau Öztürk rief an", "[name] rief an"),
    ("my name is zbigniew kowalski", "[name]"),
    ("Me llamo Juan de la Cruz", "[name]"),
    ("Name: Ellen Vance", "[name]"),
    ("maria lopez", "[name]"),
    ("Lopez, Maria", "[name]"),
    ("asked Maria to call", "asked [name] to call"),
])
def test_what_tells_who_a_person_is_is_masked_and_the_rest_stays(text: str, masked: str) -> None:
    assert mask_text(text) == masked
    assert holds_identifier(text)


def test_a_cell_that_is_a_date_is_masked_only_when_it_may_be_one_of_birth() -> None:
    assert mask_text("2009-12-31") == "[date]"
    assert mask_text("2010-01-01") == "2010-01-01"


def test_long_text_is_shortened_and_put_on_one_line() -> None:
    assert mask_text("a" * 61) == "a" * 59 + "…"
    assert mask_text("a" * 60) == "a" * 60
    assert mask_text("a\n\tb\x1b[31m\x00c") == "a b [31m c"
    assert len(mask_text("word " * 40_000)) <= SHOWN


def test_text_masked_whole_keeps_its_length_and_lines() -> None:
    long = "quinine\n" * 20
    assert mask_identifiers(long + "Mrs Jones") == long + "[name]"


@given(st.text(st.characters(), max_size=300))
def test_any_text_is_masked_without_an_error_and_can_be_written(text: str) -> None:
    masked = mask_text(text)
    assert len(masked) <= SHOWN
    masked.encode("utf-8")
    assert "\n" not in masked
    holds_identifier(text)


@given(st.from_regex(r"[a-z]{3,10}@[a-z]{3,10}\.(org|com|de)", fullmatch=True), st.text("abc ,;.?!\n", max_size=20))
def test_an_address_among_other_text_never_stays(address: str, around: str) -> None:
    assert address not in mask_identifiers(f"{around} {address} {around}")


@pytest.mark.slow
@pytest.mark.parametrize("piece", [
    "a", "1", "a.", "1 ", "1-", "A ", "@", "a@", ":", "Mr ", "12 Ab ", "(at)", " ", "\n", "name: ", "Maria ", "calle a ", "jan 1",
])
def test_a_cell_of_100_kb_is_searched_to_its_end(piece: str) -> None:
    # a search that is quadratic in the length would not come to an end here
    assert holds_identifier(piece * (100_000 // len(piece)) + " ana@example.org")
