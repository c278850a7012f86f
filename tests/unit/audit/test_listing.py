"""Findings of many rows, and cells as they are shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crampstats.audit import listing
from crampstats.audit.listing import in_words, list_findings, padded, rows_found, shown_cells
from crampstats.codebook.checks.answers import SELDOM_SEEN

from .small_intakes import make_intake


def test_beyond_the_most_that_are_listed_one_finding_counts_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "FINDINGS_PER_RULE", 3)
    wanted = np.array([True, False, True, True, True, True])
    found = list_findings(SELDOM_SEEN, "K", wanted, lambda place: SELDOM_SEEN.finding("K", "x", source_row=place))
    assert [one.source_row for one in found] == [0, 2, 3, None]
    assert found[-1].message == "2 further rows of this kind."


def test_a_column_the_table_lacks_is_unknown_in_every_row() -> None:
    table = pd.DataFrame({"a": [1.0, 2.0]})
    assert padded(table, ("a", "b"))["b"].isna().all()


def test_cells_are_shown_as_the_intake_shows_them(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {"sex": ["male", "", "F"], "medicines": ["statin", "as Mrs Jones says", ""]})
    for name in ("sex", "medicines"):
        shown = shown_cells(intake, name)
        assert [shown(place) for place in range(3)] == [intake.shown(name, place) for place in range(3)]


def test_rows_reading_told_of_are_found_by_variable_and_kind(tmp_path: Path) -> None:
    intake = make_intake(tmp_path, {"age_years": ["40", "old", "41"], "sex": ["male", "male", "x?"]})
    assert rows_found(intake, "age_years", ("unreadable",)).tolist() == [False, True, False]
    assert rows_found(intake, "age_years", ("possible unit slip",)).tolist() == [False, False, False]


@pytest.mark.parametrize(("value", "words"), [
    (True, "yes"), (np.bool_(False), "no"), (pd.NA, "missing"), (41.10, "41.1"), (7, "7"), ("often", "often"),
    (pd.Timestamp("2026-03-01"), "2026-03-01"),
])
def test_values_are_put_into_words(value: object, words: str) -> None:
    assert in_words(value) == words
