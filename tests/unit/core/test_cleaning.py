from __future__ import annotations

from crampstats.core.cleaning import Change, CleaningLog


def test_changes_are_kept_in_order_and_those_that_touched_nothing_are_left_out():
    log = CleaningLog().add(Change("age", "999", "missing", 3, "code"), Change("sex", "3", "missing", 0, "code"))
    log = log.add(Change("weight", "lb", "kg", 1, "unit"))
    assert len(log) == 2
    assert log.to_frame()["column"].tolist() == ["age", "weight"]


def test_an_empty_log_still_has_its_columns():
    assert CleaningLog().to_frame().columns.tolist() == ["column", "before", "after", "n", "rule"]
