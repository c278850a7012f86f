"""Multiple imputation against R's mice, mitml and survey: make_reference.R beside this file made the tables and values.csv."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crampstats.core.design import SurveyDesign
from crampstats.core.estimates import Estimates
from crampstats.estimate.comparisons import compare_groups
from crampstats.estimate.imputation import fit_imputed, impute
from crampstats.estimate.imputation_pooling import pool_imputations, pool_rubin, pool_wald_test
from crampstats.estimate.means import estimate_mean
from crampstats.estimate.prevalence import estimate_prevalence

HERE = Path(__file__).parent
VALUES = pd.read_csv(HERE / "values.csv", keep_default_na=False, dtype={"key": str})
NUMBERS = VALUES.assign(value=pd.to_numeric(VALUES["value"])).set_index("case")
SCALARS = sorted(case for case in NUMBERS.index.unique() if case.startswith("scalar/"))
WALDS = sorted(case for case in NUMBERS.index.unique() if case.startswith("wald/"))
STATS = {"estimate": "estimate", "std_error": "std_error", "df": "df", "conf_low": "conf_low", "conf_high": "conf_high",
         "p_value": "p_value", "fraction": "fraction_missing_information", "increase": "relative_variance_increase"}
RTOL = 1e-9
OURS = 100  # imputations by us; mice made 200


def stat(case: str, name: str, key: str = "") -> float:
    rows = NUMBERS.loc[[case]]
    return float(rows.loc[(rows["stat"] == name) & (rows["key"] == key), "value"].iloc[0])


def stats_of(case: str, name: str) -> np.ndarray:
    rows = NUMBERS.loc[[case]]
    return rows.loc[rows["stat"] == name, "value"].to_numpy()


def same(actual: float, expected: float) -> None:
    np.testing.assert_allclose(actual, expected, rtol=RTOL, atol=0)


def holds(row: pd.Series, case: str, key: str = "", names: dict[str, str] = STATS) -> None:
    """Every statistic R gave for the case and key."""
    for theirs, ours in names.items():
        same(float(row[ours]), stat(case, theirs, key))


def one_row(effect: float, variance: float, df: float) -> Estimates:
    # df as Estimates has them when they are infinite: missing
    return Estimates(pd.DataFrame({
        "measure": ["mean difference"], "estimate": effect, "std_error": np.sqrt(variance), "p_value": 0.5,
        "df": df if np.isfinite(df) else np.nan,
    }))


@pytest.mark.parametrize("case", SCALARS)
def test_pooled_estimate_standard_error_df_and_missing_information_equal_pool_scalar(case):
    effects, variances, df = stats_of(case, "effect"), stats_of(case, "variance"), stat(case, "complete df")
    pooled = pool_imputations([one_row(*pair, df) for pair in zip(effects, variances, strict=True)])
    row = pooled.frame.iloc[0]
    if stat(case, "df") >= 1:
        holds(row, case)
    else:  # no interval is given below 1 df, where R's t distribution still has quantiles
        holds(row, case, names={name: STATS[name] for name in ("estimate", "std_error", "df", "fraction", "increase")})
        assert row[["conf_low", "conf_high", "p_value"]].isna().all()
        assert row["caution"].startswith("suppress")
    plain = pool_rubin(effects[:, None], variances[:, None], np.array([df]))
    same(plain.df[0], stat(case, "df"))


@pytest.mark.parametrize("case", WALDS)
def test_pooled_wald_test_equals_mitml(case):
    k = int(case.split("k=")[1].split(";")[0]) if "k=" in case else 1
    effects = stats_of(case, "effect").reshape(-1, k)
    covariances = stats_of(case, "covariance").reshape(-1, k, k)
    df = stat(case, "complete df")
    parts = []
    for effect, covariance in zip(effects, covariances, strict=True):
        frame = pd.DataFrame({
            "measure": "mean difference", "exposure": "x", "level": [f"b{i}" for i in range(k)], "estimate": effect,
            "std_error": np.sqrt(np.diag(covariance)), "df": df if np.isfinite(df) else np.nan,
        })
        parts.append(Estimates(frame, covariance=covariance))
    row = pool_wald_test(parts).frame.iloc[0]
    for ours, theirs in (("estimate", "statistic"), ("df", "df"), ("p_value", "p_value"),
                         ("relative_variance_increase", "increase")):
        same(float(row[ours]), stat(case, theirs))


@pytest.fixture(scope="module")
def designs() -> list[SurveyDesign]:
    complex_table = pd.read_csv(HERE.parent / "survey" / "data" / "complex.csv")
    imputed = pd.read_csv(HERE / "imputed.csv")
    return [
        SurveyDesign(complex_table.assign(y=imputed[f"y{i}"], x=imputed[f"x{i}"]), strata="stratum", psu="psu", weights="weight")
        for i in range(1, 6)
    ]


def test_pooled_prevalence_of_a_complex_design_equals_survey_and_mice(designs):
    result = fit_imputed(designs, lambda design: estimate_prevalence(design, "y"), interval="wald")
    # a prevalence has no p-value
    holds(result.frame.iloc[0], "survey/mean y", names={key: name for key, name in STATS.items() if key != "p_value"})


def test_pooled_means_by_group_equal_survey_and_mice(designs):
    names = {key: name for key, name in STATS.items() if key != "p_value"}
    holds(fit_imputed(designs, lambda design: estimate_mean(design, "x")).frame.iloc[0], "survey/mean x", names=names)
    by_sex = fit_imputed(designs, lambda design: estimate_mean(design, "x", by="sex")).frame
    for _, row in by_sex.iterrows():
        holds(row, "survey/mean x by sex", row["sex"], names)


def test_ratios_are_pooled_on_the_log_scale_and_differences_on_their_own(designs):
    result = fit_imputed(designs, lambda design: compare_groups(design, "y", "sex", reference="men")).frame.set_index("measure")
    holds(result.loc["prevalence difference"], "survey/difference", "women")
    ratio = result.loc["prevalence ratio"].copy()
    ratio[["estimate", "conf_low", "conf_high"]] = np.log(ratio[["estimate", "conf_low", "conf_high"]].astype(float))
    holds(ratio, "survey/log ratio", "women")


@pytest.fixture(scope="module")
def chained() -> list[pd.DataFrame]:
    table = pd.read_csv(HERE / "mar.csv")
    return [design.table for design in impute(SurveyDesign(table), ["z", "x", "g"], outcome="b", m=OURS, iterations=10, seed=5)]


@pytest.mark.slow
@pytest.mark.parametrize(("what", "take"), [
    ("mean x", lambda t: t["x"]),
    ("share b", lambda t: t["b"]),
    ("share current", lambda t: t["g"] == "current"),
    ("share former", lambda t: t["g"] == "former"),
    ("mean x among b", lambda t: t.loc[t["b"] == 1, "x"]),
    ("share b among current", lambda t: t.loc[t["g"] == "current", "b"]),
])
def test_chained_equations_agree_with_mice_but_for_monte_carlo_error(what, take, chained):
    """mice (pmm, logreg, and a multinomial model with drawn coefficients) and ours draw from the same models.

    Means over their 200 and our 100 imputations differ by at most 3.29 Monte Carlo standard errors of their difference,
    variances between imputations by the 99.9 % range of F(99, 199).
    """
    found = np.array([float(take(table).mean()) for table in chained])
    theirs, between = int(stat("chain", "imputations")), stat("chain", "between", what)
    low, high = stats.f.ppf([0.0005, 0.9995], OURS - 1, theirs - 1)
    print(what, found.mean(), stat("chain", "estimate", what), "between by mice's", found.var(ddof=1) / between)
    assert found.mean() == pytest.approx(stat("chain", "estimate", what), abs=3.29 * np.sqrt(between / OURS + between / theirs))
    assert low < found.var(ddof=1) / between < high
