"""Agreement with tau-argus (pytauargus 0.6.0): its audit of our patterns, its patterns under our bounds.

Its audit and its optimal suppression are called on files in its JJ format, which hold the cells (value, cost, status, bounds that
are known from outside, protection levels) and the sums. u is a sensitive cell, m one that was hidden to protect it, z one that
must be shown.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crampstats.audit.disclosure.profiles import PROFILES
from crampstats.audit.disclosure.release import Release, ReleasedTable, release_tables
from crampstats.audit.disclosure.tables import CountTable

pytauargus = pytest.importorskip("pytauargus")

TOP = 10
CEILING = 100_000
Cells = dict[tuple[str, ...], int]


def _table(seed: int, *, zeros: bool = True) -> CountTable:
    """A small table of two dimensions (or three), with some small counts."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, 5, 2) if seed % 4 else np.array([2, 2, 3])
    counts = rng.poisson(rng.choice([6.0, 20.0, 60.0]) * rng.gamma(1.0, 1.0, sizes))
    if not zeros:
        counts = np.maximum(counts, 1)
    rows = [(*(f"{'abc'[place]}{at}" for place, at in enumerate(where)), int(n)) for where, n in np.ndenumerate(counts)]
    return CountTable("t", pd.DataFrame(rows, columns=[*"abc"[: len(sizes)], "n"]))


def _sums(table: CountTable) -> list[tuple[tuple[str, ...], list[tuple[str, ...]]]]:
    """Every margin along each of its open dimensions, more than our own code writes down."""
    found = []
    for cell in table.shape.cells:
        for place, level in enumerate(cell):
            if level == "":
                levels = table.shape.dimensions[place][1]
                found.append((cell, [(*cell[:place], one, *cell[place + 1 :]) for one in levels]))
    return found


def _least(table: CountTable, cell: tuple[str, ...]) -> int:
    """The least a cell can be, the zeros being known: one for each inner cell that is not 0 (one table, so this is exact)."""
    return sum(table.values[one] > 0 for one in table.shape.inner(cell))


def _write(path: Path, table: CountTable, hidden: set[tuple[str, ...]]) -> Cells:
    """A JJ file; the number of each cell in it."""
    numbers = {cell: number for number, cell in enumerate(table.shape.cells)}
    lines = ["0", str(len(numbers))]
    for cell, number in numbers.items():
        n = table.values[cell]
        status = "z" if n == 0 else "u" if n <= TOP else "m" if cell in hidden else "s"
        below, above = (n - max(1, _least(table, cell)), TOP - n) if status == "u" else (0, 0)
        low, high = (0, 0) if n == 0 else (1, CEILING)
        lines.append(f"{number} {n} {max(n, 1)} {status} {low} {high} {below} {above} 0")
    sums = _sums(table)
    lines.append(str(len(sums)))
    for margin, parts in sums:
        terms = " ".join(f"{numbers[part]} (1)" for part in parts)
        lines.append(f"0 {len(parts) + 1} : {numbers[margin]} (-1) {terms}")
    path.write_text("\n".join(lines) + "\n")
    return numbers


def _audit(path: Path, table: CountTable, hidden: set[tuple[str, ...]]) -> dict[tuple[str, ...], tuple[float, float, bool]]:
    from pytauargus._tauargus import audit_jj

    numbers = _write(path, table, hidden)
    rows = {row["cell"]: (row["min"], row["max"], row["unsafe"]) for row in audit_jj(str(path))}
    return {cell: rows[number] for cell, number in numbers.items() if number in rows}


def _ours(table: CountTable, hidden: set[tuple[str, ...]]) -> dict[str, tuple[float, float]]:
    """Our bounds where these cells are hidden, whoever chose them."""
    printed = {cell: None if cell in hidden else n for cell, n in table.values.items()}
    bounds = Release(PROFILES["cms"], (ReleasedTable(table.shape, printed, PROFILES["cms"]),)).bounds()
    return {row.cell: (row.low, row.high) for row in bounds.itertuples()}


def _name(cell: tuple[str, ...]) -> str:
    return " / ".join(level for level in cell if level) or "all"


def _is_safe(table: CountTable, cell: tuple[str, ...], low: float, high: float) -> bool:
    return low <= max(1, _least(table, cell)) + 1e-6 and high >= TOP - 1e-6


def _assert_same_bounds(theirs: tuple[float, float, bool], ours: tuple[float, float]) -> None:
    assert theirs[0] == pytest.approx(ours[0], abs=1e-4)
    # theirs has a ceiling on every cell, ours has none: up to half of it they must be the same
    assert min(theirs[1], CEILING / 2) == pytest.approx(min(ours[1], CEILING / 2), abs=1e-4)


@pytest.mark.parametrize("seed", range(24))
def test_its_audit_finds_our_releases_safe_and_the_same_bounds(tmp_path, monkeypatch, seed):
    monkeypatch.chdir(tmp_path)
    table = _table(seed)
    released = release_tables([table], PROFILES["cms"])
    hidden = {cell for cell, n in released.table("t").printed.items() if n is None}
    theirs = _audit(tmp_path / "t.jj", table, hidden)
    ours = {row.cell: (row.low, row.high) for row in released.bounds().itertuples()}
    assert {_name(cell) for cell in theirs} == set(ours)
    for cell, found in theirs.items():
        assert not found[2]
        _assert_same_bounds(found, ours[_name(cell)])


@pytest.mark.parametrize("seed", range(24))
def test_both_find_the_same_patterns_unsafe(tmp_path, monkeypatch, seed):
    monkeypatch.chdir(tmp_path)
    table, rng = _table(seed), np.random.default_rng(100 + seed)
    small = {cell for cell, n in table.values.items() if 0 < n <= TOP}
    for share in (0.0, 0.2, 0.5):
        hidden = small | {cell for cell, n in table.values.items() if n > TOP and rng.random() < share}
        theirs, ours = _audit(tmp_path / "t.jj", table, hidden), _ours(table, hidden)
        for cell, found in theirs.items():
            _assert_same_bounds(found, ours[_name(cell)])
            if cell in small:
                ours_safe = _is_safe(table, cell, *ours[_name(cell)])
                # the same verdict by its bounds; its own flag lets an interval that is wide enough lie higher than our rule does
                assert ours_safe == _is_safe(table, cell, *found[:2])
                assert not (found[2] and ours_safe)
                assert found[2] or found[1] >= TOP - 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3, 5, 6, 7, 9, 10, 11, 13])
def test_its_optimal_suppression_is_safe_by_our_bounds(tmp_path, monkeypatch, seed):
    monkeypatch.chdir(tmp_path)
    table = _table(seed)
    numbers = _write(tmp_path / "t.jj", table, set())
    assert pytauargus.HiTaSCtrl().full_jj(in_file_jj="t.jj", out_file="t.out", max_time=1) == 0
    chosen = {int(line.split()[0]) for line in (tmp_path / "t.out").read_text().splitlines() if line.split()}
    small = {cell for cell, n in table.values.items() if 0 < n <= TOP}
    hidden = small | {cell for cell, number in numbers.items() if number in chosen}
    bounds = _ours(table, hidden)
    assert all(_is_safe(table, cell, *bounds[_name(cell)]) for cell in small)
