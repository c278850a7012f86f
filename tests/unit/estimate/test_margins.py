"""Standardised prevalences: hand calculations, words, and everything that is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.core.labels import Label
from crampstats.estimate.margins import estimate_adjusted_prevalence
from crampstats.estimate.ordinal import fit_ordinal
from crampstats.estimate.regression import fit_regression


@pytest.fixture
def people():
    """300 made-up persons in 30 PSUs."""
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({
        "psu": np.arange(300) // 10, "w": rng.uniform(1, 5, 300), "age": rng.integers(20, 80, 300).astype(float),
        "old": rng.integers(0, 2, 300), "region": rng.choice(["north", "south", "west"], 300),
    })
    return frame.assign(cramps=(rng.random(300) < 0.25 + 0.2 * frame["old"]).astype(float), hours=rng.normal(7, 1, 300).round(1))


def fit(people, formula="cramps ~ old + region", **more):
    return fit_regression(SurveyDesign(people, psu="psu", weights="w"), formula, **more)


def test_a_saturated_model_standardises_as_by_hand(people):
    # direct standardisation: stratum-specific prevalences weighted by the strata of everybody
    found = estimate_adjusted_prevalence(fit(people, "cramps ~ old * region"), "old").frame
    share = people.groupby("region")["w"].sum() / people["w"].sum()
    cells = people.groupby(["old", "region"])[["cramps", "w"]].apply(lambda cell: np.average(cell["cramps"], weights=cell["w"]))
    by_hand = [float((cells[old] * share).sum()) for old in (0, 1)]
    np.testing.assert_allclose(found["estimate"], [*by_hand, by_hand[1] - by_hand[0], by_hand[1] / by_hand[0]], rtol=1e-9)
    assert found["measure"].tolist() == ["adjusted prevalence"] * 2 + ["prevalence difference", "prevalence ratio"]
    assert found["level"].tolist() == ["no", "yes", "yes", "yes"]


def test_interval_of_a_prevalence_is_t_on_the_logit_scale(people):
    row = estimate_adjusted_prevalence(fit(people), "old", level=0.9).frame.iloc[0]
    from scipy import stats

    half = stats.t.ppf(0.95, 29) * row["std_error"] / (row["estimate"] * (1 - row["estimate"]))
    middle = np.log(row["estimate"] / (1 - row["estimate"]))
    np.testing.assert_allclose([row["conf_low"], row["conf_high"]], 1 / (1 + np.exp(-np.array([middle - half, middle + half]))))
    assert row["df"] == 29


def test_comparisons_have_the_df_of_the_regression_and_follow_from_the_covariance(people):
    found = estimate_adjusted_prevalence(fit(people), "region", reference="south")
    rows = found.frame
    assert rows["df"].tolist() == [29.0] * 3 + [26.0] * 4
    assert rows["level"].tolist() == ["north", "south", "west"] + ["north", "west"] * 2
    V = found.covariance
    np.testing.assert_allclose(np.sqrt(np.diag(V)), rows["std_error"])
    np.testing.assert_allclose(rows["std_error"].iloc[3] ** 2, V[0, 0] + V[1, 1] - 2 * V[0, 1], rtol=1e-9)
    assert "region: compared with south." in found.notes


def test_a_number_needs_its_values_and_is_not_read_beyond_those_analysed(people):
    made = fit(people, "cramps ~ age + old")
    with pytest.raises(OptionError, match=r"'age' is a number; .*levels="):
        estimate_adjusted_prevalence(made, "age")
    rows = estimate_adjusted_prevalence(made, "age", levels=[30, 95]).frame
    assert rows["level"].tolist() == ["30", "95", "95", "95"]
    assert not rows["caution"].iloc[0].startswith("suppress: 30")
    assert rows["caution"].iloc[[1, 2, 3]].str.contains(r"95 lies beyond the values analysed \(20 to 79\)").all()


def test_other_outcomes_give_adjusted_means_in_their_unit(people):
    design = SurveyDesign(people, psu="psu", weights="w", labels={"hours": Label("Sleep", "hours")})
    rows = estimate_adjusted_prevalence(fit_regression(design, "hours ~ old", model="linear"), "old").frame
    means = [np.average(part["hours"], weights=part["w"]) for _, part in people.groupby("old")]
    assert rows["measure"].tolist() == ["adjusted mean", "adjusted mean", "mean difference"]
    assert set(rows["unit"]) == {"hours"}
    np.testing.assert_allclose(rows["estimate"], [*means, means[1] - means[0]], rtol=1e-9)


def test_a_prevalence_above_1_is_suppressed():
    # 2, 9, 10 and 10 of 10 have the outcome: a log-linear curve overshoots
    frame = pd.DataFrame({"age": np.repeat([0.0, 1.0, 2.0, 3.0], 50), "place": np.tile(np.arange(10), 20)})
    frame["cramps"] = (frame["place"] < frame["age"].map({0.0: 2, 1.0: 9, 2.0: 10, 3.0: 10})).astype(float)
    frame["psu"] = np.arange(200) % 37
    made = fit_regression(SurveyDesign(frame, psu="psu"), "cramps ~ age", model="poisson")
    row = estimate_adjusted_prevalence(made, "age", levels=[0, 3]).frame.iloc[1]
    assert row["estimate"] > 1
    assert "which is no share" in row["caution"]


def test_what_cannot_be_set_is_refused(people):
    made = fit(people, "cramps ~ old + region + age")
    with pytest.raises(OptionError, match=r"unknown exposure of the model 'sex'; valid: .*region"):
        estimate_adjusted_prevalence(made, "sex")
    with pytest.raises(OptionError, match="unknown level of region 'east'"):
        estimate_adjusted_prevalence(made, "region", levels=["north", "east"])
    with pytest.raises(OptionError, match="unknown reference of region 'east'"):
        estimate_adjusted_prevalence(made, "region", reference="east")
    with pytest.raises(DataError, match="finite numbers only"):
        estimate_adjusted_prevalence(made, "age", levels=[30, np.inf])
    with pytest.raises(OptionError, match="each once"):
        estimate_adjusted_prevalence(made, "age", levels=[30, 30])
    with pytest.raises(OptionError, match="level"):
        estimate_adjusted_prevalence(made, "old", level=95)


def test_an_ordered_outcome_has_no_prevalence(people):
    made = fit_ordinal(SurveyDesign(people.assign(grade=people["old"] + people["cramps"]), psu="psu"), "grade ~ age")
    with pytest.raises(OptionError, match="ordered category"):
        estimate_adjusted_prevalence(made, "age", levels=[30, 50])
