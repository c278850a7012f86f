"""A clinic's numbers against R's survey, epiR and base R: make_reference.R beside this file made values.csv."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.estimates import Estimates
from crampstats.core.outcomes import Outcome
from crampstats.estimate.control_chart import fit_control_chart
from crampstats.estimate.funnel import fit_funnel
from crampstats.estimate.observed_expected import compare_with_expected
from crampstats.estimate.prevalence import estimate_prevalence
from crampstats.estimate.screening import Accuracy, correct_for_screening
from crampstats.reports.expected import expected_reference

HERE = Path(__file__).parent
VALUES = pd.read_csv(HERE / "values.csv", keep_default_na=False).set_index(["case", "key", "stat"])["value"]
PATIENTS, UNITS = pd.read_csv(HERE / "patients.csv"), pd.read_csv(HERE / "units.csv")
SITES = list(PATIENTS["site"].unique())


def theirs(case: str, key: str, stat: str) -> float:
    return float(VALUES.loc[(case, key, stat)])


def same(ours: float, expected: float) -> None:
    # bounds at 0 have no relative error
    assert ours == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.fixture(scope="module")
def patients() -> SurveyDesign:
    """One row per patient of patients.csv."""
    rows = PATIENTS.loc[PATIENTS.index.repeat(PATIENTS["n"])]
    place = rows.groupby(level=0).cumcount()
    table = pd.DataFrame({
        "clinic_site": rows["site"], "age_decade": rows["age"], "sex": rows["sex"],
        "any_cramps": (place < rows["events"]).astype(int),
    }).reset_index(drop=True)
    return SurveyDesign(table, outcomes=[Outcome("any_cramps", "Leg cramps", "patients", "past month", "at least once")])


@pytest.fixture(scope="module")
def compared(patients) -> pd.DataFrame:
    made = compare_with_expected(patients, "any_cramps", expected_reference(), by="clinic_site")
    return made.frame.set_index("clinic_site")


@pytest.mark.parametrize("site", ["all", *SITES])
@pytest.mark.parametrize("stat", [
    "estimate", "expected", "null_variance", "expected_std_error", "df", "z", "p_value", "conf_low", "conf_high", "std_error",
])
def test_observed_over_expected_is_that_of_r_on_the_nhanes_cells(compared, site, stat):
    same(compared.loc["" if site == "all" else site, stat], theirs(f"expected/{site}", "", stat))


@pytest.mark.parametrize("site", SITES)
def test_the_exact_interval_of_a_site_is_that_of_binom_test(patients, site):
    made = estimate_prevalence(patients, "any_cramps", by="clinic_site", interval="exact").frame.set_index("clinic_site")
    for stat in ("estimate", "conf_low", "conf_high"):
        same(made.loc[site, stat], theirs("exact", site, stat))


def units(*, ratio: bool) -> Estimates:
    frame = UNITS.rename(columns={"events": "n_events"})
    if ratio:
        frame = frame.assign(estimate=frame["n_events"] / frame["expected"], measure="observed / expected")
        frame = frame.assign(observed=frame["n_events"])
    else:
        frame = frame.drop(columns="expected").assign(estimate=frame["n_events"] / frame["n"], measure="prevalence")
    frame = frame.rename(columns={"unit": "site"}).assign(unit="ratio" if ratio else "share")
    return Estimates(frame, ("site",), extras=("expected",) if ratio else ())


@pytest.mark.parametrize("kind", ["share", "ratio"])
@pytest.mark.parametrize("overdispersion", ["additive", "multiplicative"])
def test_a_funnel_has_the_dispersion_scores_and_limits_of_r(kind, overdispersion):
    case = f"funnel/{kind}"
    funnel = fit_funnel(units(ratio=kind == "ratio"), overdispersion=overdispersion)
    assert funnel.adjustment == overdispersion
    for stat in ("phi", "tau2", "phi_p_value"):
        same(getattr(funnel, stat), theirs(case, "", stat))
    for _, row in funnel.estimates.frame.iterrows():
        same(row["z"], theirs(case, row["site"], "z"))
        same(row["z_adjusted"], theirs(case, row["site"], f"z_{overdispersion}"))
        for bound in ("low_95", "high_95", "low_998", "high_998"):
            same(row[bound], theirs(case, row["site"], f"{overdispersion}_{bound}"))


@pytest.mark.parametrize("kind", ["share", "ratio"])
def test_limits_of_chance_alone_are_the_exact_binomial_ones_of_r(kind):
    frame = fit_funnel(units(ratio=kind == "ratio"), overdispersion="none").estimates.frame
    for _, row in frame.iterrows():
        for bound in ("low_95", "high_95", "low_998", "high_998"):
            same(row[bound], theirs(f"funnel/{kind}", row["site"], f"exact_{bound}"))


def test_a_control_chart_has_the_runs_and_limits_of_r():
    chart = fit_control_chart(units(ratio=False))
    assert chart.chart == "p prime"
    same(chart.dispersion, theirs("chart", "", "dispersion"))
    for stat in ("longest_run", "crossings", "longest_run_limit", "crossings_limit"):
        assert getattr(chart, stat) == theirs("chart", "", stat)
    for _, row in chart.estimates.frame.iterrows():
        same(row["z"], theirs("chart", row["site"], "z"))
        same(row["low"], theirs("chart", row["site"], "low_prime"))
        same(row["high"], theirs("chart", row["site"], "high_prime"))


@pytest.mark.parametrize(("x", "n", "se", "sp"), [
    (60, 200, (90, 100), (190, 200)), (3, 40, (45, 50), (70, 80)), (150, 160, (28, 30), (35, 40)),
])
def test_rogan_gladen_is_that_of_epir_and_its_interval_that_of_lang_and_reiczigel(x, n, se, sp):
    asked = Estimates(pd.DataFrame({"measure": ["prevalence"], "estimate": [x / n], "n": [n], "n_events": [x]}))
    row = correct_for_screening(asked, Accuracy.from_counts(*se), Accuracy.from_counts(*sp)).frame.iloc[0]
    case = f"screening/{x}"
    same(row["uncut"], theirs(case, "", "estimate"))
    assert row["estimate"] == np.clip(row["uncut"], 0, 1)
    same(row["conf_low"], theirs(case, "", "conf_low"))
    same(row["conf_high"], theirs(case, "", "conf_high"))
    known = correct_for_screening(asked, Accuracy(se[0] / se[1]), Accuracy(sp[0] / sp[1])).frame.iloc[0]
    same(known["conf_low"], theirs(case, "", "known_low"))
    same(known["conf_high"], theirs(case, "", "known_high"))
