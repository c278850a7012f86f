"""Every variable the codebook knows, whatever survey it comes from: what a column of one's own file can be."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from crampstats.codebook.columns import Derived, Variable
from crampstats.codebook.rules import Rule
from crampstats.codebook.surveys.clinic_intake import CLINIC_INTAKE
from crampstats.codebook.surveys.nhanes import NHANES
from crampstats.core.errors import unknown_name


def _all(*parts: tuple[Variable, ...] | tuple[Derived, ...]) -> Mapping[str, Variable | Derived]:
    """By name; where two sources declare one variable the clinic's form comes first, because it has the units and other names."""
    found: dict[str, Variable | Derived] = {}
    for part in parts:
        for item in part:
            found.setdefault(item.name, item)
    return MappingProxyType(found)


VARIABLES: Mapping[str, Variable] = _all(CLINIC_INTAKE.variables, NHANES.variables)  # type: ignore[assignment]
DERIVED: Mapping[str, Derived] = _all(CLINIC_INTAKE.derived, NHANES.derived)  # type: ignore[assignment]


def as_recorded(name: str) -> Variable:
    """A variable of the codebook as a file may hold it; what others are derived to may be recorded as well.

    Raises
    ------
    OptionError
        The codebook has no such variable; the nearest name is given.

    Examples
    --------
    >>> as_recorded("any_cramps").kind, as_recorded("serum_potassium_class").kind, as_recorded("body_mass_index").kind
    ('yes/no', 'category', 'number')
    """
    if name in VARIABLES:
        return VARIABLES[name]
    if name not in DERIVED:
        raise unknown_name("variable of the codebook", name, [*VARIABLES, *DERIVED])
    item = DERIVED[name]
    same: dict[str, Any] = {"population": item.population, "known_as": item.known_as}
    if isinstance(item.rule, Rule):
        return Variable(name, item.label, kind="yes/no", **same)
    if item.rule.levels:
        levels = {level: level for level in item.rule.levels}
        return Variable(name, item.label, kind="category", levels=levels, ordered=item.rule.ordered, **same)
    return Variable(name, item.label, unit=item.rule.unit, **same)
