"""Which cells to hide: the sensitive ones, and as few others as keep an outsider from working those out.

The rule. A sensitive cell is protected if the counts an outsider cannot rule out for it reach from 1 (or below) to the highest
hidden count (or above). An outsider knows every count shown (where it is rounded, the range it stands for), every sum, and that a
hidden count is at least 1 where zeros are always shown. Where the zeros shown say more by themselves (a margin over three cells
that are not 0 is at least 3), that least value takes the place of 1, and an outsider who does not know that zeros are shown must
not rule out 1.

The search. What must not be ruled out is a table with that value in the cell. Of all tables with nothing but non-negative counts
the one is taken that departs least from what is shown, each person counted by the size of the cell; the cells in which it departs
are hidden. Hiding only widens what is possible, so a table once found stays possible, and one pass over the sensitive cells is
enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.sparse import csc_array, hstack

from crampstats.audit.disclosure.knowledge import CEILING
from crampstats.audit.disclosure.system import TOLERANCE, Floats, solve


@dataclass(frozen=True)
class Goal:
    """A value an outsider must not be able to rule out: at most `value` in a cell, or at least (`above`)."""

    place: int
    value: int
    above: bool
    zeros_shown: bool = True

    def reached(self, values: Floats) -> bool:
        """Whether a table reaches it."""
        at = values[self.place]
        return bool(at >= self.value - TOLERANCE if self.above else at <= self.value + TOLERANCE)


@dataclass(eq=False)
class Board:
    """Cells, some hidden; arrays of one length.

    Parameters
    ----------
    matrix
        `matrix @ cells = 0`.
    low, high
        What is known of a cell that is shown.
    floor
        What is known of a cell that is hidden, where zeros are always shown.
    movable
        Cells that may be hidden.
    cost
        Of hiding a cell, for each person it departs by.
    hidden
        Cells that are hidden.
    whole
        Whether to look for whole numbers, where the linear programme may promise more than they keep.
    """

    matrix: csc_array
    low: Floats
    high: Floats
    floor: Floats
    movable: Floats
    cost: Floats
    hidden: Floats
    whole: bool = False
    witnesses: dict[Goal, Floats] = field(default_factory=dict)

    def bounds(self, *, zeros_shown: bool = True) -> tuple[Floats, Floats]:
        """Lowest and highest value of every cell by itself."""
        floor = self.floor if zeros_shown else np.zeros(len(self.floor))
        return np.where(self.hidden, floor, self.low), np.where(self.hidden, CEILING, np.minimum(self.high, CEILING))

    def protect(self, goals: Iterable[Goal]) -> Sequence[Goal]:
        """Hide what it takes; the goals that cannot be reached."""
        return [goal for goal in goals if not self._reach(goal)]

    def _reach(self, goal: Goal) -> bool:
        served = (one for other, one in self.witnesses.items() if self._serves(other, goal) and goal.reached(one))
        known = next(served, None)
        known = self._hide_for(goal) if known is None else known
        if known is not None:
            self.witnesses[goal] = known
        return known is not None

    def _hide_for(self, goal: Goal) -> Floats | None:
        """Hide what a goal takes; its table, or None where there is none."""
        found = self.depart(goal)
        if found is None:
            return None
        self._hide_where(found)
        if not self.whole or np.abs(found - np.round(found)).max() < TOLERANCE:
            return found
        # what the linear programme hides mostly lets whole numbers reach the goal as well; to search for both at once is slow
        exact = self.possible(goal)
        exact = self.depart(goal, whole=True) if exact is None else exact
        if exact is not None:
            self._hide_where(exact)
        return exact

    def _hide_where(self, values: Floats) -> None:
        self.hidden |= self.movable & self._departs(values)

    @staticmethod
    def _serves(found: Goal, goal: Goal) -> bool:
        """Whether a table found for one goal may be taken for another: one without zeros fits either."""
        return found.zeros_shown or not goal.zeros_shown

    def _departs(self, values: Floats) -> Floats:
        return ~self.hidden & ((values > self.high + TOLERANCE) | (values < self.low - TOLERANCE))

    def depart(self, goal: Goal, *, whole: bool = False) -> Floats | None:
        """The table that reaches a goal and departs least from what is shown; None where there is none."""
        low, high = self.bounds(zeros_shown=goal.zeros_shown)
        if goal.above:
            low[goal.place] = max(low[goal.place], goal.value)
        else:
            high[goal.place] = min(high[goal.place], goal.value)
        least = self.floor if goal.zeros_shown else np.zeros(len(self.floor))
        # a cell is what is shown, plus what it departs upwards, less what it departs downwards
        place = np.flatnonzero(self.movable & ~self.hidden)
        steps, k = self.matrix[:, place], len(place)
        down = np.maximum(low[place] - least[place], 0.0)
        found = solve(
            hstack([self.matrix, steps, -steps], format="csc"),
            np.concatenate([np.zeros(len(low)), self.cost[place], self.cost[place]]),
            np.concatenate([low, np.zeros(2 * k)]), np.concatenate([high, np.full(k, CEILING), down]), whole=whole,
        )
        if found is None:
            return None
        values = found[: len(low)].copy()
        values[place] += found[len(low) : len(low) + k] - found[len(low) + k :]
        return values

    def show_again(self, places: Iterable[int], goals: Sequence[Goal]) -> None:
        """Show hidden cells again, in the order given, where every goal stays within reach."""
        for place in places:
            self.hidden[place] = False
            found = self._witnesses_without(place, goals)
            if found is None:
                self.hidden[place] = True
            else:
                self.witnesses |= found

    def _witnesses_without(self, place: int, goals: Sequence[Goal]) -> dict[Goal, Floats] | None:
        """New tables for the goals whose table departs in a cell that is shown now; None where one has none."""
        found: dict[Goal, Floats] = {}
        for goal in goals:
            old = self.witnesses.get(goal)
            if old is not None and self.low[place] - TOLERANCE <= old[place] <= self.high[place] + TOLERANCE:
                found[goal] = old
                continue
            new = self.possible(goal)
            if new is None:
                return None
            found[goal] = new
        return found

    def unreached(self, goals: Sequence[Goal]) -> list[Goal]:
        """The goals that no table that fits what is shown reaches."""
        found = {zeros_shown: self._extremes(goals, zeros_shown=zeros_shown) for zeros_shown in (True, False)}
        left = []
        for goal in goals:
            if any(goal.reached(one) for one in found[goal.zeros_shown]):
                continue
            table = self.possible(goal)
            if table is None:
                left.append(goal)
            else:
                found[goal.zeros_shown].append(table)
        return left

    def _extremes(self, goals: Sequence[Goal], *, zeros_shown: bool) -> list[Floats]:
        """The tables in which the cells of the goals are least, and greatest, together: they serve most goals at once."""
        places = list({goal.place for goal in goals if goal.zeros_shown == zeros_shown})
        cost = np.zeros(len(self.floor))
        cost[places] = 1.0
        low, high = self.bounds(zeros_shown=zeros_shown)
        tables = [solve(self.matrix, sign * cost, low, high, whole=self.whole) for sign in (1.0, -1.0)] if places else []
        return [one for one in tables if one is not None]

    def nearest(self, goal: Goal) -> Goal:
        """The goal that comes nearest to one that is out of reach."""
        cost = np.zeros(len(self.floor))
        cost[goal.place] = -1.0 if goal.above else 1.0
        found = solve(self.matrix, cost, *self.bounds(zeros_shown=goal.zeros_shown), whole=self.whole)
        if found is None:
            return goal
        at = found[goal.place]
        value = min(goal.value, np.floor(at + TOLERANCE)) if goal.above else max(goal.value, np.ceil(at - TOLERANCE))
        return replace(goal, value=int(value))

    def possible(self, goal: Goal) -> Floats | None:
        """A table that fits what is shown and reaches a goal."""
        low, high = self.bounds(zeros_shown=goal.zeros_shown)
        if goal.above:
            low[goal.place] = max(low[goal.place], goal.value)
        else:
            high[goal.place] = min(high[goal.place], goal.value)
        return solve(self.matrix, np.zeros(len(low)), low, high, whole=self.whole)
