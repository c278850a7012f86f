"""Pooling against R's metafor and lme4: make_reference.R beside this file made studies.csv and values.csv."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crampstats.estimate.meta_regression import fit_effect_regression, fit_egger_regression, fit_study_regression
from crampstats.estimate.meta_studies import derive_effects
from crampstats.estimate.pooling import estimate_study_prevalence, pool_effects, pool_sparse_studies, pool_studies

HERE = Path(__file__).parent
VALUES = pd.read_csv(HERE / "values.csv")
STUDIES = pd.read_csv(HERE / "studies.csv").assign(survey=lambda table: table["study"])
TAU2 = {"REML": "reml", "ML": "ml", "DL": "dl", "PM": "pm", "FE": "fixed"}
TEST = {"knha": "knapp_hartung", "z": "normal"}
# (effects, variances) of the cases in make_reference.R
ALIKE = ([-0.50, -0.48, -0.52, -0.49], [0.04, 0.05, 0.03, 0.06])
POOLED = sorted(case for case in VALUES["case"].unique() if case.split("/")[0] in ("all", "three", "alike"))
REGRESSIONS = sorted(case for case in VALUES["case"].unique() if case.startswith("regression/"))


def expected(case: str) -> pd.DataFrame:
    return VALUES[VALUES["case"] == case]


def effects_of(name: str) -> tuple[list[float], list[float]]:
    if name == "alike":
        return ALIKE
    table = derive_effects(STUDIES)
    table = table.iloc[[0, 2, 9]] if name == "three" else table
    return table["effect"].tolist(), table["variance"].tolist()


def same(ours: float, theirs: float, rtol: float = 1e-9) -> None:
    # zeros (tau2, I2 of studies that agree) have no relative error; metafor's arrive as rounding noise
    if abs(theirs) < 1e-12:
        assert abs(ours) < 1e-12
    else:
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=0)


def test_logit_effects_equal_escalc_also_without_cases():
    ours = derive_effects(STUDIES).set_index("study")
    for row in expected("escalc").itertuples():
        same(ours.loc[row.key, row.stat], row.value)


def test_exact_intervals_equal_binom_test():
    ours = estimate_study_prevalence(STUDIES, by="setting").to_frame().set_index("study")
    for row in expected("exact").itertuples():
        same(ours.loc[row.key, row.stat], row.value)


@pytest.mark.parametrize("case", POOLED)
def test_pooled_effect_interval_and_heterogeneity_equal_metafor(case):
    name, method, test = case.split("/")
    ours = pool_effects(*effects_of(name), tau2=TAU2[method], test=TEST[test]).to_frame().set_index("measure")
    for row in expected(case).itertuples():
        same(ours.loc[row.key, row.stat], row.value)


def test_pooled_prevalence_is_the_back_transformed_metafor_result():
    ours = pool_studies(STUDIES, by=()).to_frame().set_index("measure")
    theirs = expected("all/REML/knha").set_index(["key", "stat"])["value"]
    for measure, key in (("pooled prevalence", "pooled effect"), ("prediction interval", "prediction interval")):
        for stat in ("conf_low", "conf_high"):
            same(ours.loc[measure, stat], 1 / (1 + np.exp(-theirs[key, stat])))
    same(ours.loc["pooled log odds", "std_error"], theirs["pooled effect", "std_error"])
    same(ours.loc["pooled log odds", "p_value"], theirs["pooled effect", "p_value"])


@pytest.mark.parametrize("case", REGRESSIONS)
def test_meta_regression_on_age_and_setting_equals_metafor(case):
    _, method, test = case.split("/")
    table = derive_effects(STUDIES)
    ours = fit_effect_regression(
        table["effect"], table["variance"], table[["age", "setting"]], tau2=TAU2[method], test=TEST[test]
    ).to_frame()
    check_regression(ours, case)


def test_study_regression_on_age_equals_metafor():
    check_regression(fit_study_regression(STUDIES, "age").to_frame(), "regression age")


def check_regression(ours: pd.DataFrame, case: str) -> None:
    term = ours["exposure"].where(ours["level"] == "", ours["exposure"] + "=" + ours["level"])
    ours = ours.set_index(term.where(ours["measure"] == "coefficient", ours["measure"]))
    for row in expected(case).itertuples():
        same(ours.loc[row.key, row.stat], row.value)


def test_egger_regression_equals_regtest():
    table = derive_effects(STUDIES)
    ours = fit_egger_regression(table["effect"], table["variance"]).to_frame().iloc[0]
    theirs = expected("egger").set_index("stat")["value"]
    same(ours["estimate"] / ours["std_error"], theirs["t"])
    same(ours["p_value"], theirs["p_value"])


@pytest.mark.parametrize(("case", "rtol"), [("glmm", 1e-6), ("glmm metafor", 1e-4)])
def test_binomial_normal_model_equals_glmer_as_far_as_that_converges(case, rtol):
    # lme4 optimises without derivatives: 1e-7 with the tight settings, 1e-5 as rma.glmm calls it
    ours = pool_sparse_studies(STUDIES, by=()).to_frame().set_index("measure")
    for row in expected(case).itertuples():
        same(ours.loc[row.key, row.stat], row.value, rtol)
