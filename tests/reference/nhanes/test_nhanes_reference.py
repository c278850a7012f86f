"""NHANES 2005-2008 as we load it gives what R's survey package gives on the files (make_reference.R beside this).

Every test runs on the embedded cells; those marked nhanes run on the files too.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crampstats.core.labels import Label
from crampstats.datasets.cells import load_cells
from crampstats.datasets.nhanes import load_nhanes
from crampstats.estimate.comparisons import compare_groups
from crampstats.estimate.intervals import Shares, proportion_interval
from crampstats.estimate.means import estimate_mean
from crampstats.estimate.prevalence import estimate_prevalence
from crampstats.estimate.quantiles import estimate_quantiles
from crampstats.estimate.standardise import estimate_standardised_prevalence

HERE = Path(__file__).parent
RTOL = 1e-9
FOLDER = os.environ.get("CRAMPSTATS_NHANES")
INTERVALS = ("korn_graubard", "beta", "logit", "wilson", "asin", "wald")
OUTCOMES = ("any_cramps", "cramps_two_or_more", "frequent_cramps")
CONTRAST = ("estimate", "std_error", "conf_low", "conf_high", "df", "p_value")
files = pytest.param("files", marks=[
    pytest.mark.nhanes, pytest.mark.skipif(not FOLDER, reason="needs the NHANES files: set CRAMPSTATS_NHANES to their folder")
])
EVERYWHERE = pytest.mark.parametrize("origin", ["cells", files])
FROM_FILES = pytest.mark.parametrize("origin", [files])
WEIGHTS = pytest.mark.parametrize("weight", ["interview", "exam"])


@cache
def survey(origin):
    return load_cells() if origin == "cells" else load_nhanes(FOLDER)


@cache
def adults(origin, min_age, weight):
    return survey(origin).adults(min_age, weight=weight)


@cache
def shares():
    """What R gave for shares."""
    return pd.read_csv(HERE / "prevalence.csv", keep_default_na=False, dtype={"key": str})


@cache
def values():
    """What else R gave."""
    return pd.read_csv(HERE / "values.csv", keep_default_na=False).set_index(["case", "stat", "key"])["value"].sort_index()


def value(case, stat, key=""):
    return float(values().loc[(case, stat, key)])


def equal(actual, expected, what):
    actual, expected = (np.asarray(numbers, dtype=float) for numbers in (actual, expected))
    np.testing.assert_allclose(actual, expected, rtol=RTOL, atol=0, err_msg=what)


def keys_of(result):
    rows = result.frame[list(result.groups)].astype(str).to_dict("records")
    return [";".join(f"{name}={level}" for name, level in row.items()) for row in rows]


def expected_shares(outcome, min_age, weight, level, by):
    """R's rows of one table, by key."""
    table = shares()
    mine = table[
        (table["outcome"] == outcome) & (table["min_age"] == min_age) & (table["weight"] == weight) & (table["level"] == level)
    ]
    named = [[part.split("=")[0] for part in key.split(";") if part] for key in mine["key"]]
    return mine[[names == by for names in named]].set_index("key")


def check_shares(origin, outcome, min_age, weight, by, level=0.95):
    """One table with its numbers and all six intervals; at 20+ every interval comes from its own call."""
    theirs = expected_shares(outcome, min_age, weight, level, by)
    result = estimate_prevalence(adults(origin, min_age, weight), outcome, by=by, level=level)
    keys = keys_of(result)
    assert set(keys) == set(theirs.index)
    for column in ("estimate", "std_error", "df", "n", "n_events"):
        equal(result.frame[column], theirs.loc[keys, column], f"{outcome} {min_age} {weight} {by} {column}")
    numbers = result.frame[["estimate", "std_error", "df", "n"]].to_numpy(dtype=float).T
    for interval in INTERVALS:
        if min_age == 20:
            frame = estimate_prevalence(adults(origin, 20, weight), outcome, by=by, interval=interval, level=level).frame
            bounds = frame["conf_low"], frame["conf_high"]
        else:
            bounds = proportion_interval(Shares(*numbers), interval, level)
        for column, bound in zip(("conf_low", "conf_high"), bounds, strict=True):
            equal(bound, theirs.loc[keys, f"{column}_{interval}"], f"{outcome} {min_age} {by} {column} {interval}")


@EVERYWHERE
@WEIGHTS
@pytest.mark.parametrize("by", [[], ["sex"], ["cycle"], ["age_group"], ["sex", "age_group"], ["age_decade"]], ids=str)
@pytest.mark.parametrize("outcome", [*OUTCOMES, "mild_cramps"])
def test_shares_and_their_six_intervals_equal_r_at_every_age_cut(outcome, by, weight, origin):
    cuts = (20, 40, 60) if set(by) & {"age_group", "age_decade"} else (16, 18, 20, 40, 60)
    for min_age in cuts:
        check_shares(origin, outcome, min_age, weight, by)


@EVERYWHERE
@WEIGHTS
@pytest.mark.parametrize("by", [[], ["sex"], ["cycle"]], ids=str)
def test_90_percent_intervals_equal_r(by, weight, origin):
    for outcome in OUTCOMES:
        check_shares(origin, outcome, 20, weight, by, level=0.9)


@EVERYWHERE
def test_30_9_percent_of_10902_adults_had_cramps_in_the_past_month(origin):
    row = estimate_prevalence(adults(origin, 20, "interview"), "any_cramps").frame.iloc[0]
    assert (row["n"], row["df"]) == (10902, 31)
    assert round(row["estimate"], 6) == 0.308850
    assert round(row["std_error"], 6) == 0.009289


@EVERYWHERE
def test_the_published_shares_of_grandner_and_winkelman_come_back(origin):
    # PLoS ONE 2017;12(6):e0178465: mild 24-25 %, moderate to severe 6 %, by wave
    mild = estimate_prevalence(adults(origin, 18, "interview"), "mild_cramps", by="cycle").frame["estimate"]
    severe = estimate_prevalence(adults(origin, 18, "interview"), "frequent_cramps", by="cycle").frame["estimate"]
    assert [round(100 * share) for share in mild] == [24, 25]
    assert [round(100 * share) for share in severe] == [6, 6]


@EVERYWHERE
@WEIGHTS
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_covariance_of_sex_and_age_groups_equals_r(outcome, weight, origin):
    result = estimate_prevalence(adults(origin, 20, weight), outcome, by=["sex", "age_group"])
    keys, errors = keys_of(result), result.frame["std_error"].to_numpy()
    written = values().loc[(f"covariance/{outcome}/{weight}", "covariance")]
    for i in range(len(keys)):
        for j in range(i + 1, len(keys)):
            both = [f"{keys[i]} & {keys[j]}", f"{keys[j]} & {keys[i]}"]
            (theirs,) = written[written.index.isin(both)]
            assert abs(result.covariance[i, j] - theirs) <= RTOL * errors[i] * errors[j], both[0]


@EVERYWHERE
@WEIGHTS
@pytest.mark.parametrize(("by", "first", "others"), [
    ("sex", "male", ["female"]), ("age_group", "20-39", ["40-59", "60+"]), ("cycle", "2005-2006", ["2007-2008"]),
])
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_differences_and_ratios_equal_r(outcome, by, first, others, weight, origin):
    frame = compare_groups(adults(origin, 20, weight), outcome, by, reference=first).frame
    for measure in ("difference", "ratio"):
        for level in others:
            row = frame[(frame["measure"] == f"prevalence {measure}") & (frame["level"] == level)].iloc[0]
            for column in CONTRAST:
                equal(row[column], value(f"compare/{outcome}/{weight}/{by}", column, f"{measure} {level}"), f"{measure} {column}")


@EVERYWHERE
@WEIGHTS
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_trend_over_age_groups_equals_r(outcome, weight, origin):
    assert isinstance(survey(origin).design().labels["age_group"], Label)
    frame = compare_groups(adults(origin, 20, weight), outcome, "age_group").frame
    row = frame[frame["measure"] == "prevalence trend"].iloc[0]
    for column in CONTRAST:
        equal(row[column], value(f"compare/{outcome}/{weight}/age_group", column, "trend"), column)


@EVERYWHERE
@WEIGHTS
@pytest.mark.parametrize("by", ["sex", "age_group", "cycle"])
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_rao_scott_and_wald_tests_equal_svychisq(outcome, by, weight, origin):
    frame = compare_groups(adults(origin, 20, weight), outcome, by).frame.set_index("measure")
    case = f"chisq/{outcome}/{weight}/{by}"
    for measure, theirs in (("Rao-Scott F", "F"), ("Wald F", "adjWald")):
        for column, stat in (("estimate", "statistic"), ("df", "parameter2"), ("p_value", "p_value")):
            equal(frame.loc[measure, column], value(case, stat, theirs), f"{measure} {column}")
    equal(frame.loc["Rao-Scott chi-squared", "estimate"], value(case, "statistic", "first order"), "first order")
    equal(frame.loc["Rao-Scott chi-squared", "p_value"], value(case, "p_value", "Chisq"), "first order p")


@EVERYWHERE
@WEIGHTS
@pytest.mark.parametrize("by", [[], ["sex"], ["cycle"]], ids=str)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_age_standardised_shares_equal_svystandardize(outcome, by, weight, origin):
    result = estimate_standardised_prevalence(adults(origin, 20, weight), outcome, by=by)
    keys = keys_of(result)
    assert len(keys) == (2 if by else 1)
    for column in ("estimate", "std_error"):
        equal(result.frame[column], [value(f"standardised/{outcome}/{weight}", column, key) for key in keys], column)


@FROM_FILES
@WEIGHTS
@pytest.mark.parametrize(("variable", "theirs"), [("sleep_hours", "sleep_hours"), ("age_years", "age")])
def test_means_of_sleep_and_age_equal_r(variable, theirs, weight, origin):
    case = f"mean/{theirs}/{weight}"
    row = estimate_mean(adults(origin, 20, weight), variable).frame.iloc[0]
    for column in ("estimate", "std_error", "df", "conf_low", "conf_high", "n"):
        equal(row[column], value(case, column), column)
    for by in ("sex", "age_group", "cycle"):
        result = estimate_mean(adults(origin, 20, weight), variable, by=by)
        for column in ("estimate", "std_error"):
            equal(result.frame[column], [value(case, column, key) for key in keys_of(result)], f"{by} {column}")


@FROM_FILES
@WEIGHTS
@pytest.mark.parametrize(("interval", "method"), [("wald", "mean"), ("beta", "beta"), ("logit", "xlogit")])
@pytest.mark.parametrize(("variable", "theirs"), [("sleep_hours", "sleep_hours"), ("age_years", "age")])
def test_quantiles_of_sleep_and_age_equal_r(variable, theirs, interval, method, weight, origin):
    design = adults(origin, 20, weight)
    whole = estimate_quantiles(design, variable, (0.1, 0.25, 0.5, 0.75, 0.9), interval=interval)
    by_sex = estimate_quantiles(design, variable, (0.25, 0.5, 0.75), by="sex", interval=interval)
    for result in (whole, by_sex):
        for row, group in zip(result.frame.to_dict("records"), keys_of(result), strict=True):
            key = f"{group};p={row['level']}".lstrip(";")
            for column in ("estimate", "conf_low", "conf_high", "std_error"):
                equal(row[column], value(f"quantile/{theirs}/{weight}", f"{column} {method}", key), f"{key} {column}")
