"""Period prevalence: hand calculations, edges, what is refused."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError
from crampstats.core.source import Source
from crampstats.estimate.diary.recall import LIFETIME, estimate_period_prevalence, estimate_recall_curve
from crampstats.estimate.diary.recall_counted import variance_df, window_shares
from crampstats.estimate.diary.recall_short import estimate_short_diaries

from .recall_diaries import make, random_panel

MODELS = ("beta_binomial", "beta_never", "logit_normal", "gamma_poisson")


@pytest.mark.parametrize(
    ("marks", "window"), [("1010", 2), ("110000", 3), ("0000", 2), ("1111", 3), ("10000", 5), ("0100100", 4)],
)
@pytest.mark.parametrize("at_least", [1, 2])
def test_the_share_of_a_person_is_the_average_over_all_subsets_of_nights(marks, window, at_least):
    subsets = [sum(map(int, chosen)) >= at_least for chosen in combinations(marks, window)]
    share = window_shares([len(marks)], [marks.count("1")], window, at_least)[0]
    assert share == pytest.approx(np.mean(subsets), abs=1e-12)


def test_persons_are_averaged_and_those_with_too_few_nights_are_counted():
    found = estimate_period_prevalence(make("1000", "0000", "01", "?-?"), "cramp", [1, 2, 3])
    # by hand: pairs of "1000" that hold the cramp night 3 of 6, of "01" 1 of 1; triples 3 of 4
    assert found.frame["estimate"].tolist() == pytest.approx([(1 / 4 + 0 + 1 / 2) / 3, (1 / 2 + 0 + 1) / 3, (3 / 4 + 0) / 2])
    assert found.frame["n"].tolist() == [3, 3, 2]
    assert found.frame["n_short"].tolist() == [0, 0, 1]
    assert found.frame["n_events"].tolist() == [2, 2, 1]
    assert "1 of 3 for 3 nights" in " ".join(found.notes)
    assert "1 person(s) without any night" in " ".join(found.notes)


def test_the_standard_error_is_that_of_a_mean_over_persons_and_of_the_jackknife():
    row = estimate_period_prevalence(make("1000", "0000", "1100", "1010"), "cramp", 2).frame.iloc[0]
    shares = np.array([1 / 2, 0, 5 / 6, 5 / 6])
    left_out = np.array([np.delete(shares, place).mean() for place in range(4)])
    assert row["std_error"] == pytest.approx(shares.std(ddof=1) / 2)
    assert row["std_error"] == pytest.approx(np.sqrt(3 / 4 * ((left_out - left_out.mean()) ** 2).sum()))


def test_kaplan_meier_waits_from_every_night_and_stops_at_gaps():
    # starts of "00-01": waits 2 censored, 1 censored | after the gap 2 seen, 1 seen; each weighs 1 / 4
    # night 1: 4 wait, 1 cramp: hazard 1/4; night 2: those who waited 2 or more, 2 of them, 1 cramp: hazard 1/2
    found = estimate_period_prevalence(make("00-01", "00-01"), "cramp", [1, 2, 3], method="kaplan_meier").frame
    assert found["estimate"].tolist()[:2] == pytest.approx([1 / 4, 1 - 3 / 4 * 1 / 2])
    assert np.isnan(found["estimate"][2])
    assert found["caution"][2] == "suppress: nobody logged 3 nights in a row"


def test_kaplan_meier_over_one_night_is_the_mean_rate_of_persons():
    panel = random_panel()
    rates = panel.person_means(panel.values("cramp"))
    for method in ("kaplan_meier", "u_statistic"):
        row = estimate_period_prevalence(panel, "cramp", 1, method=method).frame.iloc[0]
        assert row["estimate"] == pytest.approx(np.nanmean(rates))


def test_persons_weigh_the_same_however_many_nights_they_logged():
    found = estimate_period_prevalence(make("1" * 90, "0"), "cramp", 1, method="kaplan_meier").frame["estimate"]
    assert found[0] == pytest.approx(0.5)


def test_nights_without_an_answer_and_outside_the_domain_are_gaps():
    panel = make("1?0", "000")
    assert estimate_period_prevalence(panel, "cramp", 1).frame["estimate"][0] == pytest.approx(0.25)
    assert estimate_period_prevalence(panel.subset(np.array([False, True, True] * 2)), "cramp", 1).frame["estimate"][0] == 0


def test_no_cramps_give_0_with_an_upper_limit_that_counts_persons_and_no_model():
    panel = make(*["0000"] * 30)
    row = estimate_period_prevalence(panel, "cramp", 4).frame.iloc[0]
    assert (row["estimate"], row["conf_low"]) == (0, 0)
    assert row["conf_high"] == pytest.approx(1 - 0.025 ** (1 / 30))  # Clopper-Pearson with no event among 30
    for method in MODELS:
        row = estimate_period_prevalence(panel, "cramp", 400, method=method).frame.iloc[0]
        assert np.isnan(row["estimate"])
        assert "no cramp night in any diary" in row["caution"]
    curve = estimate_recall_curve(panel, "cramp")
    assert "no model" in curve.describe_spread()


def test_cramps_every_night_give_1_and_no_model():
    panel = make(*["1111"] * 10)
    row = estimate_period_prevalence(panel, "cramp", 4).frame.iloc[0]
    assert (row["estimate"], row["conf_high"]) == (1, 1)
    assert row["conf_low"] == pytest.approx(0.025 ** (1 / 10))
    caution = estimate_period_prevalence(panel, "cramp", 4, method="beta_binomial").frame["caution"][0]
    assert "every known night of everybody is a cramp night" in caution
    assert estimate_recall_curve(panel, "cramp").warnings == ()


def test_one_night_each_gives_the_share_of_one_night_and_no_model():
    panel = make(*["1"] * 3, *["0"] * 17)
    found = estimate_period_prevalence(panel, "cramp", [1, 2]).frame
    assert found["estimate"][0] == pytest.approx(0.15)
    assert found["caution"][1] == "suppress: nobody logged 2 nights"
    assert "no diary of 2 nights" in estimate_period_prevalence(panel, "cramp", 1, method="beta_binomial").frame["caution"][0]
    assert len(estimate_recall_curve(panel, "cramp").estimates) > 0


def test_one_person_has_an_estimate_and_no_interval():
    for method in ("u_statistic", "kaplan_meier"):
        row = estimate_period_prevalence(make("0101"), "cramp", 1, method=method).frame.iloc[0]
        assert row["estimate"] == 0.5
        assert np.isnan(row["conf_low"])
        assert row["caution"].startswith("suppress: 1 person")
    assert "1 person(s)" in estimate_period_prevalence(make("0101"), "cramp", 1, method="logit_normal").frame["caution"][0]
    estimate_recall_curve(make("0101"), "cramp")


def test_short_diaries_can_change_the_estimate_so_far_and_no_further():
    found = estimate_short_diaries(make("1000", "0000", "01", "00"), "cramp", 3).frame.set_index("model")["estimate"]
    # reached: 3/4 and 0; short: "01" a case either way, "00" none or a case
    assert found.tolist() == pytest.approx([(3 / 4 + 0 + 1 + 0) / 4, (3 / 4 + 0 + 1 + 1) / 4])


def test_degrees_of_freedom_are_those_of_normal_values_and_few_where_few_persons_cramp():
    assert variance_df(3.0, 50) == pytest.approx(49)  # 2 m / (3 - (m - 3) / (m - 1)) = m - 1
    assert variance_df(1.0, 50) == 49
    # one case among 100: kurtosis 1 / (p q) - 3 = 98.01, df about 2
    assert variance_df(1 / (0.01 * 0.99) - 3, 100) == pytest.approx(2 * 100 / (98.0101 - 97 / 99), abs=0.01)
    assert variance_df(1.0, 1) == 0


def test_the_curve_reaches_from_a_night_to_a_lifetime_and_says_where_the_diary_ends():
    curve = estimate_recall_curve(random_panel(), "cramp")
    assert curve.models == ("U-statistic", "Kaplan-Meier", "beta", "beta with never-crampers", "logit-normal", "gamma-Poisson")
    frame = curve.estimates.frame
    assert frame["nights"].max() == LIFETIME
    assert frame.loc[frame["model"] == "U-statistic", "nights"].max() == curve.longest_diary
    beyond = frame[(frame["nights"] > curve.longest_diary)]
    assert beyond["caution"].str.contains("beyond the longest diary").all()
    assert not frame.loc[frame["nights"] <= curve.longest_diary, "caution"].str.contains("beyond").any()
    assert "the models' word, not the diary's" in curve.describe_spread(365)
    with pytest.raises(OptionError, match="no window of this curve"):
        curve.describe_spread(366)
    with pytest.raises(OptionError, match="did you mean 'beta'"):
        curve.rows("betta")


def test_cramp_nights_in_a_row_bring_a_warning_and_a_lower_kaplan_meier():
    random = np.random.default_rng(3)
    diaries = []
    for p in random.beta(1, 5, 40):
        nights = [random.random() < p]
        for _ in range(49):
            nights.append(random.random() < p + 0.5 * (nights[-1] - p))
        diaries.append("".join("01"[int(night)] for night in nights))
    curve = estimate_recall_curve(make(*diaries), "cramp", windows=[7, 28])
    told = " ".join(curve.warnings)
    assert "Cramp nights follow cramp nights" in told
    assert "the U-statistic says" in told
    shares = curve.estimates.frame.set_index(["model", "nights"])["estimate"]
    assert shares["U-statistic", 7] > shares["Kaplan-Meier", 7]
    assert told in " ".join(curve.estimates.notes)


def test_nights_missed_after_cramps_bring_a_warning():
    random = np.random.default_rng(4)
    diaries = []
    for p in random.beta(1, 5, 40):
        nights = random.random(60) < p
        gone = np.r_[False, nights[:-1]] & (random.random(60) < 0.6)
        diaries.append("".join("-" if missed else "01"[int(night)] for night, missed in zip(nights, gone, strict=True)))
    told = " ".join(estimate_recall_curve(make(*diaries), "cramp", windows=[7], methods=["u_statistic"]).warnings)
    assert "Nights are missed" in told
    assert "no method here corrects" in told


def test_longer_diaries_of_persons_who_cramp_more_bring_a_warning():
    random = np.random.default_rng(5)
    diaries = ["".join("01"[int(random.random() < p)] for _ in range(60 if p > 0.1 else 20)) for p in random.beta(1, 8, 50)]
    told = " ".join(estimate_recall_curve(make(*diaries), "cramp", windows=[7], methods=["u_statistic"]).warnings)
    assert "Persons with longer diaries have more cramps" in told


@pytest.mark.parametrize("windows", [0, -3, 1.5, [], "week", [7, 0], float("inf"), float("nan"), 1e18])
def test_windows_that_are_no_nights_are_refused(windows):
    with pytest.raises(OptionError, match="whole numbers of nights"):
        estimate_period_prevalence(make("01"), "cramp", windows)


def test_wrong_arguments_are_refused():
    with pytest.raises(OptionError, match="did you mean 'kaplan_meier'"):
        estimate_period_prevalence(make("01"), "cramp", 1, method="kaplan_maier")
    with pytest.raises(OptionError, match="at_least is 2"):
        estimate_period_prevalence(make("01"), "cramp", 1, method="kaplan_meier", at_least=2)
    with pytest.raises(OptionError, match="at_least is 0"):
        estimate_period_prevalence(make("01"), "cramp", 1, at_least=0)
    with pytest.raises(OptionError, match="level is 95"):
        estimate_period_prevalence(make("01"), "cramp", 1, level=95)
    with pytest.raises(OptionError, match="valid:"):
        estimate_recall_curve(make("01"), "cramp", methods=["turnbull"])
    with pytest.raises(OptionError, match="cramps_much"):
        estimate_period_prevalence(make("01"), "cramps_much", 1)
    with pytest.raises(DataError, match="known on no night"):
        estimate_period_prevalence(make("??"), "cramp", 1)
    severity = DiaryPanel(pd.DataFrame({"person": [1, 1], "night": [1, 2], "severity": [3, 7]}))
    with pytest.raises(DataError, match="other than yes and no; yes"):
        estimate_period_prevalence(severity, "severity", 1)


def test_population_and_made_up_source_travel_with_the_estimates():
    found = estimate_recall_curve(random_panel(source=Source("made", made_up=True), population="adults"), "cramp", windows=[7])
    assert found.estimates.source.made_up
    assert found.checks.source.made_up
    assert found.estimates.population == "adults"
    assert found.recruitment == "not stated"


def test_more_cramp_nights_than_the_window_has_are_refused():
    with pytest.raises(OptionError, match="at_least is 3, a window has 2 nights"):
        estimate_period_prevalence(random_panel(), "cramp", [2, 7], at_least=3)


def test_two_or_more_cramp_nights_are_fewer_than_one_or_more():
    panel = random_panel()
    one, two = (estimate_period_prevalence(panel, "cramp", [2, 7, 28], at_least=k).frame["estimate"] for k in (1, 2))
    assert (two < one).all()


def test_beyond_the_longest_diary_no_model_has_an_interval_alone():
    panel = random_panel()
    windows = [7, 365, LIFETIME]
    alone = [
        estimate_period_prevalence(panel, "cramp", windows, method="beta_binomial").frame,
        estimate_recall_curve(panel, "cramp", windows=windows, methods=["u_statistic", "beta_binomial"]).rows("beta"),
    ]
    for frame in alone:
        assert frame["conf_low"].notna().tolist() == [True, False, False]
        assert frame[["conf_high", "std_error"]].iloc[1:].isna().all(axis=None)
        assert frame["caution"].str.contains("the model's word; no interval from one model alone").tolist() == [False, True, True]
    beside = estimate_recall_curve(panel, "cramp", windows=windows, methods=["beta_binomial", "logit_normal"]).estimates.frame
    assert beside["conf_low"].notna().all()


def test_a_model_named_twice_is_one_model():
    curve = estimate_recall_curve(random_panel(), "cramp", windows=[7, 365], methods=["beta_binomial", "beta_binomial"])
    assert len(curve.estimates) == 2
    assert curve.estimates.frame["conf_low"].notna().tolist() == [True, False]


def test_a_curve_without_a_row_says_how_far_the_diaries_reach():
    with pytest.raises(OptionError, match="the longest diary has 40 nights"):
        estimate_recall_curve(random_panel(), "cramp", windows=[365], methods=["u_statistic"])


def test_a_curve_of_one_model_says_that_it_is_one():
    told = estimate_recall_curve(random_panel(), "cramp", windows=[7, 365], methods=["beta_binomial"]).describe_spread(365)
    assert "one model alone (beta) says" in told
    assert "nan" not in told
    assert told.endswith("so this is the model's word, not the diary's.")


def test_the_standard_error_of_a_model_is_missing_where_a_parameter_lies_on_its_bound():
    # by the delta method the share of never-crampers, 0 here, would count as known
    panel = make(*["01" * 10, "10" * 10, "0110" * 5, "1001" * 5] * 5)
    row = estimate_period_prevalence(panel, "cramp", 7, method="beta_never").frame.iloc[0]
    assert np.isnan(row["std_error"])
    assert row["conf_low"] < row["estimate"] < row["conf_high"]


def test_kaplan_meier_near_1_counts_persons_where_its_error_tells_too_little():
    # all 11 with four nights in a row cramp on the last of them; the twelfth, without a cramp, missed a night
    panel = make(*["0001"] * 11, "000-0")
    row = estimate_period_prevalence(panel, "cramp", 4, method="kaplan_meier").frame.iloc[0]
    assert row["n"] == 11
    assert (row["estimate"], row["conf_high"]) == (1, 1)
    assert row["conf_low"] == pytest.approx(0.025 ** (1 / 11))  # Clopper-Pearson, 11 of the 11 with such a run
    assert "the interval counts persons" in row["caution"]


def test_kaplan_meier_has_an_interval_wherever_two_persons_have_a_run():
    random = np.random.default_rng(4242)
    for _ in range(5):
        diaries = ["".join("-" if random.random() < 0.05 else "01"[int(random.random() < p)] for _ in range(28))
                   for p in random.beta(2, 5, 100)]
        frame = estimate_period_prevalence(make(*diaries), "cramp", [14, 21, 28], method="kaplan_meier").frame
        assert (frame["n"] > 1).all()
        assert frame[["conf_low", "conf_high"]].notna().all(axis=None)
