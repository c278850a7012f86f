"""Power by simulation: against formulas, the same whatever the workers, honest about what it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError
from crampstats.estimate.diary.conditional import estimate_conditional, fit_conditional
from crampstats.estimate.diary.power import estimate_persons_needed, estimate_power
from crampstats.estimate.diary.power_studies import CrossoverTrial, ParallelTrial, TriggerStudy
from crampstats.estimate.diary.power_trigger import fit_common_odds

TRIGGER = TriggerStudy(persons=40, nights=42, odds_ratio=1.8, cramp_nights_per_week=1.5)


def power_of(study: object, replicates: int, **options) -> pd.Series:
    return estimate_power(study, replicates=replicates, **options).frame.iloc[0]


def test_the_fast_fit_is_the_exact_conditional_likelihood_with_the_same_robust_error():
    study = TriggerStudy(25, 30, odds_ratio=2.5, cramp_nights_per_week=2, correlation=0.4, exposure_correlation=0.3)
    exposed, cramp, logged = study.draw(np.random.default_rng(3))
    value, std_error, df = fit_common_odds(exposed & logged, cramp & logged, logged)
    person, night = np.nonzero(logged)
    table = pd.DataFrame({
        "person": person, "night": night, "cramp": cramp[logged].astype(float), "exposed": exposed[logged].astype(float),
    })
    row = estimate_conditional(fit_conditional(DiaryPanel(table), "cramp ~ exposed")).frame.iloc[0]
    assert value == pytest.approx(np.log(row["estimate"]), rel=1e-9)
    assert std_error == pytest.approx(row["std_error"], rel=1e-9)
    assert df == row["df"]


@pytest.mark.parametrize("shape", ["beta", "logit-normal"])
@pytest.mark.parametrize("correlation", [0.0, 0.6])
def test_diaries_are_drawn_with_the_rates_spread_and_odds_ratio_asked_for(shape, correlation):
    study = TriggerStudy(4_000, 60, 2.0, 1.4, 0.9, shape, 0.3, 0.15, correlation, missed=0.2)
    exposed, cramp, logged = study.draw(np.random.default_rng(5))
    own = np.array([cramp[i][~exposed[i]].mean() for i in range(4_000)])
    assert own.mean() * 7 == pytest.approx(1.4, abs=0.05)
    assert logged.mean() == pytest.approx(0.8, abs=0.005)
    assert exposed.mean() == pytest.approx(0.3, abs=0.01)
    assert exposed.mean(axis=1).std() == pytest.approx(np.sqrt(0.15**2 + (0.21 - 0.15**2) / 60), abs=0.01)
    assert np.exp(fit_common_odds(exposed & logged, cramp & logged, logged)[0]) == pytest.approx(2.0, rel=0.04)
    in_a_row = np.mean([np.corrcoef(row[1:], row[:-1])[0, 1] for row in cramp[cramp.mean(axis=1) > 0.2][:400]])
    assert (in_a_row > 0.15) == (correlation > 0)


def test_the_type_i_error_is_that_of_the_level():
    row = power_of(TriggerStudy(40, 42, 1.0, 1.5, correlation=0.5, exposure_correlation=0.5), 600, seed=2)
    assert row["measure"] == "type I error"
    assert row["estimate"] == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 600))


def test_power_for_a_trigger_is_near_that_of_the_information():
    # homogeneous persons, small effect: information of a person n e (1 - e) p (1 - p), power Phi(b sqrt(I) - 1.96)
    study = TriggerStudy(100, 60, 1.3, 2.1, 0.0, exposure=0.4, exposure_sd=0.0, missed=0.0)
    information = 100 * 59 * 0.24 * 0.3 * 0.7  # one night of each person goes to its own rate
    expected = stats.norm.cdf(np.log(1.3) * np.sqrt(information * 1.03) - 1.96)  # p (1 - p) of both kinds of night
    assert power_of(study, 500)["estimate"] == pytest.approx(expected, abs=0.04)


def test_power_of_a_parallel_trial_is_that_of_the_negative_binomial_formula():
    # Zhu & Lakkis 2014, doi:10.1002/sim.5947: var(log RR) = 2 / n_arm * (1 / (t r0) + 1 / (t r1)) / 2 + 2 k / n_arm
    r0, ratio, k, nights, arm = 5 / 7, 0.7, 0.5, 28, 60
    variance = (1 / (nights * r0) + 1 / (nights * r0 * ratio)) / arm + 2 * k / arm
    expected = stats.norm.cdf(-np.log(ratio) / np.sqrt(variance) - 1.96)
    study = ParallelTrial(2 * arm, nights, ratio, 5.0, dispersion=k, night_dispersion=0.0, missed=0.0)
    row = power_of(study, 250)
    assert row["estimate"] == pytest.approx(expected, abs=4 * row["std_error"] + 0.02)
    assert row["mean_ratio"] == pytest.approx(ratio, rel=0.03)


def test_the_same_seed_gives_the_same_numbers_whatever_the_workers():
    one, two = (estimate_power(TRIGGER, replicates=30, seed=4, workers=workers).to_json() for workers in (1, 2))
    assert one == two
    assert one != estimate_power(TRIGGER, replicates=30, seed=5).to_json()


def test_more_persons_more_power_and_missed_nights_less():
    few, many, missing = (
        power_of(study, 150)["estimate"] for study in (
            TRIGGER, TriggerStudy(120, 42, 1.8, 1.5), TriggerStudy(40, 42, 1.8, 1.5, missed=0.7))
    )
    assert missing < few < many


def test_the_monte_carlo_error_is_that_of_a_share():
    row = power_of(TRIGGER, 200)
    share = row["estimate"]
    assert row["std_error"] == pytest.approx(np.sqrt(share * (1 - share) / 200))
    low, high = stats.binomtest(round(share * 200), 200).proportion_ci(method="exact")
    assert (row["conf_low"], row["conf_high"]) == pytest.approx((low, high))


def test_the_number_needed_has_the_power_asked_for():
    found = estimate_persons_needed(TriggerStudy(10, 42, 2.0, 1.0), power=0.8, replicates=200).frame
    needed = int(found.loc[0, "estimate"])
    assert found.loc[0, "measure"] == "persons needed"
    assert needed % 2 == 0
    again = power_of(TriggerStudy(needed, 42, 2.0, 1.0), 400, seed=99)
    # both runs err: 3 standard errors of the difference of shares of 200 and of 400 at 80 %
    assert again["estimate"] == pytest.approx(0.8, abs=3 * np.sqrt(0.16 / 200 + 0.16 / 400))


def test_a_search_that_finds_nobody_enough_says_so():
    with pytest.raises(DataError, match="12 persons find the effect in"):
        estimate_persons_needed(TriggerStudy(8, 14, 1.05, 1.0), replicates=40, most=12)


def test_progress_is_told_from_nothing_to_all():
    steps: list[tuple[int, int]] = []
    estimate_power(TRIGGER, replicates=40, progress=lambda words, done, total: steps.append((done, total)))
    assert steps[0] == (0, 20)
    assert steps[-1] == (20, 20)
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)


def test_a_trial_with_a_minimum_for_entry_enrols_persons_who_had_it():
    study = ParallelTrial(40, 28, 0.7, 5.0, baseline_nights=14, entry_minimum=6, missed=0.0, night_dispersion=0.0)
    own, before, nights = study._enter(np.random.default_rng(1))
    assert len(own) == 40
    assert before.min() >= 6
    assert (nights == 14).all()
    assert own.mean() > 5 / 7  # who enters cramps more than the mean
    with pytest.raises(DataError, match="finds nobody"):
        ParallelTrial(40, 28, 0.7, 0.1, baseline_nights=3, entry_minimum=90)._enter(np.random.default_rng(1))


def test_the_crossover_sees_through_the_period():
    row = power_of(CrossoverTrial(60, 28, 0.75, 5.0, period_ratio=0.6), 150)
    assert row["mean_ratio"] == pytest.approx(0.75, rel=0.05)


def test_studies_in_which_nothing_can_be_estimated_are_told():
    row = power_of(TriggerStudy(5, 5, 2.0, 0.3, 0.2), 60)
    assert row["not_estimable"] > 0.3
    assert "nothing can be estimated" in row["caution"]


def test_numbers_are_stamped_as_simulated_and_name_their_assumptions():
    found = estimate_power(TRIGGER, replicates=20)
    assert found.source.made_up
    assert "cramp nights per week 1.5" in found.notes[0]


@pytest.mark.parametrize(("study", "words"), [
    (TriggerStudy(2, 42, 2.0, 1.0), "at least 4 persons"),
    (TriggerStudy(20, 42, 0.0, 1.0), "above 0"),
    (TriggerStudy(20, 42, 2.0, 8.0), "between 0 and 7 nights"),
    (TriggerStudy(20, 42, 2.0, 1.0, 3.0), "cramp_nights_sd is impossible"),
    (TriggerStudy(20, 42, 2.0, 1.0, missed=1.0), "missed is 1.0"),
    (TriggerStudy(20, 42, 2.0, 1.0, correlation=1.0), "correlation is 1.0"),
    (ParallelTrial(20, 28, 0.7, 5.0, entry_minimum=3), "needs baseline nights"),
    (CrossoverTrial(20, 28, 0.7, -5.0), "cramps_per_week"),
])
def test_studies_that_cannot_be_are_refused(study, words):
    with pytest.raises(OptionError, match=words):
        estimate_power(study, replicates=10)
