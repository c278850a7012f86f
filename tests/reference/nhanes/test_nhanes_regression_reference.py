"""Regressions on NHANES 2005-2008 as we load it are those of R's survey package on the files (make_regression.R beside this)."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crampstats.datasets.nhanes import load_nhanes
from crampstats.estimate.attributable import estimate_attributable_fraction
from crampstats.estimate.margins import estimate_adjusted_prevalence
from crampstats.estimate.ordinal import estimate_thresholds, fit_ordinal
from crampstats.estimate.regression import compare_terms, estimate_coefficients, fit_regression, write_formula

FOLDER = os.environ.get("CRAMPSTATS_NHANES")
RTOL = 1e-9
NUMBERS = ["estimate", "std_error", "p_value", "df", "n"]
MISSING = {name: ["NA"] for name in ("std_error", "p_value", "n_events")}
TABLE = pd.read_csv(Path(__file__).parent / "regression.csv", keep_default_na=False, na_values=MISSING)
WHAT = ["model", "outcome", "exposure", "adjustment", "weight", "min_age", "formula"]
IS_TEST = TABLE["term"].str.startswith("Wald")
IS_STANDARDISED = TABLE["term"].str.match("standardised|difference|ratio|attributable")
pytestmark = [
    pytest.mark.nhanes,
    pytest.mark.skipif(not FOLDER, reason="needs the NHANES files: set CRAMPSTATS_NHANES to their folder"),
]


def models(rows):
    """One parameter per model of some rows: what was fitted, and what R gave."""
    return [
        pytest.param(dict(zip(WHAT, key, strict=True)), part, id=" ".join(str(word) for word in key if word != ""))
        for key, part in rows.groupby(WHAT, sort=False)
    ]


@cache
def survey():
    return load_nhanes(FOLDER)


@cache
def adults(min_age, weight):
    return survey().adults(min_age, weight=weight)


@cache
def fitted(model, outcome, exposure, adjustment, weight, min_age, formula):
    """The model fitted by us."""
    design = adults(min_age, weight)
    written = formula or write_formula(outcome, [exposure, *adjustment.split()])
    return fit_ordinal(design, written) if model == "proportional odds" else fit_regression(design, written, model=model)


def equal(actual, expected, what, rtol=RTOL):
    actual, expected = (np.asarray(numbers, dtype=float) for numbers in (actual, expected))
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=0, err_msg=what)


def r_name(name):
    """"education[T.high school]" as R writes it."""
    return name.replace("[T.", "").replace("]", "").replace("Intercept", "(Intercept)")


@pytest.mark.parametrize(("what", "theirs"), models(TABLE[~IS_TEST & ~IS_STANDARDISED & (TABLE["model"] != "proportional odds")]))
def test_every_coefficient_error_p_df_and_n_equals_svyglm(what, theirs):
    fit = fitted(**what)
    ours = estimate_coefficients(fit, intercept=True).frame.assign(estimate=fit.coefficients)
    ours.index = [r_name(name) for name in fit.names]
    assert sorted(ours.index) == sorted(theirs["term"])
    ours = ours.loc[theirs["term"]]
    for column in NUMBERS:
        equal(ours[column], theirs[column], column)
    if np.isfinite(fit.n_events):
        equal(ours["n_events"], theirs["n_events"], "n_events")


@pytest.mark.parametrize(("what", "theirs"), models(TABLE[IS_TEST]))
def test_wald_tests_equal_reg_term_test(what, theirs):
    fit = fitted(**what)
    for row in theirs.to_dict("records"):
        ours = compare_terms(fit, *row["term"].removeprefix("Wald ").split(" + ")).frame.iloc[0]
        for column in ("estimate", "p_value", "df", "n"):
            equal(ours[column], row[column], f"{row['term']} {column}")


@pytest.mark.parametrize(("what", "theirs"), models(TABLE[TABLE["model"] == "proportional odds"]))
def test_proportional_odds_equal_svyolr_at_its_maximum(what, theirs):
    fit = fitted(**what)
    slopes = estimate_coefficients(fit).frame.assign(estimate=fit.coefficients, term=[r_name(name) for name in fit.names])
    thresholds = estimate_thresholds(fit).frame
    thresholds["term"] = thresholds["level"].str.replace(" | ", "|")
    ours = pd.concat([slopes, thresholds]).set_index("term").loc[theirs["term"]]
    for column in ("estimate", "std_error", "df", "n"):
        equal(ours[column], theirs[column], column)
    # svyolr has no p for thresholds that means anything
    equal(slopes["p_value"], theirs["p_value"].iloc[: len(slopes)], "p_value")


@pytest.mark.parametrize(("what", "theirs"), models(TABLE[IS_STANDARDISED]))
def test_standardised_prevalences_and_attributable_fractions_equal_their_linearisation_in_r(what, theirs):
    fit = fitted(**what)
    both = [estimate_adjusted_prevalence(fit, what["exposure"]), estimate_attributable_fraction(fit, [what["exposure"]])]
    ours = pd.concat([result.frame for result in both], ignore_index=True)
    for column in NUMBERS:
        equal(ours[column], theirs[column], column)
