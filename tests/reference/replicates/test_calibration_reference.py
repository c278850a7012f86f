"""Poststratified and raked designs give the weights and standard errors of R's survey package (make_reference.R beside this)."""

from __future__ import annotations

from functools import cache

import pytest

from crampstats.estimate.calibration import poststratify, rake
from crampstats.estimate.independence import compare_categories
from crampstats.estimate.mean_comparisons import compare_means
from crampstats.estimate.means import estimate_mean, estimate_ratio, estimate_total
from crampstats.estimate.prevalence import estimate_prevalence
from crampstats.estimate.replicates import make_jackknife_replicates

DESIGNS = ("paired", "complex", "complex_fpc", "simple", "simple_fpc", "stratified", "clusters", "two_stages")
INTERVAL = ("estimate", "std_error", "conf_low", "conf_high", "df")
AGES = ("20-39", "40-59", "60+")
SHARES = dict(zip([(sex, age) for age in AGES for sex in ("men", "women")], (.21, .20, .17, .18, .11, .13), strict=True))


def post_strata(total):
    return {key: share * total for key, share in SHARES.items()}


def margins(total, design):
    sexes = {sex: sum(share for key, share in SHARES.items() if key[0] == sex) * total for sex in ("men", "women")}
    ages = {age: sum(share for key, share in SHARES.items() if key[1] == age) * total for age in AGES}
    shares = {"A": .45, "B": .3, "C": .2, "D": .05} if "D" in set(design.table["race"]) else {"A": .45, "B": .35, "C": .2}
    return {"sex": sexes, "age_group": ages, "race": {race: share * total for race, share in shares.items()}}


@pytest.fixture(scope="session")
def calibrated(example_design, reference):
    """A poststratified or raked example design, to 1.1 times the sum of its weights."""
    @cache
    def make(how, name, design=None):
        design = design or example_design(name)
        total = reference.get(f"poststratified_{name}", "population")
        if how == "poststratified":
            return poststratify(design, ["sex", "age_group"], post_strata(total))
        return rake(design, margins(total, design))
    return make


CASES = [(how, name) for how in ("poststratified", "raked") for name in DESIGNS]
every_case = pytest.mark.parametrize(("how", "name"), CASES, ids=[" ".join(case) for case in CASES])


@every_case
def test_weights_equal_r(how, name, calibrated, reference):
    design = calibrated(how, name)
    weights = design.table[design.weights]
    weights = weights[weights > 0].tolist()
    for row in (1, 2, 50):
        reference.equal(weights[row - 1], reference.get(f"{how}_{name}", "weight", str(row)))
    reference.equal(sum(weights), reference.get(f"{how}_{name}", "sum"))


@pytest.mark.parametrize("name", DESIGNS)
def test_raked_weights_equal_those_of_rake(name, calibrated, reference):
    design = calibrated("raked", name)
    weights = design.table[design.weights]
    weights = weights[weights > 0].tolist()
    for row in (1, 2, 50):
        reference.equal(weights[row - 1], reference.get(f"rake_{name}", "weight", str(row)))


@pytest.mark.parametrize("name", ["simple", "simple_fpc", "clusters"])
def test_the_standard_error_is_also_that_of_rake_where_starting_weights_are_equal(name, calibrated, reference):
    row = estimate_mean(calibrated("raked", name), "z").frame.iloc[0]
    reference.check(f"rake_{name}", row, "estimate", "std_error")


@every_case
def test_shares_means_totals_and_ratios_equal_r(how, name, calibrated, reference):
    design, third = calibrated(how, name), "u" if name == "paired" else "z"
    for by in (None, "sex"):
        for variable in ("x", third):
            for what, estimate in (("mean", estimate_mean), ("total", estimate_total)):
                for row in estimate(design, variable, by=by).frame.to_dict("records"):
                    key = f"sex={row['sex']}" if by else ""
                    reference.check(f"{how}_{name}/{what}/{variable}", row, *INTERVAL, key=key)
        for row in estimate_prevalence(design, "y", by=by, interval="wald").frame.to_dict("records"):
            reference.check(f"{how}_{name}/mean/y", row, *INTERVAL, key=f"sex={row['sex']}" if by else "")
        for row in estimate_ratio(design, "x", third, by=by).frame.to_dict("records"):
            reference.check(f"{how}_{name}/ratio", row, *INTERVAL, key=f"sex={row['sex']}" if by else "")


@every_case
def test_the_difference_of_two_means_equals_svyttest(how, name, calibrated, reference):
    row = compare_means(calibrated(how, name), "u" if name == "paired" else "z", "sex").frame.iloc[0]
    case = f"{how}_{name}"
    reference.equal(row["estimate"], reference.get(case, "difference"), case)
    reference.equal(row["estimate"] / row["std_error"], reference.get(case, "t"), case)
    reference.equal(row["df"], reference.get(case, "t_df"), case)
    reference.equal(row["p_value"], reference.get(case, "t_p"), case)


@every_case
def test_the_tests_of_a_table_equal_svychisq(how, name, calibrated, reference):
    rows = compare_categories(calibrated(how, name), "sex", "race").frame
    for place, key in enumerate(["F", "Chisq", "adjWald"]):
        reference.equal(rows["p_value"][place], reference.get(f"{how}_{name}", "p_value", key), f"{how}_{name} {key}")


@pytest.mark.parametrize("how", ["poststratified", "raked"])
@pytest.mark.parametrize("name", ["paired", "clusters"])
def test_calibrated_replicates_equal_r(name, how, calibrated, example_design, reference):
    design = calibrated(how, name, make_jackknife_replicates(example_design(name)))
    for variable in ("x", "u" if name == "paired" else "z"):
        row = estimate_mean(design, variable).frame.iloc[0]
        reference.check(f"replicates_{how}_{name}/mean/{variable}", row, *INTERVAL)
    row = estimate_prevalence(design, "y", interval="wald").frame.iloc[0]
    reference.check(f"replicates_{how}_{name}/mean/y", row, *INTERVAL)
