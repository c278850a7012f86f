"""Names, addresses and numbers of persons in every wrong place of a file: none comes out in findings, log, mapping or table."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from crampstats.ingest.own.file_data import FileData
from crampstats.ingest.own.loading import load_survey
from crampstats.ingest.own.mapping_file import read_mapping

HEADINGS = (
    "record_id", "Name", "E-mail", "Date of birth", "age", "sex", "weight_kg", "Leg cramps", "Medicines", "Comments", "seen",
)
# what may not be told, each in its own column and in columns where it does not belong
SECRETS = (
    "Zbigniewska", "maria.k@example.org", "0171 5550123", "1951-07-09", "Maria Lopez", "8812345", "Hauptstraße 12", "Jones",
)
CLEAN = [
    (str(7700000 + i), f"Zbigniewska{i}", f"maria.k@example.org{i}", f"19{40 + i}-01-1{i % 9}", str(40 + i), "fm"[i % 2],
     str(60 + i), ("yes", "no")[i % 2], ("quinine", "ramipril", "none")[i % 3], "well", f"2024-03-1{i % 9}")
    for i in range(24)
]
DIRTY = [
    ("8812345", "Zbigniewska", "maria.k@example.org", "1951-07-09", "Maria Lopez", "maria.k@example.org", "0171 5550123",
     "Mrs Jones said yes", "quinine, as Mrs Jones takes", "lives Hauptstraße 12", "2024-03-11"),
    ("8812346", "Zbigniewska", "maria.k@example.org", "1951-07-09", "maria.k@example.org", "Mrs Jones", "Maria Lopez",
     "0171 5550123", "Maria Lopez", "call Mrs Jones, 0171 5550123", "Maria Lopez"),
]
MAPPING = """
version = 1
[file]
record = "record_id"
identifiers = ["Name", "E-mail", "Date of birth", "Comments"]
[variables.age_years]
column = "age"
[variables.sex]
column = "sex"
[variables.body_weight_kg]
column = "weight_kg"
unit = "kg"
[variables.cramps_ever]
column = "Leg cramps"
[variables.visit_date]
column = "seen"
[variables.takes_quinine]
column = "Medicines"
how = "medicines"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    written = io.StringIO()
    csv.writer(written).writerows([HEADINGS, *CLEAN, *DIRTY])
    path = tmp_path / "Maria Lopez 1951-07-09.csv"
    path.write_text(written.getvalue(), encoding="utf-8")
    return path


@pytest.fixture
def data(path: Path, tmp_path: Path) -> FileData:
    mapping = tmp_path / "intake.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    return load_survey(path, read_mapping(mapping), key=tmp_path / "clinic.key")


def told(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


def test_findings_and_log_tell_nobody(data: FileData) -> None:
    assert len(data.findings) > 5
    assert told(data.findings.to_frame().to_csv()) == []
    assert told(data.log.to_frame().to_csv()) == []


def test_table_dictionary_flow_and_source_tell_nobody(data: FileData) -> None:
    assert len(data.table) == len(CLEAN) + len(DIRTY)
    assert told(data.table.to_csv()) == []
    assert told(data.declaration.describe().to_csv()) == []
    assert told(f"{data.flow} {data.source}") == []


def test_the_mapping_proposed_tells_nobody(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from crampstats.cli import main

    with pytest.raises(SystemExit):
        main(["map", str(path)])
    seen = capsys.readouterr()
    assert "[variables.age_years]" in seen.out
    assert told(seen.out + seen.err) == []
