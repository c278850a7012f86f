"""Regressions, tests, contrasts, standardised means and attributable fractions equal R's survey package (make_regression.R)."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crampstats.estimate.attributable import estimate_attributable_fraction
from crampstats.estimate.dose_response import estimate_dose_response
from crampstats.estimate.margins import estimate_adjusted_prevalence
from crampstats.estimate.ordinal import compare_cumulative_odds, estimate_thresholds, fit_ordinal
from crampstats.estimate.regression import compare_terms, estimate_coefficients, estimate_contrast, fit_regression

RTOL = 1e-9
MISSING = {name: ["NA"] for name in ("std_error", "p_value", "df", "n_events")}
TABLE = pd.read_csv(Path(__file__).parent / "regression.csv", keep_default_na=False, na_values=MISSING)
NUMBERS = ["estimate", "std_error", "p_value", "df", "n"]
SPLINE = "rcs(age, (30, 50, 65))"
# case: model, formula, offset
CASES = {
    "logistic": ("logistic", "y ~ sex + age + race", None),
    "interaction": ("logistic", "y ~ sex * age", None),
    "factors": ("logistic", "y ~ sex * age_group", None),
    "no_intercept": ("logistic", "y ~ age_group + x - 1", None),
    "spline": ("logistic", f"y ~ {SPLINE} + sex", None),
    "straight": ("logistic", "y ~ age + sex", None),
    "prevalence_ratio": ("poisson", "y ~ sex + age", None),
    "rate_offset": ("poisson", "visits ~ sex + x", "shift"),
    "log_binomial": ("log-binomial", "y ~ sex + age_group", None),
    "probit": ("probit", "y ~ sex + age", None),
    "cloglog": ("complementary log-log", "y ~ sex + age", None),
    "linear": ("linear", "x ~ sex + age + race", None),
    "intercept": ("logistic", "y ~ 1", None),
    "standardised_logistic": ("logistic", "y ~ woman * age + race", None),
    "standardised_poisson": ("poisson", "y ~ woman * age + race", None),
}
SPECIAL = re.compile(r"^(?:Wald|contrast|standardised|difference|ratio|attributable|equality) ")


@pytest.fixture(scope="session")
def design_with(example_design):
    """An example design with the columns that make_regression.R derives."""

    @cache
    def made(name):
        base, _, rule = name.partition("_")
        design = example_design("lonely", lonely=rule) if base == "lonely" else example_design(name)
        table = design.table
        severity = pd.cut(table["z"], [0, 1.5, 3, 5, np.inf], right=False, labels=["none", "mild", "moderate", "severe"])
        more = {"visits": np.floor(table["z"]), "shift": table["age"] / 100, "severity": severity,
                "woman": (table["sex"] == "women").astype(float)}
        return replace(design, table=table.assign(**more))

    return made


@pytest.fixture(scope="session")
def fit_of(design_with):
    """A fitted case."""

    @cache
    def made(design, case):
        model, formula, offset = CASES[case]
        return fit_regression(design_with(design), formula, model=model, offset=offset)

    return made


def cases(rows):
    return [pytest.param(*key, part, id=" ".join(key)) for key, part in rows.groupby(["design", "case"], sort=False)]


def equal(actual, expected, what):
    actual, expected = (np.asarray(numbers, dtype=float) for numbers in (actual, expected))
    np.testing.assert_allclose(actual, expected, rtol=RTOL, atol=0, err_msg=what)


def r_name(name):
    """Our coefficient as R calls it."""
    name = name.replace(f"{SPLINE}[0]", "age").replace(f"{SPLINE}[1]", "spline")
    return re.sub(r"\[(?:T\.)?([^\]]*)\]", r"\1", name).replace("Intercept", "(Intercept)")


IS_SPECIAL = TABLE["term"].str.contains(SPECIAL)
ORDINAL, JACKKNIFE = TABLE["case"] == "proportional_odds", TABLE["case"] == "jackknife"


@pytest.mark.parametrize(("design", "case", "theirs"), cases(TABLE[~IS_SPECIAL & ~ORDINAL & ~JACKKNIFE]))
def test_coefficients_errors_p_df_and_counts_equal_svyglm(design, case, theirs, fit_of):
    fit = fit_of(design, case)
    ours = estimate_coefficients(fit, intercept=True).frame.assign(estimate=fit.coefficients)
    ours.index = [r_name(name) for name in fit.names]
    assert set(ours.index) == set(theirs["term"])
    ours = ours.loc[theirs["term"]]
    for column in NUMBERS:
        equal(ours[column], theirs[column], f"{design} {case} {column}")
    if np.isfinite(fit.n_events):
        equal(ours["n_events"], theirs["n_events"], f"{design} {case} n_events")


@pytest.mark.parametrize(("design", "case", "theirs"), cases(TABLE[TABLE["term"].str.startswith("Wald ")]))
def test_wald_tests_equal_reg_term_test(design, case, theirs, fit_of):
    fit = fit_of(design, case)
    for row in theirs.to_dict("records"):
        terms = row["term"].removeprefix("Wald ").split(" + ")
        if case == "spline":
            if terms == ["spline"]:
                continue  # the bends by themselves: tested with the dose-response
            terms = [SPLINE]
        ours = compare_terms(fit, *terms).frame.iloc[0]
        for column in ("estimate", "p_value", "df", "n"):
            equal(ours[column], row[column], f"{design} {row['term']} {column}")


CONTRASTS = TABLE["term"].str.startswith("contrast ") & (TABLE["case"] != "spline")


@pytest.mark.parametrize(("design", "case", "theirs"), cases(TABLE[CONTRASTS]))
def test_contrasts_equal_svycontrast(design, case, theirs, fit_of):
    weights = {
        "logistic": {"race[T.C]": 1, "race[T.B]": -1}, "interaction": {"sex[T.women]": 1, "sex[T.women]:age": 50},
        "no_intercept": {"age_group[60+]": 1, "age_group[20-39]": -1}, "linear": {"sex[T.women]": 1, "age": -10},
    }[case]
    fit = fit_of(design, case)
    ours = estimate_contrast(fit, weights).frame.iloc[0]
    row = theirs.iloc[0]
    equal(np.log(ours["estimate"]) if fit.family.is_ratio else ours["estimate"], row["estimate"], f"{design} {case} estimate")
    for column in ("std_error", "p_value", "df"):
        equal(ours[column], row[column], f"{design} {case} {column}")


@pytest.mark.parametrize(("design", "case", "theirs"), cases(TABLE[TABLE["case"] == "spline"]))
def test_dose_response_equals_contrasts_and_tests_of_the_spline(design, case, theirs, design_with):
    made = design_with(design)
    rows = estimate_dose_response(made, "y", "age", ["sex"], knots=(30, 50, 65), reference=40, grid=[60, 40]).frame
    point, base, overall, bends, trend = rows.to_dict("records")
    theirs = theirs.set_index("term")
    equal([base["estimate"], base["std_error"]], [1, 0], "at the reference")
    contrast = theirs.loc["contrast age spline"]
    equal(np.log(point["estimate"]), contrast["estimate"], f"{design} {case} log ratio")
    for column in ("std_error", "p_value", "df"):
        equal(point[column], contrast[column], f"{design} {case} {column}")
    for ours, term in ((overall, "Wald age + spline"), (bends, "Wald spline")):
        for column in ("estimate", "p_value", "df"):
            equal(ours[column], theirs.loc[term, column], f"{design} {term} {column}")
    straight = TABLE[(TABLE["design"] == design) & (TABLE["case"] == "straight") & (TABLE["term"] == "age")].iloc[0]
    equal(np.log(trend["estimate"]), straight["estimate"], f"{design} trend")
    equal(trend["p_value"], straight["p_value"], f"{design} trend p")


@pytest.mark.parametrize(("design", "case", "theirs"), cases(TABLE[ORDINAL]))
def test_proportional_odds_equal_svyolr_at_its_maximum(design, case, theirs, design_with):
    fit = fit_ordinal(design_with(design), "severity ~ sex + age + race")
    slopes = estimate_coefficients(fit).frame.assign(estimate=fit.coefficients, term=[r_name(name) for name in fit.names])
    thresholds = estimate_thresholds(fit).frame.assign(term=lambda rows: rows["level"].str.replace(" | ", "|"))
    ours = pd.concat([slopes, thresholds]).set_index("term").loc[theirs["term"]]
    for column in ("estimate", "std_error", "df", "n"):
        equal(ours[column], theirs[column], f"{design} {case} {column}")
    equal(slopes["p_value"], theirs["p_value"].iloc[: len(slopes)], f"{design} {case} p_value")


@pytest.mark.parametrize(("design", "case", "theirs"), cases(TABLE[TABLE["case"] == "equal_odds"]))
def test_the_test_of_proportional_odds_equals_stacked_binary_fits(design, case, theirs, design_with):
    tests = compare_cumulative_odds(fit_ordinal(design_with(design), "severity ~ sex * age")).frame.set_index("exposure")
    ours = tests[tests["measure"] == "Wald F"].loc[theirs["term"].str.removeprefix("equality ")]
    for column in ("estimate", "p_value", "df", "n"):
        equal(ours[column], theirs[column], f"{design} {case} {column}")


@pytest.mark.parametrize(("design", "case", "theirs"), cases(TABLE[TABLE["case"].str.startswith("standardised_") & IS_SPECIAL]))
def test_standardised_means_and_attributable_fractions_equal_their_linearisation(design, case, theirs, fit_of):
    fit = fit_of(design, case)
    results = [
        estimate_adjusted_prevalence(fit, "woman"), estimate_adjusted_prevalence(fit, "race", levels=["A", "B", "C"]),
        estimate_adjusted_prevalence(fit, "age", levels=[30, 60]),
        estimate_attributable_fraction(fit, ["woman"]), estimate_attributable_fraction(fit, {"age": 30}),
    ]
    joint = estimate_attributable_fraction(fit, {"woman": 0, "age": 30}).frame.iloc[[-1]]
    ours = pd.concat([*(by_measure(result.frame) for result in results), joint], ignore_index=True)
    theirs = pd.concat([by_kind(part) for _, part in theirs.groupby(what_is_set(theirs["term"]), sort=False)], ignore_index=True)
    for column in NUMBERS:
        equal(ours[column], theirs[column], f"{design} {case} {column}")


def by_measure(frame):
    """Prevalences, then each comparison's difference and ratio."""
    kinds = frame["measure"].map({"adjusted prevalence": 0, "prevalence difference": 1, "prevalence ratio": 2}).fillna(3)
    return frame.assign(kind=kinds).sort_values("kind", kind="stable")


def by_kind(rows):
    order = {"standardised": 0, "difference": 1, "ratio": 2, "attributable": 3}
    return rows.assign(kind=rows["term"].str.split().str[0].map(order)).sort_values("kind", kind="stable")


def what_is_set(terms):
    """Which call a row belongs to; attributable fractions come last, as written."""
    kinds = terms.str.split().str[0]
    exposure = terms.str.split(n=1).str[1].str.split("=").str[0]
    return exposure.where(kinds != "attributable", "attributable " + exposure)


@pytest.mark.parametrize("design", ["complex", "clusters"])
def test_the_unconditional_variance_is_near_the_jackknife(design, example_design, design_with):
    theirs = TABLE[JACKKNIFE & (TABLE["design"] == design)].set_index("term")
    made = design_with(design)
    if design == "clusters":  # the jackknife of R is without correction
        made = replace(made, fpc=None)
    fit = fit_regression(made, "y ~ woman * age + race")
    prevalence, share = estimate_adjusted_prevalence(fit, "woman").frame, estimate_attributable_fraction(fit, ["woman"]).frame
    ours = [*prevalence["std_error"].iloc[:3], share["std_error"].iloc[0]]
    estimates = [*prevalence["estimate"].iloc[:3], share["estimate"].iloc[0]]
    np.testing.assert_allclose(estimates, theirs["estimate"], rtol=1e-8)
    # two estimators of one variance: equal to first order only
    np.testing.assert_allclose(ours, theirs["std_error"], rtol=0.1)
