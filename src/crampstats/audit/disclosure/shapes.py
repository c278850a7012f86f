"""The cells of a table: its inner cells and every margin, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from crampstats.core.errors import DataError, unknown_name

# a cell of a universe, in whatever table it stands: its (dimension, level) pairs; the grand total has none
Key = frozenset[tuple[str, str]]
# a cell within one table: a level for each dimension in order, "" for all
Cell = tuple[str, ...]


@dataclass(frozen=True)
class Shape:
    """What a table is of, without a single count.

    Parameters
    ----------
    name
        Of the table.
    universe
        Who is counted; tables of one universe count the same persons.
    dimensions
        Names and levels, in reading order.
    split
        Dimension in which nobody or everybody of a group discloses; "" for none.
    not_known
        Levels of the split that say nothing about a person.
    cumulative
        Whether a later table counts the same persons and more.
    """

    name: str
    universe: str
    dimensions: tuple[tuple[str, tuple[str, ...]], ...]
    split: str = ""
    not_known: tuple[str, ...] = ()
    cumulative: bool = True

    def __post_init__(self) -> None:
        names = self.names
        if len(set(names)) < len(names) or "" in names or "n" in names or "text" in names:
            raise DataError(f"table {self.name!r} has dimensions {names}; distinct names other than 'n' and 'text' are expected.")
        for name, levels in self.dimensions:
            if not levels or "" in levels or len(set(levels)) < len(levels):
                what = f"dimension {name!r} of table {self.name!r}"
                raise DataError(f"{what} needs distinct levels; '' stands for all and is no level.")
        if self.split and self.split not in names:
            raise unknown_name("split dimension", self.split, names)
        if self.split and len(set(dict(self.dimensions)[self.split]) - set(self.not_known)) < 2:
            what = f"the split {self.split!r} of table {self.name!r}"
            raise DataError(f"{what} needs two levels that tell something at least; one that nobody has is a row with n = 0.")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the dimensions."""
        return tuple(name for name, _ in self.dimensions)

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Every cell in reading order, a margin after what it sums."""
        return tuple(product(*((*levels, "") for _, levels in self.dimensions)))

    def key(self, cell: Cell) -> Key:
        """The cell as its universe knows it."""
        return frozenset((name, level) for name, level in zip(self.names, cell, strict=True) if level)

    def parts(self, cell: Cell) -> tuple[Cell, ...]:
        """The cells a margin is the sum of, along its first open dimension; none for an inner cell."""
        if "" not in cell:
            return ()
        place = cell.index("")
        return tuple((*cell[:place], level, *cell[place + 1 :]) for level in self.dimensions[place][1])

    def inner(self, cell: Cell) -> tuple[Cell, ...]:
        """The inner cells under a cell."""
        return tuple(product(*((level,) if level else levels for level, (_, levels) in zip(cell, self.dimensions, strict=True))))

    def find(self, levels: Mapping[str, str]) -> Cell:
        """The cell with these levels; dimensions that are not named are summed over."""
        known = dict(self.dimensions)
        for name, level in levels.items():
            if name not in known:
                raise unknown_name(f"dimension of table {self.name!r}", name, known)
            if level and level not in known[name]:
                raise unknown_name(f"level of {name!r}", level, known[name])
        return tuple(levels.get(name, "") for name in known)
