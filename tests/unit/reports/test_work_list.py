"""The work list: sheets, rows of the original file, and cells that are text whatever they hold."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from itertools import cycle
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook

from crampstats.audit.disclosure.profiles import PROFILES
from crampstats.audit.disclosure.release import release_tables
from crampstats.audit.disclosure.tables import CountTable
from crampstats.audit.triage import Triage
from crampstats.codebook.checks.model import Check
from crampstats.core.findings import Finding, Findings
from crampstats.core.flow import Flow
from crampstats.core.source import Source
from crampstats.reports.audit_results import AuditResults, View
from crampstats.reports.clinic_audit import kinds_of, sort_findings
from crampstats.reports.work_list import LONGEST_CELL, _Styles, as_cell, format_work_list, name_sheets

OWN = {
    "far off": Check("far off", "accuracy", "warning", "Far off: too [far]?", "It moves every mean.", "Look it up."),
    "unreadable": Check("unreadable", "integrity", "error", "Cannot be read", "It is missing.", "Correct it."),
}


def made_results(
    findings: list[Finding], *, records: dict[int, str] | None = None, codes: dict[int, str] | None = None
) -> AuditResults:
    """An audit of four patients that never were."""
    patients = pd.DataFrame({
        "source_row": [2, 3, 4, 5], "level": ["routine", "urgent", "none", "see soon"], "reasons": ["", "hot calf", "", "=1+1"],
        "advice": "", "ask": "", "pointers": "",
    })
    triage = Triage(patients, pd.DataFrame(columns=["rule", "n", "n_alone"]), (), pd.DataFrame())
    table = CountTable("triage", pd.DataFrame({"level": ["urgent", "none"], "n": [1, 3]}))
    view = View(True, release_tables([table], PROFILES["none"]), {})
    ordered = sort_findings(findings)
    return AuditResults(
        "intake.csv", Source("made-up intake", made_up=True), dt.date(2026, 11, 22), PROFILES["cms"], (), {},
        Flow.start("rows", 4), Findings(tuple(ordered)), kinds_of(ordered, OWN), triage, records or {}, codes or {}, (table,),
        view, view,
    )


FOUND = [
    Finding("Potassium", "far off", "warning", "41 lies far from the rest.", "", 9, "41"),
    Finding("Potassium", "far off", "warning", "40 lies far from the rest.", "Ask the laboratory.", 3, "40"),
    Finding("=cmd()|' /C calc'!A1", "unreadable", "error", "@SUM(1) is no number", "+1", 5, "=HYPERLINK(\"http://x\")"),
]


def opened(results: AuditResults, **choices: int):
    return load_workbook(io.BytesIO(format_work_list(results, **choices)))


def test_sheets_are_the_explanation_the_triage_and_a_kind_each_the_gravest_first() -> None:
    assert opened(made_results(FOUND)).sheetnames == ["Start here", "Triage", "Cannot be read", "Far off too far"]


def test_a_kind_lists_its_rows_in_the_order_of_the_original_file() -> None:
    rows = list(opened(made_results(FOUND))["Far off too far"].iter_rows(min_row=4, values_only=True))
    assert rows[0] == ("Row", "Column", "Value", "What", "Why it matters", "What to do", "Severity", "Settled", "By")
    assert [row[0] for row in rows[1:]] == [3, 9]
    assert rows[1][1:7] == (
        "Potassium", "40", "40 lies far from the rest.", "It moves every mean.", "Ask the laboratory.", "warning",
    )
    assert rows[2][5] == "Look it up."


def test_the_triage_begins_with_the_urgent_and_leaves_out_who_needs_nothing() -> None:
    sheet = opened(made_results(FOUND))["Triage"]
    rows = list(sheet.iter_rows(min_row=5, values_only=True))
    assert [row[:2] for row in rows] == [(3, "urgent"), (5, "see soon"), (2, "routine")]
    assert "Not listed: 1 " in sheet["A2"].value


def test_the_first_sheet_counts_and_leads_to_every_list() -> None:
    sheet = opened(made_results(FOUND))["Start here"]
    rows = [row for row in sheet.iter_rows(values_only=True) if row[0] in ("Triage", "Cannot be read", "Far off too far")]
    assert [row[4] for row in rows] == [3, 1, 2]
    links = {cell.hyperlink.location for row in sheet.iter_rows() for cell in row if cell.hyperlink}
    assert links == {"'Triage'!A1", "'Cannot be read'!A1", "'Far off too far'!A1"}
    assert sheet["A3"].value == "MADE-UP DATA"


def test_whatever_looks_like_a_formula_is_text_and_stays_text_when_edited() -> None:
    workbook = opened(made_results(FOUND))
    for sheet in workbook:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n"), cell.coordinate
                if isinstance(cell.value, str):
                    assert cell.quotePrefix, cell.coordinate
    assert workbook["Cannot be read"]["B5"].value == "=cmd()|' /C calc'!A1"


def test_lists_can_be_printed_filtered_and_scrolled_below_their_headings() -> None:
    sheet = opened(made_results(FOUND))["Far off too far"]
    assert sheet.freeze_panes == "A5"
    assert sheet.auto_filter.ref == "A4:I6"
    assert sheet.print_title_rows == "$4:$4"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == ("landscape", 1, 0)
    assert all(cell.alignment.wrap_text for cell in sheet[5] if isinstance(cell.value, str))
    assert "clinic only" in sheet["A3"].value


def test_the_record_number_and_the_code_stand_beside_the_row_where_there_are_any() -> None:
    sheet = opened(made_results(FOUND, records={3: "R-3"}, codes={3: "c0de", 9: "c0df"}))["Far off too far"]
    assert [[cell.value for cell in row[:3]] for row in sheet.iter_rows(min_row=4)] == [
        ["Row", "Record", "Code"], [3, "R-3", "c0de"], [9, None, "c0df"],
    ]


def test_what_has_no_room_is_cut_and_said_on_the_first_sheet() -> None:
    # four rows stand above the list, so six leave room for two
    many = [Finding("Potassium", "far off", "warning", "far", "", row) for row in range(2, 8)]
    workbook = opened(made_results(many), most_rows=6)
    assert workbook["Far off too far"].max_row == 6
    told = [row[5] for row in workbook["Start here"].iter_rows(values_only=True) if row[0] == "Far off too far"]
    assert "Only the first 2 are listed" in told[0]


def test_the_same_audit_gives_the_same_bytes_without_a_time_of_day() -> None:
    first = format_work_list(made_results(FOUND))
    assert first == format_work_list(made_results(list(reversed(FOUND))))
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize(("text", "cell"), [
    ("a\x00b", "a\ufffdb"), ("a\nb", "a b"), ("\ud800", "\ufffd"), ("\u202eevil", "\ufffdevil"),
    ("x" * 40_000, "x" * LONGEST_CELL),
])
def test_what_excel_cannot_hold_is_replaced(text: str, cell: str) -> None:
    assert as_cell(text) == cell


def test_names_of_sheets_are_allowed_short_and_different() -> None:
    names = name_sheets(["A/B:C*D?E[F]G\\H", "a b c d e f g h", "'quoted'", "", "History", "long " * 20, "long " * 20])
    assert names == [
        "A B C D E F G H", "a b c d e f g h (2)", "quoted", "Findings", "History (2)", "long long long long long long \u2026",
        "long long long long long \u2026 (2)",
    ]
    assert all(len(name) <= 31 for name in names)


@pytest.mark.slow
def test_twice_as_many_findings_are_twice_as_many_rows_of_work(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    usual = _Styles.row

    def row(self: _Styles, *given: Any) -> list[Any]:
        written[-1] += 1
        return usual(self, *given)

    monkeypatch.setattr(_Styles, "row", row)
    for n_findings in (0, 1000, 2000):
        written.append(0)
        format_work_list(made_results([
            Finding(f"Column {n % 40}", *kind, f"{n} lies far off.", "", n + 2, str(n))
            for n, kind in zip(range(n_findings), cycle([("far off", "warning"), ("unreadable", "error")]), strict=False)
        ]))
    none, once, twice = written
    assert twice - once == 1000
    assert once - none - 1000 < 20  # headings of the two sheets
