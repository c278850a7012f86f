"""A file of one's own through every command, with and without a design, and what a wrong file or option is told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

MAPPING = """\
version = 1
[file]
record = "Pat"
window = "past month"
population = "adults of one practice"
made_up = true
{design}
[variables.age_years]
column = "Alter"
[variables.sex]
column = "Geschlecht"
[variables.diabetes]
column = "Diabetes"
[variables.cramp_frequency]
column = "Krampf"
[variables.serum_potassium_mmol_l]
column = "Kalium"
unit = "mmol/L"
"""
DESIGN = '[design]\nstrata = "Schicht"\npsu = "Praxis"\nweights = "Gewicht"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Made-up: 240 persons in a German file, in 4 strata of 3 practices."""
    rng = np.random.default_rng(5)
    n = 240
    strata = rng.integers(1, 5, n)
    table = pd.DataFrame({
        "Pat": [f"P{i}" for i in range(n)], "Alter": rng.integers(20, 90, n), "Geschlecht": rng.choice(["m", "w"], n),
        "Krampf": rng.choice(["nie", "manchmal", "oft"], n, p=[0.6, 0.3, 0.1]), "Diabetes": rng.choice(["ja", "nein"], n),
        "Kalium": [f"{value:.1f}".replace(".", ",") for value in rng.normal(4.2, 0.3, n)],
        "Schicht": strata, "Praxis": 10 * strata + rng.integers(0, 3, n), "Gewicht": rng.integers(1, 4, n),
    })
    table.to_csv(tmp_path / "praxis.csv", sep=";", index=False, encoding="utf-8")
    (tmp_path / "plain.toml").write_text(MAPPING.format(design=""), encoding="utf-8")
    (tmp_path / "design.toml").write_text(MAPPING.format(design=DESIGN), encoding="utf-8")
    return tmp_path


def told(folder: Path, command: str, mapping: str = "design") -> list[str]:
    first, *rest = command.split()
    return [first, str(folder / "praxis.csv"), "--mapping", str(folder / f"{mapping}.toml"), *rest]


def test_prevalence_is_that_of_the_file_counted_by_hand(call, folder: Path):
    status, out, _ = call(told(folder, "prevalence --outcome any_cramps --json", "plain"))
    (row,) = json.loads(out)
    cells = pd.read_csv(folder / "praxis.csv", sep=";")["Krampf"]
    assert status == 0
    assert (row["n"], row["n_events"]) == (240, int((cells != "nie").sum()))
    assert row["estimate"] == pytest.approx((cells != "nie").mean(), rel=1e-12)


def test_a_design_in_the_mapping_gives_its_degrees_of_freedom_and_made_up_data_are_stamped(call, folder: Path):
    status, _, err = call(told(folder, "prevalence --outcome any_cramps"))
    assert status == 0
    assert "MADE-UP" in err.upper()
    (row,) = json.loads(call(told(folder, "prevalence --outcome any_cramps --json"))[1])
    assert row["df"] == 12 - 4  # PSUs less strata


def test_options_on_the_command_line_go_before_the_mapping(call, folder: Path):
    line = told(folder, "prevalence --outcome any_cramps --strata Schicht --psu Praxis --weights Gewicht --json", "plain")
    (row,) = json.loads(call(line)[1])
    (other,) = json.loads(call(told(folder, "prevalence --outcome any_cramps --json"))[1])
    assert row["std_error"] == other["std_error"]


@pytest.mark.parametrize("mapping", ["plain", "design"])
@pytest.mark.parametrize("command", [
    "associate --outcome any_cramps --exposure diabetes,serum_potassium_mmol_l --adjust age_years,sex --json", "claims --json",
    "evidence --json", "prevalence --by sex --min-age 40 --json",
])
def test_every_command_runs_on_a_mapped_file(call, folder: Path, command: str, mapping: str):
    status, out, err = call(told(folder, command, mapping))
    assert status == 0, err
    assert json.loads(out)


def test_the_report_says_how_the_file_was_read_and_is_stamped(call, folder: Path):
    status, _, err = call([*told(folder, "report --quiet"), "--out", str(folder / "report")])
    page = (folder / "report" / "index.html").read_text(encoding="utf-8")
    assert status == 0, err
    assert "How your file was read" in page
    assert "made-up" in page.lower()
    assert (folder / "report" / "tables" / "reading_log.csv").is_file()
    assert not any(f"P{i}<" in page for i in range(10, 240))


def test_prepare_writes_table_log_flow_and_findings_and_no_record_number(call, folder: Path):
    out_folder = folder / "out"
    line = [*told(folder, "prepare"), "--key", str(folder / "clinic.key"), "--out", str(out_folder)]
    status, _, err = call(line)
    assert status == 0, err
    assert {path.name for path in out_folder.iterdir()} == {
        "analysis_table.csv", "reasons.csv", "cleaning_log.csv", "flow.csv", "findings.csv", "data_dictionary.csv",
    }
    before = {path.name: path.read_bytes() for path in out_folder.iterdir()}
    call(line)
    assert {path.name: path.read_bytes() for path in out_folder.iterdir()} == before
    assert not any(b"P123" in content for content in before.values())


def test_a_key_inside_the_output_folder_is_refused(call, folder: Path):
    out_folder = folder / "out"
    status, _, err = call([*told(folder, "prepare"), "--key", str(out_folder / "clinic.key"), "--out", str(out_folder)])
    assert status == 2, err
    assert not (out_folder / "clinic.key").exists()


@pytest.mark.parametrize(("change", "message"), [
    (('column = "Alter"', 'column = "Altr"'), "Alter"),
    (("[variables.sex]", "[variables.sexe]"), "sex"),
    (('unit = "mmol/L"', 'unit = "pounds"'), "mmol/L"),
    (('column = "Diabetes"', 'column = "Diabetes"\ncodes = { "ja" = "perhaps", "nein" = false }'), "perhaps"),
])
def test_a_wrong_mapping_is_refused_with_its_line_and_a_suggestion(call, folder: Path, change: tuple[str, str], message: str):
    path = folder / "plain.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    status, out, err = call(told(folder, "prevalence", "plain"))
    assert status == 2
    assert "line " in err
    assert message in err
    assert "Traceback" not in out + err


def test_a_file_without_cramps_says_what_to_place(call, tmp_path: Path):
    (tmp_path / "x.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    status, _, err = call(["prevalence", str(tmp_path / "x.csv")])
    assert status == 2
    assert "cramp_frequency" in err
    assert "crampstats map" in err
