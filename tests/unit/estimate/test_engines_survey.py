"""Every survey estimator gives on another engine what it gives on a pandas frame of the same rows."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from crampstats.core import tables
from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, DesignError
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome
from crampstats.core.totals import level
from crampstats.estimate.by_replicates import estimate_by_replicates
from crampstats.estimate.comparisons import compare_groups
from crampstats.estimate.complete_cases import flow_of_complete_cases
from crampstats.estimate.independence import compare_categories
from crampstats.estimate.mean_comparisons import compare_means, compare_ranks
from crampstats.estimate.means import estimate_mean, estimate_ratio, estimate_total
from crampstats.estimate.observed_expected import compare_with_expected
from crampstats.estimate.prevalence import estimate_prevalence
from crampstats.estimate.quantiles import estimate_quantiles
from crampstats.estimate.replicates import make_balanced_replicates, make_bootstrap_replicates, make_jackknife_replicates
from crampstats.estimate.standardise import estimate_standardised_prevalence
from crampstats.estimate.table_one import describe_by

OUTCOME = Outcome("cramps", "any cramps", "adults", "past month", "any")
LABELS = {"band": Label("Age", levels=("20-39", "40-59", "60+"), ordered=True)}


def nasty_people(rows: int = 400) -> pd.DataFrame:
    """Small integers that would wrap, NaN, gaps in yes/no, categories with a level nobody has, dates, zero weights, a blank."""
    random = np.random.default_rng(20261123)
    table = pd.DataFrame({
        "stratum": random.integers(1, 6, rows).astype("int8"), "psu": random.integers(1, 3, rows),
        "adult": random.random(rows) < 0.8, "weight": random.uniform(0.1, 90_000, rows),
        "cramps": pd.array(random.integers(0, 2, rows), dtype="Int8"),
        "sex": pd.Series(random.choice(["f", "m", ""], rows, p=[0.5, 0.48, 0.02]), dtype="str"),
        "band": pd.Categorical(random.choice(["20-39", "40-59", "60+"], rows), ["60+", "20-39", "15-19", "40-59"]),
        "age": random.integers(20, 91, rows).astype("int8"), "bmi": random.normal(27, 5, rows),
        "grams": 1e6 + random.random(rows), "smoker": pd.array(random.integers(0, 2, rows), dtype="boolean"),
        "site": random.integers(2**53, 2**53 + 3, rows), "seen": pd.Timestamp("2026-11-23"),
    })
    for step, (name, gap) in enumerate({"cramps": pd.NA, "sex": None, "bmi": np.nan, "smoker": pd.NA, "band": None}.items()):
        table.loc[table.index % (7 + 2 * step) == 0, name] = gap
    table.loc[table.index % 31 == 0, "weight"] = 0.0
    return table


PEOPLE = nasty_people()


def survey(table) -> SurveyDesign:
    return SurveyDesign(
        table, strata="stratum", psu="psu", weights="weight", outcomes=[OUTCOME], labels=LABELS,
    ).subset("adult")


def sample(table) -> SurveyDesign:
    return SurveyDesign(table, outcomes=[OUTCOME], labels=LABELS).subset("adult")


REFERENCE = estimate_prevalence(sample(nasty_people(3_000)), "cramps", by=["band", "sex"])

SURVEY_CALLS = {
    "prevalence": lambda design: estimate_prevalence(design, "cramps", by=["sex", "band"], overall=True),
    "prevalence by large codes": lambda design: estimate_prevalence(design, "cramps", by="site"),
    "mean": lambda design: estimate_mean(design, "bmi", by="smoker", overall=True),
    "mean far from 0": lambda design: estimate_mean(design, "grams", by="band"),
    "ratio": lambda design: estimate_ratio(design, "age", "bmi", by="sex"),
    "total of an outcome": lambda design: estimate_total(design, "cramps", by="sex"),
    "total of yes/no": lambda design: estimate_total(design, "smoker"),
    "standardised": lambda design: estimate_standardised_prevalence(design, "cramps", by="sex", overall=True, age="band"),
    "differences": lambda design: compare_groups(design, "cramps", "band"),
    "independence": lambda design: compare_categories(design, "smoker", "band"),
    "difference of means": lambda design: compare_means(design, "bmi", "band"),
    "ranks": lambda design: compare_ranks(design, "bmi", "band"),
    "normal scores": lambda design: compare_ranks(design, "age", "sex", score="van_der_waerden"),
    "medians": lambda design: compare_ranks(design, "smoker", "band", score="median"),
    "quantiles": lambda design: estimate_quantiles(design, "bmi", [0.25, 0.5, 0.9], by="sex", overall=True),
    "quantiles of whole numbers": lambda design: estimate_quantiles(design, "age", [0.1, 0.5], by=["smoker", "band"]),
    "quantiles of yes/no": lambda design: estimate_quantiles(design, "smoker", interval="korn_graubard"),
    "table 1": lambda design: describe_by(design, ["age", "bmi", "smoker", "band", "cramps"], by="sex"),
}
# what a column holds (large codes, whole numbers, yes/no, far from 0) is the same matter with a design and without
SAMPLE_CALLS = {
    call: SURVEY_CALLS[call] for call in (
        "prevalence", "mean", "total of yes/no", "standardised", "differences", "independence", "ranks", "quantiles", "table 1",
    )
} | {
    "observed and expected": lambda design: compare_with_expected(design, "cramps", REFERENCE, by="smoker"),
    "exact interval": lambda design: estimate_prevalence(design, "cramps", by="band", interval="exact"),
}
REPLICATES = {
    "jackknife": make_jackknife_replicates,
    "balanced": lambda design: make_balanced_replicates(design, fay=0.3, centre="full sample"),
    "bootstrap": lambda design: make_bootstrap_replicates(design, replicates=30, seed=4),
}
REPLICATE_CALLS = {
    "jackknife": ("prevalence", "ranks", "mean", "total of yes/no", "differences", "quantiles", "table 1"),
    "balanced": ("prevalence", "ratio"), "bootstrap": ("independence", "mean"),
}


def assert_same(found, expected):
    pd.testing.assert_frame_equal(found.frame, expected.frame, rtol=1e-9, atol=1e-12)
    assert (found.covariance is None) == (expected.covariance is None)
    if expected.covariance is not None:
        np.testing.assert_allclose(found.covariance, expected.covariance, rtol=1e-9, atol=1e-18)
    assert (found.notes, found.method, found.groups) == (expected.notes, expected.method, expected.groups)


@cache
def survey_in_memory(call):
    """What pandas says, asked once for all engines."""
    return SURVEY_CALLS[call](survey(PEOPLE))


@cache
def sample_in_memory(call):
    return SAMPLE_CALLS[call](sample(PEOPLE))


@cache
def replicated(kind):
    return REPLICATES[kind](survey(PEOPLE))


@cache
def replicated_in_memory(kind, call):
    return SURVEY_CALLS[call](replicated(kind))


@pytest.mark.parametrize("call", SURVEY_CALLS)
def test_a_survey_gives_the_same_on_every_engine(call, to_engine):
    assert_same(SURVEY_CALLS[call](survey(to_engine(PEOPLE))), survey_in_memory(call))


@pytest.mark.parametrize("call", SAMPLE_CALLS)
def test_a_simple_sample_gives_the_same_on_every_engine(call, to_engine):
    assert_same(SAMPLE_CALLS[call](sample(to_engine(PEOPLE))), sample_in_memory(call))


@pytest.mark.parametrize("kind", REPLICATES)
def test_replicates_of_sampling_units_give_the_same_on_every_engine(kind, to_engine):
    there = REPLICATES[kind](survey(to_engine(PEOPLE)))
    assert there.columns == survey(PEOPLE).columns
    for call in REPLICATE_CALLS[kind]:
        assert_same(SURVEY_CALLS[call](there), replicated_in_memory(kind, call))


def test_a_statistic_of_ones_own_brings_the_rows_into_memory(to_engine):
    designs = [make_jackknife_replicates(survey(table)) for table in (to_engine(PEOPLE), PEOPLE)]
    assert_same(*(estimate_by_replicates(one, lambda weighted: estimate_mean(weighted, "bmi")) for one in designs))


def test_complete_cases_are_counted_the_same_on_every_engine(to_engine):
    columns = ["bmi", "sex", "smoker", "band"]
    assert str(flow_of_complete_cases(survey(to_engine(PEOPLE)), columns)) == str(flow_of_complete_cases(survey(PEOPLE), columns))


def test_finite_populations_give_the_same_on_every_engine(to_engine):
    table = PEOPLE.assign(units=np.int8(7), fraction=0.2)
    for fpc in ("units", "fraction"):
        designs = [replace(survey(one), fpc=fpc) for one in (to_engine(table), table)]
        assert_same(*(estimate_prevalence(one, "cramps", by="sex") for one in designs))
        assert_same(*(estimate_mean(make_jackknife_replicates(one), "bmi") for one in designs))


@pytest.mark.parametrize("rule", ["adjust", "average", "remove", "certainty"])
def test_lonely_units_give_the_same_on_every_engine(rule, to_engine):
    table = PEOPLE.assign(psu=PEOPLE["psu"].where(PEOPLE["stratum"] != 2, 1))
    designs = [replace(survey(one), lonely=rule) for one in (to_engine(table), table)]
    assert_same(*(estimate_prevalence(one, "cramps", by="sex") for one in designs))
    assert_same(*(estimate_mean(make_jackknife_replicates(one), "bmi") for one in designs))


def test_one_person_and_empty_domains_say_the_same_on_every_engine(to_engine):
    for rows in (PEOPLE.iloc[[3]], PEOPLE.assign(adult=False)):
        messages = []
        for table in (to_engine(rows), rows):
            try:
                messages.append(estimate_quantiles(sample(table), "bmi").to_frame().to_string())
            except Exception as problem:
                messages.append(f"{type(problem).__name__}: {problem}")
        assert messages[0] == messages[1]


def test_the_same_person_of_a_replicate_design_is_found_in_a_narrower_domain(to_engine):
    women = level("sex", "f")
    designs = [make_jackknife_replicates(survey(table)).subset(women) for table in (to_engine(PEOPLE), PEOPLE)]
    assert_same(*(estimate_prevalence(one, "cramps", by="band") for one in designs))


def test_replicates_of_another_table_are_refused(to_engine):
    made = make_jackknife_replicates(survey(to_engine(PEOPLE[PEOPLE["stratum"] < 3])))
    with pytest.raises(DesignError, match=r"sampling unit .stratum, psu. without replicate weights"):
        estimate_prevalence(replace(made, table=to_engine(PEOPLE)), "cramps")


def test_shares_of_table_1_vary_over_replicates():
    """The jackknife is near to linearisation; shares of a design with replicates once had no standard error at all."""
    design = survey(PEOPLE)
    linear, jackknife = (describe_by(one, ["smoker"]).frame for one in (design, make_jackknife_replicates(design)))
    shares = (linear["measure"] == "share") & (linear["exposure"] == "smoker")
    assert jackknife.loc[shares, "std_error"].to_numpy() == pytest.approx(linear.loc[shares, "std_error"].to_numpy(), rel=0.1)


def test_too_many_values_to_rank_are_refused(to_engine, monkeypatch):
    monkeypatch.setattr(tables, "MAX_ROWS", 50)
    with pytest.raises(DataError, match=r"more than 50 combinations .* 'bmi' in (Polars|DuckDB); .* ranks of so many"):
        compare_ranks(survey(to_engine(PEOPLE)), "bmi", "sex")
