from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.errors import DataError, OptionError
from crampstats.core.estimates import Estimates
from crampstats.estimate.screening import Accuracy, correct_for_screening


def asked(events, n, **columns: object) -> Estimates:
    frame = pd.DataFrame({"n": np.atleast_1d(n), "n_events": np.atleast_1d(events)}).assign(measure="prevalence", **columns)
    return Estimates(frame.assign(estimate=frame["n_events"] / frame["n"], conf_low=0.1, conf_high=0.9))


def corrected(events, n, se: Accuracy, sp: Accuracy, **options: object) -> pd.Series:
    return correct_for_screening(asked(events, n), se, sp, **options).frame.iloc[0]


def test_rogan_and_gladen_by_hand():
    """30 % positive, sensitivity 0.9, specificity 0.8: (0.3 + 0.8 - 1) / (0.9 + 0.8 - 1) = 1/7."""
    assert corrected(60, 200, Accuracy(0.9), Accuracy(0.8))["estimate"] == pytest.approx(1 / 7)


def test_a_perfect_question_changes_nothing():
    row = corrected(60, 200, Accuracy(1.0), Accuracy(1.0))
    assert row["estimate"] == row["apparent"] == 0.3
    # with known sensitivity and specificity of 1 the interval is Agresti and Coull's
    z = 1.959963984540054
    middle, size = (60 + z**2 / 2) / (200 + z**2), 200 + z**2
    assert row["conf_low"] == pytest.approx(middle - z * np.sqrt(middle * (1 - middle) / size))


def test_what_leaves_0_to_100_percent_is_cut_and_said():
    low, high = corrected(1, 100, Accuracy(0.9), Accuracy(0.9)), corrected(99, 100, Accuracy(0.9), Accuracy(0.9))
    assert (low["estimate"], high["estimate"]) == (0, 1)
    assert low["uncut"] < 0
    assert "fewer positive answers" in low["caution"]
    assert "more positive answers" in high["caution"]


@pytest.mark.parametrize(("se", "sp"), [(0.5, 0.5), (0.3, 0.6)])
def test_a_question_that_tells_nothing_is_refused(se, sp):
    with pytest.raises(OptionError, match="add up to"):
        corrected(60, 200, Accuracy(se), Accuracy(sp))


def test_uncertain_sensitivity_and_specificity_widen_the_interval():
    widths = [np.ptp(corrected(60, 200, Accuracy(0.9, n), Accuracy(0.8, n))[["conf_low", "conf_high"]].to_numpy(dtype=float))
              for n in (np.inf, 500, 50)]
    assert widths == sorted(widths)


def test_both_intervals_nearly_agree_in_a_large_sample():
    se, sp = Accuracy.from_counts(450, 500), Accuracy.from_counts(460, 500)
    rows = [corrected(400, 1000, se, sp, method=method) for method in ("lang_reiczigel", "monte_carlo")]
    for name in ("conf_low", "conf_high"):
        assert rows[0][name] == pytest.approx(rows[1][name], abs=0.004)


def test_one_seed_gives_the_same_interval_twice_and_another_one_another():
    se, sp = Accuracy.from_counts(45, 50), Accuracy.from_counts(46, 50)
    first, again, other = (corrected(40, 100, se, sp, method="monte_carlo", seed=seed)["conf_low"] for seed in (1, 1, 2))
    assert first == again != other


def test_an_accuracy_from_counts_and_from_its_interval():
    """0.9 with 0.8 to 1.0 at 95 %: SE = 0.2 / (2 x 1.96), n = 0.09 / SE^2 = 34.6."""
    assert Accuracy.from_counts(45, 50) == Accuracy(0.9, 50)
    assert Accuracy.from_interval(0.9, 0.8, 1.0).n == pytest.approx(34.57, abs=0.01)
    # all of 50 found: the exact lower bound is 0.025^(1/50)
    assert Accuracy.from_interval(1.0, 0.025 ** (1 / 50), 1.0).n == pytest.approx(50)
    assert Accuracy.from_interval(0.0, 0.0, 1 - 0.025 ** (1 / 20)).n == pytest.approx(20)


@pytest.mark.parametrize("make", [
    lambda: Accuracy(1.2), lambda: Accuracy(0.9, 0), lambda: Accuracy.from_counts(5, 4),
    lambda: Accuracy.from_interval(0.9, 0.95, 1.0), lambda: Accuracy.from_interval(0.9, 0.9, 0.9),
])
def test_an_impossible_accuracy_is_refused(make):
    with pytest.raises(OptionError):
        make()


def test_when_softening_leaves_no_information_the_interval_is_everything():
    """Sensitivity 0.9 of 1 person, specificity 0.15 known: softened they add up to less than 1."""
    row = corrected(90, 100, Accuracy(0.9, 1), Accuracy(0.15))
    assert (row["conf_low"], row["conf_high"]) == (0, 1)


def test_hidden_rows_stay_hidden():
    made = correct_for_screening(asked([60, 3], [200, 9], caution=["", "suppressed: too few"]), Accuracy(0.9), Accuracy(0.8))
    row = made.frame.iloc[1]
    assert row["caution"] == "suppressed: too few"
    assert row[["estimate", "conf_low", "conf_high", "apparent", "uncut"]].isna().all()


def test_other_measures_and_methods_are_refused():
    with pytest.raises(DataError, match="prevalences are expected"):
        correct_for_screening(Estimates(asked(1, 2).frame.assign(measure="odds ratio")), Accuracy(0.9), Accuracy(0.8))
    with pytest.raises(OptionError, match="lang_reiczigel"):
        corrected(60, 200, Accuracy(0.9), Accuracy(0.8), method="bayes")
