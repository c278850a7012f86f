"""Quantiles, rank tests, calibrated and replicate weights, indirect standardisation and samples of units on every engine."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.estimates import Estimates
from crampstats.core.outcomes import Outcome
from crampstats.core.sampling import sample_units
from crampstats.core.totals import between
from crampstats.estimate.calibration import poststratify, rake
from crampstats.estimate.independence import compare_categories
from crampstats.estimate.mean_comparisons import compare_ranks
from crampstats.estimate.observed_expected import compare_with_expected
from crampstats.estimate.prevalence import estimate_prevalence
from crampstats.estimate.quantiles import estimate_quantiles
from crampstats.estimate.replicates import make_jackknife_replicates
from crampstats.estimate.standardise import estimate_standardised_prevalence

from ..agreement import assert_same

OUTCOME = Outcome("cramp", "any cramps", "adults", "past month", "any")
SEX, BAND = {"f": 5_200.0, "m": 4_800.0}, {"20-39": 3_000.0, "40-59": 4_000.0, "60+": 3_000.0}


@cache
def people() -> pd.DataFrame:
    """900 persons with NaN and null, small integers and yes/no with gaps."""
    chance = np.random.default_rng(20261123)
    n = 900
    cramp = pd.array(chance.random(n) < 0.4, dtype="boolean")
    cramp[chance.random(n) < 0.05] = pd.NA
    smoker = pd.array(chance.integers(0, 2, n), dtype="Int8")
    smoker[chance.random(n) < 0.05] = pd.NA
    bmi = chance.normal(27, 4, n)
    bmi[chance.random(n) < 0.1] = np.nan
    return pd.DataFrame({
        "person": np.arange(n) // 3 - 100, "code": pd.Series([f"P{i // 3:03d}" for i in range(n)], dtype="str"),
        "stratum": chance.integers(0, 5, n), "psu": chance.integers(1, 4, n).astype("int8"),
        "weight": np.where(chance.random(n) < 0.03, 0.0, np.exp(chance.normal(9, 0.7, n))),
        "age": chance.integers(20, 91, n).astype("int8"), "band": pd.Series(chance.choice(list(BAND), n), dtype="str"),
        "sex": pd.Series(chance.choice(list(SEX), n), dtype="str"), "smoker": smoker, "bmi": bmi, "cramp": cramp,
    })


def rows_of(people: pd.DataFrame) -> pa.Table:
    """The rows as Arrow, NaN and null both among the missing."""
    bmi = [None if i % 2 and np.isnan(value) else value for i, value in enumerate(people["bmi"])]
    table = pa.Table.from_pandas(people, preserve_index=False)
    return table.set_column(table.column_names.index("bmi"), "bmi", pa.array(bmi, pa.float64(), from_pandas=False))


def survey(table) -> SurveyDesign:
    made = SurveyDesign(table, strata="stratum", psu="psu", weights="weight", outcomes=[OUTCOME])
    return made.subset(between("age", 25))


def sample(table) -> SurveyDesign:
    return SurveyDesign(table, outcomes=[OUTCOME]).subset(between("age", 25))


CALLS = {
    "quantiles": lambda table: estimate_quantiles(survey(table), "bmi", [0.1, 0.5], by="sex", overall=True),
    "quantiles of whole numbers": lambda table: estimate_quantiles(sample(table), "age", [0.25, 0.5], by="smoker"),
    "ranks": lambda table: compare_ranks(survey(table), "bmi", "band"),
    "independence": lambda table: compare_categories(survey(table), "smoker", "band"),
    "standardised": lambda table: estimate_standardised_prevalence(survey(table), "cramp", by="sex", age="band"),
    "post-strata": lambda table: estimate_prevalence(poststratify(survey(table), "sex", SEX), "cramp", by="band"),
    "raked": lambda table: estimate_prevalence(rake(survey(table), {"sex": SEX, "band": BAND}), "cramp", by="smoker"),
    "jackknife": lambda table: estimate_prevalence(make_jackknife_replicates(survey(table)), "cramp", by="sex"),
    "raked jackknife": lambda table: estimate_prevalence(
        rake(make_jackknife_replicates(survey(table)), {"sex": SEX, "band": BAND}), "cramp"),
    "observed and expected": lambda table: compare_with_expected(sample(table), "cramp", reference(), by="smoker"),
}


@cache
def in_memory(call: str) -> Estimates:
    """What pandas says, asked once for all engines."""
    return CALLS[call](people())


@cache
def reference() -> Estimates:
    return estimate_prevalence(sample(people()), "cramp", by=["sex", "band"])


@cache
def drawn_in_memory(*unit: str) -> list[int]:
    return sample_units(people().assign(row=range(len(people()))), list(unit), 0.2, seed=3)["row"].tolist()


@pytest.mark.parametrize("call", CALLS)
def test_every_engine_gives_what_pandas_gives(call, engine):
    assert_same(CALLS[call](engine.table(rows_of(people()))), in_memory(call))


@pytest.mark.parametrize("unit", [["person"], ["code"], ["stratum", "person"]], ids="-".join)
def test_the_same_units_are_drawn(unit, engine):
    drawn = sample_units(engine.table(rows_of(people().assign(row=range(len(people()))))), unit, 0.2, seed=3)
    assert sorted(drawn["row"].astype(int)) == drawn_in_memory(*unit)
