from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.core.errors import DataError, OptionError
from crampstats.estimate.attributable import estimate_attributable_fraction
from crampstats.estimate.margins import estimate_adjusted_prevalence
from crampstats.estimate.penalised import fit_penalised, is_penalised, larger_covariance
from crampstats.estimate.regression import compare_terms, estimate_coefficients, estimate_contrast, fit_regression


def separated(seed, exposed):
    """200 persons with unequal weights of whom a few are exposed; all of these have cramps."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({"age": random.normal(0, 1, 200), "weight": random.uniform(0.5, 3, 200), "dialysis": 0})
    frame["cramps"] = (random.random(200) < 0.2).astype(int)
    frame.loc[frame.index[frame["cramps"] == 1][:exposed], "dialysis"] = 1
    return frame


def penalised_likelihood(frame, beta):
    """sum a l + log det(X'VX) / 2, written out, with the weights a scaled to sum to n."""
    x = np.column_stack([np.ones(len(frame)), frame["dialysis"], frame["age"]])
    a = (frame["weight"] / frame["weight"].mean()).to_numpy()
    predictor = x @ beta
    mean = 1 / (1 + np.exp(-predictor))
    information = (x * (a * mean * (1 - mean))[:, None]).T @ x
    return float(a @ (frame["cramps"] * predictor - np.logaddexp(0, predictor))) + np.linalg.slogdet(information)[1] / 2


@pytest.mark.parametrize("exposed", [1, 2, 8])
@pytest.mark.parametrize("seed", range(3))
def test_coefficients_maximise_the_penalised_likelihood_however_few_persons_decide(seed, exposed):
    frame = separated(seed, exposed)
    best = fit_penalised(SurveyDesign(frame, weights="weight"), "cramps ~ dialysis + age").coefficients
    step = 1e-4
    for move in np.eye(3) * step:
        ahead, behind = (penalised_likelihood(frame, best + sign * move) for sign in (1, -1))
        assert (ahead - behind) / (2 * step) == pytest.approx(0.0, abs=1e-5)
        assert max(ahead, behind) < penalised_likelihood(frame, best)


def test_one_exposed_person_for_and_one_against_is_no_trouble():
    frame = separated(4, 1)
    frame.loc[frame.index[frame["cramps"] == 0][0], "dialysis"] = 1
    fit = fit_penalised(SurveyDesign(frame, weights="weight"), "cramps ~ dialysis + age")
    assert np.isfinite(fit.coefficients).all()


def test_a_two_by_two_table_by_hand():
    """Half a person is added to each cell: (12.5 / 0.5) / (30.5 / 60.5)."""
    frame = pd.DataFrame({"cramps": [1] * 12 + [1] * 30 + [0] * 60, "dialysis": [1] * 12 + [0] * 90, "odd": [0, 1] * 51})
    fit = fit_penalised(SurveyDesign(frame), "cramps ~ dialysis")
    row = estimate_coefficients(fit).frame.iloc[0]
    assert row["estimate"] == pytest.approx((12.5 / 0.5) / (30.5 / 60.5))
    assert is_penalised(fit)
    assert not is_penalised(fit_regression(SurveyDesign(frame), "cramps ~ odd"))


@pytest.mark.parametrize("read", [
    estimate_coefficients, compare_terms, lambda fit: estimate_contrast(fit, {"dialysis": 1.0}),
    lambda fit: estimate_adjusted_prevalence(fit, "dialysis"), lambda fit: estimate_attributable_fraction(fit, ["dialysis"]),
], ids=["coefficients", "terms", "contrast", "prevalence", "fraction"])
def test_every_row_read_from_a_penalised_fit_says_so(read):
    frame = pd.DataFrame({"cramps": [1] * 12 + [1] * 30 + [0] * 60, "dialysis": [1] * 12 + [0] * 90})
    cautions = read(fit_penalised(SurveyDesign(frame), "cramps ~ dialysis")).frame["caution"]
    assert cautions.str.startswith("note: penalised fit, the data are separated").all()


def test_where_residuals_vanish_the_models_own_error_remains():
    """By hand 1/(12 p q) + 1/(90 p q) at the fitted shares 12.5/13 and 30.5/91; the sandwich of the 12 is next to nothing."""
    frame = pd.DataFrame({"cramps": [1] * 12 + [1] * 30 + [0] * 60, "dialysis": [1] * 12 + [0] * 90})
    row = estimate_coefficients(fit_penalised(SurveyDesign(frame), "cramps ~ dialysis")).frame.iloc[0]
    by_hand = np.sqrt(1 / (12 * (12.5 / 13) * (0.5 / 13)) + 1 / (90 * (30.5 / 91) * (60.5 / 91)))
    assert row["std_error"] >= by_hand * 0.999
    assert row["std_error"] == pytest.approx(by_hand, rel=0.02)


def test_other_models_and_constant_columns_are_refused():
    frame = separated(1, 3)
    with pytest.raises(OptionError, match="for logistic and poisson models; got 'probit'"):
        fit_penalised(SurveyDesign(frame), "cramps ~ dialysis", model="probit")
    with pytest.raises(DataError, match="the same value in all"):
        fit_penalised(SurveyDesign(frame.assign(one=1.0)), "cramps ~ one")


def test_the_larger_covariance_is_either_where_the_other_is_small():
    big, small = np.array([[4.0, 1.0], [1.0, 9.0]]), np.array([[0.1, 0.0], [0.0, 0.1]])
    np.testing.assert_allclose(larger_covariance(big, small), big)
    np.testing.assert_allclose(larger_covariance(small, big), big)
