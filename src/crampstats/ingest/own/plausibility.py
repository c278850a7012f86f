"""Values no living person can have, which are set aside, and values that look like another unit's or have a moved decimal mark.

A slip is told by the variable's `usual` limits: a value outside them that another unit of the variable, or a decimal mark moved
by one or two places, brings inside. Beyond the `plausible` limits the value is set aside ("unit slip", "decimal slip", or
"implausible value" where neither explains it); within them it is kept ("possible unit slip", "possible decimal slip"), for true
values so far out occur in grave illness and under treatment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from crampstats.codebook.columns import IMPLAUSIBLE, Variable
from crampstats.core.findings import Finding
from crampstats.ingest.own.columns import list_rows
from crampstats.ingest.own.converting import Converted
from crampstats.ingest.own.masking import mask_text
from crampstats.ingest.parsing.readings import NumberReadings, Readings

IMPLAUSIBLE_VALUE, UNIT_SLIP, DECIMAL_SLIP = "implausible value", "unit slip", "decimal slip"
POSSIBLE_UNIT_SLIP, POSSIBLE_DECIMAL_SLIP = "possible unit slip", "possible decimal slip"
PLACES = (0.1, 10.0, 0.01, 100.0)  # by which a decimal mark is moved
ASIDE = "It was set aside. Correct it in the source, or state plausible = [low, high] for the variable in the mapping."
KEPT = (
    "Look it up in the source and write the unit into the cell. Ask before you correct: true values so far out occur in grave "
    "illness, on dialysis and under infusions."
)


def set_aside(readings: NumberReadings, variable: Variable) -> NumberReadings:
    """The readings without values beyond the variable's plausible limits, which would spoil whatever is computed from them.

    Parameters
    ----------
    readings
        In the variable's unit.
    variable
        Its `plausible` limits.

    Returns
    -------
    NumberReadings
        Such values are missing, "implausible"; the log and the findings keep them, row by row.
    """
    if variable.plausible is None:
        return readings
    beyond = _beyond(readings, variable)
    if not beyond.any():
        return readings
    low, high = variable.plausible
    values, reasons, rules, lossless = (
        array.copy() for array in (readings.values, readings.reasons, readings.rules, readings.lossless)
    )
    values[beyond], reasons[beyond], lossless[beyond] = None, IMPLAUSIBLE, False
    rules[beyond] = f"set aside: outside {low:g} to {high:g} {variable.unit}".rstrip()
    return replace(readings, values=values, reasons=reasons, rules=rules, lossless=lossless)


def _beyond(readings: Readings, variable: Variable) -> np.ndarray:
    low, high = variable.plausible or (-np.inf, np.inf)
    numbers = _numbers(readings)
    with np.errstate(invalid="ignore"):
        beyond: np.ndarray = (numbers < low) | (numbers > high)
    return beyond


def _numbers(readings: Readings) -> np.ndarray:
    given = np.array([value is not None for value in readings.values], dtype=bool)
    return np.where(given, readings.values, np.nan).astype("float64")


@dataclass(frozen=True)
class Slips:
    """What would explain a value.

    Parameters
    ----------
    units
        Other units, each with the value it gives in the variable's unit; NaN where no factor leads there.
    decimals
        Values, in the variable's unit, that a moved decimal mark gives.
    """

    units: tuple[tuple[str, float], ...] = ()
    decimals: tuple[float, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.units or self.decimals)

    def describe(self, unit: str) -> str:
        """In words; "" where nothing explains the value."""
        given = {name: "" if np.isnan(value) else f" ({value:.3g} {unit})" for name, value in self.units}
        told = [f"as {name} it would be usual{shown}" for name, shown in given.items()]
        told += [f"with the decimal mark moved it would be {value:.4g} {unit}".rstrip() for value in self.decimals]
        return ", or ".join(told)


def explain_value(value: float, factor: float, variable: Variable) -> Slips:
    """The units and moved decimal marks that would make a value usual.

    Parameters
    ----------
    value
        In the variable's unit.
    factor
        By which the number written down was brought there: value = factor x number.
    variable
        Its `usual` limits, or where it has none the `plausible` ones; its `accepts` and `slips`.

    Examples
    --------
    >>> from crampstats.codebook.electrolytes import CALCIUM, POTASSIUM
    >>> explain_value(9.4, 1.0, CALCIUM).units, explain_value(41.0, 1.0, POTASSIUM).decimals
    ((('mg/dL', 2.35),), (4.1,))
    """
    low, high = variable.usual or variable.plausible or (-np.inf, np.inf)
    others = {variable.unit: 1.0, **variable.accepts}
    units = {name: value / factor * other for name, other in others.items() if other != factor}
    found = {name: given for name, given in units.items() if low <= given <= high}
    if factor == 1:
        fits = [name for name, (least, most) in variable.slips.items() if least <= value <= most]
        found |= {name: units.get(name, np.nan) for name in fits}
    shifted = [float(f"{value * places:.10g}") for places in (PLACES if variable.usual else PLACES[:2])]
    shifted = [one for one in shifted if value > 0 and low <= one <= high and (variable.kind != "integer" or one % 1 == 0)]
    # a factor of ten or a hundred (g/dL, metres) says the same twice
    same = [given for given in found.values() if not np.isnan(given)]
    return Slips(tuple(found.items()), tuple(one for one in shifted if not np.isclose(one, same).any()))


def _unusual(numbers: np.ndarray, factors: np.ndarray, variable: Variable) -> np.ndarray:
    """Outside the usual limits, or in the range of another unit."""
    low, high = variable.usual or (-np.inf, np.inf)
    with np.errstate(invalid="ignore"):
        found: np.ndarray = (numbers < low) | (numbers > high)
        for least, most in variable.slips.values():
            found |= (factors == 1) & (numbers >= least) & (numbers <= most)
    return found


def find_slips(converted: Converted, variable: Variable, heading: str, source_rows: np.ndarray) -> list[Finding]:
    """A warning for each value within the plausible limits and outside the usual ones that a slip would explain.

    Parameters
    ----------
    converted
        The column in the variable's unit.
    variable, heading, source_rows
        What it fills, its heading, and row numbers as the user sees them.

    Returns
    -------
    list of Finding
        Severity warning; the value is kept.
    """
    texts, numbers, factors = converted.distinct.texts, _numbers(converted.readings), converted.factors
    doubtful = _unusual(numbers, factors, variable) & ~_beyond(converted.readings, variable)
    slips = {int(place): explain_value(numbers[place], factors[place], variable) for place in np.flatnonzero(doubtful)}
    wanted = np.zeros(len(texts), dtype=bool)
    wanted[[place for place, one in slips.items() if one]] = True

    def told(place: int) -> Finding:
        text, one = mask_text(texts[place]), slips[place]
        rule = POSSIBLE_UNIT_SLIP if one.units else POSSIBLE_DECIMAL_SLIP
        kept = f"{text} was kept as {numbers[place]:.4g} {variable.unit}, which few patients have"
        return Finding(heading, rule, "warning", f"{kept}; {one.describe(variable.unit)}.", KEPT, value=text)

    return list_rows(converted.distinct, wanted, source_rows, told)


def find_implausible(converted: Converted, variable: Variable, heading: str, source_rows: np.ndarray) -> list[Finding]:
    """A finding for each value beyond the variable's plausible limits, with the slip that would explain it.

    Parameters
    ----------
    converted, variable, heading, source_rows
        As for `find_slips`.

    Returns
    -------
    list of Finding
        Severity error; the value is set aside (`set_aside`) until the user settles it.
    """
    if variable.plausible is None:
        return []
    low, high = variable.plausible
    texts, numbers = converted.distinct.texts, _numbers(converted.readings)

    def told(place: int) -> Finding:
        text, value = mask_text(texts[place]), float(numbers[place])
        slips = explain_value(value, float(converted.factors[place]), variable)
        rule = UNIT_SLIP if slips.units else DECIMAL_SLIP if slips.decimals else IMPLAUSIBLE_VALUE
        unit, why = variable.unit, f"; {slips.describe(variable.unit)}" if slips else ""
        message = f"{text} ({value:.4g} {unit}) lies outside what a living person has ({low:g} to {high:g} {unit})"
        return Finding(heading, rule, "error", f"{message}{why}.", ASIDE, value=text)

    return list_rows(converted.distinct, _beyond(converted.readings, variable), source_rows, told)
