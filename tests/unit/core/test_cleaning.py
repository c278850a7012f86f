from __future__ import annotations

import pandas as pd
import pytest

from crampstats.core.cleaning import Change, CleaningLog
from crampstats.core.errors import DataError


def test_changes_are_kept_in_order_and_those_that_touched_nothing_are_left_out():
    log = CleaningLog().add(Change("age", "999", "missing", 3, "code"), Change("sex", "3", "missing", 0, "code"))
    log = log.add(Change("weight", "lb", "kg", 1, "unit"))
    assert len(log) == 2
    assert log.to_frame()["column"].tolist() == ["age", "weight"]


def test_an_empty_log_still_has_its_columns():
    assert CleaningLog().to_frame().columns.tolist() == ["column", "before", "after", "n", "rule", "source_column", "source_row"]


def test_a_correction_has_a_line_for_every_row_it_touched_and_a_recode_one_for_all():
    recode = Change("sex", "m", "male", 7, "listed")
    unread = Change("age", "4o", "missing", 2, "no number", source_rows=(3, 9), source_column="Age")
    log = CleaningLog().add(recode, unread)
    lines = log.to_frame()
    assert lines["n"].tolist() == [7, 1, 1]
    assert lines["source_row"].tolist() == [pd.NA, 3, 9]
    assert lines["source_column"].tolist() == ["", "Age", "Age"]


def test_a_change_that_names_other_rows_than_it_counts_is_refused():
    with pytest.raises(DataError, match="names 1 rows, but counts 2"):
        Change("age", "4o", "missing", 2, "no number", source_rows=(3,))
