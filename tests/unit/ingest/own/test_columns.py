from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.codebook.columns import NOT_ASKED, Variable
from crampstats.core.findings import Finding
from crampstats.ingest.own import columns
from crampstats.ingest.own.columns import fill_column, find_distinct, list_rows
from crampstats.ingest.parsing.readings import NOT_READ, Reading, collect

WOKEN = Variable("woken", "Woken by cramps", kind="yes/no")
SEX = Variable("sex", "Sex", kind="category", levels={"male": "men", "female": "women"})
AGE = Variable("age_years", "Age", kind="integer", unit="years")


def cells(*texts: str | None) -> pd.Series:
    return pd.Series(list(texts), dtype="str")


def test_every_row_gets_the_reading_of_its_text():
    distinct = find_distinct(cells("no", None, "yes", "no"))
    readings = collect([Reading(False), Reading(True)])
    filled = fill_column(readings, distinct, WOKEN, heading="woken?", source_rows=np.array([2, 3, 4, 5]))
    assert list(filled.values) == [False, pd.NA, True, False]
    assert list(filled.reasons) == ["", "missing", "", ""]
    assert filled.changes == filled.findings == ()


def test_a_lossless_recode_is_logged_once_and_a_correction_with_each_of_its_rows():
    distinct = find_distinct(cells("M", "femal", "M", "female", "femal"))
    readings = collect([
        Reading("male", rule="word for male"), Reading("female", rule="one letter differs", lossless=False), Reading("female"),
    ])
    filled = fill_column(readings, distinct, SEX, heading="Sex", source_rows=np.array([2, 3, 4, 5, 6]))
    recode, correction = filled.changes
    assert (recode.before, recode.after, recode.n, recode.source_rows) == ("M", "male", 2, ())
    assert (correction.before, correction.after, correction.source_rows) == ("femal", "female", (3, 6))
    assert [(one.rule, one.source_row) for one in filled.findings] == [("corrected", 3), ("corrected", 6)]


def test_what_cannot_be_read_is_missing_with_a_reason_a_finding_and_its_text():
    distinct = find_distinct(cells("47", "abc"))
    filled = fill_column(collect([Reading(47.0), NOT_READ]), distinct, AGE, heading="Age", source_rows=np.array([2, 3]))
    assert list(filled.values) == [47, pd.NA]
    assert list(filled.reasons) == ["", "could not be read"]
    (finding,) = filled.findings
    assert (finding.value, finding.source_row, finding.severity) == ("abc", 3, "error")
    assert filled.changes[0].source_rows == (3,)


def test_an_empty_cell_of_somebody_the_form_did_not_ask_is_not_asked_and_an_answer_is_kept_and_noted():
    distinct = find_distinct(cells(None, None, "yes"))
    asked = np.array([True, False, False])
    filled = fill_column(collect([Reading(True)]), distinct, WOKEN, heading="w", source_rows=np.array([2, 3, 4]), asked=asked)
    assert list(filled.reasons) == ["missing", NOT_ASKED, ""]
    assert list(filled.values) == [pd.NA, pd.NA, True]
    assert filled.findings[0].source_row == 4


def test_a_column_full_of_nonsense_lists_some_rows_and_counts_the_rest(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(columns, "FINDINGS_PER_RULE", 2)
    distinct = find_distinct(cells("a", "b", "b", "c"))

    def told(place: int) -> Finding:
        return Finding("x", "unreadable", "error", distinct.texts[place])

    found = list_rows(distinct, np.array([True] * 3), np.array([2, 3, 4, 5]), told)
    assert [one.source_row for one in found] == [2, 3, None]
    assert found[-1].message.startswith("2 further rows")


def test_a_text_with_a_phone_number_is_masked_in_log_and_findings():
    distinct = find_distinct(cells("call 0171 2345678"))
    filled = fill_column(collect([NOT_READ]), distinct, AGE, heading="Age", source_rows=np.array([2]))
    told = f"{filled.changes} {filled.findings}"
    assert "2345678" not in told


def test_a_number_with_decimals_in_a_whole_numbered_column_keeps_its_decimals():
    distinct = find_distinct(cells("47.5"))
    filled = fill_column(collect([Reading(47.5)]), distinct, AGE, heading="Age", source_rows=np.array([2]))
    assert list(filled.values) == [47.5]
