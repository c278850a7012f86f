from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.estimate.detectable import add_smallest_detectable, smallest_detectable_ratio
from crampstats.estimate.regression import estimate_coefficients, fit_regression
from crampstats.estimate.robustness import compare_adjustments, estimate_negative_control

NUMBERS = ["estimate", "std_error", "conf_low", "conf_high", "df", "p_value"]


@pytest.fixture(scope="module")
def people():
    """480 persons in 12 strata of 2 PSUs; a diuretic goes with low sodium and with cramps."""
    random = np.random.default_rng(160_502)
    n = 480
    frame = pd.DataFrame({
        "stratum": np.repeat(np.arange(12), 40), "psu": np.tile(np.repeat([1, 2], 20), 12),
        "weight": random.uniform(0.5, 3, n).round(2), "age": random.normal(55, 14, n).round(),
        "diuretic": random.integers(0, 2, n), "glasses": random.integers(0, 2, n).astype(float),
    })
    frame["low_sodium"] = (random.random(n) < 0.15 + 0.35 * frame["diuretic"]).astype(int)
    frame["stage"] = pd.Categorical(random.choice(["a", "b", "c"], n))
    chance = 1 / (1 + np.exp(1.6 - 0.5 * frame["low_sodium"] - 0.6 * frame["diuretic"]))
    frame["cramps"] = (random.random(n) < chance).astype(int)
    frame.loc[::19, "glasses"] = np.nan
    return frame


@pytest.fixture(scope="module")
def design(people):
    return SurveyDesign(people, strata="stratum", psu="psu", weights="weight")


def stacked_difference(people, first, second, exposure, other=None):
    """The difference of two coefficients from both models fitted at once to the persons stacked twice, PSUs kept together."""
    twice = pd.concat([people.assign(model=0.0), people.assign(model=1.0)], ignore_index=True)
    columns = {}
    for which, terms in ((0, first), (1, second)):
        for name in terms:
            columns[f"{name}_{which}"] = twice[name] * (twice["model"] == which)
    table = twice.assign(**columns)
    design = SurveyDesign(table, strata="stratum", psu="psu", weights="weight")
    fit = fit_regression(design, f"cramps ~ model + {' + '.join(columns)}")
    one, two = fit.names.index(f"{exposure}_0"), fit.names.index(f"{other or exposure}_1")
    variance = fit.covariance[one, one] + fit.covariance[two, two] - 2 * fit.covariance[one, two]
    return fit.coefficients[two] - fit.coefficients[one], np.sqrt(variance)


def test_the_change_between_adjustments_is_that_of_both_models_stacked(people, design):
    sets = {"without diuretics": ["age"], "with diuretics": ["age", "diuretic"]}
    found = compare_adjustments(design, "cramps", "low_sodium", sets).frame
    change, error = stacked_difference(people, ["low_sodium", "age"], ["low_sodium", "age", "diuretic"], "low_sodium")
    row = found.iloc[2]
    assert row["adjustment"] == "with diuretics vs without diuretics"
    assert row["measure"] == "ratio of odds ratios"
    assert np.log(row["estimate"]) == pytest.approx(change, rel=1e-8)
    assert row["std_error"] == pytest.approx(error, rel=1e-8)
    assert row["df"] == 12 - 3  # 12 design df, three coefficients besides the intercept in the larger model
    assert row["estimate"] == pytest.approx(found.loc[1, "estimate"] / found.loc[0, "estimate"])


def test_the_estimates_compared_are_those_of_regressions_of_the_same_persons(people, design):
    found = compare_adjustments(design, "cramps", "low_sodium", {"crude": [], "with glasses": ["glasses"]})
    answered = design.subset(people["glasses"].notna())
    for place, formula in enumerate(["cramps ~ low_sodium", "cramps ~ low_sodium + glasses"]):
        expected = estimate_coefficients(fit_regression(answered, formula)).frame.iloc[0]
        np.testing.assert_allclose(found.frame.loc[place, NUMBERS].to_numpy(float), expected[NUMBERS].to_numpy(float), rtol=1e-9)
    assert set(found.frame["n"]) == {int(people["glasses"].notna().sum())}


def test_a_simple_sample_gives_the_same_as_one_whose_rows_are_named_units(people):
    sets = {"crude": [], "age": ["age"]}
    simple = compare_adjustments(SurveyDesign(people), "cramps", "low_sodium", sets)
    named = compare_adjustments(SurveyDesign(people.assign(row=range(len(people))), psu="row"), "cramps", "low_sodium", sets)
    np.testing.assert_allclose(simple.frame[NUMBERS].to_numpy(float), named.frame[NUMBERS].to_numpy(float), rtol=1e-10)
    expected = estimate_coefficients(fit_regression(SurveyDesign(people), "cramps ~ low_sodium + age")).frame.iloc[0]
    np.testing.assert_allclose(simple.frame.loc[1, NUMBERS].to_numpy(float), expected[NUMBERS].to_numpy(float), rtol=1e-9)
    assert "robust (sandwich) standard errors" in simple.method


def test_every_level_of_a_category_is_compared(design):
    found = compare_adjustments(design, "cramps", "stage", {"crude": [], "age": ["age"]}).frame
    assert found["level"].to_list() == ["b", "c"] * 3
    linear = compare_adjustments(design, "age", "stage", {"crude": [], "low": ["low_sodium"]}, model="linear").frame
    assert linear["measure"].to_list()[-1] == "difference of mean differences"
    assert linear["estimate"].iloc[4] == pytest.approx(linear["estimate"].iloc[2] - linear["estimate"].iloc[0])


def test_a_negative_control_is_compared_with_the_covariance_of_both(people, design):
    found = estimate_negative_control(design, "cramps", "low_sodium", "glasses", ["age"])
    assert found.frame["role"].to_list() == ["exposure", "negative control", "exposure vs negative control"]
    answered = people[people["glasses"].notna()].reset_index(drop=True)
    change, error = stacked_difference(answered, ["glasses", "age"], ["low_sodium", "age"], "glasses", "low_sodium")
    row = found.frame.iloc[2]
    assert np.log(row["estimate"]) == pytest.approx(change, rel=1e-8)
    assert row["std_error"] == pytest.approx(error, rel=1e-8)
    assert "glasses was declared a negative control" in found.notes[0]


def test_a_penalised_fit_has_no_interval_of_the_difference(people):
    table = people.assign(dialysis=((people.index % 9 == 0) & (people["cramps"] == 1)).astype(int))
    found = compare_adjustments(SurveyDesign(table), "cramps", "dialysis", {"crude": [], "age": ["age"]}).frame
    assert found["caution"].str.startswith(("note: penalised", "note: penalised", "suppress: penalised")).all()
    assert found[["estimate"]].notna().all().all()
    assert np.isnan(found.loc[2, "std_error"])


def test_what_cannot_be_compared_is_answered(design):
    with pytest.raises(OptionError, match="at least two adjustments; got 1"):
        compare_adjustments(design, "cramps", "low_sodium", {"crude": []})
    with pytest.raises(OptionError, match="three columns"):
        estimate_negative_control(design, "cramps", "low_sodium", "low_sodium")
    with pytest.raises(DataError, match="'stage' has 2 coefficients"):
        estimate_negative_control(design, "cramps", "stage", "glasses")
    with pytest.raises(OptionError, match=r"unknown column 'diuretics' .did you mean 'diuretic'"):
        compare_adjustments(design, "cramps", "low_sodium", {"crude": [], "with": ["diuretics"]})


def test_the_smallest_detectable_ratio_by_hand(design):
    """t(.975, 10) = 2.228139, t(.80, 10) = 0.879058; exp(3.107197 x 0.3) = 2.5400."""
    assert smallest_detectable_ratio(0.3, 10) == pytest.approx(2.5400, abs=1e-4)
    assert np.isnan(smallest_detectable_ratio(0.3, 0.5))
    found = add_smallest_detectable(estimate_coefficients(fit_regression(design, "cramps ~ low_sodium + age")))
    assert found.extras == ("smallest_detectable",)
    expected = smallest_detectable_ratio(found.frame["std_error"], found.frame["df"])
    np.testing.assert_allclose(found.frame["smallest_detectable"], expected)
    linear = add_smallest_detectable(estimate_coefficients(fit_regression(design, "age ~ low_sodium", model="linear")))
    assert linear.frame["smallest_detectable"].isna().all()
    with pytest.raises(OptionError, match=r"between 0 and 1; got 0.95 and 80"):
        smallest_detectable_ratio(0.3, 10, power=80)
