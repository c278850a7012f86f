"""Regressions of rows that lie in an engine: the same numbers as pandas in memory, by each of the three ways."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError, SeparationError
from crampstats.core.totals import between
from crampstats.estimate import analysed_rows, engine_columns
from crampstats.estimate.margins import estimate_adjusted_prevalence
from crampstats.estimate.penalised import fit_penalised
from crampstats.estimate.regression import estimate_contrast, fit_regression

from ...agreement import assert_same_rows
from .engine_people import DESIGN, assert_same_fit, design_of, designs, fit_in_memory
from .engine_people import people as everybody

pytestmark = pytest.mark.usefixtures("rows_stay_there")
RELATIVE = 1e-9


@pytest.fixture
def people() -> pd.DataFrame:
    return everybody()


@pytest.fixture
def no_room(monkeypatch):
    """No room for patterns by sampling unit."""
    monkeypatch.setattr(analysed_rows, "MAX_PATTERNS", 0)


@pytest.mark.parametrize("formula", ["cramp ~ education + statin + sex", "cramp ~ age + sex*education", "cramp ~ bmi + statin"])
def test_an_engine_gives_the_numbers_of_memory(people, to_engine, way, formula):
    assert_same_fit(fit_regression(design_of(to_engine(people)), formula), fit_in_memory(formula))


@pytest.mark.parametrize("formula", [
    "cramp ~ potassium + age", "cramp ~ potassium*sex + education", "cramp ~ potassium:age + bmi - 1",
    "cramp ~ potassium:education + statin",
])
def test_covariates_of_too_many_values_are_added_up_row_by_row_on_the_engine(people, to_engine, formula):
    found = fit_regression(design_of(to_engine(people)), formula)
    assert found.rows.summed_on in ("Polars", "DuckDB")
    assert_same_fit(found, fit_in_memory(formula))


def test_a_domain_keeps_the_units_outside_it(people, to_engine, way):
    near, far = designs(people, to_engine)
    near, far = near.subset(between("age", 60)), far.subset(between("age", 60))
    for formula in ("cramp ~ statin + education", "cramp ~ potassium + statin"):
        assert_same_fit(fit_regression(far, formula), fit_regression(near, formula))


def test_a_domain_inside_one_stratum_has_its_degrees_of_freedom(people, to_engine, way):
    near, far = designs(people, to_engine)
    near, far = near.subset(between("stratum", 2, 2)), far.subset(between("stratum", 2, 2))
    for formula in ("cramp ~ statin", "cramp ~ potassium"):
        found, expected = fit_regression(far, formula), fit_regression(near, formula)
        assert found.df == expected.df == 8 - 1 - 1  # 8 PSUs in one stratum, less one coefficient besides the intercept
        assert_same_fit(found, expected)


@pytest.mark.parametrize("changed", [
    {"psu": None}, {"psu": None, "strata": None, "weights": None}, {"strata": None, "lonely": "adjust"},
])
@pytest.mark.parametrize("formula", ["cramp ~ statin + education", "cramp ~ potassium + sex"])
def test_designs_with_fewer_parts_agree(people, to_engine, changed, formula):
    near, far = designs(people, to_engine, **changed)
    assert_same_fit(fit_regression(far, formula), fit_regression(near, formula))


def test_a_finite_population_narrows_errors_alike(people, to_engine, way):
    near, far = designs(people.assign(units=20), to_engine, fpc="units")
    for formula in ("cramp ~ statin", "cramp ~ potassium"):
        assert_same_fit(fit_regression(far, formula), fit_regression(near, formula))


@pytest.mark.parametrize(("formula", "model", "offset"), [
    ("nights ~ statin + education", "poisson", None), ("nights ~ potassium + statin", "poisson", "log_weeks"),
    ("cramp ~ potassium + statin", "poisson", None), ("nights ~ age + sex", "linear", None),
    ("bmi ~ potassium*sex", "linear", None), ("potassium ~ bmi + age", "linear", None),
    ("potassium ~ 1", "linear", None),
    ("cramp ~ statin + education", "log-binomial", None),
    ("cramp ~ age + statin", "probit", None),
])
def test_other_families_agree(people, to_engine, way, formula, model, offset):
    found = fit_regression(design_of(to_engine(people)), formula, model=model, offset=offset)
    expected = fit_in_memory(formula, model, offset)
    assert_same_fit(found, expected)
    assert found.family == expected.family


def test_an_offset_of_few_values_is_part_of_the_pattern(people, to_engine, way):
    near, far = designs(people.assign(weeks=people["age"] % 3), to_engine)
    formula = "nights ~ statin"
    found, expected = (fit_regression(design, formula, model="poisson", offset="weeks") for design in (far, near))
    assert_same_fit(found, expected)


def test_splines_of_whole_numbers_are_made_of_patterns(people, to_engine):
    formula = "cramp ~ rcs(age, (30, 50, 70)) + statin"
    found = fit_regression(design_of(to_engine(people)), formula)
    assert not found.rows.summed_on
    assert_same_fit(found, fit_in_memory(formula))


def test_what_an_engine_cannot_add_up_is_brought_where_it_is_small(people, to_engine):
    far = design_of(to_engine(people))
    for formula, model in (("cramp ~ rcs(potassium, (3.5, 4, 5))", "logistic"), ("cramp ~ potassium", "probit")):
        assert_same_fit(fit_regression(far, formula, model=model), fit_in_memory(formula, model))


def test_what_an_engine_cannot_add_up_is_refused_with_a_way_out(people, to_engine, monkeypatch):
    monkeypatch.setattr("crampstats.estimate.engine_regression.MAX_ROWS", 100)
    far = designs(people, to_engine)[1]
    with pytest.raises(DataError, match=r"cannot be fitted to the 4,000 rows of (Polars|DuckDB) .*sample_units"):
        fit_regression(far, "cramp ~ rcs(potassium, (3.5, 4, 5))")


def test_margins_and_contrasts_come_from_patterns(people, to_engine):
    formula = "cramp ~ age + education"
    found, expected = fit_regression(design_of(to_engine(people)), formula), fit_in_memory(formula)
    assert_same_rows(
        estimate_adjusted_prevalence(found, "education").frame, estimate_adjusted_prevalence(expected, "education").frame)
    weights = {"education[T.high]": 1.0, "education[T.mid]": -1.0}
    assert_same_rows(estimate_contrast(found, weights).frame, estimate_contrast(expected, weights).frame)


def test_margins_of_rows_that_stayed_on_the_engine_say_so(people, to_engine, no_room):
    far = designs(people, to_engine)[1]
    for formula in ("cramp ~ statin", "cramp ~ potassium + statin"):
        with pytest.raises(DataError, match=r"summed up the .* persons .* where they lie.*sample_units"):
            estimate_adjusted_prevalence(fit_regression(far, formula), "statin")


def test_a_penalised_fit_comes_from_patterns(people, to_engine):
    near, far = designs(people, to_engine)
    found, expected = (fit_penalised(design, "cramp ~ statin + education") for design in (far, near))
    np.testing.assert_allclose(found.coefficients, expected.coefficients, rtol=RELATIVE)
    np.testing.assert_allclose(found.covariance, expected.covariance, rtol=1e-8)


def test_separation_is_named(people, to_engine, way):
    apart = people.assign(dialysis=(people["cramp"].fillna(False) & (people["age"] > 80)).astype(int))
    for formula in ("cramp ~ dialysis + statin", "cramp ~ dialysis + potassium"):
        for design in designs(apart, to_engine):
            with pytest.raises(SeparationError, match="dialysis"):
                fit_regression(design, formula)


@pytest.mark.parametrize(("formula", "message"), [
    ("cramp ~ flat + statin", "'flat': the same value in all"),
    ("cramp ~ flat + potassium", "'flat': the same value in all"),
    ("flat ~ statin", "is 1 in all .* persons; a regression needs an outcome that varies"),
    ("flat ~ potassium", "is 1 in all .* persons; a regression needs an outcome that varies"),
    ("age ~ potassium", "neither 1/true nor 0/false"),
    ("sex ~ potassium", "1, 0 or missing are expected"),
    ("cramp ~ potassium + twice", "'twice' follows from potassium"),
    ("cramp ~ endless", "'endless' holds 1 infinite value"),
    ("cramp ~ one_sex + potassium", "'one_sex' .female.: the same value"),
    ("cramp ~ nobody + potassium", "nobody is left to analyse"),
])
def test_errors_are_those_of_memory(people, to_engine, formula, message):
    odd = people.assign(
        twice=2 * people["potassium"], endless=np.where(np.arange(len(people)) == 5, np.inf, people["potassium"]),
        one_sex="female", nobody=pd.array([pd.NA] * len(people), dtype="Int8"),
    )
    odd.loc[5, ["cramp", "weight"]] = [True, 1.0]
    for design in designs(odd, to_engine):
        with pytest.raises(DataError, match=message):
            fit_regression(design, formula)


def test_a_column_that_is_not_there_is_named(people, to_engine):
    with pytest.raises(OptionError, match="potasium"):
        fit_regression(designs(people, to_engine)[1], "cramp ~ potasium")


def test_free_text_is_refused_before_it_is_counted(people, to_engine, monkeypatch):
    monkeypatch.setattr(engine_columns, "MAX_LEVELS", 10)
    free = people.assign(note=[f"note {i}" for i in range(len(people))])
    with pytest.raises(DataError, match="'note' holds more than 10 different values"):
        fit_regression(designs(free, to_engine)[1], "cramp ~ note")


def test_large_numbers_with_a_small_spread_lose_no_digits(people, to_engine):
    """Pitfall 9: raw second moments at mean/sd = 1e6 keep no digit."""
    far_away = people.assign(potassium=people["potassium"] + 4e5)
    near, far = designs(far_away, to_engine)
    found, expected = (fit_regression(design, "cramp ~ potassium + age") for design in (far, near))
    centred = fit_regression(designs(people, to_engine)[0], "cramp ~ potassium + age")
    np.testing.assert_allclose(found.coefficients[1:], expected.coefficients[1:], rtol=RELATIVE)
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance))[1:], np.sqrt(np.diag(expected.covariance))[1:], rtol=RELATIVE)
    np.testing.assert_allclose(found.coefficients[1:], centred.coefficients[1:], rtol=1e-6)  # adding 4e5 rounds the values


def test_identifiers_beyond_two_to_the_53_stay_apart(people, to_engine, way):
    units = people.assign(psu=people["psu"].astype("int64") + 2**53, stratum=people["stratum"].map("s{}".format))
    near, far = designs(units, to_engine)
    for formula in ("cramp ~ statin", "cramp ~ potassium"):
        assert_same_fit(fit_regression(far, formula), fit_regression(near, formula))


def test_persons_as_units_take_two_passes(people, to_engine, monkeypatch):
    monkeypatch.setattr(analysed_rows, "MAX_PATTERNS", 4_000)  # room for the patterns, not for each of them by person
    persons = people.assign(person=np.arange(len(people)) // 4, stratum=0)
    near, far = designs(persons, to_engine, psu="person")
    found = fit_regression(far, "cramp ~ statin + education")
    assert found.rows.summed_on
    assert_same_fit(found, fit_regression(near, "cramp ~ statin + education"))


def test_an_arrow_dictionary_keeps_its_order_of_levels(people):
    table = pa.Table.from_pandas(people, preserve_index=False)
    found = fit_regression(SurveyDesign(table, **DESIGN), "cramp ~ education")
    assert_same_fit(found, fit_regression(SurveyDesign(people, **DESIGN), "cramp ~ education"))


def test_an_enumeration_keeps_its_order_of_levels(people):
    table = pl.from_arrow(pa.Table.from_pandas(people, preserve_index=False))
    table = table.with_columns(pl.col("education").cast(pl.String).cast(pl.Enum(["low", "mid", "high"])))
    found = fit_regression(SurveyDesign(table, **DESIGN), "cramp ~ education + potassium")
    assert_same_fit(found, fit_regression(SurveyDesign(people, **DESIGN), "cramp ~ education + potassium"))


def test_a_part_of_patterns_does_not_lead_the_fit_astray():
    """Every twelfth of patterns in the order of their values would meet one level of the last column alone."""
    chance = np.random.default_rng(3)
    n = 400_000
    levels = {f"x{size}_{place}": chance.integers(0, size, n) for place, size in enumerate((2, 2, 2, 2, 2, 2, 2, 3, 4, 3, 2))}
    frame = pd.DataFrame({**levels, "cramp": (chance.random(n) < 0.3).astype(int)})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = fit_regression(SurveyDesign(pl.from_pandas(frame)), f"cramp ~ {' + '.join(levels)}")
    expected = np.zeros(len(levels))  # nothing goes with the outcome; five standard errors leave room for chance
    assert (np.abs(fit.coefficients[1:] - expected) < 5 * np.sqrt(np.diag(fit.covariance))[1:]).all()
