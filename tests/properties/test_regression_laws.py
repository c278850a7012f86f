"""Laws every regression under a design obeys."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crampstats.core.design import SurveyDesign
from crampstats.estimate.attributable import estimate_attributable_fraction
from crampstats.estimate.comparisons import compare_groups
from crampstats.estimate.dose_response import estimate_dose_classes, estimate_dose_response
from crampstats.estimate.margins import estimate_adjusted_prevalence
from crampstats.estimate.ordinal import compare_cumulative_odds, estimate_thresholds, fit_ordinal
from crampstats.estimate.prevalence import estimate_prevalence
from crampstats.estimate.regression import compare_terms, estimate_coefficients, estimate_contrast, fit_regression

NUMBERS = ["estimate", "std_error", "conf_low", "conf_high", "df", "p_value"]
COUNTED = [*NUMBERS, "n", "n_events"]
SHARES = ["logistic", "poisson", "probit", "complementary log-log", "linear"]
seeds = st.integers(0, 10_000)


def sample(seed: int, rows: int = 500, strata: int = 5) -> pd.DataFrame:
    """A clustered sample with unequal weights and missing answers; made up."""
    rng = np.random.default_rng(seed)
    stratum, psu = rng.integers(1, strata + 1, rows), rng.integers(1, 4, rows)
    effect = rng.normal(0, 0.4, (strata + 1, 4))[stratum, psu]
    age, sex, region = rng.integers(20, 80, rows), rng.integers(0, 2, rows), rng.choice(["north", "east", "south"], rows)
    latent = effect + 0.02 * (age - 50) + 0.5 * sex + rng.logistic(size=rows)
    frame = pd.DataFrame({"stratum": stratum, "psu": psu, "age": age.astype(float), "sex": sex, "region": region})
    frame = frame.assign(
        w=np.exp(rng.normal(5, 1, rows)), y=(latent > 0.5).astype(float),
        grade=np.digitize(latent, [-0.5, 0.5, 2.0]).astype(float),
    )
    frame.loc[rng.random(rows) < 0.05, "y"] = np.nan
    frame.loc[rng.random(rows) < 0.05, "age"] = np.nan
    return frame


def design(frame: pd.DataFrame, **more: object) -> SurveyDesign:
    return SurveyDesign(frame, **{"strata": "stratum", "psu": "psu", "weights": "w", **more})


def everything(made: SurveyDesign, columns: list[str] = COUNTED) -> np.ndarray:
    """All numbers that are read off models of one design."""
    found = []
    for model in SHARES:
        fit = fit_regression(made, "y ~ sex * age + region", model=model)
        found += [estimate_coefficients(fit, intercept=True), compare_terms(fit), estimate_adjusted_prevalence(fit, "sex")]
    logistic = fit_regression(made, "y ~ sex * age + region")
    found.append(estimate_contrast(logistic, {"sex": 1.0, "sex:age": 40.0}))
    found.append(estimate_attributable_fraction(logistic, ["sex", "region"]))
    ordinal = fit_ordinal(made, "grade ~ sex + age + region")
    found += [estimate_coefficients(ordinal), estimate_thresholds(ordinal), compare_cumulative_odds(ordinal)]
    found += [estimate_dose_response(made, "y", "age", ["sex"], grid=[30, 60]), estimate_dose_classes(made, "y", "age", ["sex"])]
    return np.vstack([one.frame[columns].to_numpy(dtype=float, na_value=np.nan) for one in found])


def same(one: np.ndarray, other: np.ndarray, rtol: float = 1e-7) -> None:
    np.testing.assert_allclose(one, other, rtol=rtol, atol=1e-12, equal_nan=True)


@given(seed=seeds, scale=st.sampled_from([1e-6, 0.01, 1e5, 1e9]))
@settings(max_examples=2, deadline=None)
def test_scale_of_weights_does_not_matter(seed: int, scale: float) -> None:
    frame = sample(seed)
    same(everything(design(frame)), everything(design(frame.assign(w=frame["w"] * scale))))


@given(seed=seeds)
@settings(max_examples=2, deadline=None)
def test_order_of_rows_and_names_of_units_do_not_matter(seed: int) -> None:
    frame = sample(seed)
    moved = frame.sample(frac=1, random_state=seed)
    moved = moved.assign(psu=moved["psu"].map({1: "third", 2: "a", 3: "zz"}), stratum=moved["stratum"] * -17)
    same(everything(design(frame)), everything(design(moved)))


@given(seed=seeds)
@settings(max_examples=2, deadline=None)
def test_a_row_split_in_two_of_half_the_weight_changes_nothing_but_counts(seed: int) -> None:
    frame = sample(seed)
    halves = pd.concat([frame.assign(w=frame["w"] / 2)] * 2, ignore_index=True)
    same(everything(design(frame), NUMBERS), everything(design(halves), NUMBERS))


@given(seed=seeds)
@settings(max_examples=2, deadline=None)
def test_a_domain_is_the_sample_with_weight_0_outside_it(seed: int) -> None:
    frame = sample(seed)
    inside = frame["age"].fillna(0) < 65
    same(everything(design(frame).subset(inside)), everything(design(frame.assign(w=frame["w"].where(inside, 0.0)))))


@given(seed=seeds)
@settings(max_examples=10, deadline=None)
def test_patterns_of_persons_give_what_rows_give(seed: int) -> None:
    frame = sample(seed, rows=3000, strata=2).assign(old=lambda rows: (rows["age"] > 50).astype(int))
    frame["y"] = frame["y"].astype("Int64")
    patterns = design(frame)
    rows = design(frame.assign(old=frame["old"].astype(float)))  # a float is never grouped
    formula = "y ~ old * sex"
    fits = [fit_regression(one, formula) for one in (patterns, rows)]
    assert len(fits[0].rows) < len(fits[1].rows) / 8
    for read in (estimate_coefficients, compare_terms, lambda fit: estimate_adjusted_prevalence(fit, "old"),
                 lambda fit: estimate_attributable_fraction(fit, ["old", "sex"])):
        same(*(read(fit).frame[COUNTED].to_numpy(dtype=float, na_value=np.nan) for fit in fits))


@given(seed=seeds)
@settings(max_examples=10, deadline=None)
def test_cells_with_counts_give_what_persons_give(seed: int) -> None:
    frame = sample(seed).dropna(subset=["y"])
    keys = ["stratum", "psu", "sex", "region", "y", "grade"]
    cells = frame.groupby(keys, as_index=False).agg(w=("w", "sum"), persons=("w", "size"))
    for read in (lambda one: estimate_coefficients(fit_regression(one, "y ~ sex * region")),
                 lambda one: estimate_adjusted_prevalence(fit_regression(one, "y ~ sex + region"), "region"),
                 lambda one: estimate_coefficients(fit_ordinal(one, "grade ~ sex + region"))):
        same(*(read(one).frame[COUNTED].to_numpy(dtype=float, na_value=np.nan)
               for one in (design(frame), design(cells, counts="persons"))))


@given(seed=seeds, shift=st.sampled_from([-1000.0, 0.5, 1e4]), unit=st.sampled_from([1e-5, 0.1, 1e6]))
@settings(max_examples=15, deadline=None)
def test_shift_and_unit_of_a_covariate_only_change_its_unit(seed: int, shift: float, unit: float) -> None:
    frame = sample(seed)
    moved = frame.assign(age=(frame["age"] + shift) * unit)
    for fit, formula in ((fit_regression, "y ~ age + sex"), (fit_ordinal, "grade ~ age + sex")):
        one, other = fit(design(frame), formula), fit(design(moved), formula)
        factor = np.array([unit if name == "age" else 1.0 for name in one.names])
        keep = [i for i, name in enumerate(one.names) if name != "Intercept"]
        same(one.coefficients[keep], (other.coefficients * factor)[keep], 1e-6)
        same(np.sqrt(np.diag(one.covariance))[keep], (np.sqrt(np.diag(other.covariance)) * factor)[keep], 1e-6)


@given(seed=seeds)
@settings(max_examples=15, deadline=None)
def test_a_saturated_logistic_model_gives_the_odds_of_the_cells(seed: int) -> None:
    frame = sample(seed)
    fit = fit_regression(design(frame), "y ~ sex")
    shares = estimate_prevalence(design(frame), "y", by="sex").frame["estimate"].to_numpy()
    odds = shares / (1 - shares)
    found = estimate_coefficients(fit, intercept=True).frame["estimate"]
    np.testing.assert_allclose(found, [odds[0], odds[1] / odds[0]], rtol=1e-9)


@pytest.mark.parametrize("model", SHARES)
@given(seed=seeds)
@settings(max_examples=5, deadline=None)
def test_without_covariates_standardised_prevalences_are_the_prevalences_of_the_groups(model: str, seed: int) -> None:
    frame = sample(seed)
    made = design(frame)
    found = estimate_adjusted_prevalence(fit_regression(made, "y ~ region", model=model), "region", level=0.9).frame
    names = sorted(frame["region"].unique())
    groups = estimate_prevalence(made, "y", by="region", interval="logit", level=0.9).frame
    assert list(found["level"][:3]) == names
    # a prevalence of everybody has the df of everybody; that of a group only its own, where the group misses a PSU
    same(found[NUMBERS[:2]].to_numpy(dtype=float)[:3], groups[NUMBERS[:2]].to_numpy(dtype=float), 1e-8)
    compared = compare_groups(made, "y", "region", level=0.9).frame
    for measure in ("prevalence difference", "prevalence ratio"):
        ours, theirs = (rows[rows["measure"] == measure][NUMBERS].to_numpy(dtype=float) for rows in (found, compared))
        same(ours, theirs, 1e-8)


@given(seed=seeds)
@settings(max_examples=10, deadline=None)
def test_without_covariates_an_attributable_fraction_is_that_of_a_two_by_two_table(seed: int) -> None:
    frame = sample(seed)
    known = frame.dropna(subset=["y"])
    all_of_them = np.average(known["y"], weights=known["w"])
    unexposed = known[known["sex"] == 0]
    rest = np.average(unexposed["y"], weights=unexposed["w"])
    found = estimate_attributable_fraction(fit_regression(design(frame), "y ~ sex"), ["sex"]).frame
    np.testing.assert_allclose(found["estimate"], [1 - rest / all_of_them], rtol=1e-9)


@given(seed=seeds)
@settings(max_examples=10, deadline=None)
def test_a_model_of_nothing_gives_the_prevalence(seed: int) -> None:
    made = design(sample(seed))
    share = estimate_prevalence(made, "y").frame.iloc[0]
    ratio = estimate_coefficients(fit_regression(made, "y ~ 1", model="poisson"), intercept=True).frame.iloc[0]
    odds = estimate_coefficients(fit_regression(made, "y ~ 1"), intercept=True).frame.iloc[0]
    p = share["estimate"]
    expected = [p, share["std_error"] / p, share["df"]]
    np.testing.assert_allclose([ratio["estimate"], ratio["std_error"], ratio["df"]], expected, rtol=1e-9)
    expected = [p / (1 - p), share["std_error"] / (p * (1 - p)), share["df"]]
    np.testing.assert_allclose([odds["estimate"], odds["std_error"], odds["df"]], expected, rtol=1e-9)


@given(seed=seeds)
@settings(max_examples=10, deadline=None)
def test_the_opposite_outcome_turns_coefficients_round(seed: int) -> None:
    frame = sample(seed)
    turned = frame.assign(y=1 - frame["y"], grade=3 - frame["grade"])
    for fit, formula in ((fit_regression, "y ~ age + region"), (fit_ordinal, "grade ~ age + region")):
        one, other = fit(design(frame), formula), fit(design(turned), formula)
        same(one.coefficients, -other.coefficients)
        same(one.covariance, other.covariance)
    one, other = (fit_regression(design(rows), "y ~ age + region") for rows in (frame, turned))
    both = [estimate_adjusted_prevalence(fit, "region").frame["estimate"][:3] for fit in (one, other)]
    np.testing.assert_allclose(both[0] + both[1], 1.0, rtol=1e-9)


@given(seed=seeds)
@settings(max_examples=10, deadline=None)
def test_the_reference_level_changes_the_words_and_not_the_model(seed: int) -> None:
    frame = sample(seed)
    orders = (["east", "north", "south"], ["south", "east", "north"])
    ordered = [frame.assign(region=pd.Categorical(frame["region"], order)) for order in orders]
    fits = [fit_regression(design(rows), "y ~ region + age") for rows in ordered]
    rows = [estimate_adjusted_prevalence(fit, "region", levels=orders[0], reference="north").frame for fit in fits]
    same(*(one[COUNTED].to_numpy(dtype=float, na_value=np.nan) for one in rows))
    tests = [compare_terms(fit, "region").frame[COUNTED].to_numpy(dtype=float, na_value=np.nan) for fit in fits]
    same(*tests)


@given(seed=seeds)
@settings(max_examples=10, deadline=None)
def test_a_spline_without_bends_in_the_data_lies_on_the_line(seed: int) -> None:
    frame = sample(seed)
    # the outcome is exactly linear in age, so that the bends are 0 whatever the knots
    frame["x"] = 3.0 + 0.25 * frame["age"]
    noise = np.random.default_rng(seed).normal(size=len(frame)) * 1e-6
    made = design(frame.assign(x=frame["x"] + noise))
    rows = estimate_dose_response(made, "x", "age", model="linear", reference=40, grid=[30, 60]).frame
    np.testing.assert_allclose(rows["estimate"][:2], [-2.5, 5.0], rtol=1e-5)


@given(seed=seeds)
@settings(max_examples=5, deadline=None)
def test_each_cut_of_an_ordinal_outcome_is_read_as_a_logistic_model_of_its_own(seed: int) -> None:
    frame = sample(seed)
    ordinal = fit_ordinal(design(frame), "grade ~ age + sex")
    rows = compare_cumulative_odds(ordinal).frame
    rows = rows[rows["measure"] == "odds ratio"][["estimate", "std_error"]].to_numpy(dtype=float)
    expected = []
    for cut in range(3):
        above = design(frame.assign(above=(frame["grade"] > cut).astype(float)))
        expected.append(estimate_coefficients(fit_regression(above, "above ~ age + sex")).frame[["estimate", "std_error"]])
    same(rows, np.vstack(expected))
