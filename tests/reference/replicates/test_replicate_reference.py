"""Estimates by replicate weights equal R's survey package on made-up designs (make_reference.R beside this)."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial

import numpy as np
import pytest

from crampstats.estimate.by_replicates import estimate_by_replicates
from crampstats.estimate.independence import compare_categories
from crampstats.estimate.mean_comparisons import compare_means
from crampstats.estimate.means import estimate_mean, estimate_ratio, estimate_total
from crampstats.estimate.prevalence import estimate_prevalence
from crampstats.estimate.replicates import (
    make_balanced_replicates,
    make_bootstrap_replicates,
    make_given_replicates,
    make_jackknife_replicates,
)

KINDS = ("JKn_paired", "JKn_complex", "JKn_complex_fpc", "JKn_stratified", "JK1_clusters", "JK1_clusters_wr", "JK1_two_stages",
         "BRR_paired", "Fay_paired", "bootstrap_paired", "bootstrap_paired_as_whole_weights")
CENTRES = {"": "replicates", "_mse": "full sample"}
INTERVAL = ("estimate", "std_error", "conf_low", "conf_high", "df")
# the whole stratum of "stratified" has no replicates; R has no values around the estimate for it (see make_reference.R)
both_centres = pytest.mark.parametrize(
    ("kind", "mse"), [(kind, mse) for mse in CENTRES for kind in KINDS if not (mse and kind == "JKn_stratified")]
)


@pytest.fixture(scope="session")
def replicated(example_design, matrices):
    """The design R's case of this name has, with replicates made by us from the same ingredients."""
    @cache
    def make(kind, mse):
        how, _, name = kind.partition("_")
        design = example_design(name.removesuffix("_as_whole_weights"))
        centre = CENTRES[mse]
        if how == "BRR":
            return make_balanced_replicates(design, hadamard=matrices("hadamard"), centre=centre)
        if how == "Fay":
            return make_balanced_replicates(design, fay=0.3, hadamard=matrices("hadamard"), centre=centre)
        if how != "bootstrap":
            return make_jackknife_replicates(design, centre=centre)
        given, combined = matrices("bootstrap"), name.endswith("_as_whole_weights")
        if combined:
            given = given * design.table["weight"].to_numpy()[:, None]
        columns = [f"r{number}" for number in range(1, given.shape[1] + 1)]
        table = design.table.assign(**dict(zip(columns, given.T, strict=True)))
        return make_given_replicates(replace(design, table=table), columns, scale=1 / 39, combined=combined, centre=centre)
    return make


def case_of(kind, mse):
    return kind.removesuffix("_as_whole_weights") + mse


def third_of(kind):
    return "u" if "paired" in kind else "z"


@both_centres
def test_number_of_replicates_and_degrees_of_freedom_equal_r(kind, mse, replicated, reference):
    design = replicated(kind, mse)
    assert len(design.replicates) == reference.get(case_of(kind, mse), "replicates")
    everybody = np.ones(len(design.replicates.multipliers), dtype=bool)
    reference.equal(design.replicates.degrees_of_freedom(everybody), reference.get(case_of(kind, mse), "degf"))


@both_centres
def test_shares_and_their_intervals_equal_r(kind, mse, replicated, reference):
    for interval in ("korn_graubard", "beta", "logit", "wilson", "wald"):
        for by in (None, "sex"):
            result = estimate_prevalence(replicated(kind, mse), "y", by=by, interval=interval)
            for row in result.frame.to_dict("records"):
                key = f"sex={row['sex']}" if by else ""
                case = f"{case_of(kind, mse)}/proportion"
                reference.check(case, row, "estimate", "std_error", "df", "n", "n_events", key=key)
                for bound in ("conf_low", "conf_high"):
                    reference.equal(row[bound], reference.get(case, f"{bound} {interval} 0.95", key), f"{case} {key} {interval}")


@both_centres
def test_means_totals_and_ratios_equal_r(kind, mse, replicated, reference):
    design, case, third = replicated(kind, mse), case_of(kind, mse), third_of(kind)
    for variable in ("x", third):
        for what, estimate in (("mean", estimate_mean), ("total", estimate_total)):
            reference.check(f"{case}/{what}/{variable}", estimate(design, variable).frame.iloc[0], *INTERVAL)
    reference.check(f"{case}/ratio", estimate_ratio(design, "x", third).frame.iloc[0], *INTERVAL)


@both_centres
def test_the_covariance_of_groups_equals_r(kind, mse, replicated, reference):
    result = estimate_mean(replicated(kind, mse), "x", by="race")
    names, errors = result.frame["race"].tolist(), result.frame["std_error"].to_numpy()
    for i in range(len(names)):
        for j in range(i + 1, len(names)):
            expected = reference.get(f"{case_of(kind, mse)}/mean/x", "covariance", f"race={names[i]} & race={names[j]}")
            # between groups the covariance can be the small difference of large products
            assert abs(result.covariance[i, j] - expected) <= 1e-9 * errors[i] * errors[j]


@both_centres
def test_the_tests_of_a_table_equal_svychisq(kind, mse, replicated, reference):
    rows = compare_categories(replicated(kind, mse), "y", "race").frame
    case = f"{case_of(kind, mse)}/chisq"
    for place, (key, statistic) in enumerate([("F", "F"), ("Chisq", "first order"), ("adjWald", "adjWald")]):
        reference.equal(rows["estimate"][place], reference.get(case, "statistic", statistic), f"{case} {statistic}")
        reference.equal(rows["p_value"][place], reference.get(case, "p_value", key), f"{case} {key} p")


@both_centres
def test_the_difference_of_two_means_equals_svyttest(kind, mse, replicated, reference):
    row = compare_means(replicated(kind, mse), "x", "sex").frame.iloc[0]
    case = case_of(kind, mse)
    reference.equal(row["estimate"], reference.get(case, "difference"), case)
    reference.equal(row["estimate"] / row["std_error"], reference.get(case, "t"), case)
    reference.equal(row["df"], reference.get(case, "t_df"), case)
    reference.equal(row["p_value"], reference.get(case, "t_p"), case)


def correlation(design, one, other):
    """Weighted correlation of the persons with both values."""
    table = design.table[[one, other, design.weights]].dropna()
    covariance = np.cov(table[one], table[other], aweights=table[design.weights])
    return covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])


@both_centres
def test_any_statistic_equals_withreplicates(kind, mse, replicated, reference):
    row = estimate_by_replicates(replicated(kind, mse), partial(correlation, one="x", other=third_of(kind))).frame.iloc[0]
    reference.equal(row["estimate"], reference.get(case_of(kind, mse), "correlation"))
    reference.equal(row["std_error"], reference.get(case_of(kind, mse), "correlation_se"))


@pytest.mark.parametrize("kind", ["JKn_complex_fpc", "JK1_clusters_wr", "Fay_paired", "bootstrap_paired_as_whole_weights"])
def test_the_slow_way_equals_the_sums_by_unit(kind, replicated):
    design = replicated(kind, "")
    slow = estimate_by_replicates(design, lambda one: estimate_prevalence(one, "y", by="race"))
    fast = estimate_prevalence(design, "y", by="race", interval="wald")
    for column in ("estimate", "std_error", "n"):
        np.testing.assert_allclose(slow.frame[column].astype(float), fast.frame[column].astype(float), rtol=1e-10)
    np.testing.assert_allclose(slow.covariance, fast.covariance, rtol=1e-8, atol=1e-9 * fast.covariance.max())


@pytest.mark.parametrize("by", [None, "sex"])
def test_a_domain_in_few_strata_has_the_degrees_of_freedom_of_its_replicates(by, example_design, reference):
    result = estimate_prevalence(make_jackknife_replicates(example_design("complex_pocket")), "y", by=by)
    for row in result.frame.to_dict("records"):
        key = f"sex={row['sex']}" if by else ""
        reference.check("JKn_complex_pocket/proportion", row, "estimate", "std_error", "df", "n", key=key)


@pytest.mark.parametrize("rule", ["remove", "certainty", "adjust", "average"])
def test_single_psus_are_treated_as_in_r(rule, example_design, reference):
    row = estimate_prevalence(make_jackknife_replicates(example_design("lonely", lonely=rule)), "y").frame.iloc[0]
    reference.check(f"JKn_lonely_{rule}/proportion", row, "estimate", "std_error", "df")


def test_our_bootstrap_has_the_moments_of_the_rescaled_bootstrap(example_design):
    # multipliers t n/(n - 1), t multinomial (n - 1; 1/n, ...): mean 1, variance (n/(n - 1))^2 (n - 1) (1/n)(1 - 1/n) = 1; n = 2
    made = make_bootstrap_replicates(example_design("paired"), replicates=20_000, seed=7).replicates
    assert set(np.unique(made.multipliers)) == {0.0, 2.0}
    np.testing.assert_allclose(made.multipliers.mean(axis=1), 1.0, atol=0.05)
    np.testing.assert_allclose(made.multipliers.var(axis=1), 1.0, atol=0.05)
