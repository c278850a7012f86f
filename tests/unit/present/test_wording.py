from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.core.source import Source
from crampstats.present.wording import (
    format_citation,
    format_count,
    format_headline,
    format_list,
    format_methods,
    format_n,
    format_p_value,
    format_row,
    format_sentence,
    format_share,
    format_share_interval,
    format_share_with_interval,
    format_verdict,
    format_verdict_summary,
)


@pytest.mark.parametrize(("share", "words"), [
    (0.30885, "30.9 %"), (0, "0.0 %"), (1, "100.0 %"), (0.0004, "< 0.1 %"), (0.9999, "> 99.9 %"), (0.0005, "0.1 %"),
    (float("nan"), "not available"), (pd.NA, "not available"),
])
def test_a_share_reads_in_percent(share, words):
    assert format_share(share) == words


@pytest.mark.parametrize(("unit", "number", "words"), [
    ("margin, share", 0.05, "within 5.0 points"), ("probability", 0.0, "< 0.1 %"), ("probability", 1.0, "> 99.9 %"),
    ("share", 0.0, "0.0 %"), ("share", 0.0001, "< 0.1 %"),
])
def test_margins_read_as_margins_and_no_probability_as_nothing(unit, number, words):
    found = Estimates(pd.DataFrame({"measure": ["x"], "estimate": [number], "unit": [unit]}))
    assert format_row(found, found.frame.iloc[0]) == words


def test_an_interval_carries_its_level():
    assert format_share_with_interval(0.30885, 0.29, 0.328) == "30.9 % (95 % CI 29.0 to 32.8)"
    assert format_share_interval(0.1, 0.2, level=0.9, digits=0) == "90 % CI 10 to 20"
    assert format_share_with_interval(0.3, float("nan"), 0.4) == "30.0 % (95 % CI not available)"


@pytest.mark.parametrize(("p", "words"), [
    (0.0, "p < 0.001"), (0.00099, "p < 0.001"), (0.001, "p = 0.001"), (0.05, "p = 0.050"), (1.0, "p > 0.999"),
    (float("nan"), "p not available"),
])
def test_a_p_value_is_never_printed_as_zero_or_one(p, words):
    assert format_p_value(p) == words


def test_counts_have_commas_and_lists_an_and():
    assert format_count(1234567) == "1,234,567"
    assert format_count(pd.NA) == "not available"
    assert [format_list(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert format_sentence("") == ""


def test_the_headline_names_population_threshold_window_n_and_source(estimates):
    assert format_headline(estimates) == (
        "20.0 % (95 % CI 19.0 to 21.0) of adults aged 20 and over (20-39, male) reported leg cramps at night, any "
        "(at least once, past month); n = 1,000; a survey of 2020."
    )
    assert format_headline(estimates, claimed=0.6).endswith("The claim says 60 %.")


def test_a_headline_on_made_up_data_begins_with_the_warning(made_up):
    assert format_headline(made_up).startswith("MADE-UP DATA: ")


def test_a_suppressed_number_is_not_told(suppressed):
    sentence = format_headline(suppressed, row=6)
    assert sentence.endswith("cannot be stated reliably.")
    assert "2.0" not in sentence


def test_a_share_without_window_is_not_set_against_a_claim(estimates):
    outcomes = {name: replace(outcome, recall_window="") for name, outcome in estimates.outcomes.items()}
    silent = replace(estimates, outcomes=outcomes)
    assert "recall window not stated" in format_headline(silent)
    with pytest.raises(DataError, match="not set against a claim"):
        format_headline(silent, claimed=0.6)


def test_a_share_of_an_undescribed_outcome_makes_no_headline(estimates):
    with pytest.raises(DataError, match="needs population, window and threshold"):
        format_headline(replace(estimates, outcomes={}))


def test_a_verdict_stands_with_population_window_threshold_and_reason(check):
    assert format_verdict(check.verdicts[0]) == (
        "Adults who had cramps in the past month (adults; past month; at least once; claimed: about 60 %): contradicted. "
        "The 90 % interval 28.5 to 31.5 % lies wholly outside 55 to 65 %."
    )
    assert format_verdict(check.verdicts[1]).endswith("not testable here. No survey at hand asks about ever. "
                                                      "Needs a survey that asks about ever.")


def test_what_is_needed_is_said_once(check):
    verdict = replace(check.verdicts[1], reason="needs a survey that asks about ever")
    assert format_verdict(verdict).count("a survey that asks about ever") == 1


def test_verdicts_are_counted_and_not_added_up(check):
    assert format_verdict_summary(check).endswith("allows 2 declared readings: 1 contradicted and 1 not testable here.")


def test_the_methods_paragraph_says_each_thing_once(estimates):
    text = format_methods(estimates, estimates.with_notes("one more thing"))
    for expected in ("Data: a survey of 2020.", "Weights: interview weights.", "Taylor linearisation.", "95 % confidence"):
        assert text.count(expected) == 1
    assert "One more thing." in text


def test_a_citation_names_data_and_program():
    assert format_citation(Source("a", citation="Doe 2020"), version="1.2") == "Data: Doe 2020. Analysis: crampstats 1.2."
    assert "No citation was given" in format_citation(Source("own file"), version="1.2")


def test_n_counts_persons_once_per_outcome(estimates):
    assert format_n(estimates) == "n = 6,000"  # six groups of 1,000 persons, the same persons for both outcomes
    everybody = estimates.frame.iloc[[0]].assign(age_group="", sex="", n=6100)
    assert format_n(replace(estimates, frame=pd.concat([estimates.frame, everybody]))) == "n = 6,000 to 6,100"
    assert format_n(replace(estimates, frame=estimates.frame.assign(n=pd.NA))) == ""


@pytest.mark.parametrize(("measure", "unit", "words"), [
    ("prevalence", "share", "12.3 % (95 % CI 10.0 to 20.0)"),
    ("prevalence difference", "share", "12.3 points (95 % CI 10.0 to 20.0)"),
    ("prevalence ratio", "ratio", "0.12 (95 % CI 0.10 to 0.20)"),
    ("posterior probability of reaching the claim", "probability", "12.3 % (95 % CI 10.0 to 20.0)"),
    ("mean", "mmol/L", "0.12 mmol/L (95 % CI 0.10 to 0.20)"),
    ("total", "persons", "0 persons (95 % CI 0 to 0)"),
])
def test_numbers_are_printed_as_their_unit_asks(estimates, measure, unit, words):
    row = estimates.frame.iloc[0].copy()
    row[["measure", "unit", "estimate", "conf_low", "conf_high"]] = [measure, unit, 0.123, 0.1, 0.2]
    assert format_row(estimates, row) == words
