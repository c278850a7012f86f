"""Triggers by lag, families of triggers, within against between persons, carry-over: hand calculations and enumeration."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pandas as pd
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError
from crampstats.core.labels import Label
from crampstats.estimate.diary.carry_over import estimate_carry_over
from crampstats.estimate.diary.conditional_columns import derive_lagged, derive_unaccustomed
from crampstats.estimate.diary.conditional_runs import find_stretches, runs_support
from crampstats.estimate.diary.gee import estimate_gee, fit_gee
from crampstats.estimate.diary.mixed import estimate_mixed, fit_random_intercept
from crampstats.estimate.diary.single import estimate_own_effects
from crampstats.estimate.diary.triggers import compare_triggers, estimate_lags, estimate_within_between
from crampstats.estimate.multiplicity import control_false_discovery


def diary(persons=40, nights=50, seed=2, effect=1.0, lag=1):
    """Lifting sets off a cramp `lag` days later; persons who lift more cramp more anyway."""
    random = np.random.default_rng(seed)
    level = random.normal(size=(persons, 1))
    lifting = random.normal(size=(persons, nights)) + level > 0.6
    before = np.zeros_like(lifting)
    before[:, lag:] = lifting[:, : nights - lag]
    cramp = random.random((persons, nights)) < 1 / (1 + np.exp(1.5 - level - effect * before))
    table = pd.DataFrame({
        "person": np.repeat([f"P{i:03d}" for i in range(persons)], nights), "night": np.tile(20_000 + np.arange(nights), persons),
        "cramp": cramp.ravel(), "heavy_lifting": lifting.ravel(), "exercise_minutes": random.gamma(1.5, 20, persons * nights),
        "exercise_intensity": random.choice(["light", "vigorous"], persons * nights),
    })
    return table[random.random(len(table)) < 0.9]


def two_persons():
    """Lag 1 by hand, pairs of lifting the day before and cramp.

    First: nights 1-6, lifting 1 0 1 1 0 0, cramp 0 1 0 1 1 0: pairs 1-1 0-0 1-1 1-1 0-0. Second: nights 1-3 and 5-6 (4 missed),
    lifting 1 1 0 . 0 1, cramp 0 1 0 . 1 0: pairs 1-1 1-0, none on night 5, 0-0 on night 6.
    """
    return pd.DataFrame({
        "person": ["a"] * 6 + ["b"] * 5, "night": [1, 2, 3, 4, 5, 6, 1, 2, 3, 5, 6],
        "lifting": [1, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1.0], "cramp": [0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0.0],
    })


def test_lags_go_by_the_night_and_gaps_are_no_nights_without_exposure():
    """Lag 1: person a has 3 exposed nights with a cramp and 2 unexposed without; b 1 and 1 exposed, 0 and 1 unexposed."""
    row = estimate_lags(DiaryPanel(two_persons()), "cramp", "lifting", lags=[1]).frame.iloc[0]
    assert row["level"] == "lag 1"
    assert row["n"] == 5 + 3
    assert row["n_events"] == 3 + 1
    assert row["caution"].startswith("suppress: no finite odds ratio")


def test_the_mantel_haenszel_ratio_at_lag_0_is_worked_out_by_hand():
    """a: exposed 1 of 3, unexposed 2 of 3; b: exposed 1 of 3, unexposed 1 of 2. (1x1/6 + 1x1/5) / (2x2/6 + 2x1/5) = 11/32."""
    row = estimate_lags(DiaryPanel(two_persons()), "cramp", "lifting", lags=[0]).frame.iloc[0]
    np.testing.assert_allclose(row["estimate"], 11 / 32)
    # R - OR S by person, divided by the sum of R: (5/11 - 20/32) and its opposite
    np.testing.assert_allclose(row["robust_std_error"], np.sqrt(2) * abs(5 / 11 - 20 / 32))


def test_the_lag_that_sets_cramps_off_stands_out_and_leads_do_not():
    frame = estimate_lags(DiaryPanel(diary()), "cramp", "heavy_lifting", lags=[-2, -1, 0, 1, 2]).frame.set_index("level")
    assert frame.loc["lag 1", "conf_low"] > 1.5
    others = frame.drop(index="lag 1")
    assert (others["conf_low"] < 1).all()
    assert (others["conf_high"] > 1).all()
    assert list(frame.index) == ["lead 2", "lead 1", "lag 0", "lag 1", "lag 2"]


def test_person_robust_and_model_variances_are_both_told():
    panel = DiaryPanel(diary())
    model = estimate_lags(panel, "cramp", "heavy_lifting", lags=[1])
    robust = estimate_lags(panel, "cramp", "heavy_lifting", lags=[1], variance="person_robust")
    assert robust.frame["std_error"].tolist() == model.frame["robust_std_error"].tolist()
    assert robust.frame["df"].iloc[0] == robust.frame["n_persons"].iloc[0] - 1
    assert np.isinf(model.frame["df"].iloc[0])


def test_a_number_is_no_exposure_for_a_fourfold_table():
    with pytest.raises(DataError, match="neither yes nor no; derive"):
        estimate_lags(DiaryPanel(diary()), "cramp", "exercise_minutes")
    with pytest.raises(OptionError, match="at least one lag"):
        estimate_lags(DiaryPanel(diary()), "cramp", "heavy_lifting", lags=[])
    with pytest.raises(OptionError, match="unknown variance"):
        estimate_lags(DiaryPanel(diary()), "cramp", "heavy_lifting", variance="robust")


def test_a_family_of_triggers_shares_one_false_discovery_rate():
    found = compare_triggers(DiaryPanel(diary()), "cramp", ["heavy_lifting", "exercise_minutes", "exercise_intensity"])
    frame = found.frame
    assert frame[["lag", "exposure"]].values.tolist() == [
        ["lag 0", "heavy_lifting"], ["lag 1", "heavy_lifting"], ["lag 0", "exercise_minutes"], ["lag 1", "exercise_minutes"],
        ["lag 0", "exercise_intensity"], ["lag 1", "exercise_intensity"],
    ]
    np.testing.assert_array_equal(frame["p_false_discovery_rate"], control_false_discovery(frame["p_value"].to_numpy()))
    assert frame["p_false_discovery_rate"].idxmin() == 1
    assert frame.loc[4, "level"] == "vigorous"
    assert "6 tests" in found.method


def test_minutes_are_told_per_30_and_other_steps_on_request():
    panel = DiaryPanel(diary())
    thirty = compare_triggers(panel, "cramp", ["exercise_minutes"], lags=[0]).frame.iloc[0]
    sixty = compare_triggers(panel, "cramp", ["exercise_minutes"], lags=[0], per={"exercise_minutes": 60}).frame.iloc[0]
    assert thirty["level"] == "per 30 minutes"
    assert sixty["level"] == "per 60 minutes"
    np.testing.assert_allclose(thirty["estimate"] ** 2, sixty["estimate"], rtol=1e-9)
    with pytest.raises(OptionError, match="step above 0"):
        compare_triggers(panel, "cramp", ["exercise_minutes"], per={"exercise_minutes": 0})


def test_a_trigger_that_cannot_be_estimated_keeps_its_row_and_says_why():
    table = diary().assign(took_quinine=False, never_asked=np.nan)
    frame = compare_triggers(DiaryPanel(table), "cramp", ["heavy_lifting", "took_quinine", "never_asked"], lags=[1]).frame
    assert frame["estimate"].notna().tolist() == [True, False, False]
    assert frame["caution"].iloc[1].startswith("suppress: ")
    assert "nothing can be fitted" in frame["caution"].iloc[2]
    assert frame["p_false_discovery_rate"].iloc[0] == frame["p_value"].iloc[0]  # what was not tested is not counted


def test_nights_without_the_exposure_recorded_are_told():
    table = diary()
    table.loc[table.index[:7], "exercise_minutes"] = np.nan
    notes = compare_triggers(DiaryPanel(table), "cramp", ["exercise_minutes"], lags=[0]).notes
    assert any("exercise_minutes 7." in note for note in notes)


def test_adjusting_for_the_day_of_the_diary_undoes_a_common_drift():
    random = np.random.default_rng(4)
    time = np.tile(np.linspace(1.5, -1.5, 60), 60)
    person = np.repeat(range(60), 60)
    table = pd.DataFrame({
        "person": person, "night": np.tile(20_000 + np.arange(60), 60), "lifting": random.normal(size=3_600) + time > 0,
        "cramp": random.random(3_600) < 1 / (1 + np.exp(1 - time)),
    })
    raw, adjusted = (compare_triggers(DiaryPanel(table), "cramp", ["lifting"], lags=[0], adjust=terms).frame.iloc[0] for terms in
                     ([], ["diary_day", "weekday"]))
    assert raw["conf_low"] > 1.5
    assert adjusted["conf_low"] < 1 < adjusted["conf_high"]
    with pytest.raises(OptionError, match="unknown adjustment 'moon'"):
        compare_triggers(DiaryPanel(table), "cramp", ["lifting"], adjust=["moon"])


def test_within_and_between_are_told_apart_and_the_raw_ratio_is_called_mixed():
    found = estimate_within_between(DiaryPanel(diary(persons=150, effect=0.0)), "cramp", "heavy_lifting")
    frame = found.frame.set_index("level")
    assert frame.loc["within person", "conf_low"] < 1 < frame.loc["within person", "conf_high"]
    assert frame.loc["between persons", "conf_low"] > 2
    assert frame.loc["raw, both mixed", "conf_low"] > 1.2
    assert frame.loc["raw, both mixed", "caution"].startswith("review: mixes days of a person")
    ratio = frame.loc["between / within"]
    np.testing.assert_allclose(
        ratio["estimate"], frame.loc["between persons", "estimate"] / frame.loc["within person", "estimate"], rtol=1e-12
    )
    assert ratio["p_value"] < 0.01


@pytest.mark.parametrize(("usual", "expected"), [
    ("mean", [0, 0, 0, 0, 0, 0, 0, 1]), ("median", [0, 0, 0, 0, 0, 0, 1, 1]), ("mean_plus_sd", [0, 0, 0, 0, 0, 0, 0, 1]),
])
def test_unaccustomed_is_above_ones_own_usual(usual, expected):
    """Minutes 20 x 6, 30, 90: mean 30, median 20, standard deviation (divisor 8) 22.9."""
    table = pd.DataFrame({"person": 1, "night": range(8), "exercise_minutes": [20, 20, 20, 20, 20, 20, 30, 90.0]})
    panel = derive_unaccustomed(DiaryPanel(table), usual=usual)
    assert panel.values("unaccustomed_exercise").tolist() == expected


def test_unaccustomed_is_missing_where_minutes_or_the_usual_are_not_known():
    table = pd.DataFrame({"person": [1] * 8 + [2] * 3, "night": [*range(8), *range(3)],
                          "exercise_minutes": [30.0] * 7 + [np.nan, 10, 10, 90]})
    values = derive_unaccustomed(DiaryPanel(table)).values("unaccustomed_exercise")
    assert values[:7].tolist() == [0.0] * 7  # always the same is never unusual
    assert np.isnan(values[7:]).all()
    with pytest.raises(OptionError, match="in the diary already"):
        derive_unaccustomed(DiaryPanel(table.assign(unaccustomed_exercise=0)))


def test_lagged_columns_of_categories_stop_at_gaps_and_persons():
    table = pd.DataFrame({"person": [1, 1, 1, 2], "night": [1, 2, 4, 2], "kind": ["a", "b", "c", "d"]})
    panel = derive_lagged(DiaryPanel(table, labels={"kind": Label("Kind of exercise")}), "kind", 1, -1)
    assert panel.table["kind_lag1"].fillna("").tolist() == ["", "a", "b", "", ""]
    assert panel.table["kind_lead1"].fillna("").tolist() == ["b", "", "c", "", ""]
    assert panel.labels["kind_lag1"].label == "Kind of exercise, lag 1"


@pytest.mark.parametrize("nights", [4, 5, 6, 7, 8])
def test_runs_are_counted_as_by_writing_down_every_sequence(nights):
    """Given ends and number of cramps, how many sequences have s cramps that follow a cramp."""
    counts: dict[tuple[int, ...], dict[int, int]] = {}
    for nights_ in product((0, 1), repeat=nights):
        margins = (nights_[0], nights_[-1], sum(nights_))
        follows = sum(one and two for one, two in pairwise(nights_))
        counts.setdefault(margins, {}).setdefault(follows, 0)
        counts[margins][follows] += 1
    for (first, last, events), expected in counts.items():
        sequence = next(one for one in product((0, 1), repeat=nights) if (one[0], one[-1], sum(one)) == (first, last, events))
        panel = DiaryPanel(pd.DataFrame({"person": 1, "night": range(nights), "cramp": sequence}))
        support, telling = runs_support(find_stretches(panel, panel.values("cramp")))
        assert telling[0] == (len(expected) > 1)
        if telling[0]:
            found = {int(count): round(float(np.exp(weight))) for count, weight in
                     zip(support.counts[0], support.log_weights[0], strict=True) if np.isfinite(weight)}
            assert found == expected


def test_carry_over_is_found_where_it_is_and_not_where_persons_only_differ():
    random = np.random.default_rng(8)
    persons, nights = 400, 40
    level = random.normal(-1, 1.2, persons)
    for truth in (0.0, 1.0):
        cramp = np.zeros((persons, nights))
        for night in range(nights):
            before = cramp[:, night - 1] if night else 0
            cramp[:, night] = random.random(persons) < 1 / (1 + np.exp(-level - truth * before))
        table = pd.DataFrame({"person": np.repeat(range(persons), nights), "night": np.tile(range(nights), persons),
                              "cramp": cramp.ravel()})
        frame = estimate_carry_over(DiaryPanel(table), "cramp").frame
        exact, biased, mixed = (float(np.log(value)) for value in frame["estimate"])
        assert abs(exact - truth) < 4 * frame["std_error"].iloc[0]
        assert biased < exact < mixed
        assert frame["std_error"].iloc[0] < 0.1


def test_gaps_end_a_stretch_of_nights():
    panel = DiaryPanel(pd.DataFrame({"person": 1, "night": [1, 2, 3, 5, 6], "cramp": [0, 1, 1, 1, 0]}))
    found = find_stretches(panel, panel.values("cramp"))
    assert found.nights.tolist() == [3, 2]
    assert found.follows.tolist() == [1, 0]
    assert found.ends.tolist() == [1, 1]


def test_a_diary_too_short_for_carry_over_is_refused_with_what_is_needed():
    panel = DiaryPanel(pd.DataFrame({"person": 1, "night": [1, 2, 3], "cramp": [0, 1, 1]}))
    with pytest.raises(DataError, match="at least four nights"):
        estimate_carry_over(panel, "cramp")


def test_sleep_of_the_same_night_is_marked_as_a_possible_consequence():
    table = diary().assign(slept_hours=7.0)
    table["slept_hours"] -= table["cramp"] * 1.0 + np.random.default_rng(0).random(len(table)) * 3
    labels = {"slept_hours": Label("Hours slept", "hours")}
    frame = compare_triggers(DiaryPanel(table, labels=labels), "cramp", ["slept_hours", "exercise_minutes"]).frame
    assert ["may follow from the cramp" in text for text in frame["caution"]] == [True, False, False, False]
    assert frame["level"].tolist() == ["per hour"] * 2 + ["per 30 minutes"] * 2


def test_one_person_has_no_person_robust_interval_anywhere():
    table = diary(persons=1, nights=120)
    panel = DiaryPanel(table)
    lag = estimate_lags(panel, "cramp", "heavy_lifting", lags=[1]).frame.iloc[0]
    assert np.isnan(lag["robust_std_error"])
    assert lag["caution"].startswith("review: 1 person tells of it")
    carried = estimate_carry_over(panel, "cramp").frame.iloc[0]
    assert np.isnan(carried["std_error"])
    assert carried["caution"].startswith("suppress: one person has no person-robust interval")
    with pytest.raises(DataError, match="the mean of 'heavy_lifting' is the same in all persons"):
        estimate_within_between(panel, "cramp", "heavy_lifting")


def test_an_exposure_constant_within_persons_has_no_within_person_effect():
    table = diary()
    with pytest.raises(DataError, match="'female' is the same on all nights of each person"):
        estimate_within_between(DiaryPanel(table.assign(female=(table["person"] > "P020").astype(float))), "cramp", "female")


def test_every_kind_of_row_tells_a_number_per_one_of_its_unit():
    random = np.random.default_rng(3)
    table = diary()
    table["standing_hours"], table["fluids_litres"] = random.random((2, len(table))) * 3
    labels = {"standing_hours": Label("Standing", "hours"), "fluids_litres": Label("Fluids", "L")}
    panel = DiaryPanel(table, labels=labels)
    for exposure, words in (("standing_hours", "per hour"), ("fluids_litres", "per litre")):
        rows = [
            compare_triggers(panel, "cramp", [exposure], lags=(0,)), estimate_gee(fit_gee(panel, f"cramp ~ {exposure}")),
            estimate_mixed(fit_random_intercept(panel, f"cramp ~ {exposure}")), estimate_own_effects(panel, "cramp", exposure),
        ]
        for one in rows:
            frame = one.frame[one.frame["exposure"] == exposure]
            assert set(frame["level"]) == {words}
        assert f"ratios {words}" in estimate_within_between(panel, "cramp", exposure).method


def test_persons_who_always_or_never_cramp_tell_nothing_within():
    table = diary(persons=12).assign(cramp=lambda frame: (frame["person"] > "P005").astype(float))
    with pytest.raises(DataError, match="nobody has nights with and without 'cramp'"):
        estimate_within_between(DiaryPanel(table), "cramp", "heavy_lifting")
