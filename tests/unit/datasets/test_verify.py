import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from crampstats.codebook.surveys.nhanes import NHANES
from crampstats.core.errors import DataError
from crampstats.datasets.cells import load_cells
from crampstats.datasets.nhanes import load_nhanes
from crampstats.datasets.verify import n_published_counts, published_counts, verify_nhanes

from ..ingest.small_nhanes import PUBLISHED, write_small_nhanes

FOLDER = os.environ.get("CRAMPSTATS_NHANES", "")
needs_files = pytest.mark.skipif(not FOLDER, reason="CRAMPSTATS_NHANES names no folder of NHANES files")


@pytest.fixture(scope="module")
def real(nhanes_files):
    return nhanes_files


def tampered(survey, table, column, row, value):
    changed = survey.recorded[table].copy()
    changed.loc[row, column] = value
    return replace(survey, recorded={**survey.recorded, table: changed})


def test_every_column_used_has_its_printed_counts():
    printed = {(entry.table, entry.variable) for entry in published_counts()}
    used = {
        (f"{table}_{cycle.suffix}", column)
        for cycle in NHANES.cycles
        for table, columns in NHANES.columns_of(cycle).items()
        for column in columns
    }
    assert {column for pair in used - printed for column in pair[1:]} == {"SEQN"}
    assert printed <= used
    assert sum(entry.count for entry in published_counts() if (entry.table, entry.variable) == ("SLQ_E", "SLQ160")) == 6_546


def test_the_shipped_cells_agree_with_the_codebooks():
    assert len(verify_nhanes(load_cells())) == 0
    assert n_published_counts(load_cells()) == 2 * (2 + 5)


def test_tampered_cells_are_caught():
    cells = load_cells()
    table = cells.table.copy()
    place = table.index[table["frequent_cramps"].fillna(False)][0]
    table.loc[place, "n"] += 1
    messages = verify_nhanes(replace(cells, table=table)).to_frame()["message"]
    assert any("SLQ_D.SLQ160: code 3-4" in message and "found in 356 rows" in message for message in messages)


def test_a_made_up_folder_differs_everywhere(tmp_path):
    survey = load_nhanes(write_small_nhanes(tmp_path), published=PUBLISHED)
    assert len(verify_nhanes(survey)) > 50


def test_a_folder_without_any_of_the_tables_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"holds none of the tables used: .*DEMO_D, DEMO_E"):
        verify_nhanes(tmp_path)


@pytest.mark.nhanes
@needs_files
def test_the_real_files_agree_with_every_printed_count(real):
    assert len(verify_nhanes(FOLDER)) == 0
    assert len(verify_nhanes(real)) == 0
    assert n_published_counts(FOLDER) == len(published_counts()) == n_published_counts(real)


@pytest.mark.nhanes
@needs_files
@pytest.mark.parametrize(
    ("table", "column", "value", "message"),
    [
        ("SLQ_D", "SLQ160", 4.0, r"SLQ_D.SLQ160: code 4 \(Almost always .*\) found in 110 rows; the codebook prints 109"),
        ("SLQ_D", "SLQ160", 6.0, r"SLQ_D.SLQ160: 1 value\(s\) the codebook does not list \(first: 6 in row 1\)"),
        ("DEMO_E", "RIDAGEYR", 120.0, "values 0 to 79 found in"),
        ("DEMO_E", "WTINT2YR", 1.0, "WTINT2YR: 1 value"),
        ("SLQ_E", "SLD010H", float("nan"), "SLQ_E.SLD010H: missing found in 1 rows; the codebook prints 0"),
        # the first person of the file took nothing, so the name is empty
        ("RXQ_RX_D", "RXDDRUG", "77777", r"RXQ_RX_D.RXDDRUG: code 77777 \(Refused\) found in 14 rows; the codebook prints 13"),
        ("RXQ_RX_D", "RXDDRUG", "QUININE", "RXQ_RX_D.RXDDRUG: .* found in 11,370 rows; the codebook prints 11,369"),
    ],
)
def test_a_tampered_table_is_caught(real, table, column, value, message):
    messages = " ".join(verify_nhanes(tampered(real, table, column, 0, value)).to_frame()["message"])
    assert re.search(message, messages)


@pytest.mark.nhanes
@needs_files
def test_absent_tables_are_warned_of_and_a_rewritten_file_is_noted(tmp_path):
    (source,) = [path for path in Path(FOLDER).iterdir() if path.name.upper() == "DEMO_D.XPT"]
    content = bytearray(source.read_bytes())
    content[96:104] = b"OTHERLIB"  # a name inside the header, no data
    (tmp_path / "DEMO_D.XPT").write_bytes(content)
    found = verify_nhanes(tmp_path).to_frame()
    absent = {name for cycle in NHANES.cycles for name in NHANES.files_of(cycle)} - {"DEMO_D"}
    assert found["severity"].tolist() == ["warning"] * len(absent) + ["note"]
    assert found["column"].tolist() == [*sorted(absent), "DEMO_D.XPT"]
