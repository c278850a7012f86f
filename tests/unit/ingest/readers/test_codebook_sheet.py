from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from crampstats.ingest.own.loading import load_survey
from crampstats.ingest.readers.opening import read_file


def workbook(path: Path, codebook: list[list[str]]) -> Path:
    book = Workbook()
    sheet = book.active
    sheet.title = "Data"
    sheet.append(["pid", "k_start", "Wbc"])
    for row in range(20):
        sheet.append([f"{row:03}", 4.0 + row / 100, 7.5 if row else 106])
    described = book.create_sheet("Codebook")
    for line in codebook:
        described.append(line)
    book.save(path)
    return path


CODEBOOK = [
    ["Variable", "Details", "Units", "Range"], ["PID", "Patient", "", "001-030"],
    ["k start", "Potassium in serum", "mEq/L", "3.5-5.5"], ["wbc", "White cells", "10^9/L", "4.5 to 11"],
]


def test_a_codebook_in_the_workbook_gives_labels_units_and_limits(tmp_path: Path):
    table = read_file(workbook(tmp_path / "t.xlsx", CODEBOOK)).main
    potassium = table.column("k_start")
    assert (potassium.label, potassium.unit, potassium.limits) == ("Potassium in serum", "mEq/L", ("3.5", "5.5"))
    assert table.column("Wbc").limits == ("4.5", "11")
    assert "described by a sheet" in {finding.rule for finding in table.findings.rows}


def test_with_the_unit_from_there_a_column_can_be_placed_and_a_value_beyond_the_limits_is_found(tmp_path: Path):
    data = load_survey(workbook(tmp_path / "t.xlsx", CODEBOOK))
    # mEq/L of potassium are mmol/L
    assert data.table["serum_potassium_mmol_l"].iloc[1] == pytest.approx(4.01)
    beyond = [finding for finding in data.findings.rows if finding.rule == "beyond the file's own limits"]
    assert [(finding.column, finding.source_row, finding.value) for finding in beyond] == [("Wbc", 2, "106")]


def test_limits_that_most_values_break_are_told_once(tmp_path: Path):
    wrong = [*CODEBOOK[:3], ["wbc", "White cells", "10^9/L", "1931-2005"]]
    data = load_survey(workbook(tmp_path / "t.xlsx", wrong))
    beyond = [finding for finding in data.findings.rows if finding.rule == "beyond the file's own limits"]
    assert [finding.source_row for finding in beyond] == [None]


def test_a_second_sheet_about_something_else_describes_nothing(tmp_path: Path):
    table = read_file(workbook(tmp_path / "t.xlsx", [["Site", "Address"], ["A", "x"], ["B", "y"], ["C", "z"]])).main
    assert {column.label for column in table.columns} <= {"", *table.cells.columns}
