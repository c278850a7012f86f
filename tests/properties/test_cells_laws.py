"""Grouped totals give what the persons give: the law behind the embedded cells."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crampstats.core.design import SurveyDesign
from crampstats.datasets.cells import load_cells
from crampstats.estimate.comparisons import compare_groups
from crampstats.estimate.prevalence import estimate_prevalence
from crampstats.estimate.standardise import estimate_standardised_prevalence
from crampstats.ingest.cycle_data import CycleData

NUMBERS = ["estimate", "std_error", "conf_low", "conf_high", "df", "n", "n_events"]
KEYS = ["stratum", "psu", "age_group", "sex", "y"]


def same(one: object, other: object, tolerance: float = 1e-12) -> None:
    left, right = (found.frame[NUMBERS].to_numpy(dtype=float, na_value=np.nan) for found in (one, other))
    np.testing.assert_allclose(left, right, rtol=tolerance, atol=1e-14, equal_nan=True)


@given(seed=st.integers(0, 2**20))
@settings(max_examples=10, deadline=None)
def test_cells_equal_the_persons_they_were_made_of(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 600
    people = pd.DataFrame({
        "stratum": np.repeat([1, 2, 3], n // 3), "psu": np.tile([1, 2], n // 2), "w": rng.uniform(1, 1000, n),
        "age_group": rng.choice(["20-39", "40-59", "60+"], n), "sex": rng.choice(["f", "m"], n),
        "y": rng.choice([0.0, 1.0, np.nan], n, p=[0.6, 0.35, 0.05]),
    })
    cells = people.assign(n=1).groupby(KEYS, dropna=False, as_index=False)[["w", "n"]].sum()
    whole = SurveyDesign(people, strata="stratum", psu="psu", weights="w")
    grouped = SurveyDesign(cells, strata="stratum", psu="psu", weights="w", counts="n")
    same(estimate_prevalence(whole, "y", by=["sex", "age_group"], overall=True),
         estimate_prevalence(grouped, "y", by=["sex", "age_group"], overall=True))
    same(estimate_standardised_prevalence(whole, "y", by="sex"), estimate_standardised_prevalence(grouped, "y", by="sex"))
    same(compare_groups(whole, "y", "sex"), compare_groups(grouped, "y", "sex"), tolerance=1e-9)
    older = estimate_prevalence(whole.subset(people["age_group"] != "20-39"), "y")
    same(older, estimate_prevalence(grouped.subset(cells["age_group"] != "20-39"), "y"))


@pytest.mark.nhanes
@pytest.mark.skipif(not os.environ.get("CRAMPSTATS_NHANES"), reason="needs the NHANES files: CRAMPSTATS_NHANES names no folder")
@pytest.mark.parametrize("weight", ["interview", "exam"])
@pytest.mark.parametrize("min_age", [16, 18, 20, 30, 40, 50, 60, 70, 80])
def test_embedded_cells_equal_the_files_at_every_band_edge(min_age: int, weight: str, nhanes_files: CycleData) -> None:
    files, cells = (survey.adults(min_age, weight=weight) for survey in (nhanes_files, load_cells()))
    for outcome in ("any_cramps", "cramps_two_or_more", "frequent_cramps", "mild_cramps"):
        for by in (["cycle"], ["age_decade", "sex"]):
            same(*(estimate_prevalence(one, outcome, by=by, overall=True) for one in (files, cells)))
