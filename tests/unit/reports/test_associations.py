"""Associations of the report: what is stored, what is shown without microdata, and that both are the same."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crampstats.codebook.claims import REGISTER
from crampstats.codebook.surveys.nhanes import NHANES
from crampstats.core.claims import AssociationClaim, AttributableClaim
from crampstats.core.errors import DataError
from crampstats.datasets.files import data_file
from crampstats.datasets.stored import STAMP, read_stored
from crampstats.ingest.cycle_data import CycleData
from crampstats.reports.association_figures import ASSOCIATION_FIGURES, associations_for, print_tables
from crampstats.reports.associations import ANALYSES, ASSOCIATION_FAMILIES, SLOW_ANALYSES, gather_associations, run_together
from crampstats.reports.inputs import FileOptions, Study, open_study
from crampstats.reports.sixty_percent import check_register
from crampstats.reports.stored_associations import FILE, load_stored_associations

FOLDER = os.environ.get("CRAMPSTATS_NHANES")
needs_files = pytest.mark.skipif(not FOLDER, reason="CRAMPSTATS_NHANES names no folder of NHANES files")
CLAIMED = [
    reading for family in REGISTER for reading in family.readings if isinstance(reading, AssociationClaim | AttributableClaim)
]
# made with R survey on the files (tests/reference/nhanes/make_regression.R)
R_MODELS = pd.read_csv(Path(__file__).parents[2] / "reference" / "nhanes" / "regression.csv")


@pytest.fixture
def cells(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("CRAMPSTATS_NHANES", raising=False)
    monkeypatch.setattr("crampstats.datasets.nhanes.is_complete", lambda *_: False)
    return open_study("nhanes")


def test_every_analysis_is_stored() -> None:
    stored = load_stored_associations()
    assert set(stored.results) == {*ANALYSES, *SLOW_ANALYSES}
    assert stored.flow is not None
    assert stored.left_out == {}


def test_the_stored_file_names_its_script_and_every_input() -> None:
    content = read_stored(data_file(FILE))
    assert content["made_by"] == "data/scripts/make_nhanes_associations.py"
    assert {f"{name}.XPT" for cycle in NHANES.cycles for name in NHANES.files_of(cycle)} >= set(content["inputs_sha256"])
    assert len(content["inputs_sha256"]) > 40


@pytest.mark.parametrize("exposure", ["arthritis", "thyroid_disease", "hypertension", "liver_disease", "stroke"])
def test_stored_odds_ratios_are_those_of_r(exposure: str) -> None:
    rows = load_stored_associations().results["families"].frame
    ours = rows[(rows["exposure"] == exposure) & (rows["adjustment"] == "adjusted")].iloc[0]
    asked = {
        "model": "logistic", "outcome": "any_cramps", "exposure": exposure, "weight": "exam", "min_age": 20, "term": exposure,
        "adjustment": "age_years female education body_mass_index",
    }
    as_asked = (R_MODELS[list(asked)] == pd.Series(asked)).all(axis=1) & R_MODELS["formula"].isna()
    (made_with_r,) = R_MODELS[as_asked].to_dict("records")
    assert np.log(ours["estimate"]) == pytest.approx(made_with_r["estimate"], rel=1e-8)
    assert ours["std_error"] == pytest.approx(float(made_with_r["std_error"]), rel=1e-8)
    assert ours["n"] == made_with_r["n"]


def test_without_microdata_the_claims_are_the_stored_ones(cells) -> None:
    found = {verdict.claim.name: verdict for check in check_register(cells) for verdict in check.verdicts}
    for reading in CLAIMED:
        assert found[reading.name].word in ("supported", "contradicted", "cannot tell"), reading.name
        assert found[reading.name].estimates.source.detail == STAMP


def test_other_ages_need_the_microdata(monkeypatch: pytest.MonkeyPatch, cells) -> None:
    study = open_study("nhanes", min_age=60)
    with pytest.raises(DataError, match="crampstats data fetch"):
        associations_for(study)
    found = {verdict.claim.name: verdict for check in check_register(study) for verdict in check.verdicts}
    assert found["reported_liver_disease"].word == "not testable here"


def test_a_file_of_ones_own_is_sent_to_associate(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("cramps,age_years\n1,30\n0,40\n", encoding="utf-8")
    with pytest.raises(DataError, match="crampstats associate"):
        associations_for(open_study(path, options=FileOptions(("cramps",))))


@pytest.mark.parametrize("name", list(ASSOCIATION_FIGURES))
def test_every_figure_has_words_and_numbers(name: str) -> None:
    drawing = ASSOCIATION_FIGURES[name][2](load_stored_associations())
    assert len(drawing.alt) > 100
    assert re.search(STAMP, drawing.caption, re.IGNORECASE)
    assert "adults aged 20+" in drawing.caption
    assert len(drawing.numbers.to_frame()) > 5


def test_table_one_and_the_regression_tables_are_printed() -> None:
    tables = print_tables(load_stored_associations())
    assert set(tables) == {"table_one", "associations_any_cramps", "associations_frequent_cramps"}


def test_both_ways_with_missing_potassium_are_the_same_imputations() -> None:
    stored = load_stored_associations().results
    plain = stored["missing_data"].frame.set_index("missing answers").loc["multiple imputation"]
    shifted = stored["missing_delta"].frame.set_index("delta")
    assert shifted.loc[0.0, "estimate"] == pytest.approx(plain["estimate"], rel=1e-9)
    assert shifted["estimate"].nunique() == len(shifted)


def test_results_of_several_parts_are_described_by_all_of_them() -> None:
    stored = load_stored_associations().results
    assert "imputations by chained equations" in stored["missing_data"].method
    for name in ("families", "families_frequent"):
        for weight in ("examination weights", "day-1 dietary weights", "examination weights of 2007-2008 alone"):
            assert weight in stored[name].weights.split("; ")


@pytest.fixture(scope="module")
def study(nhanes_files: CycleData) -> Iterator[Study]:
    """The files as the report takes them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crampstats.reports.inputs.load_nhanes", lambda _: nhanes_files)
        yield open_study("nhanes", nhanes=FOLDER)


# an analysis or a claim each, because workers can share them; none needs another
@pytest.mark.nhanes
@pytest.mark.slow
@needs_files
@pytest.mark.parametrize("name", list(ANALYSES))
def test_stored_results_are_what_the_files_give(name: str, study: Study) -> None:
    ours = run_together(study, [name], 1, None)[name].frame
    kept = load_stored_associations().results[name].frame
    assert list(ours.columns) == list(kept.columns)
    for column in ours:
        if pd.api.types.is_float_dtype(ours[column].dtype):
            np.testing.assert_allclose(ours[column], kept[column], rtol=1e-6, atol=1e-12, err_msg=column)
        elif column in ("n", "n_events"):
            pd.testing.assert_series_equal(ours[column], kept[column])


@pytest.mark.nhanes
@pytest.mark.slow
@needs_files
@pytest.mark.parametrize("name", [family.name for family in ASSOCIATION_FAMILIES])
def test_stored_verdicts_are_what_the_files_give(name: str, study: Study) -> None:
    (kept,) = [check for check in load_stored_associations().checks if check.family.name == name]
    fresh = run_together(study, [name], 1, None)[name]
    assert [(one.claim.name, one.word) for one in fresh.verdicts] == [(one.claim.name, one.word) for one in kept.verdicts]


def test_no_verdict_is_stored_beside_these() -> None:
    assert [check.family.name for check in load_stored_associations().checks] == [family.name for family in ASSOCIATION_FAMILIES]


@pytest.mark.nhanes
@needs_files
def test_persons_and_distributions_are_gathered_with_the_analyses(study: Study) -> None:
    stored, found = load_stored_associations(), gather_associations(study, only=["subgroups"])
    assert (list(found.results), found.checks, found.left_out) == (["subgroups"], (), {})
    assert str(found.flow) == str(stored.flow)
    assert set(found.rugs) == set(stored.rugs)
    for exposure, (middles, shares) in stored.rugs.items():
        np.testing.assert_allclose(found.rugs[exposure], (middles, shares), rtol=1e-6, atol=1e-12)
