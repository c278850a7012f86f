"""A code or unit nobody knows: few are findings of the audit, many refuse the file, and no other cell changes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from crampstats.audit.intake import Intake, open_intake
from crampstats.audit.stray_codes import MOST
from crampstats.core.errors import DataError

TODAY = dt.date(2026, 11, 22)
MAPPING = """\
version = 1
[variables.diabetes]
column = "diab"
codes = {"1" = true, "0" = false}
missing = {"9" = "did not know"}
[variables.smoking]
column = "smoke"
codes = {"1" = "never", "2" = "former", "3" = "current"}
[variables.serum_magnesium_mmol_l]
column = "mg"
unit_column = "unit"
unit_codes = {"1" = "mmol/L", "2" = "mg/dL"}
"""


def opened(folder: Path, *, stray: int, rows: int = 100, column: str = "diab", text: str = "5") -> Intake:
    """`rows` patients, of whom the last `stray` have `text` in a column."""
    lines = ["diab,smoke,mg,unit"]
    for number in range(rows):
        cells = {"diab": str(number % 2), "smoke": str(1 + number % 3), "mg": "0.85", "unit": "1"}
        if number >= rows - stray:
            cells[column] = text
        lines.append(",".join(cells.values()))
    (folder / "clinic.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "clinic.toml").write_text(MAPPING, encoding="utf-8")
    return open_intake(folder / "clinic.csv", folder / "clinic.toml", today=TODAY)


def told(intake: Intake) -> list[tuple[int | None, str, str]]:
    return [(one.source_row, one.column, one.value) for one in intake.data.findings.rows if one.rule == "unreadable"]


@pytest.mark.parametrize("column", ["diab", "smoke"])
def test_a_code_in_few_rows_is_a_finding_of_each(tmp_path: Path, column: str) -> None:
    intake = opened(tmp_path, stray=2, column=column)
    # 100 patients below the headings: rows 2 to 101
    assert told(intake) == [(100, column, "5"), (101, column, "5")]


def test_such_a_cell_could_not_be_read_and_the_others_are_as_before(tmp_path: Path) -> None:
    table = opened(tmp_path, stray=2).data
    assert table.reasons["diabetes"].tolist()[-2:] == ["could not be read"] * 2
    assert table.table["diabetes"].tolist()[:98] == [bool(number % 2) for number in range(98)]


def test_a_unit_in_few_rows_makes_its_number_unreadable(tmp_path: Path) -> None:
    intake = opened(tmp_path, stray=1, column="unit", text="7")
    assert [(row, column) for row, column, _ in told(intake)] == [(101, "mg")]
    assert intake.table["serum_magnesium_mmol_l"].notna().sum() == 99


@pytest.mark.parametrize(("column", "text"), [("diab", "5"), ("unit", "7")])
def test_more_than_a_slip_refuses_the_file_as_a_loader_does(tmp_path: Path, column: str, text: str) -> None:
    with pytest.raises(DataError, match=r"neither codes nor missing|say no unit"):
        opened(tmp_path, stray=int(100 * MOST) + 1, column=column, text=text)


def test_the_share_allowed_is_of_the_answers_given(tmp_path: Path) -> None:
    # 5 of 100 is the most
    assert len(told(opened(tmp_path, stray=5))) == 5


def test_a_file_without_stray_codes_has_no_such_finding(tmp_path: Path) -> None:
    assert told(opened(tmp_path, stray=0)) == []
