"""The made-up intake list: every spoilt cell becomes what it should, is told of, and tells nobody who a person is."""

from __future__ import annotations

import csv
import math
import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from crampstats.datasets.files import data_file
from crampstats.ingest.own.file_data import FileData
from crampstats.ingest.own.loading import load_survey
from crampstats.ingest.own.proposing import propose_mapping
from crampstats.ingest.readers.opening import read_file

LIST, MAPPING = data_file("messy_intake_example.xlsx"), data_file("messy_intake_example.toml")
PROBLEMS = list(csv.DictReader(data_file("messy_intake_problems.csv").read_text(encoding="utf-8").splitlines()))
SCRIPT = Path(__file__).resolve().parents[2] / "data" / "scripts" / "make_messy_intake.py"


@pytest.fixture(scope="module")
def survey() -> FileData:
    return load_survey(LIST, MAPPING)


def value_at(survey: FileData, problem: dict[str, str]) -> tuple[object, str]:
    """What the table holds for a spoilt cell, and why where it holds nothing."""
    at = survey.table.index[survey.table["source_row"] == int(problem["source_row"])][0]
    return survey.table.loc[at, problem["variable"]], str(survey.reason_of(problem["variable"]).loc[at])


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda one: f"{one['source_row']} {one['column']}")
def test_a_spoilt_cell_becomes_what_it_should(survey: FileData, problem: dict[str, str]) -> None:
    value, reason = value_at(survey, problem)
    if not problem["value"]:
        assert pd.isna(value)
        assert reason == problem["reason"]
    elif problem["value"].replace(".", "").isdigit():
        assert math.isclose(float(value), float(problem["value"]), rel_tol=1e-9)
    else:
        assert str(value) == problem["value"]


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda one: f"{one['source_row']} {one['column']}")
def test_a_spoilt_cell_is_found_in_the_findings_or_the_log(survey: FileData, problem: dict[str, str]) -> None:
    log, findings = survey.log.to_frame(), survey.findings.to_frame()
    written = problem["written"]
    told = (log["column"] == problem["variable"]) & log["before"].str.contains(written, regex=False)
    noticed = (findings["source_row"] == int(problem["source_row"])) & (findings["value"] == written)
    units = (log["column"] == problem["variable"]) & log["rule"].str.contains("unit")
    assert told.any() or noticed.any() or units.any()


def test_every_row_of_the_sheet_is_accounted_for(survey: FileData) -> None:
    # 3 title rows, headings, 60 patients, an empty row, a patient again, an empty row, the line with the total
    assert survey.flow.to_frame()["n"].iloc[0] == 3 + 1 + 60 + 1 + 1 + 1 + 1
    assert survey.flow.n == len(survey.table) == 60 + 1


def test_the_line_with_the_total_is_no_patient(survey: FileData) -> None:
    assert [finding.source_row for finding in survey.findings.rows if finding.rule == "line of totals"] == [68]
    assert 68 not in survey.table["source_row"].tolist()


def test_the_patient_typed_twice_is_told_by_rows(survey: FileData) -> None:
    twice = [finding for finding in survey.findings.rows if finding.rule == "repeated record number"]
    assert [finding.source_row for finding in twice] == [47]
    assert "47, 66" in twice[0].message


def test_nothing_says_who_a_person_is(survey: FileData) -> None:
    shown = [survey.table.to_csv(), survey.log.to_frame().to_csv(), survey.findings.to_frame().to_csv()]
    shown += [table.to_csv() for table in survey.recorded.values()]
    births = [str(row[1]) for row in openpyxl.load_workbook(LIST)["List"].iter_rows(min_row=5, values_only=True) if row[1]]
    assert len(births) == 61
    for text in shown:
        assert [secret for secret in ("maria.lopez", "555 0100", "NC-26", *births) if secret in text] == []


def test_what_is_made_up_says_so(survey: FileData) -> None:
    assert survey.source.made_up


def test_the_script_gives_the_files_that_ship(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(SCRIPT), str(tmp_path)], check=True)
    for path in (LIST, data_file("messy_intake_problems.csv")):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_whole_columns_are_read(survey: FileData) -> None:
    # 61 forms
    assert survey.table["heavy_lifting_days_week"].notna().sum() == 61
    assert survey.table["varicose_veins"].notna().sum() == 61
    assert survey.table["age_years"].notna().sum() == 60  # one visit on a day that does not exist


def test_everything_a_person_placed_by_hand_is_proposed_from_the_same_column(survey: FileData) -> None:
    proposed = propose_mapping(read_file(LIST)).mapping
    for placed in survey.mapping.placements:
        found = proposed.placement(placed.variable)
        assert found is not None, placed.variable
        assert found.columns == placed.columns
