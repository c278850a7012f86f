"""A made-up diary, small and by hand, for the tests of its page: heavy lifting doubles and more the odds of a cramp."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crampstats.core.diary import DiaryPanel
from crampstats.core.outcomes import Outcome
from crampstats.core.source import Source

CRAMP = Outcome("cramp", "Leg cramp that night", "nights of those who kept the diary", "one night", "at least one")


def made_up_nights(persons: int = 24, nights: int = 21, seed: int = 6) -> pd.DataFrame:
    """One row per person and night logged, as `DiaryPanel` takes it."""
    rng = np.random.default_rng(seed)
    who, night = (grid.ravel() for grid in np.meshgrid(np.arange(persons), np.arange(nights), indexing="ij"))
    lifting, drinks = rng.random(len(who)) < 0.3, rng.poisson(0.7, len(who))
    usual = rng.normal(-1.6, 0.8, persons)[who]
    cramp = rng.random(len(who)) < 1 / (1 + np.exp(-(usual + 1.4 * lifting)))
    table = pd.DataFrame({
        "person": [f"P{number + 1:03d}" for number in who], "night": 20_465 + night,
        "sex": np.where(who % 2 == 0, "female", "male"), "age_years": 40 + who,
        "cramp": cramp, "cramps": np.where(cramp, 1 + rng.poisson(0.4, len(who)), 0),
        "cramp_severity": np.where(cramp, rng.integers(2, 10, len(who)), np.nan),
        "cramp_minutes": np.where(cramp, rng.integers(1, 15, len(who)), np.nan),
        "heavy_lifting": lifting, "alcohol_drinks": drinks, "exercise_minutes": 5.0 * rng.poisson(5, len(who)),
        "slept_hours": np.round(rng.normal(7, 1, len(who)), 1),
    })
    return table[rng.random(len(table)) > 0.12].astype({"cramp": "boolean", "heavy_lifting": "boolean"}).reset_index(drop=True)


def made_up_diary(table: pd.DataFrame | None = None, **more: object) -> DiaryPanel:
    """The panel of such nights."""
    said = {"population": "made-up adults", "recruitment": "population", "source": Source("a made-up diary", made_up=True)}
    return DiaryPanel(made_up_nights() if table is None else table, outcomes=[CRAMP], **(said | more))
