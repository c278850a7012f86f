"""Curves read backwards: known curves, refusals, words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.errors import OptionError
from crampstats.core.estimates import Estimates
from crampstats.core.source import Source
from crampstats.estimate.diary.recall import LIFETIME, RecallCurve, estimate_recall_curve
from crampstats.estimate.diary.recall_likelihood import Beta
from crampstats.estimate.diary.recall_models import fit_risk
from crampstats.estimate.diary.recall_nights import cramp_nights
from crampstats.estimate.diary.recall_window import crossing, estimate_effective_window, judge_windows

from .recall_diaries import make, random_panel

SOME = ["u_statistic", "beta_binomial"]


def survey(share: float, low: float, high: float, **described) -> Estimates:
    frame = pd.DataFrame({"measure": ["prevalence"], "outcome": ["any_cramps"], "estimate": [share], "conf_low": [low],
                          "conf_high": [high], "unit": ["share"]})
    return Estimates(frame, **described)


def curve_rows(shares, low, high, nights=(1, 10, 100)) -> pd.DataFrame:
    return pd.DataFrame({"nights": np.array(nights, dtype=float), "estimate": shares, "conf_low": low, "conf_high": high})


def test_a_share_on_the_curve_is_reached_at_its_window():
    rows = curve_rows([0.2, 0.5, 0.8], [0.1, 0.4, 0.7], [0.3, 0.6, 0.9])
    found, low, high = crossing(rows, (0.5, 0.5, 0.5))
    assert found == pytest.approx(10, rel=1e-6)
    # lower limit of the curve is 0.5 between 10 and 100, upper limit between 1 and 10
    assert 1 < low < 10 < high < 100


def test_uncertainty_of_the_survey_widens_the_window():
    rows = curve_rows([0.2, 0.5, 0.8], [0.1, 0.4, 0.7], [0.3, 0.6, 0.9])
    _, low, high = crossing(rows, (0.5, 0.5, 0.5))
    _, lower, higher = crossing(rows, (0.5, 0.4, 0.6))
    assert lower < low < high < higher


def test_what_the_curve_never_reaches_is_infinite_and_what_it_begins_above_is_0():
    rows = curve_rows([0.2, 0.5, 0.8], [0.1, 0.4, 0.7], [0.3, 0.6, 0.9])
    assert crossing(rows, (0.95, 0.95, 0.95))[0] == np.inf
    assert crossing(rows, (0.1, 0.1, 0.1))[0] == 0


def test_the_window_of_a_claim_solves_the_fitted_beta_binomial():
    panel = random_panel()
    curve = estimate_recall_curve(panel, "cramp", methods=["beta_binomial", "logit_normal"])
    found = judge_windows(curve).frame.iloc[0]
    fitted = fit_risk(Beta, cramp_nights(panel, "cramp"))
    assert fitted.shares([found["estimate"]])[0] == pytest.approx(0.6, abs=1e-4)
    assert found["conf_low"] < found["estimate"] < found["conf_high"]
    assert found["unit"] == "nights"


def test_one_model_alone_has_no_window_beyond_the_longest_diary():
    panel = population_panel()
    row = judge_windows(estimate_recall_curve(panel, "cramp", methods=["beta_binomial"]), 0.9).frame.iloc[0]
    assert row[["estimate", "conf_high"]].isna().all()
    assert row["caution"].startswith("not reached within")
    assert "no interval from one model alone" in row["caution"]
    found = estimate_effective_window(panel, "cramp", survey(0.9, 0.89, 0.91), methods=["beta_binomial"]).frame
    assert found[["estimate", "conf_high"]].isna().all(axis=None)


def test_a_claim_beyond_what_diaries_count_has_no_window_and_says_why():
    frame = judge_windows(estimate_recall_curve(random_panel(), "cramp"), 0.97).frame.set_index("model")
    assert np.isnan(frame["estimate"]["U-statistic"])
    assert "not reached within" in frame["caution"]["U-statistic"]
    assert "beyond the longest diary" in frame["caution"]["logit-normal"]


def test_a_claim_that_one_night_makes_true_says_so():
    curve = estimate_recall_curve(make(*["1110111"] * 12, *["1101"] * 3), "cramp", methods=["u_statistic"])
    assert "before one night is over" in judge_windows(curve, 0.3).frame["caution"][0]


def test_a_claimed_share_of_60_is_refused():
    with pytest.raises(OptionError, match="share between 0 and 1"):
        judge_windows(estimate_recall_curve(random_panel(), "cramp", windows=[1, 7], methods=["u_statistic"]), 60)


def test_windows_of_diarists_taken_in_because_they_cramp_speak_of_them_alone():
    curve = estimate_recall_curve(random_panel(recruitment="cramps"), "cramp", windows=[1, 7], methods=["u_statistic"])
    assert "say nothing about other people" in judge_windows(curve).notes[0]


def population_panel(**more):
    return random_panel(persons=80, recruitment="population", population="adults of one town", **more)


def test_a_survey_that_agrees_with_the_diary_over_a_month_has_a_window_of_a_month():
    panel = population_panel()
    share = float(fit_risk(Beta, cramp_nights(panel, "cramp")).shares([30])[0])
    found = estimate_effective_window(panel, "cramp", survey(share, share - 0.02, share + 0.02), 30, methods=SOME)
    rows = found.frame.set_index(["model", "measure"])
    assert rows["estimate"]["beta", "effective recall window"] == pytest.approx(30, rel=1e-3)
    assert rows["estimate"]["beta", "effective recall window over window asked about"] == pytest.approx(1, rel=1e-3)
    assert any("cannot tell forgetting from telescoping" in note for note in found.notes)


def test_far_fewer_reports_than_the_diary_shows_are_net_forgetting():
    found = estimate_effective_window(population_panel(), "cramp", survey(0.15, 0.14, 0.16), 30, methods=SOME)
    assert any("Net forgetting by every method" in note for note in found.notes)


def test_more_reports_than_the_diary_shows_are_telescoping():
    found = estimate_effective_window(population_panel(nights=60), "cramp", survey(0.62, 0.61, 0.63), 2, methods=SOME)
    assert any("Telescoping by every method" in note for note in found.notes)
    assert any("only if both speak of the same population" in note for note in found.notes)


def test_a_made_up_diary_is_an_illustration():
    panel = population_panel(source=Source("made", made_up=True))
    found = estimate_effective_window(panel, "cramp", survey(0.15, 0.14, 0.16), 30, methods=SOME)
    assert found.notes[0] == "Made-up diary: an illustration, no verdict."
    assert not any("forgetting" in note.lower() for note in found.notes)


@pytest.mark.parametrize(
    ("recruitment", "words"), [("cramps", "because they cramp"), ("not stated", "recruitment is not stated")],
)
def test_diarists_who_are_no_sample_of_the_population_are_refused(recruitment, words):
    with pytest.raises(OptionError, match=words):
        estimate_effective_window(random_panel(recruitment=recruitment), "cramp", survey(0.3, 0.28, 0.32))


def test_surveys_that_are_no_single_share_at_the_same_level_are_refused():
    panel = population_panel()
    with pytest.raises(OptionError, match="no share between 0 and 1"):
        estimate_effective_window(panel, "cramp", survey(30.0, 28.0, 32.0))
    with pytest.raises(OptionError, match="both must be the same"):
        estimate_effective_window(panel, "cramp", survey(0.3, 0.28, 0.32, confidence_level=0.9))
    both = Estimates(pd.concat([survey(0.3, 0.28, 0.32).frame] * 2))
    with pytest.raises(OptionError, match="has 2 rows"):
        estimate_effective_window(panel, "cramp", both)
    with pytest.raises(OptionError, match="at least 1 night"):
        estimate_effective_window(panel, "cramp", survey(0.3, 0.28, 0.32), 0)


def test_without_any_cramp_every_method_says_why_it_has_no_window():
    curve = estimate_recall_curve(make(*["00000"] * 20), "cramp")
    assert isinstance(curve, RecallCurve)
    frame = judge_windows(curve).frame
    assert frame["estimate"].isna().all()
    assert (frame["caution"] != "").all()
    assert LIFETIME == 60 * 365.25


def test_a_curve_that_was_estimated_already_gives_the_same_window():
    panel, asked = population_panel(), survey(0.3, 0.28, 0.32)
    curve = estimate_recall_curve(panel, "cramp", methods=["u_statistic", "kaplan_meier"])
    anew = estimate_effective_window(panel, "cramp", asked, methods=["u_statistic", "kaplan_meier"])
    pd.testing.assert_frame_equal(estimate_effective_window(panel, "cramp", asked, curve=curve).frame, anew.frame)
    with pytest.raises(OptionError, match=r"level 0\.95, not 0\.9"):
        estimate_effective_window(panel, "cramp", survey(0.3, 0.28, 0.32, confidence_level=0.9), level=0.9, curve=curve)
