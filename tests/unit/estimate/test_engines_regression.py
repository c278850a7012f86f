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
from crampstats.core.labels import Label
from crampstats.core.totals import between
from crampstats.estimate import analysed_rows, engine_columns
from crampstats.estimate.margins import estimate_adjusted_prevalence
from crampstats.estimate.penalised import fit_penalised
from crampstats.estimate.regression import compare_terms, estimate_coefficients, estimate_contrast, fit_regression

RELATIVE = 1e-9
DESIGN = {"strata": "stratum", "psu": "psu", "weights": "weight"}
WAYS = {"patterns": 1_500_000, "no patterns by unit": 0}


@pytest.fixture(autouse=True)
def rows_stay_there(monkeypatch):
    """Tables this small would be brought into memory."""
    monkeypatch.setattr(analysed_rows, "FEW_NUMBERS", 0)


@pytest.fixture(params=WAYS)
def way(request, monkeypatch):
    """Patterns by sampling unit, or what is done where there is no room for them (two passes, or scoring by queries)."""
    monkeypatch.setattr(analysed_rows, "MAX_PATTERNS", WAYS[request.param])
    return request.param


@pytest.fixture
def no_room(monkeypatch):
    """No room for patterns by sampling unit."""
    monkeypatch.setattr(analysed_rows, "MAX_PATTERNS", 0)


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    """4,000 persons: nullable small integers, a category in an order of its own, yes/no with gaps, NaN, weights of 0."""
    chance = np.random.default_rng(7)
    n = 4_000
    age = chance.integers(18, 90, n).astype("int16")
    education = pd.Categorical(chance.choice(["low", "mid", "high"], n), categories=["low", "mid", "high"])
    statin = pd.array(chance.integers(0, 2, n), dtype="Int8")
    statin[chance.random(n) < 0.02] = pd.NA
    sex = pd.array(chance.choice(["female", "male"], n), dtype="str")
    sex[chance.random(n) < 0.01] = pd.NA
    bmi = np.round(chance.normal(27, 4, n), 1)
    bmi[chance.random(n) < 0.02] = np.nan
    potassium = chance.normal(4.2, 0.4, n)
    weight = np.exp(chance.normal(9, 0.7, n))
    weight[chance.random(n) < 0.01] = 0
    predictor = -1.5 + 0.03 * (age - 50) + 0.2 * education.codes + 0.4 * (potassium - 4.2)
    cramp = pd.array(chance.random(n) < 1 / (1 + np.exp(-predictor)), dtype="boolean")
    cramp[chance.random(n) < 0.03] = pd.NA
    return pd.DataFrame({
        "stratum": chance.integers(0, 5, n), "psu": chance.integers(1, 9, n), "weight": weight, "age": age, "sex": sex,
        "education": education, "statin": statin, "bmi": bmi, "potassium": potassium, "cramp": cramp,
        "nights": chance.poisson(np.exp(predictor / 3)), "log_weeks": np.log(chance.integers(1, 9, n)), "flat": True,
    })


LABELS = {"education": Label("Education", levels=("low", "mid", "high"))}


def designs(people, to_engine, **changed):
    """The design in memory and on an engine."""
    keys = {**DESIGN, "labels": LABELS, **changed}
    return SurveyDesign(people, **keys), SurveyDesign(to_engine(people), **keys)


def assert_same(found, expected):
    """Numbers to 1e-9 (p-values near 0 are as wrong as their exponent times that), words as they are."""
    numbers = expected.select_dtypes("number").columns
    assert list(found) == list(expected)
    for name in expected.columns.difference(numbers):
        assert found[name].astype(str).to_list() == expected[name].astype(str).to_list(), name
    for name in numbers:
        loose = RELATIVE * (100 if name in ("p_value", "p_false_discovery_rate", "p_family_wise") else 1)
        np.testing.assert_allclose(
            found[name].to_numpy(dtype=float), expected[name].to_numpy(dtype=float), rtol=loose, atol=1e-12, err_msg=name,
        )


def assert_same_fit(found, expected):
    assert_same(estimate_coefficients(found, intercept=True).frame, estimate_coefficients(expected, intercept=True).frame)
    assert_same(compare_terms(found).frame, compare_terms(expected).frame)
    spread = np.sqrt(np.diag(expected.covariance))
    outer = np.outer(spread, spread)
    np.testing.assert_allclose(found.covariance / outer, expected.covariance / outer, atol=1e-9)
    assert (found.n, found.df) == (expected.n, expected.df)


@pytest.mark.parametrize("formula", ["cramp ~ education + statin + sex", "cramp ~ age + sex*education", "cramp ~ bmi + statin"])
def test_an_engine_gives_the_numbers_of_memory(people, to_engine, way, formula):
    near, far = designs(people, to_engine)
    assert_same_fit(fit_regression(far, formula), fit_regression(near, formula))


@pytest.mark.parametrize("formula", [
    "cramp ~ potassium + age", "cramp ~ potassium*sex + education", "cramp ~ potassium:age + bmi - 1",
    "cramp ~ potassium:education + statin",
])
def test_covariates_of_too_many_values_are_added_up_row_by_row_on_the_engine(people, to_engine, formula):
    near, far = designs(people, to_engine)
    found = fit_regression(far, formula)
    assert found.rows.summed_on in ("Polars", "DuckDB")
    assert_same_fit(found, fit_regression(near, formula))


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
    near, far = designs(people, to_engine)
    found, expected = (fit_regression(design, formula, model=model, offset=offset) for design in (far, near))
    assert_same_fit(found, expected)
    assert found.family == expected.family


def test_an_offset_of_few_values_is_part_of_the_pattern(people, to_engine, way):
    near, far = designs(people.assign(weeks=people["age"] % 3), to_engine)
    formula = "nights ~ statin"
    found, expected = (fit_regression(design, formula, model="poisson", offset="weeks") for design in (far, near))
    assert_same_fit(found, expected)


def test_splines_of_whole_numbers_are_made_of_patterns(people, to_engine):
    near, far = designs(people, to_engine)
    formula = "cramp ~ rcs(age, (30, 50, 70)) + statin"
    found = fit_regression(far, formula)
    assert not found.rows.summed_on
    assert_same_fit(found, fit_regression(near, formula))


def test_what_an_engine_cannot_add_up_is_brought_where_it_is_small(people, to_engine):
    near, far = designs(people, to_engine)
    for formula, model in (("cramp ~ rcs(potassium, (3.5, 4, 5))", "logistic"), ("cramp ~ potassium", "probit")):
        assert_same_fit(fit_regression(far, formula, model=model), fit_regression(near, formula, model=model))


def test_what_an_engine_cannot_add_up_is_refused_with_a_way_out(people, to_engine, monkeypatch):
    monkeypatch.setattr("crampstats.estimate.engine_regression.MAX_ROWS", 100)
    far = designs(people, to_engine)[1]
    with pytest.raises(DataError, match=r"cannot be fitted to the 4,000 rows of (Polars|DuckDB) .*sample_units"):
        fit_regression(far, "cramp ~ rcs(potassium, (3.5, 4, 5))")


def test_margins_and_contrasts_come_from_patterns(people, to_engine):
    near, far = designs(people, to_engine)
    found, expected = (fit_regression(design, "cramp ~ age + education") for design in (far, near))
    assert_same(estimate_adjusted_prevalence(found, "education").frame, estimate_adjusted_prevalence(expected, "education").frame)
    weights = {"education[T.high]": 1.0, "education[T.mid]": -1.0}
    assert_same(estimate_contrast(found, weights).frame, estimate_contrast(expected, weights).frame)


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
