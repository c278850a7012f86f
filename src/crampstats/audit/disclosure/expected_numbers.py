"""How precisely an expected number may be printed: it is a sum over ages and sexes, so it tells who of each there are.

An expected share is sum n_g p_g / n with public p_g. Printed with many digits for few patients it has few solutions n_g, and the
number of old patients of a site follows, though no table shows it. So the same rule holds for it as for a table: wherever a group
has 1 to the highest hidden count of patients at a site, what is printed must leave open anything from 1 to that count. Where it
does not, the share is printed with fewer decimals, and not at all where two still tell (with one a ratio would be wrong by a
fifth).

An outsider is taken to know more than the page says: the exact number compared at each site that is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from crampstats.audit.disclosure.knowledge import CEILING
from crampstats.audit.disclosure.profiles import Profile
from crampstats.audit.disclosure.system import TOLERANCE, Floats

Digits = Mapping[str, int | None]
EVERYBODY = ""
# whole numbers are searched for with so many branches; where none is found by then, none is taken to exist
MOST_NODES = 300
TIGHT = 1e-9
COARSEST = 2


@dataclass(frozen=True, eq=False)
class PublicGroups:
    """The groups of the reference, and what is known of them over all patients compared.

    Parameters
    ----------
    share
        p_g, the public prevalence of each group.
    kinds
        Groups (True) that make what may not be told: an age group, a sex.
    margins
        Lowest and highest number an outsider knows of each kind, over all patients.
    """

    share: Floats
    kinds: Mapping[str, np.ndarray]
    margins: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Mix:
    """Who is compared by one column (sites; months) and the groups of the reference.

    Parameters
    ----------
    counts
        True numbers: one row per level of the column, one column per group of the reference.
    shown
        Levels whose number of patients is shown.
    """

    counts: pd.DataFrame
    shown: frozenset[str]

    @property
    def levels(self) -> list[str]:
        """Levels of the column, as text."""
        return [str(one) for one in self.counts.index]

    @cached_property
    def values(self) -> Floats:
        """The counts."""
        return self.counts.to_numpy(dtype=np.float64)


def choose_digits(mix: Mix, groups: PublicGroups, profile: Profile, *, most: int = 3) -> dict[str, int | None]:
    """Decimals with which the expected share of each level, and of everybody (""), may be printed.

    Parameters
    ----------
    mix
        Sites; without levels for everybody alone.
    groups
        The reference.
    profile
        The rule.
    most
        Decimals where nothing forbids them.

    Returns
    -------
    dict
        None where not even `COARSEST` decimals may be printed. A profile that hides nothing gives `most` for all.
    """
    digits: dict[str, int | None] = {EVERYBODY: most, **{name: most if name in mix.shown else None for name in mix.levels}}
    if not profile.hides:
        return digits
    while (told := _first_told((mix,), groups, profile, (digits,))) is not None:
        step = next(_coarser(digits, mix, told), None)
        if step is None:
            break
        digits[step[0]] = step[1]
    return digits


def may_print(
    mixes: Sequence[Mix], groups: PublicGroups, profile: Profile, digits: Sequence[Digits]
) -> bool:
    """Whether the expected shares of several columns of the same patients may be printed together, with these decimals."""
    return not profile.hides or _first_told(mixes, groups, profile, digits) is None


def _coarser(digits: Digits, mix: Mix, told: str) -> Iterator[tuple[str, int | None]]:
    """What to print less precisely, the first that can be: the level that is told, then everybody, then the other levels."""
    sizes = dict(zip(mix.levels, mix.values.sum(axis=1), strict=True))
    others = sorted((name for name in mix.levels if name != told), key=lambda name: (sizes[name], name))
    first = [told, EVERYBODY] if told else [EVERYBODY]
    order = [*((name, COARSEST) for name in first), (told, None)] if told else []
    order += [(name, COARSEST) for name in (EVERYBODY, *others)]
    order += [(name, None) for name in (*others, EVERYBODY)]
    for name, step in order:
        now = digits[name]
        if now is not None and (step is None or step < now):
            yield name, step


def _first_told(mixes: Sequence[Mix], groups: PublicGroups, profile: Profile, digits: Sequence[Digits]) -> str | None:
    """The first level of which a small group can be worked out; "" for everybody, None where there is none."""
    outsider = _Outsider(mixes, groups, digits)
    blind = _Outsider(mixes, groups, [dict.fromkeys(one) for one in digits])
    top = profile.hide_up_to
    total = mixes[0].values.sum(axis=0)
    rows = [(EVERYBODY, None, total), *(
        (name, (block, row), mix.values[row])
        for block, mix in enumerate(mixes) for row, name in enumerate(mix.levels) if name in mix.shown
    )]
    for name, where, counts in rows:
        for kind in groups.kinds.values():
            if not 0 < counts[kind].sum() <= top:
                continue
            target = outsider.target(where, kind)
            # what follows without any expected number does not follow from it
            if any(
                not outsider.leaves_open(target, value, above=above)
                and not outsider.leaves_open(target, blind.nearest(target, value, above=above), above=above)
                for value, above in ((1.0, False), (float(top), True))
            ):
                return name
    return None


class _Outsider:
    """What fits everything printed: a linear system in the numbers of each group, of everybody and of each level."""

    def __init__(self, mixes: Sequence[Mix], groups: PublicGroups, digits: Sequence[Digits]) -> None:
        self.size = len(groups.share)
        starts = np.cumsum([self.size, *(len(mix.levels) * self.size for mix in mixes)])
        self.starts = [int(one) for one in starts]
        self.rows: list[tuple[Any, float, float]] = []
        self._everybody(mixes, groups, digits[0].get(EVERYBODY))
        for start, mix, known in zip(self.starts, mixes, digits, strict=False):
            self._levels(start, mix, groups, known)
        self.upper = np.full(self.starts[-1], CEILING)

    def _add(self, entries: Mapping[int, float], low: float, high: float) -> None:
        self.rows.append((entries, low, high))

    def _everybody(self, mixes: Sequence[Mix], groups: PublicGroups, digits: int | None) -> None:
        total = mixes[0].values.sum(axis=0)
        self._add(dict.fromkeys(range(self.size), 1.0), total.sum(), total.sum())
        for name, kind in groups.kinds.items():
            low, high = groups.margins.get(name, (0.0, np.inf))
            self._add(dict.fromkeys(np.flatnonzero(kind).tolist(), 1.0), low, high)
        self._share(0, total, groups.share, digits)

    def _levels(self, start: int, mix: Mix, groups: PublicGroups, digits: Digits) -> None:
        for group in range(self.size):
            parts = {start + row * self.size + group: -1.0 for row in range(len(mix.levels))}
            if parts:
                self._add({group: 1.0, **parts}, 0.0, 0.0)
        for row, name in enumerate(mix.levels):
            if name in mix.shown:
                at, counts = start + row * self.size, mix.values[row]
                self._add(dict.fromkeys(range(at, at + self.size), 1.0), counts.sum(), counts.sum())
                self._share(at, counts, groups.share, digits.get(name))

    def _share(self, at: int, counts: Floats, share: Floats, digits: int | None) -> None:
        """Sum n_g p_g within the rounding of what is printed."""
        if digits is None or not counts.sum():
            return
        n, half = counts.sum(), 0.5 * 10.0**-digits
        printed = np.round(counts @ share / n, digits)
        entries = {at + group: float(value) for group, value in enumerate(share)}
        self._add(entries, n * (printed - half) - TIGHT, n * (printed + half) + TIGHT)

    @cached_property
    def _constraint(self) -> Any:
        from scipy.optimize import LinearConstraint
        from scipy.sparse import csr_array

        triples = [(row, place, value) for row, (entries, _, _) in enumerate(self.rows) for place, value in entries.items()]
        rows, places, values = zip(*triples, strict=True)
        matrix = csr_array((values, (rows, places)), shape=(len(self.rows), self.starts[-1]))
        return LinearConstraint(matrix, [low for _, low, _ in self.rows], [high for _, _, high in self.rows])

    def target(self, where: tuple[int, int] | None, kind: np.ndarray) -> tuple[Floats, Floats]:
        """The sum asked for, and the numbers that must be whole for it."""
        at = 0 if where is None else self.starts[where[0]] + where[1] * self.size
        summed, whole = np.zeros(self.starts[-1]), np.zeros(self.starts[-1])
        summed[at : at + self.size] = kind
        whole[at : at + self.size] = 1.0
        return summed, whole

    def leaves_open(self, target: tuple[Floats, Floats], value: float, *, above: bool) -> bool:
        """Whether the sum may be as high (`above`) or as low as this, by what is printed."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        summed, whole = target
        limit = (value - TOLERANCE, np.inf) if above else (-np.inf, value + TOLERANCE)
        held = [self._constraint, LinearConstraint(summed[None, :], *limit)]
        for kinds in (np.zeros(len(whole)), whole):
            found = milp(
                np.zeros(len(summed)), integrality=kinds, bounds=Bounds(0.0, self.upper), constraints=held,
                options={"node_limit": MOST_NODES},
            )
            if found.x is None:
                return False
        return True

    def nearest(self, target: tuple[Floats, Floats], value: float, *, above: bool) -> float:
        """The whole number nearest to a value that the sum can reach."""
        from scipy.optimize import Bounds, milp

        cost = -target[0] if above else target[0]
        found = milp(cost, bounds=Bounds(0.0, self.upper), constraints=self._constraint)
        if found.x is None:
            return value
        reached = float(target[0] @ found.x)
        return min(value, np.floor(reached + TOLERANCE)) if above else max(value, np.ceil(reached - TOLERANCE))
