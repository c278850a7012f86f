"""What errors are planted with: a row that remembers what was done to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from clinic_intake.people import Draw, Missing, Patient

UNUSABLE = Missing("not usable")


@dataclass(frozen=True)
class Error:
    """One planted error: its kind, the variable it stands in ("" for a row or column), what is written, what else it concerns."""

    kind: str
    variable: str
    written: str
    also: tuple[str, ...] = ()


@dataclass
class Row:
    """A patient, the cells of the row, and what was spoilt."""

    person: Patient
    cells: dict[str, str]
    errors: list[Error] = field(default_factory=list)


@dataclass
class Desk:
    """Where rows are spoilt: one layout, one generator."""

    layout: Any
    draw: Draw

    def spoil(self, row: Row, kind: str, variable: str, written: str, *also: str, means: Any = UNUSABLE) -> bool:
        """Write something else into a cell; `means` is what a reader who changes nothing takes from it."""
        row.cells[self.layout.of_variable[variable]] = written
        row.person[variable] = means
        row.errors.append(Error(kind, variable, written, also))
        return True

    def put(self, row: Row, kind: str, variable: str, value: Any, *also: str) -> bool:
        """Another answer, written as answers are."""
        return self.spoil(row, kind, variable, self.layout.answer(variable, value), *also, means=value)

    def rewrite(self, row: Row, variable: str, value: float, unit: str) -> None:
        """A measured quantity anew."""
        row.cells |= self.layout.number(variable, value, unit)
        row.person[variable] = value

    def value(self, row: Row, variable: str) -> Any:
        """The answer where it is known and asked."""
        found = row.person.get(variable) if self.layout.has(variable) else None
        return None if isinstance(found, Missing) else found


Plant = Callable[[Row, Desk], bool]
KINDS: dict[str, list[Plant]] = {}


def plant(kind: str) -> Callable[[Plant], Plant]:
    """Declare a way to plant a kind of error; it answers whether the row was fit for it."""
    def declared(function: Plant) -> Plant:
        KINDS.setdefault(kind, []).append(function)
        return function

    return declared
