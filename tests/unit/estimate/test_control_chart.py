from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.errors import DataError
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.estimate.control_chart import compare_charts, count_runs, fit_control_chart, runs_limits


def months(events, n=100, **columns: object) -> Estimates:
    names = [f"{2024 + place // 12}-{place % 12 + 1:02d}" for place in range(len(events))]
    frame = pd.DataFrame({"month": names, "n": n, "n_events": events}).assign(measure="prevalence", unit="share", **columns)
    return Estimates(frame.assign(estimate=frame["n_events"] / frame["n"]), ("month",))


STEADY = [30, 33, 28, 31, 27, 34, 30, 29, 32, 28, 31, 30, 26, 33]


def test_limits_by_hand():
    """14 months of 100 with 422 in all: centre 0.3014, sigma = sqrt(0.3014 x 0.6986 / 100) = 0.04589, limits 0.1638 to 0.4391."""
    chart = fit_control_chart(months(STEADY))
    row = chart.estimates.frame.iloc[0]
    assert chart.chart == "p"
    assert row["centre"] == pytest.approx(422 / 1400)
    assert row["low"] == pytest.approx(0.1638, abs=5e-5)
    assert row["high"] == pytest.approx(0.4391, abs=5e-5)
    assert chart.signals == ()


def test_a_month_beyond_three_sigma_is_told():
    chart = fit_control_chart(months([*STEADY[:-1], 55]))
    assert chart.estimates.frame["beyond"].iloc[-1] == 1
    assert chart.signals[0] == "2025-02: above the 3-sigma limit."


def test_eight_months_on_one_side_are_a_signal_among_fourteen():
    """round(log2(14) + 3) = 7: a run of eight is longer."""
    chart = fit_control_chart(months([27, 26, 28, 25, 27, 26, 28, 33, 34, 35, 33, 34, 36, 33]))
    assert chart.longest_run_limit == 7
    assert chart.longest_run == 7
    assert any("crossed 1 times" in told for told in chart.signals)
    longer = fit_control_chart(months([27, 26, 28, 25, 27, 26, 28, 27, 40, 41, 39, 40, 42, 38]))
    assert longer.longest_run == 8
    assert any("8 points in a row" in told for told in longer.signals)


@pytest.mark.parametrize(("useful", "run", "crossings"), [
    (10, 6, 2), (12, 7, 3), (16, 7, 4), (20, 7, 6), (24, 8, 8), (60, 9, 23),
])
def test_limits_of_runs_are_those_of_r(useful, run, crossings):
    """R 4.2.2: round(log2(n) + 3) and qbinom(0.05, n - 1, 0.5), the rules of Anhoej & Olesen 2014."""
    assert runs_limits(useful) == (run, crossings)


def test_points_on_the_centre_line_are_passed_over():
    assert count_runs(np.array([0.0, 1.0, 0.0, 1.0, -1.0])) == (3, 2, 1)
    assert count_runs(np.zeros(5)) == (0, 0, 0)


def test_with_fewer_than_twelve_months_there_is_a_run_chart_around_the_median():
    chart = fit_control_chart(months([30, 20, 40, 35, 25]))
    assert chart.chart == "run"
    assert chart.estimates.frame["centre"].iloc[0] == pytest.approx(0.30)
    assert chart.estimates.frame["high"].isna().all()
    assert chart.longest_run_limit == 0
    assert chart.signals == ()


def test_overdispersed_months_get_laneys_limits():
    """p alternates between 0.2 and 0.4, n = 400: z differs by 0.2 / sqrt(0.3 x 0.7 / 400) = 8.729, sigma_z = 8.729 / 1.128."""
    chart = fit_control_chart(months([80, 160] * 7, n=400))
    sigma = np.sqrt(0.3 * 0.7 / 400)
    assert chart.chart == "p prime"
    assert chart.dispersion == pytest.approx(0.2 / sigma / 1.128)
    assert chart.estimates.frame["high"].iloc[0] == pytest.approx(0.3 + 3 * 0.2 / 1.128)
    assert (chart.estimates.frame["beyond"] == 0).all()


def test_hidden_months_are_left_out_and_counted():
    chart = fit_control_chart(months(STEADY, caution=["suppressed: too few", *[""] * 13]))
    assert len(chart.estimates) == 13
    assert any(note.startswith("1 point(s)") for note in chart.estimates.notes)


def test_months_are_put_in_order_of_the_label_or_of_their_names():
    made = months(STEADY)
    backwards = Estimates(made.frame.iloc[::-1], ("month",))
    assert list(fit_control_chart(backwards).estimates.frame["month"]) == list(made.frame["month"])
    named = Estimates(made.frame.head(3).assign(month=["autumn", "spring", "summer"]), ("month",),
                      labels={"month": Label("Season", levels=("spring", "summer", "autumn"))})
    assert list(fit_control_chart(named).estimates.frame["month"]) == ["spring", "summer", "autumn"]


def test_fewer_than_three_months_are_refused():
    with pytest.raises(DataError, match="at least 3"):
        fit_control_chart(months([30, 31]))


def mixed(made: Estimates, shares) -> Estimates:
    frame = made.frame.assign(measure="observed / expected", expected_share=shares)
    return Estimates(frame, ("month",), extras=("expected_share",))


def test_a_change_that_age_and_sex_explain_is_gone_with_the_case_mix():
    """The expected share doubles with the observed one, so the ratio is steady."""
    made = months([20, 21, 19, 22, 20, 18, 21, 40, 41, 39, 42, 38, 40, 41])
    case_mix = mixed(made, [0.2] * 7 + [0.4] * 7)
    crude, adjusted = fit_control_chart(made), fit_control_chart(made, case_mix=case_mix)
    assert crude.signals
    assert adjusted.signals == ()
    # all: 422 of 1,400; expected 0.3 on average; the first months' centre is 422 / 1400 x 0.2 / 0.3
    assert adjusted.estimates.frame["centre"].iloc[0] == pytest.approx(422 / 1400 * 0.2 / 0.3)
    assert compare_charts(crude, adjusted)[0].startswith("Given the age and sex of those who came, no change")


def test_a_change_of_its_own_remains():
    made = months([20, 21, 19, 22, 20, 18, 21, 40, 41, 39, 42, 38, 40, 41])
    crude, adjusted = fit_control_chart(made), fit_control_chart(made, case_mix=mixed(made, 0.3))
    assert compare_charts(crude, adjusted)[0].startswith("The change over time remains")


def test_a_steady_share_of_a_changing_clientele_is_told():
    made = months(STEADY)
    crude, adjusted = fit_control_chart(made), fit_control_chart(made, case_mix=mixed(made, [0.2] * 7 + [0.4] * 7))
    assert compare_charts(crude, adjusted)[0].startswith("The share looks steady, but")


def test_a_case_mix_that_lacks_months_is_refused():
    made = months(STEADY)
    fewer = mixed(months(STEADY[:10]), 0.3)
    with pytest.raises(DataError, match="4 of 14"):
        fit_control_chart(made, case_mix=fewer)


def test_months_of_few_patients_are_charted_where_their_counts_may_be_shown():
    few = "suppress: effective sample size 10.0 (< 30); review: 0 or 100 %"
    chart = fit_control_chart(months([3, 4, 2, 3], n=10, caution=few))
    assert len(chart.estimates) == 4
    assert set(chart.estimates.frame["caution"]) == {"review: 0 or 100 %"}
