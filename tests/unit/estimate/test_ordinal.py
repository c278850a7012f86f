"""Proportional odds: hand calculations, words, the test of the assumption, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError, SeparationError
from crampstats.core.labels import Label
from crampstats.estimate.ordinal import compare_cumulative_odds, estimate_thresholds, fit_ordinal
from crampstats.estimate.regression import compare_terms, estimate_coefficients, estimate_contrast

LEVELS = ["never", "rarely", "often"]


@pytest.fixture
def people():
    """600 made-up persons in 40 PSUs whose cramps follow a proportional-odds model with slope 0.8."""
    rng = np.random.default_rng(77)
    old = rng.integers(0, 2, 600)
    code = np.digitize(0.8 * old + rng.logistic(size=600), [0.2, 1.5])
    frame = pd.DataFrame({"psu": np.arange(600) // 15, "old": old, "age": rng.normal(50, 10, 600)})
    return frame.assign(code=code, cramps=pd.Categorical(np.array(LEVELS)[code], LEVELS, ordered=True))


def design(people, **more):
    return SurveyDesign(people, psu="psu", **more)


def persons(unexposed, exposed):
    """One row per person of a table of three grades by exposure, spread over 50 PSUs."""
    frame = pd.DataFrame({"grade": [0, 1, 2] * 2, "exposed": [0] * 3 + [1] * 3})
    people = frame.loc[frame.index.repeat([*unexposed, *exposed])].reset_index(drop=True)
    return people.assign(psu=np.random.default_rng(3).permutation(len(people)) % 50)


def test_equal_odds_at_both_cuts_are_found_exactly():
    # unexposed 40/40/20, exposed with each cumulative odds doubled: above the first level 60 -> 75 %, the second 20 -> 33 %
    people = persons([120, 120, 60], [75, 125, 100])
    fit = fit_ordinal(design(people), "grade ~ exposed")
    np.testing.assert_allclose(np.exp(fit.coefficients), [2.0], rtol=1e-10)
    np.testing.assert_allclose(fit.thresholds, [np.log(0.4 / 0.6), np.log(0.8 / 0.2)], rtol=1e-10)
    test = compare_cumulative_odds(fit).frame.iloc[0]
    assert test["estimate"] == pytest.approx(0, abs=1e-12)
    assert test["p_value"] == pytest.approx(1)


def test_rows_say_what_they_are(people):
    fit = fit_ordinal(design(people), "cramps ~ old + age")
    found = estimate_coefficients(fit)
    assert fit.levels == tuple(LEVELS)
    assert set(found.frame["measure"]) == {"cumulative odds ratio"}
    assert found.frame["level"].tolist() == ["yes", "per unit"]
    assert found.frame["df"].tolist() == [37.0] * 2
    assert "Proportional-odds regression" in found.method
    assert "never, rarely, often" in found.notes[0]
    thresholds = estimate_thresholds(fit).frame
    assert thresholds["level"].tolist() == ["never | rarely", "rarely | often"]
    assert (thresholds["conf_low"] < thresholds["estimate"]).all()


def test_tests_and_contrasts_read_an_ordinal_fit(people):
    fit = fit_ordinal(design(people), "cramps ~ old + age")
    row = estimate_coefficients(fit).frame.iloc[0]
    wald = compare_terms(fit, "old").frame.iloc[0]
    assert wald["p_value"] == pytest.approx(row["p_value"], rel=1e-9)
    double = estimate_contrast(fit, {"old": 2.0}).frame.iloc[0]
    assert double["estimate"] == pytest.approx(row["estimate"] ** 2, rel=1e-9)


def test_codes_ordered_categories_and_labelled_text_are_the_same_outcome(people):
    made = people.assign(words=people["cramps"].astype(str))
    labels = {"words": Label("Cramps", levels=tuple(LEVELS), ordered=True)}
    fits = [fit_ordinal(design(made, labels=labels), f"{name} ~ old") for name in ("code", "cramps", "words")]
    for fit in fits[1:]:
        np.testing.assert_array_equal(fit.joint.coefficients, fits[0].joint.coefficients)


def test_a_difference_between_cuts_is_found():
    # the exposure moves people from never to rarely and not beyond: odds ratios 6 and 1
    people = persons([300, 100, 100], [100, 300, 100])
    rows = compare_cumulative_odds(fit_ordinal(design(people), "grade ~ exposed")).frame
    assert rows.loc[0, "p_value"] < 1e-6
    odds = rows[rows["measure"] == "odds ratio"].set_index("level")["estimate"]
    np.testing.assert_allclose(odds, [400 / 100 / (200 / 300), 1.0], rtol=1e-9)
    assert odds.index.tolist() == ["yes: above 0", "yes: above 1"]


def test_more_differences_than_the_design_has_degrees_of_freedom_are_not_tested(people):
    few = people.assign(psu=people.index // 150, place=pd.Series(list("abcdef") * 100))
    row = compare_cumulative_odds(fit_ordinal(design(few), "cramps ~ old")).frame.iloc[0]
    assert "review: 2 degrees of freedom are left for 1 differences" in row["caution"]
    many = people.assign(psu=people.index // 80, place=few["place"])
    row = compare_cumulative_odds(fit_ordinal(design(many), "cramps ~ place")).frame.iloc[0]
    assert np.isnan(row["p_value"])
    assert "cannot be told apart" in row["caution"]


def test_an_outcome_without_order_is_refused(people):
    with pytest.raises(DataError, match=r"without an order.*lowest level first"):
        fit_ordinal(design(people.assign(cramps=people["cramps"].astype(str))), "cramps ~ old")
    with pytest.raises(DataError, match="without an order"):
        fit_ordinal(design(people.assign(cramps=people["cramps"].cat.as_unordered())), "cramps ~ old")


def test_values_outside_the_declared_levels_are_counted(people):
    labels = {"words": Label("Cramps", levels=("never", "rarely"), ordered=True)}
    made = design(people.assign(words=people["cramps"].astype(str)), labels=labels)
    with pytest.raises(DataError, match=r"holds \d+ value\(s\) outside its levels; declared are"):
        fit_ordinal(made, "words ~ old")


def test_two_levels_are_sent_to_a_logistic_model(people):
    with pytest.raises(DataError, match="2 levels among the analysed; with two, fit a logistic model"):
        fit_ordinal(design(people.assign(code=people["code"].clip(upper=1))), "code ~ old")


def test_an_empty_declared_level_is_named(people):
    made = people.assign(cramps=people["cramps"].cat.add_categories("always"))
    with pytest.raises(DataError, match="nobody of the 600 analysed is in level 'always'"):
        fit_ordinal(design(made), "cramps ~ old")


def test_a_measured_outcome_is_sent_to_a_linear_model(people):
    with pytest.raises(DataError, match=r"whole numbers of at most 20 levels.*linear model"):
        fit_ordinal(design(people), "age ~ old")


def test_a_covariate_that_orders_the_outcome_perfectly_is_named(people):
    with pytest.raises(SeparationError, match="age separates the levels of 'code'"):
        fit_ordinal(design(people.assign(age=people["code"] * 10.0 + np.arange(600) / 1000)), "code ~ age + old")


def test_a_level_all_of_whom_are_lowest_is_named(people):
    made = people.assign(region=np.where(people.index < 40, "island", "mainland"))
    made.loc[made["region"] == "island", "code"] = 0
    with pytest.raises(SeparationError, match="region"):
        fit_ordinal(design(made), "code ~ old + region")


def test_constant_and_collinear_covariates_are_named(people):
    with pytest.raises(DataError, match="'old': the same value in all 600"):
        fit_ordinal(design(people.assign(old=1)), "cramps ~ old + age")
    with pytest.raises(DataError, match="'months' follows from age"):
        fit_ordinal(design(people.assign(months=people["age"] * 12)), "cramps ~ age + months")


def test_formulas_need_an_intercept_a_term_and_known_columns(people):
    with pytest.raises(OptionError, match="leaves out the intercept"):
        fit_ordinal(design(people), "cramps ~ old - 1")
    with pytest.raises(OptionError, match="has no term"):
        fit_ordinal(design(people), "cramps ~ 1")
    with pytest.raises(OptionError, match="unknown outcome 'cramp'"):
        fit_ordinal(design(people), "cramp ~ old")
    with pytest.raises(OptionError, match="unknown column 'ol'"):
        fit_ordinal(design(people), "cramps ~ ol")


def test_a_level_of_hardly_anybody_is_noted(people):
    made = people.assign(code=np.where(people.index % 120 == 0, 3, people["code"]))
    assert "Levels with fewer than 10 persons in effect: 3 (5)." in fit_ordinal(design(made), "code ~ age").notes


def test_covariates_far_from_0_and_of_any_size_give_the_same_fit(people):
    one = fit_ordinal(design(people), "cramps ~ age + old")
    other = fit_ordinal(design(people.assign(age=(people["age"] + 1e5) * 1e6)), "cramps ~ age + old")
    place = one.names.index("age")
    np.testing.assert_allclose(other.coefficients[place] * 1e6, one.coefficients[place], rtol=1e-7)
    np.testing.assert_allclose(other.covariance[place, place] * 1e12, one.covariance[place, place], rtol=1e-7)


def test_codes_are_read_from_tables_of_other_engines_and_text_is_refused(people):
    import pyarrow as pa

    made = people.assign(words=people["cramps"].astype(str)).drop(columns="cramps")
    table = SurveyDesign(pa.Table.from_pandas(made), psu="psu")
    np.testing.assert_allclose(
        fit_ordinal(table, "code ~ old + age").joint.coefficients,
        fit_ordinal(design(people), "code ~ old + age").joint.coefficients, rtol=1e-9,
    )
    with pytest.raises(DataError, match="whole numbers"):
        fit_ordinal(table, "words ~ old")
