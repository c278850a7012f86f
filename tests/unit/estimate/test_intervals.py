from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from crampstats.core.errors import OptionError
from crampstats.estimate.intervals import Shares, adjusted_size, check_level, effective_size, proportion_interval, t_quantile

KINDS = ("korn_graubard", "beta", "logit", "wilson", "asin", "wald")


def one(share, std_error, df, n):
    return Shares(*(np.array([float(number)]) for number in (share, std_error, df, n)))


def bounds(shares, kind, level=0.95):
    low, high = proportion_interval(shares, kind, level)
    return [float(low[0]), float(high[0])]


def test_three_of_ten_has_the_published_exact_and_wilson_intervals():
    """Clopper-Pearson 0.0667 to 0.6525 and Wilson 0.1078 to 0.6032 at z = 1.96 (any table of binomial limits)."""
    simple = one(0.3, np.sqrt(0.21 / 10), 1e9, 10)
    assert bounds(simple, "exact") == pytest.approx([0.0667, 0.6525], abs=5e-5)
    assert bounds(simple, "wilson") == pytest.approx([0.1078, 0.6032], abs=5e-5)


def test_none_of_thirty_reaches_eleven_point_six_percent():
    """1 - 0.025^(1/30) = 0.1157, whatever interval is asked for at 0 events except Wilson's own bound."""
    expected = 1 - 0.025 ** (1 / 30)
    for kind in (*KINDS, "exact"):
        low, high = bounds(one(0, 0, 31, 30), kind)
        assert low == 0.0
        if kind != "wilson":
            assert high == pytest.approx(expected, rel=1e-12)
        assert bounds(one(1, 0, 31, 30), kind) == pytest.approx([1 - high, 1.0], rel=1e-12)


def test_wilson_at_no_events_is_t_squared_over_n_plus_t_squared():
    t = stats.t.ppf(0.975, 31)
    assert bounds(one(0, 0, 31, 30), "wilson")[1] == pytest.approx(t**2 / (30 + t**2), rel=1e-12)


def test_wald_logit_and_asin_by_their_formulas():
    t = stats.t.ppf(0.975, 20)
    shares = one(0.2, 0.03, 20, 400)
    assert bounds(shares, "wald") == pytest.approx([0.2 - t * 0.03, 0.2 + t * 0.03], rel=1e-12)
    odds = [0.25 * np.exp(sign * t * 0.03 / 0.16) for sign in (-1, 1)]
    assert bounds(shares, "logit") == pytest.approx([x / (1 + x) for x in odds], rel=1e-12)
    angle = [np.arcsin(np.sqrt(0.2)) + sign * t * 0.03 / (2 * 0.4) for sign in (-1, 1)]
    assert bounds(shares, "asin") == pytest.approx([np.sin(x) ** 2 for x in angle], rel=1e-12)


def test_wald_may_leave_the_unit_interval_and_asin_may_not():
    shares = one(0.02, 0.02, 10, 50)
    assert bounds(shares, "wald")[0] < 0
    assert bounds(shares, "asin")[0] == 0.0


def test_korn_graubard_is_capped_at_n_and_beta_is_not():
    """SE half the binomial one: n_eff = 4 n."""
    n = 100
    tight = one(0.3, 0.5 * np.sqrt(0.21 / n), 99, n)
    assert effective_size(tight)[0] == pytest.approx(400)
    assert adjusted_size(tight, 0.95, capped=True)[0] == n
    assert adjusted_size(tight, 0.95, capped=False)[0] == pytest.approx(400)
    assert bounds(tight, "korn_graubard") == bounds(tight, "exact")
    assert bounds(tight, "beta")[0] > bounds(tight, "korn_graubard")[0]


def test_few_degrees_of_freedom_shrink_the_effective_size():
    """n* = n_eff (t_{n-1} / t_df)^2 with n_eff = .21 / .0021 = 100."""
    shares = one(0.3, np.sqrt(0.0021), 5, 1000)
    expected = 100 * (stats.t.ppf(0.975, 999) / stats.t.ppf(0.975, 5)) ** 2
    assert adjusted_size(shares, 0.95, capped=True)[0] == pytest.approx(expected, rel=1e-12)
    low = stats.beta.ppf(0.025, 0.3 * expected, 0.7 * expected + 1)
    assert bounds(shares, "korn_graubard")[0] == pytest.approx(low, rel=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_without_degrees_of_freedom_there_is_no_interval_but_the_exact_one(kind):
    assert np.isnan(bounds(one(0.3, 0.1, 0, 10), kind)).all()
    assert np.isnan(bounds(one(0.0, 0.0, 0, 10), kind)).all()
    assert np.isfinite(bounds(one(0.3, 0.1, 0, 10), "exact")).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_standard_error_of_zero_away_from_0_and_1_takes_the_bounds_at_n(kind):
    low, high = bounds(one(0.5, 0.0, 4, 40), kind)
    assert 0.25 < low < 0.5 < high < 0.75


@pytest.mark.parametrize("level", [0, 1, 95, -0.1, float("nan")])
def test_a_level_outside_0_to_1_is_refused_with_what_is_meant(level):
    with pytest.raises(OptionError, match=r"strictly between 0 and 1 is expected \(0.95\)"):
        check_level(level)


def test_an_unknown_interval_lists_all_names():
    with pytest.raises(OptionError, match=r"did you mean 'korn_graubard'.*logit, wilson, asin, wald, exact"):
        proportion_interval(one(0.3, 0.1, 5, 10), "korn-graubard")


def test_the_t_quantile_is_the_tabulated_one():
    assert t_quantile(np.array([10.0]), 0.95)[0] == pytest.approx(2.228, abs=5e-4)
    assert np.isnan(t_quantile(np.array([0.5]), 0.95)[0])
