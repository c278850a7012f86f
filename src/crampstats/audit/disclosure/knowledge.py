"""What an outsider knows of each cell of a release, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from crampstats.audit.disclosure.profiles import Profile
from crampstats.audit.disclosure.shapes import Key, Shape
from crampstats.audit.disclosure.system import Floats, System, solve

# no clinic has more patients; bounds above it read "no upper bound"
CEILING = 1e9


@dataclass(frozen=True, eq=False)
class Publication:
    """Tables of one universe with what is printed in them.

    Parameters
    ----------
    system
        The cells.
    profile
        The rule, which is public.
    printed
        What is printed of each cell; None where it is hidden.
    """

    system: System
    profile: Profile
    printed: Mapping[Key, int | None]

    @cached_property
    def telling(self) -> frozenset[Key]:
        """Cells of a split whose 0 may be hidden."""
        return telling_cells(self.system.shapes) if self.profile.hides else frozenset()

    @cached_property
    def by_itself(self) -> frozenset[Key]:
        """Cells that are printed by themselves: all, or the inner cells where totals are sums of what is shown."""
        shapes = self.system.shapes
        return frozenset(
            shape.key(cell) for shape in shapes for cell in shape.cells if not (self.profile.totals_of_shown and "" in cell)
        )

    def floor(self, key: Key) -> int:
        """The least a hidden cell can be: 1 where a 0 is always shown."""
        return 0 if self.profile.hide_zero or key in self.telling else 1

    @cached_property
    def floors(self) -> Floats:
        """`floor` of every cell; 0 for the full cross."""
        n = self.system.n_published
        return np.array([float(self.floor(key)) if place < n else 0.0 for place, key in enumerate(self.system.keys)])

    def ranges(self, *, zeros_shown: bool = True) -> tuple[Floats, Floats]:
        """Lowest and highest count of every cell by itself, with or without the knowledge that zeros are shown."""
        low = self.floors.copy() if zeros_shown else np.zeros(len(self.system.keys))
        high = np.full(len(low), np.inf)
        for key, value in self.printed.items():
            if key not in self.by_itself:
                low[self.system.places[key]] = 0.0
            elif value is not None:
                low[self.system.places[key]], high[self.system.places[key]] = self.profile.range_of(value)
        return low, high

    def bounds(self, key: Key) -> tuple[float, float]:
        """Least and greatest value of a cell that fits everything printed; inf where there is no upper bound."""
        return bounds_of(self.system, *self.ranges(), self.system.places[key])


def bounds_of(system: System, low: Floats, high: Floats, place: int, *, whole: bool = False) -> tuple[float, float]:
    """Least and greatest value of one cell; NaN where nothing fits."""
    found = []
    for sign in (1.0, -1.0):
        cost = np.zeros(len(low))
        cost[place] = sign
        values = solve(system.matrix, cost, low, np.minimum(high, CEILING), whole=whole)
        # no minus zero
        found.append(np.nan if values is None else values[place] + 0.0)
    return found[0], np.inf if found[1] > CEILING / 1e3 else found[1]


def telling_cells(shapes: Sequence[Shape]) -> frozenset[Key]:
    """Cells that say how many of a group have one level of the split: 0 or all of them would tell of each member."""
    splits = {shape.split: frozenset(shape.not_known) for shape in shapes if shape.split}
    keys = {shape.key(cell) for shape in shapes for cell in shape.cells}
    return frozenset(
        key for key in keys if any(name in splits and level not in splits[name] for name, level in key)
    )


def told_groups(shapes: Sequence[Shape], counts: Mapping[Key, int]) -> frozenset[Key]:
    """Cells with a level of the split that nobody, or everybody whose answer is known, of a group with answers has.

    Groups of which a count is not given are left out.
    """
    found = set()
    for shape in shapes:
        for name, levels in shape.dimensions:
            unknown = next((one.not_known for one in shapes if one.split == name), None)
            if unknown is not None:
                found |= _told(shape, name, [level for level in levels if level not in unknown], counts)
    return frozenset(found)


def _told(shape: Shape, name: str, levels: Sequence[str], counts: Mapping[Key, int]) -> set[Key]:
    place, found = shape.names.index(name), set()
    for cell in shape.cells:
        if cell[place]:
            continue
        keys = [shape.key((*cell[:place], level, *cell[place + 1 :])) for level in levels]
        if all(key in counts for key in keys):
            known = sum(counts[key] for key in keys)
            found |= {key for key in keys if known and counts[key] in (0, known)}
    return found
