"""What is hidden of one universe: the sensitive cells, those that protect them, and the proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from crampstats.audit.disclosure.knowledge import CEILING, Publication, bounds_of, told_groups
from crampstats.audit.disclosure.profiles import Profile
from crampstats.audit.disclosure.protecting import Board, Goal
from crampstats.audit.disclosure.shapes import Key, Shape
from crampstats.audit.disclosure.system import TOLERANCE, Floats, System
from crampstats.core.errors import DataError

# systems up to this many cells are searched in whole numbers where the linear programme may promise too much
MOST_WHOLE = 400


@dataclass(frozen=True, eq=False)
class Universe:
    """Counts of one universe and the rule they are published by.

    Parameters
    ----------
    shapes
        The tables.
    counts
        True count of every cell.
    profile
        The rule.
    """

    shapes: tuple[Shape, ...]
    counts: Mapping[Key, int]
    profile: Profile

    @cached_property
    def open(self) -> Publication:
        """Everything printed, as if nothing were sensitive."""
        system = System(self.shapes)
        return Publication(system, self.profile, {key: self.profile.rounded(n) for key, n in self.counts.items()})

    @property
    def system(self) -> System:
        """The cells."""
        return self.open.system

    @cached_property
    def sensitive(self) -> tuple[Key, ...]:
        """Cells whose count may not be known: small ones, and nobody or everybody of a group."""
        told = told_groups(self.shapes, self.counts) if self.profile.hides else frozenset()
        return tuple(key for key in self.counts if self.profile.is_small(self.counts[key]) or key in told)

    @cached_property
    def guarded(self) -> tuple[Key, ...]:
        """Sensitive cells that are small or 0; with those protected, "everybody" cannot be known either."""
        return tuple(key for key in self.sensitive if self.counts[key] <= self.profile.hide_up_to)

    @cached_property
    def least(self) -> Mapping[Key, int]:
        """What the zeros shown say of each guarded cell by themselves."""
        zero = np.array([self.counts.get(key, 1) == 0 and key not in self.sensitive for key in self.system.keys])
        low = np.where(zero, 0.0, self.open.floors)
        high = np.where(zero, 0.0, CEILING)
        return {key: self._least(key, low, high) for key in self.guarded}

    def _least(self, key: Key, low: Floats, high: Floats) -> int:
        margin = any(shape.key(cell) == key for shape in self.shapes for cell in shape.cells if "" in cell)
        if not margin or not self.open.floor(key):
            return self.open.floor(key)
        return int(np.ceil(bounds_of(self.system, low, high, self.system.places[key])[0] - TOLERANCE))

    @cached_property
    def goals(self) -> tuple[Goal, ...]:
        """What must not be ruled out: large cells first, whose tables serve many others."""
        found = []
        for key in sorted(self.guarded, key=lambda one: -self.counts[one]):
            place, least = self.system.places[key], self.least[key]
            found += [Goal(place, self.profile.hide_up_to, True), Goal(place, max(1, least), False)]
            if least > 1:
                found.append(Goal(place, 1, False, zeros_shown=False))
        return tuple(found)

    def board(self) -> Board:
        """The cells with the sensitive ones hidden."""
        system = self.system
        low, high = self.open.ranges()
        hidden = np.zeros(len(low), dtype=bool)
        hidden[[system.places[key] for key in self.sensitive]] = True
        hidden[system.n_published :] = True
        counts = np.array([float(self.counts.get(key, 0)) for key in system.keys])
        by_itself = np.array([key in self.open.by_itself for key in system.keys])
        movable = ~hidden & by_itself & (counts > 0)
        whole = not system.is_network and len(system.keys) <= MOST_WHOLE
        return Board(system.matrix, low, high, self.open.floors, movable, np.maximum(counts, 1.0), hidden, whole)

    def hide(self) -> frozenset[Key]:
        """The cells to hide, so that no sensitive one can be worked out.

        Raises
        ------
        DataError
            The tables cannot be of one set of persons, so that nothing can be proved about them.
        """
        board = self.board()
        if board.protect(self.goals):
            # nothing is known of tables that are hidden whole, but their zeros
            board.hidden |= board.movable
            if board.protect(self.goals):
                raise _not_safe(self.shapes)
        return frozenset(self.system.keys[place] for place in np.flatnonzero(board.hidden[: self.system.n_published]))

    def check(self, printed: Mapping[Key, int | None]) -> None:
        """Prove that nothing sensitive can be worked out from what is printed, from that alone.

        Raises
        ------
        DataError
            Something can.
        """
        told = Publication(self.system, self.profile, printed)
        if any(printed[key] is not None for key in self.sensitive) or not all(self._is_safe(told, key) for key in self.guarded):
            raise _not_safe(self.shapes)

    def _is_safe(self, told: Publication, key: Key) -> bool:
        place, top = self.system.places[key], self.profile.hide_up_to
        low, high = bounds_of(self.system, *told.ranges(), place)
        safe = low <= max(1, self.least[key]) + TOLERANCE and high >= top - TOLERANCE
        if safe and self.least[key] > 1:
            safe = bounds_of(self.system, *told.ranges(zeros_shown=False), place)[0] <= 1 + TOLERANCE
        return bool(safe)


def _not_safe(shapes: Sequence[Shape]) -> DataError:
    names = ", ".join(shape.name for shape in shapes)
    return DataError(
        f"the tables {names} cannot be released: a hidden count could be worked out from what would be shown. Nothing was "
        "released; leave one of them out or merge small groups."
    )
