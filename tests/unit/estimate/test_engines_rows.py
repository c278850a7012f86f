"""What needs each row: brought into memory where rows are few, and else told which way out there is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core import tables
from crampstats.core.claims import Claim
from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, DesignError
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome
from crampstats.estimate import analysed_rows
from crampstats.estimate.by_replicates import estimate_by_replicates
from crampstats.estimate.claims import check_claim
from crampstats.estimate.dose_response import estimate_dose_classes, estimate_dose_response
from crampstats.estimate.imputation import impute
from crampstats.estimate.means import estimate_mean
from crampstats.estimate.ordinal import estimate_thresholds, fit_ordinal
from crampstats.estimate.regression import estimate_coefficients, fit_regression
from crampstats.estimate.replicates import make_given_replicates, make_jackknife_replicates

ROWS = 600
OUTCOME = Outcome("cramps", "any cramps", "adults", "past month", "any")
GRADES = ("never", "some nights", "most nights")
LABELS = {"grade": Label("Nights", levels=GRADES, ordered=True)}


def people() -> pd.DataFrame:
    random = np.random.default_rng(5)
    table = pd.DataFrame({
        "stratum": random.integers(1, 7, ROWS), "psu": random.integers(1, 3, ROWS), "weight": random.uniform(1, 5, ROWS),
        "cramps": random.integers(0, 2, ROWS), "age": random.normal(50, 9, ROWS), "sex": random.choice(["f", "m"], ROWS),
        "grade": pd.Series(random.choice(GRADES, ROWS), dtype="str"),
    })
    table.loc[table.index % 11 == 0, "grade"] = None
    table.loc[table.index % 13 == 0, "age"] = np.nan
    return table.assign(r1=table["weight"] * 1.1, r2=table["weight"] * 0.9)


PEOPLE = people()


def survey(table) -> SurveyDesign:
    return SurveyDesign(table, strata="stratum", psu="psu", weights="weight", outcomes=[OUTCOME], labels=LABELS)


def assert_same(found, expected):
    pd.testing.assert_frame_equal(found.frame, expected.frame, rtol=1e-9, atol=1e-12)


def test_imputed_values_are_the_same_on_every_engine(to_engine):
    there, here = (
        impute(survey(table), ["age", "sex"], outcome="cramps", m=2, iterations=2, seed=3)
        for table in (to_engine(PEOPLE), PEOPLE)
    )
    for one, other in zip(there, here, strict=True):
        assert one.table["age"].to_numpy() == pytest.approx(other.table["age"].to_numpy(), rel=1e-9)
        assert one.columns == other.columns


def test_classes_of_a_dose_are_the_same_on_every_engine(to_engine):
    assert_same(*(estimate_dose_classes(survey(table), "cramps", "age", ["sex"]) for table in (to_engine(PEOPLE), PEOPLE)))


def test_a_dose_of_many_values_is_brought_where_its_rows_were_added_up(to_engine, rows_stay_there):
    people = PEOPLE.assign(dose=np.random.default_rng(8).normal(size=len(PEOPLE)))
    assert_same(*(estimate_dose_response(survey(table), "cramps", "dose") for table in (to_engine(people), people)))


def test_a_level_named_in_the_formula_is_found_among_all_rows(to_engine, rows_stay_there, monkeypatch):
    monkeypatch.setattr(analysed_rows, "MAX_PATTERNS", 0)
    people = PEOPLE.assign(k=np.arange(len(PEOPLE)) % 3)
    formula = "cramps ~ C(k, Treatment(1)) + sex"
    assert_same(*(estimate_coefficients(fit_regression(survey(table), formula)) for table in (to_engine(people), people)))


def test_an_outcome_in_grades_of_text_is_the_same_on_every_engine(to_engine):
    assert_same(*(estimate_thresholds(fit_ordinal(survey(table), "grade ~ sex")) for table in (to_engine(PEOPLE), PEOPLE)))


def test_grades_without_an_order_or_outside_it_are_refused(to_engine):
    with pytest.raises(DataError, match="its order is declared by a Label with ordered levels"):
        fit_ordinal(SurveyDesign(to_engine(PEOPLE)), "grade ~ sex")
    with pytest.raises(DataError, match=r"'grade' holds 1 value.s. outside its levels; declared are never"):
        fit_ordinal(survey(to_engine(PEOPLE.assign(grade=["often", *PEOPLE["grade"].iloc[1:]]))), "grade ~ sex")


def test_verdicts_on_claims_are_the_same_on_every_engine(to_engine):
    claim = Claim(
        "most", "Most adults have cramps.", "a page", "adults", "past month", "any", value=0.6, outcome="cramps",
    )
    there, here = (check_claim(claim, survey(table), subgroups=["sex"]) for table in (to_engine(PEOPLE), PEOPLE))
    assert [one.reason for one in there.verdicts] == [one.reason for one in here.verdicts]
    assert_same(there.verdicts[0].estimates, here.verdicts[0].estimates)
    assert_same(there.closest, here.closest)


def test_too_many_rows_for_memory_name_the_way_out(to_engine, monkeypatch):
    design = survey(to_engine(PEOPLE))
    monkeypatch.setattr(tables, "MAX_ROWS", 100)
    way_out = r"600 of them; at most 100 are brought into memory.*crampstats.sample_units"
    with pytest.raises(DataError, match=rf"multiple imputation needs each row.*{way_out}"):
        impute(design, ["age"], outcome="cramps", m=2, seed=1)
    with pytest.raises(DataError, match=rf"under each replicate weight needs each row.*{way_out}"):
        estimate_by_replicates(make_jackknife_replicates(design), lambda one: estimate_mean(one, "age"))


def test_replicate_weights_of_a_file_are_read_in_memory(to_engine):
    with pytest.raises(DesignError, match=r"read from a pandas table only, not from (Polars|DuckDB).*crampstats.sample_units"):
        make_given_replicates(survey(to_engine(PEOPLE)), ["r1", "r2"], scale=0.5)
