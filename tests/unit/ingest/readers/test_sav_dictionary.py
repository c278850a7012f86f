"""Damage in the dictionary of SPSS files that brought the reading library down, put into files written here."""

import struct

import pandas as pd
import pyreadstat
import pytest

from crampstats.core.errors import DataError
from crampstats.ingest.readers.sav_dictionary import find_damage
from crampstats.ingest.readers.statistics import read_spss

FIRST = 176  # where the first variable's record begins, after the header


@pytest.fixture
def path(tmp_path):
    """One number with value labels, one text of 20 letters (three records) and one very long text."""
    path = tmp_path / "intake.sav"
    frame = pd.DataFrame({"cramps": [1.0, 2.0], "site": ["calf", "x" * 20], "story": ["y" * 600, ""]})
    labels = {"cramps": {1: "yes", 2: "no"}}
    pyreadstat.write_sav(frame, str(path), variable_value_labels=labels, column_labels=["Q" * 119, "", ""])
    return path


def put(path, place, number):
    raw = bytearray(path.read_bytes())
    struct.pack_into("<i", raw, place, number)
    path.write_bytes(raw)


def test_a_sound_file_has_no_damage(path):
    assert find_damage(path) == ""
    assert read_spss(path).main.cells["story"].str.len().tolist()[0] == 600


def second_variable(path):
    (length,) = struct.unpack_from("<i", path.read_bytes(), FIRST + 32)
    return FIRST + 32 + 4 + -(-length // 4) * 4


@pytest.mark.parametrize("width", [256, -2, 0x7FFFFFFF, -0x80000000])
def test_an_impossible_width_is_refused(path, width):
    put(path, FIRST + 4, width)
    with pytest.raises(DataError, match=r"intake.sav .* impossible width"):
        read_spss(path)


@pytest.mark.parametrize("width", [0, 8, 127])
def test_a_text_whose_further_records_are_not_marked_so_is_refused(path, width):
    put(path, second_variable(path) + 32 + 4, width)
    with pytest.raises(DataError, match=r"impossible width"):
        read_spss(path)


def test_a_format_that_is_not_stated_is_no_damage(path):
    put(path, second_variable(path) + 16, 0)
    assert find_damage(path) == ""
    assert read_spss(path).main.cells["site"].tolist() == ["calf", "x" * 20]


@pytest.mark.parametrize(("place", "number"), [(16, 0x00010802), (20, 0x00010802), (4, 1), (4, 8)])
def test_a_number_shown_as_text_and_text_shown_as_a_number_are_refused(path, place, number):
    put(path, FIRST + place, number)  # format type 1 is text, 5 a number; a width above 0 is text
    with pytest.raises(DataError, match=r"numbers shown as text, or text as numbers"):
        read_spss(path)


def test_value_labels_of_a_column_that_is_not_there_are_refused(path):
    raw = path.read_bytes()
    place = raw.index(struct.pack("<3i", 4, 1, 1))  # record 4, one column, the first
    for column in (0, -1, 3, 1 << 24):
        put(path, place + 8, column)
        with pytest.raises(DataError, match=rf"column {column} that is not there"):
            read_spss(path)


def test_counts_beyond_the_file_and_unknown_records_are_refused(path):
    raw = path.read_bytes()
    extension = raw.index(struct.pack("<4i", 7, 3, 4, 8))
    for place, number, words in (
        (extension + 12, 0x7FFFFFFF, "promises more"), (extension, 77, "unknown kind 77"), (64, 9, "no known layout"),
        (FIRST + 32, -5, "promises more"), (FIRST + 8, 7, "contradictions"),
    ):
        path.write_bytes(raw)
        put(path, place, number)
        with pytest.raises(DataError, match=words):
            read_spss(path)


def test_a_dictionary_that_breaks_off_is_refused(path):
    raw = path.read_bytes()
    for length in (60, 66, 180, 300, raw.index(struct.pack("<2i", 999, 0)) + 2):
        path.write_bytes(raw[:length])
        with pytest.raises(DataError, match=r"cut off"):
            read_spss(path)
