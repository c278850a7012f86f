"""Laws of disclosure control, proved by an audit that knows nothing of the code it judges: it reads what is printed, as anybody could."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog
from scipy.sparse import block_diag, csr_array

from crampstats.audit.disclosure.profiles import read_profile
from crampstats.audit.disclosure.release import Release, release_tables
from crampstats.audit.disclosure.tables import CountTable

# the rules of METHODS section 7, written down a second time: highest hidden count, base of rounding, whether 0 is hidden, whether
# totals are sums of what is shown
RULES = {"cms": (10, 1, False, False), "opensafely": (7, 5, True, True), "nhs": (7, 5, False, False), "5": (5, 1, False, False)}
SLACK = 1e-5
# dimensions of each table, and the dimension of the split
KINDS = (
    (("ab",), ""), (("abc",), ""), (("ab", "bc"), ""), (("ab", "ac", "bc"), ""), (("ab", "ac"), "a"), (("a",), ""), (("ab",), "b"),
    (("abc", "ab", "c"), ""), (("abc",), "a"), (("ab", "cd"), ""),
)


def _people(seed: int) -> tuple[np.ndarray, tuple[tuple[str, ...], str]]:
    """Persons counted by all dimensions at once: small and large, even and lopsided, some levels with nobody."""
    rng = np.random.default_rng(seed)
    tables, split = KINDS[seed % len(KINDS)]
    n_dimensions = len(set("".join(tables)))
    sizes = rng.integers(2, {1: 8, 2: 6, 3: 4, 4: 3}[n_dimensions], n_dimensions)
    level = float(rng.choice([0.5, 3, 8, 25, 120]))
    spread = float(rng.choice([0.3, 1.0, 5.0]))
    people = rng.poisson(level * rng.gamma(spread, 1 / spread, sizes))
    people[rng.random(sizes) < rng.choice([0.0, 0.2, 0.6])] = 0
    return people, (tables, split)


def _tables(people: np.ndarray, tables: tuple[str, ...], split: str) -> list[CountTable]:
    names = sorted(set("".join(tables)))
    found = []
    for dimensions in tables:
        other = tuple(place for place, name in enumerate(names) if name not in dimensions)
        margin = people.sum(axis=other)
        rows = [(*(f"{name}{at}" for name, at in zip(dimensions, where, strict=True)), int(n)) for where, n in np.ndenumerate(margin)]
        counts = pd.DataFrame(rows, columns=[*dimensions, "n"])
        found.append(CountTable(dimensions, counts, split=split if split in dimensions else "", not_known=(f"{split}2",)))
    return found


class Outsider:
    """What follows from the printed tables: every cell a variable, every margin the sum of its inner cells."""

    def __init__(self, release: Release, rule: tuple[int, int, bool, bool], telling: set[frozenset[str]]):
        self.top, self.base, self.hides_zero, self.sums_shown = rule
        self.place: dict[frozenset[str], int] = {}
        self.telling = telling
        self.printed: dict[frozenset[str], int | None] = {}
        self.sums: list[tuple[int, list[int]]] = []
        for table in release.tables:
            self._read(table.to_frame())
        self.matrix = self._matrix()

    def _read(self, frame: pd.DataFrame) -> None:
        names = [name for name in frame if name not in ("n", "text")]
        levels = [[one for one in dict.fromkeys(frame[name]) if one] for name in names]
        printed = {tuple(row[:-1]): row[-1] for row in frame[[*names, "n"]].itertuples(index=False, name=None)}
        for cell, n in printed.items():
            key = frozenset(one for one in cell if one)
            here = self.place.setdefault(key, len(self.place))
            inner = list(product(*([one] if one else all_ for one, all_ in zip(cell, levels, strict=True))))
            if "" in cell:
                self.sums.append((here, [self.place.setdefault(frozenset(one), len(self.place)) for one in inner]))
            if "" in cell and self.sums_shown:
                shown = sum(0 if pd.isna(printed[one]) else printed[one] for one in inner)
                assert pd.isna(n) or n == shown
                self.printed.setdefault(key, None)
            else:
                self.printed[key] = None if pd.isna(n) else int(n)

    def _matrix(self) -> csr_array:
        rows = np.zeros((len(self.sums), len(self.place)))
        for row, (margin, parts) in zip(rows, self.sums, strict=True):
            row[margin] += 1
            np.subtract.at(row, parts, 1)
        return csr_array(rows)

    def ranges(self, *, zeros_shown: bool, only_zeros: frozenset | None = None) -> list[tuple[float, float]]:
        found = []
        for key in self.place:
            value = self.printed.get(key)
            if only_zeros is not None:
                found.append((0.0, 0.0) if key in only_zeros else (self._floor(key, zeros_shown), np.inf))
            elif value is None:
                found.append((self._floor(key, zeros_shown), np.inf))
            elif value == 0 and not self.hides_zero:
                found.append((0.0, 0.0))
            else:
                half = self.base // 2
                found.append((max(value - half, self.top + 1), value + half))
        return found

    def _floor(self, key: frozenset[str], zeros_shown: bool) -> float:
        return 1.0 if zeros_shown and not self.hides_zero and key not in self.telling else 0.0

    def bounds(self, keys: list[frozenset[str]], ranges: list[tuple[float, float]], side: int) -> np.ndarray:
        """Least (side 1) or greatest (-1) value of each cell, all in one block-diagonal programme; big where there is no bound."""
        if not keys:
            return np.array([])
        n, k = len(self.place), len(keys)
        cost = np.zeros(n * k)
        at = np.array([block * n + self.place[key] for block, key in enumerate(keys)])
        cost[at] = side
        limits = [(low, min(high, 1e6)) for low, high in ranges] * k
        equations = {"A_eq": block_diag([self.matrix] * k, format="csr"), "b_eq": np.zeros(k * len(self.sums))} if self.sums else {}
        found = linprog(cost, bounds=limits, method="highs", **equations)
        assert found.status == 0, found.message
        return found.x[at]


def _truth(tables: list[CountTable]) -> dict[frozenset[str], int]:
    found = {}
    for table in tables:
        counts, names = table.counts, [name for name in table.counts if name != "n"]
        for size in range(2 ** len(names)):
            kept = [name for place, name in enumerate(names) if size >> place & 1]
            if kept:
                found |= {frozenset(key): int(n) for key, n in counts.groupby(kept)["n"].sum().items() if isinstance(key, tuple)}
                found |= {frozenset([key]): int(n) for key, n in counts.groupby(kept)["n"].sum().items() if isinstance(key, str)}
            else:
                found[frozenset()] = int(counts["n"].sum())
    return found


def _told(tables: list[CountTable], truth: dict[frozenset[str], int], split: str) -> tuple[set, set]:
    """Cells with a level of the split that tells something; those among them with nobody or everybody of a group."""
    telling = {key for key in truth if {f"{split}0", f"{split}1", f"{split}3", f"{split}4"} & key} if split else set()
    told = set()
    levels = sorted({one for key in telling for one in key if one[0] == split})
    for key in telling:
        rest = key - set(levels)
        among = [truth[rest | {one}] for one in levels] if len(levels) > 1 else [truth[rest]]
        if sum(among) and truth[key] in (0, sum(among)):
            told.add(key)
    return telling, told


def _judge(seed: int, profile: str) -> int:
    """Assert that nothing sensitive can be worked out; how many sensitive cells there were."""
    people, (kinds, split) = _people(seed)
    tables, rule = _tables(people, kinds, split), RULES[profile]
    top, _, hides_zero, _ = rule
    truth = _truth(tables)
    telling, told = _told(tables, truth, split)
    release = release_tables(tables, read_profile(profile))
    outsider = Outsider(release, rule, telling)
    sensitive = [key for key, n in truth.items() if (n <= top and (n > 0 or hides_zero)) or key in told]
    assert all(outsider.printed[key] is None for key in sensitive), seed
    guarded = [key for key in sensitive if truth[key] <= top]
    strict, lax = outsider.ranges(zeros_shown=True), outsider.ranges(zeros_shown=False)
    zeros = frozenset(key for key, n in truth.items() if n == 0 and key not in sensitive)
    least = outsider.bounds(guarded, outsider.ranges(zeros_shown=True, only_zeros=zeros), 1)
    assert (outsider.bounds(guarded, strict, -1) >= top - SLACK).all(), seed
    # the solver's whole-number search may allow a cell its least whole number
    assert (outsider.bounds(guarded, strict, 1) <= np.maximum(1, np.ceil(least - SLACK)) + SLACK).all(), seed
    assert (outsider.bounds(guarded, lax, 1) <= 1 + SLACK).all(), seed
    return len(sensitive)


@pytest.mark.slow
@pytest.mark.parametrize("profile", list(RULES))
@pytest.mark.parametrize("start", range(0, 250, 50))
def test_nothing_hidden_in_a_thousand_random_releases_is_bounded_tighter_than_the_rule_allows(start, profile):
    offset = 1_000 * list(RULES).index(profile)
    assert sum(_judge(offset + seed, profile) for seed in range(start, start + 50)) > 0
