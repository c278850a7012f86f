"""The made-up diary is what its script writes, and holds what its truth says."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from crampstats.datasets.files import data_file

SCRIPTS = Path(__file__).resolve().parents[2] / "data" / "scripts"
sys.path.insert(0, str(SCRIPTS))
import make_cramp_diary as script  # noqa: E402

TRUTH = json.loads(data_file("cramp_diary_truth.json").read_text(encoding="utf-8"))


def test_the_shipped_diaries_are_what_the_script_writes() -> None:
    assert data_file("cramp_diary_example.csv").read_text(encoding="utf-8") == script.make_diary().to_csv(index=False)
    assert data_file("cramp_diary_trial_example.csv").read_text(encoding="utf-8") == script.make_trial().to_csv(index=False)
    assert TRUTH["diary"] == script.TRUTH
    assert TRUTH["trial"] == script.TRIAL


def test_the_truths_without_a_formula_come_back_from_other_draws() -> None:
    # 4,000 persons: a share is known to 4 standard errors of at most 0.5 / sqrt(4000)
    again = script.find_truth(4_000, seed=1)
    for window, share in TRUTH["diary_found"]["period_prevalence_by_nights"].items():
        assert abs(again["period_prevalence_by_nights"][window] - share) < 4 * 0.5 / np.sqrt(4_000)


def test_nobody_who_never_cramps_cramps_and_the_trigger_is_there() -> None:
    rng = np.random.default_rng(5)
    people = script.draw_people(3_000, rng)
    days = script.draw_days(people, 40, rng)
    assert not days.cramp[people.never].any()
    cramping = days.cramp[~people.never]
    exposed = days.unaccustomed[~people.never]
    # the conditional odds ratio is 3; on the population it is smaller, and far from 1
    assert 2 < cramping[exposed].mean() / cramping[~exposed].mean() < 3


def test_nights_missed_have_no_row_and_more_of_them_had_a_cramp() -> None:
    rng = np.random.default_rng(6)
    people = script.draw_people(3_000, rng)
    days = script.draw_days(people, 40, rng)
    logged = script.draw_logged(days, rng)
    assert days.cramp[~logged].mean() > days.cramp[logged].mean()
    table = pd.read_csv(data_file("cramp_diary_example.csv"))
    assert not table.duplicated(["Participant", "Evening of"]).any()
    assert table["Participant"].nunique() == TRUTH["persons"]
    assert len(table) < TRUTH["persons"] * TRUTH["nights"]


def test_entries_are_never_made_before_their_night() -> None:
    table = pd.read_csv(data_file("cramp_diary_example.csv"), parse_dates=["Evening of", "Entered at"])
    delay = (table["Entered at"] - table["Evening of"]) / pd.Timedelta(hours=1)
    assert (delay > 24).all()  # the morning after the evening's date begins at hour 24
    assert 0.03 < (delay > 36).mean() < 0.15
