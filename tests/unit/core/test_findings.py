from __future__ import annotations

from crampstats.core.findings import Finding, Findings


def test_findings_add_up_without_changing_what_was_there():
    first = Findings().add(Finding("age", "range", "error", "1 value of 250", "check", 17, "250"))
    both = first.add(Finding("sex", "unlisted", "warning", "2 values"))
    assert (len(first), len(both)) == (1, 2)
    assert both.to_frame()["source_row"].tolist()[0] == 17


def test_no_findings_make_an_empty_table_with_all_columns():
    frame = Findings().to_frame()
    assert frame.empty
    assert {"source_row", "column", "value", "rule", "severity", "message", "suggestion"} == set(frame.columns)
