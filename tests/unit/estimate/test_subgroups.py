from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.estimate.multiplicity import control_false_discovery, control_family_wise
from crampstats.estimate.regression import compare_terms, estimate_coefficients, estimate_contrast, fit_regression
from crampstats.estimate.subgroups import estimate_by_subgroup

NUMBERS = ["estimate", "std_error", "conf_low", "conf_high", "df", "p_value"]


@pytest.fixture(scope="module")
def people():
    random = np.random.default_rng(160_503)
    n = 600
    frame = pd.DataFrame({
        "stratum": np.repeat(np.arange(15), 40), "psu": np.tile(np.repeat([1, 2], 20), 15),
        "weight": random.uniform(0.5, 3, n).round(2), "age": random.normal(55, 14, n).round(),
        "female": random.integers(0, 2, n), "statin": random.integers(0, 2, n),
        "smoking": pd.Categorical(random.choice(["never", "former", "current"], n), ["never", "former", "current"]),
    })
    chance = 1 / (1 + np.exp(1.2 - 0.6 * frame["statin"] * frame["female"]))
    frame["cramps"] = (random.random(n) < chance).astype(int)
    return frame


@pytest.fixture(scope="module")
def design(people):
    return SurveyDesign(people, strata="stratum", psu="psu", weights="weight")


def equal(found, expected):
    np.testing.assert_allclose(found[NUMBERS].to_numpy(float), expected[NUMBERS].to_numpy(float), rtol=1e-9)


def test_estimates_are_sums_of_coefficients_of_the_interaction_model(people, design):
    found = estimate_by_subgroup(design, "cramps", "statin", ["age"], ["female", "smoking"]).frame
    fit = fit_regression(design, "cramps ~ statin + female + age + statin:female")
    equal(found.iloc[1], estimate_contrast(fit, {"statin": 1}).frame.iloc[0])
    equal(found.iloc[2], estimate_contrast(fit, {"statin": 1, "statin:female": 1}).frame.iloc[0])
    assert found["n"].iloc[1:3].to_list() == people["female"].value_counts().sort_index().to_list()
    assert found["n_events"].iloc[1:3].to_list() == people.groupby("female")["cramps"].sum().to_list()
    test = compare_terms(fit, "statin:female").frame.iloc[0]
    assert found.iloc[3]["p_value"] == pytest.approx(test["p_value"])
    assert found["subgroup_level"].to_list() == ["", "no", "yes", "", "never", "former", "current", ""]


def test_the_first_row_is_everybody(design):
    found = estimate_by_subgroup(design, "cramps", "statin", ["age"], ["female"]).frame
    equal(found.iloc[0], estimate_coefficients(fit_regression(design, "cramps ~ statin + age")).frame.iloc[0])


def test_without_adjustment_the_levels_are_those_of_separate_domains(people, design):
    """A model with all interactions is one model per group: same estimates and standard errors; the df are those of all."""
    found = estimate_by_subgroup(design, "cramps", "statin", subgroups=["female"]).frame
    for place, value in ((1, 0), (2, 1)):
        alone = estimate_coefficients(fit_regression(design.subset(people["female"] == value), "cramps ~ statin")).frame.iloc[0]
        assert found.loc[place, "estimate"] == pytest.approx(alone["estimate"], rel=1e-9)
        assert found.loc[place, "std_error"] == pytest.approx(alone["std_error"], rel=1e-9)
        assert found.loc[place, "df"] == 15 - 3


def test_the_interactions_of_one_call_are_counted(design):
    found = estimate_by_subgroup(design, "cramps", "statin", ["age"], ["female", "smoking"]).frame
    tests = found[found["measure"] == "Wald F"]
    np.testing.assert_allclose(tests["p_false_discovery_rate"], control_false_discovery(tests["p_value"].to_numpy()))
    np.testing.assert_allclose(tests["p_family_wise"], control_family_wise(tests["p_value"].to_numpy()))
    assert found.loc[found["measure"] != "Wald F", "p_family_wise"].isna().all()


def test_a_number_is_per_unit_in_every_group_and_a_category_of_two_its_second_level(people, design):
    found = estimate_by_subgroup(design, "cramps", "age", subgroups=["female"]).frame
    fit = fit_regression(design, "cramps ~ age + female + age:female")
    equal(found.iloc[2], estimate_contrast(fit, {"age": 1, "age:female": 1}).frame.iloc[0])
    words = people.assign(statin=pd.Categorical(np.where(people["statin"] == 1, "taken", "not taken"), ["not taken", "taken"]))
    named = estimate_by_subgroup(SurveyDesign(words, strata="stratum", psu="psu", weights="weight"), "cramps", "statin",
                                 subgroups=["female"]).frame
    assert set(named["level"].iloc[:3]) == {"taken"}
    equal(named.iloc[2], estimate_by_subgroup(design, "cramps", "statin", subgroups=["female"]).frame.iloc[2])


def test_small_groups_are_named(people):
    table = people.assign(dialysis=(people.index < 25).astype(int))
    found = estimate_by_subgroup(SurveyDesign(table), "cramps", "statin", ["age"], ["dialysis"]).frame
    assert found.loc[2, "caution"].startswith("review: 25 persons with yes (< 30)")


def test_what_is_no_subgroup_is_answered(people, design):
    with pytest.raises(OptionError, match="'age' cannot be a subgroup: it is a number"):
        estimate_by_subgroup(design, "cramps", "statin", subgroups=["age"])
    with pytest.raises(OptionError, match="'female' cannot be a subgroup: it is 1 in all"):
        estimate_by_subgroup(design.subset(people["female"] == 1), "cramps", "statin", subgroups=["female"])
    with pytest.raises(OptionError, match="at least one subgroup"):
        estimate_by_subgroup(design, "cramps", "statin", ["age"])
    with pytest.raises(DataError, match="'smoking' has 3 levels"):
        estimate_by_subgroup(design, "cramps", "smoking", subgroups=["female"])
