"""Shares, means, totals, ratios and quantiles equal R's survey package on made-up designs (make_reference.R beside this)."""

from __future__ import annotations

import numpy as np
import pytest

from crampstats.core.errors import DesignError
from crampstats.estimate.means import estimate_mean, estimate_ratio, estimate_total
from crampstats.estimate.prevalence import estimate_prevalence
from crampstats.estimate.quantiles import estimate_quantiles

DESIGNS = ("complex", "complex_fpc", "simple", "simple_fpc", "stratified", "clusters", "two_stages")
POCKETS = ("complex_pocket", "complex_fpc_pocket")
INTERVALS = ("korn_graubard", "beta", "logit", "wilson", "asin", "wald")
NUMBERS = {"estimate": "estimate", "std_error": "std_error", "df": "df", "n": "n", "n_events": "n_events"}
LONELY = ("remove", "certainty", "adjust", "average")


def bounds(interval: str, level: float = 0.95) -> dict[str, str]:
    return {"conf_low": f"conf_low {interval} {level:g}", "conf_high": f"conf_high {interval} {level:g}"}


@pytest.mark.parametrize("by", [[], ["sex"], ["sex", "age_group"]], ids=str)
@pytest.mark.parametrize("name", DESIGNS + POCKETS)
def test_shares_with_standard_error_df_and_counts_equal_r(name, by, example_design, reference):
    result = estimate_prevalence(example_design(name), "y", by=by)
    reference.check(f"{name}/proportion/y", result, NUMBERS)


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("name", DESIGNS + POCKETS)
def test_every_interval_equals_r(name, interval, example_design, reference):
    for by in ([], ["sex", "age_group"]):
        result = estimate_prevalence(example_design(name), "y", by=by, interval=interval)
        reference.check(f"{name}/proportion/y", result, bounds(interval))


@pytest.mark.parametrize("interval", INTERVALS)
def test_intervals_at_90_percent_equal_r(interval, example_design, reference):
    for by in ([], ["sex"], ["sex", "age_group"]):
        result = estimate_prevalence(example_design("complex"), "y", by=by, interval=interval, level=0.9)
        reference.check("complex/proportion/y", result, bounds(interval, 0.9))


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("name", DESIGNS)
def test_intervals_of_a_rare_outcome_equal_r(name, interval, example_design, reference):
    result = estimate_prevalence(example_design(name), "rare", by="sex", interval=interval)
    keys = [f"sex={sex}" for sex in result.frame["sex"]]
    zero = [reference.get(f"{name}/proportion/rare", "n_events", key) == 0 for key in keys]
    reference.check(f"{name}/proportion/rare", result, NUMBERS)
    if not any(zero):
        reference.check(f"{name}/proportion/rare", result, bounds(interval))


@pytest.mark.parametrize("interval", ["korn_graubard", "beta"])
@pytest.mark.parametrize("name", DESIGNS)
def test_nobody_and_everybody_take_the_exact_bounds_at_n(name, interval, example_design, reference):
    result = estimate_prevalence(example_design(name), "lopsided", by="race", interval=interval)
    reference.check(f"{name}/proportion/lopsided", result, {**NUMBERS, **bounds(interval)})
    assert list(result.frame["estimate"][:2]) == [0, 1]


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("name", DESIGNS)
def test_every_interval_is_finite_and_inside_0_and_1_at_nobody_and_everybody(name, interval, example_design):
    result = estimate_prevalence(example_design(name), "lopsided", by="race", interval=interval).frame.iloc[:2]
    assert result[["conf_low", "conf_high"]].map(lambda bound: 0 <= bound <= 1).all(axis=None)
    assert (result["conf_high"] - result["conf_low"] > 0).all()


@pytest.mark.parametrize("name", DESIGNS + POCKETS)
def test_the_covariance_of_all_domains_equals_r(name, example_design, reference):
    result = estimate_prevalence(example_design(name), "y", by=["sex", "age_group"])
    reference.check_covariance(f"{name}/proportion/y", result)


@pytest.mark.parametrize("variable", ["x", "z"])
@pytest.mark.parametrize("name", DESIGNS)
def test_means_equal_r(name, variable, example_design, reference):
    columns = {column: column for column in ("estimate", "std_error", "df", "conf_low", "conf_high", "n")}
    reference.check(f"{name}/mean/{variable}", estimate_mean(example_design(name), variable), columns)
    result = estimate_mean(example_design(name), variable, by=["sex", "age_group"])
    reference.check(f"{name}/mean/{variable}", result, {"estimate": "estimate", "std_error": "std_error", "df": "df"})
    reference.check_covariance(f"{name}/mean/{variable}", result)


@pytest.mark.parametrize("variable", ["x", "z"])
@pytest.mark.parametrize("name", DESIGNS)
def test_totals_equal_r(name, variable, example_design, reference):
    columns = {column: column for column in ("estimate", "std_error", "df", "conf_low", "conf_high", "n")}
    reference.check(f"{name}/total/{variable}", estimate_total(example_design(name), variable), columns)
    result = estimate_total(example_design(name), variable, by=["sex", "age_group"])
    reference.check(f"{name}/total/{variable}", result, {"estimate": "estimate", "std_error": "std_error", "df": "df"})
    reference.check_covariance(f"{name}/total/{variable}", result)


@pytest.mark.parametrize("name", DESIGNS)
def test_the_number_of_cases_in_the_population_equals_r(name, example_design, reference):
    columns = {column: column for column in ("estimate", "std_error", "df", "conf_low", "conf_high")}
    reference.check(f"{name}/total/y", estimate_total(example_design(name), "y"), columns)


@pytest.mark.parametrize("name", DESIGNS)
def test_ratios_equal_r_where_one_of_the_two_is_missing(name, example_design, reference):
    columns = {column: column for column in ("estimate", "std_error", "df", "conf_low", "conf_high", "n")}
    reference.check(f"{name}/ratio/x_per_z", estimate_ratio(example_design(name), "x", "z"), columns)
    result = estimate_ratio(example_design(name), "x", "z", by="sex")
    reference.check(f"{name}/ratio/x_per_z", result, {"estimate": "estimate", "std_error": "std_error"})


@pytest.mark.parametrize(("interval", "theirs"), [("wald", "mean"), ("beta", "beta"), ("logit", "xlogit")])
@pytest.mark.parametrize("variable", ["x", "z"])
@pytest.mark.parametrize("name", DESIGNS + POCKETS)
def test_quantiles_and_woodruff_intervals_equal_r(name, variable, interval, theirs, example_design, reference):
    probabilities = (0.1, 0.5, 0.9) if name in POCKETS else (0.05, 0.1, 0.25, 0.5, 0.75, 0.9)
    result = estimate_quantiles(example_design(name), variable, probabilities, interval=interval)
    check_quantiles(reference, f"{name}/quantile/{variable}", result, theirs)


@pytest.mark.parametrize(("interval", "theirs"), [("wald", "mean"), ("beta", "beta"), ("logit", "xlogit")])
@pytest.mark.parametrize("name", DESIGNS)
def test_quantiles_by_groups_equal_r_and_are_missing_beyond_the_data(name, interval, theirs, example_design, reference):
    result = estimate_quantiles(example_design(name), "x", (0.1, 0.5, 0.75), by=["sex", "age_group"], interval=interval)
    assert len(result) == 18
    check_quantiles(reference, f"{name}/quantile/x", result, theirs)


def check_quantiles(reference, case, result, theirs):
    for row in result.frame.to_dict("records"):
        key = ";".join([*(f"{name}={row[name]}" for name in result.groups), f"p={row['level']}"])
        for column in ("estimate", "conf_low", "conf_high", "std_error"):
            reference.equal(row[column], reference.get(case, f"{column} {theirs}", key), f"{case} {key} {column}")


@pytest.mark.parametrize("by", [[], ["sex"]], ids=str)
@pytest.mark.parametrize("rule", LONELY)
def test_lonely_psu_rules_equal_r_for_shares(rule, by, example_design, reference):
    result = estimate_prevalence(example_design("lonely", lonely=rule), "y", by=by)
    reference.check(f"lonely_{rule}/proportion/y", result, {**NUMBERS, **bounds("korn_graubard")})
    if by:
        reference.check_covariance(f"lonely_{rule}/proportion/y", result)


@pytest.mark.parametrize("rule", LONELY)
def test_lonely_psu_rules_equal_r_for_totals(rule, example_design, reference):
    columns = {column: column for column in ("estimate", "std_error", "df", "conf_low", "conf_high")}
    reference.check(f"lonely_{rule}/total/y", estimate_total(example_design("lonely", lonely=rule), "y"), columns)


def test_a_lonely_psu_is_an_error_that_names_the_strata_by_default(example_design):
    with pytest.raises(DesignError, match="4, 9"):
        estimate_prevalence(example_design("lonely"), "y")


@pytest.mark.parametrize("level", [0.95, 0.9])
@pytest.mark.parametrize("by", [[], ["sex"], ["race"]], ids=str)
@pytest.mark.parametrize("outcome", ["y", "rare", "lopsided"])
def test_exact_intervals_of_a_simple_sample_equal_binom_test(outcome, by, level, example_design, reference):
    result = estimate_prevalence(example_design("simple"), outcome, by=by, interval="exact", level=level)
    reference.check(f"simple/exact/{outcome}", result, bounds("exact", level))


@pytest.mark.parametrize("name", DESIGNS + POCKETS)
def test_cautions_follow_the_nchs_presentation_standard(name, example_design, reference):
    outcomes = {"y": [[], ["sex", "age_group"]], "rare": [["age_group"] if name in POCKETS else ["sex"]]}
    outcomes |= {} if name in POCKETS else {"lopsided": [["race"]]}
    for outcome, groupings in outcomes.items():
        for by in groupings:
            frame = estimate_prevalence(example_design(name), outcome, by=by).frame
            for row in frame.to_dict("records"):
                key = ";".join(f"{column}={row[column]}" for column in by)
                for stat, word in (("suppress", "suppress:"), ("complement", "complement"), ("review", "review:")):
                    expected = bool(reference.get(f"{name}/proportion/{outcome}", f"nchs_{stat}", key))
                    assert (word in row["caution"]) == expected, (outcome, key, stat, row["caution"])


def test_a_psu_whose_weights_are_all_zero_is_still_a_sampled_psu(example_design, reference):
    design = example_design("complex")
    assert design.table.loc[(design.table["stratum"] == 11) & (design.table["psu"] == 5), "weight"].eq(0).all()
    df = estimate_prevalence(design, "y").frame["df"].iloc[0]
    sampled = len(design.table[["stratum", "psu"]].drop_duplicates()) - design.table["stratum"].nunique()
    assert df == reference.get("complex/proportion/y", "df") == sampled - 1


def test_a_stratum_taken_whole_has_no_standard_error(example_design):
    design = example_design("stratified")
    whole = design.subset(design.table["stratum"] == "west")
    assert np.isclose(estimate_mean(whole, "z").frame["std_error"].iloc[0], 0, atol=1e-12)
