"""Each person as a trial of one, and the pool of persons."""

from __future__ import annotations

from math import comb

import numpy as np
import pandas as pd
import pytest

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError
from crampstats.estimate.diary.conditional import fit_conditional
from crampstats.estimate.diary.conditional_mantel_haenszel import NightTables
from crampstats.estimate.diary.single import estimate_own_effects, pool_own_effects
from crampstats.estimate.diary.single_mixed import fit_common, fit_normal


def nights_of(person, a, b, c, d):
    """Nights of one person: a exposed with a cramp, b exposed without, c and d unexposed."""
    cramp = [1] * a + [0] * b + [1] * c + [0] * d
    lifting = [1] * (a + b) + [0] * (c + d)
    return pd.DataFrame({"person": person, "night": range(len(cramp)), "cramp": cramp, "lifting": lifting})


def diary(*cells):
    return DiaryPanel(pd.concat([nights_of(f"P{i:03d}", *one) for i, one in enumerate(cells, 1)]))


def test_the_lady_tasting_tea_has_fishers_p_and_bounds():
    """Fisher 1935: 3 of 4 right. p two-sided 34/70; the tail at the upper bound b: P(a <= 3) = 2.5 %."""
    row = estimate_own_effects(diary((3, 1, 1, 3)), "cramp", "lifting").frame.iloc[0]
    np.testing.assert_allclose(row["p_value"], 34 / 70, rtol=1e-12)
    for bound, most in ((row["conf_high"], True), (row["conf_low"], False)):
        weights = np.array([comb(4, j) * comb(4, 4 - j) * bound**j for j in range(5)])
        share = weights / weights.sum()
        np.testing.assert_allclose(share[:4].sum() if most else share[3:].sum(), 0.025, rtol=1e-8)
    weights = np.array([comb(4, j) * comb(4, 4 - j) * row["estimate"] ** j for j in range(5)])
    np.testing.assert_allclose(weights @ np.arange(5) / weights.sum(), 3, rtol=1e-10)


def test_an_empty_cell_has_an_exact_bound_and_half_nights_to_pool():
    row = estimate_own_effects(diary((3, 0, 1, 2)), "cramp", "lifting").frame.iloc[0]
    assert np.isinf(row["estimate"])
    assert np.isinf(row["conf_high"])
    assert 0 < row["conf_low"] < 1
    np.testing.assert_allclose(np.exp(row["log_ratio_to_pool"]), 3.5 * 2.5 / (0.5 * 1.5))
    np.testing.assert_allclose(row["std_error_to_pool"] ** 2, 1 / 3.5 + 1 / 0.5 + 1 / 1.5 + 1 / 2.5)
    assert "no finite odds ratio" in row["caution"]


def test_persons_who_tell_nothing_keep_their_row_and_say_why():
    panel = diary((0, 3, 0, 5), (2, 0, 4, 0), (2, 3, 0, 0), (0, 0, 2, 3), (3, 4, 2, 9))
    frame = estimate_own_effects(panel, "cramp", "lifting").frame
    assert frame["person"].tolist() == ["P001", "P002", "P003", "P004", "P005"]
    assert frame["estimate"].isna().tolist() == [True] * 4 + [False]
    missing = ("night with the outcome", "night without the outcome", "night without the exposure", "exposed night")
    for words, caution in zip(missing, frame["caution"], strict=False):
        assert caution == f"suppress: no {words}, nothing to compare"


def test_the_rate_difference_is_newcombes():
    """Newcombe 1998, table II, example (a): 56/70 against 48/80, difference 0.2000, method 10 interval 0.0524 to 0.3339."""
    row = estimate_own_effects(diary((56, 14, 48, 32)), "cramp", "lifting").frame.iloc[0]
    np.testing.assert_allclose(row[["rate_exposed", "rate_unexposed", "rate_difference"]].astype(float), [0.8, 0.6, 0.2])
    np.testing.assert_allclose([row["difference_low"], row["difference_high"]], [0.0524, 0.3339], atol=5e-5)


def test_a_persons_own_number_equals_that_persons_conditional_regression():
    random = np.random.default_rng(6)
    table = pd.DataFrame({
        "person": np.repeat(["a", "b", "c"], 60), "night": np.tile(range(60), 3), "exercise_minutes": random.gamma(2, 20, 180),
    })
    table["cramp"] = (random.random(180) < 1 / (1 + np.exp(1 - 0.02 * table["exercise_minutes"]))).astype(float)
    frame = estimate_own_effects(DiaryPanel(table), "cramp", "exercise_minutes").frame
    for person, row in zip("abc", frame.itertuples(), strict=True):
        fit = fit_conditional(DiaryPanel(table[table["person"] == person]), "cramp ~ exercise_minutes")
        np.testing.assert_allclose(np.log(row.estimate), 30 * fit.coefficients[0], rtol=1e-9)
        np.testing.assert_allclose(row.std_error, 30 * np.sqrt(fit.model_covariance[0, 0]), rtol=1e-8)
    assert set(frame["level"]) == {"per 30 minutes"}


def test_a_separated_number_has_no_odds_ratio():
    table = pd.DataFrame({"person": ["a"] * 6 + ["b"] * 6, "night": [*range(6)] * 2, "cramp": [0, 0, 0, 1, 1, 1] * 2,
                          "standing_hours": [1, 2, 3, 4, 5, 6, 3, 1, 5, 4, 2, 6.0]})
    frame = estimate_own_effects(DiaryPanel(table), "cramp", "standing_hours").frame
    assert frame["estimate"].isna().tolist() == [True, False]
    assert frame["caution"].iloc[0].startswith("suppress: no finite odds ratio")


def test_lags_of_own_effects_go_by_the_night():
    panel = diary((3, 4, 2, 9), (5, 3, 2, 8))
    today, before = (estimate_own_effects(panel, "cramp", "lifting", lag=lag).frame for lag in (0, 1))
    assert set(before["level"]) == {"yes, lag 1"}
    assert (before["n"] == today["n"] - 1).all()


def test_one_odds_ratio_for_all_is_that_of_the_conditional_regression():
    panel = diary((3, 4, 2, 9), (5, 3, 2, 8), (1, 6, 3, 7), (4, 4, 0, 9))
    pooled = pool_own_effects(estimate_own_effects(panel, "cramp", "lifting")).frame.set_index("measure")
    fit = fit_conditional(panel, "cramp ~ lifting")
    row = pooled.loc["odds ratio (conditional, one stage)"]
    np.testing.assert_allclose(np.log(row["estimate"]), fit.coefficients[0], rtol=1e-9)
    np.testing.assert_allclose(row["std_error"], np.sqrt(fit.model_covariance[0, 0]), rtol=1e-9)
    assert pooled.loc["persons pooled", "estimate"] == 4


def test_persons_alike_have_no_variance_between_them():
    tables = NightTables(*(np.full(6, float(value)) for value in (3, 4, 2, 9)))
    assert fit_normal(tables) == fit_common(tables)


def test_the_spread_of_persons_is_found_again():
    """Log odds ratios normal with mean 0.7 and standard deviation 0.8 over 1,000 persons, tables drawn given their margins."""
    random = np.random.default_rng(11)
    events, effect = random.integers(5, 20, 1_000), random.normal(0.7, 0.8, 1_000)
    exposed = np.array([
        random.choice(k + 1, p=(weights := np.array([comb(25, j) * comb(35, k - j) * np.exp(b * j) for j in range(k + 1)]))
                      / weights.sum()) for k, b in zip(events, effect, strict=True)
    ])
    tables = NightTables(*(one.astype(float) for one in (exposed, 25 - exposed, events - exposed, 35 - events + exposed)))
    found = fit_normal(tables)
    assert abs(found.center - 0.7) < 4 * found.std_error
    assert abs(np.sqrt(found.tau2) - 0.8) < 0.1
    assert found.std_error < 0.06


def test_one_person_alone_is_no_pool():
    with pytest.raises(DataError, match="1 of 2 persons tell of the exposure"):
        pool_own_effects(estimate_own_effects(diary((3, 4, 2, 9), (0, 3, 0, 4)), "cramp", "lifting"))


def test_who_is_left_out_of_the_pool_is_counted():
    own = estimate_own_effects(diary((3, 4, 2, 9), (5, 3, 2, 8), (0, 3, 0, 4)), "cramp", "lifting")
    assert any(note.startswith("1 of 3 persons tell nothing") for note in own.notes)
    left_out = "1 of 3 persons tell nothing by themselves and are left out"
    assert any(note.startswith(left_out) for note in pool_own_effects(own).notes)


def test_a_pool_of_sparse_persons_points_to_the_exact_rows():
    own = estimate_own_effects(diary((1, 2, 2, 30), (0, 3, 2, 28), (1, 4, 1, 33)), "cramp", "lifting")
    frame = pool_own_effects(own).frame.set_index("measure")
    assert "3 of 3 persons have fewer than 5 nights of the rarest kind" in frame.loc["pooled odds ratio", "caution"]
    assert frame.loc["odds ratio (conditional, one stage)", "caution"] == ""
    # the exact rows are read first, then the doubtful ones
    assert frame.index[0] == "odds ratio (hypergeometric-normal)"
    assert frame.index.get_loc("odds ratio (conditional, one stage)") < frame.index.get_loc("pooled odds ratio")


def test_the_pooled_odds_ratio_stands_first_then_where_another_person_lies():
    tables = [(12, 8, 14, 30), (15, 9, 10, 29), (9, 14, 12, 31), (20, 8, 9, 28), (11, 15, 16, 22)]
    frame = pool_own_effects(estimate_own_effects(diary(*tables), "cramp", "lifting")).frame
    assert frame["measure"].tolist()[:3] == ["pooled odds ratio", "prediction interval", "tau2"]
    assert (frame["caution"] == "").all()


def test_an_exposure_that_settles_the_cramp_in_everybody_gives_no_pooled_number():
    # cramps exactly on exposed nights: half nights added to the empty cells would make 10.5 x 20.5 / 0.5^2 = 861
    own = estimate_own_effects(diary(*[(10, 0, 0, 20)] * 20), "cramp", "lifting")
    frame = pool_own_effects(own).frame.set_index("measure")
    ratios = frame[frame["unit"] == "ratio"]
    assert ratios[["estimate", "conf_low", "conf_high"]].isna().all(axis=None)
    assert ratios["caution"].str.startswith("suppress: no finite odds ratio").all()
    assert frame.loc["persons pooled", "estimate"] == 20


def test_empty_cells_are_told_even_where_no_margin_is_small():
    own = estimate_own_effects(diary(*[(10, 0, 5, 20)] * 3, (8, 3, 6, 20)), "cramp", "lifting")
    caution = pool_own_effects(own).frame.set_index("measure").loc["pooled odds ratio", "caution"]
    assert "3 of 4 persons have an empty cell" in caution
