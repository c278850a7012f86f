"""A release held against an earlier one of the same persons and more: what follows from the two together.

Cells of both are joined by what came in between: now = then + growth, and growth is not negative. Where both counts would be
shown as they are, growth is a count of persons like any other: a small one hides the count of now, and so does one that tells of
every newcomer of a group. A count that is rounded tells growth to some units only, which is what rounding is for.

Tables that are not cumulative (findings, which are settled) share their totals with the others and nothing else. Where a record
was corrected, a group counts fewer than then: its table is joined no longer, and neither is a level that says "not known", which
falls as answers are filled in. Of those cells no difference up to the highest hidden count is shown, up or down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.sparse import block_array, csc_array, eye_array

from crampstats.audit.disclosure.knowledge import CEILING, Publication, told_groups
from crampstats.audit.disclosure.profiles import Profile
from crampstats.audit.disclosure.protecting import Board, Goal
from crampstats.audit.disclosure.shapes import Key, Shape
from crampstats.audit.disclosure.system import TOLERANCE, System


@dataclass(frozen=True, eq=False)
class Before:
    """An earlier release of one universe, and what grew since.

    Parameters
    ----------
    then
        What was printed.
    system
        The cells of now.
    counts
        True counts of now.
    profile
        The rule of now.
    may_join
        False where no counts of then can have grown to those of now.
    """

    then: Publication
    system: System
    counts: Mapping[Key, int]
    profile: Profile
    may_join: bool = True

    @cached_property
    def common(self) -> tuple[Key, ...]:
        """Cells that stand in a cumulative table of both."""
        known = _cumulative(self.system.shapes)
        return tuple(key for key in _cumulative(self.then.system.shapes) if key in known)

    @cached_property
    def joined(self) -> tuple[Key, ...]:
        """Cells whose persons of then are all among those of now, as far as the counts tell."""
        if not self.may_join:
            return ()
        lost = {shape.name for shape in self.system.shapes if self._shrank & {shape.key(cell) for cell in shape.cells}}
        kept = _cumulative([shape for shape in self.system.shapes if shape.name not in lost])
        return tuple(key for key in self.common if key in kept and not self._is_open(key))

    @property
    def has_shrunk(self) -> bool:
        """Whether a group counts fewer than then, or nothing of then fits what is known now."""
        return bool(self._shrank) or not self.may_join

    @cached_property
    def _shrank(self) -> frozenset[Key]:
        low, _ = self.then.ranges()
        places = self.then.system.places
        return frozenset(key for key in self.common if low[places[key]] > self.counts[key] and not self._is_open(key))

    def _is_open(self, key: Key) -> bool:
        """Whether a level says that something is not known."""
        return any(level in self._not_known for _, level in key)

    @cached_property
    def _not_known(self) -> frozenset[str]:
        return frozenset(level for shape in self.system.shapes for level in shape.not_known)

    @cached_property
    def growth(self) -> dict[Key, int]:
        """True difference of each cell whose count was shown as it was; below 0 where it fell."""
        exact = self.then.profile.round_to == 1 and self.profile.round_to == 1
        shown = {key: self.then.printed[key] for key in self.common if exact and key in self.then.by_itself}
        return {key: self.counts[key] - value for key, value in shown.items() if value is not None}

    @cached_property
    def sensitive(self) -> tuple[Key, ...]:
        """Cells whose difference may not be known."""
        if not self.profile.hides:
            return ()
        joined = {key: self.growth[key] for key in self.joined if key in self.growth}
        told = told_groups(self.system.shapes, joined)
        return tuple(key for key, n in self.growth.items() if 0 < abs(n) <= self.profile.hide_up_to or key in told)

    @cached_property
    def goals(self) -> tuple[Goal, ...]:
        """What must not be ruled out of a difference, and of what was hidden then."""
        found, top = [], self.profile.hide_up_to
        for key in self.sensitive:
            if abs(n := self.growth[key]) <= top:
                place, then, sign = self.system.places[key], self.counts[key] - n, 1 if n >= 0 else -1
                low, high = sorted((then + sign, then + sign * top))
                found += [Goal(place, high, True), Goal(place, max(low, 0), False)]
        return (*found, *(self._goals_of_then() if self.joined else ()))

    def _goals_of_then(self) -> list[Goal]:
        """A cell hidden then must not become better known than it was, where it may have been small."""
        found, n, top, joined = [], len(self.system.keys), self.then.profile.hide_up_to, frozenset(self.joined)
        for key in (key for key, value in self.then.printed.items() if value is None):
            # a count that is 0 now was 0 then, and a 0 may be shown
            if key in joined and self.counts[key] == 0 and not self.profile.is_small(0):
                continue
            low, high = self.then.bounds(key)
            if low <= top and not np.isnan(low):
                place = n + self.then.system.places[key]
                found.append(Goal(place, int(min(top, np.floor(high + TOLERANCE))), True))
                found.append(Goal(place, max(1, int(np.ceil(low - TOLERANCE))), False))
        return found

    def join(self, board: Board) -> Board:
        """The cells of now, of then, and of growth."""
        if not self.joined:
            return board
        n, m, k = len(self.system.keys), len(self.then.system.keys), len(self.joined)
        now = _pick([self.system.places[key] for key in self.joined], n)
        then = _pick([self.then.system.places[key] for key in self.joined], m)
        matrix = block_array(
            [[board.matrix, None, None], [None, self.then.system.matrix, None], [now, -then, -eye_array(k)]], format="csc"
        )
        low, high = self.then.ranges()
        unknown = np.array([self.then.printed.get(key) is None for key in self.then.system.keys])
        none = np.zeros(m + k, dtype=bool)
        return replace(
            board, matrix=csc_array(matrix), low=np.concatenate([board.low, low, np.zeros(k)]),
            high=np.concatenate([board.high, np.minimum(high, CEILING), np.full(k, CEILING)]),
            floor=np.concatenate([board.floor, self.then.floors, np.zeros(k)]), movable=np.concatenate([board.movable, none]),
            cost=np.concatenate([board.cost, np.ones(m + k)]), witnesses={},
            hidden=np.concatenate([board.hidden, unknown, np.ones(k, dtype=bool)]),
        )


def _cumulative(shapes: Sequence[Shape]) -> dict[Key, None]:
    """Cells of the tables whose persons stay, in order."""
    return dict.fromkeys(shape.key(cell) for shape in shapes if shape.cumulative for cell in shape.cells)


def _pick(places: list[int], n: int) -> csc_array:
    k = len(places)
    return csc_array((np.ones(k), (np.arange(k), np.array(places, dtype=int))), shape=(k, n))
