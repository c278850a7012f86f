"""All cells of a universe as one linear system: every margin is the sum of what it sums, in every table where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from crampstats.audit.disclosure.shapes import Key, Shape

if TYPE_CHECKING:
    from scipy.sparse import csc_array

Floats = np.ndarray
# tables that close a ring (A by B, B by C, C by A) say more together than their margins do; the full cross of their dimensions is
# added up to this many cells
MOST_CROSSED = 3_000
TOLERANCE = 1e-6
NEAR_BEST = 0.25


@dataclass(frozen=True, eq=False)
class System:
    """Cells as variables, `matrix @ cells = 0`.

    Parameters
    ----------
    shapes
        Tables of one universe.
    """

    shapes: tuple[Shape, ...]

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """Every cell once, in order of first appearance; then those of the full cross where one is needed."""
        shown = dict.fromkeys(shape.key(cell) for shape in self.shapes for cell in shape.cells)
        return tuple(dict.fromkeys((*shown, *(part for _, parts in self._crossed for part in parts))))

    @cached_property
    def places(self) -> dict[Key, int]:
        """Where each cell stands."""
        return {key: place for place, key in enumerate(self.keys)}

    @cached_property
    def n_published(self) -> int:
        """Cells that stand in a table; they come first."""
        return len({shape.key(cell) for shape in self.shapes for cell in shape.cells})

    @cached_property
    def sums(self) -> tuple[tuple[Key, tuple[Key, ...]], ...]:
        """Each margin with the cells it is the sum of; a cell has one line for each table in which it is a margin."""
        lines = [
            (shape.key(cell), tuple(shape.key(part) for part in shape.parts(cell)))
            for shape in self.shapes for cell in shape.cells if "" in cell
        ]
        return tuple(dict.fromkeys((*lines, *self._crossed)))

    @cached_property
    def _crossed(self) -> tuple[tuple[Key, tuple[Key, ...]], ...]:
        ring = _ring([set(shape.names) for shape in self.shapes])
        levels = {name: labels for shape in self.shapes for name, labels in shape.dimensions}
        names = [name for name in levels if any(name in one for one in ring)]
        if not ring or prod(len(levels[name]) for name in names) > MOST_CROSSED:
            return ()
        return tuple(_crossed_sum(fixed, names, levels) for one in ring for fixed in _combinations(one, levels))

    @cached_property
    def is_whole(self) -> bool:
        """Whether the cells hold all that the tables say together; False where they close a ring too large to be crossed."""
        return bool(self._crossed) or not _ring([set(shape.names) for shape in self.shapes])

    @cached_property
    def is_network(self) -> bool:
        """Whether whole numbers reach the bounds of the linear programme: one table of at most two dimensions."""
        return len(self.shapes) == 1 and len(self.shapes[0].names) <= 2

    @cached_property
    def matrix(self) -> csc_array:
        """One row per sum: the margin less its parts."""
        from scipy.sparse import csc_array

        entries = [
            (row, self.places[key], sign)
            for row, (margin, parts) in enumerate(self.sums)
            for key, sign in ((margin, 1.0), *((part, -1.0) for part in parts))
        ]
        rows, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
        return csc_array((values, (rows, columns)), shape=(len(self.sums), len(self.keys)))


def _combinations(names: set[str], levels: dict[str, tuple[str, ...]]) -> list[Key]:
    ordered = [name for name in levels if name in names]
    return [frozenset(zip(ordered, chosen, strict=True)) for chosen in product(*(levels[name] for name in ordered))]


def _crossed_sum(fixed: Key, names: Sequence[str], levels: dict[str, tuple[str, ...]]) -> tuple[Key, tuple[Key, ...]]:
    """A cell as the sum of cells of the full cross."""
    known = dict(fixed)
    choices = [(known[name],) if name in known else levels[name] for name in names]
    return fixed, tuple(frozenset(zip(names, chosen, strict=True)) for chosen in product(*choices))


def _ring(edges: Sequence[set[str]]) -> list[set[str]]:
    """Sets of dimensions that close a ring (Graham's reduction of a hypergraph); none where tables join like a tree."""
    left = [set(edge) for edge in edges]
    while True:
        lone = {name for edge in left for name in edge if sum(name in other for other in left) == 1}
        fewer = [edge - lone for edge in left]
        kept = [
            edge for place, edge in enumerate(fewer)
            if not any(edge < other or (edge == other and place > at) for at, other in enumerate(fewer) if at != place)
        ]
        kept = [edge for edge in kept if edge]
        if kept == left:
            return kept if len(kept) > 1 else []
        left = kept


def solve(matrix: csc_array, cost: Floats, low: Floats, high: Floats, *, whole: bool = False) -> Floats | None:
    """Least-cost values within bounds with `matrix @ values = 0`, in whole numbers if asked for; None where there are none."""
    if (low > high).any():
        return None
    found = _solve(matrix, cost, low, high, whole=False)
    # most programmes on counts have whole solutions anyway, and the search for them is slow
    if found is None or not whole or np.abs(found - np.round(found)).max() < TOLERANCE:
        return found
    return _solve(matrix, cost, low, high, whole=True)


def _solve(matrix: csc_array, cost: Floats, low: Floats, high: Floats, *, whole: bool) -> Floats | None:
    from scipy.optimize import Bounds, LinearConstraint, milp

    constraints = [LinearConstraint(matrix, 0.0, 0.0)] if matrix.shape[0] else []
    kinds = np.full(len(cost), int(whole))
    # a whole solution that costs a little more than the best is as safe, and found many times faster
    found = milp(cost, integrality=kinds, bounds=Bounds(low, high), constraints=constraints, options={"mip_rel_gap": NEAR_BEST})
    return None if found.x is None else np.asarray(found.x)
