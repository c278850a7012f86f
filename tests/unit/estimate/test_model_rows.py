from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.design import SurveyDesign
from crampstats.estimate.regression import fit_regression


@pytest.mark.parametrize("levels", [["low", "normal", "high"], [3, 1, 2]])
def test_persons_grouped_by_pattern_keep_the_levels_of_a_category_and_their_order(levels):
    """PSUs numbered with decimals forbid grouping: then every person is a row. Both compare with the first level declared."""
    random = np.random.default_rng(160_505)
    n = 2000
    people = pd.DataFrame({
        "psu": random.integers(0, 6, n), "class": pd.Categorical(random.choice(levels, n), levels),
        "cramps": random.integers(0, 2, n), "weight": random.uniform(1, 2, n).round(3),
    })
    known = {"psu": "psu", "weights": "weight"}
    grouped = fit_regression(SurveyDesign(people, **known), "cramps ~ `class`")
    by_row = fit_regression(SurveyDesign(people.assign(psu=people["psu"].astype(float)), **known), "cramps ~ `class`")
    assert len(grouped.rows) < len(by_row.rows) == n
    assert grouped.names == by_row.names == ("Intercept", f"class[T.{levels[1]}]", f"class[T.{levels[2]}]")
    np.testing.assert_allclose(grouped.coefficients, by_row.coefficients, rtol=1e-9)
    np.testing.assert_allclose(grouped.covariance, by_row.covariance, rtol=1e-9)
