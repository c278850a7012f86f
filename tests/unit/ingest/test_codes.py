import pandas as pd

from crampstats.codebook.columns import Field
from crampstats.codebook.surveys.nhanes import NHANES
from crampstats.ingest.codes import outside_codebook

CYCLE = NHANES.cycle("2005-2006")


def test_values_missing_codes_limits_and_empty_cells_are_of_the_codebook():
    answers = Field("x", "T", "C", values={1.0: True, 2.0: False}, missing={9.0: "did not know"})
    assert outside_codebook(pd.Series([1.0, 2.0, 9.0, None]), answers, CYCLE) == ""
    assert outside_codebook(pd.Series([0.0, 80.0]), Field("x", "T", "C", limits=(0, 80)), CYCLE) == ""


def test_what_is_not_is_counted_with_its_first_row():
    answers = Field("x", "T", "C", values={1.0: True, 2.0: False})
    sentence = outside_codebook(pd.Series([1.0, 3.0, 4.0]), answers, CYCLE)
    assert "C in T_D holds 2 value(s) outside its codebook (first: 3 in row 2); listed are 1, 2." in sentence


def test_words_are_not_held_against_numbers():
    assert outside_codebook(pd.Series(["QUININE", ""]), Field("", "RX", "NAME"), CYCLE) == ""
