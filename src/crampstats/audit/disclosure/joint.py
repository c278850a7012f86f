"""A release held against an earlier one of the same persons and more: what follows from the two together.

Cells of both are joined by what came in between: now = then + growth, and growth is not negative. Where both counts would be
shown as they are, growth is a count of persons like any other: a small one hides the count of now, and so does one that tells of
every newcomer of a group. A count that is rounded tells growth to some units only, which is what rounding is for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.sparse import block_array, csc_array, eye_array

from crampstats.audit.disclosure.knowledge import CEILING, Publication, told_groups
from crampstats.audit.disclosure.profiles import Profile
from crampstats.audit.disclosure.protecting import Board, Goal
from crampstats.audit.disclosure.shapes import Key
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
    """

    then: Publication
    system: System
    counts: Mapping[Key, int]
    profile: Profile

    @cached_property
    def common(self) -> tuple[Key, ...]:
        """Cells that stand in both."""
        published = self.then.system.keys[: self.then.system.n_published]
        return tuple(key for key in published if key in self.counts)

    @property
    def has_shrunk(self) -> bool:
        """Whether a count is lower now, so that the persons of then are not all among those of now."""
        low, _ = self.then.ranges()
        return any(low[self.then.system.places[key]] > self.counts[key] for key in self.common)

    @cached_property
    def growth(self) -> dict[Key, int]:
        """True growth of each cell whose count was shown as it was."""
        exact = self.then.profile.round_to == 1 and self.profile.round_to == 1
        shown = {key: self.then.printed[key] for key in self.common if exact and key in self.then.by_itself}
        return {key: self.counts[key] - value for key, value in shown.items() if value is not None}

    @cached_property
    def sensitive(self) -> tuple[Key, ...]:
        """Cells whose growth may not be known."""
        if not self.profile.hides:
            return ()
        told = told_groups(self.system.shapes, self.growth)
        return tuple(key for key, n in self.growth.items() if (0 < n <= self.profile.hide_up_to) or key in told)

    @cached_property
    def goals(self) -> tuple[Goal, ...]:
        """What must not be ruled out of growth, and of what was hidden then."""
        found = []
        for key in self.sensitive:
            if (grown := self.growth[key]) <= self.profile.hide_up_to:
                place, then = self.system.places[key], self.counts[key] - grown
                found += [Goal(place, then + self.profile.hide_up_to, True), Goal(place, then + 1, False)]
        return (*found, *self._goals_of_then())

    def _goals_of_then(self) -> list[Goal]:
        """A cell hidden then must not become better known than it was, where it may have been small."""
        found, n, top = [], len(self.system.keys), self.then.profile.hide_up_to
        for key in (key for key, value in self.then.printed.items() if value is None):
            # a count that is 0 now was 0 then, and a 0 may be shown
            if self.counts.get(key) == 0 and not self.profile.is_small(0):
                continue
            low, high = self.then.bounds(key)
            if low <= top and not np.isnan(low):
                place = n + self.then.system.places[key]
                found.append(Goal(place, int(min(top, np.floor(high + TOLERANCE))), True))
                found.append(Goal(place, max(1, int(np.ceil(low - TOLERANCE))), False))
        return found

    def join(self, board: Board) -> Board:
        """The cells of now, of then, and of growth."""
        n, m, k = len(self.system.keys), len(self.then.system.keys), len(self.common)
        now = _pick([self.system.places[key] for key in self.common], n)
        then = _pick([self.then.system.places[key] for key in self.common], m)
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


def _pick(places: list[int], n: int) -> csc_array:
    k = len(places)
    return csc_array((np.ones(k), (np.arange(k), np.array(places, dtype=int))), shape=(k, n))
