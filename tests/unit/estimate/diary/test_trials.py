"""Trials with a diary: published numbers, hand calculations, and what is refused."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError
from crampstats.estimate.diary.single_trial import compare_treatments_single, randomisation_test
from crampstats.estimate.diary.trial_models import welch
from crampstats.estimate.diary.trials import compare_treatments_crossover, compare_treatments_parallel


def crossover(cells: dict[str, tuple[str, list[int], list[int]]]) -> DiaryPanel:
    """Per person: first treatment, cramps of each night of period 1 and of period 2."""
    rows = []
    for person, (start, *periods) in cells.items():
        other = {"placebo": "magnesium", "magnesium": "placebo"}[start]
        for number, (arm, counts) in enumerate(zip((start, other), periods, strict=True), start=1):
            rows += [
                {"person": person, "night": 100 * number + night, "period": number, "treatment": arm, "cramps": float(count)}
                for night, count in enumerate(counts)
            ]
    return DiaryPanel(pd.DataFrame(rows))


FOUR = {
    "a": ("placebo", [2, 2], [1, 1]), "b": ("placebo", [4, 2], [2, 3]),
    "c": ("magnesium", [1, 0], [2, 1]), "d": ("magnesium", [3, 3], [4, 3]),
}


def test_welch_on_published_change_scores_gives_the_published_p():
    # Roguin Maor 2017, doi:10.1001/jamainternmed.2016.9261: change -3.41 (SD 4.05, n = 48) v -3.03 (4.53, 46), P = .67. The
    # printed standard error of the difference, 0.48, does not go with these: sqrt(4.05^2 / 48 + 4.53^2 / 46) = 0.888.
    found = welch((-3.41, -3.03), (4.05**2, 4.53**2), (48, 46), 0.95)
    assert found.estimate == pytest.approx(-0.38)
    assert found.std_error == pytest.approx(0.888, abs=5e-4)
    assert round(found.p_value, 2) == 0.67


def test_the_crossover_difference_is_the_mean_of_the_sequences_mean_differences():
    # per week, magnesium less placebo: a 7 - 14, b 17.5 - 21 (mean -5.25); c 3.5 - 10.5, d 21 - 24.5 (mean -5.25)
    frame = compare_treatments_crossover(crossover(FOUR)).frame
    assert frame.loc[2, "estimate"] == pytest.approx(-5.25)
    assert frame.loc[3, "estimate"] == pytest.approx(0.0)  # both sequences alike: no period effect
    assert frame.loc[2, "level"] == "magnesium vs placebo"
    assert frame.loc[2, "unit"] == "cramps per week"


def test_with_equal_nights_and_no_period_effect_the_ratio_is_that_of_the_totals():
    # magnesium 2 + 5 | 1 + 6, placebo 4 + 6 | 3 + 7: 7 / 10 in each sequence
    frame = compare_treatments_crossover(crossover(FOUR)).frame
    assert frame.loc[0, "estimate"] == pytest.approx(7 / 10)
    assert frame.loc[1, "estimate"] == pytest.approx(1.0)


def test_nights_not_logged_are_an_offset_and_no_cramps_missed():
    doubled = {**FOUR, "a": ("placebo", [2, 2, 2, 2], [1, 1])}  # the same rate over twice the nights
    assert compare_treatments_crossover(crossover(doubled)).frame.loc[2, "estimate"] == pytest.approx(-5.25)
    assert compare_treatments_crossover(crossover(doubled)).frame.loc[0, "estimate"] == pytest.approx(0.7, rel=0.02)


def test_exchanging_the_reference_turns_ratio_and_difference_around():
    one = compare_treatments_crossover(crossover(FOUR)).frame
    other = compare_treatments_crossover(crossover(FOUR), reference="magnesium").frame
    assert other.loc[0, "estimate"] == pytest.approx(1 / one.loc[0, "estimate"])
    assert other.loc[0, "conf_low"] == pytest.approx(1 / one.loc[0, "conf_high"])
    assert other.loc[2, "estimate"] == pytest.approx(-one.loc[2, "estimate"])
    assert other.loc[1, "estimate"] == pytest.approx(one.loc[1, "estimate"])


def test_who_left_after_one_period_is_counted_and_left_out():
    panel = crossover({**FOUR, "e": ("placebo", [9, 9], [0])})
    table = panel.table[~((panel.table["person"] == "e") & (panel.table["period"] == 2))].dropna(subset=["period"])
    found = compare_treatments_crossover(DiaryPanel(table.drop(columns="logged")))
    assert found.frame["n"].tolist() == [4] * 5
    assert any("1 persons have nights on one treatment alone" in note for note in found.notes)


def test_who_had_no_cramps_counts_in_differences_alone():
    found = compare_treatments_crossover(crossover({**FOUR, "e": ("placebo", [0, 0], [0, 0])}))
    assert found.frame["n"].tolist() == [4, 4, 5, 5, 5]
    assert any("say nothing of a ratio" in note for note in found.notes)


def test_the_first_nights_of_a_period_can_be_left_out():
    late = {name: (start, [50, *one], [50, *two]) for name, (start, one, two) in FOUR.items()}
    plain, skipped = compare_treatments_crossover(crossover(FOUR)), compare_treatments_crossover(crossover(late), skip=1)
    assert skipped.frame["estimate"].tolist() == pytest.approx(plain.frame["estimate"].tolist())


def test_washout_nights_without_a_treatment_are_outside():
    panel = crossover(FOUR)
    washout = pd.DataFrame({"person": ["a", "b"], "night": [150, 150], "cramps": [30.0, 30.0]})
    found = compare_treatments_crossover(DiaryPanel(pd.concat([panel.table[panel.logged].drop(columns="logged"), washout])))
    assert found.frame.loc[2, "estimate"] == pytest.approx(-5.25)


def test_carry_over_is_told_and_not_tested_to_choose():
    found = compare_treatments_crossover(crossover(FOUR))
    assert any("not tested to choose" in note for note in found.notes)
    # mean of the two rates: a 10.5, b 19.25 | c 7, d 22.75; placebo first less magnesium first
    assert found.frame.loc[4, "estimate"] == pytest.approx(14.875 - 14.875)


@pytest.mark.parametrize(("change", "words"), [
    ({"treatment": "placebo"}, "exactly two"), ({"period": 1}, "nights of both treatments"),
])
def test_trials_that_are_no_crossover_are_refused(change, words):
    panel = crossover(FOUR)
    with pytest.raises(DataError, match=words):
        compare_treatments_crossover(panel.with_columns(**change))


def test_one_order_alone_cannot_tell_treatment_from_period():
    with pytest.raises(DataError, match="same order"):
        compare_treatments_crossover(crossover({name: cell for name, cell in FOUR.items() if cell[0] == "placebo"}))


def test_a_reference_nobody_had_is_refused():
    with pytest.raises(OptionError, match="quinine"):
        compare_treatments_crossover(crossover(FOUR), reference="quinine")


def parallel(before: list[list[int]], after: list[list[int]]) -> DiaryPanel:
    """Persons alternate between placebo and vitamin K2; counts of nights before and after."""
    rows = []
    for i, (first, second) in enumerate(zip(before, after, strict=True)):
        for night, count in enumerate([*first, *second]):
            rows.append({
                "person": f"P{i:03d}", "night": night, "treatment": ["placebo", "vitamin K2"][i % 2], "cramps": float(count),
                "before": float(night < len(first)),
            })
    return DiaryPanel(pd.DataFrame(rows))


def test_the_change_is_the_difference_of_mean_changes():
    # changes per week: placebo 7 (1 - 2) = -7 and 7 (3 - 3) = 0; vitamin K2 7 (1 - 3) = -14 and 7 (1 - 1.5) = -3.5
    panel = parallel([[2, 2], [3, 3], [3, 3], [2, 1]], [[1, 1], [1, 1], [3, 3], [2, 0]])
    frame = compare_treatments_parallel(panel, baseline="before").frame
    assert frame.loc[2, "estimate"] == pytest.approx((-14 - 3.5) / 2 - (-7 + 0) / 2)
    assert frame["level"].tolist() == ["vitamin K2 vs placebo"] * 3


def test_an_arm_without_cramps_has_a_difference_and_no_ratio():
    frame = compare_treatments_parallel(parallel([[]] * 4, [[1, 2], [0, 0], [1, 0], [0, 0]])).frame
    assert np.isnan(frame.loc[0, "estimate"])
    assert frame.loc[0, "caution"].startswith("suppress: not estimated; one arm has no cramps")
    assert frame.loc[1, "estimate"] == pytest.approx(-7 * (1.5 + 0.5) / 2)


def test_a_crossover_without_cramps_on_one_treatment_has_a_difference_and_no_ratio():
    none = {name: (start, *([0, 0] if (start == "magnesium") == (k == 0) else own for k, own in enumerate(periods)))
            for name, (start, *periods) in FOUR.items()}
    frame = compare_treatments_crossover(crossover(none)).frame
    assert np.isnan(frame.loc[0, "conf_high"])
    assert "suppress: not estimated" in frame.loc[0, "caution"]
    assert frame.loc[2, "estimate"] < 0


def test_two_arms_of_one_person_are_no_parallel_trial():
    with pytest.raises(DataError, match="more than one 'treatment'"):
        compare_treatments_parallel(crossover(FOUR))


def test_totals_that_vary_less_than_chance_are_said_to():
    panel = parallel([[]] * 8, [[3, 3], [2, 2], [3, 3], [2, 2], [3, 3], [2, 3], [3, 2], [2, 2]])
    found = compare_treatments_parallel(panel)
    assert any("vary less than by chance" in note for note in found.notes)


BLOCKS = np.array([3.0, 9.0, 8.0, 2.0, 1.0, 10.0])
ACTIVE = np.array([True, False, False, True, True, False])


def single(rates: np.ndarray = BLOCKS, active: np.ndarray = ACTIVE) -> DiaryPanel:
    """Seven nights a period, all cramps on the first night of each."""
    rows = [
        {"person": "a", "night": 7 * k + night, "period": k, "cycle": k // 2, "treatment": "quinine" if active[k] else "placebo",
         "cramps": rate if night == 0 else 0.0}
        for k, rate in enumerate(rates) for night in range(7)
    ]
    return DiaryPanel(pd.DataFrame(rows))


def test_complete_separation_of_six_periods_gives_one_tenth():
    row = compare_treatments_single(single()).frame.iloc[0]
    assert row["estimate"] == pytest.approx(2.0 - 9.0)  # mean 3, 2, 1 less mean 9, 8, 10 cramps a week
    assert row["p_value"] == pytest.approx(2 / 20)  # this arrangement and its mirror image
    assert np.isnan(row["conf_low"])
    assert "20 arrangements, p cannot be below 0.1" in row["caution"]


def test_within_cycles_there_are_eight_arrangements():
    row = compare_treatments_single(single(), pair="cycle").frame.iloc[0]
    assert row["p_value"] == pytest.approx(2 / 8)


def test_the_interval_is_made_of_the_shifts_the_test_does_not_reject():
    rng = np.random.default_rng(4)
    active = np.arange(10) % 2 == 0
    rate = rng.normal(5, 1, 10) - 2 * active
    every = np.array([np.isin(np.arange(10), list(chosen)) for chosen in combinations(range(10), 5)])
    _, _, low, high = randomisation_test(rate, active, every, 0.9)

    def tails(shift: float) -> tuple[float, float]:
        moved = rate - shift * active
        found = np.array([moved[one].mean() - moved[~one].mean() for one in every])
        mine = moved[active].mean() - moved[~active].mean()
        return float((found >= mine - 1e-12).mean()), float((found <= mine + 1e-12).mean())

    assert min(tails(low + 1e-6)) > 0.05 >= tails(low - 1e-6)[0]
    assert min(tails(high - 1e-6)) > 0.05 >= tails(high + 1e-6)[1]


def test_many_periods_are_drawn_at_random_with_a_seed():
    rng = np.random.default_rng(6)
    active = rng.permutation(np.arange(24) % 2 == 0)
    panel = single(rng.poisson(5, 24).astype(float), active)
    one, same, other = (compare_treatments_single(panel, seed=seed).frame.loc[0, "p_value"] for seed in (1, 1, 2))
    assert one == same
    assert one == pytest.approx(other, abs=0.02)


def test_a_person_must_be_named_where_there_are_several():
    with pytest.raises(OptionError, match="4 persons; name one"):
        compare_treatments_single(crossover(FOUR))
    with pytest.raises(DataError, match="at least two periods of each"):
        compare_treatments_single(crossover(FOUR), person="a")
