from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crampstats.core.errors import DataError, OptionError
from crampstats.core.estimates import Estimates
from crampstats.estimate.funnel import exact_limit, fit_funnel, list_outside


def units(n, events, **columns: object) -> Estimates:
    frame = pd.DataFrame({"site": [f"s{place:02d}" for place in range(len(n))], "n": n, "n_events": events}).assign(
        measure="prevalence", unit="share", **columns)
    return Estimates(frame.assign(estimate=frame["n_events"] / frame["n"]), ("site",))


def test_the_interpolated_limit_by_hand():
    """n = 2, p = 1/2: P(0) = 1/4, P(1) = 3/4. At 0.5 the count is 1, less (3/4 - 1/2) / (1/2) = 1/2, so 1/4 of 2."""
    assert exact_limit(np.array([2.0]), np.array([0.5]), 0.5)[0] == pytest.approx(0.25)


@pytest.mark.parametrize("q", [0.001, 0.025, 0.975, 0.999])
def test_limits_lie_within_one_count_of_the_binomial_quantile(q):
    n = np.arange(5.0, 400.0)
    limit = exact_limit(n, np.full(len(n), 0.31), q) * n
    quantile = stats.binom.ppf(q, n, 0.31)
    assert ((quantile - 1 <= limit) & (limit <= quantile)).all()


def test_the_centre_is_the_share_of_all_unless_given():
    made = units([100, 300], [20, 120])
    assert fit_funnel(made).centre == pytest.approx(0.35)
    assert fit_funnel(made, centre=0.31).centre == 0.31


def test_a_unit_far_off_is_outside_both_limits_and_named():
    funnel = fit_funnel(units([100, 100, 100, 1000], [30, 31, 60, 300]))
    assert list(funnel.estimates.frame["outside"]) == [0, 0, 2, 0]
    assert list_outside(funnel) == {"above 99.8 %": ["s02"], "above 95 %": [], "below 95 %": [], "below 99.8 %": []}


def test_of_fewer_than_ten_units_no_dispersion_is_estimated_and_that_is_said():
    funnel = fit_funnel(units([100] * 9, [10, 60] * 4 + [30]))
    assert np.isnan(funnel.phi)
    assert funnel.adjustment == "none"
    assert "fewer than 10" in funnel.words


def test_units_that_differ_by_more_than_chance_widen_the_limits():
    made = units([200] * 12, [40, 50, 60, 70, 80, 90] * 2)
    crude, additive, multiplicative = (fit_funnel(made, overdispersion=how) for how in ("none", "additive", "multiplicative"))
    assert crude.phi == additive.phi > 1
    assert "as asked" in crude.words
    for wide in (additive, multiplicative):
        assert (wide.estimates.frame["high_95"] > crude.estimates.frame["high_95"]).all()
        assert (wide.curve["low_998"].to_numpy() <= crude.curve["low_998"].to_numpy()).all()


def test_with_units_of_one_size_both_ways_of_widening_nearly_agree():
    """Additive: 1/w + tau2 = (I phi - (I - 1)) / (w (I - 1)) + 1/w = I phi / (w (I - 1)); multiplicative: phi / w."""
    made = units([200] * 12, [40, 50, 60, 70, 80, 90] * 2)
    additive, multiplicative = (fit_funnel(made, overdispersion=how).estimates.frame for how in ("additive", "multiplicative"))
    assert (multiplicative["z_adjusted"] / additive["z_adjusted"]).to_numpy() == pytest.approx(np.sqrt(12 / 11))


def test_winsorising_keeps_one_far_unit_from_widening_the_limits():
    made = units([200] * 20, [64, 66] * 9 + [65, 190])
    assert fit_funnel(made, winsorised=0.0).phi > 5 > 1 > fit_funnel(made, winsorised=0.1, centre=0.325).phi
    with pytest.raises(OptionError, match="winsorised"):
        fit_funnel(made, winsorised=0.5)


def test_ratios_are_compared_at_the_case_mix_of_each_unit():
    """Two units of 100, one expecting 20 and one 40: with 30 and 60 observed both have the centre 1.5 and z = 0."""
    frame = units([100, 100], [30, 60]).frame
    made = frame.assign(measure="observed / expected", unit="ratio", expected=[20.0, 40.0], estimate=1.5)
    funnel = fit_funnel(Estimates(made, ("site",), extras=("expected",)))
    assert funnel.centre == pytest.approx(1.5)
    assert funnel.estimates.frame["z"].to_numpy() == pytest.approx(0, abs=1e-12)
    assert list(funnel.estimates.frame["size"]) == [20, 40]
    assert list(funnel.estimates.frame["null_share"]) == pytest.approx([0.3, 0.6])


def test_hidden_units_and_the_row_for_all_take_no_part():
    made = units([100, 300, 50], [20, 120, 5], caution=["", "", "suppressed: too few"])
    frame = pd.concat([made.frame, made.frame.head(1).assign(site="", n=450, n_events=145)], ignore_index=True)
    funnel = fit_funnel(Estimates(frame, ("site",)))
    assert list(funnel.estimates.frame["site"]) == ["s00", "s01"]
    assert funnel.centre == pytest.approx(0.35)
    assert "1 hidden group(s) take no part in the funnel." in funnel.estimates.notes


def test_a_funnel_of_one_unit_or_of_two_columns_is_refused():
    with pytest.raises(DataError, match="at least 2"):
        fit_funnel(units([100], [20]))
    two = Estimates(units([100, 200], [20, 30]).frame.assign(sex="f"), ("site", "sex"))
    with pytest.raises(DataError, match="one group column"):
        fit_funnel(two)
    with pytest.raises(OptionError, match="additive"):
        fit_funnel(units([100, 200], [20, 30]), overdispersion="aditive")


def test_a_share_of_nobody_around_an_empty_centre_is_refused():
    with pytest.raises(DataError, match="no limits"):
        fit_funnel(units([100, 200], [0, 0]))


def test_a_small_unit_whose_counts_may_be_shown_takes_part():
    funnel = fit_funnel(units([100, 12], [30, 4], caution=["", "suppress: effective sample size 12.0 (< 30)"]))
    assert list(funnel.estimates.frame["site"]) == ["s00", "s01"]
    assert list(funnel.estimates.frame["caution"]) == ["", ""]
