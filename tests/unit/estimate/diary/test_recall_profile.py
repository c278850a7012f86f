"""Profile limits reach the contour of the likelihood: what a grid over all parameters finds, they find."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.estimate.diary.recall_likelihood import Beta, BetaNever
from crampstats.estimate.diary.recall_models import fit_risk
from crampstats.estimate.diary.recall_nights import cramp_nights
from crampstats.estimate.diary.recall_profile import profile_interval

WINDOWS = np.array([7.0, 30.0, 365.0, 21_915.0])
DROP = 3.841458820694124 / 2  # half the 95 % point of chi-squared with one degree of freedom


def small_diary(seed: int) -> DiaryPanel:
    random = np.random.default_rng(seed)
    persons, nights = random.integers(5, 40), random.integers(3, 30)
    risk = random.beta(0.3, random.uniform(1, 6), persons)
    table = pd.DataFrame({
        "person": np.repeat(np.arange(persons), nights), "night": np.tile(20_000 + np.arange(nights), persons),
    })
    return DiaryPanel(table.assign(cramp=(random.random(len(table)) < risk[table["person"]]).astype(int)))


@pytest.mark.parametrize("seed", [0, 2, 13])
def test_limits_with_never_crampers_are_those_of_a_grid_over_all_parameters(seed):
    fitted = fit_risk(BetaNever, cramp_nights(small_diary(seed), "cramp"))
    low, high = profile_interval(fitted, WINDOWS, 0.95)
    axes = np.linspace(-9, 4, 50), np.linspace(-8, 6, 50), np.linspace(0, 0.999, 50)
    points = np.column_stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")])
    heights = np.concatenate([fitted.model.log_likelihood(part) for part in np.array_split(points, 50)])
    allowed = points[heights >= fitted.log_likelihood - DROP]
    shares = 1 - fitted.model.free_of_cramps(allowed, WINDOWS)
    # every point of the grid that the data allow lies inside the limits, and some lie near them
    assert (low <= shares.min(axis=0) + 1e-9).all()
    assert (high >= shares.max(axis=0) - 1e-9).all()
    np.testing.assert_allclose(low, shares.min(axis=0), atol=0.03)
    np.testing.assert_allclose(high, shares.max(axis=0), atol=0.03)


@pytest.mark.parametrize("kind", [Beta, BetaNever])
@pytest.mark.parametrize("seed", range(6))
def test_limits_grow_with_the_window_and_do_not_depend_on_which_others_are_asked(kind, seed):
    fitted = fit_risk(kind, cramp_nights(small_diary(seed), "cramp"))
    low, high = profile_interval(fitted, WINDOWS, 0.95)
    assert (np.diff(low) >= 0).all()
    assert (np.diff(high) >= 0).all()
    alone = [profile_interval(fitted, WINDOWS[[place]], 0.95) for place in range(len(WINDOWS))]
    np.testing.assert_allclose(low, [one[0][0] for one in alone], atol=2e-3)
    np.testing.assert_allclose(high, [one[1][0] for one in alone], atol=2e-3)
