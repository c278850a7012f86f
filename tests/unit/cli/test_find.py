"""`crampstats find`: from a code back to the rows of the clinic's own file."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

KEY = bytes(range(32)).hex()
# printf 7 | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102...1f, the first 16 digits
CODE_OF_7 = "r43c875c1027e0bb6"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "clinic.key"
    path.write_text(f"# key\n{KEY}\n", encoding="ascii")
    return path


@pytest.fixture
def patients(tmp_path: Path) -> Path:
    path = tmp_path / "patients.csv"
    path.write_text("record_id,name,cramps\n5,Jones,1\n7,Smith,0\n9,Brown,1\n 7 ,Smith,1\n", encoding="utf-8")
    return path


def test_rows_of_a_record_are_printed_and_nothing_else(call, patients: Path, key: Path) -> None:
    assert call(["find", CODE_OF_7, str(patients), "--key", str(key)]) == (0, "3\n5\n", "")


def test_no_such_record_is_told_with_exit_1(call, patients: Path, key: Path) -> None:
    status, out, err = call(["find", "r" + "0" * 16, str(patients), "--key", str(key)])
    assert (status, out) == (1, "")
    assert err == "No record of patients.csv has this code under this key.\n"


def test_another_key_finds_nothing(call, patients: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.key"
    other.write_text(KEY[::-1], encoding="ascii")
    assert call(["find", CODE_OF_7, str(patients), "--key", str(other)])[0] == 1


def test_rows_of_a_workbook_are_those_of_the_sheet(call, key: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "intake"
    for row in (["Leg cramp clinic"], [], ["Patient no", "cramps"], [5, "yes"], [7, "no"]):
        sheet.append(row)
    book.save(tmp_path / "intake.xlsx")
    line = ["find", CODE_OF_7, str(tmp_path / "intake.xlsx"), "--key", str(key), "--sheet", "intake"]
    assert call(line)[:2] == (0, "5\n")


def test_the_column_is_asked_for_where_no_heading_tells(call, key: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n7,1\n8,1\n", encoding="utf-8")
    status, _, err = call(["find", CODE_OF_7, str(path), "--key", str(key)])
    assert status == 2
    assert "no heading says which column holds it; name it: --record COLUMN" in err
    assert call(["find", CODE_OF_7, str(path), "--key", str(key), "--record", "a"])[:2] == (0, "2\n")
    status, _, err = call(["find", CODE_OF_7, str(path), "--key", str(key), "--record", "c"])
    assert status == 2
    assert "valid: a, b" in err


def test_a_mapping_names_the_column(call, key: Path, tmp_path: Path) -> None:
    path, mapping = tmp_path / "x.csv", tmp_path / "x.toml"
    path.write_text("a,age\n7,50\n8,60\n", encoding="utf-8")
    mapping.write_text('version = 1\n[file]\nrecord = "a"\n[variables.age_years]\ncolumn = "age"\n', encoding="utf-8")
    line = ["find", CODE_OF_7, str(path), "--key", str(key), "--mapping", str(mapping)]
    assert call(line)[:2] == (0, "2\n")
    status, _, err = call([*line, "--record", "a"])
    assert status == 2
    assert "the mapping names the column itself" in err


def test_a_missing_key_is_not_made(call, patients: Path, tmp_path: Path) -> None:
    status, _, err = call(["find", CODE_OF_7, str(patients), "--key", str(tmp_path / "absent.key")])
    assert status == 2
    assert "is not there; name the key file with which the codes were made" in err
    assert not (tmp_path / "absent.key").exists()


def test_what_is_no_code_is_refused(call, patients: Path, key: Path) -> None:
    status, _, err = call(["find", "Jones", str(patients), "--key", str(key)])
    assert status == 2
    assert "that is no code of a record" in err
    assert "Jones" not in err
