"""findings.json and the comparison with an earlier one."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import pytest

from crampstats.core.errors import DataError
from crampstats.core.findings import Finding
from crampstats.reports.audit_baseline import BY_CODE, BY_ROW, NOT_FOLLOWED, OTHER_KEY, compare_raw, compare_shown
from crampstats.reports.audit_findings import format_findings, key_of, read_earlier

_spec = importlib.util.spec_from_file_location("made_work_list", Path(__file__).with_name("test_work_list.py"))
assert _spec is not None
assert _spec.loader is not None
_made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_made)
FOUND, made_results = _made.FOUND, _made.made_results


def told(results) -> dict:
    return json.loads(format_findings(results))


def write(results, folder: Path) -> Path:
    (folder / "clinic_only").mkdir(parents=True)
    (folder / "clinic_only" / "findings.json").write_text(format_findings(results), encoding="utf-8")
    return folder


def test_counts_findings_and_triage_are_told_with_schema_and_version() -> None:
    said = told(made_results(FOUND))
    assert (said["schema"], said["version"], said["today"]) == ("crampstats.findings", 1, "2026-11-22")
    assert said["for"] == "the clinic only"
    assert said["counts"] == {
        "total": 3, "by_severity": {"error": 1, "warning": 2, "note": 0},
        "by_dimension": {"integrity": 1, "completeness": 0, "consistency": 0, "accuracy": 2},
    }
    assert said["triage"] == {"patients": {"none": 1, "routine": 1, "see soon": 1, "urgent": 1}, "to_ask": 0}
    assert said["rows"] == {"read": 4, "analysed": 4, "left_out": {}}


def test_a_finding_says_where_what_why_and_what_to_do() -> None:
    one = told(made_results(FOUND))["findings"][1]
    assert one == {
        "row": 3, "column": "Potassium", "rule": "far off", "dimension": "accuracy", "severity": "warning",
        "message": "40 lies far from the rest.", "why": "It moves every mean.", "suggestion": "Ask the laboratory.",
        "value": "40", "code": None, "key": key_of("far off", "Potassium", 3),
    }


def test_no_text_can_become_part_of_a_page() -> None:
    text = format_findings(made_results([Finding("</script><b>&", "far off", "note", "<i>", "", 2)]))
    assert not set("<>&") & set(text)
    assert json.loads(text)["findings"][0]["column"] == "</script><b>&"


def test_the_order_of_the_findings_does_not_matter() -> None:
    assert format_findings(made_results(FOUND)) == format_findings(made_results(list(reversed(FOUND))))


def test_no_record_number_is_told_even_where_the_lists_name_it() -> None:
    assert "R-3" not in format_findings(made_results(FOUND, records={3: "R-3"}))


def test_an_earlier_audit_is_read_from_its_folder_or_its_file(tmp_path: Path) -> None:
    folder = write(made_results(FOUND), tmp_path / "a")
    for path in (folder, folder / "clinic_only", folder / "clinic_only" / "findings.json"):
        earlier = read_earlier(path)
        assert (earlier.today, earlier.rows, earlier.folder) == ("2026-11-22", 4, folder)
        assert set(earlier.kinds) == {"far off", "unreadable"}


@pytest.mark.parametrize("content", [
    "", "[]", "{}", '{"schema": "crampstats.findings", "version": 2}', '{"schema": "crampstats.findings", "version": 1}',
    "[" * 100_000,
])
def test_another_file_is_refused_in_words(tmp_path: Path, content: str) -> None:
    (tmp_path / "findings.json").write_text(content)
    with pytest.raises(DataError, match="--baseline"):
        read_earlier(tmp_path / "findings.json")


def compared(tmp_path: Path, before: list[Finding], after: list[Finding], **known):
    codes = known.get("codes", {})
    earlier = read_earlier(write(made_results(before, codes=known.get("earlier_codes", {})), tmp_path / "b"))
    results = made_results(after, codes=codes)
    return compare_raw(
        earlier, results.kinds, results.findings.rows, codes, rows=known.get("rows", 4), read=known.get("rows", 4),
    )


def changes(found) -> dict[str, str]:
    return dict(zip(found.kinds["rule"], found.kinds["change"], strict=True))


def test_kinds_are_better_worse_new_gone_or_the_same(tmp_path: Path) -> None:
    # far off: patients in rows 3 and 9, then in row 9 alone; unreadable: row 5, then gone
    found = compared(tmp_path, FOUND, FOUND[:1])
    assert changes(found) == {"far off": "better", "unreadable": "gone"}
    assert changes(compared(tmp_path / "1", FOUND[:1], FOUND)) == {"far off": "worse", "unreadable": "new"}
    assert changes(compared(tmp_path / "2", FOUND, FOUND)) == {"far off": "same", "unreadable": "same"}


def test_better_goes_by_the_share_of_the_patients(tmp_path: Path) -> None:
    # 1 of 4 patients before, 2 of 10 now: fewer in a hundred
    assert changes(compared(tmp_path, FOUND[:1], FOUND[:2], rows=10)) == {"far off": "better"}


def test_findings_of_the_same_rows_are_settled_open_or_new(tmp_path: Path) -> None:
    found = compared(tmp_path, FOUND, [FOUND[0], replace(FOUND[1], source_row=4)])
    assert dict(found.statuses) == {"settled": 2, "still open": 1, "new": 1}
    assert BY_ROW in found.notes


def test_rows_that_may_have_moved_are_not_followed(tmp_path: Path) -> None:
    found = compared(tmp_path, FOUND, FOUND, rows=5)
    assert (dict(found.statuses), found.notes[-1]) == ({}, NOT_FOLLOWED)


def test_with_a_key_patients_are_followed_wherever_their_row_is(tmp_path: Path) -> None:
    moved = [replace(one, source_row=one.source_row + 100) for one in FOUND]
    found = compared(
        tmp_path, FOUND, moved, rows=5, earlier_codes={9: "a", 3: "b", 5: "c"}, codes={109: "a", 103: "b", 105: "c"},
    )
    assert dict(found.statuses) == {"settled": 0, "still open": 3, "new": 0}
    assert BY_CODE in found.notes


def test_another_key_is_noticed(tmp_path: Path) -> None:
    found = compared(tmp_path, FOUND, FOUND, earlier_codes={9: "a"}, codes={9: "z"})
    assert (dict(found.statuses), found.notes[-1]) == ({}, OTHER_KEY)


def test_the_shareable_comparison_says_nothing_of_hidden_counts(tmp_path: Path) -> None:
    earlier = read_earlier(write(made_results(FOUND), tmp_path / "b"))
    found = compare_shown(
        earlier, made_results(FOUND).kinds, {"far off": None, "unreadable": 20}, {"far off": 12, "unreadable": 30}, (400, 400),
    )
    rows = found.kinds.set_index("rule")
    assert tuple(rows.loc["far off", ["earlier", "now", "change"]]) == ("hidden", "12", "not shown")
    assert tuple(rows.loc["unreadable", ["earlier", "now", "change"]]) == ("20", "30", "worse")
    assert not found.statuses
