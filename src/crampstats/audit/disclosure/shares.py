"""Shares from counts that are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from crampstats.audit.disclosure.profiles import Profile
from crampstats.audit.disclosure.shapes import Cell, Shape
from crampstats.core.errors import OptionError, unknown_name
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.estimate.intervals import Shares, check_level, proportion_interval

# what makes a numerator or a denominator: a level or several, by dimension
Levels = Mapping[str, str | Sequence[str]]
Printed = Mapping[Cell, int | None]
SUPPRESSED = "suppressed: a count it is made of is hidden"
EMPTY = "nobody to take a share of"


def estimate_shares(
    shape: Shape, printed: Printed, profile: Profile, event: Levels, among: Levels, level: float
) -> Estimates:
    """Shares by the dimensions that neither `event` nor `among` names; see `ReleasedTable.shares`."""
    check_level(level)
    top, base = _chosen(shape, event), _chosen(shape, among)
    _check(top, base)
    by = [place for place, name in enumerate(shape.names) if name not in {**top, **base}]
    usable = _whole_totals(shape, printed) if profile.totals_of_shown else printed
    rows = [_row(shape, usable, cell, top, base) for cell in _groups(shape, by)]
    frame = _with_interval(pd.DataFrame(rows), level)
    names = tuple(shape.names[place] for place in by)
    words = "; ".join(f"{name}: {' or '.join(levels)}" for name, levels in top.items())
    rounded = f" of counts rounded to {profile.round_to}" if profile.round_to > 1 else ""
    return Estimates(
        frame.assign(measure="share", outcome=words), names, method=f"Share{rounded} with exact (Clopper-Pearson) interval, "
        "from the counts shown.", confidence_level=level, population=shape.universe, weights="unweighted",
        labels={name: Label(name, levels=dict(shape.dimensions)[name]) for name in names},
    )


def _whole_totals(shape: Shape, printed: Printed) -> Printed:
    """What is printed, less the totals that leave a hidden count out: a share of them would be of some groups only."""
    partial = {cell for cell in shape.cells if "" in cell and any(printed[one] is None for one in shape.inner(cell))}
    return {cell: None if cell in partial else value for cell, value in printed.items()}


def _chosen(shape: Shape, levels: Levels) -> dict[str, tuple[str, ...]]:
    """The levels by dimension, checked against the table."""
    found = {name: (one,) if isinstance(one, str) else tuple(one) for name, one in levels.items()}
    for name, chosen in found.items():
        for one in chosen:
            if not one:
                raise unknown_name(f"level of {name!r}", one, dict(shape.dimensions).get(name, ()))
            shape.find({name: one})
    return found


def _check(event: Mapping[str, tuple[str, ...]], among: Mapping[str, tuple[str, ...]]) -> None:
    if not event or not all(event.values()):
        raise OptionError("a share needs an event: {'cramps': 'yes'}.")
    for name, levels in among.items():
        if outside := [one for one in event.get(name, ()) if one not in levels]:
            raise OptionError(f"{name} {outside[0]!r} is an event, but not among what it is a share of: {', '.join(levels)}.")


def _groups(shape: Shape, by: Sequence[int]) -> list[Cell]:
    """Cells of the other dimensions, the named ones open."""
    return list(product(*((*levels, "") if place in by else ("",) for place, (_, levels) in enumerate(shape.dimensions))))


def _row(
    shape: Shape, printed: Printed, cell: Cell, event: Mapping[str, Sequence[str]], among: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    # a dimension the event does not narrow is counted as in the denominator
    events, n = _sum(shape, printed, cell, {**among, **event}), _sum(shape, printed, cell, among)
    row: dict[str, Any] = dict(zip(shape.names, cell, strict=True))
    if events is None or n is None:
        return {**row, "estimate": np.nan, "n": pd.NA, "n_events": pd.NA, "caution": SUPPRESSED}
    if n == 0:
        return {**row, "estimate": np.nan, "n": 0, "n_events": 0, "caution": EMPTY}
    # totals rounded by themselves may fall short of what they sum
    events = min(events, n)
    return {**row, "estimate": events / n, "n": n, "n_events": events, "caution": ""}


def _sum(shape: Shape, printed: Printed, cell: Cell, chosen: Mapping[str, Sequence[str]]) -> int | None:
    """Sum of cells; None where one of them is hidden."""
    choices = [chosen.get(name, (level,)) for name, level in zip(shape.names, cell, strict=True)]
    values = [printed[one] for one in product(*choices)]
    return None if any(value is None for value in values) else sum(value for value in values if value is not None)


def _with_interval(frame: pd.DataFrame, level: float) -> pd.DataFrame:
    share = frame["estimate"].to_numpy(dtype=float)
    n = frame["n"].astype("Int64").to_numpy(dtype=float, na_value=np.nan)
    known = ~np.isnan(share)
    low, high = np.full(len(frame), np.nan), np.full(len(frame), np.nan)
    zeros = np.zeros(int(known.sum()))
    low[known], high[known] = proportion_interval(Shares(share[known], zeros, zeros, n[known]), "exact", level)
    return frame.assign(conf_low=low, conf_high=high, std_error=np.nan, unit="")
