"""Make data/cramp_diary_example.csv, cramp_diary_truth.json and cramp_diary_trial_example.csv: made-up diaries of known truth.

    python data/scripts/make_cramp_diary.py [FOLDER]

Nobody kept these diaries. What is built in, all of it in `TRUTH` and `TRIAL` and written to cramp_diary_truth.json:

- persons differ: about a third never cramp; the logits of the others are normal;
- nights cluster: a latent state carries over from night to night (autoregressive), so cramps come in bouts;
- triggers: unaccustomed exercise and heavy lifting raise the odds of a cramp in the night of the same day; exercise as usual,
  alcohol, fluids and standing do nothing;
- confounding between persons: those who exercise more cramp less for other reasons, so a comparison of persons misleads;
- nights with a cramp are missed more often than others (nobody feels like writing), and some diarists stop; missed nights have
  no row;
- single cells are left empty, and part of the entries are made late, several nights at one sitting.

The trial is a two-period crossover of people who cramp often: one month each on magnesium and on placebo, a week between.
Period prevalences and other truths that have no formula are found by drawing many persons from the same generator.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

DATA = Path(__file__).resolve().parent.parent
SEED, PERSONS, NIGHTS, FIRST_DAY = 20261123, 100, 63, date(2026, 1, 12)
CHECKED = 200_000  # persons drawn for the truths without a formula
WINDOWS = (1, 2, 7, 14, 28, 30, 56, 90, 180, 365)

TRUTH = {
    "share_never_cramping": 0.35,
    "logit_mean": -3.2,
    "logit_sd": 1.1,
    "between_person_slope_per_sd_of_usual_exercise": -0.6,
    "log_odds_unaccustomed_exercise_same_day": float(np.log(3.0)),
    "log_odds_heavy_lifting_same_day": float(np.log(1.8)),
    "log_odds_exercise_as_usual": 0.0,
    "log_odds_alcohol_drinks": 0.0,
    "log_odds_fluids_litres": 0.0,
    "log_odds_standing_hours": 0.0,
    "latent_night_sd": 0.9,
    "latent_night_correlation": 0.6,
    "share_of_days_unaccustomed": 0.12,
    "logit_missed": -2.0,
    "log_odds_missed_with_cramp": float(np.log(1.8)),
    "share_stopping_early": 0.15,
    "share_entered_late": 0.08,
    "share_of_cells_left_empty": 0.02,
}
TRIAL = {
    "persons": 44, "nights_per_period": 28, "washout_nights": 7, "rate_ratio_magnesium": 0.85, "rate_ratio_second_period": 0.80,
    "cramps_per_night_mean": 0.45, "person_log_sd": 0.6, "night_gamma_shape": 1.2, "share_missed": 0.08, "carry_over": 1.0,
}


class People(NamedTuple):
    """What stays with a person, one value each."""

    never: np.ndarray
    logit: np.ndarray
    usual_minutes: np.ndarray
    age: np.ndarray
    female: np.ndarray
    on_diuretic: np.ndarray


class Days(NamedTuple):
    """Exposures and cramps, persons x nights; nothing is missing yet."""

    minutes: np.ndarray
    unaccustomed: np.ndarray
    lifting: np.ndarray
    standing: np.ndarray
    fluids: np.ndarray
    alcohol: np.ndarray
    slept: np.ndarray
    cramp: np.ndarray


def draw_people(n: int, rng: np.random.Generator) -> People:
    """Persons; the more they exercise the less they cramp, which no night of theirs shows."""
    fitness = rng.normal(size=n)
    logit = TRUTH["logit_mean"] + TRUTH["logit_sd"] * rng.normal(size=n)
    logit = logit + TRUTH["between_person_slope_per_sd_of_usual_exercise"] * fitness
    never = rng.random(n) < TRUTH["share_never_cramping"]
    age = np.clip(np.round(rng.normal(57, 14, n)), 20, 88).astype(int)
    return People(never, logit, 30 * np.exp(0.5 * fitness), age, rng.random(n) < 0.55, rng.random(n) < 0.15)


def draw_days(people: People, nights: int, rng: np.random.Generator) -> Days:
    """Exposures of each day, and whether the night that follows has a cramp."""
    shape = (len(people.logit), nights)
    unaccustomed = rng.random(shape) < TRUTH["share_of_days_unaccustomed"]
    # what is usual differs between persons; unaccustomed is at least twice that
    minutes = people.usual_minutes[:, None] * rng.gamma(6.0, 1 / 6.0, shape) * (rng.random(shape) < 0.7)
    minutes = np.where(unaccustomed, people.usual_minutes[:, None] * (2 + rng.gamma(2.0, 0.4, shape)), minutes)
    lifting = rng.random(shape) < 0.10
    slopes = TRUTH["log_odds_unaccustomed_exercise_same_day"], TRUTH["log_odds_heavy_lifting_same_day"]
    logit = people.logit[:, None] + slopes[0] * unaccustomed + slopes[1] * lifting + _latent(shape, rng)
    cramp = (rng.random(shape) < 1 / (1 + np.exp(-logit))) & ~people.never[:, None]
    return Days(
        np.round(minutes / 5) * 5, unaccustomed, lifting, np.round(np.clip(rng.normal(4, 2, shape), 0, 14) * 2) / 2,
        np.round(np.clip(rng.normal(1.7, 0.4, shape), 0.4, 4), 1),
        rng.poisson(0.6, shape), np.round(np.clip(rng.normal(7.1, 1.0, shape) - 0.6 * cramp, 2, 11) * 2) / 2, cramp,
    )


def _latent(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """A stationary autoregressive state for each person."""
    carried, spread = TRUTH["latent_night_correlation"], TRUTH["latent_night_sd"]
    state = np.empty(shape)
    state[:, 0] = rng.normal(size=shape[0])
    for night in range(1, shape[1]):
        state[:, night] = carried * state[:, night - 1] + np.sqrt(1 - carried**2) * rng.normal(size=shape[0])
    return spread * state


def draw_logged(days: Days, rng: np.random.Generator) -> np.ndarray:
    """Which nights are logged."""
    n, nights = days.cramp.shape
    logit = TRUTH["logit_missed"] + 0.7 * rng.normal(size=n)[:, None] + TRUTH["log_odds_missed_with_cramp"] * days.cramp
    logged = rng.random((n, nights)) >= 1 / (1 + np.exp(-logit))
    stops = np.where(rng.random(n) < TRUTH["share_stopping_early"], rng.integers(10, nights, n), nights)
    logged &= np.arange(nights)[None, :] < stops[:, None]
    logged[:, 0] = True
    return logged


def make_diary(persons: int = PERSONS, nights: int = NIGHTS, seed: int = SEED) -> pd.DataFrame:
    """The diary as it is exported: one row per person and night logged, with the headings of the form.

    Parameters
    ----------
    persons, nights
        How many, before nights are missed.
    seed
        Same seed, same diary.
    """
    rng = np.random.default_rng(seed)
    people = draw_people(persons, rng)
    days = draw_days(people, nights, rng)
    logged = draw_logged(days, rng)
    who, when = np.nonzero(logged)
    cramp = days.cramp[who, when]
    evenings = [FIRST_DAY + timedelta(days=int(night)) for night in when]
    minutes = days.minutes[who, when]
    intensity = np.where(
        minutes == 0, "none", np.where(days.unaccustomed[who, when], "vigorous", np.where(minutes < 25, "light", "moderate"))
    )
    table = pd.DataFrame({
        "Participant": [f"D{person + 1:03d}" for person in who],
        "Sex": np.where(people.female[who], "female", "male"),
        "Age": people.age[who],
        "Evening of": [evening.isoformat() for evening in evenings],
        "Leg cramp in the night": np.where(cramp, "yes", "no"),
        **_about_cramps(cramp, rng),
        "Exercise (minutes)": minutes.astype(int),
        "Exercise intensity": intensity,
        "Unaccustomed exercise": np.where(days.unaccustomed[who, when], "yes", "no"),
        "Heavy lifting": np.where(days.lifting[who, when], "yes", "no"),
        "Standing (hours)": days.standing[who, when],
        "Fluids (litres)": days.fluids[who, when],
        "Alcohol (drinks)": days.alcohol[who, when],
        "Sleep (hours)": days.slept[who, when],
        "Diuretic taken": np.where(people.on_diuretic[who], "yes", "no"),
        "Entered at": _entry_times(who, evenings, rng),
    })
    return _with_gaps(table, rng)


def _about_cramps(cramp: np.ndarray, rng: np.random.Generator) -> dict[str, Any]:
    """Number, severity, length, site, side and waking of the cramps of each night; empty in nights without."""
    n = len(cramp)
    sites = rng.choice(["calf", "foot", "thigh", "hamstring", "other"], n, p=[0.72, 0.18, 0.04, 0.05, 0.01])
    sides = rng.choice(["left", "right", "both"], n, p=[0.45, 0.45, 0.10])

    def of_cramps(values: np.ndarray) -> list[str]:
        return [str(value) if is_cramp else "" for value, is_cramp in zip(values, cramp, strict=True)]

    return {
        "Number of cramps": np.where(cramp, 1 + rng.poisson(0.5, n), 0),
        "Worst cramp (0 to 10)": of_cramps(np.clip(np.round(rng.normal(5.6, 1.9, n)), 1, 10).astype(int)),
        "Longest cramp (minutes)": of_cramps(np.clip(np.round(rng.lognormal(0.9, 0.7, n)), 1, 30).astype(int)),
        "Where": of_cramps(sites),
        "Side": of_cramps(sides),
        "Woken by a cramp": of_cramps(np.where(rng.random(n) < 0.8, "yes", "no")),
    }


def _entry_times(who: np.ndarray, evenings: list[date], rng: np.random.Generator) -> list[str]:
    """Entries in the morning after; late ones follow at one sitting with the next that is in time."""
    late = rng.random(len(who)) < TRUTH["share_entered_late"]
    times, following = [""] * len(who), None
    for place in reversed(range(len(who))):
        last_of_person = place + 1 == len(who) or who[place + 1] != who[place]
        morning = datetime.combine(evenings[place] + timedelta(days=1), time(6, 30))
        on_time = morning + timedelta(minutes=int(rng.integers(0, 210)))
        entered = following - timedelta(minutes=2) if late[place] and not last_of_person and following else on_time
        times[place], following = entered.isoformat(sep=" ", timespec="minutes"), entered
    return times


def _with_gaps(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Single cells left empty; nobody leaves the night or the cramp question open."""
    gaps = [
        "Exercise (minutes)", "Exercise intensity", "Unaccustomed exercise", "Heavy lifting", "Standing (hours)",
        "Fluids (litres)", "Alcohol (drinks)", "Sleep (hours)", "Worst cramp (0 to 10)", "Longest cramp (minutes)",
    ]
    table = table.astype(dict.fromkeys(gaps, object))
    for name in gaps:
        table.loc[rng.random(len(table)) < TRUTH["share_of_cells_left_empty"], name] = ""
    return table


def make_trial(seed: int = SEED + 1) -> pd.DataFrame:
    """The crossover trial: one row per person and night logged, with the number of cramps.

    Parameters
    ----------
    seed
        Same seed, same trial.
    """
    rng = np.random.default_rng(seed)
    n, nights = int(TRIAL["persons"]), int(TRIAL["nights_per_period"])
    first = np.where(rng.permutation(n) < n // 2, "magnesium", "placebo")
    person = rng.normal(-TRIAL["person_log_sd"] ** 2 / 2, TRIAL["person_log_sd"], n)
    rows = []
    for who in range(n):
        for period in (1, 2):
            arm = first[who] if period == 1 else ("placebo" if first[who] == "magnesium" else "magnesium")
            mean = TRIAL["cramps_per_night_mean"] * np.exp(person[who])
            mean *= TRIAL["rate_ratio_magnesium"] if arm == "magnesium" else 1.0
            mean *= TRIAL["rate_ratio_second_period"] if period == 2 else 1.0
            shape = TRIAL["night_gamma_shape"]
            cramps = rng.poisson(mean * rng.gamma(shape, 1 / shape, nights))
            begins = FIRST_DAY + timedelta(days=(period - 1) * (nights + int(TRIAL["washout_nights"])))
            kept = rng.random(nights) >= TRIAL["share_missed"]
            rows += [
                (f"T{who + 1:02d}", (begins + timedelta(days=int(night))).isoformat(), period, arm, int(cramps[night]),
                 "yes" if cramps[night] else "no")
                for night in np.flatnonzero(kept)
            ]
    heads = ["Participant", "Evening of", "Period", "Treatment", "Number of cramps", "Leg cramp in the night"]
    return pd.DataFrame(rows, columns=heads)


def find_truth(persons: int = CHECKED, seed: int = SEED + 2) -> dict[str, Any]:
    """The truths without a formula, by drawing many persons for as many nights as the longest window.

    Parameters
    ----------
    persons
        How many; the Monte Carlo error of a share is at most half of one over their root.
    seed
        Of the draws.
    """
    rng = np.random.default_rng(seed)
    parts = 20
    seen = np.zeros(len(WINDOWS))
    nights = 0.0
    for _ in range(parts):
        days = draw_days(draw_people(persons // parts, rng), max(WINDOWS), rng)
        first = np.where(days.cramp.any(axis=1), days.cramp.argmax(axis=1), max(WINDOWS))
        seen += [(first < window).mean() for window in WINDOWS]
        nights += days.cramp.mean()
    return {
        "persons_drawn": persons,
        "cramp_nights_per_week": round(7 * nights / parts, 4),
        "period_prevalence_by_nights": dict(zip(map(str, WINDOWS), (seen / parts).round(4).tolist(), strict=True)),
    }


def main(folder: Path) -> None:
    """Write the three files, each beside its name first."""
    truth = {
        "made_up": True, "seed": SEED, "persons": PERSONS, "nights": NIGHTS, "diary": TRUTH, "diary_found": find_truth(),
        "trial": TRIAL,
    }
    texts = {
        "cramp_diary_example.csv": make_diary().to_csv(index=False, lineterminator="\n"),
        "cramp_diary_trial_example.csv": make_trial().to_csv(index=False, lineterminator="\n"),
        "cramp_diary_truth.json": json.dumps(truth, indent=2) + "\n",
    }
    for name, text in texts.items():
        beside = folder / f".{name}.partial"
        beside.write_text(text, encoding="utf-8", newline="\n")
        os.replace(beside, folder / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
