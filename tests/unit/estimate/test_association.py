from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.labels import Label
from crampstats.estimate.association import EXTRAS, associate, estimate_model_terms
from crampstats.estimate.e_values import e_value
from crampstats.estimate.multiplicity import control_false_discovery, control_family_wise
from crampstats.estimate.ordinal import fit_ordinal
from crampstats.estimate.regression import compare_terms, estimate_coefficients, fit_regression

NUMBERS = ["estimate", "std_error", "conf_low", "conf_high", "df", "p_value"]


@pytest.fixture(scope="module")
def people():
    """600 persons in 12 strata of 2 PSUs; some answers are missing."""
    random = np.random.default_rng(160_501)
    n = 600
    frame = pd.DataFrame({
        "stratum": np.repeat(np.arange(12), 50), "psu": np.tile(np.repeat([1, 2], 25), 12),
        "weight": random.uniform(0.5, 3, n).round(2), "age": random.normal(55, 14, n).round(), "female": random.integers(0, 2, n),
        "statin": random.integers(0, 2, n).astype(float), "potassium": random.normal(4.0, 0.4, n).round(1),
        "smoking": pd.Categorical(random.choice(["never", "former", "current"], n), ["never", "former", "current"]),
    })
    chance = 1 / (1 + np.exp(2.4 - 0.02 * frame["age"] - 0.5 * frame["statin"] - 0.4 * (frame["smoking"] == "current")))
    frame["cramps"] = (random.random(n) < chance).astype(float)
    frame.loc[::17, "statin"] = np.nan
    frame.loc[::23, "smoking"] = None
    frame.loc[::29, "cramps"] = np.nan
    return frame


@pytest.fixture(scope="module")
def design(people):
    return SurveyDesign(people, strata="stratum", psu="psu", weights="weight")


def rows(found, exposure, adjustment):
    frame = found.frame
    return frame[(frame["exposure"] == exposure) & (frame["adjustment"] == adjustment)]


def test_the_adjusted_rows_are_those_of_the_regression_with_the_same_formula(design):
    found = associate(design, "cramps", ["statin", "smoking"], ["age", "female"])
    fit = fit_regression(design, "cramps ~ smoking + age + female")
    expected = estimate_coefficients(fit).frame.query("exposure == 'smoking'")
    np.testing.assert_allclose(rows(found, "smoking", "adjusted")[NUMBERS].to_numpy(float), expected[NUMBERS].to_numpy(float))
    assert rows(found, "smoking", "adjusted")["level"].to_list() == ["former", "current"]


def test_crude_rows_are_of_the_persons_the_adjusted_model_analyses(people, design):
    """Without adjustment more persons would answer: those whose statin is missing do not leave the crude model of potassium."""
    found = associate(design, "cramps", ["potassium"], ["statin"])
    answered = people["statin"].notna() & people["cramps"].notna()
    assert set(found.frame["n"]) == {int(answered.sum())}
    expected = estimate_coefficients(fit_regression(design.subset(answered), "cramps ~ potassium")).frame
    np.testing.assert_allclose(rows(found, "potassium", "crude")[NUMBERS].to_numpy(float), expected[NUMBERS].to_numpy(float))


def test_a_category_counts_once_in_the_family_by_its_wald_test(design):
    found = associate(design, "cramps", ["statin", "smoking", "potassium"], ["age"])
    adjusted = found.frame[found.frame["adjustment"] == "adjusted"]
    wald = compare_terms(fit_regression(design, "cramps ~ smoking + age"), "smoking").frame.loc[0, "p_value"]
    single = {name: adjusted.loc[adjusted["exposure"] == name, "p_value"].item() for name in ("statin", "potassium")}
    tests = [single["statin"], wald, single["potassium"]]
    first = adjusted.groupby("exposure", sort=False).first()
    np.testing.assert_allclose(first["p_false_discovery_rate"], control_false_discovery(tests))
    np.testing.assert_allclose(first["p_family_wise"], control_family_wise(tests))
    assert adjusted.loc[adjusted["exposure"] == "smoking", "p_family_wise"].nunique() == 1
    assert rows(found, "statin", "crude")["p_family_wise"].isna().all()


def test_an_exposure_is_not_adjusted_for_itself(design):
    found = associate(design, "cramps", ["age"], ["age", "female"])
    expected = estimate_coefficients(fit_regression(design, "cramps ~ age + female")).frame.iloc[0]
    np.testing.assert_allclose(rows(found, "age", "adjusted").iloc[0][NUMBERS].to_numpy(float), expected[NUMBERS].to_numpy(float))


def test_without_adjustment_everything_is_crude_and_tested(design):
    found = associate(design, "cramps", ["statin", "potassium"])
    assert set(found.frame["adjustment"]) == {"crude"}
    assert found.frame["p_family_wise"].notna().all()
    assert found.extras == EXTRAS


def test_e_values_take_the_root_of_the_odds_ratio_of_a_frequent_outcome(design):
    """About a third have cramps, so OR counts as its square root; a prevalence ratio counts as it is."""
    odds = associate(design, "cramps", ["statin"], ["age"]).frame.iloc[-1]
    assert odds["e_value"] == pytest.approx(float(e_value(np.sqrt(odds["estimate"]))))
    ratio = associate(design, "cramps", ["statin"], ["age"], model="poisson").frame.iloc[-1]
    assert ratio["measure"] == "prevalence ratio"
    assert ratio["e_value"] == pytest.approx(float(e_value(ratio["estimate"])))


def test_adjustment_may_be_a_term_of_a_formula(design):
    found = associate(design, "cramps", ["statin"], ["rcs(age, (35, 55, 75))", "female"])
    expected = estimate_coefficients(fit_regression(design, "cramps ~ statin + rcs(age, (35, 55, 75)) + female")).frame.iloc[0]
    np.testing.assert_allclose(found.frame.iloc[-1][NUMBERS].to_numpy(float), expected[NUMBERS].to_numpy(float))


def test_an_exposure_that_does_not_vary_has_a_row_that_says_so_and_is_not_tested(people):
    table = people.assign(dialysis=0, never_asked=np.nan)
    found = associate(SurveyDesign(table), "cramps", ["dialysis", "never_asked", "statin"], ["age"])
    alone = associate(SurveyDesign(table), "cramps", ["statin"], ["age"])
    row = rows(found, "dialysis", "adjusted").iloc[0]
    assert row["caution"].startswith("suppress: not estimated; it is 0 in all")
    assert np.isnan(row["estimate"])
    assert "nobody in the population has an answer to it" in rows(found, "never_asked", "crude").iloc[0]["caution"]
    statin = rows(found, "statin", "adjusted").iloc[0]
    assert statin["p_family_wise"] == rows(alone, "statin", "adjusted").iloc[0]["p_family_wise"] == statin["p_value"]


def test_where_no_exposure_can_be_estimated_the_call_is_wrong_and_every_reason_is_given(people):
    table = people.assign(dialysis=0, transplant=1)
    with pytest.raises(DataError, match=r"dialysis: it is 0 in all .* transplant: it is 1 in all"):
        associate(SurveyDesign(table), "cramps", ["dialysis", "transplant"], ["age"])


def test_an_adjustment_that_does_not_vary_is_left_out_and_the_row_says_so(people):
    design = SurveyDesign(people).subset(people["female"] == 1)
    found = associate(design, "cramps", ["statin"], ["age", "female"])
    expected = estimate_coefficients(fit_regression(design, "cramps ~ statin + age")).frame.iloc[0]
    row = rows(found, "statin", "adjusted").iloc[0]
    np.testing.assert_allclose(row[NUMBERS].to_numpy(float), expected[NUMBERS].to_numpy(float))
    assert row["caution"] == "note: not adjusted for female, the same in everybody analysed"
    assert rows(found, "statin", "crude").iloc[0]["caution"] == ""


def test_separated_data_are_fitted_with_a_penalty_and_the_row_says_so(people):
    """Everybody with the exposure has cramps: 2 x 2 by hand, half a person added to each cell."""
    table = people[["cramps"]].dropna().assign(dialysis=0)
    table.loc[table.index[table["cramps"] == 1][:12], "dialysis"] = 1
    had, not_had = int(table["cramps"].sum()) - 12, int((table["cramps"] == 0).sum())
    found = associate(SurveyDesign(table), "cramps", ["dialysis"])
    assert found.frame["estimate"].item() == pytest.approx((12.5 / 0.5) / ((had + 0.5) / (not_had + 0.5)))
    told = "note: penalised fit, the data are separated; review: 12 persons with yes (< 30)"
    assert found.frame["caution"].item().startswith(told)
    assert any("penalised (Firth)" in note for note in found.notes)


def test_sparse_levels_are_named(people):
    table = people.assign(kidney=pd.Categorical(["none"] * 540 + ["mild"] * 40 + ["severe"] * 20, ["none", "mild", "severe"]))
    table["cramps"] = np.r_[table["cramps"][:540].fillna(0), np.repeat([1.0, 0.0], [5, 35]), np.repeat([1.0, 0.0], [10, 10])]
    found = associate(SurveyDesign(table), "cramps", ["kidney"]).frame
    assert found["caution"].to_list() == [
        "review: 5 of 40 persons with mild have the outcome (< 10)", "review: 20 persons with severe (< 30)",
    ]


def test_wrong_input_is_refused_with_every_column_named(people):
    table = people.assign(note=[f"text {i}" for i in range(len(people))], score=np.where(people.index == 3, np.inf, 1.0))
    with pytest.raises(DataError, match=r"'note' holds 600 different texts \(at most 100\); 'score' holds 1 infinite value"):
        associate(SurveyDesign(table), "cramps", ["statin", "note"], ["score"])
    with pytest.raises(OptionError, match=r"'statine'.*'agee'"):
        associate(SurveyDesign(people), "cramps", ["statine"], ["agee"])
    with pytest.raises(OptionError, match="'cramps' is the outcome"):
        associate(SurveyDesign(people), "cramps", ["cramps"], ["age"])
    with pytest.raises(OptionError, match="at least one exposure"):
        associate(SurveyDesign(people), "cramps", [])
    with pytest.raises(OptionError, match="unknown model 'logit'"):
        associate(SurveyDesign(people), "cramps", ["statin"], model="logit")
    with pytest.raises(DataError, match="outcome 'coded' holds"):
        associate(SurveyDesign(people.assign(coded=people["cramps"] + 1)), "coded", ["statin"])


def test_any_table_gives_the_same(people):
    known = {"strata": "stratum", "psu": "psu", "weights": "weight", "labels": {"smoking": Label("Smoking", levels=("never",))}}
    columns = people.assign(smoking=people["smoking"].astype(object))
    expected = associate(SurveyDesign(columns, **known), "cramps", ["smoking", "statin"], ["age"])
    found = associate(SurveyDesign(pl.from_pandas(columns).lazy(), **known), "cramps", ["smoking", "statin"], ["age"])
    np.testing.assert_allclose(found.frame[NUMBERS].to_numpy(float), expected.frame[NUMBERS].to_numpy(float), rtol=1e-9)


def test_progress_counts_exposures(design):
    seen = []
    associate(design, "cramps", ["statin", "potassium"], progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]


def test_linear_and_count_outcomes(design):
    found = associate(design, "potassium", ["statin"], ["age"], model="linear").frame
    assert set(found["measure"]) == {"mean difference"}
    assert found["n_events"].isna().all()
    assert (found["e_value"] >= 1).all()


def test_all_terms_of_one_model(design):
    found = estimate_model_terms(design, "cramps", ["statin", "smoking"], ["age", "statin"])
    expected = estimate_coefficients(fit_regression(design, "cramps ~ statin + smoking + age"))
    pd.testing.assert_frame_equal(found.frame, expected.frame)
    assert found.groups == ()


def test_all_terms_of_one_model_are_penalised_where_data_are_separated(people):
    table = people.assign(dialysis=((people.index < 40) & (people["cramps"] == 1)).astype(int))
    found = estimate_model_terms(SurveyDesign(table), "cramps", ["dialysis"], ["age"])
    assert found.frame["caution"].str.startswith("note: penalised fit").all()
    assert np.isfinite(found.frame["estimate"]).all()


def test_an_ordered_outcome_takes_proportional_odds(people, design):
    """Any cramps are frequent here, so E-values take the root of the cumulative odds ratio."""
    often = pd.Categorical(np.select([people["cramps"] != 1, people.index % 3 == 0], ["never", "often"], "rarely"),
                           ["never", "rarely", "often"], ordered=True)
    ordered = SurveyDesign(people.assign(often=often), strata="stratum", psu="psu", weights="weight")
    found = associate(ordered, "often", ["statin", "smoking"], ["age"])
    assert set(found.frame["measure"]) == {"cumulative odds ratio"}
    expected = estimate_coefficients(fit_ordinal(ordered, "often ~ statin + age")).frame.iloc[0]
    row = rows(found, "statin", "adjusted").iloc[0]
    np.testing.assert_allclose(row[NUMBERS].to_numpy(float), expected[NUMBERS].to_numpy(float))
    assert row["e_value"] == pytest.approx(float(e_value(np.sqrt(row["estimate"]))))
    assert found.method.startswith("Proportional-odds")
    numbers = SurveyDesign(people.assign(often=often.codes), strata="stratum", psu="psu", weights="weight")
    asked = associate(numbers, "often", ["statin"], ["age"], model="proportional odds").frame.iloc[-1]
    assert asked["estimate"] == pytest.approx(row["estimate"])
