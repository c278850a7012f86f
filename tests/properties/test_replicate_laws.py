"""Laws of replicate weights, of calibrated weights and of tests between groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from crampstats.core.design import SurveyDesign
from crampstats.core.reweighting import column_rank
from crampstats.estimate.by_replicates import estimate_by_replicates
from crampstats.estimate.calibration import poststratify, rake
from crampstats.estimate.comparisons import compare_groups
from crampstats.estimate.hadamard import hadamard_matrix
from crampstats.estimate.independence import compare_categories
from crampstats.estimate.mean_comparisons import compare_means, compare_ranks
from crampstats.estimate.means import estimate_mean, estimate_total
from crampstats.estimate.prevalence import estimate_prevalence
from crampstats.estimate.replicates import (
    make_balanced_replicates,
    make_bootstrap_replicates,
    make_given_replicates,
    make_jackknife_replicates,
)

NUMBERS = ["estimate", "std_error", "conf_low", "conf_high", "df", "p_value"]
seeds = st.integers(0, 2**20)
few = settings(max_examples=8, deadline=None)


def sample(seed: int, strata: int = 5, per_psu: int = 9, psus: int = 2) -> pd.DataFrame:
    """A clustered sample with unequal weights; made up. Every PSU holds every sex and group."""
    random = np.random.default_rng(seed)
    stratum, psu, number = (part.ravel() for part in np.meshgrid(range(strata), range(psus), range(per_psu), indexing="ij"))
    place = random.normal(0, 0.6, (strata, psus))[stratum, psu]
    n = len(stratum)
    return pd.DataFrame({
        "stratum": stratum, "psu": psu, "w": np.exp(random.normal(4, 0.7, n)), "sex": np.where(number % 2, "f", "m"),
        "group": np.array(["a", "b", "c"])[number % 3], "y": (random.random(n) < 1 / (1 + np.exp(0.4 - place))).astype(float),
        "x": np.round(random.normal(3, 1, n) + place, 1), "v": random.exponential(2, n),
    })


def design(frame: pd.DataFrame) -> SurveyDesign:
    return SurveyDesign(frame, strata="stratum", psu="psu", weights="w")


def numbers(result: object) -> np.ndarray:
    return result.frame[NUMBERS].to_numpy(dtype=float)


@given(values=st.lists(st.floats(-100, 100), min_size=3, max_size=40))
@few
def test_the_jackknife_of_a_mean_in_a_simple_sample_is_its_taylor_variance(values: list[float]) -> None:
    assume(np.std(values) > 1e-3)
    people = SurveyDesign(pd.DataFrame({"x": values}))
    replicated = estimate_mean(make_jackknife_replicates(people), "x")
    np.testing.assert_allclose(numbers(replicated), numbers(estimate_mean(people, "x")), rtol=1e-9)


@given(seed=seeds, centre=st.sampled_from(["replicates", "full sample"]))
@few
def test_jackknife_and_balanced_replication_of_a_total_are_its_taylor_variance(seed: int, centre: str) -> None:
    taylor = numbers(estimate_total(design(sample(seed)), "v", by="sex"))
    for make in (make_jackknife_replicates, make_balanced_replicates):
        result = estimate_total(make(design(sample(seed)), centre=centre), "v", by="sex")
        np.testing.assert_allclose(numbers(result), taylor, rtol=1e-9)


@given(seed=seeds, rho=st.floats(0, 0.9))
@few
def test_fays_factor_does_not_change_the_variance_of_a_total(seed: int, rho: float) -> None:
    plain = estimate_total(make_balanced_replicates(design(sample(seed))), "v")
    fay = estimate_total(make_balanced_replicates(design(sample(seed)), fay=rho), "v")
    np.testing.assert_allclose(numbers(fay), numbers(plain), rtol=1e-9)


@given(seed=seeds)
@few
def test_the_variance_around_the_estimate_is_never_smaller_than_around_the_mean(seed: int) -> None:
    mean, full = (
        estimate_mean(make_jackknife_replicates(design(sample(seed)), centre=centre), "x").frame["std_error"][0]
        for centre in ("replicates", "full sample")
    )
    assert full >= mean * (1 - 1e-12)


@given(seed=seeds, factor=st.floats(1e-5, 1e5))
@few
def test_scale_of_weights_does_not_matter_to_replicates(seed: int, factor: float) -> None:
    frame = sample(seed)
    for make in (make_jackknife_replicates, lambda one: make_bootstrap_replicates(one, replicates=25, seed=seed)):
        one, other = (make(design(frame.assign(w=frame["w"] * times))) for times in (1.0, factor))
        for estimate in (lambda d: estimate_mean(d, "x", by="sex"), lambda d: compare_categories(d, "group", "sex")):
            np.testing.assert_allclose(numbers(estimate(other)), numbers(estimate(one)), rtol=1e-8)


@given(seed=seeds)
@few
def test_order_of_rows_does_not_matter_to_replicates(seed: int) -> None:
    frame = sample(seed)
    shuffled = frame.sample(frac=1, random_state=seed).reset_index(drop=True)
    one, other = (estimate_prevalence(make_jackknife_replicates(design(part)), "y", by="sex") for part in (frame, shuffled))
    np.testing.assert_allclose(numbers(other), numbers(one), rtol=1e-9)


@given(seed=seeds)
@few
def test_replicates_made_and_the_same_given_as_columns_agree(seed: int) -> None:
    made = make_bootstrap_replicates(design(sample(seed)), replicates=20, seed=seed)
    rule, table = made.replicates, made.table
    whole = table["w"].to_numpy()[:, None] * rule.multipliers[table[rule.unit]]
    columns = [f"r{i}" for i in range(20)]
    given_ = make_given_replicates(
        design(table.assign(**dict(zip(columns, whole.T, strict=True)))), columns, scale=rule.scale, rscales=rule.rscales.tolist()
    )
    np.testing.assert_allclose(numbers(estimate_mean(given_, "x")), numbers(estimate_mean(made, "x")), rtol=1e-9)


@given(seed=seeds)
@few
def test_the_statistic_computed_anew_is_the_sum_by_units(seed: int) -> None:
    made = make_jackknife_replicates(design(sample(seed)))
    slow = estimate_by_replicates(made, lambda one: estimate_mean(one, "x", by="sex"))
    np.testing.assert_allclose(numbers(slow), numbers(estimate_mean(made, "x", by="sex")), rtol=1e-9)


@given(size=st.integers(1, 150))
@settings(max_examples=40, deadline=None)
def test_hadamard_matrices_are_orthogonal_signs(size: int) -> None:
    matrix = hadamard_matrix(size)
    order = len(matrix)
    assert order >= size
    assert set(np.unique(matrix)) <= {-1.0, 1.0}
    np.testing.assert_array_equal(matrix.T @ matrix, order * np.eye(order))
    np.testing.assert_array_equal(matrix[0], 1.0)


@given(seed=seeds, rows=st.integers(2, 12), columns=st.integers(1, 10), rank=st.integers(1, 5))
@few
def test_column_rank_is_that_of_numpy(seed: int, rows: int, columns: int, rank: int) -> None:
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(rows, rank)) @ random.normal(size=(rank, columns))
    assert column_rank(matrix) == np.linalg.matrix_rank(matrix)


def totals(frame: pd.DataFrame, name: str) -> dict[str, float]:
    return frame.groupby(name)["w"].sum().to_dict()


@given(seed=seeds)
@few
def test_raking_to_its_own_margins_changes_no_weight(seed: int) -> None:
    frame = sample(seed)
    raked = rake(design(frame), {"sex": totals(frame, "sex"), "group": totals(frame, "group")})
    np.testing.assert_allclose(raked.table[raked.weights], frame["w"], rtol=1e-9)


@given(seed=seeds)
@few
def test_calibration_margins_are_known_without_error(seed: int) -> None:
    raked = rake(design(sample(seed).assign(one=1.0)), {"sex": {"f": 520, "m": 480}, "group": {"a": 300, "b": 300, "c": 400}})
    for name, expected in (("sex", [520, 480]), ("group", [300, 300, 400])):
        result = estimate_total(raked, "one", by=name).frame
        np.testing.assert_allclose(result["estimate"], expected, rtol=1e-9)
        assert (result["std_error"] <= 1e-9 * result["estimate"]).all()


@given(seed=seeds)
@few
def test_raking_on_one_margin_is_poststratification(seed: int) -> None:
    population = {"a": 300, "b": 300, "c": 400}
    both = poststratify(design(sample(seed)), "group", population), rake(design(sample(seed)), {"group": population})
    one, other = (estimate_mean(made, "x", by="sex") for made in both)
    np.testing.assert_allclose(numbers(other), numbers(one), rtol=1e-9)


@given(seed=seeds, factor=st.floats(1e-4, 1e4))
@few
def test_scale_of_the_starting_weights_does_not_matter_to_calibrated_estimates(seed: int, factor: float) -> None:
    frame = sample(seed)
    population = {("f", "a"): 1.0, ("f", "b"): 2, ("f", "c"): 3, ("m", "a"): 2, ("m", "b"): 1, ("m", "c"): 1}
    one, other = (
        poststratify(design(frame.assign(w=frame["w"] * times)), ["sex", "group"], population) for times in (1.0, factor)
    )
    np.testing.assert_allclose(numbers(estimate_mean(other, "x")), numbers(estimate_mean(one, "x")), rtol=1e-9)


@given(seed=seeds)
@few
def test_a_poststratified_mean_in_a_simple_sample_has_the_textbook_variance(seed: int) -> None:
    # residuals from the post-stratum means, weighted N_g / n_g (Sarndal, Swensson & Wretman 1992, section 7.6)
    frame = sample(seed)[["group", "x"]]
    population = {"a": 500, "b": 300, "c": 200}
    row = estimate_mean(poststratify(SurveyDesign(frame), "group", population), "x").frame.iloc[0]
    factor = frame["group"].map(population) / frame["group"].map(frame["group"].value_counts())
    mean = np.average(frame["x"], weights=factor)
    residual = factor * (frame["x"] - frame.groupby("group")["x"].transform("mean")) / 1000
    assert row["estimate"] == pytest.approx(mean, rel=1e-12)
    assert row["std_error"] == pytest.approx(np.sqrt(len(frame)) * residual.std(ddof=1), rel=1e-9)


@given(seed=seeds)
@few
def test_a_table_of_two_answers_is_tested_as_the_comparison_of_groups(seed: int) -> None:
    for one in (design(sample(seed)), make_jackknife_replicates(design(sample(seed)))):
        tests = compare_categories(one, "group", "y").frame.set_index("measure")
        same = compare_groups(one, "y", "group").frame.set_index("measure")
        for measure in ("Rao-Scott F", "Rao-Scott chi-squared", "Wald F"):
            for column in ("estimate", "df", "p_value"):
                assert tests.loc[measure, column] == pytest.approx(same.loc[measure, column], rel=1e-8)


@given(seed=seeds)
@few
def test_rows_and_columns_of_a_table_may_be_exchanged(seed: int) -> None:
    one, other = (compare_categories(design(sample(seed)), *names) for names in (("group", "sex"), ("sex", "group")))
    np.testing.assert_allclose(numbers(other), numbers(one), rtol=1e-8)


@given(seed=seeds)
@few
def test_without_a_design_the_t_test_is_welchs_with_its_own_degrees_of_freedom(seed: int) -> None:
    # linearised: sum of squares about each mean over n_g^2, times n/(n - 1); Welch has n_g (n_g - 1) instead
    frame = sample(seed)
    row = compare_means(SurveyDesign(frame), "x", "sex").frame.iloc[0]
    women, men = (frame.loc[frame["sex"] == sex, "x"].to_numpy() for sex in ("f", "m"))
    variance = sum(((part - part.mean()) ** 2).sum() / len(part) ** 2 for part in (women, men)) * len(frame) / (len(frame) - 1)
    assert row["estimate"] == pytest.approx(men.mean() - women.mean(), rel=1e-9)
    assert row["std_error"] == pytest.approx(np.sqrt(variance), rel=1e-9)
    assert row["p_value"] == pytest.approx(2 * stats.t.sf(abs(row["estimate"]) / np.sqrt(variance), len(frame) - 2), rel=1e-7)


@given(seed=seeds, score=st.sampled_from(["wilcoxon", "van_der_waerden", "median"]))
@few
def test_ranks_only_see_the_order_of_values(seed: int, score: str) -> None:
    frame = sample(seed)
    one, other = (compare_ranks(design(part), "x", "group", score=score) for part in (frame, frame.assign(x=np.exp(frame["x"]))))
    np.testing.assert_allclose(numbers(other), numbers(one), rtol=1e-9)


@given(seed=seeds)
@few
def test_order_of_rows_does_not_matter_to_ranks_with_ties(seed: int) -> None:
    frame = sample(seed).assign(x=lambda table: table["x"].round())
    shuffled = frame.sample(frac=1, random_state=seed).reset_index(drop=True)
    one, other = (compare_ranks(design(part), "x", "group") for part in (frame, shuffled))
    np.testing.assert_allclose(numbers(other), numbers(one), rtol=1e-8)


@given(seed=seeds)
@few
def test_the_rank_difference_without_a_design_is_that_of_mann_whitney(seed: int) -> None:
    # difference in mean mid-rank over n is (P(X < Y) + P(X = Y)/2 - 1/2): Mann-Whitney's U over n1 n2, less a half
    frame = sample(seed)
    row = compare_ranks(SurveyDesign(frame), "x", "sex").frame.iloc[0]
    women, men = (frame.loc[frame["sex"] == sex, "x"].to_numpy() for sex in ("f", "m"))
    u = stats.mannwhitneyu(men, women).statistic / (len(men) * len(women))
    assert row["estimate"] == pytest.approx(u - 0.5, abs=1e-12)
