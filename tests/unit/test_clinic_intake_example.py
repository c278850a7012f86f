"""The made-up clinic: it is what its script writes, it asks the form's questions, and its truth agrees with itself."""

from __future__ import annotations

import csv
import datetime as dt
import importlib.util
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from crampstats.audit.intake import Intake, open_intake
from crampstats.codebook.surveys.clinic_intake import CLINIC_INTAKE
from crampstats.datasets.files import data_file
from crampstats.ingest.own.loading import load_survey
from crampstats.ingest.templates.conditions import box_name

FILES = {name: data_file(f"clinic_intake_{name}.csv") for name in ("example", "truth", "triage")}
MAPPING = data_file("clinic_intake_example.toml")
SCRIPT = Path(__file__).resolve().parents[2] / "data" / "scripts" / "make_clinic_intake.py"


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(FILES[name], dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_clinic_intake", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def intake() -> Intake:
    return open_intake(FILES["example"], MAPPING, today=dt.date(2026, 11, 22))


def test_the_script_gives_the_files_that_ship(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(SCRIPT), str(tmp_path)], check=True)
    for path in FILES.values():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_it_has_every_column_of_the_form_and_those_a_clinic_adds() -> None:
    form = [
        name for item in CLINIC_INTAKE.items
        for name in ([box_name(item.field, code) for code in item.options] if item.ticks else [item.field])
    ]
    with FILES["example"].open(encoding="utf-8") as stream:
        held = next(csv.reader(stream))
    assert sorted(set(held) - set(form)) == ["date_of_birth", "end_time", "patient_name", "remarks", "start_time"]
    assert set(form) <= set(held)


def test_what_is_made_up_says_so(intake: Intake) -> None:
    assert intake.data.source.made_up


def test_a_loader_refuses_its_unknown_codes_and_the_audit_reports_them(intake: Intake) -> None:
    from crampstats.core.errors import DataError

    with pytest.raises(DataError, match="neither codes nor missing explain"):
        load_survey(FILES["example"], MAPPING)
    truth = read("truth")
    planted = set(truth.loc[truth["rule"] == "unknown code", "source_row"].astype(int))
    assert planted <= {one.source_row for one in intake.data.findings.rows if one.rule == "unreadable"}


def test_the_written_cell_is_the_one_in_the_file() -> None:
    cells, truth = read("example"), read("truth")
    single = truth[(truth["source_row"] != "") & (truth["column"] != "")]
    for error in single.itertuples():
        if error.rule != "a box and none of these":
            assert cells.at[int(error.source_row) - 2, error.column] == error.written, error


def test_a_copy_names_its_original_and_is_the_same_form() -> None:
    cells, truth = read("example"), read("truth")
    twice = truth[truth["rule"] == "form entered twice"]
    assert len(twice) >= 4
    for error in twice.itertuples():
        original = int(error.written.removeprefix("as row "))
        assert cells.iloc[int(error.source_row) - 2].equals(cells.iloc[original - 2].set_axis(cells.columns))


def test_every_row_has_a_level_and_every_level_occurs() -> None:
    triage = read("triage")
    assert triage["source_row"].astype(int).tolist() == list(range(2, len(read("example")) + 2))
    assert set(triage["level"]) == {"urgent", "see soon", "ask", "routine", "none"}


def test_every_kind_of_error_occurs_often_enough_to_be_measured() -> None:
    truth = read("truth")
    counts = Counter(truth.loc[truth["source_row"] != "", "rule"])
    assert min(counts.values()) >= 4


def test_patients_without_planted_errors_do_not_contradict_themselves(script: ModuleType) -> None:
    # Hand-made laws on what was drawn, none of them taken from the audit.
    from clinic_intake.people import draw_patients

    for person in draw_patients(400, 99):
        assert person["date_of_birth"] < person["visit_date"]
        assert not (person["dialysis"] is True and person["kidney_disease"] is False)
        assert not (person["cirrhosis"] is True and person["liver_disease"] is False)
        assert not (person["cramp_frequency"] == "never" and person["cramp_nights_past_week"] in range(1, 8))
        assert not (person["cramps_ever"] is False and person.get("woken_by_cramps") is True)
        assert person["sex"] == "female" or "pregnant" not in person
        if isinstance(person.get("hba1c_percent"), float) and isinstance(person.get("hba1c_mmol_mol"), float):
            assert abs(person["hba1c_mmol_mol"] - (person["hba1c_percent"] - 2.152) / 0.09148) <= 0.5


def test_cramps_are_somewhat_commoner_than_in_the_population(script: ModuleType) -> None:
    # NHANES 2005-2008, adults: 30.9 % any cramps in the past month (README); a practice sees older and iller people.
    from clinic_intake.people import FREQUENCIES, draw_patients

    known = [one["cramp_frequency"] for one in draw_patients(3000, 5) if isinstance(one["cramp_frequency"], str)]
    share = np.mean([frequency in FREQUENCIES[1:] for frequency in known])
    assert 0.31 < share < 0.45


@pytest.mark.parametrize("language", ["en", "es", "fr", "de", "pt", "it"])
def test_a_typed_sheet_is_read_in_every_language(script: ModuleType, language: str, tmp_path: Path) -> None:
    from clinic_intake.typed import toml_of

    clinic = script.make_patients(150, 7, language, "typed", kinds={})
    (tmp_path / "typed.csv").write_text(script.as_text(clinic.cells), encoding="utf-8")
    (tmp_path / "typed.toml").write_text(toml_of(language), encoding="utf-8")
    survey = load_survey(tmp_path / "typed.csv", tmp_path / "typed.toml")
    assert survey.reasons.eq("could not be read").to_numpy().sum() == 0
    assert survey.table["serum_sodium_mmol_l"].between(120, 160).sum() > 100
