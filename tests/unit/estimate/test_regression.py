"""Regressions on bad and on extreme input: an error that says what to do, or a caution, never a silent number."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, DesignError, OptionError, SeparationError
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome
from crampstats.estimate.regression import (
    compare_terms,
    estimate_coefficients,
    estimate_contrast,
    fit_regression,
    write_formula,
)

MODELS = ["logistic", "poisson", "log-binomial", "linear", "probit", "complementary log-log"]


@pytest.fixture
def people():
    """400 made-up persons."""
    rng = np.random.default_rng(31)
    age = rng.integers(20, 80, 400)
    frame = pd.DataFrame({
        "psu": np.arange(400) // 10, "w": rng.uniform(1, 9, 400), "age": age, "sex": rng.choice(["men", "women"], 400),
        "kidney": rng.integers(0, 2, 400),
    })
    return frame.assign(cramps=(rng.random(400) < 0.2 + 0.004 * (age - 20)).astype(float))


def fit(people, formula="cramps ~ age + sex", **more):
    return fit_regression(SurveyDesign(people, psu="psu", weights="w"), formula, **more)


def test_an_outcome_coded_1_and_2_is_refused_with_its_counts(people):
    with pytest.raises(DataError, match=r"'cramps' holds \d+ value\(s\) that are neither 1/true nor 0/false.*recode.*2 in \d+"):
        fit(people.assign(cramps=people["cramps"] + 1))


def test_wrong_and_unvarying_outcomes_are_counted_in_persons_where_rows_are_patterns():
    frame = pd.DataFrame({"sex": ["men", "women"] * 150, "cramps": pd.array([1, 1, 2, 2] * 75, dtype="Int64")})
    design = SurveyDesign(frame.astype({"sex": "category"}))
    with pytest.raises(DataError, match=r"holds 150 value\(s\).*\(2 in 150 persons\)\.$"):
        fit_regression(design, "cramps ~ sex")
    with pytest.raises(DataError, match="is 1 in all 300 analysed persons"):
        fit_regression(SurveyDesign(design.table.assign(cramps=1)), "cramps ~ sex")


def test_an_outcome_in_grades_is_sent_to_proportional_odds(people):
    with pytest.raises(DataError, match=r"2 in 80, 3 in 80, 4 in 80 persons.*fit_ordinal, or --model ordinal"):
        fit(people.assign(cramps=np.arange(400) % 5))
    grades = pd.Categorical.from_codes(np.arange(400) % 3, ["never", "monthly", "weekly"], ordered=True)
    with pytest.raises(DataError, match=r"an ordered category.*fit_ordinal"):
        fit(people.assign(cramps=grades))


def test_an_outcome_coded_1_and_2_does_not_pass_for_a_count(people):
    with pytest.raises(DataError, match="recode it to 1, 0 or missing"):
        fit(people.assign(cramps=people["cramps"] + 1), model="poisson")


def test_a_text_outcome_is_refused(people):
    with pytest.raises(DataError, match=r"outcome 'sex' holds .*1, 0 or missing"):
        fit(people, "sex ~ age")


@pytest.mark.parametrize("model", MODELS)
def test_an_outcome_nobody_or_everybody_has_is_refused(people, model):
    for value in (0.0, 1.0):
        with pytest.raises(DataError, match=f"'cramps' is {value:g} in all 400 analysed persons"):
            fit(people.assign(cramps=value), model=model)


@pytest.mark.parametrize("model", MODELS)
def test_a_constant_exposure_is_named(people, model):
    with pytest.raises(DataError, match="'kidney': the same value in all 400 analysed persons"):
        fit(people.assign(kidney=1), "cramps ~ age + kidney", model=model)


@pytest.mark.parametrize("exposure", ["sex", "woman"])
def test_an_exposure_constant_in_the_domain_is_named_as_number_and_as_category(people, exposure):
    made = people.assign(woman=people["sex"] == "women")
    design = SurveyDesign(made, psu="psu", weights="w").subset(people["sex"] == "men")
    with pytest.raises(DataError, match=rf"'{exposure}'.*: the same value in all \d+ analysed persons"):
        fit_regression(design, f"cramps ~ age + {exposure}")


@pytest.mark.parametrize("model", MODELS)
def test_collinear_exposures_are_named(people, model):
    with pytest.raises(DataError, match=r"'months' follows from age.*\(collinear\)"):
        fit(people.assign(months=people["age"] * 12 + 3), "cramps ~ age + months", model=model)


def test_an_exposure_and_its_complement_are_collinear(people):
    with pytest.raises(DataError, match="collinear"):
        fit(people.assign(man=people["sex"] == "men", woman=people["sex"] == "women"), "cramps ~ age + man + woman")


def test_dummies_of_all_levels_are_fitted_without_an_intercept(people):
    made = people.assign(man=(people["sex"] == "men").astype(int), woman=(people["sex"] == "women").astype(int))
    both = fit(made, "cramps ~ man + woman - 1")
    one = fit(made, "cramps ~ woman")
    np.testing.assert_allclose(both.coefficients, [one.coefficients[0], one.coefficients.sum()], rtol=1e-9)


def test_infinite_values_are_counted(people):
    bad = people.assign(age=people["age"].astype(float))
    bad.loc[[3, 9], "age"] = [np.inf, -np.inf]
    with pytest.raises(DataError, match=r"'age' holds 2 infinite value\(s\)"):
        fit(bad)


def test_an_infinite_outcome_is_refused(people):
    with pytest.raises(DataError, match="no finite numbers"):
        fit(people.assign(x=people["age"].where(people.index > 0, np.inf)), "x ~ kidney", model="linear")


def test_a_logarithm_of_zero_is_refused(people):
    with pytest.raises(DataError, match="logarithm"), np.errstate(divide="ignore"):
        fit(people, "cramps ~ log(kidney)")


def test_perfect_separation_by_a_number_names_it(people):
    with pytest.raises(SeparationError, match=r"look at age.*penalised"):
        fit(people.assign(cramps=(people["age"] > 50).astype(float)), "cramps ~ age + kidney")


@pytest.mark.parametrize(("model", "advice"), [
    ("logistic", "use associate"), ("poisson", "use associate"), ("probit", "fit model='poisson'"),
    ("complementary log-log", "fit model='poisson'"),
])
def test_separation_is_sent_to_a_model_that_has_a_penalised_fit(people, model, advice):
    made = people.assign(region=np.where(people.index < 30, "island", "mainland"))
    made.loc[made["region"] == "island", "cramps"] = 0.0
    with pytest.raises(SeparationError, match=advice):
        fit(made, "cramps ~ age + region", model=model)


@pytest.mark.parametrize("model", ["logistic", "poisson", "probit", "complementary log-log"])
def test_a_level_without_events_names_it(people, model):
    made = people.assign(region=np.where(people.index < 30, "island", "mainland"))
    made.loc[made["region"] == "island", "cramps"] = 0.0
    with pytest.raises(SeparationError, match="region"):
        fit(made, "cramps ~ age + region", model=model)


def test_a_level_with_one_event_is_fitted_with_a_caution(people):
    made = people.assign(region=np.where(people.index < 30, "island", "mainland"), cramps=0.0)
    made.loc[[3, 80, 100, 120, 140, 160, 180, 200], "cramps"] = 1.0
    rows = estimate_coefficients(fit(made, "cramps ~ region")).frame
    assert (rows["caution"].str.contains("8 events for 1 coefficients")).all()


def test_a_level_with_one_event_among_many_is_fitted_with_a_caution(people):
    made = people.assign(region=np.where(people.index < 40, "island", "mainland"))
    made.loc[made["region"] == "island", "cramps"] = [1.0] + [0.0] * 39
    rows = estimate_coefficients(fit(made, "cramps ~ age + region + sex")).frame.set_index("exposure")
    assert rows.loc["region", "caution"] == "review: 1 of 40 persons with the reference level island have the outcome (< 10)"
    assert rows.loc["age", "caution"] == ""
    assert rows.loc["sex", "caution"] == ""
    turned = made.assign(region=pd.Categorical(made["region"], ["mainland", "island"]))
    rows = estimate_coefficients(fit(turned, "cramps ~ region")).frame
    assert rows.loc[0, "caution"] == "review: 1 of 40 persons with island have the outcome (< 10)"


def test_sparse_levels_are_counted_in_persons_where_rows_are_patterns():
    frame = pd.DataFrame({"psu": np.arange(4000) % 20, "exposed": (np.arange(4000) % 100 == 7).astype(int)})
    frame["cramps"] = (np.arange(4000) % 3 == 0).astype(int)
    frame.loc[frame["exposed"] == 1, "cramps"] = [1] * 4 + [0] * 36
    made = fit_regression(SurveyDesign(frame, psu="psu"), "cramps ~ exposed")
    assert len(made.rows) < 100
    assert estimate_coefficients(made).frame.loc[0, "caution"] == "review: 4 of 40 persons with yes have the outcome (< 10)"


def test_few_degrees_of_freedom_are_a_caution_and_none_give_no_interval(people):
    few = people.assign(psu=people.index // 100)
    rows = estimate_coefficients(fit(few, "cramps ~ age + kidney")).frame
    assert rows["df"].eq(1).all()
    assert rows["caution"].str.contains("review: 1 degrees of freedom").all()
    rows = estimate_coefficients(fit(few, "cramps ~ age + kidney + sex + w")).frame
    assert rows[["conf_low", "conf_high", "p_value"]].isna().all(axis=None)
    assert rows["caution"].str.contains("suppress: 0 degrees of freedom").all()


def test_a_test_of_more_coefficients_than_the_design_can_tell_apart_is_refused(people):
    few = people.assign(psu=people.index // 100, place=pd.Series(list("abcdefgh") * 50))
    row = compare_terms(fit(few, "cramps ~ place"), "place").frame.iloc[0]
    assert np.isnan(row["p_value"])
    assert "cannot tell 7 coefficients apart" in row["caution"]


def test_unknown_columns_models_terms_and_coefficients_list_the_valid_ones(people):
    with pytest.raises(OptionError, match=r"unknown column 'agee'.*did you mean 'age'"):
        fit(people, "cramps ~ agee")
    with pytest.raises(OptionError, match="unknown column 'crampss'"):
        fit(people, "crampss ~ age")
    with pytest.raises(OptionError, match=r"unknown model 'logit'.*logistic"):
        fit(people, model="logit")
    made = fit(people)
    with pytest.raises(OptionError, match=r"unknown term 'ag'.*did you mean 'age'"):
        compare_terms(made, "ag")
    with pytest.raises(OptionError, match=r"unknown coefficient 'sex'.*sex\[T.women\]"):
        estimate_contrast(made, {"sex": 1.0})
    with pytest.raises(OptionError, match="level"):
        estimate_coefficients(made, level=95)


UNREADABLE = ["cramps", "cramps ~ age +", "~ age", "cramps + sex ~ age", "cramps ~ cramps", "cramps ~ (age"]


@pytest.mark.parametrize("formula", UNREADABLE)
def test_a_formula_that_cannot_be_read_is_refused(people, formula):
    with pytest.raises(OptionError):
        fit(people, formula)


def test_an_empty_domain_says_so(people):
    design = SurveyDesign(people, psu="psu", weights="w").subset(people["age"] > 200)
    with pytest.raises(DataError, match="nobody is left to analyse"):
        fit_regression(design, "cramps ~ age")


def test_a_column_missing_throughout_says_so(people):
    with pytest.raises(DataError, match="nobody is left to analyse"):
        fit(people.assign(kidney=np.nan), "cramps ~ kidney")


def test_a_lonely_stratum_is_refused_by_name(people):
    design = SurveyDesign(people.assign(stratum=np.where(people["psu"] == 0, "alone", "rest")), strata="stratum", psu="psu")
    with pytest.raises(DesignError, match="alone"):
        fit_regression(design, "cramps ~ age")


@pytest.mark.parametrize("scale", [1e-12, 1e-6, 1e6, 1e12])
def test_covariates_of_any_size_give_the_same_fit(people, scale):
    one, other = fit(people), fit(people.assign(age=people["age"] * scale))
    place = one.names.index("age")
    np.testing.assert_allclose(other.coefficients[place] * scale, one.coefficients[place], rtol=1e-8)
    np.testing.assert_allclose(other.covariance[place, place] * scale**2, one.covariance[place, place], rtol=1e-8)


def test_a_covariate_far_from_0_does_not_lose_digits(people):
    one, other = fit(people, "cramps ~ age"), fit(people.assign(age=people["age"] + 1e7), "cramps ~ age")
    np.testing.assert_allclose(other.coefficients[1], one.coefficients[1], rtol=1e-6)


def test_rows_without_weight_count_for_nobody(people):
    none = people.assign(w=people["w"].where(people.index >= 50, 0.0))
    made = fit(none)
    assert made.n == 350
    assert made.n_events == none.loc[50:, "cramps"].sum()


def test_missing_answers_leave_and_are_not_counted(people):
    gaps = people.assign(kidney=people["kidney"].astype("Int64"))
    gaps.loc[:19, "kidney"] = pd.NA
    gaps.loc[10:29, "cramps"] = np.nan
    assert fit(gaps, "cramps ~ kidney").n == 370


def test_rows_say_what_they_are(people):
    labels = {"age": Label("Age", "years"), "sex": Label("Sex", levels=("women", "men"))}
    outcome = Outcome("cramps", "Cramps", "adults", "past month", "at least once")
    design = SurveyDesign(people, psu="psu", weights="w", labels=labels, outcomes=[outcome], population="adults")
    found = estimate_coefficients(fit_regression(design, "cramps ~ age + sex + kidney"))
    assert found.frame["level"].tolist() == ["per year", "men", "yes"]
    assert set(found.frame["measure"]) == {"odds ratio"}
    assert set(found.frame["unit"]) == {"ratio"}
    assert found.outcomes["cramps"] is outcome
    assert found.population == "adults"
    assert found.labels["age"].unit == "years"
    assert "Logistic regression, cramps ~ age + sex + kidney" in found.method
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), found.frame["std_error"])


@pytest.mark.parametrize(("model", "measure"), [
    ("logistic", "odds ratio"), ("poisson", "prevalence ratio"), ("log-binomial", "prevalence ratio"),
    ("linear", "mean difference"),
])
def test_each_model_names_its_measure(people, model, measure):
    assert set(estimate_coefficients(fit(people, "cramps ~ kidney", model=model)).frame["measure"]) == {measure}


def test_a_count_gives_rate_ratios(people):
    made = people.assign(times=people["cramps"] * 3)
    assert set(estimate_coefficients(fit(made, "times ~ kidney", model="poisson")).frame["measure"]) == {"rate ratio"}


def test_linear_differences_are_in_the_unit_of_the_outcome(people):
    design = SurveyDesign(people, labels={"age": Label("Age", "years")})
    row = estimate_coefficients(fit_regression(design, "age ~ kidney", model="linear")).frame.iloc[0]
    means = people.groupby("kidney")["age"].mean()
    assert row["unit"] == "years"
    assert row["estimate"] == pytest.approx(means[1] - means[0], rel=1e-10)


def test_names_with_blanks_are_quoted_in_formulas(people):
    made = fit(people.rename(columns={"age": "age in years"}), write_formula("cramps", ["age in years", "sex"]))
    assert "age in years" in made.terms
    with pytest.raises(OptionError, match="at least one term"):
        write_formula("cramps", [])


def test_a_log_binomial_model_without_intercept_says_what_to_do(people):
    with pytest.raises(DataError, match="needs an intercept"):
        fit(people, "cramps ~ age - 1", model="log-binomial")
