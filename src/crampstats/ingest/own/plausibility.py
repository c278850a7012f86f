"""Values no living person can have: slips of the pen or of the unit. They are noted, never changed."""

from __future__ import annotations

import numpy as np

from crampstats.codebook.columns import Variable
from crampstats.core.findings import Finding
from crampstats.ingest.own.columns import Distinct, list_rows
from crampstats.ingest.own.masking import mask_text
from crampstats.ingest.parsing.readings import Readings


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
        Severity error; the value stays in the table until the user settles it.
    """
    if variable.plausible is None:
        return []
    low, high = variable.plausible
    given = np.array([value is not None for value in readings.values], dtype=bool)
    numbers = np.where(given, readings.values, np.nan).astype("float64")

    def told(place: int) -> Finding:
        value = float(numbers[place])
        message = (
            f"{mask_text(distinct.texts[place])} ({value:.4g} {variable.unit}) lies outside what a living person has "
            f"({low:g} to {high:g} {variable.unit})"
        )
        return Finding(
            heading, "implausible value", "error", f"{message}{_explained(value, variable)}.",
            "Look it up in the source; it was kept as it stands.", value=mask_text(distinct.texts[place]),
        )

    with np.errstate(invalid="ignore"):
        return list_rows(distinct, (numbers < low) | (numbers > high), source_rows, told)


def _explained(value: float, variable: Variable) -> str:
    """The unit or decimal slip that would bring the value into the limits."""
    low, high = variable.plausible or (-np.inf, np.inf)
    units = [unit for unit, factor in variable.accepts.items() if factor != 1 and low <= value * factor <= high]
    slips = [f"{value / ten:g}" for ten in (10, 100) if low <= value / ten <= high]
    told = [*(f"it fits as {unit}" for unit in units[:1]), *(f"a decimal slip would give {slip}" for slip in slips[:1])]
    return f"; {' or '.join(told)}" if told else ""
