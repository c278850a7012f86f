"""`crampstats map`: what it writes, where, and what it refuses."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from crampstats.ingest.own.mapping_file import read_mapping

FILE = """\
Patient ID;Name;Alter;Geschlecht;Kalium (mmol/l);Calcium;Diabetes;Notes
A-1;Ann Example;63;w;4,1;9,2;ja;seen twice
A-2;Bob Example;40;m;3,9;9,6;nein;07911 123456
A-3;Cid Example;71;m;-99;8,9;nein;
A-4;Dee Example;47;w;4,4;9,0;ja;none
"""


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    path = tmp_path / "clinic.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_without_out_the_mapping_goes_to_stdout_and_the_summary_to_stderr(call, clinic: Path) -> None:
    status, out, err = call(["map", str(clinic)])
    assert status == 0
    variables = tomllib.loads(out)["variables"]
    assert {"age_years", "sex", "serum_potassium_mmol_l", "serum_calcium_mmol_l", "diabetes"} <= set(variables)
    assert variables["serum_potassium_mmol_l"] == {"column": "Kalium (mmol/l)", "unit": "mmol/L"}
    assert "placed 5 of 8 columns as 5 variables; 1 needs a unit." in err


def test_nothing_that_tells_who_a_person_is_is_printed(call, clinic: Path) -> None:
    _, out, err = call(["map", str(clinic)])
    for hidden in ("Ann", "Bob", "07911", "A-1"):
        assert hidden not in out + err


def test_the_file_written_is_a_mapping_and_the_same_every_time(call, clinic: Path, tmp_path: Path) -> None:
    target, second = tmp_path / "m.toml", tmp_path / "n.toml"
    status, out, err = call(["map", str(clinic), "--out", str(target), "--missing", "-99=not done"])
    assert (status, out.strip()) == (0, str(target))
    assert "TO DO" in err
    assert dict(read_mapping(target).missing) == {"-99": "not done"}
    call(["map", str(clinic), "--out", str(second), "--missing", "-99=not done"])
    assert target.read_bytes() == second.read_bytes()
    assert b"\r" not in target.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clinic.csv", "m.toml", "n.toml"]


def test_a_mapping_that_is_there_is_not_overwritten_without_force(call, clinic: Path, tmp_path: Path) -> None:
    target = tmp_path / "m.toml"
    target.write_text("my work", encoding="utf-8")
    status, _, err = call(["map", str(clinic), "--out", str(target)])
    assert (status, target.read_text(encoding="utf-8")) == (2, "my work")
    assert "m.toml is there already" in err
    status, _, _ = call(["map", str(clinic), "--out", str(target), "--force"])
    assert status == 0
    assert read_mapping(target).placement("sex") is not None


def test_the_data_file_is_never_overwritten(call, clinic: Path) -> None:
    status, _, err = call(["map", str(clinic), "--out", str(clinic), "--force"])
    assert status == 2
    assert "names the data file itself" in err
    assert clinic.read_text(encoding="utf-8") == FILE


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("map {folder}/none.csv", "none.csv"), ("map {folder}", "folder"), ("map {file} --missing -99", "a code and a reason"),
        ("map {file} --missing -99=a --missing -99=b", "two reasons"), ("map {file} --out {folder}", "is a folder"),
        ("map {file} --header-row 0", "header-row"), ("map {file} --dictionary {folder}/none.csv", "none.csv"),
    ],
)
def test_what_cannot_be_done_is_told_without_a_traceback(call, clinic: Path, line: str, words: str) -> None:
    status, out, err = call(line.format(file=clinic, folder=clinic.parent))
    assert (status, out) == (2, "")
    assert words in err
    assert "Traceback" not in err


def test_a_file_in_which_nothing_is_known_gives_a_mapping_to_fill_in(call, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("colour,shape\n" + 2 * "red,round\nblue,square\n", encoding="utf-8")
    status, out, err = call(["map", str(path)])
    assert status == 0
    assert tomllib.loads(out)["version"] == 1
    assert '"colour": "blue", "red"' in out
    assert "placed 0 of 2 columns" in err


def test_a_sheet_is_kept_in_the_mapping(call, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "Cover"
    sheet = book.create_sheet("Data")
    for row in (["Sex", "Age"], ["m", 63], ["f", 40], ["f", 71]):
        sheet.append(row)
    book.save(tmp_path / "book.xlsx")
    status, out, _ = call(["map", str(tmp_path / "book.xlsx"), "--sheet", "Data"])
    assert status == 0
    assert tomllib.loads(out)["file"]["sheet"] == "Data"


def test_the_mapping_proposed_is_taken_by_the_commands_once_what_is_open_is_filled_in(call, clinic: Path, tmp_path: Path) -> None:
    target = tmp_path / "m.toml"
    call(["map", str(clinic), "--out", str(target), "--missing", "-99=not done"])
    status, _, err = call(["prepare", str(clinic), "--mapping", str(target), "--out", str(tmp_path / "prepared")])
    assert status == 2
    assert "a unit cannot be guessed" in err
    text = target.read_text(encoding="utf-8").replace('# unit = "mmol/L"', 'unit = "mg/dL"')
    target.write_text(text, encoding="utf-8")
    status, _, err = call(["prepare", str(clinic), "--mapping", str(target), "--out", str(tmp_path / "prepared")])
    assert status in (0, 1), err


def test_a_diary_is_mapped_as_one_and_read_by_what_was_written(call, tmp_path: Path) -> None:
    file, mapping = tmp_path / "nights.csv", tmp_path / "nights.toml"
    file.write_text("Code,Date,Cramp\na,2026-03-01,yes\na,2026-03-02,no\n")
    status, _, err = call(["map", str(file), "--diary", "--out", str(mapping)])
    assert status == 0
    assert "1 variables placed; 1 to decide" in err
    text = mapping.read_text(encoding="utf-8")
    assert text.startswith("# TO DO: nothing says whether the date is that of the evening")
    assert '[diary]\nlayout = "nightly"\nperson = "Code"\nnight = "Date"' in text
    assert '[variables.cramp]\ncolumn = "Cramp"' in text
