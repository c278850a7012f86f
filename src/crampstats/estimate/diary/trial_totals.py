"""Cramps and nights of each person and period of a trial, and the arms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crampstats.core.diary import DiaryPanel
from crampstats.core.errors import DataError, OptionError
from crampstats.estimate.diary.rate_sums import cramp_values
from crampstats.estimate.sums import Floats

PLACEBO = ("placebo", "control", "usual care", "no treatment", "none")  # taken as the reference when none is named


@dataclass(frozen=True)
class Arms:
    """The two treatments compared."""

    active: str
    reference: str

    @property
    def words(self) -> str:
        """As a level of the result."""
        return f"{self.active} vs {self.reference}"


def read_arms(panel: DiaryPanel, treatment: str, where: NDArray[np.bool_], reference: str | None) -> Arms:
    """The two arms of the nights in `where`; the reference is the one named, a placebo, or the first by declared order.

    Raises
    ------
    OptionError
        The column is not there, or the reference is none of its levels.
    DataError
        There are not exactly two arms.
    """
    panel.require(treatment)
    levels = [str(one) for one in pd.unique(panel.table.loc[where, treatment].dropna())]
    label = panel.labels.get(treatment)
    levels = sorted(levels, key=label.rank if label else lambda name: (0, name))
    if len(levels) != 2:
        raise DataError(
            f"{treatment!r} has {len(levels)} level(s) in the nights compared ({', '.join(levels) or 'none'}); exactly two "
            "treatments can be compared: take a subset of the diary."
        )
    if reference is not None and reference not in levels:
        raise OptionError(f"reference {reference!r} is none of the treatments ({', '.join(levels)}).")
    chosen = reference or next((one for one in levels if one.lower() in PLACEBO), levels[0])
    return Arms(next(one for one in levels if one != chosen), chosen)


def outcome_values(panel: DiaryPanel, outcome: str) -> Floats:
    """What is counted each night; 0 cramps in a night without one, where the diary also asks whether there was one."""
    panel.require(outcome)
    if outcome == "cramps":
        many = cramp_values(panel)[1]
        return panel.values(outcome) if many is None else many
    values = panel.values(outcome)
    if (bad := ~np.isnan(values) & ~((values >= 0) & np.isfinite(values))).any():
        raise DataError(f"{outcome!r} holds {int(bad.sum())} value(s) that are no counts.")
    return values


def period_totals(
    panel: DiaryPanel, values: Floats, treatment: str, period: str, *, skip: int = 0
) -> pd.DataFrame:
    """One row per person and period: ``person`` (number), ``period``, ``treatment``, ``events``, ``nights``, in order.

    Nights without an answer, treatment or period are left out, and the first `skip` nights of a period (counted from its first
    logged night).

    Raises
    ------
    DataError
        A person has two treatments in one period, or nothing is left.
    """
    panel.require(treatment, period)
    table = panel.table
    known = panel.inside & table[[treatment, period]].notna().all(axis=1).to_numpy(dtype=bool)
    given = pd.DataFrame({
        "person": panel.codes[known], "period": table.loc[known, period].to_numpy(), "night": panel.nights[known],
        "treatment": table.loc[known, treatment].astype(str).to_numpy(dtype=object), "events": values[known],
    })
    keys = ["person", "period"]
    given = given[given["night"] - given.groupby(keys)["night"].transform("min") >= skip].dropna(subset=["events"])
    if not len(given):
        raise DataError(f"no logged night has a known {treatment!r} and {period!r} and an answer; nothing can be compared.")
    made = given.groupby(keys, sort=True).agg(
        treatment=("treatment", "first"), arms=("treatment", "nunique"), events=("events", "sum"), nights=("events", "size")
    ).reset_index()
    if mixed := int((made["arms"] > 1).sum()):
        raise DataError(
            f"{mixed} period(s) of a person have nights of both treatments; a period is on one treatment: number the periods "
            f"anew, or leave {treatment!r} empty in a washout."
        )
    return made.drop(columns="arms")


def person_arms(panel: DiaryPanel, treatment: str) -> NDArray[Any]:
    """Treatment of each person of a parallel trial, None without one.

    Raises
    ------
    DataError
        A person has two.
    """
    panel.require(treatment)
    given = pd.DataFrame({"person": panel.codes, "arm": panel.table[treatment].to_numpy(dtype=object)}).dropna()
    counts = given.groupby("person")["arm"].nunique()
    if twice := int((counts > 1).sum()):
        raise DataError(
            f"{twice} person(s) have more than one {treatment!r}; in a parallel trial each has one (a crossover is compared by "
            "compare_treatments_crossover)."
        )
    arms: NDArray[Any] = np.full(len(panel.persons), None, dtype=object)
    first = given.drop_duplicates("person")
    arms[first["person"].to_numpy()] = first["arm"].astype(str)
    return arms
