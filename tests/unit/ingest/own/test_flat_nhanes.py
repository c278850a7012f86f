"""A flat CSV with NHANES' own column names, read by the shipped mapping, gives what the transport files give."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from crampstats.estimate.prevalence import estimate_prevalence
from crampstats.ingest.cycle_data import CycleData
from crampstats.ingest.own.file_data import FileData
from crampstats.ingest.own.loading import load_survey
from crampstats.ingest.reading import find_tables

FOLDER = os.environ.get("CRAMPSTATS_NHANES", "")
TABLES = ("DEMO_D", "SLQ_D", "MCQ_D", "BPQ_D", "BMX_D", "BIOPRO_D")

pytestmark = [
    pytest.mark.nhanes,
    pytest.mark.skipif(not FOLDER or not Path(FOLDER).is_dir(), reason="CRAMPSTATS_NHANES names no folder of NHANES files"),
]


@pytest.fixture(scope="module")
def flat(tmp_path_factory: pytest.TempPathFactory) -> FileData:
    import pyreadstat

    files = find_tables(FOLDER)
    parts = [pyreadstat.read_xport(str(files[name]), encoding="latin1")[0].set_index("SEQN") for name in TABLES]
    path = tmp_path_factory.mktemp("flat") / "nhanes.csv"
    parts[0].join(parts[1:]).to_csv(path)
    return load_survey(path, "nhanes")


def test_prevalence_under_the_design_is_the_same(flat: FileData, nhanes_files: CycleData):
    groups = ["any_cramps", "sex"]
    cycle = nhanes_files.design_for(groups, min_age=20, cycles=["2005-2006"])
    ours = estimate_prevalence(flat.adults(20), "any_cramps", by=["sex"]).frame
    theirs = estimate_prevalence(cycle, "any_cramps", by=["sex"]).frame
    numbers = ["estimate", "std_error", "conf_low", "conf_high", "df", "n"]
    for name in numbers:
        assert ours[name].tolist() == pytest.approx(theirs[name].tolist(), rel=1e-12)


def test_every_variable_placed_has_the_same_values_and_gaps(flat: FileData, nhanes_files: CycleData):
    survey = nhanes_files.table
    survey = survey[survey["cycle"] == "2005-2006"].reset_index(drop=True)
    placed = [placement.variable for placement in flat.mapping.placements]
    assert len(placed) > 30
    for name in placed:
        ours, theirs = flat.table[name], survey[name]
        assert (ours.isna() == theirs.isna()).all(), name
        if name == "age_years":
            # the loader of both cycles brings ages to the top code they share
            ours = ours.clip(upper=80)
        if pd.api.types.is_numeric_dtype(ours.dtype):
            assert (ours.astype("Float64") - theirs.astype("Float64")).abs().max() <= 1e-9, name
        else:
            assert (ours.dropna().astype(str) == theirs.dropna().astype(str)).all(), name
