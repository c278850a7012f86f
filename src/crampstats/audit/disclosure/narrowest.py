"""The hidden number of a release that an outsider knows best, without working out what is known of every other one."""

from __future__ import annotations

import numpy as np

from crampstats.audit.disclosure.knowledge import CEILING, Publication
from crampstats.audit.disclosure.released import Release
from crampstats.audit.disclosure.shapes import Key
from crampstats.audit.disclosure.system import TOLERANCE, Floats, solve


def narrowest_bounds(release: Release) -> tuple[float, float] | None:
    """Least and greatest value of the hidden cell that is known best, by everything printed.

    Parameters
    ----------
    release
        What is printed.

    Returns
    -------
    tuple of float
        One with the least difference of all rows of `Release.bounds`; inf where there is no upper bound. None where nothing is
        hidden.
    """
    hidden: dict[str, dict[Key, None]] = {}
    for table in release.tables:
        own = hidden.setdefault(table.shape.universe, {})
        own |= {table.shape.key(cell): None for cell, value in table.printed.items() if value is None}
    known = release.publications()
    found = [_narrowest(known[name], list(keys)) for name, keys in hidden.items() if keys]
    return min(found, key=lambda one: (one[1] - one[0], one[0]), default=None)


def _narrowest(told: Publication, keys: list[Key]) -> tuple[float, float]:
    """Every table that fits shows how far apart the values of each cell are at least, so few cells need their own programmes."""
    places = [told.system.places[key] for key in keys]
    seen = _Seen(places)
    for sign in (1.0, -1.0):
        seen.add(_extreme(told, places, sign))
    best, left = (-np.inf, np.inf), set(range(len(keys)))
    while left:
        least = min(left, key=lambda one: (seen.high[one] - seen.low[one], one))
        if best[0] > -np.inf and seen.high[least] - seen.low[least] >= best[1] - best[0] - TOLERANCE:
            break
        left.discard(least)
        for sign in (1.0, -1.0):
            seen.add(_extreme(told, [places[least]], sign))
        low, high = float(seen.low[least]), float(seen.high[least])
        high = np.inf if high > CEILING / 1e3 else high
        if best[0] == -np.inf or high - low < best[1] - best[0]:
            best = (low, high)
    return best


class _Seen:
    """Least and greatest value of each cell in the tables found so far."""

    def __init__(self, places: list[int]) -> None:
        self.places = places
        self.low, self.high = np.full(len(places), np.inf), np.full(len(places), -np.inf)

    def add(self, values: Floats | None) -> None:
        """One more table."""
        if values is not None:
            self.low, self.high = np.minimum(self.low, values[self.places]), np.maximum(self.high, values[self.places])


def _extreme(told: Publication, places: list[int], sign: float) -> Floats | None:
    """A table that fits what is printed, with the least (sign 1) or greatest (-1) sum of these cells."""
    low, high = told.ranges()
    cost = np.zeros(len(low))
    cost[places] = sign
    return solve(told.system.matrix, cost, low, np.minimum(high, CEILING))
