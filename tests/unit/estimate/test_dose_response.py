"""Dose-response: knots, references, grids, classes, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.labels import Label
from crampstats.estimate.dose_response import estimate_dose_classes, estimate_dose_response
from crampstats.estimate.quantiles import estimate_quantiles
from crampstats.estimate.regression import estimate_coefficients, fit_regression


@pytest.fixture
def people():
    """800 made-up persons whose cramps are commonest at low and at high calcium."""
    rng = np.random.default_rng(12)
    calcium = rng.normal(2.35, 0.1, 800).round(3)
    p = 1 / (1 + np.exp(1.2 - 40 * (calcium - 2.35) ** 2))
    frame = pd.DataFrame({
        "psu": np.arange(800) // 20, "w": rng.uniform(1, 4, 800), "calcium": calcium, "age": rng.integers(20, 80, 800),
    })
    return frame.assign(cramps=(rng.random(800) < p).astype(float), group="a")


def design(people, **more):
    return SurveyDesign(people, psu="psu", weights="w", labels={"calcium": Label("Calcium", "mmol/L")}, **more)


def test_knots_and_reference_are_the_weighted_percentiles_of_the_analysed(people):
    gaps = people.assign(age=people["age"].astype(float).mask(people["calcium"] > 2.5))
    found = estimate_dose_response(design(gaps), "cramps", "calcium", ["age"])
    analysed = design(gaps).subset(gaps["age"].notna())
    expected = estimate_quantiles(analysed, "calcium", [0.05, 0.35, 0.65, 0.95, 0.5]).frame["estimate"]
    words = [f"{value:.4g}" for value in expected]
    assert f"knots at {', '.join(words[:4])}; compared with {words[4]}." in found.notes[0]


def test_the_curve_is_1_at_its_reference_and_rises_on_both_sides(people):
    found = estimate_dose_response(design(people), "cramps", "calcium", reference=2.35, grid=[2.2, 2.35, 2.5])
    rows = found.frame
    assert found.extras == ("exposure_value",)
    assert rows["exposure_value"].tolist()[:3] == [2.2, 2.35, 2.5]
    assert rows["exposure_value"].isna().sum() == 3
    assert rows.loc[1, ["estimate", "conf_low", "conf_high", "std_error"]].tolist() == [1.0, 1.0, 1.0, 0.0]
    assert (rows["estimate"].iloc[[0, 2]] > 1).all()
    assert rows["level"].iloc[3:].tolist() == [
        "overall, 3 numerator df", "non-linearity, 2 numerator df", "linear trend per mmol/L",
    ]
    assert rows.loc[4, "p_value"] < 0.05


def test_the_default_grid_holds_the_reference_and_the_middle_98_percent(people):
    rows = estimate_dose_response(design(people), "cramps", "calcium", reference=2.333).frame
    values = rows["exposure_value"].dropna()
    assert len(values) == 42
    assert 2.333 in set(values)
    ends = estimate_quantiles(design(people), "calcium", [0.01, 0.99]).frame["estimate"]
    assert [values.min(), values.max()] == ends.tolist()


def test_values_beyond_the_analysed_are_suppressed(people):
    rows = estimate_dose_response(design(people), "cramps", "calcium", grid=[2.3, 9.0]).frame
    assert rows.loc[0, "caution"] == ""
    assert "suppress: 9 lies beyond the values analysed" in rows.loc[1, "caution"]


@pytest.mark.parametrize("model", ["logistic", "poisson", "linear", "proportional odds"])
def test_every_model_draws_a_curve(people, model):
    made = people.assign(grade=people["cramps"] + (people["age"] > 50))
    outcome = "grade" if model in ("linear", "proportional odds") else "cramps"
    measure = {"logistic": "odds ratio", "poisson": "prevalence ratio", "linear": "mean difference",
               "proportional odds": "cumulative odds ratio"}[model]
    rows = estimate_dose_response(design(made), outcome, "calcium", ["age"], model=model, grid=[2.3]).frame
    assert rows.loc[0, "measure"] == measure
    assert np.isfinite(rows.loc[0, ["estimate", "std_error", "conf_low", "p_value"]].astype(float)).all()


def test_impossible_knots_references_and_grids_are_refused(people):
    made = design(people)
    refused = {2: "3 to 7 are offered", 9: "3 to 7", (2.2, 2.3): "at least 3 rising", (2.3, 2.2, 2.4): "rising"}
    for knots, words in refused.items():
        with pytest.raises(OptionError, match=words):
            estimate_dose_response(made, "cramps", "calcium", knots=knots)
    with pytest.raises(OptionError, match="reference 9 lies outside the values of 'calcium' analysed"):
        estimate_dose_response(made, "cramps", "calcium", reference=9)
    for grid in ([], [2.3, np.nan]):
        with pytest.raises(OptionError, match="finite numbers"):
            estimate_dose_response(made, "cramps", "calcium", grid=grid)


def test_an_exposure_of_few_values_has_no_spline(people):
    with pytest.raises(DataError, match=r"'few' has too few different values for 4 knots.*classes"):
        estimate_dose_response(design(people.assign(few=people["age"] % 2)), "cramps", "few")


def test_a_category_has_no_dose(people):
    for estimate in (estimate_dose_response, estimate_dose_classes):
        with pytest.raises(DataError, match=r"'group' holds .*a dose-response needs a number"):
            estimate(design(people), "cramps", "group")
        with pytest.raises(OptionError, match="unknown exposure 'calcum'"):
            estimate(design(people), "cramps", "calcum")


def test_classes_are_a_category_with_the_class_medians_as_trend(people):
    found = estimate_dose_classes(design(people), "cramps", "calcium", ["age"], cuts=[2.3, 2.4], reference=1)
    rows = found.frame
    by_hand = pd.cut(people["calcium"], [0, 2.3, 2.4, 9], labels=["low", "middle", "high"])  # right-closed
    classes = people.assign(band=pd.Categorical(by_hand, ["middle", "low", "high"]))
    expected = estimate_coefficients(fit_regression(design(classes), "cramps ~ band + age")).frame.iloc[:2]
    np.testing.assert_allclose(rows["estimate"].iloc[:2], expected["estimate"], rtol=1e-9)
    assert rows["level"].tolist() == ["up to 2.3", "above 2.4", "2 numerator df", "trend per mmol/L"]
    medians = [estimate_quantiles(design(people).subset(by_hand == band), "calcium").frame["estimate"].iloc[0]
               for band in ("low", "middle", "high")]
    assert rows["exposure_value"].tolist()[:2] == [medians[0], medians[2]]
    scored = people.assign(score=by_hand.map(dict(zip(("low", "middle", "high"), medians, strict=True))).astype(float))
    trend = estimate_coefficients(fit_regression(design(scored), "cramps ~ score + age")).frame.iloc[0]
    np.testing.assert_allclose(rows[["estimate", "p_value"]].iloc[-1].astype(float), trend[["estimate", "p_value"]].astype(float))
    assert "compared with above 2.3 to 2.4" in found.notes[0]


def test_classes_are_weighted_quartiles_unless_cut(people):
    rows = estimate_dose_classes(design(people), "cramps", "calcium").frame
    ends = estimate_quantiles(design(people), "calcium", [0.25, 0.5, 0.75]).frame["estimate"]
    low, middle, high = (f"{end:g}" for end in ends)
    assert rows["level"].tolist()[:3] == [f"above {low} to {middle}", f"above {middle} to {high}", f"above {high}"]


def test_impossible_classes_are_refused(people):
    made = design(people)
    with pytest.raises(OptionError, match="finite and rise"):
        estimate_dose_classes(made, "cramps", "calcium", cuts=[2.4, 2.3])
    with pytest.raises(OptionError, match="nobody analysed is in class 'above 50'"):
        estimate_dose_classes(made, "cramps", "calcium", cuts=[2.3, 50])
    with pytest.raises(OptionError, match="reference 4 is no class"):
        estimate_dose_classes(made, "cramps", "calcium", reference=4)
