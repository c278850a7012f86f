"""Whether a file is a diary of nights, and not a list of patients."""

from __future__ import annotations

from pathlib import Path

import pytest

from crampstats.datasets.files import data_file
from crampstats.ingest.diary.recognising import is_diary

NIGHTS = [f"2026-03-{day:02d}" for day in range(1, 11)]


def _file(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "file.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _diary(tmp_path: Path, nights: int = 10, heading: str = "Leg cramp in the night") -> Path:
    rows = [f"{person},{night},no" for person in "ABC" for night in NIGHTS[:nights]]
    return _file(tmp_path, f"Participant,Evening of,{heading}", *rows)


def test_many_nights_of_each_person_are_a_diary(tmp_path: Path) -> None:
    assert is_diary(_diary(tmp_path))


def test_a_few_visits_of_each_patient_are_none(tmp_path: Path) -> None:
    assert not is_diary(_diary(tmp_path, nights=6))


def test_the_shipped_diaries_are_diaries_and_the_intake_is_none() -> None:
    assert is_diary(data_file("cramp_diary_example.csv"))
    assert is_diary(data_file("cramp_diary_trial_example.csv"))
    assert not is_diary(data_file("clinic_intake_example.csv"))


def test_days_without_a_word_on_cramps_are_none(tmp_path: Path) -> None:
    assert not is_diary(_diary(tmp_path, heading="Coffee"))


def test_a_mapping_decides(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('version = 1\n[diary]\nnight = "Evening of"\n')
    other = tmp_path / "other.toml"
    other.write_text("version = 1\n")
    path = _diary(tmp_path)
    assert is_diary(path, mapping)
    assert is_diary(path, "cramp_diary")
    assert not is_diary(path, other)
    assert not is_diary(path, "clinic_intake")
    assert not is_diary(path, tmp_path / "nowhere.toml")


@pytest.mark.parametrize("content", ["", "a", "a,b\n1,2\n", "Participant,Evening of,Cramp\n", "\x00\x00", "PK\x03\x04"])
def test_a_file_that_cannot_be_read_is_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "file.csv"
    path.write_text(content)
    assert not is_diary(path)
    assert not is_diary(tmp_path / "nowhere.csv")
