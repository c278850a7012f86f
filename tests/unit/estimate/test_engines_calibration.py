"""Weights calibrated where another engine holds the rows, against the same on a pandas frame."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, DesignError
from crampstats.estimate.calibration import poststratify, rake
from crampstats.estimate.means import estimate_mean, estimate_total
from crampstats.estimate.prevalence import estimate_prevalence
from crampstats.estimate.quantiles import estimate_quantiles
from crampstats.estimate.replicates import make_bootstrap_replicates, make_jackknife_replicates

ROWS = 500
SEX, BAND = {"f": 52_000, "m": 48_000}, {20: 30_000, 40: 45_000, 60: 25_000}
BOTH = {(sex, band): SEX[sex] * BAND[band] / 1e5 * (1.1 if band == 20 else 1.0) for sex in SEX for band in BAND}


def people() -> pd.DataFrame:
    random = np.random.default_rng(11)
    table = pd.DataFrame({
        "stratum": random.integers(1, 6, ROWS), "psu": random.integers(1, 4, ROWS).astype("int8"),
        "weight": random.uniform(1, 100, ROWS), "sex": pd.Categorical(random.choice(["f", "m"], ROWS), ["m", "f", "x"]),
        "band": pd.array(random.choice([20, 40, 60], ROWS), dtype="Int8"),
        "cramps": pd.array(random.integers(0, 2, ROWS), "boolean"), "bmi": random.normal(27, 4, ROWS),
        "adult": random.random(ROWS) < 0.8,
    })
    table.loc[~table["adult"] & (table.index % 2 == 0), "band"] = pd.NA
    table.loc[table.index % 17 == 0, "weight"] = 0.0
    table.loc[table.index % 34 == 0, "sex"] = None
    table.loc[table.index % 9 == 0, "bmi"] = np.nan
    return table


PEOPLE = people()


def survey(table, **options) -> SurveyDesign:
    return SurveyDesign(table, strata="stratum", psu="psu", weights="weight", **options).subset("adult")


WAYS = {
    "poststratified": lambda design: poststratify(design, "sex", SEX),
    "poststratified to combinations": lambda design: poststratify(design, ["sex", "band"], BOTH),
    "raked": lambda design: rake(design, {"sex": SEX, "band": BAND}),
    "raked to a pair": lambda design: rake(design, {("sex", "band"): BOTH, "sex": {"f": 53_560, "m": 49_440}}, tolerance=1e-10),
}
BEFORE = {
    "linearised": lambda design: design, "jackknife": make_jackknife_replicates,
    "bootstrap": lambda design: make_bootstrap_replicates(design, replicates=25, seed=8),
}
CALLS = {
    "prevalence": lambda design: estimate_prevalence(design, "cramps", by=["sex", "band"], overall=True),
    "mean": lambda design: estimate_mean(design, "bmi", by="band"),
    "total": lambda design: estimate_total(design, "cramps", by="sex"),
    "quantiles": lambda design: estimate_quantiles(design, "bmi", [0.3, 0.5]),
}


def assert_same(found, expected):
    pd.testing.assert_frame_equal(found.frame, expected.frame, rtol=1e-9, atol=1e-12)
    assert (found.notes, found.method, found.weights) == (expected.notes, expected.method, expected.weights)


@cache
def calibrated(way, before):
    return WAYS[way](BEFORE[before](survey(PEOPLE)))


@cache
def in_memory(way, before, call):
    """What pandas says, asked once for all engines."""
    return CALLS[call](calibrated(way, before))


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("way", WAYS)
def test_calibrated_weights_give_the_same_on_every_engine(way, before, to_engine):
    there = WAYS[way](BEFORE[before](survey(to_engine(PEOPLE))))
    for call in CALLS if before == "linearised" else ("prevalence", "mean"):
        assert_same(CALLS[call](there), in_memory(way, before, call))


def test_totals_of_the_population_are_reached(to_engine):
    """The adjusted weights of each level sum to its total, with no standard error left."""
    adults = PEOPLE[PEOPLE["adult"]].assign(one=1)
    raked = rake(SurveyDesign(to_engine(adults), strata="stratum", psu="psu", weights="weight"), {"sex": SEX, "band": BAND})
    for by, totals in (("sex", SEX), ("band", BAND)):
        found = estimate_total(raked, "one", by=by).frame
        assert found["estimate"].tolist() == pytest.approx(list(totals.values()), rel=1e-10)
        assert found["std_error"].abs().max() < 1e-6


def test_what_pandas_refuses_is_refused(to_engine):
    first = PEOPLE.index[PEOPLE["adult"] & (PEOPLE["weight"] > 0)][0]
    gap = PEOPLE.assign(band=PEOPLE["band"].mask(PEOPLE.index == first))
    with pytest.raises(DataError, match=r"row.s. with a weight lack a level to calibrate on .band: 1.; impute it"):
        poststratify(survey(to_engine(gap)), "band", BAND)
    with pytest.raises(DataError, match=r"1 level.s. of band have no population total .60.; given: 20, 40"):
        poststratify(survey(to_engine(PEOPLE)), "band", {20: 1, 40: 2})
    with pytest.raises(DataError, match="nobody in the sample has level x of sex"):
        poststratify(survey(to_engine(PEOPLE)), "sex", {"f": 1, "m": 2, "x": 3})
    once = poststratify(survey(to_engine(PEOPLE)), "sex", SEX)
    with pytest.raises(DesignError, match="calibrated already"):
        rake(once, {"sex": SEX})


def test_rows_that_are_units_say_what_to_do(to_engine):
    with pytest.raises(DesignError, match=r"for a pandas table only. Name the sampling units with psu=, or draw a sample"):
        poststratify(SurveyDesign(to_engine(PEOPLE), weights="weight").subset("adult"), "sex", SEX)
