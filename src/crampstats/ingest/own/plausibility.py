"""Values no living person can have, which are set aside, and values that look like another unit's, which are kept and told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from crampstats.codebook.columns import IMPLAUSIBLE, Variable
from crampstats.core.findings import Finding
from crampstats.ingest.own.columns import Distinct, list_rows
from crampstats.ingest.own.masking import mask_text
from crampstats.ingest.parsing.readings import NumberReadings, Readings


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


def find_slips(
    readings: Readings, distinct: Distinct, variable: Variable, heading: str, source_rows: np.ndarray
) -> list[Finding]:
    """A warning for each value that is more likely to be one in another unit; parameters as for `find_implausible`."""
    numbers, found = _numbers(readings), []
    for unit, (low, high) in variable.slips.items():
        with np.errstate(invalid="ignore"):
            wanted = (numbers >= low) & (numbers <= high)

        def told(place: int, unit: str = unit) -> Finding:
            text = mask_text(distinct.texts[place])
            return Finding(
                heading, "possible unit slip", "warning",
                f"{text} may be {unit} instead of {variable.unit}; it was kept as {numbers[place]:.4g} {variable.unit}.",
                "Look it up in the source, or write the unit into the cell.", value=text,
            )

        found += list_rows(distinct, wanted, source_rows, told)
    return found


def find_implausible(
    readings: Readings, distinct: Distinct, variable: Variable, heading: str, source_rows: np.ndarray
) -> list[Finding]:
    """A finding for each value beyond the variable's plausible limits, with the slip that would explain it.

    Parameters
    ----------
    readings
        In the variable's unit.
    distinct, variable, heading, source_rows
        The column, what it fills, its heading, and row numbers as the user sees them.

    Returns
    -------
    list of Finding
        Severity error; the value is set aside (`set_aside`) until the user settles it.
    """
    if variable.plausible is None:
        return []
    low, high = variable.plausible
    numbers = _numbers(readings)

    def told(place: int) -> Finding:
        value = float(numbers[place])
        message = (
            f"{mask_text(distinct.texts[place])} ({value:.4g} {variable.unit}) lies outside what a living person has "
            f"({low:g} to {high:g} {variable.unit})"
        )
        return Finding(
            heading, "implausible value", "error", f"{message}{_explained(value, variable)}.",
            "It was set aside. Correct it in the source, or state plausible = [low, high] for the variable in the mapping.",
            value=mask_text(distinct.texts[place]),
        )

    return list_rows(distinct, _beyond(readings, variable), source_rows, told)


def _explained(value: float, variable: Variable) -> str:
    """The unit or decimal slip that would bring the value into the limits."""
    low, high = variable.plausible or (-np.inf, np.inf)
    units = [unit for unit, factor in variable.accepts.items() if factor != 1 and low <= value * factor <= high]
    slips = [f"{value / ten:g}" for ten in (10, 100) if low <= value / ten <= high]
    told = [*(f"it fits as {unit}" for unit in units[:1]), *(f"a decimal slip would give {slip}" for slip in slips[:1])]
    return f"; {' or '.join(told)}" if told else ""
