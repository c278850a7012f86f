"""Tallies of a crossover trial: each person's nights by period, with the order of the treatments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crampstats.core.calendar import WEEK
from crampstats.core.errors import DataError
from crampstats.present.diaries import NO, YES, find_states, name_persons
from crampstats.present.reading import level_words
from crampstats.present.wording import first_upper

if TYPE_CHECKING:
    from crampstats.core.diary import DiaryPanel

ARROW = "\N{RIGHTWARDS ARROW}"


def tally_periods(panel: DiaryPanel, outcome: str, *, treatment: str = "treatment", period: str = "period") -> pd.DataFrame:
    """One row per person and period in which the person told of a night.

    Returns
    -------
    pandas.DataFrame
        ``person`` (name for pages), ``period``, ``treatment``, ``order`` of the person's treatments, ``n_nights`` told,
        ``n_events``, ``rate`` a week, ``is_whole`` (the person told of every period of the trial).
    """
    panel.require(treatment, period)
    states = find_states(panel, outcome)
    names = np.array(name_persons(panel), dtype=object)[panel.codes]
    frame = pd.DataFrame({"code": panel.codes, "person": names, "period": panel.table[period].to_numpy(),
                          "treatment": panel.table[treatment].to_numpy(), "yes": states == YES, "told": states >= NO})
    # a missed night of a period keeps its treatment only where the diary says so; the periods are those told
    frame = frame[frame["told"] & frame["period"].notna() & frame["treatment"].notna()]
    if frame.empty:
        raise DataError(f"no night told has a {treatment!r} and a {period!r}; a crossover cannot be drawn.")
    rates = frame.groupby(["code", "person", "period"], sort=True).agg(
        treatment=("treatment", "first"), kinds=("treatment", "nunique"), n_nights=("told", "sum"), n_events=("yes", "sum"),
    ).reset_index()
    if (mixed := rates["kinds"] > 1).any():
        raise DataError(
            f"{int(mixed.sum())} person-period(s) hold nights of two treatments (first: {rates.loc[mixed, 'person'].iloc[0]}, "
            f"period {rates.loc[mixed, 'period'].iloc[0]}); one treatment a period is expected."
        )
    orders = rates.groupby("code")["treatment"].agg(lambda told: f" {ARROW} ".join(first_upper(level_words(one)) for one in told))
    whole = rates.groupby("code")["period"].nunique() == rates["period"].nunique()
    rates = rates.assign(order=rates["code"].map(orders), is_whole=rates["code"].map(whole),
                         rate=WEEK * rates["n_events"] / rates["n_nights"])
    # persons who told of a part of the trial come last
    return rates.sort_values(["is_whole", "order", "code", "period"], ascending=[False, True, True, True], kind="stable").drop(
        columns=["kinds", "code"]).reset_index(drop=True)


def crossover_note(rates: pd.DataFrame) -> str:
    """Who is not in the means."""
    n = rates.loc[~rates["is_whole"], "person"].nunique()
    return f"{n} person(s) told of a part of the periods only and are not in the means." if n else ""
