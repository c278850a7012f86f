"""Rates, counts and trials equal R (make_reference.R and counts.R beside this; versions in session.txt)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.estimate.diary.counts import estimate_counts, estimate_dispersion, fit_counts
from crampstats.estimate.diary.rates import estimate_person_rates, estimate_rates
from crampstats.estimate.diary.severity import estimate_cramp_features, fit_severity
from crampstats.estimate.diary.trial_models import fit_split
from crampstats.estimate.diary.trials import compare_treatments_crossover, compare_treatments_parallel

HERE = Path(__file__).parent
VALUES = pd.read_csv(HERE / "values.csv", keep_default_na=False).set_index(["case", "term", "stat"])["value"].astype(float)
NUMBERS = ("estimate", "std_error", "conf_low", "conf_high", "df")


def r(case: str, term: str, stat: str) -> float:
    return float(VALUES.loc[(case, term, stat)])


def table() -> pd.DataFrame:
    made = pd.read_csv(HERE / "diary.csv")
    return made.assign(woman=(made["sex"] == "women").astype(int))


@pytest.fixture(scope="module")
def panel() -> DiaryPanel:
    return DiaryPanel(table())


@pytest.mark.parametrize(("column", "measure"), [("cramp", "cramp nights per week"), ("cramps", "cramps per week")])
def test_rates_of_all_nights_equal_the_ratio_estimator_of_survey(panel, column, measure):
    row = estimate_rates(panel).frame.set_index("measure").loc[measure]
    for name in ("estimate", "std_error", "conf_low", "conf_high"):
        assert row[name] == pytest.approx(r(f"rate {column}", "all", name), rel=1e-12)
    assert row["df"] == r("rate cramp", "all", "df")


@pytest.mark.parametrize("by", ["sex", "weekend"])
@pytest.mark.parametrize(("column", "measure"), [("cramp", "cramp nights per week"), ("cramps", "cramps per week")])
def test_rates_by_group_equal_subsets_of_the_survey_design(panel, by, column, measure):
    frame = estimate_rates(panel, by=by).frame
    for _, row in frame[frame["measure"] == measure].iterrows():
        group = f"{by} {row[by]:g}" if by == "weekend" else f"{by} {row[by]}"
        for name in ("estimate", "std_error", "df"):
            assert row[name] == pytest.approx(r(f"rate {column}", group, name), rel=1e-12)


@pytest.mark.parametrize("column", ["cramp", "cramps"])
def test_means_of_persons_equal_mean_and_standard_error_of_their_rates(panel, column):
    frame = estimate_rates(panel).frame
    row = frame[(frame["outcome"] == column) & frame["measure"].str.endswith("mean of persons")].iloc[0]
    assert row["estimate"] == pytest.approx(r(f"mean {column}", "all", "estimate"), rel=1e-12)
    assert row["std_error"] == pytest.approx(r(f"mean {column}", "all", "std_error"), rel=1e-12)


@pytest.mark.parametrize("column", ["cramp", "cramps"])
def test_intervals_of_single_persons_equal_binom_test_and_poisson_test(panel, column):
    frame = estimate_person_rates(panel).frame
    frame = frame[frame["outcome"] == column].set_index("person")
    for person in dict.fromkeys(VALUES.loc[f"own {column}"].index.get_level_values("term")):
        for name in ("conf_low", "conf_high"):
            assert frame.loc[person, name] == pytest.approx(r(f"own {column}", person, name), rel=1e-9, abs=1e-12)


COUNTS = {
    "nb persons expected": ("cramps ~ woman", "negative_binomial", "persons", "expected", 1e-9),
    "nb persons model": ("cramps ~ woman", "negative_binomial", "persons", "model", 3e-6),
    "poisson persons robust": ("cramps ~ woman", "poisson", "persons", "robust", 1e-9),
    "poisson nights robust": ("cramps ~ woman + standing_hours + weekend", "poisson", "nights", "robust", 1e-9),
    "nb nights expected": ("cramps ~ woman + standing_hours + weekend", "negative_binomial", "nights", "expected", 1e-7),
    "zip nights model": ("cramps ~ woman + standing_hours", "zero_inflated", "nights", "model", 2e-4),
    "zinb model": ("cramps ~ x", "zero_inflated_negative_binomial", "nights", "model", 2e-4),
}


@pytest.mark.parametrize("case", COUNTS)
def test_count_models_equal_r(panel, case):
    formula, model, unit, covariance, tolerance = COUNTS[case]
    data = DiaryPanel(pd.read_csv(HERE / "zeros.csv")) if case == "zinb model" else panel
    fit = fit_counts(data, formula, model=model, unit=unit, covariance=covariance)
    frame = estimate_counts(fit, intercept=True).frame
    # zeroinfl calls them count_...; of the zeros (zero_(Intercept)) the coefficient is our last parameter
    prefix = "count_" if "zi" in case else ""
    for one, estimate, error in zip(fit.coefficients, frame["estimate"], frame["std_error"], strict=True):
        name = prefix + one.name.replace("Intercept", "(Intercept)")
        assert np.log(estimate) == pytest.approx(r(case, name, "coefficient"), rel=tolerance, abs=tolerance)
        assert error == pytest.approx(r(case, name, "std_error"), rel=tolerance)
    if prefix:
        assert fit.parameters[-1] == pytest.approx(r(case, "zero_(Intercept)", "coefficient"), rel=1e-3)
    if (case, "", "loglik") in VALUES.index:
        assert fit.loglik >= r(case, "", "loglik") - 1e-8  # at least as high as R's optimiser came
        assert fit.loglik == pytest.approx(r(case, "", "loglik"), abs=1e-6)
    if (case, "", "alpha") in VALUES.index:
        alpha = estimate_dispersion(fit).frame.set_index("measure").loc["alpha", "estimate"]
        assert alpha == pytest.approx(r(case, "", "alpha"), rel=max(tolerance, 1e-7))


def test_without_more_zeros_the_fit_is_that_of_the_plain_model_and_says_so(panel):
    fit = fit_counts(panel, "cramps ~ woman + standing_hours", model="zero_inflated_negative_binomial", unit="nights")
    assert fit.loglik == pytest.approx(r("zinb without zeros", "", "loglik"), abs=1e-9)
    assert "no more zeros" in fit.notes[0]
    assert estimate_dispersion(fit).frame.set_index("measure").loc["share of structural zeros", "estimate"] == 0


def test_pearson_dispersion_equals_r(panel):
    fit = fit_counts(panel, "cramps ~ woman", model="poisson")
    assert fit.pearson == pytest.approx(r("poisson persons robust", "", "pearson"), rel=1e-10)


def test_crossover_equals_the_binomial_split_with_hc3_and_hills_armitage():
    frame = compare_treatments_crossover(DiaryPanel(pd.read_csv(HERE / "crossover.csv"))).frame
    for row, term in ((0, "(Intercept)"), (1, "s")):
        assert np.log(frame.loc[row, "estimate"]) == pytest.approx(r("crossover ratio", term, "coefficient"), rel=1e-10)
        assert frame.loc[row, "std_error"] == pytest.approx(r("crossover ratio", term, "std_error"), rel=1e-10)
        assert frame.loc[row + 2, "estimate"] == pytest.approx(r("crossover difference", term, "coefficient"), rel=1e-10)
        assert frame.loc[row + 2, "std_error"] == pytest.approx(r("crossover difference", term, "std_error"), rel=1e-10)
    assert frame.loc[0, "df"] == r("crossover ratio", "", "df")
    assert frame.loc[2, "p_value"] == pytest.approx(r("crossover difference", "(Intercept)", "p_value"), rel=1e-9)
    assert frame.loc[4, "estimate"] == pytest.approx(r("crossover sequence", "", "estimate"), rel=1e-10)
    assert frame.loc[4, "p_value"] == pytest.approx(r("crossover sequence", "", "p_value"), rel=1e-10)


def test_crossover_ratio_is_that_of_poisson_counts_with_a_coefficient_for_each_person():
    frame = compare_treatments_crossover(DiaryPanel(pd.read_csv(HERE / "crossover.csv"))).frame
    assert np.log(frame.loc[0, "estimate"]) == pytest.approx(r("crossover fixed persons", "treatment", "coefficient"), rel=1e-9)
    assert np.log(frame.loc[1, "estimate"]) == pytest.approx(r("crossover fixed persons", "period", "coefficient"), rel=1e-9)


def parallel() -> DiaryPanel:
    made = pd.read_csv(HERE / "parallel.csv")
    return DiaryPanel(made.assign(before=(made["phase"] == "before").astype(int)))


def test_parallel_groups_with_a_baseline_equal_glm_nb_ancova_and_welch():
    frame = compare_treatments_parallel(parallel(), baseline="before").frame
    assert np.log(frame.loc[0, "estimate"]) == pytest.approx(r("parallel ratio baseline", "arm", "coefficient"), rel=1e-7)
    assert frame.loc[0, "std_error"] == pytest.approx(r("parallel ratio baseline", "arm", "std_error"), rel=3e-6)
    for name, stat in (("estimate", "coefficient"), ("std_error", "std_error")):
        assert frame.loc[1, name] == pytest.approx(r("parallel ancova", "arm", stat), rel=1e-10)
    for name in ("estimate", "df", "p_value", "conf_low"):
        assert frame.loc[2, name] == pytest.approx(r("parallel change", "", name), rel=1e-10)


def test_parallel_groups_without_a_baseline_equal_glm_nb_and_welch():
    made = parallel()
    frame = compare_treatments_parallel(made.subset(made.table["phase"] == "after")).frame
    assert np.log(frame.loc[0, "estimate"]) == pytest.approx(r("parallel ratio", "arm", "coefficient"), rel=1e-7)
    assert frame.loc[0, "std_error"] == pytest.approx(r("parallel ratio", "arm", "std_error"), rel=3e-6)
    for name in ("estimate", "df", "p_value", "conf_low"):
        assert frame.loc[1, name] == pytest.approx(r("parallel rate", "", name), rel=1e-10)


SEVERITY = {
    "severity": ("cramp_severity ~ 1", False),
    "severity on standing": ("cramp_severity ~ woman + standing_hours", False),
    "log minutes": ("cramp_minutes ~ woman + standing_hours", True),
}


@pytest.mark.parametrize("case", SEVERITY)
def test_severity_and_log_minutes_equal_lmer_with_satterthwaite_df(panel, case):
    formula, log = SEVERITY[case]
    fit = fit_severity(panel, formula, log=log)
    solution = fit.solution
    for place, one in enumerate(fit.rows.coefficients):
        name, contrast = one.name.replace("Intercept", "(Intercept)"), np.eye(len(solution.coefficients))[place]
        assert solution.coefficients[place] == pytest.approx(r(case, name, "coefficient"), rel=1e-7)
        assert np.sqrt(solution.covariance[place, place]) == pytest.approx(r(case, name, "std_error"), rel=1e-6)
        assert solution.degrees_of_freedom(contrast) == pytest.approx(r(case, name, "df"), rel=1e-5)
    assert solution.sd_person == pytest.approx(r(case, "", "sd_person"), rel=1e-6)
    assert solution.sd_night == pytest.approx(r(case, "", "sd_night"), rel=1e-6)
    assert solution.loglik == pytest.approx(r(case, "", "loglik"), abs=1e-9)


def test_shares_of_cramp_nights_by_site_equal_svymean(panel):
    frame = estimate_cramp_features(panel, features=["cramp_site"]).frame
    for _, row in frame.iterrows():
        assert row["estimate"] == pytest.approx(r("site", row["level"], "estimate"), rel=1e-12)
        assert row["std_error"] == pytest.approx(r("site", row["level"], "std_error"), rel=1e-12)


def test_split_of_one_sequence_is_the_log_ratio_of_pooled_rates():
    # with equal nights, b = log(sum active / sum reference): 12 / 8
    fit = fit_split(np.array([5.0, 7.0]), np.array([2.0, 6.0]), np.zeros(2), np.ones((2, 1)))
    assert fit.coefficients[0] == pytest.approx(np.log(12 / 8), rel=1e-12)
