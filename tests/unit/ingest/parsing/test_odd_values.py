"""What stands out in a column nobody has described."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crampstats.ingest.parsing.odd_values import find_odd_labels, suspect_numbers


def labels(**counts):
    return {finding.value: finding for finding in find_odd_labels(list(counts), list(counts.values()))}


def numbers(texts, counts=None):
    return {finding.value: finding for finding in suspect_numbers(texts, counts or [1] * len(texts))}


COUNTED = st.dictionaries(st.text(min_size=1, max_size=12), st.integers(1, 50), max_size=12)


@settings(deadline=None)
@given(COUNTED)
def test_any_column_is_looked_at_without_complaint(counted):
    texts, counts = list(counted), list(counted.values())
    for finding in (*find_odd_labels(texts, counts), *suspect_numbers(texts, counts)):
        assert finding.value in counted
        assert finding.message


@settings(deadline=None)
@given(st.dictionaries(st.floats(-1e6, 1e6), st.integers(1, 5), min_size=1, max_size=40))
def test_any_numbers_are_looked_at_without_complaint(counted):
    suspect_numbers([repr(number) for number in counted], list(counted.values()))


def test_spellings_that_differ_in_case_and_marks_are_one_label_to_ask_about():
    found = labels(**{"African-American": 9, "african american": 1, "Asian": 5})
    assert [finding.rule for finding in found.values()] == ["two spellings"]
    assert "'African-American' (9 rows)" in found["african american"].message


def test_the_rarer_of_two_like_labels_is_the_odd_one():
    found = labels(hispanic=12, hispamnic=1)
    assert list(found) == ["hispamnic"]


def test_a_word_drawn_together_and_an_abbreviation_are_named():
    found = labels(**{"African-American": 4, "afromerican": 2, "Caucasian": 19, "H/API": 1, "Asian": 1})
    assert {value: finding.rule for value, finding in found.items()} == {"afromerican": "odd spelling", "H/API": "abbreviation"}


@pytest.mark.parametrize("column", [
    {"not hispanic": 20, "hispanic": 9}, {"male": 20, "female": 22}, {"upadacitinib": 10, "ustekinumab": 10, "ozanimod": 10},
    {"hypothyroid": 5, "hyperthyroid": 4}, {"stage 1": 9, "stage 2": 5}, {"left calf": 9, "left foot": 5, "right calf": 8},
    {"UPA": 10, "UST": 9, "OZA": 11}, {"never": 5, "rarely": 5, "often": 9, "always": 1},
    {"North Carolina": 3, "North Dakota": 3}, {"SLQ_D": 20, "SLQ_E": 2}, {">= 85 years": 9, ">= 80 years": 1},
    {"daily": 9, "dairy": 8}, {"Grunfeld": 20, "IBM": 20, "Westinghouse": 20, "Chrysler": 20},
])
def test_labels_that_mean_different_things_are_left_alone(column):
    assert not labels(**column)


def test_a_column_that_does_not_repeat_itself_holds_no_labels():
    assert not labels(Anna=1, Anne=1, Anny=1)


SODIUM = [str(number) for number in range(130, 150)]
POTASSIUM = ["3.4", "3.5", "3.6", "3.7", "3.8", "3.9", "4.0", "4.1", "4.2", "4.3", "4.5", "4.6", "5.1"]


def test_a_number_far_from_all_others_is_named_with_the_decimal_slip_it_may_be():
    found = numbers([*POTASSIUM, "37.0"])
    assert list(found) == ["37.0"]
    assert "3.7." in found["37.0"].message


def test_text_among_numbers_is_named_and_a_word_for_missing_noted():
    found = numbers([*POTASSIUM, "hemolyzed", "not done"])
    assert {value: finding.severity for value, finding in found.items()} == {"hemolyzed": "warning", "not done": "note"}


def test_a_probable_code_for_missing_is_named_once():
    assert [finding.rule for finding in suspect_numbers([*SODIUM, "-99"], [2] * 21)] == ["probable code for missing"]


def test_a_column_of_pairs_is_said_to_be_one_and_its_odd_pair_is_named():
    weights = [f"{kg}/{kg + change}" for kg, change in zip(range(55, 75), [-2, 0, 1, -1, 2] * 4, strict=True)]
    said, odd = suspect_numbers([*weights, "54/121"], [1] * 21)
    assert (said.rule, said.value) == ("two numbers in a cell", "")
    # 121 / 54 = 2.24, where all others lie between (56 - 2) / 56 and (59 + 2) / 59
    assert odd.value == "54/121"
    assert "2.24" in odd.message
    assert not suspect_numbers(["120/80", "n.d."], [4, 9])


def test_too_few_numbers_or_too_little_of_a_column_say_nothing():
    assert not numbers(["3.7", "37.0"])
    assert not numbers([*POTASSIUM, *(f"text {i}" for i in range(10))])


@pytest.mark.parametrize("draw", ["normal", "lognormal", "exponential", "uniform", "poisson"])
def test_a_long_tail_is_no_slip(draw):
    # 200 columns of 1,000 rows each without any slip: false alarms in fewer than 1 of 20 columns
    random = np.random.default_rng(20261122)
    alarms = 0
    for _ in range(200):
        drawn = {"normal": lambda: random.normal(140, 3, 1000), "lognormal": lambda: random.lognormal(1, 0.8, 1000),
                 "exponential": lambda: random.exponential(5, 1000), "uniform": lambda: random.uniform(0, 100, 1000),
                 "poisson": lambda: random.poisson(2, 1000)}[draw]()
        values, counts = np.unique(drawn.round(1), return_counts=True)
        alarms += bool(suspect_numbers([repr(float(value)) for value in values], counts.tolist()))
    assert alarms < 10


def test_messages_tell_no_name():
    # "Maria Lopez" for a number, and a slip of her name among labels; `value` stays, for callers look the rows up by it
    (finding,) = numbers([*POTASSIUM, "Maria Lopez"]).values()
    assert (finding.value, finding.message.split(" stands")[0]) == ("Maria Lopez", "'[name]' (1 row)")
    (finding,) = find_odd_labels(["Maria Lopez", "Maria Lopes", "other"], [9, 1, 9])
    assert "Maria" not in finding.message
