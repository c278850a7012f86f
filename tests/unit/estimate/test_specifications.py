from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.estimate.regression import estimate_coefficients, fit_regression
from crampstats.estimate.specifications import Specifications, estimate_specifications, summarise_specifications

NUMBERS = ["estimate", "std_error", "conf_low", "conf_high", "df", "p_value"]


@pytest.fixture(scope="module")
def people():
    random = np.random.default_rng(160_504)
    n = 400
    frame = pd.DataFrame({
        "stratum": np.repeat(np.arange(10), 40), "psu": np.tile(np.repeat([1, 2], 20), 10),
        "weight": random.uniform(0.5, 3, n).round(2), "age": random.normal(55, 14, n).round(),
        "female": random.integers(0, 2, n), "potassium": random.normal(4.0, 0.4, n).round(1),
    })
    frame["class"] = pd.Categorical(
        np.select([frame["potassium"] < 3.7, frame["potassium"] > 4.4], ["low", "high"], "normal"), ["normal", "low", "high"]
    )
    frame["cramps"] = (random.random(n) < 1 / (1 + np.exp(frame["potassium"] - 3.4))).astype(int)
    frame["frequent_cramps"] = frame["cramps"] * random.integers(0, 2, n)
    return frame


@pytest.fixture(scope="module")
def design(people):
    return SurveyDesign(people, strata="stratum", psu="psu", weights="weight")


@pytest.fixture(scope="module")
def choices(people):
    return Specifications(
        ["cramps", "frequent_cramps"], {"crude": [], "age and sex": ["age", "female"]},
        {"everybody": None, "women": people["female"] == 1},
        {"per mmol/L": "potassium", "low": ("class", "low")}, ["logistic", "poisson"],
    )


def test_every_combination_is_the_regression_it_says(people, design, choices):
    found = estimate_specifications(design, "potassium", choices)
    assert len(found) == 2 * 2 * 2 * 2 * 2
    chosen = found.frame[
        (found.frame["outcome"] == "frequent_cramps") & (found.frame["adjustment"] == "age and sex")
        & (found.frame["population"] == "women") & (found.frame["exposure_form"] == "low") & (found.frame["model"] == "poisson")
    ]
    fit = fit_regression(design.subset(people["female"] == 1), "frequent_cramps ~ `class` + age", model="poisson")
    expected = estimate_coefficients(fit).frame.query("level == 'low'")
    np.testing.assert_allclose(chosen[NUMBERS].to_numpy(float), expected[NUMBERS].to_numpy(float))
    assert chosen["caution"].item().startswith("note: not adjusted for female")


def test_rows_follow_the_declaration(design, choices):
    frame = estimate_specifications(design, "potassium", choices).frame
    assert frame["model"].to_list()[:4] == ["logistic", "poisson"] * 2
    assert frame["outcome"].to_list() == ["cramps"] * 16 + ["frequent_cramps"] * 16


@pytest.mark.slow
def test_processes_give_the_same_rows_in_the_same_order(design, choices):
    seen = []
    alone = estimate_specifications(design, "potassium", choices)
    shared = estimate_specifications(design, "potassium", choices, workers=2, progress=lambda *counts: seen.append(counts))
    pd.testing.assert_frame_equal(alone.frame, shared.frame, rtol=1e-12)
    assert seen == [(i, 32) for i in range(1, 33)]


def test_what_progress_raises_stops_the_work(design, choices):
    def stop(done, total):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        estimate_specifications(design, "potassium", choices, progress=stop)


def test_a_specification_that_cannot_be_estimated_says_why(people, choices):
    table = people.assign(potassium=people["potassium"].where(people["female"] == 0))
    both = Specifications(["cramps"], {"crude": []}, {"men": people["female"] == 0, "women": people["female"] == 1})
    frame = estimate_specifications(SurveyDesign(table), "potassium", both).frame
    assert np.isfinite(frame.loc[0, "estimate"])
    assert frame.loc[1, "caution"].startswith("suppress: not estimated; nobody in the population")
    summary = summarise_specifications(estimate_specifications(SurveyDesign(table), "potassium", both))
    assert summary.frame["n"].to_list() == [1] * 5


def test_the_summary_by_hand(people):
    """Four estimates, of which two have p < .05 on the side of the median (1.15)."""
    found = estimate_specifications(
        SurveyDesign(people), "potassium", Specifications(["cramps", "frequent_cramps"], {"crude": [], "age": ["age"]})
    )
    object.__setattr__(found, "frame", found.frame.assign(estimate=[1.2, 0.4, 1.1, 1.6], p_value=[0.01, 0.001, 0.2, 0.04]))
    rows = summarise_specifications(found).frame.set_index("measure")["estimate"]
    assert rows.to_list() == pytest.approx([0.5, 1.15, 0.4, 1.6, 4.0])
    assert rows.index[0] == "share of specifications with p < 0.05 in the direction of the median"
    assert "no p-value unless the exposure is permuted" in summarise_specifications(found).notes[0]


def test_odds_and_prevalence_ratios_are_not_averaged(design, choices):
    summary = summarise_specifications(estimate_specifications(design, "potassium", choices)).frame
    assert summary["level"].to_list() == ["odds ratio"] * 5 + ["prevalence ratio"] * 5


def test_wrong_declarations_are_answered(design):
    with pytest.raises(OptionError, match="at least one option for outcomes, adjustment_sets"):
        Specifications([], {})
    with pytest.raises(OptionError, match="unknown model 'logit'"):
        Specifications(["cramps"], {"crude": []}, models=["logit"])
    with pytest.raises(OptionError, match="outcomes of a specification curve is a list"):
        Specifications("cramps", {"crude": []})
    with pytest.raises(OptionError, match="one form per level"):
        estimate_specifications(design, "class", Specifications(["cramps"], {"crude": []}))
    with pytest.raises(OptionError, match="unknown column 'smoking'"):
        estimate_specifications(design, "potassium", Specifications(["cramps"], {"more": ["smoking"]}))
    empty = Specifications(["cramps"], {"crude": []}, exposure_forms={"very low": ("class", "very low")})
    with pytest.raises(DataError, match=r"none of 1 specification\(s\) could be estimated"):
        summarise_specifications(estimate_specifications(design, "potassium", empty))
