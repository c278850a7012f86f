"""What is hidden of one universe: the sensitive cells, those that protect them, and the proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from crampstats.audit.disclosure.joint import Before
from crampstats.audit.disclosure.knowledge import CEILING, Publication, bounds_of, told_groups
from crampstats.audit.disclosure.profiles import Profile
from crampstats.audit.disclosure.protecting import Board, Goal
from crampstats.audit.disclosure.shapes import Key, Shape
from crampstats.audit.disclosure.system import TOLERANCE, Floats, System, solve
from crampstats.core.errors import DataError

# systems up to this many cells are searched in whole numbers where the linear programme may promise too much
MOST_WHOLE = 400
# cells are shown again one by one where that takes no more programmes than this
MOST_AGAIN = 1_500


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
    earlier
        What was printed of the universe before.
    """

    shapes: tuple[Shape, ...]
    counts: Mapping[Key, int]
    profile: Profile
    earlier: Publication | None = None

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
        low, high = np.where(zero, 0.0, self.open.floors), np.where(zero, 0.0, CEILING)
        places = {key: self.system.places[key] for key in self.guarded}
        cost = np.zeros(len(low))
        cost[list(places.values())] = 1.0
        together = solve(self.system.matrix, cost, low, high, whole=self.whole)
        if together is None:
            raise _not_of_one(self.shapes)
        return {key: self._least(place, together, low, high) for key, place in places.items()}

    def _least(self, place: int, known: Floats, low: Floats, high: Floats) -> int:
        # most cells reach their floor together; the others are tried one by one
        if known[place] <= low[place] + TOLERANCE:
            return int(low[place])
        return int(np.ceil(bounds_of(self.system, low, high, place, whole=self.whole)[0] - TOLERANCE))

    @property
    def whole(self) -> bool:
        """Whether to search in whole numbers: where the linear programme may promise more than they keep."""
        return not self.system.is_network and len(self.system.keys) <= MOST_WHOLE

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

    @cached_property
    def before(self) -> Before | None:
        """The earlier release to hold this one against; None where it says nothing of these persons."""
        if self.earlier is None:
            return None
        before = Before(self.earlier, self.system, self.counts, self.profile)
        if not before.common:
            return None
        board = before.join(self._board(before.sensitive))
        board.hidden |= board.movable
        # a hidden count of then may fit none of now: persons of then have left
        fits = solve(board.matrix, np.zeros(len(board.low)), *board.bounds()) is not None
        return before if fits else replace(before, may_join=False)

    @cached_property
    def all_goals(self) -> tuple[Goal, ...]:
        """Those of these tables and of the earlier release, as far as the latter leaves them to be reached at all."""
        if self.before is None:
            return self.goals
        goals = (*self.goals, *self.before.goals)
        board = self.board()
        board.hidden |= board.movable
        lost = set(board.unreached(goals))
        return tuple(board.nearest(goal) if goal in lost else goal for goal in goals)

    @cached_property
    def secret(self) -> tuple[Key, ...]:
        """Cells that are hidden for themselves."""
        return tuple(dict.fromkeys((*self.sensitive, *(self.before.sensitive if self.before else ()))))

    def board(self) -> Board:
        """The cells with the secret ones hidden, joined with those of the earlier release."""
        board = self._board(self.secret)
        return self.before.join(board) if self.before else board

    def _board(self, secret: Sequence[Key]) -> Board:
        system = self.system
        low, high = self.open.ranges()
        hidden = np.zeros(len(low), dtype=bool)
        hidden[[system.places[key] for key in (*self.sensitive, *secret)]] = True
        hidden[system.n_published :] = True
        counts = np.array([float(self.counts.get(key, 0)) for key in system.keys])
        by_itself = np.array([key in self.open.by_itself for key in system.keys])
        # large cells are dearer, but not by so much that many small ones are hidden instead
        cost = 1.0 + np.log(np.maximum(counts, 1.0))
        movable = ~hidden & by_itself & (counts > 0)
        return Board(system.matrix, low, high, self.open.floors, movable, cost, hidden, self.whole)

    def hide(self) -> frozenset[Key]:
        """The cells to hide, so that no sensitive one can be worked out.

        Raises
        ------
        DataError
            The tables cannot be of one set of persons, so that nothing can be proved about them.
        """
        board = self.board()
        if board.protect(self.all_goals):
            # nothing is known of tables that are hidden whole, but their zeros
            board.hidden |= board.movable
            if board.protect(self.all_goals):
                raise _not_safe(self.shapes)
        board.show_again(self._extra(board), self.all_goals)
        return frozenset(self.system.keys[place] for place in np.flatnonzero(board.hidden[: self.system.n_published]))

    def _extra(self, board: Board) -> list[int]:
        """Cells hidden to protect others, large ones first."""
        places = np.flatnonzero(board.hidden & board.movable)
        if len(places) * len(self.all_goals) > MOST_AGAIN:
            return []
        return sorted(places.tolist(), key=lambda place: (-board.cost[place], place))

    def check(self, printed: Mapping[Key, int | None]) -> None:
        """Prove that nothing sensitive can be worked out from what is printed, from that alone.

        Raises
        ------
        DataError
            Something can.
        """
        told = Publication(self.system, self.profile, printed)
        hidden = np.array([printed.get(key) is None for key in self.system.keys])
        still = np.zeros(len(hidden), dtype=bool)
        board = Board(self.system.matrix, *told.ranges(), told.floors, still, np.ones(len(hidden)), hidden)
        board = self.before.join(board) if self.before else board
        shown = [key for key in self.secret if printed[key] is not None and key in told.by_itself]
        if shown or board.unreached(self.all_goals):
            raise _not_safe(self.shapes)


def _not_safe(shapes: Sequence[Shape]) -> DataError:
    names = ", ".join(shape.name for shape in shapes)
    return DataError(
        f"the tables {names} cannot be released: a hidden count could be worked out from what would be shown. Nothing was "
        "released; leave one of them out or merge small groups."
    )


def _not_of_one(shapes: Sequence[Shape]) -> DataError:
    names = ", ".join(shape.name for shape in shapes)
    return DataError(f"the tables {names} cannot count the same persons; name another universe for those that do not.")
