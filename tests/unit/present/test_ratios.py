from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import pytest

from crampstats.core.errors import DataError, OptionError
from crampstats.core.labels import Label
from crampstats.present.ratios import (
    exposure_words,
    format_ratio_interval,
    level_phrase,
    read_terms,
    reference_level,
    term_phrase,
)

from .made_up_associations import FAMILIES, make_associations, ratio_row


def row_of(low, ratio, high):
    return pd.Series({"estimate": ratio, "conf_low": low, "conf_high": high})


def test_crude_and_adjusted_rows_of_a_level_are_one_term():
    terms = read_terms(make_associations())
    assert len(terms) == 12
    assert all(list(term.rows) == ["crude", "adjusted"] for term in terms)
    assert all(term.main is term.rows["adjusted"] for term in terms)
    assert terms[0].main["estimate"] == pytest.approx(math.exp(-0.02))


def test_families_can_be_given_and_what_is_in_none_comes_last():
    given = {"heart": ("stroke", "hypertension"), "salts": FAMILIES["electrolytes"]}
    terms = read_terms(make_associations(), families=given)
    assert list(dict.fromkeys(term.family for term in terms)) == ["heart", "salts", "Other"]
    assert [term.exposure for term in terms[:2]] == ["hypertension", "stroke"]
    assert {term.exposure for term in terms if term.family == "Other"} == {
        "heart_failure", "emphysema", "education", "body_mass_index"}


def test_a_change_of_the_estimate_is_never_the_main_row():
    found = make_associations()
    rows = [ratio_row(0.5, 0.1, adjustment=kind, exposure="stroke", level="yes", measure=measure, family="")
            for kind, measure in (("without", "odds ratio"), ("with", "odds ratio"), ("with vs without", "ratio of odds ratios"))]
    (term,) = read_terms(replace(found, frame=pd.DataFrame(rows), extras=()))
    assert term.main["adjustment"] == "with"


def test_tests_are_no_terms_and_rows_without_estimate_are_no_matter_to_the_axis():
    found = make_associations()
    test = {"family": "lungs", "adjustment": "adjusted", "measure": "Wald F", "outcome": "frequent_cramps",
            "exposure": "education", "estimate": 4.0, "p_value": 0.01, "unit": "statistic"}
    failed = {"family": "lungs", "adjustment": "adjusted", "measure": "odds ratio", "outcome": "frequent_cramps",
              "exposure": "asthma", "caution": "suppress: not estimated; constant"}
    frame = pd.concat([found.frame, pd.DataFrame([test, failed])], ignore_index=True)
    terms = read_terms(replace(found, frame=frame), ratios_only=True)
    assert len(terms) == 13
    assert [term.exposure for term in terms if term.family == "lungs"] == ["emphysema", "asthma"]


def test_what_cannot_be_read_is_refused():
    found = make_associations()
    two = replace(found, frame=pd.concat([found.frame, found.frame.assign(outcome="any_cramps")]))
    with pytest.raises(OptionError, match="one must be named"):
        read_terms(two)
    assert len(read_terms(two, outcome="any_cramps")) == 12
    with pytest.raises(OptionError, match="valid: frequent_cramps"):
        read_terms(found, outcome="never")
    with pytest.raises(DataError, match="serum_sodium_mmol_l per mmol/L has two rows for crude"):
        read_terms(replace(found, frame=pd.concat([found.frame, found.frame.iloc[:1]])))
    with pytest.raises(DataError, match=r"24 of 24 rows are no ratios \(first: odds ratio of serum_sodium_mmol_l"):
        read_terms(replace(found, frame=found.frame.assign(unit="mmol/L")), ratios_only=True)
    with pytest.raises(DataError, match="not above 0"):
        read_terms(replace(found, frame=found.frame.assign(estimate=0.0)), ratios_only=True)
    with pytest.raises(DataError, match="no association to show"):
        read_terms(replace(found, frame=found.frame.assign(exposure="")))


def test_numbers_have_as_many_decimals_as_tell_their_bounds_apart():
    assert format_ratio_interval(row_of(1.12, 1.4, 1.78)) == ("1.40", "1.12 to 1.78")
    assert format_ratio_interval(row_of(1.016, 1.028, 1.041)) == ("1.028", "1.016 to 1.041")
    assert format_ratio_interval(row_of(0.99991, 1.00002, 1.00013)) == ("1.00002", "0.99991 to 1.00013")
    assert format_ratio_interval(row_of(0.001, 12.0, 5000.0)) == ("12.0", "< 0.01 to > 1,000")
    assert format_ratio_interval(row_of(float("nan"), 1.4, float("nan"))) == ("1.40", "")


def test_terms_read_as_words():
    found = make_associations()
    words = [term_phrase(found, term) for term in read_terms(found)]
    assert words[0] == "Serum sodium, per mmol/L"
    assert words[3] == "Hypertension"
    assert words[7] == "Education: 9th to 11th grade"
    assert exposure_words(found, "hypertension:education") == "Hypertension × Education"
    assert level_phrase("yes:some_college") == "some college"


def test_the_level_compared_with_is_the_one_declared_without_a_row():
    found = make_associations()
    levels = [term.level for term in read_terms(found) if term.exposure == "education"]
    assert reference_level(found, "education", levels) == "less than 9th grade"
    assert reference_level(found, "education", levels[:2]) == ""
    assert reference_level(found, "hypertension", ["yes"]) == ""
    with_no = replace(found, labels={"hypertension": Label("Hypertension", levels=("no", "yes"))})
    assert reference_level(with_no, "hypertension", ["yes"]) == ""
