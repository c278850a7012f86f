"""Tables of counts before disclosure control: for the clinic's eyes only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from crampstats.audit.disclosure.shapes import Cell, Key, Shape
from crampstats.core.errors import DataError

NOT_KNOWN = ("not known",)


@dataclass(frozen=True, eq=False, repr=False)
class CountTable:
    """Counts of persons by one or more dimensions.

    Parameters
    ----------
    name
        Of the table; unique among those released together.
    counts
        One row per inner cell: dimension columns with text levels in reading order, then `n`, a whole number from 0 on. A
        combination of levels that has no row counts 0. Margins and the grand total are worked out.
    universe
        Who is counted. Tables of one universe count the same persons, so they share every margin; tables whose persons overlap
        must be put in one universe, with a dimension that tells the groups apart.
    split
        Dimension in which 0 % and 100 % of a group tell something of each of its members ("cramps").
    not_known
        Levels of the split that tell nothing ("not known"); 0 % of them may be shown. Of any dimension: levels that fall as
        answers are filled in.
    cumulative
        Whether a later table counts the same persons and more, each in the same cell; False for what is settled and falls.

    Raises
    ------
    DataError
        Rows that repeat, levels that are missing or not text, counts that are no whole numbers from 0 on.

    Examples
    --------
    >>> counts = pd.DataFrame({"sex": ["female", "male"], "n": [20, 30]})
    >>> CountTable("by_sex", counts)
    <CountTable by_sex: sex (2), patients>
    """

    name: str
    counts: pd.DataFrame
    universe: str = "patients"
    split: str = ""
    not_known: tuple[str, ...] = NOT_KNOWN
    cumulative: bool = True

    def __post_init__(self) -> None:
        _check(self.name, self.counts)
        assert self.shape.cells

    def __repr__(self) -> str:
        dimensions = ", ".join(f"{name} ({len(levels)})" for name, levels in self.shape.dimensions) or "one number"
        return f"<CountTable {self.name}: {dimensions}, {self.universe}>"

    @cached_property
    def shape(self) -> Shape:
        """What the table is of."""
        names = [str(name) for name in self.counts.columns if name != "n"]
        dimensions = tuple((name, tuple(dict.fromkeys(self.counts[name].tolist()))) for name in names)
        return Shape(self.name, self.universe, dimensions, self.split, tuple(self.not_known), self.cumulative)

    @cached_property
    def values(self) -> Mapping[Cell, int]:
        """The true count of every cell, margins included."""
        names = list(self.shape.names)
        rows = self.counts[names].itertuples(index=False, name=None) if names else [()] * len(self.counts)
        inner = dict(zip(rows, (int(n) for n in self.counts["n"]), strict=True))
        return {cell: sum(inner.get(one, 0) for one in self.shape.inner(cell)) for cell in self.shape.cells}


def _check(name: str, counts: pd.DataFrame) -> None:
    """Refuse counts that are none."""
    if "n" not in counts or counts.columns.has_duplicates or counts.empty:
        raise DataError(f"table {name!r} needs dimension columns and a column 'n', with at least one row.")
    numbers = pd.to_numeric(counts["n"], errors="coerce")
    if numbers.isna().any() or (numbers < 0).any() or (numbers % 1 != 0).any():
        raise DataError(f"column 'n' of table {name!r} must hold whole numbers from 0 on.")
    dimensions = [column for column in counts if column != "n"]
    if wrong := [column for column in dimensions if not all(isinstance(level, str) and level for level in counts[column])]:
        raise DataError(f"dimension {wrong[0]!r} of table {name!r} must hold texts; '' is kept for the margin.")
    if counts.duplicated(dimensions).any() if dimensions else len(counts) > 1:
        raise DataError(f"table {name!r} has several rows for one cell; one row per cell is expected.")


def gather_counts(tables: Sequence[CountTable]) -> dict[str, dict[Key, int]]:
    """The true count of every cell by universe.

    Raises
    ------
    DataError
        Two tables of one name, or a margin that two tables of one universe do not share.
    """
    names = [table.name for table in tables]
    if len(set(names)) < len(names):
        raise DataError(f"tables released together need distinct names; given are {', '.join(sorted(names))}.")
    found: dict[str, dict[Key, int]] = {}
    for table in tables:
        known = found.setdefault(table.universe, {})
        for cell, n in table.values.items():
            if known.setdefault(table.shape.key(cell), n) != n:
                raise DataError(_differs(table, cell))
    _check_levels(tables)
    return found


def _differs(table: CountTable, cell: Cell) -> str:
    # no number: the message may be printed
    where = ", ".join(f"{name} {level}" for name, level in zip(table.shape.names, cell, strict=True) if level) or "everybody"
    return (
        f"table {table.name!r} counts {where} otherwise than another table of the universe {table.universe!r}; tables of one "
        "universe must count the same persons with the same levels. Count missing answers as a level, or name another universe."
    )


def _check_levels(tables: Sequence[CountTable]) -> None:
    """A dimension means the same in every table of a universe."""
    known: dict[tuple[str, str], frozenset[str]] = {}
    for table in tables:
        for name, levels in table.shape.dimensions:
            if known.setdefault((table.universe, name), frozenset(levels)) != frozenset(levels):
                raise DataError(f"dimension {name!r} has other levels in table {table.name!r} than in another of its universe.")
