"""What a lasagna plot shows: states of nights as a rectangle, persons in the order of their rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from crampstats.core.errors import DataError, OptionError, unknown_name
from crampstats.present.diaries import OUTSIDE, find_states, order_by_share, pick_evenly, tally_persons
from crampstats.present.wording import format_count

if TYPE_CHECKING:
    import pandas as pd

    from crampstats.core.diary import DiaryPanel

ACROSS = ("diary_day", "date")
Across = Literal["diary_day", "date"]
MOST, MOST_NIGHTS = 400, 800  # more rows or columns than these are thinner than a printed dot


@dataclass(frozen=True)
class LasagnaRows:
    """What a lasagna plot shows.

    Parameters
    ----------
    grid
        State of each night (see `find_states`), persons x nights, in the order drawn.
    tallies
        One row per person drawn.
    first
        First night of the columns (date), or 1 (day of the diary).
    n_persons
        Persons with a night in the domain, drawn or not.
    n_cut
        Nights beyond the last column.
    """

    grid: np.ndarray
    tallies: pd.DataFrame
    first: int
    n_persons: int
    n_cut: int


def read_lasagna(panel: DiaryPanel, outcome: str, *, across: Across = "diary_day", most: int = MOST) -> LasagnaRows:
    """States of the nights as a rectangle, persons in the order drawn."""
    if across not in ACROSS:
        raise unknown_name("way of laying out nights", across, ACROSS)
    if most < 1:
        raise OptionError(f"most = {most}; at least 1 person is expected.")
    states, tallies = find_states(panel, outcome), tally_persons(panel, outcome)
    present = np.flatnonzero(tallies["n_nights"] > 0)
    if not len(present):
        raise DataError("no night of the diary is in the domain; nothing can be drawn.")
    order = present[order_by_share(tallies.iloc[present].reset_index(drop=True))]
    drawn = order[pick_evenly(len(order), most)]
    ranks = np.full(len(tallies), -1, dtype=np.int64)
    ranks[drawn] = np.arange(len(drawn))
    kept = (states != OUTSIDE) & (ranks[panel.codes] >= 0)
    codes, nights = panel.codes[kept], panel.nights[kept]
    firsts = np.full(len(tallies), np.iinfo(np.int64).max)
    np.minimum.at(firsts, codes, nights)
    origin = int(nights.min())
    places = nights - (firsts[codes] if across == "diary_day" else origin)
    shown = places < MOST_NIGHTS
    grid = np.full((len(drawn), int(places[shown].max()) + 1), OUTSIDE, dtype=np.int8)
    grid[ranks[codes[shown]], places[shown]] = states[kept][shown]
    return LasagnaRows(grid, tallies.iloc[drawn].reset_index(drop=True), 1 if across == "diary_day" else origin, len(present),
                       int((~shown).sum()))


def lasagna_note(rows: LasagnaRows) -> str:
    """How many persons and nights are drawn of how many; "" when all are."""
    words = []
    if len(rows.grid) < rows.n_persons:
        words.append(f"{format_count(len(rows.grid))} of {format_count(rows.n_persons)} persons are drawn, evenly spaced in the "
                     "order of the rate.")
    if rows.n_cut:
        words.append(f"{format_count(rows.n_cut)} nights after the first {MOST_NIGHTS} are not drawn.")
    return " ".join(words)
