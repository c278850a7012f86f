"""Laws of disclosure control, proved by an audit that shares no code with what it judges: it reads what is printed, as all
can."""

from __future__ import annotations

import re
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
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
    (("ab",), ""), (("abc",), ""), (("ab", "bc"), ""), (("ab", "ac", "bc"), ""), (("ab", "ac"), "a"), (("a",), ""),
    (("ab",), "b"), (("abc", "ab", "c"), ""), (("abc",), "a"), (("ab", "cd"), ""),
)


def _people(seed: int) -> tuple[np.ndarray, tuple[tuple[str, ...], str]]:
    """Persons counted by all dimensions at once: small and large, even and lopsided, some levels with nobody."""
    rng = np.random.default_rng(seed)
    tables, split = KINDS[seed % len(KINDS)]
    n_dimensions = len(set("".join(tables)))
    sizes = rng.integers(2, {1: 8, 2: 4, 3: 4, 4: 3}[n_dimensions], n_dimensions)
    if n_dimensions == 3:
        # one dimension of three levels at most: small tables, a thousand of them
        sizes = rng.permutation([2, 2, rng.choice([2, 2, 3])])
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
        rows = [
            (*(f"{name}{at}" for name, at in zip(dimensions, where, strict=True)), int(n)) for where, n in np.ndenumerate(margin)
        ]
        counts = pd.DataFrame(rows, columns=[*dimensions, "n"])
        found.append(CountTable(dimensions, counts, split=split if split in dimensions else "", not_known=(f"{split}2",)))
    return found


def _optimum(matrix: csr_array, cost: np.ndarray, limits: list[tuple[float, float]]) -> np.ndarray:
    """Least-cost cells with all sums right."""
    low, high = np.array(limits).T
    found = milp(cost, constraints=LinearConstraint(matrix, 0, 0), bounds=Bounds(low, np.minimum(high, 1e6)))
    assert found.status == 0, found.message
    return found.x


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
        """Least (side 1) or greatest (-1) value of each cell, in one block-diagonal programme; big where unbounded."""
        if not keys:
            return np.array([])
        n, k = len(self.place), len(keys)
        cost = np.zeros(n * k)
        at = np.array([block * n + self.place[key] for block, key in enumerate(keys)])
        cost[at] = side
        return _optimum(block_diag([self.matrix] * k, format="csr"), cost, ranges * k)[at]


def _truth(people: np.ndarray, tables: tuple[str, ...]) -> dict[frozenset[str], int]:
    """Every cell of every table, summed from the persons."""
    names, found = sorted(set("".join(tables))), {}
    for kept in {frozenset(one) for table in tables for size in range(len(table) + 1) for one in combinations(table, size)}:
        margin = people.sum(axis=tuple(place for place, name in enumerate(names) if name not in kept))
        named = [name for name in names if name in kept]
        found |= {
            frozenset(f"{name}{at}" for name, at in zip(named, where, strict=True)): int(n) for where, n in np.ndenumerate(margin)
        }
    return found


def _told(truth: dict[frozenset[str], int], split: str) -> tuple[set, set]:
    """Cells with a level of the split that tells something; those among them with nobody or everybody of a group."""
    telling = {key for key in truth if {f"{split}0", f"{split}1", f"{split}3", f"{split}4"} & key} if split else set()
    told = set()
    levels = sorted({one for key in telling for one in key if one[0] == split})
    for key in telling:
        rest = key - set(levels)
        among = [truth[rest | {one}] for one in levels]
        if sum(among) and truth[key] in (0, sum(among)):
            told.add(key)
    return telling, told


def _judge(seed: int, profile: str) -> int:
    """Assert that nothing sensitive can be worked out; how many sensitive cells there were."""
    people, (kinds, split) = _people(seed)
    tables, rule = _tables(people, kinds, split), RULES[profile]
    top, _, hides_zero, _ = rule
    truth = _truth(people, kinds)
    telling, told = _told(truth, split)
    release = release_tables(tables, read_profile(profile))
    outsider = Outsider(release, rule, telling)
    sensitive = [key for key, n in truth.items() if (n <= top and (n > 0 or hides_zero)) or key in told]
    assert all(outsider.printed[key] is None for key in sensitive), seed
    guarded = [key for key in sensitive if truth[key] <= top]
    strict, lax = outsider.ranges(zeros_shown=True), outsider.ranges(zeros_shown=False)
    zeros = frozenset(key for key, n in truth.items() if n == 0 and key not in sensitive)
    least = outsider.bounds(guarded, outsider.ranges(zeros_shown=True, only_zeros=zeros), 1)
    assert (outsider.bounds(guarded, strict, -1) >= top - SLACK).all(), seed
    assert (outsider.bounds(guarded, strict, 1) <= np.maximum(1, np.ceil(least - SLACK)) + SLACK).all(), seed
    # who does not know that zeros are shown must not rule out 1 even where the zeros do
    more = [key for key, low in zip(guarded, least, strict=True) if low > 1 + SLACK]
    assert (outsider.bounds(more, lax, 1) <= 1 + SLACK).all(), seed
    return len(sensitive)


@pytest.mark.slow
@pytest.mark.parametrize("profile", list(RULES))
@pytest.mark.parametrize("start", range(0, 250, 50))
def test_nothing_hidden_in_a_thousand_random_releases_is_bounded_tighter_than_the_rule_allows(start, profile):
    offset = 1_000 * list(RULES).index(profile)
    assert sum(_judge(offset + seed, profile) for seed in range(start, start + 50)) > 0


def _arrivals(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Persons of then and of now: the same and some more."""
    rng = np.random.default_rng(seed)
    then, _ = _people(seed)
    return then, then + rng.poisson(rng.choice([0.2, 2.0, 30.0]) * rng.random(then.shape))


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["cms", "5"])
@pytest.mark.parametrize("start", [0, 5])
def test_nothing_hidden_follows_from_a_release_and_an_earlier_one_together(start, profile):
    top = RULES[profile][0]
    for seed in range(start, start + 5):
        kinds, split = KINDS[seed % len(KINDS)]
        then, now = _arrivals(seed)
        first = release_tables(_tables(then, kinds, split), read_profile(profile))
        second = release_tables(_tables(now, kinds, split), read_profile(profile), earlier=first)
        truths = [_truth(people, kinds) for people in (then, now)]
        telling, _ = _told(truths[1], split)
        before, after = (Outsider(one, RULES[profile], telling) for one in (first, second))
        keys, n = list(after.place), len(after.place)
        # now, then, and that nobody left: now - then >= 0, with a column for each difference
        assert list(before.place) == keys
        both = block_diag([after.matrix, before.matrix, csr_array((n, n))], format="lil")
        rows = 2 * len(after.sums)
        both[rows:, :n], both[rows:, n : 2 * n], both[rows:, 2 * n :] = np.eye(n), -np.eye(n), -np.eye(n)
        limits = [*after.ranges(zeros_shown=True), *before.ranges(zeros_shown=True), *[(0.0, np.inf)] * n]
        _assert_wide(both.tocsr(), limits, [at for at, key in enumerate(keys) if 0 < truths[1][key] <= top], top)
        _assert_wide(both.tocsr(), limits, [n + at for at, key in enumerate(keys) if 0 < truths[0][key] <= top], top)
        grown = [2 * n + at for at, key in enumerate(keys)
                 if before.printed[key] is not None and 0 < truths[1][key] - truths[0][key] <= top]
        _assert_wide(both.tocsr(), limits, grown, top)


def _corrected(people: np.ndarray, seed: int) -> np.ndarray:
    """The same persons, some in another cell, some gone and some new."""
    rng = np.random.default_rng(seed)
    moved = people.ravel().copy()
    for _ in range(rng.integers(1, 9)):
        full = np.flatnonzero(moved)
        if len(full):
            moved[rng.choice(full)] -= 1
        if rng.random() < 0.8:
            moved[rng.integers(len(moved))] += 1
    return moved.reshape(people.shape)


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["cms", "5"])
def test_where_records_were_corrected_no_small_difference_is_shown_or_follows_from_the_later_release(profile):
    top, found = RULES[profile][0], 0
    for seed in range(15):
        then, (kinds, split) = _people(seed)
        now = _corrected(then, seed)
        first = release_tables(_tables(then, kinds, split), read_profile(profile))
        second = release_tables(_tables(now, kinds, split), read_profile(profile), earlier=first)
        truths = [_truth(people, kinds) for people in (then, now)]
        telling, _ = _told(truths[1], split)
        before, after = (Outsider(one, RULES[profile], telling) for one in (first, second))
        small = [key for key, n in before.printed.items() if n is not None and 0 < abs(truths[1][key] - truths[0][key]) <= top]
        assert all(after.printed[key] is None for key in small), seed
        low, high = (after.bounds(small, after.ranges(zeros_shown=True), side) for side in (1, -1))
        assert (high - low >= 1 - SLACK).all(), seed
        found += len(small)
    assert found > 0


def _assert_wide(matrix: csr_array, limits: list[tuple[float, float]], places: list[int], top: int) -> None:
    """The greatest value of each cell is the highest hidden count at least; all in one block-diagonal programme."""
    if places:
        k, n = len(places), len(limits)
        at = np.arange(k) * n + places
        cost = np.zeros(k * n)
        cost[at] = -1.0
        assert (_optimum(block_diag([matrix] * k, format="csr"), cost, limits * k)[at] >= top - SLACK).all()


def _whole_tables(shape: tuple[int, int], most: int) -> np.ndarray:
    """Every table of whole numbers up to `most`, one per row, with its margins and total appended: rows first."""
    inner = np.array(list(product(range(most + 1), repeat=shape[0] * shape[1]))).reshape(-1, *shape)
    rows, columns = inner.sum(axis=2), inner.sum(axis=1)
    return np.concatenate([inner.reshape(len(inner), -1), rows, columns, rows.sum(axis=1, keepdims=True)], axis=1)


@pytest.mark.slow
@pytest.mark.parametrize(("shape", "most"), [((2, 2), 9), ((2, 3), 5)])
def test_every_whole_table_that_fits_what_is_printed_agrees_with_the_bounds(shape, most):
    # threshold 2, so that all tables can be written down; nothing here is solved, only counted
    every, top = _whole_tables(shape, most), 2
    cells = [
        *((f"a{row}", f"b{column}") for row in range(shape[0]) for column in range(shape[1])),
        *((f"a{row}", "") for row in range(shape[0])), *(("", f"b{column}") for column in range(shape[1])), ("", ""),
    ]
    rng = np.random.default_rng(5)
    for _ in range(30):
        people = rng.integers(0, rng.integers(2, 5), shape)
        table, = _tables(people, ("ab",), "")
        release = release_tables([table], read_profile("2"))
        printed = [release.table("ab").count(a=a, b=b) for a, b in cells]
        fits = np.all([every[:, at] > 0 if n is None else every[:, at] == n for at, n in enumerate(printed)], axis=0)
        truth = np.concatenate([people.ravel(), people.sum(1), people.sum(0), [people.sum()]])
        bounds = release.bounds().set_index("cell")
        for at, cell in enumerate(cells):
            if printed[at] is None:
                name = " / ".join(level for level in cell if level) or "all"
                possible = every[fits, at]
                low, high = bounds.loc[name, ["low", "high"]]
                assert low <= possible.min()
                assert possible.max() <= high
                # unless a table was left out because it holds more than `most`
                if every[fits][:, : people.size].max() < most:
                    assert (low, high) == (possible.min(), possible.max())
                zeros = np.all([every[:, place] == 0 if n == 0 else every[:, place] > 0 for place, n in enumerate(truth)], axis=0)
                if truth[at] <= top:
                    assert possible.min() <= max(1, every[zeros, at].min())
                    assert possible.max() >= top


@pytest.mark.slow
@pytest.mark.parametrize("profile", list(RULES))
def test_no_hidden_number_is_printed_anywhere_of_a_release(profile):
    for seed in range(12):
        people, (kinds, split) = _people(seed)
        # numbers nothing else can be taken for, all of them different
        order = np.arange(people.size).reshape(people.shape)
        people = order % 11 + 777_000 * (order % 3)
        tables = _tables(people, kinds, split)
        release = release_tables(tables, read_profile(profile))
        for table, source in zip(release.tables, tables, strict=True):
            hidden = {source.values[cell] for cell, n in table.printed.items() if n is None}
            shown = {n for one in release.tables for n in one.printed.values() if n is not None}
            words = "\n".join([repr(table), repr(release), *release.wording, *table.frame["text"], release.to_json()])
            numbers = {int(one.replace(",", "")) for one in re.findall(r"\d[\d,]*", words)}
            # small ones are in the words as thresholds and years
            assert not numbers & {secret for secret in hidden - shown if secret > 3_000}
            for name, at in ((name, place) for place, name in enumerate(table.shape.names)):
                shares = table.shares({name: table.shape.dimensions[at][1][0]}).to_frame()
                assert set(shares["n"].dropna()) | set(shares["n_events"].dropna()) <= {*shown, 0}
                lost = shares["estimate"].isna()
                assert shares.loc[lost, ["conf_low", "conf_high", "std_error"]].isna().all().all()
                assert (shares.loc[lost, "caution"].str.startswith("suppressed") | (shares.loc[lost, "n"] == 0)).all()
